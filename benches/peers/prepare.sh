# Sourced by run.sh and sweep.sh: the environment of Python, both builds of polysource and the models,
# all in target/peers ($out).
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
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
