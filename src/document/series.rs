//! The four forms of a series, and selectors.

#[cfg(feature = "schema")]
use std::borrow::Cow;

#[cfg(feature = "schema")]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::change::flow_word;
use super::decode::{Amount, Decode, Text, Under, misspelt, refuse_unknown, wrong_type};
use super::node::{Entry, Node, Value};
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
        Self::decode_under(node, Under::default(), diagnostics)
    }

    fn decode_under(node: &Node, under: Under<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let amount = |n: &Node, diagnostics: &mut Diagnostics| Amount::decode_under(n, under, diagnostics);
        let form = match &node.value {
            Value::Scalar(_) => SeriesForm::Constant(amount(node, diagnostics)?),
            Value::List(items) => {
                let read: Vec<Option<Amount>> = items.iter().map(|n| amount(n, diagnostics)).collect();
                SeriesForm::List(read.into_iter().collect::<Option<_>>()?)
            }
            Value::Map(_) if node.get("start").is_some() || node.get("growth").is_some() => {
                refuse_unknown(node, &["start", "growth"], "a growing series", diagnostics);
                let mut field = |key: &str| match node.get(key) {
                    Some(value) => amount(value, diagnostics),
                    None => {
                        diagnostics.error(
                            Code::MissingKey,
                            node.place,
                            format!("a growing series is missing `{key}`"),
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
                    .map(|e| Some((Text { text: e.key.clone(), place: e.place }, amount(&e.node, diagnostics)?)))
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
    /// What must hold of a dimension each.
    pub all_of: Vec<Criterion>,
    /// Where it stands.
    pub place: Place,
}

/// What a selector asks of one dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// The dimension.
    pub key: Text,
    /// The patterns, of which one must match; of an exclusion, none may.
    pub patterns: Vec<Text>,
    /// Whether it is an exclusion, `{ not: ... }`. What has no value in the dimension is not excluded, so that
    /// whatever there is is picked either by the patterns or by their exclusion.
    pub not: bool,
}

impl Criterion {
    /// The criterion that one of some patterns matches.
    #[must_use]
    pub fn any_of(key: Text, patterns: Vec<Text>) -> Self {
        Criterion { key, patterns, not: false }
    }

    /// What it asks of its dimension, in one line, as it could be written.
    fn to_text(&self) -> String {
        let texts: Vec<String> = self.patterns.iter().map(|p| pattern(&p.text)).collect();
        let texts = match texts.as_slice() {
            [one] => one.clone(),
            many => format!("[{}]", many.join(", ")),
        };
        let key = flow_word(&self.key.text);
        if self.not { format!("{key}: {{not: {texts}}}") } else { format!("{key}: {texts}") }
    }
}

impl Selector {
    /// The selector in one line, as it could be written.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{{{}}}", self.all_of.iter().map(Criterion::to_text).collect::<Vec<_>>().join(", "))
    }
}

/// A pattern in one line of YAML. Stars need no quotes, but at the beginning, where they would be an alias.
fn pattern(text: &str) -> String {
    let word = text.replace(['*', '?'], "x");
    if text.starts_with(['*', '?']) || flow_word(&word) != word { flow_word(text) } else { text.to_owned() }
}

/// What a word probably means that stands where a selector belongs.
fn selector_meant(text: &str, key: &str) -> String {
    let dimensions = ["vendor", "ecosystem", "chip", "cloud", "owner", "region", "site", "term", "offer", "supply"];
    let word = ["any ", "each ", "every ", "one ", "a "].iter().find_map(|w| text.strip_prefix(w)).unwrap_or(text);
    let word = word.trim().to_lowercase();
    let singular = word.strip_suffix('s').unwrap_or(&word);
    match dimensions.into_iter().find(|d| *d == word || *d == singular) {
        Some(dimension) if key == "loss_of" => format!("write `{{ each: {dimension} }}`"),
        Some(dimension) => format!("say which, as in `{{ {dimension}: NAME }}`"),
        None if ["all", "any", "everything", "*"].contains(&word.as_str()) => "write `{}` for everything".to_owned(),
        None => format!("say which dimension it is a name of, as in `{{ cloud: {} }}`", flow_word(text)),
    }
}

impl Decode for Selector {
    fn decode(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        Self::decode_under(node, Under::default(), diagnostics)
    }

    fn decode_under(node: &Node, under: Under<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            let expected = "a selector such as `{ vendor: nvidia, region: [us-*, eu-*] }`";
            match &node.value {
                Value::Scalar(text) => {
                    let message = format!("expected {expected}, found a single value");
                    diagnostics.error(Code::WrongType, node.place, message, selector_meant(text, under.key));
                }
                _ => wrong_type(node, expected, diagnostics),
            }
            return None;
        };
        let read: Vec<Option<Criterion>> = entries.iter().map(|entry| criterion(entry, diagnostics)).collect();
        Some(Selector { all_of: read.into_iter().collect::<Option<_>>()?, place: node.place })
    }
}

/// A value, a list of values, or their exclusion.
fn criterion(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Criterion> {
    let key = Text { text: entry.key.clone(), place: entry.place };
    let Value::Map(_) = &entry.node.value else {
        return Some(Criterion::any_of(key, patterns(&entry.node, diagnostics)?));
    };
    refuse_unknown(&entry.node, &["not"], "an exclusion", diagnostics);
    let Some(excluded) = entry.node.get("not") else {
        if !misspelt(&entry.node, "an exclusion", "not", &["not"]) {
            let remedy = "write `{ not: us-* }`, or a value or a list";
            diagnostics.error(Code::MissingKey, entry.node.place, "an exclusion is missing `not`", remedy);
        }
        return None;
    };
    Some(Criterion { key, patterns: patterns(excluded, diagnostics)?, not: true })
}

fn patterns(node: &Node, diagnostics: &mut Diagnostics) -> Option<Vec<Text>> {
    match &node.value {
        Value::List(items) => {
            items.iter().map(|n| Text::decode(n, diagnostics)).collect::<Vec<_>>().into_iter().collect()
        }
        _ => Text::decode(node, diagnostics).map(|t| vec![t]),
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for Selector {
    fn schema_name() -> Cow<'static, str> {
        "Selector".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A map from dimension to a value, a list of values, a glob, or what is excluded, as in `{ region: { not: us-* } }`; several keys must all hold; `{}` is everything.",
            "type": "object",
            "additionalProperties": Selector::patterns_schema(),
        })
    }
}

#[cfg(feature = "schema")]
impl Selector {
    /// What may stand for a dimension.
    pub(super) fn patterns_schema() -> Schema {
        json_schema!({ "anyOf": [
            { "type": ["string", "number"] },
            { "type": "array", "items": { "type": ["string", "number"] }, "minItems": 1 },
            {
                "type": "object",
                "properties": { "not": { "anyOf": [
                    { "type": ["string", "number"] },
                    { "type": "array", "items": { "type": ["string", "number"] }, "minItems": 1 },
                ]}},
                "required": ["not"],
                "additionalProperties": false,
            },
        ]})
    }
}
