# Loops: those that wait for a service, and what they ask.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a loop around a client that does something is a task, no question" {
  local client
  for client in 'influx <./init.iql' 'psql -U app -f /init.sql' 'mysql -uroot -e "CREATE DATABASE app"' 'sudo -E -u db psql app </init.sql'; do
    wrapper <<<$'#!/bin/bash\ndb --data /x &\nuntil '"$client"$'; do sleep 1; done\nexec web'
    migrate
    lacks db/data/check
    grep -qrF "until $client" "$tree" || grep -qrF "${client#sudo -E -u db }" "$tree"
    [ "$(find "$tree" -name flag-oneshot | wc -l)" = 1 ]
    told 'line 3: services.d/'
  done
  for client in 'psql -c "select 1"' 'mysql -e "SELECT 1"' 'psql </dev/null' 'mysql <<<"select 1"'; do
    wrapper <<<$'#!/bin/bash\ndb --data /x &\nuntil '"$client"$'; do sleep 1; done\nexec web'
    migrate
    has db/data/check
  done
}

@test "a waiting loop is the earlier one's check, and the later one's dependency" {
  wrapper <<'EOS'
db --port 5432 &
cache --port 6379 &
until nc -z localhost 5432; do sleep 1; done
while ! nc -z 127.0.0.1 6379; do
  echo waiting
  sleep 0.1
done
web &
wait
EOS
  migrate
  file db/notification-fd <<<3
  grep -q -e '--ready tcp:127.0.0.1:6379 ' "$tree/cache/run"
  lacks db/data cache/data
  has web/dependencies.d/db web/dependencies.d/cache
  file db/run <<'EOS'
#!/bin/sh
service=$PWD
cd "${REEVE_WORKDIR:-/}" || exit 111
workdir=$PWD
cd "$service" || exit 111 # where reeve-exec finds notification-fd
exec reeve-exec --ready tcp:5432 --chdir "$workdir" -- db --port 5432
EOS
}

@test "a port in a variable, or of a loop, says whom a condition asks" {
  wrapper <<'EOS'
#!/bin/bash
serve --port "$DB_PORT" &
for port in 8001 8002; do
  PORT=$port node worker.js &
done
until (: </dev/tcp/localhost/$DB_PORT) 2>/dev/null; do sleep 1; done
until curl -sf http://localhost:8001/health; do sleep 1; done
exec web
EOS
  migrate
  has serve/data/check
  grep -q -e '--ready http://localhost:8001/health ' "$tree/worker-8001/run"
  lacks worker-8002/notification-fd
  untold 'is it the one that is asked'
}

@test "whom nothing names is asked with a TODO in run" {
  wrapper <<<$'one &\ntwo &\nuntil curl -sf http://localhost:8001; do sleep 1; done\nexec web'
  migrate
  grep -q -e '--ready http://localhost:8001 ' "$tree/two/run"
  grep -q '^# TODO reeve-migrate: line 3: nothing in it names two' "$tree/two/run"
  told 'is it the one that is asked'
}

@test "whom a condition asks" {
  wrapper <<'EOS'
#!/bin/bash
redis-server &
mysqld_safe &
./api --listen 8080 &
until redis-cli ping; do sleep 1; done
while true; do if mysqladmin ping; then break; fi; sleep 1; done
while ! curl -sf http://localhost:8080/health; do sleep 1; done
until (echo >/dev/tcp/localhost/6379); do sleep 1; done
exec web
EOS
  migrate
  grep -q 'redis-cli ping' "$tree/redis-server/data/check"
  grep -q '/dev/tcp/localhost/6379' "$tree/redis-server/data/check"
  grep -q 'mysqladmin ping' "$tree/mysqld_safe/data/check"
  grep -q -e '--ready http://localhost:8080/health ' "$tree/api/run"
}

