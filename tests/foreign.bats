# What an image has for other systems, and Reeve does not read: named by /init at the
# start, and by `reeve check`. In namespaces of the test's own: /etc, /run and /var/log
# are the test's.

load lib

setup()
{
  reeve_setup
  export -n REEVE_BIN
  unshare -pm true 2>/dev/null || skip "no PID and mount namespaces here"
  etc=$dir/etc
  scan=$etc/services.d
  mkdir -p "$etc"/{services.d,cont-init.d} "$dir/log"
  cp -a /etc/{passwd,group,nsswitch.conf,ld.so.cache,alternatives} "$etc"
}
teardown() { reeve_teardown; }

in_image() # COMMAND...
{
  # shellcheck disable=SC2016 # expanded in the namespace
  unshare -pmf --kill-child --mount-proc sh -c '
    mount --bind "$dir/etc" /etc && mount --bind "$dir/log" /var/log && mount -t tmpfs -o mode=755 tmpfs /run && exec "$@"' sh "$@"
}

# What both say; without s6's programs, which this machine may have.
at_start() { run -0 in_image env PATH="$dir/path" "$(type -P reeve-init)" "${@:-/bin/true}"; }
check() { run in_image env PATH="$dir/path" "$(type -P reeve)" check; }
path_without_s6()
{
  local program
  mkdir "$dir/path"
  for program in sh sleep cat touch; do ln -s "$(type -P "$program")" "$dir/path"; done
}

named() # PATH TEXT ; by both
{
  at_start
  grep -q -- "init: warning: $1 is not read: .*$2" <<<"$output" || { echo "# /init: $output"; return 1; }
  check
  grep -q -- "^$1:1: warning: made for another system, and not read: .*$2" <<<"$output" || { echo "# check: $output"; return 1; }
}

not_named()
{
  at_start
  [ -z "$output" ] || { echo "# /init: $output"; return 1; }
  check
  [[ $output != *"another system"* ]] || { echo "# check: $output"; return 1; }
}

@test "directories of s6-overlay" {
  path_without_s6
  mkdir -p "$etc/fix-attrs.d"
  not_named # nothing is in it
  echo '/srv true nobody 0644 0755' >"$etc/fix-attrs.d/10-srv"
  named /etc/fix-attrs.d /etc/cont-init.d
  mkdir -p "$etc/s6-overlay/s6-rc.d"
  named /etc/s6-overlay/s6-rc.d /etc/services.d
}

@test "directories of runit and daemontools, but not what packages bring along" {
  path_without_s6
  mkdir -p "$etc"/{service,runit/runsvdir/default,sv/ssh/.meta,sv/svlogd}
  in=$etc/sv service ssh <<<'exec sshd -D'
  in=$etc/sv service svlogd <<<'exec svlogd'
  ln -s /etc/sv/ssh "$etc/service/ssh"
  not_named
  in=$etc/sv service web <<<'exec web'
  named /etc/sv /etc/services.d
  ln -s /etc/sv/web "$etc/service/web"
  named /etc/service /etc/services.d
  at_start
  [ "$(grep -c 'is not read' <<<"$output")" -eq 1 ] # once
}

@test "scripts of my_init" {
  path_without_s6
  script "$etc/my_init.d/10-first" <<<'exit 0'
  named /etc/my_init.d /etc/cont-init.d
}

@test "a supervisord.conf with programs" {
  path_without_s6
  mkdir -p "$etc/supervisor/conf.d"
  printf '[supervisord]\nnodaemon=true\n' >"$etc/supervisor/supervisord.conf"
  not_named
  printf '[program:web]\ncommand=web\n' >"$etc/supervisor/conf.d/web.conf"
  named /etc/supervisor/conf.d reeve-migrate
  cp "$etc/supervisor/conf.d/web.conf" "$etc/supervisord.conf"
  named /etc/supervisord.conf reeve-migrate
}

@test "what CMD or a service runs is read after all, and so is what leads to /etc/services.d" {
  path_without_s6
  printf '[program:web]\ncommand=web\n' >"$etc/supervisord.conf"
  script "$dir/path/supervisord" <<<'[ "$1" != -n ] || exec sleep 1000000'
  at_start supervisord -c /etc/supervisord.conf
  [ -z "$output" ]
  service programs <<<'exec supervisord -n'
  not_named
  idle web
  ln -s services.d "$etc/service"
  not_named
}

@test "s6-svscanctl -t /var/run/s6/services in a script, unless s6 is here: then it works" {
  path_without_s6
  idle web
  finish web <<<'exec s6-svscanctl -t /var/run/s6/services'
  at_start
  [[ $output == *"/etc/services.d/web/finish uses s6-overlay's /run/s6/services"*"reeve shutdown"*flag-main* ]]
  check
  grep -q '^/etc/services.d/web/finish:2: warning: .*/run/s6/services.*: write reeve shutdown' <<<"$output"
  ln -s "$(type -P s6-svscanctl)" "$(type -P s6-svc)" "$dir/path"
  not_named
  finish web <<<'exec s6-svscanctl -t /run/s6/services'
  # shellcheck disable=SC2016 # expanded in the namespace
  run -0 in_image env PATH="$dir/path:$PATH" reeve-init sh -c 'reeve wait up web; s6-svc -d /run/s6/services/web; exec sleep 1000000'
  [ -z "$output" ]
}

@test "S6_VERBOSITY=0: nothing of it at the start" {
  path_without_s6
  script "$etc/my_init.d/10-first" <<<'exit 0'
  run -0 in_image env PATH="$dir/path" S6_VERBOSITY=0 "$(type -P reeve-init)" /bin/true
  [ -z "$output" ]
}

@test "check: /proc/1/fd/1 in a run, a configuration, a script that links it, and a link" {
  path_without_s6
  mkdir -p "$etc/nginx/conf.d"
  echo 'access_log /proc/1/fd/1;' >"$etc/app.conf"
  echo 'error_log /proc/1/fd/2 info;' >"$etc/nginx/conf.d/log.conf"
  ln -s /proc/1/fd/1 "$dir/log/access.log"
  script "$etc/cont-init.d/10-links" <<<$'echo begin >/proc/1/fd/1\nln -sf /proc/1/fd/2 /var/log/error.log'
  service web <<<$'# not /proc/1/fd/1\nexec sleep --config=/etc/app.conf 9 >/proc/1/fd/1'
  service other <<<'exec cat /proc/1/fd/10'
  check
  [ "$status" -eq 0 ]
  [ "$(grep -c /proc/1/fd/ <<<"$output")" -eq 5 ]
  for place in /etc/services.d/web/run:3 /etc/app.conf:1 /var/log/access.log:1; do
    grep -q "^$place: warning: .*/proc/1/fd/1, .*: write to /dev/stdout" <<<"$output"
  done
  for place in /etc/nginx/conf.d/log.conf:1 /etc/cont-init.d/10-links:3; do
    grep -q "^$place: warning: .*/proc/1/fd/2, .*: write to /dev/stderr" <<<"$output"
  done
}

@test "check of a directory that is named looks at nothing else" {
  mkdir -p "$etc/s6-overlay/s6-rc.d"
  idle web
  run -0 in_image "$(type -P reeve)" check /etc/services.d
  [ -z "$output" ]
}
