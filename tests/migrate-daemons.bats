# Daemons and init scripts, whatever is put before them.
# shellcheck disable=SC2016 # the variables are the scripts'
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

becomes() { [ "$(grep '^exec' "$tree/$1/run")" = "$2" ] || { echo "# $1: $(grep '^exec' "$tree/$1/run")"; return 1; }; }

@test "init scripts and daemons behind sudo and doas are run in the foreground, whether these stay or not" {
  local keeper
  for keeper in sudo doas; do
    wrapper <<<"$keeper service ssh start
$keeper -n /etc/init.d/cron start
$keeper -u redis redis-server --daemonize yes
$keeper su app -c 'memcached -d'
exec web"
    printf 'FROM debian\nUSER ci\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
    migrate --dockerfile Dockerfile
    services sshd cron redis-server memcached web
    becomes sshd "exec $keeper /usr/sbin/sshd -D"
    becomes cron "exec $keeper -n cron -f"
    grep -qx "exec .*-- $keeper -u redis redis-server --daemonize no" "$tree/redis-server/run"
    becomes memcached "exec $keeper su app -c 'exec memcached'"
    told "TODO: $keeper is kept, as the Dockerfile says USER ci"
    migrate
    becomes sshd 'exec /usr/sbin/sshd -D'
    becomes cron 'exec cron -f'
    becomes memcached "exec reeve-exec --user app -- /bin/sh -c 'exec memcached'"
  done
}

@test "su without a user is root's" {
  wrapper <<<$'su -c "service ssh start"\nexec web'
  migrate
  services sshd web
  becomes sshd "exec reeve-exec --user root -- /bin/sh -c 'exec /usr/sbin/sshd -D'"
}

@test "what shell code in the setup or in a task leaves behind is marked" {
  local code
  for code in 'service a start; work' '(worker &) ; sleep 1' 'nginx && work'; do
    wrapper <<<"bash -c '$code'"$'\nexec web'
    migrate
    told "line 1: cont-init.d/10-start: setup, as it was; TODO: its code leaves"
    wrapper <<<"web &"$'\n'"bash -c '$code'"$'\nwait'
    migrate
    told "line 2: services.d/"
    told "TODO: its code leaves"
  done
  for code in 'nginx -t' 'work; work' 'service nginx status'; do
    wrapper <<<"bash -c '$code'"$'\nexec web'
    migrate
    untold "its code leaves"
  done
}

@test "sudo -b leaves by itself" {
  wrapper <<<$'sudo -b agent --x\nexec web'
  migrate
  services agent web
  becomes agent 'exec agent --x'
}

@test "a task between a daemon and what keeps the container alive, with &&, ends the container when it fails" {
  local chain
  for chain in 'redis-server --daemonize yes && redis-cli flushall && tail -f /dev/null' $'set -e\nredis-server --daemonize yes\nredis-cli flushall\ntail -f /dev/null'; do
    wrapper <<<"$chain"
    migrate
    has redis-cli/flag-oneshot
    grep -q 'exec reeve shutdown "$1"' "$tree/redis-cli/finish"
  done
  for chain in 'redis-server --daemonize yes && redis-cli flushall; tail -f /dev/null' 'redis-server --daemonize yes && redis-cli flushall || echo bad && tail -f /dev/null'; do
    wrapper <<<"$chain"
    migrate
    lacks redis-cli/finish
    told 'what comes later is started all the same, as the script went on'
  done
}

@test "a daemon whose words have variables has left if the script went on behind it" {
  wrapper <<<$'vncserver "${DISPLAY}" -geometry $GEOMETRY\nsshd $SSH_OPTS\nexec web'
  migrate
  services vncserver sshd web
  becomes vncserver 'exec vncserver -fg "${DISPLAY}" -geometry $GEOMETRY'
  becomes sshd 'exec sshd -D $SSH_OPTS'
  lacks cont-init.d
  wrapper <<<'exec nginx $NGINX_OPTS'
  migrate
  becomes nginx 'exec nginx $NGINX_OPTS'
}

@test "whether nginx in the background leaves may be up to a variable: a TODO asks, unless the script would have ended then" {
  wrapper <<<$'nginx $NGINX_OPTS &\nexec web'
  migrate
  becomes nginx 'exec nginx $NGINX_OPTS'
  told "TODO: nothing tells here whether nginx stays in the foreground: where neither its variables"
  wrapper <<<$'nginx $NGINX_OPTS &\nweb &\nwait -n'
  migrate
  becomes nginx 'exec nginx $NGINX_OPTS'
  untold "whether nginx stays"
}

