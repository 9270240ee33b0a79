# How /init stops: scripts and services have their time, what is left is ended, and what takes too long is named or killed.
load lib
load initing

setup() { init_setup; }
teardown() { reeve_teardown; }

@test "a stop while a script runs: it is ended, and no service starts" {
  init_script 10-a <<<"trap '$(note stopped); exit 0' TERM; $(note begun); while :; do sleep 0.05; done"
  service web <<<"$(note never)"
  finish_script 10-a <<<"$(note end)"
  begin as_pid_1
  eventually 10 noted begun
  kill -TERM "$init"
  ended "$outer" 0
  [ "$(notes)" = "begun stopped end" ]
}

@test "a script that does not end by itself is killed within the budget" {
  init_script 10-a <<<"trap '' TERM; $(note begun); while :; do sleep 0.05; done"
  REEVE_STOP_TIMEOUT=1500 begin as_pid_1
  eventually 10 noted begun
  kill -TERM "$init"
  ended "$outer" 137
  said 'killing /etc/cont-init.d/10-a.*REEVE_STOP_TIMEOUT'
}

@test "each signal that images stop with: no line that a service writes last is lost" {
  service web <<<"trap 'seq 3000; exit 0' TERM; $(note up); while :; do sleep 0.05; done"
  in=$scan/web service log <<<"sleep 0.2; exec cat >>$dir/log"
  for signal in TERM INT QUIT 37 WINCH USR1 USR2 PWR; do
    rm -f "$dir/notes" "$dir/log"
    begin as_pid_1 </dev/null
    eventually 10 noted up
    kill "-$signal" "$init"
    ended "$outer" 0
    diff <(seq 3000) "$dir/log"
  done
}

@test "they stop a script of cont-init.d as well, unless there is an executable for one" {
  init_script 10-a <<<"trap '$(note stopped); exit 0' TERM; $(note begun); while [ ! -e $dir/go ]; do sleep 0.05; done"
  for signal in QUIT WINCH USR1; do
    rm -f "$dir/notes"
    begin as_pid_1 </dev/null
    eventually 10 noted begun
    kill "-$signal" "$init"
    ended "$outer" 0
    noted stopped
  done
  rm -f "$dir/notes"
  script "$scan/.s6-svscan/SIGUSR1" <<<"$(note usr1)"
  begin as_pid_1 </dev/null
  eventually 10 noted begun
  kill -USR1 "$init"
  touch "$dir/go"
  eventually 10 init_scans
  kill -TERM "$init"
  ended "$outer" 0
  run ! noted stopped
}

init_scans() { [ "$(cat "/proc/$init/comm")" = reeve-scan ]; }

# The scanner's terminal is one of the test's.
@test "with a terminal, a new size of the window is no stop, and SIGWINCH that is sent is one" {
  service web <<<"trap '' WINCH; $(note up); exec sleep 1000000"
  finish web <<<"$(note finished)"
  # shellcheck disable=SC2016 # expanded on that terminal
  begin command script -q -e -c 'tty >"$dir/terminal"; exec unshare -pmf --kill-child --mount-proc sh -c "$inside" sh reeve-init' /dev/null
  eventually 10 noted up
  for columns in 100 90 110; do stty -F "$(cat "$dir/terminal")" cols "$columns"; done
  kill -HUP "$init" # what follows the others
  alive "$init"
  sleep 0.3 # for what must not come
  run ! noted finished
  kill -WINCH "$init"
  eventually 20 gone "$outer"
  noted finished
}

@test "without a limit nothing is killed; what still runs after 8.5 s is named, as is a script after the services" {
  service web <<<"trap '' TERM; $(note up); while [ ! -e $dir/go ]; do sleep 0.05; done"
  finish_script 10-a <<<"$(note script); sleep 6; $(note end)"
  begin as_pid_1
  eventually 10 noted up
  kill -TERM "$init"
  says 'still running [0-9]* milliseconds after the stop began: web: .*stop_grace_period.*REEVE_STOP_TIMEOUT' 30
  run ! noted script
  touch "$dir/go"
  ended "$outer" 0
  noted end
  said 'still running: /etc/cont-finish.d/10-a: .*stop_grace_period.*S6_KILL_FINISH_MAXTIME'
  run ! said killing
}

@test "what still runs after 8.5 s because its shell ignores the down-signal: what mends that is named" {
  mkfifo "$dir/go" # a shell that starts something blocks its signals meanwhile
  service web <<<"$(note up); read -r line <$dir/go; true"
  setting web down-signal WINCH
  begin as_pid_1
  eventually 10 noted up
  kill -TERM "$init"
  says 'the ./run of web ignores SIGWINCH, its down-signal: .*`exec`.*flag-down-group' 30
  : >"$dir/go"
  ended "$outer" 0
}

