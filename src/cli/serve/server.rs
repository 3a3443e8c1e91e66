//! Requests and their answers.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::stream;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Semaphore;

use super::bench::{Bench, Unkept};
use super::changes::{Change, Chosen, Future};
use super::guard::{Guard, HEADERS, random};
use super::page;
use super::save::{Folder, is_scenario_name};
use super::session::{Answer, Refused, Session};
use crate::analysis::{Detail, SolveSettings, solve};
use crate::model::load;
use crate::report::{self, Style};

/// Most bytes of a request.
const BODY: usize = 16 * 1024;
/// Most characters of a value.
const VALUE: usize = 2000;
/// Most characters of a name.
const NAME: usize = 60;
/// Most plans that are solved for a download at the same time.
const DOWNLOADS: usize = 2;

const SCRIPT: &str = include_str!("page.js");
const STYLE: &str = include_str!("page.css");

/// What is served.
pub(super) struct Served {
    pub guard: Guard,
    pub bench: Arc<Bench>,
    /// Where files are saved; nowhere if the page only reads.
    pub folder: Option<Folder>,
    pub most_sessions: usize,
    pub time_limit: Duration,
    sessions: Mutex<BTreeMap<String, Arc<Session>>>,
    /// Counts requests: what was used longest ago is found without a clock.
    clock: AtomicU64,
    downloads: Semaphore,
}

impl Served {
    pub fn of(guard: Guard, bench: Bench, folder: Option<Folder>, most_sessions: usize, time_limit: Duration) -> Self {
        Served {
            guard,
            bench: Arc::new(bench),
            folder,
            most_sessions,
            time_limit,
            sessions: Mutex::new(BTreeMap::new()),
            clock: AtomicU64::new(1),
            downloads: Semaphore::new(DOWNLOADS),
        }
    }

    fn sessions(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session of a name, used now.
    fn session(&self, id: &str) -> Option<Arc<Session>> {
        let session = self.sessions().get(id).cloned()?;
        session.touch(self.clock.fetch_add(1, Ordering::Relaxed));
        Some(session)
    }

    /// A new session. If there are too many, the one that was used longest ago and that no page follows makes room.
    fn open(&self) -> Result<String, Problem> {
        let id = random().map_err(|e| Problem(StatusCode::INTERNAL_SERVER_ERROR, format!("no random numbers: {e}")))?;
        let mut sessions = self.sessions();
        if sessions.len() >= self.most_sessions {
            let idle = sessions.iter().filter(|(_, s)| !s.is_followed());
            let oldest = idle.min_by_key(|(_, s)| s.used.load(Ordering::Relaxed)).map(|(id, _)| id.clone());
            let Some(oldest) = oldest else {
                let message = format!(
                    "{} sessions are open, which is the most that this server has; close a page, or start it with a larger --sessions",
                    sessions.len()
                );
                return Err(Problem(StatusCode::SERVICE_UNAVAILABLE, message));
            };
            if let Some(closed) = sessions.remove(&oldest) {
                closed.close();
            }
        }
        let session = Session::open(&self.bench, self.time_limit);
        session.touch(self.clock.fetch_add(1, Ordering::Relaxed));
        sessions.insert(id.clone(), session);
        Ok(id)
    }
}

/// Why there is no answer, as the page and a program read it.
struct Problem(StatusCode, String);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let text = json!({ "error": self.1 }).to_string();
        (self.0, [(header::CONTENT_TYPE, "application/json")], text).into_response()
    }
}

impl From<Refused> for Problem {
    fn from(Refused(message): Refused) -> Self {
        Problem(StatusCode::UNPROCESSABLE_ENTITY, message)
    }
}

fn unknown() -> Problem {
    Problem(StatusCode::NOT_FOUND, "there is nothing here; open the whole address that the server printed".to_owned())
}

fn gone() -> Problem {
    Problem(StatusCode::GONE, "this session has ended; open the address that the server printed anew".to_owned())
}

