//! The repository as it is kept: nothing lies about in it, and what it states of itself is true of what is locked.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Everything at the top level. What is new there belongs into a folder, or here with a reason to be read first.
const TOP: [&str; 31] = [
    ".ci",
    ".config",
    ".dockerignore",
    ".github",
    ".gitignore",
    ".pre-commit-hooks.yaml",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "DESIGN.md",
    "Dockerfile",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "benches",
    "deny.toml",
    "docs",
    "examples",
    "fuzz",
    "integrations",
    "justfile",
    "models",
    "python",
    "rustfmt.toml",
    "schema",
    "scripts",
    "src",
    "tests",
];

/// Files that are empty and have to be.
const EMPTY: [&str; 0] = [];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The tracked files; none where the sources are not in a repository of their own, such as those of a package.
fn tracked() -> Option<Vec<String>> {
    if !root().join(".git").exists() {
        return None;
    }
    let out = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output().ok()?;
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let names = String::from_utf8(out.stdout).unwrap();
    Some(names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

#[test]
fn nothing_lies_about_at_the_top() {
    let Some(files) = tracked() else { return };
    let top: BTreeSet<&str> = files.iter().map(|f| f.split('/').next().unwrap()).collect();
    let known: BTreeSet<&str> = TOP.into_iter().collect();
    let stray: Vec<&&str> = top.difference(&known).collect();
    assert!(stray.is_empty(), "not on the list of what is at the top level: {stray:?}");
    let gone: Vec<&&str> = known.difference(&top).collect();
    assert!(gone.is_empty(), "on the list and not there: {gone:?}");
}

#[test]
fn no_file_is_empty() {
    let Some(files) = tracked() else { return };
    let size = |name: &&String| std::fs::metadata(root().join(name)).map_or(1, |m| m.len());
    let empty: Vec<&str> = files.iter().filter(|f| size(f) == 0).map(String::as_str).collect();
    assert_eq!(empty, EMPTY);
}

/// A version of Rust as numbers: `1.89` is `1.89.0`.
fn version(text: &str) -> [u32; 3] {
    let mut numbers = text.split('.').map(|n| n.parse().unwrap());
    [(); 3].map(|()| numbers.next().unwrap_or(0))
}

/// What `Cargo.toml` says is enough is enough for every dependency that is locked, on any platform and with every
/// feature; and the documents say the same.
#[test]
fn the_stated_version_of_rust_is_enough() {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--all-features", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "{} packages", packages.len());
    let stated = env!("CARGO_PKG_RUST_VERSION");
    for package in packages {
        if let Some(asked) = package["rust_version"].as_str() {
            let (name, of) = (&package["name"], &package["version"]);
            assert!(version(asked) <= version(stated), "{name} {of} needs Rust {asked}; Cargo.toml says {stated}");
        }
    }
    for document in ["README.md", "CONTRIBUTING.md"] {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        assert!(text.contains(&format!("Rust {stated} or later")), "{document} does not say {stated}");
    }
}

#[test]
fn the_tolerances_of_the_architecture_are_those_of_the_sources() {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, table) = page.split_once("| constant | file | value |").unwrap();
    let mut compared = 0;
    for line in table.lines().filter(|l| l.starts_with("| ") && !l.starts_with("| ---")) {
        let cells: Vec<&str> = line.trim_matches(['|', ' ']).split(" | ").collect();
        let [name, file, value] = cells[..] else { panic!("{line}") };
        let source = std::fs::read_to_string(root().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        let declared = |l: &str| l.contains(&format!("const {name}: ")) && l.ends_with(&format!(" = {value};"));
        assert!(source.lines().any(declared), "{file} has no `const {name}` that is {value}");
        compared += 1;
    }
    assert!(compared > 15, "{compared}");
    assert!(page.len() <= 10_000, "the map has grown to {} bytes: reasons belong into DESIGN.md", page.len());
}

#[test]
fn nothing_is_unsafe_but_calls_of_highs() {
    let Some(files) = tracked() else { return };
    let is_source = |f: &&String| f.starts_with("src/") && f.ends_with(".rs");
    let allows = |f: &&String| std::fs::read_to_string(root().join(f)).is_ok_and(|t| t.contains("allow(unsafe_code"));
    let unsafe_files: Vec<&String> = files.iter().filter(is_source).filter(allows).collect();
    assert_eq!(unsafe_files, ["src/engine/highs/ffi.rs"]);
}
