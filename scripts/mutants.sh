#!/usr/bin/env bash
# Changes the code in one small place at a time and runs the tests: what no test notices is a survivor, told in
# target/mutants/SLICE/mutants.out/missed.txt. Needs cargo-mutants and cargo-nextest (`cargo install cargo-mutants
# cargo-nextest --locked`).
#
#   scripts/mutants.sh                       every room, all of it: many hours
#   scripts/mutants.sh plan                  one room
#   scripts/mutants.sh lp 3/20               the fourth of twenty slices of one room (they count from 0)
#   scripts/mutants.sh src/plan/audit.rs     one file
#
# Slices of one room are apart from one another, so that they may run on several machines. JOBS is how many mutants
# are tried at once (1), LIMIT the seconds that the tests of one may take (300), and ALL=1 runs every test instead of
# those that are near to a room.
set -euo pipefail
cd "$(dirname "$0")/.."
rooms=(units model formulation lp plan)
jobs=${JOBS:-1}
limit=${LIMIT:-300}

# The modules of tests/it that are near to a room, so that a mutant takes seconds. Unit tests always run.
near() {
    case $1 in
        units) echo money by_hand models ;;
        model) echo money by_hand decisions baseline dependency diagnostics audit models ;;
        formulation) echo money by_hand golden decisions dependency purpose baseline random_models audit ;;
        lp) echo conformance golden by_hand exchange ;;
        plan) echo audit money by_hand decisions dependency purpose focus report_formats baseline ;;
        *) echo money by_hand audit decisions ;;
    esac
}

run() {
    local what=$1 slice=${2:-} files room name
    case $what in
        src/*) files=$what room=${what#src/} room=${room%%/*} ;;
        *) files="src/$what/**/*.rs" room=$what ;;
    esac
    name=$(echo "$what${slice:+-$slice}" | tr / _)
    local tests=(--lib --tests)
    if [ "${ALL:-0}" != 1 ]; then
        tests=(--lib --test it -E "kind(lib) | test(/^($(near "$room" | tr ' ' '|'))::/)")
    fi
    mkdir -p "target/mutants/$name"
    # 2: some survived, 3: some took too long. Both are answers; anything else is none.
    local code=0
    cargo mutants --test-tool nextest --no-shuffle --jobs "$jobs" --timeout "$limit" --build-timeout 900 --file "$files" \
        --output "target/mutants/$name" ${slice:+--shard "$slice"} -- "${tests[@]}" || code=$?
    case $code in
        0 | 2 | 3) ;;
        *) exit "$code" ;;
    esac
    echo "$name: $(wc -l < "target/mutants/$name/mutants.out/caught.txt") killed," \
        "$(wc -l < "target/mutants/$name/mutants.out/missed.txt") survived," \
        "$(wc -l < "target/mutants/$name/mutants.out/timeout.txt") took too long"
    survived+=$(cat "target/mutants/$name/mutants.out/missed.txt")
}

survived=
if [ $# -eq 0 ]; then
    for room in "${rooms[@]}"; do
        run "$room"
    done
else
    run "$@"
fi
if [ -n "$survived" ]; then
    echo "$survived"
    exit 2
fi
