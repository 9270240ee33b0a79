# Commands between the starts of services: tasks, and who depends on them.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a command between two starts is a task" {
  wrapper <<'EOS'
set -e
db &
migrate --all
load data
web &
wait
EOS
  migrate
  has migrate/flag-oneshot migrate/dependencies.d/db web/dependencies.d/migrate
  lacks load
  file migrate/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
set -e
migrate --all
exec load data
EOS
}

@test "a task that may fail holds nobody; one with which the script ended does" {
  wrapper <<<$'db &\nmigrate\nexec web'
  migrate
  told 'when it fails, what comes later is started all the same'
  file web/dependencies.d/migrate <<<optional
  lacks migrate/restart web/restart
  for script in $'set -e\ndb &\nmigrate\nexec web' $'db &\nmigrate || exit 1\nexec web' $'#!/bin/sh -e\ndb &\nmigrate\nexec web' $'db &\nmigrate && exec web' \
    $'db &\nif ! migrate; then echo no; exit 3; fi\nexec web'; do
    wrapper <<<"$script"
    migrate
    told 'when it fails, what depends on it is not started'
    file web/dependencies.d/migrate </dev/null
    lacks migrate/restart web/restart
  done
}

@test "what is started on a condition holds nobody when it is not" {
  wrapper <<<$'if [ -n "$EMBEDDED" ]; then\n  db &\n  until pg_isready; do sleep 1; done\n  load\nfi\nexec web'
  migrate
  # Nobody waits for what is disabled.
  file db/enable-if <<<EMBEDDED
  file web/dependencies.d/db </dev/null
  file load/dependencies.d/db </dev/null
  wrapper <<<$'if [ -f /etc/embedded ]; then\n  db &\n  until pg_isready; do sleep 1; done\n  load\nfi\nexec web'
  migrate
  file web/dependencies.d/db <<<optional
  file load/dependencies.d/db <<<optional # it asks the condition itself, at its start
  told 'web (main; after db if it runs'
}

@test "the container ends when a task fails that nothing depends on, where the script did" {
  wrapper <<<$'set -e\ndb & DB=$!\nmigrate\nwait $DB'
  migrate
  grep -q 'exec reeve shutdown "$1"' "$tree/migrate/finish"
  told 'when it fails, the container ends (finish), as the script did'
  wrapper <<<$'db & DB=$!\nmigrate\nwait $DB'
  migrate
  lacks migrate/finish
  wrapper <<<$'set -e\ndb &\nmigrate\nexec web'
  migrate
  lacks migrate/finish
}

