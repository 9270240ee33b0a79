# What a command is for, whatever starts it: does it serve, leave, or work and end?
# shellcheck shell=bash disable=SC2154,SC2016 # tree is migrate's; $ is the script's
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a daemon that an interpreter executes is a service, in the foreground" {
  wrapper <<<$'mkdir -p /run/x\n/usr/bin/python /usr/bin/supervisord -c /etc/supervisord.conf\nexec web'
  migrate
  services supervisord web
  becomes supervisord 'exec /usr/bin/python /usr/bin/supervisord -n -c /etc/supervisord.conf'
  wrapper <<<$'python3 -u -m gunicorn app:app --daemon\nsh /etc/init.d/cron start\nperl /usr/sbin/spamd -d\nexec web'
  migrate
  services gunicorn cron spamd web
  becomes cron 'exec cron -f'
  becomes spamd 'exec perl /usr/sbin/spamd'
  wrapper <<<$'python3 manage.py check\nsh setup.sh -c\npython -c "import supervisord"\nexec web'
  migrate
  services web
}

@test "programs that leave a process behind are services: in the foreground, or followed, with a TODO" {
  wrapper <<<'memcached -d && rserver && jupyterhub'
  migrate
  services memcached rserver jupyterhub
  becomes rserver 'exec rserver --server-daemonize=0'
  has jupyterhub/flag-main
  wrapper <<<$'munged\ngosu munge munged --foreground &\nssh-agent -a /run/agent\nexec slurmctld -Dvv'
  migrate
  becomes munged 'exec munged -F'
  has ssh-agent/flag-forks slurmctld/flag-main
  told 'TODO: it puts itself into the background: run ssh-agent -D -a SOCKET'
  lacks munged-munge/flag-forks slurmctld/flag-forks
  wrapper <<<$'ssh-agent ./web &\ndbus-launch --exit-with-session ./ui\n'
  migrate
  untold 'puts itself into the background'
  wrapper <<<$'slurmd -V &\nssh-agent -k &\nexec web'
  migrate
  untold 'puts itself into the background'
  has slurmd-V/flag-oneshot ssh-agent-k/flag-oneshot
}

@test "what is told -D by one letter stays where the script becomes it, or ends with it" {
  local last
  for last in 'exec foobard -D' 'foobard -d'; do
    wrapper <<<$'cron\n'"$last"
    migrate
    lacks foobard/flag-forks
    has foobard/flag-main
    untold TODO
  done
  wrapper <<<$'echo "$KEY" | base64 -d >/key\nlz4 -d </a >/b\nexec web'
  migrate
  services web
  wrapper <<<$'foobard -D\nexec web'
  migrate
  has foobard/flag-forks
}

@test "what ends by its words is a task in the background, and a bare wait waits for it" {
  local job
  for job in 'crontab /etc/cron.d/app' 'nohup crontab F' 'su - app -c "crontab F"' 'python manage.py collectstatic --noinput' 'npx prisma migrate deploy' 'php artisan storage:link' \
    'dotnet ef database update' 'certbot certonly -d a' 'yarn build' 'sysctl -w a=1' 'wp core install' 'sh -c "sleep 5; curl localhost"' 'ldconfig' 'useradd x' 'if [ -e /a ]; then touch /b; fi'; do
    wrapper <<<"$job &"$'\nweb &\nwait -n'
    migrate
    [ "$(find "$tree" -name flag-oneshot | wc -l)" -eq 1 ]
    [ "$(find "$tree" -name flag-main)" = "$tree/web/flag-main" ]
  done
  wrapper <<<$'curl -o /x http://a/x &\nnpm ci &\nwait\ngunicorn a:app &\nwait'
  migrate
  has gunicorn/dependencies.d/{curl,ci} gunicorn/flag-main
  wrapper <<<$'sync-files --all &\n/srv/sync &\nwait'
  migrate
  lacks sync{,-files}/flag-oneshot
  for job in 'yarn build --watch' 'npm run build:watch' 'npm run test -- --watch' 'pactl subscribe'; do
    wrapper <<<"$job &"$'\nexec node server.js'
    migrate
    [ -z "$(find "$tree" -name flag-oneshot)" ] || { echo "# $job"; return 1; }
  done
}