@test "what the code of a shell behind another program leaves is named" {
  wrapper <<<$'exec xvfb-run -a bash -c \'\n  fluxbox &\n  x11vnc -display "$DISPLAY" &\n  exec node server.js\n\''
  migrate
  has bash/flag-main
  told 'TODO: its code leaves fluxbox, x11vnc in the background'
  wrapper <<<$'exec xvfb-run -a bash -c "exec node server.js"'
  migrate
  untold 'its code leaves'
}

@test "a start-up script in the background may end: a TODO" {
  wrapper <<<$'/usr/local/bin/start_up_redis.sh &\nexec redis-server'
  migrate
  services start_up_redis redis-server
  told 'TODO: by its name it may start something, and end'
}

@test "an unknown program that is told to stay in the foreground stays there" {
  for words in '--daemonize no' '--daemon false' '--daemonize=no'; do
    wrapper <<<$'mystery '"$words"$' &\nexec web'
    migrate
    untold 'into the background' || { echo "# $words"; return 1; }
  done
  wrapper <<<$'mystery --daemonize yes\nexec web'
  migrate
  told 'puts itself into the background'
}

@test "work behind a daemon that it does not talk to is done also when the daemon does not come up" {
  wrapper <<<$'#!/bin/sh\navahi-daemon -D\nsed s/A/B/ /etc/m.in >/etc/m.conf\nminidlnad -S &\ntail -f /dev/null'
  migrate
  has avahi-daemon/data/check
  file edit-m.conf/dependencies.d/avahi-daemon <<<optional
  wrapper <<<$'#!/bin/sh\nset -e\navahi-daemon -D\nsed s/A/B/ /etc/m.in >/etc/m.conf\nminidlnad -S &\ntail -f /dev/null'
  migrate
  file edit-m.conf/dependencies.d/avahi-daemon </dev/null
  wrapper <<<$'#!/bin/sh\nredis-server --daemonize yes\nredis-cli set a b\nweb &\ntail -f /dev/null'
  migrate
  file redis-cli/dependencies.d/redis-server </dev/null
  wrapper <<<$'#!/bin/sh\nservice mariadb start && migrate && exec web'
  migrate
  file migrate/dependencies.d/mariadbd </dev/null
}

@test "supervisorctl behind supervisord starts when that can be reached" {
  wrapper <<<$'supervisord -c /etc/x.conf\nsupervisorctl -c /etc/x.conf start worker\nexec web'
  migrate
  services supervisord supervisorctl web
  has supervisorctl/flag-oneshot supervisorctl/dependencies.d/supervisord
  grep -q "^supervisorctl -c /etc/x.conf pid 2>/dev/null | grep -q '^\[0-9\]'$" "$tree/supervisord/data/check"
  told 'it left when it was ready, for supervisorctl: its readiness check asks that'
  wrapper <<<$'supervisord\nexec web'
  migrate
  lacks supervisord/data
}

@test "a daemon that a function is told as its words has only its own options" {
  wrapper <<'EOS'
#!/bin/bash
launch() { "$@" & }
log() { local name=$1; shift; nohup "${@:1}" >/var/log/$name.log 2>&1 & }
launch nginx -g 'daemon off;'
launch php-fpm
launch redis-server --daemonize yes
log web memcached -d
wait -n
EOS
  migrate
  services nginx php-fpm redis-server memcached
  becomes nginx 'exec "$@"'
  becomes php-fpm 'exec php-fpm -F'
  becomes redis-server 'exec redis-server --daemonize no'
  becomes memcached 'exec memcached >/var/log/$name.log 2>&1'
}

@test "an init script that supervisord started is looked at as one of a script" {
  input=supervisord.conf
  wrapper <<<$'[program:fpm]\ncommand=service php8.2-fpm start\n[program:cats]\ncommand=/etc/init.d/tomcat9 start\n[program:web]\ncommand=service nginx start'
  migrate
  becomes fpm 'exec php-fpm8.2 -F'
  told 'note: line 1: fpm was started by its init script: what else it does'
  becomes cats 'exec /etc/init.d/tomcat9 start'
  has cats/flag-forks
  told 'TODO: it puts itself into the background: its foreground form is not known: look it up in its manual; until then flag-forks follows it'
  untold 'cats was started by its init script' # which run still executes
  becomes web "exec nginx -g 'daemon off;'"
  printf 'FROM debian\nRUN echo "daemon off;" >>/etc/nginx/nginx.conf\nCMD ["supervisord", "-n"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  becomes web 'exec nginx'
  told 'service web (in the foreground: its configuration says so)'
}

