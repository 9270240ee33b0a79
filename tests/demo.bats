# `make demo`: whatever ends it ends the whole tree.

load lib

setup()
{
  reeve_setup
  root=$BATS_TEST_DIRNAME/..
  export TMPDIR=$dir/tmp BUILD=${REEVE_BIN%/bin} # where its live directory and its programs are
  mkdir "$TMPDIR"
  make -C "$root" -s all
}
teardown() { reeve_teardown; }

demo_live() { echo "$TMPDIR"/reeve-demo.*; }
runs() { reeve -l "$(demo_live)" wait --timeout 1 up web worker; }
# All that the demonstration has started works below its live directory or has its path.
tree() { pgrep -f "$TMPDIR/reeve-demo"; }
nothing_left() { ! tree; }
cleaned_up() { [ ! -e "$(demo_live)" ]; }

demo() { start make -C "$root" -s demo "BUILD=$BUILD"; eventually 30 runs; }

demo_on_terminal()
{
  mkfifo "$dir/keys"
  exec 5<>"$dir/keys"
  start bash -c 'exec script -qfec "$1" "$2" <&5' - "make -C $root -s demo BUILD=$BUILD" "$dir/terminal"
  eventually 30 runs
}

all_gone() { eventually 30 nothing_left && eventually 10 cleaned_up; }

@test "TERM to make" {
  demo
  kill -TERM "$started"
  all_gone
}

@test "HUP and TERM to the script itself" {
  for signal in HUP TERM; do
    demo
    script=$(pgrep -P "$started")
    kill -"$signal" "$script"
    all_gone
    eventually 10 gone "$started"
  done
}

@test "Ctrl-C: every finish runs" {
  demo_on_terminal
  printf '\003' >&5
  all_gone
  eventually 10 gone "$started"
  grep -q 'everything has stopped; exit code 0' "$dir/terminal"
}

@test "the terminal is closed" {
  demo_on_terminal
  kill -KILL "$started" # who holds its other end
  all_gone
}
