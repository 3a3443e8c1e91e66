//! Input that was written to break the reader: an error or a correct load each, without a panic,
//! within a time and a memory that do not depend on how clever it is.

use std::time::{Duration, Instant};

use polysource::diagnostics::{Code, Diagnostics, Sources, render};
use polysource::document::{MAX_BYTES, MAX_NODES};
use polysource::model::{Input, Loaded, Rejected, load};
use proptest::prelude::*;

use crate::common::{example, program};

/// A guard against work that grows with the square of its input or without end, not a measure of
/// speed: what takes a fraction of a second alone took more than two on a machine that was compiling
/// beside it, and what is quadratic here takes minutes.
const MOST: Duration = Duration::from_secs(60);

const GOOD: &str = "\
polysource: 1
name: Good
horizon: { start: 2026-Q1, periods: 4, step: quarter }
discount_rate: 0.08
chips:
  h100: { vendor: nvidia, memory: 80, power: 1.3 }
clouds:
  aws: { egress: 0.05 }
investors: { microsoft: { stake: 0.27 } }
pools:
  stock: { chips: 9000, offers: { cloud: aws } }
offers:
  aws-h100: { chip: h100, cloud: aws, price: 6.88, capacity: 8000, lead: 0, region: us-east-1 }
contracts:
  deal: { covers: { cloud: aws }, commit: { spend: 1000000, over: 2026 }, discount: 0.1, fee: { 2026-Q2: 7 } }
workloads:
  chat: { kind: inference, demand: 3000000 tok/s, peak: 1.5, unmet: 0.02, throughput: { h100: 2400 tok/s } }
  pretraining: { kind: training, work: 1000000, rate: { at_most: 500 }, throughput: { h100: 1 } }
policy:
  limits:
    - { name: money, budget: { at_most: 99000000000 }, soft: 2 }
    - { name: part, share: { by: vendor, at_most: 0.99, of: spend } }
    - { name: least, floor: { where: { vendor: nvidia }, of: spend, at_least: 0.01 } }
    - { name: current, power: { at_most: 88000 } }
    - { name: growth, ramp: { at_most: 7000 } }
";

fn told(text: &str) -> (bool, Diagnostics, Sources) {
    let start = Instant::now();
    let input = Input { name: "hostile.yaml".to_owned(), text: text.to_owned(), ..Input::default() };
    let (loaded, diagnostics, sources) = match load(&input) {
        Ok(Loaded { warnings, sources, .. }) => (true, warnings, sources),
        Err(Rejected { diagnostics, sources }) => (false, diagnostics, sources),
    };
    assert!(loaded || diagnostics.has_errors(), "rejected without an error");
    // What is told must not be hostile either.
    let rendered = render(&diagnostics, &sources, false);
    let escapes = rendered.chars().find(|&c| c.is_control() && c != '\n' && c != '\t');
    assert_eq!(escapes, None, "a control character reached the terminal");
    assert!(!rendered.contains(['\u{202e}', '\u{2066}', '\u{200f}']), "a bidirectional control reached the terminal");
    assert!(rendered.len() < 2_000_000, "{} bytes told", rendered.len());
    assert!(start.elapsed() < MOST, "took {:?}", start.elapsed());
    (loaded, diagnostics, sources)
}

/// The codes that are told, in order.
fn codes(text: &str) -> Vec<Code> {
    let (_, diagnostics, _) = told(text);
    diagnostics.sorted().iter().map(|d| d.code).collect()
}

#[track_caller]
fn fires(text: &str, code: Code) {
    let (loaded, diagnostics, sources) = told(text);
    let found: Vec<Code> = diagnostics.sorted().iter().map(|d| d.code).collect();
    assert!(!loaded && found.contains(&code), "{code} not told but {}", render(&diagnostics, &sources, false));
}

#[track_caller]
fn loads(text: &str) {
    let (loaded, diagnostics, sources) = told(text);
    assert!(loaded, "{}", render(&diagnostics, &sources, false));
}

/// The good model with one text replaced.
fn with(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    GOOD.replacen(from, to, 1)
}

#[test]
fn the_good_model_is_good() {
    assert_eq!(codes(GOOD), []);
    loads(GOOD);
}

#[test]
fn too_many_bytes() {
    let text = format!("{GOOD}# {}\n", "x".repeat(65 * 1024 * 1024));
    fires(&text, Code::TooLarge);
    fires(&"a".repeat(MAX_BYTES + 1), Code::TooLarge);
}

