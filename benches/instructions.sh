#!/usr/bin/env bash
# Instructions that loading, building and certifying a generated model take, counted by callgrind:
# the same on a busy machine as on an idle one, so that a regression of a few per mille shows.
#
#   benches/instructions.sh [SIZES...] > after.txt     default: 3k 15k
#   BEFORE=before.txt benches/instructions.sh          also the change against an earlier run
#
# Needs valgrind. Counts depend on the compiler too: compare runs of one.
set -euo pipefail
cd "$(dirname "$0")/.."
built=${CARGO_TARGET_DIR:-target}/release
sizes=("$@")
((${#sizes[@]})) || sizes=(3k 15k)
cargo build --release --locked --quiet --example bench_instructions

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

printf '%-6s %-8s %15s' size phase instructions
[ -n "${BEFORE:-}" ] && printf ' %9s' change
echo
for size in "${sizes[@]}"; do
    # Counting is switched on and off at the doors of the phases, so that solving is not counted.
    valgrind --quiet --tool=callgrind --callgrind-out-file="$folder/$size" --collect-atstart=no \
        --toggle-collect='*phase_load*' --toggle-collect='*phase_build*' --toggle-collect='*phase_certify*' \
        "$built/examples/bench_instructions" "$size" > "$folder/shape" 2> "$folder/errors" || {
        cat "$folder/errors" >&2
        exit 1
    }
    callgrind_annotate --auto=no --inclusive=yes --threshold=100 "$folder/$size" > "$folder/annotated"
    for phase in load build certify; do
        count=$(grep -m1 "phase_$phase" "$folder/annotated" | awk '{ gsub(",", "", $1); print $1 }')
        printf '%-6s %-8s %15d' "$size" "$phase" "$count"
        if [ -n "${BEFORE:-}" ]; then
            awk -v s="$size" -v p="$phase" -v now="$count" \
                '$1 == s && $2 == p { printf " %+8.2f%%", 100 * (now / $3 - 1) }' "$BEFORE"
        fi
        echo
    done
done
