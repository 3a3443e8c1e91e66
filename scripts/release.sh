#!/usr/bin/env bash
# Builds a stripped binary with every feature into dist/. The C++ runtime of HiGHS and the unwinder are linked statically,
# so that it runs wherever the C library is at least as new as here.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
# Both are asked for by name as shared libraries, which `-static-libstdc++` does not change; a folder that is searched
# first and has nothing but the archives does.
static=$target/static-runtimes
mkdir -p "$static" dist
ln -sf "$(c++ -print-file-name=libstdc++.a)" "$static/libstdc++.a"
ln -sf "$(c++ -print-file-name=libgcc_eh.a)" "$static/libgcc_s.a"
# No path of the machine that built it is in what is given away.
RUSTFLAGS="${RUSTFLAGS:-} -L native=$static --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$PWD=." \
    cargo build --profile dist --locked --features highs,parquet
cp "$target/dist/polysource" dist/
strip dist/polysource
dist/polysource man dist/man
for shell in bash zsh fish; do dist/polysource completions "$shell" > "dist/polysource.$shell"; done
dist/polysource solve models/quickstart.yaml --engine highs --format json | grep -q '"verified": true'
ls -l dist/polysource
ldd dist/polysource
if ldd dist/polysource | grep -E 'libstdc\+\+|libgcc_s'; then
    echo "error: a runtime that should be linked statically is not" >&2
    exit 1
fi
