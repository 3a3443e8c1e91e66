//! From the text of a workbook to the tree that the same model has in YAML.

use std::collections::{HashMap, HashSet};

use super::quantity::with_unit;
use super::shape::{Form, MODEL, Section, Shape, resolve, sections};
use crate::diagnostics::{
    Code, Diagnostics, Place, SHEET, SourceId, Sources, did_you_mean, letters, suggest, unescaped,
};
use crate::document::node::{Entry, Node, Value};
use crate::document::read::{read_flow, refuse_duplicates};
use crate::document::records::Document;

/// The most columns of a sheet. Each row looks for each of its values among those beside it.
const MAX_COLUMNS: usize = 1_000;
/// The most rows of the sheet [`MODEL`], for the same reason.
const MAX_VALUES: usize = 10_000;

/// A cell that is not blank.
#[derive(Clone, Debug)]
struct Cell<'a> {
    column: usize,
    /// As it stands in the text of the workbook.
    written: &'a str,
    /// What it says.
    text: String,
    place: Place,
}

/// A row with its cells.
struct Row<'a> {
    cells: Vec<Cell<'a>>,
    place: Place,
}

/// A sheet with its rows.
struct Sheet<'a> {
    name: String,
    place: Place,
    rows: Vec<Row<'a>>,
}

/// What a cell is read as.
struct Column {
    steps: Vec<String>,
    shape: Shape,
    unit: Option<String>,
}

/// Reads the text of a workbook into a tree whose places are cells. What is wrong is reported, each thing at its cell.
pub(in crate::document) fn read_cells(text: &str, source: SourceId, diagnostics: &mut Diagnostics) -> Node {
    let sheets = sheets_of(text, source);
    let mut reader = Reader { diagnostics, source, root: Vec::new() };
    for sheet in &sheets {
        reader.sheet(sheet);
    }
    let mut root = reader.root;
    let order = |e: &Entry| Document::REFERENCE.keys.iter().position(|k| k.key == e.key);
    root.sort_by_key(|e| order(e).unwrap_or(usize::MAX));
    let place = sheets.iter().find(|s| s.name == MODEL).or(sheets.first()).map_or(at_start(source), |s| s.place);
    let root = Node { value: Value::Map(root), place };
    refuse_duplicates(&root, diagnostics);
    root
}

/// Whether columns or cells of a workbook were not read, so that what they would have said is not missing.
#[must_use]
pub fn has_unread_cells(sources: &Sources, diagnostics: &Diagnostics) -> bool {
    // Before a model is made of its cells, these are of cells, columns and sheets.
    let unread = [
        Code::TooLarge,
        Code::UnreadableCell,
        Code::UnknownKey,
        Code::MissingKey,
        Code::WrongType,
        Code::DuplicateKey,
        Code::YamlSyntax,
        Code::TooDeep,
        Code::AliasLimit,
    ];
    let in_cell = |place: Option<Place>| place.is_some_and(|place| sources.cell(place).is_some());
    diagnostics.sorted().into_iter().any(|d| unread.contains(&d.code) && in_cell(d.place))
}

/// A sheet with its cells that are not blank: its name; row and column of each from 1, and its text.
pub type SheetCells = (String, Vec<(usize, usize, String)>);

/// Every sheet of the text of a workbook.
#[must_use]
pub fn sheets_of_text(text: &str) -> Vec<SheetCells> {
    let mut all: Vec<SheetCells> = Vec::new();
    for line in text.lines().skip(1) {
        if let Some(name) = line.strip_prefix(SHEET) {
            all.push((unescaped(name), Vec::new()));
        } else if let (Some((_, cells)), Some((row, rest))) = (all.last_mut(), line.split_once('\t')) {
            let row = row.parse().unwrap_or(0);
            let filled = rest.split('\t').enumerate().filter(|(_, cell)| !cell.is_empty());
            cells.extend(filled.map(|(column, cell)| (row, column + 1, unescaped(cell))));
        }
    }
    all
}

fn at_start(source: SourceId) -> Place {
    Place { source, start: 0, end: 0 }
}

