//! The programs of several futures as one.
//!
//! Each future has the program that its model has by itself. What is decided before two futures can be reported apart is
//! one column for both; nothing else connects them:
//!
//! ```text
//! least  sum over futures f of p_f (c_f x_f)    with A_f x_f in its bounds for each f,
//!        x_f[j] = x_g[j]  for every decision j that is due while f and g are alike
//! ```
//!
//! (the deterministic equivalent with non-anticipativity by substitution: Birge and Louveaux, "Introduction to
//! Stochastic Programming", 2nd ed., 2011, section 3.5). Decisions are chips held, what they run, contracts signed, and
//! groups that a workload is placed in; every other column follows from these, or asks in each future by itself whether
//! something would be possible, so that one for each future is exact. What the purpose of a common decision is, is asked of all that share it (`elsewhere`).
//! Where a future does not have a column (an offer
//! that is closed in it) nothing of it can be decided in common. Rows that have become the same are one.
//!
//! Besides the expected cost two other measures of the futures' costs v_f can be minimized:
//!
//! - conditional value at risk: eta + sum of p_f z_f / (1 - level) with z_f >= v_f - eta, z_f >= 0 (Rockafellar and
//!   Uryasev, "Optimization of conditional value-at-risk", Journal of Risk 2, 2000);
//! - the largest regret: r with v_f - best_f <= r for each f (Savage 1951).
//!
//! A limit `in: expected`, b <= a_f x_f <= c in each future by itself, is one row of all of them:
//! sum of p_f b_f <= sum of p_f a_f x_f <= sum of p_f c_f. A limit on regret is a row for each future,
//! v_f <= best_f + what is allowed.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Formulation;
use super::elsewhere::{Elsewhere, elsewhere};
use crate::lp::{Affine, ColumnId, LinearProgram, RowId, RowIndex, is_row};
use crate::model::{Contract, ContractId, Model, Timing, Uncertainty, Unneeded, When, placement_cost};

/// What is minimized over the futures.
#[derive(Clone, Debug)]
pub enum FutureMeasure {
    /// A sum of the expected cost and its conditional value at risk (level, weight).
    Cost {
        /// Weight of the expected cost.
        expected: f64,
        /// Level and weight of the conditional value at risk.
        cvar: Option<(f64, f64)>,
        /// The most that each future may cost, if that is limited.
        most: Option<Vec<f64>>,
    },
    /// The largest regret beyond the least cost of each future.
    Regret {
        /// The least cost of each future.
        best: Vec<f64>,
    },
}

impl FutureMeasure {
    /// The expected cost alone.
    pub const EXPECTED: FutureMeasure = FutureMeasure::Cost { expected: 1.0, cvar: None, most: None };
}

/// One program of all futures.
#[derive(Clone, Debug)]
pub struct Joint {
    program: LinearProgram,
    /// For each future, where its columns are.
    columns: Vec<Vec<ColumnId>>,
    /// For each column, the first future that has it.
    owners: Vec<usize>,
    /// For each future, where its rows are, and whether it is the one to whom a row that several have is counted.
    rows: Vec<Vec<(RowId, bool)>>,
    probabilities: Vec<f64>,
    /// What each future's own costs are multiplied with.
    weights: Vec<f64>,
    /// Decisions that are the same in every future.
    root: Vec<ColumnId>,
    /// Decisions that are due before anything is drawn at random: the same in every draw.
    undrawn: Vec<ColumnId>,
    /// Rows on purposes that several futures have together.
    purposes: Vec<RowId>,
    /// For each future what need not have its purpose there, having it in another one.
    excused: Vec<Vec<Unneeded>>,
    /// For each future its rows that hold over all futures together, and the row in which they do.
    expected: Vec<Vec<(RowId, RowId)>>,
}

/// A joined column while it is made.
struct Made {
    id: ColumnId,
    /// How many futures have it.
    futures: usize,
    /// How many have to.
    needed: usize,
    bounds: (f64, f64),
}

/// A limit on what is expected while it is added up.
#[derive(Default)]
struct Expected {
    /// The row of each future that has one.
    rows: Vec<(usize, RowId)>,
    sum: Affine,
    bounds: (f64, f64),
}

