# Commands of a trap, or behind the wait, that stop a server: which signal it gets in their place.
# shellcheck shell=bash disable=SC2154,SC2034 # tree and report are migrate's
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

# stopped COMMANDS: a trap of TERM, where these run: redis-server (two), mysqld, nginx, supervisord, rabbitmq-server, node
stopped()
{
  wrapper <<EOS
#!/bin/bash
trap '$1; exit 0' TERM
redis-server --port 6379 &
redis-server --port 6380 &
mysqld --user=mysql &
nginx -g 'daemon off;' &
rabbitmq-server &
mongod &
node app.js &
wait \$!
EOS
  migrate
}

@test "a server's own client that stops it is TERM, and the report says of which" {
  stopped 'redis-cli -p 6380 shutdown; mysqladmin -uroot shutdown; rabbitmqctl stop; mongod --shutdown'
  untold TODO
  told 'redis-server-6380 gets TERM in place of `redis-cli -p 6380 shutdown`'
  untold 'redis-server gets TERM'
  told 'mysqld gets TERM in place of `mysqladmin -uroot shutdown`'
  told 'rabbitmq-server gets TERM in place of `rabbitmqctl stop`'
  told 'mongod gets TERM in place of `mongod --shutdown`'
  lacks redis-server-6380/down-signal mysqld/down-signal rabbitmq-server/down-signal mongod/down-signal app/finish
}

@test "what TERM does otherwise is told, and where that matters it is a question" {
  stopped 'redis-cli -p 6379 shutdown nosave'
  told 'redis-server gets TERM in place of `redis-cli -p 6379 shutdown nosave`, which saves first, unless its configuration has no save points'
  untold TODO
  stopped 'rabbitmqctl stop_app'
  told 'TODO: it was stopped by `rabbitmqctl stop_app`; here rabbitmq-server gets TERM, which ends all of it'
  grep -q 'TODO reeve-migrate: line 2: it was stopped by' "$tree/rabbitmq-server/run"
  stopped 'valkey-cli -h cache.example.com shutdown'
  told 'TODO: a command that stops something: valkey-cli -h cache.example.com shutdown'
}

@test "a stop as another user is that of what stops" {
  wrapper <<<$'#!/bin/bash\ntrap \'su - postgres -c "pg_ctl -D /data -m immediate stop"; sudo /usr/sbin/nginx -s quit\' TERM\npostgres -D /data & P=$!\nnginx -g "daemon off;" &\nwait $P'
  migrate
  file postgres/down-signal <<<QUIT
  file nginx/down-signal <<<QUIT
  lacks postgres/finish
  untold TODO
}

@test "stops by init scripts are each of its own service" {
  wrapper <<<$'#!/bin/bash\nbye() { service nginx stop; service mysql stop; exit 0; }\ntrap bye TERM\nservice mysql start\nservice nginx start\nsleep infinity & wait'
  migrate
  told 'nginx gets TERM in place of `service nginx stop`; mysqld gets TERM in place of `service mysql stop`'
  untold 'mysqld gets TERM in place of `service nginx'
}

@test "the signal that ended another one behind the wait is its down-signal" {
  wrapper <<'EOS'
#!/bin/bash
set -e
postgres -D /d & PG=$!
nginx -g 'daemon off;' &
other & OTHER=$!
app & APP=$!
wait $APP
nginx -s quit
kill -INT $PG
kill $OTHER
EOS
  migrate
  file nginx/down-signal <<<QUIT
  file postgres/down-signal <<<INT
  lacks other/down-signal app/finish
  told 'line 8: dropped: what was done at the end: the supervisor signals each service; nginx gets QUIT in place of `nginx -s quit`'
  told 'mistake: no trap for TERM'
  untold 'at the script'\''s own end'
}

# alone DOCKERFILE: migrates what its CMD is
alone()
{
  rm -rf rootfs
  wrapper Dockerfile <<<"$1"
  run -0 --separate-stderr reeve-migrate Dockerfile -o rootfs/etc/services.d
  report=$output
}

