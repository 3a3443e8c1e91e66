//! The limits of the policy: one family, one file.
//!
//! Everything that is known of a family stands in its file: how it is read, its equation and the rows that hold it,
//! what a plan has of it, measured from the plan alone, its audit, the number of it that can be changed, and its
//! sentences. The rest of the program asks [`LimitFamily`] and knows no family by name.

mod family;
mod read;
mod unit;

use super::reader::Reader;
use super::types::Measure;
use crate::document as doc;
use crate::lp::Affine;
pub use family::{Accounts, Compared, LimitFamily, Measured, Parameter, Ratio, Rows, StandsIn, Stated};
pub use floor::Least;
pub(super) use read::{Parts, describe, groups, limits, of_entry};
pub use unit::LimitUnit;

/// Declares the families: for each its key in the model file, its file, its type and what it limits.
macro_rules! families {
    ($($(#[doc = $doc:literal])+ $key:ident: $kind:ident,)+) => {
        $(mod $key; pub use $key::$kind;)+

        /// What is limited.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum LimitKind {
            $($(#[doc = $doc])+ $kind($kind),)+
        }

        impl LimitKind {
            /// The keys of all families, in the order in which they are named to a reader.
            pub const WORDS: &'static [&'static str] = &[$(stringify!($key)),+];

            /// What is known of it.
            #[must_use]
            pub fn family(&self) -> &dyn LimitFamily {
                match self { $(LimitKind::$kind(own) => own,)+ }
            }

            /// The same, to change its number.
            pub fn family_mut(&mut self) -> &mut dyn LimitFamily {
                match self { $(LimitKind::$kind(own) => own,)+ }
            }

            /// What the limit of the only key that is written says, and what it says of what all share.
            fn read<'a>(
                reader: &mut Reader<'_>,
                written: &'a doc::Limit,
                parts: &Parts<'_>,
            ) -> Option<(read::Shared<'a>, Option<read::Read>)> {
                $(if let Some(own) = &written.$key {
                    return Some(($kind::shared(written, own), $kind::read(reader, written, own, parts)));
                })+
                None
            }
        }
    };
}

families! {
    /// Money spent on a group.
    budget: Budget,
    /// Most of a measure that each group may have.
    share: Share,
    /// Least of a measure that a group must have.
    floor: Floor,
    /// Sum of squared shares of the groups of a dimension.
    concentration: Concentration,
    /// Number of groups of a dimension.
    suppliers: Suppliers,
    /// Power drawn at any time.
    power: Power,
    /// What the electricity of what is held emits.
    carbon: Carbon,
    /// Growth of holdings from one period to the next.
    ramp: Ramp,
}

impl LimitKind {
    /// Whether it counts what is emitted, so that exceeding it is paid by mass.
    #[must_use]
    pub fn counts_carbon(&self) -> bool {
        matches!(self, LimitKind::Carbon(_))
            || self.family().gains_by().is_some_and(|ratio| ratio.measure == Measure::Carbon)
    }

    /// Whether it limits dependency, so that the diversification premium is what it costs.
    #[must_use]
    pub fn is_dependency(&self) -> bool {
        self.family().is_dependency()
    }
}

/// `[a,b,c]` of those names that are not empty: the columns and rows of a limit are called so.
fn named(parts: &[&str]) -> String {
    crate::lp::bracketed(parts)
}

/// own - part x total, each column once.
fn less(own: &Affine, total: &Affine, part: f64) -> Affine {
    let mut all = own.clone();
    all.add(-part, total);
    all.collect();
    all
}

/// A part of a total; nothing of nothing.
fn ratio(own: f64, total: f64) -> f64 {
    if total > 0.0 { own / total } else { 0.0 }
}
