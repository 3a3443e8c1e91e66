//! A supplier has one spelling: names that read alike are one name, or a mistake.
//!
//! `nvidia`, `Nvidia` and a `nvidia` with a Cyrillic letter would be three vendors, each within a share limit
//! that the three together break. Names are compared by their skeletons (Unicode Technical Standard 39,
//! section 4) after folding case; where both are plain ASCII by case alone, since `modern` and `modem` are two
//! names.

use std::collections::{BTreeMap, BTreeSet};

use unicode_security::confusable_detection::skeleton;

use super::reader::Reader;
use crate::diagnostics::{Code, Place};
use crate::document::{Document, Map, Text};

/// Characters that are not seen: zero-width and soft ones, and those that only choose a form.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A text without outer white space and invisible characters.
pub(super) fn plain(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    seen.trim().to_owned()
}

/// A text in which what cannot be seen is written out.
pub(super) fn visible(text: &str) -> String {
    text.chars().map(|c| if is_invisible(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

/// What two spellings of one name have in common.
fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// A namespace: each name that is written in it, with its first place.
#[derive(Default)]
struct Names<'a> {
    by_case: BTreeMap<String, (&'a str, Place)>,
    by_skeleton: BTreeMap<String, (&'a str, Place)>,
    /// Spellings that are reported.
    reported: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    fn add(&mut self, reader: &mut Reader<'_>, what: &str, text: &'a str, place: Place) {
        let case = *self.by_case.entry(folded(text)).or_insert((text, place));
        let bones: String = skeleton(&folded(text)).collect();
        let alike = *self.by_skeleton.entry(bones).or_insert((text, place));
        let is_ascii = text.is_ascii() && alike.0.is_ascii();
        let (other, first) = if case.0 == text && !is_ascii { alike } else { case };
        if other != text && self.reported.insert(text) {
            let at = reader.sources.whereabouts(first);
            let how = if folded(other) == folded(text) { "differs from" } else { "looks like" };
            let by = if folded(other) == folded(text) { " only in case" } else { "" };
            reader.error(
                Code::DuplicateName,
                place,
                format!("the {what} `{text}` {how} `{other}` ({at}){by}"),
                "write one of the two everywhere; they would count as two suppliers",
            );
        }
    }
}

/// Reports names of one kind that differ in what nobody sees.
pub(super) fn check(reader: &mut Reader<'_>, document: &Document) {
    let mut organisations = Names::default();
    let mut ecosystems = Names::default();
    let mut sites = Names::default();
    let mut regions: BTreeMap<&str, Names<'_>> = BTreeMap::new();
    let mut tags: BTreeMap<&str, Names<'_>> = BTreeMap::new();
    let mut all_tags: Vec<&Map<Text>> = Vec::new();
    for chip in document.chips.iter().flat_map(|m| &m.entries).filter_map(|(_, _, c)| c.as_ref()) {
        chip.vendor.iter().for_each(|v| organisations.add(reader, "vendor", &v.text, v.place));
        chip.ecosystem.iter().for_each(|e| ecosystems.add(reader, "ecosystem", &e.text, e.place));
        all_tags.extend(&chip.tags);
    }
    for cloud in document.clouds.iter().flat_map(|m| &m.entries).filter_map(|(_, _, c)| c.as_ref()) {
        cloud.owner.iter().for_each(|o| organisations.add(reader, "owner", &o.text, o.place));
        all_tags.extend(&cloud.tags);
    }
    for (id, place, _) in document.investors.iter().flat_map(|m| &m.entries) {
        organisations.add(reader, "investor", id, *place);
    }
    for (id, place, _) in document.sites.iter().flat_map(|m| &m.entries) {
        sites.add(reader, "site", id, *place);
    }
    for offer in document.offers.iter().flat_map(|m| &m.entries).filter_map(|(_, _, o)| o.as_ref()) {
        let cloud = offer.cloud.as_ref().map_or("", |c| c.text.as_str());
        offer.region.iter().for_each(|r| regions.entry(cloud).or_default().add(reader, "region", &r.text, r.place));
        offer.site.iter().for_each(|s| sites.add(reader, "site", &s.text, s.place));
        all_tags.extend(&offer.tags);
    }
    for (key, _, value) in all_tags.iter().flat_map(|t| &t.entries) {
        let what = format!("value of the tag `{key}`");
        value.iter().for_each(|v| tags.entry(key).or_default().add(reader, &what, &v.text, v.place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen() {
        assert_eq!(plain(" nvidia\u{200b} "), "nvidia");
        assert_eq!(visible("a\u{200b}"), "a\\u{200b}");
        assert!(is_invisible('\u{feff}') && !is_invisible('é') && !is_invisible('-'));
    }
}
