# Without pidfds a service whose supervisor is killed is not adopted: it is ended first, by its
# parent.

load lib
load survival

setup()
{
  reeve_setup
  cc -o "$dir/refuse" "$BATS_TEST_DIRNAME/refuse.c" 2>/dev/null || skip "no compiler, or no seccomp headers"
  "$dir/refuse" true || skip "no seccomp filters here"
}

teardown() { survival_teardown; }

# As PID 1 of a PID namespace, to which orphans fall though nobody can become a subreaper.
as_pid_1() # [OPTION...]
{
  unshare --pid --fork --mount-proc true 2>/dev/null || skip "no PID namespaces here"
  start unshare --pid --fork --mount-proc --kill-child "$dir/refuse" reeve-scan -l "$live" "$@" "$scan"
  eventually 10 scanner_ready
  scanner=$(pgrep -P "$started")
}

# It has been started so often, and has set its traps, which it does after its start is noted.
traps() { eventually 10 eval '[ "$(lines "$dir/trapped")" -eq '"$1"' ]'; }
supervisor_in() { pgrep -P "$scanner" -x reeve-supervise; }

is_replaced() # PID
{
  local now
  now=$(supervisor_in) && [ "$now" != "$1" ]
}

@test "it is ended by its down-signal, then its successor starts it again" {
  guarded web <<<"trap 'echo term >>$dir/ended; exit 0' TERM; trap 'echo usr1 >>$dir/ended; exit 0' USR1; echo >>$dir/trapped; while :; do sleep 0.05; done"
  setting web down-signal USR1
  finish web <<<"echo \$1 \$2 >>$dir/finished"
  as_pid_1
  traps 1
  supervisor=$(supervisor_in)
  kill -KILL "$supervisor"
  says "has lost its supervisor, and cannot be adopted without pidfds and /proc: ending it"
  eventually 20 is_replaced "$supervisor"
  traps 2
  started_times web 2
  [ "$(cat "$dir/ended")" = usr1 ]
  [ "$(cat "$dir/finished")" = "0 0" ]
  kill -TERM "$scanner"
  ended "$started" 0
}

@test "that is no failure of a main service" {
  guarded web <<<'exec sleep 1000000'
  setting web flag-main ''
  as_pid_1
  started_times web 1
  kill -KILL "$(supervisor_in)"
  started_times web 2
  kill -TERM "$scanner"
  ended "$started" 0
}

@test "one that does not end is killed after timeout-kill" {
  guarded web <<<"trap '' TERM; echo >>$dir/trapped; while :; do sleep 0.05; done"
  setting web timeout-kill 300
  as_pid_1
  traps 1
  kill -KILL "$(supervisor_in)"
  traps 2
  started_times web 2
  kill -TERM "$scanner"
  ended "$started" 137
}

@test "a stop meanwhile waits for it, and its budget is kept" {
  guarded web <<<"trap '' TERM; echo >>$dir/trapped; while :; do sleep 0.05; done"
  as_pid_1 -T 3000
  traps 1
  service=$(pgrep -P "$(supervisor_in)")
  kill -KILL "$(supervisor_in)"
  says "ending it"
  kill -TERM "$scanner"
  ended "$started" 137
  gone "$service"
}

@test "a finish is left to end" {
  guarded web <<<'exec sleep 1000000'
  finish web <<<"echo >>$dir/finishing; while [ ! -e $dir/go ]; do sleep 0.05; done; echo done >>$dir/finishing"
  as_pid_1
  started_times web 1
  supervisor=$(supervisor_in)
  kill -KILL "$(pgrep -P "$supervisor")"
  eventually 10 test -s "$dir/finishing"
  kill -KILL "$supervisor"
  sleep 0.3
  touch "$dir/go"
  started_times web 2
  [ "$(grep -c 'done' "$dir/finishing")" -eq 1 ]
  kill -TERM "$scanner"
  ended "$started" 0
}

@test "a scanner that is not its parent leaves it alone, and does not wait for it in a stop" {
  guarded web <<<'exec sleep 1000000'
  start "$dir/refuse" reeve-scan -l "$live" "$scan"
  scanner=$started
  eventually 10 scanner_ready
  started_times web 1
  service=$(cat "$dir/web.starts")
  kill -KILL "$(pgrep -P "$scanner" -x reeve-supervise)"
  says "(pid $service) has lost its supervisor, and cannot be adopted without pidfds and /proc: it is no child of the scanner, and is left alone; end it by hand"
  stop_scanner 0
  alive "$service"
  has_starts web 1
  kill -KILL "$service"
}

@test "and starts it again when it has ended" {
  guarded web <<<'exec sleep 1000000'
  start "$dir/refuse" reeve-scan -l "$live" "$scan"
  scanner=$started
  eventually 10 scanner_ready
  started_times web 1
  kill -KILL "$(pgrep -P "$scanner" -x reeve-supervise)"
  says "left alone"
  kill -KILL "$(cat "$dir/web.starts")"
  started_times web 2
  stop_scanner 0
}

@test "a task that is ended so has failed: it never runs twice unasked" {
  guarded migrate <<<'while :; do sleep 0.05; done'
  touch "$scan/migrate/flag-oneshot"
  as_pid_1
  started_times migrate 1
  supervisor=$(supervisor_in)
  kill -KILL "$supervisor"
  eventually 20 is_replaced "$supervisor"
  eventually 20 field migrate state failed
  field migrate signal SIGTERM
  started_times migrate 1
}

@test "a task that the scanner has told to end is not done with 0, and does not run again" {
  service job <<<"echo >>$dir/runs; trap 'exit 0' TERM; : >$dir/begun; while :; do sleep 0.05; done"
  touch "$scan/job/flag-oneshot"
  setting job restart always
  as_pid_1
  eventually 20 test -e "$dir/begun"
  supervisor=$(supervisor_in)
  kill -KILL "$supervisor"
  eventually 20 is_replaced "$supervisor"
  eventually 20 field job state failed
  says 'how the task has ended is not known, and it never runs twice unasked'
  [ "$(lines "$dir/runs")" -eq 1 ]
  kill -TERM "$scanner"
  ended "$started" 0
}
