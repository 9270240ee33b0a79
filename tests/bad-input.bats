# What is wrong outside gets a message that names it; nothing is lost by it.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

@test "no scan directory: it says so and waits for it" {
  rmdir "$scan"
  scanner
  says "there is no directory $scan: waiting for it"
  idle web
  up web
}

@test "a scan directory whose parents are missing too" {
  scan=$dir/a/b/c
  scanner
  idle web
  up web
}

@test "an empty scan directory" {
  scanner
  run reeve -l "$live" status
  [ "$status" -eq 1 ] # nothing is healthy where nothing runs
  says "there is no service in $scan yet"
  s6-svscanctl -an "$live"
  in=$dir/made idle web
  mv "$dir/made/web" "$scan" # as a whole: nothing is said of one that has no run yet
  up web
  stop_scanner 0
  [ "$(lines "$dir/stderr")" -eq 1 ] || { cat "$dir/stderr"; return 1; }
}

@test "names that cannot be a service's are named, and the others started" {
  mkdir "$scan/.hidden" "$scan/"$'new\nline' "$scan/$(printf '%0252d' 0)"
  for name in "$scan"/*/ "$scan/.hidden"; do
    [ -d "$name" ] && printf '#!/bin/sh\nexec sleep 1000\n' >"$name/run" && chmod 755 "$name/run"
  done
  longest=$(printf '%0251d' 0)
  idle "$longest"
  idle $'latin-\xe9-1'
  idle 'with space "and" \quotes'
  scanner
  up "$longest"
  up 'with space "and" \quotes'
  up $'latin-\xe9-1'
  said "new?line in .*control character"
  said "longer than 251 bytes"
  run ! said hidden
  reeve -l "$live" status --json | jq -e 'length == 3 and ([.[] | select(.state == "up")] | length) == 3'
}

@test "a directory without run is no service, and says so" {
  mkdir "$scan/web"
  scanner
  says "web is not started: ./run: there is no such file"
  idle web
  up web
}

@test "files in the scan directory are nothing to it" {
  echo text >"$scan/README"
  idle web
  scanner
  up web
  stop_scanner 0
  [ ! -s "$dir/stderr" ]
}

numeric="notification-fd lock-fd timeout-kill timeout-finish timeout-strays max-death-tally down-signal reload-signal restart-delay"

@test "every setting: garbage is reported with file, value and what is allowed" {
  idle web
  for file in $numeric; do setting web "$file" 'garbage!'; done
  scanner
  up web
  for file in $numeric; do says "invalid $file: \"garbage!\": allowed: .*default"; done
}

@test "every setting: a huge and a negative number, and no newline" {
  for value in 99999999999999999999 -1; do
    name=v$value
    idle "$name"
    for file in $numeric; do printf '%s' "$value" >"$scan/$name/$file"; done
  done
  idle good
  printf 200 >"$scan/good/timeout-kill"
  printf 'INT' >"$scan/good/down-signal"
  scanner
  up v-1
  up v99999999999999999999
  for file in $numeric; do
    says "invalid $file: \"99999999999999999999\""
    says "invalid $file: \"-1\""
  done
  up good
  ! said "good: .*invalid"
}

@test "every setting: a megabyte of text, and a directory in its place" {
  idle big
  idle directory
  for file in $numeric; do
    head -c 1000000 /dev/zero | tr '\0' 7 >"$scan/big/$file"
    mkdir "$scan/directory/$file"
  done
  scanner
  up big
  up directory
  for file in $numeric; do
    says "big: warning: invalid $file: \"7777"
    says "directory: warning: unable to read $file"
  done
}

@test "garbage and floods in every fifo" {
  idle web
  in=$scan/web service log <<<'exec cat >>"$dir/log"'
  scanner
  up web
  up web/log
  pid=$(pid_of web)
  for fifo in "$live/web/supervise/control" "$live/web/supervise/orders" "$live/web/log/supervise/control" \
    "$live/.s6-svscan/control" "$live/.s6-svscan/reports"; do
    # Bytes that mean nothing anywhere, a mebibyte of them.
    timeout 60 head -c 1048576 /dev/zero >"$fifo"
    timeout 60 sh -c 'head -c 1048576 /dev/zero | tr "\0" "\377"' >"$fifo"
  done
  printf 'u u 1 1 1 1 1 web\nx x 0 0 0 0 1 web\n' >"$live/.s6-svscan/reports"
  [ "$(pid_of web)" = "$pid" ]
  reeve -l "$live" restart web
  stop_scanner 0
}

@test "a full disk: it says so, and goes on when there is room" {
  unshare -m true 2>/dev/null || skip "no mount namespaces here"
  idle web
  mkdir "$live"
  # shellcheck disable=SC2016
  start unshare -m sh -c 'mount -t tmpfs -o nr_inodes=8 tmpfs "$live" && exec reeve-scan -l "$live" "$scan"'
  says "unable to make the live directory of web: No space left on device (trying again every second)"
  nsenter -t "$started" -m -r mount -o remount,nr_inodes=1000 "$live"
  eventually 10 nsenter -t "$started" -m -r s6-svok "$live/web"
  kill -TERM "$started"
  ended "$started" 0
}

@test "a read-only live directory is an error that names it" {
  unshare -m true 2>/dev/null || skip "no mount namespaces here"
  mkdir "$live"
  # shellcheck disable=SC2016
  start unshare -m sh -c 'mount -t tmpfs -o ro tmpfs "$live" && exec reeve-scan -l "$live" "$scan"'
  ended "$started" 111
  said "$live.*Read-only file system"
}

@test "fork refused: it says so, and starts the service when it can" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  for_everyone
  idle web
  chmod 755 "$dir"
  mkdir "$live"
  chown 54321 "$live"
  start setpriv --reuid=54321 --clear-groups prlimit --nproc=1:1000 reeve-scan -l "$live" "$scan"
  says "unable to start a supervisor for web: .*/reeve-supervise: Resource temporarily unavailable"
  setpriv --reuid=54321 --clear-groups prlimit --pid "$started" --nproc=1000:1000
  up web
}

