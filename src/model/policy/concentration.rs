//! Concentration: over each span, sum over g of (M_g / M)^2 <= H, with shares of a total M that varies.
//!
//! With v the vector of the M_g this is the cone |v| <= sqrt(H) x M.

use crate::model::ids::{OfferSet, WorkloadSet};
use std::ops::Range;

use super::read::{Parts, Read, Shared, groups, measured, shared};
use super::{
    Accounts, Compared, LimitFamily, LimitKind, Measured, Parameter, LimitUnit, Ratio, Rows, StandsIn, Stated, ratio,
};
use crate::diagnostics::Code;
use crate::document::{self as doc, Amount};
use crate::lp::Affine;
use crate::model::reader::{In, Reader};
use crate::model::types::{Group, Limit};
use crate::model::whole::Model;

/// Sum of squared shares of the groups of a dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Concentration {
    /// The dimension.
    pub by: String,
    /// Its groups.
    pub groups: Vec<Group>,
    /// What is measured.
    pub of: Measured,
    /// The most that the sum may be, from 0 to 1.
    pub hhi_at_most: f64,
}

impl Concentration {
    /// What all families share.
    pub(super) fn shared<'a>(limit: &'a doc::Limit, written: &'a doc::Concentration) -> Shared<'a> {
        shared!(limit, written: per)
    }

    pub(super) fn read(
        reader: &mut Reader<'_>,
        limit: &doc::Limit,
        written: &doc::Concentration,
        parts: &Parts<'_>,
    ) -> Option<Read> {
        let hhi_at_most = match &written.hhi_at_most {
            Some(amount) if is_in_points(amount) => {
                let points = amount.quantity.number;
                let message = format!("{points} is out of range: it must be from 0 to 1 (0 % to 100 %)");
                let remedy = format!("write `{}`: the index runs from 0 to 1, not to 10,000", points / 1e4);
                reader.error(Code::OutOfRange, amount.place, message, remedy);
                None
            }
            amount => reader.share(amount.as_ref(), In::Fraction),
        };
        let everything = OfferSet::all(parts.offers.offers.len());
        let by = written.by.as_ref()?;
        let groups = groups(reader, by, &everything, parts);
        let units = measured(reader, written.place, &written.of, &written.workloads, &everything, parts)?;
        if let Some(soft) = &limit.soft {
            reader.error(
                Code::UnknownKey,
                soft.place,
                "a concentration limit cannot have a price",
                "remove `soft`: concentration has no unit that could be priced",
            );
        }
        let (groups, hhi_at_most) = (groups?, hhi_at_most?);
        let kind = |of| {
            LimitKind::Concentration(Concentration { by: by.text.clone(), groups: groups.clone(), of, hhi_at_most })
        };
        Some(Read::by_unit(units, kind, format!("concentration-{}", by.text)))
    }

    /// The sum of the squares of what the groups have, and the total.
    fn squares(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>) -> (f64, f64) {
        let total = self.of.on(accounts, &OfferSet::all(model.offers.len()), periods);
        (self.groups.iter().map(|g| self.of.of_group(accounts, g, periods).powi(2)).sum(), total)
    }
}

impl LimitFamily for Concentration {
    fn word(&self) -> &'static str {
        "concentration"
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
            let own = |g: &Group| self.of.in_rows_of(rows, g, &span.periods);
            let groups: Vec<Affine> = self.groups.iter().map(own).collect();
            let total = self.of.in_rows(rows, &everything, &span.periods);
            rows.cone(number, groups, total, self.hhi_at_most);
        }
    }

    /// The cuts of a cone are one limit.
    fn part_of_row(&self, _: usize) -> usize {
        0
    }

    fn stands_in(&self) -> StandsIn {
        StandsIn::Cone
    }

    fn compared(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>) -> Vec<Compared> {
        let (squares, total) = self.squares(model, accounts, periods);
        // Exact to a millionth of the limit, whatever the size of the total.
        let excess = squares / (total * total) / self.hhi_at_most.max(1e-9) - 1.0;
        if total > 0.0 { vec![Compared { value: excess, most: 0.0, scale: 0.0 }] } else { Vec::new() }
    }

    fn stated(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>, _: usize, when: &str) -> Stated {
        let (squares, total) = self.squares(model, accounts, periods);
        Stated {
            part: String::new(),
            activity: ratio(squares, total * total),
            limit: self.hhi_at_most,
            unit: LimitUnit::Hhi,
            from_below: false,
            subject: format!("the concentration by {} in {}{when}", self.by, self.of.words(model)),
            // A cut's right-hand side is sqrt(H) x M, whose derivative is M / (2 sqrt(H)).
            price_factor: Some(total / (2.0 * self.hhi_at_most.sqrt())),
        }
    }

    fn subject(&self, _: usize) -> Option<&str> {
        None
    }

    fn parameter(&self) -> Option<Parameter> {
        Some(Parameter::at_most(self.hhi_at_most, 1.0, LimitUnit::Hhi))
    }

    fn set(&mut self, value: f64) {
        self.hhi_at_most = value;
    }

    fn split(&self, _: usize) -> Option<(LimitKind, Option<LimitKind>)> {
        Some((LimitKind::Concentration(self.clone()), None))
    }

    fn asks(&self, _: &Model, when: &str) -> String {
        format!("the HHI of {} in {} is at most {}{when}", self.by, self.of.measure.word(), self.hhi_at_most)
    }
}

/// Whether an index is written in points, of which a monopoly has 10,000.
fn is_in_points(amount: &Amount) -> bool {
    amount.quantity.unit.is_none() && amount.quantity.number > 100.0 && amount.quantity.number <= 1e4
}
