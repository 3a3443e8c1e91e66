//! `serve`: the page's server. Who may ask, what a change gives, what is kept, and that nobody waits for another.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{close_within, process, program, text};

/// Longest wait for what is expected to come at once, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server; ended when it is dropped.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub origin: String,
    pub token: String,
}

impl Server {
    pub fn start(model: &Path, options: &[&str]) -> Server {
        let mut command = process();
        command.arg("serve").arg(model).args(options).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_suffix('/').expect("an address");
        let (origin, token) = address.rsplit_once('/').unwrap();
        assert!(token.len() == 32 && token.bytes().all(|b| b.is_ascii_hexdigit()), "{line}");
        Server { origin: origin.to_owned(), token: token.to_owned(), child }
    }

    pub fn address(&self) -> String {
        format!("{}/{}/", self.origin, self.token)
    }

    fn host(&self) -> &str {
        self.origin.strip_prefix("http://").unwrap()
    }

    /// What comes back for a request to the letter: status, head and body.
    fn raw(&self, request: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(self.host()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // What is refused before it is read whole may be closed while it is written.
        let _ = stream.write_all(request.as_bytes());
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let answer = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        (status, head.to_owned(), body.to_owned())
    }

    fn get(&self, path: &str) -> (u16, String, String) {
        self.raw(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.host()))
    }

    fn post(&self, path: &str, heads: &str, body: &str) -> (u16, String, String) {
        let (host, length) = (self.host(), body.len());
        let heads = format!("Content-Type: application/json\r\n{heads}");
        self.raw(&format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n{heads}\r\n{body}"
        ))
    }

    /// A new session.
    pub fn session(&self) -> Session<'_> {
        let (status, head, body) = self.get(&format!("/{}/", self.token));
        assert_eq!(status, 303, "{body}");
        let path = head.lines().find_map(|l| l.strip_prefix("location: ")).unwrap().to_owned();
        Session { server: self, path }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A session, as its page has it.
pub struct Session<'a> {
    server: &'a Server,
    path: String,
}

impl Session<'_> {
    fn ask(&self, what: &Value) -> (u16, Value) {
        let (status, _, body) = self.server.post(&format!("{}do", self.path), "", &what.to_string());
        (status, serde_json::from_str(&body).unwrap_or_else(|_| panic!("{body}")))
    }

    #[track_caller]
    fn done(&self, what: &Value) -> Value {
        let (status, answer) = self.ask(what);
        assert_eq!(status, 200, "{what}: {answer}");
        answer
    }

    fn set(&self, path: &str, value: &str) {
        self.done(&json!({ "do": "set", "path": path, "value": value }));
    }

    fn follow(&self) -> Events {
        let mut stream = TcpStream::connect(self.server.host()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "GET {}events HTTP/1.1\r\nHost: {}\r\n\r\n", self.path, self.server.host()).unwrap();
        Events(BufReader::new(stream))
    }

    /// The answer that is whole, once it is there.
    fn answer(&self) -> Value {
        self.follow().until(|view| view["state"] == "done" || view["state"] == "mistaken")
    }

    fn file(&self, name: &str) -> (u16, String) {
        let (status, _, body) = self.server.get(&format!("{}{name}", self.path));
        (status, body)
    }
}

/// What a session tells, as it comes.
struct Events(BufReader<TcpStream>);

impl Events {
    fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        let mut line = String::new();
        while begun.elapsed() < PATIENCE {
            line.clear();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the events have ended");
            if let Some(view) = line.strip_prefix("data: ").and_then(|data| serde_json::from_str(data).ok())
                && wanted(&view)
            {
                return view;
            }
        }
        panic!("it was not told in time");
    }
}

fn beside(name: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.yaml");
    std::fs::write(&model, crate::common::example(name)).unwrap();
    (folder, model)
}

