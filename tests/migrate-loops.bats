# Loops, and what else stands behind the starts: watching, starting again, working, keeping alive.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a loop that watches processes is deleted" {
  wrapper <<'EOS'
web &
worker &
while sleep 60; do
  ps aux | grep web | grep -q -v grep
  if [ $? -ne 0 ]; then exit 1; fi
done
EOS
  migrate
  services web worker
  told 'lines 3-6: dropped: a loop that watched processes'
  has web/flag-main
  lacks worker/flag-main
  wrapper <<<$'web & A=$!\nworker &\nwhile [ "$(jobs -r | wc -l)" -eq 2 ]; do sleep 1; done\nexit 1'
  migrate
  has web/flag-main worker/flag-main
}

@test "whom a loop looks for in the output of ps is main by any word of its command" {
  wrapper <<'EOS'
./gateway &
yarn start &
/usr/bin/ruby lib/server.rb &
./helper &
while sleep 60; do
  ps aux | grep gateway | grep -q -v grep
  A=$?

  ps aux | grep node | grep -q -v grep
  B=$?
  ps aux | grep lib/server | grep -q -v grep
  C=$?

  if [ $A -ne 0 ] || [ $B -ne 0 ] || [ $C -ne 0 ]; then
    exit -1
  fi
done
EOS
  migrate
  has gateway/flag-main yarn/flag-main server/flag-main
  lacks helper/flag-main
  told 'lines 5-17: dropped: a loop that watched processes and ended with them'
  told 'the script ended with 255 then'
}

@test "a name that a loop looks for, and nothing has, is named" {
  local loop='while sleep 60; do
  pgrep -f web; A=$?
  pgrep -f launcher; B=$?
  if [ $A -ne 0 -o $B -ne 0 ]; then exit 1; fi
done'
  wrapper <<<$'web &\nworker &\n'"$loop"
  migrate
  has web/flag-main worker/flag-main
  grep -q 'TODO reeve-migrate: line 3: the loop also asked for launcher' "$tree/worker/run"
  wrapper <<<$'web &\nworker &\nclock &\n'"$loop"
  migrate
  has web/flag-main
  lacks worker/flag-main clock/flag-main
  told 'TODO: the loop also asked for launcher, and ended the script when that was not there'
  wrapper <<<$'a-server &\nb-server &\n'"${loop/web/my_first_process}"
  migrate
  has a-server/flag-main b-server/flag-main
  told 'line 3: mistake: nothing that the script starts is called my_first_process, launcher'
}

@test "a loop that ended the script when all had ended is marked" {
  local condition
  for condition in '[ $A -ne 0 -a $B -ne 0 ]' '[ $A -ne 0 ] && [ $B -ne 0 ]' '! pgrep web && ! pgrep worker'; do
    wrapper <<<$'web &\nworker &\nwhile sleep 9; do\npgrep web\nA=$?\npgrep worker\nB=$?\nif '"$condition; then exit 1; fi; done"
    migrate
    told 'TODO: the script ended when all of them had ended: web, worker'
  done
  wrapper <<<$'web & A=$!\nworker & B=$!\nwhile kill -0 $A || kill -0 $B; do sleep 1; done'
  migrate
  told 'TODO: the script ended when all of them had ended: web, worker'
  for condition in '[ $A -ne 0 -o $B -ne 0 ]' '[ $A -ne 0 ] && [ "$STRICT" = 1 ]'; do
    wrapper <<<$'web &\nworker &\nwhile sleep 9; do\npgrep web\nA=$?\npgrep worker\nB=$?\nif '"$condition; then exit 1; fi; done"
    migrate
    untold 'when all of them had ended'
  done
}

@test "a loop that does work is a service" {
  wrapper <<'EOS'
while true; do
  certbot renew
  sleep 3600
done &
exec web
EOS
  migrate
  services certbot web
  grep -q 'sleep 3600' "$tree/certbot/run"
}

