# reeve-exec --check, and --ready with such a check: tcp:PORT, tcp:HOST:PORT, unix:PATH and
# http://HOST:PORT/PATH, against real listeners, the well-behaved and the others.

load lib

setup()
{
  reeve_setup
  cd "$dir" || return 1
  # A listener: what it does is its first word; it writes its port (or its path) to $dir/port.
  cat >server.py <<'END'
import os, socket, sys, time
what, where = sys.argv[1], sys.argv[2]
if where[0] == "/":
    s = socket.socket(socket.AF_UNIX, getattr(socket, sys.argv[3]) if len(sys.argv) > 3 else socket.SOCK_STREAM)
    s.bind(where)
else:
    s = socket.socket(socket.AF_INET6 if ":" in where else socket.AF_INET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((where, int(os.environ.get("PORT", 0))))
if s.type != socket.SOCK_DGRAM: s.listen(0 if what == "full" else 5)
waiting = []
if what == "full":
    for i in range(3):
        c = socket.socket(s.family)
        c.setblocking(False)
        try: c.connect(s.getsockname())
        except OSError: pass
        waiting.append(c)
    time.sleep(0.3)
open("port.new", "w").write(where if where[0] == "/" else str(s.getsockname()[1]))
os.rename("port.new", "port")
if what in ("full", "listen"): time.sleep(1000000)
answer = what.encode().decode("unicode_escape").encode("latin-1")
while True:
    c, a = s.accept()
    if what == "mute":
        waiting.append(c)
        continue
    request = b""
    while what != "deaf" and b"\r\n\r\n" not in request:
        got = c.recv(4096)
        if not got: break
        request += got
    open("request", "wb").write(request)
    try:
        if what == "endless":
            while True: c.sendall(b"HTTP/1.1 200 " + b"x" * 65536)
        for part in answer.split(b"|"):
            if part == b"~": waiting.append(c.dup())
            elif part == b"go":
                while not os.path.exists("go"): time.sleep(0.02)
            elif what != "deaf": c.sendall(part)
            time.sleep(0.05)
        c.shutdown(socket.SHUT_WR) if not waiting else None
        while c.recv(4096): pass
    except OSError as e:
        open("broken", "a").write(str(e) + "\n")
    c.close()
END
}
teardown() { reeve_teardown; }

server() # WHAT [ADDRESS] [TYPE] ; $port: where
{
  rm -f port request broken
  start /usr/bin/python3 server.py "$1" "${2:-127.0.0.1}" "${@:3}"
  eventually 20 test -s port
  port=$(cat port)
}

healthy() { run reeve-exec --check "$@"; echo "# $output"; [ "$status" -eq 0 ] && [ -z "$output" ]; }
fails() # CODE TEXT CHECK...
{
  run reeve-exec --check "${@:3}"
  echo "# $status $output"
  [ "$status" -eq "$1" ] && [ "${#lines[@]}" -eq 1 ] && [[ $output == "reeve-exec: fatal: "*"$2"* ]]
}

@test "tcp: a listener is healthy, without one it says that the connection is refused" {
  server listen
  healthy "tcp:$port"
  healthy "tcp:127.0.0.1:$port"
  healthy "tcp:localhost:$port"
  fails 1 'connection refused: nothing listens there' "tcp:$(free_ports 1)"
}

@test "tcp: IPv6, and localhost where only ::1 is served" {
  /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_INET6).bind(("::1", 0))' 2>/dev/null || skip "no IPv6 here"
  server listen ::1
  healthy "tcp:[::1]:$port"
  healthy "tcp:$port"
  healthy "tcp:LocalHost:$port"
  fails 1 'refused' "tcp:127.0.0.1:$port"
}

@test "tcp: a full queue is no connection, within the limit" {
  server full
  fails 99 'timed out: no connection (limit: 500 ms)' "tcp:127.0.0.1:$port" --timeout 500ms
}

