# An ENTRYPOINT that prepares, and executes supervisord or another one that starts processes.
# shellcheck disable=SC2034 # input is read by migrate
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "one that starts supervisord and goes on keeps its command" {
  supervisord_conf
  printf '#!/bin/sh\nsupervisord -c /etc/supervisord.conf\nsupervisorctl start web\nexec "$@"\n' >entry.sh
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["/bin/bash"]\n' >Dockerfile
  patched
  [[ $result == *'ENTRYPOINT ["/entry.sh", "/init"]'$'\n''CMD ["/bin/bash"]' ]]
  told 'TODO: line 2 of /entry.sh executed supervisord: supervisord -c /etc/supervisord.conf; it went on then, and stays ahead of /init: take that line out'
  told 'TODO: entry.sh, which stays in the image, calls supervisorctl'
}

@test "what follows supervisord in such a script is named: a program becomes a service, what kept the container alive goes" {
  supervisord_conf
  printf 'FROM debian\nCOPY supervisord.conf entry.sh /\nCMD ["/entry.sh"]\n' >Dockerfile
  behind() # CODE
  {
    printf '#!/bin/bash\nrender\n%s\n' "$1" >entry.sh
    patched
  }
  behind $'supervisord -c /supervisord.conf &\nexec caddy run'
  told 'take that line out, and write exec "$@", which executes /init, in place of line 4: exec caddy run; make a service of what that executed, with flag-main'
  behind $'[ $# -eq 0 ] || exec "$@"\nsupervisord &\nexec traefik'
  told 'in place of line 5: exec traefik; make a service of what that executed'
  behind $'start() { supervisord; }\nstart\nnginx -g "daemon off;"'
  told 'in place of line 5: nginx -g "daemon off;"; make a service of that, if it serves'
  behind $'service supervisor start\n# logs\ntail -F /var/log/web.log'
  told 'in place of what kept the container alive: line 5: tail -F /var/log/web.log'
  untold 'make a service'
  behind $'supervisord &\nif [ $# -gt 0 ]; then exec "$@"; fi'
  untold 'in place of'
}

@test "the work between supervisord and the end of such a script is named, as nothing runs ahead of /init" {
  local code works
  supervisord_conf
  printf 'FROM debian\nCOPY supervisord.conf entry.sh /\nCMD ["/entry.sh"]\n' >Dockerfile
  while IFS='~' read -r code works; do
    printf '#!/bin/bash\n%b\n' "$code" >entry.sh
    patched
    told 'ahead of /init nothing runs yet of what supervisord started: make a task, or a service, of each of these that needs it: '"$works" || { echo "# $code"; return 1; }
    [[ $report == *"needs it: $works"$'\n'* ]] || { echo "# $code"; return 1; }
    untold 'in place of line'
  done <<'EOS'
supervisord -c /etc/supervisord.conf &\nsleep 2 || true\nmysql </schema.sql\nwait -n~line 4: mysql </schema.sql
supervisord &\nuntil mysqladmin ping; do sleep 1; done\nif [ ! -e /x ]; then\n  load\nfi\necho up\ntail -f /dev/null~line 3: until mysqladmin ping; do sleep 1; done; lines 4-6: if [ ! -e /x ]; then
supervisord\nmysql -e x\nexec tail -F /var/log/x~line 3: mysql -e x
supervisord & PID=$!\nnginx &\nwhile kill -0 $PID; do sleep 1; done\nexit 1~line 3: nginx
begin() {\n  supervisord &\n  mysql -e x\n}\nprepare\nbegin\nload\nwait~line 4: mysql -e x; line 8: load
supervisord -n &\nmysql -e x\nexec "$@"~line 3: mysql -e x
EOS
  for code in 'supervisord &\nPID=$!\ntrap "kill $PID" TERM\nwait $PID\nexit $?' 'supervisord\nif [ -t 0 ]; then echo hi; fi\nsupervisorctl start web\nsleep infinity'; do
    printf "#!/bin/bash\n$code\n" >entry.sh
    patched
    told 'it went on then' && untold 'nothing runs yet' && untold 'in place of line'
  done
}

@test "supervisord reads all that is copied to its conf.d" {
  supervisord_conf etc/one.conf
  printf '[program:other]\ncommand=other\n' >etc/two.conf
  printf '[program:ignored]\ncommand=ignored\n' >etc/three.txt
  printf 'FROM debian\nCOPY etc/one.conf etc/two.conf /etc/supervisor/conf.d/\nCOPY etc/three.txt /etc/supervisor/conf.d/\nCMD ["supervisord", "-n"]\n' >Dockerfile
  run --separate-stderr reeve-migrate "$input" -o rootfs/etc/services.d --dockerfile Dockerfile
  [ "$status" -eq 0 ]
  report=$output
  services web other
  told 'included: etc/two.conf, lines 1-2: services.d/other/run'
  [[ $report == *'-CMD ["supervisord", "-n"]'*'+ENTRYPOINT ["/init"]'* && $report != *'+CMD'* ]]
}

