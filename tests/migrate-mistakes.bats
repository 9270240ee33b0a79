# Mistakes in the wrapper itself are pointed out.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

mistake() # LINE TEXT
{
  grep "^line $1: mistake: " <<<"$report" | grep -q -F -- "$2" || { echo "# no such mistake in line $1: $2"; echo "$report"; return 1; }
}

@test "code behind exec" {
  wrapper <<<$'exec web\necho never\ncleanup'
  migrate
  mistake 2 'it never runs: line 1'
  mistake 3 'it never runs: line 1'
  services web
}

@test "an echo that eats the exit code" {
  wrapper <<<$'web &\nwait $!\necho "ended: $?"\nexit $?'
  migrate
  mistake 3 'echo eats the exit code'
  wrapper <<<$'trap : TERM\nweb &\nwait $!\ncode=$?\necho "ended: $code"\nexit $code'
  migrate
  untold mistake
}

@test "a trap that is set too late, and one that cannot run" {
  wrapper <<<$'web &\nW=$!\ntrap "kill $W" TERM\nwait $W'
  migrate
  mistake 3 'this trap is set too late'
  wrapper <<<$'trap "kill 0" TERM\nworker &\nweb'
  migrate
  mistake 3 'a trap runs only when this command has ended'
}

@test "a status that is lost" {
  wrapper <<<$'trap : TERM\na &\nb &\nwait'
  migrate
  mistake 4 'their exit codes are lost'
  wrapper <<<$'trap : TERM\na &\nwait $!\nexit 0'
  migrate
  mistake 4 'the status that wait returned is lost'
  wrapper <<<'web | tee log'
  migrate
  mistake 1 'the status of a pipeline'
  wrapper <<<$'web | tee log &\nP=$!\nwait $P'
  migrate
  mistake 2 "the pid of the pipeline's last program"
}

@test "zombies, and a script that does not hear SIGTERM" {
  wrapper <<<$'worker &\nexec web'
  migrate
  mistake 2 'it may stay a zombie'
  mistake 1 'docker stop signals web alone'
  untold 'no trap for TERM'
  wrapper <<<$'case $A in a) exec a ;; *) exec b ;; esac'
  migrate
  untold mistake
  wrapper <<<$'trap : TERM\nexec web'
  migrate
  mistake 2 'exec ends the shell, and the trap of line 1'
  wrapper <<<'web'
  migrate
  mistake 1 'no trap for TERM'
  wrapper <<<'exec web'
  migrate
  untold mistake
}

@test "carriage returns" {
  printf '#!/bin/sh\r\nexport A=1\r\nweb &\r\nwait\r\n' >start.sh
  migrate
  mistake 1 'carriage returns'
  run ! grep -q $'\r' "$tree/web/run"
}

@test "the same daemon twice" {
  wrapper <<<$'trap : TERM\nmysqld_safe &\nservice mysql start\nredis-server --port 1 &\nredis-server --port 2 &\nif a; then nginx; else service nginx start; fi\nwait -n'
  migrate
  mistake 3 'mysqld_safe is started here, and was in line 2: two on one data directory'
  grep -q '^# TODO reeve-migrate: line 3: mysqld_safe is the same' "$tree/mysqld/run"
  [ "$(grep -c 'is started here' <<<"$report")" -eq 1 ]
  wrapper <<<$'service nginx start\nconfigure\nservice nginx restart\nexec web'
  migrate
  services nginx configure web
  told 'line 3: dropped: nginx was started again'
}

@test "a client of a daemon is not that daemon once more" {
  local client
  for client in 'dockerd &|docker compose up' '/usr/sbin/sshd -D &|ssh -N -R 80:localhost:80 host' 'mysqld &|mysql'; do
    wrapper <<<"${client%|*}"$'\n'"exec ${client#*|}"
    migrate
    untold 'is the same: remove one' || { echo "# $client"; return 1; }
  done
  wrapper <<<$'dockerd &\nservice docker start\nwait -n'
  migrate
  told 'dockerd is the same: remove one of the two'
  for client in 'redis-server --port "$n" &' 'mysqld --port=330$n --datadir=/data/$n &'; do # nor in another round of a loop
    wrapper <<<$'for n in 1 2; do\n'"$client"$'\ndone\nwait'
    migrate
    untold 'is the same: remove one' || { echo "# $client"; return 1; }
  done
}

