//! Two-stage programs as others write them, in SMPS: a core file in MPS, a file that says where the second stage begins, and
//! one that says what of it is random (J. R. Birge, M. A. H. Dempster, H. I. Gassmann, E. A. Gunn, A. J. King and S. W.
//! Wallace, "A standard input format for multiperiod stochastic linear programs", COAL Newsletter 17, 1987). They are read
//! here and solved as one program of all outcomes: the engines, without any model of ours, find the published values.
//!
//! Read is what two stages need: `INDEP DISCRETE` in right-hand sides, costs and coefficients of the second stage. The rest
//! is refused with the line in which it stands.

use std::collections::HashMap;

use polysource::engine::{CertifiedStatus, EngineChoice, SolveOptions, solve_certified};
use polysource::lp::{ColumnId, LinearProgram, write_mps};

use crate::common::{close, close_within, example, model, read};

/// The most outcomes of all that is random together.
const MOST: usize = 10_000;

/// A program whose second stage is random.
#[derive(Clone, Debug)]
pub struct Smps {
    core: Core,
    /// The first column and the first row of the second stage.
    second: (usize, usize),
    random: Vec<Random>,
}

#[derive(Clone, Debug, Default)]
struct Core {
    columns: Vec<CoreColumn>,
    rows: Vec<CoreRow>,
    offset: f64,
    /// What the objective is called, and the right-hand sides.
    objective: Option<String>,
    sides: Option<String>,
}

#[derive(Clone, Debug)]
struct CoreColumn {
    name: String,
    cost: f64,
    bounds: (f64, f64),
    terms: Vec<(usize, f64)>,
}

#[derive(Clone, Debug)]
struct CoreRow {
    name: String,
    kind: char,
    side: f64,
    range: Option<f64>,
}

/// A number that is random, with its values and how likely each is.
#[derive(Clone, Debug)]
struct Random {
    at: At,
    outcomes: Vec<(f64, f64)>,
    /// The line of its first outcome.
    line: usize,
}

/// Where a random number stands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    Side(usize),
    Cost(usize),
    Term(usize, usize),
}

/// What is wrong, with the file and the line.
type Wrong = String;

/// A line with its number, in words: those of a section's head begin at its first letter.
struct Line<'a> {
    file: &'a str,
    number: usize,
    is_head: bool,
    words: Vec<&'a str>,
}

impl Line<'_> {
    fn wrong(&self, what: impl std::fmt::Display) -> Wrong {
        format!("{}:{}: {what}", self.file, self.number)
    }

    fn number_of(&self, word: &str) -> Result<f64, Wrong> {
        let read = word.parse::<f64>().ok().filter(|x| x.is_finite());
        read.ok_or_else(|| self.wrong(format!("`{word}` is no number")))
    }
}

/// The lines up to `ENDATA`, without comments.
fn lines<'a>(file: &'a str, text: &'a str) -> Result<Vec<Line<'a>>, Wrong> {
    let mut all = Vec::new();
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.starts_with('*') && !l.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_head = !line.starts_with(char::is_whitespace);
        if is_head && words[0] == "ENDATA" {
            return Ok(all);
        }
        all.push(Line { file, number: i + 1, is_head, words });
    }
    Err(format!("{file}: `ENDATA` is missing"))
}

