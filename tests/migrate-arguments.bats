# The script's arguments, which are the image's CMD: who asks for them, and what changes them.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

image() # CMD
{
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD %s\n' "$1" >Dockerfile
}

@test "a shift in the setup has the arguments that it takes away" {
  image '["server", "-v"]'
  wrapper <<<$'#!/bin/sh\nset -eu\nif [ "$1" = server ]; then\n  shift\n  ./prepare\n  helper &\n  exec web "$@"\nfi\nexec "$@"'
  patched
  [[ $(<"$init/10-start") == $'#!/bin/sh\nset -- server -v # CMD\n'*shift*./prepare ]]
  becomes web 'exec web -v'
}

@test "getopts, and a loop without in, ask for the arguments" {
  image '["-a", "1"]'
  wrapper <<<$'#!/bin/sh\nwhile getopts a: o; do N=$OPTARG; done\nhelper &\nexec web "$N"'
  patched
  grep -q 'set -- -a 1 # CMD' "$tree/web/run"
  wrapper <<<$'#!/bin/sh\nfor word; do N=$word; done\nhelper &\nexec web "$N"'
  patched
  grep -q 'set -- -a 1 # CMD' "$tree/web/run"
}

@test "what sets the arguments behind a question is asked in the run that has them" {
  local question
  image '["web", "-v"]'
  for question in 'if numactl true; then set -- numactl "$@"; fi' 'command -v numactl && set -- numactl "$@"' 'if [ -n "$A" ] && ./has-numa; then set -- numactl "$@"; fi'; do
    wrapper <<<$'#!/bin/bash\nhelper &\n'"$question"$'\nexec "$@"'
    patched
    services helper web
    grep -q -F -- 'set -- numactl "$@"' "$tree/web/run" && grep -q 'set -- web -v # CMD' "$tree/web/run" || { echo "# $question"; cat "$tree/web/run"; return 1; }
    becomes web 'exec "$@"'
    untold TODO
    wrapper <<<$'#!/bin/bash\n'"$question"$'\nhelper &\nexec "$@"'
    patched
    grep -q -F -- 'set -- numactl "$@"' "$tree/web/run" || { echo "# ahead: $question"; cat "$tree/web/run"; return 1; }
  done
}

@test "several files that ask such a question anew are named" {
  image '["web"]'
  wrapper <<<$'#!/bin/sh\nif ./load; then set -- "$@" -x; fi\nhelper "$@" &\nexec "$@"'
  patched
  told 'line 2: services.d/helper/run, services.d/web/run: environment; TODO: the script asked this once, and each of these files asks it anew: does that do harm?'
}

@test "work that also sets the arguments is marked, and what has them keeps \"\$@\"" {
  local ahead
  image '["web"]'
  for ahead in '' $'helper &\n'; do
    wrapper <<<$'#!/bin/sh\n'"$ahead"$'if [ ! -e /data/x ]; then\n  ./load\n  set -- "$@" --first\nfi\nexec "$@"'
    patched
    told "it also changes the script's arguments, which reaches no other file"
    becomes web 'exec "$@"'
  done
  wrapper <<<$'#!/bin/sh\n(set -- a b; ./load "$@")\nload() { shift; ./load "$@"; }\nload a b\nexec "$@"'
  patched
  untold 'also changes the script'
  becomes web 'exec web'
}

@test "what another CMD would have come to is no mistake" {
  image '["web", "-v"]'
  wrapper <<<$'#!/bin/sh\nset -e\nif [ "$1" = web ]; then\n  helper &\n  exec web -v\nfi\nexec "$@"'
  patched
  told 'line 7: dropped: never runs with this CMD: line 5 has become another program'
  untold 'mistake: it never runs'
  wrapper <<<$'#!/bin/sh\nset -e\nif [ "$1" = web ]; then\n  helper &\nfi\nexec web -v\necho over'
  patched
  told 'line 7: mistake: it never runs: line 6'
}

@test "a function at whose end the script becomes a program is that program" {
  image '["web"]'
  echo 'STOPSIGNAL SIGINT' >>Dockerfile
  wrapper <<<$'#!/bin/sh\nserve() {\n  ./prepare\n  exec web\n}\ncase $1 in\n  web) serve ;;\n  *) exec "$@" ;;\nesac\necho over'
  patched
  services web
  file web/down-signal <<<INT
  told 'never runs with this CMD: line 7'
  untold 'no trap for TERM'
}

