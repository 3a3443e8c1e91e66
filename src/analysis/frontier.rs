//! What less dependency costs: the cheapest plan at each level of concentration, survival or risk.
//!
//! A limit on the measure is added to the model's own policy and moved from where it has no effect
//! (the cheapest plan) to the least at which there is a plan (the epsilon-constraint method; Haimes,
//! Lasdon and Wismer, IEEE Trans. SMC 1(3), 1971). Each point is a whole plan, certified and audited
//! as any other. The next level is always the middle of the widest gap, cost and measure both reported
//! as parts of their ranges.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::analysis::solving::settings::{Detail, SolveSettings};
use crate::analysis::solving::solve::solve_every_future;
use crate::analysis::uncertain::FuturePlans;
use crate::diagnostics::{Place, suggest};
use crate::document::{Entry, Node, Value};
use crate::engine::EngineError;
use crate::model::{Cvar, Dimension, Input, Measure, Model, Rejected, load, load_with};
use crate::plan::{ModelInfo, Plan, Status};
use crate::resilience::{ServedOf, Situation, Solver, losses, plain_response, whole};
use crate::units::human::{money, number};

/// How near, as a part of 1 (of the cost, for CVaR), the least possible level is found.
const EDGE: f64 = 1e-6;
/// The same within which a point that is not decided says nothing but that the edge is there.
const NEAR: f64 = 1e-3;
/// Points that fail before the end is taken to be where the last plan was found: each may take as long as a search may.
const MOST_FAILED: usize = 3;
/// Name of the limit that is added, unless the policy has one of that name.
const NAME: &str = "frontier";

/// A name that no limit and no requirement of a model has.
fn free_name(model: &Model) -> String {
    let taken =
        |name: &str| model.limits.iter().any(|l| l.name == name) || model.survive.iter().any(|s| s.name == name);
    let numbered = (2..).map(|i| format!("{NAME}-{i}"));
    std::iter::once(NAME.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

/// What the cost is traded against.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Against {
    /// Sum of squared shares of a dimension's groups in a measure.
    Hhi(Dimension, Measure),
    /// The largest share of a dimension's groups in a measure.
    Largest(Dimension, Measure),
    /// The part still served when any group of a dimension is lost.
    Served(Dimension),
    /// Conditional value at risk of the cost at a level.
    Cvar(f64),
}

/// How to trace a frontier.
#[derive(Clone, Debug, PartialEq)]
pub struct FrontierSettings {
    /// What the cost is traded against.
    pub against: Against,
    /// How many points, ends included.
    pub points: usize,
    /// How each point is solved.
    pub solve: SolveSettings,
}

/// The cheapest plans at levels of a measure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Frontier {
    /// Version of the program.
    pub polysource: String,
    /// Version of this format.
    pub format: u32,
    /// The model.
    pub model: ModelInfo,
    /// Currency of all money.
    pub currency: String,
    /// The measure, in words.
    pub against: String,
    /// The points, from the cheapest to the most extreme that has a plan.
    pub points: Vec<FrontierPoint>,
    /// The index of the knee, if there are more points than the ends and they do not lie on a line.
    pub knee: Option<usize>,
    /// Why it is the knee.
    pub knee_reason: Option<String>,
    /// What is known of the ends.
    pub ends: String,
    /// Points that were looked for and could not be certified, in the order in which they were.
    #[serde(default)]
    pub failed: Vec<FailedPoint>,
    /// How many models were solved.
    pub solves: usize,
}

/// A point of a frontier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct FrontierPoint {
    /// The limit that was set; `null` for the cheapest plan.
    pub limit: Option<f64>,
    /// What the plan has of the measure.
    pub level: f64,
    /// Its discounted cost.
    pub cost: f64,
    /// What it costs more than the cheapest plan.
    pub premium: f64,
    /// SHA-256 of the model with the limit, as in its plan.
    pub sha256: String,
}

