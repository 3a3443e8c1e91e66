//! What outages may cost: their loss, its expectation and its conditional value at risk.
//!
//! What outage k adds to the cost is X_k = shock_k + loss_k:
//!
//! - shock: sum over o of the change of its price x what is paid for it, discounted
//! - loss: the worst over the periods s in which it may start of d_s x sum over w of
//!   loss\[w\] x lost\[s,w\], where lost\[s,w\] >= sum over the t until recovery of hours x
//!   short\[s,t,w\] - buffer\[w\] and lost >= 0
//! - short: short\[s,t,w\] >= what w is served by the plan in t, at its mean,
//!   \- sum over c of throughput x y\[w,c\] / peak, with a rerouting y over classes c of offers (see
//!   [`super::rerouting`]) that keep 1 - fraction of their chips; spot as well, unless the outage is of it
//!
//! With C the discounted cost of the plan, the conditional value at risk at level a is
//!
//! CVaR(C + X) = C + min over eta of eta + 1 / (1 - a) x sum over k of p_k x max(0, X_k - eta),
//!
//! where the probability that is left has X = 0 (Rockafellar and Uryasev, "Optimization of
//! conditional value-at-risk", J. Risk 2, 2000). The C moves out because it is the same in every
//! case, and eta >= 0 because no X is below 0 for losses; with prices that fall it is boxed by the
//! smallest X.

use super::rerouting::classes;
use super::{CLEAR, Constraint, Formulation, Limits, Requirement, bracketed, named};
use crate::lp::Affine;
use crate::lp::ColumnId;
use crate::model::{IdVec, Model, OfferId, Outage, OutageId, RiskTerm, Task, WorkloadId};

pub(super) fn add(f: &mut Formulation, model: &Model, limits: Limits) {
    let kept = |term: RiskTerm, requirement| RiskTerm {
        at_most: term.at_most.filter(|_| limits.has(model, requirement)),
        ..term
    };
    let asks = |term: &RiskTerm| term.weight > 0.0 || term.at_most.is_some();
    let cvar = model.risk.cvar.map(|c| (c.level, kept(c.term, Requirement::Cvar))).filter(|(_, t)| asks(t));
    let expected = model.risk.expected.map(|t| kept(t, Requirement::ExpectedLoss)).filter(asks);
    if cvar.is_none() && expected.is_none() {
        return;
    }
    // The cost before risk is added to it.
    let cost: Vec<(ColumnId, f64)> = f
        .program
        .columns()
        .iter()
        .enumerate()
        .filter(|(_, c)| c.cost != 0.0)
        .map(|(j, c)| (ColumnId(j as u32), c.cost))
        .collect();
    let constant = f.program.offset();
    f.paid = Some(Affine { terms: cost.clone(), constant });
    let likely: Vec<OutageId> = model.outages.ids().filter(|&k| model.outages[k].probability > 0.0).collect();
    let added: Vec<Affine> = likely.iter().map(|&k| outage(f, model, k)).collect();
    let probability = |i: usize| model.outages[likely[i]].probability;
    if let Some(term) = expected {
        let mut sum = Affine::default();
        for (i, x) in added.iter().enumerate() {
            sum.terms.extend(x.terms.iter().map(|&(c, a)| (c, probability(i) * a)));
        }
        sum.terms.iter().for_each(|&(c, a)| f.program.add_cost(c, term.weight * a));
        if let Some(most) = term.at_most {
            let bounds = (f64::NEG_INFINITY, most);
            f.row(Constraint::Risk { expected: true }, "expected-loss".to_owned(), "risk", bounds, sum.terms);
        }
    }
    if let Some((level, term)) = cvar {
        let sum = tail(f, model, &likely, &added, level);
        // Weighing C + X weighs every cost that was there before.
        cost.iter().for_each(|&(c, a)| f.program.add_cost(c, term.weight * a));
        f.program.add_offset(term.weight * constant);
        sum.iter().for_each(|&(c, a)| f.program.add_cost(c, term.weight * a));
        if let Some(most) = term.at_most {
            let terms = cost.into_iter().chain(sum).collect();
            let bounds = (f64::NEG_INFINITY, most - constant);
            f.row(Constraint::Risk { expected: false }, "cvar".to_owned(), "risk", bounds, terms);
        }
    }
}

