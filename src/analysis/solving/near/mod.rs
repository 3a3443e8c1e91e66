//! The plans that cost nearly as little as the cheapest.

mod plans;
mod ratio;
mod told;

pub(in crate::analysis) use plans::{NearOptimalPlans, ROOMS, affords, allowed, examined, is_plan};
pub(in crate::analysis) use ratio::{FirstPlan, Last, ProvenShare, Ratio, Step, climb, extreme};
pub(in crate::analysis) use told::near_optimal;
