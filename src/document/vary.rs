//! What varies in a sweep, and over which values.
//!
//! One grammar serves the command line and the model file:
//!
//! | written | meaning |
//! | --- | --- |
//! | `offers.aws-h100.price=1..5/9` | set to nine values from 1 to 5 |
//! | `offers{vendor: amazon}.price=*0.4..1.6/25` | scaled by 25 factors |
//! | `workloads{kind: inference}.demand=*0.8,1,1.5` | scaled by three factors |
//! | `policy.limits.cap.share.at_most=+-5 %..5 %/3` | shifted by three amounts |
//! | `offers.aws-h100.price=*normal(1, 0.2)` | drawn at random |
//! | `scenario=none,tight-supply,tight-supply+amd-late` | scenarios of the model |

#[cfg(feature = "schema")]
use std::borrow::Cow;

#[cfg(feature = "schema")]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Decode, Text, wrong_type};
use super::node::{Node, Value};
use super::read::read_value;
use super::records::Vary;
use super::series::{Criterion, Selector};
use crate::diagnostics::{Code, Diagnostics, Place, SourceId, Sources};
use crate::units::{Quantity, Unit};

/// The most values that one range may have.
pub const MOST_STEPS: usize = 1_000_000;

/// One thing that varies.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What its column is called.
    pub name: String,
    /// What varies.
    pub target: Target,
    /// How its values change what is written.
    pub how: How,
    /// Its values.
    pub spread: Spread,
    /// The unit of its values, if one was written.
    pub unit: Option<Unit>,
    /// Where the values were written.
    pub place: Place,
}

/// What varies.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// The value at a dotted path, as `--set` understands it.
    Path(Text),
    /// A field of every offer that a selector picks.
    Offers(Selector, Text),
    /// A field of every workload that a selector picks.
    Workloads(Selector, Text),
    /// The scenarios that are applied.
    Scenario,
}

/// How a value changes what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It takes its place.
    Set,
    /// What is written is multiplied by it.
    Scale,
    /// It is added to what is written.
    Shift,
}

/// The values of an axis, in the unit that was written.
#[derive(Clone, Debug, PartialEq)]
pub enum Spread {
    /// From one value to another, both included; without a number of steps only the ends are known.
    Range {
        /// The first.
        from: f64,
        /// The last.
        to: f64,
        /// How many.
        steps: Option<usize>,
    },
    /// These.
    Values(Vec<f64>),
    /// Drawn at random.
    Random(Distribution),
    /// Lists of scenarios to apply; the empty list applies none.
    Scenarios(Vec<Vec<String>>),
}

/// A distribution of random values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distribution {
    /// `normal(mean, standard deviation)`.
    Normal(f64, f64),
    /// `lognormal(median, standard deviation of the logarithm)`.
    Lognormal(f64, f64),
    /// `triangular(least, most likely, most)`.
    Triangular(f64, f64, f64),
    /// `uniform(least, most)`.
    Uniform(f64, f64),
}

/// One value or a list of them, as they were written.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    /// Each value.
    pub texts: Vec<Text>,
    /// Whether they were written as a list.
    pub listed: bool,
    /// Where.
    pub place: Place,
}

impl Decode for Values {
    fn decode(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let (texts, listed) = match &node.value {
            Value::List(items) if !items.is_empty() => {
                let texts: Vec<Option<Text>> = items.iter().map(|n| Text::decode(n, diagnostics)).collect();
                (texts.into_iter().collect::<Option<Vec<_>>>()?, true)
            }
            Value::Scalar(_) => (vec![Text::decode(node, diagnostics)?], false),
            _ => {
                wrong_type(
                    node,
                    "a range such as `0.4..1.6`, a value, a list of values or a distribution",
                    diagnostics,
                );
                return None;
            }
        };
        Some(Values { texts, listed, place: node.place })
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for Values {
    fn schema_name() -> Cow<'static, str> {
        "Values".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": ["number", "string"] },
            { "type": "array", "items": { "type": ["number", "string"] }, "minItems": 1 },
        ]})
    }
}

