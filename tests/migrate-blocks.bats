# Blocks of a script that set variables, and work as well.
# shellcheck shell=bash disable=SC2154 # tree is migrate's
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a block that exports a variable and works is a task, and is done once" {
  local block task
  for block in $'for t in a b; do\n  export TENANT=$t\n  ./work\ndone' $'if [ ! -f /data/x ]; then\n  export MODE=first\n  ./work\nfi' \
    $'while read -r line; do\n  NAME=${line%%:*}\n  export NAME\n  ./work\ndone </etc/users' $'for u in $(cat /etc/users); do\n  export NAME=$u\n  ./work\ndone' \
    $'if [ -n "$IMPORT" ]; then\n  cd /import\n  FILE=$(ls *.sql)\n  mysql <"$FILE"\nfi' $'if ./work; then\n  export DONE=1\nfi' $'if [ ! -f /data/x ]; then\n  export TOKEN=$(./token)\n  curl -X POST "$URL"\nfi'; do
    wrapper <<<$'api &\n'"$block"$'\nwarm-up || exit 1\nwait'
    migrate
    task=$(basename "$(dirname "$tree"/*/flag-oneshot)")
    services api "$task"
    file "$task/run" <<<$'#!/bin/sh\ncd "${REEVE_WORKDIR:-/}" || exit 111\n'"$block"$'\nwarm-up || exit 1'
    [ -z "$(grep -e work -e mysql -e curl "$tree/$task/finish")" ]
    told "task $task, run once after api"
    untold TODO
  done
}

@test "such a block is not lost where nothing comes behind it" {
  for block in $'if [ ! -f /data/seeded ]; then\n  export TOKEN=$(./token)\n  ./seed\nfi' $'while read -r line; do\n  export NAME=${line%%:*}\n  ./seed\ndone </etc/users'; do
    wrapper <<<$'api &\nsleep 3\n'"$block"$'\nwait'
    migrate
    services api seed
    grep -q '^  ./seed$' "$tree/seed/run"
    untold 'nothing needs it'
  done
}

@test "what comes behind the block in another file may need what it exports: a TODO" {
  local todo='it also exports TOKEN, which reaches no other file: export that in the run of each service that needs it, too'
  for block in $'if [ ! -f /data/x ]; then\n  export TOKEN=$SECRET\n  ./seed\nfi' $'if [ ! -f /data/x ]; then\n  TOKEN=$SECRET\n  export TOKEN\n  ./seed\nfi' $'./seed && export TOKEN=1' \
    $'if [ -n "$A" ]; then\n  ./seed\n  if [ -n "$B" ]; then\n    export TOKEN=1\n    ./other\n  fi\nfi'; do
    wrapper <<<$'db &\n'"$block"$'\nexec web'
    migrate
    told "run once after db; when it fails, what comes later is started all the same, as the script went on; TODO: $todo"
    [ -z "$(grep -e seed -e other "$tree/web/run")" ]
  done
  wrapper <<<$'init() { export TOKEN=1; ./seed; }\ndb &\ninit\nexec web'
  migrate
  told "TODO: $todo"
  # It has another value there, or is not exported.
  wrapper <<<$'db &\nif [ ! -f /data/x ]; then\n  export TOKEN=1\n  ./seed\nfi\nexport TOKEN=2\nexec web'
  migrate
  untold TODO
  wrapper <<<$'db &\nif [ ! -f /data/x ]; then\n  TOKEN=1\n  ./seed "$TOKEN"\nfi\nexec web'
  migrate
  untold TODO
  wrapper <<<$'db &\nif [ ! -f /data/x ]; then\n  TOKEN=$(./token)\n  ./seed\nfi\nexec web "$TOKEN"'
  migrate
  told 'service web, what the script ended with: main; TODO: $TOKEN is not known here (run)'
}

@test "a block that only asks, or prepares the same again, stays with what it sets" {
  wrapper <<<$'db &\nif grep -q foo /etc/x; then export MODE=foo; fi\nif [ -z "$D" ]; then mkdir -p /data; export D=/data; fi\nexec web'
  migrate
  services db web
  file web/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
if grep -q foo /etc/x; then export MODE=foo; fi
if [ -z "$D" ]; then mkdir -p /data; export D=/data; fi
exec web
EOS
  untold TODO
  # The first one changes what the second one would find.
  wrapper <<<$'db &\nif [ ! -d /data ]; then mkdir /data; export NEW=1; fi\nexec web'
  migrate
  told 'TODO: it also exports NEW'
  [ -z "$(grep NEW "$tree/web/run")" ]
}

@test "a value of a loop decides its branches: one service for each round, also by the name of a function" {
  local start
  for start in 'case $s in a) one & ;; b) two & ;; c) three & ;; esac' 'if [ "$s" = a ]; then one & else two & fi' 'run_$s &' '"run_${s}" &'; do
    wrapper <<<$'#!/bin/bash\nrun_a() { exec one; }\nrun_b() { exec two; }\nfor s in a b; do\n  '"$start"$'\ndone\nwait'
    migrate
    [ "$(find "$tree" -mindepth 1 -maxdepth 1 | wc -l)" -eq 2 ] || { echo "# $start"; find "$tree" -mindepth 1; return 1; }
    grep -q 'one$' "$tree"/one*/run
    grep -q 'two$' "$tree"/two*/run
    untold 'on a condition'
  done
  # behind the loop its variable is what the script asks again
  wrapper <<<$'#!/bin/bash\nfor s in a b; do one-$s & done\nread s\nif [ "$s" = b ]; then two & fi\nwait'
  migrate
  told 'two (on a condition'
}
