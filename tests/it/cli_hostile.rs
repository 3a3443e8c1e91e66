//! What the program is given to read and to write on the command line, by somebody who means no good or is in a hurry:
//! files that are none of the model's, outputs that are inputs, devices, names that look like syntax.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, Instant};

use crate::common::{process, program};

const MODEL: &str = "\
polysource: 1
chips: { gpu: { vendor: nvidia }, mi: { vendor: amd } }
clouds: { aws: {} }
offers: { file: prices.csv }
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h, mi: 1 req/h } } }
";
const TABLE: &str = "id,chip,cloud,price\na,gpu,aws,1\nb,mi,aws,2\n";
/// What must never be printed.
const SECRET: &str = "hunter2";

/// A folder with a model and its table in `m`, and secrets of several kinds beside it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Folder(tempfile::tempdir().unwrap());
        fs::create_dir(folder.at("m")).unwrap();
        fs::write(folder.at("m/model.yaml"), MODEL).unwrap();
        fs::write(folder.at("m/prices.csv"), TABLE).unwrap();
        fs::write(folder.at("passwd"), format!("root:x:0:0:{SECRET}:/root:/bin/bash\nkey:{SECRET}\n")).unwrap();
        fs::write(folder.at("environ"), format!("HOME=/root\0TOKEN={SECRET}\0")).unwrap();
        fs::write(folder.at("keys.csv"), format!("id,password\nroot,{SECRET}\n")).unwrap();
        fs::write(folder.at("secret.yaml"), format!("kind: Secret\ndata: {{ token: {SECRET} }}\n")).unwrap();
        fs::write(folder.at("secret.json"), format!("{{\"token\": \"{SECRET}\", \"status\": 1}}")).unwrap();
        folder
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        program().current_dir(self.0.path()).args(arguments).output().unwrap()
    }

    /// What is told on both streams, and the exit code.
    fn told(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.run(arguments);
        let text = [output.stdout, output.stderr].map(|t| String::from_utf8(t).unwrap()).concat();
        (output.status.code(), text)
    }

    #[track_caller]
    fn ends(&self, arguments: &[&str], code: i32, part: &str) {
        let (found, told) = self.told(arguments);
        assert!(found == Some(code) && told.contains(part), "{arguments:?}: {found:?}, {told}");
    }
}

#[test]
fn a_model_names_files_of_its_own_folder() {
    let folder = Folder::new();
    fs::write(folder.at("other.csv"), TABLE).unwrap();
    fs::create_dir(folder.at("m/sub")).unwrap();
    fs::write(folder.at("m/sub/p.csv"), TABLE).unwrap();
    let there = folder.at("m/prices.csv").display().to_string();
    for inside in ["prices.csv", "sub/p.csv", "sub/../prices.csv", "./prices.csv", &there] {
        // An absolute path starts at the root, and the model's folder was given as a relative one.
        let code = if Path::new(inside).is_absolute() { 3 } else { 0 };
        let set = format!("offers.file={inside}");
        assert_eq!(folder.told(&["check", "m/model.yaml", "--set", &set]).0, Some(code), "{inside}");
        assert_eq!(folder.told(&["check", "m/model.yaml", "--allow-files-outside", "--set", &set]).0, Some(0));
    }
    let outside = folder.at("other.csv").display().to_string();
    for outside in ["../other.csv", "sub/../../other.csv", "../m/prices.csv", &outside, "/etc/passwd", "/no/such/file"]
    {
        folder.ends(
            &["check", "m/model.yaml", "--set", &format!("offers.file={outside}")],
            3,
            "outside of the model's",
        );
    }
    // By an overlay, a scenario, and for what runs today.
    fs::write(folder.at("over.yaml"), "offers: { file: ../other.csv }\n").unwrap();
    folder.ends(&["check", "m/model.yaml", "--overlay", "over.yaml"], 3, "outside of the model's");
    fs::write(folder.at("m/s.yaml"), format!("{MODEL}scenarios: {{ x: {{ offers: {{ file: ../other.csv }} }} }}\n"))
        .unwrap();
    folder.ends(&["check", "m/s.yaml"], 3, "outside of the model's");
    folder.ends(&["check", "m/model.yaml", "--set", "baseline={file: ../today.csv}"], 3, "outside of the model's");
    let allowed = ["check", "m/model.yaml", "--set", "offers.file=../other.csv", "--allow-files-outside"];
    assert_eq!(folder.told(&allowed).0, Some(0));
    // The flag is everywhere a model is read.
    folder.ends(&["diff", "m/model.yaml", "m/model.yaml", "--allow-files-outside"], 0, "");
}

