//! Names of accelerators as catalogs and bills write them, in parts: the family, its memory, its board and links.
//!
//! `NVIDIA A100-SXM4-80GB`, `A100-80G-PCIe` and `nvidia-a100-80gb` are one chip. Boards and links of the same chip and
//! memory are one; what has another memory is another. A part that is not known makes the whole name unknown, for it may
//! say that this is a slice of a chip, a machine, or a price of another kind.

/// Chips that are called by a family's name.
struct Family {
    /// Without `-`.
    names: &'static [&'static str],
    /// Id of the chip if no memory is named.
    chip: &'static str,
    /// Memories in GB that may be named, and the ids of their chips.
    memories: &'static [(u32, &'static str)],
}

const fn family(
    names: &'static [&'static str],
    chip: &'static str,
    memories: &'static [(u32, &'static str)],
) -> Family {
    Family { names, chip, memories }
}

/// Families of a vendor and a software stack.
const FAMILIES: &[(&str, &str, &[Family])] = &[
    (
        "nvidia",
        "cuda",
        &[
            family(&["A2"], "a2", &[(16, "a2")]),
            family(&["A10"], "a10", &[(24, "a10")]),
            family(&["A10G"], "a10g", &[(24, "a10g")]),
            family(&["A16"], "a16", &[(16, "a16")]),
            family(&["A30"], "a30", &[(24, "a30")]),
            family(&["A40"], "a40", &[(48, "a40")]),
            family(&["A100"], "a100", &[(40, "a100"), (80, "a100-80gb")]),
            family(&["A800"], "a800", &[(40, "a800-40gb"), (80, "a800")]),
            family(&["B100"], "b100", &[(192, "b100")]),
            family(&["B200"], "b200", &[(180, "b200"), (186, "b200"), (192, "b200")]),
            family(&["B300"], "b300", &[(270, "b300"), (279, "b300"), (288, "b300")]),
            family(&["GB200"], "gb200", &[(186, "gb200"), (192, "gb200")]),
            family(&["GB300"], "gb300", &[(279, "gb300"), (288, "gb300")]),
            // 480 GB is the memory of the processor beside it.
            family(&["GH200"], "gh200", &[(96, "gh200"), (480, "gh200"), (144, "gh200-144gb")]),
            family(&["H20"], "h20", &[(96, "h20"), (141, "h20-141gb")]),
            family(&["H100"], "h100", &[(80, "h100"), (94, "h100-nvl")]),
            family(&["H100NVL"], "h100-nvl", &[(94, "h100-nvl")]),
            family(&["H200"], "h200", &[(141, "h200")]),
            family(&["H800"], "h800", &[(80, "h800")]),
            family(&["K80"], "k80", &[(12, "k80")]),
            family(&["L2"], "l2", &[(24, "l2")]),
            family(&["L4"], "l4", &[(24, "l4")]),
            family(&["L20"], "l20", &[(48, "l20")]),
            family(&["L40"], "l40", &[(48, "l40")]),
            family(&["L40S"], "l40s", &[(48, "l40s")]),
            family(&["M60"], "m60", &[(8, "m60")]),
            family(&["P4"], "p4", &[(8, "p4")]),
            family(&["P40"], "p40", &[(24, "p40")]),
            family(&["P100"], "p100", &[(16, "p100")]),
            family(&["T4"], "t4", &[(16, "t4")]),
            family(&["T4G"], "t4g", &[(16, "t4g")]),
            family(&["V100"], "v100", &[(16, "v100"), (32, "v100-32gb")]),
        ],
    ),
    (
        "amd",
        "rocm",
        &[
            family(&["MI25", "RADEONMI25"], "mi25", &[(16, "mi25")]),
            family(&["MI50"], "mi50", &[(16, "mi50"), (32, "mi50-32gb")]),
            family(&["MI100"], "mi100", &[(32, "mi100")]),
            family(&["MI210"], "mi210", &[(64, "mi210")]),
            family(&["MI250"], "mi250", &[(128, "mi250")]),
            family(&["MI250X"], "mi250x", &[(128, "mi250x")]),
            family(&["MI300A"], "mi300a", &[(128, "mi300a")]),
            family(&["MI300X"], "mi300x", &[(192, "mi300x")]),
            family(&["MI308X"], "mi308x", &[(192, "mi308x")]),
            family(&["MI325X"], "mi325x", &[(256, "mi325x")]),
            family(&["MI350X"], "mi350x", &[(288, "mi350x")]),
            family(&["MI355X"], "mi355x", &[(288, "mi355x")]),
            family(&["MI430X"], "mi430x", &[(432, "mi430x")]),
            family(&["MI440X"], "mi440x", &[(432, "mi440x")]),
            family(&["MI450", "MI450X"], "mi450x", &[(432, "mi450x")]),
            family(&["MI455X"], "mi455x", &[(432, "mi455x")]),
            family(&["RADEONPROV520"], "radeon-pro-v520", &[(8, "radeon-pro-v520")]),
            family(&["RADEONPROV620"], "radeon-pro-v620", &[(32, "radeon-pro-v620")]),
            family(&["RADEONPROV710"], "radeon-pro-v710", &[(24, "radeon-pro-v710")]),
        ],
    ),
    (
        "amazon",
        "neuron",
        &[
            family(&["INFERENTIA", "INFERENTIA1", "INF1"], "inferentia1", &[(8, "inferentia1")]),
            family(&["INFERENTIA2", "INF2"], "inferentia2", &[(32, "inferentia2")]),
            family(&["TRAINIUM", "TRAINIUM1", "TRN1"], "trainium1", &[(32, "trainium1")]),
            family(&["TRAINIUM2", "TRN2"], "trainium2", &[(96, "trainium2")]),
            family(&["TRAINIUM3", "TRN3"], "trainium3", &[(144, "trainium3")]),
        ],
    ),
    (
        "intel",
        "gaudi",
        &[
            family(&["GAUDI", "GAUDI1", "GAUDIHL205"], "gaudi1", &[(32, "gaudi1")]),
            family(&["GAUDI2"], "gaudi2", &[(96, "gaudi2")]),
            family(&["GAUDI3"], "gaudi3", &[(128, "gaudi3")]),
        ],
    ),
    (
        "huawei",
        "cann",
        &[
            family(&["ASCEND910B"], "ascend-910b", &[(64, "ascend-910b")]),
            family(&["ASCEND910C"], "ascend-910c", &[(128, "ascend-910c")]),
        ],
    ),
];