#[test]
fn only_who_knows_the_token_is_answered() {
    let (_folder, model) = beside("quickstart");
    let server = Server::start(&model, &[]);
    let session = server.session();
    let (host, token, path) = (server.host(), &server.token, &session.path);
    let wrong = format!("/{}/", "0".repeat(32));
    for address in
        ["/", "//", &wrong, &format!("/{}/", &token[..31]), "/page.js", "/%2e%2e/", &path.replace(token.as_str(), "x")]
    {
        let (status, head, body) = server.get(address);
        assert_eq!(status, 404, "{address}: {body}");
        assert!(head.contains("content-security-policy: default-src 'none'"), "{head}");
    }
    // A name that is not ours, as after rebinding; no name at all; two of them.
    for heads in [
        "Host: evil.example",
        "Host: evil.example:80",
        "",
        &format!("Host: {host}\r\nHost: evil.example"),
        &format!("Host: {host}.evil.example"),
    ] {
        let (status, _, body) = server.raw(&format!("GET {path} HTTP/1.1\r\n{heads}\r\nConnection: close\r\n\r\n"));
        assert!(status == 403 || status == 400, "{heads}: {status} {body}");
        assert!(!body.contains("vendor-cap"), "{heads}");
    }
    // Another site's page: it can send, and nothing is done; it gets nothing to read.
    let ask = json!({ "do": "set", "path": "offers.aws-trainium2.price", "value": "9" }).to_string();
    let act = format!("{path}do");
    for heads in [
        "Origin: http://evil.example\r\n",
        "Origin: null\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
    ] {
        let (status, head, body) = server.post(&act, heads, &ask);
        assert_eq!(status, 403, "{heads}: {body}");
        assert!(!head.to_lowercase().contains("access-control-allow"), "{head}");
    }
    let form = format!(
        "POST {act} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{ask}",
        ask.len()
    );
    assert_eq!(server.raw(&form).0, 403);
    let read = format!(
        "GET {path}events HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n\r\n"
    );
    assert_eq!(server.raw(&read).0, 403);
    let preflight = format!(
        "OPTIONS {act} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n"
    );
    let (status, head, _) = server.raw(&preflight);
    assert!(status >= 400 && !head.to_lowercase().contains("access-control-allow"), "{head}");
    assert_eq!(session.answer()["changed"], json!([]), "nothing was changed");
    // The page itself may.
    assert_eq!(server.post(&act, &format!("Origin: http://{host}\r\nSec-Fetch-Site: same-origin\r\n"), &ask).0, 200);
}

