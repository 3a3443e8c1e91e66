//! `evaluate`: a plan in futures that it was not made for.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;

use super::common::{ModelArgs, OutputArgs, PageFormat, SolverArgs, parse_confidence};
use super::exit::exit_code;
use super::failure::Failure;
use super::{exit, models, plan_file};
use crate::analysis::Detail;
use crate::analysis::samples::{Decided, EvaluationSettings, SampleError, evaluate};
use crate::model::Model;
use crate::plan::{Evaluation, Plan};
use crate::report;

/// How many futures are drawn if it is not said.
pub(super) const SAMPLES: usize = 10_000;

#[derive(Args, Debug)]
pub(super) struct EvaluateCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// A plan that `solve --format json` wrote for this model; left out, the model is solved.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// How many futures are drawn to evaluate the plan.
    #[arg(long, value_name = "N", default_value = "10000")]
    pub samples: NonZeroUsize,
    /// How sure the interval of the expected cost is, such as `95%`.
    #[arg(long, value_name = "PART", default_value = "95%", value_parser = parse_confidence)]
    pub confidence: f64,
    #[command(flatten)]
    pub solver: SolverArgs,
    /// Format of the evaluation.
    #[arg(long, value_enum, default_value = "text")]
    pub format: PageFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

pub(super) fn run(command: &EvaluateCommand, quiet: bool) -> Result<u8, Failure> {
    let loaded = models::model(&command.input, quiet)?;
    let given = given(&loaded.model, command.plan.as_deref())?;
    command.output.check()?;
    let how = EvaluationSettings { samples: command.samples.get(), confidence: command.confidence };
    let settings = command.solver.settings(Detail::Plan);
    let found = evaluate(&loaded.model, given, &settings, how)?;
    write(&found, command.format, &command.output)
}

/// What the plan in a file decides, if there is one.
pub(super) fn given(model: &Model, plan: Option<&Path>) -> Result<Option<Decided>, Failure> {
    plan.map(|path| decided(&plan_file::of_model(model, path)?, path)).transpose()
}

/// Writes an evaluation; the exit code.
pub(super) fn write(found: &Evaluation, format: PageFormat, output: &OutputArgs) -> Result<u8, Failure> {
    let mut text = Vec::new();
    match format {
        PageFormat::Text => report::evaluation::write_text(found, output.style(), &mut text)?,
        PageFormat::Json => report::evaluation::write_json(found, &mut text)?,
        PageFormat::Csv => report::evaluation::write_csv(found, &mut text)?,
        PageFormat::Html => report::html::write_evaluation(found, &mut text)?,
    }
    output.write(&text)?;
    Ok(code(found))
}

impl From<SampleError> for Failure {
    fn from(error: SampleError) -> Self {
        match error {
            SampleError::Engine(error) => error.into(),
            SampleError::NoPlan(status) => {
                let message = "there is no certified plan to evaluate: `polysource solve` says why".to_owned();
                Failure::Uncertified(exit_code(status), message)
            }
            SampleError::DrawWithoutPlan(_) => Failure::Uncertified(exit::INFEASIBLE, error.to_string()),
            SampleError::BatchUncertified { .. } => Failure::Uncertified(exit::UNCERTIFIED, error.to_string()),
            _ => Failure::Usage(error.to_string()),
        }
    }
}

/// What is not certified of any plan is not passed over.
fn code(found: &Evaluation) -> u8 {
    let uncertified = found.plans.iter().any(|p| p.uncertified > 0);
    let broken = found.plans.iter().any(|p| p.plan == "here-and-now" && p.not_followed > 0);
    if uncertified {
        exit::UNCERTIFIED
    } else if broken {
        exit::INFEASIBLE
    } else {
        exit::DONE
    }
}

/// What a plan says that it decides.
fn decided(plan: &Plan, path: &Path) -> Result<Decided, Failure> {
    let draws = plan.uncertainty.as_deref().and_then(|u| u.draws.as_ref());
    draws.map(|d| Decided::read(&d.decided)).ok_or_else(|| {
        Failure::Usage(format!("{} does not say what is decided before the draws; solve it again", path.display()))
    })
}
