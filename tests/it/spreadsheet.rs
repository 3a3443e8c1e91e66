//! A model as a workbook: it says what the YAML says, and what is wrong in it is told at its cell. The plan as a workbook:
//! its sums are the plan's.

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write as _};

use calamine::{Data, Reader, Xlsx};
use polysource::diagnostics::{Diagnostics, Sources, render};
use polysource::document::{Book, BookCell, BookColumn, NotAWorkbook, book_of, read, save, text_of_book, text_of_xlsx};
use polysource::model::{Input, Loaded, Model, Rejected, load};
use polysource::{SolveSettings, report, solve};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use crate::common::{at, program};

fn yaml(path: &str) -> Input {
    let text = fs::read_to_string(at(path)).unwrap();
    let folder = at(path).parent().map(std::path::Path::to_path_buf);
    Input { name: path.to_owned(), text, folder, ..Input::default() }
}

fn book(path: &str, all: bool) -> Book {
    let text = yaml(path).text;
    let source = Sources::new().add("", &text);
    book_of(&read(&text, source, &mut Diagnostics::new()).unwrap(), all).unwrap()
}

fn sha(input: &Input) -> String {
    load(input).unwrap_or_else(|e| panic!("{}: {e}", input.name)).model.sha256().to_owned()
}

/// What is told of a workbook as text.
fn told(text: &str) -> String {
    let input = Input { name: "book.xlsx".to_owned(), text: text.to_owned(), ..Input::default() };
    match load(&input) {
        Ok(Loaded { warnings, sources, .. }) => render(&warnings, &sources, false),
        Err(Rejected { diagnostics, sources }) => render(&diagnostics, &sources, false),
    }
}

/// Every model, the template and every key of the format: YAML, to a workbook, to the same fingerprint.
#[test]
fn a_workbook_says_what_the_yaml_says() {
    let mut models: Vec<String> = fs::read_dir(at("models"))
        .unwrap()
        .map(|e| format!("models/{}", e.unwrap().file_name().to_str().unwrap()))
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    models.sort();
    assert!(models.len() >= 9);
    models.extend(["tests/fixtures/every-clause.yaml".to_owned(), "src/cli/template.yaml".to_owned()]);
    for path in models {
        let input = yaml(&path);
        let book = book(&path, path.ends_with("template.yaml"));
        let bytes = save(&book).unwrap();
        assert_eq!(save(&book).unwrap(), bytes, "{path}: the same model, the same bytes");
        let text = text_of_xlsx(&bytes).unwrap();
        assert_eq!(sha(&Input { text, ..input.clone() }), sha(&input), "{path}");
    }
}

/// Texts that a cell must not change: what looks like a number, a formula, YAML, a note; quotes, lines and tabs.
#[test]
fn texts_stay_what_they_are() {
    let text = r##"
polysource: 1
name: "1.10"
chips: { h100: { vendor: nvidia, source: "=1+1", tags: { "a.b": "007", note: "# no note", "t": "true" } } }
clouds: { aws: { source: "two\nlines\tand a tab \\t", regions: ["a, b", c] }, other: { regions: [x, y] } }
offers: { aws-h100: { chip: h100, cloud: aws, price: 4.10, capacity: [2k, 1e3], source: "{ braces }" } }
workloads: { chat: { kind: inference, demand: { 2026: 90 req/h, 2027: 80 req/h }, throughput: { h100: 1 req/h }, eligible: { cloud: "a*" } } }
horizon: { start: 2026, periods: 2, step: year }
"##;
    let input = Input { text: text.to_owned(), ..Input::default() };
    let source = Sources::new().add("", text);
    let book = book_of(&read(text, source, &mut Diagnostics::new()).unwrap(), false).unwrap();
    let workbook = Input { text: text_of_xlsx(&save(&book).unwrap()).unwrap(), ..Input::default() };
    assert_eq!(sha(&workbook), sha(&input));
    let model = load(&workbook).unwrap().model;
    let cited = model.citations().iter().any(|c| c.source.as_deref() == Some("two\nlines\tand a tab \\t"));
    assert!(cited, "{:?}", model.citations());
}

/// A sheet of a book.
fn sheet<'a>(book: &'a mut Book, name: &str) -> &'a mut polysource::document::BookSheet {
    book.sheets.iter_mut().find(|s| s.name == name).unwrap()
}

