#!/usr/bin/env bash
# Renews the pictures of the README: the first screen of a report, light and dark. Needs chromium on the path.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cargo run --release --locked --quiet -- report models/frontier-lab.yaml -o "$folder/report.html"
for theme in light dark; do
    options=(--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking)
    options+=(--disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$folder/$theme")
    [ "$theme" = light ] || options+=(--force-dark-mode --blink-settings=preferredColorScheme=0)
    chromium "${options[@]}" --window-size=1280,960 --screenshot="docs/images/report-$theme.png" \
        "file://$folder/report.html" > /dev/null 2>&1
done
