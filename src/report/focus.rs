//! Charges as a dataset of FOCUS 1.2: CSV with the specification's column names.
//!
//! Every mandatory column is there. Left out are those of what a forecast does not have: invoices (`InvoiceId`), zones and
//! types of resources (`AvailabilityZone`, `ResourceType`), reserved capacity without a price (`CapacityReservationId`,
//! `CapacityReservationStatus`), accounts below the account (`SubAccountId`, `SubAccountName`, `SubAccountType`,
//! `BillingAccountType`), meters and details of price lists (`SkuMeter`, `SkuPriceDetails`), and a second currency
//! (`PricingCurrency` and what is in it).

use std::io::{self, Write};

use jiff::civil::DateTime;

use super::csv::safe;
use crate::model::{Model, hours_between};
use crate::plan::{Charge, ChargeCategory, Frequency, Pricing};
use crate::units::USE_HOURS;

/// The columns, in the order of the specification's names.
pub const COLUMNS: [&str; 42] = [
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountName",
    "CommitmentDiscountQuantity",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "CommitmentDiscountUnit",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ServiceCategory",
    "ServiceName",
    "ServiceSubcategory",
    "SkuId",
    "SkuPriceId",
    "Tags",
];

/// The unit of chips over time, as FOCUS writes units.
pub(super) const CHIP_HOURS: &str = "Chip-Hours";

/// Writes the charges of a model with a horizon; none of a model without, which has no dates.
///
/// # Errors
/// What the writer reports.
pub fn write_csv(model: &Model, charges: &[Charge], out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(COLUMNS)?;
    for charge in charges {
        let Some((start, end)) = model.calendar.dates(charge.period) else { continue };
        let (from, to) = billing(start, end);
        let cells = COLUMNS.map(|column| cell(model, charge, column, [start, end, from, to]));
        table.write_record(cells)?;
    }
    table.flush()
}

