//! `mcp`: the tools of AI assistants, called by a client of the protocol that starts the program.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rmcp::model::{CallToolRequestParams, CallToolResult};
use rmcp::service::{RoleClient, RunningService};
use rmcp::transport::TokioChildProcess;
use rmcp::{ServiceError, ServiceExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::common::{QUICKSTART, at, process, program, root, run, text};

/// Longest wait for what is expected to come at once, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client whose server runs for a folder.
struct Client {
    runtime: Runtime,
    service: Option<RunningService<RoleClient, ()>>,
    server: u32,
}

impl Client {
    fn of(folder: &Path, options: &[&str]) -> Client {
        let mut command = process();
        // The folder is what is said, and not where it is started.
        command.current_dir("/").arg("mcp").arg(folder).args(options);
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let (service, server) = runtime.block_on(async {
            let child = TokioChildProcess::new(tokio::process::Command::from(command)).unwrap();
            let server = child.id().unwrap();
            (().serve(child).await.unwrap(), server)
        });
        Client { runtime, service: Some(service), server }
    }

    fn service(&self) -> &RunningService<RoleClient, ()> {
        self.service.as_ref().unwrap()
    }

    fn call(&self, tool: &'static str, input: &Value) -> Answer {
        self.try_call(tool, input).unwrap()
    }

    fn try_call(&self, tool: &'static str, input: &Value) -> Result<Answer, ServiceError> {
        let asked = CallToolRequestParams::new(tool).with_arguments(input.as_object().unwrap().clone());
        self.runtime.block_on(self.service().call_tool(asked)).map(Answer)
    }
}

struct Answer(CallToolResult);

impl Answer {
    fn texts(&self) -> Vec<&str> {
        self.0.content.iter().map(|c| c.as_text().unwrap().text.as_str()).collect()
    }

    #[track_caller]
    fn ok(&self) -> &Value {
        assert_eq!(self.0.is_error, Some(false), "{:?}", self.texts());
        self.0.structured_content.as_ref().unwrap()
    }

    /// What is said of a failure.
    #[track_caller]
    fn failure(&self) -> &str {
        assert_eq!(self.0.is_error, Some(true), "{:?}", self.texts());
        self.texts()[0]
    }

    /// How the program ended.
    fn end(&self) -> &str {
        self.texts().last().unwrap()
    }
}

/// A folder with the quickstart as `model.yaml`, and one beside it that nobody may read.
fn folders() -> TempDir {
    let outer = tempfile::tempdir().unwrap();
    fs::create_dir(outer.path().join("in")).unwrap();
    for place in ["in/model.yaml", "secret.yaml"] {
        fs::copy(at(QUICKSTART), outer.path().join(place)).unwrap();
    }
    outer
}

#[test]
fn the_server_names_itself_and_its_five_tools() {
    let client = Client::of(root(), &[]);
    let info = client.service().peer_info().unwrap();
    let server = info.server_info.as_ref().unwrap();
    assert_eq!((server.name.as_str(), server.version.as_str()), ("polysource", env!("CARGO_PKG_VERSION")));
    let instructions = info.instructions.clone().unwrap();
    let tools = client.runtime.block_on(client.service().list_all_tools()).unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| &*tool.name).collect();
    assert_eq!(names, ["check", "solve", "explain", "what_if", "diff"]);
    for tool in &tools {
        assert!(instructions.contains(&format!("`{}`", tool.name)), "{}", tool.name);
        let hints = tool.annotations.as_ref().unwrap();
        assert_eq!((hints.read_only_hint, hints.destructive_hint), (Some(true), Some(false)));
        let schema = Value::Object((*tool.input_schema).clone());
        assert!(jsonschema::meta::is_valid(&schema), "{schema}");
        assert_eq!(schema["additionalProperties"], json!(false));
        let properties = schema["properties"].as_object().unwrap();
        for (name, property) in properties {
            assert!(property["description"].as_str().is_some_and(|d| d.len() > 10), "{}: {name}", tool.name);
        }
        let told = tool.description.as_deref().unwrap();
        assert!(told.ends_with('.') && told.len() > 100, "{told}");
    }
    let refused = client.try_call("shell", &json!({})).map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("there is no tool `shell`"), "{refused}");
}