@test "tcp: a connection with itself is none" {
  [ "$(id -u)" -eq 0 ] || skip "needs root: the range of ports"
  unshare -n true 2>/dev/null || skip "no network namespaces here"
  cat >alone.sh <<'END'
ip link set lo up 2>/dev/null || /usr/bin/python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh", b"lo", 0x41))'
# The only port that the kernel may give to a client is the one that is checked.
echo 45000 45000 >/proc/sys/net/ipv4/ip_local_port_range || exit 77
exec reeve-exec --check tcp:127.0.0.1:45000
END
  run unshare -n sh alone.sh
  echo "# $status $output"
  [ "$status" -ne 77 ] || skip "the range of ports cannot be changed"
  [ "$status" -eq 1 ]
  [[ $output == *refused* ]]
}

@test "tcp: unreachable, and a name that is none" {
  unshare -rn true 2>/dev/null || skip "no network namespaces here"
  # Without an interface that is up.
  run unshare -rn reeve-exec --check tcp:192.0.2.1:80
  echo "# $output"
  [ "$status" -eq 1 ]
  [[ $output == *unreachable:* ]]
  run unshare -rn reeve-exec --check tcp:nosuch.invalid:80 --timeout 20s
  echo "# $output"
  [ "$status" -eq 1 ]
  [[ $output == *nosuch.invalid* ]]
}

@test "localhost needs neither /etc/hosts nor a name server" {
  server listen
  run unshare -rm sh -c 'mount --bind /dev/null /etc/hosts && mount --bind /dev/null /etc/resolv.conf' || skip "no mounts here"
  [ "$status" -eq 0 ] || skip "no mounts here"
  unshare -rm sh -c 'mount --bind /dev/null /etc/hosts && mount --bind /dev/null /etc/resolv.conf && exec reeve-exec --check "tcp:localhost:$1" --timeout 5s' sh "$port"
}

@test "a name of /etc/hosts: each of its addresses has its share of the time" {
  unshare -rnm true 2>/dev/null || skip "no namespaces here"
  cat >named.sh <<'END'
/usr/bin/python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh", b"lo", 0x41))'
printf '127.0.0.1 both\n127.0.0.2 both\n192.0.2.1 far\n127.0.0.2 far\n127.0.0.1 full\n' >hosts
mount --bind hosts /etc/hosts || exit 77
export PORT=8080
/usr/bin/python3 server.py full 127.0.0.1 >/dev/null 2>&1 3>&- & servers=$!
until [ -e port ]; do sleep 0.05; done
rm port
/usr/bin/python3 server.py 'HTTP/1.1 200 OK\r\n\r\n' 127.0.0.2 >/dev/null 2>&1 3>&- & servers="$servers $!"
until [ -e port ]; do sleep 0.05; done
reeve-exec --check http://both:8080/ --timeout 6s; echo "both $?"
reeve-exec --check http://far:8080/ --timeout 6s; echo "far $?"
grep -a Host request
reeve-exec --check tcp:full:8080 --timeout 500ms; echo "full $?"
kill $servers
END
  run unshare -rnm sh named.sh
  echo "# $status $output"
  [ "$status" -ne 77 ] || skip "no mounts here"
  [ "${lines[0]}" = "both 0" ]
  [ "${lines[1]}" = "far 0" ]
  [ "${lines[2]}" = $'Host: far:8080\r' ]
  [ "${lines[3]}" = "reeve-exec: fatal: tcp:full:8080: timed out: no connection (limit: 500 ms)" ]
  [ "${lines[4]}" = "full 99" ]
}

@test "a name that a name server knows, and one that it does not" {
  unshare -rnm true 2>/dev/null || skip "no namespaces here"
  echo 'nameserver 127.0.0.1' >resolv.conf
  cat >names.py <<'END'
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 53))
open("bound", "w")
while True:
    q, a = s.recvfrom(1000)
    end = q.index(b"\0", 12) + 5
    kind, known = struct.unpack(">H", q[end - 4:end - 2])[0], q[12:end - 4] == b"\3web\7example\0"
    answer = known and kind == 1
    r = q[:2] + struct.pack(">HHHHH", 0x8180 if known else 0x8183, 1, int(answer), 0, 0) + q[12:end]
    if answer: r += b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + bytes([127, 0, 0, 1])
    s.sendto(r, a)
END
  cat >known.sh <<'END'
