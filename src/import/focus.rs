//! Bills in the form of FinOps FOCUS: what ran where, and how much of it for whom.
//!
//! Only rows that used something count: `ChargeCategory` is Usage, and no unused part of a commitment. A quantity in
//! chip-hours is one; a quantity in hours of machines is one by the chips of the rule that fits. What was consumed counts,
//! and where that is not said in a time, what was priced. A charge over several months is spread by its hours.
//!
//! A row that used chips, by its unit, a rule or the names in it, and cannot be taken over is lost: it is reported with what it
//! costs, and how much is lost decides whether the whole can be relied on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::accelerator_names::names_accelerator;
use super::findings::Findings;
use super::focus_lost::Account;
use super::focus_map::{Mapping, Rule};
use super::focus_unit::{self, Unit};
use super::offers::id;
use crate::diagnostics::{Code, Diagnostics, SourceId, Sources, suggest};
use crate::document::{Row, Table, safe_cell};
use crate::units::USE_HOURS;

/// Columns without which a table is no bill.
pub const NEEDED: [&str; 3] = ["ChargeCategory", "ChargePeriodStart", "ChargePeriodEnd"];
/// Categories of charges that use nothing.
const OTHERS: [&str; 4] = ["Purchase", "Tax", "Credit", "Adjustment"];
/// Columns that say what a row is of, in the provider's words.
const WORDS: [&str; 10] = [
    "SkuId",
    "SkuMeter",
    "SkuPriceId",
    "SkuPriceDetails",
    "ChargeDescription",
    "ResourceType",
    "ResourceId",
    "ServiceName",
    "ServiceSubcategory",
    "x_SkuDescription",
];
/// What a row costs, the first that it says.
const COSTS: [&str; 4] = ["EffectiveCost", "BilledCost", "ContractedCost", "ListCost"];

/// A quantity above this is a mistake, and beyond it sums stop being exact.
const MOST: f64 = 1e15;

/// What is to be read.
pub struct ImportRequest<'a> {
    /// What rows stand for.
    pub mapping: Mapping,
    /// Whether a pattern fits a text.
    pub fits: &'a dyn Fn(&str, &str) -> bool,
    /// The month whose mean is what runs today; left out, the last that a bill has.
    pub month: Option<Date>,
}

/// Chip-hours by what was used, by whom and when.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    /// Chip-hours by month (its first day), workload and offer.
    pub hours: BTreeMap<(Date, String, String), f64>,
    /// What those of each month and offer cost, in the bill's currency.
    pub costs: BTreeMap<(Date, String), f64>,
    /// Rows that used chips and do not say what they cost.
    pub unpriced: usize,
    /// First instant and first after it that charges of each month speak of.
    covered: BTreeMap<Date, (DateTime, DateTime)>,
    /// The month whose mean is what runs today.
    pub today: Option<Date>,
    /// How many rows were read, and how many of them used a chip.
    pub rows: (usize, usize),
    /// What the rows that used chips are worth, and what of it was lost.
    pub account: Account,
}

/// Reads bills. Files whose form is wrong are reported in `diagnostics`.
pub fn read(
    files: &[SourceId],
    sources: &Sources,
    asked: &ImportRequest<'_>,
    diagnostics: &mut Diagnostics,
) -> (Usage, Findings) {
    let (mut usage, mut findings) = (Usage::default(), Findings::default());
    for &file in files {
        let Some(table) = Table::read(&sources.get(file).text, file, diagnostics) else { continue };
        if !right(&table, &asked.mapping, diagnostics) {
            continue;
        }
        for row in &table.rows {
            usage.rows.0 += 1;
            let bill = Bill { table: &table, row };
            match used(&bill, asked, &mut findings) {
                Ok(used) => {
                    usage.rows.1 += 1;
                    usage.account.read.add(Some(used.hours), bill.money());
                    usage.unpriced += usize::from(bill.money().is_none());
                    usage.add(&used, bill.money().unwrap_or(0.0));
                }
                Err(left) => {
                    if let Some(hours) = left.lost {
                        usage.account.lost.add(hours, bill.money());
                        usage.account.unknown_hours += usize::from(hours.is_none());
                    }
                    findings.add(left.rank, left.words, row.place);
                }
            }
            if let Some(currency) = bill.filled("BillingCurrency") {
                usage.account.currencies.insert(currency.to_owned());
            }
        }
    }
    usage.today = asked.month.or_else(|| usage.covered.keys().next_back().copied());
    (usage, findings)
}

