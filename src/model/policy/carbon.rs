//! Carbon: over each span, sum over o of the group and t of h_t x power(chip(o)) x pue(o) x intensity\[o,t\] x held\[o,t\]
//! <= mass, in kg.

use std::ops::Range;

use super::read::{Parts, Read, Shared, group, need_carbon, shared};
use super::{Accounts, Compared, LimitFamily, LimitKind, LimitUnit, Parameter, Rows, StandsIn, Stated, named};
use crate::document as doc;
use crate::lp::Affine;
use crate::model::reader::{In, Reader};
use crate::model::types::{Group, Limit, Measure};
use crate::model::whole::Model;
use crate::units::Dimension;
use crate::units::human::mass;

/// What the electricity of what is held emits.
#[derive(Clone, Debug, PartialEq)]
pub struct Carbon {
    /// The offers.
    pub group: Group,
    /// The mass in kg.
    pub at_most: f64,
}

impl Carbon {
    /// What all families share.
    pub(super) fn shared<'a>(limit: &'a doc::Limit, written: &'a doc::CarbonLimit) -> Shared<'a> {
        shared!(limit, written: per, within, soft)
    }

    pub(super) fn read(
        reader: &mut Reader<'_>,
        _: &doc::Limit,
        written: &doc::CarbonLimit,
        parts: &Parts<'_>,
    ) -> Option<Read> {
        let at_most = reader.amount(written.at_most.as_ref(), &Dimension::Mass, In::NotNegative);
        let group = group(reader, &written.offers, parts)?;
        need_carbon(reader, written.place, &group.offers, parts);
        Some(Read::single(LimitKind::Carbon(Carbon { group, at_most: at_most? }), "carbon"))
    }

    fn emitted(&self, accounts: &dyn Accounts, periods: &Range<usize>) -> f64 {
        accounts.measure(&self.group.offers, Measure::Carbon, None, periods)
    }

    fn of(&self) -> String {
        if self.group.name == "all" { String::new() } else { format!(" of {}", self.group.name) }
    }
}

impl LimitFamily for Carbon {
    fn word(&self) -> &'static str {
        "carbon"
    }

    fn add_rows(&self, _: &Model, limit: &Limit, rows: &mut dyn Rows) {
        for (number, span) in limit.spans.iter().enumerate() {
            let mut sum: Affine = rows.measure(&self.group.offers, Measure::Carbon, None, &span.periods);
            let name = named(&[&limit.name, &span.label]);
            let most = rows.most(&sum);
            sum.terms.extend(rows.excess(&name, span.periods.end - 1, most).map(|over| (over, -1.0)));
            rows.row(0, number, format!("carbon{name}"), "carbon", (f64::NEG_INFINITY, self.at_most), sum);
        }
    }

    fn stands_in(&self) -> StandsIn {
        StandsIn::Bound
    }

    fn compared(&self, _: &Model, accounts: &dyn Accounts, periods: &Range<usize>) -> Vec<Compared> {
        let emitted = self.emitted(accounts, periods);
        vec![Compared { value: emitted, most: self.at_most, scale: emitted }]
    }

    fn stated(&self, _: &Model, accounts: &dyn Accounts, periods: &Range<usize>, _: usize, when: &str) -> Stated {
        Stated {
            part: String::new(),
            activity: self.emitted(accounts, periods),
            limit: self.at_most,
            unit: LimitUnit::Mass,
            from_below: false,
            subject: format!("the carbon{}{when}", self.of()),
            price_factor: Some(1.0),
        }
    }

    fn subject(&self, _: usize) -> Option<&str> {
        Some(&self.group.name)
    }

    fn parameter(&self) -> Option<Parameter> {
        Some(Parameter::amount(self.at_most, LimitUnit::Mass))
    }

    fn set(&mut self, value: f64) {
        self.at_most = value;
    }

    fn split(&self, _: usize) -> Option<(LimitKind, Option<LimitKind>)> {
        Some((LimitKind::Carbon(self.clone()), None))
    }

    fn asks(&self, _: &Model, when: &str) -> String {
        format!("carbon{} is at most {}{when}", self.of(), mass(self.at_most))
    }
}
