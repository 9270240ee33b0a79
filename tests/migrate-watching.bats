# Loops that watch processes: how they ask, and whom.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a loop until ps shows a process is its readiness check, in whatever order grep leaves itself out" {
  local question
  for question in '! ps aux | grep Xvfb | grep -v grep' '! ps aux | grep -v grep | grep -q Xvfb' '! ps -ef | grep -m 1 Xvfb | grep -qv grep' \
    '! ps aux | fgrep --color=never Xvfb | fgrep --invert-match grep >/dev/null'; do
    wrapper <<<$'Xvfb :1 &\nwhile '"$question; do sleep 1; done"$'\nchromium'
    migrate
    has Xvfb/data/check chromium/dependencies.d/Xvfb chromium/flag-main
    lacks Xvfb/flag-main Xvfb/finish
  done
  wrapper <<<$'web &\nworker &\nwhile ps aux | grep web | grep -v grep >/dev/null; do sleep 5; done\nexit 1'
  migrate
  has web/flag-main
  lacks worker/flag-main web/data/check
}

@test "a loop that counts processes waits until enough run, or watches while they do, as its comparison says" {
  local loop
  for loop in 'while [ $(pgrep Xvfb | wc -l) -lt 2 ]; do sleep 1; done' 'until [ "$(pgrep -c Xvfb)" -ge 2 ]; do sleep 1; done' \
    'n=0; while [ $n -lt 2 ]; do n=$(pgrep Xvfb | wc -l); sleep 1; done' 'while [ "$(ps aux | grep -c [X]vfb)" -eq 0 ]; do sleep 1; done' \
    'while [ `pgrep -c Xvfb` = 0 ]; do sleep 1; done' 'until [ "$(pidof Xvfb)" ]; do sleep 1; done' 'until [ $(pgrep -c Xvfb) -eq 2 ]; do sleep 1; done' \
    'while true; do [ $(pgrep -c Xvfb) -gt 1 ] && break; sleep 1; done'; do
    wrapper <<<$'Xvfb :1 &\n'"$loop"$'\nchromium'
    migrate
    has Xvfb/data/check chromium/dependencies.d/Xvfb chromium/flag-main || { echo "# $loop"; return 1; }
    lacks Xvfb/flag-main Xvfb/finish Xvfb/timeout-up
  done
  for loop in 'while [ $(pgrep web | wc -l) -gt 0 ]; do sleep 1; done' 'until [ $(pgrep -c web) -lt 2 ]; do sleep 1; done' \
    'while [ "$(pidof web)" ]; do sleep 1; done' 'while [ $(pgrep -c web) -eq 2 ]; do sleep 1; done' 'until [ -z "$(pgrep web)" ]; do sleep 1; done'; do
    wrapper <<<$'web &\nworker &\n'"$loop"$'\nexit 1'
    migrate
    has web/flag-main || { echo "# $loop"; return 1; }
    lacks worker/flag-main web/data/check
  done
}

@test "the values of options are no names that a loop looks for" {
  local question
  for question in 'ps aux | grep -m 1 -i web | grep -q -v grep' 'ps aux | fgrep -A 2 -e web | grep -v grep' 'ps aux | grep --color web' \
    'pgrep -u root web' 'pgrep -f web -u root' 'pidof -o %PPID -x web' 'pgrep --euid root -P 1 web'; do
    wrapper <<<$'node web.js &\nworker &\nwhile sleep 9; do\n'"$question"$' || exit 1\ndone'
    migrate
    has web/flag-main
    lacks worker/flag-main
    untold 'TODO'
    untold 'nothing that the script starts is called'
  done
}

@test "pidof asks for each of its words" {
  wrapper <<<$'yarn start &\njava -jar worker.jar &\nclock &\nwhile pidof node java >/dev/null; do sleep 9; done'
  migrate
  has yarn/flag-main worker/flag-main
  lacks clock/flag-main
}

@test "a loop that asks an init script for the status waits until it runs, or watches it until it has ended" {
  local question
  for question in 'until service nginx status | grep -q "not running"' 'while service nginx status >/dev/null' 'until ! service nginx status' \
    'while ! service nginx status | grep -q "not running"' 'while /etc/init.d/nginx status'; do
    wrapper <<<$'service nginx start\nweb &\n'"$question"$'; do sleep 5; done\nexit 1'
    migrate
    has nginx/flag-main
    lacks web/flag-main nginx/data/check
  done
  for question in 'until service nginx status | grep -q "is running"' 'while service nginx status | grep -q "not running"' 'while ! /etc/init.d/nginx status' \
    'while service nginx status | grep -v "is running"'; do
    wrapper <<<$'service nginx start\n'"$question"$'; do sleep 1; done\nexec web'
    migrate
    has nginx/data/check web/dependencies.d/nginx
    lacks nginx/flag-main
  done
}

