#!/usr/bin/env bash
# What a chunk costs beyond its points, as the tables of docs/scale-out.md: in processes one after the other, and as
# a task of Ray and of Slurm on one processor of this machine.
#
#   integrations/overhead.sh [PROGRAM]        (default: target/release/polysource)
#
# Times are the least of several runs, since what else the machine does only adds to them; where it does much, the
# processor times are to be trusted more than the wall times. Takes about ten minutes. What cannot be installed is
# left out, and said.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/release/polysource}")
fail() { echo "failed: $*" >&2; exit 1; }
[ -x "$program" ] || fail "there is no program $program; build it with --release, or name it"
"$program" --version
echo "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
quick=(models/quickstart.yaml --vary 'offers{vendor: amazon}.price=*0.5..1.5/POINTS')
frontier=(models/frontier-lab.yaml --vary 'offers{vendor: amazon}.price=*lognormal(1, 0.2)'
    --vary 'offers{vendor: nvidia}.price=*lognormal(1, 0.2)' --vary 'offers{vendor: google}.price=*lognormal(1, 0.2)'
    --samples POINTS)

# Awk on numbers: `calc '($1 - $2) / $3' 5 1 2`.
calc() { printf '%s ' "${@:2}" | awk "{ printf \"%.3f\", $1 }"; }
# Seconds of the fastest of several runs, and the least seconds of processor time: how many runs, what goes before
# each, the command.
least() {
    local TIMEFORMAT='%R %U %S' best=""
    for _ in $(seq "$1"); do
        "$2"
        { time "${@:3}" > /dev/null 2>> "$place/errors"; } 2> "$place/time" || fail "${*:3}: $(tail -n 3 "$place/errors")"
        best=$(echo "$(cat "$place/time") $best" | awk '{
            cpu = $2 + $3; wall = $1
            printf "%.3f %.3f", $4 == "" || wall < $4 ? wall : $4, $5 == "" || cpu < $5 ? cpu : $5 }')
    done
    echo "$best"
}
nothing() { :; }
anew() { rm -f "$dir"/chunk-* "$dir"/rows.* "$dir"/slurm-*; }
plan() { # points, chunks, arguments: into $dir
    rm -rf "$dir"
    "$program" -q sweep plan "${@:3}" --chunks "$2" --out "$dir" || fail "there is no plan"
}
points() { printf '%s\n' "${@:2}" | sed "s/POINTS/$1/"; }
run_all() {
    local chunk
    for ((chunk = 0; chunk < $1; chunk++)); do "$program" -q sweep run --chunk "$chunk" --out "$dir"; done
}
merge() { "$program" -q sweep merge --verify "$dir" --format csv; }
run_and_merge() { run_all "$1" && merge; }

echo
echo "A. N processes one after the other and the merge, less one process with one thread; wall and processor seconds:"
echo
echo "| model | points | chunks | points a chunk | one process | N processes | of it merge | a chunk, wall ms | a chunk, processor ms |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
dir="$place/a"
processes() { # name, points, runs, arguments; chunks from `sizes`
    local arguments one all merged n
    mapfile -t arguments < <(points "$2" "${@:4}")
    one=$(least "$3" nothing "$program" -q sweep "${arguments[@]}" --threads 1 --format csv)
    for n in $sizes; do
        plan "$2" "$n" "${arguments[@]}"
        all=$(least "$3" anew run_and_merge "$n")
        merged=$(least "$3" nothing merge)
        # shellcheck disable=SC2086
        echo "| $1 | $2 | $n | $(($2 / n)) | $one | $all | $merged |" \
            "$(calc '($3 - $1) / $5 * 1000' $one $all "$n") | $(calc '($4 - $2) / $5 * 1000' $one $all "$n") |"
    done
}
sizes="1 5 25 125" processes quickstart 2000 5 "${quick[@]}"
sizes="8" processes frontier-lab 64 2 "${frontier[@]}"

echo
echo "B. A chunk whose points all stand in its journal, so that it solves nothing: what its process costs, by the"
echo "   points of the whole sweep, whose manifest it reads:"
echo
echo "| model | points of the sweep | manifest, MB | points of the chunk | a chunk, wall ms | processor ms |"
echo "| --- | --- | --- | --- | --- | --- |"
dir="$place/b"
kept() { anew; cp "$place/journal" "$dir/chunk-0000.journal"; }
journal() { # name, points, chunks, arguments
    local arguments time bytes rows
    mapfile -t arguments < <(points "$2" "${@:4}")
    plan "$2" "$3" "${arguments[@]}"
    # The journal is removed when the chunk is done; a second name keeps it.
    rm -f "$place/journal"
    "$program" -q sweep run --chunk 0 --out "$dir" &
    until ln "$dir/chunk-0000.journal" "$place/journal" 2> /dev/null; do sleep 0.001; done
    wait $!
    rows=$(($(wc -l < "$place/journal") - 1))
    time=$(least 25 kept "$program" -q sweep run --chunk 0 --out "$dir")
    # shellcheck disable=SC2086
    bytes=$(stat -c %s "$dir/manifest.json")
    echo "| $1 | $2 | $(calc '$1 / 1e6' "$bytes") | $rows | $(calc '$1 * 1000' $time) | $(calc '$2 * 1000' $time) |"
}
journal quickstart 2000 5 "${quick[@]}"
journal quickstart 20000 50 "${quick[@]}"
journal quickstart 200000 500 "${quick[@]}"
journal frontier-lab 200 25 "${frontier[@]}"
journal frontier-lab 2000 250 "${frontier[@]}"
journal frontier-lab 20000 2500 "${frontier[@]}"

# The same two sweeps on an engine: its command as `engine`, in $dir.
few=8 many=40 all=320
wall() { local both; both=$(least "$1" anew "${@:2}") && echo "${both% *}"; }
on_engine() { # name
    local few_own many_own few_here many_here task fixed arguments one time
    mapfile -t arguments < <(points $all "${quick[@]}")
    dir="$place/few" && plan $all $few "${arguments[@]}"
    few_own=$(wall 5 run_and_merge $few) few_here=$(wall 3 engine)
    dir="$place/many" && plan $all $many "${arguments[@]}"
    many_own=$(wall 5 run_and_merge $many) many_here=$(wall 3 engine)
    task=$(calc '($1 - $2 - $3 + $4) / $5 * 1000' "$many_here" "$few_here" "$many_own" "$few_own" $((many - few)))
    fixed=$(calc '$1 - $2 - $3 * $4 / 1000' "$few_here" "$few_own" "$task" $few)
    echo "| $1 | quickstart | $all | $few, $many | $few_own, $many_own | $few_here, $many_here | $task | $fixed |"
    mapfile -t arguments < <(points 64 "${frontier[@]}")
    dir="$place/frontier" && plan 64 8 "${arguments[@]}"
    one=$(wall 1 run_and_merge 8) time=$(wall 1 engine)
    echo "| $1 | frontier-lab | 64 | 8 | $one | $time | | |"
}
heading() {
    echo
    echo "C. $1 on one processor, to the merged rows:"
    echo
    echo "| engine | model | points | chunks | processes, s | engine, s | a task beyond its process, ms | once, s |"
    echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
}
processors=1
(
    . integrations/ray/cluster.sh
    start one --head --port="$port" --include-dashboard=false --temp-dir="$base/one"
    heading "$(ray --version)"
    on_engine Ray
)
(
    . integrations/slurm/cluster.sh
    heading "Slurm $(sbatch --version | cut -d' ' -f2)"
    on_engine Slurm
)
