# SCAN may have a .s6-svscan with executables that replace what the scanner does, as LIVE
# has; those of LIVE come first.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

handler() { script "$scan/.s6-svscan/$1"; }

signal_is_replaced() # NAME
{
  kill -s "${1#SIG}" "$scanner"
  eventually 10 test -s "$dir/$1"
  alive "$scanner"
}

@test "each signal that LIVE's can replace, SCAN's can" {
  idle web
  for name in SIGHUP SIGINT SIGQUIT SIGTERM SIGUSR1 SIGUSR2 SIGPWR SIGWINCH; do handler "$name" <<<"echo \"\$0\" >>$dir/$name"; done
  scanner
  up web
  for name in SIGHUP SIGINT SIGQUIT SIGTERM SIGUSR1 SIGUSR2 SIGPWR SIGWINCH; do signal_is_replaced "$name"; done
  s6-svscanctl -t "$live"
  ended "$scanner" 0
}

@test "that of LIVE comes first" {
  handler SIGUSR1 <<<"echo scan >>$dir/SIGUSR1"
  script "$live/.s6-svscan/SIGUSR1" <<<"echo live >>$dir/SIGUSR1"
  scanner
  kill -USR1 "$scanner"
  eventually 10 test -s "$dir/SIGUSR1"
  [ "$(cat "$dir/SIGUSR1")" = live ]
}

@test "one that cannot be executed is named, and the default done" {
  handler SIGTERM <<<'exit 0'
  chmod 644 "$scan/.s6-svscan/SIGTERM"
  scanner
  stop_scanner 0
  says "unable to execute $scan/.s6-svscan/SIGTERM"
}

@test "finish gets the code and what is left of the budget; LIVE's comes first" {
  handler finish <<<"echo \"scan \$1 \$2\" >$dir/finished; exit 5"
  scanner -T 20000
  stop_scanner 5
  grep -qE '^scan 0 1?[0-9]{1,4}$|^scan 0 20000$' "$dir/finished"
  script "$live/.s6-svscan/finish" <<<"echo \"live \$1 \$2\" >$dir/finished"
  scanner
  stop_scanner 0
  [ "$(cat "$dir/finished")" = 'live 0 -1' ]
}

@test "without any, all is as it was" {
  mkdir "$scan/.s6-svscan"
  scanner
  kill -USR1 "$scanner"
  kill -HUP "$scanner"
  stop_scanner 0
}
