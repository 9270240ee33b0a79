# Functions of a script that return early, that only end what runs, or that get words.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "what a function starts behind an early return has the opposite for its condition" {
  local guard expected
  while IFS='|' read -r expected guard; do
    guard=${guard//^/$'\n'} guard=${guard//%%/||}
    wrapper <<<$'#!/bin/bash\nset -e\nnone() { echo "none of $1"; }\nstart_web() {\n  '"$guard"$'\n  web --port 80 &\n}\nstart_web\nhelper &\nwait -n'
    migrate
    grep -q -F -- "if ! { $expected; }; then reeve stop -n web" "$tree/web/run" || { echo "# $guard:"; cat "$tree/web/run"; return 1; }
    untold TODO
    ! grep -q return "$init/10-start"
  done <<'EOS'
! { [ ! -d /app ]; }|if [ ! -d /app ]; then^none app^return 0^fi
! { [ ! -d /app ]; }|if [ ! -d /app ]; then return; fi
[ -d /app ]|[ -d /app ] %% { none app; return 0; }
[ -d /app ]|[ -d /app ] %% return 0
! { [ -f /off ]; }|[ -f /off ] && return
! { [ -f /off ]; } && [ -d /app ]|[ -f /off ] && { none it; return; }^[ -d /app ] %% return 0
EOS
}

@test "of two starts with a return between them only one is made" {
  wrapper <<<$'#!/bin/bash\nstart_web() {\n  if [ -x /opt/new ]; then\n    /opt/new --port 80 &\n    return\n  fi\n  /opt/old --port 80 &\n}\nstart_web\nhelper &\nwait -n'
  migrate
  grep -q -F 'if ! { [ -x /opt/new ]; }; then' "$tree/new/run"
  grep -q -F 'if ! { ! { [ -x /opt/new ]; }; }; then' "$tree/old/run"
}

@test "a return that is left without its function is marked" {
  wrapper <<<$'#!/bin/bash\nset -e\nstart_web() {\n  [ -d /app ] || return\n  web --port 80 &\n}\nstart_web\nhelper &\nwait -n'
  migrate
  told 'line 4: cont-init.d/10-start: setup, as it was; TODO: return left a function of the script; here (10-start) it leaves nothing'
}

@test "a function of messages and signals at the end does nothing more; its code is told" {
  wrapper <<'EOS'
#!/bin/bash
log() { echo "[start] $1"; }
PIDS=()
cleanup() {
  log "stopping"
  for pid in "${PIDS[@]}"; do kill "$pid"; log "stopped $pid"; done
  exit 0
}
trap cleanup TERM
web & PIDS+=($!)
helper & PIDS+=($!)
wait -n "${PIDS[@]}" || true
cleanup
EOS
  migrate
  lacks web/finish helper/finish
  told "the container's exit code is the main service's, and no more always 0"
}

@test "work of a function that a trap calls with words has these words" {
  wrapper <<<$'#!/bin/bash\nnote() { echo "$1" | tee -a /var/log/notes; }\nweb &\ntrap \'note "all ends"; kill 0\' TERM\nwait'
  migrate
  grep -qx '(set -- "all ends"' "$tree/web/finish"
  grep -qx 'echo "$1" | tee -a /var/log/notes' "$tree/web/finish"
}

@test "a loop that tries to reach a service, and starts it again when it does not, waits for it" {
  wrapper <<'EOS'
#!/bin/bash
db &
api --port 80 &
for i in {1..30}; do
  if curl -s http://localhost:80/health >/dev/null; then
    echo ready
    break
  elif [ $i -eq 30 ]; then
    if ! pgrep -f api >/dev/null; then api --port 80 & fi
  else
    sleep 1
  fi
done
web &
wait
EOS
  migrate
  services db api web
  lacks db/flag-main api/flag-main
  has api/data/check web/dependencies.d/api
  [ "$(<"$tree/api/timeout-up")" = 30000 ]
  told 'while nothing answered, the script did this, which nothing does now'
}