impl Target {
    /// The last key of what varies; empty of scenarios.
    #[must_use]
    pub fn field(&self) -> &str {
        let path = match self {
            Target::Path(text) | Target::Offers(_, text) | Target::Workloads(_, text) => text.text.as_str(),
            Target::Scenario => "",
        };
        path.rsplit('.').next().unwrap_or(path)
    }
}

impl How {
    /// The sign that stands for it before the values.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            How::Set => "",
            How::Scale => "*",
            How::Shift => "+",
        }
    }

    /// What a value is that is not the new value itself.
    #[must_use]
    pub fn word(self) -> Option<&'static str> {
        match self {
            How::Set => None,
            How::Scale => Some("factor"),
            How::Shift => Some("shift"),
        }
    }
}

/// Reads what is to be changed, such as `offers.aws-h100.price` or `offers{vendor: amazon}.price`.
pub fn read_target(name: &str, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Target> {
    let source = sources.add("--set", name);
    target(name.trim(), within(source, 0, name.len()), sources, diagnostics)
}

/// Reads a variation from the command line, such as `offers{vendor: amazon}.price=*0.4..1.6/25`.
pub fn read_axis(text: &str, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Axis> {
    let source = sources.add("--vary", text);
    let place = |from: usize, to: usize| within(source, from, to);
    // A selector may hold an equals sign, and names in it braces; values have neither.
    let closed = text.rfind('}').unwrap_or(0);
    let Some(equals) = text[closed..].find('=').map(|at| closed + at) else {
        wrong(diagnostics, place(0, text.len()), "this variation has no `=`", EXAMPLE);
        return None;
    };
    let name = text[..equals].trim();
    let target = target(name, place(0, equals), sources, diagnostics)?;
    let written = &text[equals + 1..];
    let start = equals + 1 + (written.len() - written.trim_start().len());
    let written = written.trim();
    let (how, digits) = match written.chars().next() {
        Some('*') => (How::Scale, &written[1..]),
        Some('+') => (How::Shift, &written[1..]),
        _ => (How::Set, written),
    };
    let place = place(start, start + written.len());
    if target == Target::Scenario {
        let lists: Vec<Text> = written.split(',').map(|t| Text { text: t.trim().to_owned(), place }).collect();
        let spread = scenarios(&lists, place, diagnostics)?;
        return Some(Axis { name: "scenario".to_owned(), target, how: How::Set, spread, unit: None, place });
    }
    let (spread, unit) = spread(digits, place, how, diagnostics)?;
    Some(Axis { name: name.to_owned(), target, how, spread, unit, place })
}

impl Axis {
    /// A field of some offers, scaled from one factor to another. What picks them is no text, so that they may have any
    /// names.
    #[must_use]
    pub fn scaled(name: &str, offers: &[String], field: &str, (from, to): (f64, f64)) -> Self {
        let place = Place::default();
        let text = |text: &str| Text { text: text.to_owned(), place };
        let ids = offers.iter().map(|id| text(id)).collect();
        let selector = Selector { all_of: vec![Criterion::any_of(text("offer"), ids)], place };
        Axis {
            name: name.to_owned(),
            target: Target::Offers(selector, text(field)),
            how: How::Scale,
            spread: Spread::Range { from, to, steps: None },
            unit: None,
            place,
        }
    }

    /// A field of one workload, scaled from one factor to another.
    #[must_use]
    pub fn scaled_workload(workload: &str, field: &str, (from, to): (f64, f64)) -> Self {
        let place = Place::default();
        let text = |text: &str| Text { text: text.to_owned(), place };
        let selector = Selector { all_of: vec![Criterion::any_of(text("workload"), vec![text(workload)])], place };
        Axis {
            name: workload.to_owned(),
            target: Target::Workloads(selector, text(field)),
            how: How::Scale,
            spread: Spread::Range { from, to, steps: None },
            unit: None,
            place,
        }
    }

    /// What a variation of the model file is of and how, though its values may be wrong: nothing is reported.
    #[must_use]
    pub fn aim(vary: &Vary) -> Option<(Target, How)> {
        let (target, _) = Self::target(vary, &mut Diagnostics::new())?;
        Some((target, if vary.set.is_some() { How::Set } else { How::Scale }))
    }

    /// Reads a variation of the model file.
    pub fn of(vary: &Vary, diagnostics: &mut Diagnostics) -> Option<Self> {
        let target = Self::target(vary, diagnostics);
        // Values are checked also where what varies is wrong.
        let valued = match &target {
            Some((target, _)) => *target != Target::Scenario,
            None => vary.set.is_some() || vary.scale.is_some() || vary.shift.is_some(),
        };
        let values = if valued { Self::values(vary, diagnostics) } else { None };
        let (target, derived) = target?;
        let name = vary.name.as_ref().map_or(derived, |n| n.text.clone());
        if target == Target::Scenario {
            if let Some(values) = [&vary.set, &vary.scale, &vary.shift].into_iter().find_map(Option::as_ref) {
                wrong(diagnostics, values.place, "scenarios are not set, scaled or shifted", "remove this key");
                return None;
            }
            let values = vary.scenarios.as_ref()?;
            let spread = scenarios(&values.texts, values.place, diagnostics)?;
            return Some(Axis { name, target, how: How::Set, spread, unit: None, place: values.place });
        }
        let (how, spread, unit, place) = values?;
        Some(Axis { name, target, how, spread, unit, place })
    }

    /// How its values change what is written, and which they are, in which unit.
    fn values(vary: &Vary, diagnostics: &mut Diagnostics) -> Option<(How, Spread, Option<Unit>, Place)> {
        let kinds = [(How::Set, &vary.set), (How::Scale, &vary.scale), (How::Shift, &vary.shift)];
        let mut given = kinds.iter().filter_map(|(how, values)| Some((*how, values.as_ref()?)));
        let (Some((how, values)), None) = (given.next(), given.next()) else {
            if vary.bad.is_empty() {
                let message = "a variation has exactly one of `set`, `scale` and `shift`";
                wrong(diagnostics, vary.place, message, "write `scale: 0.4..1.6`, for example");
            }
            return None;
        };
        let (mut spread, unit) = if values.listed {
            listed(values, how, diagnostics)?
        } else {
            spread(&values.texts[0].text, values.place, how, diagnostics)?
        };
        if let Some(amount) = &vary.steps {
            let Spread::Range { steps, .. } = &mut spread else {
                wrong(diagnostics, amount.place, "only a range can have `steps`", "remove `steps`");
                return None;
            };
            let count = amount.quantity.number;
            if amount.quantity.unit.is_some() || count.fract() != 0.0 || !(2.0..=MOST_STEPS as f64).contains(&count) {
                let message = format!("{count} is out of range: it must be a whole number from 2 to {MOST_STEPS}");
                diagnostics.error(Code::OutOfRange, amount.place, message, "");
                return None;
            }
            *steps = Some(count as usize);
        }
        Some((how, spread, unit, values.place))
    }

    fn target(vary: &Vary, diagnostics: &mut Diagnostics) -> Option<(Target, String)> {
        let mut field = || match &vary.field {
            Some(field) => Some(field.clone()),
            None => {
                if vary.lacks("field") {
                    let message = "a variation of selected offers or workloads is missing `field`";
                    diagnostics.error(Code::MissingKey, vary.place, message, "add `field: price`, for example");
                }
                None
            }
        };
        match (&vary.path, &vary.offers, &vary.workloads, &vary.scenarios) {
            (Some(path), None, None, None) => Some((Target::Path(path.clone()), path.text.clone())),
            (None, Some(selector), None, None) => {
                let field = field()?;
                let name = format!("offers{}.{}", selector.to_text(), field.text);
                Some((Target::Offers(selector.clone(), field), name))
            }
            (None, None, Some(selector), None) => {
                let field = field()?;
                let name = format!("workloads{}.{}", selector.to_text(), field.text);
                Some((Target::Workloads(selector.clone(), field), name))
            }
            (None, None, None, Some(_)) => Some((Target::Scenario, "scenario".to_owned())),
            _ => {
                if vary.bad.is_empty() {
                    let message = "a variation has exactly one of `path`, `offers`, `workloads` and `scenarios`";
                    wrong(diagnostics, vary.place, message, "write `path: offers.aws-h100.price`, for example");
                }
                None
            }
        }
    }
}

const EXAMPLE: &str = "write `offers.aws-h100.price=1..5/9` or `offers{vendor: amazon}.price=*0.4..1.6/25`";

/// The distributions, each with its numbers.
const DISTRIBUTIONS: [(&str, &str); 4] = [
    ("normal", "mean, sd"),
    ("lognormal", "median, sd of the logarithm"),
    ("triangular", "least, likely, most"),
    ("uniform", "least, most"),
];

const DISTRIBUTIONS_REMEDY: &str = "write normal(mean, sd), lognormal(median, sd of the logarithm), triangular(least, likely, most) or uniform(least, most), in ascending order and with positive spreads";

fn wrong(diagnostics: &mut Diagnostics, place: Place, message: impl Into<String>, remedy: impl Into<String>) {
    diagnostics.error(Code::InvalidVariation, place, message, remedy);
}

fn within(source: SourceId, from: usize, to: usize) -> Place {
    let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Place { source, start: small(from), end: small(to) }
}

fn target(name: &str, place: Place, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Target> {
    if name == "scenario" {
        return Some(Target::Scenario);
    }
    if name.is_empty() {
        wrong(diagnostics, place, "this variation does not say what varies", EXAMPLE);
        return None;
    }
    let Some((section, rest)) = name.split_once('{') else {
        return Some(Target::Path(Text { text: name.to_owned(), place }));
    };
    let Some((inside, field)) = rest.rsplit_once('}') else {
        wrong(diagnostics, place, "this selector is not closed", "add `}`");
        return None;
    };
    let Some(field) = field.trim().strip_prefix('.').filter(|f| !f.is_empty()) else {
        wrong(diagnostics, place, "no field stands after the selector", "write `offers{vendor: amazon}.price`");
        return None;
    };
    let node = read_value(&format!("--vary {section}"), &format!("{{{inside}}}"), sources, diagnostics)?;
    let selector = Selector::decode(&node, diagnostics)?;
    let field = Text { text: field.to_owned(), place };
    match section.trim() {
        "offers" => Some(Target::Offers(selector, field)),
        "workloads" => Some(Target::Workloads(selector, field)),
        other => {
            let message = format!("`{other}` cannot be selected from");
            wrong(diagnostics, place, message, "select from `offers` or `workloads`, or give the path of one value");
            None
        }
    }
}

fn scenarios(texts: &[Text], place: Place, diagnostics: &mut Diagnostics) -> Option<Spread> {
    let lists: Vec<Vec<String>> = texts
        .iter()
        .map(|t| match t.text.as_str() {
            "none" => Vec::new(),
            text => text.split('+').map(|s| s.trim().to_owned()).collect(),
        })
        .collect();
    if lists.iter().flatten().any(String::is_empty) {
        wrong(diagnostics, place, "an empty name stands among the scenarios", "write `none` for the model as it is");
        return None;
    }
    Some(Spread::Scenarios(lists))
}

/// A number with its unit; scale factors have none but a per cent sign.
fn quantity(text: &str, place: Place, how: How, diagnostics: &mut Diagnostics) -> Option<Quantity> {
    match Quantity::parse(text) {
        Ok(quantity) => {
            let worded = quantity.unit.as_ref().filter(|u| u.over.is_some() || !u.under.is_empty());
            if let (How::Scale, Some(unit)) = (how, worded) {
                let message = format!("a factor has no unit, found `{unit}`");
                wrong(diagnostics, place, message, "write a plain number or a percentage");
                return None;
            }
            Some(quantity)
        }
        Err(error) => {
            wrong(diagnostics, place, error.to_string(), error.remedy());
            None
        }
    }
}

/// The unit that all of several quantities have; those without one take it over.
fn common(quantities: &[Quantity], place: Place, diagnostics: &mut Diagnostics) -> Option<Option<Unit>> {
    let mut units: Vec<&Unit> = quantities.iter().filter_map(|q| q.unit.as_ref()).collect();
    units.dedup();
    match units.as_slice() {
        [] => Some(None),
        [one] if quantities.iter().all(|q| q.unit.is_some()) => Some(Some((*one).clone())),
        _ => {
            wrong(diagnostics, place, "these values do not have one unit", "write each with the same unit, or none");
            None
        }
    }
}

fn listed(values: &Values, how: How, diagnostics: &mut Diagnostics) -> Option<(Spread, Option<Unit>)> {
    let read: Vec<Option<Quantity>> =
        values.texts.iter().map(|t| quantity(&t.text, t.place, how, diagnostics)).collect();
    let read: Vec<Quantity> = read.into_iter().collect::<Option<_>>()?;
    let unit = common(&read, values.place, diagnostics)?;
    Some((Spread::Values(read.iter().map(|q| q.number).collect()), unit))
}

fn spread(text: &str, place: Place, how: How, diagnostics: &mut Diagnostics) -> Option<(Spread, Option<Unit>)> {
    let text = text.trim();
    if let Some((word, arguments)) = text.strip_suffix(')').and_then(|t| t.split_once('(')) {
        return distribution(word.trim(), arguments, place, how, diagnostics);
    }
    if let Some((word, arguments)) = text.split_once('(').filter(|(_, arguments)| !arguments.contains(')')) {
        wrong(diagnostics, place, format!("`{text}` has no closing bracket"), closing(word.trim(), arguments));
        return None;
    }
    let Some((from, to)) = text.split_once("..") else {
        let texts = text.split(',').map(|t| Text { text: t.trim().to_owned(), place }).collect();
        return listed(&Values { texts, listed: true, place }, how, diagnostics);
    };
    // A unit may hold a slash as well: steps are digits after the last one.
    let (to, steps) = match to.rsplit_once('/').map(|(to, n)| (to, n.trim())) {
        Some((to, n)) if !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()) => (to, Some(n)),
        _ => (to, None),
    };
    let steps = match steps.map(str::parse::<usize>) {
        None => None,
        Some(Ok(steps)) if (2..=MOST_STEPS).contains(&steps) => Some(steps),
        Some(_) => {
            let message = format!("a range has from 2 to {MOST_STEPS} steps");
            wrong(diagnostics, place, message, "write `1..5/9` for nine values from 1 to 5");
            return None;
        }
    };
    let (from, to) = (quantity(from, place, how, diagnostics), quantity(to, place, how, diagnostics));
    let ends = [from?, to?];
    let unit = common(&ends, place, diagnostics)?;
    if ends[0].number == ends[1].number {
        wrong(diagnostics, place, "both ends of this range are the same", "give one value instead");
        return None;
    }
    Some((Spread::Range { from: ends[0].number, to: ends[1].number, steps }, unit))
}

/// What to write instead of a distribution without its closing bracket. One that lacks numbers as well was cut off by YAML:
/// between braces a comma ends a value.
fn closing(word: &str, arguments: &str) -> String {
    let given = arguments.split(',').filter(|a| !a.trim().is_empty()).count();
    match DISTRIBUTIONS.iter().find(|(name, _)| *name == word) {
        Some((_, parameters)) if given < parameters.split(',').count() => format!(
            "write it in quotes, since a comma ends a value between braces, and close the bracket: `\"{word}({parameters})\"`"
        ),
        Some(_) => format!("close the bracket: `{word}({arguments})`"),
        None => DISTRIBUTIONS_REMEDY.to_owned(),
    }
}

fn distribution(
    word: &str,
    arguments: &str,
    place: Place,
    how: How,
    diagnostics: &mut Diagnostics,
) -> Option<(Spread, Option<Unit>)> {
    let read: Vec<Option<Quantity>> =
        arguments.split(',').map(|t| quantity(t.trim(), place, how, diagnostics)).collect();
    let read: Vec<Quantity> = read.into_iter().collect::<Option<_>>()?;
    // The spread of a lognormal has no unit, whatever its median has.
    let dimensional = if word == "lognormal" { &read[..1] } else { &read[..] };
    let unit = common(dimensional, place, diagnostics)?;
    let numbers: Vec<f64> = read.iter().map(|q| q.number).collect();
    let found = match (word, numbers.as_slice()) {
        ("normal", &[mean, sd]) if sd > 0.0 => Distribution::Normal(mean, sd),
        ("lognormal", &[median, sigma]) if median > 0.0 && sigma > 0.0 => Distribution::Lognormal(median, sigma),
        ("triangular", &[low, mode, high]) if low <= mode && mode <= high && low < high => {
            Distribution::Triangular(low, mode, high)
        }
        ("uniform", &[low, high]) if low < high => Distribution::Uniform(low, high),
        _ => {
            wrong(diagnostics, place, format!("`{word}({arguments})` is not a distribution"), DISTRIBUTIONS_REMEDY);
            return None;
        }
    };
    Some((Spread::Random(found), unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(text: &str) -> Result<Axis, String> {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let axis = read_axis(text, &mut sources, &mut diagnostics);
        axis.ok_or_else(|| crate::diagnostics::render(&diagnostics, &sources, false))
    }

    #[test]
    fn the_forms_of_values() {
        let a = axis("offers{vendor: amazon}.price=*0.4..1.6/25").unwrap();
        assert_eq!((a.how, a.name.as_str()), (How::Scale, "offers{vendor: amazon}.price"));
        assert_eq!(a.spread, Spread::Range { from: 0.4, to: 1.6, steps: Some(25) });
        let a = axis("offers.a.price = 1 USD/chip-h..5 USD/chip-h/9").unwrap();
        assert_eq!(a.spread, Spread::Range { from: 1.0, to: 5.0, steps: Some(9) });
        assert_eq!(a.unit.unwrap().to_string(), "USD/chip-h");
        assert_eq!(axis("x.y=+-0.5..0.5/3").unwrap().spread, Spread::Range { from: -0.5, to: 0.5, steps: Some(3) });
        assert_eq!(axis("x.y=1,2,3").unwrap().spread, Spread::Values(vec![1.0, 2.0, 3.0]));
        assert_eq!(axis("x.y=7").unwrap().spread, Spread::Values(vec![7.0]));
        let random = Spread::Random(Distribution::Lognormal(2.0, 0.3));
        assert_eq!(axis("x.y=lognormal(2 USD, 0.3)").unwrap().spread, random);
        let lists = Spread::Scenarios(vec![vec![], vec!["a".to_owned()], vec!["a".to_owned(), "b".to_owned()]]);
        assert_eq!(axis("scenario=none,a,a+b").unwrap().spread, lists);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_a_remedy() {
        for (text, message) in [
            ("price", "has no `=`"),
            ("=1..2/3", "does not say what varies"),
            ("x=1..2/1", "from 2 to 1000000 steps"),
            ("x=2..2/5", "both ends"),
            ("x=*1 USD..2 USD/3", "a factor has no unit"),
            ("x=1 USD..2/3", "do not have one unit"),
            ("x=1..", "does not start with a number"),
            ("x=a..b/3", "does not start with a number"),
            ("x=normal(1)", "is not a distribution"),
            ("x=normal(1, -1)", "is not a distribution"),
            ("x=poisson(3)", "is not a distribution"),
            ("x=*lognormal(1, 0.3", "help: close the bracket: `lognormal(1, 0.3)`"),
            ("x=triangular(1, 2, 3", "help: close the bracket: `triangular(1, 2, 3)`"),
            ("x=lognormal(1", "close the bracket: `\"lognormal(median, sd of the logarithm)\"`"),
            ("x=triangular(1, 2", "close the bracket: `\"triangular(least, likely, most)\"`"),
            ("x=poisson(3", "write normal(mean, sd)"),
            ("offers{vendor: amazon.price=1", "is not closed"),
            ("offers{vendor: amazon}=1", "no field stands"),
            ("chips{vendor: amazon}.power=1", "cannot be selected from"),
            ("scenario=a,,b", "empty name"),
        ] {
            let told = axis(text).unwrap_err();
            assert!(told.contains("error[invalid-variation]") && told.contains(message), "{text}: {told}");
        }
    }
}
