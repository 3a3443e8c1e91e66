//! The end of the time that a command may take, for everything that it solves.

use std::fmt;
use std::time::{Duration, Instant};

/// When solving has to end, however many programs are solved until then; never by default.
///
/// Two settings that differ in nothing else ask for the same answer, so that its text for debugging says nothing of the
/// clock.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// None.
    pub const NEVER: Deadline = Deadline(None);

    /// Whether there is one.
    #[must_use]
    pub fn is_set(self) -> bool {
        self.0.is_some()
    }

    /// The time that is left; `None` if there is no end.
    #[must_use]
    pub fn left(self) -> Option<Duration> {
        self.0.map(|end| end.saturating_duration_since(Instant::now()))
    }

    /// Whether no time is left.
    #[must_use]
    pub fn is_over(self) -> bool {
        self.left() == Some(Duration::ZERO)
    }
}

impl From<Option<Instant>> for Deadline {
    fn from(end: Option<Instant>) -> Self {
        Deadline(end)
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deadline")
    }
}
