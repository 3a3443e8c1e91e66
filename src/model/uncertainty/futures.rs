//! The model of each future: what is written, changed by one outcome after the other in the order in which they
//! become known, each from its date on.

use super::super::load::{Input, interpret_known};
use super::super::variation::change;
use super::super::whole::Model;
use super::Uncertainty;
use super::splice::splice;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity, Sources, suggest};
use crate::document::{Axis, Node, Value, apply_scenarios, set};

/// What an outcome changes.
#[derive(Clone, Debug)]
pub(in crate::model) enum Change {
    /// Values that are scaled, shifted or set, at paths.
    Vary(Axis, Vec<String>, f64),
    /// A value at a path.
    Set(String, Node),
    /// Scenarios that are applied.
    Scenarios(Vec<String>),
}

/// An outcome with what it changes.
#[derive(Clone, Debug)]
pub(in crate::model) struct Outcome {
    pub changes: Vec<Change>,
    /// Where it was written.
    pub place: Place,
}

/// What the models of futures are made from.
#[derive(Clone, Default)]
pub(in crate::model) struct Branches {
    /// The tree, still with its scenarios.
    pub root: Node,
    pub sources: Sources,
    /// For each factor its outcomes.
    pub outcomes: Vec<Vec<Outcome>>,
}

impl std::fmt::Debug for Branches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} factors", self.outcomes.len())
    }
}

impl Branches {
    /// The tree with an outcome.
    fn changed(&self, root: &Node, outcome: &Outcome, diagnostics: &mut Diagnostics) -> Node {
        let mut root = root.clone();
        for one in &outcome.changes {
            match one {
                Change::Vary(axis, paths, value) => {
                    change(&mut root, axis, paths, *value, diagnostics);
                }
                Change::Set(path, node) => set(&mut root, path, node.clone(), diagnostics),
                Change::Scenarios(names) => apply_scenarios(&mut root, names, diagnostics),
            }
        }
        root
    }

    /// The model that is written with an outcome, from the start on; exchange rates from a period on, if it is said of
    /// which model they are before.
    pub fn read(
        &self,
        root: &Node,
        outcome: &Outcome,
        before: Option<(&Model, usize)>,
        diagnostics: &mut Diagnostics,
    ) -> Option<(Node, Model)> {
        let mut found = Diagnostics::new();
        let mut root = self.changed(root, outcome, &mut found);
        let mut next = interpret_known(&without_uncertainty(&root), &self.sources, &mut found);
        if let Some((model, known)) = before
            && let Some(made) = next.as_ref().filter(|made| made.rates != model.rates)
            && let Some(spliced) = with_rates(&root, (model, made), known)
        {
            root = spliced;
            next = interpret_known(&without_uncertainty(&root), &self.sources, &mut found);
        }
        // Warnings of one future are no warnings of the model.
        let errors = found.sorted().into_iter().filter(|d| d.severity == Severity::Error);
        errors.for_each(|d| diagnostics.push(d.clone()));
        next.filter(|_| !found.has_errors()).map(|next| (root, next))
    }

    /// The model that an outcome makes of another, `known` being the first period that it may change.
    pub fn branch(
        &self,
        (root, model): (&Node, &Model),
        outcome: &Outcome,
        known: usize,
        diagnostics: &mut Diagnostics,
    ) -> Option<(Node, Model)> {
        if outcome.changes.is_empty() {
            return Some((root.clone(), model.clone()));
        }
        let (root, next) = self.read(root, outcome, Some((model, known)), diagnostics)?;
        let next = splice(model, next, known, &mut |message, remedy| {
            diagnostics.error(Code::InvalidVariation, outcome.place, message, remedy);
        })?;
        Some((root, next))
    }
}

/// The model that is asked for: all its futures, or one that is believed.
pub(in crate::model) fn believed(model: Model, input: &Input, diagnostics: &mut Diagnostics) -> Option<Model> {
    if input.future.is_none() && !input.without_uncertainty {
        return Some(model);
    }
    let Some(uncertainty) = model.uncertainty.clone() else {
        if let Some(future) = &input.future {
            let remedy = "leave out `--future`, or add `uncertainty` to the model";
            wrong(diagnostics, format!("the model has no futures, and none called `{future}`"), remedy.to_owned());
            return None;
        }
        return Some(model);
    };
    let Some(name) = &input.future else { return collected(model.base_case(), diagnostics) };
    let Some(future) = uncertainty.named(name) else {
        let names = uncertainty.futures.iter().map(|f| f.name.as_str());
        wrong(diagnostics, format!("the model has no future `{name}`"), suggest(name, names));
        return None;
    };
    collected(model.future(future), diagnostics)
}

fn collected(model: Result<Model, Diagnostics>, diagnostics: &mut Diagnostics) -> Option<Model> {
    match model {
        Ok(model) => Some(model),
        Err(found) => {
            found.sorted().into_iter().for_each(|d| diagnostics.push(d.clone()));
            None
        }
    }
}

fn wrong(diagnostics: &mut Diagnostics, message: String, remedy: String) {
    let (code, severity) = (Code::UnknownId, Severity::Error);
    diagnostics.push(Diagnostic { code, severity, message, place: None, path: None, remedy: Some(remedy) });
}

