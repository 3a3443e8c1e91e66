//! A solve that nobody wants any more ends, and tells how far it is until then.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use polysource::analysis::explain::infeasibility;
use polysource::analysis::frontier::{Against, FrontierError, FrontierSettings, frontier};
use polysource::engine::{Cancel, EngineChoice, EngineError, Progress, Watch};
use polysource::model::{Dimension, Measure, load};
use polysource::{Detail, SolveSettings, Study, solve};

use crate::common::{example, example_input, model};

fn cancelled_after(steps: usize, settings: SolveSettings) -> (SolveSettings, Arc<AtomicUsize>) {
    let (cancel, count) = (Cancel::new(), Arc::new(AtomicUsize::new(0)));
    let (asked, counted) = (cancel.clone(), Arc::clone(&count));
    let watch = Watch::nobody().cancelled_by(&cancel).telling(move |_| {
        if counted.fetch_add(1, Ordering::Relaxed) + 1 >= steps {
            asked.ask();
        }
    });
    (SolveSettings { watch, ..settings }, count)
}

#[test]
fn each_engine_ends_wherever_it_is_told_to() {
    let model = model(&example("frontier-lab"));
    for &engine in EngineChoice::ALL {
        // Before anything is solved; while the plan is; among the questions beside it.
        for steps in [1, 2, 4, 7] {
            let (settings, count) = cancelled_after(steps, SolveSettings { engine, ..SolveSettings::default() });
            assert_eq!(solve(&model, &settings).unwrap_err(), EngineError::Cancelled, "{engine} after {steps}");
            assert!(count.load(Ordering::Relaxed) >= steps, "{engine} after {steps}");
        }
    }
}

#[test]
fn a_search_for_whole_numbers_ends_between_nodes() {
    let model = model(&example("openai-amazon"));
    let nodes = Arc::new(Mutex::new(Vec::new()));
    let (cancel, seen) = (Cancel::new(), Arc::clone(&nodes));
    let asked = cancel.clone();
    let watch = Watch::nobody().cancelled_by(&cancel).telling(move |step| {
        if let Progress::Node { nodes, best, bound } = step {
            seen.lock().unwrap().push((nodes, best, bound));
            if nodes >= 3 {
                asked.ask();
            }
        }
    });
    let settings = SolveSettings { watch, detail: Detail::Plan, ..SolveSettings::default() };
    assert_eq!(solve(&model, &settings).unwrap_err(), EngineError::Cancelled);
    let nodes = nodes.lock().unwrap();
    assert!(nodes.len() >= 3 && nodes.iter().all(|(_, best, bound)| best.is_none_or(|b| *bound <= b)), "{nodes:?}");
}

#[test]
fn who_only_listens_changes_nothing() {
    let input = example_input("quickstart");
    let model = load(&input).unwrap().model;
    let names = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&names);
    let watch = Watch::nobody().cancelled_by(&Cancel::new()).telling(move |step| {
        if let Progress::Question { name, number, of } = step {
            heard.lock().unwrap().push((name, number, of));
        }
    });
    let plan = solve(&model, &SolveSettings { watch, ..SolveSettings::default() }).unwrap();
    assert_eq!(plan, solve(&model, &SolveSettings::default()).unwrap());
    let names = names.lock().unwrap();
    assert_eq!(names[0], ("plan", 1, 1));
    assert!(names.iter().all(|(_, number, of)| number <= of) && names.len() > 1, "{names:?}");
}

#[test]
fn other_questions_end_too() {
    let infeasible = model(&example("infeasible"));
    let (settings, _) = cancelled_after(2, SolveSettings::default());
    assert_eq!(infeasibility(&infeasible, &settings).unwrap_err(), EngineError::Cancelled);

    let input = example_input("inference-fleet");
    let fleet = load(&input).unwrap().model;
    let (solve, _) = cancelled_after(3, SolveSettings::default());
    let against = Against::Hhi(Dimension::Vendor, Measure::Spend);
    let found = frontier(&input, &FrontierSettings { against, points: 4, solve });
    assert!(matches!(found, Err(FrontierError::Engine(EngineError::Cancelled))), "{:?}", found.err());

    let (settings, _) = cancelled_after(1, SolveSettings::default());
    let mut study = Study::open(&fleet, &settings);
    assert_eq!(study.solve().unwrap_err(), EngineError::Cancelled);
}