@test "a loop that restarts a program is the program" {
  wrapper <<'EOS'
until ./server --port 1; do
  echo "crashed with $?, respawning" >&2
  sleep 1
done &
exec web
EOS
  migrate
  file server/restart <<<on-failure
  grep -qx 'exec ./server --port 1' "$tree/server/run"
  wrapper <<<$'while true; do nginx -g "daemon off;"; sleep 1; done'
  migrate
  file nginx/restart <<<always
  lacks nginx/flag-main
}

@test "a program of the image may be called like a word of the shell, or a function" {
  wrapper <<'EOS'
launch() { echo go; }
until bin/jobs; do sleep 1; done &
/app/exec --all &
/opt/launch &
while ./test; do sleep 4; done &
web & wait $!
EOS
  migrate
  services jobs exec launch test web
  file jobs/restart <<<on-failure
  grep -qx 'exec bin/jobs' "$tree/jobs/run"
  grep -qx 'exec /app/exec --all' "$tree/exec/run"
  grep -qx 'exec /opt/launch' "$tree/launch/run"
  wrapper <<<$'db &\n/wait\n./migrate\nexec web'
  migrate
  services db wait web
  has wait/dependencies.d/db web/dependencies.d/wait
  lacks db/flag-oneshot
}

@test "a loop that waits, and starts again until a trap, is restart always; a sleep in the background is its pause" {
  wrapper <<'EOS'
start_worker() { worker --fast & W=$!; }
stopping=0
trap 'stopping=1; kill $W $P' TERM
web & P=$!
start_worker
while [ $stopping -eq 0 ]; do
  wait $W
  if [ $stopping -eq 0 ]; then
    sleep 3 & wait $!
    start_worker
  fi
done
EOS
  migrate
  services worker web
  file worker/restart <<<always
  file worker/restart-delay <<<'3000 3000'
  untold TODO
  wrapper <<<$'db & A=$!\nweb & B=$!\nwhile kill -0 $A && kill -0 $B; do sleep 5 & wait $!; done\nexit 1'
  migrate
  has db/flag-main web/flag-main
  untold TODO
  wrapper <<<$'w() { worker & W=$!; }\nw\nwhile :; do wait $W; [ $? -eq 3 ] && exit 3; w; done'
  migrate
  told 'TODO: the script looked at its end'
}

@test "what only keeps the container alive is removed" {
  local last
  for last in 'sleep infinity' 'tail -f /dev/null' 'while :; do sleep 1; done' 'exec sleep infinity' '/bin/sh -c "sleep infinity"' 'exec bash -c "while true; do sleep 60; done"'; do
    wrapper <<<"web & $last"
    migrate
    services web
    told 'kept the container alive'
  done
}

@test "a loop that watches through functions: what it asks, ends with, or starts again" {
  wrapper <<'EOS'
exists() { [ -d "/proc/$1" ]; }
stop() { kill "$A" "$B"; wait; exit 1; }
a & A=$!
b & B=$!
while exists $A; do
  kill -0 "$B" || stop
  sleep 1
done
EOS
  migrate
  services a b
  has a/flag-main b/flag-main
  wrapper <<'EOS'
start_a() { a & A=$!; }
start_a
while :; do
  sleep 10
  kill -0 $A 2>/dev/null || { echo again; start_a; }
done
EOS
  migrate
  services a
  lacks a/flag-main
}

@test "a loop that pauses ahead of its work keeps the pause" {
  wrapper <<<$'while sleep 12h; do ./renew.sh; done &\nexec nginx -g "daemon off;"'
  migrate
  grep -q 'while sleep 12h; do ./renew.sh; done' "$tree/renew/run"
  lacks renew/restart
}

@test "behind the wait for what is main, wait and exit change nothing, which the report says" {
  wrapper <<'EOS'
#!/bin/bash
api & A=$!
web & W=$!
wait -n $A $W
kill $A $W
wait
exit 3
EOS
  migrate
  has api/flag-main web/flag-main
  untold 'none is main'
  told 'line 7: dropped: the container'"'"'s exit code is the main service'"'"'s, and no more always 3'
}

