//! What keys are called elsewhere, so that a mistake in a name is one mistake with its remedy.
//!
//! Each record has its own list: `max` is the capacity of an offer and `at_most` in a limit. A synonym is never read.

/// Another word for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Synonym {
    /// The word.
    pub word: &'static str,
    /// The key.
    pub key: &'static str,
    /// How the key is written, where its value is not that of the word.
    pub how: &'static str,
}

impl Synonym {
    /// What to write instead.
    pub fn remedy(&self) -> String {
        let Synonym { word, key, how } = self;
        if how.is_empty() {
            format!("`{word}` is called `{key}`")
        } else {
            format!("`{word}` is called `{key}`: {how}")
        }
    }
}

/// The synonyms of a record, each as `word => key` or `word => key: how`.
macro_rules! synonyms {
    ($($what:literal { $($word:literal => $key:literal $(: $how:literal)?,)+ })+) => {
        /// All synonyms by what one of a record is called.
        const ALL: &[(&str, &[Synonym])] = &[
            $(($what, &[$(Synonym { word: $word, key: $key, how: synonyms!(@how $($how)?) },)+]),)+
        ];
    };
    (@how $how:literal) => { $how };
    (@how) => { "" };
}

synonyms! {
    "a model" {
        "version" => "polysource": "`polysource: 1`",
        "title" => "name",
        "gpus" => "chips",
        "accelerators" => "chips",
        "hardware" => "chips",
        "providers" => "clouds",
        "regions" => "offers": "an offer has a `region`",
        "prices" => "offers",
        "instances" => "offers",
        "skus" => "offers",
        "catalog" => "offers",
        "jobs" => "workloads",
        "demand" => "workloads",
        "demands" => "workloads",
        "models" => "workloads",
        "deals" => "contracts",
        "commitments" => "contracts",
        "agreements" => "contracts",
        "limits" => "policy": "`policy: { limits: [...] }`",
        "constraints" => "policy": "`policy: { limits: [...] }`",
        "policies" => "policy",
        "periods" => "horizon": "`horizon: { start: 2026-Q1, periods: 8, step: quarter }`",
        "start" => "horizon": "`horizon: { start: 2026-Q1, periods: 8, step: quarter }`",
        "discount" => "discount_rate",
        "wacc" => "discount_rate",
        "interest_rate" => "discount_rate",
        "fx" => "currencies",
        "exchange_rates" => "currencies",
        "datacenters" => "sites",
        "data_centers" => "sites",
        "suppliers" => "supply",
        "shareholders" => "investors",
        "current" => "baseline",
        "today" => "baseline",
        "goal" => "objective",
    }
    "a horizon" {
        "begin" => "start",
        "from" => "start",
        "end" => "periods": "how many there are, as in `periods: 8`",
        "until" => "periods": "how many there are, as in `periods: 8`",
        "to" => "periods": "how many there are, as in `periods: 8`",
        "count" => "periods",
        "length" => "periods",
        "n" => "periods",
        "granularity" => "step",
        "period" => "step",
        "resolution" => "step",
        "interval" => "step",
        "parts" => "steps",
    }
    "a part of a horizon" {
        "count" => "periods",
        "length" => "periods",
        "period" => "step",
        "granularity" => "step",
    }
    "a chip" {
        "manufacturer" => "vendor",
        "maker" => "vendor",
        "supplier" => "vendor",
        "stack" => "ecosystem",
        "software" => "ecosystem",
        "platform" => "ecosystem",
        "ram" => "memory",
        "vram" => "memory",
        "hbm" => "memory",
        "tdp" => "power",
        "watts" => "power",
        "labels" => "tags",
        "date" => "as_of",
    }
    "a cloud" {
        "vendor" => "owner",
        "company" => "owner",
        "parent" => "owner",
        "provider" => "owner",
        "egress_price" => "egress",
        "egress_cost" => "egress",
        "region" => "regions",
        "labels" => "tags",
        "date" => "as_of",
    }
    "an investor" {
        "share" => "stake",
        "holds" => "stake",
        "part" => "stake",
        "ownership" => "stake",
    }
    "a pool" {
        "capacity" => "chips",
        "stock" => "chips",
        "limit" => "chips",
        "max" => "chips",
        "where" => "offers",
        "members" => "offers",
    }
    "a site" {
        "carbon_intensity" => "carbon",
        "emissions" => "carbon",
    }
    "an offer" {
        "gpu" => "chip",
        "gpus" => "chip",
        "gpu_type" => "chip",
        "accelerator" => "chip",
        "accelerators" => "chip",
        "chips" => "chip",
        "hardware" => "chip",
        "provider" => "cloud",
        "vendor" => "cloud": "the chip says who its vendor is",
        "supplier" => "cloud",
        "location" => "region",
        "zone" => "region",
        "datacenter" => "site",
        "cost" => "price",
        "rate" => "price",
        "hourly" => "price",
        "hourly_price" => "price",
        "price_per_hour" => "price",
        "price_per_chip_hour" => "price",
        "usd_per_hour" => "price",
        "max" => "capacity",
        "maximum" => "capacity",
        "at_most" => "capacity",
        "limit" => "capacity",
        "quota" => "capacity",
        "quantity" => "capacity",
        "count" => "capacity",
        "available" => "capacity",
        "supply" => "capacity",
        "min" => "minimum",
        "at_least" => "minimum",
        "block_size" => "block",
        "increment" => "block",
        "lead_time" => "lead",
        "delay" => "lead",
        "available_from" => "lead": "a time from the start on, such as `2 periods`",
        "start" => "lead": "a time from the start on, such as `2 periods`",
        "type" => "term",
        "kind" => "term",
        "commitment" => "term": "`term: { reserved: 3 years }`",
        "reserved" => "term": "`term: { reserved: 3 years }`",
        "spot" => "term": "`term: spot`",
        "labels" => "tags",
        "date" => "as_of",
    }
    "a price" {
        "hold" => "held",
        "fixed" => "held",
        "use" => "used",
        "usage" => "used",
        "variable" => "used",
    }
    "a tier" {
        "from" => "above",
        "beyond" => "above",
        "over" => "above",
        "cost" => "price",
        "rate" => "price",
    }
    "a term" {
        "length" => "reserved",
        "duration" => "reserved",
        "years" => "reserved",
        "reservation" => "reserved",
        "prepaid" => "upfront",
        "start" => "starts",
        "window" => "starts",
        "bought" => "owned",
    }
    "a purchase" {
        "price" => "capex",
        "cost" => "capex",
        "lifetime" => "life",
        "depreciation" => "life",
        "lead" => "delivery",
        "salvage" => "residual",
    }
    "spot" {
        "interruptions" => "interruption",
        "preemption" => "interruption",
        "interruption_rate" => "interruption",
    }
    "a contract" {
        "provider" => "with",
        "partner" => "with",
        "counterparty" => "with",
        "party" => "with",
        "where" => "covers",
        "offers" => "covers",
        "applies_to" => "covers",
        "commitment" => "commit",
        "minimum" => "commit": "`commit: { spend: 900M USD, over: 2026-Q1..2028-Q4 }`",
        "spend" => "commit": "`commit: { spend: 900M USD, over: 2026-Q1..2028-Q4 }`",
        "over" => "commit": "`commit: { spend: 900M USD, over: 2026-Q1..2028-Q4 }`",
        "rebate" => "discount",
        "status" => "decision",
        "optional" => "decision": "`decision: optional`",
        "signed" => "decision": "`decision: signed`",
        "limits" => "requires",
        "price" => "fee",
        "cost" => "fee",
        "investment" => "funding",
        "credit" => "credits",
        "early_termination" => "terminate",
    }
    "a commitment" {
        "amount" => "spend",
        "money" => "spend",
        "min" => "spend",
        "minimum" => "spend",
        "at_least" => "spend",
        "window" => "over",
        "during" => "over",
        "period" => "over",
        "term" => "over",
        "start" => "over": "from when to when, as in `over: 2026-Q1..2028-Q4`",
        "from" => "over": "from when to when, as in `over: 2026-Q1..2028-Q4`",
        "end" => "over": "from when to when, as in `over: 2026-Q1..2028-Q4`",
        "until" => "over": "from when to when, as in `over: 2026-Q1..2028-Q4`",
    }
    "a workload" {
        "type" => "kind",
        "amount" => "work",
        "gpu_hours" => "work",
        "chip_hours" => "work",
        "total" => "work",
        "load" => "demand",
        "traffic" => "demand",
        "tokens" => "demand",
        "qps" => "demand",
        "during" => "window",
        "deadline" => "window": "from when to when, as in `window: 2026-Q1..2027-Q2`",
        "start" => "window": "from when to when, as in `window: 2026-Q1..2027-Q2`",
        "end" => "window": "from when to when, as in `window: 2026-Q1..2027-Q2`",
        "until" => "window": "from when to when, as in `window: 2026-Q1..2027-Q2`",
        "performance" => "throughput",
        "speed" => "throughput",
        "chips" => "throughput",
        "gpus" => "throughput",
        "perf" => "throughput",
        "max" => "rate": "`rate: { at_most: 20k }`",
        "at_most" => "rate": "`rate: { at_most: 20k }`",
        "min" => "rate": "`rate: { at_least: 2k }`",
        "at_least" => "rate": "`rate: { at_least: 2k }`",
        "peak_factor" => "peak",
        "where" => "eligible",
        "allowed" => "eligible",
        "penalty" => "unmet",
        "preemptible" => "interruptible",
        "spot" => "interruptible",
        "labels" => "tags",
        "date" => "as_of",
    }
    "a rate" {
        "max" => "at_most",
        "maximum" => "at_most",
        "limit" => "at_most",
        "min" => "at_least",
        "minimum" => "at_least",
    }
    "porting" {
        "price" => "cost",
        "time" => "lead",
        "lead_time" => "lead",
    }
    "a policy" {
        "constraints" => "limits",
        "limit" => "limits",
        "resilience" => "survive",
        "survival" => "survive",
        "losses" => "survive",
        "outage" => "outages",
        "shocks" => "outages",
        "preference" => "prefer",
    }
    "a limit" {
        "id" => "name",
        "label" => "name",
        "cost" => "budget",
        "spend" => "budget",
        "max_share" => "share",
        "cap" => "share",
        "min_share" => "floor",
        "hhi" => "concentration",
        "supplier" => "suppliers",
        "emissions" => "carbon",
        "growth" => "ramp",
        "penalty" => "soft",
    }
    "a budget" {
        "max" => "at_most",
        "maximum" => "at_most",
        "limit" => "at_most",
        "amount" => "at_most",
        "offers" => "where",
        "when" => "during",
        "window" => "during",
        "over" => "during",
        "period" => "per",
        "penalty" => "soft",
    }
    "a share limit" {
        "max" => "at_most",
        "maximum" => "at_most",
        "limit" => "at_most",
        "cap" => "at_most",
        "dimension" => "by",
        "group" => "where",
        "offers" => "where",
        "measure" => "of",
        "metric" => "of",
        "workloads" => "for",
        "when" => "during",
        "window" => "during",
        "period" => "per",
        "penalty" => "soft",
    }
    "a floor" {
        "min" => "at_least",
        "minimum" => "at_least",
        "limit" => "at_least",
        "group" => "where",
        "offers" => "where",
        "measure" => "of",
        "metric" => "of",
        "workloads" => "for",
        "when" => "during",
        "window" => "during",
        "period" => "per",
        "penalty" => "soft",
    }
    "a concentration limit" {
        "max" => "hhi_at_most",
        "maximum" => "hhi_at_most",
        "at_most" => "hhi_at_most",
        "hhi" => "hhi_at_most",
        "limit" => "hhi_at_most",
        "dimension" => "by",
        "measure" => "of",
        "metric" => "of",
        "workloads" => "for",
    }
    "a supplier count" {
        "min" => "at_least",
        "minimum" => "at_least",
        "max" => "at_most",
        "maximum" => "at_most",
        "dimension" => "by",
        "each" => "each_at_least",
        "min_share" => "each_at_least",
        "measure" => "of",
        "metric" => "of",
        "workloads" => "for",
    }
    "a power limit" {
        "max" => "at_most",
        "maximum" => "at_most",
        "limit" => "at_most",
        "offers" => "where",
        "when" => "during",
        "penalty" => "soft",
    }
    "a carbon limit" {
        "max" => "at_most",
        "maximum" => "at_most",
        "limit" => "at_most",
        "offers" => "where",
        "when" => "during",
        "period" => "per",
        "penalty" => "soft",
    }
    "a ramp" {
        "max" => "at_most",
        "maximum" => "at_most",
        "limit" => "at_most",
        "offers" => "where",
        "when" => "during",
        "penalty" => "soft",
    }
    "a survival requirement" {
        "lose" => "loss_of",
        "loss" => "loss_of",
        "losing" => "loss_of",
        "of" => "loss_of",
        "min" => "serve",
        "at_least" => "serve",
        "served" => "serve",
        "level" => "serve",
        "workloads" => "for",
        "preemption" => "preempt",
        "when" => "during",
    }
    "an outage" {
        "loss_of" => "lose",
        "loss" => "lose",
        "part" => "fraction",
        "duration" => "recovery",
        "length" => "recovery",
        "likelihood" => "probability",
        "chance" => "probability",
        "offers" => "where",
    }
    "a baseline" {
        "table" => "file",
        "path" => "file",
        "csv" => "file",
        "cost" => "switching",
        "switching_cost" => "switching",
    }
    "a backtest" {
        "file" => "history",
        "data" => "history",
        "window" => "over",
        "period" => "over",
        "every" => "replan",
        "horizon" => "lookahead",
        "look_ahead" => "lookahead",
        "policies" => "policy",
    }
    "holdings" {
        "reservations" => "held",
        "list" => "held",
        "decided_until" => "until",
        "to" => "until",
    }
    "a holding" {
        "start" => "from",
        "starts" => "from",
        "since" => "from",
        "period" => "from",
        "amount" => "chips",
        "quantity" => "chips",
    }
    "a sweep" {
        "variations" => "vary",
        "parameters" => "vary",
        "design" => "method",
        "points" => "samples",
        "n" => "samples",
        "outputs" => "columns",
    }
    "a variation" {
        "values" => "set",
        "range" => "set",
        "factor" => "scale",
        "multiply" => "scale",
        "add" => "shift",
        "count" => "steps",
        "key" => "path",
    }
    "a selector" {
        "gpu" => "chip",
        "gpus" => "chip",
        "gpu_type" => "chip",
        "accelerator" => "chip",
        "chips" => "chip",
        "provider" => "cloud",
        "clouds" => "cloud",
        "manufacturer" => "vendor",
        "maker" => "vendor",
        "stack" => "ecosystem",
        "software" => "ecosystem",
        "company" => "organisation",
        "organization" => "organisation",
        "location" => "region",
        "zone" => "region",
        "regions" => "region",
        "datacenter" => "site",
        "id" => "offer",
        "name" => "offer",
        "offers" => "offer",
        "type" => "term",
    }
    "a growing series" {
        "rate" => "growth",
        "base" => "start",
        "value" => "start",
        "from" => "start",
    }
}