@test "a loop that starts a service again in the background, by a function, is marked" {
  wrapper <<<$'#!/bin/bash\nagain() { pkill -f web; web --port 80 & }\nweb --port 80 &\nwhile inotifywait /srv; do again; done'
  migrate
  services web inotifywait
  told 'it starts web in the background, which nobody supervises'
  told 'services.d/inotifywait/run: function again'
}

@test "in a function that a trap calls, \$1 is the word of that call, also in one that it calls" {
  wrapper <<<$'#!/bin/sh\nsave() { kill $PID; rm "/run/$1"; }\ncleanup() {\n  save "$1"\n  note "${2:-none}"\n}\nserver --port 80 &\nPID=$!\ntrap \'cleanup web\' TERM\nwait $PID'
  migrate
  file server/finish <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
(set -- web
set -- "$1"
rm "/run/$1"
)
(set -- web
note "${2:-none}"
)
EOS
  wrapper <<<$'#!/bin/sh\ncleanup() {\n  kill $PID\n  note "${1:-none}"\n}\nserver --port 80 &\nPID=$!\ntrap cleanup TERM\nwait $PID'
  migrate
  file server/finish <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
(set --
note "${1:-none}"
)
EOS
}

@test "a signal that comes through two calls is the down-signal" {
  wrapper <<<$'#!/bin/sh\nsend() { kill -"$1" "$2"; }\ncleanup() { send "$1" "$PID"; }\nserver --port 80 &\nPID=$!\ntrap \'cleanup USR2\' TERM\nwait $PID'
  migrate
  [ "$(<"$tree/server/down-signal")" = USR2 ]
}

@test "a trap's function with shift, return or local is called in finish; shift behind signals is there for what follows" {
  wrapper <<<$'#!/bin/sh\nforget() {\n  local name=$1\n  shift\n  [ $# -gt 0 ] || return 0\n  note "$name" "$@"\n}\nserver --port 80 &\nPID=$!\ntrap \'kill $PID; forget web a b\' TERM\nwait $PID'
  migrate
  told 'lines 2-7: services.d/server/finish: function forget'
  untold TODO
  grep -q -x 'forget web a b' "$tree/server/finish"
  grep -q -x '  shift' "$tree/server/finish"
  wrapper <<<$'#!/bin/sh\nforget() {\n  kill "$1"\n  shift\n  note "$@"\n}\nserver --port 80 &\nPID=$!\ntrap \'forget $PID a b\' TERM\nwait $PID'
  migrate
  file server/finish <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
(set -- $PID a b
shift
note "$@"
)
EOS
}

@test "a function that starts a daemon ahead of exec has a service for each" {
  wrapper <<<$'#!/bin/sh\nrun() { nginx; exec web; }\nrun'
  migrate
  services nginx web
  becomes nginx "exec nginx -g 'daemon off;'"
  becomes web 'exec web'
}

@test "a function that shows a message and notes it in a log is a message" {
  wrapper <<<$'#!/bin/bash\nlog() { echo "$@" | tee -a /var/log/start.log; }\nlog begin\nweb --port 80 &\nlog "web started"\nworker &\nnote() { echo "$1" | tee -a /etc/hosts; }\nnote "10.0.0.1 db"\nlast &\nwait -n'
  migrate
  told 'line 5: dropped: a message about the start'
  services web worker note last
}

@test "a function that the script names by a constant is called" {
  wrapper <<<$'#!/bin/bash\n_cmd_web() { web --port 80 & }\n_cmd_start() {\n  _cmd_web\n  helper &\n}\nCMD="start"\nif [ $# -gt 0 ]; then\n  CMD="$1"; shift\nfi\n_cmd_"$CMD"\nwait -n'
  printf 'FROM debian\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  services web helper
  untold 'nothing calls it'
}

