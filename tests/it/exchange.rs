//! What is exported is read back by readers that share no code with the writers.

use std::collections::BTreeMap;

use polysource::Model;
use polysource::formulation::build;
use polysource::lp::{LinearProgram, RowId, write_lp, write_mps};

use crate::common::example;

/// A program as a reader sees it: by names. The constant of the objective is the cost of a column that is fixed at 1.
#[derive(Default, Debug)]
struct Read {
    rows: BTreeMap<String, (f64, f64)>,
    order: Vec<String>,
    matrix: BTreeMap<(String, String), f64>,
    costs: BTreeMap<String, f64>,
    bounds: BTreeMap<String, (f64, f64, bool)>,
    offset: f64,
}

impl Read {
    /// Takes the column of the constant for what it is.
    fn constant(&mut self) {
        if let Some(bounds) = self.bounds.remove("constant") {
            assert_eq!(bounds, (1.0, 1.0, false));
            self.offset = self.costs.remove("constant").unwrap();
        }
    }
}

/// Reads free MPS as its documentation says, one section after another.
fn read(text: &str) -> Read {
    let mut r = Read::default();
    let mut kinds: BTreeMap<String, char> = BTreeMap::new();
    let (mut section, mut objective, mut integer, mut ended) = (String::new(), String::new(), false, false);
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if !line.starts_with(' ') {
            section = words[0].to_owned();
            ended |= section == "ENDATA";
            continue;
        }
        let number = |i: usize| words[i].parse::<f64>().unwrap();
        match section.as_str() {
            "ROWS" if words[0] == "N" && objective.is_empty() => objective = words[1].to_owned(),
            "ROWS" => {
                kinds.insert(words[1].to_owned(), words[0].chars().next().unwrap());
                r.order.push(words[1].to_owned());
            }
            "COLUMNS" if words[1] == "'MARKER'" => integer = words[2] == "'INTORG'",
            "COLUMNS" => {
                let bounds = (0.0, f64::INFINITY, integer);
                r.bounds.entry(words[0].to_owned()).or_insert(bounds);
                if words[1] == objective {
                    r.costs.insert(words[0].to_owned(), number(2));
                } else {
                    r.matrix.insert((words[1].to_owned(), words[0].to_owned()), number(2));
                }
            }
            "RHS" | "RANGES" => {
                if section == "RHS" {
                    r.rows.insert(words[1].to_owned(), (number(2), number(2)));
                } else {
                    let side = r.rows.get(words[1]).map_or(0.0, |s| s.0);
                    assert_eq!(kinds[words[1]], 'G');
                    kinds.insert(words[1].to_owned(), 'R');
                    r.rows.insert(words[1].to_owned(), (side, side + number(2)));
                }
            }
            "BOUNDS" => {
                let b = r.bounds.get_mut(words[2]).unwrap();
                match words[0] {
                    "UP" => b.1 = number(3),
                    "LO" => b.0 = number(3),
                    "FX" => (b.0, b.1) = (number(3), number(3)),
                    "FR" => (b.0, b.1) = (f64::NEG_INFINITY, f64::INFINITY),
                    "MI" => b.0 = f64::NEG_INFINITY,
                    "PL" => b.1 = f64::INFINITY,
                    other => panic!("bound {other}"),
                }
            }
            other => panic!("section {other}"),
        }
    }
    assert!(ended);
    r.constant();
    for name in &r.order {
        let side = r.rows.get(name).copied().unwrap_or((0.0, 0.0));
        let bounds = match kinds[name] {
            'E' => (side.0, side.0),
            'L' => (f64::NEG_INFINITY, side.0),
            'G' => (side.0, f64::INFINITY),
            'R' => side,
            'N' => (f64::NEG_INFINITY, f64::INFINITY),
            other => panic!("row {other}"),
        };
        r.rows.insert(name.clone(), bounds);
    }
    r
}

