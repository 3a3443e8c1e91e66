//! What was used and paid beside what was planned, and why they differ.
//!
//! For an offer o in a stretch of time, with H chip-hours used and C paid for them, P and p = C / H of the plan, and of what
//! was billed B and b:
//!
//! ```text
//! B b - P p  =  (b - p) B        price: what was used cost more or less than planned
//!            +  (B - P) p        what was used is more or less than planned, of which
//!                                   delivery: less could be had than was planned, at the plan's price
//!                                   quantity: all of it is more or less, at the plan's mean price
//!                                   mix:      the rest: dearer or cheaper offers than planned
//! ```
//!
//! The four add up to the difference. What the plan does not have is at the price that was paid, and all mix. What stood idle
//! is in neither: a bill says what was used.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Model, hours_between};
use crate::plan::Plan;
use crate::units::human::count;

/// Why a bill cannot be put beside a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VarianceError {
    /// Bills are read by month.
    #[error("bills are read by month, and the periods of the model are shorter")]
    Short,
    /// The model has no dates.
    #[error("the model has no horizon, so that no month of a bill is in it")]
    Steady,
    /// No month of the bills is before the period from which on it is planned.
    #[error("no month of the bills lies within the horizon and before {0}")]
    Nothing(String),
    /// The bill is in another currency.
    #[error("the bills are in {0} and the model in {1}")]
    Currency(String, String),
    /// The bill does not say what its rows cost.
    #[error("{} of the bills used chips and {} not say what {} cost", count(*.0, "row"), if *.0 == 1 { "does" } else { "do" }, if *.0 == 1 { "it" } else { "they" })]
    Unpriced(usize),
}

/// What bills say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Billed {
    /// Each month.
    pub months: Vec<BilledMonth>,
    /// The currencies of the bills.
    pub currencies: BTreeSet<String>,
    /// Rows that used chips and do not say what they cost.
    pub unpriced: usize,
}

/// What bills say of a month.
#[derive(Clone, Debug, PartialEq)]
pub struct BilledMonth {
    /// Its first day.
    pub month: Date,
    /// The first instant that its charges speak of, and the first after it.
    pub ends: (DateTime, DateTime),
    /// Chip-hours used and money paid, by offer.
    pub offers: BTreeMap<String, (f64, f64)>,
}

/// What was used and paid beside what was planned, over the periods that bills speak of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Variance {
    /// The first month that bills speak of.
    pub from: String,
    /// The last one.
    pub last: String,
    /// What was planned for it, undiscounted money for what is used.
    pub planned: f64,
    /// What was paid.
    pub paid: f64,
    /// How much of the difference is of prices.
    pub price: f64,
    /// How much is of more or less use.
    pub quantity: f64,
    /// How much is of dearer or cheaper offers than planned.
    pub mix: f64,
    /// How much is of what could not be had.
    pub delivery: f64,
    /// Each offer.
    pub offers: Vec<OfferVariance>,
}

/// An offer as it was used and paid beside what was planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct OfferVariance {
    /// The offer.
    pub offer: String,
    /// Chip-hours planned.
    pub planned_hours: f64,
    /// Chip-hours used.
    pub used_hours: f64,
    /// Money planned.
    pub planned: f64,
    /// Money paid.
    pub paid: f64,
    /// How much of the difference is of its price.
    pub price: f64,
    /// How much is of more or less of it.
    pub volume: f64,
    /// How much of `volume` is of what could not be had.
    pub delivery: f64,
}

impl Variance {
    /// The difference as a part of what was planned; of nothing planned, all of it.
    #[must_use]
    pub fn part(&self) -> f64 {
        let by = (self.paid - self.planned).abs();
        if self.planned > 0.0 { by / self.planned } else { f64::from(u8::from(by > 0.0)) }
    }
}

#[derive(Clone, Copy, Default)]
struct Sums {
    planned_hours: f64,
    planned: f64,
    used_hours: f64,
    paid: f64,
    missing_hours: f64,
}