/usr/bin/python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh", b"lo", 0x41))'
mount --bind resolv.conf /etc/resolv.conf || exit 77
/usr/bin/python3 names.py >/dev/null 2>&1 3>&- & servers=$!
PORT=8080 /usr/bin/python3 server.py listen 127.0.0.1 >/dev/null 2>&1 3>&- & servers="$servers $!"
until [ -e bound ] && [ -e port ]; do sleep 0.05; done
reeve-exec --check tcp:web.example:8080 --timeout 10s; echo "known $?"
reeve-exec --check tcp:other.example:8080 --timeout 10s; echo "unknown $?"
kill $servers
END
  run unshare -rnm sh known.sh
  echo "# $status $output"
  [ "$status" -ne 77 ] || skip "no mounts here"
  [ "${lines[0]}" = "known 0" ]
  [ "${lines[1]}" = "reeve-exec: fatal: tcp:other.example:8080: there is no host other.example" ]
  [ "${lines[2]}" = "unknown 1" ]
}

@test "a name server that does not answer is waited for within the limit" {
  unshare -rnm true 2>/dev/null || skip "no namespaces here"
  echo 'nameserver 127.0.0.1' >resolv.conf
  cat >silent.sh <<'END'
/usr/bin/python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh", b"lo", 0x41))'
mount --bind resolv.conf /etc/resolv.conf || exit 77
/usr/bin/python3 -c 'import os, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 53))
open("bound", "w")
while True: s.recv(1000)' &
until [ -e bound ]; do sleep 0.05; done
reeve-exec --check tcp:some.name.example:80 --timeout 700ms
code=$?
kill $!
exit $code
END
  run unshare -rnm sh silent.sh
  echo "# $status $output"
  [ "$status" -ne 77 ] || skip "no mounts here"
  [ "$status" -eq 99 ]
  [[ $output == "reeve-exec: fatal: tcp:some.name.example:80: timed out:"*"700 ms"* ]]
}

@test "unix: each kind of socket; none, one that nobody holds, a file, one with a full queue" {
  server listen "$dir/a b.sock"
  healthy "unix:$dir/a b.sock"
  healthy "unix:a b.sock"
  server listen "$dir/d.sock" SOCK_DGRAM
  healthy "unix:$dir/d.sock"
  server listen "$dir/s.sock" SOCK_SEQPACKET
  healthy "unix:$dir/s.sock"
  fails 1 'there is no such socket' "unix:$dir/nosuch"
  fails 1 'that is no socket' "unix:$dir/server.py"
  /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("left.sock")'
  fails 1 'nothing listens there' unix:left.sock
  server full "$dir/full.sock"
  fails 99 'timed out' "unix:$dir/full.sock" --timeout 500ms
}

@test "http: 200 to 399 is healthy, anything else is not" {
  for status in 200 204 301 302 399; do
    server "HTTP/1.1 $status X\r\nContent-Length: 0\r\n\r\n"
    healthy "http://127.0.0.1:$port/"
  done
  for status in 400 404 500 503 999; do
    server "HTTP/1.1 $status X\r\n\r\n"
    fails 1 "status $status" "http://127.0.0.1:$port/"
  done
}

@test "http: what is asked for" {
  server 'HTTP/1.0 200 OK\r\n\r\n'
  healthy "http://localhost:$port/health?a=b&c"
  [ "$(head -n 2 request)" = $'GET /health?a=b&c HTTP/1.1\r\nHost: localhost:'"$port"$'\r' ]
  grep -q -x $'Connection: close\r' request
  [ "$(tail -c 4 request | od -An -tx1 | tr -d ' \n')" = 0d0a0d0a ]
  server 'HTTP/1.0 200 OK\r\n\r\n'
  healthy "http://127.0.0.1:$port"
  [ "$(head -n 1 request)" = $'GET / HTTP/1.1\r' ]
  server 'HTTP/1.0 200 OK\r\n\r\n'
  healthy "http://127.0.0.1:$port?x"
  [ "$(head -n 1 request)" = $'GET /?x HTTP/1.1\r' ]
}

@test "http: an IPv6 address, and its Host" {
  /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_INET6).bind(("::1", 0))' 2>/dev/null || skip "no IPv6 here"
  server 'HTTP/1.1 200 OK\r\n\r\n' ::1
  healthy "http://[::1]:$port/"
  grep -q -x $'Host: \[::1\]:'"$port"$'\r' request
}

