//! A plan.

use std::sync::Arc;

use polysource::compare::{self, Compared};
use polysource::model::{Tree, read_tree};
use polysource::report::{self, Format, Style};
use polysource::{Plan as Solved, Status};
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;

use crate::answer::Answer;
use crate::data;
use crate::errors::{failed, rejected, usage};
use crate::model::Model;
use crate::settings::How;
use crate::table::Table;
use crate::watched::{Listener, watched};

/// The version of the plan's format that is read.
const FORMAT: u32 = 1;

/// The word for a status, as in the JSON.
pub fn word(status: Status) -> String {
    serde_json::to_value(status).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The answer to a model: what is held, what runs where, what it costs, and the certificate.
#[pyclass(frozen, module = "polysource")]
pub struct Plan {
    pub solved: Arc<Solved>,
    /// What was solved, if that is known.
    pub model: Option<Arc<polysource::Model>>,
}

#[pymethods]
impl Plan {
    /// A plan that ``to_json()``, or ``polysource solve --format json``, wrote.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        let wrong = |why: String| PyValueError::new_err(format!("not a plan that this version reads: {why}"));
        let solved: Solved = serde_json::from_str(text).map_err(|e| wrong(e.to_string()))?;
        if solved.format != FORMAT {
            return Err(wrong(format!("its format is {}, and {FORMAT} is read", solved.format)));
        }
        Ok(Plan { solved: Arc::new(solved), model: None })
    }

    /// ``optimal``, ``infeasible``, ``limit-reached`` and so on, as in the JSON.
    #[getter]
    fn status(&self) -> String {
        word(self.solved.status)
    }

    /// Whether it is the cheapest plan and its certificate was verified.
    #[getter]
    fn certified(&self) -> bool {
        self.solved.status == Status::Optimal && self.solved.certificate.verified
    }

    /// The total cost: discounted, and expected under uncertainty; None without a plan.
    #[getter]
    fn cost(&self) -> Option<f64> {
        self.solved.cost.as_ref().map(|c| c.total)
    }

    /// What the dependency limits add to the cost; None where that was not computed.
    #[getter]
    fn premium(&self) -> Option<f64> {
        self.solved.cost.as_ref().and_then(|c| c.premium)
    }

    /// The currency of all money in it.
    #[getter]
    fn currency(&self) -> &str {
        &self.solved.currency
    }

    /// The decision, a sentence each: what it costs, what to sign, on whom it depends.
    #[getter]
    fn decision(&self) -> Vec<String> {
        report::decision(&self.solved)
    }

    /// The certificate: how far each check is off, the engine, the size of the program.
    #[getter]
    fn certificate<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let text = serde_json::to_string(&self.solved.certificate).map_err(|e| usage(e.to_string()))?;
        data::python(py, &text)
    }

    /// The names of its tables.
    #[getter]
    fn tables(&self) -> Vec<&'static str> {
        self.solved.tables().iter().map(|t| t.name).collect()
    }

    /// A table by its name, such as ``purchases`` or ``limits``.
    fn table(&self, name: &str) -> PyResult<Table> {
        let tables = self.solved.tables();
        let found = tables.iter().find(|t| t.name == name);
        let known = || tables.iter().map(|t| t.name).collect::<Vec<_>>().join(", ");
        Table::of_plan(found.ok_or_else(|| PyKeyError::new_err(format!("no table `{name}`; there are {}", known())))?)
    }

    /// All of it as a dictionary: what ``polysource solve --format json`` writes.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data::python(py, &self.to_json()?)
    }

    /// All of it as JSON, byte for byte what ``polysource solve --format json`` writes.
    fn to_json(&self) -> PyResult<String> {
        self.written(Format::Json)
    }

    /// Every table of it as Markdown.
    fn to_markdown(&self) -> PyResult<String> {
        self.written(Format::Markdown)
    }

    /// What changed from this plan to another; see ``diff``.
    #[pyo3(signature = (other, *, detail="full", engine="auto", time_limit=None, progress=None))]
    fn diff(
        slf: &Bound<'_, Self>,
        other: &Bound<'_, PyAny>,
        detail: &str,
        engine: &str,
        time_limit: Option<f64>,
        progress: Listener,
    ) -> PyResult<Answer> {
        diff(slf.py(), slf.as_any(), other, detail, engine, time_limit, progress)
    }

    /// One screen: the decision, the cost, what binds and the certificate.
    fn __str__(&self) -> PyResult<String> {
        self.written(Format::Text)
    }

    fn __repr__(&self) -> String {
        let told = report::decision(&self.solved);
        format!("<Plan {}: {}>", self.solved.model.name, told.first().map_or("", String::as_str))
    }

    /// How it is pickled: as its JSON, without the model.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((slf.get_type().getattr("from_json")?, (slf.get().to_json()?,)))
    }

    fn _repr_html_(&self) -> String {
        report::html::fragment(&self.solved)
    }
}

