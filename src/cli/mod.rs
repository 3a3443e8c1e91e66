//! The command line: arguments, commands, exit codes. The only room that prints and exits.

mod alternatives;
mod args;
mod check;
mod common;
mod curve;
mod diff;
mod explain;
mod export;
mod files;
mod frontier;
mod identity;
mod import;
mod interrupt;
mod journal;
mod logging;
mod man;
mod parts;
mod plan_file;
mod progress;
mod report;
mod shards;
mod solution;
mod solve;
mod stress;
mod sweep;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Arguments, Command, SchemaOf};
use common::OutputArgs;

/// Exit codes, as the design gives them.
mod exit {
    pub const DONE: u8 = 0;
    pub const INTERNAL: u8 = 1;
    pub const USAGE: u8 = 2;
    /// With `--detailed-exitcode`, as infrastructure tools have it.
    pub const DIFFERENT: u8 = 2;
    pub const MODEL_WRONG: u8 = 3;
    pub const INFEASIBLE: u8 = 4;
    pub const LIMIT_REACHED: u8 = 5;
    pub const UNCERTIFIED: u8 = 6;
    /// A chunk of a sweep that fails the same way however often it is run.
    pub const HOPELESS: u8 = 42;
    pub const INTERRUPTED: u8 = 130;
}

/// Why a command ended without its result.
enum Failure {
    /// Already told on standard error; only the code is left.
    Told(u8),
    /// Arguments that do not go together, beyond what their parser can tell.
    Usage(String),
    /// Something outside failed: a file, a pipe, an engine.
    Outside(String),
    /// The disk is full.
    Full(String),
}

/// Whether it failed because there is no room left.
fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        // Whoever reads has seen enough: not an error.
        if error.kind() == io::ErrorKind::BrokenPipe {
            Failure::Told(exit::DONE)
        } else if is_full(&error) {
            Failure::Full(error.to_string())
        } else {
            Failure::Outside(error.to_string())
        }
    }
}

/// Runs the program and returns its exit code.
#[must_use]
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|l| format!(" at {}:{}", l.file(), l.line())).unwrap_or_default();
        tracing::debug!("panic{place}: {panic}");
    }));
    ExitCode::from(guarded(run, &mut io::stderr()))
}

/// Runs something; if it panics, that is told in a readable line instead.
fn guarded(run: impl FnOnce() -> u8 + std::panic::UnwindSafe, told: &mut dyn Write) -> u8 {
    std::panic::catch_unwind(run).unwrap_or_else(|_| {
        let message = "internal error; please report it with the model and the command (-vv shows the place)";
        let _ = writeln!(told, "{message}");
        exit::INTERNAL
    })
}

fn run() -> u8 {
    let arguments = Arguments::parse();
    logging::start(arguments.verbose, arguments.quiet);
    let result = match &arguments.command {
        Command::Check(command) => check::run(command, arguments.quiet),
        Command::Solve(command) => solve::run(command, arguments.quiet),
        Command::Stress(command) => stress::run(command, arguments.quiet),
        Command::Sweep(verb) => shards::run(verb, arguments.quiet),
        Command::Curve(command) => curve::run(command, arguments.quiet),
        Command::Frontier(command) => frontier::run(command, arguments.quiet),
        Command::Explain(command) => explain::run(command, arguments.quiet),
        Command::Report(command) => report::run(command, arguments.quiet),
        Command::Diff(command) => diff::run(command, arguments.quiet),
        Command::Alternatives(command) => alternatives::run(command, arguments.quiet),
        Command::Export(command) => export::run(command, arguments.quiet),
        Command::Import(command) => import::run(command, arguments.quiet, arguments.verbose > 0),
        Command::Schema { of, output } => schema(*of, output),
        Command::Init { output, force } => init(output, *force),
        Command::Man(command) => man::run(command),
        Command::Completions { shell } => completions(*shell),
    };
    match result {
        Ok(code) | Err(Failure::Told(code)) => code,
        Err(Failure::Usage(message)) => {
            files::say(&format!("error: {message}\n\nFor more information, try '--help'.\n"));
            exit::USAGE
        }
        Err(Failure::Outside(message) | Failure::Full(message)) => {
            files::say(&format!("error: {message}\n"));
            exit::INTERNAL
        }
    }
}

fn init(output: &OutputArgs, force: bool) -> Result<u8, Failure> {
    if let Some(file) = output.file().filter(|file| !force && file.is_file()) {
        let shown = file.display();
        return Err(Failure::Usage(format!("{shown} is there already; give `--force` to replace it, or another name")));
    }
    output.write(include_bytes!("template.yaml"))?;
    Ok(exit::DONE)
}

fn schema(of: SchemaOf, output: &OutputArgs) -> Result<u8, Failure> {
    let schema = match of {
        SchemaOf::Model => crate::document::schema(),
        SchemaOf::Output => crate::report::output_schema(),
        SchemaOf::Curve => crate::report::curve_schema(),
        SchemaOf::Frontier => crate::report::frontier_schema(),
        SchemaOf::Diff => crate::report::diff_schema(),
        SchemaOf::Alternatives => crate::report::alternatives_schema(),
        SchemaOf::Sweep => crate::report::sweep_schema(),
        SchemaOf::SweepManifest => crate::report::sweep_manifest_schema(),
        SchemaOf::SweepStatus => crate::report::sweep_status_schema(),
        SchemaOf::Stress => crate::report::stress_schema(),
    };
    let mut text = serde_json::to_string_pretty(&schema).map_err(|e| Failure::Outside(e.to_string()))?;
    text.push('\n');
    output.write(text.as_bytes())?;
    Ok(exit::DONE)
}

fn completions(shell: clap_complete::Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "polysource", &mut script);
    files::write(None, &script)?;
    Ok(exit::DONE)
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

    #[test]
    fn a_reader_that_has_gone_is_no_failure() {
        let failure = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(matches!(failure, Failure::Told(exit::DONE)));
        let failure = Failure::from(io::Error::from(io::ErrorKind::StorageFull));
        assert!(matches!(failure, Failure::Full(_)));
        let failure = Failure::from(io::Error::from(io::ErrorKind::PermissionDenied));
        assert!(matches!(failure, Failure::Outside(_)));
    }
}
