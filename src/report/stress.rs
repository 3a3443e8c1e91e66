//! The stress table as text, JSON and CSV.

use std::io::{self, Write};

use super::column::clean;
use super::dependency::served;
use super::summary::{Table, share};
use super::{Style, text};
use crate::resilience::Stress;
use crate::units::human::{count, money, number, percent};

/// Writes a stress table as JSON.
///
/// # Errors
/// What the writer reports.
pub fn write_json(stress: &Stress, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, stress)?;
    writeln!(out)
}

/// Writes a stress table as CSV: a row for each loss and workload, and future if there are several.
///
/// # Errors
/// What the writer reports.
pub fn write_csv(stress: &Stress, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    let several = !stress.futures.is_empty();
    let mut columns = vec![
        "by",
        "lost",
        "fraction",
        "served",
        "period",
        "loss",
        "loss_period",
        "exposure",
        "time_to_survive",
        "workload",
        "workload_served",
        "workload_period",
        "workload_lost",
        "unit",
    ];
    if several {
        columns.push("future");
    }
    table.write_record(columns)?;
    let every = stress.futures.iter().flat_map(|f| &f.losses);
    let alone = stress.losses.iter().filter(|_| !several);
    for l in every.chain(alone) {
        for w in &l.workloads {
            let mut row = vec![
                super::csv::safe(&l.lost.by),
                super::csv::safe(&l.lost.group),
                l.fraction.to_string(),
                l.served.to_string(),
                super::csv::safe(&l.period),
                l.loss.to_string(),
                super::csv::safe(&l.loss_period),
                l.exposure.to_string(),
                l.time_to_survive.map(|h| h.to_string()).unwrap_or_default(),
                super::csv::safe(&w.workload),
                w.served.to_string(),
                super::csv::safe(&w.period),
                w.lost.to_string(),
                super::csv::safe(&w.unit),
            ];
            if several {
                row.push(l.future.as_deref().map(super::csv::safe).unwrap_or_default());
            }
            table.write_record(row)?;
        }
    }
    table.flush()
}

/// Writes a stress table for a person.
///
/// # Errors
/// What the writer reports.
pub fn write_text(stress: &Stress, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let scenarios = stress.model.scenarios.join(", ");
    let scenarios = if scenarios.is_empty() { scenarios } else { format!(" ({})", clean(&scenarios)) };
    let futures = match stress.futures.len() {
        0 => String::new(),
        n => format!(", in each of {}", count(n, "future")),
    };
    writeln!(
        out,
        "{}{scenarios}: each supplier lost in turn{futures}, the costliest first",
        clean(&stress.model.name)
    )?;
    for table in tables(stress) {
        text::table(&table, style, out)?;
    }
    for note in &stress.notes {
        writeln!(out, "\n{}", clean(note))?;
    }
    Ok(())
}

/// The losses, and what each does to the workloads.
pub(super) fn tables(stress: &Stress) -> Vec<Table<'static>> {
    [losses(stress)].into_iter().chain(deliveries(stress)).chain([workloads(stress)]).collect()
}

/// What stands upstream, the one that hurts most first.
fn deliveries(stress: &Stress) -> Option<Table<'static>> {
    let told = |period: &Option<String>| period.clone().unwrap_or_else(|| "after the horizon".to_owned());
    let rows: Vec<Vec<String>> = stress
        .losses
        .iter()
        .filter_map(|l| Some((l, l.deliveries.as_ref()?)))
        .map(|(l, d)| {
            let most = d.missing.iter().max_by(|a, b| a.chips.total_cmp(&b.chips)).filter(|m| m.chips > 0.0);
            let survives = l.time_to_survive.map_or("for ever".to_owned(), duration);
            vec![
                l.lost.group.clone(),
                d.lost.clone(),
                told(&d.stops),
                told(&d.back),
                most.map_or("0".to_owned(), |m| format!("{} in {}", number(m.chips), m.period)),
                served(l.served),
                if l.loss > 0.0 { money(l.loss, &stress.currency) } else { "0".to_owned() },
                survives,
                if d.back.is_some() { duration(d.recovery) } else { format!("{} or more", duration(d.recovery)) },
                d.substitute.clone().unwrap_or_default(),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        heading: "Upstream: deliveries that stop".to_owned(),
        columns: vec![
            ("upstream", false),
            ("lost in", false),
            ("deliveries stop", false),
            ("and come again", false),
            ("chips missing, at most", false),
            ("still served, at worst", true),
            ("lost until recovery", true),
            ("time to survive", true),
            ("time to recover", true),
            ("substitute", false),
        ],
        rows,
        foot: Some(
            "What is installed stays. Lost in the period in which that costs most; time to survive is the shortest of any period, if it never recovers."
                .to_owned(),
        ),
    })
}

