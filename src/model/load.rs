//! From text to model: read, overlay, decode, interpret, cross-check.

use super::ids::{IdVec, OfferId};
use sha2::{Digest, Sha256};

use jiff::civil::DateTime;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::calendar::{Calendar, Step, parse_period};
use super::currencies::Rates;
use super::files::Files;
use super::reader::Reader;
use super::select::{Offers, Written};
use super::types::Offer;
use super::uncertainty::believed;
use super::whole::{Cited, Model};
use super::{
    backtest, baseline, contracts, demand, expect, holdings, policy, prefer, risk, sites, supply, uncertainty, upstream,
};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity, Sources, suggest};
use crate::document::{self as doc, Decode, Document, Node};
use crate::units::Quantity;

/// Most periods that a horizon may have: eleven years of hours.
const MOST_PERIODS: usize = 100_000;

/// Scenarios that are checked without being applied; beyond them a mistake is reported on use.
const MOST_SCENARIOS: usize = 200;

/// What is found wrong in a model only because its horizon could not be read.
const DATED: [Code; 7] = [
    Code::NoHorizon,
    Code::OffGrid,
    Code::OutsideHorizon,
    Code::SeriesLength,
    Code::MissingPrice,
    Code::UnservedWorkload,
    Code::NoEffect,
];

/// Everything that a model is read from.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// What the model's text is called in messages.
    pub name: String,
    /// The model's text.
    pub text: String,
    /// Texts laid over it, in order, each with its name.
    pub overlays: Vec<(String, String)>,
    /// Scenarios applied, in order.
    pub scenarios: Vec<String>,
    /// Settings `path=value`, in order.
    pub sets: Vec<String>,
    /// The folder in which files that the model names are looked for; without it they cannot be read.
    pub folder: Option<PathBuf>,
    /// Whether files that the model names may be outside of that folder, as they are or by a link.
    pub files_outside: bool,
    /// The texts of the files that the model names, by their paths; if given, no file is read.
    pub files: Option<BTreeMap<String, String>>,
    /// The future that is believed, such as `fast+late`, of a model with uncertainty.
    pub future: Option<String>,
    /// Whether the base case is believed, of a model with uncertainty.
    pub without_uncertainty: bool,
}

/// A model with what was found on the way.
#[derive(Debug)]
pub struct Loaded {
    /// The model.
    pub model: Model,
    /// Warnings.
    pub warnings: Diagnostics,
    /// The texts that places refer to.
    pub sources: Sources,
}

/// Why there is no model.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// Every problem found.
    pub diagnostics: Diagnostics,
    /// The texts that places refer to.
    pub sources: Sources,
}

impl std::fmt::Display for Rejected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::diagnostics::render(&self.diagnostics, &self.sources, false))
    }
}

impl std::error::Error for Rejected {}

impl Model {
    /// Reads a model from YAML.
    ///
    /// # Errors
    /// [`Rejected`] with every problem found, each with its code, line, column and remedy.
    ///
    /// ```
    /// use polysource::model::Model;
    ///
    /// let error = Model::from_yaml_str("polysource: 1\nchip: {}\n").unwrap_err();
    /// assert!(error.to_string().contains("did you mean `chips`?"));
    /// ```
    pub fn from_yaml_str(text: &str) -> Result<Model, Rejected> {
        let input = Input { name: "model.yaml".to_owned(), text: text.to_owned(), ..Input::default() };
        load(&input).map(|loaded| loaded.model)
    }

    /// Reads a model from data: an object with the keys of the model file, as another program has it.
    ///
    /// # Errors
    /// As [`Self::from_yaml_str`]; lines and columns are those of the data as JSON, a key a line.
    ///
    /// ```
    /// use polysource::model::Model;
    /// use serde_json::json;
    ///
    /// let model = Model::from_value(&json!({
    ///     "polysource": 1,
    ///     "chips": { "h100": { "vendor": "nvidia" } },
    ///     "clouds": { "aws": {} },
    ///     "offers": { "aws-h100": { "chip": "h100", "cloud": "aws", "price": 4, "capacity": "2k" } },
    ///     "workloads": {
    ///         "chat": { "kind": "inference", "demand": "90 req/h", "throughput": { "h100": "1 req/h" } },
    ///     },
    /// })).unwrap();
    /// assert_eq!(model.offers().as_slice()[0].price, [4.0]);
    /// ```
    pub fn from_value(value: &serde_json::Value) -> Result<Model, Rejected> {
        // JSON is YAML.
        Model::from_yaml_str(&format!("{value:#}"))
    }
}

