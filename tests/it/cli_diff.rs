//! `polysource diff`: what differs between plans and models solved by hand, formats, exit codes.

use std::fs;
use std::path::Path;
use std::process::Output;

use polysource::compare::{Change, Compared, Diff, Total, diff};
use polysource::plan::Status;
use polysource::report::decision;
use polysource::report::html::what_if;
use polysource::{Detail, SolveSettings};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::{QUICKSTART, close, program, solved_with, text};

/// An hour of 90 req. Trainium has its 60 % of the work at 1, H100 the rest at 4: 54 + 36 x 4 = 198.
/// Without the limit all of it is on Trainium: 90. So the limit costs 108, and a whole (1.0) more of
/// it would move 90 chips from 4 to 1: 270.
const BASE: &str = r"polysource: 1
name: Base
chips: { h100: { vendor: nvidia }, trn2: { vendor: amazon } }
clouds: { coreweave: {}, aws: { owner: amazon } }
offers:
  cw-h100: { chip: h100, cloud: coreweave, price: 4.00, capacity: 100 }
  aws-trn2: { chip: trn2, cloud: aws, price: 1, capacity: 100 }
workloads:
  chat: { kind: inference, demand: 90 req/h, throughput: { h100: 1 req/h, trn2: 1 req/h } }
policy:
  limits:
    - { name: cap, share: { by: vendor, of: work, at_most: 60 % } }
scenarios:
  cheaper:
    offers: { cw-h100: { price: 3.00 } }
    policy:
      limits:
        - { name: cap, share: { by: vendor, of: work, at_most: 70 % } }
  larger: { offers: { aws-trn2: { capacity: 200 } } }
  too-small: { offers: { cw-h100: { capacity: 10 } } }
";

struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        files.iter().for_each(|(name, text)| folder.put(name, text));
        folder
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        program().current_dir(self.0.path()).args(arguments).output().unwrap()
    }

    fn told(&self, arguments: &[&str]) -> String {
        let out = self.run(&[&["diff"], arguments].concat());
        assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), ""), "{arguments:?}");
        text(&out.stdout).to_owned()
    }

    fn diff(&self, arguments: &[&str]) -> Diff {
        serde_json::from_str(&self.told(&[arguments, &["--format", "json"]].concat())).unwrap()
    }

    /// Solves a model into a file.
    fn solve(&self, arguments: &[&str], plan: &str) {
        let out = self.run(&[&["solve"], arguments, &["--format", "json", "-o", plan]].concat());
        assert_eq!(text(&out.stderr), "");
    }

    /// A plan changed by hand.
    fn edit(&self, from: &str, to: &str, change: impl FnOnce(&mut Value)) {
        let mut plan: Value = serde_json::from_str(&fs::read_to_string(self.0.path().join(from)).unwrap()).unwrap();
        change(&mut plan);
        self.put(to, &plan.to_string());
    }
}

#[track_caller]
fn change(found: &Change, before: f64, after: f64) {
    close(found.before.unwrap(), before);
    close(found.after.unwrap(), after);
    close(found.change.unwrap(), after - before);
}

/// A at 5: 54 + 36 x 5 = 234. B at 3 with 70 %: 63 + 27 x 3 = 144.
#[test]
fn settings_of_each_side_by_hand() {
    let folder = Folder::new(&[("m.yaml", BASE)]);
    let found = folder.diff(&[
        "m.yaml",
        "m.yaml",
        "--set-a",
        "offers.cw-h100.price=5",
        "--set-b",
        "offers.cw-h100.price=3",
        "--set-b",
        "policy.limits.cap.share.at_most=70 %",
    ]);
    change(&found.totals[0].cost, 234.0, 144.0);
    let inputs = found.inputs.unwrap();
    assert_eq!(inputs.len(), 2, "{inputs:?}");
    // A setting is laid over the scenario.
    let found = folder.diff(&["m.yaml", "m.yaml", "--scenario-b", "cheaper", "--set-b", "offers.cw-h100.price=2"]);
    change(&found.totals[0].cost, 198.0, 63.0 + 27.0 * 2.0);
    let out = folder.run(&["diff", "m.yaml", "m.yaml", "--set-b", "offers.cw-h100.prise=2"]);
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(3), ""));
    assert!(text(&out.stderr).contains("did you mean `price`?"), "{}", text(&out.stderr));
}

