# On any base: the overlay is all that it needs.

load lib
load containers

setup_file() { containers_setup_file busybox musl scratch debian && probes; }
setup() { reeve_setup; containers_setup; }
teardown() { containers_teardown; reeve_teardown; }
teardown_file() { containers_teardown_file; }

probes()
{
  [ -z "$containers_lacking" ] || return 0
  musl-gcc -Wall -Wextra -Werror -static -o "$store/probe.static" "$BATS_TEST_DIRNAME/container-probe.c" &&
    musl-gcc -Wall -Wextra -Werror -o "$store/probe.dynamic" "$BATS_TEST_DIRNAME/container-probe.c"
}

works_on() # IMAGE PROBE: as a service, and as CMD
{
  mkdir "$scan/probe"
  cp "$store/$2" "$scan/probe/run"
  container_run "$1"
  logs_say "probe: waiting"
  container_ready probe
  inside reeve status probe
  inside reeve restart probe
  container_stop -t 60
  container_ended 0
  [ "$(logs)" = "probe: waiting
probe: told to end
probe: waiting
probe: told to end" ]
  container_run "$1" /etc/services.d/probe/run 5
  container_ended 5
}

@test "scratch: without a shell, without a libc, without a passwd" {
  works_on scratch probe.static
}

@test "scratch, as another user on a read-only root" {
  mkdir "$scan/probe"
  cp "$store/probe.static" "$scan/probe/run"
  container_run --user 4711:4711 --passwd=false --read-only scratch
  logs_say "probe: waiting"
  container_stop -t 60
  container_ended 0
}

@test "busybox, static: a shell and no libc" {
  works_on busybox probe.static
}

@test "musl: no glibc" {
  works_on musl probe.dynamic
  run ! podman run --rm --entrypoint /bin/ls musl /lib64
}

@test "debian" {
  service hello <<<'trap "echo bye; exit 0" TERM; echo "hello from $(dpkg --print-architecture)"; while :; do sleep 0.1; done'
  container_run debian
  logs_say "hello from"
  container_ready hello
  container_stop -t 60
  container_ended 0
  logged '^bye$'
}

# Names, types, owners, modes and targets of all that is in an image.
listing() # IMAGE
{
  local mounted
  mounted=$(podman image mount "$1") &&
    (cd "$mounted" && find . -printf '%P %y %U:%G %#m %l\n' | sort)
  podman image unmount "$1" >/dev/null
}

@test "the overlay changes nothing of what is there: /bin stays a link" {
  listing debian:bookworm >"$dir/before"
  listing debian >"$dir/after"
  grep -q '^bin l .* usr/bin$' "$dir/after"
  [ -z "$(comm -23 "$dir/before" "$dir/after")" ]
  comm -13 "$dir/before" "$dir/after" >"$dir/added"
  grep -q '^init f 0:0 0755 $' "$dir/added"
  run ! grep -v -E '^(init|command|command/[^/]*|usr/bin/(reeve|reeve-exec|with-contenv)) [fdl] 0:0 ' "$dir/added"
}
