# What the bats files that run containers share, beside lib.bash. Storage, images
# and containers are this bats file's own and go with it; only the root filesystems
# of container-root.bash are kept.
#
# A bats file:   setup_file()    { containers_setup_file IMAGE...; }
#                setup()         { reeve_setup; containers_setup; }
#                teardown()      { containers_teardown; reeve_teardown; }
#                teardown_file() { containers_teardown_file; }
#
# Images, each with the overlay and ENTRYPOINT ["/init"]:
#   busybox   busybox-static, nothing else
#   musl      that, and musl's loader: programs linked with it run, glibc is absent
#   scratch   no file but the overlay's
#   debian    Debian's minbase
#   web       that, with nginx, php-fpm and apache2
# The folder $scan, made by `service NAME`, is /etc/services.d; $dir/share is
# /share, for any user to write.
#
#   container_run [OPTION...] IMAGE [CMD...]   starts one; $container: its id
#   inside COMMAND...           podman exec in it
#   container_ready NAME...     waits until these services are ready
#   container_stop [OPTION...]  podman stop; $took_ms: how long that took
#   container_ended CODE        waits for its end; no process is left; the exit code
#   logs, logged PATTERN, logs_say PATTERN
# shellcheck shell=bash

overlay=${REEVE_OVERLAY:-$BATS_TEST_DIRNAME/../build/reeve-overlay-amd64.tar.gz}

# The lower of what is wanted and what the machine's hard limit allows.
limit() # FLAG WANTED
{
  local hard
  hard=$(ulimit -H "$1")
  if [ "$hard" = unlimited ] || [ "$hard" -gt "$2" ]; then hard=$2; fi
  echo "$hard:$hard"
}

