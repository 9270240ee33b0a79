# reeve disable and enable: whether a service is started when the tree is.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

# As in a container that was restarted.
again() { stop_scanner 0; rm -rf "$live"; scanner; }

@test "what is disabled goes on, and is down after a restart, until it is enabled" {
  idle web
  idle db
  scanner
  up web
  run reeve disable web
  [ "$status" -eq 0 ]
  [[ $output == *'web goes on: `reeve stop web` ends it'* ]]
  field web state up
  [ -f "$scan/web/down" ]
  reeve disable web
  # Also where only its supervisor, or the scanner, is started anew.
  [ -f "$live/web/down" ]
  again
  up db
  eventually 10 field web state down
  reeve status
  run reeve enable web
  [ "$status" -eq 0 ]
  [[ $output == *'web is down still: `reeve start web` starts it'* ]]
  [ ! -e "$scan/web/down" ]
  reeve enable web
  again
  up web
  run -100 reeve disable wbe
  stop_scanner 0
  run -1 reeve disable web
  [[ $output == *'no scanner runs'* ]]
}

@test "where the scan directory cannot be written to, it says that it will not last" {
  [ "$(id -u)" -eq 0 ] || skip 'needs another user'
  for_everyone
  idle web
  mkdir "$live"
  chown 54321 "$live"
  start setpriv --reuid=54321 --clear-groups reeve-scan -l "$live" "$scan"
  scanner=$started
  eventually 10 reeve wait up web
  for each in 'why web' tree graph 'status web' 'env web' 'exec web -- true'; do # as the tree's user, and root
    setpriv --reuid=54321 --clear-groups "$dir/bin/reeve" $each
    reeve $each
  done
  run setpriv --reuid=54321 --clear-groups "$dir/bin/reeve" disable web
  [ "$status" -eq 0 ]
  [[ $output == *"web is disabled until the container is made anew, and no longer: $scan cannot be written to (Permission denied)"* ]]
  [ -e "$live/web/down" ]
  [ ! -e "$scan/web/down" ]
  run -111 setpriv --reuid=54322 --clear-groups "$dir/bin/reeve" disable web
}
