//! A model.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use polysource::analysis::dossier::DossierOptions;
use polysource::analysis::scenarios::names;
use polysource::analysis::stress::StressOptions;
use polysource::model::{Input, SweepOverrides, load};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::answer::{Answer, Sweep};
use crate::changes::edits;
use crate::data;
use crate::errors::{Diagnostic, diagnostics, failed, rejected};
use crate::plan::Plan;
use crate::questions::{self, SweepAsked};
use crate::settings::How;
use crate::study::Study;
use crate::watched::{Listener, watched};

/// What a text is called in messages.
const TEXT: &str = "model.yaml";

/// Chips, prices, workloads, contracts and policy: what is known before anything is decided.
///
/// A model never changes: ``with_``, ``scenario`` and the others give a new one.
#[pyclass(frozen, module = "polysource")]
pub struct Model {
    pub model: Arc<polysource::Model>,
    warnings: Vec<Diagnostic>,
}

impl Model {
    /// A model without warnings.
    pub fn of(model: polysource::Model) -> Self {
        Model { model: Arc::new(model), warnings: Vec::new() }
    }

    fn read(py: Python<'_>, input: &Input) -> PyResult<Self> {
        let loaded = py.detach(|| load(input)).map_err(|e| rejected(py, &e))?;
        let warnings = diagnostics(&loaded.warnings, &loaded.sources);
        Ok(Model { model: Arc::new(loaded.model), warnings })
    }
}

/// One text or several.
#[derive(FromPyObject)]
pub enum Texts {
    /// One.
    One(String),
    /// Several, in order.
    Many(Vec<String>),
}

impl Texts {
    fn all(self) -> Vec<String> {
        match self {
            Texts::One(one) => vec![one],
            Texts::Many(all) => all,
        }
    }
}

/// All of the texts that may have been given.
fn all(texts: Option<Texts>) -> Vec<String> {
    texts.map(Texts::all).unwrap_or_default()
}

/// A file that is named, or a text: what has more than one line is a text.
fn source(py: Python<'_>, source: &Bound<'_, PyAny>) -> PyResult<(String, String, Option<PathBuf>)> {
    if let Ok(text) = source.cast::<PyString>() {
        let text = text.to_cow()?;
        if text.contains('\n') {
            return Ok((TEXT.to_owned(), text.into_owned(), None));
        }
    }
    let path: PathBuf = source.extract().map_err(|_| PyTypeError::new_err("a model is read from a path or a text"))?;
    let open = py.import("io")?.getattr("open")?;
    let named = PyDict::new(py);
    named.set_item("encoding", "utf-8")?;
    // Python's own `open`, so that what cannot be read is told as by Python.
    let file = open.call((&path, "r"), Some(&named))?;
    let text: PyResult<String> = file.call_method0("read").and_then(|text| text.extract());
    file.call_method0("close")?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf();
    Ok((path.display().to_string(), text?, Some(folder)))
}

