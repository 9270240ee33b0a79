# Debian's s6-svc, s6-svwait and s6-svstat drive a tree, in place and with a live
# directory.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

both() # TEST: once in place, once with a live directory
{
  reeve_teardown
  reeve_setup
  "$1" scanner_in_place
  reeve_teardown
  reeve_setup
  "$1" scanner
}

stat_is() { [ "$(s6-svstat -o "$2" "$live/$1")" = "$3" ] || { echo "# $2: $(s6-svstat -o "$2" "$live/$1")"; return 1; }; }

# Writes the name of each signal that it gets to $dir/got.
catcher()
{
  service web <<<'for s in ALRM ABRT QUIT HUP TERM INT USR1 USR2 CONT WINCH; do trap "echo $s >>\$dir/got" $s; done
touch "$dir/ready"; while :; do sleep 0.05; done'
}

got() { grep -qx "$1" "$dir/got"; }

signals()
{
  catcher
  "$1"
  eventually 10 test -e "$dir/ready"
  up web # its status comes when it runs already
  pid=$(pid_of web)
  for pair in a:ALRM b:ABRT q:QUIT h:HUP t:TERM i:INT 1:USR1 2:USR2 y:WINCH c:CONT; do
    s6-svc "-${pair%:*}" "$live/web"
    eventually 10 got "${pair#*:}"
  done
  s6-svc -p "$live/web"
  eventually 10 stat_is web paused true
  s6-svc -c "$live/web"
  eventually 10 stat_is web paused false
  stat_is web pid "$pid"
  s6-svc -wD -T 10000 -d -k "$live/web"
  stat_is web signal SIGKILL
}

@test "s6-svc: every signal's option" { both signals; }

changes()
{
  idle web
  "$1"
  up web
  pid=$(pid_of web)
  s6-svc -wr -T 10000 -r "$live/web"
  [ "$(pid_of web)" != "$pid" ]
  s6-svc -wd -T 10000 -d "$live/web"
  stat_is web up,wantedup "false false"
  s6-svc -wu -T 10000 -o "$live/web"
  stat_is web up,wantedup "true false"
  s6-svc -wD -T 10000 -t "$live/web"
  stat_is web up false
  s6-svc -wu -T 10000 -u "$live/web"
  s6-svc -O "$live/web"
  eventually 10 stat_is web up,wantedup "true false"
  s6-svc -wD -T 10000 -D -k "$live/web"
  stat_is web normallyup false
  [ -e "$live/web/down" ]
  s6-svc -wu -T 10000 -U "$live/web"
  stat_is web normallyup true
  [ ! -e "$live/web/down" ]
  s6-svc -Q "$live/web"
  eventually 10 stat_is web normallyup,wantedup "false false"
  stat_is web up true
  pid=$(pid_of web)
  s6-svc -wR -T 10000 -u -r "$live/web" || [ $? -eq 99 ] # never says that it is ready
  eventually 10 stat_is web up true
  [ "$(pid_of web)" != "$pid" ]
}

@test "s6-svc: -r -d -o -t -u -O -D -U -Q and the waits for them" { both changes; }

leaves()
{
  idle web
  "$1"
  up web
  supervisor=$(awk '/^PPid/ { print $2 }' "/proc/$(pid_of web)/status")
  s6-svc -xd "$live/web"
  eventually 10 gone "$supervisor"
  up web # replaced
}

@test "s6-svc -x ends the supervisor, and the scanner replaces it" { both leaves; }

readiness()
{
  service web <<<'while [ ! -e "$dir/go" ]; do sleep 0.05; done; echo >&5; exec sleep 1000000'
  setting web notification-fd 5
  "$1"
  s6-svwait -u -t 10000 "$live/web"
  stat_is web up,ready "true false"
  run s6-svwait -U -t 100 "$live/web"
  [ "$status" -eq 99 ]
  touch "$dir/go"
  s6-svwait -U -t 10000 "$live/web"
  stat_is web up,ready "true true"
  s6-svc -wR -T 10000 -r "$live/web"
  s6-svc -wD -T 10000 -d "$live/web"
  s6-svc -wU -T 10000 -u "$live/web"
  stat_is web ready true
}

@test "s6-svwait -U and s6-svc -wU -wR: readiness" { both readiness; }

waits()
{
  idle a
  idle b
  setting b down ''
  "$1"
  eventually 10 has_supervisor "$live/b"
  up a
  s6-svwait -u -t 10000 "$live/a"
  s6-svwait -u -o -t 10000 "$live/a" "$live/b"
  # Its own start is part of that time.
  run s6-svwait -u -a -t 1000 "$live/a" "$live/b"
  [ "$status" -eq 99 ]
  s6-svwait -D -t 10000 "$live/b"
  start s6-svwait -d -t 20000 "$live/a"
  s6-svc -d "$live/a"
  ended "$started" 0
  s6-svlisten1 -u -t 10000 "$live/b" s6-svc -u "$live/b"
  execlineb -Pc "s6-svlisten -D -a -t 10000 { $live/b $live/a } s6-svc -d $live/b"
  stat_is b up false
}

