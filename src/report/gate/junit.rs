//! JUnit XML: a test case for each expectation, one for each plan, and one for the lock, as build servers read it.

use std::io::{self, Write};

use super::super::diff::status;
use super::{case_line, case_name, lock};
use crate::analysis::expect::Outcome;
use crate::compare::Gate;
use crate::plan::Status;

/// A test case.
struct Case {
    class: String,
    name: String,
    file: String,
    line: usize,
    /// The element that says what is wrong, its type and text; `None` if nothing is.
    wrong: Option<(&'static str, &'static str, String)>,
}

/// Writes it as JUnit XML.
///
/// # Errors
/// What the writer reports.
pub fn write(gate: &Gate, out: &mut dyn Write) -> io::Result<()> {
    let class = |scenarios: &[String]| format!("{}: {}", gate.file, case_name(scenarios));
    let mut cases: Vec<Case> = Vec::new();
    for case in &gate.cases {
        let wrong =
            (case.status != Status::Optimal).then(|| ("error", status(case.status), case_line(case, &gate.currency)));
        let (class, name) = (class(&case.scenarios), "certified plan".to_owned());
        cases.push(Case { class, name, file: gate.file.clone(), line: 1, wrong });
    }
    for v in &gate.expectations {
        let wrong = match v.outcome {
            Outcome::Met => None,
            Outcome::Missed => {
                let all: Vec<&str> = v.measured.iter().map(|m| m.sentence.as_str()).collect();
                let text = if all.is_empty() { v.sentence.clone() } else { all.join("\n") };
                Some(("failure", "missed", text))
            }
            Outcome::NoCertifiedPlan => Some(("error", "no certified plan", v.sentence.clone())),
        };
        let (class, name) = (class(&v.scenarios), v.expectation.clone());
        cases.push(Case { class, name, file: v.file.clone(), line: v.line, wrong });
    }
    if let Some(diff) = &gate.lock {
        let wrong = diff.differs().then(|| ("failure", "differs", lock::cost(diff, &gate.currency)));
        let name = "same plan as in the lock".to_owned();
        cases.push(Case { class: class(&[]), name, file: diff.file.clone(), line: 1, wrong });
    }
    let number = |element: &str| cases.iter().filter(|c| c.wrong.as_ref().is_some_and(|w| w.0 == element)).count();
    let counts = format!("tests=\"{}\" failures=\"{}\" errors=\"{}\"", cases.len(), number("failure"), number("error"));
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"polysource gate\" {counts}>")?;
    writeln!(out, "  <testsuite name=\"{}\" {counts} skipped=\"0\">", escaped(&gate.model.name))?;
    for Case { class, name, file, line, wrong } in &cases {
        let [class, name, file] = [class, name, file].map(|text| escaped(text));
        write!(out, "    <testcase classname=\"{class}\" name=\"{name}\" file=\"{file}\" line=\"{line}\"")?;
        match wrong {
            None => writeln!(out, "/>")?,
            Some((element, kind, text)) => {
                let first = escaped(text.lines().next().unwrap_or_default());
                writeln!(
                    out,
                    ">\n      <{element} type=\"{}\" message=\"{first}\">{}</{element}>\n    </testcase>",
                    escaped(kind),
                    escaped(text)
                )?;
            }
        }
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// Text between tags and in attributes; characters that XML 1.0 does not have are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_make_elements() {
        assert_eq!(escaped("<a b=\"'&'\">\u{1}\u{ffff}"), "&lt;a b=&quot;&apos;&amp;&apos;&quot;&gt;");
    }
}
