//! What is given any bytes at all: every reader of what people and other programs write.
//!
//! A target panics if what it is given breaks a promise. `tests/fuzz` runs the targets on every build over the kept
//! inputs and changes of them; `fuzz/` runs them under a fuzzer that looks for new paths through the code.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use polysource::analysis::sweep::{Column, PointStatus, Row, value};
use polysource::batch::{Header, Journal, Manifest, Sealed, SweepOptions, checksum_line, chunk_text, read_chunk};
use polysource::compare::{Compared, diff};
use polysource::diagnostics::{Diagnostics, Sources, render};
use polysource::document::{self, Table};
use polysource::formulation::build;
use polysource::import::{Mapping, focus, skypilot};
use polysource::lp::SolutionFile;
use polysource::model::{Family, Input, Loaded, Model, Rejected, SweepOverrides, glob, load};
use polysource::plan::Plan;
use polysource::report::{Format, Style, write};
use polysource::resilience::{Situation, Solver};
use polysource::units::{Dimension, Duration, Quantity, Rate, human};
use polysource::{SolveSettings, solve};
use sha2::{Digest, Sha256};

/// A target: a name, which is also that of its folder of kept inputs, and what is done with an input.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 12] = [
    ("document", document),
    ("units", units),
    ("selectors", selectors),
    ("csv", csv),
    ("journal", journal),
    ("solution", solution),
    ("columns", columns),
    ("vary", vary),
    ("manifest", manifest),
    ("chunk", chunk),
    ("plan", plan),
    ("baseline", baseline),
];

/// A small model that is right, for what is read beside one.
const MODEL: &str = "\
polysource: 1
horizon: { start: 2026-Q1, periods: 2, step: quarter }
chips: { h100: { vendor: nvidia }, trn2: { vendor: amazon, tags: { foundry: tsmc } } }
clouds: { aws: { owner: amazon }, gcp: {} }
offers:
  aws-h100: { chip: h100, cloud: aws, region: us-east-1, price: 6.88, capacity: 8000 }
  gcp-h100: { chip: h100, cloud: gcp, region: eu-west-4, price: 7.1, capacity: 9000 }
  aws-trn2: { chip: trn2, cloud: aws, region: us-east-1, price: 1.2, capacity: 9000 }
workloads: { chat: { kind: inference, demand: 3M tok/s, throughput: { h100: 2400 tok/s, trn2: 600 tok/s } } }
policy: { limits: [ { name: cap, share: { by: vendor, of: spend, at_most: 90 % } } ] }
scenarios: { cheap: { offers: { aws-h100: { price: 5 } } } }
";

/// Models with more numbers than this are read and not built: that takes a long time rightly.
const BUILT: usize = 20_000;

/// What is told of an input must not harm a terminal, and must not be without end.
fn told(diagnostics: &Diagnostics, sources: &Sources) {
    let text = render(diagnostics, sources, false);
    let harmful = |c: char| {
        c.is_control() && c != '\n' && c != '\t' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(harmful), "{text:?}");
    assert!(text.len() < 4_000_000, "{} bytes told", text.len());
}

/// A model is loaded, or rejected with an error; what is loaded can be built.
fn loaded(input: &Input) {
    match load(input) {
        Ok(Loaded { model, warnings, sources }) => {
            told(&warnings, &sources);
            if model.periods() * model.offers().len() * (1 + model.workloads().len()) <= BUILT {
                build(&model).program().validate().unwrap();
            }
        }
        Err(Rejected { diagnostics, sources }) => {
            assert!(diagnostics.has_errors(), "rejected without an error");
            told(&diagnostics, &sources);
        }
    }
}

fn of(text: &str) -> Input {
    Input { name: "model.yaml".to_owned(), text: text.to_owned(), files: Some(BTreeMap::new()), ..Input::default() }
}

/// A model file, or anything else in its place.
pub fn document(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        loaded(&of(text));
    }
}

