//! `sweep submit`: the scripts for Slurm, and a job that follows the rules of Kubernetes.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::common::{process, run, text};

/// A folder with a sweep of 40 points in 5 chunks.
fn planned() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let vary = ["--vary", "offers.aws-trainium2.price=1..2/40", "--columns", "cost"];
    let plan = ["sweep", "plan", "models/quickstart.yaml", "--chunks", "5", "--out", folder.path().to_str().unwrap()];
    assert!(run(&[&plan[..], &vary[..]].concat()).status.success());
    folder
}

fn submit(folder: &Path, more: &[&str]) -> Output {
    run(&[&["sweep", "submit", folder.to_str().unwrap()], more].concat())
}

// What `batch/v1` asks for, as its published schema and the checks behind it do
// (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/).

/// What is wrong with a Job.
fn problems(job: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |right: bool, what: &str| {
        if !right {
            wrong.push(what.to_owned());
        }
    };
    only(job, &["apiVersion", "kind", "metadata", "spec"], "job", &mut check);
    check(job["apiVersion"] == "batch/v1" && job["kind"] == "Job", "kind");
    let spec = &job["spec"];
    let keys = [
        "activeDeadlineSeconds",
        "backoffLimit",
        "backoffLimitPerIndex",
        "completionMode",
        "completions",
        "managedBy",
        "manualSelector",
        "maxFailedIndexes",
        "parallelism",
        "podFailurePolicy",
        "podReplacementPolicy",
        "selector",
        "successPolicy",
        "suspend",
        "template",
        "ttlSecondsAfterFinished",
    ];
    only(spec, &keys, "spec", &mut check);
    for key in ["completions", "parallelism", "backoffLimit", "backoffLimitPerIndex", "maxFailedIndexes"] {
        check(spec[key].is_null() || spec[key].as_i64().is_some_and(|n| (0..1 << 31).contains(&n)), key);
    }
    let mode = &spec["completionMode"];
    check(mode.is_null() || mode == "Indexed" || mode == "NonIndexed", "completionMode is Indexed or NonIndexed");
    let indexed = mode == "Indexed";
    let number = |key: &str| spec[key].as_i64();
    check(!indexed || number("completions").is_some(), "Indexed needs completions");
    check(number("backoffLimitPerIndex").is_none() || indexed, "backoffLimitPerIndex needs Indexed");
    check(number("maxFailedIndexes").is_none() || indexed, "maxFailedIndexes needs Indexed");
    let pod = &spec["template"]["spec"];
    let never = pod["restartPolicy"] == "Never";
    check(number("backoffLimitPerIndex").is_none() || never, "backoffLimitPerIndex needs restartPolicy Never");
    let of_limit = number("maxFailedIndexes").is_none() || number("backoffLimitPerIndex").is_some();
    check(of_limit, "maxFailedIndexes needs backoffLimitPerIndex");
    let (completions, failed) = (number("completions").unwrap_or(0), number("maxFailedIndexes"));
    check(failed.is_none_or(|n| n <= completions), "maxFailedIndexes is at most completions");
    let parallelism = number("parallelism");
    check(parallelism.is_none_or(|n| n <= 100_000), "parallelism of an Indexed job is at most 100000");
    check(failed.is_none_or(|n| n <= 100_000), "maxFailedIndexes is at most 100000");
    if completions > 100_000 && number("backoffLimitPerIndex").is_some() {
        check(failed.is_some_and(|n| n <= 10_000), "many completions need maxFailedIndexes of at most 10000");
        check(parallelism.is_none_or(|n| n <= 10_000), "many completions allow parallelism of at most 10000");
    }

    // The name, and the name of the last pod, are labels of DNS.
    let name = job["metadata"]["name"].as_str().unwrap_or("");
    check(label(name), "metadata.name");
    check(!indexed || label(&format!("{name}-{}", completions - 1)), "name of the last pod");

    only(&spec["template"], &["metadata", "spec"], "template", &mut check);
    check(never || pod["restartPolicy"] == "OnFailure", "restartPolicy is Never or OnFailure");
    let containers = pod["containers"].as_array().cloned().unwrap_or_default();
    check(!containers.is_empty(), "containers");
    let volumes: Vec<&Value> = pod["volumes"].as_array().into_iter().flatten().map(|v| &v["name"]).collect();
    let names: Vec<&Value> = containers.iter().map(|c| &c["name"]).collect();
    for container in &containers {
        check(container["name"].as_str().is_some_and(label), "name of a container");
        check(container["image"].as_str().is_some_and(|i| !i.is_empty()), "image");
        let words = container["command"].as_array();
        check(words.is_none_or(|c| c.iter().all(Value::is_string)), "command is a list of texts");
        for mount in container["volumeMounts"].as_array().into_iter().flatten() {
            check(volumes.contains(&&mount["name"]), "a mount is of a volume of the pod");
            check(mount["mountPath"].as_str().is_some_and(|p| !p.is_empty() && !p.contains(':')), "mountPath");
            let sub_path = mount["subPath"].as_str();
            check(sub_path.is_none_or(|p| !p.starts_with('/') && !p.split('/').any(|s| s == "..")), "subPath");
        }
        let resources = &container["resources"];
        only(resources, &["claims", "limits", "requests"], "resources", &mut check);
        for (of, amounts) in resources.as_object().into_iter().flatten() {
            for (resource, amount) in amounts.as_object().into_iter().flatten() {
                check(amount.as_str().is_some_and(quantity), &format!("{of} of {resource}"));
            }
        }
    }
    for volume in pod["volumes"].as_array().into_iter().flatten() {
        check(volume["name"].as_str().is_some_and(label), "name of a volume");
        let claim = &volume["persistentVolumeClaim"];
        check(claim.is_null() || claim["claimName"].as_str().is_some_and(|n| !n.is_empty()), "claimName");
    }

    let policy = &spec["podFailurePolicy"];
    if !policy.is_null() {
        check(never, "podFailurePolicy needs restartPolicy Never");
        only(policy, &["rules"], "podFailurePolicy", &mut check);
        let rules = policy["rules"].as_array().cloned().unwrap_or_default();
        check(policy["rules"].is_array() && rules.len() <= 20, "at most 20 rules");
        for rule in &rules {
            only(rule, &["action", "onExitCodes", "onPodConditions"], "rule", &mut check);
            let action = rule["action"].as_str().unwrap_or("");
            check(["FailJob", "FailIndex", "Ignore", "Count"].contains(&action), "action");
            check(action != "FailIndex" || number("backoffLimitPerIndex").is_some(), "FailIndex needs a limit");
            let (codes, conditions) = (&rule["onExitCodes"], &rule["onPodConditions"]);
            check(codes.is_null() != conditions.is_null(), "a rule is of exit codes or of conditions, and of one");
            if !codes.is_null() {
                only(codes, &["containerName", "operator", "values"], "onExitCodes", &mut check);
                check(codes["operator"] == "In" || codes["operator"] == "NotIn", "operator is In or NotIn");
                let of = &codes["containerName"];
                check(of.is_null() || names.contains(&of), "containerName is one of the pod's");
                let values: Vec<i64> =
                    codes["values"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
                check((1..=255).contains(&values.len()), "1 to 255 values");
                check(values.windows(2).all(|w| w[0] < w[1]), "values rise");
                check(codes["operator"] != "In" || !values.contains(&0), "0 is no failure");
            }
            for condition in conditions.as_array().into_iter().flatten() {
                only(condition, &["status", "type"], "condition", &mut check);
                check(condition["type"].as_str().is_some_and(|t| !t.is_empty()), "type of a condition");
                let status = condition["status"].as_str().unwrap_or("");
                check(["True", "False", "Unknown"].contains(&status), "status of a condition is a text");
            }
        }
    }
    wrong
}

/// Whether a map has no other keys: the server drops or refuses what it does not know.
fn only(value: &Value, keys: &[&str], what: &str, check: &mut impl FnMut(bool, &str)) {
    for key in value.as_object().into_iter().flat_map(serde_json::Map::keys) {
        check(keys.contains(&key.as_str()), &format!("{what} has no {key}"));
    }
}

fn label(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (1..=63).contains(&name.len())
        && name.chars().all(|c| plain(c) || c == '-')
        && name.starts_with(plain)
        && name.ends_with(plain)
}

fn quantity(text: &str) -> bool {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let suffix = &text[digits.len()..];
    let known = ["", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    digits.parse::<f64>().is_ok_and(|x| x >= 0.0) && known.contains(&suffix)
}

fn job(folder: &Path, more: &[&str]) -> Value {
    let usual =
        ["--on", "kubernetes", "--dry-run", "--image", "registry.example/polysource:0.1.0", "--claim", "sweeps"];
    let out = submit(folder, &[&usual[..], more].concat());
    assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), ""));
    serde_saphyr::from_str(text(&out.stdout)).unwrap()
}

