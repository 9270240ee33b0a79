# `reeve upgrade`: scanner and supervisors execute the program that is on disk now.

load lib
load survival
load upgrading

setup() { upgrading_setup; }
teardown() { survival_teardown; }

@test "all execute the new file, with the same pids, and no service notices" {
  declare -A before
  guarded web <<<'exec sleep 1000000'
  guarded db <<<'exec sleep 1000000'
  in=$scan/db service log <<<'exec cat >>"$dir/log"'
  scanner
  up web
  up db
  up db/log
  remember web db db/log
  listen web
  install_anew
  upgrade
  all_new web db db/log
  alive "$scanner"
  unchanged web db db/log
  eventually 2 heard ''
  started_times web 1
  field web restarts 0
  reeve -l "$live" status
  stop_scanner 0
}

@test "descriptors do not grow" {
  declare -A before
  guarded web <<<'exec sleep 1000000'
  in=$scan/web service log <<<'exec cat >>"$dir/log"'
  scanner
  up web
  up web/log
  install_anew
  upgrade
  count() { for pid in "$scanner" "$(supervisor_of web)" "$(supervisor_of web/log)"; do ls "/proc/$pid/fd" | wc -l; done; }
  steady() { first=$(count) && short_pause 200 && [ "$(count)" = "$first" ]; }
  eventually 10 steady
  for n in 1 2 3; do upgrade; done
  eventually 5 eval '[ "$(count)" = "$first" ]'
  remember web
}

@test "readiness that comes later arrives, and that there was stays" {
  declare -A before
  guarded web <<<'until [ -e "$dir/go" ]; do sleep 0.02; done; echo >&3; exec sleep 1000000'
  guarded db <<<'echo >&3; exec sleep 1000000'
  setting web notification-fd 3
  setting db notification-fd 3
  scanner
  eventually 10 field db ready true
  eventually 10 field web state starting
  remember web db
  install_anew
  upgrade
  field db ready true
  field web ready false
  touch "$dir/go"
  eventually 10 field web ready true
  unchanged web db
}

@test "deadlines go on: the restart delay, timeout-kill, timeout-finish" {
  guarded web <<<'exit 1'
  setting web restart-delay '5000 5000'
  guarded db <<<'trap "echo >>\"\$dir/told\"" TERM; >"$dir/traps"; while :; do sleep 0.02; done'
  setting db timeout-kill 5000
  guarded app <<<'exit 1'
  finish app <<<'trap "" TERM; while :; do sleep 0.1; done'
  setting app timeout-finish 5000
  setting app restart no
  scanner
  eventually 10 test -e "$dir/traps"
  s6-svc -d "$live/db"
  eventually 10 test -e "$dir/told"
  eventually 10 started_times web 1
  eventually 10 field web state waiting
  eventually 10 field app state finishing
  install_anew
  upgrade
  all_new web db app
  eventually 20 started_times web 2
  eventually 20 field db state down
  field db signal SIGKILL
  eventually 20 field app state failed
}

@test "what is wanted, counts and reasons survive" {
  guarded web <<<'exec sleep 1000000'
  guarded app <<<'exit 3'
  setting app restart on-failure:2
  setting app restart-delay '10 10'
  guarded db <<<'exec sleep 1000000'
  scanner
  up web
  up db
  s6-svc -wr -T 10000 -r "$live/web"
  s6-svc -wD -T 10000 -d "$live/db"
  eventually 10 field app state failed
  install_anew
  upgrade
  all_new web db app
  field web restarts 1
  field db state down
  field db wanted down
  field app state failed
  field app exit 3
  field app restarts 2
  field app reason 'failed more often than restart allows'
  started_times app 3
  reeve -l "$live" start db
}

@test "no line is lost or doubled" {
  service count <<<'i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); echo $i; [ $((i % 100)) != 0 ] || sleep 0.05; done; exec sleep 1000000'
  in=$scan/count service log <<<'exec cat >>"$dir/log"'
  scanner
  up count/log
  for n in 1 2 3; do upgrade; done
  eventually 30 eval '[ "$(lines "$dir/log")" -eq 3000 ]'
  stop_scanner 0
  seq 3000 | cmp - "$dir/log"
}

@test "an adopted process stays so, and its exit code is known" {
  declare -A before
  guarded web <<<'trap "exit 37" TERM; while :; do sleep 0.02; done'
  finish web <<<'echo "$1 $2" >>"$dir/finished"'
  scanner
  up web
  kill_supervisor web
  remember web
  install_anew
  upgrade
  all_new web
  unchanged web
  s6-svc -wD -T 10000 -d "$live/web"
  [ "$(cat "$dir/finished")" = '37 0' ]
}