/// A quantity a line.
pub fn units(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for line in text.lines() {
        let quantity = match Quantity::parse(line) {
            Ok(quantity) => quantity,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                let _ = error.remedy();
                continue;
            }
        };
        assert!(quantity.number.is_finite(), "{line:?}");
        let per = ["tok", "chip"];
        for dimension in [
            Dimension::Count,
            Dimension::Money("USD"),
            Dimension::Price("USD"),
            Dimension::MoneyPer("USD", &per),
            Dimension::Chips,
            Dimension::Power,
            Dimension::Share,
            Dimension::PerYear,
            Dimension::Data,
            Dimension::PricePerData("USD"),
        ] {
            match dimension.convert(&quantity) {
                Ok(value) => {
                    assert!(value.is_finite(), "{line:?}");
                    for text in [human::number(value), human::money(value, "USD"), human::power(value)] {
                        assert!(!text.contains("NaN") && text.len() < 400, "{line:?}: {text}");
                    }
                    let _ = human::percent(value);
                }
                Err(error) => assert!(!error.remedy().is_empty() || !error.to_string().is_empty()),
            }
        }
        if let Ok(rate) = Rate::from_quantity(&quantity) {
            assert!(rate.per_hour.is_finite(), "{line:?}");
        }
        if let Ok(duration) = Duration::from_quantity(&quantity) {
            assert!(duration.count.is_finite(), "{line:?}");
        }
    }
}

/// What picks things: the first line a variation, a setting, a scenario and a column; a pattern and what it might fit.
pub fn selectors(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    if document::read_axis(first, &mut sources, &mut diagnostics).is_none() {
        assert!(diagnostics.has_errors(), "no axis and no error: {first:?}");
    }
    told(&diagnostics, &sources);
    let input = of(MODEL);
    match Family::read(&input, None, &[first.to_owned()], &SweepOverrides::default()) {
        Ok(family) => {
            let ends: Vec<Option<f64>> = family.lengths().iter().map(|_| Some(0.0)).collect();
            if let Err(diagnostics) = family.at(&ends) {
                assert!(diagnostics.has_errors());
            }
        }
        Err(Rejected { diagnostics, sources }) => {
            assert!(diagnostics.has_errors());
            told(&diagnostics, &sources);
        }
    }
    loaded(&Input { sets: vec![first.to_owned()], ..input.clone() });
    loaded(&Input { scenarios: vec![first.to_owned()], ..input.clone() });
    loaded(&Input { overlays: vec![("over.yaml".to_owned(), text.to_owned())], ..input });
    let model = Model::from_yaml_str(MODEL).unwrap();
    if let Err(error) = Column::read(first, &model) {
        assert!(!error.message.is_empty() && !error.remedy.is_empty());
    }
    let _ = glob(first, rest);
    assert!(glob("*", rest));
    assert!(first.contains('*') || glob(first, first), "{first:?} does not fit itself");
}

/// A table as a bill, a catalog, offers and what runs today.
pub fn csv(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let source = sources.add("t.csv", text);
    if let Some(table) = Table::read(text, source, &mut diagnostics) {
        assert!(table.rows.iter().all(|r| r.cells.len() == table.columns.len()));
    } else {
        assert!(diagnostics.has_errors(), "no table and no error");
    }
    told(&diagnostics, &sources);
    let mut diagnostics = Diagnostics::new();
    let asked = focus::ImportRequest { mapping: Mapping::default(), fits: &glob, month: None };
    let (usage, findings) = focus::read(&[source], &sources, &asked, &mut diagnostics);
    assert!(usage.baseline().iter().all(|(_, _, chips)| chips.is_finite()));
    usage.baseline_csv().unwrap();
    usage.history_csv().unwrap();
    let _ = findings.text(&sources, true);
    told(&diagnostics, &sources);
    let mut diagnostics = Diagnostics::new();
    let asked = skypilot::ImportRequest {
        region: &|_| true,
        accelerator: &|_| true,
        as_of: None,
        told: Vec::new(),
        auctions: false,
    };
    let catalog = skypilot::Catalog { source, cloud: "aws".to_owned() };
    let (offers, findings) = skypilot::read(&[catalog], &sources, &asked, &mut diagnostics);
    let _ = findings.text(&sources, true);
    told(&diagnostics, &sources);
    if !offers.offers.is_empty() {
        // What is imported is laid over a model, and is no mistake in it.
        let over = Input { overlays: vec![("offers.yaml".to_owned(), offers.yaml())], ..of(MODEL) };
        if let Err(Rejected { diagnostics, sources }) = load(&over) {
            panic!("{}", render(&diagnostics, &sources, false));
        }
    }
    for model in
        [MODEL.replace("offers:\n", "offers:\n  file: t.csv\n"), format!("{MODEL}baseline: {{ file: t.csv }}\n")]
    {
        let files = Some(BTreeMap::from([("t.csv".to_owned(), text.to_owned())]));
        loaded(&Input { files, folder: Some("beside".into()), ..of(&model) });
    }
}

