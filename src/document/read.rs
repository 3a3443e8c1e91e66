//! Text to tree, with budgets against hostile input.

use serde_saphyr::granit_parser::{Event, Parser};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Error, Spanned};

use super::node::{Entry, Node, Raw, Value, place_of, resolve};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity, SourceId, Sources};

/// The largest file that is read, in bytes. A model of a million columns has about 20 MB.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// The deepest nesting of lists and maps. The format itself needs nine levels.
pub const MAX_DEPTH: usize = 32;
/// The most values that one file may hold, with aliases expanded.
pub const MAX_NODES: usize = 4_000_000;

/// Reads one YAML document into a tree.
///
/// Returns `None`, with the reason in `diagnostics`, if the text cannot be read at all. Repeated
/// keys and tags are reported, each at its place, and the tree is still returned.
pub fn read(text: &str, source: SourceId, diagnostics: &mut Diagnostics) -> Option<Node> {
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
    let node = resolve(raw, source, text);
    refuse_tags(text, source, diagnostics);
    refuse_duplicates(&node, diagnostics);
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
                "a YAML tag stands before this value",
                "remove the tag; quantities and words need none",
            );
        }
    }
}

fn refuse_duplicates(node: &Node, diagnostics: &mut Diagnostics) {
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
                        format!("the key `{}` stands twice in this map", entry.key),
                        "keep one of the two; the second would have hidden the first",
                    );
                }
                refuse_duplicates(&entry.node, diagnostics);
            }
        }
        Value::Null | Value::Scalar(_) => {}
    }
}
