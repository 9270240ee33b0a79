# A supervisor that is killed: its service goes on, is not doubled, and is not forgotten.

load lib
load survival

setup() { reeve_setup; }
teardown() { survival_teardown; }

@test "up: the same pid, the same start time, and no false event" {
  guarded web <<<'exec sleep 1000000'
  scanner
  up web
  remember_process web
  listen web
  kill_supervisor web
  same_process web
  eventually 10 field web state up
  field web restarts 0
  eventually 5 heard s # there is a supervisor (again), and nothing else
  said 'the supervisor of web was ended by SIGKILL; it is replaced, and its successor goes on with what it has left'
  s6-svc -wD -T 10000 -d "$live/web"
  eventually 5 heard sdD
  started_times web 1
}

# As in musl for arm64, and in emulators: the child's memory is not its parent's.
@test "where vfork() is fork(): it is adopted all the same" {
  printf '%s\n' '#include <unistd.h>' 'pid_t vfork (void) { return fork() ; }' >"$dir/forks.c"
  gcc -shared -fPIC -o "$dir/forks.so" "$dir/forks.c"
  guarded web <<<'exec sleep 1000000'
  LD_PRELOAD=$dir/forks.so scanner
  up web
  remember_process web
  kill_supervisor web
  sleep 1.5 # longer than a successor waits for the exit code of one that has ended
  field web state up
  same_process web
  started_times web 1
  stop_scanner 0
  gone "$pid"
}

@test "killed as soon as it is up, again and again" {
  guarded web <<<'exec sleep 1000000'
  scanner
  up web
  remember_process web
  for n in 1 2 3 4; do kill_supervisor web; done
  same_process web
  started_times web 1
  stop_scanner 0
  gone "$pid"
}

@test "the exit code of an adopted service is known to finish and to status" {
  guarded web <<<'trap "exit 37" TERM; while :; do sleep 0.02; done'
  finish web <<<'echo "$1 $2 $3 $4" >>"$dir/finished"'
  scanner
  up web
  remember_process web
  kill_supervisor web
  s6-svc -wD -T 10000 -d "$live/web"
  [ "$(cat "$dir/finished")" = "37 0 web $pid" ]
  field web exit 37
  s6-svc -u "$live/web"
  up web
  remember_process web
  kill_supervisor web
  s6-svc -wD -T 10000 -kd "$live/web"
  [ "$(tail -n 1 "$dir/finished")" = "256 9 web $pid" ]
  field web signal SIGKILL
}

@test "an adopted service that dies is restarted" {
  guarded web <<<'exec sleep 1000000'
  scanner
  up web
  kill_supervisor web
  remember_process web
  kill -KILL "$pid"
  eventually 10 started_times web 2
  up web
  field web restarts 1
  [ "$(pid_of web)" != "$pid" ]
}

@test "commands reach an adopted service: signals, pause, its process group" {
  guarded web <<<'trap "echo HUP >>\"\$dir/told\"" HUP
trap "echo TERM >>\"\$dir/told\"" TERM
sleep 1000000 9>&- &
echo $! >"$dir/member"
while :; do wait; done'
  scanner
  up web
  eventually 10 test -s "$dir/member"
  remember_process web
  kill_supervisor web
  s6-svc -h "$live/web"
  eventually 10 grep -qx HUP "$dir/told"
  s6-svc -O "$live/web" # not to be restarted
  printf t >"$live/web/supervise/control"
  eventually 10 grep -qx TERM "$dir/told"
  s6-svc -p "$live/web"
  eventually 10 grep -q '^State:.T' "/proc/$pid/status"
  eventually 10 field web state paused
  kill_supervisor web
  eventually 10 field web state paused
  s6-svc -c "$live/web"
  eventually 10 grep -q '^State:.[SR]' "/proc/$pid/status"
  eventually 10 field web state up
  member=$(cat "$dir/member")
  printf P >"$live/web/supervise/control"
  eventually 10 grep -q '^State:.T' "/proc/$pid/status"
  eventually 10 grep -q '^State:.T' "/proc/$member/status"
  printf C >"$live/web/supervise/control"
  eventually 10 grep -q '^State:.[SR]' "/proc/$member/status"
  same_process web
  printf K >"$live/web/supervise/control"
  eventually 10 gone "$member"
  eventually 10 field web state down
  field web signal SIGKILL
}

