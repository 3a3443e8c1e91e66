//! Programs with many copies of the same thing, solved without them: what a copy asks for is found out when
//! it is not there, and asked for by a cut ([`Split`] has the mathematics).
//!
//! Each round solves the core from its last vertex, then each block at that point, and cuts the point off
//! where a block lacks something. There are few rounds, as the copies are much alike: ten for 288 losses of
//! a supplier in some period. The answer is certified on the whole program; without that there is none.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::accepted::{accept, certified, infeasible, tidied};
use super::basis::Basis;
use super::choice::{EngineChoice, SMALL, keeps_basis, order};
use super::condensed::condensed;
use super::options::SolveOptions;
use super::outcome::{EngineError, Outcome, Status};
use super::session::Session;
use super::solved::{Attempt, Solved};
use crate::lp::{Condensed, Cut, LinearProgram, RowId, Split, verify_farkas};

/// Rounds after which the program is solved as a whole.
const ROUNDS: usize = 60;
/// What may be missing, relative to what is asked for; the certificate allows ten times as much.
const MISSING: f64 = 1e-7;

/// Solves a large program with many copies without them, if an engine of the choice starts from its last
/// vertex; `None` if it is not such a program, or nothing could be certified.
pub(super) fn solve_decomposed(
    lp: &LinearProgram,
    choice: EngineChoice,
    options: &SolveOptions,
) -> Result<Option<Solved>, EngineError> {
    let copies = lp.columns().iter().filter(|c| c.role.is_copy()).count();
    if copies <= SMALL || lp.has_integers() || !keeps_basis(choice) {
        return Ok(None);
    }
    let Some(split) = Split::of(lp) else { return Ok(None) };
    let mut core = Core::open(&split, choice, options)?;
    let mut blocks = Blocks::of(&split, choice, options.clone());
    for round in 0..ROUNDS {
        let outcome = core.session.solve()?;
        if let (Status::Infeasible, Some(ray)) = (outcome.status, &outcome.farkas) {
            let ray = core.multipliers(&split, ray);
            let attempts = vec![Attempt { engine: core.engine, what: "infeasible".to_owned() }];
            return Ok(verify_farkas(lp, &ray).proves.then(|| infeasible(attempts, core.engine, ray)));
        }
        let (Status::Optimal, Some(x), Some(y)) = (outcome.status, &outcome.primal, &outcome.duals) else {
            return Ok(None);
        };
        let x = core.point(&split, x);
        let Some((found, cuts)) = blocks.at(&split, &x)? else { return Ok(None) };
        tracing::info!(round, cuts = cuts.len(), blocks = split.blocks().len(), "losses");
        if cuts.is_empty() {
            let x = tidied(lp, &split.point(&x, &found));
            let certified = certified(lp, core.engine, &x, &[core.multipliers(&split, y)]);
            let attempts = vec![Attempt { engine: core.engine, what: "optimal".to_owned() }];
            return Ok(certified.map(|certified| accept(x, certified, attempts)));
        }
        if !cuts.into_iter().all(|(block, cut)| core.add(block, cut)) {
            return Ok(None);
        }
    }
    Ok(None)
}

/// The core with its cuts, condensed if that is much smaller, in the hands of an engine.
struct Core {
    engine: &'static str,
    session: Box<dyn Session>,
    condensed: Option<Condensed>,
    /// Each with its block.
    cuts: Vec<(usize, Cut)>,
}

impl Core {
    fn open(split: &Split, choice: EngineChoice, options: &SolveOptions) -> Result<Self, EngineError> {
        let condensed = condensed(split.core());
        let program = condensed.as_ref().map_or(split.core(), Condensed::program).clone();
        let engine = order(&program, choice.to_solve_again())[0];
        let session = engine.open(program, options)?;
        Ok(Core { engine: engine.name(), session, condensed, cuts: Vec::new() })
    }

    /// Adds a cut; false if it treats differently what is one in the condensed core.
    fn add(&mut self, block: usize, cut: Cut) -> bool {
        let terms = match &mut self.condensed {
            None => Some(cut.terms.clone()),
            Some(condensed) => condensed.add_row("cut", "cut", cut.lower, f64::INFINITY, &cut.terms),
        };
        let Some(terms) = terms else { return false };
        self.session.add_row("cut", "cut".into(), cut.lower, f64::INFINITY, &terms);
        self.cuts.push((block, cut));
        true
    }

