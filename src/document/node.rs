//! A YAML document as a tree in which every key and value knows its place.
//!
//! The tree is untyped on purpose. Typed deserialisation stops at the first mistake, loses places
//! through `flatten` and untagged enums, and cannot be overlaid; a tree can be merged with
//! overlays, scenarios and `--set` first and decoded afterwards, reporting every mistake.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use crate::diagnostics::{Place, SourceId};

/// A value with its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it stands.
    pub place: Place,
}

/// The three shapes of YAML, and nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// An empty value, `null` or `~`.
    #[default]
    Null,
    /// A number, word or text, as it was written (without its quotes).
    Scalar(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order written; keys may still repeat.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub place: Place,
    /// The value.
    pub node: Node,
}

impl Node {
    /// The value under a key, if this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|e| e.key == key).map(|e| &e.node),
            _ => None,
        }
    }

    /// The entry of a key, if this is a map that has it.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|e| e.key == key),
            _ => None,
        }
    }

    /// Takes entries out of a map.
    pub(crate) fn leave_out(&mut self, keys: &[&str]) {
        if let Value::Map(entries) = &mut self.value {
            entries.retain(|e| !keys.contains(&e.key.as_str()));
        }
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        match &mut self.value {
            Value::Map(entries) => entries.iter_mut().find(|e| e.key == key).map(|e| &mut e.node),
            _ => None,
        }
    }

    /// What it is, in words.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Scalar(_) => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

/// What serde sees, before places are resolved against the text.
pub(super) enum Raw {
    Null,
    /// A word or text.
    Text(String),
    /// A number or boolean: its text is taken from the source, so that `1e400` or a date keeps
    /// its spelling instead of passing through a double.
    Verbatim,
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<Key>, Spanned<Raw>)>),
}

/// A key: any scalar, as text.
pub(super) struct Key(String);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Key)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::Verbatim)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Verbatim)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Verbatim)
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Verbatim)
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Verbatim)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Verbatim)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Raw, E> {
        Ok(Raw::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

/// Resolves the places of a raw tree against the text it was read from.
pub(super) fn resolve(raw: Spanned<Raw>, source: SourceId, text: &str) -> Node {
    // An alias stands where it is used but reads as what it names: blame the use, show the text.
    let place = place_of(&raw.referenced, source, text);
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Text(text) => Value::Scalar(text),
        Raw::Verbatim => {
            let written = place_of(&raw.defined, source, text);
            let slice = text.get(written.start as usize..written.end as usize).unwrap_or("");
            Value::Scalar(slice.trim().trim_matches(['"', '\'']).to_owned())
        }
        Raw::List(items) => Value::List(items.into_iter().map(|item| resolve(item, source, text)).collect()),
        Raw::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, node)| Entry {
                    place: place_of(&key.referenced, source, text),
                    key: key.value.0,
                    node: resolve(node, source, text),
                })
                .collect(),
        ),
    };
    Node { value, place }
}

/// The bytes that a location spans, cut to its first line: excerpts show one line.
pub(super) fn place_of(location: &Location, source: SourceId, text: &str) -> Place {
    let span = location.span();
    let written = span.byte_offset().and_then(|b| usize::try_from(b).ok());
    let start = written.unwrap_or_else(|| offset_of(location.line(), location.column(), text)).min(text.len());
    let length = span.byte_len().and_then(|b| usize::try_from(b).ok()).unwrap_or(0);
    let end = (start + length).min(text.len());
    let end = text.get(start..end).and_then(|t| t.find('\n')).map_or(end, |n| start + n);
    let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Place { source, start: small(start), end: small(end.max(start)) }
}

/// The byte at a line and column, both from 1: mistakes of syntax have no span.
fn offset_of(line: u64, column: u64, text: &str) -> usize {
    let before = |n: u64| usize::try_from(n.saturating_sub(1)).unwrap_or(usize::MAX);
    let start: usize = text.split_inclusive('\n').take(before(line)).map(str::len).sum();
    let line = text[start..].split('\n').next().unwrap_or("");
    start + line.chars().take(before(column)).map(char::len_utf8).sum::<usize>()
}
