//! Which engine to use, and in which order they are tried.

use std::fmt;
use std::str::FromStr;

use super::clarabel::Clarabel;
use super::contract::Engine;
#[cfg(feature = "highs")]
use super::highs::Highs;
use super::microlp::Microlp;
use super::outcome::EngineError;
use super::simplex::Simplex;
use crate::lp::LinearProgram;

/// Up to this many columns the simplex method of our own is tried first in every build, so that small models have the
/// same vertex in all.
pub const SMALL: usize = 2_500;

/// Beyond this many columns an interior point is tried before a vertex, where there is no HiGHS. On generated models with
/// 37 and 138 thousand columns, not condensed, the simplex method took 0.8 s and 5.0 s, the interior point 1.7 s and more
/// than 30 s; nothing larger was measured.
#[cfg(not(feature = "highs"))]
const LARGE: usize = 200_000;

/// An engine from outside. Two are the same if they have the same name.
#[derive(Clone, Copy)]
pub struct OwnEngine(&'static dyn Engine);

impl OwnEngine {
    /// The engine.
    #[must_use]
    pub fn engine(self) -> &'static dyn Engine {
        self.0
    }
}

impl fmt::Debug for OwnEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

impl PartialEq for OwnEngine {
    fn eq(&self, other: &Self) -> bool {
        self.0.name() == other.0.name()
    }
}

impl Eq for OwnEngine {}

/// Which engine to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EngineChoice {
    /// The one that fits the program's size and whether it is solved again, and the others if it
    /// fails.
    #[default]
    Auto,
    /// The simplex method of our own first: a vertex with its multipliers. The others are tried if its answer fails.
    Simplex,
    /// The simplex method of microlp first: a vertex. The others give the multipliers.
    Microlp,
    /// The interior-point method first: multipliers. The other is tried if its answer fails.
    Clarabel,
    /// HiGHS first: a vertex, its multipliers, and integers. The others are tried if its answer
    /// fails. Needs the feature `highs`.
    Highs,
    /// An engine from outside first (see [`EngineChoice::own`]). The others are tried if its answer fails.
    Own(OwnEngine),
}

impl EngineChoice {
    /// Every choice that this build has.
    #[cfg(feature = "highs")]
    pub const ALL: &[EngineChoice] = &[
        EngineChoice::Auto,
        EngineChoice::Simplex,
        EngineChoice::Microlp,
        EngineChoice::Clarabel,
        EngineChoice::Highs,
    ];
    /// Every choice that this build has.
    #[cfg(not(feature = "highs"))]
    pub const ALL: &[EngineChoice] =
        &[EngineChoice::Auto, EngineChoice::Simplex, EngineChoice::Microlp, EngineChoice::Clarabel];

    /// An engine from outside. What it answers is certified like the answers of all others, so that it may be wrong
    /// but never believed; where it fails, the embedded engines are tried.
    ///
    /// ```
    /// use polysource::engine::{Abilities, Engine, EngineChoice, EngineError, Microlp, Outcome, SolveOptions};
    /// use polysource::lp::LinearProgram;
    ///
    /// struct Counting;
    ///
    /// impl Engine for Counting {
    ///     fn name(&self) -> &'static str {
    ///         "counting"
    ///     }
    ///
    ///     fn abilities(&self) -> Abilities {
    ///         Microlp.abilities()
    ///     }
    ///
    ///     fn solve(&self, lp: &LinearProgram, options: &SolveOptions) -> Result<Outcome, EngineError> {
    ///         println!("{} columns", lp.columns().len());
    ///         Microlp.solve(lp, options)
    ///     }
    /// }
    ///
    /// let engine = EngineChoice::own(&Counting);
    /// assert_eq!(engine.to_string(), "counting");
    /// ```
    #[must_use]
    pub fn own(engine: &'static dyn Engine) -> Self {
        EngineChoice::Own(OwnEngine(engine))
    }

