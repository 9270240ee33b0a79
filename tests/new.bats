# reeve new: a service directory; it needs no scanner.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

@test "it runs the command as it was given, and reeve check finds nothing in it" {
  cd "$scan"
  reeve new web -- sh -c 'echo "$*" >"$dir/said"; exec sleep 1000000' "it's" 'a  b' '' '$dir' '*' -x
  [ -x web/run ]
  run reeve check "$scan"
  [ "$status" -eq 0 ]
  scanner
  up web
  [ "$(cat "$dir/said")" = 'a  b  $dir * -x' ]
  # Nothing that is there is changed.
  cp web/run "$dir/before"
  run reeve new web -- true
  [ "$status" -eq 1 ]
  [[ $output == *'web is there already: nothing was changed'* ]]
  cmp web/run "$dir/before"
  # In the scan directory it is started at once.
  reeve new "$scan/more" -- sleep 1000000
  up more
}

@test "wrong usage" {
  run -100 reeve new
  run -100 reeve new web
  [[ $output == *'new takes a command, as in: reeve new web -- '* ]]
  run -100 reeve new "$dir/.web" -- true
  [[ $output == *'it begins with a dot'* ]]
  run -111 reeve new "$dir/none/web" -- true
  # As a shell completes it; with a newline; where there is no room nothing is left behind.
  cd "$dir"
  reeve new web/ -- sh -c $'echo "a\nb"' "it's
"
  [ "$(web/run)" = $'a\nb' ]
  [ "$(ls web)" = run ]
  run -100 reeve new // -- true
  run -111 sh -c 'ulimit -f 0; trap "" XFSZ; exec reeve new full -- true'
  [ ! -e full ]
  [ ! -e "$dir/.web" ]
}
