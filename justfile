# The few commands of everyday work; `just` lists them.

default:
    @just --list

# Solve the first example
run:
    cargo run --release -- solve models/quickstart.yaml

# What has to be clean before a commit
check:
    cargo fmt --all -- --check
    cargo clippy --all-targets -- -D warnings
    cargo test

# The same with the engine HiGHS and Parquet
check-all:
    cargo clippy --all-targets --features highs,parquet -- -D warnings
    cargo test --features highs,parquet

# Write schemas, and the expectations of diagnostics and golden programs, anew
expect:
    for s in model output stress sweep curve frontier; do cargo run -q -- schema $s -o schema/$s.schema.json; done
    UPDATE_EXPECT=1 cargo test --test it -- diagnostics:: golden:: import_solution::

# Time load, build, solve and certify
bench:
    cargo bench --bench phases

# Look for inputs that break a reader, such as `just fuzz document`; needs nightly and cargo-fuzz
fuzz target:
    mkdir -p fuzz/found/{{target}}
    cargo +nightly fuzz run {{target}} fuzz/found/{{target}} fuzz/corpus/{{target}}

# Licences, advisories, duplicates
deny:
    cargo deny check

# Build the Python package and run its tests
python:
    integrations/python/test.sh

# A stripped binary with every feature in dist/
release:
    scripts/release.sh
