//! From the tree of a model to the cells of a workbook.
//!
//! What is written is read back before it is given away, and has to say what the tree says.

use std::collections::BTreeMap;

use super::digest::{currency_of, said, said_of};
use super::quantity::{bare_units, percentage, with_unit};
use super::read::read_cells;
use super::shape::{Form, MODEL, Section, Shape, resolve, sections};
use crate::diagnostics::{Diagnostics, SHEET, Sources, WORKBOOK, escaped};
use crate::document::kind::{Form as KindForm, Kind, Measure};
use crate::document::node::{Entry, Node, Value};
use crate::document::records::Document;
use crate::units::Quantity;

/// The most entries of a map, such as dates of a price, that become columns; more stand in one cell.
const WIDEST: usize = 100;

/// A model as sheets of cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Book {
    /// Its sheets, in order.
    pub sheets: Vec<BookSheet>,
}

/// A sheet: a row of headers and rows of cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BookSheet {
    /// Its name.
    pub name: String,
    /// What it holds, in a sentence.
    pub meaning: String,
    /// Its columns.
    pub columns: Vec<BookColumn>,
    /// Its rows, each with a cell for each column.
    pub rows: Vec<Vec<BookCell>>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct BookColumn {
    /// Its header, with the unit of its numbers.
    pub header: String,
    /// What its values mean, for a note on the header.
    pub note: String,
    /// What may be chosen in its cells.
    pub choices: Option<Choices>,
}

/// What may be chosen in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choices {
    /// One of these words.
    Words(Vec<String>),
    /// One of these words or any other.
    Suggested(Vec<String>),
    /// An id of a sheet.
    Ids(&'static str),
}

/// What a cell holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum BookCell {
    /// Nothing.
    #[default]
    Blank,
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// A part of a whole that is shown as a percentage.
    Percent(f64),
}

/// What a workbook cannot say of a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a workbook cannot say what the model says: {0}")]
pub struct Unsayable(pub String);

impl BookCell {
    /// What is read from it.
    fn text(&self) -> String {
        match self {
            BookCell::Blank => String::new(),
            BookCell::Text(text) => text.clone(),
            BookCell::Number(number) => number.to_string(),
            BookCell::Percent(part) => percentage(*part),
        }
    }
}

/// A model as a workbook; with every sheet and the usual columns, also those that are not used, if `all`.
///
/// # Errors
/// [`Unsayable`] if reading the workbook would not give the same model.
pub fn book_of(root: &Node, all: bool) -> Result<Book, Unsayable> {
    let writer = Writer { currency: currency_of(root) };
    let mut book = Book { sheets: vec![writer.model(root, all)] };
    for section in sections() {
        let found = section.steps.iter().try_fold(root, |node, step| node.get(step));
        let entries = found.map(rows_of).unwrap_or_default();
        if all || !entries.is_empty() {
            book.sheets.push(writer.section(&section, &entries, all));
        }
    }
    let text = text_of_book(&book);
    let (source, mut diagnostics) = (Sources::new().add("", &text), Diagnostics::new());
    let read = read_cells(&text, source, &mut diagnostics);
    if let Some(wrong) = diagnostics.sorted().first() {
        return Err(Unsayable(wrong.message.clone()));
    }
    if said(root) != said(&read) {
        return Err(Unsayable(difference(root, &read).unwrap_or_else(|| "its values differ".to_owned())));
    }
    Ok(book)
}

/// The first section in which two trees differ.
fn difference(a: &Node, b: &Node) -> Option<String> {
    Document::REFERENCE.keys.iter().find_map(|key| {
        let one = |node: &Node| {
            let entries = node.entry(key.key).into_iter().cloned().collect();
            said(&Node { value: Value::Map(entries), place: node.place })
        };
        (one(a) != one(b)).then(|| format!("`{}` would be read otherwise", key.key))
    })
}

/// The text that a workbook is read into.
#[must_use]
pub fn text_of_book(book: &Book) -> String {
    let mut out = format!("{WORKBOOK}\n");
    for sheet in &book.sheets {
        out.push_str(&format!("{SHEET}{}\n", escaped(&sheet.name)));
        let headers = sheet.columns.iter().map(|c| BookCell::Text(c.header.clone())).collect();
        for (index, row) in [&headers].into_iter().chain(&sheet.rows).enumerate() {
            let cells: Vec<String> = row.iter().map(|cell| escaped(&cell.text())).collect();
            out.push_str(&format!("{}\t{}\n", index + 1, cells.join("\t")));
        }
    }
    out
}

/// The rows of a section: those of a map that are no maps stand on the sheet of the model.
fn rows_of(node: &Node) -> Vec<(&str, &Node)> {
    match &node.value {
        Value::Map(entries) => {
            let rows = entries.iter().filter(|e| matches!(e.node.value, Value::Map(_)));
            rows.map(|e| (e.key.as_str(), &e.node)).collect()
        }
        Value::List(items) => items.iter().map(|item| ("", item)).collect(),
        _ => Vec::new(),
    }
}

