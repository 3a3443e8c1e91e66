//! `sweep status`: how far the chunks are.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::batch::Folder;
use crate::cli::common::{TextFormat, parse_time};
use crate::cli::failure::Failure;
use crate::cli::{exit, files};
use crate::report;

#[derive(Args, Debug)]
pub(in crate::cli) struct StatusCommand {
    /// The folder of the manifest and the chunks.
    dir: PathBuf,
    /// Format of the status.
    #[arg(long, value_enum, default_value = "text")]
    format: TextFormat,
    /// Time after which a chunk that was not heard of is reported as silent.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = parse_time)]
    patience: Duration,
    /// Read every chunk: one that is torn or of something else is not done.
    #[arg(long)]
    verify: bool,
}

pub(super) fn run(command: &StatusCommand) -> Result<u8, Failure> {
    let folder = Folder::of(&command.dir)?;
    let sealed = folder.sealed()?;
    let status = folder.status(&sealed, command.patience.as_secs_f64(), command.verify)?;
    let mut text = Vec::new();
    match command.format {
        TextFormat::Text => report::shards::write_text(&status, &mut text)?,
        TextFormat::Json => report::shards::write_json(&status, &mut text)?,
    }
    files::write(None, &text)?;
    Ok(exit::DONE)
}
