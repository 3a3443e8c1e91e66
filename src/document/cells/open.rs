//! From the bytes of an Excel workbook to the text that holds its cells.
//!
//! Nothing of a workbook runs: of a formula its last value is read, macros are not looked at. Before anything is read, what
//! the file unpacks to is counted, so that a small file cannot fill the memory.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{Cursor, Read};

use calamine::{CellErrorType, DataRef, ExcelDateTime, Reader, SheetType, Xlsx, XlsxError};
use zip::ZipArchive;

use super::quantity::percentage;
use crate::diagnostics::{SHEET, WORKBOOK, escaped};

/// The most bytes that a workbook may unpack to.
pub const MAX_UNPACKED: u64 = 256 * 1024 * 1024;
/// The most cells that a workbook may have.
pub const MAX_CELLS: usize = 2_000_000;
/// The most parts that the file may have.
const MAX_PARTS: usize = 10_000;

/// Why a workbook is not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotAWorkbook {
    /// The file is damaged, or is no Excel workbook.
    #[error("it is no Excel workbook, or is damaged: {0}")]
    Damaged(String),
    /// It is more than a model can need.
    #[error("it holds more than {0}")]
    TooLarge(String),
    /// It is protected by a password.
    #[error("it is protected by a password")]
    Locked,
}

/// Whether a file is packed as an Excel workbook is.
#[must_use]
pub fn is_xlsx(bytes: &[u8]) -> bool {
    // Of one with a password only the envelope is seen: it is that of the old format.
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") || bytes.starts_with(b"\xd0\xcf\x11\xe0")
}

/// Reads an Excel workbook into the text of its cells.
///
/// # Errors
/// [`NotAWorkbook`] if it cannot be read or is too large. What is wrong in a cell is found when the text is read.
pub fn text_of_xlsx(bytes: &[u8]) -> Result<String, NotAWorkbook> {
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(NotAWorkbook::Locked);
    }
    bounded(bytes)?;
    // The reader is careful, and this is a last resort: what it did not expect is no reason to stop the program.
    let read = std::panic::catch_unwind(|| read(bytes));
    read.unwrap_or_else(|_| Err(NotAWorkbook::Damaged("its parts contradict one another".to_owned())))
}

/// Unpacks every part once, and counts.
fn bounded(bytes: &[u8]) -> Result<(), NotAWorkbook> {
    let damaged = |e: &dyn std::fmt::Display| NotAWorkbook::Damaged(e.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
    if archive.len() > MAX_PARTS {
        return Err(NotAWorkbook::TooLarge(format!("{MAX_PARTS} parts")));
    }
    let mut left = MAX_UNPACKED;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|e| damaged(&e))?;
        let strings = part.name().map_err(|e| damaged(&e))?.to_ascii_lowercase().ends_with("sharedstrings.xml");
        let mut part = part.take(left + 1);
        let mut head = Vec::new();
        if strings {
            // So many strings as it says are given room at once.
            part.by_ref().take(4096).read_to_end(&mut head).map_err(|e| damaged(&e))?;
            let count = String::from_utf8_lossy(&head);
            let count = count.split("uniqueCount=").nth(1).map(|rest| &rest[1..rest.len().min(21)]);
            let digits: Option<String> = count.map(|c| c.chars().take_while(char::is_ascii_digit).collect());
            if digits.is_some_and(|d| d.parse::<u64>().map_or(!d.is_empty(), |n| n > MAX_CELLS as u64)) {
                return Err(NotAWorkbook::TooLarge(format!("{MAX_CELLS} texts")));
            }
        }
        let rest = std::io::copy(&mut part, &mut std::io::sink()).map_err(|e| damaged(&e))?;
        let all = rest + head.len() as u64;
        left = left.checked_sub(all).ok_or_else(|| NotAWorkbook::TooLarge(format!("{MAX_UNPACKED} bytes")))?;
    }
    Ok(())
}

fn read(bytes: &[u8]) -> Result<String, NotAWorkbook> {
    let damaged = |e: XlsxError| NotAWorkbook::Damaged(e.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| match e {
        XlsxError::Password => NotAWorkbook::Locked,
        other => damaged(other),
    })?;
    let sheets: Vec<String> =
        book.sheets_metadata().iter().filter(|s| s.typ == SheetType::WorkSheet).map(|s| s.name.clone()).collect();
    let mut out = format!("{WORKBOOK}\n");
    let mut left = MAX_CELLS;
    for name in sheets {
        out.push_str(&format!("{SHEET}{}\n", escaped(&name)));
        let rows = sheet(&mut book, &name, &mut left)?;
        for (row, cells) in rows {
            out.push_str(&(row + 1).to_string());
            let mut next = 0;
            for (column, text) in cells {
                (next..=column).for_each(|_| out.push('\t'));
                next = column + 1;
                out.push_str(&text);
            }
            out.push('\n');
        }
    }
    Ok(out)
}

type Rows = BTreeMap<u32, BTreeMap<u32, String>>;

