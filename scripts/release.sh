#!/usr/bin/env bash
# Builds a stripped binary with every feature into dist/. The C and C++ runtimes of HiGHS are linked statically, so
# that it runs wherever the C library is at least as new as here.
set -euo pipefail
cd "$(dirname "$0")/.."
RUSTFLAGS="${RUSTFLAGS:-} -C link-arg=-static-libgcc -C link-arg=-static-libstdc++" \
    cargo build --profile dist --locked --features highs,parquet
mkdir -p dist
cp "$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/dist/polysource" dist/
strip dist/polysource
dist/polysource man dist/man
for shell in bash zsh fish; do dist/polysource completions "$shell" > "dist/polysource.$shell"; done
dist/polysource solve models/quickstart.yaml --engine highs --format json | grep -q '"verified": true'
ls -l dist/polysource
ldd dist/polysource
