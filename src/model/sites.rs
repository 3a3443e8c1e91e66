//! Where chips stand: what is drawn there in all for what they draw, and what the electricity emits.
//!
//! A chip of an offer draws power(chip) x pue, in kW, whenever power counts: in limits, pools, shares and what vests. In an
//! hour of a period in which it is held, used or not, it emits power(chip) x pue x intensity, in kg.

use std::collections::BTreeMap;

use super::ids::{IdVec, OfferId};
use super::reader::{In, Reader};
use super::types::Offer;
use super::whole::Model;
use crate::diagnostics::Code;
use crate::document as doc;
use crate::units::Dimension as Unit;

/// No electricity emits as much, in kg/kWh: coal emits about one.
const MOST: f64 = 10.0;

/// Reads sites, and tells offers what is known of theirs.
pub(super) fn attach(reader: &mut Reader<'_>, document: &doc::Document, offers: &mut IdVec<OfferId, Offer>) {
    let mut known: BTreeMap<&str, (f64, Option<Vec<f64>>)> = BTreeMap::new();
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
        known.insert(id, (pue, carbon));
    }
    for o in offers.ids().collect::<Vec<_>>() {
        let found = offers[o].site.as_deref().and_then(|site| known.get(site)).cloned();
        if let Some((pue, carbon)) = found {
            (offers[o].pue, offers[o].carbon) = (pue, carbon);
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

    /// What a chip of an offer emits in an hour of a period, in kg; 0 where that is not known.
    #[must_use]
    pub fn emits(&self, offer: OfferId, period: usize) -> f64 {
        let intensity = self.offers[offer].carbon.as_ref().map_or(0.0, |carbon| carbon[period]);
        if intensity.is_nan() { 0.0 } else { self.draws(offer) * intensity }
    }
}
