# A service that puts itself into the background: what it leaves behind is the service.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

# A daemon in $dir/daemon, which the service starts and leaves behind: it says its pid in
# $dir/daemon.pid, and ends with 7 on SIGTERM, with 3 when $dir/fail is there.
daemon()
{
  script "$dir/daemon" <<<'trap "echo stopped >>\"\$dir/stopped\"; exit 7" TERM
echo $$ >"$dir/daemon.pid.new"; mv "$dir/daemon.pid.new" "$dir/daemon.pid"
while [ ! -e "$dir/fail" ]; do sleep 0.02; done; rm "$dir/fail"; exit 3'
}

forking() # its run on stdin
{
  daemon
  service web
  setting web flag-forks ''
  setting web restart-delay '10 10'
}

is_daemon() { [ -s "$dir/daemon.pid" ] && [ "$(pid_of web)" = "$(cat "$dir/daemon.pid")" ]; }
ready() { field web ready true; }

# Another test may sleep as long.
sleeping() # PATTERN
{
  local pid
  for pid in $(leftovers); do
    if tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q "sleep $1"; then return; fi
  done 2>/dev/null
  return 1
}

once='setsid "$dir/daemon" & exit 0'
twice='(setsid sh -c "\"\$dir/daemon\" & exit 0" &) ; exit 0'

@test "one that forks once: its child is the service" {
  forking <<<"$once"
  scanner
  eventually 10 is_daemon
  eventually 10 ready
  field web state up
  field web restarts 0
  stop_scanner 0
  [ -e "$dir/stopped" ]
}

@test "one that forks twice, as daemon() does" {
  forking <<<"$twice"
  scanner
  eventually 10 is_daemon
  eventually 10 ready
  s6-svc -wD -T 10000 -d "$live/web"
  field web state down
  field web exit 7
  [ -e "$dir/stopped" ]
}

@test "one that forks in the same session" {
  forking <<<'"$dir/daemon" & exit 0'
  scanner
  eventually 10 is_daemon
  s6-svc -wD -T 10000 -d "$live/web"
  field web exit 7
}

@test "its death restarts it, and its exit code is known to finish" {
  forking <<<"$once"
  finish web <<<'echo "$1 $2" >>"$dir/finished"'
  scanner
  eventually 10 is_daemon
  first=$(pid_of web)
  touch "$dir/fail"
  eventually 10 gone "$first"
  is_another() { is_daemon && [ "$(pid_of web)" != "$first" ]; }
  eventually 10 is_another
  [ "$(cat "$dir/finished")" = '3 0' ]
  field web restarts 1
  field web exit 3
}

@test "finish does not run while the service does" {
  forking <<<"$twice"
  finish web <<<'echo "$1 $2" >>"$dir/finished"'
  scanner
  eventually 10 is_daemon
  [ ! -e "$dir/finished" ]
  kill -KILL "$(pid_of web)"
  eventually 10 test -s "$dir/finished"
  [ "$(cat "$dir/finished")" = '256 9' ]
}

@test "signals by command go to it" {
  forking <<<"$once"
  scanner
  eventually 10 is_daemon
  s6-svc -wD -T 10000 -O "$live/web" 3>&- &
  s6-svc -O "$live/web"
  s6-svc -k "$live/web"
  wait $!
  field web signal SIGKILL
}

@test "reeve wait ready waits until the service has gone into the background" {
  forking <<<'until [ -e "$dir/go" ]; do sleep 0.02; done; setsid "$dir/daemon" & exit 0'
  sed -i 's/; setsid/\nsetsid/' "$scan/web/run"
  scanner
  eventually 10 eval 's6-svstat -o up "$live/web" | grep -q true'
  field web ready false
  run -99 reeve -l "$live" wait ready web --timeout 300ms
  reeve -l "$live" wait ready web --timeout 20s 3>&- &
  touch "$dir/go"
  wait $!
  eventually 10 is_daemon
}

@test "several strays without a pidfile are an error that says so" {
  forking <<<'setsid sleep 1000001 & setsid sleep 1000002 & exit 0'
  setting web restart no
  scanner
  says 'flag-forks: ./run has left several processes behind, and it is not clear which is the service: ending them; name the file into which it writes its pid in `pidfile`'
  eventually 10 field web state failed
  run ! sleeping '100000[12]'
}

@test "several strays that soon become one are none" {
  forking <<<'setsid sleep 0.2 & setsid "$dir/daemon" & exit 0'
  scanner
  eventually 10 is_daemon
}

@test "pidfile names the one of several" {
  forking <<<'setsid sleep 1000003 & setsid "$dir/daemon" & setsid sleep 1000003 & exit 0'
  setting web pidfile "$dir/daemon.pid"
  scanner
  eventually 10 is_daemon
  eventually 10 ready
  s6-svc -wD -T 10000 -d "$live/web"
  field web exit 7
  run ! sleeping 1000003
}

@test "a pidfile that is written late is waited for" {
  forking <<<'rm -f "$dir/daemon.pid"; setsid sleep 1000000 & setsid sh -c "sleep 0.7; exec \"\$dir/daemon\"" & exit 0'
  setting web pidfile "$dir/daemon.pid"
  scanner
  eventually 10 is_daemon
  eventually 10 ready
}

@test "a pidfile may name a deeper descendant" {
  forking <<<'setsid sh -c "sh -c \"\\\"\\\$dir/daemon\\\" & wait\" & wait" & exit 0'
  finish web <<<'echo "$1 $2" >>"$dir/finished"'
  setting web pidfile "$dir/daemon.pid"
  scanner
  eventually 10 is_daemon
  eventually 10 ready
  s6-svc -wD -T 10000 -d "$live/web"
  [ -e "$dir/stopped" ]
  [ -s "$dir/finished" ]
}

