//! Which files a command has read, by what they are and not by what they are called: what it writes must be none of
//! them, under any name, link or link to a link.
//!
//! Kept for the whole process, so that no command can forget to say what it reads.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::failure::Failure;

/// What makes a file the same under another name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Identity {
    /// Device and number of the file: hard links share them.
    #[cfg(unix)]
    Number(u64, u64),
    /// Where the path leads.
    #[cfg_attr(unix, allow(dead_code, reason = "for systems without numbers of files"))]
    Path(PathBuf),
}

/// What was read, with the name under which it was.
static READ: Mutex<Vec<(Identity, String)>> = Mutex::new(Vec::new());

#[cfg(unix)]
fn of(_: &Path, found: &Metadata) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt;
    Ok(Identity::Number(found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn of(path: &Path, _: &Metadata) -> io::Result<Identity> {
    fs::canonicalize(path).map(Identity::Path)
}

/// Remembers that a file was read. Pipes and devices hold nothing that could be lost.
pub(super) fn remember(path: &Path) {
    if let Ok(found) = fs::metadata(path) {
        keep(path, &found, path.display().to_string());
    }
}

/// The same for standard input, which may come from a file.
pub(super) fn remember_standard_input() {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        let file = io::stdin().as_fd().try_clone_to_owned().map(fs::File::from);
        if let Ok(found) = file.and_then(|f| f.metadata()) {
            keep(Path::new("-"), &found, "standard input".to_owned());
        }
    }
}

fn keep(path: &Path, found: &Metadata, name: String) {
    if found.is_file()
        && let Ok(identity) = of(path, found)
    {
        READ.lock().unwrap_or_else(PoisonError::into_inner).push((identity, name));
    }
}

/// Whether two paths are one file, or would be if it were written.
pub(super) fn is_same(a: &Path, b: &Path) -> bool {
    let known = |path: &Path| fs::metadata(path).ok().and_then(|found| of(path, &found).ok());
    match (known(a), known(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => {
            let folder = |path: &Path| {
                let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
                fs::canonicalize(folder).ok()
            };
            a.file_name() == b.file_name() && folder(a) == folder(b)
        }
        _ => false,
    }
}

/// Refuses a place for a result that is one of the files that were read.
pub(super) fn refuse_input(path: &Path) -> Result<(), Failure> {
    let Some(identity) = fs::metadata(path).ok().filter(Metadata::is_file).and_then(|found| of(path, &found).ok())
    else {
        return Ok(());
    };
    let read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    match read.iter().find(|(other, _)| *other == identity) {
        None => Ok(()),
        Some((_, name)) => {
            let shown = path.display().to_string();
            let same = if shown == *name { String::new() } else { format!(" (as {name})") };
            Err(Failure::Usage(format!(
                "{shown} is not replaced: this command reads it{same}; name another file for the result"
            )))
        }
    }
}
