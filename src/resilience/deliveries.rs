//! What stands upstream is lost: deliveries stop, and what is installed stays.
//!
//! For the loss in period s let b be the last period for which there are deliveries, the pipeline's last one. Of the
//! machines of a group (one chip at one place, whatever their terms), H\[t\] chips are held in t. Until recovery there are
//!
//! A\[t\] = min(H\[t\], A\[b\] + (1 - part) x max(0, H\[t\] - H\[b\])), A\[b\] = H\[b\],
//!
//! and once a substitute is ready, in r, the same from r - 1 on with part x (1 - `at_most`). Before the horizon there is
//! what runs today. Recovery brings all that is planned.
//!
//! Time to survive: the hours from the loss on for which buffers and what is there keep every workload whole, if it never
//! recovers (Simchi-Levi et al., Interfaces 45(5), 2015). A buffer is used up in each period by the part of it that the
//! period takes, which is exact where one workload has one.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::situation::{Parts, ServedOf, Situation};
use super::stress::{StressLoss, StressWorkload};
use super::survival::counted;
use crate::engine::EngineError;
use crate::model::{IdVec, Interruption, Machines, OfferSet, Response, Upstream, WorkloadId, held_today};
use crate::plan::Lost;

/// What becomes of deliveries when what stands upstream is lost in the period in which that costs most.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct StressDeliveries {
    /// The period in which it is lost.
    pub lost: String,
    /// The first period for which nothing is delivered; `null` if that is after the horizon.
    pub stops: Option<String>,
    /// The first period for which it delivers again; `null` if that is after the horizon.
    pub back: Option<String>,
    /// Hours from the loss to recovery, within the horizon.
    pub recovery: f64,
    /// Who delivers a part in its place.
    pub substitute: Option<String>,
    /// Chips that are planned and do not come, in each period until recovery.
    pub missing: Vec<MissingChips>,
}

/// Chips that are planned for a period and do not come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct MissingChips {
    /// The period.
    pub period: String,
    /// The chips.
    pub chips: f64,
}

