//! From a selector as written to the offers or workloads that it picks.

use super::ids::{ChipId, CloudId, IdVec, OfferId, OfferSet, WorkloadId, WorkloadSet};
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{Code, suggest};
use crate::document::{Criterion, Document, Map, Selector, Text, dimension_called};

use super::reader::Reader;
use super::selector::{Dimension, glob, values};
use super::types::{Chip, Cloud, Offer, Workload};

/// What a selector over offers is read against.
pub(super) struct Offers<'a> {
    pub offers: &'a IdVec<OfferId, Offer>,
    pub chips: &'a IdVec<ChipId, Chip>,
    pub clouds: &'a IdVec<CloudId, Cloud>,
    /// What is written, read or not: an empty selection is only the selector's fault if it would
    /// not pick from what could not be read either.
    pub written: &'a Written,
}

/// The values that are written in a model, also where its offers could not be read.
pub(super) struct Written {
    /// Every value that is written for a dimension or tag, wherever.
    possible: BTreeMap<String, BTreeSet<String>>,
    /// The chips named by the offers that could not be read; `None` where none is.
    pub unread_chips: Vec<Option<String>>,
    /// Whether some offers could not be read.
    pub incomplete: bool,
}

impl Written {
    /// Collects what is written, given the offers that could be read.
    pub fn of(document: &Document, read: &BTreeSet<&str>) -> Self {
        let offers = document.offers.as_ref();
        let incomplete = offers
            .is_none_or(|m| m.entries.is_empty() || m.entries.iter().any(|(id, _, _)| !read.contains(id.as_str())));
        let mut possible: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut add = |dimension: &str, value: &str| {
            possible.entry(dimension.to_owned()).or_default().insert(value.to_owned());
        };
        let mut tags: Vec<&Map<Text>> = Vec::new();
        for (id, _, chip) in document.chips.iter().flat_map(|m| &m.entries) {
            add("chip", id);
            let Some(chip) = chip else { continue };
            chip.vendor.iter().for_each(|v| ["vendor", "organisation"].iter().for_each(|d| add(d, &v.text)));
            chip.ecosystem.iter().for_each(|e| add("ecosystem", &e.text));
            tags.extend(&chip.tags);
        }
        for (id, _, cloud) in document.clouds.iter().flat_map(|m| &m.entries) {
            add("cloud", id);
            let owner = cloud.as_ref().and_then(|c| c.owner.as_ref()).map_or(id, |o| &o.text);
            ["owner", "organisation"].iter().for_each(|d| add(d, owner));
            tags.extend(cloud.as_ref().and_then(|c| c.tags.as_ref()));
        }
        document.supply.iter().flat_map(|m| &m.entries).for_each(|(id, ..)| add("supply", id));
        let mut chips = Vec::new();
        for (id, _, offer) in offers.iter().flat_map(|m| &m.entries) {
            add("offer", id);
            ["on-demand", "spot", "reserved", "owned"].iter().for_each(|w| add("term", w));
            if !read.contains(id.as_str()) {
                chips.push(offer.as_ref().and_then(|o| o.chip.as_ref()).map(|c| c.text.clone()));
            }
            let Some(offer) = offer else { continue };
            offer.region.iter().for_each(|r| add("region", &r.text));
            offer.site.iter().for_each(|r| add("site", &r.text));
            tags.extend(&offer.tags);
        }
        for (key, _, value) in tags.iter().flat_map(|t| &t.entries) {
            value.iter().for_each(|v| add(key, &v.text));
        }
        Written { possible, unread_chips: chips, incomplete }
    }

    /// Every organisation that is written as a vendor or an owner.
    pub fn organisations(&self) -> BTreeSet<&str> {
        self.possible.get("organisation").into_iter().flatten().map(String::as_str).collect()
    }

    /// Whether what is written may have a value that a criterion picks.
    fn may_pick(&self, criterion: &Criterion) -> bool {
        let values = self.possible.get(&criterion.key.text);
        values.is_some_and(|values| values.iter().any(|v| criterion.names(v) != criterion.not))
    }

