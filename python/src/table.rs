//! Tables as the Arrow C stream interface has them: pandas, Polars, DuckDB and PyArrow take them without a copy of theirs.

use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, RecordBatchIterator, StringArray};
use arrow_schema::{Field, Schema};
use polysource::plan::{Cells, FlatTable};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};
use serde_json::Value;

/// The name that the interface gives to a stream in a capsule.
const STREAM: &std::ffi::CStr = c"arrow_array_stream";

/// A table of columns, each of texts, numbers or flags.
///
/// ``pandas.DataFrame.from_arrow(t)``, ``polars.DataFrame(t)``, ``pyarrow.table(t)`` and DuckDB (``SELECT * FROM t``)
/// take it as it is; ``to_dict()`` needs none of them.
#[pyclass(frozen, module = "polysource")]
pub struct Table {
    name: String,
    batch: RecordBatch,
}

#[pymethods]
impl Table {
    /// Its name.
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    /// The names of its columns, in order.
    #[getter]
    pub fn columns(&self) -> Vec<String> {
        self.batch.schema_ref().fields().iter().map(|f| f.name().clone()).collect()
    }

    /// A dictionary with a list for each column; None where there is no value.
    pub fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let all = PyDict::new(py);
        for (field, column) in self.batch.schema_ref().fields().iter().zip(self.batch.columns()) {
            let any = column.as_any();
            if let Some(texts) = any.downcast_ref::<StringArray>() {
                all.set_item(field.name(), texts.iter().collect::<Vec<_>>())?;
            } else if let Some(numbers) = any.downcast_ref::<Float64Array>() {
                all.set_item(field.name(), numbers.iter().collect::<Vec<_>>())?;
            } else if let Some(whole) = any.downcast_ref::<Int64Array>() {
                all.set_item(field.name(), whole.iter().collect::<Vec<_>>())?;
            } else if let Some(flags) = any.downcast_ref::<BooleanArray>() {
                all.set_item(field.name(), flags.iter().collect::<Vec<_>>())?;
            }
        }
        Ok(all)
    }

    /// The table as a stream of Arrow's C interface, for libraries that ask for it.
    #[pyo3(signature = (requested_schema=None))]
    pub fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // Another schema is a wish that need not be granted.
        let _ = requested_schema;
        let batches = RecordBatchIterator::new([Ok(self.batch.clone())], self.batch.schema());
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(batches)), STREAM)
    }

    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }

    fn __repr__(&self) -> String {
        format!("<Table {}: {} rows of {}>", self.name, self.batch.num_rows(), self.columns().join(", "))
    }
}

impl Table {
    fn of(name: &str, columns: Vec<(String, ArrayRef)>, rows: usize) -> PyResult<Self> {
        let fields = columns.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(schema, arrays, &options);
        Ok(Table { name: name.to_owned(), batch: batch.map_err(|e| PyRuntimeError::new_err(e.to_string()))? })
    }

    /// A table of a plan.
    pub fn of_plan(table: &FlatTable) -> PyResult<Self> {
        let array = |cells: &Cells| -> ArrayRef {
            match cells {
                Cells::Text(all) => Arc::new(StringArray::from_iter(all.iter().map(Option::as_deref))),
                Cells::Number(all) => Arc::new(Float64Array::from(all.clone())),
                Cells::Flag(all) => Arc::new(BooleanArray::from(all.clone())),
                _ => Arc::new(arrow_array::NullArray::new(table.rows())),
            }
        };
        let columns = table.columns.iter().map(|c| (c.name.to_owned(), array(&c.cells))).collect();
        Table::of(table.name, columns, table.rows())
    }

    /// A table of records, with a column for each key that holds a text, a number or a flag in every record that has it.
    pub fn of_records<'a>(name: &str, records: impl Iterator<Item = &'a [(String, Value)]>) -> PyResult<Self> {
        let records: Vec<_> = records.collect();
        let mut keys: Vec<&String> = Vec::new();
        for (key, _) in records.iter().copied().flatten() {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let mut columns = Vec::new();
        for key in keys {
            let cell = |record: &&'a [(String, Value)]| record.iter().find(|(k, _)| k == key).map(|(_, value)| value);
            let cells: Vec<Option<&Value>> = records.iter().map(cell).map(|v| v.filter(|v| !v.is_null())).collect();
            let all = |is: fn(&Value) -> bool| cells.iter().flatten().all(|v| is(v));
            let array: ArrayRef = if all(Value::is_number) {
                Arc::new(Float64Array::from_iter(cells.iter().map(|v| v.and_then(Value::as_f64))))
            } else if all(Value::is_boolean) {
                Arc::new(BooleanArray::from_iter(cells.iter().map(|v| v.and_then(Value::as_bool))))
            } else if all(Value::is_string) {
                Arc::new(StringArray::from_iter(cells.iter().map(|v| v.and_then(Value::as_str))))
            } else {
                continue;
            };
            columns.push((key.clone(), array));
        }
        Table::of(name, columns, records.len())
    }

    /// A table of columns that are all so long.
    pub fn of_columns(name: &str, columns: Vec<(String, Column)>, rows: usize) -> PyResult<Self> {
        let array = |column: Column| -> ArrayRef {
            match column {
                Column::Whole(all) => Arc::new(Int64Array::from(all)),
                Column::Numbers(all) => Arc::new(Float64Array::from(all)),
                Column::Texts(all) => Arc::new(StringArray::from(all)),
            }
        };
        Table::of(name, columns.into_iter().map(|(name, column)| (name, array(column))).collect(), rows)
    }
}

/// A column of one type.
pub enum Column {
    /// Whole numbers.
    Whole(Vec<i64>),
    /// Numbers; None where there is none.
    Numbers(Vec<Option<f64>>),
    /// Texts; None where there is none.
    Texts(Vec<Option<String>>),
}
