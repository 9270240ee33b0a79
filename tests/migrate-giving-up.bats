# How long something is waited for, and what comes when that was in vain.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a loop with a number of tries, which gives up" {
  wrapper <<'EOS'
#!/bin/bash
docker-entrypoint.sh postgres &
for i in $(seq 30); do
  pg_isready -q && break
  [ "$i" -eq 30 ] && exit 1
  sleep 2
done
exec web
EOS
  migrate
  services postgres web
  grep -qx 'pg_isready -q' "$tree/postgres/data/check"
  file postgres/timeout-up <<<60000
  has web/dependencies.d/postgres
}

limit_of() # LOOP ; timeout-up of `api --port 8080`, which is asked in it
{
  wrapper <<<$'#!/bin/bash\napi --port 8080 &\n'"$1"$'\nexec web'
  migrate
  cat "$tree/api/timeout-up" 2>/dev/null || echo none
}

@test "tries and pauses are timeout-up" {
  local ask='nc -z localhost 8080' loop expected
  while IFS='|' read -r expected loop; do
    [ "$(limit_of "${loop//ASK/$ask}")" = "$expected" ] || { echo "# $loop: $(limit_of "${loop//ASK/$ask}")"; return 1; }
  done <<'EOS'
none|until ASK; do sleep 1; done
30000|for i in {1..30}; do ASK && break; sleep 1; done
10000|for i in 1 2 3 4 5; do if ASK; then break; fi; sleep 2; done
5000|for ((i = 0; i < 10; i++)); do ASK && break; sleep 0.5; done
60000|for i in `seq 60`; do ASK && break; sleep 1s; done
40000|n=0; until ASK; do n=$((n+1)); [ $n -lt 20 ] || exit 1; sleep 2; done
40000|n=20; while ! ASK; do n=$((n-1)); if [ "$n" -le 0 ]; then exit 1; fi; sleep 2; done
45000|MAX=45; n=0; until ASK; do ((n++)); if [ $n -gt $MAX ]; then exit 1; fi; sleep 1; done
50000|T=${T:-50}; SECONDS=0; until ASK; do if [ $SECONDS -ge $T ]; then exit 1; fi; sleep 1; done
20000|timeout 20 sh -c 'until ASK; do sleep 1; done'
90000|timeout 1.5m bash -c 'while ! ASK; do sleep 1; done' || exit 1
25000|wait-for-it.sh localhost:8080 --timeout=25
25000|/usr/local/bin/wait-for-it -h localhost -p 8080 -t 25 || exit 4
EOS
}

verdict_of() # STATEMENTS behind a loop that waits for api
{
  wrapper <<<$'#!/bin/bash\napi --port 8080 &\nok=0\nfor i in {1..9}; do nc -z localhost 8080 && ok=1 && break; sleep 1; done\n'"$1"
  migrate && services api web && [ ! -e "$init" ] && has web/dependencies.d/api web/flag-main && file web/dependencies.d/api </dev/null && ! grep -q 'ok' "$tree/web/run"
}

@test "what asks how the waiting ended is no setup and no condition" {
  verdict_of $'[ $ok = 1 ] || exit 1\nexec web'
  verdict_of $'[ "$ok" -eq 1 ] || { echo no >&2; exit 1; }\nexec web'
  verdict_of $'if [ $ok -ne 1 ]; then echo no; tail /var/log/api; exit 1; fi\nexec web'
  verdict_of $'if [[ $ok == 0 ]]; then\n  exit 1\nfi\nexec web'
  verdict_of $'if [ $ok = 1 ]; then\n  exec web\nelse\n  echo no\n  exit 1\nfi'
  verdict_of $'((ok)) || exit 7\nexec web'
  verdict_of $'case $ok in\n  0) echo no; exit 1 ;;\nesac\nexec web'
  verdict_of $'case "$ok" in 1) ;; *) exit 1 ;; esac\nexec web'
  verdict_of $'test $ok = 1 || exit 1; exec web'
  verdict_of $'[ "$i" -lt 9 ] || exit 1\nexec web'
}

@test "the script ended when the waiting was in vain, whatever it looked at before its end" {
  verdict_of $'if [ $ok -ne 1 ]; then\n  echo no\n  if command -v netstat >/dev/null; then netstat -tln | grep 80; fi\n  ps aux | grep api | grep -v grep || echo gone\n  exit 1\nfi\nexec web'
  untold TODO
  verdict_of $'[ $ok = 1 ] || { df -h; exit 1; }\nexec web'
  untold TODO
}

@test "a function that ends the script behind its loop gives up, whatever the loop asks ahead of its return" {
  local ahead
  for ahead in '' 'if ! kill -0 "$PID"; then echo died; exit 1; fi; ' 'echo waiting; '; do
    wrapper <<<$'#!/bin/bash\nup() {\n  postgres &\n  PID=$!\n  for i in 1 2 3; do '"$ahead"$'if psql -c "select 1"; then return; fi; sleep 1; done\n  echo "not ready"; exit 1\n}\nup\nexec web'
    migrate
    told 'timeout-up: the script gave up then'
    told 'what was done when postgres was not there in time'
    untold TODO
    [ ! -s "$tree/web/dependencies.d/postgres" ]
  done
}

@test "work that was done when the waiting was in vain is marked" {
  local work
  for work in 'if [ $ok -ne 1 ]; then notify --all; exit 1; fi' '[ $ok = 1 ] || { notify --all; exit 1; }' \
    $'if [ $ok = 1 ]; then\n  exec web\nelse\n  notify --all\n  exit 1\nfi'; do
    verdict_of "$work"$'\nexec web'
    told 'TODO: the script did this when api was not ready in time, and nothing does now: '
    grep -q '^# TODO reeve-migrate: .*notify --all' "$tree/api/run"
  done
}

@test "a question behind a start, which may end the script, is not asked before it" {
  local question
  for question in 'kill -0 $API || exit 1' 'if ! kill -0 "$API" 2>/dev/null; then echo died; exit 1; fi' 'pgrep api >/dev/null || exit 2'; do
    wrapper <<<$'#!/bin/sh\napi --port 8080 &\nAPI=$!\n'"$question"$'\nexec web'
    migrate
    services api web
    [ ! -e "$init" ]
    told 'looked whether it still ran'
  done
  for question in '[ -S /run/api.sock ] || exit 1' 'if [ ! -S /run/api.sock ]; then exit 1; fi' '[ ! -S /run/api.sock ] && exit 1'; do
    wrapper <<<$'#!/bin/sh\napi --sock /run/api.sock &\n'"$question"$'\nexec web'
    migrate
    services api web
    [ ! -e "$init" ]
    grep -q -e '--ready unix:/run/api.sock ' "$tree/api/run"
    told 'TODO: the script gave up after some time'
  done
  wrapper <<<$'#!/bin/sh\napi &\n[ -f /srv/made ] || exit 1\nexec web'
  migrate
  [ ! -e "$init" ]
  [ "$(cat "$tree"/*/run | grep -c '/srv/made')" -eq 1 ]
  for question in '[ -n "$SECRET" ]' 'test -n "$SECRET"'; do
    wrapper <<<$'#!/bin/sh\napi &\n'"$question"$' || exit 1\nexec web'
    migrate
    grep -q SECRET "$init/10-start"
  done
}

@test "a function that only looks, or says what it saw, is no task" {
  local look
  for look in 'check api' $'api_runs' 'if [ $? -eq 0 ]; then ok started; else die failed; fi' '[ $? -eq 0 ] || die failed' 'pgrep api >/dev/null || die failed'; do
    wrapper <<EOS
#!/bin/bash
ok() { echo -e "\${GREEN}[ok] \$1\${NC}"; }
die() { local now; ok "\$(date) \$1" >&2; exit 1; }
check() {
  # Is it there?
  if ! pgrep "\$1" >/dev/null; then
    die "\$1 failed"
  else
    ok "\$1 started"
  fi
}
api_runs() { pgrep api || die no; ok yes; }
api &
sleep 3
$look
exec web
EOS
    migrate
    services api web
    [ ! -e "$init" ]
    told 'line 15: dropped: looked whether it '
    told 'line 14: dropped: a bare sleep, to give api time'
  done
  wrapper <<<$'#!/bin/bash\nmark() { echo up >/run/state; exit 1; }\napi &\npgrep api || mark\nexec web'
  migrate
  grep -q '>/run/state' -r "$tree"
}

@test "the answer that a loop keeps in a variable is its question" {
  wrapper <<'EOS'
#!/bin/bash
elasticsearch & ES=$!
for try in {1..60}; do
  status=$(curl -s -o /dev/null -w '%{http_code}' http://localhost:9200/)
  if [[ $status == 200 ]]; then ready=yes; break; fi
  kill -0 $ES || exit 1
  sleep 2
done
if [[ -z $ready ]]; then kill $ES; exit 1; fi
exec kibana
EOS
  migrate
  grep -qxF "[[ \"\$(curl -s -o /dev/null -w '%{http_code}' http://localhost:9200/)\" == 200 ]]" "$tree/elasticsearch/data/check"
  file elasticsearch/timeout-up <<<120000
  has kibana/dependencies.d/elasticsearch
  lacks curl
  untold TODO
  wrapper <<'EOS'
elasticsearch &
id=
while [ -z "$id" ]; do id=`curl -s http://localhost:9200/id`; sleep 1; done
register "$id"
exec kibana
EOS
  migrate
  lacks elasticsearch/data/check # the script needs the answer
}

@test "a loop that asks what is not known, and what looks at its answer, are one task" {
  wrapper <<'EOS'
store & STORE=$!
for try in 1 2 3; do
  storectl state && found=yes && break
  sleep 2
done
[ -n "$found" ] || exit 1
exec web
EOS
  migrate
  services store storectl web
  has web/dependencies.d/storectl
  grep -qF '[ -n "$found" ] || exit 1' "$tree/storectl/run"
  untold 'environment: '
}

@test "a loop that gives up when the process has died waits, and starts nothing again" {
  wrapper <<'EOS'
docker-entrypoint.sh postgres & PG=$!
until pg_isready; do
  if ! kill -0 $PG; then echo "postgres died"; exit 1; fi
  sleep 1
done
app & APP=$!
wait $APP
EOS
  migrate
  services postgres app
  file postgres/data/check <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
pg_isready
EOS
  has app/dependencies.d/postgres app/flag-main
  lacks postgres/flag-main postgres/restart
  untold TODO # it never gave up
}

@test "the question of the loop, asked once more behind it, is what became of the waiting" {
  local one
  for one in 'if ! psql -c "SELECT 1"; then echo bad; exit 1; fi' 'psql -c "SELECT 1" || exit 1' 'if psql -c "SELECT 1"; then echo ok; else exit 1; fi'; do
    wrapper <<<$'postgres &\nfor i in $(seq 1 10); do\n  if psql -c "SELECT 1"; then break; fi\n  sleep 2\ndone\n'"$one"$'\nexec web'
    migrate
    services postgres web
    told 'timeout-up: the script gave up then'
    untold TODO
    [ ! -s "$tree/web/dependencies.d/postgres" ]
  done
  # Whether it still runs, with a function that prints its log.
  wrapper <<<$'dump() { for f in /tmp/*.log; do cat "$f" || true; done; }\nset -eu\nXvfb :99 & X=$!\nif ! kill -0 "$X"; then\n  dump\n  exit 1\nfi\nexec web'
  migrate
  services Xvfb web
  told 'looked whether it still ran'
}

@test "a script that ended because a start had failed waited for what had ended, and for no service" {
  local question
  for question in 'if ! kill -0 $P 2>/dev/null; then wait $P || true; echo failed; exit 1; fi' 'if ! kill -0 "$P" || [ ! -S /run/s ]; then cat /log; wait "$P"; exit $?; fi' \
    'kill -0 $P || { wait $P; exit 1; }' $'die() { echo "$1"; exit 1; }\nkill -0 $P || { wait $P; die failed; }'; do
    wrapper <<<$'#!/bin/sh\nset -e\nengine &\nP=$!\nsleep 1\n'"$question"$'\nweb &\nW=$!\nwait $W'
    migrate
    services engine web
    lacks engine/flag-oneshot cont-init.d/10-start
    has web/dependencies.d/engine
    told 'looked whether it still ran, and ended if not: the supervisor looks, and starts it again'
  done
  wrapper <<<$'#!/bin/sh\nengine &\nP=$!\nif ! kill -0 $P; then wait $P; ./repair; exit 1; fi\nexec web'
  migrate
  told 'the script did this when engine had failed, and nothing does now: ./repair: if it is wanted, let finish do it'
}

@test "where a start still ran, the script went on: nothing asks for its pid now" {
  local question
  for question in 'if kill -0 $P; then wait $P; exit $?; fi' 'if kill -0 $P; then wait $P; else cat /log; exit 1; fi' 'if ps -p $P >/dev/null; then wait $P; fi' \
    'if ! kill -0 $P; then echo failed; exit 1; else wait $P; fi' 'kill -0 $P && { wait $P; exit $?; }'; do
    wrapper <<<$'#!/bin/sh\nengine &\nP=$!\nweb &\nsleep 1\n'"$question"$'\nexit 1'
    migrate
    services engine web
    has engine/flag-main
    lacks web/flag-main cont-init.d/10-start
  done
  wrapper <<<$'#!/bin/sh\nengine &\nP=$!\nif kill -0 $P; then\n  register\nelse\n  echo failed >/state/result\n  exit 1\nfi\nexec web'
  migrate
  services engine register web
  has register/flag-oneshot web/dependencies.d/register
  becomes register 'exec register'
  told 'the script did this when engine had failed, and nothing does now: echo failed >/state/result'
}

@test "a function that exits gives up, as exit does" {
  local wait
  for wait in $'n=0\nuntil nc -z localhost 8080; do n=$((n+1)); [ $n -gt 30 ] && die "too late"; sleep 1; done' 'wait-for-it localhost:8080 -t 30 || die no' \
    $'for i in $(seq 1 30); do\n  nc -z localhost 8080 && break\n  if [ $i -eq 30 ]; then die no; fi\n  sleep 1\ndone'; do
    wrapper <<<$'#!/bin/bash\ndie() { echo "$1" >&2; exit 1; }\napi --port 8080 &\n'"$wait"$'\nexec web'
    migrate
    services api web
    file api/timeout-up <<<30000
    file web/dependencies.d/api </dev/null
    untold TODO
  done
}

@test "a question that is asked once, and gives up, is a readiness check" {
  local question
  for question in 'curl -fs http://localhost:8080/up || exit 1' 'curl -f -s http://localhost:8080/up >/dev/null || die no' \
    'if ! curl -fs http://localhost:8080/up; then tail /log; die no; fi'; do
    wrapper <<<$'#!/bin/bash\ndie() { echo "$1" >&2; exit 1; }\napi --port 8080 &\nsleep 5\n'"$question"$'\nexec web'
    migrate
    services api web
    grep -q -e '--ready http://localhost:8080/up ' "$tree/api/run"
    file web/dependencies.d/api </dev/null
    told 'TODO: the script gave up after some time'
    untold 'nothing says when api is ready'
  done
  for question in 'curl -X POST localhost:8080/set || exit 1' 'nc -z db 5432 || exit 1' 'curl -f http://localhost:8080/up || fallback'; do
    wrapper <<<$'#!/bin/bash\napi --port 8080 &\nsleep 5\n'"$question"$'\nexec web'
    migrate
    [ ! -e "$tree/api/notification-fd" ] || { echo "# $question"; return 1; }
  done
}

@test "where a function went no further, its services have that condition" {
  local say
  for say in 'echo skipped' 'warn skipped'; do
    wrapper <<<$'#!/bin/bash\nwarn() { echo "$1" >&2; }\nrun_bot() {\n  if [ ! -e /etc/token ]; then '"$say"$'; return 0; fi\n  bot &\n}\napi &\nrun_bot\nwait'
    migrate
    services api bot
    told 'service bot, started in the background, only when ! { [ ! -e /etc/token ]; }'
  done
}

@test "a test for the folder of a process that has ended holds where it does not run" {
  wrapper <<<$'#!/bin/sh\nweb & PID=$!\nsleep 1\nif [ ! -e "/proc/$PID" ]; then cp /var/log/web.log /data/; exit 1; fi\nexec worker'
  migrate
  services web worker
  has worker/flag-main
}

@test "a function that may exit does its work behind a wait; one that ends with exit is an end" {
  local loop='for i in 1 2 3; do pg_isready && { ready=1; break; }; sleep 1; done'
  wrapper <<<$'#!/bin/bash\npostgres -D /d &\nmigrate() { ./manage.py migrate || exit 1; }\nready=0\n'"$loop"$'\nif [ "$ready" = 1 ]; then migrate; fi\nexec web'
  migrate
  has migrate/flag-oneshot web/dependencies.d/migrate
  wrapper <<<$'#!/bin/bash\npostgres -D /d &\ndie() { echo "$1"; exit 1; }\nready=0\n'"$loop"$'\nif [ "$ready" = 0 ]; then die "no database"; fi\nexec web'
  migrate
  services postgres web
}

@test "what timeout-up does to a main service is said: the container ends" {
  local more
  for more in 'exec front|starts it again' 'front & wait -n|ends it, and the container with it'; do
    wrapper <<<$'#!/bin/bash\nbackend &\nfor i in {1..30}; do curl -s http://127.0.0.1:8000/health >/dev/null && break; sleep 1; done\n'"${more%|*}"
    migrate
    told "here timeout-up ${more#*|}: write a larger number"
  done
}

@test "who is main is not started again when it was not ready in time: the container ends, with another code than the script's" {
  local end
  while IFS='|' read -r end; do
    wrapper <<<$'#!/bin/bash\nset -e\napi --port 3000 & A=$!\n'"${end//OR/||}"
    migrate
    has api/flag-main api/timeout-up || { echo "# $end"; return 1; }
    told "the script gave up then (here api, which is main, is stopped then, and the container ends with its code, or with 1 in place of 0: the script's own code is lost)"
    untold 'started again'
  done <<'EOS'
for i in $(seq 30); do nc -z localhost 3000 && ok=1 && break; sleep 1; done; [ "$ok" = 1 ] OR exit 3; web & wait -n
timeout 30 bash -c 'until nc -z localhost 3000; do sleep 1; done'; wait $A
n=0; until nc -z localhost 3000; do n=$((n+1)); [ $n -gt 20 ] && exit 3; sleep 1; done; web & wait $A
/wait-for-it.sh localhost:3000 -t 60 OR exit 3; ./init; wait $A
EOS
  wrapper <<<$'#!/bin/bash\napi --port 3000 &\nfor i in $(seq 30); do nc -z localhost 3000 && ok=1 && break; sleep 1; done\n[ "$ok" = 1 ] || exit 3\nexec web'
  migrate
  told 'the script gave up then (here api is started again)'
}

@test "tail -f into grep -q waits without a limit, and gives up nothing" {
  local waiting
  for waiting in 'tail -f /var/log/db.log | grep -q ready && prepare' 'grep -q ready <(tail -f /var/log/db.log) && prepare' 'tail -f /var/log/db.log | grep -q ready || exit 1'; do
    wrapper <<<$'#!/bin/bash\ndb >/var/log/db.log 2>&1 &\n'"$waiting"$'\nexec web'
    migrate
    has db/data/check
    untold 'gave up'
  done
  wrapper <<<$'#!/bin/bash\ndb >/var/log/db.log 2>&1 &\ntimeout $T tail -f /var/log/db.log | grep -q ready || exit 1\nexec web'
  migrate
  told 'TODO: the script gave up after some time, which is not known here'
}

@test "where the service had died while it was waited for, the script ended: the report says with which exit" {
  local loop
  while IFS= read -r loop; do
    wrapper <<<$'#!/bin/bash\napi --port 3000 & A=$!\n'"${loop//OR/||}"$'\nexec web'
    migrate
    told 'where api had died meanwhile, the script ended (exit 3): here it is started again, and what depends on it waits' || { echo "# $loop"; return 1; }
  done <<'EOS'
until nc -z localhost 3000; do kill -0 $A OR exit 3; sleep 1; done
for i in $(seq 9); do nc -z localhost 3000 && break; if ! kill -0 "$A" 2>/dev/null; then echo died; exit 3; fi; sleep 1; done
while ! nc -z localhost 3000; do [ -d /proc/$A ] OR { echo died; exit 3; }; sleep 1; done
is_up() { until nc -z localhost $1; do kill -0 $2 OR exit 3; sleep 1; done; }; is_up 3000 $A
EOS
  wrapper <<<$'#!/bin/bash\nset -e\nup() { local pid=$1; until curl -f localhost:3000/x; do kill -0 $pid || return 1; sleep 1; done; }\napi --port 3000 & A=$!\nup $A\nexec web'
  migrate
  told 'the script ended (return 1)'
  untold TODO
  ! grep -q -e once -e pid "$tree/api/data/check"
}

@test "where a function returns a failure behind its waiting, its caller says whether the script gave up" {
  local call told
  while IFS='|' read -r told call; do
    call=${call//%%/||}
    wrapper <<<$'#!/bin/bash\nstart_db() {\n  mysqld --user=mysql &\n  for i in {1..30}; do\n    mysqladmin ping --silent && return 0\n    sleep 1\n  done\n  return 1\n}\n'"${call//^/$'\n'}"$'\nexec apache2-foreground'
    migrate
    told "$told"
  done <<'EOS'
timeout-up: the script gave up then|start_db %% exit 1
timeout-up: the script gave up then|start_db %% { echo "no db"; exit 1; }
timeout-up: the script gave up then|set -e^start_db
TODO: the script went on after that time|start_db
EOS
}
