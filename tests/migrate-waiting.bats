# Loops: those that wait for a service, watch it, restart it, do work, or kill time.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

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
  file db/data/check <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
nc -z localhost 5432
EOS
  [ -x "$tree/db/data/check" ]
  file db/notification-fd <<<3
  grep -q '^nc -z 127.0.0.1 6379$' "$tree/cache/data/check"
  has web/dependencies.d/db web/dependencies.d/cache
  file db/run <<'EOS'
#!/bin/sh
service=$PWD
cd "${REEVE_WORKDIR:-/}" || exit 111
workdir=$PWD
cd "$service" || exit 111 # where reeve-exec finds notification-fd
exec reeve-exec --ready ./data/check --chdir "$workdir" -- db --port 5432
EOS
}

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
  has serve/data/check worker-8001/data/check
  lacks worker-8002/data/check
  untold 'is it the one that is asked'
}

@test "whom nothing names is asked with a TODO in run" {
  wrapper <<<$'one &\ntwo &\nuntil curl -sf localhost:8001; do sleep 1; done\nexec web'
  migrate
  has two/data/check
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
  grep -q 'curl' "$tree/api/data/check"
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

@test "a check that names nobody is not believed silently" {
  wrapper <<'EOS'
./server &
until curl -sf http://localhost:8080/; do sleep 1; done
exec web
EOS
  migrate
  has server/data/check
  told 'TODO: nothing in it names server'
}

@test "a bare sleep is a dependency, with a warning" {
  wrapper <<'EOS'
db &
sleep 5
web &
wait
EOS
  migrate
  has web/dependencies.d/db
  told 'line 2: dropped: a bare sleep'
  told 'warning: nothing says when db is ready'
  grep -q '^# TODO reeve-migrate: line 2: ' "$tree/db/run"
}

@test "a loop that watches processes is deleted" {
  wrapper <<'EOS'
web &
worker &
while sleep 60; do
  ps aux | grep web | grep -q -v grep
  if [ $? -ne 0 ]; then exit 1; fi
done
EOS
  migrate
  services web worker
  told 'lines 3-6: dropped: a loop that watched processes'
  has web/flag-main
  lacks worker/flag-main
  wrapper <<<$'web & A=$!\nworker &\nwhile [ "$(jobs -r | wc -l)" -eq 2 ]; do sleep 1; done\nexit 1'
  migrate
  has web/flag-main worker/flag-main
}

@test "a loop that does work is a service" {
  wrapper <<'EOS'
while true; do
  certbot renew
  sleep 3600
done &
exec web
EOS
  migrate
  services certbot web
  grep -q 'sleep 3600' "$tree/certbot/run"
}

@test "a loop that restarts a program is the program" {
  wrapper <<'EOS'
until ./server --port 1; do
  echo "crashed with $?, respawning" >&2
  sleep 1
done &
exec web
EOS
  migrate
  file server/restart <<<on-failure
  grep -qx 'exec ./server --port 1' "$tree/server/run"
  wrapper <<<$'while true; do nginx -g "daemon off;"; sleep 1; done'
  migrate
  file nginx/restart <<<always
  lacks nginx/flag-main
}

@test "what only keeps the container alive is removed, its logs are named" {
  wrapper <<'EOS'
web &
tail -f /var/log/web.log
EOS
  migrate
  services web
  told '/var/log/web.log'
  for last in 'sleep infinity' 'tail -f /dev/null' 'while :; do sleep 1; done' 'exec sleep infinity'; do
    wrapper <<<"web & $last"
    migrate
    services web
    told 'kept the container alive'
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
  grep -qx 'nc -z localhost 9000' "$tree/api/data/check"
  grep -q 'mysqladmin --wait=30 ping' "$tree/mysqld_safe/data/check"
  grep -qx 'mysqladmin status' "$tree/mysqld_safe/data/check"
  has web/dependencies.d/api
}
