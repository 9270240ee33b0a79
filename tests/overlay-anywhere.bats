# The overlay's tarball, unpacked in some folder and not in /: its programs find each other
# there, however they are executed, and nowhere else.

load lib

user=65534

setup()
{
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  unshare -m true 2>/dev/null || skip "no mount namespaces here"
  [ ! -e /command ] || skip "there are programs in /command here"
  reeve_setup
  tarball=$BATS_TEST_DIRNAME/../build/reeve-overlay-$(dpkg --print-architecture).tar.gz
  [ -e "$tarball" ] || { echo "# there is no $tarball: run make overlay"; return 1; }
  x=$dir/x
  live=$dir/run/service
  mkdir -p "$x" "$dir/etc" "$dir/links"
  mkdir -m 1777 "$dir/run"
  chmod 755 "$dir"
  tar -xzf "$tarball" -C "$x" --no-same-owner
  cp /etc/{passwd,group} "$dir/etc"
  scan=$dir/etc/services.d
  service web <<<"exec reeve-exec --chdir / -- sh -c 'echo a line; exec sleep 1000000'"
  service web/log <<<"exec reeve-log -n 2 $dir/run/logs"
  prepare=:
}
teardown() { reeve_teardown; }

# In a mount namespace, without any variable that names a place; $prepare is run there first.
# shellcheck disable=SC2016 # expanded there
there()
{
  inside=(unshare -m sh -c 'mount --bind "$0/etc" /etc && eval "$1" && cd / && shift && exec "$@"' "$dir" "$prepare"
    env -i PATH=/usr/bin:/bin dir="$dir" REEVE_LIVE="$live" "$@")
}
as_user() { there setpriv --reuid "$user" --regid "$user" --clear-groups "$@"; }

line_logged() { grep -q 'a line' "$dir/run/logs/current"; }

# Words that start /init or a scanner, which then are in $inside.
works()
{
  rm -rf "$dir/run/logs" "$live"
  start "${inside[@]}"
  eventually 20 "$x/command/reeve" -l "$live" wait --timeout 1 up web || return 1
  eventually 10 line_logged || return 1
  "$x/usr/bin/reeve" -l "$live" shutdown 3
  ended "$started" 3
}

@test "an ordinary user's /init, service, reeve-exec, logger and client" {
  as_user "$x/init"
  works
}

@test "the same as root, whatever the programs were executed through" {
  there "$x/init"
  works
  ln -s "$x/init" "$dir/links/start"
  there "$dir/links/start"
  works
  ln -s ../x/usr/bin/reeve "$dir/links/reeve"
  [[ $("$dir/links/reeve" --help) == "usage: reeve"* ]]
  # By a relative path, and in the directory that is left afterwards.
  there env -C "$x" ./init
  works
  there env -C "$x" command/../init
  works
}

@test "reeve-scan by PATH, by its path, and by links to it" {
  there PATH="$x/command:/usr/bin:/bin" reeve-scan -l "$live" "$scan"
  works
  ln -s "$x/command/reeve-scan" "$dir/links/reeve-scan"
  ln -s reeve-scan "$dir/links/scanner"
  for path in "$dir/links/reeve-scan" "$dir/links/scanner"; do
    there PATH="/usr/bin:/bin:$x/command" "$path" -l "$live" "$scan"
    works
  done
}

@test "a run script may be a link to a program" {
  rm -r "$scan/web/log"
  mkdir "$scan/inner"
  ln -s "$x/command/reeve-scan" "$scan/inner/run" # which refuses: one is running there
  as_user env REEVE_LOG=prefix "$x/init"
  start "${inside[@]}"
  logged() { grep -q -- "$1" "$dir/stdout"; }
  eventually 10 logged '^web *| a line'
  says '^inner *| reeve-scan: fatal: '
  "$x/command/reeve" -l "$live" shutdown 0
  ended "$started" 0
}

@test "without /proc" {
  prepare='mount -t tmpfs -o mode=755 tmpfs /proc'
  as_user "$x/init"
  works
  there PATH="$x/command:/usr/bin:/bin" reeve-scan -l "$live" "$scan"
  works
}

@test "the programs of an overlay that was replaced are used from then on" {
  there PATH="$x/command:/usr/bin:/bin" reeve-scan -l "$live" "$scan"
  start "${inside[@]}"
  eventually 20 "$x/command/reeve" -l "$live" wait --timeout 1 up web
  cp "$x/init" "$x/new"
  mv "$x/new" "$x/init"
  "$x/command/reeve" -l "$live" upgrade
  eventually 10 test "/proc/$started/exe" -ef "$x/init"
  "$x/command/reeve" -l "$live" shutdown 0
  ended "$started" 0
}

@test "a directory that everybody may write to is no place for programs" {
  mkdir -m 1777 "$dir/open"
  cp "$x/init" "$dir/open/reeve-scan"
  for place in "$dir/open" "$dir/open/command"; do
    mkdir -p "$place"
    script "$place/reeve-supervise" <<<'touch "$dir/executed"'
    there "$dir/open/reeve-scan" -l "$live" "$scan"
    run -111 "${inside[@]}"
    [[ $output == *"unable to find reeve-supervise beside reeve-scan, in /command"* ]]
  done
  [ ! -e "$dir/executed" ]
}
