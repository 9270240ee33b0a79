# Which processes become services.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "what a script sets behind a task, or behind what a service prepares, comes behind it" {
  wrapper <<'EOS'
X=old
db &
migrate "$X"
export X=1
Y=2
load "$Y"
unset SECRET
mkdir -p "/run/$X"
X=3
server "$X" &
wait
EOS
  migrate
  [ "$(grep -v -e '^#' -e '^cd' "$tree/migrate/run")" = $'X=old\nmigrate "$X"\nexport X=1\nY=2\nload "$Y"\nunset SECRET\nexec mkdir -p "/run/$X"' ]
  wrapper <<'EOS'
db &
migrate
export X=1
server &
prepared=1
mkdir -p "/run/$prepared"
prepared=2
other "$prepared" &
wait
EOS
  migrate
  [ "$(grep -v -e '^#' -e '^cd' "$tree/migrate/run")" = 'exec migrate' ]
  [ "$(grep -v -e '^#' -e '^cd' "$tree/other/run")" = $'export X=1\nprepared=1\nmkdir -p "/run/$prepared"\nprepared=2\nexec other "$prepared"' ]
  wrapper <<'EOS'
db &
if [ "$A" ]; then
  load "$X"
  X=2
  more "$X"
  export Y=1
  server "$X" &
fi
wait
EOS
  migrate
  [ "$(grep -v -e '^#' -e '^cd' "$tree"/load/run)" = $'load "$X"\nX=2\nexec more "$X"' ]
}

@test "what a wait in the middle waits for is a task" {
  wrapper <<'EOS'
build --all &
wait $!
exec web
EOS
  migrate
  has build/flag-oneshot web/dependencies.d/build web/flag-main
}

@test "exec of the arguments is the image's CMD" {
  cat >Dockerfile <<'EOS'
FROM debian
ENTRYPOINT ["/usr/bin/tini", "--", "/start.sh", "first"]
CMD ["gunicorn", "a b"]
EOS
  wrapper <<'EOS'
export A=1
worker "$1" &
exec gosu app "$@"
EOS
  migrate
  services worker cmd
  [ "$(tail -n 1 "$tree/cmd/run")" = 'exec reeve-exec --user app -- "$@"' ]
  grep -q '^# TODO reeve-migrate: line 3: "$@" is the image' "$tree/cmd/run"
  migrate --dockerfile Dockerfile
  has first/flag-main
  file first/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
export A=1
export HOME=~app
exec reeve-exec --user app -- first gunicorn 'a b'
EOS
  grep -q 'set -- first gunicorn' "$tree/worker/run"
}

