//! The command line: arguments, commands, exit codes. The only room that prints and exits.

mod args;
mod check;
mod export;
mod files;
mod logging;
mod solve;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Arguments, Command, SchemaOf};

/// Exit codes, as the design gives them.
mod exit {
    pub const DONE: u8 = 0;
    pub const INTERNAL: u8 = 1;
    pub const MODEL_WRONG: u8 = 3;
}

/// Why a command ended without its result.
enum Failure {
    /// Already told on standard error; only the code is left.
    Told(u8),
    /// Something outside failed: a file, a pipe, an engine.
    Outside(String),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        // Whoever reads has seen enough: not an error.
        if error.kind() == io::ErrorKind::BrokenPipe { Failure::Told(exit::DONE) } else { Failure::Outside(error.to_string()) }
    }
}

/// Runs the program and returns its exit code.
#[must_use]
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|l| format!(" at {}:{}", l.file(), l.line())).unwrap_or_default();
        tracing::debug!("panic{place}: {panic}");
    }));
    let code = std::panic::catch_unwind(run).unwrap_or_else(|_| {
        let message = "internal error: polysource stopped on a condition that its authors thought impossible.\n\
                       Please report it with the model and the command; -vv shows the place.";
        let _ = writeln!(io::stderr(), "{message}");
        exit::INTERNAL
    });
    ExitCode::from(code)
}

fn run() -> u8 {
    let arguments = Arguments::parse();
    logging::start(arguments.verbose, arguments.quiet);
    let result = match &arguments.command {
        Command::Check(command) => check::run(command),
        Command::Solve(command) => solve::run(command),
        Command::Export(command) => export::run(command),
        Command::Schema { of, output } => schema(*of, output.as_deref()),
        Command::Init { output } => {
            files::write(output.as_deref(), include_bytes!("template.yaml")).map(|()| exit::DONE).map_err(Failure::from)
        }
        Command::Completions { shell } => completions(*shell),
    };
    match result {
        Ok(code) | Err(Failure::Told(code)) => code,
        Err(Failure::Outside(message)) => {
            let _ = writeln!(io::stderr(), "error: {message}");
            exit::INTERNAL
        }
    }
}

fn schema(of: SchemaOf, output: Option<&std::path::Path>) -> Result<u8, Failure> {
    let schema = match of {
        SchemaOf::Model => crate::document::schema(),
        SchemaOf::Output => crate::report::output_schema(),
    };
    let mut text = serde_json::to_string_pretty(&schema).map_err(|e| Failure::Outside(e.to_string()))?;
    text.push('\n');
    files::write(output, text.as_bytes())?;
    Ok(exit::DONE)
}

fn completions(shell: clap_complete::Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "polysource", &mut script);
    files::write(None, &script)?;
    Ok(exit::DONE)
}