impl Core {
    fn read(text: &str) -> Result<Self, Wrong> {
        let mut core = Core::default();
        let (mut rows, mut columns) = (HashMap::new(), HashMap::new());
        let mut section = "";
        for line in lines("core", text)? {
            if line.is_head {
                section = line.words[0];
                if !["NAME", "ROWS", "COLUMNS", "RHS", "RANGES", "BOUNDS"].contains(&section) {
                    return Err(line.wrong(format!("section `{section}` is not read")));
                }
                continue;
            }
            match (section, line.words.as_slice()) {
                ("ROWS", ["N", name]) if core.objective.is_none() => core.objective = Some((*name).to_owned()),
                ("ROWS", [kind @ ("L" | "G" | "E"), name]) => {
                    if rows.insert((*name).to_owned(), core.rows.len()).is_some() {
                        return Err(line.wrong(format!("row `{name}` stands twice")));
                    }
                    let kind = kind.chars().next().unwrap_or('E');
                    core.rows.push(CoreRow { name: (*name).to_owned(), kind, side: 0.0, range: None });
                }
                ("COLUMNS", [_, "'MARKER'", ..]) => return Err(line.wrong("whole columns are not read")),
                ("COLUMNS", [name, pairs @ ..]) if !pairs.is_empty() && pairs.len() % 2 == 0 => {
                    let column = *columns.entry((*name).to_owned()).or_insert_with(|| {
                        let bounds = (0.0, f64::INFINITY);
                        core.columns.push(CoreColumn {
                            name: (*name).to_owned(),
                            cost: 0.0,
                            bounds,
                            terms: Vec::new(),
                        });
                        core.columns.len() - 1
                    });
                    for pair in pairs.chunks(2) {
                        let value = line.number_of(pair[1])?;
                        match rows.get(pair[0]) {
                            Some(&row) if core.columns[column].terms.iter().any(|t| t.0 == row) => {
                                return Err(line.wrong(format!("column `{name}` stands twice in row `{}`", pair[0])));
                            }
                            Some(&row) => core.columns[column].terms.push((row, value)),
                            None if core.is_objective(pair[0]) => core.columns[column].cost = value,
                            None => return Err(line.wrong(format!("there is no row `{}`", pair[0]))),
                        }
                    }
                }
                ("RHS" | "RANGES", words) if words.len() >= 2 => {
                    if section == "RHS" && words.len() % 2 == 1 {
                        core.sides = Some(words[0].to_owned());
                    }
                    for pair in words[words.len() % 2..].chunks(2) {
                        let value = line.number_of(pair[1])?;
                        match rows.get(pair[0]) {
                            Some(&row) if section == "RHS" => core.rows[row].side = value,
                            Some(&row) => core.rows[row].range = Some(value),
                            None if core.is_objective(pair[0]) && section == "RHS" => core.offset = -value,
                            None => return Err(line.wrong(format!("there is no row `{}`", pair[0]))),
                        }
                    }
                }
                ("BOUNDS", [kind, _, name, value @ ..]) => {
                    let Some(&column) = columns.get(*name) else {
                        return Err(line.wrong(format!("there is no column `{name}`")));
                    };
                    let (lower, upper) = &mut core.columns[column].bounds;
                    match (*kind, value) {
                        ("UP", [value]) => *upper = line.number_of(value)?,
                        ("LO", [value]) => *lower = line.number_of(value)?,
                        ("FX", [value]) => (*lower, *upper) = (line.number_of(value)?, line.number_of(value)?),
                        ("FR", []) => (*lower, *upper) = (f64::NEG_INFINITY, f64::INFINITY),
                        ("MI", []) => *lower = f64::NEG_INFINITY,
                        ("PL", []) => *upper = f64::INFINITY,
                        _ => return Err(line.wrong(format!("a bound `{kind}` is not read"))),
                    }
                    // Readers do not agree on what the lower bound of a column is then.
                    if *upper < 0.0 && *lower == 0.0 {
                        return Err(line.wrong("an upper bound below 0 without a lower one is not read"));
                    }
                }
                _ => return Err(line.wrong(format!("this is no line of `{section}`"))),
            }
        }
        Ok(core)
    }

    fn is_objective(&self, name: &str) -> bool {
        self.objective.as_deref() == Some(name)
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }

    fn row(&self, name: &str) -> Option<usize> {
        self.rows.iter().position(|r| r.name == name)
    }
}

impl CoreRow {
    /// Its bounds with a right-hand side.
    fn bounds(&self, side: f64) -> (f64, f64) {
        let range = self.range.map(f64::abs);
        match (self.kind, self.range) {
            ('L', _) => (range.map_or(f64::NEG_INFINITY, |r| side - r), side),
            ('G', _) => (side, range.map_or(f64::INFINITY, |r| side + r)),
            (_, Some(r)) => (side.min(side + r), side.max(side + r)),
            (_, None) => (side, side),
        }
    }
}

impl Smps {
    /// Reads the three files.
    pub fn read(core: &str, time: &str, stoch: &str) -> Result<Self, Wrong> {
        let core = Core::read(core)?;
        let second = second_stage(&core, time)?;
        let late = |c: &&CoreColumn| c.terms.iter().any(|t| t.0 < second.1);
        if let Some(column) = core.columns[second.0..].iter().find(late) {
            return Err(format!(
                "time: column `{}` is of the second stage, and stands in a row of the first",
                column.name
            ));
        }
        let random = random(&core, second, stoch)?;
        Ok(Smps { core, second, random })
    }

    /// The problem of Louveaux and Smeers.
    pub fn lands() -> Self {
        let [core, time, stoch] = ["cor", "tim", "sto"].map(|end| read(&format!("tests/fixtures/smps/lands.{end}")));
        Smps::read(&core, &time, &stoch).unwrap()
    }

