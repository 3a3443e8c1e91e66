//! Files in and out.

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::args::ModelArgs;
use super::logging::colour;
use super::{Failure, exit};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity, Sources, render};
use crate::document::MAX_BYTES;
use crate::model::{Asked, Family, Input, Loaded, Rejected, load};

/// What could not be read, and the exit code that it means.
pub(super) struct Unreadable {
    pub diagnostics: Diagnostics,
    pub code: u8,
}

/// Reads a model with everything that is laid over it.
pub(super) fn input(args: &ModelArgs) -> Result<Input, Unreadable> {
    let files = || [&args.model].into_iter().chain(&args.overlay);
    if files().filter(|path| *path == Path::new("-")).count() > 1 {
        let message = "standard input can be only one of the model and its overlays".to_owned();
        return Err(unreadable(message, "give the others as files", exit::USAGE));
    }
    let model = text(&args.model)?;
    let mut overlays = Vec::new();
    for path in &args.overlay {
        overlays.push((path.display().to_string(), text(path)?));
    }
    let input = input_of(&args.model, model, args.scenario.clone());
    Ok(Input { overlays, sets: args.sets.clone(), ..input })
}

/// The input of a model whose text has been read, with nothing but scenarios laid over it.
pub(super) fn input_of(path: &Path, text: String, scenarios: Vec<String>) -> Input {
    // Files that a model names are beside it; standard input is nowhere.
    let beside = || path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = (path != Path::new("-")).then(|| beside().to_path_buf());
    Input { name: path.display().to_string(), text, scenarios, folder, ..Input::default() }
}

/// Loads a model, telling warnings and errors on standard error.
pub(super) fn model(args: &ModelArgs, quiet: bool) -> Result<Loaded, Failure> {
    let input = input(args).map_err(|unreadable| told(&unreadable, quiet))?;
    loaded(&input, quiet)
}

/// Tells what could not be read.
pub(super) fn told(unreadable: &Unreadable, quiet: bool) -> Failure {
    tell(&unreadable.diagnostics, &Sources::new(), quiet);
    Failure::Told(unreadable.code)
}

/// The same for what has been read.
pub(super) fn loaded(input: &Input, quiet: bool) -> Result<Loaded, Failure> {
    match load(input) {
        Ok(loaded) => {
            tell(&loaded.warnings, &loaded.sources, quiet);
            Ok(loaded)
        }
        Err(Rejected { diagnostics, sources }) => {
            tell(&diagnostics, &sources, quiet);
            Err(Failure::Told(exit::MODEL_WRONG))
        }
    }
}

/// Loads a model with all its variations, telling warnings and errors on standard error.
pub(super) fn family(
    args: &ModelArgs,
    sweep: Option<&str>,
    vary: &[String],
    asked: &Asked,
    quiet: bool,
) -> Result<Family, Failure> {
    let input = input(args).map_err(|unreadable| told(&unreadable, quiet))?;
    family_of(&input, sweep, vary, asked, quiet)
}

/// The same for what has been read.
pub(super) fn family_of(
    input: &Input,
    sweep: Option<&str>,
    vary: &[String],
    asked: &Asked,
    quiet: bool,
) -> Result<Family, Failure> {
    match Family::read(input, sweep, vary, asked) {
        Ok(family) => {
            tell(&family.warnings, &family.sources, quiet);
            Ok(family)
        }
        Err(Rejected { diagnostics, sources }) => {
            tell(&diagnostics, &sources, quiet);
            Err(Failure::Told(exit::MODEL_WRONG))
        }
    }
}

/// Writes diagnostics to standard error; if quiet, only errors.
pub(super) fn tell(diagnostics: &Diagnostics, sources: &Sources, quiet: bool) {
    let mut errors = Diagnostics::new();
    let told = if quiet {
        let all = diagnostics.sorted().into_iter();
        all.filter(|d| d.severity == Severity::Error).for_each(|d| errors.push(d.clone()));
        &errors
    } else {
        diagnostics
    };
    if !told.is_empty() {
        let stderr = io::stderr();
        let text = render(told, sources, colour(&stderr));
        // Without standard error there is nobody to tell; the exit code still says it.
        let _ = stderr.lock().write_all(text.as_bytes());
    }
}

/// Writes to standard error; without it there is nobody to tell, and the exit code still says it.
pub(super) fn complain(bytes: &[u8]) {
    let _ = io::stderr().lock().write_all(bytes);
}

/// Reads a file of text, or standard input.
pub(super) fn text(path: &Path) -> Result<String, Unreadable> {
    read(path, MAX_BYTES)
}

/// Reads a text of so many bytes at most; of a longer one, a byte more.
pub(super) fn read(path: &Path, most: usize) -> Result<String, Unreadable> {
    // One byte beyond the limit is enough to know that it is exceeded.
    let limit = most as u64 + 1;
    let mut bytes = Vec::new();
    let (result, name) = if path == Path::new("-") {
        (io::stdin().lock().take(limit).read_to_end(&mut bytes), "standard input".to_owned())
    } else {
        let result = fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes));
        (result, path.display().to_string())
    };
    result.map_err(|e| {
        unreadable(format!("cannot read {name}: {e}"), "check the path and its permissions", exit::INTERNAL)
    })?;
    match std::str::from_utf8(&bytes) {
        Ok(_) => {}
        // Cut off within a character: the parser will say that the file is too long.
        Err(e) if e.error_len().is_none() && bytes.len() > most => {}
        Err(e) => {
            let line = bytes[..e.valid_up_to()].iter().filter(|&&b| b == b'\n').count() + 1;
            let message = format!("line {line} of {name} is not UTF-8 text");
            return Err(unreadable(message, "save it as UTF-8", exit::MODEL_WRONG));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn unreadable(message: String, remedy: &str, code: u8) -> Unreadable {
    let mut diagnostics = Diagnostics::new();
    let remedy = Some(remedy.to_owned());
    diagnostics.push(Diagnostic { code: Code::Unreadable, severity: Severity::Error, message, place: None, remedy });
    Unreadable { diagnostics, code }
}

/// Writes a result to a file, or to standard output.
///
/// A file is written beside its place and moved there, so that it is never seen half written.
pub(super) fn write(path: Option<&Path>, bytes: &[u8]) -> io::Result<()> {
    let Some(path) = path else {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        return out.flush();
    };
    let named = |e: io::Error| io::Error::other(format!("cannot write {}: {e}", path.display()));
    // A device or pipe cannot be replaced, and holds nothing that could be lost.
    if path.exists() && !path.is_file() {
        return fs::OpenOptions::new().write(true).open(path).and_then(|mut f| f.write_all(bytes)).map_err(named);
    }
    // What a link points to is replaced, not the link.
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut beside = place.as_os_str().to_owned();
    // In a shared folder another machine may have a process of the same number.
    let chance = RandomState::new().build_hasher().finish();
    beside.push(format!(".{}-{chance:016x}.part", std::process::id()));
    let beside = PathBuf::from(beside);
    let moved = fs::File::create(&beside)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            // Who may read the file that is replaced may read the new one.
            if let Ok(old) = fs::metadata(&place) {
                file.set_permissions(old.permissions())?;
            }
            file.sync_all()
        })
        .and_then(|()| fs::rename(&beside, &place));
    if moved.is_err() {
        let _ = fs::remove_file(&beside);
    }
    moved.map_err(named)
}
