//! `diff`: what differs between two plans or models.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::common::{GapArgs, NamedFilesArgs, OutputArgs, SolverArgs, TableFormat};
use super::exit::exit_code;
use super::failure::Failure;
use super::plan_file::{self, Head};
use super::{exit, files, models};
use crate::analysis::{Detail, SolveSettings, solve};
use crate::compare::{Compared, Diff, diff};
use crate::diagnostics::{Diagnostics, Sources, is_workbook};
use crate::document;
use crate::model::{Input, Model, Tree, read_tree};
use crate::plan::{Plan, Status};
use crate::report;

#[derive(Args, Debug)]
pub(super) struct DiffCommand {
    /// Before: a plan that `solve --format json` wrote, or a model, which is solved; `-` for standard input.
    pub a: PathBuf,
    /// After: as A.
    pub b: PathBuf,
    /// Scenarios of the model A to apply, in order.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub scenario_a: Vec<String>,
    /// Scenarios of the model B to apply, in order.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub scenario_b: Vec<String>,
    /// A value to set in the model A, such as `offers.aws-h100.price=5.50`; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set_a: Vec<String>,
    /// A value to set in the model B, so that A and B can be one file, without and with a change; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set_b: Vec<String>,
    /// Level of detail for models: the plan alone, or also what needs further solves (premium, resilience, value of
    /// contracts).
    #[arg(long, value_enum, default_value = "full")]
    pub detail: DiffDetail,
    #[command(flatten)]
    pub named: NamedFilesArgs,
    #[command(flatten)]
    pub solver: SolverArgs,
    #[command(flatten)]
    pub gap: GapArgs,
    /// Format of the differences.
    #[arg(long, value_enum, default_value = "text")]
    pub format: TableFormat,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Exit with 2 if there are differences and 0 if there are none.
    #[arg(long)]
    pub detailed_exitcode: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DiffDetail {
    Plan,
    Full,
}

pub(super) fn run(command: &DiffCommand, quiet: bool) -> Result<u8, Failure> {
    if command.a == Path::new("-") && command.b == Path::new("-") {
        return Err(Failure::Usage("standard input can be only one of A and B; give the other as a file".to_owned()));
    }
    // Both are read before either is solved, so that the mistakes of both are reported at once.
    let of_a = Changes { scenarios: (&command.scenario_a, "--scenario-a"), sets: (&command.set_a, "--set-a") };
    let of_b = Changes { scenarios: (&command.scenario_b, "--scenario-b"), sets: (&command.set_b, "--set-b") };
    let a = read(&command.a, &of_a, command.named, quiet);
    let b = read(&command.b, &of_b, command.named, quiet);
    let (a, b) = (a?, b?);
    command.output.check()?;
    // One time for both.
    let settings = SolveSettings { mip_gap: command.gap.gap, ..command.solver.settings(Detail::Full) };
    let before = a.plan(command, &settings)?;
    let after = if a.solves_as(&b) { before.clone() } else { b.plan(command, &settings)? };
    let found = diff(a.compared(&before), b.compared(&after)).map_err(|e| wrong(&e.to_string()))?;
    let mut text = Vec::new();
    match command.format {
        TableFormat::Text => {
            let style = command.output.style();
            report::diff::write_text(&found, style, &mut text)?;
        }
        TableFormat::Json => report::diff::write_json(&found, &mut text)?,
        TableFormat::Csv => report::diff::write_csv(&found, &mut text)?,
    }
    command.output.write(&text)?;
    Ok(code(&found, command.detailed_exitcode, quiet))
}

/// The exit code; what is wrong with a side is reported on standard error.
fn code(found: &Diff, detailed: bool, quiet: bool) -> u8 {
    let mut worst = exit::DONE;
    for (name, side) in [("A", &found.a), ("B", &found.b)] {
        if side.status == Status::Optimal {
            continue;
        }
        let code = exit_code(side.status);
        worst = exit::worse(worst, code);
        let warning = code == exit::LIMIT_REACHED;
        if !(warning && quiet) {
            let level = if warning { "warning" } else { "error" };
            let scenarios = match side.model.scenarios.as_slice() {
                [] => String::new(),
                all => format!(" with {}", all.join(", ")),
            };
            let told = report::diff::status(side.status);
            files::say(&format!("{level}: {name} ({}{scenarios}): {told}\n", side.file));
        }
    }
    match worst {
        exit::DONE if detailed && found.differences > 0 => exit::DIFFERENT,
        code => code,
    }
}

/// A or B, read.
struct Side {
    file: String,
    what: What,
}

enum What {
    Plan(Box<Plan>),
    Model { model: Box<Model>, tree: Box<Tree> },
}

impl Side {
    /// Whether both are models read from the same, which are solved once.
    fn solves_as(&self, other: &Side) -> bool {
        match (&self.what, &other.what) {
            (What::Model { model: a, .. }, What::Model { model: b, .. }) => a.sha256 == b.sha256,
            _ => false,
        }
    }

    /// Its plan; a model is solved.
    fn plan(&self, command: &DiffCommand, settings: &SolveSettings) -> Result<Plan, Failure> {
        let model = match &self.what {
            What::Plan(plan) => return Ok((**plan).clone()),
            What::Model { model, .. } => model,
        };
        let detail = match command.detail {
            DiffDetail::Plan => Detail::Plan,
            DiffDetail::Full => Detail::Full,
        };
        solve(model, &SolveSettings { detail, ..settings.clone() }).map_err(|e| Failure::Outside(e.to_string()))
    }

