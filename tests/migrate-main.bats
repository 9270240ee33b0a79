# Which service is main, with whose end the container ends.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "after wait -n each is main" {
  wrapper <<'EOS'
#!/bin/bash
web --port 80 &
worker &
wait -n
exit $?
EOS
  migrate
  services web worker
  has web/flag-main worker/flag-main
  lacks cont-init.d
  file web/run <<'EOS'
#!/bin/bash
cd "${REEVE_WORKDIR:-/}" || exit 111
exec web --port 80
EOS
  told 'line 4: dropped: waited for the first to end: main are web, worker'
  told 'line 5: dropped: the container'
}

@test "what a script ends with, and nothing tells to go on, is main with a TODO" {
  local last
  for last in nightly-job './app migrate' /opt/thing/bin/do.sh import-data; do
    wrapper <<<$'nginx &\n'"$last"
    migrate
    told 'TODO: the script ended with this, which may serve, or end: when it ends, the container does, as before'
    [ "$(find "$tree" -name flag-main | wc -l)" -eq 1 ]
  done
  for last in 'python3 app.py' 'node server.js' my-worker 'thing serve' 'apiserver' 'haproxy -f x' sshd 'exec run-job'; do
    wrapper <<<$'nginx &\n'"$last"
    migrate
    untold 'the script ended with this'
  done
}

@test "the one that it waits for by its pid is main" {
  wrapper <<'EOS'
web &
WEB=$!
worker & WORKER_PID=$!
wait "$WEB"
EOS
  migrate
  has web/flag-main
  lacks worker/flag-main
  told 'line 2: dropped: the pid of web'
}

@test "a single one that a bare wait waits for is main, of several none is" {
  wrapper <<<'web & wait'
  migrate
  has web/flag-main
  wrapper <<<'web & worker & wait'
  migrate
  lacks web/flag-main worker/flag-main
  told 'flag-main for the one with which the container should end'
}

@test "the last command is main, with exec or without" {
  wrapper <<'EOS'
worker &
exec web
EOS
  migrate
  has web/flag-main
  lacks worker/flag-main
  wrapper <<'EOS'
worker &
web
echo ended
EOS
  migrate
  has web/flag-main
  told 'line 3: dropped: a message about the end'
}

@test "where the script kept the container alive behind the end of its services, none is main" {
  local wait
  for wait in 'wait -n' 'wait -n || true' 'wait $A' 'while kill -0 $A; do sleep 5; done' 'wait $A || echo gone'; do
    wrapper <<<$'#!/bin/bash\ndb &\nA=$!\nweb &\n'"$wait"$'\ntail -f /dev/null'
    migrate
    lacks db/flag-main web/flag-main
    told 'line 5: dropped: waited for the end of db'
    told ', and kept the container alive then: none is main, each is restarted'
  done
  wrapper <<'EOS'
#!/bin/bash
db &
web &
if [ -z "$COMMANDS" ]; then
  wait -n || true
  echo "one of them has ended"
  exec sleep infinity
fi
wait -n
EOS
  migrate
  told 'line 5: dropped: waited for the end of db, web, and kept'
}

@test "where a failure ended the script ahead of that, they are main, and the other end is named" {
  wrapper <<<$'#!/bin/bash\nset -e\ndb &\nA=$!\nwait $A\nsleep infinity'
  migrate
  has db/flag-main
  told 'line 5: dropped: waited for db: main; the script kept the container alive when that had ended without a failure: now also such an end'
  wrapper <<<$'#!/bin/bash\ndb &\nA=$!\nwait $A\n[ $? -eq 0 ] || exit 1\nsleep infinity'
  migrate
  has db/flag-main
  told 'line 4: dropped: waited for db: main; TODO: where the script did not exit behind this, it kept the container alive'
}

@test "a server in the foreground is main where its failure ended the script, whatever kept the container alive behind it" {
  local one nginx="nginx -g 'daemon off;'"
  for one in $'set -e\n'"$nginx" "$nginx || exit 3" $'set -e\nservice cron start || true\n'"$nginx"; do
    wrapper <<<$'#!/bin/sh\n'"$one"$'\nsleep infinity'
    migrate
    has nginx/flag-main
    told 'main; the script kept the container alive when that had ended without a failure: now also such an end'
  done
  for one in "$nginx" $'set -e\n'"$nginx || true" $'service cron start || exit 1\n'"$nginx"; do
    wrapper <<<$'#!/bin/sh\n'"$one"$'\nsleep infinity'
    migrate
    lacks nginx/flag-main
  done
}

