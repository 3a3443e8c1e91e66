//! A model read again with some of its numbers changed.
//!
//! What varies is changed in the document and read as if it had been written so: a varied model
//! passes the same checks, with the same messages, and is the one that `--set` would give. The
//! text is parsed once; each variation copies the tree and interprets it.

use super::ids::{Id, OfferId, WorkloadId};
use std::collections::BTreeSet;

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity, Sources, suggest};
use crate::document::{
    Axis, Criterion, How, Node, Selector, Spread, Target, Value, changed, changed_number, locate, lookup, read_axis,
    set as set_path,
};

use super::load::{Input, Rejected, check_others, interpret, tree};
use super::selector::Dimension;
use super::sweeps::{self, SweepOverrides, SweepSpec, length};
use super::uncertainty::believed;
use super::whole::Model;

/// A model and all the variations of it that a sweep or curve asks for.
#[derive(Debug)]
pub struct Family {
    /// What varies, and how.
    pub spec: SweepSpec,
    /// Warnings of the model as written.
    pub warnings: Diagnostics,
    /// The texts that places refer to.
    pub sources: Sources,
    /// One for each list of scenarios that varies; only one if none do. The first is the model as
    /// written.
    bases: Vec<Base>,
}

/// What varies: as on the command line, or as it was read or made.
#[derive(Clone, Copy)]
enum Varied<'a> {
    Texts(&'a [String]),
    Axes(&'a [Axis]),
}

/// A document that has been read, and where in it each axis acts.
#[derive(Debug)]
struct Base {
    /// Without the parts that only other variations need.
    root: Node,
    model: Model,
    paths: Vec<Vec<String>>,
}

impl Family {
    /// Reads a model and what varies in it: the sweep of a name, variations as on the command
    /// line, or both.
    ///
    /// Each value of each axis is tried by itself, so that one without a meaning is reported before
    /// anything is solved. Values drawn at random are not.
    ///
    /// # Errors
    /// [`Rejected`] with every problem found, of the model or of a variation.
    pub fn read(input: &Input, sweep: Option<&str>, vary: &[String], asked: &SweepOverrides) -> Result<Self, Rejected> {
        Self::tried(Self::read_with(input, sweep, Varied::Texts(vary), asked, true)?)
    }

    /// The same with variations that were never a text.
    ///
    /// # Errors
    /// As [`Family::read`].
    pub fn of_axes(input: &Input, axes: &[Axis], asked: &SweepOverrides) -> Result<Self, Rejected> {
        Self::tried(Self::read_with(input, None, Varied::Axes(axes), asked, true)?)
    }

    fn tried(mut family: Self) -> Result<Self, Rejected> {
        match family.try_values() {
            Ok(()) => Ok(family),
            Err(diagnostics) => Err(Rejected { diagnostics, sources: std::mem::take(&mut family.sources) }),
        }
    }

    /// The same for what has been read before: values, and scenarios that are not applied, are not
    /// tried again.
    ///
    /// # Errors
    /// As [`Family::read`].
    pub fn read_again(
        input: &Input,
        sweep: Option<&str>,
        vary: &[String],
        asked: &SweepOverrides,
    ) -> Result<Self, Rejected> {
        Self::read_with(input, sweep, Varied::Texts(vary), asked, false)
    }

    fn read_with(
        input: &Input,
        sweep: Option<&str>,
        vary: Varied<'_>,
        asked: &SweepOverrides,
        check: bool,
    ) -> Result<Self, Rejected> {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let family = Self::try_read(input, sweep, vary, asked, check, &mut sources, &mut diagnostics);
        match family {
            Some((spec, bases)) if !diagnostics.has_errors() => {
                Ok(Family { spec, warnings: diagnostics, sources, bases })
            }
            _ => Err(Rejected { diagnostics, sources }),
        }
    }

    fn try_read(
        input: &Input,
        sweep: Option<&str>,
        vary: Varied<'_>,
        asked: &SweepOverrides,
        check: bool,
        sources: &mut Sources,
        diagnostics: &mut Diagnostics,
    ) -> Option<(SweepSpec, Vec<Base>)> {
        let (plain, root) = tree(input, sources, diagnostics)?;
        let model = interpret(&root, sources, diagnostics);
        if check {
            check_others(&plain, &input.scenarios, sources, diagnostics);
        }
        let model = model?;
        if diagnostics.has_errors() {
            return None;
        }
        if check {
            sweeps::check(&root, &model, diagnostics);
        }
        let axes: Vec<Axis> = match vary {
            Varied::Axes(axes) => axes.to_vec(),
            Varied::Texts(texts) => {
                let read: Vec<Option<Axis>> = texts.iter().map(|text| read_axis(text, sources, diagnostics)).collect();
                read.into_iter().collect::<Option<_>>()?
            }
        };
        // Without anything else the only sweep of the model is meant.
        let written: Vec<&str> = match root.get("sweeps").map(|s| &s.value) {
            Some(Value::Map(entries)) => entries.iter().map(|e| e.key.as_str()).collect(),
            _ => Vec::new(),
        };
        let only = if axes.is_empty() && written.len() == 1 { written.first().map(ToString::to_string) } else { None };
        if axes.is_empty() && sweep.is_none() && only.is_none() {
            let remedy = match written.len() {
                0 => "say what varies, as in `--vary 'offers.aws-h100.price=*0.5..1.5/11'`".to_owned(),
                _ => format!("say which: `--sweep NAME`, NAME being one of {}", written.join(", ")),
            };
            diagnostics.push(Diagnostic {
                code: Code::InvalidVariation,
                severity: Severity::Error,
                message: "nothing varies".to_owned(),
                place: None,
                path: None,
                remedy: Some(remedy),
            });
            return None;
        }
        let spec = match sweep.or(only.as_deref()) {
            Some(name) => sweeps::named(&root, name, &axes, asked, diagnostics)?,
            None => {
                let place = axes.first().map_or(root.place, |a| a.place);
                sweeps::asked(&axes, asked, place, diagnostics)?
            }
        };
        let mut bases = vec![Base::new(root, sources, model, input.clone(), &spec.axes, diagnostics)?];
        let scenarios = spec.axes.iter().find_map(|a| match &a.spread {
            Spread::Scenarios(lists) => Some(lists),
            _ => None,
        });
        for list in scenarios.into_iter().flatten() {
            let mut input = input.clone();
            input.scenarios.extend(list.iter().cloned());
            let (_, root) = tree(&input, sources, diagnostics)?;
            let mut found = Diagnostics::new();
            let model = interpret(&root, sources, &mut found);
            // Warnings of a scenario are reported when it is solved by itself.
            let errors = found.sorted().into_iter().filter(|d| d.severity == Severity::Error);
            errors.for_each(|d| diagnostics.push(d.clone()));
            bases.push(Base::new(root, sources, model?, input, &spec.axes, diagnostics)?);
        }
        Some((spec, bases))
    }

    /// The model as written, with the scenarios of the command line.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.bases[0].model
    }

    /// The model at a value for each axis; an axis without one is as written. Of scenarios the
    /// value is the number of the list, from 0.
    ///
    /// # Errors
    /// The problems of a model that has no meaning there.
    ///
    /// # Panics
    /// With another number of values than there are axes, or with the number of a list of scenarios that there is not.
    pub fn at(&self, values: &[Option<f64>]) -> Result<Model, Diagnostics> {
        let base = self.base(values);
        let mut diagnostics = Diagnostics::new();
        let mut root = base.root.clone();
        let sets = base.change(&mut root, &self.spec.axes, values, &mut diagnostics);
        let model = if diagnostics.has_errors() { None } else { interpret(&root, &self.sources, &mut diagnostics) };
        let model = model.and_then(|model| believed(model, &base.model.written.input, &mut diagnostics));
        match model {
            Some(model) if !diagnostics.has_errors() => {
                let mut input = base.model.written.input.clone();
                input.sets.extend(sets);
                Ok(model.read_from(root, self.sources.clone(), input))
            }
            _ => {
                locate(&root, &self.sources, &mut diagnostics);
                Err(diagnostics)
            }
        }
    }

    /// The settings, as for `--set`, that give the model at a value for each axis; and the
    /// scenarios that go with them.
    #[must_use]
    pub fn settings(&self, values: &[Option<f64>]) -> (Vec<String>, Vec<String>) {
        let base = self.base(values);
        let mut root = base.root.clone();
        let sets = base.change(&mut root, &self.spec.axes, values, &mut Diagnostics::new());
        (base.model.scenarios.clone(), sets)
    }

    /// The number that an axis gives its place at a point, in the unit in which it is written there. `None` where the axis
    /// is as written, and where it changes several places or a series: then there is no one number.
    ///
    /// # Panics
    /// As [`Family::at`].
    #[must_use]
    pub fn number_at(&self, axis: usize, values: &[Option<f64>]) -> Option<f64> {
        let base = self.base(values);
        let [path] = base.paths[axis].as_slice() else { return None };
        changed_number(lookup(&base.root, path), &self.spec.axes[axis], values[axis]?)
    }

    fn base(&self, values: &[Option<f64>]) -> &Base {
        assert_eq!(values.len(), self.spec.axes.len(), "a value for each axis");
        let scenario = self.spec.axes.iter().position(|a| a.target == Target::Scenario);
        match scenario.and_then(|axis| values[axis]) {
            // The first base is the model as written, which may be none of the listed.
            Some(list) => &self.bases[1 + list as usize],
            None => &self.bases[0],
        }
    }

    fn try_values(&self) -> Result<(), Diagnostics> {
        for (index, axis) in self.spec.axes.iter().enumerate() {
            let values: Vec<f64> = match &axis.spread {
                // Between two values with a meaning all have one, but for whole numbers, which few
                // fields ask for: they are reported when it comes to them.
                Spread::Range { from, to, .. } => vec![*from, *to],
                Spread::Values(values) => values.clone(),
                Spread::Scenarios(lists) => (0..lists.len()).map(|i| i as f64).collect(),
                Spread::Random(_) => continue,
            };
            for value in values {
                let mut at = vec![None; self.spec.axes.len()];
                at[index] = Some(value);
                self.at(&at)?;
            }
        }
        Ok(())
    }

    /// How many values each axis has in a grid.
    #[must_use]
    pub fn lengths(&self) -> Vec<usize> {
        self.spec.axes.iter().map(|a| length(&a.spread)).collect()
    }

    /// SHA-256 of what the model is read from, as in its plan.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.bases[0].model.sha256
    }
}

