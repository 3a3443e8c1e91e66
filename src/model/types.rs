//! What a model is made of: validated, indexed, wrong by no construction.
//!
//! Everything is in base units (money, chips, hours, kW, fractions) and refers to other things by
//! index. Series have one entry a period.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::ids::{
    ChipId, CloudId, CloudSet, ContractId, IdVec, OfferId, OfferSet, UpstreamId, WorkloadId, WorkloadSet,
};
use super::owned::Bought;

/// Where something was written, for sentences: a file and a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: usize,
}

/// An accelerator type.
#[derive(Clone, Debug, PartialEq)]
pub struct Chip {
    /// Its id.
    pub id: String,
    /// Who designs and sells it.
    pub vendor: String,
    /// Its software stack.
    pub ecosystem: Option<String>,
    /// Power of one, in kW, without what its site draws beside it.
    pub power: Option<f64>,
    /// Further dimensions.
    pub tags: BTreeMap<String, String>,
}

/// Who operates chips.
#[derive(Clone, Debug, PartialEq)]
pub struct Cloud {
    /// Its id.
    pub id: String,
    /// Money for moving a gigabyte out of it.
    pub egress: f64,
    /// The organisation that owns it.
    pub owner: String,
    /// Further dimensions.
    pub tags: BTreeMap<String, String>,
}

/// Who holds a stake.
#[derive(Clone, Debug, PartialEq)]
pub struct Investor {
    /// The organisation.
    pub id: String,
    /// The part held; unknown if it was not written.
    pub stake: Option<f64>,
}

/// A shared stock.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Its id.
    pub id: String,
    /// Chips in it, a period.
    pub chips: Option<Vec<f64>>,
    /// Power of it in kW, a period.
    pub power: Option<Vec<f64>>,
    /// The offers that draw on it.
    pub offers: Vec<OfferId>,
    /// Where it was written.
    pub origin: Origin,
}

/// What stands upstream of offers: a foundry, packaging, memory, an export licence.
#[derive(Clone, Debug, PartialEq)]
pub struct Upstream {
    /// Its id.
    pub id: String,
    /// The offers that depend on it, gathered into what is the same machines under different terms.
    pub machines: Vec<Machines>,
    /// What becomes of deliveries, for each period in which it may be lost; nothing without a horizon.
    pub interruptions: Vec<Interruption>,
    /// Who delivers a part in its place.
    pub substitute: Option<Substitute>,
    /// Where it was written.
    pub origin: Origin,
}

/// Offers of one chip at one place that serve the same workloads equally well: a change from one to another needs no
/// delivery. Spot is apart from the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Machines {
    /// The offers.
    pub offers: Vec<OfferId>,
    /// The part of their chips that depends on what stands upstream.
    pub part: f64,
}

/// What becomes of deliveries when what stands upstream is lost in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interruption {
    /// The period in which it is lost.
    pub lost: usize,
    /// The first period for which nothing is delivered.
    pub stops: usize,
    /// The first period for which a substitute delivers.
    pub ready: Option<usize>,
    /// The first period for which it delivers again.
    pub back: usize,
}

/// Who delivers in the place of what stands upstream.
#[derive(Clone, Debug, PartialEq)]
pub struct Substitute {
    /// Another one upstream.
    pub to: String,
    /// The most that it delivers, of what is missing.
    pub at_most: f64,
}

/// How an offer is held.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Term {
    /// By the period.
    OnDemand,
    /// By the period, with interruptions.
    Spot {
        /// Part of the hours that is lost.
        interruption: f64,
    },
    /// For a length of time, paid whole.
    Reserved {
        /// For each period in which a reservation may start, the first period after it, cut to the
        /// horizon.
        ends: BTreeMap<usize, usize>,
        /// Part of the price paid at the start.
        upfront: f64,
    },
    /// Owned; the price is what running it costs.
    Owned,
    /// Bought for capital, and owned from its delivery on; the price is what running it costs.
    Bought(Box<Bought>),
}

impl Term {
    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Term::OnDemand => "on-demand",
            Term::Spot { .. } => "spot",
            Term::Reserved { .. } => "reserved",
            Term::Owned | Term::Bought(_) => "owned",
        }
    }
}

