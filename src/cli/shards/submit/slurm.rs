//! What `sweep submit` takes for Slurm.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use clap::Args;

use super::super::format::MergeFormat;
use crate::batch::ManifestKind;
use crate::batch::submit::SlurmOptions;
use crate::cli::failure::Failure;

#[derive(Args, Debug)]
pub(super) struct SlurmArgs {
    /// Slurm: the partition.
    #[arg(long, value_name = "NAME")]
    partition: Option<String>,
    /// Slurm: the account.
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Slurm: longest time for a chunk, such as 60 (minutes) or 02:00:00. A chunk that reaches it is
    /// begun again and goes on.
    #[arg(long, value_name = "TIME")]
    time: Option<String>,
    /// Slurm: how many seconds before that a chunk is asked to stop after the point that it solves. After
    /// three quarters of them it is killed, and begun again from its last point; one that is stopped twice
    /// without a point is not. Left out, 60.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(4..=65535))]
    margin: Option<u32>,
    /// Slurm: how many chunks run at once.
    #[arg(long, value_name = "N")]
    array_throttle: Option<NonZeroU32>,
    /// Slurm: the program as the nodes find it; left out, this one.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Slurm: format of the merged rows, or of the plan that replications judge; left out, csv or json.
    #[arg(long, value_enum)]
    format: Option<MergeFormat>,
    /// Slurm: file for the merged rows, or for the plan; left out, `rows` or `plan` in the folder.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl SlurmArgs {
    /// The first option that was given.
    pub(super) fn given(&self) -> Option<&'static str> {
        let given = [
            (self.partition.is_some(), "--partition"),
            (self.account.is_some(), "--account"),
            (self.time.is_some(), "--time"),
            (self.margin.is_some(), "--margin"),
            (self.array_throttle.is_some(), "--array-throttle"),
            (self.program.is_some(), "--program"),
            (self.format.is_some(), "--format"),
            (self.output.is_some(), "--output"),
        ];
        given.into_iter().find(|(given, _)| *given).map(|(_, option)| option)
    }

    /// What is asked for, of a folder of this kind.
    pub(super) fn options(&self, dir: &Path, kind: ManifestKind) -> Result<SlurmOptions, Failure> {
        let (format, output) = match kind {
            ManifestKind::Replications => {
                let format = self.format.unwrap_or(MergeFormat::Json);
                format.of_plan()?;
                (format, self.output.clone().or_else(|| Some(dir.join(format!("plan.{}", format.word())))))
            }
            _ => {
                let format = self.format.unwrap_or(MergeFormat::Csv);
                format.of_rows()?;
                (format, self.output.clone())
            }
        };
        Ok(SlurmOptions {
            partition: self.partition.clone(),
            account: self.account.clone(),
            time: self.time.clone(),
            margin: self.margin.unwrap_or(60),
            throttle: self.array_throttle,
            program: self.program.clone(),
            format: format.word(),
            output,
        })
    }
}
