# Logs that the script showed, mostly to keep the container alive.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "the logs that kept the container alive are shown by a service, whatever becomes of who writes them" {
  local last
  for last in 'web & tail -f /log/web' 'web & exec tail -fn 20 /log/web' 'cron && tail -f /log/web' 'service ssh start; tail -n0 -f /log/web'; do
    wrapper <<<"$last"
    migrate
    told 'logs, in place of what kept the container alive: it shows these logs, as before'
    grep -Eqx 'exec tail -(F|Fn 20|n0 -F) /log/web' "$tree/logs/run" || { cat "$tree/logs/run"; return 1; }
    lacks logs/flag-main logs/dependencies.d
    untold 'does not show any more'
  done
  wrapper <<<$'web &\nif [ "$DEBUG" ]; then tail -f /log/debug; else wait; fi'
  migrate
  file logs/enable-if <<<DEBUG
  has web/flag-main
  # A pattern stands for files that are there.
  wrapper <<<$'web &\ntail -f /log/*.log'
  migrate
  grep -qx 'exec tail -f /log/\*.log' "$tree/logs/run"
}

@test "what shows logs in the background goes on showing them" {
  wrapper <<<$'gunicorn --log-file /log/g app &\ntail -n 0 -f /log/*.log &\nsed -i s/a/b/ /etc/web.conf\nexec web'
  migrate
  services gunicorn logs web edit-web.conf
  grep -qx 'exec tail -n 0 -f /log/\*.log' "$tree/logs/run"
  lacks logs/flag-main edit-web.conf/dependencies.d/logs
  untold 'kept the container alive'
  untold 'does not show any more'
  told 'line 1: mistake: docker stop signals web alone: when that has ended, this is killed: gunicorn'
  # What waits for it alone is kept alive by it.
  wrapper <<<$'web &\ntail -F /log/web & FOLLOW=$!\nwait "${FOLLOW}"'
  migrate
  services web
  told 'does not show any more: /log/web'
}

@test "logs that a pattern stands for are shown when what makes them is there" {
  wrapper <<<$'server &\nuntil nc -z localhost 80; do sleep 1; done\nprepare\ntail -f /var/log/app/*.log'
  migrate
  file logs/dependencies.d/server <<<optional
  file logs/dependencies.d/prepare <<<optional
  told 'and of a pattern those that are there when it starts'
  wrapper <<<$'server &\nuntil nc -z localhost 80; do sleep 1; done\nprepare\ntail -f /var/log/app.log'
  migrate
  lacks logs/dependencies.d
  becomes logs 'exec tail -F /var/log/app.log'
}

@test "logs of a pattern come after each service ahead; -F waits for the pattern's own name, which is said" {
  wrapper <<<$'#!/bin/bash\nservice mysql start\nnginx\ntail -F /var/log/nginx/*.log'
  migrate
  file logs/dependencies.d/nginx <<<optional
  file logs/dependencies.d/mysqld <<<optional
  told 'TODO: the logs of the pattern have to be there when it starts'
  wrapper <<<$'#!/bin/bash\nnginx\ntail -f /var/log/nginx/*.log'
  migrate
  file logs/dependencies.d/nginx <<<optional
  untold TODO
}

@test "what supervisord wrote to files of its own goes to the container's output, which the report says" {
  input=supervisord.conf
  wrapper <<<$'[supervisord]\nchildlogdir=/var/log/own\n[program:auto]\ncommand=a\nstdout_logfile=AUTO\n[program:bare]\ncommand=b\nredirect_stderr=true\n[program:half]\ncommand=c\nstdout_logfile=/dev/stdout\n[program:both]\ncommand=d\nstdout_logfile=/dev/stdout\nstderr_logfile=/var/log/d'
  migrate
  told "note: supervisord wrote output of these to files of its own (AUTO), in /var/log/own: auto, bare, half; here it goes to the container's output"
  told "line 5: dropped: a file of supervisord's own: here the container's output"
  becomes auto 'exec a'
  wrapper <<<$'[program:web]\ncommand=web\nstdout_logfile=/dev/stdout\nredirect_stderr=true'
  migrate
  untold 'files of its own'
  # None at all is another thing.
  wrapper <<<$'[program:a]\ncommand=a\nstdout_logfile=\nstderr_logfile=off\n[program:b]\ncommand=b\nstdout_logfile=NONE\nredirect_stderr=true'
  migrate
  becomes a 'exec a >/dev/null 2>/dev/null'
  becomes b 'exec b >/dev/null 2>&1'
  untold 'files of its own'
}

@test "a script that stops something, behind what keeps the container alive, is no server" {
  wrapper <<<$'redis-server /etc/redis.conf --daemonize yes\ntail -f /srv/log/*.log\n/srv/stop-all.sh'
  migrate
  told 'line 3: dropped: it did not run as long as line 2 did, which kept the container alive'
}

@test "the logs of pm2 are no file of that name" {
  wrapper <<<$'#!/bin/bash\npm2 start app.js\npm2 logs --raw'
  migrate
  untold 'log files that'
  told 'line 3: dropped: kept the container alive'
}

@test "in the code of sh, too, &> is what was meant" {
  local code
  while IFS='|' read -r code is; do
    wrapper <<<$'#!/bin/sh\n'"$code"$'\nexec web'
    migrate
    [[ "$(last_line worker)" == *"$is" ]] && told 'where sh is dash, &> is & and >' || { echo "# $code: $(last_line worker)"; return 1; }
  done <<'EOF'
su app -c 'worker &>/L' &|/bin/sh -c 'exec worker >/L 2>&1'
runuser -l app -c 'worker -e "run()" &>>/L &'|/bin/sh -l -c 'exec worker -e "run()" >>/L 2>&1'
sh -c 'worker &>L' &|sh -c 'worker >L 2>&1'
sh -c "worker >&L" &|sh -c 'worker >L 2>&1'
su - app -c 'cd /x && worker >&L' &|/bin/sh -l -c 'cd /x && exec worker >L 2>&1'
EOF
  for code in "su -s /bin/bash app -c 'worker &>/L' &" "bash -c 'worker &>L' &" "sh -c 'worker >L 2>&1' &"; do
    wrapper <<<$'#!/bin/sh\n'"$code"$'\nexec web'
    migrate
    untold 'where sh is dash' || { echo "# $code"; return 1; }
  done
}

@test "a log that is called startup starts nothing" {
  wrapper <<<$'for f in startup_log rabbit.log; do tail -f /var/log/$f & done\ntail -F /var/log/startup.log &\nexec rabbitmq-server'
  migrate
  untold TODO
}

@test "a log behind && needs nobody, and the report says of nobody that it does" {
  wrapper <<<$'./prepare &&\\\n/usr/sbin/krb5kdc -P /run/k.pid &&\\\ntail -f /var/log/krb5kdc.log'
  migrate
  services krb5kdc logs
  lacks logs/dependencies.d
  untold 'depends on krb5kdc'
  wrapper <<<$'/usr/sbin/krb5kdc -P /run/k.pid &&\nexec web'
  migrate
  has web/dependencies.d/krb5kdc
  told 'behind &&: it depends on krb5kdc'
}