#[test]
fn a_solve_is_what_the_command_line_prints() {
    let client = Client::of(root(), &[]);
    let printed = run(&["solve", QUICKSTART, "--format", "json"]);
    let answer = client.call("solve", &json!({ "model": QUICKSTART }));
    assert_eq!(answer.texts()[0], text(&printed.stdout));
    assert_eq!(*answer.ok(), serde_json::from_slice::<Value>(&printed.stdout).unwrap());
    assert!(answer.end().starts_with("Exit code 0: "), "{}", answer.end());

    let changed =
        ["solve", QUICKSTART, "--set", "offers.coreweave-h100.price=3.50", "--format", "text", "--detail", "plan"];
    let asked = json!({ "model": QUICKSTART, "set": [changed[3]], "format": "text", "detail": "plan" });
    let answer = client.call("solve", &asked);
    assert_eq!(answer.texts()[0], text(&run(&changed).stdout));
    assert_eq!((answer.0.is_error, &answer.0.structured_content), (Some(false), &None));
    // By its whole path it is the same model.
    let whole = client.call("solve", &json!({ "model": at(QUICKSTART).to_str().unwrap() }));
    assert_eq!(whole.texts()[0], text(&printed.stdout));
}

#[test]
fn mistakes_of_a_model_are_what_check_answers_and_why_solve_fails() {
    let outer = folders();
    let folder = outer.path().join("in");
    let model = fs::read_to_string(at(QUICKSTART)).unwrap().replace("price: 4.00", "prise: 4.00");
    fs::write(folder.join("wrong.yaml"), model).unwrap();
    let client = Client::of(&folder, &[]);
    let checked = client.call("check", &json!({ "model": "wrong.yaml" }));
    assert_eq!(checked.ok()["ok"], json!(false));
    let errors = checked.ok()["errors"].as_array().unwrap();
    let unknown = errors.iter().find(|e| e["code"] == "unknown-key").unwrap();
    assert_eq!((&unknown["file"], &unknown["remedy"]), (&json!("wrong.yaml"), &json!("did you mean `price`?")));
    assert!(unknown["line"].as_u64().is_some());
    assert!(checked.end().starts_with("Exit code 3: the model is wrong"));

    let solved = client.call("solve", &json!({ "model": "wrong.yaml" }));
    assert!(solved.failure().starts_with("Exit code 3: "), "{}", solved.failure());
    assert!(solved.failure().contains("error[unknown-key]") && solved.failure().contains("did you mean `price`?"));
    let right = client.call("check", &json!({ "model": "model.yaml" }));
    assert_eq!((&right.ok()["ok"], &right.ok()["errors"]), (&json!(true), &json!([])));
    // The model is one that a setting breaks.
    let set = client.call("check", &json!({ "model": "model.yaml", "set": ["offers.coreweave-h100.price=cheap"] }));
    assert_eq!(set.ok()["ok"], json!(false));
}

#[test]
fn no_plan_is_an_answer_and_explain_says_why() {
    let client = Client::of(&at("models"), &[]);
    let solved = client.call("solve", &json!({ "model": "infeasible.yaml" }));
    assert_eq!(solved.ok()["status"], json!("infeasible"));
    assert!(solved.end().starts_with("Exit code 4: there is no plan"), "{}", solved.end());
    let why = client.call("explain", &json!({ "model": "infeasible.yaml" }));
    let mut command = program();
    let printed = command.current_dir(at("models")).args(["explain", "infeasible.yaml", "--format", "json"]).output();
    assert_eq!(why.texts()[0], text(&printed.unwrap().stdout));
    assert!(why.ok()["conflict"].as_array().is_some_and(|c| !c.is_empty()), "{}", why.texts()[0]);

    let drivers =
        client.call("explain", &json!({ "model": "quickstart.yaml", "subject": "vendor-cap", "format": "text" }));
    assert!(drivers.texts()[0].contains("vendor-cap"), "{}", drivers.texts()[0]);
    let nobody = client.call("explain", &json!({ "model": "quickstart.yaml", "subject": "--help" }));
    assert!(nobody.failure().starts_with("Exit code 2: "), "{}", nobody.failure());
    for (word, told) in
        [("HHI", "sum of squared shares"), ("survive.preempt", "preempt"), ("unserved-workload", "no offer can serve")]
    {
        let page = client.call("explain", &json!({ "subject": word }));
        assert_eq!(page.0.is_error, Some(false));
        assert!(page.texts()[0].contains(told), "{}", page.texts()[0]);
    }
}

