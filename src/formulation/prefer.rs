//! What is preferred among plans that cost as little, as sums to be minimised.
//!
//! - most diversified: the largest z of the vendors' shares of spend; largest >= M_g for each vendor g
//! - fewest splits: sum of pair\[w,o\], whole, 0 or 1, with a workload's run on an offer bounded by
//!   pair\[w,o\] times what the model's own demand, work and capacity allow (see [`super::placement`])
//! - least change: sum over w and o of |run\[w,o,first period\] - today\[w,o\]|, with
//!   change\[w,o\] >= run - today and change\[w,o\] >= today - run where something runs today
//! - steady: sum over w, o and t of turn\[w,o,t\] >= run\[w,o,t-1\] - run\[w,o,t\], for a workload that may run in both

use std::collections::BTreeMap;

use super::measure::measure;
use super::placement::only_where;
use super::{Affine, CLEAR, Constraint, Formulation, Run, bracketed, named};
use crate::lp::ColumnId;
use crate::model::{Dimension, Grid, Measure, Model, OfferId, OfferSet, WorkloadId};

/// A pair of workload and offer is in use if more than this part of what could be of use runs on it.
const USED: f64 = 1e-6;

/// Terms of a sum by period.
type ByPeriod = BTreeMap<usize, Vec<(ColumnId, f64)>>;

/// A part of what could be of use that is little.
const LITTLE: f64 = 1e-3;

impl Formulation {
    /// Spend of each vendor over the horizon.
    #[must_use]
    pub fn vendors(&self, model: &Model) -> Vec<(String, Affine)> {
        let spend = |offers: Vec<OfferId>| {
            let offers = OfferSet::listed(model.offers.len(), offers);
            measure(self, model, &offers, Measure::Spend, None, &model.calendar.all())
        };
        model.groups(&Dimension::Vendor).into_iter().map(|(name, offers)| (name, spend(offers))).collect()
    }

    /// Adds a column that is no less than the spend of any vendor; that column as a sum.
    pub fn add_largest(&mut self, model: &Model) -> Affine {
        let vendors = self.vendors(model);
        let most = vendors.iter().map(|(_, sum)| self.most(&sum.terms) + sum.constant).fold(0.0, f64::max);
        let largest = self.program.add_column("largest", "largest", 0.0, CLEAR * most, 0.0);
        for (name, sum) in vendors {
            let mut row: Vec<(ColumnId, f64)> = sum.terms.iter().map(|&(c, a)| (c, -a)).collect();
            row.push((largest, 1.0));
            let name = named("largest", &[&name]);
            self.row(Constraint::Asked, name, "largest", (sum.constant, f64::INFINITY), row);
        }
        Affine { terms: vec![(largest, 1.0)], constant: 0.0 }
    }

    /// Adds a whole column for each pair of workload and offer, 1 if the workload runs there; their sum.
    pub fn add_pairs(&mut self, model: &Model) -> Affine {
        let mut pairs: BTreeMap<(WorkloadId, OfferId), ByPeriod> = BTreeMap::new();
        for run in &self.runs {
            let term = (run.column, model.productivity(run.workload, run.offer));
            let periods = pairs.entry((run.workload, run.offer)).or_default();
            periods.entry(run.period).or_default().push(term);
        }
        let mut sum = Affine::default();
        for ((w, o), periods) in pairs {
            let (workload, offer) = (&model.workloads[w].id, &model.offers[o].id);
            let name = named("pair", &[workload, offer]);
            let pair = self.program.add_integer(name, "pair", 0.0, 1.0, 0.0);
            only_where(self, model, w, &[o], periods, pair, ("pair", offer));
            sum.terms.push((pair, 1.0));
        }
        sum
    }

    /// Sum over the pairs of what runs there, as a part of what could, divided by what ran there in a
    /// solution: where little ran, less is worth more.
    #[must_use]
    pub fn thinned(&self, x: &[f64]) -> Affine {
        let part = |c: ColumnId| x[c.0 as usize] / self.program.columns()[c.0 as usize].upper;
        let mut before: BTreeMap<(WorkloadId, OfferId), f64> = BTreeMap::new();
        self.runs.iter().for_each(|r| *before.entry((r.workload, r.offer)).or_default() += part(r.column));
        let weight = |r: &Run| {
            let upper = self.program.columns()[r.column.0 as usize].upper;
            (r.column, 1.0 / (upper * (before[&(r.workload, r.offer)] + LITTLE)))
        };
        Affine { terms: self.runs.iter().map(weight).collect(), constant: 0.0 }
    }

    /// How many pairs of workload and offer a solution uses.
    #[must_use]
    pub fn pairs(&self, x: &[f64]) -> usize {
        let part = |c: ColumnId| x[c.0 as usize] / self.program.columns()[c.0 as usize].upper;
        let used = self.runs.iter().filter(|r| part(r.column) > USED).map(|r| (r.workload, r.offer));
        used.collect::<std::collections::BTreeSet<_>>().len()
    }