@test "a finish reads the exit code, not the script's arguments, and has both where it asks for both" {
  mkdir bin
  printf '#!/bin/sh\necho "$@" >>told\n' | tee bin/reeve bin/recover bin/ok >/dev/null
  chmod +x bin/*
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["80"]\n' >Dockerfile
  finish() { (export PATH=$PWD/bin:$PATH REEVE_WORKDIR=$PWD; "$tree/$1/finish" "$2" "$3") || true; }
  asks() { rm -f told; touch told; finish "$1" "$2" "$3"; diff -u - told; }
  wrapper <<<$'set -e\nqueue & Q=$!\nload --port "$1"\nwait $Q'
  migrate --dockerfile Dockerfile
  asks load 0 0 </dev/null
  asks load 3 0 <<<'shutdown 3'
  asks load 256 9 <<<'shutdown 137'
  wrapper <<<$'web "$1"\nrc=$?\nif [ $rc -ne 0 ]; then recover "$1" "$rc"; fi\nexit $rc'
  migrate --dockerfile Dockerfile
  asks web 0 0 </dev/null
  asks web 3 0 <<<'80 3'
  asks web 256 9 <<<'80 137'
  wrapper <<<$'worker "$1" || recover "$1" &\nexec api'
  migrate --dockerfile Dockerfile
  asks worker 0 0 </dev/null
  asks worker 7 0 <<<'80'
  wrapper <<<$'web "$1" &\nwait $! && ok "$1"'
  migrate --dockerfile Dockerfile
  asks web 7 0 </dev/null
  asks web 0 0 <<<'80'
}

@test "a daemon that left when it was ready is asked, when a task talks to it" {
  wrapper <<<$'service mysql start\nmysql -e "create database x"\nexec web'
  migrate
  file mysqld/notification-fd <<<3
  grep -qx 'mysqladmin --silent ping' "$tree/mysqld/data/check"
  wrapper <<<$'mysqld_safe &\nsleep 10\nmysql -e "create database x"\nexec web'
  migrate
  grep -qx 'mysqladmin --silent ping' "$tree/mysqld_safe/data/check"
  wrapper <<<$'redis-server --daemonize yes\nredis-cli set a 1\nexec web'
  migrate
  grep -q -- '--ready tcp:127.0.0.1:6379' "$tree/redis-server/run"
}

@test "what came behind a database that left when it was ready waits for it" {
  wrapper <<<$'service mysql start\nservice cron start\nexec web'
  migrate
  grep -qx 'mysqladmin --silent ping' "$tree/mysqld/data/check"
  file web/dependencies.d/mysqld <<<optional
  lacks cron/dependencies.d/mysqld
  untold TODO
  wrapper <<<$'set -e\nmongod --fork\nexec web'
  migrate
  grep -q -- '--ready tcp:127.0.0.1:27017' "$tree/mongod/run"
  file web/dependencies.d/mongod </dev/null
  # Where it may listen elsewhere, a check would never succeed.
  wrapper <<<$'redis-server --port 1 --daemonize yes\nexec web'
  migrate
  lacks redis-server/notification-fd
  has web/dependencies.d/redis-server
  told 'TODO: it left when it was ready, and what comes later may need that'
  wrapper <<<$'service mysql start\nservice cron start\nsleep infinity'
  migrate
  lacks mysqld/notification-fd
}

@test "a task has the name of its function, or of what it does most" {
  wrapper <<'EOS'
postgres &
install_plugins() { cd /p; for p in a b; do plug install $p; done; }
install_plugins
web-db &
if [ ! -f /x ]; then
  touch /x
  createdb app
  psql -c one
  psql -c two
fi
exec web
EOS
  migrate
  services postgres install_plugins web-db psql web
  has install_plugins/flag-oneshot psql/flag-oneshot
}

@test "work between two starts is a task, also when it sets variables of its own" {
  wrapper <<'EOS'
kafka &
for topic in a b; do topics --create $topic; done
other &
if [ ! -f /x ]; then
  PASS=$(pwgen)
  psql -c "$PASS"
fi
exec web
EOS
  migrate
  has topics/flag-oneshot psql/flag-oneshot
  grep -q 'topics --create $topic' "$tree/topics/run"
  grep -q 'PASS=$(pwgen)' "$tree/psql/run"
  untold 'nothing needs it'
}

@test "the services of all branches depend on a task ahead of the if" {
  wrapper <<<$'redis-server &\nmigrate\ncase $MODE in web) exec web ;; *) exec worker ;; esac'
  migrate
  has web/dependencies.d/migrate worker/dependencies.d/migrate
}

@test "a client's command in the background is a task; a sleep behind it waits for its end" {
  wrapper <<<$'#!/bin/sh\nollama pull phi3 &\nsleep 9\nexec app'
  migrate
  has ollama/flag-oneshot app/dependencies.d/ollama
  [ "$(cat "$tree/app/dependencies.d/ollama")" = optional ]
  told 'starts when that has ended, also if it has failed'
  untold TODO
  for command in 'git pull' 'sleep 3 && npm ci' 'sleep 3 && docker pull alpine' '(sleep 3; pip install x)'; do
    wrapper <<<$'#!/bin/sh\n'"$command"$' &\nexec app'
    migrate
    ls "$tree"/*/flag-oneshot
  done
  for command in 'git daemon' 'ollama run phi3' 'sleep 3 && npm start'; do
    wrapper <<<$'#!/bin/sh\n'"$command"$' &\nexec app'
    migrate
    ! ls "$tree"/*/flag-oneshot
  done
}

@test "what generates something in the background is a task" {
  wrapper <<<$'[ -f /certs/dhparam.pem ] || ./generate-dhparam.sh 2048 &\nexec web'
  migrate
  has generate-dhparam/flag-oneshot
  told 'TODO: by its name it prepares something, and ends'
}

@test "a daemon's program that only does something and ends is a task, in the background, too" {
  local command
  for command in 'nginx -s reload' 'celery -A app inspect ping' 'tailscale up --ssh'; do
    wrapper <<<$'web &\n'"$command"$' &\nwait'
    migrate
    has web/flag-main
    [ "$(ls "$tree"/*/flag-oneshot | wc -l)" -eq 1 ] || { echo "# $command"; return 1; }
  done
  # An option that names a server is no server.
  wrapper <<<$'agentd &\nagent join --login-server "$URL"\nsleep infinity'
  migrate
  has agent/flag-oneshot
}

