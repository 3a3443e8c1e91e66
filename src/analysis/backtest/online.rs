//! The deterministic online rule for reservations: the yardstick that knows no forecast.
//!
//! One kind of chip is needed, d_t of it in period t, on demand at the price p or reserved for the fee F, after which use
//! costs a p (a is 0 where the fee pays for all). Count chips by their number: the x-th is needed in t if d_t >= x. Rented
//! on demand for a whole term it costs, and reserved at the beginning it would have cost, the same once what was paid for
//! it on demand within the last term reaches F / (1 - a): then it is reserved, as if it had been at the beginning of that
//! term, so that no payment counts twice.
//!
//! It costs at most 2 - a times what knowing everything would (W. Wang, B. Li and B. Liang, "To reserve or not to reserve:
//! optimal online multi-instance acquisition in IaaS clouds", ICAC 2013, algorithm 1 and proposition 1), and no
//! deterministic rule does better. It sees the demand of the period in which it decides.

use crate::model::{Model, OfferId, Task, Term, WorkloadId};

/// The rule for chips that are on demand or reserved.
#[derive(Clone, Debug, PartialEq)]
pub struct OnlineRule {
    /// Work that a chip does in the unit of time of the demand.
    pub productivity: f64,
    /// How many chips are reserved at a time.
    pub block: f64,
    /// Money for a chip on demand, by period.
    pub on_demand: Vec<f64>,
    /// Money for a chip that is reserved from a period on; `None` where no term begins.
    pub fee: Vec<Option<f64>>,
    /// The part of the price on demand that use costs beside the fee.
    pub used: f64,
    /// The period in which a term that begins in one is over.
    pub ends: Vec<usize>,
    /// The most chips that can be held.
    pub capacity: f64,
}

/// Chips that are reserved from a period on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reserve {
    /// The period.
    pub period: usize,
    /// Chips.
    pub chips: f64,
}

impl OnlineRule {
    /// The rule for a model with one workload, one offer on demand and one that is reserved; which workload and which
    /// reserved offer these are.
    ///
    /// # Errors
    /// In words, if it does not speak of such a model.
    pub fn of(model: &Model) -> Result<(WorkloadId, OfferId, Self), String> {
        let mut workloads = model.workloads().with_ids();
        let (Some((workload, work)), None) = (workloads.next(), workloads.next()) else {
            return Err("the model has more than one workload".to_owned());
        };
        if !matches!(work.task, Task::Inference { .. }) {
            return Err(format!("`{}` is training, which has no demand by period", work.id));
        }
        let of_term = |is: fn(&Term) -> bool| -> Vec<OfferId> {
            work.eligible.iter().copied().filter(|&o| is(&model.offers()[o].term)).collect()
        };
        let rented = of_term(|t| matches!(t, Term::OnDemand));
        let reserved = of_term(|t| matches!(t, Term::Reserved { .. }));
        let (&[rented], &[reserved]) = (rented.as_slice(), reserved.as_slice()) else {
            return Err("it chooses between one offer on demand and one that is reserved".to_owned());
        };
        let of = |o: OfferId| model.productivity(workload, o);
        if (of(rented) - of(reserved)).abs() > 1e-9 * of(rented) {
            return Err("its two offers do different work".to_owned());
        }
        let productivity = of(rented) * work.rate_time.1;
        let (rented, reserved_offer) = (&model.offers()[rented], &model.offers()[reserved]);
        let used = |offer: &crate::model::Offer, t: usize| offer.used.as_ref().map_or(0.0, |u| u[t]);
        // On demand is paid only for what is used.
        let on_demand = |t: usize| rented.price[t] + used(rented, t);
        let Term::Reserved { ends, .. } = &reserved_offer.term else { return Err("nothing is reserved".to_owned()) };
        let (periods, hours) = (model.periods(), |t: usize| model.calendar().periods[t].hours);
        let fee = |t: usize| {
            let end = *ends.get(&t).filter(|_| t >= reserved_offer.lead)?;
            Some(reserved_offer.price[t] * model.calendar().hours(t..end))
        };
        let rule = OnlineRule {
            productivity,
            block: reserved_offer.block.unwrap_or(1.0),
            on_demand: (0..periods).map(|t| on_demand(t) * hours(t)).collect(),
            fee: (0..periods).map(fee).collect(),
            used: if on_demand(0) > 0.0 { used(reserved_offer, 0) / on_demand(0) } else { 0.0 },
            ends: (0..periods).map(|t| ends.get(&t).copied().unwrap_or(t)).collect(),
            capacity: (0..periods).map(|t| reserved_offer.capacity_at(t)).fold(f64::INFINITY, f64::min),
        };
        Ok((workload, reserved, rule))
    }

    /// What is reserved for a demand, in its unit by period.
    #[must_use]
    pub fn reserves(&self, demand: &[f64]) -> Vec<Reserve> {
        let needed: Vec<f64> = demand.iter().map(|d| d / self.productivity).collect();
        // Chips that are held, and with them those that are counted as if they had been held before.
        let (mut held, mut counted) = (vec![0.0; needed.len()], vec![0.0; needed.len()]);
        let mut all = Vec::new();
        for now in 0..needed.len() {
            let Some(fee) = self.fee[now] else { continue };
            // A term as long as the one that begins now, up to now.
            let (end, length) = (self.ends[now], self.ends[now] - now);
            let from = (now + 1).saturating_sub(length);
            let mut chips = 0.0;
            loop {
                let above = (from..=now).filter(|&t| needed[t] > counted[t] + 1e-9);
                let paid: f64 = above.map(|t| self.on_demand[t]).sum();
                let full = held[now] + self.block > self.capacity;
                if paid <= 0.0 || paid * (1.0 - self.used) < fee * (1.0 - 1e-12) || full {
                    break;
                }
                chips += self.block;
                (now..end).for_each(|t| held[t] += self.block);
                (from..end).for_each(|t| counted[t] += self.block);
            }
            if chips > 0.0 {
                all.push(Reserve { period: now, chips });
            }
        }
        all
    }
}
