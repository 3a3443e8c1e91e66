//! A model changed in code: what is written is changed, and all of it is read again.
//!
//! A changed model passes the same checks, with the same messages, as if it had been written so, and has a
//! fingerprint of its own. There is no other way to change one: what stands in a plan as the model's SHA-256 is that of
//! the model which was solved.

use std::fmt::{self, Display};
use std::sync::Arc;

use super::load::{Input, Rejected, fingerprint, interpret};
use super::uncertainty::believed;
use super::variation::{change, paths};
use super::whole::Model;
use crate::diagnostics::{Code, Diagnostics, Sources};
use crate::document::{How, Node, Spread, Target, locate, read_axis, read_target, read_value, set};

/// What a model was read from, with all that was laid over it.
#[derive(Clone, Default)]
pub(super) struct Written {
    pub root: Node,
    pub sources: Sources,
    pub input: Input,
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.input.name)
    }
}

/// A change of what is written in a model.
///
/// The place is a dotted path as for `--set`, or a field of all offers or workloads that a selector picks:
/// `offers.aws-h100.price`, `policy.limits.cap.share.at_most`, `offers{vendor: amazon}.price`.
///
/// ```
/// use polysource::model::Edit;
///
/// assert_eq!(Edit::set("offers.aws-h100.price", 5.5).to_string(), "offers.aws-h100.price=5.5");
/// assert_eq!(Edit::scale("workloads{kind: inference}.demand", 1.2).to_string(), "workloads{kind: inference}.demand=*1.2");
/// assert_eq!(Edit::shift("policy.limits.cap.share.at_most", "5 %").to_string(), "policy.limits.cap.share.at_most=+5 %");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    place: String,
    how: How,
    value: String,
}

impl Edit {
    /// A value in place of what is there: a number in the base unit, or anything as it would be written in the model
    /// file (`"5.50 USD/chip-h"`, `"optional"`, `"{ 2026-Q1: 20k, 2027-Q1: 40k }"`).
    #[must_use]
    pub fn set(place: &str, value: impl Display) -> Self {
        Edit { place: place.trim().to_owned(), how: How::Set, value: value.to_string() }
    }

    /// What is there, times a factor. A series is scaled as a whole.
    #[must_use]
    pub fn scale(place: &str, factor: f64) -> Self {
        Edit { place: place.trim().to_owned(), how: How::Scale, value: factor.to_string() }
    }

    /// What is there, and so much more: a number, or one with the unit of what is there (`"-5 %"`).
    #[must_use]
    pub fn shift(place: &str, by: impl Display) -> Self {
        Edit { place: place.trim().to_owned(), how: How::Shift, value: by.to_string() }
    }

    /// Changes the tree; the settings, as for `--set`, that do the same.
    fn apply(
        &self,
        root: &mut Node,
        model: &Model,
        sources: &mut Sources,
        diagnostics: &mut Diagnostics,
    ) -> Vec<String> {
        if self.how == How::Set {
            return self.put(root, model, sources, diagnostics).unwrap_or_default();
        }
        let Some(axis) = read_axis(&self.to_string(), sources, diagnostics) else { return Vec::new() };
        let value = match &axis.spread {
            Spread::Values(values) => values.as_slice(),
            _ => &[],
        };
        let &[value] = value else {
            let message = format!("`{self}` is not one value");
            let remedy = "give one number; several values make a sweep";
            diagnostics.error(Code::InvalidVariation, axis.place, message, remedy);
            return Vec::new();
        };
        let Some(paths) = paths(root, model, &axis.target, axis.how, diagnostics) else { return Vec::new() };
        change(root, &axis, &paths, value, diagnostics)
    }

    fn put(
        &self,
        root: &mut Node,
        model: &Model,
        sources: &mut Sources,
        diagnostics: &mut Diagnostics,
    ) -> Option<Vec<String>> {
        let value = read_value(&format!("--set {}", self.place), &self.value, sources, diagnostics)?;
        let target = read_target(&self.place, sources, diagnostics)?;
        let paths = paths(root, model, &target, How::Set, diagnostics)?;
        for path in &paths {
            set(root, path, value.clone(), diagnostics);
        }
        // Of one place it is the setting to the letter, so that both have one fingerprint.
        let alone = matches!(target, Target::Path(_)).then(|| vec![self.to_string()]);
        Some(alone.unwrap_or_else(|| paths.iter().map(|path| format!("{path}={}", value.flow())).collect()))
    }
}

impl Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}{}", self.place, self.how.sign(), self.value)
    }
}

impl Model {
    /// The model with some of what is written in it changed, all at once.
    ///
    /// # Errors
    /// [`Rejected`] with every problem found: of the changes, and of the model that they would give.
    ///
    /// ```
    /// use polysource::model::{Edit, Model};
    ///
    /// let model = Model::from_yaml_str(r"
    /// polysource: 1
    /// chips: { h100: { vendor: nvidia } }
    /// clouds: { aws: {} }
    /// offers: { aws-h100: { chip: h100, cloud: aws, price: 4, capacity: 100 } }
    /// workloads: { chat: { kind: inference, demand: 90 req/h, throughput: { h100: 1 req/h } } }
    /// ").unwrap();
    /// let cheaper = model.with(&[Edit::scale("offers.aws-h100.price", 0.5)]).unwrap();
    /// assert_eq!(cheaper.offers().iter().next().unwrap().price, [2.0]);
    /// assert_ne!(cheaper.sha256(), model.sha256());
    /// let wrong = model.with(&[Edit::set("offers.aws-h100.capacity", -1)]).unwrap_err();
    /// assert!(wrong.to_string().contains("error[out-of-range]"), "{wrong}");
    /// ```
    pub fn with(&self, edits: &[Edit]) -> Result<Model, Rejected> {
        let Written { mut root, mut sources, mut input } = Written::clone(&self.written);
        let mut diagnostics = Diagnostics::new();
        for edit in edits {
            input.sets.extend(edit.apply(&mut root, self, &mut sources, &mut diagnostics));
        }
        let model = if diagnostics.has_errors() { None } else { interpret(&root, &sources, &mut diagnostics) };
        let model = model.and_then(|model| believed(model, &input, &mut diagnostics));
        match model {
            Some(model) if !diagnostics.has_errors() => Ok(model.read_from(root, sources, input)),
            _ => {
                locate(&root, &sources, &mut diagnostics);
                Err(Rejected { diagnostics, sources })
            }
        }
    }

    /// The model as one that was read from this.
    pub(super) fn read_from(mut self, root: Node, sources: Sources, input: Input) -> Self {
        self.sha256 = fingerprint(&input, &sources);
        self.scenarios.clone_from(&input.scenarios);
        self.written = Arc::new(Written { root, sources, input });
        self
    }
}
