# Options and sections of a supervisord.conf: each is translated, dropped for a reason, or named once.
load lib
load migrate

setup()
{
  migrate_setup
  input=supervisord.conf
}
teardown() { reeve_teardown; }

@test "options that supervisord does not know are no TODO: it ignored them" {
  wrapper <<'EOS'
[supervisord]
nodaemon=true
redirect_stderr=true
[program:db]
command=database
username=db
group=db
priority=1
[program:web]
command=web
User=www
enviroment=A=1
autorestrat=true
[group:all]
programs=db,web
stopsignal=INT
[unix_http_server]
file=/run/x
port=9
EOS
  migrate
  told 'line 3: dropped: supervisord knows no redirect_stderr= in [supervisord], and ignored it'
  told 'line 6: dropped: supervisord knows no username= in [program:db], and ignored it (user= was perhaps meant)'
  told 'line 7: dropped: supervisord knows no group= in [program:db], and ignored it'
  told 'line 11: services.d/web/run: user'
  told 'line 12: dropped: supervisord knows no enviroment= in [program:web], and ignored it (environment= was perhaps meant)'
  told 'line 13: dropped: supervisord knows no autorestrat='
  told 'line 16: dropped: supervisord knows no stopsignal= in [group:all]'
  told 'line 19: dropped: supervisord knows no port= in [unix_http_server]'
  untold TODO
  untold 'is not translated'
}

@test "each option that supervisord knows has its reason" {
  wrapper <<'EOS'
[supervisord]
logfile=/a
logfile_maxbytes=1MB
logfile_backups=1
loglevel=debug
pidfile=/b
umask=027
nodaemon=true
silent=true
minfds=4096
minprocs=5000
nocleanup=true
childlogdir=/c
user=root
directory=/d
strip_ansi=true
environment=A=1
identifier=e
[inet_http_server]
port=:9001
username=u
password=p
[unix_http_server]
file=/s
chmod=0700
chown=u
username=u
password=p
[supervisorctl]
serverurl=unix:///s
username=u
password=p
prompt=x
history_file=/h
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[ctlplugin:cache]
supervisor.ctl_factory=x:y
[group:g]
programs=web
priority=5
[program:web]
command=web
process_name=%(program_name)s
numprocs=1
numprocs_start=0
priority=7
autostart=true
autorestart=unexpected
startsecs=1
startretries=3
exitcodes=0,2
stopsignal=INT
stopwaitsecs=5
stopasgroup=true
killasgroup=true
user=www
redirect_stderr=false
environment=B=2
directory=/w
umask=022
serverurl=AUTO
stdout_logfile=/dev/stdout
stdout_logfile_maxbytes=0
stdout_logfile_backups=0
stdout_capture_maxbytes=1MB
stdout_events_enabled=true
stdout_syslog=false
stderr_logfile=/dev/stderr
stderr_logfile_maxbytes=0
stderr_logfile_backups=0
stderr_capture_maxbytes=1MB
stderr_events_enabled=true
stderr_syslog=false
EOS
  migrate
  untold TODO
  untold 'is not translated'
  untold 'knows no'
  told 'line 16: dropped: the colours of the programs'
  told 'line 11: dropped: limit of processes'
  [ "$(grep -c unix_http_server <<<"$report")" -eq 0 ]
  told "note: supervisord's page and its XML-RPC (port :9001) are gone"
  [ "$(grep -c 9001 <<<"$report")" -eq 1 ]
}

@test "sections that supervisord does not know, and plugins of it" {
  wrapper <<'EOS'
[program:web]
command=web
[Program:worker]
command=worker
[notes]
a=b
[rpcinterface:twiddler]
supervisor.rpcinterface_factory=supervisor_twiddler.rpcinterface:make_twiddler_rpcinterface
EOS
  migrate
  services web
  told 'lines 3-4: dropped: supervisord knows no [Program:worker], and ignored it'
  told 'note: supervisord knows no [Program:worker], and ignored it: what it has, never ran; if it is to run, write [program:worker]'
  told 'lines 5-6: dropped: supervisord knows no [notes], and ignored it'
  untold 'note: supervisord knows no [notes]'
  told 'note: TODO: [rpcinterface:twiddler] is a plugin of supervisord'
}

