# What is no wrapper script, supervisord.conf or Procfile is refused: nothing is written, and the message says what to give.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

refused() # INPUT TEXT...
{
  local input=$1 text
  shift
  run --separate-stderr reeve-migrate "$input" -o rootfs/etc/services.d
  [ "$status" -eq 1 ] || { echo "# $input: exit code $status"; return 1; }
  [ -z "$output" ] && [ ! -e rootfs ] || { echo "# $input: something is written"; return 1; }
  for text; do
    [[ $stderr == *"refused: $input is "*"$text"* ]] || { echo "# $input: $stderr"; return 1; }
  done
}

taken() # NAME ; the script of stdin is one, whatever its name is
{
  mkdir -p "$(dirname "$1")"
  cat >"$1"
  run --separate-stderr reeve-migrate "$1"
  [ "$status" -eq 0 ] || { echo "# $1: $stderr"; return 1; }
}

@test "lists of commands of other programs" {
  wrapper package.json <<<'{ "scripts": { "start": "node server.js" } }'
  refused package.json "npm's" 'write a file Procfile' 'web: npm start'
  wrapper ecosystem.config.js <<<'module.exports = { apps: [ { name: "api", script: "./api.js" } ] }'
  refused ecosystem.config.js "pm2's" 'write a file Procfile'
  wrapper pm2.json <<<'{"apps":[{"name":"api","script":"api.js"}]}'
  refused pm2.json "pm2's"
  wrapper process.yml <<<$'apps:\n  - script: ./api.js\n    name: api'
  refused process.yml "pm2's"
  wrapper process-compose.yaml <<<$'processes:\n  web:\n    command: web'
  refused process-compose.yaml "process-compose's" 'write a file Procfile'
  wrapper Makefile <<<$'run:\n\tapi & nginx'
  refused Makefile 'a Makefile' 'start.sh'
  wrapper circus.ini <<<$'[circus]\ncheck_delay = 5\n[watcher:web]\ncmd = gunicorn'
  refused circus.ini "circus's" '[program:NAME]'
  wrapper monit.txt <<<$'set daemon 30\ncheck process nginx with pidfile /run/nginx.pid\n  start program = "/etc/init.d/nginx start"'
  refused monit.txt "monit's" 'in the foreground'
  wrapper jobs <<<$'# jobs\nMAILTO=me\n*/5 * * * * root /bin/a\n@daily /bin/b'
  refused jobs 'a crontab' 'reeve-exec --cron'
}

@test "services of other supervisors" {
  wrapper web.service <<<$'[Unit]\nDescription=web\n[Service]\nExecStart=/bin/web'
  refused web.service 'a systemd unit' 'ExecStart='
  wrapper web.timer <<<$'[Unit]\nDescription=web\n[Timer]\nOnCalendar=daily'
  refused web.timer 'reeve-exec --every or --cron'
  wrapper web.conf <<<$'start on runlevel [2345]\nrespawn\nexec /usr/bin/web'
  refused web.conf 'an Upstart job'
  wrapper web <<<$'type = process\ncommand = /usr/bin/web'
  refused web 'a service of dinit'
  mkdir -p sv/web root/etc/{services.d/web,cont-init.d,s6-overlay/s6-rc.d/db}
  wrapper sv/web/run <<<$'#!/bin/sh\nexec chpst -u www web'
  refused sv/web/run 'the run of a service directory' 'COPY them to /etc/services.d'
  wrapper root/etc/services.d/web/run <<<$'#!/usr/bin/with-contenv bash\nexec web'
  refused root/etc/services.d/web/run 'the run of a service directory'
  wrapper run <<<$'#!/command/execlineb -P\nweb'
  refused run 'the run of a service directory'
  wrapper root/etc/cont-init.d/10-x <<<$'#!/usr/bin/with-contenv bash\nmkdir /x'
  refused root/etc/cont-init.d/10-x 'COPY it to /etc/cont-init.d'
  wrapper root/etc/s6-overlay/s6-rc.d/db/up <<<'/etc/db-init'
  refused root/etc/s6-overlay/s6-rc.d/db/up 's6-rc' 'flag-oneshot'
}

