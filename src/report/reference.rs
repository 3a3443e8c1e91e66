//! The reference of the model file as a document, and one key of it as a page.

use std::fmt::Write;

use crate::document::{Form, KeyPath, RECORDS, example_of, key_paths, record_of_value, value_in_words};

/// The reference of the model file, in Markdown: each record with its keys.
#[must_use]
pub fn reference() -> String {
    let mut out = String::from(BEGINNING);
    let paths = key_paths();
    for record in RECORDS {
        let Some(first) = paths.iter().find(|path| path.record.name == record.name) else { continue };
        let at = first.path.rsplit_once('.').map_or("the file", |(at, _)| at);
        let heading = if at == "the file" { at.to_owned() } else { format!("`{at}`") };
        let _ = write!(out, "\n<a id=\"{}\"></a>\n\n## {heading}\n\n{}\n", anchor(record.name), cell(&record.text()));
        out.push_str("\n| key | value | meaning |\n| --- | --- | --- |\n");
        for key in record.keys {
            let mut value = value_in_words(key);
            if let Some(inner) = record_of_value(key) {
                value = format!("[{value}](#{})", anchor(inner.name));
            }
            if let Some(example) = key.kind.example() {
                // Words are their own examples.
                if !matches!(key.kind.form, Form::Words(_) | Form::WordsOrTag(_) | Form::Name | Form::Id(_)) {
                    let _ = write!(value, ", as in `{example}`");
                }
            }
            let needed = if key.required { " **required**" } else { "" };
            let mut meaning = cell(&key.text());
            if let Some(default) = key.kind.default.filter(|_| !meaning.contains("default")) {
                let _ = write!(meaning, " Default: `{default}`.");
            }
            if let Some(equation) = key.kind.equation {
                let _ = write!(meaning, " In the program: {equation}.");
            }
            let _ = writeln!(out, "| `{}`{needed} | {value} | {meaning} |", key.key);
        }
    }
    out
}

/// What one key means: its path, its meaning, what is written as its value, and what stands below it.
#[must_use]
pub fn key_page(key: &KeyPath, example: Option<&str>) -> String {
    let mut out = format!("`{}`, a key of {}\n\n{}\n", key.path, key.record.what, key.key.text());
    let needed = if key.key.required { "required" } else { "optional" };
    let _ = write!(out, "\nValue: {}; {needed}.\n", value_in_words(key.key));
    if let Some(default) = key.key.kind.default {
        let _ = writeln!(out, "Default: `{default}`.");
    }
    if let Some(equation) = key.key.kind.equation {
        let _ = writeln!(out, "In the program: {equation}.");
    }
    if let Some(example) = example_of(key.key) {
        let _ = writeln!(out, "Example: `{}: {example}`", key.key.key);
    }
    if let Some(inner) = record_of_value(key.key) {
        let keys: Vec<String> = inner.keys.iter().map(|k| format!("`{}`", k.key)).collect();
        let _ = writeln!(out, "Keys of {}: {}.", inner.what, keys.join(", "));
    }
    if let Some(example) = example {
        let _ = writeln!(out, "In the template (`polysource init`): {example}");
    }
    out
}

const BEGINNING: &str = "# Reference of the model file

Every key of `polysource: 1`, from the records that read it. `polysource explain KEY` prints the same for one key, and
`polysource schema model` is the JSON Schema for editors.

| value | written as |
| --- | --- |
| a quantity | a number in the base unit, or text with a unit: `6.88`, `6.88 USD/chip-h`, `38B USD`, `20k`, `1.2 GW`, `35 %`, `2400 tok/s`, `2 periods` |
| a value over time | one quantity; steps `{ 2026-Q1: 20k, 2027-Q1: 100k }`; a list with one entry a period; or `{ start: 6.88, growth: -15 %/year }` |
| a selector | criteria that must all hold: `{ vendor: nvidia, region: [us-*, eu-*] }`; `{ region: { not: us-* } }` excludes; `{}` selects all |
| a period, a window | `2026`, `2026-Q3`, `2026-07`, `2026-07-15`; `2026-Q3..2027-Q4`, both ends included |

In the headings `ID` stands for a name that you give, `[]` for each entry of a list. All keys are there since 0.1.0.
";

fn anchor(name: &str) -> String {
    name.to_lowercase()
}

/// Text in the cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}
