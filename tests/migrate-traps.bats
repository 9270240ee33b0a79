# trap: the signal that a service was sent, and what else it did.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "functions of traps that are gone are not in the setup" {
  wrapper <<'EOS'
#!/bin/sh
mkdir -p /run/x
say() { echo "$p"; }
# asks it to end
stop() { say; kill -INT "$p"; }
prepare() { touch /run/x/y; }
prepare
trap stop TERM
srv & p=$!
wait $p
EOS
  migrate
  untold 'is not known here'
  told 'line 3: dropped: '
  told 'line 5: dropped: '
  grep -q '^prepare() ' "$init/10-start"
  [ -z "$(grep -e '^stop' -e '^say' "$init/10-start")" ]
  # The work of a trap in the setup itself stays.
  wrapper <<<$'#!/bin/sh\nclean() { rm -f /tmp/y; }\ntrap clean EXIT\nmake-y >/tmp/y\nclean\nexec srv'
  migrate
  grep -q '^clean() ' "$init/10-start"
}

@test "the signal that a service was sent is its down-signal" {
  wrapper <<'EOS'
nginx -g 'daemon off;' &
NGINX=$!
db & DB=$!
worker & WORKER=$!
trap 'kill -QUIT $NGINX; kill -s SIGINT "$DB"; kill $WORKER; wait; exit 0' TERM INT
wait $NGINX
EOS
  migrate
  file nginx/down-signal <<<QUIT
  file db/down-signal <<<INT
  lacks worker/down-signal nginx/finish
  told 'line 5: dropped: trap of TERM INT'
}

@test "of two signals to one service the file has the one that ends it, and the other is named" {
  wrapper <<'EOS'
worker & W=$!
nginx & N=$!
db & D=$!
trap 'kill -TSTP $W; sleep 2; kill -TERM $W; kill -QUIT $N; kill $N; kill -INT $D; kill -s INT $D' TERM
wait $D
EOS
  migrate
  lacks worker/down-signal
  file nginx/down-signal <<<QUIT
  file db/down-signal <<<INT
  told 'it sent worker TSTP and then TERM'
  told 'it sent nginx QUIT and then TERM'
  untold 'it sent db'
  grep -q 'TODO reeve-migrate.*TSTP' "$tree/worker/run"
}

@test "the last pid of a trap is that of what keeps the container alive" {
  wrapper <<'EOS'
web & PID=$!
other &
trap 'kill -INT ${!}; kill -QUIT $PID; wait $PID' TERM
while :; do tail -f /dev/null & wait ${!}; done
EOS
  migrate
  file web/down-signal <<<QUIT
  lacks other/down-signal
  untold TODO
}

@test "a trap that is reset behind the wait has done its work" {
  wrapper <<'EOS'
trap 'kill -INT $PID' TERM
myserver & PID=$!
wait $PID
trap - TERM
wait $PID
EOS
  migrate
  file myserver/down-signal <<<INT
  untold 'no trap for TERM'
}

@test "signals that are numbers, and two that reload" {
  wrapper <<'EOS'
trap 'kill -1 "$P"' 1
trap 'kill -10 "$P"' 10
srv & P=$!
wait $P
EOS
  migrate
  lacks srv/reload-signal srv/down-signal # HUP
  told '`reeve reload srv` in the container sends it HUP'
  told 'docker kill -s 10 CONTAINER sent it USR1, and does not any more: `reeve reload srv` sends HUP, write `reeve kill` with USR1 there'
}

@test "signals that are only passed on share a TODO" {
  wrapper <<<$'for_all() { :; }\ntrap \'kill -HUP $P\' HUP\ntrap \'kill -USR1 $P\' USR1\ntrap \'kill -USR2 $P\' SIGUSR2\ntrap \'kill -WINCH "$P"\' WINCH\nsrv & P=$!\nwait $P'
  migrate
  told 'TODO: docker kill -s HUP CONTAINER reached it'
  grep -q 'docker kill -s USR1 CONTAINER sent it USR1, and does not any more (nor USR2, WINCH): `reeve reload srv` sends HUP' "$tree/srv/run"
  [ "$(grep -c TODO "$tree/srv/run")" -eq 2 ]
  told 'it passed WINCH on, which docker kill does not any more'
  wrapper <<<$'trap \'kill -HUP $P\' HUP\ntrap \'kill -USR1 $P\' USR1\ntrap \'kill -QUIT $P\' USR2\nsrv & P=$!\nwait $P'
  migrate
  [ "$(grep -c TODO "$tree/srv/run")" -eq 3 ] # QUIT on USR2 is not the same
}

