//! A model built in code.
//!
//! The builder writes the model's YAML and reads it back, so that a model from code passes through
//! the same checks, with the same messages, as one from a file: there is one way through.

use std::fmt::Write as _;

use super::calendar::Step;
use super::load::{Input, Rejected, load};
use super::types::Measure;
use super::whole::Model;
use crate::units::percentage;

/// Builds a model.
///
/// ```
/// use polysource::model::{ContractSpec, LimitSpec, Measure, ModelBuilder, OfferSpec, Step, WorkloadSpec};
///
/// let model = ModelBuilder::new("Two chips")
///     .horizon("2026-Q1", 4, Step::Quarter)
///     .chip("h100", "nvidia")
///     .cloud("aws", "amazon")
///     .offer("aws-h100", OfferSpec::new("h100", "aws", 6.88).capacity(20_000.0))
///     .workload("chat", WorkloadSpec::inference("9M tok/s").throughput("h100", "2400 tok/s"))
///     .contract("aws", ContractSpec::signed().covers(("cloud", "aws")).discount(0.1).spend(1e9))
///     .limit(LimitSpec::budget(2e9).named("cash").field("per", "year"))
///     .limit(LimitSpec::share("vendor", Measure::Spend, 1.0))
///     .build()
///     .unwrap();
/// assert_eq!((model.offers().len(), model.limits().len()), (1, 2));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ModelBuilder {
    name: String,
    head: String,
    chips: String,
    clouds: String,
    offers: String,
    workloads: String,
    contracts: String,
    limits: String,
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

/// A contract of a [`ModelBuilder`].
#[derive(Clone, Debug)]
pub struct ContractSpec {
    fields: String,
}

/// A limit of a [`ModelBuilder`]'s policy.
#[derive(Clone, Debug)]
pub struct LimitSpec {
    kind: &'static str,
    fields: String,
    name: Option<String>,
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

    /// Periods of several lengths, each part from where the one before ends, as `[(12, Step::Month), (4, Step::Quarter)]`.
    #[must_use]
    pub fn horizon_of(mut self, start: &str, parts: &[(usize, Step)]) -> Self {
        let part = |(periods, step): &(usize, Step)| format!("{{ periods: {periods}, step: {} }}", step.word());
        let steps = parts.iter().map(part).collect::<Vec<_>>().join(", ");
        let _ = writeln!(self.head, "horizon: {{ start: {}, steps: [{steps}] }}", quoted(start));
        self
    }

    /// The yearly discount rate.
    #[must_use]
    pub fn discount_rate(mut self, rate: f64) -> Self {
        // Beyond 100 % a number without a percent sign is refused.
        let rate = if rate.abs() > 1.0 { percentage(rate) } else { format!("{rate:?}") };
        let _ = writeln!(self.head, "discount_rate: {rate}");
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

    /// A contract.
    #[must_use]
    pub fn contract(mut self, id: &str, contract: ContractSpec) -> Self {
        let _ = writeln!(self.contracts, "  {}: {{ {} }}", quoted(id), contract.fields);
        self
    }

    /// A limit of the policy.
    #[must_use]
    pub fn limit(mut self, limit: LimitSpec) -> Self {
        let LimitSpec { kind, fields, name } = limit;
        let name = name.map(|n| format!("name: {}, ", quoted(&n))).unwrap_or_default();
        let _ = writeln!(self.limits, "    - {{ {name}{kind}: {{ {fields} }} }}");
        self
    }

    /// Any other top-level key (`pools`, `baseline` ...), its value written as in a model file. A `policy` goes with
    /// it as a whole, or its limits with [`Self::limit`].
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
        for (head, section) in [("contracts:\n", &self.contracts), ("policy:\n  limits:\n", &self.limits)] {
            if !section.is_empty() {
                text.push_str(head);
                text.push_str(section);
            }
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
        WorkloadSpec { fields: format!("kind: training, work: {}", quoted(work)), throughput: String::new() }
    }

    /// Inference with a mean rate, such as `9M tok/s`.
    #[must_use]
    pub fn inference(demand: &str) -> Self {
        WorkloadSpec { fields: format!("kind: inference, demand: {}", quoted(demand)), throughput: String::new() }
    }

    /// Work per chip and hour on a chip, such as `2400 tok/s`.
    #[must_use]
    pub fn throughput(mut self, chip: &str, rate: &str) -> Self {
        let comma = if self.throughput.is_empty() { "" } else { ", " };
        let _ = write!(self.throughput, "{comma}{}: {}", quoted(chip), quoted(rate));
        self
    }

    /// Any other key, its value written as in a model file.
    #[must_use]
    pub fn field(mut self, key: &str, yaml: &str) -> Self {
        let _ = write!(self.fields, ", {key}: {yaml}");
        self
    }
}

impl ContractSpec {
    /// One that is signed.
    #[must_use]
    pub fn signed() -> Self {
        ContractSpec { fields: "decision: signed".to_owned() }
    }

