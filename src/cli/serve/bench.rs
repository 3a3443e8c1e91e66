//! The model that a page is about: as it was opened, in each situation, and as a file that keeps what was changed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::changes::{Changes, Chosen, Future};
use super::controls::{self, Control};
use crate::analysis::{Detail, SolveSettings, solve};
use crate::compare::ASIDE;
use crate::document::{Value, overlay_between};
use crate::engine::{Deadline, EngineError, Watch};
use crate::model::{Input, Model, Rejected, Tree, load, read_tree};
use crate::plan::Plan;

/// Most futures that can be chosen.
const FUTURES: usize = 100;

/// A model that is open.
pub(super) struct Bench {
    input: Input,
    /// What is written in the file alone.
    written: Tree,
    /// The situation in which it was opened.
    pub opened: Chosen,
    pub base: Arc<Situation>,
    /// The plan of the model as it was opened.
    pub plan: Arc<Plan>,
    /// The same with all that takes further solves, once it is known.
    whole: Mutex<Option<Arc<Plan>>>,
    /// Scenarios that can be applied.
    pub scenarios: Vec<String>,
    pub settings: SolveSettings,
}

/// A model under some scenarios, with what can be changed in it.
pub(super) struct Situation {
    pub chosen: Chosen,
    pub model: Model,
    /// What was written of it.
    pub tree: Arc<Tree>,
    pub controls: Vec<Control>,
    /// Names of futures; none if all is known.
    pub futures: Vec<String>,
}

/// Why a file cannot be made of what was changed.
#[derive(Debug)]
pub(super) enum Unkept {
    /// No overlay gives the model.
    Inexpressible,
    /// The name is that of a scenario which the model has.
    Taken,
}

impl Bench {
    /// Opens a model that was read from an input; `plan` is that of the model.
    pub fn open(input: Input, settings: SolveSettings) -> Result<Self, OpenError> {
        let future = match (&input.future, input.without_uncertainty) {
            (Some(name), _) => Some(Future::Named(name.clone())),
            (None, true) => Some(Future::Base),
            (None, false) => None,
        };
        let opened = Chosen { scenarios: input.scenarios.clone(), future };
        let alone = Input { overlays: Vec::new(), scenarios: Vec::new(), sets: Vec::new(), ..input.clone() };
        let written = read_tree(&alone).map_err(OpenError::Rejected)?;
        let base = Arc::new(situation(&input, &opened).map_err(OpenError::Rejected)?);
        let plan = Arc::new(solve(&base.model, &settings).map_err(OpenError::Engine)?);
        // Scenarios are those that the model has with its overlays, in its order.
        let scenarios = match base.tree.root.get("scenarios").map(|node| &node.value) {
            Some(Value::Map(entries)) => entries.iter().map(|e| e.key.clone()).collect(),
            _ => Vec::new(),
        };
        Ok(Bench { input, written, opened, base, plan, whole: Mutex::new(None), scenarios, settings })
    }

    /// Nothing changed.
    pub fn unchanged(&self) -> Changes {
        Changes { chosen: self.opened.clone(), ..Changes::default() }
    }

    /// The model in a situation.
    pub fn situation(&self, chosen: &Chosen) -> Result<Situation, Rejected> {
        situation(&self.input, chosen)
    }

    /// The plan of the model as it was opened, with all that takes further solves. Whoever asks first solves it, and may be
    /// stopped; nobody waits for another.
    pub fn whole(&self, watch: Watch, deadline: Deadline) -> Result<Arc<Plan>, EngineError> {
        if let Some(plan) = &*self.kept() {
            return Ok(Arc::clone(plan));
        }
        let settings = SolveSettings { detail: Detail::Full, watch, deadline, ..self.settings.clone() };
        let plan = Arc::new(solve(&self.base.model, &settings)?);
        if plan.status == self.plan.status {
            *self.kept() = Some(Arc::clone(&plan));
        }
        Ok(plan)
    }

    fn kept(&self) -> MutexGuard<'_, Option<Arc<Plan>>> {
        self.whole.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is called by its name in `polysource solve`.
    pub fn file(&self) -> &str {
        &self.input.name
    }

    /// The overlay that gives a tree, laid over the file alone.
    pub fn overlay(&self, tree: &Tree) -> Result<String, Unkept> {
        let change = overlay_between(&self.written.root, &tree.root, &ASIDE).ok_or(Unkept::Inexpressible)?;
        let nothing = matches!(&change.value, Value::Map(entries) if entries.is_empty());
        Ok(if nothing { String::new() } else { change.block() })
    }

    /// The same as a scenario of a name.
    pub fn scenario(&self, tree: &Tree, name: &str) -> Result<String, Unkept> {
        if self.scenarios.iter().any(|s| s == name) {
            return Err(Unkept::Taken);
        }
        let overlay = self.overlay(tree)?;
        let body: String = overlay.lines().map(|line| format!("    {line}\n")).collect();
        Ok(if body.is_empty() {
            format!("scenarios:\n  {name}: {{}}\n")
        } else {
            format!("scenarios:\n  {name}:\n{body}")
        })
    }

    /// What `polysource solve` reads when it is given an overlay of this text.
    pub fn with_overlay(&self, text: &str, chosen: &Chosen) -> Input {
        let mut input = Input { overlays: Vec::new(), scenarios: Vec::new(), sets: Vec::new(), ..self.input.clone() };
        input.overlays.push(("overlay.yaml".to_owned(), text.to_owned()));
        believe(&mut input, chosen);
        input
    }
}

/// Why a model cannot be opened.
pub(super) enum OpenError {
    Rejected(Rejected),
    Engine(EngineError),
}

fn believe(input: &mut Input, chosen: &Chosen) {
    input.without_uncertainty = chosen.future == Some(Future::Base);
    input.future = match &chosen.future {
        Some(Future::Named(name)) => Some(name.clone()),
        _ => None,
    };
}

fn situation(input: &Input, chosen: &Chosen) -> Result<Situation, Rejected> {
    let mut input = Input { scenarios: chosen.scenarios.clone(), ..input.clone() };
    // The names of its futures are those of the model with all of them.
    input.future = None;
    input.without_uncertainty = false;
    let all = load(&input)?.model;
    let futures: Vec<String> =
        all.uncertainty().map_or_else(Vec::new, |u| u.futures().iter().take(FUTURES).map(|f| f.name.clone()).collect());
    let mut chosen = chosen.clone();
    if futures.is_empty() {
        chosen.future = None;
    }
    believe(&mut input, &chosen);
    let model = if chosen.future.is_some() { load(&input)?.model } else { all };
    let tree = Arc::new(model.tree());
    let controls = controls::of(&model, &tree.root);
    Ok(Situation { chosen, model, tree, controls, futures })
}
