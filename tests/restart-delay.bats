# How long it takes until a service that has ended is started again.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

stamped() { service web <<<"date +%s%N >>\"\$dir/starts\"; $1"; }
starts() { [ -s "$dir/starts" ] && [ "$(lines "$dir/starts")" -ge "$1" ]; }
# The wait before start N + 1, in ms: at least (a loaded machine makes it longer).
at_least() { [ "$(awk -v n="$1" 'NR == n { a = $1 } NR == n + 1 { print int(($1 - a) / 1000000) }' "$dir/starts")" -ge "$2" ]; }

@test "a service that dies at once waits 100 ms, then twice as long each time" {
  stamped 'exit 1'
  scanner
  eventually 20 starts 5
  at_least 1 100
  at_least 2 200
  at_least 3 400
  at_least 4 800
}

@test "restart-delay sets both ends" {
  stamped 'exit 1'
  setting web restart-delay '400 500'
  scanner
  eventually 20 starts 4
  at_least 1 400
  at_least 2 500
  at_least 3 500
}

@test "the delay is counted from the end of finish" {
  stamped 'exit 1'
  finish web <<<'sleep 0.5'
  scanner
  eventually 20 starts 2
  at_least 1 600
}

@test "the first quick death after a second is not waited for" {
  stamped 'sleep 1.1; exit 1'
  setting web restart-delay '60000 60000'
  scanner
  eventually 10 starts 2 # the minute is not waited for
  eventually 10 field web state waiting # the second time it is
}

@test "up ends the wait" {
  stamped 'exit 1'
  setting web restart-delay '600000 600000'
  scanner
  eventually 10 starts 1 # before the first start it is `waiting`, too
  eventually 10 field web state waiting
  s6-svc -u "$live/web"
  eventually 10 starts 2
  eventually 10 field web state waiting
  s6-svc -o "$live/web"
  eventually 10 starts 3
}

@test "down ends the wait too" {
  stamped 'exit 1'
  setting web restart-delay '600000 600000'
  scanner
  eventually 10 starts 1
  eventually 10 field web state waiting
  s6-svc -d "$live/web"
  eventually 10 field web state down
}

@test "a restart by command has no delay" {
  stamped 'exec sleep 1000000'
  setting web restart-delay '600000 600000'
  scanner
  eventually 10 starts 1
  s6-svc -r "$live/web"
  eventually 10 starts 2
  s6-svc -r "$live/web"
  eventually 10 starts 3
}

# s6's clients take events that come together as one, and would miss the start.
@test "who listens has 50 ms for the end before the next start" {
  stamped 'exec sleep 1000000'
  finish web <<<'date +%s%N >>"$dir/starts"'
  scanner
  up web
  mkfifo -m 622 "$live/web/event/ftrig1:@400000000000000000000000:abcdef"
  exec {listener}<>"$live/web/event/ftrig1:@400000000000000000000000:abcdef"
  s6-svc -r "$live/web"
  eventually 10 starts 3
  at_least 2 50
  exec {listener}>&-
}
