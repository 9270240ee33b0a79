# Whom a trap means that asks for a pid, whose file a TODO is in, and whose HOME stays.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a kill of what pidof, pgrep or a pidfile finds is for the service of that name" {
  wrapper <<'EOS'
#!/bin/bash
web &
pool -F &
cache &
stop() {
  kill -QUIT $(pidof web)
  kill -s USR1 "$(cat /run/pool.pid)"
  kill -INT $(cat /run/other.pid)
}
trap stop TERM
wait -n
EOS
  migrate
  file web/down-signal <<<QUIT
  file pool/down-signal <<<USR1
  lacks cache/down-signal
  told 'TODO: whose pid is $(cat /run/other.pid)? It got INT: write that to its down-signal'
}

@test "a TODO about a dropped line is in the file of the service that it names" {
  wrapper <<<$'#!/bin/bash\nnamed -g &\nproxy &\nlast &\ntrap "rndc stop; proxyctl proxy stop" TERM\nwait -n'
  migrate
  grep -q 'TODO reeve-migrate: line 5: .*proxyctl proxy stop' "$tree/proxy/run"
  grep -q TODO "$tree/last/run" && false
  wrapper <<<$'#!/bin/bash\nfirst &\nA=$!\nsecond &\nB=$!\nlast &\nwait $A $B'
  migrate
  grep -q 'TODO reeve-migrate: line 7: it waited until all of them had ended' "$tree/first/run"
}

@test "who kept HOME keeps it" {
  local become
  for become in 's6-setuidgid app' 'setuidgid app'; do
    wrapper <<<$'#!/bin/sh\ncache &\nexec '"$become"$' web --port 80'
    migrate
    grep -qxF 'exec reeve-exec --user app --keep-home -- web --port 80' "$tree/web/run"
  done
  wrapper <<<$'#!/bin/sh\ncache &\nsu -p app -c "web --port 80"'
  migrate
  grep -q -e '^exec reeve-exec --user app --keep-home -- /bin/sh -c ' "$tree/web/run"
}

@test "a loop that looks at what pidof has found says who is main, and who is only started again" {
  wrapper <<'EOS'
#!/bin/sh
rsyslogd
proxy -db &
while true; do
  proxy_pid=$(pidof proxy)
  log_pid=$(pidof rsyslogd)
  if [ -z "$log_pid" ]; then rsyslogd; fi
  if [ -z "$proxy_pid" ]; then
    echo "the proxy has gone"
    break
  fi
  sleep 5
done
exit 1
EOS
  migrate
  services rsyslogd proxy
  has proxy/flag-main
  lacks rsyslogd/flag-main
  told 'it started these again, as their supervisors do: rsyslogd'
}

@test "a file that a pid was written to says whom a loop, a trap and wait mean" {
  local write
  for write in 'echo $! > FILE' 'P=$!; echo $P > FILE' 'P=$!; echo "${P}" >FILE'; do
    for file in /run/web.id 'run/web.id' '"$STATE/web.id"' '$PIDFILE'; do
      wrapper <<<$'#!/bin/bash\nweb &\n'"${write/FILE/$file}"$'\ncache &\ntrap \'kill -INT $(cat '"$file"$')\' TERM\nwait $(cat '"$file"')'
      migrate
      services web cache
      has web/flag-main
      lacks cache/flag-main
      file web/down-signal <<<INT
      told "TODO: does somebody read it from $file?"
      wrapper <<<$'#!/bin/bash\nweb &\n'"${write/FILE/$file}"$'\ncache &\nwhile true; do\n  sleep 5\n  kill -0 $(cat '"$file"$') || exit 1\ndone'
      migrate
      services web cache
      has web/flag-main
      lacks cache/flag-main
    done
  done
}

