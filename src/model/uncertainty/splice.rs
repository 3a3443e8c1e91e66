//! A model that becomes another from a period on.
//!
//! What stands over time keeps its earlier values until then. What has no time holds as a whole, and may differ only if
//! nothing that it touches is over by then: else a plan would act on what is not known yet.

use std::ops::Range;

use super::super::ids::{Id, IdVec, WorkloadId};
use super::super::policy::LimitKind;
use super::super::types::{Commit, Contract, Limit, Offer, Pool, Survive, Task, Term, Workload};
use super::super::whole::Model;

/// Takes what is wrong with a change, and its remedy.
type Report<'a> = dyn FnMut(String, String) + 'a;

/// The model that is `before` until the period `known`, and `after` from then on; none with a report.
pub(super) fn splice(before: &Model, after: Model, known: usize, report: &mut Report<'_>) -> Option<Model> {
    let label = before.calendar.periods[known].label.clone();
    let mut s = Splice { known, label, right: true, report };
    let mut model = after;
    let whole = [
        ("the horizon", before.calendar == model.calendar && before.discount_rate == model.discount_rate),
        ("the currency", before.currency == model.currency && before.rates.keys().eq(model.rates.keys())),
        ("chips", before.chips == model.chips),
        ("clouds", before.clouds == model.clouds),
        ("investors", before.investors == model.investors),
        ("what stands upstream", before.supply == model.supply),
        ("what runs today", before.baseline == model.baseline),
        ("what is reserved or bought already", before.holdings == model.holdings),
        ("outages and what they may cost", before.outages == model.outages && before.risk == model.risk),
        ("which plan is preferred", before.prefer == model.prefer),
    ];
    for (what, same) in whole {
        s.check(
            same,
            || format!("an outcome changes {what}, which must be the same in every future"),
            || "write it into the model, or solve a scenario by itself".to_owned(),
        );
    }
    if !s.right {
        return None;
    }
    let same_ids = s.same("offers", &before.offers, &model.offers, |o| &o.id)
        & s.same("contracts", &before.contracts, &model.contracts, |c| &c.id)
        & s.same("workloads", &before.workloads, &model.workloads, |w| &w.id)
        & s.same("pools", &before.pools, &model.pools, |p| &p.id)
        & s.same("limits", &before.limits, &model.limits, |l| &l.name)
        & s.same("requirements to survive losses", &before.survive, &model.survive, |r| &r.name);
    if !same_ids {
        return None;
    }
    model.pools.iter_mut().zip(before.pools.iter()).for_each(|(new, old)| s.pool(old, new));
    model.offers.iter_mut().zip(before.offers.iter()).for_each(|(new, old)| s.offer(old, new));
    model.contracts.iter().zip(before.contracts.iter()).for_each(|(new, old)| s.contract(old, new));
    let workloads: Vec<WorkloadId> = model.workloads.ids().collect();
    for id in workloads {
        let served: Vec<usize> = before.workloads[id].eligible.iter().map(|o| o.position()).collect();
        let held = |chip: usize| {
            let on = served.iter().filter(|&&o| before.offers.as_slice()[o].chip.position() == chip);
            on.into_iter().any(|&o| held_before(&before.offers.as_slice()[o], known))
        };
        s.workload(&before.workloads[id], &mut model.workloads[id], held);
    }
    model.limits.iter().zip(before.limits.iter()).for_each(|(new, old)| s.limit(old, new));
    model.survive.iter().zip(before.survive.iter()).for_each(|(new, old)| s.survive(old, new));
    super::super::late::settle(&mut model);
    s.right.then_some(model)
}

/// Whether chips of an offer can be held in a period before this one.
fn held_before(offer: &Offer, known: usize) -> bool {
    (0..known).any(|t| offer.capacity_at(t) > 0.0 && offer.price[t].is_finite())
}

/// A series with the values of an earlier one before a period.
fn series<T: Copy>(old: &[T], new: &mut [T], known: usize) {
    new[..known].copy_from_slice(&old[..known]);
}

struct Splice<'a, 'b> {
    known: usize,
    label: String,
    right: bool,
    report: &'a mut Report<'b>,
}

impl Splice<'_, '_> {
    fn check(&mut self, right: bool, message: impl FnOnce() -> String, remedy: impl FnOnce() -> String) {
        if !right {
            self.right = false;
            (self.report)(message(), remedy());
        }
    }

    fn same<K: Id, T>(&mut self, what: &str, old: &IdVec<K, T>, new: &IdVec<K, T>, id: impl Fn(&T) -> &String) -> bool {
        let same = old.len() == new.len() && old.iter().zip(new.iter()).all(|(a, b)| id(a) == id(b));
        self.check(
            same,
            || format!("an outcome adds or removes {what}"),
            || {
                "write all of them into the model, and let the outcome change their capacity, demand or bound"
                    .to_owned()
            },
        );
        same
    }