@test "s6-svwait, s6-svlisten1 and s6-svlisten" { both waits; }

fields()
{
  service web <<<'[ ! -e "$dir/fail" ] || exit 5; exec sleep 1000000'
  "$1"
  up web
  stat_is web up,wantedup,normallyup,ready,paused "true true true false false"
  [[ $(s6-svstat "$live/web") =~ ^up\ \(pid\ [0-9]+\)\ [0-9]+\ seconds$ ]]
  stat_is web exitcode,signal,signum "-1 NA -1"
  [ "$(s6-svstat -o updownfor "$live/web")" -lt 60 ]
  [ "$(s6-svstat -o updownsince "$live/web")" != 0 ]
  s6-svc -wD -T 10000 -d "$live/web"
  stat_is web up,exitcode,signal,signum "false -1 SIGTERM 15"
  [[ $(s6-svstat "$live/web") =~ ^down\ \(signal\ SIGTERM\)\ [0-9]+\ seconds,\ normally\ up ]]
  touch "$dir/fail"
  s6-svc -o "$live/web"
  eventually 10 stat_is web exitcode,signal "5 NA"
  stat_is web pid -1
}

@test "s6-svstat: every field" { both fields; }

none()
{
  idle web
  "$1"
  up web
  s6-svok "$live/web"
  mkdir "$live/nothing"
  run s6-svok "$live/nothing"
  [ "$status" -eq 1 ]
  run s6-svc -u "$live/nothing"
  [ "$status" -eq 100 ]
}

@test "s6-svok tells where a supervisor is" { both none; }

deaths()
{
  service web <<<'exit 3'
  setting web max-death-tally 3
  setting web restart-delay '10 10'
  setting web down-signal SIGWINCH # nothing: each end is exit 3
  "$1"
  three() { [ "$(s6-svdt "$live/web" | wc -l)" -eq 3 ]; }
  eventually 10 three
  s6-svc -d "$live/web"
  eventually 10 stat_is web wantedup false
  s6-svwait -D -t 10000 "$live/web"
  eventually 10 three
  [[ $(s6-svdt "$live/web" | tail -n 1) =~ exitcode\ 3$ ]]
  s6-svdt-clear "$live/web"
  [ -z "$(s6-svdt "$live/web")" ]
}

@test "s6-svdt and s6-svdt-clear" { both deaths; }

permafail()
{
  service web <<<'exit 3'
  finish web <<<'#!/bin/execlineb -S0
s6-permafailon 60 2 3 exit 0'
  setting web restart-delay '10 10'
  "$1"
  s6-svwait -D -t 10000 "$live/web"
  eventually 10 stat_is web wantedup false
  [ "$(s6-svdt "$live/web" | wc -l)" -eq 2 ]
}

@test "s6-permafailon in a finish: not started again" { both permafail; }

check()
{
  service web <<<'exec s6-notifyoncheck -n 0 -w 50 sleep 1000000'
  setting web notification-fd 3
  script "$scan/web/data/check" <<<'[ -e "$dir/go" ]'
  "$1"
  s6-svwait -u -t 10000 "$live/web"
  stat_is web ready false
  touch "$dir/go"
  s6-svwait -U -t 10000 "$live/web"
  stat_is web ready true
}

@test "s6-notifyoncheck" { both check; }

newer()
{
  service web <<<'echo $$ >"$dir/pid"; trap "echo HUP >>\$dir/got" HUP; trap "echo USR1 >>\$dir/got" USR1; touch "$dir/ready"; sleep 1000000 & echo $! >"$dir/child"; while :; do sleep 0.05; done'
  "$1"
  eventually 10 test -s "$dir/child"
  child=$(cat "$dir/child")
  printf l >"$live/web/supervise/control"
  eventually 10 got HUP
  setting web reload-signal USR1
  [ "$scan" = "$live" ] || { s6-svscanctl -a "$live"; eventually 10 test -e "$live/web/reload-signal"; }
  printf l >"$live/web/supervise/control"
  eventually 10 got USR1
  state() { [ "$(awk '/^State/ { print $2 }' "/proc/$child/status")" = "$1" ]; }
  printf P >"$live/web/supervise/control"
  eventually 10 state T
  eventually 10 stat_is web paused true
  printf C >"$live/web/supervise/control"
  eventually 10 state S
  printf dK >"$live/web/supervise/control"
  eventually 10 gone "$child"
  s6-svwait -D -t 10000 "$live/web"
}

@test "what newer clients send: l, P, C, K" { both newer; }

timeouts()
{
  service web <<<'trap "" TERM; sleep 1000000 & echo $! >"$dir/child"; while :; do sleep 0.05; done'
  setting web timeout-kill 200
  setting web timeout-finish 2000
  setting web flag-timeout-killpg ''
  finish web <<<'echo "$@" >"$dir/args"; exec sleep 1000000'
  "$1"
  eventually 10 test -s "$dir/child"
  up web # its status comes when it runs already
  pid=$(pid_of web)
  s6-svc -wD -T 10000 -d "$live/web"
  stat_is web signal SIGKILL
  gone "$(cat "$dir/child")" || eventually 10 gone "$(cat "$dir/child")"
  [ "$(cat "$dir/args")" = "256 9 web $pid" ]
}