/// A cell by its sheet, its header and its row below the header, from 0.
fn cell<'a>(book: &'a mut Book, name: &str, header: &str, row: usize) -> &'a mut BookCell {
    let sheet = sheet(book, name);
    let column = sheet.columns.iter().position(|c| c.header == header).unwrap_or_else(|| panic!("no {header}"));
    &mut sheet.rows[row][column]
}

fn write(book: &mut Book, name: &str, header: &str, row: usize, text: &str) {
    *cell(book, name, header, row) = BookCell::Text(text.to_owned());
}

/// Gives a column another header.
fn rename(book: &mut Book, name: &str, header: &str, to: &str) {
    sheet(book, name).columns.iter_mut().find(|c| c.header == header).unwrap().header = to.to_owned();
}

/// Adds a column with a value in the first row.
fn add(book: &mut Book, name: &str, header: &str, value: &str) {
    let sheet = sheet(book, name);
    sheet.columns.push(BookColumn { header: header.to_owned(), note: String::new(), choices: None });
    for (index, row) in sheet.rows.iter_mut().enumerate() {
        row.push(if index == 0 { BookCell::Text(value.to_owned()) } else { BookCell::Blank });
    }
}

type Mistake = (&'static str, fn(&mut Book));

/// One mistake each, as somebody makes it who works in a spreadsheet.
const MISTAKES: &[Mistake] = &[
    ("a misspelt cloud", |b| write(b, "offers", "cloud", 0, "asw")),
    ("money with a sign", |b| write(b, "offers", "price (USD/chip-h)", 0, "$4.00")),
    ("a number with a comma", |b| write(b, "offers", "capacity (chips)", 0, "20,000")),
    ("a word where a number belongs", |b| write(b, "offers", "capacity (chips)", 0, "tbd")),
    ("a date where a number belongs", |b| write(b, "offers", "capacity (chips)", 0, "2026-07-01")),
    ("a unit of another kind in the header", |b| rename(b, "offers", "price (USD/chip-h)", "price (GB)")),
    ("a unit below which nothing has one", |b| rename(b, "offers", "chip", "chip (GB)")),
    ("a column of one's own", |b| add(b, "offers", "Approved by", "Ann")),
    ("a misspelt column", |b| rename(b, "offers", "price (USD/chip-h)", "prise (USD/chip-h)")),
    ("a misspelt key inside of a key", |b| add(b, "offers", "term.upfrnt (%)", "20 %")),
    ("no header", |b| rename(b, "offers", "price (USD/chip-h)", "")),
    ("no column of ids", |b| rename(b, "chips", "id", "")),
    ("no id", |b| *cell(b, "offers", "id", 0) = BookCell::Blank),
    ("an id twice", |b| write(b, "chips", "id", 1, "h100")),
    ("a column twice", |b| add(b, "offers", "price (USD/chip-h)", "4")),
    ("a price twice in a row", |b| add(b, "offers", "price (EUR/chip-h)", "4")),
    ("a price and its steps", |b| add(b, "offers", "price.2027-Q1 (USD/chip-h)", "4")),
    ("0.6 below per cent", |b| add(b, "policy.limits", "floor.at_least (%)", "0.6")),
    ("braces that are not closed", |b| write(b, "policy.limits", "share.by", 0, "vendro")),
    ("a selector that is no YAML", |b| add(b, "policy.limits", "share.where", "{ vendor: nvidia")),
    ("a selector of nothing", |b| add(b, "policy.limits", "share.where", "{ vendor: nvidea }")),
    ("a sheet of one's own", |b| sheet(b, "offers").name = "Ofers".to_owned()),
    ("an unknown key of the model", |b| write(b, "model", "key", 0, "curency")),
    ("a key of the model twice", |b| {
        let row = sheet(b, "model").rows[0].clone();
        sheet(b, "model").rows.push(row);
    }),
    ("a value without a key", |b| *cell(b, "model", "key", 0) = BookCell::Blank),
    ("a unit of a name", |b| write(b, "model", "unit", 1, "USD")),
    ("no column of values", |b| rename(b, "model", "value", "values")),
];

/// Cells without a value, as the text of a workbook has them.
const UNREADABLE: [(&str, &str); 4] = [
    ("an error", "\\!e#REF!"),
    ("a formula that was never calculated", "\\!f=A1*2"),
    ("merged cells", "\\!mE2:E3"),
    ("a time of day", "\\!d12:30:00"),
];

/// Exact texts, with sheet, cell and remedy; `UPDATE_EXPECT=1` writes them anew, to be read before they are kept.
#[test]
fn every_mistake_is_told_at_its_cell() {
    let mut all = String::new();
    for (name, mistake) in MISTAKES {
        let mut book = book("models/quickstart.yaml", false);
        mistake(&mut book);
        let text = text_of_book(&book);
        assert_eq!(told(&text_of_xlsx(&save(&book).unwrap()).unwrap()), told(&text), "{name}");
        let _ = writeln!(all, "== {name}\n\n{}", told(&text));
    }
    for (name, mark) in UNREADABLE {
        let mut book = book("models/quickstart.yaml", false);
        write(&mut book, "offers", "price (USD/chip-h)", 0, "MARK");
        let text = text_of_book(&book).replace("MARK", mark);
        let _ = writeln!(all, "== {name}\n\n{}", told(&text));
    }
    let path = at("tests/fixtures/spreadsheet.txt");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &all).unwrap();
    }
    assert_eq!(all, fs::read_to_string(&path).unwrap());
    // What the page of the code shows is what is said.
    let page = polysource::diagnostics::page(polysource::diagnostics::Code::UnreadableCell);
    let shown: Vec<&str> = page.lines().filter_map(|l| l.strip_prefix("    ")).collect();
    assert!(shown.len() > 5 && all.contains(&shown.join("\n")), "{page}");
}

