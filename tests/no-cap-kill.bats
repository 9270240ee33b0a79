# Root that may not send signals to other users' processes (a container that was started with
# --cap-drop ALL --cap-add SETUID,SETGID), and its services of other users.

load lib
load survival

setup()
{
  [ "$(id -u)" -eq 0 ] || skip "needs root"
  reeve_setup
  for_everyone
}

teardown() { [ "$(id -u)" -ne 0 ] || survival_teardown; }

limited_scanner() # [OPTION...]
{
  start setpriv --bounding-set=-all,+setuid,+setgid --inh-caps=-all --clear-groups reeve-scan -l "$live" "$@" "$scan"
  scanner=$started
  eventually 10 scanner_ready
}

# Runs the script on stdin as another user.
as_user() # NAME
{
  mkdir -p "$dir/own"
  chmod 777 "$dir/own"
  script "$dir/$1.sh"
  service "$1" <<<"exec setpriv --reuid=54321 --regid=54321 --clear-groups $dir/$1.sh"
}

is_user() { [ "$(stat -c %u "/proc/$(pid_of "$1")")" = 54321 ]; }

@test "stop, restart and kill reach a service of another user" {
  as_user web <<<'exec sleep 1000000'
  limited_scanner
  eventually 10 is_user web
  before=$(pid_of web)
  reeve -l "$live" kill WINCH web
  reeve -l "$live" restart --timeout 10 web
  [ "$(pid_of web)" != "$before" ]
  eventually 10 is_user web
  reeve -l "$live" kill KILL web
  eventually 10 field web restarts 2
  eventually 10 is_user web
  reeve -l "$live" stop --timeout 10 web
  field web signal SIGTERM
  stop_scanner 0
  [ ! -s "$dir/stderr" ]
}

@test "STOP and CONT: status paused, and a stop while it is" {
  as_user web <<<'exec sleep 1000000'
  limited_scanner
  eventually 10 is_user web
  pid=$(pid_of web)
  is_in_state() { grep -q "^State:.$1" "/proc/$pid/status"; }
  reeve -l "$live" kill STOP web
  eventually 10 is_in_state T
  eventually 10 field web state paused
  reeve -l "$live" stop --timeout 10 web
  stop_scanner 0
}

@test "timeout-kill kills one that ignores the down-signal, and flag-timeout-killpg its group of two users" {
  as_user stubborn <<<'trap "" TERM; echo $$ >'"$dir"'/own/stubborn; sleep 1000000'
  setting stubborn timeout-kill 300
  as_user leader <<<'trap "" TERM; sleep 1000000 & echo $! >'"$dir"'/own/child; wait'
  setting leader timeout-kill 300
  setting leader flag-timeout-killpg ''
  service wrapper <<<"trap '' TERM; setpriv --reuid=54322 --clear-groups sleep 1000000 & echo \$! >$dir/own/wrapped; wait; wait"
  setting wrapper timeout-kill 300
  setting wrapper flag-timeout-killpg ''
  limited_scanner
  for file in stubborn child wrapped; do eventually 10 test -s "$dir/own/$file"; done
  reeve -l "$live" stop --timeout 60 --all
  for name in stubborn leader wrapper; do field "$name" signal SIGKILL; done
  over "$(cat "$dir/own/child")"
  over "$(cat "$dir/own/wrapped")"
  stop_scanner 0
}

@test "the stop's budget kills, and is kept" {
  as_user web <<<'trap "" TERM; while :; do sleep 1; done'
  limited_scanner -T 2000
  eventually 10 is_user web
  eventually 10 traps_term web
  pid=$(pid_of web)
  began=$SECONDS
  stop_scanner 137
  [ $((SECONDS - began)) -le 30 ]
  over "$pid"
}

@test "what a service of another user leaves behind is ended" {
  as_user web <<<"setsid sleep 1000000 & echo \$! >$dir/own/stray; exec sleep 1000000"
  limited_scanner
  eventually 10 test -s "$dir/own/stray"
  reeve -l "$live" stop --timeout 10 web
  over "$(cat "$dir/own/stray")"
  stop_scanner 0
}

@test "one that was adopted" {
  as_user web <<<'exec sleep 1000000'
  limited_scanner
  eventually 10 is_user web
  pid=$(pid_of web)
  kill_supervisor web
  [ "$(pid_of web)" = "$pid" ]
  reeve -l "$live" kill WINCH web
  reeve -l "$live" stop --timeout 10 web
  field web signal SIGTERM
  stop_scanner 0
}

@test "where nobody can be asked, kill fails with the reason, and it is said once" {
  cp "$(command -v setpriv)" "$dir/bin/another"
  chmod 4755 "$dir/bin/another"
  setting web restart no
  service web <<<"exec $dir/bin/another --reuid=54322 --regid=54322 --clear-groups sleep 1000000"
  mkdir "$live"
  chown 54321 "$live"
  start setpriv --reuid=54321 --regid=54321 --clear-groups reeve-scan -l "$live" "$scan"
  scanner=$started
  is_other() { [ "$(stat -c %u "/proc/$(pid_of web)")" = 54322 ]; }
  within 10 is_other || skip "no set-user-ID programs here"
  run reeve -l "$live" kill TERM web
  [ "$status" -eq 111 ]
  [[ $output == *"unable to send the signal to web"*"another user's"* ]]
  run reeve -l "$live" reload web
  [ "$status" -eq 111 ]
  [ "$(grep -c "unable to send a signal to the service's process, which is another user's" "$dir/stderr")" -eq 1 ]
  kill -KILL "$(pid_of web)"
  stop_scanner 0
}

@test "a signal to one that is not up is no success" {
  idle web
  setting web down ''
  scanner
  eventually 10 field web state down
  run reeve -l "$live" kill TERM web
  [ "$status" -eq 1 ]
  stop_scanner 0
}
