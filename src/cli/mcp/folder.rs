//! Which files an assistant may name: those of one folder, as they are and not by a link that leads out of it.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::super::files::Unreadable;
use super::super::{exit, files};

/// The folder that the server was started for.
#[derive(Debug)]
pub(super) struct Folder {
    /// Without links.
    path: PathBuf,
}

impl Folder {
    /// Opens a folder.
    pub fn open(path: &Path) -> io::Result<Folder> {
        let path = fs::canonicalize(path)?;
        if path.is_dir() { Ok(Folder { path }) } else { Err(io::Error::from(io::ErrorKind::NotADirectory)) }
    }

    /// Where it is, without links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file below the folder, relative to it and without links, which cannot be read as an option or as
    /// standard input.
    ///
    /// # Errors
    ///
    /// What is outside of the folder, is no file or is not there.
    pub fn file(&self, name: &str) -> Result<PathBuf, Unreadable> {
        if !self.is_inside(Path::new(name)) {
            return Err(self.outside(name));
        }
        let found =
            fs::canonicalize(self.path.join(name)).map_err(|e| unreadable(format!("cannot read `{name}`: {e}")))?;
        let Ok(inside) = found.strip_prefix(&self.path) else { return Err(self.outside(name)) };
        // A pipe or a device may never end.
        if !found.is_file() {
            return Err(unreadable(format!("`{name}` is not a file")));
        }
        Ok(if inside.as_os_str().as_encoded_bytes().starts_with(b"-") {
            Path::new(".").join(inside)
        } else {
            inside.to_path_buf()
        })
    }

    /// Whether a path stays in the folder by what is written. Asked before the disk is, so that nobody learns which files
    /// there are elsewhere.
    fn is_inside(&self, name: &Path) -> bool {
        let below = if name.has_root() {
            let Ok(below) = name.strip_prefix(&self.path) else { return false };
            below
        } else {
            name
        };
        let mut depth = 0usize;
        for part in below.components() {
            match part {
                Component::Normal(_) => depth += 1,
                Component::CurDir => {}
                Component::ParentDir if depth > 0 => depth -= 1,
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => return false,
            }
        }
        true
    }

    fn outside(&self, name: &str) -> Unreadable {
        unreadable(format!("`{name}` is not read: it is outside of the folder that this server was started for"))
    }
}

fn unreadable(message: String) -> Unreadable {
    let remedy = "give a file in the folder of the server, by its path from there, such as `models/quickstart.yaml`";
    files::unreadable(message, remedy, exit::USAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(folder: &Folder, name: &str) -> String {
        let Err(refused) = folder.file(name) else { panic!("{name} is not refused") };
        refused.diagnostics.sorted()[0].message.clone()
    }

    fn made() -> (tempfile::TempDir, Folder) {
        let outer = tempfile::tempdir().unwrap();
        fs::create_dir_all(outer.path().join("in/deep")).unwrap();
        for file in ["secret.yaml", "in/model.yaml", "in/deep/model.yaml", "in/-", "in/--help"] {
            fs::write(outer.path().join(file), "").unwrap();
        }
        let folder = Folder::open(&outer.path().join("in")).unwrap();
        (outer, folder)
    }

    #[test]
    fn files_of_the_folder_by_their_paths_from_there() {
        let (_outer, folder) = made();
        assert_eq!(folder.file("model.yaml").ok(), Some(PathBuf::from("model.yaml")));
        assert_eq!(folder.file("./deep/../deep/model.yaml").ok(), Some(PathBuf::from("deep/model.yaml")));
        let whole = folder.path().join("deep/model.yaml");
        assert_eq!(folder.file(whole.to_str().unwrap()).ok(), Some(PathBuf::from("deep/model.yaml")));
        assert_eq!(folder.file("-").ok(), Some(PathBuf::from("./-")));
        assert_eq!(folder.file("--help").ok(), Some(PathBuf::from("./--help")));
    }

    #[test]
    fn nothing_else() {
        let (outer, folder) = made();
        let elsewhere = outer.path().join("secret.yaml");
        for name in
            ["../secret.yaml", "../none.yaml", "deep/../../secret.yaml", "/etc/passwd", elsewhere.to_str().unwrap()]
        {
            assert!(told(&folder, name).contains("outside of the folder"), "{name}");
        }
        assert!(told(&folder, "").contains("is not a file"));
        assert!(told(&folder, "deep").contains("is not a file"));
        assert!(told(&folder, "none.yaml").starts_with("cannot read `none.yaml`"));
        assert!(told(&folder, "a\0b").starts_with("cannot read"));
        assert!(Folder::open(&outer.path().join("secret.yaml")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_out_is_refused_and_one_that_stays_is_followed() {
        use std::os::unix::fs::symlink;
        let (outer, folder) = made();
        symlink("../secret.yaml", folder.path().join("out.yaml")).unwrap();
        symlink(outer.path(), folder.path().join("up")).unwrap();
        symlink("deep/model.yaml", folder.path().join("in.yaml")).unwrap();
        assert!(told(&folder, "out.yaml").contains("outside of the folder"));
        assert!(told(&folder, "up/secret.yaml").contains("outside of the folder"));
        assert_eq!(folder.file("in.yaml").ok(), Some(PathBuf::from("deep/model.yaml")));
        let named_by_link = outer.path().join("link");
        symlink("in", &named_by_link).unwrap();
        assert_eq!(Folder::open(&named_by_link).unwrap().path(), folder.path());
    }
}
