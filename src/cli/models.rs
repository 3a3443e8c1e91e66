//! Models in, with what is laid over them.

use std::path::Path;

use super::common::{ModelArgs, NamedFilesArgs};
use super::failure::Failure;
use super::{exit, files, identity};
use crate::diagnostics::Sources;
use crate::document::MAX_BYTES;
use crate::model::{Family, Input, Loaded, Model, Rejected, SweepOverrides, load};

/// Reads a model with everything that is laid over it.
pub(super) fn input(args: &ModelArgs) -> Result<Input, files::Unreadable> {
    let files = || [&args.model].into_iter().chain(&args.overlay);
    if files().filter(|path| *path == Path::new("-")).count() > 1 {
        let message = "standard input can be only one of the model and its overlays".to_owned();
        return Err(files::unreadable(message, "give the others as files", exit::USAGE));
    }
    let model = files::model(&args.model, MAX_BYTES)?;
    let mut overlays = Vec::new();
    for path in &args.overlay {
        overlays.push((path.display().to_string(), files::model(path, MAX_BYTES)?));
    }
    let input = input_of(&args.model, model, args.scenario.clone(), args.named);
    let (sets, future) = (args.sets.clone(), args.future.clone());
    Ok(Input { overlays, sets, future, without_uncertainty: args.without_uncertainty, ..input })
}

/// The input of a model whose text has been read, with nothing but scenarios laid over it.
pub(super) fn input_of(path: &Path, text: String, scenarios: Vec<String>, named: NamedFilesArgs) -> Input {
    // Files that a model names are beside it; standard input is nowhere.
    let beside = || path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = (path != Path::new("-")).then(|| beside().to_path_buf());
    let name = path.display().to_string();
    Input { name, text, scenarios, folder, files_outside: named.allow_files_outside, ..Input::default() }
}

/// Loads a model for a command that plans one future, telling warnings and errors on standard error.
pub(super) fn known(args: &ModelArgs, quiet: bool) -> Result<Loaded, Failure> {
    let loaded = model(args, quiet)?;
    refuse_futures(&loaded.model, quiet)?;
    Ok(loaded)
}

/// Refuses a model with several futures, for a command that plans one.
pub(super) fn refuse_futures(model: &Model, quiet: bool) -> Result<(), Failure> {
    let Some(uncertainty) = model.uncertainty() else { return Ok(()) };
    let first = &uncertainty.futures()[0].name;
    let message = format!("the model has {} futures, and this command plans one", uncertainty.futures().len());
    let remedy = format!("add `--future {first}` or `--without-uncertainty`; `polysource solve` plans all of them");
    Err(files::failed(&files::unreadable(message, &remedy, exit::USAGE), quiet))
}

/// Loads a model, telling warnings and errors on standard error.
pub(super) fn model(args: &ModelArgs, quiet: bool) -> Result<Loaded, Failure> {
    let input = input(args).map_err(|unreadable| files::failed(&unreadable, quiet))?;
    loaded(&input, quiet)
}

/// The same for what has been read.
pub(super) fn loaded(input: &Input, quiet: bool) -> Result<Loaded, Failure> {
    match load(input) {
        Ok(loaded) => {
            remember_named(&loaded.sources);
            files::report(&loaded.warnings, &loaded.sources, quiet);
            Ok(loaded)
        }
        Err(Rejected { diagnostics, sources }) => {
            files::report(&diagnostics, &sources, quiet);
            Err(Failure::Told(exit::MODEL_WRONG))
        }
    }
}

/// Remembers the files that a model names, which were read with it.
pub(super) fn remember_named(sources: &Sources) {
    sources.files().for_each(|file| identity::remember(Path::new(&*file.name)));
}

/// Loads a model with all its variations, telling warnings and errors on standard error.
pub(super) fn family(
    args: &ModelArgs,
    sweep: Option<&str>,
    vary: &[String],
    asked: &SweepOverrides,
    quiet: bool,
) -> Result<Family, Failure> {
    let input = input(args).map_err(|unreadable| files::failed(&unreadable, quiet))?;
    family_of(&input, sweep, vary, asked, quiet)
}

/// The same for what has been read.
pub(super) fn family_of(
    input: &Input,
    sweep: Option<&str>,
    vary: &[String],
    asked: &SweepOverrides,
    quiet: bool,
) -> Result<Family, Failure> {
    match Family::read(input, sweep, vary, asked) {
        Ok(family) => {
            remember_named(&family.sources);
            files::report(&family.warnings, &family.sources, quiet);
            Ok(family)
        }
        Err(Rejected { diagnostics, sources }) => {
            files::report(&diagnostics, &sources, quiet);
            Err(Failure::Told(exit::MODEL_WRONG))
        }
    }
}
