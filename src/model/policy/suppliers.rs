//! Numbers of suppliers, over each span, with M the measure of everything and M_g of a group.
//!
//! - at least n with a part p each: M_g >= p x M - p x U x (1 - counts\[g\]) and
//!   sum over g of counts\[g\] >= n, with counts whole, 0 or 1
//! - at most n: M_g <= U_g x uses\[g\] and sum over g of uses\[g\] <= n
//!
//! U and U_g are the largest values that M and M_g can take: the work that is asked for, or what
//! the columns' boxes allow. For work in a fixed amount U = M, and the rows are as tight as can be:
//! M_g >= p x M x counts\[g\].

use crate::model::ids::{OfferSet, WorkloadId, WorkloadSet};
use std::ops::Range;

use super::read::{Parts, Read, Shared, groups, measured, shared};
use super::{
    Accounts, Compared, LimitFamily, LimitKind, Measured, Parameter, LimitUnit, Ratio, Rows, StandsIn, Stated, named,
    ratio,
};
use crate::diagnostics::Code;
use crate::document as doc;
use crate::lp::Affine;
use crate::model::reader::{In, Reader};
use crate::model::types::{Group, Limit, Measure, Task};
use crate::model::whole::Model;
use crate::units::human::percent;

/// Number of groups of a dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Suppliers {
    /// The dimension.
    pub by: String,
    /// Its groups.
    pub groups: Vec<Group>,
    /// What is measured.
    pub of: Measured,
    /// The fewest groups, and the part that each of them must have.
    pub at_least: Option<(usize, f64)>,
    /// The most groups that have anything.
    pub at_most: Option<usize>,
}

/// The parts of a span: the fewest groups, and the most.
const FEWEST: usize = 0;
const MOST: usize = 1;

impl Suppliers {
    /// What all families share.
    pub(super) fn shared<'a>(limit: &'a doc::Limit, written: &'a doc::Suppliers) -> Shared<'a> {
        shared!(limit, written: per)
    }

    pub(super) fn read(
        reader: &mut Reader<'_>,
        limit: &doc::Limit,
        written: &doc::Suppliers,
        parts: &Parts<'_>,
    ) -> Option<Read> {
        let everything = OfferSet::all(parts.offers.offers.len());
        let most = parts.offers.offers.len().max(1);
        let fewest = reader.count(written.at_least.as_ref(), 1_000_000);
        let at_most = reader.count(written.at_most.as_ref(), 1_000_000);
        let part = reader.share(written.each_at_least.as_ref(), In::Fraction);
        if written.lacks("at_least") && written.lacks("at_most") {
            let message = "a supplier count needs `at_least` or `at_most`";
            reader.error(Code::MissingKey, written.place, message, "add `at_least: 3, each_at_least: 10 %`");
        } else if written.lacks("at_least") != written.lacks("each_at_least") {
            let message = "`at_least` and `each_at_least` go together";
            let remedy =
                "say how many suppliers, and from which part on each counts: `at_least: 3, each_at_least: 10 %`";
            reader.error(Code::MissingKey, written.place, message, remedy);
            return None;
        }
        let by = written.by.as_ref()?;
        let groups = groups(reader, by, &everything, parts);
        let units = measured(reader, written.place, &written.of, &written.workloads, &everything, parts);
        if let (Some(least), Some(most), Some(amount)) = (fewest, at_most, &written.at_least)
            && least > most
        {
            let message = format!("at least {least} suppliers and at most {most}");
            reader.error(Code::MinAboveMax, amount.place, message, "swap them");
        }
        if let (Some(least), Some(part), Some(amount)) = (fewest, part, &written.each_at_least)
            && least as f64 * part > 1.0 + 1e-9
        {
            let message = format!("{least} suppliers cannot each have more than 1 of {least} parts");
            reader.error(Code::OutOfRange, amount.place, message, "lower `each_at_least`, or `at_least`");
        }
        let at_least = match (&written.at_least, fewest, part) {
            (None, ..) => None,
            (Some(_), fewest, part) => Some((fewest?, part?)),
        };
        let at_most = match (&written.at_most, at_most) {
            (None, _) => None,
            // More than there are is no limit.
            (Some(_), n) => Some(n?.min(most)),
        };
        let (groups, units) = (groups?, units?);
        if let Some(soft) = &limit.soft {
            let remedy = "remove `soft`: a number of suppliers is either met or not";
            reader.error(Code::UnknownKey, soft.place, "a number of suppliers cannot have a price", remedy);
        }
        let kind = |of| {
            let (by, groups) = (by.text.clone(), groups.clone());
            LimitKind::Suppliers(Suppliers { by, groups, of, at_least, at_most })
        };
        Some(Read::by_unit(units, kind, format!("suppliers-{}", by.text)))
    }

    /// The largest value that a measure can take.
    fn largest(&self, model: &Model, rows: &dyn Rows, sum: &Affine, periods: &Range<usize>) -> f64 {
        let boxes = rows.most(sum);
        if self.of.measure != Measure::Work {
            return boxes;
        }
        let counted = |w: WorkloadId| self.of.workloads.as_ref().is_none_or(|mask| mask[w]);
        let asked = |w: WorkloadId| match &model.workloads[w].task {
            Task::Training { work } => *work,
            Task::Inference { .. } => {
                periods.clone().map(|t| model.workloads[w].peak_demand(t) * model.calendar.periods[t].hours).sum()
            }
        };
        boxes.min(model.workloads.ids().filter(|&w| counted(w)).map(asked).sum())
    }
}