#[pymethods]
impl Model {
    /// Reads a model from a file, or from its text.
    ///
    /// Args:
    ///     source: a path, or a text of more than one line.
    ///     overlays: files (or texts) that are laid over it, in order.
    ///     scenarios: scenarios of the model to apply, in order.
    ///     set: values to set, as a dictionary of paths such as ``offers.aws-h100.price``.
    ///     folder: where files that the model names are looked for; of a path it is the file's own folder.
    ///     future: the future that is believed, such as ``fast+late``, of a model with ``uncertainty``.
    ///     without_uncertainty: whether only the base case is believed.
    ///     allow_files_outside: whether the model may name files outside of its folder.
    ///
    /// Raises ``ModelError`` with every problem of it.
    #[staticmethod]
    #[pyo3(signature = (source, *, overlays=None, scenarios=None, set=None, folder=None, future=None,
                        without_uncertainty=false, allow_files_outside=false))]
    #[expect(clippy::too_many_arguments, reason = "keywords of Python")]
    fn from_yaml(
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        overlays: Option<Vec<Bound<'_, PyAny>>>,
        scenarios: Option<Texts>,
        set: Option<&Bound<'_, PyDict>>,
        folder: Option<PathBuf>,
        future: Option<String>,
        without_uncertainty: bool,
        allow_files_outside: bool,
    ) -> PyResult<Self> {
        let (name, text, beside) = self::source(py, source)?;
        let mut over = Vec::new();
        for overlay in overlays.unwrap_or_default() {
            let (name, text, _) = self::source(py, &overlay)?;
            over.push((name, text));
        }
        let mut sets = Vec::new();
        for (path, value) in data::paths(set)? {
            sets.push(format!("{path}={}", data::written(value.bind(py))?));
        }
        let input = Input {
            name,
            text,
            overlays: over,
            scenarios: all(scenarios),
            sets,
            folder: folder.or(beside),
            files_outside: allow_files_outside,
            future,
            without_uncertainty,
            ..Input::default()
        };
        Model::read(py, &input)
    }

    /// Reads a model from dictionaries, lists, texts, numbers and dates: the keys of the model file.
    ///
    /// Lines and columns of diagnostics are those of the data as JSON, a key a line; ``path`` says where it is in them.
    #[staticmethod]
    #[pyo3(signature = (data, *, folder=None))]
    fn from_dict(py: Python<'_>, data: &Bound<'_, PyAny>, folder: Option<PathBuf>) -> PyResult<Self> {
        // JSON is YAML.
        let text = format!("{:#}", data::json(data)?);
        Model::read(py, &Input { name: TEXT.to_owned(), text, folder, ..Input::default() })
    }

    /// What it is called.
    #[getter]
    fn name(&self) -> &str {
        self.model.name()
    }

    /// The currency of its money.
    #[getter]
    fn currency(&self) -> &str {
        self.model.currency()
    }

    /// The SHA-256 of all that it was read from, which its plans carry.
    #[getter]
    fn sha256(&self) -> &str {
        self.model.sha256()
    }

    /// The warnings with which it was read.
    #[getter]
    fn warnings(&self) -> Vec<Diagnostic> {
        self.warnings.clone()
    }

    /// The scenarios that are applied.
    #[getter]
    fn scenarios(&self) -> Vec<String> {
        self.model.scenarios().to_vec()
    }

    /// The scenarios that it has.
    #[getter]
    fn scenario_names(&self) -> Vec<String> {
        names(self.model.input())
    }

    /// The futures that it has; empty without ``uncertainty``.
    #[getter]
    fn futures(&self) -> Vec<String> {
        let futures = self.model.uncertainty().map(|u| u.futures()).unwrap_or_default();
        futures.iter().map(|f| f.name.clone()).collect()
    }

    /// The names of its offers.
    #[getter]
    fn offers(&self) -> Vec<String> {
        self.model.offers().iter().map(|o| o.id.clone()).collect()
    }

    /// The names of its workloads.
    #[getter]
    fn workloads(&self) -> Vec<String> {
        self.model.workloads().iter().map(|w| w.id.clone()).collect()
    }

    /// The model with some of what is written in it changed, all at once.
    ///
    /// Args:
    ///     set: values in place of what is there, by their paths: ``{"offers.aws-h100.price": 5.5}``. A field of many
    ///         is picked by a selector: ``{"offers{vendor: amazon}.price": 5.5}``.
    ///     scale: factors of what is there.
    ///     shift: what is added to what is there, with its unit if need be: ``"-5 %"``.
    #[pyo3(signature = (set=None, *, scale=None, shift=None))]
    fn with_(
        &self,
        py: Python<'_>,
        set: Option<&Bound<'_, PyDict>>,
        scale: Option<&Bound<'_, PyDict>>,
        shift: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let edits = edits(py, set, scale, shift)?;
        py.detach(|| self.model.with(&edits)).map(Model::of).map_err(|e| rejected(py, &e))
    }

    /// The model with scenarios of it applied, after those that are.
    #[pyo3(signature = (*names))]
    fn scenario(&self, py: Python<'_>, names: Vec<String>) -> PyResult<Self> {
        let mut input = self.model.input().clone();
        input.scenarios.extend(names);
        Model::read(py, &input)
    }

    /// The model with one future believed, such as ``fast+late``.
    fn future(&self, py: Python<'_>, name: String) -> PyResult<Self> {
        let mut input = self.model.input().clone();
        input.future = Some(name);
        Model::read(py, &input)
    }

    /// The model with only its base case believed.
    fn without_uncertainty(&self, py: Python<'_>) -> PyResult<Self> {
        let mut input = self.model.input().clone();
        input.without_uncertainty = true;
        Model::read(py, &input)
    }

    /// The cheapest plan that satisfies the policy.
    ///
    /// Args:
    ///     detail: ``plan`` for the plan alone, ``full`` for what needs further solves as well, ``ranges`` for
    ///         break-even prices and the ranges of shadow prices of a large model as well.
    ///     engine: one of ``polysource.engines()``.
    ///     time_limit: seconds for all of it.
    ///     gap: the relative gap at which a plan with whole numbers is good enough.
    ///     progress: a function that is told of each step, a dictionary with ``step``.
    ///
    /// A model without a plan has a ``Plan`` with that ``status``; ``explain`` says why. Ctrl-C ends it.
    #[pyo3(signature = (*, detail="full", engine="auto", time_limit=None, gap=1e-4, progress=None))]
    fn solve(
        &self,
        py: Python<'_>,
        detail: &str,
        engine: &str,
        time_limit: Option<f64>,
        gap: f64,
        progress: Listener,
    ) -> PyResult<Plan> {
        let how = How::read(detail, engine, time_limit, gap)?;
        let solved = watched(py, progress, |w| polysource::solve(&self.model, &how.settings(w.watch())))?;
        solved.map(|plan| Plan::of(&self.model, plan)).map_err(|e| failed(&e))
    }

    /// A study of the model, which solves it again and again; see ``Study``.
    #[pyo3(signature = (*, detail="plan", engine="auto", time_limit=None, gap=1e-4))]
    fn study(&self, detail: &str, engine: &str, time_limit: Option<f64>, gap: f64) -> PyResult<Study> {
        Study::of(&self.model, How::read(detail, engine, time_limit, gap)?)
    }

    /// The model solved at many values of what varies.
    ///
    /// Args:
    ///     vary: what varies, as on the command line: ``offers{vendor: amazon}.price=*0.4..1.6/25``; one or several.
    ///     sweep: the sweep of the model to run; left out, the only one, if nothing else varies.
    ///     method: ``grid``, ``list``, ``tornado`` or ``sample``.
    ///     samples, seed, sampling: how many are drawn, from where, and ``latin`` or ``plain``.
    ///     correlate: correlations of two variations by name or number, each ``(a, b, r)``.
    ///     columns: columns to report, such as ``cost`` or ``share(vendor:amazon)``; left out, the usual ones.
    ///     detail: ``plan`` leaves out of the usual columns those that need further solves.
    ///     threads: 0 for as many as there are processors; the rows do not depend on it.
    ///     progress: a function that is told of each point: a dictionary with ``number`` and ``of``.
    #[pyo3(signature = (vary=None, *, sweep=None, method=None, samples=None, seed=None, sampling=None, correlate=None,
                        columns=None, detail="full", engine="auto", time_limit=None, threads=0, progress=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords of Python")]
    fn sweep(
        &self,
        py: Python<'_>,
        vary: Option<Texts>,
        sweep: Option<String>,
        method: Option<String>,
        samples: Option<usize>,
        seed: Option<u64>,
        sampling: Option<String>,
        correlate: Option<Vec<(String, String, f64)>>,
        columns: Option<Texts>,
        detail: &str,
        engine: &str,
        time_limit: Option<f64>,
        threads: usize,
        progress: Listener,
    ) -> PyResult<Sweep> {
        let how = How::of_question(engine, time_limit)?;
        let full = How::read(detail, engine, None, 0.0)?.is_full();
        let correlations = correlate.unwrap_or_default();
        let asked = SweepOverrides { method, samples, seed, sampling, correlations, columns: all(columns) };
        let asked = SweepAsked { sweep, vary: all(vary), asked, full, threads };
        questions::sweep(py, &self.model, &asked, &how, progress)
    }

    /// The optimal cost as a function of one number of the model: exact where it is piecewise linear.
    ///
    /// Args:
    ///     vary: the number and its range: ``offers{vendor: amazon}.price=*0.4..1.6``.
    ///     tolerance: how far off it may be where it has to be sampled, as a part of the cost.
    #[pyo3(signature = (vary, *, tolerance=1e-5, engine="auto", time_limit=None, progress=None))]
    fn curve(
        &self,
        py: Python<'_>,
        vary: &str,
        tolerance: f64,
        engine: &str,
        time_limit: Option<f64>,
        progress: Listener,
    ) -> PyResult<Answer> {
        questions::curve(py, &self.model, vary, tolerance, &How::of_question(engine, time_limit)?, progress)
    }

    /// What less dependency costs: the cheapest plan at each level of a measure.
    ///
    /// Args:
    ///     against: ``hhi:vendor``, ``largest:cloud:chips``, ``served:vendor``, ``cvar:95%`` and the like.
    ///     points: how many, both ends included.
    ///
    /// ``plans`` of the answer has the plan of each point.
    #[pyo3(signature = (against="hhi:vendor", *, points=10, engine="auto", time_limit=None, progress=None))]
    fn frontier(
        &self,
        py: Python<'_>,
        against: &str,
        points: usize,
        engine: &str,
        time_limit: Option<f64>,
        progress: Listener,
    ) -> PyResult<Answer> {
        questions::frontier(py, &self.model, against, points, &How::of_question(engine, time_limit)?, progress)
    }

    /// What happened gone through again: what each policy of the model's ``backtest`` would have signed and cost.
    ///
    /// ``answer["policies"]`` has them, ``answer["hindsight"]`` what it would have cost to know everything.
    #[pyo3(signature = (*, engine="auto", time_limit=None, progress=None))]
    fn backtest(&self, py: Python<'_>, engine: &str, time_limit: Option<f64>, progress: Listener) -> PyResult<Answer> {
        questions::backtest(py, &self.model, &How::of_question(engine, time_limit)?, progress)
    }

    /// Each supplier lost in turn: what is still served, what is lost, how long buffers last.
    ///
    /// Args:
    ///     by: dimensions whose groups are lost, such as ``vendor``; left out, all that distinguish suppliers.
    ///     recovery: time to recovery, such as ``2 periods`` or ``72 h``.
    ///     serve: workloads to reroute, by name or kind; left out, as the policy says.
    ///     preempt: workloads that can be preempted, by name or kind.
    ///     surge: by how much holdings of surviving offers can grow, such as ``30%``.
    ///     plan: a plan of this model; left out, the model is solved.
    #[pyo3(signature = (*, by=None, recovery="1 period", serve=None, preempt=None, surge=None, plan=None, engine="auto",
                        time_limit=None, progress=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords of Python")]
    fn stress(
        &self,
        py: Python<'_>,
        by: Option<Texts>,
        recovery: &str,
        serve: Option<Texts>,
        preempt: Option<Texts>,
        surge: Option<String>,
        plan: Option<&Bound<'_, Plan>>,
        engine: &str,
        time_limit: Option<f64>,
        progress: Listener,
    ) -> PyResult<Answer> {
        let recovery = recovery.to_owned();
        let asked = StressOptions { by: all(by), recovery, served: all(serve), preempt: all(preempt), surge };
        // The losses are all that is asked.
        let how = How::read("plan", engine, time_limit, polysource::SolveSettings::default().mip_gap)?;
        questions::stress(py, &self.model, &asked, plan, &how, progress)
    }

    /// What drives the cost, of one offer, workload, contract or limit or of all; or why there is no plan, and the least
    /// changes that give one.
    #[pyo3(signature = (subject=None, *, engine="auto", time_limit=None, progress=None))]
    fn explain(
        &self,
        py: Python<'_>,
        subject: Option<&str>,
        engine: &str,
        time_limit: Option<f64>,
        progress: Listener,
    ) -> PyResult<Answer> {
        questions::explain(py, &self.model, subject, &How::of_question(engine, time_limit)?, progress)
    }

    /// What else could be done at nearly the same cost: the least and most of each supplier, and plans that differ.
    ///
    /// Args:
    ///     within: how much more than the optimum a plan may cost, as a part: 0.02 for two percent.
    ///     plans: how many plans that differ are looked for, at most 50.
    ///     by: dimensions whose shares are told.
    ///     of: what the shares are of: ``spend``, ``chips``, ``work``, ``power`` or ``carbon``.
    ///
    /// ``plans`` of the answer has the plans.
    #[pyo3(signature = (*, within=0.02, plans=3, by=None, of="spend", engine="auto", time_limit=None, progress=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords of Python")]
    fn alternatives(
        &self,
        py: Python<'_>,
        within: f64,
        plans: usize,
        by: Option<Texts>,
        of: &str,
        engine: &str,
        time_limit: Option<f64>,
        progress: Listener,
    ) -> PyResult<Answer> {
        let usual = || ["vendor", "cloud", "organisation"].map(str::to_owned).to_vec();
        let by = by.map_or_else(usual, Texts::all);
        let how = How::of_question(engine, time_limit)?;
        questions::alternatives(py, &self.model, (within, plans), (&by, of), &how, progress)
    }

    /// One page of HTML with everything that a decision needs, which needs nothing but itself.
    ///
    /// Args:
    ///     frontier: frontiers to draw, such as ``hhi:vendor``.
    ///     curve: curves to draw, such as ``offers{vendor: amazon}.price=*0.4..1.6``.
    ///     plain: leave out what needs further solves and was not asked for.
    ///     plan: a plan of this model; left out, the model is solved.
    #[pyo3(signature = (*, frontier=None, curve=None, plain=false, plan=None, engine="auto", time_limit=None,
                        progress=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords of Python")]
    fn report(
        &self,
        py: Python<'_>,
        frontier: Option<Texts>,
        curve: Option<Texts>,
        plain: bool,
        plan: Option<&Bound<'_, Plan>>,
        engine: &str,
        time_limit: Option<f64>,
        progress: Listener,
    ) -> PyResult<String> {
        let asked = DossierOptions { frontiers: all(frontier), curves: all(curve), plain };
        let detail = if plain { "plan" } else { "full" };
        let how = How::read(detail, engine, time_limit, polysource::SolveSettings::default().mip_gap)?;
        questions::report(py, &self.model, &asked, plan, &how, progress)
    }

    fn __repr__(&self) -> String {
        let scenarios = self.model.scenarios().join(", ");
        let scenarios = if scenarios.is_empty() { scenarios } else { format!(" with {scenarios}") };
        let (offers, workloads) = (self.model.offers().iter().count(), self.model.workloads().iter().count());
        format!("<Model {}{scenarios}: {offers} offers, {workloads} workloads>", self.model.name())
    }
}
