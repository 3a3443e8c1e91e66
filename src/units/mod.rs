//! Quantities: numbers with a unit and a dimension, and their parser.
//!
//! A quantity is a number in the base unit of the place where it stands, or text with a unit:
//! `6.88`, `6.88 USD/chip-h`, `38B USD`, `20k`, `1.2 GW`, `35 %`, `2400 tok/s`. Reading has two
//! steps, because the same text means different things in different places: [`Quantity::parse`]
//! splits it into a number and a unit, and a [`Dimension`] converts it to its base unit or says
//! which dimension it found instead. What is written otherwise than here (`$6.88`, `20K`, `20k GPUs`) is refused with the
//! text to write.
//!
//! A time below a slash is `s`, `min`, `h`, `day`, `week`, `month`, `quarter` or `year`. A rate counts a year as 8760
//! hours, a quarter as a fourth and a month as a twelfth of them. A change of less than a year compounds: `15 %/quarter`
//! is (1.15)^4 - 1 a year. A price per hour names the chip, `USD/chip-h`: an hour of a node has the hours of all its chips.

mod dimension;
mod duration;
pub mod human;
mod quantity;
mod spelling;

pub use dimension::{Dimension, Rate, WorkUnit};
pub use duration::{Duration, DurationUnit};
pub use quantity::{Quantity, Unit, UnitError};
pub(crate) use spelling::without_separator;
pub use spelling::{Signed, percentage, short};

/// The unit of a price of use in bills: of chip-hours whose holding other lines count as chip-hours.
pub const USE_HOURS: &str = "Use-Hours";
