# The tree of `make demo` does what its comments say.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

shown() { grep -q -- "$1" "$dir/stdout"; }

@test "the demonstration: started, one crashes and comes back, every finish runs" {
  cp -R "$BATS_TEST_DIRNAME/../servicedirs-example/demo/." "$scan"
  scanner
  reeve -l "$live" wait --timeout 20 ready --all
  eventually 20 shown '\[log of web\] web: served a request'
  eventually 20 shown '\[log of worker\] worker: did a piece of work'
  eventually 20 said 'crasher: finish: code 1, signal 0'
  came_back() { [ "$(json_field crasher restarts)" -ge 1 ]; }
  eventually 20 came_back
  stop_scanner 0
  shown '\[log of web\] web: closing connections'
  said 'web: finish: code 0, signal 0'
  said 'worker: finish: code \(256, signal 15\|0, signal 0\)' # it may have been between two pieces of work
  run ! said 'left behind'
}

@test "make demo ends on SIGINT with everything stopped" {
  start setsid env BUILD="${REEVE_BIN%/bin}" TMPDIR="$dir" bash -c 'cd "$1" && trap - INT && exec sh -c "
    BUILD=\$(realpath --relative-to=. \"\$BUILD\") exec tools/demo.sh"' bash "$BATS_TEST_DIRNAME/.."
  eventually 20 shown 'web: served a request'
  kill -TERM "$started"
  ended "$started" 0
  shown 'demo: everything has stopped; exit code 0'
}
