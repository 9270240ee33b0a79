# Real servers that hang: noticed by their checks, and started again.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

# Its port is in $dir/port.
python_server() # MODULE-LEVEL CODE is on stdin: class Handler
{
  command -v python3 >/dev/null || skip "python3 is not installed"
  {
    cat <<'EOF'
#!/usr/bin/env python3
import http.server, os, time
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments): pass
    def do_GET(self):
        self.answer()
        self.send_response(500 if os.path.exists(os.environ["dir"] + "/ill") else 200)
        self.end_headers()
        self.wfile.write(b"it is fine")
EOF
    cat
    cat <<'EOF'
try:
    port = int(open(os.environ["dir"] + "/port").read())
except FileNotFoundError:
    port = 0
server = http.server.HTTPServer(("127.0.0.1", port), Handler)
with open(os.environ["dir"] + "/port.new", "w") as file:
    file.write(str(server.server_port))
os.rename(os.environ["dir"] + "/port.new", os.environ["dir"] + "/port")
server.serve_forever()
EOF
  } | script "$scan/web/run"
  setting web timeout-kill 3000
  setting web health-interval 200
  setting web health-timeout 1000
  setting web health-retries 2
}

# The port is known when it runs: then the check is written, and it is started again.
with_check() # PATH
{
  echo tcp:1 >"$scan/web/health"
  scanner
  up web
  eventually 20 test -s "$dir/port"
  setting web health "http://127.0.0.1:$(cat "$dir/port")$1"
  reeve -l "$live" restart web
  reeve -l "$live" wait --timeout 30 healthy web
  pid=$(pid_of web)
}
is_another() { [ "$(pid_of web)" != "$pid" ] && [ "$(pid_of web)" -gt 0 ]; }
comes_again()
{
  eventually 60 is_another
  reeve -l "$live" wait --timeout 30 healthy web
  reeve -l "$live" status
}

@test "a Python server that was stopped by SIGSTOP" {
  python_server <<'EOF'
    def answer(self): pass
EOF
  with_check /
  freeze "$pid"
  comes_again
  says 'is unhealthy: 2 health checks in a row have failed'
}

@test "a Python server in an endless loop" {
  python_server <<'EOF'
    def answer(self):
        while os.path.exists(os.environ["dir"] + "/loop"): pass
EOF
  with_check /
  touch "$dir/loop"
  says 'stopping it, to start it again' 60
  rm "$dir/loop"
  comes_again
}

@test "a server that says that it is not well" {
  python_server <<'EOF'
    def answer(self): pass
EOF
  with_check /health
  touch "$dir/ill"
  says 'is unhealthy: 2 health checks in a row have failed, the last one exited 1: .*500' 60
  rm "$dir/ill"
  comes_again
}

@test "a port that nobody listens at any more" {
  python_server <<'EOF'
    def answer(self):
        if os.path.exists(os.environ["dir"] + "/close"):
            server.socket.close()
            time.sleep(1000)
EOF
  with_check /
  setting web health "tcp:127.0.0.1:$(cat "$dir/port")"
  touch "$dir/close"
  (printf 'GET / HTTP/1.0\r\n\r\n' >"/dev/tcp/127.0.0.1/$(cat "$dir/port")") 2>/dev/null || : # a check may have closed it already
  says 'the last one exited 1: .*refused' 60
  eventually 60 is_another
  rm "$dir/close"
  comes_again
}

@test "a gunicorn that was stopped by SIGSTOP with its workers" {
  command -v gunicorn >/dev/null || skip "gunicorn is not installed"
  port=$(free_ports 1)
  export port
  cat >"$dir/app.py" <<'EOF'
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"it is fine\n"]
EOF
  service web <<<'exec gunicorn --chdir "$dir" --workers 2 --bind "127.0.0.1:$port" app:app'
  setting web timeout-kill 3000
  setting web health-interval 200
  setting web health-timeout 1000
  setting web health-retries 2
  setting web health "http://127.0.0.1:$port/"
  scanner
  reeve -l "$live" wait --timeout 60 healthy web
  pid=$(pid_of web)
  [ "$pid" -gt 1 ]
  kill -STOP -- "-$pid"
  comes_again
  says 'is unhealthy: 2 health checks in a row have failed'
}

# ---- PostgreSQL ----

postgres()
{
  [ "$(id -u)" -eq 0 ] || skip "needs root: PostgreSQL runs as its own user"
  for PGBIN in /usr/lib/postgresql/*/bin; do :; done
  [ -x "$PGBIN/postgres" ] || skip "PostgreSQL is not installed"
  for_everyone
  mkdir "$dir/data" "$dir/sockets"
  chown postgres: "$dir/data" "$dir/sockets"
  export PGBIN PGDATA=$dir/data PGHOST=$dir/sockets PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
  as_postgres "$PGBIN/initdb" --auth=trust --username=postgres --encoding=UTF8 --locale=C.UTF-8 -D "$PGDATA" >/dev/null
  printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$PGHOST'" 'max_connections = 4' 'superuser_reserved_connections = 0' \
    'max_wal_senders = 0' >>"$PGDATA/postgresql.conf"
  service web <<<'exec setpriv --reuid=postgres --regid=postgres --init-groups "$PGBIN/postgres"'
  setting web down-signal INT
  setting web health-interval 200
  setting web health-timeout 2000
  setting web health-retries 2
}
# One of its connections, for ever: not what a check has taken at this moment.
occupy() # NUMBER
{
  until [ -e "$dir/sockets/client.$1" ]; do
    as_postgres "$PGBIN/psql" -XAt -c "\\! touch '$dir/sockets/client.$1'" -c 'select pg_sleep(1000)' 2>/dev/null 3>&- &
    pids+=($!)
    eventually 20 connected_or_gone "$1" $!
  done
}
connected_or_gone() { [ -e "$dir/sockets/client.$1" ] || gone "$2"; }
as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }

@test "a PostgreSQL that takes no connection any more is shut down properly, and started again" {
  postgres
  script "$scan/web/health" <<<'exec "$PGBIN/psql" -XAtc "select 1"'
  scanner
  reeve -l "$live" wait --timeout 60 healthy web
  pid=$(pid_of web)
  for i in 1 2 3 4; do occupy "$i"; done
  says 'is unhealthy: 2 health checks in a row have failed, the last one exited 2: .*too many clients already' 60
  comes_again
  says 'database system was shut down at'
  run ! said 'was not properly shut down'
}

@test "a PostgreSQL that was stopped by SIGSTOP goes on when it is told to end" {
  postgres
  script "$scan/web/health" <<<'exec "$PGBIN/pg_isready" -q -t 1'
  scanner
  reeve -l "$live" wait --timeout 60 healthy web
  pid=$(pid_of web)
  freeze "$pid"
  comes_again
  run ! said 'was not properly shut down'
}
