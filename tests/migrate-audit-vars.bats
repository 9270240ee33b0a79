# Audits of what a run has from the script: values, folders, limits, files.
# shellcheck shell=bash disable=SC2154 # tree and init are migrate's
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "what was in force at a start, and is in no run, is marked" {
  wrapper <<<$'#!/bin/bash\ncd "$(mktemp -d)"\nworker &\nexec web'
  migrate
  told 'line 2: cont-init.d/10-start: setup, as it was; TODO: cd "$(mktemp -d)": it was in force for worker, web, too, and is in no run of these: do it there'
  grep -q '^# TODO reeve-migrate: line 2: cd ' "$init/10-start"
  # In a function that a function of the setup calls.
  wrapper <<<$'#!/bin/bash\nenter() { cd /srv/app; }\nprepare() { enter; make-all; }\nprepare\nworker &\nexec web'
  migrate
  told 'TODO: cd /srv/app: it was in force for worker, web, too, and is in no run of these: do it there'
  wrapper <<<$'#!/bin/bash\ncd /srv\numask 027\nulimit -n 4096\nexport A=1\n. ./env.sh\nunset B\nmake-all\nworker &\nexec >>/var/log/web.log\nexec web'
  migrate
  untold TODO
}

@test "a variable that a run asks for has the value that it had there, or that is marked" {
  local block
  for block in $'AUTH="-nopw"\nif [ -n "$PW" ]; then\n  x11vnc -storepasswd "$PW" /run/pass\n  AUTH="-rfbauth /run/pass"\nfi' \
    $'declare -a AUTH\nAUTH=()\nif [ -n "$PW" ]; then\n  openssl req -x509 -out /c.pem\n  AUTH+=(--cert /c.pem)\nfi'; do
    wrapper <<<$'#!/bin/bash\nXvfb :1 &\n'"$block"$'\nexec x11vnc -forever "${AUTH[@]}"'
    migrate
    told ': it was in force for x11vnc, too, and is in no run of these: do it there'
  done
  # What comes later has another one.
  wrapper <<<$'#!/bin/bash\nXvfb :1 &\nX=1\nif [ -n "$PW" ]; then\n  work "$X"\n  X=2\nfi\nX=3\nexec web $X'
  migrate
  untold 'in force'
}

@test "what removes all of /run is marked" {
  wrapper <<<$'#!/bin/bash\ncron\nrm -rf /run/*\nexec nginx'
  migrate
  grep -q '^# TODO reeve-migrate: line 3: rm -rf /run/\*: what /init keeps is in there' "$tree/nginx/run"
  wrapper <<<$'#!/bin/bash\nrm -rf "/var/run/"* /tmp/*\nexec nginx'
  migrate
  grep -q '^# TODO reeve-migrate: line 2: rm -rf "/var/run/"\*' "$init/10-start"
  wrapper <<<$'#!/bin/bash\nrm -rf /run/httpd/* /var/run/nginx.pid\nrm -f /run/*\nexec nginx'
  migrate
  untold TODO
}

@test "the shell that a user has is named, where su executes that one" {
  printf 'FROM debian:12\nRUN apt-get update && useradd -ms /bin/bash app\nCOPY start.sh /start.sh\nCMD ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'#!/bin/sh\ncron\nsu - app -c "jupyter lab"'
  migrate --dockerfile Dockerfile
  told 'TODO: app is made with /bin/bash, which read that code, and its own files at a login: write it in place of /bin/sh here'
  wrapper <<<$'#!/bin/sh\ncron\nsu -s /bin/bash app -c "jupyter lab"'
  migrate --dockerfile Dockerfile
  untold 'is made with'
}

@test "what is in another branch, in a shell of its own, or comes back, is not" {
  local other
  for other in '(cd /srv && make)' $'if [ -n "$A" ]; then\n  cd /a\n  exec a\nfi' $'make() { (cd /src; build); }\nmake' 'pushd /srv; build; popd' 'cd /srv; build; cd -' 'ulimit -n'; do
    wrapper <<<$'#!/bin/bash\n'"$other"$'\nworker &\nexec web'
    migrate
    untold 'in force'
  done
}