@test "what a shell's last command becomes gets the signal itself, where the image's shell does so" {
  local cmd
  for cmd in $'FROM node:20-alpine\nCMD ["sh","-c","npm run migrate && node main.js"]' $'FROM debian\nCMD ["bash","-c","alembic upgrade head; gunicorn app:app"]'; do
    alone "$cmd"
    untold 'no trap for TERM' || { echo "# $cmd"; return 1; }
  done
  alone $'FROM nginx:alpine\nCMD php-fpm & nginx -g "daemon off;"'
  file nginx/down-signal <<<QUIT
  untold 'no trap for TERM'
  for cmd in 'CMD npm run migrate && node main.js' 'CMD ["bash","-c","worker & gunicorn app:app"]'; do
    alone $'FROM debian\n'"$cmd"
    told 'no trap for TERM' || { echo "# $cmd"; return 1; }
  done
}

@test "a command that stops a server stops the one of its name, not what mentions that" {
  local other
  for other in 'tail -f /var/log/nginx/error.log' 'nginx-exporter -scrape http://localhost/nginx_status' /opt/nginx/bin/reloader; do
    wrapper <<<$'trap \'nginx -s quit; exit 0\' TERM\nnginx\n'"$other &"$'\nwait'
    migrate
    file nginx/down-signal <<<QUIT
    [ "$(find "$tree" -name down-signal | wc -l)" -eq 1 ] || { echo "# $other"; return 1; }
  done
}

@test "a command that has a server read its configuration anew, in a trap of HUP or USR1, is its reload-signal" {
  wrapper <<<$'#!/bin/bash\nnginx -g "daemon off;" & N=$!\ntrap \'nginx -t && nginx -s reload\' HUP\ntrap \'nginx -s quit\' TERM\nwait $N'
  migrate
  told '`reeve reload nginx` sends HUP, in place of `nginx -s reload`; TODO: docker kill -s HUP CONTAINER reached it'
  untold 'not done any more'
  untold 'which nothing does now'
  wrapper <<<$'#!/bin/bash\nreload() { echo reload; apachectl graceful; }\ntrap reload USR1\ntrap "apachectl stop" TERM\napache2ctl -D FOREGROUND &\nwait'
  migrate
  file apache2ctl/reload-signal <<<USR1
  told 'in place of `apachectl graceful`, which looked at the configuration first'
  wrapper <<<$'#!/bin/bash\nnginx -g "daemon off;" &\ntrap \'render >/etc/nginx/nginx.conf; nginx -s reload\' HUP\nwait'
  migrate
  told 'TODO: what it did is not done any more: render >/etc/nginx/nginx.conf'
}

@test "pkill -P \$\$ in a trap signals all that the script has started" {
  local kill
  for kill in 'pkill -INT -P $$' 'pkill --signal INT --parent $$' 'pkill -P $$ -INT'; do
    wrapper <<<$'#!/bin/bash\ntrap \''"$kill"$'\' TERM\na &\nb &\nwait'
    migrate
    untold TODO
    grep -qx INT "$tree"/a/down-signal "$tree"/b/down-signal || { echo "# $kill"; return 1; }
  done
}

@test "a program whose words only contain another's name is not stopped by that one's stop" {
  local other
  for other in 'tail -f /var/log/nginx/error.log' 'nginx-exporter -scrape http://localhost/nginx_status' '/opt/nginx/bin/reloader' 'tail -f /var/log/php-fpm'; do
    wrapper <<<$'trap "nginx -s quit; service php-fpm stop; exit 0" TERM\nservice php-fpm start\nnginx\n'"$other"$' &\nwait'
    migrate
    told 'nginx gets QUIT in place of `nginx -s quit`; php-fpm gets TERM in place of `service php-fpm stop`; down-signal of nginx: QUIT'
    [ "$(find "$tree" -name down-signal)" = "$tree/nginx/down-signal" ]
  done
}

