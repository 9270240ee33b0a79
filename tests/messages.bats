# Messages of Reeve's own never block: nobody reads the container's output.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

# COMMAND with its output where nobody reads it before there is a file $dir/read: then
# all goes to $dir/heard. $command: its pid.
unread() # pipe|terminal|socket COMMAND...
{
  rm -f "$dir/read" "$dir/command" "$dir/heard"
  start python3 -c '
import os, pty, socket, subprocess, sys, termios, time
kind, place = sys.argv[1], os.environ["dir"]
if kind == "pipe":
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True: os.write(writer, bytes(4096))
    except BlockingIOError: pass
    os.set_blocking(writer, True)
elif kind == "socket":
    a, b = socket.socketpair()
    b.setblocking(False)
    try:
        while True: b.send(bytes(4096))
    except BlockingIOError: pass
    b.setblocking(True)
    reader, writer = a.fileno(), b.fileno()
else:
    reader, writer = pty.openpty()
    termios.tcflow(writer, termios.TCOOFF) # Ctrl-S
command = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=writer, stderr=writer, start_new_session=True)
with open(place + "/command.new", "w") as file: print(command.pid, file=file)
os.rename(place + "/command.new", place + "/command")
while command.poll() is None and not os.path.exists(place + "/read"): time.sleep(0.02)
if command.poll() is None:
    if kind == "terminal": termios.tcflow(writer, termios.TCOON)
    os.close(writer)
    with open(place + "/heard", "wb", buffering=0) as heard:
        while True:
            try: some = os.read(reader, 65536)
            except OSError: break
            if not some: break
            heard.write(some.replace(b"\0", b"").replace(b"\r", b""))
sys.exit(command.wait())
' "$@"
  reader=$started
  eventually 10 test -s "$dir/command"
  command=$(cat "$dir/command")
  pids+=("$command")
}

heard() { grep -qE "$1" "$dir/heard"; }
count() { [ -e "$1" ] && [ "$(lines "$1")" -ge "$2" ]; }
supervisor_of() { awk '/^PPid/ { print $2 }' "/proc/$(pid_of "$1")/status"; }
replaced() { has_supervisor "$live/$1" && [ "$(pid_of "$1")" -gt 0 ] && [ "$(s6-svstat -o pid "$live/$1")" -gt 0 ] && ! alive "$2"; }

# A message at each start.
crashes()
{
  service crashes <<<'echo >>"$dir/starts"; exit 1'
  setting crashes restart-delay '10 10'
  setting crashes timeout-kill soon
}

kinds=(pipe terminal socket)

@test "unread, services start and crash, supervisors are replaced, and a stop ends within its budget" {
  for kind in "${kinds[@]}"; do
    crashes
    service stubborn <<<'trap "" TERM; touch "$dir/ready"; while :; do sleep 0.1; done'
    rm -f "$dir/starts" "$dir/ready"
    unread "$kind" reeve-scan -l "$live" -T 3000 "$scan"
    eventually 20 count "$dir/starts" 5
    eventually 10 test -e "$dir/ready"
    supervisor=$(supervisor_of stubborn)
    kill -KILL "$supervisor"
    eventually 10 replaced stubborn "$supervisor"
    began=$(date +%s)
    kill -TERM "$command"
    eventually 20 gone "$command"
    echo "# $kind: $(($(date +%s) - began)) s"
    [ $(($(date +%s) - began)) -le 15 ]
    ended "$reader" 137
    rm -r "$live"
  done
}

@test "when somebody reads again, it is said how many messages are lost" {
  for kind in "${kinds[@]}"; do
    crashes
    idle web
    rm -f "$dir/starts"
    unread "$kind" reeve-scan -l "$live" "$scan"
    eventually 20 count "$dir/starts" 5
    up web
    supervisor=$(supervisor_of web)
    kill -KILL "$supervisor"
    eventually 10 replaced web "$supervisor"
    s6-svc -wD -T 10000 -d "$live/crashes" # it says nothing more by itself
    touch "$dir/read"
    eventually 10 heard '^reeve-scan: warning: 1 message is lost: standard error did not take it$'
    eventually 10 heard '^reeve-supervise crashes: warning: [0-9]+ messages? (is|are) lost: standard error did not take (it|them)$'
    [ "$(grep -c lost "$dir/heard")" -eq 2 ]
    kill -TERM "$command"
    ended "$reader" 0
    rm -r "$live"
  done
}

