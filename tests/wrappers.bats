# Programs that start the server in a session or process group of its own, and wait for it
# (su, timeout, setsid, script): what descends from run when it is told to stop is the
# service. Only timeout-kill and a stop's budget kill it; what was left behind before is a
# stray.

load lib
load survival

setup() { reeve_setup; }
teardown() { survival_teardown; }

# On TERM it takes as long as it is not let go ($dir/go), then it has saved. $dir/NAME.pid: its pid.
server() # [NAME]
{
  local name=${1:-server}
  script "$dir/$name" <<<"trap 'echo $name >>\"\$dir/told\"; until [ -e \"\$dir/go\" ]; do sleep 0.05; done; echo $name >>\"\$dir/saved\"; exit 0' TERM
echo \$\$ >\"\$dir/$name.new\"; mv \"\$dir/$name.new\" \"\$dir/$name.pid\"
while :; do sleep 0.05; done"
}
serves() { [ -s "$dir/${1:-server}.pid" ] && alive "$(<"$dir/${1:-server}.pid")"; }
told() { grep -qx "${1:-server}" "$dir/told"; }
saved() { grep -qx server "$dir/saved"; }
older_than() { local since; since=$(s6-svstat -o updownfor "$live/web") && [ "$since" -ge "$1" ]; } # SECONDS: run has ended

# run on stdin; strays would have 200 ms, if ${strays} does not say otherwise; ${kill}: timeout-kill
wrapped() # [OPTION...] of the scanner
{
  server
  service web
  finish web <<<'echo done >>"$dir/finished"'
  setting web timeout-strays "${strays:-200}"
  [ -z "${kill-}" ] || setting web timeout-kill "$kill"
  scanner "$@"
  up web
  eventually 20 serves
  pid=$(<"$dir/server.pid")
}

takes_its_time()
{
  eventually 20 told
  eventually 20 older_than 3
  alive "$pid"
  [ ! -e "$dir/saved" ]
  [ ! -e "$dir/finished" ]
}

# By a stop of the service, and by one of the tree.
is_never_killed()
{
  s6-svc -d "$live/web"
  takes_its_time
  touch "$dir/go"
  s6-svwait -D -t 20000 "$live/web"
  saved
  [ "$(grep -c . "$dir/finished")" -eq 1 ]
  rm -f "$dir/go" "$dir/told" "$dir/saved" "$dir/finished" "$dir/server.pid"

  s6-svc -u "$live/web"
  up web
  eventually 20 serves
  pid=$(<"$dir/server.pid")
  kill -TERM "$scanner"
  takes_its_time
  touch "$dir/go"
  ended "$scanner" 0
  saved
}

needs() # PROGRAM
{
  command -v "$1" >/dev/null || skip "there is no $1"
  case $1 in su | runuser)
    [ "$(id -u)" -eq 0 ] || skip "needs root, for $1"
    chmod 1777 "$dir" ;;
  esac
}

@test "setsid" {
  wrapped <<<'setsid "$dir/server"; true'
  is_never_killed
  says "ending server (pid $pid), which ./run has left behind, in another process group: it counts as the service itself"
}

@test "setsid in the background" {
  wrapped <<<'setsid "$dir/server" & wait'
  is_never_killed
}

@test "timeout" {
  needs timeout
  wrapped <<<'timeout 100000 "$dir/server"; true'
  is_never_killed
}

@test "script -c" {
  needs script
  wrapped <<<'script -q -c "setsid \"$dir/server\"; true" /dev/null'
  is_never_killed
}

@test "su -c, started by a shell" {
  needs su
  wrapped <<<'su -s /bin/sh nobody -c "\"$dir/server\"; true"; true'
  is_never_killed
}

@test "su -c, executed" {
  needs su
  wrapped <<<'exec su -s /bin/sh nobody -c "\"$dir/server\"; true"'
  is_never_killed
}

# su, told to end, would kill it after 2 s.
@test "su -c, with no shell between it and the server" {
  needs su
  for before in 'exec ' ''; do
    wrapped <<<"${before}su -s /bin/sh nobody -c 'exec \"\$dir/server\"'"
    is_never_killed
    run ! said 'Session terminated'
    rm -rf "$dir"/{go,told,saved,finished,server.pid,live}
  done
}

@test "runuser -c" {
  needs runuser
  wrapped <<<'exec runuser -s /bin/sh nobody -c "\"$dir/server\"; true"'
  is_never_killed
}

@test "timeout-kill, counted from the stop, kills it: 137" {
  kill=2000 strays=100000 wrapped <<<'setsid "$dir/server"; true'
  stop_scanner 137
  told
  over "$pid"
  [ ! -e "$dir/saved" ]
  [ -e "$dir/finished" ]
  said "killing server (pid $pid), which ./run has left behind: it has not ended within timeout-kill"
}

@test "the stop's budget kills it: 137" {
  wrapped -T 3000 <<<'setsid "$dir/server"; true'
  stop_scanner 137
  told
  over "$pid"
  said "the service web has not ended within the stop's budget"
}

@test "reeve kill KILL and s6-svc -k reach it" {
  wrapped <<<'setsid "$dir/server"; true'
  for how in 's6-svc -k "$live/web"' 'printf K >"$live/web/supervise/control"' 'reeve -l "$live" kill KILL web'; do
    s6-svc -u "$live/web"
    up web
    eventually 20 serves
    s6-svc -d "$live/web"
    eventually 20 told
    eval "$how"
    s6-svwait -D -t 20000 "$live/web"
    rm -f "$dir/told" "$dir/server.pid"
  done
}