#[test]
fn the_job_for_kubernetes_follows_its_rules() {
    let folder = planned();
    let plain = job(folder.path(), &[]);
    assert_eq!(problems(&plain), Vec::<String>::new(), "{plain:#}");
    let spec = &plain["spec"];
    let told = ["completionMode", "completions", "parallelism", "backoffLimitPerIndex", "maxFailedIndexes"];
    assert_eq!(told.map(|key| spec[key].clone()), [json!("Indexed"), json!(5), json!(5), json!(4), json!(5)]);
    let rules = json!([
        { "action": "FailIndex", "onExitCodes": { "containerName": "chunk", "operator": "In", "values": [42] } },
        { "action": "Ignore", "onPodConditions": [ { "type": "DisruptionTarget", "status": "True" } ] }
    ]);
    assert_eq!(spec["podFailurePolicy"]["rules"], rules);
    let container = &spec["template"]["spec"]["containers"][0];
    let command = ["polysource", "sweep", "run", "--chunk", "$(JOB_COMPLETION_INDEX)", "--out", "/sweep"];
    assert_eq!(container["command"], json!(command));

    let more = ["--parallelism", "3", "--attempts", "2", "--memory", "512Mi", "--max-failed", "1", "--name", "a-sweep"];
    let asked = job(folder.path(), &[&more[..], &["--sub-path", "runs/7"]].concat());
    assert_eq!(problems(&asked), Vec::<String>::new(), "{asked:#}");
    let spec = &asked["spec"];
    assert_eq!(told.map(|key| spec[key].clone()), [json!("Indexed"), json!(5), json!(3), json!(1), json!(1)]);
    let container = &spec["template"]["spec"]["containers"][0];
    assert_eq!(
        (&asked["metadata"]["name"], &container["volumeMounts"][0]["subPath"]),
        (&json!("a-sweep"), &json!("runs/7"))
    );
    assert_eq!(container["resources"]["limits"], json!({ "cpu": "1", "memory": "512Mi" }));
}

