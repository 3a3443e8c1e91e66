//! A plan for several futures: what to sign now, what to wait for, what may come, and what it is worth.

use super::summary::Table;
use crate::plan::{DecisionResult, Plan, UncertaintyResult};
use crate::units::human::{count, money, number, percent};

/// Most rows of a table on one screen.
const ROWS: usize = 12;
/// The node in which nothing is known yet.
const START: &str = "start";

/// The tables, if something is not known yet.
pub(super) fn tables(plan: &Plan) -> Vec<Table> {
    let Some(u) = plan.uncertainty.as_deref() else { return Vec::new() };
    [Some(now(u)), wait(u), Some(may_come(plan, u)), Some(worth(plan, u))].into_iter().flatten().collect()
}

/// The decision in sentences.
pub(super) fn sentences(plan: &Plan) -> Vec<String> {
    let Some(u) = plan.uncertainty.as_deref() else { return Vec::new() };
    let amount = |x: f64| money(x, &plan.currency);
    let least = u.futures.iter().map(|f| f.cost).fold(f64::INFINITY, f64::min);
    let mut all = vec![format!(
        "The plan is expected to cost {} over {}: from {} to {}.",
        amount(u.expected),
        count(u.futures.len(), "future"),
        amount(least),
        amount(u.worst)
    )];
    let signed: Vec<&DecisionResult> =
        u.decisions.iter().filter(|d| d.node == START && d.kind == "contract" && d.amount > 0.5).collect();
    if !signed.is_empty() {
        let names: Vec<String> = signed.iter().map(|d| format!("`{}`", d.what)).collect();
        all.push(format!("Sign now: {}.", names.join(", ")));
    }
    all.push(u.evpi_sentence.clone());
    all.push(u.vss_sentence.clone());
    all.extend(u.waiting.iter().map(|w| w.sentence.clone()));
    all
}

/// Those that matter most: contracts, then the most chips.
fn chosen<'a>(all: impl Iterator<Item = &'a DecisionResult>) -> (Vec<&'a DecisionResult>, usize) {
    let mut all: Vec<(usize, &DecisionResult)> = all.enumerate().collect();
    let left = all.len().saturating_sub(ROWS);
    if left > 0 {
        let weight = |d: &DecisionResult| if d.kind == "contract" { f64::INFINITY } else { d.amount };
        all.sort_by(|a, b| weight(b.1).total_cmp(&weight(a.1)).then(a.0.cmp(&b.0)));
        all.truncate(ROWS);
        all.sort_by_key(|(i, _)| *i);
    }
    (all.into_iter().map(|(_, d)| d).collect(), left)
}

fn more(left: usize) -> Option<String> {
    (left > 0).then(|| format!("and {} more, with fewer chips (see --format json)", count(left, "decision")))
}

fn now(u: &UncertaintyResult) -> Table {
    let (own, left) = chosen(u.decisions.iter().filter(|d| d.node == START));
    let rows: Vec<Vec<String>> = own.iter().map(|d| vec![d.sentence.clone()]).collect();
    let nothing = rows.is_empty().then(|| "nothing has to be decided before it is known what comes".to_owned());
    Table {
        heading: "Sign now (the same in every future)".to_owned(),
        columns: vec![("decision", false)],
        rows,
        foot: more(left).or(nothing),
    }
}

fn wait(u: &UncertaintyResult) -> Option<Table> {
    let (own, left) = chosen(u.decisions.iter().filter(|d| d.node != START));
    let before = || "before the horizon".to_owned();
    let row = |d: &&DecisionResult| vec![d.decided.clone().unwrap_or_else(before), d.node.clone(), d.sentence.clone()];
    (!own.is_empty()).then(|| Table {
        heading: "Wait (decided when it is known what comes)".to_owned(),
        columns: vec![("when", false), ("if", false), ("decision", false)],
        rows: own.iter().map(row).collect(),
        foot: more(left),
    })
}

fn may_come(plan: &Plan, u: &UncertaintyResult) -> Table {
    let mut futures: Vec<_> = u.futures.iter().collect();
    futures.sort_by(|a, b| b.cost.total_cmp(&a.cost));
    let left = futures.len().saturating_sub(ROWS);
    futures.truncate(ROWS);
    let unmet = |f: &crate::plan::FutureResult| {
        let mut names: Vec<&str> = f.unmet.iter().map(|u| u.workload.as_str()).collect();
        names.dedup();
        if names.is_empty() { String::new() } else { names.join(", ") }
    };
    let rows = futures.iter().map(|f| {
        vec![f.future.clone(), percent(f.probability), number(f.cost), number(f.best), number(f.regret), unmet(f)]
    });
    let cheaper =
        (left > 0).then(|| format!("and {} more, which cost less (see --format json)", count(left, "future")));
    Table {
        heading: format!("What may come (cost in {})", plan.currency),
        columns: vec![
            ("future", false),
            ("probability", true),
            ("cost", true),
            ("if it were known", true),
            ("regret", true),
            ("work not done", false),
        ],
        rows: rows.collect(),
        foot: cheaper,
    }
}

fn worth(plan: &Plan, u: &UncertaintyResult) -> Table {
    let amount = |x: f64| money(if x.abs() <= 1e-9 * u.expected.abs() { 0.0 } else { x }, &plan.currency);
    let spread = format!(
        "Costs spread by {} (standard deviation); the dearest future costs {}.",
        amount(u.deviation),
        amount(u.worst)
    );
    let mut rows = vec![vec!["expected cost".to_owned(), amount(u.expected), spread]];
    if let Some(cvar) = u.cvar {
        let dearest = percent(1.0 - cvar.level);
        let sentence = format!("The dearest {dearest} of what may come costs so much in the mean.");
        rows.push(vec!["CVaR".to_owned(), amount(cvar.value), sentence]);
    }
    rows.push(vec!["knowing today (EVPI)".to_owned(), amount(u.evpi), u.evpi_sentence.clone()]);
    if u.evpi_by_factor.len() > 1 {
        for factor in &u.evpi_by_factor {
            let sentence = format!("What knowing `{}` today would be worth, the rest as it is.", factor.factor);
            let value = factor.evpi.map_or_else(|| "not certified".to_owned(), amount);
            rows.push(vec![format!("knowing {}", factor.factor), value, sentence]);
        }
    }
    let vss = u.vss.map_or_else(|| "no number".to_owned(), amount);
    rows.push(vec!["planning for it (VSS)".to_owned(), vss, u.vss_sentence.clone()]);
    for waiting in &u.waiting {
        let value = waiting.worth.map_or_else(|| "no number".to_owned(), amount);
        rows.push(vec![format!("waiting with {}", waiting.contract), value, waiting.sentence.clone()]);
    }
    rows.push(vec![
        "largest regret".to_owned(),
        amount(u.regret),
        "What some future costs beyond the least that it could.".to_owned(),
    ]);
    Table {
        heading: "What it is worth".to_owned(),
        columns: vec![("", false), ("amount", true), ("meaning", false)],
        rows,
        foot: None,
    }
}