/// Words in front of a name that say whose it is and no more.
const MAKERS: [&str; 12] =
    ["NVIDIA", "AMD", "INTEL", "AWS", "AMAZON", "GOOGLE", "HUAWEI", "TESLA", "INSTINCT", "GEFORCE", "QUADRO", "HABANA"];
/// Boards, links and kinds of memory, which are the same chip.
const FORMS: [&str; 25] = [
    "PCIE", "PCI", "SXM", "SXM2", "SXM3", "SXM4", "SXM5", "SXM6", "NVLINK", "NVL", "NVL4", "NVL8", "NVL16", "NVL72",
    "OAM", "MEGA", "TENSOR", "CORE", "GPU", "HBM2", "HBM2E", "HBM3", "HBM3E", "FHHL", "IB",
];
/// Editions of a workstation card that are the same chip with the same memory.
const EDITIONS: [&str; 17] = [
    "BLACKWELL",
    "GENERATION",
    "WORKSTATION",
    "DATACENTER",
    "EDITION",
    "SERVER",
    "MAXQ",
    "96GB",
    "96G",
    "BSE",
    "SE",
    "WE",
    "WS",
    "WK",
    "DC",
    "BW",
    "S",
];
/// Cards that are sold with two memories.
const TWO_MEMORIES: [&str; 6] = ["rtx3060", "rtx3080", "rtx4060ti", "rtx5060ti", "rtxa2000", "rtx2060"];

