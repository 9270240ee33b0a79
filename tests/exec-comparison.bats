# Each name that reeve-exec is called by, beside the original from Debian's s6, runit
# and daemontools: the same exit code, and the program finds the same process.

load lib

setup()
{
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become other users"
  TMPDIR=/var/tmp reeve_setup
  for_everyone
  mkdir "$dir/ours" "$dir/place"
  chmod 777 "$dir/place"
  cd "$dir/place" || return 1
  install -m 755 "$TESTBED/probe" "$dir/probe"
  for name in reeve-exec chpst setuidgid envdir softlimit s6-setuidgid s6-envuidgid s6-applyuidgid s6-envdir s6-softlimit \
    s6-setsid s6-setlock s6-fghack s6-notifyoncheck; do
    ln -s ../bin/reeve-exec "$dir/ours/$name"
  done
}
teardown() { [ -z "${dir:-}" ] || reeve_teardown; }

variables=(WORD=word HOME=/nowhere UID=1 GID=2)

outcome() # FOLDER COMMAND... ; its output and exit code
{
  local code=0 program=$1/$2
  shift 2
  # setsid: from a place where it leads neither a session nor a group.
  setsid sh -c '"$@"; exit $?' sh env -i "PATH=/usr/bin:/bin" "P=$dir/probe" "${variables[@]}" "$program" "$@" </dev/null 2>"$dir/stderr" || code=$?
  echo "exit code $code"
}

# Each line on stdin: a command line, in which P is the probe.
same()
{
  local line count=0
  while IFS= read -r line; do
    [ -n "$line" ] || continue
    eval "set -- ${line//P/$dir/probe}"
    outcome /usr/bin "$@" >"$dir/theirs" 
    cp "$dir/stderr" "$dir/theirs.stderr"
    outcome "$dir/ours" "$@" >"$dir/mine"
    if ! diff -u "$dir/theirs" "$dir/mine"; then
      echo "# $line"
      sed 's/^/# theirs: /' "$dir/theirs.stderr"
      sed 's/^/# ours: /' "$dir/stderr"
      return 1
    fi
    count=$((count + 1))
  done
  [ "$count" -gt 2 ]
}

# But for this: the original takes an empty account for none at all, and stays root.
@test "s6-setuidgid of an empty account is refused" {
  run "$dir/ours/s6-setuidgid" '' touch ran
  [ "$status" -eq 1 ]
  [ ! -e ran ]
}

@test "s6-setuidgid" {
  same <<'END'
s6-setuidgid nobody P a b
s6-setuidgid daemon P
s6-setuidgid www-data P
s6-setuidgid postgres P
s6-setuidgid root P
s6-setuidgid 1000:5 P
s6-setuidgid 4294967294:77 P
s6-setuidgid 0:5 P
s6-setuidgid 1000:0 P
s6-setuidgid nosuch P
s6-setuidgid 1000 P
s6-setuidgid nobody:daemon P
s6-setuidgid nobody: P
s6-setuidgid :5 P
s6-setuidgid 1:2:3 P
s6-setuidgid 99999999999:1 P
s6-setuidgid -- nobody P
s6-setuidgid nobody -- P
s6-setuidgid nobody
s6-setuidgid
s6-setuidgid nobody nosuch
s6-setuidgid nobody ./nosuch
s6-setuidgid nobody /etc/passwd
s6-setuidgid nobody /
s6-setuidgid nobody ''
END
}