#[test]
fn two_scenarios_of_a_model_by_hand() {
    // B: Trainium has 70 % at 1, H100 the rest at 3: 63 + 27 x 3 = 144. Without the limit it is 90.
    let folder = Folder::new(&[("m.yaml", BASE)]);
    let found = folder.diff(&["m.yaml", "m.yaml", "--scenario-b", "cheaper"]);
    let totals: Vec<Total> = found.totals.iter().map(|t| t.what).collect();
    assert_eq!(totals, [Total::Total, Total::Nominal, Total::Premium], "90 without the limit in both");
    change(&found.totals[0].cost, 198.0, 144.0);
    close(found.totals[0].relative.unwrap(), -54.0 / 198.0);
    change(&found.totals[2].cost, 108.0, 54.0);

    // The largest change first.
    let lines: Vec<&str> = found.lines.iter().map(|l| l.id.as_str()).collect();
    assert_eq!(lines, ["cw-h100", "aws-trn2"]);
    change(&found.lines[0].cost, 144.0, 81.0);
    change(&found.lines[1].cost, 54.0, 63.0);

    assert_eq!(found.purchases.len(), 2);
    assert_eq!(found.purchases[0].offer, "cw-h100");
    change(&found.purchases[0].spend, 144.0, 81.0);
    assert_eq!(found.purchases[0].periods.len(), 1);
    change(&found.purchases[0].periods[0].chips, 36.0, 27.0);
    change(&found.purchases[1].periods[0].chips, 54.0, 63.0);

    assert_eq!(found.assignments.len(), 2);
    assert_eq!((found.assignments[0].workload.as_str(), found.assignments[0].offer.as_str()), ("chat", "aws-trn2"));
    change(&found.assignments[0].work, 54.0, 63.0);

    let exposure = |by: &str, of: &str| found.exposure.iter().find(|e| e.by == by && e.of == of).unwrap();
    let spend = exposure("vendor", "spend");
    assert_eq!(spend.groups[0].group, "nvidia");
    change(&spend.groups[0].share, 144.0 / 198.0, 81.0 / 144.0);
    change(&spend.groups[0].amount, 144.0, 81.0);
    let work = exposure("vendor", "work");
    change(&work.hhi, 0.36 + 0.16, 0.49 + 0.09);
    assert_eq!(work.groups[0].group, "amazon");
    change(&work.groups[0].share, 0.6, 0.7);

    // What is held of the other serves on: 54 and 36 of 90, and 63 and 27.
    let resilience =
        |by: &str, group: &str| found.resilience.iter().find(|r| r.lost.by == by && r.lost.group == group).unwrap();
    assert_eq!(found.resilience.len(), 4);
    change(&resilience("vendor", "nvidia").served, 0.6, 0.7);
    change(&resilience("cloud", "aws").served, 0.4, 0.3);
    assert_eq!(resilience("cloud", "aws").required.before, None);

    let cap = &found.limits[0];
    assert_eq!((cap.name.as_str(), cap.unit.as_str()), ("cap amazon", "share"));
    assert_eq!((cap.binding.before, cap.binding.after), (Some(true), Some(true)));
    change(&cap.activity, 0.6, 0.7);
    change(&cap.limit, 0.6, 0.7);
    change(&cap.shadow_price, -270.0, -180.0);
    // The limit on nvidia is another row: it does not bind.
    assert_eq!(found.limits.len(), 2);
    assert_eq!(found.limits[1].binding.after, Some(false));

    assert!(found.contracts.is_empty() && found.unmet.is_empty() && found.notes.is_empty(), "{:?}", found.notes);
    let inputs = found.inputs.as_ref().unwrap();
    let at = |at: &Option<polysource::compare::At>| at.as_ref().map(|at| (at.file.clone(), at.line)).unwrap();
    assert_eq!(inputs.len(), 2);
    assert_eq!(inputs[0].path, "offers.cw-h100.price");
    assert_eq!((inputs[0].before.as_deref(), inputs[0].after.as_deref()), (Some("4.00"), Some("3.00")));
    assert_eq!(at(&inputs[0].before_at), ("m.yaml".to_owned(), 6));
    assert_eq!(at(&inputs[0].after_at), ("m.yaml".to_owned(), 15));
    assert_eq!(inputs[1].path, "policy.limits.cap.share.at_most");
    assert_eq!((at(&inputs[1].before_at).1, at(&inputs[1].after_at).1), (12, 18));
    assert!(!found.same_input && found.a.solved && found.b.solved);
    assert_eq!(found.b.model.scenarios, ["cheaper"]);
    // Totals 3, lines 2, purchases 2, assignments 2, resilience 4, limits 2, inputs 2, and exposure.
    assert_eq!(found.differences, 17 + found.exposure.len());
}