fn sheets_of(text: &str, source: SourceId) -> Vec<Sheet<'_>> {
    let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let mut sheets: Vec<Sheet<'_>> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end_matches('\n');
        let place = Place { source, start: small(start), end: small(start + line.len()) };
        if let Some(name) = line.strip_prefix(SHEET) {
            sheets.push(Sheet { name: unescaped(name), place, rows: Vec::new() });
            continue;
        }
        let (Some(sheet), true) = (sheets.last_mut(), line.starts_with(|c: char| c.is_ascii_digit())) else { continue };
        let mut cells = Vec::new();
        let mut from = start;
        for (column, cell) in line.split('\t').enumerate() {
            let trimmed = cell.trim();
            if column > 0 && !trimmed.is_empty() {
                let begin = from + (cell.len() - cell.trim_start().len());
                let place = Place { source, start: small(begin), end: small(begin + trimmed.len()) };
                cells.push(Cell { column, written: trimmed, text: unescaped(trimmed).trim().to_owned(), place });
            }
            from += cell.len() + 1;
        }
        if !cells.is_empty() {
            sheet.rows.push(Row { cells, place });
        }
    }
    sheets
}

struct Reader<'d> {
    diagnostics: &'d mut Diagnostics,
    source: SourceId,
    root: Vec<Entry>,
}

