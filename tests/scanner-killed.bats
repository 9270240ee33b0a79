# A scanner that is killed: the tree lives on, and the next one takes it over.

load lib
load survival

setup() { reeve_setup; }
teardown()
{
  # Supervisors have no scanner in some of the tests, which would end them.
  for pid in $(supervisors); do kill -TERM "$pid" 2>/dev/null || :; done
  within 10 none_supervised
  survival_teardown
}

supervisors() { processes below "$dir" reeve-supervise || :; }
none_supervised_but() # NAME
{
  [ "$(supervisors)" = "$(supervisor_of "$1")" ]
}
none_supervised() { [ -z "$(supervisors)" ]; }

kill_scanner()
{
  kill -KILL "$scanner"
  wait "$scanner" 2>/dev/null || :
}

@test "services and loggers run on, and no line is lost" {
  declare -A before
  service count <<<'i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); echo $i; [ $((i % 100)) != 0 ] || sleep 0.05; done; exec sleep 1000000'
  in=$scan/count service log <<<'exec cat >>"$dir/log"'
  guarded web <<<'exec sleep 1000000'
  scanner
  up web
  up count
  up count/log
  remember web count count/log
  kill_scanner
  eventually 20 eval '[ "$(lines "$dir/log")" -eq 2000 ]'
  unchanged web count count/log
  scanner
  eventually 10 scanner_ready
  unchanged web count count/log
  stop_scanner 0
  seq 2000 | cmp - "$dir/log"
}

@test "the next one takes the tree over without restarting anything" {
  declare -A before
  guarded web <<<'exec sleep 1000000'
  guarded db <<<'exec sleep 1000000'
  scanner
  up web
  up db
  remember web db
  kill_scanner
  scanner
  reeve -l "$live" rescan
  unchanged web db
  started_times web 1
  reeve -l "$live" status
  s6-svc -wr -T 10000 -r "$live/web"
  started_times web 2
  reeve -l "$live" restart db
  started_times db 2
  stop_scanner 0
  eventually 10 none_supervised
}

@test "while there is none, services are supervised all the same" {
  guarded web <<<'exec sleep 1000000'
  scanner
  up web
  kill_scanner
  kill -KILL "$(pid_of web)"
  eventually 10 started_times web 2
  up web
  s6-svc -wD -T 10000 -d "$live/web"
  field web state down
}

@test "SIGTERM to the next one stops all, in order" {
  service count <<<'trap "echo last; exit 0" TERM; echo first; while :; do sleep 0.02; done'
  in=$scan/count service log <<<'exec cat >>"$dir/log"'
  in=$scan/count finish log <<<'echo finished >>"$dir/log"'
  scanner
  up count/log
  up count
  eventually 10 test -s "$dir/log"
  pid=$(pid_of count)
  kill_scanner
  scanner
  stop_scanner 0
  [ "$(cat "$dir/log")" = $'first\nlast\nfinished' ]
  eventually 5 over "$pid"
  eventually 10 none_supervised
}

@test "a service that was stopped by command stays down" {
  declare -A before
  guarded web <<<'exec sleep 1000000'
  scanner
  up web
  s6-svc -wD -T 10000 -d "$live/web"
  remember web
  kill_scanner
  scanner
  reeve -l "$live" rescan
  unchanged web
  field web state down
  started_times web 1
}

@test "a supervisor that is killed after the take-over is replaced, and its service goes on" {
  guarded web <<<'exec sleep 1000000'
  finish web <<<'echo "$1 $2" >>"$dir/finished"'
  scanner
  up web
  kill_scanner
  scanner
  reeve -l "$live" rescan
  pid=$(pid_of web)
  when=$(since web)
  kill_supervisor web
  [ "$(pid_of web)" = "$pid" ]
  [ "$(since web)" = "$when" ]
  s6-svc -wD -T 10000 -d "$live/web"
  started_times web 1
  # The scanner has become a subreaper after the service's birth: who is its parent now, knows its code.
  case $(cat "$dir/finished") in '256 0' | '256 15') ;; *) cat "$dir/finished"; false ;; esac
}

