# What a command becomes: daemons in the foreground, redirections, programs for persons.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "daemons stay in the foreground" {
  wrapper <<'EOS'
service cron start
/etc/init.d/rsyslog start
nginx
php-fpm -D
redis-server --port 1 --daemonize yes
apache2ctl start
/usr/sbin/sshd
memcached -d -u nobody
crond
sleep infinity
EOS
  migrate
  becomes cron 'exec cron -f'
  becomes rsyslogd 'exec rsyslogd -n'
  becomes nginx "exec nginx -g 'daemon off;'"
  becomes php-fpm 'exec php-fpm -F'
  becomes redis-server 'exec redis-server --port 1 --daemonize no'
  becomes apache2ctl 'exec apache2ctl -DFOREGROUND'
  becomes sshd 'exec /usr/sbin/sshd -D'
  becomes memcached 'exec memcached -u nobody'
  becomes crond 'exec crond -f'
  has sshd/flag-keep-strays
  untold TODO
}

@test "a daemon that its configuration may send to the background stays" {
  wrapper <<'EOS'
mkdir -p /run/haproxy
redis-server /etc/redis/redis.conf
haproxy -f "$CFG"
prosody &
dbus-daemon --config-file=/etc/bus.conf
haproxy -c -f /etc/haproxy.cfg
exec haproxy -f /etc/edge.cfg
EOS
  migrate
  services redis-server haproxy prosody dbus-daemon haproxy-c haproxy-2
  [[ $(last_line redis-server) == *' redis-server /etc/redis/redis.conf --daemonize no' ]]
  becomes haproxy 'exec haproxy -db -f "$CFG"'
  becomes prosody 'exec prosody -F'
  becomes haproxy-2 'exec haproxy -f /etc/edge.cfg' # its configuration kept it there, or the container had ended
  has haproxy-2/flag-main
  told 'in the foreground: whatever its configuration says'
}

@test "what supervisord keeps needs no word against its configuration" {
  input=supervisord.conf
  printf '[program:edge]\ncommand=haproxy -f /etc/edge.cfg\n[program:proxy]\ncommand=haproxy -D -f /etc/edge.cfg\n' >supervisord.conf
  migrate
  becomes edge 'exec haproxy -f /etc/edge.cfg'
  becomes proxy 'exec haproxy -db -f /etc/edge.cfg'
}

@test "a program that only the start tells is marked" {
  local start
  for start in '"$SERVER_CMD" &' '$SERVER --x &' '"${SERVER[@]}" &' 'exec "$SERVER" &' 'bash -c "$SERVER" &' 'nice -n 5 $SERVER &' '"$(server-command)" &' 'exec $SERVER'; do
    wrapper <<<"$start"
    migrate
    told 'TODO: only the start tells which program'
    untold 'services.d/service/'
  done
  for start in 'eval "$SERVER" &' 'eval $(server-command) &' 'eval $SERVER $ARGS &' 'sh -c "eval $SERVER" &'; do
    wrapper <<<"$start"
    migrate
    told TODO
    lacks eval service
  done
  wrapper <<<$'case $ROLE in a) SERVER=a;; *) SERVER=b;; esac\nexec $SERVER' # it is set in run
  migrate
  untold TODO
}

@test "a daemon whose foreground form is not known is marked" {
  wrapper <<'EOS'
service mystery start
web &
wait
EOS
  migrate
  grep -q '^# TODO reeve-migrate: line 1: ' "$tree/mystery/run"
  has mystery/flag-forks
  lacks mystery/flag-oneshot
  told 'TODO: it puts itself into the background'
}

@test "a shell, or what talks to a person, at the end has the terminal, and is main" {
  for shell in /bin/bash 'exec bash' 'sh -i' 'exec psql -U app' 'python3' 'php -a' 'exec php artisan tinker'; do
    wrapper <<<"web &"$'\n'"$shell"
    migrate
    [ "$(find "$tree" -name flag-console | wc -l)" -eq 1 ]
    has "$(basename "$(dirname "$(find "$tree" -name flag-console)")")/flag-main" web
    told 'flag-console'
  done
  for other in 'exec bash /opt/app.sh' 'bash </opt/commands' 'python3 app.py' 'php artisan serve'; do
    wrapper <<<"web &"$'\n'"$other"
    migrate
    [ -z "$(find "$tree" -name flag-console)" ]
  done
}

