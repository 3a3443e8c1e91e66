//! Units of bills: which count chips over time, and which machines.
//!
//! Providers write them as the specification does (`GPU-Hours`, `Seconds`, `100 Hours`), as price lists do (`GPU Per Hour`,
//! `1/Hour`), or in between (`gpu hours`). A number in front says how many of the rest one unit is.

/// What a unit counts, and how many hours of it one unit is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unit {
    /// Chip-hours.
    Chips(f64),
    /// Hours of machines.
    Machines(f64),
}

/// Words for a chip, singular.
const CHIPS: [&str; 6] = ["chip", "gpu", "tpu", "accelerator", "npu", "card"];
/// Words for a machine, singular; none stands for one as well.
const MACHINES: [&str; 9] =
    ["", "instance", "vm", "virtual machine", "node", "server", "machine", "host", "bare metal server"];
/// Words for a time, singular, in hours.
const TIMES: [(&str, f64); 10] = [
    ("second", 1.0 / 3600.0),
    ("sec", 1.0 / 3600.0),
    ("s", 1.0 / 3600.0),
    ("minute", 1.0 / 60.0),
    ("min", 1.0 / 60.0),
    ("hour", 1.0),
    ("hr", 1.0),
    ("h", 1.0),
    ("day", 24.0),
    ("d", 24.0),
];

/// What a unit counts; `None` if it is no time of chips or machines. Months and years are of no fixed length, and none.
pub(super) fn unit(text: &str) -> Option<Unit> {
    let lower = text.trim().to_ascii_lowercase();
    let (many, rest) = number(&lower);
    // `GPU Per Hour`, `GPU/Hour`, `GPU-Hours` and `GPU Hours` are one.
    let words: Vec<&str> = rest.split([' ', '-', '_', '/']).filter(|w| !w.is_empty()).collect();
    let (time, before) = words.split_last()?;
    let hours = TIMES.iter().find(|(word, _)| *word == singular(time)).map(|(_, hours)| hours)?;
    let before = before.strip_suffix(&["per"]).unwrap_or(before);
    let thing = before.iter().map(|w| singular(w)).collect::<Vec<_>>().join(" ");
    let hours = many * hours;
    if CHIPS.contains(&thing.as_str()) {
        Some(Unit::Chips(hours))
    } else if MACHINES.contains(&thing.as_str()) {
        Some(Unit::Machines(hours))
    } else {
        None
    }
}

/// Whether a unit counts chips, whatever else it says.
pub(super) fn names_chips(text: &str) -> bool {
    text.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).any(|w| CHIPS.contains(&singular(w)))
}

/// A whole number in front, and what follows it; 1 if there is none.
fn number(text: &str) -> (f64, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(text.len());
    let rest = &text[end..];
    match text[..end].replace(',', "").parse::<f64>() {
        // `8xlarge` is no number of anything.
        Ok(many) if many > 0.0 && rest.starts_with([' ', '/', '-']) => (many, rest),
        _ => (1.0, text),
    }
}

fn singular(word: &str) -> &str {
    let word = word.trim_end_matches('.').trim_end_matches("(s)");
    match word.strip_suffix('s') {
        Some(one) if !one.is_empty() => one,
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_chips_and_machines() {
        let close = |found: Option<Unit>, expected: Unit| match (found, expected) {
            (Some(Unit::Chips(a)), Unit::Chips(b)) | (Some(Unit::Machines(a)), Unit::Machines(b)) => {
                (a - b).abs() < 1e-12
            }
            _ => false,
        };
        for (text, expected) in [
            ("Hours", Unit::Machines(1.0)),
            ("hour", Unit::Machines(1.0)),
            ("Hrs", Unit::Machines(1.0)),
            ("1 Hour", Unit::Machines(1.0)),
            ("1/Hour", Unit::Machines(1.0)),
            ("100 Hours", Unit::Machines(100.0)),
            ("1,000 Hours", Unit::Machines(1000.0)),
            ("seconds", Unit::Machines(1.0 / 3600.0)),
            ("s", Unit::Machines(1.0 / 3600.0)),
            ("Minutes", Unit::Machines(1.0 / 60.0)),
            ("Days", Unit::Machines(24.0)),
            ("Instance-Hours", Unit::Machines(1.0)),
            ("VM Hours", Unit::Machines(1.0)),
            ("Node Per Hour", Unit::Machines(1.0)),
            ("Virtual Machines/Hour", Unit::Machines(1.0)),
            ("Chip-Hours", Unit::Chips(1.0)),
            ("GPU Per Hour", Unit::Chips(1.0)),
            ("GPU/Hour", Unit::Chips(1.0)),
            ("gpu-seconds", Unit::Chips(1.0 / 3600.0)),
            ("GPU Minutes", Unit::Chips(1.0 / 60.0)),
            ("1000 GPU Hours", Unit::Chips(1000.0)),
            ("Accelerator-Days", Unit::Chips(24.0)),
        ] {
            assert!(close(unit(text), expected), "{text}: {:?}", unit(text));
        }
        for text in
            ["", "GB", "GB-Hours", "Core-Hours", "OCPU Per Hour", "Requests", "GPU", "GPU-Months", "8xlarge hours"]
        {
            assert_eq!(unit(text), None, "{text}");
        }
        assert!(names_chips("GPU-Months") && names_chips("gpus") && !names_chips("GB-Months"));
    }
}
