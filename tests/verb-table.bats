# Every command of `reeve help`, in a table: as the tree's user, as another user, with 1,000 services, and as
# root where the tree's user has put traps in the place of directories and of its services' files.

load lib

user=54321
stranger=54322

setup()
{
  reeve_setup
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  for_everyone
  mkdir "$live" "$dir/own"
}
teardown() { reeve_teardown; }

as() { setpriv --reuid="$1" --regid="$1" --clear-groups "${@:2}"; }

# COMMAND | the tree's user: exit code, what it says | another user: exit code, what it says.
# What it says is a regular expression; of both outputs.
only="only the scanner's user and root may"
table()
{
  cat <<TABLE
status             |0  |web +up                             |0  |web +up
status --json      |0  |"name":"web","state":"up"           |0  |"name":"web","state":"up"
why web            |0  |web is up for                       |0  |web is up for
tree               |0  |reeve-scan, [0-9]+ supervisors      |0  |reeve-scan, [0-9]+ supervisors
tree --json        |0  |"services":                         |0  |"services":
top                |1  |top needs a terminal: use reeve     |1  |top needs a terminal: use reeve
logs               |0  |web . hello                         |1  |unable to read any log: Permission denied .only their owners and root may
logs web           |0  |hello                               |1  |log of web: Permission denied .only its owner and root may
graph              |0  |web +up +db                         |0  |web +up +db
graph --dot        |0  |digraph                             |0  |digraph
graph --mermaid    |0  |n. --> n.                          |0  |n. --> n.
blame              |0  |web                                 |0  |web
critical-chain     |0  |@                                   |0  |@
plot               |0  |</svg>                              |0  |</svg>
events             |0  |web +up                             |0  |web +up
events --json      |0  |"service":"web"                     |0  |"service":"web"
metrics            |0  |# EOF                               |0  |# EOF
exec web -- id -u  |0  |^$user                              |111|become the user of web .only root may.: Operation not permitted
env web            |0  |REEVE_SERVICE=web                   |111|only its own user and root may
try brief          |0  |brief has ended.*exit 0             |111|only its own user and root may
kill USR1 web      |0  |                                    |111|$only.: Permission denied
reload web         |0  |                                    |111|$only.: Permission denied
wait up web        |0  |                                    |0  |
stop web           |0  |                                    |111|$only.: Permission denied
start web          |0  |                                    |111|$only.: Permission denied
restart web        |0  |                                    |111|$only.: Permission denied
disable web        |0  |web goes on                         |111|$only.: Permission denied
enable web         |0  |                                    |111|$only.: Permission denied
scale t@ 2         |0  |t@ has 2 instances: 1 more          |111|$only.: Permission denied
rescan             |0  |                                    |111|$only.: Permission denied
upgrade            |0  |                                    |111|$only.: Permission denied
check $scan        |0  |                                    |0  |
new $dir/own/n -- x|0  |made $dir/own/n/run                 |111|make the directory $dir/own/n: Permission denied
help status        |0  |usage: reeve status                 |0  |usage: reeve status
completion bash    |0  |complete -F _reeve                  |0  |complete -F _reeve
shutdown 3         |0  |                                    |111|$only.: Permission denied
TABLE
}

# The tree: web, which needs db; a task; a template.
make_tree()
{
  service web <<<'trap : HUP USR1
trap "exit 0" TERM
echo hello
while :; do sleep 0.05; done'
  idle db
  setting web dependencies.d/db ''
  : >"$scan/web/dependencies.d/db"
  service brief <<<'exit 0'
  : >"$scan/brief/down"
  setting brief restart no
  idle t@
  setting t@ count 1
  chown -R "$user" "$scan" "$live" "$dir/own"
  export REEVE_LIVE=$live
}

start_tree() # [OPTION...]
{
  start as "$user" reeve-scan -l "$live" "$@" "$scan"
  scanner=$started
  eventually 10 scanner_ready
  up web
  up t@1
  eventually 10 grep -qs hello "$live"/web/supervise/kept
}

try_table() # USER COLUMN-OF-THE-CODE
{
  local line fields
  while IFS= read -r line; do
    IFS='|' read -ra fields <<<"$line"
    shopt -s extglob
    fields=("${fields[@]%%+( )}")
    # shellcheck disable=SC2086
    run timeout 60 setpriv --reuid="$1" --regid="$1" --clear-groups reeve ${fields[0]} </dev/null
    [ "$status" -eq "${fields[$2]}" ] && [[ $output =~ ${fields[$2 + 1]:-} ]] && [[ $output != *[Ss]egmentation* ]] ||
      { echo "# reeve ${fields[0]}: $status: $output"; return 1; }
  done < <(table)
}

@test "the table has every command" {
  reeve help | sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p' | sort >"$dir/commands"
  grep -qx completion "$dir/commands"
  table | sed 's/[ |].*//' | sort -u >"$dir/table"
  diff "$dir/commands" "$dir/table"
}

@test "each command works for the tree's user" {
  make_tree
  start_tree -L lines
  try_table "$user" 1
  ended "$scanner" 3
}

