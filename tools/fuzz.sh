#!/usr/bin/env bash
# Runs each fuzz target for a while, over a copy of its corpus, as many at a time as there
# are processors ($JOBS); fails when one has found something, and says how to see it again.
#   usage: tools/fuzz.sh SECONDS BUILD [TARGET...]
set -u
cd "$(dirname "$0")/.." || exit 1
seconds=$1
build=$PWD/$2
shift 2
work=$build/work # kept: what one run has found to be interesting, the next begins with
tmp=$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")/reeve-fuzz.XXXXXX")
declare -A running=() # the target of each pid
trap '[ ${#running[@]} -eq 0 ] || kill "${!running[@]}" 2>/dev/null; rm -rf "$tmp"' EXIT
export TMPDIR=$tmp
bad=0

[ $# -gt 0 ] || for source in tests/fuzz/*.c; do set -- "$@" "$(basename "$source" .c)"; done

begin() # NAME
{
  local corpus=$work/$1
  mkdir -p "$corpus"
  rm -f "$corpus".found-*
  if [ -z "$(ls -A "tests/fuzz/corpus/$1" 2>/dev/null)" ]; then
    echo "fuzz $1: there is no tests/fuzz/corpus/$1"
    bad=1
    return
  fi
  cp "tests/fuzz/corpus/$1"/* "$corpus"
  # close_fd_mask: what the target prints is discarded, what the sanitizers print is not.
  "$build/fuzz/$1" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1024 -close_fd_mask=3 \
    -print_final_stats=1 -artifact_prefix="$corpus.found-" "$corpus" >"$corpus.log" 2>&1 </dev/null &
  running[$!]=$1
}

reproduce() # NAME
{
  local found
  for found in "$work/$1".found-*; do
    [ -e "$found" ] || continue
    echo "  see it again: $build/fuzz/$1 $found"
  done
}

report() # NAME CODE
{
  local log=$work/$1.log runs
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if [ "$2" -ne 0 ] || [ "${runs:-0}" -eq 0 ]; then
    bad=1
    echo "fuzz $1: FAILED after ${runs:-0} runs (exit code $2)"
    grep -v '^#' "$log" | tail -n 60
    reproduce "$1"
  else
    echo "fuzz $1: $runs runs, $(sed -n 's/^#[0-9]*\t.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1) edges covered"
  fi
}

end_one()
{
  local pid name
  wait -n -p pid "${!running[@]}"
  set -- $?
  name=${running[$pid]}
  unset "running[$pid]"
  report "$name" "$1"
}

for name; do
  [ ${#running[@]} -lt "${JOBS:-$(nproc)}" ] || end_one
  begin "$name"
done
while [ ${#running[@]} -gt 0 ]; do end_one; done
exit $bad
