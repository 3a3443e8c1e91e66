//! Sessions of large programs, which engines are given condensed: changed, they are solved as from the start.

use polysource::Model;
use polysource::engine::{CertifiedSession, CertifiedStatus, EngineChoice, SolveOptions, solve_certified};
use polysource::formulation::build;
use polysource::lp::{ColumnId, Condensed, LinearProgram, RowId};

use super::runs::same;
use crate::common::generated;

fn large() -> LinearProgram {
    let size = generated::Size { name: "large", offers: 24, workloads: 8, periods: 24 };
    let model = Model::from_yaml_str(&generated::yaml(size)).unwrap();
    build(&model).program().clone()
}

/// What the formulation writes is what condensing looks for: of four offers of one chip and two workloads, eight
/// columns of runs become two, beside four that are rented; with limits that look at neither, and with those that
/// ask for all that is held to be used.
#[test]
fn alike_offers_have_one_column_for_each_workload() {
    let program = |limit: &str| {
        let model = Model::from_yaml_str(&format!(
            "
polysource: 1
chips: {{ gpu: {{ vendor: nvidia }} }}
clouds: {{ aws: {{}}, gcp: {{}} }}
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, capacity: 10 }}
  b: {{ chip: gpu, cloud: aws, price: 2, capacity: 10 }}
  c: {{ chip: gpu, cloud: gcp, price: 3, capacity: 10 }}
  d: {{ chip: gpu, cloud: gcp, price: 4, capacity: 10 }}
workloads:
  chat: {{ kind: inference, demand: 9 req/h, throughput: {{ gpu: 1 req/h }} }}
  code: {{ kind: inference, demand: 8 tok/h, throughput: {{ gpu: 2 tok/h }} }}
policy: {{ limits: [ {limit} ] }}
"
        ));
        build(&model.unwrap_or_else(|e| panic!("{e}"))).program().clone()
    };
    for limit in [
        "",
        "{ budget: { at_most: 1000 USD } }",
        "{ share: { by: cloud, of: chips, at_most: 90 % } }",
        "{ floor: { where: { cloud: gcp }, of: spend, at_least: 10 % } }",
    ] {
        let lp = program(limit);
        assert_eq!(lp.columns().len(), 12, "{limit}");
        let condensed = Condensed::of(&lp).unwrap_or_else(|| panic!("nothing is condensed: {limit}"));
        assert_eq!(condensed.program().columns().len(), 6, "{limit}");
    }
    // A share of the work of each cloud tells the clouds apart: two columns for each workload.
    let lp = program("{ share: { by: cloud, of: work, for: { workload: chat }, at_most: 90 % } }");
    let chat_by_cloud = Condensed::of(&lp).expect("offers of one cloud are alike");
    assert!(chat_by_cloud.program().columns().len() < lp.columns().len());
}

fn column(lp: &LinearProgram, role: &str, skip: usize) -> ColumnId {
    let at = lp.columns().iter().enumerate().filter(|(_, c)| c.role.word() == role && c.upper > 0.0).nth(skip);
    ColumnId(at.unwrap().0 as u32)
}

fn row(lp: &LinearProgram, role: &str, skip: usize) -> RowId {
    let at = lp.rows().iter().enumerate().filter(|(_, r)| r.role.word() == role).nth(skip);
    RowId(at.unwrap().0 as u32)
}

fn is_solved_as_from_the_start(session: &mut CertifiedSession, lp: &LinearProgram, what: &str) -> f64 {
    assert_eq!(session.program(), lp, "{what}");
    let hot = session.solve().unwrap();
    let cold = solve_certified(lp, EngineChoice::Auto, &SolveOptions::default()).unwrap();
    assert_eq!(hot.status, cold.status, "{what}");
    assert!(hot.certificate.verified && cold.certificate.verified, "{what}");
    if hot.status != CertifiedStatus::Optimal {
        return f64::NAN;
    }
    assert_eq!((hot.x.len(), hot.y.len()), (lp.columns().len(), lp.rows().len()), "{what}");
    let costs = (lp.objective(&hot.x), lp.objective(&cold.x));
    assert!(same(costs.0, costs.1), "{what}: {costs:?}");
    costs.0
}

