//! Tables of a page, and what went into the plan.

use maud::{Markup, html};

use crate::analysis::dossier::Dossier;
use crate::analysis::scenarios::ScenarioResult;
use crate::analysis::sweep::PointStatus;
use crate::plan::Plan;
use crate::report::decision;
use crate::report::summary::{Table, basis, kind, share};
use crate::units::human::{money, number};

/// Most rows of a table that is not folded.
const OPEN: usize = 12;

/// A table with its heading and foot; folded where it is long.
pub(super) fn table(table: &Table) -> Markup {
    if table.rows.len() <= OPEN {
        return open(table);
    }
    html! { details class="long" { summary { (table.heading) " (" (table.rows.len()) " rows)" } (open(table)) } }
}

/// The same, never folded.
pub(super) fn open(table: &Table) -> Markup {
    named(&table.heading, &table.columns, &table.rows, table.foot.as_deref())
}

/// A table that is cut short, and below it all of it, folded, if rows are missing.
pub(super) fn both(short: Option<Table>, whole: Option<Table>) -> Option<Markup> {
    let (short, whole) = (short?, whole?);
    let all = whole.rows.len();
    Some(html! {
        (open(&short))
        @if all > short.rows.len() { details class="long" { summary { "All " (all) " rows" } (open(&whole)) } }
    })
}

/// The same for columns whose names come from the model.
pub(super) fn named(heading: &str, columns: &[(&str, bool)], rows: &[Vec<String>], foot: Option<&str>) -> Markup {
    html! {
        h3 { (heading) }
        div class="scroll" tabindex="0" role="region" aria-label=(heading) {
            table {
                thead {
                    tr { @for (name, number) in columns { th scope="col" class=[number.then_some("number")] { (name) } } }
                }
                tbody {
                    @for row in rows {
                        tr {
                            @for (i, cell) in row.iter().enumerate() {
                                @let class = columns.get(i).is_some_and(|c| c.1).then_some("number");
                                @if i == 0 { th scope="row" class=[class] { (super::prose(cell)) } } @else { td class=[class] data-label=(columns.get(i).map_or("", |c| c.0)) { (super::prose(bar(cell))) } }
                            }
                        }
                    }
                }
            }
        }
        @if let Some(foot) = foot { @for line in foot.lines() { p class="note" { (super::prose(line.trim())) } } }
    }
}

/// A bar of signs is for a terminal.
fn bar(cell: &str) -> &str {
    if !cell.is_empty() && cell.bytes().all(|b| b == b'#') { "" } else { cell }
}

/// The offers, and where figures come from.
pub(super) fn inputs(dossier: &Dossier) -> Vec<Markup> {
    let currency = &dossier.plan.currency;
    let range = |(least, most): (f64, f64), told: &dyn Fn(f64) -> String| {
        if least == most { told(least) } else { format!("{} to {}", told(least), told(most)) }
    };
    let price = |x: f64| money(x, currency);
    let rows = dossier
        .offers
        .iter()
        .map(|o| {
            let region = o.region.clone().unwrap_or_default();
            let capacity = o.capacity.map_or_else(|| "as needed".to_owned(), |c| range(c, &number));
            vec![
                o.id.clone(),
                o.chip.clone(),
                o.vendor.clone(),
                o.cloud.clone(),
                region,
                o.term.to_owned(),
                match o.used {
                    Some(used) => format!("{}, and {} in use", range(o.price, &price), range(used, &price)),
                    None => range(o.price, &price),
                },
                capacity,
            ]
        })
        .collect();
    let offers = Table {
        heading: format!("Offers ({} per chip-hour)", currency),
        columns: vec![
            ("offer", false),
            ("chip", false),
            ("vendor", false),
            ("cloud", false),
            ("region", false),
            ("term", false),
            ("price", true),
            ("capacity", true),
        ],
        rows,
        foot: None,
    };
    let cited = dossier.citations.iter().map(|c| {
        vec![
            c.path.clone(),
            c.source.clone().unwrap_or_default(),
            c.as_of.clone().unwrap_or_default(),
            c.origin.line.to_string(),
        ]
    });
    let sources = Table {
        heading: "Where the figures come from".to_owned(),
        columns: vec![("entry", false), ("source", false), ("as of", false), ("line", true)],
        rows: cited.collect(),
        foot: None,
    };
    let mut parts = vec![html! { p { (decision::sourced(&dossier.sourcing)) } }];
    for t in [offers, sources].into_iter().filter(|t| !t.rows.is_empty()) {
        parts.push(html! { details { summary { (t.heading) " (" (t.rows.len()) ")" } (open(&t)) } });
    }
    parts
}