@test "no program of the supervisor any more: it names the path" {
  for_everyone
  idle one
  scanner
  up one
  rm "$dir/bin/reeve-supervise"
  idle two
  says "start a supervisor for two: $dir/bin/reeve-supervise: No such file or directory (trying again"
}

@test "no descriptors left: it says so, and reads the scan directory when it can" {
  idle web
  start prlimit --nofile=8:1000 reeve-scan -l "$live" "$scan"
  says "unable to read the directory"
  prlimit --pid "$started" --nofile=1000:1000
  up web
}

@test "the clock set back: nothing waits for the time to come again" {
  library=$(find /usr/lib -name libfaketime.so.1 | head -n 1)
  [ -n "$library" ]
  echo '+0' >"$dir/clock"
  service web <<<'unset LD_PRELOAD; echo >>"$dir/starts"; sleep 0.1; exit 1'
  start env LD_PRELOAD="$library" FAKETIME_TIMESTAMP_FILE="$dir/clock" FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1 \
    reeve-scan -l "$live" "$scan"
  eventually 10 test -s "$dir/starts"
  echo '-10d' >"$dir/clock"
  more() { [ "$(lines "$dir/starts")" -ge "$1" ]; }
  count=$(lines "$dir/starts")
  eventually 20 more $((count + 2))
  kill -TERM "$started"
  ended "$started" 0
}

@test "a second scanner on the same live directory exits with 100 and touches nothing" {
  idle web
  scanner
  up web
  files() { find "$live" -printf '%p %i %T@\n' | grep -v death | sort; }
  nothing_changes() { before=$(files) && short_pause 200 && [ "$(files)" = "$before" ]; }
  eventually 10 nothing_changes # the last of the start is written
  run reeve-scan -l "$live" "$scan"
  [ "$status" -eq 100 ]
  [[ $output == *"another scanner is running on $live"* ]]
  [ "$(files)" = "$before" ]
}