@test "supervisor goes where the script ahead of /init is known, and names nothing of it" {
  local word
  supervisord_conf
  printf 'FROM debian\nRUN apt-get install -y supervisor curl\nCOPY supervisord.conf /etc/\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["supervisord", "-n"]\n' >Dockerfile
  printf '#!/bin/sh\n# supervisord comes next\nprepare\nexec "$@"\n' >entry.sh
  patched
  [[ $result == *'apt-get install -y curl'* ]]
  untold 'supervisor stays'
  for word in 'supervisorctl version' 'mkdir -p /var/log/supervisor' 'echo_supervisord_conf >/x'; do
    printf '#!/bin/sh\n%s\nexec "$@"\n' "$word" >entry.sh
    patched
    [[ $result == *'apt-get install -y supervisor curl'* ]] && told 'line 2: the package supervisor stays: entry.sh, which stays in the image, names it' || { echo "# $word"; return 1; }
  done
  sed -i '/^CMD/d' Dockerfile
  printf '#!/bin/sh\nprepare\nexec supervisord -c /etc/supervisord.conf >/log\n' >entry.sh
  patched
  [[ $result == *'apt-get install -y supervisor curl'*'COPY supervisord.conf'* ]]
  told 'line 2: the package supervisor stays: line 3 of /entry.sh names it: take it out when that line is changed'
  told 'line 3: supervisord.conf stays in the image, though /init does not need it: line 3 of /entry.sh names it: take it out when that line is changed'
}

@test "supervisor stays where what is not understood may execute it" {
  supervisord_conf
  printf 'FROM debian\nRUN apt-get install -y supervisor\nCOPY supervisord.conf /etc/\nCMD ["/unknown"]\n' >Dockerfile
  patched
  [[ $result == *'install -y supervisor'*'CMD ["/unknown"]' ]]
  told 'the package supervisor stays, if one is installed: /unknown, which stays as CMD'
}

@test "an entrypoint executes supervisord also by a variable, an interpreter, or its init script" {
  local line
  while IFS= read -r line; do
    supervisord_conf
    printf '#!/bin/sh\nSUPERVISOR=/usr/bin/supervisord\n%b\n' "$line" >entry.sh
    printf 'FROM debian\nWORKDIR /app\nCOPY . .\nENTRYPOINT ["/app/entry.sh"]\n' >Dockerfile
    patched
    [[ $result == *'ENTRYPOINT ["/app/entry.sh", "/init"]' ]] || { echo "# $line"; return 1; }
    told 'line 3 of /app/entry.sh executed supervisord'
    untold 'does not execute'
  done <<'EOS'
exec $SUPERVISOR -n -c /app/supervisord.conf
exec "${SUPERVISORD:-/usr/bin/supervisord}" -n
exec env A=1 /usr/bin/python3 /usr/bin/supervisord -n
service supervisor start\ntail -f /dev/null
/etc/init.d/supervisor start; sleep infinity
EOS
}

@test "the user as whom supervisord ran is not lost" {
  supervisord_conf
  printf '#!/bin/sh\nmkdir -p /data\nexec gosu app supervisord -n\n' >entry.sh
  printf 'FROM debian\nCOPY . /app\nENTRYPOINT ["/app/entry.sh"]\n' >Dockerfile
  patched
  told 'TODO: supervisord ran as app (exec gosu app supervisord -n), and so did all that it started: write reeve-exec --user app'
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nCMD ["gosu", "app", "supervisord", "-n"]\n' >Dockerfile
  patched
  [[ $result == *'ENTRYPOINT ["gosu", "app", "/init"]' ]]
  told 'gosu app stays ahead of /init, which so runs as that user'
  untold 'it has to end in exec'
}