@test "another user may look; each command is refused, and says who may" {
  make_tree
  start_tree -L lines
  try_table "$stranger" 3
  field web state up
  [ ! -e "$dir/own/n" ]
  [ ! -e "$scan/web/down" ]
}

@test "of 1,000 services each looking command shows all" {
  mkdir "$dir/service"
  printf '#!/bin/sh\nexec sleep 1000000\n' >"$dir/service/run"
  chmod 755 "$dir/service/run"
  for i in {0001..1000}; do ln -s ../service "$scan/s$i"; done
  chown -h "$user" "$live"
  start as "$user" reeve-scan -l "$live" "$scan"
  scanner=$started
  eventually 10 scanner_ready
  export REEVE_LIVE=$live
  reeve wait --timeout 60s up --all
  shown() # NUMBER PATTERN COMMAND...
  {
    reeve "${@:3}" >"$dir/shown"
    [ "$(grep -c -E -- "$2" "$dir/shown")" -eq "$1" ] || { echo "# reeve ${*:3}: $(wc -l <"$dir/shown") lines"; head -n 3 "$dir/shown"; return 1; }
  }
  shown 1000 '^s[0-9]{4} +up ' status
  shown 1000 '"name":"s[0-9]{4}","state":"up"' status --json
  shown 1000 '^s[0-9]{4} ' tree
  shown 1000 '"name":"s[0-9]{4}"' tree --json
  shown 1000 '^s[0-9]{4} +up' graph
  shown 1000 'label="s[0-9]{4}' graph --dot
  shown 1000 ' s[0-9]{4} ' blame
  shown 1000 's[0-9]{4}' events
  shown 1000 '^reeve_service_up\{service="s[0-9]{4}"\} 1' metrics
  shown 1000 '^s[0-9]{4}$' completion words -- status s
  reeve plot >"$dir/shown"
  [ "$(grep -o 's[0-9]\{4\}' "$dir/shown" | sort -u | wc -l)" -eq 1000 ]
  reeve critical-chain | grep -q '@'
  reeve kill CONT --all
  reeve shutdown
  ended "$scanner" 0
}

# What root has and the tree's user may not have. Nothing in it may be shown, changed or used.
private()
{
  mkdir -p "$dir/private"/{supervise,event,log,web}
  mkfifo "$dir/private/control" "$dir/private/supervise/control"
  echo 'only for root' | tee "$dir/private/run" "$dir/private/down" "$dir/private/count" "$dir/private/supervise/status" >"$dir/private/state"
  chmod -R go= "$dir/private"
}
private_now() { find "$dir/private" -printf '%p %U %m %s %T@ %C@\n' | sort; }

trap_in_place() # KIND PATH
{
  case $1 in
    link) ln -s "$dir/private" "$2" ;;
    file) ln -s "$dir/private/state" "$2" ;;
    fifo) mkfifo "$2" ;;
    hole) truncate -s 1T "$2" ;;
  esac
  chown -h "$user" "$2"
}

try_traps() # PATH KIND...
{
  local kind verb
  mv "$1" "$dir/aside"
  for kind in "${@:2}"; do
    trap_in_place "$kind" "$1"
    for verb in status "why web" tree logs graph blame plot events metrics "env web" "exec web -- true" \
      "reload web" "disable web" "enable web" rescan "start web" "stop web" "restart web" "kill USR1 web" "wait down web" "scale t@ 2" upgrade shutdown; do
      case $verb in
        start* | stop* | restart* | reload* | kill* | wait* | scale* | upgrade | shutdown) verb="--timeout 10ms $verb" ;;
      esac
      # shellcheck disable=SC2086
      timeout 20 reeve $verb </dev/null >"$dir/shown" 2>&1 && status=0 || status=$?
      [ "$status" -lt 124 ] && ! grep -q 'only for root' "$dir/shown" ||
        { echo "# $kind for $1: reeve $verb: $status"; head -n 5 "$dir/shown"; return 1; }
    done
    rm "$1"
  done
  mv "$dir/aside" "$1"
}

@test "traps in the place of directories and of the services' own files: root's commands come to an end, and touch nothing of root's" {
  local before each status=0
  private
  make_tree
  in=$scan/web service log <<<"exec reeve-log '$dir/own/log'"
  start as "$user" reeve-scan -l "$live" "$scan"
  scanner=$started
  eventually 10 scanner_ready
  up web
  eventually 10 test -s "$dir/own/log/current"
  frozen="$scanner $(cat "/proc/$scanner/task/$scanner/children")"
  # shellcheck disable=SC2086
  freeze $frozen
  before=$(private_now)
  # One at a time: below a directory that is replaced, nothing else is found.
  for each in web web/supervise web/event .s6-svscan; do try_traps "$live/$each" link fifo; done
  for each in web web/dependencies.d t@; do try_traps "$scan/$each" link fifo; done
  for each in "$scan/t@/count" "$dir/own/log/current"; do try_traps "$each" file fifo hole; done
  [ "$(private_now)" = "$before" ] || { diff <(echo "$before") <(private_now); return 1; }
  # shellcheck disable=SC2086
  kill -KILL $frozen
}
