# What cannot be examined for a while is said, and nothing is concluded from it.
# `make faults` tries every system call; these are some whose loss nobody would see.
load lib
load survival

stat=newfstatat,statx,lstat,stat
poll=poll,ppoll
setup() { reeve_setup; }
teardown() { release; survival_teardown; }

# Every CALL of process PID fails with ERROR until `release`; or those on PATH.
failing() # PID CALL ERROR [PATH]
{
  strace -q -p "$1" -o "$dir/strace" -e "trace=$2" -e "inject=$2:error=$3" ${4:+-P "$4"} 2>"$dir/strace.stderr" 3>&- &
  tracer=$!
  eventually 10 grep -q '^TracerPid:[[:space:]]*[1-9]' "/proc/$1/status"
}

release()
{
  [ -z "${tracer:-}" ] || { kill -KILL "$tracer" && wait "$tracer"; } 2>/dev/null || :
  tracer=
}

failed() # TIMES
{
  [ "$(grep -c INJECTED "$dir/strace")" -ge "$1" ]
}

# Right behind a failure: a call that the tracer has stopped when it is killed fails with ENOSYS.
release_between()
{
  local count
  count=$(grep -c INJECTED "$dir/strace")
  until failed $((count + 1)); do :; done
  release
}

@test "a rescan that can examine nothing lets go of nothing, and is repeated" {
  idle web
  scanner
  up web
  pid=$(pid_of web)
  failing "$scanner" "$stat" EIO "$scan/web"
  s6-svscanctl -a "$live"
  says "unable to examine .*/web (next try in 1 second)"
  eventually 20 failed 6 # more than a second, in which what is missing is let go
  idle more
  release
  up more
  field web state up
  [ "$(pid_of web)" = "$pid" ]
}

@test "a scan directory that cannot be read is said, and read again" {
  idle web
  scanner
  up web
  failing "$scanner" getdents64 EIO
  idle more
  s6-svscanctl -a "$live"
  says "unable to read the directory .*(next try in 1 second)"
  release
  up more
  field web state up
}

@test "a directory that cannot be examined is not taken for somebody else's" {
  idle web
  scanner
  up web
  failing "$scanner" "$stat" ENOMEM web/supervise/reeve
  s6-svscanctl -a "$live"
  eventually 10 failed 1
  release
  idle more
  up more
  stop_scanner
  run ! said "another supervisor"
}

@test "a supervisor that can write nothing says so meanwhile" {
  idle web
  scanner
  up web
  failing "$(supervisor_of web)" write EIO
  s6-svc -t "$live/web"
  says "web: warning: unable to write supervise/status .*: I.* error"
  says "web: warning: unable to record the death in supervise/death_tally: I.* error"
  release
  up web
}

@test "a listener that cannot be told is spoken of" {
  idle web
  scanner
  up web
  s6-ftrig-wait "$live/web/event" d 3>&- &
  listener=$!
  eventually 10 compgen -G "$live/web/event/ftrig1*"
  failing "$(supervisor_of web)" openat EMFILE "$(basename "$live"/web/event/ftrig1*)"
  s6-svc -t "$live/web"
  says "unable to notify the listeners in event"
  release
  kill "$listener"
}

@test "a live directory that cannot be removed stays ours, and goes at the next rescan" {
  idle web
  scanner
  up web
  failing "$scanner" rmdir EBUSY
  rm -r "$scan/web"
  says "unable to remove the live directory .*/web"
  release
  [ -e "$live/web/supervise/reeve" ]
  s6-svscanctl -a "$live"
  eventually 10 test ! -e "$live/web"
}

@test "a service that is to stay down does, when its live directory could not be made at once" {
  scanner
  failing "$scanner" symlink,symlinkat,unlink,unlinkat EIO
  idle web
  touch "$scan/web/down"
  s6-svscanctl -a "$live"
  says "unable to make the live directory of web"
  eventually 20 failed 4 # nor could be taken away, several times
  release
  eventually 20 has_supervisor "$live/web"
  field web state down
  [ -e "$live/web/down" ]
}

@test "a service that comes back while its live directory cannot be removed stays down" {
  idle web
  touch "$scan/web/down"
  scanner
  eventually 10 has_supervisor "$live/web"
  failing "$scanner" rmdir EBUSY web
  mv "$scan/web" "$dir/away"
  says "unable to remove the live directory .*/web"
  [ ! -e "$live/web/down" ]
  mv "$dir/away" "$scan/web"
  s6-svscanctl -a "$live"
  eventually 20 has_supervisor "$live/web"
  release
  field web state down
}

