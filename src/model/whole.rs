//! A model as a whole: read through accessors, changed by edits alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::backtest::Backtest;
use super::calendar::Calendar;
use super::currencies::Rates;
use super::edit::Written;
use super::expect::Expectation;
use super::holdings::Holdings;
use super::ids::{
    ChipId, CloudId, ContractId, IdVec, LimitId, OfferId, OutageId, PoolId, SurviveId, UpstreamId, WorkloadId,
};
use super::selector::Dimension;
use super::types::{
    Baseline, Chip, Cloud, Contract, Investor, Limit, Offer, Origin, Outage, Payment, Pool, Prefer, Risk, Survive,
    Upstream, Workload,
};
use super::uncertainty::Uncertainty;
use super::{Input, Tree};

/// A situation to plan.
#[derive(Clone, Debug)]
pub struct Model {
    /// What it is called.
    pub(crate) name: String,
    /// Code of the currency.
    pub(crate) currency: String,
    /// What other currencies are worth in it.
    pub(crate) rates: Rates,
    /// SHA-256 of all that it was read from.
    pub(crate) sha256: String,
    /// Scenarios that were applied.
    pub(crate) scenarios: Vec<String>,
    /// Its periods.
    pub(crate) calendar: Calendar,
    /// Yearly discount rate.
    pub(crate) discount_rate: f64,
    /// Accelerator types.
    pub(crate) chips: IdVec<ChipId, Chip>,
    /// Who operates chips.
    pub(crate) clouds: IdVec<CloudId, Cloud>,
    /// Who holds a stake: organisation and part.
    pub(crate) investors: Vec<Investor>,
    /// Shared stocks.
    pub(crate) pools: IdVec<PoolId, Pool>,
    /// What stands upstream of offers.
    pub(crate) supply: IdVec<UpstreamId, Upstream>,
    /// Chips at clouds with prices.
    pub(crate) offers: IdVec<OfferId, Offer>,
    /// Commitments.
    pub(crate) contracts: IdVec<ContractId, Contract>,
    /// Training and inference.
    pub(crate) workloads: IdVec<WorkloadId, Workload>,
    /// What runs today.
    pub(crate) baseline: Option<Baseline>,
    pub(crate) holdings: Option<Holdings>,
    pub(crate) backtest: Option<Arc<Backtest>>,
    /// The policy, and what contracts require.
    pub(crate) limits: IdVec<LimitId, Limit>,
    /// What must still be served when suppliers are lost.
    pub(crate) survive: IdVec<SurviveId, Survive>,
    /// What may happen.
    pub(crate) outages: IdVec<OutageId, Outage>,
    /// How much of it is acceptable.
    pub(crate) risk: Risk,
    /// Where that was written.
    pub(crate) risk_origin: Origin,
    /// Which of the plans that cost as little is taken.
    pub(crate) prefer: Option<Prefer>,
    /// What a plan is expected to be; it changes no plan.
    pub(crate) expectations: Vec<Expectation>,
    /// What a reader should know about how the model was understood.
    pub(crate) notes: Vec<String>,
    /// Where its figures come from.
    pub(crate) citations: Vec<Cited>,
    /// What is not known today, if anything.
    pub(crate) uncertainty: Option<Arc<Uncertainty>>,
    /// What it was read from.
    pub(super) written: Arc<Written>,
}

/// What it has, to be read. A model is changed by [`Model::with`] alone.
impl Model {
    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What other currencies are worth in the model's, one rate a period.
    #[must_use]
    pub fn rates(&self) -> &Rates {
        &self.rates
    }

    /// Code of the currency.
    #[must_use]
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// SHA-256 of all that it was read from.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// What it was read from, with all that was laid over it: the same model again for what reads one itself, such as
    /// [`super::Family::read`].
    #[must_use]
    pub fn input(&self) -> &Input {
        &self.written.input
    }

    /// What was written of it, with all that was laid over it.
    #[must_use]
    pub fn tree(&self) -> Tree {
        Tree { root: self.written.root.clone(), sources: self.written.sources.clone() }
    }

    /// Scenarios that were applied.
    #[must_use]
    pub fn scenarios(&self) -> &[String] {
        &self.scenarios
    }

    /// Its periods.
    #[must_use]
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Yearly discount rate.
    #[must_use]
    pub fn discount_rate(&self) -> f64 {
        self.discount_rate
    }

    /// Accelerator types.
    #[must_use]
    pub fn chips(&self) -> &IdVec<ChipId, Chip> {
        &self.chips
    }

    /// Who operates chips.
    #[must_use]
    pub fn clouds(&self) -> &IdVec<CloudId, Cloud> {
        &self.clouds
    }

    /// Who holds a stake: organisation and part.
    #[must_use]
    pub fn investors(&self) -> &[Investor] {
        &self.investors
    }

    /// Shared stocks.
    #[must_use]
    pub fn pools(&self) -> &IdVec<PoolId, Pool> {
        &self.pools
    }

    /// What stands upstream of offers.
    #[must_use]
    pub fn supply(&self) -> &IdVec<UpstreamId, Upstream> {
        &self.supply
    }

    /// Chips at clouds with prices.
    #[must_use]
    pub fn offers(&self) -> &IdVec<OfferId, Offer> {
        &self.offers
    }

    /// Commitments.
    #[must_use]
    pub fn contracts(&self) -> &IdVec<ContractId, Contract> {
        &self.contracts
    }

    /// Training and inference.
    #[must_use]
    pub fn workloads(&self) -> &IdVec<WorkloadId, Workload> {
        &self.workloads
    }

