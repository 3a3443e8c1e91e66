//! Floor, over each span:
//!
//! - a part: with M the measure of everything and M_g of the group, M_g - s x M >= 0. It is linear because s is a
//!   number: the total may vary
//! - chips: sum over t of h_t x held\[o,t\] of the group, over the hours of the span, >= chips: an average over time;
//!   for some workloads, what runs for them
//! - money: what is spent on the group >= money
//! - a fleet: sum over o of the group of held\[o,t\] >= chips, in each t, whether the chips are used or not
//!
//! Chips and money count as they do in a part: what is bought has to have a purpose. The fleet is a purpose by itself
//! (see [`crate::formulation`], `fleet`). A priced floor may be missed by over, in the measure's unit; of an amount, in
//! the amount's.

use std::ops::Range;

use super::read::{Parts, Read, Shared, group, measured, whole_suppliers, shared};
use super::{
    Accounts, Compared, LimitFamily, LimitKind, LimitUnit, Measured, Parameter, Ratio, Rows, StandsIn, Stated, less,
    named, ratio,
};
use crate::diagnostics::Code;
use crate::document::{self as doc, Text, either};
use crate::lp::Affine;
use crate::model::ids::{OfferSet, WorkloadSet};
use crate::model::reader::{In, Reader};
use crate::model::types::{Group, Limit, Measure};
use crate::model::whole::Model;
use crate::units::Dimension;
use crate::units::human::{money, number, percent};

/// Least of a measure that a group must have.
#[derive(Clone, Debug, PartialEq)]
pub struct Floor {
    /// The group.
    pub group: Group,
    /// What is measured.
    pub of: Measured,
    /// What the number is.
    pub least: Least,
    /// The number: a part, chips or money.
    pub at_least: f64,
}

/// What the number of a floor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Least {
    /// A part of the measure of everything.
    Part,
    /// Chips or money.
    Amount,
    /// Chips that are held in a period, whether they are used or not.
    Fleet,
}

/// The box of what may be missing is this much wider than it can be, so that it shares no price with the row.
const CLEAR: f64 = 2.0;

/// The word for a fleet, where other floors name a measure.
const FLEET: &str = "fleet";

impl Floor {
    /// What all families share.
    pub(super) fn shared<'a>(limit: &'a doc::Limit, written: &'a doc::Floor) -> Shared<'a> {
        let shared = shared!(limit, written: per, within, soft);
        // Of a fleet it is read by itself.
        let is_fleet = written.of.as_ref().is_some_and(|of| of.text == FLEET);
        Shared { per: shared.per.filter(|_| !is_fleet), ..shared }
    }

    pub(super) fn read(
        reader: &mut Reader<'_>,
        limit: &doc::Limit,
        written: &doc::Floor,
        parts: &Parts<'_>,
    ) -> Option<Read> {
        if !written.offers.as_ref().is_none_or(|selector| whole_suppliers(reader, selector, parts)) {
            return None;
        }
        let group = group(reader, &written.offers, parts);
        let number = Self::number(reader, written);
        let soft = either(&limit.soft, &written.soft);
        let Some((least, at_least, of)) = number else {
            // What it is measured in and for whom is checked all the same.
            Self::measure_without_number(reader, written, parts);
            return None;
        };
        let chips = least != Least::Part && of.text == Measure::Chips.word();
        if let Some(price) = soft.filter(|_| chips) {
            // Of a part it is paid for a chip-hour, here for a chip: its unit must not say otherwise.
            let currency = reader.currency.clone();
            reader.amount(Some(price), &Dimension::MoneyPer(&currency, &["chip"]), In::NotNegative)?;
        }
        let everything = OfferSet::all(parts.offers.offers.len());
        let units = measured(reader, written.place, &Some(of), &written.workloads, &everything, parts)?;
        let group = group?;
        if least == Least::Fleet && !Self::is_in_each_period(reader, written) {
            return None;
        }
        let default = format!("floor-{}", group.name.split(['=', '!']).next().unwrap_or("all"));
        let kind = |of| LimitKind::Floor(Floor { group: group.clone(), of, least, at_least });
        let read = Read::by_unit(units, kind, default);
        Some(if least == Least::Fleet { read.in_each_period() } else { read })
    }

