# fg: which job it brings to the foreground.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "fg brings the one to the front that it names" {
  for fg in 'fg:web' 'fg %1:db' 'fg %db:db' 'fg %2:web' 'fg %?data:db'; do
    wrapper <<<$'#!/bin/bash\nset -m\ndb --data /x &\nweb &\n'"${fg%%:*}"
    migrate
    [ "$(find "$tree" -name flag-main)" = "$tree/${fg#*:}/flag-main" ] || { echo "# ${fg%%:*}"; return 1; }
  done
}

@test "fg behind a server in the foreground makes nothing main" {
  wrapper <<<$'#!/bin/bash\nset -m\nrabbitmq-server -detached &\ngunicorn app:app\nfg %1'
  migrate
  has gunicorn/flag-main
  lacks rabbitmq-server/flag-main
  told "TODO: the script waited for it here when what line 4 waits for had ended"
  wrapper <<<$'#!/bin/bash\nset -m\none &\ntwo &\nfg %1\nfg %2'
  migrate
  has one/flag-main
  lacks two/flag-main
  grep -q '^# TODO reeve-migrate: line 6: the script waited for it' "$tree/two/run"
}

@test "the number of a job is that of each way through the branches ahead of it" {
  local start
  for start in $'if [ -n "$A" ]; then\n  a &\nelse\n  b &\nfi' $'case $A in\n x) a & ;;\n *) b & ;;\nesac' '[ -z "$A" ] || a &'; do
    wrapper <<<$'#!/bin/bash\nset -m\n'"$start"$'\nc &\nfg %2'
    migrate
    [ "$(find "$tree" -name flag-main)" = "$tree/c/flag-main" ]
    untold TODO
  done
  wrapper <<<$'#!/bin/bash\nset -m\nif [ -n "$A" ]; then\n  a &\nelse\n  b &\nfi\nc &\nfg %1'
  migrate
  has a/flag-main b/flag-main
  lacks c/flag-main
  untold TODO
  wrapper <<<$'#!/bin/bash\nset -m\nif [ "$CACHE" = 1 ]; then a & fi\nc &\nfg %1'
  migrate
  has a/flag-main c/flag-main
  told 'TODO: which job that is depends on the branches above: a, or c where that was not started'
}

@test "fg without job control fails: a mistake says so" {
  wrapper <<<$'#!/bin/bash\nweb &\nfg %1'
  migrate
  has web/flag-main
  told 'line 3: mistake: fg fails in a script without set -m'
  local control
  for control in $'#!/bin/bash -m\n' $'#!/bin/bash\nset -em\n' $'#!/bin/sh\nset -o monitor\n'; do
    wrapper <<<"$control"$'web &\nfg %1'
    migrate
    untold 'fg fails'
  done
  wrapper <<<$'#!/bin/bash\nset -m\nweb --daemon\nfg'
  migrate
  untold 'a service is in front already'
}

@test "wait for \$(jobs -p) waits for all" {
  local wait
  for wait in 'wait $(jobs -p)' 'PIDS=$(jobs -p); wait $PIDS' 'wait `jobs -p`'; do
    wrapper <<<$'#!/bin/bash\n./a &\n./b &\n'"$wait"
    migrate
    told 'waited until all had ended: none is main'
    untold TODO
  done
}

@test "fg in dash has no job control without a terminal" {
  wrapper <<<$'#!/bin/sh\nset -m\na &\nb &\nfg %1'
  migrate
  told 'line 5: mistake: in dash, which sh may be, set -m turns on job control only with a terminal'
  wrapper <<<$'#!/bin/bash\nset -m\na &\nb &\nfg %1'
  migrate
  untold 'mistake: in dash'
}
