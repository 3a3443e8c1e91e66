//! `polysource` for Python: a thin layer over the library, with no logic of its own.
//!
//! Everything heavy runs with the interpreter's lock released, on a thread of its own, while the calling thread looks
//! after signals (`watched`), so that Ctrl-C ends a solve as it ends a Python function.

mod answer;
mod changes;
mod data;
mod errors;
mod model;
mod plan;
mod questions;
mod settings;
mod study;
mod table;
mod watched;

use std::ffi::OsString;

use pyo3::prelude::*;

/// What is written in Rust of the package `polysource`.
#[pymodule]
mod _polysource {
    #[pymodule_export]
    use super::answer::{Answer, Sweep};
    #[pymodule_export]
    use super::errors::{Diagnostic, EngineError, Error, ModelError, NoPlanError};
    #[pymodule_export]
    use super::model::Model;
    #[pymodule_export]
    use super::plan::{Plan, diff};
    #[pymodule_export]
    use super::study::Study;
    #[pymodule_export]
    use super::table::Table;
    #[pymodule_export]
    use super::{engines, run};

    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}

/// The engines that this build has, by the names that `engine=` takes.
#[pyfunction]
fn engines() -> Vec<String> {
    polysource::EngineChoice::ALL.iter().map(ToString::to_string).collect()
}

/// Runs the command line with arguments, the first of which is the program's name, and returns its exit code.
///
/// Help and arguments that cannot be read end the process, as they end the program.
#[pyfunction]
fn run(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| polysource::cli::run_from(arguments))
}
