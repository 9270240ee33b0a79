# What only decides whether the script stays, and servers whose success does.
# shellcheck disable=SC2154 # dir: of lib.bash
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "work that a script asks about before it stays is a task, and its failure the container's end" {
  local script
  for script in 'if ./seed.sh; then tail -f /dev/null; fi' $'if ./seed.sh; then\n  wait\nfi' 'if ./seed.sh >/dev/null 2>&1; then sleep infinity; fi' \
    'if ./seed.sh; then tail -f /dev/null; else echo failed; fi' 'if ./seed.sh; then wait; else exit 1; fi' 'if ! ./seed.sh; then exit 1; else wait; fi' \
    'if [ ! -f /x ] && ./seed.sh; then wait; fi' '[ ! -f /x ] && ./seed.sh && tail -f /dev/null' 'if ./seed.sh; then touch /x; wait; fi'; do
    wrapper <<<$'web &\n'"$script"
    migrate
    services web seed
    has seed/flag-oneshot seed/dependencies.d/web
    lacks cont-init.d
    run grep -c '\./seed.sh' "$(path_of seed/run)"
    [ "$output" -eq 1 ]
    told 'when it fails, the container ends (finish), as the script did'
  done
}

@test "where the script stayed behind failed work, the work is a task that may fail" {
  local script
  for script in 'if ! ./seed.sh; then sleep infinity; fi' './seed.sh || sleep infinity' '! ./seed.sh && sleep infinity' 'if ./seed.sh; then echo good; else sleep infinity; fi'; do
    wrapper <<<$'web &\n'"$script"$'\nwait'
    migrate
    services web seed
    has web/flag-main seed/flag-oneshot
    told 'when it fails, what comes later is started all the same'
    told 'note: line 2: where this had failed, the script stayed, whatever had ended: ./seed.sh: here the container ends with what is main in any case'
  done
}

@test "work in a function, in a word or ahead of the question is done, too" {
  wrapper <<<$'seed_db() { python3 seed.py; }\nweb &\nif seed_db; then wait; fi'
  migrate
  services web seed_db
  wrapper <<<$'web &\nif [ "$(./seed)" = good ]; then wait; fi'
  migrate
  file check/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
[ "$(./seed)" = good ]
EOS
  wrapper <<<$'web &\nif make seed; [ -s /x ]; then wait; else curl http://x/failed; fi'
  migrate
  [ "$(tail -n 2 "$(path_of seed/run)")" = $'make seed\n[ -s /x ]' ]
  told 'TODO: the script did this when make seed; [ -s /x ] had failed, and nothing does now: curl http://x/failed'
}

@test "what only asks ahead of the staying is no task" {
  local question
  for question in '[ -n "$X" ]' 'pg_isready' 'grep -q x /etc/x' './healthcheck.sh'; do
    wrapper <<<$'web &\nif '"$question"$'; then wait; fi'
    migrate
    services web
  done
}

@test "a server whose failure ended the script is main, though its success kept the container alive" {
  local script
  for script in "nginx -g 'daemon off;' && sleep infinity" 'node server.js && sleep infinity' 'php-fpm -F && while true; do sleep 5; done' \
    'gunicorn app:app && wait' 'if gunicorn app:app; then sleep infinity; fi' $'if ! gunicorn app:app; then exit 1; fi\nsleep infinity' \
    $'if [ -n "$X" ]; then\n  redis-server && tail -f /dev/null\nfi'; do
    wrapper <<<$'worker &\n'"$script"
    migrate
    [ "$(find "$dir/rootfs" -name flag-main | wc -l)" -eq 1 ]
    lacks worker/flag-main
  done
}

@test "a server is not main where the script kept the container alive behind its failure, too" {
  local script
  for script in $'gunicorn app:app && echo good\nsleep infinity' 'if gunicorn app:app; then sleep infinity; else sleep infinity; fi' $'gunicorn app:app && sleep infinity\nsleep infinity'; do
    wrapper <<<"$script"
    migrate
    lacks gunicorn/flag-main
  done
  wrapper <<<$'if [ -n "$X" ]; then\n  nginx -g "daemon off;" && sleep infinity\nelse\n  redis-server\n  sleep infinity\nfi'
  migrate
  has nginx/flag-main
  lacks redis-server/flag-main
}

@test "behind a loop that nothing leaves, nothing runs; a counting loop that ends the script stays whole" {
  wrapper <<<$'#!/bin/bash\n./db &\nwhile true; do\n  ./worker\n  if [ $? = 0 ]; then exit 0; fi\n  sleep 5\ndone\nexec ./server'
  migrate
  services db worker
  told 'never runs, behind line 3'
  wrapper <<<$'#!/bin/bash\nredis-server &\nfor i in 1 2 3; do\n  ./sync && exit 0\n  sleep 5\ndone\nexit 1'
  migrate
  services redis-server sync
  told 'exit 0 ended the container here'
  wrapper <<<$'#!/bin/bash\nwork() { while true; do ./worker && exit 0; sleep 5; done; }\n./db &\nwork\nexec ./server'
  migrate
  told 'exit 0 ended the container here'
}

@test "what may start something is marked in a branch, and behind a shell" {
  wrapper <<<$'#!/bin/bash\nif [ "$ROLE" = master ]; then /spark/sbin/start-master.sh; jupyter notebook & else /spark/sbin/start-worker.sh spark://m:7077; fi\ntail -f /dev/null'
  migrate
  told 'TODO: by its name it starts something'
  told 'TODO: behind it the script only kept the container alive'
  wrapper <<<$'#!/bin/bash\nservice mysql start\nmysql </x.sql\nsh /opt/tomcat/bin/startup.sh\necho ready\ntail -f /opt/tomcat/logs/catalina.out'
  migrate
  told 'TODO: it puts itself into the background: run catalina.sh run'
}

