# Conditions of services: enable-if, or in run.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a service in an if has its condition" {
  wrapper <<'EOS'
if [ "$WORKER" = yes ]; then
  mkdir -p /queue
  export ROLE=worker
  worker &
elif [ "$WORKER" = many ]; then
  workers &
else
  none &
fi
web &
wait
EOS
  migrate
  file worker/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
mkdir -p /queue
export ROLE=worker
exec worker
EOS
  file worker/enable-if <<<WORKER=yes
  file workers/enable-if <<<$'!WORKER=yes\nWORKER=many'
  file none/enable-if <<<$'!WORKER=yes\n!WORKER=many'
  grep -A 2 'if \[ "$WORKER" = yes \]; then' "$tree/web/run" | grep -q ROLE=worker
  told 'only when [ "$WORKER" = yes ] (enable-if)'
}

enabled() # CONDITION LINES ; what becomes of it; LINES '': it stays in run
{
  wrapper <<<"#!/bin/bash"$'\n'"${3:-:}"$'\n'"if $1; then worker & fi"$'\nexec web'
  migrate
  if [ -n "$2" ]; then file worker/enable-if <<<"$2" && lacks web/dependencies.d/worker && ! grep 'reeve stop' "$tree/worker/run"
  else lacks worker/enable-if && grep -q 'exec reeve stop worker' "$tree/worker/run"; fi || { echo "# $1"; return 1; }
}

@test "a condition about the environment alone is enable-if, any other stays in run" {
  enabled '[ "$A" = yes ]' A=yes
  enabled '[[ ${A} == "yes" && -n $B ]]' $'A=yes\nB'
  enabled '[ "$A" != no ]' '!A=no'
  enabled '[ -z "$A" ]' '!A'
  enabled '[ "x$A" = xyes ]' A=yes
  enabled '[ "$A" = 1 ] || [ "$A" = true ]' 'A=1|true'
  enabled '[[ "$A" =~ ^(1|true)$ ]]' 'A=1|true'
  enabled '[ "${A:-no}" = yes ]' A=yes
  enabled '[ "${A:-yes}" != no ]' '!A=no'
  enabled '! [ "$A" = yes ]' '!A=yes'
  enabled '[ "$A" -eq 1 ]' A=1
  enabled '[ "$A" = yes ]' A=yes 'A=${A:-no}'
  enabled '[ "$USE" = yes ]' WITH_A=yes 'USE=${WITH_A:-no}'
  # What counts when it is not set has no line; nor has a file, or a pattern.
  enabled '[ "${A:-yes}" = yes ]' ''
  enabled '[ "$A" = yes ]' '' ': "${A:=yes}"'
  enabled '[ -f /etc/worker ]' ''
  enabled '[ "$A" = yes ] && [ -f /etc/worker ]' ''
  enabled '[[ $A == y* ]]' ''
  enabled '[ "$A" = yes ] || [ -n "$B" ]' ''
  # The script has set it, or may have.
  enabled '[ "$A" = yes ]' '' 'A=$(cat /etc/a)'
  enabled '[ "$A" = yes ]' '' '. /etc/environment.sh'
  enabled '[ "$HOSTNAME" = yes ]' ''
}

