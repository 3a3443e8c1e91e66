//! Floor: over each span, with M the measure of everything and M_g of the group, M_g - s x M >= 0.
//!
//! It is linear because s is a number: the total may vary. A priced floor may be missed by over, in the
//! measure's unit.

use crate::model::ids::{OfferSet, WorkloadSet};
use std::ops::Range;
use super::read::{Parts, Read, Shared, group, measured};
use super::{
    Accounts, Compared, LimitFamily, LimitKind, Measured, Parameter, LimitUnit, Ratio, Rows, StandsIn, Stated, less,
    named, ratio,
};
use crate::document::{self as doc, either};
use crate::model::reader::{In, Reader};
use crate::model::types::{Group, Limit};
use crate::model::whole::Model;
use crate::units::human::percent;

/// Least of a measure that a group must have.
#[derive(Clone, Debug, PartialEq)]
pub struct Floor {
    /// The group.
    pub group: Group,
    /// What is measured.
    pub of: Measured,
    /// The part.
    pub at_least: f64,
}

impl Floor {
    pub(super) fn read<'a>(
        reader: &mut Reader<'_>,
        limit: &'a doc::Limit,
        written: &'a doc::Floor,
        parts: &Parts<'_>,
    ) -> Option<Read<'a>> {
        let at_least = reader.share(written.at_least.as_ref(), In::Fraction);
        let group = group(reader, &written.offers, parts);
        let everything = OfferSet::all(parts.offers.offers.len());
        let units = measured(reader, written.place, &written.of, &written.workloads, &everything, parts)?;
        let (group, at_least) = (group?, at_least?);
        let default = format!("floor-{}", group.name.split('=').next().unwrap_or("all"));
        let shared = Shared {
            place: written.place,
            per: written.per.as_ref(),
            during: &written.during,
            within: &written.within,
            name: either(&limit.name, &written.name),
            soft: either(&limit.soft, &written.soft),
        };
        let kind = |of| LimitKind::Floor(Floor { group: group.clone(), of, at_least });
        Some(Read::by_unit(units, kind, default, shared))
    }

    /// What it measures of the group, and of everything.
    fn parts(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>) -> (f64, f64) {
        let total = self.of.on(accounts, &OfferSet::all(model.offers.len()), periods);
        (self.of.on(accounts, &self.group.offers, periods), total)
    }
}

impl LimitFamily for Floor {
    fn word(&self) -> &'static str {
        "floor"
    }

    fn ratio(&self) -> Option<Ratio<'_>> {
        Some(self.of.of(None))
    }

    fn count_only(&mut self, workloads: WorkloadSet) {
        self.of.workloads = Some(workloads);
    }

    fn add_rows(&self, model: &Model, limit: &Limit, rows: &mut dyn Rows) {
        let everything = OfferSet::all(model.offers.len());
        for (number, span) in limit.spans.iter().enumerate() {
            let total = self.of.in_rows(rows, &everything, &span.periods);
            let own = self.of.in_rows(rows, &self.group.offers, &span.periods);
            let name = named(&[&limit.name, &self.group.name, &span.label]);
            let most = rows.most(&total);
            let mut row = less(&own, &total, self.at_least);
            row.terms.extend(rows.excess(&name, span.periods.end - 1, most).map(|over| (over, 1.0)));
            rows.row(0, number, format!("floor{name}"), "floor", (0.0, f64::INFINITY), row);
        }
    }

    fn stands_in(&self) -> StandsIn {
        StandsIn::Coefficients
    }

    fn compared(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>) -> Vec<Compared> {
        let (own, total) = self.parts(model, accounts, periods);
        vec![Compared { value: self.at_least * total, most: own, scale: total }]
    }

    fn stated(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>, _: usize, when: &str) -> Stated {
        let (own, total) = self.parts(model, accounts, periods);
        Stated {
            part: self.group.name.clone(),
            activity: ratio(own, total),
            limit: self.at_least,
            unit: LimitUnit::Share,
            from_below: true,
            subject: format!("the share of `{}` in {}{when}", self.group.name, self.of.words(model)),
            price_factor: Some(total),
        }
    }

    fn subject(&self, _: usize) -> Option<&str> {
        Some(&self.group.name)
    }

    fn parameter(&self) -> Option<Parameter> {
        Some(Parameter::at_least(self.at_least, LimitUnit::Share))
    }

    fn set(&mut self, value: f64) {
        self.at_least = value;
    }

    fn split(&self, _: usize) -> Option<(LimitKind, Option<LimitKind>)> {
        Some((LimitKind::Floor(self.clone()), None))
    }

    fn asks(&self, _: &Model, when: &str) -> String {
        let (part, measure) = (percent(self.at_least), self.of.measure.word());
        format!("`{}` has at least {part} of {measure}{when}", self.group.name)
    }
}
