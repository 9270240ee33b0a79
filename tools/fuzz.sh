#!/usr/bin/env bash
# Runs each fuzz target for a while, over a copy of its corpus; fails when one has
# found something, and says how to see it again.
#   usage: tools/fuzz.sh SECONDS BUILD [TARGET...]
set -u
cd "$(dirname "$0")/.." || exit 1
seconds=$1
build=$PWD/$2
shift 2
work=$build/work # kept: what one run has found to be interesting, the next begins with
tmp=$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")/reeve-fuzz.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
export TMPDIR=$tmp
bad=0

[ $# -gt 0 ] || for source in tests/fuzz/*.c; do set -- "$@" "$(basename "$source" .c)"; done

reproduce() # NAME
{
  local found
  for found in "$work/$1".found-*; do
    [ -e "$found" ] || continue
    echo "  see it again: $build/fuzz/$1 $found"
  done
}

for name; do
  corpus=$work/$name
  mkdir -p "$corpus"
  rm -f "$corpus".found-*
  if [ -z "$(ls -A "tests/fuzz/corpus/$name" 2>/dev/null)" ]; then
    echo "fuzz $name: there is no tests/fuzz/corpus/$name"
    bad=1
    continue
  fi
  cp "tests/fuzz/corpus/$name"/* "$corpus"
  # close_fd_mask: what the target prints is discarded, what the sanitizers print is not.
  "$build/fuzz/$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1024 -close_fd_mask=3 \
    -print_final_stats=1 -artifact_prefix="$corpus.found-" "$corpus" >"$corpus.log" 2>&1 </dev/null
  code=$?
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$corpus.log")
  if [ $code -ne 0 ] || [ "${runs:-0}" -eq 0 ]; then
    bad=1
    echo "fuzz $name: FAILED after ${runs:-0} runs (exit code $code)"
    grep -v '^#' "$corpus.log" | tail -n 60
    reproduce "$name"
  else
    echo "fuzz $name: $runs runs, $(sed -n 's/^#[0-9]*\t.* cov: \([0-9]*\) .*/\1/p' "$corpus.log" | tail -n 1) edges covered"
  fi
done
exit $bad
