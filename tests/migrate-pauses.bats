# A bare sleep behind a start, and what is known of the program.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a sleep behind ollama serve or Xvfb is their readiness check, where it can be known" {
  wrapper <<<$'#!/bin/sh\nollama serve &\nsleep 5\nexec app'
  migrate
  becomes ollama 'exec reeve-exec --ready ./data/check --chdir "$workdir" -- ollama serve'
  [ "$(tail -n 1 "$tree/ollama/data/check")" = 'ollama list' ]
  untold TODO
  wrapper <<<$'#!/bin/sh\nXvfb -screen 0 800x600x24 &\nsleep 1\nexec app'
  migrate
  becomes Xvfb 'exec reeve-exec --ready unix:/tmp/.X11-unix/X0 --chdir "$workdir" -- Xvfb -screen 0 800x600x24'
  for command in 'Xvfb $XVFB_ARGS' 'Xvfb $XVFB_ARGS :4' 'Xvfb :3 -nolisten unix' 'Xvfb -displayfd 5'; do
    wrapper <<<$'#!/bin/sh\n'"$command"$' &\nsleep 1\nexec app'
    migrate
    told 'nothing says when'
  done
}

@test "a sleep behind several starts is for each: those whose readiness check is known are needed, the others come first" {
  wrapper <<<$'#!/bin/sh\nredis-server &\nXvfb :7 &\nredis-server --port 7000 &\nworker &\nsleep 5\ninitialize\nexec web'
  migrate
  has web/dependencies.d/{redis-server,Xvfb,worker} initialize/dependencies.d/{redis-server,Xvfb,worker}
  lacks worker/dependencies.d
  file web/dependencies.d/redis-server </dev/null
  file web/dependencies.d/redis-server-7000 <<<optional
  told 'it gave redis-server time as well: what comes later depends on that, too, by its readiness check'
  told 'it gave redis-server-7000 time as well: what comes later starts after that, too'
  wrapper <<<$'#!/bin/sh\n[ -z "$CACHE" ] || redis-server &\n./setup.sh &\nworker &\nsleep 5\nexec web'
  migrate
  untold 'time as well'
  wrapper <<<$'#!/bin/bash\napi &\nweb &\nsleep 2\n./migrate\nnginx -g "daemon off;" &\nwait -n'
  migrate
  file migrate/dependencies.d/api <<<optional
  file nginx/dependencies.d/api <<<optional
  has nginx/dependencies.d/web
}

@test "a bare sleep is a dependency, with a warning" {
  wrapper <<'EOS'
db &
sleep 5
web &
wait
EOS
  migrate
  has web/dependencies.d/db
  told 'line 2: dropped: a bare sleep'
  told 'warning: nothing says when db is ready'
  grep -q '^# TODO reeve-migrate: line 2: ' "$tree/db/run"
}

@test "what a loop starts in each round, between its pauses, is no service that nobody supervises" {
  local loop
  for loop in 'while true; do php artisan schedule:run & sleep 60; done' 'while sleep 60; do job --once & done' \
    $'while :; do\n  (php artisan schedule:run &)\n  sleep 60\ndone' $'tick() { job --once & }\nwhile true; do tick; sleep 60; done'; do
    wrapper <<<$'#!/bin/bash\n'"$loop"
    migrate
    untold TODO
  done
  for loop in 'while sleep 60; do [ -e /run/web ] || { web --port 80 & }; done' $'while true; do\n  if [ ! -e /run/web ]; then web --port 80 & fi\n  sleep 60\ndone' \
    'while true; do pkill -f web; web --port 80 & sleep 60; done' 'while inotifywait /srv; do web --port 80 & done' "while true; do nginx -g 'daemon off;' & sleep 60; done"; do
    wrapper <<<$'#!/bin/bash\n'"$loop"
    migrate
    told 'in the background, which nobody supervises' || { echo "# $loop"; return 1; }
  done
}

