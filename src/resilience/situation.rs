//! A plan in which something fails: what can be rerouted, what is lost, and for how long it lasts.
//!
//! Everything here is computed from what a plan holds and runs, by small linear programs of its
//! own, so that it can check the formulation that asked for survival.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::engine::{CertifiedSession, CertifiedStatus, EngineChoice, EngineError, SolveOptions, Solved};
use crate::lp::LinearProgram;
use crate::model::{Grid, IdVec, Model, OfferId, PlaceBy, Task, Term, WorkloadId};
use crate::plan::{CostKind, Plan, Schedule};

/// Part of the largest holding up to which chips serve nobody: rounding of the solution, which
/// would make the programs here ill-scaled.
pub(super) const NEGLIGIBLE: f64 = 1e-9;

/// With what the programs of losses are solved.
#[derive(Clone, Debug, Default)]
pub struct Solver {
    /// The engine.
    pub engine: EngineChoice,
    /// Its limits.
    pub options: SolveOptions,
}

/// A plan has something that the model has not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plan has {} {kind} `{name}`, which the model has not", if *kind == "offer" { "an" } else { "a" })]
pub struct Foreign {
    /// Whether it is an offer, a workload or a period.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// A part of each offer.
pub type Parts = IdVec<OfferId, f64>;

/// What a plan holds and runs, by period.
pub struct Situation<'a> {
    pub(super) model: &'a Model,
    /// Chips held, by offer and period.
    pub(super) held: Grid<OfferId>,
    /// Chips that work, by period: workload, offer, chips.
    pub(super) running: Vec<Vec<(WorkloadId, OfferId, f64)>>,
    /// For each workload, the ecosystems that have a porting cost and that it was not ported to.
    pub(super) unported: IdVec<WorkloadId, Vec<String>>,
    /// Mean rate of work per hour that the plan leaves undone, by workload and period.
    undone: Grid<WorkloadId>,
    solver: Solver,
    /// Programs of losses, by their numbers of columns and rows: the next one is much like the last.
    sessions: RefCell<BTreeMap<(usize, usize), CertifiedSession>>,
}

/// What is still served is a fraction of this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServedOf {
    /// What is asked for: what a requirement to survive is about.
    Asked,
    /// What the plan serves: what a loss takes away.
    Planned,
}

impl<'a> Situation<'a> {
    /// The situation of a schedule.
    #[must_use]
    pub fn of_schedule(model: &'a Model, schedule: &Schedule, solver: Solver) -> Self {
        let mut situation = Situation::empty(model, solver);
        situation.held = schedule.chips(model);
        for r in &schedule.running {
            situation.running[r.period].push((r.workload, r.offer, r.chips));
        }
        situation.learn_porting(|w, ecosystem| {
            schedule.placed.iter().any(|p| p.0 == w && p.1 == PlaceBy::Ecosystem && p.2 == ecosystem)
        });
        for &(w, t, work) in &schedule.unmet {
            situation.undone[w][t] += work / model.calendar.periods[t].hours;
        }
        situation
    }

    /// The situation of a plan as it is reported; an error names what the model does not have.
    ///
    /// # Errors
    /// The first offer, workload or period of the plan that is not in the model.
    pub fn of_plan(model: &'a Model, plan: &Plan, solver: Solver) -> Result<Self, Foreign> {
        let mut situation = Situation::empty(model, solver);
        let offer = |id: &str| {
            let found = model.offers.find(|o| o.id == id);
            found.ok_or_else(|| Foreign { kind: "offer", name: id.to_owned() })
        };
        let workload = |id: &str| {
            let found = model.workloads.find(|w| w.id == id);
            found.ok_or_else(|| Foreign { kind: "workload", name: id.to_owned() })
        };
        let period = |label: &str| {
            let found = model.calendar.periods.iter().position(|p| p.label == label);
            found.ok_or_else(|| Foreign { kind: "period", name: label.to_owned() })
        };
        for p in &plan.purchases {
            situation.held[offer(&p.offer)?][period(&p.period)?] += p.chips;
        }
        for a in &plan.assignments {
            let t = period(&a.period)?;
            situation.running[t].push((workload(&a.workload)?, offer(&a.offer)?, a.chips));
        }
        let paid =
            |id: &str| plan.cost.iter().flat_map(|c| &c.lines).any(|l| l.kind == CostKind::Porting && l.id == id);
        situation.learn_porting(|w, ecosystem| paid(&format!("{} {ecosystem}", model.workloads[w].id)));
        for u in &plan.unmet {
            let (w, t) = (workload(&u.workload)?, period(&u.period)?);
            situation.undone[w][t] += u.work / model.calendar.periods[t].hours;
        }
        Ok(situation)
    }

