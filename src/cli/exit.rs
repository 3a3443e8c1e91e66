//! Exit codes, as the design gives them.

use crate::analysis::sweep::PointStatus;
use crate::plan::Status;

pub(super) const DONE: u8 = 0;
pub(super) const INTERNAL: u8 = 1;
pub(super) const USAGE: u8 = 2;
/// With `--detailed-exitcode`, as infrastructure tools have it.
pub(super) const DIFFERENT: u8 = 2;
/// Of `gate`: every plan is certified, but an expectation is missed or the plan is not the one of the lock.
pub(super) const NOT_AS_EXPECTED: u8 = 2;
pub(super) const MODEL_WRONG: u8 = 3;
pub(super) const INFEASIBLE: u8 = 4;
pub(super) const LIMIT_REACHED: u8 = 5;
pub(super) const UNCERTIFIED: u8 = 6;
/// A chunk of a sweep that fails the same way however often it is run.
pub(super) const HOPELESS: u8 = 42;
pub(super) const INTERRUPTED: u8 = 130;

/// The exit code of the program for the status of a plan.
#[must_use]
pub fn exit_code(status: Status) -> u8 {
    match status {
        Status::Optimal | Status::NearOptimal => DONE,
        Status::Infeasible | Status::Unbounded => INFEASIBLE,
        Status::LimitReached => LIMIT_REACHED,
        Status::InfeasibleUnverified | Status::Unverified => UNCERTIFIED,
    }
}

/// The worse of two exit codes of plans: a limit that was reached says less than that there is no plan, and that less than no
/// proof.
pub(super) fn worse(a: u8, b: u8) -> u8 {
    let rank = |code: u8| [DONE, LIMIT_REACHED, INFEASIBLE].iter().position(|c| *c == code).unwrap_or(usize::MAX);
    if rank(b) > rank(a) { b } else { a }
}

/// The exit code that a sweep with such a point has: a point without a plan is an answer, one
/// that is not certain is not.
pub(super) fn of_point(status: PointStatus) -> u8 {
    match status {
        PointStatus::Optimal | PointStatus::Infeasible | PointStatus::Unbounded => DONE,
        PointStatus::ModelWrong => MODEL_WRONG,
        PointStatus::LimitReached => LIMIT_REACHED,
        PointStatus::InfeasibleUnverified | PointStatus::Unverified => UNCERTIFIED,
    }
}
