# `reeve upgrade` where the program on disk cannot go on: the present one does.

load lib
load survival
load upgrading

setup() { upgrading_setup; }
teardown() { survival_teardown; }

# The upgrade does not come about, and nothing else has changed either.
is_refused() # MESSAGE
{
  run -1 reeve -l "$live" upgrade --timeout 60s
  says "$1"
  unchanged web
  started_times web 1
  field web state up
}

# All works, also the next upgrade, to one that can.
works_again()
{
  s6-svc -wr -T 10000 -r "$live/web"
  install_anew
  upgrade
  all_new web
  stop_scanner 0
}

goes_on_with_the_old() # MESSAGE
{
  is_refused "$1"
  works_again
}

web_is_up()
{
  guarded web <<<'exec sleep 1000000'
  scanner
  up web
  remember web
}

@test "the scanner's file is missing" {
  declare -A before
  web_is_up
  rm "$dir/bin/reeve-scan"
  goes_on_with_the_old 'unable to upgrade: execute .*/bin/reeve-scan (going on with the present program)'
}

@test "the scanner's state cannot be written" {
  declare -A before
  web_is_up
  # Once: later it is to tell that it has failed.
  start strace -q -p "$scanner" -o "$dir/strace" -e trace=rename,renameat -e inject=rename,renameat:error=ENOSPC:when=1
  tracer=$started
  eventually 10 grep -q "^TracerPid:[[:space:]]*$tracer$" "/proc/$scanner/status"
  is_refused 'unable to upgrade: write .s6-svscan/state (going on with the present program): No space left on device'
  kill -KILL "$tracer"
  wait "$tracer" || :
  works_again
}

@test "the supervisor's file is missing" {
  declare -A before
  web_is_up
  rm "$dir/bin/reeve-supervise"
  goes_on_with_the_old 'going on with the present'
}

@test "the scanner's file is for another machine" {
  declare -A before
  web_is_up
  { head -c 18 "$REEVE_BIN/reeve-scan"; printf '\xb7\0'; tail -c +21 "$REEVE_BIN/reeve-scan"; } | replace reeve-scan
  goes_on_with_the_old 'unable to upgrade: execute .*/bin/reeve-scan (going on with the present program)'
}

@test "the supervisor's file is for another machine" {
  declare -A before
  web_is_up
  { head -c 18 "$REEVE_BIN/reeve-supervise"; printf '\xb7\0'; tail -c +21 "$REEVE_BIN/reeve-supervise"; } | replace reeve-supervise
  goes_on_with_the_old 'unable to upgrade: execute .*/bin/reeve-supervise (going on with the present program)'
}

@test "the new scanner does not know an option" {
  declare -A before
  guarded web <<<'exec sleep 1000000'
  scanner -K 1000000
  up web
  remember web
  cp "$REEVE_BIN/reeve-scan" "$dir/bin/the-same"
  replace reeve-scan <<<$'#!/bin/sh\nfor option; do [ "$option" != -K ] || exit 100; done\nexec "${0%/*}/the-same" "$@"'
  goes_on_with_the_old 'upgrade: the new program cannot go on from the present state: going on with the present one'
}

@test "the new scanner crashes" {
  declare -A before
  web_is_up
  replace reeve-scan <<<$'#!/bin/sh\nkill -KILL $$'
  goes_on_with_the_old 'upgrade: the new program has crashed in its trial: going on with the present one'
}

@test "the new supervisor crashes" {
  declare -A before
  web_is_up
  replace reeve-supervise <<<$'#!/bin/sh\nkill -KILL $$'
  goes_on_with_the_old 'reeve-supervise web: warning: upgrade: the new program has crashed in its trial: going on with the present one'
}

@test "all that go on with the old program are named" {
  declare -A before
  guarded db <<<'exec sleep 1000000'
  web_is_up
  up db
  replace reeve-supervise <<<$'#!/bin/sh\nkill -KILL $$'
  run -1 reeve -l "$live" upgrade --timeout 60s
  for name in db web; do
    [[ $output == *"reeve: warning: $name goes on with its present program: why is among the messages on the scanner's stderr"* ]]
  done
}

@test "the new scanner hangs" {
  declare -A before
  web_is_up
  replace reeve-scan <<<$'#!/bin/sh\nexec sleep 1000000'
  goes_on_with_the_old "upgrade: the new program's trial does not end; killing it, and going on with the present one"
  run ! said crashed
}

@test "the new supervisor hangs" {
  declare -A before
  web_is_up
  replace reeve-supervise <<<$'#!/bin/sh\nexec sleep 1000000'
  goes_on_with_the_old "reeve-supervise web: warning: upgrade: the new program's trial does not end; killing it, and going on with the present one"
  run ! said crashed
}

another_version() # PROGRAM WORD
{
  grep -qE "${2}00[0-9]" "$REEVE_BIN/$1"
  LC_ALL=C sed -E "s/${2}00[0-9]/${2}999/g" "$REEVE_BIN/$1" | replace "$1"
}

@test "the new scanner does not know the state's version" {
  declare -A before
  web_is_up
  another_version reeve-scan 'reeve-scan '
  goes_on_with_the_old 'upgrade: the new program cannot go on from the present state: going on with the present one'
  said "this program cannot go on from .s6-svscan/state: it is another version's"
}

@test "the new supervisor does not know the state's version" {
  declare -A before
  web_is_up
  another_version reeve-supervise reeve
  goes_on_with_the_old 'reeve-supervise web: warning: upgrade: the new program cannot go on from the present state: going on with the present one'
  said "this program cannot go on from supervise/state: it is another version's"
}

@test "in place: the directory of a service that runs is gone" {
  declare -A before
  guarded web <<<'exec sleep 1000000'
  guarded db <<<'exec sleep 1000000'
  in=$scan/db service log <<<'exec cat >>"$dir/log"'
  scanner_in_place
  up web
  up db
  remember web
  mv "$scan/db" "$dir/db"
  process=$(live=$dir pid_of db)
  install_anew
  is_refused 'upgrade: the directory of db, which still runs, is gone: put it back, or let it go by `reeve rescan` (going on with the present program, as the new one would not find it)'
  alive "$process"
  reeve -l "$live" rescan
  eventually 10 gone "$process"
  works_again
}

@test "in place: the directory of a logger that runs is gone" {
  declare -A before
  guarded web <<<'exec sleep 1000000'
  in=$scan/web service log <<<'exec cat >>"$dir/log"'
  scanner_in_place
  up web
  up web/log
  remember web
  mv "$scan/web/log" "$dir/log-directory"
  is_refused 'upgrade: the directory of web/log, which still runs, is gone'
  mv "$dir/log-directory" "$scan/web/log"
  works_again
}

@test "without a scanner it says so" {
  run -1 reeve -l "$dir" upgrade
  [[ $output == *'no scanner runs on '* ]]
}