@test "what a function does where its loop has not returned is done by nobody; the script gave up" {
  local end
  while IFS='|' read -r end; do
    wrapper <<<$'#!/bin/bash\nset -e\nstart_x() {\n  Xvfb :99 &\n  for _ in $(seq 1 20); do\n    if [ -S /tmp/.X11-unix/X99 ]; then\n      return 0\n    fi\n    sleep 0.5\n  done\n  echo failed\n  tail -5 /tmp/x.log || true\n  '"$end"$'\n}\nstart_x\nexec web --port 80'
    migrate
    services Xvfb web || { echo "# $end"; return 1; }
    told 'timeout-up: the script gave up then'
    untold TODO
    lacks web/finish
  done <<'EOS'
exit 1
return 1
EOS
}

@test "what a function does behind a start that returned is on the opposite" {
  wrapper <<<$'#!/bin/bash\nset -e\nrun() {\n  if [ "$FAST" = 1 ]; then\n    fast --port 80 &\n    return 0\n  fi\n  prepare "$1"\n}\nhelper &\nrun x\nwait -n'
  migrate
  [ "$(<"$tree/prepare/enable-if")" = '!FAST=1' ]
}

@test "the question whether a file of functions is executed is no condition" {
  wrapper <<<$'#!/bin/bash\nmain() {\n  web --port 80 &\n  wait $!\n}\nif [[ "${BASH_SOURCE[0]}" == "${0}" ]]; then\n  main "$@"\nfi'
  migrate
  lacks web/enable-if
  run ! grep -q BASH_SOURCE "$tree/web/run"
  told 'what was around its parts'
}

@test "what a file of the image leaves in the background is told, also through a function" {
  wrapper <<<$'#!/bin/sh\nrun_db() {\n  mkdir -p /data\n  gosu postgres /postgres.sh\n}\nrun_db\nweb --port 80 &\nhelper &\nsleep infinity'
  printf '#!/bin/sh\npg_ctl -D /data -w start\n' >postgres.sh
  printf 'FROM debian\nCOPY postgres.sh /postgres.sh\nCOPY start.sh /start.sh\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'line 6: cont-init.d/10-start: setup, as it was; TODO: its code leaves pg_ctl in the background'
  [ "$(grep -c 'leaves pg_ctl' "$init/10-start")" -eq 1 ]
}

