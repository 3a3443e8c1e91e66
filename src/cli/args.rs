//! The arguments as typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::alternatives::AlternativesCommand;
use super::common::{GapArgs, ModelArgs, OutputArgs, SolverArgs};
use crate::analysis::Detail;

/// Decides where training and inference run: how many chips of which vendor, in which cloud, under
/// which contract, in which period; at the least cost within a policy on cost, capacity and
/// dependency.
#[derive(Parser, Debug)]
#[command(name = "polysource", version, about, long_about = None, max_term_width = 100)]
#[command(
    after_help = "Examples:\n  polysource solve models/quickstart.yaml\n  polysource solve models/frontier-lab.yaml --scenario nvidia-shortage\n  polysource init -o my-model.yaml"
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    /// Say more on standard error; twice for everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Say nothing but errors on standard error.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Read a model and report every mistake in it.
    #[command(
        after_help = "Examples:\n  polysource check models/quickstart.yaml\n  cat model.yaml | polysource check -"
    )]
    Check(CheckCommand),
    /// Find the cheapest plan within the policy, with its certificate.
    #[command(
        after_help = "Examples:\n  polysource solve models/quickstart.yaml\n  polysource solve models/quickstart.yaml --set offers.coreweave-h100.price=3.50 --format json -o plan.json"
    )]
    Solve(SolveCommand),
    /// Lose each supplier in turn: what is still served, what is lost, how long the buffers last.
    #[command(
        after_help = "Examples:\n  polysource stress models/frontier-lab.yaml --by vendor,cloud\n  polysource stress models/frontier-lab.yaml --plan plan.json --recovery '2 periods' --format csv"
    )]
    Stress(StressCommand),
    /// Solve a model at many values of what varies in it: grids, lists, tornado, random samples.
    #[command(
        after_help = "Examples:\n  polysource sweep models/quickstart.yaml --vary 'offers{vendor: amazon}.price=*0.4..1.6/7'\n  polysource sweep models/quickstart.yaml --vary 'offers.aws-trainium2.price=*0.8..1.2' --vary 'workloads.chat.demand=*0.8..1.2' --method tornado\n  polysource sweep models/quickstart.yaml --vary 'workloads.chat.demand=*normal(1, 0.2)' --samples 50 --format csv -o sample.csv\n\nOn many machines: `sweep plan` writes the sweep down in chunks, `sweep run` solves a chunk anywhere, `sweep merge` puts them together, and gives what `sweep MODEL` gives; `sweep submit` gives them to Slurm or Kubernetes, and `sweep status` tells how far they are. A model file that is called as one of these commands is meant by its path: `polysource sweep ./plan`.\n\nValues: `=1..5/9` sets nine values from 1 to 5, `=*0.5,1,2` scales, `=+-1..1/3` shifts; normal(mean, sd), lognormal(median, sd of the logarithm), triangular(least, likely, most) and uniform(least, most) are drawn at random; `scenario=none,a,a+b` applies scenarios.\nColumns: cost, nominal, premium, unrestricted, share(vendor:amazon), hhi(vendor), effective(vendor), largest(vendor:chips), chips(aws-*), spend(aws-*), signed(CONTRACT), idle(CONTRACT), unmet(WORKLOAD), served(vendor:amazon), expected_loss, cvar, gap, and expressions of them such as `relative = premium / cost`."
    )]
    Sweep(super::shards::SweepVerb),
    /// Trace the optimal cost as a function of one price, capacity, demand or other number, exactly.
    #[command(
        after_help = "Examples:\n  polysource curve models/inference-fleet.yaml --vary 'offers{vendor: amazon}.price=*0.4..1.6'\n  polysource curve models/quickstart.yaml --vary offers.coreweave-h100.capacity=5k..20k\n  polysource curve models/quickstart.yaml --vary 'policy.limits.vendor-cap.share.at_most=50 %..70 %' --format csv"
    )]
    Curve(CurveCommand),
    /// Trace what less concentration, more survival or less risk costs, each point a whole plan.
    #[command(
        after_help = "Examples:\n  polysource frontier models/quickstart.yaml --against hhi:vendor\n  polysource frontier models/inference-fleet.yaml --against largest:vendor:chips --points 8 --plans plans\n  polysource frontier models/inference-fleet.yaml --against served:cloud --format json\n\nAgainst: hhi:DIMENSION[:MEASURE], largest:DIMENSION[:MEASURE], served:DIMENSION or cvar[:LEVEL]; measures are spend (default), chips, work and power."
    )]
    Frontier(FrontierCommand),
    /// Find what else could be done at nearly the same cost: the room for negotiation, and plans that differ.
    #[command(
        after_help = "Examples:\n  polysource alternatives models/quickstart.yaml --within 2%\n  polysource alternatives models/inference-fleet.yaml --within 5% --by vendor,cloud --plans 4 --write plans\n  polysource alternatives models/quickstart.yaml --of chips --format json\n\nShares are of spend (default), chips, work or power over the horizon."
    )]
    Alternatives(AlternativesCommand),
    /// Say why there is no plan, or what drives its cost; or what a diagnostic's code means.
    #[command(
        after_help = "Examples:\n  polysource explain models/infeasible.yaml\n  polysource explain models/frontier-lab.yaml gcp-tpu7x-us-central1-3y\n  polysource explain unserved-workload"
    )]
    Explain(super::explain::ExplainCommand),
    /// Write one page with everything: the plan, its charts, what happens when suppliers fail.
    #[command(
        after_help = "Examples:\n  polysource report models/quickstart.yaml -o report.html\n  polysource report models/frontier-lab.yaml --curve 'offers{vendor: amazon}.price=*0.8..1.2' --svg charts -o report.html"
    )]
    Report(super::report::ReportCommand),
    /// Compare two plans, or two models after solving them: cost, what is held, dependency, inputs.
    #[command(
        after_help = "Examples:\n  polysource diff before.json after.json\n  polysource diff models/frontier-lab.yaml models/frontier-lab.yaml --scenario-b nvidia-shortage\n  polysource diff plan.json model.yaml --detailed-exitcode --format json -o changes.json\n\nA difference is more than a millionth of the larger number. Of two models, what was written otherwise is told with its lines; scenarios that are not applied and sweeps change no plan and are left out.\nExit codes: 0 done; with --detailed-exitcode 2 if anything differs; 3 if A or B is wrong; 4 if one has no plan, 5 or 6 if one is not known to be the cheapest or not certified."
    )]
    Diff(super::diff::DiffCommand),
    /// Write the linear program for another solver, or the plan as forecast charges.
    #[command(
        after_help = "Examples:\n  polysource export models/quickstart.yaml --to lp\n  polysource export models/frontier-lab.yaml -o frontier.mps\n  polysource export models/frontier-lab.yaml --to focus -o forecast.csv"
    )]
    Export(ExportCommand),
    /// Take over foreign tables: price catalogs as offers, bills as what runs today; or a foreign solution as a plan.
    #[command(
        after_help = "Examples:\n  polysource import skypilot catalogs/v8/aws/vms.csv --accelerator 'H*' --date 2026-11-01 -o offers.yaml\n  polysource import focus bill.csv --map map.yaml -o today\n  polysource import solution model.yaml model.sol"
    )]
    Import(super::import::ImportCommand),
    /// Print the JSON Schema of the model file or of the output.
    #[command(after_help = "Examples:\n  polysource schema model\n  polysource schema output")]
    Schema {
        /// Which schema.
        #[arg(value_enum, default_value = "model")]
        of: SchemaOf,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Print a commented template with every key of the model file.
    #[command(after_help = "Example:\n  polysource init -o my-model.yaml && polysource solve my-model.yaml")]
    Init {
        #[command(flatten)]
        output: OutputArgs,
        /// Replace the file if it is there.
        #[arg(long)]
        force: bool,
    },
    /// Write the manual pages into a folder.
    #[command(after_help = "Example:\n  polysource man ~/.local/share/man/man1")]
    Man(super::man::ManCommand),
    /// Print a completion script for a shell.
    #[command(
        after_help = "Example:\n  polysource completions bash > ~/.local/share/bash-completion/completions/polysource"
    )]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Args, Debug)]
