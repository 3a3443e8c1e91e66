//! `sweep plan`: the manifest.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use crate::analysis::samples::{EvaluationSettings, Replications, SampleError, candidate, candidates, estimable};
use crate::analysis::{Detail, SolveSettings, sweep};
use crate::batch::{
    Folder, Manifest, ManifestError, ManifestKind, PlanError, ReplicationOptions, SweepOptions as Written,
};
use crate::cli::common::{DetailArg, parse_confidence, parse_gap};
use crate::cli::evaluate::{SAMPLES, given};
use crate::cli::failure::Failure;
use crate::cli::solve::{drawn, parse_replications};
use crate::cli::sweep::{SweepOptions, asked};
use crate::cli::{exit, files, models};
use crate::model::{Input, MOST_POINTS};

#[derive(Args, Debug)]
pub(in crate::cli) struct PlanCommand {
    #[command(flatten)]
    options: SweepOptions,
    /// Instead of a sweep: judge the plan for futures that are drawn at random by so many further samples, as `solve
    /// --replications` does. The plan is found here, and each replication is a point.
    #[arg(long, value_name = "N", value_parser = parse_many, conflicts_with_all = SWEEPS)]
    replications: Option<usize>,
    /// Instead of a sweep: evaluate the plan on `--samples` futures that it was not made for, as `evaluate` does. The plans
    /// are found here, and each batch of futures is a point.
    #[arg(long, conflicts_with_all = SWEEPS, conflicts_with_all = ["replications", "detail"])]
    evaluate: bool,
    /// Evaluation: a plan that `solve --format json` wrote for this model; left out, the model is solved.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Replications and evaluation: how sure the interval is; left out, 95%.
    #[arg(long, value_name = "PART", value_parser = parse_confidence)]
    confidence: Option<f64>,
    /// Replications: relative MIP gap at which to stop, such as `0.1%`; left out, 0.01%.
    #[arg(long, value_name = "PART", value_parser = parse_gap)]
    gap: Option<f64>,
    /// How many chunks; fewer if there are not as many groups of 8 to 64 neighbours, replications, or batches
    /// of an evaluation.
    #[arg(long, value_name = "N")]
    chunks: NonZeroUsize,
    /// The folder for the manifest and all that comes of it.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// What says how a sweep varies, and nothing of futures that are drawn.
const SWEEPS: [&str; 7] = ["vary", "sweep", "method", "seed", "sampling", "correlate", "columns"];

impl PlanCommand {
    /// What is written down, unless an option belongs to something else.
    fn kind(&self) -> Result<ManifestKind, Failure> {
        let kind = match (self.replications, self.evaluate) {
            (Some(_), _) => ManifestKind::Replications,
            (None, true) => ManifestKind::Evaluation,
            (None, false) => ManifestKind::Sweep,
        };
        let both = "`--replications` and `--evaluate`";
        let needless = [
            (self.gap.is_some() && kind != ManifestKind::Replications, "--gap", "`--replications`"),
            (self.plan.is_some() && kind != ManifestKind::Evaluation, "--plan", "`--evaluate`"),
            (self.confidence.is_some() && kind == ManifestKind::Sweep, "--confidence", both),
        ];
        match needless.into_iter().find(|(given, ..)| *given) {
            Some((_, option, of)) => Err(Failure::Usage(format!("`{option}` belongs to {of}: leave it out"))),
            None => Ok(kind),
        }
    }
}

fn parse_many(text: &str) -> Result<usize, String> {
    let count = parse_replications(text)?;
    if count > MOST_POINTS { Err(format!("`{text}` is more than {MOST_POINTS}")) } else { Ok(count) }
}

pub(super) fn run(command: &PlanCommand, quiet: bool) -> Result<u8, Failure> {
    let options = &command.options;
    let input = models::input(&options.input).map_err(|unreadable| files::failed(&unreadable, quiet))?;
    if options.input.future.is_some() || options.input.without_uncertainty {
        let message = "chunks do not keep `--future` and `--without-uncertainty`: write the future into the model";
        return Err(Failure::Usage(message.to_owned()));
    }
    match (command.kind()?, command.replications) {
        (ManifestKind::Evaluation, _) => evaluation(command, &input, quiet),
        (_, Some(count)) => replications(command, &input, count, quiet),
        _ => swept(command, &input, quiet),
    }
}

/// Writes a sweep down.
fn swept(command: &PlanCommand, input: &Input, quiet: bool) -> Result<u8, Failure> {
    let options = &command.options;
    let asked = asked(options);
    let family = models::family_of(input, options.sweep.as_deref(), &options.vary, &asked, quiet)?;
    let full = options.detail != DetailArg::Plan;
    let columns = sweep::columns(&family, full).map_err(|e| Failure::Usage(e.to_string()))?;
    let plan = sweep::plan(&family, columns).map_err(|e| Failure::Usage(e.to_string()))?;
    let written = Written {
        sweep: options.sweep.clone(),
        vary: options.vary.clone(),
        asked,
        full,
        engine: options.solver.engine.to_string(),
        time_limit: options.solver.time_limit.map(|t| t.as_secs_f64()),
    };
    let manifest = Manifest::of(input, &family, written, &plan, command.chunks.get());
    let group = manifest.group;
    let whole = format!("a chunk is of whole groups of {group} points");
    keep(command, (&Folder::of(&command.out)?, &manifest), |m| m.sweep().map(|_| ()), ("points", &whole), quiet)
}

/// Finds the plan that replications judge, and writes both down.
fn replications(command: &PlanCommand, input: &Input, count: usize, quiet: bool) -> Result<u8, Failure> {
    let options = &command.options;
    let loaded = models::loaded(input, quiet)?;
    let model = drawn(loaded.model, options.samples.and_then(NonZeroUsize::new))?;
    // What is refused is refused before anything is solved.
    estimable(&model)?;
    let folder = Folder::of(&command.out)?;
    let usual = (Replications::default().confidence, SolveSettings::default().mip_gap);
    let (confidence, mip_gap) = (command.confidence.unwrap_or(usual.0), command.gap.unwrap_or(usual.1));
    let settings = SolveSettings { mip_gap, ..options.solver.settings(options.detail.into()) };
    let (plan, decided) = candidate(&model, &settings)?;
    let Some(decided) = decided else { return Err(SampleError::NoPlan(plan.status).into()) };
    let judged = ReplicationOptions { confidence, mip_gap, decided, plan: Box::new(plan) };
    let how = (options.solver.engine, options.solver.time_limit.map(|t| t.as_secs_f64()));
    let manifest = Manifest::of_replications(&model, judged, how, count, command.chunks.get());
    keep(command, (&folder, &manifest), |m| m.replications().map(|_| ()), ("replications", ONE), quiet)
}

/// Finds the plans that are evaluated, and writes them down.
fn evaluation(command: &PlanCommand, input: &Input, quiet: bool) -> Result<u8, Failure> {
    let options = &command.options;
    let model = models::loaded(input, quiet)?.model;
    let confidence = command.confidence.unwrap_or(Replications::default().confidence);
    let how = EvaluationSettings { samples: options.samples.unwrap_or(SAMPLES), confidence };
    // What is refused is refused before anything is solved.
    estimable(&model)?;
    how.check()?;
    let given = given(&model, command.plan.as_deref())?;
    let folder = Folder::of(&command.out)?;
    let plans = candidates(&model, given, &options.solver.settings(Detail::Plan))?;
    let by = (options.solver.engine, options.solver.time_limit.map(|t| t.as_secs_f64()));
    let manifest = Manifest::of_evaluation(&model, plans, how, by, command.chunks.get());
    let (_, draws) = how.batches();
    let batches = format!("batches of {draws} draws");
    keep(command, (&folder, &manifest), |m| m.evaluation().map(|_| ()), (&batches, ONE), quiet)
}

/// Why there may be fewer chunks of points that are solved each by itself.
const ONE: &str = "a chunk has one at least";

/// Writes a manifest into its folder, and says what to do next: what its points are, and of how many a chunk is.
fn keep(
    command: &PlanCommand,
    (folder, manifest): (&Folder, &Manifest),
    read_again: impl Fn(&Manifest) -> Result<(), ManifestError>,
    (what, whole): (&str, &str),
    quiet: bool,
) -> Result<u8, Failure> {
    // What a chunk will read is tried here, where somebody looks.
    Manifest::read(manifest.text().as_bytes())
        .and_then(|sealed| read_again(&sealed.manifest))
        .map_err(PlanError::Manifest)?;
    folder.plan(manifest)?;
    if !quiet {
        let (points, chunks) = (manifest.points.len(), manifest.chunks.len());
        let fewer = match command.chunks.get() {
            asked if asked > chunks => format!(" ({asked} were asked for; {whole})"),
            _ => String::new(),
        };
        let told = format!(
            "{points} {what} in {chunks} chunks{fewer}: run `polysource sweep run --chunk I --out {}` for I from 0 to {}\n",
            folder.shown(),
            chunks - 1
        );
        files::say(&told);
    }
    Ok(exit::DONE)
}
