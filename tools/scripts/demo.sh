#!/usr/bin/env bash
# From a fresh clone to the main job: installs, builds, compiles the sentence
# embedding model MiniLM with its real weights, and searches with it.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
source tools/scripts/phases.sh

python=build/venv/bin/python
tenon=build/default/bin/tenon
model=build/demo/minilm.onnx
artifact=build/demo/minilm.tenon

# ccache must have a place to write even where HOME is not one.
[ -w "${HOME:-}" ] || export CCACHE_DIR=$root/build/ccache

phase setup "Install packages (Debian's, and Python's under build/venv)" \
  bash tools/scripts/setup.sh "$@"
phase configure "Configure" cmake --preset default
phase build-tenon "Build the compiler (minutes, the first time)" \
  cmake --build --preset default --target tenon
phase export "Write MiniLM as ONNX from its published weights" \
  "$python" tools/demo/minilm_to_onnx.py "$model"
show compile "Compile it: tenon compile ${model#"$root"/} --dim batch=1 --dim seq=64" \
  "$tenon" compile "$model" -o "$artifact" --dim batch=1 --dim seq=64
show search "Search 64 sentences with it: tools/demo/search.py" \
  "$python" tools/demo/search.py "$artifact" --tenon "$tenon"
total "The demo is done."
