//! Whose value each line is: names back to columns and rows.
//!
//! The file has the names of the MPS or of the LP file, whichever more of its lines fit. In both a row may be called as a
//! column is. Where the form does not say which one is meant, rows stand before columns as CLP writes them; in a plain
//! table the column is meant first and the row where the name comes again.
//!
//! The column that carries the constant of the objective is in the files and not in the program: it is known behind the
//! last column, has to be 1, and is left out of the point.

use std::collections::{HashMap, HashSet};

use super::super::certificate::Tolerances;
use super::super::lp_format::{lp_names, ranged};
use super::super::mps::mps_names;
use super::super::names::CONSTANT;
use super::super::program::LinearProgram;
use super::{Part, Point, SolutionFile, SolutionLine};
use crate::diagnostics::{Code, Diagnostics, Place, did_you_mean};

/// Names that are not known are reported one by one up to so many.
const FOREIGN: usize = 5;

/// Positions by name.
struct Names {
    columns: HashMap<String, usize>,
    rows: HashMap<String, usize>,
}

impl Names {
    fn of_mps(lp: &LinearProgram) -> Self {
        let (columns, rows) = mps_names(lp);
        Names { columns: with_constant(lp, columns), rows: indexed(rows) }
    }

    fn of_lp(lp: &LinearProgram) -> Self {
        let (columns, mut rows) = lp_names(lp);
        // The two rows that a ranged row is written as are one, and so are their multipliers.
        let uppers = rows.split_off(lp.rows().len());
        let mut rows = indexed(rows);
        rows.extend(uppers.into_iter().zip(ranged(lp)));
        Names { columns: with_constant(lp, columns), rows }
    }

    fn knows(&self, line: &SolutionLine<'_>) -> bool {
        let (column, row) = (self.columns.contains_key(&*line.name), self.rows.contains_key(&*line.name));
        match line.part {
            Part::Column => column,
            Part::Row => row,
            Part::Either => column || row,
        }
    }
}

fn indexed(names: Vec<String>) -> HashMap<String, usize> {
    names.into_iter().enumerate().map(|(i, name)| (name, i)).collect()
}

/// The columns by name, and behind them the one that carries the constant.
fn with_constant(lp: &LinearProgram, columns: Vec<String>) -> HashMap<String, usize> {
    let mut columns = indexed(columns);
    if lp.offset() != 0.0 {
        columns.insert(CONSTANT.to_owned(), lp.columns().len());
    }
    columns
}

/// A column or a row.
#[derive(Clone, Copy)]
enum Meant {
    Column(usize),
    Row(usize),
}