#[test]
fn text_tells_the_total_first() {
    let folder = Folder::new(&[("m.yaml", BASE)]);
    let told = folder.told(&["m.yaml", "m.yaml", "--scenario-b", "cheaper"]);
    let mut lines = told.lines();
    assert_eq!(lines.next(), Some("B costs 54 USD (27.3 %) less than A"));
    assert_eq!(lines.next(), Some("  A: m.yaml (model, solved): Base, 198 USD, optimal (certified)"));
    assert_eq!(lines.next(), Some("  B: m.yaml (model, solved): Base with cheaper, 144 USD, optimal (certified)"));
    for row in [
        ["offers.cw-h100.price", "4.00", "3.00", "m.yaml:6,", "15"].as_slice(),
        &["diversification", "premium", "108", "USD", "54", "USD", "-54", "USD", "-50", "%"],
        &["spend", "cw-h100", "144", "USD", "81", "USD", "-63.00", "USD"],
        &["total", "-54.00", "USD"],
        &["cw-h100", "144", "USD", "81", "USD", "-63", "USD", "36", "->", "27"],
        &["chat", "aws-trn2", "54", "63", "+9"],
        &["nvidia", "72.7", "%", "56.3", "%", "-16.48", "points"],
        &["vendor", "nvidia", "60", "%", "70", "%", "+10", "points"],
        &["cap", "amazon", "in", "both", "60", "%", "->", "70", "%", "60", "%", "->", "70", "%", "-270", "->", "-180"],
    ] {
        let found = told.lines().any(|l| l.split_whitespace().collect::<Vec<_>>() == row);
        assert!(found, "{row:?} is not in\n{told}");
    }
    assert!(!told.contains('\u{1b}'));
    // The other way round it is more.
    let back = folder.told(&["m.yaml", "m.yaml", "--scenario-a", "cheaper"]);
    assert!(back.starts_with("B costs 54 USD (37.5 %) more than A\n"), "{back}");
}

#[test]
fn what_is_the_same_has_no_difference() {
    let folder = Folder::new(&[("m.yaml", BASE)]);
    folder.solve(&["m.yaml"], "plan.json");
    for sides in [["m.yaml", "m.yaml"], ["plan.json", "plan.json"], ["plan.json", "m.yaml"], ["m.yaml", "plan.json"]] {
        let told = folder.told(&[&sides[..], &["--detailed-exitcode"]].concat());
        assert!(told.starts_with("no difference: A and B both cost 198 USD\n"), "{told}");
        assert!(told.contains("Both are of the same input.") && told.lines().count() == 4, "{told}");
        let found = folder.diff(&sides);
        assert_eq!((found.differences, found.same_input, found.notes.len()), (0, true, 0));
        assert_eq!(found.inputs.is_some(), sides == ["m.yaml", "m.yaml"]);
    }
    // A comment and the order of keys change the file and nothing else: it says the same.
    folder.put("n.yaml", &format!("# a comment\n{BASE}"));
    let found = folder.diff(&["m.yaml", "n.yaml", "--detailed-exitcode"]);
    assert_eq!((found.differences, found.same_input), (0, true));
    // A scenario that nobody applies changes nothing either, and yet the input is another one.
    folder.put("n.yaml", &BASE.replace("price: 3.00", "price: 2.00"));
    let found = folder.diff(&["m.yaml", "n.yaml", "--detailed-exitcode"]);
    assert_eq!((found.differences, found.same_input), (0, false));
}

