# What a person types.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

@test "status: since is the time of the system's clock" {
  before=$(date -u +%FT%T)
  idle web
  scanner
  up web
  since=$(json_field web since)
  after=$(date -u +%FT%T)
  since=${since//[\"Z]/}
  [[ ! ${since%.*} < $before && ! ${since%.*} > $after ]] || { echo "# $since is not from $before to $after"; return 1; }
}

@test "status shows a table, and exits 0 when all that is wanted is ready" {
  idle db
  idle web
  setting web down ''
  scanner
  up db
  eventually 10 field web state down
  run reeve status
  [ "$status" -eq 0 ]
  [[ ${lines[0]} =~ ^NAME\ +STATE\ +PID\ +SINCE\ +READY\ +WANTED\ +EXIT\ +RESTARTS$ ]]
  [[ ${lines[1]} =~ ^db\ +up\ +$(pid_of db)\ +..:..:..\ +yes\ +up\ +-\ +0$ ]]
  [[ ${lines[2]} =~ ^web\ +down\ +-\ +.*no\ +down\ +-\ +0$ ]]
}

@test "the table of status has at most 80 columns, whatever is in it" {
  name=$(printf 'n%.0s' {1..20})
  long=$(printf 'l%.0s' {1..120})end
  for each in db "$name" "$long"; do service "$each" <<<'kill -VTALRM $$; sleep 9'; setting "$each" restart no; done
  idle web
  for each in db "$name" missing-1 missing-2 missing-3; do setting web "dependencies.d/$each" ''; done
  scanner
  for each in db "$name" "$long"; do eventually 10 field "$each" state failed; done
  eventually 10 field web state held
  run reeve status
  [ "$status" -eq 1 ]
  for line in "${lines[@]}"; do [ ${#line} -le 80 ] || { echo "# ${#line}: $line"; return 1; }; done
  grep -qx "$name" <<<"$output" # whole, in a line of its own
  grep -qx 'l*\.\.l*end' <<<"$output"
  grep -q '^db  .*SIGVTALRM 0$' <<<"$output"
  # Below the row what has no room in it, broken between words.
  [ "$(grep -A 9 '^web ' <<<"$output" | tail -n +2 | tr -s ' \n' ' ')" = " waiting for db (failed, SIGVTALRM), missing-1 (missing), missing-2 (missing), missing-3 (missing), $name (failed, SIGVTALRM) " ]
}

@test "status exits 1 when a wanted service is not ready" {
  idle db
  setting db notification-fd 3
  scanner
  eventually 10 field db state starting
  run reeve status
  [ "$status" -eq 1 ]
}

@test "status --json has every field, and null where there is none" {
  service web <<<'[ -e "$dir/again" ] && exec sleep 1000000; touch "$dir/again"; exit 7'
  idle off
  setting off down ''
  scanner
  eventually 10 field web restarts 1
  up web
  eventually 10 field off state down
  field web exit 7
  reeve status --json | jq -e '.[] | select(.name == "web") | (keys == ["crashes","due","exit","health_check","healthy","message","name","pid","ready","ready_since","reason","restarts","signal","since","state","uptime","waits_for","wanted"])
    and .restarts == 1 and .ready and .signal == null and (.pid | type) == "number" and (.since | test("^20.*T.*Z$"))'
  reeve status --json off | jq -e '.[0] | .pid == null and .exit == null and .signal == null and .wanted == "down"'
  s6-svc -k "$live/web"
  eventually 10 field web signal SIGKILL
}

@test "a service that the scanner has not come to yet is known, and waited for with --all" {
  idle web
  scanner
  up web
  freeze "$scanner"
  idle new
  field new state unsupervised
  run reeve status
  [ "$status" -eq 1 ]
  run reeve wait --timeout 200ms up --all
  [ "$status" -eq 99 ]
  kill -CONT "$scanner"
  reeve wait --timeout 10s up --all
  field new state up
}

@test "who waits for a service that is removed is told" {
  idle web
  setting web notification-fd 3
  scanner
  eventually 10 field web state starting
  reeve wait ready web 2>"$dir/told" 3>&- &
  waits=$!
  listened() { compgen -G "$live/web/event/ftrig1*"; }
  eventually 10 listened
  rm -r "$scan/web"
  ended "$waits" 1
  grep -q 'web has been removed' "$dir/told"
}

terminal() { "$(type -P script)" -qec "$1" "$2"; }

@test "there is no colour but on a terminal, nor with NO_COLOR" {
  idle web
  scanner
  up web
  [[ $(reeve status) != *$'\033'* ]]
  [[ $(terminal 'reeve status' /dev/null) == *$'\033[32mup'* ]]
  [[ $(NO_COLOR=1 terminal 'reeve status' /dev/null) != *$'\033'* ]]
}



@test "a wrong name says which names exist" {
  idle db
  idle web
  scanner
  up web
  up db
  run reeve stop wbe
  [ "$status" -eq 100 ]
  [[ $output == *"no service wbe"*"db, web"* ]]
}

@test "start waits until ready, stop until finished" {
  service web <<<'exec 2>&1; sleep 0.3; echo >&3; exec sleep 1000000'
  setting web notification-fd 3
  finish web <<<'sleep 0.3; touch "$dir/finished"'
  setting web down ''
  scanner
  eventually 10 has_supervisor "$live/web"
  reeve start web
  [ "$(s6-svstat -o ready "$live/web")" = true ]
  reeve stop web
  [ -e "$dir/finished" ]
}

listens() { ls "$live/web/event/ftrig1"* >/dev/null 2>&1; }

# A command that the supervisor has not read yet when it is killed.
command_outlives_the_supervisor() # COMMAND
{
  idle web
  scanner
  up web
  pid=$(pid_of web)
  supervisor=$(pgrep -P "$scanner" -x reeve-supervise)
  freeze "$supervisor"
  start reeve "$1" --timeout 60s web
  eventually 10 listens
  kill -KILL "$supervisor"
  ended "$started"
  eventually 10 gone "$pid"
}

@test "stop reaches the successor of a supervisor that was killed before it read it" { command_outlives_the_supervisor stop; }
@test "restart does too" { command_outlives_the_supervisor restart; }

@test "restart of one that has crashed just then starts it once" {
  idle web
  idle once
  setting once restart no
  finish once <<<'until [ -e "$dir/go" ]; do sleep 0.02; done'
  idle paused
  scanner
  up web
  up once
  up paused
  supervisor=$(processes in "$live/web" reeve-supervise)
  freeze "$supervisor"
  pid=$(pid_of web)
  kill -KILL "$pid"
  eventually 10 over "$pid"
  start reeve restart web
  eventually 10 listens
  kill -CONT "$supervisor"
  ended "$started"
  field web restarts 1
  kill -KILL "$(pid_of once)"
  eventually 10 field once state finishing
  reeve restart -n once
  : >"$dir/go"
  eventually 10 reeve wait up once # the letter may come behind the end of finish
  field once restarts 1
  s6-svc -p "$live/paused"
  eventually 10 field paused state paused
  reeve restart paused
  field paused restarts 1
  field paused state up
}

@test "start says no when finish says: never again" {
  service web <<<'exit 1'
  finish web <<<'exit 125'
  setting web notification-fd 3
  setting web down ''
  scanner
  eventually 10 has_supervisor "$live/web"
  run reeve start web
  [ "$status" -eq 1 ]
  [[ $output == *"web has failed for good"* ]]
}

@test "restart gives another pid, and starts what is down" {
  idle web
  idle off
  setting off down ''
  scanner
  up web
  pid=$(pid_of web)
  reeve restart web off
  [ "$(pid_of web)" != "$pid" ]
  field off state up
}

@test "reload sends SIGHUP, or what reload-signal says" {
  service web <<<'trap "echo hup >>\$dir/got" HUP; trap "echo usr1 >>\$dir/got" USR1; touch "$dir/ready"; while :; do sleep 0.05; done'
  scanner
  eventually 10 test -e "$dir/ready"
  up web # its status comes when it runs already
  reeve reload web
  eventually 10 grep -q hup "$dir/got"
  setting web reload-signal USR1
  reeve rescan
  eventually 10 test -e "$live/web/reload-signal"
  reeve reload web
  eventually 10 grep -q usr1 "$dir/got"
}

@test "kill sends a signal, and refuses one that has no letter" {
  service web <<<'trap "echo usr2 >>\$dir/got" USR2; touch "$dir/ready"; while :; do sleep 0.05; done'
  scanner
  eventually 10 test -e "$dir/ready"
  up web # its status comes when it runs already
  reeve kill USR2 web
  reeve kill SIGUSR2 web
  reeve kill 12 web
  eventually 10 grep -q usr2 "$dir/got"
  run reeve kill SEGV web
  [ "$status" -eq 100 ]
  [[ $output == *"allowed: ALRM"* ]]
}

@test "kill tells all services before it waits for the first of them, and waits no longer than it may" {
  idle stuck
  service web <<<'trap "echo usr2 >>\$dir/got" USR2; touch "$dir/ready"; while :; do sleep 0.05; done'
  scanner
  up stuck
  up web
  eventually 10 test -e "$dir/ready"
  supervisor=$(sed -n 's/^PPid:\t//p' "/proc/$(pid_of stuck)/status")
  freeze "$supervisor"
  start reeve kill USR2 stuck web
  eventually 10 grep -q usr2 "$dir/got"
  run ! said 'timed out while waiting for the supervisor of stuck'
  run -99 timeout 30 reeve kill --timeout 100ms HUP stuck
  [[ $output == *"timed out while waiting for the supervisor of stuck to send the signal"* ]]
  kill -CONT "$supervisor"
}

@test "wait waits for up, ready, down, finished, and times out with 99" {
  idle web
  setting web notification-fd 3
  scanner
  reeve wait up web
  run reeve wait ready web --timeout 100ms
  [ "$status" -eq 99 ]
  [[ $(reeve --help) == *"0: no limit"* ]]
  start reeve wait finished web
  reeve stop -n web
  ended "$started" 0
  reeve wait down web
}

@test "a wait that takes long says once what is waited for, and why if that is known" {
  idle bad
  setting bad restart-delay 100
  idle mute
  setting mute notification-fd 3
  scanner
  up bad
  chmod -x "$scan/bad/run"
  s6-svc -k "$live/bad"
  eventually 10 field bad state waiting
  start reeve start bad
  eventually 20 grep -q 'reeve: info: waiting for bad (state waiting: no execute permission: chmod +x it)' "$dir/stderr"
  chmod +x "$scan/bad/run"
  ended "$started" 0
  [ "$(grep -c 'waiting for bad' "$dir/stderr")" -eq 1 ]
  start reeve wait ready mute
  says 'reeve: info: waiting for mute (state starting)'
  run reeve wait --timeout 100ms ready mute
  [ "$status" -eq 99 ]
  [ "$output" = "reeve: warning: timed out while waiting for mute (state starting)" ]
}

@test "wait waits for a service that the scanner has not come to yet" {
  idle web
  idle zzz
  mkdir -p "$live"
  scanner
  up web
  start reeve wait ready zzz
  ended "$started" 0
}

@test "--all means all but loggers" {
  idle web
  idle db
  in=$scan/web service log <<<'exec cat >/dev/null'
  scanner
  up web/log
  up db
  reeve stop --all
  field web state down
  field db state down
  field web/log state up
  reeve start --all --timeout 10s
  field db state up
}

@test "wrong usage exits 100 and says what is right" {
  scanner
  for args in "" "frobnicate" "start" "wait" "wait sideways x" "status --timeout 1" "start --timeout soon x" "start --all x" "rescan x" "shutdown 256" "shutdown -- -1"; do
    # shellcheck disable=SC2086
    run reeve $args
    [ "$status" -eq 100 ] || { echo "reeve $args: $status"; return 1; }
    [ -n "$output" ]
  done
}

@test "a wrong option is named, and the message is not lost in pages of help" {
  run -100 --separate-stderr reeve status --josn
  [ -z "$output" ]
  # shellcheck disable=SC2154 # bats sets it
  [[ $stderr == *option*josn*"reeve help COMMAND"* ]] # the C library's words
  [ "$(wc -l <<<"$stderr")" -eq 2 ]
}

@test "without a scanner it says so" {
  unset REEVE_LIVE
  local verb
  mkdir "$live"
  for verb in status "status web" "why web" tree top logs graph blame critical-chain plot events metrics "exec web -- true" "env web" "try web" \
    "start web" "stop web" "restart web" "reload web" "kill TERM web" "wait up web" "disable web" "enable web" "scale web@ 2" rescan upgrade shutdown; do
    # shellcheck disable=SC2086
    run -1 reeve -l "$dir/nowhere" $verb
    [[ $output == "reeve: warning: no scanner runs on $dir/nowhere: there is no such directory "* ]] || { echo "$verb: $output"; return 1; }
    # shellcheck disable=SC2086
    run -1 reeve -l "$live" $verb
    [[ $output == *"no scanner runs on $live"* ]] || { echo "$verb: $output"; return 1; }
  done
  run reeve -l "$live" shutdown
  [ "$status" -eq 1 ]
  [[ $output == *"no scanner runs on"* ]]
  run reeve -l "$live" status
  [ "$status" -eq 1 ]
  [[ $output == *"no scanner runs on $live"* ]]
}

@test "status exits 1 when nothing is there to run, and says where it looked" {
  mkdir "$scan/forgotten" # without a run
  scanner
  run -1 --separate-stderr reeve -l "$live" status
  [[ $stderr == *"nothing runs: there is no CMD, and no service in $scan or $live"* ]]
  run -1 --separate-stderr reeve -l "$live" status --json
  [ "$(jq -c . <<<"$output")" = '[]' ]
  run -1 reeve -l "$live" status --all
  rm -r "$scan"
  run -1 --separate-stderr reeve -l "$live" status
  [[ $stderr == *"there is no CMD, and $scan, where services should be, cannot be looked at (No such file or directory)"* ]]
}

@test "status exits 0 when there is a CMD alone, and for a service that is down and is to be" {
  start reeve-scan -l "$live" "$scan" -- sleep 1000000
  command_runs() { reeve -l "$live" status | grep -q '^CMD '; }
  eventually 10 command_runs
  reeve -l "$live" status
  reeve -l "$live" status --all
  s6-svscanctl -t "$live"
  ended "$started" 0
  idle off
  setting off down ''
  scanner
  eventually 10 field off state down
  reeve -l "$live" status
}

@test "status exits 1 when the scanner has ended, whatever was wanted" {
  idle web
  setting web down ''
  scanner
  eventually 10 field web state down
  reeve status
  stop_scanner 0
  run reeve status
  [ "$status" -eq 1 ]
  [[ $output == *"no scanner runs on $live"* ]]
}

@test "another user, who may look, is told that only the scanner's user and root may give commands" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  for_everyone
  idle web
  scanner
  up web
  for args in "stop web" rescan shutdown upgrade; do
    # shellcheck disable=SC2086
    run setpriv --reuid=54321 --clear-groups reeve -l "$live" $args
    [ "$status" -eq 111 ] || { echo "reeve $args: $status: $output"; return 1; }
    [[ $output == *"(only the scanner's user and root may): Permission denied"* ]] || { echo "reeve $args: $output"; return 1; }
  done
  field web state up
}

@test "shutdown waits for the end, or not" {
  service web <<<'trap "touch $dir/told; until [ -e $dir/end ]; do sleep 0.02; done; exit 0" TERM; touch "$dir/ready"; while :; do sleep 0.02; done'
  scanner
  eventually 10 test -e "$dir/ready"
  start reeve shutdown
  eventually 10 test -e "$dir/told"
  run -99 reeve shutdown --timeout 100ms
  alive "$started"
  touch "$dir/end"
  ended "$started" 0
  ended "$scanner" 0
}

waits_for_the_lock() { grep -q -- "-> .* $1 " /proc/locks; } # PID

@test "shutdown has succeeded when the container's end is what ends it; any other SIGTERM ends it, too" {
  service web <<<'trap "until [ -e $dir/end ]; do sleep 0.02; done; exit 0" TERM; touch "$dir/ready"; while :; do sleep 0.02; done'
  scanner
  eventually 10 test -e "$dir/ready"
  start reeve shutdown
  eventually 10 waits_for_the_lock "$started"
  kill -TERM "$started"
  ended "$started" 143
  start reeve shutdown
  eventually 10 waits_for_the_lock "$started"
  freeze "$started"
  touch "$dir/end"
  ended "$scanner" 0
  kill -TERM "$started"
  kill -CONT "$started"
  ended "$started" 0
}

@test "a service finds its tree without being told" {
  service web <<<'unset LC_ALL; reeve status --json >"$dir/seen.new"; mv "$dir/seen.new" "$dir/seen"; exec sleep 1000000'
  unset REEVE_LIVE
  scanner
  eventually 10 test -e "$dir/seen"
  jq -e '.[0].name == "web"' "$dir/seen"
}
