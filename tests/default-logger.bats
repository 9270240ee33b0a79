# reeve-scan -L, and REEVE_LOG for /init: services without a logger get one that
# writes whole lines to the output that all share.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

# The scanner's stdout is a pipe, as a container's; what comes out of it is in $dir/all.
scanner_into_pipe() # FORMAT
{
  mkfifo "$dir/pipe"
  start cat "$dir/pipe"
  reader=$started
  start sh -c 'exec reeve-scan -l "$live" -L "$1" "$scan" >"$dir/pipe"' sh "$1"
  scanner=$started
  eventually 10 scanner_ready
}

stop_all()
{
  stop_scanner 0
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

@test "20 services write to one stdout: no line is torn, none is lost" {
  for i in $(seq 20); do writer "w$i"; done
  scanner_into_pipe prefix
  complete() { [ "$(grep -c '^w[0-9]*: w' "$dir/stdout")" -eq 4000 ]; }
  eventually 60 complete
  stop_all
  awk '{ long = $3 % 10 ? $3 : $3 * 45 }
    NF != 4 || $1 != $2 ":" || length($4) != long + 1 || $4 !~ /^x*\.$/ { print "torn: " substr($0, 1, 100); bad = 1 }
    $3 != ++count[$1] { print "missing before " substr($0, 1, 30); bad = 1 }
    END { exit bad }' "$dir/stdout"
}

# Nobody reads what comes out of the scanner, before `cat`.
scanner_unread() # FORMAT [OPTION...]
{
  mkfifo "$dir/pipe"
  exec 8<>"$dir/pipe"
  start sh -c 'exec reeve-scan -l "$live" -L "$@" "$scan" >"$dir/pipe" 8>&-' sh "$@"
  scanner=$started
  eventually 10 scanner_ready
}
waits() { [ "$(s6-svstat -o pid "$live/$1/log")" -gt 0 ] && python3 -c '
import array, fcntl, os, sys, termios
fd = os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK)
n = array.array("i", [0]); fcntl.ioctl(fd, termios.FIONREAD, n)
sys.exit(n[0] < 60000)' "$live/$1/log/supervise/pipe"; }

@test "while nobody reads their stdout, loggers hear signals; then no line is torn, none is lost" {
  for i in 1 2 3; do
    service "w$i" <<<'awk -v name="$1" "BEGIN { x = sprintf(\"%900s\", \"\"); gsub(/ /, \"x\", x); for (i = 1; i <= 300; i++) print name, i, x }"
      exec sleep 1000000'
  done
  scanner_unread prefix
  for i in 1 2 3; do eventually 20 waits "w$i"; done
  for i in 1 2 3; do s6-svc -t "$live/w$i/log"; done
  for i in 1 2 3; do eventually 20 field "w$i/log" restarts 1; done
  start sh -c 'exec cat "$dir/pipe" >"$dir/all" 8>&-'
  reader=$started
  eventually 10 test -s "$dir/all"
  exec 8>&-
  complete() { [ "$(sort -u "$dir/all" | wc -l)" -eq 900 ]; } # what was being written can be there twice
  eventually 20 complete
  stop_scanner 0
  ended "$reader"
  [ "$(sort -u "$dir/all" | awk 'NF == 4 && $1 == $2 ":" && length($4) == 900' | wc -l)" -eq 900 ]
}

@test "lines longer than a pipe takes at once stay whole when the reader stops now and then" {
  for i in 1 2 3; do writer "w$i"; done
  mkfifo "$dir/pipe"
  exec 8<>"$dir/pipe"
  start sh -c 'exec reeve-scan -l "$live" -L prefix "$scan" >"$dir/pipe" 8>&-'
  scanner=$started
  for i in 1 2 3; do eventually 20 waits "w$i"; done
  start python3 -c '
import os, time
fd = os.open(os.environ["dir"] + "/pipe", os.O_RDONLY)
os.close(8)
out = open(os.environ["dir"] + "/all", "wb", buffering=0)
while some := os.read(fd, 50000):
    out.write(some)
    time.sleep(0.01)'
  reader=$started
  eventually 10 test -s "$dir/all"
  exec 8>&-
  complete() { [ "$(grep -c '^w[0-9]*: w' "$dir/all")" -eq 600 ]; }
  eventually 60 complete
  stop_scanner 0
  ended "$reader"
  awk '{ long = $3 % 10 ? $3 : $3 * 45 }
    NF != 4 || $1 != $2 ":" || length($4) != long + 1 || $4 !~ /^x*\.$/ { print "torn: " substr($0, 1, 100); bad = 1 }
    $3 != ++count[$1] { print "missing before " substr($0, 1, 30); bad = 1 }
    END { exit bad }' "$dir/all"
}

@test "what services write last is there when the scanner has ended" {
  service talks <<<'trap "seq 3000; exit 0" TERM; while :; do sleep 0.05; done'
  scanner_into_pipe prefix
  up talks
  stop_all
  diff <(seq -f 'talks: %.0f' 3000) "$dir/stdout"
}

# Of src/wire/state.h's flags.
runs_dry() { [ $(($(od -An -tu1 -j 51 -N 1 "$live/$1/supervise/state" || echo 0) & 32)) -ne 0 ]; }

@test "what the last finish writes is there, on stdout and on stderr" {
  idle talks
  finish talks <<<'seq 3000; echo "finish $1" >&2'
  scanner_into_pipe prefix
  up talks
  stop_all
  diff <(seq -f 'talks: %.0f' 3000; echo 'talks: finish 256') "$dir/stdout"
}

@test "what services write last is there also when the logger is killed while it runs dry" {
  service talks <<<'trap "seq 3000; exit 0" TERM; touch "$dir/ready"; while :; do sleep 0.05; done'
  scanner_into_pipe prefix
  up talks/log
  eventually 10 test -e "$dir/ready"
  logger=$(pid_of talks/log)
  kill -STOP "$logger"
  kill -TERM "$scanner"
  eventually 10 runs_dry talks/log
  kill -KILL "$logger"
  ended "$scanner" 0
  ended "$reader"
  diff <(seq -f 'talks: %.0f' 3000) "$dir/stdout"
}

@test "what a service and its finish write to stderr is prefixed, too; a logger of its own gets stdout only" {
  service talks <<<'echo out; echo err >&2; exec sleep 1000000'
  finish talks <<<'echo finished >&2'
  service own <<<'echo out; echo aside >&2; exec sleep 1000000'
  in=$scan/own service log <<<'exec cat >>"$dir/own"'
  touch "$scan/own/log/stderr" # the user's own, whatever it is for
  scanner_into_pipe prefix
  eventually 10 grep -qx 'talks: err' "$dir/stdout"
  eventually 10 grep -qx 'talks: out' "$dir/stdout"
  eventually 10 says '^aside$'
  eventually 10 grep -qx out "$dir/own"
  reeve -l "$live" stop talks
  eventually 10 grep -qx 'talks: finished' "$dir/stdout"
  [ "$(cat "$dir/own")" = out ]
  run ! grep -E 'err$|^finished' "$dir/stderr"
  stop_all
}

@test "json: an object a line, whatever the bytes" {
  service talks <<<'printf "one\n\"two\"\\\\\n\377\001\n"; exec sleep 1000000'
  scanner_into_pipe json
  written() { [ "$(lines "$dir/stdout")" -eq 3 ]; }
  eventually 10 written
  [ "$(jq -r .service "$dir/stdout" | sort -u)" = talks ]
  [ "$(jq -r .text "$dir/stdout" | head -n 2)" = 'one
"two"\' ]
  jq -e '.time | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{6}Z$")' "$dir/stdout"
  stop_all
}

@test "a service with a logger keeps it; SCAN is not written to" {
  service own <<<'echo mine; exec sleep 1000000'
  in=$scan/own service log <<<'exec cat >>"$dir/own"'
  service other <<<'echo yours; exec sleep 1000000'
  before=$(find "$scan" | sort)
  scanner_into_pipe prefix
  eventually 10 grep -q mine "$dir/own"
  eventually 10 grep -q '^other: yours$' "$dir/stdout"
  run ! grep mine "$dir/stdout"
  [ "$(find "$scan" | sort)" = "$before" ]
  [ "$(readlink "$live/other/log/run")" = "$REEVE_BIN/reeve-log" ]
  stop_all
}

@test "a logger that a service gets later takes the place of the other one" {
  service web <<<'echo aside >&2; while :; do echo line; sleep 0.05; done'
  scanner_into_pipe prefix
  eventually 10 grep -q '^web: line$' "$dir/stdout"
  in=$scan/web service log <<<'exec cat >>"$dir/own"'
  s6-svscanctl -a "$live"
  linked() { [ "$(readlink "$live/web/log/run")" = "$scan/web/log/run" ]; }
  eventually 10 linked
  s6-svc -r "$live/web/log"
  eventually 10 grep -q '^line$' "$dir/own"
  reeve -l "$live" restart web
  eventually 10 says '^aside$'
  run ! grep aside "$dir/own"
  stop_all
}

@test "/init does it for REEVE_LOG=prefix, and says what is allowed" {
  unshare -m true 2>/dev/null || skip "no mount namespaces here"
  mkdir -p "$dir/etc/services.d"
  cp -a /etc/{passwd,group,nsswitch.conf,ld.so.cache,alternatives} "$dir/etc"
  scan=$dir/etc/services.d
  service web <<<'echo hello; reeve shutdown 0 >/dev/null; exec sleep 1000000'
  inside='mount --bind "$dir/etc" /etc && mount -t tmpfs -o mode=755 tmpfs /run && exec reeve-init'
  REEVE_LOG=prefix unshare -m sh -c "$inside" >"$dir/out"
  grep -qx 'web: hello' "$dir/out"
  REEVE_LOG=colour unshare -m sh -c "$inside" >"$dir/out" 2>"$dir/stderr"
  grep -qx hello "$dir/out"
  said 'REEVE_LOG: "colour": allowed: prefix, json'
}

@test "-L with another format is refused" {
  run -100 reeve-scan -l "$live" -L colour "$scan"
  [[ $output == *'invalid -L "colour": allowed: prefix, json'* ]]
}
