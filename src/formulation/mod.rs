//! From a model to a linear program, one family of constraints a file.
//!
//! Sets: periods t with h_t hours and discount factor d_t, offers o, workloads w, contracts k,
//! groups g of a dimension. Columns, all boxed:
//!
//! | column | meaning | unit |
//! | --- | --- | --- |
//! | `rent[o,t]` | chips held on demand, spot or owned | chips |
//! | `reserve[o,s]` | chips whose reservation starts in s | chips |
//! | `buy[o,s]` | chips that are bought in s | chips |
//! | `sell[o,s,e]` | chips of them that are sold at the start of e | chips |
//! | `run[w,o,t]` | chips of o that work for w in t | chips |
//! | `used[o,k,t]` | chips of o that work in t and are paid for by their use | chips |
//! | `unmet[w,t]` | work not done | rate, or work |
//! | `idle[k,b]` | committed and not used in part b of k | money |
//! | `sign[k]` | whether an optional contract is signed; whole | |
//! | `credit[k,t]`, `draw[k,t]` | what is paid of bills from credits and prepayments | money |
//! | `alive[k,t]` | whether a contract that can be ended goes on in t; whole | |
//! | `kept[k,t]` | the part of a commitment that is due in t where it may be lowered | |
//! | `size[k]` | the part of the largest commitment that is chosen | |
//! | `place[w,g]`, `on[w,t]` | whether a workload runs in a group, or at all; whole | |
//! | `blocks`, `any`, `full` | blocks held, whether any is, whether a tier is full; whole | |
//! | `moved[w,o]`, `moved[w,o,t]` | chips that no longer do what they do today, or did in the period before | chips |
//! | `over[l,g,s]` | by how much a priced limit is exceeded | its measure |
//! | `counts[l,g,s]`, `uses[l,g,s]` | whether a supplier counts, or is used; whole | |
//! | `stands[l,o,t]` | chips that are held because a floor asks for a fleet | chips |
//! | `reroute[v,g,t,w,c]` | chips of class c that serve w in t after the loss of g | chips |
//! | `there[v,g,s,t,o]` | chips of machines like o that are there in t after the loss of deliveries in s | chips |
//! | `arrived[v,g,s,t,o]` | the same, once a substitute delivers | chips |
//! | `surge[v,g,o,t]` | chips by which o is raised after the loss of g | chips |
//! | `short`, `lost`, `loss`, `tail` | what an outage takes, and the tail of its distribution | work, money |
//!
//! The objective is the discounted cost
//! sum of d_t x (spend + idle + unmet + over) + fees - funding + risk.

mod balances;
mod baseline;
mod capacity;
mod columns;
mod commit;
mod cone;
mod decisions;
mod deliveries;
mod demand;
mod elsewhere;
mod fleet;
mod holdings;
mod joint;
mod late;
mod limit;
mod measure;
mod objective;
mod owned;
mod placement;
mod prefer;
mod purpose;
mod quantities;
mod ramp_down;
mod reach;
mod requirement;
mod rerouting;
mod risk;
#[cfg(test)]
mod roles;
mod survive;
mod terminate;
mod usage;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::lp::{Affine, ColumnId, LinearProgram, RowId, RowRole, bracketed, named};
use crate::model::{
    ContractId, Decision, IdVec, LimitId, Model, OfferId, OfferSet, OutageId, Payment, PoolId, PricedBy, SurviveId,
    Unneeded, WorkloadId,
};

pub use balances::Draw;
pub use baseline::{Moved, MovedFrom};
pub use joint::{FutureMeasure, Joint};
pub use placement::Placement;
pub use purpose::ratio_in_force;
pub use ramp_down::RampedCommitment;
pub use requirement::{LimitKey, Limits, Requirement};
pub use terminate::Alive;
pub use usage::Usage;

/// A column of chips held: one offer, one contract (or none), one stretch of periods.
#[derive(Clone, Debug, PartialEq)]
pub struct Holding {
    /// Its column.
    pub column: ColumnId,
    /// The offer.
    pub offer: OfferId,
    /// The contract it is held under.
    pub contract: Option<ContractId>,
    /// Which of the offer's prices by quantity: 0 up to the first tier, then each tier's.
    pub tier: usize,
    /// The period in which it is bought, rented, or its reservation starts.
    pub start: usize,
    /// The periods in which it is held.
    pub periods: Range<usize>,
    /// What is paid for one chip.
    pub payments: Vec<Payment>,
    /// Discounted money that one chip is worth when it is no longer held, or at the end of the horizon.
    pub worth: f64,
    /// How chips of it may be sold before, as a range of `sales`.
    pub sales: Range<usize>,
    /// Whether its upper bound is only a box of ours, which the solution must not touch.
    pub boxed: bool,
}

