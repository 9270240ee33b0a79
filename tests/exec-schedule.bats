# reeve-exec --every and --cron: a job waits for its moment, is started again after, and is run
# once, late, for all that has passed meanwhile.

load lib

BERLIN=CET-1CEST,M3.5.0,M10.5.0/3

setup()
{
  reeve_setup
  chmod 755 "$dir"
}
teardown() { reeve_teardown; }

refused() # TEXT OPTION...
{
  run reeve-exec "${@:2}" touch "$dir/ran"
  echo "# $status: $output"
  [ "$status" -eq 100 ] && [[ $output == *"$1"* ]] && [ ! -e "$dir/ran" ]
}

# A service whose job writes the time to $dir/runs, and then runs as long as there is $dir/long.
job() # NAME OPTION...
{
  service "$1" <<<"${first:-}
exec ${before:-} reeve-exec ${*:2} -- sh -c 'date +%FT%R%z >>\"$dir/runs\"; while [ -e \"$dir/long\" ]; do sleep 0.02; done'"
}

# Of which the clock is $dir/clock, which begins a second before TIME, however long the start takes:
# the last run was a minute before.
job_with_clock() # NAME TIME OPTION...
{
  local library time
  library=$(find /usr/lib -name libfaketime.so.1 | head -n 1)
  [ -n "$library" ] || skip "there is no libfaketime"
  ldd "$(command -v reeve-exec)" >/dev/null || skip "no library can change the clock of static programs"
  time=$(date -d "$2" +%s)
  before="env LD_PRELOAD=$library FAKETIME_TIMESTAMP_FILE=$dir/clock FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1 TZ=$BERLIN" \
  first="[ -e '$dir/clock' ] || { printf w$((time - 60)) >supervise/schedule; echo +\$(($time - 1 - \$(date +%s))) >'$dir/clock'; exit; }" job "$1" "${@:3}"
}

set_clock() # TIME
{
  echo "+$(($(date -d "$1" +%s) - $(date +%s)))" >"$dir/clock.new"
  mv "$dir/clock.new" "$dir/clock"
}