@test "wait for a known server is the container's life: what is behind it never runs" {
  wrapper <<<$'if [ "$1" = serve ]; then\nphp-fpm -F &\ncaddy run &\nwait\nfi\nexec "$@"'
  cat >Dockerfile <<<$'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["serve"]'
  migrate --dockerfile Dockerfile
  services php-fpm caddy
  lacks {php-fpm,caddy}/flag-{oneshot,main}
  told 'ran only when what line 4 waits for had ended: it never did'
  wrapper <<<$'if [ "$1" = serve ]; then\nnode a.js &\nnode b.js &\nwait\nfi\nexec "$@"'
  migrate --dockerfile Dockerfile
  told 'TODO: CMD (serve) chose this, and behind it the script executes serve: if no program is called so, this is what the container is for'
  sed -i 's/"serve"/"web"/' Dockerfile
  wrapper <<<$'if [ -n "$1" ]; then\nload a &\nload b &\nwait\nfi\nexec "$@"'
  migrate --dockerfile Dockerfile
  untold TODO
  wrapper <<<$'gunicorn a:app &\ncelery -A x worker &\nwait\nexec ./more'
  migrate
  told 'TODO: the script came here only when one of these had ended: gunicorn, celery'
}

@test "sleep || true is a sleep" {
  local pause
  for pause in 'sleep 2 || true' 'sleep 2 || :' 'sleep 2 || exit 1'; do
    wrapper <<<"redis-server & $pause"$'\nexec web'
    migrate
    services redis-server web
    has web/dependencies.d/redis-server
  done
}

loop_for() # NAME: looks for it, as in a well-known sample
{
  echo "while sleep 60; do ps aux | grep $1 | grep -q -v grep; P=\$?; if [ \$P -ne 0 ]; then exit 1; fi; done"
}

@test "what a watching loop looks for serves, wherever the script starts it" {
  local start
  for start in 'python3.7 bms/main.py=main=bms' './training.sh=./training.sh=training' 'chromium --headless "$URL"=chromium=chromium' 'httpd -DFOREGROUND=httpd=httpd'; do
    IFS='=' read -r command name service <<<"$start"
    wrapper <<<"$command"$'\nstatus=$?\nif [ $status -ne 0 ]; then echo failed; exit $status; fi\n'"$(loop_for "$name")"
    migrate
    services "$service"
    has "$service/flag-main"
    [[ $report == *'mistake: it stays in the foreground: the script comes to what is behind it'* || $report == *'TODO: line 4 looks for it, so it goes on running'* ]]
  done
  wrapper <<<$'./prepare-web\nweb -D\n'"$(loop_for web)"
  migrate
  services web
  told 'TODO: by its letter -D or -d it may put itself into the background'
  wrapper <<<$'python web.py -D\n'"$(loop_for web)"
  migrate
  services web
  untold 'mistake: it stays in the foreground'
  told 'line 2 looks for it, so it goes on running: if it puts itself into the background'
}

@test "an unknown program ahead of what the script ends with is asked for" {
  local closing
  for closing in 'wait' 'wait -n; exit $?' 'fg %1' 'tail -f /dev/null' 'while kill -0 $PID; do sleep 5; done' 'status=$?; if [ $status -ne 0 ]; then exit 1; fi; wait $PID'; do
    for start in ./shoppidb '/usr/sbin/nginx-agent' 'env A=1 ./b'; do
      wrapper <<<$'#!/bin/bash\nset -m\nweb & PID=$!\n'"$start"$'\n'"$closing"
      migrate
      told 'if it goes on running'
    done
    for start in ./create-db './helper.sh migrate' 'python3 seed.py' './wait-for db'; do
      wrapper <<<$'#!/bin/bash\nset -m\nweb & PID=$!\n'"$start"$'\n'"$closing"
      migrate
      untold 'if it goes on running'
    done
  done
  wrapper <<<$'#!/bin/bash\n./b\nwait -n\nexit $?'
  migrate
  has b/flag-main
}

