# What ended everything from the background: (worker; kill $$) &.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a program behind which the script was killed is main" {
  local kill
  for kill in 'kill -TERM $$' 'kill $$' 'kill 0' 'kill -s TERM -- -$$' 'kill -9 1' 'echo over; kill "$$"; exit 1'; do
    wrapper <<<$'#!/bin/bash\n(worker --all; '"$kill"$') &\n{ web || true; echo over; kill $$; } &\nwait'
    migrate
    services worker web
    has worker/flag-main web/flag-main
    becomes worker 'exec worker --all'
    becomes web 'exec web'
    told 'waited until all had ended; what ended everything before is main'
    untold TODO
  done
}

@test "what only waits for a process, and kills the script then, makes that main" {
  local watch
  for watch in 'while kill -0 $W 2>/dev/null; do sleep 1; done' 'until ! kill -0 "$W"; do sleep 5; done'; do
    wrapper <<<$'#!/bin/bash\nworker &\nW=$!\nweb &\nB=$!\n('"$watch"$'; kill -TERM $$) &\nwait $B'
    migrate
    services worker web
    has worker/flag-main web/flag-main
    told 'ended everything when one of these had ended, which are main: worker'
  done
  wrapper <<<$'#!/bin/bash\nworker &\nW=$!\nweb &\n(wait "$W"; kill -TERM $$) &\nwait'
  migrate
  services worker web
  has worker/flag-main
  lacks web/flag-main
  told 'mistake: in the background, a shell waits only for what it has started itself'
}

@test "what ended all others when one had ended makes that main" {
  wrapper <<<$'#!/bin/bash\nworker &\nW=$!\nweb &\nB=$!\n(\n  while kill -0 $W 2>/dev/null; do sleep 5; done\n  echo gone\n  kill -TERM $B 2>/dev/null || true\n) &\nwait $B'
  migrate
  services worker web
  has worker/flag-main web/flag-main
  told 'ended everything when one of these had ended, which are main: worker'
  untold TODO
  wrapper <<<$'#!/bin/bash\nworker &\nW=$!\nweb &\nB=$!\ncache &\n(while kill -0 $W; do sleep 5; done; kill $B) &\nexec other'
  migrate
  lacks worker/flag-main
  told 'TODO: $W is not known here'
}

@test "where more was done ahead of that kill, it is marked" {
  wrapper <<<$'#!/bin/bash\n(prepare && worker; sleep 3; kill $$) &\nexec web'
  migrate
  told 'TODO: by kill $$ it ended the script, and the container with it; here $$ is only the shell of this file: write `reeve shutdown` in its place'
}

@test "a kill of something else ends nothing" {
  wrapper <<<$'#!/bin/bash\ncache &\nC=$!\n(worker; kill $C) &\nexec web'
  migrate
  untold 'ended everything'
}

@test "a daemon that is started and stopped by commands with a filter is prepared in the setup" {
  wrapper <<'EOS'
#!/bin/bash
set -eo pipefail
indent() { sed -u 's/^/   /'; }
su - postgres -c "pg_ctl -w -D /data start" | indent
(./migrate) | indent
su - postgres -c "pg_ctl -D /data stop" | indent
exec web
EOS
  migrate
  services web
  grep -q 'pg_ctl -D /data stop" | indent' "$init/10-start"
  becomes web 'exec web'
}

@test "a signal that only tells the script something ends nothing" {
  local kill
  for kill in 'kill -HUP $$' 'kill -s USR1 $$' 'kill -USR2 -- $$' 'kill -10 $$' 'kill -s CONT "$$"'; do
    wrapper <<<$'#!/bin/bash\nweb &\n(worker --all; '"$kill"$') &\nwait'
    migrate
    lacks worker/flag-main || { echo "# $kill"; return 1; }
    told 'by kill $$ it sent the script a signal'
  done
  for kill in 'kill -s 0 $$' 'kill -0 $$ || exit' "sh -c 'kill \$\$; watch'"; do # it only asks, or $$ is another shell
    wrapper <<<$'#!/bin/bash\nweb &\n(worker --all; '"$kill"$') &\nwait'
    migrate
    lacks worker/flag-main
    untold 'by kill $$' || { echo "# $kill"; return 1; }
  done
}

@test "the output of the group is the program's" {
  wrapper <<<$'#!/bin/bash\nweb &\n(worker --all 2>/dev/null; kill $$) >>/var/log/worker 2>&1 &\nwait'
  migrate
  becomes worker 'exec worker --all >>/var/log/worker 2>&1 2>/dev/null'
}

