# reeve-exec --sd-notify with a watchdog: a program that has been silent for too long is aborted,
# which is a failure; never one that is being stopped, paused, or was suspended with its helper.

load lib

setup()
{
  reeve_setup
  for_everyone
  # Says READY=1, then WATCHDOG=1 every $EVERY seconds while $dir/hush is not there; each line of
  # $dir/say once.
  cat >"$dir/service.py" <<'END'
import os, signal, socket, sys, time
d = os.environ["dir"]
with open(d + "/environment", "a") as f:
    f.write("%s %s %s\n" % (os.environ.get("WATCHDOG_USEC"), os.environ.get("WATCHDOG_PID"), os.getpid()))
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect("\0" + os.environ["NOTIFY_SOCKET"][1:])
def say(text):
    try: s.send(text.encode().decode("unicode_escape").encode())
    except OSError: pass
def stop(*_):
    open(d + "/stopping", "w")
    for i in range(int(os.environ.get("SAVE", "0"))): time.sleep(0.1)
    open(d + "/saved", "w")
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
if "STUBBORN" in os.environ: signal.signal(signal.SIGABRT, lambda *_: open(d + "/aborted", "a").write("x"))
if "SICK" in os.environ:
    say("WATCHDOG=trigger")
    time.sleep(1000000)
say("READY=1")
while True:
    if os.path.exists(d + "/say"):
        lines = list(open(d + "/say"))
        os.rename(d + "/say", d + "/said") # first: what it says may be the end of it
        for line in lines: say(line.strip())
    if not os.path.exists(d + "/hush"):
        say("WATCHDOG=1")
        open(d + "/pings", "a").write("x")
    time.sleep(float(os.environ.get("EVERY", "0.1")))
END
  touch "$dir/hush"
}
teardown() { reeve_teardown; }

start_web() # OPTION... ; its own supervisor
{
  mkdir -p "$live/web"
  in=$live setting web notification-fd 3
  printf '#!/bin/sh\nexec 2>>"%s"\nexec reeve-exec --sd-notify %s -- /usr/bin/python3 "%s"\n' "$dir/stderr" "$*" "$dir/service.py" >"$live/web/run"
  chmod 755 "$live/web/run"
  supervise web
}

web() # OPTION...
{
  start_web "$@"
  eventually 20 is_ready
}

is_ready() { [ "$(s6-svstat -o ready "$live/web")" = true ]; }
deaths() { s6-svdt "$live/web" | wc -l; }
aborted() { [ "$(deaths)" -ge "${1:-1}" ] && s6-svdt "$live/web" | grep -q 'signal SIGABRT'; }
pings() { [ "$(stat -c %s "$dir/pings" 2>/dev/null || echo 0)" -ge "$1" ]; }
runs() { [ "$(wc -l <"$dir/environment")" -ge "$1" ]; }
helper()
{
  local p
  for p in $(leftovers); do [ "$(cat "/proc/$p/comm" 2>/dev/null)" != reeve-ready ] || { echo "$p"; return 0; }; done
  return 1
}
no_helper() { ! helper; }
say() { printf '%s\n' "$@" >"$dir/say.new"; mv "$dir/say.new" "$dir/say"; eventually 20 test -e "$dir/said"; rm "$dir/said"; }
pause_ms() { local i; for ((i = 0; i < $1; i += 500)); do short_pause 500; done; }

@test "without health-timeout and --watchdog there is none, whatever is inherited" {
  export WATCHDOG_USEC=1000 WATCHDOG_PID=1
  web
  eventually 10 no_helper
  grep -q '^None None ' "$dir/environment"
}

@test "health-timeout sets WATCHDOG_USEC and WATCHDOG_PID, --watchdog overrides it" {
  mkdir -p "$live/web"
  echo 40000 >"$live/web/health-timeout"
  web
  [ "$(cat "$dir/environment")" = "40000000 $(pid_of web) $(pid_of web)" ]
  helper
  s6-svc -wD -T 20000 -d "$live/web"
  eventually 10 no_helper
  sed -i 's/--sd-notify/--sd-notify --watchdog 2m/' "$live/web/run"
  s6-svc -u "$live/web"
  eventually 20 runs 2
  grep -q '^120000000 ' "$dir/environment"
  s6-svc -wD -T 20000 -d "$live/web"
  sed -i 's/--watchdog 2m/--watchdog 0/' "$live/web/run"
  s6-svc -u "$live/web"
  eventually 20 runs 3
  tail -n 1 "$dir/environment" | grep -q '^None None'
}

