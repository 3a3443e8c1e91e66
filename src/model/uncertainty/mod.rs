//! What is not known today: factors with their outcomes, the futures that they make, and when decisions are due.
//!
//! A future is one outcome of each factor. Two futures cannot be reported apart at a date if all factors that are known by
//! then have the same outcome; a decision that is due at that date is one decision for both (non-anticipativity: Birge
//! and Louveaux, "Introduction to Stochastic Programming", 2nd ed., 2011, section 2.2). So the tree follows from dates,
//! and nobody numbers stages.

mod draws;
mod futures;
mod mean;
mod read;
mod splice;

use std::sync::Arc;

use self::futures::Branches;
use super::calendar::Calendar;
use super::ids::{ContractId, IdVec, OfferId};

pub use self::draws::Draws;
pub(super) use self::futures::believed;
pub(super) use self::read::{notice_of as notice, read};

/// What is not known today, and when decisions are due.
#[derive(Clone, Debug)]
pub struct Uncertainty {
    /// What is not known, in the order written.
    pub(crate) factors: Vec<Factor>,
    /// Every future.
    pub(crate) futures: Vec<Future>,
    /// When decisions are due.
    pub(crate) timing: Timing,
    /// What is minimized.
    pub(crate) goal: Goal,
    /// Whether probabilities were given; without them all futures are as likely.
    pub(crate) weighed: bool,
    /// What is drawn at random: the last of the factors, if anything is.
    pub(crate) draws: Option<Draws>,
    pub(super) branches: Arc<Branches>,
}

/// One thing that is not known today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// Its name.
    pub id: String,
    /// The first period whose decisions may depend on it.
    pub known: usize,
    /// The names of its outcomes.
    pub outcomes: Vec<String>,
}

/// One outcome of each factor.
#[derive(Clone, Debug, PartialEq)]
pub struct Future {
    /// The outcomes' names with `+` between them, in the order of the factors.
    pub name: String,
    /// The outcome of each factor.
    pub outcomes: Vec<usize>,
    /// How likely it is.
    pub probability: f64,
}

/// When decisions are due.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    /// Purchases under each offer.
    pub offers: IdVec<OfferId, When>,
    /// Each contract that is a decision.
    pub contracts: IdVec<ContractId, When>,
    /// Porting of workloads and moving of data.
    pub porting: When,
}

/// When a decision is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// So long before it takes effect.
    Before {
        /// Periods.
        periods: i64,
        /// Months of the calendar.
        months: i64,
        /// Hours.
        hours: i64,
    },
    /// In this period, or when it takes effect if that is earlier.
    By(usize),
}

/// What a plan under uncertainty minimizes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// A weighted sum of the expected cost and its conditional value at risk.
    Cost {
        /// Weight of the expected cost.
        expected: f64,
        /// Level and weight of the conditional value at risk.
        cvar: Option<(f64, f64)>,
        /// The most regret that any future may have; money.
        regret: Option<f64>,
    },
    /// The largest regret: what a future costs beyond the least that it could (Savage, "The theory of statistical
    /// decision", J. Amer. Statist. Assoc. 46, 1951).
    Regret,
}

impl When {
    /// In the period in which it takes effect.
    pub(crate) const THEN: When = When::Before { periods: 0, months: 0, hours: 0 };
    /// Before anything is known.
    pub(crate) const FIRST: When = When::Before { periods: i64::MAX, months: 0, hours: 0 };

    /// The period in which something is decided that takes effect at the start of a period; -1 before the first.
    #[must_use]
    pub fn date(self, calendar: &Calendar, start: usize) -> i64 {
        match self {
            When::By(period) => period.min(start) as i64,
            When::Before { periods, months, hours } => {
                let at = if months == 0 && hours == 0 { start as i64 } else { calendar.before(start, months, hours) };
                (at - periods).max(-1)
            }
        }
    }
}

impl Uncertainty {
    /// What is not known today.
    #[must_use]
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// Every future.
    #[must_use]
    pub fn futures(&self) -> &[Future] {
        &self.futures
    }

    /// What is minimized.
    #[must_use]
    pub fn goal(&self) -> Goal {
        self.goal
    }

    /// Whether probabilities were given. Without them each future has the same, so that a mean can be reported.
    #[must_use]
    pub fn has_probabilities(&self) -> bool {
        self.weighed
    }

    /// The first period for each factor whose decisions may depend on it.
    #[must_use]
    pub fn known(&self) -> Vec<i64> {
        self.factors.iter().map(|f| f.known as i64).collect()
    }

    /// Whether two futures cannot be reported apart at a date, `known` being when each factor is.
    #[must_use]
    pub fn alike_by(&self, known: &[i64], a: usize, b: usize, date: i64) -> bool {
        let (a, b) = (&self.futures[a].outcomes, &self.futures[b].outcomes);
        known.iter().enumerate().all(|(i, &known)| known > date || a[i] == b[i])
    }

    /// The first of the futures that cannot be reported apart from one at a date: their node.
    #[must_use]
    pub fn node(&self, known: &[i64], future: usize, date: i64) -> usize {
        (0..future).find(|&other| self.alike_by(known, future, other, date)).unwrap_or(future)
    }

    /// What is known in a node: the outcomes' names with `+` between them; empty if nothing is known yet.
    #[must_use]
    pub fn to_text(&self, future: usize, date: i64) -> String {
        let own = &self.futures[future];
        let known = |i: &usize| self.factors[*i].known as i64 <= date;
        let names = (0..self.factors.len()).filter(known).map(|i| self.factors[i].outcomes[own.outcomes[i]].as_str());
        names.collect::<Vec<_>>().join("+")
    }

    /// The future of a name; its outcomes may stand in any order.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<usize> {
        let mut wanted: Vec<&str> = name.split('+').map(str::trim).collect();
        wanted.sort_unstable();
        self.futures.iter().position(|f| {
            let mut own: Vec<&str> = f.name.split('+').collect();
            own.sort_unstable();
            own == wanted
        })
    }

    /// The future that planners mean when they name one: that of the outcomes called `base`, else the most probable one.
    /// None where no future stands out: then the mean is meant.
    #[must_use]
    pub fn base(&self) -> Option<usize> {
        let is_base = |f: &Future| {
            let mut all = f.outcomes.iter().zip(&self.factors).map(|(&o, factor)| factor.outcomes[o] == "base");
            all.all(|base| base)
        };
        if let Some(base) = self.futures.iter().position(is_base) {
            return Some(base);
        }
        let most = self.futures.iter().map(|f| f.probability).fold(0.0, f64::max);
        let mut likely = (0..self.futures.len()).filter(|&f| self.futures[f].probability >= most * (1.0 - 1e-9));
        let first = likely.next();
        first.filter(|_| likely.next().is_none())
    }
}
