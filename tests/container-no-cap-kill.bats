# Signals in containers whose PID 1 may not send them to other users' processes, or which
# have a terminal.

load lib
load containers

setup_file() { containers_setup_file busybox; }
setup()
{
  reeve_setup
  containers_setup
  install -m 666 /dev/null "$dir/share/order"
}
teardown() { containers_teardown; reeve_teardown; }
teardown_file() { containers_teardown_file; }

# Runs the script on stdin as another user.
as_user() # NAME
{
  script "$dir/share/$1.sh"
  service "$1" <<<"exec reeve-exec --user 54321 /share/$1.sh"
}

# Without CAP_KILL.
capped() # [OPTION...]
{
  script "$dir/share/cont-finish" <<<'echo cont-finish >>/share/order'
  container_run --cap-drop ALL --cap-add SETUID,SETGID -v "$dir/share/cont-finish:/etc/cont-finish.d/10-last:ro" "$@" busybox
  [ "$(inside awk '/^CapEff/ { print $2 }' /proc/1/status)" = 00000000000000c0 ]
}

@test "without CAP_KILL a service of another user is stopped in order" {
  as_user web <<<"trap 'echo web ends >>/share/order; exit 0' TERM; echo up >/share/up; while :; do sleep 0.1; done"
  finish web <<<'echo finish $1 $2 >>/share/order'
  capped
  container_ready web
  eventually 10 test -s "$dir/share/up"
  inside reeve kill WINCH web
  container_stop -t 60
  container_ended 0
  [ "$(cat "$dir/share/order")" = $'web ends\nfinish 0 0\ncont-finish' ]
  [ "$took_ms" -lt 40000 ]
}

@test "without CAP_KILL one of another user that does not end in time is killed, and cont-finish.d runs" {
  as_user web <<<"trap '' TERM; echo up >/share/up; while :; do sleep 0.1; done"
  finish web <<<'echo finish $1 $2 >>/share/order'
  capped -e REEVE_STOP_TIMEOUT=50000 -e S6_SERVICES_GRACETIME=2000 # time enough for the scripts, which half a second before the end of a budget is not
  container_ready web
  eventually 10 test -s "$dir/share/up"
  container_stop -t 60
  container_ended 137
  [ "$(cat "$dir/share/order")" = $'finish 256 9\ncont-finish' ]
  [ "$took_ms" -lt 40000 ]
}

@test "without CAP_KILL what another user has left behind has time to save what it has" {
  script "$dir/share/left.sh" <<<"trap 'echo saved >>/share/order; exit 0' TERM; echo up >/share/up; while :; do sleep 0.1; done"
  idle web
  capped
  container_ready web
  podman exec --detach "$container" reeve-exec --user 54321 /share/left.sh
  eventually 10 test -s "$dir/share/up"
  container_stop -t 60
  container_ended 0
  [ "$(cat "$dir/share/order")" = $'cont-finish\nsaved' ]
  [ "$took_ms" -lt 40000 ]
}

@test "an interactive shell ends at a stop" {
  container_run -i -t busybox sh
  logs_say '# ' # its prompt
  container_stop -t 60
  container_ended 0
  [ "$took_ms" -lt 40000 ]
}
