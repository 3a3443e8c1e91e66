//! The rows of a sweep as Parquet: numbers as DOUBLE, text as UTF-8, what is missing as null.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use crate::analysis::sweep::{Row, Setting, SweepPlan};

/// A column before it is written.
enum Cells {
    Numbers(Vec<Option<f64>>),
    Texts(Vec<Option<String>>),
}

/// Writes the rows as Parquet, with the columns of the CSV.
///
/// # Errors
/// What the writer reports.
pub fn write(plan: &SweepPlan, rows: &[Row], out: &mut (dyn Write + Send)) -> io::Result<()> {
    file(plan, rows, out).map_err(io::Error::other)
}

fn file(plan: &SweepPlan, rows: &[Row], out: &mut (dyn Write + Send)) -> Result<(), ParquetError> {
    let mut columns: Vec<(&str, Cells)> = Vec::new();
    for column in &plan.settings {
        let settings = || rows.iter().map(|r| super::sweep::setting(plan, r.point, column));
        let cells = if plan.scenarios[column.axis].is_some() {
            let text = |s| if let Setting::Text(text) = s { Some(text) } else { None };
            Cells::Texts(settings().map(text).collect())
        } else {
            let number = |s| if let Setting::Number(x) = s { Some(x) } else { None };
            Cells::Numbers(settings().map(number).collect())
        };
        columns.push((&column.name, cells));
    }
    columns.push(("status", Cells::Texts(rows.iter().map(|r| Some(r.status.word().to_owned())).collect())));
    for (i, column) in plan.columns.iter().enumerate() {
        columns.push((&column.name, Cells::Numbers(rows.iter().map(|r| r.values[i]).collect())));
    }
    columns.push(("message", Cells::Texts(rows.iter().map(|r| r.message.clone()).collect())));

    let leaf = |name: &str, physical: Physical, text: bool, repetition: Repetition| {
        let logical = text.then_some(LogicalType::String);
        let built = Type::primitive_type_builder(name, physical).with_repetition(repetition);
        built.with_logical_type(logical).build().map(Arc::new)
    };
    let mut fields = vec![leaf("point", Physical::INT64, false, Repetition::REQUIRED)?];
    for (name, cells) in &columns {
        let text = matches!(cells, Cells::Texts(_));
        let physical = if text { Physical::BYTE_ARRAY } else { Physical::DOUBLE };
        fields.push(leaf(name, physical, text, Repetition::OPTIONAL)?);
    }
    let schema = Arc::new(Type::group_type_builder("sweep").with_fields(fields).build()?);
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(out, schema, properties)?;
    let mut group = writer.next_row_group()?;
    if let Some(mut column) = group.next_column()? {
        let points: Vec<i64> = rows.iter().map(|r| r.point as i64).collect();
        column.typed::<Int64Type>().write_batch(&points, None, None)?;
        column.close()?;
    }
    for (_, cells) in &columns {
        let Some(mut column) = group.next_column()? else { break };
        match cells {
            Cells::Numbers(cells) => {
                let (there, levels) = (cells.iter().copied().flatten().collect::<Vec<_>>(), levels(cells));
                column.typed::<DoubleType>().write_batch(&there, Some(&levels), None)?;
            }
            Cells::Texts(cells) => {
                let there: Vec<ByteArray> = cells.iter().flatten().map(|t| t.as_str().into()).collect();
                column.typed::<ByteArrayType>().write_batch(&there, Some(&levels(cells)), None)?;
            }
        }
        column.close()?;
    }
    group.close()?;
    writer.close()?;
    Ok(())
}

/// 1 where there is a value, 0 where there is none.
fn levels<T>(cells: &[Option<T>]) -> Vec<i16> {
    cells.iter().map(|c| i16::from(c.is_some())).collect()
}
