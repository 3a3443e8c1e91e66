//! The lines of a cost table add up to its total as they are printed, whatever they are.

use polysource::plan::{CertificateInfo, Cost, CostKind, CostLine, ModelInfo, Plan, Status};
use polysource::report::{Format, Style, write};
use proptest::prelude::*;

fn plan(costs: &[f64]) -> Plan {
    let total = costs.iter().sum();
    let line = |(i, &cost): (usize, &f64)| CostLine { kind: CostKind::Spend, id: format!("offer-{i}"), cost };
    Plan {
        polysource: "0.1.0".to_owned(),
        format: 1,
        model: ModelInfo {
            name: "m".to_owned(),
            sha256: String::new(),
            scenarios: vec![],
            periods: vec![],
            hours: vec![],
        },
        status: Status::Optimal,
        currency: "USD".to_owned(),
        cost: Some(Cost {
            total,
            nominal: total,
            unrestricted: None,
            premium: None,
            by_period: vec![],
            lines: costs.iter().enumerate().map(line).collect(),
        }),
        purchases: vec![],
        reservations: Vec::new(),
        assets: Vec::new(),
        assignments: vec![],
        contracts: vec![],
        moves: vec![],
        unmet: vec![],
        exposure: vec![],
        resilience: None,
        risk: None,
        organisations: vec![],
        balances: vec![],
        burn_down: vec![],
        equity: vec![],
        limits: vec![],
        break_even: None,
        certificate: CertificateInfo {
            engine: "none".to_owned(),
            primal: None,
            bound: None,
            gap: None,
            relaxation: None,
            bound_by: None,
            conditional_prices: false,
            arithmetic: String::new(),
            verified: false,
            size: [0; 3],
        },
        uncertainty: None,
        idle_to_meet_limit: vec![],
        notes: vec![],
    }
}

/// The amounts of the cost table in units of their last digit, with the letter of their scale.
fn printed(plan: &Plan) -> Vec<(i64, String)> {
    let mut out = Vec::new();
    write(plan, Format::Markdown, Style::default(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let cells =
        text.lines().filter_map(|l| l.strip_prefix("| ")?.split(" | ").nth(1)?.strip_suffix(" USD").map(str::to_owned));
    cells
        .map(|cell| {
            let digits = cell.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            (digits.replace('.', "").parse().unwrap(), cell[digits.len()..].to_owned())
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printed_lines_add_up(
        costs in prop::collection::vec((-1.0..1.0_f64, -3..13_i32).prop_map(|(x, e)| x * 10_f64.powi(e)), 1..40)
    ) {
        let printed = printed(&plan(&costs));
        prop_assert_eq!(printed.len(), costs.len().min(12) + 1, "twelve rows at most, and the total");
        let (total, lines) = printed.split_last().unwrap();
        prop_assert!(lines.iter().all(|(_, letter)| *letter == total.1), "one scale: {:?}", printed);
        prop_assert_eq!(lines.iter().map(|(x, _)| x).sum::<i64>(), total.0, "{:?} of {:?}", printed, costs);
    }

    #[test]
    fn printed_lines_are_near_what_they_are(
        costs in prop::collection::vec(0.0..1e9_f64, 1..12)
    ) {
        let plan = plan(&costs);
        let printed = printed(&plan);
        let total = plan.cost.as_ref().unwrap().total;
        let unit = total / printed.last().unwrap().0 as f64;
        let mut sorted = costs.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        for (cost, (digits, _)) in sorted.iter().zip(&printed) {
            prop_assert!((cost / unit - *digits as f64).abs() <= 2.0, "{cost} as {digits} units of {unit}");
        }
    }
}
