//! `polysource import solution`: what other solvers found for the exported program is certified or refused.
//!
//! The solutions of HiGHS, CLP and CBC in `tests/fixtures/solutions` are as these wrote them, but for the basis.

use std::fs;

use polysource::analysis::solved_program;
use polysource::model::{Input, Model, load};
use polysource::{Detail, SolveSettings, solve};
use serde_json::Value;

use crate::common::{QUICKSTART, at, program, read, run, text};

const FOLDER: &str = "tests/fixtures/solutions";

fn fixture(name: &str) -> String {
    read(&format!("{FOLDER}/{name}"))
}

/// The plan that a solution is, with the exit code.
#[track_caller]
fn imported(model: &str, solution: &str, more: &[&str]) -> (i32, Value) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.sol");
    fs::write(&path, solution).unwrap();
    let out = run(&[&["import", "solution", model, path.to_str().unwrap(), "--format", "json"], more].concat());
    let plan = serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", text(&out.stderr)));
    (out.status.code().unwrap(), plan)
}

/// The notes of a plan that is not certified.
#[track_caller]
fn refused(model: &str, solution: &str, more: &[&str]) -> Vec<String> {
    let (code, plan) = imported(model, solution, more);
    assert_eq!((code, plan["status"].as_str()), (6, Some("unverified")));
    assert_eq!(plan["certificate"]["verified"], false);
    plan["notes"].as_array().unwrap().iter().map(|n| n.as_str().unwrap().to_owned()).collect()
}

fn near(a: f64, b: f64, part: f64) -> bool {
    (a - b).abs() <= part * b.abs()
}

/// By hand in the model's comments: 190.8M USD, and the share's price.
#[test]
fn the_optimum_of_others_is_the_plan_of_solve() {
    let out = run(&["solve", QUICKSTART, "--detail", "plan", "--format", "json"]);
    let solved: Value = serde_json::from_slice(&out.stdout).unwrap();
    for (file, engine, digits) in [
        ("quickstart.highs.sol", "HiGHS (imported)", 1e-12),
        // CLP writes eight digits.
        ("quickstart.clp.sol", "CLP (imported)", 5e-8),
        ("quickstart.lp.clp.sol", "CLP (imported)", 5e-8),
    ] {
        let (code, plan) = imported(QUICKSTART, &fixture(file), &[]);
        assert_eq!((code, plan["status"].as_str()), (0, Some("optimal")), "{file}");
        assert_eq!(plan["certificate"]["engine"], engine);
        let cost = plan["cost"]["total"].as_f64().unwrap();
        assert!(near(cost, 190.8e6, digits), "{file}: {cost}");
        let price = plan["limits"][0]["shadow_price"].as_f64().unwrap();
        assert!(near(price, -119.25e6, 10.0 * digits), "{file}: {price}");
        assert_eq!(plan["notes"], serde_json::json!([]));
        assert_eq!(plan["model"], solved["model"]);
        for table in ["purchases", "assignments"] {
            let (a, b) = (plan[table].as_array().unwrap(), solved[table].as_array().unwrap());
            assert_eq!(a.len(), b.len());
            for (a, b) in a.iter().zip(b) {
                assert_eq!((&a["offer"], &a["period"]), (&b["offer"], &b["period"]));
                assert!(near(a["chips"].as_f64().unwrap(), b["chips"].as_f64().unwrap(), digits), "{a} {b}");
            }
        }
    }
}

/// The HiGHS file as lines with a name, its value and its dual.
fn table(separator: &str, quote: &str) -> String {
    let file = fixture("quickstart.highs.sol");
    let lines = |section: &str| -> Vec<(String, String)> {
        let (_, rest) = file.split_once(section).unwrap();
        let named = rest.lines().filter(|l| l.contains('['));
        named.map(|l| l.split_once(' ').unwrap()).map(|(a, b)| (a.to_owned(), b.to_owned())).take(19).collect()
    };
    let (primal, dual) = (lines("# Primal"), lines("# Dual"));
    let mut text = ["name", "value", "dual\n"].join(separator);
    for ((name, value), (_, dual)) in primal.iter().zip(&dual) {
        text.push_str(&[&format!("{quote}{name}{quote}"), value.as_str(), dual.as_str()].join(separator));
        text.push('\n');
    }
    text
}

