//! The manifest of a sweep, of replications or of an evaluation that is solved in pieces: all that a piece needs, on any
//! machine.
//!
//! The model is kept as it was read (its text, what was laid over it, the scenarios and settings,
//! the files that it names) and not as the one document that comes of them: scenarios that vary come
//! before the settings, the first of several problems is the one that stands first in the text, and
//! the fingerprint is of the texts. Read again they give the same model to the last byte of a
//! message. Points are kept as numbers, and not as how to find them, since logarithms and powers are
//! the system's and may differ between machines in their last digit.
//!
//! The first line of the file holds the SHA-256 of all bytes after it; the whole is one JSON object.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::evaluation::EvaluationOptions;
use super::exact::Exact;
use super::replications::{ReplicationOptions, replication};
use super::seal::{digest, program};
use crate::analysis::SolveSettings;
use crate::analysis::samples::estimable;
use crate::analysis::sweep::{Row, SweepPlan, SweepSettings, columns, with_points};
use crate::diagnostics::Sources;
use crate::document::Spread;
use crate::engine::{EngineChoice, NoSuchEngine};
use crate::model::{Family, Input, Model, SweepOverrides, load_again};

/// Version of the format.
const FORMAT: u32 = 2;
/// The first version, which knew sweeps alone and so did not name its kind.
const OLDEST: u32 = 1;

/// A sweep, replications or an evaluation written down, with the chunks that they are solved in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Manifest {
    /// Version of the format.
    pub format: u32,
    /// The program that wrote it: its version, and `+highs` if it has that engine. Another program may
    /// find other digits, so only the same one goes on.
    pub polysource: String,
    /// What is solved: the points of a sweep, replications, or the batches of an evaluation.
    #[serde(default)]
    pub kind: ManifestKind,
    /// What the model is read from.
    pub model: ModelTexts,
    /// What varies, what is reported, and how each point is solved. Of replications and evaluations only the engine and
    /// the time limit are said.
    pub options: SweepOptions,
    /// The plan that replications judge, and how; left out of anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replications: Option<ReplicationOptions>,
    /// The plans that are evaluated, and how; left out of anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<EvaluationOptions>,
    /// The names of what varies.
    pub axes: Vec<String>,
    /// The names of what is reported of each point; of a batch for each of its futures in turn.
    pub columns: Vec<String>,
    /// The points in the order in which they are solved, neighbours together. A replication or a batch is a point without
    /// values, its number less one.
    pub points: Vec<PointAt>,
    /// Points that are solved one after the other; chunks hold whole groups of so many.
    pub group: usize,
    /// The chunks, from 0: parts of the order that follow one another.
    pub chunks: Vec<ChunkBounds>,
}

/// What the points of a manifest are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ManifestKind {
    /// Those of a sweep.
    #[default]
    Sweep,
    /// Further samples that judge a plan for futures that are drawn at random.
    Replications,
    /// Batches of draws in which plans are followed.
    Evaluation,
}

impl ManifestKind {
    /// What it is of, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            ManifestKind::Sweep => "a sweep",
            ManifestKind::Replications => "replications",
            ManifestKind::Evaluation => "an evaluation",
        }
    }
}

/// Everything that a model is read from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ModelTexts {
    /// What the model's text is called in messages.
    pub name: String,
    /// SHA-256 of the texts, scenarios and settings, as in a plan.
    pub sha256: String,
    /// The model's text.
    pub text: String,
    /// Texts laid over it, in order, each with its name.
    pub overlays: Vec<(String, String)>,
    /// Scenarios applied, in order.
    pub scenarios: Vec<String>,
    /// Settings `path=value`, in order.
    pub sets: Vec<String>,
    /// The folder in which the files that the model names were looked for.
    pub folder: Option<String>,
    /// The texts of these files, by their paths.
    pub files: BTreeMap<String, String>,
}

/// What varies, what is reported, and how each point is solved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct SweepOptions {
    /// The sweep of the model, by name.
    pub sweep: Option<String>,
    /// Variations as on the command line.
    pub vary: Vec<String>,
    /// What else was asked for.
    pub asked: SweepOverrides,
    /// Whether the usual columns tell what needs further solves.
    pub full: bool,
    /// The engine, by name.
    pub engine: String,
    /// Time limit for each run of a chunk, in seconds.
    pub time_limit: Option<f64>,
}

