//! A model along a parameter: the program at each value, solved and certified.

use super::types::CurveError;
use crate::analysis::solving::alike::Alike;
use crate::analysis::solving::cuts::unneeded;
use crate::analysis::solving::line::ParametricProgram;
use crate::analysis::{Detail, SolveSettings, uncertain};
use crate::engine::{CertifiedSession, CertifiedStatus, EngineError, Solved};
use crate::formulation::{Formulation, Limits, build_with};
use crate::lp::{Dependence, LinearProgram};
use crate::model::{Family, IdVec, Model, OfferId, Uncertainty};
use crate::plan::{Schedule, Status};

/// The widest room that is given to boxes of ours, as in [`crate::analysis::solve`].
const MOST_ROOM: f64 = 1e4;

/// A certified point of the curve.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Point {
    /// The parameter.
    pub p: f64,
    /// The optimal cost.
    pub value: f64,
    /// What the certificate leaves open of it.
    pub gap: f64,
    /// The tangent that the certificate proves, as its values at the ends of the range.
    pub line: [f64; 2],
    /// Chips held of each offer, averaged over the hours.
    pub chips: IdVec<OfferId, f64>,
}

/// What is found at a value.
#[derive(Clone, Debug)]
pub(in crate::analysis) enum Probe {
    /// A plan.
    Point(Point),
    /// No plan; where the line of the proof is above 0 there is none either.
    Infeasible(Option<[f64; 2]>),
}

/// A model along a parameter.
pub(in crate::analysis) struct Problem<'a> {
    at: Box<dyn Fn(f64) -> Result<Model, CurveError> + 'a>,
    settings: SolveSettings,
    range: [f64; 2],
    middle: Model,
    formulation: Formulation,
    line: Option<ParametricProgram>,
    /// The program, kept open from one value to the next.
    session: Option<CertifiedSession>,
    /// The model itself, likewise, where its program is not affine.
    alike: Alike,
    room: f64,
    solves: usize,
    /// Whether a program turned out to be less than the model asks for.
    chooses: bool,
}

impl<'a> Problem<'a> {
    /// The model of a family along its only axis.
    pub fn of(family: &'a Family, range: [f64; 2], settings: &SolveSettings) -> Result<Self, CurveError> {
        let at = |p: f64| {
            family.at(&[Some(p)]).map_err(|diagnostics| {
                let why = diagnostics.sorted().first().map(|d| d.message.clone()).unwrap_or_default();
                CurveError::Model { at: p, why }
            })
        };
        Self::along(Box::new(at), range, settings)
    }

    /// Any model along any parameter.
    pub fn along(
        at: Box<dyn Fn(f64) -> Result<Model, CurveError> + 'a>,
        range: [f64; 2],
        settings: &SolveSettings,
    ) -> Result<Self, CurveError> {
        let middle = at(f64::midpoint(range[0], range[1]))?;
        let formulation = build_with(&middle, Limits::All, 1.0);
        let settings = settings.clone();
        let alike = Alike::warm(Limits::All, &settings);
        let mut problem = Problem {
            at,
            settings,
            alike,
            range,
            middle,
            formulation,
            line: None,
            session: None,
            room: 1.0,
            solves: 0,
            chooses: false,
        };
        problem.build(1.0)?;
        Ok(problem)
    }

    /// Builds the program at both ends and in the middle, and finds whether it is affine.
    ///
    /// At an end something may vanish altogether (a capacity of 0), so that a little inside of it is
    /// tried as well.
    ///
    /// Rows that a narrow box implies are left out, so that a box may change the pattern: with more
    /// room it does not.
    fn build(&mut self, mut room: f64) -> Result<(), CurveError> {
        // Of several futures there is no such program.
        if self.has_futures() {
            return Ok(());
        }
        self.try_build(room)?;
        while self.line.is_none() && !self.formulation.has_cones() && room < MOST_ROOM {
            room *= 100.0;
            self.try_build(room)?;
        }
        Ok(())
    }