/// A point that could not be certified.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct FailedPoint {
    /// The limit that was set.
    pub limit: f64,
    /// What came of it.
    pub status: Status,
    /// The same in words.
    pub reason: String,
}

/// Why there is no frontier.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FrontierError {
    /// There is no plan even without a limit on the measure.
    #[error("the model has no certified plan to start from: {0:?}")]
    NoPlan(Status),
    /// The model with the limit was rejected: the measure has no meaning in it.
    #[error("{0}")]
    Rejected(#[from] Rejected),
    /// A point could not be certified.
    #[error("the plan at {against} {limit} could not be certified: {status:?}")]
    Uncertified {
        /// The measure.
        against: String,
        /// The limit.
        limit: f64,
        /// What came of it.
        status: Status,
    },
    /// The policy of the model measures CVaR at another level.
    #[error("the policy measures CVaR at {0}, and there is one CVaR in a policy: ask for that level")]
    OtherLevel(f64),
    /// The plan has nothing of the measure.
    #[error("the cheapest plan has no {0}")]
    NoLevel(String),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Against {
    /// Reads `hhi:vendor`, `largest:cloud:chips`, `served:vendor` or `cvar:95%`.
    ///
    /// # Errors
    /// What is wrong, and what could be meant.
    pub fn read(text: &str, model: &Model) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').map(str::trim).collect();
        let dimension = |word: Option<&&str>| {
            let word =
                word.copied().ok_or_else(|| format!("`{text}` is missing a dimension: write `{}:vendor`", parts[0]))?;
            let dimension = Dimension::from_word(word);
            if model.groups(&dimension).is_empty() || word == "offer" {
                let known = suggest(word, Dimension::WORDS.into_iter().filter(|w| *w != "offer").collect::<Vec<_>>());
                return Err(format!("`{word}` is neither a dimension nor a tag of any offer; {known}"));
            }
            Ok(dimension)
        };
        let measure = |word: Option<&&str>| {
            let word = word.copied().unwrap_or("spend");
            let found = Measure::ALL.into_iter().find(|m| m.word() == word);
            found
                .ok_or_else(|| format!("`{word}` is not a measure; {}", suggest(word, Measure::ALL.map(Measure::word))))
        };
        let most = match parts[0] {
            "hhi" | "largest" => 3,
            _ => 2,
        };
        if parts.len() > most {
            return Err(format!("`{}` is too much in `{text}`", parts[most]));
        }
        match parts[0] {
            "hhi" => Ok(Self::Hhi(dimension(parts.get(1))?, measure(parts.get(2))?)),
            "largest" => Ok(Self::Largest(dimension(parts.get(1))?, measure(parts.get(2))?)),
            "served" => match dimension(parts.get(1))? {
                Dimension::Supply => {
                    Err("losing what stands upstream of `supply` takes no machines: see `stress`".to_owned())
                }
                by => Ok(Self::Served(by)),
            },
            "cvar" => {
                let own = model.risk.cvar.map_or(0.95, |c| c.level);
                let Some(level) = parts.get(1) else { return Ok(Self::Cvar(own)) };
                let (digits, scale) = level.strip_suffix('%').map_or((*level, 1.0), |digits| (digits.trim(), 100.0));
                let read = digits.parse::<f64>().ok().map(|x| x / scale).filter(|x| (0.0..1.0).contains(x));
                read.map(Self::Cvar).ok_or_else(|| format!("`{level}` is not a level; write 95% or 0.95"))
            }
            other => {
                let words = ["hhi", "largest", "served", "cvar"];
                Err(format!("the cost cannot be traded against `{other}`; {}", suggest(other, words)))
            }
        }
    }

    /// In words.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Against::Hhi(by, of) => format!("HHI of {} in {}", by.word(), of.word()),
            Against::Largest(by, of) => format!("largest share of a {} in {}", by.word(), of.word()),
            Against::Served(by) => format!("part served when any {} is lost", by.word()),
            Against::Cvar(level) => format!("CVaR at {} %", number(level * 100.0)),
        }
    }

    /// Whether more of it is better.
    fn rising(&self) -> bool {
        matches!(self, Against::Served(_))
    }

    /// What is added to the model's policy to limit it: where, what, and whether to a list.
    fn entry(&self, name: &str, own: Option<Cvar>, limit: f64) -> (&'static [&'static str], Node, bool) {
        let (name, number) = (word(name), |x: f64| word(&format!("{x:?}")));
        match self {
            Against::Hhi(by, of) => {
                let inner = map([("by", word(by.word())), ("of", word(of.word())), ("hhi_at_most", number(limit))]);
                (&["policy", "limits"], map([("name", name), ("concentration", inner)]), true)
            }
            Against::Largest(by, of) => {
                let inner = map([("by", word(by.word())), ("of", word(of.word())), ("at_most", number(limit))]);
                (&["policy", "limits"], map([("name", name), ("share", inner)]), true)
            }
            Against::Served(by) => {
                let lost = map([("each", word(by.word()))]);
                (&["policy", "survive"], map([("name", name), ("loss_of", lost), ("serve", number(limit))]), true)
            }
            Against::Cvar(level) => {
                // There is one CVaR in a policy: what it asks for already goes on holding.
                let weight = own.map_or(0.0, |c| c.term.weight);
                let limit = own.and_then(|c| c.term.at_most).map_or(limit, |at_most| at_most.min(limit));
                let terms = [("level", number(*level)), ("weight", number(weight)), ("at_most", number(limit))];
                (&["policy", "risk", "cvar"], map(terms), false)
            }
        }
    }
}