@test "options of the supervisord in Go" {
  wrapper <<'EOS'
[program-default]
autorestart=true
[program:db]
command=database
[program:web]
command=web
depends_on=db
restartpause=3
EOS
  migrate
  lacks web/dependencies.d
  told 'note: TODO: [program:web]: supervisord ignores depends_on, restartpause, but the program of the same name in Go'
  told 'note: TODO: [program-default]'
  printf 'FROM debian\nRUN apt-get install -y supervisor\nCOPY supervisord.conf /etc/\nCMD ["supervisord"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  lacks web/dependencies.d
  untold 'TODO: ['
  told 'line 7: dropped: supervisord knows no depends_on='
  printf 'FROM debian\nCOPY --from=ochinchina/supervisord:latest /usr/local/bin/supervisord /usr/bin/\nCOPY supervisord.conf /etc/\nCMD ["supervisord"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  has web/dependencies.d/db
  told 'line 7: services.d/web/dependencies.d: what it waited for'
  told 'line 8: services.d/web/run: not translated; TODO: restartpause is not translated'
  told 'note: TODO: [program-default]'
}

@test "what is stopped with KILL takes no time" {
  local signal
  for signal in KILL SIGKILL 9; do
    wrapper <<EOS
[program:a]
command=a
stopsignal=$signal
stopwaitsecs=60
killasgroup=true
[program:b]
command=b
stopsignal=$signal
stopasgroup=true
EOS
    migrate
    lacks {a,b}/timeout-kill {a,b}/flag-timeout-killpg a/flag-down-group
    has {a,b}/down-signal b/flag-down-group
    told 'line 4: dropped: it is killed at once'
    untold REEVE_STOP_TIMEOUT
  done
}

