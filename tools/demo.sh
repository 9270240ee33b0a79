#!/bin/sh
# Runs the demonstration tree until Ctrl-C, SIGTERM, or the end of the terminal.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
case $build in /*) ;; *) build=$PWD/$build ;; esac
bin=$build/bin
PATH=$bin:$PATH
live=$(mktemp -d "${TMPDIR:-/tmp}/reeve-demo.XXXXXX")
trap 'rm -rf "$live"' EXIT
trap : HUP INT TERM # they end the wait below: the scanner is told, and waited for
echo "demo: reeve-scan -l $live $PWD/servicedirs-example/demo"
echo "demo: look at it from another terminal with: $bin/reeve -l $live status"
echo "demo: Ctrl-C stops everything"
"$bin/reeve-scan" -l "$live" "$PWD/servicedirs-example/demo" &
scanner=$!
watcher=
# The end of a terminal is told to its first process alone, which may be make; that waits for us.
if [ -t 0 ]; then
  exec 3<&0
  while [ -t 3 ]; do sleep 1; done && kill -TERM $$ &
  watcher=$!
fi
code=0
while :; do
  wait "$scanner" && code=0 || code=$?
  kill -0 "$scanner" 2>/dev/null || break
  kill -TERM "$scanner" 2>/dev/null || :
done
[ -z "$watcher" ] || kill "$watcher" 2>/dev/null || :
echo "demo: everything has stopped; exit code $code" 2>/dev/null || : # the terminal may be gone
exit "$code"
