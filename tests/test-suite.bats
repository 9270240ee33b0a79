# The suite itself: it ends, whatever a test does, leaves nothing behind, and says how
# each test ended. The tests here give it small files to run, of their own.

load lib

setup()
{
  reeve_setup
  root=$BATS_TEST_DIRNAME/..
  mkdir "$dir/build"
  ln -s "$TESTBED" "$dir/build/tests"
  export marker=$dir # what the small files start has it in its environment
}
teardown() { reeve_teardown; }

# A unit test's program, or a bats file with TEST for @test; from stdin.
unit() { script "$dir/build/unit/$1"; printf '%s\n' "$dir/build/unit/$1"; }
bats_file() { sed 's/TEST/@test/' >"$dir/$1.bats"; printf '%s\n' "$dir/$1.bats"; }

suite() # FILE...
{
  BUILD=$dir/build "$root/tests/run" "$@" >"$dir/stdout" 2>&1
}

# The same on a terminal, which gets what is written to descriptor 5.
suite_on_terminal() # FILE...
{
  mkfifo "$dir/keys"
  exec 5<>"$dir/keys"
  SHELL=/bin/sh start bash -c 'exec script -qfec "$1" "$2" <&5' - "BUILD=$dir/build $root/tests/run $*" "$dir/terminal"
}

output_says() { grep -q -x -- "$1" "$dir/stdout" || { cat "$dir/stdout"; return 1; }; }
terminal_says() { tr -d '\r' <"$dir/terminal" | grep -q -x -- "$1"; }
nothing_left() { ! grep -lzxF -e "left=$dir" /proc/[0-9]*/environ 2>/dev/null | grep -q .; }

passing() { unit "$1" <<<'echo 1..2; echo ok 1 one; echo ok 2 two'; }