impl Base {
    fn new(
        mut root: Node,
        sources: &Sources,
        model: Model,
        input: Input,
        axes: &[Axis],
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let model = believed(model, &input, diagnostics)?.read_from(root.clone(), sources.clone(), input);
        let paths: Vec<Option<Vec<String>>> =
            axes.iter().map(|a| paths(&root, &model, &a.target, a.how, diagnostics)).collect();
        // Outcomes may be scenarios.
        let uncertain = root.get("uncertainty").is_some();
        root.leave_out(if uncertain { &["sweeps"] } else { &["scenarios", "sweeps"] });
        Some(Base { root, model, paths: paths.into_iter().collect::<Option<_>>()? })
    }

    /// Changes the tree; returns the settings that would do the same.
    fn change(
        &self,
        root: &mut Node,
        axes: &[Axis],
        values: &[Option<f64>],
        diagnostics: &mut Diagnostics,
    ) -> Vec<String> {
        let mut sets = Vec::new();
        for ((axis, paths), value) in axes.iter().zip(&self.paths).zip(values) {
            if let Some(value) = *value {
                sets.extend(change(root, axis, paths, value, diagnostics));
            }
        }
        sets
    }
}

/// Gives an axis a value in the tree, at paths; the settings that would do the same.
pub(super) fn change(
    root: &mut Node,
    axis: &Axis,
    paths: &[String],
    value: f64,
    diagnostics: &mut Diagnostics,
) -> Vec<String> {
    let mut sets = Vec::new();
    // What is wrong with a variation is one mistake, however many places it changes.
    let mut told: BTreeSet<String> = BTreeSet::new();
    for path in paths {
        match changed(lookup(root, path), axis, value) {
            Ok(node) => {
                sets.push(format!("{path}={}", node.flow()));
                set_path(root, path, node, diagnostics);
            }
            Err(why) if told.insert(why.remedy.clone()) => {
                let message = format!("`{path}`: {}", why.message);
                diagnostics.error(Code::InvalidVariation, axis.place, message, why.remedy);
            }
            Err(_) => {}
        }
    }
    sets
}

