//! A plan for several futures: what to sign now, what to wait for, what may come, and what it is worth.

use super::column::beside;
use super::summary::Table;
use crate::lp::Tolerances;
use crate::plan::{ComparedPlan, DecisionResult, Plan, SampleInterval, UncertaintyResult};
use crate::units::human::{apart, count, money, number, percent};

/// Most rows of a table on one screen.
pub(super) const ROWS: usize = 12;
/// Most futures that have a column of their own.
const FUTURES: usize = 4;
/// The node in which nothing is known yet.
pub(super) const START: &str = "start";

/// The tables, if something is not known yet.
pub(super) fn tables(plan: &Plan) -> Vec<Table<'_>> {
    let Some(u) = plan.uncertainty.as_deref() else { return Vec::new() };
    [Some(now(u)), wait(u), Some(may_come(plan, u, ROWS)), compared(plan, u), Some(worth(plan, u))]
        .into_iter()
        .flatten()
        .collect()
}

/// The decision in sentences.
pub(super) fn sentences(plan: &Plan) -> Vec<String> {
    let Some(u) = plan.uncertainty.as_deref() else { return Vec::new() };
    let amount = |x: f64| money(x, &plan.currency);
    let least = u.futures.iter().map(|f| f.cost).fold(f64::INFINITY, f64::min);
    let (futures, expected) = (count(u.futures.len(), "future"), amount(u.expected));
    let even = if is_even(u) { ", all taken as equally likely" } else { "" };
    // An interval comes before the number that it is about.
    let interval = u.draws.as_ref().and_then(|d| d.interval.as_ref());
    let mut all: Vec<String> = interval.iter().map(|i| i.sentence.clone()).collect();
    all.push(if let (Some(drawn), true) = (drawn_futures(u), interval.is_some()) {
        format!(
            "Over the {drawn} that it was made for, the plan costs {expected} in the mean: from {} to {}.",
            amount(least),
            amount(u.worst)
        )
    } else if amount(least) == amount(u.worst) {
        format!("The plan costs {expected} in each of {futures}.")
    } else {
        format!(
            "The plan is expected to cost {expected} over {futures}{even}: from {} to {}.",
            amount(least),
            amount(u.worst)
        )
    });
    all.extend(u.draws.iter().filter(|_| interval.is_none()).map(|d| d.sentence.clone()));
    let signed: Vec<&DecisionResult> =
        u.decisions.iter().filter(|d| d.node == START && d.kind == "contract" && d.amount > 0.5).collect();
    if !signed.is_empty() {
        let names: Vec<String> = signed.iter().map(|d| format!("`{}`", d.what)).collect();
        all.push(format!("Sign now: {}.", names.join(", ")));
    }
    all.push(u.evpi_sentence.clone());
    all.push(u.vss_sentence.clone());
    all.extend(u.waiting.iter().map(|w| w.sentence.clone()));
    all.extend(super::summary::clauses(plan));
    all
}

/// The futures that a plan was made for, where some of them are drawn at random: their mean is an estimate, and what tells
/// it says so.
pub(super) fn drawn_futures(u: &UncertaintyResult) -> Option<String> {
    u.draws.as_ref().map(|_| count(u.futures.len(), "drawn future"))
}

/// The ends of the interval of further samples as amounts: both, one if they are the same, and the lower one alone where
/// there is no upper one.
pub(super) fn ends(interval: &SampleInterval, currency: &str) -> Option<Vec<String>> {
    let lower = interval.lower?;
    let Some(upper) = interval.upper else { return Some(vec![money(lower, currency)]) };
    // Each cost is certified to within this part of itself: what is less is rounding.
    let rounding = Tolerances::default().gap * (1.0 + lower.abs().max(upper.abs()));
    let alike = upper - lower <= rounding;
    Some(if alike { vec![money(upper, currency)] } else { apart(lower, upper, currency).to_vec() })
}

/// The same in a cell.
pub(super) fn interval_cell(interval: &SampleInterval, currency: &str) -> Option<String> {
    let least = if interval.upper.is_none() { "at least " } else { "" };
    ends(interval, currency).map(|ends| format!("{least}{}", ends.join(" to ")))
}

/// Whether no probabilities were given, so that every mean is one of futures that are all as likely.
fn is_even(u: &UncertaintyResult) -> bool {
    u.futures.iter().all(|f| f.probability.is_none())
}

/// A decision for the eye: what is held period by period of one offer in one node is one row.
pub(super) struct Row {
    node: String,
    decided: Option<String>,
    pub(super) sentence: String,
    /// The same in the few words that a picture has room for.
    pub(super) brief: String,
    /// Contracts first, then what binds for a term, then what is held by the period, each by size.
    rank: (u8, f64),
}