impl Reader<'_> {
    fn error(&mut self, code: Code, place: Place, message: String, remedy: impl Into<String>) {
        self.diagnostics.error(code, place, message, remedy);
    }

    fn sheet(&mut self, sheet: &Sheet<'_>) {
        if sheet.name.starts_with('#') {
            return;
        }
        if sheet.name == MODEL {
            return self.model(sheet);
        }
        let Some(section) = sections().find(|s| s.name == sheet.name) else {
            // The empty sheets that a spreadsheet begins with say nothing.
            if !sheet.rows.is_empty() {
                let names: Vec<&str> = [MODEL].into_iter().chain(sections().map(|s| s.name)).collect();
                let message = format!("a model has no sheet `{}`", sheet.name);
                let keep = format!("keep notes, call it `# {}`", sheet.name);
                let remedy = match did_you_mean(&sheet.name, names.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`? To {keep}"),
                    None => format!("to {keep}"),
                };
                self.error(Code::UnknownKey, sheet.place, message, remedy);
            }
            return;
        };
        self.section(sheet, &section);
    }

    /// A cell that has no value, which is reported.
    fn unreadable(&mut self, cell: &Cell<'_>) -> bool {
        let Some(reason) = cell.written.strip_prefix("\\!") else { return false };
        let text = &cell.text;
        let (message, remedy) = match reason.chars().next() {
            Some('m') => (
                format!("the cells {text} are merged, and which of them the value belongs to is not clear"),
                "unmerge them and write the value into each cell that it belongs to",
            ),
            Some('f') => (
                format!("the formula `{text}` has no value: it was written by a program and never calculated"),
                "open the workbook in a spreadsheet and save it, or write the value",
            ),
            Some('d') => (
                format!("`{text}` is a time of day or a length of time, which no key of a model is"),
                "write it as text, such as `2 periods`",
            ),
            _ => (format!("the cell holds the error {text}"), "repair its formula, or write the value"),
        };
        self.error(Code::UnreadableCell, cell.place, message, remedy);
        true
    }

    /// The sheet of what has no sheet of its own: a row for each value, with its path.
    fn model(&mut self, sheet: &Sheet<'_>) {
        let Some((header, rows)) = sheet.rows.split_first() else { return };
        if rows.len() > MAX_VALUES || header.cells.len() > MAX_COLUMNS {
            let message = format!("the sheet `{MODEL}` has more than {MAX_VALUES} rows or {MAX_COLUMNS} columns");
            return self.error(Code::TooLarge, sheet.place, message, "put entries on the sheet of their section");
        }
        let mut at = HashMap::new();
        for cell in &header.cells {
            if cell.text.starts_with('#') {
                continue;
            }
            if self.unreadable(cell) {
                continue;
            }
            if !["key", "value", "unit"].contains(&cell.text.as_str()) {
                let message = format!("the sheet `{MODEL}` has no column `{}`", cell.text);
                let remedy = column_remedy(&cell.text, &["key", "value", "unit"]);
                self.error(Code::UnknownKey, cell.place, message, remedy);
            } else if at.insert(cell.text.clone(), cell.column).is_some() {
                let message = format!("the sheet `{MODEL}` has two columns `{}`", cell.text);
                self.error(Code::DuplicateKey, cell.place, message, "keep one of the two");
            }
        }
        let (Some(&key), Some(&value)) = (at.get("key"), at.get("value")) else {
            let missing = if at.contains_key("key") { "value" } else { "key" };
            let message = format!("the sheet `{MODEL}` is missing its column `{missing}`");
            let remedy = format!("write `{missing}` into row 1 above it");
            return self.error(Code::MissingKey, header.place, message, remedy);
        };
        let unit = at.get("unit").copied();
        for row in rows {
            let cell = |column: usize| row.cells.iter().find(|c| c.column == column);
            if row.cells[0].text.starts_with('#') {
                continue;
            }
            let Some(path) = cell(key) else {
                if let Some(lost) = cell(value) {
                    let message = "this value has no key".to_owned();
                    self.error(Code::MissingKey, lost.place, message, "write its key, such as `currency`, beside it");
                }
                continue;
            };
            if self.unreadable(path) {
                continue;
            }
            let Some(found) = cell(value) else { continue };
            let Some((steps, shape)) = resolve(Shape::DOCUMENT, &path.text) else {
                let message = format!("a model has no key `{}`", path.text);
                let remedy = unknown_path(Shape::DOCUMENT, &path.text);
                self.error(Code::UnknownKey, path.place, message, remedy);
                continue;
            };
            let unit = unit.and_then(cell);
            if let Some(unit) = unit {
                if self.unreadable(unit) {
                    continue;
                }
                if !shape.has_quantity() {
                    let message = format!("`{}` takes no unit", path.text);
                    self.error(Code::WrongType, unit.place, message, "clear the cell");
                    continue;
                }
            }
            let Some(node) = self.value(found, shape, unit.map(|u| u.text.as_str())) else { continue };
            let steps: Vec<String> = steps.into_iter().map(str::to_owned).collect();
            let mut root = std::mem::take(&mut self.root);
            self.put(&mut root, &steps, path.place, node);
            self.root = root;
        }
    }

    fn section(&mut self, sheet: &Sheet<'_>, section: &Section) {
        let Some((header, rows)) = sheet.rows.split_first() else { return };
        if header.cells.len() > MAX_COLUMNS {
            let message = format!("the sheet `{}` has more than {MAX_COLUMNS} columns", sheet.name);
            let remedy = "put values over time into one cell, as YAML on one line";
            return self.error(Code::TooLarge, sheet.place, message, remedy);
        }
        let mut id = None;
        let mut columns: HashMap<usize, Option<Column>> = HashMap::new();
        for cell in &header.cells {
            if cell.text.starts_with('#') || self.unreadable(cell) {
                columns.insert(cell.column, None);
            } else if cell.text == "id" && section.has_ids() && id.is_none() {
                id = Some(cell.column);
            } else {
                let column = self.header(cell, section, columns.values().flatten());
                columns.insert(cell.column, column);
            }
        }
        if section.has_ids() && id.is_none() {
            let message = format!("the sheet `{}` is missing its column `id`", sheet.name);
            let remedy = "write `id` into row 1 above the names of its entries";
            return self.error(Code::MissingKey, header.place, message, remedy);
        }
        let mut entries = Vec::new();
        let mut headless = HashSet::new();
        for row in rows.iter().filter(|row| !row.cells[0].text.starts_with('#')) {
            let named = id.map(|id| row.cells.iter().find(|c| c.column == id));
            let first = &row.cells[0];
            let mut record = Vec::new();
            for cell in row.cells.iter().filter(|c| Some(c.column) != id) {
                match columns.get(&cell.column) {
                    Some(Some(column)) => {
                        if let Some(node) = self.value(cell, column.shape, column.unit.as_deref()) {
                            self.put(&mut record, &column.steps, cell.place, node);
                        }
                    }
                    Some(None) => {}
                    None if !headless.insert(cell.column) => {}
                    None => {
                        let message = format!("column {} has values and no header", letters(cell.column));
                        let remedy = "write the key into row 1 above it, or `#` to keep it as a note";
                        self.error(Code::MissingKey, cell.place, message, remedy);
                    }
                }
            }
            let value = Value::Map(record);
            match named {
                None => entries.push(Entry {
                    key: String::new(),
                    place: first.place,
                    node: Node { value, place: first.place },
                }),
                Some(Some(id)) if self.unreadable(id) => {}
                Some(Some(id)) => {
                    entries.push(Entry {
                        key: id.text.clone(),
                        place: id.place,
                        node: Node { value, place: id.place },
                    });
                }
                Some(None) => {
                    let message = format!("this row of `{}` has no id", sheet.name);
                    let remedy = "write its name into the column `id`, or clear the row";
                    self.error(Code::MissingKey, first.place, message, remedy);
                }
            }
        }
        let required = Document::REFERENCE.keys.iter().any(|k| k.key == section.name && k.required);
        if entries.is_empty() && !required {
            return;
        }
        let value = match section.has_ids() {
            true => Value::Map(entries),
            false => Value::List(entries.into_iter().map(|e| e.node).collect()),
        };
        let steps: Vec<String> = section.steps.iter().map(|s| (*s).to_owned()).collect();
        let mut root = std::mem::take(&mut self.root);
        self.put(&mut root, &steps, sheet.place, Node { value, place: sheet.place });
        self.root = root;
    }

    /// What the header of a column says; `None` with a report if it is wrong.
    fn header<'c>(
        &mut self,
        cell: &Cell<'_>,
        section: &Section,
        mut others: impl Iterator<Item = &'c Column>,
    ) -> Option<Column> {
        let (path, unit) = match cell.text.strip_suffix(')').and_then(|t| t.rsplit_once(" (")) {
            Some((path, unit)) => (path.trim(), Some(unit.trim().to_owned())),
            None => (cell.text.as_str(), None),
        };
        let Some((steps, shape)) = section.column(path) else {
            let message = format!("the sheet `{}` has no column `{path}`", section.name);
            let remedy = if section.name == super::shape::SCENARIOS {
                column_remedy(path, &Document::REFERENCE.keys.iter().map(|k| k.key).collect::<Vec<_>>())
            } else {
                as_note(&unknown_path(section.row(), path))
            };
            self.error(Code::UnknownKey, cell.place, message, remedy);
            return None;
        };
        if unit.is_some() && !shape.has_quantity() {
            let message = format!("`{path}` takes no unit");
            self.error(Code::WrongType, cell.place, message, format!("write `{path}`"));
            return None;
        }
        if others.any(|other| other.steps == steps && other.unit == unit) {
            let message = format!("the sheet `{}` has two columns `{}`", section.name, cell.text);
            self.error(Code::DuplicateKey, cell.place, message, "keep one of the two");
            return None;
        }
        Some(Column { steps, shape, unit })
    }

    /// What a cell says.
    fn value(&mut self, cell: &Cell<'_>, shape: Shape, unit: Option<&str>) -> Option<Node> {
        if self.unreadable(cell) {
            return None;
        }
        let scalar = || Node { value: Value::Scalar(cell.text.clone()), place: cell.place };
        let braced = cell.text.starts_with(['{', '[']);
        let mut node = match shape.form {
            Form::Quantity | Form::Text => scalar(),
            Form::Truth => Node { value: Value::Scalar(cell.text.to_lowercase()), place: cell.place },
            Form::Series | Form::Either { .. } | Form::Values if !braced => scalar(),
            Form::List("Text") if !braced => self.words(cell),
            _ => self.yaml(cell)?,
        };
        if let Some(unit) = unit {
            self.lend(&mut node, unit);
        }
        Some(node)
    }

    /// Words with commas between them.
    fn words(&self, cell: &Cell<'_>) -> Node {
        let mut at = cell.place.start;
        let mut items = Vec::new();
        for word in cell.written.split(',') {
            let length = u32::try_from(word.len()).unwrap_or(0);
            let begin = at + u32::try_from(word.len() - word.trim_start().len()).unwrap_or(0);
            let end = begin + u32::try_from(word.trim().len()).unwrap_or(0);
            let place = Place { start: begin, end, ..cell.place };
            items.push(Node { value: Value::Scalar(unescaped(word).trim().to_owned()), place });
            at += length + 1;
        }
        Node { value: Value::List(items), place: cell.place }
    }

    /// A cell that holds YAML.
    fn yaml(&mut self, cell: &Cell<'_>) -> Option<Node> {
        let mut found = Diagnostics::new();
        let node = read_flow(&cell.text, self.source, &mut found);
        // Places within the cell; where the text of the workbook is longer, for its ends of lines, they stay within it.
        let moved = |place: Place| {
            let start = (cell.place.start + place.start).min(cell.place.end);
            Place { start, end: (cell.place.start + place.end).clamp(start, cell.place.end), ..place }
        };
        for mut problem in found.moved(moved) {
            problem.place = problem.place.or(Some(cell.place));
            self.diagnostics.push(problem);
        }
        let mut node = node?;
        move_all(&mut node, &moved);
        Some(node)
    }

    /// Gives quantities without a unit that of their header.
    fn lend(&mut self, node: &mut Node, unit: &str) {
        match &mut node.value {
            Value::Scalar(text) => match with_unit(text, unit) {
                Ok(with) => *text = with,
                Err([literal, shown]) => {
                    let message = format!("`{text}` under `{unit}` may be {literal} or {shown}");
                    let remedy = format!("write `{shown}` or `{literal}`, or show the cell as a percentage");
                    self.diagnostics.error(Code::InvalidQuantity, node.place, message, remedy);
                    *text = shown;
                }
            },
            Value::List(items) => items.iter_mut().for_each(|item| self.lend(item, unit)),
            Value::Map(entries) => entries.iter_mut().for_each(|e| self.lend(&mut e.node, unit)),
            Value::Null => {}
        }
    }

    /// Puts a value where its path leads; what is there already is reported.
    fn put(&mut self, entries: &mut Vec<Entry>, steps: &[String], place: Place, node: Node) {
        let Some((step, rest)) = steps.split_first() else { return };
        let at = entries.iter().position(|e| e.key == *step);
        let Some(at) = at else {
            let node = if rest.is_empty() {
                node
            } else {
                let mut inner = Vec::new();
                self.put(&mut inner, rest, place, node);
                Node { value: Value::Map(inner), place }
            };
            entries.push(Entry { key: step.clone(), place, node });
            return;
        };
        let found = &mut entries[at].node;
        match (&mut found.value, node) {
            (Value::Map(inner), node) if !rest.is_empty() => self.put(inner, rest, place, node),
            // Entries on the sheet `model` beside those on a sheet of their own.
            (Value::Map(inner), Node { value: Value::Map(mut more), place }) if rest.is_empty() => {
                inner.append(&mut more);
                found.place = place;
            }
            _ => {
                let message = format!("`{step}` has a value in another cell already");
                self.error(Code::DuplicateKey, place, message, "keep one of the two");
            }
        }
    }
}

