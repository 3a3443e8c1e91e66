//! Accelerators and clouds by the names that catalogs give them.

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

/// Names as catalogs write them (without case, blanks and underscores), chips as models call them. Names of boards
/// and links of the same chip and memory are one chip; what has another memory is another.
const KNOWN: &[(&str, &str, &str, &str)] = &[
    ("A10", "a10", "nvidia", "cuda"),
    ("A10G", "a10g", "nvidia", "cuda"),
    ("A16", "a16", "nvidia", "cuda"),
    ("A30", "a30", "nvidia", "cuda"),
    ("A40", "a40", "nvidia", "cuda"),
    ("A100", "a100", "nvidia", "cuda"),
    ("A100-80GB", "a100-80gb", "nvidia", "cuda"),
    ("A100-80GB-SXM", "a100-80gb", "nvidia", "cuda"),
    ("A4000", "rtxa4000", "nvidia", "cuda"),
    ("A5000", "rtxa5000", "nvidia", "cuda"),
    ("A6000", "rtxa6000", "nvidia", "cuda"),
    ("B200", "b200", "nvidia", "cuda"),
    ("B200-SXM", "b200", "nvidia", "cuda"),
    ("B300", "b300", "nvidia", "cuda"),
    ("GB200", "gb200", "nvidia", "cuda"),
    ("GB300", "gb300", "nvidia", "cuda"),
    ("GH200", "gh200", "nvidia", "cuda"),
    ("H100", "h100", "nvidia", "cuda"),
    ("H100-MEGA", "h100", "nvidia", "cuda"),
    ("H100-NVL", "h100-nvl", "nvidia", "cuda"),
    ("H100-NVLINK", "h100", "nvidia", "cuda"),
    ("H100-SXM", "h100", "nvidia", "cuda"),
    ("H200", "h200", "nvidia", "cuda"),
    ("H200-NVL", "h200", "nvidia", "cuda"),
    ("H200-SXM", "h200", "nvidia", "cuda"),
    ("K80", "k80", "nvidia", "cuda"),
    ("L4", "l4", "nvidia", "cuda"),
    ("L40", "l40", "nvidia", "cuda"),
    ("L40S", "l40s", "nvidia", "cuda"),
    ("M60", "m60", "nvidia", "cuda"),
    ("P4", "p4", "nvidia", "cuda"),
    ("P40", "p40", "nvidia", "cuda"),
    ("P100", "p100", "nvidia", "cuda"),
    ("T4", "t4", "nvidia", "cuda"),
    ("T4G", "t4g", "nvidia", "cuda"),
    ("V100", "v100", "nvidia", "cuda"),
    ("V100-32GB", "v100-32gb", "nvidia", "cuda"),
    ("MI25", "mi25", "amd", "rocm"),
    ("RADEON-MI25", "mi25", "amd", "rocm"),
    ("MI100", "mi100", "amd", "rocm"),
    ("MI210", "mi210", "amd", "rocm"),
    ("MI250", "mi250", "amd", "rocm"),
    ("MI250X", "mi250x", "amd", "rocm"),
    ("MI300X", "mi300x", "amd", "rocm"),
    ("MI325X", "mi325x", "amd", "rocm"),
    ("MI350X", "mi350x", "amd", "rocm"),
    ("MI355X", "mi355x", "amd", "rocm"),
    ("INFERENTIA", "inferentia1", "amazon", "neuron"),
    ("INFERENTIA1", "inferentia1", "amazon", "neuron"),
    ("INFERENTIA2", "inferentia2", "amazon", "neuron"),
    ("TRAINIUM", "trainium1", "amazon", "neuron"),
    ("TRAINIUM1", "trainium1", "amazon", "neuron"),
    ("TRAINIUM2", "trainium2", "amazon", "neuron"),
    ("TRAINIUM3", "trainium3", "amazon", "neuron"),
    ("GAUDI", "gaudi1", "intel", "gaudi"),
    ("GAUDI-HL-205", "gaudi1", "intel", "gaudi"),
    ("GAUDI2", "gaudi2", "intel", "gaudi"),
    ("GAUDI3", "gaudi3", "intel", "gaudi"),
];

/// Slices of TPUs, `tpu-v2-8`: the generation as it is written, the chip, and how many of what the number after it
/// counts make a chip. v2, v3, v4 and v5p are named by their TensorCores, of which a chip has two; v5e (whose slices
/// are called v5litepod) and v6e by their chips, which have one (Google Cloud TPU documentation, "TPU versions").
const TPUS: &[(&str, &str, f64)] = &[
    ("v2", "tpu-v2", 2.0),
    ("v3", "tpu-v3", 2.0),
    ("v4", "tpu-v4", 2.0),
    ("v5p", "tpu-v5p", 2.0),
    ("v5litepod", "tpu-v5e", 1.0),
    ("v5e", "tpu-v5e", 1.0),
    ("v6e", "tpu-v6e", 1.0),
];

