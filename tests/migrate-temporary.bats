# A server that is only there for a while, for the setup: it stays there, with all that it needs.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "the setup has each function that it calls, also where it sets variables, or another function calls it" {
  local block
  for block in \
    $'if [ -n "$INIT" ]; then\n  up\n  for f in /sql/*; do mysql <"$f"; done\n  down\nfi' \
    $'if [ -n "$INIT" ]; then\n  for i in 1 2; do echo $i; done\n  up\n  while read -r q; do mysql -e "$q"; done </sql\n  down\nfi' \
    $'while [ ! -e /done ]; do\n  up\n  for f in /sql/*; do mysql <"$f"; done\n  down\n  touch /done\ndone' \
    $'init() {\n  up\n  for f in /sql/*; do mysql <"$f"; done\n  down\n}\n[ -e /done ] || init'; do
    wrapper <<<$'#!/bin/bash\nup() { mysqld & PID=$!; }\ndown() { kill $PID; wait $PID; }\n'"$block"$'\nexec mysqld'
    migrate
    services mysqld
    told 'cont-init.d/10-start: function up'
    told 'cont-init.d/10-start: function down'
    grep -q '^up() ' "$init/10-start"
    grep -q '^down() ' "$init/10-start"
    untold TODO
  done
}
