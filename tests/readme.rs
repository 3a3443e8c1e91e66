//! The README and the pages of `docs` say what is true: their model gives its answer, their commands run as written, and
//! their links lead somewhere.
//!
//! Apart from `tests/it`, since it runs the examples and may have to build them.

use std::path::{Path, PathBuf};
use std::process::Command;

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path.as_ref()).unwrap_or_else(|e| panic!("{}: {e}", path.as_ref().display()))
}

/// The first block of a language on a page.
fn block(page: &str, language: &str) -> String {
    let text = read(page);
    let start = text.find(&format!("```{language}\n")).unwrap() + language.len() + 4;
    text[start..start + text[start..].find("```").unwrap()].to_owned()
}

/// The README, and the pages of the folders in which others stand.
fn pages() -> Vec<PathBuf> {
    let pages = |folder: &str| std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect::<Vec<_>>();
    let mut all: Vec<PathBuf> = ["docs", "models"].into_iter().flat_map(pages).collect();
    all.retain(|path| path.extension().is_some_and(|e| e == "md"));
    all.sort();
    all.insert(0, "README.md".into());
    all
}

fn polysource() -> Command {
    Command::new(env!("CARGO_BIN_EXE_polysource"))
}

/// In full on the page that reads it line by line, its beginning in the README.
#[test]
fn the_model_gives_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.yaml");
    for page in ["README.md", "docs/quickstart.md"] {
        std::fs::write(&path, block(page, "yaml")).unwrap();
        let run = polysource().arg("solve").arg(&path).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let answer = String::from_utf8(run.stdout).unwrap();
        match block(page, "text").strip_suffix("...\n") {
            Some(beginning) => assert!(beginning.lines().count() >= 8 && answer.starts_with(beginning), "{answer}"),
            None => assert_eq!(answer, block(page, "text")),
        }
    }
}

#[test]
fn the_model_is_the_quickstart_without_its_comments() {
    let quickstart = read("models/quickstart.yaml");
    let bare: Vec<&str> = quickstart.lines().filter(|l| !l.starts_with('#')).collect();
    for page in ["README.md", "docs/quickstart.md"] {
        assert_eq!(block(page, "yaml").trim(), bare.join("\n").trim());
    }
}

/// A newcomer reads no more.
#[test]
fn the_readme_is_short() {
    assert!(read("README.md").lines().count() <= 150);
}

/// Every link within the repository leads to a file, and the book has every page of its folder.
#[test]
fn links_lead_somewhere() {
    for page in pages() {
        let text = read(&page);
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let pictures = text.split("src").skip(1).filter_map(|rest| rest.split('"').nth(1));
        for target in targets.chain(pictures.filter(|p| p.ends_with(".png"))) {
            let file = target.split('#').next().unwrap();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            assert!(page.parent().unwrap().join(file).exists(), "{}: no {target}", page.display());
        }
    }
    let summary = read("docs/SUMMARY.md");
    for page in pages().into_iter().filter(|p| p.starts_with("docs") && !p.ends_with("SUMMARY.md")) {
        let name = page.file_name().unwrap().to_str().unwrap();
        assert!(summary.contains(&format!("]({name})")), "docs/SUMMARY.md lacks {name}");
    }
}

