#!/usr/bin/env bash
# A Monte Carlo of models/frontier-lab.yaml on every engine that this machine can have, all of its processors at
# work: threads of one process, Ray, and Slurm. Says how long each took, and compares their rows byte for byte.
#
#   integrations/monte-carlo.sh [PROGRAM] [POINTS]        (default: target/release/polysource, 20000)
#
# Takes half an hour with 20,000 points on two processors. What cannot be installed is left out, and said.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/release/polysource}")
points=${2:-20000}
fail() { echo "failed: $*" >&2; exit 1; }
[ -x "$program" ] || fail "there is no program $program; build it with --release, or name it"
"$program" --version
echo "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
sweep=(models/frontier-lab.yaml --vary 'offers{vendor: amazon}.price=*lognormal(1, 0.2)'
    --vary 'offers{vendor: nvidia}.price=*lognormal(1, 0.2)' --vary 'offers{vendor: google}.price=*lognormal(1, 0.2)'
    --samples "$points")
TIMEFORMAT='%R s on the clock, %U + %S s of processors'

# An engine's command is `engine` of its cluster.
on_engine() { # name, chunks
    rm -rf "$dir"
    "$program" -q sweep plan "${sweep[@]}" --chunks "$2" --out "$dir"
    echo "$1, $2 chunks:"
    time engine
    cmp "$dir/rows.csv" "$place/rows.csv" || fail "the rows of $1 are others"
    echo "the same $(($(wc -l < "$dir/rows.csv") - 1)) rows"
}

echo "threads of one process:"
time "$program" -q sweep "${sweep[@]}" --format csv --output "$place/rows.csv"
dir="$place/engine"
processors=$(nproc)
(
    . integrations/ray/cluster.sh
    start one --head --port="$port" --include-dashboard=false --temp-dir="$base/one"
    on_engine "$(ray --version)" 96
)
(
    . integrations/slurm/cluster.sh
    on_engine "Slurm $(sbatch --version | cut -d' ' -f2)" 20
)