#[test]
fn tables_are_read_however_they_are_separated() {
    for (separator, quote) in [(",", "\""), (",", ""), (" , ", "\""), (";", ""), ("\t", ""), ("   ", ""), (" ", "\"")] {
        let text = format!("# by hand\n\n{}", table(separator, quote));
        let (code, plan) = imported(QUICKSTART, &text, &[]);
        assert_eq!(code, 0, "{text}");
        assert_eq!(plan["certificate"]["engine"], "unnamed (imported)");
        assert!(near(plan["cost"]["total"].as_f64().unwrap(), 190.8e6, 1e-12));
    }
    // In another order, with other line ends, and with the other sign of duals.
    let text = table(",", "");
    let (head, lines) = text.split_once('\n').unwrap();
    let backwards: Vec<&str> = lines.lines().rev().collect();
    assert_eq!(imported(QUICKSTART, &format!("{head}\r\n{}", backwards.join("\r\n")), &[]).0, 0);
    let other = |line: &str| {
        let (start, dual) = line.rsplit_once(',').unwrap();
        format!("{start},{}", -dual.parse::<f64>().unwrap())
    };
    let other: Vec<String> = lines.lines().map(other).collect();
    let (code, plan) = imported(QUICKSTART, &other.join("\n"), &[]);
    assert_eq!(code, 0);
    assert!(near(plan["limits"][0]["shadow_price"].as_f64().unwrap(), -119.25e6, 1e-9));
}

/// A row and a column are called `moved[chat,a]`. 20 x 72 + 40 x 24 for the chips of the day, and 30 of the 50 chips of
/// today move at 10 each.
#[test]
fn a_row_that_is_called_as_a_column_is() {
    let (code, plan) = imported(&format!("{FOLDER}/moved.yaml"), &fixture("moved.clp.sol"), &[]);
    assert_eq!((code, plan["cost"]["total"].as_f64()), (0, Some(2700.0)));
    assert_eq!((&plan["moves"][0]["chips"], &plan["moves"][0]["cost"]), (&Value::from(20.0), &Value::from(300.0)));
}

#[test]
fn standard_input_and_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.json");
    let arguments = ["import", "solution", QUICKSTART, "-", "--format", "json", "-o", plan.to_str().unwrap()];
    let out = program().args(arguments).write_stdin(fixture("quickstart.highs.sol")).output().unwrap();
    assert_eq!((out.status.code(), text(&out.stdout), text(&out.stderr)), (Some(0), "", ""));
    let written: Value = serde_json::from_str(&fs::read_to_string(&plan).unwrap()).unwrap();
    assert_eq!(written["status"], "optimal");
    let out = run(&["import", "solution", "-", "-"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).starts_with("error: standard input can be only one of the model, its overlays and the"));
}

