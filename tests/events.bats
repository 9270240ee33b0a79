# reeve events: the last change of each service, and those to come.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

shown() { grep -qE -- "^[0-9]{4}(-[0-9]{2}){2} [0-9]{2}(:[0-9]{2}){2}\.[0-9]{3}  $1\$" "$dir/events"; }
shows() { eventually 10 shown "$1" || { sed 's/^/# /' "$dir/events"; return 1; }; }
# What has been shown of a service, in one line.
of() { awk -v name="$1" '$3 == name { $1 = $2 = $3 = ""; printf "%s;", substr($0, 4) }' "$dir/events"; }
# shellcheck disable=SC2053 # a pattern
shown_of() { [[ $(of "$1") == $2 ]]; }
listeners() { find "$live" -name 'ftrig1*' | grep -q .; }
is_quiet() { local before; before=$(switches) && short_pause 200 && [ "$(switches)" = "$before" ]; }
switches() { grep '_switches' "/proc/$events/status"; }

@test "a line a change, in the order of time; those to come, also of services that are added" {
  service db <<<'read -r x <"$dir/go"; echo >&3; exec sleep 1000000'
  setting db notification-fd 3
  mkfifo "$dir/go"
  idle web
  setting web dependencies.d/db ''
  service task <<<'exit 0'
  setting task flag-oneshot ''
  service bad <<<'exit 3'
  setting bad restart no
  scanner
  eventually 10 field bad state failed
  eventually 10 field task state 'done'
  eventually 10 field web state held
  eventually 10 field db state starting
  reeve events -f >"$dir/events" 3>&- &
  events=$!
  pids+=("$events")
  shows 'bad  failed, exit 3: failed, and restart is no'
  shows 'task  done'
  shows 'web  held: db \(starting\)'
  shows 'db  up'
  echo >"$dir/go"
  shows 'web  up'
  eventually 10 shown_of db 'up;ready;'
  up web
  kill -SEGV "$(pid_of web)"
  shows 'web  down, SIGSEGV'
  eventually 10 shown_of web '*;up;down, SIGSEGV;finished;*up;'
  eventually 10 is_quiet # it waits, and does not look
  reeve start task
  eventually 10 shown_of task 'done;up;down, exit 0;done;'
  idle new
  shows 'new  added'
  shows 'new  up'
  reeve stop new
  shows 'new  finished'
  rm -r "$scan/new"
  shows 'new  removed'
  shown_of new 'added;up;down, SIGTERM;finished;removed;' || { sed 's/^/# /' "$dir/events"; return 1; }

  run reeve events
  [ "$status" -eq 0 ]
  [ "${#lines[@]}" -eq 4 ]
  [ "$output" = "$(sort <<<"$output")" ]
  reeve events --json | python3 -c 'import json, sys
events = {e["service"]: e for e in map(json.loads, sys.stdin)}
assert events["bad"]["event"] == "failed" and events["bad"]["exit"] == 3, events
assert events["db"]["event"] == "ready" and events["db"]["time"].endswith("Z"), events
assert sorted(events) == ["bad", "db", "task", "web"], events'

  listeners
  kill -INT "$events"
  ended "$events"
  run -1 listeners
  # Nor does it outlive who reads, or the scanner.
  reeve events -f web 3>&- | head -n 1 >"$dir/head"
  [ "$(wc -l <"$dir/head")" -eq 1 ]
  start reeve events -f db
  eventually 10 listeners
  stop_scanner
  ended "$started"
  run -1 reeve events
  [[ $output == *'no scanner runs'* ]]
}
