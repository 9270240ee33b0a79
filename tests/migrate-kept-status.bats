# How a program has ended, where the script keeps that, and goes on: || rc=$?, ${PIPESTATUS[0]}, exit "$rc".
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "the program whose status ends the script is main, and what came between is its finish" {
  local kept
  for kept in $'java -jar /app.jar\nrc=$?' $'java -jar /app.jar\nrc="$?"' 'java -jar /app.jar || rc=$?' 'java -jar /app.jar && rc=0 || rc=$?' 'java -jar /app.jar || { rc=1; echo failed; }' \
    'if java -jar /app.jar; then rc=0; else rc=$?; fi' 'if ! java -jar /app.jar; then rc=1; fi'; do
    wrapper <<<$'#!/bin/bash\nlogd -n &\n'"$kept"$'\naws s3 cp /backup s3://b\nexit "${rc:-0}"'
    migrate
    services app logd
    has app/flag-main
    becomes app 'exec java -jar /app.jar'
    [ "$(tail -n 1 "$tree/app/finish")" = 'aws s3 cp /backup s3://b' ] || { echo "# $kept"; return 1; }
    untold 'TODO'
  done
}

@test "that is not so where another program's status ends the script, or a server is started in between" {
  local rest
  for rest in $'node index.js\nrc=$?\nexit $rc' $'nginx -g "daemon off;"\nexit $rc'; do
    wrapper <<<$'cron\nload-all\nrc=$?\n'"$rest"
    migrate
    has load-all/flag-oneshot
  done
  wrapper <<<$'logd -n &\njava -jar /app.jar\nrc=$?\ntar czf /l.tgz /log\nexit 0'
  migrate
  told 'line 2: services.d/app/run: task app, run once after logd; when it fails, what comes later is started all the same, as the script went on; TODO: if it goes on running, it is what the script waited for'
}

@test "what is done behind a program that may serve is no reason to take it for a task in silence" {
  wrapper <<<$'redis-server --daemonize yes\njava -jar /app.jar\ntar czf /x /y'
  migrate
  told 'line 2: services.d/app/run: task app, run once after redis-server; when it fails, what comes later is started all the same, as the script went on; TODO: if it goes on running, it is what the script waited for'
  wrapper <<<$'redis-server --daemonize yes\npython seed.py\ntar czf /x /y'
  migrate
  untold 'TODO'
}

@test "PIPESTATUS is the status of the server ahead of the pipe" {
  local behind
  for behind in $'rc=${PIPESTATUS[0]}\necho "ended: $rc"\nexit $rc' 'exit "${PIPESTATUS[0]}"' $'st=("${PIPESTATUS[@]}")\nexit ${st[0]}' \
    $'[ "${PIPESTATUS[0]}" -eq 0 ] || exit 1'; do
    wrapper <<<$'#!/bin/bash\ncron\njava -jar /a.jar 2>&1 | tee -a /log\n'"$behind"
    migrate
    has a/flag-main
    lacks a/finish
    becomes a 'exec java -jar /a.jar 2>&1'
    becomes a/log 'exec tee -a /log'
    untold 'the exit code of the service is lost'
    untold 'TODO'
  done
}

@test "a command ahead of || VAR= is work, whoever asks for the variable" {
  wrapper <<<$'cron\nload-all || failed=1\n[ "$failed" = 1 ] && exit 1\nexec web'
  migrate
  has load-all/flag-oneshot web/dependencies.d/load-all
  file load-all/run <<<$'#!/bin/sh\ncd "${REEVE_WORKDIR:-/}" || exit 111\nload-all || failed=1\n[ "$failed" = 1 ] || exit 0\nexit 1'
  wrapper <<<$'set -e\ncron\nif [ -n "$M" ]; then load-all || failed=1; fi\nif [ "$failed" = 1 ]; then echo bad; fi\nexec web'
  migrate
  has load-all/flag-oneshot
  grep -qx 'if \[ -n "$M" \]; then load-all || failed=1; fi' "$tree/load-all/run"
  wrapper <<<$'set -e\ncron\nload-all || failed=1\necho "$failed"\nexec web'
  migrate
  grep -q . "$tree/web/dependencies.d/load-all" # optional: the script went on
  wrapper <<<$'cron\nservice nginx start || failed=1\n[ -z "$failed" ] || exit 1\nexec web'
  migrate
  services cron nginx web
  told 'line 3: dropped: looked whether it had failed'
}