/// A column of bought chips that are sold.
#[derive(Clone, Debug, PartialEq)]
pub struct Sale {
    /// Its column.
    pub column: ColumnId,
    /// The offer.
    pub offer: OfferId,
    /// The contract that they were bought under.
    pub contract: Option<ContractId>,
    /// The periods in which they would have been held otherwise, from the one at whose start they are sold.
    pub periods: Range<usize>,
    /// What is no longer paid for one chip, below 0.
    pub payments: Vec<Payment>,
}

/// A column of chips that work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its column.
    pub column: ColumnId,
    /// The workload.
    pub workload: WorkloadId,
    /// The offer.
    pub offer: OfferId,
    /// The period.
    pub period: usize,
}

/// A column of work not done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shortfall {
    /// Its column.
    pub column: ColumnId,
    /// The workload.
    pub workload: WorkloadId,
    /// The period; for training, the last of its window.
    pub period: usize,
    /// Work, in the workload's unit, that one unit of the column stands for.
    pub work: f64,
}

/// A column of money committed and not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idle {
    /// Its column.
    pub column: ColumnId,
    /// The contract.
    pub contract: ContractId,
    /// The part of its commitment.
    pub bucket: usize,
    /// The period in which it is paid: the last of the part.
    pub period: usize,
}

/// A column of excess over a priced limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Excess {
    /// Its column.
    pub column: ColumnId,
    /// The limit.
    pub limit: LimitId,
    /// Discounted money for one unit of it.
    pub price: f64,
}

/// What a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Constraint {
    /// Chips that work are held.
    Use {
        /// The offer.
        offer: OfferId,
        /// The period.
        period: usize,
    },
    /// Chips that work are paid for by their use.
    Works {
        /// The offer.
        offer: OfferId,
        /// The period.
        period: usize,
    },
    /// Chips held are on offer.
    Capacity {
        /// The offer.
        offer: OfferId,
        /// The period.
        period: usize,
    },
    /// Chips held are in the pool.
    Pool {
        /// The pool.
        pool: PoolId,
        /// The period.
        period: usize,
        /// Whether it is power that is shared.
        power: bool,
    },
    /// The rate is served.
    Demand {
        /// The workload.
        workload: WorkloadId,
        /// The period.
        period: usize,
    },
    /// The work is done.
    Work {
        /// The workload.
        workload: WorkloadId,
    },
    /// The workload runs on no more than its chips.
    Rate {
        /// The workload.
        workload: WorkloadId,
        /// The period.
        period: usize,
    },
    /// The commitment is met or paid.
    Commit {
        /// The contract.
        contract: ContractId,
        /// The part of its commitment.
        bucket: usize,
    },
    /// What is rerouted runs on chips that survive.
    Surviving {
        /// The requirement.
        requirement: SurviveId,
        /// The loss.
        loss: usize,
        /// The period.
        period: usize,
    },
    /// Chips are raised within their part and capacity.
    Surge {
        /// The offer.
        offer: OfferId,
        /// The period.
        period: usize,
    },
    /// Enough is still served after a loss.
    Served {
        /// The requirement.
        requirement: SurviveId,
        /// The loss.
        loss: usize,
        /// The workload.
        workload: WorkloadId,
        /// The period.
        period: usize,
    },
    /// Credits and prepayments pay no more than there is of them, and no more than bills.
    Balance,
    /// Whole columns do what they stand for.
    Decision,
    /// What is reserved or bought already is held, and nothing else where that is settled.
    Settled,
    /// What is bought has a purpose.
    Purpose,
    /// What an outage takes.
    Outage {
        /// The outage.
        outage: OutageId,
    },
    /// The conditional value at risk, or with `expected` the expected loss, is within its limit.
    Risk {
        /// Whether it is the expected loss.
        expected: bool,
    },
    /// What a further question asks of the plans: that they cost no more than so much, say.
    Asked,
    /// The limit holds.
    Limit {
        /// The limit.
        limit: LimitId,
        /// The group, for a share limit over several; the number of the cut, for a concentration;
        /// for a number of suppliers, up to the number of groups, the fewest, and beyond it the most.
        group: usize,
        /// The span.
        span: usize,
    },
}