/// A journal, its lines as points, and the content of a manifest.
pub fn journal(data: &[u8]) {
    let name = |text: &str| text.to_owned();
    let header = Header { journal: 1, polysource: name("0.1.0"), model: name("m"), options: name("o"), points: 1000 };
    if let Ok(journal) = Journal::read(data, &header) {
        assert!(journal.whole <= data.len() && journal.rows.keys().all(|p| *p < header.points));
        assert_eq!(Journal::read(&data[..journal.whole], &header), Ok(journal));
    }
    // The lines as points with their checksums, which no mutation finds.
    let (mut text, mut rows) = (header.line(), BTreeMap::new());
    for line in data.split(|b| *b == b'\n') {
        if let Ok(row) = serde_json::from_slice::<Row>(line)
            && row.point < header.points
        {
            text.push_str(&header.row(&row));
            rows.insert(row.point, row);
        }
    }
    let journal = Journal::read(text.as_bytes(), &header).unwrap();
    assert_eq!((journal.whole, &journal.rows), (text.len(), &rows));
    assert!(
        rows.values().all(|r| r.status != PointStatus::Optimal || r.values.iter().flatten().all(|v| v.is_finite()))
    );
    // As the content of a manifest that is sealed.
    let sha256: String = Sha256::digest(data).iter().map(|b| format!("{b:02x}")).collect();
    let sealed = [format!("{{\"sha256\":\"{sha256}\",\n").as_bytes(), data].concat();
    if let Ok(sealed) = Manifest::read(&sealed) {
        let _ = sealed.manifest.sweep();
        let _ = read_chunk(&sealed, 0, ("chunk", data, checksum_line(data, "chunk").as_bytes()));
    }
}

/// A solution of another solver.
pub fn solution(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let model = Model::from_yaml_str(MODEL).unwrap();
    let formulation = build(&model);
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let source = sources.add("x.sol", text);
    let program = formulation.program();
    let file = SolutionFile::read(text, source, &mut diagnostics).filter(|_| !diagnostics.has_errors());
    match file.map(|file| file.point(program, &mut diagnostics)) {
        Some(Some(point)) => {
            assert!(!diagnostics.has_errors() && point.x.len() == program.columns().len());
            assert!(point.x.iter().chain(point.y.iter().flatten()).all(|v| v.is_finite()), "{point:?}");
            polysource::analysis::imported(&model, &formulation, &point, "a solver", 0.0).unwrap();
        }
        _ => assert!(diagnostics.has_errors(), "no point and no error"),
    }
    told(&diagnostics, &sources);
}

/// The small model and its plan.
fn solved() -> &'static (Model, Plan) {
    static SOLVED: OnceLock<(Model, Plan)> = OnceLock::new();
    SOLVED.get_or_init(|| {
        let model = Model::from_yaml_str(MODEL).unwrap();
        let plan = solve(&model, &SolveSettings::default()).unwrap();
        (model, plan)
    })
}

/// A column a line: told of a plan, or refused with what to do.
pub fn columns(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (model, plan) = solved();
    for line in text.lines().take(100) {
        match Column::read(line, model) {
            Ok(column) => {
                let found = value(&column, model, plan, &Solver::default()).unwrap();
                assert!(found.is_none_or(f64::is_finite), "{line:?}: {found:?}");
                assert_eq!(Column::read(line, model).unwrap(), column);
            }
            Err(error) => {
                assert!(!error.message.is_empty() && !error.remedy.is_empty(), "{line:?}");
                assert!(
                    error.message.len() <= 3 * line.len() + 200,
                    "{} bytes told of {}",
                    error.message.len(),
                    line.len()
                );
            }
        }
    }
    // The same in the model itself.
    let columns: Vec<&str> = text.lines().take(10).collect();
    let sweep = serde_json::json!({ "s": {
        "vary": [{ "path": "offers.aws-h100.price", "set": "1..2", "steps": 2 }],
        "columns": columns,
    } });
    loaded(&of(&format!("{MODEL}sweeps: {sweep}\n")));
}

/// What varies, a line each: read, tried at its ends, and told as settings that give the same model.
pub fn vary(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let lines: Vec<String> = text.lines().take(3).map(str::to_owned).collect();
    let input = of(MODEL);
    match Family::read(&input, None, &lines, &SweepOverrides { samples: Some(5), ..SweepOverrides::default() }) {
        Ok(family) => {
            let at: Vec<Option<f64>> = family.lengths().iter().map(|_| Some(0.0)).collect();
            if let Ok(model) = family.at(&at) {
                let (scenarios, sets) = family.settings(&at);
                let again = load(&Input { sets, scenarios, ..input }).unwrap_or_else(|e| panic!("{e}")).model;
                assert_eq!(again.sha256(), model.sha256(), "{lines:?}");
                assert_eq!(again.offers(), model.offers(), "{lines:?}");
            }
        }
        Err(Rejected { diagnostics, sources }) => {
            assert!(diagnostics.has_errors());
            told(&diagnostics, &sources);
        }
    }
}