@test "who is not here is waited for in the setup, or by a task" {
  wrapper <<'EOS'
until nc -z db.example.org 5432; do sleep 1; done
worker &
until nc -z queue.example.org 5672; do sleep 1; done
web &
wait
EOS
  migrate
  grep -q 'db.example.org' "$init/10-start"
  lacks worker/data/check
  [ "$(cat "$tree"/*/run | grep -c 'queue.example.org')" -eq 1 ]
}

@test "a check that names nobody is not believed silently, unless only one can answer it" {
  local ask
  for ask in 'curl -sf http://localhost:8080/' 'nc -z 127.0.0.1 8080'; do
    wrapper <<<$'./server &\nuntil '"$ask"$'; do sleep 1; done\nexec web'
    migrate
    has server/notification-fd
    untold TODO
    wrapper <<<$'./worker &\n./server &\nuntil '"$ask"$'; do sleep 1; done\nexec web'
    migrate
    told 'TODO: nothing in it names server'
  done
}

@test "wait-for-it, timeout, and programs that wait by themselves" {
  wrapper <<'EOS'
#!/bin/bash
api --port 9000 &
wait-for-it.sh localhost:9000 -t 60
mysqld_safe &
mysqladmin --wait=30 ping
timeout 60 bash -c 'until mysqladmin status; do sleep 1; done'
exec web
EOS
  migrate
  grep -q -e '--ready tcp:9000 ' "$tree/api/run"
  file api/timeout-up <<<60000
  grep -q 'mysqladmin --wait=30 ping' "$tree/mysqld_safe/data/check"
  grep -qx 'mysqladmin status' "$tree/mysqld_safe/data/check"
  has web/dependencies.d/api
}

ready_of() # CONDITION ; what the service of `api --port 8080` is asked with
{
  wrapper <<<$'#!/bin/bash\napi --port 8080 --path /run/api.sock &\nuntil '"$1"$'; do sleep 1; done\nexec web'
  migrate
  sed -n 's/.*--ready \([^ ]*\) .*/\1/p' "$tree/api/run"
}

