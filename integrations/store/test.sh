#!/usr/bin/env bash
# A sweep in chunks in an object store: moto's server, which speaks as S3 does, started here and stopped at the end.
# Compares the merged rows with those of a single run, byte for byte, also after a chunk was killed and went on from
# the journal that the store has; and sees that an upload that was cut off, and an object that is torn, are never
# read as a result.
#
#   integrations/store/test.sh [PROGRAM]        (default: target/debug/polysource, with the feature object-store)
#
# If moto cannot be installed, the test says that it was skipped and why, and ends with 0.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/debug/polysource}")

skip() { echo "skipped: $*"; exit 0; }
fail() { echo "failed: $*" >&2; exit 1; }

[ -x "$program" ] || fail "there is no program $program; build it with --features object-store, or name it"
command -v python3 > /dev/null || skip "there is no python3"
base=$(mktemp -d)
started=()
stop() {
    for pid in "${started[@]}"; do kill "$pid" 2> /dev/null || true; done
    rm -rf "$base"
}
trap stop EXIT
python3 -m venv "$base/venv" 2> "$base/pip.log" || skip "python3 makes no venv: $(tail -n 1 "$base/pip.log")"
"$base/venv/bin/pip" install -q --disable-pip-version-check 'moto[server]==5.2.5' > "$base/pip.log" 2>&1 ||
    skip "pip could not install moto: $(tail -n 1 "$base/pip.log")"
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free_port)
"$base/venv/bin/moto_server" -H 127.0.0.1 -p "$port" > "$base/moto.log" 2>&1 &
started+=($!)
store="http://127.0.0.1:$port"
# What moto asks for: anything.
export AWS_ENDPOINT_URL_S3="$store" AWS_ALLOW_HTTP=true AWS_REGION=us-east-1
export AWS_ACCESS_KEY_ID=anything AWS_SECRET_ACCESS_KEY=anything
export TMPDIR="$base/tmp"
mkdir "$TMPDIR"
http() { # method, path, options: of the store itself
    "$base/venv/bin/python" - "$1" "$store/$2" "${@:3}" << 'EOF'
import sys, urllib.request
method, url, data = sys.argv[1], sys.argv[2], sys.argv[3:]
body = open(data[0], "rb").read() if data else None
answer = urllib.request.urlopen(urllib.request.Request(url, body, {"Authorization": "AWS anything:anything"}, method=method), timeout=10).read()
sys.stdout.buffer.write(answer)
EOF
}
for _ in $(seq 100); do http GET "" > /dev/null 2>&1 && break; sleep 0.1; done
http PUT sweeps || { cat "$base/moto.log"; fail "moto does not answer"; }
echo "moto $("$base/venv/bin/pip" show moto 2> /dev/null | sed -n 's/^Version: //p')"

# Points at random, none of which starts from another: a chunk takes seconds, and is stopped in the middle of them.
vary=(models/frontier-lab.yaml --vary 'offers{vendor: amazon}.price=*lognormal(1, 0.2)'
    --vary 'offers{vendor: amd}.price=*uniform(0.8, 1.2)' --samples 160 --columns cost,premium)
"$program" -q sweep "${vary[@]}" --format csv -o "$base/single.csv"
dir=s3://sweeps/night/one
run() { "$program" sweep run --chunk "$1" --out "$dir" "${@:2}" 2> "$base/told"; }
merge() { "$program" sweep merge --verify "$dir" --format csv -o "$base/rows.csv" 2> "$base/told"; }
# Whether the folder has a file, which is then `$base/object`. Without a program, for it is asked often.
there() {
    exec 3<> "/dev/tcp/127.0.0.1/$port"
    printf 'GET /sweeps/night/one/%s HTTP/1.0\r\nAuthorization: AWS anything:anything\r\n\r\n' "$1" >&3
    cat <&3 > "$base/answer"
    exec 3>&-
    sed '1,/^\r$/d' "$base/answer" > "$base/object"
    head -n 1 "$base/answer" | grep -q ' 200 '
}
told() { grep -q "$1" "$base/told" || fail "not told '$1': $(cat "$base/told")"; }

echo "1. planned once, and not written over by another"
"$program" -q sweep plan "${vary[@]}" --chunks 4 --out "$dir"
"$program" -q sweep plan "${vary[@]}" --chunks 4 --out "$dir" || fail "the same plan again is refused"
"$program" sweep plan "${vary[@]}" --chunks 2 --out "$dir" 2> "$base/told" && fail "another plan is written over it"
told 's3://sweeps/night/one/manifest.json is of another sweep'
merge && fail "nothing is merged"
told 'missing: 0-3; run `polysource sweep run --chunk 0 --out s3://sweeps/night/one`'

