//! From a selector as written to the offers or workloads that it picks.

use std::collections::BTreeSet;

use crate::diagnostics::{Code, suggest};
use crate::document::{Selector, Text};

use super::reader::Reader;
use super::selector::{Dimension, glob, values};
use super::types::{Chip, Cloud, Offer, Workload};

/// What a selector over offers is read against.
pub(super) struct Offers<'a> {
    pub offers: &'a [Offer],
    pub chips: &'a [Chip],
    pub clouds: &'a [Cloud],
    /// Whether some offers could not be read: then an empty selection may not be the selector's
    /// fault, and is not reported.
    pub incomplete: bool,
}

impl Offers<'_> {
    fn values(&self, offer: usize, dimension: &Dimension) -> Vec<String> {
        let o = &self.offers[offer];
        values(dimension, o, &self.chips[o.chip], &self.clouds[o.cloud])
    }

    /// Whether each offer is picked; `None` if the selector is wrong (and reported).
    pub fn select(&self, reader: &mut Reader<'_>, selector: &Selector) -> Option<Vec<bool>> {
        let mut picked = vec![true; self.offers.len()];
        for (key, patterns) in &selector.all_of {
            let dimension = self.dimension(reader, key)?;
            let values: Vec<Vec<String>> = (0..self.offers.len()).map(|o| self.values(o, &dimension)).collect();
            let known: BTreeSet<&str> = values.iter().flatten().map(String::as_str).collect();
            warn_unmatched(reader, patterns, &known, self.incomplete);
            for (offer, values) in values.iter().enumerate() {
                picked[offer] &= values.iter().any(|v| patterns.iter().any(|p| glob(&p.text, v)));
            }
        }
        if !self.incomplete && !picked.contains(&true) {
            reader.error(Code::EmptySelection, selector.place, "this selector picks no offer", "");
            return None;
        }
        Some(picked)
    }

    /// The dimension that a word names, if any offer has it.
    pub fn dimension(&self, reader: &mut Reader<'_>, word: &Text) -> Option<Dimension> {
        let dimension = Dimension::from_word(&word.text);
        let exists = !matches!(dimension, Dimension::Tag(_))
            || self.incomplete
            || (0..self.offers.len()).any(|o| !self.values(o, &dimension).is_empty());
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
            suggest(&word.text, known.iter().copied()),
        );
        None
    }
}

fn warn_unmatched(reader: &mut Reader<'_>, patterns: &[Text], known: &BTreeSet<&str>, incomplete: bool) {
    for pattern in patterns.iter().filter(|p| !incomplete && !known.iter().any(|v| glob(&p.text, v))) {
        reader.diagnostics.warning(
            Code::NoEffect,
            pattern.place,
            format!("nothing matches `{}`", pattern.text),
            suggest(&pattern.text, known.iter().copied()),
        );
    }
}

/// Whether each workload is picked by a selector over `kind`, `workload` and tags.
pub(super) fn select_workloads(
    reader: &mut Reader<'_>,
    workloads: &[Workload],
    incomplete: bool,
    selector: &Selector,
) -> Option<Vec<bool>> {
    let mut picked = vec![true; workloads.len()];
    for (key, patterns) in &selector.all_of {
        let value = |w: &Workload| -> Option<String> {
            match key.text.as_str() {
                "kind" => Some(w.kind().to_owned()),
                "workload" => Some(w.id.clone()),
                tag => w.tags.get(tag).cloned(),
            }
        };
        let values: Vec<Option<String>> = workloads.iter().map(value).collect();
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
        warn_unmatched(reader, patterns, &known, incomplete);
        for (w, value) in values.iter().enumerate() {
            picked[w] &= value.as_ref().is_some_and(|v| patterns.iter().any(|p| glob(&p.text, v)));
        }
    }
    if !incomplete && !picked.contains(&true) {
        reader.error(Code::EmptySelection, selector.place, "this selector picks no workload", "");
        return None;
    }
    Some(picked)
}
