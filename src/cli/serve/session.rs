//! One user's session: what was changed, the plan of it, and what is solved at the moment.
//!
//! At most one solve runs for a session. A new change stops the one that runs and takes its place, so that the answer
//! follows a slider; sessions share nothing but the model.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::bench::{Bench, Situation};
use super::changes::{Change, Changes, Chosen};
use crate::analysis::{Detail, SolveSettings, Study, solve};
use crate::compare::{Compared, diff};
use crate::diagnostics::{Severity, worded};
use crate::engine::{Cancel, Deadline, EngineError, Watch};
use crate::model::{Rejected, Tree};
use crate::plan::Plan;
use crate::report::html;

/// Most plans that are pinned.
pub(super) const PINS: usize = 12;

/// A session.
pub(super) struct Session {
    pub bench: Arc<Bench>,
    time_limit: Duration,
    state: Mutex<State>,
    /// Kept open between solves; locked only by the one that runs.
    study: Mutex<Option<Kept>>,
    shown: watch::Sender<Arc<View>>,
    /// When it was used last, on the clock of the sessions.
    pub used: AtomicU64,
}

struct Kept {
    situation: Arc<Situation>,
    study: Study,
}

struct State {
    changes: Changes,
    situation: Arc<Situation>,
    /// Counts changes.
    number: u64,
    /// The change that was answered last.
    answered: u64,
    running: bool,
    cancel: Cancel,
    /// Counts what makes other controls, or other values in them, necessary.
    revision: u64,
    pins: Vec<Pin>,
    /// What the page shows.
    answer: Answer,
    /// What is wrong with the changes, if they have no answer.
    mistakes: Mistakes,
}

/// A plan with what it is the plan of.
#[derive(Clone)]
pub(super) struct Answer {
    pub plan: Arc<Plan>,
    /// What was written of its model.
    pub tree: Arc<Tree>,
    pub changes: Changes,
    /// Whether what takes further solves is still to come.
    pub partial: bool,
    pub took: Duration,
}

/// A plan that is kept to be compared.
#[derive(Clone)]
pub(super) struct Pin {
    pub name: String,
    pub changes: Changes,
    pub plan: Arc<Plan>,
}

/// What is wrong with a change.
#[derive(Clone, Default)]
pub(super) struct Mistakes {
    /// At the fields that they are of, by their paths.
    pub fields: BTreeMap<String, String>,
    /// Of no field in particular.
    pub others: Vec<String>,
}

/// What a page has to show.
#[derive(Clone)]
pub(super) struct View {
    pub number: u64,
    pub state: Progress,
    pub revision: u64,
    pub headline: String,
    /// The answer in HTML.
    pub result: String,
    /// The variants in HTML.
    pub variants: String,
    pub changes: Changes,
    pub situation: Arc<Situation>,
    pub pins: Vec<String>,
    pub mistakes: Mistakes,
    pub took: Duration,
}

/// How far an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Solving,
    /// The plan is known, and more about it is being solved.
    Partial,
    Done,
    /// The changes have a mistake, or could not be solved: the answer shown is the one before.
    Mistaken,
}

/// Why something was not done: a sentence for the user.
pub(super) struct Refused(pub String);

impl Session {
    pub fn open(bench: &Arc<Bench>, time_limit: Duration) -> Arc<Self> {
        let changes = bench.unchanged();
        let answer = Answer {
            plan: Arc::clone(&bench.plan),
            tree: Arc::clone(&bench.base.tree),
            changes: changes.clone(),
            partial: true,
            took: Duration::ZERO,
        };
        let state = State {
            changes,
            situation: Arc::clone(&bench.base),
            number: 0,
            answered: 0,
            running: false,
            cancel: Cancel::new(),
            revision: 0,
            pins: Vec::new(),
            answer,
            mistakes: Mistakes::default(),
        };
        let first = Arc::new(view(bench, &state, Progress::Partial));
        let session = Arc::new(Session {
            bench: Arc::clone(bench),
            time_limit,
            state: Mutex::new(state),
            study: Mutex::new(None),
            shown: watch::Sender::new(first),
            used: AtomicU64::new(0),
        });
        session.change(|_| Ok(false)).ok();
        session
    }

    /// What there is to show, now and whenever it changes.
    pub fn follow(&self) -> watch::Receiver<Arc<View>> {
        self.shown.subscribe()
    }

