# Shell functions of demo.sh and test.sh: named phases with times and logs.
# shellcheck shell=bash disable=SC2154
# Sourced, after `set -euo pipefail`, with $root set to the repository.

logs=$root/build/logs
mkdir -p "$logs"
started=$SECONDS

duration() { # SECONDS
  if (($1 < 60)); then echo "$1 s"; else echo "$(($1 / 60)) min $(($1 % 60)) s"; fi
}

# say TEXT...: one line of the program's own voice.
say() { printf '%s\n' "$*"; }

# phase NAME TITLE COMMAND...: runs a command quietly, its output in
# build/logs/NAME.log. Once a minute the log's last line shows that it lives;
# on failure the log's end is shown and the script ends.
phase() {
  local title=$2 log=$logs/$1.log begin=$SECONDS next=$((SECONDS + 60)) status=0
  shift 2
  printf '== %s ... ' "$title"
  "$@" >"$log" 2>&1 </dev/null &
  child=$!
  # A background child ignores Ctrl-C, so it is ended by hand.
  trap 'kill "$child" 2>/dev/null; exit 130' INT TERM
  while kill -0 "$child" 2>/dev/null; do
    if ((SECONDS >= next)); then
      printf '\n   after %s: %s' "$(duration $((SECONDS - begin)))" \
        "$(tail -n 1 "$log" | cut -c 1-100)"
      next=$((SECONDS + 60))
    fi
    sleep 0.2
  done
  wait "$child" || status=$?
  trap - INT TERM
  if ((status == 0)); then
    say "done ($(duration $((SECONDS - begin))))"
    return
  fi
  say "FAILED with status $status after $(duration $((SECONDS - begin)))"
  say "   The last lines of ${log#"$root"/}:"
  tail -n 40 "$log" | sed 's/^/   | /'
  exit 1
}

# show NAME TITLE COMMAND...: runs a command in full view, and into the log.
show() {
  local title=$2 log=$logs/$1.log begin=$SECONDS status=0
  shift 2
  say "== $title"
  "$@" </dev/null 2>&1 | tee "$log" || status=${PIPESTATUS[0]}
  if ((status == 0)); then
    say "   ($(duration $((SECONDS - begin))))"
    return
  fi
  say "== $title FAILED with status $status"
  exit "$status"
}

total() { say "== $1 Everything together took $(duration $((SECONDS - started)))."; }
