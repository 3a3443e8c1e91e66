//! How far a sweep in chunks is, from the traces that its chunks leave. Clocks are read for this
//! alone; no result depends on them.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::manifest::Sealed;

/// What a chunk that is solved says of itself from time to time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// The number of the chunk, from 0.
    pub chunk: usize,
    /// What it does.
    pub state: State,
    /// When this was written, in seconds since 1970.
    pub time: f64,
    /// When this run began, in seconds since 1970.
    pub started: f64,
    /// The machine.
    pub host: String,
    /// The process on it.
    pub process: u32,
    /// How many points the chunk has.
    pub points: usize,
    /// How many are finished.
    pub done: usize,
    /// How many of them were solved in this run.
    pub solved: usize,
    /// Why it failed.
    pub message: Option<String>,
}

/// What a chunk says that it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum State {
    /// It is being solved.
    Running,
    /// It is finished.
    Done,
    /// It was asked to stop.
    Stopped,
    /// It failed.
    Failed,
}

/// What is seen of a chunk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// Whether its file and checksum are there.
    pub finished: bool,
    /// Whether it failed since its disk is full, which it may not have been able to say.
    pub full: bool,
    /// What it last said.
    pub heartbeat: Option<Heartbeat>,
    /// How many points its journal has.
    pub journal: usize,
}

/// How far a sweep in chunks is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct SweepStatus {
    /// SHA-256 of the manifest's content.
    pub manifest: String,
    /// How many points there are.
    pub points: usize,
    /// How many are finished.
    pub points_done: usize,
    /// How many chunks are finished.
    pub done: usize,
    /// How many are being solved.
    pub running: usize,
    /// How many were being solved and have not been heard of for long.
    pub silent: usize,
    /// How many were stopped and can go on.
    pub stopped: usize,
    /// How many failed.
    pub failed: usize,
    /// How many have not begun.
    pub not_begun: usize,
    /// Points a second of the chunks that are being solved; `null` while it is not known.
    pub rate: Option<f64>,
    /// Seconds until all is finished at this rate; `null` while it is not known.
    pub seconds_left: Option<f64>,
    /// Each chunk.
    pub chunks: Vec<ChunkStatus>,
}

/// How far a chunk is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ChunkStatus {
    /// The number of the chunk, from 0.
    pub chunk: usize,
    /// What is known of it.
    pub state: ChunkState,
    /// How many points it has.
    pub points: usize,
    /// How many are finished.
    pub points_done: usize,
    /// Seconds since it was last heard of, while it is being solved.
    pub heartbeat_age: Option<f64>,
    /// The machine on which it was last solved.
    pub host: Option<String>,
    /// Why it failed.
    pub message: Option<String>,
}

/// What is known of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ChunkState {
    /// Finished.
    Done,
    /// Being solved.
    Running,
    /// Was being solved, and has not been heard of for long: probably killed.
    Silent,
    /// Stopped; its finished points are kept.
    Stopped,
    /// Failed.
    Failed,
    /// Not begun.
    NotBegun,
}

impl ChunkState {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Running => "running",
            Self::Silent => "silent",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::NotBegun => "not begun",
        }
    }
}

impl Heartbeat {
    /// Points a second in this run.
    fn rate(&self) -> Option<f64> {
        let seconds = self.time - self.started;
        (self.solved > 0 && seconds > 0.0).then(|| self.solved as f64 / seconds)
    }
}

impl SweepStatus {
    /// How far a sweep is, from what is seen of each chunk now, in seconds since 1970. A chunk that was
    /// not heard of for `patience` seconds is silent.
    #[must_use]
    pub fn of(sealed: &Sealed, seen: &[Seen], now: f64, patience: f64) -> Self {
        let bounds = sealed.manifest.chunks.iter().zip(seen).enumerate();
        let chunks: Vec<ChunkStatus> =
            bounds.map(|(chunk, (bounds, seen))| seen.status(chunk, bounds.to - bounds.from, now, patience)).collect();
        let count = |state: ChunkState| chunks.iter().filter(|c| c.state == state).count();
        let points = sealed.manifest.points.len();
        let points_done = chunks.iter().map(|c| c.points_done).sum();
        let rate = rate(&chunks, seen);
        SweepStatus {
            manifest: sealed.sha256.clone(),
            points,
            points_done,
            done: count(ChunkState::Done),
            running: count(ChunkState::Running),
            silent: count(ChunkState::Silent),
            stopped: count(ChunkState::Stopped),
            failed: count(ChunkState::Failed),
            not_begun: count(ChunkState::NotBegun),
            rate,
            seconds_left: rate.map(|rate| (points - points_done) as f64 / rate),
            chunks,
        }
    }
}