containers_setup_file() # IMAGE...
{
  local image
  export containers_lacking='' store=$BATS_FILE_TMPDIR/containers
  # The probe is for the machine's kernel: healthchecks are started by the tests, not by systemd.
  export DISABLE_HC_SYSTEMD=true
  export CONTAINERS_CONF=$store/containers.conf CONTAINERS_STORAGE_CONF=$store/storage.conf
  mkdir "$store"
  # In memory where that can be had: each image and container is a whole copy.
  mount -t tmpfs -o mode=700,size=25% reeve-test "$store" 2>/dev/null || :
  cat >"$CONTAINERS_CONF" <<CONF
[containers]
netns = "none"
log_driver = "k8s-file"
default_ulimits = ["nofile=$(limit -n 20000)", "nproc=$(limit -u 30000)"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "$store/tmp"
CONF
  cat >"$CONTAINERS_STORAGE_CONF" <<CONF
[storage]
driver = "vfs"
graphroot = "$store/graph"
runroot = "$store/run"
CONF
  [ "$(id -u)" -eq 0 ] || { containers_lacking="needs root: runc makes namespaces and mounts"; return 0; }
  type -P podman runc debootstrap busybox musl-gcc >"$store/programs" ||
    { echo "# podman, runc, debootstrap, busybox or musl-gcc is missing: ./configure --install-deps=test"; return 1; }
  plain_image || return 1
  podman run --rm plain true >"$store/trial" 2>&1 ||
    { containers_lacking="this machine runs no containers: $(tail -n 1 "$store/trial")"; return 0; }
  [ -s "$overlay" ] || make -C "$BATS_TEST_DIRNAME/.." overlay >"$store/make" 2>&1 ||
    { echo "# no overlay: make overlay"; tail -n 20 "$store/make"; return 1; }
  for image; do with_overlay "$image" "$("image_$image")" || return 1; done
}

containers_teardown_file()
{
  local mount
  if type -P podman >/dev/null; then podman rm --all --force --time 0 >/dev/null 2>&1 || :; fi
  awk -v below="$store/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | while read -r mount; do
    umount "$mount" || :
  done
  umount "$store" 2>/dev/null || :
  rm -rf "$store"
}

busybox_root() # FOLDER
{
  mkdir -p "$1"/{bin,etc,srv} && mkdir -m 1777 "$1/tmp" && cp "$(type -P busybox)" "$1/bin/busybox" &&
    echo 'root:x:0:0:root:/:/bin/sh' >"$1/etc/passwd" && "$1/bin/busybox" --install -s "$1/bin" &&
    find "$1/bin" -type l -exec ln -sf busybox {} \;
}

# Each of these makes a base and prints how Dockerfiles name it.
plain_image()
{
  busybox_root "$store/plain" && tar -C "$store/plain" -cf "$store/plain.tar" . &&
    podman import -q "$store/plain.tar" plain >/dev/null
}

image_busybox() { echo plain; }
image_scratch() { echo scratch; }

image_musl()
{
  cp -a "$store/plain" "$store/musl" && mkdir "$store/musl/lib" &&
    cp -L /lib/ld-musl-x86_64.so.1 "$store/musl/lib/" &&
    tar -C "$store/musl" -cf "$store/musl.tar" . && podman import -q "$store/musl.tar" plain-musl >/dev/null &&
    echo plain-musl
}

image_debian()
{
  local root
  root=$(bash "$BATS_TEST_DIRNAME/container-root.bash" debian) &&
    podman import -q "$root" debian:bookworm >/dev/null && echo debian:bookworm
}

image_web()
{
  local root
  root=$(bash "$BATS_TEST_DIRNAME/container-root.bash" web) && podman import -q "$root" debian-web >/dev/null && echo debian-web
}

# By the example's very Dockerfile. What that installs is in the base already, as no network is
# in a container here.
example_image() # NAME
{
  local root
  [ -z "$containers_lacking" ] || return 0
  root=$(bash "$BATS_TEST_DIRNAME/container-root.bash" "$1") &&
    podman import -q "$root" debian:bookworm >/dev/null &&
    mkdir -p "$store/example/build" &&
    cp "$overlay" "$store/example/build/reeve-overlay-amd64.tar.gz" &&
    cp -r "$BATS_TEST_DIRNAME/../servicedirs-example" "$store/example/" &&
    build --format docker -t "$1" -f "$store/example/servicedirs-example/$1/Dockerfile" "$store/example" &&
    podman rmi --force debian:bookworm >/dev/null
}

with_overlay() # NAME BASE
{
  mkdir -p "$store/context" && cp "$overlay" "$store/context/reeve-overlay-amd64.tar.gz" &&
    cat >"$store/context/Dockerfile" <<DOCKERFILE &&
FROM $2
ADD reeve-overlay-amd64.tar.gz /
ENTRYPOINT ["/init"]
DOCKERFILE
    build -t "$1" "$store/context"
}

# One layer, and no network.
build() # [OPTION...] CONTEXT
{
  podman build --quiet --pull=never --network none --layers=false "$@" >"$store/build" 2>&1 ||
    { sed 's/^/# /' "$store/build"; return 1; }
}

containers_setup()
{
  [ -z "$containers_lacking" ] || skip "$containers_lacking"
  container=
  # shellcheck disable=SC2154 # lib.bash's
  mkdir "$dir/share"
  # shellcheck disable=SC2154
  chmod 755 "$dir" "$scan"
  chmod 777 "$dir/share"
}

containers_teardown()
{
  [ -z "$containers_lacking" ] || return 0
  if [ -z "${BATS_TEST_COMPLETED-}" ] && [ -n "$container" ]; then logs | sed 's/^/# log: /' | tail -n 30; fi
  podman rm --all --force --time 0 >/dev/null 2>&1 || :
}

run_options() { mounts=(-v "$scan:/etc/services.d:ro" -v "$dir/share:/share"); }

container_run() # [OPTION...] IMAGE [CMD...]
{
  local mounts
  run_options
  container=$(podman run -d "${mounts[@]}" "$@")
}

# For what ends by itself: its output in $dir/stdout and $dir/stderr; returns its exit code.
container_whole() # [OPTION...] IMAGE [CMD...]
{
  local mounts
  run_options
  podman run "${mounts[@]}" "$@" >"$dir/stdout" 2>"$dir/stderr"
}

inside() { podman exec "$container" "$@"; }
inspect() { podman container inspect --format "{{$1}}" "$container"; }
inspect_time() { inspect "$1.Format \"2006-01-02T15:04:05.999999999Z07:00\""; }
# And a shell has set its traps, as in lib's `up`.
container_ready() # NAME...
{
  local name
  eventually 30 inside reeve wait --timeout 10s ready "$@" || return 1
  for name; do
    if grep -qs 'trap .*TERM' "${in:-$scan}/$name/run"; then within 5 container_traps_term "$name" || :; fi
  done
}
container_traps_term() # NAME
{
  local json pid process
  json=$(inside reeve status --json "$1")
  [[ $json =~ \"pid\":([0-9]+) ]] || return 1
  pid=${BASH_REMATCH[1]}
  for process in $(container_processes); do
    if grep -qs "^NSpid:.*[[:space:]]$pid\$" "/proc/$process/status"; then process_traps_term "$process" && return; fi
  done
  return 1
}
running() { [ "$(inspect .State.Status)" = running ]; }
exited() { [ "$(inspect .State.Status)" = exited ]; }

# Those in its control group, wherever else they may have gone.
container_processes() { grep -l -s -- "$container" /proc/[0-9]*/cgroup | cut -d / -f 3; }
no_process() { [ -z "$(container_processes)" ]; }

container_stop() # [OPTION...]
{
  local began
  began=$(date +%s%N)
  podman stop "$@" "$container" >/dev/null
  # shellcheck disable=SC2034 # for the tests
  took_ms=$((($(date +%s%N) - began) / 1000000))
}

container_ended() # CODE
{
  local code
  code=$(podman wait --interval 50ms "$container") || return 1
  eventually 10 no_process || return 1
  [ "$code" = "$1" ] || { echo "# exit code $code, not $1"; return 1; }
}

# When it ended, less when FILE was last written to, in milliseconds.
ended_after_ms() # FILE
{
  echo $((($(date -d "$(inspect_time .State.FinishedAt)" +%s%N) - $(date -d "$(stat -c %y "$1")" +%s%N)) / 1000000))
}

logs() { podman logs "$container" 2>&1; }
logged() { logs | grep -q -- "$1"; }
logs_say() { eventually "${2:-20}" logged "$1"; }
exists() { [ -e "$1" ]; }
share_is() { [ "$(cat "$dir/share/$1")" = "$2" ]; }