#[test]
fn what_if_compares_the_model_without_and_with_a_change() {
    let client = Client::of(&at("models"), &[]);
    let price = "offers.coreweave-h100.price=3.50";
    let told = client.call("what_if", &json!({ "model": "quickstart.yaml", "set": [price] }));
    let cost = |set: &[&str]| {
        let sets: Vec<&str> = set.iter().flat_map(|s| ["--set", s]).collect();
        let printed = run(&[&["solve", QUICKSTART, "--format", "json"], &sets[..]].concat());
        serde_json::from_slice::<Value>(&printed.stdout).unwrap()["cost"]["total"].as_f64().unwrap()
    };
    let (before, after) = (cost(&[]), cost(&[price]));
    assert!(after < before);
    assert_eq!((told.ok()["a"]["total"].as_f64(), told.ok()["b"]["total"].as_f64()), (Some(before), Some(after)));
    let inputs = told.ok()["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), 1, "{inputs:?}");
    assert_eq!(inputs[0]["path"], json!("offers.coreweave-h100.price"));

    let none = client.call("what_if", &json!({ "model": "quickstart.yaml" }));
    assert!(none.failure().contains("there is no change to compare with"));
    let nowhere = client.call("what_if", &json!({ "model": "quickstart.yaml", "set": ["offers.nobody.price=1"] }));
    assert!(nowhere.failure().starts_with("Exit code 3: ") && nowhere.failure().contains("nobody"));
}

#[test]
fn a_plan_is_compared_with_a_model() {
    let outer = folders();
    let folder = outer.path().join("in");
    let solved = run(&["solve", QUICKSTART, "--set", "offers.coreweave-h100.price=3.50", "--format", "json"]);
    fs::write(folder.join("plan.json"), &solved.stdout).unwrap();
    let client = Client::of(&folder, &[]);
    let told = client.call("diff", &json!({ "a": "plan.json", "b": "model.yaml", "detail": "plan" }));
    assert_eq!((&told.ok()["a"]["solved"], &told.ok()["b"]["solved"]), (&json!(false), &json!(true)));
    assert!(told.ok()["b"]["total"].as_f64() > told.ok()["a"]["total"].as_f64());
    let same = client.call("diff", &json!({ "a": "model.yaml", "b": "model.yaml", "format": "text" }));
    assert!(same.texts()[0].starts_with("no difference"), "{}", same.texts()[0]);
}

/// Only what is in the folder is read, and nothing that is said becomes an option or a shell's word.
#[test]
fn what_is_outside_and_what_looks_like_an_option_is_refused() {
    let outer = folders();
    let folder = outer.path().join("in");
    let client = Client::of(&folder, &[]);
    let whole = outer.path().join("secret.yaml").display().to_string();
    for outside in ["../secret.yaml", "../none.yaml", &whole, "/etc/passwd"] {
        for (tool, input) in [
            ("check", json!({ "model": outside })),
            ("solve", json!({ "model": outside })),
            ("solve", json!({ "model": "model.yaml", "overlay": [outside] })),
            ("explain", json!({ "model": outside })),
            ("what_if", json!({ "model": outside, "set": ["x=1"] })),
            ("diff", json!({ "a": "model.yaml", "b": outside })),
        ] {
            let answer = client.call(tool, &input);
            let told = answer.failure();
            assert!(
                told.starts_with("error[unreadable]: ") && told.contains("outside of the folder"),
                "{tool}: {told}"
            );
        }
        assert!(
            client.call("explain", &json!({ "subject": outside })).failure().contains("is not a code, key or term")
        );
    }
    for option in ["--help", "-", "--allow-files-outside", "-o/tmp/x", "", "."] {
        let answer = client.call("solve", &json!({ "model": option }));
        assert!(answer.failure().starts_with("error[unreadable]: "), "{}", answer.failure());
    }
    // Such names are files like others where there are such files.
    fs::copy(folder.join("model.yaml"), folder.join("--help")).unwrap();
    assert_eq!(client.call("check", &json!({ "model": "--help" })).ok()["ok"], json!(true));
    // Values stay values.
    let written = folder.join("written");
    let value = format!("-o{}", written.display());
    for input in [
        json!({ "model": "model.yaml", "set": [value] }),
        json!({ "model": "model.yaml", "scenario": [value] }),
        json!({ "model": "model.yaml", "set": [format!("name=$(touch {0}); touch {0}", written.display())] }),
    ] {
        client.call("solve", &input);
        assert!(!written.exists(), "{input}");
    }
    let unknown = client.call("solve", &json!({ "model": "model.yaml", "output": "written" }));
    assert!(unknown.failure().contains("unknown field `output`"), "{}", unknown.failure());
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_refused() {
    let outer = folders();
    let folder = outer.path().join("in");
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, folder.join(name)).unwrap();
    link("../secret.yaml", "link.yaml");
    link("..", "up");
    link("model.yaml", "same.yaml");
    link("../offers.csv", "offers.csv");
    let client = Client::of(&folder, &[]);
    for name in ["link.yaml", "up/secret.yaml"] {
        let answer = client.call("check", &json!({ "model": name }));
        assert!(answer.failure().contains("outside of the folder"), "{}", answer.failure());
    }
    assert!(client.call("explain", &json!({ "subject": "link.yaml" })).failure().contains("is not a code"));
    assert_eq!(client.call("check", &json!({ "model": "same.yaml" })).ok()["ok"], json!(true));
    // Neither does a model that is allowed name one that is not.
    fs::write(outer.path().join("offers.csv"), "id,chip,cloud,price\n").unwrap();
    let model =
        "polysource: 1\nchips: { h100: { vendor: nvidia } }\nclouds: { aws: {} }\noffers: { file: offers.csv }\n";
    fs::write(folder.join("names.yaml"), model).unwrap();
    let answer = client.call("check", &json!({ "model": "names.yaml" }));
    let errors = answer.ok()["errors"].as_array().unwrap();
    assert!(errors.iter().any(|e| e["code"] == "unreadable"), "{errors:?}");
}

#[test]
fn a_call_that_takes_too_long_is_ended() {
    let client = Client::of(&at("models"), &["--time-limit", "20s"]);
    let begun = Instant::now();
    let asked = json!({ "model": "frontier-lab.yaml", "scenario": ["demand-unknown"], "time_limit": 0.05 });
    let answer = client.call("solve", &asked);
    // By the program itself, or else a little later by the server.
    let told = answer.failure();
    let ended = ["Exit code 5: ", "Exit code 6: ", "The call was stopped: "];
    assert!(ended.iter().any(|end| told.starts_with(end)), "{told}");
    assert!(begun.elapsed() < PATIENCE / 2, "{:?}", begun.elapsed());
    for wrong in [json!(0), json!(-1), json!(21), json!(1e300)] {
        let answer = client.call("solve", &json!({ "model": "quickstart.yaml", "time_limit": wrong }));
        assert!(answer.failure().contains("at most 20"), "{wrong}: {}", answer.failure());
    }
}

/// The processes that a process has started and that still run.
#[cfg(target_os = "linux")]
fn children(process: u32) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).map(|all| all.flatten().collect()).unwrap_or(Vec::new());
    let of = |task: &fs::DirEntry| fs::read_to_string(task.path().join("children")).unwrap_or_default();
    tasks.iter().flat_map(|task| of(task).split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn what_nobody_waits_for_is_stopped() {
    let mut client = Client::of(&at("models"), &["--time-limit", "10m"]);
    let server = client.server;
    let asked = json!({ "model": "frontier-lab.yaml", "scenario": ["demand-unknown"], "detail": "full" });
    let asked = CallToolRequestParams::new("solve").with_arguments(asked.as_object().unwrap().clone());
    let until = async |wanted: bool| {
        let begun = Instant::now();
        while children(server).is_empty() == wanted && begun.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(!children(server).is_empty(), wanted);
    };
    let service = client.service.take().unwrap();
    client.runtime.block_on(async {
        // Dropped, the call is cancelled.
        tokio::select! {
            answer = service.call_tool(asked.clone()) => panic!("{answer:?}"),
            () = until(true) => {}
        }
        until(false).await;
        // The server goes on.
        assert_eq!(service.list_all_tools().await.unwrap().len(), 5);
        let call = service.peer().call_tool(asked);
        tokio::select! {
            answer = call => panic!("{answer:?}"),
            () = until(true) => {}
        }
        let running = children(server);
        service.cancel().await.unwrap();
        let begun = Instant::now();
        // What has ended and nobody has asked for is still listed, as a zombie.
        let stat = |id: &String| fs::read_to_string(format!("/proc/{id}/stat"));
        let lives = |id: &String| stat(id).is_ok_and(|stat| !stat.contains(") Z "));
        while running.iter().any(lives) && begun.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(!running.iter().any(lives), "{running:?}");
    });
}

/// Standard output has the protocol and nothing else, whatever is asked; it ends with standard input.
#[test]
fn standard_output_has_the_protocol_alone() {
    let asked = [
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "test", "version": "0" } } }),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call",
            "params": { "name": "check", "arguments": { "model": QUICKSTART } } }),
        json!({ "jsonrpc": "2.0", "id": 3, "method": "nothing/such", "params": {} }),
    ];
    let lines: String = asked.iter().map(|line| format!("{line}\n")).collect();
    let out =
        program().args(["mcp", "-vv"]).write_stdin(format!("{lines}no JSON\n")).timeout(PATIENCE).output().unwrap();
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let answers: Vec<Value> = text(&out.stdout).lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    for id in 1..=3 {
        assert!(answers.iter().any(|a| a["id"] == json!(id) && a["jsonrpc"] == json!("2.0")), "{id}: {answers:?}");
    }
}

#[test]
fn what_is_no_folder_is_not_served() {
    for (folder, told) in [(QUICKSTART, "not a directory"), ("models/none", "models/none: ")] {
        let out = program().args(["mcp", folder]).timeout(PATIENCE).output().unwrap();
        assert_eq!((out.status.code(), text(&out.stdout)), (Some(1), ""));
        assert!(text(&out.stderr).contains(told), "{}", text(&out.stderr));
    }
}
