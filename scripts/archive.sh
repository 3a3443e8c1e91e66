#!/usr/bin/env bash
# Packs what `cargo build --profile dist --target TARGET` built into dist/polysource-TARGET.tar.gz (.zip for Windows), with
# manual pages, completions and licences, and its SHA-256 beside it.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$1
built=${CARGO_TARGET_DIR:-target}/$target/dist
name=polysource-$target
binary=polysource
[[ $target != *windows* ]] || binary=polysource.exe
rm -rf "dist/$name"
mkdir -p "dist/$name"
cp "$built/$binary" README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT "dist/$name/"
"$built/$binary" man "dist/$name/man"
mkdir "dist/$name/completions"
for shell in bash zsh fish powershell; do "$built/$binary" completions "$shell" > "dist/$name/completions/polysource.$shell"; done
cd dist
if [[ $target == *windows* ]]; then
    file=$name.zip
    7z a -bso0 "$file" "$name"
else
    file=$name.tar.gz
    tar -czf "$file" "$name"
fi
rm -rf "$name"
if command -v sha256sum > /dev/null; then sha256sum "$file"; else shasum -a 256 "$file"; fi > "$file.sha256"
size=$(wc -c < "$built/$binary")
echo "$file: the program has $((size / 1000)) kB"
((size <= 15000000)) || { echo "error: more than 15 MB" >&2; exit 1; }
