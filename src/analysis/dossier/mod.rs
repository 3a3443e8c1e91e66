//! Everything that a report tells of one decision: the plan, what happens when suppliers fail,
//! what less dependency costs, how the cost moves with single numbers, and where the figures come
//! from.

mod further;

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::curve::Curve;
use crate::analysis::frontier::Frontier;
use crate::analysis::scenarios::ScenarioResult;
use crate::analysis::swings::Swing;
use crate::model::{Cited, Model};
use crate::plan::{CostKind, Plan};
use crate::resilience::Stress;

pub use further::{DossierError, DossierOptions};

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
    /// Which inputs move the cost most, the one that moves it most first.
    pub swings: Vec<Swing>,
    /// The scenarios of the model side by side, the model as written first; empty where they were not solved.
    pub scenarios: Vec<ScenarioResult>,
    /// What each cloud costs, by kind.
    pub clouds: Vec<CloudCost>,
    /// The organisation that owns each cloud.
    pub owners: BTreeMap<String, String>,
    /// How many of the inputs have a source.
    pub sourcing: Sourcing,
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

/// A part of the discounted cost.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudCost {
    /// The cloud; `None` for what is paid for no cloud alone: porting, unmet demand, contracts that cover several.
    pub cloud: Option<String>,
    /// What it is for.
    pub kind: CostKind,
    /// Discounted money.
    pub cost: f64,
}

/// How many inputs of a model say where they come from. An input is an entry of `chips`, `offers`, `workloads` or
/// `contracts`; what its `source` calls an assumption is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sourcing {
    /// All of them.
    pub inputs: usize,
    /// Those whose sources are assumptions, and nothing else.
    pub assumed: usize,
    /// Those that have a source, of which a part is called an assumption.
    pub partly: usize,
    /// Those without a source.
    pub unsourced: usize,
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
            clouds: clouds(model, &plan),
            owners: model.clouds.iter().map(|c| (c.id.clone(), c.owner.clone())).collect(),
            sourcing: sourcing(model),
            swings: Vec::new(),
            scenarios: Vec::new(),
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

/// The parts of the cost by the cloud that they are paid for.
fn clouds(model: &Model, plan: &Plan) -> Vec<CloudCost> {
    let of_offer = |id: &str| model.offers.iter().find(|o| o.id == id).map(|o| model.clouds[o.cloud].id.clone());
    // A contract belongs to a cloud if all that it covers and that is paid from its balances does.
    let of_contract = |id: &str| {
        let contract = model.contracts.iter().find(|c| c.id == id)?;
        let offers = contract.covers.iter().chain(contract.balances.iter().flat_map(|b| b.pays.iter()));
        let clouds: BTreeSet<&str> = offers.map(|o| model.clouds[model.offers[o].cloud].id.as_str()).collect();
        clouds.first().filter(|_| clouds.len() == 1).map(|cloud| (*cloud).to_owned())
    };
    let mut all: Vec<CloudCost> = Vec::new();
    for line in plan.cost.iter().flat_map(|c| &c.lines) {
        let cloud = match line.kind {
            CostKind::Spend | CostKind::Use | CostKind::Energy | CostKind::Resale | CostKind::Residual => {
                of_offer(&line.id)
            }
            CostKind::Idle
            | CostKind::Fee
            | CostKind::Funding
            | CostKind::Damages
            | CostKind::Credits
            | CostKind::Prepaid => of_contract(&line.id),
            CostKind::Porting | CostKind::Unmet | CostKind::Soft | CostKind::Egress | CostKind::Switching => None,
        };
        match all.iter_mut().find(|c| c.kind == line.kind && c.cloud == cloud) {
            Some(known) => known.cost += line.cost,
            None => all.push(CloudCost { cloud, kind: line.kind, cost: line.cost }),
        }
    }
    all
}

fn sourcing(model: &Model) -> Sourcing {
    let chips = model.chips.iter().map(|c| ("chips", &c.id));
    let offers = model.offers.iter().map(|o| ("offers", &o.id));
    let workloads = model.workloads.iter().map(|w| ("workloads", &w.id));
    let contracts = model.contracts.iter().map(|c| ("contracts", &c.id));
    let mut all = Sourcing::default();
    for (section, id) in chips.chain(offers).chain(workloads).chain(contracts) {
        let entry = format!("{section}.{id}");
        let inside =
            |path: &str| path.strip_prefix(&entry).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let texts: Vec<String> = model
            .citations
            .iter()
            .filter(|c| inside(&c.path))
            .filter_map(|c| c.source.as_ref().map(|text| text.trim_start().to_lowercase()))
            .collect();
        all.inputs += 1;
        if texts.is_empty() {
            all.unsourced += 1;
        } else if texts.iter().all(|text| text.starts_with("assum")) {
            all.assumed += 1;
        } else if texts.iter().any(|text| text.contains("assum")) {
            all.partly += 1;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of five inputs one is an assumption, one is in part, one has a source and two say nothing.
    #[test]
    fn assumptions_are_counted() {
        let model = Model::from_yaml_str(
            r#"
polysource: 1
chips: { h100: { vendor: nvidia, source: "a data sheet; power: assumption" } }
clouds: { a: {} }
offers:
  a-h100: { chip: h100, cloud: a, price: 2, source: "the list of 2026-11" }
  a-spot: { chip: h100, cloud: a, price: 1, source: assumption }
workloads: { chat: { kind: inference, demand: 5 req/h, throughput: { h100: 1 req/h } } }
contracts: { deal: { with: a, covers: { cloud: a }, commit: { spend: 50 } } }
"#,
        )
        .unwrap();
        assert_eq!(sourcing(&model), Sourcing { inputs: 5, assumed: 1, partly: 1, unsourced: 2 });
    }
}