@test "redis went on behind supervisord, if its configuration said so: an option says no" {
  input=supervisord.conf
  wrapper <<<$'[program:cache]\ncommand=redis-server /etc/redis/redis.conf\n[program:here]\ncommand=redis-server /etc/redis/redis.conf --daemonize no\n[program:bare]\ncommand=redis-server\n[program:lb]\ncommand=haproxy -f /etc/haproxy.cfg'
  migrate
  becomes cache 'exec redis-server /etc/redis/redis.conf --daemonize no'
  becomes here 'exec redis-server /etc/redis/redis.conf --daemonize no'
  becomes bare 'exec redis-server'
  becomes lb 'exec haproxy -f /etc/haproxy.cfg' # -db would take its workers, too
}

@test "a script of the build context that a task executes tells what it leaves in the background" {
  printf '#!/bin/sh\nxrdb -merge /etc/X11/colours\nfluxbox &\n' >session
  printf '#!/bin/sh\nmysqld & pid=$!\nmysql -e "CREATE DATABASE a"\nkill $pid\n' >fill.sh
  printf 'FROM debian\nWORKDIR /app\nCOPY . .\nCOPY session /root/.vnc/session\nCMD ["./start.sh"]\n' >Dockerfile
  wrapper <<<$'#!/bin/sh\nXvfb :1 &\nsleep 1\nsh ./session\n./fill.sh\nexec websockify 6080 localhost:5900'
  migrate --dockerfile Dockerfile
  told 'TODO: its code leaves fluxbox in the background, which ends with this task: make a service of that'
  untold 'its code leaves mysqld'
  wrapper <<<$'#!/bin/sh\n./session\nexec websockify 6080 localhost:5900'
  migrate --dockerfile Dockerfile
  told 'cont-init.d/10-start: setup, as it was; TODO: its code leaves fluxbox in the background, which nothing supervises'
  wrapper <<<$'#!/bin/sh\nredis-server &\ncd /opt/tomcat/bin && ./start.sh\nexec web' # another file
  migrate --dockerfile Dockerfile
  untold 'its code leaves'
}

@test "the init script of openvpn starts one for each of its files, and no bare openvpn" {
  wrapper <<<$'#!/bin/sh\nservice openvpn start\nexec web'
  migrate
  becomes openvpn 'exec service openvpn start'
  has openvpn/flag-forks
  told 'TODO: it puts itself into the background: its foreground form is not known'
}

@test "mysqld_safe ignores the signal that stops it, also in shell code" {
  local command
  input=supervisord.conf
  for command in mysqld_safe '/usr/bin/mysqld_safe --user=mysql' 'bash -c "/usr/bin/mysqld_safe"' 'sh -c "sleep 1; exec mariadbd-safe"'; do
    wrapper <<<$'[program:db]\ncommand='"$command"
    migrate
    told 'note: db: mysqld_safe ignores SIGTERM' || { echo "# $command"; return 1; }
  done
  wrapper <<<$'[program:db]\ncommand=mysqld --user=mysql'
  migrate
  untold mysqld_safe
}

@test "who waits for a daemon's start in the background waits until it has left, and not for its end" {
  wrapper <<<$'service cron start &\nwait $!\nnginx & wait $!\nmigrate-db & wait $!\nexec web'
  migrate
  becomes cron 'exec cron -f'
  lacks cron/flag-oneshot nginx/flag-oneshot
  has migrate-db/flag-oneshot web/dependencies.d/cron web/dependencies.d/nginx
  told 'line 2: dropped: waited until cron had put itself into the background'
}

@test "a daemon whose output goes through a pipe leaves by itself, and the script goes on" {
  local start
  for start in 'nginx | tee /log' 'service nginx start 2>&1 | tee -a /log' '(cd /srv && nginx | tee /log)' 'start() { nginx | tee /log; }; start'; do
    wrapper <<<"$start"$'\nexec node server.js'
    migrate
    has nginx/log/run server/flag-main || { echo "# $start"; return 1; }
    lacks nginx/flag-main nginx/finish
  done
  wrapper <<<$'web &\nnginx | tee /log'
  migrate
  has nginx/flag-main
}

