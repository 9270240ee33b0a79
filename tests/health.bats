# A service's health: checks that its supervisor makes, and what follows when they fail.

load lib
load survival

setup() { reeve_setup; }
teardown() { reeve_teardown; }

# NAME: one that is up, with a check (stdin, a script) each 100 ms.
checked()
{
  idle "$1"
  script "$scan/$1/health"
  setting "$1" health-interval 100
  setting "$1" restart-delay '10 10'
}

# Healthy as long as $dir/NAME.bad is not there.
switched() { checked "$1" <<<"echo \"check of $1\" >>\"\$dir/$1.checks\"; [ ! -e \"\$dir/$1.bad\" ] || { echo \"$1 is bad\"; exit 7; }"; }
checks_of() { [ -e "$dir/$1.checks" ] && [ "$(lines "$dir/$1.checks")" -ge "$2" ]; }
health_is() { field "$1" healthy "$2"; }
is_another() { [ "$(pid_of "$1")" != "$2" ] && [ "$(pid_of "$1")" -gt 0 ]; }

checked_alone()
{
  scan=$live idle web
  script "$live/web/health" <<<'echo $$ >"$dir/check"; sleep 54321'
}

# ---- healthy ----

@test "a service without health is healthy when it is ready" {
  idle web
  service slow <<<'exec sleep 1000000'
  setting slow notification-fd 3
  scanner
  up web
  health_is web true
  reeve -l "$live" wait healthy web
  health_is slow false
  run -99 reeve -l "$live" wait --timeout 200ms healthy slow
}

@test "a task is healthy when it is done, and never checked" {
  switched web
  service web <<<'until [ -e "$dir/go" ]; do sleep 0.02; done'
  setting web flag-oneshot ''
  setting web health-interval 10
  scanner
  eventually 10 field web state starting
  sleep 0.5
  health_is web false
  touch "$dir/go"
  reeve -l "$live" wait --timeout 20 healthy web
  field web state "done"
  health_is web true
  [ ! -e "$dir/web.checks" ]
}

@test "it is healthy once a check has passed; wait healthy does not take an interval" {
  switched web
  setting web health-interval 600000
  touch "$dir/web.bad"
  scanner
  up web
  eventually 10 checks_of web 2
  health_is web null
  run -99 reeve -l "$live" wait --timeout 200ms healthy web
  rm "$dir/web.bad"
  reeve -l "$live" wait --timeout 20 healthy web
  health_is web true
  reeve -l "$live" status
}

@test "the first check comes when the service has told that it is ready" {
  switched web
  service web <<<'while [ ! -e "$dir/go" ]; do sleep 0.02; done; echo >&3; exec sleep 1000000'
  setting web notification-fd 3
  setting web health-interval 600000
  setting web health-start-period 0
  scanner
  eventually 10 field web state starting
  [ ! -e "$dir/web.checks" ]
  touch "$dir/go"
  eventually 10 health_is web true
}

@test "a check is run in the service directory, with its name" {
  checked web <<<'echo "$1 $(pwd) $(readlink /proc/$$/fd/0)" >"$dir/check"; [ -e ./run ]'
  scanner
  eventually 10 health_is web true
  [ "$(cat "$dir/check")" = "web $live/web /dev/null" ]
}

@test "s6's clients see and hear nothing new" {
  switched web
  setting web restart no
  setting web health-start-period 0
  scanner
  eventually 10 health_is web true
  s6-svlisten1 -t 20000 -d "$live/web" touch "$dir/listens" 3>&- &
  listener=$!
  eventually 10 test -e "$dir/listens"
  touch "$dir/web.bad"
  eventually 10 field web state unhealthy
  rm "$dir/web.bad"
  eventually 10 field web state up
  kill -0 "$listener"
  s6-svc -d "$live/web"
  wait "$listener"
  touch "$dir/web.bad"
  s6-svc -u "$live/web"
  eventually 10 field web state unhealthy
  s6-svwait -t 10000 -u "$live/web"
  [ "$(s6-svstat -o up,ready,paused,wantedup "$live/web")" = 'true false false true' ]
  [ "$(stat -c %s "$live/web/supervise/status")" -eq 35 ]
}

# ---- unhealthy ----

@test "so many failures in a row, and it is stopped and started again" {
  switched web
  scanner
  eventually 10 health_is web true
  pid=$(pid_of web)
  touch "$dir/web.bad"
  eventually 10 is_another web "$pid"
  rm "$dir/web.bad"
  says 'web: warning: is unhealthy: 3 health checks in a row have failed, the last one exited 7: web is bad; stopping it, to start it again'
  eventually 10 health_is web true
  field web signal SIGTERM
}

