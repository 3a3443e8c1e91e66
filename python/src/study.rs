//! A model kept open.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use polysource::analysis;
use polysource::engine::{Cancel, EngineError, Watch};
use polysource::model::Edit;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::changes::edits;
use crate::errors::{failed, rejected};
use crate::model::Model;
use crate::plan::Plan;
use crate::settings::How;
use crate::watched::{Listener, Watcher, watched_by};

/// A model kept open: changed and solved again, each time from where the last solve ended.
///
/// Every answer is certified as that of ``Model.solve``. ``time_limit`` is for one engine in one solve.
#[pyclass(frozen, module = "polysource")]
pub struct Study {
    open: Mutex<Open>,
    written: Arc<polysource::Model>,
    how: How,
}

/// What is open of it. An end that was asked for is for good, so that it is opened anew after one.
struct Open {
    study: analysis::Study,
    /// The changes that were made, in the groups in which they were accepted.
    edits: Vec<Vec<Edit>>,
    cancel: Cancel,
    /// Whoever watches the solve that is under way.
    watcher: Arc<Mutex<Option<Watcher>>>,
}

impl Open {
    fn of(model: &polysource::Model, how: &How) -> Self {
        let (cancel, watcher) = (Cancel::new(), Arc::new(Mutex::new(None::<Watcher>)));
        let seen = Arc::clone(&watcher);
        let watch = Watch::nobody().cancelled_by(&cancel).telling(move |step| {
            let watcher = locked(&seen).clone();
            if let Some(watcher) = watcher {
                watcher.step(step);
            }
        });
        Open { study: analysis::Study::open(model, &how.repeated(watch)), edits: Vec::new(), cancel, watcher }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[pymethods]
impl Study {
    /// Opens a model. ``detail``, ``engine`` and ``gap`` are those of ``Model.solve``.
    #[new]
    #[pyo3(signature = (model, *, detail="plan", engine="auto", time_limit=None, gap=1e-4))]
    fn new(model: &Bound<'_, Model>, detail: &str, engine: &str, time_limit: Option<f64>, gap: f64) -> PyResult<Self> {
        Study::of(&model.get().model, How::read(detail, engine, time_limit, gap)?)
    }

    /// The model as it is now.
    #[getter]
    fn model(&self, py: Python<'_>) -> Model {
        py.detach(|| Model::of(locked(&self.open).study.model().clone()))
    }

    /// Changes the model as it is now, all at once or, if there is a mistake in it, not at all; see ``Model.with_``.
    #[pyo3(signature = (set=None, *, scale=None, shift=None))]
    fn edit(
        &self,
        py: Python<'_>,
        set: Option<&Bound<'_, PyDict>>,
        scale: Option<&Bound<'_, PyDict>>,
        shift: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        let edits = edits(py, set, scale, shift)?;
        let edited = py.detach(|| {
            let mut open = locked(&self.open);
            open.study.edit(&edits)?;
            open.edits.push(edits);
            Ok(())
        });
        edited.map_err(|e| rejected(py, &e))
    }

    /// Goes back to the model that was opened.
    fn reset(&self, py: Python<'_>) {
        py.detach(|| {
            let mut open = locked(&self.open);
            open.study.reset();
            open.edits.clear();
        });
    }

    /// The cheapest plan of the model as it is now.
    #[pyo3(signature = (*, progress=None))]
    fn solve(&self, py: Python<'_>, progress: Listener) -> PyResult<Plan> {
        let cancel = py.detach(|| locked(&self.open).cancel.clone());
        let solved = watched_by(py, progress, cancel, |watcher| {
            let mut open = locked(&self.open);
            *locked(&open.watcher) = Some(watcher.clone());
            let solved = open.study.solve();
            *locked(&open.watcher) = None;
            let model = open.study.model().clone();
            if watcher.is_cancelled() {
                self.open_anew(&mut open);
            }
            solved.map(|plan| (model, plan))
        })?;
        let (model, plan) = solved.map_err(|e: EngineError| failed(&e))?;
        Ok(Plan::of(&Arc::new(model), plan))
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("<Study of {}>", py.detach(|| locked(&self.open).study.model().name().to_owned()))
    }
}

impl Study {
    /// Opens a model.
    pub fn of(model: &Arc<polysource::Model>, how: How) -> PyResult<Self> {
        Ok(Study { open: Mutex::new(Open::of(model, &how)), written: Arc::clone(model), how })
    }

    /// The same again, from nothing, with the changes that were made.
    fn open_anew(&self, open: &mut Open) {
        let edits = std::mem::take(&mut open.edits);
        *open = Open::of(&self.written, &self.how);
        for group in edits {
            if open.study.edit(&group).is_ok() {
                open.edits.push(group);
            }
        }
    }
}