/// When each column is decided; none for those that only follow.
#[must_use]
pub fn dates(f: &Formulation, model: &Model, timing: &Timing) -> Vec<Option<i64>> {
    let calendar = &model.calendar;
    let mut dates = vec![None; f.program.columns().len()];
    for h in &f.holdings {
        dates[h.column.0 as usize] = Some(timing.offers[h.offer].date(calendar, h.start));
    }
    for s in &f.sales {
        dates[s.column.0 as usize] = Some(s.periods.start as i64);
    }
    for r in &f.runs {
        dates[r.column.0 as usize] = Some(r.period as i64);
    }
    for u in &f.usages {
        dates[u.column.0 as usize] = Some(u.payment.period as i64);
    }
    let signs: Vec<(ContractId, ColumnId)> = f.signs.with_ids().filter_map(|(k, c)| Some((k, (*c)?))).collect();
    for (contract, column) in signs {
        let start = model.contracts[contract].active.start;
        dates[column.0 as usize] = Some(timing.contracts[contract].date(calendar, start));
    }
    for (contract, column) in f.sizes.with_ids().filter_map(|(k, c)| Some((k, (*c)?))) {
        let Contract { active, exercise, .. } = &model.contracts[contract];
        // How much is taken of an option is decided when it is exercised, how much is committed to when it is signed.
        let signed = timing.contracts[contract].date(calendar, active.start);
        dates[column.0 as usize] = Some(exercise.map_or(signed, |at| at as i64));
    }
    for a in &f.alive {
        let notice = model.contracts[a.contract].may_end().map_or(When::THEN, |t| t.notice);
        dates[a.column.0 as usize] = Some(notice.date(calendar, a.period));
    }
    for kept in &f.kept {
        let notice = model.contracts[kept.contract].ramp_down.map_or(When::THEN, |r| r.notice);
        dates[kept.column.0 as usize] = Some(notice.date(calendar, kept.period));
    }
    for p in &f.placements {
        let paid = placement_cost(model, p.workload, p.by, &p.group).map_or(0, |(period, _)| period);
        dates[p.column.0 as usize] = Some(timing.porting.date(calendar, paid));
    }
    dates
}

impl Joint {
    /// Joins the futures' programs.
    ///
    /// `known` is the first period for each factor whose decisions may depend on it; `scale` what costs are measured in.
    #[must_use]
    pub fn of(
        uncertainty: &Uncertainty,
        known: &[i64],
        futures: &[(&Model, &Formulation)],
        measure: &FutureMeasure,
        scale: f64,
    ) -> Self {
        let count = futures.len();
        let probabilities: Vec<f64> = uncertainty.futures.iter().map(|f| f.probability).collect();
        let weights: Vec<f64> = match measure {
            FutureMeasure::Cost { expected, .. } => probabilities.iter().map(|p| p * expected).collect(),
            FutureMeasure::Regret { .. } => vec![0.0; count],
        };
        let mut joint = Joint {
            program: LinearProgram::new(futures[0].1.program.name()),
            columns: Vec::with_capacity(count),
            owners: Vec::new(),
            rows: Vec::with_capacity(count),
            probabilities,
            weights: Vec::new(),
            root: Vec::new(),
            undrawn: Vec::new(),
            purposes: Vec::new(),
            excused: Vec::new(),
            expected: vec![Vec::new(); count],
        };
        let members = |future: usize, date: i64| {
            let alike = |&g: &usize| uncertainty.alike_by(known, future, g, date);
            (uncertainty.node(known, future, date), (0..count).filter(alike).count())
        };
        // What is drawn is the last factor.
        let drawn = uncertainty.draws.as_ref().and(known.last().copied());
        let mut nodes: HashMap<(usize, i64), (usize, usize)> = HashMap::new();
        let mut made: HashMap<(String, usize), Made> = HashMap::new();
        let mut dated: Vec<Vec<bool>> = Vec::with_capacity(count);
        for (future, (model, f)) in futures.iter().enumerate() {
            let mut own = Vec::with_capacity(f.program.columns().len());
            let dates = dates(f, model, &uncertainty.timing);
            dated.push(dates.iter().map(Option::is_some).collect());
            for (j, column) in f.program.columns().iter().enumerate() {
                let name = f.program.column_name(ColumnId(j as u32));
                let (first, needed) = match dates[j] {
                    Some(date) => *nodes.entry((future, date)).or_insert_with(|| members(future, date)),
                    None => (future, 1),
                };
                let entry = made.entry((name.to_owned(), first)).or_insert_with(|| {
                    let whole = if needed == count {
                        name.to_owned()
                    } else {
                        format!("{name}@{}", uncertainty.futures[first].name)
                    };
                    let bounds = (column.lower, column.upper);
                    let id = joint.program.add_column(whole, column.role, bounds.0, bounds.1, 0.0);
                    joint.program.set_integer(id, column.integer);
                    joint.owners.push(future);
                    if needed == count && dates[j].is_some() {
                        joint.root.push(id);
                    }
                    if drawn.zip(dates[j]).is_some_and(|(drawn, date)| date < drawn) {
                        joint.undrawn.push(id);
                    }
                    Made { id, futures: 0, needed, bounds }
                });
                entry.futures += 1;
                entry.bounds = (entry.bounds.0.max(column.lower), entry.bounds.1.min(column.upper));
                joint.program.add_cost(entry.id, weights[future] * column.cost);
                own.push(entry.id);
            }
            joint.program.add_offset(weights[future] * f.program.offset());
            joint.columns.push(own);
        }
        joint.weights = weights;
        for made in made.values() {
            // What some future of the node does not have is nothing in all of them.
            let (lower, upper) = if made.futures < made.needed { (0.0, 0.0) } else { made.bounds };
            joint.program.set_bounds(made.id, lower, upper.max(lower));
        }
        let own: Vec<&Formulation> = futures.iter().map(|(_, f)| *f).collect();
        let elsewhere = elsewhere(&own, &joint.columns, &dated, joint.program.columns().len());
        joint.add_rows(uncertainty, futures, &elsewhere);
        joint.excused = elsewhere.excused;
        joint.add_expected(&own);
        joint.measure(uncertainty, futures, measure, scale);
        joint
    }

