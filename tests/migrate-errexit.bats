# set -e: where it is in force, a failure ended the script; elsewhere the script went on.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a task behind set +e holds nobody" {
  wrapper <<<$'#!/bin/bash\nset -e\ndb &\nset +e\nload --all\nset -e\nexec web'
  migrate
  file web/dependencies.d/load <<<optional
  told 'task load, run once after db; when it fails, what comes later is started all the same, as the script went on'
  wrapper <<<$'#!/bin/bash\nset -e\ndb &\nload --all\nset +e\nexec web'
  migrate
  file web/dependencies.d/load </dev/null
  wrapper <<<$'#!/bin/bash\nset -e\ndb &\nload --all\nset +e\nwarm\nexec web'
  migrate
  file web/dependencies.d/load </dev/null
  tail -n 3 "$tree/load/run" | diff - <(printf '%s\n' 'set +e' warm "exit 0 # the last command's code did not matter to the script")
}

@test "set +e in a branch takes nothing back, and in a subshell only there" {
  local part
  for part in 'if [ -n "$LAX" ]; then set +e; fi' '(set +e; load)'; do
    wrapper <<<$'#!/bin/bash\nset -e\ndb &\n'"$part"$'\nmigrate\nexec web'
    migrate
    tail -n 1 "$tree/migrate/run" | grep -q migrate || tail -n 1 "$tree/load/run" | grep -q migrate
    run ! grep -qx optional -r "$tree/web/dependencies.d"
  done
}

@test "what set -e does not see of a task holds nobody" {
  local work
  for work in '! load' 'if ! load; then echo failed; fi' 'load || echo failed' 'load && warm || true' 'for i in 1 2; do load || true; done' '{ load || :; }'; do
    wrapper <<<$'#!/bin/bash\nset -e\ndb &\n'"$work"$'\nexec web'
    migrate
    grep -qx optional -r "$tree/web/dependencies.d" || { echo "# $work"; return 1; }
  done
  for work in 'load; true' 'if [ -e /x ]; then load; fi' '{ load; }' 'for i in 1 2; do load; done' 'true && load' '(load)'; do
    wrapper <<<$'#!/bin/bash\nset -e\ndb &\n'"$work"$'\nexec web'
    migrate
    ! grep -qx optional -r "$tree/web/dependencies.d" || { echo "# $work"; return 1; }
  done
}

