//! What a chunk says of itself while it is solved: a small file, written anew from time to time.
//!
//! The clock is read for this and for the status alone. A heartbeat that cannot be written is no
//! reason to stop solving.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

use super::clock::now;
use super::folder::Folder;
use super::parts::host;
use super::status::{Heartbeat, State};

/// A heart that beats until it is ended.
pub(super) struct Heart {
    body: Arc<Body>,
    end: Sender<()>,
    thread: JoinHandle<()>,
}

struct Body {
    folder: Arc<Folder>,
    first: Heartbeat,
    solved: AtomicUsize,
    /// One beat at a time, and none after the last.
    beating: Mutex<()>,
}

impl Heart {
    /// Beats at once, and then every so often. `done` points were finished before.
    pub(super) fn start(folder: &Arc<Folder>, chunk: usize, points: usize, done: usize, every: Duration) -> Self {
        let first = Heartbeat {
            chunk,
            state: State::Running,
            time: 0.0,
            started: now(),
            host: host(),
            process: std::process::id(),
            points,
            done,
            solved: 0,
            message: None,
        };
        let body =
            Arc::new(Body { folder: Arc::clone(folder), first, solved: AtomicUsize::new(0), beating: Mutex::new(()) });
        body.beat(State::Running, None);
        let (end, ended) = channel();
        let beating = Arc::clone(&body);
        let thread = spawn(move || {
            while ended.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                beating.beat(State::Running, None);
            }
        });
        Heart { body, end, thread }
    }

    /// Counts a point that was solved.
    pub(super) fn solved(&self) {
        self.body.solved.fetch_add(1, Ordering::Relaxed);
    }

    /// The last beat.
    pub(super) fn end(self, state: State, message: Option<&str>) {
        drop(self.end);
        // It panics only if a beat did, and then nobody is told.
        let _ = self.thread.join();
        self.body.beat(state, message);
    }
}

impl Body {
    fn beat(&self, state: State, message: Option<&str>) {
        let _one = self.beating.lock().unwrap_or_else(PoisonError::into_inner);
        let solved = self.solved.load(Ordering::Relaxed);
        let beat = Heartbeat {
            state,
            time: now(),
            done: self.first.done + solved,
            solved,
            message: message.map(str::to_owned),
            ..self.first.clone()
        };
        let text = serde_json::to_string(&beat).unwrap_or_default() + "\n";
        if let Err(error) = self.folder.beat(self.first.chunk, &text) {
            tracing::debug!("no heartbeat: {error}");
        }
    }
}