/// Whether a name is that of a slice of TPUs, which stands for several chips.
pub(super) fn is_slice(name: &str) -> bool {
    normal(name).starts_with("TPU-")
}

/// What a name of a catalog stands for. `told` are names that the user has explained; they come first, but for slices,
/// of which an explanation would not say how many chips they have.
#[must_use]
pub fn accelerator(name: &str, told: &[(String, Accelerator)]) -> Named {
    let plain = normal(name);
    if let Some((_, accelerator)) = told.iter().find(|(n, _)| n == name && !is_slice(n)) {
        return Named::Chips(accelerator.clone(), 1.0);
    }
    let is = |chip: &str, vendor: &str, ecosystem: &str| Accelerator {
        chip: chip.to_owned(),
        vendor: vendor.to_owned(),
        ecosystem: ecosystem.to_owned(),
    };
    if let Some((_, chip, vendor, ecosystem)) = KNOWN.iter().find(|(n, ..)| *n == plain) {
        return Named::Chips(is(chip, vendor, ecosystem), 1.0);
    }
    if let Some(slice) = plain.strip_prefix("TPU-") {
        let Some((generation, number)) = slice.rsplit_once('-') else { return Named::Unknown };
        let generation = generation.to_ascii_lowercase();
        let tpu = TPUS.iter().find(|(written, ..)| *written == generation);
        let number = number.parse::<u32>().ok().filter(|n| *n > 0);
        return match (tpu, number) {
            (Some((_, chip, per_chip)), Some(n)) => Named::Chips(is(chip, "google", "xla"), f64::from(n) / per_chip),
            _ => Named::Unknown,
        };
    }
    // Workstation cards are many, and all of one vendor.
    let card = plain.strip_prefix("RTX").filter(|rest| rest.trim_start_matches('-').len() >= 4);
    match card {
        Some(_) if plain.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') => {
            Named::Chips(is(&plain.to_ascii_lowercase().replacen("rtx-", "rtx", 1), "nvidia", "cuda"), 1.0)
        }
        _ => Named::Unknown,
    }
}

/// The chip of the table with this id.
pub(super) fn chip(id: &str) -> Option<Accelerator> {
    let known = KNOWN.iter().map(|&(_, chip, vendor, ecosystem)| (chip, vendor, ecosystem));
    let tpus = TPUS.iter().map(|&(_, chip, _)| (chip, "google", "xla"));
    known.chain(tpus).find(|(chip, ..)| *chip == id).map(|(chip, vendor, ecosystem)| Accelerator {
        chip: chip.to_owned(),
        vendor: vendor.to_owned(),
        ecosystem: ecosystem.to_owned(),
    })
}

impl Accelerator {
    /// Reads what a user says a name is: a chip of the table, or `vendor/ecosystem` of a chip that is called by the
    /// name itself.
    ///
    /// # Errors
    /// A sentence, if it is neither.
    pub fn told(name: &str, text: &str) -> Result<Accelerator, String> {
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
    name.trim().to_ascii_uppercase().replace([' ', '_'], "-")
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
        ] {
            assert_eq!(chips(name), Some((chip.to_owned(), count)), "{name}");
        }
        for name in ["tpu-v6e", "tpu-v9-8", "tpu-v2-0", "tpu-v2-x"] {
            assert_eq!(chips(name), None, "{name}");
        }
    }

    #[test]
    fn names_of_one_chip() {
        let is = |chip: &str| Some((chip.to_owned(), 1.0));
        assert_eq!((chips("H100-SXM"), chips("h100")), (is("h100"), is("h100")));
        assert_eq!((chips("A100"), chips("A100-80GB")), (is("a100"), is("a100-80gb")));
        assert_eq!((chips("Gaudi HL-205"), chips("Trainium")), (is("gaudi1"), is("trainium1")));
        assert_eq!(
            (chips("RTX4090"), chips("RTX-4090"), chips("RTX6000-Ada")),
            (is("rtx4090"), is("rtx4090"), is("rtx6000-ada"))
        );
        assert_eq!((chips("NVIDIA"), chips("RTX"), chips("")), (None, None, None));
    }

    #[test]
    fn a_user_explains_a_name() {
        assert_eq!(Accelerator::told("NVIDIA", "h200").unwrap().vendor, "nvidia");
        let new = Accelerator::told("Rainbow 1", "acme/prism").unwrap();
        assert_eq!((new.chip.as_str(), new.vendor.as_str(), new.ecosystem.as_str()), ("rainbow-1", "acme", "prism"));
        assert_eq!(accelerator("Rainbow 1", &[("Rainbow 1".to_owned(), new.clone())]), Named::Chips(new, 1.0));
        assert!(Accelerator::told("X", "h2000").unwrap_err().contains("`vendor/ecosystem`"));
    }
}