@test "a message about the trap goes with it" {
  local text
  for text in 'Setting SIGTERM trap' 'Installing signal handlers' 'Registering traps...'; do
    wrapper <<<$'mkdir /data\necho "'"$text"$'"\n# on TERM\ntrap \'kill $P\' TERM\nsrv & P=$!\nwait $P'
    migrate
    told 'line 2: dropped: a message about the trap'
    ! grep -q echo "$init/10-start" || { echo "# $text"; return 1; }
  done
  wrapper <<<$'echo "Starting trapper"\nmkdir /data\nset -u\numask 22\ntrap \'kill $P\' TERM\nsrv & P=$!\nwait $P'
  migrate
  grep -q 'Starting trapper' "$init/10-start"
}

@test "a trap that stops a service without a signal is marked" {
  wrapper <<'EOS'
stop() { { echo save; sleep 1; echo shutdown; } | telnet 127.0.0.1 8081; }
trap stop TERM
gameserver & wait $!
EOS
  migrate
  told 'TODO: it sent nobody a signal: was it this that ended a service?'
  wrapper <<'EOS'
trap 'deregister --now' EXIT
gameserver & wait $!
EOS
  migrate
  untold TODO # only behind its end
}

@test "a trap that types a command into a terminal is marked" {
  wrapper <<<$'trap "tmux send -t mc stop ENTER" TERM\ntmux new -d -s mc java -jar s.jar\nwhile true; do sleep 1; done'
  migrate
  told 'TODO: a command that stops something: tmux send -t mc stop ENTER'
}

@test "what else a trap did is the main service's finish" {
  wrapper <<'EOS'
#!/bin/bash
cleanup() {
  kill -HUP "$WEB"
  wait "$WEB"
  rm -f "$PIDFILE"
}
PIDFILE=/run/web.pid
trap cleanup EXIT TERM
worker &
web & WEB=$!
wait "$WEB"
EOS
  migrate
  file web/down-signal <<<HUP
  file web/finish <<'EOS'
#!/bin/bash
cd "${REEVE_WORKDIR:-/}" || exit 111
PIDFILE=/run/web.pid
rm -f "$PIDFILE"
EOS
  lacks worker/finish
}

@test "signals to all, by name, or by a program's own way" {
  wrapper <<<$'a & b &\ntrap "kill -INT 0" TERM\nwait'
  migrate
  file a/down-signal <<<INT
  file b/down-signal <<<INT
  wrapper <<<$'a & b &\ntrap "pkill -USR1 b" TERM\nwait'
  migrate
  lacks a/down-signal
  file b/down-signal <<<USR1
  wrapper <<<$'nginx & docker-entrypoint.sh postgres &\ntrap "nginx -s quit; pg_ctl stop -m fast" TERM\nwait'
  migrate
  file nginx/down-signal <<<QUIT
  file postgres/down-signal <<<INT
}

@test "what the script did behind the wait is finish as well" {
  wrapper <<'EOS'
web &
wait $!
code=$?
rm -f /run/web.lock
exit $code
EOS
  migrate
  grep -qx 'rm -f /run/web.lock' "$tree/web/finish"
  run ! grep -q 'exit $code' "$tree/web/finish"
}

@test "a trap that ignores or resets is dropped, one that mixes is marked" {
  wrapper <<<$'trap "" HUP\ntrap - TERM\nweb & W=$!\ntrap \'if kill -0 $W; then save $W; fi\' TERM\nwait $W'
  migrate
  lacks web/down-signal
  told 'line 1: dropped: ignores HUP'
  told 'TODO: mixes signals with work'
}