fn copy(from: &str, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// Every command that the pages give for the program runs as written, but for those that need a cluster or a store, and
/// those of the models' own pages, whose answers `tests/it/models.rs` has. On the page on uncertainty they also give the
/// lines that stand below them.
#[test]
fn the_commands_run() {
    let folder = tempfile::tempdir().unwrap();
    // What a command writes must not end up in the repository.
    copy("models", &folder.path().join("models"));
    let program = assert_cmd::cargo::cargo_bin!("polysource").parent().unwrap().display().to_string();
    let path = format!("{program}:{}", std::env::var("PATH").unwrap_or_default());
    let (mut commands, mut ran, mut shown) = (Vec::new(), 0, 0);
    // The tutorial has a test of its own.
    for page in pages().into_iter().filter(|p| !p.starts_with("models") && !p.ends_with("tutorial.md")) {
        let text = read(&page);
        let answers = page.ends_with("uncertainty.md");
        let (mut block, mut said) = ("", String::new());
        for line in text.lines() {
            if let Some(language) = line.strip_prefix("```") {
                block = language;
                continue;
            }
            if answers && block == "text" {
                let line = line.trim_end();
                assert!(said.lines().any(|l| l.trim_end() == line), "{}: `{line}` is not in\n{said}", page.display());
                shown += 1;
            }
            let in_shell = block == "sh";
            // With quotes, so through a shell that finds the program.
            let elsewhere = line.contains("s3://") || line.ends_with('\\');
            if in_shell && line.starts_with("polysource ") && !elsewhere {
                let mut shell = Command::new("sh");
                let run = shell.args(["-c", line]).env("PATH", &path).current_dir(folder.path()).output().unwrap();
                assert!(run.status.success(), "{line}: {}", String::from_utf8_lossy(&run.stderr));
                said = String::from_utf8_lossy(&run.stdout).into_owned();
                ran += 1;
            }
            if let Some(rest) = line.strip_prefix("cargo run --release -- ") {
                commands.push(rest.to_owned());
            }
            if let Some(rest) = line.strip_prefix("| `polysource ") {
                commands.push(rest.split('`').next().unwrap().to_owned());
            }
        }
    }
    assert!(ran > 20, "{ran}");
    assert!(shown > 10, "{shown}");
    assert_eq!(commands.len(), 24, "{commands:?}");
    // They do not end by themselves, or need a client or a plan; `gate::watch`, `serve`, `mcp` and `replan` in `tests/it`
    // run them.
    commands.retain(|command| !["watch ", "serve ", "mcp ", "replan "].iter().any(|verb| command.starts_with(verb)));
    for command in commands {
        let command = command.replace("MODEL", "models/quickstart.yaml");
        let mut arguments: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        if let Some(at) = arguments.iter().position(|a| a == "-o") {
            arguments[at + 1] = folder.path().join("again").join(&arguments[at + 1]).display().to_string();
            std::fs::create_dir_all(folder.path().join("again")).unwrap();
        }
        if arguments[0] == "man" {
            arguments[1] = folder.path().join(&arguments[1]).display().to_string();
        }
        let run = polysource().args(&arguments).output().unwrap();
        assert!(run.status.success(), "polysource {command}: {}", String::from_utf8_lossy(&run.stderr));
    }
}

/// The tutorial's commands, one after the other in its folder, give the lines that stand below them.
#[test]
fn the_tutorial_gives_its_answers() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["bill.csv", "map.yaml", "model.yaml"] {
        std::fs::copy(Path::new("docs/tutorial").join(file), folder.path().join(file)).unwrap();
    }
    let program = assert_cmd::cargo::cargo_bin!("polysource").parent().unwrap().display().to_string();
    let path = format!("{program}:{}", std::env::var("PATH").unwrap_or_default());
    let (mut block, mut said, mut lines) = (String::new(), String::new(), 0);
    for line in read("docs/tutorial.md").lines() {
        if let Some(language) = line.strip_prefix("```") {
            block = language.to_owned();
        } else if block == "sh" {
            let mut shell = Command::new("sh");
            let run = shell.args(["-c", line]).env("PATH", &path).current_dir(folder.path()).output().unwrap();
            assert!(run.status.success(), "{line}: {}", String::from_utf8_lossy(&run.stderr));
            said = String::from_utf8(run.stdout).unwrap();
            if line.contains("import focus") {
                said = read(folder.path().join("today/baseline.csv"));
            }
        } else if block == "text" {
            assert!(said.lines().any(|l| l.trim_start().starts_with(line.trim_start())), "`{line}` is not in\n{said}");
            lines += 1;
        }
    }
    assert!(lines > 12, "{lines}");
}

/// The programs of `examples/` run. `cargo test` has built them, unless this file is tested alone.
#[test]
fn the_examples_run() {
    let folder = assert_cmd::cargo::cargo_bin!("polysource").parent().unwrap().join("examples");
    if !folder.join("solve").exists() {
        assert!(Command::new(env!("CARGO")).args(["build", "--examples", "--quiet"]).status().unwrap().success());
    }
    for (example, line) in [
        ("solve", "Quickstart: 190800000.00 USD"),
        ("sweep", "Optimal"),
        ("custom_constraint", "without it 190800000.00, with it "),
        ("own_engine", "certified: true"),
        ("builder", "2 mistakes"),
        // 75 % of the spend may be at either vendor: see the model.
        ("price_study", "at 1.00: 10800 USD an hour, 8100 H100"),
        ("handler", "withdrawn"),
    ] {
        let run = Command::new(folder.join(example)).output().unwrap();
        let told = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(
            run.status.success() && told.contains(line),
            "{example}: {told}{}",
            String::from_utf8_lossy(&run.stderr)
        );
    }
}