/// A chip: its id, its vendor and its software stack.
pub(super) type Named = (String, &'static str, &'static str);

/// What a name stands for; `None` if it is not known.
pub(super) fn chip_named(name: &str) -> Option<Named> {
    let upper = name.trim().to_ascii_uppercase();
    let mut words: Vec<&str> = upper.split([' ', '-', '_', '/', '(', ')']).filter(|w| !w.is_empty()).collect();
    while words.first().is_some_and(|w| MAKERS.contains(w)) {
        words.remove(0);
    }
    // A family's name may itself be written in parts: `Gaudi 3`, `Radeon Pro V520`.
    let in_parts = (1..=words.len().min(3)).rev().find_map(|n| {
        let (head, rest) = words.split_at(n);
        member(&head.concat(), rest)
    });
    in_parts.or_else(|| joined(&words)).or_else(|| Some((card(&words.concat())?, "nvidia", "cuda")))
}

/// The chip of a family with these parts behind its name.
fn member(head: &str, parts: &[&str]) -> Option<Named> {
    for (vendor, ecosystem, families) in FAMILIES {
        let Some(family) = families.iter().find(|f| f.names.contains(&head)) else { continue };
        let mut chip = family.chip;
        for part in parts {
            match memory(part) {
                Some(gb) => chip = family.memories.iter().find(|(known, _)| *known == gb)?.1,
                None if FORMS.contains(part) => {}
                None => return None,
            }
        }
        // The board with two cards has more memory, whether or not it is named.
        let bridged = head == "H100" && parts.contains(&"NVL");
        return Some(((if bridged { "h100-nvl" } else { chip }).to_owned(), vendor, ecosystem));
    }
    None
}

/// A family's name with its board written to it: `H100SXM5`, `A100PCIE-80GB`.
fn joined(words: &[&str]) -> Option<Named> {
    let (head, rest) = words.split_first()?;
    FORMS.iter().find_map(|form| {
        let parts: Vec<&str> = std::iter::once(*form).chain(rest.iter().copied()).collect();
        member(head.strip_suffix(form)?, &parts)
    })
}

/// Gigabytes of memory: `80G`, `80GB`.
fn memory(part: &str) -> Option<u32> {
    let digits = part.strip_suffix("GIB").or(part.strip_suffix("GB")).or(part.strip_suffix('G'))?;
    digits.parse().ok()
}

/// Cards for workstations, which are many and all of one vendor: the name without blanks.
fn card(name: &str) -> Option<String> {
    let rest = match name.strip_prefix("RTX") {
        Some(rest) => rest,
        // `A6000` is an `RTX A6000`, `PRO 6000` an `RTX PRO 6000`.
        None if name.starts_with('A') || name.starts_with("PRO") => name,
        None => return None,
    };
    let (kind, rest) = ["PRO", "A"].iter().find_map(|k| Some((*k, rest.strip_prefix(k)?))).unwrap_or(("", rest));
    let (number, mut tail) = rest.split_at_checked(4).filter(|(n, _)| n.bytes().all(|b| b.is_ascii_digit()))?;
    // `RTX 6000 Pro` stands for the same, and so does `RTX 6000 Blackwell`.
    let pro = tail.strip_prefix("PRO").or_else(|| (number == "6000" && tail == "BLACKWELL").then_some(""));
    if kind == "PRO" || kind.is_empty() && pro.is_some() {
        tail = pro.unwrap_or(tail);
        while let Some(rest) = EDITIONS.iter().find_map(|edition| tail.strip_prefix(edition)) {
            tail = rest;
        }
        return tail.is_empty().then(|| format!("rtxpro{number}"));
    }
    let kind = kind.to_ascii_lowercase();
    // What the maker calls RTX 6000 Ada is also sold as RTX A6000 Ada.
    if let Some(rest) = tail.strip_prefix("ADA") {
        let rest = rest.strip_prefix("GENERATION").unwrap_or(rest);
        return (rest.is_empty() || memory(rest).is_some()).then(|| format!("rtx{number}-ada"));
    }
    let mut chip = format!("rtx{kind}{number}");
    for variant in ["TI", "SUPER", "D"] {
        if let Some(rest) = tail.strip_prefix(variant) {
            chip.push_str(&variant.to_ascii_lowercase());
            tail = rest;
        }
    }
    match memory(tail) {
        _ if tail.is_empty() => Some(chip),
        Some(gb) if TWO_MEMORIES.contains(&chip.as_str()) => Some(format!("{chip}-{gb}gb")),
        Some(_) => Some(chip),
        None => None,
    }
}

