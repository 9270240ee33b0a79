# Rare failures of the scanner: what it says, and that it goes on, or ends as it should.
load lib
load survival
load upgrading

poll=poll,ppoll
setup()
{
  strace -o /dev/null -e trace=none true 2>/dev/null || skip "strace cannot trace here"
  upgrading_setup
}
teardown() { release; survival_teardown; }

# Every CALL of the scanner fails with ERROR until `release`; or those on PATH.
failing() # CALL ERROR [PATH]
{
  strace -q -p "$scanner" -o "$dir/strace" -e "trace=$1" -e "inject=$1:error=$2" ${3:+-P "$3"} 2>"$dir/strace.stderr" 3>&- &
  tracer=$!
  eventually 10 grep -q '^TracerPid:[[:space:]]*[1-9]' "/proc/$scanner/status"
}

release()
{
  [ -z "${tracer:-}" ] || { kill -KILL "$tracer" && wait "$tracer"; } 2>/dev/null || :
  tracer=
}

@test "it does not begin where it cannot lock LIVE or learn of signals, and with a -d that is not open" {
  run -111 strace -qq -o "$dir/strace" -e trace=signalfd,signalfd4 -e inject=signalfd,signalfd4:error=EMFILE reeve-scan -l "$live" "$scan"
  [[ $output == *'reeve-scan: fatal: unable to open a descriptor for signals: Too many open files'* ]]
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
  failing $poll ENOMEM
  s6-svscanctl -a "$live"
  says 'unable to poll (trying again): Cannot allocate memory'
  release
  s6-svc -wd -T 10000 -d "$live/web"
  failing $poll EINVAL
  s6-svscanctl -a "$live"
  says 'unable to poll: Invalid argument'
  eventually 10 test -e "$dir/crashed"
}

@test "a stop does not wait for ever for a live directory that could never be read" {
  start strace -D -q -o "$dir/strace" -e trace=getdents64 -e inject=getdents64:error=EIO reeve-scan -l "$scan" "$scan"
  says 'unable to read the directory .*(next try in 1 second): Input/output error'
  kill -TERM "$started"
  says 'ending, though .* could not be examined: what runs there and is not known yet is left alone'
  ended "$started"
}

@test "a supervisor that cannot be told to execute its program anew at once is told later" {
  idle web
  scanner
  up web
  failing openat EMFILE web/supervise/orders
  install_anew
  start upgrade
  says 'unable to tell the supervisor of web to execute its program anew (next try in 1 second)'
  release
  ended "$started"
  all_new web
}