@test "a loop at the end that waits for what the script has just ended makes nothing main" {
  wrapper <<'EOS'
#!/bin/bash
krb5kdc -P /run/kdc.pid
tail -f /var/log/kdc.log &
log=$!
trap 'kill $log' TERM INT
wait $log
kill "$(cat /run/kdc.pid)"
while true; do
  ps -xq "$(cat /run/kdc.pid)" | grep -q krb5kdc
  gone=$?
  if [ $gone -ne 0 ]; then exit 0; fi
  sleep 1
done
EOS
  migrate
  lacks krb5kdc/flag-main
  told 'lines 8-13: dropped: waited at the end until these had ended: the scanner waits for all'
  wrapper <<<$'#!/bin/bash\nkrb5kdc\ntail -f /dev/null &\nwait $!\npkill krb5kdc\nwhile pgrep krb5kdc; do sleep 1; done'
  migrate
  lacks krb5kdc/flag-main
}

@test "a program that a last question runs is what the script ended with" {
  local one
  for one in 'if ! web; then curl http://x/failed; fi' 'if web; then echo ended; else curl http://x/failed; fi'; do
    wrapper <<<$'#!/bin/sh\nworker &\n'"$one"
    migrate
    services worker web
    becomes web 'exec web'
    has web/flag-main
    told 'the script did this when web had failed, and nothing does now: curl http://x/failed'
  done
  wrapper <<<$'#!/bin/sh\nworker &\nif ! web; then echo failed; exit 1; fi'
  migrate
  has web/flag-main
  lacks cont-init.d/10-start
  for one in migrate 'mkdir /x' './check.sh'; do
    wrapper <<<$'#!/bin/sh\nworker &\nif ! '"$one"$'; then echo failed; exit 1; fi\nwait'
    migrate
    [ "$(cd "$tree" && find . -name flag-main)" = ./worker/flag-main ]
  done
}

@test "a framework's server in the foreground is a service, whatever is behind it" {
  local one
  for one in 'python manage.py runserver 0:80' 'php artisan serve' 'python3 -m http.server' 'flask run' 'bundle exec rails s' \
    'fastapi run main.py' 'celery -A app worker' 'php artisan queue:work' 'npx serve -s build' 'poetry run uvicorn app:app' 'php bin/console messenger:consume async' 'npm start' 'yarn run dev'; do
    wrapper <<<$'#!/bin/sh\nworker &\n'"$one"$'\nexec "$@"'
    migrate
    [ "$(find "$tree" -name flag-oneshot)" = "" ] && [ "$(find "$tree" -name flag-main | wc -l)" -eq 1 ] || { echo "# $one"; return 1; }
    told 'ran only when what line 3 waits for had ended, which is main: it never did'
  done
  for one in 'pip install gunicorn' 'npm install serve' 'uvicorn --version' 'flask db upgrade' 'npm run build' 'celery -A app inspect ping'; do
    wrapper <<<$'#!/bin/sh\nworker &\n'"$one"$'\nexec web'
    migrate
    [ "$(find "$tree" -name flag-main)" = "$tree/web/flag-main" ] || { echo "# $one"; return 1; }
  done
}

@test "eval of a variable in a last branch is a service, and no reason to refuse" {
  wrapper <<<$'#!/bin/sh\nif [ -n "$A" ]; then eval "$START_A"; else eval "$START_B"; fi'
  migrate
  has a/flag-main b/flag-main
  told 'TODO: eval reads its words a second time'
}

@test "wait with nothing in the background is no end: the server ahead of it is main" {
  local server
  for server in 'node app.js; wait' 'if [ "$A" = 1 ]; then java -jar app.jar; wait; else node app.js; wait; fi' 'if worker; then exit 0; else node app.js; wait; fi'; do
    wrapper <<<"$server"
    migrate
    has app/flag-main
    untold 'no long-running process'
  done
  wrapper <<<$'side &\nif [ "$A" = 1 ]; then node app.js; wait; fi'
  migrate
  lacks app/flag-main
}

@test "wait behind a daemon comes back at once, and it is said" {
  local wait
  for wait in wait 'if [ "$DEBUG" = 1 ]; then sleep infinity; else wait; fi'; do
    wrapper <<<$'service nginx start\n'"$wait"
    migrate
    told 'line 2: mistake: wait waits only for what this shell has in the background'
  done
  wrapper <<<$'nginx\nmigrate &\nwait'
  migrate
  untold 'mistake: wait waits only'
}

@test "what a script ends with is main, also between && and ||" {
  local end
  while IFS= read -r end; do
    wrapper <<<$'#!/bin/sh\n'"$end"
    migrate
    services server || { echo "# $end"; return 1; }
    has server/flag-main
    grep -q -x './check.sh || exit' "$init/10-start"
  done <<'EOS'
./check.sh && server || exit 4
./check.sh && server --port 80 || { echo failed; exit 4; }
./check.sh && prepare && server || restore
EOS
  told 'the script did this when server had failed, and nothing does now: restore'
}

