//! What is explained: a model, or all futures of one together.

use super::entry::{Entry, Knob, limits_of, varied};
use super::used::used;
use crate::engine::EngineError;
use crate::formulation::{Formulation, FutureMeasure, Joint, Limits, build_with};
use crate::lp::{LinearProgram, verify_farkas};
use crate::model::{Goal, Model, Uncertainty};

/// A model without a plan.
pub(super) struct Case<'a> {
    /// As it is written.
    pub model: &'a Model,
    /// Its futures, and what tells them apart; one without uncertainty.
    pub futures: Vec<Model>,
    pub uncertainty: Option<Uncertainty>,
}

/// A case in which only some entries ask for anything.
pub(super) struct Varied<'a> {
    pub models: Vec<Model>,
    pub uncertainty: Option<&'a Uncertainty>,
    /// When each factor is known.
    pub known: Vec<i64>,
}

/// An entry that takes part in a conflict.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Clash {
    pub entry: Entry,
    /// The periods in which it does, where the proof says so.
    pub periods: Vec<usize>,
    /// The futures in which it does; all of them where the proof says nothing.
    pub futures: Vec<usize>,
}

/// Why a case has no plan.
pub(super) struct Proof {
    /// The program of each future.
    programs: Vec<Formulation>,
    /// Multipliers of each future's rows.
    parts: Vec<Vec<f64>>,
    /// Multipliers of the rows of all of them together.
    whole: Vec<f64>,
}

impl<'a> Case<'a> {
    /// That of a model. Whether regret is limited makes no difference: that is reported by itself.
    pub fn of(model: &'a Model) -> Result<Self, EngineError> {
        let uncertainty = model.uncertainty().cloned().map(|mut u| {
            if let Goal::Cost { regret, .. } = &mut u.goal {
                *regret = None;
            }
            u
        });
        let futures =
            if uncertainty.is_some() { crate::analysis::uncertain::models(model)? } else { vec![model.clone()] };
        Ok(Case { model, futures, uncertainty })
    }

    /// With only some entries, some of them with another number.
    pub fn varied(&self, kept: &[Entry], numbers: &[(Entry, f64)]) -> Varied<'_> {
        let models = self.futures.iter().map(|model| varied(model, kept, numbers)).collect();
        let uncertainty = self.uncertainty.as_ref();
        Varied { models, uncertainty, known: uncertainty.map(Uncertainty::known).unwrap_or_default() }
    }

    /// What is seen of single entries, in any future.
    pub fn obvious(&self, of: impl Fn(&Model) -> Vec<String>) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for found in self.futures.iter().flat_map(of) {
            if !all.contains(&found) {
                all.push(found);
            }
        }
        all
    }

    /// The number of an entry that can be changed; none where the futures have other numbers of it, since what is
    /// written in the entry is not what holds then.
    pub fn knob(&self, entry: Entry) -> Option<Knob> {
        let knob = entry.knob(self.model)?;
        self.futures.iter().all(|m| entry.knob(m) == Some(knob)).then_some(knob)
    }

    /// What an entry asks for where it clashes; in which future, where they ask for other amounts.
    pub fn sentence(&self, clash: &Clash) -> String {
        let Clash { entry, periods, futures } = clash;
        let Some(uncertainty) = &self.uncertainty else { return entry.sentence(self.model, periods) };
        let mut told: Vec<(String, Vec<&str>)> = Vec::new();
        let all = self.futures.iter().zip(uncertainty.futures()).enumerate();
        for (_, (model, future)) in all.filter(|(f, _)| futures.is_empty() || futures.contains(f)) {
            let own = entry.sentence(model, periods);
            match told.iter_mut().find(|(known, _)| *known == own) {
                Some((_, names)) => names.push(&future.name),
                None => told.push((own, vec![&future.name])),
            }
        }
        if let [(own, names)] = told.as_slice()
            && names.len() == self.futures.len()
        {
            return own.clone();
        }
        let quoted = |names: &[&str]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        told.iter().map(|(own, names)| format!("In {}: {own}", quoted(names))).collect::<Vec<_>>().join(" ")
    }

    /// The entries that a proof of a case with the entries `kept` uses.
    pub fn used(&self, kept: &[Entry], proof: &Proof) -> Vec<Clash> {
        let mut all: Vec<Clash> = Vec::new();
        let programs = self.futures.iter().zip(&proof.programs).zip(&proof.parts);
        for (future, ((model, f), y)) in programs.enumerate() {
            for (entry, periods) in used(model, &limits_of(model, kept), f, y) {
                match all.iter_mut().find(|known| known.entry == entry) {
                    Some(known) => {
                        let new = periods.into_iter().filter(|t| !known.periods.contains(t)).collect::<Vec<_>>();
                        known.periods.extend(new);
                        known.futures.push(future);
                    }
                    None => all.push(Clash { entry, periods, futures: vec![future] }),
                }
            }
        }
        all
    }
}

impl Varied<'_> {
    /// The program of all of it, with this room for boxes of ours.
    fn program(&self, room: f64) -> LinearProgram {
        let all: Vec<Formulation> = self.models.iter().map(|m| build_with(m, Limits::All, room)).collect();
        match self.uncertainty {
            None => all[0].program().clone(),
            Some(uncertainty) => {
                let parts: Vec<(&Model, &Formulation)> = self.models.iter().zip(&all).collect();
                Joint::of(uncertainty, &self.known, &parts, &FutureMeasure::EXPECTED, 1.0).program().clone()
            }
        }
    }
}

impl Proof {
    /// That of one program.
    pub fn single(program: Formulation, y: Vec<f64>) -> Self {
        Proof { programs: vec![program], parts: vec![y.clone()], whole: y }
    }

    /// That of several futures together.
    pub fn joint(programs: Vec<Formulation>, joint: &Joint, y: Vec<f64>) -> Self {
        let parts = (0..programs.len()).map(|f| joint.multipliers(f, &y)).collect();
        Proof { programs, parts, whole: y }
    }

    /// Whether it shows of another case that it has no plan; a program of another shape is not spoken of.
    pub fn proves(&self, other: &Varied<'_>) -> bool {
        let room = self.programs.iter().map(|f| f.room).fold(1.0, f64::max);
        let program = other.program(room);
        program.rows().len() == self.whole.len() && verify_farkas(&program, &self.whole).proves
    }
}
