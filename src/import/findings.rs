//! What was found in foreign rows: what it is, what was done, and where.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::diagnostics::{Place, Sources, is_hostile};
use crate::units::human;

/// A kind of finding: sorted and reported by its rank, then by its words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where it stands in the report.
    pub rank: u8,
    /// What is so, and what was done about it, as a clause that follows a number of rows.
    pub words: String,
}

/// All findings, each with its rows, in the order of files and lines.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    rows: BTreeMap<Finding, Vec<Place>>,
    hidden: BTreeSet<Place>,
}

/// Without `-v` this many stretches of lines are listed for a finding.
const MOST: usize = 8;

impl Findings {
    /// Adds a row to a finding.
    pub fn add(&mut self, rank: u8, words: impl Into<String>, row: Place) {
        if !self.hidden.contains(&row) {
            self.rows.entry(Finding { rank, words: words.into() }).or_default().push(row);
        }
    }

    /// Nothing is reported of this row: it was not asked for, and is read only for what it says of others.
    pub fn hide(&mut self, row: Place) {
        self.hidden.insert(row);
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One line for each finding: how many rows, what is so and what was done, and the rows as `file:line`, neighbours
    /// as `file:first-last`. Long lists are cut unless all are asked for.
    #[must_use]
    pub fn text(&self, sources: &Sources, all: bool) -> String {
        let mut out = String::new();
        for (finding, rows) in &self.rows {
            let mut lines: Vec<(u32, usize)> = rows.iter().map(|p| (p.source.0, sources.line(*p))).collect();
            lines.sort_unstable();
            // A row can be concerned twice, on demand and spot.
            lines.dedup();
            let count = lines.len();
            let stretches = stretches(&lines);
            let shown = if all { stretches.len() } else { stretches.len().min(MOST) };
            let listed: Vec<String> = stretches[..shown]
                .iter()
                .map(|&(source, first, last)| {
                    let name = &sources.get(crate::diagnostics::SourceId(source)).name;
                    if first == last { format!("{name}:{first}") } else { format!("{name}:{first}-{last}") }
                })
                .collect();
            let rest: usize = stretches[shown..].iter().map(|(_, first, last)| last - first + 1).sum();
            let rest = if rest > 0 { format!(" and {rest} more (all with -v)") } else { String::new() };
            let line = format!("{} {}: {}{rest}", human::count(count, "row"), finding.words, listed.join(", "));
            // Words and names are foreign, and this is read on a terminal.
            let _ = writeln!(out, "{}", line.replace(|c| is_hostile(c) || c == '\n' || c == '\t', "?"));
        }
        out
    }
}

/// Neighbouring lines of a file as one stretch.
fn stretches(lines: &[(u32, usize)]) -> Vec<(u32, usize, usize)> {
    let mut out: Vec<(u32, usize, usize)> = Vec::new();
    for &(source, line) in lines {
        match out.last_mut() {
            Some((s, _, last)) if *s == source && *last + 1 == line => *last = line,
            _ => out.push((source, line, line)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_foreign_reaches_the_terminal_as_it_is() {
        let mut sources = Sources::new();
        let source = sources.add("a\u{1b}[31m/vms.csv", "x\n");
        let mut findings = Findings::default();
        let row = Place { source, start: 0, end: 1 };
        findings.add(1, "of `H\u{1b}]0;x\u{7}100\u{202e}\r\n`: left out", row);
        assert_eq!(findings.text(&sources, false), "1 row of `H?]0;x?100???`: left out: a?[31m/vms.csv:1\n");
    }

    #[test]
    fn rows_are_listed_in_stretches_and_cut() {
        let mut sources = Sources::new();
        let text = "x\n".repeat(50);
        let source = sources.add("aws/vms.csv", &text);
        let row = |line: u32| Place { source, start: 2 * (line - 1), end: 2 * line - 1 };
        let mut findings = Findings::default();
        [4, 2, 3, 9].into_iter().for_each(|line| findings.add(1, "without a price: left out", row(line)));
        assert_eq!(
            findings.text(&sources, false),
            "4 rows without a price: left out: aws/vms.csv:2-4, aws/vms.csv:9\n"
        );
        let mut many = Findings::default();
        (0..20).for_each(|i| many.add(1, "at 0: left out", row(2 * i + 1)));
        assert!(many.text(&sources, false).ends_with("aws/vms.csv:15 and 12 more (all with -v)\n"));
        assert!(many.text(&sources, true).ends_with("aws/vms.csv:39\n"));
    }
}
