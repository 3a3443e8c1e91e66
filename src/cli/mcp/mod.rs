//! `mcp`: tools for AI assistants, by the Model Context Protocol on standard input and output.
//!
//! It answers nothing itself: each tool runs the program with the arguments that a person would give.

mod answer;
mod arguments;
mod command;
mod folder;
mod server;
mod tools;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rmcp::ServiceExt;

use super::common::parse_time;
use super::failure::Failure;
use super::{exit, interrupt};
use command::Program;
use folder::Folder;
use server::Server;

/// Threads that read and answer; solving has processes of its own.
const WORKERS: usize = 2;

#[derive(Args, Debug)]
pub(super) struct McpCommand {
    /// The folder whose models and plans may be read, with everything below it.
    #[arg(default_value = ".")]
    pub folder: PathBuf,
    /// The longest that one call may take, such as `30s` or `5m`; an assistant may ask for less.
    #[arg(long, value_parser = parse_time, value_name = "TIME", default_value = "50s")]
    pub time_limit: Duration,
}

/// Serves until standard input ends. Each call starts the program anew, which must be what this process runs.
pub(super) fn run(command: &McpCommand, in_own_process: bool) -> Result<u8, Failure> {
    if !in_own_process {
        let message = "`mcp` starts the program for each call, and this one runs inside of another process; use the program that `cargo install polysource` gives";
        return Err(Failure::Usage(message.to_owned()));
    }
    let named = |e: &dyn std::fmt::Display| Failure::Outside(format!("{}: {e}", command.folder.display()));
    let folder = Folder::open(&command.folder).map_err(|e| named(&e))?;
    let itself =
        std::env::current_exe().map_err(|e| Failure::Outside(format!("the program does not find itself: {e}")))?;
    let program = Arc::new(Program::new(itself, folder.path().to_path_buf()));
    let server = Server::new(folder, Arc::clone(&program), command.time_limit);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(|e| Failure::Outside(format!("cannot serve: {e}")))?;
    let result = runtime.block_on(async {
        let (end, mut ended) = tokio::sync::watch::channel(false);
        interrupt::on_end(move || {
            end.send_replace(true);
        })?;
        let served = async {
            let running = server.serve(rmcp::transport::io::stdio()).await;
            let running = running.map_err(|e| Failure::Outside(format!("no client on standard input: {e}")))?;
            running.waiting().await.map_err(|e| Failure::Outside(format!("cannot serve: {e}")))?;
            Ok(exit::DONE)
        };
        let result = tokio::select! {
            result = served => result,
            Ok(_) = ended.wait_for(|ended| *ended) => Ok(exit::DONE),
        };
        // Nobody waits for what is still being solved.
        program.end().await;
        result
    });
    // A read of standard input cannot be stopped, and is not waited for.
    runtime.shutdown_background();
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Python's path with the arguments of a tool would run a script of that name.
    #[test]
    fn in_the_process_of_another_it_is_refused() {
        let command = McpCommand { folder: PathBuf::from("."), time_limit: Duration::from_secs(1) };
        let Err(Failure::Usage(told)) = run(&command, false) else { panic!("it is served") };
        assert!(told.contains("cargo install polysource"), "{told}");
    }
}