@test "a script of the build context that plainly ends is a task in the background" {
  printf 'FROM debian\nCOPY . /app\nCMD ["/app/start.sh"]\n' >Dockerfile
  printf 'until tailscale up; do sleep 1; done\n' >login.sh
  printf 'listen() { while true; do web; done; }\nlisten\n' >serve.sh
  wrapper <<<$'/app/login.sh &\nbash /app/login.sh &\n/app/serve.sh &\nexec /app/tailscaled'
  migrate --dockerfile Dockerfile
  has {login,login-2}/flag-oneshot
  lacks serve/flag-oneshot
}

@test "stunnel, whose configuration decides, is left as it is where it stayed in the foreground" {
  wrapper <<<$'web &\nexec stunnel /stunnel.conf'
  migrate
  lacks stunnel/flag-forks
  untold TODO
  wrapper <<<$'stunnel /stunnel.conf\nexec web'
  migrate
  has stunnel/flag-forks
  supervisord_conf
  printf '[program:s]\ncommand=stunnel /stunnel.conf\n' >supervisord.conf
  migrate
  untold 'puts itself into the background'
}

@test "what a condition starts by its name, and what only a loop of pauses follows, is asked for" {
  wrapper <<<$'if ./start-backend.sh; then exec nginx -g "daemon off;"; else exit 2; fi'
  migrate
  told 'TODO: by its name its condition starts something: ./start-backend.sh: if that goes on running, make it a service'
  wrapper <<<$'/opt/app/bin/app.sh start\nwhile [ -f /run/app.pid ]; do sleep 5; done'
  migrate
  told 'line 1: cont-init.d/10-start: setup, as it was; TODO: behind it the script only kept the container alive'
}

@test "a daemon that leaves, and is tried until it has started, is a service; in another loop, or behind !, it is marked" {
  local line
  for line in 'until service cron start; do sleep 1; done' 'while ! service cron start; do echo again; sleep 1; done' 'for i in 1 2 3; do service cron start && break; sleep 1; done'; do
    wrapper <<<"$line"$'\nexec web'
    migrate
    services cron web
    becomes cron 'exec cron -f'
    lacks cron/flag-main
  done
  for line in 'while read -r s; do service "$s" start; done <list' 'cat list | while read s; do service $s start; done' '! service cron start || echo ok' '{ service cron start; } 2>&1 | tee /log'; do
    wrapper <<<"$line"$'\nexec web'
    migrate
    [ "$(find "$tree" -name flag-main)" = "$tree/web/flag-main" ]
    told 'in the background, and the script went on: make a service of each daemon, in the foreground'
  done
}

@test "the word start of an unknown program may put it into the background" {
  local line
  for line in '/opt/x/bin/server.sh start &' 'sh /opt/app/bin/server.sh start'; do
    wrapper <<<"$line"$'\ntail -f /dev/null'
    migrate
    told 'TODO: by its word start it may put itself into the background'
  done
  wrapper <<<$'npm start &\nexec ./server.sh start'
  migrate
  untold TODO
}

@test "code that stays as it is, and leaves a daemon, is followed, with a TODO" {
  local code
  for code in "cd /app && php-fpm -D" "redis-server --daemonize yes || exit 1" ". ./env; ./prepare; gunicorn app -D"; do
    wrapper <<<"su app -c '$code'"$'\nweb --port 80'
    migrate
    [ "$(find "$tree" -name flag-forks | wc -l)" -eq 1 ]
    told 'TODO: it puts itself into the background: '
    has web/flag-main
  done
}

@test "names: an init script of a loop is its daemon, exec of the arguments is cmd, a folder of nginx says nothing" {
  wrapper <<<$'for s in ssh cron; do service $s start; done\nnode /usr/share/nginx/html/main.js &\nexec "${@:-bash}"'
  migrate
  services sshd cron node cmd
}

