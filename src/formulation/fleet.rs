//! Chips that are held because a floor asks for a fleet, used or not.
//!
//! Where what is bought needs a purpose (see [`super::purpose`]), the fleet is one: for a floor l of a fleet in t,
//!
//! - sum over o in l of stands\[l,o,t\] <= chips, or chips x sign of the contract that asks for it
//!
//! Chips stand for the fleet only as far as it would be short of them. That is a choice, added only where a solution
//! makes wrong use of it: with guards\[l,t\] 0 or 1, nothing stands for the fleet where it is 0, and
//! sum over o in l of (stands\[l,o,t\] + what works on o) <= chips where it is 1.

use super::{Constraint, Formulation, NEAR, bracketed, named};
use crate::lp::{ColumnId, RowId};
use crate::model::{Decision, Group, LimitId, Model, OfferId};

/// Chips that stand for a fleet in a period, and the rows that they are in.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    columns: Vec<ColumnId>,
    /// The rows, each with the coefficient of a column; the columns from the number on are not in them yet.
    rows: Vec<(RowId, f64)>,
    known: usize,
    /// Whether the row is there that no more stands than is asked for.
    is_bounded: bool,
    /// Whether they stand only as far as the fleet would be short of them.
    is_asked: bool,
}

impl Standing {
    /// Whether they stand only as far as the fleet would be short of them.
    pub(super) fn is_asked(&self) -> bool {
        self.is_asked
    }
}

impl Formulation {
    /// The floor of a fleet that is in force, with its group and chips.
    fn fleet<'a>(&self, model: &'a Model, limit: LimitId) -> Option<(&'a Group, f64)> {
        let own = &model.limits[limit];
        let signed = |k| self.signs[k].is_some() || model.contracts[k].decision == Decision::Signed;
        own.kind.family().fleet().filter(|_| self.in_force.contains(&limit) && own.when.is_none_or(signed))
    }

    /// Adds columns for chips of an offer that stand for fleets in a period.
    pub(super) fn stand_for_fleets(&mut self, model: &Model, o: OfferId, t: usize) -> Vec<ColumnId> {
        let held: Vec<(ColumnId, f64)> = self.held(o, t, 1.0).collect();
        let most = self.most(&held).min(model.offers[o].capacity_at(t));
        let label = &model.calendar.periods[t].label;
        let mut columns = Vec::new();
        for l in model.limits.ids() {
            let Some((group, chips)) = self.fleet(model, l) else { continue };
            if group.offers[o] && most > 0.0 && model.limits[l].spans.iter().any(|s| s.periods.start == t) {
                let name = named("stands", &[&model.limits[l].name, &model.offers[o].id, label]);
                let column = self.program.add_column(name, "stands", 0.0, most.min(chips), 0.0);
                self.fleets.entry((l, t)).or_default().columns.push(column);
                columns.push(column);
            }
        }
        columns
    }

    /// No more stands for a fleet than it asks for. Columns that are new since the last call are added to the rows
    /// that stand.
    pub(super) fn add_fleets(&mut self, model: &Model) {
        for ((l, t), mut standing) in std::mem::take(&mut self.fleets) {
            for &(row, part) in &standing.rows {
                for &c in &standing.columns[standing.known..] {
                    self.program.set_coefficient(row, c, part);
                }
            }
            if let (false, Some((_, chips))) = (standing.is_bounded, self.fleet(model, l)) {
                let mut row: Vec<(ColumnId, f64)> = standing.columns.iter().map(|&c| (c, 1.0)).collect();
                let sign = model.limits[l].when.and_then(|k| self.signs[k]);
                row.extend(sign.map(|sign| (sign, -chips)));
                let most = if sign.is_some() { 0.0 } else { chips };
                let name = named("stands", &[&model.limits[l].name, &model.calendar.periods[t].label]);
                let row = self.row(Constraint::Decision, name, "stands", (f64::NEG_INFINITY, most), row);
                standing.rows.extend(row.map(|row| (row, 1.0)));
                standing.is_bounded = true;
            }
            standing.known = standing.columns.len();
            self.fleets.insert((l, t), standing);
        }
    }

    /// Lets chips of an offer stand for a fleet only as far as it would be short of them.
    pub(super) fn ask_fleets(&mut self, model: &Model, offer: OfferId, t: usize) {
        for l in model.limits.ids() {
            let Some((group, chips)) = self.fleet(model, l).filter(|(group, _)| group.offers[offer]) else { continue };
            let Some(standing) = self.fleets.get(&(l, t)).filter(|s| !s.is_asked) else { continue };
            let columns = standing.columns.clone();
            let running: Vec<ColumnId> =
                group.offers.iter().flat_map(|o| self.runs_at(o, t).map(|r| r.column).collect::<Vec<_>>()).collect();
            let held: f64 = group.offers.iter().map(|o| self.most(&self.held(o, t, 1.0).collect::<Vec<_>>())).sum();
            let most = NEAR * (held + chips).max(1.0);
            let name = bracketed(&[&model.limits[l].name, &model.calendar.periods[t].label]);
            let guards = self.program.add_integer(format!("guards{name}"), "guards", 0.0, 1.0, 0.0);
            let part = 1.0 / most;
            let stands = || columns.iter().map(|&c| (c, part));
            let allowed = stands().chain([(guards, -chips * part)]).collect();
            let asked = stands().chain(running.iter().map(|&c| (c, part))).chain([(guards, 1.0 - chips * part)]);
            let asked = asked.collect();
            let rows = [("stands-allowed", 0.0, allowed), ("stands-asked", 1.0, asked)].map(|(kind, most, row)| {
                self.row(Constraint::Purpose, format!("{kind}{name}"), "stands", (f64::NEG_INFINITY, most), row)
            });
            if let Some(standing) = self.fleets.get_mut(&(l, t)) {
                standing.rows.extend(rows.into_iter().flatten().map(|row| (row, part)));
                standing.is_asked = true;
            }
        }
    }
}
