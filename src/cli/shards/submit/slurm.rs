//! Slurm: an array job for the chunks, and a job that merges them when all are there.

use std::fs;
use std::io::ErrorKind;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use super::{SubmitCommand, format_word, ranges};
use crate::cli::args::SweepFormat;
use crate::cli::{Failure, exit, files};

#[derive(Args, Debug)]
pub(super) struct SlurmArgs {
    /// Slurm: the partition.
    #[arg(long, value_name = "NAME")]
    partition: Option<String>,
    /// Slurm: the account.
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Slurm: longest time for a chunk, such as 60 (minutes) or 02:00:00. A chunk that reaches it is
    /// begun again and goes on.
    #[arg(long, value_name = "TIME")]
    time: Option<String>,
    /// Slurm: how many seconds before that a chunk is asked to stop after the point that it solves. After
    /// three quarters of them it is killed, and begun again from its last point; one that is stopped twice
    /// without a point is not. Left out, 60.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(4..=65535))]
    margin: Option<u32>,
    /// Slurm: how many chunks run at once.
    #[arg(long, value_name = "N")]
    array_throttle: Option<NonZeroU32>,
    /// Slurm: the program as the nodes find it; left out, this one.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Slurm: format of the merged rows; left out, csv.
    #[arg(long, value_enum)]
    format: Option<SweepFormat>,
    /// Slurm: file for the merged rows; left out, `rows` in the folder.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl SlurmArgs {
    /// The first option that was given.
    pub(super) fn given(&self) -> Option<&'static str> {
        let given = [
            (self.partition.is_some(), "--partition"),
            (self.account.is_some(), "--account"),
            (self.time.is_some(), "--time"),
            (self.margin.is_some(), "--margin"),
            (self.array_throttle.is_some(), "--array-throttle"),
            (self.program.is_some(), "--program"),
            (self.format.is_some(), "--format"),
            (self.output.is_some(), "--output"),
        ];
        given.into_iter().find(|(given, _)| *given).map(|(_, option)| option)
    }
}

/// The two jobs.
pub(super) struct Job {
    dir: PathBuf,
    chunks: String,
    merge: String,
    /// The highest number of a chunk.
    last: usize,
}

/// Names of the scripts in the folder.
const CHUNKS: &str = "slurm-chunks.sh";
const MERGE: &str = "slurm-merge.sh";

