# Loops over hooks, and over what a watcher of files says.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a loop over hooks, behind services that have names, is a task, also as the last" {
  local hooks name=f
  for hooks in $'cd /after.d\nfor f in *; do ./$f; done' 'for f in /hooks/*.sh; do "$f"; done'; do
    wrapper <<<$'#!/bin/bash\npostgres -D /data &\n./standalone.sh &\n'"$hooks"
    migrate
    services $name postgres standalone
    has $name/flag-oneshot
    told 'mistake: the script ends here and waits for none of these: postgres, standalone'
    name=hooks
  done
}

@test "a loop that reads from a watcher of files is no logger" {
  local again
  for again in 'start_app() { npm start & }'$'\nstart_app;start_app' 'npm start &;npm start &'; do
    wrapper <<<$'#!/bin/bash\n'"${again%;*}"$'\ninotifywait -m /srv/app | while read -r f; do\n  pkill -f "npm start"\n  '"${again#*;}"$'\ndone'
    migrate
    services npm inotifywait
    lacks inotifywait/log/run
    has inotifywait/flag-main
    told 'TODO: it starts npm in the background, which nobody supervises: write `reeve restart NAME`'
    untold 'with count'
  done
  wrapper <<<$'#!/bin/bash\ninotifywait -m /in | while read -r f; do ./convert "$f"; done &\nexec web'
  migrate
  lacks inotifywait/log/run
  untold TODO
}

@test "a loop that only shows what a watcher of files says is its logger" {
  wrapper <<<$'inotifywait -m /src | while read line; do echo "$line"; done &\nexec web'
  migrate
  has inotifywait/log/run
}