/// A linear program that knows what its columns and rows stand for.
#[derive(Clone, Debug)]
pub struct Formulation {
    program: LinearProgram,
    /// How much the boxes of columns that the model does not bound were widened.
    pub room: f64,
    /// Columns of chips held, grouped by offer.
    pub holdings: Vec<Holding>,
    /// Columns of bought chips that are sold.
    pub sales: Vec<Sale>,
    /// Columns of chips that work.
    pub runs: Vec<Run>,
    /// Columns of chips that are paid for by their use.
    pub usages: Vec<Usage>,
    /// Columns of work not done.
    pub shortfalls: Vec<Shortfall>,
    /// Columns of money not used.
    pub idles: Vec<Idle>,
    /// Columns of what is paid from credits and prepayments.
    pub draws: Vec<Draw>,
    /// Columns of excess.
    pub excesses: Vec<Excess>,
    /// Whether each contract that is a decision is signed.
    pub signs: IdVec<ContractId, Option<ColumnId>>,
    /// Whether parts of commitments begin of which that is a decision, in the order of time for each contract.
    pub alive: Vec<Alive>,
    /// The part that is due of commitments that may be lowered, in the order of time for each contract.
    pub kept: Vec<RampedCommitment>,
    /// The part of its largest commitment that is due under each contract whose size is a decision.
    pub sizes: IdVec<ContractId, Option<ColumnId>>,
    /// Whether workloads run in groups of offers.
    pub placements: Vec<Placement>,
    /// Chips that no longer do what they did before.
    pub moves: Vec<Moved>,
    /// While the rows of a limit are added that holds only if a contract is signed: its column, and
    /// what the limit's sums can reach if it is not.
    condition: Option<(ColumnId, reach::Reach)>,
    /// What the prices of contracts come from that are repriced: programs in which that differs lie on no line.
    pub priced_by: Vec<PricedBy>,
    /// The discounted cost, where the objective weighs risk beside it.
    paid: Option<Affine>,
    /// Whether what is bought has to have a purpose.
    purposeful: bool,
    /// Whether commitments or losses are a reason to hold chips that do not work.
    may_choose: bool,
    /// What was forbidden, in turn.
    forbidden: Vec<Vec<Unneeded>>,
    /// Reroutings after required losses.
    rerouted: Vec<purpose::Rerouted>,
    /// Chips held ahead of a ramp limit, by limit and period, with the rows that they are in.
    aheads: BTreeMap<(LimitId, usize), purpose::Ahead>,
    /// Chips that stand for a fleet, by limit and period, with the rows that they are in.
    fleets: BTreeMap<(LimitId, usize), fleet::Standing>,
    /// The limits of the policy in force.
    in_force: BTreeSet<LimitId>,
    /// Chips that stand idle under a commitment.
    wastes: Vec<purpose::Waste>,
    /// The offers and periods whose purposes are reported apart.
    separated: BTreeSet<(OfferId, usize)>,
    /// Parts of commitments under which no more is idle than is due.
    tight: BTreeMap<(ContractId, usize), purpose::Short>,
    /// For each rerouting, the row of the offers that are busy in it.
    busy_rows: BTreeMap<usize, RowId>,
    /// Losses in whose rerouting nothing is served beyond what is required.
    exact: BTreeSet<(SurviveId, usize, usize)>,
    /// Limits on concentration, each held by the cuts found so far.
    cones: Vec<cone::Cone>,
    /// What each row stands for, in the order of rows.
    pub constraints: Vec<Constraint>,
    /// Rows of limits that hold over several futures together, with the bounds that hold then. Here they are free.
    expected: Vec<(RowId, f64, f64)>,
    /// What need not have a purpose here: another future has it in common and uses it.
    pub excused: Vec<Unneeded>,
    /// Capacities that are the bound of a single column instead of a row.
    pub capacity_bounds: Vec<(OfferId, usize, ColumnId)>,
    /// For each offer, its holdings as a range of `holdings`.
    holdings_of: IdVec<OfferId, Range<usize>>,
    /// For each offer, the indices of its runs.
    runs_of: IdVec<OfferId, Vec<usize>>,
    /// For each offer and period, the columns of chips held: 1 for those bought or rented, -1 for those sold.
    held_at: IdVec<OfferId, Vec<Vec<(ColumnId, f64)>>>,
    /// For each offer and period, the indices of its runs.
    runs_at: IdVec<OfferId, Vec<Vec<u32>>>,
    /// For each workload and offer, whether it may run there.
    eligible: IdVec<WorkloadId, OfferSet>,
}

