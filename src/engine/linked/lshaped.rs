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

use std::collections::HashMap;

use super::super::choice::EngineChoice;
use super::super::options::SolveOptions;
use super::super::outcome::EngineError;
use super::super::parallel::IntoParallelIterator;
#[cfg(feature = "parallel")]
use super::super::parallel::ParallelIterator;
use super::answer::{Answer, Ending, Home, Point, Wanted};
use super::block::{Block, Bounds, Cut, Found};
use super::master::{Master, Near, Optimum, Step};
use super::member::Member;
use super::part::Part;
use super::sharing::{Sharing, Terms};
use super::start::Start;
use crate::lp::{ColumnId, LinearProgram};

/// How many cuts of parts without a point are taken in one round: those that lack most.
const STRONGEST: usize = 24;
/// Rounds after which it is given up.
const ROUNDS: usize = 400;
/// Costs are met if all together are this near, relative to them.
const MET: f64 = 1e-10;
/// Rounds after which it is looked again whether a cost is enough.
const AGAIN: usize = 4;
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

/// A program by its parts. Bounds of its columns can be narrowed and widened again, and it is solved from what is known.
pub(super) struct ByParts {
    parts: Vec<Part>,
    sharing: Sharing,
    master: Master,
    blocks: Vec<Block>,
    /// Where the search begins.
    start: Vec<f64>,
    begun: bool,
    /// Whether some column has narrower bounds than at first.
    narrowed: bool,
    best: Option<Best>,
    reach: Vec<f64>,
    /// What everything costs at least, with the bounds that columns had at first.
    least: f64,
    options: SolveOptions,
}

