# enable-if: services that this container does not want.

load lib
load survival

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { survival_teardown; }

disabled() { field "$1" state disabled && field "$1" reason "$2"; }
is_answer() { [ "$status" -eq "$1" ] && [[ $output == *"$2"* ]] || { echo "# $status: $output"; return 1; }; }

@test "what its condition does not hold for has no supervisor; the answers say why, and nobody waits for it" {
  idle unset; setting unset enable-if 'ENABLE_CRON'
  in=$scan/unset service log <<<'exec cat'
  idle empty; setting empty enable-if 'EMPTY'
  idle other; setting other enable-if 'ROLE=worker | all'
  idle neither; setting neither enable-if 'ROLE=worker'
  idle set; setting set enable-if '!ROLE'
  idle one; setting one enable-if $'# not on the web\n\n!ROLE=api|web\r'
  idle main; setting main enable-if '!ROLE'; touch "$scan/main/flag-main"
  idle here; setting here enable-if $'ROLE=all|web\n!ENABLE_CRON\n'
  idle wrong; setting wrong enable-if $'ENABLE_CRON\nROLE == web'
  idle large; { printf '\033forged\n'; printf '%5000s' ''; } >"$scan/large/enable-if"
  idle nul; printf 'ROLE\0X' >"$scan/nul/enable-if"
  idle web
  for name in unset other main; do setting web "dependencies.d/$name" ''; done
  setting unset dependencies.d/missing ''
  export ROLE=web EMPTY=
  scanner
  reeve wait --timeout 20 ready web here wrong
  disabled unset 'ENABLE_CRON is not set'
  disabled unset/log 'ENABLE_CRON is not set'
  disabled empty 'EMPTY is empty'
  disabled other 'ROLE is web, not worker or all'
  disabled neither 'ROLE is web, not worker'
  disabled set 'ROLE is set'
  disabled one 'ROLE is web'
  disabled main 'ROLE is set'
  field unset wanted down
  field unset pid null
  [ -z "$(supervisor_of unset)" ]
  said 'invalid large/enable-if: "more than 4095 bytes": allowed'
  said 'invalid nul/enable-if: "a NUL byte": allowed'
  run -1 said 'forged'
  said 'invalid wrong/enable-if: "ROLE == web": allowed: NAME or NAME=VALUE|VALUE on each line, also with ! in front; default: enabled'

  run -0 reeve status
  grep -qx 'unset  *disabled   *ENABLE_CRON is not set' <<<"$output"
  run -1 s6-svok "$live/unset"
  for command in start restart 'wait ready' 'wait up' 'wait healthy' 'start --only'; do
    # shellcheck disable=SC2086
    run reeve $command unset
    is_answer 1 'unset is disabled: ENABLE_CRON is not set'
  done
  run reeve start web unset
  is_answer 1 'unset is disabled'
  pid=$(pid_of web)
  reeve wait down unset unset/log
  reeve wait finished unset
  reeve stop unset # and who depends on it goes on
  reeve stop --only unset
  [ "$(pid_of web)" = "$pid" ]
  for command in 'wait ready' start 'wait up' 'wait healthy' 'wait done'; do
    # shellcheck disable=SC2086
    reeve $command --timeout 20 --all
  done
  reeve start '[uw]*'
  run reeve start 'uns*'
  is_answer 1 'unset is disabled'
  run -1 reeve reload unset
  reeve disable unset
  run reeve enable unset
  is_answer 0 'unset is down still, as its enable-if does not hold: ENABLE_CRON is not set'
  run reeve why unset
  is_answer 0 'unset is disabled: ENABLE_CRON is not set (enable-if).'

  # A rescan looks again; what is said is said once.
  reeve rescan
  setting unset enable-if '!ENABLE_CRON'
  reeve rescan
  reeve start --timeout 20 --only unset # also when the scanner has not come to it yet
  reeve wait --timeout 20 up unset/log
  [ "$(grep -c 'invalid wrong/enable-if' "$dir/stderr")" -eq 1 ]
  stop_scanner 0
}

@test "all disabled, and no CMD: a misspelt value is said, and the status is no success" {
  for role in web worker; do idle "$role"; setting "$role" enable-if "ROLE=$role"; done
  export ROLE=wrker
  scanner
  eventually 10 disabled worker 'ROLE is wrker, not worker'
  eventually 10 said 'warning: nothing runs: every service is disabled by its enable-if, w'
  run -1 reeve status
  [[ $output == *'every service is disabled'* ]]
  reeve status web worker
  setting web enable-if '!NOT_SET'
  reeve rescan
  reeve wait --timeout 20 ready web
  reeve status
}

