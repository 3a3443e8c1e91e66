//! Arguments of the program, given as they are, without a shell.
//!
//! What an assistant writes is the value of an option, in the same argument as the option, or stands after `--`; so it
//! cannot become an option itself.

use std::ffi::{OsStr, OsString};
use std::time::Duration;

use super::super::files::Unreadable;
use super::folder::Folder;

/// A command, its options, and what stands after `--`.
#[derive(Debug)]
pub(super) struct Arguments {
    options: Vec<OsString>,
    last: Vec<OsString>,
    has_time_limit: bool,
}

impl Arguments {
    /// Those of a command that only reads, and has no `--time-limit`.
    pub fn reading(command: &str) -> Arguments {
        Arguments { options: vec![command.into()], last: Vec::new(), has_time_limit: false }
    }

    /// Those of a command that solves.
    pub fn solving(command: &str) -> Arguments {
        Arguments { has_time_limit: true, ..Arguments::reading(command) }
    }

    /// Adds an option with its value.
    pub fn option(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        let mut option = OsString::from(format!("--{name}="));
        option.push(value);
        self.options.push(option);
        self
    }

    /// Adds an option for each value.
    pub fn options(self, name: &str, values: &[String]) -> Self {
        values.iter().fold(self, |all, value| all.option(name, value))
    }

    /// Adds files that are laid over the model.
    ///
    /// # Errors
    ///
    /// A file that may not be read.
    pub fn overlays(mut self, folder: &Folder, names: &[String]) -> Result<Self, Unreadable> {
        for name in names {
            self = self.option("overlay", folder.file(name)?);
        }
        Ok(self)
    }

    /// Adds a file after the options.
    ///
    /// # Errors
    ///
    /// A file that may not be read.
    pub fn file(self, folder: &Folder, name: &str) -> Result<Self, Unreadable> {
        Ok(self.word(folder.file(name)?))
    }

    /// Adds a word after the options.
    pub fn word(mut self, word: impl AsRef<OsStr>) -> Self {
        self.last.push(word.as_ref().to_owned());
        self
    }

    /// All of them, with the time limit if the command has one.
    pub fn list(self, limit: Duration) -> Vec<OsString> {
        let limited = match self.has_time_limit {
            true => self.option("time-limit", format!("{}ms", limit.as_millis().max(1))),
            false => self,
        };
        let mut all = limited.options;
        all.push("--".into());
        all.extend(limited.last);
        all
    }
}
