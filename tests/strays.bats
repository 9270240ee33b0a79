# What a service leaves behind is ended when it has ended, before finish runs.

load lib
load survival

setup() { reeve_setup; }
teardown()
{
  # What is left by a test on purpose, or by a failure: it has no directory of ours any more.
  for pid in $(marked); do kill -KILL "$pid" 2>/dev/null || :; done
  reeve_teardown
}

# Every process that was started with this argument is a stray of this test's.
mark() { echo "${dir##*.}"; }
marked() { pgrep -f "^(sh|sleep|bash|/bin/sh|/bin/bash) .*$(mark)" || :; }
none_left() { [ -z "$(marked)" ]; }
left_stubborn()
{
  local pid
  for pid in $(marked); do ! process_traps_term "$pid" || return 0; done
  return 1
}
left() { [ "$(marked | wc -l)" -ge "$1" ]; }

# web runs until $dir/go is there; what it does before is on stdin. `stray` in it is a
# command that sleeps and can be found.
leaving()
{
  # shellcheck disable=SC2089 # they are for eval
  stray="sh -c 'while :; do sleep 1; done' $(mark)"
  # shellcheck disable=SC2089
  stubborn="sh -c 'trap \"\" TERM HUP INT; while :; do sleep 1; done' $(mark)"
  mark=$(mark)
  # shellcheck disable=SC2090
  export stray stubborn mark
  { cat; echo 'until [ -e "$dir/go" ]; do sleep 0.05; done; rm "$dir/go"; exit "${code:-5}"'; } | service web
  # Are there any when it runs?
  finish web <<<"if pgrep -f '^(sh|sleep|bash) .*$(mark)' >/dev/null; then echo left; else echo clean; fi >>\"\$dir/finished\""
  setting web restart no
}

