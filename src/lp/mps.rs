//! Free MPS, readable by every solver.
//!
//! The constant of the objective is the cost of a column `constant` that is fixed at 1. The format's own way, a right-hand
//! side of the objective row, is read with either sign: as its negative by CPLEX, Gurobi, HiGHS, SCIP and CBC, as itself by
//! GLPK, and not at all by others.
//!
//! Numbers have as many digits as it takes to read the same double back, except that the upper bound of a ranged row is what
//! adding its range to its lower bound gives, which may be the double beside it: the format has no other way to say it.
//!
//! Names are written as they are, but with `_` for white space, and with their position behind where two would be the same,
//! where one would be the objective's or another word of the format, and where one is longer than readers take. `FREE` behind the program's name keeps CBC and CLP from reading short names by their place
//! on the line.

use std::io::{self, Write};

use super::names::{self, CONSTANT, Format};
use super::number::Number;
use super::program::{ColumnId, LinearProgram, RowId};

/// Bytes of a name: CBC and CLP read on after 159 as if another began, and tell nobody; GLPK and SCIP refuse 256.
const LONGEST: usize = 150;

/// Writes a program in free MPS.
///
/// # Errors
/// What the writer reports; and `InvalidInput` for a row whose bounds cross, which the format would
/// turn into one that can be met.
pub fn write_mps(lp: &LinearProgram, out: &mut dyn Write) -> io::Result<()> {
    if let Some(i) = lp.rows().iter().position(|r| r.lower > r.upper) {
        let what = format!("the bounds of row `{}` cross, which MPS cannot say", lp.row_name(RowId(i as u32)));
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    let (names, rows) = mps_names(lp);
    writeln!(out, "NAME {} FREE", program_name(lp))?;
    writeln!(out, "ROWS\n N COST")?;
    for (row, name) in lp.rows().iter().zip(&rows) {
        writeln!(out, " {} {name}", kind(row.lower, row.upper))?;
    }
    writeln!(out, "COLUMNS")?;
    let columns = by_column(lp);
    let mut integer = false;
    for (j, (column, name)) in lp.columns().iter().zip(&names).enumerate() {
        if column.integer != integer {
            integer = column.integer;
            // Readers know a marker by its quotes, and take it for a column without them.
            writeln!(out, " MARKER 'MARKER' {}", if integer { "'INTORG'" } else { "'INTEND'" })?;
        }
        // A column without coefficients still has to be declared.
        if column.cost != 0.0 || columns[j].is_empty() {
            writeln!(out, " {name} COST {}", Number(column.cost))?;
        }
        for &(row, value) in &columns[j] {
            writeln!(out, " {name} {} {}", rows[row as usize], Number(value))?;
        }
    }
    if integer {
        writeln!(out, " MARKER 'MARKER' 'INTEND'")?;
    }
    if lp.offset() != 0.0 {
        writeln!(out, " {CONSTANT} COST {}", Number(lp.offset()))?;
    }
    writeln!(out, "RHS")?;
    for (row, name) in lp.rows().iter().zip(&rows) {
        let side = if row.lower.is_finite() && kind(row.lower, row.upper) != 'L' { row.lower } else { row.upper };
        if side.is_finite() && side != 0.0 {
            writeln!(out, " RHS {name} {}", Number(side))?;
        }
    }
    let ranged = |lower: f64, upper: f64| lower.is_finite() && upper.is_finite() && lower != upper;
    if lp.rows().iter().any(|r| ranged(r.lower, r.upper)) {
        writeln!(out, "RANGES")?;
        for (row, name) in lp.rows().iter().zip(&rows).filter(|(r, _)| ranged(r.lower, r.upper)) {
            writeln!(out, " RANGE {name} {}", Number(row.upper - row.lower))?;
        }
    }
    writeln!(out, "BOUNDS")?;
    for (column, name) in lp.columns().iter().zip(&names) {
        let (lower, upper) = (column.lower, column.upper);
        match (lower.is_finite(), upper.is_finite()) {
            (false, false) => writeln!(out, " FR BOUND {name}")?,
            (true, true) if lower == upper => writeln!(out, " FX BOUND {name} {}", Number(lower))?,
            (has_lower, has_upper) => {
                if !has_lower {
                    writeln!(out, " MI BOUND {name}")?;
                } else if lower != 0.0 || column.integer || upper < 0.0 {
                    // Said even if it is 0 where readers would take a negative upper bound, or an
                    // integer column, to mean another.
                    writeln!(out, " LO BOUND {name} {}", Number(lower))?;
                }
                if has_upper {
                    writeln!(out, " UP BOUND {name} {}", Number(upper))?;
                } else if column.integer {
                    writeln!(out, " PL BOUND {name}")?;
                }
            }
        }
    }
    if lp.offset() != 0.0 {
        writeln!(out, " FX BOUND {CONSTANT} 1")?;
    }
    writeln!(out, "ENDATA")
}

/// The program's name as one word; never none, for then `FREE` would be taken for it.
fn program_name(lp: &LinearProgram) -> String {
    let words: Vec<&str> = lp.name().split_whitespace().collect();
    if words.is_empty() { "program".to_owned() } else { words.join("_") }
}

/// The names of columns and of rows as the file has them.
pub(super) fn mps_names(lp: &LinearProgram) -> (Vec<String>, Vec<String>) {
    let letter = |c: char| if c.is_whitespace() { '_' } else { c };
    // A field that begins with `$` is a comment.
    let starts = |name: &str| !name.is_empty() && !name.starts_with('$');
    // HiGHS takes the right-hand side of a row `RHS` for the objective's, and a bound of a column `BOUND` for none.
    let rows = Format { reserved: &["COST", "'MARKER'", "RHS", "RANGE"], longest: LONGEST, letter, starts };
    let columns = Format { reserved: &["MARKER", "BOUND", CONSTANT], ..rows };
    (names::legal(lp.column_names(), &columns), names::legal(lp.row_names(), &rows))
}

/// The letter of a row: ranged rows are written from below.
fn kind(lower: f64, upper: f64) -> char {
    match (lower.is_finite(), upper.is_finite()) {
        (true, true) if lower == upper => 'E',
        (true, _) => 'G',
        (false, true) => 'L',
        (false, false) => 'N',
    }
}

/// The coefficients of each column, rows ascending.
fn by_column(lp: &LinearProgram) -> Vec<Vec<(u32, f64)>> {
    let mut columns = vec![Vec::new(); lp.columns().len()];
    for i in 0..lp.rows().len() as u32 {
        for (ColumnId(c), value) in lp.row_terms(RowId(i)) {
            columns[c as usize].push((i, value));
        }
    }
    columns
}
