//! `watch` as a process that is told of saves, and ended.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::{Folder, TWO};
use crate::common::process;

/// The longest that an answer is waited for, on a machine that does other things.
const PATIENCE: Duration = Duration::from_secs(60);

/// Lines as they come.
struct Lines(Receiver<String>);

impl Lines {
    fn of(pipe: impl std::io::Read + Send + 'static) -> Self {
        let (send, receive) = channel();
        std::thread::spawn(move || {
            BufReader::new(pipe).lines().map_while(Result::ok).all(|line| send.send(line).is_ok())
        });
        Lines(receive)
    }

    /// The next line that has a text in it.
    #[track_caller]
    fn wait_for(&self, text: &str) -> String {
        let until = Instant::now() + PATIENCE;
        let mut seen = Vec::new();
        while let Ok(line) = self.0.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if line.contains(text) {
                return line;
            }
            seen.push(line);
        }
        panic!("no `{text}` in {seen:?}")
    }
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn each_save_is_solved_until_it_is_ended() {
    let folder = Folder::new(TWO);
    let mut command = process();
    command.current_dir(folder.0.path()).args(["watch", "model.yaml"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Running(command.spawn().unwrap());
    let (out, err) = (Lines::of(child.0.stdout.take().unwrap()), Lines::of(child.0.stderr.take().unwrap()));
    out.wait_for("costs 180 USD");

    // 60 x 2 + 120 = 240
    folder.put("model.yaml", &TWO.replace("price: 1,", "price: 2,"));
    assert_eq!(out.wait_for("than A"), "B costs 60 USD (33.3 %) more than A");
    out.wait_for("offers.aws-trn2.price");

    // A mistake is told, and the next save is beside the last plan that there was.
    folder.put("model.yaml", &TWO.replace("price: 1,", "prize: 1,"));
    err.wait_for("error[unknown-key]");
    // An editor that replaces the file.
    folder.put("new", &TWO.replace("price: 1,", "price: 3,"));
    std::fs::rename(folder.0.path().join("new"), folder.0.path().join("model.yaml")).unwrap();
    assert_eq!(out.wait_for("than A"), "B costs 60 USD (25 %) more than A");

    assert!(child.0.try_wait().unwrap().is_none(), "it is still there");
    #[cfg(unix)]
    {
        let id = child.0.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert_eq!(child.0.wait().unwrap().code(), Some(0));
        assert!(err.0.iter().next().is_none_or(|line| !line.contains("finishing")), "it ends quietly");
    }
}

#[test]
fn standard_input_is_not_watched() {
    let out = process().args(["watch", "-"]).output().unwrap();
    assert_eq!(out.status.code(), Some(2));
}
