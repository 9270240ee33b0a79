# An end that nobody asked for is spoken of, and counted apart from other restarts.

load lib
load survival
load upgrading

setup() { upgrading_setup; }
teardown() { survival_teardown; }

crashed() { local value; read_field "$1" crashes; [ "$value" -ge "$2" ]; }
shoot() { local pid; pid=$(pid_of "$1") && kill -KILL "$pid"; }
count() { grep -c -- "$1" "$dir/stderr" || :; }

@test "the first in a row, and at doubling counts: with code or signal, time up and next try" {
  service web <<<'exit 3'
  setting web restart-delay '10 10'
  service shot <<<'kill -SEGV $$; exec sleep 1000000'
  setting shot restart-delay '600000 600000'
  service last <<<'exit 4'
  setting last restart on-failure:1
  setting last restart-delay '10 10'
  service ends <<<'exit 0'
  setting ends restart-delay '600000 600000'
  service task <<<'exit 0'
  setting task flag-oneshot ''
  scanner
  eventually 20 crashed web 9
  says '^reeve-supervise shot: warning: ended by SIGSEGV after [0-9.]* m\?s; it starts again in 10 min$'
  says '^reeve-supervise ends: warning: ended with code 0 after [0-9.]* m\?s; it starts again in 10 min$'
  says '^reeve-supervise last: warning: ended with code 4 after [0-9.]* m\?s, for the 2nd time in a row, and has failed for good: more often'
  said '^reeve-supervise web: warning: ended with code 3 after [0-9.]* m\?s; it starts again in 10 ms$'
  for n in 2nd 4th 8th; do said "^reeve-supervise web: warning: ended with code 3 after [0-9.]* m\\?s, for the $n time in a row; it starts again in 10 ms\$"; done
  run ! said 'web: .*for the [3567][rt]' # by now there may be a 32nd
  eventually 10 field task state "done"
  field task crashes 0
  run ! said 'task:'
  eventually 10 field shot crashes 1
  reeve -l "$live" status shot >"$dir/status" || :
  grep -q '^shot .*SIGSEGV 0  1 crash$' "$dir/status"
  grep -q 'It has crashed 1 time, 1 in a row' "$dir/status"
}

@test "what was ordered is no crash, and a command ends the row" {
  idle web
  idle sick
  script "$scan/sick/health" <<<'[ ! -e "$dir/sick" ]'
  setting sick health-interval 100
  setting sick health-retries 1
  setting sick health-start-period 0
  scanner
  up web
  field web crashes 0
  reeve -l "$live" restart web
  reeve -l "$live" kill KILL web
  eventually 10 field web restarts 2
  field web crashes 0
  eventually 10 field sick healthy true
  touch "$dir/sick"
  eventually 20 field sick restarts 1
  rm "$dir/sick"
  field sick crashes 0
  up web
  shoot web
  eventually 10 field web crashes 1
  says '^reeve-supervise web: warning: ended by SIGKILL after '
  up web
  shoot web
  eventually 10 field web crashes 2
  reeve -l "$live" stop web
  reeve -l "$live" start web
  shoot web
  eventually 10 field web crashes 3
  eventually 10 eval '[ "$(count "web: warning: ended by SIGKILL after [0-9.]* m\\?s; it starts")" -eq 2 ]'
}

@test "the counts outlive a killed supervisor, and an upgrade" {
  service web <<<'exit 1'
  setting web restart-delay '600000 600000'
  scanner
  eventually 10 field web crashes 1
  eventually 10 field web state waiting
  kill_supervisor web
  field web crashes 1
  install_anew
  upgrade
  all_new web
  field web crashes 1
  [ "$(count 'web: warning: ended')" -eq 1 ]
}

@test "how long it is up, and since when it is ready" {
  service web <<<'until [ -e "$dir/go" ]; do sleep 0.02; done; echo >&3; exec sleep 1000000'
  setting web notification-fd 3
  scanner
  eventually 10 field web state starting
  field web ready_since null
  reeve -l "$live" status --json web | jq -e '.[0].uptime | type == "number" and . >= 0'
  touch "$dir/go"
  eventually 10 field web state up
  reeve -l "$live" status --json web | jq -e '.[0] | .ready_since > .since and .uptime > 0'
  reeve -l "$live" stop web
  field web uptime null
  field web ready_since null
}
