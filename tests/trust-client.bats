# Root runs the client on another user's tree: whatever that user puts in the way, no
# other file of root's is touched.

load lib

user=65534

setup()
{
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  reeve_setup
  for_everyone
  echo secret >"$dir/victim"
  chmod 600 "$dir/victim"
  mkdir "$live"
  chown "$user:$user" "$live"
}

teardown() { [ -z "${dir:-}" ] || reeve_teardown; }

as_user() { setpriv --reuid "$user" --regid "$user" --clear-groups "$@"; }

user_scanner() # [OPTION...]
{
  start setpriv --reuid "$user" --regid "$user" --clear-groups reeve-scan -l "$live" "$@" "$scan"
  scanner=$started
  eventually 10 scanner_ready
  eventually 20 field web ready true
}

victim_is_untouched()
{
  [ "$(cat "$dir/victim")" = secret ]
  [ "$(stat -c '%a %u' "$dir/victim")" = "600 0" ]
}

# Puts a link to the victim where a listener has just been made, as fast as it can.
attack()
{
  cat >"$dir/attack.c" <<'C'
#include <dirent.h>
#include <string.h>
#include <unistd.h>
int main (int argc, char **argv)
{
  if (argc != 3 || chdir(argv[1]) == -1) return 1 ;
  for (;;)
  {
    DIR *dir = opendir(".") ;
    struct dirent *e ;
    if (!dir) return 1 ;
    while ((e = readdir(dir)))
      if (!strncmp(e->d_name, ".ftrig1:", 8) && !unlink(e->d_name)) symlink(argv[2], e->d_name) ;
    closedir(dir) ;
  }
}
C
  cc -O2 -w -o "$dir/attack" "$dir/attack.c"
  for _ in 1 2; do start setpriv --reuid "$user" --regid "$user" --clear-groups "$dir/attack" "$live/web/event" "$dir/victim"; done
}

@test "a listener of root's: its mode is right at once, and is never changed by path" {
  idle web
  user_scanner
  attack
  for _ in {1..400}; do
    timeout 10 reeve -l "$live" wait --timeout 5s ready web 2>/dev/null || :
    [ "$(stat -c %a "$dir/victim")" = 600 ]
  done
  victim_is_untouched
}

@test "root's client still hears the supervisor of another user" {
  service web <<<'trap "" TERM; while :; do sleep 0.1; done'
  setting web timeout-kill 300
  user_scanner
  reeve -l "$live" stop --timeout 20s web
  reeve -l "$live" start --timeout 20s web
  [ -z "$(find "$live/web/event" -name '*ftrig1*')" ]
}

@test "a link in place of a service, or of its parts, leads to no other tree" {
  idle web
  user_scanner
  other=$dir/other
  mkdir "$other" "$dir/scan2"
  in=$dir/scan2 idle db
  start reeve-scan -l "$other" "$dir/scan2"
  eventually 10 reeve -l "$other" wait --timeout 1s ready db
  as_user ln -s "$other/db" "$live/db"
  run reeve -l "$live" stop --timeout 2s db
  [ "$status" -ne 0 ]
  mv "$live/web/supervise" "$live/web/away"
  as_user ln -s "$other/db/supervise" "$live/web/supervise"
  run reeve -l "$live" stop --timeout 2s web
  [ "$status" -ne 0 ]
  rm "$live/web/supervise"
  mv "$live/web/away" "$live/web/supervise"
  as_user ln -s "$other" "$live/tree"
  run reeve -l "$live/tree" shutdown --timeout 2s
  [ "$status" -eq 111 ]
  grep -q 'tree is a link that somebody else has made' <<<"$output"
  reeve -l "$other" status db
}

@test "an exit code is written to no other file, and read by the user's scanner" {
  idle web
  user_scanner
  as_user ln -s "$dir/victim" "$live/.s6-svscan/exitcode.new"
  reeve -l "$live" shutdown --timeout 20s 7
  victim_is_untouched
  ended "$scanner" 7
}

@test "another file of root's that is called control is not written to" {
  idle web
  user_scanner
  mkfifo "$dir/roots"
  exec 8<>"$dir/roots"
  mv "$live/.s6-svscan/control" "$live/.s6-svscan/away"
  ln "$dir/roots" "$live/.s6-svscan/control"
  run reeve -l "$live" rescan
  [ "$status" -eq 111 ]
  grep -q 'control is a hard link' <<<"$output"
  run timeout 0.2 head -c 1 <&8
  [ -z "$output" ]
  exec 8>&-
}

@test "a user's own links within his tree are followed" {
  idle web
  in=$dir/his idle extra
  chown -R "$user:$user" "$dir/his"
  chmod 755 "$dir/his"
  user_scanner
  as_user ln -s "$dir/his/extra" "$live/extra"
  s6-svscanctl -a "$live"
  eventually 10 field extra ready true
  reeve -l "$live" restart --timeout 20s extra
}

@test "scale writes no other file of root's, and what it writes the scanner believes" {
  idle web
  idle worker@
  setting worker@ count 1
  user_scanner
  reeve -l "$live" scale --timeout 60s worker@ 2
  as_user "$dir/bin/reeve" -l "$live" scale --timeout 60s worker@ 1
  run setpriv --reuid 1 --regid 1 --clear-groups "$dir/bin/reeve" -l "$live" scale worker@ 2
  [ "$status" -eq 111 ]
  [[ $output == *"only the scanner's user and root may"* ]]
  as_user ln -sf "$dir/victim" "$live/.s6-svscan/scale/worker@"
  as_user ln -s "$dir/victim" "$live/.s6-svscan/scale/worker@.new"
  reeve -l "$live" scale --timeout 60s worker@ 3
  field worker@3 ready true
  victim_is_untouched
  mkdir "$dir/victims"
  as_user rm -r "$live/.s6-svscan/scale"
  as_user ln -s "$dir/victims" "$live/.s6-svscan/scale"
  run reeve -l "$live" scale --timeout 60s worker@ 1
  [ "$status" -eq 111 ]
  [ -z "$(ls "$dir/victims")" ]
  field worker@3 ready true
  stop_scanner 0
}
