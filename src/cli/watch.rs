//! `watch`: the plan at each save, beside the one before.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use clap::Args;
use sha2::{Digest, Sha256};

use super::common::{GapArgs, ModelArgs, SolverArgs};
use super::failure::Failure;
use super::logging::colour;
use super::{files, interrupt, models};
use crate::analysis::{Detail, SolveSettings, solve};
use crate::compare::{Compared, diff};
use crate::document::MAX_BYTES;
use crate::model::{Rejected, Tree, load, read_tree};
use crate::plan::Plan;
use crate::report::{self, Style};

/// How often it is looked whether a file has changed.
const OFTEN: Duration = Duration::from_millis(250);

#[derive(Args, Debug)]
pub(super) struct WatchCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    #[command(flatten)]
    pub solver: SolverArgs,
    #[command(flatten)]
    pub gap: GapArgs,
}

pub(super) fn run(command: &WatchCommand, quiet: bool) -> Result<u8, Failure> {
    let named = || [&command.input.model].into_iter().chain(&command.input.overlay);
    if named().any(|path| path == Path::new("-")) {
        return Err(Failure::Usage("standard input is read once and never saved; give the model as a file".to_owned()));
    }
    // What is being solved is not worth waiting for: nothing is lost with it.
    interrupt::end_quietly()?;
    let style = Style { colour: colour(&std::io::stdout()) };
    let mut before: Option<(Plan, Tree)> = None;
    let mut seen = Seen::default();
    seen.look(named().cloned());
    loop {
        let named_inside = once(command, quiet, style, &mut before)?;
        seen.look(named_inside.into_iter());
        while !seen.changed() {
            thread::sleep(OFTEN);
        }
    }
}

/// Solves the model as it is, and prints what differs from the plan before; the files that it names.
fn once(
    command: &WatchCommand,
    quiet: bool,
    style: Style,
    before: &mut Option<(Plan, Tree)>,
) -> Result<Vec<PathBuf>, Failure> {
    let input = match models::input(&command.input) {
        Ok(input) => input,
        Err(unreadable) => {
            files::failed(&unreadable, quiet);
            return Ok(Vec::new());
        }
    };
    let loaded = match load(&input) {
        Ok(loaded) => loaded,
        Err(Rejected { diagnostics, sources }) => {
            files::report(&diagnostics, &sources, quiet);
            return Ok(sources.files().map(|file| PathBuf::from(&*file.name)).collect());
        }
    };
    files::report(&loaded.warnings, &loaded.sources, quiet);
    let named = loaded.sources.files().map(|file| PathBuf::from(&*file.name)).collect();
    // The time begins anew with each.
    let settings = SolveSettings { mip_gap: command.gap.gap, ..command.solver.settings(Detail::Plan) };
    let plan = match solve(&loaded.model, &settings) {
        Ok(plan) => plan,
        Err(error) => {
            files::say(&format!("error: {error}\n"));
            return Ok(named);
        }
    };
    let Ok(tree) = read_tree(&input) else { return Ok(named) };
    let mut text = Vec::new();
    match before {
        None => report::write(&plan, report::Format::Text, style, &mut text)?,
        Some((earlier, written)) => {
            let file = command.input.model.display().to_string();
            let was = format!("{file} before");
            let a = Compared { file: &was, plan: earlier, written: Some(written) };
            let b = Compared { file: &file, plan: &plan, written: Some(&tree) };
            text.push(b'\n');
            match diff(a, b) {
                Ok(found) => report::diff::write_text(&found, style, &mut text)?,
                Err(error) => {
                    files::say(&format!("warning: {error}\n"));
                    report::write(&plan, report::Format::Text, style, &mut text)?;
                }
            }
        }
    }
    files::write(None, &text)?;
    *before = Some((plan, tree));
    Ok(named)
}

/// How long after it was modified a file has a stamp of its own: clocks of file systems tick slowly, some once in two seconds.
const SETTLED: Duration = Duration::from_secs(3);

/// Files as they were when they were last read.
#[derive(Default)]
struct Seen {
    files: BTreeMap<PathBuf, Option<State>>,
}

/// What tells one state of a file from another: first the cheap, then the certain.
#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    /// When it was modified and how long it is, only to be compared with another one.
    stamp: String,
    /// Whether it was read long after it was modified: one that is saved twice within a tick of the clock has one stamp.
    settled: bool,
    hash: Vec<u8>,
}

impl Seen {
    /// Watches these too, from how they are now.
    fn look(&mut self, paths: impl Iterator<Item = PathBuf>) {
        for path in paths {
            self.files.entry(path).or_insert_with_key(|path| state(path));
        }
    }

    /// Whether the content of a file has changed since this was asked last. A file that is not there is being replaced by
    /// an editor, or will be missed when the model is next read.
    fn changed(&mut self) -> bool {
        let mut changed = false;
        for (path, seen) in &mut self.files {
            let found = stamp(path);
            let same = seen.as_ref().is_some_and(|s| s.settled && found.as_ref() == Some(&s.stamp));
            if found.is_none() || same {
                continue;
            }
            let Some(now) = state(path) else { continue };
            changed |= seen.as_ref().is_none_or(|s| s.hash != now.hash);
            *seen = Some(now);
        }
        changed
    }
}

fn stamp(path: &Path) -> Option<String> {
    let found = std::fs::metadata(path).ok()?;
    Some(format!("{:?} {}", found.modified().ok(), found.len()))
}

fn state(path: &Path) -> Option<State> {
    let modified = std::fs::metadata(path).and_then(|found| found.modified());
    let settled = modified.is_ok_and(|at| at.elapsed().is_ok_and(|since| since > SETTLED));
    let stamp = stamp(path)?;
    let mut hash = Sha256::new();
    let mut bytes = Vec::new();
    // What is longer is refused when it is read.
    std::fs::File::open(path).ok()?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).ok()?;
    hash.update(&bytes);
    Some(State { stamp, settled, hash: hash.finalize().to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two saves of as many bytes within a tick of the clock have one stamp.
    #[test]
    fn a_second_save_at_once_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.yaml");
        std::fs::write(&path, "price").unwrap();
        let mut seen = Seen::default();
        seen.look([path.clone()].into_iter());
        let at = std::fs::metadata(&path).unwrap().modified().unwrap();
        std::fs::write(&path, "prize").unwrap();
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(at).unwrap();
        assert!(seen.changed());
        assert!(!seen.changed());
    }

    #[test]
    fn a_change_is_one_of_the_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.yaml");
        std::fs::write(&path, "a").unwrap();
        let mut seen = Seen::default();
        seen.look([path.clone()].into_iter());
        assert!(!seen.changed());
        std::fs::write(&path, "bc").unwrap();
        assert!(seen.changed());
        assert!(!seen.changed(), "it is told once");
        std::fs::write(&path, "bc").unwrap();
        assert!(!seen.changed(), "it was saved without a change");
        std::fs::remove_file(&path).unwrap();
        assert!(!seen.changed(), "an editor is replacing it");
        std::fs::write(&path, "d").unwrap();
        assert!(seen.changed());
    }
}
