# flag-oneshot: tasks, which are done once their run has exited 0.
load lib
load tasking
load survival

setup() { tasks_setup; }
teardown() { survival_teardown; }

@test "a task runs once, is done and ready then, and lets start what needs it" {
  slow_task migrate
  noting web
  needs web migrate
  scanner
  held web
  eventually 10 field web reason 'migrate (starting)'
  field migrate ready false
  run reeve status
  [ "$status" -eq 1 ]
  : >"$dir/migrate.go"
  up web
  noted 'migrate runs,web starts,'
  field migrate state 'done'
  field migrate ready true
  field migrate exit 0
  reeve status
  [[ $(reeve status migrate) == *'migrate  done '*' yes '* ]]
  # To s6's clients it is down, and wanted down.
  [ "$(s6-svstat -o up,wantedup,pid,exitcode "$live/migrate")" = 'false false -1 0' ]
  stop_scanner 0
  noted 'migrate runs,web starts,web ends,'
}

@test "what wait answers while it runs, when it is done, and when it has failed" {
  slow_task good
  task bad <<<'exit 3'
  task off <<<''
  setting off down ''
  idle web
  scanner
  eventually 10 field good state starting
  answers 'done' good 99
  answers ready good 99
  answers finished good 99
  answers up good 0
  : >"$dir/good.go"
  done_soon good
  for state in 'done' ready finished down; do answers $state good 0; done
  answers up good 1
  failed bad
  for state in 'done' ready up; do answers $state bad 1; done
  answers finished bad 0
  answers 'done' off 99
  answers finished off 99 # no end has come
  up web
  answers 'done' web 1
  grep -q 'web is never done: it is no task, as it has no flag-oneshot' "$dir/said"
}

@test "wait --all: a task that is done counts as up, and what is no task as done" {
  task migrate <<<''
  idle web
  idle off
  setting off down ''
  scanner
  for state in up ready healthy 'done'; do reeve wait --timeout 20 "$state" --all; done
  task late <<<'exec sleep 1000000'
  reeve rescan
  run reeve wait --timeout 100ms 'done' --all
  [ "$status" -eq 99 ]
  reeve wait --timeout 20 up --all
}

@test "a failed task: its code in status; it is not run again; what depends on it is held and says so" {
  task migrate <<<'exit 3'
  noting web
  needs web migrate
  scanner
  failed migrate
  field migrate exit 3
  run reeve status
  [ "$status" -eq 1 ]
  [[ $output == *'migrate  failed 3 '* ]]
  held web
  field web reason 'migrate (failed, exit 3)'
  reeve status --json web | jq -e '.[0].waits_for == ["migrate"]'
  [[ $(reeve status web || :) == *'held '*' migrate (failed, exit 3)'* ]]
  noted 'migrate runs,'
  run reeve start web # tries again
  [ "$status" -eq 1 ]
  noted 'migrate runs,migrate runs,'
}

@test "with on-failure:N it is tried again, N times, however long it takes" {
  task flaky <<<'[ "$(grep -c "flaky runs" "$dir/order")" -ge 3 ]'
  setting flaky restart on-failure:5
  setting flaky restart-delay '10 10'
  task hopeless <<<'exit 4'
  setting hopeless restart on-failure:2
  setting hopeless restart-delay '10 10'
  scanner
  reeve wait 'done' flaky
  field flaky restarts 2
  failed hopeless
  [ "$(grep -c hopeless "$dir/order")" -eq 3 ]
  [ "$(grep -c flaky "$dir/order")" -eq 3 ]
}

@test "restart always does not run again what is done" {
  task migrate <<<''
  setting migrate restart always
  setting migrate restart-delay '0 0'
  scanner
  done_soon migrate
  task last <<<''
  s6-svscanctl -a "$live"
  done_soon last
  [ "$(grep -c migrate "$dir/order")" -eq 1 ]
}

@test "a main service that needs a task that has failed ends the tree with its code" {
  task migrate <<<'exit 23'
  noting web
  needs web migrate
  touch "$scan/web/flag-main"
  scanner
  ended "$scanner" 23
  said 'the main service web can never start: migrate, which it needs, has ended with 23'
  [ "$(order)" = 'migrate runs,' ]
}

@test "a task that is main ends the tree when it is done, or has failed, with its code" {
  idle db
  task job <<<'exit 5'
  needs job db
  touch "$scan/job/flag-main"
  scanner
  ended "$scanner" 5
  task job <<<''
  undo job <<<''
  scanner
  ended "$scanner" 0
  [ "$(order)" = 'job runs,job runs,job undone,' ]
}

@test "start runs it again and waits until it is done; restart as well; s6-svc -u, too; --all does not" {
  task migrate <<<'[ ! -e "$dir/break" ] || exit 9'
  idle web
  scanner
  up web
  done_soon migrate
  reeve start migrate
  noted 'migrate runs,migrate runs,'
  reeve restart migrate
  noted 'migrate runs,migrate runs,migrate runs,'
  field migrate state 'done'
  s6-svc -u "$live/migrate"
  noted 'migrate runs,migrate runs,migrate runs,migrate runs,'
  done_soon migrate
  reeve start --all
  reeve restart --all
  reeve start web
  noted 'migrate runs,migrate runs,migrate runs,migrate runs,'
  : >"$dir/break"
  run reeve start migrate
  [ "$status" -eq 1 ]
  [[ $output == *'migrate has failed for good'* ]]
  field migrate exit 9
}

listens() { compgen -G "$live/$1/event/ftrig1*" >/dev/null; }