/// The paths of the values that are changed at a target; `None` if there are none (and reported).
pub(super) fn paths(
    root: &Node,
    model: &Model,
    target: &Target,
    how: How,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<String>> {
    let (section, ids, field) = match target {
        Target::Scenario => return Some(Vec::new()),
        Target::Path(path) => {
            // Where nothing stands yet, setting decides whether it may.
            if lookup(root, &path.text).is_none() {
                let node = Node { value: Value::Scalar("0".to_owned()), place: path.place };
                let before = diagnostics.counts().0;
                set_path(&mut root.clone(), &path.text, node, diagnostics);
                if diagnostics.counts().0 > before {
                    return None;
                }
                if how != How::Set {
                    let message = format!("the model has no `{}` to change", path.text);
                    let remedy = "set it (`=1..5/9`), or write a value into the model";
                    diagnostics.error(Code::InvalidPath, path.place, message, remedy);
                    return None;
                }
            }
            return Some(vec![path.text.clone()]);
        }
        Target::Offers(selector, field) => ("offers", offers(model, selector, diagnostics)?, field),
        Target::Workloads(selector, field) => ("workloads", workloads(model, selector, diagnostics)?, field),
    };
    let paths: Vec<String> = ids.iter().map(|id| format!("{section}.{id}.{}", field.text)).collect();
    if how != How::Set
        && let Some(path) = paths.iter().find(|p| lookup(root, p).is_none())
    {
        let message = format!("the model has no `{path}` to change");
        let remedy = format!("select only what has a `{}`, set it, or write a value into the model", field.text);
        diagnostics.error(Code::InvalidPath, field.place, message, remedy);
        return None;
    }
    Some(paths)
}

fn offers(model: &Model, selector: &Selector, diagnostics: &mut Diagnostics) -> Option<Vec<String>> {
    let tags: BTreeSet<&String> = model
        .offers
        .iter()
        .flat_map(|o| o.tags.keys().chain(model.chips[o.chip].tags.keys()).chain(model.clouds[o.cloud].tags.keys()))
        .collect();
    let known: Vec<&str> = Dimension::WORDS.into_iter().chain(tags.into_iter().map(String::as_str)).collect();
    let value = |o: OfferId, key: &str| model.values(o, &Dimension::from_word(key));
    let picked = pick(selector, &known, model.offers.ids(), value, "offer", diagnostics)?;
    Some(picked.into_iter().map(|o| model.offers[o].id.clone()).collect())
}

fn workloads(model: &Model, selector: &Selector, diagnostics: &mut Diagnostics) -> Option<Vec<String>> {
    let tags: BTreeSet<&String> = model.workloads.iter().flat_map(|w| w.tags.keys()).collect();
    let known: Vec<&str> = ["kind", "workload"].into_iter().chain(tags.into_iter().map(String::as_str)).collect();
    let value = |w: WorkloadId, key: &str| {
        let w = &model.workloads[w];
        match key {
            "kind" => vec![w.kind().to_owned()],
            "workload" => vec![w.id.clone()],
            tag => w.tags.get(tag).into_iter().cloned().collect(),
        }
    };
    let picked = pick(selector, &known, model.workloads.ids(), value, "workload", diagnostics)?;
    Some(picked.into_iter().map(|w| model.workloads[w].id.clone()).collect())
}

/// The things that a selector picks by their values in each of its dimensions.
fn pick<K: Id>(
    selector: &Selector,
    known: &[&str],
    all: impl Iterator<Item = K> + Clone,
    values: impl Fn(K, &str) -> Vec<String>,
    what: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<K>> {
    let matches = |i: K, c: &Criterion| c.picks(values(i, &c.key.text).iter());
    for criterion in &selector.all_of {
        let (key, patterns) = (&criterion.key, &criterion.patterns);
        if !known.contains(&key.text.as_str()) {
            let message = format!("`{}` is neither a dimension nor a tag of any {what}", key.text);
            diagnostics.error(Code::UnknownDimension, key.place, message, suggest(&key.text, known.iter().copied()));
            return None;
        }
        let there: BTreeSet<String> = all.clone().flat_map(|i| values(i, &key.text)).collect();
        if !there.iter().any(|v| criterion.names(v)) {
            let remedy = suggest(&patterns[0].text, there.iter().map(String::as_str));
            let message =
                format!("this {} no {what}", if criterion.not { "exclusion excludes" } else { "selector picks" });
            let place = if criterion.not { patterns[0].place } else { selector.place };
            diagnostics.error(Code::EmptySelection, place, message, remedy);
            return None;
        }
    }
    let picked: Vec<K> = all.filter(|&i| selector.all_of.iter().all(|c| matches(i, c))).collect();
    if picked.is_empty() {
        let message = format!("this selector picks no {what}");
        let remedy = format!("no {what} has all of these at once; drop one of the keys");
        diagnostics.error(Code::EmptySelection, selector.place, message, remedy);
        return None;
    }
    Some(picked)
}
