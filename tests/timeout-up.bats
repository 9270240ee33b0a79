# timeout-up: the time within which a service has to become ready.

load lib
load survival

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { survival_teardown; }

# Tells that it is ready when $dir/NAME.ready is there; notes its starts and the TERM it gets.
telling()
{
  service "$1" <<<"trap 'echo $1 told >>\"\$dir/order\"; exit 0' TERM
echo $1 starts >>\"\$dir/order\"
until [ -e \"\$dir/$1.ready\" ]; do sleep 0.02; done
echo >&3
while :; do sleep 0.02; done"
  setting "$1" notification-fd 3
}

noted() { [ "$(grep -c "^$1\$" "$dir/order")" -ge "$2" ]; }

@test "a service that does not become ready in time is stopped, which is a failure, and named" {
  telling web
  setting web timeout-up 2000
  setting web restart no
  scanner
  eventually 20 field web state failed
  [ "$(<"$dir/order")" = $'web starts\nweb told' ]
  field web exit 0 # by its own TERM handler: a failure all the same
  said './run is not ready within timeout-up; stopping it, which counts as a failure'
  field web reason 'was not ready within 2000 ms (timeout-up), and restart is no'
  run reeve wait ready web
  [ "$status" -eq 1 ]
  [[ $output == *'web has failed for good: was not ready within 2000 ms (timeout-up)'* ]]
  run reeve status web
  [ "$status" -eq 1 ]
  [[ $output != *'failed 0'* ]]
}

@test "one that becomes ready in time is left alone" {
  telling web
  setting web timeout-up 4000
  : >"$dir/web.ready"
  idle other # no readiness: it is ready when it is up
  setting other timeout-up 200
  scanner
  up web
  up other
  pid=$(pid_of web)
  # Longer than its time: that of another one, which begins later, has passed.
  in=$dir telling clock
  in=$dir setting clock timeout-up 4500
  in=$dir setting clock restart no
  mv "$dir/clock" "$scan"
  eventually 20 field clock state failed
  [ "$(pid_of web)" = "$pid" ]
  field other state up
  field other restarts 0
  run -1 said 'reeve-supervise web: .*timeout-up'
}

@test "restart decides what follows: always tries again, on-failure:N counts" {
  telling web
  setting web timeout-up 1500
  setting web restart-delay '10 10'
  telling some
  setting some timeout-up 1500
  setting some restart on-failure:2
  setting some restart-delay '10 10'
  scanner
  eventually 20 field some state failed
  [ "$(grep -c 'some starts' "$dir/order")" -eq 3 ]
  eventually 20 noted 'web starts' 3
  : >"$dir/web.ready"
  eventually 20 field web state up
}

@test "what ignores the down-signal is killed after timeout-kill, and stays a failure" {
  service web <<<'trap "" TERM; while :; do sleep 0.02; done'
  setting web notification-fd 3
  setting web timeout-up 2000
  setting web timeout-kill 200
  setting web restart no
  scanner
  eventually 20 field web state failed
  field web signal SIGKILL
  said 'has failed for good'
}

@test "a stop by command meanwhile is no failure" {
  telling web
  setting web timeout-up 60000
  scanner
  eventually 20 field web state starting
  reeve stop web
  field web state down
  reeve start -n web
  eventually 20 field web state starting
  : >"$dir/web.ready"
  reeve wait ready web
}

@test "the time goes on under a successor, and through an upgrade" {
  service web <<<'exec sleep 1000000'
  setting web notification-fd 3
  setting web timeout-up 3000
  setting web restart no
  scanner
  eventually 20 field web state starting
  kill_supervisor web
  reeve upgrade
  eventually 20 field web state failed
  said './run is not ready within timeout-up'
  field web restarts 0
}

@test "a service with flag-forks has to be found in the background in time" {
  service web <<<'exec sleep 1000000'
  touch "$scan/web/flag-forks"
  setting web timeout-up 200
  setting web restart no
  mkdir "$scan/late"
  touch "$scan/late/flag-forks"
  printf '%s\n' /nowhere/late.pid >"$scan/late/pidfile"
  service late <<<'sleep 1000000 >/dev/null 2>&1 &'
  setting late timeout-up 300
  setting late restart no
  service good <<<'sleep 1000000 >/dev/null 2>&1 &'
  touch "$scan/good/flag-forks"
  setting good timeout-up 5000
  scanner
  eventually 20 field web state failed
  eventually 20 field late state failed
  eventually 20 field good state up
  [ "$(grep -c 'within timeout-up' "$dir/stderr")" -eq 2 ]
}

@test "a task that has told that it is ready must be done in time all the same" {
  service job <<<'echo >&3; exec sleep 1000000'
  touch "$scan/job/flag-oneshot"
  setting job notification-fd 3
  setting job timeout-up 300
  scanner
  eventually 20 field job state failed
  said './run is not done within timeout-up'
  field job reason 'was not done within 300 ms (timeout-up), and restart is no'
  reeve status job | grep -E '^job +failed +- ' # no code of its own
}
