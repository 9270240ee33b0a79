# if, case and && around a start.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "messages of a branch that starts nothing are no task" {
  wrapper <<'EOS'
#!/bin/bash
if [ -x /app/feed ]; then
  /app/feed &
else
  # it is optional
  echo "no feed"
  printf '%s\n' "go on" >&2
fi
case "$MODE" in
  full) mail & ;;
  *) echo "no mail" ;;
esac
if [ -e /etc/none ]; then
  echo none >/run/state
fi
if [ -e /etc/early ]; then early & else echo "$(migrate)"; fi
exec web
EOS
  migrate
  services feed mail early echo write-state web
  grep -qr 'echo none >/run/state' "$dir/rootfs"
  grep -qr 'echo "$(migrate)"' "$dir/rootfs"
  told 'lines 6-7: dropped: a message of a branch that starts nothing'
}

@test "cd lasts, also behind && and in front of it" {
  wrapper <<<$'db &\ncd /app && ./load\nmkdir -p /data && cd /data\n(cd /other && ./build)\nexec ./web'
  migrate
  [ "$(grep '^cd' "$tree/load/run" | tail -n 1)" = 'cd /app || exit' ]
  [ "$(grep 'cd ' "$tree/web/run" | tail -n 1)" = 'mkdir -p /data && cd /data' ]
  wrapper <<<$'if [ -d /app ]; then cd /app; ./prepare; fi\nweb &\nwait'
  migrate
  told 'TODO: it also changes directory, umask or limits'
}

@test "the arguments that the script makes of CMD decide as CMD's own do" {
  printf 'FROM debian\nENTRYPOINT ["/start.sh"]\nCMD ["--port", "80"]\n' >"$dir/Dockerfile"
  wrapper <<'EOS'
if [ "${1#-}" != "$1" ] || [ $# -eq 0 ]; then
  set -- server "$@"
fi
if [ "$1" = server ] && [ "${2:0:2}" = -- ]; then
  chown app /data
  exporter &
fi
exec "$@"
EOS
  migrate --dockerfile Dockerfile
  services exporter server
  becomes server 'exec server --port 80'
  grep -qx 'chown app /data' "$init/10-start"
  lacks exporter/enable-if
}

@test "what asks for the arguments without naming them has them, too" {
  printf '%s\n' 'FROM debian' 'ENTRYPOINT ["/start.sh"]' 'CMD ["--worker", "--mode=fast"]' >Dockerfile
  wrapper <<'EOS'
#!/bin/bash
MODE=$1
for word
do
  case $word in
    --worker) WORKER=1 ;;
    --mode=*) MODE=${word#*=} ;;
  esac
done
case $MODE in
  --worker) exec simple ;;
esac
[ -n "$WORKER" ] && worker &
exec web --mode "$MODE"
EOS
  migrate --dockerfile Dockerfile
  services simple worker web
  for one in simple worker web; do grep -qx 'set -- --worker --mode=fast # CMD' "$tree/$one/run"; done
  told 'in place of `set -- --worker --mode=fast`, and start with'
  wrapper <<<$'n=1\nshift $n\nexec web "$@"'
  migrate --dockerfile Dockerfile
  file web/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
set -- --worker --mode=fast # CMD
n=1
shift $n
exec web "$@"
EOS
}

@test "what a loop or a call sets comes ahead of what uses it, for its own services" {
  wrapper <<'EOS'
#!/bin/bash
set -u
serve() { local port=$1; shift; app "$@" --port $port & }
for n in 1 2; do
  dir=/data/$n
  node --dir $dir | tee /log-$n &
done
serve 80 --x
after $dir &
wait
EOS
  migrate
  services dir-1 dir-2 app after
  file dir-2/run <<'EOS'
#!/bin/bash
cd "${REEVE_WORKDIR:-/}" || exit 111
set -u
n=2
dir=/data/$n
exec node --dir $dir
EOS
  file dir-2/log/run <<'EOS'
#!/bin/bash
cd "${REEVE_WORKDIR:-/}" || exit 111
set -u
n=2
exec tee /log-$n
EOS
  file app/run <<'EOS'
#!/bin/bash
cd "${REEVE_WORKDIR:-/}" || exit 111
set -u
set -- 80 --x
port=$1
shift
exec app "$@" --port $port
EOS
  file after/run <<'EOS'
#!/bin/bash
cd "${REEVE_WORKDIR:-/}" || exit 111
set -u
n=2
dir=/data/$n
exec after $dir
EOS
  lacks cont-init.d/10-start
}

@test "a service behind && has what is before it" {
  wrapper <<'EOS'
[ -n "$A" ] && [ -d /x ] && one &
[ -n "$B" ] || two &
command -v three >/dev/null && { three & }
exec web
EOS
  migrate
  grep -q 'exec reeve stop one' "$tree/one/run"
  grep -q '\[ -n "$A" \] && \[ -d /x \]' "$tree/one/run"
  grep -q 'command -v three' "$tree/three/run"
  lacks web/dependencies.d
}

