//! What the columns of a sweep tell of a plan; how they are written is for [`crate::model::Column`].

use crate::analysis::uncertain::FuturePlans;
use crate::engine::EngineError;
use crate::model::{Column, Dimension, Expression, Model, Quantity, glob};
use crate::plan::Plan;
use crate::resilience::{ServedOf, Situation, Solver, losses, usual_response, whole};

/// The usual columns: cost, shares and concentration of vendors and clouds, chips of each offer,
/// contracts; in full also the premium and what is served when a vendor is lost. Of a model with several futures what
/// knowing them would be worth, the dearest one and the largest regret take the place of the premium.
#[must_use]
pub fn usual(model: &Model, full: bool) -> Vec<Column> {
    let mut all = vec![("cost".to_owned(), Quantity::Cost)];
    if model.uncertainty().is_some() {
        all.push(("evpi".to_owned(), Quantity::Evpi));
        all.push(("worst".to_owned(), Quantity::Worst));
        all.push(("regret".to_owned(), Quantity::Regret));
    } else if full {
        all.push(("premium".to_owned(), Quantity::Premium));
    }
    let spend = || "spend".to_owned();
    for by in [Dimension::Vendor, Dimension::Cloud] {
        let word = by.word().to_owned();
        for (group, _) in model.groups(&by) {
            let quantity = Quantity::Share { by: word.clone(), group: group.clone(), of: spend() };
            all.push((format!("share({word}:{group})"), quantity));
        }
        all.push((format!("hhi({word})"), Quantity::Hhi { by: word, of: spend() }));
    }
    let offers = model.offers.iter().map(|o| (format!("chips({})", o.id), Quantity::Chips(o.id.clone())));
    all.extend(offers);
    all.extend(model.contracts.iter().map(|c| (format!("signed({})", c.id), Quantity::Signed(c.id.clone()))));
    if full {
        for (group, _) in model.groups(&Dimension::Vendor) {
            let quantity = Quantity::Served { by: "vendor".to_owned(), group: Some(group.clone()) };
            all.push((format!("served(vendor:{group})"), quantity));
        }
    }
    all.into_iter().map(|(name, q)| Column { name, expression: Expression::Quantity(q) }).collect()
}

/// The value of a column for a plan; `None` where it has none.
///
/// # Errors
/// As the engine's, which finds what is still served after a loss.
pub fn value(column: &Column, model: &Model, plan: &Plan, solver: &Solver) -> Result<Option<f64>, EngineError> {
    evaluated(column, &|q| quantity(q, model, plan, solver))
}

/// The value of a column for a plan for several futures: of each quantity what is expected of it; of what is still
/// served after a loss, the least in any future.
///
/// # Errors
/// As [`value`].
pub fn value_of_futures(column: &Column, plans: &FuturePlans, solver: &Solver) -> Result<Option<f64>, EngineError> {
    evaluated(column, &|q| {
        let u = plans.together.uncertainty.as_deref();
        match q {
            Quantity::Gap => return Ok(plans.together.certificate.gap),
            Quantity::Evpi => return Ok(u.map(|u| u.evpi)),
            Quantity::Worst => return Ok(u.map(|u| u.worst)),
            Quantity::Regret => return Ok(u.map(|u| u.regret)),
            // What the limits on dependency add is not computed for several futures.
            Quantity::Premium | Quantity::Unrestricted => return Ok(None),
            _ => {}
        }
        let least = matches!(q, Quantity::Served { .. });
        let mut all = if least { f64::INFINITY } else { 0.0 };
        for future in &plans.futures {
            let Some(x) = quantity(q, &future.model, &future.plan, solver)? else { return Ok(None) };
            all = if least { all.min(x) } else { all + future.probability * x };
        }
        Ok(Some(all).filter(|_| !plans.futures.is_empty()))
    })
}

/// What a quantity is.
type Of<'a> = &'a dyn Fn(&Quantity) -> Result<Option<f64>, EngineError>;

fn evaluated(column: &Column, quantity: Of<'_>) -> Result<Option<f64>, EngineError> {
    Ok(expression(&column.expression, quantity)?.filter(|v| v.is_finite()))
}

fn expression(of: &Expression, quantity: Of<'_>) -> Result<Option<f64>, EngineError> {
    let (first, rest, product) = match of {
        Expression::Number(x) => return Ok(Some(*x)),
        Expression::Quantity(q) => return quantity(q),
        Expression::Negative(a) => return Ok(expression(a, quantity)?.map(|x| -x)),
        Expression::Sum(first, rest) => (first, rest, false),
        Expression::Product(first, rest) => (first, rest, true),
    };
    let Some(mut value) = expression(first, quantity)? else { return Ok(None) };
    for (inverse, part) in rest {
        let Some(x) = expression(part, quantity)? else { return Ok(None) };
        match (product, inverse) {
            (false, false) => value += x,
            (false, true) => value -= x,
            (true, false) => value *= x,
            (true, true) => value /= x,
        }
    }
    Ok(Some(value))
}

