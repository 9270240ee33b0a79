# dependencies.d: services start after what they need is ready, and are stopped before it.

load lib
load survival
load ordering

setup() { reeve_setup; }
teardown() { survival_teardown; }

@test "a service starts when what it needs is ready, and the tree stops in reverse" {
  chain
  scanner
  held web
  held app
  field web wanted up
  noted 'db starts,'
  ready db
  ready_soon web
  stop_scanner 0
  noted 'db starts,db ready,app starts,app ready,web starts,web ready,web ends,app ends,db ends,'
}

@test "who needs several waits for all; who needs nothing waits for nobody" {
  telling db
  telling cache
  noting web
  idle other
  needs web db
  needs web cache
  scanner
  up other
  held web
  ready db
  ready_soon db
  field web waits_for '["cache"'
  field web state held
  ready cache
  up web
}

@test "s6's clients see a held service as down and wanted up, and never follow dependencies" {
  telling db
  noting web
  needs web db
  scanner
  held web
  [ "$(s6-svstat -o up,wantedup,pid "$live/web")" = 'false true -1' ]
  s6-svc -wu -T 10000 -u "$live/web"
  noted 'db starts,web starts,'
  ready db
  s6-svwait -U -t 10000 "$live/db"
  s6-svc -wD -T 10000 -d "$live/db"
  field web state up
  s6-svc -wD -T 10000 -d "$live/web"
  s6-svc -u "$live/web"
  eventually 10 field web state up
}

@test "status names what is waited for, in which state that is, and exits 1" {
  telling db
  noting web
  needs web db
  needs web nowhere
  scanner
  held web
  eventually 10 field db state starting
  run reeve -l "$live" status web
  [ "$status" -eq 1 ]
  [[ $output == *'web   held '*'waiting for db (starting), nowhere (missing)'* ]]
  reeve -l "$live" status --json | jq -e '.[] | select(.name == "web") | .waits_for == ["db", "nowhere"] and .reason == "db (starting), nowhere (missing)"'
  reeve -l "$live" status --json db | jq -e '.[0].waits_for == []'
  run reeve -l "$live" wait --timeout 100ms ready web
  [ "$status" -eq 99 ]
  [[ $output == *'state held: db (starting), nowhere (missing)'* ]]
}

@test "one that is held is spoken of after 10 seconds: what for, its state, and since when" {
  telling db
  noting web
  idle off
  touch "$scan/off/down"
  needs web db
  needs web nowhere
  needs web off
  noting top
  needs top web
  scanner
  held web
  says 'web has been held for 1[0-9] s, as it needs db (up for [0-9]* s, has not told that it is ready: no newline came on descriptor 3), nowhere (there is no such service), off (wanted down for [0-9]* s)' 20
  says 'top has been held for 1[0-9] s, as it needs web (held for [0-9]* s)'
}

@test "a crash of what is needed holds nobody that runs; who crashes meanwhile waits" {
  telling db
  ready db
  noting web
  noting app
  needs web db
  needs app db
  scanner
  up web
  up app
  rm "$dir/db.ready"
  kill -KILL "$(pid_of db)"
  eventually 10 field db state starting
  field web state up
  kill -KILL "$(pid_of app)"
  held app
  field web state up
  ready db
  up app
}

@test "a circle is named whole and ignored, at start and stop" {
  noting a
  noting b
  noting c
  noting d
  needs a b
  needs b c
  needs c a
  needs d d
  telling db
  needs b db
  scanner
  up a
  up c
  up d
  held b
  ready db
  up b
  says 'a circle of dependencies, which has no order; they are ignored: .*a needs b'
  says 'b needs c'
  says 'c needs a'
  says 'd needs d'
  [ "$(grep -c 'a circle of dependencies' "$dir/stderr")" -eq 2 ]
  stop_scanner 0
}

@test "optional is order, not need: it waits while that one exists, is wanted, and has neither been ready nor ended" {
  noting web
  needs web cache optional
  needs web nowhere optional
  telling cache
  scanner
  held web
  field web waits_for '["cache"'
  ready cache
  up web
  noted 'cache starts,cache ready,web starts,'
}

@test "an optional one that has failed or is down holds nobody" {
  noting web
  needs web broken optional
  service broken <<<'exit 3'
  setting broken notification-fd 3
  noting app
  needs app off optional
  idle off
  touch "$scan/off/down"
  scanner
  up web
  up app
}

@test "what has failed for good holds, and is named" {
  service db <<<'exit 3'
  setting db restart no
  setting db notification-fd 3
  noting web
  needs web db
  scanner
  eventually 10 field db state failed
  held web
  field web reason 'db (failed, exit 3)'
  run reeve -l "$live" start web
  [ "$status" -eq 1 ]
  [[ $output == *'db has failed for good'* ]]
}

@test "a main service that can never start ends the tree with the code of what has failed" {
  service db <<<'sleep 0.2; exit 42'
  setting db restart no
  setting db notification-fd 3
  noting app
  needs app db
  noting web
  needs web app
  touch "$scan/web/flag-main"
  scanner
  ended "$scanner" 42
  said 'the main service web can never start: db, which it needs, has ended with 42'
}

@test "so it does with 1 when that has ended well and does not come back" {
  service db <<<'until [ -e "$dir/go" ]; do sleep 0.02; done; exit 0'
  setting db restart on-failure
  setting db notification-fd 3
  noting web
  needs web db
  touch "$scan/web/flag-main"
  scanner
  held web
  touch "$dir/go"
  ended "$scanner" 1
}