/// A word or number of a document.
fn word(text: &str) -> Node {
    Node { value: Value::Scalar(text.to_owned()), place: Place::default() }
}

fn map<const N: usize>(entries: [(&str, Node); N]) -> Node {
    let entry = |(key, node): (&str, Node)| Entry { key: key.to_owned(), place: node.place, node };
    Node { value: Value::Map(entries.into_iter().map(entry).collect()), place: Place::default() }
}

/// A plan at a limit.
struct Solved {
    limit: Option<f64>,
    level: f64,
    cost: f64,
    plan: Plan,
}

/// Traces a frontier; gives each point's plan as well.
///
/// # Errors
/// [`FrontierError`].
pub fn frontier(input: &Input, settings: &FrontierSettings) -> Result<(Frontier, Vec<Plan>), FrontierError> {
    let model = load(input)?.model;
    if let (Against::Cvar(level), Some(own)) = (&settings.against, model.risk.cvar)
        && own.level != *level
    {
        return Err(FrontierError::OtherLevel(own.level));
    }
    let mut tracer =
        Tracer { input, settings, name: free_name(&model), own: model.risk.cvar, solves: 0, failed: Vec::new() };
    let first = tracer.first(&model)?;
    let (last, ends) = tracer.last(&first)?;
    let mut points = vec![first];
    points.extend(last);
    // Levels between two plans of which the better has nothing to spare are worth a look.
    let mut closed: Vec<(u64, u64)> = Vec::new();
    let before = tracer.failed.len();
    while points.len() < settings.points && tracer.goes_on(before) {
        let Some(i) = widest(&points, &closed) else { break };
        let (a, b) = (points[i].level, points[i + 1].level);
        let failed = tracer.failed.len();
        match tracer.found(tracer.between(a, b))? {
            Some(found) if distinct(&found, &points[i]) && distinct(&found, &points[i + 1]) => {
                points.insert(i + 1, found);
            }
            // Beside one that failed there may be others.
            None if tracer.failed.len() > failed => {}
            _ => closed.push((a.to_bits(), b.to_bits())),
        }
    }
    let cheapest = points[0].cost;
    let told: Vec<FrontierPoint> = points
        .iter()
        .map(|p| FrontierPoint {
            limit: p.limit,
            level: p.level,
            cost: p.cost,
            premium: p.cost - cheapest,
            sha256: p.plan.model.sha256.clone(),
        })
        .collect();
    let knee = knee(&told);
    let reason = knee.map(|k| reason(&told, k, &settings.against, &model.currency));
    let frontier = Frontier {
        polysource: env!("CARGO_PKG_VERSION").to_owned(),
        format: 1,
        model: points[0].plan.model.clone(),
        currency: model.currency.clone(),
        against: settings.against.to_text(),
        points: told,
        knee,
        knee_reason: reason,
        ends,
        failed: tracer.failed,
        solves: tracer.solves,
    };
    Ok((frontier, points.into_iter().map(|p| p.plan).collect()))
}