@test "a start that asks how the work ahead of it had ended is marked, and no matter of the environment" {
  local asks
  for asks in 'rc=$?; if [ $rc -eq 0 ]; then exec web; fi; exit $rc' 'if [ $? -eq 0 ]; then exec web; else exit 1; fi' 'rc=$?; [ "$rc" = 0 ] && web & wait'; do
    printf '#!/bin/bash\ndb all &\n./migrate\n%s\n' "$asks" | wrapper
    migrate
    echo "# $asks"
    lacks web/enable-if
    grep -q 'TODO reeve-migrate: .* not known here' "$tree/web/run"
  done
  printf '#!/bin/bash\n./migrate\nif [ $? -eq 0 ]; then exec web; else exit 1; fi\n' | wrapper
  migrate
  grep -q 'TODO reeve-migrate: .* not known here' "$tree/web/run"
}

@test "what serves by its words, ahead of more work, is marked: nothing behind it may ever start" {
  local server
  for server in 'my-server --port 80' 'node server.js' './gateway' 'flask run-server serve'; do
    for more in '; other' ' && other'; do
      wrapper <<<"$server$more"
      migrate
      grep -q 'TODO reeve-migrate: line 1: by its words it serves' "$init/10-start" || { echo "# $server$more"; return 1; }
    done
    wrapper <<<$'web &\n'"$server"$'\nother'
    migrate
    told 'TODO: by its words it serves'
  done
  for server in 'configure-server --port 80' './wait-for-server' 'my-server --once' 'openssl req -out server.crt'; do
    wrapper <<<"$server; web"
    migrate
    untold TODO || { echo "# $server"; return 1; }
  done
}

@test "what may serve in a branch, and behind which the script only waited, is marked" {
  local branches
  for branches in 'if [ "$A" = 1 ]; then node app.js; else node b.js; fi\nwait' 'if [ "$A" = 1 ]; then node app.js; wait; fi' 'case "$A" in 1) node app.js ;; esac\nsleep infinity'; do
    printf '#!/bin/bash\nside &\n%b\n' "$branches" | wrapper
    migrate
    told 'line 3' 'TODO: behind it the script only' || { echo "# $branches"; return 1; }
  done
  wrapper <<<$'side &\nif [ "$A" = 1 ]; then ./migrate-all; else ./prepare; fi\nwait'
  migrate
  untold 'TODO: behind it'
}

@test "what only prepares the next service is done at each of its starts: its files may have its words joined" {
  wrapper <<<$'#!/bin/bash\nservice nginx start\ncelery -A app worker &\nrm -f celerybeat.pid\ncelery -A app beat &\nexec gunicorn app:app'
  migrate
  services celery celery-beat gunicorn nginx
  [[ $(<"$tree/celery-beat/run") == *$'\nrm -f celerybeat.pid\nexec celery -A app beat' ]]
  wrapper <<<$'#!/bin/bash\nserver &\nrm -f /tmp/.X99-lock\nXvfb :99 &\nexec web'
  migrate
  [[ $(<"$tree/Xvfb/run") == *$'\nrm -f /tmp/.X99-lock\n'* ]]
}

