# flag-console: a service that has the container's stdin, and its terminal.

load lib
load survival

setup()
{
  reeve_setup
  export REEVE_LIVE=$live
  # Runs the program on a terminal of its own: shows it in $dir/screen, types what comes through
  # $dir/keys, and closes it when $dir/hangup is there.
  cat >"$dir/on-terminal" <<'PYTHON'
import os, pty, select, sys
d = os.environ["dir"]
pid, master = pty.fork()
if not pid: os.execvp(sys.argv[1], sys.argv[1:])
with open(d + "/scanner", "w") as f: f.write("%d\n" % pid)
keys = os.open(d + "/keys", os.O_RDWR)
screen = os.open(d + "/screen", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
try:
    while not os.path.exists(d + "/hangup"):
        ready = select.select([master, keys], [], [], 0.05)[0]
        if master in ready: os.write(screen, os.read(master, 4096))
        if keys in ready: os.write(master, os.read(keys, 4096))
except OSError: pass
os.close(master)
status = os.waitpid(pid, 0)[1]
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
PYTHON
}

teardown() { survival_teardown; }

on_terminal() # [ARGUMENT...] ; of reeve-scan
{
  mkfifo "$dir/keys"
  start python3 "$dir/on-terminal" reeve-scan "$@"
  eventually 10 scanner_ready
  eventually 10 test -s "$dir/scanner"
  scanner=$(<"$dir/scanner")
}

# Both ends are the scanner's, so that nobody waits for the other one.
on_pipe() # [ARGUMENT...]
{
  [ -p "$dir/pipe" ] || mkfifo "$dir/pipe"
  # shellcheck disable=SC2016
  start sh -c 'exec "$@" <>"$dir/pipe"' sh reeve-scan -l "$live" "$scan" "$@"
  scanner=$started
  eventually 10 scanner_ready
}

type_in() { printf "$1" 1<>"$dir/keys"; }
shows() { eventually 20 grep -q -- "$1" "$dir/screen"; }

# Answers what is typed, as soon as it is there.
answers() # TEXT
{
  type_in "echo $1-\$((40 + 2))\n"
  shows "$1-42"
}

job_is_in_foreground()
{
  local job
  job=$(pgrep -P "$(pid_of repl)" -x sleep) && [ "$(ps -o tpgid= -p "$job")" -eq "$job" ]
}

# One goes to the background and comes back, and Ctrl-C reaches it alone.
interrupts_a_job()
{
  type_in 'sleep 1000000 &\nfg\n'
  eventually 20 job_is_in_foreground
  type_in '\003'
}

# Each start that has the terminal is noted: bash takes it by itself where it is free, sh does not.
shell() { service "$1" <<<$'(: >/dev/tty) 2>/dev/null && echo >>"$dir/took"; echo >>"$dir/starts"\nunset HISTFILE\nexec bash --norc --noprofile -i'; setting "$1" flag-console ''; }
each_had_terminal() { [ "$(lines "$dir/took")" -ge "$(lines "$dir/starts")" ]; }

@test "a shell as the service has job control, also after a restart, from a successor, and after an upgrade" {
  shell repl
  setting repl restart-delay '10 10'
  idle other
  on_terminal -l "$live" "$scan"
  answers first
  type_in 'test "$(ps -o sid= -p $$)" -eq $$ && : >/dev/tty && echo leader-$((40 + 2))\n'
  shows leader-42
  up other
  [ "$(readlink "/proc/$(pid_of other)/fd/0")" = /dev/null ]
  interrupts_a_job
  answers interrupted
  shell=$(pid_of repl)
  # It ends, and the next one reads on.
  type_in 'exit 3\n'
  eventually 20 field repl restarts 1
  [ "$(pid_of repl)" != "$shell" ]
  answers second
  # One that is killed leaves the terminal raw.
  shell=$(pid_of repl)
  type_in 'stty raw -echo -onlcr; kill -KILL $$\n'
  eventually 20 field repl restarts 2
  eventually 20 eval '[ "$(pid_of repl)" != "$shell" ] && [ "$(pid_of repl)" != -1 ]'
  type_in 'stty -a | grep -q " onlcr" && echo cooked-$((40 + 2))\n'
  shows cooked-42
  # The supervisor is killed: the shell stays, and after its end the terminal is the next one's.
  shell=$(pid_of repl)
  kill_supervisor repl
  answers third
  [ "$(pid_of repl)" = "$shell" ]
  type_in 'exit\n'
  eventually 20 eval '[ -n "$(pid_of repl)" ] && [ "$(pid_of repl)" != "$shell" ] && [ "$(pid_of repl)" != -1 ]'
  answers fourth
  reeve upgrade --timeout 20
  answers fifth
  reeve restart --timeout 20 repl
  answers sixth
  kill_supervisor repl
  reeve restart --timeout 20 repl
  interrupts_a_job
  answers seventh
  run -1 grep -q 'take the terminal\|no job control\|cannot set terminal' "$dir/screen"
  each_had_terminal
  # A shell ignores SIGTERM, and ends by SIGHUP.
  kill -TERM "$scanner"
  ended "$started" 0
}

@test "the terminal goes away: the service ends, and is not restarted without a pause" {
  service repl <<<$'#!/bin/bash\necho >>"$dir/repl.starts"; [ "$(wc -l <"$dir/repl.starts")" -gt 1 ] || exec bash --norc --noprofile -i\nread -r line; echo "$?" >>"$dir/read"; exit 1'
  setting repl flag-console ''
  setting repl restart-delay '1000000 1000000'
  idle other
  on_terminal -L prefix -l "$live" "$scan" # which is not for who talks to a terminal
  answers first
  up other
  [ -p "$live/other/supervise/output/out" ]
  [ ! -e "$live/repl/supervise/output/out" ]
  touch "$dir/hangup"
  eventually 20 eval 's6-svdt "$live/repl" | grep -q "signal SIGHUP"'
  eventually 20 field repl state waiting
  field other state up
  reeve start -n repl # the next one has end of file
  eventually 20 grep -qx 1 "$dir/read"
  eventually 20 field repl state waiting
  [ "$(lines "$dir/repl.starts")" -le 4 ] # after a second of life the first one follows at once
  kill -TERM "$scanner"
  ended "$started" 0
}

@test "without a terminal stdin is the pipe, which a service that is restarted goes on reading; without flag-console it is not" {
  service lines <<<$'read -r line || exec sleep 1000000; echo "$line" >>"$dir/read"; exit 1'
  setting lines restart-delay '1 1'
  setting lines flag-console ''
  service task <<<'cat >"$dir/task"'
  touch "$scan/task/flag-oneshot"
  on_pipe
  eventually 20 field task state "done"
  [ ! -s "$dir/task" ]
  for line in one two three; do
    echo $line 1<>"$dir/pipe"
    eventually 20 grep -qx $line "$dir/read"
  done
  # With the flag away its stdin is nobody's again, though its supervisor's is not, also after an upgrade.
  reeve upgrade
  rm "$scan/lines/flag-console"
  echo four 1<>"$dir/pipe"
  eventually 20 grep -qx four "$dir/read"
  eventually 20 eval '[ "$(readlink "/proc/$(pid_of lines)/fd/0")" = /dev/null ]'
  run -1 said terminal
  stop_scanner 0
}

@test "one has it: not a second service, and none where there is a command" {
  service a <<<'exec sleep 1000000'
  service b <<<'exec sleep 1000000'
  touch "$scan"/{a,b}/flag-console
  on_pipe
  up a
  up b
  [ "$(readlink "/proc/$(pid_of a)/fd/0" "/proc/$(pid_of b)/fd/0" | sort | xargs)" = "/dev/null $dir/pipe" ]
  says 'warning: \(a\|b\) has flag-console, but not the container.s stdin: \(a\|b\) has it'
  stop_scanner 0
  on_pipe -- sleep 1000000
  up a
  up b
  says "a has flag-console, but not the container's stdin: the command has it"
  says "b has flag-console, but not the container's stdin: the command has it"
  [ "$(readlink "/proc/$(pid_of a)/fd/0" "/proc/$(pid_of b)/fd/0" | xargs)" = "/dev/null /dev/null" ]
  stop_scanner 0
}

@test "one that is disabled does not have it any more" {
  service a <<<'exec sleep 1000000'
  service b <<<'exec sleep 1000000'
  touch "$scan"/{a,b}/flag-console
  setting b enable-if 'NOT_SET'
  on_pipe
  up a
  reeve stop a
  setting a enable-if 'NOT_SET'
  eventually 20 eval 'reeve rescan; field a state disabled' # it may not have heard of the end yet
  rm "$scan/b/enable-if"
  reeve rescan
  up b
  [ "$(readlink "/proc/$(pid_of b)/fd/0")" = "$dir/pipe" ]
  stop_scanner 0
}

@test "in place it takes the terminal as well" {
  live=$scan REEVE_LIVE=$scan
  shell repl
  on_terminal -l "$live" "$scan"
  up repl
  interrupts_a_job
  answers in-place
  each_had_terminal
  kill -TERM "$scanner"
  ended "$started" 0
}
