# supervisord.conf, as Python's configparser reads it: its programs and their options.
load lib
load migrate

setup()
{
  migrate_setup
  input=supervisord.conf
}
teardown() { reeve_teardown; }

@test "a program with everything" {
  wrapper <<'EOS'
; a comment
[supervisord]
nodaemon=true
environment=ALL="1"
[program:web]
command=gunicorn app:app
    --bind 0.0.0.0:%(ENV_PORT)s    ; inline
    --name "%(program_name)s 100%%" '*'
directory=/app
user=www-data
umask=027
environment=A="x, y",B=2,
    C='$HOME'
autorestart=true
stopsignal=QUIT
stopwaitsecs=30
stopasgroup=true
redirect_stderr=true
stdout_logfile=/var/log/%(program_name)s.log
stdout_logfile_maxbytes=1MB
EOS
  migrate
  file web/run <<'EOS'
#!/bin/sh
# TODO reeve-migrate: line 5: environment: $NAME or {{ }} is plain text, as for supervisord: if something (envsubst, a template) wrote the file at the start, write here what it put there: "$NAME" takes it from the environment
export ALL=1
export A='x, y'
export B=2
export C='$HOME'
cd /app || exit 111
exec reeve-exec --user www-data --umask 027 -- gunicorn app:app --bind "0.0.0.0:${PORT}" --name 'web 100%' '*' >>/var/log/web.log 2>&1
EOS
  file web/restart <<<always
  file web/down-signal <<<QUIT
  file web/timeout-kill <<<30000
  has web/flag-timeout-killpg
  has web/flag-down-group
  lacks web/flag-main
}

@test "when it is restarted, and whether it is started" {
  wrapper <<'EOS'
[program:a]
command=a
autorestart=unexpected
exitcodes=0,2,3
startretries=5
[program:b]
command=b
autorestart=false
autostart=false
[program:once]
command=once
autorestart=false
startsecs=0
[program:plain]
command=plain
EOS
  migrate
  file a/restart <<<on-failure:5
  file a/success-codes <<<'2 3'
  lacks a/finish
  file b/restart <<<no
  has b/down once/flag-oneshot
  told 'not started by itself: supervisorctl start b becomes reeve start b'
  file plain/restart <<<on-failure
}

@test "what the environment decides: enable-if, count, and a TODO for the rest" {
  wrapper <<'EOS'
[program:a]
command=a
autostart=%(ENV_WITH_A)s
numprocs=%(ENV_N)s
process_name=%(program_name)s_%(process_num)02d
stdout_logfile=/var/log/a-%(process_num)02d.log
numprocs_start=10
[program:b]
command=b
autorestart=%(ENV_RESTART)s
[program:c]
command=c
exitcodes=3
autorestart=unexpected
[program:d]
command=d
exitcodes=3
autorestart=true
EOS
  migrate
  file a@/enable-if <<<'WITH_A=true|True|TRUE|yes|Yes|YES|on|On|ON|1'
  file a@/count <<<'$N:1'
  grep -qx 'process_num=$((REEVE_INSTANCE + 9))' "$tree/a@/run"
  grep -qx 'process_num_02=$(printf %02d "$process_num")' "$tree/a@/run"
  tail -n 1 "$tree/a@/run" | grep -qx 'exec a >>"/var/log/a-${process_num_02}.log"'
  grep -q '^# TODO reeve-migrate: line 8: autorestart=%(ENV_RESTART)s' "$tree/b/run"
  # An end with 0 was none of the expected.
  file c/restart <<<always
  grep -q 'case $1 in 3) exit 125' "$tree/c/finish"
  lacks d/finish d/success-codes
}

@test "a program that is started by itself has no file down" {
  wrapper supervisord.conf <<<$'[program:web]\ncommand=web\nautostart=true'
  input=supervisord.conf migrate
  lacks web/down
  untold /down
}