/// Chips at a cloud with a price.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Its id.
    pub id: String,
    /// The chip.
    pub chip: ChipId,
    /// The cloud.
    pub cloud: CloudId,
    /// Region of the cloud.
    pub region: Option<String>,
    /// Site within the region.
    pub site: Option<String>,
    /// What is drawn in all at its site for what its chips draw; 1 or more.
    pub pue: f64,
    /// What a kWh emits at its site in kg, a period, not a number before the first date for which it is known; `None`
    /// if it is not known.
    pub carbon: Option<Vec<f64>>,
    /// What a kWh costs at its site, a period, not a number before the first date for which it is known; `None` if the
    /// price of the offer has it in it: what is rented, and what stands where none is written.
    pub energy: Option<Vec<f64>>,
    /// How it is held.
    pub term: Term,
    /// Money per chip-hour that is held, a period.
    pub price: Vec<f64>,
    /// Money per chip-hour that works beside it, a period; `None` if use costs nothing.
    pub used: Option<Vec<f64>>,
    /// Most chips, a period; `None` is as many as are needed.
    pub capacity: Option<Vec<f64>>,
    /// First period in which anything can be held.
    pub lead: usize,
    /// Chips are held in whole blocks of this size.
    pub block: Option<f64>,
    /// Fewest chips that can be held, if any are.
    pub minimum: Option<f64>,
    /// Prices beyond quantities, by rising quantity.
    pub tiers: Vec<Tier>,
    /// What stands upstream of it, with the part of its chips that depends on it; never 0.
    pub supply: Vec<(String, f64)>,
    /// Further dimensions.
    pub tags: BTreeMap<String, String>,
    /// Where it was written.
    pub origin: Origin,
}

impl Offer {
    /// Part of the hours in which it works.
    #[must_use]
    pub fn availability(&self) -> f64 {
        match self.term {
            Term::Spot { interruption } => 1.0 - interruption,
            _ => 1.0,
        }
    }

    /// Money per chip-hour of running a chip that is bought, or of its use: where no chip can be held there may be no price,
    /// and nothing is paid.
    #[must_use]
    pub fn paid_at(prices: &[f64], period: usize) -> f64 {
        if prices[period].is_nan() { 0.0 } else { prices[period] }
    }

    /// Money per chip-hour, a period: in tier 0 up to the first quantity, then beyond each.
    #[must_use]
    pub fn price_in(&self, tier: usize) -> &[f64] {
        if tier == 0 { &self.price } else { &self.tiers[tier - 1].price }
    }

    /// The quantity beyond which a tier's price holds.
    #[must_use]
    pub fn above(&self, tier: usize) -> f64 {
        if tier == 0 { 0.0 } else { self.tiers[tier - 1].above }
    }

    /// Whether it is held period by period and neither for a term nor owned.
    #[must_use]
    pub fn is_rented(&self) -> bool {
        matches!(self.term, Term::OnDemand | Term::Spot { .. })
    }

    /// Whether it is owned: what is owned may stand idle.
    #[must_use]
    pub fn is_owned(&self) -> bool {
        matches!(self.term, Term::Owned | Term::Bought(_))
    }

    /// What buying it means, if it is bought for capital.
    #[must_use]
    pub fn bought(&self) -> Option<&Bought> {
        match &self.term {
            Term::Bought(bought) => Some(bought),
            _ => None,
        }
    }

    /// Fewest chips that can be held, if any are, in whole blocks.
    #[must_use]
    pub fn minimum_in_blocks(&self) -> Option<f64> {
        let minimum = self.minimum?;
        Some(self.block.map_or(minimum, |b| (minimum / b - 1e-9).ceil() * b))
    }

    /// Most chips in a period: 0 before the lead time, infinite without a capacity.
    #[must_use]
    pub fn capacity_at(&self, period: usize) -> f64 {
        if period < self.lead {
            return 0.0;
        }
        self.capacity.as_ref().map_or(f64::INFINITY, |c| c[period])
    }
}

/// Money paid in a period, undiscounted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Payment {
    /// The period.
    pub period: usize,
    /// The money.
    pub money: f64,
    /// Whether it is paid at the start of the period, as a fee or what is paid upfront; else it is spread over
    /// the period, which counts as its middle.
    pub at_start: bool,
}

/// A price of the chips beyond a quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Tier {
    /// The quantity.
    pub above: f64,
    /// Money per chip-hour, a period.
    pub price: Vec<f64>,
}

/// Whether a contract is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// It is.
    Signed,
    /// The plan signs it if that pays.
    Optional,
    /// The plan signs it though it need not: for what the plan would be with it.
    Accepted,
    /// It is not: what it unlocks stays locked.
    Refused,
}

/// What a commitment is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommitIn {
    /// Money spent on covered offers, after discount.
    Spend,
    /// Chip-hours of covered offers that are held.
    ChipHours,
}

/// A part of a commitment that has to be met by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct CommitBucket {
    /// The periods in which it can be met.
    pub periods: Range<usize>,
    /// Money or chip-hours that fall into the horizon.
    pub amount: f64,
}