/// Reads a model with its overlays, scenarios and settings.
///
/// Scenarios that are not applied are checked all the same, so that a mistake in one is found
/// before it is needed.
///
/// # Errors
/// [`Rejected`] with every problem found.
pub fn load(input: &Input) -> Result<Loaded, Rejected> {
    let mut sources = Sources::new();
    let mut diagnostics = Diagnostics::new();
    let model = read(input, &mut sources, &mut diagnostics);
    match model {
        Some((model, root)) if !diagnostics.has_errors() => {
            let Some(model) = believed(model, input, &mut diagnostics) else {
                return Err(Rejected { diagnostics, sources });
            };
            let model = model.read_from(root, sources.clone(), input.clone());
            Ok(Loaded { model, warnings: diagnostics, sources })
        }
        _ => Err(Rejected { diagnostics, sources }),
    }
}

/// Reads a model again from what has been read before: scenarios that are not applied, and sweeps, are not tried again.
///
/// # Errors
/// [`Rejected`] with every problem found.
pub fn load_again(input: &Input) -> Result<Model, Rejected> {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let mut read = || {
        let (_, root) = tree(input, &mut sources, &mut diagnostics)?;
        let model = interpret(&root, &sources, &mut diagnostics)?;
        believed(model, input, &mut diagnostics).map(|model| (model, root))
    };
    match read() {
        Some((model, root)) if !diagnostics.has_errors() => Ok(model.read_from(root, sources, input.clone())),
        _ => Err(Rejected { diagnostics, sources }),
    }
}

/// Reads a model with an entry added to it: at the end of the list at a path if `append`, in place of
/// what stands there if not. Maps and the list are made where they are missing.
///
/// # Errors
/// [`Rejected`] with every problem found.
pub fn load_with(input: &Input, path: &[&str], entry: &Node, append: bool) -> Result<Loaded, Rejected> {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let (name, written) = (path.join("."), entry.flow());
    let mut read = || {
        let (_, mut root) = tree(input, &mut sources, &mut diagnostics)?;
        // Shown where a mistake is in it.
        let source = sources.add(&name, &written);
        let place = Place { source, start: 0, end: u32::try_from(written.len()).unwrap_or(u32::MAX) };
        doc::insert(&mut root, path, entry.placed(place), append);
        let model = interpret(&root, &sources, &mut diagnostics);
        doc::locate(&root, &sources, &mut diagnostics);
        model.map(|model| (model, root))
    };
    match read() {
        Some((model, root)) if !diagnostics.has_errors() => {
            let mut input = input.clone();
            let Some(model) = believed(model, &input, &mut diagnostics) else {
                return Err(Rejected { diagnostics, sources });
            };
            input.sets.push(format!("{name}{}={written}", if append { "+" } else { "" }));
            let model = model.read_from(root, sources.clone(), input);
            Ok(Loaded { model, warnings: diagnostics, sources })
        }
        _ => Err(Rejected { diagnostics, sources }),
    }
}

/// What was written, with everything that is laid over it.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The tree after overlays, scenarios and settings.
    pub root: Node,
    /// The texts that its places refer to.
    pub sources: Sources,
}

/// Reads what was written of a model without saying what it means.
///
/// # Errors
/// [`Rejected`] with every problem found.
pub fn read_tree(input: &Input) -> Result<Tree, Rejected> {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    match tree(input, &mut sources, &mut diagnostics) {
        Some((_, root)) if !diagnostics.has_errors() => Ok(Tree { root, sources }),
        _ => Err(Rejected { diagnostics, sources }),
    }
}