struct Tracer<'a> {
    input: &'a Input,
    settings: &'a FrontierSettings,
    /// Name of the limit that is added.
    name: String,
    own: Option<Cvar>,
    solves: usize,
    failed: Vec<FailedPoint>,
}

impl Tracer<'_> {
    /// Whether there is time, and few points failed beyond those that had before.
    fn goes_on(&self, before: usize) -> bool {
        self.failed.len() < before + MOST_FAILED && !self.settings.solve.deadline.is_over()
    }

    /// The middle of two levels, or of the widest gap between them that what failed leaves.
    fn between(&self, a: f64, b: f64) -> f64 {
        let within = |limit: &f64| (a.min(b)..a.max(b)).contains(limit);
        let mut stops: Vec<f64> = self.failed.iter().map(|p| p.limit).filter(within).chain([a, b]).collect();
        stops.sort_unstable_by(f64::total_cmp);
        let widest = stops.windows(2).max_by(|p, q| (p[1] - p[0]).total_cmp(&(q[1] - q[0])));
        widest.map_or(a, |pair| f64::midpoint(pair[0], pair[1]))
    }

    /// As [`Self::at`]; a plan that could not be certified is kept in mind and is none.
    fn found(&mut self, limit: f64) -> Result<Option<Solved>, FrontierError> {
        match self.at(limit) {
            Err(FrontierError::Uncertified { limit, status, .. }) => {
                let reason = match status {
                    Status::LimitReached => {
                        "a plan was found, but time ended before it was proved that none is cheaper"
                    }
                    Status::InfeasibleUnverified => "said to have no plan, without a proof",
                    _ => "no plan could be certified",
                };
                self.failed.push(FailedPoint { limit, status, reason: reason.to_owned() });
                Ok(None)
            }
            other => other,
        }
    }

    /// The cheapest plan. A CVaR that nobody asks for is not computed: then it is limited to a
    /// thousand or a million times the cost, which is no limit.
    fn first(&mut self, model: &Model) -> Result<Solved, FrontierError> {
        let plans = self.solved(model)?;
        let plan = plans.together.clone();
        if plan.status != Status::Optimal {
            return Err(FrontierError::NoPlan(plan.status));
        }
        if let (Against::Cvar(_), None) = (&self.settings.against, self.own) {
            for times in [1e3, 1e6] {
                if let Some(found) = self.at(times * (1.0 + cost(&plan).abs()))? {
                    return Ok(Solved { limit: None, ..found });
                }
            }
            return Err(FrontierError::NoPlan(Status::Infeasible));
        }
        let level = self.level(model, &plans)?;
        Ok(Solved { limit: None, level, cost: cost(&plan), plan })
    }

    /// The most extreme level that has a plan, by halving: on one side a plan, on the other a proof
    /// that there is none.
    fn last(&mut self, first: &Solved) -> Result<(Option<Solved>, String), FrontierError> {
        let rising = self.settings.against.rising();
        let (mut without, scale) = match self.settings.against {
            Against::Served(_) => (1.0, 1.0),
            // No plan risks less than the cheapest costs.
            Against::Cvar(_) => (first.cost, 1.0 + first.cost.abs()),
            _ => (0.0, 1.0),
        };
        let measure = self.settings.against.to_text();
        if (first.level - without).abs() <= EDGE * scale {
            return Ok((None, format!("the cheapest plan has the best {measure} that there can be")));
        }
        let mut with: Option<Solved> = None;
        if rising && let Some(found) = self.found(1.0)? {
            return Ok((Some(found), format!("the best {measure} that there can be is possible")));
        }
        let mut proved = self.failed.is_empty();
        let apart = |with: &Option<Solved>, without: f64| {
            ((with.as_ref().map_or(first.level, |w| w.level) - without) / scale).abs()
        };
        while apart(&with, without) > EDGE && self.goes_on(0) {
            let before = with.as_ref().map_or(first.level, |w| w.level);
            let middle = f64::midpoint(before, without);
            let failed = self.failed.len();
            match self.found(middle)? {
                // A limit that is kept within the tolerance alone comes no nearer to the edge: then it is it.
                Some(found)
                    if (before - found.level) * (before - middle).signum() >= 0.25 * (before - middle).abs() =>
                {
                    with = Some(found);
                }
                _ => {
                    // Very near the edge it may not be decided; what is beyond is taken as impossible,
                    // and that is said.
                    if self.failed.len() > failed {
                        proved = false;
                        if with.is_some() && apart(&with, without) <= NEAR {
                            self.failed.truncate(failed);
                        }
                    }
                    without = middle;
                }
            }
        }
        let best = with.as_ref().map_or(first.level, |w| w.level);
        let end = if apart(&with, without) <= EDGE { "with a plan" } else { "that was found" };
        let beyond = if proved { "it is proved that there is no plan" } else { "no plan could be certified" };
        let edge = format!("the best {measure} {end} is {best:.6}; beyond {without:.6} {beyond}");
        Ok((with, edge))
    }

    /// The cheapest plan within a limit; `None` if it is proved that there is none.
    fn at(&mut self, limit: f64) -> Result<Option<Solved>, FrontierError> {
        let against = &self.settings.against;
        let (path, entry, append) = against.entry(&self.name, self.own, limit);
        let model = load_with(self.input, path, &entry, append)?.model;
        let plans = self.solved(&model)?;
        match plans.together.status {
            Status::Optimal => {
                let level = self.level(&model, &plans)?;
                let plan = plans.together;
                Ok(Some(Solved { limit: Some(limit), level, cost: cost(&plan), plan }))
            }
            Status::Infeasible => Ok(None),
            status => Err(FrontierError::Uncertified { against: against.to_text(), limit, status }),
        }
    }

    fn solved(&mut self, model: &Model) -> Result<FuturePlans, FrontierError> {
        self.solves += 1;
        Ok(solve_every_future(model, &SolveSettings { detail: Detail::Plan, ..self.settings.solve.clone() })?)
    }

    /// What a plan has of the measure; of several futures in the one where that is worst, since limits hold in each.
    fn level(&self, model: &Model, plans: &FuturePlans) -> Result<f64, FrontierError> {
        if plans.futures.is_empty() {
            return self.level_in(model, &plans.together);
        }
        let levels: Result<Vec<f64>, FrontierError> =
            plans.futures.iter().map(|f| self.level_in(&f.model, &f.plan)).collect();
        let rising = self.settings.against.rising();
        let worst = levels?.into_iter().reduce(|a, b| if rising { a.min(b) } else { a.max(b) });
        worst.ok_or_else(|| FrontierError::NoLevel(self.settings.against.to_text()))
    }

    fn level_in(&self, model: &Model, plan: &Plan) -> Result<f64, FrontierError> {
        let table = |by: &Dimension, of: &Measure| {
            let same = |e: &&crate::plan::Exposure| e.by == by.word() && e.of == of.word() && e.period == "horizon";
            plan.exposure.iter().find(same)
        };
        let level = match &self.settings.against {
            Against::Hhi(by, of) => table(by, of).map(|e| e.hhi),
            Against::Largest(by, of) => table(by, of).and_then(|e| e.groups.first()).map(|g| g.share),
            Against::Cvar(_) => plan.risk.as_ref().and_then(|r| r.cvar),
            Against::Served(by) => Some(served(model, plan, by, self.settings.solve.solver())?),
        };
        level.ok_or_else(|| FrontierError::NoLevel(self.settings.against.to_text()))
    }
}