#[test]
fn chips_of_each_period_where_they_differ() {
    // As in the model's own comment with H100 at 3 and 70 %: 120M - 2y = 7/3 x 3 x (16.32M + y), so
    // y = 0.64M, and the total 2 x 59.36M + 3 x 16.96M = 169.6M. In Q1 2500 H100 serve as before.
    let a = fs::read_to_string(QUICKSTART).unwrap();
    let b = a.replace("price: 4.00", "price: 3.00").replace("at_most: 60 %", "at_most: 70 %");
    let folder = Folder::new(&[("a.yaml", &a), ("b.yaml", &b)]);
    let found = folder.diff(&["a.yaml", "b.yaml"]);
    change(&found.totals[0].cost, 190.8e6, 169.6e6);
    let h100 = &found.purchases[0];
    assert_eq!(h100.offer, "coreweave-h100");
    let periods: Vec<&str> = h100.periods.iter().map(|p| p.period.as_str()).collect();
    assert_eq!(periods, ["2026-Q2"]);
    change(&h100.periods[0].chips, 5000.0 + 2.76e6 / 2184.0, 5000.0 + 0.64e6 / 2184.0);
    let line = |text: &str| a.lines().position(|l| l.contains(text)).unwrap() + 1;
    let places: Vec<usize> =
        found.inputs.iter().flatten().map(|i| i.after_at.as_ref().map(|at| at.line).unwrap()).collect();
    assert_eq!(places, [line("  coreweave-h100:"), line("vendor-cap")]);
}

/// With 200 the deal is signed: 90 chips at half of 4 are 180, and 20 idle: 200, which saves 160 of 360. With 400 it is not:
/// signed it would cost 400.
fn deal(commit: u32) -> String {
    format!(
        r"polysource: 1
chips: {{ h100: {{ vendor: nvidia }} }}
clouds: {{ aws: {{}} }}
offers: {{ aws-h100: {{ chip: h100, cloud: aws, price: 4, capacity: 100 }} }}
contracts:
  deal: {{ covers: {{ cloud: aws }}, commit: {{ spend: {commit} USD, per: total }}, discount: 50 %, decision: optional }}
workloads:
  chat: {{ kind: inference, demand: 90 req/h, throughput: {{ h100: 1 req/h }} }}
"
    )
}

