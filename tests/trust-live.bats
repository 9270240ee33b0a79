# What somebody else may have put there is neither executed nor believed in the live
# directory: the two are root and a user.

load lib

user=65534

setup()
{
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  reeve_setup
  chmod 755 "$dir"
  mkdir "$live"
}

teardown() { [ -z "${dir:-}" ] || reeve_teardown; }

as_user() { setpriv --reuid "$user" --regid "$user" --clear-groups "$@"; }

# Says so when it is executed.
trap_of() # FILE
{
  as_user sh -c 'mkdir -p "${1%/*}" && printf "#!/bin/sh\nid -u >>%s\nexec sleep 100000\n" "$2" >"$1" && chmod 755 "$1"' sh "$1" "$dir/open/executed"
}

nothing_executed() { [ ! -e "$dir/open/executed" ]; }

open_place() { mkdir -m 777 "$dir/open"; chmod 777 "$dir/open"; }

refused() # ERE [ARGUMENT...]: reeve-scan exits 111 and says that
{
  run timeout -k 5 20 reeve-scan "${@:2}"
  [ "$status" -eq 111 ]
  grep -qE "$1" <<<"$output" || { echo "# said: $output"; return 1; }
}

said_like() { grep -qE -- "$1" "$dir/stderr"; }

@test "a live directory that all may write to is refused by name, and stays as it is" {
  idle web
  open_place
  chmod 777 "$live"
  trap_of "$live/.s6-svscan/finish"
  trap_of "$live/.s6-svscan/SIGUSR1"
  trap_of "$live/evil/run"
  refused "$live: chmod go-w" -l "$live" "$scan"
  REEVE_LIVE=$live refused "$live: chmod go-w" "$scan"
  refused "$live: chmod go-w" -l "$live" "$live"
  [ "$(stat -c %a "$live")" = 777 ]
  nothing_executed
}

@test "what was put there while all might is refused by name when they may not any more" {
  idle web
  open_place
  chmod 777 "$live"
  trap_of "$live/.s6-svscan/finish"
  trap_of "$live/evil/run"
  chmod 755 "$live"
  refused "$live/.s6-svscan belongs to the user $user" -l "$live" "$scan"
  chown 0 "$live/.s6-svscan"
  refused "$live/.s6-svscan/finish belongs to the user $user" -l "$live" "$scan"
  rm -r "$live/.s6-svscan"
  scanner
  eventually 10 field web ready true
  s6-svscanctl -a "$live"
  eventually 10 said_like "evil belongs to the user $user"
  s6-svscanctl -t "$live"
  ended "$scanner" 0
  nothing_executed
  [ ! -e "$live/evil/supervise" ]
}

@test "a live directory like /tmp will do: what others put there is refused by name" {
  idle web
  idle late
  open_place
  chmod 1777 "$live"
  trap_of "$live/.s6-svscan/finish"
  refused "$live/.s6-svscan belongs to the user $user" -l "$live" "$scan"
  rm -r "$live/.s6-svscan"
  trap_of "$live/evil/run"
  trap_of "$live/late/run"
  trap_of "$dir/open/away/run"
  as_user ln -s "$dir/open/away" "$live/linked"
  scanner
  eventually 10 field web ready true
  eventually 10 said_like "$live/late was not made by reeve-scan, so it stays"
  for what in evil linked; do eventually 10 said_like "not to be trusted.*$what"; done
  stop_scanner
  nothing_executed
}

@test "a directory on the way that somebody else owns, or may write to, is named" {
  idle web
  mkdir -p "$dir/way/live"
  chown "$user" "$dir/way"
  refused "$dir/way belongs to the user $user" -l "$dir/way/live" "$scan"
  chown 0 "$dir/way"
  chmod 777 "$dir/way"
  refused "$dir/way: chmod go-w" -l "$dir/way/live" "$scan"
  chmod 1777 "$dir/way" # as /tmp is
  live=$dir/way/live
  scanner
  eventually 10 field web ready true
}

@test "a link on the way that root has made is followed, one of a user's is refused" {
  idle web
  mkdir -m 1777 "$dir/way"
  chmod 1777 "$dir/way"
  as_user ln -s "$live" "$dir/way/his"
  ln -s "$live" "$dir/way/roots"
  refused "$dir/way/his is a link that somebody else has made" -l "$dir/way/his" "$scan"
  live=$dir/way/roots
  scanner
  eventually 10 field web ready true
}

@test "in place, a directory of somebody else's is not served, nor what he may write to; the others are" {
  in=$live idle web
  open_place
  chmod 777 "$live"
  trap_of "$live/evil/run"
  chmod 755 "$live"
  in=$live service open <<<"id -u >>$dir/open/executed"
  chmod 777 "$live/open/run"
  in=$live service wide <<<"id -u >>$dir/open/executed"
  chmod 777 "$live/wide"
  in=$live service ruled <<<"id -u >>$dir/open/executed"
  in=$live setting ruled timeout-strays 1
  chmod 666 "$live/ruled/timeout-strays"
  in=$live service told <<<"id -u >>$dir/open/executed"
  mkdir "$live/told/supervise"
  as_user true
  chown "$user" "$live/told/supervise"
  in=$live service needy <<<"id -u >>$dir/open/executed"
  in=$live setting needy dependencies.d/web ''
  chmod 777 "$live/needy/dependencies.d"
  in=$live service needing <<<"id -u >>$dir/open/executed"
  in=$live setting needing dependencies.d/web ''
  chown "$user" "$live/needing/dependencies.d/web"
  scan=$live
  scanner
  eventually 10 field web ready true
  for what in evil open/run wide ruled/timeout-strays told/supervise needy/dependencies.d needing/dependencies.d/web; do eventually 10 said_like "not to be trusted.*$what"; done
  s6-svscanctl -t "$live"
  ended "$scanner" 0
  nothing_executed
}