    /// The same with other outcomes of the only number that is random: values, and how likely each is.
    pub fn with(&self, outcomes: Vec<(f64, f64)>) -> Self {
        let [random] = self.random.as_slice() else { panic!("one number is random") };
        Smps { random: vec![Random { outcomes, ..random.clone() }], ..self.clone() }
    }

    /// Every outcome of all that is random together, with its probability.
    fn scenarios(&self) -> Vec<(f64, Vec<f64>)> {
        let mut all = vec![(1.0, Vec::new())];
        for random in &self.random {
            let with = |(p, values): &(f64, Vec<f64>)| {
                let more = |&(value, own): &(f64, f64)| (p * own, [values.as_slice(), &[value]].concat());
                random.outcomes.iter().map(more).collect::<Vec<_>>()
            };
            all = all.iter().flat_map(with).collect();
        }
        all
    }

    /// The program of scenarios together: the first stage once, the second for each.
    fn program(&self, scenarios: &[(f64, Vec<f64>)]) -> LinearProgram {
        let (core, (columns, rows)) = (&self.core, self.second);
        let mut lp = LinearProgram::new("equivalent");
        lp.set_offset(core.offset);
        let mut place = |name: String, column: &CoreColumn, cost: f64| {
            lp.add_column(name, "smps", column.bounds.0, column.bounds.1, cost)
        };
        let first: Vec<ColumnId> = core.columns[..columns].iter().map(|c| place(c.name.clone(), c, c.cost)).collect();
        let of = |values: &[f64], at: At, written: f64| {
            self.random.iter().position(|random| random.at == at).map_or(written, |random| values[random])
        };
        let mut own = Vec::new();
        for (s, (probability, values)) in scenarios.iter().enumerate() {
            let second = core.columns.iter().enumerate().skip(columns);
            let second = second.map(|(c, column)| {
                place(format!("{}@{s}", column.name), column, probability * of(values, At::Cost(c), column.cost))
            });
            own.push(first.iter().copied().chain(second).collect::<Vec<_>>());
        }
        for (r, row) in core.rows.iter().enumerate() {
            let copies = if r < rows { 1 } else { scenarios.len() };
            for (s, (_, values)) in scenarios.iter().enumerate().take(copies) {
                let terms = core.columns.iter().enumerate().flat_map(|(c, column)| {
                    column.terms.iter().filter(|t| t.0 == r).map(move |t| (c, t.1)).collect::<Vec<_>>()
                });
                let terms: Vec<_> = terms.map(|(c, value)| (own[s][c], of(values, At::Term(r, c), value))).collect();
                let (lower, upper) = row.bounds(of(values, At::Side(r), row.side));
                lp.add_row(format!("{}@{s}", row.name), "smps", lower, upper, terms);
            }
        }
        lp
    }

    /// What it costs at least in the mean, and what is decided first.
    pub fn optimum(&self) -> (f64, Vec<f64>) {
        let (cost, x) = solved(&self.program(&self.scenarios()));
        (cost, x[..self.second.0].to_vec())
    }

    /// What it costs in the mean with what is decided first.
    pub fn following(&self, first: &[f64]) -> f64 {
        let mut lp = self.program(&self.scenarios());
        first.iter().enumerate().for_each(|(c, &x)| lp.set_bounds(ColumnId(c as u32), x, x));
        solved(&lp).0
    }

    /// What it costs in the mean if what is random is known first.
    pub fn wait_and_see(&self) -> f64 {
        self.scenarios().into_iter().map(|(p, values)| p * solved(&self.program(&[(1.0, values)])).0).sum()
    }

    /// The same with every random number at its mean.
    pub fn mean(&self) -> Self {
        let mut mean = self.clone();
        for random in &mut mean.random {
            random.outcomes = vec![(random.outcomes.iter().map(|(value, p)| value * p).sum(), 1.0)];
        }
        mean
    }
}

/// Where the second stage begins: its first column and its first row.
fn second_stage(core: &Core, text: &str) -> Result<(usize, usize), Wrong> {
    let mut stages = Vec::new();
    for line in lines("time", text)? {
        match line.words.as_slice() {
            ["TIME", ..] if line.is_head => {}
            ["PERIODS"] | ["PERIODS", "IMPLICIT" | "LP"] if line.is_head => {}
            [column, row, _] if !line.is_head => {
                let column = core.column(column).ok_or_else(|| line.wrong(format!("there is no column `{column}`")))?;
                // The first stage may begin at the objective.
                let row = core.row(row).or_else(|| stages.is_empty().then_some(0));
                stages.push((column, row.ok_or_else(|| line.wrong(format!("there is no row `{}`", line.words[1])))?));
            }
            words => return Err(line.wrong(format!("`{}` is not read", words.join(" ")))),
        }
    }
    match stages.as_slice() {
        [(0, 0), second] => Ok(*second),
        [_, _] => Err("time: the first stage does not begin with the first column and row".to_owned()),
        _ => Err(format!("time: two stages are read, not {}", stages.len())),
    }
}

