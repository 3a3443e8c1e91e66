//! Cells as the bytes of an Excel workbook. The same cells give the same bytes.

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Formula, Note, Workbook, Worksheet, XlsxError,
};

use super::write::{Book, BookCell, Choices};
use crate::diagnostics::{Diagnostics, Severity, Sources, worded};
use crate::document::cells::read::sheets_of_text;

/// Rows below the last one in which cells offer their choices.
const ROOM: u32 = 200;
/// The longest list of words that a cell may offer by itself, in characters.
const LIST: usize = 255;

/// Writes a model as an Excel workbook.
///
/// # Errors
/// If a sheet has more rows, columns or text than Excel allows.
pub fn save(book: &Book) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new_workbook()?;
    let looks = Looks::new();
    let height = |name: &str| book.sheets.iter().find(|s| s.name == name).map_or(0, |s| s.rows.len());
    for sheet in &book.sheets {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(&sheet.name)?;
        worksheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
        let named = sheet.columns.first().is_some_and(|c| c.header == "id" || c.header == "key");
        worksheet.set_freeze_panes(1, u16::from(named))?;
        let rows = u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX);
        for (index, column) in sheet.columns.iter().enumerate() {
            let index = u16::try_from(index).unwrap_or(u16::MAX);
            let header = if column.header.starts_with('#') { &looks.aside } else { &looks.header };
            worksheet.write_string_with_format(0, index, &column.header, header)?;
            let note = if index == 0 { format!("{}\n\n{}", sheet.meaning, column.note) } else { column.note.clone() };
            if !note.trim().is_empty() {
                worksheet.insert_note(0, index, &wide(Note::new(note.trim())))?;
            }
            let cells = sheet.rows.iter().map(|row| row.get(usize::from(index)).map_or(0, shown_width));
            let widest = cells.chain([column.header.chars().count()]).max().unwrap_or(8);
            worksheet.set_column_width(index, (widest + 2).clamp(9, 44) as f64)?;
            // Below the last row text stays text: a spreadsheet would make a date of 2027-03.
            let is_text = sheet
                .rows
                .iter()
                .all(|r| !matches!(r.get(usize::from(index)), Some(BookCell::Number(_) | BookCell::Percent(_))));
            if is_text && !column.header.ends_with(')') && column.header != "value" {
                worksheet.set_column_format(index, &looks.text)?;
            } else if column.header.ends_with("(%)") || column.header.contains("(%/") {
                worksheet.set_column_format(index, &looks.percent)?;
            }
            if let Some(choices) = &column.choices {
                let rule = validation(choices, |name| height(name))?;
                worksheet.add_data_validation(1, index, rows + ROOM, index, &rule)?;
            }
        }
        for (r, row) in sheet.rows.iter().enumerate() {
            let r = u32::try_from(r + 1).unwrap_or(u32::MAX);
            for (c, cell) in row.iter().enumerate() {
                let c = u16::try_from(c).unwrap_or(u16::MAX);
                let aside = sheet.columns.get(usize::from(c)).is_some_and(|k| k.header.starts_with('#'));
                write_cell(worksheet, (r, c), cell, &looks, if aside { Some(&looks.faint) } else { None })?;
            }
        }
    }
    workbook.save_to_buffer()
}

/// Writes the cells that were read of a workbook once more, with each problem as a note on its cell. Values are kept;
/// formulas, formats and charts are not.
///
/// # Errors
/// If a sheet has more rows, columns or text than Excel allows.
pub fn save_marked(text: &str, diagnostics: &Diagnostics, sources: &Sources) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new_workbook()?;
    let looks = Looks::new();
    let mut notes: std::collections::BTreeMap<(String, u32, u16), (Severity, Vec<String>)> = Default::default();
    for problem in diagnostics.sorted() {
        let Some(cell) = problem.place.and_then(|place| sources.cell(place)) else { continue };
        let (message, remedy) = worded(problem, sources);
        let word = if problem.severity == Severity::Error { "Error" } else { "Warning" };
        let remedy = remedy.map(|r| format!("\nTo do: {r}")).unwrap_or_default();
        let at = |n: usize| u32::try_from(n.saturating_sub(1)).unwrap_or(u32::MAX);
        let key = (cell.sheet.to_string(), at(cell.row), u16::try_from(at(cell.column)).unwrap_or(u16::MAX));
        let (worst, texts) = notes.entry(key).or_insert((problem.severity, Vec::new()));
        *worst = (*worst).min(problem.severity);
        texts.push(format!("{word} [{}]: {message}{remedy}", problem.code));
    }
    for (name, cells) in sheets_of_text(text) {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(&name)?;
        worksheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
        worksheet.set_freeze_panes(1, 0)?;
        let mut widths: std::collections::BTreeMap<u16, usize> = Default::default();
        let mut marked: Vec<(u32, u16)> = Vec::new();
        for (row, column, text) in &cells {
            let at = (u32::try_from(row - 1).unwrap_or(u32::MAX), u16::try_from(column - 1).unwrap_or(u16::MAX));
            let note = notes.get(&(name.clone(), at.0, at.1));
            let look =
                note.map(|(severity, _)| if *severity == Severity::Error { &looks.wrong } else { &looks.doubtful });
            let look = look.or(if *row == 1 { Some(&looks.header) } else { None });
            write_cell(worksheet, at, &cell_of(text), &looks, look)?;
            marked.extend(note.map(|_| at));
            let width = widths.entry(at.1).or_default();
            *width = (*width).max(text.chars().count());
        }
        for (column, width) in widths {
            worksheet.set_column_width(column, (width + 2).clamp(9, 44) as f64)?;
        }
        let here = notes.iter().filter(|((sheet, ..), _)| *sheet == name);
        for ((_, row, column), (severity, texts)) in here {
            if !marked.contains(&(*row, *column)) {
                let look = if *severity == Severity::Error { &looks.wrong } else { &looks.doubtful };
                worksheet.write_blank(*row, *column, look)?;
            }
            worksheet.insert_note(*row, *column, &wide(Note::new(texts.join("\n\n"))))?;
        }
    }
    workbook.save_to_buffer()
}