/// 100 H100 fewer in Q1 leave 240k tok/s of 6M undone: 240k / (1 + 6M + 5.76M) = 2.0 %.
#[test]
fn a_tampered_value_is_refused_by_the_row_it_breaks() {
    let wrong = "run[chat,coreweave-h100,2026-Q1] 2400";
    let text = fixture("quickstart.highs.sol").replacen("run[chat,coreweave-h100,2026-Q1] 2500", wrong, 1);
    let notes = refused(QUICKSTART, &text, &[]);
    let row =
        "the solution does not keep row `demand[chat,2026-Q1]`: by 2.400e5, 2.0e-2 of its size where 1e-6 is allowed";
    assert!(notes.contains(&row.to_owned()), "{notes:?}");
    assert_eq!(notes.last().unwrap(), "the solution does not keep all requirements");
    // A bound: a chip less than none, held and used.
    let wrong = "run[chat,aws-trainium2,2026-Q1] -1";
    let text = fixture("quickstart.highs.sol").replacen("run[chat,aws-trainium2,2026-Q1] 0", wrong, 1).replacen(
        "rent[aws-trainium2,2026-Q1] 0",
        "rent[aws-trainium2,2026-Q1] -1",
        1,
    );
    let notes = refused(QUICKSTART, &text, &[]);
    let bound = "the solution does not keep the bounds of column `run[chat,aws-trainium2,2026-Q1]`: by 1.000e0, 5.0e-1";
    assert!(notes.iter().any(|n| n.starts_with(bound)), "{notes:?}");
    // Chips that nobody uses are held beside a share of the spend: what is rented is used.
    let text = fixture("quickstart.highs.sol").replacen("2026-Q2] 6263.736263736264", "2026-Q2] 7263.736263736264", 1);
    let notes = refused(QUICKSTART, &text, &[]);
    assert!(notes.iter().any(|n| n.contains("coreweave-h100 in 2026-Q2: what is rented is used")), "{notes:?}");
    // Feasible, but dearer: 1000 chips of training on H100 at 4 instead of on 1000 / 0.6 of Trainium at 1.20, which is
    // 2 more for each hour of 2184.
    let text = fixture("quickstart.highs.sol")
        .replacen("rent[coreweave-h100,2026-Q2] 6263.736263736264", "rent[coreweave-h100,2026-Q2] 7263.736263736264", 1)
        .replacen("coreweave-h100,2026-Q2] 1263.736263736264", "coreweave-h100,2026-Q2] 2263.736263736264", 1)
        .replace("43681.31868131868", "42014.65201465201");
    let (code, plan) = imported(QUICKSTART, &text, &[]);
    assert_eq!(code, 6);
    assert!(near(plan["cost"]["total"].as_f64().unwrap(), 190.8e6 + 4.368e6, 1e-12));
    assert!(near(plan["certificate"]["bound"].as_f64().unwrap(), 190.8e6, 1e-9), "{}", plan["certificate"]);
    assert_eq!(
        plan["notes"],
        serde_json::json!([
            "the duals in the file prove no more than that every plan costs 1.908000e8: a gap of 2.2e-2"
        ])
    );
}

/// With 2.4 instead of 2.5 for the 60M h100-h the bound is 6M lower.
#[test]
fn a_tampered_dual_is_refused_by_the_gap_it_leaves() {
    let text = fixture("quickstart.highs.sol").replacen("work[pretraining] 2.5", "work[pretraining] 2.4", 1);
    let (code, plan) = imported(QUICKSTART, &text, &[]);
    assert_eq!((code, plan["status"].as_str()), (6, Some("unverified")));
    assert!(near(plan["certificate"]["bound"].as_f64().unwrap(), 184.8e6, 1e-9), "{}", plan["certificate"]);
    assert_eq!(
        plan["notes"],
        serde_json::json!([
            "the duals in the file prove no more than that every plan costs 1.848000e8: a gap of 3.1e-2"
        ])
    );
}

/// A solution is of the model it was made for: with a dearer offer the same point is feasible, and not proved.
#[test]
fn the_solution_of_another_price_is_refused() {
    let notes = refused(QUICKSTART, &fixture("quickstart.highs.sol"), &["--set", "workloads.chat.peak=1.6"]);
    assert!(notes.iter().any(|n| n.starts_with("the solution does not keep row `demand[chat,")), "{notes:?}");
    let (code, plan) = imported(
        QUICKSTART,
        &fixture("quickstart.highs.sol"),
        &["--set", "policy.limits.vendor-cap.share.at_most=61 %"],
    );
    assert_eq!((code, plan["status"].as_str()), (6, Some("unverified")));
    assert!(plan["certificate"]["gap"].as_f64().unwrap() > 1e-3, "{}", plan["certificate"]);
}

