//! Requests to end: the first lets what is being solved be finished, the second stops at once.
//!
//! A signal that is ignored when the program begins stays ignored: whoever started it with `nohup`, or in the
//! background of a script, has decided so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::failure::Failure;
use super::{exit, files};

/// The flag that the first Ctrl-C (or another request to end) sets.
pub(super) fn watch() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let asked = move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(exit::INTERRUPTED));
        }
        files::complain(b"\nfinishing the points that are being solved; once more stops at once\n");
    };
    on_end(asked)?;
    Ok(stop)
}

/// Ends the process at once and without a word on Ctrl-C: for what runs until it is ended.
pub(super) fn end_quietly() -> Result<(), Failure> {
    on_end(|| std::process::exit(i32::from(exit::DONE)))
}

/// Calls on each request to end: for what has something to stop before it ends.
pub(super) fn on_end(asked: impl Fn() + Send + 'static) -> Result<(), Failure> {
    listen(asked).map_err(|e| Failure::Outside(format!("cannot watch for interrupts: {e}")))
}

#[cfg(unix)]
fn listen(asked: impl Fn() + Send + 'static) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let ignored = ignored();
    let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|&signal| match ignored {
        Some(mask) => mask >> (signal - 1) & 1 == 0,
        // Where it cannot be reported, the one that `nohup` ignores keeps whatever meaning it has.
        None => signal != SIGHUP,
    });
    let mut signals = signal_hook::iterator::Signals::new(wanted)?;
    std::thread::spawn(move || signals.forever().for_each(|_| asked()));
    Ok(())
}

/// The signals that this process ignores, a bit each, where the system tells it in a file.
#[cfg(unix)]
fn ignored() -> Option<u64> {
    let file = std::fs::File::open("/proc/self/status").ok()?;
    let status = String::from_utf8(crate::document::read_bounded(file, 1 << 16).ok()?).ok()?;
    u64::from_str_radix(status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?.trim(), 16).ok()
}

#[cfg(not(unix))]
fn listen(asked: impl Fn() + Send + 'static) -> std::io::Result<()> {
    ctrlc::set_handler(asked).map_err(std::io::Error::other)
}
