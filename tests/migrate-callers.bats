# What stays in the image and asks for what has gone: the wrapper, or what started the processes.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "what asks for a program that has gone is named, with what to write" {
  input=supervisord.conf
  wrapper <<<$'[program:web]\ncommand=web'
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nCOPY cron-jobs /etc/cron.d/jobs\nCOPY <<EOF /etc/cron.d/more\n1 * * * * root supervisorctl stop web\nEOF\nRUN echo "* * * * * root supervisorctl restart web" >>/etc/crontab\nHEALTHCHECK --interval=5s CMD supervisorctl status web || exit 1\nCMD ["supervisord"]\n' >Dockerfile
  echo '1 * * * * root supervisorctl restart web' >cron-jobs
  migrate --dockerfile Dockerfile
  told 'TODO: Dockerfile, line 8: HEALTHCHECK asks for supervisorctl, which does not run any more, so that it would fail for ever: write HEALTHCHECK CMD ["reeve", "status", "web"]'
  told 'TODO: Dockerfile, line 7: RUN has supervisorctl, which finds no supervisord any more'
  told 'TODO: Dockerfile, lines 4-6: COPY has supervisorctl'
  told 'TODO: cron-jobs, which stays in the image, calls supervisorctl'
  told 'the patch takes out COPY of supervisord.conf' # the stars in quotes are no pattern
  printf 'FROM debian\nHEALTHCHECK CMD pgrep supervisord\nCMD ["supervisord"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'HEALTHCHECK CMD ["reeve", "status"], which is 0 when all services are ready'
  input=Procfile
  wrapper <<<'web: ./web'
  printf 'FROM debian\nHEALTHCHECK CMD pidof overmind\nCMD ["overmind", "start"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'HEALTHCHECK asks for overmind, which does not run any more'
  printf 'FROM debian\nHEALTHCHECK CMD curl -f localhost\nCMD ["overmind", "start"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold 'HEALTHCHECK asks'
}

