//! Text to tree, with budgets against hostile input.

use serde_saphyr::granit_parser::{Event, Parser};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Error, Spanned};

use super::cells::read_cells;
use super::node::{Entry, Node, Raw, Value, place_of, resolve};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity, SourceId, Sources, is_workbook};

/// The largest file that is read, in bytes. A model of a million columns has about 20 MB.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// The deepest nesting of lists and maps. The format itself needs nine levels.
pub const MAX_DEPTH: usize = 32;
/// The most values that one file may hold, with aliases expanded.
pub const MAX_NODES: usize = 4_000_000;

/// Reads one YAML document, or the text of a workbook, into a tree.
///
/// Returns `None`, with the reason in `diagnostics`, if the text cannot be read at all. Repeated
/// keys and tags are reported, each at its place, and the tree is still returned.
pub fn read(text: &str, source: SourceId, diagnostics: &mut Diagnostics) -> Option<Node> {
    if is_workbook(text) {
        return Some(read_cells(text, source, diagnostics));
    }
    let node = read_flow(text, source, diagnostics)?;
    refuse_duplicates(&node, diagnostics);
    Some(node)
}

/// The same of a part of a document: keys that are defined twice are reported with the rest of it.
pub(super) fn read_flow(text: &str, source: SourceId, diagnostics: &mut Diagnostics) -> Option<Node> {
    if text.len() > MAX_BYTES {
        diagnostics.push(Diagnostic {
            code: Code::TooLarge,
            severity: Severity::Error,
            message: format!("the file has {} bytes, more than the limit of {MAX_BYTES}", text.len()),
            place: None,
            path: None,
            remedy: Some("a model this large should be generated in parts or solved through the library".to_owned()),
        });
        return None;
    }
    let budget = serde_saphyr::budget! {
        max_depth: MAX_DEPTH,
        max_nodes: MAX_NODES,
        max_events: 2 * MAX_NODES,
        max_documents: 2,
        max_total_scalar_bytes: MAX_BYTES,
    };
    let options = serde_saphyr::options! {
        budget: budget,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        strict_booleans: true,
        with_snippet: false,
    };
    let raw: Spanned<Raw> = match serde_saphyr::from_str_with_options(text, options) {
        Ok(raw) => raw,
        Err(error) => {
            report(&error, source, text, diagnostics);
            return None;
        }
    };
    let mut node = resolve(raw, source, text);
    refuse_tags(text, source, diagnostics);
    rejoin(&mut node, text, diagnostics);
    Some(node)
}