/// A value with the path of its column.
struct Leaf {
    path: String,
    /// Where its column stands among the others: the numbers of the keys, and the order of names.
    order: Vec<(usize, String)>,
    shape: Shape,
    unit: Option<String>,
    cell: BookCell,
}

struct Writer<'a> {
    currency: &'a str,
}

impl Writer<'_> {
    fn model(&self, root: &Node, all: bool) -> BookSheet {
        let column =
            |header: &str, note: &str| BookColumn { header: header.to_owned(), note: note.to_owned(), choices: None };
        let columns = vec![
            column("key", "A key of the model; what is inside of another key comes after a dot."),
            column("value", "Its value. A blank cell means that the key is left out."),
            column("unit", "The unit of a number; a value with a unit of its own keeps that."),
            column("# meaning", "What the key means. Columns whose header begins with # are not read."),
        ];
        let mut leaves = Vec::new();
        // What has a sheet of its own is left out here, but for values beside its rows.
        let mut rest = root.clone();
        for section in sections() {
            if let Some((last, before)) = section.steps.split_last()
                && let Some(parent) = before.iter().try_fold(&mut rest, |node, step| node.get_mut(step))
                && let Some(node) = parent.get_mut(last)
            {
                match &mut node.value {
                    Value::Map(entries) => entries.retain(|e| !matches!(e.node.value, Value::Map(_))),
                    Value::List(items) => items.clear(),
                    _ => {}
                }
                if matches!(&node.value, Value::Map(e) if e.is_empty())
                    || matches!(&node.value, Value::List(l) if l.is_empty())
                {
                    parent.leave_out(&[last]);
                }
            }
        }
        self.flatten(&rest, Shape::DOCUMENT, "", &[], &mut leaves);
        if all {
            let document = Document::REFERENCE.keys.iter();
            for (index, key) in document.enumerate() {
                let shape = Shape::of(key.value, key.kind);
                let plain = matches!(shape.form, Form::Text | Form::Quantity);
                if plain && leaves.iter().all(|l| l.path != key.key) {
                    let unit = bare_units(&key.kind, self.currency).into_iter().next();
                    let order = vec![(index, String::new())];
                    leaves.push(Leaf { path: key.key.to_owned(), order, shape, unit, cell: BookCell::Blank });
                }
            }
        }
        leaves.sort_by(|a, b| a.order.cmp(&b.order));
        let rows = leaves.into_iter().map(|leaf| {
            let meaning = meaning_of(Shape::DOCUMENT, &leaf.path).unwrap_or_default();
            let text = |text: String| if text.is_empty() { BookCell::Blank } else { BookCell::Text(text) };
            vec![BookCell::Text(leaf.path), leaf.cell, text(leaf.unit.unwrap_or_default()), text(meaning)]
        });
        let meaning = "What has no sheet of its own: a key and its value in each row.".to_owned();
        BookSheet { name: MODEL.to_owned(), meaning, columns, rows: rows.collect() }
    }

    fn section(&self, section: &Section, entries: &[(&str, &Node)], all: bool) -> BookSheet {
        let mut rows: Vec<Vec<Leaf>> = Vec::new();
        for (_, node) in entries {
            let mut leaves = Vec::new();
            self.flatten_row(node, section, &mut leaves);
            rows.push(leaves);
        }
        // A column for each path and unit, in the order of the reference.
        let mut columns: BTreeMap<(Vec<(usize, String)>, String), Shape> = BTreeMap::new();
        let mut paths: BTreeMap<(Vec<(usize, String)>, String), String> = BTreeMap::new();
        for leaf in rows.iter().flatten() {
            let key = (leaf.order.clone(), leaf.unit.clone().unwrap_or_default());
            columns.insert(key.clone(), leaf.shape);
            paths.insert(key, leaf.path.clone());
        }
        if let (true, Form::Record(record)) = (all, section.row().form) {
            for (index, key) in record.keys.iter().enumerate() {
                let Some((_, shape)) = section.column(key.key) else { continue };
                let order = vec![(index, String::new())];
                let deep = matches!(shape.form, Form::Map(_) | Form::Record(_));
                // A scenario changes what there is of it, and not the model as a whole.
                let aside = section.name == super::shape::SCENARIOS
                    && !matches!(Shape::of(key.value, key.kind).form, Form::Map(_));
                let there = columns.keys().any(|(o, _)| o.first() == order.first());
                if !deep && !there && !aside {
                    let unit = match shape.has_quantity() {
                        true => bare_units(&shape.kind, self.currency).into_iter().next().unwrap_or_default(),
                        false => String::new(),
                    };
                    columns.insert((order.clone(), unit.clone()), shape);
                    paths.insert((order, unit), key.key.to_owned());
                }
            }
        }
        let keys: Vec<_> = columns.keys().cloned().collect();
        let mut heads = Vec::new();
        if section.has_ids() {
            let note = "The name of the entry, by which others refer to it. Each row has one.".to_owned();
            heads.push(BookColumn { header: "id".to_owned(), note, choices: None });
        }
        for key in &keys {
            let (path, unit, shape) = (&paths[key], &key.1, &columns[key]);
            let header = if unit.is_empty() { path.clone() } else { format!("{path} ({unit})") };
            let of = if section.name == super::shape::SCENARIOS { Shape::DOCUMENT } else { section.row() };
            let note = note_of(of, path, shape);
            heads.push(BookColumn { header, note, choices: choices_of(shape) });
        }
        let cells = entries.iter().zip(rows).map(|((id, _), leaves)| {
            let mut row = vec![BookCell::Blank; heads.len()];
            let first = usize::from(section.has_ids());
            if first == 1 {
                row[0] = BookCell::Text((*id).to_owned());
            }
            for leaf in leaves {
                let key = (leaf.order, leaf.unit.unwrap_or_default());
                if let Ok(at) = keys.binary_search(&key) {
                    row[first + at] = leaf.cell;
                }
            }
            row
        });
        let rows = cells.collect();
        let meaning = section.meaning.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        BookSheet { name: section.name.to_owned(), meaning, columns: heads, rows }
    }

    fn flatten_row(&self, node: &Node, section: &Section, leaves: &mut Vec<Leaf>) {
        let Value::Map(entries) = &node.value else { return };
        if section.name != super::shape::SCENARIOS {
            return self.flatten(node, section.row(), "", &[], leaves);
        }
        for entry in entries {
            let order = vec![place_in(section.row(), &entry.key)];
            let shape = Shape { form: Form::Yaml, kind: Kind::PLAIN };
            let cell = BookCell::Text(entry.node.flow());
            leaves.push(Leaf { path: entry.key.clone(), order, shape, unit: None, cell });
        }
    }

    /// The values below a node, each with its path.
    fn flatten(&self, node: &Node, shape: Shape, path: &str, order: &[(usize, String)], leaves: &mut Vec<Leaf>) {
        if let Value::Map(entries) = &node.value
            && let Some(inner) = self.columns(entries, shape, path)
        {
            for (entry, child, below) in inner {
                let mut order = order.to_vec();
                order.push(place_in(shape, &entry.key));
                self.flatten(&entry.node, child, &below, &order, leaves);
            }
            return;
        }
        if path.is_empty() || node.value == Value::Null {
            return;
        }
        let (unit, cell) = self.cell(node, shape);
        leaves.push(Leaf { path: path.to_owned(), order: order.to_vec(), shape, unit, cell });
    }

    /// The entries of a map as columns of their own; `None` where they stand in one cell.
    fn columns<'n>(&self, entries: &'n [Entry], shape: Shape, path: &str) -> Option<Vec<(&'n Entry, Shape, String)>> {
        // Hundreds of dates in a row are for nobody to read.
        if !path.is_empty() && (entries.is_empty() || entries.len() > WIDEST && !matches!(shape.form, Form::Record(_)))
        {
            return None;
        }
        let under = |entry: &'n Entry| {
            let child = shape.child(&entry.key)?;
            let below = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
            // A name with dots may read otherwise, and a header ends with its unit.
            let (steps, leaf) = resolve(shape, &entry.key)?;
            let plain = steps == [entry.key.as_str()] && leaf == child;
            let legible =
                !entry.key.is_empty() && entry.key.trim() == entry.key && !entry.key.contains(['(', ')', '#']);
            (plain && legible).then_some((entry, child, below))
        };
        entries.iter().map(under).collect()
    }

    /// A value as a cell, with the unit that its header has.
    fn cell(&self, node: &Node, shape: Shape) -> (Option<String>, BookCell) {
        let Value::Scalar(text) = &node.value else {
            return (None, BookCell::Text(self.in_one_cell(node, shape)));
        };
        match shape.form {
            Form::Yaml | Form::Record(_) | Form::Map(_) | Form::List(_) => (None, BookCell::Text(node.flow())),
            _ if shape.has_quantity() => self.number(text, shape),
            _ => (None, BookCell::Text(text.clone())),
        }
    }

    /// A number with its unit in the header, if it is read back as it is.
    fn number(&self, text: &str, shape: Shape) -> (Option<String>, BookCell) {
        let verbatim = (None, BookCell::Text(text.to_owned()));
        let Ok(Quantity { number, unit }) = Quantity::parse(text) else { return verbatim };
        let bare = bare_units(&shape.kind, self.currency);
        let header = match unit.map(|u| u.to_string()) {
            None => bare.into_iter().next(),
            Some(unit) if bare.contains(&unit) => bare.into_iter().next(),
            Some(unit) => Some(unit),
        };
        let cell = match &header {
            Some(unit) if unit.starts_with('%') => BookCell::Percent(number),
            _ => BookCell::Number(number),
        };
        let read = match &header {
            Some(unit) => with_unit(&cell.text(), unit).ok(),
            None => Some(cell.text()),
        };
        let same = |read: String| {
            let of =
                |text: String| said_of(&Node { value: Value::Scalar(text), ..Node::default() }, shape, self.currency);
            of(read) == of(text.to_owned())
        };
        if read.is_some_and(same) { (header, cell) } else { verbatim }
    }

    /// Words with commas between them where that is read as it is; else YAML on one line.
    fn in_one_cell(&self, node: &Node, shape: Shape) -> String {
        if let (Value::List(items), Form::List("Text")) = (&node.value, shape.form) {
            let word = |item: &Node| match &item.value {
                Value::Scalar(text) if !text.is_empty() && text.trim() == text && !text.contains(',') => {
                    Some(text.clone())
                }
                _ => None,
            };
            let words: Option<Vec<String>> = items.iter().map(word).collect();
            if let Some(words) = words.filter(|w| !w.is_empty() && !w[0].starts_with(['{', '[', '#'])) {
                return words.join(", ");
            }
        }
        node.flow()
    }
}