/// The terms of CVaR(X).
fn tail(f: &mut Formulation, model: &Model, likely: &[OutageId], added: &[Affine], level: f64) -> Vec<(ColumnId, f64)> {
    let range = |f: &Formulation, x: &Affine| (-f.most(&negative(&x.terms)), f.most(&x.terms));
    let (least, most) = added.iter().map(|x| range(f, x)).fold((0.0f64, 0.0f64), |a, b| (a.0.min(b.0), a.1.max(b.1)));
    let eta = f.program.add_column("tail[eta]", "tail", CLEAR * least, CLEAR * most, 0.0);
    let mut terms = vec![(eta, 1.0)];
    for (&k, x) in likely.iter().zip(added) {
        let outage = &model.outages[k];
        let name = bracketed(&[&outage.id]);
        let above = f.program.add_column(format!("tail{name}"), "tail", 0.0, CLEAR * (most - CLEAR * least), 0.0);
        let mut row = vec![(above, 1.0), (eta, 1.0)];
        row.extend(negative(&x.terms));
        f.row(Constraint::Outage { outage: k }, format!("tail{name}"), "risk", (0.0, f64::INFINITY), row);
        terms.push((above, outage.probability / (1.0 - level)));
    }
    let nothing = 1.0 - likely.iter().map(|&k| model.outages[k].probability).sum::<f64>();
    if least < 0.0 && nothing > 0.0 {
        // Where X can be negative, nothing happening can be in the tail.
        let above = f.program.add_column("tail[nothing]", "tail", 0.0, -CLEAR * CLEAR * least, 0.0);
        let row = vec![(above, 1.0), (eta, 1.0)];
        f.row(Constraint::Outage { outage: likely[0] }, "tail[nothing]".to_owned(), "risk", (0.0, f64::INFINITY), row);
        terms.push((above, nothing / (1.0 - level)));
    }
    terms
}

fn negative(terms: &[(ColumnId, f64)]) -> Vec<(ColumnId, f64)> {
    terms.iter().map(|&(c, a)| (c, -a)).collect()
}

/// What an outage adds to the cost.
fn outage(f: &mut Formulation, model: &Model, k: OutageId) -> Affine {
    let outage = &model.outages[k];
    let mut sum = Affine::default();
    if let Some(shock) = &outage.shock {
        for h in f.holdings.iter().filter(|h| shock[h.offer] != 0.0) {
            let paid: f64 = h.payments.iter().map(|p| model.discounted(p)).sum();
            sum.terms.push((h.column, shock[h.offer] * paid));
        }
        for s in f.sales.iter().filter(|s| shock[s.offer] != 0.0) {
            let paid: f64 = s.payments.iter().map(|p| model.discounted(p)).sum();
            sum.terms.push((s.column, shock[s.offer] * paid));
        }
        for u in f.usages.iter().filter(|u| shock[u.offer] != 0.0) {
            sum.terms.push((u.column, shock[u.offer] * model.discounted(&u.payment)));
        }
    }
    let priced: Vec<WorkloadId> = model.workloads.ids().filter(|&w| model.workloads[w].loss > 0.0).collect();
    if let (Some(lost), false) = (&outage.lost, priced.is_empty()) {
        let starts: Vec<(Vec<(ColumnId, f64)>, f64)> =
            (0..model.periods()).map(|s| window(f, model, outage, k, lost, s, &priced)).collect();
        let most = starts.iter().map(|(_, most)| *most).fold(0.0, f64::max);
        let loss = f.program.add_column(named("loss", &[&outage.id]), "loss", 0.0, CLEAR * most, 0.0);
        for (s, (terms, _)) in starts.into_iter().enumerate().filter(|(_, (terms, _))| !terms.is_empty()) {
            let name = named("loss", &[&outage.id, &model.calendar.periods[s].label]);
            let mut row = vec![(loss, 1.0)];
            row.extend(negative(&terms));
            f.row(Constraint::Outage { outage: k }, name, "risk", (0.0, f64::INFINITY), row);
        }
        sum.terms.push((loss, 1.0));
    }
    sum
}