@test "an upgrade takes the count along" {
  idle web
  unread pipe reeve-scan -l "$live" "$scan"
  up web
  supervisor=$(supervisor_of web)
  kill -KILL "$supervisor"
  eventually 10 replaced web "$supervisor"
  reeve -l "$live" upgrade
  touch "$dir/read"
  eventually 10 heard '^reeve-scan: warning: 1 message is lost'
  reeve -l "$live" restart web
  run ! grep -z REEVE_MESSAGES "/proc/$(pid_of web)/environ"
  kill -TERM "$command"
  ended "$reader" 0
}

nonblocking() { [ $((0$(awk '/^flags/ { print $2 }' "/proc/$1/fdinfo/2") & 04000)) -ne 0 ]; }

@test "what is opened for messages is no service's, and the output's flags stay" {
  crashes
  service lists <<<'for fd in /proc/$$/fd/*; do echo "${fd##*/} $(readlink "$fd")"; done >"$dir/open.new"; mv "$dir/open.new" "$dir/open"; exec sleep 1000000'
  setting lists timeout-kill soon
  mkfifo "$dir/pipe"
  start sh -c 'exec cat "$dir/pipe" >"$dir/heard"'
  start sh -c 'exec reeve-scan -l "$live" "$scan" 2>"$dir/pipe"'
  scanner=$started
  eventually 10 scanner_ready
  eventually 10 heard 'lists: warning: invalid timeout-kill'
  up lists
  run ! nonblocking "$(supervisor_of lists)"
  run ! nonblocking "$scanner"
  reeve -l "$live" restart lists # by a supervisor that has said something
  eventually 10 test -s "$dir/open"
  [ "$(grep " $dir/pipe\$" "$dir/open")" = "2 $dir/pipe" ]
  run ! nonblocking "$(pid_of lists)"
}

@test "another user's pipe, which cannot be opened again, is not waited for either" {
  [ "$(id -u)" = 0 ] || skip "only root can become another user"
  crashes
  for_everyone
  chmod 1777 "$dir"
  unread pipe reeve-exec --user nobody reeve-scan -l "$live" -T 3000 "$scan"
  eventually 20 count "$dir/starts" 5
  kill -TERM "$command"
  eventually 20 gone "$command"
  ended "$reader" 0
}

in_a_container() # ; $scan: its services
{
  unshare -m true 2>/dev/null || skip "no mount namespaces here"
  mkdir -p "$dir/etc/services.d"
  cp -a /etc/{passwd,group,nsswitch.conf,ld.so.cache,alternatives} "$dir/etc"
  scan=$dir/etc/services.d
  init=(unshare -m sh -c 'mount --bind "$dir/etc" /etc && mount -t tmpfs -o mode=755 tmpfs /run && exec reeve-init')
}

@test "/init: scripts run, services are stopped, cont-finish.d runs" {
  in_a_container
  crashes
  script "$dir/etc/cont-init.d/fails" <<<'touch "$dir/began"; exit 1'
  script "$dir/etc/cont-finish.d/fails" <<<'touch "$dir/finished"; exit 1'
  script "$dir/etc/cont-finish.d/later" <<<'touch "$dir/finished-later"'
  REEVE_STOP_TIMEOUT=5000 S6_BEHAVIOUR_IF_STAGE2_FAILS=1 unread pipe "${init[@]}"
  eventually 20 count "$dir/starts" 5
  kill -TERM "$command"
  eventually 20 gone "$command"
  ended "$reader" 0
  [ -e "$dir/began" ]
  [ -e "$dir/finished" ]
  [ -e "$dir/finished-later" ]
}

@test "what /init could not say is the scanner's to count" {
  in_a_container
  service web <<<'touch "$dir/up"; exec sleep 1000000'
  script "$dir/etc/cont-init.d/fails" <<<'exit 1'
  S6_BEHAVIOUR_IF_STAGE2_FAILS=1 unread pipe "${init[@]}"
  eventually 20 test -e "$dir/up"
  touch "$dir/read"
  eventually 10 heard '^reeve-scan: warning: [0-9]+ messages? (is|are) lost'
  kill -TERM "$command"
  ended "$reader" 0
}

@test "a logger goes on, too" {
  touch "$dir/log"
  unread pipe sh -c 'seq 3 | reeve-log -t none "$dir/log" && touch "$dir/ended"'
  cannot_open() { grep -qs reeve-log "/proc/$(pgrep -P "$command" | tail -n 1)/cmdline"; } # its name may tell that it is blocked
  eventually 10 cannot_open
  rm "$dir/log"
  eventually 20 test -e "$dir/ended"
  seq 3 | cmp - "$dir/log/current"
}