@test "the service of \"\$@\" has the name of what CMD executes, also where the script sets words around it" {
  image '["web", "-v"]'
  wrapper <<<$'#!/bin/sh\nhelper &\nif [ -n "$A" ]; then set -- "$@" -a; fi\nset -- nice "$@"\nexec "$@"'
  patched
  services helper web
  wrapper <<<$'#!/bin/sh\nhelper &\nset -- $A\nexec "$@"'
  patched
  services helper cmd
}

@test "of arguments that CMD does not give, no blank is left" {
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'worker "$@" --all &\nexec node app.js "$@"'
  migrate --dockerfile Dockerfile
  becomes app 'exec node app.js'
  becomes worker 'exec worker --all'
}

@test "the setup has the arguments only if it may ask for them" {
  local line
  image '["web", "-v"]'
  for line in './prepare "$HOME"' 'mkdir -p "/data/$NAME"'; do
    wrapper <<<$'#!/bin/sh\n'"$line"$'\nhelper &\nexec "$@"'
    patched
    [ "$(sed -n 2p "$init/10-start")" = "$line" ]
  done
  for line in './prepare "$1"' './prepare "${@:1}"' $'./prepare\n. /etc/defaults\n./other' './prepare; eval "$LATER"'; do
    wrapper <<<$'#!/bin/sh\n'"$line"$'\nhelper &\nexec "$@"'
    patched
    grep -qr '^set -- web -v # CMD' "$init/10-start" || { echo "# $line"; return 1; }
  done
}

@test "the setup has the arguments where it reads a file anywhere in a line" {
  local line
  while IFS= read -r line; do
    wrapper <<<$'#!/bin/sh\nset -e\n'"$line"$'\nserver --port 80 &\nhelper &\nwait'
    printf 'FROM debian\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\nCMD ["web", "x"]\n' >Dockerfile
    migrate --dockerfile Dockerfile
    grep -q -x 'set -- web x # CMD' "$init/10-start" || { echo "# $line"; cat "$init/10-start"; return 1; }
  done <<'EOS'
if [ -f /app/pre.sh ]; then . /app/pre.sh; touch /x; fi
[ -f /app/pre.sh ] && { . /app/pre.sh; touch /x; }
touch /x; source /app/pre.sh
EOS
}

@test "shift in one branch is not in the run of another branch" {
  wrapper <<<$'#!/bin/bash\ncase "$1" in\n  cron)\n    shift\n    exec crond -f\n    ;;\n  *)\n    exec "$@"\n    ;;\nesac'
  migrate
  run ! grep -q shift "$tree/cmd/run"
}

@test "questions in (( )) about the number of arguments are decided by CMD" {
  local question
  for question in '(($# == 0))' '(( $# < 1 ))' '! (($#))' '(( $# <= 0 ))'; do
    wrapper <<<$'#!/bin/bash\nif '"$question"$'; then\n  set -- cron\nfi\ncase "$1" in\n  cron) exec crond -f ;;\n  *) exec "$@" ;;\nesac'
    printf 'FROM debian\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\n' >Dockerfile
    migrate --dockerfile Dockerfile
    services crond || { echo "# $question"; return 1; }
  done
}

@test "an answer that the script reads from its input is a question" {
  wrapper <<<$'#!/bin/bash\nhelper &\nif [ -n "$ASK" ]; then\n  read -p "Start? " -n 1 -r\n  if [[ $REPLY = y ]]; then\n    web --port 80 &\n  fi\nfi\nwait -n'
  migrate
  told 'TODO: it read an answer from the container'"'"'s input, which no service has'
}

@test "what a function calls its arguments are the words of its call" {
  local line
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n' >Dockerfile
  for line in 'log hi' 'log "$(date)"' 'if ready; then log "a b"; fi' 'inner() { log "$2"; }'; do
    wrapper <<<$'#!/bin/bash\nlog() { echo "$1"; }\nmain() {\n  '"$line"$'\n  prepare\n  worker &\n  exec web\n}\nmain "$@"'
    patched
    untold 'looks at its arguments' || { echo "# $line"; return 1; }
  done
  for line in 'log "$1"' 'log "$(date)" "$@"' 'log "$(lookup "$1")"' 'shift $#' 'for word; do log "$word"; done' 'if [ -n "$2" ]; then log b; fi'; do
    wrapper <<<$'#!/bin/bash\nlog() { echo "$1"; }\nlookup() { date; }\nmain() {\n  '"$line"$'\n  prepare\n  worker &\n  exec web\n}\nmain "$@"'
    patched
    told 'looks at its arguments' || { echo "# $line"; return 1; }
  done
}