@test "all that nobody waits for" {
  wrapper <<<$'worker-high &\nworker-low &\nweb'
  migrate
  mistake 2 'nobody waits for worker-high, worker-low: their end goes unnoticed'
}

@test "a Dockerfile in place of the script is known by its name and by its content" {
  printf '# syntax=docker/dockerfile:1\n\nFROM debian\nCMD ["/start.sh"]\n' >"$dir/image"
  printf 'ARG BASE\nFROM $BASE\n' >"$dir/Dockerfile.dev"
  for name in image Dockerfile.dev; do
    run -1 reeve-migrate "$dir/$name"
    [[ $output == *"refused: $dir/$name is a Dockerfile, and "* ]]
  done
}

@test "where the files went is said, also of those beside the services" {
  wrapper <<<$'mkdir /data\nexec web'
  cd "$dir" || return
  run -0 reeve-migrate "$input" -o new
  [[ $output == *$'\nwrote cont-init.d/'* ]]
  [[ $output == *$'\nwrote new/web'* ]]
}

@test "what is no list of processes is refused, with what to do" {
  printf '[Unit]\nDescription=x\n[Service]\nExecStart=/bin/x\n' >x.service
  run -1 reeve-migrate x.service -o out
  [[ $output == *'is a systemd unit'*'ExecStart='* ]]
  printf 'name: x\nservices:\n  a:\n    image: b\n' >compose.yaml
  run -1 reeve-migrate compose.yaml -o out
  [[ $output == *'is a compose file'* ]]
  printf '#!/bin/sh\nmkdir /x\n' >start.sh
  run -1 reeve-migrate start.sh -o out
  [[ $output == *'no long-running process'*'ENTRYPOINT ["SCRIPT", "/init"]'* ]]
  printf '#!/bin/sh\n. /a.sh\n' >start.sh
  run -1 reeve-migrate start.sh -o out
  [[ $output == *'reads other files, which may: /a.sh'* ]]
  [ ! -e out ]
}

@test "the report begins with a summary; comments and blank lines are one line; --json has it all" {
  wrapper <<<$'#!/bin/sh\nmkdir /x\n# a\n\n# b\n\ndb &\nuntil nc -z localhost 5432; do sleep 1; done\nmigrate\nexec web'
  migrate
  [[ $report == 'summary: services: db'*'web (main; after db, migrate if it runs)'*'summary: tasks: migrate (after db)'*'summary: settings of db: notification-fd 3'*'summary: setup: cont-init.d/10-start'*'summary: left to you: nothing that is known'* ]]
  told 'lines 3-6: beside what they are about: comments and blank lines'
  run reeve-migrate start.sh --json
  python3 -c '
import json, sys
result = json.load(sys.stdin)
web = result["services"][-1]
assert web["name"] == "web" and web["main"] and web["dependencies"] == ["db", "migrate"] and web["optional"] == ["migrate"], web
assert result["services"][0]["settings"] == {"notification-fd": "3"}, result
assert any(one["path"] == "services.d/web/run" and one["executable"] for one in result["files"])
assert result["report"][0].startswith("summary: ") and result["patch"] is None' <<<"$output"
  wrapper <<<$'web || ./recover'
  migrate
  [[ $report == 'summary: services: web (main; TODO)'*'summary: left to you: 1 TODO in the files'* ]]
}

