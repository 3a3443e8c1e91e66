//! Money in other currencies than the model's.
//!
//! An exchange rate is a series like a price: the model's currency for one unit of another. What has a date converts at
//! the rate of its period: prices and capital by period, fees and funding. What runs over a time (a commitment, a
//! budget) converts at the mean rate of the periods in which it counts, weighted by their hours. What has neither
//! (porting, moving data, switching, prices of unmet or lost work, of a limit that may be exceeded, limits on risk)
//! converts at the rate of the first period.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostics::Code;
use crate::document::{Amount, Map, Series, SeriesForm, Text};
use crate::units::{Dimension as Unit, Quantity, Unit as Written, UnitError};

use super::calendar::Calendar;
use super::reader::{In, Reader};

/// One rate a period for each currency beside the model's own.
pub type Rates = BTreeMap<String, Arc<[f64]>>;

/// A quantity as if it had been written in the model's currency, and the rates that it converts at.
struct Own {
    quantity: Quantity,
    rates: Option<Arc<[f64]>>,
}

/// The mean of a value over some periods, weighted by their hours.
#[must_use]
pub(super) fn mean(calendar: &Calendar, values: &[f64], periods: &Range<usize>) -> f64 {
    let hours: f64 = calendar.hours(periods.clone());
    let sum: f64 = periods.clone().map(|t| values[t] * calendar.periods[t].hours).sum();
    if hours > 0.0 { sum / hours } else { values[0] }
}

/// Reads `currencies`.
pub(super) fn read(reader: &mut Reader<'_>, written: Option<&Map<Series>>) -> Rates {
    let mut rates = Rates::new();
    for (code, place, series) in written.iter().flat_map(|m| &m.entries) {
        if code.len() != 3 || !code.chars().all(|c| c.is_ascii_uppercase()) {
            let message = format!("`{code}` is not a currency code");
            reader.error(Code::UnknownWord, *place, message, "write three capital letters such as EUR");
            continue;
        }
        if *code == reader.currency {
            let message = format!("`{code}` is the model's own currency");
            reader.error(Code::Contradiction, *place, message, "remove it: the model's own currency is worth 1");
            continue;
        }
        // Money in a currency whose rate could not be read is not reported as wrong as well.
        rates.insert(code.clone(), vec![1.0; reader.calendar.len()].into());
        let Some(series) = series else { continue };
        let own = reader.currency.clone();
        let in_own = |q: &Quantity| {
            Unit::Money(&own).convert(q).map_err(|error| match error {
                UnitError::Currency { expected, found, .. } => UnitError::Dimension { expected, found },
                other => other,
            })
        };
        let Some(values) = reader.series(series, In::Positive, f64::NAN, in_own) else { continue };
        if let Some(t) = values.iter().position(|v| v.is_nan()) {
            let label = reader.calendar.periods[t].label.clone();
            let message = format!("there is no exchange rate for {code} in {label}");
            let remedy = format!("add a step at or before {label}");
            reader.error(Code::MissingPrice, series.place, message, remedy);
            continue;
        }
        rates.insert(code.clone(), values.into());
    }
    rates
}

/// Says at which rates money is reported.
pub(super) fn note(reader: &mut Reader<'_>) {
    for (code, rates) in &reader.rates {
        let ends = |pick: fn(f64, f64) -> f64| rates.iter().copied().reduce(pick).unwrap_or_default();
        let (least, most) = (ends(f64::min), ends(f64::max));
        let at = if least == most { least.to_string() } else { format!("{least} to {most}") };
        reader.notes.push(format!("money in {code} is told in {}, at {at} for one {code}", reader.currency));
    }
}

