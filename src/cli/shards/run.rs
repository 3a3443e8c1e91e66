//! `sweep run`: a chunk, wherever this runs.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use clap::Args;
use indicatif::ProgressBar;

use crate::batch::{ChunkDone, Folder, Observer, Stopped, run_chunk};
use crate::cli::common::parse_time;
use crate::cli::failure::Failure;
use crate::cli::{exit, files, interrupt, progress};
use crate::units::human::count;

#[derive(Args, Debug)]
pub(in crate::cli) struct RunCommand {
    /// The number of the chunk, from 0.
    #[arg(long, value_name = "I")]
    chunk: usize,
    /// The folder of the manifest, where the chunk goes.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How often the heartbeat is written.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_time)]
    heartbeat: Duration,
}

/// Somebody at a terminal.
struct Watcher {
    quiet: bool,
    bar: OnceLock<ProgressBar>,
}

impl Observer for Watcher {
    fn begins(&self, points: usize, done: usize) -> Arc<AtomicBool> {
        let stop = interrupt::watch().unwrap_or_else(|_| AtomicBool::new(false).into());
        self.bar.get_or_init(|| progress::bar(points, done, self.quiet));
        stop
    }

    fn solved(&self) {
        if let Some(bar) = self.bar.get() {
            bar.inc(1);
        }
    }

    fn ended(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }

    fn warned(&self, message: &str) {
        files::say(&format!("warning: {message}\n"));
    }
}

pub(super) fn run(command: &RunCommand, quiet: bool) -> Result<u8, Failure> {
    let folder = Arc::new(Folder::of(&command.out)?);
    let watcher = Watcher { quiet, bar: OnceLock::new() };
    match run_chunk(&folder, command.chunk, command.heartbeat, &watcher) {
        Ok(done) => {
            if !quiet {
                files::say(&summary(command.chunk, &done));
            }
            Ok(exit::DONE)
        }
        Err(Stopped::Hopeless(message)) => {
            files::say(&format!("error: {message}\n"));
            Ok(exit::HOPELESS)
        }
        Err(stopped @ Stopped::Interrupted { .. }) => {
            files::say(&format!("{stopped}\n"));
            Ok(exit::INTERRUPTED)
        }
        Err(Stopped::Outside(message) | Stopped::Full(message)) => Err(Failure::Outside(message)),
    }
}

fn summary(chunk: usize, done: &ChunkDone) -> String {
    let points = count(done.points, "point");
    if done.before {
        return format!("chunk {chunk} is done already: {points}\n");
    }
    let again = done.torn.as_ref().map(|error| format!("chunk {chunk} was solved again, for {error}\n"));
    again.unwrap_or_default() + &format!("chunk {chunk} is done: {points}\n")
}
