//! Files and streams: results are written whole or not at all, and everything else goes to
//! standard error.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::common::{QUICKSTART, process, program, run, text};

/// The names in a folder: a temporary file left behind would be among them.
fn names(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_gets_what_standard_output_would() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.txt");
    fs::write(&path, "what was there before, and is longer than nothing").unwrap();
    for arguments in [
        &["solve", QUICKSTART][..],
        &["solve", QUICKSTART, "--format", "json"],
        &["check", QUICKSTART],
        &["schema", "model"],
        &["init"],
        &["export", QUICKSTART, "--to", "mps"],
    ] {
        let force = if arguments == ["init"] { &["--force"][..] } else { &[] };
        let out = run(&[arguments, &["-o", path.to_str().unwrap()], force].concat());
        assert_eq!((out.status.code(), text(&out.stdout)), (Some(0), ""), "{arguments:?}: {}", text(&out.stderr));
        assert_eq!(fs::read(&path).unwrap(), run(arguments).stdout, "{arguments:?}");
        assert_eq!(names(folder.path()), ["plan.txt"], "{arguments:?}");
    }
}

#[test]
fn nothing_is_written_when_something_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    let there = path.to_str().unwrap();
    fs::write(&path, "before").unwrap();
    for (arguments, code) in [
        (&["solve", "no-such-file.yaml", "-o", there][..], 1),
        (&["solve", QUICKSTART, "--set", "horizon.periods=0", "-o", there], 3),
        (&["solve", QUICKSTART, "--scenario", "none-such", "-o", there], 3),
        (&["export", QUICKSTART, "--set", "chips=1", "--to", "lp", "-o", there], 3),
        (&["check", QUICKSTART, "--set", "chips=1", "-o", there], 3),
        (&["solve", QUICKSTART, "--engine", "abacus", "-o", there], 2),
    ] {
        assert_eq!(run(arguments).status.code(), Some(code), "{arguments:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "before", "{arguments:?}");
        assert_eq!(names(folder.path()), ["plan.json"], "{arguments:?}");
    }
}

#[test]
fn a_place_that_cannot_be_written_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("no-such-folder/plan.json");
    let out = run(&["solve", QUICKSTART, "-o", nowhere.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("cannot write"), "{}", text(&out.stderr));
    let out = run(&["init", "-o", folder.path().to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(1), "a folder cannot be overwritten");
    assert!(names(folder.path()).is_empty());
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real.yaml"), folder.path().join("link.yaml"));
    fs::write(&real, "before").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    assert!(run(&["init", "--force", "-o", link.to_str().unwrap()]).status.success());
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&real).unwrap(), run(&["init"]).stdout);
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

#[cfg(unix)]
#[test]
fn devices_are_written_not_replaced() {
    let out = run(&["solve", QUICKSTART, "-o", "/dev/null"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
}

/// A reader that has seen enough is no error: no message, and no code.
#[test]
fn a_closed_pipe_is_quiet() {
    for arguments in [
        &["--quiet", "solve", "models/inference-fleet.yaml", "--format", "json"][..],
        &["--quiet", "solve", QUICKSTART],
        &["schema", "model"],
        &["export", "models/frontier-lab.yaml", "--to", "mps"],
        &["completions", "bash"],
        &["init"],
        &["--help"],
    ] {
        let mut child = process().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Closed before the first byte is written, or soon after: both must be quiet.
        drop(child.stdout.take());
        let out = child.wait_with_output().unwrap();
        assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn a_pipe_closed_after_a_line_is_quiet() {
    let mut child = process()
        .args(["export", "models/frontier-lab.yaml", "--to", "mps"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("NAME") || line.starts_with('*'), "{line}");
    let out = child.wait_with_output().unwrap();
    assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), ""));
}

/// Nobody listens on standard error: the exit code still says what came of it.
#[test]
fn without_standard_error_the_code_says_it() {
    for (arguments, code) in [
        (&["check", QUICKSTART, "--set", "chips=1"][..], 3),
        (&["solve", QUICKSTART, "-vv"], 0),
        (&["solve", "models/infeasible.yaml", "-vv"], 4),
        (&["solve", "no-such-file.yaml"], 1),
    ] {
        let mut child = process().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stderr.take());
        assert_eq!(child.wait_with_output().unwrap().status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn no_colour_where_there_is_no_terminal() {
    for variable in [None, Some(("NO_COLOR", "1")), Some(("CLICOLOR_FORCE", "0"))] {
        let mut command = program();
        command.args(["solve", QUICKSTART, "-vv"]).envs(variable);
        let out = command.output().unwrap();
        assert!(!text(&out.stdout).contains('\u{1b}') && !text(&out.stderr).contains('\u{1b}'), "{variable:?}");
    }
}

#[test]
fn the_log_follows_the_flags_and_the_environment() {
    let stderr = |arguments: &[&str], level: Option<&str>| {
        let mut command = program();
        command.env_remove("RUST_LOG").args(["solve", QUICKSTART]).args(arguments);
        level.iter().for_each(|level| {
            command.env("RUST_LOG", level);
        });
        let out = command.output().unwrap();
        assert!(out.status.success());
        assert!(text(&out.stdout).starts_with("Quickstart"), "data stays on standard output");
        text(&out.stderr).to_owned()
    };
    assert_eq!(stderr(&[], None), "");
    assert_eq!(stderr(&["-q"], None), "");
    let log = stderr(&["-v"], None);
    assert!(log.contains("INFO") && log.contains("solved"), "{log}");
    assert!(!log.contains("20:") && !log.contains('Z'), "no times: {log}");
    assert!(stderr(&[], Some("info")).contains("INFO"));
    assert_eq!(stderr(&["-v"], Some("error")), "", "the environment overrides the flags");
}
