# What the image executes: the input, or a script of the build context that executes it.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "an ENTRYPOINT that ends in the input stays ahead of /init" {
  supervisord_conf
  printf '#!/bin/sh\nset -e\nexport PORT=1\nexec /usr/bin/supervisord -n -c /etc/app.conf\n' >entry.sh
  cat >Dockerfile <<'EOS'
FROM debian
RUN apt-get install -y supervisor
COPY supervisord.conf /etc/app.conf
COPY entry.sh /usr/local/bin/
ENTRYPOINT ["entry.sh"]
EOS
  patched
  [[ $result == *'COPY entry.sh'*'ENTRYPOINT ["entry.sh", "/init"]' ]]
  [[ $result != *'install -y supervisor'* && $result != *'COPY supervisord.conf'* ]] # nothing executes it any more
  told 'line 4 of entry.sh executed supervisord: exec /usr/bin/supervisord -n -c /etc/app.conf; it stays ahead of /init: the patch writes exec "$@" there'
  untold TODO
  [ "$(cat copy/entry.sh)" = $'#!/bin/sh\nset -e\nexport PORT=1\nexec "$@"' ]
}

@test "the end of such a script is changed only where nothing else is lost by that" {
  local end
  supervisord_conf
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\n' >Dockerfile
  for end in 'exec supervisord -n >/log' 'A=1 supervisord -n' 'cd /app && exec supervisord -n' 'exec nice supervisord -n' 'su app -c "supervisord -n"' \
    'if [ -n "$GO" ]; then exec supervisord -n; fi' $'set -- a\nexec supervisord -n' $'shift\nexec supervisord -n' 'supervisord -n; echo over' 'run() { exec supervisord -n; }; run'; do
    printf '#!/bin/sh\nset -eu\n%s\n' "$end" >entry.sh
    patched
    [ ! -e copy/entry.sh ] && told TODO || { echo "# $end"; return 1; }
  done
  for end in 'supervisord -n' $'exec supervisord \\\n  -n -c /etc/supervisord.conf;' $'supervisord -n # to the end\n# really'; do
    printf '#!/bin/sh\nset -eu\n%s\n' "$end" >entry.sh
    patched
    [[ $(<copy/entry.sh) == $'#!/bin/sh\nset -eu\nexec "$@"'* ]] && untold TODO || { echo "# $end"; return 1; }
  done
  printf '#!/bin/sh\r\nsupervisord -n\r\n' >entry.sh
  patched
  [ ! -e copy/entry.sh ] && told TODO
}

@test "one that executes its arguments as well needs no change" {
  supervisord_conf
  printf '#!/bin/sh\nprepare\nif [ $# -gt 0 ]; then exec "$@"; fi\nexec supervisord\n' >entry.sh
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nCOPY entry.sh /\nENTRYPOINT ["/usr/bin/tini", "--", "/entry.sh"]\n' >Dockerfile
  patched
  [[ $result == *'ENTRYPOINT ["/entry.sh", "/init"]' ]]
  told 'line 4 of /entry.sh executed supervisord: exec supervisord; that stays, and executes /init instead'
  untold TODO
}

@test "one that executes its arguments as another user needs no change, either" {
  local line
  printf 'FROM debian\nCOPY entry.sh start.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'worker &\nexec web'
  for line in 'gosu app "$@"' 's6-setuidgid "$U:$G" $@' '/sbin/su-exec app "$@"' 'env A=b "$@"'; do
    printf '#!/bin/sh\nprepare\nexec %s\n' "$line" >entry.sh
    patched
    [[ $result == *'ENTRYPOINT ["/entry.sh", "/init"]' ]] && told 'executes /init by way of ' && untold TODO || { echo "# $line"; return 1; }
  done
  printf '#!/bin/sh\n[ "$1" = /start.sh ] && prepare\nexec gosu app "$@"\n' >entry.sh
  patched
  told 'TODO: /entry.sh (which executes /init by way of gosu'
  told 'it asks what its first argument is, which is /init now'
  untold 'never start'
}

