# Audits of what loops and traps did: each part of it is in a file, or named.
# shellcheck shell=bash disable=SC2154 # tree is migrate's
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a loop that has become a service, and looks for others, is marked" {
  wrapper <<'EOS'
#!/bin/bash
nginx -g 'daemon off;' &
php-fpm -F &
while true; do
  for p in nginx php-fpm; do
    if ! ps aux | grep -q "[${p:0:1}]${p:1}"; then
      echo "$p died" | mail -s alert ops@example.com
      exit 2
    fi
  done
  sleep 30
done
EOS
  migrate
  told 'TODO: it looks whether these run, and their supervisors start them again: nginx, php-fpm'
  grep -q '^# TODO reeve-migrate: line 4: it looks whether these run' "$tree/watch/run"
}

@test "the work of a loop that waits and starts again is marked" {
  wrapper <<'EOS'
#!/bin/bash
redis-server &
celery worker & C=$!
while true; do
  wait $C
  rm -f /tmp/lock
  echo again
  celery worker & C=$!
  sleep 1
done
EOS
  migrate
  told 'restart-delay: 1000 ms (none behind a run of 10 s or more); TODO: the loop also did this, which nothing does now: rm -f /tmp/lock'
  grep -q '^# TODO reeve-migrate: line 4: the loop also did this' "$tree"/*/run
  # In a function that stands above the start.
  wrapper <<<$'#!/bin/bash\ntidy() { rm -f /tmp/lock; }\nredis-server &\ncelery worker & C=$!\nwhile true; do\n  celery worker & C=$!\n  wait $C\n  tidy\n  sleep 1\ndone'
  migrate
  told 'TODO: the loop also did this, which nothing does now: rm -f /tmp/lock'
}

@test "a loop that has become a service asks by a function of a long script" {
  wrapper <<<$'#!/bin/bash\nnginx -g "daemon off;" &\n# '"$(printf '%600000s' x)"$'\nisup() { kill -0 "$(pgrep "$1")"; }\nwhile true; do\n  isup nginx || echo gone | mail -s x ops\n  sleep 30\ndone'
  migrate
  told 'TODO: it looks whether these run, and their supervisors start them again: nginx: '
}

@test "a trap that a run loses by exec is marked; one that is ignored outlives it" {
  wrapper <<<$'#!/bin/bash\n(\n  trap "rm -f /run/sub" EXIT\n  ./sub\n) &\nwait'
  migrate
  told 'TODO: exec ends the shell that has the trap, so that it is never done: trap "rm -f /run/sub" EXIT'
  wrapper <<<$'#!/bin/bash\n(\n  trap "" HUP\n  ./sub\n) &\nwait'
  migrate
  untold TODO
}

@test "what a trap did is marked where no finish can do it" {
  local ahead
  for ahead in $'trap "./save" EXIT\n./migrate.sh &\nwait' $'if [ -n "$A" ]; then\n  trap "./save" EXIT\n  echo x\nelse\n  web & api & wait\nfi'; do
    wrapper <<<"#!/bin/bash"$'\n'"$ahead"
    migrate
    told 'TODO: the trap did this, which nothing does now: ./save' || { echo "# $ahead"; return 1; }
  done
}

@test "a trap that is set where a wait gives up is marked; one that nothing sets is not" {
  wrapper <<<$'#!/bin/bash\nweb & P=$!\ngive_up() { trap "./save" EXIT; exit 1; }\nuntil curl -s localhost; do kill -0 $P || give_up; sleep 1; done\nwait $P'
  migrate
  told 'TODO: what this trap did is done nowhere: trap "./save" EXIT'
  wrapper <<<$'#!/bin/bash\nunused() { trap "./save" TERM; }\nweb & P=$!\nwait $P'
  migrate
  untold TODO
  wrapper <<<$'#!/bin/bash\ncase "$1" in\nstart) web & api & wait -n ;;\n*) trap "./save" TERM\n  other & wait ;;\nesac'
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["start"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold TODO
}

@test "what trap and loop did is silent where it is in a file, or told" {
  local trap
  for trap in 'date >>/var/log/stops; kill $P' 'nginx -s quit; rm -f /run/x' 'for f in /run/*.lock; do rm "$f"; done; kill $P'; do
    wrapper <<<$'#!/bin/bash\nserver & P=$!\nnginx -g "daemon off;" &\ntrap \''"$trap"$'\' TERM\nwait $P'
    migrate
    untold TODO
  done
  wrapper <<<$'#!/bin/bash\nserver & P=$!\nweb &\nwhile sleep 5; do kill -0 $P || { logger gone; exit 1; }; if ! pgrep web; then web & fi; done'
  migrate
  untold 'which nothing does now'
}

@test "a function that watches what it is told is marked" {
  wrapper <<<$'#!/bin/bash\nnginx\nphp-fpm -D\nwatch() {\n  while pgrep "$1" >/dev/null; do sleep 10; done\n  exit 1\n}\nwatch nginx'
  migrate
  grep -q '^# TODO reeve-migrate: line 8: it looks whether these run, and their supervisors start them again: nginx: ' "$tree"/watch/run
}

@test "what a loop in the background did is named, too, where the loop is gone" {
  local work
  for work in 'pgrep cron || service cron start' 'if ! pgrep cron >/dev/null; then service cron start; fi'; do
    wrapper <<<"while true; do $work; ./mirror; sleep 60; done &"$'\nexec web'
    migrate
    told 'TODO: the loop also did this, which nothing does now: service cron start; ./mirror'
  done
}

@test "a loop that has a service read its configuration anew looks for nobody" {
  wrapper <<<$'#!/bin/bash\nfollow() { while inotifywait -e close_write /etc/haproxy; do kill -USR2 $(cat /run/haproxy.pid); done; }\nfollow &\nexec haproxy -W -db -f /etc/haproxy/h.cfg -p /run/haproxy.pid'
  migrate
  untold TODO
}

@test "a loop that starts a service anew on a change stays, and is marked" {
  local loop
  while IFS= read -r loop; do
    wrapper <<<$'#!/bin/bash\nstart() { app --serve & CHILD=$!; }\nstart\n'"$loop"
    migrate
    grep -q inotifywait "$tree"/inotifywait/run || { echo "# $loop"; return 1; }
    told 'TODO: it starts app in the background, which nobody supervises: write `reeve restart NAME`'
    untold 'its supervisor does'
    untold 'it looks whether'
  done <<'EOS'
while inotifywait -e modify /conf; do kill $CHILD; wait $CHILD; start; done
while true; do inotifywait -e modify /conf; kill $CHILD; wait $CHILD; app --serve & CHILD=$!; done
EOS
  while IFS= read -r loop; do
    wrapper <<<$'#!/bin/bash\nnginx\nwhile inotifywait -e modify /etc/nginx; do '"$loop"$'; done'
    migrate
    told 'TODO: it starts nginx in the background, which nobody supervises' || { echo "# $loop"; return 1; }
  done <<'EOS'
nginx -s stop; nginx
service nginx restart
EOS
  wrapper <<<$'#!/bin/bash\nnginx\nwhile inotifywait -e modify /etc/nginx; do nginx -t && nginx -s reload; done'
  migrate
  untold TODO
}

@test "a service that asks for what a trap of the script set is told, unless it has the trap" {
  local body=$'node server.js &\nPID=$!\nwhile kill -0 $PID; do\n  if [ "$RELOAD" = 1 ]; then RELOAD=0; ./render-config; fi\n  sleep 1\ndone'
  wrapper <<<$'#!/bin/bash\nRELOAD=0\ntrap \'RELOAD=1\' HUP\n'"$body"
  migrate
  told 'line 3: dropped: trap of HUP: the supervisor signals each service; TODO: the trap of HUP set RELOAD=1, for which '
  told '`reeve kill HUP '
  wrapper <<<$'#!/bin/bash\nRELOAD=0\nagain() { RELOAD=1; }\ntrap again USR1 HUP\n'"$body"
  migrate
  told 'the trap of USR1 HUP set RELOAD=1, for which '
  wrapper <<<$'#!/bin/bash\nweb &\nrun=1\ntrap \'run=0\' TERM\nwhile [ $run = 1 ]; do ./job; sleep 5; done'
  migrate
  untold 'and nothing does now'
  wrapper <<<$'#!/bin/bash\nRELOAD=0\ntrap \'RELOAD=1\' HUP\n(while :; do [ "$RELOAD" = 1 ] && ./render; sleep 5; done) &\nexec web' # the subshell never saw it
  migrate
  untold 'the trap of HUP set'
}

@test "a variable that a trap of CHLD sets, and by which the script ended, is told" {
  wrapper <<<$'#!/bin/bash\nFAILED=0\ntrap \'FAILED=1\' CHLD\nweb &\nworker &\nwhile [ $FAILED -eq 0 ]; do sleep 1; done\nexit 1'
  migrate
  told 'line 3: dropped: watched its children: supervision replaces it; TODO: when a child had ended (also a sleep in the foreground) it set FAILED=1, and line 6 asked for that'
  wrapper <<<$'#!/bin/bash\ndied=0\non_child() { died=1; }\ntrap on_child SIGCHLD\nweb &\nworker &\nwhile true; do\n  if [ "$died" = 1 ]; then exit 1; fi\n  sleep 1 & wait $!\ndone'
  migrate
  told 'it set died=1, and line 8 asked for that: if the script ended then, flag-main for those with whose end the container should end; watch has no such children: take it out'
  untold 'a trap runs only when this command has ended'
  wrapper <<<$'#!/bin/bash\ntrap \'FAILED=1\' CHLD\nweb &\nworker &\nwait -n'
  migrate
  untold TODO
}

@test "a question with whose answer a watching loop signalled what it watches leaves that main" {
  local ask
  for ask in 'if ! curl -fs http://localhost:9090/health; then kill $W; fi' 'curl -f localhost:80 || kill -9 $W' 'if ! curl -f localhost:80; then echo sick; kill $W; sleep 5; fi'; do
    wrapper <<<$'#!/bin/bash\nweb &\nW=$!\nwhile true; do\n  kill -0 $W || exit 1\n  '"$ask"$'\n  sleep 10\ndone'
    migrate
    services web
    has web/flag-main
    untold 'nobody waits for web'
    told 'TODO: the loop also did this, which nothing does now: '
    grep -q 'TODO reeve-migrate: .*curl' "$tree/web/run"
  done
  wrapper <<<$'#!/bin/bash\nweb &\nW=$!\nwhile true; do\n  kill -0 $W || exit 1\n  ./backup\n  curl -f localhost:80 || kill $W\n  sleep 10\ndone'
  migrate
  services backup web
  has web/flag-main
  ! grep -q curl "$tree/backup/run"
}

@test "a question whether a pid is known is none for the loop's end" {
  wrapper <<<$'#!/bin/bash\nweb &\nWEB=$!\nother &\nA=$!\nwhile sleep 5; do\n  if [ -n "$WEB" ]; then kill -0 $WEB || exit 1; fi\n  kill -0 $A || exit 1\ndone'
  migrate
  has web/flag-main other/flag-main
  untold TODO
}

@test "what a waiting loop has set, and something behind it uses, is marked" {
  local behind
  local -r loop=$'redis-server &\nup=0\nuntil redis-cli ping; do up=$((up + 1)); [ $up -gt 30 ] && break; sleep 1; done\n'
  for behind in ': "${up:?no answer}"' $'end() { [ "$1" -lt 9 ] || exit "$1"; }\nend $up' 'export TRIES=$up' 'echo "$up" >/run/tries' './seed $up' 'case $up in 0) ./seed ;; *) ./warm; ./seed ;; esac'; do
    wrapper <<<$'#!/bin/bash\n'"$loop$behind"$'\nexec web --cache'
    migrate
    told 'TODO: the waiting for redis-server set $up, too, and is a readiness check now, which sets nothing: set $up here as it is when redis-server is ready' || { echo "# $behind"; return 1; }
    [ -z "$(grep -l 'the waiting for' "$tree/redis-server/run")" ] || { echo "# $behind"; return 1; }
  done
  wrapper <<<$'#!/bin/bash\nmongod &\nup=no\nwait_up() { for i in {1..30}; do mongosh --eval 1 && { up=yes; break; }; sleep 1; done; }\nwait_up\nexec web --mongo=$up'
  migrate
  grep -q 'TODO reeve-migrate: line 5: the waiting for mongod set $up' "$tree/web/run"
  for behind in '' 'echo "up after $up"' 'logger "up after $up"' $'log() { echo "$(date) $*"; }\nlog "after $up"' $'for up in 1 2; do ./seed $up; done' 'up=5; ./seed $up' '[ $up -lt 30 ] || exit 1' $'app &\nup=0\nuntil curl -sf localhost:80; do up=$((up + 1)); sleep 1; done'; do
    wrapper <<<$'#!/bin/bash\n'"$loop$behind"$'\nexec web'
    migrate
    untold 'the waiting for redis-server set' || { echo "# $behind"; return 1; }
  done
}