    /// Checks something without time that changes, with a span that it touches.
    fn whole(&mut self, same: bool, what: impl FnOnce() -> String, over: bool) {
        let label = self.label.clone();
        self.check(
            same || !over,
            || format!("an outcome changes {}, which matters before {label}, when it becomes known", what()),
            || "change what comes later only, or let it be known earlier".to_owned(),
        );
    }

    fn pool(&mut self, old: &Pool, new: &mut Pool) {
        for (old_series, new_series) in [(&old.chips, &mut new.chips), (&old.power, &mut new.power)] {
            match (old_series, new_series) {
                (Some(a), Some(b)) => series(a, b, self.known),
                (None, None) => {}
                _ => self.whole(false, || format!("what pool `{}` limits", old.id), true),
            }
        }
        self.whole(old.offers == new.offers, || format!("the offers of pool `{}`", old.id), true);
    }

    fn offer(&mut self, old: &Offer, new: &mut Offer) {
        let known = self.known;
        let same_term = match (old.bought(), new.bought()) {
            // What is paid for a chip stands over time.
            (Some(a), Some(b)) => a.lives == b.lives,
            _ => old.term == new.term,
        };
        let fixed = (old.chip, old.cloud, &old.region, &old.site, &old.tags)
            == (new.chip, new.cloud, &new.region, &new.site, &new.tags);
        self.whole(fixed && same_term, || format!("what offer `{}` is", old.id), true);
        if let (Term::Bought(a), Term::Bought(b)) = (&old.term, &mut new.term) {
            series(&a.capex, &mut b.capex, known);
        }
        let held = held_before(old, known) || held_before(new, known);
        self.whole(old.pue.to_bits() == new.pue.to_bits(), || format!("the PUE of the site of `{}`", old.id), held);
        if let (Some(a), Some(b)) = (&old.carbon, &mut new.carbon) {
            series(a, b, known);
        } else {
            let none = old.carbon.is_none() && new.carbon.is_none();
            self.whole(none, || format!("whether the electricity of `{}` has a carbon intensity", old.id), true);
        }
        if let (Some(a), Some(b)) = (&old.energy, &mut new.energy) {
            series(a, b, known);
        } else {
            let none = old.energy.is_none() && new.energy.is_none();
            self.whole(none, || format!("whether the electricity of `{}` is paid for by itself", old.id), true);
        }
        let steps = |o: &Offer| (o.block, o.minimum, o.tiers.iter().map(|t| t.above.to_bits()).collect::<Vec<_>>());
        self.whole(steps(old) == steps(new), || format!("the quantities in which `{}` is sold", old.id), held);
        series(&old.price, &mut new.price, known);
        if old.used.is_some() || new.used.is_some() {
            // What costs nothing to use costs 0.
            let free = vec![0.0; new.price.len()];
            series(old.used.as_ref().unwrap_or(&free), new.used.get_or_insert(free.clone()), known);
        }
        if old.tiers.len() == new.tiers.len() {
            old.tiers.iter().zip(&mut new.tiers).for_each(|(a, b)| series(&a.price, &mut b.price, known));
        }
        if (&old.capacity, old.lead) == (&new.capacity, new.lead) {
            return;
        }
        // A lead time is a capacity of 0 until then: so a delivery that slips is a capacity that comes later.
        let at = |t: usize| if t < known { old.capacity_at(t) } else { new.capacity_at(t) };
        let capacity: Vec<f64> = (0..new.price.len()).map(at).collect();
        new.lead = 0;
        new.capacity = capacity.iter().any(|c| c.is_finite()).then_some(capacity);
    }

    fn contract(&mut self, old: &Contract, new: &Contract) {
        if old == new {
            return;
        }
        let late = match (&old.late, &new.late) {
            (Some(a), Some(b)) => a.is_as(b),
            (a, b) => a.is_none() && b.is_none(),
        };
        self.whole(late, || format!("what is owed for late delivery under contract `{}`", old.id), true);
        let known = self.known;
        let over = old.active.start.min(new.active.start) < known;
        let fixed = (
            old.decision,
            old.exercise,
            &old.terminate,
            old.ramp_down,
            &old.with,
            &old.unlocks,
            &old.excludes,
            &old.needs,
            &old.covers,
        ) == (
            new.decision,
            new.exercise,
            &new.terminate,
            new.ramp_down,
            &new.with,
            &new.unlocks,
            &new.excludes,
            &new.needs,
            &new.covers,
        );
        self.whole(fixed, || format!("what contract `{}` is about", old.id), true);
        let terms = (&old.active, old.discount.to_bits(), &old.rates, old.capped, &old.reprice)
            == (&new.active, new.discount.to_bits(), &new.rates, new.capped, &new.reprice);
        self.whole(terms, || format!("the time or the prices of contract `{}`", old.id), over);
        let kept = (&old.balances, &old.equity) == (&new.balances, &new.equity);
        self.whole(kept, || format!("the credits, the prepayment or the equity of contract `{}`", old.id), over);
        let early = |c: &Contract| {
            let paid = |list: &[(usize, f64)]| list.iter().copied().filter(|p| p.0 < known).collect::<Vec<_>>();
            (paid(&c.funding), paid(&c.fee))
        };
        self.whole(early(old) == early(new), || format!("what contract `{}` has paid", old.id), true);
        let held = |c: &Contract| {
            // What is late of it follows from what is delivered.
            let promised = |commit: &Commit| c.late.as_ref().map_or(&commit.buckets, |l| &l.promised).clone();
            let parts = c.commit.as_ref().map(|c| ((c.counted_in, c.least), promised(c)));
            parts
                .map(|(counted, all)| (counted, all.into_iter().filter(|b| b.periods.end <= known).collect::<Vec<_>>()))
        };
        self.whole(held(old) == held(new), || format!("the commitment of contract `{}`", old.id), true);
    }

