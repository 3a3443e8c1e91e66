//! What a review has to know of a model as text, Markdown, SARIF, JUnit and JSON.

mod junit;
mod lock;
mod markdown;
mod sarif;
mod text;

use std::io::{self, Write};

pub use self::junit::write as write_junit;
pub use self::markdown::write as write_markdown;
pub use self::sarif::write as write_sarif;
pub use self::text::write as write_text;

use super::diff::status;
use crate::analysis::expect::Outcome;
use crate::compare::{Gate, GateCase};
use crate::plan::Status;
use crate::units::human::{count, money, percent};

/// Writes it as JSON.
///
/// # Errors
/// What the writer reports.
pub fn write_json(gate: &Gate, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, gate)?;
    writeln!(out)
}

/// What came of the gate, in a sentence.
fn headline(gate: &Gate) -> String {
    let mut parts = Vec::new();
    let (missed, all) = (gate.missed().count(), gate.expectations.len());
    let expected = count(all, "expectation");
    parts.push(match missed {
        0 if all == 0 => "nothing is expected".to_owned(),
        0 if all == 1 => "the expectation is met".to_owned(),
        0 => format!("all {expected} are met"),
        missed => format!("{missed} of {expected} {} not met", if missed == 1 { "is" } else { "are" }),
    });
    match &gate.lock {
        Some(lock) if lock.differs() => parts.push(format!("the plan differs from {}", lock.file)),
        Some(lock) => parts.push(format!("the plan is that of {}", lock.file)),
        None => {}
    }
    let open = gate.cases.iter().filter(|c| c.status != Status::Optimal).count();
    if open > 0 {
        parts.push(format!("{} without a certified plan", count(open, "model")));
    }
    parts.join("; ")
}

/// The model that was solved, in words.
fn case_name(scenarios: &[String]) -> String {
    if scenarios.is_empty() { "as written".to_owned() } else { scenarios.join(" + ") }
}

/// What came of solving it.
fn case_line(case: &GateCase, currency: &str) -> String {
    let cost = case.cost.map(|c| format!("{}, ", money(c, currency))).unwrap_or_default();
    let gap = case.gap.map(|g| format!(", gap {}", percent(g))).unwrap_or_default();
    let gap = if case.status == Status::Optimal { gap } else { String::new() };
    format!("{cost}{}{gap}", status(case.status))
}

/// A word for what came of an expectation.
fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "met",
        Outcome::Missed => "MISSED",
        Outcome::NoCertifiedPlan => "NOT KNOWN",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate() -> Gate {
        Gate {
            polysource: "0".to_owned(),
            format: 1,
            passed: true,
            file: "a & b.yaml".to_owned(),
            model: crate::plan::ModelInfo {
                name: "<m>".to_owned(),
                sha256: "0".to_owned(),
                scenarios: Vec::new(),
                periods: Vec::new(),
                hours: Vec::new(),
            },
            currency: "USD".to_owned(),
            cases: Vec::new(),
            expectations: Vec::new(),
            lock: None,
        }
    }

    #[test]
    fn nothing_expected_is_said() {
        assert_eq!(headline(&gate()), "nothing is expected");
        let case = GateCase {
            scenarios: vec!["a".to_owned(), "b".to_owned()],
            status: Status::Unverified,
            cost: None,
            gap: None,
        };
        assert_eq!(
            headline(&Gate { cases: vec![case.clone()], ..gate() }),
            "nothing is expected; 1 model without a certified plan"
        );
        assert_eq!(case_name(&case.scenarios), "a + b");
        assert_eq!(case_line(&case, "USD"), "NOT CERTIFIED: do not rely on it");
    }
}