/// A point: its number, and the value of each axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct PointAt {
    /// The number of the point, from 0.
    pub point: usize,
    /// A value for each axis, `null` where the model is as written; of scenarios the number of the list.
    pub at: Vec<Exact>,
}

/// Where a chunk begins and ends in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ChunkBounds {
    /// Its first position.
    pub from: usize,
    /// One past its last position.
    pub to: usize,
}

/// A manifest together with the SHA-256 of its content, by which its chunks know it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealed {
    /// What it says.
    pub manifest: Manifest,
    /// SHA-256 of its content.
    pub sha256: String,
}

/// Why a manifest cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// It is no manifest.
    #[error("it is not the manifest of a sweep")]
    NotOne,
    /// It is torn, or was changed.
    #[error("its content is not what its SHA-256 says: it is torn, or was changed")]
    Torn,
    /// It is of another version.
    #[error("it was written by polysource {found}, and this is {here}")]
    Other {
        /// The version that wrote it.
        found: String,
        /// This version.
        here: String,
    },
    /// It contradicts itself.
    #[error("it contradicts itself: {0}")]
    Wrong(String),
}

/// What only tells who wrote a manifest.
#[derive(Deserialize)]
struct Writer {
    format: u32,
    polysource: String,
}

impl Manifest {
    /// Writes down a sweep of a family that was read from `input`, to be solved in so many chunks; in
    /// fewer where there are not as many groups of neighbours.
    #[must_use]
    pub fn of(input: &Input, family: &Family, options: SweepOptions, plan: &SweepPlan, chunks: usize) -> Self {
        let at = |point: usize| plan.points[point].iter().map(|&v| Exact(v)).collect();
        Manifest {
            format: FORMAT,
            polysource: program(),
            kind: ManifestKind::Sweep,
            model: ModelTexts::of(input, family.sha256(), &family.sources),
            options,
            replications: None,
            evaluation: None,
            axes: plan.names.clone(),
            columns: plan.columns.iter().map(|c| c.name.clone()).collect(),
            points: plan.order.iter().map(|&point| PointAt { point, at: at(point) }).collect(),
            group: plan.chunk,
            chunks: divided(plan.points.len(), plan.chunk, chunks),
        }
    }

    /// Writes down so many samples that are drawn anew, each a point without values, to be solved in so many chunks; in
    /// fewer where there are not as many samples. What they are for is left to be said.
    pub(super) fn of_samples(
        model: &Model,
        kind: ManifestKind,
        columns: Vec<String>,
        (engine, time_limit): (EngineChoice, Option<f64>),
        (count, chunks): (usize, usize),
    ) -> Self {
        Manifest {
            format: FORMAT,
            polysource: program(),
            kind,
            model: ModelTexts::of(model.input(), model.sha256(), &model.tree().sources),
            options: SweepOptions {
                sweep: None,
                vary: Vec::new(),
                asked: SweepOverrides::default(),
                full: false,
                engine: engine.to_string(),
                time_limit,
            },
            replications: None,
            evaluation: None,
            axes: Vec::new(),
            columns,
            points: (0..count).map(|point| PointAt { point, at: Vec::new() }).collect(),
            group: 1,
            chunks: divided(count, 1, chunks),
        }
    }

    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> String {
        // The hash goes before the first key.
        let json = serde_json::to_string(self).unwrap_or_default();
        let content = json.replacen('{', "", 1) + "\n";
        format!("{}{content}", first_line(&digest(content.as_bytes())))
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// [`ManifestError`] if it is none, not whole, of another version, or contradicts itself.
    pub fn read(bytes: &[u8]) -> Result<Sealed, ManifestError> {
        let line = bytes.iter().position(|&b| b == b'\n').map(|at| &bytes[..=at]).ok_or(ManifestError::NotOne)?;
        let sha256 = line.strip_prefix(b"{\"sha256\":\"").and_then(|l| l.strip_suffix(b"\",\n"));
        let sha256 = sha256.and_then(|s| std::str::from_utf8(s).ok()).ok_or(ManifestError::NotOne)?;
        if digest(&bytes[line.len()..]) != sha256 {
            return Err(ManifestError::Torn);
        }
        let wrong = |e: serde_json::Error| ManifestError::Wrong(e.to_string());
        let writer: Writer = serde_json::from_slice(bytes).map_err(wrong)?;
        if !(OLDEST..=FORMAT).contains(&writer.format) || writer.polysource != program() {
            return Err(ManifestError::Other { found: writer.polysource, here: program() });
        }
        let manifest: Manifest = serde_json::from_slice(bytes).map_err(wrong)?;
        manifest.whole().map_err(|what| ManifestError::Wrong(what.to_owned()))?;
        Ok(Sealed { manifest, sha256: sha256.to_owned() })
    }

    /// Whether every point is there once, and every position is in one chunk.
    fn whole(&self) -> Result<(), &'static str> {
        let mut seen = vec![false; self.points.len()];
        for point in &self.points {
            match seen.get_mut(point.point) {
                Some(seen) if !*seen => *seen = true,
                _ => return Err("a point is there twice, or not at all"),
            }
        }
        let of = |kind: ManifestKind| self.kind == kind;
        let holds = [self.replications.is_some(), self.evaluation.is_some()];
        if holds != [of(ManifestKind::Replications), of(ManifestKind::Evaluation)] {
            return Err("its kind is not what it holds");
        }
        let mut end = 0;
        for chunk in &self.chunks {
            if chunk.from != end || chunk.to <= chunk.from || self.group == 0 || chunk.from % self.group != 0 {
                return Err("its chunks are not whole groups one after the other");
            }
            end = chunk.to;
        }
        if end == self.points.len() { Ok(()) } else { Err("its chunks do not hold every point") }
    }