@test "a function that writes to a file is no message" {
  wrapper <<<$'#!/bin/bash\nset_state() { echo "$1" >/run/state; }\nweb --port 80 &\nset_state started\nworker &\nwait -n'
  migrate
  grep -q -r '>/run/state' "$tree"/*/run
}

@test "a function whose name is computed from CMD is the one that it names" {
  local call
  while IFS='|' read -r call; do
    wrapper <<<$'#!/bin/bash\nstart_a() {\n  side &\n  exec app-a "$@"\n}\nstart_b() {\n  exec app-b "$@"\n}\nmain() {\n  '"$call"$'\n}\nmain "$@"'
    printf 'FROM debian\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\nCMD ["a", "-x"]\n' >Dockerfile
    migrate --dockerfile Dockerfile
    services side app-a || { echo "# $call"; return 1; }
    has app-a/flag-main
    [[ $(<"$tree/app-a/run") == *$'set -- a -x # CMD\nshift\nexec app-a "$@"' ]] || { echo "# $call"; cat "$tree/app-a/run"; return 1; }
    untold TODO
  done <<'EOS'
local role=$1; shift; "start_$role" "$@"
local role="$1"; shift; start_"${role}" "$@"
local start="start_$1"; shift; if declare -F "$start" >/dev/null; then "$start" "$@"; else exit 1; fi
EOS
}

@test "a function whose name is computed from the environment is one of those that fit" {
  local call
  while IFS='|' read -r call; do
    wrapper <<<$'#!/bin/bash\nstart_a() {\n  side &\n  exec app-a\n}\nstart_b() {\n  exec app-b\n}\nother() { :; }\n'"$call"
    migrate
    services side app-a app-b || { echo "# $call"; return 1; }
    [ "$(<"$tree/app-b/enable-if")" = ROLE=b ] || { echo "# $call"; return 1; }
    untold TODO
  done <<'EOS'
start_$ROLE
eval "start_$ROLE"
"start_${ROLE}" || exit 1
EOS
  wrapper <<<$'#!/bin/bash\nset -e\nstart_a() { exec app-a; }\nstart_b() { exec app-b; }\nside &\nif declare -F "start_$ROLE" >/dev/null; then\n  "start_$ROLE"\nfi'
  migrate
  services side app-a app-b
  run ! grep -q declare -r "$tree"
  wrapper <<<$'#!/bin/bash\nrun_web() { app-a --port 80 & }\nrun_worker() { app-b & }\nfor role in web worker; do\n  "run_$role" &\ndone\nwait -n'
  migrate
  untold 'nothing calls it' 'not known here'
}

@test "a file that the script reads may have another function of such a name" {
  wrapper <<<$'#!/bin/bash\n. /lib/roles.sh\nstart_a() {\n  exec app-a\n}\nside &\n"start_$ROLE"'
  migrate
  services side app-a role
}

@test "a variable with the computed name of a function may name a program instead" {
  local line
  while IFS='|' read -r line; do
    wrapper <<<$'#!/bin/bash\nstart_a() { exec app-a; }\nstart_b() { exec app-b; }\nside &\n'"$line"$'\n$cmd'
    migrate
    services side app-a app-b cmd || { echo "# $line"; return 1; }
  done <<'EOS'
cmd=/app/server; [ -z "$ROLE" ] || cmd="start_$ROLE"
cmd="start_$ROLE"; [ -n "$ROLE" ] || cmd=/app/server
cmd="start_$ROLE"; [ -n "$ROLE" ] || cmd=$OTHER
EOS
  wrapper <<<$'#!/bin/bash\nstart_a() { exec app-a; }\nstart_b() { exec app-b; }\nside &\ncmd="start_$ROLE"; [ -n "$ROLE" ] || cmd=start_a\n$cmd'
  migrate
  services side app-a app-b
}

@test "a call by a computed name in the background is read as a command of its own" {
  wrapper <<<$'#!/bin/bash\nstart_a() { app-a --port 80; }\nstart_b() { app-b; }\nif [ -n "$ROLE" ]; then "start_$ROLE" & fi\nside &\nwait'
  migrate
  services app-a app-b side
  untold 'the parser found errors'
}

@test "a program with many functions that are called by computed names is refused without much work" {
  { echo '#!/bin/bash'; for i in {1..900}; do echo "start_$i() { app-$i; }"; done; for i in {1..900}; do echo "\"start_\$X$i\" $i"; done; } | wrapper
  run -1 timeout 10 reeve-migrate start.sh -o out
  [[ $output == *'has 900 functions'* ]]
}

@test "a command that may be a function that is not there is marked" {
  local call
  while IFS='|' read -r call name; do
    wrapper <<<$'#!/bin/bash\nweb() {\n  exec app-a\n}\ncheck_web() {\n  ./look\n}\nMODE=${MODE:-web}\nside &\n'"$call"$'\nexec last'
    migrate
    told "may be a function of the script, and that is not here: write $name where it is called" || { echo "# $call"; return 1; }
  done <<'EOS'
$MODE & true|web
if "check_$MODE"; then echo ok; fi|check_web
EOS
}

@test "the words of a call decide the branches of its function" {
  local body
  while IFS= read -r body; do
    wrapper <<<$'#!/bin/bash\nstart() { '"$body"$'; }\nstart web\nstart cron\nwait -n'
    migrate
    services nginx cron || { echo "# $body"; return 1; }
    untold 'on a condition'
  done <<'EOS'
case $1 in web) nginx -g 'daemon off;' & ;; cron) cron -f & ;; esac
local name="$1" dir="${2:-/srv}"; if [ "$name" = web ]; then nginx -g 'daemon off;' & else cron -f & fi
local what=$1; shift; case "$what" in web) nginx -g 'daemon off;' & ;; *) cron -f & ;; esac
EOS
  # a word that is not known decides nothing, and behind the call its words are those of the script again
  wrapper <<<$'#!/bin/bash\nstart() { case $1 in web) nginx -g "daemon off;" & ;; *) cron -f & ;; esac; }\nstart "$ROLE"\nwait -n'
  migrate
  told 'nginx (main; on a condition)'
  wrapper <<<$'#!/bin/bash\nstart() { "$1" --serve & }\nstart web\nif [ "$1" = web ]; then nginx -g "daemon off;" & fi\nwait -n'
  migrate
  told 'nginx (main; on a condition; TODO)'
}

@test "the words of a call, or a loop's value, decide what is behind && and ||" {
  wrapper <<<$'#!/bin/bash\nstart() {\n  [ "$1" = web ] && nginx -g "daemon off;" &\n  [ "$1" = web ] || cron -f &\n}\nstart web\nstart jobs\nwait -n'
  migrate
  services nginx cron
  untold 'on a condition'
  told '; services.d/cron/run: service cron'
  wrapper <<<$'#!/bin/bash\nfor s in web jobs; do\n  [[ $s == web ]] && { nginx -g "daemon off;" & }\n  [ "$s" = "$ONLY" ] && cron -f &\ndone\nwait -n'
  migrate
  untold 'nginx (main; on a condition'
  told 'cron-web (main; on a condition'
}

@test "a question ahead of || in a function is asked ahead of the program, which is not started where it holds" {
  wrapper <<<$'#!/bin/sh\nstart() { [ -f "$2" ] || $1; }\nstart cron /run/cron.pid\nexec nginx -g "daemon off;"'
  migrate
  lacks cron/finish
  grep -A1 -F 'if [ -f "$2" ]; then exec reeve stop cron; fi' "$tree/cron/run" | grep -F 'exec $1'
  wrapper <<<$'#!/bin/sh\nstart() { [ -f "$2" ] || $1; }\nworker &\nstart app-server /run/app.pid'
  migrate
  grep -F 'if [ -f "$2" ]; then exit 0; fi' "$tree/app-server/run"
  wrapper <<<$'#!/bin/sh\nstart() { test -d /off || web-server --port 80; }\nworker &\nstart &\nwait'
  migrate
  untold TODO
  # What is no question is the program, and the other side came when that had failed.
  wrapper <<<$'#!/bin/sh\nstart() { app-server || notify; }\nworker &\nstart &\nwait'
  migrate
  grep -F '{ notify; }' "$tree/app-server/finish"
  # With a folder ahead of the value it is setup: that it leaves a daemon behind is marked.
  wrapper <<<$'#!/bin/sh\nstart() { [ -f "$2" ] || /usr/sbin/$1; }\nstart cron /run/cron.pid\nexec web'
  migrate
  told 'may leave a daemon behind (cron)'
}

@test "a function in the foreground that may go on running, with only waiting behind it, is a task that is marked" {
  wrapper <<<$'#!/bin/bash\nstart_web() { cd /web; ./web-server; }\nstart_api() { cd /api; ./api-server; }\nstart_web &\nstart_api\nwait'
  migrate
  grep -q 'TODO reeve-migrate: line 5: behind it the script only waited .*take flag-oneshot away' "$tree/start_api/run"
  wrapper <<<$'#!/bin/bash\nstart_api() { cd /api; ./api-server; }\nweb &\nstart_api\ntail -f /dev/null'
  migrate
  told 'if it goes on running, take flag-oneshot away'
  local body
  for body in 'mkdir -p /x; ./migrate' 'cd /x; chown -R app .' 'cd /api; ./load-data /x'; do
    wrapper <<<$'#!/bin/bash\nprep() { '"$body"$'; }\nweb &\nprep\nwait'
    migrate
    untold TODO
  done
}