@test "the second of two scripts executes the input, a script" {
  printf '#!/bin/sh\nmkdir -p /data\nexec "$@"\n' >entry.sh
  printf '#!/bin/sh\nsu app -c "/opt/start.sh --fast"\n' >outer.sh
  printf 'FROM debian\nCOPY entry.sh outer.sh /\nCOPY start.sh /opt/\nENTRYPOINT ["/entry.sh"]\nCMD ["/outer.sh"]\n' >Dockerfile
  wrapper <<<$'worker &\nexec web'
  patched
  [[ $result == *'ENTRYPOINT ["/entry.sh", "/outer.sh", "/init"]' ]]
  told 'TODO: line 2 of /outer.sh executed start.sh: su app -c "/opt/start.sh --fast"; it stays ahead of /init: write exec "$@" there'
  told '/entry.sh /outer.sh ran ahead of the input, and stays ahead of /init, which it executes'
}

@test "what the script's arguments chose instead is named" {
  supervisord_conf bin/worker.conf
  printf '#!/bin/sh\ncase "$1" in server) exec gunicorn app ;; worker) exec supervisord -c bin/worker.conf ;; esac\n' >bin/entry
  printf 'FROM debian\nWORKDIR /app\nCOPY . /app\nENTRYPOINT ["/app/bin/entry"]\nCMD ["server"]\n' >Dockerfile
  patched
  [[ $result == *'ENTRYPOINT ["/app/bin/entry", "/init"]' ]]
  told 'its arguments were server, which the patch takes out: what it did for them is no service'
}

@test "a script of another name is not the input, nor is it a configuration's reader" {
  supervisord_conf worker.conf
  printf '#!/bin/sh\nexec gunicorn app\n' >entry
  printf 'FROM debian\nCOPY . /app\nENTRYPOINT ["/app/entry"]\nCMD ["server"]\n' >Dockerfile
  patched
  [[ $result == *'CMD ["/app/entry", "server"]' ]]
  told 'TODO: the Dockerfile does not execute worker.conf, but /app/entry server'
  input=start.sh
  wrapper <<<$'worker &\nexec web'
  patched
  [[ $result == *'CMD ["/app/entry", "server"]' ]]
}

@test "what the script became by exec is stopped by the image's STOPSIGNAL" {
  printf 'FROM debian\nARG HOW=QUIT\nSTOPSIGNAL SIG${HOW}\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'other &\nexec nginx -g "daemon off;"'
  migrate --dockerfile Dockerfile
  file nginx/down-signal <<<QUIT
  lacks other/down-signal
  wrapper <<<$'other &\nnginx -g "daemon off;" &\nwait'
  migrate --dockerfile Dockerfile
  lacks nginx/down-signal # the script got it
  local image signal
  while read -r image signal; do
    printf 'FROM %s\nCOPY start.sh /\nCMD ["/start.sh"]\n' "$image" >Dockerfile
    wrapper <<<$'other &\nexec server'
    migrate --dockerfile Dockerfile
    if [ -n "$signal" ]; then
      file server/down-signal <<<"$signal"
      told 'the patch adds STOPSIGNAL SIGTERM'
    else
      lacks server/down-signal
      untold STOPSIGNAL
    fi
  done <<'EOS'
postgres:16-alpine INT
registry.example.com/library/nginx:1.27@sha256:0123 QUIT
php:8.3-fpm-alpine QUIT
php:8-apache WINCH
php:8-cli
wordpress WINCH
haproxy:3 USR1
debian:12
EOS
}

@test "where the script ends in exec \"\$@\", it goes on with the code of CMD" {
  local cmd
  input=entry.sh
  wrapper <<<$'#!/bin/sh\nmkdir -p /data\nexec "$@"'
  for cmd in '["sh", "-c", "redis-server --daemonize yes && flask db upgrade && python app.py"]' 'redis-server --daemonize yes && flask db upgrade && python app.py' \
    'exec sh -c "redis-server --daemonize yes && flask db upgrade && python app.py"'; do
    printf 'FROM debian\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\nCMD %s\n' "$cmd" >Dockerfile
    migrate --dockerfile Dockerfile
    services redis-server flask app
    has app/flag-main flask/flag-oneshot app/dependencies.d/redis-server
    grep -qx 'exec reeve-exec --ready tcp:127.0.0.1:6379 .* redis-server --daemonize no' "$tree/redis-server/run"
    [ ! -s "$tree/app/dependencies.d/flask" ] # not optional: it was behind &&
    told 'what is behind its && is not started; nothing else came, and the script ended'
    told "note: the script's exec \"\$@\" is read as what CMD has in its place (Dockerfile, line 4): redis-server"
  done
  # One command needs nothing of this.
  printf 'FROM debian\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\nCMD exec python app.py\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold 'is read as what CMD has'
  untold 'shell code of several commands'
  # Not at the end of the script.
  wrapper <<<$'#!/bin/sh\nif [ "$1" != serve ]; then\n  exec "$@"\nfi\nexec serve'
  printf 'FROM debian\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\nCMD redis-server --daemonize yes; exec python app.py\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: CMD is shell code of several commands, and stays in one service'
}

