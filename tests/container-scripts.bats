# Scripts around the services: /etc/cont-init.d before them, /etc/cont-finish.d after.

load lib
load containers

setup_file() { containers_setup_file busybox; }

setup()
{
  reeve_setup
  containers_setup
  mkdir "$dir/init" "$dir/finish"
  scripts=(-v "$dir/init:/etc/cont-init.d" -v "$dir/finish:/etc/cont-finish.d")
  service web <<<"trap 'echo web ends >>/share/order; exit 0' TERM; echo web >>/share/order; while :; do sleep 0.1; done"
}

teardown() { containers_teardown; reeve_teardown; }
teardown_file() { containers_teardown_file; }

init_script() { script "$dir/init/$1"; }
finish_script() { script "$dir/finish/$1"; }
count_is() { [ "$(wc -l <"$dir/share/order")" -eq "$1" ]; }

started_and_stopped() # [OPTION...]
{
  container_run "${scripts[@]}" "$@" busybox
  container_ready web
  eventually 10 grep -q '^web' "$dir/share/order"
  container_stop -t 60
  container_ended "${code:-0}"
}

@test "cont-init.d: in order of name, one after the other, before the services" {
  init_script 20-second <<<'echo second begins >>/share/order; sleep 0.3; echo second ends >>/share/order'
  init_script 10-first <<<'sleep 0.5; echo first >>/share/order'
  init_script 30-third <<<'echo third >>/share/order'
  started_and_stopped
  share_is order "first
second begins
second ends
third
web
web ends"
  [ -z "$(logs)" ]
}

@test "cont-init.d: the first failure stops the rest, and its code is the container's" {
  init_script 10-first <<<'echo first >>/share/order'
  init_script 20-second <<<'exit 42'
  init_script 30-third <<<'echo third >>/share/order'
  container_run "${scripts[@]}" busybox
  container_ended 42
  share_is order first
  logged 20-second
}

@test "cont-init.d: killed by a signal: 128 and the signal" {
  init_script 10-first <<<'kill -KILL $$'
  container_run "${scripts[@]}" busybox
  container_ended 137
}

@test "cont-init.d: CMD is not run after a failure" {
  init_script 10-first <<<'exit 42'
  container_run "${scripts[@]}" busybox touch /share/cmd
  container_ended 42
  [ ! -e "$dir/share/cmd" ]
}

@test "S6_BEHAVIOUR_IF_STAGE2_FAILS=0: on it goes, and nothing is said" {
  init_script 10-first <<<'exit 42'
  started_and_stopped -e S6_BEHAVIOUR_IF_STAGE2_FAILS=0
  [ -z "$(logs)" ]
}

@test "S6_BEHAVIOUR_IF_STAGE2_FAILS=1: on it goes, with a warning" {
  init_script 10-first <<<'exit 42'
  started_and_stopped -e S6_BEHAVIOUR_IF_STAGE2_FAILS=1
  logged "10-first.*42"
}

@test "cont-init.d: a lost execute bit is named with the mend, and is a failure" {
  init_script 10-first <<<'exit 0'
  chmod 644 "$dir/init/10-first"
  container_run "${scripts[@]}" busybox
  container_ended 126
  logged "10-first.*chmod +x"
}

@test "cont-init.d: a carriage return is named with the mend, and is a failure" {
  init_script 10-first <<<$'#!/bin/sh\r'
  container_run "${scripts[@]}" busybox
  eventually 30 exited
  [ "$(inspect .State.ExitCode)" -ge 126 ]
  logged "10-first.*carriage return"
}

@test "cont-init.d: a missing #! is named with the mend, and is a failure" {
  echo 'echo first' >"$dir/init/10-first"
  chmod 755 "$dir/init/10-first"
  container_run "${scripts[@]}" busybox
  container_ended 126
  logged '10-first.*#!/bin/sh'
}

