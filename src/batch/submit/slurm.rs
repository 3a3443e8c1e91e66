//! Slurm: an array job for the chunks, and a job that merges them when all are there.

use std::fs;
use std::io::ErrorKind;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{SubmitError, SubmitRequest};
use crate::batch::merge::ranges;
use crate::batch::parts::replace;

/// What Slurm is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlurmOptions {
    /// The partition.
    pub partition: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// Longest time for a chunk, as Slurm writes it.
    pub time: Option<String>,
    /// How many seconds before that a chunk is asked to stop.
    pub margin: u32,
    /// How many chunks run at once; `None` for any number.
    pub throttle: Option<NonZeroU32>,
    /// The program as the nodes find it; `None` for this one.
    pub program: Option<PathBuf>,
    /// Format of the merged rows, by name.
    pub format: String,
    /// File for the merged rows; `None` for `rows` in the folder.
    pub output: Option<PathBuf>,
}

/// The two jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlurmJob {
    dir: PathBuf,
    chunks: String,
    merge: String,
    /// The highest number of a chunk.
    last: usize,
}

/// Names of the scripts in the folder.
const CHUNKS: &str = "slurm-chunks.sh";
const MERGE: &str = "slurm-merge.sh";

impl SlurmJob {
    /// The jobs for the chunks that are `left` of so many in a folder; `id` is what tells the sweep from others.
    ///
    /// # Errors
    /// [`SubmitError`] if something of it cannot stand in a script.
    pub fn of(
        dir: &Path,
        (asked, slurm): (&SubmitRequest, &SlurmOptions),
        id: &str,
        left: &[usize],
        chunks: usize,
    ) -> Result<Self, SubmitError> {
        let dir = fs::canonicalize(dir)?;
        let program = match &slurm.program {
            Some(program) => program.clone(),
            None => std::env::current_exe()?,
        };
        let word = &slurm.format;
        let output = match &slurm.output {
            Some(output) => std::path::absolute(output)?,
            None => dir.join(format!("rows.{word}")),
        };
        let (program, output) = (quoted(&program)?, quoted(&output)?);
        let directives = directives(asked, slurm)?;
        let throttle = slurm.throttle.map(|n| format!("%{n}")).unwrap_or_default();
        // Some time before the time is over the script is reported, and the chunk stops at its next point. Where
        // that takes longer, the script ends it while there is time left to begin it again.
        let margin = slurm.margin;
        let warned = if slurm.time.is_some() { format!("#SBATCH --signal=B:TERM@{margin}\n") } else { String::new() };
        let patience = margin * 3 / 4;
        let (again, hopeless) = (asked.attempts.get() - 1, asked.hopeless);
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

# {hopeless}: it would fail again however often it is run.
case $code in
    0 | {hopeless})
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
        Ok(SlurmJob { dir, chunks: chunks_script, merge: merge_script, last: chunks - 1 })
    }

    /// Both scripts, and how they would be submitted.
    ///
    /// # Errors
    /// [`SubmitError`] if the folder cannot stand in a script.
    pub fn text(&self) -> Result<String, SubmitError> {
        let dir = quoted(&self.dir)?;
        Ok(format!(
            "# {CHUNKS}, submitted with: sbatch --parsable --chdir={dir} {CHUNKS}\n{}\n\
             # {MERGE}, submitted with: sbatch --parsable --chdir={dir} --dependency=afterok:JOB --kill-on-invalid-dep=yes {MERGE}\n{}",
            self.chunks, self.merge
        ))
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Writes both scripts into the folder and submits them; the numbers of the two jobs.
    ///
    /// # Errors
    /// [`SubmitError`] if the cluster does not take them.
    pub fn submit(&self) -> Result<(String, String), SubmitError> {
        self.fits()?;
        for (name, script) in [(CHUNKS, &self.chunks), (MERGE, &self.merge)] {
            let path = self.dir.join(name);
            replace(&path, script.as_bytes(), true)
                .map_err(|e| SubmitError::Outside(format!("cannot write {}: {e}", path.display())))?;
        }
        let chunks = self.sbatch(CHUNKS, &[])?;
        let after = format!("--dependency=afterok:{chunks}");
        // Without every chunk the merge will never run, and shall not wait for ever.
        let merge = self.sbatch(MERGE, &[&after, "--kill-on-invalid-dep=yes"]).map_err(|failure| match failure {
            SubmitError::Outside(error) => SubmitError::Outside(format!(
                "the chunks are submitted as job {chunks}, but not the merge: {error}; merge them when they are done"
            )),
            other => other,
        })?;
        Ok((chunks, merge))
    }

    /// Whether the cluster takes an array with such numbers, as far as it tells.
    fn fits(&self) -> Result<(), SubmitError> {
        let Ok(out) = Command::new("scontrol").args(["show", "config"]).output() else { return Ok(()) };
        let text = String::from_utf8_lossy(&out.stdout);
        let line = text.lines().find_map(|l| l.trim().strip_prefix("MaxArraySize"));
        let most = line.and_then(|l| l.trim_start_matches([' ', '=']).trim().parse::<usize>().ok());
        match most {
            Some(most) if self.last >= most => Err(SubmitError::Refused(format!(
                "this cluster takes arrays of at most {most} (MaxArraySize), and there are {} chunks: plan fewer",
                self.last + 1
            ))),
            _ => Ok(()),
        }
    }

    fn sbatch(&self, script: &str, more: &[&str]) -> Result<String, SubmitError> {
        let mut chdir = std::ffi::OsString::from("--chdir=");
        chdir.push(&self.dir);
        let mut command = Command::new("sbatch");
        command.arg("--parsable").arg(chdir).args(more).arg(self.dir.join(script));
        let out = command.output().map_err(|e| {
            let remedy = if e.kind() == ErrorKind::NotFound { "; run this where Slurm is installed" } else { "" };
            SubmitError::Outside(format!("cannot run sbatch: {e}{remedy}"))
        })?;
        let told = String::from_utf8_lossy(&out.stdout);
        // The number, and after a semicolon the cluster.
        let job = told.trim().split(';').next().unwrap_or("").to_owned();
        if !out.status.success() || job.is_empty() || !job.bytes().all(|b| b.is_ascii_digit()) {
            let error = String::from_utf8_lossy(&out.stderr);
            return Err(SubmitError::Outside(format!("sbatch refused {script}: {}", error.trim())));
        }
        Ok(job)
    }
}

/// The lines of a script that come of options.
fn directives(asked: &SubmitRequest, slurm: &SlurmOptions) -> Result<String, SubmitError> {
    let all =
        [("partition", &slurm.partition), ("account", &slurm.account), ("time", &slurm.time), ("mem", &asked.memory)];
    let mut lines = String::new();
    for (name, value) in all {
        let Some(value) = value else { continue };
        // A space or a line break would begin something else.
        if value.is_empty() || !value.chars().all(|c| c.is_ascii_alphanumeric() || "-_.,:+@/".contains(c)) {
            return Err(SubmitError::Refused(format!("`{value}` cannot stand after `--{name}=` in a script of Slurm")));
        }
        lines += &format!("#SBATCH --{name}={value}\n");
    }
    Ok(lines)
}

/// A path as a word of a shell.
fn quoted(path: &Path) -> Result<String, SubmitError> {
    let text = path.to_str().filter(|t| !t.contains('\n'));
    let text = text.ok_or_else(|| SubmitError::Refused(format!("{} cannot stand in a script", path.display())))?;
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