fn name(lost: &crate::plan::Lost) -> String {
    format!("{} {}", lost.by, lost.group)
}

fn losses(stress: &Stress) -> Table<'static> {
    let several = !stress.futures.is_empty();
    let dated = stress.model.periods.len() > 1;
    let at = |text: String, period: &str| if dated { format!("{text} in {period}") } else { text };
    let rows = stress
        .losses
        .iter()
        .map(|l| {
            let whole = if l.fraction < 1.0 { format!(" ({})", percent(l.fraction)) } else { String::new() };
            let part = served(l.served);
            let lasts = match l.time_to_survive {
                Some(hours) => at(duration(hours), &l.time_to_survive_period),
                None => "for ever".to_owned(),
            };
            let also = l.also.iter().map(name).collect::<Vec<_>>().join(", ");
            let mut row = vec![
                format!("{}{whole}", name(&l.lost)),
                match &l.decides {
                    Some(workload) if l.served < 1.0 => format!("{} ({workload})", at(part, &l.period)),
                    _ => part,
                },
                if l.loss > 0.0 { at(money(l.loss, &stress.currency), &l.loss_period) } else { "0".to_owned() },
                share(l.exposure),
                lasts,
                also,
            ];
            row.extend(l.future.clone());
            row
        })
        .collect();
    let mut columns = vec![
        ("lost", false),
        ("still served, at worst", false),
        ("lost until recovery", false),
        ("exposure", true),
        ("buffers last", false),
        ("the same as", false),
    ];
    if several {
        columns.push(("in the future", false));
    }
    let heading = if several { "Losses, each in the future in which it costs most" } else { "Losses" };
    Table {
        heading: heading.to_owned(),
        columns,
        rows,
        foot: Some(format!(
            "Still served: the largest part of what the plan serves at which {} can be served at once, and the workload that decides it. Exposure: the loss as a part of the largest.",
            counted(stress)
        )),
    }
}

/// The workloads that are rerouted, if they are the same after every loss.
fn counted(stress: &Stress) -> String {
    let mut all = stress.losses.iter().map(|l| &l.counts);
    match all.next() {
        Some(first) if all.all(|c| c == first) && first.len() <= 4 => first.join(", "),
        _ => "all that is rerouted".to_owned(),
    }
}

fn workloads(stress: &Stress) -> Table<'static> {
    let dated = stress.model.periods.len() > 1;
    let mut rows = Vec::new();
    for l in &stress.losses {
        for w in l.workloads.iter().filter(|w| w.served < 1.0 - 1e-9 || w.lost > 0.0) {
            let mut row = vec![name(&l.lost), w.workload.clone(), served(w.served)];
            if dated {
                row.push(w.period.clone());
            }
            row.push(if w.lost > 0.0 { format!("{} {}", number(w.lost), w.unit) } else { "0".to_owned() });
            rows.push(row);
        }
    }
    let mut columns = vec![("lost", false), ("workload", false), ("still served", true)];
    if dated {
        columns.push(("in", false));
    }
    columns.push(("lost until recovery", true));
    Table { heading: "Workloads that are not served whole".to_owned(), columns, rows, foot: None }
}

fn duration(hours: f64) -> String {
    if hours >= 48.0 { format!("{} days", number(hours / 24.0)) } else { format!("{} h", number(hours)) }
}