#[test]
fn without_duals_the_gap_is_not_known() {
    let file = fixture("quickstart.highs.sol");
    let primal = file.split_once("# Dual").unwrap().0;
    let told = "the file has no duals of rows, so that nothing is known of how much cheaper another plan could be";
    let (code, plan) = imported(QUICKSTART, primal, &[]);
    assert_eq!((code, plan["status"].as_str()), (6, Some("unverified")));
    assert_eq!(plan["certificate"]["bound"], Value::Null);
    assert_eq!(plan["certificate"]["gap"], Value::Null);
    assert!(near(plan["cost"]["total"].as_f64().unwrap(), 190.8e6, 1e-12));
    assert_eq!(plan["notes"], serde_json::json!([told]));
    // Columns alone, as CLP writes them unasked, and zeros left out.
    let file = fixture("quickstart.clp.sol");
    let head = file.lines().next().unwrap();
    let rent: Vec<&str> = file.lines().filter(|l| l.contains("rent[") || l.contains("run[")).collect();
    let rent: Vec<&str> = rent.into_iter().filter(|l| l.split_whitespace().nth(2) != Some("0")).collect();
    assert_eq!(rent.len(), 7);
    let notes = refused(QUICKSTART, &format!("{head}\n{}\n", rent.join("\n")), &[]);
    assert_eq!(notes[0], "3 of 10 columns are not in the file: they count as 0");
    assert_eq!(notes[1], format!("{told} (CLP writes duals with `-printingOptions all`)"));
    let out = run(&["import", "solution", QUICKSTART, &format!("{FOLDER}/none.sol")]);
    assert_eq!(out.status.code(), Some(1));
}

/// 60 chips in blocks of 8 are 64, at 3 each. HiGHS writes no duals of whole columns.
#[test]
fn whole_numbers_are_reported_without_a_gap() {
    let model = format!("{FOLDER}/whole.yaml");
    let (code, plan) = imported(&model, &fixture("whole.highs.sol"), &[]);
    assert_eq!((code, plan["cost"]["total"].as_f64()), (6, Some(192.0)));
    assert_eq!(plan["certificate"]["gap"], Value::Null);
    let notes = refused(&model, &fixture("whole.highs.sol"), &[]);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].starts_with("the file has no duals of rows"));
    // With the duals of the relaxation, 60 at 3 each, the bound is 180: a gap of 12 / 193.
    let dual = "# Dual solution values\nFeasible\n# Rows 2\nuse[a,steady] -3\ndemand[chat,steady] 3\n";
    let text = fixture("whole.highs.sol");
    let relaxed = format!("{}{dual}", text.split_once("# Dual").unwrap().0);
    let (code, plan) = imported(&model, &relaxed, &[]);
    assert_eq!((code, &plan["certificate"]["bound"]), (6, &Value::from(180.0)), "{}", plan["certificate"]);
    let (code, plan) = imported(&model, &relaxed, &["--gap", "7%"]);
    assert_eq!((code, plan["status"].as_str()), (0, Some("optimal")));
    assert!(near(plan["certificate"]["gap"].as_f64().unwrap(), 12.0 / 193.0, 1e-12));
    assert_eq!(plan["certificate"]["bound_by"], "certificate");
    assert_eq!(plan["notes"], serde_json::json!(["1 of 3 rows have no dual in the file: it counts as 0"]));
    // A part of a block.
    let notes = refused(&model, &fixture("whole.highs.sol").replacen(" 8\n", " 7.5\n", 1), &[]);
    let whole = "the solution does not keep that column `blocks[a,steady]` is whole: by 5.000e-1";
    let rows = "the solution does not keep row `blocks[a,steady]`";
    assert!(notes.iter().any(|n| n.starts_with(whole) || n.starts_with(rows)), "{notes:?}");
}

