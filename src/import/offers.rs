//! Offers that were taken over, written as part of a model or as a table of offers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::accelerators::{Accelerator, cloud_owner};
use crate::document::safe_cell;

/// An offer that was taken over.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedOffer {
    /// Its id, that no other has.
    pub id: String,
    /// Id of its chip.
    pub chip: String,
    /// Id of its cloud.
    pub cloud: String,
    /// Region of the cloud, as the catalog writes it.
    pub region: String,
    /// Spot, or on demand.
    pub spot: bool,
    /// USD per chip-hour.
    pub price: f64,
    /// The instance type or slice that it is a part of.
    pub instance: String,
    /// The row that the price is from, and how it was reckoned.
    pub source: String,
}

/// Offers with the chips and clouds that they name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offers {
    /// Chips by id.
    pub chips: BTreeMap<String, Accelerator>,
    /// Ids of clouds.
    pub clouds: BTreeSet<String>,
    /// Offers, by cloud, chip, instance type, region and term.
    pub offers: Vec<ImportedOffer>,
    /// What they were read from, for the comment above.
    pub from: String,
    /// The day on which the prices held, if it was given.
    pub as_of: Option<String>,
}

impl Offers {
    /// The offers as YAML: the chips, clouds and offers of a model, which can be laid over one or be a part of it.
    #[must_use]
    pub fn yaml(&self) -> String {
        let mut out = String::new();
        let day = self.as_of.as_ref().map(|day| format!(", as of {day}")).unwrap_or_default();
        let _ = writeln!(out, "# Offers from {}{day}. Prices are list prices per chip-hour.", comment(&self.from));
        out.push_str("# No catalog tells capacities or interruptions: where you know them, add `capacity: 20k` and\n");
        out.push_str("# `term: { spot: { interruption: 12 % } }`. Without, there are as many chips as are wanted.\n");
        out.push_str("chips:\n");
        for (id, chip) in &self.chips {
            let (vendor, ecosystem) = (word(&chip.vendor), word(&chip.ecosystem));
            let _ = writeln!(out, "  {}: {{ vendor: {vendor}, ecosystem: {ecosystem} }}", word(id));
        }
        out.push_str("clouds:\n");
        for cloud in &self.clouds {
            match cloud_owner(cloud) {
                Some(owner) => _ = writeln!(out, "  {}: {{ owner: {owner} }}", word(cloud)),
                None => _ = writeln!(out, "  {}: {{}}", word(cloud)),
            }
        }
        out.push_str("offers:\n");
        for o in &self.offers {
            let _ = write!(out, "  {}: {{ chip: {}, cloud: {}, ", word(&o.id), word(&o.chip), word(&o.cloud));
            let _ = write!(out, "region: {}, ", word(&o.region));
            if o.spot {
                out.push_str("term: spot, ");
            }
            let _ = write!(out, "price: {} USD/chip-h, tags: {{ instance: {} }}, ", o.price, word(&o.instance));
            let _ = write!(out, "source: {}", word(&o.source));
            if let Some(day) = &self.as_of {
                let _ = write!(out, ", as_of: {day}");
            }
            out.push_str(" }\n");
        }
        out
    }

    /// The offers as a table that a model can name under `offers: { file: ... }`.
    ///
    /// # Errors
    /// What the writer reports.
    pub fn csv(&self) -> std::io::Result<Vec<u8>> {
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(["id", "chip", "cloud", "region", "term", "price", "source", "as_of", "tags.instance"])?;
        for o in &self.offers {
            let term = if o.spot { "spot" } else { "on-demand" };
            let price = format!("{} USD/chip-h", o.price);
            let day = self.as_of.as_deref().unwrap_or("");
            let cells = [&o.id, &o.chip, &o.cloud, &o.region, term, &price, &o.source, day, &o.instance];
            table.write_record(cells.map(safe_cell))?;
        }
        table.into_inner().map_err(|e| std::io::Error::other(e.to_string()))
    }
}

/// An id from a name: letters in lower case, digits, `.` and `_` kept, everything else one `-`; at most 90 characters.
pub(super) fn id(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        let c = c.to_ascii_lowercase();
        if c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_') {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    let kept = out.trim_start_matches(['.', '_']);
    kept.chars().take(90).collect::<String>().trim_end_matches('-').to_owned()
}

/// A text as YAML: bare where no reader could take it for anything but text, else in double quotes.
pub(super) fn word(text: &str) -> String {
    const OTHERS: [&str; 12] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity"];
    let bare = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
        && !OTHERS.contains(&text.to_ascii_lowercase().as_str());
    if bare {
        return text.to_owned();
    }
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => _ = write!(out, "\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Text within a comment: on one line.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_words() {
        assert_eq!(id("azure-Standard_ND96isr_H100_v5-eastus"), "azure-standard_nd96isr_h100_v5-eastus");
        assert_eq!((id("H100::8 (a/b)"), id("_x")), ("h100-8-a-b".to_owned(), "x".to_owned()));
        assert_eq!(id(&"x".repeat(200)).len(), 90);
        for (text, written) in [
            ("us-east-1", "us-east-1"),
            ("NO", "\"NO\""),
            ("1e5", "\"1e5\""),
            ("a: b", "\"a: b\""),
            ("q\"\\", "\"q\\\"\\\\\""),
            ("", "\"\""),
        ] {
            assert_eq!(word(text), written);
        }
    }
}
