//! A bar with rate and time left, on a terminal only.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over so many points, some of which are done; hidden where nobody looks.
pub(super) fn bar(points: usize, done: usize, quiet: bool) -> ProgressBar {
    if quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} points, {per_sec}, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(points as u64).with_style(style);
    // What an earlier run did says nothing of the rate of this one.
    bar.set_position(done as u64);
    bar.reset_eta();
    bar
}
