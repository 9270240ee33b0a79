# Scripts that are damaged, cut off, or no wrappers at all.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "what the parser finds no sense in is named, the rest is worked on" {
  wrapper <<'EOS'
web &
if [ x ; then
  broken &
worker &
wait
EOS
  migrate
  has web
  told 'damaged'
  told 'note: the parser found errors in lines'
  wrapper <<<$'web &\nfi\nworker &\nwait -n'
  migrate
  services web worker
  grep -q '^# TODO reeve-migrate: line 2: ' "$tree"/*/run
}

@test "a pipeline of three ends with its line, whatever the next lines join" {
  wrapper <<'EOS'
prepare() {
  curl -s "$URL" | tar xz | sort # the list
  migrate-db
  if ./a || ./b; then
    export READY=1
  fi
}
prepare
web &
wait -n
EOS
  migrate
  grep -q '^  if ./a || ./b; then$' "$init"/*
  wrapper <<'EOS'
{
  ps | grep x | sort
  nginx
  test -e /ready || exit 3
}
exec web
EOS
  migrate
  services nginx check-ready web
  becomes nginx "exec nginx -g 'daemon off;'"
  while read -r words; do
    wrapper <<<$'{\na | b | sort\n'"$words"$'\n./c || exit\n}\nexec web'
    migrate
    services web
    cont=$(cat "$init"/*)
    grep -q '^./c || exit' <<<"$cont" || { echo "# $words: $cont"; return 1; }
  done <<'EOS'
d
export D
# only a comment
[ x ]
EOS
}

@test "scripts cut off at any byte" {
  local text n code failed=
  text=$(cat "$BATS_TEST_DIRNAME/../servicedirs-example/wrapper.sh" - <<'EOS'
case $1 in a|b) { x | y & } ;; esac; for i in 1 2; do w "$i" <<E & done
E
f() { trap 'kill -INT $P' TERM; }; until [ -S /x ] || ! z; do sleep 1; done; f "$(g `h`)" && exec su - u -c "v 'w'"
EOS
)
  for ((n = 1; n <= ${#text}; n += 1)); do
    printf %s "${text:0:n}" >start.sh
    code=0
    report=$(reeve-migrate start.sh 2>stderr) || code=$?
    case $code in
      0) [ $((n % 50)) -ne 0 ] || accounted || failed="$failed account:$n" ;;
      # an interpreter that is no shell yet; then nothing that starts a process
      1) [ "$n" -le 11 ] || grep -q 'no long-running process' stderr || failed="$failed $n" ;;
      *) failed="$failed $n" ;;
    esac
  done
  [ -z "$failed" ] || { echo "# failed when cut off at:$failed"; false; }
}

@test "anything at all has an account" {
  head -c 3000 /bin/sh >start.sh
  run reeve-migrate start.sh
  [ "$status" -le 1 ]
  : >start.sh
  run reeve-migrate start.sh
  [ "$status" -eq 1 ]
  [[ $output == *'no long-running process'* ]]
  printf 'web & wait' >start.sh
  migrate
  services web
}

@test "a program of its own is refused, with the reason" {
  for ((n = 0; n < 120; n++)); do echo "function_$n() { echo $n; }"; done >start.sh
  echo 'function_1 & wait' >>start.sh
  run reeve-migrate start.sh -o rootfs/etc/services.d
  [ "$status" -eq 1 ]
  [[ $output == *"120 functions"* ]]
  [ ! -e rootfs ]
  wrapper <<'EOS'
#!/bin/bash
declare -A SERVICES=([web]="web --port 80" [db]=db)
start_all() { for s in "${!SERVICES[@]}"; do eval "${SERVICES[$s]}" & done; }
start_all
wait
EOS
  run reeve-migrate start.sh -o rootfs/etc/services.d
  [ "$status" -eq 1 ]
  [[ $output == *"a registry of services"* ]]
  wrapper <<<$'#!/usr/bin/env python3\nprint(1)'
  run reeve-migrate start.sh -o rootfs/etc/services.d
  [ "$status" -eq 1 ]
  [[ $output == *"python3, not a shell script"* ]]
}

@test "functions that call each other many times are looked at once each" {
  wrapper <<'EOS'
stop() { start a; start b; stop c; check d; }
 start() { stop a; check b; start c; stop d; }
check() { start a; stop b; check c; start d; }
check all
exec web
EOS
  run timeout 20 reeve-migrate start.sh -o rootfs/etc/services.d
  [ "$status" -eq 0 ]
  services web
  sed -i 's/^check all/mysqld \&\ncheck all/' start.sh # is it stopped by one of them?
  run timeout 20 reeve-migrate start.sh -o rootfs/etc/services.d --force
  [ "$status" -eq 0 ]
}

@test "wrong usage and files that cannot be read" {
  run reeve-migrate
  [ "$status" -eq 100 ]
  run reeve-migrate a b
  [ "$status" -eq 100 ]
  run reeve-migrate --what start.sh
  [ "$status" -eq 100 ]
  run reeve-migrate missing
  [ "$status" -eq 100 ]
  [[ $output == *'unable to read the input missing: No such file'* ]]
  wrapper <<<'exec web'
  : >Dockerfile # an empty file is read as one
  run reeve-migrate start.sh --dockerfile Dockerfile
  [ "$status" -eq 0 ]
  run reeve-migrate start.sh --dockerfile docker/Dockerfile
  [ "$status" -eq 100 ]
  [[ $output == *'unable to read the Dockerfile docker/Dockerfile: No such file'* ]]
  run reeve-migrate . --root .
  [ "$status" -eq 1 ]
  [[ $output == *'refused: . is a folder: give the file, as ./start.sh'* ]]
  run reeve-migrate start.sh --root missing
  [ "$status" -eq 100 ]
  [[ $output == *'unable to open the folder missing'* ]]
}

@test "functions that double the work with each call do not keep it busy" {
  local functions rest
  functions=$(for i in {0..23}; do echo "f$i() { f$((i + 1)); f$((i + 1)); }"; done; echo 'f24() { unset X; kill -0 $P; }')
  for rest in $'f0\ndb &\nf0\nexec web' $'db & P=$!\ntrap f0 TERM\nwhile true; do f0 || exit 1; sleep 1; done' $'db &\nuntil f0; do f0; sleep 1; done\nexec web'; do
    wrapper <<<"$functions"$'\n'"$rest"
    timeout 10 reeve-migrate start.sh >/dev/null
  done
  functions=$(for i in {0..19}; do echo "f$i() { $(for j in {0..19}; do [ "$i" = "$j" ] || echo "f$j;"; done | xargs) }"; done)
  for rest in $'db & P=$!\nf0\nf3 || f4\nwhile kill -0 $P; do f5; done' $'db & P=$!\ntrap f0 TERM\nwait $P'; do
    wrapper <<<"$functions"$'\n'"$rest"
    timeout 10 reeve-migrate start.sh >report
  done
  grep -q 'TODO: its functions call each other too many times to follow them all' report
}

@test "a lone dash in a test, and a loop over the arguments without a semicolon, are understood" {
  local test
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["-v"]\n' >Dockerfile
  for test in '[ "${1:0:1}" = - ]' '[[ ${1:0:1} == - ]]' '[ "$1" != --  ]'; do
    wrapper <<<$'#!/bin/bash\nif '"$test"$'; then set -- web "$@"; fi\nhelper &\nexec "$@"'
    patched
    services helper web
    becomes web 'exec web -v'
    untold damaged
  done
  wrapper <<<$'#!/bin/sh\nwords=\nfor word do words="$words $word"; done\nhelper &\nexec web $words'
  patched
  grep -q -x 'for word do words="$words $word"; done' "$tree/web/run"
  untold damaged
  wrapper <<<$'#!/bin/bash\nX=$(ls -A | grep -v ^x$)\nY="$(echo $$)"\nexec web "$X" "$Y"'
  migrate
  grep -q -x -F 'X=$(ls -A | grep -v ^x$)' "$tree/web/run"
  untold damaged
}

@test "a program that the script becomes on the line of a here-document is a question" {
  wrapper <<<$'#!/bin/sh\nhelper &\ncat >/etc/app.conf <<END && exec server --port 80\nport = 80\nEND'
  migrate
  grep -q -F 'damaged: cat >/etc/app.conf <<END && exec server --port 80' "$tree/helper/run"
  services helper
  wrapper <<<$'#!/bin/sh\ncat >/etc/app.conf <<END && echo done || exit 1\nport = 80\nEND\nhelper &\nwait'
  migrate
  untold damaged
}

@test "what is to be done by hand is in the service that was started ahead of it" {
  local deep i
  deep=$(for ((i = 0; i < 70; i++)); do printf '{ '; done; printf 'job & '; for ((i = 0; i < 70; i++)); do printf '; } '; done)
  wrapper <<<$'#!/bin/bash\nif [ "$ROLE" = a ]; then\n  a --port 80 &\n'"${deep//& ;/& }"$'\nelse\n  b --port 80 &\nfi\nwait -n'
  migrate
  grep -q TODO "$tree/a/run"
  run ! grep -q TODO "$tree/b/run"
}

@test "a program that is started in a here-document's line is marked" {
  wrapper <<<$'db &\ncat >/etc/web.conf <<EOF && nginx\nx\nEOF'
  migrate
  told 'the parser finds no sense in it'
  wrapper <<<$'cat >/etc/web.conf <<EOF || exit 1\nx\nEOF\nexec web'
  migrate
  untold 'the parser finds no sense in it'
}

@test "a group behind ! is read as the shell reads it" {
  wrapper <<<$'#!/bin/bash\nif ! { KEY=$(make-key) && [ -n "$KEY" ]; } && [ -z "$QUIET" ]; then\n  echo "none };"\nfi\nexec web "$KEY"'
  migrate
  told 'KEY: done once, and handed on'
  grep -q 'reeve_place/KEY' "$tree/web/run"
  wrapper <<<$'if ! { [ -n "$A" ] || [ -n "$B" ]; } && [ -n "$C" ]; then\n  web &\nfi\nexec other'
  migrate
  file web/enable-if <<<$'!A\n!B\nC'
  untold TODO
}

@test "a loop that asks whether a redirection fails is understood" {
  local loop
  for loop in 'while ! </dev/tcp/localhost/5432; do sleep 1; done' $'while !</dev/tcp/localhost/5432\ndo sleep 1\ndone'; do
    wrapper <<<$'#!/bin/bash\ndb &\n'"$loop"$'\nexec web'
    migrate
    told 'its readiness check, which reeve-exec makes itself (tcp:5432)'
    untold damage
  done
}

@test "a script without #! is that of the image's sh: where that may be dash, and the words are Bash's, a mistake says so" {
  local start
  printf 'web &> /log &\nsleep infinity\n' >start.sh
  printf 'FROM debian\nCOPY start.sh /\nCMD /start.sh\n' >Dockerfile
  migrate --dockerfile Dockerfile
  head -n 1 "$tree/web/run" | grep -qx '#!/bin/bash'
  told "line 1: mistake: without #! only a shell can execute it, which is the image's sh: where that is dash, it does not read Bash's words"
  printf 'FROM alpine\nCOPY start.sh /\nCMD /start.sh\n' >Dockerfile
  migrate --dockerfile Dockerfile
  head -n 1 "$tree/web/run" | grep -qx '#!/bin/sh'
  untold 'without #!'
  for start in 'RUN apk add bash' 'SHELL ["/bin/bash", "-c"]'; do
    printf 'FROM alpine\n%s\nCOPY start.sh /\nCMD /start.sh\n' "$start" >Dockerfile
    migrate --dockerfile Dockerfile
    head -n 1 "$tree/web/run" | grep -qx '#!/bin/bash'
    untold 'without #!'
  done
  printf 'web >/log &\nsleep infinity\n' >start.sh
  printf 'FROM debian\nCOPY start.sh /\nCMD /start.sh\n' >Dockerfile
  migrate --dockerfile Dockerfile
  head -n 1 "$tree/web/run" | grep -qx '#!/bin/sh'
  untold 'without #!'
}

@test "&> is what was meant, also where sh is dash" {
  local redirect
  for redirect in '&> /dev/null:>/dev/null 2>&1' '&>>/var/log/w:>>/var/log/w 2>&1' '>& /var/log/w:>/var/log/w 2>&1' '>/var/log/w 2>&1:>/var/log/w 2>&1'; do
    wrapper <<<$'#!/bin/sh\nworker '"${redirect%:*}"$' &\nnginx -g "daemon off;"'
    migrate
    becomes worker "exec worker ${redirect#*:}"
  done
  untold 'where sh is dash'
  wrapper <<<$'#!/bin/sh\nworker &>/dev/null &\nexec web'
  migrate
  told 'line 2: mistake: where sh is dash, &> is & and >'
  wrapper <<<$'#!/bin/bash\nworker &>/dev/null &\nexec web'
  migrate
  becomes worker 'exec worker &>/dev/null'
  untold 'where sh is dash'
}

@test "a list without a command, which no shell reads, is a mistake, and has one in the files" {
  wrapper <<<$'#!/bin/sh\nif [ -f /etc/x ]; then\nelse\n  ./setup\nfi\nexec web'
  migrate
  told 'line 2: mistake: nothing is between then and else: the shell cannot read that, and the script ended here with code 2'
  diff -u - <(sed '1d;/^exit 0/d' "$(path_of cont-init.d/10-start)") <<<$'if [ -f /etc/x ]; then :\nelse\n  ./setup\nfi'
  wrapper <<<$'#!/bin/sh\nif ./ask; then # ./setup\nelif ./other; then ./b\nelse # none\nfi\nfor x in a b; do\n # none\ndone\nprepare() { }\nwhile ./ask; do\ndone\nprepare\nexec web'
  migrate
  told 'line 2: mistake: nothing is between then and elif'
  told 'line 4: mistake: nothing is between else and fi'
  told 'line 6: mistake: nothing is between do and done'
  told 'line 9: mistake: nothing is between { and }'
  told 'line 10: mistake: nothing is between do and done'
  bash -n "$(path_of cont-init.d/10-start)"
  wrapper <<<$'#!/bin/sh\nif ./ask; then :; else ./b; fi\ncase $X in a) ;; b) # none\n ;; esac\nexec web'
  migrate
  untold mistake
}

@test "behind ( ), (( )), [[ ]] and { } in a condition Bash needs no semicolon" {
  local loop question
  for loop in 'while( true ) do' 'while [[ 1 ]] do' 'while (( 1 )) do' 'while { true; } do' 'until (false) do' 'while (true);  do'; do
    wrapper <<<$'#!/bin/bash\nweb &\n'"$loop"$'\necho alive\nsleep 1;\ndone'
    migrate
    services web
    told 'lines 3-6: dropped: kept the container alive' || { echo "# $loop"; return 1; }
    untold 'TODO'
    untold 'the parser found errors'
  done
  for question in '[[ -n "$X)" ]]' '( check )' '{ check; }' "[[ -n \$X || -z ' ]]' ]]"; do
    wrapper <<<$'#!/bin/bash\nif '"$question"$' then\n  worker &\nelif [[ $Y ]] then\n  other &\nfi\necho "if (true) then go"\nexec web'
    migrate
    services worker other web
    untold 'the parser found errors' || { echo "# $question"; return 1; }
    grep -qF -- "$question" "$tree/worker/run" || [ -e "$tree/worker/enable-if" ] || { echo "# $question"; return 1; }
  done
}

@test "where nothing is found beside what cannot be read, the refusal names those lines" {
  wrapper <<<$'#!/bin/bash\nif [ x = ]; then\n  ./more &\nfi\nexec nginx'
  run --separate-stderr reeve-migrate start.sh
  [ "$status" -eq 1 ]
  [[ $stderr == *'errors in lines 2-5'* ]]
}