/// Whether a table has the columns that a bill needs and the rules name; what it lacks is reported.
fn right(table: &Table, mapping: &Mapping, diagnostics: &mut Diagnostics) -> bool {
    let known = || table.columns.iter().map(|c| c.text.as_str());
    let mut right = true;
    for name in NEEDED.iter().filter(|name| table.column(name).is_none()) {
        let remedy = "export the bill as FOCUS 1.0 or later, with its column names";
        diagnostics.error(Code::MissingKey, table.place, format!("the table has no column `{name}`"), remedy);
        right = false;
    }
    if table.column("ConsumedQuantity").or(table.column("PricingQuantity")).is_none() {
        let message = "the table has neither `ConsumedQuantity` nor `PricingQuantity`";
        diagnostics.error(Code::MissingKey, table.place, message, "export the bill with its quantities and units");
        right = false;
    }
    for (name, place, _) in mapping.offers.iter().chain(&mapping.workloads).flat_map(|r| &r.columns) {
        if !name.starts_with("tags.") && table.column(name).is_none() {
            let message = format!("a bill has no column `{name}`");
            diagnostics.error(Code::UnknownKey, *place, message, suggest(name, known()));
            right = false;
        }
    }
    right
}

/// A row with the names of its cells.
struct Bill<'a> {
    table: &'a Table,
    row: &'a Row,
}

impl Bill<'_> {
    /// What stands in a column; nothing if there is none, or if the cell says that it holds nothing.
    fn cell(&self, column: &str) -> &str {
        let text = self.table.column(column).map_or("", |i| self.row.cells[i].text.as_str());
        if text.eq_ignore_ascii_case("null") {
            return "";
        }
        text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(text)
    }

    fn filled(&self, column: &str) -> Option<&str> {
        Some(self.cell(column)).filter(|text| !text.is_empty())
    }

    /// The tags, if they can be read.
    fn tags(&self) -> Option<serde_json::Map<String, serde_json::Value>> {
        match self.cell("Tags") {
            "" => Some(serde_json::Map::new()),
            text => serde_json::from_str(text).ok(),
        }
    }

    /// What the row costs, in the bill's currency.
    fn money(&self) -> Option<f64> {
        let costs = COSTS.iter().filter_map(|column| self.filled(column)?.parse::<f64>().ok());
        costs.into_iter().find(|x| x.is_finite() && x.abs() <= MOST)
    }

    /// Quantities with their units: what was consumed, then what was priced.
    fn quantities(&self) -> [(&str, &str); 2] {
        let of = |quantity, unit| (self.cell(quantity), self.cell(unit));
        [of("ConsumedQuantity", "ConsumedUnit"), of("PricingQuantity", "PricingUnit")]
    }

    /// What the row used in a time: the first quantity that has a unit of time, its number and its unit.
    fn time(&self) -> Option<(&str, Unit)> {
        let timed = |(quantity, unit): (_, &str)| Some((quantity, focus_unit::unit(unit)?));
        self.quantities().into_iter().filter(|(quantity, _)| !quantity.is_empty()).find_map(timed)
    }

    /// The unit to tell where none is a time.
    fn unit(&self) -> &str {
        let [consumed, priced] = self.quantities();
        if consumed.0.is_empty() { priced.1 } else { consumed.1 }
    }

    /// Whether the provider's own words name an accelerator.
    fn names_chips(&self) -> bool {
        let [consumed, priced] = self.quantities();
        [consumed.1, priced.1].into_iter().any(focus_unit::names_chips)
            || WORDS.iter().any(|column| names_accelerator(self.cell(column)))
    }
}

/// Chip-hours of an offer for a workload in a stretch of time.
struct Used {
    offer: String,
    workload: String,
    hours: f64,
    start: DateTime,
    end: DateTime,
}

/// A row that is left out: the finding; and if it used chips and is lost, its chip-hours as far as they are known.
struct SkippedRow {
    rank: u8,
    words: String,
    lost: Option<Option<f64>>,
}

