//! `init`: a commented template.

use clap::Args;

use super::common::OutputArgs;
use super::exit;
use super::failure::Failure;

#[derive(Args, Debug)]
pub(super) struct InitCommand {
    #[command(flatten)]
    pub output: OutputArgs,
    /// Replace the file if it is there.
    #[arg(long)]
    pub force: bool,
}

pub(super) fn run(command: &InitCommand) -> Result<u8, Failure> {
    let InitCommand { output, force } = command;
    if let Some(file) = output.file().filter(|file| !*force && file.is_file()) {
        let shown = file.display();
        return Err(Failure::Usage(format!("{shown} is there already; give `--force` to replace it, or another name")));
    }
    output.write(include_bytes!("template.yaml"))?;
    Ok(exit::DONE)
}