@test "an unknown program that may serve, behind which the script only did work, is main, with a TODO; that work is its finish" {
  local server work
  while IFS=: read -r server work; do
    wrapper <<<"/app/migrate"$'\n'"$server"$'\n'"$work"
    migrate
    told 'TODO: behind it the script only did work that ends, so this is taken for what serves' || { echo "# $server"; return 1; }
    [ "$(find "$tree" -name flag-main | wc -l)" -eq 1 ]
    grep -q -F "$work" "$tree/$(basename "$(dirname "$(find "$tree" -name flag-main)")")/finish"
  done <<'EOS'
/app/api --listen 80:/app/notify "api ended"
env A=1 /app/api --bind 80:/app/upload-logs
node dist/main.js:/app/upload-logs
java -jar app.jar --server.port=8080:curl -X POST http//hook
/opt/app/bin/app run:aws s3 sync /a s3
./app run:./cleanup.sh
/app/server --port 50051:rm -rf /data/tmp
EOS
  for work in $'node job.js\nrm -rf /tmp/a' $'./build-all\ncurl http://hook'; do
    wrapper <<<"$work"
    run --separate-stderr reeve-migrate start.sh -o rootfs/etc/services.d
    [ "$status" -eq 1 ]
    [[ $stderr == *'no long-running process'* ]]
  done
  wrapper <<<$'./wait-for-db --port 80\npython3 server.py\n'
  migrate
  has cont-init.d/10-start server/flag-main
  untold TODO
}

@test "what is told to listen, ahead of another program, is marked: that never starts" {
  wrapper <<<$'/app/api --listen :80\nexec /app/web'
  migrate
  told 'line 1: cont-init.d/10-start: setup, as it was; TODO: by its words it serves'
}

@test "a verb ahead of what it is done to says that a program in the background prepares something" {
  local name
  for name in add-initial-users load-users bootstrap_db warm-cache grantRights fetch-geoip; do
    wrapper <<<"./$name.sh &"$'\nexec web'
    migrate
    told 'run once, in the background; TODO: by its name it prepares something, and ends' || { echo "# $name"; return 1; }
  done
  for name in load-balancer sync-gateway 'app update'; do
    wrapper <<<"./$name &"$'\nexec web'
    migrate
    untold 'run once' || { echo "# $name"; return 1; }
  done
  for name in 'while true; do sleep 3600; ./dump-db; done' '(while true; do ./backup-runner; sleep 60; done)' 'while sleep 60; do ./load-users; done'; do # again and again
    wrapper <<<"$name &"$'\nexec web'
    migrate
    untold 'run once' || { echo "# $name"; return 1; }
    untold TODO
  done
}

@test "daemon in a folder of the image's own is its own program; the distribution's puts another one into the background" {
  local own
  for own in 'exec /app/bin/daemon --foreground' 'exec ./daemon -f /etc/d.conf' $'/opt/x/daemon --no-fork &\nwait' 'exec daemon -f -- /app/web'; do
    wrapper <<<"$own"
    migrate
    untold TODO
    lacks daemon/flag-forks
  done
  for own in daemon /usr/bin/daemon; do
    wrapper <<<"$own --name=a -- /app/web"$'\nexec web'
    migrate
    told 'TODO: it puts itself into the background: run the program itself'
  done
}

@test "a daemon with its version in a variable is that daemon" {
  local name
  for name in 'php-fpm$V' '/usr/sbin/php-fpm${PHP_VER}' 'php-fpm$SUFFIX' '/usr/sbin/php-fpm${PHP_VERSION}' '/usr/sbin/php-fpm-${PHP_VERSION:-8.2}' '"/usr/sbin/php-fpm$PHP_VERSION"'; do
    wrapper <<<"$name"$'\nexec nginx -g "daemon off;"'
    migrate
    services php-fpm nginx
    becomes php-fpm "exec $name -F"
  done
  wrapper <<<$'php-fpm${PHP_VERSION}-status\nexec web'
  migrate
  services web
}

@test "daemons that a shell in the background leaves, ahead of what only shows their logs, are services" {
  local group
  for group in '(cron && tail -f /var/log/cron.log) &' '{ cron && tail -f /var/log/cron.log; } &' '(cron; tail -F /var/log/cron.log) &' '{ service cron start; exec tail -f /dev/null; } &'; do
    wrapper <<<"$group"$'\nexec web'
    migrate
    has web/flag-main cron/run
    becomes cron 'exec cron -f'
    untold TODO
  done
  wrapper <<<$'(sleep 5; cron) &\nexec web'
  migrate
  services cron web
  grep -qx 'sleep 5' "$tree/cron/run"
}

