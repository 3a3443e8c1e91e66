//! What a plan commits to as the second dataset of FOCUS 1.3, ContractCommitment: CSV with the specification's column names.
//!
//! A row for each part of the commitment of a contract that is signed, as far as it falls into the horizon, and for each
//! reservation. Every column of the dataset is there.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;

use super::csv::safe;
use super::focus::{CHIP_HOURS, instant, plain};
use crate::model::{CommitIn, Model};
use crate::plan::{Charge, ChargeCategory, Schedule};

/// The columns, in the order of the specification's names.
pub const COLUMNS: [&str; 13] = [
    "BillingCurrency",
    "ContractCommitmentCategory",
    "ContractCommitmentCost",
    "ContractCommitmentDescription",
    "ContractCommitmentId",
    "ContractCommitmentPeriodEnd",
    "ContractCommitmentPeriodStart",
    "ContractCommitmentQuantity",
    "ContractCommitmentType",
    "ContractCommitmentUnit",
    "ContractId",
    "ContractPeriodEnd",
    "ContractPeriodStart",
];

/// What is committed to.
struct Committed {
    id: String,
    contract: String,
    description: String,
    kind: &'static str,
    /// Money, where it is known; always of a commitment in money.
    cost: Option<f64>,
    /// Chip-hours, of a commitment in them.
    chip_hours: Option<f64>,
    periods: Range<usize>,
}

/// Writes what a plan commits to: none of a model without a horizon, which has no dates.
///
/// # Errors
/// What the writer reports.
pub fn write_csv(model: &Model, schedule: &Schedule, charges: &[Charge], out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(COLUMNS)?;
    let rows: Vec<Committed> = of_contracts(model, schedule).into_iter().chain(reservations(charges)).collect();
    // A contract has one time, also with reservations under it.
    let mut times: BTreeMap<&str, Range<usize>> = BTreeMap::new();
    for row in &rows {
        let time = times.entry(&row.contract).or_insert_with(|| row.periods.clone());
        *time = time.start.min(row.periods.start)..time.end.max(row.periods.end);
    }
    for row in &rows {
        let dates = |periods: &Range<usize>| {
            let (start, _) = model.calendar.dates(periods.start)?;
            let (_, end) = model.calendar.dates(periods.end.checked_sub(1)?)?;
            Some((instant(start), instant(end)))
        };
        let (Some(own), Some(whole)) = (dates(&row.periods), dates(&times[row.contract.as_str()])) else { continue };
        let number = |x: Option<f64>| x.map(plain).unwrap_or_default();
        table.write_record(COLUMNS.map(|column| match column {
            "BillingCurrency" => model.currency.clone(),
            "ContractCommitmentCategory" => if row.chip_hours.is_some() { "Usage" } else { "Spend" }.to_owned(),
            "ContractCommitmentCost" => number(row.cost),
            "ContractCommitmentDescription" => safe(&format!("Forecast: {}", row.description)),
            "ContractCommitmentId" => safe(&row.id),
            "ContractCommitmentPeriodEnd" => own.1.clone(),
            "ContractCommitmentPeriodStart" => own.0.clone(),
            "ContractCommitmentQuantity" => number(row.chip_hours),
            "ContractCommitmentType" => row.kind.to_owned(),
            "ContractCommitmentUnit" => row.chip_hours.map_or("", |_| CHIP_HOURS).to_owned(),
            "ContractId" => safe(&row.contract),
            "ContractPeriodEnd" => whole.1.clone(),
            _ => whole.0.clone(),
        }))?;
    }
    table.flush()
}

/// The commitments of contracts that are signed: of each part of its time what is due.
fn of_contracts(model: &Model, schedule: &Schedule) -> Vec<Committed> {
    let mut rows = Vec::new();
    for (k, contract) in model.contracts.with_ids().filter(|(k, _)| schedule.signed[*k]) {
        let Some(commit) = &contract.commit else { continue };
        let due: Vec<(usize, f64)> =
            (0..commit.buckets.len()).map(|b| (b, schedule.due(model, k, b))).filter(|(_, due)| *due > 0.0).collect();
        for (b, amount) in &due {
            let periods = commit.buckets[*b].periods.clone();
            let label = model.calendar.label_of(&periods);
            let id = if commit.buckets.len() == 1 { contract.id.clone() } else { format!("{}@{label}", contract.id) };
            let money = commit.counted_in == CommitIn::Spend;
            rows.push(Committed {
                id,
                contract: contract.id.clone(),
                description: format!("committed under {} in {label}", contract.id),
                kind: "Take-or-Pay",
                cost: money.then_some(*amount),
                chip_hours: (!money).then_some(*amount),
                periods,
            });
        }
    }
    rows
}

/// Reservations, from the charges that pay for them.
fn reservations(charges: &[Charge]) -> Vec<Committed> {
    let mut rows: BTreeMap<&str, Committed> = BTreeMap::new();
    for (charge, commitment) in charges.iter().filter_map(|c| Some((c, c.commitment.as_ref()?))) {
        if !commitment.reservation {
            continue;
        }
        let here = charge.period..charge.period + 1;
        let row = rows.entry(&commitment.id).or_insert_with(|| Committed {
            id: commitment.id.clone(),
            contract: charge.contract.clone().unwrap_or_else(|| commitment.id.clone()),
            description: format!("reservation of {}", charge.party.resource.as_deref().unwrap_or(&commitment.id)),
            kind: "Reservation",
            cost: Some(0.0),
            chip_hours: Some(0.0),
            periods: here.clone(),
        });
        row.periods = row.periods.start.min(here.start)..row.periods.end.max(here.end);
        if charge.category == ChargeCategory::Purchase {
            row.cost = row.cost.map(|cost| cost + charge.billed);
            row.chip_hours = row.chip_hours.map(|hours| hours + commitment.quantity);
        }
    }
    rows.into_values().collect()
}