pub(super) struct CheckCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// Format of the result.
    #[arg(long, value_enum, default_value = "text")]
    pub format: CheckFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Args, Debug)]
pub(super) struct SolveCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    #[command(flatten)]
    pub solver: SolverArgs,
    /// Format of the plan.
    #[arg(long, value_enum, default_value = "text")]
    pub format: PlanFormat,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub gap: GapArgs,
    /// How much is computed: the plan alone, also what needs further solves, or also break-even prices
    /// and ranges of shadow prices in a large model.
    #[arg(long, value_enum, default_value = "full")]
    pub detail: DetailArg,
}

#[derive(Args, Debug)]
pub(super) struct StressCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// A plan that `solve --format json` wrote; left out, the model is solved.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Dimensions whose groups are lost in turn; left out, all that tell suppliers apart.
    #[arg(long, value_name = "DIMENSIONS", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Time until what is lost is back, such as `2 periods`, `72 h` or `3 months`.
    #[arg(long, value_name = "TIME", default_value = "1 period")]
    pub recovery: String,
    /// Workloads that are rerouted, by id or kind; left out, all inference.
    #[arg(long = "for", value_name = "WORKLOADS", value_delimiter = ',')]
    pub served: Vec<String>,
    /// Workloads that give up their chips, by id or kind; all others keep theirs [default: as the policy's `survive`].
    #[arg(long, value_name = "WORKLOADS", value_delimiter = ',')]
    pub preempt: Vec<String>,
    /// Part by which what is held of surviving offers can be raised, within capacity [default: as the policy's `survive`].
    #[arg(long, value_name = "PART")]
    pub surge: Option<String>,
    #[command(flatten)]
    pub solver: SolverArgs,
    /// Format of the table.
    #[arg(long, value_enum, default_value = "text")]
    pub format: StressFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// What is swept, and what is told of it: all that the rows depend on.