ends_clean() # STRAYS [CONDITION]: as many are there before, and that holds
{
  scanner
  up web
  eventually 10 left "$1"
  [ $# -eq 1 ] || eventually 10 "$2"
  touch "$dir/go"
  eventually 60 test -s "$dir/finished"
  [ "$(cat "$dir/finished")" = clean ]
  none_left
}

@test "a child in the background" {
  leaving <<<'eval "$stray &"'
  ends_clean 1
  says "ending sh (pid [0-9]*), which ./run has left behind"
}

@test "setsid does not escape" {
  leaving <<<'eval "setsid $stray &"'
  ends_clean 1
}

@test "a double fork does not escape" {
  leaving <<<'(eval "setsid $stray &" &) ; (eval "$stray &" &)'
  ends_clean 2
}

@test "ignoring SIGTERM does not escape: it is killed after timeout-strays" {
  leaving <<<'eval "setsid $stubborn &"'
  setting web timeout-strays 1000
  began=$(date +%s%N)
  ends_clean 1 left_stubborn
  [ $(($(date +%s%N) - began)) -ge 1000000000 ]
}

@test "one that is stopped is ended too" {
  leaving <<<'eval "setsid $stray &"; until pgrep -f "^sh .*$mark"; do sleep 0.05; done; kill -STOP $!'
  ends_clean 1
}

@test "many strays" {
  leaving <<<'i=0; while [ $i -lt 200 ]; do eval "setsid $stray &"; i=$((i + 1)); done'
  ends_clean 200
}

@test "a tree of strays of which only the root is a child" {
  leaving <<<"setsid sh -c 'sh -c \"sh -c \\\"while :; do sleep 1; done\\\" $(mark) & wait\" $(mark) & wait' $(mark) &"
  ends_clean 3
}

# Each one starts two more, for some generations, whatever becomes of itself.
@test "a bomb that goes on forking while it is ended" {
  script "$dir/bomb" <<<'trap "" TERM
[ "$1" -gt 0 ] || { sleep 20; exit; }
setsid sh "$0" $(($1 - 1)) "$2" &
setsid sh "$0" $(($1 - 1)) "$2" &
sleep 0.02'
  leaving <<<"setsid sh \"\$dir/bomb\" 6 $(mark) & exec 9>&-"
  scanner
  up web
  eventually 20 left 20
  touch "$dir/go"
  eventually 60 test -s "$dir/finished"
  eventually 30 none_left
}

@test "each is named in a message" {
  leaving <<<'eval "setsid $stray &"; echo $! >"$dir/first"; eval "setsid $stray &"; echo $! >"$dir/second"'
  ends_clean 2
  said "reeve-supervise web: warning: ending sh (pid $(cat "$dir/first")), which ./run has left behind"
  said "reeve-supervise web: warning: ending sh (pid $(cat "$dir/second")), which ./run has left behind"
}

@test "the service is down while they are ended, and finish has its exit code" {
  leaving <<<'eval "setsid $stubborn &"'
  finish web <<<'echo "$1 $2" >>"$dir/finished"'
  scanner
  up web
  eventually 10 left 1
  touch "$dir/go"
  s6-svwait -d -t 10000 "$live/web"
  eventually 10 test -s "$dir/finished"
  [ "$(cat "$dir/finished")" = '5 0' ]
  none_left
}

@test "they are ended before a restart: never two generations" {
  leaving <<<"pgrep -f '^(sh|sleep) .*$(mark)' >>\"\$dir/two\"; eval \"setsid \$stubborn &\""
  rm "$scan/web/restart"
  setting web restart-delay '10 10'
  scanner
  up web
  for n in 1 2 3; do
    eventually 10 left 1
    touch "$dir/go"
    eventually 20 field web restarts $n
  done
  [ ! -s "$dir/two" ]
}

@test "flag-keep-strays leaves them" {
  leaving <<<'eval "setsid $stray &"'
  setting web flag-keep-strays ''
  scanner
  up web
  eventually 10 left 1
  touch "$dir/go"
  eventually 20 test -s "$dir/finished"
  [ "$(cat "$dir/finished")" = left ]
  eventually 10 field web state failed
  left 1
  ! said 'which ./run has left behind'
}

@test "one that has gone into the background is told how to mend it" {
  leaving <<<'eval "setsid $stray &"; exit 0'
  scanner
  says './run has ended with 0 at once and left processes behind: it has put itself into the background; give it its option to stay in the foreground, or create the file flag-forks'
  eventually 10 none_left
}

@test "one that ends later or with a failure is not told so" {
  leaving <<<'eval "setsid $stray &"; exit 1'
  scanner
  eventually 10 field web state failed
  ! said 'put itself into the background'
}

@test "orphans are left alone while the service is up" {
  leaving <<<'(eval "setsid $stray &" &)'
  scanner
  up web
  eventually 10 left 1
  orphan=$(marked | head -n 1)
  is_adopted() { grep -qx reeve-supervise "/proc/$(awk '/^PPid/ { print $2 }' "/proc/$orphan/status")/comm"; }
  eventually 10 is_adopted
  s6-svc -a "$live/web" # SIGALRM ends it: only now
  eventually 10 gone "$orphan"
}

@test "zombies of strays are reaped while the service is up" {
  leaving <<<'i=0; while [ $i -lt 50 ]; do (setsid true &); i=$((i + 1)); done'
  scanner
  up web
  supervisor=$(awk '/^PPid/ { print $2 }' "/proc/$(pid_of web)/status")
  eventually 10 eval '[ "$(ps -o stat= --ppid $supervisor | grep -c Z)" = 0 ]'
}

@test "a stop ends them too, if they were left behind before" {
  leaving <<<'(eval "setsid $stubborn &")'
  scanner
  setting web timeout-strays 500
  up web
  eventually 10 left_stubborn
  stop_scanner 137 # it had to be killed
  none_left
}

@test "a stop with a budget kills them in time" {
  for n in 1 2 3; do
    service slow$n <<<"trap '' TERM; setsid sh -c 'trap \"\" TERM; while :; do sleep 1; done' $(mark) & while :; do sleep 1; done"
  done
  scanner -T 2000
  eventually 10 left 3
  began=$(date +%s%N)
  stop_scanner 137
  [ $(($(date +%s%N) - began)) -lt 10000000000 ]
  none_left
}

@test "what a finish leaves behind is ended before the next start, and named as its" {
  leaving <<<"pgrep -f '^(sh|sleep) .*$(mark)' >>\"\$dir/two\""
  finish web <<<'eval "setsid $stubborn &"; echo $! >"$dir/finish.stray"'
  rm "$scan/web/restart"
  setting web restart-delay '10 10'
  scanner
  up web
  for n in 1 2; do
    touch "$dir/go"
    eventually 20 field web restarts $n
    up web
  done
  [ ! -s "$dir/two" ]
  said "which ./finish has left behind"
  run ! said "which ./run has left behind"
}

@test "a service is finished when what its finish has left behind has ended" {
  leaving <<<''
  finish web <<<'eval "setsid $stubborn &"'
  scanner
  up web
  touch "$dir/go"
  s6-svwait -D -t 10000 "$live/web"
  none_left
}

@test "what a finish that was killed has left behind is ended too" {
  leaving <<<''
  finish web <<<'eval "$stray &"; eval "setsid $stray &"; wait'
  setting web timeout-finish 500
  scanner
  up web
  stop_scanner 137
  said './finish has not ended within timeout-finish'
  none_left
}

@test "a stop with a budget leaves nothing of a finish that takes too long" {
  leaving <<<''
  finish web <<<'trap "" TERM; eval "$stubborn &"; eval "setsid $stubborn &"; wait'
  setting web timeout-finish 0
  scanner -T 2000
  up web
  stop_scanner 137
  none_left
}

@test "flag-keep-strays leaves what a finish leaves behind" {
  leaving <<<''
  finish web <<<'eval "setsid $stray &"'
  setting web flag-keep-strays ''
  scanner
  up web
  touch "$dir/go"
  eventually 10 field web state failed
  eventually 10 left 1
}

@test "what a finish leaves behind is ended by a successor of its supervisor" {
  leaving <<<''
  finish web <<<'eval "$stubborn &"; until [ -e "$dir/end" ]; do sleep 0.02; done'
  scanner
  up web
  touch "$dir/go"
  eventually 10 field web state finishing
  eventually 10 left 1
  kill_supervisor web
  touch "$dir/end"
  eventually 20 field web state failed
  none_left
}

# Without /proc only what is still in the process group of ./run is known.
@test "without /proc only the process group is ended, with one message" {
  unshare -m true 2>/dev/null || skip "no mount namespace may be made here"
  mkdir "$dir/empty"
  leaving <<<'eval "$stray &"; eval "setsid $stray &"'
  finish web <<<'echo >>"$dir/finished"'
  # Without /proc a program does not know where it is: it looks where they are installed.
  mkdir -p /usr/local/bin
  start env bin="$REEVE_BIN" unshare -m sh -c 'mount --bind "$bin" /usr/local/bin && mount --bind "$dir/empty" /proc && exec reeve-scan -l "$live" "$scan"'
  scanner=$started
  eventually 10 scanner_ready
  eventually 10 left 2
  touch "$dir/go"
  eventually 20 test -s "$dir/finished"
  eventually 5 eval '[ "$(marked | wc -l)" = 1 ]'
  [ "$(grep -c 'does not tell which processes ./run has left behind (/proc is missing' "$dir/stderr")" -eq 1 ]
  stop_scanner 0
}
