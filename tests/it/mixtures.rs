//! Random models that mix what contracts, prices and assets have: whatever comes together, a plan is certified and passes the
//! audit, which knows nothing of the program; another engine finds the same cost; and a clause never costs its holder.

use polysource::model::Model;
use polysource::plan::{Plan, Status};
use polysource::{Detail, EngineChoice, SolveSettings, solve};

use crate::common::close_within;
use crate::common::random::Random;

/// What is drawn for a model.
struct Drawn {
    demand: Vec<f64>,
    /// Terms of each contract.
    terms: Vec<String>,
    offers: String,
    policy: String,
    uncertain: bool,
}

impl Drawn {
    fn new(random: &mut Random) -> Self {
        let periods = 3 + (random.next() * 2.0).floor() as usize;
        let demand: Vec<f64> = (0..periods).map(|_| (random.next() * 40.0).round()).collect();
        let some = |drawn: f64, chance: f64, text: String| if drawn < chance { text } else { String::new() };
        let price = |random: &mut Random, base: f64| {
            let p = base * (0.7 + 0.6 * random.next());
            if random.next() < 0.3 { format!("{{ held: {}, used: {} }}", 0.6 * p, 0.5 * p) } else { format!("{p}") }
        };
        let mut offers = format!("  a: {{ chip: gpu, cloud: aws, price: {} }}\n", price(random, 1.0));
        offers += &format!("  b: {{ chip: tpu, cloud: gcp, price: {}, capacity: 30 }}\n", price(random, 1.0));
        if random.next() < 0.5 {
            let capex = 1.0 + 2.0 * random.next();
            offers += &format!(
                "  c: {{ chip: gpu, cloud: own, site: hall, price: 0.1, capacity: 15, term: {{ owned: {{ capex: {capex}, life: 3 h, residual: {{ 1 h: 60 %, 2 h: 30 % }}, resale: from 1 h }} }} }}\n"
            );
        }
        if random.next() < 0.5 {
            offers += &format!(
                "  d: {{ chip: gpu, cloud: aws, price: {}, term: {{ reserved: 2 h, upfront: 40 % }} }}\n",
                0.8
            );
        }
        let series = |random: &mut Random| (0..periods).map(|_| 0.4 + random.next()).collect::<Vec<_>>();
        for (index, chip) in [("i", "gpu"), ("j", "tpu")] {
            let prices = series(random);
            offers += &format!("  {index}: {{ chip: {chip}, cloud: index, price: {prices:?}, capacity: 0 }}\n");
        }
        let mut terms = Vec::new();
        for cloud in ["aws", "gcp"] {
            let discount = (random.next() * 40.0).round();
            let spend = (random.next() * 15.0).round();
            let commit = match (random.next() * 7.0).floor() as usize {
                0 => format!(
                    ", commit: {{ spend: {spend} USD, per: period }}, terminate: {{ from: 2026-01-01T01, fee: {} % }}",
                    (random.next() * 60.0).round()
                ),
                1 => format!(", commit: {{ choose: 0..{} USD, per: period }}, beyond_commit: list", spend + 5.0),
                2 => format!(", commit: {{ spend: {spend} USD, per: period }}"),
                3 => format!(
                    ", option: {{ premium: {} USD, exercise: 2026-01-01T01, cap: 20 }}",
                    (random.next() * 5.0).round()
                ),
                // An hour is a 8760th of a year: about a fifth an hour.
                4 => format!(
                    ", commit: {{ spend: {spend} USD, per: period }}, ramp_down: {{ at_most: {} %/year }}",
                    (random.next() * 400_000.0).round() + 1.0
                ),
                // Of 30 chips that gcp has some of up to 45 are late; aws has no end of them.
                5 => format!(
                    ", commit: {{ chips: {}, per: period }}, late: {{ damages: 300 %/day, cap: 50 %, walk_away_after: 2 periods }}",
                    3.0 * spend
                ),
                _ => String::new(),
            };
            // What credits pay does not count towards a commitment that ends its discount.
            let credits = if commit.contains("beyond_commit") || commit.contains("option") {
                String::new()
            } else {
                let part = 20.0 + (random.next() * 80.0).round();
                some(
                    random.next(),
                    0.5,
                    format!(", credits: {{ amount: {} USD, at_most: {part} % }}", (random.next() * 20.0).round() + 1.0),
                )
            };
            let rest = if random.next() < 0.5 { "lost" } else { "refunded" };
            let prepay = some(
                random.next(),
                0.3,
                format!(", prepay: {{ amount: {} USD, rest: {rest} }}", (random.next() * 10.0).round() + 1.0),
            );
            let (most, least) = (90.0 + (random.next() * 10.0).round(), (random.next() * 90.0).round());
            let reprice = some(
                random.next(),
                0.4,
                format!(
                    ", reprice: {{ every: 1 period, at_most: {most} %, at_least: {least} %, to: {{ cloud: index }} }}"
                ),
            );
            let decision = if random.next() < 0.5 { "optional" } else { "signed" };
            terms.push(format!("  {cloud}: {{ covers: {{ cloud: {cloud} }}, decision: {decision}, discount: {discount} %{commit}{credits}{prepay}{reprice} }}\n"));
        }
        let limit = [
            "share: { by: vendor, at_most: 80 %, of: chips }",
            "budget: { at_most: 500 USD }",
            "share: { by: cloud, at_most: 90 %, of: spend }",
        ];
        let policy = some(
            random.next(),
            0.6,
            format!("policy: {{ limits: [ {{ {}, soft: 3 }} ] }}\n", limit[(random.next() * 3.0).floor() as usize]),
        );
        let uncertain = random.next() < 0.35;
        Drawn { demand, terms, offers, policy, uncertain }
    }