#[derive(Args, Debug)]
pub(super) struct SweepOptions {
    #[command(flatten)]
    pub input: ModelArgs,
    /// What varies, such as `offers{vendor: amazon}.price=*0.4..1.6/25`; may be repeated.
    #[arg(long, value_name = "WHAT=VALUES")]
    pub vary: Vec<String>,
    /// The sweep of the model to run; left out, the only one, if nothing else varies.
    #[arg(long, value_name = "NAME")]
    pub sweep: Option<String>,
    /// How values are put together: grid, list, tornado or sample.
    #[arg(long, value_name = "METHOD")]
    pub method: Option<String>,
    /// How many points are drawn at random.
    #[arg(long, value_name = "N", value_parser = parse_samples)]
    pub samples: Option<usize>,
    /// Where the random numbers start; default 1.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How a sample is drawn: latin (Latin hypercube, default) or plain.
    #[arg(long, value_name = "WAY")]
    pub sampling: Option<String>,
    /// A correlation of two variations by name or number, such as `1~2=0.6`; may be repeated.
    #[arg(long, value_name = "A~B=R", value_parser = parse_correlation)]
    pub correlate: Vec<(String, String, f64)>,
    /// What is told of each point, such as `cost,share(vendor:amazon)`; left out, the usual.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// How much the usual columns tell: the plan alone, or also what needs further solves.
    #[arg(long, value_enum, default_value = "full")]
    pub detail: DetailArg,
    #[command(flatten)]
    pub solver: SolverArgs,
}

#[derive(Args, Debug)]
pub(super) struct SweepCommand {
    #[command(flatten)]
    pub options: SweepOptions,
    /// Threads; 0 for as many as there are processors. The result does not depend on it.
    #[arg(long, value_name = "N", default_value = "0", value_parser = parse_threads)]
    pub threads: usize,
    /// Format of the rows.
    #[arg(long, value_enum, default_value = "text")]
    pub format: SweepFormat,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Where finished points are kept; left out, beside the output until it is written.
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Go on from the journal of a run that was stopped.
    #[arg(long)]
    pub resume: bool,
}

#[derive(Args, Debug)]
pub(super) struct CurveCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// What varies and from where to where, such as `offers{vendor: amazon}.price=*0.4..1.6`.
    #[arg(long, value_name = "WHAT=FROM..TO")]
    pub vary: String,
    /// Where the curve has to be sampled: how far, relative to the cost, it may lie from the pieces.
    #[arg(long, value_name = "PART", default_value = "0.00001", value_parser = parse_part)]
    pub tolerance: f64,
    #[command(flatten)]
    pub solver: SolverArgs,
    /// Format of the curve.
    #[arg(long, value_enum, default_value = "text")]
    pub format: StressFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Args, Debug)]
