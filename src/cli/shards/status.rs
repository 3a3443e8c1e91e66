//! `sweep status`: how far the chunks are.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::folder::{Folder, Found};
use super::heartbeat::now;
use crate::analysis::sweep::{Seen, SweepStatus};
use crate::cli::common::parse_time;
use crate::cli::{Failure, exit, files};
use crate::report;

#[derive(Args, Debug)]
pub(in crate::cli) struct StatusCommand {
    /// The folder of the manifest and the chunks.
    dir: PathBuf,
    /// Format of the status.
    #[arg(long, value_enum, default_value = "text")]
    format: StatusFormat,
    /// Time after which a chunk that was not heard of is told as silent.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = parse_time)]
    patience: Duration,
    /// Read every chunk: one that is torn or of something else is not done.
    #[arg(long)]
    verify: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum StatusFormat {
    Text,
    Json,
}

pub(super) fn run(command: &StatusCommand) -> Result<u8, Failure> {
    let folder = Folder::of(&command.dir)?;
    let sealed = folder.sealed().map_err(|error| Failure::Outside(error.told(&folder)))?;
    let names = folder.names()?;
    let seen = |chunk| -> io::Result<Seen> {
        Ok(Seen {
            finished: match command.verify {
                true => matches!(folder.chunk(&sealed, chunk)?, Found::Whole(_)),
                false => Folder::finished(&names, chunk),
            },
            full: Folder::is_full(&names, chunk),
            heartbeat: folder.heard(&names, chunk),
            journal: folder.journal_lines(&names, chunk).saturating_sub(1),
        })
    };
    let seen = (0..sealed.manifest.chunks.len()).map(seen).collect::<io::Result<Vec<Seen>>>()?;
    let status = SweepStatus::of(&sealed, &seen, now(), command.patience.as_secs_f64());
    let mut text = Vec::new();
    match command.format {
        StatusFormat::Text => report::shards::write_text(&status, &mut text)?,
        StatusFormat::Json => report::shards::write_json(&status, &mut text)?,
    }
    files::write(None, &text)?;
    Ok(exit::DONE)
}
