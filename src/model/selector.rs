//! Dimensions, and selectors over them.

use super::ids::{ChipId, CloudId, IdVec, OfferId};
use std::collections::{BTreeMap, BTreeSet};

use super::types::{Chip, Cloud, Offer};
use crate::document::Criterion;

/// A way to group suppliers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Dimension {
    /// Who designs the chip.
    Vendor,
    /// The chip.
    Chip,
    /// The software stack.
    Ecosystem,
    /// Who operates it.
    Cloud,
    /// Who owns the cloud.
    Owner,
    /// Who earns: the chip's vendor and the cloud's owner.
    Organisation,
    /// The region.
    Region,
    /// The site.
    Site,
    /// How it is held.
    Term,
    /// The offer itself.
    Offer,
    /// What stands upstream: each by the part that depends on it.
    Supply,
    /// A tag of the offer, its chip or its cloud.
    Tag(String),
}

impl Dimension {
    /// The words for the dimensions that are not tags.
    pub const WORDS: [&'static str; 11] =
        ["vendor", "chip", "ecosystem", "cloud", "owner", "organisation", "region", "site", "term", "offer", "supply"];

    /// The dimension that a word names; any other word is a tag.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "vendor" => Dimension::Vendor,
            "chip" => Dimension::Chip,
            "ecosystem" => Dimension::Ecosystem,
            "cloud" => Dimension::Cloud,
            "owner" => Dimension::Owner,
            "organisation" => Dimension::Organisation,
            "region" => Dimension::Region,
            "site" => Dimension::Site,
            "term" => Dimension::Term,
            "offer" => Dimension::Offer,
            "supply" => Dimension::Supply,
            other => Dimension::Tag(other.to_owned()),
        }
    }

    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Dimension::Vendor => "vendor",
            Dimension::Chip => "chip",
            Dimension::Ecosystem => "ecosystem",
            Dimension::Cloud => "cloud",
            Dimension::Owner => "owner",
            Dimension::Organisation => "organisation",
            Dimension::Region => "region",
            Dimension::Site => "site",
            Dimension::Term => "term",
            Dimension::Offer => "offer",
            Dimension::Supply => "supply",
            Dimension::Tag(word) => word,
        }
    }
}

/// What an offer is in a dimension: nothing, one value, or two organisations.
pub(super) fn values(dimension: &Dimension, offer: &Offer, chip: &Chip, cloud: &Cloud) -> Vec<String> {
    match dimension {
        Dimension::Vendor => vec![chip.vendor.clone()],
        Dimension::Chip => vec![chip.id.clone()],
        Dimension::Ecosystem => chip.ecosystem.iter().cloned().collect(),
        Dimension::Cloud => vec![cloud.id.clone()],
        Dimension::Owner => vec![cloud.owner.clone()],
        Dimension::Organisation if chip.vendor == cloud.owner => vec![chip.vendor.clone()],
        Dimension::Organisation => vec![chip.vendor.clone(), cloud.owner.clone()],
        Dimension::Region => offer.region.iter().cloned().collect(),
        Dimension::Site => offer.site.iter().cloned().collect(),
        Dimension::Term => vec![offer.term.word().to_owned()],
        Dimension::Offer => vec![offer.id.clone()],
        Dimension::Supply => offer.supply.iter().map(|(id, _)| id.clone()).collect(),
        // The nearest tag wins: the offer's own, then its chip's, then its cloud's.
        Dimension::Tag(key) => offer
            .tags
            .get(key)
            .or_else(|| chip.tags.get(key))
            .or_else(|| cloud.tags.get(key))
            .into_iter()
            .cloned()
            .collect(),
    }
}

/// For each offer the groups of a dimension that it belongs to, by name; nothing for all where no offer has
/// the dimension.
///
/// A region is a region of its cloud: where two clouds have regions of one name, each is named after its
/// cloud too. An offer without a region, site, ecosystem or tag that others have is a group of its own,
/// since nobody knows which of theirs it shares.
pub(super) fn group_names(
    dimension: &Dimension,
    offers: &IdVec<OfferId, Offer>,
    chips: &IdVec<ChipId, Chip>,
    clouds: &IdVec<CloudId, Cloud>,
) -> Vec<Vec<String>> {
    let plain: Vec<Vec<String>> =
        offers.iter().map(|o| values(dimension, o, &chips[o.chip], &clouds[o.cloud])).collect();
    if plain.iter().all(Vec::is_empty) {
        return plain;
    }
    let mut clouds_of: BTreeMap<&str, BTreeSet<CloudId>> = BTreeMap::new();
    if *dimension == Dimension::Region {
        for (offer, region) in offers.iter().zip(&plain).filter_map(|(o, r)| Some((o, r.first()?))) {
            clouds_of.entry(region).or_default().insert(offer.cloud);
        }
    }
    let name = |(offer, values): (&Offer, &Vec<String>)| match values.first() {
        // Nothing that is written stands upstream of it.
        None if *dimension == Dimension::Supply => Vec::new(),
        None => vec![format!("{} (no {})", offer.id, dimension.word())],
        Some(region) if clouds_of.get(region.as_str()).is_some_and(|c| c.len() > 1) => {
            vec![format!("{}/{region}", clouds[offer.cloud].id)]
        }
        Some(_) => values.clone(),
    };
    offers.iter().zip(&plain).map(name).collect()
}

impl Criterion {
    /// Whether one of its patterns matches a value.
    #[must_use]
    pub(in crate::model) fn names(&self, value: &str) -> bool {
        self.patterns.iter().any(|p| glob(&p.text, value))
    }

    /// Whether it picks what has these values in its dimension: one of them matches or, of an exclusion, none.
    pub(super) fn picks<'a>(&self, mut values: impl Iterator<Item = &'a String>) -> bool {
        values.any(|v| self.names(v)) != self.not
    }
}

/// Whether a glob with `*` (any text) and `?` (any one character) matches the whole of a text.
///
/// Linear in the text for each star: on a mismatch only the last star is extended (the standard
/// backtracking of wildcard matching), so that no pattern takes exponential time.
#[must_use]
pub fn glob(pattern: &str, text: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return pattern == text;
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            p = at + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (pattern, text, is) in [
            ("us-*", "us-east-1", true),
            ("us-*", "eu-west-1", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("*-1", "us-east-1", true),
            ("u?-*-1", "us-east-1", true),
            ("*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ] {
            assert_eq!(glob(pattern, text), is, "{pattern} on {text}");
        }
    }
}
