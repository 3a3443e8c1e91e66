//! Whether a text is at all what it is read as.
//!
//! A path can lead to anything: a list of users, an environment with its passwords. Excerpts are for what somebody wrote
//! as a model or a table; of anything else only the kind of mistake and its place are reported
//! ([`crate::diagnostics::Sources::withhold`]).

use crate::diagnostics::did_you_mean;

/// Keys of a model or of what is laid over it. `name` is left out: too much else has one.
const MODEL: [&str; 20] = [
    "polysource",
    "currency",
    "horizon",
    "discount_rate",
    "chips",
    "clouds",
    "investors",
    "pools",
    "supply",
    "sites",
    "offers",
    "contracts",
    "workloads",
    "policy",
    "baseline",
    "holdings",
    "scenarios",
    "sweeps",
    "expect",
    "backtest",
];
/// So many keys are compared with every known one for a slip of the pen; further ones have to be right.
const COMPARED: usize = 1_000;

/// Whether a text has a key of a model at its outermost level, well or nearly well written, or was read from a workbook.
#[must_use]
pub fn is_model(text: &str) -> bool {
    crate::diagnostics::is_workbook(text) || has_key(text, &MODEL)
}

/// Whether a text, read as YAML or JSON as far as it goes, has one of some keys at its outermost level.
#[must_use]
pub fn has_key(text: &str, keys: &[&str]) -> bool {
    if text.contains('\0') || text.trim().is_empty() {
        // Of nothing there is nothing to quote.
        return text.trim().is_empty();
    }
    let text = text.trim_start_matches('\u{feff}');
    let flow = text.trim_start().starts_with('{');
    let pieces = text.split(move |c| c == '\n' || flow && matches!(c, '{' | ','));
    pieces
        .filter_map(|piece| key(piece, flow))
        .enumerate()
        .any(|(i, word)| keys.contains(&word) || i < COMPARED && did_you_mean(word, keys.iter().copied()).is_some())
}

/// The key that a line begins with, or in braces a piece: a word, a colon, and a blank or the end.
fn key(piece: &str, flow: bool) -> Option<&str> {
    // Meant as a map, and written as an item.
    let piece = if flow { piece.trim_start() } else { piece.strip_prefix("- ").unwrap_or(piece) };
    let (word, rest) = piece.split_once(':')?;
    let bare = word.trim().trim_matches(['"', '\'']);
    let quoted = bare.len() < word.trim().len();
    let ends = quoted || rest.is_empty() || rest.starts_with(char::is_whitespace);
    let plain = !word.starts_with(' ') && (4..=20).contains(&bare.len());
    (ends && plain && bare.chars().all(|c| c.is_ascii_alphabetic() || c == '_')).then_some(bare)
}

/// Whether the first line of a text names at least half of the columns that a table needs, well or nearly well written.
#[must_use]
pub fn has_columns(text: &str, needed: &[&str]) -> bool {
    if text.contains('\0') || text.trim().is_empty() {
        return text.trim().is_empty();
    }
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let line = text.lines().next().unwrap_or_default();
    let cells: Vec<&str> = line.split([',', ';', '\t']).map(|cell| cell.trim().trim_matches('"')).take(1_000).collect();
    let named = needed.iter().filter(|name| cells.iter().any(|cell| did_you_mean(cell, [**name]).is_some()));
    2 * named.count() >= needed.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_and_what_is_laid_over_them() {
        for text in [
            "polysource: 1\nchips: [\n",
            "\u{feff}{\"polysource\":1}",
            "# mine\nname: x\n\"offers\": {}\n",
            "ofers: {}\n",
            "{ name: x, offers: {",
            "scenarios:\n",
            "- polysource: 1\n",
            " \n",
            "",
        ] {
            assert!(is_model(text), "{text}");
        }
        for text in [
            "root:x:0:0:root:/root:/bin/bash\noffers:x:1:1::/:\n",
            "PATH=/opt/polysource:/bin\0HOME=/root\0",
            "polysource: 1\0",
            "name: x\npassword: y\n",
            "data:\n  offers: {}\n",
            "offers,price\n",
        ] {
            assert!(!is_model(text), "{text}");
        }
    }

    #[test]
    fn tables_by_their_first_line() {
        let needed = ["id", "chip", "cloud", "price"];
        assert!(has_columns("id,chip,cloud,prize\n", &needed));
        assert!(has_columns("\n \"id\" ; chip\n", &needed));
        assert!(has_columns("", &needed));
        assert!(!has_columns("id,password\n", &needed));
        assert!(!has_columns("root:x:0:0:root:/root:/bin/bash\n", &needed));
        assert!(!has_columns("id,chip,cloud,price\n\0", &needed));
    }
}