@test "who speaks in time lives; who is silent is aborted, which is a failure, and runs again" {
  rm "$dir/hush"
  web --watchdog 1500ms
  eventually 30 pings 40
  [ "$(deaths)" -eq 0 ]
  touch "$dir/hush"
  eventually 20 aborted
  rm "$dir/hush"
  eventually 20 runs 2
  grep -q 'reeve-exec: warning: web is unhealthy: no WATCHDOG=1 for 1500 ms: aborting it (SIGABRT)' "$dir/stderr"
  eventually 20 is_ready
}

@test "with restart no, silence is for good" {
  in=$live setting web restart no
  web --watchdog 500ms
  eventually 20 aborted
  eventually 20 no_helper
  eventually 10 eval '[ "$(s6-svstat -o up "$live/web")" = false ]'
}

@test "a stopped one (SIGSTOP) is aborted" {
  rm "$dir/hush"
  web --watchdog 2s
  eventually 20 pings 3
  freeze "$(pid_of web)"
  eventually 20 aborted
  eventually 20 runs 2
}

@test "one that is being stopped may be silent as long as it needs" {
  export SAVE=25 # tenths of a second: longer than its watchdog allows
  rm "$dir/hush"
  web --watchdog 5s
  say WATCHDOG_USEC=1500000
  s6-svc -d "$live/web"
  eventually 20 test -e "$dir/stopping"
  eventually 20 test -e "$dir/saved"
  s6-svc -wD -T 20000 -d "$live/web"
  s6-svdt "$live/web" | grep -q 'exitcode 0'
  run ! grep -q unhealthy "$dir/stderr"
}

@test "one that is paused by command is left alone, and judged when it goes on" {
  rm "$dir/hush"
  web --watchdog 2s # of which a busy machine leaves enough
  eventually 20 pings 3
  s6-svc -p "$live/web"
  pause_ms 2500
  [ "$(deaths)" -eq 0 ]
  s6-svc -c "$live/web"
  short_pause 900
  eventually 20 pings 10
  [ "$(deaths)" -eq 0 ]
  touch "$dir/hush"
  eventually 20 aborted
}

@test "who was suspended with its helper has its whole time again" {
  rm "$dir/hush"
  web --watchdog 2s
  eventually 20 pings 3
  helper=$(helper)
  freeze "$helper"
  freeze "$(pid_of web)"
  pause_ms 4000
  kill -CONT "$helper"
  short_pause 700
  kill -CONT "$(pid_of web)"
  before_pings=$(stat -c %s "$dir/pings")
  eventually 20 pings $((before_pings + 10))
  [ "$(deaths)" -eq 0 ]
}

@test "beside a health file, health-timeout binds a program only once it has spoken" {
  mkdir -p "$live/web"
  echo 500 >"$live/web/health-timeout"
  script "$live/web/health" <<<'exit 0'
  web
  pause_ms 2000
  [ "$(deaths)" -eq 0 ]
  rm "$dir/hush"
  eventually 20 pings 3
  touch "$dir/hush"
  eventually 20 aborted
}

@test "WATCHDOG=trigger, WATCHDOG_USEC and STOPPING=1 as systemd has them" {
  web --watchdog 1h
  say WATCHDOG=trigger
  eventually 20 aborted
  grep -q 'it has said WATCHDOG=trigger' "$dir/stderr"
  eventually 20 runs 2
  eventually 20 is_ready
  say WATCHDOG_USEC=300000
  eventually 20 aborted 2
  eventually 20 runs 3
  eventually 20 is_ready
  say 'WATCHDOG_USEC=300000\nSTOPPING=1'
  pause_ms 1500
  [ "$(deaths)" -eq 2 ]
}

@test "who outlives SIGABRT is killed after timeout-kill, and only with that" {
  in=$live setting web timeout-kill 300
  export STUBBORN=1
  web --watchdog 500ms
  eventually 20 killed
  [ -s "$dir/aborted" ]
  grep -q 'has outlived SIGABRT by timeout-kill: killing it' "$dir/stderr"
}
killed() { s6-svdt "$live/web" | grep -q 'signal SIGKILL'; }

@test "who was aborted before it was ready is killed alike" {
  in=$live setting web timeout-kill 300
  export STUBBORN=1 SICK=1
  start_web --watchdog 1h
  eventually 20 test -s "$dir/aborted"
  eventually 20 killed
  ! is_ready
}

@test "who outlives SIGABRT without timeout-kill is spoken of" {
  export STUBBORN=1
  web --watchdog 500ms
  eventually 20 test -s "$dir/aborted"
  says 'outlived SIGABRT: timeout-kill would say' 30
  [ "$(deaths)" -eq 0 ]
}