/// Reads a single value from the command line, such as the right-hand side of `--set`.
pub fn read_value(name: &str, text: &str, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Node> {
    let source = sources.add(name, text);
    read(text, source, diagnostics)
}

fn report(error: &Error, source: SourceId, text: &str, diagnostics: &mut Diagnostics) {
    use serde_saphyr::budget::BudgetBreach;
    let mut inner = error.without_snippet();
    let place = inner.location().map(|location| place_of(&location, source, text));
    while let Error::AliasError { error, .. } = inner {
        inner = error.without_snippet();
    }
    let (code, message, remedy) = match inner {
        Error::MultipleDocuments { .. } => (
            Code::MultipleDocuments,
            "the file holds more than one YAML document".to_owned(),
            "keep one model in one file; put variants under `scenarios` or into overlays",
        ),
        Error::Budget { breach: BudgetBreach::Documents { .. }, .. } => (
            Code::MultipleDocuments,
            "the file holds more than one YAML document".to_owned(),
            "keep one model in one file; put variants under `scenarios` or into overlays",
        ),
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => (
            Code::TooDeep,
            format!("lists and maps are nested more than {MAX_DEPTH} deep"),
            "the format needs nine levels; check the indentation",
        ),
        Error::Budget {
            breach:
                BudgetBreach::AliasAnchorRatio { .. }
                | BudgetBreach::Aliases { .. }
                | BudgetBreach::Anchors { .. }
                | BudgetBreach::RecordedAnchorEvents { .. }
                | BudgetBreach::RecordedAnchorBytes { .. },
            ..
        }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::RecursiveReferencesRequireWeakTypes { .. } => (
            Code::AliasLimit,
            "aliases expand to more than a model can hold, or refer to themselves".to_owned(),
            "write the values out instead of using aliases",
        ),
        Error::Budget { .. } => (
            Code::TooLarge,
            format!("the file holds more than {MAX_NODES} values"),
            "a model this large should be solved through the library",
        ),
        other => {
            let told = other.to_string();
            if told.contains("recursion") || told.contains("nest") || told.contains("depth") {
                (
                    Code::TooDeep,
                    format!("lists and maps are nested more than {MAX_DEPTH} deep"),
                    "the format needs nine levels; check the indentation",
                )
            } else if told.contains("recursive") {
                (
                    Code::AliasLimit,
                    "aliases expand to more than a model can hold, or refer to themselves".to_owned(),
                    "write the values out instead of using aliases",
                )
            } else {
                (
                    Code::YamlSyntax,
                    format!("this is not YAML: {}", first_sentence(&told)),
                    "check indentation, colons and quotes around here",
                )
            }
        }
    };
    diagnostics.push(Diagnostic {
        code,
        severity: Severity::Error,
        message,
        place,
        path: None,
        remedy: Some(remedy.to_owned()),
    });
}

/// The reader's own message without its place, which the diagnostic already has.
fn first_sentence(told: &str) -> &str {
    let line = told.lines().next().unwrap_or("");
    let line = line.strip_prefix("error: ").unwrap_or(line);
    let line = line.find(" at line ").map_or(line, |i| &line[..i]);
    line.trim_end_matches('.')
}

/// Tags (`!foo`, `!!str`) are errors: readers disagree on them and a model needs none.
fn refuse_tags(text: &str, source: SourceId, diagnostics: &mut Diagnostics) {
    if !text.contains('!') {
        return;
    }
    for step in Parser::new_from_str(text) {
        let Ok((event, span)) = step else { return };
        let tagged = match &event {
            Event::Scalar(_, _, _, tag) => tag.is_some(),
            Event::SequenceStart(_, _, tag) | Event::MappingStart(_, _, tag) => tag.is_some(),
            _ => false,
        };
        if tagged {
            let start = span.start.byte_offset().unwrap_or(0).min(text.len());
            let before = text.get(..start).unwrap_or("");
            let from = before.trim_end().rfind(|c: char| c.is_whitespace()).map_or(0, |i| i + 1);
            let from = if before[from..].starts_with('!') { from } else { start };
            let to = text[from..].find(char::is_whitespace).map_or(text.len(), |n| from + n);
            let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            diagnostics.error(
                Code::TagNotAllowed,
                Place { source, start: small(from), end: small(to) },
                "this value has a YAML tag",
                "remove the tag; quantities and words need none",
            );
        }
    }
}

/// Reports numbers that a comma has cut in two: `{ capacity: 20,000 }` is a capacity of 20 and a key 000. What belongs
/// together is put together again, so that nothing else is said of it.
fn rejoin(node: &mut Node, text: &str, diagnostics: &mut Diagnostics) {
    let short = |number: &str| {
        let digits = number.bytes().rev().take_while(u8::is_ascii_digit).count();
        (1..=3).contains(&digits) && !number[..number.len() - digits].ends_with(['.', ',', ':', '-', '_', '/'])
    };
    let group = |word: &str| {
        word.bytes().take_while(u8::is_ascii_digit).count() == 3 && !word[3..].starts_with(['.', '-', '_'])
    };
    let comma = |a: Place, b: Place| text.get(a.end as usize..b.start as usize) == Some(",");
    let mut tell = |number: &str, group: &str, place: Place| {
        let whole = format!("{number},{group}");
        let message = format!("`{whole}` is cut in two: a comma ends the value here");
        let remedy = format!("write {}", crate::units::without_separator(&whole));
        diagnostics.error(Code::InvalidQuantity, place, message, remedy);
    };
    match &mut node.value {
        Value::List(items) => {
            let mut index = 0;
            while index + 1 < items.len() {
                if let (Value::Scalar(number), Value::Scalar(word)) = (&items[index].value, &items[index + 1].value)
                    && short(number)
                    && word.starts_with('0')
                    && group(word)
                    && comma(items[index].place, items[index + 1].place)
                {
                    let place = Place { end: items[index + 1].place.end, ..items[index].place };
                    tell(number, word, place);
                    let whole = format!("{number}{word}");
                    items.remove(index + 1);
                    items[index] = Node { value: Value::Scalar(whole), place };
                } else {
                    index += 1;
                }
            }
            items.iter_mut().for_each(|item| rejoin(item, text, diagnostics));
        }
        Value::Map(entries) => {
            let mut index = 0;
            while index + 1 < entries.len() {
                let (number, next) = (&entries[index].node, &entries[index + 1]);
                let Value::Scalar(digits) = &number.value else {
                    index += 1;
                    continue;
                };
                let first = short(digits) && comma(number.place, next.place);
                if !(first && next.node.value == Value::Null && group(&next.key)) {
                    index += 1;
                    continue;
                }
                let (mut whole, mut end, mut groups) = (digits.clone(), number.place.end, Vec::new());
                let mut after = index + 1;
                while let Some(next) = entries.get(after)
                    && next.node.value == Value::Null
                    && group(&next.key)
                    && text.get(end as usize..next.place.start as usize) == Some(",")
                {
                    whole.push_str(&next.key);
                    groups.push(next.key.clone());
                    end = next.place.end;
                    after += 1;
                }
                let place = Place { end, ..number.place };
                tell(digits, &groups.join(","), place);
                entries.drain(index + 1..after);
                entries[index].node = Node { value: Value::Scalar(whole), place };
                index += 1;
            }
            entries.iter_mut().for_each(|entry| rejoin(&mut entry.node, text, diagnostics));
        }
        Value::Null | Value::Scalar(_) => {}
    }
}

pub(super) fn refuse_duplicates(node: &Node, diagnostics: &mut Diagnostics) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| refuse_duplicates(item, diagnostics)),
        Value::Map(entries) => {
            let mut seen: std::collections::HashMap<&str, &Entry> = std::collections::HashMap::new();
            for entry in entries {
                if entry.key == "<<" {
                    diagnostics.error(
                        Code::TagNotAllowed,
                        entry.place,
                        "merge keys are not part of the format",
                        "write the keys out, or use an overlay",
                    );
                } else if seen.insert(&entry.key, entry).is_some() {
                    diagnostics.error(
                        Code::DuplicateKey,
                        entry.place,
                        format!("the key `{}` is defined twice in this map", entry.key),
                        "keep one of the two; the second would have hidden the first",
                    );
                }
                refuse_duplicates(&entry.node, diagnostics);
            }
        }
        Value::Null | Value::Scalar(_) => {}
    }
}