@test "a server in the foreground, behind which the script stayed alive, is not main" {
  wrapper <<<$'hostapd /etc/hostapd.conf\nsleep infinity'
  migrate
  services hostapd
  lacks hostapd/flag-main
  told 'not main: the script kept the container alive behind it'
  wrapper <<<$'hostapd /etc/hostapd.conf\nsleep infinity &\nchild=$!\nwait "$child"'
  migrate
  lacks hostapd/flag-main
}

@test "a loop that waits, and starts again what has ended, is marked" {
  wrapper <<'EOS'
#!/bin/bash
api & A=$!
web & W=$!
while true; do
  wait -n $A $W
  code=$?
  if [ $code -eq 42 ]; then api & A=$!; continue; fi
  break
done
exit $code
EOS
  migrate
  services api web
  has api/flag-main web/flag-main
  grep -q 'TODO reeve-migrate: line 4: the script looked at its end' "$tree/api/run"
}

@test "a loop over pids watches, or waits for, each of them" {
  wrapper <<'EOS'
#!/bin/bash
a & PIDS+=($!)
b & PIDS+=($!)
nginx -g 'daemon off;' & NGINX=$!
other &
while kill -0 "$NGINX"; do
  for p in "${PIDS[@]}"; do kill -0 "$p" || exit 1; done
  sleep 5
done
EOS
  migrate
  has a/flag-main b/flag-main nginx/flag-main
  lacks other/flag-main
  wrapper <<'EOS'
a & pids="$!"
b & pids="$pids $!"
other &
for p in $pids; do wait $p || exit 1; done
EOS
  migrate
  has a/flag-main b/flag-main
  lacks other/flag-main
  told 'TODO: it waited until all of them had ended (a, b)'
}

@test "who waits for what only keeps the container alive has no main service" {
  for end in $'sleep infinity &\nwait $!' $'tail -f /dev/null & wait' $'tail -F /var/log/x &\nTAIL=$!\nwait "$TAIL"'; do
    wrapper <<<$'web &\n'"$end"
    migrate
    lacks web/flag-main || { echo "# $end"; return 1; }
    told 'waited for what never ends'
  done
  wrapper <<<$'sleep infinity &\nweb &\nwait $!'
  migrate
  has web/flag-main
  wrapper <<<$'apachectl start\nread _\napachectl stop'
  migrate
  services apachectl
  told 'waited for somebody to press Enter'
}

@test "who is waited for by a pid that was looked for, or is not known" {
  wrapper <<'EOS'
console &
/game/server </in &
pid=$(pgrep -f ^/game/server)
wait $pid
EOS
  migrate
  has server/flag-main
  lacks console/flag-main
  untold 'wait without a pid'
  wrapper <<'EOS'
one &
two &
pid=$(cat /run/x.pid)
wait $pid
EOS
  migrate
  lacks one/flag-main two/flag-main
  told 'TODO: the script ended with the process that it waited for: give that service flag-main'
}

@test "a command's output and its status are one task" {
  wrapper <<'EOS'
server & pid=$!
out=$(client list)
code=$?
if [ $code -ne 0 ]; then client pull; fi
wait $pid
EOS
  migrate
  file client/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
out=$(client list)
code=$?
if [ $code -ne 0 ]; then client pull; fi
EOS
  untold TODO
}

@test "a loop at the end of a pipeline that starts programs is no logger" {
  wrapper <<'EOS'
printenv | grep ^RUN_ | while read -r line; do
  sh -c "${line#*=}" &
done
while sleep 8; do pgrep node >/dev/null || exit 1; done
EOS
  migrate
  services printenv
  lacks printenv/log
  tail -n 3 "$tree/printenv/run" | diff -u - <(printf '%s\n' 'printenv | grep ^RUN_ | { while read -r line; do' '  sh -c "${line#*=}" &' 'done; wait; }')
  told 'TODO: a loop started them, over what is not known here'
}

