# The last command of a run: what `reeve check` finds wrong.
load lib
load checking

setup() { checking_setup; }
teardown() { reeve_teardown; }

@test "a shell run that does not exec its last command" {
  service web <<<$'cd /\nmy-server --port 80'
  finds 'web/run:3' warning 'not my-server: write exec my-server'
  service web <<<$'cd / &&\n  A=b /usr/bin/my-server'
  finds 'web/run:3' warning 'write exec my-server'
  for text in 'trap "exit 0" TERM; my-server & wait' 'exec my-server || exit 1' 'while :; do my-server; done' 'serve() { my-server; }; serve' \
    'if a; then exec my-server; fi' 'exec 2>&1; exec my-server' '. ./data/lib' '$SERVER' $'exec my-server <<E\nmy-server\nE' 'A=b exec my-server' 'echo "it'; do
    service web <<<"$text"
    clean
  done
  service web <<<'my-task'
  touch web/flag-oneshot
  clean
}

@test "a last command in the background" {
  service web <<<$'my-server &'
  finds 'web/run:2' error 'the last command runs in the background'
}

@test "a daemon that puts itself into the background, by the table" {
  service web <<<'exec cron -L 15'
  finds 'web/run:2' error 'cron puts itself into the background: add -f'
  service web <<<'exec cron -f -L 15'
  clean
  service web <<<$'exec s6-setuidgid www \\\n  /usr/sbin/nginx'
  finds 'web/run:2' warning "nginx puts itself into the background, unless its configuration says otherwise: add -g 'daemon off;'"
  service web <<<$'exec nginx -g "daemon off;"'
  clean
  service web <<<$'php-fpm -D\nexec nginx -g "daemon off;"'
  finds 'web/run:2' warning 'php-fpm puts itself into the background, where nothing supervises it: make it a service of its own'
  service web <<<$'pg_ctl start\nsetup\npg_ctl stop\nexec postgres'
  clean
  service web <<<'exec redis-server /etc/redis.conf'
  finds 'web/run:2' hint 'left to its configuration: add --daemonize no'
  service web <<<'exec nginx $NGINX_OPTIONS'
  clean
  service web <<<'exec cron'
  touch web/flag-forks
  check .
  [ "$(grep -c 'into the background' <<<"$output")" -eq 0 ]
  service web <<<'exec /etc/init.d/nginx start'
  clean
}

@test "nginx whose configuration keeps it in the foreground is left alone, as nginx does not start with both" {
  local told="nginx puts itself into the background, unless its configuration says otherwise: add -g 'daemon off;'"
  service web <<<'exec nginx'
  finds 'web/run:2' warning "$told, if its configuration does not have that: with both, it does not start"
  printf 'worker_processes 2;\n  daemon  off;\nhttp {}\n' >nginx.conf
  service web <<<"exec nginx -c $PWD/nginx.conf"
  clean
  printf '# daemon off;\ndaemon offline;\nhttp {}\n' >nginx.conf
  finds 'web/run:2' warning "$told"
  # In a tree that is copied to the image.
  mkdir -p rootfs/etc/nginx rootfs/etc/services.d
  service web <<<$'cd /srv\nexec /usr/sbin/nginx'
  mv web rootfs/etc/services.d
  echo 'daemon off;' >rootfs/etc/nginx/nginx.conf
  run reeve check rootfs/etc/services.d
  [[ $output != *"puts itself"* ]]
  echo 'http {}' >rootfs/etc/nginx/nginx.conf
  run reeve check rootfs/etc/services.d
  [[ $output == *"web/run:3: warning: $told"* ]]
}

@test "an init script in run" {
  service web <<<$'service nginx start\nexec tail -f /var/log/nginx/access.log'
  finds 'web/run:2' warning "starts it in the background: make a service with exec nginx -g 'daemon off;'"
  service web <<<'exec /etc/init.d/my-server start'
  finds 'web/run:2' error 'init script of my-server'
  touch web/flag-oneshot
  finds 'web/run:2' warning 'init script of my-server'
  rm web/flag-oneshot
  service web <<<$'service postgresql start\nsetup\nservice postgresql stop\nexec postgres'
  clean
}

@test "a daemon in an execline script" {
  if ! execlineb=$(command -v execlineb); then skip "execline is not installed"; fi
  service web <<<"#!$execlineb -P"$'\nfdmove -c 2 1\nforeground { cron }\ns6-setuidgid www\nsshd -e'
  check .
  found 'web/run:4' error 'sshd puts itself into the background: add -D'
  [ "$status" -eq 1 ]
}

@test "strays that are meant" {
  service ssh <<<'exec /usr/sbin/sshd -D -e'
  finds 'ssh/run:2' hint 'create flag-keep-strays'
  touch ssh/flag-keep-strays
  clean
}

@test "an init script as the last command gets one finding" {
  service web <<<'service apache2 start'
  finds 'web/run:2' error 'the init script of apache2 starts it in the background'
}

@test "a pipeline as the last command keeps a shell" {
  service web <<<'python app.py | tee /tmp/log'
  finds 'web/run:2' warning 'the last command is a pipeline, .* reeve-log'
  setting web flag-oneshot ''
  clean
}