#[cfg(unix)]
#[test]
fn links_are_resolved_first() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    fs::write(folder.at("other.csv"), TABLE).unwrap();
    symlink("../other.csv", folder.at("m/out.csv")).unwrap();
    symlink("out.csv", folder.at("m/out2.csv")).unwrap();
    symlink("..", folder.at("m/up")).unwrap();
    symlink("prices.csv", folder.at("m/in.csv")).unwrap();
    // As a mounted configuration has it: the folder is a link, and so is each file in it.
    symlink("m", folder.at("link")).unwrap();
    for (model, file, code) in [
        ("m/model.yaml", "out.csv", 3),
        ("m/model.yaml", "out2.csv", 3),
        ("m/model.yaml", "up/other.csv", 3),
        ("m/model.yaml", "in.csv", 0),
        ("link/model.yaml", "prices.csv", 0),
        ("link/model.yaml", "in.csv", 0),
    ] {
        let (found, told) = folder.told(&["check", model, "--set", &format!("offers.file={file}")]);
        assert_eq!(found, Some(code), "{model} {file}: {told}");
        assert_eq!(code == 3, told.contains("outside of the model's folder"), "{told}");
    }
}

/// A device, a folder and a pipe without a writer: none is opened, none is waited for.
#[cfg(unix)]
#[test]
fn only_regular_files_are_read_for_a_model() {
    let folder = Folder::new();
    let made = std::process::Command::new("mkfifo").arg(folder.at("m/pipe")).status();
    let start = Instant::now();
    for file in ["/dev/zero", "/dev/stdin", ".", "pipe"] {
        if file == "pipe" && !made.as_ref().is_ok_and(std::process::ExitStatus::success) {
            continue;
        }
        for set in [format!("offers.file={file}"), format!("baseline={{file: {file}}}")] {
            folder.ends(&["check", "m/model.yaml", "--allow-files-outside", "--set", &set], 3, "it is a");
        }
    }
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn nothing_is_quoted_but_models_and_tables() {
    let folder = Folder::new();
    let outside = "--allow-files-outside";
    for secret in ["passwd", "environ", "keys.csv", "secret.yaml", "secret.json"] {
        let up = format!("../{secret}");
        let (offers, today) = (format!("offers.file={up}"), format!("baseline={{file: {up}}}"));
        let commands: [&[&str]; 14] = [
            &["check", secret],
            &["check", secret, "--format", "json"],
            &["solve", secret],
            &["check", "m/model.yaml", "--overlay", secret],
            &["check", "m/model.yaml", outside, "--set", &offers],
            &["check", "m/model.yaml", outside, "--set", &today],
            &["stress", "m/model.yaml", "--plan", secret],
            &["report", "m/model.yaml", "--plan", secret],
            &["diff", secret, "m/model.yaml"],
            &["import", "skypilot", secret, "--cloud", "aws"],
            &["import", "focus", secret, "-o", "today"],
            &["import", "focus", "m/prices.csv", "--map", secret, "-o", "today"],
            &["import", "solution", "m/model.yaml", secret],
            &["explain", secret],
        ];
        for arguments in commands {
            let (code, told) = folder.told(arguments);
            assert!(code != Some(0) && !told.contains(SECRET), "{arguments:?}: {code:?}, {told}");
        }
    }
    // A model with a mistake is one, and so is a table.
    folder.ends(&["check", "m/model.yaml", "--set", "chips.gpu.vendr=x"], 3, "vendr");
    fs::write(folder.at("m/prices.csv"), TABLE.replace("price", "prize")).unwrap();
    folder.ends(&["check", "m/model.yaml"], 3, "id,chip,cloud,prize");
    fs::write(folder.at("m/model.yaml"), MODEL.replace("chips: {", "chips: ]{")).unwrap();
    folder.ends(&["check", "m/model.yaml"], 3, "chips: ]{");
}

#[cfg(unix)]
#[test]
fn every_read_ends() {
    let folder = Folder::new();
    let start = Instant::now();
    for arguments in [
        &["check", "/dev/zero"][..],
        &["check", "m/model.yaml", "--overlay", "/dev/zero"],
        &["stress", "m/model.yaml", "--plan", "/dev/zero"],
        &["diff", "/dev/zero", "m/model.yaml"],
        &["import", "focus", "/dev/zero", "-o", "today"],
        &["import", "solution", "m/model.yaml", "/dev/zero"],
    ] {
        folder.ends(arguments, 3, "more than");
    }
    for name in ["manifest.json", "chunk-0000.journal"] {
        fs::create_dir_all(folder.at("sweep")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", folder.at(&format!("sweep/{name}"))).unwrap();
    }
    folder.ends(&["sweep", "run", "--chunk", "0", "--out", "sweep"], 1, "not a file");
    folder.ends(&["sweep", "status", "sweep"], 1, "not a file");
    let journal = ["sweep", "m/model.yaml", "--vary", "offers.a.price=1..2/2", "--journal", "/dev/zero"];
    folder.ends(&journal, 1, "not a file");
    assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
}

#[test]
fn no_output_replaces_an_input() {
    let folder = Folder::new();
    let (model, table) = (folder.at("m/model.yaml"), folder.at("m/prices.csv"));
    fs::write(folder.at("over.yaml"), "name: over\noffers: {}\n").unwrap();
    fs::hard_link(&model, folder.at("hard.yaml")).unwrap();
    let mut names = vec!["m/model.yaml", "m/../m/model.yaml", "hard.yaml", "m/prices.csv", "over.yaml"];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("m/model.yaml", folder.at("soft.yaml")).unwrap();
        std::os::unix::fs::symlink("soft.yaml", folder.at("softer.yaml")).unwrap();
        names.extend(["soft.yaml", "softer.yaml"]);
    }
    let before = [fs::read(&model).unwrap(), fs::read(&table).unwrap(), fs::read(folder.at("over.yaml")).unwrap()];
    for name in names {
        for verb in [
            &["check"][..],
            &["solve"],
            &["explain"],
            &["report", "--plain"],
            &["stress"],
            &["alternatives"],
            &["frontier"],
            &["curve", "--vary", "offers.a.price=1..2"],
            &["sweep", "--vary", "offers.a.price=1..2/2"],
            &["export", "--to", "lp"],
        ] {
            let arguments = [verb, &["m/model.yaml", "--overlay", "over.yaml", "-o", name]].concat();
            folder.ends(&arguments, 2, "is not replaced: this command reads it");
        }
    }
    // A plan, the other side of a comparison, a bill, a map, a solution, a journal.
    assert!(folder.run(&["solve", "m/model.yaml", "--format", "json", "-o", "plan.json"]).status.success());
    folder.ends(&["stress", "m/model.yaml", "--plan", "plan.json", "-o", "plan.json"], 2, "is not replaced");
    folder.ends(&["report", "m/model.yaml", "--plan", "plan.json", "-o", "plan.json"], 2, "is not replaced");
    folder.ends(&["diff", "m/model.yaml", "plan.json", "-o", "plan.json"], 2, "is not replaced");
    fs::write(folder.at("x.sol"), "a 1\n").unwrap();
    folder.ends(&["import", "solution", "m/model.yaml", "x.sol", "-o", "x.sol"], 2, "is not replaced");
    let vary = ["sweep", "m/model.yaml", "--vary", "offers.a.price=1..2/2", "--journal", "j", "-o", "j"];
    folder.ends(&vary, 2, "is not replaced");
    fs::create_dir(folder.at("bills")).unwrap();
    fs::write(folder.at("bills/baseline.csv"), BILL).unwrap();
    folder.ends(&["import", "focus", "bills/baseline.csv", "-o", "bills"], 2, "is not replaced");
    let after = [fs::read(&model).unwrap(), fs::read(&table).unwrap(), fs::read(folder.at("over.yaml")).unwrap()];
    assert_eq!(before, after);
    assert!(!folder.at("m/model.yaml.journal").exists());
    assert_eq!(fs::read_to_string(folder.at("bills/baseline.csv")).unwrap(), BILL);
    // Standard input is a file as well.
    #[cfg(unix)]
    {
        let quickstart = concat!(env!("CARGO_MANIFEST_DIR"), "/models/quickstart.yaml");
        fs::copy(quickstart, folder.at("q.yaml")).unwrap();
        let mut command = process();
        command.current_dir(folder.0.path()).args(["solve", "-", "-o", "q.yaml"]);
        let output = command.stdin(fs::File::open(folder.at("q.yaml")).unwrap()).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && told.contains("(as standard input)"), "{told}");
        assert_eq!(fs::read(folder.at("q.yaml")).unwrap(), fs::read(quickstart).unwrap());
    }
    // Another file of the same content is another file.
    fs::copy(&model, folder.at("copy.yaml")).unwrap();
    assert_eq!(folder.told(&["solve", "m/model.yaml", "-o", "copy.yaml"]).0, Some(0));
}

