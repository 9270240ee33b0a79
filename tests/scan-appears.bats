# Whatever comes to SCAN is noticed, however quickly it comes and whatever it replaces.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

waiting_for_it() { [ "$(grep -c 'waiting for it' "$dir/stderr")" -ge "$1" ]; }
all_there() { for i in $(seq "$many"); do s6-svok "$dir/live$i/web" || return 1; done; }

@test "a SCAN whose parents are made quickly one after the other" {
  many=80 # of these three in a hundred would miss it
  deep=a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p
  in=$dir/source idle web
  for i in $(seq "$many"); do start reeve-scan -l "$dir/live$i" "$dir/$i/$deep"; done
  eventually 30 waiting_for_it "$many"
  for i in $(seq "$many"); do mkdir -p "$dir/$i/$deep" && mv "$(cp -r "$dir/source" "$dir/source$i" && echo "$dir/source$i/web")" "$dir/$i/$deep"; done
  eventually 30 all_there
}

@test "a SCAN behind a link that leads nowhere yet" {
  scan=$dir/link
  ln -s data/here/services "$scan"
  scanner
  says 'waiting for it'
  in=$dir/source idle web
  mkdir -p "$dir/data/here/services"
  mv "$dir/source/web" "$dir/data/here/services/"
  up web
}

@test "a SCAN that was removed, and is made again" {
  idle web
  scanner
  up web
  for i in 1 2 3 4 5 6 7 8; do
    rm -rf "$scan"
    mkdir "$scan"
    in=$dir/source idle "web$i"
    mv "$dir/source/web$i" "$scan"
    up "web$i"
  done
}

@test "an incomplete directory that is replaced by another one" {
  mkdir "$scan/web"
  scanner
  says 'web is not started'
  mkdir "$dir/new"
  mv -T "$dir/new" "$scan/web" # in the place of the empty one: its name does not go
  idle later # seen and started after the new one was looked at
  up later
  printf '#!/bin/sh\nexec sleep 1000000\n' >"$scan/web/run"
  chmod 755 "$scan/web/run"
  up web
}

@test "the directory behind a link that is replaced while it is incomplete" {
  mkdir -p "$dir/source/web"
  ln -s "$dir/source/web" "$scan/web"
  scanner
  says 'web is not started'
  in=$dir/new idle web
  chmod 644 "$dir/new/web/run"
  mv "$dir/source/web" "$dir/old"
  mv "$dir/new/web" "$dir/source/web"
  chmod 755 "$dir/source/web/run"
  up web
}

@test "directories that are made, filled and removed as fast as it goes" {
  scanner
  for i in $(seq 100); do
    mkdir "$scan/s$i"
    [ $((i % 3)) -ne 0 ] || { rmdir "$scan/s$i"; mkdir "$scan/s$i"; }
    mkdir "$scan/s$i/log"
    printf '#!/bin/sh\nexec sleep 1000000\n' >"$scan/s$i/run"
    printf '#!/bin/sh\nexec cat >/dev/null\n' >"$scan/s$i/log/run"
    chmod 755 "$scan/s$i/log/run" "$scan/s$i/run"
  done
  every_one() { for i in $(seq 100); do s6-svok "$live/s$i" && s6-svok "$live/s$i/log" || return 1; done; }
  eventually 60 every_one
}

@test "more events than the kernel keeps" {
  # Stopped, so that it does not read; then many more than max_queued_events.
  scanner
  most=$(cat /proc/sys/fs/inotify/max_queued_events)
  [ "$most" -le 32768 ] || skip "this kernel keeps $most events"
  freeze "$scanner"
  mkdir "$scan/noise"
  for i in $(seq $((most / 2 + 100))); do : >"$scan/x"; rm "$scan/x"; done 2>/dev/null
  in=$dir/source idle web
  mv "$dir/source/web" "$scan"
  kill -CONT "$scanner"
  up web
}
