# The motivating problem, as its users would run it: the image of the example, by
# podman run and by podman kube play.

load lib
load containers

example=$BATS_TEST_DIRNAME/../servicedirs-example/django-postgres

setup_file() { containers_setup_file && example_image django-postgres; }
setup() { reeve_setup; containers_setup; }
teardown() { containers_teardown; reeve_teardown; }
teardown_file() { containers_teardown_file; }

request() # [DATA]: from inside, as there is no network
{
  inside python3 -c '
import sys, urllib.request
data = sys.argv[1].encode() if len(sys.argv) > 1 else None
print(urllib.request.urlopen("http://127.0.0.1:8000/", data, 10).read().decode(), end="")' "$@"
}

answers() { [ "$(request)" = "$1" ]; }
shutdowns_are() { [ "$(logs | grep -c 'database system is shut down')" -eq "$1" ]; }

orderly_end() # TIMES
{
  container_ended 0
  shutdowns_are "$1"
  [ "$(logs | grep -c 'postgres: finish: code 0, signal 0')" -eq "$1" ]
  [ "$(logs | grep -c 'django: finish:')" -ge "$1" ]
  run ! logged "killing it"
}

@test "podman stop ends it with a database that is shut down; data is kept across stop and start" {
  container=$(podman run -d --stop-timeout 60 django-postgres)
  eventually 90 request
  request first >/dev/null
  inside reeve wait --timeout 60 ready --all
  inside reeve status
  podman healthcheck run "$container"
  container_stop
  orderly_end 1
  [ "$took_ms" -lt 55000 ]

  podman start "$container"
  eventually 90 answers first
  request second >/dev/null
  container_stop
  orderly_end 2
  run ! logged "not properly shut down"
  run ! logged "redo starts"

  podman start "$container"
  eventually 90 answers "first
second"
}

@test "a killed container recovers, so what is asked for above can be seen to fail" {
  container=$(podman run -d --stop-timeout 60 django-postgres)
  eventually 90 request
  podman kill --signal KILL "$container"
  container_ended 137
  shutdowns_are 0
  podman start "$container"
  eventually 90 request
  logged "not properly shut down"
}

query() { inside psql -h /var/run/postgresql -U postgres -tAc "$1" postgres; }
serves() { query 'select 1'; }
client_is_connected() { query 'select i from t' | grep -qw "$clients"; }

# It is there until there is a file /share/go.
client()
{
  rm -f "$dir/share/go"
  clients=$((${clients:-0} + 1)) # the table outlives each
  # shellcheck disable=SC2016 # for that shell to expand
  start podman exec "$container" sh -c '
    { echo "create table if not exists t (i int); insert into t values ($0);"; until [ -e /share/go ]; do sleep 0.1; done; } |
      psql -q -h /var/run/postgresql -U postgres postgres' "$clients"
  eventually 60 client_is_connected
}

# PostgreSQL's shutdown on SIGTERM waits for its clients.
waits_for_the_client() { [ "$(logs | grep -c 'received smart shutdown request')" -eq "$1" ]; }

@test "PostgreSQL in a wrapper, with a client: however long that stays, the next start finds it shut down" {
  script "$dir/share/cluster" <<'RUN'
for PGBIN in /usr/lib/postgresql/*/bin; do :; done
data=/var/lib/postgresql/wrapped
[ -s "$data/PG_VERSION" ] || "$PGBIN/initdb" --auth=trust --username=postgres --encoding=UTF8 --locale=C.UTF-8 -D "$data"
"$PGBIN/postgres" -D "$data" -k /var/run/postgresql -h ''
true
RUN
  wrappers=('setpriv --reuid=postgres --regid=postgres --init-groups /share/cluster; true'
    'exec su postgres -c "/share/cluster; true"')
  container_run -e REEVE_STOP_TIMEOUT=0 django-postgres
  n=0
  for wrapper in "${wrappers[@]}"; do
    service db <<<"$wrapper"
    setting db timeout-strays 200 # not for what descends from ./run
    [ $n -eq 0 ] || podman start "$container"
    eventually 60 serves
    client
    n=$((n + 1))
    start podman stop -t 100 "$container"
    eventually 30 waits_for_the_client $n
    sleep 3 # it must not be over meanwhile
    running || [ "$(inspect .State.Status)" = stopping ]
    touch "$dir/share/go"
    container_ended 0
    shutdowns_are $n
  done
  podman start "$container"
  eventually 60 serves
  run ! logged "not properly shut down"
}

milliseconds() # FILE: what it sets REEVE_STOP_TIMEOUT to
{
  tr -d '"' <"$1" | awk '/REEVE_STOP_TIMEOUT/ { here = 1 } here && match($0, /[0-9]+$/) { print substr($0, RSTART); exit }'
}

pods_grace() { sed -n 's/^ *terminationGracePeriodSeconds: \([0-9]*\)$/\1/p' "$example/pod.yaml"; }

@test "the budget is shorter than the grace, by enough for the runtime's own work" {
  grace=$(sed -n 's/^ *stop_grace_period: \([0-9]*\)s$/\1/p' "$example/compose.yaml")
  [ "$(milliseconds "$example/compose.yaml")" -le $((grace * 1000 - 1000)) ]
  [ "$(milliseconds "$example/pod.yaml")" -le $(($(pods_grace) * 1000 - 1000)) ]
}

# What the manifest's probe would run.
probe() # NAME
{
  local command
  mapfile -t command < <(awk -v name="$1:" '
    $1 == name { here = 1 }
    here && $1 == "command:" { sub(/^[^[]*\[/, ""); sub(/\]$/, ""); gsub(/, /, "\n"); print; exit }' "$example/pod.yaml")
  [ "${command[0]}" = reeve ]
  inside "${command[@]}"
}

@test "podman kube play: the probes, and an orderly stop" {
  podman kube play --network none "$example/pod.yaml"
  container=$(podman ps -q --no-trunc --filter name=django-postgres-app)
  eventually 120 probe startupProbe
  probe readinessProbe
  probe livenessProbe
  eventually 30 request
  request first >/dev/null

  inside reeve stop django
  run -99 probe startupProbe # it waits, and says that it was in vain
  inside reeve start -n django
  eventually 60 probe readinessProbe

  podman pod stop -t "$(pods_grace)" django-postgres # as the kubelet does; podman 4.3 reads it not
  orderly_end 1
  podman pod start django-postgres
  eventually 90 answers first
  podman kube down "$example/pod.yaml"
}
