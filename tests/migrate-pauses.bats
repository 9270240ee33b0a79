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
  for command in 'ollama run phi3' 'Xvfb $XVFB_ARGS' 'Xvfb $XVFB_ARGS :4' 'Xvfb :3 -nolisten unix' 'Xvfb -displayfd 5'; do
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
