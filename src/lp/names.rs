//! Names that a file format can hold, one for one.

use std::collections::HashSet;

/// Names in the letters of a format: `letter` gives each its replacement. Where two names would
/// become one, the later gets its position behind a `!`, so that nothing is merged by a reader.
pub(super) fn legal<'a>(
    names: impl Iterator<Item = &'a str>,
    reserved: &[&str],
    letter: impl Fn(char) -> char,
    starts: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut seen: HashSet<String> = reserved.iter().map(|s| (*s).to_owned()).collect();
    names
        .enumerate()
        .map(|(i, name)| {
            let mut legal: String = name.chars().map(&letter).collect();
            if !starts(&legal) {
                legal.insert(0, '_');
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
        let letter = |c: char| if c.is_whitespace() { '_' } else { c };
        let found = legal(names.into_iter(), &["COST"], letter, |n| !n.is_empty());
        assert_eq!(found, ["a_b", "a_b!1", "a_b!2", "a_b!1!3", "_", "COST!5"]);
    }
}