@test "where the configuration is here and puts the program into the background, its words keep it in the foreground" {
  printf 'global\n  daemon # in the background\n  maxconn 256\n' >haproxy.cfg
  printf 'port 1\ndaemonize yes\n' >redis.conf
  printf 'FROM debian\nCOPY haproxy.cfg redis.conf /etc/\nCMD ["supervisord", "-n"]\n' >Dockerfile
  input=supervisord.conf
  wrapper <<<$'[program:haproxy]\ncommand=haproxy -f /etc/haproxy.cfg\n[program:master]\ncommand=haproxy -W -f /etc/haproxy.cfg\n[program:redis]\ncommand=redis-server /etc/redis.conf'
  migrate --dockerfile Dockerfile
  becomes haproxy 'exec haproxy -f /etc/haproxy.cfg -db'
  becomes master 'exec haproxy -W -f /etc/haproxy.cfg -db'
  becomes redis 'exec redis-server /etc/redis.conf --daemonize no'
  told 'its words keep it in the foreground now'
  input=Procfile
  wrapper <<<$'web: haproxy -f /etc/haproxy.cfg\nredis: redis-server /etc/redis.conf\nown: haproxy -db -f /etc/haproxy.cfg'
  sed -i 's/^CMD.*/CMD honcho start/' Dockerfile
  migrate --dockerfile Dockerfile
  becomes web 'exec haproxy -f /etc/haproxy.cfg -db'
  becomes redis 'exec redis-server /etc/redis.conf --daemonize no'
  becomes own 'exec haproxy -db -f /etc/haproxy.cfg'
  # A configuration that does not say so is left alone.
  printf 'global\n  daemonless\n' >haproxy.cfg
  migrate --dockerfile Dockerfile
  becomes web 'exec haproxy -f /etc/haproxy.cfg'
}

@test "supervisord that its configuration keeps in the foreground is left as it is" {
  wrapper <<<$'#!/bin/sh\nnginx\nexec supervisord -c /etc/my.conf'
  printf '[supervisord]\nnodaemon=true\n[program:web]\ncommand=web\n' >my.conf
  printf 'FROM debian\nCOPY my.conf /etc/\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  becomes supervisord 'exec supervisord -c /etc/my.conf'
  untold 'supervisord, what the script ended with: main (in the foreground'
  sed -i /nodaemon/d my.conf
  migrate --dockerfile Dockerfile
  becomes supervisord 'exec supervisord -n -c /etc/my.conf'
}

@test "what an init script read from a file that the script, a RUN or COPY writes is left to the reader" {
  wrapper <<<$'#!/bin/sh\nservice redis-server start\nexec web'
  mkdir -p etc
  echo 'OPTIONS=x' >etc/redis-server
  local line
  for line in "RUN sed -i 's/^X=.*/X=1/' /etc/default/redis-server" $'RUN <<EOF\necho X=1 >>/etc/default/redis-server\nEOF' 'COPY etc/redis-server /etc/default/'; do
    printf 'FROM debian\n%s\nCOPY start.sh /\nCMD ["/start.sh"]\n' "$line" >Dockerfile
    migrate --dockerfile Dockerfile
    told 'TODO: its init script read /etc/default/redis-server, which ' || { echo "# $line"; return 1; }
  done
  wrapper <<<$'#!/bin/sh\necho X=1 >>/etc/default/redis-server\nservice redis-server start\nexec web'
  migrate
  told 'TODO: its init script read /etc/default/redis-server, which line 2 writes or changes'
  wrapper <<<$'#!/bin/sh\nservice redis-server start\nrm /etc/default/redis-server # too late\nexec web'
  migrate
  untold 'its init script read'
  printf 'FROM debian\nRUN rm /etc/default/redis-server-x\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold TODO
}

@test "an init script that leaves no daemon is a part of the setup" {
  local line
  for line in 'service networking restart' '/etc/init.d/procps start' 'service netfilter-persistent start'; do
    wrapper <<<$'#!/bin/sh\n'"$line"$'\nexec web'
    migrate
    services web
    grep -qxF "$line" "$init/10-start" || { echo "# $line"; return 1; }
    untold TODO
  done
}