#[test]
fn what_is_too_much_is_refused() {
    let (folder, model) = beside("quickstart");
    let server = Server::start(&model, &["--sessions", "2"]);
    let session = server.session();
    let act = format!("{}do", session.path);
    assert_eq!(server.post(&act, "", &"x".repeat(100_000)).0, 413);
    assert_eq!(server.post(&act, "", "{").0, 400);
    for (ask, said) in [
        (json!({ "do": "set", "path": "offers.aws-trainium2.price", "value": "x".repeat(3000) }), "more than 2000"),
        // Only what has a control: a page names no file.
        (json!({ "do": "set", "path": "offers.file", "value": "/etc/passwd" }), "has no control"),
        (json!({ "do": "scale", "path": "offers.aws-trainium2.price", "factor": -1 }), "a factor"),
        (json!({ "do": "choose", "scenarios": ["none-such"], "future": null }), "no scenario"),
        (json!({ "do": "pin", "name": " " }), "a name"),
        (json!({ "do": "restore", "index": 9 }), "no such variant"),
    ] {
        let (status, answer) = session.ask(&ask);
        assert_eq!(status, 422, "{ask}");
        assert!(answer["error"].as_str().unwrap().contains(said), "{ask}: {answer}");
    }
    session.answer();
    for name in ["../evil", "/tmp/evil", "..", ".hidden", "a/b", "a\\b", "", "con", "a\u{0}b"] {
        let (status, answer) = session.ask(&json!({ "do": "save", "name": name, "kind": "overlay" }));
        assert_eq!(status, 422, "{name}: {answer}");
    }
    // The model itself is never replaced.
    let (status, answer) = session.ask(&json!({ "do": "save", "name": "model", "kind": "overlay" }));
    assert_eq!(status, 422);
    assert!(answer["error"].as_str().unwrap().contains("exists already"), "{answer}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    // Twelve pins, and no more.
    for i in 0..12 {
        session.done(&json!({ "do": "pin", "name": format!("v{i}") }));
    }
    assert_eq!(session.ask(&json!({ "do": "pin", "name": "one more" })).0, 422);
    // Two sessions that a page follows are all there are; one that nobody follows makes room.
    let (mut first, second) = (session.follow(), server.session());
    let mut other = second.follow();
    first.until(|_| true);
    other.until(|_| true);
    let (status, _, body) = server.get(&format!("/{}/", server.token));
    assert_eq!(status, 503);
    assert!(body.contains("--sessions"), "{body}");
    drop(other);
    let begun = Instant::now();
    while server.get(&format!("/{}/", server.token)).0 != 303 {
        assert!(begun.elapsed() < PATIENCE, "the closed page is noticed");
        // Whatever is told wakes the stream, which then finds that nobody reads it.
        second.ask(&json!({ "do": "reset" }));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(second.ask(&json!({ "do": "reset" })).0, 410);
}

/// What is saved gives the plan that is shown, and the one that is downloaded to the byte.
#[test]
fn what_is_saved_is_the_plan() {
    let (folder, model) = beside("quickstart");
    let server = Server::start(&model, &[]);
    let session = server.session();
    session.set("offers.aws-trainium2.price", "1.5");
    session.done(&json!({ "do": "scale", "path": "workloads.chat.demand", "factor": 1.1 }));
    session.set("policy.limits.vendor-cap.share.at_most", "55 %");
    let view = session.answer();
    let saved = session.done(&json!({ "do": "save", "name": "dear", "kind": "overlay" }));
    assert_eq!(saved["file"], "dear.yaml");
    session.done(&json!({ "do": "save", "name": "dear-scenario", "kind": "scenario" }));
    let overlay = std::fs::read_to_string(folder.path().join("dear.yaml")).unwrap();
    assert_eq!(session.file("overlay.yaml"), (200, overlay.clone()));
    assert!(
        overlay.contains("aws-trainium2: {price: 1.5}") && overlay.contains("share: {at_most: \"55 %\"}"),
        "{overlay}"
    );
    let solve = |options: &[&str]| {
        let out = program().arg("solve").arg(&model).args(options).args(["--format", "json"]).assert().success();
        text(&out.get_output().stdout).to_owned()
    };
    let file = folder.path().join("dear.yaml");
    let plan = solve(&["--overlay", file.to_str().unwrap()]);
    assert_eq!(session.file("plan.json"), (200, plan.clone()));
    let cost = |plan: &str| serde_json::from_str::<Value>(plan).unwrap()["cost"]["total"].as_f64().unwrap();
    let scenario = folder.path().join("dear-scenario.yaml");
    let of_scenario = solve(&["--overlay", scenario.to_str().unwrap(), "--scenario", "dear-scenario"]);
    close_within(1e-12, cost(&of_scenario), cost(&plan));
    // By hand, as in the model's head: with y h100-h moved, nvidia 4 x (16.32M x 1.1 + y) is 45 % and amazon
    // 1.5 / 0.6 x (60M - y) is 55 % of the sum, so that 45 x 2.5 x (60M - y) = 55 x 4 x (17.952M + y):
    // y = (6750M - 3949.44M) / 332.5 = 8.4227M, and both together cost 71.808M + 150M + 1.5 y = 234.4420M.
    close_within(1e-9, cost(&plan), 71_808_000.0 + 150e6 + 1.5 * (6750e6 - 3949.44e6) / 332.5);
    assert!(
        view["headline"].as_str().unwrap().starts_with("234.4M USD: 43.64M USD (22.9 %) more"),
        "{}",
        view["headline"]
    );
    // It may be saved again under its name, but not once somebody else has changed it.
    session.done(&json!({ "do": "undo", "path": "workloads.chat.demand" }));
    session.answer();
    session.done(&json!({ "do": "save", "name": "dear", "kind": "overlay" }));
    assert!(!std::fs::read_to_string(&file).unwrap().contains("chat"));
    std::fs::write(&file, "# mine").unwrap();
    assert_eq!(session.ask(&json!({ "do": "save", "name": "dear", "kind": "overlay" })).0, 422);
    // A server that only reads saves nothing, and lets download.
    let server = Server::start(&model, &["--read-only"]);
    let session = server.session();
    session.set("offers.aws-trainium2.price", "1.5");
    session.answer();
    assert_eq!(session.ask(&json!({ "do": "save", "name": "new", "kind": "overlay" })).0, 403);
    assert!(session.file("overlay.yaml").1.contains("price: 1.5"));
}

/// Scenarios, futures and what is decided about deals: the overlay has all of them.
#[test]
fn a_situation_is_saved_whole() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.yaml");
    let deal =
        "contracts: { deal: { decision: optional, covers: { offer: res }, unlocks: { offer: res }, discount: 10 % } }";
    std::fs::write(&model, format!("{}{deal}\n", crate::common::NEWSVENDOR)).unwrap();
    let server = Server::start(&model, &[]);
    let session = server.session();
    let page = session.file("").1;
    assert!(page.contains("every future at once (expected cost)"), "the outcomes can be chosen");
    session.done(&json!({ "do": "choose", "scenarios": [], "future": "base" }));
    session.set("contracts.deal.decision", "refused");
    let view = session.answer();
    assert_eq!(view["state"], "done", "{view}");
    let saved = session.done(&json!({ "do": "save", "name": "alone", "kind": "overlay" }));
    assert!(saved["command"].as_str().unwrap().ends_with("--without-uncertainty"), "{saved}");
    let overlay = folder.path().join("alone.yaml");
    let options = ["--overlay", overlay.to_str().unwrap(), "--without-uncertainty", "--format", "json"];
    let out = program().arg("solve").arg(&model).args(options).assert().success();
    assert_eq!(session.file("plan.json"), (200, text(&out.get_output().stdout).to_owned()));
    let plan: Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
    let deal = &plan["contracts"][0];
    assert_eq!((&deal["signed"], &deal["optional"]), (&json!(false), &json!(false)));
    // What the deal unlocks stays locked: 25 chips on demand, at 1 an hour.
    close_within(1e-7, plan["cost"]["total"].as_f64().unwrap(), 25.0);
}

#[test]
fn a_mistake_is_told_at_its_field() {
    let (_folder, model) = beside("quickstart");
    let server = Server::start(&model, &[]);
    let session = server.session();
    let path = "offers.aws-trainium2.price";
    session.set(path, "2");
    let good = session.answer()["headline"].clone();
    for (value, said) in
        [("-1", "out of range"), ("5 EUR/chip-h", "currencies"), ("two", "number"), ("[1, 2, 3]", "periods")]
    {
        session.set(path, value);
        let view = session.answer();
        assert_eq!(view["state"], "mistaken", "{value}: {view}");
        let told = view["fields"][path].as_str().unwrap_or_else(|| panic!("{value}: {view}"));
        assert!(told.contains(said), "{value}: {told}");
        assert_eq!(view["headline"], good, "what is shown is the last answer");
        // Nothing is kept of what has no answer.
        assert_eq!(session.ask(&json!({ "do": "save", "name": "x", "kind": "overlay" })).0, 422);
    }
    // No plan is an answer.
    session.done(&json!({ "do": "undo", "path": path }));
    session.set("policy.limits.vendor-cap.share.at_most", "10 %");
    let view = session.answer();
    assert_eq!(view["state"], "done");
    assert!(view["headline"].as_str().unwrap().starts_with("Infeasible, proved"), "{view}");
}

/// Twenty clients, each with a price of its own: each gets the cost that is its own.
#[test]
fn twenty_clients_at_once() {
    let (_folder, model) = beside("quickstart");
    let server = Server::start(&model, &[]);
    let wanted = |price: f64| {
        // As in the model's head: amazon has at most 60 %, and never more than it is worth.
        polysource::solve(
            &polysource::Model::from_yaml_str(&crate::common::example("quickstart"))
                .unwrap()
                .with(&[polysource::model::Edit::set("offers.aws-trainium2.price", price)])
                .unwrap(),
            &crate::common::PLAN,
        )
        .unwrap()
        .cost
        .unwrap()
        .total
    };
    std::thread::scope(|scope| {
        for client in 0..20 {
            let (server, wanted) = (&server, &wanted);
            scope.spawn(move || {
                let session = server.session();
                let price = 1.0 + 0.05 * f64::from(client);
                // As a slider does: what is on the way is overtaken.
                for part in [0.5, 0.8, 1.0] {
                    session.set("offers.aws-trainium2.price", &format!("{}", price * part));
                }
                let view = session.answer();
                assert!(view["result"].as_str().unwrap().contains("Optimal (certified"), "{view}");
                let plan: Value = serde_json::from_str(&session.file("plan.json").1).unwrap();
                close_within(1e-9, plan["cost"]["total"].as_f64().unwrap(), wanted(price));
                let told = polysource::units::human::money(wanted(price), "USD");
                assert!(view["headline"].as_str().unwrap().starts_with(&told), "{told}: {}", view["headline"]);
            });
        }
    });
}

/// A model with a scenario that takes long: many periods, tied together.
fn long(periods: usize) -> String {
    let mut text = "
polysource: 1
name: Long
horizon: { start: 2026-01, periods: 2, step: month }
chips: { a: { vendor: v }, b: { vendor: w }, c: { vendor: x } }
clouds: { k: {}, l: {}, m: {} }
offers:
"
    .to_owned();
    for (i, (chip, cloud)) in ["a", "b", "c"].iter().flat_map(|a| ["k", "l", "m"].map(|b| (*a, b))).enumerate() {
        let price = 2.0 + 0.37 * i as f64;
        let line = format!(
            "  o{i}: {{ chip: {chip}, cloud: {cloud}, price: {{ start: {price}, growth: -{}.5 %/year }}, capacity: {} }}\n",
            3 + i,
            700 + 90 * i
        );
        text.push_str(&line);
    }
    text.push_str("workloads:\n");
    for i in 0..8 {
        let line = format!(
            "  w{i}: {{ kind: inference, demand: {{ start: {} req/h, growth: {} %/year }}, throughput: {{ a: 1 req/h, b: 1.{i} req/h, c: 0.{} req/h }} }}\n",
            100 + 17 * i,
            1 + i % 2,
            i + 1
        );
        text.push_str(&line);
    }
    text.push_str(&format!(
        "policy:
  limits:
    - {{ share: {{ by: vendor, at_most: 50 %, of: spend }} }}
    - {{ share: {{ by: cloud, at_most: 45 %, of: spend }} }}
    - {{ ramp: {{ where: {{ vendor: x }}, at_most: 9, per: period }} }}
scenarios: {{ long: {{ horizon: {{ start: 2026-01, periods: {periods}, step: month }} }} }}
"
    ));
    text
}

#[test]
fn a_long_solve_of_one_stops_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.yaml");
    std::fs::write(&model, long(1500)).unwrap();
    let server = Server::start(&model, &["--time-limit", "40"]);
    let (slow, quick) = (server.session(), server.session());
    let mut told = slow.follow();
    slow.done(&json!({ "do": "choose", "scenarios": ["long"], "future": null }));
    let number = told.until(|view| view["state"] == "solving" && view["revision"] == 1)["number"].clone();
    quick.set("offers.o0.price", "2.5");
    assert_eq!(quick.answer()["state"], "done");
    // The long one is still on its way, and a new change takes its place.
    let (_, page) = slow.file("");
    assert!(page.contains("Solving…"), "the scenario takes too little time for this test");
    let begun = Instant::now();
    slow.done(&json!({ "do": "reset" }));
    let view = told.until(|view| view["number"].as_u64() > number.as_u64() && view["state"] == "done");
    assert_eq!(view["changed"], json!([]));
    assert!(begun.elapsed() < Duration::from_secs(30), "a change takes the place of what is solved");
}

