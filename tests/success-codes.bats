# success-codes: ends that are no failure.

load lib
load survival

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { survival_teardown; }

ending() # NAME RESTART CODES HOW
{
  service "$1" <<<"echo >>\"\$dir/$1.starts\"; $4"
  [ -z "$2" ] || setting "$1" restart "$2"
  setting "$1" restart-delay '10 10'
  [ -z "$3" ] || setting "$1" success-codes "$3"
}
starts() { [ -s "$dir/$1.starts" ] && [ "$(lines "$dir/$1.starts")" -ge "$2" ]; }

done_with() # NAME EXIT SIGNAL
{
  eventually 20 field "$1" state down
  field "$1" wanted down
  field "$1" exit "$2"
  field "$1" signal "$3"
  field "$1" reason 'done: its last exit is in success-codes, and restart is not always'
  [ "$(lines "$dir/$1.starts")" -eq 1 ]
}

is_answer() { [ "$status" -eq "$1" ] && [[ $output == *"$2"* ]] || { echo "# $status: $output"; return 1; }; }

@test "an end with one of them is no failure; any other is" {
  ending code on-failure '3 SIGUSR1' 'exit 3'
  ending signal on-failure '3 SIGUSR1' 'kill -USR1 $$'
  ending never no 7 'exit 7'
  ending zero on-failure 7 'exit 0'
  ending always '' 3 'exit 3'
  ending often on-failure:2 3 'exit 4'
  ending by-code on-failure:1 USR1 'exit 138' # a shell's word for that signal is another end
  ending by-signal on-failure:1 '9 137' 'kill -KILL $$'
  ending task '' 3 'exit 3'
  setting task flag-oneshot ''
  idle after
  setting after dependencies.d/task ''
  scanner
  done_with code 3 null
  done_with signal null SIGUSR1
  done_with never 7 null
  eventually 20 field zero reason 'done: exited 0, and restart is not always'
  eventually 20 field task state "done"
  reeve wait --timeout 20 ready after task
  eventually 20 starts always 4
  reeve status code signal never zero task # exits 0
  for name in code always task; do
    run reeve why "$name"
    is_answer 0 'exit 3: it ended by itself, as success-codes allows'
  done
  for name in often by-code by-signal; do
    eventually 20 field "$name" state failed
    field "$name" reason 'failed more often than restart allows'
  done
  [ "$(lines "$dir/often.starts")" -eq 3 ]
  [ "$(s6-svdt "$live/code" | wc -l)" -eq 1 ]
  run -1 said 'supervise code: .*failed'
}

@test "a list that is none is reported once a start, and there are none" {
  ending bad no '3 256' 'exit 3'
  ending empty no ' ' 'exit 3'
  ending nul no '' 'exit 3'
  printf '3\0004' >"$scan/nul/success-codes"
  scanner
  eventually 20 field bad state failed
  eventually 20 field empty state failed
  said 'bad: warning: invalid success-codes: "3 256": allowed: exit codes from 0 to 255 and names of signals, separated by spaces; default: none'
  [ "$(grep -c 'bad: .*success-codes' "$dir/stderr")" -eq 1 ]
  said 'empty: warning: invalid success-codes'
  eventually 20 said 'nul: warning: invalid success-codes: "3?4": allowed'
}

@test "a main service's code is the tree's all the same" {
  ending main on-failure 3 'until [ -e "$dir/go" ]; do sleep 0.02; done; exit 3'
  setting main flag-main ''
  start reeve-scan -l "$live" "$scan"
  scanner=$started
  eventually 10 starts main 1
  touch "$dir/go"
  ended "$scanner" 3
  said 'the main service main has ended with 3'
  run -1 said 'for good'
}

@test "for what runs under a successor, whether its supervisor was killed or upgraded; and a late end of a restart" {
  wait_for='trap "" TERM; until [ -e "$dir/go" ]; do sleep 0.02; done; exit 3'
  ending killed on-failure 3 "$wait_for"
  ending upgraded on-failure 3 "$wait_for"
  ending slow on-failure 3 'trap : TERM; until [ -e "$dir/slow.go" ]; do sleep 0.02; done; rm "$dir/slow.go"; exit 3'
  rm "$scan/slow/restart-delay"
  scanner
  up killed
  up upgraded
  up slow
  reeve restart -n slow
  told=$SECONDS
  kill_supervisor killed
  reeve upgrade --timeout 20
  eventually 20 eval '[ "$SECONDS" -gt $((told + 4)) ]' # by then such an end is taken for its own
  rm "$scan/slow/success-codes" # an edit takes effect at the next start
  touch "$dir/go" "$dir/slow.go"
  eventually 20 starts slow 2
  done_with killed 3 null
  done_with upgraded 3 null
}