@test "what a start reads of such a command is asked for, and ahead of all it stays as it was" {
  wrapper <<<$'cron\nload-all && loaded=1\nexec web --loaded "$loaded"'
  migrate
  services cron load-all web
  told 'TODO: $loaded is not known here'
  wrapper <<<$'python load.py || failed=1\nexec web'
  migrate
  grep -qx 'python load.py || failed=1' "$init/10-start"
}

@test "a server ahead of what only talks about its end is main" {
  local behind
  for behind in '&& echo stopped || { echo failed; exit 1; }' '&& exit 0 || exit 3' '&& echo stopped'; do
    wrapper <<<$'cron\njava -jar /a.jar '"$behind"
    migrate
    has a/flag-main
    becomes a 'exec java -jar /a.jar'
  done
  wrapper <<<$'cron\n[ -f /a ] && echo there || { echo not there; exit 1; }\nexec web'
  migrate
  services check-a cron web
}

@test "a function that ends with the status of its server does so in run" {
  wrapper <<<$'#!/bin/bash\nrun() {\n  java -jar /app.jar || rc=$?\n  rm -f /x\n  exit $rc\n}\nredis-server &\nrun'
  migrate
  [ "$(tail -n 3 "$tree/app/run")" = $'java -jar /app.jar || rc=$?\nrm -f /x\nexit $rc' ]
}

@test "a loop that is main ends run with the status that its last round kept" {
  local loop
  for loop in $'while [ $n -lt 5 ]; do\n/app/worker; rc=$?; [ $rc -eq 0 ] && break; n=$((n+1)); sleep 2;\ndone' \
    $'until [ $n -ge 5 ]; do\n/app/worker; rc=$?; [ $rc -eq 0 ] && exit 0; n=$((n+1)); sleep 2;\ndone' \
    $'while true; do\n/app/worker; rc=$?; [ -f /tmp/stop ] && break; sleep 1;\ndone' \
    $'for i in 1 2 3; do\n/app/worker\nrc=$?\nif [ $rc -eq 0 ]; then break; fi\nsleep $((i * 5))\ndone\necho "worker ended with $rc"'; do
    wrapper <<<$'#!/bin/bash\n/app/web &\nn=0\n'"$loop"$'\nexit $rc'
    migrate
    services web worker
    has worker/flag-main
    lacks worker/flag-oneshot
    becomes worker 'exit $rc'
    told 'services.d/worker/run: with which code run ends, behind the loop'
    untold TODO
  done
  wrapper <<<$'/app/web &\nfor i in 1 2 3; do curl -s localhost; rc=$?; [ $rc -eq 0 ] && break; sleep 1; done\nexec worker'
  migrate
  untold 'with which code run ends'
}

@test "exit 0 behind an exit of each failure loses no code" {
  local behind
  for behind in $'status=$?\n[ $status -ne 0 ] && exit $status' $'rc=$?\nif [ $rc -ne 0 ]; then echo no; exit $rc; fi\necho done' $'[ $? -eq 0 ] || exit 1' '|| exit $?' '|| exit 3'; do
    [[ $behind = '||'* ]] && behind=" $behind" || behind=$'\n'$behind
    wrapper <<<$'/app/worker &\n/app/server'"$behind"$'\nexit 0'
    migrate
    has server/flag-main
    untold 'no more always 0'
    untold 'is lost'
  done
  wrapper <<<$'/app/worker &\n/app/server\n[ $? -eq 9 ] && exit 0\nexit 0'
  migrate
  told 'no more always 0'
}

@test "what comes behind an exit of each failure is done behind an end without one" {
  local exit
  for exit in '[ $? -ne 0 ] && exit 1' $'rc=$?\nif [ $rc -ne 0 ]; then echo bad; exit $rc; fi'; do
    wrapper <<<$'./agent &\n./web &\nwait $!\n'"$exit"$'\naws s3 cp /a s3://b'
    migrate
    grep -qxF '[ "$1" -eq 0 ] && {' "$tree/web/finish"
    told 'only when web had ended without a failure'
  done
  wrapper <<<$'./agent &\n./web &\nwait $!\n[ "$A" = 1 -a $? -ne 0 ] && exit 1\naws s3 cp /a s3://b'
  migrate
  [ "$(tail -n 1 "$tree/web/finish")" = 'aws s3 cp /a s3://b' ]
}