    /// The sweep that is written down: the family, its plan, and how it is solved on one thread.
    ///
    /// # Errors
    /// [`ManifestError::Wrong`] if the model cannot be read from it.
    pub fn sweep(&self) -> Result<(Family, SweepPlan, SweepSettings), ManifestError> {
        let wrong = ManifestError::Wrong;
        if self.kind != ManifestKind::Sweep {
            return Err(self.other(ManifestKind::Sweep));
        }
        let options = &self.options;
        let family = Family::read_again(&self.input(), options.sweep.as_deref(), &options.vary, &options.asked)
            .map_err(|rejected| wrong(format!("the model cannot be read\n{rejected}")))?;
        if family.sha256() != self.model.sha256 {
            return Err(wrong("the model is not the one whose SHA-256 it gives".to_owned()));
        }
        let axes = &family.spec.axes;
        let fits = |axis: usize, value: Option<f64>| match (&axes[axis].spread, value) {
            (Spread::Scenarios(lists), Some(list)) => list >= 0.0 && list < lists.len() as f64,
            _ => true,
        };
        let mut points = vec![Vec::new(); self.points.len()];
        for point in &self.points {
            let at: Vec<Option<f64>> = point.at.iter().map(|v| v.0).collect();
            if at.len() != axes.len() || !at.iter().enumerate().all(|(axis, &value)| fits(axis, value)) {
                return Err(wrong(format!("point {} is not one of this sweep", point.point)));
            }
            points[point.point] = at;
        }
        let order = self.points.iter().map(|p| p.point).collect();
        let plan = SweepPlan {
            chunk: self.group,
            ..with_points(&family, columns(&family, options.full).map_err(|e| wrong(e.to_string()))?, points, order)
        };
        if plan.names != self.axes || plan.columns.iter().map(|c| &c.name).ne(&self.columns) {
            return Err(wrong("what varies or is told is not what it names".to_owned()));
        }
        let solve = SolveSettings { engine: self.engine()?, ..SolveSettings::default() };
        Ok((family, plan, SweepSettings { solve, threads: 1 }))
    }

    /// The model of samples that are drawn anew.
    ///
    /// # Errors
    /// [`ManifestError::Wrong`] if it cannot be read, or draws nothing that can be estimated.
    pub(super) fn sampled_model(&self) -> Result<Model, ManifestError> {
        let model = load_again(&self.input())
            .map_err(|rejected| ManifestError::Wrong(format!("the model cannot be read\n{rejected}")))?;
        if model.sha256() != self.model.sha256 {
            return Err(ManifestError::Wrong("the model is not the one whose SHA-256 it gives".to_owned()));
        }
        estimable(&model).map_err(|e| ManifestError::Wrong(e.to_string()))?;
        Ok(model)
    }

