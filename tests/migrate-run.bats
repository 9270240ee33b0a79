# Wrapper scripts of the corpus, run before as they are and after as the tree that
# reeve-migrate makes of them: the same processes, and a stop that reaches all of them.
# Each in namespaces of its own, so that nothing of it is left behind.

load lib

setup()
{
  reeve_setup
  [ "$(id -u)" -eq 0 ] || skip "needs root: services run as other users"
  unshare -pm true 2>/dev/null || skip "no PID and mount namespaces here"
  migrate=$BATS_TEST_DIRNAME/migrate
  for_everyone
  make_ports
}
teardown() { reeve_teardown; }

make_ports()
{
  read -r WEB_PORT API_PORT DB_PORT < <(free_ports 3)
  export WEB_PORT API_PORT DB_PORT
}

# A fresh /srv, which the script finds as it would in its image.
make_srv()
{
  rm -rf "$dir/srv"
  cp -r "$migrate/srv" "$dir/srv"
  mkdir "$dir/srv/log" "$dir/srv/state"
  : >"$dir/srv/stops"
  chmod -R a+rX "$dir/srv"
  chmod 777 "$dir/srv/log" "$dir/srv/state"
  chmod 666 "$dir/srv/stops"
}

# shellcheck disable=SC2016 # expanded in the namespace
inside='mount --bind "$0/srv" /srv && mount -t tmpfs -o mode=755 tmpfs /run || exit
if [ -d "$0/etc" ]; then mount --bind /etc/alternatives "$0/etc/alternatives" && mount --rbind "$0/etc" /etc || exit; fi
cd /srv && exec "$@"'

contained() # COMMAND... ; in the background, as PID 1; $outer: unshare's pid
{
  start env -i PATH="/usr/sbin:/usr/bin:/sbin:/bin:$dir/bin" HOME=/root LANG=C.UTF-8 \
    WEB_PORT="$WEB_PORT" API_PORT="$API_PORT" DB_PORT="$DB_PORT" WITH_API=yes REEVE_STOP_TIMEOUT=100000 \
    unshare -pmif --kill-child --mount-proc sh -c "$inside" "$dir" "$@"
  outer=$started
  eventually 20 has_pid_1
}

has_pid_1()
{
  first=$(tr -d ' ' <"/proc/$outer/task/$outer/children")
  [ -n "$first" ]
}

look() # FILE ; what runs now
{
  nsenter -t "$first" -m -p "$migrate/processes" "$entry/processes" >"$1" 2>"$dir/wrong"
}

# As it is twice in a row: nothing is on its way to something else.
settled() # FILE
{
  look "$1" && sleep 0.1 && look "$1.again" && cmp -s "$1" "$1.again"
}

eventually_settled() # FILE
{
  within 60 settled "$1" && return
  sed 's/^/# /' "$dir/wrong" "$1"
  tail -n 20 "$dir/stderr" | sed 's/^/# stderr: /'
  return 1
}

shell_of() # SCRIPT
{
  if head -n 1 "$1" | grep -q '^#!.*bash'; then echo bash; else echo sh; fi
}

named() # KEYWORD ; what the lines of the entry's processes with it name
{
  sed -n "s/^$1 //p" "$entry/processes"
}

# CMD, as the image's entry point gets it.
command_of() # DOCKERFILE
{
  command=()
  [ ! -f "$1" ] || mapfile -t command < <(sed -n 's/^CMD //p' "$1" | jq -r '.[]')
}

have() # KEYWORD
{
  local name
  for name in $(named "$1"); do
    [ -e "$dir/srv/$name" ] || { echo "# there is no /srv/$name"; return 1; }
  done
}

before()
{
  make_srv
  command_of "$entry/Dockerfile"
  cp "$entry/input" "$dir/input" # where any user may read it
  contained "$(shell_of "$entry/input")" "$dir/input" "${command[@]}"
  eventually_settled "$dir/before"
  eventually 20 have file
  kill -KILL "$first"
  eventually 20 gone "$outer"
  rm -f "$dir/stderr"
}

translate()
{
  local options=()
  [ ! -f "$entry/Dockerfile" ] || options=(--dockerfile "$entry/Dockerfile")
  mkdir -p "$dir/etc/alternatives"
  cp -a /etc/{passwd,group,nsswitch.conf,ld.so.cache} "$dir/etc"
  reeve-migrate "$entry/input" -o "$dir/etc/services.d" "${options[@]}" >"$dir/report"
  mkdir -p "$dir/etc/services.d" "$dir/etc/cont-init.d"
  chmod -R a+rX "$dir/etc"
}

after()
{
  make_srv
  contained reeve-init
  # What needs such a file is started again and again until it is there.
  eventually 60 have file
  eventually_settled "$dir/after"
}

same()
{
  diff -u "$dir/before" "$dir/after" >"$dir/differences" || {
    sed 's/^/# /' "$dir/differences"
    return 1
  }
}

