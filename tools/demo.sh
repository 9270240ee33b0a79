#!/bin/sh
# Runs the demonstration tree until Ctrl-C.
set -eu
cd "$(dirname "$0")/.."
bin=$PWD/${BUILD:-build}/bin
PATH=$bin:$PATH
live=$(mktemp -d "${TMPDIR:-/tmp}/reeve-demo.XXXXXX")
trap 'rm -rf "$live"' EXIT
trap : INT TERM # the scanner gets Ctrl-C too; wait for it to end
echo "demo: reeve-scan -l $live $PWD/servicedirs-example/demo"
echo "demo: look at it from another terminal with: $bin/reeve -l $live status"
echo "demo: Ctrl-C stops everything"
"$bin/reeve-scan" -l "$live" "$PWD/servicedirs-example/demo" &
scanner=$!
code=0
while :; do
  wait "$scanner" && code=0 || code=$?
  kill -0 "$scanner" 2>/dev/null || break
  kill -TERM "$scanner" 2>/dev/null || :
done
echo "demo: everything has stopped; exit code $code"
exit "$code"
