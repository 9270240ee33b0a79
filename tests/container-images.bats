# Real servers in Debian's image: nginx with php-fpm, stopped by SIGQUIT as their images
# are, and apache2, by SIGWINCH. A stop lets the request that is under way end.

load lib
load containers

setup_file() { containers_setup_file web; }
setup()
{
  reeve_setup
  containers_setup
  mkdir -p "$dir/share/www"
  echo hello >"$dir/share/www/hello.txt"
}
teardown() { containers_teardown; reeve_teardown; }
teardown_file() { containers_teardown_file; }

# ---- a client, in the container, which has a loopback of its own ----

request() # PATH
{
  podman exec "$container" bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080 && printf "GET %s HTTP/1.0\r\n\r\n" "$1" >&3 && cat <&3' bash "$1"
}

answers() { request "$1" 2>/dev/null | grep -q -- "$2"; }

# One that takes 2 s, and is being answered when this returns; $dir/slow: what came.
slow_request() # PATH
{
  start bash -c 'podman exec "$1" bash -c "$2" >"$3"' bash "$container" \
    "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET $1 HTTP/1.0\r\n\r\n' >&3 && cat <&3" "$dir/slow"
  slow=$started
  eventually 20 exists "$dir/share/under-way"
}

slow_was_answered()
{
  eventually 30 gone "$slow" || return 1
  grep -q 'the end' "$dir/slow"
}

# ---- nginx and php-fpm ----

nginx() # [OPTION-OF-REEVE-EXEC...]
{
  cat >"$dir/share/nginx.conf" <<'CONF'
daemon off;
pid /tmp/nginx.pid;
error_log /dev/stderr;
events { }
http {
  access_log /dev/stdout;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {
    listen 127.0.0.1:8080;
    root /share/www;
    location ~ \.php$ {
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
      fastcgi_pass unix:/tmp/php.sock;
    }
  }
}
CONF
  service nginx <<<"exec /command/reeve-exec $* -- nginx -e /dev/stderr -c /share/nginx.conf"
  setting nginx down-signal QUIT
}

php_fpm()
{
  cat >"$dir/share/php-fpm.conf" <<'CONF'
[global]
daemonize = no
error_log = /dev/stderr
process_control_timeout = 20
[www]
user = www-data
listen = /tmp/php.sock
listen.mode = 0666
pm = static
pm.max_children = 2
access.log = /dev/stdout
catch_workers_output = yes
CONF
  # shellcheck disable=SC2016 # PHP's
  echo '<?php touch("/share/under-way"); sleep(2); fwrite(fopen("php://stderr", "w"), "from php\n"); echo "the end";' >"$dir/share/www/slow.php"
  service php <<<'exec "$(ls /usr/sbin/php-fpm* | head -n 1)" --fpm-config /share/php-fpm.conf'
  setting php down-signal QUIT
}

@test "nginx and php-fpm, stopped by SIGQUIT: the request under way is answered, and no logger loses a line" {
  nginx
  script "$scan/nginx/log/run" <<<'exec reeve-log /share/log'
  php_fpm
  service talks <<<'trap "seq 3000; exit 0" TERM; touch /share/talks; while :; do sleep 0.05; done'
  script "$scan/talks/log/run" <<<'exec reeve-log /share/talks-log'
  container_run --stop-signal QUIT web
  eventually 30 answers /hello.txt hello
  eventually 30 exists "$dir/share/talks"
  slow_request /slow.php
  container_stop -t 60
  container_ended 0
  slow_was_answered
  seq 3000 | cmp - "$dir/share/talks-log/current"
  grep -q 'GET /hello.txt' "$dir/share/log/current"
  grep -q 'GET /slow.php.* 200 ' "$dir/share/log/current"
  logged 'from php'
  run ! logged killing
}

@test "nginx that has dropped root writes to /dev/stdout and /dev/stderr" {
  nginx --user www-data
  for output in '' -t; do
    # shellcheck disable=SC2086 # one option or none
    container_run $output --stop-signal QUIT web
    eventually 30 answers /hello.txt hello
    answers /missing '404 Not Found'
    logs_say 'GET /hello.txt HTTP/1.0" 200'
    logs_say '/share/www/missing" failed'
    [ "$(inside cat /proc/self/status | grep -c '^Uid:.*0')" -eq 1 ] # root's exec
    inside sh -c '[ "$(stat -c %U /proc/$(cat /tmp/nginx.pid))" = www-data ]'
    run ! logged 'Permission denied'
    container_stop -t 60
    container_ended 0
  done
}

@test "nginx that has dropped root, with the default logger" {
  nginx --user www-data
  container_run -e REEVE_LOG=prefix web
  eventually 30 answers /hello.txt hello
  answers /missing '404 Not Found'
  logs_say '^nginx: .*GET /hello.txt HTTP/1.0" 200'
  logs_say '^nginx: .*/share/www/missing" failed'
  container_stop -t 60
  container_ended 0
}

# ---- apache2, whose graceful stop is SIGWINCH ----

apache()
{
  cat >"$dir/share/apache.conf" <<'CONF'
ServerRoot /etc/apache2
ServerName localhost
PidFile /tmp/apache.pid
Listen 127.0.0.1:8080
User www-data
Group www-data
LoadModule mpm_prefork_module /usr/lib/apache2/modules/mod_mpm_prefork.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule cgi_module /usr/lib/apache2/modules/mod_cgi.so
ErrorLog /dev/stderr
CustomLog /dev/stdout "%r %>s"
DocumentRoot /share/www
ScriptAlias /cgi/ /share/cgi/
CONF
  script "$dir/share/cgi/slow" <<<$'printf "Content-Type: text/plain\\r\\n\\r\\n"; touch /share/under-way; sleep 2; echo the end'
  service apache <<<'exec apache2 -f /share/apache.conf -DFOREGROUND'
  setting apache down-signal WINCH
}

@test "apache2, stopped by SIGWINCH: the request under way is answered" {
  apache
  container_run --stop-signal WINCH web
  eventually 30 answers /hello.txt hello
  slow_request /cgi/slow
  container_stop -t 60
  container_ended 0
  slow_was_answered
  logged 'GET /cgi/slow HTTP/1.0 200'
  run ! logged killing
}

@test "apache2 on a terminal: SIGWINCH stops the container, its new size does not" {
  apache
  container_run -t --stop-signal WINCH web
  eventually 30 answers /hello.txt hello
  inside sh -c 'stty rows 11 cols 111 </proc/1/fd/0'
  answers /hello.txt hello
  running
  container_stop -t 60
  container_ended 0
  run ! logged killing
}

@test "apache2 beside a command that ends at once: nothing is killed" {
  apache
  for i in 1 2 3 4 5; do
    container_whole --rm --stop-signal WINCH web true
    run ! said killing
  done
}