@test "env ahead of what a script ends with, or ahead of its server, is no end; env alone prints" {
  local end
  for end in 'env PORT=9000 /app/web' 'env -u DEBUG PORT=9000 /app/web' 'env -i PATH="$PATH" /app/web' 'su-exec app env PORT=9000 /app/web' 'cd /srv && env PORT=80 ./web'; do
    for ahead in '/app/worker &' /app/migrate; do
      wrapper <<<"$ahead"$'\n'"$end"
      migrate
      has web/flag-main
      lacks web/flag-oneshot
      untold 'the script ends here'
    done
  done
  wrapper <<<$'/app/worker &\nenv PGUSER=a psql -f /x.sql\nenv >/etc/environment\nexec web'
  migrate
  has psql/flag-oneshot web/flag-main
  untold TODO
}

@test "what ended the others behind the last server, and waited for that, leaves that server main" {
  local end
  for end in 'kill $W; wait $W' 'rc=$?; kill -TERM "$W" 2>/dev/null || true; wait "$W" || true; exit $rc' 'for p in $W; do kill $p; done; wait' \
    'if kill -0 $W; then kill $W; wait $W; fi' 'cleanup' 'kill $(jobs -p); wait; rm -f /run/x'; do
    printf '#!/bin/bash\ncleanup() { kill $W; wait $W; }\nworker a &\nW=$!\nweb all\n%s\n' "$end" | wrapper
    migrate
    echo "# $end"
    services web worker
    has web/flag-main
    lacks worker/flag-main web/flag-oneshot
  done
}

@test "what is only waited for behind the last server is main" {
  printf '#!/bin/bash\nworker a &\nW=$!\nprepare all\nwait $W\nkill $W\n' | wrapper
  migrate
  has worker/flag-main prepare/flag-oneshot
  printf '#!/bin/bash\nworker a &\nW=$!\nprepare all\nkill $W\nwait $W\n./web\n' | wrapper
  migrate
  services web
}

@test "what a branch waits for is no end ahead of the waiting of another branch" {
  wrapper <<<$'a & A=$!\nb & B=$!\nc & C=$!\nif [ "$M" = x ]; then\n  wait $A\nelse\n  wait $B\n  wait $C\nfi'
  migrate
  told 'line 8: dropped: the scanner waits for all; TODO: when b had ended, the script waited on, for c'
  told 'the script waited for the end of a only if [ "$M" = x ]; otherwise it ended with b'
  wrapper <<<$'a & A=$!\nb & B=$!\nc & C=$!\nif [ "$M" = x ]; then wait $A; else wait $B; fi\nwait $C'
  migrate
  told 'when one of a, b had ended, the script waited on, for c'
  wrapper <<<$'a & A=$!\nb &\ncase "$M" in\n  x) wait $A ;;\n  *) wait -n; sleep infinity ;;\nesac'
  migrate
  has a/flag-main b/flag-main # in the first branch its end is the container's
  told 'TODO: the script kept the container alive where it came behind this'
}

@test "wait behind wait -n is a question wherever it stands" {
  local more
  for more in 'if [ "$M" = x ]; then wait -n; wait; else wait -n; fi' 'case "$M" in x) wait -n; echo one; wait ;; esac' 'wait -n; wait -n'; do
    wrapper <<<$'#!/bin/bash\na &\nb &\n'"$more"
    migrate
    told 'TODO: when one of a, b had ended, the script waited on, for the others' || { echo "# $more"; return 1; }
  done
}

@test "fg 1 brings the first job to the front, as fg %1 does" {
  local job
  for job in 1 %1 '"1"'; do
    wrapper <<<$'set -m\nweb &\nworker &\nload-all\nfg '"$job"
    migrate
    has web/flag-main
    lacks worker/flag-main
  done
}

@test "a server whose configuration is not here stays, where nothing ran behind it" {
  for server in 'puma -C config/puma.rb' 'gunicorn -c gunicorn.conf.py app:app'; do
    wrapper <<<$'#!/bin/sh\n'"$server"$'\nexec "$@"'
    printf 'FROM ruby:3.3\nCOPY start.sh /start.sh\nENTRYPOINT ["sh", "/start.sh"]\n' >Dockerfile
    migrate --dockerfile Dockerfile
    has "${server%% *}/flag-main"
    lacks "${server%% *}/flag-forks"
    untold 'its configuration says so'
  done
}

