# A logger that takes nothing: its directory cannot be written, its disk is full, its
# output has no reader. It is told of, and holds nothing up for ever.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

# Writes 300 kB, and one line more when it is stopped.
talks() # NAME
{
  service "$1" <<'END'
import os, signal, sys
def end(*_): raise SystemExit
signal.signal(signal.SIGTERM, end)
place = os.environ["dir"]
try:
    open(place + "/began", "w").close()
    for i in range(1, 30001): os.write(1, b"%09d\n" % i)
    open(place + "/all-written", "w").close()
    signal.pause()
finally:
    os.write(1, b"the end\n")
    open(place + "/ended", "w").close()
END
  sed -i '1s/.*/#!\/usr\/bin\/python3/' "$scan/$1/run"
}

logged() { in=$scan/$1 service log <<<"$2"; }

# Is the fifo of the service's logger full?
bytes_in_reason() { json_field "$1" reason | grep -oE "$2" | grep -oE '[0-9]+'; }
is_full() { [ "$(bytes_in_reason "$1" 'takes nothing of [0-9]+ bytes')" -ge 60000 ]; }
healthy() { reeve -l "$live" status "$@" >"$dir/status"; }
unhealthy() { ! healthy "$@"; }

@test "status exits 1 and says why while a logger's directory cannot be written; then nothing is missing" {
  talks web
  logged web 'exec reeve-log -t none "$dir/log"'
  touch "$dir/log"
  scanner
  eventually 20 is_full web
  run -1 reeve -l "$live" status web
  [[ $output == *'its log is stuck: the logger takes nothing of '*' bytes'* ]]
  run -1 reeve -l "$live" status
  run -1 reeve -l "$live" status web/log
  rm "$dir/log"
  eventually 20 test -e "$dir/all-written"
  eventually 20 healthy web
  run ! grep stuck "$dir/status"
  stop_scanner 0
  diff <(seq -f '%09.0f' 30000; echo 'the end') "$dir/log/current"
}

@test "so with a full disk, and a logger of anybody's that reads nothing" {
  for run in 'exec sleep 1000000' 'exec s6-log n3 /proc/nowhere'; do
    rm -rf "$dir/began"
    talks web
    logged web "$run"
    scanner
    eventually 20 is_full web
    run -1 reeve -l "$live" status
    [[ $output == *'its log is stuck'* ]]
    kill -TERM "$scanner"
    ended "$scanner" 0
    rm -rf "$live" "$scan/web"
  done
}

@test "a few bytes that wait are enough; a busy service with a logger that reads is healthy" {
  service quiet <<<'echo one line; exec sleep 1000000'
  logged quiet 'exec sleep 1000000'
  service busy <<<'exec yes'
  logged busy 'exec cat >/dev/null'
  scanner
  up quiet
  up busy/log
  for i in 1 2 3; do healthy busy; done
  eventually 20 unhealthy quiet
  run -1 reeve -l "$live" status quiet
  [[ $output == *'takes nothing of 9 bytes'* ]]
}

@test "at a stop, what does not move is not waited for, and what is lost is said: the code is 0" {
  talks web
  logged web 'exec reeve-log -t none "$dir/log"'
  touch "$dir/log"
  scanner -T 60000
  eventually 20 is_full web
  began=$(date +%s)
  kill -TERM "$scanner"
  ended "$scanner" 0
  echo "# $(($(date +%s) - began)) s"
  [ $(($(date +%s) - began)) -lt 15 ]
  [ -e "$dir/ended" ]
  said 'web/log: warning: ./run has read nothing for some seconds, though [0-9]* bytes of its service.s output are waiting'
  said 'web/log: warning: [0-9]* bytes that the service has written are left unread, and lost'
  run ! said 'has not ended within'
}

@test "without a budget, too, and for a logger that shares an output that nobody reads" {
  talks web
  logged web 'exec reeve-log -'
  mkfifo "$dir/pipe"
  exec 8<>"$dir/pipe"
  start sh -c 'exec reeve-scan -l "$live" "$scan" >"$dir/pipe" 8>&-'
  scanner=$started
  eventually 20 is_full web
  kill -TERM "$scanner"
  ended "$scanner" 0
  said 'bytes that the service has written are left unread, and lost'
  exec 8>&-
}

@test "a service that is stopped by name can still write its last lines, and its finish can: they are not lost" {
  talks web
  finish web <<<'echo finished; touch "$dir/finish-ended"'
  logged web 'exec reeve-log -t none "$dir/log"'
  touch "$dir/log"
  scanner
  eventually 20 is_full web
  reeve -l "$live" --timeout 20s stop web
  [ -e "$dir/ended" ]
  [ -e "$dir/finish-ended" ]
  rm "$dir/log"
  eventually 20 grep -qsx finished "$dir/log/current"
  stop_scanner 0
  n=$(($(lines "$dir/log/current") - 2))
  diff <(seq -f '%09.0f' "$n"; echo 'the end'; echo finished) "$dir/log/current"
}

@test "what a logger was told to leave is there for the next" {
  talks web
  logged web 'exec reeve-log -t none "$dir/log"'
  touch "$dir/log"
  scanner
  eventually 20 is_full web
  reeve -l "$live" --timeout 20s restart web/log
  says 'reeve-log: fatal: told to end, and .*/log takes nothing\|directory .*/log: Not a directory'
  rm "$dir/log"
  eventually 20 test -e "$dir/all-written"
  stop_scanner 0
  diff <(seq -f '%09.0f' 30000; echo 'the end') "$dir/log/current"
}

@test "a count of what is lost stays in the status" {
  talks web
  logged web 'exec sleep 1000000'
  scanner
  eventually 20 is_full web
  s6-svc -wD -T 10000 -d "$live/web/log"
  reeve -l "$live" --timeout 20s stop web
  freeze "$scanner" # for a moment nobody holds what is in the fifo
  for name in web web/log; do
    supervisor=$(pgrep -f "^reeve-supervise $name\$" -P "$scanner")
    s6-svc -x "$live/$name"
    has_left() { [ "$(awk '/^State/ { print $2 }' "/proc/$supervisor/status")" = Z ]; }
    eventually 20 has_left
  done
  kill -CONT "$scanner"
  lost() { [ "$(bytes_in_reason web '[0-9]+ bytes of its log are lost')" -gt 60000 ]; }
  eventually 20 lost
  reeve -l "$live" status web >"$dir/status" || :
  grep -q 'bytes of its log are lost' "$dir/status"
}