impl Job {
    /// The jobs for the chunks that are `left` of so many.
    pub(super) fn of(command: &SubmitCommand, id: &str, left: &[usize], chunks: usize) -> Result<Self, Failure> {
        let slurm = &command.slurm;
        let dir = fs::canonicalize(&command.dir)?;
        let program = match &slurm.program {
            Some(program) => program.clone(),
            None => std::env::current_exe()?,
        };
        let format = slurm.format.unwrap_or(SweepFormat::Csv);
        let output = match &slurm.output {
            Some(output) => std::path::absolute(output)?,
            None => dir.join(format!("rows.{}", format_word(format))),
        };
        let (program, output) = (quoted(&program)?, quoted(&output)?);
        let directives = directives(command)?;
        let throttle = slurm.array_throttle.map(|n| format!("%{n}")).unwrap_or_default();
        // Some time before the time is over the script is told, and the chunk stops at its next point. Where
        // that takes longer, the script ends it while there is time left to begin it again.
        let margin = slurm.margin.unwrap_or(60);
        let warned = if slurm.time.is_some() { format!("#SBATCH --signal=B:TERM@{margin}\n") } else { String::new() };
        let patience = margin * 3 / 4;
        let again = command.attempts.get() - 1;
        let array = ranges(left).replace(' ', "");
        let chunks_script = format!(
            r#"#!/bin/sh
#SBATCH --job-name=polysource-{id}
#SBATCH --array={array}{throttle}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
{directives}{warned}#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=slurm-chunk-%a.log

# A chunk goes on from its journal, so it may be stopped and begun again at any moment.
number=$(printf %04d "$SLURM_ARRAY_TASK_ID")
solved() {{
    # The first line is a header.
    lines=$(cat "chunk-$number.journal" 2>/dev/null | wc -l)
    echo $((lines > 1 ? lines : 1))
}}
before=$(solved)
stopped_before="slurm-chunk-$SLURM_ARRAY_TASK_ID.no-point"
[ "${{SLURM_RESTART_COUNT:-0}}" -gt 0 ] || rm -f "$stopped_before"
stopped=
stop() {{
    stopped=1
    kill -TERM "$chunk" 2>/dev/null
}}
trap stop TERM
{program} sweep run --chunk "$SLURM_ARRAY_TASK_ID" --out . &
chunk=$!
wait "$chunk"
code=$?
if [ -n "$stopped" ]; then
    # The signal ended the waiting, not the chunk, which is given time to finish its point.
    left={patience}
    while [ "$left" -gt 0 ] && kill -0 "$chunk" 2>/dev/null; do
        sleep 1
        left=$((left - 1))
    done
    kill -KILL "$chunk" 2>/dev/null && [ "$left" -eq 0 ] &&
        echo "chunk $SLURM_ARRAY_TASK_ID did not stop within {patience} s and was killed" >&2
    wait "$chunk"
    code=$?
fi

# 42: it would fail again however often it is run.
case $code in
    0 | 42)
        rm -f "$stopped_before"
        exit "$code"
        ;;
esac
# Who cancelled the chunk, or requeued it, has said what is to be done. The number of the last chunk's job is also
# that of the whole array, and would mean all of it.
job="${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID"
case $(scontrol show job --oneliner "$job") in
    *' JobState=RUNNING '*) ;;
    *) exit "$code" ;;
esac
# One that was stopped before it had solved anything, and then again, would go on so for ever.
if [ -n "$stopped" ] && [ "$(solved)" -eq "$before" ]; then
    if [ -e "$stopped_before" ]; then
        rm -f "$stopped_before"
        echo "chunk $SLURM_ARRAY_TASK_ID was stopped twice without having solved a point: the time limit is shorter than one point takes; submit again with a longer --time" >&2
        exit "$code"
    fi
    : > "$stopped_before"
else
    rm -f "$stopped_before"
fi
if [ "${{SLURM_RESTART_COUNT:-0}}" -lt {again} ]; then
    echo "chunk $SLURM_ARRAY_TASK_ID ended with $code; it is begun again" >&2
    scontrol requeue "$job"
