# CMD: the image's command, beside the services.

load lib
load containers

setup_file() { containers_setup_file busybox; }
setup() { reeve_setup; containers_setup; }
teardown() { containers_teardown; reeve_teardown; }
teardown_file() { containers_teardown_file; }

# A service that says when it is asked to end, and when its finish has run.
orderly() # NAME
{
  service "$1" <<<"trap 'echo $1 ends >>/share/order; exit 0' TERM; touch /share/$1.up; while :; do sleep 0.1; done"
  finish "$1" <<<"echo finish $1 \$1 \$2 >>/share/order"
}

whole() # CODE [OPTION...] IMAGE CMD...
{
  local code=0
  container_whole --rm "${@:2}" || code=$?
  [ "$code" -eq "$1" ] || { echo "# exit code $code, not $1"; sed 's/^/# stderr: /' "$dir/stderr"; return 1; }
}

printed() { [ "$(cat "$dir/stdout")" = "$1" ] || { sed 's/^/# stdout: /' "$dir/stdout"; return 1; }; }

@test "it runs beside the services; when it ends, they are stopped in order, and its code is the container's" {
  orderly web
  whole 5 busybox sh -c 'until [ -e /share/web.up ]; do sleep 0.1; done; echo done; exit 5'
  printed 'done'
  share_is order "web ends
finish web 0 0"
  [ ! -s "$dir/stderr" ]
}

@test "it ends with 0" {
  whole 0 busybox true
}

@test "it works without any service" {
  whole 3 busybox sh -c 'exit 3'
}

@test "it is killed by a signal: 128 and the signal" {
  whole 143 busybox sh -c 'kill -TERM $$'
}

@test "its arguments arrive as they are" {
  whole 0 busybox printf '%s|' 'a b' '' '*' '$HOME' --
  printed 'a b||*|$HOME|--|'
}

@test "it is not to be found: 127, and by name" {
  orderly web
  whole 127 busybox no-such-program
  said no-such-program
}

@test "it cannot be executed: 126, and by name" {
  orderly web
  echo text >"$dir/share/not-executable"
  chmod 644 "$dir/share/not-executable"
  whole 126 busybox /share/not-executable
  said /share/not-executable
}

@test "it is run in WORKDIR; services find that in REEVE_WORKDIR" {
  service web <<<'echo "$REEVE_WORKDIR" >/share/workdir; exec sleep 1000'
  whole 0 -w /srv busybox sh -c 'until [ -s /share/workdir ]; do sleep 0.1; done; pwd'
  printed /srv
  share_is workdir /srv
}

@test "it gets the container's environment, and /command at the end of PATH" {
  whole 0 -e GREETING='good day' -e PATH=/bin:/srv busybox sh -c 'echo "$GREETING $PATH"'
  printed 'good day /bin:/srv:/command'
}

@test "run -i with a script: every line reaches the shell, a service that reads gets end of file" {
  service web <<<'cat >/share/eaten; touch /share/end; exec sleep 1000'
  local mounts code=0
  run_options
  {
    echo 'until [ -e /share/end ]; do sleep 0.1; done'
    seq -f 'echo %.0f' 2000
    echo 'exit 6'
  } >"$dir/input"
  podman run --rm -i "${mounts[@]}" busybox sh <"$dir/input" >"$dir/stdout" || code=$?
  [ "$code" -eq 6 ]
  seq 2000 | cmp - "$dir/stdout"
  [ ! -s "$dir/share/eaten" ]
}

@test "reeve status lists it as CMD" {
  orderly web
  container_run busybox sleep 1000
  container_ready web
  listed() { inside reeve status | grep '^CMD ' | grep -q ' up '; }
  eventually 10 listed
  container_stop -t 60
  container_ended 0
}

@test "a stop ends it with the services, and what it says then is seen" {
  orderly web
  container_run busybox sh -c 'trap "echo interrupted; exit 9" TERM; touch /share/cmd.up; while :; do sleep 0.1; done'
  eventually 20 exists "$dir/share/cmd.up"
  container_ready web
  container_stop -t 60
  container_ended 0
  logged interrupted
  share_is order "web ends
finish web 0 0"
}

# What is typed is written to descriptor 7.
on_a_terminal() # COMMAND ; $started: its pid
{
  mkfifo "$dir/keys"
  exec 7<>"$dir/keys"
  start sh -c 'exec script -q -e -c "$1" /dev/null <"$2"' sh "$1" "$dir/keys"
}

