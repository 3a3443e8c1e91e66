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
    /// Slurm: format of the merged rows, of the plan that replications judge, or of an evaluation; left out, csv for rows
    /// and json for the others.
    #[arg(long, value_enum)]
    format: Option<MergeFormat>,
    /// Slurm: file for what is merged; left out, `rows`, `plan` or `evaluation` in the folder.
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
        let format = self.format.unwrap_or(match kind {
            ManifestKind::Sweep => MergeFormat::Csv,
            ManifestKind::Replications | ManifestKind::Evaluation => MergeFormat::Json,
        });
        // A format that the merge would refuse is refused before anything is submitted.
        let name = match kind {
            ManifestKind::Sweep => format.of_rows().map(|_| None)?,
            ManifestKind::Replications => format.of_plan().map(|_| Some("plan"))?,
            ManifestKind::Evaluation => format.of_page().map(|_| Some("evaluation"))?,
        };
        let named = name.map(|name| dir.join(format!("{name}.{}", format.word())));
        let output = self.output.clone().or(named);
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
