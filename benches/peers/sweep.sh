#!/usr/bin/env bash
# A sweep beside the loop that one writes with a library: one command.
#
#   benches/peers/sweep.sh [--points 21] [--many 1000]
#
# Needs what run.sh needs. The model has about 15 thousand columns.
set -euo pipefail
. "$(dirname "$0")/prepare.sh"
"$out/venv/bin/python" benches/peers/sweep.py --binaries "$out" --model "$out/models/15k.yaml" "$@"
