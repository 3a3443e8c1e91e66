//! Plans in futures that they were not made for, as text, JSON and CSV.

use std::io::{self, Write};

use super::column::clean;
use super::summary::Table;
use super::{Style, text};
use crate::plan::{EvaluatedPlan, Evaluation};
use crate::units::human::{apart, count, money, number, percent};

/// Writes an evaluation as JSON.
///
/// # Errors
/// What the writer reports.
pub fn write_json(evaluation: &Evaluation, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, evaluation)?;
    writeln!(out)
}

/// Writes an evaluation as CSV: a row for each plan and part of the futures with its largest cost.
///
/// # Errors
/// What the writer reports.
pub fn write_csv(evaluation: &Evaluation, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(["plan", "part", "cost", "expected", "lower", "upper"])?;
    let told = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
    for plan in &evaluation.plans {
        for q in &plan.quantiles {
            let of_plan = [told(plan.expected), told(plan.lower), told(plan.upper)];
            let row = [plan.plan.clone(), q.part.to_string(), q.cost.to_string()];
            table.write_record(row.into_iter().chain(of_plan))?;
        }
    }
    table.flush()
}

/// Writes an evaluation for a person.
///
/// # Errors
/// What the writer reports.
pub fn write_text(evaluation: &Evaluation, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let Evaluation { model, draws, .. } = evaluation;
    writeln!(out, "{}: evaluated on {} that no plan was made for", clean(&model.name), count(*draws, "draw"))?;
    for sentence in sentences(evaluation) {
        writeln!(out, "{}", clean(&sentence))?;
    }
    tables(evaluation).iter().try_for_each(|table| text::table(table, style, out))
}

/// What was found, as tables.
pub(super) fn tables(evaluation: &Evaluation) -> Vec<Table<'static>> {
    [costs(evaluation)].into_iter().chain(unmet(evaluation)).collect()
}

/// What was found, in sentences.
pub(super) fn sentences(evaluation: &Evaluation) -> Vec<String> {
    let currency = evaluation.currency.as_str();
    let mut all = Vec::new();
    for plan in &evaluation.plans {
        let name = subject(plan);
        all.push(match (plan.expected, plan.lower, plan.upper) {
            (Some(expected), Some(lower), Some(upper)) => {
                let with = percent(evaluation.confidence);
                let [lower, upper] = apart(lower, upper, currency);
                let expected = money(expected, currency);
                format!("{name} costs {expected} in the mean; with {with} confidence its expected cost is between {lower} and {upper}.")
            }
            _ if plan.uncertified > 0 => {
                format!("{name} has no certified cost in {} of {} batches.", plan.uncertified, evaluation.batches)
            }
            _ => format!(
                "{name} cannot be followed in {} of {} (first in `{}`): it has no expected cost.",
                plan.not_followed,
                count(evaluation.draws, "draw"),
                plan.first.as_deref().unwrap_or_default()
            ),
        });
    }
    let expected = |which: &str| evaluation.plans.iter().find(|p| p.plan == which).and_then(|p| p.expected);
    if let (Some(here), Some(base)) = (expected("here-and-now"), expected("base")) {
        let by = money((base - here).abs(), currency);
        let word = if base >= here { "saves" } else { "costs" };
        all.push(format!(
            "Planning for what is drawn {word} {by} against the plan for the base case, over these draws."
        ));
    }
    if let Some(here) = expected("here-and-now") {
        let worth = money(here - evaluation.wait_and_see, currency);
        all.push(format!("Knowing every draw at the start would save {worth} in the mean."));
    }
    all
}

fn subject(plan: &EvaluatedPlan) -> String {
    match plan.plan.as_str() {
        "here-and-now" => "The plan".to_owned(),
        _ => format!("The plan made for {}", plan.name.trim_start_matches("planned for ")),
    }
}

fn costs(evaluation: &Evaluation) -> Table<'static> {
    let row = |plan: &EvaluatedPlan| {
        let at = |part: f64| plan.quantiles.iter().find(|q| (q.part - part).abs() < 1e-9).map(|q| q.cost);
        let all = [
            plan.expected,
            plan.deviation,
            at(0.0),
            at(0.05),
            at(0.5),
            at(0.95),
            at(1.0),
            plan.dearest,
            plan.regret,
            plan.largest_regret,
        ];
        let told = |x: &Option<f64>| x.map_or_else(|| "-".to_owned(), number);
        [plan.name.clone()].into_iter().chain(all.iter().map(told)).collect()
    };
    Table {
        heading: format!("What each plan costs over the draws ({})", evaluation.currency),
        columns: vec![
            ("plan", false),
            ("mean", true),
            ("deviation", true),
            ("least", true),
            ("5 %", true),
            ("half", true),
            ("95 %", true),
            ("most", true),
            ("dearest tenth", true),
            ("mean regret", true),
            ("most regret", true),
        ],
        rows: evaluation.plans.iter().map(row).collect(),
        foot: Some("5 %, half and 95 %: so much of the draws costs no more; regret is what a draw costs beyond the least it could".to_owned()),
    }
}

fn unmet(evaluation: &Evaluation) -> Option<Table<'static>> {
    let rows: Vec<Vec<String>> = evaluation
        .plans
        .iter()
        .flat_map(|plan| plan.unmet.iter().map(move |u| (plan, u)))
        .map(|(plan, u)| {
            let expected = format!("{} {}", number(u.expected), u.unit);
            vec![plan.name.clone(), u.workload.clone(), percent(u.probability), expected]
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        heading: "What is not served".to_owned(),
        columns: vec![("plan", false), ("workload", false), ("in draws", true), ("in the mean", true)],
        rows,
        foot: None,
    })
}