@test "the shell ahead of a script that stays is in the ENTRYPOINT, and a shell's only command is looked into" {
  supervisord_conf
  printf 'echo setup\nexec supervisord -c /etc/supervisord.conf\n' >entry.sh # no #!, and not executable
  local command words
  while IFS="|" read -r command words; do
    printf 'FROM debian\nRUN apt-get install -y supervisor\nCOPY supervisord.conf /etc/\nCOPY entry.sh /\n%s\n' "$words" >Dockerfile
    patched
    [[ $result == *"ENTRYPOINT [$command, \"/init\"]" ]] || { echo "# $words"; echo "$result"; return 1; }
    [ "$(<copy/entry.sh)" = $'echo setup\nexec "$@"' ]
  done <<'EOS'
"bash", "/entry.sh"|CMD ["bash", "/entry.sh"]
"bash", "-e", "/entry.sh"|ENTRYPOINT ["tini", "--", "bash", "-e", "/entry.sh"]
"bash", "/entry.sh"|CMD bash /entry.sh
"sh", "/entry.sh"|CMD exec sh /entry.sh
"/bin/bash", "/entry.sh"|ENTRYPOINT ["sh", "-c", "/bin/bash /entry.sh"]
EOS
}

@test "a script that two COPY bring is told once" {
  supervisord_conf docker/supervisord.conf
  printf '#!/bin/sh\nsed -i s/web/api/ /etc/supervisord.conf\nexec "$@"\n' >docker/entry.sh
  printf 'FROM debian\nCOPY . /app/\nCOPY docker/supervisord.conf /etc/\nCOPY docker/entry.sh /app/\nENTRYPOINT ["/app/entry.sh"]\nCMD ["supervisord", "-n"]\n' >docker/Dockerfile
  migrate --dockerfile docker/Dockerfile
  [ "$(grep -c 'changes supervisord.conf in the image when the container starts' <<<"$report")" -eq 1 ]
}

@test "what a function of the entrypoint asks is its own argument" {
  supervisord_conf
  printf '#!/bin/sh\nwait_for() { nc -z "$1" 80; }\nwait_for db\nexec "$@"\n' >entry.sh
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nCOPY . /app\nENTRYPOINT ["/app/entry.sh"]\nCMD ["supervisord"]\n' >Dockerfile
  patched
  [[ $result == *'ENTRYPOINT ["/app/entry.sh", "/init"]'* ]]
  told '/app/entry.sh ran ahead of the input, and stays ahead of /init, which it executes'
  untold TODO
  sed -i 's/^wait_for db/[ "$1" = supervisord ] || exit/' entry.sh
  patched
  told 'it asks what its first argument is'
  # A function that is given the script's arguments asks for those.
  printf '#!/bin/sh\nmain() { [ "$1" = supervisord ] || echo no; exec "$@"; }\nmain "$@"\n' >entry.sh
  patched
  told 'it asks what its first argument is'
}

@test "an entrypoint is found by its path from the working directory" {
  supervisord_conf
  mkdir docker
  printf '#!/bin/sh\nmkdir -p /data\nexec "$@"\n' >docker/entry.sh
  printf 'FROM debian\nWORKDIR /app\nCOPY . .\nENTRYPOINT ["./docker/entry.sh"]\nCMD ["supervisord", "-c", "supervisord.conf"]\n' >Dockerfile
  patched
  told './docker/entry.sh ran ahead of the input, and stays ahead of /init, which it executes'
  untold TODO
}