impl Reader<'_> {
    /// A quantity in the model's currency, and what one unit of the currency that it was written in is worth.
    fn own(&self, quantity: &Quantity) -> Own {
        let written = quantity.unit.as_ref().and_then(|unit| Some((unit, unit.over.as_deref()?)));
        match written.and_then(|(unit, code)| Some((unit, self.rates.get(code)?))) {
            Some((unit, rates)) => {
                let unit = Written { over: Some(self.currency.clone()), ..unit.clone() };
                Own { quantity: Quantity { unit: Some(unit), ..*quantity }, rates: Some(rates.clone()) }
            }
            None => Own { quantity: quantity.clone(), rates: None },
        }
    }

    /// Money that counts over some periods, at their mean rate; `convert` takes it in the model's currency.
    pub(super) fn money_over(
        &mut self,
        amount: &Amount,
        periods: &Range<usize>,
        convert: impl FnOnce(&Quantity) -> Result<f64, UnitError>,
    ) -> Option<f64> {
        let rates = self.rates_of(amount);
        let value = self.money_unconverted(amount, convert)?;
        Some(rates.map_or(value, |rates| value * mean(&self.calendar, &rates, periods)))
    }

    /// Money in the currency that it was written in; see [`Reader::rates_of`].
    pub(super) fn money_unconverted(
        &mut self,
        amount: &Amount,
        convert: impl FnOnce(&Quantity) -> Result<f64, UnitError>,
    ) -> Option<f64> {
        let own = self.own(&amount.quantity);
        self.read(amount, In::NotNegative, |_| convert(&own.quantity))
    }

    /// Money without a time, at the rate of the first period.
    pub(super) fn money_as(
        &mut self,
        amount: &Amount,
        convert: impl FnOnce(&Quantity) -> Result<f64, UnitError>,
    ) -> Option<f64> {
        self.money_over(amount, &(0..1), convert)
    }

    /// What one unit of the currency of an amount is worth in each period; `None` if it is in the model's.
    pub(super) fn rates_of(&self, amount: &Amount) -> Option<Arc<[f64]>> {
        self.own(&amount.quantity).rates
    }

    /// Money, one value a period, each at the rate of its period.
    pub(super) fn money_series(
        &mut self,
        series: &Series,
        before: f64,
        convert: impl Fn(&Quantity) -> Result<f64, UnitError>,
    ) -> Option<Vec<f64>> {
        let rates = self.rates_by_period(series);
        let codes = self.rates.keys().cloned().collect::<Vec<_>>();
        let currency = self.currency.clone();
        let values = self.series(series, In::NotNegative, before, |q| {
            let foreign = q.unit.as_ref().filter(|u| u.over.as_ref().is_some_and(|code| codes.contains(code)));
            match foreign {
                Some(unit) => {
                    let unit = Written { over: Some(currency.clone()), ..unit.clone() };
                    convert(&Quantity { unit: Some(unit), ..*q })
                }
                None => convert(q),
            }
        })?;
        Some(values.into_iter().zip(rates).map(|(value, rate)| value * rate).collect())
    }

    /// The rate at which a series converts in each period: that of the amount which holds then.
    fn rates_by_period(&self, series: &Series) -> Vec<f64> {
        let mut all = vec![1.0; self.calendar.len()];
        let mut from = |start: usize, amount: &Amount| {
            let rates = self.rates_of(amount);
            let rest = all.iter_mut().enumerate().skip(start);
            rest.for_each(|(t, rate)| *rate = rates.as_ref().map_or(1.0, |rates| rates[t]));
        };
        match &series.form {
            SeriesForm::Constant(amount) | SeriesForm::Growth { start: amount, .. } => from(0, amount),
            SeriesForm::List(amounts) => amounts.iter().enumerate().for_each(|(t, amount)| from(t, amount)),
            SeriesForm::Steps(steps) => {
                let mut dated: Vec<(usize, jiff::civil::DateTime, &Amount)> =
                    steps.iter().filter_map(|(key, amount)| self.step_at(key).map(|(t, at)| (t, at, amount))).collect();
                dated.sort_by_key(|&(t, at, _)| (t, at));
                dated.into_iter().for_each(|(t, _, amount)| from(t, amount));
            }
        }
        all
    }

    /// The period from which a step holds; what cannot be read is reported where the series is.
    fn step_at(&self, key: &Text) -> Option<(usize, jiff::civil::DateTime)> {
        let (date, _) = super::calendar::parse_period(&key.text)?;
        let (first, last) = self.calendar.ends()?;
        if date <= first {
            return Some((0, date));
        }
        (date < last).then(|| self.calendar.boundary_at(date)).flatten().map(|t| (t, date))
    }
}