@test "a code that the script ended with in place of 0 is that of the container" {
  local behind
  for behind in $'if wait -n; then rc=1; else rc=$?; fi' $'wait -n\nrc=$?\nif [ $rc -eq 0 ]; then\n  rc=1\nfi' $'wait -n; rc=$?\n[ $rc -eq 0 ] && rc=1' \
    $'wait -n; rc=$?\n[ "$rc" -ne 0 ] || exit 1' $'wait -n; rc=$?\ncase $rc in 0) rc=1 ;; esac'; do
    wrapper <<<$'#!/bin/bash\nweb &\nworker &\n'"$behind"$'\nexit $rc'
    migrate
    grep -q "^case .* '0 '.* reeve shutdown 1 ;; esac" "$tree/web/finish"
    cmp "$tree/web/finish" "$tree/worker/finish"
    ! grep -q 'rc=' "$tree/web/finish"
    told '1 instead of 0, as the script had it (finish of web, worker)'
    untold TODO
  done
  for behind in 'rc=$?' $'rc=$?\n[ $rc -ne 0 ] && rc=5' $'rc=$?\n[ $rc -eq 143 ] && rc=0'; do
    wrapper <<<$'#!/bin/bash\nweb &\nwait $!\n'"$behind"$'\nexit $rc'
    migrate
    lacks web/finish
    untold TODO
  done
  for behind in 'exit $(( $? == 0 ? 1 : $? ))' $'rc=$?\nexit $((rc ? rc : 1))'; do
    wrapper <<<$'#!/bin/bash\nweb &\nwait $!\n'"$behind"
    migrate
    told 'TODO: the script could end here with another code than that of web'
  done
}

@test "a program behind whose end another one may be executed is main, also where || keeps its status" {
  local kept
  for kept in './api || rc=$?' $'./api\nrc=$?' 'if ./api; then rc=0; else rc=$?; fi'; do
    wrapper <<<$'redis-server &\n'"$kept"$'\nif [ "$rc" = 42 ]; then\n  exec ./update\nfi\nexit $rc'
    migrate
    services redis-server api
    has api/flag-main
    told 'TODO: when it had ended, the script went on depending on its exit code: if [ "$rc" = 42 ]'
  done
}

@test "work that a last question asks for comes behind what was started, and is main" {
  local asked
  for asked in $'if ! pytest -q; then\n  echo failed\n  exit 1\nfi' $'if pytest -q; then\n  echo good\nelse\n  echo failed\n  exit 1\nfi'; do
    wrapper <<<$'redis-server &\nsleep 1\n'"$asked"
    migrate
    lacks cont-init.d
    has pytest/flag-main pytest/dependencies.d/redis-server
    told 'looked whether it had failed; the script ended with 1 then'
  done
}

@test "the status that work right behind the end asks for is that of main" {
  local script
  for script in $'gunicorn app:app\n%s' $'gunicorn app:app &\nwait -n\n\n# tell it\n%s' $'gunicorn app:app &\nwait $!\n%s\nexit 1'; do
    # shellcheck disable=SC2059
    printf "#!/bin/bash\n$script\n" '/opt/report "code=$?" '"'"'$?'"'" | wrapper
    migrate
    grep -qx 'reeve_status=$(($1 < 256 ? $1 : 128 + $2))' "$tree/gunicorn/finish"
    grep -qxF '/opt/report "code=${reeve_status}" '"'"'$?'"'" "$tree/gunicorn/finish"
    told 'also in docker stop, where the script, which has no trap for that, was killed ahead of it'
  done
  wrapper <<<$'#!/bin/bash\n/opt/first\n/opt/report $?\nexit 1'
  migrate
  services first
  grep -qxF '/opt/report ${reeve_status}' "$tree/first/finish"
  wrapper <<<$'#!/bin/bash\ngunicorn app:app\nif [ $? -ne 0 ]; then /opt/alert "$?"; fi'
  migrate
  grep -qxF 'if [ ${reeve_status} -ne 0 ]; then /opt/alert "$?"; fi' "$tree/gunicorn/finish"
}

