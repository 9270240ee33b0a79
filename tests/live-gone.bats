# LIVE or SCAN removed under a running tree, and a LIVE without room: what can still be done
# is done, what cannot is said, and a stop ends all of it with the right code.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

records() { service web <<<'trap "echo >$dir/ended; exit 0" TERM; echo $$ >"$dir/pid"; while :; do sleep 0.05; done'; }
stubborn() { service web <<<'trap "" TERM; echo $$ >"$dir/pid"; while :; do sleep 0.05; done'; }
# Its supervisor has told the scanner which process it is.
runs()
{
  eventually 10 test -s "$dir/pid"
  up web
  eventually 10 polls "$(supervisor_of web)"
}
supervisor_of() { pgrep -P "$scanner" -f "reeve-supervise (-a )?$1\$"; }

@test "without LIVE, a stop ends the services in order, and says which finish is not run" {
  records
  finish web <<<"echo >$dir/finished"
  scanner
  runs
  eventually 10 rm -rf "$live"
  stop_scanner 0
  [ -e "$dir/ended" ]
  gone "$(cat "$dir/pid")"
  says "live directory was removed: its ./finish, if there was one, is not run"
  says "the live directory $live was removed: if it had a .s6-svscan/finish"
}

@test "a link to the scanner's finish is remembered when LIVE is gone" {
  script "$dir/at-the-end" <<<"echo \"\$1 \$2\" >$dir/finished; exit 3"
  mkdir -p "$live/.s6-svscan"
  ln -s "$dir/at-the-end" "$live/.s6-svscan/finish"
  scanner
  eventually 10 rm -rf "$live"
  stop_scanner 3
  [ "$(cat "$dir/finished")" = '0 -1' ]
}

@test "without LIVE, what a killed supervisor has left is ended" {
  records
  scanner
  runs
  supervisor=$(supervisor_of web)
  eventually 10 rm -rf "$live"
  kill -KILL "$supervisor"
  eventually 20 gone "$(cat "$dir/pid")"
  [ -e "$dir/ended" ]
  says "the service is ended first"
  stop_scanner 0
}

@test "without LIVE, a collector that cannot be started again does not hold a stop" {
  records
  scanner -L lines
  runs
  supervisor=$(supervisor_of .log)
  eventually 10 rm -rf "$live"
  kill -KILL "$supervisor"
  eventually 20 said 'unable to make the live directory of .log'
  stop_scanner 0
  [ -e "$dir/ended" ]
  says 'letting go of .log'
}

@test "it is ended by its down-signal" {
  service web <<<'trap "" TERM; trap "echo >$dir/ended; exit 0" USR1; echo $$ >"$dir/pid"; while :; do sleep 0.05; done'
  setting web down-signal USR1
  scanner
  runs
  supervisor=$(supervisor_of web)
  eventually 10 rm -rf "$live"
  kill -KILL "$supervisor"
  eventually 20 gone "$(cat "$dir/pid")"
  [ -e "$dir/ended" ]
  stop_scanner 0
}

@test "what does not end by itself is killed within the budget, with 137" {
  stubborn
  scanner -T 3000
  runs
  supervisor=$(supervisor_of web)
  eventually 10 rm -rf "$live"
  kill -KILL "$supervisor"
  stop_scanner 137
  gone "$(cat "$dir/pid")"
}

@test "so it is when its supervisor lives, but no order reaches it any more" {
  stubborn
  scanner -K 500
  runs
  eventually 10 rm -rf "$live"
  stop_scanner 137
  gone "$(cat "$dir/pid")"
}

@test "so is what the supervisor before it has left, when a successor is killed before it has told anything, and its directory is gone" {
  mkdir "$dir/bin" "$dir/real"
  cp "$REEVE_BIN"/reeve* "$dir/real"
  cp "$REEVE_BIN"/reeve-scan "$REEVE_BIN"/reeve-log "$REEVE_BIN"/reeve "$dir/bin"
  script "$dir/bin/reeve-supervise" <<<"[ ! -e $dir/slow ] || exec sleep 1000000; exec $dir/real/reeve-supervise \"\$@\""
  PATH=$dir/bin:$PATH
  in=$dir/elsewhere idle web
  scanner
  ln -s "$dir/elsewhere/web" "$live/web"
  s6-svscanctl -a "$live"
  eventually 10 supervisor_of web
  up web
  pid=$(pid_of web)
  : >"$dir/slow"
  kill -KILL "$(supervisor_of web)"
  eventually 10 has_silent_successor "$pid"
  rm "$live/web" "$dir/slow"
  s6-svscanctl -an "$live"
  kill -KILL "$successor"
  eventually 20 gone "$pid"
  stop_scanner 0
}
# The scanner's children are the service, which was the killed one's, and a successor that never begins.
has_silent_successor() # PID; $successor: its pid
{
  successor=$(pgrep -P "$scanner" -x sleep | grep -v -x "$1") && [ -n "$successor" ]
}