@test "a game server in the foreground keeps the container's stdin, where its commands come from" {
  local start
  for start in 'exec java -Xmx2G -jar server.jar nogui' 'exec java -jar "$JAR" --nogui' './bedrock_server' 'exec ./srcds_run -game csgo' 'exec mono --server TerrariaServer.exe' \
    'cd /srv && exec ./TerrariaServer.bin.x86_64 -config c' 'exec java -jar /srv/paper-1.21.jar'; do
    wrapper <<<"sshd -D &"$'\n'"$start"
    migrate
    [ "$(find "$tree" -name flag-console -printf '%h')" = "$(find "$tree" -name flag-main -printf '%h')" ] || { echo "# $start"; return 1; }
    told "it has the container's terminal (flag-console), for docker run -it"
  done
  for start in 'exec java -jar app.jar' 'exec paper-server' './bedrock_server </run/commands' 'tail -f /run/commands | ./bedrock_server' $'./bedrock_server &\nwait'; do
    wrapper <<<"sshd -D &"$'\n'"$start"
    migrate
    [ -z "$(find "$tree" -name flag-console)" ] || { echo "# $start"; return 1; }
    untold flag-console
  done
}

@test "a note asks for the console that the script or the Dockerfile speaks of" {
  printf 'FROM debian\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'echo "Use /auth in the console"\nexec ./game'
  migrate --dockerfile Dockerfile
  told 'note: game had the container'"'"'s stdin: if somebody writes commands to it there (docker run -it, docker attach), as what is said here tells (echo "Use /auth in the console"), give it'
  lacks game/flag-console
  wrapper <<<$'sshd -D &\nexec ./game'
  printf 'FROM debian\n# docker attach NAME for its console\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'note: game had the container'
  untold 'sshd had'
  wrapper <<<$'./game &\nwait'
  migrate --dockerfile Dockerfile
  untold 'stdin'
}

@test "nohup, setsid, disown, tini are dropped with a word of why" {
  wrapper <<'EOS'
nohup setsid web >/dev/null 2>&1 & disown
exec /usr/bin/tini -g -- worker
EOS
  migrate
  becomes web 'exec web >/dev/null 2>&1'
  becomes worker 'exec worker'
  told 'nohup: a service has no terminal'
  told 'setsid: a service has a session of its own'
  told 'disown: the supervisor'
  told 'tini: /init reaps'
}

@test "start-stop-daemon" {
  wrapper <<'EOS'
start-stop-daemon --start --background --chuid app --chdir /srv --exec /usr/bin/geo -- --port 1
exec web
EOS
  migrate
  becomes geo 'exec reeve-exec --user app -- /usr/bin/geo --port 1'
  grep -qx 'cd /srv || exit 111' "$tree/geo/run"
}

@test "a variable that is set for a command alone is set ahead of exec, in a logger and in the code of su, too" {
  wrapper <<'EOS'
web | TZ=UTC cronolog x >&2 &
su app -c 'cd /y && D=4 three &'
su app -c "E=$X four >>log" &
su app -c 'L=1 M="a b" nginx >x'
wait
EOS
  migrate
  [ "$(tail -n 1 "$tree/web/log/run")" = 'TZ=UTC exec cronolog x >&2' ]
  [ "$(TZ=here sh -c "$(sed 's/cronolog x/env/; $!d' "$tree/web/log/run")" 2>&1 | grep ^TZ=)" = TZ=UTC ]
  becomes three "exec reeve-exec --user app -- /bin/sh -c 'cd /y && D=4 exec three'"
  becomes four 'exec reeve-exec --user app -- /bin/sh -c "E=$X exec four >>log"'
  tail -n 1 "$tree/nginx/run" | grep -qF "L=1 M=\"a b\" exec nginx -g "
}

@test "redirections stay, what is behind a pipe is the logger" {
  wrapper <<'EOS'
#!/bin/bash
A=1 web <in 2>&1 >>/var/log/web.log &
worker 2>&1 | tee -a /var/log/worker.log &
third |& sed 's/^/third: /' | tee x &
wait
EOS
  migrate
  becomes web 'exec web <in 2>&1 >>/var/log/web.log'
  grep -qx 'export A=1' "$tree/web/run"
  becomes worker 'exec worker 2>&1'
  [ "$(tail -n 1 "$tree/worker/log/run")" = 'exec tee -a /var/log/worker.log' ]
  becomes third 'exec third 2>&1'
  [ "$(tail -n 1 "$tree/third/log/run")" = "sed 's/^/third: /' | tee x" ]
}

