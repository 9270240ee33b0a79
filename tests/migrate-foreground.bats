# Servers in the foreground that a shell, another user or another program starts.
# shellcheck disable=SC2154 # dir: of lib.bash
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a server in the foreground is main, whatever starts it, and what starts behind it has a TODO" {
  local server
  for server in 'su app -c "gunicorn app:app"' "su app -s /bin/sh -c 'redis-server'" 'su postgres -c "postgres -D /data"' 'sudo -u app sh -c "gunicorn app:app"' \
    'bash -c "gunicorn app:app"' "sh -c 'nginx -g \"daemon off;\"'" 'docker-php-entrypoint apache2-foreground' "/docker-entrypoint.sh nginx -g 'daemon off;'" \
    'su app -c "cd /app && gunicorn app:app"' apache2-foreground httpd-foreground 'npm start' 'yarn run dev'; do
    wrapper <<<"$server"$'\npython3 other.py &'
    migrate
    lacks cont-init.d
    [ "$(find "$dir/rootfs" -name flag-main | wc -l)" -eq 1 ] || { echo "# $server"; return 1; }
    lacks other/flag-main
    told 'TODO: the script came here only when the program of line 1 had ended'
    untold 'If it was the container'
  done
  wrapper <<<$'cron\nsu app -c "gunicorn app:app"\npython3 bot.py'
  migrate
  has gunicorn/flag-main gunicorn/finish
  lacks gunicorn/flag-oneshot bot
}

@test "an exporter of metrics in the foreground is main; what only exports, or prints its version, is setup" {
  local exporter
  for exporter in exporter/redis_exporter 'node-exporter --web.listen-address=:9100' 'env REDIS_ADDR=a redis_exporter' 'su app -c "/opt/postgres_exporter"'; do
    wrapper <<<"$exporter"$'\nredis-server'
    migrate
    lacks cont-init.d redis-server/flag-main
    told 'TODO: the script came here only when the program of line 1 had ended'
  done
  for exporter in 'redis_exporter --version' './exporter' 'python pdf_exporter.py'; do
    wrapper <<<"$exporter"$'\nredis-server'
    migrate
    has cont-init.d/10-start redis-server/flag-main
  done
}

@test "a server of another user's shell that is known only by its words has a TODO" {
  wrapper <<<$'su - app -c "node server.js"\npython3 other.py'
  migrate
  told 'TODO: by its words it serves: if it goes on running, what is behind it never starts'
}

@test "what such a shell only does is no server" {
  local work
  for work in 'su app -c "gunicorn --check-config app:app"' 'sh -c "python3 manage.py migrate"' 'docker-entrypoint.sh nginx -t' 'npm run build'; do
    wrapper <<<"$work"$'\npython3 other.py'
    migrate
    has other/flag-main cont-init.d/10-start
  done
}

@test "a daemon in the code of a shell is in the foreground, or flag-forks follows it" {
  wrapper <<<$'sh -c "redis-server --daemonize yes" sh a >/dev/null\nnode server.js'
  migrate
  has server/flag-main
  [ "$(last_line redis-server)" = "exec sh -c 'exec redis-server --daemonize no' sh a >/dev/null" ]
  wrapper <<<$'su-exec postgres sh -c "pg_ctl -D /data start"\nnode server.js'
  migrate
  has server/flag-main pg_ctl/flag-forks
  wrapper <<<$'/docker-entrypoint.sh nginx\nnode server.js'
  migrate
  has server/flag-main nginx/flag-forks
  told "TODO: it puts itself into the background: add -g 'daemon off;'"
}

