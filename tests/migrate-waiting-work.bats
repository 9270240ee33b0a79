# Loops that wait for a service, and ask for several things, or work: nothing of it is lost.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "work ahead of the break of a waiting loop keeps the loop whole, as a task" {
  local loop
  while IFS= read -r loop; do
    wrapper <<<$'#!/bin/bash\nallow() { chgrp docker /run/docker.sock; }\ndockerd &\n'"$loop"$'\nexec sshd -D'
    migrate
    lacks dockerd/data/check dockerd/notification-fd || { echo "# $loop"; return 1; }
    has docker/flag-oneshot docker/dependencies.d/dockerd sshd/dependencies.d/docker || { echo "# $loop"; return 1; }
    [[ $loop != *allow* ]] || grep -qF 'chgrp docker' "$tree/docker/run"
    grep -qF "${loop%%;*}" "$tree/docker/run"
  done <<'EOS'
while true; do if docker version >/dev/null; then chgrp docker /run/docker.sock; break; fi; sleep 1; done
for i in 1 2 3 4 5; do if docker info; then docker load -i /x.tar; break; fi; sleep 1; done
for i in 1 2 3 4 5; do if ! docker info; then sleep 1; else docker load -i /x.tar; break; fi; done
while true; do if docker info; then allow; break; fi; sleep 1; done
while true; do docker info && allow && break; sleep 1; done
while true; do docker info && { docker load -i /x.tar; break; }; sleep 1; done
while true; do if docker info; then echo up >/run/state; break; fi; sleep 1; done
until docker info; do /opt/repair.sh; sleep 1; done
while [ ! -S /run/docker.sock ]; do if docker info; then allow; break; fi; sleep 1; done
EOS
  wrapper <<'EOS'
#!/bin/bash
wait_docker() { for i in 1 2 3; do if docker info; then docker load -i /x.tar; return 0; fi; sleep 1; done; return 1; }
dockerd &
wait_docker
exec sshd -D
EOS
  migrate
  grep -qF 'docker load -i' "$tree/wait_docker/run"
  has wait_docker/dependencies.d/dockerd sshd/dependencies.d/wait_docker
}

@test "a loop that asks, counts and talks, or works for a failure, is a check" {
  local loop
  while IFS= read -r loop; do
    wrapper <<<$'#!/bin/bash\nlog() { echo "$(date) $*"; }\nup() { docker info >/dev/null; }\ndockerd &\n'"$loop"$'\nexec sshd -D'
    migrate
    has dockerd/data/check sshd/dependencies.d/dockerd || { echo "# $loop"; return 1; }
  done <<'EOS'
while true; do if docker info; then log up; break; fi; log waiting; sleep 1; done
while true; do docker info && docker ps && break; ps aux; sleep 1; done
until docker info; do n=$((n + 1)); if [ $n -gt 9 ]; then cleanup; exit 1; fi; date; sleep 1; done
until docker info; do netstat -ltn | head; printf . >&2; sleep 1; done
EOS
}

@test "a test of several files waits for each of them, and not for an end" {
  local loop check
  while IFS='|' read -r loop check; do
    loop=${loop//OR/||} check=${check//OR/||}
    wrapper <<<$'#!/bin/bash\napp &\nwhile '"$loop"$'; do sleep 1; done\nexec nginx'
    migrate
    untold 'until app has ended' || { echo "# $loop"; return 1; }
    [ "$(tail -n +3 "$tree/app/data/check")" = "${check//;[/$'\n'[}" ] || { echo "# $loop"; cat "$tree/app/data/check"; return 1; }
  done <<'EOS'
[[ ! -S /run/a.sock OR ! -S /run/app.sock ]]|[[ -S /run/a.sock ]] OR exit;[[ -S /run/app.sock ]]
[ ! -S /run/a.sock -o ! -S /run/app.sock ]|[ -S /run/a.sock ] OR exit;[ -S /run/app.sock ]
! [[ -S /run/a.sock && -S /run/app.sock ]]|[[ -S /run/a.sock ]] OR exit;[[ -S /run/app.sock ]]
[[ ! -S /run/a.sock && ! -S /run/app.sock ]]|{ [[ -S /run/a.sock ]] OR [[ -S /run/app.sock ]]; }
[[ ! -S /run/app.sock OR ! -S /run/a.sock && ! -f /x ]]|! [[ ! -S /run/app.sock OR ! -S /run/a.sock && ! -f /x ]]
EOS
  wrapper <<<$'#!/bin/bash\napp &\nwhile [[ -S /run/app.sock || ! -f /run/x ]]; do sleep 1; done\nexec nginx'
  migrate
  told 'until app has ended'
}

@test "a trap that sets what a working loop asks stays with the loop, which ends behind its work" {
  local script trap
  while IFS='|' read -r script trap; do
    wrapper <<<$'#!/bin/bash\n'"${script//;;/$'\n'}"
    migrate
    grep -qx "$trap" "$tree"/*/run || { echo "# $script"; cat "$tree"/*/run; return 1; }
    untold TODO
    untold 'a trap runs only when'
  done <<'EOS'
run=1;;trap 'run=0' TERM;;web &;;while [ $run = 1 ]; do;;work;;sleep 600 & wait $!;;done|trap run=0 TERM
stop=;;trap 'stop=yes' TERM INT;;web &;;until [ -n "$stop" ]; do;;work;;sleep 5;;done|trap stop=yes TERM
stop() { echo stopping; ended=1; };;trap stop TERM;;web &;;while true; do;;work;;[ "$ended" = 1 ] && break;;sleep 5;;done|trap ended=1 TERM
on=true;;trap 'echo bye; on=false; kill $W' TERM;;web & W=$!;;while $on; do;;work;;sleep 60 & wait $!;;done|trap on=false TERM
EOS
  wrapper <<<$'#!/bin/bash\nrun=1\ntrap "run=0" TERM\n(while [ $run = 1 ]; do work; sleep 60; done) &\nexec web'
  migrate
  run ! grep -q trap "$tree"/*/run
  wrapper <<<$'#!/bin/bash\nrun=1\ntrap "run=0" HUP\ntrap "exit 0" TERM\nweb &\nwhile [ $run = 1 ]; do work; sleep 60; done'
  migrate
  run ! grep -q "^trap" "$tree"/*/run
  told 'the trap of HUP set run=0'
}

