# How a tree stops, and with which code.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

in_pid_namespace() # starts reeve-scan as PID 1; $scanner: its pid here
{
  unshare -p -f true 2>/dev/null || skip "no PID namespaces here"
  start unshare -p -f --kill-child --mount-proc reeve-scan -l "$live" "$@" "$scan"
  eventually 10 scanner_ready
  namespace=$started
  scanner=$(tr -d ' ' <"/proc/$namespace/task/$namespace/children")
}

# What the shell starts is short: a signal that comes before it has executed sleep is lost.
two_services()
{
  for name in db web; do
    service "$name" <<<"trap 'echo $name ends >>$dir/order; exit 0' TERM; while :; do sleep 0.05; done"
    finish "$name" <<<"echo finish $name \$1 \$2 >>$dir/order"
  done
}

@test "SIGTERM stops every service, runs every finish, and ends with 0" {
  two_services
  scanner
  up db
  up web
  stop_scanner 0
  [ "$(sort "$dir/order")" = "db ends
finish db 0 0
finish web 0 0
web ends" ]
}

@test "a service that leaves, and whose directory has come back, is not started again in a stop" {
  service web <<<'trap "" TERM; echo >>"$dir/starts"; while [ ! -e "$dir/go" ]; do sleep 0.1; done'
  setting web timeout-kill 0
  scanner
  up web
  mv "$scan/web" "$dir/away"
  eventually 10 field web wanted down
  mv "$dir/away" "$scan/web"
  idle later # seen after web's return
  up later
  kill "$scanner"
  stopping() { ! s6-svok "$live/later"; }
  eventually 10 stopping
  touch "$dir/go"
  ended "$scanner" 0
  [ "$(lines "$dir/starts")" -eq 1 ]
}

@test "a service that takes its time to end in a stop is wanted down to s6's clients meanwhile" {
  service slow <<<'trap "" TERM; touch "$dir/deaf"; while [ ! -e "$dir/go" ]; do sleep 0.1; done'
  scanner
  up slow
  eventually 10 test -e "$dir/deaf"
  unwanted() { [ "$(s6-svstat -o up,wantedup "$live/slow")" = "true false" ]; }
  kill "$scanner"
  eventually 10 unwanted
  touch "$dir/go"
  ended "$scanner" 0
}

@test "the same as PID 1 of a PID namespace" {
  two_services
  in_pid_namespace
  up db
  up web
  kill -TERM "$scanner"
  ended "$namespace" 0
  grep -q "finish db 0 0" "$dir/order"
  grep -q "finish web 0 0" "$dir/order"
}

says_much_at_its_end() # NAME
{
  service "$1" <<<'trap "seq 3000; exit 0" TERM; : >"$dir/trapped"; while :; do sleep 0.05; done'
  finish "$1" <<<'seq 3001 6000'
  in=$scan/$1 service log <<<'sleep 0.3; exec cat >>"$dir/log"'
}

@test "-I: SIGQUIT, SIGUSR1, SIGUSR2, SIGPWR and SIGWINCH stop as SIGTERM does: no line is lost" {
  says_much_at_its_end web
  for signal in QUIT USR1 USR2 PWR WINCH; do
    rm -f "$dir/log" "$dir/trapped"
    scanner -I
    eventually 10 test -e "$dir/trapped"
    kill "-$signal" "$scanner"
    ended "$scanner" 0
    diff <(seq 6000) "$dir/log"
  done
  said "stopping everything, as SIGUSR1 asks for"
  run ! said "as SIGWINCH asks for"
}

@test "-I: an executable is executed instead" {
  idle web
  scanner -I
  up web
  for signal in QUIT USR1 WINCH; do
    script "$live/.s6-svscan/SIG$signal" <<<"echo $signal >'$dir/replaced'"
    kill "-$signal" "$scanner"
    eventually 10 grep -qx "$signal" "$dir/replaced"
  done
  up web
  stop_scanner 0
}

@test "without -I SIGUSR1, SIGUSR2, SIGPWR and SIGWINCH do nothing" {
  idle web
  scanner
  up web
  for signal in USR1 USR2 PWR WINCH; do kill "-$signal" "$scanner"; done
  s6-svscanctl -a "$live"
  up web
  stop_scanner 0
}

@test "SIGINT is obeyed like SIGTERM" {
  two_services
  scanner
  up db
  kill -INT "$scanner"
  ended "$scanner" 0
  grep -q "finish db" "$dir/order"
}

@test "a service whose finish runs at the moment of the stop is waited for" {
  service web <<<'exit 0'
  finish web <<<'echo begun >>"$dir/order"; sleep 1; echo ended >>"$dir/order"'
  scanner
  eventually 10 grep -q begun "$dir/order"
  stop_scanner 0
  [ "$(tail -n 1 "$dir/order")" = ended ]
}

@test "orphans are reaped, also when the scanner is not PID 1" {
  service web <<<'(sleep 0.2 & echo $! >"$dir/orphan") & exec sleep 1000000'
  scanner
  eventually 10 test -s "$dir/orphan"
  eventually 10 gone "$(cat "$dir/orphan")"
}

@test "reeve shutdown gives the exit code" {
  two_services
  scanner
  up db
  reeve -l "$live" shutdown 7
  ended "$scanner" 7
}

@test "an exit code written by hand that is none is named, and does not count" {
  two_services
  scanner
  up db
  echo 256 >"$live/.s6-svscan/exitcode"
  kill -TERM "$scanner"
  ended "$scanner" 0
  said 'invalid .*exitcode: allowed: a number from 0 to 255'
}

@test "the command's exit code is the scanner's, and its end stops everything" {
  two_services
  start reeve-scan -l "$live" "$scan" -- sh -c 'reeve wait ready db && exit 3'
  ended "$started" 3
  grep -q "finish db" "$dir/order"
}

@test "a command that a signal ends gives 128 and the signal" {
  start reeve-scan -l "$live" "$scan" -- sh -c 'kill -KILL $$'
  ended "$started" 137
}

@test "a command that is not found gives 127, one that cannot be executed 126" {
  start reeve-scan -l "$live" "$scan" -- no-such-command
  ended "$started" 127
  start reeve-scan -l "$live" "$scan" -- /etc/passwd
  ended "$started" 126
}

@test "the command runs in the caller's directory and is sent SIGTERM by a stop" {
  mkdir "$dir/here"
  cd "$dir/here"
  start reeve-scan -l "$live" "$scan" -- sh -c 'trap "echo told >told; exit 0" TERM; echo >running; while :; do sleep 0.1; done'
  eventually 10 test -e "$dir/here/running"
  kill -TERM "$started"
  ended "$started" 0
  [ "$(cat "$dir/here/told")" = told ]
}

@test "with a budget, what does not end is killed and named, and the code is 137" {
  service stubborn <<<'trap "" TERM; while :; do sleep 0.2; done'
  scanner -T 1500
  up stubborn
  stop_scanner 137
  said "the service stubborn has not ended within the stop's budget.*1500 milliseconds.*grace"
}

@test "the finish of what a stop has killed is told so" {
  service stubborn <<<'trap "" TERM; while :; do sleep 0.2; done'
  finish stubborn <<<'echo finish "$1" "$2" >"$dir/finish"'
  scanner -T 100000 -K 500 # time enough for it, which half a second before the end of a budget is not
  up stubborn
  stop_scanner 137
  [ "$(cat "$dir/finish")" = "finish 256 9" ]
}

@test "with a budget, a finish that does not end is abandoned" {
  idle web
  setting web timeout-finish 0
  finish web <<<'while :; do sleep 0.2; done'
  scanner -T 3500
  up web
  stop_scanner 137
  said "the finish of web has not ended within the stop's budget.*3500 milliseconds"
}

until_told() { echo "trap '' TERM; while [ ! -e \"$dir/go\" ]; do sleep 0.1; done"; }

@test "a finish that still runs when others are killed goes on, and is not called killed" {
  service stubborn <<<'trap "" TERM; while :; do sleep 0.2; done'
  idle web
  finish web <<<"$(until_told); echo done >'$dir/finish'"
  setting web timeout-finish 0
  scanner -T 100000 -K 3000 # by then web has ended, on a busy machine, too
  up stubborn
  up web
  kill -TERM "$scanner"
  says "the service stubborn has not ended in time; killing it (the time is -K, S6_SERVICES_GRACETIME: 3000 milliseconds)"
  touch "$dir/go"
  ended "$scanner" 137
  [ "$(cat "$dir/finish")" = "done" ]
  run ! said "web has not ended"
}

@test "-G: what still runs when the runtime's grace is nearly over is named, and nothing is killed" {
  service slow <<<"$(until_told)"
  idle web
  finish web <<<"$(until_told)"
  setting web timeout-finish 0
  scanner -G 4000 # by then the finish of web runs, on a busy machine, too
  up slow
  up web
  kill -TERM "$scanner"
  says "still running [0-9]* milliseconds after the stop began: .*slow.*: nothing is killed.*docker stop --time, stop_grace_period, terminationGracePeriodSeconds.*REEVE_STOP_TIMEOUT"
  said "the finish of web"
  alive "$(pid_of slow)"
  touch "$dir/go"
  ended "$scanner" 0
  [ "$(grep -c 'still running' "$dir/stderr")" -eq 1 ]
}

@test "a budget leaves nothing to say about the runtime's grace" {
  service slow <<<"$(until_told)"
  scanner -G 600 -T 100000
  up slow
  kill -TERM "$scanner"
  eventually 10 field slow wanted down
  sleep 0.5 # for what must not come
  run ! said 'still running'
  touch "$dir/go"
  ended "$scanner" 0
}

# Its supervisor is killed, and gets a successor when reeve-supervise is back.
stubborn_without_supervisor() # OPTION...
{
  for_everyone
  service stubborn <<<'trap "" TERM; echo $$ >"$dir/stubborn"; while :; do sleep 0.2; done'
  scanner "$@"
  up stubborn
  mv "$dir/bin/reeve-supervise" "$dir/away"
  kill -KILL "$(pgrep -P "$scanner" -x reeve-supervise)"
  says "unable to start a supervisor for stubborn"
  kill -TERM "$scanner"
}

@test "what has no supervisor at the moment to kill is named, and killed by the scanner" {
  stubborn_without_supervisor -K 1000
  says "the service stubborn has not ended in time; killing it"
  ended "$scanner" 137
  eventually 10 gone "$(cat "$dir/stubborn")"
}

@test "what has no supervisor until the end of the budget is named and killed" {
  stubborn_without_supervisor -T 2000
  ended "$scanner" 137
  said "the service stubborn has not ended within the stop's budget"
  eventually 10 gone "$(cat "$dir/stubborn")"
}

@test "without a budget nothing is killed but by its own timeout-kill" {
  service stubborn <<<'trap "" TERM; while [ ! -e "$dir/go" ]; do sleep 0.1; done'
  scanner
  up stubborn
  kill -TERM "$scanner"
  eventually 10 field stubborn wanted down
  alive "$(pid_of stubborn)"
  touch "$dir/go"
  ended "$scanner" 0
}

# A successor exits with 111 at its start.
supervisor_cannot_begin() # NAME
{
  local old
  old=$(awk '/^PPid/ { print $2 }' "/proc/$(pid_of "$1")/status")
  rm "$live/$1/supervise/control"
  echo >"$live/$1/supervise/control"
  kill -KILL "$old"
  says "unable to make the fifo supervise/control"
}

@test "a stop ends when a supervisor cannot begin: the scanner ends its process itself" {
  service web <<<'trap "echo ends >>$dir/order; exit 0" TERM; echo $$ >"$dir/web"; while :; do sleep 0.1; done'
  idle other
  finish other <<<'echo finish other >>"$dir/order"'
  scanner
  up web
  up other
  eventually 10 test -s "$dir/web"
  supervisor_cannot_begin web
  kill -TERM "$scanner"
  ended "$scanner" 0
  said "has lost its supervisor, and gets no new one in this stop: ending it"
  said "letting go of web: nothing more can be done for it in this stop"
  [ "$(sort "$dir/order")" = "ends
finish other" ]
  gone "$(cat "$dir/web")"
}

@test "so it does when its process does not end by that, and there is a limit" {
  service web <<<'trap "" TERM; echo $$ >"$dir/web"; while :; do sleep 0.1; done'
  scanner -K 4000
  up web
  eventually 10 test -s "$dir/web"
  supervisor_cannot_begin web
  kill -TERM "$scanner"
  ended "$scanner" 137
  gone "$(cat "$dir/web")"
}

@test "so it does when a logger's supervisor, or its program, is not to be had" {
  for_everyone
  idle web
  in=$scan/web service log <<<'exec cat'
  scanner
  up web
  up web/log
  mv "$dir/bin/reeve-supervise" "$dir/away"
  for supervisor in $(pgrep -P "$scanner" -x reeve-supervise); do kill -KILL "$supervisor"; done
  says "unable to start a supervisor for web"
  kill -TERM "$scanner"
  ended "$scanner" 0
  said "letting go of web:"
  said "letting go of web/log:"
}

@test "a stop ends when there are too few descriptors for anything" {
  idle web
  in=$scan/web service log <<<'exec cat'
  for descriptors in 9 10 11 12; do # one of them is too few for the logger's supervisor
    : >"$dir/stderr"
    start sh -c "ulimit -n $descriptors; exec reeve-scan -l '$live' '$scan'"
    within 3 said 'reeve-supervise web/log: fatal' || :
    kill -TERM "$started"
    ended "$started" 0
  done
}

@test "a supervisor that is stopped goes on in a stop" {
  idle web
  finish web <<<'echo finish >>"$dir/order"'
  scanner
  up web
  freeze "$(pgrep -P "$scanner" -x reeve-supervise)"
  stop_scanner 0
  [ "$(cat "$dir/order")" = finish ]
}

# Orders that cannot be told are told again, but not at each event.
@test "what happens after the kill costs the same however many services there are" {
  for i in $(seq 40); do service "s$i" <<<'trap "" TERM; while [ ! -e "$dir/go/$1" ]; do sleep 0.2; done'; done
  mkdir "$dir/go"
  start strace -qq -o "$dir/trace" -e trace=openat,open reeve-scan -l "$live" -K 300 "$scan"
  eventually 10 scanner_ready
  scanner=$(pgrep -P "$started" -x reeve-scan)
  pid=()
  for i in $(seq 40); do
    up "s$i"
    pid[i]=$(pid_of "s$i")
    rm "$live/s$i/supervise/orders"
    echo >"$live/s$i/supervise/orders"
  done
  SECONDS=0
  kill -TERM "$scanner"
  says "the service s40 has not ended in time" 30
  for i in $(seq 40); do
    touch "$dir/go/s$i"
    eventually 10 gone "${pid[i]}"
  done
  ended "$started" 137
  tries=$(grep -c '/supervise/orders"' "$dir/trace")
  echo "# $tries tries to tell 40 supervisors in $SECONDS s"
  [ "$tries" -le $((40 * (SECONDS + 4))) ]
  [ "$(grep -c '/supervise/orders"' "$dir/trace")" -ge 40 ]
}

@test ".s6-svscan/finish is executed with the code and what is left of the budget" {
  idle web
  scanner -T 60000
  up web
  script "$live/.s6-svscan/finish" <<<'echo "$1 $2" >"$dir/end"; exit 9'
  reeve -l "$live" shutdown -n 4
  ended "$scanner" 9
  read -r code left <"$dir/end"
  [ "$code" = 4 ] && [ "$left" -gt 10000 ] && [ "$left" -le 60000 ]
}

@test "an executable replaces what a signal does" {
  idle web
  scanner
  up web
  script "$live/.s6-svscan/SIGTERM" <<<'echo replaced >"$dir/replaced"'
  kill -TERM "$scanner"
  eventually 10 test -s "$dir/replaced"
  up web
  rm "$live/.s6-svscan/SIGTERM"
  stop_scanner 0
}

@test "a stop is obeyed at whatever moment it comes" {
  two_services
  for moment in 0 0.001 0.002 0.004 0.006 0.008 0.01 0.012 0.016 0.02 0.03 0.05; do
    start reeve-scan -l "$live" "$scan"
    sleep "$moment" # not to wait for anything: the moment is what is tested
    kill -TERM "$started"
    eventually 20 gone "$started"
    code=0
    wait "$started" || code=$?
    [ "$code" -eq 0 ] || [ "$code" -eq 143 ] # 143: before its first instruction
    eventually 10 nothing_lives
  done
}

nothing_lives() { ! s6-svok "$live/db" && ! s6-svok "$live/web"; }

@test "a stop while the first of many services are being started ends all" {
  for i in $(seq 300); do idle "s$i"; done
  start reeve-scan -l "$live" "$scan"
  eventually 60 has_supervisor "$live/s100"
  kill -TERM "$started"
  ended "$started" 0
  [ -z "$(leftovers)" ]
}

@test "what the last finish writes is shown, when there is no logger" {
  idle web
  finish web <<<'echo the end'
  scanner
  up web
  stop_scanner
  grep -qx 'the end' "$dir/stdout"
}

@test "the status of the command that a killed scanner had is not shown by the next" {
  scanner
  stop_scanner
  printf '%035d' 0 >"$live/.s6-svscan/command"
  scanner
  [ "$(reeve -l "$live" status --json | jq length)" -eq 0 ]
}

# An instant without it is one in which a signal ends the process, or, on PID 1, is lost.
@test "every signal stays blocked in the scanner and the supervisors, from the start" {
  idle web
  start strace -f -qq -o "$dir/trace" -e trace=execve,rt_sigprocmask reeve-scan -l "$live" "$scan"
  eventually 20 up web
  scanner=$(pgrep -P "$started" reeve-scan)
  # But SIGKILL, SIGSTOP and those that libc keeps to itself: two, musl's three.
  all_blocked() { awk '/^SigBlk/ { print $2 }' "/proc/$1/status" | grep -qx 'fffffff[ec]7ffbfeff'; }
  all_blocked "$scanner"
  for supervisor in $(pgrep -P "$scanner"); do all_blocked "$supervisor"; done
  # Each sets its mask once; only the children that execute ./run empty it.
  emptied=$(grep -E 'SIG_SETMASK, \[\]' "$dir/trace" | awk '{ print $1 }' | sort -u)
  for pid in $emptied; do grep -qE "^$pid +execve\(\"./run\"" "$dir/trace"; done
  kill -TERM "$scanner"
  ended "$started"
}
