//! From the tree to typed records, reporting every mistake on the way.
//!
//! A record keeps each field as an `Option`: absent, or present but unreadable (then reported, and
//! listed in `bad` so that a later check does not report it a second time).

#[cfg(feature = "schema")]
use std::borrow::Cow;

#[cfg(feature = "schema")]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::node::{Entry, Node, Value};
use super::synonyms;
use crate::diagnostics::{Code, Diagnostics, Place, did_you_mean, suggest};
use crate::units::{Quantity, UnitError};

/// The key that a value stands under, for what is said of a mistake in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Under<'a> {
    /// The key; empty where there is none.
    pub key: &'a str,
    /// Where the key stands.
    pub place: Option<Place>,
}

/// Something that can be read from a tree.
pub trait Decode: Sized {
    /// The keys that it has, if it is a record.
    const KEYS: &'static [&'static str] = &[];

    /// Reads it, or reports why not and returns `None`.
    fn decode(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self>;

    /// The same of what stands under a key.
    fn decode_under(node: &Node, _: Under<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        Self::decode(node, diagnostics)
    }
}

/// A word or text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What was written.
    pub text: String,
    /// Where.
    pub place: Place,
}

/// A quantity with its place; its dimension is decided by where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    /// Number and unit.
    pub quantity: Quantity,
    /// Where.
    pub place: Place,
}

/// A named collection, in the order written. A record that could not be read keeps its name, so
/// that references to it are not reported as unknown.
#[derive(Clone, Debug, PartialEq)]
pub struct Map<T> {
    /// Name, place of the name, and the record if it could be read.
    pub entries: Vec<(String, Place, Option<T>)>,
}

impl<T> Default for Map<T> {
    fn default() -> Self {
        Map { entries: Vec::new() }
    }
}

/// A list of records; those that could not be read are left out (and reported).
#[derive(Clone, Debug, PartialEq)]
pub struct List<T> {
    /// The records.
    pub items: Vec<T>,
    /// Where the list stands.
    pub place: Place,
}

/// Anything at all, kept as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Anything(pub Node);

pub(super) fn wrong_type(node: &Node, expected: &str, diagnostics: &mut Diagnostics) {
    diagnostics.error(
        Code::WrongType,
        node.place,
        format!("expected {expected}, found {}", node.kind()),
        if matches!(node.value, Value::Null) { "give it a value or remove the key" } else { "" },
    );
}

/// Reports what stands where a record belongs; nothing at all stands at its name.
pub(super) fn no_record(node: &Node, under: Under<'_>, expected: &str, diagnostics: &mut Diagnostics) {
    let place = match node.value {
        Value::Null => under.place.unwrap_or(node.place),
        _ => node.place,
    };
    wrong_type(&Node { value: node.value.clone(), place }, expected, diagnostics);
}

/// Reports a quantity that does not fit its place.
pub fn report_unit(error: &UnitError, place: Place, diagnostics: &mut Diagnostics) {
    let code = match error {
        UnitError::Dimension { .. }
        | UnitError::Currency { .. }
        | UnitError::Spelling { .. }
        | UnitError::OfWhat { .. } => Code::WrongDimension,
        UnitError::NotFinite(_) => Code::NotFinite,
        _ => Code::InvalidQuantity,
    };
    diagnostics.error(code, place, error.to_string(), error.remedy());
}

impl Decode for Text {
    fn decode(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        match &node.value {
            Value::Scalar(text) => Some(Text { text: text.clone(), place: node.place }),
            _ => {
                wrong_type(node, "a word or text", diagnostics);
                None
            }
        }
    }
}

/// The remedy for a quantity that cannot be read under some key, where the key says more than the quantity does.
fn remedy_under(error: &UnitError, key: &str) -> Option<String> {
    let priced = matches!(key, "price" | "held" | "used");
    match error {
        UnitError::Signed { signed, .. } if priced && signed.plain => Some(format!("write `{}/chip-h`", signed.meant)),
        UnitError::Date(date) => {
            let dated = match key {
                "lead" => format!("; for a date, a capacity that begins then: `capacity: {{ {date}: 20k }}`"),
                "reserved" | "life" => format!("; for a date, say when it begins: `starts: {date}`"),
                "notice" => format!("; for a date, write `decide_by: {date}`"),
                "recovery" => "; it counts from the loss on, which `from` in the selector dates".to_owned(),
                "delivery" | "pipeline" | "ready" => String::new(),
                _ => return None,
            };
            Some(format!("write a length of time, such as `2 periods`{dated}"))
        }
        _ => None,
    }
}

impl Decode for Amount {
    fn decode(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        Self::decode_under(node, Under::default(), diagnostics)
    }

