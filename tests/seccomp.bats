# A seccomp profile that does not know newer system calls: what it answers is "not there",
# whether it says EPERM (an old Docker's) or ENOSYS.

load lib

setup()
{
  reeve_setup
  cc -O2 -Wall -Wextra -Werror -o "$dir/refuse" "$BATS_TEST_DIRNAME/seccomp-refuse.c"
  "$dir/refuse" EPERM true || skip "no seccomp filters here, or none that leave enough"
}
teardown() { reeve_teardown; }

refused_scanner() # ERRNO [OPTION...]
{
  start "$dir/refuse" "$1" reeve-scan -l "$live" "${@:2}" "$scan"
  scanner=$started
  eventually 10 scanner_ready
}

works() # ERRNO
{
  idle web
  finish web <<<'echo finished >>"$dir/finished"'
  in=$scan/web service log <<<'exec cat >>"$dir/logged"'
  setting web timeout-kill 5000
  refused_scanner "$1"
  eventually 10 field web ready true
  "$dir/refuse" "$1" reeve -l "$live" restart --timeout 20s web
  "$dir/refuse" "$1" reeve -l "$live" status web
  idle late
  eventually 10 field late ready true
  stop_scanner 0
  [ "$(wc -l <"$dir/finished")" -eq 2 ]
  [ ! -s "$dir/stderr" ] || { sed 's/^/# /' "$dir/stderr"; return 1; }
}

@test "EPERM: a tree starts, is driven, and stops, without a word" { works EPERM; }
@test "ENOSYS: a tree starts, is driven, and stops, without a word" { works ENOSYS; }

@test "EPERM is not taken for another owner where the live directory exists already" {
  idle web
  mkdir "$live"
  refused_scanner EPERM
  eventually 10 field web ready true
  stop_scanner 0
}

@test "EPERM: the logger rotates, and no old file takes another's place" {
  for i in 1 2 3; do
    { printf '%04096d\n' "$i"; echo "$i"; } | "$dir/refuse" EPERM reeve-log --size 4096 "$dir/log"
  done
  [ "$(cat "$dir"/log/@* "$dir/log/current" | wc -l)" -eq 6 ]
}

@test "a killed supervisor's service is ended or gone on with, and the stop ends" {
  idle web
  for errno in EPERM ENOSYS; do
    refused_scanner "$errno"
    eventually 10 field web ready true
    kill -KILL "$(pgrep -f -P "$scanner" 'reeve-supervise web')"
    eventually 20 field web ready true
    stop_scanner 0
  done
}