@test "a loop over a count of the environment is a template" {
  for loop in 'for i in $(seq 1 $WORKERS)' 'for i in $(seq ${WORKERS:-0})' 'for ((i = 1; i <= WORKERS; i++))' 'for i in `seq 1 $WORKERS`'; do
    wrapper <<<$'#!/bin/bash\n'"$loop"$'; do\n  worker --id "$i" >/tmp/$i.log &\n  PIDS+=($!)\n  sleep 1\ndone\nwait -n'
    migrate
    services worker@
    file worker@/count <<<'$WORKERS:0'
    has worker@/flag-main
    file worker@/run <<'EOS'
#!/bin/bash
cd "${REEVE_WORKDIR:-/}" || exit 111
i=$REEVE_INSTANCE
exec worker --id "$i" >/tmp/$i.log
EOS
  done
  wrapper <<<$'#!/bin/bash\nN=${WORKERS:-4}\nfor ((i=0; i<N; i++)); do worker $((8000 + i)) & done\nwait'
  migrate
  file worker@/count <<<'$WORKERS:4'
  grep -qx 'i=$((REEVE_INSTANCE - 1))' "$tree/worker@/run"
  # Nobody knows the number, or the loop does more.
  wrapper <<<$'for i in $(seq $(nproc)); do worker $i & done\nwait'
  migrate
  grep -q '^# TODO reeve-migrate: line 1: a loop over values of i that are not known here' "$tree/worker/run"
  wrapper <<<$'for i in $(seq $N); do prepare $i; worker $i & done\nwait'
  migrate
  lacks worker@
}

@test "a service in a case has its pattern, and not the earlier ones" {
  wrapper <<'EOS'
case "$ROLE" in
  web|www) exec web ;;
  worker) exec worker ;;
  *) echo "unknown: $ROLE" >&2; exit 1 ;;
esac
EOS
  migrate
  services web worker
  has web/flag-main worker/flag-main
  file web/enable-if <<<'ROLE=web|www'
  file worker/enable-if <<<ROLE=worker
  grep -q 'exit 1' "$init/10-start"
}

ends_where() # LINES SCRIPT ; of run of nginx, which the script behind ./app & ends with: these ask for it, and end the container
{
  wrapper <<<$'#!/bin/sh\n./app &\n'"$2"
  migrate
  [ "$(grep -F ' || exit' "$tree/nginx/run" | sed '/exit 111$/d')" = "$1" ] && ! grep -q 'reeve stop' "$tree/nginx/run" || { echo "# $2"; cat "$tree/nginx/run"; return 1; }
  has nginx/flag-main
  lacks nginx/enable-if
  untold 'here the container stays up'
  untold 'the script did this once'
}

@test "where the condition of what the script ended with fails, run ends with the code of the script" {
  local nginx="nginx -g 'daemon off;'"
  ends_where '{ envsubst < /t > /c && cat /c; } || exit' "envsubst < /t > /c && cat /c && $nginx"
  ends_where '{ cp /a /b && nginx -t; } || exit' "cp /a /b && nginx -t && exec $nginx # the last"
  ends_where '{ cp /a /b && cat /b; } || exit 4' "cp /a /b && cat /b && $nginx || { echo bad; exit 4; }"
  ends_where '{ cp /a /b && cat /b; } || exit' "start() { cp /a /b && cat /b && $nginx; }"$'\nstart'
  ends_where '[ -f /x ] || exit 0' "if [ -f /x ]; then $nginx; fi"
  ends_where '[ -f /x ] || exit 0' "if [ -f /x ]; then exec $nginx; else echo nothing; fi"
  ends_where '[ -f /x ] || exit 3' "if [ -f /x ]; then $nginx; else exit 3; fi"
  ends_where '! { [ -f /x ]; } || exit 0' "[ -f /x ] || $nginx"
  ends_where 'case $(uname) in Linux) true ;; *) false ;; esac || exit 0' "case \$(uname) in Linux) $nginx ;; esac"
  ends_where $'[ -f /x ] || exit 0\n{ cp /a /b && cat /b; } || exit' "if [ -f /x ]; then cp /a /b && cat /b && $nginx; fi"
}

stays_where() # SCRIPT ; the same, but the service is stopped, and the container goes on
{
  wrapper <<<$'#!/bin/sh\n./app &\n'"$1"
  migrate
  [ -e "$tree/nginx/enable-if" ] || grep -q 'reeve stop' "$tree/nginx/run" || { echo "# $1"; cat "$tree/nginx/run"; return 1; }
}

