# What a command becomes: daemons in the foreground, other users, redirections.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

last_line() { tail -n 1 "$tree/$1/run"; }
becomes() { [ "$(last_line "$1")" = "$2" ] || { echo "# $1: $(last_line "$1")"; return 1; }; }

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

@test "a program that a variable, a search or eval names gives the directory its name, or a TODO" {
  wrapper <<'EOS'
#!/bin/bash
CMD="one -g \"daemon off;\""
WORDS=(two -x)
eval "$CMD" &
"${WORDS[@]}" &
${BIN:-/usr/bin/three} --a &
$(which four) --x &
"$(command -v five)" &
eval "six --port $PORT" &
eval exec seven $X &
command -p eight &
exec -a other nine -x &
builtin exec ten &
wait
EOS
  migrate
  services one two three four five six seven eight nine ten
  becomes eight 'exec eight'
  becomes nine 'exec reeve-exec --argv0 other -- nine -x'
  becomes six 'eval "six --port $PORT"'
  [ "$(grep -l 'eval reads its words a second time' "$tree"/*/run | xargs dirname | xargs -n 1 basename | xargs)" = 'one seven six' ]
  told '3 TODOs in the files'
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

@test "other users, by reeve-exec" {
  wrapper <<'EOS'
#!/bin/bash
gosu app:web a1 &
su-exec "$USER_ID" a2 &
setpriv --reuid=pg --regid=dba --clear-groups a3 &
setpriv --reuid pg --regid pg --init-groups -- a4 &
runuser -u app -g web -- a5 --x &
sudo -E -u app a6 &
chroot --userspec=app:web / a7 &
su app -s /bin/sh -c "a8 --y" &
s6-setuidgid app a9 &
wait
EOS
  migrate
  becomes a1 'exec reeve-exec --user app:web -- a1'
  grep -qx 'export HOME=~app' "$tree/a1/run"
  becomes a2 'exec reeve-exec --user "$USER_ID" -- a2'
  becomes a3 'exec reeve-exec --user pg:dba --keep-home -- a3'
  becomes a4 'exec reeve-exec --user pg --keep-home -- a4'
  becomes a5 'exec reeve-exec --user app:web -- a5 --x'
  becomes a6 'exec reeve-exec --user app -- a6'
  becomes a7 'exec reeve-exec --user app:web --keep-home -- a7'
  becomes a8 "exec reeve-exec --user app -- /bin/sh -c 'exec a8 --y'"
  becomes a9 'exec reeve-exec --user app -- a9'
}

@test "sudo stays in an image whose USER is another one than root" {
  local user
  wrapper <<<$'nohup sudo -E dockerd --host=x &\nsudo crond &\nsudo -u mail -- mailer &\nexec agent'
  for user in 'USER ci' 'USER ci:ci' $'ARG WHO=ci\nUSER $WHO'; do
    printf 'FROM debian\n%s\nCOPY start.sh /\nCMD ["/start.sh"]\n' "$user" >Dockerfile
    migrate --dockerfile Dockerfile
    services dockerd crond mailer agent
    becomes dockerd 'exec sudo -E dockerd --host=x'
    becomes crond 'exec sudo crond -f'
    becomes mailer 'exec sudo -u mail -- mailer'
    told 'line 1: services.d/dockerd/run: service dockerd, started in the background (dropped: nohup: a service has no terminal that could hang up); TODO: sudo is kept, as the Dockerfile says USER ci,'
  done
  for user in '' 'USER root' 'USER 0:0' $'USER ci\nUSER root'; do
    printf 'FROM debian\n%s\nCOPY start.sh /\nCMD ["/start.sh"]\n' "$user" >Dockerfile
    migrate --dockerfile Dockerfile
    becomes dockerd 'exec dockerd --host=x'
    becomes crond 'exec crond -f'
    becomes mailer 'exec reeve-exec --user mail -- mailer'
  done
}

@test "behind the sudo that stays, a daemon is in the foreground, by its init script, too" {
  wrapper <<<$'sudo -E A=1 /etc/init.d/cron start\nsudo service ssh start && tail -f /dev/null'
  printf 'FROM debian\nUSER ci\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  becomes cron 'exec sudo -E A=1 cron -f'
  becomes sshd 'exec sudo /usr/sbin/sshd -D'
  told 'sshd was started by its init script: it also makes /run/sshd'
}

@test "sudo in a script that has started itself again as another user is root" {
  wrapper <<<$'#!/bin/sh\nif [ "$(id -u)" = 0 ]; then exec gosu app "$0" "$@"; fi\nweb &\nsudo -E agent\nwait'
  migrate
  becomes web 'exec reeve-exec --user app -- web'
  ! grep -q 'user app' "$tree/agent/run"
}

@test "variables that sudo was given" {
  wrapper <<<$'sudo -E -u app HOME=/tmp "OPTIONS=$X" /usr/bin/web --x &\nwait'
  migrate
  services web
  becomes web 'exec reeve-exec --user app -- /usr/bin/web --x'
  grep -qx 'export HOME=/tmp' "$tree/web/run"
  grep -qx 'export "OPTIONS=$X"' "$tree/web/run"
}

@test "a shell, or what talks to a person, at the end has the terminal, and is main" {
  for shell in /bin/bash 'exec bash' 'sh -i' 'exec psql -U app' 'python3'; do
    wrapper <<<"web &"$'\n'"$shell"
    migrate
    [ "$(find "$tree" -name flag-console | wc -l)" -eq 1 ]
    has "$(basename "$(dirname "$(find "$tree" -name flag-console)")")/flag-main" web
    told 'flag-console'
  done
  for other in 'exec bash /opt/app.sh' 'bash </opt/commands' 'python3 app.py'; do
    wrapper <<<"web &"$'\n'"$other"
    migrate
    [ -z "$(find "$tree" -name flag-console)" ]
  done
}

@test "a login shell is a fresh environment at home" {
  wrapper <<<$'su - app -c web &\nwait'
  migrate
  grep -qx 'cd "$HOME" || exit 111' "$tree/web/run"
  last_line web | grep -q "env -i HOME=.* USER=app .* -l -c 'exec web'"
}

@test "what changes more than the user is kept, and marked" {
  wrapper <<<$'setpriv --reuid=app --no-new-privs web &\nwait'
  migrate
  becomes web 'exec setpriv --reuid=app --no-new-privs web' || becomes setpriv 'exec setpriv --reuid=app --no-new-privs web'
  told 'TODO: setpriv does more'
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

@test "names of services" {
  wrapper <<'EOS'
python3 -u manage.py runserver 0:8000 &
python -m celery &
node dist/index.js &
java -Xmx1g -jar /opt/shop-1.0.jar &
bundle exec puma -C x &
/opt/my.app/bin/Start_It.sh &
/opt/run.sh &
sh -c 'cd /x && exec agent --y' &
docker-entrypoint.sh postgres -c x=y &
npm run serve &
wait
EOS
  migrate
  services run-service runserver celery node shop-1.0 puma Start_It agent postgres serve
}

@test "a service has the name of its program, whatever starts it: no value of an option" {
  wrapper <<'EOS'
#!/bin/bash
env -u SECRET ./metrics &
env -C /srv ./a1 &
env -S "node --inspect app.js" &
env --unset SECRET --chdir /x ./a2 &
env -i PATH=/bin ./a3 &
env - PATH=/bin ./a3b &
nice -n 10 ./a4 &
nice -10 ./a5 &
nice --adjustment 5 ./a5b &
timeout -s KILL 30 ./a6 &
timeout -k 5 1h ./a7 &
timeout --signal INT 1.5d ./a7b &
stdbuf -o L -e L ./a8 &
stdbuf -oL ./a9 &
ionice -c 2 -n 7 ./a10 &
ionice -c2 -n7 ./a11 &
taskset -c 0,1 ./a12 &
taskset 0x3 ./a13 &
chrt -f 50 ./a14 &
chrt --rr -p 3 ./a15 &
chpst -u app -e env ./a16 &
unshare -n --mount-proc ./a17 &
unshare --map-user 1000 ./a17b &
xvfb-run -s "-screen 0 640x480x24" -n 99 ./a18 &
xvfb-run -a --server-args="-x" ./a19 &
dbus-run-session -- ./a20 &
dbus-run-session --config-file /x.conf ./a21 &
nohup nice ./a22 &
setsid -w ./a23 &
setpriv --reuid 1000 --ambient-caps +net ./a24 &
prlimit --nofile=1024 ./a26 &
flock -n /lock ./a27 &
flock -w 10 /lock -c ./a27b &
numactl -N 0 -m 0 ./a28 &
catchsegv ./a29 &
time -p ./a30 &
strace -f -o log ./a32 &
faketime '2020-01-01' ./a33 &
ltrace -o x ./a33b &
valgrind --tool=memcheck ./a34 &
gdb --args ./a35 &
exec -a name ./a36 &
chroot --userspec=app /jail ./a37 &
chroot /jail ./a38 &
softlimit -m 1000 ./a40 &
cgexec -g cpu:x ./a41 &
ip netns exec blue ./a42 &
nsenter -t 1 -n ./a43 &
unbuffer -p ./a45 &
choom -n 100 ./a47 &
runcon -t x ./a48 &
fakeroot -- ./a50 &
setarch x86_64 -R ./a51 &
linux32 ./a52 &
aa-exec -p prof ./a53 &
sg grp ./a55 &
doas -u app ./a56 &
su-exec app:app ./a57 &
s6-envdir env ./a58 &
s6-setuidgid app ./a59 &
envdir env ./a60 &
uv run --with x ./a68 &
npx -p pkg ./a69 &
wait
EOS
  migrate
  services metrics a1 app a2 a3 a3b a4 a5 a5b a6 a7 a7b a8 a9 a10 a11 a12 a13 a14 a15 a16 a17 a17b a18 a19 a20 a21 a22 a23 a24 \
    a26 a27 a27b a28 a29 a30 a32 a33 a33b a34 a35 a36 a37 a38 a40 a41 a42 a43 a45 a47 a48 a50 a51 a52 a53 a55 a56 a57 a58 a59 a60 a68 a69
}

@test "options with a value of what changes the user, and of what starts a daemon" {
  wrapper <<'EOS'
chroot --userspec app:app --groups x,y /jail a1 &
su -g www -c a2 app &
sudo -nEu app a3 &
sudo -D /srv -u app a4 &
start-stop-daemon --start --chuid=app -g www -N 5 -k 027 --exec /a5 -- -x &
dumb-init -r 15:2 a6 &
tini -e 143 -- a7 &
env --unset SECRET nginx
wait
EOS
  migrate
  becomes a1 'exec reeve-exec --chroot /jail --user app:app --keep-home -- a1'
  becomes a2 "exec reeve-exec --user app:www -- /bin/sh -c 'exec a2'"
  becomes a3 'exec reeve-exec --user app -- a3'
  becomes a4 'exec reeve-exec --user app -- a4'
  told 'line 4: services.d/a4/run: service a4, started in the background; TODO: an option of sudo'
  becomes a5 'exec reeve-exec --user app:www -- /a5 -x'
  grep -qx 'umask 027' "$tree/a5/run"
  told 'TODO: start-stop-daemon -N 5 is lost'
  told 'TODO: dumb-init passed on other signals'
  told 'TODO: tini made an exit code to 0'
  becomes nginx "exec env --unset SECRET nginx -g 'daemon off;'"
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
  done <<<$'["/bin/bash"]|bash\nbash|sh\n["sh", "-l"]|sh\n["python3"]|python3\nexec /bin/bash|sh'
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

@test "names of what a path with a variable, dotnet, a subshell with a trap, or a file alone tells" {
  wrapper <<'EOS'
${CATALINA_HOME}/bin/catalina.sh run &
dotnet /app/Shop.Api.dll &
dotnet run --project src/Shop.Jobs &
( trap 'exit 0' TERM; while true; do backup; sleep 300 & wait $!; done ) &
dotnet --urls http://*:80 Shop.Web.dll &
> /etc/crontab
exec crond -f
EOS
  migrate
  services catalina Shop.Api Shop.Jobs backup Shop.Web crontab crond
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

@test "names of what npm, pnpm, php -S, deno run and node . start" {
  wrapper <<'EOS'
#!/bin/bash
npm --prefix web start &
npm run --prefix client dev &
npm run start:worker &
pnpm --filter api start &
pnpm -F mail run send &
yarn worker &
npm start &
php -S 0.0.0.0:80 &
deno run -A tick.ts &
node . &
wait -n
EOS
  migrate
  services web client worker api send worker-2 npm php tick node
}