@test "a supervisor that was found and is killed has left its service, though its state cannot be read" {
  guarded web <<<'exec sleep 1000000'
  scanner
  up web
  pid=$(pid_of web)
  kill -KILL "$scanner"
  wait "$scanner" 2>/dev/null || :
  scanner
  reeve -l "$live" rescan
  failing "$scanner" openat EMFILE web/supervise/state
  kill_supervisor web
  [ "$(pid_of web)" = "$pid" ]
  started_times web 1
  release
  stop_scanner
  eventually 5 over "$pid"
}

# Those of the supervisor $1.
children_of() { echo "/proc/$1/task/$1/children"; }

@test "a stray that cannot be learnt of for a while does not escape" {
  service web <<<'setsid sh -c "while :; do sleep 1; done" & echo $! >"$dir/stray"; exec sleep 1000000'
  scanner
  up web
  eventually 10 test -s "$dir/stray"
  supervisor=$(supervisor_of web)
  failing "$supervisor" openat ENFILE "$(children_of "$supervisor")"
  s6-svc -d "$live/web"
  says "unable to learn which processes are left behind (trying again until it can): Too many open files in system"
  eventually 10 failed 3
  release_between
  eventually 10 gone "$(cat "$dir/stray")"
  said "ending sh (pid $(cat "$dir/stray")), which ./run has left behind"
  [ "$(grep -c 'unable to learn' "$dir/stderr")" -eq 1 ]
  eventually 10 field web state down
}

@test "a daemon that cannot be learnt of for a while is still the service" {
  service web <<<'until [ -e "$dir/go" ]; do sleep 0.02; done; setsid sleep 1000000 & echo $! >"$dir/daemon"; exit 0'
  setting web flag-forks ''
  scanner
  eventually 10 field web state starting
  supervisor=$(supervisor_of web)
  failing "$supervisor" openat ENFILE "$(children_of "$supervisor")"
  touch "$dir/go"
  says "unable to learn what ./run has left behind (trying again until it can): Too many open files in system"
  eventually 10 failed 60 # which is longer than several may take to become one
  release_between
  eventually 10 field web ready true
  [ "$(pid_of web)" = "$(cat "$dir/daemon")" ]
  field web restarts 0
}

@test "a command that cannot be started for a while is started then" {
  start strace -qq -o "$dir/strace" -e trace=fork,vfork,clone -e inject=fork,vfork,clone:error=EAGAIN:when=1 \
    reeve-scan -l "$live" "$scan" -- sh -c 'exit 3'
  says 'unable to start the command sh (next try in 1 second): Resource temporarily unavailable'
  ended "$started" 3
}

@test "a scanner does not begin where it cannot lock LIVE or learn of signals, and with a -d that is not open" {
  run -111 strace -qq -o "$dir/strace" -e trace=signalfd,signalfd4 -e inject=signalfd,signalfd4:error=EMFILE reeve-scan -l "$live" "$scan"
  [[ $output == *'reeve-scan: fatal: unable to open a descriptor for signals: '* ]]
  mkdir -p "$dir/other/.s6-svscan/lock"
  run -111 reeve-scan -l "$dir/other" "$scan"
  [[ $output == *"reeve-scan: fatal: unable to lock $dir/other/.s6-svscan/lock: Is a directory"* ]]
  run -100 sh -c 'exec reeve-scan -d 60 -l "$live" "$scan" 60>&-'
  [[ $output == *'the descriptor given to -d is not open'* ]]
}

@test "waiting that fails is tried again; where it never can succeed, the scanner has crashed" {
  idle web
  script "$scan/.s6-svscan/crash" <<<'echo "$PWD $0 $*" >"$dir/crashed.new"; mv "$dir/crashed.new" "$dir/crashed"'
  scanner
  up web
  failing "$scanner" $poll ENOMEM
  s6-svscanctl -a "$live"
  says 'unable to poll (trying again): .*memory'
  release
  s6-svc -wd -T 10000 -d "$live/web"
  failing "$scanner" $poll EINVAL
  s6-svscanctl -a "$live"
  says 'unable to poll: Invalid argument'
  eventually 10 test -e "$dir/crashed"
}

@test "a stop does not wait for ever for a live directory that could never be read" {
  start strace -D -q -o "$dir/strace" -e trace=getdents64 -e inject=getdents64:error=EIO reeve-scan -l "$scan" "$scan"
  says 'unable to read the directory .*(next try in 1 second): I.* error'
  kill -TERM "$started"
  says 'ending, though .* could not be examined: what runs there and is not known yet is left alone'
  ended "$started"
}
