# Traps of CHLD and ERR: what they did when a child had ended, or a command had failed.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "wait with a trap of CHLD that ends all waits for the first" {
  local trap
  for trap in $'trap \'kill 0\' CHLD' $'bye() { kill $p; exit 1; }\ntrap bye SIGCHLD'; do
    wrapper <<<"$trap"$'\na & p=$!\nb &\nwait'
    migrate
    has a/flag-main b/flag-main && told 'waited for the first to end: main are a, b' && untold 'none is main' || { echo "# $trap"; return 1; }
  done
}

@test "a trap of CHLD that asks for some of the processes ends all with these alone" {
  local trap
  for trap in $'trap \'if ! kill -0 $A; then kill $B; exit 1; fi\' CHLD' $'look() { kill -0 $A || exit 1; }\ntrap look CHLD' $'look() { for p in $A; do kill -0 "$p" || { kill $B; exit 1; }; done; }\ntrap look CHLD'; do
    wrapper <<<$'#!/bin/bash\na & A=$!\nb & B=$!\n'"$trap"$'\nwait'
    migrate
    has a/flag-main
    lacks b/flag-main || { echo "# $trap"; return 1; }
    told 'and ended all when this had ended: main is a'
    untold 'their exit codes are lost'
  done
}

@test "what a trap of CHLD did beside that is a question; a trap of others, too, does their work" {
  wrapper <<<$'trap \'alert "a child died"; kill $(jobs -p); exit 1\' 17\na &\nb &\nwait'
  migrate
  has a/flag-main b/flag-main
  told 'TODO: what it did when a child had ended'
  wrapper <<<$'trap \'kill -QUIT $P; rm -f /run/lock\' CHLD TERM\na & P=$!\nwait'
  migrate
  has a/flag-main
  file a/down-signal <<<QUIT
  grep -qx 'rm -f /run/lock' "$tree/a/finish"
  untold 'TODO: what it did'
  wrapper <<<$'again() { kill -0 $P || { a & P=$!; }; kill -0 $Q || exit 1; }\ntrap again CHLD\na & P=$!\nb & Q=$!\nwait $P'
  migrate
  told 'TODO: when a child had ended, it started some again and ended all for others'
}

@test "a trap for errors that works, and does not only tell, is a question" {
  wrapper <<<$'#!/bin/bash\ntrap "curl http://hook" ERR\n./prepare\nweb &\nwait -n'
  migrate
  told 'TODO: what it did when a command had failed (curl http://hook) is not done any more'
  wrapper <<<$'#!/bin/bash\nnotify() { echo "failed"; }\ntrap notify ERR\n./prepare\nweb &\nwait -n'
  migrate
  untold TODO
}

@test "a trap for errors that is for other signals, too, is applied for these" {
  wrapper <<<$'cleanup() { kill -QUIT $P; rm -f /run/lock; }\ntrap cleanup ERR EXIT TERM\nweb & P=$!\nwait $P'
  migrate
  file web/down-signal <<<QUIT
  grep -qx 'rm -f /run/lock' "$tree/web/finish"
  untold TODO
  wrapper <<<$'#!/bin/bash\nset -e\ntrap "rm -f /run/lock" ERR EXIT\n./prepare\nexec web'
  migrate
  told 'it never ran behind the setup, as exec of line 5 ended it; TODO: what it did when a command had failed (rm -f /run/lock) is not done any more'
  wrapper <<<$'#!/bin/bash\ntrap "echo back" RETURN\nweb &\nwait -n'
  migrate
  told 'a trap for errors of the script'
}

@test "a trap of CHLD runs only when the command in the foreground has ended" {
  local stays
  for stays in 'sleep infinity' 'tail -f /dev/null' web; do
    wrapper <<<$'trap \'kill $(jobs -p)\' CHLD\na &\nb &\n'"$stays"
    migrate
    lacks a/flag-main b/flag-main
    told 'line 4: mistake: a trap runs only when this command has ended' || { echo "# $stays"; return 1; }
  done
  wrapper <<<$'trap \'kill $(jobs -p)\' CHLD\na &\nb &\nwhile true; do sleep 5; done'
  migrate
  has a/flag-main b/flag-main
}