/// Boxes that the demand implies are this much wider than it, so that they are never reached: a
/// bound that is reached together with the row that implies it would share that row's price.
const CLEAR: f64 = 2.0;

/// What a binary decision allows is this much more than what the model's demands and capacities
/// imply: hardly less tight, and never reached together with the row that implies it.
const NEAR: f64 = 1.001;

/// Builds the linear program of a model.
#[must_use]
pub fn build(model: &Model) -> Formulation {
    build_with(model, Limits::All, 1.0)
}

/// Builds the linear program with some of the limits.
///
/// `room` widens the boxes of columns that the model does not bound; see [`Formulation::touched`].
#[must_use]
pub fn build_with(model: &Model, limits: Limits, room: f64) -> Formulation {
    built(model, limits, room, false)
}

/// Builds the linear program of a model in which what is bought has to have a purpose
/// even if no limit gains by what has none: for questions that ask for something else than the least cost.
#[must_use]
pub fn build_purposeful(model: &Model, room: f64) -> Formulation {
    built(model, Limits::All, room, true)
}

/// Builds the program of a model anew with the same columns as another one of it, but for the room.
#[must_use]
pub fn build_like(model: &Model, other: &Formulation, room: f64) -> Formulation {
    let mut f = built(model, Limits::All, room, other.purposeful);
    other.forbidden.iter().for_each(|unneeded| {
        f.forbid(model, unneeded);
    });
    f
}

fn built(model: &Model, limits: Limits, room: f64, purposeful: bool) -> Formulation {
    let mut f = Formulation {
        program: LinearProgram::new(model.name.clone()),
        room,
        holdings: Vec::new(),
        sales: Vec::new(),
        runs: Vec::new(),
        usages: Vec::new(),
        shortfalls: Vec::new(),
        idles: Vec::new(),
        draws: Vec::new(),
        excesses: Vec::new(),
        signs: IdVec::default(),
        sizes: IdVec::default(),
        alive: Vec::new(),
        kept: Vec::new(),
        placements: Vec::new(),
        moves: Vec::new(),
        condition: None,
        priced_by: model.priced_by(),
        paid: None,
        purposeful: purposeful || ratio_in_force(model, limits),
        may_choose: false,
        forbidden: Vec::new(),
        rerouted: Vec::new(),
        aheads: BTreeMap::new(),
        fleets: BTreeMap::new(),
        in_force: model.limits.ids().filter(|&l| limits.has(model, Requirement::Limit(l))).collect(),
        wastes: Vec::new(),
        separated: BTreeSet::new(),
        tight: BTreeMap::new(),
        busy_rows: BTreeMap::new(),
        exact: BTreeSet::new(),
        cones: Vec::new(),
        constraints: Vec::new(),
        expected: Vec::new(),
        excused: Vec::new(),
        capacity_bounds: Vec::new(),
        holdings_of: IdVec::default(),
        runs_of: IdVec::filled(model.offers.len(), Vec::new()),
        held_at: IdVec::default(),
        runs_at: IdVec::filled(model.offers.len(), vec![Vec::new(); model.periods()]),
        eligible: eligible(model),
    };
    columns::add(&mut f, model, room);
    let purposes = f.purposeful.then_some(limits);
    capacity::add_use(&mut f, model, purposes);
    usage::add_rows(&mut f, model);
    owned::add_rows(&mut f, model);
    capacity::add_capacity(&mut f, model);
    capacity::add_pools(&mut f, model);
    demand::add_demand(&mut f, model);
    demand::add_work(&mut f, model);
    demand::add_rates(&mut f, model);
    balances::add(&mut f, model);
    commit::add(&mut f, model);
    decisions::add(&mut f, model);
    placement::add(&mut f, model);
    quantities::add(&mut f, model);
    baseline::add(&mut f, model);
    holdings::add(&mut f, model);
    if f.purposeful {
        f.add_aheads(model);
        f.add_purposes(model, limits);
        f.add_fleets(model);
    }
    for (index, limit) in model.limits.with_ids() {
        if !f.in_force.contains(&index) || !f.begin(model, index) {
            continue;
        }
        limit::add(&mut f, model, index, limit);
        f.condition = None;
    }
    for index in model.survive.ids().filter(|&i| limits.has(model, Requirement::Survive(i))) {
        survive::add(&mut f, model, index);
    }
    risk::add(&mut f, model, limits);
    f
}

