//! What a run of the program becomes as the result of a tool.
//!
//! The first text is what the program wrote on standard output, byte for byte; if it is a JSON object it is also the
//! structured content. The last text says how the program ended, with what it wrote on standard error. Of a failure
//! that comes first.

use std::time::Duration;

use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::Value;

use super::super::exit;
use super::super::files::Unreadable;
use super::command::{Run, Written};
use crate::diagnostics::{Sources, render};

/// The result of a call that was not run.
pub(super) fn refused(refused: &Unreadable) -> CallToolResult {
    failure(render(&refused.diagnostics, &Sources::new(), false))
}

/// A failure in a text.
pub(super) fn failure(text: impl Into<String>) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(text)])
}

/// The result of a run; with whether a model that is wrong is an answer.
pub(super) fn of(run: Run, limit: Duration, answers_mistakes: bool) -> CallToolResult {
    let seconds = limit.as_secs_f64();
    match run {
        Run::Done { code, output, errors } => ended(code, output, errors, answers_mistakes),
        Run::TimeOver => failure(format!(
            "The call was stopped: it was still running some seconds after its time limit of {seconds} s. Ask for less (`detail: plan`), allow more time (`time_limit`), or start the server with a longer `--time-limit`."
        )),
        Run::Cancelled => failure("The call was cancelled, and what it ran was stopped."),
        Run::Failed(error) => failure(format!("The program cannot be run: {error}")),
    }
}

fn ended(code: Option<i32>, output: Written, errors: Written, answers_mistakes: bool) -> CallToolResult {
    let code = code.and_then(|code| u8::try_from(code).ok());
    let is_answer = match code {
        Some(exit::DONE | exit::INFEASIBLE) => true,
        Some(exit::MODEL_WRONG) => answers_mistakes,
        _ => false,
    };
    let told = told(code, &output, &errors);
    let structured = (output.left_off == 0).then(|| serde_json::from_str(&output.text).ok()).flatten();
    let written = (!output.text.is_empty()).then(|| ContentBlock::text(output.text));
    let told = ContentBlock::text(told);
    let mut result = if is_answer {
        CallToolResult::success(written.into_iter().chain([told]).collect())
    } else {
        CallToolResult::error([told].into_iter().chain(written).collect())
    };
    result.structured_content = structured.filter(Value::is_object);
    result
}

/// How the program ended, in words.
fn told(code: Option<u8>, output: &Written, errors: &Written) -> String {
    let mut told = match code {
        Some(code) => format!("Exit code {code}: {}.", meaning(code)),
        None => "The program was ended by a signal.".to_owned(),
    };
    if output.left_off > 0 {
        told.push_str(&format!(
            "\nThe output is too long: its first {} bytes are given, and {} bytes are left off, so that it is not whole JSON. Ask with `format: text`, which is much shorter.",
            output.text.len(),
            output.left_off
        ));
    }
    if !errors.text.trim().is_empty() {
        told.push_str("\n\n");
        told.push_str(errors.text.trim_end());
    }
    if errors.left_off > 0 {
        told.push_str(&format!("\n... and {} bytes more", errors.left_off));
    }
    told
}

/// What an exit code means, as `docs/cli.md` has it.
fn meaning(code: u8) -> &'static str {
    match code {
        exit::DONE => "done; what was solved is certified",
        exit::USAGE => "what was asked for cannot be read or does not go together",
        exit::MODEL_WRONG => "the model is wrong; every mistake in it is reported",
        exit::INFEASIBLE => "there is no plan that satisfies the model, with a proof",
        exit::LIMIT_REACHED => "the time limit was reached; a plan that is given may not be the cheapest",
        exit::UNCERTIFIED => "nothing could be certified; do not rely on what is given",
        _ => "the program failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Written {
        Written { text: text.to_owned(), left_off: 0 }
    }

    fn texts(result: &CallToolResult) -> Vec<&str> {
        result.content.iter().map(|c| c.as_text().unwrap().text.as_str()).collect()
    }

    #[test]
    fn an_answer_is_what_was_written_and_how_it_ended() {
        let result = ended(Some(4), written("{\"x\": 1}\n"), written("warning: w\n"), false);
        assert_eq!(result.is_error, Some(false));
        assert_eq!(result.structured_content, Some(serde_json::json!({ "x": 1 })));
        let end = "Exit code 4: there is no plan that satisfies the model, with a proof.\n\nwarning: w";
        assert_eq!(texts(&result), ["{\"x\": 1}\n", end]);
        for text in ["[1]", "words", ""] {
            assert_eq!(ended(Some(0), written(text), written(""), false).structured_content, None, "{text}");
        }
    }

    #[test]
    fn what_is_not_certain_is_an_error_that_keeps_its_plan() {
        for code in [1, 2, 3, 5, 6, 130, 300] {
            let result = ended(Some(code), written("{}"), written("error: e"), false);
            assert_eq!(result.is_error, Some(true), "{code}");
            assert!(texts(&result)[0].ends_with("\n\nerror: e") && texts(&result)[1] == "{}", "{code}");
        }
        assert_eq!(ended(None, written(""), written(""), false).is_error, Some(true));
        assert_eq!(ended(Some(3), written("{}"), written(""), true).is_error, Some(false));
    }

    #[test]
    fn what_is_left_off_is_said() {
        let result = ended(Some(0), Written { text: "{}".to_owned(), left_off: 70 }, written(""), false);
        assert_eq!(result.structured_content, None);
        assert!(texts(&result)[1].contains("its first 2 bytes are given, and 70 bytes are left off"));
    }
}
