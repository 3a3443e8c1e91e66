//! What was changed on a page: the situation that is chosen, and the values.

use std::collections::BTreeMap;

use crate::model::Edit;

/// What was changed, of a model as it was opened.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Changes {
    pub chosen: Chosen,
    /// By their paths.
    pub values: BTreeMap<String, Change>,
}

/// The situation that is planned for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Scenarios of the model that apply, in its order.
    pub scenarios: Vec<String>,
    /// Of a model with uncertainty: its base case, or one of its futures; else all of them.
    pub future: Option<Future>,
}

/// One of the futures of a model with uncertainty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Future {
    /// The base case.
    Base,
    /// The one of a name, such as `fast+late`.
    Named(String),
}

/// How a value was changed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    /// Another one takes its place.
    Set(String),
    /// What is written is multiplied.
    Scale(f64),
}

impl Changes {
    /// The same as edits: what selects several places first, so that the value of one place holds.
    pub fn edits(&self) -> Vec<Edit> {
        let edit = |(path, change): (&String, &Change)| match change {
            Change::Set(value) => Edit::set(path, value),
            Change::Scale(factor) => Edit::scale(path, *factor),
        };
        let (several, single): (Vec<_>, Vec<_>) = self.values.iter().partition(|(path, _)| path.contains('{'));
        several.into_iter().chain(single).map(edit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_of_one_place_holds() {
        let mut changes = Changes::default();
        changes.values.insert("offers.a.price".to_owned(), Change::Set("3".to_owned()));
        changes.values.insert("offers{vendor: v}.price".to_owned(), Change::Scale(2.0));
        let edits: Vec<String> = changes.edits().iter().map(ToString::to_string).collect();
        assert_eq!(edits, ["offers{vendor: v}.price=*2", "offers.a.price=3"]);
    }
}
