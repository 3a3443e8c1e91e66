//! Load, build, solve and certify apart, at three sizes.
//!
//! `cargo bench --bench phases`; with a folder behind `--` it writes the models there instead, for
//! other programs to read.
#![allow(missing_docs, clippy::print_stdout)]

#[allow(dead_code, reason = "other programs use more of it")]
mod model;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion};
use polysource::engine::{EngineChoice, SolveOptions, solve_certified};
use polysource::formulation::build;
use polysource::lp::certify;
use polysource::model::Model;

fn phases(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("phases");
    group.sample_size(10).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(2));
    for size in model::SIZES {
        let text = model::yaml(size);
        let loaded = Model::from_yaml_str(&text).unwrap_or_else(|e| panic!("{e}"));
        let formulation = build(&loaded);
        let lp = formulation.program();
        let options = SolveOptions::default();
        let solved = solve_certified(lp, EngineChoice::Auto, &options).unwrap();
        println!(
            "{}: {} columns, {} rows, {} non-zeros, {:?} by {}, gap {:.1e}",
            size.name,
            lp.columns().len(),
            lp.rows().len(),
            lp.nonzeros(),
            solved.status,
            solved.certificate.engine,
            solved.certificate.gap
        );
        group.bench_with_input(BenchmarkId::new("load", size.name), &text, |b, text| {
            b.iter(|| Model::from_yaml_str(black_box(text)).unwrap());
        });
        group.bench_with_input(BenchmarkId::new("build", size.name), &loaded, |b, m| b.iter(|| build(black_box(m))));
        group.bench_with_input(BenchmarkId::new("solve", size.name), lp, |b, lp| {
            b.iter(|| solve_certified(black_box(lp), EngineChoice::Auto, &options).unwrap());
        });
        group.bench_with_input(BenchmarkId::new("certify", size.name), lp, |b, lp| {
            b.iter(|| certify(black_box(lp), "bench", &solved.x, &solved.y, 0.0));
        });
    }
    group.finish();
}

fn main() {
    let folder = std::env::args().skip(1).find(|a| !a.starts_with('-'));
    if let Some(folder) = folder.filter(|f| std::path::Path::new(f).is_dir()) {
        for size in model::SIZES {
            let path = std::path::Path::new(&folder).join(format!("{}.yaml", size.name));
            std::fs::write(&path, model::yaml(size)).unwrap();
            println!("{}", path.display());
        }
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    phases(&mut criterion);
    criterion.final_summary();
}