pub(super) struct FrontierCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// What the cost is traded against, such as `hhi:vendor`, `largest:cloud:chips`, `served:vendor` or
    /// `cvar:95%`.
    #[arg(long, value_name = "MEASURE", default_value = "hhi:vendor")]
    pub against: String,
    /// How many points, ends included.
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u16).range(2..=1000))]
    pub points: u16,
    /// Write the plan of each point into this folder, as `solve --format json` writes it.
    #[arg(long, value_name = "DIR")]
    pub plans: Option<PathBuf>,
    #[command(flatten)]
    pub solver: SolverArgs,
    /// Format of the frontier.
    #[arg(long, value_enum, default_value = "text")]
    pub format: StressFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SweepFormat {
    Text,
    Csv,
    Jsonl,
    #[cfg(feature = "parquet")]
    Parquet,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StressFormat {
    Text,
    Json,
    Csv,
}

#[derive(Args, Debug)]
pub(super) struct ExportCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    #[command(flatten)]
    pub solver: SolverArgs,
    /// The program as MPS or LP (left out, from the name of the file), or the solved plan as forecast charges of FOCUS.
    #[arg(long, value_enum)]
    pub to: Option<ExportFormat>,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CheckFormat {
    Text,
    Json,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlanFormat {
    Text,
    Json,
    Csv,
    Markdown,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExportFormat {
    /// The linear program as free MPS.
    Mps,
    /// The linear program as CPLEX LP.
    Lp,
    /// The plan as a CSV dataset of FinOps FOCUS 1.2.
    Focus,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SchemaOf {
    Model,
    Output,
    Stress,
    Sweep,
    SweepManifest,
    SweepStatus,
    Curve,
    Frontier,
    Diff,
    Alternatives,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DetailArg {
    Plan,
    Full,
    Ranges,
}

impl From<DetailArg> for Detail {
    fn from(detail: DetailArg) -> Self {
        match detail {
            DetailArg::Plan => Detail::Plan,
            DetailArg::Full => Detail::Full,
            DetailArg::Ranges => Detail::Ranges,
        }
    }
}

impl From<PlanFormat> for crate::report::Format {
    fn from(format: PlanFormat) -> Self {
        match format {
            PlanFormat::Text => Self::Text,
            PlanFormat::Json => Self::Json,
            PlanFormat::Csv => Self::Csv,
            PlanFormat::Markdown => Self::Markdown,
        }
    }
}

/// Reads a part above 0 and below 1.
fn parse_part(text: &str) -> Result<f64, String> {
    let read = text.parse().ok().filter(|x| *x > 0.0 && *x < 1.0);
    read.ok_or_else(|| format!("`{text}` is not a part; write a number above 0 and below 1"))
}

/// Threads that may be asked for, for each processor.
const THREADS: usize = 8;

/// Reads a number of threads. Far more than there are processors only take memory, and can stop a machine.
fn parse_threads(text: &str) -> Result<usize, String> {
    let most = THREADS * std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let read = text.parse().ok().filter(|n| *n <= most);
    read.ok_or_else(|| format!("`{text}` is not a whole number from 0 to {most}, {THREADS} for each processor"))
}

/// Reads a number of points.
fn parse_samples(text: &str) -> Result<usize, String> {
    let most = crate::model::MOST_POINTS;
    let read = text.parse().ok().filter(|n| (1..=most).contains(n));
    read.ok_or_else(|| format!("`{text}` is not a whole number from 1 to {most}"))
}

/// Reads `1~2=0.6` or `NAME~NAME=0.6`.
fn parse_correlation(text: &str) -> Result<(String, String, f64), String> {
    let wrong = || format!("`{text}` is not a correlation; write `1~2=0.6` for the first two variations");
    let (names, by) = text.rsplit_once('=').ok_or_else(wrong)?;
    let (a, b) = names.split_once('~').ok_or_else(wrong)?;
    Ok((a.trim().to_owned(), b.trim().to_owned(), by.trim().parse().map_err(|_| wrong())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
