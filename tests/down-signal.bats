# A down-signal that does nothing by default, and that comes before the service has a handler for
# it, is not lost; one that is heard comes once.

load lib
load survival

setup() { reeve_setup; }
teardown() { survival_teardown; }

# A service that has a handler for the signal only once there is the file `handle`; it notes
# each signal that it hears in `heard`, and ends at the first after there is `end`. Python, as a
# shell may have handlers of its own.
late() # NAME SIGNAL
{
  cat >"$dir/late.py" <<'PYTHON'
import os, signal, sys, time
directory, number = sys.argv[1], getattr(signal, sys.argv[2])
open(directory + "/started", "w").close()
def hear(*_):
    with open(directory + "/heard", "a") as f: f.write("x\n")
while not os.path.exists(directory + "/handle"): time.sleep(0.01)
signal.signal(number, hear)
open(directory + "/handles", "w").close()
while not (os.path.exists(directory + "/heard") and os.path.exists(directory + "/end")): time.sleep(0.01)
PYTHON
  service "$1" <<<"exec python3 $dir/late.py $dir $2"
  setting "$1" down-signal "$2"
}

heard_times() { [ -e "$dir/heard" ] && [ "$(lines "$dir/heard")" -eq "$1" ]; }

stays_heard_once() # for longer than the longest delay
{
  eventually 10 heard_times 1
  sleep 1.5
  heard_times 1 || { cat "$dir/heard" "$dir/stderr"; return 1; }
}

# The letters are obeyed one after the other: once the second has its effect, which is that
# the service makes the file `usr1`, the first has had its own.
down_and_obeyed() # NAME
{
  s6-svc -d "$live/$1"
  s6-svc -1 "$live/$1"
  eventually 10 test -e "$dir/usr1"
}

for_signal() # SIGNAL
{
  late web "$1"
  scanner
  eventually 10 test -e "$dir/started"
  s6-svc -d "$live/web"
  eventually 10 field web wanted down
  sleep 0.3 # it may be sent more than once: nobody hears it
  touch "$dir/handle"
  eventually 10 test -e "$dir/heard"
  touch "$dir/end"
  s6-svwait -D -t 10000 "$live/web"
  field web exit 0
  stop_scanner 0
}

@test "WINCH that comes before its handler" { for_signal SIGWINCH; }
@test "URG that comes before its handler" { for_signal SIGURG; }
@test "CHLD that comes before its handler" { for_signal SIGCHLD; }

@test "one that is caught already comes once" {
  late web SIGWINCH
  touch "$dir/handle"
  scanner
  eventually 10 test -e "$dir/handles"
  s6-svc -d "$live/web"
  stays_heard_once
  touch "$dir/end"
  s6-svwait -D -t 10000 "$live/web"
  stop_scanner 0
}

@test "one that is blocked waits there, and comes once" {
  service web <<'RUN'
#!/usr/bin/env python3
import os, signal, time
d = os.environ["dir"]
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])
signal.signal(signal.SIGUSR1, lambda *_: open(d + "/usr1", "w").close())
open(d + "/started", "w").close()
while not os.path.exists(d + "/handle"): time.sleep(0.01)
signal.sigwait([signal.SIGWINCH])
with open(d + "/heard", "a") as f: f.write("x\n")
signal.signal(signal.SIGWINCH, lambda *_: open(d + "/heard", "a").write("x\n"))
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGWINCH])
while not os.path.exists(d + "/end"): time.sleep(0.01)
RUN
  setting web down-signal WINCH
  scanner
  eventually 10 test -e "$dir/started"
  down_and_obeyed web
  touch "$dir/handle"
  stays_heard_once
  touch "$dir/end"
  s6-svwait -D -t 10000 "$live/web"
}

# As a shell does for a moment when it starts a command.
blocked_for_a_moment() # DISPOSITION: SIG_IGN or SIG_DFL
{
  service web <<RUN
#!/usr/bin/env python3
import os, signal, time
d = os.environ["dir"]
signal.signal(signal.SIGWINCH, signal.$1)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])
open(d + "/started", "w").close()
while signal.SIGWINCH not in signal.sigpending(): time.sleep(0.001)
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGWINCH])
while not os.path.exists(d + "/handle"): time.sleep(0.01)
def hear(*_): raise SystemExit(0)
signal.signal(signal.SIGWINCH, hear)
while True: time.sleep(0.01)
RUN
  setting web down-signal WINCH
  scanner
  eventually 10 test -e "$dir/started"
  s6-svc -d "$live/web"
  eventually 10 field web wanted down
  sleep 0.3 # longer than the first look behind it
  touch "$dir/handle"
  s6-svwait -D -t 20000 "$live/web"
  field web exit 0
}

