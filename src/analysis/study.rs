//! A model kept open: changed and solved again, from where the last solve ended.

use super::solving::SolveSettings;
use super::solving::alike::Alike;
use super::solving::solve::completed;
use crate::engine::{Deadline, EngineError, Watch};
use crate::formulation::Limits;
use crate::model::{Edit, Model, Rejected};
use crate::plan::Plan;

/// A model that is changed and solved again, as a meeting or a price study does.
///
/// Every change goes through the checks of the model file, and the whole program is made anew from the changed model: a
/// price may stand in its objective, in shares of spend and in budgets, and all of them follow. What is kept is the
/// engine with its last vertex, so that a program of the same shape starts from there. Each answer has its own
/// certificate, and costs what [`super::solve`] finds; where several plans cost the same it may be another of them.
///
/// It can be sent to another thread; a server may keep a pool of them.
///
/// ```
/// use polysource::analysis::{SolveSettings, Study};
/// use polysource::model::{Edit, Model};
///
/// let model = Model::from_yaml_str(r"
/// polysource: 1
/// chips: { h100: { vendor: nvidia }, mi300x: { vendor: amd } }
/// clouds: { aws: {}, vultr: {} }
/// offers:
///   aws-h100: { chip: h100, cloud: aws, price: 4 }
///   vultr-mi300x: { chip: mi300x, cloud: vultr, price: 3 }
/// workloads:
///   chat: { kind: inference, demand: 90 req/h, throughput: { h100: 1 req/h, mi300x: 1 req/h } }
/// policy:
///   limits: [ { share: { by: vendor, of: spend, at_most: 75 % } } ]
/// ").unwrap();
/// let mut study = Study::open(&model, &SolveSettings::default());
/// // A quarter of the money buys H100: 3 x 4 a = 3 b and a + b = 90, so that a = 18 and b = 72.
/// assert!((study.solve().unwrap().cost.unwrap().total - 288.0).abs() < 1e-6);
/// // At twice the price it buys fewer: 3 x 8 a = 3 b, so that a = 10 and b = 80.
/// study.edit(&[Edit::scale("offers.aws-h100.price", 2.0)]).unwrap();
/// assert!((study.solve().unwrap().cost.unwrap().total - 320.0).abs() < 1e-6);
/// study.reset();
/// assert_eq!(study.model().sha256(), model.sha256());
/// ```
pub struct Study {
    written: Model,
    model: Model,
    settings: SolveSettings,
    alike: Alike,
}

impl Study {
    /// Opens a model.
    #[must_use]
    pub fn open(model: &Model, settings: &SolveSettings) -> Self {
        let alike = Alike::warm(Limits::All, settings);
        Study { written: model.clone(), model: model.clone(), settings: settings.clone(), alike }
    }

    /// The model as it is now.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Changes the model as it is now, all at once or, if there is a mistake in it, not at all.
    ///
    /// # Errors
    /// [`Rejected`] with every problem found.
    pub fn edit(&mut self, edits: &[Edit]) -> Result<(), Rejected> {
        self.model = self.model.with(edits)?;
        Ok(())
    }

    /// Goes back to the model that was opened.
    pub fn reset(&mut self) {
        self.model = self.written.clone();
    }

    /// When the solves from now on have to end, and who watches them. What was asked to end with another watch, or ran out
    /// of time, is no end of these; where the last solve stood is kept.
    pub fn watched(&mut self, deadline: Deadline, watch: Watch) {
        self.settings = SolveSettings { deadline, watch, ..self.settings.clone() };
        self.alike.settle(&self.settings);
    }

    /// The cheapest plan of the model as it is now, certified; see [`super::solve`].
    ///
    /// # Errors
    /// As [`super::solve`].
    pub fn solve(&mut self) -> Result<Plan, EngineError> {
        self.settings.begin("plan", 1, 1)?;
        let (formulation, solved) = self.alike.solve(&self.model, None)?;
        completed(&self.model, &self.settings, &formulation, solved)
    }
}
