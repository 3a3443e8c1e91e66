//! A request handler: a plan is solved on another thread, whoever asked is told how far it is, and may cancel it.
//!
//! `cargo run --example handler`
#![allow(missing_docs, clippy::print_stdout)]

use std::time::Duration;

use polysource::engine::{Cancel, EngineError, Progress, Watch};
use polysource::{Detail, Model, Plan, SolveSettings, solve};
use tokio::sync::mpsc;

/// Solves without holding up the other tasks of the thread; ends when `cancel` asks for it.
async fn plan(
    model: Model,
    cancel: Cancel,
    progress: mpsc::UnboundedSender<Progress>,
) -> Result<Plan, Box<dyn std::error::Error + Send + Sync>> {
    let watch = Watch::nobody().cancelled_by(&cancel).telling(move |step| {
        // Whoever asked may be gone.
        let _ = progress.send(step);
    });
    let settings = SolveSettings { detail: Detail::Full, watch, ..SolveSettings::default() };
    Ok(tokio::task::spawn_blocking(move || solve(&model, &settings)).await??)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let text = std::fs::read_to_string("models/quickstart.yaml")?;
    let model = Model::from_yaml_str(&text)?;

    let (sender, mut steps) = mpsc::unbounded_channel();
    let found = tokio::spawn(plan(model.clone(), Cancel::new(), sender));
    let mut questions = 0;
    while let Some(step) = steps.recv().await {
        questions += usize::from(matches!(step, Progress::Question { .. }));
    }
    let found = found.await??;
    println!("{questions} questions, {:?}: {:.0}", found.status, found.cost.as_ref().map_or(f64::NAN, |c| c.total));

    // The next request is withdrawn.
    let cancel = Cancel::new();
    let (sender, _) = mpsc::unbounded_channel();
    let withdrawn = tokio::spawn(plan(model, cancel.clone(), sender));
    cancel.ask();
    match tokio::time::timeout(Duration::from_secs(60), withdrawn).await?? {
        Err(error) if error.downcast_ref() == Some(&EngineError::Cancelled) => println!("withdrawn"),
        other => println!("{other:?}"),
    }
    Ok(())
}
