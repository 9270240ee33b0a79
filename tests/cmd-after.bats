# REEVE_CMD_AFTER: CMD starts when these services are ready.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

# Tells that it is ready when $dir/NAME.ready is there.
telling()
{
  service "$1" <<<"until [ -e \"\$dir/$1.ready\" ]; do sleep 0.02; done; echo >&3; exec sleep 1000000"
  setting "$1" notification-fd 3
}

# CMD, which says that it runs.
scanner_with_cmd() # REEVE_CMD_AFTER
{
  start env REEVE_CMD_AFTER="$1" reeve-scan -l "$live" "$scan" -- sh -c 'echo runs >>"$dir/cmd"; exec sleep 1000000'
  scanner=$started
}

cmd_runs() { [ -e "$dir/cmd" ]; }
cmd_field() # KEY VALUE
{
  [ "$(reeve status --json | jq -c ".[] | select(.name == \"CMD\") | .$1")" = "$2" ]
}

@test "CMD waits until the services are ready, also over an upgrade; status says for whom" {
  telling db
  telling web
  idle other
  scanner_with_cmd $'  db \t web\n db '
  up other
  eventually 10 cmd_field waits_for '["db","web"]'
  cmd_field state '"held"'
  run reeve status
  [ "$status" -eq 1 ]
  [[ $output == *'CMD    held '*'db (starting), web (starting)'* ]]
  [ "$(jq -r '.[] | select(.name == "CMD") | .pid' < <(reeve status --json || :))" = null ]
  reeve upgrade
  touch "$dir/web.ready"
  eventually 10 cmd_field waits_for '["db"]'
  run -1 cmd_runs
  touch "$dir/db.ready"
  eventually 10 cmd_runs
  eventually 10 cmd_field state '"up"'
  [ "$(lines "$dir/cmd")" -eq 1 ]
  reeve stop db # it follows the start alone
  cmd_field state '"up"'
  stop_scanner 0
}

@test "a stop while CMD waits ends the tree with 0, and CMD is not started" {
  telling db
  scanner_with_cmd db
  eventually 10 cmd_field waits_for '["db"]'
  stop_scanner 0
  run -1 cmd_runs
}

@test "a name that is no service's is named, and ends the tree with 100" {
  idle db
  idle web
  scanner_with_cmd 'db wbe'
  ended "$scanner" 100
  said "REEVE_CMD_AFTER: there is no service wbe in $scan; there are: .*web.*(write names of services, separated by spaces, or .all.)"
  run -1 cmd_runs
}

@test "where one can never be ready, everything ends with its code, or 1" {
  service db <<<'exit 7'
  setting db restart no
  setting db notification-fd 3
  idle web
  setting web dependencies.d/db ''
  scanner_with_cmd web
  ended "$scanner" 7
  said 'the command is to start after db (REEVE_CMD_AFTER), which has ended with 7 and does not come back: stopping everything'
  service db <<<'exit 0'
  scanner_with_cmd db
  ended "$scanner" 1
  run -1 cmd_runs
}

@test "but a CMD with a terminal is started then" {
  service db <<<'exit 7'
  setting db restart no
  setting db notification-fd 3
  cat >"$dir/on-terminal" <<'PYTHON'
import os, pty, sys
os.environ["REEVE_CMD_AFTER"] = "db"
pid, master = pty.fork()
if not pid: os.execvp(sys.argv[1], sys.argv[1:])
try:
    while text := os.read(master, 4096): os.write(1, text)
except OSError: pass
sys.exit(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
PYTHON
  start python3 "$dir/on-terminal" reeve-scan -l "$live" "$scan" -- sh -c 'echo runs >"$dir/cmd"; exit 5'
  ended "$started" 5
  cmd_runs
  grep -q 'starting it all the same, as it has a terminal' "$dir/stdout"
}

@test "all: whatever is to run; what is down, or has done its work, is not waited for" {
  telling db
  idle off
  setting off down ''
  service task <<<'exit 0'
  touch "$scan/task/flag-oneshot"
  service old-task <<<'exit 0'
  setting old-task restart on-failure
  idle disabled
  setting disabled enable-if NO_SUCH_VARIABLE
  idle stopped
  setting stopped notification-fd 3 # never ready
  scanner_with_cmd all
  eventually 10 cmd_field waits_for '["db","stopped"]'
  reeve stop stopped
  eventually 10 cmd_field waits_for '["db"]'
  run -1 cmd_runs
  touch "$dir/db.ready"
  eventually 10 cmd_runs
  stop_scanner 0
}

@test "no name, or that of a disabled service: CMD starts at once" {
  telling db
  scanner_with_cmd $' \t'
  eventually 10 cmd_runs
  stop_scanner 0
  rm "$dir/cmd"
  idle disabled
  setting disabled enable-if NO_SUCH_VARIABLE
  scanner_with_cmd disabled
  eventually 10 cmd_runs
  stop_scanner 0
}
