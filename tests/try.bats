# reeve try: a service in the foreground of this terminal, and then as it was again.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

# As a person at a terminal: types KEYS once TEXT has been shown.
on_terminal() # TEXT KEYS COMMAND...
{
  python3 - "$@" 3>&- <<'END'
import os, pty, sys
text, keys, command = sys.argv[1].encode(), sys.argv[2].encode().decode("unicode_escape").encode(), sys.argv[3:]
pid, fd = pty.fork()
if not pid:
    os.execvp(command[0], command)
shown = b""
while True:
    try:
        some = os.read(fd, 4096)
    except OSError:
        break
    if not some:
        break
    shown += some
    if keys and text in shown:
        os.write(fd, keys)
        keys = b""
sys.stdout.buffer.write(shown.replace(b"\r", b""))
status = os.waitpid(pid, 0)[1]
sys.exit(os.waitstatus_to_exitcode(status))
END
}
line() { grep -qE -- "$1" <<<"$output" || { sed 's/^/# /' <<<"$output"; return 1; }; }

@test "it runs as under its supervisor, but on the terminal; what needs it comes back" {
  service db <<'END'
{ echo "$*"; pwd; umask; ulimit -n; env | sort; ls /proc/$$/fd; } >"$dir/as-$([ -t 0 ] && echo terminal || echo service)"
echo >&5
if [ -t 0 ]; then echo tried; sleep 1000000 & exit 3; fi
exec sleep 1000000
END
  setting db notification-fd 5
  setting db lock-fd 6
  in=$scan/db service log <<<'exec cat'
  idle web
  setting web dependencies.d/db ''
  scanner
  up web
  before=$(pid_of db)
  run on_terminal '' '' reeve try db
  [ "$status" -eq 3 ]
  line '^tried$'
  line 'stopping web first, as it needs db'
  line 'db has told that it is ready, [0-9.]+ m?s after its start$'
  line 'db has ended [0-9.]+ m?s after its start: exit 3: it ended by itself, with an error$'
  line 'ending what is left behind by db$'
  line 'starting db again$'
  diff "$dir/as-service" "$dir/as-terminal"
  up db
  up web
  [ "$(pid_of db)" != "$before" ]
  run -1 reeve try db/log
  line 'is a logger'
  stop_scanner
  run -1 reeve try db
  line 'no scanner runs'
}

@test "Ctrl-C and SIGTERM are for the service; then it is up again, and one that was down stays so" {
  service web <<'END'
trap 'echo interrupted; exit 7' INT
trap 'exit 8' TERM
echo runs
touch "$dir/runs-$(cut -d " " -f 4 "/proc/$PPID/stat")"
while :; do sleep 1000000 & wait; done
END
  service worker@ <<<'[ -t 0 ] || exec sleep 1000000; echo "$2 is $REEVE_INSTANCE"; exit 0'
  setting worker@ count 1
  idle off
  setting off down ''
  service off <<<'echo off; exit 0'
  scanner
  up web
  up worker@1
  run on_terminal runs '\x03' reeve try web
  [ "$status" -eq 7 ]
  line 'interrupted$'
  line 'web has ended .*: exit 7: '
  up web
  for signal in TERM HUP; do
    start reeve try web
    eventually 10 test -e "$dir/runs-$started"
    field web state down
    kill -"$signal" "$started"
    ended "$started" 8
    up web
  done
  run on_terminal '' '' reeve try worker@1
  [ "$status" -eq 0 ]
  line '^1 is 1$'
  up worker@1
  run reeve try off </dev/null
  [ "$status" -eq 0 ]
  line '^off$'
  field off state down
  field off wanted down
  # One that does not end keeps it waiting; who gives up has it as it was.
  service stubborn <<<'trap "" TERM; while :; do sleep 1000000; done'
  setting stubborn timeout-strays 100
  up stubborn
  start reeve try stubborn
  eventually 10 field stubborn wanted down
  kill -INT "$started"
  ended "$started" 130
  eventually 10 field stubborn wanted up
  reeve kill KILL stubborn
  eventually 10 field stubborn restarts 1
  eventually 10 field stubborn state up
}

@test "an instance that is tried is not scaled away" {
  service worker@ <<<'touch "$dir/runs-$(cut -d " " -f 4 "/proc/$PPID/stat")"; exec sleep 1000000'
  setting worker@ count 2
  scanner
  up worker@2
  start reeve try worker@2
  eventually 10 test -e "$dir/runs-$started"
  run -1 reeve scale worker@ 1
  line 'worker@2 is being tried by a .reeve try., which would undo this at its end: end that first'
  run -0 reeve scale worker@ 3 # nobody goes
  up worker@3
  kill -TERM "$started"
  ended "$started" 143
  eventually 20 field worker@2 state up
  run -0 reeve scale worker@ 1
  eventually 10 test ! -e "$live/worker@2"
}

@test "never two at once: of another try, a start, s6-svc; a reeve that is killed starts it again" {
  service web <<'END'
trap 'sleep 0.2; exit 8' TERM
touch "$dir/runs-$(cut -d " " -f 4 "/proc/$PPID/stat")"
while :; do sleep 1000000 & wait; done
END
  scanner
  up web
  instances() { [ "$(processes of "$dir" | while read -r pid; do tr '\0' ' ' <"/proc/$pid/cmdline"; echo; done 2>/dev/null | grep -c '^/bin/sh ./run web')" -eq "$1" ]; }
  start reeve try web
  first=$started
  eventually 10 test -e "$dir/runs-$first"
  run -1 reeve try web
  line 'web is being tried by another .reeve try.$'
  run -1 reeve start web
  line 'web is not started: a .reeve try. runs it now'
  for command in restart 'restart --only' stop 'stop --only' disable; do
    # shellcheck disable=SC2086 # words
    run -1 reeve $command web
    line 'web is being tried by a .reeve try., which would undo this at its end: end that first'
  done
  run -1 test -e "$live/web/down"
  run -0 reeve why web
  line 'web is down, as a .reeve try. runs it now'
  instances 1
  idle other
  up other
  other=$(pid_of other)
  run -1 reeve restart web other # nothing is done to the other one either
  [ "$(pid_of other)" = "$other" ]
  # Twice within a moment is once, as timeout(1) has it: what is told so can end well.
  kill -TERM "$first"
  kill -HUP "$first" || :
  ended "$first" 8
  up web
  start reeve try web
  eventually 10 test -e "$dir/runs-$started"
  kill -KILL "$started"
  ended "$started" 137
  eventually 10 field web state up
  eventually 10 instances 1
  start reeve try web
  eventually 10 test -e "$dir/runs-$started"
  s6-svc -u "$live/web"
  ended "$started" 8
  grep -q 'ending web here, as it was started elsewhere' "$dir/stderr"
  eventually 10 field web state up
  eventually 10 instances 1
  start reeve try web
  eventually 10 test -e "$dir/runs-$started"
  stop_scanner
  ended "$started" 8
  instances 0
}