@test "a task in an if runs only then" {
  wrapper <<'EOS'
db &
if [ -n "$MIGRATE" ]; then
  migrate
fi
exec web
EOS
  migrate
  has migrate/flag-oneshot web/dependencies.d/migrate
  [ "$(grep -c MIGRATE "$tree/migrate/run")" -eq 1 ]
}

@test "the script that starts itself again as another user" {
  wrapper <<'EOS'
#!/bin/sh
if [ "$(id -u)" = 0 ]; then
  chown -R app /data
  exec gosu app "$0" "$@"
fi
worker &
exec web
EOS
  migrate
  [ "$(tail -n 1 "$tree/web/run")" = 'exec reeve-exec --user app -- web' ]
  [ "$(tail -n 1 "$tree/worker/run")" = 'exec reeve-exec --user app -- worker' ]
  grep -q 'chown -R app /data' "$init/10-start"
}

@test "a start behind the && of another start depends on it, and has its condition" {
  wrapper <<'EOS'
service mysql start && service redis-server start && php artisan migrate
[ -n "$CRON" ] && service cron start && service atd start
nginx && worker &
exec web
EOS
  migrate
  has redis-server/dependencies.d/mysqld migrate/dependencies.d/mysqld migrate/dependencies.d/redis-server
  has atd/dependencies.d/cron worker/dependencies.d/nginx
  lacks cron/dependencies.d/mysqld web/dependencies.d/cron web/dependencies.d/nginx
  file atd/enable-if <<<CRON
  told 'service redis-server, a daemon (in the foreground: it would have left by itself), behind &&: it depends on mysqld'
  told 'only when [ -n "$CRON" ] (in the foreground: it would have left by itself), behind &&: it depends on cron (enable-if)'
}

@test "each branch begins as what is around them: one that waited ends only itself" {
  wrapper <<'EOS'
if [ "$ROLE" = app ]; then
  php-fpm -D
  exec nginx -g 'daemon off;'
elif [ "$ROLE" = queue ]; then
  artisan queue
elif [ "$ROLE" = horizon ]; then
  artisan horizon
else
  echo "no such role: $ROLE"
  exit 1
fi
EOS
  migrate
  services php-fpm nginx queue horizon
  has queue/flag-main horizon/flag-main
  lacks nginx/finish
  grep -q 'no such role' "$init/10-start"
}

@test "a command ahead of && and what keeps the container alive is not lost" {
  wrapper <<<$'prepare\nlaunch && tail -f /var/log/x.log'
  migrate
  grep -qx 'launch || exit' "$init/10-start"
  grep -q '^# TODO reeve-migrate: line 2: the container was kept alive for something' "$init/10-start"
  wrapper <<<'$CATALINA_HOME/bin/startup.sh && tail -f $CATALINA_HOME/logs/catalina.out'
  migrate
  has startup/flag-forks
  told 'run catalina.sh run'
}

@test "what comes behind a branch that became a program only starts where that was not taken" {
  wrapper <<'EOS'
if [ "$MODE" = worker ]; then
  cache &
  exec worker
fi
migrate
[ -f /debug ] && exec debugger
db &
exec web
EOS
  migrate
  file worker/enable-if <<<MODE=worker
  file cache/enable-if <<<MODE=worker
  file migrate/enable-if <<<'!MODE=worker'
  lacks migrate/dependencies.d
  for name in db web; do
    grep -qF '! { [ "$MODE" = worker ]; }' "$tree/$name/run"
    grep -qF '! { [ -f /debug ]; }' "$tree/$name/run"
    lacks "$name/dependencies.d/cache"
  done
  # A main service that is not wanted stays until the command to stop it has arrived.
  grep -qF 'reeve stop -n web; exec sleep 3600' "$tree/web/run"
  wrapper <<<$'case "$MODE" in\n  a) exec a ;;\n  b) exec b ;;\nesac\nexec c'
  migrate
  file c/enable-if <<<$'!MODE=a\n!MODE=b'
  wrapper <<<$'if [ "$A" ]; then exec a; else exec b; fi\nexec c'
  migrate
  services a b
  told 'never runs'
}

@test "exit 0 in the setup is marked; A && server at the end ends with A" {
  wrapper <<<$'if [ "$1" = migrate ]; then migrate; exit 0; fi\nexec web'
  migrate
  told 'TODO: exit 0 ended the container here'
  wrapper <<<$'if [ -z "$X" ]; then exit 3; fi\nexec web'
  migrate
  untold TODO
  wrapper <<<$'db &\nnginx -t && nginx'
  migrate
  grep -qx 'nginx -t || exit' "$tree/nginx/run"
  has nginx/flag-main
  [ "$(find "$tree" -name 'nginx*' -type d | wc -l)" -eq 1 ]
}

