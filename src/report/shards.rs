//! How far a sweep in chunks is, as text and JSON.

use std::io::{self, Write};

use super::column::clean;
use crate::batch::{ChunkState, ChunkStatus, SweepStatus};
use crate::units::human::number;

/// Most chunks of a state that are reported one by one.
const TOLD: usize = 20;

/// Writes the status for a person.
///
/// # Errors
/// What the writer reports.
pub fn write_text(status: &SweepStatus, out: &mut dyn Write) -> io::Result<()> {
    let part = 100.0 * status.points_done as f64 / status.points.max(1) as f64;
    writeln!(out, "points  {} of {} done ({part:.1} %)", status.points_done, status.points)?;
    let states = [
        (status.done, ChunkState::Done),
        (status.running, ChunkState::Running),
        (status.silent, ChunkState::Silent),
        (status.stopped, ChunkState::Stopped),
        (status.failed, ChunkState::Failed),
        (status.not_begun, ChunkState::NotBegun),
    ];
    let counts = states.iter().map(|(n, state)| format!("{n} {}", state.word()));
    writeln!(out, "chunks  {} of {}", counts.collect::<Vec<_>>().join(", "), status.chunks.len())?;
    let unknown = || "not known yet".to_owned();
    writeln!(out, "rate    {}", status.rate.map_or_else(unknown, |r| format!("{} points/s", number(r))))?;
    writeln!(out, "left    {}", status.seconds_left.map_or_else(unknown, time))?;
    for (count, state) in states {
        if matches!(state, ChunkState::Done | ChunkState::NotBegun) || count == 0 {
            continue;
        }
        writeln!(out, "{}", state.word())?;
        status.chunks.iter().filter(|c| c.state == state).take(TOLD).try_for_each(|c| chunk(c, out))?;
        if count > TOLD {
            writeln!(out, "  and {} more", count - TOLD)?;
        }
    }
    Ok(())
}

/// Writes the status as JSON.
///
/// # Errors
/// What the writer reports.
pub fn write_json(status: &SweepStatus, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, status)?;
    writeln!(out)
}

fn chunk(c: &ChunkStatus, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "  chunk {}: {} of {} points", c.chunk, c.points_done, c.points)?;
    if let Some(host) = &c.host {
        write!(out, " on {}", clean(host))?;
    }
    if let Some(age) = c.heartbeat_age {
        write!(out, ", heard of {} ago", time(age))?;
    }
    if let Some(message) = &c.message {
        write!(out, ": {}", clean(message))?;
    }
    if c.state != ChunkState::Running {
        write!(out, "; run it again")?;
    }
    writeln!(out)
}

/// A time for a person, to three digits at most.
fn time(seconds: f64) -> String {
    let whole = seconds.round();
    match whole {
        s if s < 120.0 => format!("{s} s"),
        s if s < 7200.0 => format!("{} min", (s / 60.0).round()),
        s if s < 172_800.0 => format!("{} h", (s / 3600.0).round()),
        s => format!("{} days", (s / 86_400.0).round()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_unit_that_fits() {
        let told = [0.2, 119.0, 130.0, 7300.0, 172_900.0, 1e9].map(time);
        assert_eq!(told, ["0 s", "119 s", "2 min", "2 h", "2 days", "11574 days"]);
    }
}
