//! What the schema says of a path with dots, such as `term.owned.capex` in the sheet `offers`.

use crate::document::described::RecordReference;
use crate::document::kind::Kind;
use crate::document::records::Document;
use crate::document::reference::RECORDS;

/// The form of a value, from the type that its key is read as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Form {
    /// A map with the keys of a record.
    Record(&'static RecordReference),
    /// A map from names to values of this type.
    Map(&'static str),
    /// A list of values of this type.
    List(&'static str),
    /// A quantity.
    Quantity,
    /// A quantity that may change over time.
    Series,
    /// A quantity (over time if so), or the map of a record.
    Either { series: bool, word: bool, record: &'static RecordReference },
    /// A word or text.
    Text,
    /// `true` or `false`.
    Truth,
    /// A value, a range, a list or a distribution.
    Values,
    /// Anything else: YAML.
    Yaml,
}

/// A type of the schema with what may be written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shape {
    pub form: Form,
    pub kind: Kind,
}

/// Types that are read from a value alone or from a record with particulars.
const EITHER: [(&str, &str, bool, bool); 4] = [
    ("Price", "PriceDetail", true, false),
    ("Port", "PortDetail", false, false),
    ("Term", "TermDetail", false, true),
    ("Regret", "RegretLimit", false, true),
];

/// The form of a type as the schema writes it.
pub(super) fn form_of(value: &'static str) -> Form {
    let record = |name: &str| RECORDS.iter().find(|r| r.name == name).copied();
    let value = value.trim();
    let inside = |name: &str| {
        let rest = value.strip_prefix(name)?.trim_start();
        Some(rest.strip_prefix('<')?.strip_suffix('>')?.trim())
    };
    if let Some(inner) = inside("Map") {
        return Form::Map(inner);
    }
    if let Some(inner) = inside("List") {
        return Form::List(inner);
    }
    if let Some((_, detail, series, word)) = EITHER.into_iter().find(|(name, ..)| *name == value)
        && let Some(record) = record(detail)
    {
        return Form::Either { series, word, record };
    }
    match value {
        "Amount" => Form::Quantity,
        "Series" => Form::Series,
        "Text" => Form::Text,
        "bool" => Form::Truth,
        "Values" => Form::Values,
        _ => record(value).map_or(Form::Yaml, Form::Record),
    }
}

impl Shape {
    /// The model as a whole.
    pub const DOCUMENT: Shape = Shape { form: Form::Record(&Document::REFERENCE), kind: Kind::PLAIN };

    pub fn of(value: &'static str, kind: Kind) -> Self {
        Shape { form: form_of(value), kind }
    }

    /// Whether a value of it may be a quantity.
    pub fn has_quantity(&self) -> bool {
        matches!(self.form, Form::Quantity | Form::Series | Form::Either { word: false, .. })
    }

    /// The type of the entries of a map or list.
    pub fn entry(&self) -> Option<Shape> {
        match self.form {
            Form::Map(inner) | Form::List(inner) => Some(Shape::of(inner, self.kind)),
            _ => None,
        }
    }

    /// What stands under a key.
    pub fn child(&self, key: &str) -> Option<Shape> {
        match self.form {
            Form::Record(record) => of_key(record, key),
            Form::Map(inner) => Some(Shape::of(inner, self.kind)),
            Form::Either { series, record, .. } => {
                of_key(record, key).or_else(|| (series && is_step(key)).then_some(self.step()))
            }
            Form::Series => is_step(key).then_some(self.step()),
            _ => None,
        }
    }

    /// A value of a series, or its growth.
    fn step(&self) -> Shape {
        Shape { form: Form::Quantity, kind: self.kind }
    }
}

fn of_key(record: &'static RecordReference, key: &str) -> Option<Shape> {
    record.keys.iter().find(|k| k.key == key).map(|k| Shape::of(k.value, k.kind))
}

/// Whether a series may have a key: the start of a step, or what makes it grow.
fn is_step(key: &str) -> bool {
    matches!(key, "start" | "growth") || key.len() >= 4 && key.bytes().take(4).all(|b| b.is_ascii_digit())
}

/// The steps of a path below a shape and what is there; `None` for a path that the schema does not have.
pub(super) fn resolve(shape: Shape, path: &str) -> Option<(Vec<&str>, Shape)> {
    // A key has no dots, but a name may: the longest name below which the rest is something, else all of it.
    let cuts = match shape.form {
        Form::Map(_) => path.rmatch_indices('.').map(|(at, _)| at).collect(),
        _ => path.find('.').into_iter().collect::<Vec<_>>(),
    };
    for cut in cuts {
        let (key, rest) = (&path[..cut], &path[cut + 1..]);
        if let Some(child) = shape.child(key)
            && let Some((steps, leaf)) = resolve(child, rest)
        {
            return Some(([key].into_iter().chain(steps).collect(), leaf));
        }
    }
    let leaf = shape.child(path).filter(|_| !path.is_empty())?;
    Some((vec![path], leaf))
}

/// A sheet of the workbook: a map of records by their ids, or a list of records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section {
    /// The name of the sheet, which is the path of the section.
    pub name: &'static str,
    /// The steps of that path.
    pub steps: &'static [&'static str],
    /// The section.
    pub shape: Shape,
    /// What it is, from the reference.
    pub meaning: &'static [&'static str],
}

