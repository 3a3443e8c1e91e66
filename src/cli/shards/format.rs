//! Formats of what is merged: the rows of a sweep, the plan that replications judge, or an evaluation.

use clap::ValueEnum;

use crate::batch::ManifestKind;
use crate::cli::common::{PageFormat, PlanFormat};
use crate::cli::failure::Failure;
use crate::cli::sweep::SweepFormat;

/// The rows of a sweep, the plan of replications, or an evaluation.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum MergeFormat {
    /// For a person: a table of rows, the plan on one screen, or what the plans come to.
    Text,
    /// A table of rows, workload placement of the plan, or quantiles of what each plan costs.
    Csv,
    /// Of a sweep: a row a line.
    Jsonl,
    /// Of a sweep: a table of columns.
    #[cfg(feature = "parquet")]
    Parquet,
    /// Of replications and evaluations: everything, for programs.
    Json,
    /// Of replications: every table of the plan as text.
    Tables,
    /// Of replications: every table of the plan as Markdown.
    Markdown,
    /// Of replications: the plan as an Excel workbook.
    #[cfg(feature = "xlsx")]
    Xlsx,
    /// Of evaluations: a page with a picture.
    Html,
}

impl MergeFormat {
    /// The format of rows.
    pub(super) fn of_rows(self) -> Result<SweepFormat, Failure> {
        match self {
            MergeFormat::Text => Ok(SweepFormat::Text),
            MergeFormat::Csv => Ok(SweepFormat::Csv),
            MergeFormat::Jsonl => Ok(SweepFormat::Jsonl),
            #[cfg(feature = "parquet")]
            MergeFormat::Parquet => Ok(SweepFormat::Parquet),
            _ => Err(self.refused(ManifestKind::Sweep, "`text`, `csv` or `jsonl`")),
        }
    }

    /// The format of a plan.
    pub(super) fn of_plan(self) -> Result<PlanFormat, Failure> {
        match self {
            MergeFormat::Text => Ok(PlanFormat::Text),
            MergeFormat::Csv => Ok(PlanFormat::Csv),
            MergeFormat::Json => Ok(PlanFormat::Json),
            MergeFormat::Tables => Ok(PlanFormat::Tables),
            MergeFormat::Markdown => Ok(PlanFormat::Markdown),
            #[cfg(feature = "xlsx")]
            MergeFormat::Xlsx => Ok(PlanFormat::Xlsx),
            _ => Err(self.refused(ManifestKind::Replications, "`text`, `json`, `csv`, `tables` or `markdown`")),
        }
    }

    /// The format of an evaluation.
    pub(super) fn of_page(self) -> Result<PageFormat, Failure> {
        match self {
            MergeFormat::Text => Ok(PageFormat::Text),
            MergeFormat::Json => Ok(PageFormat::Json),
            MergeFormat::Csv => Ok(PageFormat::Csv),
            MergeFormat::Html => Ok(PageFormat::Html),
            _ => Err(self.refused(ManifestKind::Evaluation, "`text`, `json`, `csv` or `html`")),
        }
    }

    /// Its word on the command line.
    pub(super) fn word(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn refused(self, kind: ManifestKind, instead: &str) -> Failure {
        let of = match self {
            MergeFormat::Tables | MergeFormat::Markdown => "a plan that replications judge",
            #[cfg(feature = "xlsx")]
            MergeFormat::Xlsx => "a plan that replications judge",
            MergeFormat::Json => "a plan that replications judge, or an evaluation",
            MergeFormat::Html => "an evaluation",
            _ => "rows of a sweep",
        };
        let (word, these) = (self.word(), kind.words());
        Failure::Usage(format!("`--format {word}` is for {of}, and the folder is of {these}: write {instead}"))
    }
}