@test "a service whose live directory was removed is up again when it has ended" {
  service web <<<'echo $$ >"$dir/pid"; exec sleep 1000000'
  scanner
  up web
  pid=$(cat "$dir/pid")
  eventually 10 rm -rf "$live/web"
  kill -TERM "$pid"
  says "so that the scanner can make it again"
  up web
  [ "$(pid_of web)" != "$pid" ]
  [ -L "$live/web/run" ]
  stop_scanner 0
}

@test "one whose live directory was removed and whose supervisor was killed runs once, and under a supervisor" {
  service web <<<'echo $$ >>"$dir/pids"; exec sleep 1000000'
  scanner
  up web
  supervisor=$(supervisor_of web)
  eventually 10 rm -rf "$live/web"
  kill -KILL "$supervisor"
  up web
  [ "$(lines "$dir/pids")" = 2 ]
  gone "$(head -n 1 "$dir/pids")"
  stop_scanner 0
}

@test "when SCAN is removed its services are not said to stay, and the finish that went with it is named" {
  records
  finish web <<<"echo >$dir/finished"
  scanner
  runs
  rm -rf "$scan"
  eventually 20 gone "$(cat "$dir/pid")"
  says "the scan directory $scan was removed, and so are its services"
  says "./finish is not run: the directory $scan/web/ was removed"
  run ! said "services stay"
  idle again
  up again
}

@test "when SCAN is moved away its services stay" {
  idle web
  scanner
  up web
  mv "$scan" "$dir/elsewhere"
  says "moved away or replaced: its services stay"
  up web
  stop_scanner 0
}

# A tmpfs with a little room, in a mount namespace of its own.
on_a_small_filesystem() # COMMAND...
{
  unshare -rm true 2>/dev/null || skip "no mount namespaces here"
  mkdir "$dir/small"
  start unshare -rm sh -c 'mount -t tmpfs -o size=64k none "$dir/small" && exec "$@"' sh "$@"
}

in_there() { nsenter --preserve-credentials -U -m -t "$scanner" "$@"; }
ready_there() { in_there s6-svscanctl -z "$live"; }
up_there() { in_there s6-svstat -o up "$live/web" | grep -qx true; }

@test "with LIVE full, what waits for a service gets its answer" {
  service web <<<'echo $$ >"$dir/pid"; exec sleep 1000000'
  live=$dir/small/live
  on_a_small_filesystem reeve-scan -l "$live" "$scan"
  scanner=$started
  eventually 10 ready_there
  eventually 10 up_there
  eventually 10 test -s "$dir/pid"
  first=$(cat "$dir/pid")
  in_there sh -c 'cat /dev/zero >"$dir/small/filler" 2>/dev/null' || :
  timeout 20 nsenter --preserve-credentials -U -m -t "$scanner" reeve -l "$live" restart web
  is_another() { second=$(cat "$dir/pid") && [ "$second" ] && [ "$first" != "$second" ]; }
  eventually 10 is_another
  timeout 20 nsenter --preserve-credentials -U -m -t "$scanner" reeve -l "$live" stop web
  gone "$second"
  timeout 20 nsenter --preserve-credentials -U -m -t "$scanner" reeve -l "$live" wait finished web
  timeout 20 nsenter --preserve-credentials -U -m -t "$scanner" reeve -l "$live" start web
  is_third() { third=$(cat "$dir/pid") && [ "$third" ] && [ "$third" != "$second" ]; }
  eventually 10 is_third
  in_there rm "$dir/small/filler"
  eventually 10 up_there
  stop_scanner 0
}
