//! What a quantity that cannot be read was probably meant to be, for remedies: `20K`, `900 million USD`, `$6.88`,
//! `20k GPUs`, `12 megawatts`.

use super::quantity::{Quantity, Unit, number_length, scale_of};

/// Signs of currencies with their codes; of two that begin alike the longer first.
const SIGNS: [(&str, &str); 7] =
    [("US$", "USD"), ("A$", "AUD"), ("C$", "CAD"), ("$", "USD"), ("€", "EUR"), ("£", "GBP"), ("¥", "JPY")];

/// A sum that was written with the sign of a currency, or with its code in front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// What to write instead.
    pub meant: String,
    /// Whether nothing says that it is per anything, nor that it is large.
    pub plain: bool,
}

/// A number in the shortest way of writing it that is read as the same number.
#[must_use]
pub fn short(x: f64) -> String {
    for (letter, scale) in [("T", 1e12), ("B", 1e9), ("M", 1e6), ("k", 1e3)] {
        let text = format!("{}{letter}", x / scale);
        if x.abs() >= scale && (x / scale) * scale == x && text.len() < x.to_string().len() {
            return text;
        }
    }
    x.to_string()
}

/// A share as a percentage that is read as the same number, if there is one.
#[must_use]
pub fn percentage(x: f64) -> String {
    let text = |decimals: usize| format!("{:.decimals$}", x * 100.0);
    let same = |text: &String| text.parse::<f64>().is_ok_and(|p| p / 100.0 == x);
    let digits = (0..=12).map(text).find(same).unwrap_or_else(|| format!("{:?}", x * 100.0));
    format!("{digits} %")
}

/// The scale letter that a word stands for: `million` is `M`.
pub(super) fn scale_word(word: &str) -> Option<&'static str> {
    if word == "K" {
        return Some("k");
    }
    match word.to_lowercase().as_str() {
        "thousand" | "thousands" | "tsd" => Some("k"),
        "million" | "millions" | "mio" | "mln" | "mn" | "mil" | "mm" => Some("M"),
        "g" if word == "G" => Some("B"),
        "billion" | "billions" | "bn" | "bln" | "mrd" => Some("B"),
        "trillion" | "trillions" | "tn" | "trn" => Some("T"),
        _ => None,
    }
}

/// What was meant by a number with separators: thousands in groups of three, or a decimal comma.
pub(crate) fn without_separator(text: &str) -> String {
    let separates = |c: char| matches!(c, ',' | '_' | '\'' | ' ');
    let end =
        text.find(|c: char| !c.is_ascii_digit() && !separates(c) && !matches!(c, '+' | '-')).unwrap_or(text.len());
    let (mut number, mut rest) = (text[..end].trim_end_matches(separates), &text[end..]);
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
        (number, rest) = (&text[..=end + digits], &fraction[digits..]);
    }
    let groups: Vec<&str> = number.split(separates).collect();
    let thousands = groups.iter().skip(1).all(|g| g.split('.').next().is_some_and(|whole| whole.len() == 3));
    let joined = if thousands { groups.concat() } else { number.replace(',', ".").replace(separates, "") };
    let rest = rest.trim_start();
    let glued = rest.is_empty() || rest.starts_with(['/', '.']) || scale_of(rest).is_some();
    let tail = if glued { rest.to_owned() } else { format!(" {rest}") };
    match joined.parse::<f64>().map(short) {
        Ok(letters)
            if letters.ends_with(char::is_alphabetic) && (rest.is_empty() || rest.starts_with(char::is_alphabetic)) =>
        {
            format!("`{letters}{tail}` or `{joined}{tail}`")
        }
        _ => format!("`{joined}{tail}`"),
    }
}

/// A sum with a sign of a currency anywhere, or a code before its number.
pub(super) fn signed(text: &str) -> Option<Signed> {
    let minus = if text.starts_with('-') { "-" } else { "" };
    let bare = text.trim_start_matches(['+', '-']).trim_start();
    let found = SIGNS.iter().find_map(|(sign, code)| {
        let at = bare.find(sign)?;
        Some(((*code).to_owned(), format!("{} {}", &bare[..at], &bare[at + sign.len()..])))
    });
    let (code, rest) = found.or_else(|| {
        let code = bare.get(..3).filter(|c| c.chars().all(|c| c.is_ascii_uppercase()))?;
        Some((code.to_owned(), bare[3..].to_owned()))
    })?;
    let rest = rest.trim();
    let digits = number_length(rest);
    if digits == 0 {
        return None;
    }
    let (number, rest) = rest.split_at(digits);
    // Thousands with separators go on.
    let rest = rest.trim_start();
    let (number, rest) = match rest.strip_prefix(',') {
        Some(group) if group.len() >= 3 && group.as_bytes()[..3].iter().all(u8::is_ascii_digit) => {
            (format!("{number}{}", &group[..3]), group[3..].trim_start())
        }
        _ => (number.to_owned(), rest),
    };
    let word = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
    let scale = if scale_of(&rest[..word]).is_some() { Some(&rest[..word]) } else { scale_word(&rest[..word]) };
    // Of money a small letter is one as well.
    let scale = scale.or(match &rest[..word] {
        "m" => Some("M"),
        "b" => Some("B"),
        _ => None,
    });
    let rest = if scale.is_some() { rest[word..].trim_start() } else { rest };
    let per = match rest.trim_start_matches(&code).trim() {
        "" => String::new(),
        per => {
            let per = per.strip_prefix("per ").unwrap_or(per.trim_start_matches('/')).trim();
            let words: Vec<&str> = per.split(['/', '-', ' ']).filter(|w| !w.is_empty()).collect();
            if words.iter().any(|w| is_hour(w)) && words.iter().all(|w| is_hour(w) || is_chip(w)) {
                "/chip-h".to_owned()
            } else {
                format!("/{}", words.join("-"))
            }
        }
    };
    let plain = scale.is_none() && per.is_empty();
    Some(Signed { meant: format!("{minus}{number}{} {code}{per}", scale.unwrap_or("")), plain })
}