/// What is kept for people is not read.
#[test]
fn notes_are_not_read() {
    let mut book = book("models/quickstart.yaml", false);
    let plain = text_of_book(&book);
    add(&mut book, "offers", "# approved by", "Ann");
    let offers = sheet(&mut book, "offers");
    let mut note = vec![BookCell::Blank; offers.columns.len()];
    note[0] = BookCell::Text("# prices of November".to_owned());
    note[1] = BookCell::Text("anything".to_owned());
    offers.rows.insert(0, note);
    book.sheets.push(polysource::document::BookSheet {
        name: "# scratch".to_owned(),
        columns: vec![BookColumn { header: "what".to_owned(), note: String::new(), choices: None }],
        ..Default::default()
    });
    let of = |text: String| sha(&Input { text, ..Input::default() });
    assert_eq!(of(text_of_xlsx(&save(&book).unwrap()).unwrap()), of(plain));
}

/// Cells of every type, as Excel stores them.
#[test]
fn cells_are_read_as_what_they_show() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("any").unwrap();
    let (percent, day, month) = ("0.0%", "yyyy-mm-dd", "mmm-yy");
    let format = |code: &str| Format::new().set_num_format(code);
    let date = |y, m, d| ExcelDateTime::from_ymd(y, m, d).unwrap();
    sheet.write_number_with_format(0, 0, 0.6, &format(percent)).unwrap();
    sheet.write_number_with_format(0, 1, 0.07, &format(percent)).unwrap();
    sheet.write_datetime_with_format(0, 2, date(2027, 7, 1), &format(month)).unwrap();
    sheet.write_datetime_with_format(0, 3, date(2027, 7, 1), &format(day)).unwrap();
    sheet.write_datetime_with_format(0, 4, date(2026, 11, 23), &format("dd/mm/yyyy")).unwrap();
    sheet.write_boolean(0, 5, true).unwrap();
    sheet.write_formula(0, 6, Formula::new("=2*3").set_result("6")).unwrap();
    sheet.write_formula(0, 7, Formula::new("=A9").set_result("#REF!")).unwrap();
    sheet.write_number(0, 8, 6.88).unwrap();
    sheet.write_number_with_format(0, 9, 38e9, &format("#,##0 \"100%\"")).unwrap();
    sheet.merge_range(1, 0, 2, 0, "merged", &Format::new()).unwrap();
    let text = text_of_xlsx(&workbook.save_to_buffer().unwrap()).unwrap();
    let row = |n: &str| text.lines().find(|l| l.starts_with(n)).unwrap().split('\t').skip(1).collect::<Vec<_>>();
    assert_eq!(
        row("1\t"),
        ["60 %", "7 %", "2027-07", "2027-07-01", "2026-11-23", "true", "6", "\\!e#REF!", "6.88", "38000000000"]
    );
    assert_eq!(row("2\t"), ["\\!mA2:A3"]);
}

