//! `completions`: a completion script for a shell.

use clap::{Args, Command};

use super::failure::Failure;
use super::{exit, files};

#[derive(Args, Debug)]
pub(super) struct CompletionsCommand {
    /// The shell.
    pub shell: clap_complete::Shell,
}

/// Writes the script for `all`.
pub(super) fn run(command: &CompletionsCommand, mut all: Command) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut all, "polysource", &mut script);
    files::write(None, &script)?;
    Ok(exit::DONE)
}