@test "a server that is only prepared, with a trap of its own around that, stays in the setup" {
  wrapper <<'EOF'
#!/bin/bash
if [ ! -f /data/db/.initialized ]; then
  mongod --dbpath /data/db & pid=$!
  trap 'kill "$pid"' EXIT
  until mongosh --eval 1; do sleep 1; done
  mongosh /init.js
  kill "$pid"
  wait "$pid"
  trap - EXIT
fi
exec mongod --dbpath /data/db
EOF
  migrate
  services mongod
  grep -q 'trap - EXIT' "$init/10-start"
  untold mistake
  untold TODO
  wrapper <<'EOF'
#!/bin/bash
cleanup() { kill $pid; }
postgres -D /data &
pid=$!
trap cleanup EXIT
until pg_isready; do sleep 1; done
psql -f /init.sql
kill "$pid"
wait "$pid"
exec postgres -D /data
EOF
  migrate
  services postgres
  grep -q 'trap cleanup EXIT' "$init/10-start"
  # That of a variable with another pid later is the later one's, too.
  sed -i 's/^exec \(.*\)/\1 \& pid=$!; wait $pid/' start.sh
  migrate
  has postgres-2/run
}

@test "pulseaudio -k and vncserver -kill stop what they have started" {
  wrapper <<<$'pulseaudio -D\nffmpeg -f pulse -i default /out.mp3 &\nF=$!\npython3 bot.py\nkill -INT $F\nwait $F\npulseaudio -k'
  migrate
  has bot/flag-main
  lacks ffmpeg/flag-main ffmpeg/finish
  file ffmpeg/down-signal <<<INT
  told 'pulseaudio gets TERM in place of `pulseaudio -k`'
  wrapper <<<$'trap "vncserver -kill :1; exit 0" TERM\nvncserver :1\nwebsockify 80 localhost:5901 &\nwait $!'
  migrate
  told 'vncserver gets TERM in place of `vncserver -kill :1`'
  untold TODO
}

@test "what a trap sets for the loop of a task stays with that, whatever it signals beside" {
  local trap loop
  while IFS='|' read -r trap loop; do
    wrapper <<<$'#!/bin/bash\nrun=1\ntrap \''"$trap; kill \$WEB"$'\' TERM\nweb & WEB=$!\n'"while $loop; do job; sleep 3; done"$'\nwait $WEB'
    migrate
    has job/flag-oneshot web/flag-main
    grep -q "^trap .*TERM$" "$tree/job/run"
    grep "^trap " "$tree/job/run" | grep -q -F -- "$trap"
    lacks web/finish
  done <<'EOS'
touch /tmp/stop|[ ! -f /tmp/stop ]
rm -f /run/go|[ -e /run/go ]
run=0|[ $run = 1 ]
EOS
}

@test "uwsgi behind su -c is stopped by INT, too" {
  wrapper <<<$'nginx\nsu www -c "/usr/local/bin/uwsgi --ini /srv/u.ini &"\nexec tail -f /dev/null'
  migrate
  [ "$(cat "$tree/uwsgi/down-signal")" = INT ]
}

@test "a trap that signals a process group has the service's signalled" {
  local trap
  for trap in 'kill -TERM -- -$P' 'kill -s TERM "-$P"' 'kill -TERM -$P; wait $P' 'pkill -TERM -P $P'; do
    wrapper <<<$'#!/bin/bash\nset -m\nweb &\nP=$!\ntool &\ntrap \''"$trap"$'\' TERM\nwait $P'
    migrate
    has web/flag-down-group
    lacks tool/flag-down-group
    told 'the signal of web reaches what it has started, too, as in the script (flag-down-group)'
  done
  wrapper <<<$'#!/bin/bash\nweb &\nP=$!\ntrap \'kill -TERM $P\' TERM\nwait $P'
  migrate
  lacks web/flag-down-group
}