@test "programs that are told to leave by an option of their own stay" {
  wrapper <<'EOS'
x11vnc -display :1 -forever -bg -o /var/log/x11vnc.log
xrdp-sesman
ssh -f -N -L 5432:db:5432 bastion
ssh -fN other
exec websockify 6080 localhost:5900
EOS
  migrate
  services x11vnc xrdp-sesman ssh ssh-other websockify
  tail -n 1 "$tree/x11vnc/run" | grep -qx 'exec x11vnc -display :1 -forever -o /var/log/x11vnc.log'
  tail -n 1 "$tree/xrdp-sesman/run" | grep -qx 'exec xrdp-sesman --nodaemon'
  tail -n 1 "$tree/ssh/run" | grep -qx 'exec ssh -N -L 5432:db:5432 bastion'
  lacks x11vnc/flag-oneshot ssh/flag-oneshot
  tail -n 1 "$tree/ssh-other/run" | grep -qx 'exec ssh -N other'
}

@test "a daemon in the code of su -c is one" {
  wrapper <<'EOS'
su elastic -s /bin/bash -c "/opt/es/bin/elasticsearch -d -p /run/es.pid"
su app -c 'server --port 1 &'
su -c 'mystery --daemonize' other
exec web
EOS
  migrate
  tail -n 1 "$tree/elasticsearch/run" | grep -qx "exec reeve-exec --user elastic -- /bin/bash -c 'exec /opt/es/bin/elasticsearch -p /run/es.pid'\|exec reeve-exec --user elastic -- /bin/bash -c \"exec /opt/es/bin/elasticsearch -p /run/es.pid\""
  tail -n 1 "$tree/server/run" | grep -qx "exec reeve-exec --user app -- /bin/sh -c 'exec server --port 1'"
  has mystery/flag-forks
}

@test "a shell that CMD names has the terminal, as one that the script names" {
  local cmd run
  wrapper <<<$'#!/bin/bash\nsshd -D &\nexec gosu app "$@"'
  while IFS='|' read -r cmd run; do
    printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD %s\n' "$cmd" >Dockerfile
    migrate --dockerfile Dockerfile
    has "$run/flag-console" "$run/flag-main" || { echo "# $cmd"; return 1; }
  done <<<$'["/bin/bash"]|bash\nbash|sh\n["sh", "-l"]|sh\n["python3"]|python\nexec /bin/bash|sh'
  for cmd in '["bash", "-c", "web"]' '["sh", "/web.sh"]' 'web' '["bash", "-c", "bash; web"]'; do
    printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD %s\n' "$cmd" >Dockerfile
    migrate --dockerfile Dockerfile
    [ -z "$(find "$tree" -name flag-console)" ] || { echo "# $cmd"; return 1; }
  done
}

@test "a name that only begins with a daemon's is not that daemon" {
  wrapper <<'EOS'
php-fpm_exporter server &
uwsgi_exporter -d 1 &
php-fpm-healthcheck-server --loop &
gunicorn-statsd-exporter -D 1 &
php-fpm8.2 &
exec uwsgi_python3 --ini x
EOS
  migrate
  untold 'the same'
  for one in 'php-fpm_exporter server' 'uwsgi_exporter -d 1' 'php-fpm-healthcheck-server --loop' 'gunicorn-statsd-exporter -D 1' 'php-fpm8.2 -F'; do
    grep -qx "exec $one" "$tree/${one%% *}/run"
  done
  # Nor is it asked in its place.
  wrapper <<'EOS'
redis-server &
redis_exporter &
mysqld &
mysql-backup &
until redis-cli ping; do sleep 1; done
until mysqladmin ping; do sleep 1; done
exec web
EOS
  migrate
  has web/dependencies.d/redis-server web/dependencies.d/mysqld redis-server/notification-fd mysqld/data/check
  lacks redis_exporter/notification-fd mysql-backup/data
}

@test "bashio is Bash with a library, and its messages and functions are no programs" {
  wrapper <<'EOS'
#!/usr/bin/with-contenv bashio
bashio::log.info "begins"
worker &
bashio::log.info "starting"
bashio::net.wait_for 6379 &
exec server --pw "$(bashio::config pw)"
EOS
  migrate || : # reeve check finds no bashio here
  [ "$status" -eq 0 ]
  accounted
  [ "$(head -1 "$tree/server/run")" = '#!/usr/bin/env bashio' ]
  told 'line 4: dropped: a message about the start'
  [ "$(cat "$tree"/*/run | grep -c 'exec bashio::')" -eq 0 ]
}