/// The smallest part served in any period when any group is lost.
fn served(model: &Model, plan: &Plan, by: &Dimension, solver: Solver) -> Result<f64, EngineError> {
    let Ok(situation) = Situation::of_plan(model, plan, solver) else { return Ok(0.0) };
    // As of the requirement that is added.
    let response = plain_response(model);
    let mut worst: f64 = 1.0;
    for loss in losses(model, by) {
        let lost = whole(&loss);
        for t in 0..model.periods() {
            worst = worst.min(situation.served(&lost, &response, t, ServedOf::Asked, false)?.fraction);
        }
    }
    Ok(worst)
}

fn cost(plan: &Plan) -> f64 {
    plan.cost.as_ref().map_or(f64::NAN, |c| c.total)
}

fn distinct(a: &Solved, b: &Solved) -> bool {
    (a.level - b.level).abs() > 1e-9 * (1.0 + a.level.abs())
}

/// The pair of neighbours that are the furthest apart, cost and level as parts of their ranges.
fn widest(points: &[Solved], closed: &[(u64, u64)]) -> Option<usize> {
    let (first, last) = (points.first()?, points.last()?);
    let (width, height) = ((last.level - first.level).abs(), (last.cost - first.cost).abs());
    let part = |x: f64, of: f64| if of > 0.0 { x / of } else { 0.0 };
    let size = |i: usize| {
        let (a, b) = (&points[i], &points[i + 1]);
        part(a.level - b.level, width).hypot(part(a.cost - b.cost, height))
    };
    let open = |i: &usize| !closed.contains(&(points[*i].level.to_bits(), points[*i + 1].level.to_bits()));
    let worth = |i: &usize| size(*i) > 1e-6;
    (0..points.len() - 1).filter(open).filter(worth).max_by(|&a, &b| size(a).total_cmp(&size(b)).then(b.cmp(&a)))
}

