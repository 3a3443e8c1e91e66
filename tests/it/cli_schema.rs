//! `schema`, `init`, `completions` and help: what the program says of itself is true.

use polysource::document::{
    Baseline, Budget, CarbonLimit, Chip, Cloud, Commit, Concentration, Contract, Correlation, Cvar, DataGravity,
    Decide, DecideWhen, Document, Expectation, ExpectedCost, ExpectedLoss, Factor, FactorOutcome, Floor, FutureCvar,
    Horizon, Investor, Limit, Objective, Offer, Outage, Policy, Pool, PortDetail, PowerLimit, Ramp, RateLimit, Risk,
    Share, Site, Spot, Suppliers, Survive, Sweep, TermDetail, Tier, Uncertainty, Vary, Workload,
};
use serde_json::Value;

use crate::common::{at, example, program, read, run, stdout};

/// A model file as the data that its schema speaks of.
fn data(yaml: &str) -> Value {
    serde_saphyr::from_str(yaml).unwrap()
}

fn problems(schema: &str, value: &Value) -> Vec<String> {
    let schema = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator.iter_errors(value).map(|e| format!("{e} at {}", e.instance_path())).collect()
}

#[test]
fn the_files_in_the_repository_are_up_to_date() {
    for of in [
        "model",
        "output",
        "stress",
        "sweep",
        "sweep-manifest",
        "sweep-status",
        "curve",
        "frontier",
        "diff",
        "alternatives",
        "gate",
        "lock",
    ] {
        let file = read(&format!("schema/{of}.schema.json"));
        assert!(file == stdout(&["schema", of]), "run `polysource schema {of} -o schema/{of}.schema.json`");
    }
    assert_eq!(stdout(&["schema"]), stdout(&["schema", "model"]), "the model's is the default");
    let reference = stdout(&["schema", "reference"]);
    assert!(read("docs/reference.md") == reference, "run `polysource schema reference -o docs/reference.md`");
}

#[test]
fn a_key_and_a_term_are_explained() {
    let preempt = stdout(&["explain", "survive.preempt"]);
    assert!(preempt.starts_with("`policy.survive[].preempt`, a key of a survival requirement\n"), "{preempt}");
    assert!(preempt.contains("\nValue: a selector; optional.\n") && preempt.contains("serve: "), "{preempt}");
    assert!(stdout(&["explain", "hhi"]).starts_with("HHI\n\nThe sum of squared shares."));
    // A term and a key of one name.
    let premium = stdout(&["explain", "premium"]);
    assert!(premium.starts_with("Diversification premium\n") && premium.contains("`contracts.ID.option.premium`"));
    let many = stdout(&["explain", "at_most"]);
    assert!(many.contains("\nAlso: `"), "{many}");
    // What is no word of either is a model that is not there.
    assert_eq!(run(&["explain", "survive.preemptt"]).status.code(), Some(1));
}

#[test]
fn the_examples_follow_the_schema() {
    let schema = stdout(&["schema", "model"]);
    for entry in std::fs::read_dir(at("models")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "yaml") {
            let text = std::fs::read_to_string(&path).unwrap();
            assert_eq!(problems(&schema, &data(&text)), Vec::<String>::new(), "{}", path.display());
        }
    }
}

#[test]
fn the_schema_refuses_what_the_program_refuses() {
    let schema = stdout(&["schema", "model"]);
    let right = example("quickstart");
    for (from, to) in
        [("price: 4.00", "prize: 4.00"), ("currency: USD", "currencies: USD"), ("chips: ", "chips: 1\nx: ")]
    {
        let wrong = right.replacen(from, to, 1);
        assert_ne!(wrong, right, "{from}");
        assert_ne!(problems(&schema, &data(&wrong)), Vec::<String>::new(), "{to}");
    }
}

#[test]
fn plans_follow_their_schema() {
    let schema = stdout(&["schema", "output"]);
    for model in ["quickstart", "inference-fleet", "frontier-lab", "infeasible"] {
        let out = run(&["solve", &format!("models/{model}.yaml"), "--format", "json", "--detail", "plan"]);
        let plan = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(problems(&schema, &plan), Vec::<String>::new(), "{model}");
    }
}

