#!/usr/bin/env bash
# Builds the wheel that is given away into python/wheels: one for every CPython from 3.9 on, optimised, with the engine
# HiGHS linked in, so that whoever installs it needs no compiler.
#
#   python/build.sh [OPTIONS OF MATURIN]      such as --compatibility manylinux_2_28 --zig
#
# Needs cargo, python3 with venv, and for HiGHS cmake, a C++ compiler and libclang (on Debian: apt-get install cmake g++
# libclang-dev). maturin comes through pip, into a venv of its own.
#
# A wheel runs wherever the C library is at least as new as the one that it was built with; maturin looks at what the
# library asks for and names the wheel by it, or refuses. For a wheel that runs on every Linux of the last years run this in
# an image of manylinux (quay.io/pypa/manylinux_2_28_x86_64 or _aarch64, with clang-devel installed), or with --zig where zig
# is installed. On macOS and Windows it builds the wheel of that system.
set -euo pipefail
cd "$(dirname "$0")"
for tool in cargo python3 cmake c++; do
    command -v "$tool" > /dev/null || { echo "error: $tool is missing" >&2; exit 1; }
done
target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
venv=$target/maturin
[ -x "$venv/bin/maturin" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install -q 'maturin>=1.7,<2'; }
sources=$(realpath ..)
export RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$sources=."
"$venv/bin/maturin" build --release --locked --strip --features highs --out wheels "$@"
ls -l wheels
# It has to have what it is built for.
python3 -m venv --clear "$target/wheel-tried"
"$target/wheel-tried/bin/pip" install -q --no-index "$(ls -t wheels/*.whl | head -1)"
"$target/wheel-tried/bin/python" -c '
import polysource
assert "highs" in polysource.engines(), polysource.engines()
plan = polysource.Model.from_yaml("../models/quickstart.yaml").solve(engine="highs")
assert plan.certified
print(plan.decision[0])'
