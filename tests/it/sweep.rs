//! Sweeps through the library: every point is what `--set` gives, in any order, on any number of
//! threads.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use polysource::analysis::sweep::{self, Column, PointStatus, Row, SweepPlan, SweepSettings};
use polysource::model::{Family, Input, SweepOverrides, load};
use polysource::{Detail, SolveSettings, solve};

use crate::common::{example_input, generated};

fn family(input: &Input, vary: &[&str], asked: &SweepOverrides) -> Result<Family, String> {
    let vary: Vec<String> = vary.iter().map(|v| (*v).to_owned()).collect();
    Family::read(input, None, &vary, asked).map_err(|e| e.to_string())
}

fn rows(family: &Family, columns: &[&str], threads: usize) -> (SweepPlan, Vec<Row>) {
    let columns = columns.iter().map(|c| Column::read(c, family.model()).unwrap()).collect();
    let plan = sweep::plan(family, columns).unwrap();
    let settings = SweepSettings { solve: SolveSettings::default(), threads };
    let stop = AtomicBool::new(false);
    let rows = sweep::run(family, &plan, &settings, BTreeMap::new(), &stop, &|_| {}).unwrap();
    (plan, rows.into_iter().map(Option::unwrap).collect())
}

#[test]
fn every_point_is_what_settings_give() {
    let input = example_input("quickstart");
    let vary = [
        "offers{vendor: [amazon, nvidia]}.price=*0.5,1.3",
        "policy.limits.vendor-cap.share.at_most=55 %..80 %/2",
        "workloads.chat.demand=*0.5..1/2",
    ];
    let family = family(&input, &vary, &SweepOverrides::default()).unwrap();
    let (plan, rows) = rows(&family, &["cost", "premium", "chips(aws-*)"], 2);
    assert_eq!(rows.len(), 8);
    for row in &rows {
        let (_, sets) = family.settings(&plan.points[row.point]);
        let varied = load(&Input { sets: sets.clone(), ..input.clone() }).unwrap().model;
        let alone = solve(&varied, &SolveSettings::default()).unwrap().cost.unwrap();
        assert_eq!(row.values[0], Some(alone.total), "{sets:?}");
        assert_eq!(row.values[1], alone.premium, "{sets:?}");
        assert_eq!(family.at(&plan.points[row.point]).unwrap().sha256(), varied.sha256());
    }
}

/// A model is known by what it says, also where others were read before it: each list of scenarios reads the text again.
#[test]
fn a_point_with_scenarios_has_the_fingerprint_of_its_settings() {
    let input = example_input("inference-fleet");
    let vary = ["scenario=none,europe-grows,europe-grows+spot-dries-up", "workloads{kind: inference}.demand=*0.5..1/2"];
    let family = family(&input, &vary, &SweepOverrides::default()).unwrap();
    let plan = sweep::plan(&family, Vec::new()).unwrap();
    assert_eq!(plan.points.len(), 6);
    for point in &plan.points {
        let (scenarios, sets) = family.settings(point);
        let varied = load(&Input { sets, scenarios, ..input.clone() }).unwrap().model;
        assert_eq!(family.at(point).unwrap().sha256(), varied.sha256());
    }
}

#[test]
fn one_thread_or_many_give_the_same_bits() {
    let vary = ["offers{cloud: aws}.price=*0.5..1.5/7", "workloads.*.demand=*1"];
    let family_ = family(&example_input("inference-fleet"), &vary[..1], &SweepOverrides::default()).unwrap();
    let columns = ["cost", "premium", "hhi(vendor)", "chips(*)", "served(vendor)"];
    let (_, one) = rows(&family_, &columns, 1);
    for threads in [2, 5] {
        let (_, many) = rows(&family_, &columns, threads);
        let bits = |rows: &[Row]| -> Vec<Vec<Option<u64>>> {
            rows.iter().map(|r| r.values.iter().map(|v| v.map(f64::to_bits)).collect()).collect()
        };
        assert_eq!(bits(&one), bits(&many));
    }
    // A path is not a glob.
    assert!(family(&example_input("inference-fleet"), &vary[1..], &SweepOverrides::default()).is_err());
}

#[test]
fn scenarios_are_points_and_an_infeasible_one_is_a_row() {
    let family = family(&example_input("infeasible"), &["scenario=none,more-amd"], &SweepOverrides::default()).unwrap();
    let (_, rows) = rows(&family, &["cost"], 1);
    assert_eq!((rows[0].status, rows[0].values[0]), (PointStatus::Infeasible, None));
    assert_eq!(rows[1].status, PointStatus::Optimal);
    assert!((rows[1].values[0].unwrap() - 173_600.0).abs() < 1e-3);
}

