//! One limit of a model by itself: its name in a plan, the bounds that it moves, and the model in
//! which it alone is moved.

use std::collections::BTreeMap;

use super::face::Move;
use crate::formulation::{Constraint, Formulation};
use crate::lp::RowId;
use crate::model::{Limit, LimitKind, Model, Task};
use crate::plan::Schedule;
use crate::plan::ledger::{Ledger, measure};

/// A limit as a plan tells it: one group of one entry in one span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum One {
    /// Of the policy; a concentration has no group.
    Limit { limit: usize, group: usize, span: usize },
    /// Of an offer.
    Capacity { offer: usize, period: usize },
    /// Of a pool.
    Pool { pool: usize, period: usize, power: bool },
    /// Of a workload's chips.
    Rate { workload: usize, period: usize },
    /// A part of a commitment.
    Commit { contract: usize, bucket: usize },
    /// What is served after a loss.
    Survive { requirement: usize, loss: usize },
    /// Of the conditional value at risk, or of the expected loss.
    Risk { expected: bool },
}

/// The limits that have a price, by name and unit in the plan. Numbers of suppliers have none.
pub(super) fn all(model: &Model, f: &Formulation) -> BTreeMap<(String, String), One> {
    let label = |t: usize| model.calendar.periods[t].label.as_str();
    let mut all = BTreeMap::new();
    for constraint in &f.constraints {
        let (name, unit, one) = match *constraint {
            Constraint::Capacity { offer, period } => {
                let name = format!("capacity {} {}", model.offers[offer].id, label(period));
                (name, "chip", One::Capacity { offer, period })
            }
            Constraint::Pool { pool, period, power } => {
                let name = format!("pool {} {}", model.pools[pool].id, label(period));
                (name, if power { "kW" } else { "chip" }, One::Pool { pool, period, power })
            }
            Constraint::Rate { workload, period } => {
                let name = format!("rate {} {}", model.workloads[workload].id, label(period));
                (name, "chip", One::Rate { workload, period })
            }
            Constraint::Commit { contract, bucket } => {
                let c = &model.contracts[contract];
                let Some(commit) = &c.commit else { continue };
                let part = if commit.buckets.len() > 1 { format!(" {}", bucket + 1) } else { String::new() };
                let spend = commit.counted_in == crate::model::CommitIn::Spend;
                let unit = if spend { model.currency.as_str() } else { "chip-h" };
                (format!("commit {}{part}", c.id), unit, One::Commit { contract, bucket })
            }
            Constraint::Served { requirement, loss, .. } => {
                let survive = &model.survive[requirement];
                let name = format!("{} {}", survive.name, survive.losses[loss].group);
                (name, "share", One::Survive { requirement, loss })
            }
            Constraint::Risk { expected } => {
                let name = if expected { "expected-loss" } else { "cvar" };
                (name.to_owned(), model.currency.as_str(), One::Risk { expected })
            }
            Constraint::Limit { limit, group, span } => {
                let l = &model.limits[limit];
                let (of, unit, group) = match &l.kind {
                    LimitKind::Budget { .. } => ("", model.currency.as_str(), group),
                    LimitKind::Power { .. } => ("", "kW", group),
                    LimitKind::Ramp { .. } => ("", "chip", group),
                    LimitKind::Share { groups, .. } => (groups[group].name.as_str(), "share", group),
                    LimitKind::Floor { group: own, .. } => (own.name.as_str(), "share", group),
                    LimitKind::Concentration { .. } => ("", "HHI", 0),
                    LimitKind::Suppliers { .. } => continue,
                };
                let parts = [l.name.as_str(), of, &l.spans[span].label];
                let name = parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ");
                (name, unit, One::Limit { limit, group, span })
            }
            _ => continue,
        };
        all.insert((name, unit.to_owned()), one);
    }
    for &(offer, period, _) in &f.capacity_bounds {
        let name = format!("capacity {} {}", model.offers[offer].id, label(period));
        all.insert((name, "chip".to_owned()), One::Capacity { offer, period });
    }
    all
}