    /// Whether its points are numbers in their order, without values.
    pub(super) fn is_numbered(&self) -> bool {
        self.axes.is_empty() && self.points.iter().enumerate().all(|(i, at)| at.point == i && at.at.is_empty())
    }

    /// Whether a row can be one of its points.
    pub(super) fn fits(&self, row: &Row) -> bool {
        match (&self.kind, &self.evaluation) {
            (ManifestKind::Evaluation, Some(options)) => options.batch(self.columns.len(), row).is_some(),
            (ManifestKind::Replications, _) => replication(row).is_some(),
            _ => row.values.len() == self.columns.len(),
        }
    }

    /// That it is of something else than was asked for.
    pub(super) fn other(&self, asked: ManifestKind) -> ManifestError {
        ManifestError::Wrong(format!("it is of {}, and not of {}", self.kind.words(), asked.words()))
    }

    pub(super) fn engine(&self) -> Result<EngineChoice, ManifestError> {
        self.options.engine.parse().map_err(|e: NoSuchEngine| ManifestError::Wrong(e.to_string()))
    }

    /// The longest time that the run of a chunk may take.
    #[must_use]
    pub fn time_limit(&self) -> Option<Duration> {
        self.options.time_limit.and_then(|s| Duration::try_from_secs_f64(s).ok())
    }

    fn input(&self) -> Input {
        let model = &self.model;
        Input {
            name: model.name.clone(),
            text: model.text.clone(),
            overlays: model.overlays.clone(),
            scenarios: model.scenarios.clone(),
            sets: model.sets.clone(),
            folder: model.folder.as_ref().map(PathBuf::from),
            files: Some(model.files.clone()),
            files_outside: false,
            future: None,
            without_uncertainty: false,
        }
    }
}

impl ModelTexts {
    /// What a model was read from: the input, the SHA-256, and where its files were kept.
    fn of(input: &Input, sha256: &str, sources: &Sources) -> Self {
        ModelTexts {
            name: input.name.clone(),
            sha256: sha256.to_owned(),
            text: input.text.clone(),
            overlays: input.overlays.clone(),
            scenarios: input.scenarios.clone(),
            sets: input.sets.clone(),
            folder: input.folder.as_ref().map(|f| f.display().to_string()),
            files: sources.files().map(|f| (f.name.to_string(), f.text.to_string())).collect(),
        }
    }
}

fn first_line(sha256: &str) -> String {
    format!("{{\"sha256\":\"{sha256}\",\n")
}

