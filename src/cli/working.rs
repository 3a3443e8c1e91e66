//! What is being done, on standard error, where it takes longer than a second: nobody waits without knowing for what.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::files;
use crate::engine::{Progress, Watch};

/// How long nothing is said, and the least time between two lines.
const PATIENCE: Duration = Duration::from_secs(1);
/// The time after which it is said again while the same goes on.
const AGAIN: Duration = Duration::from_secs(10);

/// Whether nothing but errors is to be said, in the whole process.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Says nothing from now on, or may.
pub(super) fn set_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Watches what is solved, and says what it is.
pub(super) fn watch() -> Watch {
    if QUIET.load(Ordering::Relaxed) {
        return Watch::nobody();
    }
    let working = Arc::new(Mutex::new(Working::default()));
    let (begun, seen) = (Instant::now(), Arc::downgrade(&working));
    // It ends with what it watches.
    thread::spawn(move || {
        loop {
            thread::sleep(PATIENCE);
            let Some(working) = seen.upgrade() else { return };
            let due = working.lock().unwrap_or_else(PoisonError::into_inner).due(begun.elapsed());
            if let Some(line) = due {
                files::say(&line);
            }
        }
    });
    Watch::nobody().telling(move |step| working.lock().unwrap_or_else(PoisonError::into_inner).note(&step))
}

/// What is being done, and what was said of it.
#[derive(Debug, Default)]
struct Working {
    what: String,
    said: Option<(String, Duration)>,
}

impl Working {
    fn note(&mut self, step: &Progress) {
        if let Progress::Question { name, number, of } = step {
            self.what = match (*name, of) {
                ("plan", _) => "solving the plan".to_owned(),
                (name, 1) => name.to_owned(),
                (name, of) => format!("{name}, {number} of {of}"),
            };
        }
    }

    /// The line to say after a time, if one is due.
    fn due(&mut self, elapsed: Duration) -> Option<String> {
        if self.what.is_empty() || elapsed < PATIENCE {
            return None;
        }
        if let Some((what, at)) = &self.said
            && *what == self.what
            && elapsed < *at + AGAIN
        {
            return None;
        }
        self.said = Some((self.what.clone(), elapsed));
        Some(format!("{} ({} s)\n", self.what, elapsed.as_secs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_is_said_once_and_then_seldom() {
        let mut working = Working::default();
        let after = |working: &mut Working, seconds: u64| working.due(Duration::from_secs(seconds));
        assert_eq!(after(&mut working, 5), None, "nothing is being done");
        working.note(&Progress::Question { name: "plan", number: 1, of: 1 });
        assert_eq!(working.due(Duration::from_millis(900)), None);
        assert_eq!(after(&mut working, 1).as_deref(), Some("solving the plan (1 s)\n"));
        assert_eq!(after(&mut working, 10), None);
        assert_eq!(after(&mut working, 11).as_deref(), Some("solving the plan (11 s)\n"));
        working.note(&Progress::Program { columns: 3, rows: 2 });
        working.note(&Progress::Question { name: "worth of a contract", number: 3, of: 8 });
        assert_eq!(after(&mut working, 12).as_deref(), Some("worth of a contract, 3 of 8 (12 s)\n"));
    }
}