@test "where the container goes on without what the script ended with, the report says that" {
  local nginx="nginx -g 'daemon off;'" one
  for one in "if [ -f /x ]; then $nginx; fi"$'\nexit 3' "if [ -f /x ]; then $nginx; elif [ -f /y ]; then httpd -DFOREGROUND; fi" \
    "if [ \"\$X\" = 1 ]; then $nginx; fi" "cp /a /b && cat /b && $nginx || ./recover"; do
    stays_where "$one"
    told 'the script ended, and the container with it; here the container stays up, with what else is started'
  done
  stays_where "if [ -f /x ]; then $nginx; elif [ -f /y ]; then tail -f /dev/null; fi"
  told 'where no branch is taken, the script ended, and the container with it; here the container stays up'
  for one in "if [ -f /x ]; then $nginx; fi"$'\nwait' "if [ -f /x ]; then $nginx; else tail -f /dev/null; fi" "if [ -f /x ]; then $nginx; else wait; fi" "if [ -f /x ]; then exec $nginx; else ./other; fi"; do
    stays_where "$one"
    untold 'here the container stays up'
  done
}

@test "where the script stayed in a branch only, the report says that it ended otherwise" {
  local one
  for one in $'if [ "$KEEP" = 1 ]; then\n  tail -f /dev/null &\n  wait\nfi' $'if [ "$KEEP" = 1 ]; then\n\n  sleep infinity\nfi' $'if [ "$KEEP" = 1 ]; then\n  web &\n  wait $!\nfi'; do
    wrapper <<<$'#!/bin/sh\nsmbd -D\n'"$one"
    migrate
    told 'note: the script stayed in line 5 (only if [ "$KEEP" = 1 ]); otherwise it ended, and the container with it: here the container stays up'
  done
  wrapper <<<$'#!/bin/sh\nsmbd -D\n[ "$KEEP" = 1 ] && tail -f /dev/null'
  migrate
  told 'the script stayed in line 3 (only if'
  file smbd/run <<<$'#!/bin/sh\ncd "${REEVE_WORKDIR:-/}" || exit 111\nexec smbd --foreground --no-process-group'
  for one in $'if [ "$KEEP" = 1 ]; then sleep infinity; fi\nexec web' $'if [ "$KEEP" = 1 ]; then sleep infinity; else wait; fi' $'web &\nif [ "$KEEP" = 1 ]; then wait $!; fi\nwait'; do
    wrapper <<<$'#!/bin/sh\nsmbd -D\n'"$one"
    migrate
    untold 'the script stayed in'
  done
}

@test "one program in each branch is one service, whose run chooses its words" {
  wrapper <<'EOS'
#!/bin/sh
if [ -z "$(ls /data)" ]; then
  echo "a new one"
  redis-server --port 7000 --appendonly yes & R=$!
else
  redis-server --port 7000 & R=$!
fi
until redis-cli -p 7000 ping; do sleep 1; done
case "$MODE" in
  dev) gunicorn --reload app:app & ;;
  *) gunicorn app:app & ;;
esac
wait $R
EOS
  migrate
  services redis-server gunicorn
  has redis-server/flag-main gunicorn/dependencies.d/redis-server
  grep -q -e '--ready tcp:127.0.0.1:7000 .* redis-server --port 7000 "$@"$' "$tree/redis-server/run"
  grep -qx '  set -- --appendonly yes' "$tree/redis-server/run"
  grep -qx '  echo "a new one"' "$tree/redis-server/run"
  becomes gunicorn 'exec gunicorn "$@"'
  told 'each branch started it: run chooses its words'
}

@test "one program in each branch stays two services if they have other roles, users or files, or the question is work" {
  local one
  for one in 'if [ -n "$X" ]; then app web & else app worker & fi' 'if [ -n "$X" ]; then app & else app --all >/log & fi' 'if [ -n "$X" ]; then su a -c app & else app --all & fi' \
    'if ./migrate; then app & else app --plain & fi' 'if [ -n "$X" ]; then app & elif [ -n "$Y" ]; then app --all & fi'; do
    wrapper <<<$'#!/bin/sh\n'"$one"$'\nwait'
    migrate
    [ "$(find "$tree" -name run | wc -l)" -eq 2 ] || { echo "# $one"; return 1; }
  done
}

