//! A minimal conflict: entries that cannot hold together, of which no one can be left out.
//!
//! A deletion filter (Chinneck and Dravnieks, "Locating minimal infeasible constraint sets in linear
//! programs", ORSA J. Computing 3(2), 1991) over whole entries of the model instead of rows, in
//! halving groups (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE
//! TSE 28(2), 2002). It starts from what the proof of infeasibility uses, if that is a conflict by
//! itself.

use super::case::{Case, Clash};
use super::entry::Entry;
use super::verdict::{Verdict, decide};
use crate::analysis::SolveSettings;
use crate::engine::EngineError;
use crate::model::is_ratio_of_held;

/// A conflict.
pub(super) struct Conflict {
    /// The entries, with where they clash.
    pub entries: Vec<Clash>,
    /// Whether it is proved of each of them that without it the others have a plan.
    pub minimal: bool,
}

/// Finds one among `all`, with some numbers changed; `None` if there is a plan, or it is not known.
pub(super) fn conflict(
    case: &Case<'_>,
    all: &[Entry],
    numbers: &[(Entry, f64)],
    settings: &SolveSettings,
) -> Result<Option<Conflict>, EngineError> {
    let test = |kept: &[Entry]| decide(&case.varied(kept, numbers), settings, false);
    let Verdict::NoPlan(proof) = test(all)? else { return Ok(None) };
    // What is first is tried to do without first: supply, then policy, then work.
    let mut kept: Vec<Entry> = all.to_vec();
    kept.sort_by_key(|e| (e.class() != 2, e.class() == 3, *e));
    if let Some(proof) = &proof {
        let named: Vec<Entry> = case.used(all, proof).into_iter().map(|c| c.entry).collect();
        let part: Vec<Entry> = kept.iter().copied().filter(|e| named.contains(e)).collect();
        if part.len() < kept.len() && matches!(test(&part)?, Verdict::NoPlan(_)) {
            kept = part;
        }
    }
    let mut minimal = true;
    let tight = case.model.limits.iter().any(|l| is_ratio_of_held(&l.kind));
    let mut tried = usize::MAX;
    let mut size = (kept.len() / 2).max(1);
    loop {
        let mut from = 0;
        while from < kept.len() {
            let to = (from + size).min(kept.len());
            let without: Vec<Entry> = kept[..from].iter().chain(&kept[to..]).copied().collect();
            match test(&without)? {
                Verdict::NoPlan(_) => {
                    kept = without;
                    continue;
                }
                Verdict::Plan(_) => {}
                Verdict::Unknown => minimal &= size > 1,
            }
            from = to;
        }
        // Where what is asked for can help to keep a share, less to ask for may be harder: then all are tried
        // again, until none of them can be left out.
        if size == 1 && (!tight || kept.len() == tried) {
            break;
        }
        tried = kept.len();
        size = (size / 2).max(1);
    }
    // Where they clash a proof of the conflict alone says.
    let mut clashes: Vec<Clash> = Vec::new();
    if let Verdict::NoPlan(Some(proof)) = test(&kept)? {
        clashes = case.used(&kept, &proof);
    }
    kept.sort_by_key(|e| (e.class() != 3, e.class(), *e));
    let of = |&entry: &Entry| {
        let known = clashes.iter().find(|c| c.entry == entry).cloned();
        known.unwrap_or(Clash { entry, periods: Vec::new(), futures: Vec::new() })
    };
    Ok(Some(Conflict { entries: kept.iter().map(of).collect(), minimal }))
}