type Shared = State<Arc<Served>>;

/// Everything that is served.
pub(super) fn router(served: Arc<Served>) -> Router {
    Router::new()
        .route("/{token}/", get(begin))
        .route("/{token}/page.css", get(style))
        .route("/{token}/page.js", get(script))
        .route("/{token}/{session}/", get(whole))
        .route("/{token}/{session}/controls", get(controls))
        .route("/{token}/{session}/events", get(events))
        .route("/{token}/{session}/plan.json", get(plan))
        .route("/{token}/{session}/overlay.yaml", get(overlay))
        .route("/{token}/{session}/do", post(act))
        .fallback(async || unknown())
        .method_not_allowed_fallback(async || Problem(StatusCode::METHOD_NOT_ALLOWED, "not in this way".to_owned()))
        .layer(DefaultBodyLimit::max(BODY))
        .layer(from_fn_with_state(Arc::clone(&served), guarded))
        .with_state(served)
}

/// Lets through what satisfies the guard, and says with every answer what a browser may do with it.
async fn guarded(State(served): Shared, request: Request, next: Next) -> Response {
    let token = request.uri().path().split('/').nth(1).unwrap_or_default();
    let mut answer = match served.guard.check(request.method(), request.headers()) {
        Err(refusal) => Problem(StatusCode::FORBIDDEN, refusal.message().to_owned()).into_response(),
        Ok(()) if !served.guard.knows(token) => unknown().into_response(),
        Ok(()) => next.run(request).await,
    };
    for (name, value) in HEADERS {
        answer.headers_mut().insert(name, value);
    }
    answer
}

async fn begin(State(served): Shared) -> Result<Response, Problem> {
    let id = served.open()?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, format!("/{}/{id}/", served.guard.token))]).into_response())
}

async fn style() -> Response {
    let style = format!("{}{STYLE}", report::html::style());
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], style).into_response()
}

async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response()
}

const HTML: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];

async fn whole(State(served): Shared, Path((_, id)): Path<(String, String)>) -> Response {
    let Some(session) = served.session(&id) else {
        // A session that has ended begins anew: what was pinned in it is gone.
        return (StatusCode::SEE_OTHER, [(header::LOCATION, format!("/{}/", served.guard.token))]).into_response();
    };
    let at = format!("/{}/{id}/", served.guard.token);
    (HTML, page::page(&served.bench, &session.view(), &at, served.folder.is_some())).into_response()
}

async fn controls(State(served): Shared, Path((_, id)): Path<(String, String)>) -> Result<Response, Problem> {
    let session = served.session(&id).ok_or_else(gone)?;
    Ok((HTML, page::controls(&served.bench, &session.view()).into_string()).into_response())
}

/// What changes, as it does. A page that was away gets the last of it.
async fn events(State(served): Shared, Path((_, id)): Path<(String, String)>) -> Result<Response, Problem> {
    let session = served.session(&id).ok_or_else(gone)?;
    let bench = Arc::clone(&served.bench);
    let mut seen = session.follow();
    seen.mark_changed();
    // The session is not kept by its events: when it is dropped they end.
    drop(session);
    let told = stream::unfold((seen, bench), async |(mut seen, bench)| {
        seen.changed().await.ok()?;
        let view = seen.borrow_and_update().clone();
        let event = Event::default().data(page::event(&bench, &view));
        Some((Ok::<_, Infallible>(event), (seen, bench)))
    });
    Ok(Sse::new(told).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response())
}

