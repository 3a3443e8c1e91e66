#!/usr/bin/env bash
# polysource beside linopy, PuLP, Pyomo, OR-Tools and bare solvers on the same models: one command.
#
#   benches/peers/run.sh [--sizes 3k 15k 60k 240k] [--repeat 3] [--pdlp]
#
# Needs cargo, Python 3.11 and what the feature `highs` needs (README, "The engine HiGHS"). Everything
# goes into target/peers. CLP is measured if `clp` is on the path (Debian: apt-get install coinor-clp).
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$PWD/target/peers
built=${CARGO_TARGET_DIR:-target}/release
mkdir -p "$out/models"

if [ ! -x "$out/venv/bin/python" ]; then
    python3.11 -m venv "$out/venv"
fi
"$out/venv/bin/pip" install --quiet --disable-pip-version-check --requirement benches/peers/requirements.txt

# Without HiGHS first, so that both are kept.
cargo build --release --locked --quiet --bin polysource --example bench_model
cp "$built/polysource" "$out/polysource-embedded"
for size in 3k 15k 60k 240k 1M; do
    "$built/examples/bench_model" "$size" > "$out/models/$size.yaml"
done
cargo build --release --locked --quiet --bin polysource --features highs
cp "$built/polysource" "$out/polysource-highs"

clp=$(command -v clp || true)
"$out/venv/bin/python" benches/peers/compare.py --binaries "$out" --models "$out/models" \
    --results "$out/results.json" ${clp:+--clp "$clp"} "$@"
