# The example with one image and several roles: which services it has, how many workers, when its
# backup is due, and its console, are said by `podman run -e`.

load lib
load containers

setup_file()
{
  containers_setup_file
  roles_image
}
setup() { reeve_setup; containers_setup; }
teardown() { containers_teardown; reeve_teardown; }
teardown_file() { containers_teardown_file; }

# By its very Dockerfile; `plain` is a busybox.
roles_image()
{
  [ -z "$containers_lacking" ] || return 0
  mkdir -p "$store/example/build"
  cp "$overlay" "$store/example/build/reeve-overlay-amd64.tar.gz"
  cp -r "$BATS_TEST_DIRNAME/../servicedirs-example" "$store/example/"
  podman tag plain busybox
  build --format docker -t roles -f "$store/example/servicedirs-example/roles/Dockerfile" "$store/example"
}

roles() { container=$(podman run -d -v "$dir/share:/data" "$@" roles); }
# A counted instance is there for `wait --all` once the scanner has come to it.
states_are() { [ "$(states)" = "$1 " ]; }
states() { inside reeve status --json | jq -r '.[] | "\(.name) \(.state)"' | LC_ALL=C sort | tr '\n' ' '; }
all_ready() { inside reeve wait --timeout 60 ready --all; }
add() { inside sh -c 'echo "$0" >"/data/jobs/$0"' "$1"; }
page() { inside wget -q -O - http://127.0.0.1:8000/cgi-bin/jobs | grep -qx "$1"; }

@test "ROLE=all: a page, as many workers as are wanted, a backup that is due; a stop gives the job back" {
  roles -e WORKERS=3 --stop-timeout 60
  eventually 60 all_ready
  eventually 20 states_are "backup up console disabled setup done web up worker@1 up worker@2 up worker@3 up"
  inside reeve status --json backup | jq -e '.[0].due | test(":00.000Z$")'
  add first:0
  eventually 20 page 'done: first:0'
  inside wget -q -O - --post-data second:3600 http://127.0.0.1:8000/cgi-bin/jobs
  eventually 20 page 'taken: second:3600'
  inside reeve scale worker@ 1
  [ "$(states)" = "backup up console disabled setup done web up worker@1 up " ]
  eventually 20 page 'taken: second:3600' # by that one, if it was not already
  container_stop
  container_ended 0
  cat "$dir"/share/jobs/* | grep -x second:3600
  logged 'gives back'
}

@test "ROLE=web and ROLE=worker: the other's services are disabled, and the status says why" {
  roles -e ROLE=web
  eventually 60 all_ready
  eventually 20 states_are "backup up console disabled setup done web up worker@1 disabled worker@2 disabled"
  inside reeve status web backup
  podman rm -f --time 0 "$container" >/dev/null
  roles -e ROLE=worker
  eventually 60 all_ready
  eventually 20 states_are "backup disabled console disabled setup done web disabled worker@1 up worker@2 up"
  inside reeve status --json web | jq -e '.[0].reason | test("ROLE")'
}

@test "CONSOLE=1 on a terminal: a prompt, whose end is the container's" {
  mkfifo "$dir/keys"
  exec 7<>"$dir/keys"
  container=roles-$$
  start sh -c 'exec script -q -e -c "$1" /dev/null <"$2"' sh "podman run -it --name $container -v $dir/share:/data -e CONSOLE=1 -e WORKERS=1 roles" "$dir/keys"
  eventually 60 grep -q 'roles> ' "$dir/stdout"
  eventually 60 all_ready
  printf 'add third:0\nadd fourth:0\n' >&7
  eventually 20 exists_done third:0
  eventually 20 exists_done fourth:0
  echo 'scale 2' >&7
  eventually 20 inside reeve wait --timeout 1 ready worker@2
  echo quit >&7
  ended "$started" 0
}
exists_done() { grep -qx "$1" "$dir"/share/done/*; }
