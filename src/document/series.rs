//! The four forms of a series, and selectors.

#[cfg(feature = "schema")]
use std::borrow::Cow;

#[cfg(feature = "schema")]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::change::flow_word;
use super::decode::{Amount, Decode, Text, refuse_unknown, wrong_type};
use super::node::{Node, Value};
use crate::diagnostics::{Code, Diagnostics, Place};

/// A value over time as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its form.
    pub form: SeriesForm,
    /// Where it stands.
    pub place: Place,
}

/// The four forms.
#[derive(Clone, Debug, PartialEq)]
pub enum SeriesForm {
    /// One value for all periods.
    Constant(Amount),
    /// Values from a date on, each holding until the next.
    Steps(Vec<(Text, Amount)>),
    /// One value a period.
    List(Vec<Amount>),
    /// A value that grows at a yearly rate.
    Growth {
        /// The value at the start of the horizon.
        start: Amount,
        /// The yearly rate.
        growth: Amount,
    },
}

impl Decode for Series {
    fn decode(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let form = match &node.value {
            Value::Scalar(_) => SeriesForm::Constant(Amount::decode(node, diagnostics)?),
            Value::List(items) => {
                let read: Vec<Option<Amount>> = items.iter().map(|n| Amount::decode(n, diagnostics)).collect();
                SeriesForm::List(read.into_iter().collect::<Option<_>>()?)
            }
            Value::Map(_) if node.get("start").is_some() || node.get("growth").is_some() => {
                refuse_unknown(node, &["start", "growth"], "a growing series", diagnostics);
                let mut field = |key: &str| match node.get(key) {
                    Some(value) => Amount::decode(value, diagnostics),
                    None => {
                        diagnostics.error(
                            Code::MissingKey,
                            node.place,
                            format!("a growing series lacks `{key}`"),
                            "write it as `{ start: 6.88, growth: -15 %/year }`",
                        );
                        None
                    }
                };
                let (start, growth) = (field("start"), field("growth"));
                SeriesForm::Growth { start: start?, growth: growth? }
            }
            Value::Map(entries) if !entries.is_empty() => {
                let read: Vec<Option<(Text, Amount)>> = entries
                    .iter()
                    .map(|e| {
                        Some((Text { text: e.key.clone(), place: e.place }, Amount::decode(&e.node, diagnostics)?))
                    })
                    .collect();
                SeriesForm::Steps(read.into_iter().collect::<Option<_>>()?)
            }
            _ => {
                wrong_type(node, "a value, a map of steps, a list or `{ start, growth }`", diagnostics);
                return None;
            }
        };
        Some(Series { form, place: node.place })
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for Series {
    fn schema_name() -> Cow<'static, str> {
        "Series".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let amount = generator.subschema_for::<Amount>();
        json_schema!({
            "description": "A value over time: one value; steps `{2026-Q1: 20k, 2027-Q1: 100k}`; a list with one entry a period; or `{start: 6.88, growth: -15 %/year}`.",
            "anyOf": [
                amount,
                { "type": "array", "items": amount },
                { "type": "object", "additionalProperties": amount, "minProperties": 1 },
            ]
        })
    }
}

/// A choice of offers (or, under `for`, of workloads) as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Selector {
    /// Dimension, place of the dimension, and the patterns of which one must match.
    pub all_of: Vec<(Text, Vec<Text>)>,
    /// Where it stands.
    pub place: Place,
}

impl Selector {
    /// The selector in one line, as it could be written.
    #[must_use]
    pub fn told(&self) -> String {
        let one = |(key, patterns): &(Text, Vec<Text>)| {
            let texts: Vec<String> = patterns.iter().map(|p| pattern(&p.text)).collect();
            match texts.as_slice() {
                [one] => format!("{}: {one}", flow_word(&key.text)),
                many => format!("{}: [{}]", flow_word(&key.text), many.join(", ")),
            }
        };
        format!("{{{}}}", self.all_of.iter().map(one).collect::<Vec<_>>().join(", "))
    }
}

/// A pattern in one line of YAML. Stars need no quotes, but at the beginning, where they would be an alias.
fn pattern(text: &str) -> String {
    let word = text.replace(['*', '?'], "x");
    if text.starts_with(['*', '?']) || flow_word(&word) != word { flow_word(text) } else { text.to_owned() }
}

impl Decode for Selector {
    fn decode(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            wrong_type(node, "a selector such as `{ vendor: nvidia, region: [us-*, eu-*] }`", diagnostics);
            return None;
        };
        let mut all_of = Vec::new();
        let mut whole = true;
        for entry in entries {
            let patterns = match &entry.node.value {
                Value::List(items) => {
                    items.iter().map(|n| Text::decode(n, diagnostics)).collect::<Vec<_>>().into_iter().collect()
                }
                _ => Text::decode(&entry.node, diagnostics).map(|t| vec![t]),
            };
            match patterns {
                Some(patterns) => all_of.push((Text { text: entry.key.clone(), place: entry.place }, patterns)),
                None => whole = false,
            }
        }
        whole.then_some(Selector { all_of, place: node.place })
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for Selector {
    fn schema_name() -> Cow<'static, str> {
        "Selector".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A map from dimension to a value, a list of values, or a glob; several keys must all hold; `{}` is everything.",
            "type": "object",
            "additionalProperties": { "anyOf": [
                { "type": ["string", "number"] },
                { "type": "array", "items": { "type": ["string", "number"] } },
            ]}
        })
    }
}