    /// Adds columns for what changes of what runs today; all that changes, as a sum in chips. Zero
    /// without a baseline.
    pub fn add_changes(&mut self, model: &Model) -> Affine {
        let mut sum = Affine::default();
        for (w, o, today, run) in self.first_period(model) {
            match run {
                Some(run) if today > 0.0 => {
                    let name = bracketed(&[&model.workloads[w].id, &model.offers[o].id]);
                    let most = CLEAR * (today + self.program.columns()[run.0 as usize].upper);
                    let change = self.program.add_column(format!("change{name}"), "change", 0.0, most, 0.0);
                    for (side, sign) in [("less", 1.0), ("more", -1.0)] {
                        let row = vec![(change, 1.0), (run, sign)];
                        let bounds = (sign * today, f64::INFINITY);
                        self.row(Constraint::Asked, format!("{side}{name}"), "change", bounds, row);
                    }
                    sum.terms.push((change, 1.0));
                }
                Some(run) => sum.terms.push((run, 1.0)),
                None => sum.constant += today,
            }
        }
        sum
    }

    /// The chips that a solution changes of what runs today.
    #[must_use]
    pub fn changes(&self, model: &Model, x: &[f64]) -> f64 {
        let now = |run: Option<ColumnId>| run.map_or(0.0, |c| x[c.0 as usize]);
        self.first_period(model).iter().map(|&(_, _, today, run)| (now(run) - today).abs()).sum()
    }

    /// Adds columns for how far what is held of each offer in each period is from what it was in another plan; all of it, as
    /// a sum in chip-hours. Periods before `from` do not count.
    pub fn add_departures(&mut self, model: &Model, before: &Grid<OfferId>, from: usize) -> Affine {
        let mut sum = Affine::default();
        for offer in model.offers.ids() {
            for (period, &was) in before[offer].iter().enumerate().skip(from) {
                let (label, hours) = {
                    let p = &model.calendar.periods[period];
                    (p.label.clone(), p.hours)
                };
                let held: Vec<(ColumnId, f64)> = self.held(offer, period, 1.0).collect();
                if held.is_empty() {
                    sum.constant += was * hours;
                    continue;
                }
                let name = bracketed(&[&model.offers[offer].id, &label]);
                let most = CLEAR * (was + self.most(&held));
                let apart = self.program.add_column(format!("apart{name}"), "apart", 0.0, most, 0.0);
                for (side, sign) in [("less", 1.0), ("more", -1.0)] {
                    let mut row: Vec<(ColumnId, f64)> = held.iter().map(|&(c, a)| (c, sign * a)).collect();
                    row.push((apart, 1.0));
                    let bounds = (sign * was, f64::INFINITY);
                    self.row(Constraint::Asked, format!("{side}{name}"), "apart", bounds, row);
                }
                sum.terms.push((apart, hours));
            }
        }
        sum
    }

    /// Adds columns for chips that no longer do in a period what they did in the one before; all of them, as a sum.
    pub fn add_turns(&mut self, model: &Model) -> Affine {
        let mut sum = Affine::default();
        let pairs: Vec<(Run, Option<ColumnId>)> = self.turning(model).collect();
        for (run, then) in pairs {
            let label = &model.calendar.periods[run.period + 1].label;
            let name = bracketed(&[&model.workloads[run.workload].id, &model.offers[run.offer].id, label]);
            let most = CLEAR * self.program.columns()[run.column.0 as usize].upper;
            let turn = self.program.add_column(format!("turn{name}"), "turn", 0.0, most, 0.0);
            let mut row = vec![(turn, 1.0), (run.column, -1.0)];
            row.extend(then.map(|then| (then, 1.0)));
            self.row(Constraint::Asked, format!("turn{name}"), "turn", (0.0, f64::INFINITY), row);
            sum.terms.push((turn, 1.0));
        }
        sum
    }

    /// The chips of a solution that no longer do in a period what they did in the one before.
    #[must_use]
    pub fn turns(&self, model: &Model, x: &[f64]) -> f64 {
        let at = |c: ColumnId| x[c.0 as usize];
        self.turning(model).map(|(run, then)| (at(run.column) - then.map_or(0.0, at)).max(0.0)).sum()
    }

    /// Each run whose workload may run in the next period too, with its column there.
    fn turning<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = (Run, Option<ColumnId>)> + 'a {
        let goes_on = |r: &&Run| model.workloads[r.workload].goes_on_in(r.period + 1);
        self.runs.iter().filter(goes_on).map(|run| {
            let then = self.runs_at(run.offer, run.period + 1).find(|r| r.workload == run.workload);
            (*run, then.map(|r| r.column))
        })
    }

    /// Each workload and offer with what runs there today and its column in the first period.
    fn first_period(&self, model: &Model) -> Vec<(WorkloadId, OfferId, f64, Option<ColumnId>)> {
        let mut all: BTreeMap<(WorkloadId, OfferId), (f64, Option<ColumnId>)> = BTreeMap::new();
        for today in model.baseline.iter().flat_map(|b| &b.running) {
            all.entry((today.workload, today.offer)).or_default().0 += today.chips;
        }
        for run in self.runs.iter().filter(|r| r.period == 0) {
            all.entry((run.workload, run.offer)).or_default().1 = Some(run.column);
        }
        all.into_iter().map(|((w, o), (today, run))| (w, o, today, run)).collect()
    }
}