    fn decode_under(node: &Node, under: Under<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        match &node.value {
            Value::Scalar(text) => match Quantity::parse(text) {
                Ok(quantity) => Some(Amount { quantity, place: node.place }),
                Err(error) => {
                    match remedy_under(&error, under.key) {
                        Some(remedy) => {
                            diagnostics.error(Code::InvalidQuantity, node.place, error.to_string(), remedy);
                        }
                        None => report_unit(&error, node.place, diagnostics),
                    }
                    None
                }
            },
            _ => {
                wrong_type(node, "a quantity such as `20k` or `1.2 GW`", diagnostics);
                None
            }
        }
    }
}

impl Decode for bool {
    fn decode(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        match &node.value {
            Value::Scalar(text) if text == "true" => Some(true),
            Value::Scalar(text) if text == "false" => Some(false),
            _ => {
                diagnostics.error(Code::WrongType, node.place, "expected `true` or `false`", "write `true` or `false`");
                None
            }
        }
    }
}

impl<T: Decode> Decode for Map<T> {
    fn decode(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            wrong_type(node, "a map from names to their values", diagnostics);
            return None;
        };
        // A record lacks a key at its name: its text may begin with any other of its keys.
        let mut read = |e: &Entry| {
            let under = Under { key: &e.key, place: Some(e.place) };
            (e.key.clone(), e.place, T::decode_under(&e.node, under, diagnostics))
        };
        Some(Map { entries: entries.iter().map(&mut read).collect() })
    }
}

impl<T: Decode> Decode for List<T> {
    fn decode(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Value::List(items) = &node.value else {
            not_a_list(node, T::KEYS, diagnostics);
            return None;
        };
        Some(List { items: items.iter().filter_map(|n| T::decode(n, diagnostics)).collect(), place: node.place })
    }
}

/// Reports a value that stands where a list belongs; a map of names where its records have names of their own.
fn not_a_list(node: &Node, keys: &[&str], diagnostics: &mut Diagnostics) {
    let remedy = match &node.value {
        Value::Map(entries) => match entries.first() {
            Some(e) if keys.contains(&"name") && !keys.contains(&e.key.as_str()) => {
                format!("write each as an entry of a list, `- {{ name: {}, ... }}`", e.key)
            }
            Some(e) if keys.contains(&e.key.as_str()) => {
                format!("write it as an entry of a list, `- {{ {}: ... }}`", e.key)
            }
            _ => "write a list, each entry after a dash".to_owned(),
        },
        Value::Scalar(text) if keys.is_empty() => format!("write `[{text}]`"),
        Value::Null => "give it a value or remove the key".to_owned(),
        _ => "write a list, each entry after a dash".to_owned(),
    };
    diagnostics.error(Code::WrongType, node.place, format!("expected a list, found {}", node.kind()), remedy);
}

impl Decode for Anything {
    fn decode(node: &Node, _: &mut Diagnostics) -> Option<Self> {
        Some(Anything(node.clone()))
    }
}

/// Reports the keys of a map that a record does not have.
pub(super) fn refuse_unknown(node: &Node, known: &[&str], what: &str, diagnostics: &mut Diagnostics) {
    let Value::Map(entries) = &node.value else { return };
    for entry in entries.iter().filter(|e| !known.contains(&e.key.as_str()) && e.key != "<<") {
        let remedy = match synonyms::called(what, &entry.key) {
            Some(synonym) => synonym.remedy(),
            None => suggest(&entry.key, known.iter().copied()),
        };
        diagnostics.error(Code::UnknownKey, entry.place, format!("{what} has no key `{}`", entry.key), remedy);
    }
}

/// Whether a key that is missing is there with a typing mistake or by another name, which has been reported.
pub(super) fn misspelt(node: &Node, what: &str, key: &str, known: &[&str]) -> bool {
    let Value::Map(entries) = &node.value else { return false };
    let mut unknown = entries.iter().map(|e| e.key.as_str()).filter(|k| !known.contains(k));
    unknown.any(|k| match synonyms::called(what, k) {
        Some(synonym) => synonym.key == key,
        None => did_you_mean(k, known.iter().copied()) == Some(key),
    })
}

macro_rules! inline_schema {
    ($type:ty, $name:literal, $schema:tt) => {
        #[cfg(feature = "schema")]
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

inline_schema!(Text, "Text", { "type": ["string", "number", "integer"] });
inline_schema!(Amount, "Quantity", { "type": ["number", "string"] });
inline_schema!(Anything, "Anything", {});

#[cfg(feature = "schema")]
impl<T: JsonSchema> JsonSchema for Map<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("MapOf{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": generator.subschema_for::<T>() })
    }
}

#[cfg(feature = "schema")]
impl<T: JsonSchema> JsonSchema for List<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("ListOf{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": generator.subschema_for::<T>() })
    }
}