@test "k kills an adopted service, which is restarted" {
  guarded web <<<'trap "" TERM; while :; do sleep 0.02; done'
  scanner
  up web
  kill_supervisor web
  s6-svc -k "$live/web"
  eventually 10 started_times web 2
}

@test "timeout-kill holds for an adopted service, with flag-timeout-killpg for its group" {
  guarded web <<<'trap "" TERM; sh -c "trap \"\" TERM; while :; do sleep 1; done" 9>&- & echo $! >"$dir/member"; while :; do sleep 0.02; done'
  setting web timeout-kill 300
  setting web flag-timeout-killpg ''
  setting web flag-keep-strays ''
  scanner
  up web
  eventually 10 test -s "$dir/member"
  kill_supervisor web
  s6-svc -wD -T 10000 -d "$live/web"
  field web signal SIGKILL
  eventually 5 gone "$(cat "$dir/member")"
}

@test "an end while there is no supervisor is not lost, nor its code" {
  guarded web <<<'trap "exit 41" TERM; while :; do sleep 0.02; done'
  finish web <<<'echo "$1 $2" >>"$dir/finished"'
  scanner
  up web
  remember_process web
  listen web
  freeze "$scanner"
  kill -KILL "$(supervisor_of web)"
  kill -TERM "$pid"
  eventually 10 grep -q '^State:.Z' "/proc/$pid/status"
  kill -CONT "$scanner"
  eventually 10 started_times web 2
  [ "$(cat "$dir/finished")" = '41 0' ]
  eventually 5 heard sdDu
}

written_before() # MIN_S MAX_S FILE
{
  local written age_s
  written=$(stat -c %Y "$3") || return 1
  age_s=$(($(date +%s) - written))
  [ "$age_s" -ge "$1" ] && [ "$age_s" -le "$2" ]
}

@test "waiting for a restart: the delay goes on" {
  guarded web <<<'date +%s%N >>"$dir/times"; exit 1'
  setting web restart-delay '20000 20000'
  scanner
  eventually 10 field web state waiting
  eventually 60 written_before 10 16 "$dir/times" # if we do not come in time, in the next delay
  killed=$(date +%s%N)
  begun=$(tail -n 1 "$dir/times")
  starts=$(lines "$dir/times")
  kill_supervisor web
  eventually 60 eval '[ "$(lines "$dir/times")" -gt "$starts" ]'
  again=$(tail -n 1 "$dir/times")
  echo "# $(((again - begun) / 1000000)) ms; since it was killed: $(((again - killed) / 1000000)) ms"
  cat "$dir/times"
  [ $((again - begun)) -ge 20000000000 ]
  [ $((again - killed)) -lt 20000000000 ] # else it has begun anew
}

@test "stopping: a slow stop goes on to its end" {
  guarded web <<<'trap "echo >\"\$dir/told\"; until [ -e \"\$dir/go\" ]; do sleep 0.02; done; exit 5" TERM; while :; do sleep 0.02; done'
  finish web <<<'echo "$1 $2" >>"$dir/finished"'
  scanner
  up web
  remember_process web
  s6-svc -d "$live/web"
  eventually 10 test -e "$dir/told"
  kill_supervisor web
  same_process web
  field web wanted down
  touch "$dir/go"
  eventually 10 field web state down
  [ "$(cat "$dir/finished")" = '5 0' ]
  started_times web 1
}

@test "stopping with everything: the stop ends, after the service and its finish" {
  guarded web <<<'trap "echo >\"\$dir/told\"; until [ -e \"\$dir/go\" ]; do sleep 0.02; done; exit 5" TERM; while :; do sleep 0.02; done'
  finish web <<<'echo "$1 $2" >>"$dir/finished"'
  scanner
  up web
  kill -TERM "$scanner"
  eventually 10 test -e "$dir/told"
  kill -KILL "$(supervisor_of web)"
  eventually 20 supervisor_of web
  alive "$scanner"
  touch "$dir/go"
  ended "$scanner" 0
  [ "$(cat "$dir/finished")" = '5 0' ]
  started_times web 1
}

