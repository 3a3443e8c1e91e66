//! Pages of what policies would have cost and of what plans cost on draws: sentences, a picture and tables, and no script.

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, html};

use super::{figure, head, prose, tables};
use crate::plan::{BacktestResult, Evaluation};
use crate::report::summary::Table;
use crate::report::{backtest, chart::Chart, evaluation, pictures};

/// Writes a backtest as one page of HTML.
///
/// # Errors
/// What the writer reports.
pub fn write_backtest(found: &BacktestResult, out: &mut dyn Write) -> io::Result<()> {
    let heading = format!("{}: {} to {} gone through again", found.model.name, found.from, found.last);
    let body = page(&heading, &backtest::sentences(found), pictures::paid(found), &backtest::tables(found));
    writeln!(out, "{}", body.into_string())
}

/// Writes an evaluation as one page of HTML.
///
/// # Errors
/// What the writer reports.
pub fn write_evaluation(found: &Evaluation, out: &mut dyn Write) -> io::Result<()> {
    let heading = format!("{}: evaluated on {} draws", found.model.name, found.draws);
    let body = page(&heading, &evaluation::sentences(found), pictures::spread(found), &evaluation::tables(found));
    writeln!(out, "{}", body.into_string())
}

fn page(heading: &str, sentences: &[String], picture: Option<Chart>, all: &[Table<'_>]) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(heading, env!("CARGO_PKG_VERSION"), None))
            body {
                header { h1 { (heading) } }
                main {
                    section {
                        @for sentence in sentences { p { (prose(sentence)) } }
                        @if let Some(chart) = &picture { (figure(chart)) }
                        @for table in all { (tables::table(table)) }
                    }
                }
            }
        }
    }
}
