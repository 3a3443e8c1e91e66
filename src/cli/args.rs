//! The arguments as typed.

use clap::{Parser, Subcommand};

use super::alternatives::AlternativesCommand;
use super::backtest::BacktestCommand;
use super::check::CheckCommand;
use super::completions::CompletionsCommand;
use super::curve::CurveCommand;
use super::diff::DiffCommand;
use super::evaluate::EvaluateCommand;
use super::explain::ExplainCommand;
use super::export::ExportCommand;
use super::frontier::FrontierCommand;
use super::gate::GateCommand;
use super::import::ImportCommand;
use super::init::InitCommand;
use super::man::ManCommand;
use super::mcp::McpCommand;
use super::replan::ReplanCommand;
use super::report::ReportCommand;
use super::schema::SchemaCommand;
use super::serve::ServeCommand;
use super::shards::SweepVerb;
use super::solve::SolveCommand;
use super::stress::StressCommand;
use super::watch::WatchCommand;

/// Plans where training and inference run: how many chips of which vendor, in which cloud, under which contract, in
/// which period, at the lowest cost that satisfies your policy on capacity and dependency. Every answer is certified.
#[derive(Parser, Debug)]
#[command(name = "polysource", version, about, long_about = None, max_term_width = 100)]
#[command(
    after_help = "Examples:\n  polysource solve models/quickstart.yaml\n  polysource solve models/frontier-lab.yaml --scenario nvidia-shortage\n  polysource init -o my-model.yaml"
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    /// Increase verbosity on standard error (-v, -vv).
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Only print errors on standard error.
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
    /// Remove each supplier in turn: what is still served, what is lost, how long buffers last.
    #[command(
        after_help = "Examples:\n  polysource stress models/frontier-lab.yaml --by vendor,cloud\n  polysource stress models/frontier-lab.yaml --plan plan.json --recovery '2 periods' --format csv"
    )]
    Stress(StressCommand),
    /// Re-solve the model over a grid, list, tornado or random sample of inputs.
    #[command(
        after_help = "Examples:\n  polysource sweep models/quickstart.yaml --vary 'offers{vendor: amazon}.price=*0.4..1.6/7'\n  polysource sweep models/quickstart.yaml --vary 'offers.aws-trainium2.price=*0.8..1.2' --vary 'workloads.chat.demand=*0.8..1.2' --method tornado\n  polysource sweep models/quickstart.yaml --vary 'workloads.chat.demand=*normal(1, 0.2)' --samples 50 --format csv -o sample.csv\n\nOn many machines: `sweep plan` writes the sweep down in chunks, `sweep run` solves a chunk anywhere, `sweep merge` puts them together, and gives what `sweep MODEL` gives; `sweep submit` gives them to Slurm or Kubernetes, and `sweep status` tells how far they are. A model file that is called as one of these commands is meant by its path: `polysource sweep ./plan`.\n\nValues: `=1..5/9` sets nine values from 1 to 5, `=*0.5,1,2` scales, `=+-1..1/3` shifts; normal(mean, sd), lognormal(median, sd of the logarithm), triangular(least, likely, most) and uniform(least, most) are drawn at random; `scenario=none,a,a+b` applies scenarios.\nColumns: cost, nominal, premium, unrestricted, share(vendor:amazon), hhi(vendor), effective(vendor), largest(vendor:chips), chips(aws-*), spend(aws-*), signed(CONTRACT), idle(CONTRACT), unmet(WORKLOAD), served(vendor:amazon), expected_loss, cvar, gap, and expressions of them such as `relative = premium / cost`."
    )]
    Sweep(SweepVerb),
    /// Evaluate a plan on futures that it was not made for: the distribution of its cost, unmet demand and regret.
    #[command(
        after_help = "Examples:\n  polysource evaluate model.yaml --samples 2000\n  polysource evaluate model.yaml --plan plan.json --format json\n\nFor models with `uncertainty.draws`. Beside the plan stands the one that is made for the base case alone.\nOn many machines: `sweep plan MODEL --evaluate` with the same options writes the draws down in chunks, and `sweep merge` gives what this command gives.\nExit codes: 0 done; 4 if the plan cannot be followed in some draw, or there is none; 6 if something is not certified."
    )]
    Evaluate(EvaluateCommand),
    /// Go through what happened again: what each way of planning would have signed and cost, and what hindsight would.
    #[command(
        after_help = "Examples:\n  polysource backtest model.yaml\n  polysource backtest model.yaml --format csv -o beyond-hindsight.csv\n\nFor models with `backtest: { history: usage.csv, policy: [solve, here-and-now, regret, on-demand, online, { replay: 60 days }] }`. A plan at a date sees only what was known then; what it signed stays; what happened is charged to it.\nExit codes: 0 done; 4 if a policy has no plan at some date or cannot serve what happened; 6 if something is not certified."
    )]
    Backtest(BacktestCommand),
    /// Plan anew: the month's bill beside the plan and why it differs, what to sign now, and the next plan.
    #[command(
        after_help = "Examples:\n  polysource replan model.yaml --against plan.json --actual bill-2026-10.csv --map map.yaml --next plan-11.json\n  polysource replan model.yaml --against plan.json --from 2027-Q2 --within 0.5%\n\nThe model says what is known now: its demand, prices and capacities. What the plan before reserved or bought to begin earlier is kept, as are the contracts that it signed. Of the plans that cost no more than --within above the cheapest, the next plan is the one that holds the most of what the plan before holds.\nExit codes: 0 done; 2 if more than --tolerance of what was planned for the bill's months was paid otherwise; 4 if nothing serves the demand with what was signed; 6 if something is not certified."
    )]
    Replan(ReplanCommand),
    /// Parametric analysis: the exact optimal cost as one price, capacity, demand or other input varies.
    #[command(
        after_help = "Examples:\n  polysource curve models/inference-fleet.yaml --vary 'offers{vendor: amazon}.price=*0.4..1.6'\n  polysource curve models/quickstart.yaml --vary offers.coreweave-h100.capacity=5k..20k\n  polysource curve models/quickstart.yaml --vary 'policy.limits.vendor-cap.share.at_most=50 %..70 %' --format csv"
    )]
    Curve(CurveCommand),
    /// Trade-off curve: what less concentration, more resilience or less risk costs; each point is a whole plan.
    #[command(
        after_help = "Examples:\n  polysource frontier models/quickstart.yaml --against hhi:vendor\n  polysource frontier models/inference-fleet.yaml --against largest:vendor:chips --points 8 --plans plans\n  polysource frontier models/inference-fleet.yaml --against served:cloud --format json\n\nAgainst: hhi:DIMENSION[:MEASURE], largest:DIMENSION[:MEASURE], served:DIMENSION or cvar[:LEVEL]; measures are spend (default), chips, work, power and carbon."
    )]
    Frontier(FrontierCommand),
    /// Serve a what-if page for a meeting: sliders for prices, capacities, demand and limits, solved at each change.
    #[command(
        after_help = "Examples:\n  polysource serve models/quickstart.yaml\n  polysource serve models/frontier-lab.yaml --port 7341 --read-only\n\nThe address is printed on standard output and has a token: whoever has it can use the page. It is served to this machine alone unless --host says otherwise. Each change may take --time-limit (default 30s). Saved files go beside the model; one that was not saved by the page is never replaced. Ctrl-C ends it."
    )]
    Serve(ServeCommand),
    /// Serve tools for AI assistants (Model Context Protocol) on standard input and output: check, solve, explain,
    /// what_if, diff.
    #[command(
        after_help = "Examples:\n  polysource mcp models\n  polysource mcp models --time-limit 2m\n\nAn assistant starts it: register `polysource` with the arguments `mcp FOLDER`. Only models and plans in that folder are read, and nothing is written. It ends when its standard input ends, or with Ctrl-C."
    )]
    Mcp(McpCommand),
    /// Near-optimal plans: the minimum and maximum share of each supplier within x % of the optimum.
    #[command(
        after_help = "Examples:\n  polysource alternatives models/quickstart.yaml --within 2%\n  polysource alternatives models/inference-fleet.yaml --within 5% --by vendor,cloud --plans 4 --write plans\n  polysource alternatives models/quickstart.yaml --of chips --format json\n\nShares are of spend (default), chips, work, power or carbon over the horizon."
    )]
    Alternatives(AlternativesCommand),
    /// Explain why there is no plan, what drives the cost, or what a diagnostic code means.
    #[command(
        after_help = "Examples:\n  polysource explain models/infeasible.yaml\n  polysource explain models/frontier-lab.yaml gcp-tpu7x-us-central1-3y\n  polysource explain unserved-workload"
    )]
    Explain(ExplainCommand),
    /// Write one self-contained page: decision, charts, dependency, failures, certificate.
    #[command(
        after_help = "Examples:\n  polysource report models/quickstart.yaml -o report.html\n  polysource report models/frontier-lab.yaml --curve 'offers{vendor: amazon}.price=*0.8..1.2' --svg charts -o report.html\n  polysource report models/uncertain-demand.yaml --replications 30 -o report.html"
    )]
    Report(ReportCommand),
    /// Compare two plans or models: cost, capacity purchased, dependency, and which inputs changed.
    #[command(
        after_help = "Examples:\n  polysource diff before.json after.json\n  polysource diff models/frontier-lab.yaml models/frontier-lab.yaml --scenario-b nvidia-shortage\n  polysource diff models/quickstart.yaml models/quickstart.yaml --set-b offers.coreweave-h100.price=3.50\n  polysource diff plan.json model.yaml --detailed-exitcode --format json -o changes.json\n\nA difference is more than a millionth of the larger number. Of two models, what was written otherwise is told with its lines; scenarios that are not applied and sweeps change no plan and are left out.\nExit codes: 0 done; with --detailed-exitcode 2 if anything differs; 3 if A or B is wrong; 4 if one has no plan, 5 or 6 if one is not known to be the cheapest or not certified."
    )]
    Diff(DiffCommand),
    /// Check that the plan is as expected (`expect` in the model) and the one that was agreed, for a review.
    #[command(
        after_help = "Examples:\n  polysource gate model.yaml\n  polysource gate model.yaml --lock plan.lock --format markdown -o comment.md\n  polysource gate model.yaml --lock plan.lock --write-lock\n\nExit codes: 0 every plan is certified and as expected, and the decision is that of the lock; 2 an expectation is missed, or the decision differs from the lock (also wrong usage); 3 if the model or the lock is wrong; 4 if there is no plan, 5 or 6 if one is not known to be the cheapest or not certified."
    )]
    Gate(GateCommand),
    /// Solve the model at each save and print what differs from the plan before, until Ctrl-C.
    #[command(
        after_help = "Example:\n  polysource watch my-model.yaml --scenario tight-supply\n\nA mistake in the model is told, and watching goes on. Watched are the model, its overlays and the files that it names."
    )]
    Watch(WatchCommand),
    /// Export the linear program for another solver, or the plan as forecast charges (FOCUS).
    #[command(
        after_help = "Examples:\n  polysource export models/quickstart.yaml --to lp\n  polysource export models/frontier-lab.yaml -o frontier.mps\n  polysource export models/frontier-lab.yaml --to focus -o forecast.csv"
    )]
    Export(ExportCommand),
    /// Import price catalogs as offers, bills as the baseline, or another solver's solution as a plan.
    #[command(
        after_help = "Examples:\n  polysource import skypilot catalogs/v8/aws/vms.csv --accelerator 'H*' --date 2026-11-01 -o offers.yaml\n  polysource import focus bill.csv --map map.yaml -o today\n  polysource import solution model.yaml model.sol"
    )]
    Import(ImportCommand),
    /// Print the JSON Schema of the model file or of the output.
    #[command(after_help = "Examples:\n  polysource schema model\n  polysource schema output")]
    Schema(SchemaCommand),
    /// Print a commented template with every key of the model file.
    #[command(after_help = "Example:\n  polysource init -o my-model.yaml && polysource solve my-model.yaml")]
    Init(InitCommand),
    /// Write the manual pages into a folder.
    #[command(after_help = "Example:\n  polysource man ~/.local/share/man/man1")]
    Man(ManCommand),
    /// Print a completion script for a shell.
    #[command(
        after_help = "Example:\n  polysource completions bash > ~/.local/share/bash-completion/completions/polysource"
    )]
    Completions(CompletionsCommand),
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
