//! When a factor would have to be known for all futures to have a plan together.

use super::case::{Case, Varied};
use super::verdict::{Verdict, decide};
use crate::analysis::SolveSettings;
use crate::engine::EngineError;

/// How much sooner each factor would have to be known for a plan: a sentence for those of which that is enough.
pub(super) fn sooner(case: &Case<'_>, settings: &SolveSettings) -> Result<Vec<String>, EngineError> {
    let Some(uncertainty) = &case.uncertainty else { return Ok(Vec::new()) };
    let known = uncertainty.known();
    let mut told = Vec::new();
    for (i, factor) in uncertainty.factors().iter().enumerate() {
        let plan = |at: i64| {
            let mut sooner = known.clone();
            sooner[i] = at;
            let varied = Varied { models: case.futures.clone(), uncertainty: Some(uncertainty), known: sooner };
            Ok::<bool, EngineError>(matches!(decide(&varied, settings, false)?, Verdict::Plan(_)))
        };
        if known.len() > 1 && !plan(-1)? {
            continue;
        }
        // The latest date at which there is a plan lies in good..bad.
        let (mut good, mut bad) = (-1, known[i]);
        while bad - good > 1 {
            let middle = (good + bad) / 2;
            if plan(middle)? { good = middle } else { bad = middle }
        }
        let label = |t: i64| usize::try_from(t).ok().map(|t| case.model.calendar.periods[t].label.as_str());
        let when = label(good).map_or_else(|| "before the first decision".to_owned(), |t| format!("in {t}"));
        let now = label(known[i]).unwrap_or_default();
        told.push(format!(
            "There is a plan if `{}` is known {when} instead of in {now}, or if what depends on it is decided so much later.",
            factor.id
        ));
    }
    Ok(told)
}
