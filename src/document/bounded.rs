//! Reads that end: no file, pipe or device is read beyond a limit, however long it says it is.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Reads all of something that has at most so many bytes.
///
/// # Errors
/// As reading does; [`io::ErrorKind::FileTooLarge`] if there is more.
pub fn read_bounded(reader: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte beyond the limit is enough to know that it is exceeded.
    reader.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(too_large(most)) } else { Ok(bytes) }
}

/// Reads a regular file of at most so many bytes. Links are followed; a folder, pipe, socket or device is an error, and
/// is not opened: a pipe without a writer would never open.
///
/// # Errors
/// As reading does; [`io::ErrorKind::InvalidInput`] for what is not a regular file, [`io::ErrorKind::FileTooLarge`] if
/// it is longer.
pub fn read_regular(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    regular(&fs::metadata(path)?, most)?;
    let file = File::open(path)?;
    // What was opened may be something else by now.
    regular(&file.metadata()?, most)?;
    read_bounded(file, most)
}

fn regular(found: &fs::Metadata, most: u64) -> io::Result<()> {
    if !found.is_file() {
        let what = if found.is_dir() { "it is a folder" } else { "it is a pipe, socket or device, not a file" };
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    if found.len() > most { Err(too_large(most)) } else { Ok(()) }
}

fn too_large(most: u64) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {most} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_ends_at_the_limit() {
        assert_eq!(read_bounded(&b"abc"[..], 3).unwrap(), b"abc");
        assert_eq!(read_bounded(&b"abcd"[..], 3).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(read_bounded(io::repeat(0), 1000).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn only_regular_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "abc").unwrap();
        assert_eq!(read_regular(&path, 3).unwrap(), b"abc");
        assert_eq!(read_regular(&path, 2).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(read_regular(folder.path(), 3).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(read_regular(Path::new("/dev/zero"), 3).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(read_regular(&folder.path().join("b"), 3).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
