# Debian's s6-svscanctl, s6-svlink and s6-instance-* drive reeve-scan.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

no_supervisor() { ! s6-svok "$1"; }

@test "s6-svscanctl -t and -i stop the tree, -q with its loggers" {
  for option in t i q; do
    idle web
    in=$scan/web service log <<<'exec cat >/dev/null'
    scanner
    up web
    s6-svscanctl "-$option" "$live"
    ended "$scanner" 0
    eventually 10 eval '[ -z "$(leftovers)" ]'
  done
}

@test "s6-svscanctl -b ends the scanner and nothing else" {
  idle web
  scanner
  up web
  pid=$(pid_of web)
  s6-svscanctl -b "$live"
  ended "$scanner" 0
  alive "$pid"
  s6-svok "$live/web"
}

@test "s6-svscanctl -a starts what is new in place, -n lets go of what is gone" {
  scanner_in_place
  idle web
  s6-svscanctl -a "$live"
  up web
  idle stays
  mv "$scan/web" "$scan/.web"
  s6-svscanctl -a "$live"
  up stays
  s6-svok "$scan/.web"
  s6-svscanctl -n "$live"
  eventually 10 no_supervisor "$scan/.web"
  up stays
}

@test "s6-svscanctl -h does both, and so does SIGHUP" {
  idle web
  scanner_in_place
  up web
  mv "$scan/web" "$scan/.web"
  idle new
  s6-svscanctl -h "$live"
  up new
  eventually 10 no_supervisor "$scan/.web"
  mv "$scan/.web" "$scan/web"
  mv "$scan/new" "$scan/.new"
  kill -HUP "$scanner"
  up web
  eventually 10 no_supervisor "$scan/.new"
}

@test "s6-svscanctl -N lets go of what is gone without waiting for its logger" {
  idle web
  in=$scan/web idle log
  scanner_in_place
  up web/log
  mv "$scan/web" "$scan/.web"
  s6-svscanctl -aN "$live"
  [ "$?" -eq 0 ]
  s6-svscanctl -N "$live"
  eventually 10 no_supervisor "$scan/.web/log"
}

@test "SIGALRM is an ordered rescan" {
  scanner_in_place
  idle web
  kill -ALRM "$scanner"
  up web
}

@test "-t rescans by itself" {
  scanner_in_place -t 200
  idle web
  up web
}

@test "a directory renamed in place keeps its supervisor" {
  idle web
  scanner_in_place
  up web
  pid=$(pid_of web)
  mv "$scan/web" "$scan/renamed"
  idle other
  s6-svscanctl -an "$live"
  up other
  [ "$(pid_of renamed)" = "$pid" ]
}

@test "s6-svscanctl says when there is no scanner" {
  mkdir -p "$live"
  run s6-svscanctl -a "$live"
  [ "$status" -eq 100 ]
}

@test "-d tells when commands are accepted" {
  idle web
  reeve-scan -d 3 -l "$live" "$scan" 3>"$dir/ready" 2>>"$dir/stderr" &
  pids+=($!)
  scanner=$!
  eventually 10 test -s "$dir/ready"
  [ "$(od -An -c <"$dir/ready" | tr -d ' ')" = '\n' ]
  s6-svscanctl -z "$live"
  run reeve-scan -d 2 -l "$live" "$scan"
  [ "$status" -eq 100 ]
}

@test "s6-svlink puts a service into LIVE, s6-svunlink takes it away" {
  scanner
  in=$dir/elsewhere idle web
  s6-svlink -t 10000 "$live" "$dir/elsewhere/web"
  s6-svwait -u -t 10000 "$live/web" # s6-svlink waits for the supervisor alone
  s6-svunlink -t 10000 "$live" web
  [ ! -e "$live/web" ]
  eventually 10 no_supervisor "$dir/elsewhere/web"
}

@test "a supervisor that is killed is replaced" {
  service web <<<'exec sleep 1000000'
  setting web down ''
  scanner
  eventually 10 has_supervisor "$live/web"
  supervisor=$(pgrep -f "^reeve-supervise.* web$" -P "$scanner")
  kill -KILL "$supervisor"
  another() { local now; now=$(pgrep -f "^reeve-supervise.* web$" -P "$scanner") && [ "$now" != "$supervisor" ] && has_supervisor "$live/web"; }
  eventually 10 another
  says "the supervisor of web was ended by SIGKILL"
}

instances()
{
  mkdir -p "$dir/template"
  script "$dir/template/run" <<<'exec sleep 1000000'
  s6-instance-maker "$dir/template" "$scan/many"
  "$1"
  s6-svwait -U -t 10000 "$live/many"
  s6-instance-create "$live/many" one
  instance_up() { s6-instance-status "$live/many" one | grep -q '^up'; }
  eventually 10 instance_up
  s6-instance-create -d "$live/many" two
  s6-instance-list "$live/many" | sort | tr '\n' ' ' | grep -qx 'one two '
  s6-instance-control -wu -T 10000 -u "$live/many" two
  s6-instance-status "$live/many" two | grep -q '^up'
  s6-instance-control -wD -T 10000 -d "$live/many" one
  s6-instance-status "$live/many" one | grep -q '^down'
  s6-instance-delete "$live/many" one
  [ "$(s6-instance-list "$live/many")" = two ]
  stop_scanner 0
  [ -z "$(leftovers)" ]
}

@test "s6-instance-maker, -create, -status, -list, -control and -delete, in place" { instances scanner_in_place; }

@test "the same with a live directory" { instances scanner; }