fn eligible(model: &Model) -> IdVec<WorkloadId, OfferSet> {
    model.workloads.map(|w| OfferSet::listed(model.offers.len(), w.eligible.iter().copied()))
}

impl Formulation {
    /// The linear program.
    #[must_use]
    pub fn program(&self) -> &LinearProgram {
        &self.program
    }

    /// The linear program, to change numbers of it that do not change what it stands for.
    pub(crate) fn program_mut(&mut self) -> &mut LinearProgram {
        &mut self.program
    }

    /// Whether a solution of this program may have bought something to no purpose, which then takes whole
    /// columns to forbid: the optimal cost is then no convex function of a limit.
    #[must_use]
    pub fn may_choose(&self) -> bool {
        self.purposeful && self.may_choose
    }

    /// The column of the part of a commitment that is due, if that is a decision: how far it was lowered, its size,
    /// or whether it is signed.
    fn committed(&self, contract: ContractId, bucket: usize) -> Option<ColumnId> {
        let alive = self.alive.iter().find(|a| (a.contract, a.bucket) == (contract, bucket)).map(|a| a.column);
        let kept = self.kept.iter().find(|a| (a.contract, a.bucket) == (contract, bucket)).map(|a| a.column);
        alive.or(kept).or(self.sizes[contract]).or(self.signs[contract])
    }

    /// The part of a commitment's amount that is due in a solution.
    fn part_due(&self, idle: &Idle, x: &[f64]) -> f64 {
        self.committed(idle.contract, idle.bucket).map_or(1.0, |c| {
            let part = x[c.0 as usize];
            if self.program.columns()[c.0 as usize].integer { part.round() } else { part }
        })
    }

    /// Whether what is bought has to have a purpose.
    #[must_use]
    pub fn is_purposeful(&self) -> bool {
        self.purposeful
    }

    /// Holdings of an offer.
    #[must_use]
    pub fn holdings_of(&self, offer: OfferId) -> &[Holding] {
        &self.holdings[self.holdings_of[offer].clone()]
    }

    /// Runs on an offer.
    pub fn runs_of(&self, offer: OfferId) -> impl Iterator<Item = &Run> {
        self.runs_of[offer].iter().map(|&i| &self.runs[i])
    }

    /// Whether a solution touches a box that is ours and not the model's: then it says nothing
    /// about the model, and the program has to be built again with more room. A solution that
    /// touches none is optimal without the boxes too, since the program is convex.
    #[must_use]
    pub fn touched(&self, x: &[f64]) -> bool {
        self.holdings.iter().filter(|h| h.boxed).any(|h| {
            let column = h.column.0 as usize;
            x[column] > 0.999 * self.program.columns()[column].upper
        })
    }

    /// The same solution with no more idle money than is due: an engine's answer may pay more of it, as far
    /// as its gap allows, and a small commitment is far below what the gap of a large plan is.
    #[must_use]
    pub fn idle_due(&self, model: &Model, x: &[f64]) -> Vec<f64> {
        let mut x = x.to_vec();
        for i in &self.idles {
            let Some(commit) = &model.contracts[i.contract].commit else { continue };
            let part = &commit.buckets[i.bucket];
            let due = part.amount * self.part_due(i, &x);
            let counts = commit::counted(self, model, i.contract, commit, part);
            let spent: f64 = counts.iter().map(|&(c, a)| a * x[c.0 as usize]).sum();
            let idle = &mut x[i.column.0 as usize];
            *idle = idle.min((due - spent).max(0.0));
        }
        x
    }