#[test]
fn a_point_without_a_meaning_is_a_row() {
    let asked = SweepOverrides { samples: Some(40), sampling: Some("plain".to_owned()), ..SweepOverrides::default() };
    let family =
        family(&example_input("quickstart"), &["offers.aws-trainium2.price=*normal(0.5, 0.5)"], &asked).unwrap();
    let (plan, rows) = rows(&family, &["cost"], 2);
    let (wrong, right): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|r| r.status == PointStatus::ModelWrong);
    assert!(!wrong.is_empty() && !right.is_empty());
    assert!(wrong.iter().all(|r| plan.points[r.point][0].unwrap() < 0.0 && r.values == [None]));
    assert!(wrong[0].message.as_ref().unwrap().contains("out-of-range"));
}

#[test]
fn a_tornado_ranks_its_inputs() {
    let vary = [
        "workloads.chat.demand=*0.8..1.2",
        "offers.aws-trainium2.price=*0.8..1.2",
        "workloads.pretraining.throughput.h100=*0.99..1.01",
    ];
    let asked = SweepOverrides { method: Some("tornado".to_owned()), ..SweepOverrides::default() };
    let family = family(&example_input("quickstart"), &vary, &asked).unwrap();
    let (plan, rows) = rows(&family, &["cost"], 2);
    assert!((rows[0].values[0].unwrap() - 190.8e6).abs() < 1.0, "the first point is the model as written");
    let bars = sweep::tornado(&plan, &rows);
    assert_eq!(bars.iter().map(|b| b.axis).collect::<Vec<_>>(), [1, 0, 2]);
    assert!(bars.windows(2).all(|b| b[0].effect >= b[1].effect));
}

#[test]
fn a_sample_is_the_same_for_the_same_seed() {
    let vary = ["workloads.chat.demand=*lognormal(1, 0.3)", "offers.aws-trainium2.price=uniform(1, 2)"];
    let asked = |seed: u64| SweepOverrides {
        samples: Some(20),
        seed: Some(seed),
        correlations: vec![("1".to_owned(), "2".to_owned(), 0.7)],
        ..SweepOverrides::default()
    };
    let points = |seed| {
        sweep::plan(&family(&example_input("quickstart"), &vary, &asked(seed)).unwrap(), Vec::new()).unwrap().points
    };
    assert_eq!(points(3), points(3));
    assert_ne!(points(3), points(4));
}

#[test]
fn what_is_done_is_not_done_again_and_stopping_lets_points_finish() {
    let family =
        family(&example_input("quickstart"), &["offers.aws-trainium2.price=1..3/30"], &SweepOverrides::default())
            .unwrap();
    let plan = sweep::plan(&family, vec![Column::read("cost", family.model()).unwrap()]).unwrap();
    let settings =
        SweepSettings { solve: SolveSettings { detail: Detail::Plan, ..SolveSettings::default() }, threads: 2 };
    let (stop, solved) = (AtomicBool::new(false), AtomicUsize::new(0));
    let count = |_: &Row| {
        if solved.fetch_add(1, Ordering::SeqCst) == 4 {
            stop.store(true, Ordering::SeqCst);
        }
    };
    let first = sweep::run(&family, &plan, &settings, BTreeMap::new(), &stop, &count).unwrap();
    let done: BTreeMap<usize, Row> = first.into_iter().flatten().map(|r| (r.point, r)).collect();
    assert_eq!(done.len(), solved.load(Ordering::SeqCst));
    assert!((5..=7).contains(&done.len()), "{}", done.len());
    let go = AtomicBool::new(false);
    let again = AtomicUsize::new(0);
    let count = |_: &Row| {
        again.fetch_add(1, Ordering::SeqCst);
    };
    let resumed = sweep::run(&family, &plan, &settings, done.clone(), &go, &count).unwrap();
    assert_eq!(again.load(Ordering::SeqCst) + done.len(), 30);
    let whole = sweep::run(&family, &plan, &settings, BTreeMap::new(), &go, &|_| {}).unwrap();
    assert_eq!(resumed, whole);
}