/// The page that is changed while it is read has the tables of a difference, and calls its sides what it calls them
/// everywhere; it has no options to name.
#[test]
fn the_live_page_calls_the_sides_base_and_now() {
    let settings = SolveSettings { detail: Detail::Plan, ..SolveSettings::default() };
    let [base, now] = [200, 400].map(|commit| solved_with(&deal(commit), &settings));
    let side = |file, plan| Compared { file, plan, written: None };
    let found = diff(side("base", &base), side("now", &now)).unwrap();
    let page = what_if(&now, Some(&found), true);
    for told in ["in the base only", ">spend, base</", ">now</", "<p>Do not sign <code>deal</code>.</p>"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    for other in ["in A", "in B", ">A</", ">B</", "--"] {
        assert!(!page.contains(other), "{other}: {page}");
    }
    // The same plan as text says how to learn what the deal is worth.
    assert!(decision(&now).iter().any(|s| s.contains("was not computed (`--detail full` does).")), "{now:?}");
}

#[test]
fn deals_and_work_that_is_not_done() {
    let folder = Folder::new(&[("a.yaml", &deal(200)), ("b.yaml", &deal(400))]);
    let found = folder.diff(&["a.yaml", "b.yaml"]);
    change(&found.totals[0].cost, 200.0, 360.0);
    let contract = &found.contracts[0];
    assert_eq!((contract.signed.before, contract.signed.after), (Some(true), Some(false)));
    change(&contract.spend, 180.0, 0.0);
    change(&contract.idle, 20.0, 0.0);
    change(&contract.worth, 160.0, -40.0);
    // The chips are the same, and dearer.
    assert!(found.purchases[0].periods.is_empty());
    change(&found.purchases[0].spend, 180.0, 360.0);
    assert!(folder.told(&["a.yaml", "b.yaml"]).contains("in A only"));
    // What one side did not compute is no difference.
    folder.solve(&["a.yaml", "--detail", "plan"], "a.json");
    let found = folder.diff(&["a.json", "a.yaml", "--detailed-exitcode"]);
    assert_eq!(found.differences, 0);
    assert!(found.notes[0].contains("what contracts are worth") && found.notes[0].contains("still served"));

    // 50 chips at 1 and 40 req undone at 2 are 130; 70 and 20 are 110.
    let short = |capacity: u32| {
        format!(
            r"polysource: 1
chips: {{ h100: {{ vendor: nvidia }} }}
clouds: {{ aws: {{}} }}
offers: {{ aws-h100: {{ chip: h100, cloud: aws, price: 1, capacity: {capacity} }} }}
workloads:
  chat: {{ kind: inference, demand: 90 req/h, throughput: {{ h100: 1 req/h }}, unmet: 2 USD/req }}
"
        )
    };
    let folder = Folder::new(&[("a.yaml", &short(50)), ("b.yaml", &short(70))]);
    let found = folder.diff(&["a.yaml", "b.yaml"]);
    change(&found.totals[0].cost, 130.0, 110.0);
    assert_eq!(found.unmet.len(), 1);
    change(&found.unmet[0].work, 40.0, 20.0);
    let capacity = found.limits.iter().find(|l| l.kind == "capacity").unwrap();
    change(&capacity.limit, 50.0, 70.0);
    // A chip more saves 2 - 1 in both.
    change(&capacity.shadow_price, -1.0, -1.0);
}

#[test]
fn rows_of_one_side_have_nothing_on_the_other() {
    let folder = Folder::new(&[("m.yaml", BASE)]);
    folder.solve(&["m.yaml"], "a.json");
    folder.edit("a.json", "b.json", |plan| {
        plan["purchases"].as_array_mut().unwrap().retain(|p| p["offer"] != "cw-h100");
        plan["resilience"].as_array_mut().unwrap().retain(|r| r["lost"]["group"] != "nvidia");
        plan["limits"].as_array_mut().unwrap().clear();
        plan["unmet"] = json!([{ "workload": "chat", "period": "p", "work": 5.0 }]);
        plan["model"]["sha256"] = json!("00");
    });
    let found = folder.diff(&["a.json", "b.json"]);
    assert!(found.totals.is_empty() && found.inputs.is_none() && !found.same_input);
    let gone = &found.purchases[0];
    assert_eq!((gone.offer.as_str(), gone.spend.after), ("cw-h100", None));
    close(gone.spend.change.unwrap(), -144.0);
    close(gone.periods[0].chips.change.unwrap(), -36.0);
    assert_eq!(found.resilience.len(), 1);
    assert_eq!((found.resilience[0].served.after, found.resilience[0].served.change), (None, None));
    assert_eq!((found.limits[0].binding.after, found.limits[0].limit.change), (None, None));
    assert_eq!((found.unmet[0].work.before, found.unmet[0].work.change), (None, Some(5.0)));
    assert!(found.notes[0].contains("may differ in what they hold"), "{:?}", found.notes);
    let told = folder.told(&["a.json", "b.json"]);
    assert!(told.starts_with("B costs the same as A, 198 USD\n"), "{told}");
    assert!(told.contains("Their inputs differ; compare the models to see where."), "{told}");
}

#[test]
fn a_millionth_is_no_difference() {
    let folder = Folder::new(&[("m.yaml", BASE)]);
    folder.solve(&["m.yaml"], "a.json");
    let scaled = |by: f64| {
        move |plan: &mut Value| {
            let total = plan["cost"]["total"].as_f64().unwrap();
            plan["cost"]["total"] = json!(total * (1.0 + by));
        }
    };
    folder.edit("a.json", "near.json", scaled(0.9e-6));
    folder.edit("a.json", "far.json", scaled(1.1e-6));
    assert_eq!(folder.diff(&["a.json", "near.json"]).differences, 0);
    let found = folder.diff(&["a.json", "far.json"]);
    assert_eq!((found.differences, found.totals[0].what), (1, Total::Total));
    let bound = |bound: f64| move |plan: &mut Value| plan["certificate"]["bound"] = json!(bound);
    folder.edit("a.json", "proved.json", bound(198.0));
    folder.edit("far.json", "open.json", bound(197.9));
    folder.edit("far.json", "shut.json", bound(198.0001));
    // The least cost of B may be 197.9, which is less than A's.
    let open = folder.diff(&["proved.json", "open.json"]).notes;
    assert_eq!(open.len(), 2, "{open:?}");
    assert!(open[0].contains("less than their certificates leave open"), "{open:?}");
    assert!(open[1].contains("both are of the same input"), "{open:?}");
    assert_eq!(folder.diff(&["proved.json", "shut.json"]).notes.len(), 1);
    assert!(folder.told(&["a.json", "far.json"]).starts_with("B costs 0.0002178 USD (0.00011 %) more than A\n"));
}

#[test]
fn exit_codes_in_detail() {
    let folder = Folder::new(&[("m.yaml", BASE), ("wrong.yaml", &BASE.replace("price: 4.00", "prize: 4.00"))]);
    let code = |arguments: &[&str]| folder.run(&[&["diff"], arguments].concat()).status.code();
    assert_eq!(code(&["m.yaml", "m.yaml", "--scenario-b", "cheaper"]), Some(0));
    assert_eq!(code(&["m.yaml", "m.yaml", "--scenario-b", "cheaper", "--detailed-exitcode"]), Some(2));
    assert_eq!(code(&["m.yaml", "m.yaml", "--detailed-exitcode"]), Some(0));
    // What was written otherwise is a difference, even if the plan is the same.
    let larger = ["m.yaml", "m.yaml", "--scenario-b", "larger", "--detailed-exitcode"];
    assert_eq!(code(&larger), Some(2));
    assert!(text(&folder.run(&[&["diff"], &larger[..]].concat()).stdout).starts_with("B costs the same as A, 198 USD"));
    // Wrong models, and both at once.
    let out = folder.run(&["diff", "wrong.yaml", "wrong.yaml", "--detailed-exitcode"]);
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(3), ""));
    assert_eq!(text(&out.stderr).matches("did you mean `price`?").count(), 2, "{}", text(&out.stderr));
    let out = folder.run(&["diff", "m.yaml", "m.yaml", "--scenario-b", "cheeper"]);
    assert_eq!(out.status.code(), Some(3));
    assert!(text(&out.stderr).contains("did you mean `cheaper`?"), "{}", text(&out.stderr));
    assert_eq!(code(&["m.yaml", "missing.yaml"]), Some(1));
    assert_eq!(code(&["-", "-"]), Some(2));
    assert_eq!(code(&["m.yaml"]), Some(2));
}