@test "behind a branch with a server in a pipeline, or behind &&, the script came only where it did not take that branch" {
  local code
  for code in 'if [ -n "$X" ]; then redis-server | tee LOG; fi' 'if [ -n "$X" ]; then printf "port 1\n" | redis-server -; fi' '[ -n "$X" ] && redis-server' '[ -z "$X" ] || redis-server | tee LOG'; do
    wrapper <<<$'#!/bin/bash\n'"$code"$'\nnode server.js'
    migrate
    file redis-server/enable-if <<<X && file server/enable-if <<<'!X' && has server/flag-main || { echo "# $code"; return 1; }
  done
  wrapper <<<$'#!/bin/bash\n[ -n "$X" ] && nginx\nexec node server.js' # leaves by itself
  migrate
  lacks server/enable-if
}

@test "where the script stayed behind failed work, and started nothing more, what comes later is not started" {
  wrapper <<<$'postgres -D /data &\nPG=$!\nif ! ./migrate.sh; then\n  echo failed\n  wait $PG\n  exit 3\nfi\nexec node server.js'
  migrate
  services postgres migrate server
  [ ! -s "$tree/server/dependencies.d/migrate" ]
  told 'TODO: where this had failed, the script stayed (echo failed; wait $PG; exit 3), and started nothing of what comes later'
  untold 'as the script went on'
  wrapper <<<$'postgres -D /data &\nPG=$!\nif ! ./migrate.sh; then\n  wait $PG\n  exit 3\nfi\nwait $PG'
  migrate
  told 'the container ends with what is main in any case; the script ended with 3 then'
}

@test "a program that mostly ends, with words that say that it serves or watches, is a service" {
  local command
  for command in 'openssl ocsp -port 2560 -index i -CA c' 'openssl s_server -accept 443' 'redis-cli monitor' 'etcdctl watch /x'; do
    wrapper <<<$'#!/bin/bash\n'"$command"$' &\nweb &\nwait -n'
    migrate
    ! grep -q . <(ls "$tree"/*/flag-oneshot 2>/dev/null) && [ "$(ls "$tree"/*/flag-main | wc -l)" -eq 2 ] || { echo "# $command"; return 1; }
  done
}

@test "daemons of every kind that leave by themselves, and servers that stay, ahead of the last on the same line" {
  local start expected
  while IFS='|' read -r start expected; do
    wrapper <<<"$start; exec web"
    migrate
    grep -qxF "exec $expected" "$tree"/*/run || { echo "# $start"; return 1; }
  done <<'EOS'
rtpproxy -l 10.0.0.1|rtpproxy -l 10.0.0.1 -f
sslh -p 0.0.0.0:443|sslh -p 0.0.0.0:443 -f
auditd|auditd -n
rbldnsd -b 0.0.0.0|rbldnsd -b 0.0.0.0 -n
corosync|corosync -f
condor_master|condor_master -f
charon|charon
pritunl start|pritunl start
EOS
  for start in ngrokd ./broker '(ngrokd)'; do
    wrapper <<<"$start; exec web"
    migrate
    told 'TODO: nothing says that ' || { echo "# $start"; return 1; }
  done
}

@test "what tells something once, in the background, is a task" {
  local start
  for start in 'app-ready-notify &' './announce.sh &' 'consul-cli register &' './app migrate &' 'nohup app register &' 'fooctl load x &'; do
    wrapper <<<"$start"$'\nexec app-server'
    migrate
    [ -n "$(find "$tree" -name flag-oneshot)" ] || { echo "# $start"; return 1; }
    told 'ends: if it goes on running, remove flag-oneshot' || { echo "# $start"; return 1; }
  done
  for start in 'web-cli watch &' 'broker register-proxy-server &' 'kubectl proxy &'; do
    wrapper <<<"$start"$'\nexec app-server'
    migrate
    untold 'run once' || { echo "# $start"; return 1; }
  done
  wrapper <<<$'systemd-notify --ready &\nexec app-server'
  migrate
  has systemd-notify/flag-oneshot
  untold TODO
}

@test "what may stay behind && and ||, and behind a cd whose folder is a service's, too" {
  local start
  for start in '_kadmind && krb5kdc' 'ngrokd && exec web' 'cd /srv && ./broker' './migrate && ./broker' 'ngrokd || exit 1'; do
    wrapper <<<"$start"$'\nexec web'
    migrate
    told 'TODO: nothing says that ' || { echo "# $start"; return 1; }
  done
  for start in './broker && exec web' 'cd /srv && ./migrate'; do # the first came back
    wrapper <<<"$start"$'\nexec web'
    migrate
    untold 'nothing says that ' || { echo "# $start"; return 1; }
  done
}

@test "a word of what is done, in a program's name or ahead of its words: does it end?" {
  local start
  for start in 'app-report &' 'send-event up &' 'app sync &' 'python3 send.py &'; do
    wrapper <<<"$start"$'\nexec app-server'
    migrate
    told 'TODO: nothing says whether ' || { echo "# $start"; return 1; }
  done
  for start in 'import-worker &' 'python3 import_worker.py &' 'kubectl get pods -w &' 'rclone mount a: /b &' 'catalina.sh run &'; do
    wrapper <<<"$start"$'\nexec app-server'
    migrate
    untold 'nothing says whether ' || { echo "# $start"; return 1; }
  done
}

@test "pm2 stays with --no-daemon, and leaves without" {
  wrapper <<<'pm2 start app.js --name shop --no-daemon'
  migrate
  has pm2/flag-main
  untold 'it leaves something behind'
  wrapper <<<'pm2 start app.js --name shop'
  migrate
  told 'it leaves something behind'
}
