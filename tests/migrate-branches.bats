# if, case and && around a start.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a service in an if has its condition" {
  wrapper <<'EOS'
if [ "$WORKER" = yes ]; then
  mkdir -p /queue
  export ROLE=worker
  worker &
elif [ "$WORKER" = many ]; then
  workers &
else
  none &
fi
web &
wait
EOS
  migrate
  file worker/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
# Not started unless the script would have.
if ! { [ "$WORKER" = yes ]; }; then exec reeve stop worker; fi
export ROLE=worker
mkdir -p /queue
exec worker
EOS
  grep -q '! { \[ "$WORKER" = yes \]; } && \[ "$WORKER" = many \]' "$tree/workers/run"
  grep -q '! { \[ "$WORKER" = yes \]; } && ! { \[ "$WORKER" = many \]; }' "$tree/none/run"
  grep -A 2 'if \[ "$WORKER" = yes \]; then' "$tree/web/run" | grep -q ROLE=worker
  told 'only when [ "$WORKER" = yes ]'
}

@test "a service in a case has its pattern, and not the earlier ones" {
  wrapper <<'EOS'
case "$ROLE" in
  web|www) exec web ;;
  worker) exec worker ;;
  *) echo "unknown: $ROLE" >&2; exit 1 ;;
esac
EOS
  migrate
  services web worker
  has web/flag-main worker/flag-main
  grep -q 'case "$ROLE" in web|www) true ;; \*) false ;; esac' "$tree/web/run"
  grep -q 'case "$ROLE" in web|www) false ;; worker) true ;; \*) false ;; esac' "$tree/worker/run"
  grep -q 'exit 1' "$init/10-start"
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
  grep -qF '[ -n "$CRON" ]' "$tree/atd/run"
  told 'service redis-server, a daemon (in the foreground: it would have left by itself), behind &&: it depends on mysqld'
  told 'only when [ -n "$CRON" ] (in the foreground: it would have left by itself), behind &&: it depends on cron'
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
  grep -qx launch "$init/10-start"
  grep -q '^# TODO reeve-migrate: line 2: the container was kept alive for something' "$init/10-start"
  wrapper <<<'$CATALINA_HOME/bin/startup.sh && tail -f $CATALINA_HOME/logs/catalina.out'
  migrate
  has startup/flag-forks
  told 'run catalina.sh run'
}