    /// The engine for a program that is changed and solved again, at any size: one that starts from its last basis, HiGHS
    /// if the build has it. With engines that start from nothing 84 rounds of cuts on 3.7 thousand columns took 17 s
    /// instead of 0.6 s.
    pub(super) fn to_solve_again(self) -> Self {
        match self {
            #[cfg(feature = "highs")]
            EngineChoice::Auto => EngineChoice::Highs,
            #[cfg(not(feature = "highs"))]
            EngineChoice::Auto => EngineChoice::Simplex,
            other => other,
        }
    }

    /// Whether this build has the engine.
    ///
    /// # Errors
    /// [`EngineError::Unsupported`] with what to do about it.
    pub fn built_in(self) -> Result<(), EngineError> {
        if matches!(self, EngineChoice::Own(_)) || EngineChoice::ALL.contains(&self) {
            return Ok(());
        }
        let what = "this build does not have it; build with `--features highs` (README, \"The engine HiGHS\")";
        Err(EngineError::Unsupported { engine: "highs", what: what.to_owned() })
    }
}

impl fmt::Display for EngineChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EngineChoice::Auto => "auto",
            EngineChoice::Simplex => "simplex",
            EngineChoice::Microlp => "microlp",
            EngineChoice::Clarabel => "clarabel",
            EngineChoice::Highs => "highs",
            EngineChoice::Own(own) => own.0.name(),
        })
    }
}

/// A text that is the name of no engine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an engine; known: auto, simplex, microlp, clarabel and highs")]
pub struct NoSuchEngine {
    /// The text.
    pub text: String,
}

impl FromStr for EngineChoice {
    type Err = NoSuchEngine;

    /// Reads the name of any engine, whether this build has it or not.
    fn from_str(text: &str) -> Result<Self, NoSuchEngine> {
        let known = [
            EngineChoice::Auto,
            EngineChoice::Simplex,
            EngineChoice::Microlp,
            EngineChoice::Clarabel,
            EngineChoice::Highs,
        ];
        known.into_iter().find(|c| c.to_string() == text).ok_or_else(|| NoSuchEngine { text: text.to_owned() })
    }
}

/// The engines in the order in which they are tried.
pub(super) fn order(lp: &LinearProgram, choice: EngineChoice) -> Vec<&'static dyn Engine> {
    let small = lp.columns().len() <= SMALL;
    let known: &'static [&'static dyn Engine] = match choice {
        EngineChoice::Own(own) => return vec![own.0, &Simplex, &Microlp, &Clarabel],
        EngineChoice::Simplex if small => &[&Simplex, &Microlp, &Clarabel],
        EngineChoice::Simplex => &[&Simplex, &Clarabel, &Microlp],
        EngineChoice::Microlp => &[&Microlp, &Simplex, &Clarabel],
        EngineChoice::Clarabel => &[&Clarabel, &Simplex, &Microlp],
        #[cfg(feature = "highs")]
        EngineChoice::Highs => &[&Highs, &Simplex, &Clarabel, &Microlp],
        _ if small => &[&Simplex, &Microlp, &Clarabel],
        // The whole of a run (model in, plan out) took 1.4 s instead of 2.7 s with clarabel and its
        // vertex on 70 thousand columns, and 6.5 s instead of 20 s without it on 280 thousand, in 0.7
        // of the memory.
        #[cfg(feature = "highs")]
        _ => &[&Highs, &Simplex, &Clarabel, &Microlp],
        #[cfg(not(feature = "highs"))]
        _ if lp.columns().len() > LARGE => &[&Clarabel, &Simplex, &Microlp],
        #[cfg(not(feature = "highs"))]
        _ => &[&Simplex, &Clarabel, &Microlp],
    };
    known.to_vec()
}

/// Whether the first engine of a choice starts from its last basis.
#[must_use]
pub fn keeps_basis(choice: EngineChoice) -> bool {
    matches!(choice, EngineChoice::Auto | EngineChoice::Simplex | EngineChoice::Highs)
}