/// The content of a manifest, sealed.
pub fn manifest(data: &[u8]) {
    let sha256: String = Sha256::digest(data).iter().map(|b| format!("{b:02x}")).collect();
    let bytes = [format!("{{\"sha256\":\"{sha256}\",\n").as_bytes(), data].concat();
    let _ = Manifest::read(data);
    let Ok(sealed) = Manifest::read(&bytes) else { return };
    // Many points take long rightly.
    if sealed.manifest.points.len() <= 1_000
        && let Ok((family, plan, _)) = sealed.manifest.sweep()
    {
        assert_eq!(plan.points.len(), sealed.manifest.points.len());
        assert_eq!(family.sha256(), sealed.manifest.model.sha256);
    }
    if let Ok(work) = sealed.manifest.replications() {
        assert_eq!(work.model().sha256(), sealed.manifest.model.sha256);
    }
    if let Ok(work) = sealed.manifest.evaluation() {
        assert_eq!(work.model().sha256(), sealed.manifest.model.sha256);
        assert_eq!(work.options().how().batches().0, sealed.manifest.points.len());
    }
}

/// A small sweep in two chunks.
fn small_sweep() -> &'static Sealed {
    static SEALED: OnceLock<Sealed> = OnceLock::new();
    SEALED.get_or_init(|| {
        let (input, vary) = (of(MODEL), vec!["offers.aws-h100.price=1..2/16".to_owned()]);
        let asked = SweepOverrides { columns: vec!["cost".to_owned()], ..SweepOverrides::default() };
        let family = Family::read(&input, None, &vary, &asked).unwrap();
        let columns = polysource::analysis::sweep::columns(&family, true).unwrap();
        let plan = polysource::analysis::sweep::plan(&family, columns).unwrap();
        let (engine, time_limit) = ("auto".to_owned(), None);
        let options = SweepOptions { sweep: None, vary, asked, full: true, engine, time_limit };
        Manifest::read(Manifest::of(&input, &family, options, &plan, 2).text().as_bytes()).unwrap()
    })
}

/// The file of a chunk, with a right checksum and with its own bytes for one; and its lines as rows.
pub fn chunk(data: &[u8]) {
    let sealed = small_sweep();
    let right = checksum_line(data, "chunk");
    for chunk in [0, 1, 2, usize::MAX] {
        assert!(read_chunk(sealed, chunk, ("chunk", data, data)).is_err());
        if let Ok(rows) = read_chunk(sealed, chunk, ("chunk", data, right.as_bytes())) {
            assert!(rows.iter().all(|r| r.values.len() == 1));
        }
    }
    let lines = data.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice::<Row>(line).ok());
    let rows: Vec<Row> = lines.take(1_000).collect();
    let text = chunk_text(sealed, 0, &rows);
    let sum = checksum_line(text.as_bytes(), "chunk");
    if let Ok(found) = read_chunk(sealed, 0, ("chunk", text.as_bytes(), sum.as_bytes())) {
        assert_eq!(found, rows);
    }
}

/// A plan as it was written: told in every format, compared, and failed.
pub fn plan(data: &[u8]) {
    let Ok(plan) = serde_json::from_slice::<Plan>(data) else { return };
    for format in [Format::Text, Format::Json, Format::Csv, Format::Markdown] {
        write(&plan, format, Style::default(), &mut Vec::new()).unwrap();
    }
    let side = || Compared { file: "a.json", plan: &plan, written: None };
    if let Ok(found) = diff(side(), side()) {
        assert_eq!(found.differences, 0, "it differs from itself");
    }
    let model = &solved().0;
    if let Ok(situation) = Situation::of_plan(model, &plan, Solver::default()) {
        for loss in polysource::resilience::losses(model, &polysource::model::Dimension::Vendor) {
            let response = polysource::resilience::usual_response(model, None);
            let part = situation.served(
                &polysource::resilience::whole(&loss),
                &response,
                0,
                polysource::resilience::ServedOf::Planned,
                false,
            );
            assert!(part.is_ok_and(|p| (0.0..=1.0 + 1e-6).contains(&p.fraction)));
        }
    }
}

/// A table of what runs today.
pub fn baseline(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let model = format!("{MODEL}baseline: {{ file: t.csv, switching: 200 USD/chip }}\n");
    let files = Some(BTreeMap::from([("t.csv".to_owned(), text.to_owned())]));
    loaded(&Input { files, folder: Some("beside".into()), ..of(&model) });
}