@test "what supervisord was told for itself, its programs inherit" {
  wrapper <<'EOS'
[supervisord]
user=app
umask=007
minfds=65536
minprocs=500
directory=/srv
environment=ALL=1
[program:web]
command=web
[program:other]
command=other
user=root
umask=022
directory=/other
EOS
  migrate
  file web/run <<'EOS'
#!/bin/sh
export ALL=1
cd /srv || exit 111
[ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -ge 65536 ] || ulimit -S -n 65536 2>/dev/null || ulimit -n 65536 # supervisord raised it
exec reeve-exec --user app --umask 007 -- web
EOS
  file other/run <<'EOS'
#!/bin/sh
export ALL=1
cd /other || exit 111
[ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -ge 65536 ] || ulimit -S -n 65536 2>/dev/null || ulimit -n 65536 # supervisord raised it
exec reeve-exec --umask 022 -- other
EOS
  told 'line 6: each run: working directory'
  wrapper <<<$'[supervisord]\nnodaemon=true\ndirectory=/srv\nminfds=1024\numask=077\n[program:a]\ncommand=a'
  migrate
  run ! grep -q -e /srv -e limit -e umask "$tree/a/run"
  told 'line 3: dropped: in the foreground'
}

@test "each process of several has its own value, and is named in the report" {
  wrapper <<<$'[program:a]\ncommand=a\nnumprocs=2\nprocess_name=%(program_name)s%(process_num)d\ndirectory=/x/%(process_num)d'
  migrate
  grep -qx 'cd "/x/${process_num}" || exit 111' "$tree/a@/run"
  told 'line 5: services.d/a@/run: working directory'
}

@test "a file that only includes others is refused, and says which" {
  wrapper <<<$'[supervisord]\n[include]\nfiles = /etc/supervisor/conf.d/*.conf'
  run reeve-migrate supervisord.conf
  [ "$status" -eq 1 ]
  [[ $output == *'includes /etc/supervisor/conf.d/*.conf'* ]]
}

@test "the folder of logs that supervisor's package made is made where a log is written" {
  wrapper <<<$'[program:a]\ncommand=a\nstdout_logfile=/var/log/supervisor/a.log\nredirect_stderr=true\n[program:b]\ncommand=b\nstdout_logfile=/var/log/b.log'
  migrate
  grep -q '^mkdir -p /var/log/supervisor' "$tree/a/run"
  run ! grep -q mkdir "$tree/b/run"
}

@test "who may take long to stop is named with what the runtime has to give" {
  wrapper <<<$'[program:a]\ncommand=a\nstopwaitsecs=9\n[program:b]\ncommand=b\nstopwaitsecs=20'
  migrate
  told 'b may take 20 s to stop: ENV REEVE_STOP_TIMEOUT=22000'
  told 'terminationGracePeriodSeconds: 23'
  untold 'a may take'
}

@test "what [include] names is read, relative to the file, or where the Dockerfile takes it from" {
  mkdir -p conf.d docker/extra
  printf '; one more\n[program:web]\ncommand=web --port 80 && x\n' >conf.d/web.conf
  printf '[program:job]\ncommand=job\r\n' >docker/extra/job.ini
  printf '[program:other]\ncommand=other' >docker/other.conf
  wrapper <<<$'[program:db]\ncommand=db\n[include]\nfiles = conf.d/*.conf %(here)s/docker/other.conf\n  /etc/supervisor/extra/*.ini /etc/supervisor/none/*.conf'
  migrate
  services db web other
  told 'included: conf.d/web.conf, line 2: services.d/web/run'
  grep -q '^# TODO reeve-migrate: conf.d/web.conf, line 2: && is an argument here' "$tree/web/run"
  told 'and were not read: /etc/supervisor/extra/*.ini /etc/supervisor/none/*.conf'
  printf 'FROM debian\nCOPY docker/ /etc/supervisor/\nCOPY supervisord.conf /etc/\nCMD ["supervisord"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  services db web other job
  told 'included: docker/extra/job.ini, lines 1-2: services.d/job/run'
  told '[include] names /etc/supervisor/none/*.conf, and no COPY of the Dockerfile brings such a file'
  printf 'FROM debian\nCOPY docker/extra/*.ini conf.d/web.conf /etc/supervisor/extra/\nCMD ["supervisord"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  services db web other job
}