@test "what asks for the status of a task has it, or a TODO" {
  wrapper <<'EOS'
#!/bin/bash
db &
until nc -z localhost 5432; do sleep 1; done
/tools/accounts
status=$?
if [ $status -ne 0 ]; then
  echo failed
  /tools/clean
  exit $status
fi
wait -n
EOS
  migrate
  tail -n 7 "$tree/accounts/run" | head -n 2 | diff - <(printf '/tools/accounts\nstatus=$?\n')
  run ! grep TODO "$tree/accounts/run"
  wrapper <<'EOS'
#!/bin/bash
db &
until nc -z localhost 5432; do sleep 1; done
/tools/accounts
status=$?
[ $status -eq 0 ] && echo all is well
/tools/report --code $status
wait -n
EOS
  migrate
  tail -n 3 "$tree/accounts/run" | diff - <(printf '/tools/accounts\nstatus=$?\nexec /tools/report --code $status\n')
  untold 'is not known here'
  wrapper <<<$'db &\nstatus=$?\n/tools/report --code $status\nwait -n'
  migrate
  grep -q '/tools/report --code $status' "$tree/report/run"
  grep -q '^# TODO reeve-migrate: .*\$status is not known here' "$tree/report/run"
}

@test "a mistake about a program in front names what runs with it, and no other branch's services" {
  wrapper <<'EOS'
worker &
if [ "$MODE" = dev ]; then
  cron &
  exec puma -C dev.rb
else
  sidekiq &
  exec puma -C prod.rb
fi
EOS
  migrate
  mistake 1 'docker stop signals puma alone: when that has ended, this is killed: worker, cron'
  mistake 1 'docker stop signals puma-2 alone: when that has ended, this is killed: worker, sidekiq'
  mistake 4 'worker, cron become children of puma,'
  mistake 7 'worker, sidekiq become children of puma-2,'
  wrapper <<<$'case "$ROLE" in\nweb) side &\nexec puma ;;\n*) extra & ;;\nesac\nexec rest'
  migrate
  mistake 2 'docker stop signals puma alone: when that has ended, this is killed: side'
  mistake 4 'docker stop signals rest alone: when that has ended, this is killed: extra'
  untold 'side, extra'
  wrapper <<<$'worker &\nweb\nexit 0' # no exec: worker stays the shell's child
  migrate
  mistake 1 'nobody waits for worker'
}

@test "a trap of another branch, and a look at a process that only prints, are nothing for the services" {
  wrapper <<<$'if [ "$J" = true ]; then\n  trap "kill \\$!; echo bye" TERM\n  app run &\n  while :; do tail -f /dev/null & wait $!; done\nelse\n  app run\nfi'
  migrate
  untold 'a trap runs only when this command has ended'
  wrapper <<<$'trap "echo bye" TERM\nif [ "$J" = true ]; then app run; else app debug; fi'
  migrate
  told 'a trap runs only when this command has ended'
  wrapper <<'EOS'
set -u
log() { echo "[x] $*"; }
postfix start
if ! pgrep -x master >/dev/null; then echo "not started"; fi
web & W=$!
api & A=$!
wait -n $W $A
S=$?
if ! kill -0 $W; then log "web ended"; elif ! kill -0 $A; then log "api ended"; fi
exit $S
EOS
  migrate
  services postfix web api
  untold TODO
  lacks web/finish api/finish
  told 'line 4: dropped: looked whether it still ran: the supervisor does'
}

@test "a path behind a program is no second server" {
  wrapper <<<$'trap : TERM\ninotifyd /watch.sh /out/nginx &\nnginx -g "daemon off;" &\nwait -n'
  migrate
  untold 'is the same'
  wrapper <<<$'trap : TERM\n/usr/local/bin/docker-entrypoint.sh /usr/sbin/nginx &\nnginx -g "daemon off;" &\nwait -n'
  migrate
  told 'is the same'
}

@test "a script that ends while all it started goes on, with nothing that waits, is named" {
  local end
  wrapper <<<$'worker &\nmigrate\nweb &\n# the end'
  migrate
  told "line 3: mistake: the script ends here and waits for none of these: worker, web. If it was the container's first process, the container ended at once; now it goes on"
  wrapper <<<$'service nginx start\nservice cron start'
  migrate
  told 'waits for none of these: nginx, cron'
  for end in wait 'tail -f /dev/null' 'exec "$@"' 'sleep infinity' 'bash' 'if [ "$X" ]; then' '[ -z "$LOG" ] || exec tail -F "$LOG"'; do
    wrapper <<<$'worker &\nweb &\n'"$end"
    run --separate-stderr reeve-migrate start.sh
    [[ $output != *'waits for none'* ]] || { echo "# $end"; return 1; }
  done
  wrapper <<<$'worker &\nweb &'
  printf 'FROM debian\nCOPY start.sh /\nCMD /start.sh && tail -f /dev/null\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold 'waits for none'
}

