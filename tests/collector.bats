# reeve-scan -L, and REEVE_LOG for /init: one collector reads what services without a log/
# write, and passes it on in whole lines.

load lib
load survival

setup() { reeve_setup; }
teardown() { reeve_teardown; }

# The scanner's stdout is a pipe, as a container's; what comes out of it is in $dir/stdout.
scanner_into_pipe() # MODE [COMMAND...]
{
  mkfifo "$dir/pipe"
  start cat "$dir/pipe"
  reader=$started
  # shellcheck disable=SC2016
  start sh -c 'mode=$1; shift; exec reeve-scan -l "$live" -L "$mode" "$scan" "$@" >"$dir/pipe"' sh "$@"
  scanner=$started
  eventually 10 scanner_ready_or_gone
}

# Nobody reads what comes out of the scanner, before `cat`.
scanner_unread() # MODE
{
  mkfifo "$dir/pipe"
  exec 8<>"$dir/pipe"
  # shellcheck disable=SC2016
  start sh -c 'exec reeve-scan -l "$live" -L "$1" "$scan" >"$dir/pipe" 8>&-' sh "$@"
  scanner=$started
  eventually 10 scanner_ready
}
read_at_last()
{
  # shellcheck disable=SC2016
  start sh -c 'exec cat "$dir/pipe" >"$dir/all" 8>&-'
  reader=$started
  eventually 10 test -s "$dir/all"
  exec 8>&-
}
waits() # NAME ; the fifo of its stdout is as good as full
{
  python3 -c '
import array, fcntl, os, sys, termios
fd = os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK)
n = array.array("i", [0]); fcntl.ioctl(fd, termios.FIONREAD, n)
sys.exit(n[0] < 60000)' "$live/$1/supervise/output/out"
}

stop_all()
{
  stop_scanner "${1:-0}"
  ended "$reader"
}

# Lines of 1 to 9000 bytes, in writes that end anywhere.
writer() # NAME
{
  service "$1" <<'END'
awk -v name="$1" 'BEGIN {
  x = sprintf("%3000s", ""); gsub(/ /, "x", x); x = x x x
  for (i = 1; i <= 200; i++) print name, i, substr(x, 1, i % 10 ? i : i * 45) "."
}'
exec sleep 1000000
END
}
whole_writers() # FILE
{
  awk '{ long = $4 % 10 ? $4 : $4 * 45 }
    NF != 5 || $2 != "|" || $1 != $3 || length($5) != long + 1 || $5 !~ /^x*\.$/ { print "torn: " substr($0, 1, 100); bad = 1 }
    $4 != ++count[$1] { print "missing before " substr($0, 1, 30); bad = 1 }
    END { exit bad }' "$1"
}
has_lines() # FILE COUNT
{
  [ "$(grep -c '^w[0-9]* *| w' "$1")" -eq "$2" ]
}

@test "20 services write to one stdout: no line is torn, none is lost, and the prefix is aligned" {
  for i in $(seq 20); do writer "w$i"; done
  scanner_into_pipe prefix
  eventually 60 has_lines "$dir/stdout" 4000
  stop_all
  whole_writers "$dir/stdout"
  grep -q '^w1  | w1 ' "$dir/stdout"
  grep -q '^w20 | w20 ' "$dir/stdout"
}

@test "lines: as they are; stderr stays stderr; the last lines of each are kept, some of a flood" {
  service talks <<<'echo out; echo err >&2; exec sleep 1000000'
  finish talks <<<'echo finished >&2; seq 30000'
  scanner_into_pipe lines
  eventually 10 grep -qx out "$dir/stdout"
  says '^err$'
  kept() { [ "$(sed -E 's/^@[0-9a-f]{24} //' "$live/talks/supervise/kept" | sort)" = $'e err\no out' ]; }
  eventually 10 kept
  [ "$(stat -c %a "$live/talks/supervise/kept")" = 600 ]
  [ "$(stat -c %a "$live/talks/supervise/output")" = 700 ] # nobody else writes lines of it
  reeve -l "$live" stop talks
  says '^finished$'
  eventually 10 grep -qx 30000 "$dir/stdout"
  diff <(echo out; seq 30000) "$dir/stdout"
  kept_last() { [ "$(cat "$live/talks/supervise/kept.old" "$live/talks/supervise/kept" | tail -n 800 | cut -d' ' -f3-)" = "$(seq 29201 30000)" ]; }
  eventually 10 kept_last
  [ "$(cat "$live/talks/supervise/kept"* | wc -c)" -lt 131072 ]
  rm -r "$scan/talks"
  s6-svscanctl -an "$live"
  eventually 10 test ! -e "$live/talks"
  stop_all
}

