//! Runs the program itself, as a process of its own: what it answers is what the command line answers.
//!
//! A run ends with its time limit, when its call is cancelled, and when the server ends. What it writes is kept up to a
//! limit and counted beyond it.

use std::ffi::OsString;
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::{Semaphore, watch};

/// What a run has after its time limit to say what it found, before it is stopped.
const GRACE: Duration = Duration::from_secs(5);
/// Most runs at a time; others wait.
const AT_ONCE: u32 = 4;
/// Most bytes of standard output that are kept; a plan of three years as JSON has half as many.
const MOST_OUTPUT: usize = 1_000_000;
/// Most bytes of standard error that are kept.
const MOST_ERRORS: usize = 50_000;

/// The program, and what it may use.
#[derive(Debug)]
pub(super) struct Program {
    path: PathBuf,
    folder: PathBuf,
    grace: Duration,
    places: Semaphore,
    ended: watch::Sender<bool>,
}

/// How a run ended.
#[derive(Debug)]
pub(super) enum Run {
    /// By itself.
    Done {
        /// The exit code; none if a signal ended it.
        code: Option<i32>,
        /// Standard output.
        output: Written,
        /// Standard error.
        errors: Written,
    },
    /// It was stopped when its time was over.
    TimeOver,
    /// It was stopped since nobody waits for it.
    Cancelled,
    /// It could not be run.
    Failed(io::Error),
}

/// What was written: the beginning, and how much there was.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// The beginning, as text.
    pub text: String,
    /// Bytes of what was written after it.
    pub left_off: u64,
}

impl Program {
    /// A program that is run in a folder.
    pub fn new(path: PathBuf, folder: PathBuf) -> Program {
        Program {
            path,
            folder,
            grace: GRACE,
            places: Semaphore::new(AT_ONCE as usize),
            ended: watch::Sender::new(false),
        }
    }

    /// Runs it with arguments, for so long and a little more at most, and until a call is cancelled.
    pub async fn run(&self, arguments: &[OsString], limit: Duration, cancelled: impl Future<Output = ()>) -> Run {
        self.within(arguments, limit, cancelled).await.unwrap_or_else(Run::Failed)
    }

    async fn within(
        &self,
        arguments: &[OsString],
        limit: Duration,
        cancelled: impl Future<Output = ()>,
    ) -> io::Result<Run> {
        let mut ended = self.ended.subscribe();
        let nobody_waits = async {
            tokio::select! {
                () = cancelled => {}
                _ = ended.wait_for(|ended| *ended) => {}
            }
        };
        tokio::pin!(nobody_waits);
        let _place = tokio::select! {
            // In this order, so that what nobody waits for is not begun.
            biased;
            () = &mut nobody_waits => return Ok(Run::Cancelled),
            place = self.places.acquire() => place.map_err(io::Error::other)?,
        };
        let mut child = Command::new(&self.path)
            .args(arguments)
            .current_dir(&self.folder)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stopped = tokio::select! {
            biased;
            () = &mut nobody_waits => Run::Cancelled,
            run = tokio::time::timeout(limit.saturating_add(self.grace), finished(&mut child)) => match run {
                Ok(run) => return run,
                Err(_) => Run::TimeOver,
            },
        };
        // Waited for too, so that nothing is left of it.
        child.kill().await?;
        Ok(stopped)
    }

    /// Stops what runs, and waits until it is stopped. Nothing is run afterwards.
    pub async fn end(&self) {
        self.ended.send_replace(true);
        let _ = self.places.acquire_many(AT_ONCE).await;
    }
}

/// What a process writes until it ends, and how it ends.
async fn finished(child: &mut Child) -> io::Result<Run> {
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    let (output, errors, status) =
        tokio::try_join!(read(output, MOST_OUTPUT), read(errors, MOST_ERRORS), child.wait())?;
    Ok(Run::Done { code: status.code(), output, errors })
}

/// Reads to the end, and keeps so many bytes at most, up to a whole character.
async fn read(from: Option<impl AsyncRead + Unpin>, most: usize) -> io::Result<Written> {
    let Some(mut from) = from else { return Ok(Written::default()) };
    let mut kept = Vec::new();
    (&mut from).take(most as u64).read_to_end(&mut kept).await?;
    let mut left_off = tokio::io::copy(&mut from, &mut tokio::io::sink()).await?;
    if left_off > 0 {
        let part = kept.utf8_chunks().last().map_or(0, |chunk| chunk.invalid().len());
        kept.truncate(kept.len() - part);
        left_off += part as u64;
    }
    Ok(Written { text: String::from_utf8_lossy(&kept).into_owned(), left_off })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::future::pending;
    use std::time::Instant;

    use super::*;

    fn shell() -> Program {
        Program { grace: Duration::ZERO, ..Program::new("/bin/sh".into(), std::env::temp_dir()) }
    }

    fn script(text: &str) -> [OsString; 2] {
        ["-c".into(), text.into()]
    }

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn what_is_written_and_how_it_ends() {
        let run = shell().run(&script("echo out; echo err >&2; exit 4"), LONG, pending()).await;
        let Run::Done { code: Some(4), output, errors } = run else { panic!("{run:?}") };
        assert_eq!((output.text.as_str(), errors.text.as_str()), ("out\n", "err\n"));
        assert_eq!((output.left_off, errors.left_off), (0, 0));
    }

    #[tokio::test]
    async fn what_is_too_much_is_counted_and_the_beginning_kept() {
        // The limit is even, and `é` has two bytes: the first character shifts them, so that one would be cut.
        let text = "printf x; yes é | tr -d '\\n' | head -c 3000000";
        let run = shell().run(&script(text), LONG, pending()).await;
        let Run::Done { code: Some(0), output, .. } = run else { panic!("{run:?}") };
        assert_eq!((output.text.len(), output.left_off), (MOST_OUTPUT - 1, 3_000_001 - (MOST_OUTPUT as u64 - 1)));
        assert!(output.text.ends_with('é'));
    }

    /// Whether a process is there, by its own word on the disk.
    fn lives(path: &std::path::Path) -> bool {
        let id = std::fs::read_to_string(path).unwrap();
        std::process::Command::new("kill").args(["-0", id.trim()]).stderr(Stdio::null()).status().unwrap().success()
    }

    #[tokio::test]
    async fn time_and_cancelling_end_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("id");
        let sleeps = script(&format!("echo $$ > {}; exec sleep 60", file.display()));
        let begun = Instant::now();
        let run = shell().run(&sleeps, Duration::from_millis(500), pending()).await;
        assert!(matches!(run, Run::TimeOver), "{run:?}");
        assert!(!lives(&file));

        let program = shell();
        let written = async {
            std::fs::remove_file(&file).unwrap();
            while std::fs::read_to_string(&file).unwrap_or_default().is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        assert!(matches!(program.run(&sleeps, LONG, written).await, Run::Cancelled));
        assert!(!lives(&file));
        program.end().await;
        assert!(matches!(program.run(&sleeps, LONG, pending()).await, Run::Cancelled), "nothing runs after the end");
        assert!(begun.elapsed() < LONG);
    }
}