@test "-it: Ctrl-C reaches it, and its code is the container's" {
  orderly web
  # shellcheck disable=SC2016 # for the container's shell
  cmd='trap "echo interrupted; exit 5" INT; tty && touch /share/cmd.up; while :; do sleep 0.1; done'
  run_options
  on_a_terminal "podman run --rm -it ${mounts[*]} busybox sh -c '$cmd'"
  eventually 20 exists "$dir/share/cmd.up"
  eventually 20 exists "$dir/share/web.up"
  printf '\003' >&7
  ended "$started" 5
  grep -q interrupted "$dir/stdout"
  share_is order "web ends
finish web 0 0" # by the stop: the terminal's signal is not for services
}

sleeping() { grep -q -s -z -x 271828 /proc/[0-9]*/cmdline; }
not() { ! "$@"; }

@test "-it: a shell has job control" {
  run_options
  on_a_terminal "podman run --rm -it ${mounts[*]} busybox sh"
  echo 'sleep 1000 & touch /share/one; sleep 271828; touch /share/two' >&7
  eventually 20 exists "$dir/share/one"
  eventually 20 sleeping
  printf '\003' >&7
  eventually 20 not sleeping
  echo 'jobs >/share/jobs; exit 6' >&7
  ended "$started" 6
  [ ! -e "$dir/share/two" ]
  grep -q 'sleep 1000' "$dir/share/jobs"
  run ! grep -i 'job control' "$dir/stdout"
}

@test "S6_CMD_ARG0 comes before the arguments" {
  whole 0 -e S6_CMD_ARG0=echo busybox one two
  printed 'one two'
}

@test "S6_CMD_WAIT_FOR_SERVICES=1: it is started when they are ready" {
  setting web notification-fd 3
  service web <<'RUN'
touch /share/web.up
until [ -e /share/go ]; do sleep 0.1; done
echo ready >>/share/order
echo >&3
exec sleep 1000
RUN
  container_run -e S6_CMD_WAIT_FOR_SERVICES=1 -e S6_CMD_WAIT_FOR_SERVICES_MAXTIME=60000 busybox sh -c 'echo CMD >>/share/order; exit 4'
  eventually 20 exists "$dir/share/web.up"
  inside reeve wait --timeout 10s up web
  [ ! -e "$dir/share/order" ]
  touch "$dir/share/go"
  container_ended 4
  share_is order "ready
CMD"
}

@test "without it, it is not waited for them" {
  setting web notification-fd 3
  service web <<<'exec sleep 1000'
  whole 4 busybox sh -c 'exit 4'
}

@test "S6_CMD_WAIT_FOR_SERVICES_MAXTIME: it is waited no longer" {
  setting web notification-fd 3
  service web <<<'exec sleep 1000'
  container_run -e S6_CMD_WAIT_FOR_SERVICES=1 -e S6_CMD_WAIT_FOR_SERVICES_MAXTIME=1500 busybox \
    sh -c 'touch /share/cmd; exit 4'
  container_ended 4
  started_at=$(date -d "$(inspect_time .State.StartedAt)" +%s%N)
  after_ms=$((($(date -d "$(stat -c %y "$dir/share/cmd")" +%s%N) - started_at) / 1000000))
  echo "# after $after_ms ms"
  [ "$after_ms" -ge 1400 ]
}

@test "S6_CMD_RECEIVE_SIGNALS=1: a stop is for it, and what follows is its end" {
  orderly web
  container_run -e S6_CMD_RECEIVE_SIGNALS=1 busybox \
    sh -c 'trap "echo CMD ends >>/share/order; exit 6" TERM; touch /share/cmd.up; while :; do sleep 0.1; done'
  eventually 20 exists "$dir/share/cmd.up"
  container_ready web
  container_stop -t 60
  container_ended 6
  share_is order "CMD ends
web ends
finish web 0 0"
}

@test "S6_CMD_RECEIVE_SIGNALS=1: other signals too, and the services know nothing of it" {
  orderly web
  container_run -e S6_CMD_RECEIVE_SIGNALS=1 busybox \
    sh -c 'trap "touch /share/usr1" USR1; trap "exit 0" TERM; touch /share/cmd.up; while :; do sleep 0.1; done'
  eventually 20 exists "$dir/share/cmd.up"
  container_ready web
  podman kill --signal USR1 "$container"
  eventually 10 exists "$dir/share/usr1"
  running
  [ ! -e "$dir/share/order" ]
}

@test "the output of both is the container's, each where it was written" {
  service web <<<'echo service out; echo service err >&2; touch /share/said; exec sleep 1000'
  whole 0 busybox sh -c 'until [ -e /share/said ]; do sleep 0.1; done; echo command out; echo command err >&2'
  [ "$(sort "$dir/stdout")" = "command out
service out" ]
  [ "$(sort "$dir/stderr")" = "command err
service err" ]
}
