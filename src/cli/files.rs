//! Files in and out.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::failure::Failure;
use super::logging::colour;
use super::{exit, identity};
use crate::batch::{may_replace, replace};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity, Sources, printable, render};
use crate::document::{MAX_BYTES, NotAWorkbook, is_xlsx, read_bounded, text_of_xlsx};

/// What could not be read, and the exit code that it means.
pub(super) struct Unreadable {
    pub diagnostics: Diagnostics,
    pub code: u8,
}

/// Tells what could not be read.
pub(super) fn failed(found: &Unreadable, quiet: bool) -> Failure {
    report(&found.diagnostics, &Sources::new(), quiet);
    Failure::Told(found.code)
}

/// Writes diagnostics to standard error; if quiet, only errors.
pub(super) fn report(diagnostics: &Diagnostics, sources: &Sources, quiet: bool) {
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

/// Writes a message to standard error. It may quote what others wrote: nothing of it is interpreted by a terminal.
pub(super) fn say(text: &str) {
    complain(printable(text).as_bytes());
}

/// Writes to standard error; without it there is nobody to tell, and the exit code still says it.
pub(super) fn complain(bytes: &[u8]) {
    let _ = io::stderr().lock().write_all(bytes);
}

/// Reads a file of text, or standard input.
pub(super) fn text(path: &Path) -> Result<String, Unreadable> {
    read(path, MAX_BYTES)
}

/// Reads a model: a file of text, or an Excel workbook, whose cells become a text.
pub(super) fn model(path: &Path, most: usize) -> Result<String, Unreadable> {
    let (bytes, name) = bytes(path, most)?;
    if !is_xlsx(&bytes) {
        return utf8(bytes, &name);
    }
    text_of_xlsx(&bytes).map_err(|e| match e {
        NotAWorkbook::TooLarge(_) => {
            let remedy = "a model needs less: remove what is none of it";
            problem(Code::TooLarge, format!("{name} is too large a workbook: {e}"), remedy, exit::MODEL_WRONG)
        }
        NotAWorkbook::Locked => {
            let remedy = "save it without a password, and as .xlsx";
            unreadable(format!("{name} cannot be read: {e}, or of the old format .xls"), remedy, exit::MODEL_WRONG)
        }
        _ => {
            let remedy = "open it in a spreadsheet and save it as .xlsx";
            unreadable(format!("{name} cannot be read: {e}"), remedy, exit::MODEL_WRONG)
        }
    })
}

/// Reads a text of so many bytes at most, wherever it comes from; what is longer is reported.
pub(super) fn read(path: &Path, most: usize) -> Result<String, Unreadable> {
    let (bytes, name) = bytes(path, most)?;
    utf8(bytes, &name)
}

/// Reads so many bytes at most, and says what they come from.
fn bytes(path: &Path, most: usize) -> Result<(Vec<u8>, String), Unreadable> {
    let (result, name) = if path == Path::new("-") {
        identity::remember_standard_input();
        (read_bounded(io::stdin().lock(), most as u64), "standard input".to_owned())
    } else {
        identity::remember(path);
        // A pipe or device may be given, so that a shell can put a command in the place of a file; it ends all the same.
        (fs::File::open(path).and_then(|file| read_bounded(file, most as u64)), path.display().to_string())
    };
    let bytes = result.map_err(|e| match e.kind() {
        io::ErrorKind::FileTooLarge => too_large(&name, most),
        _ => unreadable(format!("cannot read {name}: {e}"), "check the path and its permissions", exit::INTERNAL),
    })?;
    Ok((bytes, name))
}

fn utf8(bytes: Vec<u8>, name: &str) -> Result<String, Unreadable> {
    String::from_utf8(bytes).map_err(|e| {
        let valid = e.utf8_error().valid_up_to();
        let line = e.as_bytes()[..valid].iter().filter(|&&b| b == b'\n').count() + 1;
        unreadable(format!("line {line} of {name} is not UTF-8 text"), "save it as UTF-8", exit::MODEL_WRONG)
    })
}

fn too_large(name: &str, most: usize) -> Unreadable {
    let message = format!("{name} has more than {most} bytes");
    let remedy = "give less at once, or solve through the library";
    problem(Code::TooLarge, message, remedy, exit::MODEL_WRONG)
}

pub(super) fn unreadable(message: String, remedy: &str, code: u8) -> Unreadable {
    problem(Code::Unreadable, message, remedy, code)
}

fn problem(code: Code, message: String, remedy: &str, exit: u8) -> Unreadable {
    let mut diagnostics = Diagnostics::new();
    let remedy = Some(remedy.to_owned());
    diagnostics.push(Diagnostic { code, severity: Severity::Error, message, place: None, path: None, remedy });
    Unreadable { diagnostics, code: exit }
}

/// Refuses a place for a result that cannot be written, or that holds what this command has read.
pub(super) fn may_write(path: &Path) -> Result<(), Failure> {
    identity::refuse_input(path)?;
    // Pipes and devices are written as they are.
    if path.exists() && !path.is_file() && !path.is_dir() {
        return Ok(());
    }
    let named = |e: &dyn std::fmt::Display| Failure::Outside(format!("cannot write {}: {e}", path.display()));
    if path.is_dir() {
        return Err(named(&"it is a folder"));
    }
    may_replace(path).map_err(|e| named(&e))?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_dir() { Ok(()) } else { Err(named(&format!("there is no folder {}", folder.display()))) }
}

/// Makes a folder for files of the result.
pub(super) fn folder(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path)
        .map_err(|e| Failure::Outside(format!("cannot make the folder {}: {e}", path.display())))
}

/// Writes a result to a file, or to standard output.
///
/// A file is written beside its place and moved there, so that it is never seen half written.
pub(super) fn write(path: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    let Some(path) = path else {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        return Ok(out.flush()?);
    };
    identity::refuse_input(path)?;
    let named = |e: io::Error| Failure::Outside(format!("cannot write {}: {e}", path.display()));
    // A device or pipe cannot be replaced, and holds nothing that could be lost.
    if path.exists() && !path.is_file() {
        return fs::OpenOptions::new().write(true).open(path).and_then(|mut f| f.write_all(bytes)).map_err(named);
    }
    replace(path, bytes, true).map_err(named)
}