@test "one failure less, and nothing happens" {
  checked web <<<'n=$(cat "$dir/n" 2>/dev/null || echo 0); n=$((n + 1)); echo $n >"$dir/n"; [ $((n % 3)) -eq 1 ]'
  setting web health-interval 20
  scanner
  many_checks() { [ "$(cat "$dir/n")" -gt 20 ]; }
  eventually 20 many_checks
  health_is web true
  run ! said unhealthy
  field web restarts 0
}

@test "with restart no it is only said, and status exits 1 until it is healthy again" {
  switched web
  setting web restart no
  scanner
  eventually 10 health_is web true
  pid=$(pid_of web)
  touch "$dir/web.bad"
  eventually 10 field web state unhealthy
  says 'leaving it as it is, as `restart` is no'
  run -1 reeve -l "$live" status
  [[ $output == *'web '*' unhealthy '*' yes '*'unhealthy: its last health check exited 7'* ]]
  run -1 reeve -l "$live" status web
  [[ $output == *'last health check: exited 7'*'web is bad'* ]]
  run -1 reeve -l "$live" status --json web
  [ "$(jq -c '.[0] | [.healthy, .ready, .health_check.result, .health_check.output]' <<<"$output")" = '[false,true,"exited 7","web is bad\n"]' ]
  rm "$dir/web.bad"
  eventually 10 field web state up
  says 'web: info: is healthy again'
  reeve -l "$live" status
  [ "$(pid_of web)" -eq "$pid" ]
  [ "$(grep -c 'is unhealthy' "$dir/stderr")" -eq 1 ]
}

@test "it counts as a failure for on-failure:N, though the service ends with 0" {
  switched web
  service web <<<'trap "exit 0" TERM; while :; do sleep 0.1; done'
  setting web restart on-failure:1
  setting web health-start-period 0
  scanner
  touch "$dir/web.bad"
  eventually 20 field web state failed
  field web reason 'failed more often than restart allows'
  field web exit 0
  field web restarts 1
}

@test "a main service that fails so ends the tree with a code that is no success" {
  switched web
  service web <<<'trap "exit 0" TERM; while :; do sleep 0.1; done'
  setting web flag-main ''
  setting web restart on-failure:1
  setting web health-start-period 0
  touch "$dir/web.bad"
  scanner
  ended "$scanner" 1
}

@test "what depends on it is not touched" {
  switched db
  idle web
  mkdir "$scan/web/dependencies.d"
  touch "$scan/web/dependencies.d/db"
  scanner
  up web
  eventually 10 health_is db true
  pid=$(pid_of web)
  db=$(pid_of db)
  touch "$dir/db.bad"
  eventually 10 is_another db "$db"
  [ "$(pid_of web)" -eq "$pid" ]
}

@test "failures before the first success do not count within the start period" {
  switched web
  touch "$dir/web.bad"
  setting web health-retries 1
  setting web health-interval 10
  setting web health-start-period 60000
  scanner
  eventually 20 checks_of web 20
  health_is web null
  run ! said unhealthy
  setting web health-start-period 300
  reeve -l "$live" restart web
  says unhealthy
}

@test "a stop that lasts is said, and timeout-kill ends it" {
  switched web
  service web <<<'trap "" TERM; while :; do sleep 0.1; done'
  setting web timeout-kill 12000
  scanner
  eventually 10 health_is web true
  touch "$dir/web.bad"
  says 'has not ended 10 seconds after it was told to, and is killed after 12000 ms' 30
  rm "$dir/web.bad"
  eventually 20 field web signal SIGKILL
  eventually 10 health_is web true
}

@test "without timeout-kill it is waited for, and u takes the stop of one that ignores it back" {
  switched web
  service web <<<'trap "" TERM; while :; do sleep 0.1; done'
  scanner
  eventually 10 health_is web true
  pid=$(pid_of web)
  touch "$dir/web.bad"
  says 'has not ended 10 seconds after it was told to, and does not do its work either: waiting for it, as it has no timeout-kill' 30
  field web state unhealthy
  rm "$dir/web.bad"
  s6-svc -u "$live/web"
  eventually 10 field web state up
  [ "$(pid_of web)" -eq "$pid" ]
  s6-svc -k "$live/web"
}

@test "a supervisor that leaves its service as it is takes its check along" {
  checked_alone
  supervise web
  eventually 10 test -s "$dir/check"
  kill -QUIT "$supervisor"
  ended "$supervisor" 1
  eventually 10 gone "$(cat "$dir/check")"
}

@test "a wrapper's server is not killed by timeout-strays: it may be saving its data" {
  switched web
  service web <<<'sh -c "trap \"while [ ! -e $dir/saved ]; do sleep 0.1; done; echo yes >$dir/done; exit\" TERM; while :; do sleep 0.1; done" & wait'
  setting web timeout-strays 100
  scanner
  eventually 10 health_is web true
  pid=$(pid_of web)
  touch "$dir/web.bad"
  says 'counts as the service itself' 20
  sleep 0.5 # more than timeout-strays
  touch "$dir/saved"
  rm "$dir/web.bad"
  eventually 10 is_another web "$pid"
  [ "$(cat "$dir/done")" = yes ]
}

