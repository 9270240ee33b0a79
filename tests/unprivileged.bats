# An ordinary user's tree, and where its live directory is.

load lib

user=65534

setup()
{
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  unshare -m true 2>/dev/null || skip "no mount namespaces here"
  TMPDIR=/var/tmp reeve_setup
  for_everyone
  mkdir "$dir/shm" "$dir/tmp" "$dir/run"
  chmod 1777 "$dir/shm" "$dir/tmp"
  chmod 755 "$dir/run" # where it is writable for all, it is the first choice
  # In a mount namespace, so that the real ones stay as they are.
  as_user=(unshare -m sh -c 'mount --bind "$1/shm" /dev/shm && mount --bind "$1/tmp" /tmp && mount --bind "$1/run" /run &&
    cd / && shift && exec "$@"'
    sh "$dir" setpriv --reuid "$user" --regid "$user" --clear-groups)
}

teardown() { [ -z "${dir:-}" ] || reeve_teardown; }

user_scanner() # [OPTION...]
{
  start "${as_user[@]}" reeve-scan "$@" "$scan"
  scanner=$started
  eventually 10 scanner_ready
}

@test "an ordinary user's tree starts, is driven, and stops" {
  idle web
  finish web <<<"id -u >$dir/tmp/finished"
  live=$dir/tmp/live
  user_scanner -l /tmp/live
  eventually 10 "${as_user[@]}" reeve -l /tmp/live wait --timeout 1 ready web
  [ "$(stat -c '%u %a' "$live")" = "$user 700" ]
  [ "$(stat -c %u "$live/web/supervise/status")" -eq "$user" ]
  "${as_user[@]}" reeve -l /tmp/live restart web
  kill -TERM "$scanner"
  ended "$scanner" 0
  [ "$(cat "$dir/tmp/finished")" -eq "$user" ]
}

@test "the live directory is in /dev/shm, of nobody else's, and the client finds it" {
  idle web
  live=$dir/shm/reeve-$user/service
  user_scanner
  [ "$(stat -c '%u %a' "$dir/shm/reeve-$user")" = "$user 700" ]
  "${as_user[@]}" reeve wait --timeout 10 ready web
  kill -TERM "$scanner"
  ended "$scanner" 0
}

@test "one that somebody else has planted is refused, and the next one taken" {
  idle web
  mkdir -m 777 "$dir/shm/reeve-$user"
  live=$dir/tmp/reeve-$user/service
  user_scanner
  [ -z "$(ls -A "$dir/shm/reeve-$user")" ]
  kill -TERM "$scanner"
  ended "$scanner" 0
}

@test "a link that somebody else has planted is refused too" {
  idle web
  mkdir -m 777 "$dir/tmp/victim"
  ln -s /tmp/victim "$dir/shm/reeve-$user"
  live=$dir/tmp/reeve-$user/service
  user_scanner
  [ -z "$(ls -A "$dir/tmp/victim")" ]
  kill -TERM "$scanner"
  ended "$scanner" 0
}

@test "when no place is usable it says which it tried, and why" {
  idle web
  mkdir -m 755 "$dir/shm/reeve-$user" "$dir/tmp/reeve-$user"
  run "${as_user[@]}" reeve-scan "$scan"
  [ "$status" -eq 111 ]
  [[ $output == *"/dev/shm/reeve-$user"*"/tmp/reeve-$user"* ]]
}

@test "the client does not take root's tree, which it may not look into, for none" {
  mkdir -m 755 "$dir/run/service"
  mkdir -m 700 "$dir/run/service/.s6-svscan"
  for args in status shutdown; do
    run "${as_user[@]}" reeve "$args"
    [ "$status" -eq 111 ]
    [[ $output == *"/run/service (only the scanner's user and root may): Permission denied" ]]
  done
}