@test "what is ahead of supervisord in a script's last command stays ahead of /init" {
  local end new
  supervisord_conf
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nCOPY entry.sh /\nCMD ["/entry.sh"]\n' >Dockerfile
  while IFS='|' read -r end new; do
    printf '#!/bin/sh\n%s\n' "$end" >entry.sh
    patched
    told "executed supervisord: $end; it stays ahead of /init: write $new there" && [[ $result != *CMD* ]] || { echo "# $end"; return 1; }
  done <<'EOS'
exec env A=b supervisord -n|exec env A=b "$@"
A=b exec supervisord -n|A=b exec "$@"
exec nice -n 5 supervisord -n >/log|exec nice -n 5 "$@" >/log
exec supervisord -n >>/log 2>&1|exec "$@" >>/log 2>&1
exec chpst -u app supervisord -n|exec chpst -u app "$@"
exec /docker-entrypoint.sh supervisord -n|exec /docker-entrypoint.sh "$@"
exec tini -g -- supervisord -n|exec "$@"
exec bash -c "supervisord -n"|exec "$@"
exec env A=b tini -s -- supervisord -n|exec env A=b "$@"
exec env A=b $(which supervisord) -n|exec env A=b "$@"
exec gosu app env A=b supervisord -n|exec env A=b "$@"
A=b exec /usr/bin/python3 -u /usr/bin/supervisord -n|A=b exec "$@"
EOS
  printf '#!/bin/sh\nsu app -c "supervisord -n"\n' >entry.sh
  patched
  told 'supervisord ran as app'
  printf '#!/bin/sh\nexec "$(which supervisord)" -n -c /etc/supervisord.conf\n' >entry.sh
  patched
  [ "$(tail -n 1 copy/entry.sh)" = 'exec "$@"' ]
}

@test "what is ahead of a script or a Procfile's program in such a command stays, too" {
  local end new
  printf 'FROM debian\nCOPY start.sh Procfile entry.sh /\nCMD ["/entry.sh"]\n' >Dockerfile
  wrapper <<<$'worker &\nexec web'
  echo 'web: web' >Procfile
  while IFS='|' read -r input end new; do
    printf '#!/bin/sh\n%s\n' "$end" >entry.sh
    migrate --dockerfile Dockerfile
    told "executed ${end##* }: $end; it stays ahead of /init: write $new there" || told "executed foreman: $end; it stays ahead of /init: write $new there" || { echo "# $end"; return 1; }
  done <<'EOS'
start.sh|exec env A=b start.sh|exec env A=b "$@"
start.sh|A=b exec nice -n 5 start.sh|A=b exec nice -n 5 "$@"
start.sh|exec tini -g -- env A=b start.sh|exec env A=b "$@"
Procfile|exec env A=b foreman start|exec env A=b "$@"
Procfile|exec nice $(command -v foreman) start|exec nice "$@"
EOS
  printf '#!/bin/sh\nexec nice $(which supervisord)\n' >entry.sh # neither the script nor the Procfile is that one's
  for input in start.sh Procfile; do
    migrate --dockerfile Dockerfile
    untold 'executed supervisord'
  done
}