fn read(input: &Input, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<(Model, Node)> {
    let (plain, root) = tree(input, sources, diagnostics)?;
    let told = diagnostics.len();
    let unread = doc::has_unread_cells(sources, diagnostics);
    let model = interpret(&root, sources, diagnostics);
    check_others(&plain, &input.scenarios, sources, diagnostics);
    super::expect::check_scenarios(&plain, sources, diagnostics);
    match &model {
        Some(model) => super::sweeps::check(&root, model, diagnostics),
        None => super::sweeps::check_without_model(&root, diagnostics),
    }
    if unread {
        // What stands in a cell that was not read is not missing.
        diagnostics.forget_since(told, &[Code::MissingKey, Code::EmptySelection, Code::NoHorizon]);
    }
    doc::locate(&root, sources, diagnostics);
    model.map(|model| (model, root))
}

/// What was written, overlaid: before scenarios and settings, and after them.
pub(super) fn tree(input: &Input, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<(Node, Node)> {
    let text = input.text.strip_prefix('\u{feff}').unwrap_or(&input.text);
    let source = sources.add(&input.name, text);
    if !doc::is_model(text) {
        sources.withhold(source);
    }
    let mut root = doc::read(text, source, diagnostics)?;
    let mut digests = vec![doc::digest(&root)];
    // Which table is read is settled before anything is laid over its offers.
    let names_table = |set: &&String| set.split_once('=').is_some_and(|(path, _)| path.trim() == "offers.file");
    for set in input.sets.iter().filter(names_table) {
        apply_set(&mut root, set, sources, diagnostics);
    }
    let mut files = named_files(input, sources, diagnostics);
    let mut offers = Vec::new();
    files.offer_tables(&mut root, &mut offers)?;
    for (name, text) in &input.overlays {
        let source = files.sources.add(name, text);
        if !doc::is_model(text) {
            files.sources.withhold(source);
        }
        let mut change = doc::read(text, source, files.diagnostics)?;
        digests.push(doc::digest(&change));
        files.offer_tables(&mut change, &mut offers)?;
        doc::merge(&mut root, &change, files.diagnostics);
    }
    files.sources.set_offer_tables(offers);
    files.sources.set_digests(&digests);
    let plain = root.clone();
    doc::apply_scenarios(&mut root, &input.scenarios, diagnostics);
    for set in input.sets.iter().filter(|set| !names_table(set)) {
        apply_set(&mut root, set, sources, diagnostics);
    }
    let mut files = named_files(input, sources, diagnostics);
    if let Some(table) =
        root.get("baseline").and_then(|b| b.get("file")).and_then(|file| files.read(file, &baseline::COLUMNS))
    {
        sources.set_table(table);
    }
    let mut files = named_files(input, sources, diagnostics);
    let history = root.get("backtest").and_then(|b| b.get("history"));
    if let Some(history) = history.and_then(|file| files.read(file, &backtest::COLUMNS)) {
        sources.set_history(history);
    }
    doc::keep_expected(&mut root, &input.scenarios);
    Some((plain, root))
}

fn named_files<'a>(input: &'a Input, sources: &'a mut Sources, diagnostics: &'a mut Diagnostics) -> Files<'a> {
    let (folder, kept) = (input.folder.as_deref(), input.files.as_ref());
    Files { folder, outside: input.files_outside, kept, sources, diagnostics }
}

fn apply_set(root: &mut Node, set: &str, sources: &mut Sources, diagnostics: &mut Diagnostics) {
    let Some((path, value)) = set.split_once('=') else {
        diagnostics.push(Diagnostic {
            code: Code::InvalidPath,
            severity: Severity::Error,
            message: format!("`--set {set}` has no `=`"),
            place: None,
            path: None,
            remedy: Some("write `--set offers.aws-h100.price=5.50`".to_owned()),
        });
        return;
    };
    if value.trim().strip_prefix('*').is_some_and(|factor| Quantity::parse(factor).is_ok()) {
        let source = sources.add(&format!("--set {path}"), value);
        let place = Place { source, start: 0, end: u32::try_from(value.len()).unwrap_or(u32::MAX) };
        let remedy = format!("write the new value, or let it vary: `sweep --vary '{set}'`");
        diagnostics.error(Code::InvalidQuantity, place, "`--set` takes a value and not a factor", remedy);
        return;
    }
    if let Some(node) = doc::read_value(&format!("--set {path}"), value, sources, diagnostics) {
        doc::set(root, path.trim(), node, diagnostics);
    }
}