@test "pids in arrays, lists and files are resolved, in loops and calls as well" {
  wrapper <<'EOS'
#!/bin/bash
pids=()
declare -A by_name
nginx -g 'daemon off;' & pids+=($!)
node a.js & pids+=($!)
node b.js &
list="$list $!"
python c.py &
list="$list $!"
x & by_name[x]=$!
y & by_name[y]=$!
z &
echo $! >/run/z.pid
stop() { kill -s "$2" "$1"; wait "$1"; }
on_term() {
  for pid in "${pids[@]}"; do kill -INT "$pid" 2>/dev/null; done
  kill -QUIT $list
  kill -HUP "${by_name[y]}"
  stop "${by_name[x]}" USR1
  kill -USR2 $(cat /run/z.pid)
}
trap on_term TERM
wait -n "${pids[@]}"
EOS
  migrate
  file nginx/down-signal <<<INT
  file a/down-signal <<<INT
  file b/down-signal <<<QUIT
  file c/down-signal <<<QUIT
  file y/down-signal <<<HUP
  file x/down-signal <<<USR1
  file z/down-signal <<<USR2
  has nginx/flag-main a/flag-main
  lacks b/flag-main z/flag-main
}

@test "what a trap's pid or signal is may not be known: the file says so" {
  wrapper <<'EOS'
web & W=$!
trap 'kill -INT $unknown; kill -"$SIGNAL" $W; while x; do save
kill $W; done' TERM
wait $W
EOS
  migrate
  grep -qx '# TODO reeve-migrate: line 2: whose pid is $unknown? It got INT: write that to its down-signal' "$tree/web/run"
  grep -qx '# TODO reeve-migrate: line 2: which signal is "$SIGNAL"?' "$tree/web/run"
  grep -qx '#   kill $W; done' "$tree/web/run"
  lacks web/down-signal
}

@test "a command that stops a service is no work for finish" {
  wrapper <<<$'trap "echo stop; postfix stop; mcrcon stop" TERM\npostfix start\nserver &\nwait $!'
  migrate
  lacks server/finish postfix/finish
  grep -q '^# TODO reeve-migrate: line 1: a command that stops something: mcrcon stop' "$tree/server/run"
}

@test "the order in which a trap ends services is that of dependencies.d, or is lost, and that is said" {
  wrapper <<<$'trap \'kill $W; wait $W; kill $P\' TERM\npostgres & P=$!\nweb & W=$!\nwait $W'
  migrate
  file web/dependencies.d/postgres <<<optional
  told 'it ended web before postgres, as dependencies.d does'
  wrapper <<<$'trap \'kill $P; wait $P; kill $W\' TERM\npostgres & P=$!\nweb & W=$!\nwait $W'
  migrate
  lacks web/dependencies.d postgres/dependencies.d
  told 'it ended them one behind the other, which is lost'
  wrapper <<<$'trap \'kill $W; kill $P; wait\' TERM\npostgres & P=$!\nweb & W=$!\nwait $W'
  migrate
  untold 'one behind the other'
}

@test "a trap's function is told as that, and with which code it ended the container" {
  wrapper <<<$'stop() { kill -INT $p; rm -f /run/x; exit 130; }\nold() { date; }\ntrap old TERM\ntrap stop TERM\napi & p=$!\nwait $p'
  migrate
  told 'line 1: dropped: function stop, the trap of line 4: trap of TERM'
  told 'line 2: dropped: function old, the trap of line 3: line 4 sets another one'
  untold 'nothing needs it'
  told 'down-signal of api: INT'
  told 'it ended the container with 130: docker stop ends it with 0 now'
  wrapper <<<$'cron\ntrap "exit 143" TERM\ntail -f /log/a\nexit 3'
  migrate
  told 'line 2: dropped: trap of TERM: the supervisor signals each service; it ended the container with 143'
  told 'line 4: dropped: no service is main: the container ends when it is stopped'
  wrapper <<<$'trap "exit 0" TERM\ntrap "exit 3" HUP\nserver &\nwait $!'
  migrate
  untold 'it ended the container with'
}

