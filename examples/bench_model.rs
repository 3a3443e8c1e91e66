//! Writes a generated model of the benchmarks to standard output.
//!
//! `cargo run --example bench_model -- 60k` writes one of the named sizes,
//! `-- 120x28x24` one with that many offers, workloads and months.
#![allow(missing_docs, clippy::print_stdout, clippy::print_stderr)]

#[path = "../benches/model/mod.rs"]
mod model;

use std::process::ExitCode;

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let Some(size) = model::Size::named(&wanted) else {
        let names: Vec<&str> = model::SIZES.iter().chain(&model::LARGE).map(|s| s.name).collect();
        eprintln!("`{wanted}` is not a size: it is one of {} or OFFERSxWORKLOADSxMONTHS", names.join(", "));
        return ExitCode::from(2);
    };
    print!("{}", model::yaml(size));
    ExitCode::SUCCESS
}