/// A tree in which exchange rates are those of one model before a period, and of another from then on: what has no date
/// converts at the rate that was known first. `None` if they are of other currencies.
fn with_rates(root: &Node, (before, after): (&Model, &Model), known: usize) -> Option<Node> {
    let mut root = root.clone();
    for (code, rates) in &after.rates {
        let old = before.rates.get(code)?;
        let place = root.get("currencies")?.get(code)?.place;
        let number = |t: usize| if t < known { old[t] } else { rates[t] };
        let one = |t| Node { value: Value::Scalar(format!("{:?} {}", number(t), after.currency)), place };
        let series = Node { value: Value::List((0..rates.len()).map(one).collect()), place };
        set(&mut root, &format!("currencies.{code}"), series, &mut Diagnostics::new());
    }
    Some(root)
}

/// A tree without what says of it that it is not known.
fn without_uncertainty(root: &Node) -> Node {
    let mut root = root.clone();
    root.leave_out(&["uncertainty", "objective", "scenarios", "sweeps"]);
    root
}

impl Model {
    /// What is not known today of the model, if anything.
    #[must_use]
    pub fn uncertainty(&self) -> Option<&Uncertainty> {
        self.uncertainty.as_deref()
    }

    /// The model as it is written, believed.
    pub(in crate::model) fn without_uncertainty(&self) -> Model {
        Model { uncertainty: None, ..self.clone() }
    }

    /// The model of each future, in the order of [`Uncertainty::futures`]; the model itself if all is known.
    ///
    /// # Errors
    /// What is wrong in a future.
    pub fn futures(&self) -> Result<Vec<Model>, Diagnostics> {
        let Some(uncertainty) = self.uncertainty.as_deref() else { return Ok(vec![self.clone()]) };
        let every: Vec<usize> = (0..uncertainty.futures.len()).collect();
        self.found(uncertainty, &every).map(|models| models.into_iter().flatten().collect())
    }

    /// The model of one future, by its place in [`Uncertainty::futures`]; the model itself if all is known.
    ///
    /// # Errors
    /// What is wrong in it.
    ///
    /// # Panics
    /// Beyond the last future.
    pub fn future(&self, future: usize) -> Result<Model, Diagnostics> {
        let Some(uncertainty) = self.uncertainty.as_deref() else { return Ok(self.clone()) };
        let found = self.found(uncertainty, &[future])?;
        let model = found.into_iter().flatten().next().expect("one future was asked for");
        let name = uncertainty.futures[future].name.clone();
        Ok(model.by_itself().believed_of(self, |input| input.future = Some(name)))
    }

    /// The model of the base case: of the future of that name, of the most probable one, or the mean of all.
    ///
    /// # Errors
    /// What is wrong in it.
    pub fn base_case(&self) -> Result<Model, Diagnostics> {
        let Some(uncertainty) = self.uncertainty.as_deref() else { return Ok(self.clone()) };
        match uncertainty.base() {
            Some(base) => self.future(base),
            None => {
                let mean = uncertainty.mean(&self.futures()?);
                Ok(mean.by_itself().believed_of(self, |input| input.without_uncertainty = true))
            }
        }
    }

    /// The model as the only future there is: what is expected is what there is.
    #[must_use]
    pub(crate) fn by_itself(mut self) -> Self {
        self.limits.iter_mut().for_each(|l| l.expected = false);
        self
    }

    /// Whether a limit holds over all futures together instead of in each of them.
    #[must_use]
    pub(crate) fn limits_expectation(&self) -> bool {
        self.limits.iter().any(|l| l.expected)
    }

    /// The model as one that is read from what another was, believed otherwise, so that it can be changed like it.
    fn believed_of(self, other: &Model, believed: impl FnOnce(&mut Input)) -> Self {
        let written = &other.written;
        let mut input = written.input.clone();
        believed(&mut input);
        self.read_from(written.root.clone(), written.sources.clone(), input)
    }

    fn found(&self, uncertainty: &Uncertainty, which: &[usize]) -> Result<Vec<Option<Model>>, Diagnostics> {
        let mut order: Vec<usize> = (0..uncertainty.factors.len()).collect();
        order.sort_by_key(|&i| uncertainty.factors[i].known);
        let mut found = FutureParts { uncertainty, order, models: vec![None; uncertainty.futures.len()] };
        let mut diagnostics = Diagnostics::new();
        let root = uncertainty.branches.root.clone();
        found.descend(0, &root, &self.without_uncertainty(), which, &mut diagnostics);
        if diagnostics.has_errors() { Err(diagnostics) } else { Ok(found.models) }
    }
}

struct FutureParts<'a> {
    uncertainty: &'a Uncertainty,
    /// Factors in the order in which they become known.
    order: Vec<usize>,
    models: Vec<Option<Model>>,
}

impl FutureParts<'_> {
    fn descend(&mut self, depth: usize, root: &Node, model: &Model, futures: &[usize], diagnostics: &mut Diagnostics) {
        let Some(&factor) = self.order.get(depth) else {
            for &f in futures {
                self.models[f] = Some(self.named(model, f));
            }
            return;
        };
        let uncertainty = self.uncertainty;
        for o in 0..uncertainty.factors[factor].outcomes.len() {
            let own: Vec<usize> =
                futures.iter().copied().filter(|&f| uncertainty.futures[f].outcomes[factor] == o).collect();
            if own.is_empty() {
                continue;
            }
            let outcome = &uncertainty.branches.outcomes[factor][o];
            let known = uncertainty.factors[factor].known;
            if let Some((root, model)) = uncertainty.branches.branch((root, model), outcome, known, diagnostics) {
                self.descend(depth + 1, &root, &model, &own, diagnostics);
            }
        }
    }

    fn named(&self, model: &Model, future: usize) -> Model {
        let name = &self.uncertainty.futures[future].name;
        Model { sha256: format!("{} in {name}", model.sha256), ..model.clone() }
    }
}
