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

two_services()
{
  for name in db web; do
    service "$name" <<<"trap 'echo $name ends >>$dir/order; exit 0' TERM; while :; do sleep 100 & wait \$!; done"
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
  finish stubborn <<<'echo finish "$1" "$2" >"$dir/finish"'
  scanner -T 1500
  up stubborn
  stop_scanner 137
  said "the service stubborn has not ended within the stop's budget.*1500 milliseconds.*grace"
  [ "$(cat "$dir/finish")" = "finish 256 9" ]
}

@test "with a budget, a finish that does not end is abandoned" {
  idle web
  setting web timeout-finish 0
  finish web <<<'while :; do sleep 0.2; done'
  scanner -T 1200
  up web
  stop_scanner 137
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

@test "what has no supervisor at the moment to kill is named, and killed as soon as it has one" {
  stubborn_without_supervisor -K 1000
  says "the service stubborn has not ended in time; killing it"
  alive "$(cat "$dir/stubborn")"
  mv "$dir/away" "$dir/bin/reeve-supervise"
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
  eventually 10 s6-svok "$live/s100"
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
  all=fffffffe7ffbfeff # but SIGKILL, SIGSTOP and the two that libc keeps to itself
  blocked() { awk '/^SigBlk/ { print $2 }' "/proc/$1/status"; }
  [ "$(blocked "$scanner")" = "$all" ]
  for supervisor in $(pgrep -P "$scanner"); do [ "$(blocked "$supervisor")" = "$all" ]; done
  # Each sets its mask once; only the children that execute ./run empty it.
  emptied=$(grep -E 'SIG_SETMASK, \[\]' "$dir/trace" | awk '{ print $1 }' | sort -u)
  for pid in $emptied; do grep -qE "^$pid +execve\(\"./run\"" "$dir/trace"; done
  kill -TERM "$scanner"
  ended "$started"
}