@test "timeout-kill of a stop under way goes on" {
  guarded web <<<'trap "echo >>\"\$dir/told\"" TERM; >"$dir/ready"; while :; do sleep 0.02; done'
  setting web timeout-kill 3000
  scanner
  up web
  eventually 10 test -e "$dir/ready"
  s6-svc -d "$live/web"
  eventually 10 test -e "$dir/told"
  kill_supervisor web
  eventually 15 field web state down
  field web signal SIGKILL
}

@test "finish running: it is not run twice, and its 125 still counts" {
  guarded web <<<'exit 1'
  finish web <<<'echo x >>"$dir/finished"; until [ -e "$dir/go" ]; do sleep 0.02; done; exit 125'
  setting web timeout-finish 60000
  scanner
  eventually 10 field web state finishing
  kill_supervisor web
  field web state finishing
  touch "$dir/go"
  eventually 10 field web state failed
  field web reason 'finish exited 125'
  [ "$(lines "$dir/finished")" -eq 1 ]
  started_times web 1
}

@test "timeout-finish of a finish under way goes on" {
  guarded web <<<'exit 1'
  finish web <<<'trap "" TERM; while :; do sleep 0.1; done'
  setting web timeout-finish 3000
  setting web restart no
  scanner
  eventually 10 field web state finishing
  kill_supervisor web
  eventually 15 field web state failed
}

@test "down by command: it stays down" {
  guarded web <<<'exec sleep 1000000'
  scanner
  up web
  s6-svc -wD -T 10000 -d "$live/web"
  listen web
  kill_supervisor web
  field web state down
  field web wanted down
  eventually 5 heard s
  started_times web 1
  s6-svc -wu -T 10000 -u "$live/web"
}

@test "failed for good: it stays so, with its reason" {
  guarded web <<<'exit 1'
  setting web restart no
  scanner
  eventually 10 field web state failed
  kill_supervisor web
  field web state failed
  field web reason 'failed, and restart is no'
  started_times web 1
}

@test "the logger's supervisor, with lines in flight: none is lost or doubled" {
  service count <<<'i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); echo $i; [ $((i % 100)) != 0 ] || sleep 0.05; done; exec sleep 1000000'
  in=$scan/count service log <<<'exec cat >>"$dir/log"'
  scanner
  up count/log
  for n in 1 2 3; do kill_supervisor count/log; done
  for n in 1 2 3; do kill_supervisor count; done
  eventually 20 eval '[ "$(lines "$dir/log")" -eq 3000 ]'
  stop_scanner 0
  seq 3000 | cmp - "$dir/log"
}

@test "killed twice in a row, before its successor has begun" {
  guarded web <<<'exec sleep 1000000'
  scanner
  up web
  remember_process web
  pid1=$(supervisor_of web)
  kill -KILL "$pid1"
  eventually 20 eval 'now=$(supervisor_of web) && [ "$now" != "$pid1" ]'
  kill -KILL "$(supervisor_of web)"
  eventually 20 eval 'same_process web && supervisor_of web && has_supervisor "$live/web"'
  started_times web 1
}

@test "in place: the same" {
  guarded web <<<'exec sleep 1000000'
  scanner_in_place
  up web
  remember_process web
  kill_supervisor web
  same_process web
  started_times web 1
  stop_scanner 0
  gone "$pid"
}

scanner_without_proc()
{
  unshare -m true 2>/dev/null || skip "no mount namespace may be made here"
  mkdir "$dir/empty"
  # Without /proc a program does not know where it is: it looks where they are installed.
  mkdir -p /usr/local/bin
  start env bin="$REEVE_BIN" unshare -m sh -c 'mount --bind "$bin" /usr/local/bin && mount --bind "$dir/empty" /proc && exec reeve-scan -l "$live" "$scan"'
  scanner=$started
  eventually 10 scanner_ready
}

