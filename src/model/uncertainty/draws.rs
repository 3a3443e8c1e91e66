//! What is drawn at random: one more factor, whose outcomes are the points of a sample, each as likely as the others.
//!
//! A plan for the futures of a sample is an estimate of the plan for the distributions that they are drawn from (sample
//! average approximation: Kleywegt, Shapiro and Homem-de-Mello, SIAM Journal on Optimization 12(2), 2002). Other samples
//! of the same distributions say how good it is; `Model::redrawn` gives the model with one of them.

use std::sync::Arc;

use super::super::reader::Reader;
use super::super::sampling::{Sampling, reduced};
use super::super::sweeps;
use super::super::variation::paths;
use super::super::whole::Model;
use super::futures::{Branches, Change, Outcome};
use super::read::MOST_FUTURES;
use super::{Factor, Future, Uncertainty};
use crate::diagnostics::{Code, Place};
use crate::document::{self as doc, Axis, How, Node, Spread, Target};

/// The factor of what is drawn, in messages and in results.
pub(crate) const DRAWS: &str = "draws";

/// The most draws of which some are kept: each is compared with each.
const MOST_REDUCED: usize = 2_000;

/// What is drawn, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Draws {
    /// The first period whose decisions may depend on it.
    pub(super) known: usize,
    /// The sample.
    pub(super) sampling: Sampling,
    /// How many of the sample are kept, if not all.
    reduce: Option<usize>,
    axes: Vec<Axis>,
    /// For each axis where in the document it acts.
    paths: Vec<Vec<String>>,
    place: Place,
}

impl Draws {
    /// The sample: how many futures, the seed, and how they are drawn.
    #[must_use]
    pub fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    /// The first period whose decisions may depend on what is drawn.
    #[must_use]
    pub fn known(&self) -> usize {
        self.known
    }

    /// Where it was written.
    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// How many draws the plan is for: those of the sample that are kept.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.reduce.map_or(self.sampling.samples, |keep| keep.min(self.sampling.samples))
    }

    /// The draws of the sample that are kept, in their order; `None` if its correlations contradict one another.
    pub(super) fn sample(&self) -> Option<Vec<Draw>> {
        let points = self.sampling.points(&self.axes).ok()?;
        let nominal: Vec<bool> = self.axes.iter().map(|axis| matches!(axis.spread, Spread::Scenarios(_))).collect();
        let kept = reduced(&points, &nominal, self.kept());
        let draw = |&(at, probability): &(usize, f64)| Draw {
            name: format!("draw-{}", at + 1),
            probability,
            outcome: self.outcome(&points[at]),
        };
        Some(kept.iter().map(draw).collect())
    }

    /// The factor that a sample of it is.
    pub(super) fn factor(&self, sample: &[Draw]) -> Factor {
        let outcomes = sample.iter().map(|draw| draw.name.clone()).collect();
        Factor { id: DRAWS.to_owned(), known: self.known, outcomes }
    }

    fn outcome(&self, point: &[f64]) -> Outcome {
        let change = |((axis, paths), &value): ((&Axis, &Vec<String>), &f64)| match &axis.spread {
            Spread::Scenarios(lists) => Change::Scenarios(lists[value as usize].clone()),
            _ => Change::Vary(axis.clone(), paths.clone(), value),
        };
        Outcome { changes: self.axes.iter().zip(&self.paths).zip(point).map(change).collect(), place: self.place }
    }
}

/// A draw of a sample.
#[derive(Clone, Debug)]
pub(super) struct Draw {
    name: String,
    /// How likely it is.
    probability: f64,
    /// What it changes.
    pub outcome: Outcome,
}

/// Reads what is drawn, with the draws of the sample.
pub(super) fn read(
    reader: &mut Reader<'_>,
    written: &doc::Draws,
    root: &Node,
    model: &Model,
) -> Option<(Draws, Vec<Draw>)> {
    let known = written.known.as_ref().and_then(|text| reader.period(text));
    let drawn = sweeps::drawn(written, reader.diagnostics);
    // What varies is checked whatever else is wrong.
    let aims: Vec<Option<(Target, How)>> = match &drawn {
        Some((axes, _)) => axes.iter().map(|axis| Some((axis.target.clone(), axis.how))).collect(),
        None => written.vary.iter().flat_map(|v| &v.items).map(Axis::aim).collect(),
    };
    let mut found = Vec::new();
    for aim in aims {
        found.push(aim.and_then(|(target, how)| paths(root, model, &target, how, reader.diagnostics)));
    }
    let (axes, sampling) = drawn?;
    let found: Option<Vec<Vec<String>>> = found.into_iter().collect();
    if sampling.samples > MOST_FUTURES {
        let message = format!("{} futures are more than {MOST_FUTURES}", sampling.samples);
        let place = written.samples.as_ref().map_or(written.place, |s| s.place);
        let remedy = "draw fewer; several samples together say more than one large one: `solve --replications 30`";
        reader.error(Code::OutOfRange, place, message, remedy);
        return None;
    }
    let place = written.vary.as_ref().map_or(written.place, |v| v.place);
    let reduce = kept(reader, written, sampling.samples)?;
    let draws = Draws { known: known?, sampling, reduce, axes, paths: found?, place };
    let sample = draws.sample();
    if sample.is_none() {
        let message = "these correlations contradict one another: no quantities have all of them";
        let place = written.correlations.as_ref().map_or(written.place, |c| c.place);
        reader.error(Code::InvalidVariation, place, message, "bring them nearer to 0");
    }
    Some((draws, sample?))
}

