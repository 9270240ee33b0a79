# reeve why: why a service is as it is, and what to do; the same below `reeve status NAME`.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

# What `reeve why` says, in one line; every line of it has at most 80 columns.
why() # NAME
{
  reeve why "$1" >"$dir/why" || return 1
  awk 'length($0) > 80 { print "# too long: " $0; bad = 1 } END { exit bad }' "$dir/why" || return 1
  tr -s ' \n' ' ' <"$dir/why" >"$dir/line"
}
because() # NAME TEXT
{
  why "$1" && grep -qF -- "$2" "$dir/line" || { echo "# $1: $(cat "$dir/line")"; return 1; }
}

once() { setting "$1" restart no; } # fails for good

@test "each state in a sentence, with what it waits for and what to do" {
  idle up
  setting up notification-fd 3
  service up <<<'echo >&3; exec sleep 1000000'
  idle starting
  setting starting notification-fd 3
  setting starting timeout-up 600000
  service waiting <<<'exit 3'
  setting waiting restart-delay '60000 60000'
  service try <<<'exit 3'
  setting try restart on-failure:7
  setting try restart-delay '60000 60000'
  idle held
  setting held dependencies.d/waiting ''
  setting held dependencies.d/nothing ''
  idle off
  setting off down ''
  service task <<<'exit 0'
  touch "$scan/task/flag-oneshot"
  service finishing <<<'exit 0'
  once finishing
  finish finishing <<<'exec sleep 1000000'
  setting finishing timeout-finish 0
  idle paused
  service deaf <<<'trap "" TERM; while :; do sleep 0.05; done'
  scanner
  eventually 10 because up 'up is up for '
  because up ', ready for '
  eventually 10 because starting 'and has not told that it is ready: no newline came on descriptor 3.'
  because starting 'left for that (timeout-up); else it is stopped, which is a failure.'
  eventually 10 because waiting '(restart 1; `reeve start waiting` starts it at once)'
  because waiting 'ago: exit 3: it ended by itself, with an error.'
  eventually 10 because try ', which is try 1 of 7 (restart).'
  eventually 10 because held 'held is held, and was never started: it is waiting for '
  because held ', and starts when what it needs is ready.'
  because held 'There is no service nothing: make one, or remove held/dependencies.d/nothing.'
  because held 'See `reeve why waiting`.'
  eventually 10 because off 'off is down, and was never started'
  eventually 10 because task ': the task has exited 0.'
  eventually 10 because finishing 'and its ./finish runs.'
  up paused
  reeve kill STOP paused
  because paused 'it was sent SIGSTOP (`reeve kill CONT paused` lets it go on)'
  up deaf
  reeve stop -n deaf
  eventually 10 because deaf 'by SIGTERM, and is waited for: it has no timeout-kill (`reeve kill KILL deaf` ends it at once).'
  because deaf 'It is wanted down'
  reeve kill KILL deaf
  # Several, and below the table of one.
  [ "$(reeve why up off | grep -c -E '^(up|off) is ')" -eq 2 ]
  [[ $(reeve status off) == *'off is down, and was never started'* ]]
  [[ $(reeve status off up || :) != *'was never started'* ]]
}

@test "a service that has no supervisor yet: that, and what it waits for" {
  idle db
  setting db notification-fd 3
  scanner
  eventually 10 because db 'db is starting'
  freeze "$scanner" # it does not come to the new service
  idle web
  setting web dependencies.d/db ''
  because web 'web has no supervisor: the scanner has not come to it yet'
  because web 'It was never started, and is waiting for db (starting) as well.'
  run -1 reeve status
  tr -s ' \n' ' ' <<<"$output" | grep -q ' web unsupervised .* waiting for db (starting) '
  kill -CONT "$scanner"
  eventually 10 because web 'web is held, and was never started: it is waiting for db (starting), and starts when what it needs is ready.'
}

@test "how the last end came about, in words" {
  service missing <<<'exec no-such-program'
  service interpreter <<<'#!/no/interpreter'
  service crash <<<'kill -SEGV $$'
  service killed <<<'exec sleep 1000000'
  service slow <<<'trap "" TERM; while :; do sleep 0.05; done'
  setting slow timeout-kill 200
  service late <<<'exec sleep 1000000'
  setting late notification-fd 3
  setting late timeout-up 200
  idle sick
  script "$scan/sick/health" <<<'echo no answer; exit 1'
  for each in interval:50 timeout:5000 retries:1 start-period:0; do setting sick "health-${each%:*}" "${each#*:}"; done
  setting sick restart on-failure:1
  for each in missing crash killed late interpreter; do once "$each"; done
  scanner
  eventually 10 because missing 'missing has failed for good: restart is no (`reeve start missing` starts it again).'
  because missing 'exit 127: a program that ./run names was not found (is it installed, and in PATH?).'
  eventually 10 because interpreter 'Its ./run cannot be executed: its interpreter /no/interpreter is missing'
  eventually 10 because crash 'SIGSEGV: its program crashed.'
  up killed
  reeve kill KILL killed
  eventually 10 because killed 'SIGKILL: a command had it sent (reeve kill, s6-svc).'
  up slow
  reeve stop slow
  because slow 'SIGKILL: it was stopped by a command; Reeve killed it, as it had not ended within 200 ms (timeout-kill).'
  reeve start -n slow
  eventually 10 because slow 'Its last end, ' # while it is up, too
  eventually 10 because late 'late has failed for good: was not ready within 200 ms (timeout-up), and restart is no'
  because late 'Reeve stopped it, as it was not ready within 200 ms (timeout-up).'
  eventually 20 because sick 'Reeve stopped it, as its health checks failed.'
}

@test "what it logged last, and what is wrong with its settings" {
  service web <<<'seq -f "line %g" 1 12; printf "an error\tin\033[31m red\n"; exit 4'
  once web
  setting web timeout-kill soon
  in=$scan/web service log <<<"exec s6-log s1000000 $dir/log"
  scanner
  eventually 10 because web 'The last lines of its log: line 4 line 5 '
  because web ' line 12 an error in?[31m red'
  because web 'Its setting timeout-kill is invalid: "soon"; allowed: milliseconds'
  run reeve status
  [[ $(tr -s ' \n' ' ' <<<"$output") == *' failed, and restart is no; its last message: an error in?[31m red '* ]]
  field web message 'an error in?[31m red'
  field web/log message null
  # The file before counts, too, when there is a new one.
  mv "$dir/log/current" "$dir/log/@4000000000000000000000.s"
  echo newest >"$dir/log/current"
  because web ' line 12 an error in?[31m red newest'
  run -1 because web 'line 4'
}

@test "without a scanner it says so; a name that is none, too" {
  idle web
  scanner
  up web
  run reeve why wbe
  [ "$status" -eq 100 ]
  [[ $output == *'there is no service wbe'*'there are: web'* ]]
  stop_scanner 0
  run reeve why web
  [ "$status" -eq 1 ]
  [[ $output == *'no scanner runs'* ]]
}
