# What a setting asks for and cannot be had is said, and keeps no service down.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

limited_scanner() # with 64 descriptors, as its services
{
  start sh -c 'ulimit -n 64; exec "$@"' sh reeve-scan -l "$live" "$scan"
  scanner=$started
  eventually 10 scanner_ready
}

@test "a descriptor that is not below the limit: said once a start, and the service runs without" {
  for file in notification-fd lock-fd; do
    idle "high-$file"
    setting "high-$file" "$file" 64
    idle "highest-$file"
    setting "highest-$file" "$file" 63
  done
  limited_scanner
  for file in notification-fd lock-fd; do
    up "high-$file"
    says "high-$file: warning: invalid $file: \"64\": allowed: a descriptor from 0 to 63, below the limit of open files (ulimit -n); default: none"
    [ "$(grep -c "invalid $file" "$dir/stderr")" -eq 1 ]
    s6-svwait -u -t 10000 "$live/highest-$file"
  done
  reeve -l "$live" wait --timeout 10 ready high-notification-fd high-lock-fd highest-lock-fd
  reeve -l "$live" restart --timeout 10 high-lock-fd
  eventually 10 eval '[ "$(grep -c "invalid lock-fd" "$dir/stderr")" -eq 2 ]'
  stop_scanner 0
}

@test "the highest descriptor that is allowed, in the way of others" {
  service web <<<$'#!/bin/bash\necho >&63; exec sleep 1000000'
  setting web notification-fd 63
  service locked <<<$'#!/bin/bash\necho x >&63; echo >&5; exec sleep 1000000'
  setting locked notification-fd 5
  setting locked lock-fd 63
  for fd in 3 4 6 7 8 9 10 11 12 13 14 15 16; do
    service "way$fd" <<<$'#!/bin/bash\n'"echo >&$fd; exec sleep 1000000"
    setting "way$fd" notification-fd "$fd"
    setting "way$fd" lock-fd 63
  done
  limited_scanner
  reeve -l "$live" wait --timeout 10 ready --all
  stop_scanner 0
  ! said start
}

@test "notification-fd that is lock-fd: named, and the lock has it" {
  service web <<<'setsid sh -c "while [ ! -e \"$dir/go\" ]; do sleep 0.05; done" & echo $$ >>"$dir/starts"; exec sleep 1000000'
  setting web notification-fd 7
  setting web lock-fd 7
  setting web flag-keep-strays ''
  scanner
  up web
  eventually 10 test -s "$dir/starts"
  said "web: warning: invalid notification-fd: \"7\": allowed: another descriptor than lock-fd's"
  s6-svc -t "$live/web"
  says "another instance of ./run holds lock-fd"
  [ "$(lines "$dir/starts")" -eq 1 ]
  touch "$dir/go"
  eventually 10 eval '[ "$(lines "$dir/starts")" -eq 2 ]'
  stop_scanner 0
}

@test "reeve-exec --ready goes on when notification-fd cannot be honoured" {
  service web <<<'exec reeve-exec --ready true sleep 1000000'
  setting web notification-fd 64
  limited_scanner
  up web
  says "nobody waits to be told readiness"
  stop_scanner 0
}

@test "a file down that nobody can look at: said, and the service runs" {
  idle web
  mkdir "$live"
  in=$live idle own
  ln -s down "$live/own/down"
  supervise own
  says "unable to look for the file down"
  s6-svwait -u -t 10000 "$live/own"
}