@test "what a killed scanner left: living services are watched, not doubled" {
  idle web
  idle removed
  scanner
  up web
  up removed
  pid=$(pid_of web)
  kill -KILL "$scanner"
  ended "$scanner" 137
  rm -r "$scan/removed"
  idle added
  scanner
  up added
  [ "$(pid_of web)" = "$pid" ]
  let_go() { [ ! -e "$live/removed" ]; }
  eventually 10 let_go
  stop_scanner 0
  gone "$pid"
}

@test "what a killed tree left is removed at the next start" {
  idle web
  scanner
  up web
  kill -KILL "$scanner"
  ended "$scanner" 137
  for pid in $(leftovers); do kill -KILL "$pid"; done
  eventually 10 no_leftovers
  rm -r "$scan/web"
  mkdir "$live/of-others"
  echo precious >"$live/of-others/file"
  scanner
  eventually 10 test ! -e "$live/web" # when a new supervisor has found that nothing is left
  [ "$(cat "$live/of-others/file")" = precious ]
}

no_leftovers() { [ -z "$(leftovers)" ]; }

@test "the scanner's options: which is invalid, and what is allowed; --help" {
  for args in "-T foo" "-t -1" "-K 9s" "-d 1"; do
    # shellcheck disable=SC2086
    run reeve-scan -l "$live" $args "$scan"
    [ "$status" -eq 100 ]
    [[ $output == "reeve-scan: fatal: invalid ${args% *} \"${args#* }\": allowed: "* ]] || { echo "$args: $output"; return 1; }
  done
  run reeve-scan -d 73 "$scan" 73>&-
  [ "$status" -eq 100 ] && [[ $output == *"the descriptor given to -d is not open"* ]]
  run --separate-stderr reeve-scan --help
  [ "$status" -eq 0 ]
  [[ $output == "usage: reeve-scan "*"-T STOP_MS"* && -z $stderr ]]
  run --separate-stderr reeve-supervise --help
  [ "$status" -eq 0 ]
  [[ $output == "usage: reeve-supervise "* && -z $stderr ]]
}

@test "a live directory that is another user's, or another user's link, is refused" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  for_everyone
  mkdir "$live" "$dir/ours"
  chown 54321 "$live"
  run reeve-scan -l "$live" "$scan"
  [ "$status" -eq 111 ]
  [[ $output == "reeve-scan: fatal: unable to use the live directory $live: somebody else owns it"* ]]
  ln -s "$dir/ours" "$dir/planted"
  chown -h 54321 "$dir/planted"
  run reeve-scan -l "$dir/planted" "$scan"
  [ "$status" -eq 111 ]
  [ -z "$(ls -A "$dir/ours")" ]
}

@test "links and files planted in the scan directory lead nowhere" {
  idle web
  echo precious >"$dir/file"
  mkdir "$dir/target"
  for name in supervise event; do ln -s "$dir/target" "$scan/web/$name"; done
  ln -s "$dir/file" "$scan/web/down.new"
  ln -s "$dir/file" "$scan/web/status"
  scanner
  up web
  s6-svc -d "$live/web"
  stop_scanner 0
  [ -z "$(ls -A "$dir/target")" ]
  [ "$(cat "$dir/file")" = precious ]
}

@test "configure --install-deps without apt-get names the packages" {
  cd "$dir"
  run env PATH=/nonexistent /bin/sh "$BATS_TEST_DIRNAME/../configure" --install-deps=test
  [ "$status" -eq 1 ]
  [[ $output == "configure: --install-deps needs apt-get; "*" gcc "*" skalibs-dev "*" bats "* ]]
  [ "${#lines[@]}" -eq 1 ]
}
