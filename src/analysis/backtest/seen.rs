//! The model as it is seen at a date, and as it turned out.

use std::fmt::Write as _;

use super::error::{BacktestError, rejected};
use super::signed::Signed;
use crate::document::Value;
use crate::model::{
    Backtest, BacktestPolicy, Input, Model, Past, PastOf, Rejected, ReplanDate, Task, Term, WorkloadId, load,
};

/// A model over the periods that are gone through, and what happened in them.
pub(super) struct Seen<'a> {
    /// What happened.
    pub past: &'a Backtest,
    /// The model as it is written, over those periods.
    written: Model,
    /// What it is read from.
    input: Input,
}

impl<'a> Seen<'a> {
    /// Reads the model over the periods that are gone through.
    pub fn of(model: &Model, past: &'a Backtest) -> Result<Self, BacktestError> {
        let mut input = model.input().clone();
        input.overlays.push(("backtest".to_owned(), "backtest:\n".to_owned()));
        input.sets.retain(|set| !set.starts_with("backtest"));
        let mut written = input.clone();
        written.without_uncertainty = written.future.is_none();
        written.sets.extend(past.horizon.as_ref().map(|h| format!("horizon={}", h.of(past.calendar.len()))));
        let written = load(&written).map_err(|wrong| rejected("hindsight", "the start", wrong))?.model;
        Ok(Seen { past, written, input })
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
            self.written.offers().iter().any(|offer| match &offer.term {
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
        let mut input = Input { without_uncertainty: self.input.future.is_none(), ..self.input.clone() };
        let values = |past: &Past| past.values.clone();
        self.set(&mut input, periods, values, signed, settled.then_some(periods));
        load(&input).map(|loaded| loaded.model)
    }

    /// The model as it is seen at a date.
    pub fn at(&self, index: usize, policy: &BacktestPolicy, signed: &Signed) -> Result<Model, Rejected> {
        let date = &self.past.dates[index];
        let mut input = self.input.clone();
        let next = date.periods.end;
        let uncertain = matches!(policy, BacktestPolicy::HereAndNow | BacktestPolicy::Regret) && next < date.ahead;
        input.without_uncertainty = !uncertain && input.future.is_none();
        let values = |past: &Past| self.seen(past, date, index, policy);
        self.set(&mut input, date.ahead, values, signed, Some(date.periods.start));
        if uncertain {
            // What is not known today is known at the next date.
            let label = &self.past.calendar.periods[next].label;
            let (factors, draws) = self.uncertain();
            input.sets.extend(factors.iter().map(|f| format!("uncertainty.factors.{f}.known={label}")));
            input.sets.extend(draws.then(|| format!("uncertainty.draws.known={label}")));
            if *policy == BacktestPolicy::Regret {
                input.sets.push("objective={ regret: worst }".to_owned());
            }
        }
        load(&input).map(|loaded| loaded.model)
    }

    /// The names of factors, and whether something is drawn at random.
    fn uncertain(&self) -> (Vec<String>, bool) {
        let Ok(tree) = crate::model::read_tree(&self.input) else { return (Vec::new(), false) };
        let Some(uncertainty) = tree.root.get("uncertainty") else { return (Vec::new(), false) };
        let names = match uncertainty.get("factors").map(|f| &f.value) {
            Some(Value::Map(factors)) => factors.iter().map(|f| f.key.clone()).collect(),
            _ => Vec::new(),
        };
        (names, uncertainty.get("draws").is_some())
    }

    /// Sets the horizon, every series, and what is held; in periods before `settled` nothing else begins.
    fn set(
        &self,
        input: &mut Input,
        periods: usize,
        values: impl Fn(&Past) -> Vec<f64>,
        signed: &Signed,
        settled: Option<usize>,
    ) {
        if let Some(horizon) = &self.past.horizon {
            input.sets.push(format!("horizon={}", horizon.of(periods)));
        }
        for past in &self.past.past {
            let unit = self.unit(past.of);
            let mut text = format!("{}=[", past.path);
            for (t, value) in values(past).iter().take(periods).enumerate() {
                let comma = if t == 0 { "" } else { ", " };
                // Never fails: it is a text.
                let _ = write!(text, "{comma}{value}{unit}");
            }
            text.push(']');
            input.sets.push(text);
        }
        let labels = &self.past.calendar.periods;
        // What the model itself says that is settled stays so.
        let own = self.written.holdings().map(|h| h.open.min(periods)).filter(|&open| open > 0);
        let until = settled
            .into_iter()
            .chain(own)
            .max()
            .and_then(|t| t.checked_sub(1))
            .map(|t| format!("until: {}, ", labels[t].label));
        let begun = |from: &str| labels[..periods].iter().any(|p| p.label == from);
        let held = signed.held.iter().filter(|((_, from), _)| begun(from));
        let held: Vec<String> =
            held.map(|((offer, from), chips)| format!("{{ offer: {offer}, from: {from}, chips: {chips} }}")).collect();
        input.sets.push(format!("holdings={{ {}held: [{}] }}", until.unwrap_or_default(), held.join(", ")));
        for (id, signed) in &signed.contracts {
            let decision = if *signed { "signed" } else { "refused" };
            input.sets.push(format!("contracts.{id}.decision={decision}"));
        }
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
                let workload = &self.written.workloads()[w];
                match &workload.task {
                    Task::Inference { demand, .. } => demand.iter().map(|d| d * workload.rate_time.1).collect(),
                    Task::Training { .. } => vec![0.0; periods.len()],
                }
            }
            PastOf::Price(o) => self.written.offers()[o].price.clone(),
            // What has no capacity has no level either: it stays as it is.
            PastOf::Capacity(o) => periods
                .map(|t| Some(self.written.offers()[o].capacity_at(t)).filter(|c| c.is_finite()).unwrap_or(0.0))
                .collect(),
        }
    }

    /// What stands behind a number of a series.
    fn unit(&self, of: PastOf) -> String {
        match of {
            PastOf::Demand(w) => {
                let workload = &self.written.workloads()[w];
                format!(" {}/{}", workload.unit, workload.rate_time.0)
            }
            PastOf::Price(_) | PastOf::Capacity(_) => String::new(),
        }
    }
}
