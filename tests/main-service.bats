# A main service's end is the end of everything, with its exit code.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

main() # NAME ; its script on stdin
{
  service "$1"
  setting "$1" flag-main ''
}

@test "the scanner ends with the main service's exit code" {
  idle side
  main app <<<'until [ -e "$dir/go" ]; do sleep 0.05; done; exit 42'
  scanner
  up side
  touch "$dir/go"
  ended "$scanner" 42
  said 'the main service app has ended with 42: stopping everything'
}

@test "also when it is 0" {
  idle side
  main app <<<'until [ -e "$dir/go" ]; do sleep 0.05; done; exit 0'
  scanner
  up side
  touch "$dir/go"
  ended "$scanner" 0
}

@test "the end by a signal is 128 and its number" {
  idle side
  main app <<<'until [ -e "$dir/go" ]; do sleep 0.05; done; kill -KILL $$'
  scanner
  up side
  touch "$dir/go"
  ended "$scanner" 137
}

@test "the others are stopped in order, and loggers drain" {
  service side <<<'trap "echo bye; exit 0" TERM; while :; do sleep 0.05; done'
  in=$scan/side service log <<<'exec cat >>"$dir/log"'
  main app <<<'until [ -e "$dir/go" ]; do sleep 0.05; done; exit 5'
  scanner
  up side
  up side/log
  touch "$dir/go"
  ended "$scanner" 5
  grep -qx bye "$dir/log"
}

@test "the first of several decides" {
  main one <<<'until [ -e "$dir/go" ]; do sleep 0.05; done; exit 11'
  main two <<<'trap "exit 22" TERM; while :; do sleep 0.05; done'
  scanner
  up one
  up two
  touch "$dir/go"
  ended "$scanner" 11
}

@test "its finish has run before the others are stopped" {
  service side <<<'trap "echo side >>\"\$dir/order\"; exit 0" TERM; while :; do sleep 0.05; done'
  main app <<<'until [ -e "$dir/go" ]; do sleep 0.05; done; exit 6'
  finish app <<<'sleep 0.3; echo "finish $1" >>"$dir/order"'
  scanner
  up side
  up app
  touch "$dir/go"
  ended "$scanner" 6
  [ "$(cat "$dir/order")" = $'finish 6\nside' ]
}

@test "when it was asked to end, nothing else does" {
  main app <<<'trap "exit 9" TERM; while :; do sleep 0.05; done'
  idle side
  scanner
  up app
  for how in -d -D; do
    s6-svc -u "$live/app" # with -wu, it may return before its letter is written: it is up already
    up app
    s6-svc -wD -T 10000 $how "$live/app"
    field app state down
  done
  s6-svc -U "$live/app"
  up app
  s6-svc -r "$live/app"
  eventually 10 field app restarts 3
  up app
  s6-svc -O "$live/app"
  s6-svc -wD -T 10000 -t "$live/app"
  s6-svc -o "$live/app"
  up app
  s6-svc -wD -T 10000 -t "$live/app"
  field side state up
  stop_scanner 0
}

@test "when it was asked to end, nothing else does, even if its finish forbids a restart" {
  main app <<<'exec sleep 1000000'
  finish app <<<'exit 125'
  idle side
  scanner
  up app
  s6-svc -wD -T 10000 -d "$live/app"
  # Its report has been read when that of a later start has.
  s6-svc -wr -T 10000 -r "$live/side"
  reeve -l "$live" rescan
  field side state up
  s6-svc -u "$live/app"
  up app
  s6-svc -k "$live/app"
  ended "$scanner" 137
}

@test "a supervisor that is asked to leave is replaced, and nothing else ends" {
  main app <<<'trap "exit 9" TERM; while :; do sleep 0.05; done'
  idle side
  scanner
  up app
  pid=$(pid_of app)
  s6-svc -xd "$live/app"
  eventually 10 gone "$pid"
  eventually 10 field app state up
  field side state up
  stop_scanner 0
}

@test "with restart on-failure:N only the last failure counts" {
  idle side
  main app <<<'echo x >>"$dir/starts"; exit 7'
  setting app restart on-failure:2
  setting app restart-delay '10 10'
  start reeve-scan -l "$live" "$scan"
  ended "$started" 7
  [ "$(lines "$dir/starts")" -eq 3 ]
}

