//! Numbers of a tree set, scaled or shifted.
//!
//! A series keeps its form: each step or entry is changed; of a growing series the start is scaled
//! and the growth kept. What is set replaces a series by one value.

use super::node::{Entry, Node, Value};
use super::vary::{Axis, How};
use crate::diagnostics::Place;
use crate::units::{Quantity, Unit, percentage};

/// Why a value cannot be changed: a sentence and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unchangeable {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// What stands at an axis's place when the axis has a value; `None` stands there without it.
///
/// # Errors
/// [`Unchangeable`] if there is nothing to scale or shift, or it is not a number of the same unit.
pub fn changed(node: Option<&Node>, axis: &Axis, value: f64) -> Result<Node, Unchangeable> {
    if let Some(wrong) = node.and_then(|node| percentage_of_amount(node, axis, value)) {
        return Err(wrong);
    }
    match (axis.how, node) {
        (How::Set, _) => Ok(Node { value: Value::Scalar(written(value, axis.unit.as_ref())), place: axis.place }),
        (_, Some(node)) => each(node, axis, value),
        (how, None) => Err(Unchangeable {
            message: format!("there is no value to {} here", verb(how)),
            remedy: "set it (`=1..5/9`), or write a value into the model".to_owned(),
        }),
    }
}

/// The number that stands at an axis's place when the axis has a value, in the unit in which it is written there; `None` if
/// it is a series, or nothing that the axis can change.
#[must_use]
pub fn changed_number(node: Option<&Node>, axis: &Axis, value: f64) -> Option<f64> {
    let Value::Scalar(text) = changed(node, axis, value).ok()?.value else { return None };
    Quantity::parse(&text).ok().map(|q| q.number)
}

/// A percentage that sets or shifts what is no percentage: it was meant to scale it.
fn percentage_of_amount(node: &Node, axis: &Axis, value: f64) -> Option<Unchangeable> {
    let percent = axis.unit.as_ref().is_some_and(|u| u.percent && u.over.is_none() && u.under.is_empty());
    // A factor may be written in per cent.
    if !percent || axis.how == How::Scale || axis.target.field() == "peak" {
        return None;
    }
    let written = first_number(node)?;
    let quantity = Quantity::parse(written).ok()?;
    let amount = match &quantity.unit {
        Some(unit) => unit.over.is_some(),
        None => quantity.number.abs() > 1.0,
    };
    if !amount {
        return None;
    }
    let change = value < 0.0 || axis.how == How::Shift;
    let factor = if change { 1.0 + value } else { value };
    let factor: f64 = format!("{factor:.9}").parse().ok()?;
    let meaning = if change {
        format!("to change it by {}", percentage(value))
    } else {
        format!("for {} of it", percentage(value))
    };
    let message = format!("`{written}` is not a percentage");
    Some(Unchangeable { message, remedy: format!("write `=*{factor}` (`scale: {factor}` in a model) {meaning}") })
}

/// The first number of a series.
fn first_number(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Scalar(text) => Some(text),
        Value::List(items) => first_number(items.first()?),
        Value::Map(entries) => first_number(&entries.iter().find(|e| e.key != "growth")?.node),
        Value::Null => None,
    }
}

fn verb(how: How) -> &'static str {
    match how {
        How::Set => "set",
        How::Scale => "scale",
        How::Shift => "shift",
    }
}

fn each(node: &Node, axis: &Axis, value: f64) -> Result<Node, Unchangeable> {
    let changed = match &node.value {
        Value::Scalar(text) => Value::Scalar(scalar(text, axis, value)?),
        Value::List(items) => Value::List(items.iter().map(|n| each(n, axis, value)).collect::<Result<_, _>>()?),
        Value::Map(entries) => {
            let growing = entries.iter().any(|e| e.key == "start" || e.key == "growth");
            if growing && axis.how == How::Shift {
                return Err(Unchangeable {
                    message: "a growing series cannot be shifted: each period would shift by another amount".to_owned(),
                    remedy: "scale it, or shift its `start`".to_owned(),
                });
            }
            let one = |e: &Entry| -> Result<Entry, Unchangeable> {
                let node = if growing && e.key != "start" { e.node.clone() } else { each(&e.node, axis, value)? };
                Ok(Entry { node, ..e.clone() })
            };
            Value::Map(entries.iter().map(one).collect::<Result<_, _>>()?)
        }
        Value::Null => return Err(not_a_number(axis, node.kind())),
    };
    // The place of the change, so that a mistake in it is shown where it was made.
    Ok(Node { value: changed, place: axis.place })
}

