#!/usr/bin/env bash
# Installs packages of Debian, one caller after another: tests that run beside each other install at the same time.
set -euo pipefail
command -v apt-get > /dev/null || { echo "there is no apt-get" >&2; exit 1; }
exec 9> "${TMPDIR:-/tmp}/polysource-apt.lock"
flock 9
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@"
