//! Laws of prices of use and of chips that are bought, on random models.

use polysource::model::Model;
use polysource::plan::Status;
use polysource::{Detail, SolveSettings, solve};

use crate::common::drawn::models;

/// The certified cost; `None` if there is no plan.
fn cost(yaml: &str) -> Option<f64> {
    let model = Model::from_yaml_str(yaml).unwrap_or_else(|e| panic!("{e}\n{yaml}"));
    let plan = solve(&model, &SolveSettings { detail: Detail::Plan, ..SolveSettings::default() }).unwrap();
    assert!(plan.certificate.verified, "{:?} {:?}\n{yaml}", plan.status, plan.notes);
    match plan.status {
        Status::Optimal => Some(plan.cost.unwrap().total),
        Status::Infeasible => None,
        other => panic!("{other:?}\n{yaml}"),
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 4e-6 * (1.0 + a.abs().max(b.abs()))
}

/// The same model with other prices and terms of its offers: of the price and of the term.
fn with_offers(yaml: &str, of: impl Fn(f64, &str) -> String) -> String {
    let line = |line: &str| {
        if !line.starts_with("  offer") {
            return line.to_owned();
        }
        let (before, rest) = line.split_once("price: ").unwrap();
        let end = rest.find([',', ' ']).unwrap();
        let (price, rest) = rest.split_at(end);
        let (other, term) = match rest.find(", term: ") {
            Some(at) => (&rest[..at], rest[at..].trim_end_matches(" }")),
            None => (rest.trim_end_matches(" }"), ""),
        };
        // A term that is a map keeps its own end.
        let opened = term.matches('{').count() - term.matches('}').count();
        let term = format!("{term}{}", " }".repeat(opened));
        format!("{before}{}{other} }}", of(price.parse().unwrap(), &term))
    };
    yaml.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// A price split into holding and use costs no more, and as much if what is held works: without commitments,
/// reservations and limits nothing stands idle.
#[test]
fn a_price_of_use_saves_only_what_stands_idle() {
    for drawn in models(60, 23) {
        let yaml = drawn.yaml(1.0, 1.0, 0);
        let plain = cost(&with_offers(&yaml, |p, term| format!("price: {p}{term}"))).unwrap();
        for part in [0.0, 0.3, 1.0] {
            let split =
                |p: f64, term: &str| format!("price: {{ held: {:?}, used: {:?} }}{term}", (1.0 - part) * p, part * p);
            let split = cost(&with_offers(&yaml, split)).unwrap();
            assert!(split <= plain || near(split, plain), "{plain} became {split}\n{yaml}");
            let all_works = drawn.commit.is_none() && !drawn.terms.contains(&2);
            assert!(part > 0.0 && !all_works || near(split, plain), "{plain} became {split}\n{yaml}");
        }
    }
}

/// Chips that live for one period and are paid for at its start are rented, whatever the limits are.
#[test]
fn chips_that_live_for_a_period_are_rented() {
    let mut compared = 0;
    for drawn in models(120, 24).filter(|d| !d.steady) {
        // With limits on shares of what is held, rented chips may not stand idle, and owned ones may.
        let yaml = drawn.yaml(1.0, 1.0, 0);
        let yaml = yaml.replace(&format!("discount_rate: {} %", drawn.discount), "discount_rate: 0 %");
        let hours = &[2160.0, 2184.0, 2208.0, 2208.0][..drawn.periods];
        let rented = with_offers(&yaml, |p, _| format!("price: {p}"));
        let bought = with_offers(&yaml, |p, _| {
            let capex: Vec<String> = hours.iter().map(|h| format!("{:?}", h * p)).collect();
            format!("term: {{ owned: {{ capex: [{}], life: 1 quarter }} }}", capex.join(", "))
        });
        let (rented, bought) = (cost(&rented).unwrap(), cost(&bought).unwrap());
        assert!(near(rented, bought), "{rented} rented, {bought} bought\n{yaml}");
        compared += 1;
    }
    assert!(compared > 40, "{compared}");
}

/// A longer life, a delivery that is no later, and a sale that may be earlier never cost more.
#[test]
fn better_terms_of_what_is_bought_never_cost_more() {
    for drawn in models(60, 25).filter(|d| !d.steady) {
        let yaml = drawn.yaml(1.0, 1.0, 0);
        let with = |more: &str| {
            let owned = |p: f64, term: &str| {
                if term.is_empty() {
                    let capex = 3000.0 * p;
                    return format!(
                        "term: {{ owned: {{ capex: {capex:?}, residual: {{ 1 quarter: 70 %, 1y: 20 % }}, {more} }} }}"
                    );
                }
                format!("price: {p}{term}")
            };
            cost(&with_offers(&yaml, owned)).unwrap()
        };
        let costs: Vec<f64> = [
            "life: 2 quarters, delivery: 1 quarter",
            "life: 2 quarters, delivery: 1 quarter, resale: from 1 quarter",
            "life: 2 quarters, resale: from 1 quarter",
            "life: 3 quarters, resale: from 1 quarter",
            "life: 3 quarters, resale: from 0 quarters",
        ]
        .map(with)
        .to_vec();
        let never_more = |c: &[f64]| c[1] <= c[0] || near(c[0], c[1]);
        assert!(costs.windows(2).all(never_more), "{costs:?}\n{yaml}");
    }
}
