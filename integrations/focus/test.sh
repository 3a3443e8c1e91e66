#!/usr/bin/env bash
# What `polysource export --to focus` writes, checked by the validator that the FinOps Foundation publishes (its rules are
# those of FOCUS 1.0, the last that it carries with it), and by the rules of FOCUS 1.2 in `rules.py`.
#
#   integrations/focus/test.sh [PROGRAM]        (default: target/debug/polysource)
#
# If the validator cannot be installed, the test says that it was skipped and why, and ends with 0.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/debug/polysource}")

skip() { echo "skipped: $*"; exit 0; }
fail() { echo "failed: $*" >&2; exit 1; }

[ -x "$program" ] || fail "there is no program $program; build it, or name it"
command -v python3 > /dev/null || skip "there is no python3"
base=$(mktemp -d)
trap 'rm -rf "$base"' EXIT
python3 -m venv "$base/venv" 2> "$base/pip.log" || skip "python3 makes no venv: $(tail -n 1 "$base/pip.log")"
# A later multimethod lacks what the validator's own dependency asks it for.
"$base/venv/bin/pip" install -q --disable-pip-version-check 'focus-validator==1.0.0' 'multimethod<2' > "$base/pip.log" 2>&1 ||
    skip "pip could not install focus-validator: $(tail -n 1 "$base/pip.log")"

# It finds its list of currencies only from the folder that it is installed in.
installed=$("$base/venv/bin/python" -c 'import pathlib, focus_validator as v; print(pathlib.Path(v.__file__).parents[1])')
here=$PWD

written=0
checked() { # name, arguments of the model
    local name=$1
    shift
    "$program" -q export "$@" --to focus -o "$base/$name.csv"
    (cd "$installed" && "$base/venv/bin/focus-validator" --data-file "$base/$name.csv" --validate-version 1.0 \
        --override-file "$here/integrations/focus/left-out.yaml") > "$base/told" 2>&1 || true
    grep -q '^Validation succeeded' "$base/told" || { cat "$base/told" >&2; fail "$name is not valid"; }
    "$base/venv/bin/python" integrations/focus/rules.py "$base/$name.csv" || fail "$name breaks rules of FOCUS 1.2"
    written=$((written + 1))
}
checked deal integrations/focus/deal.yaml
for model in quickstart frontier-lab meta-google openai-amazon; do
    checked "$model" "models/$model.yaml"
done

# What is broken is seen: a provider of its own for one row, and a unit price that is none.
"$base/venv/bin/python" - "$base/deal.csv" "$base" << 'PY'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
def write(name, row, **cells):
    with open(f"{sys.argv[2]}/{name}.csv", "w", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows([{**r, **cells} if i == row else r for i, r in enumerate(rows)])
first = next(i for i, r in enumerate(rows) if r["CommitmentDiscountId"])
write("provider", first, ProviderName="another", InvoiceIssuerName="another")
write("price", first, ListUnitPrice="1000000")
write("null", first, PricingQuantity="")
PY
for broken in provider price null; do
    "$base/venv/bin/python" integrations/focus/rules.py "$base/$broken.csv" > /dev/null && fail "$broken is not seen"
done
echo "$written forecasts are valid by focus-validator 1.0.0 and by the rules of FOCUS 1.2"
