# How a task's commands end, and what the script made of that.
# shellcheck shell=bash disable=SC2154 # tree is migrate's
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a look at how a task's command had ended stays where more of the task follows" {
  local look
  for look in '[ $? -eq 0 ] || exit 1' $'if [ $? -ne 0 ]; then\n  echo failed\n  exit 1\nfi' $'rc=$?\nif [ $rc -ne 0 ]; then exit $rc; fi' 'if (( $? != 0 )); then exit 1; fi' 'test $? -gt 0 && exit 1' \
    $'case $? in\n  0) ;;\n  *) exit 3 ;;\nesac'; do
    wrapper <<<$'#!/bin/bash\ndb &\nmigrate\n'"$look"$'\nseed\nexec web'
    migrate
    file migrate/run <<<$'#!/bin/bash\ncd "${REEVE_WORKDIR:-/}" || exit 111\nmigrate\n'"$look"$'\nseed\nexit 0 # the last command\'s code did not matter to the script'
    told 'task migrate, run once after db; when it fails, what depends on it is not started'
    untold 'looked whether'
    untold TODO
    # At its end, the task's own code says it.
    wrapper <<<$'#!/bin/bash\ndb &\nmigrate\n'"$look"$'\nexec web'
    migrate
    becomes migrate 'exec migrate'
    told 'looked whether migrate had failed, and ended then: what comes later depends on it'
  done
}

@test "a look at the code of an earlier command stays at the task's end" {
  for look in '[ $rc -eq 0 ] || exit $rc' '[ $rc -ne 0 ] && exit 1'; do
    wrapper <<<$'db &\nmigrate\nrc=$?\nseed\n'"$look"$'\nexec web'
    migrate
    file migrate/run <<<$'#!/bin/sh\ncd "${REEVE_WORKDIR:-/}" || exit 111\nmigrate\nrc=$?\nseed\n'"$look"$'\nexit 0 # the last command\'s code did not matter to the script'
    file web/dependencies.d/migrate </dev/null
  done
}

@test "a look at how a branch's command had ended stays in the branch" {
  wrapper <<<$'db &\nif [ -f /etc/worker ]; then\n  migrate\n  if [ $? -ne 0 ]; then exit 1; fi\n  seed\n  exec worker\nfi\nexec web'
  migrate
  tail -n 4 "$tree/migrate/run" | diff - <(printf '%s\n' migrate 'if [ $? -ne 0 ]; then exit 1; fi' seed "exit 0 # the last command's code did not matter to the script")
}

@test "the failure of a task's last command holds nobody where the script went on" {
  wrapper <<<$'db &\nmigrate || exit 1\nseed\nexec web'
  migrate
  tail -n 3 "$tree/migrate/run" | diff - <(printf '%s\n' 'migrate || exit 1' seed "exit 0 # the last command's code did not matter to the script")
  wrapper <<<$'db &\nprepare\nmigrate || exit 1\nexec web'
  migrate
  becomes prepare 'migrate || exit 1'
}

@test "a task whose && ends the script says that nothing else came" {
  wrapper <<<'redis-server --daemonize yes && python migrate.py && python app.py'
  migrate
  told 'task migrate, run once after redis-server; when it fails, what is behind its && is not started; nothing else came, and the script ended'
  untold 'all the same'
  wrapper <<<$'redis-server --daemonize yes && python migrate.py && python app.py\nexec web'
  migrate
  told 'what comes later is started all the same, as the script went on; but not what is behind its &&'
}

@test "who ends the others ahead of an exit with a failure only ends the script" {
  local fails
  while IFS= read -r fails; do
    wrapper <<<$'#!/bin/bash\ndb-server & DB=$!\nfail() { echo "$1"; kill $(jobs -p); wait; exit 4; }\n'"${fails//OR/||}"$'\nexec web'
    migrate
    file web/dependencies.d/migrate </dev/null
    lacks db-server/flag-main cont-init.d/10-start
    run ! grep -q 'kill\|wait' "$tree/migrate/run" || { echo "# $fails"; return 1; }
    untold TODO || { echo "# $fails"; return 1; }
  done <<'EOS'
./migrate OR { kill $DB; wait $DB; exit 3; }
if ! ./migrate; then echo bad; kill -TERM $DB 2>/dev/null OR true; wait $DB; exit 3; fi
./migrate; if [ $? -ne 0 ]; then kill %1; wait; exit 3; fi
./migrate OR fail "no"
EOS
  # The lines of what stays are as they were, without it.
  wrapper <<<$'#!/bin/bash\ndb-server & DB=$!\nif ! ./migrate; then\n  echo bad\n  kill $DB\n  wait $DB\n  exit 3\nfi\nexec web'
  migrate
  tail -n 4 "$tree/migrate/run" | diff - <(printf '%s\n' 'if ! ./migrate; then' '  echo bad' '  exit 3' 'fi')
  told 'lines 3-8: services.d/migrate/run: task migrate, run once after db-server; when it fails, what depends on it is not started'
}