@test "a daemon that a function starts by its words is a service with flag-forks" {
  local helper
  for helper in 'as_pg() { su-exec postgres sh -c "$1"; }' 'as_pg() { su postgres -c "$*"; }' 'as_pg() { eval "$1"; }' 'as_pg() { su -s /bin/sh postgres -c "$1"; }' \
    $'on() { gosu "$@"; }\nas_pg() { on postgres sh -c "$1"; }'; do
    wrapper <<<"$helper"$'\nboot() { as_pg "pg_ctl -D /data start"; }\nboot\nnode server.js'
    migrate
    services pg_ctl server
    has pg_ctl/flag-forks server/flag-main
    lacks cont-init.d
    told 'TODO: it puts itself into the background: run postgres -D DIR'
  done
  wrapper <<<$'run() { echo "+ $*"; "$@"; }\nrun php-fpm -D\nrun mkdir /x\nrun gunicorn app:app'
  migrate
  has php-fpm/flag-forks gunicorn/flag-main
  lacks mkdir/flag-forks
}

@test "a function that executes a variable has a TODO; one that only asks has none" {
  wrapper <<<$'as_pg() { su-exec postgres sh -c "$1"; }\nas_pg "$COMMAND"\nnode server.js'
  migrate
  told 'TODO: only the start tells what it executes: if that is a daemon, make it a service, in the foreground'
  wrapper <<<$'has() { command -v "$1" >/dev/null; }\nhas nginx || exit 1\nnode server.js'
  migrate
  services server
  untold TODO
}

@test "nginx stays in the foreground by the configuration that it reads, and by no other" {
  nginx_is() # LAST LINE of its run
  {
    migrate --dockerfile Dockerfile
    becomes nginx "$1"
  }
  wrapper <<<$'#!/bin/sh\nweb &\nnginx -c /etc/my.conf\ntail -f /dev/null'
  echo 'events {}' >my.conf
  printf 'FROM debian\nRUN echo "daemon off;" >>/etc/nginx/nginx.conf\nCOPY my.conf /etc/\nCMD ["/start.sh"]\n' >Dockerfile
  nginx_is "exec nginx -g 'daemon off;' -c /etc/my.conf"
  echo 'daemon off;' >my.conf
  nginx_is 'exec nginx -c /etc/my.conf'
  rm my.conf
  printf 'FROM debian\nRUN echo "daemon off;" >/etc/my.conf\nCMD ["/start.sh"]\n' >Dockerfile
  nginx_is 'exec nginx -c /etc/my.conf'
  mkdir conf
  echo 'daemon off;' >conf/nginx.conf
  printf 'FROM debian\nCOPY conf/ /etc/nginx/\nCMD ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'#!/bin/sh\nweb &\nnginx\ntail -f /dev/null'
  nginx_is 'exec nginx'
  printf 'FROM debian\nCMD ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'#!/bin/sh\necho "daemon off;" >>/etc/nginx/nginx.conf\nweb &\nnginx &\nwait -n'
  nginx_is 'exec nginx'
  wrapper <<<$'#!/bin/sh\nweb &\nnginx\ntail -f /dev/null'
  local run
  for run in 'echo daemon off\; >>/etc/nginx/nginx.conf' "sed -i '1i daemon off;' /etc/nginx/nginx.conf" 'sed -i "s/# daemon off/daemon off/" /etc/nginx/nginx.conf' "sed -i 's|^|daemon off;|' /etc/nginx/nginx.conf"; do
    printf 'FROM debian\nRUN %s\nCMD ["/start.sh"]\n' "$run" >Dockerfile
    nginx_is 'exec nginx'
  done
  for run in "sed -i '/daemon off;/d' /etc/nginx/nginx.conf" "sed -i 's/^daemon off;//' /etc/nginx/nginx.conf" 'echo "daemon off;" >/etc/nginx/nginx.conf.dev' \
    'echo "# daemon off;" >>/etc/nginx/nginx.conf' "grep -q 'daemon off' /etc/nginx/nginx.conf" "printf 'nginx -g \"daemon off;\" # reads nginx.conf' >/run.txt"; do
    printf 'FROM debian\nRUN %s\nCMD ["/start.sh"]\n' "${run//\%/%%}" >Dockerfile
    nginx_is "exec nginx -g 'daemon off;'"
  done
  printf 'FROM debian\nCMD ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'#!/bin/sh\nX="-g \'daemon off;\'"\nweb &\nnginx\ntail -f /dev/null'
  nginx_is "exec nginx -g 'daemon off;'"
}