@test "a trap that never ran, and one of EXIT, is not too late for a signal as well" {
  wrapper <<<$'agent &\npid=$!\ntrap \'kill "$pid"\' TERM EXIT\nexec web'
  migrate
  told 'line 4: mistake: exec ends the shell, and the trap of line 3 with it'
  untold 'too late'
  wrapper <<<$'agent &\npid=$!\ntrap \'kill "$pid"\' EXIT\nweb'
  migrate
  untold 'too late'
  wrapper <<<$'agent &\npid=$!\ntrap \'kill "$pid"\' EXIT TERM\nweb & wait'
  migrate
  told 'line 3: mistake: this trap is set too late'
}

@test "a start in the place of one that has failed is marked, unless it is the same program" {
  local line
  for line in 'service cron start || cron' 'if ! service cron start; then cron; fi' '/etc/init.d/cron start || /usr/sbin/cron'; do
    wrapper <<<"$line"$'\nexec web'
    migrate
    services cron web
    untold TODO
  done
  wrapper <<<$'primary --daemon || spare --daemon\nexec web'
  migrate
  told 'the script started this when the start of primary had failed, and nothing does now: spare --daemon'
}

@test "what just one service does for itself is no TODO" {
  wrapper <<<$'web &\nKEY=$(make-key)\nworker "$KEY" &\nwait'
  migrate
  untold TODO
  wrapper <<<$'web &\nKEY=$(make-key)\nworker "$KEY" &\nother "$KEY" &\nwait'
  migrate
  told 'each service that needs KEY does this for itself'
}

@test "a trap ahead of the call of a function that starts is not too late" {
  wrapper <<'EOS'
#!/bin/bash
together() {
  web &
  worker &
}
trap 'kill 0' TERM
together
wait -n
EOS
  migrate
  untold 'too late'
  wrapper <<<$'#!/bin/bash\nstart() {\n  web &\n}\nstart\ntrap "kill 0" TERM\nwait -n'
  migrate
  told 'line 6: mistake: this trap is set too late: a signal that comes between line 3 and here is not handled'
}

@test "exec in one branch does not end the trap of another" {
  wrapper <<'EOS'
#!/bin/bash
case $ROLE in
  app)
    web &
    trap 'kill -QUIT $!; wait' TERM
    wait -n
    ;;
  queue) exec worker ;;
esac
EOS
  migrate
  untold 'exec ends the shell'
  file web/down-signal <<<QUIT
  told 'line 5: dropped: trap of TERM: the supervisor signals each service; down-signal of web: QUIT'
  sed -i 's/^    wait -n/    exec other/' start.sh
  migrate
  told 'line 6: mistake: exec ends the shell, and the trap of line 5 with it'
}

@test "a pid is exported by its own name only" {
  wrapper <<<$'redis-server &\nREDIS=$!\nexport REDIS_URL=redis://localhost\nweb &\nwait'
  migrate
  untold 'was exported'
  sed -i 's/^export /export A=1 REDIS /' start.sh
  migrate
  told 'REDIS was exported'
}

@test "a server behind one that stays starts when that has ended, if ever" {
  wrapper <<<$'# Start the first process\njupyter notebook\n# Start the second process\npython3 app.py\n# Wait for any process to exit\nwait -n\nexit $?'
  migrate
  told 'line 4: mistake: it starts when jupyter (line 2) has ended, if ever'
  wrapper <<<$'stop() {\nredis-cli shutdown\nwait\n}\ntrap stop TERM\nredis-server &\nwait $!\nstop'
  migrate
  untold 'if ever'
  wrapper <<<$'jupyter notebook\nrm -f /run/x'
  migrate
  untold 'if ever'
}

