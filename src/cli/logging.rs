//! The log: on standard error, without times, coloured only on a terminal.

use std::io::{self, IsTerminal};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts the log. `RUST_LOG` overrides the flags: a level, or levels of targets as in `warn,polysource::engine=debug`.
pub(super) fn start(verbose: u8, quiet: bool) {
    let level = match (quiet, verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, _) => LevelFilter::DEBUG,
    };
    let asked = std::env::var("RUST_LOG").ok().and_then(|asked| asked.parse::<Targets>().ok());
    let filter = asked.unwrap_or_else(|| Targets::new().with_target("polysource", level));
    let result = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(io::stderr)
        .with_ansi(colour(&io::stderr()))
        .without_time()
        .with_target(false)
        // The default tells a failure to write on the very stream that failed, and panics.
        .log_internal_errors(false)
        .finish()
        .with(filter)
        .try_init();
    // A library user may have started a log already; theirs is then used.
    drop(result);
}

/// Whether to colour what goes to a stream.
pub(super) fn colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}