const BILL: &str = "\
ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ConsumedQuantity,ConsumedUnit,ResourceId,ResourceName
Usage,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,744,chip-hours,a,chat
";

#[test]
fn a_template_replaces_nothing_unasked() {
    let folder = Folder::new();
    folder.ends(&["init", "-o", "new.yaml"], 0, "");
    let template = fs::read(folder.at("new.yaml")).unwrap();
    folder.ends(&["init", "-o", "m/model.yaml"], 2, "--force");
    assert_eq!(fs::read_to_string(folder.at("m/model.yaml")).unwrap(), MODEL);
    folder.ends(&["init", "-o", "m/model.yaml", "--force"], 0, "");
    assert_eq!(fs::read(folder.at("m/model.yaml")).unwrap(), template);
}

#[test]
fn a_dash_is_standard_output() {
    let folder = Folder::new();
    for verb in [&["check"][..], &["solve"], &["export", "--to", "lp"], &["sweep", "--vary", "offers.a.price=1..2/2"]] {
        let plain = folder.run(&[verb, &["m/model.yaml"]].concat());
        let dash = folder.run(&[verb, &["m/model.yaml", "-o", "-"]].concat());
        assert!(plain.status.success() && plain.stdout == dash.stdout && !plain.stdout.is_empty(), "{verb:?}");
    }
    assert!(!folder.at("-").exists() && !folder.at("-.journal").exists());
    assert!(folder.run(&["schema", "model", "-o", "./-"]).status.success() && folder.at("-").exists());
}

