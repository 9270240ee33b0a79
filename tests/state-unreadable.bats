# A supervisor that is killed and leaves a state that its successor cannot understand, as
# of another version: what the status tells is enough not to lose its service.

load lib
load survival

setup() { reeve_setup; }
teardown() { survival_teardown; }

another_version() { printf reeve999 | dd of="$1" conv=notrunc status=none; }
longer() { another_version "$1"; truncate -s 4096 "$1"; }
garbage() { printf x | dd of="$1" conv=notrunc seek=100 bs=1 status=none; }
empty() { : >"$1"; }

# Before it is killed, so that it does not write it anew.
kill_with_state() # NAME HOW
{
  local supervisor
  supervisor=$(supervisor_of "$1")
  freeze "$supervisor"
  "$2" "$live/$1/supervise/state"
  kill -KILL "$supervisor"
  eventually 20 has_successor "$1" "$supervisor"
}

goes_on() # HOW
{
  guarded web <<<'trap "exit 37" TERM; echo >&3; exec 3>&-; while :; do sleep 0.02; done'
  finish web <<<'echo "$1 $2 $3" >>"$dir/finished"'
  setting web notification-fd 3
  setting web timeout-kill 60000
  scanner
  eventually 10 field web ready true
  pid=$(pid_of web)
  when=$(since web)
  kill_with_state web "$1"
  says 'cannot be understood'
  [ "$(pid_of web)" = "$pid" ]
  [ "$(since web)" = "$when" ]
  field web ready true
  started_times web 1
  s6-svc -wD -T 10000 -d "$live/web"
  [ "$(cat "$dir/finished")" = "37 0 web" ]
  reeve -l "$live" start web
  started_times web 2
  stop_scanner 0
}

@test "of another version" { goes_on another_version; }
@test "of another version, and another length" { goes_on longer; }
@test "garbage" { goes_on garbage; }
@test "none at all" { goes_on empty; }

@test "what was told to be down stays down" {
  guarded web <<<'exec sleep 1000000'
  scanner
  up web
  started_times web 1
  reeve -l "$live" stop web
  kill_with_state web another_version
  field web state down
  field web wanted down
  started_times web 1
  reeve -l "$live" start web
  stop_scanner 0
}

@test "not ready yet: readiness that is written later arrives" {
  guarded web <<<'until [ -e "$dir/go" ]; do sleep 0.02; done; echo >&3; exec sleep 1000000'
  setting web notification-fd 3
  scanner
  eventually 10 field web state starting
  kill_with_state web another_version
  field web ready false
  touch "$dir/go"
  eventually 10 field web ready true
  started_times web 1
  stop_scanner 0
}

@test "what has ended meanwhile is a failure with an unknown end, and is restarted" {
  guarded web <<<'exec sleep 1000000'
  finish web <<<'echo "$1 $2" >>"$dir/finished"'
  scanner
  up web
  supervisor=$(supervisor_of web)
  freeze "$supervisor"
  another_version "$live/web/supervise/state"
  kill -KILL "$(pid_of web)"
  kill -KILL "$supervisor"
  eventually 20 has_successor web "$supervisor"
  started_times web 2
  up web
  stop_scanner 0
  grep -q '^256 0\|^256 9' "$dir/finished"
}