@test "a pid that the script reads from a file is that of the service which has the file among its words, or its name" {
  local look
  for look in 'V=$(cat /run/vpn.pid)' 'V="$(</run/vpn.pid)"' $'if [ -f /run/vpn.pid ]; then V=`cat /run/vpn.pid`; echo up; else echo none; tail -5 /var/log/vpn.log || true; exit 1; fi'; do
    wrapper <<<$'#!/bin/bash\nopenvpn --config vpn.conf --writepid /run/vpn.pid --daemon\n'"$look"$'\nproxy &\nP=$!\ntrap "kill -INT $V" TERM\nwhile kill -0 $V && kill -0 $P; do sleep 5; done'
    migrate
    has openvpn/flag-main proxy/flag-main
    file openvpn/down-signal <<<INT
    told 'line 3: dropped: the pid of openvpn: its supervisor knows it'
    untold TODO
  done
  wrapper <<<$'#!/bin/bash\nnginx\nN=$(cat /run/nginx.pid)\nproxy &\nwhile kill -0 $N; do sleep 5; done'
  migrate
  has nginx/flag-main
  lacks proxy/flag-main
  wrapper <<<$'#!/bin/bash\nopenvpn --config vpn.conf --writepid "$FILE" --daemon\nproxy &\nwhile kill -0 "$(cat "$FILE")"; do sleep 5; done'
  migrate
  has openvpn/flag-main
  lacks proxy/flag-main
}

@test "a pid that a loop asks for, and that nothing here has, is named" {
  wrapper <<<$'#!/bin/bash\nopenvpn --config vpn.conf --daemon\nV=$(vpn-pid)\nproxy &\nP=$!\nwhile kill -0 $V && kill -0 $P; do sleep 5; done'
  migrate
  has openvpn/flag-main proxy/flag-main
  told 'TODO: the loop also asked for $V, and nothing here has that name: openvpn is main for it'
}

@test "a pid goes to the file that stdout is, among other redirections" {
  local echo
  for echo in 'echo $! 2>/dev/null >/run/web.pid' 'echo $! >/run/web.pid 2>&1' 'echo "$P" </dev/null >/run/web.pid'; do
    wrapper <<<$'web &\nP=$!\n'"$echo"$'\nb &\nwait $(cat /run/web.pid)'
    migrate
    has web/flag-main
    told 'does somebody read it from /run/web.pid?'
  done
}

@test "a pid is whose the search names, wherever its words stand" {
  local search
  for search in '$(pgrep -f web.js | head -1)' '$( pgrep -f web.js )' '"$(/usr/bin/pgrep -of web.js)"' '`pidof -s worker | cut -f 1`' '$(ps aux | grep "[w]eb.js" | awk "{print \$2}")'; do
    wrapper <<<$'node /app/web.js &\nworker &\nnode /app/head.js &\nP='"$search"$'\nwait $P'
    migrate
    lacks head/flag-main
    untold TODO || { echo "# $search"; return 1; }
  done
}

@test "a file that keeps the script's own pid is a question" {
  wrapper <<<$'#!/bin/sh\necho $$ >/run/app.pid\nserver --port 80 &\nhelper &\nwait'
  migrate
  told 'line 2: cont-init.d/10-start: setup, as it was; TODO: this was the pid of the script, as long as it ran; here it is that of a file which ends: who reads /run/app.pid?'
  wrapper <<<$'#!/bin/sh\nprintf "%s\\n" x >/tmp/list.$$\nif [ "$ROLE" = web ]; then\n  echo $$ >/run/web.pid\n  exec web\nfi\nexec worker'
  migrate
  untold 'this was the pid of the script'
}

