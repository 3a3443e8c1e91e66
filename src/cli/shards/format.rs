//! Formats of what is merged: the rows of a sweep, or the plan that replications judge.

use clap::ValueEnum;

use crate::cli::common::PlanFormat;
use crate::cli::failure::Failure;
use crate::cli::sweep::SweepFormat;

/// The rows of a sweep, or the plan of replications.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum MergeFormat {
    /// For a person: a table of rows, or the plan on one screen.
    Text,
    /// A table of rows, or workload placement of the plan.
    Csv,
    /// Of a sweep: a row a line.
    Jsonl,
    /// Of a sweep: a table of columns.
    #[cfg(feature = "parquet")]
    Parquet,
    /// Of replications: the plan, for programs.
    Json,
    /// Of replications: every table of the plan as text.
    Tables,
    /// Of replications: every table of the plan as Markdown.
    Markdown,
    /// Of replications: the plan as an Excel workbook.
    #[cfg(feature = "xlsx")]
    Xlsx,
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
            _ => Err(self.refused("a plan that replications judge", "a sweep", "`text`, `csv` or `jsonl`")),
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
            _ => Err(self.refused("rows of a sweep", "replications", "`text`, `json`, `csv`, `tables` or `markdown`")),
        }
    }

    /// Its word on the command line.
    pub(super) fn word(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn refused(self, of: &str, these: &str, instead: &str) -> Failure {
        let word = self.word();
        Failure::Usage(format!("`--format {word}` is for {of}, and the folder is of {these}: write {instead}"))
    }
}
