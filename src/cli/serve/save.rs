//! What was changed as a file beside the model.
//!
//! The rule: a file is written into the folder of the model and nowhere else, under a plain name that ends with `.yaml`.
//! One that exists is never replaced, unless this server wrote it and nobody has changed it since.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::document::read_bounded;

/// Longest name of a file.
const LONGEST: usize = 80;
/// Longest file that is read again to see whether it was changed.
const MOST_BYTES: u64 = 1 << 22;
/// Names that some systems keep for devices.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The folder of a model, and what was written into it.
pub(super) struct Folder {
    path: PathBuf,
    written: Mutex<BTreeMap<String, Vec<u8>>>,
}

/// Why nothing was saved.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unsaved {
    #[error(
        "`{0}` is not a name for a file here: use letters, digits, `-`, `_` and `.`, and begin with a letter or digit"
    )]
    Name(String),
    #[error("`{0}` exists already and was not saved by this page, or was changed since; choose another name")]
    Exists(String),
    #[error("cannot write `{0}`: {1}")]
    Io(String, io::Error),
}

impl Folder {
    pub fn of(model: &Path) -> Self {
        let parent = model.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Folder { path: parent.to_owned(), written: Mutex::new(BTreeMap::new()) }
    }

    /// Saves a text under a name, with `.yaml` added if it is missing; the name that it has.
    pub fn save(&self, name: &str, text: &str) -> Result<String, Unsaved> {
        let name = file_name(name).ok_or_else(|| Unsaved::Name(name.to_owned()))?;
        let place = self.path.join(&name);
        let failed = |error: io::Error| Unsaved::Io(name.clone(), error);
        // One at a time, so that what is written here is known.
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let mut part =
            tempfile::Builder::new().prefix(".polysource-").suffix(".part").tempfile_in(&self.path).map_err(failed)?;
        part.write_all(text.as_bytes()).and_then(|()| part.as_file().sync_all()).map_err(failed)?;
        shared(part.as_file()).map_err(failed)?;
        match written.get(&name) {
            Some(hash) if is(&place, hash) => part.persist(&place).map_err(|e| failed(e.error))?,
            _ => part.persist_noclobber(&place).map_err(|e| match e.error.kind() {
                io::ErrorKind::AlreadyExists => Unsaved::Exists(name.clone()),
                _ => failed(e.error),
            })?,
        };
        written.insert(name.clone(), Sha256::digest(text.as_bytes()).to_vec());
        Ok(name)
    }
}

/// A file that others may read as they may any other; it begins as one of its owner alone.
#[cfg(unix)]
fn shared(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn shared(_: &fs::File) -> io::Result<()> {
    Ok(())
}

/// Whether a file, and no link to one, holds what was written.
fn is(place: &Path, hash: &[u8]) -> bool {
    if !fs::symlink_metadata(place).is_ok_and(|found| found.is_file()) {
        return false;
    }
    let bytes = fs::File::open(place).and_then(|file| read_bounded(file, MOST_BYTES));
    bytes.is_ok_and(|bytes| Sha256::digest(&bytes).as_slice() == hash)
}

/// The name of a file, if it is a plain one.
fn file_name(name: &str) -> Option<String> {
    let name = name.trim();
    let stem = name.strip_suffix(".yaml").unwrap_or(name);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = stem.starts_with(|c: char| c.is_ascii_alphanumeric())
        && stem.chars().all(plain)
        && !stem.ends_with('.')
        && stem.len() <= LONGEST
        && !DEVICES.contains(&stem.split('.').next().unwrap_or_default().to_ascii_lowercase().as_str());
    fits.then(|| format!("{stem}.yaml"))
}

/// Whether a name is one for a scenario.
pub(super) fn is_scenario_name(name: &str) -> bool {
    file_name(name).is_some() && !name.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_the_folder() {
        assert_eq!(file_name("what-if").as_deref(), Some("what-if.yaml"));
        assert_eq!(file_name("q3.v2.yaml").as_deref(), Some("q3.v2.yaml"));
        let long = "a".repeat(LONGEST + 1);
        for wrong in
            ["", "..", "../a", "a/b", "/a", "a\\b", ".a", "-a", "a\0b", "c:a", "con", "NUL.yaml", "a.", "é", " ", &long]
        {
            assert_eq!(file_name(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn nothing_is_replaced_but_what_was_saved_here() {
        let folder = tempfile::tempdir().unwrap();
        let here = Folder::of(&folder.path().join("model.yaml"));
        std::fs::write(folder.path().join("theirs.yaml"), "x").unwrap();
        assert!(matches!(here.save("theirs", "y"), Err(Unsaved::Exists(_))));
        assert_eq!(here.save("ours", "y").unwrap(), "ours.yaml");
        assert_eq!(here.save("ours", "z").unwrap(), "ours.yaml");
        assert_eq!(std::fs::read_to_string(folder.path().join("ours.yaml")).unwrap(), "z");
        std::fs::write(folder.path().join("ours.yaml"), "changed by hand").unwrap();
        assert!(matches!(here.save("ours", "w"), Err(Unsaved::Exists(_))));
        // No part of a file is left.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn no_link_leads_out() {
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let here = Folder::of(&folder.path().join("model.yaml"));
        let target = outside.path().join("target.yaml");
        std::os::unix::fs::symlink(&target, folder.path().join("link.yaml")).unwrap();
        assert!(matches!(here.save("link", "y"), Err(Unsaved::Exists(_))));
        assert!(!target.exists());
        here.save("ours", "y").unwrap();
        std::fs::write(&target, "y").unwrap();
        std::fs::remove_file(folder.path().join("ours.yaml")).unwrap();
        std::os::unix::fs::symlink(&target, folder.path().join("ours.yaml")).unwrap();
        assert!(matches!(here.save("ours", "z"), Err(Unsaved::Exists(_))));
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "y");
    }
}