@test "a loop that waits again for the same process is one wait" {
  local loop
  for loop in 'while wait $!; [ $? != 0 ]; do true; done' 'until wait $p; [ $? -lt 128 ]; do sleep 1; done' 'while ! wait $p; do :; done' \
    'while wait "$p"; rc=$?; [ $rc -gt 128 ]; do :; done' 'while :; do wait $p; [ $? -gt 128 ] || break; done' 'while [ "$stop" != 1 ]; do wait $p; done' \
    'while true; do wait $p; rc=$?; if [ "$rc" -le 128 ]; then exit $rc; fi; echo again; done'; do
    wrapper <<<$'trap \'kill -2 $p; stop=1\' TERM\ngame & p=$!\n'"$loop"
    migrate
    services game && has game/flag-main && told 'line 3: dropped: waited for game: main' || { echo "# $loop"; return 1; }
  done
  wrapper <<<$'game & p=$!\nwhile wait $p; rc=$?; [ $rc -gt 128 ]; do :; done\nsave $rc'
  migrate
  grep -qF 'rc=$(($1 < 256 ? $1 : 128 + $2))' "$tree/game/finish"
}

@test "what follows a branch in which the script stayed starts only if that is not taken" {
  local branch
  for branch in 'if [ ! -f /etc/app.conf ]; then echo missing; tail -f /dev/null; fi' '[ -f /etc/app.conf ] || { echo missing; sleep infinity; }' \
    '[ ! -f /etc/app.conf ] && echo missing && exec tail -f /dev/null' $'idle() { while :; do sleep 9; done; }\n[ -f /etc/app.conf ] || idle'; do
    wrapper <<<$'#!/bin/bash\nweb &\n'"$branch"$'\napp --x'
    migrate
    services web app
    has app/flag-main
    lacks cont-init.d
    told 'service app, what the script ended with: main, only when'
    # without the file, the condition stops it
    printf '%s\n' 'reeve() { echo "reeve $*"; exit 7; }' "$(grep '^if ' "$tree/app/run")" >try
    run bash try
    [ "${lines[-1]}" = 'reeve stop -n app' ]
    ! grep -q 'reeve stop' "$tree/web/run"
  done
}

