//! Free MPS, readable by every solver.
//!
//! The constant of the objective is the negative right-hand side of the objective row, as CPLEX,
//! Gurobi and HiGHS read it. Numbers have as many digits as it takes to read the same double back,
//! except that the upper bound of a ranged row is what adding its range to its lower bound gives,
//! which may be the double beside it: the format has no other way to say it.
//!
//! Names are written as they are, but with `_` for white space, and with their position behind
//! where two would be the same or would be the objective's.

use std::io::{self, Write};

use super::names;
use super::program::{ColumnId, LinearProgram, RowId};

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
    writeln!(out, "NAME {}", lp.name().split_whitespace().collect::<Vec<_>>().join("_"))?;
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
            writeln!(out, " {name} COST {}", column.cost)?;
        }
        for &(row, value) in &columns[j] {
            writeln!(out, " {name} {} {value}", rows[row as usize])?;
        }
    }
    if integer {
        writeln!(out, " MARKER 'MARKER' 'INTEND'")?;
    }
    writeln!(out, "RHS")?;
    if lp.offset() != 0.0 {
        writeln!(out, " RHS COST {}", -lp.offset())?;
    }
    for (row, name) in lp.rows().iter().zip(&rows) {
        let side = if row.lower.is_finite() && kind(row.lower, row.upper) != 'L' { row.lower } else { row.upper };
        if side.is_finite() && side != 0.0 {
            writeln!(out, " RHS {name} {side}")?;
        }
    }
    let ranged = |lower: f64, upper: f64| lower.is_finite() && upper.is_finite() && lower != upper;
    if lp.rows().iter().any(|r| ranged(r.lower, r.upper)) {
        writeln!(out, "RANGES")?;
        for (row, name) in lp.rows().iter().zip(&rows).filter(|(r, _)| ranged(r.lower, r.upper)) {
            writeln!(out, " RANGE {name} {}", row.upper - row.lower)?;
        }
    }
    writeln!(out, "BOUNDS")?;
    for (column, name) in lp.columns().iter().zip(&names) {
        let (lower, upper) = (column.lower, column.upper);
        match (lower.is_finite(), upper.is_finite()) {
            (false, false) => writeln!(out, " FR BOUND {name}")?,
            (true, true) if lower == upper => writeln!(out, " FX BOUND {name} {lower}")?,
            (has_lower, has_upper) => {
                if !has_lower {
                    writeln!(out, " MI BOUND {name}")?;
                } else if lower != 0.0 || column.integer || upper < 0.0 {
                    // Said even if it is 0 where readers would take a negative upper bound, or an
                    // integer column, to mean another.
                    writeln!(out, " LO BOUND {name} {lower}")?;
                }
                if has_upper {
                    writeln!(out, " UP BOUND {name} {upper}")?;
                } else if column.integer {
                    writeln!(out, " PL BOUND {name}")?;
                }
            }
        }
    }
    writeln!(out, "ENDATA")
}

/// The names of columns and of rows as the file has them.
pub(super) fn mps_names(lp: &LinearProgram) -> (Vec<String>, Vec<String>) {
    let letter = |c: char| if c.is_whitespace() { '_' } else { c };
    // A field that begins with `$` is a comment.
    let starts = |name: &str| !name.is_empty() && !name.starts_with('$');
    let rows = names::legal(lp.row_names(), &["COST", "'MARKER'"], letter, starts);
    (names::legal(lp.column_names(), &["MARKER"], letter, starts), rows)
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