@test "a trap in a branch says nothing of the services of another branch" {
  wrapper <<<$'#!/bin/bash\ncase "$ROLE" in\nweb)\n  web --port 80 &\n  web_helper &\n  wait $!\n  ;;\nworker)\n  trap \'kill -QUIT 0; rm -f /run/x\' TERM\n  trap \'exit 1\' CHLD\n  worker &\n  helper &\n  while :; do sleep 1; done\n  ;;\nesac'
  migrate
  told 'ended all when one had ended: main are worker, helper'
  untold 'this trap is set too late'
  lacks web/flag-main web/down-signal web_helper/down-signal web_helper/finish
  has web_helper/flag-main worker/flag-main helper/flag-main helper/finish
  [ "$(<"$tree/worker/down-signal")" = QUIT ]
}

@test "a trap of EXIT that asks for the script's exit code is a question" {
  wrapper <<<$'#!/bin/bash\nfinish() {\n  local status=$?\n  [ "$status" -eq 0 ] && touch /run/done\n}\ntrap finish EXIT\nserver --port 80 &\nwait $!'
  migrate
  told 'TODO: $? was the code with which the script ended, and is always 0 where finish begins: the exit code of run is its $1'
}

@test "pids that a trap takes from jobs are those of all" {
  wrapper <<<$'#!/bin/bash\nbye() {\n  local all\n  all="$(jobs -p)"\n  [ -z "$all" ] || kill -INT $all\n}\ntrap bye TERM\nserver --port 80 &\nwait $!'
  migrate
  untold TODO
  [ "$(<"$tree/server/down-signal")" = INT ]
}

@test "pg_ctl stop of a server that the script does not start is a question" {
  wrapper <<<$'#!/bin/sh\n/postgres.sh\ntrap \'pg_ctl -D /data -w stop\' TERM\nweb --port 80 &\nwait $!'
  migrate
  told 'TODO: a command that stops something: pg_ctl -D /data -w stop'
  lacks web/down-signal
}

@test "the code of a trap is read where it stands, not in the script" {
  wrapper <<<$'trap \'pids=$(jobs -p); kill -INT $pids\' TERM\nnginx -g "daemon off;" &\nredis-server &\nwait'
  migrate
  file nginx/down-signal <<<INT
  file redis-server/down-signal <<<INT
  untold TODO
  wrapper <<<$'[ $? = 0 ]\ntrap \'touch /var/lib/stopped; curl http://x/done\' EXIT\nweb &\nwait $!'
  migrate
  untold '$? was the code'
}

@test "a function that signals and works, called at the end, does there what a trap of it does" {
  for trap in '' 'trap cleanup TERM INT' 'trap cleanup EXIT'; do
    wrapper <<EOS
#!/bin/bash
cleanup() {
  echo "stopping"
  kill \$WEB \$WORKER
  rm -f /run/app.lock
}
$trap
web & WEB=\$!
worker & WORKER=\$!
wait -n
cleanup
exit 1
EOS
    migrate
    untold TODO
    told 'what was done at the end: the supervisor signals each service'
    [ "$(tail -n 1 "$tree/web/finish")" = 'rm -f /run/app.lock' ]
    run ! grep -E 'cleanup|kill' "$tree/web/finish"
  done
}

