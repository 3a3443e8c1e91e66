#!/usr/bin/env bash
# polysource beside linopy, PuLP, Pyomo, OR-Tools and bare solvers on the same models: one command.
#
#   benches/peers/run.sh [--sizes 3k 15k 60k 240k] [--repeat 3] [--pdlp]
#
# Needs cargo, Python 3.11 and what the feature `highs` needs (README, "The engine HiGHS"). Everything
# goes into target/peers. CLP is measured if `clp` is on the path (Debian: apt-get install coinor-clp).
set -euo pipefail
. "$(dirname "$0")/prepare.sh"

clp=$(command -v clp || true)
"$out/venv/bin/python" benches/peers/compare.py --binaries "$out" --models "$out/models" \
    --results "$out/results.json" ${clp:+--clp "$clp"} "$@"