@test "a finish whose work may take long has no limit" {
  local end
  for end in 'aws s3 sync /state s3://b' 'for f in /out/*; do gzip "$f"; done' '[ -d /w ] && tar czf /b/w.tgz /w' 'n=$(backup-now)'; do
    wrapper <<<$'agent & p=$!\nwait $p\n'"$end"
    migrate
    file agent/timeout-finish <<<0 || { echo "# $end"; return 1; }
    told 'note: finish of agent may run as long as it needs (timeout-finish 0)'
  done
  wrapper <<<$'save() { tar czf /b/w.tgz /w; }\nstop() { kill $p; wait $p; save; }\ntrap stop TERM\nagent & p=$!\nwait $p'
  migrate
  has agent/timeout-finish
  wrapper <<<$'trap \'kill $p; wait $p; rm -f /run/x; echo bye >>/log/x\' TERM\nagent & p=$!\nwait $p\nrc=$?\n[ $rc -eq 0 ] || echo "$(date) $rc" >>/log/y'
  migrate
  has agent/finish
  lacks agent/timeout-finish
}

@test "a trap that exec ended has nothing left to do; two traps that do the same finish once" {
  wrapper <<<$'stop() { if pgrep master; then postfix stop; fi; exit 0; }\ntrap stop TERM\ncron -f &\nexec web'
  migrate
  untold TODO
  told 'line 2: dropped: trap of TERM: the supervisor signals each service; it never ran, as exec of line 4 ended it'
  wrapper <<<$'clean() { ./config.sh remove; }\ntrap "clean; exit 130" INT\ntrap "clean; exit 143" TERM\n./agent & wait $!'
  migrate
  [ "$(grep -c 'config.sh remove' "$tree/agent/finish")" -eq 1 ]
}

@test "the stop of a controller script of one's own is marked" {
  local start
  for start in './srv start|./srv stop' '"$HOME/bin/srv" start|$HOME/bin/srv stop' 'su app -c "./srv start"|su app -c "./srv stop"'; do
    wrapper <<<$'trap \''"${start#*|}"$'; exit\' TERM\n'"${start%|*}"$'\nsleep infinity & wait $!'
    migrate
    [ -n "$(find "$tree" -name flag-forks)" ] && grep -q '^line 1: .*TODO: .*srv stop' <<<"$report" || { echo "# $start"; return 1; }
  done
}

@test "a program of one's own that is called like a system's may need the services" {
  local program
  for program in '/sync/sync --push' '/opt/x/sync db' './rm stale' '"$HOME/cp" db'; do
    wrapper <<<$'trap \''"$program"$'; exit 0\' TERM\nmydb & wait'
    migrate
    grep -q "^line 1: .*TODO" <<<"$report" || { echo "# $program"; return 1; }
  done
  for program in '/bin/sync' 'rm -f /run/x' '/usr/bin/touch /run/y'; do
    wrapper <<<$'trap \''"$program"$'; exit 0\' TERM\nmydb & wait'
    migrate
    ! grep -q "^line 1: .*TODO" <<<"$report" || { echo "# $program"; return 1; }
  done
}

@test "a pause between the signals of a trap is an order; ahead of them, it is named" {
  wrapper <<'EOS'
#!/bin/bash
web &
A=$!
worker &
B=$!
stop() {
  kill -QUIT $A
  sleep 2
  kill -TERM $B
  wait
}
trap stop TERM INT
wait -n
stop
EOS
  migrate
  told 'TODO: it ended them one behind the other'
  lacks web/finish worker/finish
  told 'line 8: dropped: a pause between signals'
  sed -i 's/-QUIT $A/-QUIT $C/; s/-TERM $B/-TERM $A/; s/C/B/' start.sh
  migrate
  untold TODO
  file worker/dependencies.d/web <<<optional
  told 'it ended worker before web, as dependencies.d does'
  wrapper <<<$'#!/bin/bash\ntrap "sleep 10; kill -QUIT \\$A" TERM\nweb &\nA=$!\nwait $A'
  migrate
  told 'TODO: it did this before it told anyone to end: sleep 10; nothing waits now'
  wrapper <<<$'#!/bin/bash\ntrap "kill \\$A; sleep 5; kill -9 \\$A" TERM\nweb &\nA=$!\nwait $A'
  migrate
  untold TODO
}