#[test]
fn where_one_has_no_plan() {
    // Trainium may do no more than 54 and H100 10 of 90.
    let folder = Folder::new(&[("m.yaml", BASE)]);
    let sides = ["diff", "m.yaml", "m.yaml", "--scenario-b", "too-small"];
    let out = folder.run(&[&sides[..], &["--detailed-exitcode"]].concat());
    assert_eq!(out.status.code(), Some(4));
    assert_eq!(text(&out.stderr), "error: B (m.yaml with too-small): infeasible, proved\n");
    let told = text(&out.stdout);
    assert!(told.starts_with("B has no plan (infeasible, proved); A costs 198 USD\n"), "{told}");
    assert!(told.contains("offers.cw-h100.capacity"), "{told}");
    let out = folder.run(&[&sides[..], &["--format", "json"]].concat());
    let found: Diff = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((found.a.status, found.b.status, found.b.total), (Status::Optimal, Status::Infeasible, None));
    close(found.totals[0].cost.before.unwrap(), 198.0);
    assert_eq!((found.totals[0].cost.after, found.totals[0].cost.change), (None, None));
    assert!(found.purchases.is_empty() && found.lines.is_empty() && found.limits.is_empty());
    assert_eq!(found.inputs.unwrap()[0].path, "offers.cw-h100.capacity");
    // The same from plans, and where neither has one.
    folder.solve(&["m.yaml", "--scenario", "too-small"], "none.json");
    let out = folder.run(&["diff", "none.json", "m.yaml"]);
    assert_eq!(
        (out.status.code(), text(&out.stderr)),
        (Some(4), "error: A (none.json with too-small): infeasible, proved\n")
    );
    assert!(text(&out.stdout).starts_with("A has no plan (infeasible, proved); B costs 198 USD\n"));
    let out = folder.run(&["diff", "none.json", "none.json"]);
    assert_eq!(out.status.code(), Some(4));
    assert!(text(&out.stdout).starts_with("A has no plan (infeasible, proved), and B has no plan"));
    // What is not certified is not called so.
    folder.solve(&["m.yaml"], "plan.json");
    for (status, code, told) in
        [("unverified", 6, "error: B (x.json): NOT CERTIFIED"), ("limit-reached", 5, "warning: B")]
    {
        folder.edit("plan.json", "x.json", |plan| plan["status"] = json!(status));
        let out = folder.run(&["diff", "plan.json", "x.json"]);
        assert_eq!(out.status.code(), Some(code), "{status}");
        assert!(text(&out.stderr).starts_with(told), "{}", text(&out.stderr));
    }
}

