# undo: what takes back the work of a task, at a stop.
load lib
load tasking
load survival

setup() { tasks_setup; }
teardown() { survival_teardown; }

@test "undo runs at a stop of the tree, after all that depends on it, if the task was done" {
  noting db
  task createdb <<<''
  undo createdb <<<'printf "%s " "$@" >"$dir/arguments"; [ ! -t 0 ] && [ "$(pwd -P)" = "$(cd -P "$live/createdb" && pwd -P)" ]'
  needs createdb db
  noting web
  needs web createdb
  task never <<<'exit 1'
  undo never <<<''
  scanner
  ready_soon web
  failed never
  stop_scanner 0
  eventually 10 test -e "$dir/order"
  [ "$(grep -v never "$dir/order" | tr '\n' ',')" = 'db starts,createdb runs,web starts,web ends,createdb undone,db ends,' ]
  run -1 grep 'never undone' "$dir/order"
  [[ $(<"$dir/arguments") =~ ^'0 0 createdb '[0-9]+' '$ ]]
  run -1 said 'undo has failed'
}

@test "undo runs at a stop by name, and after it the task is not done" {
  task createdb <<<''
  undo createdb <<<'until [ -e "$dir/undo.go" ]; do sleep 0.02; done'
  noting web
  needs web createdb
  scanner
  ready_soon web
  start reeve stop createdb
  stopping=$started
  noted 'createdb runs,web starts,web ends,createdb undone,'
  eventually 10 field createdb state finishing
  field createdb ready false
  alive "$stopping"
  : >"$dir/undo.go"
  ended "$stopping"
  field createdb state down
  held web
  field web reason 'createdb (down)'
  reeve stop createdb # nothing to undo any more
  reeve start createdb
  reeve wait ready web
  noted 'createdb runs,web starts,web ends,createdb undone,createdb runs,web starts,'
}

@test "s6-svc -d undoes a done task, and -O does not; without an undo it is just not done any more" {
  task one <<<''
  undo one <<<''
  task two <<<''
  scanner
  done_soon one
  done_soon two
  s6-svc -O "$live/one"
  s6-svc -O "$live/two"
  s6-svc -d "$live/two"
  eventually 10 field two state down
  field one state 'done'
  s6-svc -d "$live/one"
  eventually 10 field one state down
  [ "$(grep -c 'one undone' "$dir/order")" -eq 1 ]
}

@test "an undo that fails is named, and stop says so; one that hangs is killed after timeout-finish" {
  task bad <<<''
  undo bad <<<'exit 7'
  task hangs <<<''
  undo hangs <<<'exec sleep 1000000'
  setting hangs timeout-finish 200
  scanner
  done_soon bad
  done_soon hangs
  run reeve stop bad
  [ "$status" -eq 1 ]
  [[ $output == *'the undo of bad has failed: exit 7'* ]]
  said './undo has failed: it has exited 7'
  field bad state down
  field bad reason 'its undo has failed: exit 7'
  run reeve stop hangs
  [ "$status" -eq 1 ]
  [[ $output == *'the undo of hangs has failed: SIGKILL'* ]]
  said './undo has not ended within timeout-finish; killing it'
  reeve stop bad
}

@test "a task that is stopped while it runs is not done, and is not undone" {
  slow_task migrate
  undo migrate <<<''
  scanner
  eventually 10 field migrate state starting
  noted 'migrate runs,'
  reeve stop migrate
  field migrate state down
  noted 'migrate runs,'
}

@test "a supervisor that is killed while it undoes: the undo goes on, and does not run twice" {
  task createdb <<<''
  undo createdb <<<'until [ -e "$dir/undo.go" ]; do sleep 0.02; done; exit 8'
  scanner
  done_soon createdb
  reeve stop -n createdb
  noted 'createdb runs,createdb undone,'
  kill_supervisor createdb
  eventually 10 field createdb state finishing
  : >"$dir/undo.go"
  eventually 10 field createdb state down
  said './undo has failed: it has exited 8'
  noted 'createdb runs,createdb undone,'
}

@test "stop --all undoes, in order; start --all runs again what is not done any more" {
  noting db
  task createdb <<<''
  undo createdb <<<''
  needs createdb db
  noting web
  needs web createdb
  scanner
  ready_soon web
  reeve stop --all
  noted 'db starts,createdb runs,web starts,web ends,createdb undone,db ends,'
  reeve start --all
  up web
  noted 'db starts,createdb runs,web starts,web ends,createdb undone,db ends,db starts,createdb runs,web starts,'
}

@test "an undo that cannot be executed has failed, as one does that exits 126 or 127" {
  task mode <<<''
  undo mode <<<''
  chmod -x "$scan/mode/undo"
  task interpreter <<<''
  printf '#!/nowhere/sh\n' >"$scan/interpreter/undo"
  chmod +x "$scan/interpreter/undo"
  task nowhere <<<''
  ln -s none "$scan/nowhere/undo"
  task none <<<''
  scanner
  for name in mode interpreter nowhere none; do done_soon $name; done
  reeve stop none
  for name in mode interpreter nowhere; do
    run reeve stop $name
    [ "$status" -eq 1 ]
    [[ $output == *"the undo of $name has failed: exit 12"[67] ]]
    field $name state down
    said "reeve-supervise $name: warning: unable to execute ./undo"
    reeve stop $name # that was said
  done
  field mode reason 'its undo has failed: exit 126'
}

@test "stop says when the undo fails of a task that was running, and gets done by its own handler" {
  task job <<<'trap "exit 0" TERM; : >"$dir/begun"; while :; do sleep 0.02; done'
  undo job <<<'exit 7'
  scanner
  eventually 10 test -e "$dir/begun"
  run reeve stop job
  [ "$status" -eq 1 ]
  [[ $output == *'the undo of job has failed: exit 7'* ]]
  noted 'job runs,job undone,'
}

@test "a command in undo says for whom it does not wait" {
  task job <<<''
  undo job <<<'reeve stop job 2>"$dir/undo.said"'
  scanner
  done_soon job
  reeve stop job
  grep -q 'not waiting for job: its ./undo, which has to end first, has started this command' "$dir/undo.said"
}