@test "a file with nothing but fcgi-programs is a supervisord.conf" {
  input=php.conf
  wrapper <<<$'[fcgi-program:php]\ncommand=php-cgi\nsocket=unix:///run/php.sock\nuser=app'
  migrate
  services php
  grep -q -e '--listen-unix /run/php.sock -- .*chown app /run/php.sock.* --user app -- php-cgi' "$tree/php/run"
}

@test "a program that supervisord and its like kept in the foreground is left as it is where the words for that would end it" {
  wrapper <<<$'[program:site]\ncommand=/usr/sbin/nginx -c /etc/site.conf\n[program:fpm]\ncommand=php-fpm8.2\n[program:jobs]\ncommand=cron\n[program:off]\ncommand=nginx -g "daemon off;"'
  migrate
  tail -n 1 "$tree/site/run" | grep -qx 'exec /usr/sbin/nginx -c /etc/site.conf'
  grep -q '^# TODO reeve-migrate: line 1: it is left as it is' "$tree/site/run"
  tail -n 1 "$tree/fpm/run" | grep -qx 'exec php-fpm8.2 -F'
  told 'service fpm (its words keep it in the foreground now)'
  told 'service jobs (its words keep it in the foreground now)'
  tail -n 1 "$tree/off/run" | grep -qx "exec nginx -g 'daemon off;'"
  run ! grep TODO "$tree/off/run"
  # The configuration is known.
  printf 'FROM debian\nRUN echo "daemon off;" >>/etc/site.conf\nCOPY supervisord.conf /etc/\nCMD ["supervisord"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'service site (as it is: its configuration keeps it in the foreground)'
  run ! grep TODO "$tree/site/run"
  # It ended everything with it.
  input=Procfile
  wrapper <<<$'site: nginx\nfpm: php-fpm8.2'
  migrate
  tail -n 1 "$tree/site/run" | grep -qx 'exec nginx'
  told '(as it is: its configuration keeps it in the foreground, or else the container would have ended at once)'
  tail -n 1 "$tree/fpm/run" | grep -qx 'exec php-fpm8.2 -F'
  input=start.sh
  wrapper <<<$'php-fpm8.2\nexec nginx'
  migrate
  tail -n 1 "$tree/nginx/run" | grep -qx 'exec nginx'
  told '(as it is: its configuration keeps it in the foreground, or else the container would have ended at once)'
}

@test "a program that was started once is a task only where it ends by itself" {
  local name
  wrapper <<'EOS'
[program:site]
command=/usr/sbin/nginx -g "daemon off;"
[program:app]
command=uwsgi --ini /etc/setup.ini
[program:own]
command=chown -R app /data
[program:tables]
command=php /app/artisan migrate --force
[program:files]
command=sh -c "mkdir -p /data && until nc -z db 5432; do sleep 1; done; exec python manage.py collectstatic"
[program:tick]
command=sh -c "while true; do sleep 60; date; done"
[program:thing]
command=sh -c "mkdir -p /data; exec /srv/thing"
[program:init-db]
command=/srv/prepare
EOS
  sed -i 's/^command.*/&\nstartsecs=0\nautorestart=false/' supervisord.conf
  migrate
  for name in site app tick thing; do
    lacks "$name/flag-oneshot"
    file "$name/restart" <<<no
  done
  has own/flag-oneshot tables/flag-oneshot files/flag-oneshot init-db/flag-oneshot
  for name in tick thing; do grep -q '^# TODO reeve-migrate: .*: startsecs=0 and autorestart=false fit' "$tree/$name/run"; done
  run ! grep -r TODO "$tree/site" "$tree/app" "$tree/own" "$tree/tables" "$tree/files" "$tree/init-db"
}

@test "variables that no shell expands, and calls of supervisorctl, are marked" {
  wrapper <<<$'[program:a]\ncommand=a $KIND --home=${HOME} --price 5$ ${N:-1}\n[program:b]\ncommand=sh -c "echo $HOME; exec b"\n[program:c]\ncommand=sh -c "c; supervisorctl restart a"'
  migrate
  grep -q '^# TODO reeve-migrate: line 1: $KIND, ${HOME}, ${N:-1}: not expanded, as in supervisord' "$tree/a/run"
  run ! grep TODO "$tree/b/run"
  grep -q '^# TODO reeve-migrate: line 5: supervisorctl finds no supervisord any more' "$tree/c/run"
}

