//! Data of Python as JSON, and back.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PySequence, PyString, PyTuple};
use serde_json::{Map, Number, Value};

/// Deeper than any model; a list that holds itself ends here.
const DEEPEST: usize = 64;

/// Data as it would stand in a model file: dates as in ISO 8601, numbers of any library as numbers, None as null.
pub fn json(data: &Bound<'_, PyAny>) -> PyResult<Value> {
    at(data, "", 0)
}

fn at(data: &Bound<'_, PyAny>, path: &str, depth: usize) -> PyResult<Value> {
    if depth > DEEPEST {
        return Err(PyValueError::new_err(format!("`{path}` is too deep")));
    }
    if data.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(flag) = data.cast::<PyBool>() {
        return Ok(Value::Bool(flag.is_true()));
    }
    if let Ok(text) = data.cast::<PyString>() {
        return Ok(Value::String(text.to_cow()?.into_owned()));
    }
    if data.is_instance_of::<PyInt>() {
        return data.extract::<i64>().map_or_else(|_| float(data), |whole| Ok(Value::Number(whole.into())));
    }
    if data.is_instance_of::<PyFloat>() {
        return float(data);
    }
    if data.hasattr("isoformat")? {
        // A date, or a time of one.
        return Ok(Value::String(data.call_method0("isoformat")?.extract()?));
    }
    if let Ok(map) = data.cast::<PyMapping>() {
        let mut all = Map::new();
        for entry in map.items()?.iter() {
            let (key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = entry.extract()?;
            let key = match at(&key, path, depth + 1)? {
                Value::String(key) => key,
                Value::Number(number) => number.to_string(),
                _ => {
                    return Err(PyTypeError::new_err(format!(
                        "a key of `{path}` is neither a text, a number nor a date"
                    )));
                }
            };
            let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            all.insert(key, at(&value, &inner, depth + 1)?);
        }
        return Ok(Value::Object(all));
    }
    let listed = data.is_instance_of::<PyList>() || data.is_instance_of::<PyTuple>();
    if listed || data.cast::<PySequence>().is_ok() || data.hasattr("tolist")? {
        // What has `tolist` is an array or a number of NumPy.
        let plain = if !listed && data.hasattr("tolist")? { data.call_method0("tolist")? } else { data.clone() };
        if plain.is_instance_of::<PyFloat>() || plain.is_instance_of::<PyInt>() || plain.is_instance_of::<PyString>() {
            return at(&plain, path, depth + 1);
        }
        let items: PyResult<Vec<Value>> =
            plain.try_iter()?.enumerate().map(|(i, item)| at(&item?, &format!("{path}.{i}"), depth + 1)).collect();
        return items.map(Value::Array);
    }
    if data.hasattr("__float__")? {
        return float(data);
    }
    let kind = data.get_type().name()?;
    let place = if path.is_empty() { "the model".to_owned() } else { format!("`{path}`") };
    Err(PyTypeError::new_err(format!("{place} is a {kind}, which no model file can hold")))
}

fn float(data: &Bound<'_, PyAny>) -> PyResult<Value> {
    let number: f64 = data.extract()?;
    // What is no number is written as YAML has it, so that the model's own reader refuses it at its place.
    Ok(Number::from_f64(number).map_or_else(|| Value::String(not_finite(number).to_owned()), Value::Number))
}

fn not_finite(number: f64) -> &'static str {
    match number {
        x if x.is_nan() => ".nan",
        x if x > 0.0 => ".inf",
        _ => "-.inf",
    }
}

/// A value as it would be written in a model file: a text as it is, all else as JSON.
pub fn written(data: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(match json(data)? {
        Value::String(text) => text,
        value => value.to_string(),
    })
}

/// JSON as dictionaries, lists and numbers of Python.
pub fn python<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.call_method1("loads", (text,))
}

/// The entries of a dictionary of paths.
pub fn paths(changes: Option<&Bound<'_, PyDict>>) -> PyResult<Vec<(String, Py<PyAny>)>> {
    let Some(changes) = changes else { return Ok(Vec::new()) };
    changes.iter().map(|(path, value)| Ok((path.extract()?, value.unbind()))).collect()
}