@test "a file that is read at the end may be the server" {
  wrapper <<<$'#!/bin/sh\n./unseal &\n. /usr/local/bin/vault-entrypoint.sh server'
  migrate
  services unseal vault-entrypoint
  has vault-entrypoint/flag-main
  grep -q '^# TODO reeve-migrate: line 3: the script ended with this file' "$tree"/vault-entrypoint/run
  wrapper <<<$'#!/bin/sh\n./unseal &\n. /app/.env'
  migrate
  services unseal
}

@test "what a script ends with, and is known to end, is a task; nothing is main then, and a mistake says it" {
  local last
  for last in './manage.py migrate' 'bundle exec rake db:migrate' 'npm run build' 'npx prisma migrate deploy' 'php artisan config:cache' 'flask db upgrade' 'ollama pull llama3'; do
    wrapper <<<$'nginx &\n'"$last"
    migrate
    [ "$(find "$tree" -name flag-main | wc -l)" -eq 0 ]
    [ "$(find "$tree" -name flag-oneshot | wc -l)" -eq 1 ]
    told 'mistake: the script ends here and waits for none of these: nginx'
    wrapper <<<"$last"
    run --separate-stderr reeve-migrate start.sh
    [ "$status" -eq 1 ]
    [[ $stderr == *'no long-running process'* ]]
  done
}

@test "a bare wait waits for all instances of a count, so that none is main" {
  wrapper <<<$'#!/bin/bash\nfor i in $(seq 1 $N); do\n  python worker.py &\ndone\nwait'
  migrate
  has worker@/count
  lacks worker@/flag-main
  told 'waited until all had ended: none is main'
}

@test "wait -n does not wait for what has put itself into the background" {
  local starter
  for starter in 'redis-server --daemonize yes' /usr/sbin/sshd 'memcached -d' crond 'service redis-server start'; do
    wrapper <<<$'#!/bin/bash\n'"$starter &"$'\n/app/web\nwait -n\nexit $?'
    migrate
    [ "$(find "$tree" -name flag-main)" = "$tree/web/flag-main" ] || { echo "# $starter"; return 1; }
    wrapper <<<$'#!/bin/bash\n'"$starter &"$'\n/app/web &\nwait -n'
    migrate
    [ "$(find "$tree" -name flag-main)" = "$tree/web/flag-main" ] || { echo "# $starter"; return 1; }
    told "the first to end is what starts"
  done
}

@test "what runs ahead of the same program in the background is not what a loop looks for" {
  wrapper <<<$'python3 api.py --mode=init\npython3 api.py --mode=run &\nwhile sleep 60; do\n  ps aux | grep api.py | grep -q -v grep\n  if [ $? -ne 0 ]; then exit 1; fi\ndone'
  migrate
  services api
  has cont-init.d/10-start api/flag-main
  untold 'it stays in the foreground'
}

@test "of branches that start one each, and a bare wait, each is main" {
  local start
  for start in 'if [ "$ROLE" = web ]; then web & else worker & fi' $'case "$ROLE" in\n  web) web & ;;\n  *) worker & ;;\nesac'; do
    wrapper <<<"$start"$'\nwait'
    migrate
    has web/flag-main worker/flag-main
    told 'waited for web, worker, of which one runs: main'
    wrapper <<<$'redis-server &\n'"$start"$'\nwait'
    migrate
    lacks web/flag-main worker/flag-main redis-server/flag-main
  done
}

@test "what both branches wait for is main in any case" {
  wrapper <<<$'#!/bin/bash\na & A=$!\nif [ -n "$X" ]; then b & B=$!; fi\nif [ -n "$B" ]; then wait -n $A $B; else wait $A; fi'
  migrate
  has a/flag-main b/flag-main
  untold TODO
  wrapper <<<$'#!/bin/bash\na & A=$!\nb & B=$!\nif [ -n "$X" ]; then wait -n $A $B; else wait $A; fi'
  migrate
  told 'TODO: the script waited for the end of b only if [ -n "$X" ]; otherwise it ended with a'
}

@test "the options of wait may be written together, in any order" {
  local wait
  for wait in -nf -fn '-np who' '-p who -n' '-f -n "$A" "$B"'; do
    wrapper <<<$'#!/bin/bash\nfirst &\nA=$!\nsecond &\nB=$!\nwait '"$wait"$'\nexit $?'
    migrate
    has first/flag-main second/flag-main || { echo "# $wait"; return 1; }
  done
  for wait in '-f "$A"' '-- "$A"' '-p who "$A"'; do
    wrapper <<<$'#!/bin/bash\nfirst &\nA=$!\nsecond &\nB=$!\nwait '"$wait"$'\nexit $?'
    migrate
    has first/flag-main && lacks second/flag-main || { echo "# $wait"; return 1; }
  done
}
