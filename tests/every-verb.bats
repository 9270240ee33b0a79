# Every command of reeve where it is hard: while everything stops, and where the tree's user sets traps for root.

load lib

user=54321
looks=(status "status web" "status --json" "why web" tree "tree --json" "logs -n 3" graph "graph --dot" "graph --mermaid"
  blame critical-chain plot events metrics "env web" "exec web -- true")
acts=("start web" "stop web" "restart web" "reload web" "kill HUP web" "wait up web" "wait down web" "disable web" "enable web"
  "scale web@ 2" rescan upgrade)

setup() { reeve_setup; }
teardown() { reeve_teardown; }

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
  freeze "$scanner" $supervisors
  for kind in fifo link folder hole; do
    while IFS= read -r file; do trap_of "$kind" "$file"; done \
      < <(find "$live" -type f ! -name lock ! -name '*.lock'; find "$live" -type p)
    for each in "${looks[@]}" "${acts[@]}"; do
      # shellcheck disable=SC2086
      run timeout 30 reeve --timeout 100ms $each
      [ "$status" -lt 124 ] && [[ $output != *"only for root"* ]] || { echo "# $kind: reeve $each: $status: $output"; return 1; }
    done
    [ "$(cat "$dir/secret")" = 'only for root' ]
    [ "$(stat -c '%U %a' "$dir/secret")" = 'root 600' ]
  done
  # shellcheck disable=SC2086
  kill -KILL "$scanner" $supervisors
}
