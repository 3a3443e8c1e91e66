//! What each tool takes, and how it becomes arguments of the program.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::files::Unreadable;
use super::super::{exit, files};
use super::arguments::Arguments;
use super::folder::Folder;

/// A tool: what it takes.
pub(super) trait Tool: DeserializeOwned + JsonSchema + 'static {
    /// Its name in the protocol.
    const NAME: &'static str;
    /// Its name for people.
    const TITLE: &'static str;
    /// What it does, for the assistant.
    const DESCRIPTION: &'static str;
    /// Whether a model that is wrong is an answer and not a failure.
    const ANSWERS_MISTAKES: bool = false;

    /// The arguments of the program, without those of time.
    ///
    /// # Errors
    ///
    /// A file that may not be read, and what is missing.
    fn arguments(&self, folder: &Folder) -> Result<Arguments, Unreadable>;

    /// Longest time in seconds, if one was asked for.
    fn time_limit(&self) -> Option<f64> {
        None
    }
}

/// How a plan, an explanation or a comparison is written.
#[derive(Deserialize, JsonSchema, Clone, Copy, Debug, Default)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(super) enum Format {
    /// Everything, as JSON.
    #[default]
    Json,
    /// One screen of sentences and tables, which is much shorter.
    Text,
}

impl Format {
    fn word(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Text => "text",
        }
    }
}

/// How much of a plan is computed.
#[derive(Deserialize, JsonSchema, Clone, Copy, Debug, Default)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(super) enum Detail {
    /// The plan alone, which is fastest.
    Plan,
    /// Also what needs further solves: what the dependency limits cost, what each contract is worth, what survives a loss.
    #[default]
    Full,
}

impl Detail {
    fn word(self) -> &'static str {
        match self {
            Detail::Plan => "plan",
            Detail::Full => "full",
        }
    }
}

/// Looks for mistakes in a model.
#[derive(Deserialize, JsonSchema, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Check {
    /// The model: a file in the folder of the server, by its path from there, such as `models/quickstart.yaml`.
    model: String,
    /// Scenarios of the model to apply, in order, by their names.
    #[serde(default)]
    scenario: Vec<String>,
    /// Values to set, each written `PATH=VALUE`, such as `offers.aws-h100.price=5.50` or `workloads.chat.demand=20k req/s`.
    #[serde(default)]
    set: Vec<String>,
    /// Files to lay over the model, in order, by their paths.
    #[serde(default)]
    overlay: Vec<String>,
}

impl Tool for Check {
    const NAME: &'static str = "check";
    const TITLE: &'static str = "Check a model";
    const DESCRIPTION: &'static str = "Reads a model and reports every mistake in it at once, each with its code, file, line, column and what to write instead, and what looks unlikely as a warning. Nothing is solved. `ok` is true if the model can be solved.";
    const ANSWERS_MISTAKES: bool = true;

    fn arguments(&self, folder: &Folder) -> Result<Arguments, Unreadable> {
        let mut arguments = Arguments::reading("check").option("format", "json");
        arguments = arguments.options("scenario", &self.scenario).options("set", &self.set);
        arguments.overlays(folder, &self.overlay)?.file(folder, &self.model)
    }
}

/// Solves a model.
#[derive(Deserialize, JsonSchema, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Solve {
    /// The model: a file in the folder of the server, by its path from there, such as `models/quickstart.yaml`.
    model: String,
    /// Scenarios of the model to apply, in order, by their names.
    #[serde(default)]
    scenario: Vec<String>,
    /// Values to set, each written `PATH=VALUE`, such as `offers.aws-h100.price=5.50` or `workloads.chat.demand=20k req/s`.
    #[serde(default)]
    set: Vec<String>,
    /// Files to lay over the model, in order, by their paths.
    #[serde(default)]
    overlay: Vec<String>,
    /// How much is computed.
    #[serde(default)]
    detail: Detail,
    /// How the plan is written.
    #[serde(default)]
    format: Format,
    /// Longest time for the call in seconds; the default and the most are those of the server.
    #[schemars(extend("exclusiveMinimum" = 0))]
    time_limit: Option<f64>,
}

