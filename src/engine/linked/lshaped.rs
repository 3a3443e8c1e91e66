//! Many parts that share columns: what is shared is decided by itself, and each part says what that costs it.
//!
//! ```text
//! least  sum over f of v_f(x)    over x in the rows of nothing but shared columns
//! ```
//!
//! v_f, convex and piecewise linear, is known from below by its cuts (one for each part and round: the L-shaped method of
//! Van Slyke and Wets, SIAM J. Appl. Math. 17, 1969, with the cuts of Birge and Louveaux, "A multicut algorithm for
//! two-stage stochastic linear programs", European J. of Operational Research 34, 1988). The least point of the cuts alone
//! swings far from one round to the next; so it is sought near the best point so far, in a box that grows where the cuts
//! foretell what is then found, and shrinks where they do not (Linderoth and Wright, "Decomposition algorithms for stochastic
//! programming on a computational grid", Computational Optimization and Applications 24, 2003; a box, so that the master
//! stays a linear program that begins where its last solve ended). The parts are solved side by side.
//!
//! The answer has the multipliers of the whole program: those of a cut, times the multipliers of which the part made it.

use super::super::choice::EngineChoice;
use super::super::options::SolveOptions;
use super::super::outcome::EngineError;
use super::super::parallel::IntoParallelIterator;
#[cfg(feature = "parallel")]
use super::super::parallel::ParallelIterator;
use super::block::{Block, Cut, Found};
use super::master::{Master, Near, Optimum, Step};
use super::part::Part;
use super::sharing::{Sharing, Terms};
use crate::lp::{LinearProgram, RowId};

/// How many cuts of parts without a point are taken in one round: those that lack most.
const STRONGEST: usize = 24;
/// Rounds after which it is given up.
const ROUNDS: usize = 400;
/// What is shared may be off by so much in a part, relative to it: the master keeps its rows within its tolerance, and a part
/// would find no point for less.
const ROUNDING: f64 = 1e-8;
/// A cost is met if it is this near, relative to all costs.
const MET: f64 = 1e-10;
/// What is left to gain is nothing, relative to all costs.
const DONE: f64 = 1e-9;
/// How large the first box is, in what the parts differ by themselves.
const FIRST: f64 = 0.125;
/// How much larger a box gets in which there is nothing to gain, or no point.
const WIDER: f64 = 8.0;
/// Beyond this a box is none.
const WIDEST: f64 = 1e6;
/// Points without gain, and points at which a part has none, after which the box is halved.
const FAILED: usize = 3;
/// See [`FAILED`].
const WITHOUT: usize = 6;
/// The part of what is left to gain that moving everything as far as it may go costs: enough to stay where moving gains
/// nothing.
const PRICE: f64 = 0.1;
/// The part of what cuts foretell that makes a step.
const STEP: f64 = 0.1;
/// The part of it that makes a larger box.
const GOOD: f64 = 0.5;

/// What came of it, in the columns and rows of the parts.
pub(super) struct Answer {
    pub engine: &'static str,
    /// For each part a point, and the columns of no part; none if there is no point.
    pub point: Option<(Vec<Vec<f64>>, Terms)>,
    /// For each part multipliers, and those of rows of no part: of an optimum, or of a proof that there is no point.
    pub multipliers: (Vec<Vec<f64>>, Vec<(RowId, f64)>),
}

/// Solves a program by its parts, `held` saying which of its rows are those of parts; `None` if that does not end.
pub(super) fn by_parts(
    whole: &LinearProgram,
    parts: &[Part],
    held: &[bool],
    choice: EngineChoice,
    options: &SolveOptions,
) -> Result<Option<Answer>, EngineError> {
    let Some(sharing) = Sharing::of(whole, parts) else {
        tracing::debug!("parts share sums that are not the same");
        return Ok(None);
    };
    let mut blocks = Vec::with_capacity(parts.len());
    for (part, shared) in parts.iter().enumerate().zip(&sharing.of) {
        blocks.push(Block::open(part, shared, choice, options)?);
    }
    let Some(alone) = all(&mut blocks, &|block| block.alone())? else { return Ok(None) };
    let Some(alone) = alone.into_iter().map(Found::cost).collect::<Option<Vec<(f64, Cut)>>>() else { return Ok(None) };
    let least = alone.iter().map(|(cost, _)| cost).sum();
    let start = Start::of(&blocks, &alone, &sharing);
    let (master, left) = Master::open(whole, parts, &sharing, held, (alone, start.unit), (choice, options))?;
    for (block, rows) in blocks.iter_mut().zip(&left) {
        block.leave(rows);
    }
    tracing::debug!(parts = parts.len(), shared = sharing.count(), rows = master.size(), unit = start.unit, "by parts");
    let search = Search { parts, master, blocks, best: None, reach: start.reach, least, options };
    search.run(start.point)
}