    /// A point of the core from one of the engine's program.
    fn point(&self, split: &Split, x: &[f64]) -> Vec<f64> {
        self.condensed.as_ref().map_or_else(|| x.to_vec(), |c| c.point(split.core(), x))
    }

    /// Multipliers of the whole from those of the engine's program.
    fn multipliers(&self, split: &Split, y: &[f64]) -> Vec<f64> {
        let y = self.condensed.as_ref().map_or_else(|| y.to_vec(), |c| c.multipliers(y));
        let (core, cuts) = y.split_at(split.core().rows().len());
        split.multipliers(core, self.cuts.iter().zip(cuts).map(|((block, cut), m)| (*block, cut, *m)))
    }
}

/// The blocks, each in a session of its own once it was solved.
struct Blocks {
    choice: EngineChoice,
    options: SolveOptions,
    /// Blocks with the same coefficients, one list each: the first solve of one starts where that of another ended.
    alike: Vec<Vec<usize>>,
    opened: Vec<Option<Opened>>,
}

/// A block that was solved.
struct Opened {
    session: Box<dyn Session>,
    point: Vec<f64>,
}

/// A point of each block, and a cut of each that lacks something.
type BlockAnswers = (Vec<Vec<f64>>, Vec<(usize, Cut)>);

impl Blocks {
    fn of(split: &Split, choice: EngineChoice, options: SolveOptions) -> Self {
        let mut alike: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (index, block) in split.blocks().iter().enumerate() {
            alike.entry(signature(block.program())).or_default().push(index);
        }
        let opened = split.blocks().iter().map(|_| None).collect();
        Blocks { choice, options, alike: alike.into_values().collect(), opened }
    }

    /// Solves each block at a point of the core; `None` if an engine does not.
    fn at(&mut self, split: &Split, x: &[f64]) -> Result<Option<BlockAnswers>, EngineError> {
        let mut cuts = Vec::new();
        for alike in &self.alike {
            let mut start: Option<Basis> = None;
            for &index in alike {
                let block = &split.blocks()[index];
                let first = self.opened[index].is_none();
                if let Some(opened) = &mut self.opened[index] {
                    if is_as_before(&mut *opened.session, &block.sides(x)) {
                        continue;
                    }
                } else {
                    let program = block.at(x);
                    let mut session = order(&program, self.choice.to_solve_again())[0].open(program, &self.options)?;
                    start.iter().for_each(|basis| session.start_from(basis));
                    self.opened[index] = Some(Opened { session, point: Vec::new() });
                }
                let Some(Opened { session, point }) = &mut self.opened[index] else { continue };
                let outcome = session.solve()?;
                let Outcome { status: Status::Optimal, primal: Some(y), duals: Some(u), .. } = outcome else {
                    return Ok(None);
                };
                if first && start.is_none() {
                    start = session.basis();
                }
                if block.missing(session.program(), &y) > MISSING {
                    cuts.push((index, block.cut(&u)));
                }
                *point = y;
            }
        }
        cuts.sort_unstable_by_key(|c| c.0);
        let points = self.opened.iter().map(|o| o.as_ref().map_or_else(Vec::new, |o| o.point.clone()));
        Ok(Some((points.collect(), cuts)))
    }
}

/// Gives the rows of a block the sides at another point of the core; true, and nothing done, if they are what they were
/// when it was solved: then it lacks what it lacked, which is nothing since its cut.
fn is_as_before(session: &mut dyn Session, sides: &[(f64, f64)]) -> bool {
    let same = |a: f64, b: f64| a == b || (a - b).abs() <= MISSING / 1000.0 * (1.0 + b.abs());
    let rows = session.program().rows().iter();
    if rows.zip(sides).all(|(row, &(lower, upper))| same(lower, row.lower) && same(upper, row.upper)) {
        return true;
    }
    for (i, &(lower, upper)) in sides.iter().enumerate() {
        session.set_row_bounds(RowId(i as u32), lower, upper);
    }
    false
}

/// What two programs of the same costs, rows and coefficients share.
fn signature(program: &LinearProgram) -> u64 {
    let mut hasher = DefaultHasher::new();
    program.columns().iter().for_each(|c| c.cost.to_bits().hash(&mut hasher));
    for i in 0..program.rows().len() {
        i.hash(&mut hasher);
        program.row_terms(RowId(i as u32)).for_each(|(c, a)| (c.0, a.to_bits()).hash(&mut hasher));
    }
    hasher.finish()
}
