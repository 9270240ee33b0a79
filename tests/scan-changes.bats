# What counts as a change of the scan directory.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

not_in_live() { [ ! -e "$live/$1" ]; }

@test "a directory moved into SCAN is started, untold" {
  scanner
  in=$dir/elsewhere idle web
  mv "$dir/elsewhere/web" "$scan/"
  up web
}

@test "a new link in SCAN counts as moved in" {
  scanner
  in=$dir/elsewhere idle web
  ln -s "$dir/elsewhere/web" "$scan/web"
  up web
}

@test "one being created is started when its run can be executed" {
  scanner
  mkdir "$scan/web"
  printf '#!/bin/sh\nexec sleep 1000000\n' >"$scan/web/run"
  # The latter where more than 100 ms are between both: it is said once.
  says 'web is not started: ./run: \(no execute permission: chmod +x it\|there is no such file\)'
  chmod 755 "$scan/web/run"
  up web
}

@test "one that is gone is stopped, finished and let go" {
  idle web
  finish web <<<"echo finished >$dir/finished"
  scanner
  up web
  rm -r "$scan/web/finish"
  script "$dir/finish" <<<"echo finished >$dir/finished"
  ln -s "$dir/finish" "$scan/web/finish"
  s6-svscanctl -a "$live"
  mv "$scan/web" "$dir/away"
  eventually 10 not_in_live web
}

@test "one that comes back within the second is left alone" {
  idle web
  scanner
  up web
  pid=$(pid_of web)
  mv "$scan/web" "$dir/away"
  mv "$dir/away" "$scan/web"
  idle other # noticed after the return
  up other
  [ "$(pid_of web)" = "$pid" ]
  mv "$scan/other" "$dir/other"
  eventually 10 not_in_live other # as long as the return would have taken
  [ "$(pid_of web)" = "$pid" ]
}

@test "one that comes back while it leaves is started again" {
  service web <<<'trap "" TERM; echo >>"$dir/starts"; while [ ! -e "$dir/go" ]; do sleep 0.1; done'
  setting web timeout-kill 0
  scanner
  up web
  mv "$scan/web" "$dir/away"
  eventually 10 field web wanted down
  mv "$dir/away" "$scan/web"
  touch "$dir/go"
  two_starts() { [ "$(lines "$dir/starts")" -ge 2 ]; }
  eventually 10 two_starts
}

@test "one that ignores SIGTERM and is removed is killed after the timeout-kill that it had" {
  service stubborn <<<'trap "" TERM; echo $$ >"$dir/pid"; while :; do sleep 0.1; done'
  setting stubborn timeout-kill 200
  scanner
  eventually 10 test -s "$dir/pid"
  rm -r "$scan/stubborn"
  eventually 20 gone "$(cat "$dir/pid")"
  eventually 10 not_in_live stubborn
}

@test "an edit of run takes effect at the next start" {
  idle web
  scanner
  up web
  service web <<<"echo edited >$dir/edited; exec sleep 1000000"
  s6-svc -r "$live/web"
  eventually 10 test -e "$dir/edited"
}

@test "a new file is linked at an ordered rescan, a removed one unlinked" {
  idle web
  setting web old 1
  scanner
  up web
  rm "$scan/web/old"
  setting web new 1
  reeve -l "$live" rescan
  eventually 10 test -L "$live/web/new"
  eventually 10 not_in_live web/old
}

@test "a run that is missing while the supervisor is replaced is executed when it is there again" {
  idle web
  setting web restart-delay '10 10'
  finish web <<<'echo finished >>"$dir/finished"'
  scanner
  up web
  rm "$scan/web/run" "$scan/web/finish"
  s6-svc -t "$live/web"
  says 'unable to execute ./run'
  supervisor=$(pgrep -P "$scanner" -x reeve-supervise)
  replaced() { now=$(pgrep -P "$scanner" -x reeve-supervise) && [ "$now" != "$supervisor" ] && has_supervisor "$live/web"; }
  s6-svc -x "$live/web"
  eventually 10 replaced
  finish web <<<'echo again >>"$dir/finished"'
  idle web
  up web
  stop_scanner 0
  [ "$(cat "$dir/finished")" = again ]
}

@test "LIVE has an absolute link for each entry, and never log, event, supervise or down" {
  service web <<<'exec sleep 1000000'
  in=$scan/web idle log
  mkdir "$scan/web/event" "$scan/web/data" "$scan/web/supervise"
  setting web down ''
  setting web instance/x 1
  scanner
  eventually 10 has_supervisor "$live/web"
  eventually 10 has_supervisor "$live/web/log"
  [ "$(readlink "$live/web/run")" = "$scan/web/run" ]
  [ "$(readlink "$live/web/data")" = "$scan/web/data" ]
  [ "$(readlink "$live/web/log/run")" = "$scan/web/log/run" ]
  for name in log event supervise down instance; do [ ! -L "$live/web/$name" ]; done
  [ -f "$live/web/down" ]
  [ -f "$live/web/instance/x" ]
  [ -z "$(ls -A "$scan/web/event")" ] && [ -z "$(ls -A "$scan/web/supervise")" ]
}

@test "the down file belongs to the commands after its service has appeared" {
  idle web
  setting web down ''
  scanner
  eventually 10 has_supervisor "$live/web"
  eventually 10 field web wanted down
  s6-svc -U "$live/web"
  up web
  [ ! -e "$live/web/down" ]
  [ -e "$scan/web/down" ]
  reeve -l "$live" rescan
  idle later # started after the rescan
  up later
  [ ! -e "$live/web/down" ]
}

@test "a name in LIVE that is taken by something else stays, with a message" {
  mkdir -p "$live"
  echo precious >"$live/web"
  idle web
  idle other
  scanner
  up other
  says "was not made by reeve-scan, so it stays"
  [ "$(cat "$live/web")" = precious ]
}

@test "what others put into LIVE is served when a rescan is ordered" {
  scanner
  in=$dir/elsewhere idle web
  ln -s "$dir/elsewhere/web" "$live/web"
  s6-svscanctl -a "$live"
  up web
  rm "$live/web"
  s6-svscanctl -a "$live"
  [ "$(s6-svstat -o up "$dir/elsewhere/web")" = true ]
  s6-svscanctl -an "$live"
  eventually 10 no_supervisor "$dir/elsewhere/web"
}

no_supervisor() { ! s6-svok "$1"; }

@test "without inotify a rescan finds what is new" {
  unshare -r true 2>/dev/null || skip "no user namespaces here"
  # The limit of a user namespace of its own is the only one that is ours to change.
  start unshare -r sh -c 'echo 0 >/proc/sys/user/max_inotify_instances && exec reeve-scan -l "$live" "$scan"'
  eventually 10 scanner_ready
  says "changes in it are noticed when a rescan is ordered"
  idle web
  reeve -l "$live" rescan
  up web
}