    /// What runs today.
    #[must_use]
    pub fn baseline(&self) -> Option<&Baseline> {
        self.baseline.as_ref()
    }

    /// What happened, and how it is gone through again.
    #[must_use]
    pub fn backtest(&self) -> Option<&Backtest> {
        self.backtest.as_deref()
    }

    /// What is reserved or bought already.
    #[must_use]
    pub fn holdings(&self) -> Option<&Holdings> {
        self.holdings.as_ref()
    }

    /// The policy, and what contracts require.
    #[must_use]
    pub fn limits(&self) -> &IdVec<LimitId, Limit> {
        &self.limits
    }

    /// What must still be served when suppliers are lost.
    #[must_use]
    pub fn survive(&self) -> &IdVec<SurviveId, Survive> {
        &self.survive
    }

    /// What may happen.
    #[must_use]
    pub fn outages(&self) -> &IdVec<OutageId, Outage> {
        &self.outages
    }

    /// How much of it is acceptable.
    #[must_use]
    pub fn risk(&self) -> Risk {
        self.risk
    }

    /// Where that was written.
    #[must_use]
    pub fn risk_origin(&self) -> &Origin {
        &self.risk_origin
    }

    /// Which of the plans that cost as little is taken.
    #[must_use]
    pub fn prefer(&self) -> Option<Prefer> {
        self.prefer
    }

    /// What a plan is expected to be, without the expectations of scenarios that are not applied.
    #[must_use]
    pub fn expectations(&self) -> &[Expectation] {
        &self.expectations
    }

    /// What a reader should know about how the model was understood.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Where its figures come from.
    #[must_use]
    pub fn citations(&self) -> &[Cited] {
        &self.citations
    }
}

/// Where figures come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited {
    /// The entry that they stand in, such as `offers.aws-h100`.
    pub path: String,
    /// Their source.
    pub source: Option<String>,
    /// When they were read.
    pub as_of: Option<String>,
    /// Where that was written.
    pub origin: Origin,
}

impl Model {
    /// Number of periods.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.calendar.len()
    }

    /// Factor by which money of a period is discounted to the start of the horizon (mid-period).
    #[must_use]
    pub fn discount(&self, period: usize) -> f64 {
        (1.0 + self.discount_rate).powf(-self.calendar.periods[period].years_at_middle)
    }

    /// The same for money at the start of a period, as funding and fees are.
    #[must_use]
    pub fn discount_at_start(&self, period: usize) -> f64 {
        (1.0 + self.discount_rate).powf(-self.calendar.periods[period].years_at_start)
    }

    /// The same for money at the end of a period, as what comes back of a prepayment is.
    #[must_use]
    pub fn discount_at_end(&self, period: usize) -> f64 {
        let p = &self.calendar.periods[period];
        (1.0 + self.discount_rate).powf(p.years_at_start - 2.0 * p.years_at_middle)
    }

    /// The same for money at the start of a period, or at the end of the horizon for what follows the last.
    #[must_use]
    pub fn discount_at(&self, boundary: usize) -> f64 {
        (1.0 + self.discount_rate).powf(-self.calendar.years_at(boundary))
    }

    /// The part that is taken off an offer's prices under a contract; nothing under none.
    #[must_use]
    pub fn discount_under(&self, contract: Option<ContractId>, offer: OfferId) -> f64 {
        contract.map_or(0.0, |k| self.contracts[k].discount_on(offer))
    }

    /// What a payment is worth at the start of the horizon.
    #[must_use]
    pub fn discounted(&self, payment: &Payment) -> f64 {
        let factor =
            if payment.at_start { self.discount_at_start(payment.period) } else { self.discount(payment.period) };
        payment.money * factor
    }

    /// Whether a cloud has an offer in a region.
    #[must_use]
    pub fn has_region(&self, cloud: &str, region: &str) -> bool {
        self.offers.iter().any(|o| self.clouds[o.cloud].id == cloud && o.region.as_deref() == Some(region))
    }

    /// The groups of a dimension, in order of their names, each with its offers.
    ///
    /// An offer belongs to two organisations if its chip's vendor does not own its cloud. Regions of one name
    /// at two clouds are two groups, and an offer without what others have is a group of its own.
    #[must_use]
    pub fn groups(&self, dimension: &Dimension) -> Vec<(String, Vec<OfferId>)> {
        let mut groups: BTreeMap<String, Vec<OfferId>> = BTreeMap::new();
        let names = super::selector::group_names(dimension, &self.offers, &self.chips, &self.clouds);
        for (offer, names) in self.offers.ids().zip(names) {
            for name in names {
                groups.entry(name).or_default().push(offer);
            }
        }
        groups.into_iter().collect()
    }

    /// The part of each offer's chips that depends on one upstream.
    #[must_use]
    pub fn depends_on(&self, upstream: &str) -> IdVec<OfferId, f64> {
        let part = |o: &Offer| o.supply.iter().find(|(id, _)| id == upstream).map_or(0.0, |(_, part)| *part);
        self.offers.map(part)
    }

    /// What an offer is in a dimension: nothing, one value, or several organisations or suppliers upstream.
    #[must_use]
    pub fn values(&self, offer: OfferId, dimension: &Dimension) -> Vec<String> {
        let offer = &self.offers[offer];
        super::selector::values(dimension, offer, &self.chips[offer.chip], &self.clouds[offer.cloud])
    }

    /// Work of a workload that one chip of an offer does in an hour, interruptions taken off.
    #[must_use]
    pub fn productivity(&self, workload: WorkloadId, offer: OfferId) -> f64 {
        let o = &self.offers[offer];
        self.workloads[workload].throughput[o.chip].unwrap_or(0.0) * o.availability()
    }
}