    /// Checks the measure of a floor whose number could not be read, and so does not say whether it is a part or an amount.
    fn measure_without_number(reader: &mut Reader<'_>, written: &doc::Floor, parts: &Parts<'_>) {
        if written.of.as_ref().is_some_and(|of| of.text != FLEET) {
            let everything = OfferSet::all(parts.offers.offers.len());
            measured(reader, written.place, &written.of, &written.workloads, &everything, parts);
        }
    }

    /// What the number is, the number, and the measure.
    fn number(reader: &mut Reader<'_>, written: &doc::Floor) -> Option<(Least, f64, Text)> {
        let amount = written.at_least.as_ref()?;
        let of = |measure: Measure| Text { text: measure.word().to_owned(), place: amount.place };
        if written.of.as_ref().is_some_and(|of| of.text == FLEET) {
            let chips = reader.amount(Some(amount), &Dimension::Chips, In::NotNegative)?;
            return Some((Least::Fleet, chips, of(Measure::Chips)));
        }
        let currency = reader.currency.clone();
        let is_of = |unit: Dimension<'_>| amount.quantity.unit.is_some() && unit.convert(&amount.quantity).is_ok();
        let (unit, measure) = if is_of(Dimension::Chips) {
            (Dimension::Chips, Measure::Chips)
        } else if is_of(Dimension::Money(&currency)) {
            (Dimension::Money(&currency), Measure::Spend)
        } else {
            if written.of.is_none() && !written.bad.contains(&"of") {
                let remedy = "add `of: spend`, chips, work, power or carbon; or write an amount, `20k chips` or money";
                reader.error(Code::MissingKey, written.place, "a floor given as a share is missing `of`", remedy);
            }
            let part = reader.share(Some(amount), In::Fraction)?;
            return Some((Least::Part, part, written.of.clone()?));
        };
        if let Some(word) = written.of.as_ref().filter(|of| of.text != measure.word()) {
            let others = if measure == Measure::Chips { "write `of: chips` or `of: fleet`" } else { "write `of: spend`" };
            let message = format!("`{}` is not counted in {}", word.text, measure_unit(measure));
            reader.error(Code::Contradiction, word.place, message, format!("{others}, or a part such as `35 %`"));
            return None;
        }
        Some((Least::Amount, reader.amount(Some(amount), &unit, In::NotNegative)?, of(measure)))
    }

    /// Whether what is written of a fleet is what a fleet can have: it is all that is held, in each period.
    fn is_in_each_period(reader: &mut Reader<'_>, written: &doc::Floor) -> bool {
        let mut is = true;
        if let Some(selector) = &written.workloads {
            let remedy = "write `of: chips`, or remove `for`";
            reader.error(Code::Contradiction, selector.place, "a fleet is not held for particular workloads", remedy);
            is = false;
        }
        if let Some(per) = written.per.as_ref().filter(|p| p.text != "period") {
            let message = "a fleet is counted in every period";
            reader.error(Code::UnknownWord, per.place, message, "write `per: period`, or `of: chips` for an average");
            is = false;
        }
        is
    }

    /// What it measures of the group, and of everything.
    fn parts(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>) -> (f64, f64) {
        let total = self.of.on(accounts, &OfferSet::all(model.offers.len()), periods);
        (self.of.of_group(accounts, &self.group, periods), total)
    }

    /// What a unit of the measure is of the amount: chips are an average over the hours of a span.
    fn weight(&self, model: &Model, periods: &Range<usize>) -> f64 {
        if self.of.measure == Measure::Chips { 1.0 / model.calendar.hours(periods.clone()) } else { 1.0 }
    }

    /// What a plan has of the amount.
    fn amount(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>) -> f64 {
        match self.least {
            Least::Fleet => self.group.offers.iter().map(|o| accounts.held(o, periods.start)).sum(),
            _ => self.of.of_group(accounts, &self.group, periods) * self.weight(model, periods),
        }
    }

    /// What the amount is in.
    fn unit(&self) -> LimitUnit {
        match (self.least, self.of.measure) {
            (Least::Part, _) => LimitUnit::Share,
            (_, Measure::Spend) => LimitUnit::Money,
            _ => LimitUnit::Chips,
        }
    }
}

/// What an amount of a measure is in, in words.
fn measure_unit(measure: Measure) -> &'static str {
    if measure == Measure::Chips { "chips" } else { "money" }
}

