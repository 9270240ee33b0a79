# reeve-exec --listen and --listen-unix: bound before execution, passed as systemd does.

load lib

setup()
{
  reeve_setup
  for_everyone
  cd "$dir" || return 1
  # Answers what LISTEN_* and each socket say.
  cat >"$dir/server.py" <<'END'
import os, socket, sys
count = int(os.environ["LISTEN_FDS"])
print("pid", int(os.environ["LISTEN_PID"]) == os.getpid())
print("names", os.environ["LISTEN_FDNAMES"])
for fd in range(3, 3 + count):
    s = socket.socket(fileno=fd)
    print(fd, s.family.name, s.getsockname()[0] if s.family != socket.AF_UNIX else s.getsockname(),
        "listening" if s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) else "idle", "inherited" if not os.get_inheritable(fd) else "")
print("others", sorted(int(fd) for fd in os.listdir("/proc/self/fd") if int(fd) >= 3 + count and os.path.exists("/proc/self/fd/" + fd)))
sys.stdout.flush()
if len(sys.argv) > 1:
    connection = socket.socket(fileno=3).accept()[0]
    connection.sendall(b"served\n")
END
  server=(/usr/bin/python3 "$dir/server.py")
}
teardown() { reeve_teardown; }

port=$((20000 + RANDOM % 10000))

connected() { /usr/bin/python3 -c 'import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 5) if len(sys.argv) > 2 else socket.socket(socket.AF_UNIX)
if len(sys.argv) == 2: s.connect(sys.argv[1])
sys.exit(s.recv(100) != b"served\n")' "$@"; }

@test "the sockets are 3 and the following, first TCP, with their names" {
  run reeve-exec --listen-unix "$dir/a:b.sock" --listen 127.0.0.1:$port --listen "[::1]:$port" -- "${server[@]}" 3>&- 4>&-
  echo "# $output"
  [ "$status" -eq 0 ]
  grep -q -x 'pid True' <<<"$output"
  grep -q -x "names $port:$port:a_b.sock" <<<"$output"
  grep -q '^3 AF_INET 127.0.0.1 listening' <<<"$output"
  grep -q '^4 AF_INET6 ::1 listening' <<<"$output"
  grep -q "^5 AF_UNIX $dir/a:b.sock listening" <<<"$output"
}

@test "a client is served, by a program that is another user, at a port below 1024" {
  [ "$(id -u)" -eq 0 ] || skip "needs root: a port below 1024"
  unshare -n true 2>/dev/null || skip "no network namespaces here"
  cat >both.sh <<'END'
ip link set lo up 2>/dev/null || /usr/bin/python3 -c 'import fcntl, socket, struct
s = socket.socket()
fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", 0x41))'
echo 1024 >/proc/sys/net/ipv4/ip_unprivileged_port_start
reeve-exec --listen 127.0.0.1:80 --user nobody -- "$@" serve &
until /usr/bin/python3 -c 'import socket, sys
sys.exit(socket.create_connection(("127.0.0.1", 80), 5).recv(100) != b"served\n")'; do sleep 0.05; done
wait
END
  timeout 60 unshare -n sh both.sh "${server[@]}"
}

@test "a Unix socket that nobody listens on any more is replaced, one in use is not" {
  start reeve-exec --listen-unix sock -- "${server[@]}" serve
  eventually 10 connected sock
  ended "$started" 0
  [ -S sock ] # left over
  start reeve-exec --umask 0 --listen-unix sock -- "${server[@]}" serve
  eventually 10 test -s stdout
  listening() { [ "$(grep -c 'sock listening' stdout)" -eq 2 ]; }
  eventually 10 listening
  [ "$(stat -c %a sock)" = 777 ]
  run reeve-exec --listen-unix sock true
  [ "$status" -eq 111 ]
  [[ $output == *"listen on sock: "*"use"* ]]
  connected sock
  ended "$started" 0
}

@test "a file or a link where the Unix socket should be stays what it is" {
  echo precious >file
  ln -s elsewhere link
  for path in file link; do
    run reeve-exec --listen-unix "$path" true
    [ "$status" -eq 111 ]
  done
  [ "$(cat file)" = precious ]
  [ ! -e elsewhere ]
  [ "$(readlink link)" = elsewhere ]
}

@test "a Unix socket is not replaced where another user's link leads" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  chmod 755 "$dir"
  mkdir "$dir/roots" "$dir/his"
  (cd "$dir/roots" && reeve-exec --listen-unix sock true) # bound, and left over
  ln -s ../roots "$dir/his/app"
  chown -h 65534 "$dir/his" "$dir/his/app"
  before=$(stat -c %i "$dir/roots/sock")
  run reeve-exec --listen-unix "$dir/his/app/sock" true
  [ "$status" -eq 111 ]
  [[ $output == *"is a link that somebody else has made"* ]]
  [ "$(stat -c %i "$dir/roots/sock")" = "$before" ]
}

@test "an address in use, or that is none, is said" {
  start reeve-exec --listen "127.0.0.1:$port" -- "${server[@]}" serve
  eventually 10 test -s stdout
  run reeve-exec --listen "127.0.0.1:$port" true
  [ "$status" -eq 111 ]
  [[ $output == *"127.0.0.1:$port"* ]]
  run reeve-exec --listen localhost:80 true
  [ "$status" -eq 100 ]
  [[ $output == *"allowed: ADDRESS:PORT"* ]]
  run reeve-exec --listen-unix "$(printf 'x%.0s' {1..108})" true
  [ "$status" -eq 100 ]
  connected 127.0.0.1 "$port"
  ended "$started" 0
}

@test "notification-fd and lock-fd are not run over" {
  echo 4 >notification-fd
  run reeve-exec --listen "127.0.0.1:$port" true
  [ "$status" -eq 0 ]
  run reeve-exec --listen "127.0.0.1:$port" --listen-unix sock true
  [ "$status" -eq 100 ]
  [[ $output == *"write 5 into notification-fd"* ]]
  echo 5 >notification-fd
  echo 3 >lock-fd
  run reeve-exec --listen "127.0.0.1:$port" true
  [ "$status" -eq 100 ]
  [[ $output == *"into lock-fd"* ]]
}

@test "a lock and the sockets do not get in each other's way" {
  run reeve-exec --lock lock --listen "127.0.0.1:$port" --listen-unix sock -- sh -c 'flock -n lock true || echo held; exec "$@"' sh "${server[@]}" 3>&- 4>&- 5>&-
  echo "# $output"
  [ "$status" -eq 0 ]
  grep -q -x held <<<"$output"
  grep -q '^3 AF_INET ' <<<"$output"
  grep -q '^4 AF_UNIX ' <<<"$output"
}