@test "a program of another user; and no watchdog where the helper may not speak to the supervisor" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  chmod 777 "$dir"
  rm "$dir/hush"
  web --watchdog 700ms --user nobody --chdir /
  eventually 20 pings 5
  touch "$dir/hush"
  eventually 20 aborted
  s6-svc -wD -T 20000 -d "$live/web"
  printf '#!/bin/sh\nexec 2>>"%s"\nexec s6-setuidgid nobody reeve-exec --sd-notify --watchdog 500ms -- /usr/bin/python3 "%s"\n' "$dir/stderr" "$dir/service.py" >"$live/web/run"
  : >"$dir/environment"
  chmod 666 "$dir/environment"
  s6-svc -u "$live/web"
  eventually 20 runs 1
  grep -q '^None' "$dir/environment"
  grep -q 'unable to give orders to the supervisor, so there is no watchdog' "$dir/stderr"
}

@test "under another supervisor, which does not say when it stops a program, there is no watchdog" {
  mkdir -p "$live/web"
  in=$live setting web notification-fd 3
  printf '#!/bin/sh\nexec 2>>"%s"\nexec reeve-exec --sd-notify --watchdog 500ms -- /usr/bin/python3 "%s"\n' "$dir/stderr" "$dir/service.py" >"$live/web/run"
  chmod 755 "$live/web/run"
  start s6-supervise "$live/web"
  eventually 20 is_ready
  grep -q '^None' "$dir/environment"
  says 'so there is no watchdog' 10
}

@test "a program that is not the service's main process" {
  rm "$dir/hush"
  mkdir -p "$live/web"
  in=$live setting web notification-fd 3
  printf '#!/bin/sh\nexec 2>>"%s"\nreeve-exec --sd-notify --watchdog 700ms -- /usr/bin/python3 "%s"\nexit 7\n' "$dir/stderr" "$dir/service.py" >"$live/web/run"
  chmod 755 "$live/web/run"
  supervise web
  eventually 20 is_ready
  touch "$dir/hush"
  eventually 20 grep -q 'is unhealthy' "$dir/stderr"
  eventually 20 ended_with 7
}
ended_with() { s6-svdt "$live/web" | grep -q "exitcode $1"; }

@test "the watchdog goes on when the supervisor was killed, and when it was upgraded" {
  rm "$dir/hush"
  setting web notification-fd 3
  printf '#!/bin/sh\nexec 2>>"%s"\nexec reeve-exec --sd-notify --watchdog 3s -- /usr/bin/python3 "%s"\n' "$dir/stderr" "$dir/service.py" >"$scan/web/run"
  chmod 755 "$scan/web/run"
  scanner
  eventually 20 is_ready
  pid=$(pid_of web)
  kill -KILL "$(pgrep -P "$scanner" -x reeve-supervise)"
  eventually 20 pings 30
  reeve -l "$live" upgrade
  [ "$(pid_of web)" = "$pid" ]
  touch "$dir/hush"
  eventually 20 aborted
  rm "$dir/hush"
  eventually 20 runs 2
  eventually 20 is_ready
}

@test "without pidfds the helper notices the program's end within a second" {
  cc -o "$dir/refuse" "$BATS_TEST_DIRNAME/refuse.c" 2>/dev/null || skip "no compiler, or no seccomp headers"
  "$dir/refuse" true || skip "no seccomp filters here"
  rm "$dir/hush"
  in=$live setting web flag-keep-strays ''
  in=$live setting web notification-fd 3
  printf '#!/bin/sh\nexec 2>>"%s"\nexec "%s/refuse" reeve-exec --sd-notify --watchdog 2s -- /usr/bin/python3 "%s"\n' "$dir/stderr" "$dir" "$dir/service.py" >"$live/web/run"
  chmod 755 "$live/web/run"
  supervise web
  eventually 20 is_ready
  eventually 20 pings 20
  [ "$(deaths)" -eq 0 ]
  touch "$dir/hush"
  eventually 20 aborted
  s6-svc -wD -T 20000 -d "$live/web"
  eventually 10 no_helper
}

@test "--watchdog needs --sd-notify, and a duration" {
  cd "$dir"
  run reeve-exec --watchdog 5s true
  [ "$status" -eq 100 ]
  [[ $output == *--sd-notify* ]]
  run reeve-exec --sd-notify --watchdog soon true
  [ "$status" -eq 100 ]
  [[ $output == *'invalid duration soon'* ]]
}