runs() { [ "$(cat "$dir/runs" 2>/dev/null | wc -l)" -eq "$1" ]; }
run_at() { [ "$(sed -n "$1p" "$dir/runs")" = "$2" ]; }
# Its own file says when it is due, perhaps before the supervisor has said that it is up.
waits() { local value; read_field "$1" due && [ "$value" != null ] && pid_of "$1" >/dev/null; }
due() { local value; read_field "$1" due && [[ $value == \"$2* ]]; }
other_pid() { local pid; pid=$(pid_of "$1") && [ "$pid" != "$2" ]; }
# Nobody has asked for that: it is started again, and reads what it remembers.
kill_waiting()
{
  eventually 10 waits job
  kill -KILL "$(pid_of job)"
}

# What reeve-exec remembers: that the last run began so many seconds ago.
last_run() { printf %s "b$(($(cut -d. -f1 /proc/uptime) * 1000 - $1 * 1000))" >"$live/job/supervise/schedule"; }
half_uptime() { echo $(($(cut -d. -f1 /proc/uptime) / 2)); }

@test "what is no schedule is refused, and executes nothing" {
  refused "invalid interval 0: " --every 0
  refused "invalid interval 5x: " --every 5x
  refused "invalid interval 999999999h: " --every 999999999h
  refused "five fields" --cron '* * * *'
  refused "first field, the minute" --cron '60 * * * *'
  refused "it never comes" --cron '0 0 31 2 *'
  refused "exclude each other" --every 1s --cron @daily
  refused "unknown user: nosuch" --every 1h --user nosuch
  run reeve-exec --cron @daily
  [ "$status" -eq 100 ]
}

@test "it waits, then executes the program as the other options say, with the signals that it had" {
  cd "$dir"
  mkdir env
  echo value >env/NAME
  [ "$(reeve-exec --umask 027 --every 10ms -e env --session -- sh -c 'echo "$NAME $(umask) $0" x' y)" = "value 0027 y x" ]
  run reeve-exec -n 0 --every 1ms sh -c 'exit 3'
  [ "$status" -eq 3 ]
  [ "$(sh -c "trap '' HUP; exec reeve-exec --every 10ms grep SigIgn /proc/self/status")" = "$(sh -c "trap '' HUP; exec grep SigIgn /proc/self/status")" ]
  [ "$(reeve-exec --every 10ms grep -E 'SigIgn|SigCgt' /proc/self/status)" = "$(grep -E 'SigIgn|SigCgt' /proc/self/status)" ]
  [ "$(reeve-exec --every 10ms cat /proc/self/comm)" = cat ]
  [ ! -e supervise ]
}

@test "it is run again and again, and restart-delay does not slow it down" {
  job job --every 20ms
  scanner
  eventually 30 test_many
}
test_many() { [ "$(lines "$dir/runs")" -ge 12 ]; } # by the delay, this takes 25 s

@test "while it waits: the status shows when it is due, nothing wakes it up, and a stop ends it with success" {
  job job --every 10h
  echo WINCH >"$scan/job/down-signal"
  finish job <<<'echo "$1 $2" >>"$dir/finished"'
  job cron --cron "'0 0 29 2 *'"
  TZ=UTC0 scanner
  eventually 10 waits job
  eventually 10 waits cron
  due cron 20[0-9][0-9]-02-29T00:00:00
  [[ $(reeve -l "$live" status job) =~ \ up\ .*\ due\ .*It\ waits\ for\ its\ time:\ it\ is\ due\ in ]]
  [[ $(TZ=UTC0 reeve -l "$live" status) =~ cron\ .*\ due\ [^$'\n']*29\ 00:00 ]]
  field job reason null
  pid=$(pid_of job)
  settled() { switches=$(grep ctxt "/proc/$pid/status") && short_pause 200 && [ "$(grep ctxt "/proc/$pid/status")" = "$switches" ]; }
  eventually 10 settled
  for sig in HUP USR1 USR2 ALRM; do reeve -l "$live" kill "$sig" job; done
  reeve -l "$live" reload job
  short_pause 300
  [ "$(grep ctxt "/proc/$pid/status")" = "$switches" ]
  [ "$(pid_of job)" = "$pid" ]
  kill -TERM "$pid"
  eventually 10 other_pid job "$pid"
  field job exit 0
  eventually 10 waits job
  reeve -l "$live" stop job
  field job exit 0
  [ "$(cat "$dir/finished")" = $'0 0\n0 0' ]
  [ ! -e "$dir/runs" ]
  stop_scanner
}

@test "a stop in the midst of a job: it has its time" {
  service job <<<'exec reeve-exec --every 10ms sh -c "trap \"touch $dir/told; while [ ! -e $dir/saved ]; do sleep 0.02; done; echo \\\$(date) >$dir/runs; exit 0\" TERM; touch $dir/began; while :; do sleep 0.02; done"'
  scanner
  eventually 10 test -e "$dir/began"
  reeve -l "$live" stop -n job
  eventually 10 test -e "$dir/told"
  field job wanted down
  touch "$dir/saved"
  eventually 10 field job state down
  field job exit 0
  runs 1
}

@test "an interval counts from the start of the last run, also when that took longer" {
  n=$(half_uptime)
  touch "$dir/long"
  job job --every 10ms
  scanner
  eventually 10 runs 1
  job job --every "${n}s"
  last_run "$((n + 1))"
  rm "$dir/long"
  eventually 10 runs 2
  eventually 10 waits job # the one after is due in $n seconds
  runs 2
}

@test "after a stop that was asked for, an interval begins anew" {
  n=$(half_uptime)
  job job --every "${n}s"
  scanner
  eventually 10 waits job
  pid=$(pid_of job)
  kill_waiting
  eventually 10 other_pid job "$pid"
  eventually 10 waits job
  for how in restart 'stop start'; do
    last_run "$((n + 1))"
    pid=$(pid_of job)
    for command in $how; do reeve -l "$live" "$command" job; done
    eventually 10 waits job
    [ "$(pid_of job)" != "$pid" ]
  done
  [ ! -e "$dir/runs" ]
  last_run "$((n + 1))"
  kill_waiting
  eventually 10 runs 1
}

@test "summer time: what it skips is run right after, once" {
  job_with_clock job '2027-03-28 01:00:00Z' --cron "'30 2 * * *'"
  scanner
  eventually 20 runs 1
  run_at 1 2027-03-28T03:00+0200
  eventually 10 due job 2027-03-29T00:30:00
}

@test "winter time: what is there twice is run once" {
  job_with_clock job '2027-10-31 00:30:00Z' --cron "'30 2 * * *'"
  scanner
  eventually 20 runs 1
  run_at 1 2027-10-31T02:30+0200
  eventually 10 due job 2027-11-01T01:30:00
}

@test "what passes while a job runs, or while all is paused, is run once, after it" {
  touch "$dir/long"
  job_with_clock job '2027-01-01 12:01:00Z' --cron "'* * * * *'"
  scanner
  eventually 20 runs 1
  all="$scanner $(processes of "$dir" | tr '\n' ' ')"
  freeze $all
  set_clock '2027-01-01 12:05:10Z'
  rm "$dir/long"
  kill -CONT $all
  eventually 10 runs 2
  run_at 1 2027-01-01T13:01+0100
  run_at 2 2027-01-01T13:05+0100
  eventually 10 due job 2027-01-01T12:06:00
  runs 2
}

@test "a pause over the moment: it is run late" {
  job job --every 5s
  scanner
  eventually 10 waits job
  all="$scanner $(processes of "$dir" | tr '\n' ' ')"
  freeze $all
  before=$(cat "$dir/runs" 2>/dev/null | wc -l)
  for i in 1 2 3 4 5 6; do short_pause 1000; done
  runs "$before"
  kill -CONT $all
  eventually 10 runs $((before + 1))
}

@test "a clock that is set back: no moment is run again, and nothing waits for ever" {
  touch "$dir/long"
  job_with_clock job '2027-01-01 12:01:00Z' --cron "'* * * * *'"
  scanner
  eventually 20 runs 1
  set_clock '2027-01-01 11:31:10Z'
  rm "$dir/long"
  eventually 10 due job 2027-01-01T12:02:00
  runs 1
  set_clock '2026-12-31 12:00:10Z' # it was wrong
  kill_waiting
  eventually 10 due job 2026-12-31T12:01:00
  runs 1
}

@test "as another user: with --user all is as ever; behind a program that becomes it, what is missed is lost, and this is said" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  for_everyone
  touch "$dir/runs"
  chmod 666 "$dir/runs"
  n=$(half_uptime)
  job job --user nobody --every "${n}s"
  scanner
  eventually 10 waits job
  pid=$(pid_of job)
  kill_waiting
  eventually 10 other_pid job "$pid"
  last_run "$((n + 1))"
  kill_waiting
  eventually 10 runs 1
  [ ! -s "$dir/stderr" ] || ! said 'made up'
  before="s6-setuidgid nobody" job other --every 20ms
  reeve -l "$live" rescan
  says 'not made up for (let reeve-exec --user become the user'
  eventually 10 test_three
}
test_three() { [ "$(lines "$dir/runs")" -ge 3 ]; }

@test "a time zone that is missing is said, and the schedule is in UTC" {
  cd "$dir"
  TZ=Nowhere/City start reeve-exec --cron '0 0 1 1 *' true
  says 'there is no time zone Nowhere/City .*: install tzdata'
  kill -TERM "$started"
  ended "$started" 0
  mkdir env
  echo Nowhere/Else >env/TZ
  start reeve-exec --env-dir env --cron '0 0 1 1 *' true
  says 'there is no time zone Nowhere/Else'
  kill -TERM "$started"
  ended "$started" 0
}
