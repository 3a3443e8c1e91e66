//! Where the folder of a sweep in chunks is: on a disk, or in an object store. Only this file decides.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::error::FolderError;
use super::parts::{self, MOST_BYTES};
#[cfg(feature = "object-store")]
use super::store::Store;
use crate::document::read_regular;

/// Where the folder is.
pub(super) enum Place {
    /// A folder of this machine, which others may share.
    Local(PathBuf),
    /// A prefix in an object store.
    #[cfg(feature = "object-store")]
    Store(Store),
}

/// The scheme and the rest of a folder that is written as one in an object store.
pub fn in_store(dir: &Path) -> Option<(&str, &str)> {
    let (scheme, rest) = dir.to_str()?.split_once("://")?;
    ["s3", "gs", "az"].contains(&scheme).then_some((scheme, rest))
}

impl Place {
    /// The place that a folder is written as.
    pub(super) fn of(dir: &Path) -> Result<Self, FolderError> {
        match in_store(dir) {
            None => Ok(Place::Local(dir.to_path_buf())),
            #[cfg(feature = "object-store")]
            Some((scheme, rest)) => Store::open(scheme, rest).map(Place::Store),
            #[cfg(not(feature = "object-store"))]
            Some(_) => Err(FolderError::NotBuiltIn(dir.display().to_string())),
        }
    }

    /// What a file holds; nothing if it is not there.
    pub(super) fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match self {
            Place::Local(dir) => {
                let path = dir.join(name);
                match read_regular(&path, MOST_BYTES) {
                    Ok(bytes) => Ok(Some(bytes)),
                    Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
                    Err(e) => Err(named("read", &path, &e)),
                }
            }
            #[cfg(feature = "object-store")]
            Place::Store(store) => store.read(name),
        }
    }

    /// Writes a file, never to be seen half written.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        match self {
            Place::Local(dir) => {
                let path = dir.join(name);
                parts::replace(&path, bytes, true).map_err(|e| named("write", &path, &e))
            }
            #[cfg(feature = "object-store")]
            Place::Store(store) => store.write(name, bytes),
        }
    }

    /// The same for what is worth nothing after a power cut.
    pub(super) fn write_unsynced(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        match self {
            Place::Local(dir) => parts::replace(&dir.join(name), bytes, false),
            #[cfg(feature = "object-store")]
            Place::Store(store) => store.write(name, bytes),
        }
    }

    /// Writes the first file of all; tells whether nobody else has meanwhile, as far as that can be reported.
    pub(super) fn create(&self, name: &str, bytes: &[u8]) -> io::Result<bool> {
        match self {
            Place::Local(dir) => {
                fs::create_dir_all(dir)?;
                self.write(name, bytes).map(|()| true)
            }
            #[cfg(feature = "object-store")]
            Place::Store(store) => store.create(name, bytes),
        }
    }

    /// The names of all files.
    pub(super) fn names(&self) -> io::Result<BTreeSet<String>> {
        match self {
            Place::Local(dir) => match fs::read_dir(dir) {
                Ok(entries) => entries.map(|e| Ok(e?.file_name().to_string_lossy().into_owned())).collect(),
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
                Err(e) => Err(e),
            },
            #[cfg(feature = "object-store")]
            Place::Store(store) => store.names(),
        }
    }

    /// How many whole lines a file has; none if it cannot be read.
    pub(super) fn lines(&self, name: &str) -> usize {
        match self {
            Place::Local(dir) => lines(&dir.join(name)).unwrap_or(0),
            #[cfg(feature = "object-store")]
            Place::Store(store) => {
                store.read(name).ok().flatten().map_or(0, |b| b.iter().filter(|&&b| b == b'\n').count())
            }
        }
    }

    /// A file of this machine to which lines are added one by one: the file itself, or one that becomes it
    /// each time it is kept.
    pub(super) fn appended(&self, name: &str) -> io::Result<PathBuf> {
        match self {
            Place::Local(dir) => Ok(dir.join(name)),
            #[cfg(feature = "object-store")]
            Place::Store(store) => store.fetched(name),
        }
    }

    /// Keeps such a file as it is now.
    pub(super) fn keep(&self, name: &str) -> io::Result<()> {
        match self {
            Place::Local(_) => {
                let _ = name;
                Ok(())
            }
            #[cfg(feature = "object-store")]
            Place::Store(store) => store.keep(name),
        }
    }

    /// Makes an empty file.
    pub(super) fn mark(&self, name: &str) -> io::Result<()> {
        match self {
            Place::Local(dir) => fs::File::create(dir.join(name)).map(|_| ()),
            #[cfg(feature = "object-store")]
            Place::Store(store) => store.write(name, b""),
        }
    }

    /// Removes what dead processes of this machine left of a file. An object is put whole, and leaves nothing.
    pub(super) fn tidy(&self, name: &str) {
        match self {
            Place::Local(dir) => parts::remove_dead(dir, name),
            #[cfg(feature = "object-store")]
            Place::Store(_) => {}
        }
    }

    /// Removes such a file, if it is there.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        match self {
            Place::Local(dir) => match fs::remove_file(dir.join(name)) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
                _ => Ok(()),
            },
            #[cfg(feature = "object-store")]
            Place::Store(store) => store.remove(name),
        }
    }
}

/// What failed, of which file; why it did is kept.
fn named(what: &str, path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot {what} {}: {error}", path.display()))
}

fn lines(path: &Path) -> io::Result<usize> {
    if !fs::metadata(path)?.is_file() {
        return Ok(0);
    }
    let mut reader = BufReader::new(fs::File::open(path)?);
    let mut count = 0;
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(count);
        }
        count += buffer.iter().filter(|&&b| b == b'\n').count();
        let n = buffer.len();
        reader.consume(n);
    }
}