@test "one that has put itself into the background is checked, and its check is not taken for it" {
  checked web <<<'echo $$ >>"$dir/checks"; sleep 0.1; [ ! -e "$dir/web.bad" ]'
  service web <<<'sleep 0.3; sleep 1000000 & exit 0'
  setting web flag-forks ''
  scanner
  eventually 10 health_is web true
  pid=$(pid_of web)
  run ! grep -qx "$pid" "$dir/checks"
  touch "$dir/web.bad"
  eventually 20 is_another web "$pid"
  rm "$dir/web.bad"
  eventually 10 health_is web true
  run ! grep -qx "$(pid_of web)" "$dir/checks"
}

@test "a check that runs when a service ends is nothing that it has left behind" {
  checked web <<<'sleep 54321'
  service web <<<'sleep 0.5; exit 0'
  setting web health-interval 10
  setting web restart no
  scanner
  eventually 10 field web state down
  run ! said 'left'
}

# ---- the check's process ----

@test "a check that takes too long has failed, and is killed with its group" {
  checked web <<<'sleep 54321 & echo $! $$ >>"$dir/pids"; wait'
  setting web health-timeout 100
  setting web health-start-period 0
  setting web restart no
  scanner
  eventually 10 field web state unhealthy
  says 'the last one took longer than health-timeout'
  setting web health ''
  reeve -l "$live" stop web
  for pid in $(cat "$dir/pids"); do eventually 10 gone "$pid"; done
}

@test "a container that was suspended fails no check" {
  checked web <<<'echo $$ >"$dir/check"; while [ ! -e "$dir/go" ]; do sleep 0.02; done'
  setting web health-timeout 2000
  setting web health-retries 1
  setting web health-start-period 0
  scanner
  eventually 10 test -s "$dir/check"
  supervisor=$(supervisor_of web)
  check=$(cat "$dir/check")
  freeze "$supervisor" "$check"
  sleep 4 # more than the timeout: that nothing runs meanwhile is what is tested
  touch "$dir/go"
  kill -CONT "$supervisor"
  short_pause 200
  kill -CONT "$check"
  eventually 10 health_is web true
  run ! said 'is unhealthy'
}

@test "nor does one that was suspended hardly longer than its timeout" {
  checked web <<<'echo $$ >"$dir/check"; while [ ! -e "$dir/go" ]; do sleep 0.02; done'
  setting web health-timeout 5000
  setting web health-retries 1
  setting web health-start-period 0
  scanner
  eventually 10 test -s "$dir/check"
  supervisor=$(supervisor_of web)
  check=$(cat "$dir/check")
  freeze "$supervisor" "$check"
  sleep 5.4 # as above
  kill -CONT "$supervisor"
  short_pause 500
  touch "$dir/go"
  kill -CONT "$check"
  eventually 10 health_is web true
  run ! said 'is unhealthy'
}

@test "what is left in its group goes with it" {
  checked web <<<'sleep 54321 & echo $! >>"$dir/pids"'
  scanner
  eventually 10 health_is web true
  eventually 10 gone "$(head -n 1 "$dir/pids")"
}

@test "never two at once" {
  checked web <<<'mkdir "$dir/one" || echo two >>"$dir/two"; sleep 0.2; rmdir "$dir/one"'
  setting web health-interval 1
  scanner
  eventually 10 health_is web true
  sleep 1
  [ ! -e "$dir/two" ]
}

@test "a check that floods is drained, and neither blocks nor fails" {
  checked web <<<'head -c 3000000 /dev/zero | tr "\0" x'
  setting web health-interval 600000
  scanner
  eventually 20 health_is web true
  [ "$(stat -c %s "$live/web/supervise/health")" -eq $((32 + 1024)) ]
}

@test "one that does not stop flooding has failed, long before its time is over" {
  checked web <<<'exec yes'
  setting web restart no
  setting web health-retries 1
  setting web health-start-period 0
  scanner
  eventually 20 field web state unhealthy
  says 'wrote more than 16 MB'
}

@test "a running check is ended at a stop, and delays nothing" {
  checked web <<<'echo $$ >"$dir/check"; trap "" TERM; sleep 54321; sleep 54321'
  setting web health-timeout 60000
  scanner
  eventually 10 test -s "$dir/check"
  begin=$SECONDS
  reeve -l "$live" stop web
  eventually 30 gone "$(cat "$dir/check")"
  [ $((SECONDS - begin)) -lt 40 ]
  run ! said 'left behind'
}

