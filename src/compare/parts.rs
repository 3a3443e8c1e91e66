//! The parts of two plans beside each other: cost lines, purchases, assignments, contracts, unmet
//! work. Each list has the largest change first.

use std::collections::{BTreeMap, BTreeSet};

use super::number::scale;
use super::types::{
    AssignmentChange, Change, ChipsChange, ContractChange, Flip, LineChange, PurchaseChange, Total, TotalChange,
    UnmetChange,
};
use crate::plan::{ContractResult, Plan};

/// The totals that differ; and the names of those that only one side computed.
pub(super) fn totals(a: &Plan, b: &Plan) -> (Vec<TotalChange>, Vec<&'static str>) {
    type Of = fn(&Plan) -> Option<f64>;
    let all: [(Total, &str, Of); 6] = [
        (Total::Total, "total", |p| p.cost.as_ref().map(|c| c.total)),
        (Total::Nominal, "nominal cost", |p| p.cost.as_ref().map(|c| c.nominal)),
        (Total::Unrestricted, "cost without the dependency limits", |p| p.cost.as_ref()?.unrestricted),
        (Total::Premium, "diversification premium", |p| p.cost.as_ref()?.premium),
        (Total::ExpectedLoss, "expected loss", |p| p.risk.as_ref().map(|r| r.expected_loss)),
        (Total::Cvar, "CVaR", |p| p.risk.as_ref()?.cvar),
    ];
    let planned = a.cost.is_some() && b.cost.is_some();
    let (mut rows, mut missing) = (Vec::new(), Vec::new());
    let size = |p: &Plan| p.cost.as_ref().map_or(0.0, |c| c.total.abs());
    for (what, name, of) in all {
        let cost = Change::level(of(a), of(b));
        // Risk is of the policy, as a limit is: that it is there on one side is a difference.
        let further = matches!(what, Total::Unrestricted | Total::Premium);
        if further && planned && cost.before.is_some() != cost.after.is_some() {
            missing.push(name);
        } else if cost.differs(size(a).max(size(b))) {
            let relative = cost.change.zip(cost.before).filter(|(_, before)| *before != 0.0);
            rows.push(TotalChange { what, cost, relative: relative.map(|(change, before)| change / before.abs()) });
        }
    }
    (rows, missing)
}

/// The cost lines that differ.
pub(super) fn lines(a: &Plan, b: &Plan) -> Vec<LineChange> {
    let of = |p: &Plan| p.cost.iter().flat_map(|c| &c.lines).map(|l| ((l.kind, l.id.clone()), l.cost)).collect();
    let row = |((kind, id), cost)| LineChange { kind, id, cost };
    differing(of(a), of(b)).into_iter().map(row).collect()
}

/// The offers of which not the same is held or paid, whatever the contract.
pub(super) fn purchases(a: &Plan, b: &Plan) -> Vec<PurchaseChange> {
    let spend = |p: &Plan| p.purchases.iter().map(|r| (r.offer.clone(), r.spend)).collect();
    let chips = |p: &Plan| p.purchases.iter().map(|r| ((r.offer.clone(), r.period.clone()), r.chips)).collect();
    let spend = joined(spend(a), spend(b));
    let largest = scale(spend.values());
    let mut periods: BTreeMap<String, Vec<ChipsChange>> = BTreeMap::new();
    for ((offer, period), chips) in differing(chips(a), chips(b)) {
        periods.entry(offer).or_default().push(ChipsChange { period, chips });
    }
    let mut rows = Vec::new();
    for (offer, spend) in spend {
        let mut periods = periods.remove(&offer).unwrap_or_default();
        periods.sort_by(|x, y| x.period.cmp(&y.period));
        if !periods.is_empty() || spend.differs(largest) {
            rows.push(PurchaseChange { offer, spend, periods });
        }
    }
    let held = |r: &PurchaseChange| r.periods.iter().map(|p| p.chips.size()).sum::<f64>();
    rows.sort_by(|x, y| y.spend.size().total_cmp(&x.spend.size()).then(held(y).total_cmp(&held(x))));
    rows
}