@test "with S6_SERVICES_GRACETIME it is named with that" {
  service web <<<"trap '' TERM; $(note up); while [ ! -e $dir/go ]; do sleep 0.05; done"
  export S6_SERVICES_GRACETIME=60000
  begin as_pid_1
  eventually 10 noted up
  kill -TERM "$init"
  says 'still running [0-9]* milliseconds after the stop began: web: it is killed 60000 milliseconds after the stop began (-K, S6_SERVICES_GRACETIME)' 30
  run ! said 'without a limit'
  touch "$dir/go"
  ended "$outer" 0
}

@test "a script of cont-init.d that outlives a stop is named, and not killed, without a limit" {
  init_script 10-a <<<"trap '' TERM; $(note begun); while [ ! -e $dir/go ]; do sleep 0.05; done"
  begin as_pid_1
  eventually 10 noted begun
  kill -TERM "$init"
  says 'still running: /etc/cont-init.d/10-a: .*stop_grace_period' 30
  touch "$dir/go"
  ended "$outer" 0
}

@test "S6_SERVICES_GRACETIME and S6_KILL_GRACETIME that are longer than the budget raise it, and are named at the start" {
  service web <<<"trap '' TERM; $(note up); while [ ! -e $dir/go ]; do sleep 0.05; done; $(note saved)"
  REEVE_STOP_TIMEOUT=1200 S6_SERVICES_GRACETIME=240000 S6_KILL_GRACETIME=50000 begin as_pid_1
  eventually 10 noted up
  said 'S6_SERVICES_GRACETIME (240000 milliseconds) is longer than the budget of a stop, REEVE_STOP_TIMEOUT (1200) allows: it raises'
  said 'S6_KILL_GRACETIME (50000 milliseconds) is longer'
  kill -TERM "$init"
  sleep 2 # longer than the budget
  touch "$dir/go"
  ended "$outer" 0
  [ "$(notes)" = "up saved" ]
}

@test "S6_KILL_GRACETIME alone: what is left has that time, though the budget is over" {
  script "$dir/left.sh" <<<"trap 'sleep 5; $(note saved); exit 0' TERM; $(note left); while :; do sleep 0.05; done"
  REEVE_STOP_TIMEOUT=3000 S6_KILL_GRACETIME=50000 run as_pid_1 sh -c \
    "setsid $dir/left.sh </dev/null >/dev/null 2>&1 & until [ -s $dir/notes ]; do sleep 0.05; done; exit 4"
  [ "$status" -eq 4 ]
  [ "$(notes)" = "left saved" ]
}

@test "S6_KILL_FINISH_MAXTIME that is longer than the budget is named at the start, and the budget counts" {
  finish_script 10-a <<<"trap '' TERM; $(note begun); while :; do sleep 0.05; done"
  REEVE_STOP_TIMEOUT=1500 S6_KILL_FINISH_MAXTIME=60000 run as_pid_1 true
  [ "$status" -eq 0 ]
  [[ $output == *"S6_KILL_FINISH_MAXTIME (60000 milliseconds) is longer than the budget of a stop, REEVE_STOP_TIMEOUT (1500) allows: scripts of cont-finish.d are killed"* ]]
  [[ $output == *"killing /etc/cont-finish.d/10-a, which has not ended within what is left of the stop's budget (REEVE_STOP_TIMEOUT)"* ]]
}

@test "what does not end within the budget is killed: 137" {
  service web <<<"trap '' TERM; $(note up); while :; do sleep 0.05; done"
  REEVE_STOP_TIMEOUT=1500 begin as_pid_1
  eventually 10 noted up
  kill -TERM "$init"
  ended "$outer" 137
  said 'the service web.*REEVE_STOP_TIMEOUT'
}

@test "S6_SERVICES_GRACETIME kills services earlier than the budget" {
  service web <<<"trap '' TERM; $(note up); while :; do sleep 0.05; done"
  S6_SERVICES_GRACETIME=200 REEVE_STOP_TIMEOUT=0 begin as_pid_1
  eventually 10 noted up
  kill -TERM "$init"
  ended "$outer" 137
  said 'the service web.*S6_SERVICES_GRACETIME'
}

@test "a finish script that takes too long is killed" {
  finish_script 10-a <<<"$(note begun); exec sleep 1000000"
  finish_script 20-b <<<"$(note next)"
  S6_KILL_FINISH_MAXTIME=2000 run as_pid_1 true # long enough for the first line of each
  [ "$status" -eq 0 ]
  [[ $output == *"killing /etc/cont-finish.d/10-a"* ]]
  [ "$(notes)" = "begun next" ]
}