@test "an ENTRYPOINT of the base image that goes is named" {
  local image
  wrapper <<<$'#!/bin/sh\nexec web'
  for image in eclipse-temurin:17 jetty:12 postgres:16; do
    printf 'FROM %s\nCOPY start.sh /\nCMD ["/start.sh"]\n' "$image" >Dockerfile
    patched
    told "takes the place of the one that ${image%:*} may have"
  done
  for image in debian:12 openjdk:17 tomcat:10 amazoncorretto node:22 php:8-cli nginx:alpine; do
    printf 'FROM %s\nCOPY start.sh /\nCMD ["/start.sh"]\n' "$image" >Dockerfile
    patched
    untold 'takes the place of the one'
  done
}

@test "what changes the input when the container starts is named" {
  supervisord_conf
  cat >entry.sh <<'EOS'
#!/bin/bash
CONF=/etc/supervisor/conf.d/all.conf
sed -i 's/\r$//' "$CONF"
if [ "$SSH" = true ]; then
cat >>$CONF <<'EOF'
[program:sshd]
command=sshd -D
EOF
fi
[ -n "$Y" ] || rm -f /etc/supervisor/conf.d/worker.conf
sed -i s/web/api/ "${CONF}"
cat <<EOF | tee -a /etc/supervisor/conf.d/new.conf >/dev/null
[program:new]
command=$NEW
EOF
sed -i s/web/api/ /etc/nginx.conf
echo started >/var/log/supervisor/started.log
exec "$@"
EOS
  printf 'FROM debian\nCOPY supervisord.conf /etc/supervisor/conf.d/all.conf\nCOPY . /app\nENTRYPOINT ["/app/entry.sh"]\nCMD ["supervisord", "-n"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: entry.sh changes supervisord.conf in the image when the container starts'
  told "any more: line 5: cat >>\$CONF <<'EOF'; line 10: rm -f /etc/supervisor/conf.d/worker.conf; line 11: sed -i s/web/api/ \"\${CONF}\"; line 12: cat <<EOF | tee -a"
  told 'make the same change to the services (program sshd, new)'
  untold nginx.conf
  untold started.log
  # In the code of CMD.
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nCMD sed -i s/80/$PORT/ /etc/supervisord.conf && supervisord -n\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: what the image executes first changes supervisord.conf in the image'
}

@test "what changes the input in the build is named, unless the input has that" {
  input=Procfile
  printf 'web: web\nconsole: sh\n' >Procfile
  printf 'FROM ruby\nWORKDIR /app\nRUN git clone https://x/app . && sed -i "s/^console/#console/" Procfile \\\n && echo "clock: ruby clock.rb" >>Procfile\nCMD ["foreman", "start"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: a RUN of the Dockerfile changes Procfile in the image: line 3: sed -i "s/^console/#console/" Procfile; line 4: echo "clock: ruby clock.rb" >>Procfile'
  untold 'whose text is in the Dockerfile'
  # The build makes the file, as it is here; and what was there ahead of COPY does not matter.
  cat >Dockerfile <<'EOS'
FROM ruby
RUN echo "web: web" >/Procfile && printf '%s\n' 'console: sh' >>/Procfile
CMD ["foreman", "start"]
EOS
  migrate --dockerfile Dockerfile
  untold 'changes Procfile'
  printf 'FROM ruby\nRUN echo "a: b" >>/Procfile\nCOPY Procfile /\nRUN chmod 644 /Procfile; sed -i "s/\\r//" /Procfile\nCMD ["foreman", "start"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold 'changes Procfile'
  # A script.
  input=start.sh
  wrapper <<<$'#!/bin/sh\na &\nexec b'
  printf 'FROM debian\nCOPY start.sh /run.sh\nRUN sed -i "s/^a/a --fast/" /run.sh && chmod +x /run.sh\nCMD ["/run.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: a RUN of the Dockerfile changes start.sh in the image: line 3: sed -i "s/^a/a --fast/" /run.sh'
}

