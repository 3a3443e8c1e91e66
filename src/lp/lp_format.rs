//! The LP format of CPLEX, for people.
//!
//! Names are made legal without losing anything: `[` and `]` are written as `(` and `)`, `-` as
//! `~`, which the program's names do not hold otherwise. Whatever else the format does not allow
//! (IBM, "CPLEX file formats: LP": letters, digits and ``!"#$%&()/,.;?@_`'{}|~``, not first a digit
//! or period, not what reads as a number such as `e1`; CBC: no `/` and no `|`) is written as `!`, or gets a `_` in front;
//! names that would become the same are reported apart by their position.
//!
//! A row with two different bounds is written as two rows, the second named with `_upper`. The constant of the objective is
//! the cost of a column `constant` that is fixed at 1: GLPK refuses a bare number there, and CBC leaves it out.

use std::io::{self, Write};

use super::names::{self, CONSTANT, Format};
use super::number::Number;
use super::program::{LinearProgram, RowId};

/// Terms on a line.
const TERMS: usize = 3;
/// Characters on a line of several terms: some readers take no more than 255.
const LINE: usize = 250;

/// Letters of a name: CBC calls all columns and rows anew if one of them has more than 100.
const LONGEST: usize = 96;

/// Words that begin a section or stand for a number, in any case, in one reader or another.
const KEYWORDS: [&str; 35] = [
    "bin", "binaries", "binary", "bound", "bounds", "end", "free", "gen", "general", "generals", "inf", "infinity",
    "int", "integer", "integers", "max", "maximise", "maximize", "maximum", "min", "minimise", "minimize", "minimum",
    "nan", "obj", "sec", "semi", "semis", "sin", "sos", "st", "st.", "s.t.", "subject", "such",
];

/// Writes a program in the LP format.
///
/// # Errors
/// What the writer reports.
pub fn write_lp(lp: &LinearProgram, out: &mut dyn Write) -> io::Result<()> {
    let (columns, rows) = lp_names(lp);
    let mut upper = rows[lp.rows().len()..].iter();
    writeln!(out, "\\ {}", lp.name().replace(['\n', '\r'], " "))?;
    writeln!(out, "Minimize\n obj:")?;
    let costs =
        lp.columns().iter().zip(&columns).filter(|(c, _)| c.cost != 0.0).map(|(c, name)| (name.as_str(), c.cost));
    let constant = (lp.offset() != 0.0).then_some((CONSTANT, lp.offset()));
    let any = columns.first().map(String::as_str);
    terms(any, out, costs.chain(constant))?;
    writeln!(out, "Subject To")?;
    for (i, row) in lp.rows().iter().enumerate() {
        let mut one = |name: &str, sense: &str, side: f64| -> io::Result<()> {
            writeln!(out, " {name}:")?;
            terms(any, out, lp.row_terms(RowId(i as u32)).map(|(c, value)| (columns[c.0 as usize].as_str(), value)))?;
            writeln!(out, "  {sense} {}", Number(side))
        };
        match (row.lower.is_finite(), row.upper.is_finite()) {
            (false, false) => {}
            (true, true) if row.lower == row.upper => one(&rows[i], "=", row.lower)?,
            (true, true) => {
                one(&rows[i], ">=", row.lower)?;
                one(upper.next().map_or("", String::as_str), "<=", row.upper)?;
            }
            (true, false) => one(&rows[i], ">=", row.lower)?,
            (false, true) => one(&rows[i], "<=", row.upper)?,
        }
    }
    writeln!(out, "Bounds")?;
    for ((column, name), used) in lp.columns().iter().zip(&columns).zip(used(lp)) {
        match (column.lower.is_finite(), column.upper.is_finite()) {
            (false, false) => writeln!(out, " {name} free")?,
            (true, true) if column.lower == column.upper => writeln!(out, " {name} = {}", Number(column.lower))?,
            (true, true) => writeln!(out, " {} <= {name} <= {}", Number(column.lower), Number(column.upper))?,
            // The default, unless the column would not be mentioned at all.
            (true, false) if column.lower == 0.0 && used => {}
            (true, false) => writeln!(out, " {name} >= {}", Number(column.lower))?,
            (false, true) => writeln!(out, " -inf <= {name} <= {}", Number(column.upper))?,
        }
    }
    if lp.offset() != 0.0 {
        writeln!(out, " {CONSTANT} = 1")?;
    }
    if lp.has_integers() {
        writeln!(out, "Generals")?;
        for (_, name) in lp.columns().iter().zip(&columns).filter(|(c, _)| c.integer) {
            writeln!(out, " {name}")?;
        }
    }
    writeln!(out, "End")
}