/// What each cloud costs, by kind; what is paid for no cloud alone has a row of its own.
pub(super) fn clouds(dossier: &Dossier) -> Option<Table<'static>> {
    let cost = dossier.plan.cost.as_ref()?;
    let mut kinds: Vec<_> = Vec::new();
    let mut names: Vec<Option<&str>> = Vec::new();
    // What is lost in rounding of the others is nothing.
    let least = 1e-9 * dossier.clouds.iter().fold(0.0f64, |most, c| most.max(c.cost.abs()));
    for part in dossier.clouds.iter().filter(|c| c.cost.abs() > least) {
        if !kinds.contains(&part.kind) {
            kinds.push(part.kind);
        }
        if !names.contains(&part.cloud.as_deref()) {
            names.push(part.cloud.as_deref());
        }
    }
    let sum = |cloud: Option<&str>, of: Option<crate::plan::CostKind>| -> f64 {
        let mine = dossier.clouds.iter().filter(|c| c.cloud.as_deref() == cloud);
        mine.filter(|c| of.is_none_or(|k| c.kind == k)).map(|c| c.cost).sum()
    };
    // A table of one cell says what the total says.
    if names.len() < 2 && kinds.len() < 2 {
        return None;
    }
    names.sort_by(|a, b| a.is_none().cmp(&b.is_none()).then(sum(*b, None).total_cmp(&sum(*a, None))));
    let none = |x: f64| if x.abs() <= least { String::new() } else { number(x) };
    let part = |x: f64| if cost.total == 0.0 { String::new() } else { share(x / cost.total.abs()) };
    let mut rows: Vec<Vec<String>> = names
        .iter()
        .map(|cloud| {
            let mut row = vec![cloud.unwrap_or("of no single cloud").to_owned()];
            row.extend(kinds.iter().filter(|_| kinds.len() > 1).map(|k| none(sum(*cloud, Some(*k)))));
            row.extend([number(sum(*cloud, None)), part(sum(*cloud, None))]);
            row
        })
        .collect();
    let mut all = vec!["total".to_owned()];
    let of_kind = |k: &crate::plan::CostKind| dossier.clouds.iter().filter(|c| c.kind == *k).map(|c| c.cost).sum();
    all.extend(kinds.iter().filter(|_| kinds.len() > 1).map(|k| none(of_kind(k))));
    all.extend([number(cost.total), part(cost.total)]);
    rows.push(all);
    let mut columns = vec![("cloud", false)];
    columns.extend(kinds.iter().filter(|_| kinds.len() > 1).map(|k| (kind(*k), true)));
    columns.extend([("total", true), ("part", true)]);
    Some(Table {
        heading: format!("Cost by cloud and kind, in {}{}", dossier.plan.currency, basis(&dossier.plan)),
        columns,
        rows,
        foot: None,
    })
}

/// The scenarios side by side.
pub(super) fn scenarios<'a>(plan: &Plan, all: &'a [ScenarioResult]) -> Option<Table<'a>> {
    let base = all.first()?.cost;
    let of_money = |x: Option<f64>| x.map_or_else(|| "-".to_owned(), |x| money(x, &plan.currency));
    let of_share = |x: Option<f64>| x.map_or_else(|| "-".to_owned(), share);
    let row = |s: &ScenarioResult| {
        let change = s.cost.zip(base).filter(|_| s.scenario.is_some()).map(|(cost, base)| cost - base);
        let change = match change {
            Some(x) if x.abs() <= 1e-9 * base.unwrap_or(0.0).abs() => "none".to_owned(),
            Some(x) if x > 0.0 => format!("+{}", money(x, &plan.currency)),
            Some(x) => money(x, &plan.currency).replace('-', "\u{2212}"),
            None => String::new(),
        };
        let cost = match s.status {
            PointStatus::Optimal => of_money(s.cost),
            PointStatus::Infeasible => "no plan meets all requirements".to_owned(),
            other => format!("not certified ({})", other.word()),
        };
        let signed = s.signed.iter().map(|(_, signed)| match signed {
            Some(true) => "sign".to_owned(),
            Some(false) => "do not sign".to_owned(),
            None => "-".to_owned(),
        });
        let name = s.scenario.clone().unwrap_or_else(|| "as written".to_owned());
        let chips = s.chips.map_or_else(|| "-".to_owned(), number);
        [name, cost, change, of_share(s.largest[0]), of_share(s.largest[1]), chips].into_iter().chain(signed).collect()
    };
    let mut columns = vec![
        ("scenario", false),
        ("cost", true),
        ("change", true),
        ("largest vendor", true),
        ("largest cloud", true),
        ("chips, average", true),
    ];
    columns.extend(all.first().into_iter().flat_map(|s| &s.signed).map(|(id, _)| (id.as_str(), false)));
    (all.len() > 1).then(|| Table {
        heading: format!("Scenarios side by side: lowest cost{}, re-optimized in each", basis(plan)),
        columns,
        rows: all.iter().map(row).collect(),
        foot: Some("Largest vendor and largest cloud: their shares of spend over the horizon.".to_owned()),
    })
}
