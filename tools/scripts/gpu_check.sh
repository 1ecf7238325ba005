#!/bin/bash
# Prepares a check on a real GPU: compiles test artifacts here, where LLVM is,
# and a runner that needs nothing but glibc 2.36 and the NVIDIA driver.
#
#   tools/scripts/gpu_check.sh [--build DIR] [--output DIR] [--only PART]... [--full]
#
# --full adds a ResNet-18 and a six-layer encoder in their real sizes, about 95 MB
# of which a compressed archive needs a quarter, and every case of the op table.
#
# Copy the output folder (build/gpu by default) to a machine with a GPU, sm_80 or
# later, and say there: bash build/gpu/run.sh. It prints pass or fail and times
# for every case, and 'N passed, N failed' at its end.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build/default output=$root/build/gpu options=()
while [ $# -gt 0 ]; do
  case $1 in
  --build) build=$2; shift 2 ;;
  --output) output=$2; shift 2 ;;
  --only) options+=(--only "$2"); shift 2 ;;
  --full) options+=(--full); shift ;;
  *) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
done
python=$root/build/venv/bin/python
[ -x "$python" ] || { echo "gpu_check: $python is missing; tools/scripts/setup.sh makes it" >&2; exit 1; }
cmake --build "$build" --target tenon gpu_runner
mkdir -p "$output"
cp "$build/test/gpu/gpu_runner" "$output/gpu_runner"
cat >"$output/run.sh" <<'RUN'
#!/bin/bash
# Runs all cases, or those with one of the arguments in their names.
here=$(cd "$(dirname "$0")" && pwd)
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null || true
chmod +x "$here/gpu_runner"
exec "$here/gpu_runner" "$here" "$@"
RUN
status=0
"$python" "$root/test/gpu/make_cases.py" "$output" --build "$build" "${options[@]}" || status=1
du -sh "$output"
exit $status
