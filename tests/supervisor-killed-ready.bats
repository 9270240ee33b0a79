# A supervisor that is killed: whether its service is ready stays known, and is learnt later.

load lib
load survival

setup() { reeve_setup; }
teardown() { survival_teardown; }

@test "not ready yet: readiness that is written later arrives" {
  guarded web <<<'until [ -e "$dir/go" ]; do sleep 0.02; done; echo >&3; exec sleep 1000000'
  setting web notification-fd 3
  scanner
  eventually 10 field web state starting
  remember_process web
  listen web
  kill_supervisor web
  field web ready false
  touch "$dir/go"
  eventually 10 field web ready true
  same_process web
  eventually 5 heard sU
}

@test "readiness that is written while there is no supervisor arrives" {
  guarded web <<<'until [ -e "$dir/go" ]; do sleep 0.02; done; echo >&3; exec sleep 1000000'
  setting web notification-fd 3
  scanner
  eventually 10 field web state starting
  remember_process web
  freeze "$scanner"
  kill -KILL "$(supervisor_of web)"
  touch "$dir/go"
  eventually 10 eval '! readlink "/proc/$pid/exe" | grep -q sh$'
  kill -CONT "$scanner"
  eventually 10 field web ready true
  same_process web
}

@test "readiness that is written, and the descriptor closed, before there is a successor: it is started again" {
  guarded web <<<'until [ -e "$dir/go" ]; do sleep 0.02; done; echo >&3; exec 3>&-; >"$dir/closed"; exec sleep 1000000'
  setting web notification-fd 3
  scanner
  eventually 10 field web state starting
  remember_process web
  freeze "$scanner"
  kill -KILL "$(supervisor_of web)"
  touch "$dir/go"
  eventually 10 test -e "$dir/closed"
  kill -CONT "$scanner"
  started_times web 2
  eventually 10 field web ready true
  gone "$pid"
  said 'the service may have said that it is ready, which nobody has read: starting the service again'
}

@test "a service that closes notification-fd without a word is not waited for, nor started again" {
  guarded web <<<'exec 3>&-; >"$dir/closed"; exec sleep 1000000'
  setting web notification-fd 3
  scanner
  eventually 10 test -e "$dir/closed"
  eventually 10 field web state starting
  supervisor=$(supervisor_of web)
  no_longer_waits() { [ -z "$(find "/proc/$supervisor/fd" -lname '*/notify')" ]; }
  eventually 10 no_longer_waits
  remember_process web
  kill_supervisor web
  same_process web
  field web ready false
  started_times web 1
}

@test "ready: it stays so, with the same time" {
  guarded web <<<'echo >&3; exec sleep 1000000'
  setting web notification-fd 3
  scanner
  eventually 10 field web ready true
  remember_process web
  ready_since() { od -An -tx1 -j 12 -N 12 "$live/web/supervise/status"; }
  # The state, which reeve reads, is written ahead of the status.
  eventually 10 eval '[ $(($(tail -c 1 "$live/web/supervise/status" | od -An -tu1) & 8)) -ne 0 ]'
  ready=$(ready_since)
  kill_supervisor web
  field web ready true
  [ "$(ready_since)" = "$ready" ]
  same_process web
}
