//! What comes of credits, prepayments and equity.

use super::column::beside;
use super::summary::Table;
use crate::plan::{BalanceResult, EquityResult, Plan};
use crate::units::human::{money, number, power};

/// What is paid from credits and prepayments, what is lost, and what vests.
pub(super) fn balances(plan: &Plan) -> Option<Table<'static>> {
    let row = |b: &BalanceResult| {
        vec![
            b.contract.clone(),
            b.kind.clone(),
            number(b.amount),
            beside(b.used, b.amount),
            beside(b.lost, b.amount),
            beside(b.refunded, b.amount),
            b.until.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = plan.balances.iter().map(row).collect();
    (!rows.is_empty()).then(|| Table {
        heading: format!("Credits and prepayments (within the horizon, in {})", plan.currency),
        columns: vec![
            ("contract", false),
            ("", false),
            ("all", true),
            ("pays bills of", true),
            ("lost", true),
            ("comes back", true),
            ("until", false),
        ],
        rows,
        foot: None,
    })
}

/// What vests under the contracts, each in its sentence below.
pub(super) fn equity(plan: &Plan) -> Option<Table<'static>> {
    let row = |e: &EquityResult| {
        let told = |x: f64| match e.of.as_str() {
            "power" => power(x),
            "chips" => format!("{} chips", number(x)),
            _ => money(x, &plan.currency),
        };
        vec![
            e.contract.clone(),
            e.investor.clone().unwrap_or_default(),
            money(e.worth, &plan.currency),
            told(e.reaches),
            told(e.reached),
            e.vests.clone().unwrap_or_else(|| "does not vest".to_owned()),
        ]
    };
    let rows: Vec<Vec<String>> = plan.equity.iter().map(row).collect();
    let sentences: Vec<&str> = plan.equity.iter().map(|e| e.sentence.as_str()).collect();
    (!rows.is_empty()).then(|| Table {
        heading: "Equity (told beside the cost, no part of it)".to_owned(),
        columns: vec![
            ("contract", false),
            ("of", false),
            ("worth", true),
            ("has to reach", true),
            ("reaches", true),
            ("vests", false),
        ],
        rows,
        foot: Some(sentences.join("\n  ")),
    })
}
