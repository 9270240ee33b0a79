# Which ends of a service are followed by a restart, and which are for good.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

# Each start is a line; then the rest of the script.
counted() { service web <<<"echo \$\$ >>\"\$dir/starts\"; $1"; setting web restart-delay '10 10'; }
starts() { [ -s "$dir/starts" ] && [ "$(lines "$dir/starts")" -ge "$1" ]; }
failed_because() { field web state failed && field web reason "$1"; }

@test "always is the default: a success too is followed by a restart" {
  counted 'exit 0'
  scanner
  eventually 10 starts 4
}

@test "with no a failure is permanent at once" {
  counted 'exit 3'
  setting web restart no
  scanner
  eventually 10 failed_because 'failed, and restart is no'
  field web exit 3
  field web wanted down
  [ "$(lines "$dir/starts")" -eq 1 ]
  says 'has failed for good: restart is `no`'
}

@test "an end by a signal is a failure" {
  counted 'kill -KILL $$'
  setting web restart no
  scanner
  eventually 10 failed_because 'failed, and restart is no'
  field web signal SIGKILL
}

@test "the status of a permanent failure has its reason, and exits 1" {
  counted 'exit 3'
  setting web restart no
  scanner
  eventually 10 field web state failed
  run reeve -l "$live" status
  [ "$status" -eq 1 ]
  [[ $output == *'web'*' failed '*' 3 '*'failed, and restart is no'* ]]
  run reeve -l "$live" status --json web
  [ "$status" -eq 1 ]
  [ "$(jq -r '.[0].reason' <<<"$output")" = 'failed, and restart is no' ]
}

@test "with no a success leaves it down: that is no failure" {
  counted '[ -e "$dir/go" ] || sleep 1000000; exit 0'
  setting web restart no
  touch "$dir/go"
  scanner
  eventually 10 field web state down
  field web wanted down
  field web reason 'done: exited 0, and restart is not always'
  reeve -l "$live" status
  [ "$(lines "$dir/starts")" -eq 1 ]
}

@test "with on-failure every failure is followed by a restart, and the first success by none" {
  counted '[ "$(wc -l <"$dir/starts")" -ge 5 ] || exit 1'
  setting web restart on-failure
  scanner
  eventually 10 field web state down
  [ "$(lines "$dir/starts")" -eq 5 ]
  field web wanted down
  field web restarts 4
}

@test "on-failure:N allows N restarts, and the next failure is permanent" {
  counted 'exit 1'
  setting web restart on-failure:3
  scanner
  eventually 10 failed_because 'failed more often than restart allows'
  [ "$(lines "$dir/starts")" -eq 4 ]
  says 'has failed for good: more often in a row than `restart` allows'
}

@test "the count begins anew after a start by command" {
  counted 'exit 1'
  setting web restart on-failure:2
  scanner
  eventually 10 field web state failed
  [ "$(lines "$dir/starts")" -eq 3 ]
  s6-svc -u "$live/web"
  eventually 10 starts 6
  eventually 10 field web state failed
  [ "$(lines "$dir/starts")" -eq 6 ]
}

@test "the count begins anew after ten seconds up" {
  counted '[ "$(wc -l <"$dir/starts")" -ne 2 ] || sleep 10.1; exit 1'
  setting web restart on-failure:2
  scanner
  eventually 40 field web state failed
  [ "$(lines "$dir/starts")" -eq 4 ]
}

@test "reeve start ends a permanent failure" {
  counted '[ -e "$dir/mended" ] && exec sleep 1000000; exit 1'
  setting web restart no
  scanner
  eventually 10 field web state failed
  touch "$dir/mended"
  reeve -l "$live" start web
  field web state up
  field web reason null
}

@test "a restart by command is no failure" {
  counted 'exec sleep 1000000'
  setting web restart on-failure:1
  scanner
  up web
  for n in 2 3 4; do
    s6-svc -r "$live/web"
    eventually 10 starts $n
    up web
  done
  s6-svc -d "$live/web"
  eventually 10 field web state down
  field web reason null
}

