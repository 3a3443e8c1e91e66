//! Ways of planning tried on what happened, as text, JSON and CSV.

use std::io::{self, Write};

use super::column::clean;
use super::summary::{ROWS, Table};
use super::{Style, text};
use crate::plan::{BacktestResult, BacktestRun, BacktestStatus};
use crate::units::human::{apart, count, money, number, percent};

/// Less than this part of the cost of hindsight is what the certificates leave open.
const EVEN: f64 = 1e-5;

/// Writes a backtest as JSON.
///
/// # Errors
/// What the writer reports.
pub fn write_json(found: &BacktestResult, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, found)?;
    writeln!(out)
}

/// Writes a backtest as CSV: a row for each way of planning and period, with what it cost and by how much that is beyond
/// hindsight.
///
/// # Errors
/// What the writer reports.
pub fn write_csv(found: &BacktestResult, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(["policy", "status", "period", "cost", "gap"])?;
    for run in std::iter::once(&found.hindsight).chain(&found.policies) {
        for p in &run.by_period {
            let (cost, gap) = (p.cost.to_string(), p.gap.to_string());
            table.write_record([&run.policy, status(run), &p.period, &cost, &gap])?;
        }
        if run.by_period.is_empty() {
            table.write_record([&run.policy, status(run), "", "", ""])?;
        }
    }
    table.flush()
}

/// Writes a backtest for a person.
///
/// # Errors
/// What the writer reports.
pub fn write_text(found: &BacktestResult, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let BacktestResult { model, from, last, dates, .. } = found;
    let plans = count(dates.len(), "plan");
    writeln!(out, "{}: {from} to {last} gone through again, {plans} for each policy", clean(&model.name))?;
    for sentence in sentences(found) {
        writeln!(out, "{}", clean(&sentence))?;
    }
    tables(found).iter().try_for_each(|table| text::table(table, style, out))
}

/// What was found, as tables.
pub(super) fn tables(found: &BacktestResult) -> Vec<Table<'_>> {
    [Some(costs(found)), by_period(found), signed(found)].into_iter().flatten().collect()
}

fn status(run: &BacktestRun) -> &'static str {
    match run.status {
        BacktestStatus::Certified => "certified",
        BacktestStatus::NoPlan => "no-plan",
        BacktestStatus::Uncertified => "uncertified",
    }
}

/// What was found, in sentences.
pub(super) fn sentences(found: &BacktestResult) -> Vec<String> {
    let currency = found.currency.as_str();
    let told = |x: f64| money(x, currency);
    let mut all = Vec::new();
    let ended: Vec<(&BacktestRun, f64)> = found.policies.iter().filter_map(|p| Some((p, p.cost?))).collect();
    let hindsight = found.hindsight.cost.unwrap_or(f64::NAN);
    let best = ended.iter().min_by(|a, b| a.1.total_cmp(&b.1));
    let worst = ended.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    match (best, worst) {
        (Some((best, cost)), Some((worst, most))) => {
            all.push(format!("With hindsight it would have cost {}.", told(hindsight)));
            let [least, largest] = apart(*cost, *most, currency);
            let gap = best.gap.unwrap_or(0.0);
            let beyond = if gap <= EVEN * hindsight.abs() {
                "as little as with hindsight".to_owned()
            } else {
                let part = best.part.map(|p| format!(" ({})", percent(p))).unwrap_or_default();
                format!("{}{part} more than with hindsight", told(gap))
            };
            all.push(format!("`{}` costs least, {least}: {beyond}.", best.policy));
            if most - cost > EVEN * hindsight.abs() {
                all.push(format!("`{}` costs most, {largest}.", worst.policy));
            }
        }
        _ => all.push("No policy has a certified cost.".to_owned()),
    }
    for run in found.policies.iter().filter(|p| p.cost.is_none()) {
        let why = match (run.status, &run.at) {
            (BacktestStatus::NoPlan, Some(at)) => {
                format!("has no plan at {at}: what it had signed, its forecast and the policy do not go together")
            }
            (BacktestStatus::NoPlan, None) => {
                "signed what leaves no way to serve what happened within the policy: give workloads a price under `unmet` to see what is missing".to_owned()
            }
            (_, Some(at)) => format!("has no certified plan at {at}"),
            (_, None) => "has no certified cost".to_owned(),
        };
        all.push(format!("`{}` {why}.", run.policy));
    }
    all
}

