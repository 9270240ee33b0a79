# A run that does not `exec` its server (a wrapper, `npm start`, `su -c`): when the wrapper
# has been asked to end, what it leaves in its process group is the service, which nothing
# kills but timeout-kill and a stop's budget.

load lib
load survival

setup() { reeve_setup; }
teardown() { survival_teardown; }

# Its server: on SIGNAL it takes as long as it is not let go ($dir/go), then it has saved.
server() # SIGNAL
{
  script "$dir/server" <<<"trap 'echo $1 >>\"\$dir/told\"; until [ -e \"\$dir/go\" ]; do sleep 0.05; done; echo \$\$ >>\"\$dir/saved\"; exit 0' $1
echo \$\$ >\"\$dir/server.pid.new\"; mv \"\$dir/server.pid.new\" \"\$dir/server.pid\"
while :; do sleep 0.05; done"
}
serves() { [ -s "$dir/server.pid" ] && alive "$(cat "$dir/server.pid")"; }
told() { [ -s "$dir/told" ]; }

wrapped() # [SIGNAL]
{
  server "${1:-TERM}"
  service web <<<'"$dir/server"; true'
  finish web <<<'echo "$1 $2" >>"$dir/finished"'
}

up_and_serving()
{
  up web
  eventually 20 serves
  pid=$(cat "$dir/server.pid")
}

# It has had more time than strays are given, and is still at it.
still_saving() { [ ! -e "$dir/saved" ] && alive "$pid" && [ ! -e "$dir/finished" ]; }

older_than() # SECONDS: since run has ended
{
  local since
  since=$(s6-svstat -o updownfor "$live/web") && [ "$since" -ge "$1" ]
}

@test "a stop of the service lets the server take its time, and finish comes after it" {
  wrapped
  setting web timeout-strays 200
  scanner
  up_and_serving
  reeve -l "$live" stop web 3>&- &
  eventually 20 told
  eventually 20 older_than 2
  still_saving
  touch "$dir/go"
  wait $!
  [ "$(cat "$dir/saved")" = "$pid" ]
  [ "$(cat "$dir/finished")" = '256 15' ]
  said "ending server (pid $pid), which ./run has left behind, in its process group: it counts as the service itself"
}

@test "a stop of the tree does, too, and its code is 0" {
  wrapped
  setting web timeout-strays 200
  scanner
  up_and_serving
  kill -TERM "$scanner"
  eventually 20 told
  eventually 20 older_than 2
  still_saving
  touch "$dir/go"
  ended "$scanner" 0
  [ "$(cat "$dir/saved")" = "$pid" ]
}

@test "a restart waits for it" {
  wrapped
  setting web timeout-strays 200
  scanner
  up_and_serving
  s6-svc -r "$live/web"
  eventually 20 told
  eventually 20 older_than 2
  still_saving
  touch "$dir/go"
  eventually 20 field web restarts 1
  [ "$(cat "$dir/saved")" = "$pid" ]
}

@test "it gets the service's own down-signal" {
  wrapped USR1
  setting web down-signal USR1
  scanner
  up_and_serving
  touch "$dir/go"
  stop_scanner 0
  [ "$(cat "$dir/told")" = USR1 ]
  [ "$(cat "$dir/saved")" = "$pid" ]
}

@test "timeout-kill, counted from the stop, kills it: 137 if that was the tree's" {
  wrapped
  setting web timeout-kill 2500
  setting web timeout-strays 100000
  scanner
  up_and_serving
  stop_scanner 137
  over "$pid"
  told
  [ ! -e "$dir/saved" ]
  said "killing server (pid $pid), which ./run has left behind: it has not ended within timeout-kill"
}

@test "a stop by name that had to kill is none of the tree's" {
  wrapped
  setting web timeout-kill 300
  scanner
  up_and_serving
  reeve -l "$live" stop web
  over "$pid"
  stop_scanner 0
}

@test "what a stop has no more time for is killed: 137, and finish runs" {
  wrapped
  scanner -T 100000 -K 2000 # time enough for finish, which half a second before the end of a budget is not
  up_and_serving
  stop_scanner 137
  over "$pid"
  [ "$(cat "$dir/finished")" = '256 15' ]
  said 'the service web has not ended in time'
}

@test "reeve kill KILL and s6-svc -k reach it" {
  wrapped
  scanner
  for how in 's6-svc -k "$live/web"' 'printf K >"$live/web/supervise/control"' 'reeve -l "$live" kill KILL web'; do
    eventually 10 s6-svc -u "$live/web"
    up_and_serving
    s6-svc -d "$live/web"
    eventually 20 told
    eval "$how"
    s6-svwait -D -t 20000 "$live/web"
    over "$pid"
    rm -f "$dir/told" "$dir/server.pid"
  done
}