@test "init scripts, by their LSB header; not every script that asks for start" {
  printf '#!/bin/sh\n### BEGIN INIT INFO\n# Provides: shopd\n# Required-Start: $remote_fs\n### END INIT INFO\nDAEMON=/usr/bin/shopd\n' >shopd
  cp shopd queue
  cp shopd mailer.sh
  printf 'case "$1" in\n  start) start-stop-daemon --start --background --exec $DAEMON ;;\n  stop) start-stop-daemon --stop --exec $DAEMON ;;\nesac\n' >>shopd
  printf '. /etc/rc.d/init.d/functions\nstart() { daemon --user q /opt/q/queued; }\nstop() { killproc queued; }\n"$1"\n' >>queue
  printf 'case "$1" in\n  start) nohup /opt/mailer & echo $! >/run/mailer.pid ;;\n  *) echo "usage: $0 start|stop"; exit 1 ;;\nesac\n' >>mailer.sh
  for name in shopd queue mailer.sh; do
    refused "$name" 'an init script' 'in the form that stays in the foreground' 'give that one'
  done
  taken entry.sh <<<$'#!/bin/sh\n# ### BEGIN INIT INFO is not here\ncase "$1" in start) api & exec web ;; esac'
  taken start <<<$'#!/bin/sh\n/etc/init.d/shopd start\nexec web'
}

@test "init scripts, by the program that reads them" {
  local head
  for head in '/sbin/openrc-run' '/sbin/runscript' '/usr/bin/env openrc-run' '/bin/sh /etc/rc.common'; do
    wrapper shop <<<"#!$head"$'\ncommand=/usr/bin/shopd\ncommand_background=true\npidfile=/run/shop.pid\ndepend() {\n  need net\n}'
    refused shop 'an init script' 'in the form that stays in the foreground' "OpenRC's command and command_args"
  done
  taken entry.sh <<<$'#!/bin/sh\n# not for openrc-run\nexec /sbin/openrc-run-by-hand'
}

@test "folders" {
  mkdir -p sv/web rc/s6-rc.d/web empty app
  wrapper sv/web/run <<<$'#!/bin/sh\nexec web'
  wrapper app/Procfile <<<'web: web'
  refused sv 'a folder of service directories' 'COPY them to /etc/services.d' 'reeve check'
  refused sv/web 'a folder of service directories'
  refused rc 'a folder of s6-rc services'
  refused app 'a folder: give the file, as app/Procfile'
  refused empty 'a folder: give the file that starts the processes'
}

@test "programs and configurations" {
  wrapper start.py <<<$'import os\nos.system("web")'
  refused start.py 'a program, not a shell script' 'write a file Procfile'
  wrapper start <<<$'#!/usr/bin/env python3\nimport os'
  refused start 'a program for python3, not a shell script' 'write a file Procfile'
  wrapper nginx.conf <<<$'daemon off;\nhttp { server { listen 80; } }'
  refused nginx.conf 'a configuration'
  wrapper .env <<<$'A=1\nB=2'
  refused .env 'a configuration'
  wrapper pyproject.toml <<<$'[tool.poetry]\nname = "x"'
  refused pyproject.toml 'data, not a wrapper script'
}

@test "a script is one, whatever its name is, and what it sets" {
  taken run <<<$'#!/bin/sh\napi &\nexec web'
  taken myservice/run <<<$'#!/bin/sh\napi &\nexec web'
  taken start.conf <<<$'#!/bin/sh\napi &\nexec web'
  taken begin <<<$'type=process\ncommand=web\napi &\nexec $command'
  taken start.mk <<<$'#!/bin/bash\napi &\nexec web'
  wrapper lib.sh <<<$'#!/bin/sh\nwait_for() { :; }'
  taken start.sh <<<$'#!/bin/sh\n. ./lib.sh\napi &\nexec web'
}