# Where nobody tells when a process was started, nothing is adopted.
@test "without /proc: it is ended by its parent, then its successor starts it again" {
  guarded web <<<'trap "exit 37" TERM; while :; do sleep 0.02; done'
  finish web <<<'echo "$1 $2 $3" >>"$dir/finished"'
  scanner_without_proc
  up web
  remember_process web
  kill_supervisor web
  says 'cannot be adopted without pidfds and /proc: ending it'
  started_times web 2
  gone "$pid"
  [ "$(cat "$dir/finished")" = "37 0 web" ]
  up web
  stop_scanner 0
}

@test "without /proc: what it has left in its process group is ended with it" {
  guarded web <<<"sh -c 'trap \"\" TERM; echo \$\$ >>\"\$dir/stray\"; while :; do sleep 1; done' stray 9>&- & exec sleep 1000000"
  finish web <<<'grep -qs "^State:.[^Z]" "/proc/$(head -n 1 "$dir/stray")/status" && echo left >>"$dir/finished"; echo "$1 $2" >>"$dir/finished"'
  setting web timeout-strays 500
  setting web timeout-kill 500
  scanner_without_proc
  up web
  eventually 10 test -s "$dir/stray"
  stray=$(cat "$dir/stray")
  kill_supervisor web
  started_times web 2
  over "$stray"
  [ "$(cat "$dir/finished")" = '256 15' ]
  is_another() { [ "$(lines "$dir/stray")" -eq 2 ]; } # it ignores TERM by now
  eventually 10 is_another
  stop_scanner 137
}

@test "a service that has forked: its daemon is adopted" {
  script "$dir/daemon" <<<'trap "exit 7" TERM; echo $$ >"$dir/daemon.pid"; while :; do sleep 0.02; done'
  service web <<<'setsid "$dir/daemon" & exit 0'
  setting web flag-forks ''
  scanner
  eventually 10 test -s "$dir/daemon.pid"
  eventually 10 eval '[ "$(pid_of web)" = "$(cat "$dir/daemon.pid")" ]'
  remember_process web
  kill_supervisor web
  same_process web
  field web ready true
  s6-svc -wD -T 10000 -d "$live/web"
  field web exit 7
}

# strace holds the child back before it executes ./run.
@test "between fork and execution: the child that has said who it is is adopted" {
  strace -e trace=none true 2>/dev/null || skip "strace cannot be used here"
  guarded web <<<'exec sleep 1000000'
  touch "$scan/web/down"
  scanner
  eventually 10 has_supervisor "$live/web"
  supervisor=$(supervisor_of web)
  start strace -f -o "$dir/trace" -e trace=execve -e inject=execve:delay_enter=3000000 -p "$supervisor"
  says attached
  s6-svc -u "$live/web"
  child() { pgrep -P "$supervisor"; }
  eventually 10 child
  pid=$(child)
  eventually 10 eval 'od -An -c -j 264 -N 1 "$live/web/supervise/state" | grep -q r' # it has said so
  kill -KILL "$supervisor"
  eventually 20 has_successor web "$supervisor"
  eventually 20 started_times web 1
  up web
  [ "$(pid_of web)" = "$pid" ]
  [ "$(cat "$dir/web.starts")" = "$pid" ]
  stop_scanner 0
}

# The same for a child that has not said so yet: it ends by itself.
@test "between fork and the child's own record: it is not executed, and there is one instance" {
  strace -e trace=none true 2>/dev/null || skip "strace cannot be used here"
  guarded web <<<'exec sleep 1000000'
  touch "$scan/web/down"
  scanner
  eventually 10 has_supervisor "$live/web"
  supervisor=$(supervisor_of web)
  start strace -f -o "$dir/trace" -e trace=setsid -e inject=setsid:delay_enter=600000000 -p "$supervisor"
  tracer=$started
  says attached
  s6-svc -u "$live/web"
  child() { pgrep -P "$supervisor"; }
  eventually 10 child
  pid=$(child)
  kill -KILL "$supervisor"
  eventually 20 has_successor web "$supervisor"
  eventually 20 up web
  kill -TERM "$tracer" # now the child goes on
  eventually 20 gone "$pid"
  started_times web 1
  [ "$(cat "$dir/web.starts")" != "$pid" ]
  stop_scanner 0
}