    /// Whether what is written may have a value that a criterion names.
    fn may_name(&self, criterion: &Criterion) -> bool {
        let values = self.possible.get(&criterion.key.text);
        values.is_some_and(|values| values.iter().any(|v| criterion.names(v)))
    }
}

impl Offers<'_> {
    fn values(&self, offer: OfferId, dimension: &Dimension) -> Vec<String> {
        let o = &self.offers[offer];
        values(dimension, o, &self.chips[o.chip], &self.clouds[o.cloud])
    }

    /// Whether each offer is picked; `None` if the selector is wrong or picks none (and reported).
    pub fn select(&self, reader: &mut Reader<'_>, selector: &Selector) -> Option<OfferSet> {
        self.pick(reader, selector, false)
    }

    /// The same for limits, which may be on suppliers that exist but offer nothing: that is reported
    /// as a warning. A value that stands nowhere in the model is still an error.
    pub fn select_for_limit(&self, reader: &mut Reader<'_>, selector: &Selector) -> Option<OfferSet> {
        self.pick(reader, selector, true)
    }

    fn pick(&self, reader: &mut Reader<'_>, selector: &Selector, may_be_empty: bool) -> Option<OfferSet> {
        let mut picked = OfferSet::all(self.offers.len());
        for criterion in &selector.all_of {
            let dimension = self.dimension(reader, &criterion.key)?;
            let values: IdVec<OfferId, Vec<String>> = self.offers.ids().map(|o| self.values(o, &dimension)).collect();
            // A region of one cloud may be written with it, as results name it.
            let with_cloud = |offer: OfferId, v: &str| format!("{}/{v}", self.clouds[self.offers[offer].cloud].id);
            let whole: IdVec<OfferId, Vec<String>> = match dimension {
                Dimension::Region => {
                    values.with_ids().map(|(o, v)| v.iter().map(|v| with_cloud(o, v)).collect()).collect()
                }
                _ => IdVec::filled(values.len(), Vec::new()),
            };
            let known: BTreeSet<&str> = values.iter().chain(&whole).flatten().map(String::as_str).collect();
            if !self.written.incomplete {
                if criterion.not && !known.iter().any(|v| criterion.names(v)) && !self.written.may_name(criterion) {
                    excludes_nothing(reader, criterion, "offer", &known);
                    return None;
                }
                warn_unmatched(reader, criterion, &known);
            }
            picked.keep(|offer| criterion.picks(values[offer].iter().chain(&whole[offer])));
        }
        let may_pick = selector.all_of.iter().all(|c| self.written.may_pick(c));
        if !(!picked.is_empty() || self.written.incomplete && may_pick) {
            if may_be_empty && may_pick {
                reader.diagnostics.warning(
                    Code::NoEffect,
                    selector.place,
                    "this selector picks no offer",
                    "no offer is made there; the limit holds without one",
                );
                return Some(picked);
            }
            let remedy = self.remedy(selector);
            reader.error(Code::EmptySelection, selector.place, "this selector picks no offer", remedy);
            return None;
        }
        Some(picked)
    }

    /// The nearest value to the first pattern that nothing matches.
    fn remedy(&self, selector: &Selector) -> String {
        for criterion in selector.all_of.iter().filter(|c| !c.not) {
            let dimension = Dimension::from_word(&criterion.key.text);
            let values: BTreeSet<String> = self.offers.ids().flat_map(|o| self.values(o, &dimension)).collect();
            if let Some(pattern) = criterion.patterns.iter().find(|p| !values.iter().any(|v| glob(&p.text, v))) {
                return suggest(&pattern.text, values.iter().map(String::as_str));
            }
        }
        if let [only] = selector.all_of.as_slice()
            && only.not
        {
            return "every offer is excluded: exclude fewer".to_owned();
        }
        "no offer has all of these at once; drop one of the keys".to_owned()
    }

    /// The dimension that a word names, if any offer has it.
    pub fn dimension(&self, reader: &mut Reader<'_>, word: &Text) -> Option<Dimension> {
        let dimension = Dimension::from_word(&word.text);
        let exists = !matches!(dimension, Dimension::Tag(_))
            || (self.written.incomplete && self.written.possible.contains_key(&word.text))
            || self.offers.ids().any(|o| !self.values(o, &dimension).is_empty());
        if exists {
            return Some(dimension);
        }
        let tags: BTreeSet<&str> = self
            .offers
            .iter()
            .flat_map(|o| o.tags.keys().chain(self.chips[o.chip].tags.keys()).chain(self.clouds[o.cloud].tags.keys()))
            .map(String::as_str)
            .collect();
        let known: Vec<&str> = Dimension::WORDS.into_iter().chain(tags).collect();
        reader.error(
            Code::UnknownDimension,
            word.place,
            format!("`{}` is neither a dimension nor a tag of any offer", word.text),
            dimension_called(&word.text).unwrap_or_else(|| suggest(&word.text, known.iter().copied())),
        );
        None
    }
}

