# Checks that may end the script, where only some come to them.
# shellcheck shell=bash disable=SC2154 # tree is migrate's
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

check=$'if [ -z "$TOKEN" ]; then\n  echo "TOKEN is not set" >&2\n  exit 1\nfi'

@test "a check behind a branch that became a program is for the others" {
  local branch one
  for branch in $'if [ "$MODE" = worker ]; then\n  exec worker\nfi' $'case "$MODE" in\n  worker) exec worker ;;\nesac'; do
    for one in "$check" '[ -n "$TOKEN" ] || exit 1'; do
      wrapper <<<"$branch"$'\n'"$one"$'\nexec web'
      migrate
      services worker check-TOKEN web
      lacks ../cont-init.d
      file check-TOKEN/enable-if <<<'!MODE=worker'
      file check-TOKEN/run <<<$'#!/bin/sh\ncd "${REEVE_WORKDIR:-/}" || exit 111\n'"$one"
      file web/dependencies.d/check-TOKEN </dev/null
      lacks worker/dependencies.d
      untold TODO
    done
  done
  wrapper <<<$'if [ "$(id -u)" != 0 ]; then\n  exec other\nfi\n'"$check"$'\nmigrate\nexec web'
  migrate
  tail -n 7 "$tree/check-TOKEN/run" | diff - <(printf '%s\n' "if ! { ! { [ \"\$(id -u)\" != 0 ]; }; }; then exit 0; fi" "$check" "migrate" "exit 0 # the last command's code did not matter to the script")
}

@test "a check in a branch stays in the branch" {
  wrapper <<<$'if [ "$MODE" = worker ]; then\n  exec worker\nelse\n'"$check"$'\n  exec web\nfi'
  migrate
  services worker web
  grep -q 'TOKEN is not set' "$tree/web/run"
  [ -z "$(grep TOKEN "$tree/worker/run")" ]
  untold TODO
}

@test "a check of what was set behind a start is done behind it, once" {
  local one
  for one in $'if [ "$PORT" -lt 1024 ]; then\n  exit 1\nfi' $'case "$PORT" in\n  *[!0-9]*) exit 1 ;;\nesac' '[ "$PORT" -gt 1023 ] || exit 1'; do
    wrapper <<<$'db &\nPORT="${PORT:-8000}"\n'"$one"$'\nexec web --port "$PORT"'
    migrate
    services db check-PORT web
    file check-PORT/run <<<$'#!/bin/sh\ncd "${REEVE_WORKDIR:-/}" || exit 111\nPORT="${PORT:-8000}"\n'"$one"
    file web/dependencies.d/check-PORT </dev/null
    untold TODO
    wrapper <<<$'if [ "$MODE" = worker ]; then\n  exec worker\nfi\nPORT="${PORT:-8000}"\n'"$one"$'\nexec web --port "$PORT"'
    migrate
    services worker check-PORT web
    file check-PORT/enable-if <<<'!MODE=worker'
    untold TODO
  done
}

@test "a check of what the container was given, behind a start, is still done ahead of all" {
  wrapper <<<$'db &\n'"$check"$'\nexec web'
  migrate
  services db web
  grep -q 'TOKEN is not set' "$init/10-start"
}

@test "a check's address may be put together from variables" {
  local url
  for url in 'URL="http://127.0.0.1:${PORT}/api"' 'HOST=localhost; URL="http://$HOST:$PORT"' 'BASE="http://localhost"; URL=$BASE:$PORT'; do
    wrapper <<<$'#!/bin/bash\nPORT="${PORT:-4200}"\n'"$url"$'\nserver --port "$PORT" &\nP=$!\nfor _ in $(seq 1 60); do\n  if curl -sf "${URL}/health"; then break; fi\n  sleep 2\ndone\nworker &\nwait -n'
    migrate
    services server worker
    has server/data/check worker/dependencies.d/server
  done
}