@test "what an adopted process has left behind is ended before the upgrade" {
  guarded web <<<"sh -c 'trap \"\" TERM; echo \$\$ >\"\$dir/stray\"; while :; do sleep 1; done' stray 9>&- & exec sleep 1000000"
  setting web timeout-kill 1000 # it is in the process group of run
  scanner
  up web
  eventually 10 test -s "$dir/stray"
  kill_supervisor web
  install_anew
  s6-svc -d "$live/web"
  says 'ending sh'
  upgrade
  all_new web
  over "$(cat "$dir/stray")"
}

@test "an adopted process that is not ready yet: its readiness arrives after the upgrade" {
  guarded web <<<'until [ -e "$dir/go" ]; do sleep 0.02; done; echo >&3; exec sleep 1000000'
  setting web notification-fd 3
  scanner
  eventually 10 field web state starting
  kill_supervisor web
  install_anew
  upgrade
  all_new web
  touch "$dir/go"
  eventually 10 field web ready true
  started_times web 1
}

@test "a supervisor that is killed after the upgrade is replaced, and its service goes on" {
  guarded web <<<'exec sleep 1000000'
  scanner
  up web
  pid=$(pid_of web)
  install_anew
  upgrade
  kill_supervisor web
  [ "$(pid_of web)" = "$pid" ]
  executes "$(supervisor_of web)" reeve-supervise
  started_times web 1
}

@test "a service that ends during the upgrade is restarted once, its strays are ended" {
  guarded web <<<"sh -c 'while :; do sleep 1; done' stray 9>&- & echo \$! >>\"\$dir/strays\"; exec sleep 1000000"
  scanner
  up web
  started_times web 1
  strays_are() { [ "$(lines "$dir/strays")" -eq "$1" ]; }
  for n in 2 3 4 5; do
    eventually 20 strays_are $((n - 1)) # else it is killed before it has left one
    pid=$(pid_of web)
    upgrade &
    kill -KILL "$pid"
    wait $!
    eventually 20 started_times web $n
    up web
  done
  eventually 20 strays_are 5
  for stray in $(head -n 4 "$dir/strays"); do over "$stray"; done
}

@test "in the midst of a service's stop: that goes on" {
  guarded web <<<'trap "echo >\"\$dir/told\"; until [ -e \"\$dir/go\" ]; do sleep 0.02; done; exit 5" TERM; : >"$dir/trapped"; while :; do sleep 0.02; done'
  finish web <<<'echo "$1 $2" >>"$dir/finished"'
  scanner
  eventually 10 test -e "$dir/trapped"
  s6-svc -d "$live/web"
  eventually 10 test -e "$dir/told"
  install_anew
  upgrade
  all_new web
  touch "$dir/go"
  eventually 10 field web state down
  [ "$(cat "$dir/finished")" = '5 0' ]
}

@test "a supervisor whose trial and last finish end at once leaves" {
  guarded web <<<'exec sleep 1000000'
  finish web <<<'touch "$dir/finishing"; until [ -e "$dir/go" ]; do sleep 0.02; done'
  setting web timeout-finish 0
  scanner
  started_times web 1
  supervisor=$(supervisor_of web)
  s6-svc -d "$live/web"
  eventually 10 test -e "$dir/finishing"
  mkdir "$dir/new"
  cp "$REEVE_BIN/reeve-supervise" "$dir/new"
  replace reeve-supervise <<<$'#!/bin/sh\n[ "$1" != --can-continue ] || { touch "$dir/trial"; until [ -e "$dir/go" ]; do sleep 0.02; done; }\nexec "$dir/new/reeve-supervise" "$@"'
  start reeve -l "$live" upgrade
  eventually 10 test -e "$dir/trial"
  kill -TERM "$scanner"
  leaving() { reeve -l "$live" status --json web | grep -q finishing && s6-svstat -o wantedup "$live/web" | grep -q false; }
  eventually 10 leaving
  touch "$dir/go" # for both of them; in a stop no supervisor stays stopped until they have ended
  ended "$scanner"
  run ! said fatal
  started_times web 1
}

@test "in the midst of the stop of everything: none is done, and the stop ends" {
  guarded web <<<'trap "echo >\"\$dir/told\"; until [ -e \"\$dir/go\" ]; do sleep 0.02; done; exit 5" TERM; : >"$dir/trapped"; while :; do sleep 0.02; done'
  scanner
  eventually 10 test -e "$dir/trapped"
  kill -TERM "$scanner"
  eventually 10 test -e "$dir/told"
  install_anew
  run -1 upgrade
  said 'upgrade: everything is being stopped: no program is executed anew'
  touch "$dir/go"
  ended "$scanner" 0
}