#[test]
fn too_many_values() {
    // Only this one is given more time: four million values have to be read to be counted.
    let start = Instant::now();
    let text = format!("a: [{}]\n", "1,".repeat(MAX_NODES));
    let rejected = load(&Input { name: "hostile.yaml".to_owned(), text, ..Input::default() }).unwrap_err();
    assert_eq!(rejected.diagnostics.sorted()[0].code, Code::TooLarge);
    assert!(start.elapsed() < 10 * MOST, "took {:?}", start.elapsed());
}

#[test]
fn alias_bombs() {
    let mut laughs = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (from, to) in ('a'..='y').zip('b'..='z') {
        laughs.push_str(&format!("{to}: &{to} [{}]\n", vec![format!("*{from}"); 10].join(", ")));
    }
    fires(&laughs, Code::AliasLimit);
    // Quadratic: one long list, many references to it.
    let quadratic = format!("a: &a [{}]\nb: [{}]\n", vec!["x"; 20_000].join(", "), vec!["*a"; 20_000].join(", "));
    let found = codes(&quadratic);
    assert!(found.iter().any(|c| [Code::AliasLimit, Code::TooLarge].contains(c)), "{found:?}");
    // One long text, many references to it.
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1_000_000), vec!["*a"; 20_000].join(", "));
    let found = codes(&long);
    assert!(found.iter().any(|c| [Code::AliasLimit, Code::TooLarge].contains(c)), "{found:?}");
}

#[test]
fn references_to_themselves() {
    fires("a: &a [*a]\n", Code::AliasLimit);
    fires("&a { b: *a }\n", Code::AliasLimit);
    fires("a: &a { b: &b [ *a, *b ] }\n", Code::AliasLimit);
    fires("a: *nowhere\n", Code::YamlSyntax);
}

#[test]
fn aliases_that_are_not_bombs_load() {
    loads(&with("price: 6.88", "price: &p 6.88").replace("soft: 2", "soft: *p"));
}

#[test]
fn depth() {
    for text in [
        "[".repeat(10_000),
        "{".repeat(10_000),
        format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)),
        "{a: ".repeat(10_000),
        "- ".repeat(10_000),
        "? ".repeat(10_000),
        (0..2_000).map(|i| format!("{}a:\n", " ".repeat(i))).collect(),
    ] {
        let found = codes(&text);
        let fine = [Code::TooDeep, Code::YamlSyntax];
        assert!(found.iter().all(|c| fine.contains(c)) && !found.is_empty(), "{found:?} for {}", &text[..20]);
    }
    fires(&format!("a: {}{}\n", "[".repeat(40), "]".repeat(40)), Code::TooDeep);
}

#[test]
fn several_repeated_keys_are_told_at_once() {
    let text = with("clouds:\n", "clouds:\n  aws: {}\n").replace("peak: 1.5", "peak: 1.5, peak: 2, peak: 3");
    assert_eq!(codes(&text), [Code::DuplicateKey; 3]);
}

#[test]
fn repeated_keys_in_great_number_take_linear_time() {
    fires(&format!("{GOOD}scenarios:\n{}", "  a: {}\n".repeat(100_000)), Code::DuplicateKey);
}

#[test]
fn documents() {
    fires(&format!("{GOOD}---\n{GOOD}"), Code::MultipleDocuments);
    fires(&format!("{GOOD}---\na: 1\n---\nb: [\n"), Code::MultipleDocuments);
    fires(&"---\na: 1\n".repeat(10_000), Code::MultipleDocuments);
    loads(&format!("---\n{GOOD}...\n"));
}

