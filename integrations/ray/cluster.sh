# A Ray of this machine alone, for the scripts that source this and start its nodes `one` and `two`: on a port and
# in a folder `base` of its own, stopped and deleted when the script ends. `processors` says how many a node has;
# left out, 2. Ray is installed beside it. Where there is no python3 of at least 3.10, or pip cannot install Ray,
# this says so, and ends the script with 0. The script has a function `fail`.

skip() { echo "skipped: $*"; exit 0; }
command -v python3 > /dev/null || skip "there is no python3"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || skip "python3 is older than 3.10"

# Short, for it holds sockets; and every process of a node is known by a variable of its environment.
base=$(mktemp -d /tmp/ray-XXXX)
of_node() { grep -lszxF "POLYSOURCE_TEST_NODE=$base/$1" /proc/[0-9]*/environ 2> /dev/null | cut -d/ -f3 || true; }
kill_node() {
    local pids
    while pids=$(of_node "$1"); [ -n "$pids" ]; do
        # shellcheck disable=SC2086
        kill -9 $pids 2> /dev/null || true
        sleep 0.1
    done
}
trap 'kill_node two; kill_node one; rm -rf "$base"' EXIT

python3 -m venv "$base/venv" 2> "$base/pip.log" || skip "python3 makes no venv: $(tail -n 1 "$base/pip.log")"
"$base/venv/bin/pip" install -q --disable-pip-version-check ./integrations/ray > "$base/pip.log" 2>&1 ||
    skip "pip could not install Ray: $(tail -n 1 "$base/pip.log")"
PATH="$base/venv/bin:$PATH"
# A cluster runs what it is told, so nobody else may tell it: a token of its own, and nothing of it at home.
python3 -c 'import secrets; print(secrets.token_hex(32), end="")' > "$base/token"
export RAY_AUTH_MODE=token RAY_AUTH_TOKEN_PATH="$base/token" RAY_USAGE_STATS_ENABLED=0

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
start() { # node, options
    POLYSOURCE_TEST_NODE="$base/$1" ray start --object-store-memory=100000000 \
        --num-cpus="${processors:=2}" --disable-usage-stats "${@:2}" > "$base/$1.log" 2>&1 || { cat "$base/$1.log"; fail "node $1"; }
}
nodes() { # how many are to be alive
    timeout 120 python3 -c "
import ray, time
ray.init('$address', logging_level='ERROR', log_to_driver=False)
while sum(node['Alive'] for node in ray.nodes()) != $1:
    time.sleep(0.2)" > "$base/nodes.log" 2>&1 || { cat "$base/nodes.log"; fail "there are not $1 nodes"; }
}
address="127.0.0.1:$port"

# The chunks in the folder `dir` by the program `program`, and their merge: $dir/rows.csv.
engine() { polysource-ray "$dir" --quiet --output "$dir/rows.csv" --address "$address" --program "$program"; }
