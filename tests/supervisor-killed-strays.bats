# A supervisor that is killed: what its service has left behind is ended, and nothing else.

load lib
load survival

setup() { reeve_setup; }
teardown() { survival_teardown; }

@test "strays being ended: they are ended, then finish runs" {
  guarded web <<<"sh -c 'trap \"\" TERM; while :; do sleep 1; done' stray 9>&- & echo \$! >\"\$dir/stray\"; exit 3"
  finish web <<<'grep -qs "^State:.[^Z]" "/proc/$(cat "$dir/stray")/status" && echo left >>"$dir/finished"; echo "$1" >>"$dir/finished"'
  setting web restart no
  scanner
  eventually 10 test -s "$dir/stray"
  s6-svwait -d -t 10000 "$live/web"
  kill -KILL "$(supervisor_of web)" || : # unless a slow machine was too late for it
  eventually 20 test -s "$dir/finished"
  [ "$(cat "$dir/finished")" = 3 ]
  over "$(cat "$dir/stray")"
  started_times web 1
}

@test "strays that were left before the supervisor was killed are ended with the service" {
  guarded web <<<"(sh -c 'trap \"\" TERM; while :; do sleep 1; done' stray 9>&- & echo \$! >\"\$dir/stray\") ; exec sleep 1000000"
  setting web timeout-kill 1000
  finish web <<<'grep -qs "^State:.[^Z]" "/proc/$(cat "$dir/stray")/status" && echo left >>"$dir/finished"; echo "$1 $2" >>"$dir/finished"'
  scanner
  up web
  eventually 10 test -s "$dir/stray"
  kill_supervisor web
  alive "$(cat "$dir/stray")"
  s6-svc -wD -T 10000 -d "$live/web"
  [ "$(cat "$dir/finished")" = '256 15' ]
  over "$(cat "$dir/stray")"
}

@test "strays that an adopted service starts later are ended with it" {
  guarded web <<<"until [ -e \"\$dir/go\" ]; do sleep 0.02; done; (sh -c 'while :; do sleep 1; done' stray 9>&- & echo \$! >\"\$dir/stray\"); exec sleep 1000000"
  scanner
  up web
  kill_supervisor web
  touch "$dir/go"
  eventually 10 test -s "$dir/stray"
  s6-svc -wD -T 10000 -d "$live/web"
  over "$(cat "$dir/stray")"
}

@test "what is in the session of run counts, in whatever process group; what has left it does not" {
  guarded web <<<"exec 9>&-; bash -c 'set -m; sleep 1000001 & echo \$! >\"\$dir/job\"'; setsid sleep 1000002 & echo \$! >\"\$dir/daemon\"; exec sleep 1000000"
  scanner
  up web
  eventually 10 test -s "$dir/job"
  eventually 10 test -s "$dir/daemon"
  job=$(cat "$dir/job")
  daemon=$(cat "$dir/daemon")
  pids+=("$daemon")
  [ "$(ps -o pgid= -p "$job" | tr -d ' ')" != "$(pid_of web)" ]
  kill_supervisor web
  s6-svc -wD -T 10000 -d "$live/web"
  over "$job"
  alive "$daemon"
  said "ending sleep (pid $job), which ./run has left behind"
}

@test "many at once, each with a stray: at the end nothing is left" {
  for n in $(seq 20); do
    guarded s$n <<<"sh -c 'while :; do sleep 1; done' stray 9>&- & echo \$! >>\"\$dir/strays\"; exec sleep 1000000"
  done
  scanner
  for n in $(seq 20); do up s$n; pids_before[n]=$(pid_of s$n); done
  eventually 10 eval '[ "$(lines "$dir/strays")" -eq 20 ]'
  kill_supervisors s{1..20}
  for n in $(seq 20); do
    eventually 10 field s$n state up
    [ "$(pid_of s$n)" = "${pids_before[n]}" ]
    started_times s$n 1
  done
  for stray in $(cat "$dir/strays"); do alive "$stray"; done
  stop_scanner 0
  for stray in $(cat "$dir/strays") "${pids_before[@]}"; do eventually 10 gone "$stray"; done
}

@test "each one's stray is its own: only its end ends it" {
  for n in 1 2 3; do
    guarded s$n <<<"sh -c 'while :; do sleep 1; done' stray 9>&- & echo \$! >\"\$dir/stray$n\"; exec sleep 1000000"
  done
  scanner
  for n in 1 2 3; do up s$n; eventually 10 test -s "$dir/stray$n"; done
  kill_supervisors s1 s2 s3
  for n in 1 2 3; do eventually 10 field s$n state up; done
  s6-svc -wD -T 10000 -d "$live/s2"
  over "$(cat "$dir/stray2")"
  alive "$(cat "$dir/stray1")"
  alive "$(cat "$dir/stray3")"
}

# As `docker exec` does.
start_from_outside() # SECONDS ; $job: it has fallen to the scanner
{
  local seconds=$1
  nsenter -t "$scanner" -p -m setsid sh -c 'cd / && sleep "$1" &' sh "$seconds"
  eventually 10 eval 'job=$(pgrep -P "$scanner" -x -f "sleep $seconds")'
}

@test "what somebody has started in the container from outside is not taken for a stray" {
  local before meanwhile after
  unshare -p -f --mount-proc true 2>/dev/null || skip "no PID namespace may be made here"
  guarded web <<<'exec sleep 1000000'
  start unshare -p -f --mount-proc --kill-child reeve-scan -l "$live" "$scan"
  eventually 10 scanner_ready
  scanner=$(pgrep -P "$started" -x reeve-scan)
  up web
  start_from_outside 1000001
  before=$job
  kill_supervisor web
  start_from_outside 1000003
  meanwhile=$job
  s6-svc -wr -T 10000 -r "$live/web"
  start_from_outside 1000002
  after=$job
  s6-svc -wr -T 10000 -r "$live/web"
  alive "$before"
  alive "$meanwhile"
  alive "$after"
  started_times web 3
  kill -TERM "$scanner"
  ended "$started"
}

# Both have fallen to the scanner without a word to it.
@test "CMD's daemon is not taken for a stray of an adopted service, whose own stray is" {
  guarded web <<<"until [ -e \"\$dir/go\" ]; do sleep 0.02; done; (sh -c 'sleep 1000000 & echo \$! >\"\$dir/stray\"' stray 9>&-); exec sleep 1000000"
  script "$dir/cmd" <<<"until [ -e \"\$dir/go\" ]; do sleep 0.02; done; (setsid sh -c 'sleep 1000000 & echo \$! >\"\$dir/daemon\"'); exec sleep 1000000"
  start reeve-scan -l "$live" "$scan" -- "$dir/cmd"
  scanner=$started
  eventually 10 scanner_ready
  up web
  pid=$(pid_of web)
  kill_supervisor web
  touch "$dir/go"
  eventually 10 test -s "$dir/stray"
  eventually 10 test -s "$dir/daemon"
  stray=$(cat "$dir/stray")
  kill -TERM "$pid" # nobody tells the scanner before it has ended
  eventually 10 started_times web 2
  over "$stray"
  alive "$(cat "$dir/daemon")"
  kill_supervisor web
  s6-svc -wD -T 10000 -d "$live/web"
  alive "$(cat "$dir/daemon")"
  kill "$(cat "$dir/daemon")"
  said "which ./run has left behind"
}