@test "timeout-kill, flag-timeout-killpg, timeout-finish, and finish's four arguments" { both timeouts; }

locks()
{
  service web <<<'echo >>"$dir/starts"; setsid sh -c "while [ ! -e \"$dir/go\" ]; do sleep 0.05; done" & exit 0'
  setting web lock-fd 7
  setting web flag-keep-strays ''
  setting web restart-delay '10 10'
  "$1"
  says "another instance of ./run holds lock-fd"
  [ "$(lines "$dir/starts")" -eq 1 ]
  s6-svc -O "$live/web" # the supervisor answers
  eventually 10 stat_is web wantedup false
  touch "$dir/go"
  two() { [ "$(lines "$dir/starts")" -ge 2 ]; }
  eventually 10 two
}

@test "a lock-fd that is held never blocks the supervisor" { both locks; }

@test "flag-newpidns: run is PID 1 of a PID namespace of its own" {
  unshare -p -f true 2>/dev/null || skip "no PID namespaces here"
  service web <<<'echo $$ >"$dir/pid"; exec sleep 1000000'
  setting web flag-newpidns ''
  scanner
  eventually 10 test -s "$dir/pid"
  [ "$(cat "$dir/pid")" = 1 ]
  s6-svc -wD -T 10000 -d -k "$live/web"
}

@test "flag-newpidns without the right to it: the service is not started" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  for_everyone
  service web <<<'echo $$ >"$dir/pid"; exec sleep 1000000'
  setting web flag-newpidns ''
  chmod 755 "$dir"
  mkdir "$live"
  chown 54321 "$live"
  start setpriv --reuid=54321 --clear-groups reeve-scan -l "$live" "$scan"
  says "flag-newpidns needs CAP_SYS_ADMIN"
  [ ! -e "$dir/pid" ]
}

# Waits for a restart as `s6-svc -wr` does, while the program that hears the events for it
# is stopped; $1 is done before it goes on. (Its parent is s6-svlisten1, as this script's.)
wait_for_restart_deafened() # SCRIPT
{
  script "$dir/deafened" <<DEAFENED
hears=\$(pgrep -P \$PPID s6-ftrigrd) && kill -STOP "\$hears" && s6-svc -r "\$live/web" || exit 1
$1
kill -CONT "\$hears"
DEAFENED
  s6-svlisten1 -r -t 20000 "$live/web" "$dir/deafened"
}

@test "s6-svc -wr: a start does not follow before a listener has read the end" {
  idle web
  scanner
  up web
  pid=$(pid_of web)
  wait_for_restart_deafened 'while [ "$(s6-svstat -o up "$live/web")" = true ]; do sleep 0.05; done; sleep 0.5'
  [ "$(pid_of web)" != "$pid" ]
}

@test "a listener that does not read holds no start for ever" {
  idle web
  scanner
  up web
  pid=$(pid_of web)
  export pid
  wait_for_restart_deafened 'i=0
until new=$(s6-svstat -o pid "$live/web"); [ "$new" -gt 0 ] && [ "$new" -ne "$pid" ]; do i=$((i + 1)); [ $i -lt 400 ] || break; sleep 0.05; done; echo "$new" >"$dir/new"' || :
  new=$(<"$dir/new")
  [ "$new" -gt 0 ] && [ "$new" -ne "$pid" ]
}

# ---- signals to a supervisor by itself, as s6-supervise understands them ----

alone() # ; the service hears INT
{
  in=$live service web <<<'trap "echo INT >>\"$dir/got\"; exit 0" INT; touch "$dir/ready"; while :; do sleep 0.05; done'
  supervise web
  eventually 10 test -e "$dir/ready"
  up web # its status comes when it runs already
  pid=$(pid_of web)
}

@test "SIGINT to a supervisor goes to the service's process group, and ends the supervisor" {
  alone
  kill -INT "$supervisor"
  ended "$supervisor" 1
  eventually 10 grep -qx INT "$dir/got"
  eventually 10 gone "$pid"
}

@test "SIGQUIT ends the supervisor, and the service stays" {
  alone
  kill -QUIT "$supervisor"
  ended "$supervisor" 1
  alive "$pid"
  [ ! -e "$dir/got" ]
}

@test "SIGHUP lets go of stdin and stdout; the supervisor ends with its service" {
  mkfifo "$dir/fifo"
  in=$live service web <<<'exec sleep 1000000 >&-'
  exec {reader}<>"$dir/fifo"
  start bash -c "exec reeve-supervise \"\$live/web\" >\"\$dir/fifo\" $reader>&-"
  supervisor=$started
  eventually 10 has_supervisor "$live/web"
  up web
  exec {end}<"$dir/fifo" {reader}>&- # without a writer of ours
  kill -HUP "$supervisor"
  timeout 20 cat <&"$end" # until nobody holds the other end
  [ "$(readlink "/proc/$supervisor/fd/0" "/proc/$supervisor/fd/1" | sort -u)" = /dev/null ]
  kill -TERM "$(pid_of web)"
  ended "$supervisor" 0
}
