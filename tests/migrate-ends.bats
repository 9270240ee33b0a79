# The end of the script: its code, and what it waited for there.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a script that always ended with 0 says that the code is another one" {
  wrapper <<<$'server & p=$!\nwait $p\nwhile kill -0 $p; do sleep 1; done\necho done'
  migrate
  told 'line 4: dropped: a message about the end: the container'"'"'s exit code is the main service'"'"'s, and no more always 0'
  wrapper <<<$'set -e\nserver & p=$!\nwait $p\necho done\nexit 0' # a failure ended it before
  migrate
  untold 'no more always'
  wrapper <<<$'set -e\nbye() { kill $p || true; exit 0; }\nserver & p=$!\nwait $p || true\nbye'
  migrate
  told 'line 5: dropped: the scanner ends the other services; the container'"'"'s exit code is the main service'"'"'s, and no more always 0'
  told 'line 4: dropped: waited for server: main; dropped: && or ||; dropped: a failure did not end the script'
}

@test "an exit behind the end, with a code of its own on a condition, is marked" {
  behind() { wrapper <<<"web & W=\$!"$'\nwait $W\nS=$?\n'"$1"$'\nexit $S'; migrate; }
  local one
  for one in '[ -f /tmp/failed ] && exit 1' '[ -f /tmp/failed ] && S=1' '[ $S -ne 0 ] && S=0' 'if [ -n "$X" ]; then [ $S -eq 0 ] && exit 1; fi' 'case $S in 0) exit 0 ;; 3) exit 4 ;; esac' \
    'if [ $S -ne 0 ]; then echo bad; exit; fi' 'if [ -f /x ]; then rm /x; exit 9; fi'; do
    behind "$one"
    told 'TODO: the script could end here with another code than that of web: '
    grep -q "^# TODO reeve-migrate: line 4: the script could end here " "$tree"/web/run "$tree"/web/finish
  done
  # The same code, a failure as before, or the end by docker stop, which is 0.
  for one in '[ $S -eq 143 ] && exit 0' 'case $S in 0|143) exit 0 ;; *) exit $S ;; esac' 'if [ -f /x ]; then exit "$S"; fi' \
    'if [ $S -ne 0 ]; then echo bad; exit 1; else exit 0; fi' '[ $S -eq 0 ] && echo good || exit 3'; do
    behind "$one"
    untold 'TODO'
  done
  told 'line 4: dropped: looked whether it had failed: the supervisor does; the script ended with 3 then, the container ends with the service'
}

@test "who is main is not guessed for a pid that is not known, and a finish has work to do" {
  wrapper <<<$'start-server --daemon\npid=$(pgrep -f server)\nwait $pid'
  migrate
  has server/flag-main
  wrapper <<<$'start-x --daemon\npid=$(pidof foo)\nwait $pid'
  migrate
  lacks start-x/flag-main
  told 'line 3: dropped: waited for a process that is not known here; TODO: the script ended with the process that it waited for'
  untold 'waited for nothing'
  wrapper <<<$'db &\nwait $!\nset +e\nread'
  migrate
  lacks db/finish
  told 'lines 3-4: dropped: it only set options, or waited for Enter'
  wrapper <<<$'db &\nwait $!\nset +e\nrm -f /x'
  migrate
  has db/finish
}

@test "read at the end is no service" {
  wrapper <<<$'kafka\nread'
  migrate
  lacks read
  told 'line 2: dropped: waited for somebody to press Enter'
  told 'TODO: the container was kept alive for something: if a line above starts it'
}