#[test]
fn tags_and_merge_keys() {
    for (from, to) in [
        ("name: Good", "name: !foo Good"),
        ("name: Good", "name: !!str Good"),
        ("name: Good", "name: !!binary R29vZA=="),
        ("name: Good", "name: ! Good"),
        ("name: Good", "name: !<tag:yaml.org,2002:str> Good"),
        ("price: 6.88", "price: !!float 6.88"),
        ("price: 6.88", "price: !!int 6"),
        ("aws: {", "aws: !cloud {"),
        ("aws: {", "aws: !!map {"),
        ("aws: {", "!!str aws: {"),
        ("chips: 9000", "chips: !!seq [9000, 9000, 9000, 9000]"),
        ("aws: { egress: 0.05 }", "aws: { <<: { egress: 0.05 } }"),
        ("aws: { egress: 0.05 }", "aws: { << : [ { egress: 0.05 } ] }"),
    ] {
        let (loaded, diagnostics, sources) = told(&with(from, to));
        let found: Vec<Code> = diagnostics.sorted().iter().map(|d| d.code).collect();
        let shown = render(&diagnostics, &sources, false);
        assert!(!loaded && found.contains(&Code::TagNotAllowed), "{to}: {shown}");
    }
    // An exclamation mark is not yet a tag.
    loads(&with("name: Good", "name: Good! And \"!!str\""));
}

/// Every number of the good model in turn.
#[test]
fn numbers_that_are_not_finite() {
    let numbers = [
        "0.08",
        "memory: 80",
        "power: 1.3",
        "egress: 0.05",
        "stake: 0.27",
        "chips: 9000",
        "price: 6.88",
        "capacity: 8000",
        "lead: 0",
        "spend: 1000000",
        "discount: 0.1",
        "2026-Q2: 7",
        "3000000 tok/s",
        "peak: 1.5",
        "unmet: 0.02",
        "2400 tok/s",
        "work: 1000000",
        "at_most: 500",
        "h100: 1 ",
        "at_most: 99000000000",
        "soft: 2",
        "at_most: 0.99",
        "at_least: 0.01",
        "at_most: 88000",
        "at_most: 7000",
        "periods: 4",
        "polysource: 1",
    ];
    for number in numbers {
        let key = number.split_once(": ").map_or(String::new(), |(key, _)| format!("{key}: "));
        let unit = number.split_once(" tok").map_or(String::new(), |(_, rest)| format!(" tok{rest}"));
        let space = if number.ends_with(' ') { " " } else { "" };
        for bad in [".inf", "-.inf", ".nan", ".NaN", "+.INF", "1e400", "-1e999", "1e308k", "nan", "Infinity"] {
            let text = with(number, &format!("{key}{bad}{space}"));
            assert_eq!(codes(&text), [Code::NotFinite], "{key}{bad}");
        }
        for bad in ["1e21", "1.1e21", "9e99", "1e308"] {
            let (loaded, diagnostics, sources) = told(&with(number, &format!("{key}{bad}{unit}{space}")));
            let shown = render(&diagnostics, &sources, false);
            let fine =
                [Code::OutOfRange, Code::NotFinite, Code::NoEffect, Code::UnsupportedVersion, Code::UnservedWorkload];
            assert!(diagnostics.sorted().iter().all(|d| fine.contains(&d.code)), "{key}{bad}: {shown}");
            assert!(!loaded || bad == "1e21", "{key}{bad} is accepted");
        }
    }
}

#[test]
fn controls_in_ids_and_names() {
    for escape in ["\\0", "\\e[31m", "\\u202E", "\\u2066", "\\u200F", "\\x9B", "\\r", "\\n", "\\u061C"] {
        fires(&with("name: Good", &format!("name: \"Go{escape}od\"")), Code::InvalidId);
        fires(&GOOD.replace("vendor: nvidia,", &format!("vendor: \"nv{escape}idia\",")), Code::InvalidId);
        fires(&with("microsoft:", &format!("\"micro{escape}soft\":")), Code::InvalidId);
        fires(&with("us-east-1", &format!("\"us{escape}\"")), Code::InvalidId);
        fires(&with("name: money", &format!("name: \"mo{escape}ney\"")), Code::InvalidId);
        fires(&with("chip: h100", &format!("chip: \"h{escape}100\"")), Code::UnknownId);
        fires(&with("egress:", &format!("\"eg{escape}ress\":")), Code::UnknownKey);
        let found = codes(&with("peak: 1.5", &format!("peak: \"1.5{escape}x\"")));
        assert!(matches!(found[..], [Code::InvalidQuantity | Code::WrongDimension]), "{escape}: {found:?}");
    }
    // Not escaped but as they are; YAML itself refuses most of them.
    for raw in ['\0', '\u{1b}', '\u{202e}', '\u{2066}', '\u{7f}', '\u{9b}', '\u{feff}', '\u{2028}'] {
        let _ = codes(&with("name: Good", &format!("name: Go{raw}od")));
        let _ = codes(&with("aws: {", &format!("aw{raw}s: {{")));
        let _ = codes(&format!("# {raw}\n{GOOD}"));
    }
}