@test "what is another value each time, and computed in several files, is marked" {
  local line
  for line in 'exec > >(tee /var/log/x-$(date +%s).log) 2>&1' 'set -- --id $RANDOM'; do
    wrapper <<<$'#!/bin/bash\n'"$line"$'\nworker "$@" &\nexec web "$@"'
    migrate
    told 'TODO: each of these files computes another value here: '
  done
  wrapper <<<$'#!/bin/bash\nset -- --id "$RANDOM"\nexec web "$@"'
  migrate
  untold 'another value'
  wrapper <<<$'#!/bin/bash\nlog() { echo "$(date) $$ $1"; }\nX=$(hostname)\nworker $X &\nlog started\nexec web $X'
  migrate
  untold 'another value'
}

@test "what finish computes only then, and a pid that others had, is marked" {
  wrapper <<<$'#!/bin/bash\nredis-server &\nSTARTED=$(date +%s)\ntrap \'echo "$STARTED" >/data/started\' EXIT\nweb'
  migrate
  told 'TODO: finish computes this when the service has ended'
  wrapper <<<$'#!/bin/bash\nworker &\nexport WORKER_PID=$!\nexec web'
  migrate
  told 'TODO: what started later had the pid in its environment'
  wrapper <<<$'#!/bin/bash\nworker &\nWORKER_PID=$!\nexec web'
  migrate
  untold TODO
}

@test "a file that is removed behind the start of what reads it again is marked" {
  wrapper <<<$'#!/bin/bash\nIN=/tmp/in\ngen >"$IN"\nworker --conf=/tmp/in &\nsleep 1\nrm -f "$IN"\nexec web'
  migrate
  told 'TODO: this removes "$IN", which worker reads each time that it is started, and it is started again when it has ended: keep the file, or let run of worker make it'
  # What is main is not started again.
  wrapper <<<$'#!/bin/bash\ngen >/tmp/in\nweb </tmp/in &\nsleep 1\nrm -f /tmp/in\nwait $!'
  migrate
  untold 'this removes'
  wrapper <<<$'#!/bin/bash\nrm -f /tmp/sock\nworker --socket /tmp/sock &\nexec web'
  migrate
  untold 'this removes'
}

@test "what the rounds of a loop over a count add up is marked" {
  wrapper <<<$'#!/bin/bash\nPORT=8000\nfor i in $(seq 1 $N); do\n  worker --port $PORT &\n  PORT=$((PORT + 1))\ndone\nwait'
  migrate
  told 'TODO: each round of the loop did this once more: PORT=$((PORT + 1)); here each instance begins anew: compute what it needs from REEVE_INSTANCE, which is 1, 2, ...'
  wrapper <<<$'#!/bin/bash\nfor i in $(seq 1 $N); do\n  PORT=$((8000 + i))\n  STARTED=$((STARTED + 1))\n  worker --port $PORT &\ndone\nwait'
  migrate
  untold 'round of the loop'
}

@test "what all rounds of a loop over a count make for another service is marked" {
  local loop
  for loop in 'for ((i=0; i<N; i++)); do web $i & up+=" s:$i"; done' 'for i in $(seq 1 $N); do up="$up s:$i"; web $i & done' 'for i in $(seq 1 $N); do web $i & up=$i; done' 'for i in $(seq 1 $(nproc)); do web $i & up="$up x"; done'; do
    wrapper <<<$'#!/bin/bash\n'"$loop"$'\necho "$up" >/etc/up.conf\nexec proxy'
    migrate
    told 'TODO: each round of the loop did this, ahead of proxy: up' || { echo "# $loop"; return 1; }
  done
  wrapper <<<$'#!/bin/bash\nfor i in $(seq 1 $N); do X=1; n=$((n + 1)); P=$((80 + i)); web $P & done\nexec proxy $X'
  migrate
  untold 'each round of the loop'
}

@test "a function that only another one exports is no variable" {
  wrapper <<<$'#!/bin/bash\nlog() { echo "$*"; }\ninit() {\n  mkdir -p /data/d\n  export -f log\n}\ninit\nworker &\nexec bash /app/web.sh'
  migrate
  told 'TODO: export -f log: it was in force for worker, web, too, and is in no run of these: do it there'
  ! grep -q reeve_place "$init/10-start" "$tree/web/run"
}