@test "a loop that starts an init script's daemon again is its supervisor" {
  wrapper <<'EOS'
/etc/init.d/cron start
web & PID=$!
while kill -0 $PID; do
  /etc/init.d/cron status >/dev/null || /etc/init.d/cron restart
  sleep 5
done
EOS
  migrate
  services cron web
  has web/flag-main
  lacks cron/flag-main
  told 'it started these again, as their supervisors do: cron'
}

@test "a name in a variable that the script has set is the name that a loop looks for" {
  wrapper <<<$'WEB="web-server"\nweb-server --port 80 &\nworker &\nclock &\nwhile sleep 9; do\n  ps ax | grep ${WEB} | grep -q -v grep || exit 1\n  pgrep -f "$WEB" || exit 1\ndone'
  migrate
  has web-server/flag-main
  lacks worker/flag-main clock/flag-main
}

@test "supervisorctl asks supervisord, and nobody else" {
  wrapper <<<$'supervisord -c /etc/supervisord.conf\nnginx\nwhile supervisorctl status; do sleep 5; done'
  migrate
  has supervisord/flag-main
  lacks nginx/flag-main
  wrapper <<<$'web &\nwhile true; do supervisorctl status | grep -q RUNNING || exit 1; sleep 5; done'
  migrate
  told 'nothing that the script starts is called supervisord'
}

@test "a program that a loop starts again, and beside which it watches others, is a service, also where a trap ends the loop" {
  local condition
  for condition in 'while [ $S -eq 0 ]' 'until [ $S -ne 0 ]' 'while true'; do
    wrapper <<EOS
#!/bin/bash
S=0
trap 'S=1' TERM
nginx -g 'daemon off;' &
NGINX_PID=\$!
$condition; do
  ./game-server
  sleep 5
  if ! kill -0 \$NGINX_PID 2>/dev/null; then
    nginx -g 'daemon off;' &
    NGINX_PID=\$!
  fi
done
EOS
    migrate
    services nginx game-server
    lacks nginx/flag-main game-server/flag-main
    file game-server/restart <<<always
    file game-server/restart-delay <<<'5000 5000'
    told 'lines 6-13: services.d/game-server/run: service game-server, which the loop started again'
    untold TODO
  done
  wrapper <<<$'#!/bin/bash\nnginx -g "daemon off;" &\nP=$!\nwhile [ $S -eq 0 ]; do\n  ./game-server\n  kill -0 $P || nginx -g "daemon off;" &\n  sleep 5\ndone'
  migrate
  told 'it also worked, which nothing does now'
}

@test "a loop that starts a program when it does not run, and nothing else, is its supervisor" {
  local question where
  for question in '[ ! -d /proc/$P ]' '! kill -0 $P' '! pgrep -x server >/dev/null' '[ -z "$(pidof server)" ]'; do
    for where in '' ' &'; do
      wrapper <<EOS
#!/bin/bash
stop() { S=1; kill \$P; }
trap stop TERM
S=0
while [ \$S = 0 ]; do
  if $question; then
    echo "server is not there"
    ./prepare
    ./server --port 80 & P=\$!
  fi
  sleep 1
done$where
EOS
      [ -z "$where" ] || echo wait >>start.sh
      migrate
      services server
      [ -n "$where" ] || lacks server/flag-main
      file server/restart <<<always
      file server/restart-delay <<<'1000 1000'
      [ "$(tail -n 2 "$tree/server/run")" = $'./prepare\nexec reeve-exec -- ./server --port 80' ]
      untold TODO
      untold 'a trap runs only when'
    done
  done
}

@test "a loop that watches in the background, and starts what is no service, is marked" {
  local loop
  for loop in 'pgrep -x worker || worker --all &' 'if [ -e /on ] && ! pgrep worker; then worker --all & fi' 'if ! pgrep worker; then worker --all & clock & fi'; do
    wrapper <<<$'#!/bin/bash\nweb --port 80 &\nwhile true; do\n  '"$loop"$'\n  sleep 5\ndone &\nwait'
    migrate
    told 'which nothing does now' || { echo "# $loop"; return 1; }
  done
  wrapper <<<$'#!/bin/bash\nweb --port 80 &\nwhile true; do\n  if ! pgrep web; then web --port 80 & fi\n  sleep 5\ndone &\nwait'
  migrate
  services web
  untold TODO
}

