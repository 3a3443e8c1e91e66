//! The cost at seven prices, on all cores: `cargo run --example sweep`.

#![expect(clippy::print_stdout, reason = "a program that shows something")]

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use polysource::SolveSettings;
use polysource::analysis::sweep::{self, Column, SweepSettings};
use polysource::model::{Family, Input, SweepOverrides};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string("models/quickstart.yaml")?;
    let input = Input { name: "quickstart".to_owned(), text, ..Input::default() };
    let vary = ["offers{vendor: amazon}.price=*0.4..1.6/7".to_owned()];
    let family = Family::read(&input, None, &vary, &SweepOverrides::default())?;
    let columns = ["cost", "premium", "share(vendor:amazon)"];
    let columns = columns.iter().map(|c| Column::read(c, family.model())).collect::<Result<Vec<_>, _>>()?;
    let plan = sweep::plan(&family, columns)?;
    let settings = SweepSettings { solve: SolveSettings::default(), threads: 0 };
    let rows = sweep::run(&family, &plan, &settings, BTreeMap::new(), &AtomicBool::new(false), &|_| {})?;
    for row in rows.into_iter().flatten() {
        println!("{:?} {:?}: {:?}", plan.points[row.point], row.status, row.values);
    }
    Ok(())
}