/// Where the search begins.
struct Start {
    /// The mean of what each part has by itself.
    point: Vec<f64>,
    /// How far each shared column may move in a first step.
    reach: Vec<f64>,
    /// What costs are measured in.
    unit: f64,
}

impl Start {
    fn of(blocks: &[Block], alone: &[(f64, Cut)], sharing: &Sharing) -> Self {
        let count = sharing.count();
        let (mut sums, mut having) = (vec![0.0; count], vec![0.0; count]);
        let (mut least, mut most) = (vec![f64::INFINITY; count], vec![f64::NEG_INFINITY; count]);
        for block in blocks {
            for s in block.shared() {
                let (x, j) = (block.point[s.own.0 as usize], s.master.0 as usize);
                sums[j] += x;
                having[j] += 1.0;
                least[j] = least[j].min(x);
                most[j] = most[j].max(x);
            }
        }
        let spread: Vec<f64> = least.iter().zip(&most).map(|(l, m)| (m - l).max(0.0)).collect();
        let widest = spread.iter().fold(0.0f64, |a, s| a.max(*s));
        let size = most.iter().zip(&least).fold(1.0f64, |a, (m, l)| a.max(m.abs()).max(l.abs()));
        let cost = alone.iter().fold(0.0f64, |a, (cost, _)| a.max(cost.abs()));
        let means = sums.iter().zip(&having).map(|(sum, n)| sum / n);
        Start {
            point: means.zip(&sharing.bounds).map(|(x, b)| x.max(b.0).min(b.1)).collect(),
            reach: spread.iter().map(|s| s + 0.1 * widest + 1e-3 * size).collect(),
            unit: if cost > 0.0 { cost / size } else { 1.0 },
        }
    }
}

/// The best point so far.
struct Best {
    x: Vec<f64>,
    cost: f64,
    /// Its parts.
    points: Vec<Vec<f64>>,
    /// The columns of no part.
    own: Terms,
}

struct Search<'a> {
    parts: &'a [Part],
    master: Master,
    blocks: Vec<Block>,
    best: Option<Best>,
    reach: Vec<f64>,
    /// What all parts cost by themselves.
    least: f64,
    options: &'a SolveOptions,
}

/// What the parts said of a point.
enum Evaluated {
    /// Its cost with the columns of no part, and whether it is what the master believed.
    Cost {
        cost: f64,
        own: Terms,
        met: bool,
    },
    /// Some part has no point there.
    Nothing,
    Unknown,
}