/// What is random of the second stage.
fn random(core: &Core, (columns, rows): (usize, usize), text: &str) -> Result<Vec<Random>, Wrong> {
    let mut all: Vec<Random> = Vec::new();
    for line in lines("stoch", text)? {
        let (column, row, value, probability) = match line.words.as_slice() {
            ["STOCH", ..] if line.is_head => continue,
            ["INDEP", "DISCRETE"] | ["INDEP", "DISCRETE", "REPLACE"] if line.is_head => continue,
            [column, row, value, probability] | [column, row, value, _, probability] if !line.is_head => {
                (*column, *row, line.number_of(value)?, line.number_of(probability)?)
            }
            words => return Err(line.wrong(format!("`{}` is not read", words.join(" ")))),
        };
        let at = match (core.column(column), core.row(row)) {
            (None, Some(row)) if core.sides.as_deref() == Some(column) => At::Side(row),
            (Some(c), Some(r)) if core.columns[c].terms.iter().any(|t| t.0 == r) => At::Term(r, c),
            (Some(column), None) if core.is_objective(row) => At::Cost(column),
            _ => return Err(line.wrong(format!("the core file has nothing in column `{column}` and row `{row}`"))),
        };
        let late = match at {
            At::Side(row) | At::Term(row, _) => row >= rows,
            At::Cost(column) => column >= columns,
        };
        if !late {
            return Err(line.wrong("what is random stands in the first stage"));
        }
        if !(0.0..=1.0).contains(&probability) {
            return Err(line.wrong(format!("{probability} is no probability")));
        }
        match all.iter_mut().find(|r| r.at == at) {
            Some(random) => random.outcomes.push((value, probability)),
            None => all.push(Random { at, outcomes: vec![(value, probability)], line: line.number }),
        }
    }
    for random in &all {
        let sum: f64 = random.outcomes.iter().map(|o| o.1).sum();
        if (sum - 1.0).abs() > 1e-9 {
            return Err(format!("stoch:{}: the probabilities add up to {sum}", random.line));
        }
    }
    let outcomes = all.iter().try_fold(1usize, |n, r| n.checked_mul(r.outcomes.len())).filter(|n| *n <= MOST);
    outcomes.map(|_| all).ok_or_else(|| format!("stoch: more than {MOST} outcomes together"))
}

fn solved(lp: &LinearProgram) -> (f64, Vec<f64>) {
    let solved = solve_certified(lp, EngineChoice::Auto, &SolveOptions::default()).unwrap();
    assert_eq!(solved.status, CertifiedStatus::Optimal, "{:?}", solved.attempts);
    (lp.objective(&solved.x), solved.x)
}

/// The published values: 381 + 64/75 together, 380 + 1/6 if the demand is known, 383 + 74/75 for who plans for its mean.
#[test]
fn lands_is_read_and_solved() {
    let lands = Smps::lands();
    let (cost, first) = lands.optimum();
    close(cost, 381.853_333_33);
    [8.0 / 3.0, 4.0, 10.0 / 3.0, 2.0].iter().zip(&first).for_each(|(x, found)| close_within(1e-6, *found, *x));
    close(lands.wait_and_see(), 380.166_666_67);
    close(cost - lands.wait_and_see(), 1.686_666_67);
    let (_, believed) = lands.mean().optimum();
    close(lands.following(&believed), 383.986_666_67);
    close(lands.following(&first), cost);
}

/// Two numbers that are independent. Of 10 units four at most are bought now, at 1 each. A piece bought later costs 2 or 4
/// and is 1 or 2 units, a half each: a unit costs 2, 4, 1 or 2 then, 2.25 in the mean.
#[test]
fn costs_and_coefficients_may_be_random() {
    let core = "NAME two\nROWS\n N C\n G ALL\nCOLUMNS\n X C 1 ALL 1\n Y C 2\n Y ALL 1\nRHS\n RHS ALL 10\nBOUNDS\n UP B X 4\nENDATA";
    let time = "TIME two\nPERIODS\n X C ONE\n Y ALL TWO\nENDATA";
    let stoch = "STOCH two\nINDEP DISCRETE\n Y C 2 TWO 0.5\n Y C 4 TWO 0.5\n Y ALL 1 TWO 0.5\n Y ALL 2 TWO 0.5\nENDATA";
    let two = Smps::read(core, time, stoch).unwrap();
    assert_eq!(two.scenarios().len(), 4);
    // Four now, and six later.
    let (cost, first) = two.optimum();
    close(cost, 4.0 + 6.0 * 2.25);
    close(first[0], 4.0);
    // Known first, only what is cheaper than 1 would wait, and nothing is.
    close(two.wait_and_see(), cost);
}

