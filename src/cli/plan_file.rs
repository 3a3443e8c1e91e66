//! Plans as `solve --format json` writes them, read again.

use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::failure::Failure;
use super::files;
use crate::document::MAX_BYTES;
use crate::model::Model;
use crate::plan::{Plan, Status};

/// The longest plan that is read, in bytes: a plan of a model at its limit may be longer than it.
pub(super) const MOST: usize = 4 * MAX_BYTES;
/// The version of the plan's format that this program reads.
const FORMAT: u64 = 1;

/// The keys that tell a plan from a model and from other outputs.
#[derive(Deserialize)]
pub(super) struct Head {
    polysource: Option<IgnoredAny>,
    format: Option<IgnoredAny>,
    status: Option<IgnoredAny>,
}

impl Head {
    /// Whether it is that of a plan.
    pub(super) fn is_plan(&self) -> bool {
        self.is_output() && self.status.is_some()
    }

    /// Whether it is that of anything that this program writes.
    pub(super) fn is_output(&self) -> bool {
        self.polysource.is_some() && self.format.is_some()
    }
}

/// Reads a plan of the format that this program knows. What is no plan at all is not quoted.
pub(super) fn read(text: &str, file: &str) -> Result<Plan, String> {
    #[derive(Deserialize)]
    struct Version {
        format: serde_json::Value,
    }
    let again = "write it again with `polysource solve MODEL --format json`";
    let text = text.trim_start_matches('\u{feff}');
    match serde_json::from_str::<Head>(text) {
        Ok(head) if head.is_plan() => {}
        Ok(_) => return Err(format!("{file} is not a plan; {again}")),
        Err(e) => return Err(format!("{file} is not a plan: no JSON from line {} on; {again}", e.line())),
    }
    let version: Version = serde_json::from_str(text).map_err(|e| format!("{file} cannot be read: {e}; {again}"))?;
    if version.format.as_u64() != Some(FORMAT) {
        let found: String = version.format.to_string().chars().take(20).collect();
        return Err(format!("{file} is a plan of format {found}, and this program reads format {FORMAT}; {again}"));
    }
    let plan: Plan = serde_json::from_str(text).map_err(|e| format!("{file} is not a whole plan: {e}; {again}"))?;
    if matches!(plan.status, Status::Optimal | Status::LimitReached) && plan.cost.is_none() {
        return Err(format!("{file} is not a whole plan: it has no cost; {again}"));
    }
    Ok(plan)
}

/// The plan in a file, if it is one of this model.
pub(super) fn of_model(model: &Model, path: &Path) -> Result<Plan, Failure> {
    let shown = path.display().to_string();
    let plan = any(path)?;
    if plan.model.sha256 != model.sha256 {
        return Err(Failure::Usage(format!(
            "{shown} is a plan of another model, or of this one with other scenarios or settings; solve it again"
        )));
    }
    Ok(plan)
}

/// Reads a plan of whatever model.
pub(super) fn any(path: &Path) -> Result<Plan, Failure> {
    let text = files::read(path, MOST).map_err(|unreadable| files::failed(&unreadable, false))?;
    read(&text, &path.display().to_string()).map_err(Failure::Usage)
}
