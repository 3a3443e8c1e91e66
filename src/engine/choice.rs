//! Which engine to use, and in which order they are tried.

use std::fmt;
use std::str::FromStr;

use super::clarabel::Clarabel;
use super::contract::Engine;
#[cfg(feature = "highs")]
use super::highs::Highs;
use super::microlp::Microlp;
use super::outcome::EngineError;
use crate::lp::LinearProgram;

/// Up to this many columns the simplex method of microlp is tried first: it is as fast there, and
/// gives a vertex at once, the same in every build.
pub const SMALL: usize = 2_500;

/// Which engine to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum EngineChoice {
    /// The one that fits the program's size and whether it is solved again, and the others if it
    /// fails.
    #[default]
    Auto,
    /// The simplex method first: a vertex. The other gives the multipliers.
    Microlp,
    /// The interior-point method first: multipliers. The other is tried if its answer fails.
    Clarabel,
    /// HiGHS first: a vertex, its multipliers, and integers. The others are tried if its answer
    /// fails. Needs the feature `highs`.
    Highs,
}

impl EngineChoice {
    /// Every choice that this build has.
    #[cfg(feature = "highs")]
    pub const ALL: &[EngineChoice] =
        &[EngineChoice::Auto, EngineChoice::Microlp, EngineChoice::Clarabel, EngineChoice::Highs];
    /// Every choice that this build has.
    #[cfg(not(feature = "highs"))]
    pub const ALL: &[EngineChoice] = &[EngineChoice::Auto, EngineChoice::Microlp, EngineChoice::Clarabel];

    /// The engine for a program that is changed and solved again: HiGHS at any size, for it starts
    /// from its last basis. 84 rounds of cuts on 3.7 thousand columns took 0.6 s instead of the 17 s
    /// of the embedded engines, which start from nothing; 30 rounds on 17 thousand 0.6 s instead of
    /// 12 s.
    pub(super) fn to_solve_again(self) -> Self {
        #[cfg(feature = "highs")]
        if self == EngineChoice::Auto {
            return EngineChoice::Highs;
        }
        self
    }

    /// Whether this build has the engine.
    ///
    /// # Errors
    /// [`EngineError::Unsupported`] with what to do about it.
    pub fn built_in(self) -> Result<(), EngineError> {
        if EngineChoice::ALL.contains(&self) {
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
            EngineChoice::Microlp => "microlp",
            EngineChoice::Clarabel => "clarabel",
            EngineChoice::Highs => "highs",
        })
    }
}

impl FromStr for EngineChoice {
    type Err = String;

    /// Reads the name of any engine, whether this build has it or not.
    fn from_str(text: &str) -> Result<Self, String> {
        [EngineChoice::Auto, EngineChoice::Microlp, EngineChoice::Clarabel, EngineChoice::Highs]
            .into_iter()
            .find(|c| c.to_string() == text)
            .ok_or_else(|| format!("`{text}` is not an engine; known are auto, microlp, clarabel and highs"))
    }
}

/// The engines in the order in which they are tried.
pub(super) fn order(lp: &LinearProgram, choice: EngineChoice) -> &'static [&'static dyn Engine] {
    let small = lp.columns().len() <= SMALL;
    match choice {
        EngineChoice::Microlp => &[&Microlp, &Clarabel],
        EngineChoice::Clarabel => &[&Clarabel, &Microlp],
        #[cfg(feature = "highs")]
        EngineChoice::Highs if small => &[&Highs, &Microlp, &Clarabel],
        #[cfg(feature = "highs")]
        EngineChoice::Highs => &[&Highs, &Clarabel, &Microlp],
        _ if small => &[&Microlp, &Clarabel],
        // The whole of a run (model in, plan out) took 1.4 s instead of 2.7 s with clarabel and its
        // vertex on 70 thousand columns, and 6.5 s instead of 20 s without it on 280 thousand, in 0.7
        // of the memory.
        #[cfg(feature = "highs")]
        _ => &[&Highs, &Clarabel, &Microlp],
        #[cfg(not(feature = "highs"))]
        _ => &[&Clarabel, &Microlp],
    }
}

/// Whether the first engine of a choice starts from its last basis, for programs that are not small.
#[must_use]
pub fn keeps_basis(choice: EngineChoice) -> bool {
    cfg!(feature = "highs") && !matches!(choice, EngineChoice::Microlp | EngineChoice::Clarabel)
}