@test "the CMD behind a branch in which the script stayed is a service where that is not taken" {
  wrapper <<<$'#!/bin/bash\nif [ "$IDLE" = 1 ]; then\n  agent &\n  tail -f /dev/null\nfi\nexec "$@"'
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["web"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  services agent web
  file agent/enable-if <<<'IDLE=1'
  file web/enable-if <<<'!IDLE=1'
  has web/flag-main
}

@test "a loop that works and then waits for a service is not what the container lives by" {
  wrapper <<'EOS'
set -u
run_server() {
  server run &
  local pid=$!
  while [ "$waited" -lt 180 ]; do
    if grep -q failed /logs/migrate.log; then repair; kill "$pid"; wait "$pid"; return 42; fi
    if grep -q started /logs/server.log; then wait "$pid"; return $?; fi
    sleep 3
  done
  wait "$pid"
}
run_server
rc=$?
if [ "$rc" -eq 42 ]; then exec server run; fi
exit "$rc"
EOS
  migrate
  has server/flag-main
  [ "$(ls "$tree"/*/flag-main | wc -l)" -eq 1 ]
  told 'TODO: it watched server while that ran, and waited for its end'
  untold 'nobody waits for server'
  # A restart is none, nor is a loop that waits for what it starts.
  wrapper <<<$'while :; do server & P=$!; wait $P; sleep 1; done'
  migrate
  services server
  untold TODO
}

@test "tail --pid waits for that process" {
  local follow
  for follow in 'tail --pid=$p -f /log/server' 'tail -f --pid $p /log/server & wait' 'tail --pid="$p" -F /log/server & wait $!'; do
    wrapper <<<$'server & p=$!\n'"$follow"
    migrate
    has server/flag-main && told 'does not show any more: /log/server (' || { echo "# $follow"; return 1; }
  done
  wrapper <<<$'cd /srv\n./ctl start\ntail -f --pid $(cat /run/x.pid) log & wait\n./ctl status' # the only one
  migrate
  has ctl/flag-main
  wrapper <<<$'./ctl start\ntail -f --pid $(cat /run/x.pid) log & wait\necho The server has ended\n: ./ctl stop'
  migrate
  has ctl/flag-main
  wrapper <<<$'a & b &\ntail --pid=$(cat /run/x.pid) -f /dev/null & wait'
  migrate
  told 'TODO: if the script ended with this, give the service whose process it is flag-main'
}

@test "what the script waited for behind a wait, and nobody knows here, is said" {
  local wait
  for wait in 'for p in $(pgrep backup); do\n  tail --pid="$p" -f /dev/null\ndone' 'tail --pid=$(cat /run/x.pid) -f /dev/null' 'while pgrep backup; do sleep 1; done'; do
    wrapper <<<$'server & pid=$!\nwait "$pid"\n'"${wait//'\n'/$'\n'}"
    migrate
    has server/flag-main && lacks server/flag-oneshot && told 'TODO: when server had ended, the script waited on, for processes that are no services here' || { echo "# $wait"; return 1; }
  done
}

@test "what is behind a tail -f /dev/null that is not on a condition never runs" {
  local keep
  for keep in 'tail -f /dev/null' 'sleep infinity' 'while :; do sleep 60; done' 'tail -F /log/a' 'keep() { sleep infinity; }; keep'; do
    wrapper <<<$'postfix start\n'"$keep"$'\nfor s in dovecot postfix; do service $s start; done'
    migrate
    lacks dovecot && told 'dropped: never runs, behind line 2' || { echo "# $keep"; return 1; }
  done
  for keep in '[ -z "$DEBUG" ] || sleep infinity' 'if [ -n "$DEBUG" ]; then sleep infinity; fi' 'sleep infinity &' 'tail -f /log/a'; do
    wrapper <<<$'db &\n'"$keep"$'\nexec web'
    migrate
    has web/run || { echo "# $keep"; return 1; }
  done
}

@test "an & on a line of its own belongs to its command" {
  wrapper <<<$'web \\\n  --x \\\n&\nworker & \\\n\nexec api'
  migrate
  services web worker api
  untold TODO
  told 'lines 1-3: services.d/web/run: service web'
}

@test "the variable of a loop over starts is no pid, also if a later loop over pids has the same" {
  wrapper <<'EOS'
#!/bin/bash
declare -A commands=( [web]="gunicorn a:a" [beat]="celery -A a beat" ) pids
for n in "${!commands[@]}"; do
  ${commands[$n]} &
  pids[$n]=$!
done
while sleep 5; do
  for n in "${pids[@]}"; do kill -0 "$n" || exit 1; done
done
EOS
  migrate
  untold 'is not known here: it was the pid'
}

@test "a pause that a trap can end (sleep & wait) is none of the starts of a loop that watches" {
  wrapper <<<$'#!/bin/bash\nweb &\nA=$!\nworker &\nB=$!\nwhile kill -0 $A && kill -0 $B; do\n  sleep 5 &\n  wait $!\ndone\nexit 1'
  migrate
  told 'a loop that watched processes and ended with them: supervision replaces it, and these are main: web, worker'
  untold TODO
  has web/flag-main worker/flag-main
}

@test "a loop that ended with the first that it started is marked in each of its services" {
  local body
  for body in 'if [ -f $f ]; then /app/server -c $f & break; fi' '[ -f $f ] && { /app/server -c $f & break; }'; do
    wrapper <<<$'#!/bin/bash\nfor f in a b; do '"$body"$'; done\nwait'
    migrate
    services server-a server-b
    told 'TODO: the loop ended with the first that it started, and here each round is a service: keep one of them' || { echo "# $body"; return 1; }
  done
}

@test "many rounds of a span are a template, and what rounds that nobody knows have started is several" {
  wrapper <<<$'#!/bin/bash\nfor i in {1..100}; do python3 worker.py & done\nwait'
  migrate
  file worker@/count <<<100
  lacks worker@/flag-main
  wrapper <<<$'#!/bin/bash\nfor q in $QUEUES; do python3 worker.py $q & done\nwait'
  migrate
  lacks worker/flag-main
  told 'waited until all had ended'
}