@test "behind the first of several that ended, work with its status is done by that one" {
  local work
  while IFS= read -r work; do
    wrapper <<<$'#!/bin/bash\n/opt/first &\n/opt/second &\nwait -n\ncode=$?\nMSG="ended: $code"\n'"$work"$'\nexit $code'
    migrate
    for name in first second; do
      grep -A1 '^case "$(reeve status --json "$REEVE_SERVICE")" in \*.*wanted.*up' "$tree/$name/finish" | grep -qxF "$work" || { echo "# $work"; cat "$tree/$name/finish"; return 1; }
    done
    told 'by the one that had ended first'
    untold TODO
  done <<'EOS'
/opt/report $code
echo "exit $code" >> /data/exit.log
[ $code -ne 0 ] && /opt/alert failed
/opt/report "$MSG"
EOS
  wrapper <<<$'#!/bin/bash\ntrap \'kill $A $B\' TERM\n/opt/first & A=$!\n/opt/second & B=$!\nwait -n\ncode=$?\n/opt/report $code'
  migrate
  told 'TODO: it had the status of the first that ended, and has that of first here'
  wrapper <<<$'#!/bin/bash\n/opt/first & A=$!\n/opt/second &\nwait -n -p who\nif [ "$who" = "$A" ]; then /opt/report first; fi'
  migrate
  told 'TODO: $who is not known here: it was the pid of second or first'
  wrapper <<<$'#!/bin/bash\n/opt/first & A=$!\n/opt/second & B=$!\nwait -n $A $B || STATUS=$?\nlogger "exit ${STATUS:-0}"\nexit ${STATUS:-0}'
  migrate
  [ "$(grep -l 'STATUS=$(($1 < 256 ? $1 : 128 + $2))' "$tree"/*/finish | wc -l)" -eq 2 ]
  untold TODO
}

@test "a check whose failure ends the others, and the script, is no server" {
  local check
  for check in 'if [ $rc -ne 0 ]; then kill $W; exit $rc; fi' '[ $rc -eq 0 ] || { kill $W; exit $rc; }' 'if [ $rc -ne 0 ]; then killall web; exit $rc; fi'; do
    wrapper <<<$'#!/bin/bash\nweb &\nW=$!\n./check.sh\nrc=$?\n'"$check"$'\nwait $W'
    migrate
    has check/flag-oneshot web/flag-main check/finish
    lacks check/flag-main
    untold 'nobody waits for web'
  done
}

@test "the code that a watching loop hands to the function with the exit is that of whom it asks for" {
  wrapper <<'EOS'
#!/bin/bash
die() { echo "$1"; exit ${2:-1}; }
web &
W=$!
tool &
T=$!
while sleep 5; do
  kill -0 $W || die "web is gone" 5
  kill -0 $T || die "tool is gone"
done
EOS
  migrate
  told 'the script ended with 5 or 1 then: now the container'"'"'s exit code is that of the first that ends, 5 of web instead of 0 (finish), 1 of tool instead of 0 (finish)'
  grep -q 'reeve shutdown 5' "$tree/web/finish"
  grep -q 'reeve shutdown 1' "$tree/tool/finish"
  ! grep -q 'reeve shutdown 5' "$tree/tool/finish"
}

@test "a question behind a watching loop is for the code of whom it asks for" {
  local question
  for question in 'kill -0 $W || { echo gone; exit 5; }' 'kill -0 $W || exit 5'; do
    wrapper <<EOS
#!/bin/bash
web &
W=\$!
tool &
T=\$!
while kill -0 \$W && kill -0 \$T; do sleep 5; done
$question
kill -0 \$T || { echo gone; exit 6; }
EOS
    migrate
    told '5 instead of 0, as the script had it (finish of web)'
    told '6 instead of 0, as the script had it (finish of tool)'
    ! grep -q 'reeve shutdown 6' "$tree/web/finish" || return 1
  done
}