fn costs(found: &BacktestResult) -> Table<'static> {
    let row = |run: &BacktestRun| {
        let of = |x: Option<f64>| x.map_or_else(|| "-".to_owned(), number);
        let chips: f64 = run.signed.iter().map(|s| s.chips).sum();
        let worst = run.by_period.iter().max_by(|a, b| a.gap.total_cmp(&b.gap)).filter(|p| p.gap > 0.0);
        let worst = worst.map_or_else(|| "-".to_owned(), |p| format!("{} ({})", number(p.gap), p.period));
        vec![
            run.policy.clone(),
            of(run.cost),
            of(run.gap.filter(|_| run.policy != found.hindsight.policy)),
            run.part.map_or_else(|| "-".to_owned(), percent),
            worst,
            number(chips),
        ]
    };
    Table {
        heading: format!("What each policy would have cost ({})", found.currency),
        columns: vec![
            ("policy", false),
            ("cost", true),
            ("beyond hindsight", true),
            ("part", true),
            ("worst period", true),
            ("chips signed", true),
        ],
        rows: std::iter::once(&found.hindsight).chain(&found.policies).map(row).collect(),
        foot: Some(
            "What runs where is chosen afterwards at the lowest cost for all of them: they differ by what they signed"
                .to_owned(),
        ),
    }
}

/// By how much each policy costs more than hindsight, period by period; the periods with the most where there are many.
fn by_period(found: &BacktestResult) -> Option<Table<'_>> {
    let told: Vec<&BacktestRun> = found.policies.iter().filter(|p| p.cost.is_some()).collect();
    let periods = found.hindsight.by_period.len();
    if told.is_empty() || periods < 2 {
        return None;
    }
    let most = |t: usize| told.iter().map(|run| run.by_period[t].gap.abs()).fold(0.0, f64::max);
    let mut shown: Vec<usize> = (0..periods).collect();
    if periods > ROWS {
        shown.sort_by(|&a, &b| most(b).total_cmp(&most(a)));
        shown.truncate(ROWS);
        shown.sort_unstable();
    }
    let row = |&t: &usize| {
        let label = found.hindsight.by_period[t].period.clone();
        [label].into_iter().chain(told.iter().map(|run| number(run.by_period[t].gap))).collect()
    };
    let columns = std::iter::once(("period", false)).chain(told.iter().map(|run| (run.policy.as_str(), true)));
    Some(Table {
        heading: format!("Paid beyond hindsight, by period ({})", found.currency),
        columns: columns.collect(),
        rows: shown.iter().map(row).collect(),
        foot: (periods > ROWS).then(|| {
            format!("The {ROWS} of {periods} periods in which they differ most; all of them with --format csv")
        }),
    })
}

fn signed(found: &BacktestResult) -> Option<Table<'static>> {
    let runs = std::iter::once(&found.hindsight).chain(&found.policies);
    let all: Vec<Vec<String>> = runs
        .flat_map(|run| run.signed.iter().map(move |s| (run, s)))
        .map(|(run, s)| {
            let decided = s.decided.clone().unwrap_or_else(|| "-".to_owned());
            vec![run.policy.clone(), decided, s.offer.clone(), s.from.clone(), number(s.chips)]
        })
        .collect();
    let (shown, more) = (all.len().min(3 * ROWS), all.len().saturating_sub(3 * ROWS));
    (!all.is_empty()).then(|| Table {
        heading: "What each policy signed, and when".to_owned(),
        columns: vec![("policy", false), ("decided", false), ("offer", false), ("from", false), ("chips", true)],
        rows: all[..shown].to_vec(),
        foot: (more > 0).then(|| format!("{more} more; all of them with --format json")),
    })
}