@test "a trap that ends a working loop lets its work end, if the loop is not asleep for longer than a stop takes" {
  local loop
  for loop in 'while sleep 60 & wait $!; do job; done' 'while true; do job; sleep 5; done' $'while true; do\n  job\n  sleep 300 &\n  wait $!\ndone'; do
    wrapper <<<$'#!/bin/bash\nbye() { echo bye; kill $B; exit 143; }\ntrap bye TERM\nweb & B=$!\n'"$loop"
    migrate
    grep -qx "trap 'exit 0' TERM" "$tree/job/run" || { echo "# $loop"; cat "$tree/job/run"; return 1; }
    lacks job/finish web/finish
    untold TODO
  done
  wrapper <<<$'#!/bin/bash\ntrap "exit 0" TERM\nweb &\nwhile true; do job; sleep 60; done'
  migrate
  [ -z "$(grep trap "$tree/job/run")" ]
  told 'the signal ends job at once, also amid its work'
}

@test "a loop that starts a server in each round, and waits for it, stays whole, with what a trap does to it" {
  local trap
  wrapper <<<$'#!/bin/bash\nuntil [ -f /tmp/stop ]; do\n  gunicorn app:app &\n  wait $!\n  sleep 1\ndone\nrm -f /tmp/stop'
  migrate
  services gunicorn
  has gunicorn/flag-main
  lacks gunicorn/restart
  untold TODO
  untold 'the script ends here'
  [ "$(tail -n 1 "$tree/gunicorn/finish")" = 'rm -f /tmp/stop' ]
  while IFS='|' read -r trap kept; do
    wrapper <<<$'#!/bin/bash\n'"${trap//;;/$'\n'}"$'\nnginx & N=$!\nwhile [ ! -e /tmp/stop ]; do\n  gunicorn app:app & PID=$!\n  wait $PID\ndone\nrm /tmp/stop'
    migrate
    grep -qxF "$kept" "$tree/gunicorn/run" || { echo "# $trap"; cat "$tree/gunicorn/run"; return 1; }
    [ "$(tail -n 1 "$tree/gunicorn/finish")" = 'rm /tmp/stop' ]
    untold TODO
  done <<'EOS'
trap 'touch /tmp/stop; kill $PID' TERM|trap 'touch /tmp/stop; kill $PID' TERM
end() { echo stopping; kill $N; : >/tmp/stop; kill -INT "$PID"; };;trap end TERM INT|trap ': >/tmp/stop; kill -INT "$PID"' TERM
trap 'touch /tmp/stop; kill "${PID}"; wait "$PID"; exit 0' TERM|trap 'touch /tmp/stop; kill "${PID}"; wait "$PID"; exit 0' TERM
EOS
}

@test "a trap that ends a loop is not kept where the loop may stay in a command" {
  local loop
  for loop in 'while inotifywait -e modify /etc/nginx; do nginx -s reload; done' 'while true; do ./server --port 80; echo again; ./clean; sleep 2; done'; do
    wrapper <<<$'#!/bin/bash\ntrap "exit 0" TERM\nnginx\n'"$loop"
    migrate
    [ -z "$(grep trap "$tree"/*/run)" ] || { echo "# $loop"; return 1; }
    told 'at once, also amid its work'
  done
}

@test "a trap that has to wait for a long pause of its loop is a mistake of the wrapper" {
  wrapper <<<$'#!/bin/bash\nrun=1\ntrap "run=0" TERM\nweb &\nwhile [ $run = 1 ]; do sync-once; sleep 300; done'
  migrate
  told 'a trap runs only when the command has ended that the loop is in, and so long takes a stop'
  grep -qx 'trap run=0 TERM' "$tree/sync-once/run"
}

@test "work that asks how the waiting had ended is a task behind the service, with a TODO" {
  wrapper <<'EOS'
db &
ready=0
for i in 1 2 3 4 5; do
  if nc -z localhost 5432; then ready=1; break; fi
  sleep 1
done
[ "$ready" = 1 ] && load-data
exec web
EOS
  migrate
  has load-data/flag-oneshot load-data/dependencies.d/db web/dependencies.d/load-data
  told 'line 7: dropped: asked whether db was there in time: what is behind it depends on it; services.d/load-data/run'
  told 'what is done here was only done by how the waiting had ended; now it is done when the service is ready'
}
