//! Files written beside their place and moved there, and what killed processes left of that.
//!
//! A file is never seen half written, and a process that is killed leaves at most its part, `NAME.HOST-PROCESS-CHANCE.part`.
//! Whoever writes NAME next removes it, once nobody can be writing it any more.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The longest file of a sweep that is read, in bytes: a million points of some fifty columns.
pub(super) const MOST_BYTES: u64 = 2 << 30;

/// A part of another machine that is older than the newest by this belongs to nobody any more.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Writes a file whole or not at all; `lasting` if it must outlive a power cut.
///
/// The permissions of a file that is replaced are kept. One that is write-protected is refused.
pub(crate) fn replace(path: &Path, bytes: &[u8], lasting: bool) -> io::Result<()> {
    // What a link points to is replaced, not the link.
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let old = may_replace(&place)?;
    let folder = place.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = place.file_name().ok_or_else(|| io::Error::other("it names no file"))?.to_string_lossy().into_owned();
    let prefix = format!("{name}.{}-{}-", host(), std::process::id());
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".part").rand_bytes(12);
    #[cfg(unix)]
    builder.permissions(new_file());
    let mut part = builder.tempfile_in(folder)?;
    if let Ok(now) = part.as_file().metadata().and_then(|m| m.modified()) {
        remove_left(folder, &name, now);
    }
    part.write_all(bytes)?;
    if let Some(permissions) = old {
        part.as_file().set_permissions(permissions)?;
    }
    if lasting {
        part.as_file().sync_all()?;
    }
    part.persist(&place).map(|_| ()).map_err(|e| e.error)
}

/// The permissions of the file that would be replaced, if there is one.
///
/// # Errors
/// If it must not be written. Moving another file onto it would be possible wherever its folder can be written.
pub(crate) fn may_replace(place: &Path) -> io::Result<Option<Permissions>> {
    let old = match fs::metadata(place) {
        Ok(found) => found.permissions(),
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    // An administrator may write everything; a protected file is protected all the same.
    if old.readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is write-protected"));
    }
    OpenOptions::new().append(true).open(place)?;
    Ok(Some(old))
}

/// What any new file may have; the system takes away what the user does not want given.
#[cfg(unix)]
fn new_file() -> Permissions {
    use std::os::unix::fs::PermissionsExt;
    Permissions::from_mode(0o666)
}

/// Removes the parts of a file that dead processes of this machine have left.
pub(super) fn remove_dead(folder: &Path, name: &str) {
    // Nothing is older than the beginning of time.
    remove_left(folder, name, std::time::UNIX_EPOCH);
}

/// Removes the parts of a file that processes which are no more have left.
fn remove_left(folder: &Path, name: &str, now: std::time::SystemTime) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let found = entry.file_name();
        let Some(writer) = writer(&found.to_string_lossy(), name) else { continue };
        let abandoned = match writer {
            // On this machine it can be asked.
            Some(process) => process != std::process::id() && !runs(process),
            // On another, its age is reported by the clock that both parts have from their file system.
            None => {
                let age = entry.metadata().and_then(|m| m.modified()).map(|then| now.duration_since(then));
                matches!(age, Ok(Ok(age)) if age > ABANDONED)
            }
        };
        if abandoned {
            // Another run may have been faster.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// If a file is a part of `name`: the process that wrote it, if on this machine.
fn writer(found: &str, name: &str) -> Option<Option<u32>> {
    let middle = found.strip_prefix(name)?.strip_prefix('.')?.strip_suffix(".part")?;
    let mut fields = middle.rsplitn(3, '-');
    let (_chance, process, host_of) = (fields.next()?, fields.next()?, fields.next().unwrap_or_default());
    let process = process.parse().ok()?;
    Some((host_of.is_empty() || host_of == host()).then_some(process))
}

/// Whether a process of this machine runs; where that cannot be asked, it does.
fn runs(process: u32) -> bool {
    let all = PathBuf::from("/proc");
    !all.join("self").exists() || all.join(process.to_string()).exists()
}

/// The name of this machine, as far as the system tells it in a file or a variable.
pub(super) fn host() -> String {
    let told = fs::File::open("/proc/sys/kernel/hostname").and_then(|f| crate::document::read_bounded(f, 1024));
    let told = told.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let name = told.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
    let name: String = name.trim().chars().filter(|c| c.is_ascii_alphanumeric() || "-._".contains(*c)).collect();
    if name.is_empty() { "unknown".to_owned() } else { name }
}

/// Whether it failed because there is no room left.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_who_wrote_them() {
        let here = host();
        assert_eq!(writer(&format!("a.csv.{here}-17-x.part"), "a.csv"), Some(Some(17)));
        assert_eq!(writer("a.csv.elsewhere-17-x.part", "a.csv"), Some(None));
        assert_eq!(writer("a.csv.17-0123456789abcdef.part", "a.csv"), Some(Some(17)));
        for other in ["a.csv", "a.csv.part", "a.csv.x.part", "b.csv.h-17-x.part", "a.csv.h-17-x"] {
            assert_eq!(writer(other, "a.csv"), None, "{other}");
        }
    }

    #[test]
    fn what_was_left_is_removed_and_what_is_being_written_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: String| folder.path().join(name);
        let here = host();
        // A process has a number below the system's limit, which is at most 2^22.
        let dead = at(format!("a.csv.{here}-4194399-x.part"));
        let mine = at(format!("a.csv.{here}-{}-x.part", std::process::id()));
        let elsewhere = at("a.csv.elsewhere-1-x.part".to_owned());
        let other = at("b.csv.elsewhere-4194399-x.part".to_owned());
        let long_ago = at("a.csv.elsewhere-2-x.part".to_owned());
        for path in [&dead, &mine, &elsewhere, &other, &long_ago] {
            fs::write(path, "half").unwrap();
        }
        let then = std::time::SystemTime::now() - 2 * ABANDONED;
        OpenOptions::new().append(true).open(&long_ago).unwrap().set_modified(then).unwrap();
        replace(&at("a.csv".to_owned()), b"whole", true).unwrap();
        assert_eq!(fs::read(at("a.csv".to_owned())).unwrap(), b"whole");
        let there = [&dead, &mine, &elsewhere, &other, &long_ago].map(|p| p.exists());
        assert_eq!(there, [false, true, true, true, false]);
    }
}