@test "http: answers in pieces, with bare newlines, without a reason, or cut after the status" {
  for answer in 'H|TTP/1|.1 2|00| OK|\r|\n' 'HTTP/1.1 200 OK\n' 'HTTP/1.1 200\r\n' 'HTTP/1.1 200 OK' 'HTTP/1.1 200' 'HTTP/1.0 200 OK\r\n\r\nbody'; do
    server "$answer"
    healthy "http://127.0.0.1:$port/"
  done
}

@test "http: interim answers come before the answer" {
  interim='HTTP/1.1 100 Continue\r\n\r\n'
  server "$interim|HTTP/1.1 103 Early Hints\\r\\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
  healthy "http://127.0.0.1:$port/"
  server 'HTTP/1.1 100 Continue\r\nA: b\r|\n\r|\nHTTP/1.1 503 No\r\n\r\n'
  fails 1 'status 503' "http://127.0.0.1:$port/"
  server "$interim"
  fails 1 'closed without an answer' "http://127.0.0.1:$port/"
  server "$interim|~"
  fails 99 'no answer but an interim one' "http://127.0.0.1:$port/" --timeout 500ms
  many=
  for _ in {1..40}; do many+=$interim; done
  server "$many"
  fails 1 'status 100' "http://127.0.0.1:$port/"
  server 'HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK\r\n'
  fails 1 'status 101' "http://127.0.0.1:$port/"
}

@test "who was suspended while it waited for the answer waits anew" {
  server 'go|HTTP/1.1 200 OK\r\n'
  start reeve-exec --check "http://127.0.0.1:$port/" --timeout 3s
  eventually 10 test -s request
  freeze "$started"
  sleep 5 # more than the limit: that it does not run meanwhile is what is tested
  kill -CONT "$started"
  short_pause 200
  touch go
  wait "$started"
}

@test "http: what is no answer" {
  for answer in 'SSH-2.0-OpenSSH\r\n' 'HTTP/1.1 2000 OK\r\n' 'HTTP/1.1 20\r\n' 'HTTP/1.1  200 OK\r\n' 'HTTP 200 OK\r\n' 'HTTP/1.1 200\x00OK\r\n' '200 OK\r\n' '\x15\x03\x01' 'HTTP/1.' '\n'; do
    server "$answer"
    fails 1 'the answer is not HTTP' "http://127.0.0.1:$port/"
  done
  server ''
  fails 1 'closed without an answer' "http://127.0.0.1:$port/"
}

@test "http: a server that accepts and says nothing, that does not even accept, and one without an end" {
  server mute
  fails 99 'timed out: connected, and no answer (limit: 500 ms)' "http://127.0.0.1:$port/" --timeout 500ms
  server listen
  fails 99 'timed out: connected, and no answer' "http://127.0.0.1:$port/" --timeout 500ms
  server 'HTTP/1.1 200 OK|~'
  fails 99 "first line has no end" "http://127.0.0.1:$port/" --timeout 2s
  server endless
  fails 1 "first line has no end" "http://127.0.0.1:$port/" --timeout 20s
}

@test "http: who goes on writing a short answer meets no broken connection" {
  server 'HTTP/1.1 200 OK\r\n|Content-Length: 8\r\n\r\n|body|body'
  healthy "http://127.0.0.1:$port/"
  short_pause 300
  [ ! -e broken ]
}

@test "http: Python's own server" {
  mkdir www
  head -c 30000 /dev/zero >www/page
  cat >www.py <<'END'
import functools, http.server, sys
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(http.server.SimpleHTTPRequestHandler, directory="www"))
open("port", "w").write(str(s.server_address[1]))
s.serve_forever()
END
  start /usr/bin/python3 www.py
  eventually 20 test -s port
  healthy "http://127.0.0.1:$(cat port)/page"
  fails 1 'status 404' "http://127.0.0.1:$(cat port)/nosuch"
  grep -q 'GET /page' stderr
  run ! grep -i -E 'broken|reset|Traceback' stderr
}

