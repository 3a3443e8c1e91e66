//! The command line: arguments, commands, exit codes. The only room that prints and exits.

mod alternatives;
mod args;
mod backtest;
mod check;
mod common;
mod completions;
mod curve;
mod diff;
mod evaluate;
mod exit;
mod explain;
mod export;
mod failure;
mod files;
mod frontier;
mod gate;
mod identity;
mod import;
mod init;
mod interrupt;
mod logging;
mod man;
mod mcp;
mod models;
mod plan_file;
mod progress;
mod replan;
mod report;
mod schema;
mod serve;
mod shards;
mod solution;
mod solve;
mod stress;
mod sweep;
mod watch;
mod working;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Arguments, Command};
pub use exit::exit_code;
use failure::Failure;

/// Runs the program and returns its exit code.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::from(run_in(Host::Itself, std::env::args_os()))
}

/// Runs the program with arguments, the first of which is its name, and returns its exit code: for a host with a command
/// line of its own, such as Python. Help and arguments that cannot be read end the process, as they end the program.
pub fn run_from(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    run_in(Host::Other, arguments)
}

/// Whose process the program runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host {
    /// Its own: what is started with the path of this process is the program.
    Itself,
    /// Another's, such as Python's.
    Other,
}

fn run_in(host: Host, arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|l| format!(" at {}:{}", l.file(), l.line())).unwrap_or_default();
        tracing::debug!("panic{place}: {panic}");
    }));
    guarded(|| run(host, arguments), &mut io::stderr())
}

/// Runs something; if it panics, that is reported in a readable line instead.
fn guarded(run: impl FnOnce() -> u8 + std::panic::UnwindSafe, told: &mut dyn Write) -> u8 {
    std::panic::catch_unwind(run).unwrap_or_else(|_| {
        let message = "internal error; please report it with the model and the command (-vv shows the place)";
        let _ = writeln!(told, "{message}");
        exit::INTERNAL
    })
}

fn run(host: Host, arguments: Vec<OsString>) -> u8 {
    let arguments = Arguments::parse_from(arguments);
    logging::start(arguments.verbose, arguments.quiet);
    working::set_quiet(arguments.quiet);
    let result = match &arguments.command {
        Command::Check(command) => check::run(command, arguments.quiet),
        Command::Solve(command) => solve::run(command, arguments.quiet),
        Command::Stress(command) => stress::run(command, arguments.quiet),
        Command::Sweep(verb) => shards::run(verb, arguments.quiet),
        Command::Evaluate(command) => evaluate::run(command, arguments.quiet),
        Command::Backtest(command) => backtest::run(command, arguments.quiet),
        Command::Replan(command) => replan::run(command, arguments.quiet, arguments.verbose > 0),
        Command::Curve(command) => curve::run(command, arguments.quiet),
        Command::Frontier(command) => frontier::run(command, arguments.quiet),
        Command::Explain(command) => explain::run(command, arguments.quiet),
        Command::Report(command) => report::run(command, arguments.quiet),
        Command::Diff(command) => diff::run(command, arguments.quiet),
        Command::Gate(command) => gate::run(command, arguments.quiet),
        Command::Serve(command) => serve::run(command, arguments.quiet),
        Command::Mcp(command) => mcp::run(command, host == Host::Itself),
        Command::Watch(command) => watch::run(command, arguments.quiet),
        Command::Alternatives(command) => alternatives::run(command, arguments.quiet),
        Command::Export(command) => export::run(command, arguments.quiet),
        Command::Import(command) => import::run(command, arguments.quiet, arguments.verbose > 0),
        Command::Schema(command) => schema::run(command),
        Command::Init(command) => init::run(command),
        Command::Man(command) => man::run(command, Arguments::command()),
        Command::Completions(command) => completions::run(command, Arguments::command()),
    };
    match result {
        Ok(code) | Err(Failure::Told(code)) => code,
        Err(Failure::Usage(message)) => {
            files::say(&format!("error: {message}\n\nFor more information, try '--help'.\n"));
            exit::USAGE
        }
        Err(Failure::Outside(message)) => {
            files::say(&format!("error: {message}\n"));
            exit::INTERNAL
        }
        Err(Failure::Uncertified(code, message)) => {
            files::say(&format!("error: {message}\n"));
            code
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_one_readable_line() {
        let mut told = Vec::new();
        assert_eq!(guarded(|| panic!("impossible"), &mut told), exit::INTERNAL);
        let told = String::from_utf8(told).unwrap();
        assert!(told.starts_with("internal error; please report") && told.ends_with(")\n"), "{told}");
        assert_eq!(told.lines().count(), 1);
        assert_eq!(guarded(|| exit::MODEL_WRONG, &mut Vec::new()), exit::MODEL_WRONG);
    }
}