@test "what is left after the services and ignores SIGTERM is killed after S6_KILL_GRACETIME" {
  S6_KILL_GRACETIME=200 REEVE_STOP_TIMEOUT=0 run as_pid_1 sh -c \
    "setsid sh -c 'trap \"\" TERM; $(note left); while :; do sleep 0.05; done' & until [ -s $dir/notes ]; do sleep 0.05; done; exit 4"
  [ "$status" -eq 4 ]
  [[ $output == *S6_KILL_GRACETIME* ]]
}

# Of nobody: no service's, and not CMD's session.
left_behind() # SCRIPT
{
  script "$dir/left.sh" <<<"$1"
  echo "setsid $dir/left.sh </dev/null >/dev/null 2>&1 & until [ -s $dir/notes ]; do sleep 0.05; done; exit 4"
}

@test "what is left after the services has time to save what it has" {
  run as_pid_1 sh -c "$(left_behind "trap 'sleep 5; $(note saved); exit 0' TERM; $(note left); while :; do sleep 0.05; done")"
  [ "$status" -eq 4 ]
  [ "$(notes)" = "left saved" ]
  [[ $output == *"waiting for what still runs after the services, told to end by SIGTERM: left.sh (pid "* ]]
  [[ $output != *killing* ]]
}

@test "what is left and ignores SIGTERM is killed after 3 s, and named" {
  run as_pid_1 sh -c "$(left_behind "trap '' TERM; $(note left); while :; do sleep 0.05; done")"
  [ "$status" -eq 4 ]
  [[ $output == *"killing what still runs after the services and ignores SIGTERM: "*"left.sh (pid "* ]] || { echo "$output"; return 1; }
}

# Root that may not send signals to other users' processes: a container that was started
# with --cap-drop ALL --cap-add SETUID,SETGID.
capped=(setpriv '--bounding-set=-all,+setuid,+setgid' --inh-caps=-all --clear-groups)
capped_pid_1() { unshare -pmf --kill-child --mount-proc sh -c "$inside" sh "${capped[@]}" reeve-init "$@"; }
capped_not_pid_1() { unshare -m sh -c "$inside" sh "${capped[@]}" reeve-init "$@"; }

# What is left is another user's.
anothers_left_behind() # SCRIPT
{
  chmod 755 "$dir"
  mkdir -m 777 "$dir/share"
  script "$dir/left.sh" <<<"$1"
  echo "setsid setpriv --reuid=54321 --regid=54321 --clear-groups $dir/left.sh </dev/null >/dev/null 2>&1 & until [ -s $dir/share/left ]; do sleep 0.05; done; exit 4"
}

@test "without CAP_KILL, what another user has left behind has time to save what it has" {
  left=$(anothers_left_behind "trap 'touch $dir/share/saved; exit 0' TERM; echo \$\$ >$dir/share/left; while :; do sleep 0.05; done")
  for init in capped_pid_1 capped_not_pid_1; do
    rm -f "$dir"/share/*
    run "$init" sh -c "$left"
    [ "$status" -eq 4 ]
    [ -e "$dir/share/saved" ]
    [[ $output != *killing* ]]
  done
}

@test "without CAP_KILL, what another user has left behind and ignores SIGTERM is killed" {
  left=$(anothers_left_behind "trap '' TERM; echo \$\$ >$dir/share/left; while :; do sleep 0.05; done")
  for init in capped_pid_1 capped_not_pid_1; do
    rm -f "$dir"/share/*
    run "$init" sh -c "$left"
    [ "$status" -eq 4 ]
    [[ $output == *"killing what still runs after the services and ignores SIGTERM: "*"left.sh (pid "* ]]
    [[ $output != *"has not ended"* ]]
  done
  gone "$(cat "$dir/share/left")"
}

@test "what was started in the container from outside gets SIGTERM and time, too" {
  script "$dir/outside.sh" <<<"trap 'sleep 1; $(note saved); exit 0' TERM; $(note outside); while :; do sleep 0.05; done"
  idle web
  begin as_pid_1
  eventually 10 init_scans
  start nsenter -t "$init" -p "$dir/outside.sh" # whose parent is outside
  eventually 10 noted outside
  kill -TERM "$init"
  ended "$outer" 0
  noted saved
}

@test "a budget too short to stop anything is named at the start" {
  REEVE_STOP_TIMEOUT=9 run as_pid_1 true
  [ "$(grep -c "a stop's budget of 9 milliseconds (-T, REEVE_STOP_TIMEOUT) leaves no time to stop.*write 9000 for 9 seconds" <<<"$output")" -eq 1 ]
  REEVE_STOP_TIMEOUT=1001 run as_pid_1 true
  [[ $output != *budget* ]]
}
