//! Files in and out.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::args::ModelArgs;
use super::logging::colour;
use super::{Failure, exit};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity, Sources, render};
use crate::document::MAX_BYTES;
use crate::model::{Input, Loaded, Rejected, load};

/// Reads a model with everything that is laid over it.
pub(super) fn input(args: &ModelArgs) -> Result<Input, Failure> {
    let text = read(&args.model)?;
    let mut overlays = Vec::new();
    for path in &args.overlay {
        overlays.push((path.display().to_string(), read(path)?));
    }
    let name = if args.model == Path::new("-") { "-".to_owned() } else { args.model.display().to_string() };
    Ok(Input { name, text, overlays, scenarios: args.scenario.clone(), sets: args.sets.clone() })
}

/// Loads a model, telling warnings and errors on standard error.
pub(super) fn model(args: &ModelArgs) -> Result<Loaded, Failure> {
    match load(&input(args)?) {
        Ok(loaded) => {
            tell(&loaded.warnings, &loaded.sources)?;
            Ok(loaded)
        }
        Err(Rejected { diagnostics, sources }) => {
            tell(&diagnostics, &sources)?;
            Err(Failure::Told(exit::MODEL_WRONG))
        }
    }
}

/// Writes diagnostics to standard error.
pub(super) fn tell(diagnostics: &Diagnostics, sources: &Sources) -> Result<(), Failure> {
    if diagnostics.is_empty() {
        return Ok(());
    }
    let stderr = io::stderr();
    let text = render(diagnostics, sources, colour(&stderr));
    stderr.lock().write_all(text.as_bytes())?;
    Ok(())
}

fn read(path: &Path) -> Result<String, Failure> {
    // One byte beyond the limit is enough to know that it is exceeded.
    let most = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let result = if path == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    let shown = path.display();
    result.map_err(|e| unreadable(&format!("cannot read {shown}: {e}"), "check the path and its permissions", exit::INTERNAL))?;
    String::from_utf8(bytes)
        .map_err(|_| unreadable(&format!("{shown} is not UTF-8 text"), "save it as UTF-8", exit::MODEL_WRONG))
}

fn unreadable(message: &str, remedy: &str, code: u8) -> Failure {
    let mut diagnostics = Diagnostics::new();
    diagnostics.push(Diagnostic {
        code: Code::Unreadable,
        severity: Severity::Error,
        message: message.to_owned(),
        place: None,
        remedy: Some(remedy.to_owned()),
    });
    match tell(&diagnostics, &Sources::new()) {
        Ok(()) => Failure::Told(code),
        Err(failure) => failure,
    }
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
    let named = |e: io::Error| io::Error::new(e.kind(), format!("cannot write {}: {e}", path.display()));
    // A device or pipe cannot be replaced, and holds nothing that could be lost.
    if path.exists() && !path.is_file() {
        return fs::OpenOptions::new().write(true).open(path).and_then(|mut f| f.write_all(bytes)).map_err(named);
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = PathBuf::from(beside);
    let moved = fs::File::create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    if moved.is_err() {
        let _ = fs::remove_file(&beside);
    }
    moved.map_err(named)
}