/// What is committed.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    /// What it is counted in.
    pub counted_in: CommitIn,
    /// If the plan chooses how much to commit to, the least part of the amounts below.
    pub least: Option<f64>,
    /// Its parts.
    pub buckets: Vec<CommitBucket>,
}

/// A commitment over a set of offers.
#[derive(Clone, Debug, PartialEq)]
pub struct Contract {
    /// Its id.
    pub id: String,
    /// The organisation that it is with, if that is known.
    pub with: Option<String>,
    /// Whether it is signed.
    pub decision: Decision,
    /// The offers that can be held only if it is signed.
    pub unlocks: OfferSet,
    /// Contracts that cannot be signed beside it.
    pub excludes: Vec<ContractId>,
    /// Contracts without which it cannot be signed.
    pub needs: Vec<ContractId>,
    /// The offers that are covered.
    pub covers: OfferSet,
    /// The periods in which it runs.
    pub active: Range<usize>,
    /// What is committed.
    pub commit: Option<Commit>,
    /// Part taken off prices; see [`Contract::discount_on`], which other rooms ask.
    pub(in crate::model) discount: f64,
    /// Parts taken off the prices of some offers instead; the first that has an offer counts.
    pub(in crate::model) rates: Vec<(OfferSet, f64)>,
    /// The right to end it before its time.
    pub terminate: Option<super::terminate::Terminate>,
    /// The right to lower its commitment step by step.
    pub ramp_down: Option<super::ramp_down::RampDown>,
    /// What is owed for late delivery.
    pub late: Option<super::late::Late>,
    /// How its prices follow the market.
    pub reprice: Option<super::reprice::Reprice>,
    /// The period in which it is decided how much is taken of it, if it is an option.
    pub exercise: Option<usize>,
    /// Whether the discount ends with the commitment: what is held beyond it is held beside the contract.
    pub capped: bool,
    /// Money in at the start of periods.
    pub funding: Vec<(usize, f64)>,
    /// Money out at the start of periods.
    pub fee: Vec<(usize, f64)>,
    /// Credits and prepayments that bills are paid from.
    pub balances: Vec<super::balance::Balance>,
    /// What vests with what is held.
    pub equity: Option<super::equity::Equity>,
    /// Where it was written.
    pub origin: Origin,
}

impl Contract {
    /// Makes it one in which nothing is owed for late delivery: all that was promised is due.
    pub(crate) fn forget_late(&mut self) {
        if let (Some(late), Some(commit)) = (self.late.take(), &mut self.commit) {
            commit.buckets = late.promised;
        }
    }

    /// Multiplies what is committed, and with it what was promised.
    pub(crate) fn scale_commitment(&mut self, by: f64) {
        let promised = self.late.iter_mut().flat_map(|late| &mut late.promised);
        let committed = self.commit.iter_mut().flat_map(|commit| &mut commit.buckets);
        committed.chain(promised).for_each(|bucket| bucket.amount *= by);
    }

    /// The right to end it before its time: as written, or because something is late for too long.
    #[must_use]
    pub fn may_end(&self) -> Option<&super::terminate::Terminate> {
        self.terminate.as_ref().or_else(|| self.late.as_ref()?.walk_away.as_ref())
    }

    /// The part that it takes off the price of an offer that it covers.
    #[must_use]
    pub fn discount_on(&self, offer: OfferId) -> f64 {
        self.rates.iter().find(|(offers, _)| offers[offer]).map_or(self.discount, |(_, part)| *part)
    }
}

/// Training or inference.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Task {
    /// An amount of work within a window.
    Training {
        /// The amount.
        work: f64,
    },
    /// A rate of work in each period.
    Inference {
        /// Mean rate in work per hour, a period (0 outside the window).
        demand: Vec<f64>,
        /// Capacity must serve the mean times this.
        peak: f64,
    },
}

/// What a workload may be split over, over its whole time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Split {
    /// Anything.
    Free,
    /// Offers of one cloud.
    OneCloud,
    /// Offers whose chips are of one ecosystem.
    OneEcosystem,
    /// One offer.
    OneOffer,
}

/// Porting of a workload to an ecosystem.
#[derive(Clone, Debug, PartialEq)]
pub struct Porting {
    /// The ecosystem.
    pub ecosystem: String,
    /// Money, paid once at the start of the horizon if the workload ever runs there.
    pub cost: f64,
    /// First period in which it can run there.
    pub ready: usize,
}

