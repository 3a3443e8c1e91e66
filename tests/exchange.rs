//! What is exported is read back by a reader that shares no code with the writer.

use std::collections::BTreeMap;

use polysource::Model;
use polysource::formulation::build;
use polysource::lp::{LinearProgram, RowId, write_mps};

/// A program as an MPS reader sees it: by names.
#[derive(Default, Debug)]
struct Read {
    rows: BTreeMap<String, (f64, f64)>,
    order: Vec<String>,
    matrix: BTreeMap<(String, String), f64>,
    costs: BTreeMap<String, f64>,
    bounds: BTreeMap<String, (f64, f64, bool)>,
    offset: f64,
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
            "RHS" if words[1] == objective => r.offset = -number(2),
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

fn same(lp: &LinearProgram) {
    let mut text = Vec::new();
    write_mps(lp, &mut text).unwrap();
    let r = read(&String::from_utf8(text).unwrap());
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
}

#[test]
fn every_example_is_read_back_as_it_was() {
    for name in ["quickstart", "frontier-lab", "inference-fleet", "infeasible"] {
        let text = std::fs::read_to_string(format!("models/{name}.yaml")).unwrap();
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
