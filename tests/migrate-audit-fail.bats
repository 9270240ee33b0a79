# What must hold of every plan: each exit with a failure is in a file or named, and a task's failure holds others where it ended the script.
# shellcheck shell=bash disable=SC2154 # tree is migrate's
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "an exit with a failure that is in no file is marked" {
  wrapper <<<$'#!/bin/bash\nopenvpn --config /c --writepid /run/vpn.pid --daemon\nif [ -f /run/vpn.pid ]; then\n  VPN=$(cat /run/vpn.pid)\nelse\n  exit 3\nfi\nproxy &\nwait $!'
  migrate
  told 'TODO: the script ended here with 3, and nothing does now'
  grep -q '^# TODO reeve-migrate: line 6: the script ended here with 3' "$tree/openvpn/run"
  wrapper <<<$'#!/bin/bash\nopenvpn --config /c --writepid /run/vpn.pid --daemon\ndie() { echo "$1"; exit 4; }\nif [ -f /run/vpn.pid ]; then VPN=$(cat /run/vpn.pid); else die "no tunnel"; fi\nproxy &\nwait $!'
  migrate
  told 'TODO: the script ended here with 4, and nothing does now'
  # What the image's shell had started ahead of the script is not what the exit stands behind.
  wrapper <<<$'#!/bin/bash\nweb &\n[ -f /y ] && V=$(cat /z) || exit 6\nworker &\nwait'
  printf 'FROM debian\nCOPY start.sh /\nCMD redis-server & exec /start.sh\n' >Dockerfile
  migrate --dockerfile Dockerfile
  grep -q '^# TODO reeve-migrate: line 3: the script ended here with 6, and nothing does now' "$tree/web/run"
}

@test "an exit ahead of a service that is started again ends no container: it is marked" {
  wrapper <<<$'#!/bin/bash\ndb &\nif [ -f /x ]; then\n  [ -f /y ] || exit 5\n  other &\nfi\nexec web'
  migrate
  told 'TODO: the script ended here with 5; here it ends run alone, and other is started again'
  wrapper <<<$'#!/bin/bash\ndb &\nif [ -f /x ]; then\n  ./load || exit 5\n  other &\nfi\nexec web'
  migrate
  has load/flag-oneshot web/dependencies.d/load
  untold TODO
}

@test "an exit that a file has, or the report names, is not marked" {
  local exit
  while IFS= read -r exit; do
    wrapper <<<$'#!/bin/bash\ndie() { echo "$1"; exit 1; }\n'"${exit//OR/||}"
    migrate
    untold 'the script ended here' || { echo "# $exit"; return 1; }
  done <<'EOS'
[ -n "$TOKEN" ] OR exit 1; web & wait $!
[ -n "$TOKEN" ] OR die "no token"; exec web
web & sleep 2; pgrep web OR exit 1; wait
web & P=$!; until nc -z localhost 80; do kill -0 $P OR exit 1; sleep 1; done; exec api
web & api & while sleep 5; do pgrep web OR exit 2; pgrep api OR die gone; done
web & wait $!; exit 1
db & ./load OR exit 1; exec web
db & ./load; if [ $? -ne 0 ]; then die "no data"; fi; exec web
case "$MODE" in web) exec web ;; *) die "no mode" ;; esac
EOS
}

