//! What the tests share: where things are, how the program is run, what is close.

pub mod drawn;
/// Models of any size, as the benchmarks measure.
#[path = "../../../benches/model/mod.rs"]
#[allow(dead_code)]
pub mod generated;
pub mod random;

use std::path::{Path, PathBuf};
use std::process::Output;

use polysource::model::{Input, Model, load};
use polysource::plan::{ContractResult, CostKind, Plan, Status, UncertaintyResult};
use polysource::{Detail, EngineChoice, SolveSettings, solve};
use serde_json::Value;

/// An example that is solved in no time.
pub const QUICKSTART: &str = "models/quickstart.yaml";
/// An example with regions and a share of work in each period.
pub const FLEET: &str = "models/inference-fleet.yaml";

/// Two chips of two vendors at two clouds.
pub const TWO_VENDORS: &str = "
polysource: 1
chips:
  gpu: { vendor: nvidia, power: 1 kW }
  tpu: { vendor: google, power: 500 W }
clouds:
  aws: { owner: amazon }
  gcp: { owner: google }
";

/// Demand of 10, 20, 30 or 40, a quarter each, known after the reservation is decided: reserved at 0.6, on demand at 1.
pub const NEWSVENDOR: &str = "
polysource: 1
name: newsvendor
horizon: { start: 2026-01-01, periods: 1, step: hour }
chips: { h100: { vendor: nvidia } }
clouds: { aws: { owner: amazon } }
offers:
  res: { chip: h100, cloud: aws, price: 0.6, term: { reserved: 1 h }, notice: 1 period }
  od: { chip: h100, cloud: aws, price: 1 }
workloads:
  chat: { kind: inference, demand: 25 req/h, throughput: { h100: 1 req/h } }
uncertainty:
  factors:
    demand:
      known: 2026-01-01
      outcomes:
        ten: { probability: 25 %, set: { workloads.chat.demand: 10 req/h } }
        twenty: { probability: 25 %, set: { workloads.chat.demand: 20 req/h } }
        thirty: { probability: 25 %, set: { workloads.chat.demand: 30 req/h } }
        forty: { probability: 25 %, set: { workloads.chat.demand: 40 req/h } }
";

/// Solves without what takes further solves.
pub const PLAN: SolveSettings = SolveSettings {
    engine: EngineChoice::Auto,
    time_limit: None,
    deadline: polysource::engine::Deadline::NEVER,
    detail: Detail::Plan,
    mip_gap: 1e-6,
    watch: polysource::engine::Watch::nobody(),
};

/// How far what was computed may be from what was worked out by hand, in parts of it (of 1 if it is smaller). Costs are
/// certified to a gap of 1e-6 of their own; in models as small as these a vertex is found and its numbers are right to
/// rounding, so that more than this is a mistake. A test whose numbers are not those of a vertex says what it allows.
pub const CLOSE: f64 = 1e-7;

/// The folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the repository.
pub fn at(path: &str) -> PathBuf {
    root().join(path)
}