#[cfg(unix)]
#[test]
fn a_protected_file_is_not_replaced() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let mode = |mode| fs::set_permissions(folder.at("old"), fs::Permissions::from_mode(mode)).unwrap();
    fs::write(folder.at("old"), "old").unwrap();
    mode(0o444);
    for verb in [&["solve"][..], &["check"], &["export", "--to", "mps"], &["sweep", "--vary", "offers.a.price=1..2/2"]]
    {
        folder.ends(&[verb, &["m/model.yaml", "-o", "old"]].concat(), 1, "write-protected");
    }
    folder.ends(&["init", "--force", "-o", "old"], 1, "write-protected");
    assert_eq!(fs::read_to_string(folder.at("old")).unwrap(), "old");
    mode(0o604);
    assert_eq!(folder.told(&["solve", "m/model.yaml", "-o", "old"]).0, Some(0));
    assert_eq!(fs::metadata(folder.at("old")).unwrap().permissions().mode() & 0o777, 0o604);
    // A new file has what any new file has.
    let new = |name: &str| fs::metadata(folder.at(name)).unwrap().permissions().mode() & 0o777;
    fs::write(folder.at("usual"), "").unwrap();
    assert_eq!(folder.told(&["solve", "m/model.yaml", "-o", "new"]).0, Some(0));
    assert_eq!(new("new"), new("usual"));
}

#[test]
fn what_a_killed_run_left_is_removed() {
    let folder = Folder::new();
    for name in ["plan.txt.4194399-0123456789abcdef.part", "other.txt.4194399-0123456789abcdef.part"] {
        fs::write(folder.at(name), "half").unwrap();
    }
    assert_eq!(folder.told(&["solve", "m/model.yaml", "-o", "plan.txt"]).0, Some(0));
    assert!(!folder.at("plan.txt.4194399-0123456789abcdef.part").exists());
    assert!(folder.at("other.txt.4194399-0123456789abcdef.part").exists(), "nothing is known of it");
    // The same for the files of a chunk, also if it was finished.
    let vary = ["--vary", "offers.a.price=1..2/2", "--columns", "cost"];
    folder.ends(&[&["sweep", "plan", "m/model.yaml"], &vary[..], &["--chunks", "1", "--out", "s"]].concat(), 0, "");
    let run = ["sweep", "run", "--chunk", "0", "--out", "s"];
    for _ in 0..2 {
        for name in ["jsonl", "jsonl.sha256", "heartbeat"] {
            fs::write(folder.at(&format!("s/chunk-0000.{name}.4194399-0123456789abcdef.part")), "half").unwrap();
        }
        folder.ends(&run, 0, "chunk 0 is done");
        let left = fs::read_dir(folder.at("s"))
            .unwrap()
            .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().ends_with(".part"));
        assert_eq!(left.count(), 0);
    }
}