impl SolutionFile<'_> {
    /// The point of a program that the file holds, reporting names that the program does not have and what stands
    /// twice; `None` if anything is wrong.
    pub fn point(&self, lp: &LinearProgram, diagnostics: &mut Diagnostics) -> Option<Point> {
        let told = diagnostics.len();
        let (mps, lp_file) = (Names::of_mps(lp), Names::of_lp(lp));
        let fitting = |names: &Names| self.lines.iter().filter(|l| names.knows(l)).count();
        let (in_mps, in_lp) = (fitting(&mps), fitting(&lp_file));
        let (names, known) = if in_mps >= in_lp { (mps, in_mps) } else { (lp_file, in_lp) };
        if known < self.lines.len() {
            self.tell_foreign(&names, known, diagnostics);
            return None;
        }
        let meant = self.meant(&names);
        let mut x: Vec<Option<(f64, Place)>> = vec![None; lp.columns().len() + 1];
        let mut y: Vec<Option<f64>> = vec![None; lp.rows().len()];
        // A ranged row has two names in an LP file, so that rows are reported apart by theirs.
        let mut rows: HashMap<(&str, bool), Place> = HashMap::new();
        let mut reduced: HashMap<usize, Place> = HashMap::new();
        let twice = |what: &str, line: &SolutionLine<'_>, diagnostics: &mut Diagnostics| {
            let message = format!("the {what} `{}` is defined twice in this file", line.name);
            diagnostics.error(Code::DuplicateName, line.place, message, "keep one of the two");
        };
        for (line, meant) in self.lines.iter().zip(meant) {
            match (meant, line.primal) {
                (Meant::Column(j), Some(value)) => {
                    if x[j].replace((value, line.place)).is_some() {
                        twice("column", line, diagnostics);
                    }
                }
                (Meant::Column(j), None) => {
                    if reduced.insert(j, line.place).is_some() {
                        twice("column", line, diagnostics);
                    }
                }
                (Meant::Row(i), primal) => {
                    if rows.insert((&line.name, primal.is_some()), line.place).is_some() {
                        twice("row", line, diagnostics);
                    }
                    if let Some(dual) = line.dual {
                        *y[i].get_or_insert(0.0) += dual;
                    }
                }
            }
        }
        if diagnostics.len() > told {
            return None;
        }
        if x.iter().all(Option::is_none) && !x.is_empty() {
            let place = Place { source: self.source, start: 0, end: 0 };
            let remedy = "give the file of a run that found a solution";
            diagnostics.error(Code::InvalidSolution, place, "the file holds no value of any column", remedy);
            return None;
        }
        // Behind the columns stands the one that carries the constant.
        if let Some((value, place)) = x.pop().flatten()
            && (value - 1.0).abs() > Tolerances::default().primal
        {
            let message = format!("`{CONSTANT}` is {value}, and is fixed at 1 in the exported program");
            diagnostics.error(Code::InvalidSolution, place, message, "give the file as the solver wrote it");
            return None;
        }
        let has_duals = y.iter().any(Option::is_some);
        Some(Point {
            missing_columns: x.iter().filter(|v| v.is_none()).count(),
            missing_rows: if has_duals { y.iter().filter(|v| v.is_none()).count() } else { 0 },
            x: x.into_iter().map(|v| v.map_or(0.0, |(value, _)| value)).collect(),
            y: has_duals.then(|| y.into_iter().map(Option::unwrap_or_default).collect()),
        })
    }

    /// What each line is of, all of whose names are known.
    fn meant(&self, names: &Names) -> Vec<Meant> {
        let find =
            |line: &SolutionLine<'_>| (names.columns.get(&*line.name).copied(), names.rows.get(&*line.name).copied());
        let numbered = self.lines.iter().any(|l| l.index.is_some());
        let with_rows = self.lines.iter().any(|l| matches!(find(l), (None, Some(_))));
        // Of numbered lines: whether those of the columns have begun.
        let (mut at_columns, mut last) = (!with_rows, None);
        let mut before: HashSet<&str> = HashSet::new();
        let mut all = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            let (column, row) = find(line);
            at_columns |= row.is_none() || line.index.is_some() && line.index <= last;
            last = line.index;
            let as_column = match line.part {
                Part::Column => true,
                Part::Row => false,
                Part::Either if numbered => at_columns,
                Part::Either => before.insert(&line.name),
            };
            all.push(match (column, row) {
                (Some(j), Some(_)) if as_column => Meant::Column(j),
                (Some(_), Some(i)) | (None, Some(i)) => Meant::Row(i),
                (Some(j), None) => Meant::Column(j),
                // Not reached: every name is known.
                (None, None) => continue,
            });
        }
        all
    }

    /// Tells names that the program does not have.
    fn tell_foreign(&self, names: &Names, known: usize, diagnostics: &mut Diagnostics) {
        let same = "give the model with the scenarios, settings and overlays that it was exported with";
        if known == 0 {
            let place = self.lines[0].place;
            let message = format!("none of the {} names is in the program of this model", self.lines.len());
            return diagnostics.error(Code::UnknownColumn, place, message, same);
        }
        let foreign: Vec<&SolutionLine<'_>> = self.lines.iter().filter(|l| !names.knows(l)).collect();
        for line in foreign.iter().take(FOREIGN) {
            let what = match line.part {
                Part::Column => "column",
                Part::Row => "row",
                Part::Either => "column or row",
            };
            let all = match line.part {
                Part::Row => names.rows.keys(),
                _ => names.columns.keys(),
            };
            let mut all: Vec<&str> = all.map(String::as_str).collect();
            all.sort_unstable();
            let remedy = did_you_mean(&line.name, all).map(|near| format!("did you mean `{near}`?"));
            let message = format!("the program of this model has no {what} `{}`", line.name);
            diagnostics.error(Code::UnknownColumn, line.place, message, remedy.unwrap_or_else(|| same.to_owned()));
        }
        if let Some(line) = foreign.get(FOREIGN) {
            let message = format!("{} more names are not in the program of this model", foreign.len() - FOREIGN);
            diagnostics.error(Code::UnknownColumn, line.place, message, same);
        }
    }
}