@test "files of an [include] that nothing brings: the note says what is left to do" {
  wrapper <<<$'[include]\nfiles=/etc/supervisor/conf.d/*.conf\n[program:web]\ncommand=web'
  migrate
  told 'note: TODO: files that [include] names are not here'
  told 'give --dockerfile'
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nCMD ["supervisord"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold 'give --dockerfile'
  untold 'TODO: '
  told 'note: [include] names /etc/supervisor/conf.d/*.conf, and no COPY of the Dockerfile brings such a file: if the base image or a package makes one, give the unpacked image with --root, or'
  printf 'FROM debian\nRUN /make >/etc/supervisor/conf.d/more.conf\nCOPY supervisord.conf /etc/\nCMD ["supervisord"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'note: TODO: [include] names /etc/supervisor/conf.d/*.conf, and no COPY of the Dockerfile brings such a file: if RUN makes one'
  mkdir root
  migrate --dockerfile Dockerfile --root root
  untold 'give the unpacked image'
}

@test "indented options, repeated ones, other spellings" {
  wrapper <<<$'[program:a]\n  Command : first\n  command = second ; no\n  user=app\n[program:a]\ndirectory=/x'
  migrate
  file a/run <<'EOS'
#!/bin/sh
cd /x || exit 111
exec reeve-exec --user app -- second
EOS
}

@test "what is not translated is named" {
  wrapper <<'EOS'
[inet_http_server]
port=9001
[eventlistener:mail]
command=mail
[include]
files=conf.d/*.conf
[program:a]
command=redis-server --daemonize yes && echo
strange=1
EOS
  migrate
  told 'note: TODO: the event listener mail is not translated'
  told 'files that [include] names are not here, or not known to be, and were not read: conf.d/*.conf: give'
  lacks cont-init.d/10-supervisord
  grep -q '^# TODO reeve-migrate: line 7: && is an argument here' "$tree/a/run"
  told 'TODO: && is an argument here'
}

@test "the report claims no file, and no option, that is not there" {
  input=supervisord.conf
  wrapper <<<$'[supervisord]\nnodaemon=true\nminfds=1024\n[program:a]\ncommand=a\nuser=root\nstdout_logfile=syslog\nkillasgroup=true\nstopwaitsecs=%(ENV_W)s\nstopsignal=%(ENV_S)s'
  migrate
  told 'line 3: dropped: limit of open files'
  told 'line 6: dropped: root'
  told 'line 7: dropped: it went to syslog'
  told 'a log/run with logger -t a sends it there'
  told 'lines 9-10: dropped: what a variable holds decided it'
  told 'TODO: stopwaitsecs=%(ENV_W)s'
  file a/timeout-kill <<<10000 # supervisord's own
  lacks a/down-signal
}

@test "the comments of a program are in its run; settings that were commented out, and lines without words, are not" {
  wrapper <<'EOS'
; What this file is for.

; -------------
; The site.
;   It needs port 80.
;autostart=false
;[program:old]
[program:web]
# Größe: 2
command=web
; 日本
;; stderr_logfile = /x
autorestart=true   ; inline
; what comes next

;autostart=false
[program:job]
command=job
EOS
  migrate
  file web/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
# The site.
#   It needs port 80.
# Größe: 2
# 日本
exec web
EOS
  file job/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
exec job
EOS
  told 'line 9: services.d/web/run: comment'
}

@test "the folder of supervisord's log files is made in run, unless a RUN makes it" {
  wrapper <<<$'[program:web]\ncommand=web\nstdout_logfile=/var/log/supervisor/web.log'
  printf 'FROM debian\nRUN apt-get install -y supervisor\nCMD ["supervisord", "-n"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  grep -q '^mkdir -p /var/log/supervisor ' "$tree/web/run"
  sed -i '2s/$/ \&\& mkdir -p \/run\/x \/var\/log\/supervisor/' Dockerfile
  migrate --dockerfile Dockerfile
  run ! grep -q mkdir "$tree/web/run"
}

@test "words that a variable becomes: * in them is no pattern, as in supervisord" {
  local command
  input=supervisord.conf
  for command in 'c --opt %(ENV_OPTS)s' '%(ENV_CMD)s' 'sort %(ENV_FILES)s /x'; do
    wrapper <<<$'[program:a]\ncommand='"$command"
    migrate
    grep -q '^set -f # as for supervisord, \* is no pattern$' "$tree/a/run"
    untold '* is a pattern'
  done
  for command in 'c --opt=%(ENV_OPT)s' 'c *' 'c "%(ENV_X)s"'; do
    wrapper <<<$'[program:a]\ncommand='"$command"
    migrate
    ! grep -q 'set -f' "$tree/a/run" || { echo "# $command"; return 1; }
  done
}

@test "a log that is not rotated loses no rotation; a listener's note fits what it listened to" {
  input=supervisord.conf
  wrapper <<<$'[program:a]\ncommand=a\nstdout_logfile=/dev/stdout\nstdout_logfile_maxbytes=0\nstdout_logfile_backups=0\nstderr_logfile=/var/log/a\nstderr_logfile_maxbytes=10MB'
  migrate
  told 'lines 4-5: dropped: without rotation, as here'
  told 'line 7: dropped: rotation'
  wrapper <<<$'[program:a]\ncommand=a\n[eventlistener:l]\ncommand=l\nevents=PROCESS_LOG\n[eventlistener:m]\ncommand=m\nevents=TICK_60\n[eventlistener:n]\ncommand=n\nevents=PROCESS_LOG_STDOUT,PROCESS_STATE_EXITED\n[eventlistener:o]\ncommand=o\nevents=PROCESS_STATE,TICK_5'
  migrate
  told 'TODO: the event listener l is not translated: it read what programs printed'
  told 'TODO: the event listener m is not translated: it worked at each tick'
  told 'TODO: the event listener n is not translated: if it ended supervisord when a program had ended'
  told 'TODO: the event listener o is not translated: if it ended supervisord when a program had ended'
}

@test "a relative [include] is also looked for where the image has the file" {
  input=docker/supervisord.conf
  mkdir -p docker jobs
  printf '[program:web]\ncommand=web\n[include]\nfiles = conf.d/*.conf\n' >docker/supervisord.conf
  printf '[program:mail]\ncommand=mail\n' >jobs/mail.conf
  printf 'FROM debian\nCOPY jobs /etc/supervisor/conf.d\nCOPY docker/supervisord.conf /etc/supervisor/\nCMD ["supervisord"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  services web mail
  printf 'FROM debian\nWORKDIR /app\nCOPY docker/supervisord.conf jobs/*.conf ./\nRUN mkdir conf.d && mv mail.conf conf.d\nCMD ["supervisord"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  services web
  told 'conf.d/*.conf'
}

@test "what flag-main needs besides is said where a service has restart always" {
  wrapper <<<$'[program:web]\ncommand=web\n[program:job]\ncommand=job\nautorestart=false'
  migrate
  told 'none of the services is main'
  untold 'restart always'
  wrapper <<<$'[program:web]\ncommand=web\n[program:job]\ncommand=job\nautorestart=true'
  migrate
  told 'which it never does with restart always'
}

# What the image starts supervisord with
started() { printf 'FROM debian\nCOPY supervisord.conf /opt/sv/supervisord.conf\nCOPY start.sh /start.sh\nCMD %s\n' "$1" >Dockerfile; }

@test "the options that supervisord is started with count before those of [supervisord]" {
  input=supervisord.conf
  wrapper <<<$'[supervisord]\nuser=old\numask=022\ndirectory=/x\n[program:a]\ncommand=/srv/a\n[program:b]\ncommand=/srv/b\nuser=www\numask=027'
  wrapper start.sh <<<$'#!/bin/sh\nprepare\nexec supervisord -nu app --umask=077 -c /opt/sv/supervisord.conf'
  for start in '["supervisord","-n","-u","app","-m","077","-c","/opt/sv/supervisord.conf"]' 'supervisord -nuapp -m077 -c/opt/sv/supervisord.conf' '["/start.sh"]'; do
    started "$start"
    patched
    becomes a 'exec reeve-exec --user app -- /srv/a'
    becomes b 'exec reeve-exec --user www --umask 027 -- /srv/b'
    run ! grep -q /x "$tree/a/run"
    told 'line 2: dropped: supervisord'"'"'s command line has another one: app'
    told 'note: supervisord was started with -u app'
    untold 'neither nodaemon=true nor -n'
  done
  # Without -n it goes to the directory.
  started '["supervisord","-u","$APP","-c","/opt/sv/supervisord.conf"]'
  patched
  grep -q 'cd /x' "$tree/a/run"
  becomes a "exec reeve-exec --user '\$APP' --umask 022 -- /srv/a"
  wrapper start.sh <<<$'#!/bin/sh\nexec supervisord -n -u "$APP" -c /opt/sv/supervisord.conf'
  started '["/start.sh"]'
  patched
  becomes a 'exec reeve-exec --user "$APP" -- /srv/a'
  told 'note: TODO: supervisord was started with -u "$APP"'
}

@test "%(here)s is the folder of -c, which is made where a log is written into it" {
  input=supervisord.conf
  wrapper <<<$'[supervisord]\nnodaemon=true\n[program:a]\ncommand=/srv/a --conf %(here)s/a.conf\nstdout_logfile=%(here)s/a.log\n[program:b]\ncommand=%(here)s/b'
  started '["supervisord","-c","/opt/sv/supervisord.conf"]'
  patched
  becomes a 'exec /srv/a --conf /opt/sv/a.conf >>/opt/sv/a.log'
  becomes b 'exec /opt/sv/b'
  grep -q '^mkdir -p /opt/sv' "$tree/a/run"
  run ! grep -q '^mkdir' "$tree/b/run"
  untold TODO
  # Where only the shell knows it, it is not known.
  started 'supervisord -c "$CONF"/supervisord.conf'
  patched
  told '%(here)s was the folder of supervisord.conf'
}

@test "a mistake says why supervisord did not keep the container up" {
  input=supervisord.conf
  told_behind='put itself into the background, and the container ended'
  wrapper <<<$'[supervisord]\nuser=root\n[program:a]\ncommand=/srv/a'
  started '["supervisord","-c","/opt/sv/supervisord.conf"]'
  patched
  told "line 1: mistake: neither nodaemon=true nor -n: supervisord $told_behind"
  for start in 'supervisord -c /opt/sv/supervisord.conf && tail -f /dev/null' 'supervisord -c "$CONF"' 'supervisord --nodaemon -c /opt/sv/supervisord.conf'; do
    started "$start"
    patched
    untold "$told_behind"
  done
  wrapper start.sh <<<$'#!/bin/sh\nif [ "$1" = start ]; then\n  supervisord -c /opt/sv/supervisord.conf\n  sleep infinity\nfi'
  started '["/start.sh", "start"]'
  patched
  untold "$told_behind"
  wrapper <<<$'[program:a]\ncommand=/srv/a'
  started '["supervisord","-n","-c","/opt/sv/supervisord.conf"]'
  patched
  told 'line 1: mistake: without a section [supervisord], supervisord refuses the file'
}

@test "redirect_stderr=false is not said to join the outputs" {
  input=supervisord.conf
  wrapper <<<$'[program:a]\ncommand=a\nredirect_stderr=false\n[program:b]\ncommand=b\nredirect_stderr=true'
  migrate
  told 'line 3: dropped: stderr stays by itself'
  told 'line 6: services.d/b/run: stderr to stdout'
  becomes a 'exec a'
  becomes b 'exec b 2>&1'
}

@test "what supervisord could not start is said" {
  input=supervisord.conf
  wrapper <<<$'[program:a]\ncommand=/srv/a "x y\n[program:b]\ncommand=/srv/b\nnumprocs=3'
  migrate
  told 'line 1: services.d/a/run: service a; TODO: a quote in it has no end'
  told 'line 5: services.d/b@/count: how many; without %(process_num)d in process_name, supervisord refused that'
}
