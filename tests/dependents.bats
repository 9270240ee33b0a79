# Which services have dependencies: the scanner writes it down, so that `reeve` need not look at all of them.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; list=$live/.s6-svscan/dependents; }
teardown() { reeve_teardown; }

needs() { setting "$1" "dependencies.d/$2" ''; } # NAME OTHER
listed() { [ -e "$list" ] && [ "$(sort "$list" | tr '\n' ' ')" = "$*${*:+ }" ]; }
# What was in the way of NAME's stop, and was stopped first.
stopped_first() { run -0 reeve stop -n "$1" && grep -oE 'stopping [^ ]+ first' <<<"$output" | tr '\n' ' '; }

tree()
{
  for name in db web worker other; do idle "$name"; done
  needs web db
  needs worker web
  scanner
  for name in db web worker other; do up "$name"; done
  eventually 10 listed web worker
}

@test "their names are listed, also when they change, and no more when a new scanner begins" {
  tree
  needs other db
  reeve rescan
  reeve restart other # an edit takes effect at the next start
  eventually 10 listed other web worker
  rm "$scan/worker/dependencies.d/web"
  reeve restart worker
  eventually 10 listed other web
  idle late
  needs late db
  eventually 10 listed late other web
  rm -r "$scan/late"
  eventually 10 listed other web
  stop_scanner
  rm -r "$scan/other/dependencies.d" "$scan/web/dependencies.d"
  scanner
  eventually 10 listed
}

@test "stop finds whom to stop first by that list, and without it by looking at all" {
  tree
  [ "$(stopped_first db)" = 'stopping worker first stopping web first ' ]
  reeve start db web worker
  rm "$list"
  [ "$(stopped_first db)" = 'stopping worker first stopping web first ' ]
  reeve start db web worker
  printf 'web\nworker\n../../etc\nno-such\n' >"$list"
  [ "$(stopped_first web)" = 'stopping worker first ' ]
}

@test "a service that nobody needs is stopped without a look at the others" {
  strace -o /dev/null true 2>/dev/null || skip "strace cannot trace here"
  idle alone
  tree
  up alone
  strace -o "$dir/trace" reeve stop other
  grep -q '"other/' "$dir/trace"
  run ! grep alone "$dir/trace"
  strace -o "$dir/trace" reeve start other
  run ! grep alone "$dir/trace"
}

@test "where the list cannot be written there is none" {
  tree
  rm "$list"
  mkdir "$list.new"
  idle late
  needs late db
  up late
  reeve rescan
  [ ! -e "$list" ]
  [ "$(stopped_first web)" = 'stopping worker first ' ]
}
