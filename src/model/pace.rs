//! A part that grows or falls by as much in each stretch of time, as in `8 %/month`: it does not compound, as a yearly rate of
//! growth does.

use super::reader::{In, Reader};
use crate::diagnostics::Code;
use crate::document::Amount;

/// What a stretch of time is in months; a day is a 365th of a year.
const MONTHS: [(&str, f64); 5] =
    [("day", 12.0 / 365.0), ("week", 84.0 / 365.0), ("month", 1.0), ("quarter", 3.0), ("year", 12.0)];

/// Reads a part for a stretch of time, as the part for a month.
pub(super) fn per_month(reader: &mut Reader<'_>, amount: &Amount, range: In, remedy: &str) -> Option<f64> {
    let unit = amount.quantity.unit.as_ref();
    let per = unit.filter(|u| u.over.is_none() && u.under.len() == 1).map(|u| u.under[0].as_str());
    let Some((_, months)) = MONTHS.into_iter().find(|(word, _)| per == Some(word)) else {
        reader.error(Code::WrongDimension, amount.place, "expected a share per unit of time", remedy);
        return None;
    };
    reader.read(amount, range, |q| Ok(q.number / months))
}