    fn try_build(&mut self, room: f64) -> Result<(), CurveError> {
        self.room = room;
        self.formulation = build_with(&self.middle, Limits::All, room);
        self.line = None;
        let [a, b] = self.range;
        for inside in [0.0, 1e-6] {
            let ends = [a + inside * (b - a), b - inside * (b - a)];
            let [left, right] = [(self.at)(ends[0])?, (self.at)(ends[1])?];
            let [left, right] = [build_with(&left, Limits::All, room), build_with(&right, Limits::All, room)];
            let middle = (f64::midpoint(a, b), &self.formulation);
            self.line = ParametricProgram::through([(ends[0], &left), (ends[1], &right)], middle);
            if self.line.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// What depends on the parameter; `None` if the program is not affine in it.
    pub fn dependence(&self) -> Option<Dependence> {
        self.line.as_ref().map(ParametricProgram::dependence)
    }

    /// Whether the model has several futures.
    pub fn has_futures(&self) -> bool {
        self.middle.uncertainty().is_some()
    }

    pub fn has_integers(&self) -> bool {
        self.formulation.program().has_integers()
    }

    /// Whether what the prices of a contract come from depends on the parameter, or may.
    pub fn is_repriced(&self) -> bool {
        !self.formulation.priced_by.is_empty()
    }

    pub fn has_cones(&self) -> bool {
        self.formulation.has_cones()
    }

    pub fn range(&self) -> [f64; 2] {
        self.range
    }

    pub fn solves(&self) -> usize {
        self.solves
    }

    pub fn model(&self) -> &Model {
        &self.middle
    }

    /// Solves the affine program at a value. The tangent is that of the point if `concave`, that of
    /// the multipliers if not. `None` if a box of ours was touched: everything has to start anew with
    /// more room.
    pub fn probe(&mut self, p: f64, concave: bool) -> Result<Option<Probe>, CurveError> {
        let Some(line) = &self.line else { return Err(self.uncertain(p, "the program is not affine")) };
        let program = line.affine().at(p);
        self.solves += 1;
        let solved = self.solved(program)?;
        let Some(line) = &self.line else { return Err(self.uncertain(p, "the program is not affine")) };
        let program = self.session.as_ref().map_or(self.formulation.program(), CertifiedSession::program);
        let touched = line.touches(program, &solved.x);
        // As in solving a model: without a plan a box may be to blame.
        let suspicious = solved.x.is_empty() && line.has_boxes();
        if (touched || suspicious) && self.room < MOST_ROOM {
            let room = self.room * 100.0;
            self.build(room)?;
            return Ok(None);
        }
        match solved.status {
            CertifiedStatus::Infeasible => {
                Ok(Some(Probe::Infeasible(solved.farkas.as_ref().map(|ray| line.affine().proof_line(ray, self.range)))))
            }
            CertifiedStatus::Optimal if !touched && self.is_chosen(p, &solved)? => {
                self.chooses = true;
                Ok(None)
            }
            CertifiedStatus::Optimal if !touched => {
                // What depends on the parameter is checked where it is used.
                let model = (self.at)(p)?;
                let built = build_with(&model, Limits::All, self.room);
                let same_shape = built.program().columns().len() == program.columns().len();
                if same_shape && !line.is(p, built.program()) {
                    return Err(self.uncertain(p, "the program is not affine in the parameter after all"));
                }
                let value = program.objective(&solved.x);
                let gap = (value - solved.certificate.bound).abs();
                let line = if concave {
                    line.affine().cost_line(&solved.x, self.range)
                } else {
                    line.affine().bound_line(&solved.y, self.range)
                };
                let chips = self.chips(&self.formulation, &self.middle, &solved.x);
                Ok(Some(Probe::Point(Point { p, value, gap, line, chips })))
            }
            _ => Err(self.uncertain(p, &format!("{:?}", solved.status))),
        }
    }

    /// Whether a solution of the program bought something to no purpose, so that the model asks for more
    /// than the program does.
    fn is_chosen(&self, p: f64, solved: &Solved) -> Result<bool, CurveError> {
        Ok(self.formulation.is_purposeful()
            && !unneeded(&(self.at)(p)?, &self.formulation, &solved.x, &self.settings)?.is_empty())
    }

    /// Whether a program turned out to be less than the model asks for.
    pub fn chooses(&self) -> bool {
        self.chooses
    }

    /// Solves a program, from the vertex of the last one if the engine can.
    fn solved(&mut self, program: LinearProgram) -> Result<Solved, EngineError> {
        let session = match &mut self.session {
            Some(session) => {
                session.replace(program);
                session
            }
            empty => empty.insert(CertifiedSession::open(program, self.settings.engine, &self.settings.options())?),
        };
        session.solve()
    }

    /// Solves the model itself at a value, whatever it depends on. There is no tangent.
    pub fn solve(&mut self, p: f64) -> Result<Probe, CurveError> {
        let model = (self.at)(p)?;
        self.solves += 1;
        if let Some(uncertainty) = model.uncertainty() {
            return self.solve_futures(p, &model, uncertainty);
        }
        let (formulation, solved) = self.alike.solve(&model, None)?;
        match solved.status {
            CertifiedStatus::Optimal => {
                let value = formulation.program().objective(&solved.x);
                let gap = (value - solved.certificate.bound).abs();
                let chips = self.chips(&formulation, &model, &solved.x);
                Ok(Probe::Point(Point { p, value, gap, line: [f64::NAN; 2], chips }))
            }
            CertifiedStatus::Infeasible => Ok(Probe::Infeasible(None)),
            other => Err(self.uncertain(p, &format!("{other:?}"))),
        }
    }

    /// Solves a model with several futures: the expected cost, and what is expected to be held.
    fn solve_futures(&self, p: f64, model: &Model, uncertainty: &Uncertainty) -> Result<Probe, CurveError> {
        let settings = SolveSettings { detail: Detail::Cost, ..self.settings.clone() };
        let plan = uncertain::solve_futures(model, uncertainty, &settings)?.together;
        let told = match (plan.status, &plan.uncertainty) {
            (Status::Infeasible, _) => return Ok(Probe::Infeasible(None)),
            (Status::Optimal, Some(told)) => told,
            (other, _) => return Err(self.uncertain(p, &format!("{other:?}"))),
        };
        let gap = plan.certificate.gap.unwrap_or(0.0).abs() * (1.0 + told.expected.abs());
        let hours: Vec<f64> = model.calendar.periods.iter().map(|p| p.hours).collect();
        let all: f64 = hours.iter().sum();
        let mut chips: IdVec<OfferId, f64> = model.offers.map(|_| 0.0);
        for held in &plan.expected().purchases {
            let offer = model.offers.find(|o| o.id == held.offer);
            let period = model.calendar.periods.iter().position(|p| p.label == held.period);
            if let (Some(offer), Some(t)) = (offer, period) {
                chips[offer] += held.chips * hours[t] / all;
            }
        }
        Ok(Probe::Point(Point { p, value: told.expected, gap, line: [f64::NAN; 2], chips }))
    }

    fn uncertain(&self, at: f64, why: &str) -> CurveError {
        CurveError::Uncertified { at, why: why.to_owned() }
    }

    fn chips(&self, formulation: &Formulation, model: &Model, x: &[f64]) -> IdVec<OfferId, f64> {
        let hours: Vec<f64> = model.calendar.periods.iter().map(|p| p.hours).collect();
        let all: f64 = hours.iter().sum();
        let chips = Schedule::read(model, formulation, x).chips(model);
        chips.iter().map(|held| held.iter().zip(&hours).map(|(c, h)| c * h).sum::<f64>() / all).collect()
    }
}