/// The text of a file of the repository.
#[track_caller]
pub fn read(path: &str) -> String {
    std::fs::read_to_string(at(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The text of an example in `models`.
#[track_caller]
pub fn example(name: &str) -> String {
    read(&format!("models/{name}.yaml"))
}

/// A text as a model's.
pub fn input(text: &str) -> Input {
    Input { name: "model.yaml".to_owned(), text: text.to_owned(), ..Input::default() }
}

/// An example as it is read, under its own name and in its folder.
#[track_caller]
pub fn example_input(name: &str) -> Input {
    Input { name: name.to_owned(), folder: Some(at("models")), ..input(&example(name)) }
}

/// A model, its text, and a table beside it, in a folder of their own.
pub fn input_beside(text: &str, table: &str, rows: Option<&str>) -> (tempfile::TempDir, Input) {
    let folder = tempfile::tempdir().unwrap();
    if let Some(rows) = rows {
        std::fs::write(folder.path().join(table), rows).unwrap();
    }
    std::fs::write(folder.path().join("model.yaml"), text).unwrap();
    let input = Input { folder: Some(folder.path().to_owned()), ..input(text) };
    (folder, input)
}

/// The program, in the folder of the repository.
pub fn program() -> assert_cmd::Command {
    assert_cmd::Command::from_std(process())
}

/// The same as a process that can be spawned and killed.
pub fn process() -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_polysource"));
    command.current_dir(root());
    command
}

/// What the program says to arguments.
pub fn run(arguments: &[&str]) -> Output {
    process().args(arguments).output().unwrap()
}

/// Output as text.
#[track_caller]
pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// JSON follows the schema that the program has for it.
#[track_caller]
pub fn follows(schema: &str, json: &[u8]) {
    let schema = serde_json::from_slice(&run(&["schema", schema]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let value: Value = serde_json::from_slice(json).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&value).map(|e| format!("{e} at {}", e.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// A model from its text.
#[track_caller]
pub fn model(text: &str) -> Model {
    Model::from_yaml_str(text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// The model of an input, beside which there may be tables.
#[track_caller]
pub fn loaded(input: &Input) -> Model {
    load(input).unwrap_or_else(|e| panic!("{e}\n{}", input.text)).model
}

/// The plan of a model.
#[track_caller]
pub fn solved(text: &str) -> Plan {
    solved_with(text, &SolveSettings::default())
}

/// The certified cheapest plan of a model that has one.
#[track_caller]
pub fn plan_for(text: &str) -> Plan {
    let plan = solved(text);
    assert_eq!(plan.status, Status::Optimal, "{:?}\n{text}", plan.notes);
    plan
}

/// The plan of a model, solved with these settings.
#[track_caller]
pub fn solved_with(text: &str, settings: &SolveSettings) -> Plan {
    sound(solve(&model(text), settings).unwrap())
}

/// What holds of every plan: it is certified if it says that it is the cheapest or that there is none, its lines and its
/// periods add up, and no relaxation is dearer.
#[track_caller]
pub fn sound(plan: Plan) -> Plan {
    assert_eq!(plan.certificate.verified, plan.status == Status::Optimal || plan.status == Status::Infeasible);
    if let Some(cost) = &plan.cost {
        let lines: f64 = cost.lines.iter().map(|l| l.cost).sum();
        assert!((lines - cost.total).abs() <= 1e-9 * (1.0 + cost.total.abs()), "lines add up to the total");
        let periods: f64 = cost.by_period.iter().map(|p| p.cost).sum();
        assert!((periods - cost.nominal).abs() <= 1e-9 * (1.0 + cost.nominal.abs()), "periods add up to the nominal");
        if let Some(relaxation) = plan.certificate.relaxation {
            assert!(relaxation <= cost.total + 1e-6 * (1.0 + cost.total.abs()), "{relaxation} above {}", cost.total);
        }
    }
    plan
}

/// Two numbers are the same.
#[track_caller]
pub fn close(found: f64, expected: f64) {
    close_within(CLOSE, found, expected);
}

/// Two numbers are the same up to a part of the second, or of 1 if that is smaller.
#[track_caller]
pub fn close_within(part: f64, found: f64, expected: f64) {
    assert!((found - expected).abs() <= part * expected.abs().max(1.0), "{found} is not {expected}");
}

/// A certified plan costs this.
#[track_caller]
pub fn costs(plan: &Plan, expected: f64) {
    costs_within(CLOSE, plan, expected);
}

/// A certified plan costs this, up to a part of it.
#[track_caller]
pub fn costs_within(part: f64, plan: &Plan, expected: f64) {
    assert_eq!(plan.status, Status::Optimal, "{:?}", plan.notes);
    assert!(plan.certificate.verified);
    close_within(part, plan.cost.as_ref().unwrap().total, expected);
}

/// It is proved that there is no plan.
#[track_caller]
pub fn has_no_plan(plan: &Plan) {
    assert_eq!(plan.status, Status::Infeasible, "{:?} {:?}", plan.cost, plan.notes);
    assert!(plan.certificate.verified, "proved");
}

/// The chips that are held of an offer, over all periods.
pub fn held(plan: &Plan, offer: &str) -> f64 {
    plan.purchases.iter().filter(|p| p.offer == offer).map(|p| p.chips).sum()
}

/// What the cost lines of a kind add up to.
#[track_caller]
pub fn line(plan: &Plan, kind: CostKind) -> f64 {
    plan.cost.as_ref().unwrap().lines.iter().filter(|l| l.kind == kind).map(|l| l.cost).sum()
}

/// What the cost lines of a kind have to add up to.
#[track_caller]
pub fn pays(plan: &Plan, kind: CostKind, expected: f64) {
    close(line(plan, kind), expected);
}

/// What comes of a contract.
#[track_caller]
pub fn deal<'a>(plan: &'a Plan, id: &str) -> &'a ContractResult {
    plan.contracts.iter().find(|c| c.contract == id).unwrap()
}

/// What a plan for several futures says of them.
#[track_caller]
pub fn told(plan: &Plan) -> &UncertaintyResult {
    plan.uncertainty.as_deref().expect("several futures")
}

/// What the program writes if all is well.
#[track_caller]
pub fn stdout(arguments: &[&str]) -> String {
    let out = run(arguments);
    assert!(out.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}
