//! SARIF 2.1.0: a result for each expectation that is not met, at its line of the model file, and one for a plan that is
//! not the one of the lock (OASIS, "Static Analysis Results Interchange Format Version 2.1.0", 2020).

use std::io::{self, Write};

use serde_json::{Value, json};

use super::lock;
use crate::analysis::expect::Verdict;
use crate::compare::{Gate, LockDiff};

/// Where the schema of the format is.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The rules: the kinds of expectations, and the lock.
const RULES: [(&str, &str); 13] = [
    ("cost", "The plan costs what it is expected to cost."),
    ("budget", "No more is spent than is expected."),
    ("share", "No group has a larger share than is expected."),
    ("floor", "A group has at least the share or amount that is expected."),
    ("concentration", "Suppliers are no more concentrated than is expected."),
    ("suppliers", "There are as many suppliers as are expected."),
    ("power", "No more power is drawn than is expected."),
    ("carbon", "No more is emitted than is expected."),
    ("ramp", "Holdings grow no faster than is expected."),
    ("survives", "As much is served after a loss as is expected."),
    ("signed", "A contract is signed."),
    ("not_signed", "A contract is not signed."),
    ("lock", "The plan is the one that was agreed."),
];

/// Writes it as SARIF 2.1.0.
///
/// # Errors
/// What the writer reports.
pub fn write(gate: &Gate, out: &mut dyn Write) -> io::Result<()> {
    let rule = |(id, text): &(&str, &str)| {
        json!({
            "id": id, "shortDescription": { "text": text }, "defaultConfiguration": { "level": "error" },
        })
    };
    let mut results: Vec<Value> = gate.missed().map(of_expectation).collect();
    results.extend(gate.lock.as_ref().filter(|l| l.differs()).map(|l| of_lock(l, &gate.currency)));
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "polysource",
                "version": gate.polysource,
                "rules": RULES.iter().map(rule).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn of_expectation(v: &Verdict) -> Value {
    let under = match v.scenarios.as_slice() {
        [] => String::new(),
        all => format!(" under {}", all.join(" + ")),
    };
    let region = json!({ "startLine": v.line, "startColumn": v.column });
    result(
        &v.kind,
        format!("{}{under}: {}.", v.expectation, v.sentence),
        &v.file,
        region,
        &format!("{}/{}", v.scenarios.join("+"), v.expectation),
    )
}

fn of_lock(diff: &LockDiff, currency: &str) -> Value {
    let counts = [(diff.decisions.len(), "decisions"), (diff.shares.len(), "shares"), (diff.purchases.len(), "offers")];
    let others = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect::<Vec<_>>();
    let others = if others.is_empty() { String::new() } else { format!("; what differs: {}", others.join(", ")) };
    let text = format!("the plan differs from the lock: {}{others}.", lock::cost(diff, currency));
    result("lock", text, &diff.file, json!({ "startLine": 1 }), "lock")
}

fn result(rule: &str, text: String, file: &str, region: Value, fingerprint: &str) -> Value {
    let index = RULES.iter().position(|(id, _)| *id == rule);
    json!({
        "ruleId": rule,
        "ruleIndex": index.map_or(json!(-1), |i| json!(i)),
        "level": "error",
        "message": { "text": text },
        "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(file) }, "region": region } }],
        // The same expectation is one alert, whatever line it moves to.
        "partialFingerprints": { "expectation/v1": fingerprint },
    })
}

/// A path as the reference of a URI: with slashes, and everything but letters, digits and `-._~/` as percent codes.
fn uri(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut out = if absolute { "file://".to_owned() } else { String::new() };
    for byte in path.trim_start_matches("./").replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_as_uris() {
        assert_eq!(uri("./models/a b.yaml"), "models/a%20b.yaml");
        assert_eq!(uri("/tmp/ü.yaml"), "file:///tmp/%C3%BC.yaml");
        assert_eq!(uri("models\\x.yaml"), "models/x.yaml");
    }
}