impl Situation<'_> {
    /// What is held of some machines in a period; before the horizon, what runs today. `None` is before.
    fn installed(&self, machines: &Machines, t: Option<usize>) -> f64 {
        match t {
            Some(t) => machines.offers.iter().map(|&o| self.held[o][t]).sum(),
            None => {
                let offers = OfferSet::listed(self.model.offers.len(), machines.offers.iter().copied());
                held_today(self.model, &offers)
            }
        }
    }

    /// The part of each offer's chips that is not there in a period after what stands upstream was lost, if it has not
    /// recovered by then.
    pub(super) fn undelivered(&self, upstream: &Upstream, after: &Interruption, t: usize) -> Parts {
        let mut lost = Parts::filled(self.model.offers.len(), 0.0);
        for machines in upstream.machines.iter().filter(|_| t >= after.stops) {
            let held = |t: Option<usize>| self.installed(machines, t);
            let whole = held(Some(t));
            let there =
                |from: f64, before: f64, now: f64, part: f64| now.min(from + (1.0 - part) * (now - before).max(0.0));
            let last = held(after.stops.checked_sub(1));
            let substitute = after.ready.zip(upstream.substitute.as_ref()).filter(|(ready, _)| t >= *ready);
            let there = match substitute {
                Some((ready, substitute)) => {
                    let until = held(ready.checked_sub(1));
                    let before = there(last, last, until, machines.part);
                    there(before, until, whole, machines.part * (1.0 - substitute.at_most))
                }
                None => there(last, last, whole, machines.part),
            };
            if whole > 0.0 {
                machines.offers.iter().for_each(|&o| lost[o] = (1.0 - there / whole).clamp(0.0, 1.0));
            }
        }
        lost
    }

    /// Chips that are not there in a period.
    fn missing(&self, lost: &Parts, t: usize) -> f64 {
        lost.with_ids().map(|(o, part)| part * self.held[o][t]).sum()
    }

    /// The hours from a loss on for which all that is rerouted is kept whole, if deliveries never come again; `None`
    /// without end, or if they are no less than `least`.
    fn lasts(
        &self,
        upstream: &Upstream,
        response: &Response,
        after: &Interruption,
        least: f64,
    ) -> Result<Option<f64>, EngineError> {
        let periods = &self.model.calendar.periods;
        let mut hours: f64 = (after.lost..after.stops.min(periods.len())).map(|t| periods[t].hours).sum();
        let mut left = 1.0;
        for (t, period) in periods.iter().enumerate().skip(after.stops) {
            if hours >= least {
                return Ok(None);
            }
            let lost = self.undelivered(upstream, after, t);
            if self.takes(&lost, t)
                && let Some(whole) = self.time_to_survive(&lost, response, t)?
            {
                if whole * left < period.hours {
                    return Ok(Some(hours + whole * left));
                }
                left = (left - period.hours / whole).max(0.0);
            }
            hours += period.hours;
        }
        Ok(None)
    }

    /// The smallest fraction of what is asked for that is served in any of some periods, whenever what stands upstream is
    /// lost, and the period.
    pub(super) fn worst_without(
        &self,
        upstream: &Upstream,
        response: &Response,
        periods: std::ops::Range<usize>,
    ) -> Result<(f64, usize), EngineError> {
        let mut worst = (1.0, periods.start);
        for after in &upstream.interruptions {
            for t in (after.stops..after.back.min(self.model.periods())).filter(|t| periods.contains(t)) {
                let lost = self.undelivered(upstream, after, t);
                let served = self.served(&lost, response, t, ServedOf::Asked, false)?.fraction;
                if served < worst.0 {
                    worst = (served, t);
                }
            }
        }
        Ok(worst)
    }

    /// The loss of what stands upstream: what is still served and lost until recovery, at worst, and how long it lasts.
    pub(super) fn deliveries(&self, upstream: &Upstream, response: &Response) -> Result<StressLoss, EngineError> {
        let model = self.model;
        let label = |t: usize| model.calendar.periods[t].label.clone();
        let end = model.periods();
        let mut served: (f64, Option<usize>, Option<String>) = (1.0, None, None);
        let mut workloads: IdVec<WorkloadId, (f64, Option<usize>)> = IdVec::filled(model.workloads.len(), (1.0, None));
        let mut lasts: Option<(f64, usize)> = None;
        let mut worst: Option<Worst> = None;
        for after in &upstream.interruptions {
            let window: Vec<(usize, f64)> =
                (after.stops..after.back.min(end)).map(|t| (t, model.calendar.periods[t].hours)).collect();
            let mut missing = Vec::new();
            for &(t, _) in &window {
                let lost = self.undelivered(upstream, after, t);
                missing.push((t, self.missing(&lost, t)));
                let found = self.served(&lost, response, t, ServedOf::Planned, true)?;
                if found.fraction < served.0 {
                    let counts = found.by_workload.iter().filter(|(w, _)| response.serve[*w]);
                    let decides =
                        counts.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(w, _)| model.workloads[*w].id.clone());
                    served = (found.fraction, Some(t), decides);
                }
                for (w, fraction) in found.by_workload {
                    if fraction < workloads[w].0 {
                        workloads[w] = (fraction, Some(t));
                    }
                }
            }
            let (money, works) = self.lost_by(&|t| self.undelivered(upstream, after, t), &window)?;
            let money = money * model.discount(after.lost);
            let chips: f64 = missing.iter().map(|(_, chips)| chips).sum();
            // What costs nothing is ranked by the chips that are missing.
            if worst.as_ref().is_none_or(|w| money > w.money || money == w.money && chips > w.chips) {
                worst = Some(Worst { money, chips, after: *after, missing, works });
            }
            let least = lasts.map_or(f64::INFINITY, |(least, _)| least);
            if let Some(hours) = self.lasts(upstream, response, after, least)?.filter(|hours| *hours < least) {
                lasts = Some((hours, after.lost));
            }
        }
        let first = worst.as_ref().map_or(0, |w| w.after.lost);
        let rows = workloads.with_ids().map(|(w, &(fraction, t))| StressWorkload {
            workload: model.workloads[w].id.clone(),
            served: fraction,
            period: label(t.unwrap_or(first)),
            lost: worst.iter().flat_map(|w| &w.works).find(|(of, _)| *of == w).map_or(0.0, |(_, x)| *x),
            unit: model.workloads[w].unit.clone(),
        });
        let deliveries = worst.as_ref().map(|w| StressDeliveries {
            lost: label(w.after.lost),
            stops: (w.after.stops < end).then(|| label(w.after.stops)),
            back: (w.after.back < end).then(|| label(w.after.back)),
            recovery: model.calendar.hours(w.after.lost..w.after.back.min(end)),
            substitute: upstream.substitute.as_ref().map(|s| s.to.clone()),
            missing: w.missing.iter().map(|&(t, chips)| MissingChips { period: label(t), chips }).collect(),
        });
        Ok(StressLoss {
            lost: Lost { by: "supply".to_owned(), group: upstream.id.clone() },
            also: Vec::new(),
            fraction: upstream.machines.iter().map(|m| m.part).fold(0.0, f64::max),
            served: served.0,
            period: label(served.1.unwrap_or(first)),
            counts: counted(model, response),
            decides: served.2,
            workloads: rows.collect(),
            loss: worst.as_ref().map_or(0.0, |w| w.money),
            loss_period: label(first),
            exposure: 0.0,
            time_to_survive: lasts.map(|(hours, _)| hours),
            time_to_survive_period: label(lasts.map_or(first, |(_, t)| t)),
            deliveries,
            future: None,
        })
    }
}

/// The loss that costs most.
struct Worst {
    money: f64,
    chips: f64,
    after: Interruption,
    missing: Vec<(usize, f64)>,
    works: Vec<(WorkloadId, f64)>,
}
