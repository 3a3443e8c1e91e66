//! Share: over each span, with M the measure of the universe and M_g of each group, M_g - s x M <= 0.
//!
//! It is linear because s is a number: the total may vary. A priced limit may be exceeded by over, in the
//! measure's unit.

use crate::model::ids::{OfferSet, WorkloadSet};
use std::ops::Range;
use super::read::{Parts, Read, Shared, group, groups, measured, whole_suppliers, shared};
use super::{
    Accounts, Compared, LimitFamily, LimitKind, Measured, Parameter, LimitUnit, Ratio, Rows, StandsIn, Stated, less,
    named, ratio,
};
use crate::diagnostics::Code;
use crate::document as doc;
use crate::model::reader::{In, Reader};
use crate::model::types::{Group, Limit};
use crate::model::whole::Model;
use crate::units::human::percent;

/// Most of a measure that each group may have.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The dimension of the groups, if they are all of one.
    pub by: Option<String>,
    /// The groups.
    pub groups: Vec<Group>,
    /// The offers whose total counts.
    pub universe: OfferSet,
    /// What is measured.
    pub of: Measured,
    /// The part.
    pub at_most: f64,
}

/// Whose parts are limited, and of what.
struct Groups {
    by: Option<String>,
    groups: Vec<Group>,
    universe: OfferSet,
    /// What the limit is called by if it has no name.
    dimension: String,
}

impl Share {
    /// What all families share.
    pub(super) fn shared<'a>(limit: &'a doc::Limit, written: &'a doc::Share) -> Shared<'a> {
        shared!(limit, written: per, within, soft)
    }

    pub(super) fn read(
        reader: &mut Reader<'_>,
        _: &doc::Limit,
        written: &doc::Share,
        parts: &Parts<'_>,
    ) -> Option<Read> {
        let at_most = reader.share(written.at_most.as_ref(), In::Fraction);
        let count = parts.offers.offers.len();
        let groups = Self::groups(reader, written, parts);
        // What it is measured in is checked also where what is measured is wrong.
        let universe = groups.as_ref().map_or_else(|| OfferSet::all(count), |g| g.universe.clone());
        let units = measured(reader, written.place, &written.of, &written.workloads, &universe, parts);
        let (Groups { by, groups, dimension, .. }, units) = (groups?, units?);
        let at_most = at_most?;
        let kind = |of| {
            let (by, groups, universe) = (by.clone(), groups.clone(), universe.clone());
            LimitKind::Share(Share { by, groups, universe, of, at_most })
        };
        Some(Read::by_unit(units, kind, format!("share-{dimension}")))
    }

    fn groups(reader: &mut Reader<'_>, written: &doc::Share, parts: &Parts<'_>) -> Option<Groups> {
        let everything = || OfferSet::all(parts.offers.offers.len());
        match (&written.by, &written.offers) {
            (None, None) => {
                let message = "a share limit needs `by` or `where`";
                let remedy = "add `by: vendor`, or `where: { cloud: azure }`";
                reader.error(Code::MissingKey, written.place, message, remedy);
                None
            }
            (None, Some(selector)) => {
                if !whole_suppliers(reader, selector, parts) {
                    return None;
                }
                let groups = vec![group(reader, &Some(selector.clone()), parts)?];
                let dimension = selector.all_of.first().map_or("all", |c| c.key.text.as_str()).to_owned();
                Some(Groups { by: None, groups, universe: everything(), dimension })
            }
            (Some(word), selector) => {
                let universe = match selector {
                    Some(selector) => parts.offers.select_for_limit(reader, selector),
                    None => Some(everything()),
                };
                let groups = groups(reader, word, &universe.clone().unwrap_or_else(everything), parts);
                let (universe, groups, dimension) = (universe?, groups?, word.text.clone());
                Some(Groups { by: Some(dimension.clone()), groups, universe, dimension })
            }
        }
    }
}

impl LimitFamily for Share {
    fn word(&self) -> &'static str {
        "share"
    }

    fn ratio(&self) -> Option<Ratio<'_>> {
        Some(self.of.of(Some(&self.universe)))
    }

    fn count_only(&mut self, workloads: WorkloadSet) {
        self.of.workloads = Some(workloads);
    }

    fn add_rows(&self, _: &Model, limit: &Limit, rows: &mut dyn Rows) {
        for (number, span) in limit.spans.iter().enumerate() {
            let total = self.of.in_rows(rows, &self.universe, &span.periods);
            let most = rows.most(&total);
            for (g, group) in self.groups.iter().enumerate() {
                let own = self.of.in_rows_of(rows, group, &span.periods);
                let name = named(&[&limit.name, &group.name, &span.label]);
                let mut row = less(&own, &total, self.at_most);
                row.terms.extend(rows.excess(&name, span.periods.end - 1, most).map(|over| (over, -1.0)));
                rows.row(g, number, format!("share{name}"), "share", (f64::NEG_INFINITY, 0.0), row);
            }
        }
    }

    fn stands_in(&self) -> StandsIn {
        StandsIn::Coefficients
    }

    fn compared(&self, _: &Model, accounts: &dyn Accounts, periods: &Range<usize>) -> Vec<Compared> {
        let total = self.of.on(accounts, &self.universe, periods);
        let own = |g: &Group| self.of.of_group(accounts, g, periods);
        self.groups.iter().map(|g| Compared { value: own(g), most: self.at_most * total, scale: total }).collect()
    }

    fn stated(
        &self,
        model: &Model,
        accounts: &dyn Accounts,
        periods: &Range<usize>,
        part: usize,
        when: &str,
    ) -> Stated {
        let group = &self.groups[part];
        let total = self.of.on(accounts, &self.universe, periods);
        Stated {
            part: group.name.clone(),
            activity: ratio(self.of.of_group(accounts, group, periods), total),
            limit: self.at_most,
            unit: LimitUnit::Share,
            from_below: false,
            subject: format!("the share of `{}` in {}{when}", group.name, self.of.words(model)),
            price_factor: Some(total),
        }
    }

    fn subject(&self, part: usize) -> Option<&str> {
        Some(&self.groups[part].name)
    }

    fn parameter(&self) -> Option<Parameter> {
        Some(Parameter::at_most(self.at_most, 1.0, LimitUnit::Share))
    }

    fn set(&mut self, value: f64) {
        self.at_most = value;
    }

    fn split(&self, part: usize) -> Option<(LimitKind, Option<LimitKind>)> {
        let (mut own, mut rest) = (self.clone(), self.clone());
        own.groups = vec![self.groups.get(part)?.clone()];
        rest.groups.remove(part);
        Some((LimitKind::Share(own), (!rest.groups.is_empty()).then_some(LimitKind::Share(rest))))
    }

    fn asks(&self, _: &Model, when: &str) -> String {
        let whose = match (&self.by, self.groups.as_slice()) {
            (Some(by), _) => format!("no {by} has"),
            (None, [one]) => format!("`{}` has no", one.name),
            (None, _) => "no group has".to_owned(),
        };
        format!("{whose} more than {} of {}{when}", percent(self.at_most), self.of.measure.word())
    }

    fn impossible(&self) -> Option<String> {
        // Not every offer has something upstream.
        let by = self.by.as_ref().filter(|by| *by != "supply")?;
        let groups = self.groups.len();
        let short = groups as f64 * self.at_most < 1.0 - 1e-9;
        short.then(|| format!("There are only {groups} {by}s, so that the shares cannot add up to a whole."))
    }
}
