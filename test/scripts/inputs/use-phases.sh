#!/usr/bin/env bash
# Uses phases.sh as demo.sh does; the second argument says which way it ends.
set -euo pipefail
root=$2
mkdir -p "$root"
source "$1/tools/scripts/phases.sh"
phase quiet "A quiet phase" echo "goes to the log"
show loud "A phase in view" echo "is seen"
case $3 in
phase) phase bad "A phase that fails" sh -c 'echo "the reason"; exit 7' ;;
show) show bad "A show that fails" sh -c 'echo "the reason"; exit 7' ;;
esac
total "All is done."