@test "wait in a branch waits for what runs there, and says who was waited for only there" {
  wrapper <<<$'#!/bin/sh\nif [ -n "$A" ]; then\n  web & wait\nelif [ -n "$B" ]; then\n  worker & wait\nelse\n  wait\nfi'
  migrate
  has web/flag-main worker/flag-main
  told 'line 7: dropped: waited for nothing: where this branch was taken, the script ended'
  wrapper <<<$'#!/bin/bash\nif [ "$ROLE" = web ]; then\n  web & wait -n\nelse\n  worker & beat & wait -n\nfi'
  migrate
  told 'waited for the first to end: main is web'
  told 'waited for the first to end: main are worker, beat'
  local one
  for one in 'exec web; else wait' 'web & wait $!; else wait $S' 'exec web; else wait -n'; do
    wrapper <<<$'#!/bin/bash\nside & S=$!\nif [ "$ROLE" = web ]; then '"$one"$'; fi'
    migrate
    has side/flag-main web/flag-main
    grep -q 'TODO reeve-migrate: line 3: the script waited for the end of side only if .*; otherwise it ended with web' "$tree/side/run"
  done
  wrapper <<<$'#!/bin/bash\nside &\nif [ "$ROLE" = web ]; then web & wait -n; else wait; fi'
  migrate
  untold TODO
}

@test "where one of two always runs, nothing is said of neither" {
  wrapper <<<$'#!/bin/bash\ncache &\n[ -f /app.sh ] && sh /app.sh || /bin/bash'
  migrate
  services cache app bash
  has app/flag-main bash/flag-main
  untold 'where nothing asks for'
}

@test "where the setup ends the container when nothing asks for a main service, nothing else is said" {
  wrapper <<<$'#!/bin/sh\ncase "$MODE" in\n  web) exec web ;;\n  job) exec job ;;\n  *) echo "what?"; exit 1 ;;\nesac'
  migrate
  grep -q 'exit 1' "$init/10-start"
  untold 'where nothing asks for'
  wrapper <<<$'#!/bin/sh\ncase "$MODE" in\n  web) exec web ;;\n  job) exec job ;;\n  *) echo "what?"; exit 0 ;;\nesac'
  migrate
  told 'where nothing asks for web, or job'
}

@test "one program in each branch keeps its redirections, its arguments, and what a return leaves" {
  wrapper <<<$'#!/bin/sh\nif [ -n "$D" ]; then web --a --b >/var/log/w & else web >/var/log/w & fi\nwait'
  migrate
  grep -qx '  set -- --a --b' "$tree/web/run"
  becomes web 'exec web "$@" >/var/log/w'
  local one
  for one in 'if [ -n "$D" ]; then web --a >/var/log/w --b & else web >/var/log/w & fi' 'if [ -n "$D" ]; then web --port "$1" --debug & else web --port "$1" & fi' 'if [ -n "$D" ]; then web --debug & return; fi; web &'; do
    wrapper <<<$'#!/bin/sh\nstart() { '"$one"$'; }\nstart 80\nwait'
    migrate
    [ "$(find "$tree" -name run | wc -l)" -eq 2 ] || { echo "# $one"; return 1; }
  done
}

@test "behind what sets variables whose names are not known, a condition is asked in run" {
  local sets
  for sets in 'export $(grep -v "^#" /app/.env | xargs)' 'while IFS== read -r key value; do export "$key=$value"; done </app/.env' 'declare -x "$NAME=$VALUE"' \
    'load_env() { if [ -f /app/.env ]; then . /app/.env; fi; }; load_env' 'for f in /run/secrets/*; do export "$(basename $f)=$(cat $f)"; done'; do
    wrapper <<<$'#!/bin/bash\n'"$sets"$'\nif [ -n "$CRON" ]; then crond -f & fi\nexec nginx -g "daemon off;"'
    migrate
    lacks crond/enable-if || { echo "# $sets"; return 1; }
    grep -q '"$CRON"' "$tree/crond/run"
  done
  wrapper <<<$'#!/bin/bash\nexport A=1 "B=$X" C\nif [ -n "$CRON" ]; then crond -f & fi\nexec nginx -g "daemon off;"'
  migrate
  has crond/enable-if
}