/// Defines a record of the model file: its fields, how it is read, and its JSON Schema, from one
/// list, so that the three cannot drift apart. The comment on a field is its documentation in all.
macro_rules! record {
    (
        $(#[doc = $doc:literal])+
        $name:ident as $what:literal {
            $( $(#[doc = $field_doc:literal])+ $need:ident $field:ident $key:literal : $type:ty $(as $kind:expr)?, )*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
        pub struct $name {
            $(
                $(#[doc = $field_doc])+
                #[cfg_attr(feature = "schema", schemars(rename = $key))]
                pub $field: Option<$type>,
            )*
            /// Where the record stands.
            #[cfg_attr(feature = "schema", schemars(skip))]
            pub place: crate::diagnostics::Place,
            /// Keys that are there but could not be read, and have been reported.
            #[cfg_attr(feature = "schema", schemars(skip))]
            pub bad: Vec<&'static str>,
        }

        impl $name {
            /// What one is called in messages.
            pub const WHAT: &'static str = $what;
            /// Every key of the record.
            pub const KEYS: &'static [&'static str] = &[$($key),*];

            /// What the reference says of it.
            pub const REFERENCE: crate::document::RecordReference = crate::document::RecordReference {
                name: stringify!($name),
                what: $what,
                meaning: &[$($doc),+],
                keys: &[$(crate::document::KeyReference {
                    key: $key,
                    meaning: &[$($field_doc),+],
                    required: record!(@needed $need),
                    value: stringify!($type),
                    kind: record!(@kind $($kind)?),
                }),*],
            };

            /// Whether a key was left out (as opposed to there but unreadable).
            #[must_use]
            pub fn lacks(&self, key: &str) -> bool {
                !self.bad.contains(&key) && match key { $($key => self.$field.is_none(),)* _ => true }
            }
        }

        impl crate::document::decode::Decode for $name {
            const KEYS: &'static [&'static str] = Self::KEYS;

            fn decode(
                node: &crate::document::Node,
                diagnostics: &mut crate::diagnostics::Diagnostics,
            ) -> Option<Self> {
                let nowhere = crate::document::decode::Under::default();
                <Self as crate::document::decode::Decode>::decode_under(node, nowhere, diagnostics)
            }

            fn decode_under(
                node: &crate::document::Node,
                under: crate::document::decode::Under<'_>,
                diagnostics: &mut crate::diagnostics::Diagnostics,
            ) -> Option<Self> {
                if !matches!(node.value, crate::document::Value::Map(_)) {
                    crate::document::decode::no_record(node, under, concat!("a map for ", $what), diagnostics);
                    return None;
                }
                crate::document::decode::refuse_unknown(node, Self::KEYS, $what, diagnostics);
                let mut bad = Vec::new();
                $(
                    let $field = match node.entry($key) {
                        Some(entry) => {
                            let under = crate::document::decode::Under { key: $key, place: Some(entry.place) };
                            let decoded = <$type as crate::document::decode::Decode>::decode_under(
                                &entry.node, under, diagnostics,
                            );
                            if decoded.is_none() {
                                bad.push($key);
                            }
                            decoded
                        }
                        None => {
                            record!(@absent $need node, under, $what, $key, bad, diagnostics);
                            None
                        }
                    };
                )*
                Some($name { $($field,)* place: node.place, bad })
            }
        }
    };
    (@kind $kind:expr) => { $kind };
    (@kind) => { crate::document::kind::Kind::PLAIN };
    (@needed required) => { true };
    (@needed $need:ident) => { false };
    (@absent required $node:ident, $under:ident, $what:literal, $key:literal, $bad:ident, $diagnostics:ident) => {
        if !crate::document::decode::misspelt($node, $what, $key, Self::KEYS) {
            $diagnostics.error(
                crate::diagnostics::Code::MissingKey,
                $under.place.unwrap_or($node.place),
                concat!($what, " is missing `", $key, "`"),
                concat!("add `", $key, ": ...`"),
            );
        }
        $bad.push($key);
    };
    (@absent priced $node:ident, $under:ident, $what:literal, $key:literal, $bad:ident, $diagnostics:ident) => {
        if !crate::document::records::is_bought($node) {
            record!(@absent required $node, $under, $what, $key, $bad, $diagnostics);
        }
    };
    (@absent plain $node:ident, $under:ident, $what:literal, $key:literal, $bad:ident, $diagnostics:ident) => {
        if !crate::document::records::has_steps($node) {
            record!(@absent required $node, $under, $what, $key, $bad, $diagnostics);
        }
    };
    (@absent optional $node:ident, $under:ident, $what:literal, $key:literal, $bad:ident, $diagnostics:ident) => {};
}
pub(super) use record;