@test "work at the stop that becomes the finish of a service that is started again is asked for" {
  wrapper <<<$'#!/bin/sh\nstop() { kill "$PID"; wg-quick down wg0; rm -f /run/x; exit 0; }\ntrap stop TERM INT\nwg-quick up wg0\ndnsmasq -k &\nPID=$!\nwhile true; do\nsleep 1\nif ! kill -0 "$PID" 2>/dev/null; then dnsmasq -k & PID=$!; fi\ndone'
  migrate
  lacks dnsmasq/flag-main
  told 'TODO: it was done once, at the end, and is done each time that dnsmasq has ended, which is started again: wg-quick down wg0; if it undoes what was done once, make that a task'
  untold 'started again: rm -f'
  wrapper <<<$'#!/bin/sh\nstop() { kill "$PID"; wg-quick down wg0; exit 0; }\ntrap stop TERM INT\nwg-quick up wg0\ndnsmasq -k &\nPID=$!\nwait $PID'
  migrate
  has dnsmasq/flag-main dnsmasq/finish
  untold TODO
  wrapper <<<$'#!/bin/sh\ntrap "kill 0; wg-quick down wg0" TERM\nwg-quick up wg0\na-server &\nb-server &\nwait\nvpn-tool down'
  migrate
  lacks a-server/flag-main b-server/flag-main
  told 'b-server has ended, which is started again: wg-quick down wg0; if it undoes'
  told 'b-server has ended, which is started again: vpn-tool down; if it undoes'
}

@test "a signal goes to the server, not to the task that looked at its configuration" {
  wrapper <<<$'web &\nnginx -t\nnginx\ntrap "nginx -s quit" TERM\nwait'
  migrate
  file nginx/down-signal <<<QUIT
  lacks nginx-t/down-signal
  wrapper <<<$'web &\napachectl configtest\napachectl start\ntrap "apachectl graceful-stop" TERM\nwait'
  migrate
  file apachectl/down-signal <<<WINCH
}

@test "kill -0 ahead of a kill is no waiting for what the trap has killed before" {
  local body
  of_body() { wrapper <<<$'cleanup() {\n'"$body"$'\nwait\n}\ntrap cleanup TERM\nbackend &\nb=$!\nworker &\nw=$!\nwait -n'; migrate; }
  for body in $'if kill -0 "$b"; then\nkill "$b"\nfi\nif kill -0 "$w"; then\nkill "$w"\nfi' $'[[ -n "$b" ]] && kill -0 "$b" && kill "$b"\n[[ -n "$w" ]] && kill -0 "$w" && kill "$w"'; do
    of_body
    untold TODO
  done
  for body in $'kill "$b"\nwait "$b"\nkill "$w"' $'kill "$b"\nwhile kill -0 "$b"; do :; done\nkill "$w"'; do
    of_body
    told 'TODO: it ended them one behind the other'
  done
}

@test "a reload that ends a program and starts it again loses no work, as its supervisor starts it" {
  reload() { wrapper <<<$'start_worker() {\npython worker.py &\nW=$!\n}\nreload() {\nkill -TERM "$W"\nwait "$W"\n'"$1"$'\n}\ntrap reload HUP\nstart_worker\nwait "$W"'; migrate; }
  reload start_worker
  file worker/reload-signal <<<TERM
  untold 'is not done any more'
  reload $'./tables\nstart_worker'
  told 'what it did is not done any more: ./tables'
}

@test "what is left to do of the trap of one branch is in a file of that branch" {
  wrapper <<<$'#!/bin/bash\nif [ "$COVER" = true ]; then\n  pid=0\n  term() { if [ $pid -ne 0 ]; then cp /tmp/a /mnt/b; kill $pid; wait $pid; fi; exit 143; }\n  trap \'kill ${!}; term\' TERM\n  app run &\n  pid=$!\n  while true; do tail -f /dev/null & wait ${!}; done\nelse\n  app run\nfi'
  migrate
  services app app-2
  grep -q 'mixes signals with work' "$tree/app/run"
  run ! grep -q TODO "$tree/app-2/run"
}