    fn yaml(&self, terms: &[String]) -> String {
        let demand: Vec<String> = self.demand.iter().map(|d| format!("{d} req/h")).collect();
        let later: Vec<String> = self.demand.iter().map(|d| format!("{} req/h", (d * 0.4).round())).collect();
        let uncertainty = format!(
            "uncertainty:\n  factors:\n    demand:\n      known: 2026-01-01T01\n      outcomes:\n        base: {{ probability: 60 % }}\n        low: {{ probability: 40 %, set: {{ workloads.chat.demand: [{}] }} }}\n",
            later.join(", ")
        );
        let changes = self.demand[1..].iter().any(|d| *d > 0.0);
        format!(
            "polysource: 1
horizon: {{ start: 2026-01-01, periods: {}, step: hour }}
chips: {{ gpu: {{ vendor: nvidia, power: 1 kW }}, tpu: {{ vendor: google }} }}
clouds: {{ aws: {{ owner: amazon }}, gcp: {{ owner: google }}, own: {{}}, index: {{}} }}
sites: {{ hall: {{ pue: 1.2, energy: 150 USD/MWh }} }}
offers:
{}contracts:
{}workloads:
  chat: {{ kind: inference, demand: [{}], throughput: {{ gpu: 1 req/h, tpu: 1 req/h }}, unmet: 5 USD/req }}
{}{}",
            self.demand.len(),
            self.offers,
            if terms.is_empty() { "  none: {}\n".to_owned() } else { terms.concat() },
            demand.join(", "),
            self.policy,
            if self.uncertain && changes { uncertainty } else { String::new() },
        )
    }
}

fn plan_for(yaml: &str, engine: EngineChoice) -> Plan {
    let model = Model::from_yaml_str(yaml).unwrap_or_else(|e| panic!("{e}\n{yaml}"));
    let settings = SolveSettings { engine, detail: Detail::Plan, mip_gap: 1e-7, ..SolveSettings::default() };
    let plan = solve(&model, &settings).unwrap();
    assert_eq!(plan.status, Status::Optimal, "{:?}\n{yaml}", plan.notes);
    assert!(plan.certificate.verified);
    plan
}

fn cost(plan: &Plan) -> f64 {
    plan.cost.as_ref().unwrap().total
}

#[test]
fn whatever_comes_together_is_certified() {
    let mut random = Random(41);
    let count = std::env::var("POLYSOURCE_MODELS").map_or(60, |n| n.parse::<usize>().expect("a number") / 50);
    for _ in 0..count {
        let drawn = Drawn::new(&mut random);
        let yaml = drawn.yaml(&drawn.terms);
        let plan = plan_for(&yaml, EngineChoice::Auto);
        let other = plan_for(&yaml, EngineChoice::Microlp);
        close_within(3e-6, cost(&plan), cost(&other));
        // Without its clauses a contract is no better for who holds it.
        for clause in [", terminate:", ", credits:", ", option:", ", ramp_down:", ", reprice:"] {
            // With a lower price less is spent, which may exceed a share of it more.
            if clause == ", reprice:" && drawn.policy.contains("of: spend") {
                continue;
            }
            let end = if clause == ", reprice:" { "} }" } else { "}" };
            let cut = |term: &String| match term.split_once(clause) {
                Some((before, after)) => {
                    let (_, after) = after.split_once(end).unwrap();
                    format!("{before}{after}")
                }
                None => term.clone(),
            };
            let plain: Vec<String> = drawn.terms.iter().map(cut).collect();
            // An option is what its contract is for: without it, it is another contract.
            if plain != drawn.terms && clause != ", option:" {
                let without = plan_for(&drawn.yaml(&plain), EngineChoice::Auto);
                assert!(cost(&plan) <= cost(&without) + 3e-6 * (1.0 + cost(&without).abs()), "{clause}\n{yaml}");
            }
        }
    }
}
