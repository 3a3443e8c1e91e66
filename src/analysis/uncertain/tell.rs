//! A plan for all futures in the model's words: each future audited by itself, and reported together.

use std::collections::BTreeMap;

use super::compared;
use super::joined::{Futures, Together};
use super::value::{Values, largest_regret, mean, settled};
use super::waiting;
use crate::analysis::solving::examined::plan_of;
use crate::analysis::solving::settings::Detail;
use crate::engine::EngineError;
use crate::formulation::LimitKey;
use crate::model::{ContractId, Decision, Goal, LimitId, Model};
use crate::plan::audit::{Breach, audit_expected};
use crate::plan::ledger::{Books, Ledger, MeanBooks};
use crate::plan::{
    Asset, ContractResult, Cost, CostLine, DrawsResult, FactorOutcome, FactorValue, FutureResult, FutureRisk,
    LimitResult, ModelInfo, NewPrice, NodeResult, Plan, Relocation, Schedule, Status, UncertaintyResult, WaitingValue,
    expected_limit, limit_sentence,
};
use crate::resilience::conditional;
use crate::units::human::{count, money};

/// What nobody knows yet is known in.
const START: &str = "start";
/// Chips or work below this are rounding.
pub(super) const NOTHING: f64 = 1e-6;

/// The least regret that any plan has, where there is one.
fn least_regret(futures: &Futures<'_>) -> Result<Option<f64>, EngineError> {
    let found = futures.solve(&futures.uncertainty.known(), &futures.regret(), None)?;
    Ok(found.is_optimal().then(|| largest_regret(&found.costs(), &futures.best())))
}

/// What is reported where there is no plan.
pub(super) fn without_plan(model: &Model, futures: &Futures<'_>, together: &Together) -> Result<Plan, EngineError> {
    let solved = together.of(0, &futures.models[0]);
    let mut plan = plan_of(&futures.models[0], &together.formulations[0], &solved, Detail::Cost, futures.settings)?;
    plan.model = ModelInfo::of(model);
    (plan.cost, plan.purchases, plan.contracts, plan.unmet) = (None, Vec::new(), Vec::new(), Vec::new());
    plan.reservations = Vec::new();
    plan.assets = Vec::new();
    let program = together.joint.program();
    plan.certificate.size = [program.columns().len(), program.rows().len(), program.nonzeros()];
    let regret = match futures.uncertainty.goal {
        Goal::Cost { regret: Some(most), .. } if plan.status == Status::Infeasible => {
            least_regret(futures)?.map(|least| (most, least))
        }
        _ => None,
    };
    if let Some((most, least)) = regret {
        let told = |x: f64| money(x, model.currency());
        let (most, least) = (told(most), told(least));
        plan.notes.push(format!(
            "no plan has a regret of at most {most}; the least is {least}: raise `objective.regret.at_most`"
        ));
    } else if plan.status == Status::Infeasible {
        let note = "each future has a plan by itself, but nothing that can be decided before they are told apart is right in all of them";
        plan.notes.push(note.to_owned());
    }
    Ok(plan)
}