@test "a restart waits for it" {
  wrapped <<<'setsid "$dir/server"; true'
  s6-svc -r "$live/web"
  takes_its_time
  touch "$dir/go"
  eventually 20 field web restarts 1
  saved
}

@test "a second stop does not make a stray of it" {
  # run has ended its wrapper upon the first one, and waits.
  wrapped <<<'trap "touch \"\$dir/stopping\"" TERM
setsid sh -c "\"\$dir/server\" & wait" &
until [ -e "$dir/stopping" ]; do sleep 0.05; done
kill -KILL $!
until [ -e "$dir/second" ]; do sleep 0.05; done'
  s6-svc -d "$live/web"
  adopted() { [ "$(ps -o comm= -p "$(ps -o ppid= -p "$pid" | tr -d ' ')")" = reeve-supervise ]; }
  eventually 20 adopted
  s6-svc -d "$live/web"
  touch "$dir/second"
  takes_its_time
  touch "$dir/go"
  s6-svwait -D -t 20000 "$live/web"
  saved
}

@test "what was left behind before the stop has timeout-strays" {
  server stray
  strays=2000 wrapped <<<'(setsid "$dir/stray" &); until [ -s "$dir/stray.pid" ]; do sleep 0.05; done; setsid "$dir/server"; true'
  serves stray
  s6-svc -d "$live/web"
  takes_its_time
  eventually 20 told stray
  eventually 20 gone "$(<"$dir/stray.pid")"
  says "killing stray (pid $(<"$dir/stray.pid")), which ./run has left behind: it has not ended within timeout-strays"
  touch "$dir/go"
  s6-svwait -D -t 20000 "$live/web"
  [ "$(<"$dir/saved")" = server ]
}

@test "so has what that has started, also after the stop" {
  script "$dir/mother" <<<'trap "" TERM; setsid "$dir/stray" & while :; do sleep 0.05; [ ! -e "$dir/more" ] || { rm "$dir/more"; setsid "$dir/late" & }; done'
  server stray
  server late
  strays=2000 wrapped <<<'(setsid "$dir/mother" &); until [ -s "$dir/stray.pid" ]; do sleep 0.05; done; exec "$dir/server"'
  s6-svc -d "$live/web"
  eventually 20 told
  touch "$dir/more"
  eventually 20 serves late
  touch "$dir/go.server"
  kill -KILL "$pid"
  s6-svwait -D -t 30000 "$live/web"
  eventually 20 gone "$(<"$dir/stray.pid")"
  eventually 20 gone "$(<"$dir/late.pid")"
  [ ! -e "$dir/saved" ]
}

@test "more strays than are remembered: those count as the service, and nothing is killed too soon" {
  script "$dir/many" <<<'i=0; while [ $i -lt 300 ]; do (setsid sleep 1000000 &); i=$((i + 1)); done; touch "$dir/all"'
  wrapped <<<'"$dir/many"; setsid "$dir/server"; true'
  eventually 60 test -e "$dir/all"
  s6-svc -d "$live/web"
  takes_its_time
  touch "$dir/go"
  s6-svwait -D -t 30000 "$live/web"
  saved
}

@test "after an end that nobody asked for, it has timeout-strays" {
  wrapped <<<'setsid "$dir/server"; true'
  kill -KILL "$(pid_of web)"
  eventually 20 test -s "$dir/finished"
  over "$pid"
  told
  [ ! -e "$dir/saved" ]
}

@test "a stop while a flag-forks service is being looked for leaves it its time" {
  server
  service web <<<'setsid "$dir/server" & exit 0'
  setting web flag-forks ''
  setting web pidfile "$dir/never"
  setting web timeout-strays 200
  scanner
  eventually 20 serves
  pid=$(<"$dir/server.pid")
  s6-svc -d "$live/web"
  eventually 20 told
  eventually 20 older_than 3
  alive "$pid"
  [ ! -e "$dir/saved" ]
  touch "$dir/go"
  s6-svwait -D -t 20000 "$live/web"
  saved
}

# ---- the command beside the services ----

command_wrapped() # [OPTION...] -- CMD...
{
  local options=()
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  server
  start reeve-scan -l "$live" "${options[@]}" "$scan" "$@"
  scanner=$started
  eventually 10 scanner_ready
  eventually 20 serves
  pid=$(<"$dir/server.pid")
}

command_is_never_killed() # CODE: CMD is sh -c
{
  command_wrapped -- sh -c "$1"
  kill -TERM "$scanner"
  eventually 20 told
  eventually 10 eval '[ "$(ps -o etimes= -p "$pid")" -ge 3 ]'
  alive "$scanner"
  [ ! -e "$dir/saved" ]
  touch "$dir/go"
  ended "$scanner" 0
  saved
}

@test "what CMD has started by setsid counts as CMD" {
  command_is_never_killed 'setsid "$dir/server"; true'
  said "ending server (pid $pid), which the command sh has left behind: it counts as the command itself"
}

@test "by timeout" {
  needs timeout
  command_is_never_killed 'timeout 100000 "$dir/server"; true'
}

@test "by su -c, with no shell between it and the server" {
  needs su
  command_is_never_killed 'exec su -s /bin/sh nobody -c "exec \"\$dir/server\""'
  run ! said 'Session terminated'
}

@test "by su -c" {
  needs su
  command_is_never_killed 'su -s /bin/sh nobody -c "\"\$dir/server\"; true"'
}

@test "only the stop's budget kills that: 137" {
  command_wrapped -T 2500 -- sh -c 'setsid "$dir/server"; true'
  stop_scanner 137
  over "$pid"
  told
  [ ! -e "$dir/saved" ]
}