/// The rows of decisions, those that matter most, and how many more there are.
pub(super) fn rows<'a>(all: impl Iterator<Item = &'a DecisionResult>) -> (Vec<Row>, usize) {
    let mut rows: Vec<Row> = Vec::new();
    let mut held: Vec<(&DecisionResult, f64, f64, &str)> = Vec::new();
    for d in all {
        // What is held by the period is reported as one decision, what binds for longer each by itself.
        let by_period = matches!(d.kind.as_str(), "on-demand" | "spot" | "owned");
        if !by_period {
            let binds = matches!(d.kind.as_str(), "contract" | "option" | "termination" | "lowering");
            let rank = (u8::from(!binds), d.amount);
            let (node, decided) = (d.node.clone(), d.decided.clone());
            let verb = match d.kind.as_str() {
                "reserved" => Some("reserve"),
                "purchase" => Some("buy"),
                _ => None,
            };
            let brief = match verb {
                Some(verb) => format!("{verb} {} {} {}", number(d.amount), d.what, during(&d.from, &d.to)),
                None => d.sentence.replace('`', ""),
            };
            rows.push(Row { node, decided, sentence: d.sentence.clone(), brief, rank });
            continue;
        }
        match held.iter_mut().find(|(h, ..)| (&h.node, &h.what, &h.contract) == (&d.node, &d.what, &d.contract)) {
            Some((_, least, most, to)) => {
                (*least, *most, *to) = (least.min(d.amount), most.max(d.amount), &d.to);
            }
            None => held.push((d, d.amount, d.amount, &d.to)),
        }
    }
    for (first, least, most, to) in held {
        let (least_told, most_told) = (number(least), number(most));
        let chips = if least_told == most_told { most_told } else { format!("{least_told} to {most_told}") };
        let verb = if first.kind == "owned" { "run" } else { "rent" };
        let time = during(&first.from, to);
        let sentence = if first.to == to {
            first.sentence.clone()
        } else {
            let under = first.contract.as_ref().map(|k| format!(" under `{k}`")).unwrap_or_default();
            format!("{verb} {chips} chips of `{}`{under} {time}", first.what)
        };
        let brief = format!("{verb} {chips} {} {time}", first.what);
        let (node, decided) = (first.node.clone(), first.decided.clone());
        rows.push(Row { node, decided, sentence, brief, rank: (2, most) });
    }
    let left = rows.len().saturating_sub(ROWS);
    rows.sort_by(|a, b| a.rank.0.cmp(&b.rank.0).then(b.rank.1.total_cmp(&a.rank.1)));
    rows.truncate(ROWS);
    (rows, left)
}

/// From when to when.
fn during(from: &str, to: &str) -> String {
    if from == to { format!("in {to}") } else { format!("from {from} to {to}") }
}

fn more(left: usize) -> Option<String> {
    let word = if left == 1 { "is" } else { "are" };
    (left > 0).then(|| format!("{left} more, of fewer chips, {word} in --format json"))
}

pub(super) fn now(u: &UncertaintyResult) -> Table<'static> {
    let (own, left) = rows(u.decisions.iter().filter(|d| d.node == START));
    let nothing = own.is_empty().then(|| "nothing has to be decided before it is known what comes".to_owned());
    Table {
        heading: "Sign now (the same in every future)".to_owned(),
        columns: vec![("decision", false)],
        rows: own.into_iter().map(|row| vec![row.sentence]).collect(),
        foot: more(left).or(nothing),
    }
}

pub(super) fn wait(u: &UncertaintyResult) -> Option<Table<'static>> {
    let (mut own, left) = rows(u.decisions.iter().filter(|d| d.node != START));
    if own.is_empty() {
        return None;
    }
    let nodes = |node: &str| u.nodes.iter().position(|n| n.node == node);
    own.sort_by(|a, b| nodes(&a.node).cmp(&nodes(&b.node)).then(a.rank.0.cmp(&b.rank.0)));
    let before = || "before the horizon".to_owned();
    Some(Table {
        heading: "Wait (decided when it is known what comes)".to_owned(),
        columns: vec![("from", false), ("if", false), ("decision", false)],
        rows: own.into_iter().map(|r| vec![r.decided.unwrap_or_else(before), r.node, r.sentence]).collect(),
        foot: more(left),
    })
}

/// What each future costs, the dearest first and no more than so many.
pub(super) fn may_come(plan: &Plan, u: &UncertaintyResult, most: usize) -> Table<'static> {
    let mut futures: Vec<_> = u.futures.iter().collect();
    futures.sort_by(|a, b| b.cost.total_cmp(&a.cost));
    let left = futures.len().saturating_sub(most);
    futures.truncate(most);
    let unmet = |f: &crate::plan::FutureResult| {
        let mut names: Vec<&str> = f.unmet.iter().map(|u| u.workload.as_str()).collect();
        names.dedup();
        if names.is_empty() { String::new() } else { names.join(", ") }
    };
    let rows = futures.iter().map(|f| {
        let likely = f.probability.map_or_else(|| "-".to_owned(), percent);
        vec![f.future.clone(), likely, number(f.cost), number(f.best), beside(f.regret, f.cost), unmet(f)]
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
            ("unmet demand", false),
        ],
        rows: rows.collect(),
        foot: cheaper,
    }
}