@test "work that was done when a program had failed is kept in a TODO; what only ended the script is not" {
  local end
  while IFS= read -r end; do
    wrapper <<<$'worker &\n'"$end"
    migrate
    told 'TODO: the script did this when' && grep -q 'if it is wanted, let finish do it' "$tree"/*/run || { echo "# $end"; return 1; }
  done <<'EOS'
web || ./recover
nginx -g "daemon off;" || { echo failed >&2; send-mail admin; exit 1; }
api & wait $! || ./tell-team
if ! nginx -g "daemon off;"; then curl -X POST http://hook/failed; exit 1; fi
report() { curl -d failed http://hook; exit 1; }; web || report
EOS
  while IFS= read -r end; do
    wrapper <<<$'worker &\n'"$end"
    migrate
    untold 'the script did this when' || { echo "# $end"; return 1; }
  done <<'EOS'
web || exit 3
web || { echo failed >&2; sleep 1; exit 3; }
nginx -g "daemon off;" || { cat /var/log/nginx/error.log; rm -f /run/nginx.pid; exit 1; }
die() { echo "$1" >&2; exit 1; }; web || die "web has ended"
api & wait $! || true
EOS
}

@test "what always succeeds at the script's end made the code 0" {
  local last
  for last in 'wait $A || true' 'wait $A || echo ended' $'wait $A || true\nkill $B 2>/dev/null || true' $'wait $A\nkill $B || :'; do
    wrapper <<<$'#!/bin/bash\nweb &\nA=$!\nhelper &\nB=$!\n'"$last"
    migrate
    has web/flag-main
    told "the container's exit code is the main service's, and no more always 0: if that is wanted, let finish of web run"
  done
  told 'line 7: dropped: the scanner ends the other services: '
  # A loop that watches goes on behind the failure, whatever set -e says.
  wrapper <<<$'#!/bin/sh\nset -e\nweb &\nA=$!\nwhile kill -0 $A 2>/dev/null; do\n  sleep 5\ndone\necho "web has ended"'
  migrate
  told "line 8: dropped: a message about the end: the container's exit code is the main service's, and no more always 0"
  wrapper <<<$'#!/bin/sh\nset -e\nweb &\nwait $!\necho "web has ended"'
  migrate
  [[ $report != *'no more always 0'* ]]
}

@test "a question whether a process still runs, which only prints or forgets its pid, is dropped" {
  local ask
  for ask in $'if kill -0 $P 2>/dev/null; then\n  echo up\nelse\n  echo "going on without it"\n  P=""\nfi' 'if ! kill -0 $P; then echo gone; P=; fi' 'kill -0 "$P" || P='; do
    wrapper <<<$'#!/bin/bash\nworker &\nP=$!\n'"$ask"$'\nweb &\nwait $!'
    migrate
    services worker web
    told 'looked whether it still ran: the supervisor does'
    untold TODO
  done
  wrapper <<<$'#!/bin/bash\nworker &\nP=$!\nkill -0 $P || { P=0; ./notify; }\nweb &\nwait $!'
  migrate
  told 'TODO: $P is not known here'
}

@test "what the script came to when its services had ended, or waited for in a branch only, is a question" {
  wrapper <<<$'#!/bin/bash\nmysqld &\nredis-server &\nwait -n\nexec bash'
  migrate
  told 'TODO: the script came here only when one of these had ended: mysqld, redis-server'
  wrapper <<<$'#!/bin/bash\nweb &\nworker &\nif [ -n "$X" ]; then wait -n; exit 1; fi\ntail -f /dev/null'
  migrate
  told 'only if [ -n "$X" ], and kept the container alive otherwise'
  wrapper <<<$'#!/bin/bash\nweb &\nA=$!\nworker &\nwait $A\nkill %2\nwait'
  migrate
  untold TODO
}

@test "a script that waited on when the first had ended, without ending the others, is a question" {
  local waits
  for waits in 'wait $A; wait $B' 'wait $A; wait' 'wait -n; echo one is gone; wait' 'wait -n $A $B || wait $A $B' 'wait -n || wait'; do
    wrapper <<<$'#!/bin/bash\nweb & A=$!\nworker & B=$!\n'"$waits"
    migrate
    told 'the script waited on' || { echo "# $waits"; return 1; }
    has web/flag-main
  done
  for waits in 'wait $A; kill $B; wait $B' 'wait -n; kill $A $B; wait' 'wait $A; wait $A' 'wait -n; cleanup; wait' 'wait -n || true; pkill worker; wait || true'; do
    wrapper <<<$'#!/bin/bash\ncleanup() { kill $A $B; }\nweb & A=$!\nworker & B=$!\n'"$waits"
    migrate
    untold TODO || { echo "# $waits"; return 1; }
  done
}

@test "overmind that is started, asked to quit, and started again is prepared in the setup" {
  wrapper <<<$'overmind start -D -f Procfile\nsleep 5\novermind quit\nexec overmind start -f Procfile'
  migrate
  services overmind
  grep -qx 'overmind quit' "$init/10-start"
}

@test "a script that always ended with the same failure still fails when main ends with 0, but not in docker stop" {
  local code
  for code in 1 -1; do
    wrapper <<<$'#!/bin/bash\nweb &\napi &\nwait -n\nexit '"$code"
    migrate
    code=${code/-1/255}
    told "line 5: dropped: the container's exit code is the main service's, and no more always $code: $code only instead of 0, so that the container still fails then (finish of web, api)"
    grep -qF "'0 '*'\"wanted\":\"up\"'*) reeve shutdown $code ;;" "$tree/web/finish" "$tree/api/finish"
  done
  # Where 0 was 0 before, no code came always.
  for code in 'if wait $P; then exit 0; fi; exit 1' $'wait $P\n[ $? -eq 0 ] && exit 0\nexit 1' $'wait $P && exit 0\necho bad; exit 1'; do
    wrapper <<<$'web &\nP=$!\n'"$code"
    migrate
    untold 'no more always'
    lacks web/finish
  done
}

@test "in a running tree, that finish makes 1 of a 0 that nobody asked for, and of nothing else" {
  wrapper <<<"#!/bin/bash"$'\n'"'$dir/web' & P=\$!"$'\nwait $P\nexit 1'
  migrate
  scan=$tree
  local code
  for code in 0 5; do
    script "$dir/web" <<<"exit $code"
    scanner
    ended "$scanner" $((code ? code : 1))
  done
  script "$dir/web" <<<"trap 'exit 0' TERM; : >'$dir/started'; while :; do sleep 1; done"
  scanner
  eventually 10 test -e "$dir/started"
  stop_scanner 0
}

@test "a loop in the foreground that started a program again and ended the script is told to end the container" {
  wrapper <<<$'#!/bin/bash\nwhile true; do\n  web &\n  wait $!\n  CODE=$?\n  [ $CODE -ne 140 ] && exit $CODE\ndone'
  migrate
  told 'the loop that started it again ended here, and the script with it: [ $CODE -ne 140 ] && exit $CODE: ask that in finish, and run `reeve shutdown CODE` there'
}

@test "a kill at the script's own end that fails with set -e changed its exit code: that is told" {
  local kill
  for kill in 'kill $PID' 'bye'; do
    wrapper <<<$'#!/bin/sh\nset -e\nbye() { kill $PID; }\nserver --port 80 &\nPID=$!\ntrap "'"$kill"$'" EXIT\nwait $PID'
    migrate
    told 'line 6: mistake: at the script'"'"'s own end this kill finds nobody and fails'
  done
  for kill in 'kill $PID || true' 'if [ "$X" ]; then kill $PID; fi'; do
    wrapper <<<$'#!/bin/sh\nset -e\nserver --port 80 &\nPID=$!\ntrap \''"$kill"$'\' EXIT\nwait $PID'
    migrate
    untold 'finds nobody and fails'
  done
}

@test "what was done when one of two branches had ended is in the service of that branch" {
  wrapper <<<$'#!/bin/bash\nif [ "$ROLE" = a ]; then\n  a --port 80 &\n  if wait $!; then report_a; fi\nelse\n  b --port 80 &\n  if wait $!; then report_b; fi\nfi'
  migrate
  grep -q report_a "$tree/a/run"
  grep -q report_b "$tree/b/run"
}

@test "exec behind a question whether a service runs, with an exit behind it, is no condition" {
  local question
  for question in 'kill -0 $P' '[ -d /proc/$P ]'; do
    wrapper <<<$'#!/bin/sh\nhelper &\nP=$!\nif '"$question"$'; then exec web --port 80; fi\necho failed\nexit 1'
    migrate
    untold TODO
    untold 'never runs'
    services helper web
    lacks web/enable-if
  done
}

@test "where a branch ended the script without a failure, what comes later is a question" {
  wrapper <<<$'#!/bin/sh\nhelper &\nif [ "$ONCE" = 1 ]; then\n  work --all\n  exit 0\nfi\nserver --port 80'
  migrate
  grep -q 'TODO reeve-migrate: line 3: exit 0 ended the container here; with 0 it ends this task alone' "$tree/work/run"
  wrapper <<<$'#!/bin/sh\nif [ "$ONCE" = 1 ]; then\n  worker --all &\n  job x\n  exit $?\nfi\nserver --port 80'
  migrate
  grep -q -F 'TODO reeve-migrate: line 3: where [ "$ONCE" = 1 ], the script ended in line 5, and the container with it' "$tree/worker/run"
  wrapper <<<$'#!/bin/sh\nif [ "$ONCE" = 1 ]; then\n  job x\n  exit $?\nfi\nserver --port 80'
  migrate
  told 'TODO: exit $? ended the container here; with 0, in cont-init.d it ends this file alone'
  wrapper <<<$'#!/bin/sh\nif [ "$ONCE" = 1 ]; then\n  job x || exit $?\nfi\nserver --port 80'
  migrate
  untold TODO
}

@test "a code of its own that the script ended with on a failure is named" {
  local end
  for end in 'web all || { echo failed; exit 42; }' 'serve() { web all; }; serve || exit 42' 'web all & wait $! || exit 42' 'web all & wait -n && exit 0 || exit 42' \
    'if ! wait -n; then exit 42; fi'; do
    printf '#!/bin/bash\nworker a &\n%s\n' "$end" | wrapper
    migrate
    echo "# $end"
    told 'the script ended with 42 then'
    untold 'always 0'
    untold 'is lost'
  done
  printf '#!/bin/bash\nworker a &\nweb all && exit 0\nexit 42\n' | wrapper
  migrate
  told 'line 4: dropped: the container'"'"'s exit code is the main service'"'"'s; the script ended with 42 here'
  untold 'is lost'
}

@test "true at the end made the code 0" {
  local end
  for end in ':' 'true'; do
    printf '#!/bin/sh\nworker a &\nweb all\n%s\n' "$end" | wrapper
    migrate
    told 'and no more always 0: if that is wanted, let finish of web run `reeve shutdown 0`'
  done
}

@test "a kill as the last command made the code 0" {
  printf '#!/bin/bash\nworker a &\nW=$!\nweb all\nkill $W\n' | wrapper
  migrate
  told 'line 5: dropped: the scanner ends the other services; the container'"'"'s exit code is the main service'"'"'s, and no more always 0'
  printf '#!/bin/bash\nworker a &\nW=$!\nweb all\nrc=$?\nkill $W\nexit $rc\n' | wrapper
  migrate
  untold 'no more always 0'
}

@test "the code of an end in one branch is that of the services there" {
  wrapper <<'EOS'
#!/bin/bash
cleanup() { kill $A $B; exit 0; }
case "$MODE" in
  web) exec nginx -g 'daemon off;' ;;
  all) trap cleanup TERM
    ./a & A=$!
    ./b & B=$!
    wait -n || true
    cleanup ;;
esac
EOS
  migrate
  told 'if that is wanted, let finish of a, b run `reeve shutdown 0`'
  wrapper <<'EOS'
#!/bin/bash
if [ -n "$SINGLE" ]; then
  exec nginx -g 'daemon off;'
else
  web &
  wait $!
  [ -e /run/stopped ] && exit 7
fi
EOS
  migrate
  told 'TODO: the script could end here with another code than that of web'
  untold 'than that of nginx'
}

@test "a code with which only one branch ended is not said of what is main in another" {
  wrapper <<<$'#!/bin/bash\nif [ "$ROLE" = web ]; then\n  web &\n  worker &\n  wait\n  exit 5\nfi\nexec nginx -g "daemon off;"'
  migrate
  told 'line 6: dropped: the script'"'"'s end: no service of this branch is main: the container ends when it is stopped'
  untold 'finish of nginx'
  wrapper <<<$'#!/bin/bash\nif [ "$ROLE" = web ]; then\n  web & other &\n  wait -n\nelse\n  worker & second &\n  wait\n  if [ $? -gt 2 ]; then exit 4; fi\nfi'
  migrate
  told 'line 8: dropped: looked whether it had failed: the supervisor does; no service of this branch is main'
  untold 'TODO'
}

@test "the code of work behind the server was the container's, and is that of the server now" {
  wrapper <<<$'gunicorn app\ncp /data/db /backup'
  migrate
  told "line 2: services.d/gunicorn/finish: what was done at the end; the container's exit code is the main service's, and no more that of this"
  wrapper <<<$'gunicorn app\ncp /data/db /backup\nexit 0'
  migrate
  untold "no more that of this"
}

@test "of several programs that all are waited for, none is main, and nothing says that one is" {
  wrapper <<<$'a-web &\nA=$!\nb-web &\nB=$!\nfor p in $A $B; do\n  wait "$p" || status=$?\ndone\nexit $status'
  migrate
  told 'what was done when the waiting ended with a failure'
  untold 'the code of what is main'
}

@test "work and starts that && joins end the script together when the work fails, if nothing follows" {
  wrapper <<<$'migrate-all && nginx && exec gunicorn app'
  migrate
  untold 'TODO'
  grep -qx 'migrate-all || exit' "$init/10-start"
  wrapper <<<$'migrate-all && nginx && gunicorn app\nexec web'
  migrate
  told 'TODO: when what is ahead of && failed, the script went on'
}

@test "who waits for a server and has nothing to execute then has waited for what is main" {
  for wait in 'wait $!' $'pid=$!\nwait $pid' wait; do
    wrapper <<<$'openvpn --config /x.ovpn &\n'"$wait"$'\nexec "$@"'
    printf 'FROM debian\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\n' >Dockerfile
    migrate --dockerfile Dockerfile
    lacks openvpn/flag-oneshot
  done
  has openvpn
}

@test "where a branch decides whose pid the script waits for, its end is the container's only there" {
  local decides
  for decides in $'if [ -n "$CHECK" ]; then\n  healthcheck &\nfi\nwait $!' $'P=$!\nif [ -n "$CHECK" ]; then healthcheck & P=$!; fi\nwait $P' \
    $'case "$CHECK" in ?*) healthcheck & ;; esac\nwait $!' $'P=$!\nif [ -n "$CHECK" ]; then healthcheck & P=$!; fi\nwhile kill -0 $P; do sleep 5; done'; do
    wrapper <<<$'#!/bin/bash\ntraefik &\n'"$decides"
    migrate
    told 'TODO: the script waited for the end of traefik only if ! {' || { echo "# $decides"; return 1; }
    told 'otherwise it ended with healthcheck. Now the container ends with traefik in any case'
  done
  # Each of several, or one in any case.
  for decides in $'P=($!)\nif [ -n "$B" ]; then b & P+=($!); fi\nwait "${P[@]}"' $'if [ -n "$B" ]; then b & else c & fi\nwait $!'; do
    wrapper <<<$'#!/bin/bash\na &\n'"$decides"
    migrate
    untold 'only if' || { echo "# $decides"; return 1; }
  done
}

@test "where nothing had been started to wait for, the script ended: a mistake" {
  wrapper <<<$'#!/bin/bash\ntraefik &\n[ -n "$CHECK" ] && healthcheck &\nwait $!'
  migrate
  told 'line 4: mistake: where healthcheck was not started (its condition: [ -n "$CHECK" ]), there was nothing to wait for, and the script ended at once'
  wrapper <<<$'#!/bin/bash\nweb &\nif [ -n "$X" ]; then helper & P=$!; fi\nwait $P'
  migrate
  told 'mistake: where helper was not started (its condition: [ -n "$X" ]), the script waited for web, and ended then'
  wrapper <<<$'#!/bin/bash\nif [ -n "$X" ]; then web & P=$!; else echo "set X"; exit 1; fi\nwait $P'
  migrate
  untold 'nothing to wait for'
}

@test "exit 0 in the setup is marked wherever it stands: in a loop that sets something, or in a function" {
  local work
  for work in $'bye() { echo none; exit 0; }\n[ -n "$ENABLE" ] || bye' $'n=0\nwhile ! wg show wg0; do\n  n=$((n+1))\n  if [ $n -ge 10 ]; then exit 0; fi\n  sleep 1\ndone' 'while read d; do [ -d "$d" ] || exit 0; done </f'; do
    wrapper <<<$'#!/bin/bash\n'"$work"$'\nexec dnsmasq -k'
    migrate
    told 'TODO: exit 0 ended the container here; with 0, in cont-init.d it ends this file alone'
  done
  wrapper <<<$'#!/bin/bash\nbye() { exit 0; }\ntrap bye TERM\nput() { cp a b; return 0; }\nput\ncd /srv || exit\nload || exit\n[ -n "$ENABLE" ] || exit 1\nexec dnsmasq -k'
  migrate
  untold 'ended the container here'
}