all_end_by_themselves()
{
  local name
  kill -TERM "$first"
  ended "$outer" 0 || { sed 's/^/# stderr: /' "$dir/stderr"; return 1; }
  if said 'kill'; then sed 's/^/# stderr: /' "$dir/stderr"; return 1; fi
  "$migrate/processes" --stops "$dir/srv/stops" "$entry/processes" 2>&1
  have made
  for name in $(named gone); do
    [ ! -e "$dir/srv/$name" ] || { echo "# /srv/$name is still there"; return 1; }
  done
}

compare() # ENTRY
{
  local need
  entry=$migrate/corpus/$1
  for need in $(named needs); do [ -e "$need" ] || skip "there is no $need here"; done
  before
  translate
  after
  same
  all_end_by_themselves
}

@test "two in the background, wait -n" { compare 85-run-wait-n; }
@test "Python's own web server, and the last command with exec" { compare 86-run-http-server; }
@test "exports between starts, umask, cd, ulimit" { compare 87-run-exports; }
@test "a server that is waited for, a migration, and what needs it" { compare 88-run-migrate; }
@test "setpriv with names and numbers" { compare 89-run-setpriv; }
@test "su -c and runuser" { compare 90-run-su; }
@test "a trap that sends other signals" { compare 91-run-trap; }
@test "functions with arguments" { compare 92-run-functions; }
@test "subshells, groups, redirections" { compare 93-run-redirections; }
@test "a pipeline with tee" { compare 94-run-tee; }
@test "conditions around starts, true and false" { compare 95-run-conditions; }
@test "the image's CMD, and a file that is sourced" { compare 96-run-exec-args; }
@test "a loop that does work" { compare 97-run-work-loop; }
@test "PostgreSQL: initialised, waited for, used, stopped properly" { compare 98-run-postgres; }
@test "sleep infinity at the end" { compare 99-run-sleep-infinity; }
@test "nohup, setsid, disown, and a loop that polls" { compare 100-run-nohup-setsid; }
@test "quoting, arrays, expansions" { compare 101-run-quoting; }
@test "here-documents" { compare 102-run-here-document; }
@test "a request that is repeated until it succeeds, a bare sleep" { compare 103-run-curl-wait; }
@test "a relative path, wait for two" { compare 104-run-wait-pids; }
@test "a loop that starts several" { compare 105-run-for-loop; }
@test "tries that set a variable, which is asked behind them" { compare 170-run-tries-and-verdict; }
@test "a line in a log" { compare 171-run-line-in-log; }
@test "functions that wait, with arguments" { compare 172-run-waiting-function; }
@test "a task that fails, a service that is not wanted" { compare 173-run-task-that-fails; }
@test "fg %1 at the end" { compare 289-run-fg; }
@test "cd that lasts, behind && and in front of it" { compare 290-run-cd-lasts; }
@test "arguments that the script makes of CMD" { compare 291-run-set-arguments; }
@test "a loop that watches through functions" { compare 292-run-watch-functions; }
@test "conditions about the environment" { compare 293-run-enable-if; }
@test "loops over a count" { compare 294-run-count; }
@test "a loop in a subshell in the background" { compare 295-run-loop-in-subshell; }
@test "a trap that ends one before the other, by other signals" { compare 296-run-order-of-trap; }
@test "an array in for, a server for a while, tasks that may fail" { compare 361-run-arrays-and-tasks; }
@test "pids in files" { compare 297-run-pid-files; }
@test "a file that is sourced with set -a" { compare 298-run-env-file-and-secret; }
@test "a task at the end that must succeed" { compare 299-run-last-task-must-succeed; }
@test "setup in a function, and in a branch" { compare 300-run-branches-and-setup; }
@test "a loop in a loop" { compare 301-run-known-loop; }
@test "one program or else another" { compare 302-run-alternatives; }
@test "a group with redirections, a pipeline with a filter" { compare 303-run-logger-group; }
@test "loops that restart, with a pause, a number, an end" { compare 460-run-restart-loops; }
@test "what is set behind a task" { compare 461-run-set-behind-tasks; }
@test "eval, variables, and searches" { compare 462-run-eval-and-variables; }
@test "loops in the background that can end" { compare 463-run-loops-that-end; }
@test "an array of directories, wait for two" { compare 464-run-wait-for-two; }
@test "pids behind branches, with signals" { compare 465-run-pids-behind-branches; }
@test "outputs of groups and loops, a descriptor of the script" { compare 466-run-output-of-groups; }
@test "the keys of an array" { compare 467-run-keys-of-an-array; }
@test "a task with an exit code" { compare 468-run-task-with-a-code; }
@test "a case that goes on" { compare 469-run-case-that-goes-on; }
@test "functions, with what a file sets" { compare 470-run-functions-of-a-file; }
@test "a script that starts itself again as another user" { compare 490-run-again-as-user; }
@test "what the setup computes once, and changes then" { compare 530-run-computed-once-and-changed; }