/// Data that is moved to every cloud where a workload runs.
#[derive(Clone, Debug, PartialEq)]
pub struct DataGravity {
    /// The clouds that have it.
    pub home: CloudSet,
    /// Money for moving it to one more cloud, paid when the workload may first run.
    pub cost: f64,
}

/// Chips that run a workload today.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Today {
    /// The workload.
    pub workload: WorkloadId,
    /// The offer.
    pub offer: OfferId,
    /// The chips.
    pub chips: f64,
}

/// What runs today, and what moving off it costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// What runs where.
    pub running: Vec<Today>,
    /// Money for each chip that no longer does what it does today.
    pub switching: f64,
    /// Whether it is paid in each later period too, for each chip that no longer does what it did in the one before.
    pub in_each_period: bool,
    /// Where it was written.
    pub origin: Origin,
}

/// Work to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// Its id.
    pub id: String,
    /// What kind.
    pub task: Task,
    /// Unit of its work.
    pub unit: String,
    /// The unit of time in which its rates are reported, and its length in hours.
    pub rate_time: (&'static str, f64),
    /// The periods in which it may run.
    pub window: Range<usize>,
    /// Most chips at a time.
    pub rate_at_most: Option<f64>,
    /// Fewest chips at a time while it runs.
    pub rate_at_least: Option<f64>,
    /// What it may be split over.
    pub split: Split,
    /// Ecosystems that it has to be ported to.
    pub porting: Vec<Porting>,
    /// Data that has to be where it runs.
    pub data: Option<DataGravity>,
    /// Work per chip-hour on each chip.
    pub throughput: IdVec<ChipId, Option<f64>>,
    /// The offers that it may run on.
    pub eligible: Vec<OfferId>,
    /// Price of a unit of work that is not done.
    pub unmet: Option<f64>,
    /// Work that an outage may delay without loss.
    pub buffer: f64,
    /// Cost of a unit of work that is lost in an outage.
    pub loss: f64,
    /// Further dimensions.
    pub tags: BTreeMap<String, String>,
    /// Where it was written.
    pub origin: Origin,
}

impl Workload {
    /// Whether it may run in a period and in the one before: then it can move.
    #[must_use]
    pub fn goes_on_in(&self, period: usize) -> bool {
        self.window.contains(&period) && period > self.window.start
    }

    /// `training` or `inference`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.task {
            Task::Training { .. } => "training",
            Task::Inference { .. } => "inference",
        }
    }

    /// Rate in work per hour that must be served in a period, peak included; 0 for training.
    #[must_use]
    pub fn peak_demand(&self, period: usize) -> f64 {
        match &self.task {
            Task::Inference { demand, peak } => demand[period] * peak,
            Task::Training { .. } => 0.0,
        }
    }
}

/// What a share is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Measure {
    /// Money actually paid, undiscounted.
    Spend,
    /// Chip-hours.
    Chips,
    /// Work.
    Work,
    /// Energy in kWh.
    Power,
    /// What the electricity emits, in kg.
    Carbon,
}

impl Measure {
    /// All measures.
    pub const ALL: [Measure; 5] = [Measure::Spend, Measure::Chips, Measure::Work, Measure::Power, Measure::Carbon];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Measure::Spend => "spend",
            Measure::Chips => "chips",
            Measure::Work => "work",
            Measure::Power => "power",
            Measure::Carbon => "carbon",
        }
    }
}

/// Which of the plans that cost as little is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Prefer {
    /// The one with the fewest pairs of a workload and an offer that it runs on.
    FewestSplits,
    /// The one whose largest vendor has the least share of the spend.
    MostDiversified,
    /// The one that changes the fewest chips of what runs today in the first period.
    LeastChange,
    /// The one in which the fewest chips no longer do in a period what they did in the one before.
    Steady,
}

impl Prefer {
    /// All of them.
    pub const ALL: [Prefer; 4] = [Prefer::FewestSplits, Prefer::MostDiversified, Prefer::LeastChange, Prefer::Steady];

    /// The words for it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Prefer::FewestSplits => "fewest splits",
            Prefer::MostDiversified => "most diversified",
            Prefer::LeastChange => "least change from baseline",
            Prefer::Steady => "steady",
        }
    }
}

/// A set of periods over which a limit adds up, with its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// `2026`, `2026-Q3`, or empty for the whole time.
    pub label: String,
    /// The periods.
    pub periods: Range<usize>,
}

/// One limit of the policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// Its name.
    pub name: String,
    /// What is limited.
    pub kind: super::policy::LimitKind,
    /// The contract that asks for it; it holds only if that is signed.
    pub when: Option<ContractId>,
    /// Price of exceeding it by one unit; `None` if it cannot be exceeded.
    pub soft: Option<f64>,
    /// Whether it is what is expected over the futures that is limited; else it holds in each of them.
    pub expected: bool,
    /// The times over each of which it holds.
    pub spans: Vec<Span>,
    /// Where it was written.
    pub origin: Origin,
}

