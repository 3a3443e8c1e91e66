//! `man`: the manual pages, from the same words as `--help`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Command};

use super::failure::Failure;
use super::{exit, files};

#[derive(Args, Debug)]
pub(super) struct ManCommand {
    /// The folder for the pages; it is made if it is not there.
    pub folder: PathBuf,
}

/// Writes the pages of `all` and what is below it.
pub(super) fn run(command: &ManCommand, mut all: Command) -> Result<u8, Failure> {
    let folder = &command.folder;
    fs::create_dir_all(folder)
        .map_err(|e| Failure::Outside(format!("cannot make the folder {}: {e}", folder.display())))?;
    all.build();
    page(&all, folder)?;
    Ok(exit::DONE)
}

/// A page for a command and for each below it. The clock stays out: pages have no date, so that the same program
/// writes the same pages.
fn page(command: &Command, folder: &Path) -> Result<(), Failure> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).date("").render(&mut text)?;
    files::write(Some(&folder.join(format!("{name}.1"))), &text)?;
    command.get_subcommands().filter(|c| c.get_name() != "help").try_for_each(|c| page(c, folder))
}