/// The plan of an answer, and what it is in each future.
pub(super) fn plan(
    model: &Model,
    futures: &Futures<'_>,
    together: &Together,
    best: &[f64],
    values: Values,
) -> Result<(Plan, Vec<(Plan, Schedule)>), EngineError> {
    let detail = match futures.settings.detail {
        own @ (Detail::Cost | Detail::Sums) => own,
        _ => Detail::Plan,
    };
    let mut plans: Vec<Plan> = Vec::new();
    let mut schedules: Vec<Schedule> = Vec::new();
    for (f, own) in futures.models.iter().enumerate() {
        let solved = together.of(f, own);
        let formulation = &together.formulations[f];
        plans.push(plan_of(own, formulation, &solved, detail, futures.settings)?);
        schedules.push(Schedule::read(own, formulation, &solved.x));
    }
    let known = futures.uncertainty.known();
    let ledgers: Vec<Ledger> =
        futures.models.iter().zip(&schedules).map(|(model, schedule)| Ledger::of(model, schedule)).collect();
    let teller = Teller { model, futures, plans: &plans, schedules: &schedules, ledgers: &ledgers, known };
    let mut whole = plans[0].clone();
    whole.model = ModelInfo::of(model);
    // What is noted of decisions and their dates is noted of the model that has futures.
    let noted: Vec<String> = model.notes().iter().filter(|n| !whole.notes.contains(n)).cloned().collect();
    whole.notes.splice(0..0, noted);
    whole.cost = Some(teller.cost());
    whole.purchases = teller.by_node(|p| &p.purchases, |x| x.period.clone(), |x, node| x.node = Some(node));
    let until = |x: &Asset| x.sold.as_ref().unwrap_or(&x.last).clone();
    whole.reservations = teller.by_node(|p| &p.reservations, |x| x.from.clone(), |x, node| x.node = Some(node));
    whole.assets = teller.by_node(|p| &p.assets, until, |x, node| x.node = Some(node));
    whole.assignments = teller.by_node(|p| &p.assignments, |x| x.period.clone(), |x, node| x.node = Some(node));
    whole.burn_down = teller.by_node(|p| &p.burn_down, |x| x.period.clone(), |x, node| x.node = Some(node));
    whole.unmet = teller.by_node(|p| &p.unmet, |x| x.period.clone(), |x, node| x.node = Some(node));
    let first = &model.calendar().periods[0].label;
    let when = |x: &Relocation| x.period.clone().unwrap_or_else(|| first.clone());
    whole.moves = teller.by_node(|p| &p.moves, when, |x, node| x.node = Some(node));
    whole.contracts = teller.contracts();
    whole.limits = teller.limits();
    // These are of one future, and of no interest without the others.
    (whole.exposure, whole.organisations, whole.resilience) = (Vec::new(), Vec::new(), None);
    (whole.risk, whole.break_even) = (None, None);
    (whole.balances, whole.equity) = (Vec::new(), Vec::new());
    let program = together.joint.program();
    whole.certificate.size = [program.columns().len(), program.rows().len(), program.nonzeros()];
    for (f, plan) in plans.iter().enumerate() {
        if plan.status != Status::Optimal {
            whole.status = Status::Unverified;
            whole.certificate.verified = false;
            let name = &futures.uncertainty.futures[f].name;
            whole
                .notes
                .extend(plan.notes.iter().filter(|n| n.starts_with("not kept")).map(|n| format!("in {name}: {n}")));
        }
    }
    for breach in teller.expected_breaches() {
        whole.status = Status::Unverified;
        whole.certificate.verified = false;
        whole.notes.push(format!("not kept: {} (by {:.1e})", breach.what, breach.by));
    }
    if model.prefer().is_some() {
        whole.notes.push("`prefer` is for one future: it was not asked which of several plans is preferred".to_owned());
    }
    if !values.ordered {
        whole.status = Status::Unverified;
        whole.certificate.verified = false;
        whole.notes.push(
            "the order wait-and-see, here-and-now, base plan does not hold: the answer is not certified".to_owned(),
        );
    }
    let open = whole.certificate.gap.unwrap_or(0.0);
    whole.uncertainty = Some(Box::new(teller.result(best, &values, open)));
    Ok((whole, plans.into_iter().zip(schedules).collect()))
}

pub(super) struct Teller<'a> {
    pub(super) model: &'a Model,
    pub(super) futures: &'a Futures<'a>,
    plans: &'a [Plan],
    pub(super) schedules: &'a [Schedule],
    ledgers: &'a [Ledger],
    known: Vec<i64>,
}