#[test]
fn surrogates() {
    for escape in ["\\ud800", "\\udfff", "\\ud83d\\ude00", "\\U00110000", "\\UFFFFFFFF"] {
        let _ = codes(&with("name: Good", &format!("name: \"{escape}\"")));
    }
    loads(&with("name: Good", "name: Gut \u{1f600} 好"));
}

/// A place without a length stands before a character of several bytes.
#[test]
fn carets_before_letters_of_several_bytes() {
    for letter in ["é", "好", "\u{1f600}"] {
        fires(
            &with("h100: { vendor: nvidia,", &format!("h100:\n    {letter}: 1\n  h200: {{ vendor: nvidia,")),
            Code::MissingKey,
        );
        fires(&with("name: Good", &format!("name: [a] {letter}")), Code::YamlSyntax);
    }
}

#[test]
fn ids_of_great_length() {
    let long = "x".repeat(1_000_000);
    fires(&with("microsoft:", &format!("? {long}\n  :")), Code::InvalidId);
    fires(&format!("{GOOD}scenarios:\n  ? {long}\n  : {{ chips: 1 }}\n"), Code::WrongType);
    fires(&with("chip: h100", &format!("chip: {long}")), Code::UnknownId);
    fires(&with("vendor: nvidia,", &format!("vendor: {long},")), Code::InvalidId);
    fires(&with("name: Good", &format!("name: {long}")), Code::InvalidId);
    fires(&with("price: 6.88", &format!("price: {long}")), Code::InvalidQuantity);
    fires(&with("price: 6.88", &format!("price: {}", "9".repeat(1_000_000))), Code::NotFinite);
    fires(&with("kind: inference", &format!("kind: {long}")), Code::UnknownWord);
    fires(&with("over: 2026", &format!("over: {long}")), Code::InvalidPeriod);
}

#[test]
fn a_hundred_thousand_unknown_keys() {
    let keys: String = (0..100_000).map(|i| format!("key{i}: 1\n")).collect();
    let (_, diagnostics, _) = told(&format!("{GOOD}{keys}"));
    assert_eq!(diagnostics.sorted().len(), 500);
    assert_eq!(diagnostics.suppressed(), 99_500);
}

#[test]
fn a_hundred_thousand_unknown_ids() {
    let offers: String =
        (0..20_000).map(|i| format!("  o{i}: {{ chip: c{i}, cloud: aws, price: 1, capacity: 1 }}\n")).collect();
    fires(&with("contracts:\n", &format!("{offers}contracts:\n")), Code::UnknownId);
}

#[test]
fn nothing_at_all() {
    for text in [
        "",
        "\n",
        "# only a comment\n",
        "---\n",
        "---\n...\n",
        "~\n",
        "null\n",
        "\u{feff}",
        "   ",
        "- a\n",
        "word\n",
        "1\n",
        "[]",
    ] {
        let (loaded, diagnostics, _) = told(text);
        assert!(!loaded && diagnostics.counts().0 >= 1, "{text:?}");
    }
    fires("{}", Code::MissingKey);
    fires("- a\n", Code::WrongType);
}

#[test]
fn other_ways_to_write_text() {
    loads(&format!("\u{feff}{GOOD}"));
    loads(&GOOD.replace('\n', "\r\n"));
    loads(GOOD.trim_end());
    fires(&with("  h100:", "\th100:"), Code::YamlSyntax);
    // The same line and column whatever ends the lines.
    let bad = with("price: 6.88", "price: cheap");
    let place = |text: &str| {
        let (_, diagnostics, sources) = told(text);
        sources.line_column(diagnostics.sorted()[0].place.unwrap())
    };
    assert_eq!(place(&bad), (13, 46));
    assert_eq!(place(&bad.replace('\n', "\r\n")), (13, 46));
    assert_eq!(place(&format!("\u{feff}{bad}")), (13, 46));
    assert_eq!(place(&with("price: 6.88", "price: cheap").replace("name: Good", "name: Gut 好")), (13, 46));
}