/// The rules find what is wrong: each change breaks one.
#[test]
fn the_rules_can_fail() {
    let folder = planned();
    let right = job(folder.path(), &[]);
    type Change = fn(&mut Value);
    let changes: [(Change, &str); 16] = [
        (
            |j| j["spec"]["template"]["spec"]["restartPolicy"] = json!("OnFailure"),
            "podFailurePolicy needs restartPolicy Never",
        ),
        (|j| j["spec"]["template"]["spec"]["restartPolicy"] = json!("Always"), "restartPolicy is Never or OnFailure"),
        (|j| j["spec"]["completionMode"] = json!("NonIndexed"), "backoffLimitPerIndex needs Indexed"),
        (|j| j["spec"]["completions"] = Value::Null, "Indexed needs completions"),
        (|j| j["spec"]["completions"] = json!("5"), "completions"),
        (
            |j| {
                j["spec"]["completions"] = json!(100_001);
                j["spec"]["maxFailedIndexes"] = Value::Null;
            },
            "many completions need maxFailedIndexes of at most 10000",
        ),
        (|j| j["spec"]["maxFailedIndexes"] = json!(6), "maxFailedIndexes is at most completions"),
        (|j| j["spec"]["backoffLimitPerIndex"] = Value::Null, "FailIndex needs a limit"),
        (|j| j["spec"]["backofLimit"] = json!(1), "spec has no backofLimit"),
        (|j| j["spec"]["podFailurePolicy"]["rules"][0]["action"] = json!("Fail"), "action"),
        (|j| j["spec"]["podFailurePolicy"]["rules"][0]["onExitCodes"]["values"] = json!([0]), "0 is no failure"),
        (
            |j| j["spec"]["podFailurePolicy"]["rules"][0]["onExitCodes"]["containerName"] = json!("x"),
            "containerName is one of the pod's",
        ),
        (
            |j| j["spec"]["podFailurePolicy"]["rules"][1]["onPodConditions"][0]["status"] = json!(true),
            "status of a condition is a text",
        ),
        (|j| j["metadata"]["name"] = json!("A"), "metadata.name"),
        (|j| j["spec"]["template"]["spec"]["volumes"][0]["name"] = json!("other"), "a mount is of a volume of the pod"),
        (|j| j["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"] = json!(1), "limits of cpu"),
    ];
    for (change, what) in changes {
        let mut wrong = right.clone();
        change(&mut wrong);
        assert!(problems(&wrong).iter().any(|p| p == what), "{what}: {:?}", problems(&wrong));
    }
}

