# Tests and assignments that are written wrongly, and are read by the shell all the same.
# shellcheck shell=bats disable=SC2154 # report, tree: migrate.bash
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

mistake() # LINE TEXT
{
  grep "^line $1: mistake: " <<<"$report" | grep -q -F -- "$2" || { echo "# no such mistake in line $1: $2"; echo "$report"; return 1; }
}

@test "tests and assignments whose words the shell reads in another way" {
  local words text
  while IFS='|' read -r words text; do
    wrapper <<<$'#!/bin/bash\n'"if $words; then"$'\n  ./more &\nfi\nexec web'
    migrate
    mistake 2 "$text"
    grep -q -F -- "$words" "$tree/more/run" # as the script asked
  done <<'EOS'
[ "$A" = b]|a blank is missing ahead of ]
[ ! -f /ready]|a blank is missing ahead of ]
["$A" = b ]|a blank is missing behind [
[[$A -eq 0 ]]|a blank is missing behind [[
[[ $A -eq 0]]|Bash cannot read this
[ $A==b ]|one word, and it always holds
[ "$A"="b" ]|one word, and it always holds
[ ! $A=b ]|one word, and it never holds
[[ $A==b ]]|one word, and it always holds
test $A=b|one word, and it always holds
[ "$A"= b ]|a blank is missing at =
[ $A ==b ]|a blank is missing at =
[ $A > 5 ]|it is a redirection, for a file 5
[ -f a && -f b ]|[ ends at &&, without ]
[ -n $A ]|-n $A holds where the value is empty, too
$A = b|executes what has the name of its value
EOS
  while IFS= read -r words; do
    wrapper <<<$'#!/bin/bash\n'"if $words; then"$'\n  ./more &\nfi\nexec nginx'
    migrate
    untold 'blank' && untold 'holds' && untold 'redirection' || { echo "# $words"; return 1; }
  done <<'EOS'
[ -n "$A" > /dev/null ]
[ "${A:-a=b}" ]
[ "$A" \> b ]
[ -n "$(grep 'a = b' /etc/x 2>/dev/null)" ]
[[ $A > b && -n $B ]]
[[ $A =~ ^[0-9]+$ ]]
test "$A" = b
[ "$A" != b ]
[ = = "$A" ]
EOS
  wrapper <<<$'PORT = 80\n$PORT=80\nexport PORT = 80\nexec web'
  migrate
  mistake 1 'PORT stands where a program does: this sets nothing'
  mistake 2 'the $ is too much'
  mistake 3 'no variable gets this value'
  wrapper <<<$'#!/bin/sh\n[ "$A" == b ] && ./more &\nexec web'
  migrate
  mistake 2 'no == in dash'
}

@test "a question behind the end that is written wrongly says nothing of the code" {
  wrapper <<<$'#!/bin/bash\na &\nb &\nwait -n\nS=$?\nif [ $S -ne 0]; then\n  exit 3\nfi\nexit 0'
  migrate
  mistake 6 'this never holds'
  untold 'the script ended with 3'
  told 'no more always 0'
}
