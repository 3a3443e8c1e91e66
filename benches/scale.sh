#!/usr/bin/env bash
# Time and memory of `polysource solve` against size, the workloads doubled five times, up to a
# million columns, each run within 8 GB of address space. Prints a table and the exponents of growth.
#
#   benches/scale.sh [WORKLOADS...]        default: 14 28 56 112 224 448, with 120 offers and 24 months
#
# Builds polysource without and with HiGHS. Needs GNU time and Python. REPEAT=3 repeats each run; the least counts.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$PWD/target/peers
built=${CARGO_TARGET_DIR:-target}/release
repeat=${REPEAT:-1}
limit=$((8 * 1024 * 1024)) # KiB
workloads=("$@")
((${#workloads[@]})) || workloads=(14 28 56 112 224 448)
mkdir -p "$out/models"

build() { # what it is called, features
    cargo build --release --locked --quiet --bin polysource ${2:+--features "$2"}
    cp "$built/polysource" "$out/polysource-$1"
}
build embedded
build highs highs
cargo build --release --locked --quiet --example bench_model

plan=$(mktemp) took=$(mktemp) table=$(mktemp)
trap 'rm -f "$plan" "$took" "$table"' EXIT

echo "$(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
for which in embedded highs; do
    printf '\n| %s: workloads | columns | rows | non-zeros | seconds | CPU s | MiB | gap | engine |\n' "$which"
    echo "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
    : > "$table"
    for n in "${workloads[@]}"; do
        "$built/examples/bench_model" "120x${n}x24" > "$out/models/scale.yaml"
        best=
        for ((i = 0; i < repeat; i++)); do
            code=0
            (
                ulimit -v "$limit"
                exec /usr/bin/time -q -o "$took" -f '%e %U %S %M' \
                    "$out/polysource-$which" solve "$out/models/scale.yaml" --detail plan --format json -q -o "$plan"
            ) || code=$?
            if ((code)); then
                break
            fi
            this=$(awk '{ print $1, $2 + $3, $4 / 1024 }' "$took")
            if [ -z "$best" ] || awk -v a="$this" -v b="$best" 'BEGIN { split(a, x); split(b, y); exit !(x[1] < y[1]) }'; then
                best=$this
            fi
        done
        if ((code)); then
            echo "| $n | exit code $code | | | | | | | |"
            continue
        fi
        # Columns, rows, non-zeros, gap, engine, from the certificate.
        read -r columns rows nonzeros gap engine < <(python3 -c '
import json, sys
c = json.load(open(sys.argv[1]))["certificate"]
assert c["verified"]
print(*c["size"], "%.0e" % c["gap"], c["engine"])' "$plan")
        echo "$columns $best" >> "$table"
        awk -v n="$n" -v c="$columns" -v r="$rows" -v z="$nonzeros" -v b="$best" -v g="$gap" -v e="$engine" \
            'BEGIN { split(b, x); printf "| %d | %d | %d | %d | %.1f | %.1f | %.0f | %s | %s |\n", n, c, r, z, x[1], x[2], x[3], g, e }'
    done
    # The slope of a line through the logarithms.
    awk '
        function slope(i,    j, mx, my, a, b) {
            for (j = 1; j <= n; j++) { mx += v[j, 1] / n; my += v[j, i] / n }
            for (j = 1; j <= n; j++) { a += (v[j, 1] - mx) * (v[j, i] - my); b += (v[j, 1] - mx) ^ 2 }
            return a / b
        }
        { n++; for (i = 1; i <= 4; i++) v[n, i] = log($i) }
        END { if (n > 1) printf "\nGrowth with the columns: time ^%.2f, CPU ^%.2f, memory ^%.2f\n", slope(2), slope(3), slope(4) }
    ' "$table"
done
