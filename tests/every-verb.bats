# Every command of reeve, where it is hard: in an image without a shell, as another user, before the first
# service, while everything stops, and where the tree's user sets traps for root.

load lib
load containers

user=54321
looks=(status "status web" "status --json" "why web" tree "tree --json" "logs -n 3" graph "graph --dot" "graph --mermaid"
  blame critical-chain plot events metrics "env web" "exec web -- /command/reeve --version")
acts=("start web" "stop web" "restart web" "reload web" "kill HUP web" "wait up web" "wait down web" "disable web" "enable web"
  "scale web@ 2" rescan upgrade)

setup_file() { containers_setup_file busybox scratch && musl-gcc -Wall -Wextra -Werror -static -o "$store/probe" "$BATS_TEST_DIRNAME/container-probe.c"; }
setup() { reeve_setup; }
teardown() { containers_teardown; reeve_teardown; }
teardown_file() { containers_teardown_file; }

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
  containers_setup
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
  works blame 0 "by db"
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
  containers_setup
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

@test "while everything stops" {
  idle web
  finish web <<<"touch '$dir/finishes'; read -r _ <'$dir/go'"
  setting web timeout-finish 0
  mkfifo "$dir/go"
  scanner
  up web
  kill -TERM "$scanner"
  eventually 10 test -e "$dir/finishes"
  export REEVE_LIVE=$live
  for each in "start web" "restart web" "try web"; do
    # shellcheck disable=SC2086
    run -1 timeout 20 reeve $each
    [[ $output == *"web is not started any more: everything is being stopped" ]] || { echo "# reeve $each: $output"; return 1; }
  done
  for each in "reload web" "kill HUP web"; do
    # shellcheck disable=SC2086
    run -1 timeout 20 reeve $each
    [[ $output == *"web is not up"* ]]
  done
  for each in status tree graph plot events metrics "why web"; do
    # shellcheck disable=SC2086
    timeout 20 reeve $each >/dev/null || { echo "# reeve $each: $?"; return 1; }
  done
  run -99 timeout 20 reeve stop web --timeout 100ms
  reeve wait down web
  echo >"$dir/go"
  ended "$scanner" 0
}

# What root opens is never what the tree's user has put in the place of one of Reeve's files.
trap_of() # KIND PATH
{
  rm -rf "$2"
  case $1 in
    fifo) mkfifo "$2" ;;
    link) ln -s "$dir/secret" "$2" ;;
    folder) mkdir "$2" ;;
    hole) truncate -s 1T "$2" ;;
  esac
  chown -h "$user" "$2"
}

@test "a tree whose user sets traps for root: nothing hangs, nothing of root's is shown or changed" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  local kind file
  for_everyone
  mkdir "$live"
  chown "$user" "$live" "$scan"
  echo 'only for root' >"$dir/secret"
  chmod 600 "$dir/secret"
  idle web
  export REEVE_LIVE=$live
  start setpriv --reuid "$user" --regid "$user" --clear-groups reeve-scan -L lines -l "$live" "$scan"
  scanner=$started
  eventually 10 scanner_ready
  up web
  supervisors=$(cat "/proc/$scanner/task/$scanner/children")
  # shellcheck disable=SC2086
  kill -STOP "$scanner" $supervisors
  for kind in fifo link folder hole; do
    while IFS= read -r file; do trap_of "$kind" "$file"; done \
      < <(find "$live" -type f ! -name lock ! -name '*.lock'; find "$live" -type p)
    for each in "${looks[@]}" "${acts[@]}"; do
      # shellcheck disable=SC2086
      run timeout 10 reeve --timeout 100ms $each
      [ "$status" -lt 124 ] && [[ $output != *"only for root"* ]] || { echo "# $kind: reeve $each: $status: $output"; return 1; }
    done
    [ "$(cat "$dir/secret")" = 'only for root' ]
    [ "$(stat -c '%U %a' "$dir/secret")" = 'root 600' ]
  done
  # shellcheck disable=SC2086
  kill -KILL "$scanner" $supervisors
}
