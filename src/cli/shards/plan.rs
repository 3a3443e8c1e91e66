//! `sweep plan`: the manifest.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use crate::analysis::sweep;
use crate::batch::{Folder, Manifest, PlanError, SweepOptions as Written};
use crate::cli::common::DetailArg;
use crate::cli::failure::Failure;
use crate::cli::sweep::{SweepOptions, asked};
use crate::cli::{exit, files, models};

#[derive(Args, Debug)]
pub(in crate::cli) struct PlanCommand {
    #[command(flatten)]
    options: SweepOptions,
    /// How many chunks; fewer if there are not as many groups of 8 to 64 neighbours.
    #[arg(long, value_name = "N")]
    chunks: NonZeroUsize,
    /// The folder for the manifest and all that comes of it.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(command: &PlanCommand, quiet: bool) -> Result<u8, Failure> {
    let options = &command.options;
    let input = models::input(&options.input).map_err(|unreadable| files::failed(&unreadable, quiet))?;
    if options.input.future.is_some() || options.input.without_uncertainty {
        let message = "chunks do not keep `--future` and `--without-uncertainty`: write the future into the model";
        return Err(Failure::Usage(message.to_owned()));
    }
    let asked = asked(options);
    let family = models::family_of(&input, options.sweep.as_deref(), &options.vary, &asked, quiet)?;
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
    let manifest = Manifest::of(&input, &family, written, &plan, command.chunks.get());
    // What a chunk will read is tried here, where somebody looks.
    Manifest::read(manifest.text().as_bytes())
        .and_then(|sealed| sealed.manifest.sweep().map(|_| ()))
        .map_err(PlanError::Manifest)?;
    let folder = Folder::of(&command.out)?;
    folder.plan(&manifest)?;
    if !quiet {
        let (points, chunks) = (manifest.points.len(), manifest.chunks.len());
        let fewer = match command.chunks.get() {
            asked if asked > chunks => {
                format!(" ({asked} were asked for; a chunk is of whole groups of {} points)", manifest.group)
            }
            _ => String::new(),
        };
        let told = format!(
            "{points} points in {chunks} chunks{fewer}: run `polysource sweep run --chunk I --out {}` for I from 0 to {}\n",
            folder.shown(),
            chunks - 1
        );
        files::say(&told);
    }
    Ok(exit::DONE)
}
