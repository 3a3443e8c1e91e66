//! Tables of a page, and what went into the plan.

use maud::{Markup, html};

use crate::analysis::dossier::Dossier;
use crate::report::summary::Table;
use crate::units::human::{money, number};

/// A table with its heading and foot.
pub(super) fn table(table: &Table) -> Markup {
    named(&table.heading, &table.columns, &table.rows, table.foot.as_deref())
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
                                @if i == 0 { th scope="row" class=[class] { (super::prose(cell)) } } @else { td class=[class] { (super::prose(bar(cell))) } }
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
    let mut parts = Vec::new();
    for t in [offers, sources].into_iter().filter(|t| !t.rows.is_empty()) {
        parts.push(html! { details { summary { (t.heading) " (" (t.rows.len()) ")" } (table(&t)) } });
    }
    parts
}