@test "what may end the script between its variables ends the container here, too, or is marked" {
  local sets=$'if [ ! -f "$F" ]; then\n  F=/app/b.js\n  [ -f "$F" ] || exit 1\nfi'
  wrapper <<<$'F=/app/a.js\n'"$sets"$'\nnode "$F" &\nnginx -g "daemon off;" &\nwait $!'
  migrate
  grep -q 'exit 1' "$init/10-start"
  wrapper <<<$'web &\n'"$sets"$'\nnode "$F" &\nwait'
  migrate
  told 'TODO: exit ended the container here; now it ends node alone, which is started again'
  wrapper <<<$'web &\n'"$sets"$'\nnode "$F"'
  migrate
  untold 'exit ended the container here'
}

@test "a program of an interpreter that a condition asks is no server, also behind what only executes it" {
  local asked
  printf 'FROM ruby:3\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\nCMD ["bundle","exec","rackup"]\n' >"$dir/Dockerfile"
  for asked in "bundle exec ruby -e 'exit 1'" 'uv run python check.py' 'poetry run python3 check.py' 'npx node check.js' 'env A=1 perl check.pl' 'node check.js'; do
    wrapper <<<$'#!/bin/bash\ncron -f &\nif '"$asked"$'; then\n  rake fetch\nfi\nexec "$@"'
    migrate --dockerfile Dockerfile
    has rackup/flag-main
    grep -q -F "if $asked; then" "$tree"/*/run || { echo "# $asked"; return 1; }
    untold 'it never did'
  done
  wrapper <<<$'#!/bin/bash\ncron -f &\nif bundle exec puma; then\n  rake fetch\nfi\nexec "$@"'
  migrate --dockerfile Dockerfile
  has puma/flag-main
}

@test "a question ahead of || and a server in the background is asked in run" {
  local asked
  for asked in 'pg_isready -q' 'redis-cli ping' 'curl -sf localhost' 'mysqladmin ping' 'xdpyinfo >/dev/null 2>&1' 'service postgresql status' '! pg_isready'; do
    wrapper <<<$'#!/bin/sh\n'"$asked || postgres -D /data &"$'\nexec node app.js'
    migrate
    services postgres app
    becomes postgres 'exec postgres -D /data'
    grep -q -F "$asked" "$tree/postgres/run" || { echo "# $asked"; return 1; }
    lacks postgres/finish
  done
  wrapper <<<$'#!/bin/sh\nlooks-well || postgres -D /data &\nexec node app.js'
  migrate
  becomes postgres 'looks-well || postgres -D /data'
  lacks postgres/finish
  told 'TODO: does `looks-well` only ask, or does it go on running? If it asks, write: looks-well || exec postgres -D /data'
  wrapper <<<$'#!/bin/sh\npostgres -D /data || notify &\nexec node app.js'
  migrate
  becomes postgres 'exec postgres -D /data'
  has postgres/finish
}

@test "work ahead of a branch in a branch has only the outer condition" {
  local work task
  for work in 'backup-tool create' 'mkdir -p /backup'; do
    wrapper <<<$'#!/bin/bash\ndb-server &\nif [ "$BACKUP" = 1 ]; then\n'"$work"$'\nif [ "$CRON" = 1 ]; then\nsupercronic /crontab &\nfi\nfi\nwait -n'
    migrate
    task=$(sed -n 's/^summary: tasks: \([^ ]*\) .*/\1/p' <<<"$report")
    file "$task/enable-if" <<<BACKUP=1
    file supercronic/enable-if <<<$'BACKUP=1\nCRON=1'
    has "supercronic/dependencies.d/$task"
  done
}

