//! Kubernetes: an Indexed Job, a pod for each chunk.
//!
//! The fields are those of `batch/v1`: an index has its own limit of failures, an exit code of 42 fails
//! it at once, and a pod that was lost to a disruption counts for nothing.

use std::path::Path;

use super::{SubmitError, SubmitRequest};
use crate::batch::place::in_store;

/// What Kubernetes is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KubernetesOptions {
    /// The image, with `polysource` on its path.
    pub image: Option<String>,
    /// The claim of the volume that holds the folder.
    pub claim: Option<String>,
    /// Where in the volume the folder is; `None` if it is the volume.
    pub sub_path: Option<String>,
    /// The secret that says who may use the object store, in variables of the environment.
    pub secret: Option<String>,
    /// Name of the job.
    pub name: Option<String>,
    /// How many chunks run at once; `None` for all that find a place.
    pub parallelism: Option<u32>,
    /// How many chunks may fail before the others are stopped; `None` for any number.
    pub max_failed: Option<u32>,
}

/// From so many indexes on, fewer may run at once and fewer may fail.
const MANY: usize = 100_000;
const MOST_OF_MANY: usize = 10_000;

/// The job for the chunks of a sweep in a folder, as YAML; `id` is what tells the sweep from others.
///
/// # Errors
/// [`SubmitError::Refused`] if something is missing, or cannot stand in it.
pub fn kubernetes_job(
    dir: &Path,
    (asked, args): (&SubmitRequest, &KubernetesOptions),
    id: &str,
    chunks: usize,
) -> Result<String, SubmitError> {
    let needed = |value: &Option<String>, option: &str, example: &str| {
        let value = value.as_deref().filter(|v| !v.is_empty());
        value.map(text).ok_or_else(|| {
            SubmitError::Refused(format!("`--on kubernetes` needs `{option}`, such as `{option} {example}`"))
        })
    };
    let image = needed(&args.image, "--image", "example/polysource:0.1.0")?;
    let place = if in_store(dir).is_some() {
        if let Some(option) = [(&args.claim, "--claim"), (&args.sub_path, "--sub-path")].iter().find(|o| o.0.is_some())
        {
            return Err(SubmitError::Refused(format!(
                "`{}` is for a folder in a volume, and this one is in an object store",
                option.1
            )));
        }
        Place::store(&dir.display().to_string(), args.secret.as_deref())
    } else {
        if args.secret.is_some() {
            let message = "`--secret` is for a folder in an object store, and this one is in a volume";
            return Err(SubmitError::Refused(message.to_owned()));
        }
        Place::volume(&needed(&args.claim, "--claim", "sweeps")?, args.sub_path.as_deref())
    };
    let name = args.name.clone().unwrap_or_else(|| format!("polysource-{id}"));
    // A pod is called after the job and its index, which together have to be a label of DNS.
    let longest = format!("{name}-{}", chunks - 1);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let label = name.chars().all(|c| plain(c) || c == '-') && name.starts_with(plain) && name.ends_with(plain);
    if !label || longest.len() > 63 {
        let most = 63 - (longest.len() - name.len());
        return Err(SubmitError::Refused(format!(
            "`{name}` is not a name for a job: a-z, 0-9 and `-` within, at most {most} characters"
        )));
    }
    let memory = asked.memory.as_deref().unwrap_or("1Gi");
    let digits = memory.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let suffixes = ["", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"];
    if digits.parse::<f64>().is_err() || !suffixes.contains(&&memory[digits.len()..]) {
        return Err(SubmitError::Refused(format!(
            "`{memory}` is not a size of memory for Kubernetes; write 512Mi or 2Gi"
        )));
    }
    let most = if chunks > MANY { MOST_OF_MANY } else { chunks };
    let parallelism = args.parallelism.map_or(most, |n| (n as usize).min(most));
    let failed = args.max_failed.map_or(most, |n| (n as usize).min(most));
    let again = asked.attempts.get() - 1;
    let Place { out, container, volumes } = place;
    let (name, memory, hopeless) = (text(&name), text(memory), asked.hopeless);
    Ok(format!(
        r#"apiVersion: batch/v1
kind: Job
metadata:
  name: {name}
  labels:
    app.kubernetes.io/name: polysource
spec:
  completionMode: Indexed
  completions: {chunks}
  parallelism: {parallelism}
  # Each chunk may fail so often, and so many chunks for good, before the job fails.
  backoffLimitPerIndex: {again}
  maxFailedIndexes: {failed}
  podFailurePolicy:
    rules:
      # It would fail again however often it is run.
      - action: FailIndex
        onExitCodes:
          containerName: chunk
          operator: In
          values: [{hopeless}]
      # A node that was drained or lost is no failure of the chunk.
      - action: Ignore
        onPodConditions:
          - type: DisruptionTarget
            status: "True"
  template:
    metadata:
      labels:
        app.kubernetes.io/name: polysource
    spec:
      restartPolicy: Never
      # Time to finish the point that is being solved.
      terminationGracePeriodSeconds: 60
      containers:
        - name: chunk
          image: {image}
          command: ["polysource", "sweep", "run", "--chunk", "$(JOB_COMPLETION_INDEX)", "--out", {out}]
          resources:
            requests:
              cpu: "1"
              memory: {memory}
            limits:
              cpu: "1"
              memory: {memory}
{container}{volumes}"#
    ))
}

/// What a job says of where the folder is.
struct Place {
    /// The folder as a pod finds it.
    out: String,
    /// What the container needs for that.
    container: String,
    /// What the pod needs for that.
    volumes: String,
}

impl Place {
    /// A folder in a volume, whose claim is a text of YAML already.
    fn volume(claim: &str, sub_path: Option<&str>) -> Self {
        let sub_path = sub_path.map(|p| format!("              subPath: {}\n", text(p))).unwrap_or_default();
        Place {
            out: text("/sweep"),
            container: format!(
                "          volumeMounts:\n            - name: sweep\n              mountPath: /sweep\n{sub_path}"
            ),
            volumes: format!(
                "      volumes:\n        - name: sweep\n          persistentVolumeClaim:\n            claimName: {claim}\n"
            ),
        }
    }

    /// A folder in an object store.
    fn store(dir: &str, secret: Option<&str>) -> Self {
        let secret = secret
            .map(|s| format!("          envFrom:\n            - secretRef:\n                name: {}\n", text(s)));
        Place { out: text(dir), container: secret.unwrap_or_default(), volumes: String::new() }
    }
}

/// A text as YAML, which takes it as JSON has it.
fn text(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}
