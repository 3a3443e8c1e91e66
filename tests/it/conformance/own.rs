//! Engines from outside: a right one is named in the certificate, and one that lies is not believed.

use polysource::engine::{
    Abilities, Engine, EngineChoice, EngineError, Microlp, Outcome, SolveOptions, Status, solve_certified,
};
use polysource::lp::LinearProgram;
use polysource::{SolveSettings, solve};

use crate::common::{costs, example_input, loaded};

/// What an engine does with the answer of microlp.
struct Own(&'static str, fn(&mut Outcome));

impl Engine for Own {
    fn name(&self) -> &'static str {
        self.0
    }

    fn abilities(&self) -> Abilities {
        Microlp.abilities()
    }

    fn solve(&self, lp: &LinearProgram, options: &SolveOptions) -> Result<Outcome, EngineError> {
        let mut outcome = Microlp.solve(lp, options)?;
        (self.1)(&mut outcome);
        Ok(outcome)
    }
}

static RIGHT: Own = Own("right", |_| {});
static FREE: Own = Own("free", |outcome| outcome.primal.iter_mut().flatten().for_each(|x| *x = 0.0));
static DEAR: Own = Own("dear", |outcome| {
    outcome.primal.iter_mut().flatten().for_each(|x| *x *= 1.5);
});
static NO_PLAN: Own = Own("no plan", |outcome| {
    outcome.status = Status::Infeasible;
    outcome.primal = None;
});

#[test]
fn a_right_one_is_named_and_a_wrong_one_is_not_believed() {
    let model = loaded(&example_input("quickstart"));
    let right = solve(&model, &SolveSettings::default()).unwrap().cost.unwrap().total;
    for engine in [&RIGHT, &FREE, &DEAR, &NO_PLAN] {
        let settings = SolveSettings { engine: EngineChoice::own(engine), ..SolveSettings::default() };
        let plan = solve(&model, &settings).unwrap();
        assert!(plan.certificate.verified, "{}", engine.0);
        costs(&plan, right);
        let named = plan.certificate.engine.contains(engine.0);
        assert_eq!(named, engine.0 == "right", "{} in {}", engine.0, plan.certificate.engine);
    }
}

#[test]
fn it_is_a_choice_like_the_others() {
    let (right, free) = (EngineChoice::own(&RIGHT), EngineChoice::own(&FREE));
    assert_eq!(right, EngineChoice::own(&RIGHT));
    assert_ne!(right, free);
    assert_eq!((right.to_string(), format!("{right:?}")), ("right".to_owned(), "Own(right)".to_owned()));
    assert!(right.built_in().is_ok() && !EngineChoice::ALL.contains(&right));
    let mut lp = LinearProgram::new("one");
    lp.add_column("x", "", 2.0, 5.0, 3.0);
    let solved = solve_certified(&lp, right, &SolveOptions::default()).unwrap();
    assert_eq!(solved.x, [2.0]);
}