/// Warns of patterns that nothing matches beside others that something does, and of all in an exclusion.
fn warn_unmatched(reader: &mut Reader<'_>, criterion: &Criterion, known: &BTreeSet<&str>) {
    // If none matches the selection is empty, which is an error of its own.
    if !criterion.not && !known.iter().any(|v| criterion.names(v)) {
        return;
    }
    for pattern in criterion.patterns.iter().filter(|p| !known.iter().any(|v| glob(&p.text, v))) {
        reader.diagnostics.warning(
            Code::NoEffect,
            pattern.place,
            format!("nothing matches `{}`", pattern.text),
            suggest(&pattern.text, known.iter().copied()),
        );
    }
}

/// An exclusion of what stands nowhere in the model is as surely a mistake as a choice of it.
fn excludes_nothing(reader: &mut Reader<'_>, criterion: &Criterion, what: &str, known: &BTreeSet<&str>) {
    let Some(first) = criterion.patterns.first() else {
        let message = "this exclusion names nothing";
        reader.error(Code::EmptySelection, criterion.key.place, message, "write `{ not: us-* }`, or leave it out");
        return;
    };
    let remedy = suggest(&first.text, known.iter().copied());
    reader.error(Code::EmptySelection, first.place, format!("this exclusion excludes no {what}"), remedy);
}

/// Whether each workload is picked by a selector over `kind`, `workload` and tags.
pub(super) fn select_workloads(
    reader: &mut Reader<'_>,
    workloads: &IdVec<WorkloadId, Workload>,
    incomplete: bool,
    selector: &Selector,
) -> Option<WorkloadSet> {
    let mut picked = WorkloadSet::all(workloads.len());
    for criterion in &selector.all_of {
        let key = &criterion.key;
        let value = |w: &Workload| -> Option<String> {
            match key.text.as_str() {
                "kind" => Some(w.kind().to_owned()),
                "workload" => Some(w.id.clone()),
                tag => w.tags.get(tag).cloned(),
            }
        };
        let values: IdVec<WorkloadId, Option<String>> = workloads.map(value);
        if !matches!(key.text.as_str(), "kind" | "workload") && !incomplete && values.iter().all(Option::is_none) {
            let tags: BTreeSet<&str> = workloads.iter().flat_map(|w| w.tags.keys()).map(String::as_str).collect();
            let known: Vec<&str> = ["kind", "workload"].into_iter().chain(tags).collect();
            reader.error(
                Code::UnknownDimension,
                key.place,
                format!("`{}` is neither `kind`, `workload` nor a tag of any workload", key.text),
                suggest(&key.text, known.iter().copied()),
            );
            return None;
        }
        let known: BTreeSet<&str> = values.iter().flatten().map(String::as_str).collect();
        if !incomplete {
            if criterion.not && !known.iter().any(|v| criterion.names(v)) {
                excludes_nothing(reader, criterion, "workload", &known);
                return None;
            }
            warn_unmatched(reader, criterion, &known);
        }
        picked.keep(|w| criterion.picks(values[w].iter()));
    }
    if !incomplete && picked.is_empty() {
        reader.error(Code::EmptySelection, selector.place, "this selector picks no workload", "");
        return None;
    }
    Some(picked)
}