/// Reads the LP format token by token, as far as it is written here. Rows with two bounds come as two.
fn read_lp(text: &str) -> Read {
    let mut r = Read::default();
    let text: String = text.lines().filter(|l| !l.starts_with('\\')).flat_map(|l| [l, "\n"]).collect();
    let (objective, rest) = text.split_once("Subject To\n").unwrap();
    let (rows, rest) = rest.split_once("Bounds\n").unwrap();
    let (bounds, integers) = rest.split_once("Generals\n").unwrap_or((rest, ""));
    r.costs = sum(objective.split_once("obj:").unwrap().1.split_whitespace()).0;
    r.bounds.extend(r.costs.keys().map(|name| (name.clone(), (0.0, f64::INFINITY, false))));
    let mut rows = rows.split_whitespace().peekable();
    while let Some(name) = rows.next() {
        let name = name.strip_suffix(':').unwrap();
        let (terms, sense) = sum(&mut rows);
        let side: f64 = rows.next().unwrap().parse().unwrap();
        let bounds = match sense {
            "=" => (side, side),
            ">=" => (side, f64::INFINITY),
            "<=" => (f64::NEG_INFINITY, side),
            other => panic!("sense {other}"),
        };
        r.rows.insert(name.to_owned(), bounds);
        r.order.push(name.to_owned());
        for (column, value) in terms {
            r.bounds.entry(column.clone()).or_insert((0.0, f64::INFINITY, false));
            r.matrix.insert((name.to_owned(), column), value);
        }
    }
    for line in bounds.lines().filter(|l| *l != "End") {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |text: &str| text.parse::<f64>().unwrap();
        let (name, bounds) = match words[..] {
            [name, "free"] => (name, (f64::NEG_INFINITY, f64::INFINITY)),
            [name, "=", x] => (name, (number(x), number(x))),
            [name, ">=", x] => (name, (number(x), f64::INFINITY)),
            ["-inf", "<=", name, "<=", x] => (name, (f64::NEG_INFINITY, number(x))),
            [x, "<=", name, "<=", y] => (name, (number(x), number(y))),
            _ => panic!("bound {line}"),
        };
        r.bounds.insert(name.to_owned(), (bounds.0, bounds.1, false));
    }
    for name in integers.split_whitespace().filter(|w| *w != "End") {
        r.bounds.get_mut(name).unwrap().2 = true;
    }
    r.constant();
    r
}

/// The terms of a sum, and the word behind them. Zeros stand where there are none.
fn sum<'a>(words: impl Iterator<Item = &'a str>) -> (BTreeMap<String, f64>, &'a str) {
    let (mut terms, mut number, mut sign) = (BTreeMap::new(), None, 1.0);
    for word in words {
        match (word, number) {
            ("+", _) => sign = 1.0,
            ("-", _) => sign = -1.0,
            ("=" | ">=" | "<=", None) => return (terms, word),
            (_, None) => number = Some(sign * word.parse::<f64>().unwrap()),
            (name, Some(value)) => {
                assert!(value == 0.0 || terms.insert(name.to_owned(), value).is_none(), "{name} twice");
                number = None;
            }
        }
    }
    (terms, "")
}