/// The plan of what is shown, as `polysource solve` writes it for the overlay.
async fn plan(State(served): Shared, Path((_, id)): Path<(String, String)>) -> Result<Response, Problem> {
    let session = served.session(&id).ok_or_else(gone)?;
    let answer = session.answer()?;
    let text = kept(&served.bench, &answer, "overlay", "")?;
    let busy = |_| Problem(StatusCode::SERVICE_UNAVAILABLE, "the server is ending".to_owned());
    let _turn = served.downloads.acquire().await.map_err(busy)?;
    let (bench, limit) = (Arc::clone(&served.bench), served.time_limit);
    let solved = tokio::task::spawn_blocking(move || {
        let loaded =
            load(&bench.with_overlay(&text, &answer.changes.chosen)).map_err(|rejected| rejected.to_string())?;
        let deadline = std::time::Instant::now().checked_add(limit).into();
        let settings = SolveSettings { detail: Detail::Full, deadline, ..bench.settings.clone() };
        let plan = solve(&loaded.model, &settings).map_err(|e| e.to_string())?;
        let mut bytes = Vec::new();
        report::write(&plan, report::Format::Json, Style::default(), &mut bytes).map_err(|e| e.to_string())?;
        Ok::<_, String>(bytes)
    });
    let failed = |message: String| Problem(StatusCode::INTERNAL_SERVER_ERROR, message);
    let bytes = solved.await.map_err(|_| failed("internal error".to_owned()))?.map_err(failed)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], bytes).into_response())
}

async fn overlay(State(served): Shared, Path((_, id)): Path<(String, String)>) -> Result<Response, Problem> {
    let session = served.session(&id).ok_or_else(gone)?;
    let text = kept(&served.bench, &session.answer()?, "overlay", "")?;
    Ok(([(header::CONTENT_TYPE, "application/yaml; charset=utf-8")], text).into_response())
}

/// What a page asks for.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase", deny_unknown_fields)]
enum Ask {
    /// Another value, in the words of the model file.
    Set {
        path: String,
        value: String,
    },
    /// What is written, times a factor.
    Scale {
        path: String,
        factor: f64,
    },
    /// As it is written.
    Undo {
        path: String,
    },
    /// Another situation.
    Choose {
        scenarios: Vec<String>,
        future: Option<String>,
    },
    /// Everything as it was opened.
    Reset,
    Pin {
        name: String,
    },
    Unpin {
        index: usize,
    },
    /// The changes of a pin.
    Restore {
        index: usize,
    },
    /// Keep the changes as a file: an overlay or a scenario.
    Save {
        name: String,
        kind: String,
    },
}

async fn act(State(served): Shared, Path((_, id)): Path<(String, String)>, body: Bytes) -> Result<Response, Problem> {
    let session = served.session(&id).ok_or_else(gone)?;
    let ask: Ask = serde_json::from_slice(&body)
        .map_err(|e| Problem(StatusCode::BAD_REQUEST, format!("this is no request of the page: {e}")))?;
    // It reads models and writes files, and neither is for the threads that answer others.
    let done = tokio::task::spawn_blocking(move || perform(&served, &session, ask)).await;
    let done = done.map_err(|_| Problem(StatusCode::INTERNAL_SERVER_ERROR, "internal error".to_owned()))??;
    Ok(([(header::CONTENT_TYPE, "application/json")], done.to_string()).into_response())
}

