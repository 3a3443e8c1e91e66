//! The README says what is true: its model gives its answer, and its commands run as written.
//!
//! Apart from `tests/it`, since it runs the examples and may have to build them.

use std::process::Command;

fn readme() -> String {
    std::fs::read_to_string("README.md").unwrap()
}

/// The first block of a language.
fn block(language: &str) -> String {
    let text = readme();
    let start = text.find(&format!("```{language}\n")).unwrap() + language.len() + 4;
    text[start..start + text[start..].find("```").unwrap()].to_owned()
}

fn polysource() -> Command {
    Command::new(env!("CARGO_BIN_EXE_polysource"))
}

#[test]
fn the_model_gives_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.yaml");
    std::fs::write(&path, block("yaml")).unwrap();
    let run = polysource().arg("solve").arg(&path).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(String::from_utf8(run.stdout).unwrap(), block("text"));
}

#[test]
fn the_model_is_the_quickstart_without_its_comments() {
    let quickstart = std::fs::read_to_string("models/quickstart.yaml").unwrap();
    let bare: Vec<&str> = quickstart.lines().filter(|l| !l.starts_with('#')).collect();
    assert_eq!(block("yaml").trim(), bare.join("\n").trim());
}

fn copy(from: &str, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// Every command that the README gives for the program runs as written.
#[test]
fn the_commands_run() {
    let text = readme();
    let folder = tempfile::tempdir().unwrap();
    let mut commands: Vec<String> = Vec::new();
    // What a command writes must not end up in the repository.
    copy("models", &folder.path().join("models"));
    for line in text.lines() {
        // With quotes, so through a shell that finds the program.
        if line.starts_with("polysource ") {
            let program = assert_cmd::cargo::cargo_bin!("polysource").parent().unwrap().display().to_string();
            let path = format!("{program}:{}", std::env::var("PATH").unwrap_or_default());
            let run =
                Command::new("sh").args(["-c", line]).env("PATH", path).current_dir(folder.path()).output().unwrap();
            assert!(run.status.success(), "{line}: {}", String::from_utf8_lossy(&run.stderr));
        }
        if let Some(rest) = line.strip_prefix("cargo run --release -- ") {
            commands.push(rest.to_owned());
        }
        if let Some(rest) = line.strip_prefix("| `polysource ") {
            commands.push(rest.split('`').next().unwrap().to_owned());
        }
    }
    assert_eq!(commands.len(), 17, "{commands:?}");
    for command in commands {
        let command = command.replace("MODEL", "models/quickstart.yaml");
        let mut arguments: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        if let Some(at) = arguments.iter().position(|a| a == "-o") {
            arguments[at + 1] = folder.path().join(&arguments[at + 1]).display().to_string();
        }
        if arguments[0] == "man" {
            arguments[1] = folder.path().join(&arguments[1]).display().to_string();
        }
        let run = polysource().args(&arguments).output().unwrap();
        assert!(run.status.success(), "polysource {command}: {}", String::from_utf8_lossy(&run.stderr));
    }
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
