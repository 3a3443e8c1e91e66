//! Accelerators and clouds by the names that catalogs give them, slices of TPUs among them, and names that users explain.

use super::accelerator_names::chip_named;

/// What an accelerator is in a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accelerator {
    /// Id of the chip.
    pub chip: String,
    /// Who designs and sells it.
    pub vendor: String,
    /// The software stack that it needs.
    pub ecosystem: String,
}

/// What a catalog's name stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Named {
    /// So many of a chip for each one that the catalog counts.
    Chips(Accelerator, f64),
    /// A name that is not in the table.
    Unknown,
}

/// Slices of TPUs, `tpu-v2-8`: the generation as it is written, the chip, and how many of what the number after it
/// counts make a chip. v2, v3, v4, v5p and 7x are named by their TensorCores, of which a chip has two; v5e (whose slices
/// are called v5litepod) and v6e by their chips, which have one (Google Cloud TPU documentation, "TPU versions").
const TPUS: &[(&str, &str, f64)] = &[
    ("2", "tpu-v2", 2.0),
    ("3", "tpu-v3", 2.0),
    ("4", "tpu-v4", 2.0),
    ("5p", "tpu-v5p", 2.0),
    ("5litepod", "tpu-v5e", 1.0),
    ("5e", "tpu-v5e", 1.0),
    ("6e", "tpu-v6e", 1.0),
    ("7x", "tpu7x", 2.0),
];

/// Machines with TPUs, `ct6e-standard-8t`: the family, the chip. The number in front of the `t` counts chips (Google Cloud
/// documentation, "TPUs in GKE").
const TPU_MACHINES: &[(&str, &str)] = &[
    ("ct4p", "tpu-v4"),
    ("ct5l", "tpu-v5e"),
    ("ct5lp", "tpu-v5e"),
    ("ct5p", "tpu-v5p"),
    ("ct6e", "tpu-v6e"),
    ("tpu7x", "tpu7x"),
];

/// Whether a name is that of a slice of TPUs, which stands for several chips.
pub(super) fn is_slice(name: &str) -> bool {
    let plain = normal(name);
    plain.starts_with("tpu") || tpu_machine(&plain).is_some()
}

/// Whether a name that is not known may well stand for several chips: a slice, or a machine, which words or a number say.
fn is_several(name: &str) -> bool {
    const MACHINES: [&str; 9] = ["dgx", "hgx", "mgx", "pod", "superpod", "rack", "node", "server", "cluster"];
    let plain = normal(name);
    let number =
        |word: &str| word.split_once('x').is_some_and(|(n, _)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    is_slice(name) || plain.split('-').any(|word| MACHINES.contains(&word) || number(word))
}

/// What a name of a catalog stands for. What the user has explained comes first.
#[must_use]
pub fn accelerator(name: &str, told: &[Explained]) -> Named {
    let plain = normal(name);
    if let Some(explained) = told.iter().find(|t| normal(&t.name) == plain) {
        return Named::Chips(explained.accelerator.clone(), explained.chips);
    }
    let is = |chip: &str, vendor: &str, ecosystem: &str| Accelerator {
        chip: chip.to_owned(),
        vendor: vendor.to_owned(),
        ecosystem: ecosystem.to_owned(),
    };
    if let Some((chip, chips)) = slice(&plain) {
        return Named::Chips(is(chip, "google", "xla"), chips);
    }
    match chip_named(name) {
        Some((chip, vendor, ecosystem)) => Named::Chips(is(&chip, vendor, ecosystem), 1.0),
        None => Named::Unknown,
    }
}

/// The chip of a slice or machine with TPUs, and how many it has. A generation is written `tpu-v6e-8`, `tpu-6e-8` or
/// `tpu7x-8`.
fn slice(plain: &str) -> Option<(&'static str, f64)> {
    let count = |text: &str| text.parse::<u32>().ok().filter(|n| *n > 0).map(f64::from);
    if let Some((chip, number)) = tpu_machine(plain) {
        return Some((chip, count(number)?));
    }
    let (generation, number) = plain.strip_prefix("tpu")?.rsplit_once('-')?;
    let generation = generation.trim_start_matches('-');
    let generation = generation.strip_prefix('v').unwrap_or(generation);
    let (_, chip, per_chip) = TPUS.iter().find(|(written, ..)| *written == generation)?;
    Some((chip, count(number)? / per_chip))
}

/// The chip of a machine with TPUs, and the text of their number.
fn tpu_machine(plain: &str) -> Option<(&'static str, &str)> {
    let (machine, size) = plain.rsplit_once('-')?;
    let (family, kind) = machine.split_once('-')?;
    let (_, chip) = TPU_MACHINES.iter().find(|(written, _)| *written == family)?;
    let number = size.strip_suffix('t').filter(|_| ["standard", "hightpu", "ultranet"].contains(&kind))?;
    Some((chip, number))
}

/// The chip with this id, if it is one that names of catalogs stand for.
pub(super) fn chip(id: &str) -> Option<Accelerator> {
    if TPUS.iter().any(|(_, chip, _)| *chip == id) {
        return Some(Accelerator { chip: id.to_owned(), vendor: "google".to_owned(), ecosystem: "xla".to_owned() });
    }
    let (chip, vendor, ecosystem) = chip_named(id).filter(|(chip, ..)| chip == id)?;
    Some(Accelerator { chip, vendor: vendor.to_owned(), ecosystem: ecosystem.to_owned() })
}

/// A name that the user has explained: `NAME=CHIP` or `NAME=VENDOR/ECOSYSTEM`, with `*N` behind it if one that the catalog
/// counts stands for `N` chips.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// The catalog's name.
    pub name: String,
    /// What it is.
    pub accelerator: Accelerator,
    /// Chips of one that the catalog counts.
    pub chips: f64,
}

