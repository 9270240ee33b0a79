# Real servers of Debian, as services in the image `web` of containers.bash, on port 8080;
# files are in $dir/share/www.
#
#   images_setup             in setup()
#   nginx [OPTION...]        the service nginx, by reeve-exec with these options
#   php_fpm                  the service php; /slow.php takes 2 s
#   apache                   the service apache; /cgi/slow takes 2 s
#   answers PATH TEXT        is that in its answer?
#   slow_request PATH        begins one that takes 2 s
#   slow_was_answered        waits for its end
# shellcheck shell=bash disable=SC2154,SC2016,SC2028

images_setup()
{
  mkdir -p "$dir/share/www"
  echo hello >"$dir/share/www/hello.txt"
}

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