echo "2. a chunk that is killed goes on from the journal in the store; one that is asked to stop as well"
"$program" sweep run --chunk 0 --out "$dir" --heartbeat 100ms 2> "$base/told" &
pid=$!
for _ in $(seq 300); do there chunk-0000.journal && [ "$(wc -l < "$base/object")" -ge 4 ] && break; sleep 0.05; done
kill -9 "$pid"
wait "$pid" 2> /dev/null || true
kept=$(($(wc -l < "$base/object") - 1))
[ "$kept" -ge 3 ] && ! there chunk-0000.jsonl || fail "$kept points, or the chunk was done"
run 0
there chunk-0000.heartbeat
solved=$(grep -o '"solved":[0-9]*' "$base/object" | cut -d: -f2)
[ "$solved" -le $((40 - kept)) ] || fail "$solved of 40 points were solved again, and $kept were there"
echo "   $kept points were kept, $solved were solved after the kill"
there chunk-0000.journal && fail "the journal is left behind"
"$program" sweep run --chunk 1 --out "$dir" --heartbeat 1h 2> "$base/told" &
pid=$!
for _ in $(seq 300); do there chunk-0001.heartbeat && break; sleep 0.05; done
sleep 0.2
kill -TERM "$pid"
code=0
wait "$pid" || code=$?
[ "$code" = 130 ] || fail "it ended with $code: $(cat "$base/told")"
there chunk-0001.journal || fail "asked to stop, it kept nothing"
echo "   asked to stop it kept $(($(wc -l < "$base/object") - 1)) points"
"$program" sweep status "$dir" --format json | grep -q '"state": "stopped"' || fail "status does not tell it"
run 1

echo "3. an upload that is cut off is no result"
# Between the program and the store: of the rows of chunk 2 only half is passed on.
between=$(free_port)
python3 - "$between" "$port" << 'EOF' &
import socket, sys, threading
here, store = int(sys.argv[1]), int(sys.argv[2])
def passed(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    finally:
        for s in (source, sink):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
def serve(client):
    server = socket.create_connection(("127.0.0.1", store))
    threading.Thread(target=passed, args=(server, client), daemon=True).start()
    try:
        while data := client.recv(65536):
            if data.startswith(b"PUT ") and b"chunk-0002.jsonl HTTP" in data.split(b"\r\n", 1)[0]:
                while b"\r\n\r\n" not in data:
                    data += client.recv(65536)
                head, body = data.split(b"\r\n\r\n", 1)
                body = body or client.recv(65536)
                server.sendall(head + b"\r\n\r\n" + body[: len(body) // 2])
                break
            server.sendall(data)
    except OSError:
        pass
    for s in (client, server):
        s.close()
listener = socket.create_server(("127.0.0.1", here))
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
EOF
started+=($!)
sleep 1
code=0
AWS_ENDPOINT_URL_S3="http://127.0.0.1:$between" run 2 || code=$?
[ "$code" = 1 ] || fail "it ended with $code and not 1: $(cat "$base/told")"
told 'cannot write s3://sweeps/night/one/chunk-0002.jsonl'
sed 's/^/   /' "$base/told" | cut -c1-160
there chunk-0002.jsonl && echo "   the store took $(wc -c < "$base/object") bytes"
there chunk-0002.jsonl.sha256 && fail "a checksum stands beside what was cut off"
merge && fail "what was cut off is merged"
told 'missing: 2-3'
run 2 && run 3
merge || fail "$(cat "$base/told")"
sed 's/^/   /' "$base/told"
cmp "$base/rows.csv" "$base/single.csv" || fail "the merged rows are not those of a single run"

echo "4. an object that is torn is no result, and is solved again"
there chunk-0003.jsonl
head -c 200 "$base/object" > "$base/half"
http PUT sweeps/night/one/chunk-0003.jsonl "$base/half"
merge && fail "a torn object is merged"
told 'torn: 3, it is torn'
run 3
told 'chunk 3 was solved again, for it is torn'
rm "$base/rows.csv"
merge || fail "$(cat "$base/told")"
cmp "$base/rows.csv" "$base/single.csv" || fail "the merged rows are not those of a single run"

echo "5. a job for Kubernetes needs no volume"
"$program" sweep submit "$dir" --on kubernetes --image example/polysource:0.1.0 --secret store --dry-run > "$base/job"
grep -qF '"--out", "s3://sweeps/night/one"]' "$base/job" || fail "$(cat "$base/job")"
grep -q 'secretRef' "$base/job" || fail "$(cat "$base/job")"
grep -qi 'volume' "$base/job" && fail "$(cat "$base/job")"
"$program" sweep submit "$dir" --on kubernetes --image i --claim c --dry-run 2> "$base/told" && fail "a claim is taken"
told '`--claim` is for a folder in a volume'

echo "6. what cannot be read is told and may be tried again"
code=0
dir=s3://sweeps/other
run 0 || code=$?
[ "$code" = 1 ] || fail "it ended with $code and not 1: $(cat "$base/told")"
told 'cannot read s3://sweeps/other/manifest.json: it is not there'
# Only what was killed could not clear away.
[ "$(find "$TMPDIR" -mindepth 1 -maxdepth 1 | wc -l)" = 1 ] || fail "left behind: $(ls "$TMPDIR")"
echo passed
