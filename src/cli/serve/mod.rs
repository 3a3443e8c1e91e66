//! `serve`: a page on which a model is changed and solved again, in a meeting.
//!
//! It plans nothing itself: controls are what the model has, changes are edits, answers are those of a study, and words
//! are the report's.

mod bench;
mod changes;
mod controls;
mod guard;
mod page;
mod save;
mod server;
mod session;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::common::{GapArgs, ModelArgs, SolverArgs};
use super::failure::Failure;
use super::{exit, files, interrupt, models};
use crate::analysis::{Detail, SolveSettings};
use crate::engine::{Deadline, Watch};
use bench::{Bench, OpenError};
use guard::Guard;
use save::Folder;
use server::{Served, router};

/// Longest time for an answer, if none was given.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// Threads that answer requests; solving has its own.
const WORKERS: usize = 2;

#[derive(Args, Debug)]
pub(super) struct ServeCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    #[command(flatten)]
    pub solver: SolverArgs,
    #[command(flatten)]
    pub gap: GapArgs,
    /// The port; 0 takes one that is free.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,
    /// The address or name at which the page is served; the default is this machine alone.
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    pub host: String,
    /// Save nothing: what was changed can still be downloaded.
    #[arg(long)]
    pub read_only: bool,
    /// Most sessions, each a page that is open; each solves one change at a time.
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub sessions: u16,
}

pub(super) fn run(command: &ServeCommand, quiet: bool) -> Result<u8, Failure> {
    let named = || [&command.input.model].into_iter().chain(&command.input.overlay);
    if named().any(|path| path == Path::new("-")) {
        return Err(Failure::Usage("changes are saved beside the model; give it as a file".to_owned()));
    }
    let loaded = models::model(&command.input, quiet)?;
    let settings = SolveSettings {
        mip_gap: command.gap.gap,
        // The end is that of each change, and nothing is said of it here.
        deadline: Deadline::NEVER,
        watch: Watch::nobody(),
        ..command.solver.settings(Detail::Plan)
    };
    let bench = Bench::open(loaded.model.input().clone(), settings).map_err(|error| match error {
        OpenError::Rejected(rejected) => {
            files::report(&rejected.diagnostics, &rejected.sources, quiet);
            Failure::Told(exit::MODEL_WRONG)
        }
        OpenError::Engine(error) => error.into(),
    })?;
    // Nothing is lost with a page that can be opened again.
    interrupt::end_quietly()?;
    let outside = |error: std::io::Error| Failure::Outside(format!("cannot serve at {}: {error}", command.host));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        // One solve a session, and a few requests that read the model.
        .max_blocking_threads(2 * usize::from(command.sessions) + 8)
        .enable_all()
        .build()
        .map_err(outside)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((command.host.as_str(), command.port)).await.map_err(outside)?;
        let address = listener.local_addr().map_err(outside)?;
        let token = guard::random().map_err(|e| Failure::Outside(format!("no random numbers: {e}")))?;
        let is_name = command.host.parse::<IpAddr>().is_err();
        let name = is_name.then(|| command.host.clone());
        if !address.ip().is_loopback() {
            files::say(&format!(
                "warning: {} can be reached from other machines, without encryption; whoever has the address below can change and save\n",
                command.host
            ));
        }
        let shown = match &name {
            Some(name) => format!("{name}:{}", address.port()),
            None => address.to_string(),
        };
        files::write(None, format!("http://{shown}/{token}/\n").as_bytes())?;
        if !quiet {
            files::say("Open this address in a browser; whoever has it can use the page. Ctrl-C ends it.\n");
        }
        let guard = Guard { token, name, address: address.ip(), port: address.port() };
        let folder = (!command.read_only).then(|| Folder::of(&command.input.model));
        let limit = command.solver.time_limit.unwrap_or(TIME_LIMIT);
        let served = Served::of(guard, bench, folder, usize::from(command.sessions), limit);
        axum::serve(listener, router(Arc::new(served))).await.map_err(outside)
    })?;
    Ok(exit::DONE)
}
