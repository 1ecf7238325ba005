#!/usr/bin/env bash
# Everything that demo.sh does, then builds and runs all tests. The last line
# counts them.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
bash tools/scripts/demo.sh --with-peer
source tools/scripts/phases.sh
[ -w "${HOME:-}" ] || export CCACHE_DIR=$root/build/ccache
phase build-all "Build the rest and the tests" cmake --build --preset default
exec build/venv/bin/python tools/scripts/run_tests.py --build build/default