impl LimitFamily for Floor {
    fn word(&self) -> &'static str {
        "floor"
    }

    fn ratio(&self) -> Option<Ratio<'_>> {
        (self.least == Least::Part).then(|| self.of.of(None))
    }

    fn is_dependency(&self) -> bool {
        true
    }

    fn gains_by(&self) -> Option<Ratio<'_>> {
        (self.least != Least::Fleet).then(|| self.of.of(None))
    }

    fn fleet(&self) -> Option<(&Group, f64)> {
        (self.least == Least::Fleet).then_some((&self.group, self.at_least))
    }

    fn count_only(&mut self, workloads: WorkloadSet) {
        self.of.workloads = Some(workloads);
    }

    fn add_rows(&self, model: &Model, limit: &Limit, rows: &mut dyn Rows) {
        let everything = OfferSet::all(model.offers.len());
        for (number, span) in limit.spans.iter().enumerate() {
            let name = named(&[&limit.name, &self.group.name, &span.label]);
            let (mut row, least, most) = match self.least {
                Least::Part => {
                    let total = self.of.in_rows(rows, &everything, &span.periods);
                    let own = self.of.in_rows_of(rows, &self.group, &span.periods);
                    (less(&own, &total, self.at_least), 0.0, rows.most(&total))
                }
                Least::Amount => {
                    let mut own = Affine::default();
                    let all = self.of.in_rows_of(rows, &self.group, &span.periods);
                    own.add(self.weight(model, &span.periods), &all);
                    (own, self.at_least, CLEAR * self.at_least)
                }
                Least::Fleet => {
                    let mut own = Affine::default();
                    self.group.offers.iter().for_each(|o| own.add(1.0, &rows.held(o, span.periods.start)));
                    (own, self.at_least, CLEAR * self.at_least)
                }
            };
            row.terms.extend(rows.excess(&name, span.periods.end - 1, most).map(|over| (over, 1.0)));
            rows.row(0, number, format!("floor{name}"), "floor", (least, f64::INFINITY), row);
        }
    }

    fn stands_in(&self) -> StandsIn {
        if self.least == Least::Part { StandsIn::Coefficients } else { StandsIn::Bound }
    }

    fn compared(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>) -> Vec<Compared> {
        if self.least != Least::Part {
            let own = self.amount(model, accounts, periods);
            return vec![Compared { value: self.at_least, most: own, scale: self.at_least }];
        }
        let (own, total) = self.parts(model, accounts, periods);
        vec![Compared { value: self.at_least * total, most: own, scale: total }]
    }

    fn stated(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>, _: usize, when: &str) -> Stated {
        let name = &self.group.name;
        let (activity, factor, subject) = match self.least {
            Least::Part => {
                let (own, total) = self.parts(model, accounts, periods);
                let subject = format!("the share of `{name}` in {}{when}", self.of.words(model));
                (ratio(own, total), total, subject)
            }
            Least::Amount if self.of.measure == Measure::Spend => {
                let subject = format!("{} on `{name}`{when}", self.of.words(model));
                (self.amount(model, accounts, periods), 1.0, subject)
            }
            Least::Amount => {
                let subject = format!("the average number of {} of `{name}`{when}", self.of.words(model));
                (self.amount(model, accounts, periods), 1.0, subject)
            }
            Least::Fleet => (self.amount(model, accounts, periods), 1.0, format!("the fleet of `{name}`{when}")),
        };
        Stated {
            part: name.clone(),
            activity,
            limit: self.at_least,
            unit: self.unit(),
            from_below: true,
            subject,
            price_factor: Some(factor),
        }
    }

    fn subject(&self, _: usize) -> Option<&str> {
        Some(&self.group.name)
    }

    fn parameter(&self) -> Option<Parameter> {
        Some(Parameter::at_least(self.at_least, self.unit()))
    }

    fn set(&mut self, value: f64) {
        self.at_least = value;
    }

    fn split(&self, _: usize) -> Option<(LimitKind, Option<LimitKind>)> {
        Some((LimitKind::Floor(self.clone()), None))
    }

    fn asks(&self, model: &Model, when: &str) -> String {
        let (name, measure) = (&self.group.name, self.of.measure.word());
        match (self.least, self.of.measure) {
            (Least::Part, _) => format!("`{name}` has at least {} of {measure}{when}", percent(self.at_least)),
            (Least::Fleet, _) => format!("the fleet of `{name}` is at least {} chips{when}", number(self.at_least)),
            (_, Measure::Spend) => format!("at least {} is spent on `{name}`{when}", money(self.at_least, &model.currency)),
            _ => format!("`{name}` has at least {} chips on average{when}", number(self.at_least)),
        }
    }
}