impl Section {
    /// Whether its rows have ids.
    pub fn has_ids(&self) -> bool {
        matches!(self.shape.form, Form::Map(_))
    }

    /// What a row is: of scenarios, a model whose values are YAML.
    pub fn row(&self) -> Shape {
        match self.shape.entry() {
            Some(Shape { form: Form::Yaml, .. }) | None => Shape::DOCUMENT,
            Some(row) => row,
        }
    }

    /// What a column is.
    pub fn column(&self, path: &str) -> Option<(Vec<String>, Shape)> {
        if self.name == SCENARIOS {
            let known = Shape::DOCUMENT.child(path)?;
            return Some((vec![path.to_owned()], Shape { form: Form::Yaml, kind: known.kind }));
        }
        let (steps, leaf) = resolve(self.row(), path)?;
        Some((steps.into_iter().map(str::to_owned).collect(), leaf))
    }
}

/// The section whose rows change any part of the model.
pub(super) const SCENARIOS: &str = "scenarios";

/// The sheet with everything that has no sheet of its own.
pub(super) const MODEL: &str = "model";

/// The sheets of a workbook beside [`MODEL`], in the order of the reference.
pub(super) const SECTIONS: &[(&str, &[&str])] = &[
    ("horizon.steps", &["horizon", "steps"]),
    ("chips", &["chips"]),
    ("clouds", &["clouds"]),
    ("investors", &["investors"]),
    ("pools", &["pools"]),
    ("supply", &["supply"]),
    ("sites", &["sites"]),
    ("offers", &["offers"]),
    ("contracts", &["contracts"]),
    ("workloads", &["workloads"]),
    ("policy.limits", &["policy", "limits"]),
    ("policy.survive", &["policy", "survive"]),
    ("policy.outages", &["policy", "outages"]),
    ("holdings.held", &["holdings", "held"]),
    ("uncertainty.factors", &["uncertainty", "factors"]),
    (SCENARIOS, &[SCENARIOS]),
    ("sweeps", &["sweeps"]),
    ("expect", &["expect"]),
];

/// All of them with what they hold.
pub(super) fn sections() -> impl Iterator<Item = Section> {
    SECTIONS.iter().filter_map(|&(name, steps)| {
        let (mut record, mut found) = (&Document::REFERENCE, None);
        for step in steps {
            let key = record.keys.iter().find(|k| k.key == *step)?;
            let shape = Shape::of(key.value, key.kind);
            if let Form::Record(inner) = shape.form {
                record = inner;
            }
            found = Some((shape, key.meaning));
        }
        let (shape, meaning) = found?;
        Some(Section { name, steps, shape, meaning })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map or list of records that is not deeper than a section of a section has a sheet.
    #[test]
    fn every_collection_of_records_has_a_sheet() {
        let mut wanted = Vec::new();
        let collects = |value: &'static str| match form_of(value) {
            Form::Map(inner) => matches!(form_of(inner), Form::Record(_) | Form::Yaml),
            Form::List(inner) => matches!(form_of(inner), Form::Record(_)),
            _ => false,
        };
        for key in Document::REFERENCE.keys {
            if collects(key.value) {
                wanted.push(key.key.to_owned());
            } else if let Form::Record(record) = form_of(key.value) {
                let inside = record.keys.iter().filter(|k| collects(k.value));
                wanted.extend(inside.map(|k| format!("{}.{}", key.key, k.key)));
            }
        }
        assert_eq!(sections().map(|s| s.name.to_owned()).collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn paths_lead_to_what_the_schema_says() {
        let offers = sections().find(|s| s.name == "offers").unwrap();
        let steps = |path: &str| offers.column(path).map(|(steps, _)| steps.join("|"));
        assert_eq!(steps("price").as_deref(), Some("price"));
        assert_eq!(steps("price.2027-Q1").as_deref(), Some("price|2027-Q1"));
        assert_eq!(steps("price.held.2027-Q1").as_deref(), Some("price|held|2027-Q1"));
        assert_eq!(steps("term.owned.residual.1y").as_deref(), Some("term|owned|residual|1y"));
        assert_eq!(steps("tags.a.b").as_deref(), Some("tags|a.b"));
        assert_eq!(steps("price.later"), None);
        assert_eq!(steps("prise"), None);
        let workloads = sections().find(|s| s.name == "workloads").unwrap();
        assert_eq!(workloads.column("porting.a.b.cost").unwrap().0, ["porting", "a.b", "cost"]);
    }
}
