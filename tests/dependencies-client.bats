# reeve start, stop and restart of services with dependencies.d.

load lib
load survival
load ordering

setup() { reeve_setup; }
teardown() { survival_teardown; }

@test "reeve stop stops first what needs it, which comes back when that is ready again" {
  chain
  ready db
  scanner
  ready_soon web
  : >"$dir/order"
  run reeve -l "$live" stop db
  [ "$status" -eq 0 ]
  [[ $output == *'stopping web first, as it needs app'*'stopping app first, as it needs db'* ]]
  noted 'web ends,app ends,db ends,'
  field db state down
  held app
  held web
  field web wanted up
  reeve -l "$live" start db
  ready_soon web
}

@test "the scanner hears that a service is down before the client does, whose orders would start what needs it" {
  strace -e trace=none true 2>/dev/null || skip "strace cannot be used here"
  idle db
  idle web
  needs web db
  scanner
  up web
  start strace -q -o /dev/null -e trace=write -e inject=write:delay_enter=500000 -P "$live/.s6-svscan/reports" -p "$(supervisor_of db)"
  eventually 10 grep -q 'TracerPid:[[:space:]]*[1-9]' "/proc/$(supervisor_of db)/status"
  reeve -l "$live" stop db
  held web
  reeve -l "$live" start db
  up web
}

@test "reeve stop --only leaves alone what needs it, reeve restart too, and says so" {
  chain
  ready db
  scanner
  ready_soon web
  : >"$dir/order"
  run -0 reeve -l "$live" restart app
  [[ $output == *'restarting app alone: web, which needs it, goes on'* ]]
  field web state up
  run -0 reeve -l "$live" stop --only app
  [ -z "$output" ]
  field web state up
  noted 'app ends,app starts,app ready,app ends,'
}

@test "reeve stop of several, and of all, keeps the order" {
  chain
  ready db
  scanner
  ready_soon web
  : >"$dir/order"
  run -0 reeve -l "$live" stop db app
  noted 'web ends,app ends,db ends,'
  field app state down
  reeve -l "$live" start --all
  ready_soon web
  : >"$dir/order"
  run -0 reeve -l "$live" stop --all
  [ -z "$output" ]
  noted 'web ends,app ends,db ends,'
  for name in db app web; do field $name state down; done
}

@test "reeve start starts first what is needed; --only does not" {
  chain
  ready db
  for name in db app web; do touch "$scan/$name/down"; done
  scanner
  reeve -l "$live" start web
  noted 'db starts,db ready,app starts,app ready,web starts,web ready,'
  reeve -l "$live" stop --all
  : >"$dir/order"
  reeve -l "$live" start --only web
  noted 'web starts,web ready,'
}

@test "reeve start says at once that what is needed does not exist" {
  noting web
  needs web nowhere
  touch "$scan/web/down"
  scanner
  run reeve -l "$live" start web
  [ "$status" -eq 1 ]
  [[ $output == *'web cannot start: it needs nowhere, and there is no such service'* ]]
  eventually 10 field web state held
}

@test "reeve stop of what is needed starts nobody who waits to be started again" {
  telling db
  service web <<<'echo web starts >>"$dir/order"; exit 1'
  setting web restart-delay '600000 600000'
  ready db
  needs web db
  scanner
  eventually 10 grep -q 'web starts' "$dir/order"
  eventually 10 field web state waiting
  rm "$dir/db.ready"
  kill -KILL "$(pid_of db)"
  eventually 10 field db state starting
  reeve -l "$live" stop db
  field db state down
  [ "$(grep -c 'web starts' "$dir/order")" -eq 1 ]
}
