//! Quantities: numbers with a unit and a dimension, and their parser.
//!
//! A quantity is a number in the base unit of the place where it stands, or text with a unit:
//! `6.88`, `6.88 USD/chip-h`, `38B USD`, `20k`, `1.2 GW`, `35 %`, `2400 tok/s`. Reading has two
//! steps, because the same text means different things in different places: [`Quantity::parse`]
//! splits it into a number and a unit, and a [`Dimension`] converts it to its base unit or says
//! which dimension it found instead.

mod dimension;
mod duration;
pub mod human;
mod quantity;

pub use dimension::{Dimension, Rate, WorkUnit};
pub use duration::{Duration, DurationUnit};
pub use quantity::{Quantity, Unit, UnitError};

/// The unit of a price of use in bills: of chip-hours whose holding other lines count as chip-hours.
pub const USE_HOURS: &str = "Use-Hours";
