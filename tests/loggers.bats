# A service's output goes to its logger; no line is lost or doubled.

load lib
load survival

setup() { reeve_setup; }
teardown() { reeve_teardown; }

# counts in lines until told to stop
counter()
{
  service count <<<'trap "echo last \$i; exit 0" TERM
i=0
[ ! -e "$dir/from" ] || i=$(cat "$dir/from")
while :; do i=$((i + 1)); echo "$i"; echo $i >"$dir/from.new"; mv "$dir/from.new" "$dir/from"; sleep 0.001; done'
  in=$scan/count service log <<<'exec cat >>"$dir/log"'
}

logged() { [ -s "$dir/log" ] && [ "$(lines "$dir/log")" -ge "$1" ]; }
complete() { grep -v last "$dir/log" | awk '$1 != NR { print "line " NR " is " $0; bad = 1 } END { exit bad }'; }

# The shell reads no byte beyond a line, and has written it when it is killed.
@test "no line is lost when the logger is killed" {
  counter
  in=$scan/count service log <<<'while read -r line; do echo "$line" >>"$dir/log"; [ "$line" != 50 ] || kill -KILL $$; done'
  scanner
  eventually 20 logged 200
  field count/log signal SIGKILL
  stop_scanner 0
  complete
  grep -q last "$dir/log"
}

@test "no line is lost when the service restarts" {
  counter
  scanner
  eventually 20 logged 50
  s6-svc -r "$live/count"
  eventually 20 logged 200
  stop_scanner 0
  grep -v last "$dir/log" | awk '$1 != NR && $1 != NR - 1 { exit 1 }'
}

@test "no line is lost when the logger's supervisor is killed while nothing reads" {
  service burst <<<'while [ ! -e "$dir/go" ]; do sleep 0.05; done; seq 1000; exec sleep 1000000'
  in=$scan/burst service log <<<'exec cat >>"$dir/log"'
  scanner
  up burst/log
  s6-svc -wD -T 10000 -d "$live/burst/log"
  touch "$dir/go"
  supervisor=$(cat "/proc/$(pid_of burst)/status" | awk '/^PPid/ { print $2 }')
  kill -0 "$supervisor"
  loggers=$(processes in "$live/burst/log" reeve-supervise)
  kill -KILL "$loggers"
  eventually 10 said "the supervisor of burst/log was ended by SIGKILL"
  eventually 10 has_supervisor "$live/burst/log"
  s6-svc -u "$live/burst/log" # its successor knows that it was stopped
  eventually 20 logged 1000
  stop_scanner 0
  complete
}

@test "at the end a logger drains before it ends" {
  service burst <<<'trap "seq 5001 10000; exit 0" TERM; seq 5000; while :; do sleep 0.05; done'
  in=$scan/burst service log <<<'while IFS= read -r line; do echo "$line"; done >>"$dir/log"'
  in=$scan/burst finish log <<<'echo finish >>"$dir/log"'
  scanner
  eventually 20 logged 1
  stop_scanner 0
  [ "$(tail -n 1 "$dir/log")" = finish ]
  sed -i '$d' "$dir/log"
  [ "$(lines "$dir/log")" -eq 10000 ]
  complete
}

# The first and the last of its ends.
finish_that_says_so()
{
  service web <<<'exec sleep 1000000'
  finish web <<<'seq 3000; echo "finish $1 $2"'
  in=$scan/web service log <<<'exec cat >>"$dir/log"'
}

all_of_finish() # TIMES
{
  [ "$(grep -c '^finish' "$dir/log")" -eq "$1" ] && [ "$(lines "$dir/log")" -eq $((3001 * $1)) ]
}

@test "finish writes to the logger, the last one too" {
  finish_that_says_so
  scanner
  up web
  s6-svc -wD -T 10000 -d "$live/web"
  eventually 10 logged 1
  s6-svc -wu -T 10000 -u "$live/web"
  stop_scanner 0
  all_of_finish 2
}

@test "so it does in place, where s6's clients stop the tree" {
  finish_that_says_so
  scanner_in_place
  up web
  s6-svscanctl -t "$live"
  ended "$scanner" 0
  all_of_finish 1
}

@test "so it does when its supervisor alone is told to leave, and when a finish leaves a process" {
  finish_that_says_so
  finish web <<<'seq 3000; sleep 1000000 & echo "finish $1 $2"'
  scanner
  up web
  s6-svc -dx "$live/web"
  eventually 10 all_of_finish 1
  up web
  stop_scanner 0
  all_of_finish 2
}

@test "without a logger the output is the scanner's" {
  service web <<<'echo to the scanner; exec sleep 1000000'
  scanner
  eventually 10 grep -q "to the scanner" "$dir/stdout"
}

@test "a log directory without run is no logger" {
  service web <<<'echo here; exec sleep 1000000'
  mkdir "$scan/web/log"
  scanner
  eventually 10 grep -q here "$dir/stdout"
  [ ! -e "$live/web/log/supervise" ]
}