fn sheet(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, left: &mut usize) -> Result<Rows, NotAWorkbook> {
    let damaged = |e: XlsxError| NotAWorkbook::Damaged(e.to_string());
    // Formulas whose value is not there, which a value alone does not tell from a blank cell.
    let mut formulas: HashMap<(u32, u32), String> = HashMap::new();
    let mut valued: HashSet<(u32, u32)> = HashSet::new();
    let mut reader = book.worksheet_cells_reader(name).map_err(damaged)?;
    while let Some(cell) = reader.next_cell_with_formula().map_err(damaged)? {
        if let Some(formula) = cell.formula {
            formulas.insert(cell.pos, formula);
        }
        if cell.value != DataRef::Empty {
            valued.insert(cell.pos);
        }
        if formulas.len() + valued.len() > *left {
            return Err(NotAWorkbook::TooLarge(format!("{MAX_CELLS} cells")));
        }
    }
    *left -= valued.len();
    drop(reader);
    let mut rows = Rows::new();
    let mut reader = book.worksheet_cells_reader(name).map_err(damaged)?;
    let formats: Vec<String> = reader
        .styles()
        .iter()
        .map(|s| s.number_format.as_ref().map_or_else(String::new, |f| f.format_code.clone()))
        .collect();
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(damaged)? {
        let format = formats.get(style).map_or("", String::as_str);
        if let Some(text) = text_of(cell.get_value(), format) {
            let (row, column) = cell.get_position();
            // A row is written to its last cell: far out there is nothing of a model.
            if column >= 16_384 || row >= 1_048_576 {
                return Err(NotAWorkbook::TooLarge("16384 columns or 1048576 rows".to_owned()));
            }
            rows.entry(row).or_default().insert(column, text);
        }
    }
    drop(reader);
    for (at, formula) in formulas.into_iter().filter(|(at, _)| !valued.contains(at)) {
        rows.entry(at.0).or_default().insert(at.1, format!("\\!f{}", escaped(&format!("={formula}"))));
    }
    for merged in book.merge_cells_by_sheet_name(name).map_err(damaged)? {
        let corner = |(row, column): (u32, u32)| {
            format!("{}{}", crate::diagnostics::letters(column as usize + 1), u64::from(row) + 1)
        };
        let text = format!("\\!m{}:{}", corner(merged.start), corner(merged.end));
        rows.entry(merged.start.0).or_default().insert(merged.start.1, text);
    }
    // What is wide for a few cells far out would be mostly tabs.
    let width: usize = rows.values().filter_map(|r| r.keys().next_back()).map(|c| *c as usize + 1).sum();
    if width > 8 * MAX_CELLS {
        return Err(NotAWorkbook::TooLarge(format!("{MAX_CELLS} cells")));
    }
    Ok(rows)
}

/// What a cell says in the text; `None` for a blank one.
fn text_of(value: &DataRef<'_>, format: &str) -> Option<String> {
    let kept = |text: &str| (!text.trim().is_empty()).then(|| escaped(text));
    match value {
        DataRef::Empty => None,
        DataRef::Int(number) => Some(number.to_string()),
        DataRef::Float(number) if is_percentage(format) => Some(percentage(*number)),
        DataRef::Float(number) => Some(number.to_string()),
        DataRef::String(text) => kept(text),
        DataRef::SharedString(text) => kept(text),
        DataRef::Bool(truth) => Some(truth.to_string()),
        DataRef::DateTime(date) => Some(date_of(date, format)),
        DataRef::DateTimeIso(text) => kept(text.strip_suffix("T00:00:00").unwrap_or(text)),
        DataRef::DurationIso(text) => Some(format!("\\!d{}", escaped(text))),
        DataRef::Error(error) => Some(format!("\\!e{}", error_text(error))),
    }
}

fn error_text(error: &CellErrorType) -> String {
    escaped(&error.to_string())
}

/// Whether a format shows a number as a percentage.
fn is_percentage(format: &str) -> bool {
    let mut quoted = false;
    format.chars().any(|c| {
        quoted ^= c == '"';
        c == '%' && !quoted
    })
}

/// A date as a model writes it: the day, or the month of a format that shows no day; with the hour, if there is one.
fn date_of(date: &ExcelDateTime, format: &str) -> String {
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    if date.is_duration() || date.as_f64() < 1.0 || (minute, second) != (0, 0) {
        return format!(
            "\\!d{:02}:{minute:02}:{second:02}",
            u64::from(hour) + (date.as_f64().max(0.0) as u64).min(9999) * 24
        );
    }
    let shows = |letter: char| {
        let (mut quoted, mut bracketed) = (false, false);
        format.to_ascii_lowercase().chars().any(|c| {
            quoted ^= c == '"';
            bracketed = (bracketed || c == '[') && c != ']';
            c == letter && !quoted && !bracketed
        })
    };
    if hour > 0 {
        return format!("{year:04}-{month:02}-{day:02}T{hour:02}");
    }
    // As a spreadsheet shows what somebody typed as 2027-03.
    if day == 1 && !format.is_empty() && !shows('d') {
        return format!("{year:04}-{month:02}");
    }
    format!("{year:04}-{month:02}-{day:02}")
}