@test "a loop that asks whether enough processes run, among other questions, waits until they do; the pid that it finds is known" {
  local question
  for question in '[ ! -z "$P" ] && redis-cli ping' '[ -n "$P" ] && redis-cli ping' '! [ -z "$P" ]' '[ ! -z "$P" ]' '[[ ! -z $P ]] && nc -z localhost 6379'; do
    wrapper <<EOS
#!/bin/bash
redis-server --daemonize yes
for i in {1..15}; do
  P=\$(pgrep -f redis-server | head -1)
  if $question; then
    echo "redis runs with pid \$P"
    break
  fi
  if [ \$i -eq 15 ]; then exit 1; fi
  sleep 1
done
trap 'kill \$P' TERM
uvicorn app:app &
wait \$!
EOS
    migrate
    told 'its readiness check'
    untold TODO
    has uvicorn/dependencies.d/redis-server
  done
  wrapper <<<$'#!/bin/bash\nserver &\nkill $!\nwhile true; do\n  if [ ! -n "$(pgrep server)" ] && [ -e /data ]; then break; fi\n  sleep 1\ndone\nexec server'
  migrate
  untold 'readiness check'
}

@test "a daemon that left by itself does not change whose pid \$! is" {
  for daemon in nginx 'service nginx start'; do
    for wait in 'wait $!' $'PID=$!\nwait $PID' $'trap "kill \\$!" TERM\nwait "$!"'; do
      wrapper <<<$'gunicorn app:app &\n'"$daemon"$'\n'"$wait"
      migrate
      has gunicorn/flag-main
      lacks nginx/flag-main
    done
  done
  wrapper <<<$'nginx &\nwait $!\nexec web'
  migrate
  told 'waited until nginx had put itself into the background'
}

@test "a trap that looks up the children of the script means all services" {
  for kill in 'for p in $(pgrep -P $$); do kill -INT $p; done' 'kids=`ps -o pid --no-headers --ppid $$`; for k in $kids; do kill -s INT "$k"; done' 'kids=$(jobs -p); for k in $kids; do kill -INT "$k"; done'; do
    wrapper <<<$'#!/bin/bash\ntrap \''"$kill"$'\' TERM\nweb &\nworker &\nwait'
    migrate
    untold 'whose pid is'
    file web/down-signal <<<INT
    file worker/down-signal <<<INT
  done
}