@test "a script ahead of /init that asks its arguments, or starts the input under a condition, is told with its lines" {
  supervisord_conf
  started_by() # CODE [CMD]
  {
    printf '#!/bin/sh\n%s\n' "$1" >entry.sh
    printf 'FROM debian\nCOPY supervisord.conf entry.sh /\nENTRYPOINT ["/entry.sh"]\n%s\n' "${2:-}" >Dockerfile
    migrate --dockerfile Dockerfile
  }
  started_by $'if [ "$1" = app ]; then\n  migrate\n  supervisord\nfi\nexec "$@"' 'CMD ["app"]'
  told 'line 4 of /entry.sh executed supervisord: supervisord (only under a condition: line 2: if [ "$1" = app ]; then); it went on then'
  told 'the services start without that condition now'
  told 'TODO: /entry.sh stays ahead of /init: it asks what its first argument is, which is /init now: line 2: if [ "$1" = app ]; then'
  started_by $'if [ "$HEALTH" = 1 ]; then\n  exec supervisord\nfi\nexec app "$@"' 'CMD ["--port", "80"]'
  told 'write exec "$@" there, so that it executes /init, and otherwise becomes something else, to which /init is nothing: line 5: exec app "$@"'
  started_by $'case $MODE in\nall) supervisord -n ;;\nweb) gunicorn app ;;\nesac'
  told 'otherwise ends without /init'
  started_by $'if [ "$HEALTH" = 1 ]; then\n  exec supervisord\nfi\nexec "$@"' 'CMD ["app"]'
  told 'write exec "$@" there'
  # Without arguments, and with /init as one.
  started_by $'if [ $# -eq 0 ]; then\n  migrate\n  exec supervisord\nfi\nexec "$@"'
  told 'TODO: /entry.sh had no arguments, and has one now, /init: what it does without any is not done any more: line 2: if [ $# -eq 0 ]'
  started_by $'if [ -z "$1" ]; then\n  echo starting\n  exec supervisord\nfi\nexec "$@"'
  untold TODO
  started_by $'if [ -z "$*" ]; then exit 1; fi\nexec "$@"' 'CMD ["supervisord"]'
  untold TODO
  started_by $'if [ "$*" = supervisord ]; then setup; fi\nexec "$@"' 'CMD ["supervisord"]'
  told 'which is /init now: line 2: if [ "$*" = supervisord ]'
  started_by $'supervisord || exit 1\nexec "$@"' 'CMD ["app"]'
  untold 'only under a condition'
}

@test "an /init of its own, as s6-overlay's, is replaced, and is not ahead of Reeve's" {
  printf 'FROM debian\nADD https://x/s6-overlay-amd64.tar.gz /tmp/\nRUN tar xzf /tmp/s6-overlay-amd64.tar.gz -C /\nCOPY start.sh /\nENTRYPOINT ["/init"]\nCMD ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'worker &\nexec web'
  patched
  [[ $result == *'ENTRYPOINT ["/init"]' ]]
  told "TODO: the image's /init, s6-overlay's, is replaced by Reeve's of the same name: take s6-overlay out (Dockerfile, line 2, 3)"
  untold 'ran ahead of the input'
}

@test "the shell with which the image executes the script is that of each run" {
  local first cmd shell
  while IFS='|' read -r first cmd shell; do
    wrapper <<<"$first"$'\nworker &\nexec web'
    printf 'FROM debian\nCOPY start.sh /\n%b\n' "$cmd" >Dockerfile
    migrate --dockerfile Dockerfile
    [ "$(head -n 1 "$tree/web/run")" = "#!$shell" ] || { echo "# $first $cmd: $(head -n 1 "$tree/web/run")"; return 1; }
  done <<'EOS'
#!/bin/bash|CMD ["sh", "/start.sh"]|/bin/sh
#!/usr/bin/env bash|ENTRYPOINT ["/bin/sh"]\nCMD ["/start.sh"]|/bin/sh
#!/bin/bash -e|CMD bash start.sh|/bin/bash
#!/usr/bin/env bash|CMD ["/bin/bash", "/start.sh"]|/usr/bin/env bash
source /venv/bin/activate|CMD ["bash", "start.sh"]|/usr/bin/env bash
#!/bin/sh|ENTRYPOINT ["tini", "--", "/bin/bash", "-e", "/start.sh"]|/bin/bash
# none|CMD ["sh", "-c", "cd /srv && exec bash /start.sh"]|/usr/bin/env bash
#!/bin/bash|CMD ["sh", "-c", "/start.sh"]|/bin/bash
#!/bin/bash|ENTRYPOINT ["sh", "/entry.sh"]\nCMD ["/start.sh"]|/bin/bash
#!/bin/bash|CMD ["/start.sh"]|/bin/bash
EOS
  wrapper <<<$'#!/bin/bash -e\nset-up\nworker &\nexec web'
  printf 'FROM debian\nCMD ["sh", "/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'line 1: each script: the interpreter: /bin/sh, with which the image executed the script'
  untold 'the container ends'
}