/// Time that is up is an answer too, and is not called an optimum.
#[test]
fn a_solve_ends_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.yaml");
    std::fs::write(&model, long(60)).unwrap();
    let server = Server::start(&model, &["--time-limit", "5ms"]);
    let session = server.session();
    let begun = Instant::now();
    session.done(&json!({ "do": "choose", "scenarios": ["long"], "future": null }));
    let view = session.answer();
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert!(!view["result"].as_str().unwrap().contains("Optimal (certified") || view["state"] == "mistaken", "{view}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it() {
    let (_folder, model) = beside("quickstart");
    let mut server = Server::start(&model, &[]);
    let session = server.session();
    let _followed = session.follow();
    let sent = std::process::Command::new("kill").args(["-INT", &server.child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn it_says_what_it_cannot_serve() {
    let fails = |arguments: &[&str], said: &str| {
        let out = program().arg("serve").args(arguments).assert().failure();
        let err = text(&out.get_output().stderr).to_owned();
        assert!(err.contains(said), "{arguments:?}: {err}");
        out.get_output().status.code()
    };
    assert_eq!(fails(&["-"], "give it as a file"), Some(2));
    assert_eq!(fails(&["no-such-model.yaml"], "cannot read"), Some(1));
    assert_eq!(fails(&["models/quickstart.yaml", "--host", "256.0.0.1"], "cannot serve at"), Some(1));
    let (_folder, model) = beside("quickstart");
    let taken = Server::start(&model, &[]);
    let port = taken.origin.rsplit(':').next().unwrap().to_owned();
    assert_eq!(fails(&["models/quickstart.yaml", "--port", &port], "cannot serve at"), Some(1));
}
