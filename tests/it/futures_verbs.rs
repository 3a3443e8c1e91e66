//! Every command on a model with several futures: values that were worked out by hand.

use polysource::SolveSettings;
use polysource::analysis::future_programs;
use polysource::engine::{EngineChoice, SolveOptions, solve_certified};
use polysource::lp::{ColumnId, LinearProgram, RowId};
use serde_json::Value;

use crate::common::{NEWSVENDOR, close, model, program, text};

/// The same where what is lost costs 2.
fn with_loss() -> String {
    NEWSVENDOR.replace("{ h100: 1 req/h } }", "{ h100: 1 req/h }, loss: 2 USD/req }")
}

/// Runs a command on a model, after its file; what it wrote.
fn run(yaml: &str, command: &str, arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.yaml");
    std::fs::write(&file, yaml).unwrap();
    let run = program().arg(command).arg(&file).args(arguments).output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{command} {arguments:?}\n{}", text(&run.stderr));
    text(&run.stdout).to_owned()
}

fn json(yaml: &str, command: &str, arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--format", "json"]].concat();
    serde_json::from_str(&run(yaml, command, &arguments)).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// A chip more is reserved as long as demand exceeds it with more than its price, so that 30, 20 and 10 are reserved at
/// 0.3, 0.6 and 0.9. The cost is the reservation and the mean of what is rented: 9 + 10/4, 12 + (10 + 20)/4 and
/// 9 + (10 + 20 + 30)/4; known, each future reserves its demand: 25 times the price.
#[test]
fn a_sweep_has_the_expected_cost_of_each_point() {
    let columns = "--columns=cost,chips(res),chips(od),evpi,worst,regret,served(vendor)";
    let arguments = ["--vary", "offers.res.price=0.3,0.6,0.9", columns, "--format", "jsonl"];
    let rows: Vec<Value> =
        run(NEWSVENDOR, "sweep", &arguments).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    // Regret: at 0.3 of the 10 that need 30 less 0.3 x 20; at 0.6 of the 40: 20 x 0.4; at 0.9 of the 40: 30 x 0.1.
    let by_hand = [
        [11.5, 30.0, 2.5, 4.0, 19.0, 7.0, 0.0],
        [19.5, 20.0, 7.5, 4.5, 32.0, 8.0, 0.0],
        [24.0, 10.0, 15.0, 1.5, 39.0, 3.0, 0.0],
    ];
    assert_eq!(rows.len(), 3);
    for (row, by_hand) in rows.iter().zip(by_hand) {
        let names = ["cost", "chips(res)", "chips(od)", "evpi", "worst", "regret", "served(vendor)"];
        for (name, by_hand) in names.iter().zip(by_hand) {
            close(number(&row["values"][name]), by_hand);
        }
    }
}

/// The same costs at the ends of a curve, and the reservation that is held there.
#[test]
fn a_curve_is_of_the_expected_cost() {
    let curve = json(NEWSVENDOR, "curve", &["--vary", "offers.res.price=0.3..0.9"]);
    let pieces = curve["pieces"].as_array().unwrap();
    let (first, last) = (&pieces[0], &pieces[pieces.len() - 1]);
    close(number(&first["cost_from"]), 11.5);
    close(number(&last["cost_to"]), 24.0);
    // From 0.5 to 0.75 20 chips are reserved.
    let at = |p: f64| {
        let piece = pieces.iter().find(|x| number(&x["from"]) <= p && p <= number(&x["to"])).unwrap();
        number(&piece["cost_from"]) + number(&piece["slope"]) * (p - number(&piece["from"]))
    };
    assert!((at(0.6) - 19.5).abs() < 0.01, "{}", at(0.6));
    assert!(curve["basis"].as_str().unwrap().contains("several futures"), "{}", curve["basis"]);
}

/// Whoever loses the only cloud loses all demand of the hour, at 2 USD each: 20, 40, 60 and 80.
#[test]
fn each_loss_is_told_in_the_future_in_which_it_costs_most() {
    let stress = json(&with_loss(), "stress", &["--by", "cloud"]);
    let worst = &stress["losses"][0];
    assert_eq!((worst["lost"]["group"].as_str(), worst["future"].as_str()), (Some("aws"), Some("forty")));
    close(number(&worst["loss"]), 80.0);
    let each = stress["futures"].as_array().unwrap();
    for (future, (name, loss)) in each.iter().zip([("ten", 20.0), ("twenty", 40.0), ("thirty", 60.0), ("forty", 80.0)])
    {
        assert_eq!(future["future"], name);
        close(number(&future["losses"][0]["loss"]), loss);
    }
    assert!(run(&with_loss(), "stress", &["--by", "cloud"]).contains("in each of 4 futures"));
}

/// Of 20 reserved chips and what is rented beside them: at most a part of the chips may be reserved, in each future. With
/// 10 needed and 20 reserved all chips that are held are reserved, so that the largest share of a term is 1; at a limit of
/// half at most 5 are reserved if 10 are needed, for that future has to hold at least twice of what is reserved.
#[test]
fn a_frontier_is_of_the_worst_future() {
    let frontier = json(NEWSVENDOR, "frontier", &["--against", "largest:term:chips", "--points", "3"]);
    let points = frontier["points"].as_array().unwrap();
    close(number(&points[0]["cost"]), 19.5);
    close(number(&points[0]["level"]), 1.0);
    // Each point is the plan with its limit in the policy.
    for point in &points[1..] {
        let limit = number(&point["limit"]);
        let limited = NEWSVENDOR.replace(
            "uncertainty:\n",
            &format!(
                "policy: {{ limits: [ {{ name: cap, share: {{ by: term, of: chips, at_most: {limit} }} }} ] }}\nuncertainty:\n"
            ),
        );
        let plan = json(&limited, "solve", &[]);
        close(number(&point["cost"]), number(&plan["cost"]["total"]));
        assert!(number(&point["level"]) <= limit + 1e-6);
    }
    // At half of each, 5 reserved for the 10 (and as many rented in each future beside): 0.6 x 5 + 20, or fewer.
    let last = &points[points.len() - 1];
    assert!(number(&last["level"]) >= 0.5 - 1e-6);
}

/// With uncertainty and without it: 20 reserved and 7.5 rented in the mean for 19.5, against 25 reserved for 15.
#[test]
fn plans_with_and_without_uncertainty_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, arguments: &[&str]| {
        let file = folder.path().join(name);
        std::fs::write(&file, run(NEWSVENDOR, "solve", &[arguments, &["--format", "json"]].concat())).unwrap();
        file
    };
    let (a, b) = (write("a.json", &[]), write("b.json", &["--without-uncertainty"]));
    let found = program().arg("diff").arg(&a).arg(&b).args(["--format", "json"]).output().unwrap();
    let found: Value = serde_json::from_slice(&found.stdout).unwrap();
    let total = found["totals"].as_array().unwrap().iter().find(|t| t["what"] == "total").unwrap();
    close(number(&total["cost"]["before"]), 19.5);
    close(number(&total["cost"]["after"]), 15.0);
    let held = |offer: &str| {
        let row = found["purchases"].as_array().unwrap().iter().find(|p| p["offer"] == offer).unwrap();
        let chips = &row["periods"][0]["chips"];
        (chips["before"].as_f64(), chips["after"].as_f64())
    };
    assert_eq!(held("res"), (Some(20.0), Some(25.0)));
    assert_eq!(held("od").0, Some(7.5));
    let note = "A is a plan for 4 futures: its amounts are what is expected over them";
    assert!(found["notes"].as_array().unwrap().iter().any(|n| n == note), "{}", found["notes"]);
    // The same from the model itself.
    let model = folder.path().join("model.yaml");
    std::fs::write(&model, NEWSVENDOR).unwrap();
    let found = program().arg("diff").arg(&model).arg(&b).args(["--format", "json"]).output().unwrap();
    let found: Value = serde_json::from_slice(&found.stdout).unwrap();
    close(number(&found["totals"][0]["cost"]["before"]), 19.5);
}

