# In place, a service directory may be renamed while its service runs: it is the same
# service, whatever it is called, and nothing that is said to it or of it is lost.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

waits_for_go() { service a <<<'while [ ! -e "$dir/go" ]; do sleep 0.05; done; exit 7'; setting a flag-main ''; }

supervisor_called() { pgrep -P "$scanner" -f "reeve-supervise (-a )?$1\$"; }
other_than() { [ -n "$2" ] && [ "$1" != "$2" ]; }
called_again() { other_than "$1" "$(supervisor_called "$2")"; }

@test "the end of a main service that was renamed ends the tree" {
  waits_for_go
  scanner_in_place
  up a
  mv "$scan/a" "$scan/b"
  reeve -l "$live" rescan
  field b state up
  touch "$dir/go"
  ended "$scanner" 7
}

@test "so does that of one whose new name nobody has told" {
  waits_for_go
  scanner_in_place
  up a
  mv "$scan/a" "$scan/b"
  touch "$dir/go"
  ended "$scanner" 7
}

@test "and that of one that another scanner has started under its old name" {
  waits_for_go
  scanner_in_place
  up a
  mv "$scan/a" "$scan/b"
  kill -KILL "$scanner"
  eventually 10 gone "$scanner"
  scanner_in_place
  up b
  touch "$dir/go"
  ended "$scanner" 7
}

@test "a service goes on when its supervisor is killed after a renaming" {
  idle a
  scanner_in_place
  up a
  pid=$(pid_of a)
  mv "$scan/a" "$scan/b"
  kill -KILL "$(supervisor_called a)"
  eventually 10 has_supervisor "$live/b"
  up b
  [ "$(pid_of b)" = "$pid" ]
  s6-svc -wD -T 10000 -d "$live/b"
  gone "$pid"
  stop_scanner 0
}

@test "two services that swap their names are not taken for each other" {
  idle a
  idle b
  scanner_in_place
  up a
  up b
  a=$(pid_of a) b=$(pid_of b)
  mv "$scan/a" "$scan/c"
  mv "$scan/b" "$scan/a"
  mv "$scan/c" "$scan/b"
  kill -KILL "$(supervisor_called a)"
  eventually 10 supervisor_called "-a b"
  up b
  [ "$(pid_of b)" = "$a" ]
  [ "$(pid_of a)" = "$b" ]
  stop_scanner 0
  gone "$a"
  gone "$b"
}

@test "the end of an adopted service that was renamed is told to its supervisor" {
  service a <<<'while [ ! -e "$dir/go" ]; do sleep 0.05; done; exit 7'
  setting a restart no
  scanner_in_place
  up a
  supervisor=$(supervisor_called a)
  kill -KILL "$supervisor"
  eventually 10 called_again "$supervisor" a
  eventually 10 has_supervisor "$live/a"
  up a
  mv "$scan/a" "$scan/b"
  touch "$dir/go"
  eventually 10 field b state failed
  [ "$(s6-svstat -o exitcode "$live/b")" = 7 ]
}

@test "the logger of a service that was renamed is replaced under the new name" {
  service a <<<'echo $$ >"$dir/a"; exec sleep 1000000'
  in=$scan/a service log <<<'exec cat >/dev/null'
  scanner_in_place
  up a
  eventually 10 has_supervisor "$live/a/log"
  up a/log
  pid=$(pid_of a/log)
  supervisor=$(supervisor_called a/log)
  mv "$scan/a" "$scan/b"
  kill -KILL "$supervisor"
  eventually 10 supervisor_called "-a b/log"
  up b/log
  [ "$(pid_of b/log)" = "$pid" ]
  stop_scanner 0
}