@test "a letter that is all that a program is told, as of gzip -d, makes no daemon of what only decodes" {
  local one
  for one in 'gzip -d <a.gz | tar x' 'base64 -d <a >b' 'sort | uniq -d >c'; do
    wrapper <<<$'#!/bin/bash\n'"$one"$'\nexec server'
    migrate
    services server || { echo "# $one"; return 1; }
    untold TODO
  done
  wrapper <<<$'#!/bin/bash\nfoo -d\nexec server'
  migrate
  services foo server
}

@test "a tunnel in the foreground, behind which the script only stayed, is a service" {
  local tunnel
  for tunnel in './ngrok http 80' 'ngrok tcp 22' 'lt --port 80' './frpc -c f.ini'; do
    wrapper <<<$'service apache2 start\n'"$tunnel"$'\ntail -f /dev/null'
    migrate
    lacks {ngrok,lt,frpc}/flag-{main,oneshot}
    untold TODO
  done
  for tunnel in 'ssh -N -R 80:localhost:80 host' './tunnel --port 80'; do
    wrapper <<<$'service apache2 start\n'"$tunnel"$'\ntail -f /dev/null'
    migrate
    told 'TODO: behind it the script only kept the container alive: if it goes on running, take flag-oneshot away'
  done
}

@test "what starts behind fg is told, and is not main" {
  local rest
  for rest in $'./web &\nwait -n' 'exec ./web'; do
    wrapper <<<$'#!/bin/bash\nset -m\n./node &\nfg %1\n'"$rest"
    migrate
    lacks web/flag-main
    told 'line 4: dropped: fg: brought node to the foreground; the script went on when it had ended'
    told 'TODO: the script came here only when the program of line 3 had ended: both run now, and this one is not main: is it wanted?'
  done
}

@test "wait -n with nothing in the background failed, whatever the program's code" {
  wrapper <<<$'#!/bin/bash\ngunicorn main:app\nwait -n\nexit $?'
  migrate
  told 'line 3: mistake: wait -n waits only for what this shell has in the background, and that is nothing here: it failed at once with 127'
  wrapper <<<$'#!/bin/bash\ngunicorn main:app &\nwait -n\nexit $?'
  migrate
  untold 'it failed at once with 127'
}

@test "stunnel stays where its configuration says so; what smbd has been told already is not told again" {
  wrapper <<<$'#!/bin/sh\nstunnel /etc/stunnel/redis.conf &\nsmbd --no-process-group\nexec web'
  printf 'foreground = yes\n[redis]\naccept = 6379\n' >redis.conf
  printf 'FROM debian\nCOPY start.sh /start.sh\nCOPY redis.conf /etc/stunnel/redis.conf\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  services stunnel smbd web
  untold TODO
  lacks stunnel/flag-forks
  becomes smbd 'exec smbd --foreground --no-process-group'
  printf '[redis]\naccept = 6379\n' >redis.conf
  migrate --dockerfile Dockerfile
  has stunnel/flag-forks
}

@test "a configuration that the script writes says whether the program stays, as one that is here does" {
  local line
  while IFS= read -r line; do
    wrapper <<<"${line//&&/$'\n'}"$'\nstunnel /etc/stunnel/my.conf &\nexec web'
    migrate
    lacks stunnel/flag-forks || { echo "# $line"; return 1; }
    untold TODO
  done <<'EOS'
cat <<EOF >/etc/stunnel/my.conf&&pid =&&foreground = yes&&[ssh]&&EOF
cat >/etc/stunnel/my.conf <<-'END'&&  foreground = yes&&END
echo "foreground = yes" >>/etc/stunnel/my.conf
EOS
  wrapper <<<$'cat <<EOF >/etc/stunnel/other.conf\nforeground = yes\nEOF\nstunnel /etc/stunnel/my.conf &\nexec web'
  migrate
  has stunnel/flag-forks
  wrapper <<<$'cat <<EOF >/etc/mongo.conf\nprocessManagement:\n  fork: true\nEOF\nmongod --config /etc/mongo.conf\nexec web'
  migrate
  has web/flag-main mongod/flag-forks
}