@test "what runs is not stopped when its condition ceases to hold; what is down, or held, is disabled at a rescan" {
  idle runs
  idle rests
  in=$scan/rests service log <<<'exec cat'
  setting rests down ''
  idle held
  setting held dependencies.d/missing ''
  service task <<<'echo >>"$dir/task.starts"'
  setting task flag-oneshot ''
  export ROLE=web
  for name in runs rests held task; do setting $name enable-if ROLE=web; done
  scanner
  reeve wait --timeout 20 ready runs task rests/log
  eventually 10 field held state held
  declare -A before
  remember runs
  for name in runs rests held task; do setting $name enable-if ROLE=all; done
  run reeve wait --timeout 200ms up held
  reeve rescan
  eventually 20 disabled rests 'ROLE is web, not all'
  eventually 20 disabled held 'ROLE is web, not all'
  eventually 20 field rests/log state disabled
  unchanged runs
  field task state "done"
  # When it was stopped it is, too; the scanner may hear of the rescan before it hears of the end.
  reeve stop runs
  disabled_by_rescan() { reeve rescan && within 2 disabled runs 'ROLE is web, not all'; } # and no other one follows
  eventually 20 disabled_by_rescan
  run -1 reeve start runs
  # And it is not when it was edited again, whose start is then the rescan's.
  rm "$scan/runs/enable-if"
  run reeve start runs
  is_answer 1 'enable-if was edited since: reeve rescan looks at it again'
  reeve rescan
  up runs
  [ ! -e "$live/runs/supervise/disabled" ]
  [ "$(lines "$dir/task.starts")" -eq 1 ]
}

@test "an edit is known by the file itself: the scanner may record later what it had read before" {
  idle web
  setting web enable-if WEB
  scanner
  eventually 10 disabled web 'WEB is not set'
  run reeve start web
  is_answer 1 'web is disabled: WEB is not set'
  [[ $output != *edited* ]]
  setting web enable-if '!WEB'
  touch -d tomorrow "$live/web/supervise/disabled"
  run reeve start web
  is_answer 1 'enable-if was edited since: reeve rescan looks at it again'
  reeve rescan
  up web
}

@test "for another scanner its own environment counts, and for what it takes over none; the same in place" {
  for where in live place; do
    [ $where = live ] || { live=$scan; REEVE_LIVE=$live; rm -rf "$scan"; mkdir "$scan"; }
    idle a; setting a enable-if A
    idle b; setting b enable-if B
    start env A=1 reeve-scan -l "$live" "$scan"
    scanner=$started
    up a
    eventually 10 disabled b 'B is not set'
    pid=$(pid_of a)
    reeve upgrade --timeout 20
    eventually 10 disabled b 'B is not set'
    kill -KILL "$scanner"
    wait "$scanner" 2>/dev/null || :
    start env B=1 reeve-scan -l "$live" "$scan"
    scanner=$started
    up b
    field a state up
    [ "$(pid_of a)" = "$pid" ]
    kill_supervisor a
    eventually 10 field a state up
    [ "$(pid_of a)" = "$pid" ]
    stop_scanner 0
    start env B=1 reeve-scan -l "$live" "$scan"
    scanner=$started
    up b
    eventually 10 disabled a 'A is not set'
    stop_scanner 0
  done
}

@test "under /init it is the environment after cont-init.d, also with S6_KEEP_ENV=0" {
  unshare -pm true 2>/dev/null || skip "no PID and mount namespaces here"
  export -n REEVE_BIN REEVE_LIVE
  unset REEVE_LIVE
  scan=$dir/etc/services.d
  mkdir -p "$scan" "$dir"/etc/cont-init.d
  cp -a /etc/{passwd,group,nsswitch.conf,ld.so.cache,alternatives} "$dir/etc"
  script "$dir/etc/cont-init.d/10-role" <<<'echo worker >/run/s6/container_environment/ROLE; printf 1 >/run/s6/container_environment/ENABLE_CRON'
  idle web; setting web enable-if ROLE=web
  idle worker; setting worker enable-if $'ROLE=worker\nENABLE_CRON\nGIVEN=x'
  for keep in 1 0; do
    ROLE=web GIVEN=x S6_KEEP_ENV=$keep run unshare -pmf --kill-child --mount-proc sh -c \
      'mount --bind "$dir/etc" /etc && mount -t tmpfs -o mode=755 tmpfs /run && cd "$dir" && exec "$@"' sh \
      reeve-init sh -c 'reeve wait --timeout 20 ready worker && reeve status'
    [ "$status" -eq 0 ] || { echo "# $status: $output"; return 1; }
    grep -qx 'web  *disabled  *ROLE is worker, not web' <<<"$output"
  done
}