@test "what another program reads, or a comment, is no question about the arguments" {
  wrapper <<'EOS'
#!/bin/bash
set -- one # $1
IP=$(hostname -I | awk '{print $1}')
worker --ip "$(ip addr | awk '/inet/ {print $2}')" $'a\'$1' it\'s &
perl -ne 'print $1 if /x(.)/' "`sed 's/$1/x/' </etc/name`" &
sh -c 'exec relay "$@"' x y &
exec web
EOS
  migrate
  untold 'the script looks at its arguments'
  untold 'set -- one # environment'
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["app", "-x"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  tail -n 1 "$tree/relay/run" | grep -qxF "exec sh -c 'exec relay \"\$@\"' x y"
  ! grep -q -e 'set --' "$tree/worker/run"
}

@test "what is expanded is a question about the arguments, whatever quotes are around it" {
  local word
  for word in "\"it's \$1\"" '"$(f '"'x'"' "$2")"' '${1:-x}' '$#' '${#}' '"`echo $1`"' "'a'\$1'b'" '"${@}"'; do
    wrapper <<<"worker &"$'\n'"web $word"
    migrate
    told 'the script looks at its arguments'
  done
  wrapper <<<$'worker &\neval \'x=$1\'\nweb'
  migrate
  told 'the script looks at its arguments'
}

@test "a function that starts services is gone through where it is called" {
  wrapper <<'EOS'
#!/bin/bash
start_one() {
  local name=$1
  "$@" >>"/var/log/$name.log" &
}
unused() { other & }
start_one web --port 80
start_one worker
wait -n
EOS
  migrate
  services web worker
  grep -q 'set -- web --port 80' "$tree/web/run"
  grep -q 'exec "$@" >>"/var/log/$name.log"' "$tree/web/run"
  told 'line 6: dropped: function unused: nothing calls it'
}

@test "a function in the background becomes the run script" {
  wrapper <<'EOS'
helper() { date; }
serve() {
  helper
  web --at "$1"
}
serve 80 &
wait
EOS
  migrate
  file web/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
helper() { date; }
set -- 80
helper
exec web --at "$1"
EOS
}

@test "a loop over a list starts a service for each" {
  wrapper <<'EOS'
#!/bin/bash
for queue in high low; do
  worker --queue "$queue" &
done
for i in {1..3}; do web $i & done
wait
EOS
  migrate
  services worker-high worker-low web-1 web-2 web-3
  grep -q '^queue=low$' "$tree/worker-low/run"
}

@test "services with the same name are told apart" {
  wrapper <<'EOS'
celery -A app worker &
celery -A app beat &
node server.js &
node server.js &
wait
EOS
  migrate
  services celery celery-beat server server-2
}

@test "groups, subshells and conditions of a command" {
  wrapper <<'EOS'
(cd /app && exec web) &
{ prepare; worker; } >>/var/log/w.log 2>&1 &
test -x /other && third || echo failed &
wait
EOS
  migrate
  grep -q '^cd /app || exit$' "$tree/web/run"
  file worker/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
exec >>/var/log/w.log 2>&1
prepare
exec worker
EOS
}

@test "a daemon's program that only checks something is no service" {
  wrapper <<<$'nginx -t\nmysqld --initialize-insecure\nmysqld &\nsshd -t && /usr/sbin/sshd\nnginx -s reload\nphp-fpm -F'
  migrate
  services mysqld sshd nginx-reload php-fpm
  has nginx-reload/flag-oneshot php-fpm/flag-main
  grep -qx 'nginx -t' "$init/10-start"
}

@test "a server that is stopped again as another user is part of the setup" {
  for as in 'su postgres -c "pg_ctl -D /data -w @"' 'gosu postgres pg_ctl -D /data -w @'; do
    wrapper <<<$'if [ ! -s /data/PG_VERSION ]; then\n'"${as/@/start}"$'\ncreatedb app\n'"${as/@/stop}"$'\nfi\ngosu postgres postgres -D /data &\nexec web'
    migrate
    services postgres web
    grep -q 'createdb app' "$init/10-start"
  done
}

@test "a server that is stopped again in any way is part of the setup, and so is the loop that waits for its end" {
  local start stop wait
  while IFS='|' read -r start stop wait; do
    wrapper <<<$'#!/bin/bash\n'"$start"$'\nuntil nc -z localhost 99; do sleep 1; done\n/fill\n'"$stop"$'\n'"$wait"$'\nexec web'
    migrate || return
    { services web && lacks web/data/check && grep -qxF "$stop" "$init/10-start" && grep -qxF -- "$wait" "$init/10-start"; } || { echo "# $start, $stop"; return 1; }
  done <<'EOS'
mysqld_safe &|killall mysqld|while pgrep mysqld; do sleep 1; done
mysqld_safe &|mysqladmin shutdown|until ! mysqladmin ping; do sleep 1; done
gosu mysql mysqld &|kill $(pidof mysqld)|while [ -n "$(pidof mysqld)" ]; do sleep 1; done
mysqld &|mysql -e SHUTDOWN|for i in {9..0}; do if echo 'SELECT 1' | mysql; then sleep 1; else break; fi; done
python manage.py runserver &|pkill -f 'manage.py runserver'|while curl -s localhost:8000; do sleep 1; done
/opt/x/server-start.sh &|/opt/x/server-stop.sh|while nc -z localhost 99; do sleep 1; done
mongod --fork --logpath /x|kill `pgrep -f mongod`|while pgrep mongod; do sleep 1; done
server &|kill %%|while [ -S /run/server.sock ]; do sleep 1; done
EOS
  wrapper <<<$'server &\necho $! >/tmp/pid\n/fill\nkill $(cat /tmp/pid)\nwhile kill -0 $(cat /tmp/pid); do sleep 1; done\nexec web'
  migrate
  services web
}

@test "a loop that waits for the end of a service is no readiness check" {
  wrapper <<<$'mysqld &\nuntil mysqladmin ping; do sleep 1; done\n/stop-the-db\nwhile mysqladmin ping; do sleep 1; done\nexec web'
  migrate
  services mysqld stop-the-db web
  run ! grep -r '! mysqladmin' "$tree"
  grep -q '^# TODO reeve-migrate: line 4: the script waited here until it had ended' "$tree/mysqld/run"
  wrapper <<<$'db &\n/fill\nwhile pgrep db; do sleep 1; done\nexec web'
  migrate
  lacks db/flag-main
  told 'line 3: dropped: waits until db has ended; TODO'
  # It is gone when it is ready.
  wrapper <<<$'server &\nwhile curl -s localhost/ | grep -q starting; do sleep 1; done\nexec web'
  migrate
  grep -q '^! curl' "$tree/server/data/check"
}

@test "a shell in the background that only starts several is a service for each" {
  local loop
  wrapper <<'EOS'
( a & b & wait ) &
{ cd /x; export Y=1; c & d & } &
P=$!
( for x in 1 2; do e $x & done; wait ) &
for x in $LIST; do f "$x" & done &
exec web
EOS
  migrate
  services a b c d e-1 e-2 f web
  grep -q '^cd /x$' "$tree/c/run"
  [ -z "$(grep -F 'cd /x' "$tree/web/run" "$tree/f/run")" ]
  told 'line 5: dropped: the loop around a start; services.d/f/run: service f, started in the background; TODO: a loop over values of x that are not known here'
  wrapper <<<$'( a & b & wait ) &\nwait $!'
  migrate
  has a/flag-main b/flag-main
  wrapper <<<$'( prepare; a & b ) &\nexec web' # what comes first has to come first
  migrate
  services b web
  told 'TODO: it starts this beside itself, which nobody restarts: a: make that a service'
  for loop in 'while read -r x; do a $x & done </etc/list' 'cat /etc/list | while read x; do a $x & done'; do
    wrapper <<<"$loop &"$'\nexec web'
    migrate
    told 'TODO: a loop started them, over what is not known here'
    grep -q -r 'wait' "$tree"/*/run
  done
}

@test "what the code of a shell leaves in the background is marked, in the setup, a task and a service" {
  wrapper <<'EOS'
sh -c '{ a; b; } &'
sh -c 'cd /x && (c; d) &'
exec web
EOS
  migrate
  lacks cont-init.d/10-start
  told 'line 1: services.d/b/run: '
  told 'TODO: its code leaves { a; b; } in the background, and nobody supervises that'
  told 'TODO: its code leaves cd /x && (c; d) in the background'
  wrapper <<<$'db &\nsh -c \'g & migrate\'\nexec sh -c \'while :; do i; done & exec web\''
  migrate
  told 'line 2: services.d/migrate/run: task migrate, run once after db; when it fails, what comes later is started all the same, as the script went on; TODO: its code leaves g in the background'
  told 'line 3: services.d/web/run: service web, what the script ended with: main; TODO: its code leaves while :; do i; done in the background'
}

@test "a start that is an if's condition is a start" {
  wrapper <<'EOS'
start_g() {
  if [ -n "$CUSTOM" ]; then custom & else g-server --config /etc/g.ini & fi
}
main() {
  if ! start_g "$@"; then
    echo failed
    exit 1
  fi
  PID=$!
  wait "$PID"
  local code=$?
  exit "$code"
}
main "$@"
EOS
  migrate
  services custom g-server
  has custom/flag-main g-server/flag-main custom/enable-if
  lacks cont-init.d/10-start custom/finish g-server/finish
  told 'lines 6-7: dropped: what was done when the start failed: the service is restarted instead'
  # What is in the other branch comes behind it.
  wrapper <<<$'if ! nginx; then exit 1; elif [ -n "$X" ]; then other & fi\nexec web'
  migrate
  services nginx other web
  has other/enable-if web/flag-main
  lacks nginx/enable-if nginx/flag-main
  wrapper <<<$'if service redis-server start; then echo ok; else fallback & fi\nexec web'
  migrate
  services redis-server web
  told 'the service is restarted instead; TODO: the script started this when the start of redis-server had failed, and nothing does now: fallback'
  # Nor is a wait lost.
  wrapper <<<$'db & P=$!\nif ! wait $P; then echo bad; exit 3; fi'
  migrate
  has db/flag-main
  lacks cont-init.d/10-start
  told 'the script ended with 3 then'
  lacks db/finish
}

@test "a task that may be a function of a sourced file has no exec, and a message is none" {
  local task
  for task in 'bashio::net.wait_for 6379' 'provision --all' 'setup_db'; do
    wrapper <<<$'. /opt/lib.sh\nredis-server &\n'"$task"$'\nexec web'
    migrate
    grep -qx "$task" "$tree"/*/run || { echo "# $task"; return 1; }
  done
  wrapper <<<$'. /opt/lib.sh\nredis-server &\nbashio::log.info "Starting web..."\nlog_info "web"\nexec web'
  migrate
  services redis-server web
  wrapper <<<$'. /opt/lib.sh\nredis-server &\npython load.py\n/opt/load\nexec web'
  migrate
  grep -qx 'exec /opt/load' "$tree"/*/run
}

@test "a ! behind &, which does nothing, is no part of the next line" {
  local end
  for end in '&!' '& !' '&! # away'; do
    wrapper <<<$'#!/bin/bash\nexporter -p 1 '"$end"$'\nexec rails s'
    migrate
    tail -n 1 "$tree/rails/run" | grep -qx 'exec rails s' && untold TODO && told 'dropped: ! behind &: it does nothing' || { echo "# $end"; return 1; }
  done
  wrapper <<<$'#!/bin/bash\nexporter & !\nif ! check; then exit 1; fi\nexec web'
  migrate
  has check/flag-oneshot web/dependencies.d/check
  untold TODO
}

@test "run's own \$1 is never the script's" {
  printf '%s\n' 'FROM debian' "COPY $input /" "CMD [\"/$input\"]" >"$dir/Dockerfile"
  for with in '' '--dockerfile Dockerfile'; do
    # shellcheck disable=SC2016
    wrapper <<<$'#!/bin/sh\nROLE=${1:-all}\nworker --role "$ROLE" &\nexec server --host 0.0.0.0 $1'
    # shellcheck disable=SC2086
    migrate $with
    for name in worker server; do
      grep -q '^set -- #' "$tree/$name/run" && ! sed '/^set --/q' "$tree/$name/run" | grep -q '\$1\|{1' || { echo "# $name $with"; return 1; }
    done
  done
}

@test "a scanner of service directories that Reeve reads as they are is named, with what to do" {
  local command
  for command in 'runsvdir /etc/service' 's6-svscan /etc/s6' 'svscan /service'; do
    wrapper <<<"web & exec $command"
    migrate
    told 'Reeve reads its service directories as they are: COPY them to /etc/services.d, and take it out' || { echo "# $command"; return 1; }
  done
}

@test "a program in the foreground that may serve is asked for, also if the waiting behind it names pids, and messages follow" {
  local wait
  for wait in 'wait -n' 'wait -n $A' $'wait -n "$A"\necho "one has ended"\nexit 1' $'wait -n $A\ncode=$?\nkill $A\nexit $code'; do
    wrapper <<<$'#!/bin/bash\nnginx -g "daemon off;" &\nA=$!\n$STARTUP\n'"$wait"
    migrate
    told 'TODO: behind it the script only waited for the others: if it goes on running'
  done
  wrapper <<<$'#!/bin/bash\nnginx -g "daemon off;" &\nA=$!\n$STARTUP\nwait $A'
  migrate
  untold TODO
}

@test "what is asked of a command of a task names the line of that command, once" {
  wrapper <<<$'#!/bin/bash\nnginx -g "daemon off;" &\n# Run the server\n$STARTUP\nwait -n'
  migrate
  told 'line 4: services.d/startup/run: task startup'
  untold 'make a task of what is ahead of it'
  [ "$(grep -c TODO "$tree/startup/run")" = 1 ]
  wrapper <<<$'#!/bin/bash\nnginx -g "daemon off;" &\n./initialize\n$STARTUP\nwait -n'
  migrate
  told 'and make a task of what is ahead of it'
  [ "$(grep TODO "$tree/initialize/run" | cut -d: -f2)" = ' line 4' ]
}

@test "a program that starts and watches others is named with what to do, also behind what only starts it" {
  local command
  while IFS='|' read -r command advice; do
    wrapper <<<"$command"$'\nweb &\nwait -n'
    migrate
    told "starts and watches processes of its own: $advice" || { echo "# $command"; return 1; }
  done <<'EOS'
service supervisor start|migrate what it reads next
bundle exec foreman start &|migrate what it reads next
python3 -m honcho start &|migrate what it reads next
npx nf start &|migrate what it reads next
npx pm2-runtime start app.js &|write a service for each program that it starts
npx concurrently "npm:api" "npm:web" &|write a service for each program that it starts
pm2 start app.js|write a service for each program that it starts
circusd circus.ini &|write a service for each program that it starts
runsvdir-start &|Reeve reads its service directories
EOS
  wrapper <<<$'prepare\nexec bundle exec foreman start -f Procfile.prod'
  migrate
  told 'foreman starts and watches processes of its own: give reeve-migrate its Procfile in place of this script'
  wrapper <<<$'prepare\nexec "$@"'
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["supervisord", "-n"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'supervisord starts and watches processes of its own: give reeve-migrate its supervisord.conf in place of this script'
  wrapper <<<$'bundle exec rails server &\nwait'
  migrate
  untold 'processes of its own'
  wrapper <<<$'#!/bin/sh\nexec env - PATH=$PATH runsvdir -P /etc/service &\nwait $!'
  migrate
  told 'runsvdir starts and watches processes of its own: Reeve reads its service directories as they are'
}

@test "an init of the image's own that a script executes is marked: Reeve's takes its path" {
  local line
  for line in 'exec /init' 'exec /init "$@"' '/init &'; do
    wrapper <<<$'#!/bin/bash\nrclone mount a: /b &\n'"$line"$'\nwait'
    migrate
    told "TODO: /init is the image's own, s6-overlay's as a rule, and Reeve's takes its path" && untold 'prepares something' || { echo "# $line"; return 1; }
    lacks init/flag-oneshot
  done
  printf 'FROM lscr.io/linuxserver/plex\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["/init"]\n' >Dockerfile
  wrapper <<<$'#!/bin/bash\nrclone mount a: /b &\nexec "$@"'
  migrate --dockerfile Dockerfile
  told "TODO: /init is the image's own"
  wrapper <<<$'#!/bin/bash\nrclone mount a: /b &\nexec /sbin/my_init -- x'
  migrate
  told 'TODO: my_init starts what is in /etc/my_init.d and /etc/service'
  wrapper <<<$'#!/bin/bash\nrclone mount a: /b &\nexec /app/init'
  migrate
  untold TODO
}

@test "restart of a daemon is its start, and behind its start a second one" {
  wrapper <<<$'#!/bin/bash\ncd /app && bundle exec script/delayed_job restart && bundle exec puma'
  migrate
  becomes delayed_job 'exec bundle exec script/delayed_job run'
  has puma/dependencies.d/delayed_job puma/flag-main
  wrapper <<<$'#!/bin/bash\nrake db:migrate && bin/clockworkd restart && puma'
  migrate
  becomes clockworkd 'exec bin/clockworkd run'
  becomes puma 'exec puma'
  has puma/flag-main cont-init.d/10-start
  wrapper <<<$'#!/bin/bash\napachectl -k restart\nnode app.js'
  migrate
  becomes apachectl 'exec apachectl -DFOREGROUND'
  wrapper <<<$'#!/bin/bash\napachectl start\na2enmod rewrite\napachectl restart\nexec node app.js'
  migrate
  lacks apachectl-restart
  told 'line 4: dropped: apachectl was started again: its service starts once; TODO: it was started again here'
}