@test "uWSGI ends on INT, as TERM makes it start anew unless it is told die-on-term" {
  wrapper <<<$'uwsgi --ini app.ini &\nuwsgi --ini other.ini --die-on-term &\nexec nginx -g "daemon off;"'
  migrate
  file uwsgi/down-signal <<<INT
  lacks uwsgi-2/down-signal
  input=supervisord.conf
  wrapper <<<$'[program:app]\ncommand=/usr/bin/uwsgi_python3 --http :80\n[program:own]\ncommand=uwsgi --ini x\nstopsignal=QUIT'
  migrate
  file app/down-signal <<<INT
  file own/down-signal <<<QUIT
}

@test "wait behind a daemon that leaves by itself waited for the others" {
  wrapper <<<$'nginx &\njava -jar app.jar &\nwait'
  migrate
  has app/flag-main
  lacks nginx/flag-main
  told 'waited for app: main'
  wrapper <<<$'nginx &\nwait' # its configuration keeps it in the foreground
  migrate
  has nginx/flag-main
}

@test "an init script that makes its daemon another user: so does run" {
  wrapper <<<$'service redis-server start\n/etc/init.d/mongodb start\nservice transmission-daemon start\nservice tor start\nservice haproxy start\nexec web'
  migrate
  last_line redis-server | grep -q -- ' --user redis:redis -- redis-server '
  becomes mongod 'exec reeve-exec --user mongodb:mongodb -- mongod --config /etc/mongodb.conf'
  becomes transmission-daemon 'exec reeve-exec --user debian-transmission -- transmission-daemon -f --config-dir /var/lib/transmission-daemon/info'
  told 'note: redis-server: its init script ran it as the user redis:redis, and so does run'
  told 'TODO: its init script ran it with --defaults-torrc /usr/share/tor/tor-service-defaults-torrc'
  last_line haproxy | grep -qv -- --user # by its configuration
  input=supervisord.conf
  printf '[program:cache]\ncommand=service redis-server start\n[program:own]\ncommand=/etc/init.d/redis-server start\nuser=app\n' >supervisord.conf
  migrate
  last_line cache | grep -q -- '--user redis:redis'
  last_line own | grep -q -- '--user redis:redis'
  run ! grep -q 'user app' "$tree/own/run"
  # Only root may become it.
  input=start.sh
  printf 'FROM debian\nUSER app\nCOPY start.sh /start.sh\nCMD ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'service redis-server start\nexec web'
  migrate --dockerfile Dockerfile
  last_line redis-server | grep -qv -- --user
  told 'TODO: its init script ran it as the user redis:redis, which only root may become: run does not'
}

@test "a program between a daemon's start and its stop is main, and the stop is the scanner's" {
  between() { wrapper <<<"$1"$'\njava -jar /app.jar\n'"$2"; migrate; has app/flag-main; lacks app/finish; untold 'TODO'; told 'dropped: the scanner ends the other services' || told 'dropped: what was done at the end: the supervisor signals each service'; }
  between 'mongod --fork --logpath /l' 'mongod --shutdown'
  between 'apache2ctl start' 'apache2ctl graceful-stop'
  between 'redis-server --daemonize yes' $'rc=$?\nredis-cli shutdown nosave || true\nexit $rc'
  between 'service nginx start' 'service nginx stop'
  between 'service cron start' '/etc/init.d/cron stop'
  between $'service mysql start\nservice cron start' $'if mysqladmin ping; then mysqladmin shutdown; fi\nservice cron stop'
  between $'halt() { echo bye; redis-cli shutdown; }\nredis-server --daemonize yes' 'halt'
  wrapper <<<$'redis-server --daemonize yes\njava -jar /app.jar\nredis-cli save\nredis-cli shutdown'
  migrate
  [ "$(tail -n 1 "$tree/app/finish")" = 'redis-cli save' ]
}

@test "what stops another host's daemon is work, and a server that is only prepared stays the setup's" {
  wrapper <<<$'redis-server --daemonize yes\njava -jar /app.jar\nredis-cli -h other shutdown'
  migrate
  untold 'the scanner ends'
  told 'if it goes on running, it is what the script waited for'
  wrapper <<<$'mongod --fork --logpath /l\nmongo init.js\nmongod --shutdown\nexec mongod'
  migrate
  services mongod
  grep -qx 'mongo init.js' "$init/10-start"
}