@test "nginx in the background stays as it is where the script ended with it: its configuration has daemon off" {
  local end
  for end in $'nginx &\nwait' $'nginx & pid=$!\nphp-fpm &\nwait $pid' $'nginx &\nphp-fpm &\nwait -n' $'php-fpm &\nnginx &\nfg' $'set -m\nnginx &\nphp-fpm &\nfg %1' $'nginx -c /x &\nwait $!\nexit 1'; do
    wrapper <<<$'#!/bin/bash\n'"$end"
    migrate
    has nginx/flag-main
    told 'its configuration keeps it in the foreground, or else the container would have ended at once'
    ! grep -q 'daemon off' "$tree/nginx/run" || { echo "# $end"; return 1; }
  done
  for end in $'nginx & A=$!\nphp-fpm & B=$!\nwait $A $B' $'nginx & A=$!\nphp-fpm & B=$!\nwait $A\nwait $B' $'nginx &\nphp-fpm &\nwait' $'nginx &\nwait\ntail -f /dev/null'; do
    wrapper <<<$'#!/bin/bash\n'"$end"
    migrate
    becomes nginx "exec nginx -g 'daemon off;'"
  done
}

@test "an init script in another folder, or behind cd, is no daemon's program: run executes it, with a TODO" {
  for line in './php5-fpm start' '/opt/nginx/sbin/nginx.sh start' './redis-server start' '/usr/local/etc/php-fpm restart'; do
    wrapper <<<$'#!/bin/sh\ncd /etc/init.d\n'"$line"$'\nexec web'
    migrate
    grep -rq -- "exec.* $line\$" "$tree" || { echo "# $line"; return 1; }
    told 'TODO: it puts itself into the background: its foreground form is not known' || { echo "# $line"; return 1; }
  done
  wrapper <<<$'#!/bin/sh\ncd /etc/init.d && ./php7.0-fpm start && ./cron start\nexec web'
  migrate
  services php7.0-fpm cron web
  # What starts and stops is none, and words of the program itself are its own.
  wrapper <<<$'#!/bin/sh\n./nginx stop\n/usr/sbin/postfix start\n./caddy start\nexec web'
  migrate
  services postfix caddy web
  becomes postfix 'exec /usr/sbin/postfix start-fg'
  becomes caddy 'exec ./caddy run'
}

@test "an init script that nobody knows and that is started again is one service" {
  wrapper <<<$'#!/bin/sh\nservice webmin start\n./configure\nservice webmin restart\ntail -f /dev/null'
  migrate
  services webmin configure
  told 'line 4: dropped: webmin was started again: its service starts once; TODO: it was started again here'
  wrapper <<<$'#!/bin/bash\n/etc/init.d/olad start && ./configure && /etc/init.d/olad restart && exec bash'
  migrate
  services olad configure bash
  wrapper <<<$'#!/bin/sh\n/etc/init.d/snmpd restart\nnet join\nservice snmpd restart\ntail -f /dev/null'
  migrate
  services net snmpd
  told 'line 4: dropped: snmpd was started again: its service starts once; TODO: it was started again here'
  # In another branch it is the only start.
  wrapper <<<$'#!/bin/sh\nif [ -n "$A" ]; then service apache2 start; else service apache2 restart; fi\ntail -f /dev/null'
  migrate
  untold 'was started again'
  [ "$(cat "$tree"/apache2ctl*/env/* "$tree"/apache2ctl*/enable-if 2>/dev/null | sort | xargs)" = '!A A' ]
}

