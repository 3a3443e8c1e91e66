//! Balances of contracts that bills are paid from: credits and prepayments.
//!
//! Credits are funding that is no money: they pay for some offers for some time, and what is not used is lost. What they
//! pay is on the bill all the same, so shares of spend count it; a budget, which is of cash, does not; nor does it count
//! towards a commitment. A prepayment is cash when it is made, and pays later bills; it counts towards a commitment when
//! it is drawn.

use std::ops::Range;

use super::contracts::{Dated, payments};
use super::ids::{ContractId, IdVec, OfferSet};
use super::reader::{In, Reader};
use super::select::Offers;
use super::types::{CommitIn, Contract, Decision};
use crate::diagnostics::{Code, Place, suggest};
use crate::document as doc;

/// The most balances that pay for the same offers in part: each set of them has a row.
const MOST_SHARING: usize = 8;

/// What a balance is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BalanceKind {
    /// Given by the partner.
    Credits,
    /// Paid before it is spent.
    Prepaid,
}

impl BalanceKind {
    /// The word for it in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            BalanceKind::Credits => "credits",
            BalanceKind::Prepaid => "prepaid",
        }
    }
}

/// Money that bills are paid from.
#[derive(Clone, Debug, PartialEq)]
pub struct Balance {
    /// What it is made of.
    pub kind: BalanceKind,
    /// What comes in, at the start of periods; money.
    pub deposits: Vec<(usize, f64)>,
    /// The periods in which it can be used.
    pub over: Range<usize>,
    /// The offers whose bills are paid from it.
    pub pays: OfferSet,
    /// The most of the bill of a period that is paid from it: a part.
    pub at_most: f64,
    /// Whether what is left at its end comes back as money; else it is lost.
    pub refunded: bool,
}

impl Balance {
    /// All that comes in; money.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.deposits.iter().map(|(_, money)| money).sum()
    }

    /// What has come in by a period; money.
    #[must_use]
    pub fn come_in(&self, period: usize) -> f64 {
        self.deposits.iter().filter(|(t, _)| *t <= period).map(|(_, money)| money).sum()
    }

    /// What is prepaid in some periods, if it is a prepayment; money.
    #[must_use]
    pub fn prepaid(&self, periods: &Range<usize>) -> f64 {
        let inside = self.deposits.iter().filter(|(t, _)| periods.contains(t)).map(|(_, money)| money).sum();
        if self.kind == BalanceKind::Prepaid { inside } else { 0.0 }
    }
}

/// The balances of a contract; `covers` is none where it could not be read.
pub(super) fn balances(
    reader: &mut Reader<'_>,
    contract: &doc::Contract,
    dated: &Dated<'_>,
    covers: Option<&OfferSet>,
    offers: &Offers<'_>,
) -> Option<Vec<Balance>> {
    let credits = contract.credits.as_ref().map(|written| credits(reader, written, dated, covers, offers));
    let prepaid = contract.prepay.as_ref().map(|written| prepaid(reader, written, dated, covers, offers));
    credits.into_iter().chain(prepaid).collect()
}

fn credits(
    reader: &mut Reader<'_>,
    written: &doc::Credits,
    dated: &Dated<'_>,
    covers: Option<&OfferSet>,
    offers: &Offers<'_>,
) -> Option<Balance> {
    let amount = reader.money(written.amount.as_ref());
    let used = where_and_when(reader, (&written.over, &written.pays, written.place), dated, covers, offers);
    let at_most = match &written.at_most {
        Some(part) => reader.share(Some(part), In::Fraction),
        None => Some(1.0),
    };
    let (amount, (over, pays), at_most) = (amount?, used?, at_most?);
    let deposits = vec![(over.start, amount)];
    Some(Balance { kind: BalanceKind::Credits, deposits, over, pays, at_most, refunded: false })
}

fn prepaid(
    reader: &mut Reader<'_>,
    written: &doc::Prepay,
    dated: &Dated<'_>,
    covers: Option<&OfferSet>,
    offers: &Offers<'_>,
) -> Option<Balance> {
    let place = written.place;
    let used = where_and_when(reader, (&written.over, &written.pays, place), dated, covers, offers);
    let refunded = match &written.rest {
        Some(word) if !matches!(word.text.as_str(), "lost" | "refunded") => {
            let message = format!("`{}` does not say what happens to the rest of a prepayment", word.text);
            reader.error(Code::UnknownWord, word.place, message, suggest(&word.text, ["lost", "refunded"]));
            None
        }
        word => Some(word.as_ref().is_some_and(|w| w.text == "refunded")),
    };
    let deposits = payments(reader, written.amount.as_ref(), dated, "prepayment");
    let ((over, pays), refunded, deposits) = (used?, refunded?, deposits?);
    if deposits.iter().any(|(t, _)| !over.contains(t)) {
        let remedy = "let `over` have all of its dates";
        reader.error(Code::Contradiction, place, "a prepayment is due when it can no longer pay for anything", remedy);
        return None;
    }
    Some(Balance { kind: BalanceKind::Prepaid, deposits, over, pays, at_most: 1.0, refunded })
}

