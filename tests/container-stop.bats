# How a container stops: what ends it, with which code, and when.

load lib
load containers

setup_file() { containers_setup_file busybox; }
setup() { reeve_setup; containers_setup; }
teardown() { containers_teardown; reeve_teardown; }
teardown_file() { containers_teardown_file; }

# Says in its last moment that it has been asked to end; its finish says that it ran.
orderly() # NAME
{
  service "$1" <<<"trap 'echo $1 ends >>/share/order; exit 0' TERM; while :; do sleep 0.1; done"
  finish "$1" <<<"echo finish $1 \$1 \$2 >>/share/order"
}

stubborn() { service "$1" <<<'trap "" TERM; while :; do sleep 0.1; done'; }

@test "podman stop ends every service, runs every finish, and leaves nothing" {
  orderly db
  orderly web
  container_run -e REEVE_STOP_TIMEOUT=50000 busybox
  container_ready db web
  container_stop -t 60
  container_ended 0
  [ "$(sort "$dir/share/order")" = "db ends
finish db 0 0
finish web 0 0
web ends" ]
  [ "$took_ms" -lt 40000 ]
}

@test "the container is gone the moment the last process is" {
  orderly web
  container_run -e REEVE_STOP_TIMEOUT=50000 busybox
  container_ready web
  container_stop -t 60
  container_ended 0
  after_ms=$(ended_after_ms "$dir/share/order")
  echo "# the container ended $after_ms ms after the last line of finish; podman stop took $took_ms ms"
  [ "$after_ms" -lt 30000 ] # else it has waited for its time to be over
}

@test "nothing is printed when all is well" {
  orderly web
  container_run busybox
  container_ready web
  container_stop -t 60
  container_ended 0
  [ -z "$(logs)" ]
}

ended_orderly() # LINES [CODE]
{
  container_ended "${2:-0}"
  [ "$(grep -c "finish web 0 0" "$dir/share/order")" -eq "$1" ]
}

@test "whatever the image has as STOPSIGNAL stops it" {
  local times=0
  orderly web
  container_run busybox
  for signal in TERM INT QUIT RTMIN+3 WINCH USR1; do
    echo "# SIG$signal"
    container_ready web
    podman kill --signal "SIG$signal" "$container"
    ended_orderly $((times += 1))
    podman start "$container"
  done
  container_ready web
}

@test "with a terminal, a new size of the window is no stop, and SIGWINCH as STOPSIGNAL is one" {
  service web <<<'trap "" WINCH; while :; do sleep 0.1; done'
  finish web <<<'echo finish web >>/share/order'
  container_run -t --stop-signal SIGWINCH busybox
  container_ready web
  inside stty -F /dev/console cols 90
  inside stty -F /dev/console cols 110
  # A second signal is delivered after the first: had that been a stop, the service would have been told.
  inside reeve restart web
  container_ready web
  running
  rm -f "$dir/share/order"
  container_stop -t 60
  container_ended 0
  share_is order "finish web"
}

@test "STOPSIGNAL SIGQUIT: what a service says last is in the log" {
  service web <<<'trap "seq 3000; exit 0" QUIT TERM; while :; do sleep 0.1; done'
  service web/log <<<'sleep 0.5; exec cat >>/share/log'
  container_run --stop-signal SIGQUIT busybox
  container_ready web
  container_stop -t 60
  container_ended 0
  seq 3000 | cmp - "$dir/share/log"
}

@test "podman restart stops all in order, and the second start is like the first" {
  orderly web
  container_run busybox
  container_ready web
  podman restart -t 60 "$container"
  container_ready web
  share_is order "web ends
finish web 0 0"
  container_stop -t 60
  ended_orderly 2
  [ -z "$(logs)" ]
}

@test "a container that was killed starts again: what it left behind is no hindrance" {
  orderly web
  container_run busybox
  container_ready web
  podman kill --signal KILL "$container"
  container_ended 137
  podman start "$container"
  container_ready web
  container_stop -t 60
  ended_orderly 1
}

@test "what ignores SIGTERM is killed one second before REEVE_STOP_TIMEOUT is over, by name" {
  stubborn mule
  orderly web
  container_run -e REEVE_STOP_TIMEOUT=3000 busybox
  container_ready mule web
  container_stop -t 60
  ended_orderly 1 137
  [ "$took_ms" -ge 1900 ]
  [ "$took_ms" -lt 20000 ]
  logged "mule.*REEVE_STOP_TIMEOUT"
}

@test "without REEVE_STOP_TIMEOUT nothing is killed, and what still runs after 8.5 s is named" {
  service mule <<<'trap "sleep 11; echo saved >>/share/mule; exit 0" TERM; while :; do sleep 0.1; done'
  finish mule <<<'echo finish mule $1 $2 >>/share/mule'
  container_run busybox
  container_ready mule
  container_stop -t 60
  container_ended 0
  share_is mule "saved
finish mule 0 0"
  logged "still running .* milliseconds after the stop began: mule: .*docker stop --time"
}

@test "S6_SERVICES_GRACETIME that is longer than the budget raises it" {
  service mule <<<'trap "sleep 4; echo saved >>/share/mule; exit 0" TERM; while :; do sleep 0.1; done'
  container_run -e REEVE_STOP_TIMEOUT=3000 -e S6_SERVICES_GRACETIME=240000 busybox
  container_ready mule
  logged "S6_SERVICES_GRACETIME (240000 milliseconds) is longer than"
  container_stop -t 60
  container_ended 0
  share_is mule saved
}

@test "with REEVE_STOP_TIMEOUT=0 the killing is the container's runtime's" {
  stubborn mule
  orderly web
  container_run -e REEVE_STOP_TIMEOUT=0 busybox
  container_ready mule web
  container_stop -t 2
  ended_orderly 1 137
  run ! logged "REEVE_STOP_TIMEOUT"
}

@test "an invalid REEVE_STOP_TIMEOUT is named, and the default used" {
  orderly web
  container_run -e REEVE_STOP_TIMEOUT=ten busybox
  container_ready web
  logged "REEVE_STOP_TIMEOUT"
  container_stop -t 60
  ended_orderly 1
}

@test "a service's own timeout-kill: what had to be killed in a stop makes 137" {
  stubborn mule
  setting mule timeout-kill 200
  container_run busybox
  container_ready mule
  container_stop -t 60
  container_ended 137
  [ "$took_ms" -lt 40000 ] # not by podman
}

@test "reeve shutdown CODE: the container's exit code" {
  orderly web
  container_run busybox
  container_ready web
  inside reeve shutdown -n 7
  ended_orderly 1 7
}

@test "halt stops it; the code is what the exit-code file says" {
  orderly web
  container_run busybox
  container_ready web
  inside sh -c 'echo 9 >/run/s6-linux-init-container-results/exitcode'
  inside /run/s6/basedir/bin/halt
  ended_orderly 1 9

  podman start "$container" # that code is not the next one's
  container_ready web
  inside /run/s6/basedir/bin/halt
  ended_orderly 2 0
}

@test "a service can end the container with a code of its own" {
  service web <<<'exit 4'
  finish web <<'RUN'
echo "$1" >/run/s6-linux-init-container-results/exitcode
exec /run/s6/basedir/bin/halt
RUN
  container_run busybox
  container_ended 4
}

@test "loggers end last: what a service says in its last moment is in the log" {
  service web <<<'trap "echo the last words; exit 0" TERM; echo the first; while :; do sleep 0.1; done'
  service web/log <<<'while read -r line; do echo "web: $line"; done'
  container_run busybox
  logs_say "web: the first"
  container_stop -t 60
  container_ended 0
  logged "web: the last words"
}

@test "the zombies of others are reaped" {
  orderly web
  container_run busybox
  container_ready web
  # The first sh ends at once; its child is then the init's, and ends too.
  inside sh -c "sh -c 'echo \$\$ >/share/pid; until [ -e /share/go ]; do sleep 0.1; done' >/dev/null 2>&1 &"
  eventually 10 test -s "$dir/share/pid"
  orphan=$(cat "$dir/share/pid")
  inside test -d "/proc/$orphan"
  touch "$dir/share/go"
  eventually 10 inside test ! -e "/proc/$orphan" # a zombie has one
}

# Beginning without a reader: from the container to here, everything is full.
unread_run() # [OPTION...] IMAGE
{
  local mounts
  run_options
  mkfifo "$dir/unread"
  exec 8<>"$dir/unread"
  # shellcheck disable=SC2016 # for that shell to expand
  start bash -c 'exec podman run "$@" >"$0" 2>&1 8>&-' "$dir/unread" --cidfile "$dir/id" --log-driver none \
    -a stdout -a stderr "${mounts[@]}" "$@"
  eventually 30 test -s "$dir/id"
  container=$(cat "$dir/id")
}

written() { awk '$1 == "wchar:" { print $2 }' "/proc/$1/io"; }
writes_no_more() # NAME
{
  local pid before
  for pid in $(container_processes); do
    tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qx "/bin/sh ./run $1 " || continue
    before=$(written "$pid")
    sleep 1
    [ "$before" -gt 0 ] && [ "$(written "$pid")" = "$before" ]
    return
  done
  return 1
}

is_zombie() { grep -q '^State:.Z' "/proc/$1/status"; } # whoever would reap it writes what nobody reads

@test "nobody reads the container's output: it stops all the same, and cont-finish.d runs" {
  service noise <<<'while :; do echo noise; done >&2'
  service crashes <<<'exit 1'
  setting crashes restart-delay '10 10'
  setting crashes timeout-kill soon # a message of its supervisor's at each start
  stubborn mule                     # and one of the scanner's at the stop
  orderly web
  script "$dir/cont-finish.d/last" <<<'echo last >>/share/order'
  unread_run -v "$dir/cont-finish.d:/etc/cont-finish.d:ro" -e S6_SERVICES_GRACETIME=5000 busybox
  container_ready web mule
  eventually 30 writes_no_more noise
  init=$(inspect .State.Pid)
  start podman stop -t 100 "$container"
  eventually 40 is_zombie "$init"
  share_is order "web ends
finish web 0 0
last"
  cat <&8 >/dev/null 3>&- &
  pids+=($!)
  container_ended 137
  exec 8>&-
}