@test "a loop that keeps one program running knows it by its program, in its own branch" {
  local keep='while true; do if ! pgrep @ >/dev/null; then @ --port 1 & fi; sleep 1; done'
  wrapper <<<$'python3 server.py &\nwhile true; do if ! pgrep node >/dev/null; then node server.js & fi; sleep 1; done'
  migrate
  services server server-2
  wrapper <<<'if [ "$ROLE" = web ]; then '"${keep//@/redis-server}; else ${keep//@/redis-server}; fi"
  migrate
  services redis-server redis-server-2
  wrapper <<<$'while true; do if ! pgrep redis-server; then\n[ -e /run/hold ] && continue\nredis-server --port 1 &\nfi; sleep 1; done'
  migrate
  grep -qx 'while true; do if ! pgrep redis-server; then' "$tree/redis-server/run" # continue stays in the loop
}

@test "only a trap for the end says that the container is to end" {
  wrapper <<<$'reload=0\ntrap "reload=1" HUP\nwhile true; do node app.js; if [ "$reload" = 1 ]; then break; fi; echo restart; sleep 1; done'
  migrate
  told 'TODO: the loop that started it again ended here'
  wrapper <<<$'stop=0\ntrap "stop=1" TERM\nwhile true; do node app.js; if [ "$stop" = 1 ]; then break; fi; echo restart; sleep 1; done'
  migrate
  untold TODO
}

@test "a pattern of several programs names each of them" {
  for ask in '(( $(pgrep -c "redis|nginx") < 2 )) && exit 1' 'ps aux | grep -v grep | grep -qE "(redis-server|nginx)" || exit 1' 'ps ax | grep -v grep | grep "redis\|nginx" | wc -l | grep -q 2 || exit 1'; do
    wrapper <<<$'redis-server &\nnginx -g "daemon off;" &\nwhile true; do\n  sleep 10\n  '"$ask"$'\ndone'
    migrate
    told 'these are main: redis-server, nginx'
  done
}

@test "signal 0 by name only asks, as pgrep does" {
  local ask loop
  for ask in 'pkill -0 server' 'pkill --signal 0 -x server' 'killall -0 server'; do
    for loop in "while $ask; do sleep 5; done" "while true; do sleep 5; $ask || exit 1; done"; do
      wrapper <<<$'server --port 80 &\n'"$loop"
      migrate
      services server
      has server/flag-main
    done
    wrapper <<<$'server --port 80 &\nuntil '"$ask"$'; do sleep 1; done\nexec web'
    migrate
    has server/data/check web/dependencies.d/server
    wrapper <<<"trap '$ask && kill \$P' TERM"$'\nserver --port 80 & P=$!\nwait'
    migrate
    untold TODO
  done
}

@test "a loop may ask for any name of a daemon, and for what its command starts" {
  wrapper <<'EOS'
#!/bin/bash
/entrypoint.sh mysqld &
service php5.6-fpm start
vncserver :1
while sleep 60; do
  service mysql status | grep "is running"
  A=$?
  ps aux | grep php-fpm | grep -q -v grep
  B=$?
  ps aux | grep Xvnc | grep -q -v grep
  C=$?
  if [ $A -ne 0 -o $B -ne 0 -o $C -ne 0 ]; then exit 1; fi
done
EOS
  migrate
  has mysqld/flag-main php-fpm5.6/flag-main vncserver/flag-main
  becomes php-fpm5.6 'exec php-fpm5.6 -F'
  untold TODO
  untold 'nobody waits for'
  untold 'nothing that the script starts is called'
}

@test "a pipeline that a loop starts again is no work of the loop" {
  wrapper <<'EOS'
#!/bin/bash
/app/collect.py conf 2>&1 | tee /log/a &
/app/send.py conf 2>&1 | tee /log/b &
while /bin/true; do
  ps acux | grep collect | grep -q -v grep
  A=$?
  if [ $A -ne 0 ]; then
    echo died
    /app/collect.py conf 2>&1 | tee /log/a &
  fi
  sleep 60
done
EOS
  migrate
  services collect send
  untold TODO
  told 'lines 4-12: dropped: a loop that watched processes: supervision replaces it'
}

@test "a look whether a start still runs is no task, also where its status is kept" {
  wrapper <<<$'#!/bin/bash\n./z1 &\nps aux | grep z1 | grep -q -v grep\nS=$?\necho $S\nif [ $S -ne 0 ]; then exit $S; fi\n./z2 &\npgrep z2\n[ $? -eq 0 ] || exit 1\nwait -n'
  migrate
  services z1 z2
  lacks z2/dependencies.d
}

@test "a client that a loop asks by is not the daemon of its name" {
  wrapper <<<$'#!/bin/bash\nmysqld &\napp & APP=$!\nwhile true; do\n  n=$(mysql -N -e "select 1")\n  kill -0 $APP || exit 1\n  sleep 5\ndone'
  migrate
  has app/flag-main
  lacks mysqld/flag-main
}

