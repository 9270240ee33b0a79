# As any user, on any root, at any PID: who the container is and what it may write.

load lib
load containers

setup_file() { containers_setup_file busybox && group_writable; }
setup() { reeve_setup; containers_setup; host=; }
teardown() { containers_teardown; [ -z "$host" ] || kill -KILL "$host"; reeve_teardown; }
teardown_file() { containers_teardown_file; }

# As images for OpenShift are prepared: what is root's group's to write.
group_writable()
{
  [ -z "$containers_lacking" ] || return 0
  mkdir "$store/group" && printf 'FROM busybox\nRUN chmod 775 /run\n' >"$store/group/Dockerfile" &&
    build -t group "$store/group"
}

# A tree that says who it is: it works, is stopped in order, and all of it goes.
works() # [OPTION...] IMAGE ; $said: all that was printed
{
  service web <<'RUN'
trap 'echo web ends >>/share/order; exit 0' TERM
id -u >/share/uid
exec 2>/dev/null # where the shell would name a sleep that was signalled as well
while :; do sleep 0.1; done
RUN
  finish web <<<'echo finish web $1 $2 >>/share/order'
  container_run "$@"
  container_ready web
  inside reeve status
  rm -f "$dir/share/uid"
  inside reeve restart web
  eventually 20 test -s "$dir/share/uid" # its trap is set by then
  [ "$(inside /command/printcontenv MARK)" = saved ]
  container_stop -t 60
  container_ended 0
  share_is order "web ends
finish web 0 0
web ends
finish web 0 0"
  [ "$took_ms" -lt 40000 ]
  said=$(logs)
}

quietly() # [OPTION...] IMAGE
{
  works -e MARK=saved "$@"
  echo "# printed: $said"
  [ -z "$said" ]
}

# Nothing but the one message: where the live directory is.
elsewhere() # PLACE [OPTION...] IMAGE
{
  works -e MARK=saved "${@:2}"
  echo "# printed: $said"
  [ "$(grep -c . <<<"$said")" -eq 1 ]
  grep -q "$1" <<<"$said"
}

@test "root" {
  quietly busybox
  share_is uid 0
}

@test "an uid without a passwd entry, its group root's, and /run writable by the group" {
  quietly --user 4711:0 --passwd=false group
  share_is uid 4711
}

@test "an uid without a passwd entry, and /run root's: one message says where it is" {
  elsewhere /dev/shm/reeve-4711/service --user 4711:0 --passwd=false busybox
  share_is uid 4711
}

@test "such a user, nothing to write but /tmp" {
  elsewhere /tmp/reeve-4711/service --user 4711:0 --passwd=false --mount type=tmpfs,destination=/dev/shm,ro busybox
}

@test "a read-only root with a tmpfs on /run" {
  quietly --read-only --read-only-tmpfs=false --tmpfs /run busybox
}

@test "a read-only root, nothing on /run" {
  elsewhere /dev/shm/reeve-0/service --read-only --read-only-tmpfs=false busybox
}

@test "a read-only root with podman's own tmpfs" {
  quietly --read-only busybox
}

@test "a read-only root, such a user, and all else taken away as well" {
  elsewhere /dev/shm/reeve-4711/service --read-only --read-only-tmpfs=false --user 4711:0 --passwd=false \
    --cap-drop ALL --security-opt no-new-privileges busybox
}

@test "/run mounted noexec" {
  quietly --tmpfs /run:rw,noexec busybox
}

@test "all capabilities dropped" {
  quietly --cap-drop ALL busybox
}

anothers_run() { mkdir -m "$1" "$dir/run" && chown 1234:1234 "$dir/run"; }

@test "/run is another's, and may be written: he might change what is there" {
  anothers_run 777
  elsewhere "/run/service cannot be: somebody else owns it: /run belongs to the user 1234" --cap-drop ALL -v "$dir/run:/run" busybox
}

# Kubernetes' emptyDir is so.
everybodys_run() { mkdir "$dir/run" && chmod 777 "$dir/run"; }