/// The column that carries the constant of the objective is in the file and not in the model: it is no plan's business, but
/// has to be what it is fixed at. 1M of fee and 21,600 of chips.
#[test]
fn the_column_of_the_constant_is_known() {
    let model = format!("{FOLDER}/fee.yaml");
    for (file, engine) in
        [("fee.highs.sol", "HiGHS (imported)"), ("fee.cbc.sol", "CLP (imported)"), ("fee.lp.cbc.sol", "CLP (imported)")]
    {
        let (code, plan) = imported(&model, &fixture(file), &[]);
        assert_eq!((code, plan["status"].as_str()), (0, Some("optimal")), "{file}");
        assert_eq!(
            (plan["cost"]["total"].as_f64(), &plan["certificate"]["engine"]),
            (Some(1_021_600.0), &engine.into())
        );
        assert_eq!(plan["notes"], serde_json::json!([]), "{file}");
    }
    // As a table, with it and as it was before there was one.
    let table = "rent[a,2026-Q1] 10\nrun[w,a,2026-Q1] 10\nidle[k] 0\n";
    let rows = "use[a,2026-Q1] 0 -2160\ndemand[w,2026-Q1] 10 2160\ncommit[k] 21600 0\n";
    for constant in ["", "constant 1 1000000\n", "constant 1.0000000001\n"] {
        let (code, plan) = imported(&model, &format!("{table}{constant}{rows}"), &[]);
        assert_eq!((code, plan["cost"]["total"].as_f64()), (0, Some(1_021_600.0)), "{constant}: {}", plan["notes"]);
    }
    // Where it is not 1, or the program has none, the file is of another program.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.sol");
    for (model, text, told) in [
        (
            model.as_str(),
            format!("{table}constant 0.5\n"),
            "`constant` is 0.5, and is fixed at 1 in the exported program",
        ),
        (
            model.as_str(),
            format!("{table}constant 1\nconstant 1\n"),
            "the column `constant` is defined twice in this file",
        ),
        (QUICKSTART, "constant 1\nrent[aws-trainium2,2026-Q1] 0\n".to_owned(), "no column or row `constant`"),
    ] {
        fs::write(&path, text).unwrap();
        let out = run(&["import", "solution", model, path.to_str().unwrap()]);
        assert_eq!((out.status.code(), out.stdout.len()), (Some(3), 0));
        assert!(self::text(&out.stderr).contains(told), "{}", self::text(&out.stderr));
    }
}

/// What is solved here, told as another solver would in both kinds of names, is certified; also where the program has
/// cuts that its solution needed.
#[test]
fn what_is_solved_here_is_read_back() {
    let cone = "polysource: 1
chips: { a: { vendor: nvidia }, b: { vendor: amd }, c: { vendor: google } }
clouds: { aws: {} }
offers:
  oa: { chip: a, cloud: aws, price: 1 }
  ob: { chip: b, cloud: aws, price: 1.5 }
  oc: { chip: c, cloud: aws, price: 2 }
workloads: { chat: { kind: inference, demand: 60 req/h, throughput: { a: 1 req/h, b: 1 req/h, c: 1 req/h } } }
policy: { limits: [ { concentration: { by: vendor, of: spend, hhi_at_most: 0.5 } } ] }
";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cone.yaml");
    fs::write(&path, cone).unwrap();
    for model in [path.to_str().unwrap(), QUICKSTART, "models/frontier-lab.yaml"] {
        let text = fs::read_to_string(model).unwrap();
        let input = Input { name: model.to_owned(), text, folder: Some("models".into()), ..Input::default() };
        let model_read: Model = load(&input).unwrap().model;
        let settings = SolveSettings { detail: Detail::Plan, ..SolveSettings::default() };
        let (f, solved) = solved_program(&model_read, &settings).unwrap();
        let cost = solve(&model_read, &settings).unwrap().cost.unwrap().total;
        let mut mps = String::new();
        for (name, x) in f.program().column_names().zip(&solved.x) {
            mps.push_str(&format!("{name} {x}\n"));
        }
        for (name, y) in f.program().row_names().zip(&solved.y) {
            mps.push_str(&format!("{name} 0 {y}\n"));
        }
        // The LP format has other names: `[` and `]` are `(` and `)`, `-` is `~`, `=` is `!`.
        let lp: Vec<String> = mps
            .lines()
            .map(|line| {
                let (name, numbers) = line.split_once(' ').unwrap();
                format!("{} {numbers}", name.replace('[', "(").replace(']', ")").replace('-', "~").replace('=', "!"))
            })
            .collect();
        for text in [mps, lp.join("\n")] {
            let (code, plan) = imported(model, &text, &[]);
            assert_eq!(code, 0, "{model}: {} {}", plan["certificate"], plan["notes"]);
            assert!(near(plan["cost"]["total"].as_f64().unwrap(), cost, 1e-9), "{model}");
        }
    }
}