/// The programs of the futures apart, put together by what they share: the joined program without its code.
#[test]
fn programs_apart_are_the_joined_one() {
    let programs = future_programs(&model(NEWSVENDOR), &SolveSettings::default()).unwrap();
    assert_eq!(programs.futures.len(), 4);
    let mut whole = LinearProgram::new("together");
    let mut places = Vec::new();
    for future in &programs.futures {
        let own = &future.program;
        let first = whole.columns().len();
        for (j, c) in own.columns().iter().enumerate() {
            let name = format!("{}@{}", own.column_name(ColumnId(j as u32)), future.name);
            whole.add_column(name, "column", c.lower, c.upper, future.probability * c.cost);
        }
        for (i, r) in own.rows().iter().enumerate() {
            let terms: Vec<_> =
                own.row_terms(RowId(i as u32)).map(|(c, a)| (ColumnId(c.0 + first as u32), a)).collect();
            whole.add_row(format!("{i}@{}", future.name), "row", r.lower, r.upper, terms);
        }
        let named = |name: &str| own.column_names().position(|n| n == name).map(|j| ColumnId((first + j) as u32));
        places.push(programs.shared.iter().map(|(name, _)| named(name)).collect::<Vec<_>>());
    }
    assert!(programs.shared.iter().any(|(name, _)| name.contains("res")), "{:?}", programs.shared);
    for (k, (name, having)) in programs.shared.iter().enumerate() {
        for &f in &having[1..] {
            let (one, other) = (places[having[0]][k].unwrap(), places[f][k].unwrap());
            whole.add_row(format!("same[{name},{f}]"), "row", 0.0, 0.0, [(one, 1.0), (other, -1.0)]);
        }
    }
    let options = SolveOptions::default();
    for program in [&whole, &programs.joined] {
        let solved = solve_certified(program, EngineChoice::Auto, &options).unwrap();
        assert!(solved.certificate.verified);
        close(program.objective(&solved.x), 19.5);
    }
    // The same as files.
    let folder = tempfile::tempdir().unwrap();
    let apart = folder.path().join("apart");
    run(NEWSVENDOR, "export", &["--to", "mps", "--apart", apart.to_str().unwrap()]);
    let read = |name: &str| std::fs::read_to_string(apart.join(name)).unwrap();
    assert!(read("futures.csv").starts_with("future,probability,file\nten,0.25,future-001.mps\n"));
    assert!(read("shared.csv").contains("ten twenty thirty forty"));
    assert!(read("future-004.mps").contains("ENDATA"));
}