@test "s6-envuidgid" {
  same <<'END'
s6-envuidgid nobody P
s6-envuidgid postgres P
s6-envuidgid root P
s6-envuidgid -u nobody P
s6-envuidgid -g daemon P
s6-envuidgid -g nosuch P
s6-envuidgid -B nobody:daemon P
s6-envuidgid -B nobody P
s6-envuidgid -B nobody: P
s6-envuidgid -B :daemon P
s6-envuidgid -B : P
s6-envuidgid -B nosuch:daemon P
s6-envuidgid -B nobody:nosuch P
s6-envuidgid -n 77 P
s6-envuidgid -n nobody P
s6-envuidgid -nB 77:88 P
s6-envuidgid -nu 77 P
s6-envuidgid -ng 77 P
s6-envuidgid 77 P
s6-envuidgid -D 5 nosuch P
s6-envuidgid -D 5:6 nosuch P
s6-envuidgid -D 5:6:7,8 nosuch P
s6-envuidgid -D :6 nosuch P
s6-envuidgid -D ::7 nosuch P
s6-envuidgid -D '' nosuch P
s6-envuidgid -D 5:6:7,8 nobody P
s6-envuidgid -D x nosuch P
s6-envuidgid -D 5x nosuch P
s6-envuidgid -D 5:6 -i nosuch P
s6-envuidgid -B -D 5:6 nosuch:nosuch P
s6-envuidgid nosuch P
s6-envuidgid -x nobody P
s6-envuidgid nobody
s6-envuidgid
s6-envuidgid nobody nosuch
END
}

@test "s6-applyuidgid" {
  variables+=("GIDLIST=3,4")
  same <<'END'
s6-applyuidgid P
s6-applyuidgid -U P
s6-applyuidgid -Uz P
s6-applyuidgid -z P
s6-applyuidgid -u 5 P
s6-applyuidgid -u 5 -g 6 P
s6-applyuidgid -u 5 -g 6 -G 7,8 P
s6-applyuidgid -u 5 -g 6 -G '' P
s6-applyuidgid -u 5 -g 6 -G 6,7 P
s6-applyuidgid -u 5 -g 6 -G 7,6 P
s6-applyuidgid -u 5 -G 0,7 P
s6-applyuidgid -g 6 P
s6-applyuidgid -G 7 P
s6-applyuidgid -G 7,x P
s6-applyuidgid -G x P
s6-applyuidgid -u 0 -g 0 P
s6-applyuidgid -U -u 9 P
s6-applyuidgid -u x P
s6-applyuidgid -u '' P
s6-applyuidgid -g 5x P
s6-applyuidgid -x P
s6-applyuidgid
s6-applyuidgid -u 5 nosuch
END
  variables=(UID=1 GID=2)
  same <<<"s6-applyuidgid -U P
s6-applyuidgid -Uz P
s6-applyuidgid -u 5 P"
  variables=(UID=x GID=2 GIDLIST=)
  same <<<"s6-applyuidgid -U P
s6-applyuidgid -z P
s6-applyuidgid P"
}

make_env()
{
  mkdir e e/.hidden empty with-folder with-folder/sub
  printf 'a b \t\r\nsecond\n' >e/LINES
  printf 'a\0b' >e/NUL
  : >e/HOME
  printf '\n' >e/EMPTY
  printf ' lead' >e/LEAD
  printf '/elsewhere' >e/PATH
  printf 'x=y' >e/EQUAL
  printf 'hidden' >e/.dot
  ln -s LINES e/LINK
}

@test "s6-envdir" {
  make_env
  head -c 5000 /dev/zero | tr '\0' x >e/LONG
  printf unread >e/A=B
  same <<'END'
s6-envdir e P
s6-envdir -n e P
s6-envdir -f e P
s6-envdir -nf e P
s6-envdir -c : e P
s6-envdir -i e P
s6-envdir -I e P
s6-envdir empty P
s6-envdir with-folder P
s6-envdir nosuch P
s6-envdir -i nosuch P
s6-envdir -I nosuch P
s6-envdir -I -i nosuch P
s6-envdir -I e/LINES P
s6-envdir e sh -c 'echo $LINES'
s6-envdir -x e P
s6-envdir e
s6-envdir
s6-envdir e nosuch
END
}

@test "envdir" {
  make_env
  head -c 5000 /dev/zero | tr '\0' x >e/LONG
  same <<'END'
envdir e P
envdir e sh -c 'echo $LINES'
envdir empty P
envdir with-folder P
envdir nosuch P
envdir e
envdir
envdir e nosuch
envdir e /etc/passwd
END
}

