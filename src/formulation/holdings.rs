//! What is reserved or bought already is held: for every offer and every period in which a term of it is settled,
//!
//! - sum over contracts and tiers of reserve\[o,s\] = what is listed, 0 where nothing is

use std::collections::BTreeMap;

use super::{Constraint, Formulation, named};
use crate::lp::ColumnId;
use crate::model::{Model, OfferId, Term};

pub(super) fn add(f: &mut Formulation, model: &Model) {
    let Some(holdings) = &model.holdings else { return };
    let mut begin: BTreeMap<(OfferId, usize), Vec<(ColumnId, f64)>> = BTreeMap::new();
    for h in f.holdings.iter().filter(|h| matches!(model.offers[h.offer].term, Term::Reserved { .. } | Term::Bought(_)))
    {
        begin.entry((h.offer, h.start)).or_default().push((h.column, 1.0));
    }
    // What is listed and has no column cannot be held, and has to be reported as such: a row without terms.
    for key in holdings.held.iter().filter(|(_, chips)| **chips > 0.0).map(|(key, _)| *key) {
        begin.entry(key).or_default();
    }
    for ((offer, start), row) in begin {
        let Some(chips) = holdings.settled(offer, start) else { continue };
        let name = named("settled", &[&model.offers[offer].id, &model.calendar.periods[start].label]);
        f.row(Constraint::Settled, name, "settled", (chips, chips), row);
    }
}