@test "what only kept the container alive behind the script is no part of it" {
  local cmd
  wrapper <<<$'#!/bin/sh\nworker &\nweb &'
  while IFS='|' read -r cmd kept; do
    printf 'FROM debian\nCOPY start.sh /\nCMD %s\n' "$cmd" >Dockerfile
    patched
    [[ $result == *'ENTRYPOINT ["/init"]' ]] || { echo "# $cmd: $result"; return 1; }
    told "line 3: when the script had ended, the shell went on with $kept: that is read as the script's last command"
    lacks web/flag-main worker/flag-main
    untold TODO
  done <<'EOS'
/start.sh && tail -f /dev/null|tail -f /dev/null
["bash", "-c", "bash /start.sh; sleep infinity"]|sleep infinity
./start.sh; while true; do sleep 60; done|while true; do sleep 60; done
/start.sh && exec tail -F /srv/web.log|exec tail -F /srv/web.log
EOS
  grep -qx 'exec tail -F /srv/web.log' "$tree/logs/run"
  wrapper <<<$'#!/bin/sh\nworker &\nweb'
  printf 'FROM debian\nCOPY start.sh /\nCMD mkdir -p /srv/web && /start.sh && tail -f /dev/null\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'tail -f /dev/null, which kept the container alive behind start.sh, goes: /init does that'
  told 'TODO: the container went on when web had ended; now it ends: take flag-main off, if it shall go on'
  grep -qx 'mkdir -p /srv/web || exit' "$init"/*
}

@test "another command behind the script is its last one; what an exec leaves of it is told" {
  wrapper <<<$'#!/bin/sh\nworker &\nweb &\n# The end'
  printf 'FROM debian\nCOPY start.sh /\nCMD ./start.sh; bash\n' >Dockerfile
  patched
  [[ $result == *'ENTRYPOINT ["/init"]' ]]
  told 'the shell went on with bash: that is read as'
  has bash/flag-main bash/flag-console
  wrapper <<<$'#!/bin/sh\nworker &\nexec web'
  patched
  told 'the shell went on with bash: the container ends instead'
  has web/flag-main
}

@test "a CMD that does more beside the script stays and says that it starts the services again" {
  local cmd
  wrapper <<<$'#!/bin/sh\nworker &\nweb &'
  for cmd in './start.sh & tail -f /dev/null' './start.sh || bash'; do
    printf 'FROM debian\nCOPY start.sh /\nCMD %s\n' "$cmd" >Dockerfile
    patched
    [[ $result == *'COPY start.sh'*"CMD [\"/bin/sh\", \"-c\", \"$cmd\"]" ]]
    told "TODO: /bin/sh -c $cmd stays as CMD, beside the services, and starts them once more if it executes start.sh"
    untold 'does not execute'
  done
}

@test "arguments that each branch sets anew are not those of the image" {
  printf '%s\n' 'FROM debian:12' 'COPY start.sh /' 'ENTRYPOINT ["/start.sh"]' >Dockerfile
  wrapper <<<$'#!/bin/bash\nif [ -n "$DEBUG_PORT" ]; then\n  set -- jpda run\nelse\n  set -- run\nfi\nexec catalina.sh "$@"'
  migrate --dockerfile Dockerfile
  untold 'looks at its arguments'
  sed -i '/^else/,/^  set -- run/d' start.sh
  migrate --dockerfile Dockerfile
  told 'TODO: the script looks at its arguments, and CMD gives it none'
}

@test "a script that stays and hands its arguments on is named: the first one is /init now" {
  local line
  supervisord_conf
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["--fast"]\n' >Dockerfile
  for line in 'export OPTS="$*"' 'ARGS=("$@")'; do
    printf '#!/bin/bash\n%s\nexec supervisord -n\n' "$line" >entry.sh
    patched
    told "TODO: /entry.sh stays ahead of /init: it asks what its first argument is, which is /init now: line 2: $line"
  done
  printf '#!/bin/bash\nshow() { local all="$*"; }\nrest="${@:2}"\nexec supervisord -n\n' >entry.sh
  patched
  untold 'it asks what its first argument is'
}