@test "arguments that the script gives itself are known, whatever the image's CMD is" {
  local set
  for set in 'set -- --fast "$FLAGS"' 'set web 80' 'set -- $(cat /etc/args)'; do
    wrapper <<<"$set"$'\n./load "$@"\nweb "$@" &\nexec worker "$1"'
    migrate
    untold TODO
    untold 'are known'
    told "cont-init.d/10-start, services.d/web/run, services.d/worker/run: the script's arguments"
    [ "$(sed -n '/^set/,$p' "$tree/web/run")" = "$set"$'\nexec web "$@"' ] || { cat "$tree/web/run"; return 1; }
  done
  wrapper <<<$'set -- --fast "$@"\nexec web "$@"'
  migrate
  told 'TODO: "$@" is the image'
}

@test "a comment behind the first start stays with what it stands above" {
  wrapper <<'EOS'
#!/bin/sh
queue &

# about the end:
# the queue stops
on_end() {
  kill $!
}
trap on_end TERM

# the data
cd /data

# the level
LEVEL=3
# the port
export PORT=80

# prepares it
./prepare --now

# about the web
exec web --level $LEVEL
EOS
  migrate
  file web/run <<'EOS'
#!/bin/sh
# the data
cd /data
# the level
LEVEL=3
# the port
export PORT=80
# about the web
exec web --level $LEVEL
EOS
  file prepare/run <<'EOS'
#!/bin/sh
# the data
cd /data
# the port
export PORT=80
# prepares it
exec ./prepare --now
EOS
}

@test "a loop that the script ended with has no last command that the shell could become" {
  wrapper <<<$'#!/bin/bash\nvpn &\nwhile :; do\n  sleep 5\n  A=$(address)\n  if [ "$A" = none ]; then pkill vpn; fi\ndone'
  migrate
  untold 'let its last command be exec'
}

@test "a shell's options may come in several words ahead of its file, or of its code" {
  local shell
  for shell in 'sh' 'sh -e' 'bash -eu -o pipefail' 'sh -x --'; do
    wrapper <<<$'#!/bin/sh\n'"$shell"$' ./pre.sh\nserver --port 80'
    printf '#!/bin/sh\nredis-server --port 6379 &\n' >pre.sh
    printf 'FROM debian\nWORKDIR /app\nCOPY . /app/\nCMD ["/app/start.sh"]\n' >Dockerfile
    migrate --dockerfile Dockerfile
    told 'its code leaves redis-server in the background' || { echo "# $shell"; return 1; }
  done
  for shell in 'sh -c' 'bash -e -c' 'bash -o pipefail -ec'; do
    wrapper <<<$'#!/bin/sh\n'"$shell"$' "cd /srv && worker --queue a" &\nserver --port 80'
    migrate
    services worker server || { echo "# $shell"; return 1; }
  done
}

@test "0 before < is a descriptor, no argument" {
  wrapper <<<$'one 0</dev/null &\ntwo a 0< /dev/null 2>&1 &\nthree >/dev/null 2>&1 0</dev/null &\nfour 0 <&- &\nfive 2>&1</dev/null &\nwait -n'
  migrate
  becomes one 'exec one 0</dev/null'
  becomes two 'exec two a 0< /dev/null 2>&1'
  becomes three 'exec three >/dev/null 2>&1 0</dev/null'
  becomes four 'exec four 0 <&-'
  becomes five 'exec five 2>&1 </dev/null'
}

@test "-d of a program that decodes is no daemon" {
  wrapper <<<$'echo "$KEY" | base64 -d >/key.json\ngzip -d </a.gz | tar xf - && rm /a.gz\nexec server'
  migrate
  services server
  grep -qx 'gzip -d </a.gz | tar xf - && rm /a.gz' "$init"/*
}

@test "a session of a database's client is no work that ends by itself: it is marked" {
  local line
  while read -r line; do
    printf '#!/bin/sh\nserver &\n%s\nsleep infinity\n' "$line" | wrapper
    migrate
    told 'somebody worked in this client' || { echo "# $line"; return 1; }
  done <<'EOF'
psql -U app postgresql://127.0.0.1/$DB
psql "$URL"
psql --host=db -dapp
mysql -uroot -ppw
mariadb -u root -p app
EOF
  while read -r line; do
    printf '#!/bin/sh\nserver &\n%s\nsleep infinity\n' "$line" | wrapper
    migrate
    untold 'somebody worked in this client' || { echo "# $line"; return 1; }
  done <<'EOF'
psql $OPTIONS
psql -U app -c "select 1"
psql --file=x.sql app
psql -tA app
mysql -uroot -e "flush privileges"
mysql app <x.sql
EOF
}
