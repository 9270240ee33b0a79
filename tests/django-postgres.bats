# The motivating problem, on Debian's real PostgreSQL and Django: what a stop does
# to a database under a wrapper script, and under reeve-scan.

load lib

setup()
{
  reeve_setup
  [ "$(id -u)" -eq 0 ] || skip "needs root: PostgreSQL and Django run as their own users"
  unshare -p -f true 2>/dev/null || skip "no PID namespaces here"
  examples=$BATS_TEST_DIRNAME/../servicedirs-example
  chmod 755 "$dir"
  cp -r "$examples/app" "$dir/app"
  cp -r "$examples/django-postgres/services.d/." "$scan/"
  rm -r "$scan/nginx" # its port is a number
  chmod -R a+rX "$dir/app"
  mkdir "$dir/log" "$dir/run"
  local ports
  read -ra ports < <(free_ports 2)
  for_everyone
  PATH=$dir/bin:/usr/bin:/bin
  export PATH
  export APP=$dir/app LOGDIR=$dir/log PGDATA=$dir/data PGHOST=$dir/run PGPORT=${ports[0]} LISTEN=127.0.0.1:${ports[1]}
  for PGBIN in /usr/lib/postgresql/*/bin; do :; done
  export PGBIN
}

# A PostgreSQL that is killed while its supervisor lives is started again, and pg_ctl waits for a minute.
teardown()
{
  if [ -n "${started:-}" ] && alive "$started"; then
    kill "$started"
    eventually 60 gone "$started" || :
  fi
  if [ -s "$PGDATA/postmaster.pid" ] && alive "$(head -n 1 "$PGDATA/postmaster.pid")"; then
    as_postgres "$PGBIN/pg_ctl" -D "$PGDATA" -m immediate stop >/dev/null || :
  fi
  reeve_teardown
}

as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }

initialise()
{
  mkdir "$PGDATA"
  chown postgres: "$PGDATA" "$PGHOST"
  as_postgres "$PGBIN/initdb" --auth=trust --username=postgres --encoding=UTF8 --locale=C.UTF-8 -D "$PGDATA" >/dev/null
}

# What is answered, when all is well; without a program, as it is asked often.
request() # [DATA]
{
  local method=GET line
  [ $# -eq 0 ] || method=POST
  {
    printf '%s / HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s' $method ${#1} "${1-}" >&9
    read -r line <&9 || return 1
    [[ $line == HTTP/*" 200 "* ]] || return 1
    while [ "$line" != $'\r' ]; do read -r line <&9 || return 1; done
    cat <&9
  } 9<>"/dev/tcp/${LISTEN/://}"
}

postgres_log() { cat "$LOGDIR"/postgres.log "$LOGDIR"/postgres/@* "$LOGDIR"/postgres/current 2>/dev/null || :; }
in_log() { postgres_log | grep "$1" >/dev/null; }
as_pid_1() { start unshare -p -f --kill-child --mount-proc "$@"; namespace=$started; }
pid_1() { tr -d ' ' <"/proc/$namespace/task/$namespace/children"; }

@test "a wrapper script as PID 1: the stop reaches nobody, and PostgreSQL has to recover" {
  initialise
  as_pid_1 bash "$examples/wrapper.sh"
  eventually 60 request
  [ "$(request before)" = before ]
  wrapper=$(pid_1)
  kill -TERM "$wrapper"
  # It goes on as if nothing had happened: what a grace time is waited for in vain.
  [ "$(request during)" = "before
during" ]
  alive "$wrapper"
  kill -KILL "$wrapper"
  eventually 20 gone "$namespace"
  run ! in_log "database system is shut down"

  as_pid_1 bash "$examples/wrapper.sh"
  eventually 60 request
  in_log "database system was not properly shut down"
  kill -KILL "$(pid_1)"
  eventually 20 gone "$namespace"
}

orderly() # how the tree is started: as_pid_1 or start; sets $scanner and $ended_pid
{
  local how=$1 shutdowns
  "$how" reeve-scan -l "$live" "$scan"
  ended_pid=$started
  eventually 60 request
  scanner=$started
  [ "$how" = start ] || scanner=$(pid_1)
  reeve -l "$live" wait --timeout 60 healthy --all # a check tells, a moment later
  reeve -l "$live" status
  request "$2" >/dev/null
  kill -TERM "$scanner"
  ended "$ended_pid" 0
  [ "$(postgres_log | grep -c "database system is shut down")" -eq "$3" ]
  [ "$(grep -c "postgres: finish: code 0" "$dir/stderr")" -eq "$3" ]
  [ "$(grep -c "django: finish:" "$dir/stderr")" -eq "$3" ]
  [ -z "$(leftovers)" ]
  run ! in_log "not properly shut down"
  run ! in_log "redo starts"
}

@test "reeve-scan as PID 1: an orderly stop, and the next start is clean" {
  orderly as_pid_1 first 1
  orderly as_pid_1 second 2
  as_pid_1 reeve-scan -l "$live" "$scan"
  eventually 60 request
  [ "$(request)" = "first
second" ]
  run ! in_log "not properly shut down"
  kill -TERM "$(pid_1)"
  ended "$namespace" 0
}

@test "the same with reeve-scan not PID 1" {
  orderly start first 1
  orderly start second 2
  start reeve-scan -l "$live" "$scan"
  eventually 60 request
  [ "$(request)" = "first
second" ]
  kill -TERM "$started"
  ended "$started" 0
}

@test "Django waits for PostgreSQL, however long that takes" {
  setting postgres down ''
  start reeve-scan -l "$live" "$scan"
  eventually 10 field django state held
  run ! request 2>/dev/null
  reeve -l "$live" start postgres
  eventually 60 field django ready true
  request
  [ "$(json_field django restarts)" = 0 ]
  [ "$(json_field postgres restarts)" = 0 ]
}

@test "the tasks are done, in this order, before Django starts; one that fails holds it" {
  migrate=$scan/migrate/run
  cp "$migrate" "$dir/migrate"
  setting migrate restart no
  script "$migrate" <<<'exit 3'
  start reeve-scan -l "$live" "$scan"
  eventually 60 field migrate state failed
  field createdb state 'done'
  field django state held
  field django reason 'migrate (failed, exit 3)'
  cp "$dir/migrate" "$migrate"
  reeve -l "$live" start --timeout 60 django
  request
  field migrate state 'done'
  field createdb restarts 0
  # The database goes, and comes back: the tasks are not run again.
  reeve -l "$live" stop --timeout 60 postgres
  eventually 10 field django state held
  field migrate state 'done'
  reeve -l "$live" start --timeout 60 postgres django
  request
  field migrate restarts 1
  field createdb restarts 0
}