#[test]
fn times_out_of_reach() {
    for (from, to) in [
        ("periods: 4", "periods: 1000000000"),
        ("periods: 4", "periods: 1B"),
        ("periods: 4", "periods: 100001"),
        ("periods: 4", "periods: -4"),
        ("periods: 4, step: quarter", "periods: 100000, step: year"),
        ("lead: 0", "lead: 1e18 years"),
        ("lead: 0", "lead: -1 quarter"),
    ] {
        assert_eq!(codes(&with(from, to)), [Code::OutOfRange], "{to}");
    }
    for (from, to) in [
        ("start: 2026-Q1", "start: 0000"),
        ("start: 2026-Q1", "start: 9999"),
        ("start: 2026-Q1", "start: 9999-12-31"),
        ("start: 2026-Q1", "start: -2026"),
        ("start: 2026-Q1", "start: 99999999999"),
        ("over: 2026", "over: 0000..9999"),
        ("over: 2026", "over: .."),
        ("over: 2026", "over: ................"),
        ("2026-Q2: 7", "9999-12-31: 7"),
    ] {
        assert_eq!(codes(&with(from, to)), [Code::InvalidPeriod], "{to}");
    }
    // Long but allowed: eleven years of hours.
    let hours = with("periods: 4, step: quarter", "periods: 100000, step: hour");
    let _ = codes(&hours.replace("over: 2026", "over: 2026-01-01..2026-12-31"));
}

#[test]
fn patterns_with_many_stars() {
    let stars = "a*".repeat(5_000) + "b";
    let region = "a".repeat(200);
    let text =
        with("us-east-1", &region).replace("covers: { cloud: aws }", &format!("covers: {{ region: \"{stars}\" }}"));
    fires(&text, Code::EmptySelection);
    let many = vec!["\"*a*a*a*a*b\""; 20_000].join(", ");
    fires(&with("covers: { cloud: aws }", &format!("covers: {{ region: [{many}] }}")), Code::EmptySelection);
}

#[test]
fn what_the_binary_is_given() {
    let run = |bytes: &[u8]| {
        let mut command = program();
        let output = command.args(["check", "-"]).write_stdin(bytes).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let mut bytes = GOOD.as_bytes().to_vec();
    assert_eq!(run(&bytes), (Some(0), String::new()));
    bytes.truncate(30);
    bytes.extend([0xff, 0xfe, b'\n']);
    let (code, told) = run(&bytes);
    assert_eq!(code, Some(3));
    assert!(told.contains("error[unreadable]") && told.contains("UTF-8"), "{told}");
    let utf16: Vec<u8> = "\u{feff}polysource: 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(run(&utf16).0, Some(3));
    let (code, told) = run(b"");
    assert_eq!(code, Some(3), "{told}");
    let (code, told) = run(&[b'['; 100_000]);
    assert_eq!(code, Some(3), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(2026), ..ProptestConfig::default() })]

    /// A few bytes of the quickstart changed, lines swapped, pieces cut out or doubled: told or
    /// loaded, never a panic, and never a place outside the text.
    #[test]
    fn mutations_never_panic(edits in prop::collection::vec((0..6u8, any::<u32>(), any::<u32>(), any::<u8>()), 1..8)) {
        let mut bytes = example("quickstart").into_bytes();
        for (kind, a, b, byte) in edits {
            if bytes.is_empty() {
                break;
            }
            let (i, j) = (a as usize % bytes.len(), b as usize % bytes.len());
            match kind {
                0 => bytes[i] ^= byte.max(1),
                1 => bytes[i] = b"{}[]:,-#&*!|>'\"%@`?~. \n\t019kMB"[usize::from(byte) % 30],
                2 => {
                    let mut lines: Vec<Vec<u8>> = bytes.split(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
                    let (i, j) = (i % lines.len(), j % lines.len());
                    lines.swap(i, j);
                    bytes = lines.join(&b'\n');
                }
                3 => drop(bytes.drain(i..(i + b as usize % 20).min(bytes.len()))),
                4 => {
                    let piece = bytes[i..(i + b as usize % 40).min(bytes.len())].to_vec();
                    bytes.splice(j..j, piece);
                }
                _ => bytes.truncate(i.max(1000)),
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let (_, diagnostics, sources) = told(&text);
        for d in diagnostics.sorted() {
            if let Some(place) = d.place {
                let (line, column) = sources.line_column(place);
                prop_assert!(line >= 1 && column >= 1 && line <= text.lines().count() + 1);
            }
        }
    }
}