impl Plan {
    /// A plan of a model.
    pub fn of(model: &Arc<polysource::Model>, solved: Solved) -> Self {
        Plan { solved: Arc::new(solved), model: Some(Arc::clone(model)) }
    }

    fn written(&self, format: Format) -> PyResult<String> {
        let mut text = Vec::new();
        report::write(&self.solved, format, Style::default(), &mut text)?;
        Ok(String::from_utf8(text)?)
    }
}

/// A or B: a plan, or a model to be solved, with what was written of it.
struct Side {
    file: String,
    model: Option<Arc<polysource::Model>>,
    plan: Option<Arc<Solved>>,
    tree: Option<Tree>,
}

impl Side {
    fn read(py: Python<'_>, side: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (model, plan) = if let Ok(plan) = side.cast::<Plan>() {
            (plan.get().model.clone(), Some(Arc::clone(&plan.get().solved)))
        } else if let Ok(model) = side.cast::<Model>() {
            (Some(Arc::clone(&model.get().model)), None)
        } else {
            return Err(pyo3::exceptions::PyTypeError::new_err("what is compared is a Plan or a Model"));
        };
        let file = match (&model, &plan) {
            (Some(model), _) => model.input().name.clone(),
            (None, plan) => plan.as_ref().map_or_else(String::new, |p| p.model.name.clone()),
        };
        let tree = model.as_ref().map(|m| read_tree(m.input())).transpose().map_err(|e| rejected(py, &e))?;
        Ok(Side { file, model, plan, tree })
    }
}

/// What changed between two plans, or the plans of two models: inputs, cost, purchases, contracts, exposure, limits.
///
/// A ``Model`` is solved first, with ``detail``, ``engine`` and ``time_limit``; a ``Plan`` is taken as it is.
#[pyfunction]
#[pyo3(signature = (a, b, *, detail="full", engine="auto", time_limit=None, progress=None))]
pub fn diff(
    py: Python<'_>,
    a: &Bound<'_, PyAny>,
    b: &Bound<'_, PyAny>,
    detail: &str,
    engine: &str,
    time_limit: Option<f64>,
    progress: Listener,
) -> PyResult<Answer> {
    let how = How::read(detail, engine, time_limit, polysource::SolveSettings::default().mip_gap)?;
    let (a, b) = (Side::read(py, a)?, Side::read(py, b)?);
    let solved = watched(py, progress, |watcher| {
        let settings = how.settings(watcher.watch());
        let plan = |side: &Side| match (&side.plan, &side.model) {
            (Some(plan), _) => Ok(Some(Arc::clone(plan))),
            (None, Some(model)) => polysource::solve(model, &settings).map(|p| Some(Arc::new(p))),
            (None, None) => Ok(None),
        };
        Ok::<_, polysource::engine::EngineError>((plan(&a)?, plan(&b)?))
    })?;
    let (Some(before), Some(after)) = solved.map_err(|e| failed(&e))? else {
        return Err(usage("what is compared is a Plan or a Model"));
    };
    let found = compare::diff(
        Compared { file: &a.file, plan: &before, written: a.tree.as_ref() },
        Compared { file: &b.file, plan: &after, written: b.tree.as_ref() },
    )
    .map_err(|e| usage(e.to_string()))?;
    let mut answer = Answer::new("diff");
    report::diff::write_json(&found, &mut answer.json)?;
    report::diff::write_text(&found, Style::default(), &mut answer.text)?;
    report::diff::write_csv(&found, answer.csv())?;
    Ok(answer)
}
