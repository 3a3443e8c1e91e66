//! The model as it is seen at a date, and as it turned out.

use super::super::signed::Signed;
use super::error::{BacktestError, rejected};
use crate::model::{
    Backtest, BacktestPolicy, Edit, Model, Past, PastOf, Rejected, ReplanDate, Task, Term, WorkloadId, load_again,
};

/// A model over the periods that are gone through, and what happened in them.
pub(super) struct Seen<'a> {
    /// What happened.
    pub past: &'a Backtest,
    /// The model as it is written, with all its futures.
    whole: Model,
    /// The same in the base case, over the periods that are gone through.
    certain: Model,
}

impl<'a> Seen<'a> {
    /// Reads the model over the periods that are gone through.
    pub fn of(model: &Model, past: &'a Backtest) -> Result<Self, BacktestError> {
        let mut input = model.input().clone();
        // What happened is known: it is not read again for each date.
        input.overlays.push(("backtest".to_owned(), "backtest:\n".to_owned()));
        input.sets.retain(|set| !set.starts_with("backtest"));
        let wrong = |wrong| rejected("hindsight", "the start", wrong);
        let whole = load_again(&input).map_err(wrong)?;
        input.without_uncertainty = input.future.is_none();
        input.sets.extend(past.horizon.as_ref().map(|h| Edit::set("horizon", h.of(past.calendar.len())).to_string()));
        let certain = load_again(&input).map_err(wrong)?;
        Ok(Seen { past, whole, certain })
    }

    /// The model in the base case, over the periods that are gone through.
    pub fn certain(&self) -> &Model {
        &self.certain
    }

    /// How a period is written.
    pub fn label(&self, period: usize) -> &str {
        &self.past.calendar.periods[period].label
    }

    /// What was demanded of a workload, in the unit in which it is reported; what is written without a history.
    pub fn demand(&self, workload: WorkloadId) -> Vec<f64> {
        let of = PastOf::Demand(workload);
        let known = self.past.past.iter().find(|p| p.of == of).map(|p| p.values.clone());
        known.unwrap_or_else(|| self.as_written(of))
    }

    /// Whether anything that is signed begins in the periods of a date.
    pub fn decides(&self, date: &ReplanDate) -> bool {
        let begins = |t: usize| {
            self.certain.offers().iter().any(|offer| match &offer.term {
                Term::Reserved { ends, .. } => ends.contains_key(&t) && t >= offer.lead,
                Term::Bought(bought) => bought.lives.contains_key(&t),
                _ => false,
            })
        };
        // Contracts are decided by the first plan.
        date.periods.start == 0 || date.periods.clone().any(begins)
    }

    /// The model with all that happened. What was signed is held, and nothing else if it is `settled`.
    pub fn happened(&self, signed: &Signed, settled: bool) -> Result<Model, Rejected> {
        let periods = self.past.calendar.len();
        let values = |past: &Past| past.values.clone();
        self.certain.with(&self.edits(periods, values, signed, if settled { periods } else { 0 }))
    }

    /// The model as it is seen at a date.
    pub fn at(&self, index: usize, policy: &BacktestPolicy, signed: &Signed) -> Result<Model, Rejected> {
        let date = &self.past.dates[index];
        let next = date.periods.end;
        let values = |past: &Past| self.seen(past, date, index, policy);
        let mut edits = self.edits(date.ahead, values, signed, date.periods.start);
        let plans_for_several = matches!(policy, BacktestPolicy::HereAndNow | BacktestPolicy::Regret);
        let Some(uncertainty) = self.whole.uncertainty().filter(|_| plans_for_several && next < date.ahead) else {
            return self.certain.with(&edits);
        };
        // What is not known today is known at the next date.
        let label = &self.past.calendar.periods[next].label;
        let mut known = |of: &str| edits.push(Edit::set(&format!("uncertainty.{of}.known"), label));
        let drawn = usize::from(uncertainty.draws().is_some());
        let (written, _) = uncertainty.factors().split_at(uncertainty.factors().len() - drawn);
        written.iter().for_each(|factor| known(&format!("factors.{}", factor.id)));
        if drawn > 0 {
            known("draws");
        }
        if *policy == BacktestPolicy::Regret {
            edits.push(Edit::set("objective", "{ regret: worst }"));
        }
        self.whole.with(&edits)
    }

    /// What makes a model one of the first so many periods with every series and all that is held; in periods before
    /// `settled` nothing else begins.
    fn edits(&self, periods: usize, values: impl Fn(&Past) -> Vec<f64>, signed: &Signed, settled: usize) -> Vec<Edit> {
        let horizon = self.past.horizon.as_ref().map(|horizon| Edit::set("horizon", horizon.of(periods)));
        let series = self.past.past.iter().map(|past| {
            let unit = self.unit(past.of);
            let list: Vec<String> = values(past).iter().take(periods).map(|value| format!("{value}{unit}")).collect();
            Edit::set(&past.path, format!("[{}]", list.join(", ")))
        });
        horizon.into_iter().chain(series).chain(signed.edits(&self.past.calendar.periods[..periods], settled)).collect()
    }

    /// A series as it is seen at a date: what was, and what is forecast.
    fn seen(&self, past: &Past, date: &ReplanDate, index: usize, policy: &BacktestPolicy) -> Vec<f64> {
        let start = date.periods.start;
        let known = if past.of.known_at_start() { start + 1 } else { start };
        let mut values: Vec<f64> = past.values[..known].to_vec();
        match policy {
            // What was last seen, over and over.
            BacktestPolicy::Replay { from, .. } if matches!(past.of, PastOf::Demand(_)) && start > 0 => {
                let window = &past.values[from[index]..start];
                values.extend((0..date.ahead - known).map(|i| window[i % window.len()]));
            }
            _ => {
                let written = self.as_written(past.of);
                // The level of what was last seen: prices of the date itself are seen.
                let window = date.level.min(known.saturating_sub(1))..known;
                let sum = |of: &[f64]| of[window.clone()].iter().sum::<f64>();
                let (was, as_written) = (sum(&past.values), sum(&written));
                let forecast = |t: usize| {
                    if window.is_empty() {
                        written[t]
                    } else if as_written > 0.0 {
                        written[t] * was / as_written
                    } else {
                        was / window.len() as f64
                    }
                };
                values.extend((known..date.ahead).map(forecast));
            }
        }
        values
    }

    /// A series as the model has it, in the unit in which it is reported.
    fn as_written(&self, of: PastOf) -> Vec<f64> {
        let periods = 0..self.past.calendar.len();
        match of {
            PastOf::Demand(w) => {
                let workload = &self.certain.workloads()[w];
                match &workload.task {
                    Task::Inference { demand, .. } => demand.iter().map(|d| d * workload.rate_time.1).collect(),
                    Task::Training { .. } => vec![0.0; periods.len()],
                }
            }
            PastOf::Price(o) => self.certain.offers()[o].price.clone(),
            // What has no capacity has no level either: it stays as it is.
            PastOf::Capacity(o) => periods
                .map(|t| Some(self.certain.offers()[o].capacity_at(t)).filter(|c| c.is_finite()).unwrap_or(0.0))
                .collect(),
        }
    }

    /// What stands behind a number of a series.
    fn unit(&self, of: PastOf) -> String {
        match of {
            PastOf::Demand(w) => {
                let workload = &self.certain.workloads()[w];
                format!(" {}/{}", workload.unit, workload.rate_time.0)
            }
            PastOf::Price(_) | PastOf::Capacity(_) => String::new(),
        }
    }
}
