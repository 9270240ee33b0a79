# A stop ends a CMD that has a terminal, though interactive shells ignore SIGTERM.

load lib

setup()
{
  reeve_setup
  # Runs the program on a terminal of its own until it ends; its exit code is this one's.
  cat >"$dir/on-terminal" <<'PYTHON'
import os, pty, sys
pid, master = pty.fork()
if not pid: os.execvp(sys.argv[2], sys.argv[2:])
with open(sys.argv[1], "w") as f: f.write("%d\n" % pid)
try:
    while os.read(master, 4096): pass
except OSError: pass
status = os.waitpid(pid, 0)[1]
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
PYTHON
}

teardown() { reeve_teardown; }

on_terminal() # CMD...
{
  start python3 "$dir/on-terminal" "$dir/scanner" reeve-scan -l "$live" "$scan" -- "$@"
  eventually 10 scanner_ready
  eventually 10 test -s "$dir/scanner"
  scanner=$(cat "$dir/scanner")
  eventually 10 pgrep -P "$scanner" -x "${1##*/}"
}

ignores_term() { (( 0x$(awk '/^SigIgn/ { print $2 }' "/proc/$(pgrep -P "$scanner" -x "$1")/status") & 0x4000 )); }

# Its exit code is that of a stop that was asked for.
stops()
{
  kill -TERM "$scanner"
  ended "$started" 0
}

@test "an interactive sh" {
  idle web
  on_terminal sh
  eventually 10 ignores_term sh
  stops
}

@test "an interactive bash, with a program in the foreground" {
  echo 'sleep 1000000' >"$dir/rc"
  on_terminal bash --rcfile "$dir/rc" -i
  eventually 10 ignores_term bash
  stops
}

notes() # SIGNAL...
{
  cat >"$dir/command" <<'PYTHON'
#!/usr/bin/env python3
import os, signal, sys, time
d = os.environ["dir"]
def hear(number, _):
    with open(d + "/heard", "a") as f: f.write(signal.Signals(number).name + "\n")
for name in sys.argv[1:]: signal.signal(getattr(signal, name), hear)
open(d + "/started", "w").close()
while not os.path.exists(d + "/end"): time.sleep(0.01)
time.sleep(0.3)
PYTHON
  chmod 755 "$dir/command"
}

@test "one that catches both hears SIGTERM and SIGHUP" {
  notes
  start python3 "$dir/on-terminal" "$dir/scanner" reeve-scan -l "$live" "$scan" -- "$dir/command" SIGTERM SIGHUP
  eventually 10 test -e "$dir/started"
  kill -TERM "$(cat "$dir/scanner")"
  eventually 10 grep -q SIGHUP "$dir/heard"
  grep -q SIGTERM "$dir/heard"
  touch "$dir/end"
  ended "$started" 0
}

@test "one that ends by SIGTERM in its own time is not killed by SIGHUP" {
  notes
  start python3 "$dir/on-terminal" "$dir/scanner" reeve-scan -l "$live" "$scan" -- "$dir/command" SIGTERM
  eventually 10 test -e "$dir/started"
  kill -TERM "$(cat "$dir/scanner")"
  eventually 10 test -s "$dir/heard"
  kill -0 "$(pgrep -P "$(cat "$dir/scanner")" -f "$dir/command")"
  touch "$dir/end"
  ended "$started" 0
}

@test "without a terminal there is no SIGHUP" {
  notes
  start setsid -w reeve-scan -l "$live" "$scan" -- "$dir/command" SIGTERM SIGHUP
  eventually 10 test -e "$dir/started"
  s6-svscanctl -t "$live"
  eventually 10 test -s "$dir/heard"
  touch "$dir/end"
  ended "$started" 0
  [ "$(cat "$dir/heard")" = SIGTERM ]
}