fi
exit "$code"
"#
        );
        let word = format_word(format);
        let merge_script = format!(
            r#"#!/bin/sh
#SBATCH --job-name=polysource-{id}-merge
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
{directives}#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=slurm-merge.log

exec {program} sweep merge --verify . --format {word} -o {output}
"#
        );
        Ok(Job { dir, chunks: chunks_script, merge: merge_script, last: chunks - 1 })
    }

    /// Prints both scripts, and how they would be submitted.
    pub(super) fn print(&self) -> Result<u8, Failure> {
        let dir = quoted(&self.dir)?;
        let text = format!(
            "# {CHUNKS}, submitted with: sbatch --parsable --chdir={dir} {CHUNKS}\n{}\n\
             # {MERGE}, submitted with: sbatch --parsable --chdir={dir} --dependency=afterok:JOB --kill-on-invalid-dep=yes {MERGE}\n{}",
            self.chunks, self.merge
        );
        files::write(None, text.as_bytes())?;
        Ok(exit::DONE)
    }

    /// Writes both scripts into the folder and submits them; prints the numbers of the two jobs.
    pub(super) fn submit(&self, quiet: bool) -> Result<u8, Failure> {
        self.fits()?;
        files::write(Some(&self.dir.join(CHUNKS)), self.chunks.as_bytes())?;
        files::write(Some(&self.dir.join(MERGE)), self.merge.as_bytes())?;
        let chunks = self.sbatch(CHUNKS, &[])?;
        let after = format!("--dependency=afterok:{chunks}");
        // Without every chunk the merge will never run, and shall not wait for ever.
        let merge = self.sbatch(MERGE, &[&after, "--kill-on-invalid-dep=yes"]).map_err(|failure| match failure {
            Failure::Outside(error) => Failure::Outside(format!(
                "the chunks are submitted as job {chunks}, but not the merge: {error}; merge them when they are done"
            )),
            other => other,
        })?;
        files::write(None, format!("{chunks}\n{merge}\n").as_bytes())?;
        if !quiet {
            let told = format!(
                "the chunks are job {chunks}, the merge is job {merge}; see how far they are with `polysource sweep status {}`\n",
                self.dir.display()
            );
            files::say(&told);
        }
        Ok(exit::DONE)
    }

    /// Whether the cluster takes an array with such numbers, as far as it tells.
    fn fits(&self) -> Result<(), Failure> {
        let Ok(out) = Command::new("scontrol").args(["show", "config"]).output() else { return Ok(()) };
        let text = String::from_utf8_lossy(&out.stdout);
        let line = text.lines().find_map(|l| l.trim().strip_prefix("MaxArraySize"));
        let most = line.and_then(|l| l.trim_start_matches([' ', '=']).trim().parse::<usize>().ok());
        match most {
            Some(most) if self.last >= most => Err(Failure::Usage(format!(
                "this cluster takes arrays of at most {most} (MaxArraySize), and there are {} chunks: plan fewer",
                self.last + 1
            ))),
            _ => Ok(()),
        }
    }

    fn sbatch(&self, script: &str, more: &[&str]) -> Result<String, Failure> {
        let mut chdir = std::ffi::OsString::from("--chdir=");
        chdir.push(&self.dir);
        let mut command = Command::new("sbatch");
        command.arg("--parsable").arg(chdir).args(more).arg(self.dir.join(script));
        let out = command.output().map_err(|e| {
            let remedy = if e.kind() == ErrorKind::NotFound { "; run this where Slurm is installed" } else { "" };
            Failure::Outside(format!("cannot run sbatch: {e}{remedy}"))
        })?;
        let told = String::from_utf8_lossy(&out.stdout);
        // The number, and after a semicolon the cluster.
        let job = told.trim().split(';').next().unwrap_or("").to_owned();
        if !out.status.success() || job.is_empty() || !job.bytes().all(|b| b.is_ascii_digit()) {
            let error = String::from_utf8_lossy(&out.stderr);
            return Err(Failure::Outside(format!("sbatch refused {script}: {}", error.trim())));
        }
        Ok(job)
    }
}

/// The lines of a script that come of options.
fn directives(command: &SubmitCommand) -> Result<String, Failure> {
    let slurm = &command.slurm;
    let all =
        [("partition", &slurm.partition), ("account", &slurm.account), ("time", &slurm.time), ("mem", &command.memory)];
    let mut lines = String::new();
    for (name, value) in all {
        let Some(value) = value else { continue };
        // A space or a line break would begin something else.
        if value.is_empty() || !value.chars().all(|c| c.is_ascii_alphanumeric() || "-_.,:+@/".contains(c)) {
            return Err(Failure::Usage(format!("`{value}` cannot stand after `--{name}=` in a script of Slurm")));
        }
        lines += &format!("#SBATCH --{name}={value}\n");
    }
    Ok(lines)
}

/// A path as a word of a shell.
fn quoted(path: &Path) -> Result<String, Failure> {
    let text = path.to_str().filter(|t| !t.contains('\n'));
    let text = text.ok_or_else(|| Failure::Usage(format!("{} cannot stand in a script", path.display())))?;
    Ok(format!("'{}'", text.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_one_word_of_a_shell() {
        assert!(matches!(quoted(Path::new("/a b/it's")), Ok(text) if text == r"'/a b/it'\''s'"));
        assert!(quoted(Path::new("a\nb")).is_err());
    }
}