fn perform(served: &Served, session: &Arc<Session>, ask: Ask) -> Result<serde_json::Value, Problem> {
    let short = |text: &str, most: usize, what: &str| {
        let fits = text.chars().count() <= most;
        if fits { Ok(()) } else { Err(Refused(format!("{what} has more than {most} characters"))) }
    };
    match ask {
        Ask::Set { path, value } => {
            short(&value, VALUE, "the value")?;
            session.set(&path, Some(Change::Set(value)))?;
        }
        Ask::Scale { path, factor } if (0.0..=1e6).contains(&factor) => {
            session.set(&path, Some(Change::Scale(factor)))?
        }
        Ask::Scale { .. } => return Err(Refused("a factor is a number from 0 to 1000000".to_owned()).into()),
        Ask::Undo { path } => session.set(&path, None)?,
        Ask::Choose { scenarios, future } => {
            let known = |name: &&String| served.bench.scenarios.contains(name);
            if let Some(name) = scenarios.iter().find(|name| !known(name)) {
                return Err(Refused(format!("the model has no scenario `{name}`")).into());
            }
            // In the order of the model, each once.
            let scenarios = served.bench.scenarios.iter().filter(|name| scenarios.contains(name)).cloned().collect();
            let future = future.map(|future| match future.strip_prefix("named ") {
                Some(name) => Future::Named(name.to_owned()),
                None => Future::Base,
            });
            session.choose(Chosen { scenarios, future })?;
        }
        Ask::Reset => session.restore(served.bench.unchanged())?,
        Ask::Pin { name } => {
            let name = name.trim();
            short(name, NAME, "the name")?;
            if name.is_empty() {
                return Err(Refused("give the variant a name".to_owned()).into());
            }
            session.pin(name)?;
            return Ok(json!({ "done": format!("Pinned as {name}.") }));
        }
        Ask::Unpin { index } => session.unpin(index),
        Ask::Restore { index } => {
            let changes =
                session.pinned(index).ok_or_else(|| Refused("there is no such variant any more".to_owned()))?;
            session.restore(changes)?;
        }
        Ask::Save { name, kind } => return save(served, session, &name, &kind),
    }
    Ok(json!({}))
}

fn save(served: &Served, session: &Session, name: &str, kind: &str) -> Result<serde_json::Value, Problem> {
    let Some(folder) = &served.folder else {
        return Err(Problem(StatusCode::FORBIDDEN, "this server saves nothing (--read-only)".to_owned()));
    };
    let answer = session.answer()?;
    let text = kept(&served.bench, &answer, kind, name)?;
    let file = folder.save(name, &text).map_err(|e| Refused(e.to_string()))?;
    let command = command(&served.bench, &answer, &file, kind, name);
    Ok(json!({ "done": format!("Saved as {file}. The same plan: {command}"), "file": file, "command": command }))
}

/// The command that solves what was saved.
fn command(bench: &Bench, answer: &Answer, file: &str, kind: &str, name: &str) -> String {
    let folder = std::path::Path::new(bench.file()).parent().filter(|p| !p.as_os_str().is_empty());
    let path = folder.map_or_else(|| file.to_owned(), |folder| folder.join(file).display().to_string());
    let mut command = format!("polysource solve {} --overlay {path}", bench.file());
    if kind == "scenario" {
        command.push_str(&format!(" --scenario {}", name.trim().trim_end_matches(".yaml")));
    }
    match &answer.changes.chosen.future {
        Some(Future::Base) => command.push_str(" --without-uncertainty"),
        Some(Future::Named(name)) => command.push_str(&format!(" --future {name}")),
        None => {}
    }
    command
}

/// What was changed as the text of a file.
fn kept(bench: &Bench, answer: &Answer, kind: &str, name: &str) -> Result<String, Problem> {
    let unkept = |why: Unkept| {
        Refused(match why {
            Unkept::Inexpressible => {
                "no overlay gives this model: a scenario replaces a list of entries by a map".to_owned()
            }
            Unkept::Taken => format!("the model has a scenario `{name}` already; choose another name"),
        })
    };
    let (text, how) = match kind {
        "overlay" => (bench.overlay(&answer.tree), "`--overlay` and this file"),
        "scenario" => {
            let name = name.trim().trim_end_matches(".yaml");
            if !is_scenario_name(name) {
                let message = format!("`{name}` is not a name for a scenario: use letters, digits, `-` and `_`");
                return Err(Refused(message).into());
            }
            (bench.scenario(&answer.tree, name), "`--overlay`, this file and `--scenario` with its name")
        }
        _ => return Err(Refused("the changes are saved as an overlay or a scenario".to_owned()).into()),
    };
    let text = text.map_err(unkept)?;
    Ok(format!("# Changes made on a page of `polysource serve`. Solve the model with {how}.\n{text}"))
}
