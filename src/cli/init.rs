//! `init`: a commented template, as text or as a workbook.

use clap::{Args, ValueEnum};

use super::common::OutputArgs;
use super::exit;
use super::failure::Failure;

/// The template: every key, most of them in comments.
const TEMPLATE: &str = include_str!("template.yaml");

#[derive(Args, Debug)]
pub(super) struct InitCommand {
    /// The form of the template; left out, from the name of the file, else YAML.
    #[arg(long, value_enum)]
    pub to: Option<TemplateFormat>,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Replace the file if it is there.
    #[arg(long)]
    pub force: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TemplateFormat {
    /// A commented file of YAML.
    Yaml,
    /// An Excel workbook with a sheet for each section, and lists to choose from.
    #[cfg(feature = "xlsx")]
    Xlsx,
}

pub(super) fn run(command: &InitCommand) -> Result<u8, Failure> {
    let InitCommand { to, output, force } = command;
    if let Some(file) = output.file().filter(|file| !*force && file.is_file()) {
        let shown = file.display();
        return Err(Failure::Usage(format!("{shown} is there already; give `--force` to replace it, or another name")));
    }
    match to.unwrap_or_else(|| by_name(output)) {
        TemplateFormat::Yaml => output.write(TEMPLATE.as_bytes())?,
        #[cfg(feature = "xlsx")]
        TemplateFormat::Xlsx => {
            output.check_binary()?;
            output.write(&workbook()?)?;
        }
    }
    Ok(exit::DONE)
}

/// The form that the name of the file asks for.
fn by_name(output: &OutputArgs) -> TemplateFormat {
    #[cfg(feature = "xlsx")]
    if output.file().and_then(|f| f.extension()).is_some_and(|e| e.eq_ignore_ascii_case("xlsx")) {
        return TemplateFormat::Xlsx;
    }
    let _ = output;
    TemplateFormat::Yaml
}

/// The template as a workbook: what it says, and every sheet with its usual columns.
#[cfg(feature = "xlsx")]
fn workbook() -> Result<Vec<u8>, Failure> {
    use crate::diagnostics::{Diagnostics, Sources};
    use crate::document::{book_of, read, save};
    let outside = |e: &dyn std::fmt::Display| Failure::Outside(e.to_string());
    let source = Sources::new().add("template.yaml", TEMPLATE);
    let root = read(TEMPLATE, source, &mut Diagnostics::new()).unwrap_or_default();
    let book = book_of(&root, true).map_err(|e| outside(&e))?;
    save(&book).map_err(|e| outside(&e))
}