@test "s6-svlisten1 sees a permanent failure and exits 1" {
  counted '[ ! -e "$dir/go" ] && exec sleep 1000000; exit 1'
  setting web restart no
  scanner
  eventually 10 starts 1
  touch "$dir/go"
  run -1 s6-svlisten1 -U -t 10000 "$live/web" s6-svc -t "$live/web"
  eventually 10 field web state failed
}

listened() { compgen -G "$live/web/event/ftrig1:*" && compgen -G "$live/db/event/ftrig1:*"; }

@test "s6-svwait exits with the number of services that have failed for good" {
  for name in web db; do
    service $name <<<'[ ! -e "$dir/go" ] && exec sleep 1000000; exit 1'
    setting $name restart no
  done
  scanner
  up web
  up db
  s6-svwait -U -t 20000 "$live/web" "$live/db" 3>&- &
  eventually 10 listened
  touch "$dir/go"
  s6-svc -t "$live/web"
  s6-svc -t "$live/db"
  run -255 wait $! # it says 1, less the 2 that have
}

@test "a success without a restart is no event O" {
  counted 'trap "exit 0" TERM; while :; do sleep 0.02; done'
  setting web restart on-failure
  scanner
  up web
  run -0 s6-svlisten1 -D -t 10000 "$live/web" s6-svc -t "$live/web"
  eventually 10 field web state down
  field web wanted down
}

@test "a run that cannot be executed is a failure too" {
  counted 'exit 0'
  printf '#!/nowhere/sh\n' >"$scan/web/run"
  setting web restart no
  scanner
  eventually 10 failed_because 'failed, and restart is no'
  said 'unable to execute ./run'
  counted 'exec sleep 1000000'
  reeve -l "$live" start web
  field web state up
}

@test "on-failure:N counts what cannot be executed" {
  counted 'exit 0'
  printf '#!/nowhere/sh\n' >"$scan/web/run"
  setting web restart on-failure:3
  scanner
  eventually 10 failed_because 'failed more often than restart allows'
  says 'failed for good'
  [ "$(times_said 'unable to execute ./run')" -eq 4 ]
}

@test "an invalid restart is reported, and always is used" {
  counted 'exit 1'
  setting web restart sometimes
  scanner
  eventually 10 starts 3
  said 'invalid restart: "sometimes": allowed: always, no, on-failure or on-failure:N'
}

# strace holds the supervisor back after each status that it publishes.
@test "nobody sees that it has ended before why" {
  strace -e trace=none true 2>/dev/null || skip "strace cannot be used here"
  counted 'until [ -e "$dir/go" ]; do sleep 0.02; done; exit 3'
  setting web restart no
  scanner
  up web
  start strace -o /dev/null -e trace=rename -e inject=rename:delay_exit=1000000 -p "$(pgrep -P "$scanner" -x reeve-supervise)"
  says attached
  touch "$dir/go"
  has_ended() { state=$(json_field web state); [ "$state" = '"down"' ] || [ "$state" = '"failed"' ]; }
  eventually 20 has_ended
  [ "$state" = '"failed"' ]
}

@test "an ordered stop is no failure, though ./finish exits 125" {
  counted 'exec sleep 1000000'
  finish web <<<'exit 125'
  scanner
  up web
  reeve -l "$live" stop web
  field web state down
  field web reason null
  reeve -l "$live" status
  reeve -l "$live" start web
  stop_scanner 0
  run ! said 'failed for good'
}

@test "finish that exits 125 forbids the restart, with any policy" {
  counted '[ ! -e "$dir/go" ] && exec sleep 1000000; exit 0'
  finish web <<<'exit 125'
  scanner
  eventually 10 starts 1
  touch "$dir/go"
  run -1 s6-svlisten1 -U -t 10000 "$live/web" s6-svc -t "$live/web"
  eventually 10 failed_because 'finish exited 125'
  [ "$(lines "$dir/starts")" -eq 1 ]
}