@test "a check of reeve-exec's own, where it asks the same" {
  local condition
  for condition in 'nc -z localhost 8080' 'nc -vz -w 1 localhost 8080' 'busybox nc -z localhost 8080 >/dev/null 2>&1' '(echo >/dev/tcp/localhost/8080) 2>/dev/null' \
    'timeout 1 bash -c "</dev/tcp/localhost/8080"' "bash -c ': < /dev/tcp/localhost/8080'"; do
    [ "$(ready_of "$condition")" = tcp:8080 ] || { echo "# $condition: $(ready_of "$condition")"; return 1; }
  done
  [ "$(ready_of 'nc -z 127.0.0.1 8080')" = tcp:127.0.0.1:8080 ]
  for condition in 'curl -sf http://localhost:8080/x' 'curl --silent --fail --max-time 2 -o /dev/null localhost:8080/x' 'curl -fsSo /dev/null "http://localhost:8080/x"' \
    'wget -q --spider http://localhost:8080/x' 'wget -qO- http://localhost:8080/x >/dev/null' 'wget -q -T 1 -O /dev/null http://localhost:8080/x'; do
    [ "$(ready_of "$condition")" = http://localhost:8080/x ] || { echo "# $condition: $(ready_of "$condition")"; return 1; }
  done
  for condition in '[ -S /run/api.sock ]' '[[ -S /run/api.sock ]]' 'test -S /run/api.sock' '! [ ! -S /run/api.sock ]' 'nc -zU /run/api.sock'; do
    [ "$(ready_of "$condition")" = unix:/run/api.sock ] || { echo "# $condition: $(ready_of "$condition")"; return 1; }
  done
}

@test "a check that asks something else stays the script's own" {
  local condition
  for condition in 'nc -zu localhost 8080' 'nc localhost 8080' 'nc -z localhost $PORT_8080' 'curl -s http://localhost:8080/x' 'curl -sfL http://localhost:8080/x' \
    'curl -sf -u a:b http://localhost:8080/x' 'curl -sf https://localhost:8080/x' 'curl -sf http://localhost:8080/x | grep -q ok' 'curl -sf "http://localhost:8080/$X"' \
    'wget -q http://localhost:8080/x' 'curl -sf -o /tmp/x http://localhost:8080/x' 'pg_isready -p 8080' 'mysqladmin -P 8080 ping' 'redis-cli -p 8080 ping | grep PONG' \
    'redis-cli -p 8080 -a x ping' '[ -e /run/api.sock ]' 'X=1 nc -z localhost 8080' 'nc -z localhost 8080 && curl -s localhost:8080' 'nc -z localhost 8080 || nc -z localhost 8081'; do
    [ "$(ready_of "$condition")" = ./data/check ] || { echo "# $condition: $(ready_of "$condition")"; return 1; }
  done
}

@test "a line in a log is waited for by a check" {
  local wait
  for wait in 'tail -F /l | grep -q up' 'timeout 9 tail -f -n +1 /l | grep -q up' '( tail -f -n0 /l & ) | grep -q up' 'grep -q up <(tail -F /l)' \
    "timeout 9 sh -c 'tail -f /l | grep -q up'" "tail -f /l | sed '/up/q'" "until grep -q up /l; do sleep 1; done" 'tail -f /l | grep -m1 up'; do
    wrapper <<<$'#!/bin/bash\napi >/l 2>&1 &\n'"$wait"$'\nexec web'
    migrate
    services api web
    grep -q '^grep .*up.* /l' "$tree/api/data/check"
    has web/dependencies.d/api
  done
}

@test "a loop that asks for two is the check of each" {
  wrapper <<<$'db --port 5432 &\ncache --port 6379 &\nuntil nc -z localhost 5432 && nc -z localhost 6379; do sleep 1; done\nexec web'
  migrate
  grep -q -e '--ready tcp:5432 ' "$tree/db/run"
  grep -q -e '--ready tcp:6379 ' "$tree/cache/run"
  has web/dependencies.d/db web/dependencies.d/cache
  told 'waits for db'
  told 'waits for cache'
  wrapper <<<$'db --port 5432 &\nwhile ! nc -z localhost 5432 || ! nc -z db.example.org 6379; do sleep 1; done\nexec web'
  migrate
  has web/dependencies.d/db
  told 'TODO: it also waited for what was not started here: nc -z db.example.org 6379'
}

@test "nothing waits for what was sent into the background" {
  wrapper <<<$'configure-it.sh &\nfind /init.d -name "*.sh" -delete\nexec server'
  migrate
  has configure-it/flag-oneshot find/flag-oneshot server/dependencies.d/find
  lacks find/dependencies.d server/dependencies.d/configure-it
}

@test "what waits in the background, or loops until it is done, is no service" {
  wrapper <<<$'./wait-for-it.sh localhost:9092 -- echo there &\nkafka-server-start.sh &\n./wait-for-it.sh localhost:9092 -- ./topics\nexec web'
  migrate
  has wait-for-it/flag-oneshot
  grep -q -- '--ready tcp:9092' "$tree/kafka-server-start/run"
  has web/dependencies.d/kafka-server-start
  wrapper <<<$'(cd /etl && while :; do ./etl && break; sleep 9; done) &\n(sleep 5; echo ready) &\nweb &\nwait'
  migrate
  [ "$(find "$tree" -name flag-oneshot | wc -l)" -eq 2 ]
  lacks web/flag-oneshot
}

@test "a task that only waits is named after what it waits for" {
  local loop name
  while IFS='|' read -r loop name; do
    wrapper <<<$'#!/bin/bash\ncheck() { cat /run/state; }\nsearch &\n'"$loop"$'\nexec web'
    migrate
    services search $name web || { echo "# $loop"; return 1; }
  done <<'EOS'
until [ "$(check)" = up ]; do sleep 1; done|wait-for-search
ok=; while [ "$ok" != 1 ]; do ok=$(check); sleep 1; done|wait-for-search
other & until [ "$(check)" = up ]; do sleep 1; done|wait-for-check other
[ "$SLOW" = 1 ] && sleep 10|pause
EOS
}

@test "a loop that asks another host is a task" {
  local question
  while read -r question; do
    wrapper <<<$'#!/bin/bash\nweb --port 80 &\n'"until $question"$'; do sleep 1; done\nexec app'
    migrate
    lacks web/data web/notification-fd
    [ "$(find "$tree" -name flag-oneshot | wc -l)" = 1 ]
    untold 'wait-for-web'
  done <<'EOS'
telnet db 80
ping -c1 db
ping -c 1 db
getent hosts db
nslookup db >/dev/null
curl -sf "$API_URL"
psql "$DATABASE_URL" -c 'select 1'
psql postgres://user:word@db/app -c 'select 1'
kafka-topics.sh --bootstrap-server kafka:9092 --list
rabbitmqctl -n rabbit@mq status
cqlsh cassandra
echo >/dev/tcp/kafka/80
EOS
  while read -r question; do
    wrapper <<<$'#!/bin/bash\nURL=http://localhost:80/\nweb --port 80 &\n'"until $question"$'; do sleep 1; done\nexec app'
    migrate
    has web/notification-fd
  done <<'EOS'
telnet localhost 80
curl -sf "$URL"
psql postgres://user:word@localhost:80/app -c 'select 1'
nc -z -w 1 127.0.0.1 80
nc -z "$(hostname)" 80
EOS
}

@test "what reads a FIFO is asked if somebody writes already" {
  wrapper <<'EOS'
#!/bin/bash
mkfifo /run/in
sleep infinity >/run/in &
server --port 25565 </run/in &
until nc -z localhost 25565; do sleep 1; done
exec web
EOS
  migrate
  has server/notification-fd
  wrapper <<'EOS'
#!/bin/bash
mkfifo /run/in
server --port 25565 </run/in &
until nc -z localhost 25565; do sleep 1; done
sleep infinity >/run/in &
exec web
EOS
  migrate
  lacks server/notification-fd
}

@test "a function in the background is a task if all in it ends" {
  local body
  for body in 'if [ ! -e /done ]; then sleep 10; ldapadd -f x; fi' 'sleep 10 && ldapadd -f x' 'until nc -z localhost 389; do sleep 1; done; ldapadd -f x'; do
    wrapper <<<$'fill() { '"$body"$'; }\nslapd -d 1 &\nfill &\nwait'
    migrate
    has slapd/flag-main && [ "$(find "$tree" -name flag-oneshot | wc -l)" -eq 1 ] && untold TODO || { echo "# $body"; return 1; }
  done
  wrapper <<<$'initUsers() { sleep 3; ./load; }\nslapd -d 1 &\ninitUsers &\nwait' # by its name
  migrate
  has slapd/flag-main && told 'TODO: by its name it prepares something, and ends'
  for body in 'while true; do curl localhost; sleep 60; done' 'while [ 1 ]; do curl localhost; sleep 60; done' 'cd /app; ./server'; do
    wrapper <<<$'fill() { '"$body"$'; }\nslapd -d 1 &\nfill &\nwait'
    migrate
    [ -z "$(find "$tree" -name flag-oneshot)" ] || { echo "# $body"; return 1; }
  done
}

@test "a part of an address, or a time limit, is no port that a question shares with a service" {
  local question
  for question in 'pg_isready -h 127.0.0.1' 'pg_isready -t 60' 'timeout 60 pg_isready' 'psql -h 127.0.0.1 -c "select 1"'; do
    wrapper <<<$'postgres -D /data &\nredis-server --bind 127.0.0.1 --timeout 60 --cluster 10 &\nuntil '"$question"$' >/dev/null 2>&1; do sleep 1; done\nexec web'
    migrate
    has web/dependencies.d/postgres && lacks web/dependencies.d/redis-server || { echo "# $question"; return 1; }
  done
}

@test "a question behind a task is no readiness check: the task would wait for what it brings about" {
  local question
  for question in 'until mesh status | grep -q joined; do sleep 1; done' 'wait-for-it localhost:7000 -t 30' \
    'until curl -sf http://localhost:7000/joined; do sleep 1; done'; do
    wrapper <<<$'#!/bin/bash\nmesh --port 7000 &\nmesh join shop\n'"$question"$'\nexec shop'
    migrate
    lacks mesh/data/check
    lacks mesh/notification-fd
    grep -qrF "${question%%; do*}" "$tree"
    [ "$(find "$tree/shop/dependencies.d" -type f | wc -l)" -ge 1 ]
    # Ahead of the task it is one.
    wrapper <<<$'#!/bin/bash\nmesh --port 7000 &\n'"$question"$'\nmesh join shop\nexec shop'
    migrate
    file mesh/notification-fd <<<3
  done
}

@test "a loop ahead of other starts waits for what it asks, also if it looks whether the process still runs" {
  local loop
  for loop in $'until [ -S /run/a.sock ]; do\n  kill -0 $app || exit 4\n  sleep 1\ndone' \
              'while [ ! -S /run/a.sock ]; do kill -0 $app 2>/dev/null || { echo ended; exit 1; }; sleep 1; done' \
              'while kill -0 $app; do [ -S /run/a.sock ] && break; sleep 1; done' \
              'until test -S /run/a.sock; do if ! pgrep -x api; then exit 1; fi; sleep 1; done'; do
    wrapper <<<$'#!/bin/bash\napi &\napp=$!\n'"$loop"$'\nnginx -g "daemon off;" &\nwait -n'
    migrate
    file api/notification-fd <<<3
    grep -q -e '--ready unix:/run/a.sock ' "$tree/api/run"
    has nginx/dependencies.d/api
    untold 'watched processes'
  done
  wrapper <<<$'api &\napp=$!\nuntil [ "$(cat /run/state)" = ok ]; do kill -0 $app || exit 1; sleep 1; done\nweb &\nwait $!'
  migrate
  told 'line 3: services.d/'
  untold 'watched processes'
  [ "$(ls "$tree/web/dependencies.d")" != '' ]
  wrapper <<<$'api &\napp=$!\nuntil [ -f /tmp/stop ]; do kill -0 $app || exit 4; sleep 1; done'
  migrate
  told 'watched processes'
}

@test "a loop that waits until a process runs is that service's readiness check, and makes nothing main" {
  local loop
  for loop in 'while ! pidof Xvfb >/dev/null; do sleep 1; done' 'until pgrep -x Xvfb; do sleep 1; done' \
   'while [ -z "$(pidof Xvfb)" ]; do echo waiting; sleep 1; done' 'until ps aux | grep -q [X]vfb; do sleep 1; done' \
   'for i in $(seq 20); do pgrep -x Xvfb && break; sleep 1; done'; do
    wrapper <<<$'#!/bin/bash\nXvfb :1 &\n'"$loop"$'\nfluxbox &\nexec x11vnc -display :1'
    migrate
    has Xvfb/data/check fluxbox/dependencies.d/Xvfb x11vnc/flag-main
    lacks Xvfb/flag-main
    told 'line 3: services.d/Xvfb/data/check: waits for Xvfb'
  done
}

@test "a function that starts its arguments and waits until they run" {
  wrapper <<'EOS'
#!/bin/bash
launch() {
  echo "starting $1"
  "$@" &
  while ! pgrep -x "$1" >/dev/null; do sleep 1; done
}
launch Xvfb :1 -screen 0 "${SIZE:-800x600x24}"
launch fluxbox -display :1
launch x11vnc -display :1
tail -f /dev/null
EOS
  migrate
  lacks Xvfb/flag-main fluxbox/flag-main x11vnc/flag-main
  has fluxbox/dependencies.d/Xvfb x11vnc/dependencies.d/fluxbox
  file fluxbox/data/check <<'EOS'
#!/bin/bash
cd "${REEVE_WORKDIR:-/}" || exit 111
pgrep -x fluxbox >/dev/null
EOS
  [[ $report != *TODO* ]]
}

@test "a loop that waits for a process that the script does not start stays, as a task" {
  wrapper <<<$'#!/bin/bash\ncache &\nuntil pgrep -x dockerd; do sleep 1; done\nexec web'
  migrate
  lacks cache/flag-main cache/data
  has pgrep/flag-oneshot web/dependencies.d/pgrep
  wrapper <<<$'#!/bin/bash\ncache &\nweb &\nwhile pgrep -x web; do sleep 5; done'
  migrate
  has web/flag-main
}

@test "a question behind two branches is the check of what each of them has started" {
  wrapper <<'EOS'
#!/bin/bash
if [ -z "$(ls /data)" ]; then
  valkey-server --port 7000 --appendonly yes &
else
  redis-server --port 7000 &
fi
until redis-cli -p 7000 ping; do sleep 1; done
load
exec web
EOS
  migrate
  grep -q -e '--ready tcp:127.0.0.1:7000 ' "$tree/redis-server/run"
  grep -q -e '--ready tcp:127.0.0.1:7000 ' "$tree/valkey-server/run"
  has load/dependencies.d/redis-server load/dependencies.d/valkey-server
  told 'valkey-server, which is started in its place, has the same check'
}

@test "a loop in a branch that waits, ahead of a start: what comes behind the branch waits, too" {
  wrapper <<'EOS'
#!/bin/bash
cache --port 7000 &
until nc -z localhost 7000; do sleep 1; done
if [ -n "$BRIDGE" ]; then
  while [ "$(cat /sys/class/net/br0/operstate)" != up ]; do sleep 1; done
  bridge &
fi
api &
wait
EOS
  migrate
  task=$(basename "$(dirname "$(find "$tree" -name flag-oneshot)")")
  has "bridge/dependencies.d/$task" "api/dependencies.d/$task"
}

@test "what asks supervisord waits for it, and what it tells supervisord is a task" {
  for loop in 'until supervisorctl status db | grep -q RUNNING; do sleep 1; done' 'while ! supervisorctl status; do sleep 1; done' 'while supervisorctl status | grep -q STARTING; do sleep 1; done'; do
    wrapper <<<"supervisord"$'\n'"$loop"$'\nsupervisorctl -c /x start mail\nexec web'
    migrate
    has supervisord/data/check web/dependencies.d/supervisord supervisorctl/flag-oneshot
    lacks supervisord/flag-main
  done
  wrapper <<<$'supervisord &\nsleep 2\nsupervisorctl start mail\nwait'
  migrate
  has supervisord/flag-main supervisorctl/flag-oneshot
  untold 'if it goes on running'
  wrapper <<<$'supervisord &\nuntil supervisorctl status | grep -q -e EXITED -e FATAL; do sleep 5; done\nexit 1'
  migrate
  has supervisord/flag-main
  wrapper <<<$'supervisord\nsupervisorctl tail -f web'
  migrate
  has supervisorctl/flag-main
}

@test "a loop that names nobody, behind a later start, says whom that makes wait" {
  wrapper <<'EOS'
/opt/emulator/run.sh &
sleep 20
nginx -g 'daemon off;' &
for i in 1 2 3; do
  [ -f /srv/status ] && break
  sleep 5
done
wait -n
EOS
  migrate
  told 'TODO: nothing in it names emulator: is it the one that is asked? If it is, nginx, which the script started ahead of the loop, is started when it succeeds.'
}

@test "a port in a URL is that of another service, if one has it as its own" {
  local server client
  while IFS='|' read -r server client; do
    wrapper <<<"$server &"$'\n'"$client &"$'\nuntil nc -z localhost 6380; do sleep 1; done\nexec nginx -g "daemon off;"'
    migrate
    has nginx/dependencies.d/"${server%% *}"
    [ "$(ls "$tree/nginx/dependencies.d")" = "${server%% *}" ]
  done <<'EOS'
redis-server --port 6380|REDIS_URL=redis://localhost:6380 node server.js
uvicorn api:app --port 6380|node web.js --api http://127.0.0.1:6380
uvicorn api:app --bind http://127.0.0.1:6380|node web.js
EOS
}
