# Two service directories with one and the same supervise directory.

load lib

setup() { reeve_setup; }
teardown() { [ -z "${mounted:-}" ] || umount "$mounted"; reeve_teardown; }

said_like() { grep -qE -- "$1" "$dir/stderr"; }
one_is_refused() { said_like "the services (one and two|two and one) have one and the same supervise directory"; }

ready() { field one ready true; }

@test "in place, by a link: the second is refused by name, and the stop ends" {
  idle one
  idle two
  scanner_in_place
  eventually 10 field one ready true
  eventually 10 field two ready true
  stop_scanner
  rm -r "$scan/two/supervise"
  ln -s ../one/supervise "$scan/two/supervise"
  scanner_in_place
  eventually 10 ready
  eventually 10 one_is_refused
  stop_scanner
}

@test "when the refused one gets its own, it is served at a rescan" {
  idle one
  idle two
  mkdir "$dir/shared"
  ln -s "$dir/shared" "$scan/one/supervise"
  ln -s "$dir/shared" "$scan/two/supervise"
  scanner_in_place
  eventually 10 one_is_refused
  refused=$(sed -nE 's/.*the services (one|two) and (one|two) have one.*/\2/p' "$dir/stderr" | head -n 1)
  rm "$scan/$refused/supervise"
  s6-svscanctl -a "$scan"
  eventually 10 field one ready true
  eventually 10 field two ready true
  stop_scanner
}

@test "by a mount" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to mount"
  idle one
  idle two
  mkdir "$scan/one/supervise" "$scan/two/supervise"
  mounted=$scan/two/supervise
  mount --bind "$scan/one/supervise" "$mounted" 2>/dev/null || { mounted=; skip "cannot mount here"; }
  scanner_in_place
  eventually 10 one_is_refused
  stop_scanner
}

@test "a stop that comes before the second was refused ends as well" {
  idle one
  idle two
  mkdir "$scan/one/supervise"
  ln -s ../one/supervise "$scan/two/supervise"
  for _ in 1 2 3; do
    scanner_in_place
    stop_scanner
  done
}

@test "a service and its own logger" {
  idle one
  in=$scan/one service log <<<'exec cat'
  mkdir "$scan/one/supervise"
  ln -s ../supervise "$scan/one/log/supervise"
  scanner_in_place
  eventually 10 said_like "have one and the same supervise directory"
  stop_scanner
}
