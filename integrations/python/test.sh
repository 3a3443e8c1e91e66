#!/usr/bin/env bash
# The Python package as it is installed: builds the wheel, without HiGHS and not optimised, installs it into a venv, and
# runs its tests: equal to the program's answers on every model, with pandas, Polars and DuckDB, the pages' examples, the
# notebook.
#
#   integrations/python/test.sh [PROGRAM]        (default: the program in the wheel)
#
# Answers are compared with those of PROGRAM, a build of the same sources. If pip cannot install maturin or pytest, the test
# says that it was skipped and why, and ends with 0; libraries that it cannot install are left out, and pytest says so.
set -euo pipefail
cd "$(dirname "$0")/../.."
skip() { echo "skipped: $*"; exit 0; }
command -v python3 > /dev/null || skip "there is no python3"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' || skip "python3 is older than 3.9"
[ -z "${1:-}" ] || POLYSOURCE=$(realpath "$1")
export POLYSOURCE=${POLYSOURCE:-}

base=$(mktemp -d)
trap 'rm -rf "$base"' EXIT
python3 -m venv "$base/venv" 2> "$base/pip.log" || skip "python3 makes no venv: $(tail -n 1 "$base/pip.log")"
install() { "$base/venv/bin/pip" install -q --disable-pip-version-check "$@" > "$base/pip.log" 2>&1; }
install 'maturin>=1.7,<2' pytest || skip "pip could not install maturin and pytest: $(tail -n 1 "$base/pip.log")"
for library in pyarrow pandas polars duckdb pyyaml mypy 'nbclient nbformat ipykernel'; do
    # shellcheck disable=SC2086
    install $library || echo "pip could not install $library: $(tail -n 1 "$base/pip.log")"
done

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
cargo fmt --manifest-path python/Cargo.toml -- --check
PYO3_PYTHON=$base/venv/bin/python cargo clippy --manifest-path python/Cargo.toml --locked --quiet -- -D warnings
"$base/venv/bin/maturin" build --quiet --profile dev --locked --manifest-path python/Cargo.toml \
    --interpreter "$base/venv/bin/python" --out "$base/wheels"
install --no-index --no-deps "$base"/wheels/*.whl || { cat "$base/pip.log" >&2; exit 1; }
# Nothing of the sources is found instead of what is installed.
"$base/venv/bin/python" -m pytest -q -p no:cacheprovider -rs python/tests