@test "an exit of a branch that CMD does not take is not marked" {
  wrapper <<<$'case "$1" in\nstart) service cron start; service nginx start ;;\n*) echo usage; exit 2 ;;\nesac'
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["start"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold 'the script ended here'
  wrapper <<<$'redis-server &\nif [ $# -gt 0 ]; then echo usage; exit 2; fi'
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold 'the script ended here'
}

@test "a task's failure that holds others, or does not, as in the script is not marked" {
  local task
  while IFS= read -r task; do
    wrapper <<<$'#!/bin/bash\ndb &\n'"${task//OR/||}"$'\nexec web'
    migrate
    untold 'where this had failed' || { echo "# $task"; return 1; }
  done <<'EOS'
./load
./load OR exit 1
./load OR true
./load; rc=$?; [ $rc = 0 ] OR exit $rc
set -e; ./load
set -e; ./load; set +e; ./warm
./load OR exit 1; ./warm
./load && ./warm
if ! ./load; then exit 1; fi
EOS
}

@test "what the script waited for holds others only where the script looked at that" {
  local wait
  while IFS= read -r wait; do
    wrapper <<<$'#!/bin/bash\ndb &\n./load & LOAD=$!\n'"${wait//OR/||}"$'\nexec web'
    migrate
    file web/dependencies.d/load </dev/null || { echo "# $wait"; return 1; }
  done <<'EOS'
wait $LOAD OR exit 1
wait $LOAD OR { echo bad; exit 1; }
if ! wait $LOAD; then exit 1; fi
set -e; wait $LOAD
wait $LOAD; [ $? -eq 0 ] OR exit 1
wait $LOAD; if [ $? -ne 0 ]; then echo bad; exit 1; fi
EOS
  for wait in 'wait $LOAD' 'wait $LOAD || true' 'wait $LOAD || echo bad' 'wait' 'set -e; wait' 'set -e; wait $LOAD || true'; do
    wrapper <<<$'#!/bin/bash\n./load & LOAD=$!\n'"$wait"$'\nexec web'
    migrate
    file web/dependencies.d/load <<<optional || { echo "# $wait"; return 1; }
  done
  # Nothing main depends on it: its finish ends the container.
  wrapper <<<$'#!/bin/bash\nset -e\n./load &\nwait $!\nweb & worker &\nwait'
  migrate
  grep -q 'reeve shutdown' "$tree/load/finish"
}

@test "what a shell in the background does ends nothing" {
  wrapper <<<$'#!/bin/bash\nset -e\npostgres &\n(until pg_isready; do sleep 1; done; node init.js) &\nweb &\nwait'
  migrate
  has init/flag-oneshot
  lacks init/finish
  told 'when it fails, what comes later is started all the same, as the script went on'
}

@test "a loop in the foreground that never ends, in whatever is around it, is marked" {
  local loop
  while IFS= read -r loop; do
    wrapper <<<$'#!/bin/bash\n'"$loop"$'\nnginx -g "daemon off;"'
    migrate
    told 'line 2: cont-init.d/10-start: setup, as it was; TODO: this loop never ends' || { echo "# $loop"; return 1; }
    wrapper <<<$'#!/bin/bash\nredis-server &\n'"$loop"$'\nnginx -g "daemon off;"'
    migrate
    told 'TODO: this loop never ends' || { echo "# task $loop"; return 1; }
  done <<'EOS'
( while true; do ./sync.sh; sleep 60; done )
sh -c 'while :; do ./sync.sh; sleep 60; done'
su app -c "while sleep 60; do ./sync.sh; done"
EOS
  while IFS= read -r loop; do
    wrapper <<<$'#!/bin/bash\n'"$loop"$'\nnginx -g "daemon off;"'
    migrate
    untold 'this loop never ends' || { echo "# $loop"; return 1; }
  done <<'EOS'
( while true; do ./load && break; sleep 1; done )
sh -c 'until ./load; do sleep 1; done'
bash -c 'while :; do ./load && exit; sleep 60; done'
( while true; do ./sync.sh; sleep 60; done ) &
sh -c 'while :; do ./sync.sh; sleep 60; done' &
watch() { while :; do ./sync.sh; sleep 60; done; }
EOS
}

@test "work that waited for nothing but time is marked" {
  local job
  while IFS= read -r job; do
    wrapper <<<$'#!/bin/bash\nseed_later() { sleep 15; ./seed.sh; }\n'"$job"$' &\nexec web'
    migrate
    told 'TODO: it waits for nothing but time (sleep 1' || { echo "# $job"; return 1; }
  done <<'EOS'
( sleep 10; ./add-admin.sh )
(sleep 15 && curl -X POST localhost:8080/init)
{ sleep 10; ./create-users; }
seed_later
EOS
  wrapper <<<$'#!/bin/bash\n( sleep 86400; certbot renew ) &\n(sleep 5; echo ready) &\n(sleep 5; php artisan queue:work) &\n( sleep 5; ./worker ) &\nexec web'
  migrate
  untold TODO
  # A service would do it again and again.
  wrapper <<<$'#!/bin/bash\nbash -c "sleep 10; ./greet.sh" &\n(sleep 20; ./hello.sh) &\nexec web'
  migrate
  told 'line 2: services.d/greet/run: service greet, started in the background; TODO: behind sleep 10 it may serve, or do its work and end'
  told 'line 3: services.d/hello/run: service hello, started in the background; TODO: behind sleep 20 it may serve'
}

@test "a file that the script read behind its last start, and that may do more than set variables, is marked" {
  local read
  while IFS= read -r read; do
    wrapper <<<$'#!/bin/bash\nnginx &\n'"$read"$'\nwait'
    migrate
    told 'here, and nothing does now: if it does more than set variables' || { echo "# $read"; return 1; }
    untold 'each service reads these files again'
  done <<'EOS'
. /init.sh
source ./post-start.sh
for f in /docker-entrypoint-init.d/*.sh; do . "$f"; done
[ -f /init.sh ] && . /init.sh
if [ -f /seed.sh ]; then . /seed.sh; fi
EOS
  while IFS= read -r read; do
    wrapper <<<$'#!/bin/bash\nnginx &\n'"$read"$'\nwait'
    migrate
    untold 'here, and nothing does now' || { echo "# $read"; return 1; }
  done <<'EOS'
. /app/.env
source venv/bin/activate
for f in /etc/profile.d/*.sh; do . "$f"; done
EOS
  # Its text, where it is known, says it.
  wrapper <<<$'#!/bin/bash\nnginx &\n. /start-lib.sh\n. /init.sh\nwait'
  printf 'FROM debian\nCOPY start.sh start-lib.sh init.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  echo './load-data' >start-lib.sh
  echo 'A=1; say() { echo "$A"; }' >init.sh
  migrate --dockerfile Dockerfile
  has start-lib/flag-oneshot
  untold 'TODO: the script read'
}

@test "what the setup leaves in the background is marked, unless it waits for it, or ends it" {
  wrapper <<<$'#!/bin/bash\nnginx\nget-cert\n( renew & )\nnginx -s quit\nexec nginx -g "daemon off;"'
  migrate
  grep -q '^# TODO reeve-migrate: line 4: renew goes on in the background, and is ended with this file' "$init/10-start"
  wrapper <<<$'#!/bin/bash\nnginx\nget-cert\n( renew & wait $! )\nnginx -s quit\nexec nginx -g "daemon off;"'
  migrate
  untold 'goes on in the background'
  wrapper <<<$'#!/bin/bash\nnginx\nget-cert\nrenew &\nnginx -s quit\nexec nginx -g "daemon off;"'
  migrate
  becomes renew 'exec renew'
}

@test "only what a stop is for is started for a while, not what was started ahead of it" {
  local start stop
  while IFS='^' read -r start stop; do
    wrapper <<<$'#!/bin/bash\n'"$start"$'\n'"$stop"$'\nexec web'
    migrate
    lacks cont-init.d/10-start || { echo "# $start: $stop"; return 1; }
    has web/flag-main
  done <<'EOS'
worker &^nginx -s stop
cron^service nginx stop || true
memcached -d^apachectl stop
redis-server --daemonize yes^mysqladmin shutdown
worker &^mongod --shutdown
worker &^redis-cli shutdown
EOS
  wrapper <<<$'#!/bin/bash\nmysqld &\nservice apache2 start\ncertbot --apache\nservice apache2 stop\nexec apachectl -DFOREGROUND'
  migrate
  services mysqld apachectl apache2ctl-setup
  has apache2ctl-setup/flag-oneshot
  # The same one, by another name, or by a script that starts it.
  wrapper <<<$'#!/bin/bash\n./start-db &\nsleep 5\nload\nmysqladmin shutdown\nexec web'
  migrate
  has cont-init.d/10-start
  wrapper <<<$'#!/bin/bash\nmysqld &\ncron\nmysql -e x\nmysqladmin shutdown\nexec mysqld'
  migrate
  told 'TODO: cron goes on in the background, where nothing watches it'
}

@test "what came only where the work ahead of && exec had failed is marked" {
  local first behind
  while IFS='^' read -r first behind; do
    wrapper <<<$'#!/bin/bash\nagent &\n'"$first"$'\n'"$behind"
    migrate
    told "dropped: came only where ./update had failed; TODO: the script did this where ./update had failed, and nothing does now: ${behind% &}" || { echo "# $first; $behind"; return 1; }
    untold 'mistake: it never runs'
  done <<'EOS'
./update && exec ./server^./fallback
{ ./update && exec ./server; }^exec ./fallback
set -e; ./update && exec ./server^./fallback &
./update && exec ./server^exit 3
EOS
  wrapper <<<$'#!/bin/bash\nagent &\n./update && exec ./server\nrc=$?\necho failed\nexit $rc'
  migrate
  untold TODO
  wrapper <<<$'#!/bin/bash\nagent &\nexec ./server\n./fallback'
  migrate
  told 'line 4: mistake: it never runs'
}

@test "a wait for what is no service here came back" {
  wrapper <<<$'#!/bin/bash\nfor s in a b; do /wait_for.sh $s & wait $!; done\nwait $!\nexec "$@"'
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["gunicorn", "app:app"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  becomes gunicorn 'exec gunicorn app:app'
  has gunicorn/flag-main
  wrapper <<<$'#!/bin/bash\nnginx\nwait\nexec app'
  migrate
  told 'line 3: dropped: waited for no service: it came back, and the script went on'
}
