# With flag-forks, a supervisor that is killed before its service has gone into the
# background: nobody can tell any more which process then is the service. It is started again.

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
is_ready() # after $1 starts
{
  eventually 20 started_times web "$1"
  eventually 20 is_daemon
  eventually 10 field web ready true
}

@test "it is ended and started again, and its daemon then is the service" {
  forking <<<'setsid "$dir/daemon" 9>&- &'
  pid=$(pid_of web)
  kill_supervisor web
  says './run had not gone into the background yet'
  started_times web 2
  gone "$pid"
  touch "$dir/go"
  is_ready 2
  kill_supervisor web # again: now it is known which process is the service
  is_daemon
  s6-svc -wD -T 10000 -d "$live/web"
  field web exit 7
}

@test "whatever restart says" {
  mkdir "$scan/web"
  setting web restart no
  forking <<<'setsid "$dir/daemon" 9>&- &'
  kill_supervisor web
  touch "$dir/go"
  is_ready 2
}

@test "while the service is searched for: what was found so far is ended first" {
  mkdir "$scan/web"
  setting web pidfile "$dir/daemon.pid"
  forking <<<'setsid sh -c "until [ -e \"\$dir/late\" ]; do sleep 0.02; done; exec \"\$dir/daemon\"" 9>&- &'
  run=$(pid_of web)
  touch "$dir/go"
  eventually 10 gone "$run"
  found() { local now; now=$(pid_of web) && [ "$now" != "$run" ]; } # nor is ./run in the status
  eventually 10 found
  candidate=$(pid_of web)
  kill_supervisor web
  touch "$dir/late"
  is_ready 2
  over "$candidate"
}