/// The plans side by side, if there are several; with what each future costs where there is room for it.
pub(super) fn compared<'a>(plan: &Plan, u: &'a UncertaintyResult) -> Option<Table<'a>> {
    if u.plans.len() < 2 {
        return None;
    }
    let mean = if u.draws.is_some() { "mean of the draws" } else { "expected" };
    let mut columns = vec![("plan", false), (mean, true), ("worst", true), ("largest regret", true)];
    let shown = u.futures.len() <= FUTURES;
    columns.extend(u.futures.iter().filter(|_| shown).map(|f| (f.future.as_str(), true)));
    let row = |p: &ComparedPlan| {
        let costs = p.costs.iter().filter(|_| shown).map(|c| number(*c));
        let own = [p.name.clone(), number(p.expected), number(p.worst), beside(p.regret, p.expected)];
        own.into_iter().chain(costs).collect()
    };
    let hidden = || "what each future costs with them is in --format json".to_owned();
    Some(Table {
        heading: format!("{} (cost in {})", side_by_side(u), plan.currency),
        columns,
        rows: u.plans.iter().map(row).collect(),
        foot: (!shown).then(hidden),
    })
}

/// How many plans stand side by side.
pub(super) fn side_by_side(u: &UncertaintyResult) -> &'static str {
    if u.plans.len() < 3 { "Two plans side by side" } else { "Three plans side by side" }
}

pub(super) fn worth(plan: &Plan, u: &UncertaintyResult) -> Table<'static> {
    let amount = |x: f64| money(if x.abs() <= 1e-9 * u.expected.abs() { 0.0 } else { x }, &plan.currency);
    // A difference of two costs is known no better than the costs.
    let open = plan.certificate.gap.unwrap_or(0.0) * (1.0 + u.expected.abs());
    let difference = |x: f64| {
        let sure = x.abs() > open || x.abs() <= 1e-9 * u.expected.abs();
        if sure { amount(x) } else { format!("under {}", amount(open)) }
    };
    let even = is_even(u);
    let spread = format!(
        "{}osts spread by {} (standard deviation); the dearest future costs {}.",
        if even { "With all futures taken as equally likely c" } else { "C" },
        amount(u.deviation),
        amount(u.worst)
    );
    let mut rows = Vec::new();
    // What is known of all that may be drawn, before what is known of the draws.
    if let Some(draws) = &u.draws {
        let interval = draws.interval.as_ref();
        let value = match interval {
            Some(i) => interval_cell(i, &plan.currency).unwrap_or_else(|| "no interval".to_owned()),
            None => "an estimate".to_owned(),
        };
        rows.push(vec![u.aim().to_owned(), value, draws.sentence.clone()]);
        if let Some(gap) = interval.and_then(|i| i.gap) {
            let sentence = "What this plan costs at most beyond the best one, with the same confidence.".to_owned();
            rows.push(vec!["statistical gap".to_owned(), amount(gap), sentence]);
        }
    }
    let mean = drawn_futures(u).map_or_else(|| "expected cost".to_owned(), |drawn| format!("mean of {drawn}"));
    rows.push(vec![mean, amount(u.expected), spread]);
    if let Some(cvar) = u.cvar {
        let dearest = percent(1.0 - cvar.level);
        let sentence = format!("The dearest {dearest} of what may come costs so much in the mean.");
        rows.push(vec!["CVaR".to_owned(), amount(cvar.value), sentence]);
    }
    rows.push(vec!["knowing today (EVPI)".to_owned(), difference(u.evpi), u.evpi_sentence.clone()]);
    if u.evpi_by_factor.len() > 1 {
        for factor in &u.evpi_by_factor {
            let all = if even { ", with all futures taken as equally likely" } else { "" };
            let sentence = format!("What knowing `{}` today would be worth, the rest as it is{all}.", factor.factor);
            let value = factor.evpi.map_or_else(|| "not certified".to_owned(), difference);
            rows.push(vec![format!("knowing {}", factor.factor), value, sentence]);
        }
    }
    let vss = u.vss.map_or_else(|| "no number".to_owned(), difference);
    rows.push(vec!["planning for it (VSS)".to_owned(), vss, u.vss_sentence.clone()]);
    for waiting in &u.waiting {
        let value = waiting.worth.map_or_else(|| "no number".to_owned(), difference);
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
