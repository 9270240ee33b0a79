# What `reeve wait` answers in each phase of a service, as the table in its manual says.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

# 0: it is so; 1: it cannot come about; 99: not yet.
answers() # NAME READY UP DOWN FINISHED ; healthy is as ready, where there is no `health`
{
  local name=$1 state code
  shift
  code=0
  reeve -l "$live" wait --timeout 100ms healthy "$name" 2>"$dir/said" || code=$?
  [ "$code" -eq "$1" ] || { echo "# wait healthy $name: $code, not $1: $(<"$dir/said")"; return 1; }
  for state in ready up down finished; do
    code=0
    reeve -l "$live" wait --timeout 200ms "$state" "$name" 2>"$dir/said" || code=$?
    [ "$code" -eq "$1" ] || { echo "# wait $state $name: $code, not $1: $(<"$dir/said")"; field "$name" state '?'; return 1; }
    shift
  done
}

# A service that waits for a file of its name before it is ready; on TERM for another
# before it ends, and in its finish for a third.
obedient()
{
  service "$1" <<<"wait_for() { until [ -e $dir/\$1 ]; do sleep 0.02; done; }
trap 'wait_for $1.end; exit 3' TERM
wait_for $1.ready; echo >&3; : >$dir/$1.said
while :; do sleep 0.02; done"
  setting "$1" notification-fd 3
  finish "$1" <<<"until [ -e $dir/$1.finished ]; do sleep 0.02; done"
}

@test "from the first start to the end" {
  obedient web
  setting web timeout-finish 0
  setting web down ''
  scanner
  eventually 20 field web state down
  answers web 99 99 0 0 # never started, and not to be
  reeve start -n web
  eventually 20 field web state starting
  answers web 99 0 99 99
  : >"$dir/web.ready"
  eventually 20 field web state up
  answers web 0 0 99 99
  reeve stop -n web
  answers web 0 0 99 99 # stopping
  : >"$dir/web.end"
  eventually 20 field web state finishing
  answers web 99 99 0 99
  : >"$dir/web.finished"
  eventually 20 field web state down
  answers web 99 99 0 0
}

@test "before the first start" {
  idle web
  mkdir -p "$live"
  scanner
  up web
  # A supervisor that is stopped has not started what it is to start.
  in=$dir idle later
  chmod -x "$dir/later/run"
  mv "$dir/later" "$scan"
  s6-svscanctl -a "$live"
  eventually 20 field later state waiting
  answers later 99 99 0 99
  chmod +x "$scan/later/run"
  reeve wait ready later
}

@test "while a restart is due" {
  service web <<<'exit 3'
  setting web restart-delay '60000 60000'
  scanner
  eventually 20 field web state waiting
  eventually 20 answers web 99 99 0 99 # where all is slow the first run lasts a second, and the second one begins at once
}

@test "failed for good" {
  service web <<<'exit 3'
  setting web restart no
  scanner
  eventually 20 field web state failed
  answers web 1 1 0 0
}

@test "a task that has ended well" {
  for restart in no on-failure; do
    service web <<<'exit 0'
    setting web restart "$restart"
    scanner
    eventually 20 field web state down
    answers web 0 1 0 0
    reeve start web
    stop_scanner
  done
}

@test "finish has said: never again" {
  service web <<<'exit 0'
  finish web <<<'exit 125'
  scanner
  eventually 20 field web state failed
  answers web 1 1 0 0
}

@test "stop returns though it has never been started" {
  idle web
  setting web down ''
  scanner
  eventually 20 field web state down
  reeve stop web --timeout 20
}