impl ByParts {
    /// Opens a program by the parts that members are, `held` saying which of its rows are those of parts; `None` if some
    /// part has no optimum by itself. What is shared is sought from a point that is `near`.
    pub fn open(
        whole: &LinearProgram,
        (parts, members): (Vec<Part>, &[Member<'_>]),
        held: &[bool],
        near: Option<&[f64]>,
        (choice, options): (EngineChoice, &SolveOptions),
    ) -> Result<Option<Self>, EngineError> {
        let sharing = Sharing::of(whole, &parts);
        let mut blocks = Vec::with_capacity(parts.len());
        for (part, shared) in parts.iter().enumerate().zip(&sharing.of) {
            blocks.push(Block::open(part, shared, choice, options)?);
        }
        let Some(alone) = all(&mut blocks, &|block| block.alone())? else { return Ok(None) };
        let Some(alone) = alone.into_iter().map(Found::cost).collect::<Option<Vec<(f64, Cut)>>>() else {
            return Ok(None);
        };
        let least = alone.iter().map(|(cost, _)| cost).sum();
        let start = Start::of(&blocks, &alone, &sharing, (&parts, members), whole.columns().len());
        let (master, left) = Master::open(whole, &parts, &sharing, held, (alone, start.unit), (choice, options))?;
        for (block, rows) in blocks.iter_mut().zip(&left) {
            block.leave(rows);
        }
        tracing::debug!(
            parts = parts.len(),
            shared = sharing.count(),
            rows = master.size(),
            unit = start.unit,
            "by parts"
        );
        let (Start { point, reach, .. }, options) = (start, options.clone());
        let near = near.map(|near| (0..sharing.count()).map(|j| sharing.at(near, ColumnId(j as u32))).collect());
        let start = near.unwrap_or(point);
        Ok(Some(ByParts {
            parts,
            sharing,
            master,
            blocks,
            start,
            begun: false,
            narrowed: false,
            best: None,
            reach,
            least,
            options,
        }))
    }

    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Where columns of the whole program are; `None` if one of them is one with others.
    pub fn homes(&self, columns: impl Iterator<Item = ColumnId>) -> Option<HashMap<ColumnId, Home>> {
        let of_parts = self.parts.iter().enumerate().flat_map(|(p, part)| {
            part.images.iter().enumerate().filter_map(move |(c, images)| match images[..] {
                [only] => Some((only, Home::Part(p, ColumnId(c as u32)))),
                _ => None,
            })
        });
        let of_parts: HashMap<ColumnId, Home> = of_parts.collect();
        let home = |column: ColumnId| match self.sharing.place.get(&column) {
            Some(&master) => (self.sharing.images[master.0 as usize].len() == 1).then_some(Home::Master(master)),
            None => self.master.place(column).map(Home::Master).or_else(|| of_parts.get(&column).copied()),
        };
        columns.map(|column| Some((column, home(column)?))).collect()
    }

    /// Gives columns narrower bounds than they had at first, and all others the first ones.
    pub fn narrow(&mut self, narrowed: &[(Home, f64, f64)]) {
        let mut of_parts: Vec<Vec<Bounds>> = vec![Vec::new(); self.parts.len()];
        self.master.widen();
        self.narrowed = !narrowed.is_empty();
        for &(home, lower, upper) in narrowed {
            match home {
                Home::Master(column) => self.master.narrow(column, lower, upper),
                Home::Part(part, column) => of_parts[part].push((column, lower, upper)),
            }
        }
        for (p, own) in of_parts.into_iter().enumerate() {
            if self.blocks[p].narrowed() != own.as_slice() {
                self.blocks[p].narrow(own, &self.parts[p].program);
                self.master.follow(p, self.blocks[p].narrowed());
            }
        }
    }

    /// Solves it as it is now, from the best point of the last time; `None` if that does not end.
    pub fn solve(&mut self, wanted: &Wanted) -> Result<Option<Answer>, EngineError> {
        let mut start = self.best.take().map_or_else(|| self.start.clone(), |best| best.x);
        for (j, x) in start.iter_mut().enumerate() {
            let (lower, upper) = self.master.bounds(ColumnId(j as u32));
            *x = x.max(lower).min(upper);
        }
        self.run(start, wanted)
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
    /// A part has no point, wherever what it shares is; multipliers of its rows that prove it.
    Never(usize, Vec<f64>),
    Unknown,
}

impl ByParts {
    fn run(&mut self, start: Vec<f64>, wanted: &Wanted) -> Result<Option<Answer>, EngineError> {
        // How large the box is, in reaches; at last there is none.
        let mut radius: f64 = FIRST;
        let mut last = false;
        let (mut failed, mut without) = (0, 0);
        // Since which round it was not looked whether the cost is enough, and whether that is what comes next.
        let (mut looked, mut look) = (None, false);
        match self.evaluate(&start, None)? {
            Evaluated::Unknown => {
                tracing::debug!("the start is not known");
                return Ok(None);
            }
            Evaluated::Cost { cost, own, .. } => self.keep(start.clone(), cost, own),
            Evaluated::Nothing => {}
            Evaluated::Never(part, u) => return Ok(Some(self.never(part, u))),
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
            self.master.stay((!last && !look).then_some(&Near { x, reach: &self.reach, radius, price }));
            if !self.begun {
                self.master.begin();
                self.begun = true;
            }
            let optimum = match self.master.solve()? {
                Step::Optimum(optimum) => optimum,
                Step::Nothing(y) if last || look => {
                    let multipliers = self.master.multipliers(&y, false, &self.parts);
                    return Ok(Some(Answer { engine: self.master.engine(), ending: Ending::Nothing, multipliers }));
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
            if look {
                if optimum.cost >= wanted.enough {
                    let multipliers = self.master.multipliers(&optimum.y, true, &self.parts);
                    return Ok(Some(Answer { engine: self.master.engine(), ending: Ending::Dear, multipliers }));
                }
                look = false;
                continue;
            }
            let size = 1.0 + self.best.as_ref().map_or(0.0, |b| b.cost.abs()).max(optimum.cost.abs());
            let foretold = self.best.as_ref().map_or(f64::INFINITY, |b| b.cost - optimum.cost);
            let held = !last && self.master.is_held(&optimum);
            tracing::debug!(round, least = optimum.cost, foretold, radius, held, last, "by parts");
            if foretold <= wanted.done * size {
                if last {
                    return Ok(self.answer(&optimum));
                }
                if held {
                    radius *= WIDER;
                    continue;
                }
                // Whether it is so without the box and the price; the price falls first, so that this is a small step.
                last = gap <= wanted.done * size;
                gap = gap.min(wanted.done * size);
                continue;
            }
            if !held && !last && optimum.cost >= wanted.enough && looked.is_none_or(|at| round >= at + AGAIN) {
                (looked, look) = (Some(round), true);
                continue;
            }
            gap = gap.min(foretold);
            let x = optimum.x[..self.reach.len()].to_vec();
            last = false;
            match self.evaluate(&x, Some(&optimum))? {
                Evaluated::Unknown => return Ok(None),
                Evaluated::Never(part, u) => return Ok(Some(self.never(part, u))),
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
        let points = self.blocks.iter().map(|b| b.put_to(&x)).collect();
        self.best = Some(Best { x, cost, points, own });
    }

    /// Asks each part what a point costs, and passes on what it says of it.
    fn evaluate(&mut self, x: &[f64], optimum: Option<&Optimum>) -> Result<Evaluated, EngineError> {
        let Some(said) = all(&mut self.blocks, &|block| block.at(x))? else { return Ok(Evaluated::Unknown) };
        let (mut sum, mut met) = (0.0, optimum.is_some());
        let size: f64 = said.iter().map(|f| if let Found::Cost(cost, _) = f { cost.abs() } else { 0.0 }).sum();
        let most = MET * size / self.blocks.len() as f64;
        let mut missing: Vec<Cut> = Vec::new();
        for (part, found) in said.into_iter().enumerate() {
            match found {
                Found::Cost(cost, cut) => {
                    sum += cost;
                    if optimum.is_none_or(|o| cost - self.master.believed(o, part) > most) {
                        met = false;
                        self.master.add(cut);
                    }
                }
                Found::Nothing(cut) => missing.push(cut),
                Found::Never(u) => return Ok(Evaluated::Never(part, u)),
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
            // A row of no part does not hold there.
            Step::Nothing(_) => Evaluated::Nothing,
            Step::Unknown => Evaluated::Unknown,
        })
    }

    fn answer(&mut self, optimum: &Optimum) -> Option<Answer> {
        let multipliers = self.master.multipliers(&optimum.y, true, &self.parts);
        let (engine, cost) = (self.master.engine(), self.best.as_ref()?.cost);
        if !self.narrowed {
            self.least = optimum.cost.min(cost);
        }
        Some(Answer { engine, ending: Ending::Point(self.point()?), multipliers })
    }

    /// The best point.
    fn point(&self) -> Option<Point> {
        let best = self.best.as_ref()?;
        let shared = self.sharing.images.iter().zip(&best.x).filter(|(images, _)| images.len() == 1);
        let shared = shared.map(|(images, x)| (images[0], *x)).collect();
        Some(Point { parts: best.points.clone(), own: best.own.clone(), shared })
    }

    /// The same without the rounding that was allowed to the parts, where they have a point then. It takes long: many
    /// have none from where they stand, and are solved from nothing.
    pub fn exact_point(&mut self) -> Result<Option<Point>, EngineError> {
        let Some(best) = &mut self.best else { return Ok(None) };
        let exact = side_by_side(&mut self.blocks, &|block| block.exactly_at(&best.x))?;
        for (point, exact) in best.points.iter_mut().zip(exact) {
            if let Some(exact) = exact {
                *point = exact;
            }
        }
        Ok(self.point())
    }

    /// That there is no point, as a part shows by itself.
    fn never(&self, part: usize, u: Vec<f64>) -> Answer {
        let none = |p: &Part| vec![0.0; p.program.rows().len()];
        let mut each: Vec<Vec<f64>> = self.parts.iter().map(none).collect();
        each[part] = u;
        Answer { engine: self.master.engine(), ending: Ending::Nothing, multipliers: (each, Vec::new()) }
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
    Ok(side_by_side(blocks, ask)?.into_iter().collect())
}

/// The same of anything.
fn side_by_side<T: Send>(
    blocks: &mut [Block],
    ask: &(dyn Fn(&mut Block) -> Result<T, EngineError> + Sync),
) -> Result<Vec<T>, EngineError> {
    blocks.iter_mut().collect::<Vec<_>>().into_par_iter().map(ask).collect()
}