#[test]
fn what_kubernetes_would_refuse_is_told() {
    let folder = planned();
    let usual = ["--on", "kubernetes", "--dry-run"];
    for (more, told) in [
        (&["--claim", "c"][..], "needs `--image`"),
        (&["--image", "i"], "needs `--claim`"),
        (&["--image", "i", "--claim", "c", "--name", "Sweep"], "`Sweep` is not a name for a job"),
        (&["--image", "i", "--claim", "c", "--name", &"a".repeat(62)], "at most 61 characters"),
        (&["--image", "i", "--claim", "c", "--memory", "2 GB"], "`2 GB` is not a size of memory"),
        (&["--image", "i", "--claim", "c", "--partition", "p"], "`--partition` belongs to `--on slurm`"),
    ] {
        let out = submit(folder.path(), &[&usual[..], more].concat());
        assert_eq!(out.status.code(), Some(2), "{more:?}");
        assert!(text(&out.stderr).contains(told), "{}", text(&out.stderr));
    }
    let out = submit(folder.path(), &["--on", "kubernetes", "--image", "i", "--claim", "c"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("kubectl apply -f -"), "{}", text(&out.stderr));
    // What is given is data, and not YAML.
    let odd = job(folder.path(), &["--sub-path", "a: \"b\" # c"]);
    let mount = &odd["spec"]["template"]["spec"]["containers"][0]["volumeMounts"][0];
    assert_eq!(mount["subPath"], "a: \"b\" # c");
}

#[test]
fn the_scripts_for_slurm_have_what_was_asked_for() {
    let folder = planned();
    let run = run(&["sweep", "run", "--chunk", "1", "--out", folder.path().to_str().unwrap()]);
    assert!(run.status.success());
    let more =
        ["--partition", "short", "--time", "01:30:00", "--array-throttle", "20", "--attempts", "3", "--memory", "2G"];
    let out = submit(
        folder.path(),
        &[&["--on", "slurm", "--dry-run", "--program", "/opt/it's/polysource"], &more[..]].concat(),
    );
    assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), ""));
    let told = text(&out.stdout);
    for line in [
        // Chunk 1 is there.
        "#SBATCH --array=0,2-4%20\n",
        "#SBATCH --partition=short\n",
        "#SBATCH --time=01:30:00\n",
        "#SBATCH --mem=2G\n",
        "#SBATCH --signal=B:TERM@60\n",
        "#SBATCH --requeue\n",
        "'/opt/it'\\''s/polysource' sweep run --chunk \"$SLURM_ARRAY_TASK_ID\" --out . &\n",
        "    0 | 42)\n        rm -f \"$stopped_before\"\n        exit \"$code\"\n",
        "    left=45\n",
        "if [ \"${SLURM_RESTART_COUNT:-0}\" -lt 2 ]; then\n",
        "--dependency=afterok:JOB --kill-on-invalid-dep=yes slurm-merge.sh\n",
        "sweep merge --verify . --format csv -o '",
    ] {
        assert!(told.contains(line), "{line}{told}");
    }
    assert!(!folder.path().join("slurm-chunks.sh").exists(), "nothing is written");
    let out = submit(folder.path(), &["--on", "slurm", "--dry-run", "--time", "10", "--margin", "8"]);
    let told = text(&out.stdout);
    assert!(told.contains("#SBATCH --signal=B:TERM@8\n") && told.contains("    left=6\n"), "{told}");
    for (more, told) in [
        (&["--partition", "a b"][..], "`a b` cannot stand after `--partition=`"),
        (&["--margin", "3"], "3 is not in 4..=65535"),
        (&["--claim", "c"], "`--claim` belongs to `--on kubernetes`"),
    ] {
        let out = submit(folder.path(), &[&["--on", "slurm", "--dry-run"], more].concat());
        assert_eq!(out.status.code(), Some(2));
        assert!(text(&out.stderr).contains(told), "{}", text(&out.stderr));
    }
}