/// A disk without room: the heartbeat cannot be written any more, and a name can.
#[cfg(target_os = "linux")]
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
#[test]
fn a_full_disk_is_told() {
    let folder = Folder::new();
    let vary = ["--vary", "offers.a.price=1..2/2", "--columns", "cost"];
    folder.ends(&[&["sweep", "plan", "m/model.yaml"], &vary[..], &["--chunks", "1", "--out", "s"]].concat(), 0, "");
    let disk = folder.at("disk");
    fs::create_dir(&disk).unwrap();
    let mount = |arguments: &[&str]| {
        let status = std::process::Command::new(arguments[0]).args(&arguments[1..]).arg(&disk).output();
        status.is_ok_and(|o| o.status.success())
    };
    if !mount(&["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs"]) {
        eprintln!("no small disk can be mounted here: skipped");
        return;
    }
    let told = (|| {
        fs::copy(folder.at("s/manifest.json"), disk.join("manifest.json")).ok()?;
        let filler = vec![b'x'; 1 << 20];
        // As much as there is room for.
        let _ = fs::write(disk.join("filler"), &filler);
        let run = folder.told(&["sweep", "run", "--chunk", "0", "--out", "disk"]);
        let status = folder.told(&["sweep", "status", "disk"]);
        let json = folder.told(&["sweep", "status", "disk", "--format", "json"]);
        fs::remove_file(disk.join("filler")).ok()?;
        let again = folder.told(&["sweep", "run", "--chunk", "0", "--out", "disk"]);
        Some((run, status, json, again, folder.told(&["sweep", "status", "disk"])))
    })();
    assert!(mount(&["umount"]));
    let (run, status, json, again, after) = told.expect("the small disk can be written");
    assert!(run.0 == Some(1) && run.1.contains("No space left"), "{run:?}");
    assert!(status.1.contains("failed") && status.1.contains("the disk is full"), "{status:?}");
    assert!(json.1.contains("\"failed\": 1") && json.1.contains("the disk is full"), "{json:?}");
    assert_eq!(again.0, Some(0), "{again:?}");
    assert!(after.1.contains("1 of 1") || after.1.contains("done"), "{after:?}");
    assert!(!after.1.contains("full"), "{after:?}");
}

/// `nohup` is a promise.
#[cfg(target_os = "linux")]
#[test]
fn an_ignored_signal_stays_ignored() {
    let folder = Folder::new();
    let sweep = |nohup: bool| {
        let exe = env!("CARGO_BIN_EXE_polysource");
        let rows = if nohup { "kept.csv" } else { "stopped.csv" };
        let _ = fs::remove_file(folder.at(&format!("{rows}.journal")));
        let mut command = std::process::Command::new(if nohup { "nohup" } else { exe });
        if nohup {
            command.arg(exe);
        }
        let model = concat!(env!("CARGO_MANIFEST_DIR"), "/models/quickstart.yaml");
        command.current_dir(folder.0.path()).args(["sweep", model, "--threads", "1", "--columns", "cost", "-o", rows]);
        command.args(["--format", "csv", "--vary", "workloads.chat.demand=*0.5..1/2000"]);
        command
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        let mut child = command.spawn().unwrap();
        let journal = folder.at(&format!("{rows}.journal"));
        let lines = || fs::read_to_string(&journal).map_or(0, |t| t.lines().count());
        let start = Instant::now();
        while lines() < 3 {
            assert!(start.elapsed() < Duration::from_secs(120), "no point was finished");
            std::thread::sleep(Duration::from_millis(5));
        }
        let hangs_up = std::process::Command::new("kill").args(["-HUP", &child.id().to_string()]).status().unwrap();
        assert!(hangs_up.success());
        let before = lines();
        if nohup {
            // It goes on: more points come.
            let start = Instant::now();
            while lines() <= before + 5 && child.try_wait().unwrap().is_none() {
                assert!(start.elapsed() < Duration::from_secs(120), "it has stopped");
                std::thread::sleep(Duration::from_millis(5));
            }
            if child.try_wait().unwrap().is_none() {
                // The other signals are still heard.
                std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
            }
        }
        child.wait().unwrap().code()
    };
    assert_eq!(sweep(false), Some(130), "hung up");
    let kept = sweep(true);
    assert!(matches!(kept, Some(130 | 0)), "{kept:?}");
}