pub(super) fn check_others(plain: &Node, applied: &[String], sources: &Sources, diagnostics: &mut Diagnostics) {
    let Some(doc::Value::Map(scenarios)) = plain.get("scenarios").map(|s| &s.value) else { return };
    // Without the scenarios in it, or many of them would take time with the square of their number.
    let mut bare = plain.clone();
    bare.leave_out(&["scenarios"]);
    let mut seen = std::collections::HashSet::new();
    let others = scenarios.iter().filter(|s| !applied.contains(&s.key) && seen.insert(&s.key));
    for scenario in others.take(MOST_SCENARIOS) {
        // Its warnings are reported when it is applied: an offer that it closes is closed on purpose.
        let mut found = Diagnostics::new();
        if scenario.node.get("uncertainty").is_some() {
            let mut root = plain.clone();
            doc::merge(&mut root, &scenario.node, &mut found);
            doc::keep_expected(&mut root, std::slice::from_ref(&scenario.key));
            interpret(&root, sources, &mut found);
        } else {
            let mut root = bare.clone();
            doc::merge(&mut root, &scenario.node, &mut found);
            doc::keep_expected(&mut root, std::slice::from_ref(&scenario.key));
            interpret_known(&root, sources, &mut found);
        }
        found.sorted().into_iter().filter(|d| d.severity == Severity::Error).for_each(|d| diagnostics.push(d.clone()));
    }
}

/// SHA-256 of everything that a model is read from: of what it says, not of how that is written.
pub(super) fn fingerprint(input: &Input, sources: &Sources) -> String {
    let mut hash = Sha256::new();
    let mut add = |part: &str| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    };
    sources.digests().iter().for_each(|digest| add(digest));
    input.scenarios.iter().chain(&input.sets).for_each(|part| add(part));
    input.future.iter().for_each(|future| add(&format!("future {future}")));
    if input.without_uncertainty {
        add("without uncertainty");
    }
    sources.table().iter().chain(sources.offer_tables()).for_each(|id| add(&sources.get(*id).text));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// From the tree to the model, with what is not known of it. Goes on past every mistake that leaves something to check.