impl Teller<'_> {
    fn probability(&self, future: usize) -> f64 {
        self.futures.uncertainty.futures[future].probability
    }

    fn mean(&self, of: impl Fn(usize) -> f64) -> f64 {
        (0..self.plans.len()).map(|f| self.probability(f) * of(f)).sum()
    }

    /// The first of the futures that cannot be reported apart from one at a date.
    pub(super) fn first(&self, future: usize, date: i64) -> usize {
        self.futures.uncertainty.node(&self.known, future, date)
    }

    /// The name of a node.
    pub(super) fn node(&self, future: usize, date: i64) -> String {
        let told = self.futures.uncertainty.to_text(future, date);
        if told.is_empty() { START.to_owned() } else { told }
    }

    pub(super) fn label(&self, period: usize) -> String {
        self.model.calendar().periods[period].label.clone()
    }

    /// Rows of each future by their period, those of futures that cannot be reported apart yet once.
    fn by_node<T: Clone>(
        &self,
        of: impl Fn(&Plan) -> &Vec<T>,
        period: impl Fn(&T) -> String,
        put: impl Fn(&mut T, String),
    ) -> Vec<T> {
        let labels: BTreeMap<&str, usize> =
            self.model.calendar().periods.iter().enumerate().map(|(t, p)| (p.label.as_str(), t)).collect();
        let mut rows = Vec::new();
        for (f, plan) in self.plans.iter().enumerate() {
            for row in of(plan) {
                let date = labels.get(period(row).as_str()).map_or(0, |&t| t as i64);
                if self.first(f, date) == f {
                    let mut row = row.clone();
                    put(&mut row, self.node(f, date));
                    rows.push((date, f, row));
                }
            }
        }
        rows.sort_by_key(|(date, f, _)| (*date, *f));
        rows.into_iter().map(|(_, _, row)| row).collect()
    }

    /// The expected cost.
    fn cost(&self) -> Cost {
        let costs: Vec<&Cost> = self.plans.iter().filter_map(|p| p.cost.as_ref()).collect();
        let mut lines: Vec<CostLine> = Vec::new();
        for (f, cost) in costs.iter().enumerate() {
            for line in &cost.lines {
                let part = self.probability(f) * line.cost;
                match lines.iter_mut().find(|l| (l.kind, &l.id) == (line.kind, &line.id)) {
                    Some(known) => known.cost += part,
                    None => lines.push(CostLine { cost: part, ..line.clone() }),
                }
            }
        }
        let mut by_period = costs[0].by_period.clone();
        for (t, period) in by_period.iter_mut().enumerate() {
            period.cost = self.mean(|f| costs[f].by_period[t].cost);
            period.kinds.clear();
            for (f, cost) in costs.iter().enumerate() {
                for kind in &cost.by_period[t].kinds {
                    let part = self.probability(f) * kind.cost;
                    match period.kinds.iter_mut().find(|k| k.kind == kind.kind) {
                        Some(known) => known.cost += part,
                        None => period.kinds.push(crate::plan::KindCost { cost: part, ..kind.clone() }),
                    }
                }
            }
        }
        let (total, nominal) = (self.mean(|f| costs[f].total), self.mean(|f| costs[f].nominal));
        Cost { total, nominal, unrestricted: None, premium: None, by_period, lines }
    }

    /// What comes of each contract, once for each node in which it is decided; money is expected over its futures.
    fn contracts(&self) -> Vec<ContractResult> {
        let uncertainty = self.futures.uncertainty;
        let mut rows = Vec::new();
        for (k, contract) in self.model.contracts().with_ids() {
            let date = match contract.decision {
                Decision::Optional => {
                    uncertainty.timing.contracts[k].date(self.model.calendar(), contract.active.start)
                }
                _ => -1,
            };
            for f in 0..self.plans.len() {
                if self.first(f, date) != f {
                    continue;
                }
                let members: Vec<usize> = (0..self.plans.len()).filter(|&g| self.first(g, date) == f).collect();
                let all: f64 = members.iter().map(|&g| self.probability(g)).sum();
                let at = |g: usize| self.plans[g].contracts.iter().find(|c| c.contract == contract.id);
                let Some(own) = at(f) else { continue };
                let mean = |of: &dyn Fn(&ContractResult) -> f64| -> f64 {
                    members.iter().filter_map(|&g| Some(self.probability(g) / all * of(at(g)?))).sum()
                };
                // What differs between the futures of a node is reported as decisions.
                let ends = |c: &ContractResult| (c.over_from.clone(), c.lowered.clone());
                let alike = members.iter().filter_map(|&g| at(g)).all(|c| ends(c) == ends(own));
                let (over_from, lowered) = if alike { ends(own) } else { (None, Vec::new()) };
                let repriced = self.new_prices(&members, &contract.id);
                rows.push(ContractResult {
                    repriced,
                    spend: mean(&|c| c.spend),
                    idle: mean(&|c| c.idle),
                    funding: mean(&|c| c.funding),
                    commit: mean(&|c| c.commit),
                    over_from,
                    lowered,
                    node: Some(self.node(f, date)),
                    ..own.clone()
                });
            }
        }
        rows
    }

    /// The prices that a contract sets anew in some futures: once if it is so in all of them, or each with its future.
    fn new_prices(&self, futures: &[usize], contract: &str) -> Vec<NewPrice> {
        let of = |g: usize| {
            self.plans[g].contracts.iter().find(|c| c.contract == contract).map_or(&[][..], |c| c.repriced.as_slice())
        };
        let in_all = |p: &NewPrice| futures.iter().all(|&g| of(g).contains(p));
        let mut all: Vec<NewPrice> =
            futures.first().into_iter().flat_map(|&f| of(f)).filter(|p| in_all(p)).cloned().collect();
        for &g in futures {
            let future = Some(self.futures.uncertainty.futures[g].name.clone());
            let own = of(g).iter().filter(|p| !in_all(p));
            all.extend(own.map(|p| NewPrice { future: future.clone(), ..p.clone() }));
        }
        all
    }

    /// What is expected of what the futures hold, run and pay.
    fn books(&self) -> MeanBooks<'_> {
        let of = |f: usize| {
            let books = Books::of(&self.futures.models[f], &self.schedules[f], &self.ledgers[f]);
            (self.probability(f), books)
        };
        MeanBooks::of((0..self.plans.len()).map(of).collect())
    }

    /// The limits on what is expected that are not kept.
    fn expected_breaches(&self) -> Vec<Breach> {
        let paid = |l: LimitId| {
            let own = |s: &Schedule| s.excess.iter().filter(|(of, _)| *of == l).map(|(_, cost)| cost).sum::<f64>();
            self.mean(|f| own(&self.schedules[f]))
        };
        // Such a limit is the same in every future.
        audit_expected(&self.futures.models[0], &self.books(), paid)
    }

    /// Each limit as it is in the future in which it leaves the least, with the price of the expected cost.
    fn limits(&self) -> Vec<LimitResult> {
        let mut all: Vec<LimitResult> = Vec::new();
        let mut at: BTreeMap<_, usize> = BTreeMap::new();
        for (f, plan) in self.plans.iter().enumerate() {
            for limit in &plan.limits {
                let part = limit.shadow_price.map(|p| p * self.probability(f));
                let Some(key) = limit.key else { continue };
                match at.get(&key) {
                    None => {
                        at.insert(key, all.len());
                        all.push(LimitResult { shadow_price: part, ..limit.clone() });
                    }
                    Some(&i) => {
                        let price = all[i].shadow_price.zip(part).map(|(a, b)| a + b);
                        if limit.binding && !all[i].binding {
                            all[i] = limit.clone();
                        }
                        all[i].shadow_price = price;
                    }
                }
            }
        }
        let books = self.books();
        let cost = self.mean(|f| self.plans[f].cost.as_ref().map_or(0.0, |c| c.total));
        for limit in &mut all {
            let expected = |key| matches!(key, LimitKey::Policy { limit, .. } if self.model.limits()[limit].expected);
            if limit.key.is_some_and(expected) {
                *limit = expected_limit(self.model, &books, limit, cost);
            }
            (limit.tightening_price, limit.holds_from, limit.holds_to) = (None, None, None);
            limit.sentence = limit_sentence(self.model, limit);
        }
        all
    }

    /// What is reported of the futures, `gap` being what the certificate leaves open of the cost.
    fn result(&self, best: &[f64], values: &Values, gap: f64) -> UncertaintyResult {
        let uncertainty = self.futures.uncertainty;
        let currency = self.model.currency();
        let cost = |f: usize| self.plans[f].cost.as_ref().map_or(f64::NAN, |c| c.total) + self.weighed(f);
        let costs: Vec<f64> = (0..self.plans.len()).map(cost).collect();
        let deviation = self.mean(|f| (costs[f] - values.expected).powi(2)).max(0.0).sqrt();
        let (objective, cvar) = match uncertainty.goal {
            Goal::Regret => ("regret", None),
            Goal::Cost { cvar: Some((level, _)), .. } => {
                let own = costs.iter().enumerate().map(|(f, &cost)| (cost, self.probability(f)));
                let value = conditional(&own.collect::<Vec<_>>(), level);
                ("expected and cvar", Some(FutureRisk { level, value }))
            }
            Goal::Cost { .. } => ("expected", None),
        };
        let evpi = values.expected - values.wait_and_see;
        let futures: Vec<FutureResult> = (0..self.plans.len())
            .map(|f| FutureResult {
                future: uncertainty.futures[f].name.clone(),
                outcomes: self.outcomes(f),
                probability: uncertainty.weighed.then(|| self.probability(f)),
                cost: costs[f],
                best: best[f],
                regret: (costs[f] - best[f]).max(0.0),
                unmet: self.plans[f].unmet.clone(),
            })
            .collect();
        // An even weight that nobody gave is said to be one.
        let even = if uncertainty.weighed { "" } else { " with all futures taken as equally likely" };
        let base_plan = values.base_plan.as_ref().ok().map(|costs| settled(mean(self.futures, costs), values.expected));
        let vss = base_plan.map(|base| base - values.expected);
        let vss_sentence = match (&values.base_plan, base_plan) {
            (Ok(_), Some(base)) => format!(
                "Planning for uncertainty is worth {}{even}: deciding at the start what the plan for `{}` decides is expected to cost {}.",
                money(base - values.expected, currency),
                values.base,
                money(base, currency),
            ),
            (why, _) => format!(
                "{}, so that what planning for uncertainty is worth has no number.",
                why.as_ref().err().map_or("", String::as_str)
            ),
        };
        let name = |k: ContractId| self.model.contracts()[k].id.clone();
        let waiting = values.waiting.iter().map(|&(k, worth)| WaitingValue {
            contract: name(k),
            worth,
            sentence: waiting::sentence(&name(k), worth, gap * (1.0 + values.expected.abs()), currency),
        });
        UncertaintyResult {
            objective: objective.to_owned(),
            expected: values.expected,
            deviation,
            worst: costs.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            cvar,
            wait_and_see: values.wait_and_see,
            evpi,
            evpi_sentence: format!(
                "Knowing everything today would be worth {}{even}: each future by itself costs {} in the mean.",
                money(evpi, currency),
                money(values.wait_and_see, currency)
            ),
            evpi_by_factor: (values.by_factor.iter().zip(uncertainty.factors()))
                .map(|(evpi, factor)| FactorValue { factor: factor.id.clone(), evpi: *evpi })
                .collect(),
            base: values.base.clone(),
            base_plan,
            vss,
            vss_sentence,
            regret: futures.iter().map(|f| f.regret).fold(0.0, f64::max),
            waiting: waiting.collect(),
            plans: compared::plans(&costs, best, values, uncertainty.goal == Goal::Regret, |c| mean(self.futures, c)),
            draws: self.draws(),
            nodes: self.nodes(),
            decisions: self.decisions(),
            futures,
        }
    }

    /// What outages add to what is minimized in a future.
    fn weighed(&self, future: usize) -> f64 {
        self.plans[future].risk.as_ref().map_or(0.0, |r| r.weighed)
    }

    fn outcomes(&self, future: usize) -> Vec<FactorOutcome> {
        let uncertainty = self.futures.uncertainty;
        let own = &uncertainty.futures[future].outcomes;
        let of = uncertainty.factors.iter().zip(own);
        of.map(|(f, &o)| FactorOutcome { factor: f.id.clone(), outcome: f.outcomes[o].clone() }).collect()
    }

    /// What was drawn at random.
    fn draws(&self) -> Option<DrawsResult> {
        let draws = self.futures.uncertainty.draws()?;
        let (sampling, kept) = (draws.sampling(), draws.kept());
        let kept = (kept < sampling.samples).then_some(kept);
        let drawn = match kept {
            Some(kept) => format!("{kept} of {}", count(sampling.samples, "future")),
            None => count(sampling.samples, "future"),
        };
        Some(DrawsResult {
            samples: sampling.samples,
            kept,
            seed: sampling.seed,
            sampling: if sampling.latin { "latin" } else { "plain" }.to_owned(),
            sentence: format!(
                "These amounts are an estimate from {drawn} drawn at random (seed {}): `solve --replications 30` says between which amounts they lie.",
                sampling.seed
            ),
            decided: BTreeMap::new(),
            interval: None,
        })
    }

    /// The nodes of the tree in the order of time.
    fn nodes(&self) -> Vec<NodeResult> {
        let uncertainty = self.futures.uncertainty;
        let periods = self.model.periods();
        let mut nodes: Vec<NodeResult> = Vec::new();
        for date in -1..periods as i64 {
            for f in 0..self.plans.len() {
                if self.first(f, date) != f {
                    continue;
                }
                let node = self.node(f, date);
                let label = usize::try_from(date).ok().map(|t| self.label(t));
                match nodes.iter_mut().find(|n| n.node == node) {
                    Some(known) => {
                        if known.from.is_none() {
                            known.from.clone_from(&label);
                        }
                        known.to = label;
                    }
                    None => {
                        let own = (0..self.plans.len()).filter(|&g| self.first(g, date) == f);
                        let futures = own.map(|g| uncertainty.futures[g].name.clone()).collect();
                        nodes.push(NodeResult { node, futures, from: label.clone(), to: label });
                    }
                }
            }
        }
        nodes
    }
}