fn where_and_when(
    reader: &mut Reader<'_>,
    (over, pays, place): (&Option<doc::Text>, &Option<doc::Selector>, Place),
    dated: &Dated<'_>,
    covers: Option<&OfferSet>,
    offers: &Offers<'_>,
) -> Option<(Range<usize>, OfferSet)> {
    let over = match over {
        Some(text) => reader.window_periods(text).map(|(_, periods)| periods),
        None => Some(dated.active.clone()),
    };
    let pays = match pays {
        Some(selector) => offers.select(reader, selector),
        None => covers.cloned(),
    };
    let (over, pays) = (over?, pays?);
    if pays.is_empty() || over.is_empty() {
        let what = if pays.is_empty() { "pays for no offer" } else { "can be used in no period of the horizon" };
        let message = format!("this balance of `{}` {what}", dated.id);
        reader.error(Code::NoEffect, place, message, "say in `pays` and `over` what it pays for and when");
        return None;
    }
    Some((over, pays))
}

/// Refuses balances whose worth would not be that of the plan.
pub(super) fn check(reader: &mut Reader<'_>, document: &doc::Document, contracts: &IdVec<ContractId, Contract>) {
    for (id, _, written) in document.contracts.iter().flat_map(|m| &m.entries) {
        let (Some(written), Some(k)) = (written, contracts.find(|c| c.id == *id)) else { continue };
        let Some(place) = written.credits.as_ref().map(|c| c.place) else { continue };
        let credits = contracts[k].balances.iter().filter(|b| b.kind == BalanceKind::Credits);
        for (credits, (j, other)) in credits.flat_map(|b| contracts.with_ids().map(move |other| (b, other))) {
            let counted = other.commit.as_ref().is_some_and(|c| c.counted_in == CommitIn::Spend);
            if !counted || credits.pays.and(&other.covers).is_empty() {
                continue;
            }
            let why = if !credits.pays.is_within(&other.covers) {
                "covers only some of what these credits pay for"
            } else if other.capped {
                "discounts no more than what is committed"
            } else if j != k && other.decision != Decision::Signed {
                "may be signed or not"
            } else {
                continue;
            };
            let message =
                format!("what these credits pay does not count towards the commitment of `{}`, which {why}", other.id);
            let remedy = "let the credits pay only for offers that the commitment covers, or for none of them";
            reader.error(Code::Contradiction, place, message, remedy);
        }
    }
    let all: Vec<&Balance> = contracts.iter().flat_map(|c| &c.balances).collect();
    for balance in &all {
        let sharing = all.iter().filter(|other| !other.pays.and(&balance.pays).is_empty()).count();
        if sharing > MOST_SHARING {
            let first = document.contracts.iter().flat_map(|m| &m.entries).next();
            let place = first.map_or(document.place, |(_, place, _)| *place);
            let message = format!("more than {MOST_SHARING} balances pay for the same offers");
            reader.error(
                Code::OutOfRange,
                place,
                message,
                "merge balances that pay for the same offers at the same time",
            );
            return;
        }
    }
}

/// The credits that pay what does not count towards the commitment of a contract: whose they are, and their place there.
#[must_use]
pub fn uncounted(contracts: &IdVec<ContractId, Contract>, contract: ContractId) -> Vec<(ContractId, usize)> {
    let covers = &contracts[contract].covers;
    let pays = |b: &Balance| b.kind == BalanceKind::Credits && !b.pays.and(covers).is_empty();
    let all = contracts.with_ids().flat_map(|(k, c)| c.balances.iter().enumerate().map(move |(i, b)| (k, i, b)));
    all.filter(|(.., b)| pays(b)).map(|(k, i, _)| (k, i)).collect()
}

/// Balances of which some pay for the same offers: together they pay no more than the bills of what any of them pays for.
#[derive(Clone, Debug, PartialEq)]
pub struct Sharing {
    /// By contract and place in it.
    pub balances: Vec<(ContractId, usize)>,
    /// What any of them pays for.
    pub pays: OfferSet,
}

/// The sets of two and more balances of which some pay for the same offers that can be used in a period.
#[must_use]
pub fn sharing(contracts: &IdVec<ContractId, Contract>, period: usize) -> Vec<Sharing> {
    let all: Vec<(ContractId, usize, &Balance)> = contracts
        .with_ids()
        .filter(|(_, c)| c.decision != Decision::Refused)
        .flat_map(|(k, c)| c.balances.iter().enumerate().map(move |(i, b)| (k, i, b)))
        .filter(|(_, _, b)| b.over.contains(&period))
        .collect();
    let mut sets: Vec<Sharing> = Vec::new();
    for &(k, i, balance) in &all {
        // A set that is connected grows by one that pays for something of it.
        let meets = sets.iter().filter(|set| !set.pays.and(&balance.pays).is_empty());
        let larger = meets.map(|set| Sharing {
            balances: set.balances.iter().copied().chain([(k, i)]).collect(),
            pays: set.pays.or(&balance.pays),
        });
        let larger: Vec<Sharing> = larger.collect();
        sets.extend(larger);
        sets.push(Sharing { balances: vec![(k, i)], pays: balance.pays.clone() });
    }
    sets.retain(|set| set.balances.len() > 1);
    sets
}