# How often it has gone to sleep.
wakes() { sed -n 's/^voluntary_ctxt_switches:[[:space:]]*//p' "/proc/$(supervisor_of web)/status"; }
settled() { local before; before=$(wakes); sleep 0.3; [ "$(wakes)" -eq "$before" ]; }

@test "between two checks the supervisor sleeps" {
  switched web
  setting web health-interval 600000
  scanner
  eventually 10 health_is web true
  eventually 20 settled
  before=$(wakes)
  sleep 2 # that nothing happens is what is tested
  [ "$(wakes)" -eq "$before" ]
}

@test "a service that is down has no checks" {
  switched web
  scanner
  eventually 10 health_is web true
  reeve -l "$live" stop web
  health_is web false
  n=$(lines "$dir/web.checks")
  sleep 0.5
  [ "$(lines "$dir/web.checks")" -eq "$n" ]
}

@test "a service that is paused by command is not checked" {
  switched web
  scanner
  eventually 10 health_is web true
  s6-svc -p "$live/web"
  eventually 10 field web state paused
  touch "$dir/web.bad"
  n=$(lines "$dir/web.checks")
  sleep 0.5
  [ "$(lines "$dir/web.checks")" -le $((n + 1)) ]
  rm "$dir/web.bad"
  s6-svc -c "$live/web"
  eventually 10 checks_of web $((n + 3))
  run ! said unhealthy
}

@test "a health that is no check is reported, and there is none" {
  idle web
  setting web health 'curl -f localhost'
  scanner
  up web
  says 'web: warning: invalid health: "curl -f localhost": allowed: '
  health_is web true
  field web health_check null
}

@test "a check that cannot be executed says nothing of the service" {
  idle web
  printf '#!/no/such/interpreter\n' >"$scan/web/health"
  chmod 755 "$scan/web/health"
  setting web health-interval 20
  setting web health-start-period 0
  setting web health-retries 1
  scanner
  says 'unable to execute ./health'
  sleep 0.5
  health_is web null
  [ "$(grep -c 'unable to execute ./health' "$dir/stderr")" -eq 1 ]
}

@test "a check that is none any more says nothing of the service, and is told why" {
  switched web
  scanner
  eventually 10 health_is web true
  chmod 644 "$scan/web/health"
  says 'web: warning: unable to execute ./health to check .*: no execute permission: chmod +x it'
  health_is web true
  chmod 755 "$scan/web/health"
  touch "$dir/web.bad"
  says 'is unhealthy'
}

# ---- supervisors and scanners that are killed ----

@test "the successor of a killed supervisor goes on, and ends the check that ran" {
  checked web <<<'[ -e "$dir/go" ] && { echo $$ >"$dir/check"; sleep 54321; }; exit 0'
  scanner
  eventually 10 health_is web true
  pid=$(pid_of web)
  touch "$dir/go"
  eventually 10 test -s "$dir/check"
  rm "$dir/go"
  check=$(cat "$dir/check")
  kill_supervisor web
  eventually 10 gone "$check"
  eventually 10 health_is web true
  [ "$(pid_of web)" -eq "$pid" ]
  rm "$dir/check"
  touch "$dir/go"
  eventually 10 test -s "$dir/check"
}

@test "what is unhealthy stays so when its supervisor is killed, or the tree is upgraded" {
  switched web
  setting web restart no
  setting web health-start-period 0
  touch "$dir/web.bad"
  scanner
  eventually 10 field web state unhealthy
  kill_supervisor web
  eventually 10 field web state unhealthy # what is about to become a check may look like a successor
  reeve -l "$live" upgrade
  eventually 10 field web state unhealthy
  rm "$dir/web.bad"
  eventually 10 field web state up
}

@test "an upgrade does not wait for a check, nor leaves one behind" {
  checked web <<<'echo $$ >>"$dir/check"; sleep 54321'
  scanner
  eventually 10 test -s "$dir/check"
  reeve -l "$live" upgrade
  eventually 10 gone "$(head -n 1 "$dir/check")"
  two_checks() { [ "$(lines "$dir/check")" -ge 2 ]; }
  eventually 10 two_checks
}

@test "a stop because it is unhealthy stays a failure when the supervisor is killed meanwhile" {
  switched web
  service web <<<'trap "while [ ! -e $dir/end ]; do sleep 0.05; done; exit 0" TERM; while :; do sleep 0.05; done'
  setting web restart on-failure:1
  setting web health-start-period 0
  setting web health-retries 1
  touch "$dir/web.bad"
  scanner
  says 'stopping it, to start it again'
  kill_supervisor web
  says 'has not ended 10 seconds after it was told to' 30
  touch "$dir/end"
  eventually 20 field web state failed
}
