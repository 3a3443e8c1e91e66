//! A page for every code: what it means, and a file's message that shows it.
//!
//! The examples stand in `examples/`. The tests fire them too, so that a page shows what the program says.

use super::Code;

macro_rules! examples {
    ($($variant:ident = $code:literal,)+) => {
        /// What a model with nothing but this mistake is reported.
        fn in_model(code: Code) -> Option<(&'static str, &'static str)> {
            match code {
                $(Code::$variant => Some((
                    include_str!(concat!("examples/", $code, ".yaml")),
                    include_str!(concat!("examples/", $code, ".txt")),
                )),)+
                _ => None,
            }
        }
    };
}

examples! {
    YamlSyntax = "yaml-syntax",
    TooDeep = "too-deep",
    AliasLimit = "alias-limit",
    MultipleDocuments = "multiple-documents",
    TagNotAllowed = "tag-not-allowed",
    DuplicateKey = "duplicate-key",
    UnknownKey = "unknown-key",
    MissingKey = "missing-key",
    WrongType = "wrong-type",
    UnsupportedVersion = "unsupported-version",
    InvalidId = "invalid-id",
    InvalidQuantity = "invalid-quantity",
    NotFinite = "not-finite",
    WrongDimension = "wrong-dimension",
    OutOfRange = "out-of-range",
    UnknownWord = "unknown-word",
    InvalidPeriod = "invalid-period",
    OffGrid = "off-grid",
    OutsideHorizon = "outside-horizon",
    NoHorizon = "no-horizon",
    SeriesLength = "series-length",
    UnknownId = "unknown-id",
    UnknownDimension = "unknown-dimension",
    EmptySelection = "empty-selection",
    MissingPrice = "missing-price",
    MissingPower = "missing-power",
    MissingCarbon = "missing-carbon",
    UnservedWorkload = "unserved-workload",
    MinAboveMax = "min-above-max",
    Contradiction = "contradiction",
    DuplicateName = "duplicate-name",
    AmbiguousAttribution = "ambiguous-attribution",
    RateWithoutTime = "rate-without-time",
    NoEffect = "no-effect",
    UnlikelyPrice = "unlikely-price",
    InvalidVariation = "invalid-variation",
}

/// The same of a file with a solution.
fn in_solution(code: Code) -> Option<(&'static str, &'static str)> {
    match code {
        Code::InvalidSolution => {
            Some((include_str!("examples/invalid-solution.sol"), include_str!("examples/invalid-solution.txt")))
        }
        Code::UnknownColumn => {
            Some((include_str!("examples/unknown-column.sol"), include_str!("examples/unknown-column.txt")))
        }
        _ => None,
    }
}

/// What is reported of a cell of a workbook.
const IN_WORKBOOK: &str = "\
error[unreadable-cell]: the cell holds the error #REF!
 --> book.xlsx:offers!E2
  |
2 | coreweave-h100 | h100 | coreweave | us-east-04 | #REF! | 20000 | assumption | 2026-11-22
  |                                                  ^^^^^
  |
  = help: repair its formula, or write the value
";

/// Where a mistake stands, the text with it, and what is reported of it.
fn example(code: Code) -> Option<(&'static str, &'static str, &'static str)> {
    if code == Code::UnreadableCell {
        return Some(("a workbook", "", IN_WORKBOOK));
    }
    let model = in_model(code).map(|(text, told)| ("a model", text, told));
    model.or_else(|| in_solution(code).map(|(text, told)| ("a solution", text, told)))
}

/// Lines around a mistake.
const AROUND: usize = 4;

/// The page of a code.
#[must_use]
pub fn page(code: Code) -> String {
    let mut page = format!("{code}\n\n{}\n", code.explanation());
    if let Some((kind, text, told)) = example(code) {
        page.push_str("\nFor example");
        if let Some(part) = excerpt(text, told) {
            page.push_str(&format!(", with this in {kind}:\n\n"));
            part.lines().for_each(|l| page.push_str(&format!("    {l}\n")));
            page.push_str("\nit says");
        }
        page.push_str(":\n\n");
        let told = told.split("\n\n").next().unwrap_or_default();
        told.lines().for_each(|l| page.push_str(&format!("    {l}\n")));
    }
    page
}

/// The lines around the one that the message points to.
fn excerpt(text: &str, told: &str) -> Option<String> {
    let place = told.lines().find_map(|l| l.trim_start().strip_prefix("--> "))?;
    let line: usize = place.split(':').nth(1)?.parse().ok()?;
    let from = line.saturating_sub(AROUND + 1);
    Some(text.lines().skip(from).take(2 * AROUND + 1).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page() {
        for &code in Code::ALL {
            let page = page(code);
            assert!(page.starts_with(&format!("{code}\n\n")), "{page}");
            if let Some((_, _, told)) = example(code) {
                assert!(told.contains(&format!("[{code}]")), "{code}: {told}");
                assert!(page.contains(&format!("[{code}]")), "{page}");
            }
        }
        assert_eq!(Code::ALL.iter().filter(|c| example(**c).is_none()).count(), 4);
    }
}