/// The names of columns and of rows as the file has them; behind the rows' names those that ranged rows, in order, have
/// for their upper bounds.
pub(super) fn lp_names(lp: &LinearProgram) -> (Vec<String>, Vec<String>) {
    // Both names of a ranged row have to be free.
    let uppers: Vec<String> = ranged(lp).map(|i| format!("{}_upper", lp.row_name(RowId(i as u32)))).collect();
    let all = lp.row_names().chain(uppers.iter().map(String::as_str));
    let rows = Format { reserved: &["obj"], longest: LONGEST, letter, starts };
    let columns = Format { reserved: &[CONSTANT], ..rows };
    (names::legal(lp.column_names(), &columns), names::legal(all, &rows))
}

/// Rows with two different bounds.
pub(super) fn ranged(lp: &LinearProgram) -> impl Iterator<Item = usize> + '_ {
    let two = |l: f64, u: f64| l.is_finite() && u.is_finite() && l != u;
    lp.rows().iter().enumerate().filter(move |(_, r)| two(r.lower, r.upper)).map(|(i, _)| i)
}

/// Whether each column is in the objective or a row.
fn used(lp: &LinearProgram) -> Vec<bool> {
    let mut used: Vec<bool> = lp.columns().iter().map(|c| c.cost != 0.0).collect();
    for i in 0..lp.rows().len() as u32 {
        lp.row_terms(RowId(i)).for_each(|(c, _)| used[c.0 as usize] = true);
    }
    used
}

/// A sum; `any` is a column for one without terms.
fn terms<'a>(any: Option<&str>, out: &mut dyn Write, terms: impl Iterator<Item = (&'a str, f64)>) -> io::Result<()> {
    let (mut on_line, mut width) = (0, 0);
    let mut empty = true;
    for (column, value) in terms {
        let term = format!(" {} {} {column}", sign(value), Number(value.abs()));
        if on_line == TERMS || on_line > 0 && width + term.len() > LINE {
            writeln!(out)?;
            on_line = 0;
        }
        if on_line == 0 {
            write!(out, " ")?;
            width = 1;
        }
        write!(out, "{term}")?;
        (on_line, width, empty) = (on_line + 1, width + term.len(), false);
    }
    match any {
        // The format has no empty sum; any column times 0 is one.
        Some(column) if empty => writeln!(out, "  0 {column}"),
        _ if !empty => writeln!(out),
        _ => Ok(()),
    }
}

fn sign(x: f64) -> char {
    if x < 0.0 { '-' } else { '+' }
}

fn letter(c: char) -> char {
    match c {
        '[' => '(',
        ']' => ')',
        '-' => '~',
        c if c.is_ascii_alphanumeric() => c,
        '!' | '"' | '#' | '$' | '%' | '&' | '(' | ')' | ',' | '.' | ';' | '?' | '@' | '_' | '`' | '\'' | '{' | '}'
        | '~' => c,
        _ => '!',
    }
}

/// Whether a name of legal letters can stand as it is.
fn starts(name: &str) -> bool {
    let mut letters = name.chars();
    match letters.next() {
        None | Some('0'..='9' | '.') => false,
        Some('e' | 'E') if letters.next().is_none_or(|c| c.is_ascii_digit()) => false,
        _ => !KEYWORDS.contains(&name.to_ascii_lowercase().as_str()),
    }
}
