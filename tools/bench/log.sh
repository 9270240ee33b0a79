#!/usr/bin/env bash
# Throughput and memory of reeve-log beside s6-log: LINES lines of 100 bytes with
# stamps, from a pipe, files of 1 MB; alternating, ROUNDS times. Prints the medians
# and their ratio (of the logger's own time, and of the whole).
#   tools/bench/log.sh [LINES [ROUNDS]]
set -eu
cd "$(dirname "$0")/../.."
ours=$PWD/${BUILD:-build}/bin/reeve-log
lines=${1:-1000000}
rounds=${2:-5}
command -v s6-log >/dev/null || { echo "bench: no s6-log to compare with: install the package s6" >&2; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/reeve-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
ln -s "$ours" "$work/ours"
ln -s "$ours" "$work/s6-log"

awk -v n="$lines" 'BEGIN { for (i = 1; i <= n; i++) printf "%09d %089d\n", i, i }' >"$work/input"

# One run: seconds until all is written; the logger's user and system seconds.
TIMEFORMAT='%R %U %S'
one() # NAME PROGRAM ARGUMENT...
{
  local name=$1 into
  shift
  into=$work/logs.$name
  rm -rf "$into"
  { time "$@" "$into" < <(exec cat "$work/input"); } 2>&1 | awk '{ print $1, $2 + $3 }' >>"$work/$name"
  [ "$(find "$into" -name '@*.s' | wc -l)" -eq 10 ] || [ "$lines" -lt 100000 ] || { echo "bench: $name has not rotated" >&2; exit 1; }
}

for ((i = 0; i < rounds; i++)); do
  one ours-t "$work/s6-log" -b -- t s1000000
  one theirs-t s6-log -b -- t s1000000
  one ours-T "$work/s6-log" -b -- T s1000000
  one theirs-T s6-log -b -- T s1000000
  one ours-iso "$ours" --stamp iso
  one ours-json "$ours" --json
done

median() { sort -n -k "$2,$2" "$work/$1" | awk -v c="$2" '{ v[NR] = $c } END { print v[int((NR + 1) / 2)] }'; }
compare() # OURS THEIRS
{
  local a b c d
  a=$(median "$1" 1) b=$(median "$2" 1) c=$(median "$1" 2) d=$(median "$2" 2)
  awk -v name="$1 : $2" -v a="$a" -v b="$b" -v c="$c" -v d="$d" \
    'BEGIN { printf "%-22s %.3f s : %.3f s, %.2f times the throughput; processor time %.3f s : %.3f s, %.2f\n", name, a, b, b / a, c, d, d / c }'
}
compare ours-t theirs-t
compare ours-T theirs-T
compare ours-iso theirs-T
compare ours-json theirs-T
