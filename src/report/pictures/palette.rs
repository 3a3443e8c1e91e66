//! One colour for one thing on the whole page. The colour is that of the organisation: a vendor, and the cloud that it
//! owns; a chip has its vendor's colour, each in a shade of its own. What is no supplier has shades of grey.

use std::collections::BTreeMap;

use crate::analysis::dossier::Dossier;
use crate::report::chart::{INK, colour};

/// Shades of a colour.
const SHADES: usize = 4;

/// Which colour each supplier has.
pub(in crate::report) struct Palette {
    /// The place of each organisation, the one that is paid most first.
    places: BTreeMap<String, usize>,
    /// The organisation of each cloud.
    owners: BTreeMap<String, String>,
    /// The vendor of each chip, and its place among its vendor's chips.
    chips: BTreeMap<String, (String, usize)>,
}

impl Palette {
    pub fn of(dossier: &Dossier) -> Self {
        let owners = dossier.owners.clone();
        let owner = |cloud: &str| owners.get(cloud).map_or(cloud, String::as_str).to_owned();
        // What an organisation is paid as a vendor or as a cloud, the larger of the two; nothing where it is not in the plan.
        let mut paid: BTreeMap<String, f64> = BTreeMap::new();
        for offer in &dossier.offers {
            paid.entry(offer.vendor.clone()).or_default();
            paid.entry(owner(&offer.cloud)).or_default();
        }
        let whole = dossier.plan.exposure.iter().filter(|e| e.of == "spend" && e.period == "horizon");
        for e in whole.filter(|e| e.by == "vendor" || e.by == "cloud") {
            for g in &e.groups {
                let name = if e.by == "cloud" { owner(&g.group) } else { g.group.clone() };
                let known = paid.entry(name).or_default();
                *known = known.max(g.amount);
            }
        }
        let mut order: Vec<(String, f64)> = paid.into_iter().collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let places = order.into_iter().enumerate().map(|(i, (name, _))| (name, i)).collect();
        // The chips of a vendor by what is run on them.
        let mut run: BTreeMap<&str, (&str, f64)> = BTreeMap::new();
        for offer in &dossier.offers {
            run.entry(&offer.chip).or_insert((&offer.vendor, 0.0));
        }
        for flow in &dossier.flows {
            if let Some((_, hours)) = run.get_mut(flow.chip.as_str()) {
                *hours += flow.chip_hours;
            }
        }
        let mut all: Vec<(&str, &str, f64)> = run.into_iter().map(|(chip, (vendor, h))| (chip, vendor, h)).collect();
        all.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| a.0.cmp(b.0)));
        let mut chips: BTreeMap<String, (String, usize)> = BTreeMap::new();
        for (chip, vendor, _) in all {
            let earlier = chips.values().filter(|(v, _)| v == vendor).count();
            chips.insert(chip.to_owned(), (vendor.to_owned(), earlier));
        }
        Palette { places, owners, chips }
    }

    fn organisation(&self, name: &str) -> String {
        self.places.get(name).map_or_else(|| "rest".to_owned(), |place| colour(*place))
    }

    /// The class of a group of a dimension.
    pub fn class(&self, by: &str, group: &str) -> String {
        match by {
            "vendor" | "organisation" => self.organisation(group),
            "cloud" => self.organisation(self.owners.get(group).map_or(group, String::as_str)),
            "chip" => match self.chips.get(group) {
                Some((vendor, 0)) => self.organisation(vendor),
                Some((vendor, shade)) => format!("{} t{}", self.organisation(vendor), shade.min(&(SHADES - 1))),
                None => INK.to_owned(),
            },
            _ => INK.to_owned(),
        }
    }
}