@test "a stop that comes at once: what a command has written is read all the same" {
  for i in 1 2 3 4 5 6 7 8; do
    [ "$(reeve-scan -l "$live" -L lines "$scan" sh -c 'echo out; seq 2000')" = "$(echo out; seq 2000)" ]
  done
}

@test "json: an object a line, whatever the bytes" {
  service broken <<<'#!/no/such/interpreter'
  service talks <<<'printf "one\n\"two\"\\\\\n\377\001\n"; echo aside >&2; exec sleep 1000000'
  scanner_into_pipe json
  written() { [ "$(lines "$dir/stdout")" -eq 3 ]; }
  eventually 10 written
  [ "$(jq -r .service "$dir/stdout" | sort -u)" = talks ]
  [ "$(jq -r .stream "$dir/stdout" | sort -u)" = stdout ]
  [ "$(jq -r .message "$dir/stdout" | head -n 2)" = 'one
"two"\' ]
  jq -e '.time | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{6}Z$")' "$dir/stdout"
  says '"service":"talks","stream":"stderr","message":"aside"}$'
  # Reeve's own, too; and whom they are about.
  about_broken() { jq -e 'select(.service == "reeve" and .level == "warning" and .about == "broken") | .message | test("^reeve-supervise broken: warning: unable to execute ./run")' "$dir/stderr"; }
  eventually 10 about_broken
  stop_all
  jq -e .message "$dir/stderr" >/dev/null
}

@test "what has no newline is seen soon, and never mixed with what others write; a long line is whole" {
  service asks <<<'printf "name? "; read -r x <"$dir/answer"; echo "$x"; printf "no end"'
  setting asks restart no
  service others <<<'read -r x <"$dir/go"; echo other; exec sleep 1000000'
  service long <<<'read -r x <"$dir/more"; head -c 300000 /dev/zero | tr "\0" x; echo; exec sleep 1000000'
  mkfifo "$dir/answer" "$dir/go" "$dir/more"
  scanner_into_pipe lines
  eventually 10 grep -qx 'name? ' "$dir/stdout"
  echo >"$dir/go"
  eventually 10 grep -qx other "$dir/stdout"
  echo me >"$dir/answer"
  eventually 10 grep -qx 'no end' "$dir/stdout"
  echo >"$dir/more"
  complete() { [ "$(tail -n 1 "$dir/stdout" | wc -c)" -eq 300001 ]; }
  eventually 10 complete
  [ "$(head -n 4 "$dir/stdout")" = $'name? \nother\nme\nno end' ]
  [ "$(lines "$dir/stdout")" -eq 5 ]
  stop_all
}

@test "while nobody reads its stdout, the tree answers and services wait; then no line is torn, none is lost" {
  for i in 1 2 3; do
    service "w$i" <<<'awk -v name="$1" "BEGIN { x = sprintf(\"%900s\", \"\"); gsub(/ /, \"x\", x); for (i = 1; i <= 300; i++) print name, i, x }"
      exec sleep 1000000'
  done
  idle other
  scanner_unread prefix
  for i in 1 2 3; do eventually 20 waits "w$i"; done
  eventually 10 pid_of .log
  reeve -l "$live" restart other
  reeve -l "$live" status
  first=$(pid_of .log)
  s6-svc -t "$live/.log" # told to end it gives up, and its successor has what it left
  eventually 10 over "$first"
  read_at_last
  # What was being written can be there twice; then with another width, perhaps.
  whole() { awk 'NF == 5 && $1 == $3 && length($5) == 900 { print $3, $4 }' "$dir/all" | sort -u; }
  complete() { [ "$(whole | wc -l)" -eq 900 ]; }
  eventually 20 complete
  stop_all
  [ -z "$(awk 'NF != 5 || $1 != $3 || length($5) != 900' "$dir/all")" ]
}

@test "while nobody reads its stdout, a stop ends within its budget" {
  service floods <<<'exec yes'
  mkfifo "$dir/pipe"
  exec 8<>"$dir/pipe"
  # shellcheck disable=SC2016
  start sh -c 'exec reeve-scan -l "$live" -T 4000 -L lines "$scan" >"$dir/pipe" 8>&-'
  scanner=$started
  eventually 20 waits floods
  stop_scanner 0
  said 'bytes that services have written are left unread, and lost'
}

@test "a stop waits for who reads late: no line is lost" {
  service talks <<<'seq 25000; exec sleep 1000000'
  scanner_unread lines
  eventually 20 waits talks
  eventually 10 pid_of talks
  talks=$(pid_of talks)
  kill -TERM "$scanner"
  eventually 20 over "$talks"
  short_pause 3000
  read_at_last
  ended "$scanner" 0
  ended "$reader"
  diff <(seq 20000) <(head -n 20000 "$dir/all")
  run ! grep lost "$dir/stderr"
}

@test "more services than the limit of open files allows: the others write as without a collector" {
  for i in $(seq 20); do service "w$i" <<<'echo hello; exec sleep 1000000'; done
  # shellcheck disable=SC2016
  start sh -c 'ulimit -n 50 && exec reeve-scan -l "$live" -L prefix "$scan"'
  scanner=$started
  greeted() { [ "$(grep -c 'hello$' "$dir/stdout")" -eq 20 ]; }
  eventually 20 greeted
  said 'is not collected: 50 open files (ulimit -n) are too few; raise the limit'
  stop_scanner
  run ! grep -e lost -e 'Too many open files' "$dir/stderr"
}

@test "a flood does not starve others" {
  service floods <<<'exec yes'
  service slow <<<'for i in 1 2 3; do echo "slow $i"; sleep 0.1; done; touch "$dir/done"; exec sleep 1000000'
  mkfifo "$dir/pipe"
  start sh -c 'exec grep slow "$dir/pipe"'
  reader=$started
  # shellcheck disable=SC2016
  start sh -c 'exec reeve-scan -l "$live" -L lines "$scan" >"$dir/pipe"'
  scanner=$started
  eventually 20 scanner_ready
  eventually 20 test -e "$dir/done"
  reeve -l "$live" stop slow
  reeve -l "$live" stop floods
  stop_all
  diff <(seq -f 'slow %.0f' 3) "$dir/stdout"
}

@test "no line is lost when the collector, a supervisor, or the scanner is killed, nor by an upgrade" {
  service counts <<<'i=0; while [ ! -e "$dir/enough" ]; do i=$((i+1)); echo "$i"; done; echo "$i" >"$dir/last"; exec sleep 1000000'
  idle quiet
  mkfifo "$dir/pipe"
  exec 8<>"$dir/pipe"
  # shellcheck disable=SC2016
  start sh -c 'exec cat "$dir/pipe" 8>&-'
  reader=$started
  begin()
  {
    # shellcheck disable=SC2016
    start sh -c 'exec reeve-scan -l "$live" -L lines "$scan" >"$dir/pipe" 8>&-'
    scanner=$started
    eventually 10 scanner_ready
  }
  begin
  grows() { [ "$(lines "$dir/stdout")" -gt "$before" ]; }
  goes_on() { before=$(lines "$dir/stdout"); eventually 20 grows; }
  goes_on
  for i in 1 2; do
    kill_collector() { kill_that "$(pid_of .log)"; }
    eventually 10 kill_collector
    goes_on
  done
  for name in counts quiet .log; do kill_that "$(supervisor_of "$name")"; done
  goes_on
  reeve -l "$live" upgrade
  goes_on
  kill -KILL "$scanner"
  ended "$scanner" 137
  begin
  goes_on
  touch "$dir/enough"
  eventually 10 test -s "$dir/last"
  exec 8>&-
  stop_all
  diff <(seq "$(cat "$dir/last")") <(grep -x '[0-9]*' "$dir/stdout" | sort -nu)
}
kill_that() { [ "${1:-0}" -gt 1 ] && kill -KILL "$1"; }

@test "what services and CMD write last is there when the scanner has ended, also if there was no collector meanwhile" {
  service talks <<<'trap "seq 3000; printf end; exit 0" TERM; touch "$dir/ready"; while :; do sleep 0.05; done'
  finish talks <<<'echo "finish $1"'
  # shellcheck disable=SC2016
  scanner_into_pipe prefix sh -c 'echo cmd; echo aside >&2; trap "echo bye; exit 3" TERM; touch "$dir/cmd-ready"; while :; do sleep 0.05; done'
  eventually 10 test -e "$dir/ready"
  eventually 10 test -e "$dir/cmd-ready"
  says '^cmd *| aside$'
  up talks
  talks=$(pid_of talks)
  s6-svc -wD -d "$live/.log"
  kill -TERM "$scanner"
  eventually 10 over "$talks"
  s6-svc -u "$live/.log"
  ended "$scanner" 0
  ended "$reader"
  diff <(echo 'cmd'; echo 'bye') <(sed -n 's/^cmd *| //p' "$dir/stdout")
  diff <(seq 3000; printf 'endfinish 0\n') <(sed -n 's/^talks | //p' "$dir/stdout")
}

@test "a service that writes through reeve-log is read like others" {
  service web <<<'echo one | reeve-log -; echo two | reeve-log - >&2; exec sleep 1000000'
  scanner_into_pipe prefix
  eventually 10 grep -qx 'web | one' "$dir/stdout"
  says '^web | two$'
  stop_all
}

@test "json is valid whatever a hostile service writes: NUL, torn UTF-8, a line of 10 MB" {
  service hostile <<'END'
#!/usr/bin/env python3
import os, random, time
random.seed(1)
pieces = [0, 0x1b, 0x41, 0x80, 0xa0, 0xc0, 0xe2, 0xed, 0xf0, 0xf4, 0xff]
for i in range(100): os.write(1, b"<" + bytes(random.choice(pieces) for _ in range(random.randrange(3000))) + b">\n")
os.write(1, b"a\0b\n")
line = memoryview(("\u20ac" * 3500000).encode())
while line: line = line[os.write(1, line[:100003]):]
os.write(1, b"\nend\n")
time.sleep(1000000)
END
  scanner_into_pipe json
  eventually 60 grep -q '"message":"end"}$' "$dir/stdout"
  stop_all
  python3 - "$dir/stdout" <<'END'
import json, sys
said = [json.loads(line)["message"] for line in open(sys.argv[1], encoding="utf-8", errors="strict")]
assert sum(one.startswith("<") and one.endswith(">") for one in said) == 100
assert "a\0b" in said
assert sum(len(one) for one in said if one.strip("\u20ac") == "") == 3500000, "a character was torn or lost"
END
}

@test "while the collector is stopped, the tree answers, and a stop ends; no line is lost" {
  service talks <<<'trap "echo bye; exit 0" TERM; seq 30000; while :; do sleep 0.05; done'
  idle other
  scanner_into_pipe lines
  eventually 20 grep -qx 30000 "$dir/stdout"
  freeze "$(pid_of .log)"
  reeve -l "$live" restart other
  reeve -l "$live" stop talks
  stop_all
  diff <(seq 30000; echo bye) "$dir/stdout"
}

@test "REEVE_LOG_KEEP: nothing, a few lines, all; what is no number is said" {
  service talks <<<'seq 3000; exec sleep 1000000'
  kept_with() # VALUE ; $output: what is kept
  {
    : >"$dir/stdout"
    REEVE_LOG_KEEP=$1 scanner_into_pipe lines
    eventually 10 grep -qx 3000 "$dir/stdout"
    [ "$1" = 0 ] || eventually 10 grep -q ' o 3000$' "$live/talks/supervise/kept"
    output=$(cat "$live/talks/supervise/kept.old" "$live/talks/supervise/kept" 2>/dev/null) || :
    stop_all
    rm "$dir/pipe"
  }
  kept_with 0
  [ -z "$output" ]
  kept_with 200
  [ "${#output}" -le 200 ]
  kept_with 18446744073709551615
  [ "$(wc -l <<<"$output")" -eq 3000 ]
  run ! grep REEVE_LOG_KEEP "$dir/stderr"
  kept_with 64k
  said 'invalid REEVE_LOG_KEEP "64k": allowed: a number of bytes; 65536 are kept'
}

@test "a service may lock its own stdout, and set O_DIRECT on it" {
  service locks <<'END'
#!/usr/bin/env python3
import fcntl, os, time
fcntl.lockf(1, fcntl.LOCK_EX)
os.write(1, b"locked\n")
time.sleep(1000000)
END
  service packets <<'END'
#!/usr/bin/env python3
import fcntl, os, time
fcntl.fcntl(1, fcntl.F_SETFL, os.O_RDWR | os.O_DIRECT)
for i in range(500): os.write(1, b"%d\n" % i)
time.sleep(1000000)
END
  scanner_into_pipe prefix
  eventually 20 grep -q '^packets | 499$' "$dir/stdout"
  eventually 10 grep -q '^locks  *| locked$' "$dir/stdout"
  stop_all
  diff <(seq 0 499) <(sed -n 's/^packets | //p' "$dir/stdout")
}

@test "a service that has dropped root opens /dev/stdout and /dev/stderr again" {
  [ "$(id -u)" -eq 0 ] || skip "only root can drop root"
  service web <<<'exec setpriv --reuid 65534 --regid 65534 --clear-groups sh -c "echo one >/dev/stdout; echo two >/dev/stderr; exec sleep 1000000"'
  scanner_into_pipe prefix
  eventually 10 grep -qx 'web | one' "$dir/stdout"
  says '^web | two$'
  stop_all
}

@test "a service with a logger keeps it; one that it gets later is used from the next start on; SCAN is not written to" {
  service own <<<'echo mine; echo aside >&2; exec sleep 1000000'
  in=$scan/own service log <<<'exec cat >>"$dir/own"'
  service web <<<'while :; do echo line; sleep 0.05; done'
  before=$(find "$scan" | sort)
  scanner_into_pipe prefix
  eventually 10 grep -q mine "$dir/own"
  says '^own  *| aside$'
  eventually 10 grep -q '^web  *| line$' "$dir/stdout"
  [ "$(find "$scan" | sort)" = "$before" ]
  in=$scan/web service log <<<'exec cat >>"$dir/web"'
  s6-svscanctl -a "$live"
  eventually 10 has_supervisor "$live/web/log"
  reeve -l "$live" restart web
  eventually 10 grep -q '^line$' "$dir/web"
  stop_all
  run ! grep mine "$dir/stdout"
}

@test "what a logger writes itself has the form, too, under the name of its service and /log, to its last line" {
  service web <<<'trap "seq 1001 2000; exit 0" TERM; echo mine; touch "$dir/ready"; while :; do sleep 0.05; done'
  in=$scan/web service log <<<'echo aside >&2; reeve-log -; echo "last line"'
  in=$scan/web finish log <<<'echo "finish of the logger"'
  scanner_into_pipe prefix
  eventually 10 test -e "$dir/ready"
  eventually 10 grep -q '^web/log | mine$' "$dir/stdout"
  says '^web/log | aside$'
  kept() { grep -q " $1\$" "$live/web/log/supervise/kept"; }
  eventually 10 kept 'o mine'
  eventually 10 kept 'e aside'
  [ "$(reeve -l "$live" logs web/log | sort)" = "$(printf 'aside\nmine')" ]
  # A collector that is killed is replaced, and the logger's fifos are found again; so is a logger's supervisor.
  for name in .log web/log; do
    kill_that "$(supervisor_of "$name")"
    eventually 10 pid_of "$name"
  done
  kill_that "$(pid_of .log)"
  stop_all
  diff <(echo mine; seq 1001 2000; echo 'last line'; echo 'finish of the logger') <(sed -n 's/^web\/log | //p' "$dir/stdout")
  run ! grep -v '^web/log | ' "$dir/stdout"
}

@test "the collector is none of the user's services" {
  idle web
  scanner_into_pipe lines
  up web
  up .log
  [ "$(reeve -l "$live" status | wc -l)" -eq 2 ]
  [[ $(reeve -l "$live" status .log) == *$'\n.log '*" up "* ]]
  run -1 reeve -l "$live" stop .log
  [[ $output == *'.log'*'collector'* ]]
  stop_all
}

@test "/init does it for REEVE_LOG=prefix, and says what is allowed" {
  unshare -m true 2>/dev/null || skip "no mount namespaces here"
  mkdir -p "$dir/etc/services.d"
  cp -a /etc/{passwd,group,nsswitch.conf,ld.so.cache,alternatives} "$dir/etc"
  scan=$dir/etc/services.d
  service web <<<'echo hello; reeve shutdown 0 >/dev/null; exec sleep 1000000'
  inside='mount --bind "$dir/etc" /etc && mount -t tmpfs -o mode=755 tmpfs /run && exec reeve-init'
  REEVE_LOG=prefix REEVE_LOG_KEEP=1000 unshare -m sh -c "$inside" >"$dir/out" 2>"$dir/stderr"
  grep -qx 'web | hello' "$dir/out"
  run ! grep 'REEVE_LOG' "$dir/stderr"
  REEVE_LOG=colour unshare -m sh -c "$inside" >"$dir/out" 2>"$dir/stderr"
  grep -qx hello "$dir/out"
  said 'REEVE_LOG: "colour": allowed: lines, prefix, json, off'
}

@test "-L with another mode is refused; off is as without" {
  run -100 reeve-scan -l "$live" -L colour "$scan"
  [[ $output == *'invalid -L "colour": allowed: lines, prefix, json, off'* ]]
  service web <<<'echo hello; exec sleep 1000000'
  scanner -L off
  eventually 10 grep -qx hello "$dir/stdout"
  [ ! -e "$live/.log" ]
  stop_scanner
}