fn scalar(text: &str, axis: &Axis, value: f64) -> Result<String, Unchangeable> {
    let quantity = Quantity::parse(text).map_err(|_| not_a_number(axis, &format!("`{text}`")))?;
    let unit = quantity.unit.as_ref();
    if axis.how == How::Scale {
        return Ok(written(quantity.number * value, unit));
    }
    // A number without a unit is in the base unit of its place, and a part in 1: only what is
    // surely of one unit is added.
    let plain = |unit: Option<&Unit>| unit.is_none_or(|u| u.over.is_none() && u.under.is_empty());
    let shift = axis.unit.as_ref();
    if plain(unit) && plain(shift) || words(unit) == words(shift) {
        return Ok(written(quantity.number + value, unit));
    }
    let told = |unit: Option<&Unit>| unit.map_or("no unit".to_owned(), |u| format!("`{u}`"));
    Err(Unchangeable {
        message: format!("`{text}` has {}, and the shift {}", told(unit), told(shift)),
        remedy: "give the shift the unit of the value that it shifts".to_owned(),
    })
}

fn not_a_number(axis: &Axis, found: &str) -> Unchangeable {
    Unchangeable {
        message: format!(
            "only a number can be {}, found {found}",
            if axis.how == How::Scale { "scaled" } else { "shifted" }
        ),
        remedy: "give the path of a number or a series of numbers".to_owned(),
    }
}

fn words(unit: Option<&Unit>) -> (Option<&str>, &[String]) {
    unit.map_or((None, &[]), |u| (u.over.as_deref(), &u.under))
}

/// A number as it can be read again; its per cent sign has been applied, and is written where it could be missed.
fn written(number: f64, unit: Option<&Unit>) -> String {
    if let Some(unit) = unit.filter(|unit| unit.percent && number.abs() > 1.0) {
        let per: String = unit.under.iter().map(|word| format!("/{word}")).collect();
        return format!("{}{per}", percentage(number));
    }
    let unit = unit.map(|u| Unit { percent: false, ..u.clone() }.to_string()).unwrap_or_default();
    match unit.as_str() {
        "" => format!("{number:?}"),
        unit if unit.starts_with('/') => format!("{number:?}{unit}"),
        unit => format!("{number:?} {unit}"),
    }
}

