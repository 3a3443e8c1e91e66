//! Where chips stand: what is drawn there in all for what they draw, and what the electricity emits.
//!
//! A chip of an offer draws power(chip) x pue, in kW, whenever power counts: in limits, pools, shares and what vests. In an
//! hour of a period in which it is held, used or not, it emits power(chip) x pue x intensity, in kg; if it is owned, its
//! electricity costs power(chip) x pue x energy. Of what is rented the price has it in it.

use std::collections::BTreeMap;

use super::ids::{ChipId, IdVec, OfferId};
use super::reader::{In, Reader};
use super::types::{Chip, Offer};
use super::whole::Model;
use crate::diagnostics::{Code, Place};
use crate::document as doc;
use crate::units::Dimension as Unit;

/// No electricity emits as much, in kg/kWh: coal emits about one.
const MOST: f64 = 10.0;

/// What is known of a site.
#[derive(Clone)]
struct SiteFigures {
    pue: f64,
    carbon: Option<Vec<f64>>,
    energy: Option<Vec<f64>>,
}

/// Reads sites, and tells offers what is known of theirs.
pub(super) fn attach(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    offers: &mut IdVec<OfferId, Offer>,
    chips: &IdVec<ChipId, Chip>,
) {
    let mut known: BTreeMap<&str, SiteFigures> = BTreeMap::new();
    // A name that differs in case alone is reported as such.
    let named = |id: &str| {
        let all = document.offers.iter().flat_map(|m| &m.entries).filter_map(|(_, _, o)| o.as_ref());
        all.filter_map(|o| o.site.as_ref()).any(|s| s.text.eq_ignore_ascii_case(id))
    };
    for (id, place, site) in document.sites.iter().flat_map(|m| &m.entries) {
        reader.check_id(id, *place);
        let Some(site) = site else { continue };
        if !named(id) {
            let message = format!("no offer is at the site `{id}`");
            let remedy = format!("write `site: {id}` in the offers whose chips stand there");
            reader.diagnostics.warning(Code::NoEffect, *place, message, remedy);
        }
        let pue = reader.amount(site.pue.as_ref(), &Unit::Count, In::AtLeastOne).unwrap_or(1.0);
        let carbon = site.carbon.as_ref().and_then(|series| intensity(reader, series));
        // One that could not be read has been reported, and is not missing.
        let carbon =
            if site.lacks("carbon") { None } else { carbon.or_else(|| Some(vec![1.0; reader.calendar.len()])) };
        let energy = site.energy.as_ref().and_then(|series| {
            let currency = reader.currency.clone();
            let prices = reader.money_series(series, f64::NAN, |q| Unit::PricePerEnergy(&currency).convert(q))?;
            can_be_paid(reader, id, (series.place, &prices), offers, chips);
            Some(prices)
        });
        known.insert(id, SiteFigures { pue, carbon, energy });
    }
    for o in offers.ids().collect::<Vec<_>>() {
        let found = offers[o].site.as_deref().and_then(|site| known.get(site)).cloned();
        if let Some(SiteFigures { pue, carbon, energy }) = found {
            (offers[o].pue, offers[o].carbon) = (pue, carbon);
            offers[o].energy = energy.filter(|_| offers[o].is_owned());
        }
    }
}

/// Reports chips owned at a site whose electricity is paid for but whose power is not known, and periods in which they can
/// be held and it has no price; notes a site where none are owned.
fn can_be_paid(
    reader: &mut Reader<'_>,
    site: &str,
    (place, prices): (Place, &[f64]),
    offers: &IdVec<OfferId, Offer>,
    chips: &IdVec<ChipId, Chip>,
) {
    let here = |o: &&Offer| o.site.as_deref() == Some(site);
    if offers.iter().any(|o| here(&o)) && !offers.iter().filter(here).any(Offer::is_owned) {
        reader.note(
            place,
            &format!("`energy` of the site `{site}` is paid for by nobody: no chips are owned there, and rent has it in its price"),
        );
    }
    for offer in offers.iter().filter(here).filter(|o| o.is_owned()) {
        let chip = &chips[offer.chip];
        if chip.power.is_none() {
            let message =
                format!("the electricity of `{}` is paid for, but the chip `{}` has no power", offer.id, chip.id);
            reader.error(Code::MissingPower, place, message, format!("add `power:` to the chip `{}`", chip.id));
            return;
        }
        let held = |t: usize| match offer.bought() {
            Some(bought) => bought.can_be_held(t) && offer.capacity_at(t) > 0.0,
            None => offer.capacity_at(t) > 0.0,
        };
        if let Some(t) = (0..prices.len()).find(|&t| prices[t].is_nan() && held(t)) {
            let label = reader.calendar.periods[t].label.clone();
            let message = format!(
                "`{}` is available in {label}, but its site `{site}` has no price of energy for that period",
                offer.id
            );
            let remedy = format!("add a step at or before {label} to `energy` of the site `{site}`");
            reader.error(Code::MissingPrice, place, message, remedy);
            return;
        }
    }
}

/// What a kWh emits in kg, a period; not a number before the first date.
fn intensity(reader: &mut Reader<'_>, series: &doc::Series) -> Option<Vec<f64>> {
    let carbon = reader.series(series, In::NotNegative, f64::NAN, |q| Unit::Intensity.convert(q))?;
    if let Some(most) = carbon.iter().find(|kg| **kg > MOST) {
        let message = format!("{most} kg/kWh is out of range: no electricity emits more than {MOST}");
        reader.error(Code::OutOfRange, series.place, message, "write its unit, as in `420 g/kWh`");
        return None;
    }
    Some(carbon)
}

impl Model {
    /// What a chip of an offer draws with what its site draws beside it, in kW; 0 if the chip's power is not known.
    #[must_use]
    pub fn draws(&self, offer: OfferId) -> f64 {
        let own = &self.offers[offer];
        self.chips[own.chip].power.unwrap_or(0.0) * own.pue
    }

    /// What the electricity of a chip of an offer costs in an hour of a period, in money; 0 where its price has it in it.
    #[must_use]
    pub fn electricity(&self, offer: OfferId, period: usize) -> f64 {
        let price = self.offers[offer].energy.as_ref().map_or(0.0, |energy| energy[period]);
        if price.is_nan() { 0.0 } else { self.draws(offer) * price }
    }

    /// What a chip of an offer emits in an hour of a period, in kg; 0 where that is not known.
    #[must_use]
    pub fn emits(&self, offer: OfferId, period: usize) -> f64 {
        let intensity = self.offers[offer].carbon.as_ref().map_or(0.0, |carbon| carbon[period]);
        if intensity.is_nan() { 0.0 } else { self.draws(offer) * intensity }
    }
}
