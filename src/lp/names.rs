//! Names that a file format can hold, one for one.

use std::collections::HashSet;

/// The column that carries the constant of the objective: fixed at 1, with the constant as its cost.
pub(super) const CONSTANT: &str = "constant";

/// What a file format does to names.
pub(super) struct Format<'a> {
    /// Names that mean something else.
    pub reserved: &'a [&'a str],
    /// Most bytes of a name.
    pub longest: usize,
    /// What stands for a letter.
    pub letter: fn(char) -> char,
    /// Whether a name of legal letters can stand as it is.
    pub starts: fn(&str) -> bool,
}

/// Names in the letters of a format. Where two would become one, and where one is too long, the position stands behind a
/// `!`, so that nothing is merged by a reader.
pub(super) fn legal<'a>(names: impl Iterator<Item = &'a str>, format: &Format<'_>) -> Vec<String> {
    let mut seen: HashSet<String> = format.reserved.iter().map(|s| (*s).to_owned()).collect();
    names
        .enumerate()
        .map(|(i, name)| {
            let mut legal: String = name.chars().map(format.letter).collect();
            if !(format.starts)(&legal) {
                legal.insert(0, '_');
            }
            if legal.len() > format.longest {
                let position = format!("!{i}");
                let most = format.longest - position.len();
                let end = (0..=most).rev().find(|&at| legal.is_char_boundary(at)).unwrap_or(0);
                legal.truncate(end);
                legal.push_str(&position);
            }
            while seen.contains(&legal) {
                legal = format!("{legal}!{i}");
            }
            seen.insert(legal.clone());
            legal
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_names_stay_different() {
        let names = ["a b", "a_b", "a_b", "a_b!1", "", "COST"];
        let found = legal(names.into_iter(), &format(20));
        assert_eq!(found, ["a_b", "a_b!1", "a_b!2", "a_b!1!3", "_", "COST!5"]);
    }

    #[test]
    fn long_names_are_cut_and_stay_different() {
        let names = ["abcdefgh", "abcdefghi", "abcdefghj", "abcdeéfgh"];
        assert_eq!(legal(names.into_iter(), &format(8)), ["abcdefgh", "abcdef!1", "abcdef!2", "abcde!3"]);
    }

    fn format(longest: usize) -> Format<'static> {
        let letter = |c: char| if c.is_whitespace() { '_' } else { c };
        Format { reserved: &["COST"], longest, letter, starts: |n| !n.is_empty() }
    }
}
