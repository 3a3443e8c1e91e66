//! Changes of a model, as dictionaries of paths.

use polysource::model::Edit;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::data::{paths, written};

/// The changes: values in place of what is there, factors of it, and what is added to it.
pub fn edits(
    py: Python<'_>,
    set: Option<&Bound<'_, PyDict>>,
    scale: Option<&Bound<'_, PyDict>>,
    shift: Option<&Bound<'_, PyDict>>,
) -> PyResult<Vec<Edit>> {
    let mut all = Vec::new();
    for (path, value) in paths(set)? {
        all.push(Edit::set(&path, written(value.bind(py))?));
    }
    for (path, value) in paths(scale)? {
        all.push(Edit::scale(&path, value.extract(py)?));
    }
    for (path, value) in paths(shift)? {
        all.push(Edit::shift(&path, written(value.bind(py))?));
    }
    Ok(all)
}