impl Explained {
    /// Reads what a user says.
    ///
    /// # Errors
    /// A sentence, if it cannot be read.
    pub fn read(text: &str) -> Result<Explained, String> {
        // A name may hold anything; what it is does not hold `=`.
        let (name, what) = text.rsplit_once('=').ok_or_else(|| format!("`{text}` has no `=`; write `NVIDIA=h200`"))?;
        let (name, what) = (name.trim(), what.trim());
        let (what, count) = match what.rsplit_once('*') {
            Some((what, count)) => (what.trim(), Some(count.trim())),
            None => (what, None),
        };
        let chips = match count.map(|n| (n, n.parse::<u32>())) {
            Some((_, Ok(n))) if n > 0 => f64::from(n),
            Some((n, _)) => return Err(format!("`{n}` is no number of chips; write `{name}={what}*4`")),
            None if is_several(name) => {
                return Err(format!(
                    "`{name}` may stand for several chips; say how many, as in `{name}={what}*4`, or `*1` if it is one"
                ));
            }
            None => 1.0,
        };
        // A slice is named by its size, its chip is not.
        let chip = name.rsplit_once('-').map_or(name, |(chip, _)| if is_slice(name) { chip } else { name });
        Ok(Explained { name: name.to_owned(), accelerator: Accelerator::from_flag(chip, what)?, chips })
    }
}

/// How to say what a name that is not known is, for a finding. Written so that a shell passes it on as it is.
pub(super) fn how_to_explain(name: &str) -> String {
    let quoted = |what: &str| format!("`--chip '{}={what}'`", name.replace('\'', "'\\''"));
    if is_several(name) {
        let each = "where `N` is how many chips one such has";
        return format!("say what it is with {} or {}, {each}", quoted("CHIP*N"), quoted("VENDOR/ECOSYSTEM*N"));
    }
    format!("say what it is with {} or {}", quoted("CHIP"), quoted("VENDOR/ECOSYSTEM"))
}

impl Accelerator {
    /// Reads what a user says a name is: a chip of the table, or `vendor/ecosystem` of a chip that is called by the
    /// name itself.
    ///
    /// # Errors
    /// A sentence, if it is neither.
    pub fn from_flag(name: &str, text: &str) -> Result<Accelerator, String> {
        if let Some(known) = chip(text) {
            return Ok(known);
        }
        let fine = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_alphanumeric())
                && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
        };
        match text.split_once('/') {
            Some((vendor, ecosystem)) if fine(vendor) && fine(ecosystem) => Ok(Accelerator {
                chip: super::offers::id(name),
                vendor: vendor.to_owned(),
                ecosystem: ecosystem.to_owned(),
            }),
            _ => Err(format!("`{text}` is no known chip; write `vendor/ecosystem`, as in `nvidia/cuda`")),
        }
    }
}

/// A name without case, with `-` for blanks and underscores.
fn normal(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace([' ', '_'], "-")
}