    fn add_rows(&mut self, uncertainty: &Uncertainty, futures: &[(&Model, &Formulation)], elsewhere: &Elsewhere) {
        let mut seen = RowIndex::default();
        let mut named: HashSet<String> = HashSet::new();
        for (future, (_, f)) in futures.iter().enumerate() {
            let mut own = Vec::with_capacity(f.program.rows().len());
            let mut taken: HashSet<RowId> = HashSet::new();
            for (i, row) in f.program.rows().iter().enumerate() {
                let id = RowId(i as u32);
                let mut row = *row;
                if elsewhere.freed[future][i] {
                    // What works is still no more than what is held.
                    row.lower = f64::NEG_INFINITY;
                    row.upper = if row.role.is_mergeable() { row.upper } else { f64::INFINITY };
                }
                let mut terms: Vec<(ColumnId, f64)> =
                    f.program.row_terms(id).map(|(c, a)| (self.columns[future][c.0 as usize], a)).collect();
                terms.sort_by_key(|t| t.0);
                let bounds = (row.lower, row.upper);
                let alike = seen.candidates(bounds, &terms);
                let program = &self.program;
                let alike_in_role = |&other: &RowId| program.rows()[other.0 as usize].role == row.role;
                let same = alike.iter().copied().find(|o| alike_in_role(o) && is_row(program, *o, bounds, &terms));
                // Within one future each row stands for something of its own.
                if let Some(other) = same.filter(|&other| taken.insert(other)) {
                    own.push((other, false));
                    continue;
                }
                let name = f.program.row_name(id);
                let whole = if named.insert(name.to_owned()) {
                    name.to_owned()
                } else {
                    format!("{name}@{}", uncertainty.futures[future].name)
                };
                let made = self.program.add_row(whole, row.role, row.lower, row.upper, terms);
                alike.push(made);
                taken.insert(made);
                own.push((made, true));
            }
            self.rows.push(own);
        }
        for row in &elsewhere.rows {
            let made = self.program.add_row(&row.name, row.role, row.lower, row.upper, row.terms.iter().copied());
            self.purposes.push(made);
        }
    }

    /// The rows of limits on what is expected.
    fn add_expected(&mut self, futures: &[&Formulation]) {
        let mut sums: BTreeMap<&str, Expected> = BTreeMap::new();
        for (future, f) in futures.iter().enumerate() {
            let p = self.probabilities[future];
            for &(row, lower, upper) in &f.expected {
                let all = sums.entry(f.program.row_name(row)).or_default();
                all.rows.push((future, row));
                let at = |c: ColumnId| self.columns[future][c.0 as usize];
                all.sum.terms.extend(f.program.row_terms(row).map(|(c, a)| (at(c), p * a)));
                all.bounds = (all.bounds.0 + p * lower, all.bounds.1 + p * upper);
            }
        }
        for (name, mut all) in sums {
            all.sum.collect();
            let (first, row) = all.rows[0];
            let role = futures[first].program.rows()[row.0 as usize].role;
            let (lower, upper) = all.bounds;
            let made = self.program.add_row(format!("{name}@expected"), role, lower, upper, all.sum.terms);
            all.rows.into_iter().for_each(|(future, row)| self.expected[future].push((row, made)));
        }
    }