/// How many draws are kept.
fn kept(reader: &mut Reader<'_>, written: &doc::Draws, samples: usize) -> Option<Option<usize>> {
    let Some(amount) = &written.reduce else { return Some(None) };
    let keep = reader.count(Some(amount), MOST_FUTURES)?;
    if keep >= samples {
        let message = format!("{samples} draws cannot be reduced to {keep}");
        reader.error(Code::Contradiction, amount.place, message, "draw more of them, or remove `reduce`");
        return None;
    }
    if samples > MOST_REDUCED {
        let message = format!("{samples} draws are too many to be compared with one another");
        reader.error(
            Code::OutOfRange,
            amount.place,
            message,
            format!("draw at most {MOST_REDUCED} where some are kept"),
        );
        return None;
    }
    Some(Some(keep))
}

/// The draws that are tried before anything is solved, so that a mistake is found early: the first, and of each axis the
/// smallest and the largest.
pub(super) fn tried(outcomes: &[Outcome]) -> Vec<usize> {
    let value = |o: usize, axis: usize| match &outcomes[o].changes[axis] {
        Change::Vary(_, _, value) => *value,
        _ => 0.0,
    };
    let mut tried = vec![0];
    for axis in 0..outcomes.first().map_or(0, |o| o.changes.len()) {
        let by = |a: &usize, b: &usize| value(*a, axis).total_cmp(&value(*b, axis));
        tried.extend((0..outcomes.len()).min_by(by));
        tried.extend((0..outcomes.len()).max_by(by));
    }
    tried.sort_unstable();
    tried.dedup();
    tried
}

/// Each future of what is written with each draw, the draws fastest.
pub(super) fn with_draws(futures: &[Future], sample: &[Draw]) -> Vec<Future> {
    let with = |f: &Future, (o, draw): (usize, &Draw)| Future {
        name: if f.name.is_empty() { draw.name.clone() } else { format!("{}+{}", f.name, draw.name) },
        outcomes: f.outcomes.iter().copied().chain([o]).collect(),
        probability: f.probability * draw.probability,
    };
    futures.iter().flat_map(|f| sample.iter().enumerate().map(move |d| with(f, d))).collect()
}

impl Uncertainty {
    /// What is drawn at random, if anything.
    #[must_use]
    pub fn draws(&self) -> Option<&Draws> {
        self.draws.as_ref()
    }

    /// The same with another sample.
    fn redrawn(&self, draws: &Draws, sampling: Sampling) -> Option<Self> {
        // Another sample judges: nothing of it is left out.
        let draws = Draws { sampling, reduce: None, ..draws.clone() };
        let sample = draws.sample()?;
        // What is drawn is the last factor, and its outcomes come fastest.
        let last = self.factors.len() - 1;
        let first = |f: &Future| f.outcomes[..last].to_vec();
        let whole = |f: &Future| -> f64 {
            self.futures.iter().filter(|other| first(other) == first(f)).map(|other| other.probability).sum()
        };
        let written: Vec<Future> = (self.futures.iter().filter(|f| f.outcomes[last] == 0))
            .map(|f| Future {
                name: f.name.rsplit_once('+').map_or("", |(name, _)| name).to_owned(),
                outcomes: first(f),
                probability: whole(f),
            })
            .collect();
        let factor = draws.factor(&sample);
        let futures = with_draws(&written, &sample);
        let mut outcomes = self.branches.outcomes.clone();
        outcomes[last] = sample.into_iter().map(|draw| draw.outcome).collect();
        let branches = Arc::new(Branches { outcomes, ..(*self.branches).clone() });
        let mut factors = self.factors.clone();
        factors[last] = factor;
        Some(Uncertainty { factors, futures, draws: Some(draws), branches, ..self.clone() })
    }
}

impl Model {
    /// The same model with another sample of what is drawn at random, so many futures of a seed of its own; `None` if
    /// nothing is drawn.
    #[must_use]
    pub fn redrawn(&self, samples: usize, replication: usize) -> Option<Model> {
        let uncertainty = self.uncertainty.as_deref()?;
        let draws = uncertainty.draws.as_ref()?;
        let seed = draws.sampling.seed_of(replication);
        let sampling = Sampling { samples, seed, ..draws.sampling.clone() };
        let redrawn = uncertainty.redrawn(draws, sampling)?;
        Some(Model { uncertainty: Some(Arc::new(redrawn)), ..self.clone() })
    }
}