impl One {
    /// The bounds of the program that it moves; `None` if it stands in coefficients: a share of a
    /// total that varies, or a part of training, which is a part of what the plan does of it.
    pub fn bounds(self, model: &Model, f: &Formulation) -> Option<Move> {
        let column = |offer, period| f.capacity_bounds.iter().find(|b| (b.0, b.1) == (offer, period)).map(|b| b.2);
        let row = |wanted: Constraint| {
            let at = f.constraints.iter().position(|c| *c == wanted)?;
            Some(Move::row(RowId(at as u32)))
        };
        match self {
            One::Limit { limit, group, span } => match model.limits[limit].kind {
                LimitKind::Budget { .. } | LimitKind::Power { .. } | LimitKind::Ramp { .. } => {
                    row(Constraint::Limit { limit, group, span })
                }
                _ => None,
            },
            One::Capacity { offer, period } => match column(offer, period) {
                Some(column) => Some(Move::column(column)),
                None => row(Constraint::Capacity { offer, period }),
            },
            One::Pool { pool, period, power } => row(Constraint::Pool { pool, period, power }),
            One::Rate { workload, period } => row(Constraint::Rate { workload, period }),
            One::Commit { contract, bucket } => {
                let mut moved = row(Constraint::Commit { contract, bucket })?;
                // As much as is due can be idle.
                let idle = f.idles.iter().filter(|i| (i.contract, i.bucket) == (contract, bucket));
                moved.columns.extend(idle.map(|i| (i.column, 1.0)));
                Some(moved)
            }
            One::Survive { requirement, loss } => {
                let mut moved = Move::default();
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
            One::Risk { expected } => row(Constraint::Risk { expected }),
        }
    }

    /// Whether it is a sum of squared shares, whose cone is straight in the root of it.
    pub fn is_square(self, model: &Model) -> bool {
        matches!(self, One::Limit { limit, .. } if matches!(model.limits[limit].kind, LimitKind::Concentration { .. }))
    }

    /// What the limit is a part of, in a plan; 1 for what is no part.
    pub fn total(self, model: &Model, schedule: &Schedule, ledger: &Ledger) -> f64 {
        let One::Limit { limit, span, .. } = self else { return 1.0 };
        let everything = vec![true; model.offers.len()];
        let (universe, of, workloads) = match &model.limits[limit].kind {
            LimitKind::Share { universe, measure, workloads, .. } => (universe, *measure, workloads),
            LimitKind::Floor { measure, workloads, .. } | LimitKind::Concentration { measure, workloads, .. } => {
                (&everything, *measure, workloads)
            }
            _ => return 1.0,
        };
        let periods = &model.limits[limit].spans[span].periods;
        measure(model, schedule, ledger, universe, of, workloads.as_deref(), periods)
    }

    /// The model in which it alone has another value; `None` if it cannot be told from others.
    pub fn at(self, model: &Model, value: f64) -> Option<Model> {
        let mut moved = model.clone();
        match self {
            One::Limit { limit, group, span } => {
                let parts = apart(&model.limits[limit], group, span, value)?;
                moved.limits.splice(limit..=limit, parts);
            }
            One::Capacity { offer, period } => *moved.offers[offer].capacity.as_mut()?.get_mut(period)? = value,
            One::Pool { pool, period, power } => {
                let pool = &mut moved.pools[pool];
                let stock = if power { &mut pool.power } else { &mut pool.chips };
                *stock.as_mut()?.get_mut(period)? = value;
            }
            One::Commit { contract, bucket } => {
                moved.contracts[contract].commit.as_mut()?.buckets.get_mut(bucket)?.amount = value;
            }
            One::Survive { requirement, loss } => {
                let own = &mut moved.survive[requirement];
                let mut alone = own.clone();
                alone.losses = vec![own.losses.remove(loss)];
                alone.serve = value;
                moved.survive.push(alone);
                moved.survive.retain(|s| !s.losses.is_empty());
            }
            One::Risk { expected: true } => moved.risk.expected.as_mut()?.at_most = Some(value),
            One::Risk { expected: false } => moved.risk.cvar.as_mut()?.term.at_most = Some(value),
            // One number holds in all periods.
            One::Rate { .. } => return None,
        }
        Some(moved)
    }
}

/// A limit without one group in one span, and that one with another value.
fn apart(limit: &Limit, group: usize, span: usize, value: f64) -> Option<Vec<Limit>> {
    let mut alone = limit.clone();
    alone.spans = vec![limit.spans.get(span)?.clone()];
    let mut elsewhere = limit.clone();
    elsewhere.spans.remove(span);
    let mut beside: Option<Limit> = None;
    match &mut alone.kind {
        LimitKind::Share { groups, at_most, .. } => {
            let own = groups.get(group)?.clone();
            let others: Vec<_> =
                groups.iter().enumerate().filter(|(g, _)| *g != group).map(|(_, g)| g.clone()).collect();
            (*groups, *at_most) = (vec![own], value);
            if !others.is_empty() {
                let mut rest = Limit { spans: alone.spans.clone(), ..limit.clone() };
                if let LimitKind::Share { groups, .. } = &mut rest.kind {
                    *groups = others;
                }
                beside = Some(rest);
            }
        }
        LimitKind::Floor { at_least, .. } => *at_least = value,
        LimitKind::Concentration { hhi_at_most, .. } => *hhi_at_most = value,
        LimitKind::Budget { at_most, .. } | LimitKind::Power { at_most, .. } | LimitKind::Ramp { at_most, .. } => {
            *at_most = value;
        }
        LimitKind::Suppliers { .. } => return None,
    }
    let elsewhere = (!elsewhere.spans.is_empty()).then_some(elsewhere);
    Some(elsewhere.into_iter().chain(beside).chain([alone]).collect())
}