#[test]
fn what_is_neither_a_plan_nor_a_model() {
    let folder = Folder::new(&[("m.yaml", BASE), ("x.csv", "offer,period\n"), ("x.txt", "hello\n"), ("empty", "")]);
    folder.put("list.json", "[1, 2]");
    folder.solve(&["m.yaml"], "plan.json");
    let stress = folder.run(&["stress", "m.yaml", "--format", "json", "-o", "stress.json"]);
    assert!(stress.status.success());
    let plan = fs::read_to_string(folder.0.path().join("plan.json")).unwrap();
    folder.put("cut.json", &plan[..plan.len() / 2]);
    for (file, told) in [
        ("x.csv", "neither a plan nor a model; give what `polysource solve MODEL --format json"),
        ("x.txt", "neither a plan nor a model"),
        ("empty", "neither a plan nor a model"),
        ("list.json", "neither a plan nor a model"),
        ("stress.json", "another output of this program"),
        ("cut.json", "as JSON: EOF"),
    ] {
        let out = folder.run(&["diff", "m.yaml", file]);
        assert_eq!((out.status.code(), text(&out.stdout)), (Some(3), ""), "{file}");
        let stderr = text(&out.stderr);
        assert!(stderr.starts_with(&format!("error: {file} is ")) && stderr.contains(told), "{stderr}");
    }
    for (name, told, change) in [
        ("format", "plan of format 2, and this program reads format 1; write it again", json!({ "format": 2 })),
        ("word", "plan of format \"1\"", json!({ "format": "1" })),
        ("status", "is not a whole plan: unknown variant `best`", json!({ "status": "best" })),
        ("cost", "is not a whole plan: it has no cost", json!({ "cost": null })),
        ("currency", "A is in USD and B in EUR", json!({ "currency": "EUR" })),
    ] {
        folder.edit("plan.json", "x.json", |plan| {
            change.as_object().unwrap().iter().for_each(|(key, value)| plan[key] = value.clone());
        });
        let out = folder.run(&["diff", "plan.json", "x.json", "--detailed-exitcode"]);
        assert_eq!((out.status.code(), text(&out.stdout)), (Some(3), ""), "{name}");
        assert!(text(&out.stderr).contains(told), "{}", text(&out.stderr));
    }
    let out = folder.run(&["diff", "m.yaml", "plan.json", "--scenario-b", "cheaper"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("--scenario-b needs a model, and plan.json is a plan"));
    let out = folder.run(&["diff", "plan.json", "m.yaml", "--set-a", "offers.cw-h100.price=3"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("--set-a needs a model, and plan.json is a plan"));
}

#[test]
fn formats_files_and_standard_input() {
    let folder = Folder::new(&[("m.yaml", BASE)]);
    let sides = ["m.yaml", "m.yaml", "--scenario-b", "cheaper"];
    let json = folder.told(&[&sides[..], &["--format", "json"]].concat());
    let value: Value = serde_json::from_str(&json).unwrap();
    let schema = serde_json::from_slice(&folder.run(&["schema", "diff"]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    // Numbers are numbers.
    assert_eq!(value["format"], json!(1));
    assert!(value["totals"][0]["cost"]["change"].is_f64() && value["limits"][0]["shadow_price"]["after"].is_f64());
    assert_eq!(value["totals"][0]["what"], json!("total"));
    assert_eq!(value["lines"][0]["kind"], json!("spend"));

    let table = folder.told(&[&sides[..], &["--format", "csv"]].concat());
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header, ["part", "item", "of", "what", "before", "after", "change", "before_at", "after_at"]);
    let rows: Vec<Vec<String>> = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
    let row = |names: [&str; 4]| rows.iter().find(|r| r[..4] == names).unwrap_or_else(|| panic!("{names:?}: {table}"));
    let numbers = |names| -> Vec<f64> { row(names)[4..7].iter().map(|x| x.parse().unwrap()).collect() };
    for (names, wanted) in [
        (["totals", "total", "", "cost"], [198.0, 144.0, -54.0]),
        (["lines", "cw-h100", "spend", "cost"], [144.0, 81.0, -63.0]),
        (["assignments", "chat", "aws-trn2", "work"], [54.0, 63.0, 9.0]),
        (["exposure", "amazon", "work by vendor", "share"], [0.6, 0.7, 0.1]),
        (["resilience", "nvidia", "vendor", "served"], [0.6, 0.7, 0.1]),
        (["limits", "cap amazon", "share", "shadow_price"], [-270.0, -180.0, 90.0]),
    ] {
        for (found, wanted) in numbers(names).into_iter().zip(wanted) {
            close(found, wanted);
        }
    }
    let price = row(["inputs", "offers.cw-h100.price", "", "value"]);
    assert_eq!(price[4..], ["4.00", "3.00", "", "m.yaml:6", "m.yaml:15"].map(str::to_owned));

    let written = folder.told(&[&sides[..], &["--format", "json", "-o", "out.json"]].concat());
    assert_eq!(written, "");
    assert_eq!(fs::read_to_string(folder.0.path().join("out.json")).unwrap(), json);
    let mut command = program();
    let out = command.current_dir(folder.0.path()).args(["diff", "-", "m.yaml"]).write_stdin(BASE).output().unwrap();
    assert!(text(&out.stdout).starts_with("no difference"), "{}", text(&out.stderr));
    // A plan as the other side, and as much detail as is asked for.
    folder.solve(&["m.yaml", "--scenario", "cheaper"], "b.json");
    let found = folder.diff(&["m.yaml", "b.json", "--detail", "plan", "--engine", "clarabel", "--time-limit", "60"]);
    assert!(found.inputs.is_none() && found.resilience.is_empty() && found.totals.len() == 2);
    assert!(found.notes[0].contains("diversification premium"), "{:?}", found.notes);
    change(&found.totals[0].cost, 198.0, 144.0);
}

#[test]
fn the_table_of_what_runs_today_is_input() {
    let model = format!("{BASE}baseline: {{ file: today.csv, switching: 1 USD/chip }}\n");
    let table = |chips: u32| format!("offer,workload,chips\naws-trn2,chat,{chips}\n");
    let folder = Folder::new(&[("a/m.yaml", &model), ("b/m.yaml", &model)]);
    folder.put("a/today.csv", &table(10));
    folder.put("b/today.csv", &table(20));
    let found = folder.diff(&["a/m.yaml", "b/m.yaml"]);
    let inputs = found.inputs.unwrap();
    assert_eq!(inputs.len(), 1);
    assert_eq!(inputs[0].path, "baseline.table.1");
    assert_eq!(inputs[0].after.as_deref(), Some("aws-trn2,chat,20"));
    let at = inputs[0].after_at.as_ref().unwrap();
    assert_eq!((Path::new(&at.file), at.line), (Path::new("b/today.csv"), 2));
}

#[test]
fn nothing_of_a_plan_reaches_a_terminal_unseen() {
    let folder = Folder::new(&[("m.yaml", BASE)]);
    folder.solve(&["m.yaml"], "a.json");
    folder.edit("a.json", "b.json", |plan| {
        plan["model"]["name"] = json!("\u{1b}[31mred");
        plan["purchases"][0]["offer"] = json!("=1+1\u{1b}[2J");
    });
    let told = folder.told(&["a.json", "b.json"]);
    assert!(!told.contains('\u{1b}'), "{told}");
    assert!(folder.told(&["a.json", "b.json", "--format", "csv"]).contains("'=1+1"));
}
