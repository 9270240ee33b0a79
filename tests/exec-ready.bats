# reeve-exec --ready and --sd-notify: readiness of programs that cannot tell, or that
# tell it to systemd; the program keeps its pid and has no child, and nothing of the
# helper outlives it.

load lib

setup()
{
  reeve_setup
  cp "$REEVE_BIN"/reeve* "$dir"
}
teardown() { reeve_teardown; }

# A service `web` of its own supervisor: its run is that, after reeve-exec.
exec_service() # OPTION... -- PROGRAM...
{
  begin_service "$@"
  eventually 10 pid_known
}
begin_service()
{
  mkdir -p "$live/web"
  in=$live setting web notification-fd "${fd:-3}"
  printf '#!/bin/sh\nexec 2>>"%s"\nexec reeve-exec %s\n' "$dir/stderr" "$*" >"$live/web/run"
  chmod 755 "$live/web/run"
  supervise web
}
check() { script "$live/web/data/check"; }

pid_known() { [ "$(pid_of web)" -gt 0 ]; }
is_ready() { [ "$(s6-svstat -o ready "$live/web")" = true ]; }
checks() { [ "$(lines "$dir/checks" 2>/dev/null || echo 0)" -ge "$1" ]; }
executes() { tr '\0' ' ' <"/proc/$(pid_of web)/cmdline" | grep -q "^$1"; }

