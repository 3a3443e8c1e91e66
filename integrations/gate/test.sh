#!/usr/bin/env bash
# The gate as a review uses it: the steps of the GitHub Action and the entries of the pre-commit hooks, read from their
# files and run here, on a model that passes, one that misses an expectation, one whose decision differs from its lock and
# one that is wrong.
#
#   integrations/gate/test.sh [PROGRAM]        (default: target/debug/polysource)
#
# The SARIF and JUnit files are read by python3; where there is none, that is said and left out.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
program=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/debug/polysource}")
fail() { echo "failed: $*" >&2; exit 1; }
[ -x "$program" ] || fail "there is no program $program; build it, or name it"
base=$(mktemp -d)
trap 'rm -rf "$base"' EXIT
mkdir "$base/bin" "$base/work"
ln -s "$program" "$base/bin/polysource"
export PATH="$base/bin:$PATH"

# The script of the action's only step: what stands below `run: |`, without its indentation.
sed -n '/^      run: |$/,$p' "$root/integrations/github/action.yml" | sed -e 1d -e 's/^        //' > "$base/step.sh"
[ "$(grep -c '^    - ' "$root/integrations/github/action.yml")" = 1 ] || fail "the action has another step"
bash -n "$base/step.sh"
# Its variables are those that the action sets.
for variable in $(grep -o 'INPUT_[A-Z_]*' "$base/step.sh" | sort -u); do
    grep -q "^        $variable: \${{ inputs" "$root/integrations/github/action.yml" || fail "$variable is not set"
done

cd "$base/work"
cat > model.yaml << 'EOF'
polysource: 1
name: Two vendors
chips: { h100: { vendor: nvidia }, trn2: { vendor: amazon } }
clouds: { azure: {}, aws: {} }
offers:
  azure-h100: { chip: h100, cloud: azure, price: 4, capacity: 100 }
  aws-trn2: { chip: trn2, cloud: aws, price: 1, capacity: 60 }
workloads:
  chat: { kind: inference, demand: 90 req/h, throughput: { h100: 1 req/h, trn2: 1 req/h } }
expect:
  - { cost: { at_most: 200 USD } }
  - { name: vendors, share: { by: vendor, of: spend, at_most: 70 % } }
EOF
polysource gate model.yaml --lock plan.lock --write-lock > /dev/null

# Runs the step on a model; the exit code, and its outputs in $base/out/.
step() { # model
    rm -rf "$base/out"
    mkdir "$base/out"
    local code=0
    GITHUB_OUTPUT="$base/out/outputs" GITHUB_STEP_SUMMARY="$base/out/summary" RUNNER_TEMP="$base/out" \
        INPUT_MODEL=$1 INPUT_LOCK=plan.lock INPUT_SCENARIO="" INPUT_TIME_LIMIT=10m INPUT_PROGRAM=polysource INPUT_FOLDER="" \
        bash --noprofile --norc -eo pipefail "$base/step.sh" > "$base/out/stdout" 2> "$base/out/stderr" || code=$?
    grep -q "^exit-code=$code\$" "$base/out/outputs" || fail "$1: ended with $code, and says $(cat "$base/out/outputs")"
    [ "$code" = "$2" ] || fail "$1: ended with $code and not $2: $(cat "$base/out/stderr")"
}
sed 's/capacity: 60/capacity: 40/' model.yaml > missed.yaml
sed 's/capacity: 60/capacity: 59/' model.yaml > other.yaml
sed 's/at_most: 200/at_mosst: 200/' model.yaml > wrong.yaml

echo "1. the action passes what is as agreed"
step model.yaml 0
grep -q '^## Plan of Two vendors: passed$' "$base/out/summary" || fail "$(cat "$base/out/summary")"
echo "2. it fails where an expectation is missed, and says where"
step missed.yaml 2
grep -q '| MISSED | cost-1 | as written | the cost is 240 USD' "$base/out/summary" || fail "$(cat "$base/out/summary")"
if command -v python3 > /dev/null; then
    python3 - "$base/out/polysource-gate" << 'EOF'
import json, sys, xml.etree.ElementTree as tree
folder = sys.argv[1]
log = json.load(open(f"{folder}/gate.sarif"))
assert log["version"] == "2.1.0" and len(log["runs"]) == 1
results = log["runs"][0]["results"]
assert [r["ruleId"] for r in results] == ["cost", "share", "lock"], results
place = results[0]["locations"][0]["physicalLocation"]
assert place["artifactLocation"]["uri"] == "missed.yaml", place
assert place["region"] == {"startLine": 11, "startColumn": 5}, place
suites = tree.parse(f"{folder}/gate.xml").getroot()
assert suites.tag == "testsuites" and suites.get("failures") == "3", suites.attrib
assert len(list(suites.iter("testcase"))) == 4 and len(list(suites.iter("failure"))) == 3
EOF
else
    echo "skipped: there is no python3 to read SARIF and JUnit"
fi
echo "3. it fails where the decision differs from the lock"
step other.yaml 2
grep -q '^### What changed against plan.lock$' "$base/out/summary" || fail "$(cat "$base/out/summary")"
grep -q '| aws-trn2 | steady | 60 | 59 | -1 |' "$base/out/summary" || fail "$(cat "$base/out/summary")"
echo "4. a wrong model is told, and no file is left"
step wrong.yaml 3
grep -q 'did you mean `at_most`' "$base/out/stderr" || fail "$(cat "$base/out/stderr")"
[ ! -e "$base/out/polysource-gate/comment.md" ] && [ ! -e "$base/out/summary" ] || fail "a result of a wrong model"
echo "5. nothing of an input is read as a command"
cp model.yaml 'a $(touch oops);.yaml'
step 'a $(touch oops);.yaml' 0
[ ! -e oops ] || fail "a file was made"

echo "6. the hooks"
hook() { # id, arguments: as pre-commit runs its entry, with the files at the end
    local entry
    entry=$(sed -n "/^- id: $1\$/,/^- id/p" "$root/.pre-commit-hooks.yaml" | sed -n 's/^  entry: //p')
    [ -n "$entry" ] || fail "there is no hook $1"
    # Into words as a shell does: pre-commit splits it so.
    local words=()
    eval "words=($entry)"
    "${words[@]}" "${@:2}" > "$base/told" 2>&1
}
hook polysource-check model.yaml || fail "$(cat "$base/told")"
hook polysource-check wrong.yaml model.yaml && fail "a wrong model passes"
hook polysource-gate --lock plan.lock model.yaml || fail "$(cat "$base/told")"
code=0
hook polysource-gate --lock plan.lock other.yaml || code=$?
[ "$code" = 2 ] || fail "ended with $code and not 2: $(cat "$base/told")"
echo passed