/// The money lost if an outage starts in period s, and the most that it can be.
fn window(
    f: &mut Formulation,
    model: &Model,
    outage: &Outage,
    k: OutageId,
    lost: &IdVec<OfferId, f64>,
    s: usize,
    priced: &[WorkloadId],
) -> (Vec<(ColumnId, f64)>, f64) {
    let start = &model.calendar.periods[s].label;
    let constraint = Constraint::Outage { outage: k };
    // Work not served until recovery, by workload, and the most that it can be.
    let mut shorts: Vec<(Vec<(ColumnId, f64)>, f64)> = vec![(Vec::new(), 0.0); priced.len()];
    for &(t, hours) in &outage.windows[s] {
        let label = &model.calendar.periods[t].label;
        let served: Vec<WorkloadId> = priced.iter().copied().filter(|&w| f.runs_in(model, w, t)).collect();
        if served.is_empty() {
            continue;
        }
        let name = [outage.id.as_str(), start.as_str(), label.as_str()];
        let mut by: Vec<Vec<(ColumnId, f64)>> = vec![Vec::new(); served.len()];
        let mut rerouted: Vec<(WorkloadId, OfferId, ColumnId, f64)> = Vec::new();
        for class in classes(f, model, &served, t, |o| lost[o] < 1.0) {
            let columns = f.add_rerouted(model, &class, &served, t, &name);
            let mut terms: Vec<(ColumnId, f64)> = Vec::new();
            for (i, column) in columns.into_iter().enumerate() {
                let Some(column) = column else { continue };
                terms.push((column, 1.0));
                by[i].push((column, class.productivity[i]));
                rerouted.push((served[i], class.offers[0], column, class.productivity[i]));
            }
            for &o in &class.offers {
                terms.extend(f.held(o, t, lost[o] - 1.0));
            }
            let row = named("surviving", &[name[0], name[1], name[2], &model.offers[class.offers[0]].id]);
            f.row(constraint, row, "risk", (f64::NEG_INFINITY, 0.0), terms);
        }
        f.add_reroute_ported(model, constraint, &name, &rerouted);
        for (&w, mut row) in served.iter().zip(by) {
            let workload = &model.workloads[w];
            let (least, most) = match &workload.task {
                Task::Inference { demand, peak } => {
                    row.iter_mut().for_each(|(_, a)| *a /= peak);
                    // What the plan leaves undone is not lost in the outage.
                    let unmet = f.shortfalls.iter().find(|u| u.workload == w && u.period == t);
                    row.extend(unmet.map(|u| (u.column, u.work / model.calendar.periods[t].hours)));
                    (demand[t], demand[t])
                }
                Task::Training { work } => {
                    let done = f.runs.iter().filter(|r| r.workload == w && r.period == t);
                    row.extend(done.map(|r| (r.column, -model.productivity(w, r.offer))));
                    (0.0, work / model.calendar.periods[t].hours)
                }
            };
            let parts = bracketed(&[name[0], name[1], name[2], &workload.id]);
            let short = f.program.add_column(format!("short{parts}"), "short", 0.0, CLEAR * most, 0.0);
            row.push((short, 1.0));
            f.row(constraint, format!("short{parts}"), "risk", (least, f64::INFINITY), row);
            let i = priced.iter().position(|&p| p == w).unwrap_or(0);
            shorts[i].0.push((short, hours));
            shorts[i].1 += most * hours;
        }
    }
    let mut money = Vec::new();
    let mut most = 0.0;
    let discount = model.discount(s);
    for (&w, (terms, largest)) in priced.iter().zip(shorts).filter(|(_, (terms, _))| !terms.is_empty()) {
        let workload = &model.workloads[w];
        let parts = bracketed(&[&outage.id, start, &workload.id]);
        let column = f.program.add_column(format!("lost{parts}"), "lost", 0.0, CLEAR * largest, 0.0);
        let mut row = vec![(column, 1.0)];
        row.extend(negative(&terms));
        f.row(constraint, format!("lost{parts}"), "risk", (-workload.buffer, f64::INFINITY), row);
        money.push((column, workload.loss * discount));
        most += largest * workload.loss * discount;
    }
    (money, most)
}
