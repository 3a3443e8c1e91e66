//! Long work with the interpreter's lock released: the work on a thread of its own, signals on the caller's.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use polysource::engine::{Cancel, Progress, Watch};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::EngineError;

/// How often signals are looked for.
const SIGNALS: Duration = Duration::from_millis(50);
/// As much as the main thread of a program has.
const STACK: usize = 8 << 20;

/// Who is told how far it is: a function of one dictionary.
pub type Listener = Option<Py<PyAny>>;

/// Who watches some work: may have asked for its end, and is told how far it is.
#[derive(Clone)]
pub struct Watcher {
    cancel: Cancel,
    raised: Arc<Mutex<Option<PyErr>>>,
    listener: Arc<Listener>,
}

impl Watcher {
    /// Whether an end was asked for.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_asked()
    }

    /// For what is solved; the listener is told of every step.
    pub fn watch(&self) -> Watch {
        let quiet = self.quiet();
        if self.listener.is_none() {
            return quiet;
        }
        let watcher = self.clone();
        quiet.telling(move |step| watcher.step(step))
    }

    /// For what is solved; the listener is not told.
    pub fn quiet(&self) -> Watch {
        Watch::nobody().cancelled_by(&self.cancel)
    }

    /// Tells a step.
    pub fn step(&self, step: Progress) {
        self.tell(|py| told(py, step));
    }

    /// Tells that so many points of a sweep are done.
    pub fn point(&self, number: usize, of: usize) {
        self.tell(|py| {
            let told = PyDict::new(py);
            told.set_item("step", "point")?;
            told.set_item("number", number)?;
            told.set_item("of", of)?;
            Ok(told)
        });
    }

    fn tell(&self, step: impl for<'py> FnOnce(Python<'py>) -> PyResult<Bound<'py, PyDict>>) {
        let Some(listener) = self.listener.as_ref() else { return };
        if self.is_cancelled() {
            return;
        }
        Python::attach(|py| {
            if let Err(error) = step(py).and_then(|step| listener.call1(py, (step,))) {
                self.raise(error);
            }
        });
    }

    /// Asks for an end, after which the exception is raised; the first of several.
    fn raise(&self, error: PyErr) {
        self.cancel.ask();
        self.raised.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

/// Does some work with the interpreter's lock released. An exception of the listener, and Ctrl-C, ask for its end; it is
/// waited for, and the exception raised.
pub fn watched<T: Send>(py: Python<'_>, progress: Listener, work: impl FnOnce(&Watcher) -> T + Send) -> PyResult<T> {
    watched_by(py, progress, Cancel::new(), work)
}

/// The same with what asks for the end of something that is open.
pub fn watched_by<T: Send>(
    py: Python<'_>,
    progress: Listener,
    cancel: Cancel,
    work: impl FnOnce(&Watcher) -> T + Send,
) -> PyResult<T> {
    let watcher = Watcher { cancel, raised: Arc::default(), listener: Arc::new(progress) };
    let done = py.detach(|| {
        thread::scope(|scope| {
            let (sender, receiver) = channel();
            let watcher = &watcher;
            let worker = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || {
                // Nobody waits any more only where the whole process ends.
                let _ = sender.send(catch_unwind(AssertUnwindSafe(|| work(watcher))));
            });
            if let Err(error) = worker {
                return Err(error.into());
            }
            loop {
                match receiver.recv_timeout(SIGNALS) {
                    Ok(Ok(done)) => return Ok(done),
                    Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => {
                        return Err(EngineError::new_err("internal error; please report it with the model"));
                    }
                    Err(RecvTimeoutError::Timeout) => {
                        if let Err(error) = Python::attach(|py| py.check_signals()) {
                            watcher.raise(error);
                        }
                    }
                }
            }
        })
    });
    let raised = watcher.raised.lock().unwrap_or_else(PoisonError::into_inner).take();
    raised.map_or(done, Err)
}

/// A step as a dictionary.
fn told(py: Python<'_>, step: Progress) -> PyResult<Bound<'_, PyDict>> {
    let told = PyDict::new(py);
    match step {
        Progress::Question { name, number, of } => {
            told.set_item("step", "question")?;
            told.set_item("name", name)?;
            told.set_item("number", number)?;
            told.set_item("of", of)?;
        }
        Progress::Program { columns, rows } => {
            told.set_item("step", "program")?;
            told.set_item("columns", columns)?;
            told.set_item("rows", rows)?;
        }
        Progress::Round { number, excess } => {
            told.set_item("step", "round")?;
            told.set_item("number", number)?;
            told.set_item("excess", excess)?;
        }
        Progress::Node { nodes, best, bound } => {
            told.set_item("step", "node")?;
            told.set_item("nodes", nodes)?;
            told.set_item("best", best)?;
            told.set_item("bound", bound)?;
        }
        _ => told.set_item("step", "other")?,
    }
    Ok(told)
}
