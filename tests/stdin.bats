# What services read: with a live directory nothing, as the scanner's stdin is CMD's;
# in place, as with s6-svscan, the scanner's.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

# A script that writes what it reads to $dir/read.WHAT, and that it came to the end.
reader() # WHAT
{
  echo "cat >>$dir/read.$1; touch $dir/end.$1"
}

at_end() # WHAT...
{
  local what
  for what; do eventually 20 test -e "$dir/end.$what" || return 1; done
}

nothing_read() { [ -z "$(cat "$dir"/read.*)" ]; }

# reeve-scan with $dir/input as its stdin.
scanner_reads() # OPTION...
{
  start sh -c 'exec "$@" <"$dir/input"' sh reeve-scan "$@"
  scanner=$started
  eventually 10 scanner_ready
}

@test "run, finish, a logger's finish and a signal's script get end of file, CMD gets every line" {
  seq 3000 >"$dir/input"
  service web <<<"$(reader run); exec sleep 1000000"
  finish web <<<"$(reader finish)"
  script "$scan/web/log/run" <<<'exec cat'
  script "$scan/web/log/finish" <<<"$(reader logger-finish)"
  script "$live/.s6-svscan/SIGUSR1" <<<"$(reader signal)"
  # shellcheck disable=SC2016 # expanded by that shell
  scanner_reads -l "$live" "$scan" -- sh -c 'until [ -e "$dir/go" ]; do sleep 0.05; done; cat >"$dir/command"; exec sleep 1000000'
  at_end run
  kill -USR1 "$scanner"
  at_end signal
  touch "$dir/go"
  eventually 10 cmp "$dir/input" "$dir/command"
  s6-svc -r "$live/web"
  at_end finish
  stop_scanner 0
  at_end logger-finish
  nothing_read
}

@test "in place a service reads what the scanner has" {
  echo text >"$dir/input"
  service web <<<"$(reader run); exec sleep 1000000"
  live=$scan
  scanner_reads -l "$scan" "$scan"
  at_end run
  [ "$(cat "$dir/read.run")" = text ]
}

@test "without /dev/null it is end of file as well" {
  unshare -m true 2>/dev/null || skip "no mount namespaces here"
  echo text >"$dir/input"
  service web <<<"$(reader run); exec sleep 1000000"
  # shellcheck disable=SC2016 # expanded in the namespace
  start unshare -m sh -c 'mount -t tmpfs tmpfs /dev && exec reeve-scan -l "$live" "$scan" <"$dir/input"'
  scanner=$started
  at_end run
  nothing_read
  stop_scanner 0
}