@test "what is told of an event listener fits the restart that it asks for" {
  wrapper <<<$'[program:a]\ncommand=a\nautorestart=true\n[eventlistener:x]\ncommand=x\nevents=PROCESS_STATE_FATAL\n[eventlistener:y]\ncommand=y\nevents=PROCESS_STATE_EXITED,PROCESS_STATE_FATAL'
  migrate
  told 'TODO: the event listener x is not translated: if it ended supervisord when a program was given up, give flag-main to those programs, and restart on-failure:3'
  told 'TODO: the event listener y is not translated: if it ended supervisord when a program had ended, give flag-main and restart no'
}

@test "variables that supervisord needed, and text that only a template fills in, are named" {
  wrapper <<'EOS'
; %(ENV_COMMENT)s
[group:all]
programs=a,b
[program:a]
command=/srv/a --token %(ENV_TOKEN)s --port %(ENV_PORT)s
directory=${HOME_OF_A}
stdout_logfile=/var/log/%(group_name)s-%(program_name)s.log
[program:b]
command=bash -c "exec /srv/b $PORT"
user={{ .Env.USER }}
[program:c]
command=sh -c 'exec /srv/c "$PORT"'
stdout_logfile=/var/log/%(group_name)s.log
EOS
  printf 'FROM debian\nENV PORT=80\nCOPY supervisord.conf /etc/\nCMD ["supervisord"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'note: supervisord did not start where one of these was not set: TOKEN; here it is empty'
  grep -q '^# TODO reeve-migrate: line 4: directory: $NAME or {{ }} is plain text' "$tree/a/run"
  grep -q '^# TODO reeve-migrate: line 8: user: $NAME or {{ }} is plain text' "$tree/b/run"
  run ! grep TODO "$tree/c/run"
  tail -n 1 "$tree/a/run" | grep -q '>>/var/log/all-a.log$'
  tail -n 1 "$tree/c/run" | grep -q '>>/var/log/c.log$'
}

@test "what the code of a program leaves in the background is named" {
  local command names
  while IFS='|' read -r command names; do
    wrapper <<<$'[program:a]\ncommand='"$command"
    migrate
    if [ -n "$names" ]; then grep -q "^# TODO reeve-migrate: line 1: its code leaves $names in the background" "$tree/a/run" || { echo "# $command"; return 1; }
    else run ! grep TODO "$tree/a/run"; fi
  done <<'EOS'
/bin/bash -c "/etc/init.d/nginx start && tail -f /var/log/nginx/error.log"|nginx
bash -c 'service cron start; service ssh start; exec web'|cron, ssh
sh -c "redis-server & exec node web.js"|redis-server
su app -c "php-fpm -D; tail -f /var/log/a"|php-fpm
sh -c "if [ -f /x ]; then crond; fi; while true; do sleep 1; done"|crond
sh -c "source /etc/apache2/envvars && apache2 -DFOREGROUND"|
sh -c "mkdir -p /x & nginx -t && exec nginx"|
sh -c "cd /x && while [ true ]; do (php artisan schedule:run &); sleep 60; done"|
sh -c "for port in 1 2; do server $port & done; wait"|server
EOS
}

@test "what an entrypoint exports is set for supervisord" {
  input=supervisord.conf
  wrapper <<<$'[supervisord]\nnodaemon=true\n[program:a]\ncommand=/usr/bin/a %(ENV_KEY)s %(ENV_OTHER)s'
  printf '#!/bin/sh\nif [ -e /run/key ]; then\n  export KEY=$(cat /run/key)\nfi\nexec "$@"\n' >"$dir/entry.sh"
  printf 'FROM debian\nCOPY entry.sh /entry.sh\nCOPY supervisord.conf /etc/\nENTRYPOINT ["/entry.sh"]\nCMD ["supervisord","-c","/etc/supervisord.conf"]\n' >"$dir/Dockerfile"
  migrate --dockerfile Dockerfile
  told 'supervisord did not start where one of these was not set: OTHER;'
}