@test "a loop that asks for the status of what its start command has started watches that" {
  local loop
  for loop in 'while /opt/solr/bin/solr status >/dev/null; do sleep 30; done; exit 1' 'while true; do sleep 9; /opt/solr/bin/solr status || exit 1; done' 'until ! /opt/solr/bin/solr status; do sleep 5; done'; do
    wrapper <<<$'/opt/solr/bin/solr start\n'"$loop"
    migrate
    services solr
    has solr/flag-main
    untold TODO
  done
  wrapper <<<$'app.sh start\nwhile app.sh status; do sleep 60; done'
  migrate
  services app
  has app/flag-main
  told 'TODO: by its word start, and as the script has it stop, or asks for its status, it puts itself into the background'
  untold 'nothing does now'
  for loop in 'until app.sh status; do sleep 1; done' 'while true; do app.sh status && break; sleep 1; done'; do
    wrapper <<<$'app.sh start\n'"$loop"$'\nexec nginx -g "daemon off;"'
    migrate
    has nginx/flag-main
    lacks app/flag-main
  done
}

@test "a loop asks for the status of services also by a function" {
  local check
  for check in $'check() { for s in "$@"; do service $s status || exit 1; done; }\nwhile true; do\n  check nginx cron\n  sleep 30\ndone' \
    $'check() { service "$1" status >/dev/null 2>&1 || exit 1; }\nwhile true; do\n  check nginx\n  check cron\n  sleep 30\ndone'; do
    wrapper <<<$'service nginx start\nservice cron start\n'"$check"
    migrate
    services nginx cron
    has {nginx,cron}/flag-main
  done
}

@test "a program in the code of su is known by its name where a loop looks for it" {
  wrapper <<<$'su - app -c "vncserver :1 -depth 24"\nlaunch.sh --listen 6080 &\nwhile pgrep Xvnc >/dev/null; do sleep 5; done'
  migrate
  has vncserver/flag-main
  lacks launch/flag-main
  untold 'nothing that the script starts is called'
}

@test "a for over names, which asks for each once, is no loop that watches: what is behind it is started" {
  local asks
  for asks in 'if ! pgrep "$p" >/dev/null; then echo "$p is not there"; exit 1; fi' 'wait_for "$p"; if [ $? -ne 0 ]; then exit 1; fi' \
    'if ! wait_for "$p"; then exit 1; fi' 'until pgrep "$p" >/dev/null; do sleep 1; done' 'pgrep "$p" || exit 1'; do
    wrapper <<<$'#!/bin/bash\nwait_for() {\n  n=0\n  while ! pgrep "$1" >/dev/null; do\n    sleep 1\n    n=$((n+1))\n    [ $n -ge 30 ] && return 1\n  done\n  return 0\n}
all=(nginx cron)\nnginx -g "daemon off;" &\ncron -f &\nsleep 2\nfor p in "${all[@]}"; do\n  '"$asks"$'\ndone\nnode /app/server.js'
    migrate
    has server/run server/flag-main || { echo "# $asks"; return 1; }
    lacks nginx/flag-main cron/flag-main nginx/finish cron/finish
    [ -n "$(ls "$tree/server/dependencies.d")" ] || { echo "# $asks"; return 1; }
  done
  # One that waits until they end is.
  wrapper <<<$'#!/bin/bash\nnginx -g "daemon off;" &\ncron -f &\nfor i in 1 2 3; do pgrep nginx || exit 1; sleep 60; done'
  migrate
  has nginx/flag-main
}

@test "what is ahead of a watching loop that works keeps its words: the loop's are those of a text of its own" {
  local loop
  for loop in $'while kill -0 $D; do\n  ./backup.sh\n  sleep 60\ndone' $'while true; do\n  kill -0 $D || exit 1\n  ./backup.sh\n  sleep 60\ndone' \
    $'while kill -0 $D; do\n  ./app-server --port 80\n  sleep 1\ndone' $'while :; do\n  if ! pgrep app >/dev/null; then app & fi\n  sleep 5\ndone'; do
    wrapper <<<$'db-server &\nD=$!\nweb-server &\nmkdir -p /srv/seeds\n./seed.sh --all\n./register.sh --as web\n'"$loop"
    migrate
    file seed/run <<'END' || { echo "# $loop"; return 1; }
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
mkdir -p /srv/seeds
./seed.sh --all
exec ./register.sh --as web
END
  done
}

@test "a pid that a watching loop writes to the same file again is no work" {
  wrapper <<'EOS'
#!/bin/bash
for s in a b; do /opt/job-$s & echo $! > /run/$s.pid; done
while true; do
  for s in a b; do
    if ! kill -0 "$(cat /run/$s.pid)"; then /opt/job-$s & echo $! > /run/$s.pid; fi
  done
  sleep 10
done
EOS
  migrate
  services job-a job-b
  untold 'it also worked'
  untold 'the loop also did this'
  told 'does somebody read it from /run/$s.pid?'
}