impl Sums {
    /// Chip-hours that were planned, could not be had, and were not used.
    fn missed(&self) -> f64 {
        self.missing_hours.min((self.planned_hours - self.used_hours).max(0.0))
    }
}

/// Puts bills beside a plan, for the months before a period of the model. What can be had is as the model says now.
///
/// # Errors
/// [`VarianceError`].
pub fn variance(model: &Model, plan: &Plan, billed: &Billed, until: usize) -> Result<Variance, VarianceError> {
    let calendar = model.calendar();
    let Some((first, _)) = calendar.ends() else { return Err(VarianceError::Steady) };
    let other = billed.currencies.iter().find(|c| c.as_str() != model.currency());
    if let Some(other) = other {
        return Err(VarianceError::Currency(other.clone(), model.currency().to_owned()));
    }
    if billed.unpriced > 0 {
        return Err(VarianceError::Unpriced(billed.unpriced));
    }
    let mut sums: BTreeMap<String, Sums> = BTreeMap::new();
    let mut months = BTreeSet::new();
    let rates = Rates::of(plan, model);
    for BilledMonth { month, ends: (from, to), offers } in &billed.months {
        let (month, from, to) = (*month, *from, *to);
        let Some(t) = calendar.period_at(month.at(0, 0, 0, 0).max(first)).filter(|&t| t < until) else { continue };
        let Some((start, end)) = calendar.dates(t) else { continue };
        if from < start || to > end {
            return Err(VarianceError::Short);
        }
        months.insert(month);
        let hours = hours_between(from, to);
        for (offer, chips, price) in rates.in_period(t) {
            let sum = sums.entry(offer.to_owned()).or_default();
            sum.planned_hours += chips * hours;
            sum.planned += chips * hours * price;
            let known = model.offers().find(|o| o.id == offer).map_or(0.0, |o| model.offers()[o].capacity_at(t));
            sum.missing_hours += (chips - known).max(0.0) * hours;
        }
        for (offer, (chip_hours, money)) in offers {
            let sum = sums.entry(offer.clone()).or_default();
            sum.used_hours += chip_hours;
            sum.paid += money;
        }
    }
    let (Some(from), Some(last)) = (months.first(), months.last()) else {
        let label = calendar.periods.get(until).map_or("the end of the horizon", |p| p.label.as_str());
        return Err(VarianceError::Nothing(label.to_owned()));
    };
    let label = |month: &Date| month.strftime("%Y-%m").to_string();
    Ok(told((label(from), label(last)), &sums))
}

fn told((from, last): (String, String), sums: &BTreeMap<String, Sums>) -> Variance {
    let offers: Vec<OfferVariance> = sums
        .iter()
        .map(|(offer, s)| {
            let paid_price = if s.used_hours > 0.0 { s.paid / s.used_hours } else { 0.0 };
            let price = if s.planned_hours > 0.0 { s.planned / s.planned_hours } else { paid_price };
            OfferVariance {
                offer: offer.clone(),
                planned_hours: s.planned_hours,
                used_hours: s.used_hours,
                planned: s.planned,
                paid: s.paid,
                price: s.paid - price * s.used_hours,
                volume: price * s.used_hours - s.planned,
                delivery: -s.missed() * price,
            }
        })
        .collect();
    let sum = |of: fn(&OfferVariance) -> f64| offers.iter().map(of).sum::<f64>();
    let (planned, paid) = (sum(|o| o.planned), sum(|o| o.paid));
    let (planned_hours, used_hours) = (sum(|o| o.planned_hours), sum(|o| o.used_hours));
    let delivery = sum(|o| o.delivery);
    let missed: f64 = sums.values().map(Sums::missed).sum();
    let mean = if planned_hours > 0.0 { planned / planned_hours } else { 0.0 };
    // Of the hours that are more or less, those that could not be had are told apart.
    let quantity = (used_hours - planned_hours + missed) * mean;
    let volume = sum(|o| o.volume);
    Variance {
        from,
        last,
        planned,
        paid,
        price: sum(|o| o.price),
        quantity,
        mix: volume - delivery - quantity,
        delivery,
        offers,
    }
}

