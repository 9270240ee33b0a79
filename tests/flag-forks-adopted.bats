# With flag-forks, a supervisor that is killed before its service has gone into the
# background: what that then leaves to the scanner is the service.

load lib
load survival

setup() { reeve_setup; }
teardown() { survival_teardown; }

# Its daemon, and what is on stdin, are left behind when $dir/go is there.
forking()
{
  script "$dir/daemon" <<<'trap "exit 7" TERM; echo $$ >"$dir/daemon.pid.new"; mv "$dir/daemon.pid.new" "$dir/daemon.pid"; while :; do sleep 0.02; done'
  { echo 'until [ -e "$dir/go" ]; do sleep 0.02; done'; cat; echo 'exit 0'; } | guarded web
  setting web flag-forks ''
  scanner
  eventually 10 field web state starting
}
is_daemon() { [ -s "$dir/daemon.pid" ] && [ "$(pid_of web)" = "$(cat "$dir/daemon.pid")" ]; }
daemon_is_the_service()
{
  eventually 20 is_daemon
  eventually 10 field web ready true
  field web restarts 0
  kill_supervisor web # again
  is_daemon
  s6-svc -wD -T 10000 -d "$live/web"
  field web exit 7
  run ! said 'left behind by web'
}

@test "what it then leaves is the service" {
  forking <<<'setsid "$dir/daemon" 9>&- &'
  kill_supervisor web
  touch "$dir/go"
  daemon_is_the_service
}

@test "by a double fork" {
  forking <<<'(setsid sh -c "\"\$dir/daemon\" & exit 0" 9>&- &)'
  kill_supervisor web
  touch "$dir/go"
  daemon_is_the_service
}

@test "pidfile names the one of several" {
  mkdir "$scan/web"
  setting web pidfile "$dir/daemon.pid"
  forking <<<'setsid sleep 1000000 9>&- & setsid sh -c "sleep 0.7; exec \"\$dir/daemon\"" 9>&- & setsid sleep 1000000 9>&- &'
  kill_supervisor web
  touch "$dir/go"
  eventually 20 is_daemon
  eventually 10 field web ready true
  field web restarts 0
  s6-svc -wD -T 10000 -d "$live/web"
  field web exit 7
  [ -z "$(leftovers_of sleep)" ]
}

leftovers_of() { pgrep -P "$scanner" -x "$1" || :; }

@test "while the service is searched for: the search goes on" {
  mkdir "$scan/web"
  setting web pidfile "$dir/daemon.pid"
  forking <<<'setsid sleep 1000000 9>&- & setsid sh -c "until [ -e \"\$dir/late\" ]; do sleep 0.02; done; exec \"\$dir/daemon\"" 9>&- &'
  run=$(pid_of web)
  touch "$dir/go"
  eventually 10 gone "$run"
  eventually 10 eval '[ "$(pid_of web)" != "$run" ]' # nor is it in the status
  kill_supervisor web
  touch "$dir/late"
  eventually 20 is_daemon
  eventually 10 field web ready true
  field web restarts 0
}

@test "several without a pidfile are a failure" {
  mkdir "$scan/web"
  setting web restart no
  forking <<<'setsid sleep 1000000 9>&- & setsid sleep 1000000 9>&- &'
  kill_supervisor web
  touch "$dir/go"
  says 'flag-forks: ./run has left several processes behind'
  eventually 20 field web state failed
  [ -z "$(leftovers_of sleep)" ]
}

@test "that nothing is found is a failure" {
  mkdir "$scan/web"
  setting web restart no
  forking <<<''
  kill_supervisor web
  touch "$dir/go"
  says 'flag-forks: ./run has ended, and what it has left behind was not found again'
  eventually 20 field web state failed
}