@test "where a script executes CMD, and that is a supervisor, the report says what to migrate in its place" {
  wrapper <<<$'#!/bin/sh\nprepare\nexec "$@"'
  for command in '["supervisord", "-c", "/etc/app.conf"]' 'exec supervisord -n' '["gosu", "app", "supervisord"]'; do
    printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD %s\n' "$command" >Dockerfile
    migrate --dockerfile Dockerfile
    told 'supervisord starts and watches processes of its own: give reeve-migrate its supervisord.conf in place of this script'
  done
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["bundle", "exec", "foreman", "start"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'foreman starts and watches processes of its own: give reeve-migrate its Procfile in place of this script'
}

@test "one that asks for none of its arguments and starts supervisord by itself: CMD's words were for nothing" {
  supervisord_conf
  printf '#!/bin/bash\nmigrate-tables\nsupervisord -c /etc/supervisord.conf\n' >entry.sh
  printf 'FROM python:3.12\nCOPY supervisord.conf /etc/\nCOPY entry.sh .\nENTRYPOINT ["/bin/sh", "./entry.sh"]\nCMD ["/usr/bin/supervisord"]\n' >Dockerfile
  patched
  [[ $result == *'ENTRYPOINT ["/bin/sh", "./entry.sh", "/init"]' ]]
  [ "$(tail -n 1 copy/entry.sh)" = 'exec "$@"' ]
  told 'note: line 3 of ./entry.sh executed supervisord'
  told 'the patch takes out COPY of supervisord.conf'
  untold TODO
  # One that asks for them, or starts nothing by itself, is as before.
  sed -i 's/^migrate-tables/[ "$1" = web ] || &/' entry.sh
  migrate --dockerfile Dockerfile
  told 'TODO: ./entry.sh ran ahead of the input'
  printf '#!/bin/bash\nmigrate-tables\n' >entry.sh
  migrate --dockerfile Dockerfile
  told 'TODO: ./entry.sh ran ahead of the input, and stays ahead of /init: it does not end in exec "$@", so that /init would never start'
}

@test "the package's service is a start of supervisord in the image's shell code, too" {
  local start
  supervisord_conf
  for start in 'service supervisor start' '/etc/init.d/supervisor start'; do
    printf 'FROM debian\nRUN apt-get install -y supervisor nginx\nCOPY supervisord.conf /etc/supervisor/conf.d/\nCMD %s && tail -f /dev/null\n' "$start" >Dockerfile
    patched
    untold TODO || { echo "# $start"; return 1; }
    ! grep -q -e CMD -e supervisor <<<"$result" || { echo "# $result"; return 1; }
  done
}

@test "a script that the Dockerfile itself has, or writes, and that executes supervisord, has the TODO of what to write" {
  supervisord_conf
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nCOPY <<"EOF" /start.sh\n#!/bin/sh\nprepare\nexec supervisord -n\nEOF\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: /start.sh, whose text is in the Dockerfile, executes what read supervisord.conf, and would start all of it once more beside the services: write exec "$@" in place of that line, ENTRYPOINT ["/start.sh", "/init"], and no CMD'
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nRUN printf "#!/bin/sh\\nexec supervisord -n\\n" >/start.sh\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: /start.sh, which the RUN in line 3 writes, executes what read supervisord.conf'
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nCOPY <<"EOF" /start.sh\n#!/bin/sh\nexec web\nEOF\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold 'whose text is in the Dockerfile, executes'
}

@test "of several starts of supervisord, the one that reads the input's file counts; another file is named" {
  supervisord_conf
  printf '[program:other]\ncommand=other\n' >a.conf
  printf '#!/bin/sh\nif [ "$MODE" = a ]; then\n  exec supervisord -n -c /etc/a.conf\nfi\nexec supervisord -n -c /etc/supervisord.conf\n' >boot.sh
  printf 'FROM debian\nCOPY supervisord.conf a.conf /etc/\nCOPY boot.sh /\nCMD ["/boot.sh"]\n' >Dockerfile
  patched
  told 'line 5 of /boot.sh executed supervisord: exec supervisord -n -c /etc/supervisord.conf'
  untold TODO
  printf '#!/bin/sh\nexec supervisord -n -c /etc/a.conf\n' >boot.sh
  migrate --dockerfile Dockerfile
  told "TODO: the image's supervisord reads /etc/a.conf (a.conf in the build context), and not supervisord.conf: give that to reeve-migrate"
  printf '[include]\nfiles=/etc/supervisord.conf\n' >a.conf
  migrate --dockerfile Dockerfile
  untold 'and not supervisord.conf'
}

@test "%(here)s is the folder of a relative -c, too" {
  input=supervisord.conf
  printf '[supervisord]\n[program:web]\ncommand=%%(here)s/web --log %%(here)s/web.log\n' >supervisord.conf
  printf 'FROM debian\nWORKDIR /srv\nCOPY supervisord.conf conf/\nCMD ["supervisord", "-n", "-c", "conf/supervisord.conf"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  becomes web 'exec /srv/conf/web --log /srv/conf/web.log'
  untold TODO
}

@test "where a RUN has written the configuration that includes a folder, each of its files is read" {
  mkdir conf
  printf '[program:web]\ncommand=web\n' >conf/web.conf
  printf 'FROM python:3\nRUN echo_supervisord_conf >/etc/supervisord.conf && echo "files = /etc/supervisord.d/*.conf" >>/etc/supervisord.conf\nCOPY conf/web.conf /etc/supervisord.d/\nCMD supervisord -n -c /etc/supervisord.conf\n' >Dockerfile
  run reeve-migrate Dockerfile -o rootfs/etc/services.d
  services web
  [[ $output = *'TODO: a RUN of the Dockerfile changes supervisord.conf in the image: line 2'* ]]
}

@test "a RUN that edits the file of supervisor's package does not change the input" {
  local run
  mkdir docker
  input=docker/supervisord.conf
  printf '[program:web]\ncommand=web\n' >docker/supervisord.conf
  printf 'FROM debian\nRUN apt-get install -y supervisor\nCOPY docker/supervisord.conf /etc/conf/\nRUN ln -s /etc/conf/supervisord.conf /etc/supervisor/conf.d/ && sed -i s/false/true/ /etc/supervisor/supervisord.conf\nCMD ["supervisord", "-n"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold TODO
  for run in 'sed -i s/a/b/ /etc/conf/supervisord.conf' 'ln -sf /etc/conf/supervisord.conf /etc/supervisor/supervisord.conf \&\& sed -i s/a/b/ /etc/supervisor/supervisord.conf' "sed -i 's#files =.*#files = /x#' /etc/supervisor/supervisord.conf"; do
    sed -i "4s|.*|RUN $run|" Dockerfile
    migrate --dockerfile Dockerfile
    told 'TODO: a RUN of the Dockerfile changes supervisord.conf' || { echo "# $run"; return 1; }
  done
}

@test "what the script ended with stays by what it reads, and a supervisord.conf that the script writes is to be taken from a container" {
  local write
  input=start.sh
  for write in $'printf "[program:x]\ncommand=$X\n" >> /etc/s.conf' 'envsubst </etc/s.tmpl > "/etc/s.conf"'; do
    wrapper <<<$'#!/bin/bash\n'"$write"$'\nexec supervisord -c /etc/s.conf'
    migrate
    becomes supervisord 'exec supervisord -n -c /etc/s.conf'
    told '(in the foreground: whatever its configuration says)'
    told 'writes or changes what it reads: take that from a container that runs'
    untold 'it would have left by itself' || { echo "# $write"; return 1; }
  done
  wrapper <<<$'#!/bin/bash\ncat >/etc/s.conf <<EOF\n[supervisord]\nnodaemon=true\nEOF\nexec supervisord -c /etc/s.conf'
  migrate
  becomes supervisord 'exec supervisord -c /etc/s.conf' # it says so itself
  told 'writes or changes what it reads: take that from a container that runs'
  untold 'in the foreground'
  wrapper <<<$'supervisord -c /etc/s.conf\nexec web'
  migrate
  told '(in the foreground: it would have left by itself)'
}

@test "what only found the programs of a project is ahead of each service, and not of /init" {
  local line prefix
  input=Procfile
  echo 'web: puma' >Procfile
  printf 'FROM ruby\nWORKDIR /app\nCOPY . .\nCMD ["./start.sh"]\n' >Dockerfile
  while IFS='|' read -r line prefix new; do
    printf '#!/bin/sh\nprepare\n%s\n' "$line" >start.sh
    migrate --dockerfile Dockerfile
    told "it stays ahead of /init: write $new\"\$@\" there, so that it executes /init" && becomes web "exec ${prefix}puma" || { echo "# $line"; return 1; }
  done <<'EOL'
bundle exec foreman start|bundle exec |exec 
exec uv run honcho start|uv run |exec 
exec nice -n 5 poetry run honcho start|poetry run |exec nice -n 5 
exec npx foreman start||exec 
EOL
}

@test "a question for the first argument that supervisord and /init answer alike is none" {
  local line
  supervisord_conf
  printf 'FROM php:8.2-fpm\nCOPY supervisord.conf /etc/\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["supervisord", "-c", "/etc/supervisord.conf"]\n' >Dockerfile
  while IFS= read -r line; do
    printf '#!/bin/bash\n%s\nexec "$@"\n' "$line" >entry.sh
    patched
    told '/entry.sh ran ahead of the input, and stays ahead of /init, which it executes' && untold TODO || { echo "# $line"; return 1; }
  done <<'EOS'
if [ "${1#-}" != "$1" ]; then set -- php-fpm "$@"; fi
if [ "${1:0:1}" = "-" ]; then set -- php-fpm "$@"; fi
if [ "$1" = 'php-fpm' ] || [ "$1" = php ]; then setup; fi
if [[ "$1" == php* && "$(id -u)" == 0 ]]; then setup; fi
[ "x$1" = xweb ] && setup
if test "$1" != bash; then setup; fi
case "$1" in -*) set -- php-fpm "$@" ;; web|worker) setup ;; *) other ;; esac
EOS
  while IFS= read -r line; do
    printf '#!/bin/bash\n%s\nexec "$@"\n' "$line" >entry.sh
    patched
    told 'TODO: /entry.sh ran ahead of the input' 'it asks what its first argument is, which is /init now' || { echo "# $line"; return 1; }
  done <<'EOS'
if [ "$1" = supervisord ]; then setup; fi
if [ "$1" = "$ROLE" ]; then setup; fi
if [ "${1:0:1}" = "/" ]; then setup; fi
if [[ "$1" == super* ]]; then setup; fi
case "$1" in bash) ;; super*) setup ;; esac
case "$1" in $ROLE) setup ;; esac
if [ "$1" = web ] || [ "$1" = supervisord ]; then setup; fi
which "$1"
EOS
}