/// What was meant by a text whose unit cannot be read.
pub(super) fn respelled(text: &str) -> Option<String> {
    let read = |meant: String| Quantity::parse_with(&meant, |_| None).is_ok().then_some(meant);
    if let Some(rest) = text.strip_prefix(['~', '≈', '<', '>', '≤', '≥', '=']) {
        return read(rest.trim_start_matches('=').trim().to_owned());
    }
    let (number, rest) = text.split_at(number_length(text));
    if number.is_empty() {
        return None;
    }
    let rest = rest.trim();
    for percent in ["percent", "per cent", "pct"] {
        if let Some(after) = rest.strip_prefix(percent) {
            return read(format!("{number} %{}", yearly(after)));
        }
    }
    if let Some(after) = rest.strip_prefix('%') {
        return read(format!("{number} %{}", yearly(after)));
    }
    if let Some(word) = rest.strip_prefix('-').filter(|word| word.starts_with(char::is_alphabetic)) {
        return read(format!("{number} {word}"));
    }
    if let Some((over, under)) = rest.split_once(" per ") {
        // Money per hour is the price of a chip, or of what has several.
        let code = over.len() == 3 && over.bytes().all(|b| b.is_ascii_uppercase());
        let under = if code && is_hour(under.trim()) { "chip-h".to_owned() } else { under.replace(" per ", "/") };
        return read(format!("{number} {over}/{under}"));
    }
    read(format!("{number}{}", rest.strip_suffix('+')?))
}

/// `per year` and its kin as they are written after a per cent sign.
fn yearly(words: &str) -> String {
    let words = words.trim();
    let word = ["per ", "a ", "each ", "/"].iter().find_map(|w| words.strip_prefix(w)).unwrap_or(words);
    match word.trim().trim_end_matches('.') {
        "" => String::new(),
        "pa" | "p.a" | "yr" | "y" | "annum" | "annually" | "yearly" => "/year".to_owned(),
        "mo" | "monthly" => "/month".to_owned(),
        "quarterly" => "/quarter".to_owned(),
        other => format!("/{other}"),
    }
}

/// A unit with each of its words as it is written in a model.
pub(super) fn standard(unit: &Unit) -> Unit {
    let over = unit.over.as_deref().map(|word| of_amount(word).map_or_else(|| word.to_owned(), str::to_owned));
    let words: Vec<String> = unit.under.iter().flat_map(|w| w.split('-')).map(str::to_lowercase).collect();
    let chip_hour = words.iter().any(|w| is_chip(w)) && words.iter().all(|w| is_chip(w) || is_hour(w));
    let under = if chip_hour {
        let hour = words.iter().any(|w| is_hour(w));
        vec![if hour { "chip-h" } else { "chip" }.to_owned()]
    } else {
        unit.under
            .iter()
            .map(|w| of_amount(w).or_else(|| of_time(w)).map_or_else(|| w.clone(), str::to_owned))
            .collect()
    };
    Unit { percent: unit.percent, over, under }
}

pub(super) fn is_chip(word: &str) -> bool {
    matches!(
        word.to_lowercase().as_str(),
        "chip" | "chips" | "gpu" | "gpus" | "tpu" | "tpus" | "accelerator" | "accelerators" | "card" | "cards"
    )
}

pub(super) fn is_hour(word: &str) -> bool {
    matches!(word.to_lowercase().as_str(), "h" | "hr" | "hrs" | "hour" | "hours")
}

/// Whether a word is of what has several chips.
pub(super) fn is_node(word: &str) -> bool {
    ["node", "instance", "server", "vm", "host", "machine", "system", "box"]
        .iter()
        .any(|node| word.eq_ignore_ascii_case(node) || word.eq_ignore_ascii_case(&format!("{node}s")))
}