impl Tool for Solve {
    const NAME: &'static str = "solve";
    const TITLE: &'static str = "Solve a model";
    const DESCRIPTION: &'static str = "Finds the lowest-cost plan that satisfies the model's policy, with its certificate: capacity purchased, workload placement, cost, shares of each supplier, which limits bind and what one more unit would save. `status` says whether the plan is certified optimal. Exit code 4 means that there is no plan, with a proof; `explain` says why.";

    fn arguments(&self, folder: &Folder) -> Result<Arguments, Unreadable> {
        let mut arguments =
            Arguments::solving("solve").option("format", self.format.word()).option("detail", self.detail.word());
        arguments = arguments.options("scenario", &self.scenario).options("set", &self.set);
        arguments.overlays(folder, &self.overlay)?.file(folder, &self.model)
    }

    fn time_limit(&self) -> Option<f64> {
        self.time_limit
    }
}

/// Explains a model, or a word.
#[derive(Deserialize, JsonSchema, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Explain {
    /// The model: a file in the folder of the server, by its path from there. Without it, `subject` is a word.
    model: Option<String>,
    /// With a model: the offer, workload, contract or limit to explain; left out, all that matters. Without a model: the
    /// code of a diagnostic (`unserved-workload`), a key of the model file (`survive.preempt`) or a term (`HHI`).
    subject: Option<String>,
    /// Scenarios of the model to apply, in order, by their names.
    #[serde(default)]
    scenario: Vec<String>,
    /// Values to set, each written `PATH=VALUE`, such as `offers.aws-h100.price=5.50`.
    #[serde(default)]
    set: Vec<String>,
    /// Files to lay over the model, in order, by their paths.
    #[serde(default)]
    overlay: Vec<String>,
    /// How the explanation is written. What a word means is always text.
    #[serde(default)]
    format: Format,
    /// Longest time for the call in seconds; the default and the most are those of the server.
    #[schemars(extend("exclusiveMinimum" = 0))]
    time_limit: Option<f64>,
}

impl Tool for Explain {
    const NAME: &'static str = "explain";
    const TITLE: &'static str = "Explain a model or a word";
    const DESCRIPTION: &'static str = "Explains why a model has no plan (the entries that are in conflict, and the smallest relaxations that restore a plan), or what drives the cost of its plan: limits, prices, suppliers. Without a model, explains the code of a diagnostic, a key of the model file or a term of the field: ask for a key before you write it into a model.";

    fn arguments(&self, folder: &Folder) -> Result<Arguments, Unreadable> {
        let arguments = Arguments::solving("explain").option("format", self.format.word());
        let Some(model) = &self.model else {
            let word = self.subject.as_deref().unwrap_or_default();
            is_word(folder, word)?;
            if !(self.scenario.is_empty() && self.set.is_empty() && self.overlay.is_empty()) {
                let message = "`scenario`, `set` and `overlay` change a model, and no model is given".to_owned();
                return Err(files::unreadable(message, "give `model`, or leave them out", exit::USAGE));
            }
            return Ok(arguments.word(word));
        };
        let arguments = arguments.options("scenario", &self.scenario).options("set", &self.set);
        let arguments = arguments.overlays(folder, &self.overlay)?.file(folder, model)?;
        Ok(match &self.subject {
            Some(subject) => arguments.word(subject),
            None => arguments,
        })
    }

    fn time_limit(&self) -> Option<f64> {
        self.time_limit
    }
}

/// Refuses what stands in the place of a word and could be read as a file: the program reads a model there too.
fn is_word(folder: &Folder, word: &str) -> Result<(), Unreadable> {
    let plain = |c: char| c.is_alphanumeric() || " ._-[]&".contains(c);
    let begins = word.starts_with(char::is_alphanumeric);
    if begins && word.chars().all(plain) && !folder.path().join(word).exists() {
        return Ok(());
    }
    let message = match word {
        "" => "there is nothing to explain: neither `model` nor `subject` is given".to_owned(),
        _ => format!("`{word}` is not a code, key or term"),
    };
    let remedy =
        "give a model as `model`; `subject` alone is a word, such as `unserved-workload`, `survive.preempt` or `HHI`";
    Err(files::unreadable(message, remedy, exit::USAGE))
}

