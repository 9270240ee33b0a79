# The trees of the examples, as their Dockerfiles make them, started and stopped again and
# again: what needs another one is started when that is ready, and stopped before it.
#
#   TREES_TIMES   how often (3); when it is set, how long that took is told

load lib
load containers

times=${TREES_TIMES:-3}
TEST_LIMIT=600

setup_file() { containers_setup_file; }
setup() { reeve_setup; containers_setup; }
teardown() { containers_teardown; podman rmi --all --force >/dev/null 2>&1 || :; reeve_teardown; }
teardown_file() { containers_teardown_file; }

tree() # EXAMPLE
{
  name=$1
  services=$BATS_TEST_DIRNAME/../servicedirs-example/$name/services.d
  example_image "$name"
  # One pipe, so that the log has the lines in the order in which they were written.
  container=$(podman create --stop-timeout 60 --entrypoint '["/bin/sh", "-c", "exec /init 2>&1"]' "$name")
  live=$(podman mount "$container")/run/service
  lines_before=0
}

milliseconds() { echo $(($(date +%s%N) / 1000000)); }
all_ready() { inside reeve wait --timeout 60 ready --all; }
these_lines() { logs | tail -n +$((lines_before + 1)) | tee "$dir/lines"; }

begin()
{
  local began
  began=$(milliseconds)
  podman start "$container" >/dev/null
  eventually 120 all_ready
  echo "$name start $(($(milliseconds) - began))" >>"$dir/times"
  inside reeve status
  started_in_order
}

end()
{
  container_stop
  container_ended 0
  echo "$name stop $took_ms" >>"$dir/times"
  these_lines >/dev/null
  ended_in_order
  run ! grep 'killing it' "$dir/lines"
}

# The next lines are those of another round.
next() { lines_before=$(logs | wc -l); }

tell_times()
{
  [ -n "${TREES_TIMES-}" ] || return 0
  sort -k 1,2 -k 3n "$dir/times" | awk '
    function tell() { if (n) printf "# %s, %d times: median %d ms, worst %d ms\n", what, n, ms[int((n + 1) / 2)], ms[n] }
    $1 " " $2 != what { tell(); what = $1 " " $2; n = 0 }
    { ms[++n] = $3 }
    END { tell() }' >&3
}

# ---- the services' own times: TAI64N, in supervise/status and in supervise/death_tally ----

hex() { od -A n -v -t x1 "$@" | tr -d ' \n'; }
is_task() { [ -e "$services/$1/flag-oneshot" ]; }
up_since() { hex -N 12 "$live/$1/supervise/status"; }
ready_since() { if is_task "$1"; then up_since "$1"; else hex -j 12 -N 12 "$live/$1/supervise/status"; fi; } # a task: down since
end_of() { tail -c 14 "$live/$1/supervise/death_tally" | hex -N 12; }

each_need() # COMMAND: is given what needs, and what is needed
{
  local file pairs=0
  for file in "$services"/*/dependencies.d/*; do
    [ -e "$file" ]
    file=${file#"$services/"}
    "$1" "${file%%/*}" "${file##*/}" || { echo "# $name: $1 does not hold for $file"; return 1; }
    pairs=$((pairs + 1))
  done
  [ "$pairs" -gt 2 ]
}

# That of a task is gone when it is done: it would have failed.
starts_after() { is_task "$1" || [[ $(up_since "$1") > $(ready_since "$2") ]]; }
ends_before() { is_task "$1" || is_task "$2" || [[ $(end_of "$1") < $(end_of "$2") ]]; }
started_in_order() { each_need starts_after; }
ended_in_order() { each_need ends_before; }

# ---- and what they write ----

precedes() # PATTERN PATTERN: all lines with the first one come before all with the second
{
  local last first
  last=$(grep -n -E -- "$1" "$dir/lines" | tail -n 1 | cut -d : -f 1)
  first=$(grep -n -E -- "$2" "$dir/lines" | head -n 1 | cut -d : -f 1)
  [ -n "$last" ] && [ -n "$first" ] && [ "$last" -lt "$first" ] || { echo "# line ${last:-none} for $1, line ${first:-none} for $2"; return 1; }
}

says_now() { these_lines | grep -q -E -- "$1"; }

# From inside, as there is no network.
request() # PORT [DATA]
{
  # shellcheck disable=SC2016 # for that shell to expand
  inside bash -c '
    exec 3<>"/dev/tcp/127.0.0.1/$0" &&
      printf "%s / HTTP/1.0\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" "${2-GET}" "${#1}" "${1-}" >&3 &&
      read -r _ code _ <&3 && [ "$code" = 200 ] && sed "1,/^\r\$/d" <&3' "$1" "${@:2:1}" ${2+POST}
}

@test "redis, a migration, gunicorn, a worker, a beat: in order, and the worker gives its job back" {
  tree redis-worker
  for ((round = 1; round <= times; round++)); do
    begin
    [ "$round" -gt 1 ] || request 8000 'hard 3600'
    eventually 20 says_now '^worker: takes hard 3600'
    request 8000 | grep '^taken: hard 3600'
    end
    precedes 'Ready to accept connections' '^migrate: '
    precedes '^migrate: ' 'Starting gunicorn|^worker: '
    precedes '^worker: gives back hard 3600 \(stopped\)' 'User requested shutdown'
    precedes 'Shutting down: Master' 'User requested shutdown'
    grep 'Redis is now ready to exit' "$dir/lines"
    [ "$round" -eq 1 ] || grep '^migrate: .* hard 3600$' "$dir/lines" # where the stop before has put it
    run ! grep 'a worker was killed' "$dir/lines"
    next
  done
  tell_times
}

@test "postgres, createdb, migrate, django, nginx: in order, and the database is shut down" {
  tree django-postgres
  notes=
  for ((round = 1; round <= times; round++)); do
    begin
    request 8000 "note $round" >/dev/null
    notes+="note $round"$'\n'
    [ "$(request 8000)"$'\n' = "$notes" ]
    end
    precedes 'Running migrations:' 'start worker processes'
    precedes 'nginx: finish: code 0' 'Handling signal: term'
    precedes 'django: finish: code 0' 'received fast shutdown request'
    grep 'database system is shut down' "$dir/lines"
    run ! grep -E 'not properly shut down|starting up' "$dir/lines"
    next
  done
  tell_times
}

@test "mariadb, a schema, php-fpm, nginx, cron: in order, and the database is shut down" {
  tree mariadb-php
  notes=
  for ((round = 1; round <= times; round++)); do
    begin
    request 8080 "note $round" >/dev/null
    notes+="note $round"$'\n'
    answer=$(request 8080)
    [[ $answer == "$notes"*minutes ]]
    [ "$round" -lt "$times" ] || eventually 150 cron_has_worked
    end
    # php-fpm takes connections, and so passes its check, before it says that it is ready.
    precedes 'mariadbd: ready for connections' 'fpm is running, pid'
    precedes 'signal 3 \(SIGQUIT\).* received' 'NOTICE: Finishing'
    precedes 'NOTICE: exiting, bye-bye!' 'mariadbd \(initiated by: unknown\): Normal shutdown'
    precedes 'cron: finish: ' 'mariadbd \(initiated by: unknown\): Normal shutdown'
    grep 'mariadbd: Shutdown complete' "$dir/lines"
    run ! grep -i 'recovery' "$dir/lines"
    next
  done
  tell_times
}

cron_has_worked() { request 8080 | grep -E '^[1-9][0-9]* minutes'; }
