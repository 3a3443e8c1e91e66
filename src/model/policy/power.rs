//! Power: sum over o of the group of power(chip(o)) x pue(o) x held\[o,t\] <= power, in each t.

use std::ops::Range;

use super::read::{Parts, Read, Shared, group, need_power, shared};
use super::{Accounts, Compared, LimitFamily, LimitKind, Parameter, LimitUnit, Rows, StandsIn, Stated, named};
use crate::document as doc;
use crate::lp::Affine;
use crate::model::reader::{In, Reader};
use crate::model::types::{Group, Limit};
use crate::model::whole::Model;
use crate::units::Dimension;
use crate::units::human::power;

/// Power drawn at any time.
#[derive(Clone, Debug, PartialEq)]
pub struct Power {
    /// The offers.
    pub group: Group,
    /// The power in kW.
    pub at_most: f64,
}

impl Power {
    /// What all families share.
    pub(super) fn shared<'a>(limit: &'a doc::Limit, written: &'a doc::PowerLimit) -> Shared<'a> {
        shared!(limit, written: soft)
    }

    pub(super) fn read(
        reader: &mut Reader<'_>,
        _: &doc::Limit,
        written: &doc::PowerLimit,
        parts: &Parts<'_>,
    ) -> Option<Read> {
        let at_most = reader.amount(written.at_most.as_ref(), &Dimension::Power, In::NotNegative);
        let group = group(reader, &written.offers, parts)?;
        need_power(reader, written.place, &group.offers, parts);
        let read = Read::single(LimitKind::Power(Power { group, at_most: at_most? }), "power");
        Some(read.in_each_period())
    }

    fn drawn(&self, model: &Model, accounts: &dyn Accounts, period: usize) -> f64 {
        let members = self.group.offers.iter();
        members.map(|o| accounts.held(o, period) * model.draws(o)).sum()
    }
}

impl LimitFamily for Power {
    fn word(&self) -> &'static str {
        "power"
    }

    fn add_rows(&self, model: &Model, limit: &Limit, rows: &mut dyn Rows) {
        for (number, span) in limit.spans.iter().enumerate() {
            let period = span.periods.start;
            let mut sum = Affine::default();
            for o in self.group.offers.iter() {
                sum.add(model.draws(o), &rows.held(o, period));
            }
            let name = named(&[&limit.name, &span.label]);
            let most = rows.most(&sum);
            sum.terms.extend(rows.excess(&name, period, most).map(|over| (over, -1.0)));
            rows.row(0, number, format!("power{name}"), "power", (f64::NEG_INFINITY, self.at_most), sum);
        }
    }

    fn stands_in(&self) -> StandsIn {
        StandsIn::Bound
    }

    fn compared(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>) -> Vec<Compared> {
        let drawn = self.drawn(model, accounts, periods.start);
        vec![Compared { value: drawn, most: self.at_most, scale: drawn }]
    }

    fn stated(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>, _: usize, when: &str) -> Stated {
        let of = if self.group.name == "all" { String::new() } else { format!(" of {}", self.group.name) };
        Stated {
            part: String::new(),
            activity: self.drawn(model, accounts, periods.start),
            limit: self.at_most,
            unit: LimitUnit::Power,
            from_below: false,
            subject: format!("the power{of}{when}"),
            price_factor: Some(1.0),
        }
    }

    fn subject(&self, _: usize) -> Option<&str> {
        Some(&self.group.name)
    }

    fn parameter(&self) -> Option<Parameter> {
        Some(Parameter::amount(self.at_most, LimitUnit::Power))
    }

    fn set(&mut self, value: f64) {
        self.at_most = value;
    }

    fn split(&self, _: usize) -> Option<(LimitKind, Option<LimitKind>)> {
        Some((LimitKind::Power(self.clone()), None))
    }

    fn asks(&self, _: &Model, when: &str) -> String {
        format!("power is at most {}{when}", power(self.at_most))
    }
}
