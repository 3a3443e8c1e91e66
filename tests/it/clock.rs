//! Same input, same bytes out: nothing reads the clock but the heartbeats of a sweep on many machines, which are no output.
//!
//! So there is nothing in which `SOURCE_DATE_EPOCH` could be honoured, and this says when there is.

use std::fs;
use std::path::{Path, PathBuf};

/// Ways to read the time of day. (What a monotonic clock measures is no date.)
const CLOCKS: [&str; 6] = ["SystemTime", "UNIX_EPOCH", "Timestamp::now", "Zoned::now", "Utc::now", "Local::now"];

fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, all);
        } else if path.extension().is_some_and(|e| e == "rs") {
            all.push(path);
        }
    }
}

#[test]
fn only_heartbeats_and_left_over_parts_read_the_clock() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    files(&root.join("src"), &mut all);
    assert!(all.len() > 100, "{}", all.len());
    let reads = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        CLOCKS.iter().any(|clock| text.contains(clock))
    };
    let mut found: Vec<PathBuf> = all.into_iter().filter(reads).collect();
    found.sort();
    // Parts that a killed run left are old before they are removed.
    assert_eq!(found, [root.join("src/batch/clock.rs"), root.join("src/batch/parts.rs")]);
}
