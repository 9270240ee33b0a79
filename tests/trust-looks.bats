# Root looks at another user's tree (why, status, tree, graph, env, exec, disable): it does so as that user,
# whatever that user says of himself, and nothing that is shown acts on the terminal.

load lib

user=54321

setup()
{
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  reeve_setup
  for_everyone
  mkdir "$live" "$dir/roots"
  chown "$user" "$live"
  chmod 700 "$dir/roots"
  export REEVE_LIVE=$live
}

teardown() { [ -z "${dir:-}" ] || reeve_teardown; }

as_user() { setpriv --reuid "$user" --regid "$user" --clear-groups "$@"; }

user_scanner()
{
  start setpriv --reuid "$user" --regid "$user" --clear-groups reeve-scan -l "$live" "$scan"
  scanner=$started
  eventually 10 scanner_ready
}

# As the tree's user could: this process is the service.
claims() # NAME PID
{
  supervisor=$(sed -n 's/^PPid:\t//p' "/proc/$(pid_of "$1")/status")
  freeze "$supervisor"
  python3 -c 'import struct, sys
with open(sys.argv[1], "r+b") as f: f.seek(24); f.write(struct.pack(">Q", int(sys.argv[2])))' "$live/$1/supervise/status" "$2"
  rm "$live/$1/supervise/state"
}

@test "no log of root's is shown because a logger says that it writes there" {
  echo 'only for root' >"$dir/roots/current"
  idle web
  in=$scan/web service log <<<"exec bash -c 'exec -a s6-log bash -c \"while read -r _; do :; done\" $dir/roots'"
  user_scanner
  up web
  up web/log
  eventually 10 grep -qaz "^$dir/roots" "/proc/$(pid_of web/log)/cmdline"
  run reeve why web
  [ "$status" -eq 0 ]
  [[ $output == *'web is up'* && $output != *'only for root'* ]]
  # Nor in root's tree, where it runs as somebody else.
  stop_scanner 0
  live=$dir/live2 REEVE_LIVE=$dir/live2
  in=$scan/web service log <<<"exec setpriv --reuid $user --clear-groups bash -c 'exec -a s6-log bash -c \"while read -r _; do :; done\" $dir/roots'"
  scanner
  up web
  up web/log
  eventually 10 grep -qaz "^$dir/roots" "/proc/$(pid_of web/log)/cmdline"
  run reeve why web
  [[ $output == *'web is up'* && $output != *'only for root'* ]]
  chown "$user" "$dir/roots/current" # its own
  [[ $(reeve why web) == *'only for root'* ]]
}

@test "nothing of root's is disabled or enabled because the tree says that its services are there" {
  in=$dir/roots/services idle web
  touch "$dir/roots/services/web/down"
  in=$dir/roots/services idle db
  chmod 755 "$dir/roots"
  idle web
  idle db
  user_scanner
  up web
  up db
  sed -i "s|$scan|$dir/roots/services|" "$live/.s6-svscan/state"
  chown "$user" "$live/.s6-svscan/state"
  run reeve disable db
  [ "$status" -eq 0 ]
  [[ $output == *"$dir/roots/services cannot be written to"* ]]
  [ -e "$live/db/down" ]
  [ ! -e "$dir/roots/services/db/down" ]
  run reeve enable web
  [ -e "$dir/roots/services/web/down" ]
  # Where that user could, it lasts.
  chown "$user" "$dir/roots/services/db"
  run reeve disable db
  [ "$output" = 'reeve: info: db goes on: `reeve stop db` ends it' ]
  [ -e "$dir/roots/services/db/down" ]
}

@test "root hands over no environment that the tree's user may not read" {
  idle web
  user_scanner
  up web
  start env SECRET=hidden python3 -c 'import ctypes, os, sys, time
os.setgroups([]); os.setgid(int(sys.argv[1])); os.setuid(int(sys.argv[1])); time.sleep(1000000)' "$user"
  eventually 10 grep -q "^Uid:.$user.$user" "/proc/$started/status"
  claims web "$started"
  run -111 reeve exec web -- sh -c 'echo "$SECRET"'
  [[ $output != *hidden* && $output == *'unable to read the environment of web'* ]]
  run -111 reeve env web
  [[ $output != *hidden* ]]
  kill -CONT "$supervisor"
}

@test "of root nothing is left in a command that is executed as a service" {
  idle web
  setting web limits 1
  user_scanner
  up web
  [ "$(reeve exec web -- sed -n 's/^\(Uid\|Gid\|Groups\|CapPrm\):[\t ]*//p' /proc/self/status | tr '\t\n' ' _')" = "54321 54321 54321 54321_54321 54321 54321 54321__0000000000000000_" ]
}

@test "what names itself, or is said of CMD, is shown without control characters" {
  csi=$'\302\233'
  service web <<<'exec python3 -c "import ctypes, time
ctypes.CDLL(None).prctl(15, b\"a\nroot  up\")
time.sleep(1000000)"'
  user_scanner
  up web
  as_user mkdir -p "$live/x${csi}31m/supervise"
  as_user sh -c 'head -c 67 /dev/zero; printf "w\033eb \033[31m\302\233"' >"$live/.s6-svscan/command"
  for each in status 'status --json' graph 'graph --dot' tree blame plot 'why web' 'status web'; do
    run reeve $each
    ! LC_ALL=C grep -q $'[\001-\010\013-\037]\|\302[\200-\237]' <<<"$output" || { echo "# $each: $output"; return 1; }
  done
  [[ $(reeve status || :) == *CMD*held* ]]
  # Nor does an environment, on a terminal.
  service bad <<<'export BAD="$(printf "x\033[31m")"; exec sleep 1000000'
  up bad
  eventually 10 grep -qa BAD "/proc/$(pid_of bad)/environ"
  eventually 10 sh -c 'reeve env bad | grep -q "$(printf "^BAD=x\033\[31m")"'
  python3 -c 'import pty; pty.spawn(["reeve", "env", "bad"])' >"$dir/shown"
  grep -qF 'BAD=x?[31m' "$dir/shown"
  # A process without a command line has only a name.
  run reeve tree
  run -1 grep '^root  up' <<<"$output"
}