/// The word for a time that a model has.
pub(super) fn of_time(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "sec" | "secs" | "second" | "seconds" => "s",
        "mins" | "minutes" => "min",
        "hr" | "hrs" | "hour" | "hours" => "h",
        "days" => "day",
        "wk" | "wks" | "weeks" => "week",
        "mo" | "mos" | "mth" | "mths" | "months" | "monthly" => "month",
        "qtr" | "quarters" => "quarter",
        "yr" | "yrs" | "y" | "years" | "annum" | "pa" | "p.a." | "yearly" => "year",
        _ => return None,
    })
}

fn of_amount(word: &str) -> Option<&'static str> {
    if is_chip(word) {
        return Some("chips");
    }
    Some(match word.to_lowercase().as_str() {
        "watt" | "watts" => "W",
        "kw" | "kilowatt" | "kilowatts" => "kW",
        "mw" | "megawatt" | "megawatts" => "MW",
        "gw" | "gigawatt" | "gigawatts" => "GW",
        "tw" | "terawatt" | "terawatts" => "TW",
        "kwh" => "kWh",
        "mwh" => "MWh",
        "gwh" => "GWh",
        "mb" | "megabyte" | "megabytes" => "MB",
        "gb" | "gib" | "gigabyte" | "gigabytes" => "GB",
        "tb" | "tib" | "terabyte" | "terabytes" => "TB",
        "pb" | "pib" | "petabyte" | "petabytes" => "PB",
        "gram" | "grams" | "gco2" | "gco2e" | "gco2eq" | "g-co2" | "g-co2e" => "g",
        "kgs" | "kilogram" | "kilograms" | "kgco2" | "kgco2e" | "kg-co2" | "kg-co2e" => "kg",
        "ton" | "tons" | "tonne" | "tonnes" | "tco2" | "tco2e" | "t-co2" | "t-co2e" => "t",
        "kiloton" | "kilotons" | "kilotonne" | "kilotonnes" | "ktco2" | "ktco2e" | "kt-co2" => "kt",
        "usd" | "dollar" | "dollars" | "us-dollars" | "us-dollar" => "USD",
        "eur" | "euro" | "euros" => "EUR",
        "gbp" | "pound" | "pounds" => "GBP",
        _ => return None,
    })
}

/// A number with a unit, as it can be written.
pub(super) fn written(number: f64, unit: &Unit) -> String {
    if unit.percent {
        let per: String = unit.under.iter().map(|w| format!("/{w}")).collect();
        return format!("{}{per}", percentage(number));
    }
    format!("{} {unit}", short(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_shortly_and_read_as_the_same() {
        for (x, text) in [(20e3, "20k"), (900e6, "900M"), (6.88, "6.88"), (2.5e9, "2.5B"), (1_234_567.0, "1234567")] {
            assert_eq!(short(x), text);
            assert_eq!(Quantity::parse(text).unwrap().number, x);
        }
        for (x, text) in [(0.07, "7 %"), (1.1, "110 %"), (0.125, "12.5 %"), (-0.3, "-30 %")] {
            assert_eq!(percentage(x), text);
            assert_eq!(Quantity::parse(text).unwrap().number, x);
        }
    }

    #[test]
    fn what_was_meant_can_be_read() {
        for (text, meant) in [
            ("$6.88", "6.88 USD"),
            ("$900M", "900M USD"),
            ("$1,500", "1500 USD"),
            ("$2.5 billion", "2.5B USD"),
            ("€5", "5 EUR"),
            ("5 €", "5 EUR"),
            ("US$ 6.88/GPU-hour", "6.88 USD/chip-h"),
            ("$6.88/h", "6.88 USD/chip-h"),
            ("$6.88 per hour", "6.88 USD/chip-h"),
            ("USD 38B", "38B USD"),
            ("-$3", "-3 USD"),
            ("$0.02/tok", "0.02 USD/tok"),
        ] {
            assert_eq!(signed(text).map(|s| s.meant).as_deref(), Some(meant), "{text}");
            assert!(Quantity::parse(meant).is_ok(), "{meant}");
        }
        for (text, meant) in [
            ("35 percent", "35 %"),
            ("8 % per year", "8 %/year"),
            ("8 % p.a.", "8 %/year"),
            ("3-years", "3 years"),
            ("~20k", "20k"),
            (">= 5", "5"),
            ("2400 tok per s", "2400 tok/s"),
            ("20k+", "20k"),
        ] {
            assert_eq!(respelled(text).as_deref(), Some(meant), "{text}");
        }
        for (text, meant) in [
            ("20,000", "`20k` or `20000`"),
            ("20,000 chips", "`20k chips` or `20000 chips`"),
            ("1_000_000", "`1M` or `1000000`"),
            ("6,88", "`6.88`"),
            ("6,88 USD/chip-h", "`6.88 USD/chip-h`"),
            ("20 000", "`20k` or `20000`"),
            ("1,500.50 USD", "`1500.50 USD`"),
        ] {
            assert_eq!(without_separator(text), meant, "{text}");
        }
    }
}
