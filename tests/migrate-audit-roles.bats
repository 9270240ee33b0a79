# Audits of what serves and what ends: TODOs where a finished plan has it at the wrong place.
# shellcheck shell=bash disable=SC2154,SC2016 # tree is migrate's; $ is the script's
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a server that the setup or a task starts by way of another program is marked" {
  local line
  for line in 'echo ssh cron | xargs -n1 -I{} service {} start' 'cat list | xargs -I{} /etc/init.d/{} start'; do
    for ahead in '' $'db &\n'; do
      wrapper <<<"$ahead$line"$'\nexec web'
      migrate
      told 'goes on in the background, where nothing watches it, and is ended with this file: make it a service, in the foreground'
    done
  done
  wrapper <<<$'ls /a | xargs rm -f\necho a | xargs nginx -t -c\nexec web'
  migrate
  untold TODO
}

@test "a wait in the setup for something in this container is marked: no service is up then" {
  local wait
  for wait in 'while ! mysqladmin ping -h localhost --silent; do sleep 1; done' 'until curl -s http://localhost:8080/health; do sleep 2; done' 'until nc -z 127.0.0.1 3306; do sleep 1; done' \
    'while [ ! -S /run/db.sock ]; do sleep 1; done'; do
    wrapper <<<$'./init-all.sh\n'"$wait"$'\n./create-db\nexec web'
    migrate
    told 'line 2: cont-init.d/10-start: setup, as it was; TODO: it waits until something in this container answers, and no service is up while the setup runs'
  done
  for wait in 'until pg_isready -h db; do sleep 1; done' 'until nc -z "$DB_HOST" 3306; do sleep 1; done'; do
    wrapper <<<$'./init-all.sh\n'"$wait"$'\n./create-db\nexec web'
    migrate
    untold TODO
  done
  wrapper <<<$'mysqld --skip-networking &\nuntil mysqladmin ping -h localhost; do sleep 1; done\nmysql -e "create database a"\nmysqladmin shutdown\nexec mysqld'
  migrate
  untold TODO
}

@test "where nothing is main, and no line says why, a note asks for the end" {
  wrapper <<<$'case "$1" in\nstart) service cron start; service nginx start ;;\n*) echo usage; exit ;;\nesac'
  cat >Dockerfile <<<$'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["start"]'
  migrate --dockerfile Dockerfile
  told 'note: TODO: no service is main: the script ended, and the container with it; now it goes on until it is stopped'
  # That a failure ends the container says nothing of its end.
  wrapper <<<$'#!/bin/bash\nset -e\nredis-server &\n./load || exit 1\nexec "$@"'
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'when it fails, the container ends' && told 'note: TODO: no service is main: the script ended'
  for end in 'while sleep 60; do :; done' 'tail -f /dev/null' 'wait' 'nginx -g "daemon off;"'; do
    wrapper <<<$'service cron start\n'"$end"$'\n# comment'
    migrate
    untold 'no service is main'
  done
}

@test "a daemon that a service's run leaves in the background is marked" {
  local start
  for start in '(mkdir -p /run/x; cron; tail -f /var/log/x) &' '{ ./prepare && su app -c "crond -b" && ./server; } &' $'all() { mkdir /run/a; cron; exec ./server; }\nall &' \
    $'if [ -n "$A" ]; then\n  (touch /a; service cron start; exec ./server) &\nfi'; do
    wrapper <<<"$start"$'\nexec web'
    migrate
    told 'goes on in the background here, where nothing watches it: make it a service of its own, in the foreground' || { echo "# $start"; return 1; }
  done
  for start in '(mkdir -p /run/x; cron -f) &' '{ ./prepare; nginx; } &' '(nginx -t; cron -l 8 -f) &' 'redis-server --daemonize yes' $'(mkdir /run/x; nginx; ./load; nginx -s quit) &'; do
    wrapper <<<"$start"$'\nexec web'
    migrate
    untold 'goes on in the background here' || { echo "# $start"; return 1; }
  done
}

