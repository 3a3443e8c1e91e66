//! What goes wrong, as exceptions: a wrong model with its diagnostics, an engine that failed, a question without a plan.

use polysource::diagnostics::{Severity, worded};
use polysource::engine::EngineError as Failed;
use polysource::model::Rejected;
use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyKeyboardInterrupt, PyValueError};
use pyo3::prelude::*;

create_exception!(
    polysource,
    Error,
    PyException,
    "What goes wrong in polysource; the other exceptions are kinds of it."
);
create_exception!(
    polysource,
    ModelError,
    Error,
    "The model is wrong. `diagnostics` has every problem, each a `Diagnostic`; the text shows each with its line."
);
create_exception!(polysource, EngineError, Error, "No engine could solve what was asked, or its answer did not pass.");
create_exception!(
    polysource,
    NoPlanError,
    Error,
    "The question is about a plan and there is none; `status` says why, as `Plan.status` does."
);

/// A problem of a model: what it is, where it was written and what to do.
#[pyclass(frozen, eq, skip_from_py_object, module = "polysource")]
#[derive(Clone, PartialEq)]
pub struct Diagnostic {
    /// The code, such as ``unknown-key``; ``polysource explain CODE`` has a page about each.
    #[pyo3(get)]
    code: String,
    /// ``error`` or ``warning``.
    #[pyo3(get)]
    severity: String,
    /// What is wrong, in a sentence.
    #[pyo3(get)]
    message: String,
    /// What it is about, such as ``offers.aws-h100.price``; None if that is not known.
    #[pyo3(get)]
    path: Option<String>,
    /// The file (or what stands for one, such as ``--set``) in which it is written; None for what belongs to no line.
    #[pyo3(get)]
    file: Option<String>,
    /// Its line, from 1.
    #[pyo3(get)]
    line: Option<usize>,
    /// Its column in characters, from 1.
    #[pyo3(get)]
    column: Option<usize>,
    /// What to do about it; None where that goes without saying.
    #[pyo3(get)]
    remedy: Option<String>,
}

#[pymethods]
impl Diagnostic {
    fn __str__(&self) -> String {
        let place = match (&self.file, self.line, self.column) {
            (Some(file), Some(line), Some(column)) => format!("{file}:{line}:{column}: "),
            _ => String::new(),
        };
        let remedy = self.remedy.as_ref().map(|r| format!(" ({r})")).unwrap_or_default();
        format!("{place}{}[{}]: {}{remedy}", self.severity, self.code, self.message)
    }

    fn __repr__(&self) -> String {
        format!("<Diagnostic {self}>", self = self.__str__())
    }
}

/// The problems of what was read.
pub fn diagnostics(
    found: &polysource::diagnostics::Diagnostics,
    sources: &polysource::diagnostics::Sources,
) -> Vec<Diagnostic> {
    let one = |d: &&polysource::diagnostics::Diagnostic| {
        // What was read and is no model is not quoted.
        let (message, remedy) = worded(d, sources);
        let at = d.place.map(|place| (sources.get(place.source).name.to_string(), sources.line_column(place)));
        Diagnostic {
            code: d.code.as_str().to_owned(),
            severity: if d.severity == Severity::Error { "error" } else { "warning" }.to_owned(),
            message,
            path: d.path.clone(),
            file: at.as_ref().map(|(file, _)| file.clone()),
            line: at.as_ref().map(|(_, (line, _))| *line),
            column: at.as_ref().map(|(_, (_, column))| *column),
            remedy,
        }
    };
    found.sorted().iter().map(one).collect()
}

/// An exception with attributes beside its text.
fn with<'py, T: IntoPyObject<'py>>(py: Python<'py>, error: PyErr, name: &str, value: T) -> PyErr {
    match error.value(py).setattr(name, value) {
        Ok(()) => error,
        Err(other) => other,
    }
}

/// A model that was rejected.
pub fn rejected(py: Python<'_>, rejected: &Rejected) -> PyErr {
    let told = diagnostics(&rejected.diagnostics, &rejected.sources);
    with(py, ModelError::new_err(rejected.to_string().trim_end().to_owned()), "diagnostics", told)
}

/// A model that is wrong for a reason without a place.
pub fn wrong(py: Python<'_>, message: String) -> PyErr {
    with(py, ModelError::new_err(message), "diagnostics", Vec::<Diagnostic>::new())
}

/// An engine that failed.
pub fn failed(error: &Failed) -> PyErr {
    match error {
        Failed::Cancelled => PyKeyboardInterrupt::new_err("cancelled"),
        error => EngineError::new_err(error.to_string()),
    }
}

/// A question about a plan where there is none.
pub fn no_plan(py: Python<'_>, status: polysource::Status, message: String) -> PyErr {
    with(py, NoPlanError::new_err(message), "status", crate::plan::word(status))
}

/// What was asked has no meaning.
pub fn usage(message: impl Into<String>) -> PyErr {
    PyValueError::new_err(message.into())
}