@test "a word that a call demands is asked for, whatever the function does" {
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'#!/bin/bash\nmain() {\n  prepare\n  worker &\n  exec web\n}\nmain "${1:?a role}"'
  patched
  told 'looks at its arguments'
}

@test "an exit that CMD leads to is no other program" {
  wrapper <<<$'if [ "$1" = cache ]; then\n  redis-server &\n  wait $!\n  exit $?\nfi\nexec "$@"'
  printf 'FROM redis\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["cache"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'line 6: dropped: never runs with this CMD: line 4 has ended the script'
}

@test "what stands behind the script's exec asks for no arguments" {
  local cmd
  wrapper <<<$'#!/bin/sh\nnginx &\nexec python app.py\necho "$1"\nexec "$@"'
  for cmd in '' 'CMD ["web"]'; do
    printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n%s\n' "$cmd" >Dockerfile
    migrate --dockerfile Dockerfile
    services nginx app
    untold 'looks at its arguments' && untold 'is written into the files' || return
  done
  wrapper <<<$'#!/bin/sh\nexec nginx -g "daemon off;" & exec python app.py "$@"'
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'looks at its arguments'
}

@test "a script that starts only what its arguments say is refused with that where there is no CMD" {
  wrapper <<<$'#!/bin/sh\nif [ "$1" = web ]; then\n  redis-server &\n  exec gunicorn app\nfi\nexec "$@"'
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n' >Dockerfile
  run --separate-stderr reeve-migrate start.sh --dockerfile Dockerfile
  [ "$status" -eq 1 ]
  [[ $stderr == *'start.sh starts what its arguments say, and the Dockerfile has no CMD, so that it starts nothing'* ]]
  wrapper <<<$'#!/bin/sh\nmkdir /a\nexec "$@"'
  run --separate-stderr reeve-migrate start.sh --dockerfile Dockerfile
  [[ $stderr == *'no long-running process'* ]]
}

@test "how to choose is told only where the files ask for the arguments" {
  image '["--port", "4000"]'
  wrapper <<<$'#!/bin/sh\nif [ "${1:0:1}" = - ]; then\n  set -- web "$@"\nfi\nif [ -n "$DEBUG" ] && [ "$1" = web ]; then\n  helper &\nfi\nexec "$@"'
  patched
  told "the script's arguments decided about helper; now CMD (--port 4000) is written into their run"
  untold 'To choose'
  wrapper <<<$'#!/bin/sh\nif [ -n "$DEBUG" ] && [ "$1" = --port ]; then\n  helper &\nfi\nexec web'
  patched
  told 'To choose, write `set -- ${ARGUMENTS:---port 4000}`'
}

@test "a test ahead of && or || that CMD decides, and set -- behind it" {
  local line cmd
  input=start.sh
  while IFS='|' read -r line cmd command; do
    wrapper <<<$'#!/bin/sh\n'"${line/ OR / || }"$'\nlog &\nexec "$@"'
    printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n%s\n' "$cmd" >Dockerfile
    migrate --dockerfile Dockerfile
    grep -qxF "exec $command" "$tree"/*/run || { echo "# $line $cmd"; cat "$tree"/*/run; return 1; }
  done <<'EOL'
[ "${1#-}" != "$1" ] && set -- server "$@"|CMD ["--port", "80"]|server --port 80
[ "${1#-}" != "$1" ] && set -- server "$@"|CMD ["web", "80"]|web 80
[ $# -eq 0 ] && set -- web|ENV A=1|web
[ $# -gt 0 ] OR set -- web --all|ENV A=1|web --all
EOL
}

@test "arguments that only choose a program, without exec, are not said to be run" {
  local script
  printf 'FROM debian\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\nCMD ["celery"]\n' >Dockerfile
  for script in $'case "$1" in\n  admin) ./admin.sh ;;\n  celery) ./start_celery.sh ;;\nesac' $'if [ "$1" = admin ]; then\n  ./admin.sh\nelse\n  python src/run_gunicorn.py\n  exit 1\nfi'; do
    wrapper <<<$'#!/bin/sh\n'"$script"
    migrate --dockerfile Dockerfile
    told "the script's arguments chose what runs; now that is what CMD (celery) chose"
    untold "the script's arguments were CMD"
  done
}