/// What a plan uses of each offer and pays for a chip-hour of it: what is reserved at its mean over the horizon, since an
/// upfront part is paid at once and billed over its term.
struct Rates {
    /// Offer, chips and price, by period.
    by_period: Vec<Vec<(String, f64, f64)>>,
}

impl Rates {
    fn of(plan: &Plan, model: &Model) -> Self {
        let expected = plan.expected();
        let periods = &model.calendar().periods;
        let reserved: BTreeSet<&str> = expected.reservations.iter().map(|r| r.offer.as_str()).collect();
        let at = |label: &str| periods.iter().position(|p| p.label == label);
        let mut whole: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for p in &expected.purchases {
            let Some(t) = at(&p.period) else { continue };
            let sum = whole.entry(&p.offer).or_default();
            *sum = (sum.0 + p.spend, sum.1 + p.chips * periods[t].hours);
        }
        let mut by_period: Vec<Vec<(String, f64, f64)>> = vec![Vec::new(); periods.len()];
        for p in &expected.purchases {
            let Some(t) = at(&p.period) else { continue };
            let held = p.chips * periods[t].hours;
            let (spend, hours) =
                if reserved.contains(p.offer.as_str()) { whole[p.offer.as_str()] } else { (p.spend, held) };
            let price = if hours > 0.0 { spend / hours } else { 0.0 };
            by_period[t].push((p.offer.clone(), (p.chips - p.idle).max(0.0), price));
        }
        Rates { by_period }
    }

    fn in_period(&self, t: usize) -> impl Iterator<Item = (&str, f64, f64)> {
        self.by_period[t].iter().map(|(offer, chips, price)| (offer.as_str(), *chips, *price))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Planned: 100 h at 4 and 100 h at 2, 600 in all. Used: 90 h at 5, and 150 h at 2: 750. Price: 90 more. 40 h more at the
    /// mean of 3: 120. Mix: 10 h fewer at 4 and 50 h more at 2 are 60, that is 60 less than 120.
    #[test]
    fn the_four_add_up() {
        let sums = |dear: Sums, cheap: Sums| BTreeMap::from([("dear".to_owned(), dear), ("cheap".to_owned(), cheap)]);
        let of = |planned_hours, planned, used_hours, paid| Sums {
            planned_hours,
            planned,
            used_hours,
            paid,
            missing_hours: 0.0,
        };
        let ends = || ("2027-01".to_owned(), "2027-01".to_owned());
        let v = told(ends(), &sums(of(100.0, 400.0, 90.0, 450.0), of(100.0, 200.0, 150.0, 300.0)));
        assert_eq!((v.planned, v.paid, v.part()), (600.0, 750.0, 0.25));
        assert_eq!((v.price, v.quantity, v.mix, v.delivery), (90.0, 120.0, -60.0, 0.0));
        // 30 h of the dear one could not be had: 10 of these were missed.
        let late = Sums { missing_hours: 30.0, ..of(100.0, 400.0, 90.0, 450.0) };
        let v = told(ends(), &sums(late, of(100.0, 200.0, 150.0, 300.0)));
        assert_eq!((v.price, v.delivery, v.quantity, v.mix), (90.0, -40.0, 150.0, -50.0));
        assert_eq!(v.price + v.delivery + v.quantity + v.mix, v.paid - v.planned);
    }

    /// What the plan does not have is all mix and quantity, at the price that was paid.
    #[test]
    fn what_was_not_planned_has_no_price_effect() {
        let new = Sums { used_hours: 10.0, paid: 70.0, ..Sums::default() };
        let v = told(("a".to_owned(), "b".to_owned()), &BTreeMap::from([("new".to_owned(), new)]));
        assert_eq!((v.price, v.quantity, v.mix, v.part()), (0.0, 0.0, 70.0, 1.0));
    }
}
