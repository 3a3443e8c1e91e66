#!/usr/bin/env bash
# Compares the public items of the library with those that are kept in scripts/public-api/items.txt, so that nothing is
# published or taken back by accident.
#
#   scripts/public-api.sh            shows what differs, and ends with 1 if anything does
#   scripts/public-api.sh --write    keeps what is there now
#
# rustdoc tells of a crate as JSON, which is not stable yet: a newer toolchain may ask for a newer `public-api`.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target} kept=scripts/public-api/items.txt
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Only rustdoc itself may use what is not stable; the crates below are built as always.
printf '#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc "$@"\n' > "$folder/rustdoc"
chmod +x "$folder/rustdoc"
RUSTDOC="$folder/rustdoc" cargo rustdoc --lib --locked --quiet -- -Z unstable-options --output-format json
CARGO_TARGET_DIR="$target/public-api" cargo run --quiet --locked --manifest-path scripts/public-api/Cargo.toml -- \
    "$target/doc/polysource.json" > "$folder/items.txt"
if [[ ${1:-} == --write ]]; then
    cp "$folder/items.txt" "$kept"
elif ! diff -u "$kept" "$folder/items.txt" > "$folder/diff"; then
    cat "$folder/diff"
    echo "the public items of the library have changed; if they should, run scripts/public-api.sh --write" >&2
    exit 1
fi