@test "each test has a line, and the last line counts them" {
  a=$(passing a)
  b=$(bats_file b <<<'TEST "three" { true; }
TEST "four" { skip "for a reason"; }')
  suite "$a" "$b"
  output_says 'ok a: one'
  output_says 'ok b.bats: three'
  output_says 'ok b.bats: four # skip for a reason'
  [ "$(tail -n 1 "$dir/stdout")" = "3 passed, 0 failed, 1 skipped" ]
}

@test "a failure is told again at the end, with its reason" {
  a=$(unit a <<<'echo 1..2; echo "# because"; echo not ok 1 one; echo ok 2 two; exit 1')
  b=$(bats_file b <<<'TEST "three" { false; }
TEST "four" { true; }')
  run ! suite "$a" "$b"
  sed '1,/^== failed/d' "$dir/stdout" >"$dir/end"
  mv "$dir/end" "$dir/stdout"
  output_says '# a: because'
  output_says 'not ok a: one'
  output_says 'not ok b.bats: three'
  grep -q '^# b.bats:.*false' "$dir/stdout"
  [ "$(tail -n 1 "$dir/stdout")" = "2 passed, 2 failed, 0 skipped" ]
}

@test "a file that does not tell all of its tests has failed" {
  a=$(unit a <<<'echo 1..2; echo ok 1 one')
  b=$(unit b <<<'echo 1..1; echo ok 1 one; kill -SEGV $$')
  c=$(bats_file c <<<'this is no bats file (')
  run ! suite "$a" "$b" "$c"
  output_says 'not ok a: told 1 of 2 tests'
  output_says 'not ok b: ended with 139'
  output_says 'not ok c.bats: told 0 of 0 tests'
  output_says '2 passed, 3 failed, 0 skipped'
}

@test "a unit test that hangs is ended, with what it started, and the others run" {
  a=$(left=$dir unit a <<<"export left=$dir
setsid sleep 1000 & echo 1..1; sleep 1000")
  b=$(passing b)
  UNIT_LIMIT=1 run ! suite "$a" "$b"
  output_says 'not ok a: has not ended within 1 s'
  output_says '2 passed, 1 failed, 0 skipped'
  nothing_left
}

@test "a bats file that hangs is ended, with what it started" {
  a=$(bats_file a <<<"setup_file() { export left=$dir; setsid sleep 1000 3>&- & sleep 1000; }
TEST 'one' { true; }")
  FILE_LIMIT=1 run ! suite "$a"
  output_says 'not ok a.bats: has not ended within 1 s'
  nothing_left
}

@test "a test that hangs is told of, with what was told before it, and its file is ended" {
  a=$(bats_file a <<<"TEST 'one' { true; }
TEST 'two' { export left=$dir; setsid sleep 1000 3>&- & sleep 1000; }
TEST 'three' { true; }")
  TEST_LIMIT=5 run ! suite "$a"
  output_says 'ok a.bats: one'
  output_says 'not ok a.bats: two'
  output_says 'not ok a.bats: no test has ended for 5 s, after 1 of 3'
  nothing_left
}

@test "what a file leaves behind does not outlive it" {
  a=$(unit a <<<"export left=$dir
setsid sleep 1000 & echo 1..1; echo ok 1 one")
  suite "$a"
  nothing_left
}

@test "a test sees no terminal" {
  a=$(unit a <<<'echo 1..3
[ "$(readlink /proc/self/fd/0)" = /dev/null ] && echo ok 1 stdin
( : </dev/tty ) 2>/dev/null || echo ok 2 terminal
[ "$(ps -o sid= -p $$)" -eq $$ ] && echo ok 3 session')
  suite_on_terminal "$a"
  ended "$started"
  terminal_says '3 passed, 0 failed, 0 skipped'
}

@test "on a terminal a line is there as soon as its test has ended" {
  a=$(unit a <<<"echo 1..2; echo ok 1 one; while [ ! -e $dir/seen ]; do sleep 0.1; done; echo ok 2 two")
  suite_on_terminal "$a"
  eventually 30 terminal_says 'ok a: one'
  run ! terminal_says 'ok a: two'
  : >"$dir/seen"
  ended "$started"
  terminal_says '2 passed, 0 failed, 0 skipped'
}

@test "Ctrl-C ends everything, with its clean-up" {
  a=$(bats_file a <<<"setup() { export left=$dir; setsid sleep 1000 3>&- & left_pid=\$!; }
teardown() { : >$dir/cleaned; kill \$left_pid; }
TEST 'one' { sleep 1000 3>&- & : >$dir/begun; wait \$!; }")
  suite_on_terminal "$a"
  eventually 60 test -e "$dir/begun" || { cat "$dir/terminal"; ps -eo pid,ppid,stat,wchan:20,args --forest; false; }
  printf '\003' >&5
  ended "$started" 130
  nothing_left
  [ -e "$dir/cleaned" ]
}

@test "the end of the terminal ends everything" {
  a=$(unit a <<<"export left=$dir
: >$dir/begun; sleep 1000")
  suite_on_terminal "$a"
  eventually 30 test -e "$dir/begun"
  kill -KILL "$started" # who holds its other end
  eventually 30 nothing_left
}

@test "SIGTERM and SIGHUP end everything" {
  a=$(unit a <<<"export left=$dir
trap '' TERM HUP; setsid sleep 1000 & : >$dir/begun; sleep 1000; sleep 1000")
  for signal in TERM HUP; do
    rm -f "$dir/begun"
    BUILD=$dir/build start "$root/tests/run" "$a"
    eventually 30 test -e "$dir/begun"
    again() { kill -"$signal" "$started" 2>/dev/null || :; gone "$started"; } # the second: at once
    eventually 20 again
    case $signal in TERM) code=143 ;; HUP) code=129 ;; esac
    ended "$started" "$code"
    nothing_left
  done
}

@test "TERM to make ends the suite" {
  a=$(unit a <<<"export left=$dir
: >$dir/begun; sleep 1000")
  printf 'check:\n\t%s\n' "$(sed -n '/^check:/{n;s/^\t//p}' "$root/Makefile" | sed "s|tests/run|$root/tests/run $a|")" >"$dir/Makefile"
  start make -f "$dir/Makefile" BUILD="$dir/build" check
  eventually 30 test -e "$dir/begun"
  kill -TERM "$started"
  eventually 20 gone "$started"
  nothing_left
}