@test "scanner and supervisors killed: the services go on" {
  guarded web <<<'exec sleep 1000000'
  guarded db <<<'exec sleep 1000000'
  scanner
  up web
  up db
  web=$(pid_of web)
  db=$(pid_of db)
  when=$(since web)
  kill -KILL "$scanner" "$(supervisor_of web)" "$(supervisor_of db)"
  wait "$scanner" 2>/dev/null || :
  scanner
  eventually 20 has_supervisor "$live/web"
  eventually 20 has_supervisor "$live/db"
  up web
  up db
  [ "$(pid_of web) $(pid_of db)" = "$web $db" ]
  [ "$(since web)" = "$when" ]
  started_times web 1
  started_times db 1
  s6-svc -wD -T 10000 -d "$live/web"
  eventually 5 over "$web"
  stop_scanner 0
  eventually 5 over "$db"
}

@test "a supervisor that is replaced at the take-over does not hold the descriptor of -d" {
  guarded web <<<'exec sleep 1000000'
  scanner
  up web
  kill -KILL "$scanner" "$(supervisor_of web)"
  wait "$scanner" 2>/dev/null || :
  mkfifo "$dir/told"
  start reeve-scan -l "$live" -d 4 "$scan" 4<>"$dir/told"
  scanner=$started
  eventually 10 scanner_ready
  eventually 20 has_supervisor "$live/web"
  up web
  [ -z "$(find "/proc/$(supervisor_of web)/fd" -lname "$dir/told")" ]
}

@test "the code that nobody could learn is 256 0, a failure" {
  guarded web <<<'trap "exit 0" TERM; while :; do sleep 0.02; done'
  finish web <<<'echo "$1 $2" >>"$dir/finished"'
  setting web restart no
  scanner
  up web
  pid=$(pid_of web)
  kill -KILL "$scanner" "$(supervisor_of web)"
  wait "$scanner" 2>/dev/null || :
  kill -TERM "$pid"
  eventually 10 over "$pid"
  scanner
  eventually 10 test -s "$dir/finished"
  [ "$(cat "$dir/finished")" = '256 0' ]
  eventually 10 field web state failed
  field web exit null
  [[ $(reeve -l "$live" status web) == *' ? '* ]]
}

@test "a service directory that was removed meanwhile is let go" {
  guarded web <<<'exec sleep 1000000'
  guarded db <<<'exec sleep 1000000'
  scanner
  up web
  up db
  pid=$(pid_of web)
  kill_scanner
  rm -r "$scan/web"
  scanner
  eventually 20 over "$pid"
  eventually 20 test ! -e "$live/web"
  field db state up
  started_times db 1
}

@test "a service directory that was added meanwhile is started" {
  guarded web <<<'exec sleep 1000000'
  scanner
  up web
  kill_scanner
  guarded db <<<'exec sleep 1000000'
  scanner
  up db
  started_times web 1
}

@test "one that was removed and whose supervisor was killed is ended" {
  guarded web <<<'exec sleep 1000000'
  scanner
  up web
  pid=$(pid_of web)
  kill -KILL "$scanner" "$(supervisor_of web)"
  wait "$scanner" 2>/dev/null || :
  rm -r "$scan/web"
  scanner
  eventually 20 over "$pid"
  eventually 20 test ! -e "$live/web"
}

web_and_cmd() # which ends when $dir/go is there
{
  idle web
  script "$dir/cmd" <<<'echo $$ >>"$dir/cmd.starts"; until [ -e "$dir/go" ]; do sleep 0.02; done; exit 3'
}