@test "programs of branches that exclude each other do not run together, also if a function starts them" {
  wrapper <<'EOS'
all() {
  jobs-runner &
  cron
  web
}
if [ -z "$MAINTENANCE" ]; then all; else exec httpd -DFOREGROUND; fi
EOS
  migrate
  untold 'a child of'
  untold 'docker stop signals httpd alone'
  mistake 2 'nobody waits for jobs-runner'
}

@test "the lines of mistakes are those of the script, not of what the image's shell did ahead of it" {
  printf 'FROM debian\nCOPY start.sh /\nCMD Xvfb :1 & sleep 1; exec /start.sh\n' >Dockerfile
  wrapper <<<$'#!/bin/sh\n\n\nworker &\nweb &\nwait $!'
  migrate --dockerfile Dockerfile
  mistake 4 'no trap for TERM'
  ! grep '^line 1: mistake' <<<"$report"
}

@test "to what starts the processes of a Procfile, a release is one of them" {
  input=Procfile
  wrapper <<<$'web: ./web\nrelease: ./tables'
  started_by() { printf 'FROM debian\nCOPY Procfile .\nCMD %s\n' "$1" >Dockerfile; migrate --dockerfile Dockerfile; }
  started_by 'honcho start'
  mistake 2 'honcho started release beside the others, and ended all when it ended; here these start when it has ended'
  started_by 'overmind start --can-die release'
  mistake 2 'overmind started release beside the others; here'
  started_by 'forego start -r'
  mistake 2 'forego started release beside the others, and again whenever it ended; here'
  started_by 'honcho start web'
  untold mistake
  migrate
  untold mistake
}

@test "SIGKILL is a mistake only where nothing else came first, and had time" {
  local first
  for first in 'kill -TERM "$W"; for i in 1 2 3; do kill -0 "$W" || return; sleep 1; done' 'kill "$W"; wait "$W"' 'kill -TERM "$W" ||' 'kill "$W"; sleep 5'; do
    wrapper <<<$'#!/bin/bash\nstop() {\n'"$first"$'\nkill -9 "$W"\n}\ntrap stop TERM\nnginx -g "daemon off;" &\nW=$!\nwait $W'
    migrate
    untold 'SIGKILL gives no process the time' || { echo "# $first"; return 1; }
  done
  for first in : 'sleep 5' 'kill "$W"'; do
    wrapper <<<$'#!/bin/bash\nstop() {\n'"$first"$'\nkill -9 "$W"\n}\ntrap stop TERM\nnginx -g "daemon off;" &\nW=$!\nwait $W'
    migrate
    mistake 6 'SIGKILL gives no process the time'
  done
}

@test "a trap of EXIT alone comes at the server's end, as it is meant to" {
  local signals
  for signals in EXIT 0; do
    wrapper <<<"trap 'rm -f /run/lock' $signals"$'\nmemcached -d\nnginx -g "daemon off;"'
    migrate
    untold 'a trap runs only'
    has nginx/finish
  done
  wrapper <<<$'trap \'rm -f /run/lock\' EXIT TERM\nnginx -g "daemon off;"'
  migrate
  told 'line 2: mistake: a trap runs only when this command has ended'
}

@test "wait alone loses the exit code of the one program that it waits for" {
  local end
  for end in wait $'wait\nexit $?' $'set -e\nwait\n# the end'; do
    wrapper <<<"node server.js &"$'\n'"$end"
    migrate
    told 'mistake: wait without a pid returns 0: the exit code of server was lost; now it is the container'
  done
  for end in 'wait $!' $'wait\nexit 0' $'wait\necho over' 'wait -n'; do
    wrapper <<<"node server.js &"$'\n'"$end"
    migrate
    untold 'wait without a pid'
  done
}

@test "signals that a loop over their names traps are trapped" {
  local signal
  for signal in '$s' '"SIG$s"'; do
    wrapper <<<$'for s in INT TERM; do\ntrap \'kill $(jobs -p)\' '"$signal"$'\ndone\na &\nb &\nwait'
    migrate
    untold 'no trap for TERM'
  done
  wrapper <<<$'for s in INT TERM; do\necho "$s"\ndone\na &\nb &\nwait'
  migrate
  told 'no trap for TERM'
}