@test "the condition of a branch comes behind what it asks for, and ahead of what is in the branch" {
  wrapper <<'EOS'
#!/bin/bash
# about paths
APP=/app
if [ -x "$APP/one" ]; then
  touch /tmp/one
  ARGS=-x
  "$APP/one" $ARGS &
fi
other &
mkdir -p /tmp/x
NAME=web
if [ "$NAME" = web ]; then
  touch /tmp/two
  MODE=fast
  web --mode $MODE &
fi
wait -n
EOS
  migrate
  file one/run <<'EOS'
#!/bin/bash
cd "${REEVE_WORKDIR:-/}" || exit 111
# about paths
APP=/app
# Not started unless the script would have.
if ! { [ -x "$APP/one" ]; }; then reeve stop -n one; exec sleep 3600; fi
touch /tmp/one
ARGS=-x
exec "$APP/one" $ARGS
EOS
  file web/run <<'EOS'
#!/bin/bash
cd "${REEVE_WORKDIR:-/}" || exit 111
mkdir -p /tmp/x
NAME=web
# Not started unless the script would have.
if ! { [ "$NAME" = web ]; }; then reeve stop -n web; exec sleep 3600; fi
touch /tmp/two
MODE=fast
exec web --mode $MODE
EOS
}

@test "what came also when the program ahead of || had failed is told" {
  wrapper <<<$'prepare\n[ -x /custom ] && /custom --all || exec default --plain'
  migrate
  has custom/flag-main default/flag-main
  told 'the script started it also when custom had failed: now the container ends with the exit code of custom'
  wrapper <<<$'[ -n "$URL" ] && exec remote --url "$URL" || local --file /data'
  migrate
  untold 'also when'
}

@test "a sleep behind branches gives time to what each of them has started" {
  wrapper <<<$'#!/bin/sh\nif [ -e /tls ]; then\n  tls-proxy &\nelse\n  proxy &\nfi\nsleep 1\nexec web'
  migrate
  services tls-proxy proxy web
  has web/dependencies.d/proxy web/dependencies.d/tls-proxy
  told 'a bare sleep, to give tls-proxy, proxy time: what comes later depends on tls-proxy, proxy instead'
}

@test "CMD may name a function of the script" {
  printf '%s\n' 'FROM debian' 'ENTRYPOINT ["/start.sh"]' 'CMD ["serve", "--all", "a b"]' >Dockerfile
  for last in '"$@"' 'if declare -f "$1" >/dev/null; then "$@"; else exec "$@"; fi' 'case $(type -t "$1") in function) "$@" ;; *) exec "$@" ;; esac' \
    'ROLE=$1; shift; $ROLE "$@"'; do
    wrapper <<<$'#!/bin/bash\nserve() { jobs-runner & exec web "$@"; }\nother() { exec other; }\n'"$last"
    migrate --dockerfile Dockerfile
    services jobs-runner web || { echo "# $last"; return 1; }
    becomes web 'exec web "$@"'
    has web/flag-main
    lacks jobs-runner/flag-main
  done
}

@test "work ahead of && in a branch: what is behind it does not start when that has failed" {
  wrapper <<<$'#!/bin/sh\ncron\nif [ "$M" = 1 ]; then\n  touch /x && ./migrate && exec web\nfi\nexit 64'
  migrate
  file make-x/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
touch /x || exit
exec ./migrate
EOS
  file web/dependencies.d/make-x </dev/null
  told 'task make-x, run once after cron; when it fails, what depends on it is not started'
  sed -i /^cron/d start.sh
  migrate
  grep -qx './migrate || exit' "$init/10-start"
}

@test "a loop over the arguments starts what CMD names; the variable of a loop that is not known is none of the environment" {
  printf '%s\n' 'FROM debian' 'ENTRYPOINT ["/start.sh"]' 'CMD ["web", "mail"]' >Dockerfile
  wrapper <<<$'#!/bin/bash\nfor name in "$@"; do\n  /srv/$name/bin/serve --all &\ndone\nwait -n'
  migrate --dockerfile Dockerfile
  grep -qx 'name=web' "$tree"/*/run
  grep -qx 'name=mail' "$tree"/*/run
  wrapper <<<$'#!/bin/bash\nfor name in $(cat /list); do\n  case $name in\n    all|web) web --serve & ;;&\n    all|mail) mailer --run & ;;\n  esac\ndone\nwait -n'
  migrate --dockerfile Dockerfile
  lacks web/enable-if mailer/enable-if
  for one in web mailer; do grep -q '# TODO reeve-migrate: line .*: a loop over values of name that are not known here' "$tree/$one/run"; done
}

@test "a branch that waits and exits excludes what is started behind it" {
  wrapper <<<$'#!/bin/bash\nif [ -n "$X" ]; then\n  a & A=$!\n  wait $A\n  exit $?\nfi\nb & B=$!\ncp /x /y\nc & C=$!\nwait -n $B $C'
  migrate
  file a/enable-if <<<X
  file b/enable-if <<<'!X'
  file c/enable-if <<<'!X'
  lacks a/finish
}

@test "what a script did ahead of a branch has no condition, where its first branch starts nothing" {
  for did in 'mkdir -p /var/lib/grafana' 'chown -R app /srv/grafana'; do
    wrapper <<<$'web &\n'"$did"$'\nif [ -f /mark ]; then\n  echo running\nelse\n  grafana &\nfi\nexec main-server'
    migrate
    becomes make-grafana "exec $did" || becomes own-grafana "exec $did" || becomes chown-grafana "exec $did"
    [ "$(ls "$tree/grafana/dependencies.d")" != '' ]
  done
}