@test "a logger belongs to its service: it runs while that is held, and ends after it" {
  telling db
  noting web
  needs web db
  in=$scan/web service log <<<'echo log starts >>"$dir/order"; cat; echo log ends >>"$dir/order"'
  scanner
  held web
  up web/log
  ready db
  up web
  stop_scanner 0
  grep -A9 'web ends' "$dir/order" | grep -q 'log ends'
}

@test "a service whose logger cannot start still holds to its own order" {
  telling db
  noting web
  needs web db
  in=$scan/web service log <<<'#!/nonexistent'
  scanner
  held web
  ready db
  up web
}

@test "a held service stays held when its supervisor or the scanner is killed, and then starts" {
  telling db
  noting web
  needs web db
  scanner
  held web
  kill -KILL "$(supervisor_of web)"
  eventually 20 has_supervisor "$live/web"
  held web
  kill -KILL "$scanner"
  ended "$scanner" 137
  scanner
  held web
  ready db
  runs web
  [ "$(grep -c 'web starts' "$dir/order")" -eq 1 ]
}

@test "so it does across an upgrade, and the order of the stop is known after it" {
  telling db
  noting web
  needs web db
  scanner
  held web
  reeve -l "$live" upgrade
  held web
  ready db
  runs web
  reeve -l "$live" upgrade
  stop_scanner 0
  noted 'db starts,db ready,web starts,web ends,db ends,'
}

@test "the command ends before the services, which it may need" {
  noting db
  start reeve-scan -l "$live" "$scan" -- sh -c 'trap "sleep 0.3; echo command ends >>\$dir/order; exit 0" TERM; touch "$dir/trapped"; while :; do sleep 0.02; done'
  scanner=$started
  runs db
  eventually 10 test -e "$dir/trapped"
  stop_scanner 0
  noted 'db starts,command ends,db ends,'
}

@test "with a budget the order is given up at half of it, and it is said whom it waited for" {
  noting db
  service web <<<'trap "" TERM; while :; do sleep 0.05; done'
  needs web db
  scanner -T 4000
  up web
  stop_scanner 137
  noted 'db starts,db ends,'
  said 'giving up the order of the stop after 2[0-9]* milliseconds: web should have ended first; telling db to end now'
}

@test "a service is held in place, too, as s6-svscan would serve it" {
  telling db
  noting web
  needs web db
  scanner_in_place
  held web
  ready db
  runs web
  stop_scanner 0
  noted 'db starts,db ready,web starts,web ends,db ends,'
}

@test "a main service ends the tree also when one between can never start later" {
  service db <<<'until [ -e "$dir/db.goes" ]; do sleep 0.02; done; exit 42'
  setting db restart no
  telling app
  needs app db
  noting web
  needs web app
  setting web flag-main ''
  scanner
  eventually 10 field app state starting
  held web
  touch "$dir/db.goes"
  eventually 10 field db state failed
  kill -KILL "$(pid_of app)"
  ended "$scanner" 42
}

@test "a logger follows no dependencies.d of its own: started again in a stop, it reads the rest" {
  service web <<<'stop() {
  logger=$(cat "$dir/logger")
  kill -KILL "$logger"
  while kill -0 "$logger" 2>/dev/null; do sleep 0.02; done # it may still have taken what comes
  echo the last line
  exit 0
}
trap stop TERM
echo the first line; while :; do sleep 0.02; done'
  in=$scan/web service log <<<'echo $$ >"$dir/logger"; exec cat >>"$dir/logged"'
  setting web/log dependencies.d/nowhere ''
  scanner
  eventually 10 grep -qx 'the first line' "$dir/logged"
  stop_scanner 0
  grep -qx 'the last line' "$dir/logged"
}

# The services whose supervisors are children of the scanner, in the order in which these were started.
supervised() { local pid; for pid in $(<"/proc/$scanner/task/$scanner/children"); do tr '\0' '\n' <"/proc/$pid/cmdline" | tail -n 1; done; }
starts_before() { [[ " $(supervised | tr '\n' ' ')" = *" $1 "*"$2 "* ]]; }
unasked() { tr '\0' ' ' <"/proc/$(supervisor_of "$1")/cmdline" | grep -q -- ' -g '; }

two_chains()
{
  idle d1
  idle a1
  idle d2
  idle a2
  idle d3
  idle a3
  needs a1 a2
  needs a2 a3
  needs d3 d2
  needs d2 d1
}
chains_are_in_order()
{
  for name in a1 d3; do eventually 20 field "$name" state up; done
  starts_before a3 a2
  starts_before a2 a1
  starts_before d1 d2
  starts_before d2 d3
}

@test "supervisors are started in that order also where a scan takes more than a second" {
  strace -e trace=none true 2>/dev/null || skip "strace cannot be used here"
  two_chains
  start strace -D -q -o /dev/null -e trace=mkdir,mkdirat -e inject=mkdir,mkdirat:delay_enter=300000 reeve-scan -l "$live" "$scan"
  scanner=$started
  chains_are_in_order
}

@test "supervisors are started in the order of needs, and who needs only what is ready starts without asking" {
  two_chains
  scanner
  chains_are_in_order
  mkdir "$dir/new"
  in=$dir/new service late <<<'exec sleep 1000000'
  mkdir "$dir/new/late/dependencies.d"
  : >"$dir/new/late/dependencies.d/a1"
  mv "$dir/new/late" "$scan"
  eventually 10 field late state up
  unasked late
  s6-svc -wd -d "$live/a1"
  # At a start after the scanner has heard of that it is held as any other.
  held_when_started_again() { s6-svc -r "$live/late"; within 2 field late state held; }
  eventually 20 held_when_started_again
}
