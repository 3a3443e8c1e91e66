//! Diff: what differs between two plans, and, if they are of models that were read, what was written
//! otherwise.
//!
//! Numbers are the same if they are within a millionth of the larger, or within a billionth of the
//! largest of their kind, which is rounding. What only one side computed (a premium, resilience) is
//! no difference; a note says so.

mod gate;
mod inputs;
mod lock;
mod number;
mod parts;
mod policy;
mod regions;
mod replanned;
mod types;
mod variance;

pub use gate::{Gate, GateCase};
pub use inputs::ASIDE;
pub use lock::{Lock, LockDiff, LockUnread, LockedChange, LockedDecision, LockedModel, LockedShare, Tolerance};
pub use types::{
    AssignmentChange, At, Change, ChipsChange, ContractChange, Diff, DiffSide, ExposureChange, Flip, GroupChange,
    InputChange, LimitChange, LineChange, PurchaseChange, ResilienceChange, Total, TotalChange, UnmetChange,
};

pub use replanned::{HeldOtherwise, ReplanResult, SignNow};
pub use variance::{Billed, BilledMonth, OfferVariance, Variance, VarianceError, variance};

use crate::model::Tree;
use crate::plan::{Plan, Status};

/// One of two plans to compare.
#[derive(Clone, Copy, Debug)]
pub struct Compared<'a> {
    /// What its file is called.
    pub file: &'a str,
    /// The plan.
    pub plan: &'a Plan,
    /// What was written of its model; `None` if only the plan is known.
    pub written: Option<&'a Tree>,
}

/// Why two plans cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiffError {
    /// Money of different currencies has no difference.
    #[error("A is in {0} and B in {1}, and their difference is in neither: write both in one currency")]
    Currency(String, String),
}

/// Compares two plans: A is before, B is after.
///
/// Where one of them has no plan, only that and what was written are reported.
///
/// # Errors
/// [`DiffError`] if they cannot be compared.
///
/// ```
/// use polysource::compare::{Compared, diff};
/// use polysource::{Model, SolveSettings, solve};
///
/// let plan = |price: f64| {
///     let model = Model::from_yaml_str(&format!(r"
/// polysource: 1
/// chips: {{ h100: {{ vendor: nvidia }} }}
/// clouds: {{ aws: {{}} }}
/// offers: {{ aws-h100: {{ chip: h100, cloud: aws, price: {price}, capacity: 100 }} }}
/// workloads: {{ chat: {{ kind: inference, demand: 90 req/h, throughput: {{ h100: 1 req/h }} }} }}
/// ")).unwrap();
///     solve(&model, &SolveSettings::default()).unwrap()
/// };
/// let (a, b) = (plan(4.0), plan(3.0));
/// let of = |plan| Compared { file: "plan.json", plan, written: None };
/// let found = diff(of(&a), of(&b)).unwrap();
/// // 90 chips at one less.
/// assert!((found.totals[0].cost.change.unwrap() + 90.0).abs() < 1e-6);
/// assert_eq!(diff(of(&a), of(&a)).unwrap().differences, 0);
/// ```
pub fn diff(a: Compared<'_>, b: Compared<'_>) -> Result<Diff, DiffError> {
    // Of several futures what is expected is compared.
    let (mut before, mut after) = (a.plan.expected(), b.plan.expected());
    regions::name_alike(&mut before, a.written, &after);
    regions::name_alike(&mut after, b.written, &before);
    let (before, after) = (&before, &after);
    if before.currency != after.currency {
        return Err(DiffError::Currency(before.currency.clone(), after.currency.clone()));
    }
    let mut missing: Vec<&str> = Vec::new();
    let (totals, of_totals) = parts::totals(before, after);
    missing.extend(of_totals);
    let mut found = Diff {
        polysource: env!("CARGO_PKG_VERSION").to_owned(),
        format: 1,
        a: side(a),
        b: side(b),
        currency: before.currency.clone(),
        same_input: before.model.sha256 == after.model.sha256,
        differences: 0,
        totals,
        lines: Vec::new(),
        purchases: Vec::new(),
        assignments: Vec::new(),
        exposure: Vec::new(),
        resilience: Vec::new(),
        limits: Vec::new(),
        contracts: Vec::new(),
        unmet: Vec::new(),
        inputs: a.written.zip(b.written).map(|(a, b)| inputs::inputs(a, b)),
        notes: Vec::new(),
    };
    // Beside no plan, everything would differ.
    if before.cost.is_some() && after.cost.is_some() {
        found.lines = parts::lines(before, after);
        found.purchases = parts::purchases(before, after);
        found.assignments = parts::assignments(before, after);
        found.exposure = policy::exposure(before, after);
        found.limits = policy::limits(before, after);
        found.unmet = parts::unmet(before, after);
        let (resilience, one_sided) = policy::resilience(before, after);
        found.resilience = resilience;
        missing.extend(one_sided.then_some("what is still served"));
        let (contracts, one_sided) = parts::contracts(before, after);
        found.contracts = contracts;
        missing.extend(one_sided.then_some("what contracts are worth"));
    }
    found.differences = found.totals.len()
        + found.lines.len()
        + found.purchases.len()
        + found.assignments.len()
        + found.exposure.len()
        + found.resilience.len()
        + found.limits.len()
        + found.contracts.len()
        + found.unmet.len()
        + found.inputs.as_ref().map_or(0, Vec::len);
    found.notes = notes(&found, before, after, &missing);
    for (side, plan) in [("A", a.plan), ("B", b.plan)] {
        if let Some(u) = &plan.uncertainty {
            let futures = u.futures.len();
            found
                .notes
                .push(format!("{side} is a plan for {futures} futures: its amounts are what is expected over them"));
        }
    }
    Ok(found)
}

fn side(of: Compared<'_>) -> DiffSide {
    DiffSide {
        file: of.file.to_owned(),
        solved: of.written.is_some(),
        model: of.plan.model.clone(),
        status: of.plan.status,
        total: of.plan.cost.as_ref().map(|c| c.total),
    }
}

fn notes(found: &Diff, a: &Plan, b: &Plan, missing: &[&str]) -> Vec<String> {
    let mut notes = Vec::new();
    if !missing.is_empty() {
        let what = missing.join(", ");
        notes.push(format!("not compared, since only one side computed it: {what} (solve both with --detail full)"));
    }
    let (Some(before), Some(after)) = (&a.cost, &b.cost) else {
        notes.push("where there is no plan there is nothing to compare it with".to_owned());
        return notes;
    };
    if a.model.periods != b.model.periods {
        notes.push("the horizons differ: what is summed over them is of different periods".to_owned());
    }
    let planned = found.differences > found.inputs.as_ref().map_or(0, Vec::len);
    let certified = |p: &Plan| p.status == Status::Optimal;
    let total = found.totals.iter().find(|t| t.what == Total::Total);
    if let (None, true) = (total, planned) {
        notes.push("plans that cost the same may differ in what they hold: either may be chosen".to_owned());
    }
    // The least cost of each lies between its bound and its cost.
    if let (Some(_), Some(x), Some(y)) = (total, a.certificate.bound, b.certificate.bound)
        && certified(a)
        && certified(b)
        && x.max(y) <= before.total.min(after.total)
    {
        notes.push("the totals differ by less than their certificates leave open".to_owned());
    }
    if found.same_input && planned {
        let why = "both are of the same input: they differ by engine, version, --detail or limits of time and gap";
        notes.push(why.to_owned());
    }
    notes
}