@test "kill of one that has ended, or of not all others, ends nothing" {
  local kill
  for kill in 'kill $A' 'kill $B'; do
    wrapper <<<$'#!/bin/bash\na & A=$!\nb & B=$!\nc &\n(while kill -0 $A; do sleep 1; done; '"$kill"$') &\nwait'
    migrate
    lacks a/flag-main
    told TODO
  done
  wrapper <<<$'#!/bin/bash\na & A=$!\nb & B=$!\n(while kill -0 $A; do sleep 1; done; kill $A) &\nwait'
  migrate
  lacks a/flag-main b/flag-main
  wrapper <<<$'#!/bin/bash\na & A=$!\nb & B=$!\n(while kill -0 $A; do sleep 1; done; kill $A $B) &\nwait'
  migrate
  has a/flag-main
}

@test "where a loop killed the script, its exit code came from that, and the report says which it is now" {
  wrapper <<<$'front &\nF=$!\nwhile sleep 5; do kill -0 $F || kill $$; done &\ntrap "kill $F" TERM\nwait'
  migrate
  told 'dropped: watched these, and ended everything when one had ended: they are main: front; the script ended by that signal then, or as its trap says'
}

@test "a trap of CHLD that ends all, and a loop that ends the others by a function, wait on for nobody" {
  wrapper <<<$'#!/bin/bash\ntrap "exit" CHLD\na & A=$!\nb & B=$!\nwait $A $B'
  migrate
  has a/flag-main b/flag-main
  untold TODO
  wrapper <<<$'#!/bin/bash\na & A=$!\nb & B=$!\nstop_all() { kill $A $B; }\nwhile true; do wait -n; if ! kill -0 $A || ! kill -0 $B; then stop_all; break; fi; done\nwait'
  migrate
  has a/flag-main b/flag-main
  untold TODO
}

@test "what waits for the end of what the script has ended makes nobody main" {
  local wait
  for wait in 'while kill -0 $P; do sleep 1; done' 'while [ -e /proc/$P ]; do sleep 1; done' 'tail --pid=$P -f /dev/null'; do
    wrapper <<<$'#!/bin/bash\nipfs daemon & P=$!\npython3 main.py\nkill $P\n'"$wait"
    migrate
    services ipfs python
    has python/flag-main
    lacks ipfs/flag-main || { echo "# $wait"; return 1; }
  done
}

@test "a loop of wait -n that went on behind an end with 0 is told" {
  local loop
  for loop in 'while wait -n; do :; done' $'while true; do\n  wait -n\n  code=$?\n  if [ $code -ne 0 ]; then exit $code; fi\ndone'; do
    wrapper <<<$'#!/bin/bash\nweb &\nworker &\n'"$loop"
    migrate
    told 'waited for the first to end: main are web, worker; where one had ended with 0, the script waited on for the others, and here that ends the container, too'
  done
}

@test "signals on a condition, behind the end, are no message" {
  wrapper <<<$'#!/bin/bash\nweb &\nW=$!\nother &\nA=$!\nwait -n\nrc=$?\nif kill -0 $W; then kill -QUIT $W; else kill -INT $A; fi\nwait\nexit $rc'
  migrate
  untold 'a message about the end'
  told 'TODO: it ended what still ran by other signals than TERM'
  wrapper <<<$'#!/bin/bash\nweb &\nW=$!\nother &\nA=$!\nwait -n\nrc=$?\nif kill -0 $W; then kill $W; else kill $A; fi\nwait\nexit $rc'
  migrate
  untold TODO
}

@test "what a shell in the background waits for is what it has started" {
  local group
  for group in $'{\na &\nb &\nwait -n\n} &' '( cd /srv/a; a & b & wait -n ) &'; do
    wrapper <<<"$group"$'\nc &\nwait -n'
    migrate
    services a b c
    has a/flag-main b/flag-main c/flag-main
    told 'dropped: waited in a shell of its own, for what are services now'
    untold 'TODO'
  done
  wrapper <<<$'( a & b & wait ) &\nc &\nwait -n'
  migrate
  services a b c
  told 'TODO: in the script, a and b had one end, when all of them had ended'
}

@test "a shell in the background that waits behind all that it does goes on doing so" {
  wrapper <<<$'( cd /srv/a; ./a & trap "kill $!" TERM; wait $! ) &\nexec b'
  migrate
  services a b
  [ "$(last_line a)" = 'wait $!' ]
  told 'TODO: its run only waits for this, and gets the signals in its place: ./a: make that the service, with exec'
  wrapper <<<$'( a & A=$!; h & H=$!; wait $A; kill $H ) &\nexec b'
  migrate
  [ "$(last_line a)" = 'kill $H' ]
}