@test "a check's address has the values of where it was put together" {
  local ask=$'server --port "$PORT" &\nfor _ in $(seq 1 60); do\n  if curl -sf "${URL}/health"; then break; fi\n  sleep 2\ndone\nexec worker'
  wrapper <<<$'#!/bin/bash\nURL="http://localhost:$PORT"\nURL="$URL/api"\n'"$ask"
  migrate
  has server/data/check worker/dependencies.d/server
  wrapper <<<$'#!/bin/bash\nH=db.example.com\nURL="http://$H:$PORT"\nH=localhost\n'"$ask"
  migrate
  lacks server/data/check
}

@test "variables that are put together of many others take no time that doubles with each" {
  local one before=X
  {
    echo '#!/bin/bash'
    for one in A B C D E F; do
      printf '%s="' "$one"
      printf "\$$before.%.0s" {1..60}
      echo '"'
      before=$one
    done
    printf 'server --port "$PORT" &\nuntil curl -sf "http://$F/"; do sleep 1; done\nexec worker\n'
  } | wrapper
  ulimit -t 10
  migrate
}

@test "the rounds of a loop that asks are one task, though it waits for who has died" {
  wrapper <<<$'#!/bin/bash\nserver --port 80 &\nP=$!\nfor i in 1 2 3; do\n  curl -sf http://elsewhere/ && break\n  kill -0 $P || { wait $P; exit 1; }\n  sleep 1\ndone\nworker &\nwait -n'
  migrate
  services curl server worker
  grep -q '^for i in 1 2 3; do$' "$tree"/curl/run
}