fn quantity(of: &Quantity, model: &Model, plan: &Plan, solver: &Solver) -> Result<Option<f64>, EngineError> {
    let Some(cost) = &plan.cost else { return Ok(None) };
    let table = |by: &str, of: &str| plan.exposure.iter().find(|e| e.by == by && e.of == of && e.period == "horizon");
    Ok(match of {
        Quantity::Cost => Some(cost.total),
        Quantity::Nominal => Some(cost.nominal),
        Quantity::Unrestricted => cost.unrestricted,
        Quantity::Premium => cost.premium,
        Quantity::ExpectedLoss => plan.risk.as_ref().map(|r| r.expected_loss),
        Quantity::Cvar => plan.risk.as_ref().and_then(|r| r.cvar),
        Quantity::Gap => plan.certificate.gap,
        // Of one future nothing is left to be known.
        Quantity::Evpi | Quantity::Regret => Some(0.0),
        Quantity::Worst => Some(cost.total),
        Quantity::Share { by, group, of } => {
            table(by, of).map(|e| e.groups.iter().find(|g| g.group == *group).map_or(0.0, |g| g.share))
        }
        Quantity::Hhi { by, of } => table(by, of).map(|e| e.hhi),
        Quantity::Effective { by, of } => table(by, of).map(|e| e.effective),
        Quantity::Largest { by, of } => table(by, of).map(|e| e.groups.first().map_or(0.0, |g| g.share)),
        Quantity::Chips(pattern) => {
            let hours = |label: &str| model.calendar.periods.iter().find(|p| p.label == label).map_or(0.0, |p| p.hours);
            let all: f64 = model.calendar.periods.iter().map(|p| p.hours).sum();
            let mine = plan.purchases.iter().filter(|p| glob(pattern, &p.offer));
            Some(mine.map(|p| p.chips * hours(&p.period)).sum::<f64>() / all)
        }
        Quantity::Spend(pattern) => {
            Some(plan.purchases.iter().filter(|p| glob(pattern, &p.offer)).map(|p| p.spend).sum())
        }
        Quantity::Signed(id) => {
            let signed = plan.contracts.iter().any(|c| c.contract == *id && c.signed);
            Some(f64::from(u8::from(signed)))
        }
        Quantity::Idle(id) => Some(plan.contracts.iter().filter(|c| c.contract == *id).map(|c| c.idle).sum()),
        Quantity::Unmet(id) => Some(plan.unmet.iter().filter(|u| u.workload == *id).map(|u| u.work).sum()),
        Quantity::Served { by, group } => served(model, plan, (by, group.as_deref()), solver)?,
    })
}

/// The smallest part still served in any period when a group (or, without one, any group) of a
/// dimension is lost; by the policy's response where it speaks of that loss.
fn served(
    model: &Model,
    plan: &Plan,
    (by, group): (&str, Option<&str>),
    solver: &Solver,
) -> Result<Option<f64>, EngineError> {
    let Ok(situation) = Situation::of_plan(model, plan, solver.clone()) else { return Ok(None) };
    let mut worst = None;
    for loss in losses(model, &Dimension::from_word(by)) {
        if group.is_some_and(|g| g != loss.group) {
            continue;
        }
        let same = |l: &&crate::model::Loss| l.by == loss.by && l.group == loss.group;
        let required = model.survive.iter().find(|s| s.losses.iter().find(same).is_some());
        let (response, periods, of) = match required {
            Some(s) => (s.response.clone(), s.periods.clone(), ServedOf::Asked),
            None => (usual_response(model, Some(by)), model.calendar.all(), ServedOf::Planned),
        };
        let lost = whole(&loss);
        for t in periods {
            let part = situation.served(&lost, &response, t, of, false)?.fraction;
            if worst.is_none_or(|w| part < w) {
                worst = Some(part);
            }
        }
    }
    // Losing what is not there loses nothing.
    Ok(Some(worst.unwrap_or(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SolveSettings, solve};

    fn quickstart() -> Model {
        Model::from_yaml_str(&std::fs::read_to_string("models/quickstart.yaml").unwrap()).unwrap()
    }

    #[test]
    fn quantities_and_expressions_of_a_plan() {
        let model = quickstart();
        let plan = solve(&model, &SolveSettings::default()).unwrap();
        for (text, by_hand) in [
            ("cost", 190.8e6),
            ("premium", 5.52e6),
            ("share(vendor:amazon)", 0.6),
            ("hhi(vendor)", 0.52),
            ("effective(cloud)", 1.0 / 0.52),
            ("largest(vendor:spend)", 0.6),
            // 114.48M USD at 1.20 and 76.32M USD at 4.00, over 4344 hours.
            ("chips(*)", (114.48e6 / 1.2 + 76.32e6 / 4.0) / 4344.0),
            ("spend(aws-*) / 1.2", 95.4e6),
            ("unmet(chat)", 0.0),
            ("relative = premium / (cost - premium)", 5.52 / 185.28),
            ("-2 * (1 - --3)", 4.0),
        ] {
            let column = Column::read(text, &model).unwrap();
            let found = value(&column, &model, &plan, &Solver::default()).unwrap().unwrap();
            assert!((found - by_hand).abs() < 1e-6 * (1.0 + by_hand.abs()), "{text}: {found} is not {by_hand}");
        }
        let column = Column::read("relative = premium / cost", &model).unwrap();
        assert!(column.name == "relative" && column.needs_premium());
        assert_eq!(value(&Column::read("cost / 0", &model).unwrap(), &model, &plan, &Solver::default()).unwrap(), None);
    }
}