#[test]
fn each_change_of_a_condensed_program_counts() {
    let mut lp = large();
    let small = Condensed::of(&lp).expect("offers that do the same");
    assert!(5 * small.program().columns().len() < 4 * lp.columns().len(), "too little of it is condensed");
    let (rent, run) = (column(&lp, "rent", 30), column(&lp, "run", 100));
    let demand = row(&lp, "demand", 3);
    for &choice in EngineChoice::ALL {
        let mut session = CertifiedSession::open(lp.clone(), choice, &SolveOptions::default()).unwrap();
        let before = is_solved_as_from_the_start(&mut session, &lp, "as it is");
        let start = lp.clone();
        // What is held of two offers at once: the columns are none of those that are one with others.
        let held = [(rent, 1.0), (ColumnId(rent.0 + 1), 1.0)];
        lp.add_row("most", "most", f64::NEG_INFINITY, 1.0, held);
        session.add_row("most", "most", f64::NEG_INFINITY, 1.0, &held);
        let cut = is_solved_as_from_the_start(&mut session, &lp, "a row over what is held");
        // One of the columns that are one with others gets a row of its own: they are not alike any more.
        lp.add_row("none", "none", f64::NEG_INFINITY, 0.0, [(run, 1.0)]);
        session.add_row("none", "none", f64::NEG_INFINITY, 0.0, &[(run, 1.0)]);
        let apart = is_solved_as_from_the_start(&mut session, &lp, "a row over a run");
        lp.set_cost(rent, lp.columns()[rent.0 as usize].cost * 0.2);
        session.set_cost(rent, lp.columns()[rent.0 as usize].cost);
        let cheaper = is_solved_as_from_the_start(&mut session, &lp, "a price");
        let need = lp.rows()[demand.0 as usize].lower;
        lp.set_row_bounds(demand, need * 1.1, need * 1.1);
        session.set_row_bounds(demand, need * 1.1, need * 1.1);
        let more = is_solved_as_from_the_start(&mut session, &lp, "a demand");
        let upper = lp.columns()[run.0 as usize].upper;
        lp.set_bounds(run, 0.0, upper / 2.0);
        session.set_column_bounds(run, 0.0, upper / 2.0);
        is_solved_as_from_the_start(&mut session, &lp, "a bound");
        lp.set_coefficient(demand, run, 0.5);
        session.set_coefficient(demand, run, 0.5);
        is_solved_as_from_the_start(&mut session, &lp, "a coefficient");
        lp.set_row_bounds(demand, need * 1e6, need * 1e6);
        session.set_row_bounds(demand, need * 1e6, need * 1e6);
        assert!(is_solved_as_from_the_start(&mut session, &lp, "more than there is").is_nan());
        session.replace(start.clone());
        let again = is_solved_as_from_the_start(&mut session, &start, "the first one");
        let costs = [before, cut, apart, cheaper, more, again];
        let least = |a: f64, b: f64| a < b || same(a, b);
        assert!(least(before, cut) && least(cut, apart) && least(cheaper, apart), "{costs:?}");
        assert!(cheaper < more && same(again, before), "{costs:?}");
        lp = start;
    }
}

/// Survival of every loss is a copy of the routing for each; HiGHS is given cuts in their place.
#[cfg(feature = "highs")]
mod copies {
    use super::*;
    use polysource::engine::Solved;

    fn surviving(serve: &str) -> LinearProgram {
        let size = generated::Size { name: "large", offers: 24, workloads: 8, periods: 24 };
        let losses = format!(
            "  survive:\n    - {{ loss_of: {{ each: vendor }}, serve: {serve}, for: {{ kind: inference }} }}\n    \
             - {{ loss_of: {{ each: cloud }}, serve: {serve}, surge: 20 % }}\n"
        );
        let model = Model::from_yaml_str(&(generated::yaml(size) + &losses)).unwrap();
        build(&model).program().clone()
    }

    fn solved(lp: &LinearProgram, choice: EngineChoice) -> Solved {
        let solved = solve_certified(lp, choice, &SolveOptions::default()).unwrap();
        assert!(solved.certificate.verified, "{choice}: {:?}", solved.certificate);
        solved
    }

    #[test]
    fn cuts_in_place_of_copies_give_the_same() {
        let lp = surviving("60 %");
        let copies = lp.columns().iter().filter(|c| c.role.is_copy()).count();
        assert!(copies > 2 * lp.columns().len() / 3, "{copies}");
        let (cuts, whole) = (solved(&lp, EngineChoice::Highs), solved(&lp, EngineChoice::Clarabel));
        assert_eq!((cuts.status, whole.status), (CertifiedStatus::Optimal, CertifiedStatus::Optimal));
        let costs = (lp.objective(&cuts.x), lp.objective(&whole.x));
        assert!(same(costs.0, costs.1), "{costs:?}");
        // The multipliers of the copies' rows are there: without them the bound is that of no survival.
        let mut without = cuts.y.clone();
        let asked = |r: &polysource::lp::Row| matches!(r.role.word(), "served" | "surviving");
        lp.rows().iter().zip(&mut without).filter(|(r, _)| asked(r)).for_each(|(_, y)| *y = 0.0);
        let bound = polysource::lp::lower_bound(&lp, &without);
        assert!(bound < 0.999 * cuts.certificate.bound, "{bound} {}", cuts.certificate.bound);
    }

    #[test]
    fn what_nothing_survives_is_proved() {
        let mut lp = surviving("60 %");
        let served = row(&lp, "served", 40);
        lp.set_row_bounds(served, 1e4 * lp.rows()[served.0 as usize].lower, f64::INFINITY);
        let (cuts, whole) = (solved(&lp, EngineChoice::Highs), solved(&lp, EngineChoice::Clarabel));
        assert_eq!((cuts.status, whole.status), (CertifiedStatus::Infeasible, CertifiedStatus::Infeasible));
        let ray = cuts.farkas.unwrap();
        assert!(polysource::lp::verify_farkas(&lp, &ray).proves);
    }
}
