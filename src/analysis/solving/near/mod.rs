//! The plans that cost nearly as little as the cheapest.

mod plans;
mod ratio;

pub(in crate::analysis) use plans::{Near, ROOMS, affords, allowed, examined, is_plan};
pub(in crate::analysis) use ratio::{Found, Known, Last, Ratio, Step, climb, extreme};
