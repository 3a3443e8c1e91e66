//! Coded problems with a place in what was written, collected and rendered.
//!
//! A problem is never an early return: the reader of a model pushes what it finds into
//! [`Diagnostics`] and goes on, so that one run shows every mistake at its line.

mod cells;
mod code;
mod pages;
mod place;
mod render;

pub(crate) use cells::SHEET;
pub use cells::{CellName, WORKBOOK, escaped, is_workbook, letters, unescaped};
pub use code::Code;
pub use pages::page;
pub use place::{Place, Source, SourceId, Sources};
pub(crate) use render::is_hostile;
#[cfg(feature = "cli")]
pub(crate) use render::printable;
pub use render::{render, worded};

/// How bad it is: errors stop the run, warnings are reported and the run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is solved and nothing is written.
    Error,
    /// Probably not what was meant, but with a defined meaning.
    Warning,
}

/// One problem: what, where and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kebab-case code, stable across versions.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence without a full stop.
    pub message: String,
    /// Where it was written; `None` for what belongs to no line.
    pub place: Option<Place>,
    /// What it is about, as a dotted path such as `offers.aws-h100.price`; `None` if that is not known.
    pub path: Option<String>,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// All the problems of one input, in the order in which they were found.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
    suppressed: usize,
}

/// A hostile file can hold millions of mistakes; nobody reads more than this many.
const MOST: usize = 500;

impl Diagnostics {
    /// An empty collection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem; beyond five hundred they are only counted.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.items.len() >= MOST {
            self.suppressed += 1;
        } else if !self.items.contains(&diagnostic) {
            self.items.push(diagnostic);
        }
    }

    /// Adds an error.
    pub fn error(&mut self, code: Code, place: Place, message: impl Into<String>, remedy: impl Into<String>) {
        self.push(Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            place: Some(place),
            path: None,
            remedy: Some(remedy.into()).filter(|r| !r.is_empty()),
        });
    }

    /// Adds a warning.
    pub fn warning(&mut self, code: Code, place: Place, message: impl Into<String>, remedy: impl Into<String>) {
        self.push(Diagnostic {
            code,
            severity: Severity::Warning,
            message: message.into(),
            place: Some(place),
            path: None,
            remedy: Some(remedy.into()).filter(|r| !r.is_empty()),
        });
    }

    /// Whether any of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether further problems are only counted.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.items.len() >= MOST
    }

    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How many problems went unlisted because the list was full.
    #[must_use]
    pub fn suppressed(&self) -> usize {
        self.suppressed
    }

    /// The problems, ordered by source and place (those without a place first).
    #[must_use]
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<&Diagnostic> = self.items.iter().collect();
        all.sort_by_key(|d| (d.place.map(|p| (p.source, p.start)), d.severity));
        all
    }

    /// The same problems at other places.
    #[must_use]
    pub(crate) fn moved(&self, to: impl Fn(Place) -> Place) -> Vec<Diagnostic> {
        self.items.iter().map(|d| Diagnostic { place: d.place.map(&to), ..d.clone() }).collect()
    }

    /// The places of the problems that have one and no path yet.
    pub(crate) fn places(&self) -> Vec<Place> {
        let mut all: Vec<Place> = self.items.iter().filter(|d| d.path.is_none()).filter_map(|d| d.place).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Gives problems that have a place, and no path yet, the path of it.
    pub(crate) fn name_places(&mut self, path: impl Fn(Place) -> Option<String>) {
        for d in self.items.iter_mut().filter(|d| d.path.is_none()) {
            d.path = d.place.and_then(&path);
        }
    }

    /// How many problems are listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Removes the problems of some codes that were found after the first `reported`: consequences of
    /// a problem that is reported already.
    pub fn forget_since(&mut self, told: usize, codes: &[Code]) {
        let mut index = 0;
        self.items.retain(|d| {
            index += 1;
            index <= told || !codes.contains(&d.code)
        });
    }

    /// Number of errors and number of warnings.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let errors = self.items.iter().filter(|d| d.severity == Severity::Error).count();
        (errors, self.items.len() - errors)
    }
}

/// The candidate nearest to `word` in spelling, if any is near enough to be what was meant.
///
/// Uses the restricted Damerau-Levenshtein distance (`strsim`), at most a third of the word.
#[must_use]
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|c| (strsim::osa_distance(&word.to_lowercase(), &c.to_lowercase()), c))
        .filter(|&(distance, _)| distance <= limit)
        .min()
        .map(|(_, c)| c)
}

/// The remedy for a word that is not one of a known list.
#[must_use]
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(near) = did_you_mean(word, candidates.clone()) {
        return format!("did you mean `{near}`?");
    }
    let all: Vec<&str> = candidates.into_iter().collect();
    if all.is_empty() {
        return "none is defined in this model".to_owned();
    }
    let shown = all.iter().take(12).map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", ");
    if all.len() > 12 { format!("known: {shown} and {} more", all.len() - 12) } else { format!("known: {shown}") }
}