/// The point furthest below the straight line between the ends, cost and level as parts of their
/// ranges: where most of the improvement has been had for the least of the cost (Das, "On
/// characterizing the knee of the Pareto curve", Structural Optimization 18, 1999).
fn knee(points: &[FrontierPoint]) -> Option<usize> {
    let (first, last) = (points.first()?, points.last()?);
    let (width, height) = (last.level - first.level, last.cost - first.cost);
    if width == 0.0 || height <= 0.0 {
        return None;
    }
    let below = |p: &FrontierPoint| (p.level - first.level) / width - (p.cost - first.cost) / height;
    let inner = 1..points.len().saturating_sub(1);
    let best = inner.max_by(|&a, &b| below(&points[a]).total_cmp(&below(&points[b])).then(b.cmp(&a)))?;
    (below(&points[best]) > 1e-6).then_some(best)
}

fn reason(points: &[FrontierPoint], knee: usize, against: &Against, currency: &str) -> String {
    let (first, at, last) = (&points[0], &points[knee], &points[points.len() - 1]);
    let part = |x: f64| number(100.0 * x);
    let gained = (at.level - first.level) / (last.level - first.level);
    let paid = at.premium / last.premium;
    format!(
        "{} % of the improvement of the {} for {} % of its cost: up to here it costs {}, all the way {}",
        part(gained),
        against.to_text(),
        part(paid),
        money(at.premium, currency),
        money(last.premium, currency)
    )
}
