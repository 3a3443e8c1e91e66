//! The rows of a sweep as text, CSV and JSON lines.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Style, text};
use crate::analysis::sweep::{Row, Setting, SettingColumn, SweepLine, SweepPlan, spreads, tornado};
use crate::model::Method;
use crate::units::human::number;

/// Columns that fit on a screen.
const FIT: usize = 8;

/// Writes the rows as CSV: the point, what varies, the status, the columns, a message. A tornado
/// has the rank of the input as well: 1 for the largest effect, 0 for the model as written.
///
/// # Errors
/// What the writer reports.
pub fn write_csv(plan: &SweepPlan, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    let ranks = ranks(plan, rows);
    let rank = ranks.iter().map(|_| "rank".to_owned());
    let names = plan.settings.iter().map(|s| super::csv::safe(&s.name));
    let columns = plan.columns.iter().map(|c| super::csv::safe(&c.name));
    let header = ["point".to_owned()].into_iter().chain(rank.take(1)).chain(names).chain(["status".to_owned()]);
    table.write_record(header.chain(columns).chain(["message".to_owned()]))?;
    for row in rows {
        let rank = ranks.get(row.point).map(ToString::to_string);
        let settings = plan.settings.iter().map(|column| match setting(plan, row.point, column) {
            Setting::Number(x) => x.to_string(),
            Setting::Text(text) => super::csv::safe(&text),
            Setting::AsWritten(()) => String::new(),
        });
        let values = row.values.iter().map(|v| v.map(|v| v.to_string()).unwrap_or_default());
        let record = [row.point.to_string()].into_iter().chain(rank).chain(settings);
        let record = record.chain([row.status.word().to_owned()]).chain(values);
        table.write_record(record.chain([super::csv::safe(row.message.as_deref().unwrap_or(""))]))?;
    }
    table.flush()
}

/// Writes the rows as JSON lines, each a [`SweepLine`].
///
/// # Errors
/// What the writer reports.
pub fn write_jsonl(plan: &SweepPlan, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let ranks = ranks(plan, rows);
    for row in rows {
        let at = plan.settings.iter().map(|column| (column.name.clone(), setting(plan, row.point, column)));
        let values = plan.columns.iter().zip(&row.values).map(|(c, v)| (c.name.clone(), *v));
        let line = SweepLine {
            point: row.point,
            rank: ranks.get(row.point).copied(),
            at: at.collect(),
            status: row.status,
            values: values.collect(),
            message: row.message.clone(),
        };
        serde_json::to_writer(&mut *out, &line)?;
        writeln!(out)?;
    }
    Ok(())
}

/// Writes a sweep for a person: its rows; of a tornado the inputs by their effect; of a sample how
/// each column is spread.
///
/// # Errors
/// What the writer reports.
pub fn write_text(plan: &SweepPlan, rows: &[Row], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    rows.iter().for_each(|r| *count.entry(r.status.word()).or_insert(0) += 1);
    let statuses = count.iter().map(|(status, n)| format!("{n} {status}")).collect::<Vec<_>>().join(", ");
    writeln!(out, "{} points: {statuses}", rows.len())?;
    match plan.method {
        Method::Tornado => bars(plan, rows, style, out)?,
        Method::Sample(_) => spread(plan, rows, style, out)?,
        Method::Grid | Method::List => listed(plan, rows, style, out)?,
    }
    for row in rows.iter().filter(|r| r.message.is_some()).take(5) {
        let message = row.message.as_deref().unwrap_or("");
        writeln!(out, "  point {}: {}", row.point, super::column::clean(message))?;
    }
    Ok(())
}

/// What a column says of where a point is.
pub(super) fn setting(plan: &SweepPlan, point: usize, column: &SettingColumn) -> Setting {
    if let Some(values) = &column.values {
        return values[point].map_or(Setting::AsWritten(()), Setting::Number);
    }
    match (plan.points[point][column.axis], &plan.scenarios[column.axis]) {
        (None, _) => Setting::AsWritten(()),
        (Some(list), Some(names)) => Setting::Text(names[list as usize].clone()),
        (Some(x), None) => Setting::Number(x),
    }
}

/// For each point of a tornado the rank of its input; empty for others.
pub(super) fn ranks(plan: &SweepPlan, rows: &[Row]) -> Vec<usize> {
    if plan.method != Method::Tornado {
        return Vec::new();
    }
    let mut ranks = vec![0; rows.len()];
    for (i, bar) in tornado(plan, rows).iter().enumerate() {
        bar.points.iter().for_each(|&p| ranks[p] = i + 1);
    }
    ranks
}

fn cell(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), number)
}

fn listed(plan: &SweepPlan, rows: &[Row], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let shown = plan.columns.len().min(FIT);
    let mut columns: Vec<(&str, bool)> = plan.settings.iter().map(|s| (s.name.as_str(), true)).collect();
    columns.push(("status", false));
    columns.extend(plan.columns.iter().take(shown).map(|c| (c.name.as_str(), true)));
    let rows = rows.iter().map(|row| {
        let settings = plan.settings.iter().map(|column| match setting(plan, row.point, column) {
            Setting::Number(x) => number(x),
            Setting::Text(text) => text,
            Setting::AsWritten(()) => "as written".to_owned(),
        });
        settings.chain([row.status.word().to_owned()]).chain(row.values.iter().take(shown).map(|v| cell(*v))).collect()
    });
    let more = plan.columns.len() - shown;
    let foot = (more > 0).then(|| format!("{more} more columns with --format csv."));
    text::named("Points", &columns, &rows.collect::<Vec<_>>(), foot.as_deref(), style, out)
}

fn bars(plan: &SweepPlan, rows: &[Row], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let first = plan.columns.first().map_or("", |c| c.name.as_str());
    let base = rows.first().and_then(|r| r.values.first().copied().flatten());
    let at = |setting: f64, value: Option<f64>| format!("{} at {}", cell(value), number(setting));
    let bars = tornado(plan, rows).into_iter().map(|bar| {
        vec![
            // The last of an axis tells what its ends are in.
            plan.settings.iter().rfind(|s| s.axis == bar.axis).map_or("", |s| s.name.as_str()).to_owned(),
            at(bar.settings[0], bar.values[0]),
            at(bar.settings[1], bar.values[1]),
            bar.effect.map_or("no plan".to_owned(), number),
        ]
    });
    let heading = format!("Inputs by their effect on {first}, which is {} as written", cell(base));
    let columns = [("input", false), ("down", true), ("up", true), ("effect", true)];
    text::named(&heading, &columns, &bars.collect::<Vec<_>>(), None, style, out)
}

fn spread(plan: &SweepPlan, rows: &[Row], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let lines = plan.columns.iter().zip(spreads(plan, rows)).filter_map(|(column, spread)| {
        let s = spread?;
        let numbers = [s.mean, s.deviation].into_iter().chain(s.quantiles).map(number);
        Some([column.name.clone(), s.count.to_string()].into_iter().chain(numbers).collect())
    });
    let names = ["points", "mean", "deviation", "least", "5 %", "50 %", "95 %", "most"];
    let columns: Vec<(&str, bool)> = [("column", false)].into_iter().chain(names.map(|n| (n, true))).collect();
    let foot = Some("Over the points that have a plan.");
    text::named("How the columns are spread", &columns, &lines.collect::<Vec<_>>(), foot, style, out)
}
