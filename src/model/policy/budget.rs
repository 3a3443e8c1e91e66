//! Budget: cash spent on the group over each span <= money, with idle commitments, fees and prepayments, less what is paid
//! from credits and prepayments of the group.

use std::ops::Range;

use super::read::{Parts, Read, Shared, group, shared};
use super::{Accounts, Compared, LimitFamily, LimitKind, Parameter, LimitUnit, Rows, StandsIn, Stated, named};
use crate::document as doc;
use crate::model::currencies::mean;
use crate::model::reader::Reader;
use crate::model::types::{Group, Limit};
use crate::model::whole::Model;
use crate::units::human::money;

/// Money spent on a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// The offers.
    pub group: Group,
    /// The money, undiscounted; in another currency, at the rate of the first period.
    pub at_most: f64,
    /// In another currency, its rate in each period as a part of the first.
    rates: Option<Vec<f64>>,
}

impl Budget {
    /// What all families share.
    pub(super) fn shared<'a>(limit: &'a doc::Limit, written: &'a doc::Budget) -> Shared<'a> {
        shared!(limit, written: per, within, soft)
    }

    pub(super) fn read(
        reader: &mut Reader<'_>,
        _: &doc::Limit,
        written: &doc::Budget,
        parts: &Parts<'_>,
    ) -> Option<Read> {
        let at_most = reader.money(written.at_most.as_ref());
        let rates = written.at_most.as_ref().and_then(|amount| reader.rates_of(amount));
        let rates = rates.map(|rates| rates.iter().map(|rate| rate / rates[0]).collect());
        let group = group(reader, &written.offers, parts);
        if written.per.as_ref().is_some_and(|per| per.text == "period") {
            reader.note_uneven(written.place, "the budget is of one amount for each period, whatever its length");
        }
        Some(Read::single(LimitKind::Budget(Budget { group: group?, at_most: at_most?, rates }), "budget"))
    }

    /// The money over some periods: at their mean rate, weighted by their hours.
    fn most(&self, model: &Model, periods: &Range<usize>) -> f64 {
        let factor = self.rates.as_ref().map_or(1.0, |rates| mean(&model.calendar, rates, periods));
        self.at_most * factor
    }

    /// Whether it is the same as another one in the time before a period.
    pub(in crate::model) fn same_before(&self, other: &Self, period: usize) -> bool {
        let early = |b: &Self| b.rates.as_ref().map(|rates| rates[..period].to_vec());
        (self.at_most, &self.group, early(self)) == (other.at_most, &other.group, early(other))
    }

    fn on(&self) -> String {
        if self.group.name == "all" { String::new() } else { format!(" on {}", self.group.name) }
    }
}

impl LimitFamily for Budget {
    fn word(&self) -> &'static str {
        "budget"
    }

    fn add_rows(&self, model: &Model, limit: &Limit, rows: &mut dyn Rows) {
        for (number, span) in limit.spans.iter().enumerate() {
            let mut sum = rows.cash(&self.group.offers, &span.periods);
            let name = named(&[&limit.name, &span.label]);
            let most = rows.most(&sum);
            sum.terms.extend(rows.excess(&name, span.periods.end - 1, most).map(|over| (over, -1.0)));
            rows.row(0, number, format!("budget{name}"), "budget", (f64::NEG_INFINITY, self.most(model, &span.periods)), sum);
        }
    }

    fn stands_in(&self) -> StandsIn {
        StandsIn::Bound
    }

    fn compared(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>) -> Vec<Compared> {
        let spent = accounts.cash(&self.group.offers, periods);
        vec![Compared { value: spent, most: self.most(model, periods), scale: spent }]
    }

    fn stated(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>, _: usize, when: &str) -> Stated {
        Stated {
            part: String::new(),
            activity: accounts.cash(&self.group.offers, periods),
            limit: self.most(model, periods),
            unit: LimitUnit::Money,
            from_below: false,
            subject: format!("spending{}{when}", self.on()),
            price_factor: Some(1.0),
        }
    }

    fn subject(&self, _: usize) -> Option<&str> {
        Some(&self.group.name)
    }

    fn parameter(&self) -> Option<Parameter> {
        Some(Parameter::amount(self.at_most, LimitUnit::Money))
    }

    fn set(&mut self, value: f64) {
        self.at_most = value;
    }

    fn split(&self, _: usize) -> Option<(LimitKind, Option<LimitKind>)> {
        Some((LimitKind::Budget(self.clone()), None))
    }

    fn asks(&self, model: &Model, when: &str) -> String {
        format!("spending{} is at most {}{when}", self.on(), money(self.at_most, &model.currency))
    }
}