@test "restart of a task that ends just then, or has its finish, runs it once more" {
  slow_task seed
  slow_task tidy
  finish tidy <<<'until [ -e "$dir/tidy.finish" ]; do sleep 0.02; done'
  slow_task other
  scanner
  noted_all() { [ "$(sort "$dir/order" | tr '\n' ',')" = "$1" ]; }
  eventually 10 noted_all 'other runs,seed runs,tidy runs,'
  # Its supervisor learns the end and the command together.
  supervisor=$(supervisor_of seed)
  eventually 10 is_up_for_s6 seed
  pid=$(pid_of seed)
  freeze "$supervisor"
  : >"$dir/seed.go"
  eventually 10 over "$pid"
  start reeve restart seed
  eventually 10 listens seed
  kill -CONT "$supervisor"
  ended "$started"
  field seed state 'done'
  field seed restarts 1
  : >"$dir/tidy.go"
  eventually 10 field tidy state finishing
  start reeve restart tidy
  eventually 10 listens tidy
  : >"$dir/tidy.finish"
  ended "$started"
  field tidy state 'done'
  field tidy restarts 1
  # Nor is it enough that its first run is done: a command that was lost with the supervisor.
  supervisor=$(supervisor_of other)
  eventually 10 is_up_for_s6 other
  pid=$(pid_of other)
  freeze "$supervisor"
  start reeve restart other
  eventually 10 listens other
  : >"$dir/other.go"
  eventually 10 over "$pid"
  kill -KILL "$supervisor"
  ended "$started"
  field other state 'done'
  field other restarts 1
  noted_all 'other runs,other runs,seed runs,seed runs,tidy runs,tidy runs,'
}

@test "a done task is left alone when what it needs ends, and comes back" {
  noting db
  task migrate <<<''
  undo migrate <<<''
  noting web
  needs migrate db
  needs web migrate
  needs web db
  scanner
  up web
  kill -KILL "$(pid_of db)"
  eventually 10 field db restarts 1
  ready_soon db
  reeve restart db
  reeve stop db
  held web
  field migrate state 'done'
  reeve start db
  reeve wait ready web
  noted 'db starts,migrate runs,web starts,db starts,db ends,db starts,web ends,db ends,db starts,web starts,'
}

@test "a stop of what a running task needs waits for the task, which is not stopped" {
  noting db
  slow_task migrate
  needs migrate db
  scanner
  eventually 10 field migrate state starting
  run reeve stop db --timeout 300ms
  [ "$status" -eq 99 ]
  [[ $output == *'waiting for the task migrate, which needs db, to end first'* ]]
  field db state up
  start reeve stop db
  stopping=$started
  : >"$dir/migrate.go"
  ended "$stopping"
  noted 'db starts,migrate runs,db ends,'
  field migrate state 'done'
}

@test "timeout-up is the time within which a task must be done" {
  slow_task slow
  setting slow timeout-up 2000
  task quick <<<''
  setting quick timeout-up 60000
  scanner
  failed slow
  done_soon quick
  said './run is not done within timeout-up; stopping it, which counts as a failure'
  field slow signal SIGTERM
  noted_slow=$(grep -c 'slow runs' "$dir/order")
  [ "$noted_slow" -eq 1 ]
}

@test "a task that tells readiness is not done by that, and what it leaves behind is ended" {
  service migrate <<<'echo >&3; sleep 1000000 & until [ -e "$dir/go" ]; do sleep 0.02; done'
  touch "$scan/migrate/flag-oneshot" "$scan/migrate/flag-forks"
  setting migrate notification-fd 3
  noting web
  needs web migrate
  scanner
  s6-svwait -U -t 10000 "$live/migrate"
  field migrate state starting
  held web
  : >"$dir/go"
  done_soon migrate
  up web
  said 'which ./run has left behind'
}

@test "a task that cannot be executed has failed, and what needs it is held" {
  task migrate <<<''
  printf '#!/nowhere/sh\n' >"$scan/migrate/run"
  noting web
  needs web migrate
  scanner
  failed migrate
  held web
  field web reason 'migrate (failed)'
  run reeve start migrate
  [ "$status" -eq 1 ]
  script "$scan/migrate/run" <<<''
  reeve start migrate
  up web
}

@test "an optional dependency on a task waits until that is done, or has failed once" {
  slow_task migrate
  task broken <<<'exit 1'
  noting web
  needs web migrate optional
  needs web broken optional
  scanner
  held web
  : >"$dir/migrate.go"
  up web
}

@test "a task that cannot be executed has ended: wait finished is true" {
  task migrate <<<''
  chmod -x "$scan/migrate/run"
  scanner
  failed migrate
  answers finished migrate 0
  answers 'done' migrate 1
}

@test "tasks that are started or restarted together run in order, also when they were done" {
  task schema <<<'sleep 0.3; echo schema ends >>"$dir/order"'
  task seed <<<''
  needs seed schema
  noting web
  needs web seed
  scanner
  up web
  local once='schema runs,schema ends,seed runs,'
  noted "${once}web starts,"
  reeve start seed schema
  noted "${once}web starts,$once"
  reeve restart seed schema
  noted "${once}web starts,$once$once"
  reeve start -n schema seed
  noted "${once}web starts,$once$once$once"
  done_soon seed
  reeve restart web seed schema # what needs it is held until then
  up web
  noted "${once}web starts,$once$once$once${once}web ends,web starts,"
  # Where the first has failed, the second one is held.
  task schema <<<'exit 3'
  run reeve start schema seed
  [ "$status" -eq 1 ]
  held seed
  field seed reason 'schema (failed, exit 3)'
}