@test "a file that has words of what comes later is removed before both" {
  local file
  for file in celery celeryworker; do
    wrapper <<<$'#!/bin/bash\nserver &\nrm -f '"$file"$'.pid\ncelery -A app beat &\nexec celery -A app worker'
    migrate
    [ -e "$tree/remove-$file.pid/flag-oneshot" ] || { echo "# $file"; return 1; }
  done
}

@test "what is behind || in the background and only ends is no service" {
  local other
  for other in true 'sleep 5' 'exit 1'; do
    wrapper <<<'curl -f http://x || '"$other &"$'\nweb-server &\nwait -n'
    migrate
    has web-server/flag-main || { echo "# $other"; return 1; }
    [ "$(ls "$tree"/*/flag-main | wc -l)" -eq 1 ]
  done
  wrapper <<<$'pg_isready -q || postgres -D /data &\nexec web'
  migrate
  grep -q 'exec postgres' "$tree/postgres/run"
}

@test "a word that names a server is not always one that serves" {
  local work
  for work in 'gen-certs server' 'keytool -genkey -alias server' 'mycli login web-server' 'go build ./cmd/server' 'python3 make_config.py /etc/server' 'render-template proxy'; do
    wrapper <<<"$work"$'\nexec web'
    migrate
    untold 'by its words it serves' || { echo "# $work"; return 1; }
  done
}

@test "a loop that waits for each program before it starts the next one is work, and no service" {
  for loop in 'for f in /etc/jobs/*; do load "$f" & wait $!; done' $'while read -r f; do\n  load "$f" &\n  P=$!\n  wait "$P"\ndone </etc/jobs' $'ls /etc/jobs | while read -r f; do\n  load "$f" &\n  wait $!\ndone'; do
    wrapper <<<$'db &\n'"$loop"$'\nexec web'
    migrate
    task=load
    [ -e "$tree/load" ] || task="ls"
    services db $task web
    has $task/flag-oneshot $task/dependencies.d/db
    untold 'that are not known here'
    [[ $(<"$tree/$task/run") == *'wait'*done* ]]
  done
  # Here they go on behind the loop.
  wrapper <<<$'db &\nfor f in /etc/jobs/*; do load "$f" & done\nwait'
  migrate
  told 'a loop over values of f that are not known here'
}

@test "a daemon that is started for its output is marked" {
  for line in 'OUT=$(nginx 2>&1) || exit 1' 'if ! OUT=`nginx 2>&1`; then echo "$OUT"; exit 1; fi' 'echo "redis: $(redis-server --daemonize yes)"'; do
    wrapper <<<"$line"$'\nexec web'
    migrate
    told 'its words start a daemon, which nothing watches or stops here'
  done
  wrapper <<<$'V=$(nginx -v 2>&1)\nP=`pidof nginx`\nexec web'
  migrate
  untold 'its words start a daemon'
  # The shell's `time` is not the program.
  wrapper <<<$'time nginx\ntime -p exec_migrations\ntime web'
  migrate
  becomes nginx "exec nginx -g 'daemon off;'"
  becomes web 'exec web'
}

@test "a program in the setup that may serve is to become a service; a task is to lose its flag-oneshot" {
  local code
  for code in './config.sh; ./run.sh; sleep infinity' './setup.sh && ./run.sh && tail -f /dev/null' 'if [ "$A" ]; then ./run.sh; else ./other.sh; fi; sleep infinity'; do
    wrapper <<<"$code"
    migrate
    told 'if it goes on running, move it to a service of its own' || { echo "# $code"; return 1; }
    untold flag-oneshot
  done
  wrapper <<<$'worker & \n./run.sh\nsleep infinity'
  migrate
  has run-service/flag-oneshot
  told 'if it goes on running, take flag-oneshot away'
}

