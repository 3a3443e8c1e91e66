//! Shares and warrants that vest with what is held. Their worth is an input: it is reported beside the cost, and no part of it.

use super::ids::OfferSet;
use super::policy::describe;
use super::reader::{In, Reader};
use super::select::Offers;
use super::types::Measure;
use crate::diagnostics::{Code, suggest};
use crate::document as doc;
use crate::units::Dimension as Unit;

/// What comes of a contract in shares or warrants.
#[derive(Clone, Debug, PartialEq)]
pub struct Equity {
    /// The organisation whose they are.
    pub investor: Option<String>,
    /// Its parts.
    pub vests: Vec<Vest>,
}

/// A part that vests when something is reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Vest {
    /// The offers that count, and how they are called.
    pub offers: OfferSet,
    /// How they are called.
    pub group: String,
    /// Power (kW) or chips at a time, or spend in all.
    pub of: Measure,
    /// How much has to be reached.
    pub reaches: f64,
    /// What it is worth then; money.
    pub worth: f64,
}

/// Reads what vests under a contract that covers some offers; `covers` is none where it could not be read.
pub(super) fn equity(
    reader: &mut Reader<'_>,
    written: &doc::Equity,
    covers: Option<&OfferSet>,
    with: Option<&String>,
    offers: &Offers<'_>,
) -> Option<Equity> {
    let written_vests = written.vests.iter().flat_map(|list| &list.items);
    let vests: Vec<Option<Vest>> = written_vests.map(|v| vest(reader, v, covers, with, offers)).collect();
    let investor = written.investor.as_ref().map(|t| t.text.clone()).or(with.cloned());
    Some(Equity { investor, vests: vests.into_iter().collect::<Option<_>>()? })
}

fn vest(
    reader: &mut Reader<'_>,
    written: &doc::Vest,
    covers: Option<&OfferSet>,
    with: Option<&String>,
    offers: &Offers<'_>,
) -> Option<Vest> {
    let worth = reader.money(written.worth.as_ref());
    let when = written.when.as_ref()?;
    let selected = match &when.offers {
        Some(selector) => offers.select(reader, selector),
        None => covers.cloned(),
    };
    let group = match &when.offers {
        Some(selector) => describe(selector),
        None => with.cloned().unwrap_or_else(|| "what the contract covers".to_owned()),
    };
    let of = when.of.as_ref()?;
    let measure = [Measure::Power, Measure::Chips, Measure::Spend].into_iter().find(|m| m.word() == of.text);
    let Some(measure) = measure else {
        let remedy = suggest(&of.text, ["power", "chips", "spend"]);
        reader.error(Code::UnknownWord, of.place, format!("nothing vests with `{}`", of.text), remedy);
        return None;
    };
    let currency = reader.currency.clone();
    let unit = match measure {
        Measure::Power => Unit::Power,
        Measure::Chips => Unit::Chips,
        _ => Unit::Money(&currency),
    };
    let reaches = reader.amount(when.reaches.as_ref(), &unit, In::Positive);
    let selected = selected?;
    if measure == Measure::Power
        && let Some(o) = selected.iter().find(|&o| offers.chips[offers.offers[o].chip].power.is_none())
    {
        let chip = &offers.chips[offers.offers[o].chip].id;
        let message = format!("vesting counts power, but the chip `{chip}` has none");
        reader.error(Code::MissingPower, when.place, message, format!("add `power:` to the chip `{chip}`"));
        return None;
    }
    if selected.is_empty() {
        let remedy = "say in `where` what counts";
        reader.error(Code::NoEffect, when.place, "no offer counts towards this milestone", remedy);
        return None;
    }
    Some(Vest { offers: selected, group, of: measure, reaches: reaches?, worth: worth? })
}