    fn workload(&mut self, old: &Workload, new: &mut Workload, held: impl Fn(usize) -> bool) {
        let known = self.known;
        let begun = old.window.start.min(new.window.start) < known;
        let over = old.window.end.min(new.window.end) <= known;
        let fixed = (old.split, &old.data, &old.eligible, &old.tags, &old.unit)
            == (new.split, &new.data, &new.eligible, &new.tags, &new.unit);
        self.whole(fixed, || format!("where workload `{}` may run", old.id), true);
        let ready =
            |w: &Workload| w.porting.iter().map(|p| (p.ecosystem.clone(), p.cost.to_bits())).collect::<Vec<_>>();
        self.whole(ready(old) == ready(new), || format!("what porting `{}` costs", old.id), true);
        for (a, b) in old.porting.iter().zip(&new.porting) {
            self.whole(a.ready == b.ready, || format!("when `{}` is ported", old.id), a.ready.min(b.ready) < known);
        }
        self.whole(old.window.start == new.window.start, || format!("the beginning of workload `{}`", old.id), begun);
        self.whole(old.window.end == new.window.end, || format!("the end of workload `{}`", old.id), over);
        let rates = (old.rate_at_most, old.rate_at_least) == (new.rate_at_most, new.rate_at_least);
        self.whole(rates, || format!("the chips at a time of workload `{}`", old.id), begun);
        let training = matches!(old.task, Task::Training { .. });
        let prices = (old.unmet, old.buffer, old.loss) == (new.unmet, new.buffer, new.loss);
        let late = if training { over } else { begun };
        self.whole(prices, || format!("what unmet work of `{}` costs", old.id), late);
        match (&old.task, &mut new.task) {
            (Task::Training { work: a }, Task::Training { work: b }) => {
                let same = a.to_bits() == b.to_bits();
                self.whole(same, || format!("the work of workload `{}`", old.id), over);
            }
            (Task::Inference { demand: a, peak: p }, Task::Inference { demand: b, peak: q }) => {
                series(a, b, known);
                let same = p.to_bits() == q.to_bits();
                self.whole(same, || format!("the peak of workload `{}`", old.id), begun);
            }
            _ => self.whole(false, || format!("what workload `{}` is", old.id), true),
        }
        for (chip, (a, b)) in old.throughput.iter().zip(new.throughput.iter()).enumerate() {
            let what = || format!("the throughput of workload `{}`", old.id);
            self.whole(a == b, what, held(chip));
        }
    }

    fn limit(&mut self, old: &Limit, new: &Limit) {
        let spans = |l: &Limit| l.spans.iter().map(|s| s.periods.clone()).collect::<Vec<Range<usize>>>();
        let over = old.spans.iter().chain(&new.spans).any(|s| s.periods.end <= self.known);
        self.whole(spans(old) == spans(new), || format!("the times of limit `{}`", old.name), true);
        let kinds = match (&old.kind, &new.kind) {
            (LimitKind::Budget(a), LimitKind::Budget(b)) => a.same_before(b, self.known),
            (a, b) => a == b,
        };
        let same = kinds && old.soft == new.soft && old.when == new.when && old.expected == new.expected;
        self.whole(same, || format!("limit `{}`", old.name), over);
        self.check(
            old.kind == new.kind || !new.expected,
            || format!("an outcome changes limit `{}`, which is on what is expected over all futures", old.name),
            || "let it be the same in every future, or limit each of them: remove `in: expected`".to_owned(),
        );
    }

    fn survive(&mut self, old: &Survive, new: &Survive) {
        let over = old.periods.start.min(new.periods.start) < self.known;
        self.whole(old == new, || format!("what has to survive in `{}`", old.name), over);
    }
}
