#!/usr/bin/env bash
# `polysource-ray` on a real Ray: a head and a second node, started here and stopped at the end. Compares the
# merged rows, and a plan with its replications, with those of a single run, byte for byte, after the second node
# was killed with chunks on it; and sees that a chunk that ends with 42 is not begun again, and that one that fails
# otherwise is.
#
#   integrations/ray/test.sh [PROGRAM]        (default: target/debug/polysource)
#
# If Ray cannot be installed, the test says that it was skipped and why, and ends with 0.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/debug/polysource}")

fail() { echo "failed: $*" >&2; exit 1; }
[ -x "$program" ] || fail "there is no program $program; build it, or name it"
. integrations/ray/cluster.sh
start one --head --port="$port" --include-dashboard=false --temp-dir="$base/one"
start two --address="$address"
nodes 2
echo "$(ray --version) with two nodes of 2 processors on this machine"

# A space in the name, which every command has to bear.
work="$base/a sweep"
mkdir "$work"
run() { polysource-ray "$1" --output "$1/rows.csv" --address "$address" --program "${2:-$program}" "${@:3}"; }

# The chunks that a node solves now: those whose process is one of the node's.
solving() {
    local chunk pid pids
    pids=$(of_node "$1")
    for chunk in "$dir"/chunk-*.journal; do
        [ "$(wc -l 2> /dev/null < "$chunk")" -ge 3 ] || continue
        pid=$(grep -o '"process":[0-9]*' "${chunk%.journal}.heartbeat" | cut -d: -f2)
        grep -qx "$pid" <<< "$pids" && basename "$chunk" .journal
    done 2> /dev/null || true
}

# Runs the chunks of `dir`, kills the second node while both have work, and compares what is merged with what it is to be.
killed() { # merged, expected, options
    polysource-ray "$dir" --output "$1" --address "$address" --program "$program" "${@:3}" 2> "$base/told" &
    local driver=$! one two left chunk
    for _ in $(seq 300); do
        one=$(solving one | xargs) two=$(solving two | xargs)
        [ -n "$one" ] && [ -n "$two" ] && break
        kill -0 "$driver" 2> /dev/null || break
        sleep 0.05
    done
    [ -n "$one" ] && [ -n "$two" ] || { cat "$base/told" >&2; fail "no work on both nodes: one has '$one', two has '$two'"; }
    kill_node two
    left=$(cd "$dir" && ls chunk-*.journal | xargs)
    echo "   one solved $one; two solved $two and was killed; journals then: $left"
    for chunk in $two; do
        [ ! -e "$dir/$chunk.jsonl" ] || fail "$chunk was finished before the node was killed"
    done
    wait "$driver" || { cat "$base/told" >&2; fail "polysource-ray ended with $?"; }
    sed 's/^/   /' "$base/told"
    grep -q 'will be retried' "$base/told" || fail "no task was lost"
    cmp "$1" "$2" || fail "what is merged is not what a single run gives"
    nodes 1
}

echo "1. twelve chunks on both nodes, the second killed; merged: the bytes of a single run"
vary=(models/frontier-lab.yaml --vary 'offers{vendor: amazon}.price=*0.5..1.5/12' --vary 'offers{vendor: amd}.price=*0.8..1.2/8' --columns cost)
"$program" -q sweep "${vary[@]}" --format csv -o "$base/single.csv"
dir="$work/whole"
"$program" -q sweep plan "${vary[@]}" --chunks 12 --out "$dir"
killed "$dir/rows.csv" "$base/single.csv" --format csv

# A program that writes down when it is asked for a chunk.
cat > "$base/noted" << EOF
#!/bin/sh
case "\$*" in *"sweep run"*) echo "\$*" >> "$base/noted.log" ;; esac
[ -e "$base/broken" ] && case "\$*" in *"--chunk 0 "*) echo "the disk is away" >&2; exit 1 ;; esac
exec "$program" "\$@"
EOF
chmod +x "$base/noted"
begun() { grep -c -- "--chunk $1 " "$base/noted.log" || true; }