impl LimitFamily for Suppliers {
    fn word(&self) -> &'static str {
        "suppliers"
    }

    fn ratio(&self) -> Option<Ratio<'_>> {
        Some(self.of.of(None))
    }

    fn count_only(&mut self, workloads: WorkloadSet) {
        self.of.workloads = Some(workloads);
    }

    fn add_rows(&self, model: &Model, limit: &Limit, rows: &mut dyn Rows) {
        let everything = OfferSet::all(model.offers.len());
        let count = self.groups.len();
        for (number, span) in limit.spans.iter().enumerate() {
            let name = |group: &str| named(&[&limit.name, group, &span.label]);
            if let Some((n, part)) = self.at_least {
                let total = self.of.in_rows(rows, &everything, &span.periods);
                let most = self.largest(model, rows, &total, &span.periods);
                let mut enough = Affine::default();
                for (g, group) in self.groups.iter().enumerate() {
                    let name = name(&group.name);
                    let counts = rows.binary("counts", &format!("counts{name}"));
                    enough.terms.push((counts, 1.0));
                    let mut row = self.of.in_rows_of(rows, group, &span.periods);
                    row.add(-part, &total);
                    row.terms.push((counts, -part * most));
                    let bounds = (-part * most, f64::INFINITY);
                    rows.row(g, number, format!("suppliers{name}"), "suppliers", bounds, row);
                }
                let bounds = (n as f64, f64::INFINITY);
                rows.row(count, number, format!("suppliers{}", name("")), "suppliers", bounds, enough);
            }
            if let Some(n) = self.at_most {
                let mut few = Affine::default();
                for (g, group) in self.groups.iter().enumerate() {
                    let name = name(&group.name);
                    let uses = rows.binary("uses", &format!("uses{name}"));
                    few.terms.push((uses, 1.0));
                    let mut row = self.of.in_rows_of(rows, group, &span.periods);
                    let most = self.largest(model, rows, &row, &span.periods);
                    row.terms.push((uses, -most));
                    let bounds = (f64::NEG_INFINITY, 0.0);
                    rows.row(count + 1 + g, number, format!("uses{name}"), "suppliers", bounds, row);
                }
                let bounds = (f64::NEG_INFINITY, n as f64);
                rows.row(2 * count + 1, number, format!("uses{}", name("")), "suppliers", bounds, few);
            }
        }
    }

    fn part_of_row(&self, row: usize) -> usize {
        if row > self.groups.len() { MOST } else { FEWEST }
    }

    fn stands_in(&self) -> StandsIn {
        StandsIn::Count
    }

    fn compared(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>) -> Vec<Compared> {
        let total = self.of.on(accounts, &OfferSet::all(model.offers.len()), periods);
        let mut owns: Vec<f64> = self.groups.iter().map(|g| self.of.of_group(accounts, g, periods)).collect();
        owns.sort_by(|a, b| b.total_cmp(a));
        let mut all = Vec::new();
        if let Some((n, part)) = self.at_least {
            // The n-th largest group has at least its part.
            let nth = owns.get(n - 1).copied().unwrap_or(0.0);
            let value = if owns.len() < n { f64::INFINITY } else { part * total };
            all.push(Compared { value, most: nth, scale: total });
        }
        if let Some(n) = self.at_most {
            all.push(Compared { value: owns.get(n).copied().unwrap_or(0.0), most: 0.0, scale: total });
        }
        all
    }

    fn stated(
        &self,
        model: &Model,
        accounts: &dyn Accounts,
        periods: &Range<usize>,
        part: usize,
        when: &str,
    ) -> Stated {
        let total = self.of.on(accounts, &OfferSet::all(model.offers.len()), periods);
        let share = |g: &Group| ratio(self.of.of_group(accounts, g, periods), total);
        let number = |least: f64| self.groups.iter().filter(|g| share(g) > least).count() as f64;
        let (by, what) = (&self.by, self.of.words(model));
        match self.at_least {
            Some((n, least)) if part == FEWEST => Stated {
                part: if self.at_most.is_some() { "at least" } else { "" }.to_owned(),
                activity: number(least - 1e-6),
                limit: n as f64,
                unit: LimitUnit::Suppliers,
                from_below: true,
                subject: format!("the number of {by}s with at least {} of {what}{when}", percent(least)),
                price_factor: None,
            },
            _ => Stated {
                part: if self.at_least.is_some() { "at most" } else { "" }.to_owned(),
                activity: number(1e-6),
                limit: self.at_most.unwrap_or(0) as f64,
                unit: LimitUnit::Suppliers,
                from_below: false,
                subject: format!("the number of {by}s with any {what}{when}"),
                price_factor: None,
            },
        }
    }

    fn subject(&self, _: usize) -> Option<&str> {
        None
    }

    fn parameter(&self) -> Option<Parameter> {
        let number = match (self.at_least, self.at_most) {
            (Some((n, _)), _) => Parameter::at_least(n as f64, LimitUnit::Suppliers),
            (None, Some(n)) => Parameter::at_most(n as f64, self.groups.len() as f64, LimitUnit::Suppliers),
            (None, None) => return None,
        };
        Some(Parameter { whole: true, ..number })
    }

    fn set(&mut self, value: f64) {
        match &mut self.at_least {
            Some((n, _)) => *n = value as usize,
            None => self.at_most = Some(value as usize),
        }
    }

    fn split(&self, _: usize) -> Option<(LimitKind, Option<LimitKind>)> {
        None
    }

    fn asks(&self, _: &Model, when: &str) -> String {
        let least = self.at_least.map(|(n, part)| format!("at least {n} with {} each", percent(part)));
        let most = self.at_most.map(|n| format!("at most {n}"));
        let numbers: Vec<String> = least.into_iter().chain(most).collect();
        format!("of the {}s, {} of {}{when}", self.by, numbers.join(" and "), self.of.measure.word())
    }
}