/// What a row used, or why it is left out.
fn used(bill: &Bill<'_>, asked: &ImportRequest<'_>, findings: &mut Findings) -> Result<Used, SkippedRow> {
    let aside = |rank: u8, words: String| Err(SkippedRow { rank, words, lost: None });
    let category = bill.cell("ChargeCategory");
    if OTHERS.contains(&category) {
        return aside(90, format!("of the category {}, which is no usage: left out", word(category)));
    }
    if bill.cell("CommitmentDiscountStatus") == "Unused" {
        return aside(91, "of commitments that were not used: left out".to_owned());
    }
    if bill.quantities().iter().any(|(_, unit)| *unit == USE_HOURS) {
        return aside(92, "of the use of chips that other rows count: left out".to_owned());
    }
    let read = bill.tags();
    let (no_tags, tags) = (read.is_none(), read.unwrap_or_default());
    let fits = |rule: &&Rule| {
        rule.columns.iter().all(|(column, _, patterns)| {
            let text = match column.strip_prefix("tags.") {
                Some(tag) => tags.get(tag).map(scalar).unwrap_or_default(),
                None => bill.cell(column).to_owned(),
            };
            patterns.iter().any(|p| (asked.fits)(p, &text))
        })
    };
    let rule = asked.mapping.offers.iter().find(fits);
    let time = bill.time();
    let chips_each = match (time, rule) {
        (Some((_, Unit::Chips(hours))), _) => Some(hours),
        (Some((_, Unit::Machines(hours))), Some(rule)) => Some(hours * rule.chips),
        _ => None,
    };
    let quantity = time.and_then(|(text, _)| text.parse::<f64>().ok()).filter(|q| q.is_finite());
    let hours = quantity.zip(chips_each).map(|(quantity, each)| quantity * each).filter(|h| h.abs() <= MOST);
    // What is no chip by its unit, by a rule or by its own words is somebody else's.
    let of_chips = chips_each.is_some() || rule.is_some() || bill.names_chips();
    let lost = |rank: u8, words: &str| {
        Err(SkippedRow { rank, words: format!("{words}: left out"), lost: of_chips.then_some(hours) })
    };
    if !of_chips {
        return match time {
            Some(_) => {
                let words = format!("of {} in hours of machines for which no rule says the offer", service(bill));
                aside(20, format!("{words}: left out"))
            }
            None => aside(80, format!("of {} in {}: not chips, left out", service(bill), word(bill.unit()))),
        };
    }
    if category != "Usage" {
        return lost(14, &format!("of the category {}, which no bill has", word(category)));
    }
    if no_tags {
        return lost(10, "with `Tags` that are no JSON object");
    }
    let (Some(start), Some(end)) = (instant(bill.cell("ChargePeriodStart")), instant(bill.cell("ChargePeriodEnd")))
    else {
        return lost(11, "with a charge period that is no date");
    };
    if end <= start {
        return lost(11, "with a charge period that ends before it starts");
    }
    let Some((text, _)) = time else {
        let (unit, called) = (word(bill.unit()), rule.map_or_else(|| service(bill), |rule| format!("`{}`", rule.id)));
        if bill.quantities().iter().all(|(quantity, _)| quantity.is_empty()) {
            return lost(12, &format!("of {called} without a quantity"));
        }
        return lost(21, &format!("of {called} with the unit {unit}, which is no time of chips or machines"));
    };
    if chips_each.is_none() {
        let words =
            format!("of {} in hours of machines that have chips, for which no rule says the offer", service(bill));
        return lost(19, &words);
    }
    let Some(hours) = hours else {
        return match quantity {
            None => lost(12, &format!("with the quantity {}, which is no number", word(text))),
            Some(_) => lost(13, "with a quantity that no bill has"),
        };
    };
    let offer = match rule {
        Some(rule) => rule.id.clone(),
        None => match bill.cell("ResourceId") {
            "" => return lost(22, "in chip-hours without a `ResourceId`, and no rule says the offer"),
            resource => resource.to_owned(),
        },
    };
    let tag = asked.mapping.workload_tag.as_deref().unwrap_or("workload");
    let workload = match asked.mapping.workloads.iter().find(fits) {
        Some(rule) => rule.id.clone(),
        None => match (tags.get(tag).map(scalar).filter(|t| !t.is_empty()), bill.cell("ResourceName")) {
            (Some(named), _) => named,
            // What has no name of its own stands by.
            (None, name) if name.is_empty() || name == bill.cell("ResourceId") => {
                let words = format!("without a workload, neither in the tag `{tag}` nor in `ResourceName`");
                return lost(23, &words);
            }
            (None, name) => name.to_owned(),
        },
    };
    if bill.cell("ChargeClass") == "Correction" {
        findings.add(70, "as a correction of earlier ones: counted", bill.row.place);
    }
    let mut called = |name: &str, what: &str| {
        let id = id(name);
        if id != name {
            findings.add(60, format!("of the {what} `{name}`: called `{id}`"), bill.row.place);
        }
        id
    };
    let (offer, workload) = (called(&offer, "offer"), called(&workload, "workload"));
    if offer.is_empty() || workload.is_empty() {
        return lost(24, "whose offer or workload has no letter or digit");
    }
    Ok(Used { offer, workload, hours, start, end })
}

