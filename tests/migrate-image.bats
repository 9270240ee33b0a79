# reeve-migrate --root DIR: what an unpacked image says of what a script does.

load lib
load migrate

setup()
{
  migrate_setup
  root=$dir/root
  mkdir -p "$root"/{etc/init.d,etc/default,usr/sbin,usr/bin}
  printf '%s:x:100:100::/:/bin/sh\n' root postgres mysql app >"$root/etc/passwd"
}
teardown() { reeve_teardown; }

binary() { local one; for one; do mkdir -p "$root/$(dirname "$one")"; : >"$root/$one"; done; }

look() { migrate --root root "$@"; }

@test "which database it is, its version, and whose" {
  wrapper <<<$'service mysql start\nservice postgresql start\nexec web'
  binary usr/sbin/mariadbd usr/lib/postgresql/15/bin/postgres usr/bin/web
  mkdir -p "$root/etc/postgresql/15/main"
  look
  tail -n 1 "$tree/mysqld/run" | grep -q -- '-- mariadbd --user=mysql$'
  grep -qx 'install -d -m 755 -o mysql -g root /run/mysqld' "$tree/mysqld/run"
  tail -n 1 "$tree/postgresql/run" | grep -q -- \
    '--user postgres -- /usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main -c config_file=/etc/postgresql/15/main/postgresql.conf'
  untold TODO
  mkdir -p "$root/etc/postgresql/14/main"
  look
  told 'its init script starts several clusters'
}

@test "what any init script starts: its program, arguments, user, and what it does besides" {
  cat >"$root/etc/init.d/foo" <<'END'
#!/bin/sh
NAME=foo
DAEMON=/usr/bin/$NAME
DAEMON_ARGS="--port 1"
[ -r /etc/default/$NAME ] && . /etc/default/$NAME
do_start() {
  mkdir -p /run/$NAME
  start-stop-daemon --start --exec $DAEMON --test || return 1
  start-stop-daemon --start --background --chuid app --exec $DAEMON -- $DAEMON_ARGS
}
END
  echo 'DAEMON_ARGS="--port 2"' >"$root/etc/default/foo"
  printf '#!/bin/sh\nDAEMON=/usr/bin/bar\nstart-stop-daemon --start --exec $DAEMON -- $OPTIONS\n' >"$root/etc/init.d/bar"
  binary usr/bin/foo usr/bin/bar usr/bin/web
  wrapper <<<$'service foo start\n/etc/init.d/bar start\nexec web'
  look
  tail -n 1 "$tree/foo/run" | grep -qx 'exec reeve-exec --user app -- /usr/bin/foo --port 2'
  told 'foo: what its init script does as well: mkdir -p /run/foo'
  told 'its init script starts /usr/bin/bar $OPTIONS'
  has bar/flag-forks
}

@test "nginx that its configuration keeps in the foreground, in the image and in the build context" {
  wrapper <<<$'nginx &\nexec web'
  mkdir -p "$root/etc/nginx"
  binary usr/sbin/nginx usr/bin/web
  printf '# daemon off;\nuser x;\n' >"$root/etc/nginx/nginx.conf"
  look
  tail -n 1 "$tree/nginx/run" | grep -qx "exec nginx -g 'daemon off;'"
  printf 'user x;\n  daemon  off;\n' >"$root/etc/nginx/nginx.conf"
  look
  tail -n 1 "$tree/nginx/run" | grep -qx 'exec nginx'
  told 'in the foreground: its configuration says so'
  rm -r "$root/etc/nginx"
  mkdir conf
  echo 'daemon off;' >conf/nginx.conf
  printf 'FROM nginx\nCOPY conf/nginx.conf /etc/nginx/nginx.conf\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  tail -n 1 "$tree/nginx/run" | grep -qx 'exec nginx'
}

@test "a file of the build context that is not there is named, and does not end the migration" {
  mkdir docker
  echo 'user x;' >nginx.conf
  printf 'FROM debian\nCOPY nginx.conf /etc/nginx/nginx.conf\nCOPY docker/entry.sh start.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["/start.sh"]\n' >docker/Dockerfile
  wrapper <<<$'php-fpm &\nnginx\nexec web'
  migrate --dockerfile docker/Dockerfile # nginx.conf is beside start.sh, not beside the Dockerfile
  untold nginx.conf,
  told 'note: the Dockerfile copies docker/entry.sh, which is not in the build context here: look into it yourself'
  rm nginx.conf
  migrate --dockerfile docker/Dockerfile
  told "note: TODO: the Dockerfile copies nginx.conf, which is not in the build context here"
  mkdir nginx.conf
  migrate --dockerfile docker/Dockerfile
  told 'nginx.conf, which is not in the build context here'
  wrapper <<<$'php-fpm &\nnginx -g "daemon off;"'
  migrate --dockerfile docker/Dockerfile
  untold nginx.conf,
}

@test "programs and users that are not there are named" {
  wrapper <<<$'gosu nobody2 /usr/bin/a &\ngosu app b &\nexec c'
  binary usr/bin/c
  look
  told 'a: there is no user nobody2'
  told 'a: there is no /usr/bin/a in the image'
  told 'b: there is no b in the image'
  untold 'no user app'
  untold 'there is no c'
}

@test "what a supervisord.conf includes is read from the image" {
  mkdir -p "$root/etc/supervisor/conf.d"
  printf '[program:b]\ncommand=b\n' >"$root/etc/supervisor/conf.d/b.conf"
  input=supervisord.conf
  wrapper <<<$'[program:a]\ncommand=a\n[include]\nfiles=/etc/supervisor/conf.d/*.conf'
  look
  services a b
}

@test "links stay below the folder; fifos and devices are not read" {
  echo 'evil:x:0:0' >"$dir/outside"
  ln -sf ../../../../../../../../../../../..$dir/outside "$root/etc/passwd"
  wrapper <<<$'gosu evil web &\nwait'
  binary usr/bin/web
  look
  untold evil:x
  # An absolute link is the image's own.
  mkdir -p "$root/data"
  echo 'other:x:1:1' >"$root/data/passwd"
  ln -sf /data/passwd "$root/etc/passwd"
  look
  told 'there is no user evil'
  rm "$root/etc/passwd"
  mkfifo "$root/etc/passwd"
  look
  rm "$root/etc/passwd"
  ln -s passwd "$root/etc/passwd"
  look
  run ! reeve-migrate "$input" --root "$dir/nothing"
}