/// The workloads that do not do the same work on an offer.
///
/// Work of different workloads is in different units: the workload whose own work moves most is
/// first.
pub(super) fn assignments(a: &Plan, b: &Plan) -> Vec<AssignmentChange> {
    type Works = Vec<(String, f64)>;
    let mut workloads: BTreeMap<&String, (Works, Works)> = BTreeMap::new();
    for r in &a.assignments {
        workloads.entry(&r.workload).or_default().0.push((r.offer.clone(), r.work));
    }
    for r in &b.assignments {
        workloads.entry(&r.workload).or_default().1.push((r.offer.clone(), r.work));
    }
    let mut rows = Vec::new();
    for (workload, (before, after)) in workloads {
        let sum = |side: &Works| side.iter().map(|(_, work)| work).sum::<f64>();
        let all = sum(&before).max(sum(&after)).max(f64::MIN_POSITIVE);
        for (offer, work) in differing(before, after) {
            rows.push((work.size() / all, AssignmentChange { workload: workload.clone(), offer, work }));
        }
    }
    rows.sort_by(|x, y| y.0.total_cmp(&x.0));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The contracts of which not the same comes; and whether what one is worth is missing on one side.
pub(super) fn contracts(a: &Plan, b: &Plan) -> (Vec<ContractChange>, bool) {
    let of = |p: &Plan| -> BTreeMap<String, ContractResult> {
        p.contracts.iter().map(|c| (c.contract.clone(), c.clone())).collect()
    };
    let (of_a, of_b) = (of(a), of(b));
    let ids: BTreeSet<&String> = of_a.keys().chain(of_b.keys()).collect();
    let mut missing = false;
    let mut rows = Vec::new();
    for id in ids {
        let (before, after) = (of_a.get(id), of_b.get(id));
        let amount = |of: fn(&ContractResult) -> f64| Change::amount(before.map(of), after.map(of));
        let worth = |c: Option<&ContractResult>| c.and_then(|c| c.worth);
        let computed = |c: &ContractResult| c.cost_signed.or(c.cost_unsigned).is_some();
        if let (Some(before), Some(after)) = (before, after) {
            missing |= before.optional && after.optional && computed(before) != computed(after);
        }
        let row = ContractChange {
            contract: id.clone(),
            signed: Flip { before: before.map(|c| c.signed), after: after.map(|c| c.signed) },
            spend: amount(|c| c.spend),
            idle: amount(|c| c.idle),
            worth: Change::level(worth(before), worth(after)),
        };
        let both = before.is_some_and(computed) && after.is_some_and(computed);
        rows.push((row, both));
    }
    let largest = scale(rows.iter().flat_map(|(r, _)| [&r.spend, &r.idle, &r.worth]));
    rows.retain(|(r, both)| {
        let moneys = r.spend.differs(largest) || r.idle.differs(largest);
        r.signed.differs() || moneys || *both && r.worth.differs(largest)
    });
    let mut rows: Vec<ContractChange> = rows.into_iter().map(|(row, _)| row).collect();
    let size = |r: &ContractChange| (r.signed.differs(), r.spend.size() + r.idle.size());
    rows.sort_by(|x, y| size(y).0.cmp(&size(x).0).then(size(y).1.total_cmp(&size(x).1)));
    (rows, missing)
}

/// The work that is not done, where it differs.
pub(super) fn unmet(a: &Plan, b: &Plan) -> Vec<UnmetChange> {
    let of = |p: &Plan| p.unmet.iter().map(|u| ((u.workload.clone(), u.period.clone()), u.work)).collect();
    let row = |((workload, period), work)| UnmetChange { workload, period, work };
    differing(of(a), of(b)).into_iter().map(row).collect()
}

/// Amounts under the same key beside each other; several under one key are added up.
fn joined<K: Ord>(a: Vec<(K, f64)>, b: Vec<(K, f64)>) -> BTreeMap<K, Change> {
    let mut sums: BTreeMap<K, (Option<f64>, Option<f64>)> = BTreeMap::new();
    for (key, x) in a {
        let before = &mut sums.entry(key).or_default().0;
        *before = Some(before.unwrap_or(0.0) + x);
    }
    for (key, x) in b {
        let after = &mut sums.entry(key).or_default().1;
        *after = Some(after.unwrap_or(0.0) + x);
    }
    sums.into_iter().map(|(key, (before, after))| (key, Change::amount(before, after))).collect()
}

/// Those that differ, the largest change first.
fn differing<K: Ord>(a: Vec<(K, f64)>, b: Vec<(K, f64)>) -> Vec<(K, Change)> {
    let all = joined(a, b);
    let largest = scale(all.values());
    let mut rows: Vec<(K, Change)> = all.into_iter().filter(|(_, c)| c.differs(largest)).collect();
    rows.sort_by(|(_, x), (_, y)| y.size().total_cmp(&x.size()));
    rows
}
