//! Which engine to use.

use std::fmt;
use std::str::FromStr;

use super::EngineError;

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