@test "fg waits for what runs in the background, so that nobody waits for it is no mistake" {
  local job
  for job in '' %1 %./a; do
    wrapper <<<$'set -m\n./a &\njupyter lab\nfg '"$job"
    migrate
    told 'TODO: the script waited for it here'
    untold 'nobody waits for a'
  done
  wrapper <<<$'set -m\n./a &\njupyter lab'
  migrate
  told 'nobody waits for a'
}

@test "a server that was stopped before it is started again is not two at once" {
  local stop
  for stop in 'nginx -s stop || true' 'nginx -s quit' 'service nginx stop'; do
    wrapper <<<$'#!/bin/bash\nservice nginx start || true\nrenew &\n'"$stop"$'\nexec nginx -g "daemon off;"'
    migrate
    untold 'two on one data directory' || { echo "# $stop"; return 1; }
    told 'TODO: nginx is the same, which the script stopped in line 4, ahead of this'
  done
  wrapper <<<$'#!/bin/bash\nservice nginx start\nrenew\nexec nginx -g "daemon off;"'
  migrate
  told 'two on one data directory'
}

@test "work behind what a script starts in the background kept the container up: a loop that works on has a TODO" {
  wrapper <<<$'web-server &\nuntil [ -e /tmp/stop ]; do worker; done\nrm -f /tmp/stop'
  migrate
  told 'the container ended when this had ended: worker; now it goes on'
  told 'TODO: if this loop works on, it is what the script waited for: give it flag-main in place of flag-oneshot'
  wrapper <<<$'metrics &\njava -jar /app/server.jar\nrm -f /run/app.pid'
  migrate
  told 'the container ended when this had ended: server; now it goes on'
  wrapper <<<$'redis-server &\n./manage.py migrate\nweb &'
  migrate
  told 'the container ended at once; now it goes on'
  wrapper <<<$'web &\nwhile read -r l; do cp $l /x; done </list\nmv /x /y'
  migrate
  untold TODO
}

@test "an exit 0 that is never reached loses no code" {
  wrapper <<<$'exec web\nexit 0'
  migrate
  untold 'exit 0: the exit code'
  told 'it never runs'
}

@test "what is behind exec never runs, and loses no exit code" {
  wrapper <<<$'#!/bin/sh\n./prepare\nexec web\nexit 0'
  migrate
  told 'line 4: mistake: it never runs'
  untold 'the exit code of the program is lost'
  wrapper <<<$'#!/bin/sh\n./prepare\nweb\nexit 0'
  migrate
  told 'the exit code of the program is lost'
}

@test "the shell of CMD becomes its last program only where it is busybox's, or nothing is beside that" {
  local base
  for base in archlinux:latest fedora:40 debian:12; do
    printf 'FROM %s\nCMD redis-server & nginx -g "daemon off;"\n' "$base" >Dockerfile
    report=$(reeve-migrate Dockerfile)
    untold 'docker stop signals nginx alone'
    told 'mistake: no trap for TERM'
  done
  printf 'FROM alpine:3.20\nCMD redis-server & nginx -g "daemon off;"\n' >Dockerfile
  report=$(reeve-migrate Dockerfile)
  told 'docker stop signals nginx alone'
}

@test "sh -c WORD WORD: only the first word is executed" {
  local start
  for start in 'sh -c ollama serve &' 'bash -c /run.sh arg &' 'gosu app sh -c ollama serve &'; do
    wrapper <<<"$start"$'\nexec web'
    migrate
    told 'line 1: mistake: -c takes one word as code: ' || { echo "# $start"; return 1; }
  done
  for start in 'sh -c ollama &' "sh -c 'exec app \"\$@\"' sh x &" 'sh -c "$CMD" x &' 'sh -c "ollama serve" &'; do
    wrapper <<<"$start"$'\nexec web'
    migrate
    untold 'takes one word as code' || { echo "# $start"; return 1; }
  done
}