    /// What there is to show now.
    pub fn view(&self) -> Arc<View> {
        self.shown.borrow().clone()
    }

    /// Whether a page follows it.
    pub fn is_followed(&self) -> bool {
        self.shown.receiver_count() > 0
    }

    /// Stops what it solves, for good: nobody will see the answer.
    pub fn close(&self) {
        self.state().cancel.ask();
    }

    pub fn touch(&self, now: u64) {
        self.used.store(now, Ordering::Relaxed);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes a value, or leaves it as it is written.
    pub fn set(self: &Arc<Self>, path: &str, change: Option<Change>) -> Result<(), Refused> {
        self.change(|state| {
            // Only what has a control: a page changes numbers and decisions, and nothing that names a file.
            if !state.situation.controls.iter().any(|c| c.path == path) {
                return Err(Refused(format!("`{path}` has no control on this page")));
            }
            match change {
                Some(change) => state.changes.values.insert(path.to_owned(), change),
                None => state.changes.values.remove(path),
            };
            Ok(false)
        })
    }

    /// Chooses another situation.
    pub fn choose(self: &Arc<Self>, chosen: Chosen) -> Result<(), Refused> {
        let situation = Arc::new(self.bench.situation(&chosen).map_err(|rejected| Refused(first(&rejected)))?);
        self.change(|state| {
            state.changes.chosen = situation.chosen.clone();
            // What has no control any more cannot be seen, and does not hold.
            let controls = &situation.controls;
            state.changes.values.retain(|path, _| controls.iter().any(|c| c.path == *path));
            state.situation = situation;
            Ok(true)
        })
    }

    /// Goes back to other changes: those of a pin, or none.
    pub fn restore(self: &Arc<Self>, changes: Changes) -> Result<(), Refused> {
        let situation = Arc::new(self.bench.situation(&changes.chosen).map_err(|rejected| Refused(first(&rejected)))?);
        self.change(|state| {
            state.changes = changes;
            state.situation = situation;
            Ok(true)
        })
    }

    /// What a pin was made of.
    pub fn pinned(&self, index: usize) -> Option<Changes> {
        self.state().pins.get(index).map(|pin| pin.changes.clone())
    }

    /// Keeps the plan that is shown.
    pub fn pin(&self, name: &str) -> Result<(), Refused> {
        // What is pinned under a name is what the fields say.
        let answer = self.answer()?;
        let mut state = self.state();
        if state.pins.len() >= PINS {
            return Err(Refused(format!("there are {PINS} pinned variants already; remove one first")));
        }
        if state.pins.iter().any(|pin| pin.name == name) {
            return Err(Refused(format!("a pinned variant is called `{name}` already; choose another name")));
        }
        state.pins.push(Pin { name: name.to_owned(), changes: answer.changes, plan: answer.plan });
        self.publish_again(&state);
        Ok(())
    }

    pub fn unpin(&self, index: usize) {
        let mut state = self.state();
        if index < state.pins.len() {
            state.pins.remove(index);
            self.publish_again(&state);
        }
    }

    /// The answer that is shown, to be kept; refused while it is not that of what the fields say.
    pub fn answer(&self) -> Result<Answer, Refused> {
        let state = self.state();
        if !state.mistakes.fields.is_empty() || !state.mistakes.others.is_empty() {
            return Err(Refused("a field has a mistake; correct it or undo it first".to_owned()));
        }
        if state.answer.changes != state.changes {
            return Err(Refused("the answer is still being solved; try again in a moment".to_owned()));
        }
        Ok(state.answer.clone())
    }

    /// Changes something, and has it answered.
    fn change(self: &Arc<Self>, make: impl FnOnce(&mut State) -> Result<bool, Refused>) -> Result<(), Refused> {
        let mut state = self.state();
        if make(&mut state)? {
            state.revision += 1;
        }
        state.number += 1;
        // Whoever looks now must not take the last answer for that of this change.
        self.begin(&state);
        if state.running {
            state.cancel.ask();
        } else {
            state.running = true;
            let session = Arc::clone(self);
            tokio::task::spawn_blocking(move || session.work());
        }
        Ok(())
    }

    /// Answers changes until there is none without an answer.
    fn work(&self) {
        loop {
            let (number, changes, situation, cancel) = {
                let mut state = self.state();
                if state.answered == state.number && state.number > 0 {
                    state.running = false;
                    return;
                }
                state.cancel = Cancel::new();
                (state.number, state.changes.clone(), Arc::clone(&state.situation), state.cancel.clone())
            };
            let begun = Instant::now();
            let asked = Asked { changes, situation, cancel, deadline: Some(begun + self.time_limit).into() };
            let solved = caught(|| self.solve(&asked));
            let found = match solved {
                Ok((plan, tree)) => {
                    let (changes, partial) = (asked.changes.clone(), plan.status.has_plan());
                    self.show(number, Answer { plan, tree, changes, partial, took: begun.elapsed() })
                }
                Err(why) => self.fail(number, why),
            };
            // What takes further solves comes when the plan is shown already.
            if let Some(answer) = found
                && let Ok(plan) = caught(|| self.complete(&asked))
            {
                self.show(number, Answer { plan, partial: false, ..answer });
            }
            let mut state = self.state();
            if state.number == number {
                state.answered = number;
                state.answer.partial = false;
                let progress = self.shown.borrow().state;
                if progress == Progress::Partial {
                    self.publish(&state, Progress::Done);
                }
            }
        }
    }

    /// The plan of some changes, from where the last solve stood.
    fn solve(&self, asked: &Asked) -> Result<(Arc<Plan>, Arc<Tree>), Failed> {
        if asked.changes == self.bench.unchanged() {
            return Ok((Arc::clone(&self.bench.plan), Arc::clone(&self.bench.base.tree)));
        }
        let mut kept = self.study.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_ref().is_none_or(|k| !Arc::ptr_eq(&k.situation, &asked.situation)) {
            let study = Study::open(&asked.situation.model, &self.bench.settings);
            *kept = Some(Kept { situation: Arc::clone(&asked.situation), study });
        }
        let Some(Kept { study, .. }) = &mut *kept else { return Err(Failed::Panicked) };
        study.reset();
        study.watched(asked.deadline, asked.watch());
        study.edit(&asked.changes.edits()).map_err(|rejected| Failed::Rejected(Box::new(rejected)))?;
        // A study is of one future; a plan for several starts from nothing.
        let plan = if study.model().uncertainty().is_some() {
            let (watch, deadline) = (asked.watch(), asked.deadline);
            let settings = SolveSettings { watch, deadline, ..self.bench.settings.clone() };
            let model = study.model();
            alone(|| solve(model, &settings))?
        } else {
            alone(|| study.solve())?
        };
        Ok((Arc::new(plan), Arc::new(study.model().tree())))
    }

    /// The same plan with what takes further solves.
    fn complete(&self, asked: &Asked) -> Result<Arc<Plan>, Failed> {
        if asked.changes == self.bench.unchanged() {
            return Ok(alone(|| self.bench.whole(asked.watch(), asked.deadline))?);
        }
        let edits = asked.changes.edits();
        let model = asked.situation.model.with(&edits).map_err(|rejected| Failed::Rejected(Box::new(rejected)))?;
        let (watch, deadline) = (asked.watch(), asked.deadline);
        let settings = SolveSettings { detail: Detail::Full, watch, deadline, ..self.bench.settings.clone() };
        Ok(Arc::new(alone(|| solve(&model, &settings))?))
    }

    /// Shows an answer, if it is still the one that was asked for; gives it back if there is more to come.
    fn show(&self, number: u64, answer: Answer) -> Option<Answer> {
        let mut state = self.state();
        if state.number != number {
            return None;
        }
        state.mistakes = Mistakes::default();
        let more = answer.partial.then(|| answer.clone());
        state.answer = answer;
        self.publish(&state, if more.is_some() { Progress::Partial } else { Progress::Done });
        more
    }

    /// Shows why there is no answer, if it is still the one that was asked for.
    fn fail(&self, number: u64, why: Failed) -> Option<Answer> {
        let mut state = self.state();
        if state.number != number {
            return None;
        }
        state.mistakes = match why {
            Failed::Rejected(rejected) => mistakes(&rejected, &state.changes),
            Failed::Engine(error) => Mistakes { others: vec![error.to_string()], ..Mistakes::default() },
            Failed::Panicked => Mistakes {
                others: vec!["internal error; please report it with the model and the changes".to_owned()],
                ..Mistakes::default()
            },
        };
        self.publish(&state, Progress::Mistaken);
        None
    }

    /// Says that another answer is being solved; what is shown is still the last one.
    fn begin(&self, state: &State) {
        let (number, revision, changes) = (state.number, state.revision, state.changes.clone());
        let situation = Arc::clone(&state.situation);
        let last = View::clone(&self.view());
        self.shown.send_replace(Arc::new(View {
            number,
            revision,
            changes,
            situation,
            state: Progress::Solving,
            ..last
        }));
    }

    fn publish(&self, state: &State, progress: Progress) {
        self.shown.send_replace(Arc::new(view(&self.bench, state, progress)));
    }

    /// Shows what changed beside the answer.
    fn publish_again(&self, state: &State) {
        let progress = self.shown.borrow().state;
        self.publish(state, progress);
    }
}

/// What is being solved.
struct Asked {
    changes: Changes,
    situation: Arc<Situation>,
    cancel: Cancel,
    deadline: Deadline,
}

impl Asked {
    fn watch(&self) -> Watch {
        Watch::nobody().cancelled_by(&self.cancel)
    }
}

enum Failed {
    Rejected(Box<Rejected>),
    Engine(EngineError),
    Panicked,
}

impl From<EngineError> for Failed {
    fn from(error: EngineError) -> Self {
        Failed::Engine(error)
    }
}

fn caught<T>(work: impl FnOnce() -> Result<T, Failed>) -> Result<T, Failed> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Failed::Panicked))
}