fn cell(model: &Model, c: &Charge, column: &str, [start, end, from, to]: [DateTime; 4]) -> String {
    let text = |text: Option<&str>| text.map(safe).unwrap_or_default();
    let number = |x: Option<f64>| x.map(plain).unwrap_or_default();
    let commitment = c.commitment.as_ref();
    // Without a unit price, as for credits, all costs are what is billed.
    let cost = |of: fn((f64, f64)) -> f64| c.prices.map_or(c.billed, |p| of(p) * c.quantity);
    match column {
        "BilledCost" => plain(c.billed),
        "BillingAccountId" => "forecast".to_owned(),
        "BillingAccountName" => text(Some(&model.name)),
        "BillingCurrency" => model.currency.clone(),
        "BillingPeriodEnd" => instant(to),
        "BillingPeriodStart" => instant(from),
        "ChargeCategory" => match c.category {
            ChargeCategory::Usage => "Usage",
            ChargeCategory::Purchase => "Purchase",
            ChargeCategory::Credit => "Credit",
        }
        .to_owned(),
        "ChargeDescription" => text(Some(&format!("Forecast: {}", c.description))),
        "ChargeFrequency" => match c.frequency {
            Frequency::OneTime => "One-Time",
            Frequency::Recurring => "Recurring",
            Frequency::UsageBased => "Usage-Based",
        }
        .to_owned(),
        "ChargePeriodEnd" => instant(end),
        "ChargePeriodStart" => instant(start),
        "CommitmentDiscountCategory" => commitment.map_or("", |k| if k.money { "Spend" } else { "Usage" }).to_owned(),
        "CommitmentDiscountId" | "CommitmentDiscountName" => text(commitment.map(|k| k.id.as_str())),
        "CommitmentDiscountQuantity" => number(commitment.map(|k| k.quantity)),
        "CommitmentDiscountStatus" => {
            commitment.and_then(|k| k.used).map_or("", |used| if used { "Used" } else { "Unused" }).to_owned()
        }
        "CommitmentDiscountType" => {
            commitment.map_or("", |k| if k.reservation { "Reservation" } else { "Take-or-Pay" }).to_owned()
        }
        "CommitmentDiscountUnit" => {
            commitment.map_or("", |k| if k.money { model.currency.as_str() } else { CHIP_HOURS }).to_owned()
        }
        "ConsumedQuantity" => number(c.consumed),
        "ConsumedUnit" => c.consumed.map_or("", |_| hours(c)).to_owned(),
        "ContractedCost" => plain(cost(|p| p.1)),
        "ContractedUnitPrice" => number(c.prices.map(|p| p.1)),
        "EffectiveCost" => plain(c.effective),
        "InvoiceIssuerName" => text(Some(&c.party.issuer)),
        "ListCost" => plain(cost(|p| p.0)),
        "ListUnitPrice" => number(c.prices.map(|p| p.0)),
        "PricingCategory" => match c.pricing {
            Some(Pricing::Standard) => "Standard",
            Some(Pricing::Dynamic) => "Dynamic",
            Some(Pricing::Committed) => "Committed",
            None => "",
        }
        .to_owned(),
        "PricingQuantity" => number(c.prices.map(|_| c.quantity)),
        "PricingUnit" => match c.prices {
            Some(_) if c.chip_hours => hours(c).to_owned(),
            Some(_) => model.currency.clone(),
            None => String::new(),
        },
        "ProviderName" => text(Some(&c.party.provider)),
        "PublisherName" => text(Some(&c.party.publisher)),
        "RegionId" | "RegionName" => text(c.party.region.as_deref()),
        "ResourceId" => text(c.party.resource.as_deref()),
        // Nothing but a workload has a name of its own: a name does not repeat the id.
        "ResourceName" => text(c.workload.as_deref()),
        "ServiceCategory" => if c.chip_hours { "Compute" } else { "Other" }.to_owned(),
        "ServiceName" => text(Some(&c.party.service)),
        "ServiceSubcategory" => if c.chip_hours { "Virtual Machines" } else { "Other (Other)" }.to_owned(),
        "SkuId" => text(Some(&c.party.sku)),
        "SkuPriceId" => text(Some(&c.party.sku_price)),
        "Tags" => tags(c),
        // ChargeClass: nothing is corrected.
        _ => String::new(),
    }
}

/// What chip-hours are reported as: a price of use has a unit of its own, so that who adds up chips counts them once.
fn hours(c: &Charge) -> &'static str {
    if c.of_use { USE_HOURS } else { CHIP_HOURS }
}

/// Workload, contract, vendor, chip and cloud as a JSON object, and that it is a forecast.
fn tags(c: &Charge) -> String {
    let mut tags = serde_json::Map::new();
    tags.insert("forecast".to_owned(), true.into());
    let chip = c.chip_hours.then_some(&c.party.service);
    for (key, value) in [
        ("workload", &c.workload),
        ("contract", &c.contract),
        ("vendor", &c.vendor),
        ("chip", &chip.cloned()),
        ("cloud", &c.party.cloud),
    ] {
        if let Some(value) = value {
            tags.insert(key.to_owned(), value.as_str().into());
        }
    }
    serde_json::Value::Object(tags).to_string()
}

/// The calendar month in which a charge begins, or its period where that is longer than a month.
fn billing(start: DateTime, end: DateTime) -> (DateTime, DateTime) {
    const LONGEST_MONTH: f64 = 31.0 * 24.0;
    let first = start.date().first_of_month().at(0, 0, 0, 0);
    match first.checked_add(jiff::Span::new().months(1)) {
        Ok(next) if hours_between(start, end) <= LONGEST_MONTH => (first, next),
        _ => (start, end),
    }
}

pub(super) fn instant(at: DateTime) -> String {
    format!("{}Z", at.strftime("%Y-%m-%dT%H:%M:%S"))
}

/// A number without a negative zero, and with a point: a column of whole numbers would be read as one of integers, which
/// FOCUS does not allow.
pub(super) fn plain(x: f64) -> String {
    let text = (x + 0.0).to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}