/// Where the column of a key stands among those beside it.
fn place_in(shape: Shape, key: &str) -> (usize, String) {
    let record = match shape.form {
        Form::Record(record) | Form::Either { record, .. } => record,
        Form::Series if key == "start" => return (0, String::new()),
        _ => return (1, key.to_owned()),
    };
    if key == "start" && matches!(shape.form, Form::Either { series: true, .. }) {
        return (record.keys.len(), String::new());
    }
    match record.keys.iter().position(|k| k.key == key) {
        Some(at) => (at, String::new()),
        None => (record.keys.len() + 1, key.to_owned()),
    }
}

/// What the reference says of the key that a path ends with.
fn meaning_of(shape: Shape, path: &str) -> Option<String> {
    let (steps, _) = resolve(shape, path)?;
    let mut at = shape;
    let mut found = None;
    for step in steps {
        if let Form::Record(record) | Form::Either { record, .. } = at.form
            && let Some(key) = record.keys.iter().find(|k| k.key == step)
        {
            found = Some(key.text());
        }
        at = at.child(step)?;
    }
    found
}

/// What a person needs to know to fill in a column.
fn note_of(shape: Shape, path: &str, leaf: &Shape) -> String {
    let mut parts: Vec<String> = meaning_of(shape, path).into_iter().collect();
    if let Some(kind) = leaf.kind.in_words().filter(|_| leaf.form != Form::Yaml) {
        parts.push(format!("It is {}.", kind.trim_start_matches("It is ")));
    }
    if let Some(default) = leaf.kind.default {
        parts.push(format!("Left out: {default}."));
    }
    if let Some(example) = leaf.kind.example().filter(|_| !matches!(leaf.form, Form::Map(_) | Form::Yaml)) {
        parts.push(format!("Example: {example}"));
    }
    let example = match leaf.form {
        Form::Yaml => Some("YAML on one line, such as { vendor: nvidia }"),
        Form::List(inner) if inner != "Text" => Some("YAML on one line, a list in brackets"),
        Form::Series => {
            Some("For values over time add a column for each date, such as the header with .2027-Q1 after its name")
        }
        _ => None,
    };
    parts.extend(example.map(str::to_owned));
    parts.join("\n")
}

fn choices_of(shape: &Shape) -> Option<Choices> {
    let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
    match (shape.form, shape.kind.form) {
        (Form::Truth, _) => Some(Choices::Words(words(&["true", "false"]))),
        (Form::Text, KindForm::Words(all)) => Some(Choices::Words(words(all))),
        (Form::Text, KindForm::WordsOrTag(all)) => Some(Choices::Suggested(words(all))),
        (Form::Text, KindForm::Id("a chip")) => Some(Choices::Ids("chips")),
        (Form::Text, KindForm::Id("a cloud")) => Some(Choices::Ids("clouds")),
        (Form::Text, KindForm::Id("a pool")) => Some(Choices::Ids("pools")),
        (Form::Text, KindForm::Id("a contract")) => Some(Choices::Ids("contracts")),
        (Form::Text, KindForm::Id("a supplier of `supply`")) => Some(Choices::Ids("supply")),
        (Form::Either { word: true, record, .. }, _) if record.name == "TermDetail" => {
            Some(Choices::Suggested(words(&["on-demand", "spot", "owned"])))
        }
        (Form::Quantity, KindForm::Quantity(Measure::Whole, _)) => None,
        _ => None,
    }
}