limits()
{
  local name=$1
  cat <<END
$name -a 4000000000 P
$name -c 1000 P
$name -d 1000000000 P
$name -f 2000000 P
$name -l 40000 P
$name -m 900000000 P
$name -o 50 P
$name -p 5000 P
$name -r 1000000000 P
$name -s 4000000 P
$name -t 60 P
$name -o = P
$name -c 5 -c = P
$name -o 18446744073709551614 P
$name -o 50 -c 0 -t 9 P
$name -m 900000000 -s 5000000 P
$name -s 5000000 -m 900000000 P
$name P
$name -o x P
$name -o 5x P
$name -o -5 P
$name -o 0x10 P
$name -o
$name
$name -- P
$name -o 50 nosuch
END
}

@test "s6-softlimit and softlimit" {
  limits s6-softlimit | same
  limits softlimit | same
  # -h: the hard limit from here on; -H: both
  same <<<"s6-softlimit -H -o 60 P
s6-softlimit -h -o 60 P
s6-softlimit -h -s 100000000 P
s6-softlimit -h -s = P
s6-softlimit -H -c = P
s6-softlimit -o 60 -H -p 5000 P
s6-softlimit -H -p 5000 -h -c 0 P
s6-softlimit -hHo70 P
s6-softlimit -H P"
  same <<<"softlimit -z 5 P
softlimit -H -o 60 P
softlimit -o 50 /etc/passwd
softlimit -o50 P"
}

@test "s6-setsid" {
  same <<'END'
s6-setsid P
s6-setsid -s P
s6-setsid -b P
s6-setsid -i P
s6-setsid -b -i P
s6-setsid -f P
s6-setsid -g P
s6-setsid -q -g P
s6-setsid -i -g P
s6-setsid -i -f -d 9 P
s6-setsid -i s6-setsid -i P
s6-setsid -I s6-setsid P
s6-setsid -d x P
s6-setsid -x P
s6-setsid
s6-setsid nosuch
END
}

@test "s6-setlock" {
  same <<'END'
s6-setlock lock P
s6-setlock -n lock P
s6-setlock -r lock P
s6-setlock -w lock P
s6-setlock -t 100 lock P
s6-setlock -n -N lock P
s6-setlock -n nosuch/lock P
s6-setlock -t 100 nosuch/lock P
s6-setlock -r / P
s6-setlock -t x lock P
s6-setlock -x lock P
s6-setlock lock
s6-setlock
s6-setlock lock nosuch
END
}

@test "s6-setlock locks as the original does: each waits for, or gives up on, the other" {
  for holder in /usr/bin "$dir/ours"; do
    start "$holder/s6-setlock" lock sh -c 'touch held; exec sleep 1000'
    eventually 10 test -e held
    same <<'END'
s6-setlock -n lock P
s6-setlock -t 100 lock P
s6-setlock -n -r lock P
s6-setlock -r -t 100 lock P
END
    kill "$started"
    eventually 10 gone "$started"
    rm held
    start "$holder/s6-setlock" -r lock sh -c 'touch held; exec sleep 1000'
    eventually 10 test -e held
    same <<'END'
s6-setlock -n lock P
s6-setlock -n -r lock P
s6-setlock -r lock P
s6-setlock -r -t 10000 lock P
END
    kill "$started"
    eventually 10 gone "$started"
    rm held
  done
}

@test "s6-setlock -t has the lock when it is let go in time" {
  start /usr/bin/s6-setlock lock sh -c 'touch held; until [ -e enough ]; do sleep 0.02; done'
  eventually 10 test -e held
  start "$dir/ours/s6-setlock" -t 60000 lock touch had
  touch enough
  ended "$started" 0
  [ -e had ]
}

@test "s6-fghack" {
  same <<'END'
s6-fghack P a
s6-fghack sh -c 'exit 3'
s6-fghack sh -c 'kill -9 $$'
s6-fghack sh -c '(sleep 0.3; echo late) & exit 4'
s6-fghack sh -c 'echo >&15'
s6-fghack nosuch
s6-fghack /etc/passwd
s6-fghack
END
}

@test "setuidgid" {
  same <<'END'
setuidgid nobody P a b
setuidgid www-data P
setuidgid postgres P
setuidgid root P
setuidgid nosuch P
setuidgid 1000 P
setuidgid nobody
setuidgid
setuidgid nobody nosuch
setuidgid nobody /etc/passwd
END
}