/// A group of offers with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// The offers that belong to it.
    pub offers: OfferSet,
    /// If they belong to it by parts only, the offers of each part; else nothing.
    pub parts: Vec<(f64, OfferSet)>,
}

impl Group {
    /// A group of offers that belong to it whole.
    #[must_use]
    pub fn whole(name: impl Into<String>, offers: OfferSet) -> Self {
        Group { name: name.into(), offers, parts: Vec::new() }
    }

    /// A group of offers that belong to it by parts.
    #[must_use]
    pub fn by_parts(name: impl Into<String>, of: &IdVec<OfferId, f64>) -> Self {
        let offers = OfferSet::listed(of.len(), of.with_ids().filter(|(_, part)| **part > 0.0).map(|(o, _)| o));
        let mut parts: Vec<f64> = of.iter().copied().filter(|part| *part > 0.0).collect();
        parts.sort_by(f64::total_cmp);
        parts.dedup();
        let alike = |part: f64| OfferSet::listed(of.len(), of.with_ids().filter(|(_, p)| **p == part).map(|(o, _)| o));
        let parts = if parts == [1.0] { Vec::new() } else { parts.into_iter().map(|p| (p, alike(p))).collect() };
        Group { name: name.into(), offers, parts }
    }

    /// The offers, with the part by which they belong to it.
    #[must_use]
    pub fn portions(&self) -> Vec<(f64, &OfferSet)> {
        if self.parts.is_empty() {
            return vec![(1.0, &self.offers)];
        }
        self.parts.iter().map(|(part, offers)| (*part, offers)).collect()
    }
}

/// What must still be served when suppliers are lost.
#[derive(Clone, Debug, PartialEq)]
pub struct Survive {
    /// Its name.
    pub name: String,
    /// What is lost, one after the other.
    pub losses: Vec<Loss>,
    /// Part of the peak demand (for training: of the work that the plan does) to be served.
    pub serve: f64,
    /// How the loss is met.
    pub response: Response,
    /// The periods in which it holds.
    pub periods: Range<usize>,
    /// Where it was written.
    pub origin: Origin,
}

/// A loss of suppliers.
#[derive(Clone, Debug, PartialEq)]
pub struct Loss {
    /// The dimension; empty if it is not a group of one.
    pub by: String,
    /// The group, or the selector in words.
    pub group: String,
    /// The offers that are lost; of what stands upstream, those that depend on it.
    pub offers: OfferSet,
    /// What stands upstream, if deliveries are lost and not machines.
    pub upstream: Option<UpstreamId>,
}

/// How a loss is met: who is served, and with what.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// Workloads that are rerouted.
    pub serve: WorkloadSet,
    /// Workloads that give up their chips for them.
    pub preempt: WorkloadSet,
    /// Part by which surviving holdings may be raised within capacity.
    pub surge: f64,
}

/// An outage that may happen.
#[derive(Clone, Debug, PartialEq)]
pub struct Outage {
    /// Its id.
    pub id: String,
    /// The part of each offer's chips that is lost; `None` if nothing is.
    pub lost: Option<IdVec<OfferId, f64>>,
    /// For each period in which it may start, the periods until recovery with the hours in each; empty for those in
    /// which it cannot.
    pub windows: Vec<Vec<(usize, f64)>>,
    /// The relative change of each offer's price; `None` if nothing changes.
    pub shock: Option<IdVec<OfferId, f64>>,
    /// How likely it is.
    pub probability: f64,
    /// Where it was written.
    pub origin: Origin,
}

impl Outage {
    /// The periods in which it may start.
    pub fn starts(&self) -> impl Iterator<Item = usize> + '_ {
        self.windows.iter().enumerate().filter(|(_, window)| !window.is_empty()).map(|(s, _)| s)
    }
}

/// How much the outages may cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Risk {
    /// Conditional value at risk of cost and loss.
    pub cvar: Option<Cvar>,
    /// Expectation of the loss.
    pub expected: Option<RiskTerm>,
}

/// A conditional value at risk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cvar {
    /// Its level, from 0 to below 1.
    pub level: f64,
    /// What is asked of it.
    pub term: RiskTerm,
}

/// What is asked of a measure of risk.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RiskTerm {
    /// Its weight in the objective.
    pub weight: f64,
    /// The most that it may be.
    pub at_most: Option<f64>,
}