    /// Columns and rows of what is minimized beside the expected cost.
    fn measure(
        &mut self,
        uncertainty: &Uncertainty,
        futures: &[(&Model, &Formulation)],
        measure: &FutureMeasure,
        scale: f64,
    ) {
        let costs = |joint: &Joint, future: usize| -> (Vec<(ColumnId, f64)>, f64) {
            let program = &futures[future].1.program;
            let terms = program.columns().iter().enumerate().filter(|(_, c)| c.cost != 0.0);
            let terms = terms.map(|(j, c)| (joint.columns[future][j], c.cost / scale)).collect();
            (terms, program.offset() / scale)
        };
        let no_end = f64::INFINITY;
        match measure {
            FutureMeasure::Cost { cvar, most, .. } => {
                if let Some((level, weight)) = cvar.filter(|(_, weight)| *weight > 0.0) {
                    let eta = self.program.add_column("cvar[eta]", "cvar", -no_end, no_end, weight * scale);
                    for future in 0..futures.len() {
                        let name = &uncertainty.futures[future].name;
                        let part = weight * scale * self.probabilities[future] / (1.0 - level);
                        let above = self.program.add_column(format!("cvar[{name}]"), "cvar", 0.0, no_end, part);
                        let (mut terms, offset) = costs(self, future);
                        terms.extend([(eta, -1.0), (above, -1.0)]);
                        self.program.add_row(format!("cvar[{name}]"), "cvar", -no_end, -offset, terms);
                    }
                }
                for (future, most) in most.iter().flatten().enumerate() {
                    let name = &uncertainty.futures[future].name;
                    let (terms, offset) = costs(self, future);
                    self.program.add_row(format!("regret[{name}]"), "regret", -no_end, most / scale - offset, terms);
                }
            }
            FutureMeasure::Regret { best } => {
                let regret = self.program.add_column("regret", "regret", 0.0, no_end, scale);
                for (future, best) in best.iter().enumerate() {
                    let name = &uncertainty.futures[future].name;
                    let (mut terms, offset) = costs(self, future);
                    terms.push((regret, -1.0));
                    self.program.add_row(format!("regret[{name}]"), "regret", -no_end, best / scale - offset, terms);
                }
            }
        }
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &LinearProgram {
        &self.program
    }

    /// Decisions that are the same in every future.
    #[must_use]
    pub fn root(&self) -> &[ColumnId] {
        &self.root
    }

    /// Decisions that are due before anything is drawn at random. Their names are the same in every sample: each is called
    /// after the first draw.
    #[must_use]
    pub fn undrawn(&self) -> &[ColumnId] {
        &self.undrawn
    }

    /// The columns that several futures have in common, by the names that they have in each, and those futures.
    #[must_use]
    pub fn shared(&self, futures: &[&LinearProgram]) -> Vec<(String, Vec<usize>)> {
        let mut having: Vec<Vec<usize>> = vec![Vec::new(); self.program.columns().len()];
        let mut names: Vec<&str> = vec![""; having.len()];
        for (f, columns) in self.columns.iter().enumerate() {
            for (j, c) in columns.iter().enumerate() {
                having[c.0 as usize].push(f);
                names[c.0 as usize] = futures[f].column_name(ColumnId(j as u32));
            }
        }
        let all = names.into_iter().zip(having).filter(|(_, having)| having.len() > 1);
        all.map(|(name, having)| (name.to_owned(), having)).collect()
    }

    /// What a future's own costs are multiplied with.
    #[must_use]
    pub fn weight(&self, future: usize) -> f64 {
        self.weights[future]
    }

    /// Where a future's columns are.
    #[must_use]
    pub fn columns(&self, future: usize) -> &[ColumnId] {
        &self.columns[future]
    }

    /// Where a future's rows are.
    #[must_use]
    pub fn rows(&self, future: usize) -> Vec<RowId> {
        self.rows[future].iter().map(|row| row.0).collect()
    }

    /// What need not have its purpose in a future, having it in another one that shares the decision.
    #[must_use]
    pub fn excused(&self, future: usize) -> &[Unneeded] {
        &self.excused[future]
    }

    /// A future's own program, with the bounds that its columns and rows have together.
    #[must_use]
    pub fn apart(&self, future: usize, own: &Formulation) -> LinearProgram {
        let mut program = own.program.clone();
        for (j, c) in self.columns[future].iter().enumerate() {
            let column = &self.program.columns()[c.0 as usize];
            program.set_bounds(ColumnId(j as u32), column.lower, column.upper);
        }
        for (i, (r, _)) in self.rows[future].iter().enumerate() {
            let row = &self.program.rows()[r.0 as usize];
            program.set_row_bounds(RowId(i as u32), row.lower, row.upper);
        }
        program
    }

    /// A future's part of a point; empty if there is none.
    #[must_use]
    pub fn point(&self, future: usize, x: &[f64]) -> Vec<f64> {
        if x.is_empty() {
            return Vec::new();
        }
        self.columns[future].iter().map(|c| x[c.0 as usize]).collect()
    }

    /// A future's multipliers, of its own cost; those of a row that several futures have are counted to one of them, so
    /// that the sum over the futures by their probabilities is that of the expected cost.
    #[must_use]
    pub fn multipliers(&self, future: usize, y: &[f64]) -> Vec<f64> {
        let of = |&(row, counted): &(RowId, bool)| if counted { y[row.0 as usize] } else { 0.0 };
        let mut own: Vec<f64> = self.rows[future].iter().map(|row| of(row) / self.probabilities[future]).collect();
        // What is expected has each future's part in it by its probability already.
        self.expected[future].iter().for_each(|(row, all)| own[row.0 as usize] = y[all.0 as usize]);
        own
    }

    /// A future's reduced costs, counted as [`Self::multipliers`] are.
    #[must_use]
    pub fn reduced(&self, future: usize, reduced: &[f64]) -> Vec<f64> {
        let of = |&c: &ColumnId| {
            if self.owners[c.0 as usize] == future { reduced[c.0 as usize] / self.probabilities[future] } else { 0.0 }
        };
        self.columns[future].iter().map(of).collect()
    }

    /// What is expected of a sum that each future has.
    #[must_use]
    pub fn expected(&self, sums: &[Affine]) -> Affine {
        let mut all = Affine::default();
        for ((sum, columns), p) in sums.iter().zip(&self.columns).zip(&self.probabilities) {
            all.terms.extend(sum.terms.iter().map(|&(c, a)| (columns[c.0 as usize], p * a)));
            all.constant += p * sum.constant;
        }
        all.collect();
        all
    }

    /// What is minimised, as a sum.
    #[must_use]
    pub fn objective(&self) -> Affine {
        self.program.objective_sum()
    }

    /// Minimises a sum instead of what was minimised before.
    pub fn minimise(&mut self, sum: &Affine) {
        self.program.minimise(sum);
    }

    /// Asks that a sum is at most so much.
    pub fn ask(&mut self, name: &str, sum: &Affine, most: f64) {
        let most = most - sum.constant;
        self.program.add_row(name, "asked", f64::NEG_INFINITY, most, sum.terms.iter().copied());
    }

    /// No longer asks for whole numbers.
    pub fn relax(&mut self) {
        self.program.relax();
    }

    /// Keeps decisions that are the same in every future within bounds, by the names of their columns.
    pub fn fix_root(&mut self, bounds: impl Fn(&str) -> Option<(f64, f64)>) {
        self.fix(&self.root.clone(), bounds);
    }

    /// Keeps decisions that are due before anything is drawn within bounds. What they are for was asked where they were
    /// decided: other draws may have no use for them.
    pub fn fix_undrawn(&mut self, bounds: impl Fn(&str) -> Option<(f64, f64)>) {
        self.fix(&self.undrawn.clone(), bounds);
        self.purposes.iter().for_each(|&row| self.program.set_row_bounds(row, f64::NEG_INFINITY, f64::INFINITY));
    }

    fn fix(&mut self, columns: &[ColumnId], bounds: impl Fn(&str) -> Option<(f64, f64)>) {
        for &c in columns {
            let Some((lower, upper)) = bounds(self.program.column_name(c)) else { continue };
            let own = self.program.columns()[c.0 as usize];
            let (lower, upper) = if own.integer { (lower.ceil(), upper.floor()) } else { (lower, upper) };
            // Where they do not meet there is no plan, which a row says.
            if lower.max(own.lower) <= upper.min(own.upper) {
                self.program.set_bounds(c, lower.max(own.lower), upper.min(own.upper));
            } else {
                let name = format!("kept[{}]", self.program.column_name(c));
                self.program.add_row(name, "kept", lower, upper, [(c, 1.0)]);
            }
        }
    }
}