/// Whether a text in a provider's own words, such as a description or the id of a product, names an accelerator or a
/// machine that has some.
pub(super) fn names_accelerator(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    upper.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').any(|word| {
        let word = word.trim_matches('.');
        let machine = word.split_once('.').is_some_and(|(family, size)| size.ends_with("XLARGE") && has_chips(family));
        // Short names are also those of disks and the like.
        let chip = word.len() > 3 || ["A10", "H20", "L20", "RTX"].contains(&word);
        let plain = matches!(word, "GPUS" | "TPU" | "TPUS" | "ACCELERATOR" | "ACCELERATORS") || word.ends_with("GPU");
        plain || machine || chip && (word == "RTX" || chip_named(word).is_some())
    })
}

/// Families of Amazon's machines that have accelerators, the part before the size.
fn has_chips(family: &str) -> bool {
    let numbered =
        |start: &str| family.strip_prefix(start).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
    numbered("P") || numbered("G") || ["TRN", "INF", "DL"].iter().any(|s| numbered(s)) || chip_named(family).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> Option<String> {
        chip_named(name).map(|(chip, ..)| chip)
    }

    /// Spellings as they stand in the public lists of Hyperstack, Google, Lambda, RunPod, Vultr, Azure and others.
    #[test]
    fn spellings_of_one_chip() {
        for (chip, names) in [
            ("a100", &["A100", "A100-40GB", "A100-SXM4-40GB", "NVIDIA A100", "nvidia-tesla-a100", "A100_PCIE"][..]),
            ("a100-80gb", &["A100-80GB", "A100-80G-PCIe", "A100-80G-PCIe-NVLink", "A100-80G-SXM4", "A100-PCIE-80GB"]),
            ("a100-80gb", &["NVIDIA A100-SXM4-80GB", "nvidia-a100-80gb", "A100-80GB-SXM", "A100SXM4-80GB"]),
            ("a800", &["A800", "A800-80GB", "A800-SXM4-80GB"]),
            ("a800-40gb", &["A800-40GB"]),
            ("b200", &["B200", "B200-SXM", "NVIDIA B200", "B200-180GB", "B200 192GB"]),
            ("b300", &["B300-SXM", "B300-288GB"]),
            ("gb200", &["GB200", "GB200-NVL72", "GB200 NVL4"]),
            ("gh200", &["GH200", "GH200-480GB", "GH200-96GB"]),
            ("h20", &["H20", "H20-96GB", "NVIDIA H20"]),
            ("h20-141gb", &["H20-141GB"]),
            ("h100", &["H100", "h100-80g-sxm5", "H100-80G-PCIe", "H100-80GB-HBM3", "H100 SXM", "H100-MEGA"]),
            ("h100", &["nvidia-h100-mega-80gb", "H100-NVLINK", "H100SXM5", "NVIDIA H100 Tensor Core GPU"]),
            ("h100-nvl", &["H100-NVL", "H100 NVL", "H100NVL", "H100-NVL-94GB", "H100-94GB"]),
            ("h200", &["H200", "H200-141G-SXM5", "H200-NVL", "nvidia-h200-141gb", "H200-SXM-141GB"]),
            ("h800", &["H800", "H800-SXM5-80GB", "NVIDIA H800 PCIe"]),
            ("l20", &["L20", "NVIDIA L20"]),
            ("v100-32gb", &["V100-32GB", "V100-SXM2-32GB", "Tesla V100-SXM2-32GB"]),
            ("mi300x", &["MI300X", "AMD Instinct MI300X", "MI300X-192GB", "MI300X OAM"]),
            ("mi308x", &["MI308X", "AMD Instinct MI308X"]),
            ("mi450x", &["MI450X", "MI450", "AMD Instinct MI450X"]),
            ("trainium2", &["Trainium2", "trainium-2", "AWS Trainium2", "AWS Trainium 2"]),
            ("gaudi3", &["GAUDI3", "Gaudi 3", "Intel Gaudi 3", "Gaudi-3-128GB"]),
            ("gaudi1", &["GAUDI", "Gaudi HL-205"]),
            ("ascend-910b", &["Ascend 910B", "Huawei Ascend 910B"]),
            ("rtxa6000", &["A6000", "RTX-A6000", "RTXA6000", "NVIDIA RTX A6000 48GB"]),
            ("rtx6000-ada", &["RTX6000-Ada", "RTX 6000 Ada", "RTX 6000 Ada Generation", "RTX-A6000-ada", "RTX6000Ada"]),
            ("rtxpro6000", &["RTXPRO6000", "RTX-PRO-6000", "RTX PRO 6000", "RTX-PRO6000-SE", "nvidia-rtx-pro-6000"]),
            ("rtxpro6000", &["RTX PRO 6000 Blackwell Server Edition", "RTX PRO 6000 WS", "RTX PRO 6000 Max-Q"]),
            ("rtxpro6000", &["RTXPRO6000BW", "RTX PRO 6000 S", "NVIDIA RTX PRO 6000 Blackwell Workstation Edition"]),
            (
                "rtxpro6000",
                &["RTX 6000 Pro", "RTX6000-Pro", "PRO 6000", "PRO6000", "RTX 6000 Blackwell", "RTX PRO 6000 96GB"],
            ),
            ("trainium2", &["TRN2", "aws-trn2"]),
            ("inferentia2", &["INF2", "Inferentia-2"]),
            ("rtxpro4500", &["RTX PRO 4500", "RTXPRO4500"]),
            ("rtx4090", &["RTX4090", "RTX-4090", "GeForce RTX 4090", "RTX 4090 24GB"]),
            ("rtx3090ti", &["RTX3090Ti", "RTX 3090 Ti", "RTX-3090-TI"]),
            ("rtx4080super", &["RTX 4080 SUPER", "RTX4080SUPER"]),
            ("rtx4060ti-16gb", &["RTX 4060 Ti 16GB"]),
        ] {
            for name in names {
                assert_eq!(id(name).as_deref(), Some(chip), "{name}");
            }
        }
    }

    /// A slice of a chip, a machine, another price or another memory is not the chip.
    #[test]
    fn what_may_be_another_is_not_known() {
        for name in [
            "",
            "NVIDIA",
            "Tesla",
            "RTX",
            "RTX-40",
            "H100-64GB",
            "A100-MIG-1g.10gb",
            "A10-4Q",
            "H100-80G-SXM5-spot",
            "L40-sm",
            "H100-80G-PCIe-k8s",
            "8xH100",
            "MI300",
            "A100X",
            "RTX 4090 Laptop",
            "RTX PRO 6000 mini",
            "H1000",
            "tpu-v5e-8",
        ] {
            assert_eq!(id(name), None, "{name}");
        }
    }

    #[test]
    fn words_of_a_bill() {
        for text in [
            "x-p5.48xlarge-y",
            "BoxUsage:p4de.24xlarge",
            "p6-b200.48xlarge",
            "Standard_ND96isr_H100_v5",
            "A3 Ultragpu 8g",
            "GPU Standard - H100",
            "Nvidia Tesla T4 GPU running in Iowa",
            "trn2.48xlarge",
            "RTX 4090",
        ] {
            assert!(names_accelerator(text), "{text}");
        }
        for text in ["", "m5.large", "Premium SSD P40 LRS Disk", "c7g.16xlarge", "r6a.xlarge", "g.large"] {
            assert!(!names_accelerator(text), "{text}");
        }
    }
}
