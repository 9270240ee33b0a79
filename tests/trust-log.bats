# A logger of root's in a directory where somebody else may put files: no other file of
# root's is written to, emptied, or made readable.

load lib

user=65534

setup()
{
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  reeve_setup
  chmod 755 "$dir"
  mkdir "$dir/log"
  chown "$user:$user" "$dir/log"
  echo secret >"$dir/victim"
  chmod 700 "$dir/victim" # executable, as `current` is that its logger has left in order
}

teardown() { [ -z "${dir:-}" ] || reeve_teardown; }

as_user() { setpriv --reuid "$user" --regid "$user" --clear-groups "$@"; }

# By root, for the user: where the kernel protects hard links, he could not make it.
hard_link() { ln "$dir/victim" "$dir/log/$1"; }

victim_is_untouched()
{
  [ "$(cat "$dir/victim")" = secret ]
  [ "$(stat -c '%a %u' "$dir/victim")" = "700 0" ]
}

logged() { grep -q -- "$1" "$dir/log/current"; }

@test "another file that is called current is left alone, and the line is written" {
  hard_link current
  echo line | reeve-log "$dir/log" 2>"$dir/stderr"
  victim_is_untouched
  logged line
  grep -q 'current is a hard link' "$dir/stderr"
}

@test "what the processor writes goes to no other file" {
  mkfifo "$dir/in"
  start bash -c 'exec -a s6-log reeve-log "!cat" "$2" <"$1"' bash "$dir/in" "$dir/log"
  exec 7>"$dir/in"
  echo line >&7
  eventually 10 logged line
  hard_link processed
  hard_link newstate
  kill -ALRM "$started"
  eventually 10 grep -q 'processed is a hard link' "$dir/stderr"
  victim_is_untouched
  rm "$dir/log/processed" "$dir/log/newstate"
  archived() { cat "$dir/log"/@*.s | grep -q line; }
  eventually 10 archived
  exec 7>&-
}

@test "the processor works in the directory that is written to, whatever has its name by then" {
  mkfifo "$dir/in"
  mkdir "$dir/roots"
  start bash -c 'exec -a s6-log reeve-log "?echo >here; exec cat" "$2" <"$1"' bash "$dir/in" "$dir/log"
  exec 7>"$dir/in"
  echo line >&7
  eventually 10 logged line
  mv "$dir/log" "$dir/moved"
  ln -s "$dir/roots" "$dir/log"
  kill -ALRM "$started"
  eventually 10 test -e "$dir/moved/here" -o -e "$dir/roots/here"
  [ ! -e "$dir/roots/here" ]
  exec 7>&-
}

@test "a link in place of current is refused by name" {
  as_user ln -s "$dir/victim" "$dir/log/current"
  start sh -c 'echo line | exec reeve-log "$1"' sh "$dir/log"
  eventually 10 grep -q current "$dir/stderr"
  victim_is_untouched
}

@test "a link that the user has put in the place of his directory is refused by name, his own is followed" {
  mkdir "$dir/roots" "$dir/log/his"
  chown "$user" "$dir/log/his"
  as_user ln -s "$dir/roots" "$dir/log/app"
  start sh -c 'echo line | exec reeve-log "$1"' sh "$dir/log/app"
  eventually 10 grep -q 'app is a link that somebody else has made' "$dir/stderr"
  [ -z "$(ls -A "$dir/roots")" ]
  as_user ln -s "$dir/log/his" "$dir/log/other"
  echo line | reeve-log "$dir/log/other"
  grep -q line "$dir/log/his/current"
}

@test "a link of root's is followed" {
  ln -s "$dir/log" "$dir/alias"
  echo line | reeve-log "$dir/alias"
  logged line
}

@test "the status file is written beside, and through no link" {
  as_user ln -s "$dir/victim" "$dir/log/status.new"
  echo line | (exec -a s6-log reeve-log "=$dir/log/status")
  victim_is_untouched
  grep -q line "$dir/log/status"
}

@test "a user's own directory is as it ever was, whoever may write to it" {
  chmod 777 "$dir/log"
  for_everyone
  as_user sh -c 'echo one | reeve-log "$1" && echo two | reeve-log "$1"' sh "$dir/log"
  logged one
  logged two
  echo three | reeve-log "$dir/log" # root goes on in the user's file
  logged three
  [ "$(stat -c %u "$dir/log/current")" -eq "$user" ]
}