/// The same values, and the same exit code, on every verb that solves.
#[test]
fn an_engine_is_the_same_everywhere() {
    let folder = Folder::new();
    let verbs: [&[&str]; 11] = [
        &["solve", "m/model.yaml"],
        &["stress", "m/model.yaml"],
        &["explain", "m/model.yaml"],
        &["report", "m/model.yaml"],
        &["alternatives", "m/model.yaml"],
        &["frontier", "m/model.yaml"],
        &["curve", "m/model.yaml", "--vary", "offers.a.price=1..2"],
        &["diff", "m/model.yaml", "m/model.yaml"],
        &["export", "m/model.yaml", "--to", "lp"],
        &["sweep", "m/model.yaml", "--vary", "offers.a.price=1..2/2"],
        &["sweep", "plan", "m/model.yaml", "--vary", "offers.a.price=1..2/2", "--chunks", "1", "--out", "s"],
    ];
    let mut helps = std::collections::BTreeSet::new();
    for verb in verbs {
        let wrong: &[&str] = if cfg!(feature = "highs") { &["abacus", ""] } else { &["abacus", "", "highs"] };
        for engine in wrong {
            let output = if verb[1] == "plan" { &[][..] } else { &["-o", "out"] };
            let (code, told) = folder.told(&[verb, &["--engine", engine], output].concat());
            assert_eq!(code, Some(2), "{verb:?} {engine}: {told}");
            assert!(told.contains("--engine"), "{told}");
            assert!(!folder.at("out").exists() && !folder.at("s").exists(), "{verb:?}");
        }
        for time in ["soon", "-1", "1 parsec"] {
            assert_eq!(folder.told(&[verb, &["--time-limit", time]].concat()).0, Some(2), "{verb:?} {time}");
        }
        let mut words: Vec<&str> = verb.iter().copied().take(if verb[1] == "plan" { 2 } else { 1 }).collect();
        words.push("--help");
        let help = folder.told(&words).1;
        let of = |option: &str| {
            let from = help.find(option).unwrap_or_else(|| panic!("{verb:?} has no {option}"));
            let next = |line: &&str| !line.trim_start().starts_with('-') || line.contains(option);
            let own = help[from..].lines().take_while(next);
            own.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
        };
        helps.insert((of("--engine <ENGINE>"), of("--time-limit <TIME>")));
        for engine in ["auto", "microlp", "clarabel"] {
            let (code, told) = folder.told(&[verb, &["--engine", engine]].concat());
            assert_eq!(code, Some(0), "{verb:?} {engine}: {told}");
            let _ = fs::remove_dir_all(folder.at("s"));
        }
    }
    assert!(helps.len() == 1 && helps.iter().all(|(engine, _)| engine.contains("highs")), "{helps:#?}");
}

/// One time limit for all points, however many there are.
#[test]
fn a_time_limit_is_a_total() {
    let folder = Folder::new();
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/models/quickstart.yaml");
    let vary = ["--vary", "workloads.chat.demand=*0.5..1/20000", "--columns", "cost", "--format", "csv"];
    let arguments = [&["sweep", model, "--time-limit", "500ms", "-o", "rows.csv"], &vary[..]].concat();
    let start = Instant::now();
    let (code, told) = folder.told(&arguments);
    // Twenty thousand points take minutes; what is counted here is reading and writing them on a busy machine.
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    assert_eq!(code, Some(6), "{told}");
    let rows = fs::read_to_string(folder.at("rows.csv")).unwrap();
    assert_eq!(rows.lines().count(), 20_001);
    let solved = rows.lines().filter(|l| l.contains(",optimal,")).count();
    assert!(rows.contains("the time limit was reached") && solved < 20_000, "{solved}");
    // What was solved is kept, and what was not is not taken for an answer by the run that goes on.
    let journal = fs::read_to_string(folder.at("rows.csv.journal")).unwrap();
    assert!(!journal.contains("unverified") && journal.lines().count() <= solved + 1);
    assert_eq!(folder.told(&[&arguments[..], &["--resume"]].concat()).0, Some(6));
    // None at all for the other verbs: no plan is certified, and none is told as one.
    for verb in [&["solve"][..], &["explain"], &["stress"], &["export", "--to", "focus"]] {
        let (code, told) = folder.told(&[verb, &[model, "--time-limit", "0", "--engine", "clarabel"]].concat());
        assert!(matches!(code, Some(5 | 6)), "{verb:?}: {code:?} {told}");
    }
}

