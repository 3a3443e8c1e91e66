//! Everything that a report tells of one decision: the plan, what happens when suppliers fail,
//! what less dependency costs, how the cost moves with single numbers, and where the figures come
//! from.

use crate::analysis::curve::Curve;
use crate::analysis::frontier::Frontier;
use crate::model::{Cited, Model};
use crate::plan::Plan;
use crate::resilience::Stress;

/// What a report is written from.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// The plan.
    pub plan: Plan,
    /// Chip-hours of each workload on each chip in each cloud.
    pub flows: Vec<Flow>,
    /// The offers of the model.
    pub offers: Vec<OfferFacts>,
    /// Each supplier lost in turn.
    pub stress: Option<Stress>,
    /// What less dependency costs.
    pub frontiers: Vec<Frontier>,
    /// The cost as a function of single numbers.
    pub curves: Vec<Curve>,
    /// Where the figures come from.
    pub citations: Vec<Cited>,
    /// What was left out, and how to have it.
    pub notes: Vec<String>,
}

/// What runs where, over the horizon.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// The workload.
    pub workload: String,
    /// The chip.
    pub chip: String,
    /// The cloud.
    pub cloud: String,
    /// Chip-hours.
    pub chip_hours: f64,
}

/// An offer as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferFacts {
    /// Its id.
    pub id: String,
    /// The chip.
    pub chip: String,
    /// Its vendor.
    pub vendor: String,
    /// The cloud.
    pub cloud: String,
    /// Region of the cloud.
    pub region: Option<String>,
    /// How it is held.
    pub term: &'static str,
    /// Smallest and largest price per chip-hour over the horizon.
    pub price: (f64, f64),
    /// The same of a price of use beside it, where there is one.
    pub used: Option<(f64, f64)>,
    /// Smallest and largest capacity in chips over the horizon; `None` for as many as are needed.
    pub capacity: Option<(f64, f64)>,
}

impl Dossier {
    /// A dossier of a plan and its model, with nothing that needs further solves.
    #[must_use]
    pub fn of(model: &Model, plan: Plan) -> Self {
        Dossier {
            flows: flows(model, &plan),
            offers: offers(model),
            citations: model.citations.clone(),
            plan,
            stress: None,
            frontiers: Vec::new(),
            curves: Vec::new(),
            notes: Vec::new(),
        }
    }
}

fn flows(model: &Model, plan: &Plan) -> Vec<Flow> {
    let mut flows: Vec<Flow> = Vec::new();
    for a in &plan.assignments {
        let offer = model.offers.iter().find(|o| o.id == a.offer);
        let period = model.calendar.periods.iter().find(|p| p.label == a.period);
        let (Some(offer), Some(period)) = (offer, period) else { continue };
        let (chip, cloud) = (&model.chips[offer.chip].id, &model.clouds[offer.cloud].id);
        let chip_hours = a.chips * period.hours;
        match flows.iter_mut().find(|f| f.workload == a.workload && f.chip == *chip && f.cloud == *cloud) {
            Some(flow) => flow.chip_hours += chip_hours,
            None => {
                flows.push(Flow { workload: a.workload.clone(), chip: chip.clone(), cloud: cloud.clone(), chip_hours });
            }
        }
    }
    flows
}

fn offers(model: &Model) -> Vec<OfferFacts> {
    let range = |values: &[f64]| {
        let ends = (f64::INFINITY, f64::NEG_INFINITY);
        values.iter().fold(ends, |(least, most), x| (x.min(least), x.max(most)))
    };
    let facts = |o: &crate::model::Offer| OfferFacts {
        id: o.id.clone(),
        chip: model.chips[o.chip].id.clone(),
        vendor: model.chips[o.chip].vendor.clone(),
        cloud: model.clouds[o.cloud].id.clone(),
        region: o.region.clone(),
        term: o.term.word(),
        price: range(&o.price),
        used: o.used.as_deref().map(range),
        capacity: o.capacity.as_deref().map(range),
    };
    model.offers.iter().map(facts).collect()
}
