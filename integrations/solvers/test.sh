#!/usr/bin/env bash
# What `polysource export` writes, read by HiGHS, SCIP, CBC and GLPK: every example model and 200 random ones, as MPS and
# as LP. Each solver has to find the cost that polysource certified, or that there is no plan.
#
#   integrations/solvers/test.sh [PROGRAM]        (default: target/debug/polysource)
#
# Then the programs of each of several futures, joined outside and solved by HiGHS.
#
# POLYSOURCE_EXPORTS_COUNT is how many random models (200). If the solvers cannot be installed, the test says that it was
# skipped and why, and ends with 0.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/debug/polysource}")

skip() { echo "skipped: $*"; exit 0; }
fail() { echo "failed: $*" >&2; exit 1; }

[ -x "$program" ] || fail "there is no program $program; build it, or name it"
command -v python3 > /dev/null || skip "there is no python3"
base=$(mktemp -d)
trap 'rm -rf "$base"' EXIT
if ! command -v cbc > /dev/null || ! command -v glpsol > /dev/null; then
    scripts/apt-install.sh coinor-cbc glpk-utils > "$base/apt.log" 2>&1 ||
        skip "apt-get could not install coinor-cbc and glpk-utils: $(tail -n 1 "$base/apt.log")"
fi
python3 -m venv "$base/venv" 2> "$base/pip.log" || skip "python3 makes no venv: $(tail -n 1 "$base/pip.log")"
"$base/venv/bin/pip" install -q --disable-pip-version-check 'highspy==1.16.0' 'pyscipopt==6.3.0' > "$base/pip.log" 2>&1 ||
    skip "pip could not install HiGHS and SCIP: $(tail -n 1 "$base/pip.log")"

# Every example as it stands and in each of its scenarios, and the random ones.
mkdir "$base/models" "$base/exports"
POLYSOURCE_EXPORTS="$base/models" cargo test --locked --quiet --test it -- --ignored --exact random_exports::write_models > "$base/cargo.log" 2>&1 ||
    fail "no random models: $(cat "$base/cargo.log")"
exported() { # name, arguments of the model
    local name=$1 code=0
    shift
    "$program" -q export "$@" --to mps -o "$base/exports/$name.mps"
    "$program" -q export "$@" --to lp -o "$base/exports/$name.lp"
    "$program" -q solve "$@" --detail plan --format json -o "$base/exports/$name.json" || code=$?
    [ "$code" = 0 ] || [ "$code" = 4 ] || fail "polysource ends with $code on $name"
}
for model in models/*.yaml; do
    name=$(basename "$model" .yaml)
    exported "$name" "$model"
    for scenario in $(sed -n '/^scenarios:/,/^[a-z]/s/^  \([a-z0-9.-]*\):.*/\1/p' "$model"); do
        exported "$name+$scenario" "$model" --scenario "$scenario"
    done
done
for model in "$base"/models/*.yaml; do
    exported "$(basename "$model" .yaml)" "$model"
done
"$base/venv/bin/python" integrations/solvers/compare.py "$base/exports"

# Plans for several futures: the programs of the futures joined outside, by the list of what they share alone.
"$base/venv/bin/python" integrations/solvers/futures.py "$program" "$base/futures"
