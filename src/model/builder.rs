//! A model built in code.
//!
//! The builder writes the model's YAML and reads it back, so that a model from code passes through
//! the same checks, with the same messages, as one from a file: there is one way through.

use std::fmt::Write as _;

use super::calendar::Step;
use super::load::{Input, Rejected, load};
use super::types::Model;

/// Builds a model.
///
/// ```
/// use polysource::model::{ModelBuilder, OfferSpec, Step, WorkloadSpec};
///
/// let model = ModelBuilder::new("Two chips")
///     .horizon("2026-Q1", 4, Step::Quarter)
///     .chip("h100", "nvidia")
///     .cloud("aws", "amazon")
///     .offer("aws-h100", OfferSpec::new("h100", "aws", 6.88).capacity(20_000.0))
///     .workload("chat", WorkloadSpec::inference("9M tok/s").throughput("h100", "2400 tok/s"))
///     .entry("policy", "limits: [ { budget: { at_most: 2B USD, per: year } } ]")
///     .build()
///     .unwrap();
/// assert_eq!(model.offers.len(), 1);
/// ```
#[derive(Clone, Debug, Default)]
pub struct ModelBuilder {
    name: String,
    head: String,
    chips: String,
    clouds: String,
    offers: String,
    workloads: String,
    entries: String,
}

/// An offer of a [`ModelBuilder`].
#[derive(Clone, Debug)]
pub struct OfferSpec {
    fields: String,
}

/// A workload of a [`ModelBuilder`].
#[derive(Clone, Debug)]
pub struct WorkloadSpec {
    fields: String,
    throughput: String,
}

impl ModelBuilder {
    /// A model with a name and nothing else.
    #[must_use]
    pub fn new(name: &str) -> Self {
        ModelBuilder { name: name.to_owned(), ..Self::default() }
    }

    /// The periods that are planned; left out, one period of one hour.
    #[must_use]
    pub fn horizon(mut self, start: &str, periods: usize, step: Step) -> Self {
        let step = step.word();
        let _ = writeln!(self.head, "horizon: {{ start: {}, periods: {periods}, step: {step} }}", quoted(start));
        self
    }

    /// The yearly discount rate.
    #[must_use]
    pub fn discount_rate(mut self, rate: f64) -> Self {
        let _ = writeln!(self.head, "discount_rate: {rate:?}");
        self
    }

    /// A chip of a vendor.
    #[must_use]
    pub fn chip(mut self, id: &str, vendor: &str) -> Self {
        let _ = writeln!(self.chips, "  {}: {{ vendor: {} }}", quoted(id), quoted(vendor));
        self
    }

    /// A chip of a vendor that draws so many kilowatts.
    #[must_use]
    pub fn powered_chip(mut self, id: &str, vendor: &str, kilowatts: f64) -> Self {
        let _ = writeln!(self.chips, "  {}: {{ vendor: {}, power: {kilowatts:?} }}", quoted(id), quoted(vendor));
        self
    }

    /// A cloud of an owner.
    #[must_use]
    pub fn cloud(mut self, id: &str, owner: &str) -> Self {
        let _ = writeln!(self.clouds, "  {}: {{ owner: {} }}", quoted(id), quoted(owner));
        self
    }

    /// An offer.
    #[must_use]
    pub fn offer(mut self, id: &str, offer: OfferSpec) -> Self {
        let _ = writeln!(self.offers, "  {}: {{ {} }}", quoted(id), offer.fields);
        self
    }

    /// A workload.
    #[must_use]
    pub fn workload(mut self, id: &str, workload: WorkloadSpec) -> Self {
        let WorkloadSpec { fields, throughput } = workload;
        let _ = writeln!(self.workloads, "  {}: {{ {fields}, throughput: {{ {throughput} }} }}", quoted(id));
        self
    }

    /// Any other top-level key (`policy`, `contracts`, `pools` ...), its value written as in a
    /// model file.
    #[must_use]
    pub fn entry(mut self, key: &str, yaml: &str) -> Self {
        let _ = writeln!(self.entries, "{key}:");
        for line in yaml.lines() {
            let _ = writeln!(self.entries, "  {line}");
        }
        self
    }

    /// The model as YAML.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let mut text = format!("polysource: 1\nname: {}\n{}", quoted(&self.name), self.head);
        for (key, section) in
            [("chips", &self.chips), ("clouds", &self.clouds), ("offers", &self.offers), ("workloads", &self.workloads)]
        {
            let _ = writeln!(text, "{key}:{}", if section.is_empty() { " {}" } else { "" });
            text.push_str(section);
        }
        text.push_str(&self.entries);
        text
    }

    /// The model, checked as one from a file is.
    ///
    /// # Errors
    /// [`Rejected`] with every problem, each at its line of [`ModelBuilder::to_yaml`].
    pub fn build(&self) -> Result<Model, Rejected> {
        let input = Input { name: "builder".to_owned(), text: self.to_yaml(), ..Input::default() };
        load(&input).map(|loaded| loaded.model)
    }
}

impl OfferSpec {
    /// An offer of a chip at a cloud at a price in money per chip-hour.
    #[must_use]
    pub fn new(chip: &str, cloud: &str, price: f64) -> Self {
        OfferSpec { fields: format!("chip: {}, cloud: {}, price: {price:?}", quoted(chip), quoted(cloud)) }
    }

    /// The most chips that can be held.
    #[must_use]
    pub fn capacity(self, chips: f64) -> Self {
        self.field("capacity", &format!("{chips:?}"))
    }

    /// The region.
    #[must_use]
    pub fn region(self, region: &str) -> Self {
        let region = quoted(region);
        self.field("region", &region)
    }

    /// Any other key, its value written as in a model file.
    #[must_use]
    pub fn field(mut self, key: &str, yaml: &str) -> Self {
        let _ = write!(self.fields, ", {key}: {yaml}");
        self
    }
}

impl WorkloadSpec {
    /// Training with an amount of work, such as `900M h100-h`.
    #[must_use]
    pub fn training(work: &str) -> Self {
        WorkloadSpec { fields: format!("kind: training, work: {work}"), throughput: String::new() }
    }

    /// Inference with a mean rate, such as `9M tok/s`.
    #[must_use]
    pub fn inference(demand: &str) -> Self {
        WorkloadSpec { fields: format!("kind: inference, demand: {demand}"), throughput: String::new() }
    }

    /// Work per chip and hour on a chip, such as `2400 tok/s`.
    #[must_use]
    pub fn throughput(mut self, chip: &str, rate: &str) -> Self {
        let comma = if self.throughput.is_empty() { "" } else { ", " };
        let _ = write!(self.throughput, "{comma}{}: {rate}", quoted(chip));
        self
    }

    /// Any other key, its value written as in a model file.
    #[must_use]
    pub fn field(mut self, key: &str, yaml: &str) -> Self {
        let _ = write!(self.fields, ", {key}: {yaml}");
        self
    }
}

/// A text as a YAML double-quoted scalar, whatever it holds.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
