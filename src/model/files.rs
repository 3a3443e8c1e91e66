//! Files that a model names: the table of what runs today, tables of offers.
//!
//! A model may come from somebody else. The files that it names are therefore regular files below its folder, after
//! links are resolved, unless whoever runs the program allows more.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::diagnostics::{Code, Diagnostics, SourceId, Sources};
use crate::document::{self as doc, Node, Value};

/// Where files are looked for, and where their texts and mistakes go.
pub(super) struct Files<'a> {
    pub folder: Option<&'a Path>,
    /// Whether files outside of the folder may be read.
    pub outside: bool,
    /// Texts that were kept of files, by their paths: then nothing is read from the disk.
    pub kept: Option<&'a BTreeMap<String, String>>,
    pub sources: &'a mut Sources,
    pub diagnostics: &'a mut Diagnostics,
}

/// Why a file is not read.
enum Refused {
    Outside,
    Unreadable(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Refused::Unreadable(error)
    }
}

impl Files<'_> {
    /// Reads the file that a value names into a source; `None` with a report otherwise, also of a text that names less
    /// than half of the columns that its table needs: nothing of it is quoted.
    pub fn read(&mut self, file: &Node, needed: &[&str]) -> Option<SourceId> {
        let Value::Scalar(name) = &file.value else { return None };
        let Some(folder) = self.folder else {
            let message = "this file cannot be read, since the model is in no folder that its path could start from";
            let remedy = "read the model from a file instead of standard input or a text";
            self.diagnostics.error(Code::Unreadable, file.place, message, remedy);
            return None;
        };
        let path = folder.join(name);
        match self.text(folder, &path) {
            Ok(text) => {
                let text = text.trim_start_matches('\u{feff}');
                // Kept in any case, as whoever keeps what a model is read from expects.
                let source = self.sources.add_file(&path.display().to_string(), text);
                if doc::has_columns(text, needed) {
                    return Some(source);
                }
                let columns = needed.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", ");
                let message = format!("`{name}` is no table with the columns {columns}");
                self.diagnostics.error(Code::MissingKey, file.place, message, "its first line names its columns");
                None
            }
            Err(Refused::Outside) => {
                let message = format!("`{name}` is not read: it is outside of the model's folder");
                let remedy = "move it below that folder, or run with `--allow-files-outside` if you trust the model";
                self.diagnostics.error(Code::Unreadable, file.place, message, remedy);
                None
            }
            Err(Refused::Unreadable(error)) => {
                let message = format!("`{}` cannot be read: {error}", path.display());
                let remedy = "the path is relative to the model's folder";
                self.diagnostics.error(Code::Unreadable, file.place, message, remedy);
                None
            }
        }
    }

    /// The text of a file: from the disk, or what was kept of it.
    fn text(&self, folder: &Path, path: &Path) -> Result<String, Refused> {
        if let Some(kept) = self.kept {
            let text = kept.get(&path.display().to_string()).cloned();
            return text.ok_or_else(|| io::Error::other("its text was not kept").into());
        }
        let path = if self.outside { path.to_owned() } else { inside(folder, path)? };
        let bytes = doc::read_regular(&path, doc::MAX_BYTES as u64)?;
        String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8 text").into())
    }

    /// Puts the lines of the tables that a document and its scenarios name under `offers: { file: ... }` in the place of
    /// their names, and adds their sources to `tables`; `None` if one cannot be read at all, which is reported.
    pub fn offer_tables(&mut self, root: &mut Node, tables: &mut Vec<SourceId>) -> Option<()> {
        if let Some(offers) = root.get_mut("offers") {
            self.offer_table(offers, tables)?;
        }
        if let Some(Value::Map(scenarios)) = root.get_mut("scenarios").map(|s| &mut s.value) {
            for scenario in scenarios {
                if let Some(offers) = scenario.node.get_mut("offers") {
                    self.offer_table(offers, tables)?;
                }
            }
        }
        Some(())
    }

    fn offer_table(&mut self, offers: &mut Node, tables: &mut Vec<SourceId>) -> Option<()> {
        let Value::Map(entries) = &mut offers.value else { return Some(()) };
        // An offer may be called `file`: then its value is a map.
        let named = |e: &doc::Entry| e.key == "file" && matches!(e.node.value, Value::Scalar(_));
        let Some(at) = entries.iter().position(named) else { return Some(()) };
        let source = self.read(&entries.remove(at).node, &doc::OFFER_COLUMNS)?;
        tables.push(source);
        let text = self.sources.get(source).text.clone();
        let table = doc::Table::read(&text, source, self.diagnostics)?;
        let lines = doc::offers_of(&table, self.diagnostics)?;
        let ids: std::collections::HashSet<&str> = lines.iter().map(|e| e.key.as_str()).collect();
        for entry in entries.iter().filter(|e| ids.contains(e.key.as_str())) {
            let message = format!("the offer `{}` stands in the table `file` too", entry.key);
            let remedy = "keep one of the two; to change an offer of the table, use an overlay or a scenario";
            self.diagnostics.error(Code::DuplicateKey, entry.place, message, remedy);
        }
        let written: std::collections::HashSet<String> = entries.iter().map(|e| e.key.clone()).collect();
        entries.splice(at..at, lines.into_iter().filter(|e| !written.contains(&e.key)));
        Some(())
    }
}

/// The path of a file below a folder, with every link in both resolved.
fn inside(folder: &Path, path: &Path) -> Result<PathBuf, Refused> {
    // What is outside as written is not even looked for: its absence would say something of this machine.
    let mut depth = 0usize;
    for part in path.strip_prefix(folder).map_err(|_| Refused::Outside)?.components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            _ => depth = depth.checked_sub(1).ok_or(Refused::Outside)?,
        }
    }
    let (folder, path) = (folder.canonicalize()?, path.canonicalize()?);
    if path.starts_with(&folder) { Ok(path) } else { Err(Refused::Outside) }
}