    /// The same solution with money that is paid under a commitment for chips without a use reported
    /// as idle: it costs the same, and nobody is sent to hold chips for nothing.
    ///
    /// The result may break a limit that counted the chips; the caller checks it.
    #[must_use]
    pub fn idle_told(&self, model: &Model, x: &[f64]) -> Vec<f64> {
        let mut x = x.to_vec();
        for offer in model.offers.ids() {
            let mut used = vec![0.0; model.periods()];
            self.runs_of(offer).for_each(|r| used[r.period] += x[r.column.0 as usize]);
            // From the back, so that of prices by quantity the last is given up first.
            let rented = model.offers[offer].bought().is_none();
            let under = |h: &&Holding| rented && h.contract.is_some() && h.payments.len() == 1;
            for h in self.holdings_of(offer).iter().rev().filter(under) {
                let Payment { period, money: price, .. } = h.payments[0];
                let held: f64 = self.held(offer, period, 1.0).map(|(c, a)| a * x[c.0 as usize]).sum();
                let spare = (held - used[period]).min(x[h.column.0 as usize]);
                let spare = spare.min(self.not_working(h, period, &x));
                let idle = self.idles.iter().find(|i| {
                    let Some(commit) = &model.contracts[i.contract].commit else { return false };
                    let part = &commit.buckets[i.bucket];
                    let mine = h.contract == Some(i.contract) && part.periods.contains(&period);
                    // Beyond what is committed nothing is idle money.
                    let counts = || commit::counted(self, model, i.contract, commit, part);
                    let due = part.amount * self.part_due(i, &x);
                    mine && counts().iter().map(|&(c, a)| a * x[c.0 as usize]).sum::<f64>() + x[i.column.0 as usize]
                        <= due * (1.0 + 1e-9)
                });
                if let (true, Some(idle)) = (spare > 0.0, idle) {
                    x[h.column.0 as usize] -= spare;
                    x[idle.column.0 as usize] += spare * price;
                }
            }
            if !rented {
                self.idle_instead_of_bought(model, offer, &used, &mut x);
            }
        }
        x
    }

    /// The same for chips that are bought and worth nothing in the end, where all that is paid for them counts towards one
    /// part of a commitment.
    fn idle_instead_of_bought(&self, model: &Model, offer: OfferId, used: &[f64], x: &mut [f64]) {
        for h in self.holdings_of(offer).iter().filter(|h| h.worth == 0.0) {
            let counts = |i: &&Idle| {
                let Some(commit) = &model.contracts[i.contract].commit else { return None };
                let part = &commit.buckets[i.bucket];
                let inside = h.payments.iter().all(|p| part.periods.contains(&p.period));
                (h.contract == Some(i.contract) && inside).then_some((commit, part))
            };
            let Some((idle, (commit, part))) = self.idles.iter().find_map(|i| Some((i, counts(&i)?))) else { continue };
            let at = |c: ColumnId| x[c.0 as usize];
            let counted = commit::counted(self, model, idle.contract, commit, part);
            let met = counted.iter().map(|&(c, a)| a * at(c)).sum::<f64>() + at(idle.column);
            let is_sold = self.sales[h.sales.clone()].iter().any(|s| at(s.column) > 0.0);
            if is_sold || met > part.amount * self.part_due(idle, x) * (1.0 + 1e-9) {
                continue;
            }
            let standing = |t: usize| {
                let held: f64 = self.held(offer, t, 1.0).map(|(c, a)| a * at(c)).sum();
                (held - used[t]).min(self.not_working(h, t, x))
            };
            let spare = h.periods.clone().map(standing).fold(at(h.column), f64::min);
            if spare > 0.0 {
                x[h.column.0 as usize] -= spare;
                x[idle.column.0 as usize] += spare * h.payments.iter().map(|p| p.money).sum::<f64>();
            }
        }
    }

    /// Chips held under a holding's contract in a period that do not work, where their use is paid for; else no end.
    fn not_working(&self, holding: &Holding, period: usize, x: &[f64]) -> f64 {
        let at = |c: ColumnId| x[c.0 as usize];
        let same = |offer: OfferId, contract| offer == holding.offer && contract == holding.contract;
        let mut working = self.usages.iter().filter(|u| same(u.offer, u.contract) && u.payment.period == period);
        let Some(first) = working.next() else { return f64::INFINITY };
        let working = at(first.column) + working.map(|u| at(u.column)).sum::<f64>();
        let held = self.held_under(holding.offer, holding.contract, period);
        held.into_iter().map(|(c, a)| a * at(c)).sum::<f64>() - working
    }