@test "/run is root's, and everybody may write there: it gets the sticky bit" {
  everybodys_run
  quietly -v "$dir/run:/run" busybox
  [ "$(stat -c %a "$dir/run")" = 1777 ]
}

@test "what somebody else has put there before is named, and not used" {
  everybodys_run
  mkdir -p "$dir/run/service/.s6-svscan" "$dir/run/service/evil"
  printf '#!/bin/sh\nid >/share/executed\n' >"$dir/run/service/evil/run"
  cp "$dir/run/service/evil/run" "$dir/run/service/.s6-svscan/finish"
  chmod 755 "$dir/run/service/evil/run" "$dir/run/service/.s6-svscan/finish"
  chown -R 1234:1234 "$dir/run/service"
  elsewhere "somebody else owns it: /run/service belongs to the user 1234" -v "$dir/run:/run" busybox
  [ ! -e "$dir/share/executed" ]
}

@test "/run is another's, and may not be written" {
  anothers_run 755
  elsewhere /dev/shm/reeve-0/service --cap-drop ALL -v "$dir/run:/run" busybox
}

@test "no new privileges" {
  quietly --security-opt no-new-privileges busybox
}

@test "nowhere to write: an error that names what was tried, and the mend" {
  service web <<<'exec sleep 1000'
  code=0
  container_whole --rm --read-only --read-only-tmpfs=false --mount type=tmpfs,destination=/dev/shm,ro busybox || code=$?
  [ "$code" -eq 111 ]
  for place in /run/service /dev/shm/reeve-0 /tmp/reeve-0 tmpfs; do
    echo "# $place"
    said "$place"
  done
}

@test "podman exec by root finds the tree of a container that runs as another user" {
  service web <<<'exec sleep 1000'
  container_run --user 4711:0 --passwd=false busybox
  container_ready web
  podman exec --user 0:0 "$container" reeve status web
  podman exec --user 0:0 "$container" reeve restart web
}

@test "podman run --init: the same behaviour when another is PID 1" {
  quietly --init busybox
}

@test "podman run --init: what the budget has to kill is killed, and the code is 137" {
  service mule <<<'trap "" TERM; while :; do sleep 0.1; done'
  container_run --init -e REEVE_STOP_TIMEOUT=2000 busybox
  container_ready mule
  container_stop -t 60
  container_ended 137
  [ "$took_ms" -lt 20000 ]
}

# What a container with the host's PIDs takes for the host is a PID namespace of the
# test's own, so that a mistake ends nobody else's processes. In it are a canary,
# podman, and the container.
a_host()
{
  start unshare --mount --pid --fork --kill-child --mount-proc sh -c 'sleep 1000000 & echo $! >"$1"; wait' sh "$dir/canary"
  eventually 10 test -s "$dir/canary"
  host=$(tr -d ' ' <"/proc/$started/task/$started/children")
  canary=$(tr -d ' ' <"/proc/$host/task/$host/children")
  podman() { nsenter --target "$host" --mount --pid -- podman "$@"; }
}

not_pid_1() { inside grep -q "$dir/canary" /proc/1/cmdline; }

@test "podman run --pid host: the same behaviour, and nothing of the host's is touched" {
  a_host
  quietly --pid host busybox
  alive "$canary"
}

@test "podman run --pid host, as another user" {
  a_host
  elsewhere /dev/shm/reeve-4711/service --pid host --user 4711:0 --passwd=false busybox
  alive "$canary"
}

@test "podman run --pid host: what ignores SIGTERM, and what ran away, is killed; the canary is not" {
  a_host
  service mule <<<'trap "" TERM; while :; do sleep 0.1; done'
  service runaway <<'RUN'
setsid sh -c 'setsid sh -c "trap \"\" TERM; touch /share/away; while :; do sleep 0.1; done" &'
exec sleep 1000000
RUN
  container_run --pid host -e REEVE_STOP_TIMEOUT=3000 busybox
  container_ready mule runaway
  not_pid_1
  eventually 10 exists "$dir/share/away"
  container_stop -t 60
  container_ended 137
  [ "$took_ms" -lt 20000 ]
  alive "$canary"
}
