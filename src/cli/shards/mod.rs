//! `sweep plan`, `run`, `merge`, `status` and `submit`: a sweep, the replications that judge a plan, or the evaluation of
//! plans, in chunks that any machine can solve.

mod format;
mod merge;
mod plan;
mod run;
mod status;
mod submit;

use clap::{ArgMatches, Args, FromArgMatches, Subcommand};

use super::failure::Failure;
use super::sweep::{self, SweepCommand};

/// A sweep here and now, or a step of one in chunks.
#[derive(Debug)]
pub(super) enum SweepVerb {
    /// `sweep MODEL`.
    Here(Box<SweepCommand>),
    /// `sweep plan` and what follows.
    Step(Box<Step>),
}

/// The steps of a sweep in chunks.
#[derive(Subcommand, Debug)]
pub(super) enum Step {
    /// Write a sweep, replications, or an evaluation down in chunks that any machine can solve.
    #[command(
        after_help = "Examples:\n  polysource sweep plan models/quickstart.yaml --vary 'offers{vendor: amazon}.price=*0.4..1.6/1000' --chunks 20 --out DIR\n  polysource sweep plan MODEL --replications 30 --samples 200 --chunks 10 --out DIR\n  polysource sweep plan MODEL --evaluate --samples 10000 --plan plan.json --chunks 20 --out DIR"
    )]
    Plan(Box<plan::PlanCommand>),
    /// Solve a chunk; killed and run again, it goes on where it was.
    #[command(
        after_help = "Example:\n  polysource sweep run --chunk 3 --out DIR\n\nExit codes: 0 done, now or before (a point without a plan or without a meaning is a row, and no failure); 1 something outside failed, such as a disk: run it again; 42 it would fail again however often it is run: the manifest is torn or of another version of polysource, there is no such chunk, or its file is of another sweep; 130 interrupted."
    )]
    Run(run::RunCommand),
    /// Put the chunks together: byte for byte what `sweep MODEL`, `solve MODEL --replications` or `evaluate MODEL` gives.
    #[command(
        after_help = "Examples:\n  polysource sweep merge --verify DIR --format csv -o rows.csv\n  polysource sweep merge --verify DIR --format json -o plan.json\n\nExit codes: as of `sweep MODEL`, `solve MODEL` or `evaluate MODEL`; 1 if chunks are missing, torn or of something else, which are named."
    )]
    Merge(merge::MergeCommand),
    /// Tell how far the chunks are.
    #[command(after_help = "Example:\n  polysource sweep status DIR --format json")]
    Status(status::StatusCommand),
    /// Give the chunks to Slurm, or write a job for Kubernetes.
    #[command(
        after_help = "Examples:\n  polysource sweep submit DIR --on slurm --partition short --time 60 --array-throttle 200\n  polysource sweep submit DIR --on kubernetes --image example/polysource:0.1.0 --claim sweeps --dry-run | kubectl apply -f -"
    )]
    Submit(Box<submit::SubmitCommand>),
}

pub(super) fn run(verb: &SweepVerb, quiet: bool) -> Result<u8, Failure> {
    let step = match verb {
        SweepVerb::Here(command) => return sweep::run(command, quiet),
        SweepVerb::Step(step) => step,
    };
    match &**step {
        Step::Plan(command) => plan::run(command, quiet),
        Step::Run(command) => run::run(command, quiet),
        Step::Merge(command) => merge::run(command, quiet),
        Step::Status(command) => status::run(command),
        Step::Submit(command) => submit::run(command, quiet),
    }
}

// Derived, the arguments of `sweep MODEL` would have to be optional, MODEL among them.
impl FromArgMatches for SweepVerb {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(match matches.subcommand_name() {
            Some(_) => SweepVerb::Step(Box::new(Step::from_arg_matches(matches)?)),
            None => SweepVerb::Here(Box::new(SweepCommand::from_arg_matches(matches)?)),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for SweepVerb {
    fn augment_args(command: clap::Command) -> clap::Command {
        let command = Step::augment_subcommands(SweepCommand::augment_args(command));
        command
            .disable_help_subcommand(true)
            .subcommand_required(false)
            .args_conflicts_with_subcommands(true)
            .subcommand_negates_reqs(true)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}