@test "what nobody knows and that is told to start has a TODO, in the setup, in a task and in the foreground" {
  for line in 'httpfs.sh start' 'agent start' '/opt/x/bin/control.sh start' 'app gateway start --level 3' 'app gateway restart' 'if [ -f /a ]; then agent start; fi'; do
    wrapper <<<$'#!/bin/sh\n'"$line"$'\nweb &\nwait'
    migrate
    told 'TODO: by its word start it may leave a daemon behind' || { echo "# $line"; return 1; }
  done
  wrapper <<<$'#!/bin/sh\nweb &\napp gateway start --port 18789\ntail -f /dev/null'
  migrate
  told 'line 3: services.d/app/run: service app, in the foreground; not main: the script kept the container alive behind it; TODO: by its word start it may put itself into the background'
  for line in 'npm start' 'echo start' 'send-notice start' 'monitor start app.py' 'supervisorctl start a' '/etc/init.d/networking start'; do
    wrapper <<<$'#!/bin/sh\n'"$line"$'\nweb &\nwait'
    migrate
    untold 'by its word start' || { echo "# $line"; return 1; }
  done
}

@test "what was put into the background to leave by itself is nothing that the script waited for" {
  local start
  for start in 'redis-server --daemonize yes' /usr/sbin/sshd 'php-fpm -D' 'memcached -d' crond 'service redis-server start'; do
    wrapper <<<"$start &"$'\n/app/shoppidb\nwait -n\nexit $?'
    migrate
    [ "$(find "$tree" -name flag-main)" = "$tree/shoppidb/flag-main" ] || { echo "# $start"; return 1; }
    told 'TODO: the script ended with this, which may serve, or end'
    told 'mistake: the first to end is what starts '
    wrapper <<<"$start &"$'\n/app/web &\nwait -n'
    migrate
    [ "$(find "$tree" -name flag-main)" = "$tree/web/flag-main" ]
    told 'mistake: the first to end is what starts '
  done
  wrapper <<<$'nginx &\n/app/migrate\nwait'
  migrate
  has nginx/flag-main migrate/flag-oneshot
  wrapper <<<$'redis-server &\n/app/web &\nwait -n'
  migrate
  has redis-server/flag-main web/flag-main
  untold 'the first to end is what starts'
}

@test "a program that is known by its name alone stays as it is where the script became it" {
  wrapper <<<$'#!/bin/sh\nweb &\nexec /usr/local/bin/searchd --port 1'
  migrate
  becomes searchd 'exec /usr/local/bin/searchd --port 1'
  wrapper <<<$'#!/bin/sh\nsearchd --config /x\nexec web'
  migrate
  becomes searchd 'exec searchd --config /x --nodetach'
}

@test "behind a server, a program whose word says that it ends is its finish" {
  local end
  for end in '/opt/agent/agent flush' '/opt/agent/agent -v --once' 'consul leave'; do
    wrapper <<<$'/opt/db/bin/dbserver --data /data\n'"$end"
    migrate
    has dbserver/flag-main dbserver/finish
    lacks cont-init.d
    told 'TODO: behind it the script only did work that ends, so this is taken for what serves'
  done
}

@test "what was started on a condition ahead of a server, and wait behind that: without it the server's end was the container's, which is marked" {
  local script
  while IFS= read -r script; do
    wrapper <<<$'#!/bin/bash\n'"${script//; /$'\n'}"
    migrate
    told 'was not started, the end of ' || { echo "# $script"; return 1; }
  done <<'EOS'
if [ -n "$BROKER" ]; then worker & fi; apache2ctl -DFOREGROUND; wait -n; exit $?
if [ -n "$BROKER" ]; then worker & fi; nginx -g 'daemon off;'; wait
[ -n "$BROKER" ] && worker & P=$!; nginx -g 'daemon off;'; wait $P
EOS
  while IFS= read -r script; do
    wrapper <<<$'#!/bin/bash\n'"${script//; /$'\n'}"
    migrate
    untold 'the end of nginx was' || { echo "# $script"; return 1; }
  done <<'EOS'
if [ -n "$BROKER" ]; then worker & else local-worker & fi; nginx -g 'daemon off;'; wait
case "$ROLE" in a) a-server & ;; *) b-server & ;; esac; nginx -g 'daemon off;'; wait
[ -n "$BROKER" ] && worker & other & nginx -g 'daemon off;'; wait -n
[ -n "$BROKER" ] && worker & nginx -g 'daemon off;'; wait; sleep infinity
if [ -n "$BROKER" ]; then worker & nginx -g 'daemon off;'; wait; fi
EOS
}