echo "2. a chunk that would always fail ends with 42, is not begun again, and nothing is merged"
small=(models/quickstart.yaml --vary 'offers.aws-trainium2.price=1..2/32')
"$program" -q sweep "${small[@]}" --format csv -o "$base/small.csv"
dir="$work/hopeless"
"$program" -q sweep plan "${small[@]}" --chunks 4 --out "$dir"
# A whole chunk of another sweep stands in its place.
"$program" -q sweep plan "${small[@]}" --set offers.coreweave-h100.price=4.5 --chunks 4 --out "$work/other"
"$program" -q sweep run --chunk 2 --out "$work/other"
cp "$work/other/"chunk-0002.jsonl* "$dir"
code=0
run "$dir" "$base/noted" 2> "$base/told" || code=$?
sed 's/^/   /' "$base/told"
[ "$code" = 42 ] || fail "it ended with $code and not 42"
[ "$(begun 0) $(begun 1) $(begun 2) $(begun 3)" = "1 1 1 1" ] || fail "begun $(begun 0), $(begun 1), $(begun 2) and $(begun 3) times"
grep -q '^polysource-ray: chunk 2 ended with 42: .*move it away' "$base/told" || fail "not told what is wrong"
[ ! -e "$dir/rows.csv" ] || fail "something was merged"

echo "3. a chunk that fails otherwise is begun again, and not for ever; what is missing is run, and no more"
rm "$dir/"chunk-0002.jsonl* "$dir/chunk-0000.jsonl" "$base/noted.log"
touch "$base/broken"
code=0
run "$dir" "$base/noted" --retries 1 2> "$base/told" || code=$?
sed 's/^/   /' "$base/told"
[ "$code" = 1 ] || fail "it ended with $code and not 1"
[ "$(begun 0) $(begun 1) $(begun 2) $(begun 3)" = "2 0 1 0" ] || fail "begun $(begun 0), $(begun 1), $(begun 2) and $(begun 3) times"
grep -q '^polysource-ray: chunk 0 ended with 1: the disk is away; it was begun 2 times$' "$base/told" || fail "not told why"
[ ! -e "$dir/rows.csv" ] || fail "something was merged"
rm "$base/broken"
run "$dir" "$base/noted" --quiet 2> "$base/told" || fail "it ended with $?: $(cat "$base/told")"
[ "$(begun 0) $(begun 2)" = "3 1" ] || fail "chunk 0 was begun $(begun 0) times, chunk 2 $(begun 2) times"
cmp "$dir/rows.csv" "$base/small.csv" || fail "the merged rows are not those of a single run"
[ ! -s "$base/told" ] || fail "it is not quiet: $(cat "$base/told")"

echo "4. when every chunk is there it merges, and needs no cluster"
polysource-ray "$dir" --output "$dir/again.csv" --address 127.0.0.1:1 --program "$program" 2> "$base/told" || fail "$(cat "$base/told")"
cmp "$dir/again.csv" "$base/small.csv" || fail "the merged rows are not those of a single run"

echo "5. replications in six chunks on both nodes, the second killed; merged: the plan of a single run"
start two --address="$address"
nodes 2
cat > "$base/drawn.yaml" << EOF
polysource: 1
horizon: { start: 2027-01-01, periods: 1, step: hour }
chips: { h100: { vendor: nvidia } }
clouds: { aws: {} }
offers:
  res: { chip: h100, cloud: aws, price: 0.6, term: { reserved: 1 hour }, notice: 1 hour }
  od: { chip: h100, cloud: aws, price: 1 }
workloads:
  chat: { kind: inference, demand: 150 req/h, throughput: { h100: 1 req/h } }
uncertainty:
  draws:
    known: 2027-01-01T00
    samples: 100
    vary: [ { path: workloads.chat.demand, set: "uniform(100, 200)" } ]
EOF
judge=("$base/drawn.yaml" --samples 200 --replications 40 --detail plan)
"$program" -q solve "${judge[@]}" --format json -o "$base/plan.json"
dir="$work/replications"
"$program" -q sweep plan "${judge[@]}" --chunks 6 --out "$dir"
killed "$dir/plan.json" "$base/plan.json" --format json
echo passed