another_goes_on_with_cmd() # $cmd: its pid
{
  start reeve-scan -l "$live" "$scan" -- "$dir/cmd"
  scanner=$started
  eventually 10 scanner_ready
  up web
  [ "$(cat "$dir/cmd.starts")" = "$cmd" ]
  touch "$dir/go"
  eventually 20 gone "$scanner"
  [ "$(cat "$dir/cmd.starts")" = "$cmd" ]
  eventually 10 none_supervised
}

@test "CMD that still runs is not started twice, and its end is the end" {
  web_and_cmd
  start reeve-scan -l "$live" "$scan" -- "$dir/cmd"
  scanner=$started
  eventually 10 scanner_ready
  eventually 10 test -s "$dir/cmd.starts"
  cmd=$(cat "$dir/cmd.starts")
  pids+=("$cmd")
  eventually 10 test -e "$live/.s6-svscan/command" # the scanner has recorded it
  kill_scanner
  alive "$cmd"
  another_goes_on_with_cmd
}

@test "without pidfds, CMD's end is noticed all the same" {
  web_and_cmd
  start reeve-scan -l "$live" "$scan" -- "$dir/cmd"
  scanner=$started
  eventually 10 scanner_ready
  eventually 10 test -s "$dir/cmd.starts"
  cmd=$(cat "$dir/cmd.starts")
  pids+=("$cmd")
  eventually 10 test -e "$live/.s6-svscan/command" # the scanner has recorded it
  kill_scanner
  start strace -qq -o /dev/null -e trace=pidfd_open -e inject=pidfd_open:error=ENOSYS reeve-scan -l "$live" "$scan" -- "$dir/cmd"
  eventually 10 scanner_ready
  touch "$dir/go"
  eventually 20 gone "$started"
  [ "$(cat "$dir/cmd.starts")" = "$cmd" ]
  eventually 10 none_supervised
}

@test "CMD whose status could not be written at once is not started twice either" {
  web_and_cmd
  # What is traced cannot be searched for leaks when it ends.
  start strace -D -q -o "$dir/strace" -e trace=openat -e inject=openat:error=ENOSPC:when=1..2 -P .s6-svscan/command.new reeve-scan -l "$live" "$scan" -- "$dir/cmd"
  scanner=$started
  says "unable to write .s6-svscan/command (trying again every second): No space left"
  eventually 20 test -e "$live/.s6-svscan/command"
  [ "$(grep -c INJECTED "$dir/strace")" -eq 2 ]
  cmd=$(cat "$dir/cmd.starts")
  pids+=("$cmd")
  kill_scanner
  another_goes_on_with_cmd
}

@test "a stop by the next one ends CMD too" {
  idle web
  script "$dir/cmd" <<<'trap "echo >\"\$dir/told\"; exit 0" TERM; echo $$ >>"$dir/cmd.starts"; while :; do sleep 0.02; done'
  start reeve-scan -l "$live" "$scan" -- "$dir/cmd"
  scanner=$started
  eventually 10 scanner_ready
  eventually 10 test -s "$dir/cmd.starts"
  pids+=("$(cat "$dir/cmd.starts")")
  kill_scanner
  start reeve-scan -l "$live" "$scan" -- "$dir/cmd"
  scanner=$started
  eventually 10 scanner_ready
  stop_scanner 0
  [ -e "$dir/told" ]
}

@test "in place: the same" {
  declare -A before
  guarded web <<<'exec sleep 1000000'
  scanner_in_place
  up web
  remember web
  kill_scanner
  scanner
  s6-svscanctl -a "$live"
  unchanged web
  started_times web 1
  stop_scanner 0
  eventually 10 none_supervised
}

# The next scanner on what a killed one has left is told to end before it has looked at anything.
scanner_told_to_end_at_once()
{
  wait "$scanner" 2>/dev/null || :
  start env --block-signal=TERM sh -c 'kill -TERM $$; exec reeve-scan -l "$live" "$scan"'
  ended "$started"
  eventually 10 none_supervised
}

