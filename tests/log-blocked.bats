# A logger that cannot write: why is shown with its service, until it can.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

logged() { in=$scan/$1 service log <<<"$2"; }
is_blocked() # NAME WHY
{
  ! reeve status "$1" >"$dir/status" && grep -q "blocked: $2" "$dir/status" && [[ $(json_field "$1" reason) == *"blocked: $2"* ]]
}
is_well() { reeve status "$1" >"$dir/status" && field "$1" reason null; }

@test "a directory that cannot be made or written, of reeve-log, called as s6-log too, and below a shell" {
  logged web 'exec reeve-log "$dir/log"'
  service web <<<'echo line; exec sleep 1000000'
  logged s6 'exec -a s6-log reeve-log r100 "$dir/log/s6"'
  sed -i '1s/.*/#!\/bin\/bash/' "$scan/s6/log/run"
  service s6 <<<'echo line; exec sleep 1000000'
  logged shell 'reeve-log "$dir/log/shell"; exit 0'
  service shell <<<'echo line; exec sleep 1000000'
  touch "$dir/log"
  scanner
  for each in web s6 shell web/log; do eventually 20 is_blocked "$each" 'Not a directory'; done
  reeve why web | tr -s ' \n' ' ' >"$dir/why"
  grep -q 'blocked: its logger cannot write what it has read: Not a directory' "$dir/why"
  rm "$dir/log"
  mkdir "$dir/log.new"
  mv "$dir/log.new" "$dir/log"
  for each in web s6 shell web/log; do eventually 20 is_well "$each"; done
  eventually 20 grep -q ' line$' "$dir/log/current"
}

@test "a full disk and a limit, in the midst of writing; another logger takes that back" {
  logged full 'exec reeve-log -t none - >/dev/full'
  service full <<<'echo line; exec sleep 1000000'
  logged limit 'ulimit -f 8; exec reeve-log -t none -s 1000000 "$dir/limit"'
  service limit <<<'seq 100000; exec sleep 1000000'
  scanner
  eventually 20 is_blocked full 'No space left on device'
  eventually 20 is_blocked limit 'File too large'
  script "$scan/full/log/run" <<<'exec cat >/dev/null'
  reeve kill KILL full/log
  eventually 20 is_well full
}

@test "a user's logger that may not write is Permission denied" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  command -v setpriv >/dev/null || skip "needs setpriv"
  for_everyone
  mkdir "$dir/log"
  chmod 755 "$dir/log"
  logged web 'exec setpriv --reuid 65534 --regid 65534 --clear-groups reeve-log "$dir/log"'
  idle web
  scanner
  eventually 20 is_blocked web 'Permission denied'
  chown 65534 "$dir/log"
  eventually 20 is_well web
}
