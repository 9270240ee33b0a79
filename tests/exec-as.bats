# reeve exec: a command as a service is; reeve env: its environment.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

@test "with the environment, the directory, the umask and the limits of the service" {
  mkdir "$dir/place"
  service web <<<'cd "$dir/place"; umask 027; ulimit -S -n 77; ulimit -c 0; TWO="a
b" export TWO; only=$dir exec env -u HOME sleep 1000000'
  scanner
  up web
  eventually 10 grep -qx sleep "/proc/$(pid_of web)/comm" # env has HOME still
  ONLY_HERE=1 run reeve exec web -- sh -c 'pwd; umask; ulimit -S -n; ulimit -c; echo "$only.$HOME.$ONLY_HERE"'
  [ "$status" -eq 0 ]
  [ "$output" = "$dir/place"$'\n0027\n77\n0\n'"$dir.." ]
  [ "$(echo text | reeve exec web -- cat)" = text ] # the caller's stdin
  [ "$(reeve exec web -- sh -c 'echo "$0 $*"' --all -l x)" = '--all -l x' ]
  run -7 reeve exec web -- sh -c 'exit 7'
  run -127 reeve exec web -- no-such-program
  run -126 reeve exec web -- "$dir"
  reeve env web >"$dir/env"
  grep -qx "only=$dir" "$dir/env"
  grep -qx "REEVE_LIVE=$live" "$dir/env"
  run -1 grep -E '^HOME=' "$dir/env"
  # Wrong usage.
  run -100 reeve exec web
  [[ $output == *'exec takes: NAME -- COMMAND...'* ]]
  run -100 reeve exec wbe -- true
  run -100 reeve env web web
  # Down: what the scanner would give it, where it was started.
  reeve stop web
  reeve env web | grep -qx "REEVE_LIVE=$live"
  [ "$(reeve exec web -- pwd)" = "$PWD" ]
  stop_scanner 0
  run -1 reeve exec web -- true
  [[ $output == *'no scanner runs'* ]]
}

@test "as its user, with its groups; root alone may become another one" {
  [ "$(id -u)" -eq 0 ] || skip 'only root may start a service as another user'
  for_everyone
  service web <<<'exec setpriv --reuid=54321 --regid=54322 --groups=54323,54324 sleep 1000000'
  idle root
  scanner
  up web
  eventually 10 grep -q '^Uid:.54321' "/proc/$(pid_of web)/status"
  [ "$(reeve exec web -- sh -c 'id -u; id -g; id -G')" = $'54321\n54322\n54322 54323 54324' ]
  # Without CAP_SYS_PTRACE, as in a container, root reads it as that user.
  [ "$(setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace reeve exec web -- id -u)" = 54321 ]
  setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace reeve env web | grep -qx "REEVE_LIVE=$live"
  run -111 setpriv --reuid=54321 --clear-groups reeve exec root -- id -u
}

@test "root does not take over what belongs to root in another user's tree" {
  [ "$(id -u)" -eq 0 ] || skip 'for root alone'
  for_everyone
  mkdir "$live"
  chown 54321 "$live"
  idle web
  start setpriv --reuid=54321 --clear-groups reeve-scan -l "$live" "$scan"
  scanner=$started
  eventually 10 reeve wait up web
  [ "$(reeve exec web -- id -u)" = 54321 ]
  [ "$(setpriv --reuid=54321 --clear-groups "$dir/bin/reeve" exec web -- id -u)" = 54321 ]
  # Its state says that root's process is the service.
  sleep 1000000 3>&- &
  pids+=($!)
  supervisor=$(sed -n 's/^PPid:\t//p' "/proc/$(pid_of web)/status")
  freeze "$supervisor"
  python3 -c 'import struct, sys
with open(sys.argv[1], "r+b") as f: f.seek(24); f.write(struct.pack(">Q", int(sys.argv[2])))' "$live/web/supervise/status" $!
  rm "$live/web/supervise/state"
  run -111 reeve exec web -- id -u
  [[ $output == *'unable to read the user of web: '* ]]
  kill -CONT "$supervisor"
}