/// Solves with threads of its own, so that nobody waits behind another's solve in a common pool.
fn alone<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match rayon::ThreadPoolBuilder::new().build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// The view of a state.
fn view(bench: &Bench, state: &State, progress: Progress) -> View {
    let now = &state.answer.plan;
    let base = Compared { file: "base", plan: &bench.plan, written: Some(&bench.base.tree) };
    let changed = state.answer.changes != bench.unchanged();
    let after = Compared { file: "now", plan: now, written: Some(&state.answer.tree) };
    let found = changed.then(|| diff(base, after).ok()).flatten();
    let mut variants = vec![html::Variant { name: "base", plan: &bench.plan }];
    if changed {
        variants.push(html::Variant { name: "now", plan: now });
    }
    variants.extend(state.pins.iter().map(|pin| html::Variant { name: &pin.name, plan: &pin.plan }));
    View {
        number: state.number,
        state: progress,
        revision: state.revision,
        headline: html::headline(changed.then_some(&*bench.plan), now),
        result: html::what_if(now, found.as_ref(), state.answer.partial),
        variants: html::variants(&variants),
        changes: state.changes.clone(),
        situation: Arc::clone(&state.situation),
        pins: state.pins.iter().map(|pin| pin.name.clone()).collect(),
        mistakes: state.mistakes.clone(),
        took: state.answer.took,
    }
}