@test "what waits for another host, perhaps, is no check of a service on a condition" {
  local wait
  for wait in 'until nc -z ${DB_HOST:-127.0.0.1} 3306; do sleep 1; done' 'until mysqladmin ping -h "$DB_HOST"; do sleep 1; done'; do
    wrapper <<<$'#!/bin/bash\nif [ "$LOCAL_DB" = 1 ]; then mysqld & fi\n'"$wait"$'\nexec app'
    migrate
    lacks mysqld/data/check
    grep -qF "$wait" -r "$tree"/*/run
  done
  wrapper <<<$'#!/bin/bash\nif [ "$LOCAL_DB" = 1 ]; then mysqld & fi\nuntil mysqladmin ping; do sleep 1; done\nexec app'
  migrate
  has mysqld/data/check
  wrapper <<<$'#!/bin/bash\nrabbitmq-server &\n./wait-for-it.sh ${RABBIT_HOST:-localhost}:5672\nexec app'
  migrate
  grep -qxF 'nc -z ${RABBIT_HOST:-localhost} 5672' "$tree/rabbitmq-server/data/check"
}

@test "wait-for-it for a port or an address with a default asks for the same" {
  local address check
  while IFS='|' read -r address check; do
    wrapper <<<$'#!/bin/bash\npostgres -D /data &\nwait-for-it '"$address"$'\nexec app'
    migrate
    grep -qxF -- "$check" "$tree/postgres/data/check" || { echo "# $address"; cat "$tree/postgres/data/check"; return 1; }
    untold TODO
  done <<'EOS'
$DB_HOST:${DB_PORT:-5432}|nc -z $DB_HOST ${DB_PORT:-5432}
${DB_ADDRESS:-localhost:5432}|wait-for-it ${DB_ADDRESS:-localhost:5432} -t 1
EOS
}

@test "mongod is asked with mongosh, or with mongo, which old images have" {
  wrapper <<<$'mongod --fork --logpath /var/log/m.log\nmongo admin --eval "db.createUser({})"\nexec npm start'
  migrate
  grep -q "^mongosh --quiet .* || mongo --quiet --eval 'db.adminCommand(\"ping\")'$" "$tree/mongod/data/check"
}

@test "a question that holds when the service is gone is no readiness check" {
  local loop
  while IFS= read -r loop; do
    wrapper <<<$'#!/bin/bash\nservice postgresql start\n'"$loop"$'\nexec web'
    migrate
    lacks postgresql/data/check || { echo "# $loop"; return 1; }
    told 'TODO: the script waited here until it had ended'
  done <<'EOS'
while :; do [ "$(service postgresql status)" != started ] && break; sleep 1; done
until [ "$(service postgresql status)" = stopped ]; do sleep 1; done
while [[ "$(service postgresql status)" == running ]]; do sleep 1; done
EOS
  while IFS= read -r loop; do
    wrapper <<<$'#!/bin/bash\nserver --port 8080 &\n'"$loop"$'\nexec web'
    migrate
    has server/data/check || { echo "# $loop"; return 1; }
  done <<'EOS'
until [ "$(curl -s -o /dev/null -w '%{http_code}' localhost:8080)" != 000 ]; do sleep 1; done
while [ "$(curl -s -o /dev/null -w '%{http_code}' localhost:8080)" != 200 ]; do sleep 1; done
while [[ "$(curl -s localhost:8080/state)" == starting ]]; do sleep 1; done
EOS
}

@test "what waits for an event asks nobody, whatever its path is called" {
  wrapper <<<$'#!/bin/bash\nnginx -g "daemon off;" &\nP=$!\nwhile inotifywait -e modify /etc/nginx/conf.d; do kill -HUP $P; done'
  migrate
  lacks nginx/data/check
  grep -q '^while inotifywait' "$tree"/inotifywait/run
  told '`reeve kill SIGNAL nginx` sends it a signal'
}

@test "what reads a FIFO that the script has made waits for who writes there" {
  wrapper <<<$'#!/bin/bash\nmkfifo /run/ready\nserver --fifo /run/ready &\nread -r _ </run/ready\nexec web'
  migrate
  file web/dependencies.d/read <<<optional
  file read/run <<'EOS'
#!/bin/bash
cd "${REEVE_WORKDIR:-/}" || exit 111
read -r _ </run/ready
EOS
  # what somebody asks for is read where that is
  wrapper <<<$'#!/bin/bash\nmkfifo /run/ready\nserver --fifo /run/ready &\nread -r PORT </run/ready\nexec web "$PORT"'
  migrate
  grep -qx 'read -r PORT </run/ready' "$tree/web/run"
}

@test "a program in a pipeline that fails when it has found something ends a waiting loop" {
  local program
  for program in '/:2181 /{exit 1}' '/:2181 /{f=1} END{exit f}'; do
    wrapper <<<$'#!/bin/bash\nzookeeper --port 2181 &\nwhile ss -ltn | awk \''"$program"$'\'; do sleep 1; done\nexec app'
    migrate
    grep -q '^! ss -ltn | awk' "$tree"/zookeeper/data/check
  done
  wrapper <<<$'#!/bin/bash\nzookeeper --port 2181 &\nsleep 5\nwhile ss -ltn | awk \'/:2181 /{f=1} END{exit !f}\'; do sleep 1; done'
  migrate
  lacks zookeeper/data/check
  has zookeeper/flag-main
}

@test "Debian's first PostgreSQL cluster is asked whether it is ready; another one may have another port" {
  local next
  for next in $'psql -c "select 1"\nexec app' 'exec app'; do
    wrapper <<<$'pg_ctlcluster 13 main start\n'"$next"
    migrate
    grep -qx 'pg_isready -q' "$tree/pg_ctlcluster/data/check"
    has app/dependencies.d/pg_ctlcluster
  done
  wrapper <<<'pg_ctlcluster 13 main start && psql -c "select 1" && exec app'
  migrate
  has pg_ctlcluster/data/check
  for next in '13 second start' '13 main start -o "-p 5433"'; do
    wrapper <<<"pg_ctlcluster $next"$'\npsql -c "select 1"\nexec app'
    migrate
    lacks pg_ctlcluster/data/check
    told 'psql needs that: write data/check'
  done
}

@test "mongod is asked by the old client as well, which images of old versions have alone" {
  local start
  for start in $'mongod --fork --logpath /l\nmongo </x' $'mongod &\nsleep 5\nmongo </x' $'service mongod start\nmongo </x'; do
    wrapper <<<"$start"$'\nexec web'
    migrate
    [ "$(tail -n 1 "$tree/mongod/data/check")" = "mongosh --quiet --eval 'db.adminCommand(\"ping\")' || mongo --quiet --eval 'db.adminCommand(\"ping\")'" ]
  done
}

@test "a task that works with a daemon of which nobody knows when it is ready: that is marked" {
  local script
  while IFS= read -r script; do
    wrapper <<<$'#!/bin/sh\n'"${script//; /$'\n'}"
    migrate
    told 'needs that: write data/check' || { echo "# $script"; return 1; }
  done <<'EOS'
service tor start && cat /var/lib/tor/hs/hostname && exec app
set -e; service tor start; cat /var/lib/tor/hs/hostname; exec app
unitd; curl --unix-socket /var/run/control.unit.sock http://localhost/config; exec app
nginx; curl http://localhost/; exec app
syncd --daemon; curl http://127.0.0.1:9911/load; exec app
syncd --daemon; syncctl load; exec app
EOS
  while IFS= read -r script; do
    wrapper <<<$'#!/bin/sh\n'"${script//; /$'\n'}"
    migrate
    untold 'needs that' || { echo "# $script"; return 1; }
  done <<'EOS'
service cron start; curl http://localhost/x; exec app
redis-server --daemonize yes; curl http://localhost:8000/x; exec app
nginx; nginx -t; exec app
service tor start; cat /etc/tor/torrc; chown -R tor /var/lib/tor; ./migrate; exec app
syncd --daemon; sync; syncctl --version; exec app
syncd --daemon; curl --retry 5 --retry-connrefused http://localhost:99/; exec app
syncd --daemon; curl http://db.example.org/; exec app
EOS
}

@test "another word of a daemon's program, behind its start, works with that" {
  wrapper <<<$'bin/solr start -force\nbin/solr create_core -c a\napachectl -DFOREGROUND &\nsleep infinity'
  migrate
  told 'TODO: it left when it was ready, and solr-2 needs that: write data/check'
  wrapper <<<$'nginx -t\nnginx\nnginx -t\nweb &\nwait'
  migrate
  untold 'needs that: write data/check'
}

@test "a task that has a daemon read its configuration again needs the daemon to be up" {
  wrapper <<<$'nginx\nenvsubst <a >/etc/nginx/nginx.conf\nnginx -s reload\nexec web'
  migrate
  told 'TODO: it left when it was ready, and write-nginx.conf needs that: write data/check'
  wrapper <<<$'service apache2 start\n./perms\napachectl graceful\nexec web'
  migrate
  told 'and perms needs that: write data/check'
  wrapper <<<$'nginx\n./load\nphp-fpm reload\nexec web'
  migrate
  untold 'needs that: write data/check'
  wrapper <<<$'service nginx start\nenvsubst <a >/etc/nginx/nginx.conf\nsystemctl reload nginx\nexec web'
  migrate
  told 'line 3: dropped: nginx reads its configuration when it starts; TODO: it was told here to read its configuration anew'
}

@test "a task behind a daemon that left when it was ready is named where it needs that, or may need it" {
  local these
  for these in 'pulseaudio -D|pactl load-module x' 'pulseaudio --start|pacmd x' 'clamd|clamdscan /x' 'tor --RunAsDaemon 1|curl --socks5 localhost:9050 http://x'; do
    wrapper <<<"${these%|*}"$'\n'"${these#*|}"$'\nexec web'
    migrate
    told 'needs that: write data/check' || { echo "# $these"; return 1; }
  done
  for these in 'memcached -d|./warm-cache' 'openvpn --daemon --config x|php warm.php'; do
    wrapper <<<"${these%|*}"$'\n'"${these#*|}"$'\nexec web'
    migrate
    told 'may need that: if so, write data/check' || { echo "# $these"; return 1; }
  done
  for these in 'nginx|./warm-cache' 'cron|./warm-cache' 'memcached -d|mkdir /x' 'memcached -d|python manage.py migrate' 'php-fpm8.2 -D|./warm-cache'; do
    wrapper <<<"${these%|*}"$'\n'"${these#*|}"$'\nexec web'
    migrate
    untold 'need that: if so' && untold 'needs that: write' || { echo "# $these"; return 1; }
  done
}