/// With a tenth more money than 19.5 (1.95): of what is bought before, q chips at 0.6 beside the mean of what is lacking,
/// the least and the most q that cost no more. With q from 20 to 30 a chip more costs 0.6 - 0.5, so that at 30 it is 20.5
/// and beyond 30 it costs 0.35 more each: 30 + 0.95 / 0.35 chips; below 20 a chip less costs 0.15: 10 and 21, below 10 0.4:
/// 10 - 0.45 / 0.4 chips.
#[test]
fn alternatives_are_of_what_is_expected() {
    let found =
        json(NEWSVENDOR, "alternatives", &["--within", "10 %", "--by", "term", "--of", "chips", "--plans", "0"]);
    let room = found["room"].as_array().unwrap().iter().find(|g| g["group"] == "reserved").unwrap();
    let lacking = |q: f64| [10.0, 20.0, 30.0, 40.0].iter().map(|d| (d - q).max(0.0)).sum::<f64>() / 4.0;
    let share = |q: f64| q / (q + lacking(q));
    close(number(&room["cheapest"]["share"]), share(20.0));
    let (least, most) = (number(&room["least"]["share"]), number(&room["most"]["share"]));
    assert!((least - share(10.0 - 0.45 / 0.4)).abs() < 1e-5, "{least}");
    assert!((most - share(30.0 + 0.95 / 0.35)).abs() < 1e-5, "{most}");
    assert_eq!(found["exact"], true);
}

/// The page has the losses too.
#[test]
fn a_report_has_the_losses_of_every_future() {
    let page = run(&with_loss(), "report", &[]);
    assert!(page.contains("each in the future in which it costs most"));
    assert!(page.contains("forty"));
}