/// A stand-in for `sbatch` and `scontrol` in a folder, first on the path.
#[cfg(unix)]
fn stand_in(folder: &Path, sbatch: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let scripts = [("sbatch", sbatch), ("scontrol", "echo 'MaxArraySize            = 5'")];
    for (name, body) in scripts {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap())
}

#[cfg(unix)]
#[test]
fn the_merge_waits_for_the_chunks() {
    let (folder, bin) = (planned(), tempfile::tempdir().unwrap());
    let submitted = |sbatch: &str, dir: &Path| {
        let path = stand_in(bin.path(), sbatch);
        let mut command = process();
        command.args(["sweep", "submit", dir.to_str().unwrap(), "--on", "slurm"]).env("PATH", path).output().unwrap()
    };
    let log = bin.path().join("log");
    let sbatch = format!("echo \"$@\" >> '{0}'; wc -l < '{0}'", log.display());
    let out = submitted(&sbatch, folder.path());
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(0), "1\n2\n"), "{}", text(&out.stderr));
    let dir = fs::canonicalize(folder.path()).unwrap().display().to_string();
    let calls = format!(
        "--parsable --chdir={dir} {dir}/slurm-chunks.sh\n--parsable --chdir={dir} --dependency=afterok:1 --kill-on-invalid-dep=yes {dir}/slurm-merge.sh\n"
    );
    assert_eq!(fs::read_to_string(&log).unwrap(), calls);

    let out = submitted("echo 'no such partition' >&2; exit 1", folder.path());
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("sbatch refused slurm-chunks.sh: no such partition"), "{}", text(&out.stderr));
    let out = submitted("case \"$*\" in *merge*) exit 1;; esac; echo 7", folder.path());
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("submitted as job 7, but not the merge"), "{}", text(&out.stderr));

    // An array of 5 goes from 0 to 4; 6 chunks are one too many.
    let six = tempfile::tempdir().unwrap();
    let plan =
        ["sweep", "plan", "models/quickstart.yaml", "--vary", "offers.aws-trainium2.price=1..2/48", "--chunks", "6"];
    assert!(run(&[&plan[..], &["--out", six.path().to_str().unwrap()]].concat()).status.success());
    let out = submitted(&sbatch, six.path());
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("at most 5 (MaxArraySize)"), "{}", text(&out.stderr));

    for chunk in 0..5 {
        let chunk = chunk.to_string();
        let run = run(&["sweep", "run", "--chunk", &chunk, "--out", folder.path().to_str().unwrap()]);
        assert!(run.status.success());
    }
    let out = submitted(&sbatch, folder.path());
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(0), ""));
    assert!(text(&out.stderr).contains("every chunk is there"), "{}", text(&out.stderr));
}