#[test]
fn the_template_has_every_key() {
    let template = stdout(&["init"]);
    let has = |key: &str| {
        template.match_indices(&format!("{key}:")).any(|(at, _)| {
            let before = template[..at].chars().next_back().unwrap_or('\n');
            before.is_whitespace() || before == '{' || before == '`'
        })
    };
    let records: &[(&str, &[&str])] = &[
        ("document", Document::KEYS),
        ("horizon", Horizon::KEYS),
        ("chip", Chip::KEYS),
        ("cloud", Cloud::KEYS),
        ("investor", Investor::KEYS),
        ("pool", Pool::KEYS),
        ("offer", Offer::KEYS),
        ("tier", Tier::KEYS),
        ("term", TermDetail::KEYS),
        ("spot", Spot::KEYS),
        ("contract", Contract::KEYS),
        ("commit", Commit::KEYS),
        ("workload", Workload::KEYS),
        ("rate", RateLimit::KEYS),
        ("porting", PortDetail::KEYS),
        ("data", DataGravity::KEYS),
        ("policy", Policy::KEYS),
        ("limit", Limit::KEYS),
        ("budget", Budget::KEYS),
        ("share", Share::KEYS),
        ("floor", Floor::KEYS),
        ("concentration", Concentration::KEYS),
        ("suppliers", Suppliers::KEYS),
        ("power", PowerLimit::KEYS),
        ("carbon", CarbonLimit::KEYS),
        ("site", Site::KEYS),
        ("ramp", Ramp::KEYS),
        ("survive", Survive::KEYS),
        ("outage", Outage::KEYS),
        ("risk", Risk::KEYS),
        ("expected_loss", ExpectedLoss::KEYS),
        ("cvar", Cvar::KEYS),
        ("expectation", Expectation::KEYS),
        ("expected cost", ExpectedCost::KEYS),
        ("baseline", Baseline::KEYS),
        ("sweep", Sweep::KEYS),
        ("vary", Vary::KEYS),
        ("correlation", Correlation::KEYS),
        ("uncertainty", Uncertainty::KEYS),
        ("factor", Factor::KEYS),
        ("outcome", FactorOutcome::KEYS),
        ("decide", Decide::KEYS),
        ("decision date", DecideWhen::KEYS),
        ("objective", Objective::KEYS),
        ("cvar of futures", FutureCvar::KEYS),
    ];
    let missing: Vec<String> = records
        .iter()
        .flat_map(|(record, keys)| keys.iter().filter(|k| !has(k)).map(move |k| format!("{record}.{k}")))
        .collect();
    assert_eq!(missing, Vec::<String>::new(), "keys that the template does not show");
}

#[test]
fn the_template_is_a_model_that_solves() {
    let template = stdout(&["init"]);
    assert!(template.starts_with("# yaml-language-server: $schema="));
    assert_eq!(problems(&stdout(&["schema", "model"]), &data(&template)), Vec::<String>::new());
    let check = program().args(["check", "-"]).write_stdin(template.clone()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&check.stderr), "", "not even a warning");
    for scenario in [&[][..], &["--scenario", "tight-supply"]] {
        let mut command = program();
        let solve = command.args(["solve", "-"]).args(scenario).write_stdin(template.clone()).output().unwrap();
        assert_eq!(solve.status.code(), Some(0), "{}", String::from_utf8_lossy(&solve.stdout));
    }
}

/// What stands behind a `#` in the template is right as well.
#[test]
fn the_template_is_right_about_what_is_optional() {
    let template = stdout(&["init"]);
    for line in ["block: 64", "minimum: 1000", "tiers: [", "split: free", "tags: { team", "buffer: 0", "eligible: {"] {
        let from = format!("    # {line}");
        assert!(template.contains(&from), "{from}");
        let text = template.replacen(&from, &format!("    {line}"), 1);
        let out = program().args(["check", "-"]).write_stdin(text).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&out.stderr), "", "{line}");
    }
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stdout(&["completions", shell]);
        for word in ["polysource", "solve", "export", "overlay", "time-limit"] {
            assert!(script.contains(word), "{shell} lacks {word}");
        }
    }
}

#[test]
fn manual_pages_for_every_verb() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    program().arg("man").arg(&pages).assert().success();
    for (page, words) in
        [("polysource.1", "dependency risk"), ("polysource-solve.1", "time\\-limit"), ("polysource-sweep.1", "tornado")]
    {
        let text = std::fs::read_to_string(pages.join(page)).unwrap();
        assert!(text.starts_with(".ie") && text.contains(".TH"), "{text}");
        assert!(text.contains(words), "{page} lacks {words}: {text}");
    }
    // No date in them: the same program writes the same pages.
    let again = folder.path().join("again");
    program().arg("man").arg(&again).assert().success();
    for page in std::fs::read_dir(&pages).unwrap().map(Result::unwrap) {
        assert_eq!(std::fs::read(page.path()).unwrap(), std::fs::read(again.join(page.file_name())).unwrap());
    }
}

#[test]
fn help_has_examples_and_lists_only_what_there_is() {
    let help = stdout(&["--help"]);
    for verb in [
        "check",
        "solve",
        "stress",
        "sweep",
        "curve",
        "frontier",
        "alternatives",
        "explain",
        "diff",
        "gate",
        "watch",
        "report",
        "export",
        "import",
        "schema",
        "init",
        "man",
        "completions",
    ] {
        assert!(help.contains(&format!("\n  {verb} ")), "{verb}");
        assert!(stdout(&[verb, "--help"]).contains("Example"), "{verb} lacks an example");
    }
    assert_eq!(stdout(&["--version"]), format!("polysource {}\n", env!("CARGO_PKG_VERSION")));
}
