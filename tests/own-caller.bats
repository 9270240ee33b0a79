# A command that would wait for its own caller does not wait, and says so: in a finish, in
# a run that has to end, in CMD. Without that it would wait until it is killed.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

# A finish that does this once, with what it says in $dir/said.
finish_with() # COMMAND...
{
  finish web <<<"[ ! -e $dir/done ] || exit 0
$* 2>$dir/said; echo \$? >$dir/done"
  setting web timeout-finish 0
}

done_with() # CODE: of what the finish, or the run, has done
{
  eventually 30 test -s "$dir/done"
  [ "$(<"$dir/done")" -eq "$1" ] && [[ $(<"$dir/said") == *"$2"* ]] || { cat "$dir/done" "$dir/said"; return 1; }
}

@test "start and restart in a finish: the service comes back" {
  for command in start restart; do
    rm -f "$dir/done"
    idle web
    finish_with reeve "$command" web
    scanner
    up web
    s6-svc -d "$live/web"
    done_with 0 'not waiting for web: its ./finish waits for this command'
    eventually 20 field web state up
    stop_scanner
  done
}

@test "stop in a finish: the service stays down" {
  idle web
  finish_with reeve stop web
  scanner
  up web
  s6-svc -k "$live/web"
  done_with 0 'not waiting for web'
  eventually 20 field web state down
}

@test "wait in a finish: what cannot come about is refused, what is so is not" {
  for state in ready up finished; do
    rm -f "$dir/done"
    idle web
    finish_with reeve wait "$state" web
    scanner
    up web
    s6-svc -d "$live/web"
    done_with 1 'not waiting for web'
    stop_scanner
  done
  rm -f "$dir/done"
  finish_with reeve wait down web
  scanner
  up web
  s6-svc -d "$live/web"
  done_with 0 ''
}

@test "another service is waited for in a finish" {
  idle web
  service db <<<'exec sleep 1000000'
  setting db down ''
  finish_with reeve start db
  scanner
  up web
  s6-svc -d "$live/web"
  done_with 0 ''
  [ ! -s "$dir/said" ]
  field db state up
}

@test "shutdown in a finish: the tree ends" {
  idle web
  finish_with reeve shutdown 3
  scanner
  up web
  s6-svc -d "$live/web"
  done_with 0 'not waiting for the end of the tree'
  ended "$scanner" 3
}

@test "shutdown in a finish while the tree stops already" {
  idle web
  finish_with reeve shutdown 3
  scanner
  up web
  kill -TERM "$scanner"
  ended "$scanner" 3
  done_with 0 'not waiting for the end of the tree'
}

@test "a background job of a finish, and one in a session of its own" {
  idle web
  finish web <<<"[ ! -e $dir/done ] || exit 0
reeve restart web 2>$dir/said & wait \$!; echo \$? >$dir/done"
  scanner
  up web
  s6-svc -d "$live/web"
  done_with 0 'not waiting for web'
  eventually 20 field web state up
  rm "$dir/done"
  finish web <<<"[ ! -e $dir/done ] || exit 0
setsid -w reeve restart web 2>$dir/said; echo \$? >$dir/done"
  pid=$(pid_of web)
  s6-svc -d "$live/web"
  done_with 0 'not waiting for web'
  eventually 20 field web state up
}

@test "a run that stops or restarts itself, and traps TERM" {
  for command in "stop web" "restart web" "wait finished web" "shutdown"; do
    rm -f "$dir/done"
    service web <<<"[ ! -e $dir/done ] || exec sleep 1000000
trap : TERM # acted upon when the command has ended
until [ \"\$(s6-svstat -o up $live/web)\" = true ]; do sleep 0.02; done # before, it counts as down
reeve $command 2>$dir/said; echo \$? >$dir/done.new; mv $dir/done.new $dir/done"
    scanner
    case $command in wait*) code=1 ;; *) code=0 ;; esac
    done_with $code 'not waiting'
    kill -TERM "$scanner" 2>/dev/null || :
    ended "$scanner" 0
  done
}

@test "a job of a run may wait until its service is ready" {
  service web <<<"{ reeve wait ready web 2>$dir/said; echo \$? >$dir/done; } &
sleep 0.3; echo >&3; exec sleep 1000000"
  setting web notification-fd 3
  scanner
  done_with 0 ''
  [ ! -s "$dir/said" ]
}

@test "what a run has left behind, of a service without a finish, is told why it does not wait" {
  service web <<<"[ ! -e $dir/done ] || exec sleep 1000000
setsid sh -c 'trap : TERM; touch $dir/ready; until [ -e $dir/go ]; do sleep 0.05; done
reeve restart web 2>$dir/said; echo \$? >$dir/done' & exec sleep 1000000"
  scanner
  eventually 20 test -e "$dir/ready"
  s6-svc -d "$live/web"
  eventually 20 field web state finishing
  touch "$dir/go"
  done_with 0 'not waiting for web: what its ./run has left behind, which has to end first, has started this command'
  eventually 20 field web state up
}

@test "shutdown in CMD: it does not wait for itself" {
  idle web
  script "$dir/command" <<<"trap : TERM # which may come before reeve has ended
reeve shutdown 2>$dir/said; echo \$? >$dir/done"
  start reeve-scan -l "$live" "$scan" -- "$dir/command"
  scanner=$started
  done_with 0 'not waiting for the end of the tree'
  eventually 20 gone "$scanner"
}

@test "another service that has ended in a stop of the tree: stop is done, start is refused" {
  idle web
  idle db
  finish db <<<"while s6-svok $live/web; do sleep 0.05; done
for c in 'stop web' 'wait down web' 'wait finished web' 'start web' 'restart web' 'wait ready web'; do
  reeve --timeout 20s \$c; echo \"\$c \$?\" >>$dir/codes
done 2>$dir/said"
  setting db timeout-finish 0
  scanner
  up web
  up db
  kill -TERM "$scanner"
  ended "$scanner" 0
  cat "$dir/codes" "$dir/said"
  [ "$(paste -sd , "$dir/codes")" = 'stop web 0,wait down web 0,wait finished web 0,start web 1,restart web 1,wait ready web 1' ]
  grep -q 'web was stopped, as everything is' "$dir/said"
}