/// A word or number in one line of YAML, quoted where it would be read as something else.
pub(super) fn flow_word(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || " ._/+-".contains(c))
        && text.trim_start_matches(['+', '-', '.']).starts_with(|c: char| c.is_ascii_alphanumeric())
        && !text.starts_with("--")
        && text.trim() == text
        && !matches!(text.to_ascii_lowercase().as_str(), "null" | "true" | "false");
    if plain || text.parse::<f64>().is_ok() { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// Longest value that stands on the line of its key.
const LINE: usize = 90;

fn block(entries: &[Entry], depth: usize, text: &mut String) {
    for entry in entries {
        text.push_str(&"  ".repeat(depth));
        text.push_str(&flow_word(&entry.key));
        let flow = entry.node.flow();
        match &entry.node.value {
            Value::Map(inner) if flow.len() > LINE || inner.iter().any(|e| matches!(e.node.value, Value::Map(_))) => {
                text.push_str(":\n");
                block(inner, depth + 1, text);
            }
            _ => text.push_str(&format!(": {flow}\n")),
        }
    }
}

impl Node {
    /// The same value as if all of it had been written at one place.
    #[must_use]
    pub fn placed(&self, place: Place) -> Node {
        let value = match &self.value {
            Value::List(items) => Value::List(items.iter().map(|item| item.placed(place)).collect()),
            Value::Map(entries) => {
                let one = |e: &Entry| Entry { key: e.key.clone(), place, node: e.node.placed(place) };
                Value::Map(entries.iter().map(one).collect())
            }
            other => other.clone(),
        };
        Node { value, place }
    }

    /// A map as YAML of many lines: what holds other maps, or is long, a key a line.
    #[must_use]
    pub fn block(&self) -> String {
        let mut text = String::new();
        match &self.value {
            Value::Map(entries) if !entries.is_empty() => block(entries, 0, &mut text),
            _ => text = format!("{}\n", self.flow()),
        }
        text
    }

    /// The value in one line of YAML, as `--set` reads it.
    #[must_use]
    pub fn flow(&self) -> String {
        match &self.value {
            Value::Null => "null".to_owned(),
            Value::Scalar(text) => flow_word(text),
            Value::List(items) => format!("[{}]", items.iter().map(Node::flow).collect::<Vec<_>>().join(", ")),
            Value::Map(entries) => {
                let one = |e: &Entry| format!("{}: {}", flow_word(&e.key), e.node.flow());
                format!("{{{}}}", entries.iter().map(one).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Diagnostics, Sources};
    use crate::document::{read_axis, read_value};

    fn change(value: &str, axis: &str, by: f64) -> Result<String, String> {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let node = read_value("x", value, &mut sources, &mut diagnostics).unwrap();
        let axis = read_axis(axis, &mut sources, &mut diagnostics).unwrap();
        changed(Some(&node), &axis, by).map(|n| n.flow()).map_err(|e| e.message)
    }

    #[test]
    fn every_form_of_a_series() {
        let scale = |value: &str| change(value, "x=*0.5..2/3", 0.5);
        assert_eq!(scale("6.88 USD/chip-h").unwrap(), "3.44 USD/chip-h");
        assert_eq!(scale("38B USD").unwrap(), "19000000000.0 USD");
        assert_eq!(scale("60 %").unwrap(), "0.3");
        assert_eq!(scale("-15 %/year").unwrap(), "-0.075/year");
        assert_eq!(
            scale("{ 2026-Q1: 20k, 2027-Q1: 1M chips }").unwrap(),
            "{2026-Q1: 10000.0, 2027-Q1: 500000.0 chips}"
        );
        assert_eq!(scale("[1, 2]").unwrap(), "[0.5, 1.0]");
        assert_eq!(scale("{ start: 8, growth: -15 %/year }").unwrap(), "{start: 4.0, growth: \"-15 %/year\"}");
        assert_eq!(change("{ start: 8, growth: 1 %/year }", "x=3..4/2", 3.0).unwrap(), "3.0");
    }

    #[test]
    fn shifts_need_one_unit() {
        assert_eq!(change("60 %", "x=+5 %", 0.05).unwrap(), "0.65");
        assert_eq!(change("4 USD/chip-h", "x=+1 USD/chip-h", 1.0).unwrap(), "5.0 USD/chip-h");
        assert!(change("4 USD/chip-h", "x=+1", 1.0).unwrap_err().contains("no unit"));
        assert!(change("1.2 GW", "x=+1 MW", 1.0).is_err());
        assert!(change("{ start: 8, growth: 1 % }", "x=+1", 1.0).unwrap_err().contains("growing"));
    }

    #[test]
    fn a_percentage_of_an_amount_is_a_factor() {
        let wrong = |value: &str, axis: &str, by: f64| {
            let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
            let node = read_value("x", value, &mut sources, &mut diagnostics).unwrap();
            let axis = read_axis(axis, &mut sources, &mut diagnostics).unwrap();
            changed(Some(&node), &axis, by).unwrap_err().remedy
        };
        assert_eq!(
            wrong("6.88 USD/chip-h", "x=-30%", -0.3),
            "write `=*0.7` (`scale: 0.7` in a model) to change it by -30 %"
        );
        assert_eq!(wrong("6.88", "x=+10%", 0.1), "write `=*1.1` (`scale: 1.1` in a model) to change it by 10 %");
        assert_eq!(wrong("{ 2026-Q1: 6.88 }", "x=80%", 0.8), "write `=*0.8` (`scale: 0.8` in a model) for 80 % of it");
        assert_eq!(change("-15 %/year", "x=-30%", -0.3).unwrap(), "-0.3");
        assert_eq!(change("1.6", "w.peak=160%", 1.6).unwrap(), "\"160 %\"");
        assert_eq!(change("60 %/year", "x=*2", 2.0).unwrap(), "\"120 %/year\"");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["nvidia", "2026-Q1..2027-Q4", "2026-11-09", "{ spend: 3, over: 2026-Q1.. }", "{ a: }"] {
            assert!(change(text, "x=*2", 2.0).is_err(), "{text}");
        }
        assert!(change("{ spend: 3, per: year }", "x=*2", 2.0).unwrap_err().contains("scaled"));
    }

    #[test]
    fn numbers_survive_unchanged() {
        for text in ["0.1", "6.88", "1.25e-7", "900M h100-h", "2400 tok/s"] {
            let again = change(text, "x=*1", 1.0).unwrap();
            assert_eq!(Quantity::parse(text).unwrap().number, Quantity::parse(&again).unwrap().number, "{text}");
        }
    }

    /// What is written in one line is read as the same, whatever it is.
    #[test]
    fn one_line_reads_as_it_was() {
        let words = [
            "-0.075/year",
            "+5 %",
            "null",
            "Null",
            "~",
            "true",
            "FALSE",
            "",
            " ",
            " a",
            "a ",
            "- a",
            "-",
            "--- a",
            "a: b",
            "A #B",
            "Nvidia, Inc.",
            "{x}",
            "[a]",
            "'q",
            "\"",
            "\\",
            "*",
            "&a",
            "!t",
            "|",
            ">",
            "%",
            "@",
            "`",
            "é ü",
            "1e3",
            "0x10",
            "2026-Q1",
            ".5",
            ".inf",
            "a\tb",
            "a\nb",
            "x}.price=1",
            "?",
            "? a",
            "<<",
        ];
        for word in words {
            let scalar = |text: &str| Node { value: Value::Scalar(text.to_owned()), place: Place::default() };
            let entry = Entry { key: format!("k{word}"), place: Place::default(), node: scalar(word) };
            let list = Node { value: Value::List(vec![scalar(word), scalar("b")]), place: Place::default() };
            let second = Entry { key: "l".to_owned(), place: Place::default(), node: list };
            let node = Node { value: Value::Map(vec![entry, second]), place: Place::default() };
            let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
            let read = read_value("x", &node.flow(), &mut sources, &mut diagnostics);
            let read = read.unwrap_or_else(|| panic!("{word:?}: {}", node.flow())).placed(Place::default());
            assert!(read == node && diagnostics.is_empty(), "{word:?}: {} is {read:?}", node.flow());
        }
    }
}
