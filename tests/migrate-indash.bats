# What Bash knows, and dash does not, in a script for sh.
# shellcheck shell=bats disable=SC2154 # report: migrate.bash
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "what dash does not know is named where sh may be dash" {
  local line what
  while IFS='|' read -r line what; do
    wrapper <<<$'#!/bin/sh\n'"$line"$'\nexec web'
    migrate
    grep '^line 2: mistake: dash, which sh may be, has no ' <<<"$report" | grep -q -F -- "$what" || { echo "# $line: $report"; return 1; }
    wrapper <<<$'#!/bin/bash\n'"$line"$'\nexec web'
    migrate
    untold 'mistake: dash'
  done <<'EOS'
./app >& /var/log/app.log &|>&FILE
[[ $A = a ]] && ./x &|[[
source ./f|source
function f() { ./x; }|word function
./x <<<y|<<<
((i++))|(( ))
A=(a b)|arrays
exec > >(tee log)|<( ) and >( )
set -euo pipefail|pipefail
trap 'kill $P' SIGTERM|this trap is not set
trap 'kill $P' ERR|trap of ERR
export -f f|export -f
for ((i = 0; i < 2; i++)); do ./x; done|for (( ))
./a & disown|disown
declare A=1|declare
EOS
}

@test "what dash knows is not named, and each kind once" {
  wrapper <<<$'#!/bin/sh\nset -eu\ntrap : TERM\nf() { ./y; }\n. ./lib\nA="(a)"\n./app >&2 &\n[ "$A" = b ] || exit 1\nexec web'
  migrate
  untold 'mistake: dash'
  wrapper <<<$'#!/bin/sh\n[[ -n $A ]] && ./x &\n[[ -n $B ]] && ./y &\nexec web'
  migrate
  [ "$(grep -c 'mistake: dash' <<<"$report")" -eq 1 ]
}