@test "the exit inside a task's loop or branch ends the script, and not the code that it ends with" {
  local last
  for last in $'until probe; do\n  sleep 1\n  i=$((i+1))\n  [ "$i" -gt 100 ] && exit 1\ndone' $'for i in 1 2 3; do\n  ./load $i || exit 1\n  [ "$VERBOSE" = 1 ] && echo loaded\ndone' \
    $'if [ ! -f /data/seeded ]; then\n  ./seed || exit 1\n  [ -n "$EXTRA" ] && ./seed-extra\nfi'; do
    wrapper <<<$'#!/bin/bash\nredis-server &\n./load-data\n'"$last"$'\nexec web'
    migrate
    tail -n 1 "$tree/load-data/run" | grep -qxF "exit 0 # the last command's code did not matter to the script" || { echo "# $last"; return 1; }
  done
  for last in $'for i in 1 2 3; do\n  ./load $i || exit 1\ndone' $'if [ ! -f /data/seeded ]; then\n  ./seed || exit 1\nfi' $'for i in 1 2 3; do ./load $i; done || exit 1'; do
    wrapper <<<$'#!/bin/bash\nredis-server &\n./load-data\n'"$last"$'\nexec web'
    migrate
    run ! grep -q 'did not matter' "$tree/load-data/run"
  done
}

@test "a call of what ends all, ahead of the script's end, is the exit with which that ends" {
  local call
  for call in $'if [ ! -f /vpn.conf ]; then\n  cleanup\nfi' '[ -f /vpn.conf ] || cleanup' 'if ! check; then echo bad; cleanup 1; fi'; do
    wrapper <<<$'#!/bin/bash\ncleanup() {\n  echo stopping\n  [ -n "$VPN" ] && kill "$VPN"\n  wait "$VPN"\n  rm -f /run/vpn.pid\n  exit "${1:-1}"\n}\ntrap cleanup TERM\nmonitor &\n'"$call"$'\nopenvpn --config /vpn.conf &\nVPN=$!\nwait "$VPN"'
    migrate
    file openvpn/flag-main </dev/null
    lacks monitor/flag-main cont-init.d/10-start
    becomes openvpn 'exec openvpn --config /vpn.conf'
    grep -q '{ echo stopping; rm -f /run/vpn.pid; exit 1; }' "$tree"/*/run || { echo "# $call"; return 1; }
    untold TODO
  done
  # What asks a service, and gives up so, is its readiness check.
  wrapper <<<$'#!/bin/bash\nstop() {\n  kill $REDIS $WEB\n  wait\n  exit $1\n}\ntrap "stop 0" TERM\nredis-server & REDIS=$!\nsleep 2\nif ! redis-cli ping; then stop 1; fi\nweb & WEB=$!\nwait $WEB'
  migrate
  told 'summary: services: redis-server (TODO), web (main; after redis-server)'
  lacks cont-init.d/10-start
  # With words of the call, and without a signal: wait "" fails at once.
  wrapper <<<$'#!/bin/bash\ndie() { echo "$1" >&2; wait "$WEB"; exit 3; }\nworker &\n[ -f /etc/x ] || die "no x"\nweb & WEB=$!\nwait $WEB'
  migrate
  becomes check-x '[ -f /etc/x ] || { echo "no x" >&2; exit 3; }'
  told 'line 2: dropped: function die: its parts went where they are used'
  untold TODO
}

@test "where a branch waits for what runs, and exits then, the exit is not ahead of that" {
  local call
  for call in $'if [ ! -f /etc/x ]; then\n  wait\n  exit 1\nfi' '[ -f /etc/x ] || { wait; exit 1; }' '[ -f /etc/x ] || die'; do
    wrapper <<<$'#!/bin/bash\ndie() { wait $WEB; exit 1; }\nworker &\n'"$call"$'\nweb & WEB=$!\nwait $WEB'
    migrate
    told 'summary: services: worker (main; TODO), web (main; on a condition)' || { echo "# $call"; return 1; }
    lacks cont-init.d/10-start
    told 'otherwise it ended with web. Now the container ends with worker in any case'
  done
}

@test "a test that ends the script asks no process, whatever its branch asks ahead of kill" {
  wrapper <<'EOS'
redis-server &
PID=$!
until redis-cli ping; do sleep 1; done
if [ ! -s /data/dump.rdb ]; then
  echo "no data"
  if [ -n "$PID" ]; then kill $PID; fi
  exit 1
fi
exec node server.js
EOS
  migrate
  untold 'looked whether it still ran'
  grep -q 's /data/dump.rdb' "$tree/kill/run"
  has kill/flag-oneshot server/dependencies.d/kill
  wrapper <<<$'redis-server &\nPID=$!\nif ! kill -0 $PID; then\n  if [ -n "$X" ]; then exit 2; fi\n  exit 1\nfi\nexec web'
  migrate
  told 'looked whether it still ran'
}
