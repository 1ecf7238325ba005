#!/usr/bin/env bash
# From a fresh clone to the main job: installs, builds, compiles the sentence
# embedding model MiniLM with its real weights, and searches with it; then
# trains a network on handwritten digits and reads some that it has not seen.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
source tools/scripts/phases.sh

python=build/venv/bin/python
tenon=build/default/bin/tenon
model=build/demo/minilm.onnx
artifact=build/demo/minilm.tenon
digits=build/demo/digits

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

if "$python" -c 'import sys; sys.path.insert(0, "tools/demo")
import digits_data; digits_data.digits_file()' 2>/dev/null; then
  phase digits "Write an untrained network for handwritten digits, and its data" \
    "$python" tools/demo/digits_to_onnx.py "$digits"
  show digits-compile "Compile it to learn: tenon compile $digits/digits.onnx --train=$digits/digits.json" \
    "$tenon" compile "$digits/digits.onnx" --train="$digits/digits.json" \
    -o "$digits/digits.tenon"
  rm -rf "$digits/checkpoints"
  show digits-train "Train it: tenon train $digits/digits.tenon --data=$digits/train.npz --epochs=20" \
    "$tenon" train "$digits/digits.tenon" --data="$digits/train.npz" \
    --validation="$digits/test.npz" --epochs=20 --seed=1 \
    --checkpoint="$digits/checkpoints" --keep=1
  show digits-show "Read digits that it has not seen: tools/demo/digits_show.py" \
    "$python" tools/demo/digits_show.py "$digits/digits.tenon" \
    "$digits/checkpoints" "$digits/test.npz" --tenon "$tenon" --least 97
else
  say "== Handwritten digits are skipped: scikit-learn, which carries them, is not installed"
fi
total "The demo is done."
