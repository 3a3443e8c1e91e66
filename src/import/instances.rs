//! What the name of an instance type says: how many chips it has, and which host a chip needs.

/// How many chips an instance type has by its name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Says {
    /// The cloud's own documentation gives this number for the name; it may be a part of a chip.
    Documented(f64),
    /// The number stands in the name: `8x_H100`, `8gpu`.
    Written(f64),
}

/// What a name says; `None` if it says nothing that is known.
pub(super) fn says(cloud: &str, instance: &str, accelerator: &str) -> Option<Says> {
    let documented = match cloud {
        "azure" => azure(instance),
        "aws" => aws(instance),
        _ => None,
    };
    documented.map(Says::Documented).or_else(|| written(cloud, instance, accelerator).map(Says::Written))
}

/// Azure's N series: the number in a name counts vCPUs, of which each chip of a family has a fixed number (Azure
/// documentation, "GPU accelerated virtual machine sizes"). Azure's own list of sizes counts 12 chips for `ND96isr_H100_v5`
/// and 6 for `ND48s_H100_v5`, and one for the sizes that have a part of an A10.
fn azure(instance: &str) -> Option<f64> {
    let name = instance.strip_prefix("Standard_")?;
    let family_end = name.find(|c: char| c.is_ascii_digit())?;
    let (family, rest) = name.split_at(family_end);
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (vcpus, rest) = rest.split_at(digits);
    let vcpus: f64 = vcpus.parse().ok()?;
    let has = |part: &str| rest.contains(part);
    let chips = match family {
        "ND" if has("GB200") || has("GB300") => vcpus / 32.0,
        "ND" if has("H100") || has("H200") || has("MI300X") => vcpus / 12.0,
        "ND" if vcpus == 96.0 && has("_v4") => 8.0,
        "ND" if vcpus == 40.0 && has("rs_v2") => 8.0,
        "NC" if has("ads_A100_v4") => vcpus / 24.0,
        "NC" | "NCC" if has("_H100_v5") => vcpus / 40.0,
        "NC" if has("as_T4_v3") => (vcpus / 16.0).max(1.0),
        "NC" if rest.ends_with("s_v2") || rest.ends_with("s_v3") => vcpus / 6.0,
        "NV" if has("ads_A10_v5") => vcpus / 36.0,
        _ => return None,
    };
    Some(chips)
}

/// Machines with Amazon's own chips, which have several cores that could be counted instead (AWS documentation,
/// "Amazon EC2 instance types").
fn aws(instance: &str) -> Option<f64> {
    Some(match instance {
        "trn1.2xlarge" | "inf2.xlarge" | "inf2.8xlarge" | "inf1.xlarge" | "inf1.2xlarge" | "trn2.3xlarge" => 1.0,
        "inf1.6xlarge" => 4.0,
        "inf2.24xlarge" => 6.0,
        "inf2.48xlarge" => 12.0,
        "trn1.32xlarge" | "trn1n.32xlarge" | "inf1.24xlarge" | "trn2.48xlarge" | "trn2u.48xlarge" => 16.0,
        _ => return None,
    })
}

/// A number of chips that stands in a name as a part of its own.
fn written(cloud: &str, instance: &str, accelerator: &str) -> Option<f64> {
    let lower = instance.to_ascii_lowercase();
    let accelerator = accelerator.to_ascii_lowercase();
    let number = |text: &str| text.parse::<u32>().ok().filter(|n| (1..=1024).contains(n)).map(f64::from);
    if cloud == "gcp" {
        let (family, last) = lower.rsplit_once('-')?;
        let accelerated = ["a2-", "a3-", "a4-", "a4x-"].iter().any(|start| family.starts_with(start));
        return last.strip_suffix('g').filter(|_| accelerated).and_then(number);
    }
    if let Some(n) = lower.strip_prefix(&accelerator).and_then(|rest| rest.strip_prefix('x')).and_then(number) {
        return Some(n);
    }
    lower
        .split(['_', '-', '.', ':'])
        .find_map(|part| part.strip_suffix('x').or(part.strip_suffix("gpu")).and_then(number))
}