    /// One that the plan signs if that pays.
    #[must_use]
    pub fn optional() -> Self {
        ContractSpec { fields: "decision: optional".to_owned() }
    }

    /// Covers the offers of a group, such as `("cloud", "aws")`.
    #[must_use]
    pub fn covers(self, group: (&str, &str)) -> Self {
        let selector = selector(group);
        self.field("covers", &selector)
    }

    /// Commits money, over the whole horizon or as long as it runs.
    #[must_use]
    pub fn spend(self, money: f64) -> Self {
        self.field("commit", &format!("{{ spend: {money:?} }}"))
    }

    /// Takes a part off the prices of what it covers.
    #[must_use]
    pub fn discount(self, part: f64) -> Self {
        self.field("discount", &format!("{part:?}"))
    }

    /// Money that it brings in when it begins.
    #[must_use]
    pub fn funding(self, money: f64) -> Self {
        self.field("funding", &format!("{money:?}"))
    }

    /// Money that is paid when it begins.
    #[must_use]
    pub fn fee(self, money: f64) -> Self {
        self.field("fee", &format!("{money:?}"))
    }

    /// Any other key, its value written as in a model file.
    #[must_use]
    pub fn field(mut self, key: &str, yaml: &str) -> Self {
        let _ = write!(self.fields, ", {key}: {yaml}");
        self
    }
}

impl LimitSpec {
    /// Each group of a dimension has at most this part of a measure.
    #[must_use]
    pub fn share(by: &str, of: Measure, at_most: f64) -> Self {
        Self::of("share", format!("by: {}, of: {}, at_most: {at_most:?}", quoted(by), of.word()))
    }

    /// A group, such as `("vendor", "amd")`, has at least this part of a measure.
    #[must_use]
    pub fn floor(group: (&str, &str), of: Measure, at_least: f64) -> Self {
        Self::of("floor", format!("where: {}, of: {}, at_least: {at_least:?}", selector(group), of.word()))
    }

    /// The sum of the squared shares of the groups of a dimension is at most this.
    #[must_use]
    pub fn concentration(by: &str, of: Measure, hhi_at_most: f64) -> Self {
        Self::of("concentration", format!("by: {}, of: {}, hhi_at_most: {hhi_at_most:?}", quoted(by), of.word()))
    }

    /// At least so many groups of a dimension have at least this part of a measure each.
    #[must_use]
    pub fn suppliers(by: &str, of: Measure, at_least: usize, each: f64) -> Self {
        let by = quoted(by);
        Self::of("suppliers", format!("by: {by}, of: {}, at_least: {at_least}, each_at_least: {each:?}", of.word()))
    }

    /// At most this much money, undiscounted.
    #[must_use]
    pub fn budget(at_most: f64) -> Self {
        Self::of("budget", format!("at_most: {at_most:?}"))
    }

    fn of(kind: &'static str, fields: String) -> Self {
        LimitSpec { kind, fields, name: None }
    }

    /// What results call it.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// Any other key (`per`, `during`, `soft` ...), its value written as in a model file.
    #[must_use]
    pub fn field(mut self, key: &str, yaml: &str) -> Self {
        let _ = write!(self.fields, ", {key}: {yaml}");
        self
    }
}

/// The offers of a group, as a selector.
fn selector((dimension, group): (&str, &str)) -> String {
    format!("{{ {}: {} }}", quoted(dimension), quoted(group))
}

/// A text as a YAML double-quoted scalar, whatever it holds.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