    fn empty(model: &'a Model, solver: Solver) -> Self {
        Situation {
            model,
            held: Grid::zero(model.offers.len(), model.periods()),
            running: vec![Vec::new(); model.periods()],
            unported: IdVec::filled(model.workloads.len(), Vec::new()),
            undone: Grid::zero(model.workloads.len(), model.periods()),
            solver,
            sessions: RefCell::default(),
        }
    }

    /// A workload can be rerouted only to ecosystems that it runs on, whose porting was paid for or is
    /// free: what it takes to port it cannot be done when the loss has come.
    fn learn_porting(&mut self, was_paid: impl Fn(WorkloadId, &str) -> bool) {
        for (w, workload) in self.model.workloads.with_ids() {
            let on = |ecosystem: &str| {
                let runs = self.running.iter().flatten().filter(|r| r.0 == w && r.2 > 1e-9);
                runs.into_iter().any(|r| PlaceBy::Ecosystem.group(self.model, r.1) == ecosystem)
            };
            let paid =
                workload.porting.iter().filter(|p| p.cost > 0.0 && !on(&p.ecosystem) && !was_paid(w, &p.ecosystem));
            self.unported[w] = paid.map(|p| p.ecosystem.clone()).collect();
        }
    }

    /// Work per hour that counts as whole in a period: the peak demand of inference, or of it what the plan
    /// serves, and what the plan itself does of training.
    #[must_use]
    pub fn need(&self, w: WorkloadId, t: usize, of: ServedOf) -> f64 {
        match (&self.model.workloads[w].task, of) {
            (Task::Inference { .. }, ServedOf::Asked) => self.model.workloads[w].peak_demand(t),
            (Task::Inference { peak, .. }, ServedOf::Planned) => self.mean(w, t) * peak,
            (Task::Training { .. }, _) => self.done(w, t, |_| true),
        }
    }

    /// Work per hour at the mean that the plan serves: what can be lost.
    #[must_use]
    pub fn mean(&self, w: WorkloadId, t: usize) -> f64 {
        match &self.model.workloads[w].task {
            // What rounding leaves of a demand that nobody meets is no demand.
            Task::Inference { demand, .. } => {
                let served = demand[t] - self.undone[w][t];
                if served > NEGLIGIBLE * demand[t] { served } else { 0.0 }
            }
            Task::Training { .. } => self.done(w, t, |_| true),
        }
    }

    pub(super) fn done(&self, w: WorkloadId, t: usize, on: impl Fn(OfferId) -> bool) -> f64 {
        let mine = self.running[t].iter().filter(|r| r.0 == w && on(r.1));
        mine.map(|&(_, o, chips)| chips * self.model.productivity(w, o)).sum()
    }

    pub(super) fn is_spot(&self, o: OfferId) -> bool {
        matches!(self.model.offers[o].term, Term::Spot { .. })
    }

    /// Whether a loss takes any chips that the plan holds in a period.
    pub(super) fn takes(&self, lost: &Parts, t: usize) -> bool {
        let most = self.held.iter().map(|h| h[t]).fold(0.0, f64::max);
        lost.iter().zip(&self.held).any(|(part, held)| part * held[t] > NEGLIGIBLE * most)
    }

    pub(super) fn peak(&self, w: WorkloadId) -> f64 {
        match self.model.workloads[w].task {
            Task::Inference { peak, .. } => peak,
            Task::Training { .. } => 1.0,
        }
    }

    /// Solves a program of a loss, from the vertex of the last one of its size if the engine can.
    pub(super) fn optimal(&self, lp: &LinearProgram) -> Result<Solved, EngineError> {
        let mut sessions = self.sessions.borrow_mut();
        let solved = match sessions.entry((lp.columns().len(), lp.rows().len())) {
            Entry::Occupied(session) => {
                let session = session.into_mut();
                session.replace(lp.clone());
                session.solve()?
            }
            Entry::Vacant(place) => {
                let session = CertifiedSession::open(lp.clone(), self.solver.engine, &self.solver.options)?;
                place.insert(session).solve()?
            }
        };
        if solved.status == CertifiedStatus::Optimal {
            return Ok(solved);
        }
        let limited = solved.status == CertifiedStatus::LimitReached || self.solver.options.deadline.is_over();
        Err(EngineError::Uncertified { program: lp.name().to_owned(), limited })
    }
}
