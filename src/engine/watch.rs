//! Who watches a solve: whoever may stop it, and whoever is reported how far it is.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::outcome::EngineError;

/// Stops what is solved with it, from any thread.
///
/// ```
/// use polysource::engine::Cancel;
///
/// let cancel = Cancel::new();
/// let in_the_handler = cancel.clone();
/// assert!(!cancel.is_asked());
/// in_the_handler.ask();
/// assert!(cancel.is_asked());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// One that nobody has asked yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for an end. What is under way ends soon, with [`EngineError::Cancelled`]: the
    /// simplex and interior-point methods within a few iterations, other engines when the program that they solve is.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether an end was asked for.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How far a solve is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Progress {
    /// A question begins: the plan itself, or one of those that are asked beside it.
    Question {
        /// Which.
        name: &'static str,
        /// The how many-th of its kind, from 1.
        number: usize,
        /// How many of its kind there are.
        of: usize,
    },
    /// A program was built and is being solved.
    Program {
        /// Its columns.
        columns: usize,
        /// Its rows.
        rows: usize,
    },
    /// A round of tangent cuts of limits on concentration.
    Round {
        /// Which, from 1.
        number: usize,
        /// By how much a limit is still exceeded, as a part of it.
        excess: f64,
    },
    /// A node of the search for whole numbers.
    Node {
        /// How many were solved.
        nodes: usize,
        /// The cost of the best plan so far, if there is one, in the program's money.
        best: Option<f64>,
        /// What no plan costs less than.
        bound: f64,
    },
}

/// Is reported how far a solve is.
type Listener = Arc<dyn Fn(Progress) + Send + Sync>;

/// Who watches a solve; nobody by default.
///
/// Two settings that differ in nothing else ask for the same answer, so that two watches are always equal.
#[derive(Clone, Default)]
pub struct Watch {
    cancel: Option<Cancel>,
    listener: Option<Listener>,
}

impl Watch {
    /// Nobody.
    #[must_use]
    pub const fn nobody() -> Self {
        Watch { cancel: None, listener: None }
    }

    /// Also whoever may stop it.
    #[must_use]
    pub fn cancelled_by(mut self, cancel: &Cancel) -> Self {
        self.cancel = Some(cancel.clone());
        self
    }

    /// Also whoever is reported how far it is, from whichever thread solves; it should not take long.
    #[must_use]
    pub fn telling(mut self, listener: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Whether an end was asked for.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancel.as_ref().is_some_and(Cancel::is_asked)
    }

    /// Whether to go on.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if an end was asked for.
    pub fn wanted(&self) -> Result<(), EngineError> {
        if self.is_cancelled() { Err(EngineError::Cancelled) } else { Ok(()) }
    }

    /// Tells how far it is, which is only found out if somebody listens.
    pub fn notify(&self, progress: impl FnOnce() -> Progress) {
        if let Some(listener) = &self.listener {
            listener(progress());
        }
    }
}

impl PartialEq for Watch {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}
