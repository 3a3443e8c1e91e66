//! `sweep submit`: the chunks given to an engine that runs them on many machines.
//!
//! An engine gets nothing but numbers of chunks. It may run a chunk again at any moment, for it goes
//! on from its journal; only one that ends with 42 is not worth it.

mod kubernetes;
mod slurm;

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::batch::submit::{SlurmJob, SubmitRequest, kubernetes_job};
use crate::batch::{ChunkFile, Folder, in_store};
use crate::cli::failure::Failure;
use crate::cli::{exit, files};

#[derive(Args, Debug)]
pub(in crate::cli) struct SubmitCommand {
    /// The folder of the manifest, on a disk that all machines share.
    dir: PathBuf,
    /// Who runs the chunks.
    #[arg(long, value_enum)]
    on: Engine,
    /// Print what would be submitted, and submit nothing.
    #[arg(long)]
    dry_run: bool,
    /// How often a chunk is begun at most.
    #[arg(long, value_name = "N", default_value = "5")]
    attempts: NonZeroU32,
    /// Memory for a chunk, as the engine writes it, such as 2G.
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,
    #[command(flatten)]
    slurm: slurm::SlurmArgs,
    #[command(flatten)]
    kubernetes: kubernetes::KubernetesArgs,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    Slurm,
    Kubernetes,
}

pub(super) fn run(command: &SubmitCommand, quiet: bool) -> Result<u8, Failure> {
    if command.on == Engine::Slurm && in_store(&command.dir).is_some() {
        let message = "is in an object store, and jobs of Slurm run in a folder that the nodes share: plan into one";
        return Err(Failure::Usage(format!("{} {message}", command.dir.display())));
    }
    let folder = Folder::of(&command.dir)?;
    let sealed = folder.sealed()?;
    let (chunks, id) = (sealed.manifest.chunks.len(), &sealed.sha256[..12]);
    let other = match command.on {
        Engine::Slurm => command.kubernetes.given(),
        Engine::Kubernetes => command.slurm.given(),
    };
    if let Some(option) = other {
        let (this, other) = match command.on {
            Engine::Slurm => ("slurm", "kubernetes"),
            Engine::Kubernetes => ("kubernetes", "slurm"),
        };
        return Err(Failure::Usage(format!("`{option}` belongs to `--on {other}`, not to `--on {this}`")));
    }
    let asked = SubmitRequest { attempts: command.attempts, memory: command.memory.clone(), hopeless: exit::HOPELESS };
    match command.on {
        Engine::Slurm => {
            let slurm = command.slurm.options(&command.dir, sealed.manifest.kind)?;
            let mut left = Vec::new();
            for chunk in 0..chunks {
                if !matches!(folder.chunk(&sealed, chunk)?, ChunkFile::Whole(_)) {
                    left.push(chunk);
                }
            }
            if left.is_empty() {
                let told = format!(
                    "every chunk is there; put them together with `polysource sweep merge {}`\n",
                    command.dir.display()
                );
                files::say(&told);
                return Ok(exit::DONE);
            }
            let job = SlurmJob::of(&command.dir, (&asked, &slurm), id, &left, chunks)?;
            if command.dry_run {
                files::write(None, job.text()?.as_bytes())?;
                return Ok(exit::DONE);
            }
            let (chunks, merge) = job.submit()?;
            files::write(None, format!("{chunks}\n{merge}\n").as_bytes())?;
            if !quiet {
                let told = format!(
                    "the chunks are job {chunks}, the merge is job {merge}; see how far they are with `polysource sweep status {}`\n",
                    job.dir().display()
                );
                files::say(&told);
            }
            Ok(exit::DONE)
        }
        Engine::Kubernetes => {
            let text = kubernetes_job(&command.dir, (&asked, &command.kubernetes.options()), id, chunks)?;
            if !command.dry_run {
                let message = "this program does not speak with a cluster: write the job with `--dry-run`, and submit \
                               it with `kubectl apply -f -`";
                return Err(Failure::Usage(message.to_owned()));
            }
            files::write(None, text.as_bytes())?;
            Ok(exit::DONE)
        }
    }
}
