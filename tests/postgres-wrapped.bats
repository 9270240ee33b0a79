# Debian's real PostgreSQL, started by a wrapper (a run without `exec`), with a client: after
# an ordered stop, it has shut down properly.

load lib

setup()
{
  reeve_setup
  [ "$(id -u)" -eq 0 ] || skip "needs root: PostgreSQL runs as its own user"
  for PGBIN in /usr/lib/postgresql/*/bin; do :; done
  [ -x "$PGBIN/postgres" ] || skip "PostgreSQL is not installed"
  for_everyone
  mkdir "$dir/data" "$dir/sockets"
  chown postgres: "$dir/data" "$dir/sockets"
  export PGBIN PGDATA=$dir/data PGHOST=$dir/sockets PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
  as_postgres "$PGBIN/initdb" --auth=trust --username=postgres --encoding=UTF8 --locale=C.UTF-8 -D "$PGDATA" >/dev/null
  printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$PGHOST'" >>"$PGDATA/postgresql.conf"
}

teardown()
{
  if [ -s "$PGDATA/postmaster.pid" ] && alive "$(head -n 1 "$PGDATA/postmaster.pid")"; then
    as_postgres "$PGBIN/pg_ctl" -D "$PGDATA" -m immediate stop >/dev/null || :
  fi
  reeve_teardown
}

as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
answers() { as_postgres "$PGBIN/psql" -c 'select 1'; }

# It is there until $dir/go is: PostgreSQL's shutdown on SIGTERM waits for it.
client()
{
  clients=$((${clients:-0} + 1)) # the table outlives each
  { echo "create table if not exists t (i int); insert into t values ($clients);"; until [ -e "$dir/go" ] || [ ! -e "$dir" ]; do sleep 0.05; done; } 3>&- |
    as_postgres "$PGBIN/psql" -q 3>&- &
  pids+=($!)
  eventually 60 has_row
}
has_row() { as_postgres "$PGBIN/psql" -tAc 'select i from t' | grep -qx "$clients"; }

begin() # [OPTION...]
{
  rm -f "$dir/go"
  scanner "$@"
  eventually 60 answers
  client
}

# What PostgreSQL says when it has not been shut down.
recovers() { said 'was not properly shut down'; }
stops() { [ "$(grep -c 'database system is shut down' "$dir/stderr")" -eq "$1" ]; }
waits_for_the_client() { said 'received smart shutdown request'; }
down_for() { local since; since=$(s6-svstat -o updownfor "$live/db") && [ "$since" -ge "$1" ]; }

wrapper() # COMMAND: with which PostgreSQL is started
{
  service db <<<"$1"
  setting db timeout-strays 200 # not for what descends from ./run
}

end_both_ways()
{
  begin
  reeve -l "$live" stop db 3>&- &
  eventually 20 waits_for_the_client
  eventually 20 down_for 3
  touch "$dir/go"
  wait $!
  stops 1
  stop_scanner 0

  begin
  kill -TERM "$scanner"
  eventually 20 down_for 3
  touch "$dir/go"
  ended "$scanner" 0
  stops 2

  begin
  touch "$dir/go"
  stop_scanner 0
  run ! recovers
}

@test "sh without exec" {
  wrapper 'setpriv --reuid=postgres --regid=postgres --init-groups "$PGBIN/postgres"; true'
  end_both_ways
}

@test "su -c, which makes a session" {
  wrapper 'exec su postgres -s /bin/sh -c "\"$PGBIN/postgres\"; true"'
  end_both_ways
}

@test "su -c, which would kill what it starts 2 s after it is told to end" {
  wrapper 'exec su postgres -s /bin/sh -c "exec \"$PGBIN/postgres\""'
  end_both_ways
}

@test "su -c, started by a shell" {
  wrapper 'su postgres -s /bin/sh -c "\"$PGBIN/postgres\"; true"; true'
  end_both_ways
}

@test "setsid and timeout, in the background" {
  wrapper 'setsid timeout 100000 setpriv --reuid=postgres --regid=postgres --init-groups "$PGBIN/postgres" & wait'
  end_both_ways
}

@test "flag-down-group with SIGINT, PostgreSQL's fast shutdown, though the client stays" {
  wrapper 'setpriv --reuid=postgres --regid=postgres --init-groups "$PGBIN/postgres"; true'
  setting db down-signal INT
  setting db flag-down-group ''
  for n in 1 2; do
    begin
    stop_scanner 0
    stops "$n"
  done
  run ! recovers
}