@test "the limit is --timeout, else health-timeout in the current directory" {
  server mute
  mkdir s
  cd s
  echo 300 >health-timeout
  fails 99 'limit: 300 ms' "http://127.0.0.1:$port/"
  fails 99 'limit: 200 ms' "http://127.0.0.1:$port/" --timeout 200ms
  echo soon >health-timeout
  start reeve-exec --check "http://127.0.0.1:$port/"
  says 'invalid health-timeout: "soon"'
  short_pause 1000
  alive "$started"
}

@test "wrong usage is 100, with the way to write it" {
  fails 100 'the port is a number from 1 to 65535' tcp:0
  fails 100 'allowed: tcp:PORT, tcp:HOST:PORT, unix:PATH, http://HOST:PORT/PATH' localhost:80
  fails 100 'curl' https://localhost/
  fails 100 'without //' tcp://localhost:80
  fails 100 'no program' tcp:80 true
  fails 100 'no program' tcp:80 --check tcp:81
  fails 100 'no program' tcp:80 --user root
  fails 100 'invalid duration' tcp:80 --timeout soon
  run reeve-exec --timeout 5s true
  [ "$status" -eq 100 ]
}

# ---- --ready ----

is_ready() { [ "$(s6-svstat -o ready "$live/web")" = true ]; }
web() # OPTIONS ; a service that begins to listen when $dir/go is there
{
  mkdir -p "$live/web"
  in=$live setting web notification-fd 3
  cat >"$live/web/run" <<END
#!/bin/sh
exec 2>>"$dir/stderr"
cd $dir
exec env -C "$live/web" reeve-exec $* -- sh -c 'cd $dir; until [ -e go ]; do sleep 0.05; done; exec /usr/bin/python3 server.py "\$ANSWER" "\$WHERE"'
END
  chmod 755 "$live/web/run"
  supervise web
}

@test "--ready: a built-in check tells readiness when the program listens" {
  port=$(free_ports 1)
  export PORT=$port ANSWER=listen WHERE=127.0.0.1
  web --ready "tcp:$port"
  short_pause 500
  run ! is_ready
  touch go
  eventually 20 is_ready
  s6-svc -wD -T 20000 -d "$live/web"
}

@test "--ready: http and unix alike, the path from the service's directory" {
  port=$(free_ports 1)
  export PORT=$port ANSWER='HTTP/1.1 200 OK\r\n\r\n' WHERE=127.0.0.1
  touch go
  web --ready "http://localhost:$port/"
  eventually 20 is_ready
  s6-svc -wD -T 20000 -d "$live/web"
  export ANSWER=listen WHERE="$live/web/web.sock"
  end_supervisor
  web --chdir / --ready unix:web.sock
  eventually 20 is_ready
}

end_supervisor() { kill "$supervisor"; eventually 10 gone "$supervisor"; }

@test "--ready: a check that hangs ends with the service" {
  server mute
  port_mute=$port
  touch go
  PORT=$(free_ports 1)
  export PORT ANSWER=listen WHERE=127.0.0.1
  web --ready "http://127.0.0.1:$port_mute/"
  eventually 10 helper_there
  s6-svc -wD -T 20000 -d "$live/web"
  eventually 10 helper_gone
}
helper_there() { local p; for p in $(leftovers); do [ "$(cat "/proc/$p/comm" 2>/dev/null)" != reeve-ready ] || return 0; done; return 1; }
helper_gone() { ! helper_there; }

@test "--ready: why it is not ready is said after ten seconds" {
  PORT=$(free_ports 1)
  export PORT ANSWER=listen WHERE=127.0.0.1
  web --ready "tcp:$PORT"
  eventually 30 grep -q "reeve-exec: warning: not ready yet: tcp:$PORT: connection refused: nothing listens there" "$dir/stderr"
  [ "$(grep -c 'not ready yet' "$dir/stderr")" -eq 1 ]
}

@test "--ready: what is wrongly written is no command's name; ./ makes it one" {
  echo 3 >notification-fd
  run reeve-exec --ready tcp:99999 true
  [ "$status" -eq 100 ]
  [[ $output == *'invalid check tcp:99999: the port'* ]]
  script "$dir/tcp:8" <<<'exit 0'
  run sh -c 'exec 3>told; exec reeve-exec --ready ./tcp:8 sleep 2'
  echo "# $output"
  [ "$status" -eq 0 ]
  [ -s told ]
}