@test "a function that waits for this container is marked where the setup calls it" {
  wrapper <<<$'#!/bin/bash\nwait_for_db() { until nc -z localhost 5432; do sleep 1; done; }\nmkdir -p /data\nexport -f wait_for_db\nmake-conf\nexec web'
  migrate
  untold 'it waits until something in this container answers'
  wrapper <<<$'#!/bin/bash\nwait_for_db() { until nc -z localhost 5432; do sleep 1; done; }\n./init-all.sh\nwait_for_db\n./create-db\nexec web'
  migrate
  grep -q '^# TODO reeve-migrate: line 4: it waits until something in this container answers' "$init/10-start"
}

@test "a daemon that the setup or a task starts by a variable's value has a TODO" {
  local start
  for start in 'for c in /usr/sbin/sshd "cron"; do $c; done' $'S=(sshd cron)\nfor s in "${S[@]}"; do $s || exit 1; done' $'while read -r c; do $c; done <<X\ncron\nX' \
    $'start() { pgrep -x "$1" >/dev/null || "$@"; }\nstart cron' 'for f in /etc/init.d/*; do $f start; done' $'PHP=$(ls /usr/sbin/php-fpm*)\n$PHP' \
    'for c in "memcached -d" sshd; do sudo -E -u x $c; done' $'start() { cmd=$1; sudo $cmd; }\nstart "memcached -d -u x"' $'start() { su-exec x $1; }\nstart "memcached -d"' 'for c in "memcached -d" cron; do bash -c "$c"; done'; do
    wrapper <<<$'redis-server &\n'"$start"$'\nexec web'
    migrate
    told ' may leave a daemon behind'
  done
  for start in 'for f in /docker-entrypoint.d/*.sh; do "$f"; done' $'run() { "$@"; }\nrun migrate\nrun chown nginx /x' 'for c in "cron -f" "chown nginx /x"; do sudo $c; done' $'run() { sudo "$@"; }\nrun chown nginx /x' 'for s in ssh cron; do service "$s" start; done'; do
    wrapper <<<"$start"$'\nexec web'
    migrate
    untold 'leave a daemon behind'
  done
}

@test "a program of the project of which nothing says that it ends is marked where it is ahead of what comes later" {
  local name line
  for line in ./broker './queue-worker --all' 'node server.js || exit 1' 'python -m app.worker' 'if [ -n "$X" ]; then node /srv/collector.js; fi' 'python app.py' $'prepare() { ./listener; }\nprepare'; do
    wrapper <<<$'#!/bin/bash\n'"$line"$'\nexec nginx -g "daemon off;"'
    migrate
    name=$(grep -oE '(broker|queue-worker|server.js|app.worker|collector.js|app.py|listener)' <<<"$line")
    told "TODO: nothing says that $name ends: if it stays, what is behind it never starts" || { echo "# $line"; return 1; }
  done
  wrapper <<<$'#!/bin/bash\n./web &\n./broker\nexec nginx -g "daemon off;"'
  migrate
  grep -q 'TODO reeve-migrate: line 3: nothing says that broker ends' "$tree/broker/run"
}

@test "a program whose name says that it prepares something, or asks, is not marked as one that may stay" {
  local line
  for line in ./migrate ./installer '/app/bin/seeder' './check-worker' './server-config' '/usr/bin/broker' 'if ./broker; then echo a; fi' './broker && ./web-keys' 'python backend_pre_start.py' \
    'python app.py init' 'node migrate.js' './worker --version' 'python -c "import worker"' 'pkill -f server' $'service mysql start\nmysql -e x\nmysqladmin shutdown' \
    $'rabbitmq-server -detached\nsleep 5\nrabbitmqctl stop'; do
    wrapper <<<$'#!/bin/bash\n'"$line"$'\nexec nginx -g "daemon off;"'
    migrate
    untold 'nothing says that' || { echo "# $line"; return 1; }
  done
  wrapper <<<$'#!/bin/sh\nif [ -z "$JOIN" ]; then exec app; fi\nrabbitmq-server -detached\nrabbitmqctl stop_app\nrabbitmqctl join_cluster a\nrabbitmqctl start_app\nrabbitmqctl stop\nexec rabbitmq-server'
  migrate
  untold 'nothing says that'
  told 'lines 3-7: '
  printf '#!/bin/sh\ncp /a /b\n' >broker # it can be read
  printf 'FROM debian\nCOPY broker start.sh /app/\nWORKDIR /app\nCMD ["/app/start.sh"]\n' >Dockerfile
  wrapper <<<$'#!/bin/bash\n./broker\nexec nginx -g "daemon off;"'
  migrate --dockerfile Dockerfile
  untold 'nothing says that'
}