    /// Begins the rows of a limit: whether there are any, and whether they hold only if a contract
    /// is signed.
    fn begin(&mut self, model: &Model, limit: LimitId) -> bool {
        let Some(k) = model.limits[limit].when else { return true };
        self.condition = self.signs[k].map(|sign| (sign, reach::Reach::of(self, model)));
        self.condition.is_some() || model.contracts[k].decision == Decision::Signed
    }

    /// Adds a row with what it stands for. A row without columns that holds anyway is left out.
    ///
    /// A row of a limit that holds only if a contract is signed, a x >= b, becomes
    /// a x >= b x sign + l x (1 - sign) with l the least that demands, capacities and boxes allow (see [`reach`]); and likewise
    /// from above. So it asks for nothing if the contract is not signed, and for no less if it is.
    fn row(
        &mut self,
        constraint: Constraint,
        name: String,
        role: impl Into<RowRole>,
        bounds: (f64, f64),
        terms: Vec<(ColumnId, f64)>,
    ) -> Option<RowId> {
        if terms.is_empty() && bounds.0 <= 0.0 && bounds.1 >= 0.0 {
            return None;
        }
        let (mut bounds, mut terms) = (bounds, terms);
        if let (Some((sign, reach)), Constraint::Limit { .. }) = (&self.condition, constraint) {
            let negative: Vec<(ColumnId, f64)> = terms.iter().map(|&(c, a)| (c, -a)).collect();
            let (least, most, sign) = (-reach.most(self, &negative), reach.most(self, &terms), *sign);
            if bounds.0.is_finite() && least < bounds.0 {
                terms.push((sign, least - bounds.0));
                bounds.0 = least;
            } else if bounds.1.is_finite() && most > bounds.1 {
                terms.push((sign, most - bounds.1));
                bounds.1 = most;
            }
        }
        self.constraints.push(constraint);
        // Adding 0 makes a negative zero a plain one, for readers of the exported program.
        Some(self.program.add_row(name, role, bounds.0 + 0.0, bounds.1 + 0.0, terms))
    }

    /// Terms of held[o,t], each times `factor`: what is rented in t, what is reserved from s with s <= t < s + term, and
    /// what was bought in s and lives in t, less what was sold of it at the start of t or before.
    fn held(&self, offer: OfferId, period: usize, factor: f64) -> impl Iterator<Item = (ColumnId, f64)> {
        self.held_at[offer][period].iter().map(move |&(column, sign)| (column, sign * factor))
    }

    /// The same of what is held under one contract, or none.
    fn held_under(&self, offer: OfferId, contract: Option<ContractId>, period: usize) -> Vec<(ColumnId, f64)> {
        let mine = self.holdings_of(offer).iter().filter(|h| h.contract == contract);
        let here = mine.filter(|h| h.periods.contains(&period));
        let mut terms = Vec::new();
        for h in here {
            terms.push((h.column, 1.0));
            let sold = self.sales[h.sales.clone()].iter().filter(|s| s.periods.contains(&period));
            terms.extend(sold.map(|s| (s.column, -1.0)));
        }
        terms
    }

    /// Runs on an offer in a period.
    fn runs_at(&self, offer: OfferId, period: usize) -> impl Iterator<Item = &Run> {
        self.runs_at[offer][period].iter().map(|&i| &self.runs[i as usize])
    }

    /// Adds the column by which a priced limit may be exceeded.
    ///
    /// `most` is what it can at most be: the largest value of what is limited.
    fn excess(&mut self, model: &Model, limit: LimitId, name: &str, last: usize, most: f64) -> Option<ColumnId> {
        let price = model.limits[limit].soft?;
        let cost = price * model.discount(last);
        let column = self.program.add_column(format!("over{name}"), "over", 0.0, most.max(0.0), cost);
        self.excesses.push(Excess { column, limit, price: cost });
        Some(column)
    }

    /// The largest value that a sum over columns can take within their boxes.
    fn most(&self, terms: &[(ColumnId, f64)]) -> f64 {
        let at = |&(c, a): &(ColumnId, f64)| {
            let column = &self.program.columns()[c.0 as usize];
            (a * column.lower).max(a * column.upper)
        };
        terms.iter().map(at).sum()
    }
}