@test "a script that calls supervisorctl is named with its line; what is not started by itself has a file down" {
  supervisord_conf
  printf '#!/bin/sh\n# supervisorctl is asked\ninotifywait /upload\n  supervisorctl restart web\n' >watch.sh
  printf '#!/bin/sh\n# not by supervisorctl\nexec web\n' >other.sh
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nCOPY watch.sh other.sh /\nCMD ["supervisord", "-n"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: watch.sh, which stays in the image, calls supervisorctl, which finds no supervisord any more (line 4: supervisorctl restart web): write reeve start, stop, restart, status NAME there'
  untold 'file down'
  untold 'other.sh, which stays in the image, calls'
  printf 'autostart=false\n' >>supervisord.conf
  migrate --dockerfile Dockerfile
  told 'status NAME there; ahead of /init, remove the file down of the services that it starts instead'
}

@test "a file of a server that has the wrapper's name is another one" {
  wrapper <<<$'#!/bin/sh\nweb &\nexec worker'
  checked_by() { printf 'FROM debian\nCOPY start.sh /\nHEALTHCHECK CMD %s\nCMD ["/start.sh"]\n' "$1" >Dockerfile; migrate --dockerfile Dockerfile; }
  for command in 'curl -fs http://localhost:8080/start.sh || exit 1' 'wget -qO- "https://127.0.0.1/install/start.sh?a=1"'; do
    checked_by "$command"
    untold 'HEALTHCHECK asks'
    told 'the patch takes out COPY of start.sh'
  done
  checked_by 'pgrep -f other && /start.sh --health'
  untold 'HEALTHCHECK asks'
  for command in 'pgrep -f start.sh' '["sh", "-c", "ps | grep /start.sh && curl http://localhost/start.sh"]'; do
    checked_by "$command"
    told 'HEALTHCHECK asks for start.sh, which does not run any more'
  done
}

@test "the supervisord.conf may have any name" {
  input=kafka.conf
  wrapper <<<$'[program:kafka]\ncommand=kafka'
  printf 'FROM debian\nRUN apt-get install -y wget supervisor\nCOPY kafka.conf /etc/supervisor/conf.d/\nHEALTHCHECK CMD pidof supervisord\nCMD ["supervisord", "-n"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'HEALTHCHECK asks for supervisord, which does not run any more'
  sed -i /HEALTHCHECK/d Dockerfile
  migrate --dockerfile Dockerfile
  told '+RUN apt-get install -y wget'
  printf 'FROM debian\nRUN apt-get install -y wget supervisor\nCOPY <<EOF /etc/kafka.conf\n[supervisord]\nnodaemon=true\n[program:kafka]\ncommand=kafka\nEOF\nCMD ["supervisord", "-n", "-c", "/etc/kafka.conf"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told '+RUN apt-get install -y wget'
}

@test "a RUN that names the script is named, where a COPY of all brings the script" {
  local run
  wrapper <<<$'celery worker &\ngunicorn app:app'
  for run in 'chmod +x start.sh' 'chmod +x ./start.sh ./other.sh' '["chmod", "+x", "/app/start.sh"]' 'pip install . && chmod +x /app/start.sh'; do
    printf 'FROM python\nWORKDIR /app\nCOPY . .\nRUN %s\nCMD ["./start.sh"]\n' "$run" >Dockerfile
    migrate --dockerfile Dockerfile
    told 'Dockerfile, line 4: RUN names start.sh, which the COPY of line 3 brings with all others'
  done
  printf 'FROM python\nWORKDIR /app\nCOPY . .\nRUN chmod +x restart.sh\nCMD ["./start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold 'brings with all others'
  # A COPY of the script alone goes, and the RUN with it.
  printf 'FROM python\nWORKDIR /app\nCOPY start.sh .\nRUN chmod +x start.sh\nCMD ["./start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold 'brings with all others'
  told 'the patch takes out RUN'
}

@test "what stays and asks for what has gone is told once, whatever the Dockerfile is called" {
  local name
  mkdir -p scripts
  printf '#!/bin/sh\nsupervisorctl start a\n' >scripts/go
  input=supervisord.conf
  wrapper <<<$'[program:a]\ncommand=a'
  printf 'FROM debian\nCOPY scripts /opt/scripts\nCOPY supervisord.conf /etc/\nCMD ["supervisord"]\n' >Dockerfile
  for name in Dockerfile ./Dockerfile .//./Dockerfile "$PWD/Dockerfile"; do
    migrate --dockerfile "$name"
    [ "$(grep -c 'calls supervisorctl' <<<"$report")" -eq 1 ] || { echo "# $name"; return 1; }
  done
  input=Procfile
  wrapper <<<'web: puma'
  printf 'FROM debian\nCOPY --from=darthsim/overmind /usr/bin/overmind /usr/bin/overmind\nCMD ["overmind", "start"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  [ "$(grep -c '^note: Dockerfile, line 2: overmind ' <<<"$report")" -eq 1 ]
}

@test "as long as supervisord is a service, supervisorctl finds it" {
  wrapper <<<$'#!/bin/sh\nprepare\nexec supervisord -n -c /etc/app.conf'
  printf '#!/bin/sh\nsupervisorctl stop web\n' >backup.sh
  printf 'FROM debian\nCOPY start.sh backup.sh /\nHEALTHCHECK CMD supervisorctl status\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  has supervisord/run
  untold 'finds no supervisord any more'
  printf 'FROM debian\nRUN service supervisor start && supervisorctl reread && supervisorctl start web && service supervisor stop\nCMD service supervisor start && apachectl -D FOREGROUND\n' >code
  run reeve-migrate code
  [[ $output = *'services: supervisord, apachectl'* && $output != *'finds no supervisord any more'* ]]
  untold 'HEALTHCHECK asks'
}

@test "what looks for a service among all processes finds its supervisor, too" {
  local check
  wrapper <<<$'mydaemon &\nexec web'
  printf '#!/bin/sh\n# ps and grep, for web\nps -ef | grep "[m]ydaemon" || exit 1\n' >health.sh
  while read -r check; do
    printf 'FROM debian\nCOPY start.sh /\nHEALTHCHECK CMD %s\nCMD ["/start.sh"]\n' "$check" >Dockerfile
    migrate --dockerfile Dockerfile
    told 'TODO: Dockerfile, line 3: HEALTHCHECK looks for mydaemon among all processes' || { echo "# $check"; return 1; }
  done <<'EOS'
ps aux | grep mydaemon | grep -v grep || exit 1
pgrep -f mydaemon
pgrep -lf "mydaemon"
pgrep -u root -f mydaemon
pgrep --uid 0 --full mydaemon
pgrep -c -f "my.*" || exit 1
pkill -0 -f mydaemon$
["pgrep", "-f", "mydaemon"]
["sh", "-c", "[ -n \"$(ps aux | egrep 'other|[m]ydaemon')\" ]"]
ps -aux | grep -i MyDaemon
ps -eo pid,args | grep -e other -e mydaemon
ps ax | grep -qF --regexp=mydaemon
ps -fe | grep -vc other; ps -ef | grep -m 1 mydaemon
pgrep -if MYDAEMON
EOS
  while read -r check; do
    printf 'FROM debian\nCOPY start.sh /\nHEALTHCHECK CMD %s\nCMD ["/start.sh"]\n' "$check" >Dockerfile
    migrate --dockerfile Dockerfile
    untold 'among all processes' || { echo "# $check"; return 1; }
  done <<'EOS'
pgrep -x mydaemon
pgrep -fx mydaemon
pgrep --pidfile /run/mydaemon.pid mydaemon
pgrep -u app -f mydaemon
pgrep -f "python mydaemon"
pgrep -f ^mydaemon
pgrep -f "$NAME"
ps aux | grep -v mydaemon
ps aux | grep /usr/sbin/mydaemon
ps -e | grep mydaemon
ps -eo comm,pid | grep mydaemon
ps -C mydaemon | grep mydaemon
ps aux | grep MyDaemon
ps aux | grep -F '[m]ydaemon'
ps aux | fgrep my.aemon
pgrep -f "(mydaemon){1,30000}"
pgrep -f '\(my\)daemon\1'
curl -f http://localhost/mydaemon
EOS
  printf 'FROM alpine\nHEALTHCHECK CMD ps | grep mydaemon\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'HEALTHCHECK looks for mydaemon among'
  printf 'FROM debian\nHEALTHCHECK CMD pgrep -f mydaemon && pgrep -f web\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'HEALTHCHECK looks for web among' && told 'HEALTHCHECK looks for mydaemon among'
  printf 'FROM debian\nCOPY start.sh health.sh /\nHEALTHCHECK CMD ["/health.sh"]\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: health.sh, which stays in the image, looks for mydaemon among all processes'
}

@test "what sends a service a signal as one of all processes is told with that" {
  local line
  wrapper <<<$'mydaemon &\nexec web'
  printf 'FROM debian\nCOPY start.sh rotate.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  for line in 'pkill -HUP -f mydaemon' 'pkill -USR1 -f mydaemon' 'pkill --signal HUP -f mydaemon' 'kill -HUP $(pgrep -f mydaemon)' "ps aux | grep '[m]ydaemon' | awk '{ print \$2 }' | xargs kill -9"; do
    echo "$line" >rotate.sh
    migrate --dockerfile Dockerfile
    told 'TODO: rotate.sh, which stays in the image, signals mydaemon as one of all processes, and so its supervisor, too (reeve-supervise mydaemon): write reeve kill SIGNAL mydaemon, or reeve stop' || { echo "# $line"; return 1; }
    untold 'looks for mydaemon'
  done
  echo 'pkill -HUP mydaemon' >rotate.sh
  migrate --dockerfile Dockerfile
  untold 'among all processes' && untold 'as one of all processes'
}

@test "what supervisorctl did otherwise than by name has a command of its own" {
  supervisord_conf
  printf '#!/bin/sh\nsleep 60\nsupervisorctl shutdown\n' >end.sh
  printf '#!/bin/sh\nsupervisorctl reread\nsupervisorctl update\nsupervisorctl restart web\n' >other.sh
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nCOPY end.sh other.sh /\nRUN echo "supervisorctl signal HUP web" >/etc/cron.daily/web\nCMD ["supervisord"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told '(line 3: supervisorctl shutdown): write reeve shutdown (which ends the container) there'
  told '(line 2: supervisorctl reread): write reeve start, stop, restart, status NAME; reeve rescan there'
  told 'RUN has supervisorctl, which finds no supervisord any more: write reeve kill SIGNAL NAME there'
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nRUN echo "supervisorctl reread && supervisorctl start web" >/etc/cron.daily/web\nCMD ["supervisord"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'RUN has supervisorctl, which finds no supervisord any more: write reeve start, stop, restart, status NAME; reeve rescan there'
}

@test "what supervisorctl did is its first word that is no option" {
  local line
  supervisord_conf
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nCOPY other.sh /\nCMD ["supervisord"]\n' >Dockerfile
  while IFS='>' read -r line instead; do
    echo "$line" >other.sh
    migrate --dockerfile Dockerfile
    told "(line 1: $line): write $instead there" || { echo "# $line"; return 1; }
  done <<'EOS'
supervisorctl restart tail>reeve start, stop, restart, status NAME
supervisorctl stop web update>reeve start, stop, restart, status NAME
supervisorctl -c /etc/signal tail -f web>reeve logs NAME
supervisorctl -u update --password=x -r reread>reeve rescan
exec "supervisorctl" "signal" HUP update>reeve kill SIGNAL NAME
subprocess.run(["supervisorctl", "-c", "/etc/x.conf", "shutdown"])>reeve shutdown (which ends the container)
supervisorctl -c /etc/supervisord.conf>reeve start, stop, restart, status NAME
EOS
}

@test "the script of a HEALTHCHECK that looks for what has gone is named, with its line" {
  supervisord_conf
  printf '#!/bin/sh\n# supervisord\necho "is supervisord up?"; curl http://x/supervisord\npgrep supervisord || exit 1\n' >health
  cp health other.sh
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nCOPY health /usr/bin/health\nCOPY other.sh /\nHEALTHCHECK CMD ["/usr/bin/health"]\nCMD ["supervisord", "-n"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: health, which HEALTHCHECK executes (Dockerfile, line 5), asks for supervisord, which does not run any more (line 4: pgrep supervisord || exit 1)'
  untold 'TODO: other.sh, which HEALTHCHECK'
  input=start.sh
  wrapper <<<$'#!/bin/sh\nweb &\nexec nginx -g "daemon off;"'
  printf '#!/bin/sh\npgrep -f start.sh\n' >health.sh
  printf 'FROM debian\nCOPY start.sh health.sh /\nHEALTHCHECK CMD /health.sh\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: health.sh, which HEALTHCHECK executes (Dockerfile, line 3), asks for start.sh'
  printf '#!/bin/sh\ncurl localhost\n' >health.sh
  migrate --dockerfile Dockerfile
  untold 'which HEALTHCHECK executes'
}

@test "who asks supervisord's page or its socket is named" {
  input=supervisord.conf
  wrapper <<<$'[supervisord]\nnodaemon=true\n[inet_http_server]\nport = 127.0.0.1:9001 ; a comment\n[unix_http_server]\nfile=/run/sup.sock\n[program:mon]\ncommand=mon --url http://localhost:9001/RPC2\n[program:sock]\ncommand=sock --to unix:///run/sup.sock\n[program:web]\ncommand=web http://localhost:90010'
  printf 'FROM debian\nCOPY supervisord.conf /etc/\nHEALTHCHECK CMD curl -f http://web:90010/ && curl -f http://localhost:9001/ || exit 1\nCMD ["supervisord", "-n"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  grep -q 'TODO reeve-migrate: line 7: it has :9001, where supervisord answered, and nothing does now' "$tree/mon/run"
  grep -q 'it has /run/sup.sock, where supervisord answered' "$tree/sock/run"
  run ! grep -q TODO "$tree/web/run"
  told 'TODO: Dockerfile, line 3: HEALTHCHECK asks for supervisord'
  sed -i 's/9001/9002/g' Dockerfile
  migrate --dockerfile Dockerfile
  untold 'HEALTHCHECK asks'
}

@test "a HEALTHCHECK that executes the script, which stays, asks for no process" {
  local check
  wrapper <<<$'#!/bin/bash\nif [ "$1" = --check ]; then exec probe; fi\nside &\nexec "$@"'
  for check in '["/start.sh", "--check"]' '/start.sh --check || exit 1' 'bash /start.sh --check'; do
    printf 'FROM debian\nCOPY start.sh /\nHEALTHCHECK CMD %s\nENTRYPOINT ["/start.sh"]\nCMD ["web"]\n' "$check" >Dockerfile
    migrate --dockerfile Dockerfile
    told 'start.sh stays in the image' && untold 'does not run any more' || { echo "# $check"; return 1; }
  done
  printf 'FROM debian\nCOPY start.sh /\nHEALTHCHECK CMD pgrep -f start.sh\nENTRYPOINT ["/start.sh"]\nCMD ["web"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'HEALTHCHECK asks for start.sh, which does not run any more'
}
