//! Ramp: sum over o of the group of held\[o,t\] - held\[o,t-1\] <= chips, in each t.
//!
//! Before the first period, what runs today is held; nothing without a baseline.

use std::ops::Range;

use super::read::{Parts, Read, Shared, group, shared};
use super::{Accounts, Compared, LimitFamily, LimitKind, Parameter, LimitUnit, Rows, StandsIn, Stated, named};
use crate::diagnostics::Code;
use crate::document as doc;
use crate::lp::Affine;
use crate::model::facts::held_today;
use crate::model::reader::{In, Reader};
use crate::model::types::{Group, Limit};
use crate::model::whole::Model;
use crate::units::Dimension;
use crate::units::human::number;

/// Growth of holdings from one period to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Ramp {
    /// The offers.
    pub group: Group,
    /// The chips.
    pub at_most: f64,
}

impl Ramp {
    /// What all families share.
    pub(super) fn shared<'a>(limit: &'a doc::Limit, written: &'a doc::Ramp) -> Shared<'a> {
        shared!(limit, written: soft)
    }

    pub(super) fn read(
        reader: &mut Reader<'_>,
        _: &doc::Limit,
        written: &doc::Ramp,
        parts: &Parts<'_>,
    ) -> Option<Read> {
        let at_most = reader.amount(written.at_most.as_ref(), &Dimension::Chips, In::NotNegative);
        let group = group(reader, &written.offers, parts);
        if let Some(per) = written.per.as_ref().filter(|p| p.text != "period") {
            reader.error(
                Code::UnknownWord,
                per.place,
                "a ramp limits the change from one period to the next",
                "write `per: period`",
            );
            return None;
        }
        if reader.calendar.is_steady() {
            reader.no_horizon(written.place);
            return None;
        }
        reader.note_uneven(written.place, "growth is limited from one period to the next, whatever their length");
        let read = Read::single(LimitKind::Ramp(Ramp { group: group?, at_most: at_most? }), "ramp");
        Some(read.in_each_period())
    }

    fn held(&self, accounts: &dyn Accounts, period: usize) -> f64 {
        let members = self.group.offers.iter();
        members.map(|o| accounts.held(o, period)).sum()
    }

    fn before(&self, model: &Model, accounts: &dyn Accounts, period: usize) -> f64 {
        match period.checked_sub(1) {
            Some(before) => self.held(accounts, before),
            None => held_today(model, &self.group.offers),
        }
    }
}

impl LimitFamily for Ramp {
    fn word(&self) -> &'static str {
        "ramp"
    }

    fn growth(&self) -> Option<(&Group, f64)> {
        Some((&self.group, self.at_most))
    }

    fn add_rows(&self, model: &Model, limit: &Limit, rows: &mut dyn Rows) {
        for (number, span) in limit.spans.iter().enumerate() {
            let period = span.periods.start;
            let (mut sum, mut before) = (Affine::default(), Affine::default());
            for o in self.group.offers.iter() {
                sum.add(1.0, &rows.held(o, period));
                if period > 0 {
                    before.add(1.0, &rows.held(o, period - 1));
                }
            }
            let today = if period == 0 { held_today(model, &self.group.offers) } else { 0.0 };
            let most = rows.most(&sum);
            // A reservation that runs on is in both and cancels: rows add up repeated columns.
            sum.add(-1.0, &before);
            let name = named(&[&limit.name, &span.label]);
            sum.terms.extend(rows.excess(&name, period, most).map(|over| (over, -1.0)));
            rows.row(0, number, format!("ramp{name}"), "ramp", (f64::NEG_INFINITY, self.at_most + today), sum);
        }
    }

    fn stands_in(&self) -> StandsIn {
        StandsIn::Bound
    }

    fn compared(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>) -> Vec<Compared> {
        let now = self.held(accounts, periods.start);
        let growth = now - self.before(model, accounts, periods.start);
        vec![Compared { value: growth, most: self.at_most, scale: now }]
    }

    fn stated(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>, _: usize, when: &str) -> Stated {
        let of = if self.group.name == "all" { String::new() } else { format!(" of {}", self.group.name) };
        let t = periods.start;
        Stated {
            part: String::new(),
            activity: self.held(accounts, t) - self.before(model, accounts, t),
            limit: self.at_most,
            unit: LimitUnit::Chips,
            from_below: false,
            subject: format!("the growth{of}{when}"),
            price_factor: Some(1.0),
        }
    }

    fn subject(&self, _: usize) -> Option<&str> {
        Some(&self.group.name)
    }

    fn parameter(&self) -> Option<Parameter> {
        Some(Parameter::amount(self.at_most, LimitUnit::Chips))
    }

    fn set(&mut self, value: f64) {
        self.at_most = value;
    }

    fn split(&self, _: usize) -> Option<(LimitKind, Option<LimitKind>)> {
        Some((LimitKind::Ramp(self.clone()), None))
    }

    fn asks(&self, _: &Model, when: &str) -> String {
        format!("growth is at most {} chips{when}", number(self.at_most))
    }
}