@test "one that is blocked for a moment, and ignored, is sent again" { blocked_for_a_moment SIG_IGN; }
@test "one that is blocked for a moment before its handler is sent again" { blocked_for_a_moment SIG_DFL; }

@test "TERM comes once, whether there is a handler or not" {
  service web <<'RUN'
#!/usr/bin/env python3
import os, signal, time
d = os.environ["dir"]
def hear(*_):
    with open(d + "/heard", "a") as f: f.write("x\n")
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGUSR1, lambda *_: open(d + "/usr1", "w").close())
open(d + "/started", "w").close()
while not os.path.exists(d + "/handle"): time.sleep(0.01)
signal.signal(signal.SIGTERM, hear)
while not os.path.exists(d + "/end"): time.sleep(0.01)
RUN
  scanner
  eventually 10 test -e "$dir/started"
  down_and_obeyed web
  touch "$dir/handle"
  sleep 1.5 # longer than the longest delay
  [ ! -e "$dir/heard" ]
  touch "$dir/end"
  s6-svwait -D -t 10000 "$live/web"
}

@test "one that is ignored: said once, and sent until it is not" {
  service web <<'RUN'
#!/usr/bin/env python3
import os, signal, time
d = os.environ["dir"]
signal.signal(signal.SIGWINCH, signal.SIG_IGN)
open(d + "/started", "w").close()
while not os.path.exists(d + "/handle"): time.sleep(0.01)
def hear(*_): raise SystemExit(0)
signal.signal(signal.SIGWINCH, hear)
while True: time.sleep(0.01)
RUN
  setting web down-signal WINCH
  scanner
  eventually 10 test -e "$dir/started"
  s6-svc -d "$live/web"
  says "./run ignores SIGWINCH, the down-signal"
  sleep 0.3
  touch "$dir/handle"
  s6-svwait -D -t 10000 "$live/web"
  [ "$(grep -c "ignores SIGWINCH" "$dir/stderr")" -eq 1 ]
}

@test "timeout-kill holds meanwhile, and u takes it back" {
  service web <<<'exec sleep 1000000'
  setting web down-signal WINCH
  setting web timeout-kill 500
  late other SIGWINCH
  scanner
  up web
  eventually 10 test -e "$dir/started"
  s6-svc -wD -T 10000 -d "$live/web"
  field web signal SIGKILL
  s6-svc -d "$live/other"
  eventually 10 field other wanted down
  s6-svc -u "$live/other"
  eventually 10 field other wanted up
  touch "$dir/handle"
  eventually 10 test -e "$dir/handles"
  sleep 1.5
  [ ! -e "$dir/heard" ]
}

@test "a successor of the supervisor goes on with it" {
  late web SIGWINCH
  scanner
  eventually 10 test -e "$dir/started"
  s6-svc -d "$live/web"
  eventually 10 field web wanted down
  kill_supervisor web
  touch "$dir/handle"
  eventually 10 test -e "$dir/heard"
  touch "$dir/end"
  s6-svwait -D -t 10000 "$live/web"
  stop_scanner 0
}

@test "a stop of the tree while everything starts" {
  late web SIGWINCH
  scanner
  eventually 10 test -e "$dir/started"
  kill -TERM "$scanner"
  touch "$dir/end"
  sleep 0.2
  touch "$dir/handle"
  ended "$scanner" 0
}

@test "a restart that is heard late is still a restart, and no end of a main service's own" {
  service web <<<'echo x >>"$dir/starts"; trap "" WINCH; until [ -e "$dir/go" ]; do sleep 0.02; done; trap "exit 0" WINCH; while :; do sleep 0.02; done'
  setting web down-signal WINCH
  setting web flag-main ''
  scanner
  up web
  eventually 10 test -s "$dir/starts"
  s6-svc -r "$live/web"
  says "./run ignores SIGWINCH, the down-signal"
  touch "$dir/go"
  eventually 20 eval '[ "$(lines "$dir/starts")" -ge 2 ]'
  alive "$scanner"
}