fn word(text: &str) -> String {
    if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") }
}

fn service(bill: &Bill<'_>) -> String {
    word(bill.cell("ServiceName"))
}

/// A value of a tag as text; one that says that it holds nothing is none.
fn scalar(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) if text.eq_ignore_ascii_case("null") => String::new(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// An instant in UTC: with an offset, without one, or a date.
fn instant(text: &str) -> Option<DateTime> {
    let zoned = text.parse::<Timestamp>().ok().map(|t| t.to_zoned(TimeZone::UTC).datetime());
    zoned.or_else(|| text.parse::<DateTime>().ok()).or_else(|| text.parse::<Date>().ok().map(|d| d.at(0, 0, 0, 0)))
}

fn seconds(from: DateTime, to: DateTime) -> f64 {
    from.duration_until(to).as_secs_f64()
}

impl Usage {
    /// Adds what a row used, spread over the months of its charge period.
    fn add(&mut self, used: &Used, money: f64) {
        let whole = seconds(used.start, used.end);
        let mut from = used.start;
        while from < used.end {
            let month = from.date().first_of_month();
            let next = month.checked_add(Span::new().months(1)).map_or(used.end, |d| d.at(0, 0, 0, 0));
            let to = next.min(used.end);
            let key = (month, used.workload.clone(), used.offer.clone());
            let part = seconds(from, to) / whole;
            *self.hours.entry(key).or_default() += used.hours * part;
            *self.costs.entry((month, used.offer.clone())).or_default() += money * part;
            let covered = self.covered.entry(month).or_insert((from, to));
            *covered = (covered.0.min(from), covered.1.max(to));
            from = to;
        }
    }

    /// Mean chips in the month that is today, by offer and workload. Its hours are those that its charges speak of, so
    /// that a month that is not over is not taken for a slow one.
    #[must_use]
    pub fn baseline(&self) -> Vec<(String, String, f64)> {
        let Some((today, (from, to))) = self.today.and_then(|m| Some((m, self.covered.get(&m)?))) else {
            return Vec::new();
        };
        let hours = seconds(*from, *to) / 3600.0;
        let mut rows: BTreeMap<(String, String), f64> = BTreeMap::new();
        for ((_, workload, offer), chip_hours) in self.hours.iter().filter(|((month, ..), _)| *month == today) {
            *rows.entry((offer.clone(), workload.clone())).or_default() += chip_hours / hours;
        }
        rows.into_iter().filter(|(_, chips)| *chips > 0.0).map(|((o, w), chips)| (o, w, tidy(chips))).collect()
    }

    /// What runs today as the table that `baseline: { file: ... }` names: offer, workload, chips.
    ///
    /// # Errors
    /// What the writer reports.
    pub fn baseline_csv(&self) -> std::io::Result<Vec<u8>> {
        let rows = self.baseline().into_iter().map(|(offer, workload, chips)| [offer, workload, chips.to_string()]);
        table(["offer", "workload", "chips"], rows)
    }

    /// Chip-hours by month and workload.
    ///
    /// # Errors
    /// What the writer reports.
    pub fn history_csv(&self) -> std::io::Result<Vec<u8>> {
        let mut sums: BTreeMap<(Date, &str), f64> = BTreeMap::new();
        for ((month, workload, _), hours) in &self.hours {
            *sums.entry((*month, workload)).or_default() += hours;
        }
        let rows = sums.into_iter().map(|((month, workload), hours)| {
            [month.strftime("%Y-%m").to_string(), workload.to_owned(), tidy(hours).to_string()]
        });
        table(["month", "workload", "chip_hours"], rows)
    }

    /// The months of which there are charges, each with the first instant and the first after it that they speak of.
    pub fn months(&self) -> impl Iterator<Item = (Date, (DateTime, DateTime))> + '_ {
        self.covered.iter().map(|(month, ends)| (*month, *ends))
    }

    /// The offers and workloads that were found.
    #[must_use]
    pub fn names(&self) -> (BTreeSet<&str>, BTreeSet<&str>) {
        let offers = self.hours.keys().map(|(_, _, offer)| offer.as_str()).collect();
        (offers, self.hours.keys().map(|(_, workload, _)| workload.as_str()).collect())
    }
}

fn table<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> std::io::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(head)?;
    for row in rows {
        out.write_record(row.map(|cell| safe_cell(&cell)))?;
    }
    out.into_inner().map_err(|e| std::io::Error::other(e.to_string()))
}

/// Without the last digits that adding and dividing leave.
fn tidy(x: f64) -> f64 {
    (x * 1e6).round() / 1e6 + 0.0
}