fn move_all(node: &mut Node, to: &impl Fn(Place) -> Place) {
    node.place = to(node.place);
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| move_all(item, to)),
        Value::Map(entries) => {
            for entry in entries {
                entry.place = to(entry.place);
                move_all(&mut entry.node, to);
            }
        }
        Value::Null | Value::Scalar(_) => {}
    }
}

fn column_remedy(column: &str, known: &[&str]) -> String {
    as_note(&suggest(column, known.iter().copied()))
}

/// A remedy for a column that a model does not have, which may be meant for people.
fn as_note(remedy: &str) -> String {
    let end = if remedy.ends_with('?') { " To" } else { "; to" };
    format!("{remedy}{end} keep it as a note, let its header begin with `#`")
}

/// What was meant by a path that the schema does not have: the first key that is none, and what it is like.
fn unknown_path(shape: Shape, path: &str) -> String {
    let (key, rest) = path.split_once('.').unwrap_or((path, ""));
    if let (Some(child), false) = (shape.child(key), rest.is_empty()) {
        return unknown_path(child, rest);
    }
    let known: Vec<&str> = match shape.form {
        Form::Record(record) | Form::Either { record, .. } => record.keys.iter().map(|k| k.key).collect(),
        Form::Series => vec!["start", "growth"],
        _ => Vec::new(),
    };
    if known.is_empty() { "nothing is written below it".to_owned() } else { suggest(key, known) }
}
