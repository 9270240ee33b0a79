# What is set anew, or compared, before something starts: the arguments, arrays, the directory.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

image() # CMD
{
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD %s\n' "$1" >Dockerfile
}

@test "set with options sets the arguments, too" {
  local words
  image '["old"]'
  for words in 'set -e -- web --port 80' 'set -euo pipefail -- web --port 80' 'set - web --port 80'; do
    wrapper <<<$'#!/bin/bash\n'"$words"$'\nhelper &\nexec "$@"'
    patched
    services helper web || { echo "# $words"; return 1; }
    becomes web 'exec web --port 80'
  done
}

@test "a comment is no loop over the arguments" {
  wrapper <<<$'#!/bin/bash\nuntil nc -z db 80 # wait for it\ndo sleep 1; done\nhelper &\nweb &\nwait -n'
  migrate
  untold 'the script looks at its arguments'
}

@test "what CMD is compared with by =~ is a pattern where it is not quoted; numbers may be large" {
  local cmd test expected
  while read -r cmd expected test; do
    image "[\"$cmd\"]"
    wrapper <<<$'#!/bin/bash\nhelper &\nif '"$test"$'; then exec one; fi\nexec two'
    patched
    services helper "$expected" || { echo "# $cmd: $test"; return 1; }
  done <<'EOS'
axb one [[ $1 =~ a.b ]]
axb two [[ $1 =~ "a.b" ]]
axb two [[ $1 =~ 'a.b' ]]
axb two [[ $1 =~ a\.b ]]
xa.bx one [[ $1 =~ "a.b" ]]
2000000 one [ "$1" -gt 1500000 ]
1500000 two [ "$1" -gt 1500000 ]
EOS
}

@test "what a condition reads, or changes, is seen" {
  wrapper <<<$'#!/bin/bash\nhelper &\nif . /etc/env.sh; then migrate-all --now; fi\nweb "$PORT"'
  migrate
  told 'it also reads /etc/env.sh: the variables that are set there reach no other file'
  wrapper <<<$'#!/bin/bash\nhelper &\nif cd /srv; then migrate-all --now; fi\nweb "$PORT"'
  migrate
  told 'it also changes directory, umask or limits'
}

@test "an array that is set anew names what runs; one that a branch may set anew does not" {
  wrapper <<<$'#!/bin/bash\nA=(old "$X")\nA=(new --fast "$Y")\n"${A[@]}" &\nweb &\nwait -n'
  migrate
  services new web
  wrapper <<<$'#!/bin/bash\nA=(old "$X")\nif [ -n "$Q" ]; then A=(new --fast "$Y"); fi\n"${A[@]}" &\nweb &\nwait -n'
  migrate
  [ ! -e "$tree/old" ] && [ ! -e "$tree/new" ]
}

@test "a service that is called like a word of a TODO does not get it for that" {
  wrapper <<<$'#!/bin/bash\nsignal --fast &\nweb --port 80 &\ntrap \'kill -"$SIG" $!\' TERM\nwait'
  migrate
  grep -q 'which signal is' "$tree/web/run"
  ! grep -q TODO "$tree/signal/run"
}

@test "each round of a loop goes on from what the one ahead of it has added" {
  local step
  for step in 'N=$((N + 1))' '((N++))' 'let N+=1' 'N=$(expr $N + 1)'; do
    wrapper <<<$'#!/bin/bash\nN=0\nfor q in a b c; do\n  '"$step"$'\n  worker $q $N &\ndone\nwait'
    migrate
    untold TODO
    worker() { echo "$@"; }
    [ "$(for q in a b c; do (eval "$(sed -e '/REEVE_WORKDIR/d' -e 's/^exec //' "$tree/worker-$q/run")"); done | xargs)" = 'a 1 b 2 c 3' ]
  done
  wrapper <<<$'#!/bin/bash\nfor q in a b; do\n  NAME=job-$q\n  worker $NAME &\ndone\nwait'
  migrate
  [ "$(grep -c '^NAME=' "$tree/worker-b/run")" -eq 1 ]
}

@test "each round goes on from the folder that the one ahead of it has ended in" {
  wrapper <<<$'#!/bin/bash\nfor d in api web; do\n  cd $d\n  npm start &\n  cd ..\ndone\nwait'
  migrate
  [ "$(grep -v -e '^#!' -e REEVE -e exec "$tree/npm-web/run" | xargs)" = 'd=api cd $d cd .. d=web cd $d' ]
  wrapper <<<$'#!/bin/bash\nfor d in api web; do\n  cd "$BASE/$d"\n  ./run &\ndone\nwait'
  migrate
  [ "$(grep -c '^cd "$BASE' "$tree/run-web/run")" -eq 1 ]
}

@test "a function that exports computed names is called for each service, in a loop and behind a condition, too" {
  local load call
  for load in 'export "$1=$(cat /run/secrets/$1)"' 'eval "$1=\$(cat /run/secrets/$1); export $1"' 'export $(grep -v "^#" /etc/app.env | xargs)'; do
    for call in 'for s in DB TOKEN; do load "$s"; done' 'for s in DB TOKEN; do [ -f /run/secrets/$s ] && load $s; done' '[ -f /etc/app.env ] && load X' \
      'if [ -n "$X_FILE" ]; then load X; fi' 'load X || true'; do
      wrapper <<<$'#!/bin/bash\nload() { '"$load"$'; }\n'"$call"$'\nworker &\nexec webapp'
      migrate
      grep -qxF "$call" "$tree/worker/run" && grep -qxF "$call" "$tree/webapp/run" && grep -qF "load() { $load; }" "$tree/webapp/run" || { echo "# $load, $call"; return 1; }
    done
  done
  wrapper <<<$'#!/bin/bash\nload() { export "$1=$(cat /run/secrets/$1)"; }\n(load X; migrate)\nworker &\nexec webapp' # a shell of its own
  migrate
  run ! grep -rq load "$tree/worker" "$tree/webapp"
  for call in '[ -n "$VAULT" ] && load DB' 'for s in DB TOKEN; do load "$s"; done' 'if [ -n "$VAULT" ]; then load DB; ./migrate; fi'; do # it cannot be repeated
    wrapper <<<$'#!/bin/bash\nload() { export "$1=$(vault read $1)"; }\n'"$call"$'\nworker &\nexec webapp'
    migrate
    [ "$(grep -o 'exports variables whose names are computed' "$init/10-start" | wc -l)" = 1 ] || { echo "# $call"; return 1; }
  done
}