@test "a task that begins with a message, or chmod, is called after the project's verb behind it" {
  wrapper <<<$'redis-server &\nchmod -R 777 /app/storage || echo failed\n# the tables\nphp artisan migrate --force 2>&1 || echo failed\nphp artisan storage:link\nexec php-fpm -F'
  migrate
  services redis-server migrate php-fpm
  wrapper <<<$'redis-server &\necho "Collecting"\npython manage.py collectstatic --noinput\nexec gunicorn app'
  migrate
  services redis-server collectstatic gunicorn
  wrapper <<<$'redis-server &\nchmod 777 /app/cache\n./load-data\nexec python manage.py runserver'
  migrate
  lacks migrate
  has runserver
}

@test "a task's last command that may fail does not fail it, and what has to succeed before it does" {
  wrapper <<<$'php-fpm -F &\nwarm-up cache || exit 1\nload-fixtures\nexec nginx -g "daemon off;"'
  migrate
  [ "$(tail -n 3 "$tree/warm-up/run")" = $'warm-up cache || exit 1\nload-fixtures\nexit 0 # the last command\'s code did not matter to the script' ]
  wrapper <<<$'php-fpm -F &\nload-fixtures\nwarm-up cache || exit 1\nexec nginx -g "daemon off;"'
  migrate
  [ "$(tail -n 2 "$tree/load-fixtures/run")" = $'load-fixtures\nwarm-up cache || exit 1' ]
  wrapper <<<$'php-fpm -F &\nload-all\nif [ $? -ne 0 ]; then exit 1; fi\nwarm-up\nexec nginx -g "daemon off;"'
  migrate
  [ "$(tail -n 4 "$tree/load-all/run" | head -n 3)" = $'load-all\nif [ $? -ne 0 ]; then exit 1; fi\nwarm-up' ]
  wrapper <<<$'set -e\nphp-fpm -F &\nload-all\nwarm-up || true\nexec nginx -g "daemon off;"'
  migrate
  [ "$(tail -n 2 "$tree/load-all/run" | head -n 1)" = 'warm-up || true' ] || [ "$(tail -n 1 "$tree/load-all/run")" = 'warm-up || true' ]
}

@test "a task that has nothing to do has not failed" {
  wrapper <<<$'redis-server &\n[ -f /dump ] && load-dump /dump && rm /dump\nexec web'
  migrate
  [ "$(tail -n 3 "$tree/load-dump/run")" = $'[ -f /dump ] || exit 0\nload-dump /dump || exit\nexec rm /dump' ]
}

@test "a command in the background that is over at once is a task" {
  wrapper <<<$'echo Starting &\ndate >/started &\nprintf "up\\n" &\nexec web'
  migrate
  services date echo printf web
  has date/flag-oneshot echo/flag-oneshot printf/flag-oneshot
}

@test "work of a program in the background that comes only where a file is lacking is done ahead of that program alone" {
  local left
  for left in '{ test -f /etc/w.conf || cp /w.conf /etc/w.conf; }' '( id app || useradd app )'; do
    wrapper <<<$'#!/bin/bash\n'"$left"$' && worker -c /etc/w.conf &\nexec nginx'
    migrate
    lacks cont-init.d
    grep -qxF "if ! { $left; }; then exec reeve stop worker; fi" "$tree/worker/run" || { echo "# $left"; return 1; }
  done
}

@test "a client in the background that goes on until the other side ends it is a service" {
  wrapper <<<$'curl -sN http://x/events &\nkubectl get pods -w &\nredis-cli --stat &\ncurl -s http://x/ping &\nexec web'
  migrate
  lacks {curl,kubectl,redis-cli}/flag-oneshot
  has curl-2/flag-oneshot
}

@test "a pipeline in the background that ends with its input is a task" {
  wrapper <<<$'ls /a | xargs chown app &\nfind /a -print0 | xargs -0 -n 1 rm &\necho x | mysql -u root &\nls | ./work &\nls | xargs ./work &\nexec web'
  migrate
  has {ls,find,mysql}/flag-oneshot
  lacks ls-2/flag-oneshot ls-3/flag-oneshot
  [ "$(grep -c 'TODO: a pipeline' <<<"$report")" -eq 2 ]
}
