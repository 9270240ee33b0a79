# What /init does: prepares a container and becomes the scanner. In namespaces of the
# test's own: /etc and /run are the test's.
load lib
load initing

setup() { init_setup; }
teardown() { reeve_teardown; }

@test "scripts, services, the command, and scripts again; the exit code is the command's" {
  init_script 20-b <<<"$(note second)"
  init_script 10-a <<<"$(note first)"
  idle web
  finish web <<<"$(note web-finished)"
  finish_script 10-a <<<"$(note end)"
  run as_pid_1 sh -c "$(note command); reeve wait up web; exit 7"
  [ "$status" -eq 7 ]
  [ -z "$output" ] # nothing is said when all is well
  [ "$(notes)" = "first second command web-finished end" ]
}

@test "the same at another PID; what a service left is ended, and nothing else" {
  service web <<<"setsid sleep 4321 & echo \$! >$dir/left; exec sleep 1000000"
  sleep 1000000 3>&- &
  canary=$!
  pids+=("$canary")
  run not_pid_1 sh -c "until [ -s $dir/left ]; do sleep 0.05; done; exit 3"
  [ "$status" -eq 3 ]
  gone "$(cat "$dir/left")"
  alive "$canary"
}

@test "the command has stdin to itself: scripts and services get end of file" {
  reader() { echo "cat >>$dir/read; touch $dir/end.$1"; }
  init_script 10-a <<<"$(reader init)"
  service web <<<"$(reader run); exec sleep 1000000"
  finish web <<<"$(reader finish)"
  finish_script 10-a <<<"$(reader end)"
  {
    echo "until [ -e $dir/end.run ]; do sleep 0.05; done"
    seq -f "echo %.0f >>$dir/lines" 2000
    echo 'exit 6'
  } >"$dir/input"
  S6_STAGE2_HOOK="$(reader hook)" run as_pid_1 sh <"$dir/input"
  [ "$status" -eq 6 ]
  seq 2000 | cmp - "$dir/lines"
  for what in hook init run finish end; do [ -e "$dir/end.$what" ]; done
  [ ! -s "$dir/read" ]
}

# A service that has dropped root and opens the two by name.
dropped() # NAME
{
  service "$1" <<<"exec reeve-exec --user 4711:4711 -- sh -c 'echo $1 out >/dev/stdout; echo $1 err >>/dev/stderr; touch $dir/share/$1; exec sleep 1000000'"
}

