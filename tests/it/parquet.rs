//! Parquet output, read back: the rows of the CSV.

use std::fs::File;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use crate::common::process;

const PRICE: &str = "offers.vultr-mi300x-eu.price";

#[test]
fn what_is_written_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.parquet");
    let vary = ["--vary", "scenario=none,more-amd", "--vary", "offers.vultr-mi300x-eu.price=*1,1.25"];
    let run = process()
        .args(["sweep", "models/infeasible.yaml", "--columns", "cost", "--format", "parquet", "-o"])
        .arg(&path)
        .args(vary)
        .status()
        .unwrap();
    assert!(run.success());
    let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
    let rows: Vec<Vec<(String, Field)>> = reader
        .get_row_iter(None)
        .unwrap()
        .map(|row| row.unwrap().get_column_iter().map(|(name, field)| (name.clone(), field.clone())).collect())
        .collect();
    let names: Vec<&str> = rows[0].iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["point", "scenario", PRICE, "offers.vultr-mi300x-eu.price (factor)", "status", "cost", "message"]
    );
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[1][0].1, Field::Long(1));
    assert_eq!(rows[1][1].1, Field::Str("none".to_owned()));
    assert_eq!(rows[1][2].1, Field::Double(2.5));
    assert_eq!(rows[1][3].1, Field::Double(1.25));
    assert_eq!((&rows[1][4].1, &rows[1][5].1), (&Field::Str("infeasible".to_owned()), &Field::Null));
    assert!(matches!(rows[2][5].1, Field::Double(cost) if (cost - 173_600.0).abs() < 1e-3), "{:?}", rows[2]);
}