/// The core file is the MPS that we write ourselves.
#[test]
fn our_own_mps_is_read() {
    let program = polysource::formulation::build(&model(&example("quickstart")));
    let mut text = Vec::new();
    write_mps(program.program(), &mut text).unwrap();
    let core = Core::read(std::str::from_utf8(&text).unwrap()).unwrap();
    assert_eq!(core.columns.len(), program.program().columns().len());
    let whole = Smps { second: (core.columns.len(), core.rows.len()), core, random: Vec::new() };
    close_within(1e-9, whole.optimum().0, 190_800_000.0);
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let [core, time, stoch] = ["cor", "tim", "sto"].map(|end| read(&format!("tests/fixtures/smps/lands.{end}")));
    let wrong = |core: &str, time: &str, stoch: &str| Smps::read(core, time, stoch).unwrap_err();
    for (from, to, said) in [
        (" X2 COST 7 LEAST 1", " X2 COST seven LEAST 1", "core:19: `seven` is no number"),
        (" X2 COST 7 LEAST 1", " X2 COST 7 LAST 1", "core:19: there is no row `LAST`"),
        (" X2 COST 7 LEAST 1", " X2 COST 7 LEAST", "core:19: this is no line of `COLUMNS`"),
        (" L TECH1", " L BUDGET", "core:9: row `BUDGET` stands twice"),
        ("COLUMNS\n", "COLUMNS\n M1 'MARKER' 'INTORG'\n", "core:17: whole columns are not read"),
        (" X2 COST 7 LEAST 1", " X2 COST 7 LEAST 1 LEAST 2", "core:19: column `X2` stands twice in row `LEAST`"),
        ("RHS\n", "SOS\n", "core:49: section `SOS` is not read"),
        (
            "ENDATA\n",
            "BOUNDS\n UP B X1 -3\nENDATA\n",
            "core:54: an upper bound below 0 without a lower one is not read",
        ),
        ("ENDATA\n", "BOUNDS\n BV B X1\nENDATA\n", "core:54: a bound `BV` is not read"),
        ("ENDATA\n", "", "core: `ENDATA` is missing"),
    ] {
        assert!(core.contains(from), "{from}");
        assert_eq!(wrong(&core.replacen(from, to, 1), &time, &stoch), said);
    }
    for (from, to, said) in [
        ("Y11", "Y99", "time:5: there is no column `Y99`"),
        ("TECH1", "TECH9", "time:5: there is no row `TECH9`"),
        ("TECH1", "TECH2", "time: column `Y11` is of the second stage, and stands in a row of the first"),
        ("X1", "X2", "time: the first stage does not begin with the first column and row"),
        (" Y11 TECH1 OPERATE\n", "", "time: two stages are read, not 1"),
        ("IMPLICIT", "EXPLICIT", "time:3: `PERIODS EXPLICIT` is not read"),
    ] {
        assert_eq!(wrong(&core, &time.replacen(from, to, 1), &stoch), said);
    }
    for (from, to, said) in [
        ("0.4", "0.5", "stoch:4: the probabilities add up to 1.1"),
        ("0.4", "1.4", "stoch:5: 1.4 is no probability"),
        ("MODE1 3", "BUDGET 3", "stoch:4: what is random stands in the first stage"),
        ("RHS MODE1 3", "RHS MODE9 3", "stoch:4: the core file has nothing in column `RHS` and row `MODE9`"),
        ("RHS MODE1 3", "RIGHT MODE1 3", "stoch:4: the core file has nothing in column `RIGHT` and row `MODE1`"),
        ("RHS MODE1 3", "Y12 MODE1 3", "stoch:4: the core file has nothing in column `Y12` and row `MODE1`"),
        ("RHS MODE1 3", "Y11 PRICE 3", "stoch:4: the core file has nothing in column `Y11` and row `PRICE`"),
        ("INDEP DISCRETE", "SCENARIOS DISCRETE", "stoch:3: `SCENARIOS DISCRETE` is not read"),
    ] {
        assert_eq!(wrong(&core, &time, &stoch.replacen(from, to, 1)), said);
    }
}
