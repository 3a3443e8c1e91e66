//! The kept inputs of the fuzzer, and some thousand changes of them, through every reader: no panic, within a time and a
//! memory that do not depend on what they hold.
//!
//! `fuzz/corpus/<target>` has the inputs, among them everything that ever broke a reader. `POLYSOURCE_FUZZ` says how many
//! changes each target is given. What breaks is written to `fuzz/artifacts/<target>`. This is a program of its own, apart
//! from `tests/it`, since it measures the memory of its process.

mod mutate;
mod targets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mutate::{Random, mutated};
use targets::{TARGETS, Target};

/// Changes given to each target without `POLYSOURCE_FUZZ`.
const CHANGES: usize = 1_500;
/// Longest time for one input: a guard against work without end, not a measure of speed.
const MOST: Duration = Duration::from_secs(20);
/// Longest input that is tried.
const LONGEST: usize = 100_000;
/// Most memory that the process may ever have had, in kB.
const MEMORY: u64 = 2_000_000;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|p| p.is_file());
    files.sort();
    files
}

/// The inputs that a target begins with: those kept for it, and what else the repository has.
fn seeds(name: &str) -> Vec<Vec<u8>> {
    let mut all = files(&root().join("fuzz/corpus").join(name));
    match name {
        "document" => {
            let wrong = ["src/diagnostics/examples", "tests/diagnostics"].map(|f| files(&root().join(f)));
            all.extend(wrong.into_iter().flatten().filter(|p| p.extension().is_some_and(|e| e == "yaml")));
            all.extend(["quickstart", "inference-fleet"].map(|m| root().join(format!("models/{m}.yaml"))));
        }
        "csv" => all.extend(["aws", "gcp"].map(|cloud| root().join(format!("tests/import/{cloud}/vms.csv")))),
        "solution" => {
            let wrong = files(&root().join("src/diagnostics/examples"));
            all.extend(files(&root().join("tests/fixtures/solutions")));
            all.extend(wrong.into_iter().filter(|p| p.extension().is_some_and(|e| e == "sol")));
        }
        _ => {}
    }
    all.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Runs an input; if that panics or takes too long, it is kept.
fn run(&(name, target): &Target, data: &[u8]) {
    let start = Instant::now();
    let done = catch_unwind(AssertUnwindSafe(|| target(data)));
    let took = start.elapsed();
    if done.is_err() || took > MOST {
        let folder = root().join("fuzz/artifacts").join(name);
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!(
            "{}-{}",
            data.len(),
            data.iter().fold(0u64, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3))
        ));
        fs::write(&path, data).unwrap();
        panic!("{name}: {} after {took:?}: {}", if done.is_err() { "a panic" } else { "too long" }, path.display());
    }
}

#[track_caller]
fn tried(name: &str) {
    let target = TARGETS.iter().find(|t| t.0 == name).unwrap();
    let seeds = seeds(name);
    assert!(seeds.len() >= 3, "{} inputs of {name}", seeds.len());
    seeds.iter().for_each(|seed| run(target, seed));
    let changes = std::env::var("POLYSOURCE_FUZZ").map_or(CHANGES, |n| n.parse().expect("POLYSOURCE_FUZZ is a number"));
    let mut r = Random::new(2026);
    for _ in 0..changes {
        let mut data = mutated(&seeds, &mut r);
        data.truncate(LONGEST);
        run(target, &data);
    }
    if let Ok(status) = fs::read_to_string("/proc/self/status") {
        let most = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or_default();
        let most: u64 = most.trim().trim_end_matches(" kB").parse().unwrap_or(0);
        assert!(most < MEMORY, "{name}: {most} kB");
    }
}

#[test]
fn documents() {
    tried("document");
}

#[test]
fn units() {
    tried("units");
}

#[test]
fn selectors() {
    tried("selectors");
}

#[test]
fn tables() {
    tried("csv");
}

#[test]
fn journals() {
    tried("journal");
}

#[test]
fn solutions() {
    tried("solution");
}

#[test]
fn columns() {
    tried("columns");
}

#[test]
fn variations() {
    tried("vary");
}

#[test]
fn manifests() {
    tried("manifest");
}

#[test]
fn chunks() {
    tried("chunk");
}

#[test]
fn plans() {
    tried("plan");
}

#[test]
fn baselines() {
    tried("baseline");
}

/// A target that the tests above or the fuzzer do not have.
#[test]
fn every_target_is_run() {
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in fuzz/Cargo.toml");
        let target = fs::read_to_string(root().join(format!("fuzz/fuzz_targets/{name}.rs"))).unwrap();
        assert!(target.contains(&format!("targets::{name}(data)")), "{target}");
    }
    let here = fs::read_to_string(root().join("tests/fuzz/main.rs")).unwrap();
    assert_eq!(here.matches("    tried(\"").count(), TARGETS.len());
}
