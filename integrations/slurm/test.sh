#!/usr/bin/env bash
# `sweep submit --on slurm` on a real Slurm: one controller and one node of this machine, on ports and in
# a folder of their own, started here and stopped at the end. Compares the merged rows with those of a
# single run, byte for byte, also after a chunk was killed, asked to stop and requeued; and sees that a
# chunk that ends with 42, is cancelled, or was stopped twice without having solved a point, is not begun again.
#
#   integrations/slurm/test.sh [PROGRAM]        (default: target/debug/polysource)
#
# If Slurm cannot be had or started, the test says that it was skipped and why, and ends with 0.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/debug/polysource}")

fail() { echo "failed: $*" >&2; exit 1; }
[ -x "$program" ] || fail "there is no program $program; build it, or name it"
. integrations/slurm/cluster.sh

# A space in the name, which every script has to bear.
work="$base/a sweep"
mkdir "$work"

# What a task of an array is: `state exit-code restarts`.
field() { scontrol show job "$1" -o 2> /dev/null | tail -1 | grep -o "\b$2=[^ ]*" | head -1 | cut -d= -f2; }
state() { field "$1" JobState; }
await() { # job, states as a pattern, seconds
    for _ in $(seq $(($3 * 5))); do
        if [[ "$(state "$1")" =~ ^($2)$ ]]; then return 0; fi
        sleep 0.2
    done
    scontrol show job "$1" >&2; tail -n 20 "$work"/*/slurm-*.log >&2 || true
    fail "job $1 is $(state "$1") and not $2"
}
lines() { if [ -e "$1" ]; then wc -l < "$1"; else echo 0; fi; }
await_lines() { # file, at least so many lines
    for _ in $(seq 600); do [ "$(lines "$1")" -ge "$2" ] && return 0; sleep 0.02; done
    fail "$1 has $(lines "$1") lines"
}

vary=(models/frontier-lab.yaml --vary 'offers{vendor: amazon}.price=*0.5..1.5/8' --vary 'offers{vendor: amd}.price=*0.8..1.2/8' --columns cost)
"$program" -q sweep "${vary[@]}" --format csv -o "$base/single.csv"

echo "1. four chunks, one killed, one asked to stop, one requeued; merged: the bytes of a single run"
dir="$work/whole"
"$program" -q sweep plan "${vary[@]}" --chunks 4 --out "$dir"
mapfile -t jobs < <("$program" -q sweep submit "$dir" --on slurm --partition all --time 10 --array-throttle 1)
echo "   chunks are job ${jobs[0]}, the merge is job ${jobs[1]}"
victim() { # of a chunk in the middle: the process
    await_lines "$dir/chunk-000$1.journal" 3
    grep -o '"process":[0-9]*' "$dir/chunk-000$1.heartbeat" | cut -d: -f2
}
kill -9 "$(victim 0)"
await_lines "$dir/slurm-chunk-0.log" 1
# As `--signal=B:TERM` does before the time is over: the signal goes to the script alone.
script=$(cut -d' ' -f4 "/proc/$(victim 1)/stat")
[ "$(squeue -h -r -t RUNNING -o %K -j "${jobs[0]}" | wc -l)" = 1 ] || fail "the throttle of one does not hold"
kill -TERM "$script"
victim 2 > /dev/null
scontrol requeue "${jobs[0]}_2"
await "${jobs[1]}" COMPLETED 300
cmp "$dir/rows.csv" "$base/single.csv" || fail "the merged rows are not those of a single run"
for chunk in 0 1 2 3; do
    echo "   chunk $chunk: $(state "${jobs[0]}_$chunk"), begun again $(field "${jobs[0]}_$chunk" Restarts) times"
    sed 's/^/      /' "$dir/slurm-chunk-$chunk.log"
done
for chunk in 0 1 2; do
    [ "$(field "${jobs[0]}_$chunk" Restarts)" = 1 ] || fail "chunk $chunk was not begun again once"
done
grep -q 'ended with 137' "$dir/slurm-chunk-0.log" || fail "chunk 0 was not killed"
grep -q 'ended with 130' "$dir/slurm-chunk-1.log" || fail "chunk 1 was not asked to stop"
[ "$(state "${jobs[0]}_3")" = COMPLETED ] || fail "chunk 3 is $(state "${jobs[0]}_3")"
sed 's/^/   /' "$dir/slurm-merge.log"

echo "2. a chunk that would always fail ends with 42, is not begun again, and nothing is merged"
dir="$work/hopeless"
"$program" -q sweep plan "${vary[@]}" --chunks 2 --out "$dir"
# A whole chunk of another sweep stands in its place.
cp "$work/whole/chunk-0001.jsonl" "$work/whole/chunk-0001.jsonl.sha256" "$dir"
mapfile -t jobs < <("$program" -q sweep submit "$dir" --on slurm)
[ "${#jobs[@]}" = 2 ] || fail "nothing was submitted"
await "${jobs[1]}" CANCELLED 120
echo "   chunk 0: $(state "${jobs[0]}_0"); chunk 1: $(state "${jobs[0]}_1"), exit code $(field "${jobs[0]}_1" ExitCode), begun again $(field "${jobs[0]}_1" Restarts) times; merge: $(state "${jobs[1]}")"
[ "$(field "${jobs[0]}_1" ExitCode) $(field "${jobs[0]}_1" Restarts)" = "42:0 0" ] || fail "not 42 without a restart"
[ ! -e "$dir/rows.csv" ] || fail "something was merged"

echo "3. what is missing is submitted again, and no more"
rm "$dir/chunk-0001.jsonl" "$dir/chunk-0001.jsonl.sha256"
mapfile -t jobs < <("$program" -q sweep submit "$dir" --on slurm)
grep -q '^#SBATCH --array=1$' "$dir/slurm-chunks.sh" || fail "not chunk 1 alone"
await "${jobs[1]}" COMPLETED 120
cmp "$dir/rows.csv" "$base/single.csv" || fail "the merged rows are not those of a single run"

echo "4. a chunk that is cancelled stays so, and the others go on"
dir="$work/cancelled"
"$program" -q sweep plan "${vary[@]}" --chunks 2 --out "$dir"
mapfile -t jobs < <("$program" -q sweep submit "$dir" --on slurm)
# The last chunk: its job has the number of the whole array.
await_lines "$dir/chunk-0001.journal" 3
scancel "${jobs[0]}_1"
await "${jobs[0]}_1" CANCELLED 60
await "${jobs[0]}_0" COMPLETED 120
await "${jobs[1]}" CANCELLED 60
echo "   chunk 0: $(state "${jobs[0]}_0"); chunk 1: $(state "${jobs[0]}_1"); merge: $(state "${jobs[1]}")"
for chunk in 0 1; do
    [ "$(field "${jobs[0]}_$chunk" Restarts)" = 0 ] || fail "chunk $chunk was begun again"
done
[ ! -e "$dir/rows.csv" ] || fail "something was merged"

echo "5. a chunk whose point does not end in time is killed and begun again; without a point twice, it is given up"
dir="$work/slow"
"$program" -q sweep plan "${vary[@]}" --chunks 2 --out "$dir"
# A stand-in that solves three points of chunk 0 and then hangs, deaf to the signal, as in a long point; begun
# again it is the program itself. Of chunk 1 it never solves any.
cat > "$base/slow" << EOF
#!/usr/bin/env bash
cd "$dir"
chunk=\$4
if [ "\$chunk" = 0 ]; then
    [ "\${SLURM_RESTART_COUNT:-0}" = 0 ] || exec "$program" "\$@"
    "$program" "\$@" &
    until [ -e chunk-0000.journal ] && [ "\$(wc -l < chunk-0000.journal)" -ge 4 ]; do sleep 0.02; done
    kill -9 \$!
fi
trap '' TERM
echo \$\$ > "$base/hangs-\$chunk-\${SLURM_RESTART_COUNT:-0}"
exec sleep 600
EOF
chmod +x "$base/slow"
mapfile -t jobs < <("$program" -q sweep submit "$dir" --on slurm --time 10 --margin 4 --program "$base/slow")
hangs() { # chunk, how often it was begun again: asks its script to stop
    for _ in $(seq 1800); do [ -s "$base/hangs-$1-$2" ] && break; sleep 0.1; done
    [ -s "$base/hangs-$1-$2" ] || fail "chunk $1 does not hang the time $2"
    kill -TERM "$(cut -d' ' -f4 "/proc/$(cat "$base/hangs-$1-$2")/stat")"
}
hangs 0 0
hangs 1 0
hangs 1 1
await "${jobs[0]}_1" FAILED 60
await "${jobs[0]}_0" COMPLETED 60
await "${jobs[1]}" CANCELLED 60
for chunk in 0 1; do
    echo "   chunk $chunk: $(state "${jobs[0]}_$chunk"), begun again $(field "${jobs[0]}_$chunk" Restarts) times"
    sed 's/^/      /' "$dir/slurm-chunk-$chunk.log"
    [ "$(field "${jobs[0]}_$chunk" Restarts)" = 1 ] || fail "chunk $chunk was not begun again once"
done
grep -q 'did not stop within 3 s and was killed' "$dir/slurm-chunk-0.log" || fail "chunk 0 was not killed"
grep -q 'stopped twice without having solved a point' "$dir/slurm-chunk-1.log" || fail "chunk 1 was not given up"
mapfile -t jobs < <("$program" -q sweep submit "$dir" --on slurm)
await "${jobs[1]}" COMPLETED 120
cmp "$dir/rows.csv" "$base/single.csv" || fail "the merged rows are not those of a single run"

echo "6. more chunks than an array may have are refused"
"$program" -q sweep plan models/quickstart.yaml --vary 'offers.aws-trainium2.price=1..2/6528' --chunks 102 --out "$work/many"
"$program" -q sweep submit "$work/many" --on slurm 2> "$base/told" && fail "102 chunks were taken"
grep -q 'at most 101 (MaxArraySize)' "$base/told" || fail "$(cat "$base/told")"
echo passed