@test "/dev/stdout and /dev/stderr can be opened by a service that has dropped root" {
  for_everyone
  mkdir -m 777 "$dir/share"
  dropped plain
  dropped own
  script "$scan/own/log/run" <<<"cat >$dir/own.log"
  wait_for="until [ -e $dir/share/plain ] && [ -e $dir/share/own ]; do sleep 0.05; done"
  run as_pid_1 sh -c "$wait_for"
  [ "$status" -eq 0 ]
  [ "$(sort <<<"$output")" = $'own err\nplain err\nplain out' ]
  [ "$(cat "$dir/own.log")" = 'own out' ]
  rm "$dir"/share/*
  REEVE_LOG=prefix run as_pid_1 sh -c "$wait_for"
  [ "$status" -eq 0 ]
  [ "$(tr -s ' ' <<<"$output" | sort)" = $'own | own err\nplain | plain err\nplain | plain out' ]
}

@test "a file, and a terminal that is not the container's, keep their mode" {
  umask 077
  as_pid_1 true >"$dir/out" 2>"$dir/err"
  [ "$(stat -c %a "$dir/out" "$dir/err")" = $'600\n600' ]
  # shellcheck disable=SC2016 # expanded on that terminal
  command script -q -e -c 'chmod 620 "$(tty)"; unshare -pmf --kill-child --mount-proc sh -c "$inside" sh reeve-init true; stat -c %a "$(tty)" >"$dir/mode"' \
    /dev/null </dev/null >"$dir/typed"
  [ "$(cat "$dir/mode")" = 620 ]
}

@test "a live directory that is named by a relative path" {
  init_script 10-a <<<"$(note first); exit 3"
  finish_script 10-a <<<"$(note end)"
  REEVE_LIVE=live/ run as_pid_1 true
  [ "$status" -eq 3 ]
  [ "$(notes)" = "first end" ]
  [ -d "$dir/live/.s6-svscan" ]
}

@test "a command that ended by a signal: 128 and the signal" {
  run as_pid_1 sh -c 'kill -KILL $$'
  [ "$status" -eq 137 ]
}

@test "a command that is not there: 127" {
  run -127 as_pid_1 no-such-program
  [[ $output == *"no-such-program: it is in no directory of PATH: /"*"stopping everything"* ]]
}

@test "environment, PATH and working directory" {
  service web <<<"env >$dir/web.env; exec sleep 1000000"
  A='x y' run as_pid_1 sh -c 'until [ -s web.env ]; do sleep 0.05; done; pwd; stat -c "%a %n" /run/s6/container_environment /run/s6/container_environment/A'
  [ "${lines[0]}" = "$dir" ]
  [ "${lines[1]}" = "700 /run/s6/container_environment" ]
  [ "${lines[2]}" = "600 /run/s6/container_environment/A" ]
  grep -qx 'A=x y' "$dir/web.env"
  grep -qx "REEVE_WORKDIR=$dir" "$dir/web.env"
  grep -qx 'PATH=.*:/command' "$dir/web.env"
}

@test "S6_KEEP_ENV=0: services get the minimum, with-contenv brings it back, the command has all" {
  ln -s "$REEVE_BIN/reeve-init" "$dir/with-contenv"
  ln -s "$REEVE_BIN/reeve-init" "$dir/printcontenv"
  service web <<<"env >$dir/web.env; $dir/with-contenv env >$dir/full.env; $dir/printcontenv A >$dir/a; touch $dir/done; exec sleep 1000000"
  A=$'two\nlines' S6_KEEP_ENV=0 run as_pid_1 sh -c 'until [ -e done ]; do sleep 0.05; done; echo "$A"; stat -c %a /run/s6/container_environment /run/s6/container_environment/A'
  [ "$output" = $'two\nlines\n755\n644' ]
  run ! grep -q '^A=' "$dir/web.env"
  grep -q '^A=two' "$dir/full.env"
  [ "$(cat "$dir/a")" = $'two\nlines' ]
}

# /init with variables that a shell would drop.
with_variables() # VARIABLE... -- CMD...
{
  unshare -pmf --kill-child --mount-proc sh -c "$inside" sh env "$@"
}

@test "variables that no file can be named after are saved as well" {
  ln -s "$REEVE_BIN/reeve-init" "$dir/with-contenv"
  ln -s "$REEVE_BIN/reeve-init" "$dir/printcontenv"
  long=$(printf 'x%.0s' {1..256})
  odd=("x/y=one/file" ".hid=two" "..=three" "$long=four" 'empty/=' 'a.b-c=five')
  service web <<<"$dir/with-contenv env -0 >$dir/web.env; touch $dir/done; exec sleep 1000000"
  for keep in 0 1; do
    rm -f "$dir/done"
    S6_KEEP_ENV=$keep run with_variables "${odd[@]}" $'lines/=six\n\n = "\\\t' reeve-init sh -c \
      'until [ -e done ]; do sleep 0.05; done; ./printcontenv x/y; ./printcontenv lines/; env -i REEVE_LIVE=$REEVE_LIVE ./with-contenv env -0 >command.env'
    [ "$status" -eq 0 ]
    [ "$output" = $'one/file\nsix\n\n = "\\\t' ]
    for file in web.env command.env; do
      for variable in "${odd[@]}"; do grep -qzxF -- "$variable" "$dir/$file"; done
    done
  done
}

@test "a variable without a name is spoken of, and nothing else is lost" {
  [ -x /usr/bin/python3 ] || skip "no python3: no shell sets such a variable"
  run with_variables GREETING=hello /usr/bin/python3 -c '
import ctypes, os, sys
strings = lambda list: (ctypes.c_char_p * (len(list) + 1))(*list, None)
ctypes.CDLL(None).execve(sys.argv[1].encode(), strings([b"init"] + [os.fsencode(a) for a in sys.argv[2:]]),
  strings([b"%s=%s" % v for v in os.environb.items()] + [b"=value"]))' "$(type -P reeve-init)" \
    sh -c 'env -i REEVE_LIVE=$REEVE_LIVE $REEVE_LIVE/.s6-svscan/with-contenv env | grep GREETING'
  [ "$status" -eq 0 ]
  [[ $output == *"a variable in it has no name"*"GREETING=hello" ]]
}

@test "with-contenv keeps what it has inherited where nothing is saved" {
  ln -s "$REEVE_BIN/reeve-init" "$dir/with-contenv"
  A=inherited REEVE_LIVE=$dir/nowhere/service run "$dir/with-contenv" sh -c 'echo $A'
  [ "$output" = inherited ]
}

@test "a script that fails stops the container with its code" {
  init_script 10-a <<<'exit 9'
  init_script 20-b <<<"$(note never)"
  finish_script 10-a <<<"$(note end)"
  run as_pid_1 touch "$dir/never"
  [ "$status" -eq 9 ]
  [[ $output == *"/etc/cont-init.d/10-a has failed, with 9"* ]]
  [ "$(notes)" = end ]
  [ ! -e "$dir/never" ]
}

@test "S6_BEHAVIOUR_IF_STAGE2_FAILS 0 and 1 go on" {
  init_script 10-a <<<'exit 9'
  init_script 20-b <<<"$(note second)"
  S6_BEHAVIOUR_IF_STAGE2_FAILS=1 run as_pid_1 true
  [ "$status" -eq 0 ]
  [[ $output == *"10-a has failed, with 9"* ]]
  S6_BEHAVIOUR_IF_STAGE2_FAILS=0 run as_pid_1 true
  [ "$status" -eq 0 ]
  [ -z "$output" ]
  [ "$(notes)" = "second second" ]
}

@test "a script that cannot be executed is named with the mend" {
  printf '#!/bin/sh\r\n' >"$etc/cont-init.d/10-a"
  chmod 755 "$etc/cont-init.d/10-a"
  run -127 as_pid_1 true
  [[ $output == *"/etc/cont-init.d/10-a: "*"carriage return"* ]]
  printf '#!/bin/sh\n' >"$etc/cont-init.d/10-a"
  chmod 644 "$etc/cont-init.d/10-a"
  run as_pid_1 true
  [ "$status" -eq 126 ]
  [[ $output == *"chmod"* ]]
}

@test "the exit code: shutdown's or the file's, whichever came last" {
  idle web
  run as_pid_1 sh -c 'reeve shutdown 5 -n; sleep 1000000'
  [ "$status" -eq 5 ]
  run as_pid_1 sh -c 'echo 6 >/run/s6-linux-init-container-results/exitcode; exit 1'
  [ "$status" -eq 6 ]
  finish web <<<'echo 8 >/run/s6-linux-init-container-results/exitcode'
  run as_pid_1 sh -c 'reeve shutdown 5 -n; sleep 1000000'
  [ "$status" -eq 8 ]
}

@test "halt stops the container" {
  run as_pid_1 sh -c '/run/s6/basedir/bin/halt; exec sleep 1000000'
  [ "$status" -eq 0 ]
}

@test "the command waits for the services, no longer than it is told" {
  service web <<<'echo >&3; exec sleep 1000000'
  setting web notification-fd 3
  idle off
  setting off down ''
  S6_CMD_WAIT_FOR_SERVICES=1 run as_pid_1 sh -c 'reeve status --json web | jq -r .[0].ready'
  [ "$output" = true ]
  idle web # never says that it is ready
  S6_CMD_WAIT_FOR_SERVICES=1 S6_CMD_WAIT_FOR_SERVICES_MAXTIME=300 run as_pid_1 echo runs
  grep -qx runs <<<"$output"
  [[ $output == *S6_CMD_WAIT_FOR_SERVICES_MAXTIME* ]]
}

@test "S6_CMD_RECEIVE_SIGNALS: the command gets them, and what it ends with counts" {
  S6_CMD_RECEIVE_SIGNALS=1 begin as_pid_1 sh -c "trap 'exit 4' TERM; $(note up); while :; do sleep 0.05; done"
  eventually 10 noted up
  kill -TERM "$init"
  ended "$outer" 4
}

@test "without REEVE_LOG there is a collector, but not on a terminal" {
  script "$dir/look" <<<'[ -e "$REEVE_LIVE/.log" ] && echo collected || echo straight'
  run as_pid_1 "$dir/look"
  [ "$output" = collected ]
  REEVE_LOG=off run as_pid_1 "$dir/look"
  [ "$output" = straight ]
  # shellcheck disable=SC2016
  run command script -qec 'unshare -pmf --kill-child --mount-proc sh -c "$inside" sh reeve-init "$dir/look"' /dev/null </dev/null
  [ "$output" = $'straight\r' ]
}

@test "REEVE_LOG=json: what the scripts write has that form, too, and what one has left in the background" {
  init_script 10-a <<'END'
echo first
printf 'no newline' >&2
{ until [ -e "$dir/go" ]; do sleep 0.05; done; echo later; : >"$dir/wrote"; exec sleep 1000000; } 2>/dev/null &
END
  finish_script 10-a <<<'echo last; echo aside >&2'
  # shellcheck disable=SC2016
  REEVE_LOG=json run as_pid_1 sh -c ': >"$dir/go"; until [ -e "$dir/wrote" ]; do sleep 0.05; done; echo done'
  [ "$status" -eq 0 ]
  jq -r 'select(.service != "reeve") | "\(.service) \(.stream) \(.message)"' <<<"$output" | sort >"$dir/lines"
  diff - "$dir/lines" <<'END'
cmd stdout done
init stderr aside
init stderr no newline
init stdout first
init stdout last
init stdout later
END
  rm "$dir"/{go,wrote}
  REEVE_LOG=prefix run as_pid_1 true
  grep -qxE 'init +\| first' <<<"$output"
}

@test "a script's failure, and a stop while it runs: what it has written is there" {
  init_script 10-a <<<'seq 500; exit 3'
  REEVE_LOG=prefix run as_pid_1 true
  [ "$status" -eq 3 ]
  [ "$(grep -c '^init | [0-9]*$' <<<"$output")" -eq 500 ]
  init_script 10-a <<<'echo begun; : >"$dir/begun"; exec sleep 1000000'
  REEVE_LOG=prefix begin as_pid_1 true
  eventually 10 test -e "$dir/begun"
  kill -TERM "$init"
  ended "$outer" 0
  grep -qx 'init | begun' "$dir/stdout"
}

@test "S6_CMD_ARG0 comes first" {
  S6_CMD_ARG0='echo' run as_pid_1 a b
  [ "$output" = "a b" ]
}

@test "S6_STAGE2_HOOK is given to the shell, before all scripts" {
  init_script 10-a <<<"$(note script)"
  S6_STAGE2_HOOK="$(note hook)" run as_pid_1 true
  [ "$(notes)" = "hook script" ]
}

@test "status lists the command" {
  idle web
  run as_pid_1 sh -c 'reeve wait up web; reeve status --json | jq -r ".[].name"; until [ "$(reeve status --json | jq -r ".[-1].pid")" = $$ ]; do sleep 0.1; done; echo mine'
  [ "${lines[0]} ${lines[1]} ${lines[2]}" = "web CMD mine" ]
}

@test "a variable that another one leaves without effect is named" {
  S6_CMD_WAIT_FOR_SERVICES_MAXTIME=7000 REEVE_WORKDIR=/elsewhere run as_pid_1 true
  [[ $output == *"without effect here: "*S6_CMD_WAIT_FOR_SERVICES_MAXTIME* && $output == *REEVE_WORKDIR* ]]
  S6_CMD_WAIT_FOR_SERVICES=1 S6_CMD_WAIT_FOR_SERVICES_MAXTIME=7000 run as_pid_1 true
  [ -z "$output" ]
}

@test "S6_SYNC_DISKS=1 writes all to disk at the end" {
  S6_SYNC_DISKS=1 run unshare -pmf --kill-child --mount-proc sh -c "$inside" sh \
    strace -f -qq -e trace=sync -o "$dir/trace" reeve-init true
  grep -q 'sync()' "$dir/trace"
}

@test "what has no effect is named once, and what is invalid" {
  mkdir -p "$etc/s6-overlay/s6-rc.d"
  REEVE_STOP_TIMEUOT=9000 REEVE_LOG=prefix S6_SOMETHING=1 S6_LOGGING=1 S6_KILL_GRACETIME=soon run as_pid_1 true
  [ "$status" -eq 0 ]
  [[ $output == *"without effect here: "*S6_SOMETHING* ]]
  [[ $output == *S6_LOGGING* ]]
  [[ $output == *"without effect here: "*REEVE_STOP_TIMEUOT* && $output != *REEVE_LOG* && $output != *REEVE_LIVE* ]]
  [[ $output == *'init: warning: invalid S6_KILL_GRACETIME: "soon": allowed: a number from 0 to '* ]]
  [[ $output == *"/etc/s6-overlay/s6-rc.d is not read"* ]]
}

@test "another scanner on the same live directory is not touched: 100" {
  idle web
  run as_pid_1 sh -c 'reeve wait up web; reeve-init true; echo $?; until reeve status >/dev/null; do sleep 0.1; done; echo 0'
  [[ $output == *"another scanner is running"* ]]
  [ "$(grep -x '[0-9]*' <<<"$output" | xargs)" = "100 0" ] # stdout, in its order; the message is on stderr
}

@test "no place for the live directory: 111, and what was tried" {
  # shellcheck disable=SC2016 # expanded in the namespace
  no_place='exec 9<"$1" && mount -t tmpfs -o ro tmpfs /run && mount -t tmpfs -o ro tmpfs /dev/shm && mount -t tmpfs tmpfs /tmp &&
    cat <&9 >/tmp/reeve-init && chmod 755 /tmp/reeve-init && mount -o remount,ro /tmp && exec /tmp/reeve-init true 9<&-'
  run unshare -pmf --kill-child --mount-proc sh -c "$no_place" sh "$(command -v reeve-init)" # which may be below /tmp
  [ "$status" -eq 111 ]
  for place in /run/service /dev/shm/reeve- /tmp/reeve-; do [[ $output == *"$place"* ]]; done
  [[ $output == *"with REEVE_LIVE, or mount a tmpfs"* ]]
}