@test "with set -e, what came behind main is done only when main has ended without a failure" {
  local wait
  for wait in 'gunicorn app:app' $'web &\nwait $!' $'web & W=$!\nwait $W'; do
    wrapper <<<$'#!/bin/bash\nset -e\n'"$wait"$'\nupload --all'
    migrate
    grep -A 1 -F '[ "$1" -eq 0 ] && {' "$tree"/*/finish | grep -q 'upload --all'
    told 'only when '
    told 'had ended without a failure, by set -e'
  done
  for wait in 'gunicorn app:app || true' $'web &\nwait' $'set +e\ngunicorn app:app'; do
    wrapper <<<$'#!/bin/bash\nset -e\n'"$wait"$'\nupload --all'
    migrate
    grep -qx 'upload --all' "$tree"/*/finish
    run ! grep -q 'eq 0' "$tree"/*/finish
  done
}

@test "with set -e, a status that is kept behind main is always 0: a mistake" {
  wrapper <<<$'#!/bin/bash\nset -e\njava -jar app.jar\nrc=$?\nupload\nexit $rc'
  migrate
  told 'line 4: mistake: set -e ends the script ahead of this where app has failed: the status is always 0 here'
  wrapper <<<$'#!/bin/bash\nset -e\nset +e\njava -jar app.jar\nrc=$?\nset -e\nupload\nexit $rc'
  migrate
  untold 'mistake: set -e'
  grep -qx upload "$tree/app/finish"
}

@test "with set -e a failure had its own code, whatever exit follows" {
  wrapper <<<$'#!/bin/bash\nset -e\napi &\nweb &\nwait -n\nexit 1'
  migrate
  untold 'no more always'
  told 'as set -e had it for a failure; behind that it was 1: 1 only instead of 0'
}

@test "of tasks that are waited for ahead of || exit, those hold the rest whose failure decided" {
  local waits a b
  while IFS='^' read -r a b waits; do
    wrapper <<<$'#!/bin/bash\n./load-a & A=$!\n./load-b & B=$!\n'"$waits"$'\nnginx -g "daemon off;"'
    migrate
    [ "$(<"$tree/nginx/dependencies.d/load-a")" = "$a" ] || { echo "# load-a: $waits"; return 1; }
    [ "$(<"$tree/nginx/dependencies.d/load-b")" = "$b" ] || { echo "# load-b: $waits"; return 1; }
  done <<'EOS'
optional^^{ wait $A; wait $B; } || exit 1
optional^^{ wait $A || echo bad; wait $B; } || exit 1
^^wait $A && wait $B || exit 1
^optional^wait $A || exit 1; wait $B
optional^optional^wait $A && wait $B
EOS
}

@test "without pipefail, set -e does not end the script where what is ahead of | tee has failed" {
  wrapper <<<$'#!/bin/bash\nset -e\nmyapp-server | tee log\nrc=${PIPESTATUS[0]}\nif [[ $rc -ne 0 ]]; then ./upload; fi\nexit $rc'
  migrate
  untold 'mistake: set -e'
  run ! grep -q -- "-eq 0" "$tree/myapp-server/finish"
  wrapper <<<$'#!/bin/bash\nset -eo pipefail\nmyapp-server | tee log\nrc=${PIPESTATUS[0]}\n./upload\nexit $rc'
  migrate
  told 'line 4: mistake: set -e ends the script ahead of this where myapp-server has failed'
}

@test "with set -e a kill of what the script has waited for ends it with 1" {
  wrapper <<<$'set -e\nweb & P=$!\nwait $P || true\nkill $P\necho done'
  migrate
  told 'line 4: mistake: web has ended here, so this kill fails, and with set -e the script ends with 1'
  untold 'no more always 0'
  wrapper <<<$'set -e\nweb & P=$!\nwait $P\nkill $P'
  migrate
  grep -q 'reeve shutdown 1' "$tree/web/finish"
  wrapper <<<$'set -e\nside & S=$!\nweb & P=$!\nwait $P || true\nkill $S\necho done'
  migrate
  untold 'so this kill fails'
  wrapper <<<$'web & P=$!\nwait $P || true\nkill $P\necho done'
  migrate
  told 'no more always 0'
}

@test "what stands behind a call that returns the kept status of main is done as set -e says" {
  local body=$'run() {\n  set +e\n  gunicorn app:app\n  S=$?\n  set -e\n  echo "ended $S"\n  return $S\n}\n' call
  wrapper <<<$'#!/bin/bash\nset -e\n'"$body"$'run\naws s3 cp /out s3://b/'
  migrate
  grep -qxF '[ "$1" -eq 0 ] && {' "$tree/gunicorn/finish"
  for call in 'run || true' 'if ! run; then echo failed; fi'; do
    wrapper <<<$'#!/bin/bash\nset -e\n'"$body$call"$'\naws s3 cp /out s3://b/'
    migrate
    ! grep -qF '"$1" -eq 0' "$tree/gunicorn/finish"
  done
  wrapper <<<$'#!/bin/bash\nset -e\n'"${body//  set -e$'\n'/}"$'run\naws s3 cp /out s3://b/' # set +e stays in force
  migrate
  ! grep -qF '"$1" -eq 0' "$tree/gunicorn/finish"
}

@test "where a failed start ended the script, what depends on the daemon needs it, and the report says that it is started again" {
  local start
  for start in $'set -e\nredis-server --daemonize yes' 'redis-server --daemonize yes || exit 1' 'redis-server --daemonize yes || { echo bad; exit 1; }' \
    $'redis-server --daemonize yes\nstatus=$?\nif [ $status -ne 0 ]; then echo "Failed: $status"; exit $status; fi' 'if ! service redis-server start; then exit 1; fi'; do
    wrapper <<<"$start"$'\nexec app'
    migrate
    [ "$(cat "$tree/app/dependencies.d/redis-server")" = '' ] || { echo "# $start"; return 1; }
  done
  for start in 'redis-server --daemonize yes' 'redis-server --daemonize yes || echo bad' $'set -e\nredis-server --daemonize yes || true'; do
    wrapper <<<"$start"$'\nexec app'
    migrate
    [ "$(cat "$tree/app/dependencies.d/redis-server")" = optional ] || { echo "# $start"; return 1; }
    untold 'started again instead'
  done
  wrapper <<<$'set -e\nopenvpn --config x --daemon\nexec app'
  migrate
  told 'so they start beside it; where its start failed, set -e ended the script: it is started again instead'
}

@test "each status that is always 0 behind a wait is that of what the wait was for" {
  wrapper <<<$'#!/bin/bash\nset -e\nweb &\nA=$!\nworker &\nB=$!\nwait $A\nsa=$?\nwait $B\nsb=$?\nexit $sb'
  migrate
  told 'line 8: mistake: set -e ends the script ahead of this where web has failed'
  told 'line 10: mistake: set -e ends the script ahead of this where worker has failed'
}

@test "with set -e, the kill of each that may have ended fails for one of them" {
  local kills
  for kills in $'kill $A\nkill $B' $'bye() { kill $A 2>/dev/null; kill $B 2>/dev/null; exit 0; }\nbye'; do
    wrapper <<<$'#!/bin/bash\nset -e\na &\nA=$!\nb &\nB=$!\nwhile kill -0 $A && kill -0 $B; do sleep 1; done\n'"$kills"
    migrate
    told 'mistake: one of a, b has ended here, so its kill fails, and with set -e the script ends with 1'
    untold 'no more always 0'
  done
  for kills in $'kill $A || true\nkill $B || true' 'kill $A $B' 'kill $A'; do
    wrapper <<<$'#!/bin/bash\nset -e\na &\nA=$!\nb &\nB=$!\nwhile kill -0 $A && kill -0 $B; do sleep 1; done\n'"$kills"
    migrate
    untold 'has ended here, so'
  done
}
