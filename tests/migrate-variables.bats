# Commands that a variable of the script holds, and what questions about variables are called.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a service has the name of what its variable begins with" {
  wrapper <<<$'#!/bin/bash\nLAUNCH="/usr/sbin/haproxy -db -f $CONF"\nAPI="java $JAVA_OPTS -jar /app/orders.jar"\nAPI="$API --port $PORT"\n$LAUNCH &\nexec $API'
  migrate
  has haproxy/run orders/flag-main
  [[ $report != *TODO* ]]
  # Two values, or one that a variable begins with, say nothing.
  wrapper <<<$'#!/bin/bash\nRUN="web $A"\nif [ -n "$X" ]; then RUN="other $A"; fi\ncache &\nexec $RUN'
  migrate
  has run-service/flag-main
}

@test "launch.sh of noVNC, and ip of a task" {
  wrapper <<<$'#!/bin/bash\n/opt/noVNC/utils/launch.sh --vnc localhost:5900 &\nip route add default via 10.0.0.1\n: "${TOKEN:?is missing}"\nexec web'
  migrate
  has noVNC/run ip/flag-oneshot
  wrapper <<<$'#!/bin/bash\ncache &\n: "${TOKEN:?is missing}"\nexec web'
  migrate
  has check-TOKEN/flag-oneshot
  # A shell ends there, also without set -e.
  file web/dependencies.d/check-TOKEN </dev/null
}

@test "eval of a command that the script itself has is no registry" {
  wrapper <<'EOS'
#!/bin/sh
LAUNCH="/usr/sbin/haproxy -db -f /etc/haproxy.cfg"
start_proxy() {
  eval $LAUNCH &
}
start_proxy
api &
wait
EOS
  migrate
  has haproxy/run
  told 'line 4: services.d/haproxy/run: service haproxy, started in the background; TODO: eval reads its words a second time'
  wrapper <<<$'#!/bin/sh\nstart() {\n  local command=$1\n  eval "$command" &\n}\nstart "api --port 1"\nwait'
  run -1 reeve-migrate start.sh
}

@test "a variable that holds how a wait ended has no place in finish" {
  local ask
  for ask in 'wait -n $A $B && rc=0 || rc=$?' 'wait $A && rc=0' 'if wait $A; then rc=0; else rc=$?; fi' 'if ! wait $A; then rc=$?; echo failed; fi'; do
    wrapper <<<$'#!/bin/bash\nset -e\nweb &\nA=$!\ncache &\nB=$!\n'"$ask"$'\necho "ended: $rc"\nexit $rc'
    migrate
    has web/flag-main
    lacks web/finish cache/finish
    [[ $report != *TODO* ]]
  done
  wrapper <<<$'#!/bin/bash\nweb &\nif wait $!; then upload; fi\ncache &'
  migrate
  for ask in 'if wait $A; then upload /data; fi' 'if wait $A; then rc=0; elif upload /data; then rc=1; fi' 'if wait $A; then rc=0; else rc=$(upload /data); fi' \
    'if wait $A; then echo upload /data >/state/end; fi' 'if ! wait $A; then echo "failed: $(upload /data)" >&2; fi'; do
    wrapper <<<$'#!/bin/bash\nweb &\nA=$!\ncache &\n'"$ask"
    migrate
    has web/flag-main
    told '; TODO: ' && grep -rq 'TODO reeve-migrate: line 5: .*upload /data' "$tree" || { echo "# $ask"; return 1; }
  done
  wrapper <<<$'#!/bin/bash\nweb &\nA=$!\ncache &\nwait $A && rc=$(upload /data)'
  migrate
  has web/finish
}

@test "if wait \$PID: a task, on which what it starts depends" {
  wrapper <<'EOS'
#!/bin/bash
migrate &
M=$!
cache &
if wait $M; then
  exec web
else
  echo "the migration failed"
  exit 1
fi
EOS
  migrate
  has migrate/flag-oneshot web/flag-main
  file web/dependencies.d/migrate </dev/null
  untold 'on a condition'
}

@test "what a pipe, a subshell or the background sets reaches nobody, and is not handed on" {
  local line
  for line in './prepare 2>&1 | while read line; do echo "log: $line"; done' '( export line=1; ./prepare )' \
    'if [ -e /x ]; then ./prepare | while read line; do echo "$line"; done; fi' 'f() { ./prepare | { read line; echo "$line"; }; }'$'\nf'; do
    wrapper <<<$'#!/bin/bash\n'"$line"$'\n./a &\n./a-client setup | while read line; do echo "$line"; done\nexec ./b "$line"'
    migrate
    untold 'environment: line' || { echo "# $line"; return 1; }
    untold 'not known here' || { echo "# $line"; return 1; }
    run ! grep -rq reeve_place "$dir/rootfs" || { echo "# $line"; return 1; }
  done
}

@test "the last part of a pipe is no subshell with lastpipe, and in ksh" {
  local head
  for head in '#!/bin/bash'$'\nshopt -s lastpipe' '#!/bin/ksh'; do
    wrapper <<<"$head"$'\n./prepare | read line\n./a &\nexec ./b "$line"'
    rm -rf rootfs
    reeve-migrate start.sh -o "$tree" # no ksh is here, so `reeve check` would complain
    grep -q 'reeve_place/line' "$tree/b/run" || { echo "# $head"; return 1; }
  done
}

@test "a word that is a variable with one value is that, for names and tables" {
  wrapper <<<$'NAME=nginx\nservice "$NAME" start\nMAIN=web\n$MAIN --port 80'
  migrate
  services nginx web
  becomes nginx "exec nginx -g 'daemon off;'"
  # It may have another one here.
  for more in 'read NAME' '[ "$1" ] && NAME=$1' 'for NAME in a; do :; done' 'trap "NAME=apache2" USR1'; do
    wrapper <<<$'NAME=nginx\n'"$more"$'\nservice "$NAME" start\nweb'
    migrate
    run ! grep -r "daemon off" "$tree"
    [ "$(ls "$tree"/*/flag-forks | wc -l)" -eq 1 ] || { echo "# $more"; return 1; }
  done
}

@test "what env reads from a file is not its program" {
  wrapper <<<$'env $(grep -v \'^#\' .env | xargs) ./worker &\nexec env $(cat /app/.env | xargs) web'
  migrate
  services worker web
  becomes web 'exec env $(cat /app/.env | xargs) web'
  untold TODO
}