@test "code that another shell executes is marked where its names say that it starts something" {
  local code
  for code in 'su hadoop -c "start-dfs.sh"' 'bash -c "start-dfs.sh && start-yarn.sh"' "su - hadoop -c '/opt/hadoop/sbin/start-dfs.sh; jps'" 'sudo -u hadoop bash -c "cd /opt && ./start-all.sh"'; do
    for ahead in '' $'service ssh start\n'; do
      wrapper <<<"$ahead$code"$'\nexec web'
      migrate
      told 'TODO: by its name it starts something: if that goes on running, make it a service, in the foreground'
    done
  done
  wrapper <<<$'su app -c "./migrate start-date.txt"\nexec web'
  migrate
  untold TODO
}

@test "what works on data, or calls a service of ROS, ends" {
  local job
  for job in /code/db-update.sh ./export-initial-data.sh sync-data.sh ./backup-db 'python export_data.py' 'rosservice call --wait /spawn_robot x' 'ros2 service call /reset std_srvs/Empty' 'rosparam set /a b' 'ollama run llama3'; do
    wrapper <<<"$job &"$'\nexec web'
    migrate
    [ "$(find "$tree" -name flag-oneshot | wc -l)" -eq 1 ] || { echo "# $job"; return 1; }
  done
  for job in ./data-api ./database sync-files 'ros2 run a b' ./update-server; do
    wrapper <<<"$job &"$'\nexec web'
    migrate
    [ -z "$(find "$tree" -name flag-oneshot)" ] || { echo "# $job"; return 1; }
  done
}

@test "a program in a folder of a variable, behind which the script only waited, is asked for, as others are" {
  local program
  for program in '"$APP_HOME/bin/server"' '$SPARK_HOME/bin/spark-class W' '$JAVA_HOME/bin/java -jar worker.jar' '${APP}/worker.sh'; do
    wrapper <<<$'./master &\n'"$program"$'\nfg'
    migrate
    told 'TODO: behind it the script only waited for the others: if it goes on running'
  done
}

@test "an option that is off puts nothing into the background" {
  wrapper <<<$'rserver --server-daemonize 0 &\nredis-server --daemonize no &\nwait'
  migrate
  becomes rserver 'exec rserver --server-daemonize 0'
  input=supervisord.conf
  wrapper supervisord.conf <<<$'[program:r]\ncommand=rserver --server-daemonize off'
  migrate
  becomes r 'exec rserver --server-daemonize off'
  input=start.sh
  wrapper <<<$'rpc.statd --no-notify\nexec app'
  migrate
  becomes rpc.statd 'exec rpc.statd -F --no-notify'
  has app/flag-main
}

@test "a name, or words, of work in the background make a task, with a TODO; what goes on does not" {
  local line
  for line in /code/db-update.sh ./export-initial-data.sh ./sync-data.sh ./backup-db.sh 'python export_data.py' 'topic pub --once /a b' 'ctl node create x'; do
    wrapper <<<"$line &"$'\nexec web'
    migrate
    told 'run once, in the background; TODO: by its ' || { echo "# $line"; return 1; }
  done
  for line in 'rosservice call --wait /spawn x' 'ros2 service call /x y' 'rosparam set /a b' 'bash -c "echo start | nc 127.0.0.1 1122"' 'sleep 5 && nohup sh -c "echo start | nc $H 1"' 'nc 127.0.0.1 1 </etc/start.txt' 'sh -c "echo x | timeout 5 nc localhost 1"'; do
    wrapper <<<"$line &"$'\nexec web'
    migrate
    told 'run once, in the background' || { echo "# $line"; return 1; }
  done
  for line in ./backup.sh ./shairport-sync ./git-sync ./log-export ./backup-loop.sh 'rq worker export' 'app --set a' 'bash -c "app | nc -lk 80"' 'nc -l 80 </etc/start.txt'; do
    wrapper <<<"$line &"$'\nexec web'
    migrate
    untold 'run once' || { echo "# $line"; return 1; }
  done
}

@test "rserver that is told to stay, in any words, is not told again" {
  local value
  for value in ' 0' ' off' '=no' ' false'; do
    wrapper <<<"rserver --server-daemonize$value &"$'\nwait'
    migrate
    becomes rserver "exec rserver --server-daemonize$value"
  done
  wrapper <<<$'rserver --server-daemonize 1 &\nwait'
  migrate
  becomes rserver 'exec rserver --server-daemonize 1 --server-daemonize=0'
}