/// The organisation that owns a cloud, where it has another name.
#[must_use]
pub fn cloud_owner(cloud: &str) -> Option<&'static str> {
    match cloud {
        "aws" => Some("amazon"),
        "azure" => Some("microsoft"),
        "gcp" => Some("google"),
        "oci" => Some("oracle"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chips(name: &str) -> Option<(String, f64)> {
        match accelerator(name, &[]) {
            Named::Chips(accelerator, count) => Some((accelerator.chip, count)),
            Named::Unknown => None,
        }
    }

    #[test]
    fn slices_count_cores_or_chips() {
        for (name, chip, count) in [
            ("tpu-v2-8", "tpu-v2", 4.0),
            ("tpu-v3-8", "tpu-v3", 4.0),
            ("tpu-v4-8", "tpu-v4", 4.0),
            ("tpu-v5litepod-8", "tpu-v5e", 8.0),
            ("tpu-v5e-8", "tpu-v5e", 8.0),
            ("tpu-v5p-8", "tpu-v5p", 4.0),
            ("tpu-v6e-8", "tpu-v6e", 8.0),
            ("tpu-v5p-12288", "tpu-v5p", 6144.0),
            ("tpu7x-8", "tpu7x", 4.0),
            ("tpu-7x-128", "tpu7x", 64.0),
            ("TPU-v7x-8", "tpu7x", 4.0),
            ("tpu7x-standard-4t", "tpu7x", 4.0),
            ("ct6e-standard-8t", "tpu-v6e", 8.0),
            ("ct5lp-hightpu-1t", "tpu-v5e", 1.0),
        ] {
            assert_eq!(chips(name), Some((chip.to_owned(), count)), "{name}");
        }
        for name in
            ["tpu-v6e", "tpu-v9-8", "tpu-v2-0", "tpu-v2-x", "tpu9x-16", "tpu7x", "ct9x-standard-4t", "ct6e-standard-t"]
        {
            assert_eq!(chips(name), None, "{name}");
        }
    }

    #[test]
    fn every_id_is_its_own_name() {
        for id in
            ["h100", "a100-80gb", "h100-nvl", "rtx6000-ada", "rtxpro6000", "trainium2", "tpu-v5e", "tpu7x", "mi308x"]
        {
            assert_eq!(chip(id).map(|c| c.chip).as_deref(), Some(id));
        }
        assert_eq!(chip("h2000"), None);
        assert_eq!(chip("H100"), None, "an id is in lower case");
    }

    #[test]
    fn a_user_explains_a_name() {
        assert_eq!(Accelerator::from_flag("NVIDIA", "h200").unwrap().vendor, "nvidia");
        let new = Accelerator::from_flag("Rainbow 1", "acme/prism").unwrap();
        assert_eq!((new.chip.as_str(), new.vendor.as_str(), new.ecosystem.as_str()), ("rainbow-1", "acme", "prism"));
        let told = Explained::read("Rainbow 1=acme/prism").unwrap();
        assert_eq!(accelerator("Rainbow 1", &[told]), Named::Chips(new, 1.0));
        assert!(Accelerator::from_flag("X", "h2000").unwrap_err().contains("`vendor/ecosystem`"));
    }

    /// A slice that was explained as a chip was taken over as one chip at the price of the slice.
    #[test]
    fn a_slice_is_explained_with_its_chips() {
        for name in ["tpu-v9-8", "tpu9x-16", "TPU v9-8"] {
            assert!(Explained::read(&format!("{name}=google/xla")).unwrap_err().contains("say how many"), "{name}");
        }
        let told = Explained::read("tpu-v9-8=google/xla*4").unwrap();
        assert_eq!((told.accelerator.chip.as_str(), told.chips), ("tpu-v9", 4.0));
        let Named::Chips(tpu, 4.0) = accelerator("TPU v9-8", std::slice::from_ref(&told)) else { panic!("{told:?}") };
        assert_eq!(tpu, told.accelerator);
        assert_eq!(Explained::read("DGX A=h100*8").unwrap().chips, 8.0);
        for machine in ["DGX H100", "hgx-b200", "8xX9", "X9 rack"] {
            assert!(Explained::read(&format!("{machine}=h100")).is_err(), "{machine}");
            assert!(how_to_explain(machine).contains("CHIP*N"), "{machine}");
        }
        assert!(!how_to_explain("X9").contains('*') && Explained::read("X9=h100").is_ok());
        for wrong in ["X", "X=h100*0", "X=h100*x", "X=h100*-1"] {
            assert!(Explained::read(wrong).is_err(), "{wrong}");
        }
    }
}
