//! One limit of a model by itself: the bounds that it moves, and the model in which it alone is moved.

use super::face::BoundShift;
use crate::formulation::{Constraint, Formulation, LimitKey};
use crate::lp::RowId;
use crate::model::{Limit, Model, OfferSet, StandsIn, Task};
use crate::plan::ledger::{Ledger, measure};
use crate::plan::{LimitResult, Schedule};

/// What a limit of a plan is in its program and its model.
pub(super) trait Movable: Sized {
    /// The bounds of the program that it moves; `None` if it stands in coefficients: a share of a
    /// total that varies, or a part of training, which is a part of what the plan does of it.
    fn bounds(self, model: &Model, f: &Formulation) -> Option<BoundShift>;

    /// Whether it is a limit on a sum of squares, whose cone is straight in the root of it.
    fn squared(self, model: &Model) -> bool;

    /// Whether it is relaxed when it falls.
    fn bounds_below(self, model: &Model) -> bool;

    /// Whether it has a price: numbers of suppliers have none.
    fn priced(self, model: &Model) -> bool;

    /// What the limit is a part of, in a plan; 1 for what is no part.
    fn total(self, model: &Model, schedule: &Schedule, ledger: &Ledger) -> f64;

    /// The model in which it alone has another value, and its key there; `None` if it cannot be reported from
    /// others.
    fn at(self, model: &Model, value: f64) -> Option<(Model, LimitKey)>;
}

impl Movable for LimitKey {
    fn bounds(self, model: &Model, f: &Formulation) -> Option<BoundShift> {
        let column = |offer, period| f.capacity_bounds.iter().find(|b| (b.0, b.1) == (offer, period)).map(|b| b.2);
        let row = |wanted: Constraint| {
            let at = f.constraints.iter().position(|c| *c == wanted)?;
            Some(BoundShift::row(RowId(at as u32)))
        };
        match self {
            LimitKey::Policy { limit, group, span } => match model.limits[limit].kind.family().stands_in() {
                StandsIn::Bound => row(Constraint::Limit { limit, group, span }),
                StandsIn::Coefficients | StandsIn::Cone | StandsIn::Count => None,
            },
            LimitKey::Capacity { offer, period } => match column(offer, period) {
                Some(column) => Some(BoundShift::column(column)),
                None => row(Constraint::Capacity { offer, period }),
            },
            LimitKey::Pool { pool, period, power } => row(Constraint::Pool { pool, period, power }),
            LimitKey::Rate { workload, period } => row(Constraint::Rate { workload, period }),
            LimitKey::Commit { contract, bucket } => {
                let mut moved = row(Constraint::Commit { contract, bucket })?;
                // As much as is due can be idle.
                let idle = f.idles.iter().filter(|i| (i.contract, i.bucket) == (contract, bucket));
                moved.columns.extend(idle.map(|i| (i.column, 1.0)));
                Some(moved)
            }
            LimitKey::Survive { requirement, loss } => {
                let mut moved = BoundShift::default();
                for (i, constraint) in f.constraints.iter().enumerate() {
                    match *constraint {
                        Constraint::Served { requirement: r, loss: l, workload, period }
                            if (r, l) == (requirement, loss) =>
                        {
                            let w = &model.workloads[workload];
                            let Task::Inference { .. } = w.task else { return None };
                            moved.rows.insert(RowId(i as u32), w.peak_demand(period) * w.rate_time.1);
                        }
                        _ => {}
                    }
                }
                Some(moved)
            }
            LimitKey::Risk { expected } => row(Constraint::Risk { expected }),
        }
    }

    fn bounds_below(self, model: &Model) -> bool {
        match self {
            LimitKey::Policy { limit, .. } => {
                model.limits[limit].kind.family().parameter().is_some_and(|number| !number.rising)
            }
            LimitKey::Commit { .. } | LimitKey::Survive { .. } => true,
            _ => false,
        }
    }

    fn priced(self, model: &Model) -> bool {
        let LimitKey::Policy { limit, .. } = self else { return true };
        model.limits[limit].kind.family().stands_in() != StandsIn::Count
    }

    fn squared(self, model: &Model) -> bool {
        matches!(self, LimitKey::Policy { limit, .. } if model.limits[limit].kind.family().stands_in() == StandsIn::Cone)
    }

    fn total(self, model: &Model, schedule: &Schedule, ledger: &Ledger) -> f64 {
        let LimitKey::Policy { limit, span, .. } = self else { return 1.0 };
        let Some(ratio) = model.limits[limit].kind.family().ratio() else { return 1.0 };
        let everything = OfferSet::all(model.offers.len());
        let universe = ratio.universe.unwrap_or(&everything);
        let periods = &model.limits[limit].spans[span].periods;
        measure(model, schedule, ledger, universe, ratio.measure, ratio.workloads, periods)
    }

    fn at(self, model: &Model, value: f64) -> Option<(Model, LimitKey)> {
        let mut moved = model.clone();
        let mut key = self;
        match self {
            LimitKey::Policy { limit, group, span } => {
                let parts = apart(&model.limits[limit], group, span, value)?;
                // By itself it is the last of the parts, with one group and one span.
                key = LimitKey::Policy { limit: moved.limits.replace(limit, parts), group: 0, span: 0 };
            }
            LimitKey::Capacity { offer, period } => *moved.offers[offer].capacity.as_mut()?.get_mut(period)? = value,
            LimitKey::Pool { pool, period, power } => {
                let pool = &mut moved.pools[pool];
                let stock = if power { &mut pool.power } else { &mut pool.chips };
                *stock.as_mut()?.get_mut(period)? = value;
            }
            LimitKey::Commit { contract, bucket } => {
                moved.contracts[contract].commit.as_mut()?.buckets.get_mut(bucket)?.amount = value;
            }
            LimitKey::Survive { requirement, loss } => {
                let own = &mut moved.survive[requirement];
                let mut alone = own.clone();
                alone.losses = vec![own.losses.remove(loss)];
                alone.serve = value;
                moved.survive.keep(|_, s| !s.losses.is_empty());
                key = LimitKey::Survive { requirement: moved.survive.push(alone), loss: 0 };
            }
            LimitKey::Risk { expected: true } => moved.risk.expected.as_mut()?.at_most = Some(value),
            LimitKey::Risk { expected: false } => moved.risk.cvar.as_mut()?.term.at_most = Some(value),
            // One number holds in all periods.
            LimitKey::Rate { .. } => return None,
        }
        Some((moved, key))
    }
}

/// A limit without one group in one span, and that one with another value.
fn apart(limit: &Limit, group: usize, span: usize, value: f64) -> Option<Vec<Limit>> {
    let own = vec![limit.spans.get(span)?.clone()];
    let mut elsewhere = limit.clone();
    elsewhere.spans.remove(span);
    let (mut alone, beside) = limit.kind.family().split(group)?;
    alone.family_mut().set(value);
    let beside = beside.map(|kind| Limit { kind, spans: own.clone(), ..limit.clone() });
    let alone = Limit { kind: alone, spans: own, ..limit.clone() };
    let elsewhere = (!elsewhere.spans.is_empty()).then_some(elsewhere);
    Some(elsewhere.into_iter().chain(beside).chain([alone]).collect())
}

/// Whether a limit is a number from 0 to 1.
pub(super) fn is_part(limit: &LimitResult) -> bool {
    limit.unit == "share" || limit.unit == "HHI"
}
