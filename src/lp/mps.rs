//! Free MPS, readable by every solver.
//!
//! The constant of the objective is the negative right-hand side of the objective row, as CPLEX,
//! Gurobi and HiGHS read it. Numbers have as many digits as it takes to read the same double back.

use std::io::{self, Write};

use super::program::{ColumnId, LinearProgram, RowId};

/// Writes a program in free MPS.
///
/// # Errors
/// What the writer reports.
pub fn write_mps(lp: &LinearProgram, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "NAME {}", lp.name().split_whitespace().collect::<Vec<_>>().join("_"))?;
    writeln!(out, "ROWS\n N COST")?;
    for row in lp.rows() {
        writeln!(out, " {} {}", kind(row.lower, row.upper), row.name)?;
    }
    writeln!(out, "COLUMNS")?;
    let columns = by_column(lp);
    let mut integer = false;
    for (j, column) in lp.columns().iter().enumerate() {
        if column.integer != integer {
            integer = column.integer;
            writeln!(out, " MARKER MARKER {}", if integer { "'INTORG'" } else { "'INTEND'" })?;
        }
        // A column without coefficients still has to be declared.
        if column.cost != 0.0 || columns[j].is_empty() {
            writeln!(out, " {} COST {}", column.name, column.cost)?;
        }
        for &(row, value) in &columns[j] {
            writeln!(out, " {} {} {value}", column.name, lp.rows()[row as usize].name)?;
        }
    }
    if integer {
        writeln!(out, " MARKER MARKER 'INTEND'")?;
    }
    writeln!(out, "RHS")?;
    if lp.offset() != 0.0 {
        writeln!(out, " RHS COST {}", -lp.offset())?;
    }
    for row in lp.rows() {
        let side = if row.lower.is_finite() && kind(row.lower, row.upper) != 'L' { row.lower } else { row.upper };
        if side.is_finite() && side != 0.0 {
            writeln!(out, " RHS {} {side}", row.name)?;
        }
    }
    let ranged = |lower: f64, upper: f64| lower.is_finite() && upper.is_finite() && lower != upper;
    if lp.rows().iter().any(|r| ranged(r.lower, r.upper)) {
        writeln!(out, "RANGES")?;
        for row in lp.rows().iter().filter(|r| ranged(r.lower, r.upper)) {
            writeln!(out, " RANGE {} {}", row.name, row.upper - row.lower)?;
        }
    }
    writeln!(out, "BOUNDS")?;
    for column in lp.columns() {
        let (lower, upper, name) = (column.lower, column.upper, &column.name);
        match (lower.is_finite(), upper.is_finite()) {
            (false, false) => writeln!(out, " FR BOUND {name}")?,
            (true, true) if lower == upper => writeln!(out, " FX BOUND {name} {lower}")?,
            (has_lower, has_upper) => {
                if !has_lower {
                    writeln!(out, " MI BOUND {name}")?;
                } else if lower != 0.0 || column.integer {
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
