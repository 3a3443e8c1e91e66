//! The arguments as typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::analysis::Detail;
use crate::engine::EngineChoice;

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
    /// Write the linear program for another solver.
    #[command(
        after_help = "Examples:\n  polysource export models/quickstart.yaml --to lp\n  polysource export models/frontier-lab.yaml -o frontier.mps"
    )]
    Export(ExportCommand),
    /// Print the JSON Schema of the model file or of the output.
    #[command(after_help = "Examples:\n  polysource schema model\n  polysource schema output")]
    Schema {
        /// Which schema.
        #[arg(value_enum, default_value = "model")]
        of: SchemaOf,
        /// Write to this file instead of standard output.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Print a commented template with every key of the model file.
    #[command(after_help = "Example:\n  polysource init -o my-model.yaml && polysource solve my-model.yaml")]
    Init {
        /// Write to this file instead of standard output.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Print a completion script for a shell.
    #[command(
        after_help = "Example:\n  polysource completions bash > ~/.local/share/bash-completion/completions/polysource"
    )]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Which model, and what is changed in it.
#[derive(Args, Debug)]
pub(super) struct ModelArgs {
    /// The model file, or `-` for standard input.
    pub model: PathBuf,
    /// Scenarios of the model to apply, in order.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub scenario: Vec<String>,
    /// A value to set, such as `offers.aws-h100.price=5.50`; may be repeated.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub sets: Vec<String>,
    /// A file laid over the model; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub overlay: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct CheckCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// Format of the result.
    #[arg(long, value_enum, default_value = "text")]
    pub format: CheckFormat,
    /// Write to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct SolveCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// The engine: auto, microlp (simplex), clarabel (interior point), or highs (simplex, and integers; needs
    /// a build with `--features highs`).
    #[arg(long, default_value = "auto", value_parser = parse_engine, value_name = "ENGINE")]
    pub engine: EngineChoice,
    /// Format of the plan.
    #[arg(long, value_enum, default_value = "text")]
    pub format: PlanFormat,
    /// Write to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Longest time for one engine, such as `90`, `30s` or `5m`.
    #[arg(long, value_parser = parse_time, value_name = "TIME")]
    pub time_limit: Option<Duration>,
    /// How much is computed: the plan alone, or also what needs further solves.
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
    /// Workloads that give up their chips, by id or kind; all others keep theirs.
    #[arg(long, value_name = "WORKLOADS", value_delimiter = ',')]
    pub preempt: Vec<String>,
    /// Part by which what is held of surviving offers can be raised, within capacity.
    #[arg(long, value_name = "PART", default_value = "0%")]
    pub surge: String,
    /// The engine: auto, microlp (simplex) or clarabel (interior point).
    #[arg(long, default_value = "auto", value_name = "ENGINE")]
    pub engine: EngineChoice,
    /// Format of the table.
    #[arg(long, value_enum, default_value = "text")]
    pub format: StressFormat,
    /// Write to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Longest time for one engine, such as `90`, `30s` or `5m`.
    #[arg(long, value_parser = parse_time, value_name = "TIME")]
    pub time_limit: Option<Duration>,
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
    /// Format of the program; left out, from the name of the file (`.mps` or `.lp`).
    #[arg(long, value_enum)]
    pub to: Option<ProgramFormat>,
    /// Write to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
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
pub(super) enum ProgramFormat {
    Mps,
    Lp,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SchemaOf {
    Model,
    Output,
    Stress,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DetailArg {
    Plan,
    Full,
}

impl From<DetailArg> for Detail {
    fn from(detail: DetailArg) -> Self {
        match detail {
            DetailArg::Plan => Detail::Plan,
            DetailArg::Full => Detail::Full,
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

/// Reads the name of an engine that this build has.
fn parse_engine(text: &str) -> Result<EngineChoice, String> {
    let choice: EngineChoice = text.parse()?;
    choice.built_in().map_err(|e| e.to_string())?;
    Ok(choice)
}

/// Reads `90`, `30s`, `5m` or `1h`.
fn parse_time(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "ms" => 1e-3,
        other => return Err(format!("`{other}` is not a unit of time; write 90, 30s, 5m or 1h")),
    };
    let number: f64 = digits.trim().parse().map_err(|_| format!("`{text}` is not a time; write 90, 30s, 5m or 1h"))?;
    Duration::try_from_secs_f64(number * factor).map_err(|_| format!("`{text}` is not a time that can pass"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn times() {
        assert_eq!(parse_time("90"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_time("1.5m"), Ok(Duration::from_secs(90)));
        for wrong in ["", "-1", "5 parsecs", "inf", "nan", "1e300h"] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }
}