fn mps(lp: &LinearProgram) -> String {
    let mut text = Vec::new();
    write_mps(lp, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn lp_file(lp: &LinearProgram) -> String {
    let mut text = Vec::new();
    write_lp(lp, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn same(lp: &LinearProgram) {
    let r = read(&mps(lp));
    assert_eq!(r.offset, lp.offset());
    assert_eq!(r.order, lp.row_names().map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(r.bounds.len(), lp.columns().len());
    for (c, name) in lp.columns().iter().zip(lp.column_names()) {
        assert_eq!(r.bounds[name], (c.lower, c.upper, c.integer), "{name}");
        assert_eq!(r.costs.get(name).copied().unwrap_or(0.0), c.cost, "{name}");
    }
    let mut nonzeros = 0;
    for (i, row) in lp.rows().iter().enumerate() {
        let name = lp.row_name(RowId(i as u32));
        assert_eq!(r.rows[name], (row.lower, row.upper), "{name}");
        for (c, value) in lp.row_terms(RowId(i as u32)) {
            nonzeros += 1;
            assert_eq!(r.matrix[&(name.to_owned(), lp.column_name(c).to_owned())], value);
        }
    }
    assert_eq!(nonzeros, r.matrix.len());
    same_lp_file(lp);
}

fn same_lp_file(lp: &LinearProgram) {
    let r = read_lp(&lp_file(lp));
    let letter = |c: char| match c {
        '[' => '(',
        ']' => ')',
        '-' => '~',
        c if c.is_ascii_alphanumeric() || "!\"#$%&(),.;?@_`'{}~".contains(c) => c,
        _ => '!',
    };
    let named = |name: &str| name.chars().map(letter).collect::<String>();
    assert_eq!(r.offset, lp.offset());
    assert_eq!(r.bounds.len(), lp.columns().len());
    for (c, name) in lp.columns().iter().zip(lp.column_names().map(named)) {
        assert_eq!(r.bounds[&name], (c.lower, c.upper, c.integer), "{name}");
        assert_eq!(r.costs.get(&name).copied().unwrap_or(0.0), c.cost, "{name}");
    }
    for (i, row) in lp.rows().iter().enumerate() {
        let name = named(lp.row_name(RowId(i as u32)));
        let mut parts = vec![(name.clone(), (row.lower, row.upper))];
        match (row.lower.is_finite(), row.upper.is_finite()) {
            (false, false) => parts.clear(),
            (true, true) if row.lower != row.upper => {
                parts = vec![
                    (name.clone(), (row.lower, f64::INFINITY)),
                    (format!("{name}_upper"), (f64::NEG_INFINITY, row.upper)),
                ];
            }
            _ => {}
        }
        for (name, bounds) in parts {
            assert_eq!(r.rows.get(&name), Some(&bounds), "{name}");
            for (c, value) in lp.row_terms(RowId(i as u32)) {
                assert_eq!(r.matrix[&(name.clone(), named(lp.column_name(c)))], value);
            }
        }
    }
}

#[test]
fn every_example_is_read_back_as_it_was() {
    for name in ["quickstart", "frontier-lab", "inference-fleet", "infeasible"] {
        let text = example(name);
        same(build(&Model::from_yaml_str(&text).unwrap()).program());
    }
}

#[test]
fn every_kind_of_row_and_bound_is_read_back() {
    let inf = f64::INFINITY;
    let mut lp = LinearProgram::new("all kinds of things");
    let bounds = [(0.0, inf), (-inf, inf), (-inf, 3.5), (1.0 / 3.0, 0.5), (-2.0, -2.0), (0.0, 1e300), (5.0, inf)];
    let mut columns: Vec<_> = bounds
        .iter()
        .enumerate()
        .map(|(i, b)| lp.add_column(format!("x{i}"), "", b.0, b.1, [0.0, 1e-300, -7.1][i % 3]))
        .collect();
    for (i, b) in [(0.0, 1.0), (-3.0, 9.0), (0.0, inf)].iter().enumerate() {
        columns.push(lp.add_integer(format!("n{i}"), "", b.0, b.1, 1.0));
    }
    for (i, b) in
        [(1.0, 1.0), (-inf, 2.0), (3.0, inf), (-1.5, 4.25), (-inf, inf), (0.0, 0.0), (-inf, 0.0)].iter().enumerate()
    {
        lp.add_row(format!("r{i}"), "", b.0, b.1, columns.iter().skip(i).map(|&c| (c, 0.1 + i as f64)));
    }
    lp.add_offset(-12.75);
    same(&lp);
}

/// A fee of 1M at a price of 1 for 10 chips in a quarter of 2160 hours: 1,021,600. As the right-hand side of the objective
/// the fee had either sign, or was left out.
#[test]
fn the_constant_is_the_cost_of_a_column() {
    let text = "polysource: 1
horizon: { start: 2026-Q1, periods: 1, step: quarter }
chips: { h100: { vendor: nvidia } }
clouds: { aws: { owner: amazon } }
offers: { a: { chip: h100, cloud: aws, price: 1, capacity: 100 } }
contracts: { k: { covers: { cloud: aws }, commit: { spend: 1, over: 2026-Q1..2026-Q1 }, fee: { 2026-Q1: 1M }, decision: signed } }
workloads: { w: { kind: inference, demand: 10 req/h, throughput: { h100: 1 req/h } } }
";
    for (text, offset) in [
        (text.to_owned(), 1e6),
        // Funding is money that is received.
        (text.replace("fee: { 2026-Q1: 1M }", "funding: { 2026-Q1: 2.5M }"), -2.5e6),
        // Below what is written without an exponent.
        (text.replace("fee: { 2026-Q1: 1M }", "fee: 0.00005 USD"), 0.000_05),
    ] {
        let formulation = build(&Model::from_yaml_str(&text).unwrap());
        let program = formulation.program();
        assert_eq!(program.offset(), offset);
        same(program);
        let (mps, lp) = (mps(program), lp_file(program));
        assert!(!mps.contains("RHS COST"), "{mps}");
        assert!(mps.contains(" FX BOUND constant 1\n") && lp.contains("\n constant = 1\n"), "{mps}{lp}");
    }
    let formulation = build(&Model::from_yaml_str(&text.replace(", fee: { 2026-Q1: 1M }", "")).unwrap());
    assert!(!mps(formulation.program()).contains("constant") && !lp_file(formulation.program()).contains("constant"));
}

/// Each is a double that a decimal writer gets wrong or writes too long for some reader.
#[test]
fn every_number_is_read_back_as_it_was() {
    let numbers = [
        0.000_000_032_188_298_973_933_596,
        f64::MIN_POSITIVE,
        5e-324,
        f64::MAX,
        0.1 + 0.2,
        1e15,
        1e15 - 0.125,
        9_007_199_254_740_993.0,
        1e-4,
        1e-4 * (1.0 - f64::EPSILON),
        123_456_789.123_456_79,
    ];
    let mut lp = LinearProgram::new("");
    for (i, x) in numbers.into_iter().flat_map(|x| [x, -x]).enumerate() {
        let column = lp.add_column(format!("x{i}"), "", x.min(0.0), x.max(0.0), x);
        lp.add_row(format!("r{i}"), "", f64::NEG_INFINITY, x, [(column, x)]);
    }
    lp.set_offset(-1.234_567_890_123_456_7e-7);
    same(&lp);
    let long = |text: &str| text.split_whitespace().find(|w| w.len() > 24).map(str::to_owned);
    assert_eq!((long(&mps(&lp)), long(&lp_file(&lp))), (None, None), "CBC refuses numbers of 26 characters");
}

#[test]
fn names_that_readers_misread() {
    let mut lp = LinearProgram::new("");
    // As CBC, HiGHS, GLPK and SCIP were found to read them: another column's, a comment, a section, a number, two names.
    let long = "x".repeat(200);
    let columns = ["constant", "BOUND", "$free", "/half", "subject", "e1", "nan", &long];
    let columns: Vec<_> = columns.iter().map(|name| lp.add_column(name, "", 0.0, 9.0, 1.0)).collect();
    for name in ["RHS", "RANGE", "COST", "obj", "constant", &long, &format!("{long}y")] {
        lp.add_row(name, "", 1.0, f64::INFINITY, columns.iter().map(|&c| (c, 1.0)));
    }
    lp.set_offset(7.0);
    let r = read(&mps(&lp));
    let cut = |n: usize, end: &str| format!("{}{end}", "x".repeat(n));
    assert_eq!(
        r.bounds.keys().map(String::as_str).collect::<Vec<_>>(),
        ["/half", "BOUND!1", "_$free", "constant!0", "e1", "nan", "subject", &cut(148, "!7")]
    );
    assert_eq!(
        r.order,
        ["RHS!0", "RANGE!1", "COST!2", "obj", "constant", &cut(148, "!5"), &cut(148, "!6")].map(str::to_owned)
    );
    let r = read_lp(&lp_file(&lp));
    assert_eq!(
        r.bounds.keys().map(String::as_str).collect::<Vec<_>>(),
        ["!half", "$free", "_BOUND", "_e1", "_nan", "_subject", "constant!0", &cut(94, "!7")]
    );
    assert_eq!(
        r.order,
        ["RHS", "RANGE", "COST", "_obj", "constant", &cut(94, "!5"), &cut(94, "!6")].map(str::to_owned)
    );
    // Lines are no longer than the shortest that a reader takes.
    assert!(lp_file(&lp).lines().all(|l| l.len() <= 255));
}