# What works in the service's directory, apart from the supervisor and the program.
helpers()
{
  local proc program
  program=$(pid_of web) || :
  for proc in /proc/[0-9]*; do
    case ${proc#/proc/} in "$supervisor"|"$program") continue ;; esac
    [ "$(readlink "$proc/cwd" 2>/dev/null)" != "$live/web" ] || echo "${proc#/proc/}"
  done
}
no_helper() { [ -z "$(helpers)" ]; }
has_helper() { [ -n "$(helpers)" ]; }

stop() { s6-svc -wD -T 20000 -d "$live/web"; }

@test "--ready: checks until one exits 0, then the service is ready and nothing is left" {
  check <<<'echo >>"$dir/checks"; [ "$(wc -l <"$dir/checks")" -ge 4 ]'
  exec_service --ready ./data/check -- sleep 1000000
  eventually 20 is_ready
  [ "$(lines "$dir/checks")" -eq 4 ]
  executes sleep
  eventually 10 no_helper
  # The notification is not the program's, and it has no child that it never made.
  [ ! -e "/proc/$(pid_of web)/fd/3" ]
  [ -z "$(cat "/proc/$(pid_of web)/task/$(pid_of web)/children")" ]
}

@test "--ready: no check before the program is executed, nor a helper when it cannot be" {
  check <<<'echo >>"$dir/checks"; exit 1'
  begin_service --ready ./data/check -- ./nosuch
  says "unable to execute ./nosuch" 20
  s6-svc -wD -T 20000 -d "$live/web"
  eventually 10 no_helper
  [ ! -e "$dir/checks" ]
}

@test "--ready: the helper and a check that hangs end with the service" {
  check <<<'echo >>"$dir/checks"; trap "" TERM; while :; do sleep 1000; done'
  exec_service --ready ./data/check -- sleep 1000000
  eventually 10 checks 1
  has_helper
  stop
  eventually 10 no_helper
  [ "$(s6-svstat -o ready "$live/web")" = false ]
}

@test "--ready: the same when the whole process group is killed" {
  check <<<'echo >>"$dir/checks"; exec sleep 1000'
  exec_service --ready ./data/check -- sleep 1000000
  eventually 10 checks 1
  s6-svc -wD -T 20000 -K -d "$live/web" 2>/dev/null || { printf K >"$live/web/supervise/control"; stop; }
  eventually 10 no_helper
}

@test "--ready: the intervals grow" {
  check <<<'date +%s%N >>"$dir/checks"; exit 1'
  exec_service --ready ./data/check -- sleep 1000000
  eventually 20 checks 6
  # At least 10 + 20 + 40 + ... ms between them, however slow the machine is.
  awk 'NR > 1 { need = 20 * 2 ^ (NR - 2); if (need > 1000) need = 1000; if ($1 - last < need * 1000000) exit 1 } { last = $1 }' "$dir/checks"
  stop
}

@test "--ready: a check that cannot be executed is said, with the mend" {
  mkdir -p "$live/web/data"
  echo text >"$live/web/data/check"
  exec_service --ready ./data/check -- sleep 1000000
  says "execute ./data/check: no execute permission: chmod +x it"
  stop
  eventually 10 no_helper
}

@test "--ready without a notification-fd is an error with the mend" {
  cd "$dir"
  run reeve-exec --ready ./check true
  [ "$status" -eq 100 ]
  [[ $output == *"echo 3 >notification-fd"* ]]
  echo 3 >notification-fd
  run sh -c 'exec reeve-exec --ready ./check true 3>&-'
  [ "$status" -eq 111 ]
  [[ $output == *"descriptor 3"* ]]
}

@test "--ready: the check is the program's user, in the original directory, without its locks and sockets" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  chmod 755 "$dir"
  mkdir "$dir/for-all"
  chmod 777 "$dir/for-all"
  cat >"$dir/probe" <<'END'
{ id -u; pwd -P; echo "$WORD"; ls -l /proc/$PPID/fd | grep -c -e socket: -e lock; ls /proc/self/fd | wc -l; } >"$dir/for-all/found"
END
  check <"$dir/probe"
  chmod -R a+rX "$live"
  port=$(free_ports 1)
  fd=7 WORD=word exec_service --ready ./data/check --user nobody --chdir / --lock "$dir/lock" --listen "127.0.0.1:$port" -- sleep 1000000
  eventually 20 is_ready
  # Of sockets the helper has none, of locks neither; the signal descriptor is no socket.
  [ "$(head -n 4 "$dir/for-all/found")" = "65534
$(readlink -f "$live/web")
word
0" ]
  [ "$(stat -c %u "/proc/$(pid_of web)")" = 65534 ]
  [ "$(readlink "/proc/$(pid_of web)/cwd")" = / ]
}

@test "--ready: without pidfds the helper ends with the service as well, left alone or not" {
  cc -o "$dir/refuse" "$BATS_TEST_DIRNAME/refuse.c" 2>/dev/null || skip "no compiler, or no seccomp headers"
  "$dir/refuse" true || skip "no seccomp filters here"
  check <<<'echo >>"$dir/checks"; exit 1'
  in=$live setting web flag-keep-strays ''
  in=$live setting web notification-fd 3
  printf '#!/bin/sh\nexec "%s/refuse" reeve-exec --ready ./data/check sleep 1000000\n' "$dir" >"$live/web/run"
  chmod 755 "$live/web/run"
  supervise web
  eventually 10 checks 2
  has_helper
  stop
  eventually 10 no_helper
}

# ---- systemd's ----

notify() # what a program would say, as its last words before it sleeps
{
  cat >"$dir/notify.py" <<'END'
import os, socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
address = os.environ["NOTIFY_SOCKET"]
assert address[0] == "@"
address = "\0" + address[1:]
s.connect(address)
if len(sys.argv) > 2: os.setuid(int(sys.argv[2]))
if sys.argv[1] == "child":
    if os.fork() == 0:
        s.send(b"READY=1")
        os._exit(0)
    os.wait()
else:
    for message in sys.argv[1].split("|"):
        s.send(message.encode().decode("unicode_escape").encode())
        time.sleep(0.2)
open(os.environ["dir"] + "/notified", "w").write(address[1:])
os.execvp("sleep", ["sleep", "1000000"])
END
  echo "/usr/bin/python3 $dir/notify.py $*"
}

@test "--sd-notify: READY=1 is passed on; the program keeps its pid, and nothing is left" {
  exec_service --sd-notify -- "$(notify '"STATUS=begins|X=1\nREADY=1\n"')"
  eventually 20 is_ready
  eventually 20 executes sleep
  [ ! -e "/proc/$(pid_of web)/fd/3" ]
  eventually 10 no_helper
}

@test "--sd-notify: anything else does not make it ready, and the helper ends with the service" {
  exec_service --sd-notify -- "$(notify '"STATUS=READY=1|READY=0|RELOADING=1"')"
  eventually 20 test -s "$dir/notified"
  has_helper
  run ! is_ready
  stop
  eventually 10 no_helper
}

@test "--sd-notify: a child may tell it, and so may the program itself as whatever user" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  chmod 777 "$dir"
  exec_service --sd-notify -- "$(notify child)"
  eventually 20 is_ready
  stop
  rm "$dir/notified"
  exec_service_again() { printf '#!/bin/sh\nexec reeve-exec --sd-notify %s\n' "$(notify "$@")" >"$live/web/run"; }
  exec_service_again READY=1 65534
  s6-svc -u "$live/web"
  eventually 20 is_ready
  stop
}

@test "--sd-notify: a stranger is not heard" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  chmod 777 "$dir"
  exec_service --sd-notify --user daemon -- "$(notify STATUS=1)"
  eventually 20 test -s "$dir/notified"
  setpriv --reuid 65534 --regid 65534 --clear-groups /usr/bin/python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for i in range(3): s.sendto(b"READY=1", "\0" + sys.argv[1])' "$(cat "$dir/notified")"
  # The helper has read it when it has read what comes after it.
  /usr/bin/python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for i in range(30): s.sendto(b"X=1", "\0" + sys.argv[1])' "$(cat "$dir/notified")"
  has_helper
  run ! is_ready
  stop
  eventually 10 no_helper
}
