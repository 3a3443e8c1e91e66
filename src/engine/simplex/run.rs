//! One solve: the method that fits, and what the changes of costs and bounds have left by the other.

use super::dual::dual;
use super::primal::primal;
use super::state::{At, End, State};

/// Turns between the two methods after which it is no use.
const TURNS: usize = 12;

/// Updates after which the factors are made anew before values are computed from them.
const FEW: usize = 30;

/// Solves from where the state stands. `cold` if that is not near an optimum.
pub fn run(s: &mut State, cold: bool) -> End {
    s.original();
    for j in 0..s.p.all() {
        if s.at[j] != At::Basic {
            s.at[j] = s.resting(j, s.at[j]);
        }
    }
    s.settle(FEW);
    let most = 20_000 + 20 * s.p.all();
    for turn in 0..TURNS {
        let (within, priced) = (s.is_primal_feasible(), s.is_dual_feasible());
        if within && priced {
            return End::Optimal;
        }
        let before = s.iterations;
        let end = if within { primal(s, most) } else { dual(s, cold && turn == 0, most) };
        tracing::trace!(turn, within, iterations = s.iterations, ?end, "simplex");
        match end {
            // Signs that were wrong by the multipliers and are right by the columns: large terms cancel in them, and what is
            // left of that no step makes better. Whoever reads the multipliers checks them.
            End::Optimal if within && s.iterations == before => return End::Optimal,
            End::Optimal => {}
            // Reached with bounds that are a little wider.
            End::Unbounded(_) if s.lower != s.p.lower || s.upper != s.p.upper => {}
            other => return other,
        }
        s.original();
        // What was not enough at first may be rounding.
        s.settle(if turn == 0 { FEW } else { 0 });
    }
    End::Stalled
}