/// The key of a record that another word is meant for.
pub(super) fn called(what: &str, word: &str) -> Option<&'static Synonym> {
    let (_, list) = ALL.iter().find(|(record, _)| *record == what)?;
    let word = word.to_ascii_lowercase().replace('-', "_");
    list.iter().find(|s| s.word == word)
}

/// The remedy for a dimension of a selector by another name.
#[must_use]
pub(crate) fn dimension_called(word: &str) -> Option<String> {
    called("a selector", word).map(Synonym::remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::records::*;

    #[test]
    fn every_synonym_is_of_a_key_and_is_none_itself() {
        macro_rules! records {
            ($($record:ident)+) => { [$(($record::WHAT, $record::KEYS)),+] };
        }
        let records = records!(
            Document Horizon HorizonPart Chip Cloud Investor Pool Site Offer PriceDetail Tier TermDetail Owned Spot
            Contract Commit Workload RateLimit PortDetail Policy Limit Budget Share Floor Concentration Suppliers
            PowerLimit CarbonLimit Ramp Survive Outage Backtest Baseline Holdings Holding Sweep Vary
        );
        let dimensions =
            ["vendor", "chip", "ecosystem", "cloud", "owner", "organisation", "region", "site", "term", "offer"];
        let others: [(&str, &[&str]); 2] = [("a growing series", &["start", "growth"]), ("a selector", &dimensions)];
        for (what, list) in ALL {
            let found = records.iter().chain(&others).find(|(record, _)| record == what);
            let (_, keys) = found.unwrap_or_else(|| panic!("there is no record `{what}`"));
            let mut seen = std::collections::BTreeSet::new();
            for synonym in *list {
                assert!(keys.contains(&synonym.key), "{what} has no `{}`", synonym.key);
                assert!(!keys.contains(&synonym.word), "{what} has a `{}` of its own", synonym.word);
                assert!(seen.insert(synonym.word), "`{}` is listed twice under {what}", synonym.word);
            }
        }
    }
}