@test "what a trap sets for its work is set in finish, and an exit code that is another there is told" {
  local trap
  trapped() { wrapper <<<"#!/bin/bash"$'\n'"$1"$'\nweb & W=$!\nworker &\nwait -n'; migrate; }
  trapped $'trap \'f=/run/x; g=/run/y; rm -f "$f"\' TERM'
  [ "$(tail -n 2 "$tree/web/finish")" = $'f=/run/x\nrm -f "$f"' ]
  run ! grep -q 'g=' "$tree/web/finish"
  untold TODO
  trapped $'bye() {\n  local where=/run f=$where/x\n  kill $W\n  rm -f "$f"\n}\ntrap bye TERM'
  [ "$(tail -n 2 "$tree/web/finish")" = $'where=/run f=$where/x\nrm -f "$f"' ]
  for trap in 'code=$?; save "$code"; exit $code' 'save "$?"'; do
    trapped "trap '$trap' EXIT"
    told 'line 2: services.d/web/finish: trap of EXIT: the supervisor signals each service; what else it did is done each time that web has ended; TODO: $? was the code with which the script ended'
    trapped "bye() { $trap; }"$'\ntrap bye EXIT'
    told 'TODO: $? was the code with which the script ended'
  done
  trapped $'trap \'kill $W; wait $W; code=$?; [ "$code" = 0 ] || save "$code"\' EXIT'
  told 'TODO: $? was that of what the trap did ahead of it, which finish does not do: the exit code of run is its $1'
  trapped $'trap \'code=$?; save; exit $code\' EXIT'
  untold TODO
  trapped $'trap \'save; code=$?; log-it $code\' EXIT'
  untold TODO
  [ "$(tail -n 3 "$tree/web/finish")" = $'save\ncode=$?\nlog-it $code' ]
}

@test "a trap of EXIT that stays in the setup, on a condition, is done when that ends: a TODO says so" {
  wrapper <<<$'if [ -n "$SAVE" ]; then trap save EXIT; fi\nserver &\nwait $!'
  migrate
  told "TODO: the trap in it has no effect on the services, and what it does on EXIT is done when this file ends"
  wrapper <<<$'if [ -n "$SAVE" ]; then trap save TERM; fi\nserver &\nwait $!'
  migrate
  told "TODO: the trap in it has no effect on the services: write"
}

@test "pg_ctl stop is of PostgreSQL, not of a proxy that is asked as it is" {
  wrapper <<<$'#!/bin/bash\ntrap \'pg_ctl -D /data -m fast stop; kill $PGB\' TERM\npostgres -D /data &\npgbouncer /etc/pgbouncer.ini &\nPGB=$!\nwait $PGB'
  migrate
  file postgres/down-signal <<<INT
  lacks pgbouncer/down-signal
  untold TODO
  wrapper <<<$'#!/bin/bash\ntrap \'pg_ctl -D /b -m immediate stop; kill $A\' TERM\npostgres -D /a &\nA=$!\npostgres -D /b &\nwait'
  migrate
  lacks postgres/down-signal
  file postgres-2/down-signal <<<QUIT
}

@test "a trap may end with 0, and what is done behind a wait for several starts late for none" {
  wrapper <<<$'#!/bin/bash\nbye() { kill $P; wait $P; exit 0; }\ntrap bye TERM\nweb & P=$!\nwait $P'
  migrate
  untold mistake
  wrapper <<<$'#!/bin/bash\ntrap "kill 0" TERM\na & b &\nwait -n\nnotify ended\nkill $(jobs -p)\nwait'
  migrate
  untold mistake
}

@test "a kill behind a while that the service had is no mistake, and functions may prepare what a trap asks for" {
  wrapper <<<$'#!/bin/bash\ntrap \'kill -USR1 $W; for i in $(seq 30); do kill -0 $W || break; sleep 1; done; kill -9 $W\' TERM\n./worker & W=$!\nwait $W'
  migrate
  file worker/down-signal <<<USR1
  untold TODO
  untold mistake
  wrapper <<'EOS'
#!/bin/bash
prep_term() {
  unset child
  unset needed
  trap 'handle_term' TERM INT
}
handle_term() {
  if [ "${child}" ]; then kill -INT "${child}" 2>/dev/null; else needed="yes"; fi
}
wait_term() {
  child=$!
  if [ "${needed}" ]; then kill -TERM "${child}" 2>/dev/null; fi
  wait ${child} 2>/dev/null
  trap - TERM INT
  wait ${child} 2>/dev/null
}
prep_term
/bin/server --flag &
wait_term
EOS
  migrate
  file server/down-signal <<<INT
  has server/flag-main
  lacks cont-init.d/10-start server/finish
  untold TODO
}