@test "in place, too, a logger gets its service's lines and drains" {
  service web <<<'trap "echo end; exit 0" TERM; echo begin; while :; do sleep 0.05; done'
  in=$scan/web service log <<<'exec cat >>"$dir/log"'
  scanner_in_place
  eventually 10 logged 1
  stop_scanner 0
  [ "$(cat "$dir/log")" = "begin
end" ]
}

@test "SIGQUIT does not wait for a logger that does not end" {
  idle web
  in=$scan/web idle log
  scanner
  up web/log
  kill -QUIT "$scanner"
  ended "$scanner" 0
}

# Writes its only lines, 141 bytes, when it is stopped.
bursts()
{
  service burst <<<'trap "seq 50; exit 0" TERM; touch "$dir/ready"; while :; do sleep 0.05; done'
}

# Of src/wire/state.h's flags.
runs_dry() { [ $(($(od -An -tu1 -j 51 -N 1 "$live/$1/supervise/state" || echo 0) & 32)) -ne 0 ]; }
upgraded() { [ "$(od -An -tu1 -j 67 -N 1 "$live/$1/supervise/state")" -eq "$2" ]; }

# Its producer has ended, and it has not read a line of it yet.
stopped_logger_runs_dry()
{
  scanner
  up burst/log
  eventually 10 test -e "$dir/ready"
  logger=$(pid_of burst/log)
  freeze "$logger"
  kill -TERM "$scanner"
  eventually 10 runs_dry burst/log
}

all_50() { diff <(seq 50) <(awk "{ print \$NF }" "$1"); } # reeve-log puts the time before them

# Both ways to wait for the end of the input.
reader_that_reads() { in=$scan/burst service log <<<'exec cat >>"$dir/log/current"'; mkdir "$dir/log"; }
reader_that_polls() { in=$scan/burst service log <<<'exec reeve-log "$dir/log"'; }

@test "a logger that is killed while it runs dry is started again, reads the rest and ends" {
  for reader in reads polls; do
    bursts
    reader_that_$reader
    stopped_logger_runs_dry
    kill -KILL "$logger"
    ended "$scanner" 0
    all_50 "$dir/log/current"
    rm -r "$dir/ready" "$dir/log"
  done
}

@test "so is one whose supervisor was killed, or has executed its program anew, meanwhile" {
  for meanwhile in killed upgraded; do
    bursts
    reader_that_polls
    stopped_logger_runs_dry
    case $meanwhile in
      killed) kill_supervisor burst/log ;;
      upgraded)
        echo u >"$live/burst/log/supervise/orders"
        eventually 10 upgraded burst/log 1 ;;
    esac
    kill -KILL "$logger"
    ended "$scanner" 0
    all_50 "$dir/log/current"
    rm -r "$dir/ready" "$dir/log"
  done
}

# As long as there is no file `mended`.
broken_logger() # RESTART-DELAY
{
  bursts
  in=$scan/burst service log <<<'echo >>"$dir/starts"; [ -e "$dir/mended" ] || exit 1; exec reeve-log "$dir/log"'
  in=$scan/burst setting log restart-delay "$1"
  scanner
  eventually 10 test -e "$dir/ready"
  eventually 10 test -s "$dir/starts"
  eventually 10 field burst/log state waiting
}

@test "a logger that waits for its restart when it is to run dry is started at once" {
  broken_logger '600000 600000'
  touch "$dir/mended"
  stop_scanner 0
  all_50 "$dir/log/current"
}

fails_once_more()
{
  kill -TERM "$scanner"
  eventually 10 runs_dry burst/log
  eventually 10 field burst/log restarts 1
  eventually 10 field burst/log state waiting
}

@test "one that waits while it runs dry reads the rest after an upgrade, too" {
  broken_logger '600000 600000'
  fails_once_more
  touch "$dir/mended"
  echo u >"$live/burst/log/supervise/orders"
  ended "$scanner" 0
  all_50 "$dir/log/current"
}

@test "one that waits while it runs dry leaves when its supervisor is killed, which is said" {
  broken_logger '600000 600000'
  fails_once_more
  kill -KILL "$(supervisor_of burst/log)" # with it goes what is in the fifo
  ended "$scanner" 0
  said 'burst/log: warning: what the service has written last is left unread, and lost'
}

@test "one that waits while it runs dry leaves when it is told to be down, and says what is lost" {
  broken_logger '600000 600000'
  fails_once_more
  s6-svc -d "$live/burst/log"
  ended "$scanner" 0
  said 'burst/log: warning: 141 bytes that the service has written are left unread, and lost'
}

@test "a logger that does not read what is left is started five times for it, and what is lost is said" {
  broken_logger '10 10'
  first=$(lines "$dir/starts")
  kill -TERM "$scanner"
  ended "$scanner" 0
  [ "$(lines "$dir/starts")" -ge $((first + 5)) ]
  [ "$(grep -c 'lost' "$dir/stderr")" -eq 1 ]
  said 'burst/log: warning: 141 bytes that the service has written are left unread, and lost'
}

@test "what a logger that is down leaves unread is said when its service is removed, and only if it is lost" {
  bursts
  in=$scan/burst service log <<<'exec cat >>"$dir/log"'
  scanner
  eventually 10 test -e "$dir/ready"
  s6-svc -wD -T 10000 -d "$live/burst/log"
  reeve -l "$live" restart burst
  supervisor=$(supervisor_of burst/log)
  s6-svc -x "$live/burst/log" # its service holds the fifo open
  eventually 10 has_successor burst/log "$supervisor"
  eventually 10 all_50 "$dir/log"
  run ! said lost
  s6-svc -wD -T 10000 -d "$live/burst/log"
  mv "$scan/burst" "$dir/burst"
  eventually 10 test ! -e "$live/burst"
  said 'burst/log: warning: 141 bytes that the service has written are left unread, and lost'
}

@test "a logger is no task: its flag-oneshot is ignored, which is said, and status is not spoiled" {
  idle web
  in=$scan/web service log <<<'exec cat >>"$dir/log"'
  touch "$scan/web/log/flag-oneshot"
  scanner
  up web
  up web/log
  reeve -l "$live" status
  reeve -l "$live" wait --timeout 10 ready web/log
  run -1 reeve -l "$live" wait 'done' web/log
  says 'reeve-supervise web/log: .*a logger is no task: flag-oneshot is ignored (remove it)'
}