@test "a relative pidfile is in the service's directory" {
  forking <<<'rm -f data/daemon.pid; setsid sleep 1000000 & setsid sh -c "echo \$\$ >data/daemon.pid; exec \"\$dir/daemon\"" & exit 0'
  mkdir "$scan/web/data"
  setting web pidfile data/daemon.pid
  scanner
  eventually 10 is_daemon
  eventually 10 ready
}

@test "a pidfile that names something else is an error that says so" {
  sleep 1000000 3>&- &
  pids+=($!)
  forking <<<'setsid sleep 1000004 & exit 0'
  setting web pidfile "$dir/other.pid"
  setting web restart no
  echo $! >"$dir/other.pid"
  scanner
  says "flag-forks: ./run has ended, but $dir/other.pid, which pidfile names, does not hold the pid of a process that ./run has left behind" 20
  eventually 10 field web state failed
  alive "${pids[0]}"
  run ! sleeping 1000004
}

@test "what finish has left behind is none of what run leaves" {
  forking <<<"$once"
  finish web <<<'setsid sleep 1000006 &'
  scanner
  eventually 10 is_daemon
  s6-svc -r "$live/web"
  eventually 10 field web restarts 1
  eventually 10 is_daemon
  run ! sleeping 1000006
  run ! said 'it is not clear which is the service'
}

@test "one that leaves nothing behind has simply ended" {
  forking <<<'exit 0'
  setting web restart on-failure
  scanner
  eventually 10 field web state down
  field web exit 0
}

@test "one that fails before it forks has failed" {
  forking <<<'setsid sleep 1000005 & exit 4'
  setting web restart no
  scanner
  eventually 10 field web state failed
  field web exit 4
  run ! sleeping 1000005
}

@test "without the flag, what it leaves behind is ended, and a message says how to mend it" {
  forking <<<"$once"
  rm "$scan/web/flag-forks"
  setting web restart on-failure
  scanner
  eventually 10 field web state down
  said 'it has put itself into the background; give it its option to stay in the foreground, or create the file flag-forks'
}

# daemon(3) may call setsid() after its parent has ended: then it has another process group
# than when it was found.
late_setsid() # [OPTION...]: the scanner's
{
  script "$dir/late" <<<'#!/usr/bin/env python3
import os, signal, sys, time
dir = os.environ["dir"]
def told(sig, frame):
    open(dir + "/told", "a").write("told\n")
    if not os.path.exists(dir + "/stubborn"): os._exit(7)
signal.signal(signal.SIGTERM, told)
if os.fork(): os._exit(0)
open(dir + "/daemon.pid", "w").write("%d\n" % os.getpid())
while not os.path.exists(dir + "/leave"): time.sleep(0.02)
os.setsid()
open(dir + "/left", "w").write("")
while True: time.sleep(0.05)'
  service web <<<'exec "$dir/late"'
  finish web <<<'echo "$1 $2 $4" >>"$dir/finished"'
  setting web flag-forks ''
  scanner "$@"
  eventually 20 is_daemon
  eventually 10 ready
  pid=$(pid_of web)
  touch "$dir/leave"
  eventually 20 test -e "$dir/left"
}

@test "one that changes its process group later is stopped, and finish has the group that it had last" {
  late_setsid
  reeve -l "$live" stop web
  [ "$(cat "$dir/finished")" = "7 0 $pid" ]
  stop_scanner 0
}

@test "timeout-kill with flag-timeout-killpg kills one that has changed its process group" {
  touch "$dir/stubborn"
  setting web timeout-kill 300
  setting web flag-timeout-killpg ''
  late_setsid
  reeve -l "$live" --timeout 20s stop web
  over "$pid"
  [ "$(cat "$dir/finished")" = "256 9 $pid" ]
  stop_scanner 0
}

@test "a stop kills one that has changed its process group, and finish runs" {
  touch "$dir/stubborn"
  late_setsid -T 100000 -K 1000 # time enough for finish, which half a second before the end of a budget is not
  stop_scanner 137
  over "$pid"
  [ "$(cat "$dir/finished")" = "256 9 $pid" ]
}

@test "flag-down-group: the down-signal goes to the group that it has now" {
  setting web flag-down-group ''
  late_setsid
  s6-svc -wD -T 20000 -d "$live/web"
  [ "$(cat "$dir/finished")" = "7 0 $pid" ]
}

@test "once (o) is until the service ends, not until it has gone into the background" {
  forking <<<"$once"
  touch "$scan/web/down"
  scanner
  eventually 10 s6-svc -o "$live/web"
  eventually 10 is_daemon
  eventually 10 ready
  stop_scanner 0
  [ -e "$dir/stopped" ]
}

refused() { grep -q "$dir/daemon.pid, which pidfile names.*refusing the process $1, which does not descend" "$dir/stderr"; }

@test "a pidfile that names PID 1, or another's process, is refused by name, and that process is left alone" {
  sleep 1000000 3>&- &
  other=$!
  pids+=("$other")
  for pid in 1 "$other"; do
    rm -rf "$scan/web"
    service web <<<"(sleep 1000000 &); echo $pid >$dir/daemon.pid; exit 0"
    setting web flag-forks ''
    setting web pidfile "$dir/daemon.pid"
    setting web restart no
    scanner
    eventually 20 refused "$pid"
    eventually 10 field web state failed
    stop_scanner 0
    alive "$other"
  done
}