@test "what s6-svlink has linked is served from a trusted directory only" {
  idle web
  open_place
  in=$dir/others idle good
  mkdir -m 777 "$dir/users"
  chmod 777 "$dir/users"
  trap_of "$dir/users/evil/run"
  scanner
  eventually 10 field web ready true
  ln -s "$dir/others/good" "$live/good"
  ln -s "$dir/users/evil" "$live/evil"
  s6-svscanctl -a "$live"
  eventually 10 field good ready true
  eventually 10 said_like "evil in .* is not to be trusted.*$dir/users: chmod go-w"
  nothing_executed
}

@test "a script that replaces a signal, and one at the end, are asked at the moment they are executed" {
  idle web
  open_place
  scanner
  eventually 10 field web ready true
  for name in SIGUSR1 finish crash; do
    script "$live/.s6-svscan/$name" <<<"id -u >>$dir/open/executed"
    chown "$user" "$live/.s6-svscan/$name"
  done
  kill -USR1 "$scanner"
  eventually 10 said_like "SIGUSR1 belongs to the user $user"
  kill -TERM "$scanner"
  ended "$scanner" 0
  said_like "finish belongs to the user $user"
  nothing_executed
}

@test "an exit code that somebody else has written is not believed" {
  idle web
  scanner
  eventually 10 field web ready true
  echo 7 >"$live/.s6-svscan/exitcode"
  chown "$user" "$live/.s6-svscan/exitcode"
  kill -TERM "$scanner"
  ended "$scanner" 0
}

@test "a directory with a mark that is another name of a real one is not taken for ours" {
  idle web
  open_place
  scanner
  eventually 10 field web ready true
  kill -TERM "$scanner"
  ended "$scanner" 0
  trap_of "$dir/open/evil/run"
  as_user mkdir "$dir/open/evil/supervise"
  ln "$live/web/supervise/reeve" "$dir/open/evil/supervise/reeve"
  mv "$dir/open/evil" "$live/evil"
  idle evil
  scanner
  eventually 10 said_like "$live/evil was not made by reeve-scan, so it stays"
  nothing_executed
}

@test "the scan directory may be another user's: it is only read" {
  idle web
  chown -R "$user" "$scan"
  scanner
  eventually 10 field web ready true
  kill -TERM "$scanner"
  ended "$scanner" 0
}

@test "what is copied from another user's scan directory belongs to root, and he cannot write there" {
  idle web
  for name in instance instances template; do setting web "$name/data/file" 1; done
  chmod 6777 "$scan/web/template/data/file"
  chown -R "$user" "$scan"
  chmod -R o+rwX "$scan/web/template"
  scanner
  eventually 10 field web ready true
  [ "$(cat "$live/web/template/data/file")" = 1 ]
  [ -z "$(find "$live/web" -mindepth 1 ! -type l ! -user 0)" ]
  [ -z "$(find "$live/web"/{instance,instances,template} -perm /7022)" ]
  run ! as_user sh -c 'mkdir "$1/x" || mv "$1/data" "$1/y" || echo >"$1/data/file"' sh "$live/web/template"
}

@test "a directory that belongs to somebody else is removed from there by nobody's link" {
  idle web
  setting web instance/data/file 1
  scanner
  eventually 10 field web ready true
  mkdir "$dir/precious"
  touch "$dir/precious/file"
  chown -R "$user" "$live/web/instance"
  as_user ln -s "$dir/precious" "$live/web/instance/data/link"
  rm -r "$scan/web"
  eventually 20 test ! -e "$live/web"
  [ -e "$dir/precious/file" ]
}

@test "a user's own group may write where its number is his" {
  for_everyone
  idle web
  chown "$user:$user" "$live"
  chmod 775 "$live"
  start setpriv --reuid "$user" --regid "$user" --clear-groups reeve-scan -l "$live" "$scan"
  eventually 10 scanner_ready
  kill -TERM "$started"
  ended "$started" 0
  chown "$user:12345" "$live"
  run as_user timeout -k 5 20 env PATH="$PATH" reeve-scan -l "$live" "$scan"
  [ "$status" -eq 111 ]
}

@test "what a killed supervisor has left in a directory that others may write to by now is ended, and not doubled" {
  scanner
  mkdir "$live/web"
  script "$live/web/run" <<<'echo x >>"$dir/starts"; exec sleep 1000000'
  s6-svscanctl -a "$live"
  up web
  pid=$(pid_of web)
  chmod o+w "$live/web"
  kill -KILL "$(pgrep -P "$scanner" -x reeve-supervise)"
  eventually 20 gone "$pid"
  chmod o-w "$live/web"
  s6-svscanctl -a "$live"
  eventually 20 eval '[ "$(lines "$dir/starts")" -eq 2 ]'
  up web
}