@test "a successor of a killed supervisor lets it take its time" {
  wrapped
  setting web timeout-strays 200
  scanner
  up_and_serving
  s6-svc -d "$live/web"
  eventually 20 told
  kill_supervisor web
  eventually 20 older_than 2
  still_saving
  touch "$dir/go"
  s6-svwait -D -t 20000 "$live/web"
  [ "$(cat "$dir/saved")" = "$pid" ]
  [ "$(lines "$dir/told")" -eq 1 ] || [ "$(lines "$dir/told")" -eq 2 ] # the successor does not know who was told
}

@test "so does that of one that was killed while the service was up, and timeout-kill holds" {
  wrapped
  setting web timeout-strays 200
  setting web timeout-kill 8000
  scanner
  up_and_serving
  kill_supervisor web
  s6-svc -d "$live/web"
  eventually 20 told
  eventually 20 older_than 1
  still_saving
  s6-svwait -D -t 20000 "$live/web"
  over "$pid"
  [ ! -e "$dir/saved" ]
}

@test "what was left behind before the stop, outside the group, is a stray: timeout-strays kills it, 137" {
  server TERM
  service web <<<'(setsid "$dir/server" &); exec sleep 1000000'
  setting web timeout-strays 2000
  scanner
  up_and_serving
  stop_scanner 137
  over "$pid"
  told
  said "killing server (pid $pid), which ./run has left behind: it has not ended within timeout-strays"
}

@test "after an end that nobody asked for, timeout-strays is for all, and is 5 s by default" {
  wrapped
  setting web restart no
  scanner
  up_and_serving
  kill -KILL "$(pid_of web)"
  eventually 20 told
  eventually 20 older_than 2
  still_saving
  touch "$dir/go"
  eventually 20 test -s "$dir/finished"
  [ "$(cat "$dir/saved")" = "$pid" ]
}

@test "after such an end, timeout-strays kills it" {
  wrapped
  setting web timeout-strays 2000
  setting web restart no
  scanner
  up_and_serving
  kill -KILL "$(pid_of web)"
  eventually 20 test -s "$dir/finished"
  over "$pid"
  told
  stop_scanner 0
}

@test "flag-down-group: the whole group gets the down-signal, once" {
  server TERM
  service web <<<'trap "" HUP; trap "echo run >>\"\$dir/told\"" TERM; "$dir/server"; until [ -e "$dir/saved" ]; do sleep 0.05; done'
  setting web flag-down-group ''
  scanner
  up_and_serving
  s6-svc -d "$live/web"
  eventually 20 told
  touch "$dir/go"
  s6-svwait -D -t 20000 "$live/web"
  [ "$(sort "$dir/told" | tr '\n' ' ')" = 'TERM run ' ]
  field web exit 0
}

@test "flag-down-group: what is left has had its signal, and gets no second one" {
  wrapped
  setting web flag-down-group ''
  scanner
  up_and_serving
  # Longer than the kernel's clock of births is coarse.
  eventually 20 eval '[ "$(ps -o etimes= -p "$pid")" -ge 1 ]'
  s6-svc -d "$live/web"
  eventually 20 told
  eventually 20 older_than 2
  still_saving
  touch "$dir/go"
  s6-svwait -D -t 20000 "$live/web"
  [ "$(cat "$dir/told")" = TERM ]
  run ! said 'left behind'
}

@test "what run has signalled itself, and is about to end, is not named" {
  service web <<<'sleep 1000000 & trap "kill $!; exit 0" TERM; touch "$dir/ready"; wait'
  scanner
  up web
  for n in 1 2 3 4 5; do
    eventually 20 test -e "$dir/ready"
    rm "$dir/ready"
    s6-svc -r "$live/web"
    eventually 20 field web restarts "$n"
  done
  stop_scanner 0
  run ! said 'left behind'
}

# A check that is under way, by reeve itself, and its helper.
@test "the helper of --ready and its check are not named when the service crashes" {
  service web <<<'exec reeve-exec --ready ./data/check -- sh -c "until [ -e \"\$dir/crash\" ]; do sleep 0.05; done; rm \"\$dir/crash\"; exit 3"'
  script "$scan/web/data/check" <<<'touch "$dir/checking"; exec reeve -l "$live" wait ready web'
  setting web notification-fd 3
  setting web restart-delay '10 10'
  scanner
  for n in 1 2 3; do
    eventually 20 test -e "$dir/checking"
    rm "$dir/checking"
    touch "$dir/crash"
    eventually 20 field web restarts "$n"
  done
  stop_scanner 0
  # A check that begins after the crash says itself why it does not wait.
  run ! said '^reeve-supervise.*left behind'
}