@test "who kills the script by a variable with its pid is marked" {
  local pid
  for pid in 'MAIN=$$' 'export MAIN="$$"' 'MAIN=$BASHPID'; do
    wrapper <<<"#!/bin/bash
$pid
(web; kill \"\$MAIN\") &
worker &
wait"
    migrate
    told 'TODO: by kill $$ it ended the script'
  done
}

@test "a pid is known by the variable that it is copied to" {
  local copies
  for copies in 'PIDS="$A $B"; wait -n $PIDS' 'pids=("$A" $B); wait -n "${pids[@]}"' 'pids=(); pids+=("$A"); pids+=(${B}); wait -n "${pids[@]}"' \
    'PIDS="$A"; PIDS="$PIDS $B"; wait -n $PIDS'; do
    wrapper <<<$'#!/bin/bash\none --port 80 &\nA=$!\ntwo &\nB=$!\n'"$copies"
    migrate
    has one/flag-main two/flag-main
  done
  wrapper <<<$'#!/bin/bash\none --port 80 &\nA=$!\ntwo &\nP=$A\nwait $P\nexit $?'
  migrate
  has one/flag-main
  lacks two/flag-main
}

@test "a comment asks for no pid" {
  wrapper <<<$'#!/bin/bash\n/app/db &\nDB=$!\n# kill $DB when it hangs\n/app/web &\nwait -n'
  migrate
  untold TODO
}

@test "the script's own pid is no service's: what asks for it is marked" {
  local own
  for own in $'me=$$\n(while kill -0 $me; do curl -s http://localhost/ping; sleep 30; done) &' $'PARENT=$BASHPID\nwatchdog --parent $PARENT &' \
    'watchdog --parent=$$ &' '(while kill -0 $$; do curl -s http://localhost/ping; sleep 30; done) &'; do
    wrapper <<<$'#!/bin/bash\n'"$own"$'\nexec nginx'
    migrate
    told "was the script's pid, and that script is gone" || { echo "# $own"; return 1; }
  done
  wrapper <<<$'#!/bin/bash\nexport MAIN_PID=$$\nworker &\nexec nginx'
  migrate
  told "MAIN_PID was the script's pid, which is no service's"
  wrapper <<<$'#!/bin/bash\nSELF=$$\nmkdir -p /tmp/w.$SELF\nredis-server --dir /tmp/w.$SELF &\nexec watchdog --parent $$' # a name; what exec keeps
  migrate
  untold "was the script's pid"
}

@test "a signal to pid 1 that does not end it is marked" {
  local start
  for start in '(while inotifywait -e modify /etc/nginx.conf; do kill -s HUP 1; done) &' '(while inotifywait /etc/h; do kill -USR2 1; done) &' 'docker-gen -notify "kill -HUP 1" /t /c &'; do
    wrapper <<<"$start"$'\nexec nginx'
    migrate
    told 'TODO: pid 1 is /init now' || { echo "# $start"; return 1; }
  done
  wrapper <<<$'(worker; kill 1) &\necho "use kill -HUP 2, not kill -HUP 1"\n(while kill -0 1; do ping-it; sleep 9; done) &\nexec nginx'
  migrate
  untold 'pid 1 is /init now'
}

@test "what a client prints is no pid: a server that is only prepared stays the setup's" {
  local asks
  for asks in 'OUT=$(vault write pki/issue/x); echo "$OUT" >/x.crt' 'N=$(vault list -count)' 'X=$(cat /run/vault.pid)'; do
    wrapper <<<$'#!/bin/bash\nvault server -dev &\nPID=$!\nsleep 5\n'"$asks"$'\nkill $'"$([[ $asks = X=* ]] && echo X || echo PID)"$'\nsleep 2\nexec vault server -config=/v.hcl'
    migrate
    services vault
    told 'lines 2-7: cont-init.d/10-start: setup, as it was' || { echo "# $asks"; return 1; }
  done
}

@test "a signal at which a server goes on neither stops it nor ends the script: it is sent by a task" {
  local signal
  for signal in 'kill -HUP $(cat /run/nginx.pid)' 'kill -s USR1 $(cat /run/nginx.pid)' 'pkill -HUP nginx' 'killall --signal=HUP nginx'; do
    wrapper <<<$'nginx\ncertbot certonly -n\n'"$signal"$'\nexec node server.js'
    migrate
    services nginx server certbot || { echo "# $signal"; return 1; }
    [[ $signal == kill\ * ]] || signal="exec $signal" # kill is the shell's own
    last_line certbot | grep -qxF "$signal"
  done
  wrapper <<<$'web &\nW=$!\n./migrate\nkill -HUP $W\nwait $W'
  migrate
  has web/flag-main migrate/flag-oneshot
  last_line migrate | grep -qx 'kill -HUP $W'
  told 'TODO: $W is not known here: it was the pid of web, which only its supervisor knows'
  wrapper <<<$'web &\nW=$!\n./migrate\nkill $W\nwait $W'
  migrate
  has migrate/flag-main
}

@test "a pid that a daemon writes only in the background is written by run" {
  local start expected
  while IFS='|' read -r start expected; do
    wrapper <<<"$start"$'\nwhile [ ! -s /run/x.pid ]; do sleep 1; done\nexec web'
    migrate
    grep -qxF "echo \"\$\$\" >/run/x.pid # in the foreground it writes none" "$tree"/*/run || { echo "# $start"; return 1; }
    grep -q "^exec .*$expected\$" "$tree"/*/run || { echo "# $start"; return 1; }
  done <<'EOS'
spawn-fcgi -P /run/x.pid -s /run/f.sock -- /usr/bin/php-cgi|spawn-fcgi -n -s /run/f.sock -- /usr/bin/php-cgi
haproxy -f /etc/h.cfg -D -p /run/x.pid|haproxy -db -f /etc/h.cfg -p /run/x.pid
thin start -d --pid=/run/x.pid|thin start --pid=/run/x.pid
fluentd -c x -d /run/x.pid|fluentd -c x
ss-server -c x -f /run/x.pid|ss-server -c x
EOS
  wrapper <<<$'start-stop-daemon -S -b -m -p /run/x.pid -x /usr/bin/app -- -v\nwhile [ ! -s /run/x.pid ]; do sleep 1; done\nexec web'
  migrate
  grep -qxF 'echo "$$" >/run/x.pid # as start-stop-daemon --make-pidfile did' "$tree/app/run"
  wrapper <<<$'su www -s /bin/sh -c "haproxy -D -f x -p /run/x.pid"\nwhile [ ! -f /run/x.pid ]; do sleep 1; done\nexec web'
  migrate
  last_line haproxy | grep -qF "/bin/sh -c 'echo \$\$ >/run/x.pid; exec haproxy -db -f x -p /run/x.pid'"
  wrapper <<<$'nginx\nhaproxy -f /etc/h.cfg -db -p /run/x.pid &\nstart-stop-daemon -S -b -p /run/x.pid -x /usr/bin/app\nexec web'
  migrate
  [ -z "$(grep -r 'echo "$$"' "$tree")" ]
}

@test "a pid that a computed name may hold is not taken for none" {
  local set
  for set in 'eval "${s}_pid=$!"' 'declare "${s}_pid=$!"' 'printf -v "${s}_pid" %s $!'; do
    wrapper <<<$'#!/bin/bash\nfor s in a b; do\n  ./$s &\n  '"$set"$'\ndone\nwait $a_pid'
    migrate
    untold 'waited until all had ended'
    told 'TODO: the script ended with the process that it waited for'
  done
  wrapper <<<$'#!/bin/bash\n./a &\n./b &\nwait $PID'
  migrate
  told 'waited until all had ended'
}

@test "\$! in a file that has started nothing is marked: it was the pid of another service" {
  local script
  for script in $'rabbitmqctl wait -P $!\nrabbitmqctl add_vhost app' 'renice -n 5 -p "$!"' 'prlimit --pid=$! --nofile=1024' './register.sh --pid ${!}' 'sidecar --watch-pid=$! &' \
    'curl -d "pid=$!" http://hub/register' $'./seed.sh\ncgclassify -g memory:web $! || true'; do
    wrapper <<<$'server &\n'"$script"$'\nwait'
    migrate
    told 'TODO: $! is empty here: it was the pid of server, which only its supervisor knows' || { echo "# $script"; return 1; }
    [ "$(grep -o 'is empty here' <<<"$report" | wc -l)" -eq 1 ] || { echo "# $script"; return 1; }
  done
  wrapper <<<$'server &\nsleep 5\nkill -HUP $!\nwait'
  migrate
  told '$! is empty here: it was the pid of server, which only its supervisor knows (`reeve kill SIGNAL server` sends it a signal)'
  wrapper <<<$'server &\ntail -f /var/log/x.log &\nrenice -n 5 -p $!\nwait'
  migrate
  untold 'it was the pid of server'
  # What has started something has its pid, and other quotes are another shell's.
  for script in '(helper & renice -n 5 -p $!; wait) &' "sh -c 'helper & echo \$!; wait' &" 'while sleep 5 & wait $!; do ./work; done &' 'echo $! >/run/server.pid.log'; do
    wrapper <<<$'server &\n'"$script"$'\nwait'
    migrate
    untold '$! is empty here' || { echo "# $script"; return 1; }
  done
}

@test "a pid in a here-document, or in a function that is called in a pipeline, is named as one" {
  wrapper <<<$'server &\nP=$!\ncat >/etc/watch.conf <<EOF\npid=$P\nEOF\nother &\nwait $P'
  migrate
  told '$P is not known here: it was the pid of server, which only its supervisor knows'
  untold 'set it here, too'
  wrapper <<<$'server &\nP=$!\nreload() {\n  kill -HUP "$P"\n}\ninotifywait -m /etc/x | while read -r f; do reload; done &\nwait $P'
  migrate
  told '$P is not known here: it was the pid of server, which only its supervisor knows (`reeve kill SIGNAL server` sends it a signal)'
  untold 'set it here, too'
}

# These, in the order of their names, and no others.
mains() { [ "$(cd "$tree" && for one in */flag-main; do echo "${one%/*}"; done)" = "$(printf '%s\n' "$@")" ] || { echo "# main: $(cd "$tree" && echo */flag-main)"; return 1; }; }

@test "what a variable was set to ahead of a pid is not asked for, nor handed on" {
  for script in $'pid=\nserver & pid=$!' $'pid=""\nserver & pid=$!' $'pid=0\nserver & pid=$!' $'export pid=\nserver & pid=$!' \
    $'pid=\nstart() {\n  server &\n  pid=$!\n}\nstart' $'pid=\nfor s in job server; do $s & pid=$!; done' $'pid=\nserver & P=$!\npid=$P' \
    $'pid=\nserver & echo $! >/run/x.pid\npid=$(cat /run/x.pid)'; do
    for loop in 'while kill -0 "$pid"; do sleep 5; done' 'while true; do kill -0 $pid || exit 1; sleep 5; done' 'while [ -d /proc/$pid ]; do sleep 5; done' \
      'while ps -p $pid; do sleep 5; done' 'while true; do wait $pid; kill -0 $pid || break; done'; do
      wrapper <<<"$script"$'\ntool &\n'"$loop"
      migrate
      mains server || { echo "# $script $loop"; return 1; }
    done
  done
  wrapper <<<$'A=""; B=""\na-server & A=$!\nb-server & B=$!\ntool &\nwhile kill -0 "$A" && kill -0 "$B"; do sleep 5; done'
  migrate
  mains a-server b-server
  wrapper <<<$'P=\nif [ "$E" = 1 ]; then\n  web & P=$!\nfi\napi & Q=$!\ntool &\nwhile true; do\n  [ -z "$P" ] || kill -0 $P || exit 1\n  kill -0 $Q || exit 1\n  sleep 5\ndone'
  migrate
  mains api web
  # What is set behind it is asked for.
  wrapper <<<$'server & N=$!\nN=tool\ntool &\nwhile pgrep "$N"; do sleep 5; done'
  migrate
  mains tool
  wrapper <<<$'pid=\nreload() { kill -HUP "$pid"; }\nserver & pid=$!\n(\n  while true; do\n    sleep 60\n    reload\n  done\n) &\nwait $pid'
  migrate
  told '$pid is not known here: it was the pid of server, which only its supervisor knows (`reeve kill SIGNAL server` sends it a signal)'
  # What was started ahead of it has the first value.
  wrapper <<<$'pid=\nreload() { kill -HUP "$pid"; }\n(\n  while true; do\n    sleep 60\n    reload\n  done\n) &\nserver & pid=$!\nwait $pid'
  migrate
  untold 'is not known here'
}

@test "a wait for a pid that its own branch asks for ended no script at once" {
  for ask in '[ "$P" -ne 0 ]' '[ -n "$P" ]'; do
    wrapper <<<$'P=\nif [ "$E" = 1 ]; then\n  web & P=$!\nfi\ntool &\nif '"$ask"$'; then\n  wait "$P"\nelse\n  wait\nfi'
    migrate
    untold 'nothing to wait for' || { echo "# $ask"; return 1; }
  done
  wrapper <<<$'P=\nif [ "$E" = 1 ]; then\n  web & P=$!\nfi\nif [ -z "$P" ]; then\n  exec api\nfi\ntool & T=$!\nwait $P'
  migrate
  untold 'where web was not started'
  wrapper <<<$'if [ "$E" = 1 ]; then\n  web & P=$!\nfi\nwait "$P"'
  migrate
  told 'there was nothing to wait for'
}
