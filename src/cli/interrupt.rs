//! Ctrl-C: the first lets what is being solved be finished, the second stops at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Failure, exit, files};

/// The flag that the first Ctrl-C (or a request to end) sets.
pub(super) fn watch() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(exit::INTERRUPTED));
        }
        files::complain(b"\nfinishing the points that are being solved; once more stops at once\n");
    })
    .map_err(|e| Failure::Outside(format!("cannot watch for interrupts: {e}")))?;
    Ok(stop)
}