/// The first problem in a sentence.
fn first(rejected: &Rejected) -> String {
    let sorted = rejected.diagnostics.sorted();
    let error = sorted.into_iter().find(|d| d.severity == Severity::Error);
    error.map_or_else(String::new, |d| sentence(worded(d, &rejected.sources)))
}

fn sentence((message, remedy): (String, Option<String>)) -> String {
    remedy.map_or_else(|| format!("{message}."), |remedy| format!("{message}: {remedy}."))
}

/// Each problem at the field that it is of.
fn mistakes(rejected: &Rejected, changes: &Changes) -> Mistakes {
    let mut found = Mistakes::default();
    for d in rejected.diagnostics.sorted().into_iter().filter(|d| d.severity == Severity::Error) {
        let of_path = |path: &&String| {
            d.path.as_deref().is_some_and(|p| p == path.as_str() || p.starts_with(&format!("{path}.")))
        };
        let of_source = |path: &&String| {
            let source = d.place.map(|place| rejected.sources.get(place.source));
            source.is_some_and(|s| {
                s.name.strip_prefix("--set ") == Some(path.as_str()) || s.text.starts_with(path.as_str())
            })
        };
        let field = changes.values.keys().find(of_path).or_else(|| changes.values.keys().find(of_source));
        let text = sentence(worded(d, &rejected.sources));
        match field {
            Some(path) => {
                let told = found.fields.entry(path.clone()).or_default();
                if !told.contains(&text) {
                    *told = if told.is_empty() { text } else { format!("{told} {text}") };
                }
            }
            None => found.others.push(text),
        }
    }
    found
}