@test "what has a port, or a class that serves, in the foreground ahead of what is waited for, is marked" {
  local line
  for line in 'java -jar server.jar --port 80' 'java -cp /x edu.tool.ToolServer -status_port 9001' './foo --serve'; do
    wrapper <<<$'#!/bin/bash\npython app.py &\n'"$line"$'\nfg %1'
    migrate
    told 'ends: if it stays, what is behind it never starts' || { echo "# $line"; return 1; }
  done
  for line in './wait-for --port 80' 'java -jar migrate.jar --port 80' 'java -cp x org.Tool --db-port 3' './tool -p a'; do
    wrapper <<<$'#!/bin/bash\npython app.py &\n'"$line"$'\nfg %1'
    migrate
    untold 'nothing says that' || { echo "# $line"; return 1; }
  done
}

@test "a task that waits for something in this container which no service here answers is marked" {
  local wait
  for wait in 'until [ -S /run/app.sock ]; do sleep 1; done' 'while ! nc -z localhost 8089; do sleep 2; done'; do
    wrapper <<<$'cron\n/opt/setup.sh\n'"$wait"$'\nexec web'
    migrate
    told 'TODO: it waits until something in this container answers, and no service here is known to: if a line above leaves that in the background, make it a service'
    for ahead in 'python app.py &' 'redis-server --unixsocket /run/app.sock --port 8089 &'; do
      wrapper <<<"$ahead"$'\n/opt/setup.sh\n'"$wait"$'\nexec web'
      migrate
      untold 'it waits until something in this container answers'
    done
  done
  wrapper <<<$'redis-server --daemonize yes\n./seed\nuntil [ -S /tmp/redis.sock ]; do sleep 1; done\nexec web'
  migrate
  untold 'it waits until something in this container answers'
}

@test "an unknown program that is called like a daemon is marked, wherever it stands" {
  local daemon
  for daemon in flowd '/usr/sbin/beamd -H x' 'gosu app _kadmind'; do
    for ahead in '' $'cron\n'; do
      wrapper <<<"$ahead$daemon"$'\nexec nginx -g "daemon off;"'
      migrate
      told 'd ends: if it stays, what is behind it never starts, and if it leaves a process in the background' || { echo "# $ahead$daemon"; return 1; }
    done
  done
  wrapper <<<$'useradd -m app\nusermod -aG x app\nesbuild\npushd /a\nzstd -d a.zst\npopd\nvncpasswd\nmkpasswd a\n/usr/bin/find /a\nexec nginx -g "daemon off;"'
  migrate
  untold 'nothing says that'
}

@test "a program behind which the script only kept the container alive is marked, however it did that" {
  local stay
  for stay in 'sleep infinity' 'sleep infinity & wait $!' 'tail -f /dev/null & wait' $'trap "killall x; exit" TERM\nsleep 2147483647d & wait "$!"'; do
    wrapper <<<$'dnsmasq\nportmapperd -f /x\n'"$stay"
    migrate
    told 'TODO: behind it the script only kept the container alive' || { echo "# $stay"; return 1; }
  done
}

@test "a script in the background that cannot be read may end: it is marked, unless its name says that it goes on" {
  local hook
  for hook in '/projects/autorun.sh' 'bash /workspace/run.sh' 'sh /data/user.sh' '/opt/post-start.sh'; do
    wrapper <<<$'#!/bin/bash\nif [ -e /x ]; then '"$hook"$' & fi\nexec jupyter lab'
    migrate
    told 'ends: if it does, give it flag-oneshot, as a service is started again' || { echo "# $hook"; return 1; }
  done
  wrapper <<<$'#!/bin/bash\n/app/worker.sh &\n./start-api.sh &\nbash -c "a; b" &\n/app/a &\nexec jupyter lab'
  migrate
  untold TODO
  wrapper <<<$'#!/bin/bash\n/app/a.sh &\n/app/b.sh &\nwait -n'
  migrate
  untold TODO
  wrapper <<<$'#!/bin/bash\n./hook.sh &\nexec jupyter lab'
  wrapper hook.sh <<<$'#!/bin/sh\nexec job'
  printf 'FROM debian\nCOPY start.sh hook.sh /\nWORKDIR /\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold 'ends: if it does'
}