#[test]
fn threads_are_not_without_end() {
    let folder = Folder::new();
    let vary = ["sweep", "m/model.yaml", "--vary", "offers.a.price=1..2/2", "--threads"];
    for threads in ["100000", "18446744073709551615", "-1", "many"] {
        let (code, told) = folder.told(&[&vary[..], &[threads, "-o", "rows"]].concat());
        assert_eq!(code, Some(2), "{told}");
        assert!(!folder.at("rows").exists());
    }
    folder.ends(&[&vary[..], &["100000"]].concat(), 2, "for each processor");
    folder.ends(&[&vary[..], &["8"]].concat(), 0, "");
}

#[test]
fn columns_are_neither_deep_nor_long() {
    let folder = Folder::new();
    let vary = ["sweep", "m/model.yaml", "--vary", "offers.a.price=1..2/2", "--columns"];
    let nested = |n: usize| format!("{}cost{}", "(".repeat(n), ")".repeat(n));
    folder.ends(&[&vary[..], &[nested(64).as_str()]].concat(), 0, "");
    folder.ends(&[&vary[..], &[nested(65).as_str()]].concat(), 2, "more than 64 deep");
    folder.ends(&[&vary[..], &[nested(10_000).as_str()]].concat(), 2, "at most 4096");
    for (column, part) in [(nested(65), "more than 64 deep"), (nested(10_000), "at most 4096")] {
        let sweeps = format!(
            "{MODEL}sweeps: {{ s: {{ vary: [ {{ path: offers.a.price, set: 1..2, steps: 2 }} ], columns: [ \"{column}\" ] }} }}\n"
        );
        fs::write(folder.at("m/s.yaml"), sweeps).unwrap();
        folder.ends(&["check", "m/s.yaml"], 3, part);
        folder.ends(&["sweep", "m/s.yaml"], 3, part);
    }
}

/// Names that are syntax somewhere: what `check` accepts, everything accepts.
#[test]
fn any_vendor_can_be_reported() {
    let folder = Folder::new();
    for vendor in [
        "Nvidia, Inc.",
        "A #B",
        "null",
        "true",
        "~",
        "a: b",
        "{x}",
        "x}.price=1",
        "[a]",
        "'q",
        "*",
        "- a",
        "é ü",
        "1e3",
    ] {
        let model = MODEL
            .replace("vendor: nvidia", &format!("vendor: {}", serde_json::json!(vendor)))
            .replace("prices.csv", "p.csv");
        fs::write(folder.at("m/v.yaml"), model).unwrap();
        fs::write(folder.at("m/p.csv"), "id,chip,cloud,price,capacity\na,gpu,aws,1,6\nb,mi,aws,2,20\n").unwrap();
        let (code, told) = folder.told(&["check", "m/v.yaml"]);
        if code != Some(0) {
            assert_eq!(code, Some(3), "{vendor}: {told}");
            continue;
        }
        let (code, told) = folder.told(&["report", "m/v.yaml", "-o", "page.html"]);
        assert_eq!((code, told.as_str()), (Some(0), ""), "{vendor}");
        let page = fs::read_to_string(folder.at("page.html")).unwrap();
        // A curve for each of the two vendors, and none that could not be drawn.
        assert!(!page.contains("No curve"), "{vendor}");
        for verb in ["solve", "explain", "frontier", "alternatives", "stress"] {
            let (code, told) = folder.told(&[verb, "m/v.yaml"]);
            assert_eq!(code, Some(0), "{verb} {vendor}: {told}");
        }
        folder.ends(&["sweep", "m/v.yaml", "--vary", "offers.a.price=1..2/2"], 0, "");
        // As its name is told, it can be asked for.
        let name = format!("offers{{vendor: {}}}.price=*0.5..1.5", serde_json::json!(vendor));
        folder.ends(&["curve", "m/v.yaml", "--vary", &name], 0, "");
    }
}
