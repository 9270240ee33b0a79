# Every command of reeve in a container: in an image without a shell, as a user, and before the first service.

load lib
load containers

looks=(status "status web" "status --json" "why web" tree "tree --json" "logs -n 3" graph "graph --dot" "graph --mermaid"
  blame critical-chain plot events metrics "env web" "exec web -- /command/reeve --version")

setup_file() { containers_setup_file busybox scratch && make_probe; }
setup() { reeve_setup; containers_setup; }
teardown() { containers_teardown; reeve_teardown; }
teardown_file() { containers_teardown_file; }

make_probe()
{
  [ -z "$containers_lacking" ] || return 0
  musl-gcc -Wall -Wextra -Werror -static -o "$store/probe" "$BATS_TEST_DIRNAME/container-probe.c"
}

verb() { timeout 20 podman exec "$container" reeve "$@" </dev/null; }

probe() # NAME
{
  mkdir "$scan/$1"
  cp "$store/probe" "$scan/$1/run"
}

works() # COMMAND CODE [WHAT IT SAYS]
{
  # shellcheck disable=SC2086
  run verb $1
  [ "$status" -eq "$2" ] && [[ $output == *"${3:-}"* ]] || { echo "# reeve $1: $status: $output"; return 1; }
}

every_verb_works()
{
  probe web
  probe db
  mkdir "$scan/web/dependencies.d"
  : >"$scan/web/dependencies.d/db"
  container_run "$@" scratch
  container_ready web
  works status 0 "web   up "
  works "status web" 0 "web is up"
  works "status --json" 0 '"name":"web","state":"up"'
  works "why web" 0 "web is up"
  works tree 0 "reeve-scan, 2 supervisors"
  [[ $output != *stray* ]]
  works "tree --json" 0 '"strays":['
  works top 1 "top needs a terminal"
  works logs 0 "web | probe: waiting"
  works graph 0 "web   up            db"
  works "graph --dot" 0 "n1 -> n0"
  works "graph --mermaid" 0 "n1 --> n0"
  works blame 0 "  web" # "by db" only if web came so early that it was held
  works critical-chain 0 "db @"
  works plot 0 "</svg>"
  works events 0 "web  up"
  works metrics 0 'reeve_service_up{service="web"} 1'
  works "exec web -- /command/reeve --version" 0 "reeve "
  works "env web" 0 "REEVE_SERVICE=web"
  works "kill HUP web" 0
  works "wait up web" 0
  works "restart web" 0
  works "reload web" 0
  works "stop web" 0
  works "start web" 0
  works "disable web" 0
  works "enable web" 0
  works "scale web@ 2" 1 "there is no template web@"
  works rescan 0
  works upgrade 0
  works check 0
  works "completion bash" 0 "complete -F"
  works "help status" 0 "usage: reeve status"
  works "shutdown 3" 0
  container_ended 3
}

@test "in an image without a shell" {
  every_verb_works
}

@test "in an image without a shell, as a user, with a root that is read only" {
  every_verb_works --user 4711:4711 --passwd=false --read-only
}

@test "while cont-init.d runs" {
  idle web
  mkdir "$dir/cont-init.d"
  mkfifo "$dir/share/go"
  in=$dir script "$dir/cont-init.d/10-slow" <<<'read -r _ </share/go'
  container_run -v "$dir/cont-init.d:/etc/cont-init.d:ro" busybox
  prepares() { verb status 2>&1 | grep -q 'being prepared by /etc/cont-init.d/10-slow'; }
  eventually 20 prepares
  for each in "${looks[@]}"; do works "$each" 1 "no service has been started yet: the container is being prepared by /etc/cont-init.d/10-slow"; done
  for each in "start web" "stop web" "restart web" "wait up web"; do works "--timeout 100ms $each" 99 ""; done
  echo >"$dir/share/go"
  container_ready web
}