/// Compares a model with the same model after a change.
#[derive(Deserialize, JsonSchema, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct WhatIf {
    /// The model: a file in the folder of the server, by its path from there, such as `models/quickstart.yaml`.
    model: String,
    /// What changes, each written `PATH=VALUE`, such as `offers.aws-h100.price=5.50` or `workloads.chat.demand=20k req/s`.
    /// Give these, or scenarios, or both.
    #[serde(default)]
    set: Vec<String>,
    /// Scenarios of the model that the change applies, in order, by their names.
    #[serde(default)]
    scenario: Vec<String>,
    /// Scenarios that are applied both before and after the change.
    #[serde(default)]
    base_scenario: Vec<String>,
    /// How much is computed.
    #[serde(default)]
    detail: Detail,
    /// How the difference is written.
    #[serde(default)]
    format: Format,
    /// Longest time for the call in seconds; the default and the most are those of the server.
    #[schemars(extend("exclusiveMinimum" = 0))]
    time_limit: Option<f64>,
}

impl Tool for WhatIf {
    const NAME: &'static str = "what_if";
    const TITLE: &'static str = "What if a model changes";
    const DESCRIPTION: &'static str = "Solves a model as it is (A) and with a change (B), and tells the difference: cost, capacity purchased, workload placement, dependency, and which inputs changed. Nothing is written to the model. For the whole plan after the change use `solve` with the same `set`.";

    fn arguments(&self, folder: &Folder) -> Result<Arguments, Unreadable> {
        if self.set.is_empty() && self.scenario.is_empty() {
            let message = "there is no change to compare with".to_owned();
            let remedy = "give `set`, such as `[\"offers.aws-h100.price=5.50\"]`, or `scenario`";
            return Err(files::unreadable(message, remedy, exit::USAGE));
        }
        let mut arguments =
            Arguments::solving("diff").option("format", self.format.word()).option("detail", self.detail.word());
        arguments = arguments.options("scenario-a", &self.base_scenario).options("scenario-b", &self.base_scenario);
        arguments = arguments.options("scenario-b", &self.scenario).options("set-b", &self.set);
        arguments.file(folder, &self.model)?.file(folder, &self.model)
    }

    fn time_limit(&self) -> Option<f64> {
        self.time_limit
    }
}

/// Compares two files.
#[derive(Deserialize, JsonSchema, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Diff {
    /// Before: a model, which is solved, or a plan that `polysource solve --format json -o FILE` wrote; a file in the folder
    /// of the server, by its path from there.
    a: String,
    /// After: as `a`; it may be the same file with other scenarios.
    b: String,
    /// Scenarios of the model `a` to apply, in order, by their names.
    #[serde(default)]
    scenario_a: Vec<String>,
    /// Scenarios of the model `b` to apply, in order, by their names.
    #[serde(default)]
    scenario_b: Vec<String>,
    /// How much is computed of models.
    #[serde(default)]
    detail: Detail,
    /// How the difference is written.
    #[serde(default)]
    format: Format,
    /// Longest time for the call in seconds; the default and the most are those of the server.
    #[schemars(extend("exclusiveMinimum" = 0))]
    time_limit: Option<f64>,
}

impl Tool for Diff {
    const NAME: &'static str = "diff";
    const TITLE: &'static str = "Compare two plans or models";
    const DESCRIPTION: &'static str = "Compares two plans or models: before, after and change of cost, capacity purchased, workload placement and dependency, and which inputs changed. Models are solved first. For one model with and without a change use `what_if`.";

    fn arguments(&self, folder: &Folder) -> Result<Arguments, Unreadable> {
        let mut arguments =
            Arguments::solving("diff").option("format", self.format.word()).option("detail", self.detail.word());
        arguments = arguments.options("scenario-a", &self.scenario_a).options("scenario-b", &self.scenario_b);
        arguments.file(folder, &self.a)?.file(folder, &self.b)
    }

