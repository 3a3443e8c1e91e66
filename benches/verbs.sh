#!/usr/bin/env bash
# Processor seconds (user and system, all threads) of every verb on every example, a column for each binary.
#
#   benches/verbs.sh BINARY [BINARY2 ...]
#   ONLY='curve|frontier' benches/verbs.sh ...   only lines that match, such as 'plan|meta-google' or 'solve .*frontier-lab'
#   LIMIT=20 benches/verbs.sh ...                seconds of the processor after which a run is stopped (default: 60)
#
# Binaries take turns on each line, so that they are compared under the same load. `>60` was stopped; a number in brackets
# is an exit code other than 0 (4: the model has no plan, 5: a limit was reached, 6: not certified).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
limit=${LIMIT:-60} only=${ONLY:-.}
(($#)) || { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; }
TIMEFORMAT='%U %S'
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# What the curves of an example vary: offers whose price and capacity matter.
declare -A varied=(
    [quickstart]='{vendor: amazon}' [infeasible]='{vendor: amazon}' [inference-fleet]='{vendor: amazon}'
    [frontier-lab]='{vendor: amazon}' [meta-google]='{vendor: google}' [openai-amazon]='{vendor: amazon}'
)

once() { # a cell: seconds of one run
    local code=0 took
    took=$(ulimit -c 0; ulimit -S -t "$limit"; { time "$@" > "$folder/out" 2> "$folder/said"; } 2>&1) || code=$?
    took=$(awk 'END { printf "%.2f", $1 + $2 }' <<< "$took")
    case $code in
        0) printf ' %s |' "$took" ;;
        152) printf ' >%s |' "$limit" ;; # stopped by SIGXCPU
        *) printf ' %s (%s) |' "$took" "$code" ;;
    esac
}

line() { # verb, example, arguments
    local verb=$1 example=$2
    shift 2
    [[ "$verb $example" =~ $only ]] || return 0
    printf '| %s | %s |' "$verb" "$example"
    local binary
    for binary in "${binaries[@]}"; do
        once "$binary" "$@"
    done
    echo
}

binaries=("$@")
echo "load $(cut -d' ' -f1 /proc/loadavg), stopped after $limit s"
printf '\n| verb | example |'
printf ' %s |' "${binaries[@]##*/}"
printf '\n| --- | --- |'
printf ' ---: |%.0s' "${binaries[@]}"
echo
for example in quickstart infeasible inference-fleet frontier-lab meta-google openai-amazon; do
    model=$root/models/$example.yaml offers="offers${varied[$example]}"
    line 'solve plan' "$example" solve "$model" --detail plan
    line 'solve full' "$example" solve "$model"
    line 'solve ranges' "$example" solve "$model" --detail ranges
    line stress "$example" stress "$model"
    line 'curve price' "$example" curve "$model" --vary "$offers.price=*0.5..1.5"
    line 'curve capacity' "$example" curve "$model" --vary "$offers.capacity=*0.5..1.5"
    line 'frontier hhi' "$example" frontier "$model" --against hhi:vendor --points 8
    line 'frontier served' "$example" frontier "$model" --against served:cloud --points 8
    line alternatives "$example" alternatives "$model"
    line explain "$example" explain "$model"
    # Both are solved.
    line diff "$example" diff "$model" "$model"
    line report "$example" report "$model" -o "$folder/report.html"
done