/// A zip archive with one part.
fn archive(name: &str, content: impl Fn(&mut zip::ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    content(&mut archive);
    archive.finish().unwrap().into_inner()
}

/// No file breaks the reader, and none is unpacked beyond the limit.
#[test]
fn hostile_files_are_refused() {
    let good = save(&book("models/quickstart.yaml", false)).unwrap();
    for part in 1..40 {
        let cut = &good[..good.len() * part / 40];
        assert!(text_of_xlsx(cut).is_err(), "{part}");
        // One byte in forty is another.
        let mut changed = good.clone();
        (0..changed.len()).filter(|i| i % 397 == part * 9).for_each(|i| changed[i] ^= 0x5a);
        let _ = text_of_xlsx(&changed);
    }
    for bytes in [&b""[..], b"PK\x03\x04", b"PK\x03\x04 and some words", b"PK\x05\x06\0\0"] {
        assert!(text_of_xlsx(bytes).is_err());
    }
    let old = text_of_xlsx(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    assert!(matches!(old, Err(NotAWorkbook::Locked)));
    let zeros = vec![b' '; 1 << 20];
    let bomb = archive("xl/worksheets/sheet1.xml", |a| (0..260).for_each(|_| a.write_all(&zeros).unwrap()));
    assert!(bomb.len() < 1 << 20);
    assert!(matches!(text_of_xlsx(&bomb), Err(NotAWorkbook::TooLarge(_))));
    let texts = b"<sst xmlns=\"x\" count=\"1\" uniqueCount=\"999999999999\"></sst>";
    let many = archive("xl/sharedStrings.xml", |a| a.write_all(texts).unwrap());
    assert!(matches!(text_of_xlsx(&many), Err(NotAWorkbook::TooLarge(_))));
    let other = archive("word/document.xml", |a| a.write_all(b"<w/>").unwrap());
    assert!(matches!(text_of_xlsx(&other), Err(NotAWorkbook::Damaged(_))));
}

/// Nor does a text that says that it was a workbook: cut anywhere, with columns without end.
#[test]
fn hostile_texts_are_refused() {
    let book = book("tests/fixtures/every-clause.yaml", false);
    let text = text_of_book(&book);
    for part in 1..30 {
        let mut at = text.len() * part / 30;
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let _ = told(&text[..at]);
        let _ = told(&text.replace(['a', '{'], ["\\é\t", "\\"][part % 2]));
    }
    let wide =
        |sheet: &str| format!("#polysource-workbook 1\n#sheet\t{sheet}\n1\tid\t{}\n", "tags.x\t".repeat(1_000_000));
    assert!(told(&wide("chips")).contains("the sheet `chips` has more than 1000 columns"));
    let long = "2\tcurrency\tUSD\n".repeat(1_000_000);
    let long = format!("#polysource-workbook 1\n#sheet\tmodel\n1\tkey\tvalue\n{long}");
    assert!(told(&long).contains("more than 10000 rows"));
}

/// What the formulas of a plan add up to, by the values that are written with them.
#[test]
fn the_sums_of_a_plan_are_its_costs() {
    for name in ["quickstart", "inference-fleet", "own-or-rent"] {
        let model = Model::from_yaml_str(&yaml(&format!("models/{name}.yaml")).text).unwrap();
        let plan = solve(&model, &SolveSettings::default()).unwrap();
        let bytes = report::workbook::save(&model, &plan).unwrap();
        assert_eq!(report::workbook::save(&model, &plan).unwrap(), bytes, "the same plan, the same bytes");
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let cost = plan.cost.as_ref().unwrap();
        let summary = book.worksheet_range("plan").unwrap();
        let total = summary.rows().find(|r| r[0] == Data::String("Total".to_owned())).unwrap();
        let number = |cell: &Data| match cell {
            Data::Float(x) => *x,
            Data::Int(x) => *x as f64,
            other => panic!("{other:?}"),
        };
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * b.abs().max(1.0);
        assert!(near(number(&total[1]), cost.total), "{name}: {} {}", number(&total[1]), cost.total);
        assert!(near(number(&total[3]), cost.nominal), "{name}");
        let periods = book.worksheet_range("cost by period").unwrap();
        let (rows, last) = (periods.rows().collect::<Vec<_>>(), periods.width() - 1);
        for (row, period) in rows[1..].iter().zip(&cost.by_period) {
            assert_eq!(row[0], Data::String(period.period.clone()));
            assert!(near(number(&row[last]), period.cost), "{name} {}", period.period);
        }
        assert!(near(number(&rows[rows.len() - 1][last]), cost.nominal), "{name}");
        let formulas = book.worksheet_formula("cost by period").unwrap();
        assert!(formulas.used_cells().count() > cost.by_period.len());
        let chips = book.worksheet_range("chips by cloud").unwrap();
        let held: f64 = plan.purchases.iter().map(|p| p.chips).sum();
        let told: f64 = chips.rows().skip(1).map(|r| number(&r[chips.width() - 1])).sum();
        assert!(near(told, held), "{name}");
    }
}

/// The commands, and that none writes over what it reads.
#[test]
fn commands_read_and_write_workbooks() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let out = program().current_dir(folder.path()).args(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (out.status.code(), text(&out.stdout), text(&out.stderr))
    };
    let quickstart = at("models/quickstart.yaml").display().to_string();
    assert_eq!(run(&["init", "--to", "xlsx", "-o", "book.xlsx"]).0, Some(0));
    let (code, out, _) = run(&["check", "book.xlsx"]);
    assert!(code == Some(0) && out.starts_with("book.xlsx: ok: 4 offers"), "{out}");
    assert!(run(&["init", "-o", "book.xlsx"]).2.contains("is there already"));
    assert_eq!(run(&["export", &quickstart, "-o", "quick.xlsx"]).0, Some(0));
    // The plan is that of the YAML, whatever the form; so is the fingerprint.
    let plan = |model: &str| run(&["solve", model, "--format", "json"]).1;
    let of_yaml = plan(&quickstart);
    let of_book = plan("quick.xlsx");
    let cost = |json: &str| {
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        (value["cost"]["total"].as_f64().unwrap(), value["model"]["sha256"].clone())
    };
    assert_eq!(cost(&of_book), cost(&of_yaml));
    assert_eq!(run(&["diff", "quick.xlsx", &quickstart, "--detailed-exitcode"]).0, Some(0));
    assert_eq!(run(&["solve", "quick.xlsx", "--format", "xlsx", "-o", "plan.xlsx"]).0, Some(0));
    for arguments in [
        &["solve", "quick.xlsx", "--format", "xlsx", "-o", "quick.xlsx"][..],
        &["export", "quick.xlsx", "--to", "xlsx", "-o", "quick.xlsx"],
        &["check", "quick.xlsx", "--mark", "quick.xlsx"],
    ] {
        let before = fs::read(folder.path().join("quick.xlsx")).unwrap();
        assert_ne!(run(arguments).0, Some(0), "{arguments:?}");
        assert_eq!(fs::read(folder.path().join("quick.xlsx")).unwrap(), before, "{arguments:?}");
    }
    assert!(run(&["check", &quickstart, "--mark", "marked.xlsx"]).2.contains("--mark is for a workbook"));
    // A mistake in the workbook is a note in the copy.
    let mut wrong = book("models/quickstart.yaml", false);
    write(&mut wrong, "offers", "cloud", 0, "asw");
    fs::write(folder.path().join("wrong.xlsx"), save(&wrong).unwrap()).unwrap();
    let (code, out, err) = run(&["check", "wrong.xlsx", "--mark", "marked.xlsx", "--format", "json"]);
    assert_eq!(code, Some(3), "{err}");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let name = json["errors"][0]["cell"].as_str().unwrap();
    assert!(name.starts_with("offers!") && name.ends_with('2'), "{json}");
    let mut marked = zip::ZipArchive::new(fs::File::open(folder.path().join("marked.xlsx")).unwrap()).unwrap();
    let names: Vec<String> = marked.file_names().map(|n| n.unwrap().into_owned()).collect();
    let comments = names.iter().filter(|n| n.starts_with("xl/comments"));
    let notes: Vec<String> = comments.map(|n| std::io::read_to_string(marked.by_name(n).unwrap()).unwrap()).collect();
    assert!(notes.iter().any(|n| n.contains("there is no cloud `asw`") && n.contains("did you mean")), "{notes:?}");
}
