# For the tests in which supervisors and scanners are killed.
#   supervisor_of NAME   its pid
#   kill_supervisor NAME SIGKILL, and waits until it has a successor
#   kill_supervisors NAME...   the same of several at once
#   guarded NAME         a service that says when there are two of it at once
#   started_times NAME N   it has been started so often
#   survival_teardown    instead of reeve_teardown
#   remember_process NAME   and same_process NAME: pid and since when
#   listen NAME          from now on its events are collected
#   remember NAME...     pid, supervisor, and since when; the test declares -A before
#   unchanged NAME...    is it what it was?
#   heard EVENTS         are these, and no others, those that were sent?
# shellcheck shell=bash disable=SC2154,SC2004 # before is associative

supervisor_of()
{
  local all
  all=$(processes in "$live/$1" reeve-supervise) && echo "${all%%$'\n'*}"
}

has_successor() # NAME PID
{
  local now
  now=$(supervisor_of "$1") && [ "$now" != "$2" ] && has_supervisor "$live/$1"
}

kill_supervisor()
{
  local pid
  pid=$(supervisor_of "$1")
  kill -KILL "$pid"
  eventually 20 has_successor "$1" "$pid"
}

# All in one go.
kill_supervisors() # NAME...
{
  local name
  local -A victims=()
  for name; do victims[$name]=$(supervisor_of "$name"); done
  kill -KILL "${victims[@]}"
  for name; do eventually 30 has_successor "$name" "${victims[$name]}"; done
}

# Its script on stdin runs under a lock, which is not left to what it starts.
guarded()
{
  { echo "exec 9>>\"\$dir/$1.lock\"; flock -n 9 || echo $1 >>\"\$dir/clash\"; echo \$\$ >>\"\$dir/$1.starts\""; cat; } | service "$1"
}

# Ends the test, which fails if ever there were two.
survival_teardown()
{
  local clash=0
  [ ! -e "$dir/clash" ] || { sed 's/^/# two instances of /' "$dir/clash"; clash=1; }
  reeve_teardown
  return $clash
}
has_starts() { [ -e "$dir/$1.starts" ] && [ "$(lines "$dir/$1.starts")" -eq "$2" ]; }
started_times() { eventually 10 has_starts "$@"; }

listen()
{
  eventually 10 has_told "$live/$1" # else the events of before are heard, too
  local fifo="$live/$1/event/ftrig1:@400000000000000000000000:abcdef"
  mkfifo -m 622 "$fifo"
  exec {listener}<>"$fifo"
}

heard()
{
  local event
  while IFS= read -r -n 1 -t 0.1 -u "$listener" event; do printf %s "$event" >>"$dir/heard"; done
  [ "$(cat "$dir/heard" 2>/dev/null)" = "$1" ] || { echo "# heard: $(cat "$dir/heard" 2>/dev/null)"; return 1; }
}

since() { json_field "$1" since; }

as_it_is() { echo "$(pid_of "$1") $(supervisor_of "$1") $(since "$1")"; }

remember()
{
  local name
  for name; do before[$name]=$(as_it_is "$name"); done
}

unchanged()
{
  local name
  for name; do
    [ "${before[$name]}" = "$(as_it_is "$name")" ] || { echo "# $name has changed"; return 1; }
  done
}

# Is it still the process that remember_process has seen?
same_process() # NAME
{
  [ "$(pid_of "$1")" = "$pid" ]
  [ "$(since "$1")" = "$when" ]
}

remember_process() # NAME
{
  pid=$(pid_of "$1")
  when=$(since "$1")
}