@test "chpst: users" {
  same <<'END'
chpst -u nobody P
chpst -u postgres P
chpst -u root P
chpst -u nobody:daemon P
chpst -u nobody:daemon:bin:sys P
chpst -u :1000:5 P
chpst -u :1000:5:6 P
chpst -u :1000 P
chpst -u :x P
chpst -u 1000 P
chpst -u 1000:5 P
chpst -u nobody: P
chpst -u nobody:nosuch P
chpst -u nosuch P
chpst -U nobody P
chpst -U nobody:daemon P
chpst -U :1000:5 P
chpst -U nosuch P
chpst -u nobody -U daemon P
END
}

@test "chpst: environment, directories, locks, limits" {
  make_env
  mkdir -p root/bin
  cp "$(command -v busybox)" root/bin/busybox
  chmod 755 root root/bin
  same <<'END'
chpst -e e P
chpst -e empty P
chpst -e with-folder P
chpst -e nosuch P
chpst -e e -e empty P
chpst -e e -u nobody P
chpst -b other sh -c 'echo $0'
chpst -b other nosuch
chpst -/ root /bin/busybox ls /
chpst -/ root /bin/busybox pwd
chpst -/ root -u nobody /bin/busybox true
chpst -/ nosuch P
chpst -n 5 P
chpst -n +5 P
chpst -n -5 P
chpst -n 100 P
chpst -n 0 P
chpst -n x P
chpst -n 5 -u nobody P
chpst -l lock P
chpst -L lock P
chpst -l a -L b P
chpst -l nosuch/lock P
chpst -u nobody -l theirs P
chpst -P P
chpst -0 P
chpst -2 P
chpst -0 -2 P
chpst -v P
chpst -m 900000000 P
chpst -d 1000000000 -m 900000000 P
chpst -m 900000000 -d 1000000000 P
chpst -o 50 P
chpst -p 5000 P
chpst -f 2000000 P
chpst -c 0 P
chpst -t 60 P
chpst -o 18446744073709551614 P
chpst -o = P
chpst -o x P
chpst -o 5 -u nobody P
chpst -u nobody -o 50 -P -n 1 -e e P
chpst -vP02 -u nobody P
chpst -V P
chpst -x P
chpst
chpst -u nobody
chpst -u nobody -- P
chpst nosuch
chpst /etc/passwd
END
}

@test "chpst -l waits for the lock that the original has, -L does not" {
  for holder in /usr/bin "$dir/ours"; do
    start "$holder/chpst" -l lock sh -c 'touch held; exec sleep 1000'
    eventually 10 test -e held
    same <<'END'
chpst -L lock P
chpst -L lock -u nobody P
chpst -L lock nosuch
END
    start "$dir/ours/chpst" -l lock touch had
    waiter=$started
    blocked() { grep -q flock "/proc/$waiter/wchan" || grep -q locks "/proc/$waiter/wchan" || [ "$(cut -d ' ' -f 1 "/proc/$waiter/syscall")" = 73 ]; }
    eventually 10 blocked
    kill "${pids[0]}"
    ended "$waiter" 0
    [ -e had ]
    rm had held
    pids=()
  done
}

@test "without the right to change anything each fails as the original does" {
  as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  outcome()
  {
    local code=0 program=$1/$2
    shift 2
    "${as_nobody[@]}" env -i PATH=/usr/bin:/bin UID=65534 GID=65534 GIDLIST= "$program" "$@" </dev/null 2>"$dir/stderr" || code=$?
    echo "exit code $code"
  }
  same <<'END'
s6-setuidgid nobody P
s6-setuidgid daemon P
s6-setuidgid 65534:65534 P
s6-applyuidgid -u 65534 P
s6-applyuidgid -u 1 P
s6-applyuidgid -g 1 P
s6-applyuidgid -U P
setuidgid nobody P
chpst -u nobody P
chpst -U daemon P
chpst -n -5 P
chpst -n 5 P
chpst -/ / P
chpst -o 50 P
softlimit -c = P
END
}

@test "s6-notifyoncheck: wrong usage, and no supervisor" {
  mkdir data
  echo 3 >notification-fd
  same <<'END'
s6-notifyoncheck
s6-notifyoncheck -n x P
s6-notifyoncheck -x P
s6-notifyoncheck P
END
}
