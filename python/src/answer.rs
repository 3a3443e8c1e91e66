//! Answers to questions beyond the plan, as the program writes them.

use std::sync::Arc;

use polysource::analysis::sweep::{Row, Setting, SweepLine, SweepPlan};
use polysource::report::{self, Style};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::data;
use crate::plan::Plan;
use crate::table::{Column, Table};

/// An answer: a curve, a frontier, a stress table, a backtest, alternatives, an explanation or a difference.
///
/// ``print`` shows it as the command of its kind does; ``to_dict()`` and ``answer["key"]`` have the numbers, and
/// ``table("points")`` a list of records as a table.
#[pyclass(frozen, module = "polysource")]
pub struct Answer {
    kind: &'static str,
    pub json: Vec<u8>,
    pub text: Vec<u8>,
    csv: Option<Vec<u8>>,
    pub plans: Vec<Plan>,
}

impl Answer {
    /// An answer of a kind, to be written.
    pub fn new(kind: &'static str) -> Self {
        Answer { kind, json: Vec::new(), text: Vec::new(), csv: None, plans: Vec::new() }
    }

    /// Where it is written as CSV.
    pub fn csv(&mut self) -> &mut Vec<u8> {
        self.csv.get_or_insert_default()
    }

    fn parts(&self) -> PyResult<Vec<(String, Part)>> {
        let parts: Ordered<Part> =
            serde_json::from_slice(&self.json).map_err(|e| crate::errors::usage(e.to_string()))?;
        Ok(parts.0)
    }
}

#[pymethods]
impl Answer {
    /// ``curve``, ``frontier``, ``stress``, ``backtest``, ``alternatives``, ``explanation`` or ``diff``.
    #[getter]
    fn kind(&self) -> &str {
        self.kind
    }

    /// All of it as a dictionary: what the command of its kind writes with ``--format json``.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data::python(py, &self.to_json()?)
    }

    /// All of it as JSON, byte for byte what the command of its kind writes.
    fn to_json(&self) -> PyResult<String> {
        Ok(String::from_utf8(self.json.clone())?)
    }

    /// It as CSV, as the command of its kind writes it; None where that writes none.
    fn to_csv(&self) -> PyResult<Option<String>> {
        Ok(self.csv.clone().map(String::from_utf8).transpose()?)
    }

    /// The plans that were found on the way: of a frontier one a point, of alternatives each of them.
    #[getter]
    fn plans(&self) -> Vec<Plan> {
        self.plans.iter().map(|p| Plan { solved: Arc::clone(&p.solved), model: p.model.clone() }).collect()
    }

    /// The names of its lists of records, each of which is a table.
    #[getter]
    fn tables(&self) -> PyResult<Vec<String>> {
        let parts = self.parts()?.into_iter();
        Ok(parts.filter(|(_, part)| matches!(part, Part::Records(_))).map(|(name, _)| name).collect())
    }

    /// A list of records as a table, without what is itself a list or a record.
    fn table(&self, name: &str) -> PyResult<Table> {
        let parts = self.parts()?;
        match parts.iter().find(|(key, _)| key == name) {
            Some((_, Part::Records(records))) => Table::of_records(name, records.iter().map(|r| r.0.as_slice())),
            _ => {
                let known = self.tables()?.join(", ");
                Err(PyKeyError::new_err(format!("no table `{name}`; there are {known}")))
            }
        }
    }

    fn __getitem__<'py>(&self, py: Python<'py>, key: &str) -> PyResult<Bound<'py, PyAny>> {
        self.to_dict(py)?.get_item(key)
    }

    /// It for a person, as the command of its kind writes it.
    fn __str__(&self) -> PyResult<String> {
        Ok(String::from_utf8(self.text.clone())?)
    }

    fn __repr__(&self) -> PyResult<String> {
        let text = self.__str__()?;
        Ok(format!("<Answer {}: {}>", self.kind, text.lines().find(|l| !l.trim().is_empty()).unwrap_or("").trim()))
    }

    fn _repr_html_(&self) -> PyResult<String> {
        Ok(preformatted(&self.__str__()?))
    }
}

/// The rows of a sweep.
///
/// It is itself a table for what reads Arrow: ``pandas.DataFrame.from_arrow(sweep)``, ``polars.DataFrame(sweep)``.
#[pyclass(frozen, module = "polysource")]
pub struct Sweep {
    rows: Vec<Row>,
    plan: SweepPlan,
    table: Py<Table>,
}

