//! The LP format of CPLEX, for people.
//!
//! Names are made legal without losing anything: `[` and `]` are written as `(` and `)`, `-` as
//! `~`, which the program's names do not hold otherwise; `+`, `*`, `=`, `<`, `>`, `:`, `|` and `^`
//! as `!`.

use std::io::{self, Write};

use super::program::{ColumnId, LinearProgram, RowId};

/// Terms on a line: the format limits lines to 255 characters in some readers.
const TERMS: usize = 3;

/// Writes a program in the LP format.
///
/// # Errors
/// What the writer reports.
pub fn write_lp(lp: &LinearProgram, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\\ {}", lp.name().replace(['\n', '\r'], " "))?;
    writeln!(out, "Minimize\n obj:")?;
    let costs = lp.columns().iter().enumerate().filter(|(_, c)| c.cost != 0.0);
    terms(lp, out, costs.map(|(j, c)| (ColumnId(j as u32), c.cost)))?;
    if lp.offset() != 0.0 {
        writeln!(out, "  {} {}", sign(lp.offset()), lp.offset().abs())?;
    }
    writeln!(out, "Subject To")?;
    for (i, row) in lp.rows().iter().enumerate() {
        let id = RowId(i as u32);
        match (row.lower.is_finite(), row.upper.is_finite()) {
            (false, false) => {}
            (true, true) if row.lower == row.upper => one(lp, out, id, "", "=", row.lower)?,
            (true, true) => {
                one(lp, out, id, "", ">=", row.lower)?;
                one(lp, out, id, "_upper", "<=", row.upper)?;
            }
            (true, false) => one(lp, out, id, "", ">=", row.lower)?,
            (false, true) => one(lp, out, id, "", "<=", row.upper)?,
        }
    }
    writeln!(out, "Bounds")?;
    for column in lp.columns() {
        let name = legal(&column.name);
        match (column.lower.is_finite(), column.upper.is_finite()) {
            (false, false) => writeln!(out, " {name} free")?,
            (true, true) if column.lower == column.upper => writeln!(out, " {name} = {}", column.lower)?,
            (true, true) => writeln!(out, " {} <= {name} <= {}", column.lower, column.upper)?,
            (true, false) if column.lower == 0.0 => {}
            (true, false) => writeln!(out, " {name} >= {}", column.lower)?,
            (false, true) => writeln!(out, " -inf <= {name} <= {}", column.upper)?,
        }
    }
    if lp.has_integers() {
        writeln!(out, "Generals")?;
        for column in lp.columns().iter().filter(|c| c.integer) {
            writeln!(out, " {}", legal(&column.name))?;
        }
    }
    writeln!(out, "End")
}

fn one(lp: &LinearProgram, out: &mut dyn Write, row: RowId, suffix: &str, sense: &str, side: f64) -> io::Result<()> {
    writeln!(out, " {}{suffix}:", legal(&lp.rows()[row.0 as usize].name))?;
    terms(lp, out, lp.row_terms(row))?;
    writeln!(out, "  {sense} {side}")
}

fn terms(lp: &LinearProgram, out: &mut dyn Write, terms: impl Iterator<Item = (ColumnId, f64)>) -> io::Result<()> {
    let mut written = 0;
    for (column, value) in terms {
        write!(out, "{}", if written % TERMS == 0 { "  " } else { " " })?;
        write!(out, "{} {} {}", sign(value), value.abs(), legal(&lp.columns()[column.0 as usize].name))?;
        written += 1;
        if written % TERMS == 0 {
            writeln!(out)?;
        }
    }
    match (written, lp.columns().first()) {
        // The format has no empty sum; any column times 0 is one.
        (0, Some(column)) => writeln!(out, "  0 {}", legal(&column.name)),
        (n, _) if n % TERMS != 0 => writeln!(out),
        _ => Ok(()),
    }
}

fn sign(x: f64) -> char {
    if x < 0.0 { '-' } else { '+' }
}

fn legal(name: &str) -> String {
    let letter = |c| match c {
        '[' => '(',
        ']' => ')',
        '-' => '~',
        '+' | '*' | '=' | '<' | '>' | ':' | '|' | '^' | '\\' => '!',
        c => c,
    };
    name.chars().map(letter).collect()
}