@test "rabbitmqctl stop_app leaves the server running: what started that is a service" {
  wrapper <<<$'#!/bin/bash\nrabbitmq-server -detached\nsleep 15\nrabbitmqctl stop_app\nrabbitmqctl join_cluster rabbit@a\nrabbitmqctl start_app\ntail -f /dev/null'
  migrate
  services rabbitmq-server rabbitmqctl
  becomes rabbitmq-server 'exec reeve-exec --ready ./data/check --chdir "$workdir" -- rabbitmq-server'
}

@test "an init script that stops or asks starts no daemon" {
  wrapper <<<$'cron\n/etc/init.d/nginx stop\npg_ctl status -D /d\nexec web'
  migrate
  run ! grep -rq 'daemon off' "$tree"
  has web/flag-main
}

@test "in an image called fpm, php-fpm stays by its configuration" {
  wrapper <<<$'#!/bin/sh\nphp-fpm &\nnginx -g "daemon off;" &\nwait -n'
  printf 'FROM php:8.3-fpm\nCOPY start.sh /start.sh\nCMD ["sh", "/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  becomes php-fpm 'exec php-fpm'
  untold 'it would have left by itself'
  printf 'FROM debian:12\nCOPY start.sh /start.sh\nCMD ["sh", "/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  becomes php-fpm 'exec php-fpm -F'
  # An option says otherwise.
  wrapper <<<$'#!/bin/sh\nphp-fpm -D\nexec nginx -g "daemon off;"'
  printf 'FROM php:8.3-fpm\nCOPY start.sh /start.sh\nCMD ["sh", "/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  becomes php-fpm 'exec php-fpm -F'
}

@test "stunnel in the background leaves unless its configuration, which is not here, says otherwise" {
  wrapper <<<$'stunnel /etc/stunnel/x.conf &\nexec web'
  migrate
  told 'TODO: unless its configuration, which is not here, keeps it in the foreground, it puts itself into the background'
  wrapper <<<$'stunnel /etc/stunnel/x.conf\nexec web'
  migrate
  told 'TODO: it puts itself into the background: write foreground = yes'
}

@test "munin-node leaves, as its configuration has it" {
  local start
  for start in 'munin-node' '/usr/sbin/munin-node >/dev/null 2>&1 &' 'service munin-node start'; do
    wrapper <<<"$start"$'\nexec apache2ctl -DFOREGROUND'
    migrate
    has munin-node/flag-forks apache2ctl/flag-main || { echo "# $start"; return 1; }
    told 'TODO: it puts itself into the background'
  done
}

@test "a daemon that su or sudo starts with a password from a pipe leaves by itself, and the script goes on" {
  local start
  for start in "echo password | su -c '/usr/sbin/sshd'" 'echo "$PW" | su root -c "service ssh start"' 'echo "$PW" | sudo -S /usr/sbin/sshd'; do
    wrapper <<<"$start"$'\nexec jupyter lab'
    migrate
    has sshd/flag-forks jupyter/flag-main || { echo "# $start"; return 1; }
    lacks sshd/flag-main
    told 'TODO: it leaves sshd in the background, and the script went on'
  done
}

@test "daemons of networks and machines stay in the foreground by their own option" {
  wrapper <<<$'irqbalance\nlldpd -c\nminiupnpd -f /x\n/usr/sbin/rinetd\nlircd\nmumble-server -ini /x\nexec web'
  migrate
  becomes irqbalance 'exec irqbalance --foreground'
  becomes lldpd 'exec lldpd -c -d'
  becomes miniupnpd 'exec miniupnpd -f /x -d'
  becomes rinetd 'exec /usr/sbin/rinetd -f'
  becomes lircd 'exec lircd --nodaemon'
  becomes mumble-server 'exec mumble-server -ini /x -fg'
  wrapper <<<$'irqbalance --oneshot\nexec web'
  migrate
  services web
}

@test "openrc starts what its runlevel has, which is marked" {
  wrapper <<<$'openrc default\nexec web'
  migrate
  told 'TODO: openrc default: what its runlevel has, it leaves behind, and nothing supervises that'
  wrapper <<<$'k5start -b -K 10 -f /k -U\nexec web'
  migrate
  told 'TODO: it puts itself into the background: leave -b out'
}