# What is in the tree, with the form of the pause as a plain sleep, and the report without lines.
as_with_plain_sleep() # FORM
{
  local text
  text=$(cd "$dir/rootfs" && find . -type f -printf '%p\n' -exec cat {} +; grep -v '^wrote' <<<"$report")
  text=${text//"$1"/sleep 7}
  sed -E 's/^ +//; s/lines? [0-9]+(-[0-9]+)?/line N/g' <<<"$text"
}

@test "a sleep that is waited for, so that a trap may interrupt it, is the pause that a plain sleep is" {
  local forms=('sleep 7 & wait $!' $'sleep 7 &\nwait "$!"' $'sleep 7 & # a nap\nNAP=$!\nwait "$NAP"' 'sleep 7 & wait ${!} || true' 'sleep 7 & wait') script form plain pause='sleep 7'
  while IFS= read -r script; do
    printf -v script '#!/bin/bash\n%b' "${script//;/\\n}"
    wrapper <<<"${script//PAUSE/"$pause"}"
    migrate
    plain=$(as_with_plain_sleep "$pause")
    for form in "${forms[@]}"; do
      wrapper <<<"${script//PAUSE/"$form"}"
      migrate
      diff <(echo "$plain") <(as_with_plain_sleep "$form") || { echo "# $script, $form"; return 1; }
    done
  done <<'EOS'
redis-server &;until redis-cli ping; do PAUSE;done;exec node /app/index.js
redis-server &;for i in {1..20}; do redis-cli ping && break;PAUSE;done;exec node /app/index.js
api &;for i in {1..30}; do if curl http://localhost; then break; else echo no;PAUSE;fi; done;exec node b.js
while [ ! -f /config/ready ]; do PAUSE;done;nginx &;node /app/index.js &;wait -n
web & A=$!;worker & B=$!;while PAUSE;do for p in $A $B; do [ -d /proc/$p ] || exit 1; done; done
web & A=$!;while kill -0 $A; do backup;PAUSE;done
stop=0;trap "stop=1" TERM;web &;while [ $stop = 0 ]; do PAUSE;done;kill %1
web &;while true; do /app/cleanup.sh;PAUSE;done
web &;while true; do if ! pgrep worker; then worker & fi;PAUSE;done
web &;while true; do celery worker;echo restarting;PAUSE;done
EOS
}

@test "a wait for more than the sleep, and a sleep that never ends, are no such pause" {
  wrapper <<<$'#!/bin/bash\nweb &\nsleep 5 &\nP=$!\nwait "$WEB"\nexec app'
  migrate
  lacks app/dependencies.d/web
  wrapper <<<$'#!/bin/bash\nweb &\nwhile true; do worker & sleep 60 & wait; done'
  migrate
  has worker/restart
  wrapper <<<$'#!/bin/bash\nweb &\nsleep infinity & wait $!\nrm -f /run/x'
  migrate
  told 'kept the container alive'
  has web/finish
}

@test "a trap that ends the pause signals no service" {
  wrapper <<<$'#!/bin/bash\ntrap \'kill "$NAP" "$WEB"; exit 0\' TERM\nweb & WEB=$!\nwhile kill -0 $WEB; do\n  sleep 600 & NAP=$!\n  wait "$NAP"\ndone'
  migrate
  has web/flag-main
  untold TODO
}

@test "a loop that works between pauses that a trap may interrupt has no mistake in that" {
  local loop
  for loop in 'while sleep 60 & wait $!; do work; done' 'while true; do work; sleep 300 & wait $!; done' 'while true; do work & wait $!; sleep 1; done'; do
    wrapper <<<$'#!/bin/bash\ntrap \'kill $B; exit 0\' TERM\nweb & B=$!\n'"$loop"
    migrate
    untold 'a trap runs only when' || { echo "# $loop"; return 1; }
  done
  wrapper <<<$'#!/bin/bash\ntrap \'kill $B; exit 0\' TERM\nweb & B=$!\nwhile true; do work; sleep 300; done'
  migrate
  told 'a trap runs only when the command has ended that the loop is in'
  wrapper <<<$'#!/bin/bash\ntrap "echo bye" TERM\nwhile true; do work; sleep 3; done'
  migrate
  told 'the trap does not end the loop: docker stop waits'
  wrapper <<<$'#!/bin/bash\ntrap "kill \$B" TERM\nserve() { web & B=$!; wait $B; }\nserve'
  migrate
  untold 'mistake'
}

@test "a loop that only prints between its pauses keeps the container alive, and is no service" {
  for loop in 'while sleep 60; do echo "still running"; done' 'while true; do echo "alive at $(date)"; sleep 60; done' 'while :; do date; sleep 5; done'; do
    wrapper <<<$'db &\nweb &\n'"$loop"
    migrate
    services db web
    told 'kept the container alive'
  done
  # In the background, or into a file, it is work.
  for loop in 'while true; do echo beat >>/run/beats; sleep 1; done' $'while true; do date; sleep 1; done &\nwait'; do
    wrapper <<<$'db &\n'"$loop"
    migrate
    [ "$(ls "$tree" | wc -l)" -eq 2 ] || { echo "# $loop"; return 1; }
  done
}

@test "a pause that wait waits for at the beginning of the script is a pause" {
  wrapper <<<$'#!/bin/bash\necho waiting\nsleep 3s & wait\nredis-server &\nnode app.js &\nwait -n'
  migrate
  services app redis-server
  grep -qx 'sleep 3s & wait' "$init/10-start"
  wrapper <<<$'#!/bin/bash\nserver &\nsleep 3s & wait'
  migrate
  has server/flag-main
}

@test "work in the background that slept for a service whose client it is depends on its readiness check" {
  wrapper <<<$'#!/bin/bash\nredis-server &\n( sleep 5; redis-cli set ready 1 ) &\n(sleep 5; psql -U postgres -c "create database x") &\npostgres &\nexec web'
  migrate
  has redis-cli/dependencies.d/redis-server redis-server/notification-fd psql/dependencies.d/postgres
  told 'it slept until postgres was ready: it depends on that, by its readiness check'
  untold TODO
}

@test "a loop that sleeps for a day ahead of its work is no pause without end" {
  local loop
  while IFS= read -r loop; do
    wrapper <<<$'#!/bin/bash\n'"$loop"$' &\nexec web'
    migrate
    grep -q 'pg_dump app' "$tree"/*/run || { echo "# $loop"; return 1; }
  done <<'EOS'
( while true; do sleep 86400; pg_dump app >/backup/db.sql; done )
while :; do sleep 1d & wait $!; pg_dump app >/backup/db.sql; done
{ while :; do sleep 24h; pg_dump app >/backup/db.sql; done; }
EOS
  wrapper <<<$'#!/bin/bash\nweb &\nwhile true; do sleep 1d; done'
  migrate
  told 'line 3: dropped: kept the container alive'
}

@test "a display's server that left when it was ready has its display as readiness check, whoever starts it" {
  wrapper <<<$'vncserver :1 -geometry $SIZE -depth 24\n/opt/setup-desktop\nx11vnc -bg -display :1\nexec web'
  migrate
  becomes vncserver 'exec reeve-exec --ready unix:/tmp/.X11-unix/X1 --chdir "$workdir" -- vncserver -fg :1 -geometry $SIZE -depth 24'
  has setup-desktop/dependencies.d/vncserver x11vnc/dependencies.d/vncserver
  wrapper <<<$'vncserver\n/opt/setup-desktop\nsleep infinity' # the first display that nobody has
  migrate
  lacks vncserver/notification-fd
  told 'TODO: it left when its display was there, and what comes later may need that: name the display'
  wrapper <<<$'Xvnc :2 &\nsleep 2\nexec web'
  migrate
  becomes Xvnc 'exec reeve-exec --ready unix:/tmp/.X11-unix/X2 --chdir "$workdir" -- Xvnc :2'
}