    fn time_limit(&self) -> Option<f64> {
        self.time_limit
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let made = tempfile::tempdir().unwrap();
        for file in ["m.yaml", "o.yaml", "--help"] {
            std::fs::write(made.path().join(file), "").unwrap();
        }
        let folder = Folder::open(made.path()).unwrap();
        (made, folder)
    }

    fn list<T: Tool>(input: Value) -> Result<Vec<String>, String> {
        let (_made, folder) = folder();
        let tool: T = serde_json::from_value(input).map_err(|e| e.to_string())?;
        let arguments = tool.arguments(&folder).map_err(|e| e.diagnostics.sorted()[0].message.clone())?;
        Ok(arguments.list(Duration::from_secs(2)).into_iter().map(|a| a.into_string().unwrap()).collect())
    }

    #[test]
    fn every_value_is_part_of_its_option_or_after_the_dashes() {
        let changed =
            json!({ "model": "m.yaml", "scenario": ["--help", "b"], "set": ["-o=/etc/x"], "overlay": ["o.yaml"] });
        assert_eq!(
            list::<Check>(changed.clone()).unwrap(),
            [
                "check",
                "--format=json",
                "--scenario=--help",
                "--scenario=b",
                "--set=-o=/etc/x",
                "--overlay=o.yaml",
                "--",
                "m.yaml"
            ]
        );
        let solved = list::<Solve>(changed).unwrap();
        assert_eq!(solved[..3], ["solve", "--format=json", "--detail=full"]);
        assert_eq!(solved[solved.len() - 3..], ["--time-limit=2000ms", "--", "m.yaml"]);
        assert_eq!(list::<Check>(json!({ "model": "--help" })).unwrap()[2..], ["--", "./--help"]);
        let explained = json!({ "model": "m.yaml", "subject": "--help", "format": "text" });
        assert_eq!(
            list::<Explain>(explained).unwrap(),
            ["explain", "--format=text", "--time-limit=2000ms", "--", "m.yaml", "--help"]
        );
    }

    #[test]
    fn a_change_is_that_of_the_second_side_alone() {
        let asked =
            json!({ "model": "m.yaml", "set": ["x=1"], "scenario": ["s"], "base_scenario": ["b"], "detail": "plan" });
        let expected = [
            "diff",
            "--format=json",
            "--detail=plan",
            "--scenario-a=b",
            "--scenario-b=b",
            "--scenario-b=s",
            "--set-b=x=1",
            "--time-limit=2000ms",
            "--",
            "m.yaml",
            "m.yaml",
        ];
        assert_eq!(list::<WhatIf>(asked).unwrap(), expected);
        let nothing = list::<WhatIf>(json!({ "model": "m.yaml", "base_scenario": ["b"] }));
        assert_eq!(nothing, Err("there is no change to compare with".to_owned()));
    }

    #[test]
    fn a_word_is_no_file() {
        let word = |word: &str| list::<Explain>(json!({ "subject": word }));
        for good in ["HHI", "survive.preempt", "unserved-workload", "diversification premium"] {
            assert_eq!(word(good).unwrap().last().unwrap(), good);
        }
        for bad in ["m.yaml", "-", "--help", "../m.yaml", "/etc/passwd", ".", "..", "C:secret", "a\0b"] {
            assert_eq!(word(bad), Err(format!("`{bad}` is not a code, key or term")));
        }
        assert!(list::<Explain>(json!({})).unwrap_err().contains("neither `model` nor `subject`"));
        assert!(
            list::<Explain>(json!({ "subject": "HHI", "set": ["x=1"] })).unwrap_err().contains("no model is given")
        );
    }

    #[test]
    fn what_a_tool_does_not_know_is_refused() {
        for wrong in
            [json!({ "model": "m.yaml", "sets": ["x=1"] }), json!({ "model": "m.yaml", "output": "x" }), json!({})]
        {
            assert!(list::<Solve>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