@test "with restart always it is restarted, and nothing ends" {
  idle side
  main app <<<'echo x >>"$dir/starts"; exit 7'
  setting app restart always
  setting app restart-delay '10 10'
  scanner
  eventually 10 eval '[ "$(lines "$dir/starts")" -ge 4 ]'
  alive "$scanner"
  stop_scanner 0
}

@test "a main service that cannot be executed ends everything" {
  idle side
  main app <<<'exit 0'
  printf '#!/nowhere/sh\n' >"$scan/app/run"
  start reeve-scan -l "$live" "$scan"
  ended "$started" 127
}

@test "its end stops CMD too, and its code is the scanner's" {
  main app <<<'until [ -e "$dir/go" ]; do sleep 0.05; done; exit 8'
  start reeve-scan -l "$live" "$scan" -- sh -c 'trap "echo >\"\$dir/told\"; exit 1" TERM; touch "$dir/trapped"; while :; do sleep 0.05; done'
  scanner=$started
  eventually 10 scanner_ready
  up app
  eventually 10 test -e "$dir/trapped"
  touch "$dir/go"
  ended "$scanner" 8
  [ -e "$dir/told" ]
}

@test "CMD's end stops the main service, and CMD's code is the scanner's" {
  main app <<<'trap "exit 8" TERM; while :; do sleep 0.05; done'
  start reeve-scan -l "$live" "$scan" -- sh -c 'until [ -e "$dir/go" ]; do sleep 0.05; done; exit 4'
  scanner=$started
  eventually 10 scanner_ready
  up app
  touch "$dir/go"
  ended "$scanner" 4
}

@test "a stop that was asked for comes first: the code is 0" {
  main app <<<'trap "exit 8" TERM; while :; do sleep 0.05; done'
  scanner
  up app
  stop_scanner 0
}

# Its process ignores SIGTERM from the first moment on.
deaf() { main app <<<'trap "" TERM; until [ -e "$dir/go" ]; do sleep 0.05; done; rm "$dir/go"; exit 7'; }
deaf_to_term() { [ $((0x0$(awk '/^SigIgn/ { print $2 }' "/proc/$(pid_of app)/status") >> 14 & 1)) = 1 ]; }
alone() { idle side; deaf; scanner; up side; up app; eventually 10 deaf_to_term; }
sees() { eventually 10 eval "reeve -l \"\$live\" status --json app | jq -e '.[0].$1'"; }

@test "once (O) that was taken back (u) does not ask for its end" {
  alone
  s6-svc -O "$live/app"
  sees 'wanted == "down"'
  s6-svc -u "$live/app"
  sees 'wanted == "up"'
  touch "$dir/go"
  ended "$scanner" 7
}

@test "a stop (d) that it ignores, taken back (u), does not either" {
  alone
  s6-svc -d "$live/app"
  sees 'wanted == "down"'
  s6-svc -u "$live/app"
  sees 'wanted == "up"'
  touch "$dir/go"
  ended "$scanner" 7
}

@test "nor does a restart that it ignores" {
  alone
  # The second letter is read after the first: the restart was done by then.
  s6-svc -r "$live/app"
  s6-svc -O "$live/app"
  sees 'wanted == "down"'
  s6-svc -u "$live/app"
  sees 'wanted == "up"'
  touch "$dir/go"
  ended "$scanner" 7
}

@test "its crash after that counts as a failure" {
  deaf
  rm "$scan/app/flag-main"
  setting app restart no
  scanner
  up app
  eventually 10 deaf_to_term
  s6-svc -O "$live/app"
  sees 'wanted == "down"'
  s6-svc -u "$live/app"
  sees 'wanted == "up"'
  touch "$dir/go"
  eventually 20 field app state failed
}

@test "a restart that takes its time is asked for, if it ends as it was told to" {
  idle side
  main app <<<'trap "echo >\"\$dir/told\"; sleep 4; exit 0" TERM; echo x >>"$dir/starts"; while :; do sleep 0.05; done'
  scanner
  up side
  up app
  s6-svc -r "$live/app"
  eventually 20 field app restarts 1
  alive "$scanner"
}

@test "a restart honours timeout-kill, and nothing else ends" {
  idle side
  deaf
  setting app timeout-kill 500
  scanner
  up side
  up app
  eventually 10 deaf_to_term
  reeve -l "$live" --timeout 20s restart app
  field app restarts 1
  said './run has not ended within timeout-kill; killing it'
  field side restarts 0
  alive "$scanner"
}