impl Seen {
    fn status(&self, chunk: usize, points: usize, now: f64, patience: f64) -> ChunkStatus {
        let heartbeat = self.heartbeat.as_ref();
        // Clocks of two machines may differ: nothing is heard from the future.
        let age = heartbeat.map_or(0.0, |h| (now - h.time).max(0.0));
        let state = match heartbeat.map(|h| h.state) {
            _ if self.finished => ChunkState::Done,
            _ if self.full => ChunkState::Failed,
            Some(State::Running) if age > patience => ChunkState::Silent,
            Some(State::Running) => ChunkState::Running,
            Some(State::Failed) => ChunkState::Failed,
            Some(State::Stopped) => ChunkState::Stopped,
            None if self.journal > 0 => ChunkState::Stopped,
            // Said to be finished, but its file is gone.
            Some(State::Done) | None => ChunkState::NotBegun,
        };
        let told = |state| heartbeat.filter(|h| h.state == state);
        let why = || match told(State::Failed).and_then(|h| h.message.clone()) {
            None if self.full => Some("the disk is full: make room, and run the chunk again".to_owned()),
            said => said,
        };
        let lives = matches!(state, ChunkState::Running | ChunkState::Silent);
        let said = told(State::Running).map_or(0, |h| h.done);
        ChunkStatus {
            chunk,
            state,
            points,
            points_done: if self.finished { points } else { self.journal.max(said).min(points) },
            heartbeat_age: lives.then_some(age),
            host: heartbeat.map(|h| h.host.clone()),
            message: if state == ChunkState::Failed { why() } else { None },
        }
    }
}

/// The rates of the chunks that are being solved, added up. One that has no point yet goes at the mean
/// rate of those that are finished.
fn rate(chunks: &[ChunkStatus], seen: &[Seen]) -> Option<f64> {
    let of = |state: ChunkState| {
        let all = chunks.iter().zip(seen).filter(move |(c, _)| c.state == state);
        all.map(|(_, seen)| seen.heartbeat.as_ref().and_then(Heartbeat::rate))
    };
    let finished: Vec<f64> = of(ChunkState::Done).flatten().collect();
    let mean = (!finished.is_empty()).then(|| finished.iter().sum::<f64>() / finished.len() as f64);
    let rate: f64 = of(ChunkState::Running).filter_map(|rate| rate.or(mean)).sum();
    (rate > 0.0).then_some(rate)
}

#[cfg(test)]
mod tests {
    use super::super::manifest::tests::sealed_grid;
    use super::*;

    fn beat(state: State, time: f64, done: usize, solved: usize) -> Heartbeat {
        let host = "node1".to_owned();
        let message = (state == State::Failed).then(|| "no disk".to_owned());
        Heartbeat { chunk: 0, state, time, started: 100.0, host, process: 1, points: 8, done, solved, message }
    }

    fn seen(finished: bool, heartbeat: Option<Heartbeat>, journal: usize) -> Seen {
        Seen { finished, full: false, heartbeat, journal }
    }

    #[test]
    fn every_state_by_hand() {
        // 8 chunks of 8 points; now is 200.
        let sealed = sealed_grid(64, 8);
        let all = [
            // 8 points in 40 s: 0.2 points a second.
            seen(true, Some(beat(State::Done, 140.0, 8, 8)), 0),
            // 4 points in 80 s: 0.05 points a second; 2 more were there before.
            seen(false, Some(beat(State::Running, 180.0, 6, 4)), 5),
            // No point yet: at the 0.2 of the first.
            seen(false, Some(beat(State::Running, 195.0, 0, 0)), 0),
            seen(false, Some(beat(State::Running, 130.0, 2, 2)), 3),
            seen(false, Some(beat(State::Stopped, 130.0, 2, 2)), 2),
            seen(false, Some(beat(State::Failed, 130.0, 1, 1)), 1),
            seen(false, None, 0),
            seen(false, Some(beat(State::Done, 140.0, 8, 8)), 0),
        ];
        let status = SweepStatus::of(&sealed, &all, 200.0, 60.0);
        let states: Vec<ChunkState> = status.chunks.iter().map(|c| c.state).collect();
        use ChunkState::{Done, Failed, NotBegun, Running, Silent, Stopped};
        assert_eq!(states, [Done, Running, Running, Silent, Stopped, Failed, NotBegun, NotBegun]);
        assert_eq!((status.done, status.running, status.not_begun), (1, 2, 2));
        // 8 + 6 + 0 + 3 + 2 + 1 + 0 + 0
        assert_eq!((status.points, status.points_done), (64, 20));
        assert!((status.rate.unwrap() - 0.25).abs() < 1e-12);
        assert!((status.seconds_left.unwrap() - 44.0 / 0.25).abs() < 1e-9);
        assert_eq!(status.chunks[1].heartbeat_age, Some(20.0));
        assert_eq!(status.chunks[5].message.as_deref(), Some("no disk"));
        assert_eq!(SweepStatus::of(&sealed, &vec![Seen::default(); 8], 200.0, 60.0).rate, None);
    }
}
