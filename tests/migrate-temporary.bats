# A server that is only there for a while, for the setup: it stays there, with all that it needs.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "the setup has each function that it calls, also where it sets variables, or another function calls it" {
  local block
  for block in \
    $'if [ -n "$INIT" ]; then\n  up\n  for f in /sql/*; do mysql <"$f"; done\n  down\nfi' \
    $'if [ -n "$INIT" ]; then\n  for i in 1 2; do echo $i; done\n  up\n  while read -r q; do mysql -e "$q"; done </sql\n  down\nfi' \
    $'while [ ! -e /done ]; do\n  up\n  for f in /sql/*; do mysql <"$f"; done\n  down\n  touch /done\ndone' \
    $'init() {\n  up\n  for f in /sql/*; do mysql <"$f"; done\n  down\n}\n[ -e /done ] || init'; do
    wrapper <<<$'#!/bin/bash\nup() { mysqld & PID=$!; }\ndown() { kill $PID; wait $PID; }\n'"$block"$'\nexec mysqld'
    migrate
    services mysqld
    told 'cont-init.d/10-start: function up'
    told 'cont-init.d/10-start: function down'
    grep -q '^up() ' "$init/10-start"
    grep -q '^down() ' "$init/10-start"
    untold TODO
  done
}

@test "the setup also waits until what it has stopped has ended, however it does that" {
  local wait
  for wait in 'wait $pid || true' 'wait "$pid" 2>/dev/null || :' 'wait || true' 'wait $pid && echo ended' 'if ! wait $pid; then echo bad >&2; exit 1; fi' '! wait $pid' wait 'sleep 5' \
    'tail --pid=$pid -f /dev/null' 'timeout 30 tail --pid=$pid -f /dev/null || kill -9 $pid' 'set +e; wait $pid; set -e' '{ wait $pid || true; }' \
    $'rm -f /tmp/x\nunset X\nwait $pid || true' $'cp /a /b\nchown x /b\nwait $pid || true'; do
    wrapper <<<$'#!/bin/bash\nminio server /data &\npid=$!\nmc mb l/b\nkill $pid\n'"$wait"$'\nexec minio server /data'
    migrate
    services minio
    untold TODO
    untold 'waited for no service'
    grep -q -F "$wait" <(cat "$init/10-start") || { echo "# $wait"; return 1; }
    lacks minio/dependencies.d
  done
  # A function that gets the pid.
  wrapper <<<$'#!/bin/bash\nstop() { kill $1; wait $1 || true; }\nif [ ! -e /data/.done ]; then\nminio server /data &\npid=$!\nmc mb l/b\nstop $pid\nfi\nexec minio server /data'
  migrate
  services minio
  # What it waits for is a service.
  wrapper <<<$'#!/bin/bash\napi &\nminio server /data &\npid=$!\nmc mb l/b\nkill $pid; wait\nexec web'
  migrate
  told 'waited'
}

@test "a daemon that is stopped by the pid file that it was given is only there for the setup" {
  local words
  for words in 'kill "$(cat /tmp/es.pid)"|while kill -0 "$(cat /tmp/es.pid)" 2>/dev/null; do sleep 1; done' 'kill $(cat /tmp/es.pid)|sleep 5' 'kill -TERM $(</tmp/es.pid)' \
    'pid=$(cat /tmp/es.pid)|kill $pid|tail --pid=$pid -f /dev/null' 'read -r pid </tmp/es.pid|kill $pid|while [ -e /proc/$pid ]; do sleep 1; done' 'pkill -F /tmp/es.pid' 'start-stop-daemon --stop --pidfile /tmp/es.pid'; do
    wrapper <<<$'#!/bin/bash\nopensearch -d -p /tmp/es.pid\ncurl -XPUT localhost:9200/x\n'"${words//|/$'\n'}"$'\nexec opensearch'
    migrate
    services opensearch
    untold TODO
    wrapper <<<$'#!/bin/bash\nif [ -n "$INIT" ]; then\nopensearch -d -p /tmp/es.pid\ncurl -XPUT localhost:9200/x\n'"${words//|/$'\n'}"$'\nfi\nopensearch &\nweb &\nwait -n'
    migrate
    services opensearch web
    untold TODO
  done
}

@test "a stop that names no server is that of one that is started again behind it" {
  local words
  for words in 'mc admin service stop l' 'curl -X POST http://localhost:9000/shutdown' 'minio-shutdown.sh' 'ctl leave'; do
    wrapper <<<$'#!/bin/bash\nminio server /data &\nmc mb l/b\n'"$words"$'\nexec minio server /data'
    migrate
    services minio
    untold TODO
  done
  wrapper <<<$'#!/bin/bash\nminio server /data &\nmc mb l/b\ncurl -X POST http://localhost:9000/shutdown\nexec web'
  migrate
  services minio mc web
  wrapper <<<$'#!/bin/bash\nsupervisord -c /x.conf\n/init-db.sh\nsupervisorctl shutdown\nexec apache2ctl -D FOREGROUND'
  migrate
  services apache2ctl
}

@test "a chain of &&, or the code of a shell, that starts a server and stops it again is setup" {
  local one
  for one in 'su postgres -c "pg_ctl -D /d -w start && psql -f /i.sql && pg_ctl -D /d stop"' 'su - postgres -c "initdb -D /d; pg_ctl -D /d -w start; psql -f /i.sql; pg_ctl -D /d stop"' \
    'service mysql start && mysql </x.sql && service mysql stop' $'/etc/init.d/postgresql start &&\\\n  createdb x &&\\\n  /etc/init.d/postgresql stop' \
    'bash -c "mysqld_safe & sleep 5; mysql </x.sql; mysqladmin shutdown"'; do
    wrapper <<<$'#!/bin/bash\n'"$one"$'\nexec web'
    migrate
    services web
    untold TODO
    wrapper <<<$'#!/bin/bash\nif [ ! -e /d/ok ]; then\n'"$one"$'\nfi\nweb &\napi &\nwait -n'
    migrate
    services web api
    untold TODO
  done
  # What is started behind the stop stays.
  wrapper <<<$'#!/bin/bash\nservice mysql start && mysql </x.sql && service cron start\nexec web'
  migrate
  services mysqld mysql cron web
  wrapper <<<$'#!/bin/bash\nsu postgres -c "pg_ctl -D /d -w start; psql -f /i.sql"\nexec web'
  migrate
  told 'its code leaves pg_ctl'
}

@test "where something else starts ahead of its stop, a server that is started again is marked" {
  local words
  for words in 'redis-server &|redis-cli shutdown|redis-server /etc/redis.conf' 'minio server /data &|pkill minio|minio server /data' 'mysqld --port 3307 &|mysqladmin shutdown|mysqld --port 3306'; do
    IFS='|' read -r start stop again <<<"$words"
    wrapper <<<$'#!/bin/bash\n'"$start"$'\nload-data\nworker &\n'"$stop"$'\nexec '"$again"
    migrate
    told 'is the same, which the script stopped in line 5, ahead of this'
  done
  wrapper <<<$'#!/bin/bash\nredis-server --port 1 &\nredis-server --port 2 &\nworker-stop all\nwait -n'
  migrate
  untold 'is the same'
}