    fn compared<'a>(&'a self, plan: &'a Plan) -> Compared<'a> {
        let written = match &self.what {
            What::Plan(_) => None,
            What::Model { tree, .. } => Some(&**tree),
        };
        Compared { file: &self.file, plan, written }
    }
}

/// What is changed in a model before it is solved, each with the option that asks for it.
struct Changes<'a> {
    scenarios: (&'a [String], &'a str),
    sets: (&'a [String], &'a str),
}

/// Reads a side and finds out what it is.
fn read(path: &Path, changes: &Changes<'_>, named: NamedFilesArgs, quiet: bool) -> Result<Side, Failure> {
    let told = |unreadable: files::Unreadable| {
        files::report(&unreadable.diagnostics, &Sources::new(), quiet);
        Failure::Told(unreadable.code)
    };
    let text = files::model(path, plan_file::MOST).map_err(told)?;
    let file = path.display().to_string();
    match kind(&text, path) {
        Kind::Plan if !changes.scenarios.0.is_empty() => Err(Failure::Usage(format!(
            "{} needs a model, and {file} is a plan: its scenarios are applied",
            changes.scenarios.1
        ))),
        Kind::Plan if !changes.sets.0.is_empty() => {
            Err(Failure::Usage(format!("{} needs a model, and {file} is a plan, which is not solved", changes.sets.1)))
        }
        Kind::Plan => {
            let plan = plan_file::read(&text, &file).map_err(|message| wrong(&message))?;
            Ok(Side { file, what: What::Plan(Box::new(plan)) })
        }
        Kind::Model => {
            let input = models::input_of(path, text, changes.scenarios.0.to_vec(), named);
            let input = Input { sets: changes.sets.0.to_vec(), ..input };
            let model = Box::new(models::loaded(&input, quiet)?.model);
            let tree = Box::new(tree(&input, quiet)?);
            Ok(Side { file, what: What::Model { model, tree } })
        }
        Kind::Neither(why) => Err(wrong(&format!(
            "{file} is neither a plan nor a model{why}; give what `polysource solve MODEL --format json -o FILE` wrote, or a model file, which says `polysource: 1`"
        ))),
    }
}

fn tree(input: &Input, quiet: bool) -> Result<Tree, Failure> {
    read_tree(input).map_err(|rejected| {
        files::report(&rejected.diagnostics, &rejected.sources, quiet);
        Failure::Told(exit::MODEL_WRONG)
    })
}

/// Tells that what was given cannot be compared.
fn wrong(message: &str) -> Failure {
    files::say(&format!("error: {message}\n"));
    Failure::Told(exit::MODEL_WRONG)
}

/// What a file is, by its content.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Plan,
    Model,
    /// With what is known of the reason.
    Neither(String),
}

fn kind(text: &str, path: &Path) -> Kind {
    if is_workbook(text) {
        return Kind::Model;
    }
    let text = text.trim_start_matches('\u{feff}');
    let mut why = String::new();
    if text.trim_start().starts_with('{') {
        match serde_json::from_str::<Head>(text) {
            Ok(head) if head.is_plan() => return Kind::Plan,
            Ok(head) if head.is_output() => {
                return Kind::Neither(" (it is another output of this program)".to_owned());
            }
            Ok(_) => {}
            Err(error) => why = format!(" (as JSON: {error})"),
        }
    }
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let source = sources.add("", text);
    let is_model = match document::read(text, source, &mut diagnostics) {
        Some(root) => ["polysource", "chips", "offers", "workloads"].iter().any(|key| root.get(key).is_some()),
        // What cannot be read but was meant to be a model is reported as one, mistake by mistake.
        None => {
            text.lines().any(|line| line.starts_with("polysource:"))
                || path.extension().is_some_and(|e| e == "yaml" || e == "yml")
        }
    };
    if is_model { Kind::Model } else { Kind::Neither(why) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Kind {
        kind(text, Path::new("file"))
    }

    #[test]
    fn plans_and_models_are_told_apart_by_content() {
        assert_eq!(of(r#"{"polysource": "0.1.0", "format": 1, "status": "optimal"}"#), Kind::Plan);
        assert_eq!(of("\u{feff}{\"polysource\": \"9\", \"format\": 9, \"status\": 9}"), Kind::Plan);
        assert_eq!(of("polysource: 1\nchips: {}\n"), Kind::Model);
        // JSON is YAML, and a model may be written so.
        assert_eq!(of(r#"{"polysource": 1, "chips": {}}"#), Kind::Model);
        assert_eq!(of("offers: {}\n"), Kind::Model);
        assert_eq!(of("polysource: 1\nchips: [\n"), Kind::Model);
        assert_eq!(kind("chips: [\n", Path::new("m.yaml")), Kind::Model);
    }

    #[test]
    fn what_is_neither_says_why() {
        let Kind::Neither(why) = of(r#"{"polysource": "0.1.0", "format": 1, "losses": []}"#) else { panic!() };
        assert!(why.contains("another output"), "{why}");
        let Kind::Neither(why) = of(r#"{"polysource": "0.1.0", "form"#) else { panic!() };
        assert!(why.contains("as JSON: EOF"), "{why}");
        for text in ["", "offer,period\n", "[1, 2, 3]", "{}", "name: x\n", "null"] {
            assert_eq!(of(text), Kind::Neither(String::new()), "{text}");
        }
    }
}