/// The machine that Google's accelerators are attached to, which is priced by itself (Google Cloud documentation,
/// "GPU machine types"). Older accelerators fit any N1 machine; the host is then eight vCPUs with high memory for each.
pub(super) fn gcp_host(accelerator: &str, count: f64) -> Option<String> {
    let whole = |most: u32| (1..=most).find(|n| f64::from(*n) == count);
    let name = accelerator.to_ascii_uppercase();
    Some(match name.as_str() {
        "A100" if count == 16.0 => "a2-megagpu-16g".to_owned(),
        "A100" => format!("a2-highgpu-{}g", whole(8)?),
        "A100-80GB" => format!("a2-ultragpu-{}g", whole(8)?),
        "H100" => format!("a3-highgpu-{}g", whole(8)?),
        "H100-MEGA" => format!("a3-megagpu-{}g", whole(8)?),
        "H200" => format!("a3-ultragpu-{}g", whole(8)?),
        "B200" => format!("a4-highgpu-{}g", whole(8)?),
        "GB200" => format!("a4x-highgpu-{}g", whole(4)?),
        "L4" => match whole(8)? {
            1 => "g2-standard-4",
            2 => "g2-standard-24",
            4 => "g2-standard-48",
            8 => "g2-standard-96",
            _ => return None,
        }
        .to_owned(),
        "T4" | "P4" | "P100" | "V100" | "K80" => format!("n1-highmem-{}", 8 * whole(8)?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn azure_counts_by_its_documentation() {
        for (name, chips) in [
            ("Standard_ND96isr_H100_v5", Some(8.0)),
            ("Standard_ND48s_H100_v5", Some(4.0)),
            ("Standard_ND96isr_MI300X_v5", Some(8.0)),
            ("Standard_ND128isr_NDR_GB200_v6", Some(4.0)),
            ("Standard_ND96amsr_A100_v4", Some(8.0)),
            ("Standard_ND96asr_v4", Some(8.0)),
            ("Standard_ND40rs_v2", Some(8.0)),
            ("Standard_NC24ads_A100_v4", Some(1.0)),
            ("Standard_NC80adis_H100_v5", Some(2.0)),
            ("Standard_NC4as_T4_v3", Some(1.0)),
            ("Standard_NC64as_T4_v3", Some(4.0)),
            ("Standard_NC24rs_v3", Some(4.0)),
            ("Standard_NV6ads_A10_v5", Some(1.0 / 6.0)),
            ("Standard_NV72ads_A10_v5", Some(2.0)),
            ("Standard_NG32adms_V620_v1", None),
            ("Basic_A0", None),
        ] {
            assert_eq!(azure(name), chips, "{name}");
        }
    }

    #[test]
    fn counts_that_stand_in_names() {
        for (cloud, name, accelerator, chips) in [
            ("runpod", "8x_H100_SECURE", "H100", Some(Says::Written(8.0))),
            ("lambda", "gpu_4x_a6000", "A6000", Some(Says::Written(4.0))),
            ("nebius", "gpu-h100-sxm_8gpu-128vcpu-1600gb", "H100", Some(Says::Written(8.0))),
            ("paperspace", "H100x8", "H100", Some(Says::Written(8.0))),
            ("gcp", "a2-megagpu-16g", "A100", Some(Says::Written(16.0))),
            ("gcp", "g2-standard-96", "L4", None),
            ("aws", "trn1.32xlarge", "Trainium", Some(Says::Documented(16.0))),
            ("aws", "p5.48xlarge", "H100", None),
        ] {
            assert_eq!(says(cloud, name, accelerator), chips, "{name}");
        }
    }

    #[test]
    fn hosts_of_google() {
        assert_eq!(gcp_host("A100", 16.0).as_deref(), Some("a2-megagpu-16g"));
        assert_eq!(gcp_host("A100-80GB", 2.0).as_deref(), Some("a2-ultragpu-2g"));
        assert_eq!(gcp_host("L4", 8.0).as_deref(), Some("g2-standard-96"));
        assert_eq!(gcp_host("V100", 4.0).as_deref(), Some("n1-highmem-32"));
        assert_eq!((gcp_host("L4", 3.0), gcp_host("H100", 0.5), gcp_host("X", 1.0)), (None, None, None));
    }
}