@test "cont-init.d: a stop is obeyed while a script runs" {
  init_script 10-first <<<'echo first >>/share/order; exec sleep 1000'
  init_script 20-second <<<'echo second >>/share/order'
  container_run "${scripts[@]}" busybox
  eventually 20 share_is order first
  container_stop -t 60
  container_ended 0
  [ "$took_ms" -lt 20000 ]
  share_is order first
}

@test "cont-init.d: what it exports by a file of the saved environment, services find" {
  init_script 10-first <<<'printf made >/run/s6/container_environment/MADE'
  service web <<<'exec /command/with-contenv sh -c "echo web:\$MADE >>/share/order; exec sleep 1000"'
  started_and_stopped
  share_is order web:made
}

@test "cont-finish.d: in order of name, after the services have ended" {
  finish web <<<'sleep 0.3; echo finish web >>/share/order'
  finish_script 20-second <<<'echo second >>/share/order'
  finish_script 10-first <<<'sleep 0.3; echo first >>/share/order'
  started_and_stopped
  share_is order "web
web ends
finish web
first
second"
  [ -z "$(logs)" ]
}

@test "cont-finish.d: one that fails hinders no other, and the code stays" {
  finish_script 10-first <<<'exit 42'
  finish_script 20-second <<<'echo second >>/share/order'
  started_and_stopped
  share_is order "web
web ends
second"
}

@test "cont-finish.d: after CMD has ended as well, and the code is CMD's" {
  finish_script 10-first <<<'echo first >>/share/order'
  container_run "${scripts[@]}" busybox sh -c 'until [ -s /share/order ]; do sleep 0.1; done; exit 7'
  container_ended 7
  share_is order "web
web ends
first"
}

@test "cont-finish.d: none runs longer than S6_KILL_FINISH_MAXTIME" {
  finish_script 10-first <<<'trap "" TERM; touch /share/began; while :; do sleep 0.1; done'
  finish_script 20-second <<<'echo second >>/share/order'
  started_and_stopped -e S6_KILL_FINISH_MAXTIME=1000 -e REEVE_STOP_TIMEOUT=50000
  [ -e "$dir/share/began" ]
  [ "$took_ms" -ge 900 ]
  [ "$took_ms" -lt 20000 ]
  share_is order "web
web ends
second"
  logged "10-first.*S6_KILL_FINISH_MAXTIME"
}

@test "cont-finish.d: nor longer than the budget" {
  finish_script 10-first <<<'trap "" TERM; touch /share/began; while :; do sleep 0.1; done'
  container_run "${scripts[@]}" -e S6_KILL_FINISH_MAXTIME=50000 -e REEVE_STOP_TIMEOUT=2000 busybox
  container_ready web
  container_stop -t 60
  eventually 30 exited
  [ -e "$dir/share/began" ]
  [ "$took_ms" -lt 20000 ]
}

@test "cont-finish.d: a script that cannot be executed is named with the mend" {
  finish_script 10-first <<<'exit 0'
  chmod 644 "$dir/finish/10-first"
  started_and_stopped
  logged "10-first.*chmod +x"
}

@test "S6_STAGE2_HOOK is run before all scripts" {
  init_script 10-first <<<'echo first >>/share/order'
  started_and_stopped -e S6_STAGE2_HOOK='echo hook >>/share/order'
  share_is order "hook
first
web
web ends"
}

@test "S6_VERBOSITY=2 tells what is run" {
  init_script 10-first <<<'exit 0'
  started_and_stopped -e S6_VERBOSITY=2
  logged 10-first
}

@test "a variable of s6-overlay's that has no effect is named once" {
  started_and_stopped -e S6_FIX_ATTRS_HIDDEN=1
  [ "$(logs | grep -c S6_FIX_ATTRS_HIDDEN)" -eq 1 ]
}

@test "an s6-rc.d that is not read is named once" {
  mkdir "$dir/s6-rc.d"
  started_and_stopped -v "$dir/s6-rc.d:/etc/s6-overlay/s6-rc.d"
  [ "$(logs | grep -c s6-rc.d)" -eq 1 ]
}
