//! The log: on standard error, without times, coloured only on a terminal.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

/// Starts the log. `RUST_LOG` overrides the flags.
pub(super) fn start(verbose: u8, quiet: bool) {
    let level = match (quiet, verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(format!("polysource={level}")));
    let result = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(colour(&io::stderr()))
        .without_time()
        .with_target(false)
        // The default tells a failure to write on the very stream that failed, and panics.
        .log_internal_errors(false)
        .try_init();
    // A library user may have started a log already; theirs is then used.
    drop(result);
}

/// Whether to colour what goes to a stream.
pub(super) fn colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}
