//! What is still served when deliveries are lost: what is installed stays, and nothing new comes until recovery.
//!
//! For each supplier upstream, each period s in which it may be lost and each t until recovery in which its deliveries
//! have stopped, there is a rerouting y >= 0 as in [`super::survive`]. Of the machines m that depend on it (one chip at
//! one place, whatever their terms) there are, with b the last period with deliveries and H\[t\] what is held of m,
//!
//! - there\[m\] <= H\[t\]
//! - there\[m\] <= part x H\[b\] + (1 - part) x H\[t\]
//! - where a substitute delivers from r on: arrived\[m\] <= H\[r-1\], arrived\[m\] <= part x H\[b\] + (1 - part) x H\[r-1\],
//!   and there\[m\] <= arrived\[m\] + (1 - part x (1 - `at_most`)) x (H\[t\] - H\[r-1\])
//! - surviving: sum over w of y\[w,c\] <= sum over m in c of there\[m\] + sum over other o in c of what is held of o and
//!   not kept by others
//! - served as after any loss
//!
//! Before the horizon H is what runs today. All who may run on the machines are served or give way, so that nobody keeps
//! chips of them that may not come. Losses in different periods that stop deliveries for the same periods are one.

use std::collections::BTreeSet;

use super::rerouting::classes;
use super::survive::ByOffer;
use super::{CLEAR, Constraint, Formulation, named};
use crate::lp::ColumnId;
use crate::model::{
    Interruption, Machines, Model, OfferId, OfferSet, SurviveId, Term, Upstream, UpstreamId, WorkloadId, held_today,
};

/// A requirement, one of its losses, and what is lost.
type UpstreamLoss = (SurviveId, usize, UpstreamId);

pub(super) fn add(f: &mut Formulation, model: &Model, (index, l, upstream): UpstreamLoss, t: usize, spare: &ByOffer) {
    let own = &model.supply[upstream];
    let mut seen = BTreeSet::new();
    for after in own.interruptions.iter().filter(|i| i.stops <= t && t < i.back) {
        // What is there depends on the dates alone, and not on when it was lost.
        let ready = after.ready.filter(|&ready| own.substitute.is_some() && ready <= t);
        if seen.insert((after.stops, ready)) {
            one(f, model, (index, l, upstream), after, t, spare);
        }
    }
}

/// Terms, and a constant.
type Sum = (Vec<(ColumnId, f64)>, f64);

/// What is held of some machines in a period, times a factor; before the horizon, what runs today.
fn installed(f: &Formulation, model: &Model, machines: &Machines, t: Option<usize>, factor: f64, sum: &mut Sum) {
    match t {
        Some(t) => machines.offers.iter().for_each(|&o| sum.0.extend(f.held(o, t, factor))),
        None => {
            let offers = OfferSet::listed(model.offers.len(), machines.offers.iter().copied());
            sum.1 += factor * held_today(model, &offers);
        }
    }
}

fn one(
    f: &mut Formulation,
    model: &Model,
    (index, l, upstream): UpstreamLoss,
    after: &Interruption,
    t: usize,
    spare: &ByOffer,
) {
    let own = &model.supply[upstream];
    let survive = &model.survive[index];
    let response = &survive.response;
    let needs = |w: WorkloadId| response.serve[w] && f.runs_in(model, w, t);
    let workloads: Vec<WorkloadId> = model.workloads.ids().filter(|&w| needs(w)).collect();
    if workloads.is_empty() {
        return;
    }
    let label = |t: usize| model.calendar.periods[t].label.as_str();
    let name = [survive.name.as_str(), own.id.as_str(), label(after.lost), label(t)];
    let constraint = Constraint::Surviving { requirement: index, loss: l, period: t };
    let spot = |o: OfferId| matches!(model.offers[o].term, Term::Spot { .. });
    let classes = classes(f, model, &workloads, t, |o| !spot(o));
    let mut served: Vec<Vec<(ColumnId, f64)>> = vec![Vec::new(); workloads.len()];
    let mut rerouted: Vec<(WorkloadId, OfferId, ColumnId, f64)> = Vec::new();
    for class in &classes {
        let mut terms: Vec<(ColumnId, f64)> = Vec::new();
        for (w, column) in f.add_rerouted(model, class, &workloads, t, &name).into_iter().enumerate() {
            let Some(column) = column else { continue };
            terms.push((column, 1.0));
            served[w].push((column, class.productivity[w]));
            rerouted.push((workloads[w], class.offers[0], column, class.productivity[w]));
        }
        // Offers of the same machines are in one class: they serve all workloads alike.
        let mine = |m: &&Machines| m.offers.iter().any(|o| class.offers.contains(o));
        for machines in own.machines.iter().filter(mine) {
            let there = there(f, model, machines, own, after, t, (&name, constraint));
            terms.push((there, -1.0));
        }
        for &o in class.offers.iter().filter(|o| !own.machines.iter().any(|m| m.offers.contains(o))) {
            terms.extend(spare[o].map(|s| (s, -1.0)));
        }
        let parts: Vec<&str> = name.iter().copied().chain([model.offers[class.offers[0]].id.as_str()]).collect();
        f.row(constraint, named("surviving", &parts), "surviving", (f64::NEG_INFINITY, 0.0), terms);
    }
    f.add_reroute_ported(model, constraint, &name, &rerouted);
    for (&w, terms) in workloads.iter().zip(served) {
        f.add_served(model, (index, l), w, t, &name, terms);
    }
}

