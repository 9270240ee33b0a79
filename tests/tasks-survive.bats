# A task under another supervisor, scanner or live directory: it is not run twice, and its end counts.
load lib
load tasking
load survival

setup() { tasks_setup; }
teardown() { survival_teardown; }

@test "a done task stays done under a successor, under the next scanner, and through an upgrade" {
  task migrate <<<''
  noting web
  needs web migrate
  undo migrate <<<''
  scanner
  up web
  kill_supervisor migrate
  field migrate state 'done'
  kill -KILL "$scanner"
  ended "$scanner" 137
  scanner
  reeve upgrade
  field migrate state 'done'
  kill -KILL "$(pid_of web)" # it is not held
  eventually 10 field web restarts 1
  up web
  s6-svc -x "$live/web" # a new supervisor of another service changes nothing
  stop_scanner 0
  [ "$(grep -c 'migrate runs' "$dir/order")" -eq 1 ]
  [ "$(grep -c 'migrate undone' "$dir/order")" -eq 1 ]
  # A tree that starts anew has forgotten it.
  scanner
  done_soon migrate
  [ "$(grep -c 'migrate runs' "$dir/order")" -eq 2 ]
}

@test "a running task whose supervisor is killed goes on, and its end counts" {
  slow_task good
  task bad <<<'until [ -e "$dir/good.go" ]; do sleep 0.02; done; exit 6'
  scanner
  eventually 10 field good state starting
  eventually 10 field bad state starting
  kill_supervisor good
  kill_supervisor bad
  : >"$dir/good.go"
  done_soon good
  failed bad
  field bad exit 6
  [ "$(sort "$dir/order" | tr '\n' ',')" = 'bad runs,good runs,' ]
}

@test "a task whose end nobody could learn has failed for good, whatever restart says" {
  slow_task migrate
  setting migrate restart always
  noting web
  needs web migrate
  scanner
  eventually 10 field migrate state starting
  held web
  # The scanner, which would learn it, is killed together with the supervisor.
  pid=$(pid_of migrate)
  kill -KILL "$scanner" "$(supervisor_of migrate)"
  ended "$scanner" 137
  : >"$dir/migrate.go"
  eventually 10 gone "$pid"
  scanner
  failed migrate
  said 'how the task has ended is not known, and it never runs twice unasked'
  held web
  field web reason 'migrate (failed, exit code unknown)'
  noted 'migrate runs,'
  reeve start migrate
  noted 'migrate runs,migrate runs,web starts,'
}

@test "a supervisor that is told to leave has another one, which does not run the task again" {
  task good <<<''
  undo good <<<''
  task bad <<<'exit 3'
  scanner
  done_soon good
  failed bad
  for name in good bad; do
    supervisor=$(supervisor_of $name)
    s6-svc -x "$live/$name"
    eventually 10 has_successor $name "$supervisor"
  done
  eventually 10 field good state down # undone, as at any stop
  field bad state failed
  field bad exit 3
  reeve start good
  [ "$(grep -c 'bad runs' "$dir/order")" -eq 1 ]
  [ "$(grep good "$dir/order" | tr '\n' ',')" = 'good runs,good undone,good runs,' ]
}

@test "a task whose live directory was removed is not run again; one whose directory is another one is" {
  task migrate <<<''
  noting web
  needs web migrate
  scanner
  up web
  supervisor=$(supervisor_of migrate)
  rm -rf "$live/migrate"
  kill -KILL "$supervisor"
  eventually 20 field migrate state down
  says 'whether the task migrate is done is not known any more, as its live directory was removed'
  [ "$(grep -c 'migrate runs' "$dir/order")" -eq 1 ]
  reeve start migrate
  [ "$(grep -c 'migrate runs' "$dir/order")" -eq 2 ]
  mv "$scan/migrate" "$dir/aside"
  eventually 20 test ! -e "$live/migrate"
  mv "$dir/aside" "$scan/migrate"
  eventually 20 test -e "$live/migrate/supervise/state"
  done_soon migrate
  [ "$(grep -c 'migrate runs' "$dir/order")" -eq 3 ]
}
