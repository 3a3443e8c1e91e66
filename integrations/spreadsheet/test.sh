#!/usr/bin/env bash
# Workbooks in a real spreadsheet: LibreOffice opens what `init`, `export` and `solve --format xlsx` write, calculates every
# formula anew and saves it. No cell may be an error, the sums must be those of the plan, and a model that it saved must
# still be the same model.
#
#   integrations/spreadsheet/test.sh [PROGRAM]        (default: target/debug/polysource)
#
# LibreOffice is installed with apt-get where it is missing; if it cannot be had, the test says that it was skipped and why,
# and ends with 0.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/debug/polysource}")

skip() { echo "skipped: $*"; exit 0; }
fail() { echo "failed: $*" >&2; exit 1; }

[ -x "$program" ] || fail "there is no program $program; build it, or name it"
command -v python3 > /dev/null || skip "there is no python3"
base=$(mktemp -d)
trap 'rm -rf "$base"' EXIT
if ! command -v soffice > /dev/null; then
    command -v apt-get > /dev/null || skip "there is neither LibreOffice nor apt-get"
    scripts/apt-install.sh --no-install-recommends libreoffice-calc \
        > "$base/apt.log" 2>&1 || skip "LibreOffice cannot be installed: $(tail -n 1 "$base/apt.log")"
    command -v soffice > /dev/null || skip "LibreOffice was installed and has no soffice"
fi

mkdir "$base/written" "$base/saved"
"$program" -q init --to xlsx -o "$base/written/template.xlsx"
models=(quickstart inference-fleet own-or-rent)
for model in "${models[@]}"; do
    "$program" -q export "models/$model.yaml" --to xlsx -o "$base/written/$model.xlsx"
    "$program" -q solve "models/$model.yaml" --format xlsx -o "$base/written/plan-$model.xlsx"
    "$program" -q solve "models/$model.yaml" --format json -o "$base/$model.json"
done

# Every formula is calculated when a file is loaded, whatever value is written beside it.
profile=$base/profile/user
mkdir -p "$profile"
cat > "$profile/registrymodifications.xcu" << 'XCU'
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
XCU
timeout 240 soffice -env:UserInstallation="file://$base/profile" --headless --convert-to xlsx:"Calc MS Excel 2007 XML" \
    --outdir "$base/saved" "$base"/written/*.xlsx > "$base/soffice.log" 2>&1 || { cat "$base/soffice.log" >&2; fail "LibreOffice"; }

for model in "${models[@]}"; do
    python3 integrations/spreadsheet/sums.py "$base/saved/plan-$model.xlsx" "$base/$model.json" || fail "the plan of $model"
done
sha() { "$program" -q check "$1" --format json | sed -n 's/.*"sha256": "\(.*\)".*/\1/p'; }
for model in "${models[@]}"; do
    [ "$(sha "$base/saved/$model.xlsx")" = "$(sha "models/$model.yaml")" ] || fail "$model is another model once it was saved"
done
[ "$(sha "$base/saved/template.xlsx")" = "$(sha "$base/written/template.xlsx")" ] || fail "the template is another model"
echo "LibreOffice reads, calculates and saves ${#models[@]} models, their plans and the template"