@test "twenty times under a load of commands" {
  declare -A before
  guarded web <<<'trap "" HUP; while :; do sleep 0.02; done'
  guarded db <<<'exec sleep 1000000'
  scanner
  up web
  up db
  remember web
  (while [ ! -e "$dir/over" ]; do s6-svc -h "$live/web"; s6-svc -r "$live/db"; s6-svscanctl -a "$live"; done) 3>&- &
  load=$!
  for n in $(seq 20); do upgrade; done
  touch "$dir/over"
  wait $load
  unchanged web
  started_times web 1
  up db
  stop_scanner 0
}

@test "in place: the same" {
  declare -A before
  guarded web <<<'exec sleep 1000000'
  scanner_in_place
  up web
  remember web
  install_anew
  upgrade
  all_new web
  unchanged web
  stop_scanner 0
}

@test "in place: an adopted process stays so, and its exit code is known" {
  guarded web <<<'trap "exit 37" TERM; while :; do sleep 0.02; done'
  finish web <<<'echo "$1 $2 $3" >>"$dir/finished"'
  scanner_in_place
  up web
  kill_supervisor web
  install_anew
  upgrade
  all_new web
  s6-svc -wD -T 10000 -d "$live/web"
  [ "$(cat "$dir/finished")" = "37 0 web" ]
  stop_scanner 0
}

@test "in place: what has lost its ./run since it was started is not forgotten" {
  declare -A before
  guarded web <<<'exec sleep 1000000'
  in=$scan/web service log <<<'exec cat >>"$dir/log"'
  finish web <<<'echo "$3" >>"$dir/finished"'
  scanner_in_place
  up web
  up web/log
  remember web web/log
  rm "$scan/web/run" "$scan/web/log/run"
  install_anew
  upgrade
  all_new web web/log
  unchanged web web/log
  processes=$(pid_of web; pid_of web/log)
  stop_scanner 0
  [ "$(cat "$dir/finished")" = web ]
  for pid in $processes; do gone "$pid"; done
}

@test "by a scanner that has taken the tree over, after a service has ended that left something behind" {
  guarded web <<<'(exec 9>&-; trap "" TERM; while :; do sleep 0.02; done) & exec sleep 1000000'
  setting web timeout-kill 1000 # it is in the process group of run, and does not end otherwise
  scanner
  up web
  kill -KILL "$scanner"
  wait "$scanner" 2>/dev/null || :
  scanner
  s6-svc -wr -T 10000 -r "$live/web"
  started_times web 2
  install_anew
  upgrade
  all_new web
  stop_scanner 137
}

@test "CMD goes on, and its code is the scanner's" {
  idle web
  script "$dir/cmd" <<<'echo $$ >>"$dir/cmd.starts"; until [ -e "$dir/go" ]; do sleep 0.02; done; exit 3'
  start reeve-scan -l "$live" -T 5000 "$scan" -- "$dir/cmd"
  scanner=$started
  eventually 10 scanner_ready
  up web
  eventually 10 test -s "$dir/cmd.starts"
  install_anew
  upgrade
  touch "$dir/go"
  ended "$scanner" 3
  [ "$(lines "$dir/cmd.starts")" -eq 1 ]
}

@test "the scanner's options are kept: the stop's budget" {
  service web <<<'trap "" TERM; while :; do sleep 1; done'
  scanner -T 2000
  up web
  install_anew
  upgrade
  stop_scanner 137
  said 'the budget is -T, REEVE_STOP_TIMEOUT: 2000'
}

@test "anybody may ask whether a program can go on, and nothing changes" {
  idle web
  scanner
  up web
  eventually 10 has_told "$live/web"
  saved=$(od -An -tx1 "$live/web/supervise/state")
  reeve-supervise --can-continue "$live/web"
  reeve-scan --can-continue "$live" -T 1000 "$scan"
  run -100 reeve-scan --can-continue "$live" -Z "$scan"
  run -1 reeve-supervise --can-continue "$dir"
  run -100 reeve-supervise --continue 3,4 "$live/web"
  [ "$(od -An -tx1 "$live/web/supervise/state")" = "$saved" ]
  stop_scanner 0
}

@test "a supervisor that cannot be told at once is told later" {
  strace -o /dev/null -e trace=none true 2>/dev/null || skip "strace cannot trace here"
  idle web
  scanner
  up web
  start strace -q -p "$scanner" -o "$dir/strace" -e trace=openat -e inject=openat:error=EMFILE -P web/supervise/orders
  tracer=$started
  eventually 10 grep -q "^TracerPid:[[:space:]]*$tracer$" "/proc/$scanner/status"
  install_anew
  start upgrade
  says 'unable to tell the supervisor of web to execute its program anew (next try in 1 second)'
  kill -KILL "$tracer"
  wait "$tracer" || :
  ended "$started"
  all_new web
}