/// What is told of a solution of the quickstart model on standard error, with exit code 3.
#[track_caller]
fn told(solution: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("x.sol"), solution).unwrap();
    let model = fs::canonicalize(at(QUICKSTART)).unwrap();
    let out = program()
        .current_dir(folder.path())
        .args(["import", "solution", model.to_str().unwrap(), "x.sol"])
        .output()
        .unwrap();
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(3), ""), "{}", text(&out.stderr));
    text(&out.stderr).to_owned()
}

/// The messages and remedies that are told, each with its code and place.
fn messages(told: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for line in told.lines() {
        let bare = line.trim_start();
        if bare.starts_with("error[") {
            all.push(bare.trim_start_matches("error").to_owned());
        } else if let Some(place) = bare.strip_prefix("--> x.sol:") {
            all.last_mut().unwrap().push_str(&format!(" @{place}"));
        } else if let Some(help) = bare.strip_prefix("= help: ") {
            all.last_mut().unwrap().push_str(&format!(" => {help}"));
        }
    }
    all
}

#[test]
fn files_that_are_no_solution() {
    let highs = fixture("quickstart.highs.sol");
    let cut: String = highs.lines().take(12).map(|l| format!("{l}\n")).collect();
    let clp = fixture("quickstart.clp.sol");
    let known = "rent[coreweave-h100,2026-Q1] 2500 0\n";
    let no_table = "this line is no name with its value and perhaps its dual";
    let as_table = "write it as `rent[aws-h100,2026-Q1] 2500 0`, or give the file as HiGHS or CLP wrote it";
    let same = "give the model with the scenarios, settings and overlays that it was exported with";
    let numbers = "write numbers as `2500`, `0.625` or `6.26e3`";
    for (solution, expected) in [
        (String::new(), vec!["[invalid-solution]: the file is empty @1:1 => give the file that the solver wrote".to_owned()]),
        (" \n\n".to_owned(), vec!["[invalid-solution]: the file is empty @1:1 => give the file that the solver wrote".to_owned()]),
        (
            "Columns\n    Index Status\n".to_owned(),
            vec!["[invalid-solution]: this is HiGHS's table for people, whose numbers are rounded @1:1 => let it write the other: `write_solution_style = 0`, which is the default".to_owned()],
        ),
        (
            "<?xml version=\"1.0\"?>\n".to_owned(),
            vec!["[invalid-solution]: this is XML, which is not read @1:1 => write the solution as lines with a name, its value and its dual".to_owned()],
        ),
        (
            "Model status\nInfeasible\n\n# Primal solution values\nNone\n".to_owned(),
            vec!["[invalid-solution]: the file holds no values of columns; its solver says `Infeasible` @1:1 => give the file of a run that found a solution; `polysource explain` says why there is none".to_owned()],
        ),
        (
            cut,
            vec!["[invalid-solution]: this section has 5 lines instead of 10: the file is cut off @7:1 => give the whole file as HiGHS wrote it".to_owned()],
        ),
        (
            highs.replacen("# Columns 10", "# Columns ten", 1),
            vec!["[invalid-solution]: `ten` is no number of lines @7:1 => give the file as HiGHS wrote it".to_owned()],
        ),
        (
            highs.replacen(" 2500\n", "\n", 1),
            vec!["[invalid-solution]: this line is no name with its value @8:1 => give the file as HiGHS wrote it".to_owned()],
        ),
        (
            highs.replacen(" 2500\n", " much\n", 1),
            vec![format!("[wrong-type]: `much` is no number @8:30 => {numbers}")],
        ),
        (
            highs.replacen(" 2500\n", " nan\n", 1),
            vec!["[not-finite]: `nan` is not finite @8:30 => every value of a plan is finite".to_owned()],
        ),
        (
            clp.replacen("-5400", "1e999", 1),
            vec!["[not-finite]: `1e999` is not finite @2:83 => every value of a plan is finite".to_owned()],
        ),
        (
            clp.replacen("      1 use", "      use", 1),
            vec!["[invalid-solution]: this line is no number, name, value and reduced cost @3:1 => give the file as CLP or CBC wrote it with `-solution`".to_owned()],
        ),
        ("c Problem:    q\nj 1 b 2500 0\n".to_owned(), vec![format!("[invalid-solution]: {no_table} @1:1 => {as_table}")]),
        (format!("{known}x\n\"y 1\n"), vec![
            format!("[invalid-solution]: {no_table} @2:1 => {as_table}"),
            format!("[invalid-solution]: {no_table} @3:1 => {as_table}"),
        ]),
        (format!("{known}rent[aws-trainium2,2026-Q1],0,0,7\n"), vec![format!("[invalid-solution]: {no_table} @2:1 => {as_table}")]),
        (format!("{known}rent[aws-trainium2,2026-Q1],0,none\n"), vec![format!("[wrong-type]: `none` is no number @2:31 => {numbers}")]),
        (
            format!("{known}rent[aws-trainium2,2026-Q1] 0\n{known}"),
            vec!["[duplicate-name]: the column `rent[coreweave-h100,2026-Q1]` is defined twice in this file @3:1 => keep one of the two".to_owned()],
        ),
        (
            format!("{known}work[pretraining] 6e7 2.5\nwork[pretraining] 6e7 2.5\n"),
            vec!["[duplicate-name]: the row `work[pretraining]` is defined twice in this file @3:1 => keep one of the two".to_owned()],
        ),
        (
            format!("{known}rent[aws-trainium2,2026-Q3] 0\nstock[x] 1\n"),
            vec![
                "[unknown-column]: the program of this model has no column or row `rent[aws-trainium2,2026-Q3]` @2:1 => did you mean `rent[aws-trainium2,2026-Q1]`?".to_owned(),
                format!("[unknown-column]: the program of this model has no column or row `stock[x]` @3:1 => {same}"),
            ],
        ),
        (
            "x 1\ny 2\n".to_owned(),
            vec![format!("[unknown-column]: none of the 2 names is in the program of this model @1:1 => {same}")],
        ),
        (
            "work[pretraining] 6e7 2.5\n".to_owned(),
            vec!["[invalid-solution]: the file holds no value of any column @1:1 => give the file of a run that found a solution".to_owned()],
        ),
    ] {
        assert_eq!(messages(&told(&solution)), expected, "{solution}");
    }
    // Of many names that are not known, five are told.
    let foreign: String = (0..8).map(|i| format!("stock[{i}] 1\n")).collect();
    let told = messages(&told(&format!("{known}{foreign}")));
    assert_eq!(told.len(), 6, "{told:?}");
    assert_eq!(told[5], format!("[unknown-column]: 3 more names are not in the program of this model @7:1 => {same}"));
}

/// The examples of the pages of the codes, in exactly these words. `UPDATE_EXPECT=1` writes them anew.
#[test]
fn the_examples_of_the_pages() {
    for code in ["invalid-solution", "unknown-column"] {
        let out = program()
            .current_dir(at("src/diagnostics/examples"))
            .args(["import", "solution", "../../../models/quickstart.yaml", &format!("{code}.sol")])
            .output()
            .unwrap();
        assert_eq!(out.status.code(), Some(3));
        let (told, path) = (text(&out.stderr), format!("src/diagnostics/examples/{code}.txt"));
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, told).unwrap();
        }
        assert_eq!(told, fs::read_to_string(&path).unwrap());
        let page = run(&["explain", code]);
        assert!(text(&page.stdout).contains(", with this in a solution:"), "{}", text(&page.stdout));
    }
}