#[test]
fn what_cannot_vary_is_told_before_anything_is_solved() {
    for (vary, told) in [
        ("offers.aws-trainium2.prize=1..2/3", "unknown-key"),
        ("offers.aws-trainium2.price=-1..2/3", "out-of-range"),
        ("offers.aws-trainium3.price=1..2/3", "invalid-path"),
        ("offers.aws-trainium2.lead=*1..2/3", "invalid-path"),
        ("offers.aws-trainium2.chip=*1..2/3", "only a number can be scaled"),
        ("offers.aws-trainium2.price=+1 USD..2 USD/3", "no unit"),
        ("offers{vendr: amazon}.price=1..2/3", "did you mean `vendor`?"),
        ("offers{vendor: amazon, cloud: coreweave}.price=1..2/3", "drop one of the keys"),
        ("scenario=none,tight", "no scenario `tight`"),
        ("policy.limits.vendor-cap.share.at_most=50..60/3", "percentage with its sign"),
    ] {
        let error = family(&example_input("quickstart"), &[vary], &SweepOverrides::default()).unwrap_err();
        assert!(error.contains(told), "{vary}: {error}");
    }
}

/// A program of more than 2500 columns, so that points start from one another.
fn large() -> Input {
    let size = generated::Size { name: "large", offers: 24, workloads: 8, periods: 24 };
    Input { name: "large".to_owned(), text: generated::yaml(size), ..Input::default() }
}

fn bits(rows: &[Row]) -> Vec<(PointStatus, Vec<Option<u64>>)> {
    rows.iter().map(|r| (r.status, r.values.iter().map(|v| v.map(f64::to_bits)).collect())).collect()
}

/// What may vary in the large model: costs, bounds, both with coefficients (a price counts in the shares
/// of the spend), a limit, two things at once, and random values.
const VARIED: [&[&str]; 5] = [
    &["offers.offer9.price=*0.4..1.6/21"],
    &["offers{vendor: amazon}.capacity=*0.2..1.5/21"],
    &["workloads{kind: inference}.demand=*0.6..1.4/21"],
    &["offers{vendor: nvidia}.price=*0.7..1.3/3", "offers{vendor: amd}.capacity=*0.5..1.5/7"],
    &["offers{vendor: google}.price=*normal(1, 0.2)", "workloads{kind: inference}.demand=*uniform(0.8, 1.2)"],
];

fn asked(vary: &[&str]) -> SweepOverrides {
    if vary[0].contains("normal") {
        SweepOverrides { samples: Some(21), ..SweepOverrides::default() }
    } else {
        SweepOverrides::default()
    }
}

#[test]
fn points_that_start_from_others_are_what_settings_give() {
    let input = large();
    for vary in VARIED {
        let family = family(&input, vary, &asked(vary)).unwrap();
        let (plan, rows) = rows(&family, &["cost", "share(vendor:amazon)"], 2);
        for row in rows.iter().step_by(3) {
            let (_, sets) = family.settings(&plan.points[row.point]);
            let varied = load(&Input { sets: sets.clone(), ..input.clone() }).unwrap().model;
            let alone = solve(&varied, &SolveSettings { detail: Detail::Plan, ..SolveSettings::default() }).unwrap();
            let status: PointStatus = alone.status.into();
            assert_eq!(row.status, status, "{sets:?}");
            if let (Some(cost), Some(alone)) = (row.values[0], &alone.cost) {
                let apart = (cost - alone.total).abs() / alone.total;
                assert!(apart < 1e-6, "{sets:?}: {cost} and {}", alone.total);
            }
        }
    }
}

/// A sweep that was interrupted goes on as if it had not been, whichever points it had.
#[test]
fn what_was_there_before_changes_no_bit() {
    let input = large();
    for vary in [VARIED[0], VARIED[1], VARIED[4]] {
        let family = family(&input, vary, &asked(vary)).unwrap();
        let (plan, whole) = rows(&family, &["cost", "chips(*)"], 1);
        let (_, many) = rows(&family, &["cost", "chips(*)"], 3);
        assert_eq!(bits(&whole), bits(&many));
        for pick in [2, 3, 5] {
            let done: BTreeMap<usize, Row> =
                whole.iter().filter(|r| r.point * 7 % pick != 0).map(|r| (r.point, r.clone())).collect();
            let (stop, solved) = (AtomicBool::new(false), AtomicUsize::new(0));
            let count = |_: &Row| {
                solved.fetch_add(1, Ordering::Relaxed);
            };
            let settings = SweepSettings { solve: SolveSettings::default(), threads: 2 };
            let missing = whole.len() - done.len();
            let again = sweep::run(&family, &plan, &settings, done, &stop, &count).unwrap();
            let again: Vec<Row> = again.into_iter().map(Option::unwrap).collect();
            assert_eq!(bits(&again), bits(&whole), "{vary:?}");
            // What was there is not told again.
            assert_eq!(solved.into_inner(), missing);
        }
    }
}