/// So many chunks of whole groups, none a group larger than another.
fn divided(points: usize, group: usize, chunks: usize) -> Vec<ChunkBounds> {
    let groups = points.div_ceil(group);
    let chunks = chunks.clamp(1, groups.max(1));
    let start = |i: usize| (groups * i / chunks * group).min(points);
    (0..chunks).map(|i| ChunkBounds { from: start(i), to: start(i + 1) }).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::analysis::sweep::plan;

    fn sealed(vary: &[&str], asked: &SweepOverrides, chunks: usize) -> (Manifest, SweepPlan) {
        let text = std::fs::read_to_string("models/quickstart.yaml").unwrap();
        let input = Input { name: "quickstart".to_owned(), text, ..Input::default() };
        let vary: Vec<String> = vary.iter().map(|v| (*v).to_owned()).collect();
        let family = Family::read(&input, None, &vary, asked).unwrap();
        let plan = plan(&family, columns(&family, true).unwrap()).unwrap();
        let options = SweepOptions {
            sweep: None,
            vary,
            asked: asked.clone(),
            full: true,
            engine: "auto".to_owned(),
            time_limit: None,
        };
        (Manifest::of(&input, &family, options, &plan, chunks), plan)
    }

    /// A grid of so many points in so many chunks.
    pub(in crate::batch) fn sealed_grid(points: usize, chunks: usize) -> Sealed {
        let (manifest, _) =
            sealed(&[&format!("offers.aws-trainium2.price=1..2/{points}")], &SweepOverrides::default(), chunks);
        Manifest::read(manifest.text().as_bytes()).unwrap()
    }

    #[test]
    fn what_is_written_down_is_read_to_the_bit() {
        let vary = ["offers.aws-trainium2.price=*lognormal(1, 0.3)", "workloads.chat.demand=*0.5..1.5"];
        let asked = SweepOverrides { samples: Some(50), seed: Some(4), ..SweepOverrides::default() };
        let (manifest, plan) = sealed(&vary, &asked, 3);
        let read = Manifest::read(manifest.text().as_bytes()).unwrap();
        assert_eq!(read.manifest, manifest);
        assert_eq!(read.manifest.sweep().unwrap().1, plan);
        let json: serde_json::Value = serde_json::from_str(&manifest.text()).unwrap();
        assert_eq!(json["sha256"], read.sha256.as_str());
    }

    #[test]
    fn chunks_are_whole_groups() {
        let bounds = |points, chunks| -> Vec<(usize, usize)> {
            divided(points, 8, chunks).iter().map(|c| (c.from, c.to)).collect()
        };
        // 44 points are 6 groups: 1, 2, 1 and 2 of them, the last of 4 points.
        assert_eq!(bounds(44, 4), [(0, 8), (8, 24), (24, 32), (32, 44)]);
        assert_eq!(bounds(9, 5), [(0, 8), (8, 9)]);
        assert_eq!(bounds(3, 1), [(0, 3)]);
    }

    #[test]
    fn no_changed_byte_is_believed() {
        let (manifest, _) = sealed(&["offers.aws-trainium2.price=1..2/3"], &SweepOverrides::default(), 1);
        let whole = manifest.text().into_bytes();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(Manifest::read(&changed).is_err(), "changed at {at}");
        }
        for cut in 0..whole.len() {
            assert!(Manifest::read(&whole[..cut]).is_err(), "cut at {cut}");
        }
    }

    /// The first version of the format knew sweeps alone.
    #[test]
    fn a_manifest_of_the_first_format_is_read() {
        let (manifest, plan) = sealed(&["offers.aws-trainium2.price=1..2/20"], &SweepOverrides::default(), 2);
        let text = manifest.text();
        let (_, content) = text.split_once('\n').unwrap();
        let old = content.replacen("\"format\":2", "\"format\":1", 1).replacen("\"kind\":\"sweep\",", "", 1);
        assert_eq!(old.len() + "\"kind\":\"sweep\",".len(), content.len());
        let read = Manifest::read(format!("{}{old}", first_line(&digest(old.as_bytes()))).as_bytes()).unwrap();
        assert_eq!(read.manifest.kind, ManifestKind::Sweep);
        assert_eq!(read.manifest.sweep().unwrap().1, plan);
        assert!(read.manifest.replications().is_err());
    }

    /// A manifest that was sealed again after a change is still checked.
    #[test]
    fn contradictions_are_told() {
        let (manifest, _) = sealed(&["offers.aws-trainium2.price=1..2/20"], &SweepOverrides::default(), 2);
        let told = |change: fn(&mut Manifest)| {
            let mut changed = manifest.clone();
            change(&mut changed);
            let read = Manifest::read(changed.text().as_bytes());
            read.and_then(|s| s.manifest.sweep().map(|_| ())).unwrap_err().to_string()
        };
        assert!(told(|m| m.polysource = "9.9.9".to_owned()).contains("written by polysource 9.9.9"));
        assert!(told(|m| m.format = FORMAT + 1).contains("written by"));
        assert!(told(|m| m.kind = ManifestKind::Replications).contains("its kind is not what it holds"));
        assert!(told(|m| m.points[3].point = 4).contains("there twice"));
        assert!(told(|m| m.chunks[1].to = 19).contains("every point"));
        assert!(told(|m| m.chunks[1].from = 17).contains("whole groups"));
        assert!(told(|m| m.model.text += "discount_rate: 5 %\n").contains("SHA-256"));
        assert!(told(|m| m.model.text += "\nx: 1\n").contains("cannot be read"));
        assert!(told(|m| m.points[3].at.push(Exact(None))).contains("point 3"));
    }
}