impl Search<'_> {
    fn run(mut self, start: Vec<f64>) -> Result<Option<Answer>, EngineError> {
        // How large the box is, in reaches; at last there is none.
        let mut radius: f64 = FIRST;
        let mut last = false;
        let (mut failed, mut without) = (0, 0);
        match self.evaluate(&start, None)? {
            Evaluated::Unknown => {
                tracing::debug!("the start is not known");
                return Ok(None);
            }
            Evaluated::Cost { cost, own, .. } => self.keep(start.clone(), cost, own),
            Evaluated::Nothing => {}
        }
        // What is left to gain, at most: nothing costs less than the parts do by themselves.
        let mut gap = self.best.as_ref().map_or(self.least.abs(), |b| (b.cost - self.least).max(0.0));
        for round in 0..ROUNDS {
            self.options.watch.wanted()?;
            if self.options.left().is_some_and(|left| left.is_zero()) {
                return Ok(None);
            }
            self.master.prune()?;
            let price = PRICE * gap / self.reach.len() as f64;
            let x = self.best.as_ref().map_or(&start, |best| &best.x);
            self.master.stay((!last).then_some(&Near { x, reach: &self.reach, radius, price }));
            if round == 0 {
                self.master.begin();
            }
            let optimum = match self.master.solve()? {
                Step::Optimum(optimum) => optimum,
                Step::Nothing(y) if last => {
                    let multipliers = self.master.multipliers(&y, false, self.parts);
                    return Ok(Some(Answer { engine: self.master.engine(), point: None, multipliers }));
                }
                // Nothing in the box: a wider one.
                Step::Nothing(_) => {
                    radius *= WIDER;
                    last = radius > WIDEST;
                    continue;
                }
                Step::Unknown => {
                    tracing::debug!(round, "the master is not known");
                    return Ok(None);
                }
            };
            let size = 1.0 + self.best.as_ref().map_or(0.0, |b| b.cost.abs()).max(optimum.cost.abs());
            let foretold = self.best.as_ref().map_or(f64::INFINITY, |b| b.cost - optimum.cost);
            let held = !last && self.master.is_held(&optimum);
            tracing::debug!(round, least = optimum.cost, foretold, radius, held, last, "by parts");
            if foretold <= DONE * size {
                if last {
                    return self.answer(&optimum);
                }
                if held {
                    radius *= WIDER;
                    continue;
                }
                // Whether it is so without the box and the price; the price falls first, so that this is a small step.
                last = gap <= DONE * size;
                gap = gap.min(DONE * size);
                continue;
            }
            gap = gap.min(foretold);
            let x = optimum.x[..self.reach.len()].to_vec();
            last = false;
            match self.evaluate(&x, Some(&optimum))? {
                Evaluated::Unknown => return Ok(None),
                Evaluated::Nothing => without += 1,
                Evaluated::Cost { cost, own, met } => {
                    let gained = self.best.as_ref().map_or(f64::INFINITY, |b| b.cost - cost);
                    if self.best.is_none() || gained >= STEP * foretold || met {
                        if held && (gained >= GOOD * foretold || met) {
                            radius *= 2.0;
                        }
                        failed = 0;
                        self.keep(x, cost, own);
                    } else {
                        failed += 1;
                    }
                }
            }
            if failed >= FAILED || without >= WITHOUT {
                radius /= 2.0;
                (failed, without) = (0, 0);
            }
        }
        Ok(None)
    }

    fn keep(&mut self, x: Vec<f64>, cost: f64, own: Terms) {
        let points = self.blocks.iter().map(|b| b.point.clone()).collect();
        self.best = Some(Best { x, cost, points, own });
    }

    /// Asks each part what a point costs, and passes on what it says of it.
    fn evaluate(&mut self, x: &[f64], optimum: Option<&Optimum>) -> Result<Evaluated, EngineError> {
        let Some(said) = all(&mut self.blocks, &|block| block.at(x, ROUNDING))? else { return Ok(Evaluated::Unknown) };
        let (mut sum, mut met) = (0.0, optimum.is_some());
        let size: f64 = said.iter().map(|f| if let Found::Cost(cost, _) = f { cost.abs() } else { 0.0 }).sum();
        let mut missing: Vec<Cut> = Vec::new();
        for (part, found) in said.into_iter().enumerate() {
            match found {
                Found::Cost(cost, cut) => {
                    sum += cost;
                    if optimum.is_none_or(|o| cost - self.master.believed(o, part) > MET * size) {
                        met = false;
                        self.master.add(cut);
                    }
                }
                Found::Nothing(cut) => missing.push(cut),
            }
        }
        let nothing = !missing.is_empty();
        met &= !nothing;
        for cut in strongest(missing, x) {
            self.master.add(cut);
        }
        tracing::debug!(sum, nothing, met, "evaluated");
        if nothing {
            return Ok(Evaluated::Nothing);
        }
        if self.master.is_sum() {
            return Ok(Evaluated::Cost { cost: sum, own: Vec::new(), met });
        }
        // With other columns it is what the master says at the point, where its cuts are exact.
        self.master.stay(Some(&Near { x, reach: &self.reach, radius: 0.0, price: 0.0 }));
        Ok(match self.master.solve()? {
            Step::Optimum(o) => Evaluated::Cost { cost: o.cost, own: self.master.own(&o.x).collect(), met },
            _ => Evaluated::Unknown,
        })
    }

    fn answer(&mut self, optimum: &Optimum) -> Result<Option<Answer>, EngineError> {
        let Some(mut best) = self.best.take() else { return Ok(None) };
        // Now without the rounding that was allowed to the parts, where they have a point then.
        if let Some(found) = all(&mut self.blocks, &|block| block.at(&best.x, 0.0))? {
            let exact = found.iter().zip(&self.blocks).zip(&mut best.points);
            exact.filter(|((f, _), _)| matches!(f, Found::Cost(..))).for_each(|((_, b), p)| p.clone_from(&b.point));
        }
        let multipliers = self.master.multipliers(&optimum.y, true, self.parts);
        Ok(Some(Answer { engine: self.master.engine(), point: Some((best.points, best.own)), multipliers }))
    }
}

/// Of cuts that ask for the same the one that asks for most; of the others those that a point lacks most.
fn strongest(mut all: Vec<Cut>, x: &[f64]) -> Vec<Cut> {
    all.sort_by(|a, b| b.lacking(x).total_cmp(&a.lacking(x)));
    let mut kept: Vec<Cut> = Vec::new();
    for cut in all {
        if kept.len() < STRONGEST && kept.iter().all(|k| k.terms != cut.terms) {
            kept.push(cut);
        }
    }
    kept
}

/// What each block says, side by side; `None` if an engine does not say.
fn all(
    blocks: &mut [Block],
    ask: &(dyn Fn(&mut Block) -> Result<Option<Found>, EngineError> + Sync),
) -> Result<Option<Vec<Found>>, EngineError> {
    blocks.iter_mut().collect::<Vec<_>>().into_par_iter().map(ask).collect()
}