@test "nginx stays by a configuration that a RUN puts in its place; where that is not here, the report says so" {
  local made
  wrapper <<<$'#!/bin/sh\nweb &\nnginx\ntail -f /dev/null'
  for made in 'cp /app/site.conf /etc/nginx/nginx.conf' 'ln -sf /app/site.conf /etc/nginx/nginx.conf' 'mv /app/site.conf /etc/nginx/nginx.conf'; do
    echo 'daemon off;' >site.conf
    printf 'FROM debian\nCOPY . /app\nRUN %s\nCMD ["/start.sh"]\n' "$made" >Dockerfile
    migrate --dockerfile Dockerfile
    becomes nginx 'exec nginx'
    untold 'nginx refuses both'
    echo 'events {}' >site.conf
    migrate --dockerfile Dockerfile
    becomes nginx "exec nginx -g 'daemon off;'"
    untold 'nginx refuses both'
    rm site.conf
    migrate --dockerfile Dockerfile
    told 'the Dockerfile copies /app/site.conf, which is not in the build context here: if it says daemon off, too'
  done
  for made in '/x.conf /etc/nginx/nginx.conf' '/conf/ /etc/nginx/'; do
    printf 'FROM debian\nCOPY --from=b %s\nCMD ["/start.sh"]\n' "$made" >Dockerfile
    migrate --dockerfile Dockerfile
    told "the Dockerfile copies ${made% *}, which is not in the build context here: if it says daemon off, too"
  done
  for made in 'RUN cp /etc/nginx/nginx.conf.default /etc/nginx/nginx.conf' 'COPY --from=b /app /app' 'COPY --from=b / /'; do
    printf 'FROM debian\n%s\nCMD ["/start.sh"]\n' "$made" >Dockerfile
    migrate --dockerfile Dockerfile
    untold 'nginx refuses both'
  done
  wrapper <<<$'#!/bin/sh\nweb &\nnginx -c /etc/other.conf\ntail -f /dev/null'
  printf 'FROM debian\nCOPY --from=b /x.conf /etc/nginx/nginx.conf\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold 'nginx refuses both'
}

@test "nginx whose pid a loop watches has stayed in the foreground by itself" {
  wrapper <<<$'nginx &\nA=$!\nwhile kill -0 $A; do sleep 1; done'
  migrate
  becomes nginx 'exec nginx'
  told 'as it is: its configuration keeps it in the foreground'
  wrapper <<<$'nginx &\nphp-fpm &\nwhile pgrep nginx && pgrep php-fpm; do sleep 1; done'
  migrate
  becomes nginx "exec nginx -g 'daemon off;'"
}

@test "a daemon's path and configuration below a variable, and bundles of its letters: whether it leaves is known all the same" {
  local start
  for start in '"$R/bin/nginx" -c "$R/n.conf"|exec "$R/bin/nginx" -g '"'daemon off;'"' -c "$R/n.conf"' '${R}/bin/supervisord -c ${R}/s.conf|exec ${R}/bin/supervisord -n -c ${R}/s.conf' \
    'httpd -f /etc/httpd.conf|exec httpd -DFOREGROUND -f /etc/httpd.conf' '$R/bin/httpd -k start -f "$R/x.conf"|exec $R/bin/httpd -DFOREGROUND -f "$R/x.conf"'; do
    wrapper <<<$'#!/bin/bash\nredis-server --daemonize yes\n'"${start%|*}"$'\nexec gunicorn app:app'
    migrate
    has gunicorn/flag-main
    grep -qxF "${start#*|}" "$tree"/*/run || { echo "# $start"; return 1; }
    untold 'is it wanted'
  done
  for start in 'httpd -f -p 80 -h /w' 'httpd -p 80 -f' 'dropbear -RFEmga' 'dropbear -EFwsgjk -p 2222'; do
    wrapper <<<"$start &"$'\nexec web'
    migrate
    grep -qxF "exec $start" "$tree"/*/run || { echo "# $start"; return 1; }
  done
}