/// A column of the chips of some machines that are there.
fn there(
    f: &mut Formulation,
    model: &Model,
    machines: &Machines,
    own: &Upstream,
    after: &Interruption,
    t: usize,
    (name, constraint): (&[&str], Constraint),
) -> ColumnId {
    let id = model.offers[machines.offers[0]].id.as_str();
    let parts: Vec<&str> = name.iter().copied().chain([id]).collect();
    let held: Vec<(ColumnId, f64)> = machines.offers.iter().flat_map(|&o| f.held(o, t, 1.0)).collect();
    let most = CLEAR * f.most(&held);
    let there = f.program.add_column(named("there", &parts), "there", 0.0, most, 0.0);
    let last = after.stops.checked_sub(1);
    let at_most = |f: &mut Formulation, kind: &str, column: ColumnId, sum: Sum| {
        let mut terms: Vec<(ColumnId, f64)> = sum.0.into_iter().map(|(c, a)| (c, -a)).collect();
        terms.push((column, 1.0));
        f.row(constraint, named(kind, &parts), "there", (f64::NEG_INFINITY, sum.1), terms);
    };
    let mut whole = Sum::default();
    installed(f, model, machines, Some(t), 1.0, &mut whole);
    at_most(f, "there-held", there, whole);
    // What has come by a period of what is new since deliveries stopped.
    let came = |f: &Formulation, until: Option<usize>| {
        let mut sum = Sum::default();
        installed(f, model, machines, last, machines.part, &mut sum);
        installed(f, model, machines, until, 1.0 - machines.part, &mut sum);
        sum
    };
    match after.ready.zip(own.substitute.as_ref()).filter(|(ready, _)| *ready <= t) {
        None => {
            let sum = came(f, Some(t));
            at_most(f, "there-came", there, sum);
        }
        Some((ready, substitute)) => {
            let until = ready.checked_sub(1);
            let arrived =
                f.program.add_column(named("arrived", &parts), "there", 0.0, most_of(f, model, machines, until), 0.0);
            let mut held = Sum::default();
            installed(f, model, machines, until, 1.0, &mut held);
            at_most(f, "arrived-held", arrived, held);
            let sum = came(f, until);
            at_most(f, "arrived-came", arrived, sum);
            let part = 1.0 - machines.part * (1.0 - substitute.at_most);
            let mut sum: Sum = (vec![(arrived, 1.0)], 0.0);
            installed(f, model, machines, Some(t), part, &mut sum);
            installed(f, model, machines, until, -part, &mut sum);
            at_most(f, "there-came", there, sum);
        }
    }
    there
}

/// The most that can be held of some machines in a period, and more.
fn most_of(f: &Formulation, model: &Model, machines: &Machines, t: Option<usize>) -> f64 {
    let mut sum = Sum::default();
    installed(f, model, machines, t, 1.0, &mut sum);
    CLEAR * (f.most(&sum.0) + sum.1)
}