/// A cell as it was read: a number, a percentage or a text.
fn cell_of(text: &str) -> BookCell {
    let number = |text: &str| text.parse::<f64>().ok().filter(|n| n.is_finite() && n.to_string() == text);
    if let Some(number) = number(text) {
        return BookCell::Number(number);
    }
    match text.strip_suffix(" %").and_then(number) {
        Some(percent) => BookCell::Percent(percent / 100.0),
        None => BookCell::Text(text.to_owned()),
    }
}

fn new_workbook() -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    // The clock is not read: the same model gives the same bytes.
    let date = ExcelDateTime::from_ymd(2026, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_author("polysource").set_creation_datetime(&date));
    Ok(workbook)
}

/// How cells look.
struct Looks {
    header: Format,
    aside: Format,
    faint: Format,
    text: Format,
    whole: Format,
    plain: Format,
    percent: Format,
    wrong: Format,
    doubtful: Format,
}

impl Looks {
    fn new() -> Self {
        let header = Format::new().set_bold().set_border_bottom(FormatBorder::Thin).set_align(FormatAlign::Top);
        let header = header.set_background_color(Color::RGB(0xE8_EE_F4));
        Looks {
            aside: header.clone().set_italic().set_font_color(Color::RGB(0x60_60_60)),
            header,
            faint: Format::new().set_font_color(Color::RGB(0x60_60_60)),
            text: Format::new().set_num_format("@"),
            whole: Format::new().set_num_format("#,##0"),
            plain: Format::new(),
            percent: Format::new().set_num_format("0.0%"),
            wrong: Format::new().set_background_color(Color::RGB(0xFF_C7_CE)).set_font_color(Color::RGB(0x9C_00_06)),
            doubtful: Format::new().set_background_color(Color::RGB(0xFF_EB_9C)).set_font_color(Color::RGB(0x7F_60_00)),
        }
    }
}

fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &BookCell,
    looks: &Looks,
    look: Option<&Format>,
) -> Result<(), XlsxError> {
    match cell {
        BookCell::Blank => {}
        BookCell::Text(text) => {
            sheet.write_string_with_format(row, column, text, look.unwrap_or(&looks.text))?;
        }
        BookCell::Number(number) => {
            let own = if number.fract() == 0.0 && number.abs() >= 1e4 { &looks.whole } else { &looks.plain };
            sheet.write_number_with_format(row, column, *number, look.unwrap_or(own))?;
        }
        BookCell::Percent(part) => {
            let percents = 100.0 * part;
            let whole = (percents - percents.round()).abs() < 1e-9;
            let digits = if whole { "0%" } else { "0.0###%" };
            let own = look.cloned().unwrap_or_else(Format::new).set_num_format(digits);
            sheet.write_number_with_format(row, column, *part, &own)?;
        }
    }
    Ok(())
}

fn shown_width(cell: &BookCell) -> usize {
    match cell {
        BookCell::Blank => 0,
        BookCell::Text(text) => text.chars().count(),
        BookCell::Number(number) => number.to_string().len() * 4 / 3,
        BookCell::Percent(_) => 7,
    }
}

fn wide(note: Note) -> Note {
    note.add_author_prefix(false).set_width(360).set_height(140)
}

/// What a cell offers; ids are those of their sheet, also those that are added below.
fn validation(choices: &Choices, height: impl Fn(&str) -> usize) -> Result<DataValidation, XlsxError> {
    let rule = DataValidation::new();
    match choices {
        Choices::Words(words) => {
            let list: Vec<&str> = words.iter().map(String::as_str).collect();
            let rule =
                if list.join(",").len() <= LIST { rule.allow_list_strings(&list)? } else { rule.allow_any_value() };
            rule.set_error_title("Not one of the words")?
                .set_error_message(cut(&format!("Write one of {}.", list.join(", "))))
        }
        Choices::Suggested(words) => {
            let list: Vec<&str> = words.iter().map(String::as_str).collect();
            let rule =
                if list.join(",").len() <= LIST { rule.allow_list_strings(&list)? } else { rule.allow_any_value() };
            let rule = rule.set_error_style(DataValidationErrorStyle::Information);
            rule.set_error_title("None of the usual words")?
                .set_error_message("Press OK to keep it: a tag of the model, or YAML on one line.")
        }
        Choices::Ids(sheet) => {
            let last = height(sheet) as u64 + u64::from(ROOM) + 1;
            let rule = rule.allow_list_formula(Formula::new(format!("={sheet}!$A$2:$A${last}")));
            let rule = rule.set_error_style(DataValidationErrorStyle::Warning);
            rule.set_error_title("No such id")?
                .set_error_message(format!("It is not in column A of the sheet {sheet}. Add it there too."))
        }
    }
}

/// A message as long as Excel shows one.
fn cut(text: &str) -> String {
    text.chars().take(250).collect()
}