impl Sweep {
    /// The rows of a sweep that is done.
    pub fn of(py: Python<'_>, plan: SweepPlan, rows: Vec<Row>) -> PyResult<Self> {
        let mut jsonl = Vec::new();
        report::sweep::write_jsonl(&plan, &rows, &mut jsonl)?;
        let lines: Result<Vec<SweepLine>, _> =
            jsonl.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(serde_json::from_slice).collect();
        let lines = lines.map_err(|e| crate::errors::usage(e.to_string()))?;
        let table = Table::of_columns("rows", columns(&plan, &lines), lines.len())?;
        let table = Py::new(py, table)?;
        Ok(Sweep { rows, plan, table })
    }

    fn written(&self, write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> PyResult<String> {
        let mut text = Vec::new();
        write(&mut text)?;
        Ok(String::from_utf8(text)?)
    }
}

/// The columns of the CSV, in their order.
fn columns(plan: &SweepPlan, lines: &[SweepLine]) -> Vec<(String, Column)> {
    let whole = |value: &dyn Fn(&SweepLine) -> usize| {
        Column::Whole(lines.iter().map(|l| i64::try_from(value(l)).unwrap_or(i64::MAX)).collect())
    };
    let texts = |value: &dyn Fn(&SweepLine) -> Option<String>| Column::Texts(lines.iter().map(value).collect());
    let mut all = vec![("point".to_owned(), whole(&|line| line.point))];
    if lines.iter().any(|line| line.rank.is_some()) {
        all.push(("rank".to_owned(), whole(&|line| line.rank.unwrap_or(0))));
    }
    for column in &plan.settings {
        let at = |line: &SweepLine| line.at.get(&column.name).cloned();
        let cells = if plan.scenarios[column.axis].is_some() {
            texts(&|line| if let Some(Setting::Text(text)) = at(line) { Some(text) } else { None })
        } else {
            let number = |line| if let Some(Setting::Number(x)) = at(line) { Some(x) } else { None };
            Column::Numbers(lines.iter().map(number).collect())
        };
        all.push((column.name.clone(), cells));
    }
    all.push(("status".to_owned(), texts(&|line| Some(line.status.word().to_owned()))));
    for column in &plan.columns {
        let value = |line: &SweepLine| line.values.get(&column.name).copied().flatten();
        all.push((column.name.clone(), Column::Numbers(lines.iter().map(value).collect())));
    }
    all.push(("message".to_owned(), texts(&|line| line.message.clone())));
    all
}

#[pymethods]
impl Sweep {
    /// The rows as a table: the point, what varies, the status, the columns, a message.
    #[getter]
    fn rows(&self, py: Python<'_>) -> Py<Table> {
        self.table.clone_ref(py)
    }

    /// The names of the columns, in order.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.table.get().columns()
    }

    /// A dictionary with a list for each column.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, pyo3::types::PyDict>> {
        self.table.get().to_dict(py)
    }

    /// The rows as CSV, byte for byte what ``polysource sweep --format csv`` writes.
    fn to_csv(&self) -> PyResult<String> {
        self.written(|out| report::sweep::write_csv(&self.plan, &self.rows, out))
    }

    /// The rows as JSON lines, byte for byte what ``polysource sweep --format jsonl`` writes.
    fn to_jsonl(&self) -> PyResult<String> {
        self.written(|out| report::sweep::write_jsonl(&self.plan, &self.rows, out))
    }

    /// The rows as a stream of Arrow's C interface, for libraries that ask for it.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, pyo3::types::PyCapsule>> {
        self.table.get().__arrow_c_stream__(py, requested_schema)
    }

    fn __len__(&self) -> usize {
        self.rows.len()
    }

    /// The sweep for a person: its rows; of a tornado the inputs by their effect; of a sample how each column is spread.
    fn __str__(&self) -> PyResult<String> {
        self.written(|out| report::sweep::write_text(&self.plan, &self.rows, Style::default(), out))
    }

    fn __repr__(&self) -> String {
        format!("<Sweep: {} points, {}>", self.rows.len(), self.columns().join(", "))
    }

    fn _repr_html_(&self) -> PyResult<String> {
        Ok(preformatted(&self.__str__()?))
    }
}

/// Text as HTML that keeps its columns.
fn preformatted(text: &str) -> String {
    let safe = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<pre class=\"polysource\">{safe}</pre>")
}

/// A part of an answer: a list of records, or anything else.
#[derive(Deserialize)]
#[serde(untagged)]
enum Part {
    Records(Vec<Ordered<Value>>),
    Other(IgnoredAny),
}

/// The keys and values of an object, in the order in which they are written.
struct Ordered<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Ordered<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    all.push(entry);
                }
                Ok(Ordered(all))
            }
        }
        deserializer.deserialize_map(Entries(std::marker::PhantomData))
    }
}
