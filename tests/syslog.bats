# reeve-log --syslog: what daemons send to /dev/log, as lines.

load lib

setup()
{
  reeve_setup
  cp -R "$BATS_TEST_DIRNAME/../servicedirs-example/syslog" "$scan"
  rm -r "$scan/syslog/log"
  sed -i 's|--syslog|--syslog="$dir/socket" "$dir/log" -t none|' "$scan/syslog/run"
}
teardown() { reeve_teardown; }

ready() { field syslog ready true; }
has() { grep -qxF -- "$1" "$dir/log/current" || { cat "$dir/log/current"; return 1; }; }
comes() { eventually 10 has "$1"; }
# One datagram, byte for byte; as many as there are arguments.
sends() # TEXT...
{
  python3 -c 'import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect(os.environ["dir"] + "/socket")
for each in sys.argv[1:]: s.send(each.encode("latin-1").decode("unicode_escape").encode("latin-1"))' "$@"
}

@test "RFC 3164 and 5424, with and without a tag, a host, a priority: facility, level, tag, text" {
  scanner
  eventually 10 ready
  [ "$(stat -c %a "$dir/socket")" = 666 ]
  host=$(uname -n)
  sends '<30>Nov  5 15:06:49 ntpd[123]: synchronized\n' "<165>Nov 25 15:06:49 $host app: with a host" '<14>a bare text\x00' 'no priority' \
    '<999>no such priority' '<11>1 2026-11-25T15:06:49.5Z host app 77 ID [a b="\\]"][c d="e"] \xef\xbb\xbftext' \
    '<191>1 - - - - - - nothing but text' '<86>1 2026-11-25T15:06:49Z host sshd - - - no pid' \
    '<13>Nov 25 15:06:49 two\nlines \x1b[31mred\t\x00\xff' '' '\n' '<13>' '<0>Nov 25 15:06:49 last: words'
  comes 'kern.emerg last: words'
  diff "$dir/log/current" - <<'END2'
daemon.info ntpd[123]: synchronized
local4.notice app: with a host
user.info a bare text
user.notice no priority
user.notice <999>no such priority
user.err app[77]: text
local7.debug nothing but text
authpriv.info sshd: no pid
user.notice two lines ?[31mred ??
user.notice 
kern.emerg last: words
END2
}

@test "what logger, python and syslog() send" {
  scanner
  eventually 10 ready
  if command -v logger >/dev/null; then
    logger -u "$dir/socket" -p daemon.warning -t one 'a word'
    comes 'daemon.warning one: a word'
    logger --rfc5424 -u "$dir/socket" -p local3.debug -t five 'a text'
    comes 'local3.debug five: a text'
    logger --rfc3164 -u "$dir/socket" -p mail.crit -t three 'a text'
    comes 'mail.crit three: a text'
  fi
  python3 -c 'import logging, logging.handlers, os
h = logging.handlers.SysLogHandler(os.environ["dir"] + "/socket", facility="cron")
h.setFormatter(logging.Formatter("py: %(message)s"))
logging.getLogger().addHandler(h)
logging.getLogger().error("from python")'
  comes 'cron.err py: from python'
}

@test "a datagram too long is cut, and that is said; a few thousand arrive whole" {
  scanner
  eventually 10 ready
  python3 -c 'import os, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect(os.environ["dir"] + "/socket")
for i in range(3000): s.send(b"<13>" + b"x" * 100 + b"%d" % i)
s.send(b"<13>" + b"y" * 60000)
s.send(b"<13>" + b"z" * 100000)
s.send(b"<13>end")'
  comes 'user.notice end'
  [ "$(grep -c '^user.notice x\{100\}[0-9]*$' "$dir/log/current")" -eq 3000 ]
  [ "$(grep -c '^user.notice y*$' "$dir/log/current")" -eq 1 ]
  grep '^user.notice z*\.\.\.$' "$dir/log/current" | awk 'length($0) < 60000 { exit 1 }'
  says 'a datagram was longer than 65 kB'
}

@test "a socket that somebody reads from stays, one that nobody reads from is replaced, and its own is removed" {
  python3 -c 'import os, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(os.environ["dir"] + "/socket")'
  scanner
  eventually 10 ready
  run -111 reeve-log --syslog="$dir/socket" -
  [[ $output == *'socket is another program'* ]]
  sends '<13>still there'
  comes 'user.notice still there'
  touch "$dir/file"
  run -111 reeve-log --syslog="$dir/file" -
  [[ $output == *'file is there already, and is no socket'* ]]
  [ -e "$dir/file" ]
  stop_scanner 0
  [ ! -e "$dir/socket" ]
}

@test "what was sent before its end is written; then what has taken the place stays" {
  start reeve-log --syslog="$dir/socket" -
  eventually 10 test -S "$dir/socket"
  freeze "$started"
  sends '<13>one' '<13>two'
  mv "$dir/socket" "$dir/moved"
  touch "$dir/socket"
  kill -TERM "$started"
  kill -CONT "$started"
  ended "$started" 0
  diff "$dir/stdout" <(printf 'user.notice %s\n' one two)
  [ -e "$dir/socket" ]
}

@test "syslog() of the C library, at /dev/log" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, for a /dev/log of its own"
  unshare -m true 2>/dev/null || skip "needs unshare"
  cat >"$dir/talk.c" <<'END2'
#include <syslog.h>
int main (void)
{
  openlog("talk", LOG_PID, LOG_DAEMON) ;
  syslog(LOG_INFO, "hello %d", 7) ;
  closelog() ;
  openlog("plain", 0, LOG_USER) ;
  syslog(LOG_AUTH | LOG_ALERT, "two\nlines") ;
  return 0 ;
}
END2
  compilers=("${CC:-gcc}")
  ! command -v musl-gcc >/dev/null || compilers+=("musl-gcc -static")
  for compiler in "${compilers[@]}"; do
    $compiler -o "$dir/talk" "$dir/talk.c"
    rm -rf "$dir/log"
    unshare -m sh -ec 'mount -t tmpfs none /dev; touch /dev/null
      reeve-log --syslog -t none "$dir/log" & pid=$!
      n=0; until [ -S /dev/log ]; do n=$((n + 1)); [ $n -lt 200 ]; sleep 0.05; done
      "$dir/talk"
      kill $pid; wait $pid' 3>&-
    grep -qxE 'daemon.info talk\[[0-9]+\]: hello 7' "$dir/log/current"
    has 'auth.alert plain: two lines'
  done
}