@test "a question, && one server || another one, is a choice between the two, whatever starts them" {
  local line
  for line in 'exec node dev.js || exec node prod.js' 'exec node dev.js || node prod.js' '{ echo dev; exec node dev.js; } || { echo prod; exec node prod.js; }'; do
    wrapper <<<$'#!/bin/bash\nredis-server &\n[ "$DEV" = 1 ] && '"$line"
    migrate
    services redis-server dev prod || { echo "# $line"; return 1; }
    file dev/enable-if <<<'DEV=1'
    file prod/enable-if <<<'!DEV=1'
    has dev/flag-main prod/flag-main
    untold TODO
  done
  printf 'FROM node\nCMD [ "$DEV" = 1 ] && npm run dev || npm start\n' >Dockerfile
  input=Dockerfile
  run --separate-stderr reeve-migrate Dockerfile -o rootfs/etc/services.d --force
  report=$output
  file npm/enable-if <<<'!DEV=1'
  input=start.sh
  # What only speaks of a failure, or ends, starts nothing.
  wrapper <<<$'#!/bin/bash\nredis-server &\n[ -f /app ] && exec node dev.js || echo none'
  migrate
  services redis-server dev
}

@test "where every way starts something main or fails, no note says that nothing runs" {
  local script
  for script in $'if [ -f /a ]; then\n  if [ -f /b ]; then exec ./x; else exec ./y; fi\nelse\n  exit 1\nfi' \
    $'if [ ! -f /a ]; then echo no; exit 1\nelif [ "$MODE" = web ]; then exec ./x\nelse exec ./y\nfi' \
    $'die() { echo no; exit 1; }\ncase "$MODE" in\n  web) if [ -n "$DEBUG" ]; then exec ./x; else exec ./y; fi ;;\n  *) die ;;\nesac'; do
    wrapper <<<$'#!/bin/bash\n'"$script"
    migrate
    untold 'here the container stays up' || { echo "# $script"; return 1; }
  done
  wrapper <<<$'#!/bin/bash\nif [ "$MODE" = web ]; then exec ./x; elif [ "$MODE" = work ]; then exec ./y; fi'
  migrate
  told 'here the container stays up'
}

@test "a process that chooses between two programs by a question becomes the one of them" {
  input=Procfile
  wrapper <<<$'web: [ "$DEV" = 1 ] && npm run dev || npm start\nfile: test -f x && ./a || exec ./b'
  migrate
  file web/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
if [ "$DEV" = 1 ]; then exec npm run dev; fi
exec npm start
EOS
  grep -qx 'if test -f x; then exec ./a; fi' "$tree/file/run"
  lacks web/finish file/finish
}

@test "a test whose words the shell does not part is no enable-if; the pid behind branches in a branch is of all of them" {
  local test
  for test in '[ "$R" = yes]' '["$R" = yes ]'; do
    wrapper <<<$'#!/bin/sh\n'"if $test; then b & fi"$'\nwait'
    migrate
    lacks b/enable-if || { echo "# $test"; return 1; }
  done
  wrapper <<<$'#!/bin/sh\nif [ "$D" = false ]; then a & else\nif [ "$X" = 1 ]; then b & else c & fi\nfi\nP=$!\nwait $P'
  migrate
  has a/flag-main b/flag-main c/flag-main
}

@test "== in [ is no enable-if where the shell may be dash, which does not know it" {
  local test
  for test in '[ "$R" == yes ]' 'test "$R" == yes' '[ "$Q" = 1 ] && [ "$R" == yes ]'; do
    wrapper <<<$'#!/bin/sh\n'"if $test; then b & fi"$'\nwait'
    migrate
    lacks b/enable-if || { echo "# $test"; return 1; }
    grep -q -F ' == yes' "$tree/b/run"
    wrapper <<<$'#!/bin/bash\n'"if $test; then b & fi"$'\nwait'
    migrate
    has b/enable-if || { echo "# $test"; return 1; }
  done
}