@test "in place, a stop before the first scan ends all that runs" {
  live=$scan
  export live
  guarded web <<<'exec sleep 1000000'
  guarded db <<<'exec sleep 1000000'
  service count <<<'trap "echo last; exit 0" TERM; echo first; while :; do sleep 0.02; done'
  in=$scan/count service log <<<'exec cat >>"$dir/log"'
  scanner
  up web
  up db
  up count/log
  eventually 10 test -s "$dir/log"
  web=$(pid_of web)
  db=$(pid_of db)
  kill -KILL "$scanner" "$(supervisor_of db)"
  scanner_told_to_end_at_once
  eventually 5 over "$web"
  eventually 5 over "$db"
  [ "$(cat "$dir/log")" = $'first\nlast' ]
  started_times web 1
  started_times db 1
}

@test "a stop before the first scan ends also what others have put into LIVE" {
  mkdir "$live"
  in=$live guarded web <<<'exec sleep 1000000'
  scanner
  up web
  web=$(pid_of web)
  kill -KILL "$scanner"
  scanner_told_to_end_at_once
  eventually 5 over "$web"
}

@test "a stop waits for what cannot be asked for at once, and that no scan has come to yet" {
  live=$scan
  export live
  idle web
  scanner
  up web
  kill_scanner
  # What is traced cannot be searched for leaks when it ends.
  start env --block-signal=TERM sh -c 'kill -TERM $$
    exec strace -D -q -o "$dir/strace" -e trace=openat -e inject=openat:error=ENOMEM:when=1..2 -P web/supervise/lock reeve-scan -l "$live" "$scan"'
  ended "$started"
  grep -q INJECTED "$dir/strace"
  eventually 10 none_supervised
}

# A container that is restarted keeps its files, but no process; the pids are used anew.
in_namespace() { start unshare -p -f --mount-proc --kill-child reeve-scan -l "$live" "$scan"; eventually 10 scanner_ready; }

@test "after a restart of the container nothing is adopted, and all is started afresh" {
  unshare -p -f --mount-proc true 2>/dev/null || skip "no PID namespace may be made here"
  service web <<<'echo $$ >>"$dir/web.starts"; exec sleep 1000000'
  finish web <<<'echo "$1 $2" >>"$dir/finished"'
  in_namespace
  eventually 10 test -s "$dir/web.starts"
  up web
  kill -KILL "$started"
  eventually 10 eval '! s6-svok "$live/web"'
  in_namespace
  eventually 10 eval '[ "$(lines "$dir/web.starts")" -eq 2 ]'
  up web
  [ ! -e "$dir/finished" ]
  [ "$(sed -n 1p "$dir/web.starts")" = "$(sed -n 2p "$dir/web.starts")" ] || echo "# the pid was not used anew"
  kill -KILL "$started"
}

# In the order in which a scanner looks, the second time is when it takes over what it knows to be there.
@test "a supervisor that cannot be asked for a second time is not forgotten" {
  idle web
  idle other
  scanner
  up web
  up other
  kill_scanner
  rm -r "$scan/web"
  # What is traced cannot be searched for leaks when it ends.
  start strace -D -q -o "$dir/strace" -e trace=openat -e inject=openat:error=ENOMEM:when=2 -P web/supervise/lock reeve-scan -l "$live" "$scan"
  scanner=$started
  eventually 20 test ! -e "$live/web"
  eventually 10 none_supervised_but other
  stop_scanner
}

@test "in place, a supervisor that cannot be asked for at once is not left behind by a stop" {
  idle web
  scanner_in_place
  up web
  kill_scanner
  # What is traced cannot be searched for leaks when it ends.
  start strace -D -q -o "$dir/strace" -e trace=openat -e inject=openat:error=ENOMEM:when=1..3 -P web/supervise/lock reeve-scan -l "$live" "$scan"
  scanner=$started
  says "unable to look for a supervisor of web"
  kill -TERM "$scanner"
  ended "$scanner"
  eventually 10 none_supervised
}