pub(super) fn interpret(root: &Node, sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Model> {
    let document = Document::decode(root, diagnostics)?;
    let before = diagnostics.counts().0;
    let mut model = interpreted(&document, root, sources, diagnostics)?;
    let (calendar, currency) = (model.calendar.clone(), model.currency.clone());
    let (rates, notes) = (model.rates.clone(), Vec::new());
    // What is wrong in the model is not reported once more for every future.
    let whole = diagnostics.counts().0 == before;
    let mut found = Diagnostics::new();
    let into = if whole { &mut *diagnostics } else { &mut found };
    let mut reader = Reader { diagnostics: into, sources, calendar, currency, rates, notes };
    let uncertainty = uncertainty::read(&mut reader, &document, root, &model);
    backtest::check_futures(&mut reader, &document);
    if whole {
        model.uncertainty = uncertainty.map(Arc::new);
        if document.uncertainty.is_none() {
            warn_certain(&mut reader, &document);
            model = model.by_itself();
        }
        model.notes.append(&mut reader.notes);
    } else {
        mistakes_of_its_own(&found, root, diagnostics);
    }
    Some(model)
}

/// Reports what is wrong in `uncertainty` itself, whatever else is wrong in the model: what does not depend on what the
/// model has.
fn mistakes_of_its_own(found: &Diagnostics, root: &Node, diagnostics: &mut Diagnostics) {
    let mut own = Vec::new();
    ["uncertainty", "objective"].iter().filter_map(|key| root.get(key)).for_each(|node| places(node, &mut own));
    let depends = |code: Code| DATED.contains(&code) || [Code::EmptySelection, Code::Contradiction].contains(&code);
    for mistake in found.sorted() {
        let inside =
            |place: Place| own.iter().any(|p| p.source == place.source && (p.start..p.end).contains(&place.start));
        if mistake.severity == Severity::Error && !depends(mistake.code) && mistake.place.is_some_and(inside) {
            diagnostics.push(mistake.clone());
        }
    }
}

/// Where a node and all in it stand.
fn places(node: &Node, all: &mut Vec<Place>) {
    all.push(node.place);
    match &node.value {
        doc::Value::List(items) => items.iter().for_each(|item| places(item, all)),
        doc::Value::Map(entries) => entries.iter().for_each(|entry| {
            all.push(entry.place);
            places(&entry.node, all);
        }),
        doc::Value::Null | doc::Value::Scalar(_) => {}
    }
}

/// From the tree to the model, believed as it is written.
pub(super) fn interpret_known(root: &Node, sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Model> {
    let document = Document::decode(root, diagnostics)?;
    interpreted(&document, root, sources, diagnostics)
}

fn interpreted(document: &Document, root: &Node, sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Model> {
    let currency = document.currency.as_ref().map_or_else(|| "USD".to_owned(), |c| c.text.clone());
    let (steady, rates, notes) = (Calendar::steady(), Rates::new(), Vec::new());
    let mut reader = Reader { diagnostics, sources, calendar: steady, currency, rates, notes };
    version(&mut reader, document);
    if let Some(currency) = &document.currency
        && (currency.text.len() != 3 || !currency.text.chars().all(|c| c.is_ascii_uppercase()))
    {
        let message = format!("`{}` is not a currency code", currency.text);
        reader.error(Code::UnknownWord, currency.place, message, "write three capital letters such as USD");
    }
    let calendar = calendar(&mut reader, document);
    // Without its horizon a model is read on as far as it goes, but nothing that depends on dates
    // is reported: the one mistake is enough.
    let undated = calendar.is_none();
    let told = reader.diagnostics.len();
    reader.calendar = calendar.unwrap_or_else(Calendar::steady);
    document.name.iter().for_each(|n| reader.check_word(n));
    reader.rates = super::currencies::read(&mut reader, document.currencies.as_ref());
    super::currencies::note(&mut reader);
    let discount_rate = reader.yearly(document.discount_rate.as_ref()).unwrap_or(0.0);
    let chips = document.chips.as_ref().map(|m| supply::chips(&mut reader, m)).unwrap_or_default();
    let clouds = document.clouds.as_ref().map(|m| supply::clouds(&mut reader, m)).unwrap_or_default();
    let investors = supply::investors(&mut reader, document.investors.as_ref());
    super::spelling::check(&mut reader, document);
    let remembered =
        document.chips.iter().flat_map(|m| &m.entries).any(|(_, _, c)| c.as_ref().is_some_and(|c| c.memory.is_some()));
    if remembered {
        let note = "`memory` of chips is for reference: what fits on a chip is for `throughput` and `eligible` to say";
        reader.notes.push(note.to_owned());
    }
    let mapped = document.clouds.iter().flat_map(|m| &m.entries);
    if mapped.filter_map(|(_, _, c)| c.as_ref()).any(|c| c.regions.is_some() || c.sites.is_some()) {
        reader.notes.push("`regions` and `sites` of clouds are for reference: an offer says where it is".to_owned());
    }
    let read = supply::offers(&mut reader, document, &chips, &clouds);
    let mut offers: IdVec<OfferId, Offer> = read.iter().map(|r| r.offer.clone()).collect();
    let written = Written::of(document, &offers.iter().map(|o| o.id.as_str()).collect());
    let made = upstream::made(
        &mut reader,
        document,
        &Offers { offers: &offers, chips: &chips, clouds: &clouds, written: &written },
    );
    upstream::attach(&mut offers, &made);
    sites::attach(&mut reader, document, &mut offers, &chips);
    let offers = offers;
    let parts = || Offers { offers: &offers, chips: &chips, clouds: &clouds, written: &written };
    let pools = supply::pools(&mut reader, document, &read, &chips, |r, s| parts().select(r, s));
    let contracts = contracts::contracts(&mut reader, document, &parts());
    let workloads = demand::workloads(&mut reader, document, &chips, &parts());
    let workloads_incomplete = document.workloads.as_ref().is_none_or(|m| m.entries.len() != workloads.len());
    let all = policy::Parts { offers: parts(), workloads: &workloads, workloads_incomplete, contracts: &contracts };
    let supply = upstream::supply(&mut reader, document, &made, &offers, &workloads);
    let limits = policy::limits(&mut reader, document, &all);
    let policy = document.policy.as_ref();
    let survive = policy.map(|p| risk::survive(&mut reader, p, &all, &supply)).unwrap_or_default();
    let outages = policy.map(|p| risk::outages(&mut reader, p, &all)).unwrap_or_default();
    let risk = policy.map(|p| risk::risk(&mut reader, p, &outages)).unwrap_or_default();
    let baseline = baseline::baseline(&mut reader, document, &all, sources.table());
    let holdings = holdings::holdings(&mut reader, document, &all);
    let prefer = prefer::prefer(&mut reader, document);
    let backtest = backtest::read(&mut reader, document, &all, sources.history());
    let expectations = expect::expectations(&mut reader, document, &all, &supply);
    let risk_place = policy.and_then(|p| p.risk.as_ref()).map_or(document.place, |r| r.place);
    let risk_origin = reader.origin(risk_place);
    super::unlikely::warn(&mut reader, document, &parts(), &workloads, (&limits, &contracts));
    check_dates(&mut reader, root);
    let cite = |c: doc::Citation| Cited {
        path: c.path,
        source: c.source,
        as_of: c.as_of.map(|(text, _)| text),
        origin: reader.origin(c.place),
    };
    let citations = doc::citations(root).into_iter().map(cite).collect();
    if undated {
        reader.diagnostics.forget_since(told, &DATED);
        return None;
    }
    let notes = std::mem::take(&mut reader.notes);
    let Reader { calendar, currency, rates, .. } = reader;
    let mut model = Model {
        name: document.name.as_ref().map_or_else(|| "unnamed".to_owned(), |n| n.text.clone()),
        currency,
        rates,
        sha256: String::new(),
        scenarios: Vec::new(),
        calendar,
        discount_rate,
        chips,
        clouds,
        investors,
        pools,
        supply,
        offers,
        contracts,
        workloads,
        baseline,
        holdings,
        limits,
        survive,
        outages,
        risk,
        risk_origin,
        prefer,
        expectations,
        backtest: backtest.map(Arc::new),
        notes,
        citations,
        uncertainty: None,
        written: Arc::default(),
    };
    super::late::settle(&mut model);
    Some(model)
}

fn version(reader: &mut Reader<'_>, document: &Document) {
    if let Some(version) = &document.polysource
        && (version.quantity.number != 1.0 || version.quantity.unit.is_some())
    {
        reader.error(
            Code::UnsupportedVersion,
            version.place,
            "this program reads version 1 of the format",
            "write `polysource: 1`",
        );
    }
}

/// The horizon's calendar, the steady state without one, `None` if it could not be read.
fn calendar(reader: &mut Reader<'_>, document: &Document) -> Option<Calendar> {
    let Some(horizon) = &document.horizon else {
        return (!document.bad.contains(&"horizon")).then(Calendar::steady);
    };
    let start = horizon.start.as_ref().and_then(|text| {
        let period = parse_period(&text.text);
        if period.is_none() {
            let message = format!("`{}` is not a period", text.text);
            reader.error(Code::InvalidPeriod, text.place, message, "write 2026, 2026-Q3, 2026-07 or 2026-07-15");
        }
        period.map(|(start, _)| start)
    });
    let Some(list) = &horizon.steps else {
        let step = horizon.step.as_ref().and_then(|text| step(reader, text));
        let periods = reader.count(horizon.periods.as_ref(), MOST_PERIODS);
        return ended(reader, horizon.place, Calendar::new(start?, step?, periods?));
    };
    let parts = parts(reader, horizon, list, start);
    let all = parts.as_ref().map_or(0, |parts| parts.iter().map(|(count, _)| count).sum());
    if all > MOST_PERIODS {
        let message = format!("the horizon has {all} periods, more than {MOST_PERIODS}");
        reader.error(Code::OutOfRange, list.place, message, "use fewer or longer periods");
        return None;
    }
    ended(reader, horizon.place, Calendar::of_parts(start?, &parts?))
}

/// The calendar, or a report that there is none.
fn ended(reader: &mut Reader<'_>, place: Place, calendar: Option<Calendar>) -> Option<Calendar> {
    if calendar.is_none() {
        reader.error(Code::OutOfRange, place, "the horizon ends after the year 9999", "use fewer periods");
    }
    calendar
}

/// The length that a word names.
fn step(reader: &mut Reader<'_>, text: &doc::Text) -> Option<Step> {
    let step = Step::from_word(&text.text);
    if step.is_none() {
        let message = format!("`{}` is not a step", text.text);
        reader.error(Code::UnknownWord, text.place, message, suggest(&text.text, Step::WORDS));
    }
    step
}

/// The parts of a horizon whose periods are of several lengths; each begins where its step does, so that the name of a
/// period says which it is: `2027-04` is a month, `2027-Q2` a quarter.
fn parts(
    reader: &mut Reader<'_>,
    horizon: &doc::Horizon,
    list: &doc::List<doc::HorizonPart>,
    start: Option<DateTime>,
) -> Option<Vec<(usize, Step)>> {
    let both =
        [("periods", horizon.periods.as_ref().map(|a| a.place)), ("step", horizon.step.as_ref().map(|t| t.place))];
    for (key, place) in both {
        if let Some(place) = place {
            let message = format!("`steps` and `{key}` both define the periods");
            let remedy = format!("remove `{key}`, or `steps`; in an overlay, write `{key}: null`");
            reader.error(Code::Contradiction, place, message, remedy);
            return None;
        }
    }
    if list.items.is_empty() {
        // A part that could not be read has been reported.
        if !reader.diagnostics.has_errors() {
            let remedy = "write `steps: [{ periods: 12, step: month }, { periods: 4, step: quarter }]`";
            reader.error(Code::MissingKey, list.place, "a horizon needs at least one period", remedy);
        }
        return None;
    }
    let mut read = Vec::new();
    let mut begins = start;
    let mut whole = true;
    for part in &list.items {
        let step = part.step.as_ref().and_then(|text| step(reader, text));
        let count = reader.count(part.periods.as_ref(), MOST_PERIODS);
        if let (Some(at), Some(step), Some(text)) = (begins, step, &part.step)
            && !step.begins_at(at)
        {
            let (word, day) = (step.word(), at.date());
            let message = format!("a {word} begins {}, and this part begins on {day}", step.beginning());
            let remedy = if read.is_empty() {
                "begin with shorter periods until then, or change `start`"
            } else {
                "give the part before it more or fewer periods"
            };
            reader.error(Code::OffGrid, text.place, message, remedy);
            return None;
        }
        let (Some(count), Some(step)) = (count, step) else {
            (begins, whole) = (None, false);
            continue;
        };
        begins = begins.and_then(|at| step.end(at, count));
        read.push((count, step));
    }
    whole.then_some(read)
}

/// Reports every `as_of` that is no date.
fn check_dates(reader: &mut Reader<'_>, root: &Node) {
    for found in doc::citations(root) {
        let Some((text, place)) = found.as_of.filter(|(text, _)| parse_period(text).is_none()) else { continue };
        let message = format!("`{text}` is not a date");
        let day = day_meant(&text).unwrap_or_else(|| "such as 2026-11-09".to_owned());
        reader.error(Code::InvalidPeriod, place, message, format!("write the day on which it held, {day}"));
    }
}

/// The day that a text with the name of a month means, as in `9 Nov 2026` or `November 9, 2026`.
fn day_meant(text: &str) -> Option<String> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    let (mut day, mut month, mut year) = (None, None, None);
    for word in words {
        let number = word.trim_end_matches(|c: char| c.is_alphabetic()).parse::<u16>().ok();
        match number {
            Some(n) if (1900..=2100).contains(&n) && year.is_none() => year = Some(n),
            Some(n) if (1..=31).contains(&n) && day.is_none() => day = Some(n),
            Some(_) => return None,
            None => {
                let lower = word.to_lowercase();
                let named = MONTHS.iter().position(|m| lower.starts_with(m))?;
                month = month.is_none().then_some(named + 1);
                month?;
            }
        }
    }
    let (month, year) = (month?, year?);
    let date = day.map_or_else(|| format!("{year}-{month:02}"), |day| format!("{year}-{month:02}-{day:02}"));
    parse_period(&date).is_some().then(|| format!("`{date}`"))
}

/// Warns of limits on what is expected where all is known.
fn warn_certain(reader: &mut Reader<'_>, document: &Document) {
    let expected: Vec<doc::Limit> = document.expect.iter().flat_map(|l| &l.items).map(expect::limit_of).collect();
    let policy = document.policy.iter().flat_map(|p| &p.limits).flat_map(|l| &l.items);
    for limit in policy.chain(&expected) {
        let within = (limit.budget.iter().map(|l| &l.within))
            .chain(limit.share.iter().map(|l| &l.within))
            .chain(limit.floor.iter().map(|l| &l.within))
            .chain(limit.carbon.iter().map(|l| &l.within));
        for text in within.flatten() {
            let message = "the expected value is the only value: this model has one future";
            let remedy = "add `uncertainty`, or remove `in: expected`";
            reader.diagnostics.warning(Code::NoEffect, text.place, message, remedy);
        }
    }
}
