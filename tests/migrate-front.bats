# A script that stays ahead of /init: whether it becomes its arguments.
# shellcheck disable=SC2034,SC2089,SC2090 # report is read by told; lines of a Dockerfile
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

ahead() # CODE: entry.sh is that, ahead of a wrapper
{
  printf '#!/bin/sh\n%s\n' "$1" >entry.sh
  printf 'FROM debian\nCOPY entry.sh start.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'worker &\nexec web'
  migrate --dockerfile Dockerfile
}

@test "a script that executes its arguments elsewhere than at its own end does not become /init" {
  local code
  for code in 'run() { exec "$@"; }' '# exec "$@"' $'echo \'exec "$@"\'' $'cat >/run.sh <<EOS\nexec "$@"\nEOS' 'main() { exec "$@"; }; if main; then web; fi' 'prepare "$@"'; do
    ahead "$code"
    told 'it does not end in exec "$@", so that /init would never start' || { echo "# $code"; return 1; }
  done
  for code in '( exec "$@" )' 'exec "$@" &' '"$@" | tee /log' 'docker-entrypoint.sh "$@"' 'gosu app "$@"' 'while true; do "$@"; sleep 1; done' 'run() { "$@"; }; run "$@"' 'bash -c "exec $*"'; do
    ahead "$code"
    told "it runs its arguments in a child (line 2: $code), so that /init would not be PID 1" || { echo "# $code"; return 1; }
  done
}

@test "a script that becomes its arguments in a function, or by other words, becomes /init" {
  local code
  for code in 'main() { exec "$@"; }; main "$@"' 'exec -a app "$@"' 'exec "$@" >/log 2>&1' 'prepare && exec "$@"' '. /docker-entrypoint.sh "$@"' 'exec bash -c ". /env; exec $*"' \
    'main() { exec "$@"; }; if [ "${BASH_SOURCE[0]}" = "$0" ]; then main "$@"; fi' '_main() { exec "$@"; }; if ! _is_sourced; then _main "$@"; fi' \
    'if [ -n "$A" ]; then exec gosu app "$@"; else exec "$@"; fi' 'case $A in 1) exit 1 ;; *) exec "$@" ;; esac' '{ prepare; exec "$@"; }' '[ -n "$A" ] && exec gosu app "$@"; exec "$@"'; do
    ahead "$code"
    told 'ran ahead of the input, and stays ahead of /init, which it executes' && untold TODO || { echo "# $code"; return 1; }
  done
}

@test "a script that becomes its arguments only under a condition is told with that" {
  local code
  for code in 'if [ -n "$DEBUG" ]; then exec "$@"; fi' '[ -n "$DEBUG" ] && exec "$@"' 'case $MODE in web) exec "$@" ;; esac' 'for i in $LIST; do prepare && exec "$@"; done'; do
    ahead "$code"$'\nexec other'
    told "it becomes its arguments only under a condition (line 2: $code), and /init does not start without that" || { echo "# $code"; return 1; }
  done
}

@test "a script that passes its arguments on to the base image's entrypoint, or in another form, executes /init" {
  local line
  supervisord_conf
  printf 'FROM php:8-fpm\nCOPY supervisord.conf /etc/\nCOPY entry.sh hook.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["supervisord", "-n", "-c", "/etc/supervisord.conf"]\n' >Dockerfile
  printf '#!/bin/sh\nexec "$@"\n' >hook.sh
  for line in 'docker-php-entrypoint "$@"' '/usr/local/bin/docker-entrypoint.sh "$@"' '/hook.sh "$@"' '${@}' '$*' '"${@:-bash}"'; do
    printf '#!/bin/sh\nprepare\nexec %s\n' "$line" >entry.sh
    patched
    told 'ran ahead of the input, and stays ahead of /init, which it executes' && untold TODO || { echo "# $line"; return 1; }
  done
  printf '#!/bin/sh\nprepare\n"$@"\n' >entry.sh
  patched
  told 'it runs its arguments in a child (line 3: "$@"), so that /init would not be PID 1'
  printf '#!/bin/sh\nprepare\nexec /hook.sh "$@"\n' >entry.sh
  printf '#!/bin/sh\n"$@"\n' >hook.sh
  patched
  told 'TODO: /entry.sh ran ahead of the input, and stays ahead of /init: it executes its arguments by way of /hook.sh: see that this ends in exec "$@"'
}

@test "sudo, doas, runuser and su go from wherever they stand, with all of their options; what is behind them stays" {
  local cmd
  wrapper <<<$'worker &\nexec web'
  while IFS='|' read -r cmd entrypoint; do
    printf 'FROM debian\nCOPY start.sh /\nCMD %s\n' "$cmd" >Dockerfile
    patched
    told 'stays the parent of what it starts, and /init has to be PID 1, so the patch takes that out'
    [ "$(tail -n 1 <<<"$result")" = "ENTRYPOINT $entrypoint" ] || { echo "# $cmd: $(tail -n 1 <<<"$result")"; return 1; }
  done <<'EOS'
["runuser", "app", "-c", "/start.sh"]|["/init"]
["sudo", "-Eu", "app", "/start.sh"]|["/init"]
["sudo", "--user", "app", "-p", "x", "A=1", "/start.sh"]|["/init"]
["doas", "-n", "-u", "app", "/start.sh"]|["/init"]
["/gate", "su", "-s", "/bin/bash", "app", "-c", "/start.sh"]|["/gate", "/init"]
["/gate", "sudo", "-HEu", "app", "--", "nice", "/start.sh"]|["/gate", "nice", "/init"]
exec sudo -HEu app -- gate --wait 5 /start.sh|["gate", "--wait", "5", "/init"]
sudo -u $APP /start.sh|["/init"]
sudo -u $APP gate $HOST /start.sh|["/bin/sh", "-c", "exec gate $HOST \"$@\"", "sh", "/init"]
EOS
}

@test "options of a shell and of an init are lost alike in shell code and in JSON" {
  local cmd
  wrapper <<<$'worker &\nexec web'
  for cmd in 'exec bash -leuo pipefail /start.sh' '["bash", "-leuo", "pipefail", "/start.sh"]' 'exec tini -e 143 -- bash -l -eu -o pipefail /start.sh' '["tini", "-e", "143", "--", "bash", "-l", "-eu", "-o", "pipefail", "/start.sh"]'; do
    printf 'FROM debian\nCOPY start.sh /\nCMD %s\n' "$cmd" >Dockerfile
    patched
    told "TODO: the image's shell was a login shell (-l)"
    [[ $cmd != *tini* ]] || told 'TODO: tini made the exit code 143 to 0'
    [ "$(tail -n 1 <<<"$result")" = 'ENTRYPOINT ["/init"]' ]
    grep -qx 'set -eu # as the image executed it' "$tree/web/run"
  done
}

@test "a shell that computes the words ahead of /init comes behind what is ahead of that shell" {
  wrapper <<<$'worker &\nexec web'
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/gate"]\nCMD ["sh", "-c", "wait-for $HOST sh /hook /start.sh"]\n' >Dockerfile
  patched
  [ "$(tail -n 1 <<<"$result")" = 'ENTRYPOINT ["/gate", "/bin/sh", "-c", "exec wait-for $HOST sh /hook \"$@\"", "sh", "/init"]' ]
}

@test "under an init, who gets the signal of docker stop depends on the init" {
  wrapper <<<$'#!/bin/sh\ndb &\nweb &\nwait'
  for init in '"/tini", "--", ' '"dumb-init", "--single-child", "--", ' '"catatonit", "--", '; do
    printf 'FROM debian\nCOPY start.sh /start.sh\nENTRYPOINT [%s"/start.sh"]\n' "$init" >Dockerfile
    migrate --dockerfile Dockerfile
    told 'no trap for TERM: the signal of docker stop ends the script alone'
    untold 'as PID 1 the script gets no signal'
  done
  for init in '"tini", "-g", "--", ' '"/usr/bin/dumb-init", '; do
    printf 'FROM debian\nCOPY start.sh /start.sh\nENTRYPOINT [%s"/start.sh"]\n' "$init" >Dockerfile
    migrate --dockerfile Dockerfile
    untold 'no trap for TERM'
  done
}

@test "what reads the script, or only measures it, is no program ahead of /init; env behind an option is a name" {
  local cmd
  wrapper <<<$'#!/bin/sh\nweb &\nexec worker'
  for cmd in '["bash", "-c", ". /start.sh"]' '["bash", "-c", "source /start.sh"]' '["bash", "-c", "time /start.sh"]'; do
    printf 'FROM debian\nCOPY start.sh /start.sh\nCMD %s\n' "$cmd" >Dockerfile
    patched
    untold TODO && grep -qxF 'ENTRYPOINT ["/init"]' <<<"$result" || { echo "# $cmd"; return 1; }
  done
  printf 'FROM conda\nCOPY start.sh /start.sh\nCMD ["conda", "run", "-n", "env", "/start.sh"]\n' >Dockerfile
  patched
  grep -qxF 'ENTRYPOINT ["conda", "run", "-n", "env", "/init"]' <<<"$result"
}

@test "an init that the base image brings goes, and what it started is named" {
  wrapper <<<$'#!/bin/sh\nweb &\nexec worker'
  printf 'FROM phusion/baseimage\nCOPY start.sh /start.sh\nENTRYPOINT ["/sbin/my_init", "--quiet", "--", "/start.sh"]\n' >Dockerfile
  patched
  grep -qxF 'ENTRYPOINT ["/init"]' <<<"$result"
  told 'TODO: the image executed my_init, and /init takes its place'
  printf 'FROM lscr.io/linuxserver/plex:latest\nCOPY start.sh /start.sh\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told "TODO: the ENTRYPOINT of plex is s6-overlay's /init, and Reeve's takes its path"
  untold 'docker image inspect'
}

@test "what ENTRYPOINT gives such a script by itself is asked as before" {
  local code
  for code in 'case "$1" in prod) export MODE=production ;; esac; shift; exec "$@"' $'user=$1\nshift\nchown "$user" /data\nexec "$@"' $'host=${1%%:*}; port=${1##*:}; shift 1\nexec "$@"'; do
    ahead "$code"
    printf 'FROM debian\nCOPY entry.sh start.sh /\nENTRYPOINT ["/entry.sh", "prod", "/start.sh"]\n' >Dockerfile
    patched
    told 'note: /entry.sh prod ran ahead of the input, and stays ahead of /init, which it executes'
    untold TODO || { echo "# $code"; return 1; }
    grep -qxF 'ENTRYPOINT ["/entry.sh", "prod", "/init"]' <<<"$result"
  done
  for code in $'user=$1\nshift\nif [ "$1" = /start.sh ]; then prepare; fi\nexec "$@"' $'n=1\nshift $n\nif [ "$1" = /start.sh ]; then prepare; fi\nexec "$@"' 'if [ "$2" = x ] || [ "$1" = y ]; then shift; fi; if [ "$1" = /start.sh ]; then prepare; fi; exec "$@"'; do
    ahead "$code"
    printf 'FROM debian\nCOPY entry.sh start.sh /\nENTRYPOINT ["/entry.sh", "prod", "/start.sh"]\n' >Dockerfile
    patched
    told 'TODO: /entry.sh prod ran ahead of the input, and stays ahead of /init: it ' || { echo "# $code"; return 1; }
  done
  ahead $'while [ $# -gt 0 ]; do\n  case "$1" in\n    *=*) export "$1"; shift ;;\n    *) break ;;\n  esac\ndone\nexec "$@"'
  printf 'FROM debian\nCOPY entry.sh start.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["MODE=prod", "/start.sh"]\n' >Dockerfile
  patched
  told 'it goes through its arguments, and these are MODE=prod /init now: see that it leaves /init as it did what it executed before: line 3: case "$1" in'
}

@test "the words by which another script executes the input are its arguments" {
  local line
  wrapper <<<$'#!/bin/bash\nhelper &\nif [ "$1" = web ]; then\n  exec app-a "$@"\nfi\nexec app-b'
  printf 'FROM debian\nCOPY entry.sh start.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["web"]\n' >Dockerfile
  for line in 'exec /start.sh "$@"' 'exec /start.sh web' '/start.sh "${@}"'; do
    printf '#!/bin/sh\nprepare\n%s\n' "$line" >entry.sh
    migrate --dockerfile Dockerfile
    services helper app-a || { echo "# $line"; return 1; }
    becomes app-a 'exec app-a web'
    untold 'is no service' 'give --dockerfile' || { echo "# $line"; return 1; }
  done
  for line in $'shift\nexec /start.sh "$@"' 'exec /start.sh "$WORD"' 'run() { exec /start.sh "$@"; }; run "$1"' "exec su app -c '/start.sh \"\$@\"'"; do
    printf '#!/bin/sh\nprepare\n%s\n' "$line" >entry.sh
    migrate --dockerfile Dockerfile
    services helper app-a app-b || { echo "# $line"; return 1; }
    told 'which is not known' || { echo "# $line"; return 1; }
  done
  printf '#!/bin/sh\nif [ "$1" = web ]; then prepare; fi\nexec /start.sh "$@"\n' >entry.sh
  migrate --dockerfile Dockerfile
  services helper app-a
  told 'its arguments were web, which the patch takes out: what it did for them is no service'
}

@test "wait-for-it ahead of -- waits, and becomes what is behind that" {
  local lines
  printf '#!/bin/bash\nwhile [[ $# -gt 0 ]]; do case "$1" in --) shift; CLI="$@"; break ;; *) shift ;; esac; done\nuntil check; do sleep 1; done\nexec $CLI\n' >wait-for-it.sh
  printf '#!/bin/sh\nnginx &\nexec web\n' >start.sh
  from() # LINES of the Dockerfile, which is the input
  {
    printf "FROM debian\nWORKDIR /app\nCOPY . .\n$1\n" >Dockerfile
    rm -rf rootfs
    run reeve-migrate Dockerfile -o rootfs/etc/services.d
    report=$output
    untold TODO
  }
  for lines in 'CMD ["./wait-for-it.sh", "db:5432", "--", "./start.sh"]' 'CMD ./wait-for-it.sh db:5432 -- ./start.sh' 'ENTRYPOINT ["./wait-for-it.sh", "db:5432", "--"]\nCMD ["./start.sh"]' \
    'CMD ["./wait-for-it.sh", "db:5432", "--", "sh", "-c", "nginx & exec web"]'; do
    from "$lines"
    services nginx web
    told '+ENTRYPOINT ["./wait-for-it.sh", "db:5432", "--", "/init"]' && told 'stays ahead of /init, which it executes when it has waited, as before' || { echo "# $lines"; return 1; }
  done
  from 'CMD ["./wait-for-it.sh", "db:5432", "--", "python", "app.py"]'
  becomes app 'exec ./wait-for-it.sh db:5432 -- python app.py'
}

@test "tests that a script ends with are what the container is for, whatever serves them" {
  local tests
  for tests in 'npm test' 'npm run test:e2e' 'yarn test --ci' 'pytest -v tests/' 'make test' 'go test ./...'; do
    wrapper <<<$'redis-server --daemonize yes\n'"$tests"
    migrate
    [ "$(find "$tree" -name flag-main | wc -l)" -eq 1 ]
    lacks redis-server/flag-main
    untold TODO
    untold 'now it goes on'
  done
  wrapper <<<'redis-server --daemonize yes && npm run test'
  migrate
  has test/flag-main test/dependencies.d/redis-server
  wrapper <<<$'npm test\nexec web'
  migrate
  services web
}

@test "what a script ends with on a condition is main, also behind || and in a group" {
  local last
  for last in '[ -f /x ] || web --port 80' '[ -f /x ] || { cd /y; web --port 80; }' '[ -f /x ] || { cd /y && web; }' '[ -f /x ] && { cd /y; ./web; }' '! [ -f /x ] || (cd /y; web)' 'test -z "$WEB" || { echo go; web; }'; do
    wrapper <<<$'/app/worker &\n'"$last"
    migrate
    services worker web
    has web/flag-main
    lacks web/flag-oneshot
  done
  for last in '[ -f /x ] || { mkdir /y; touch /y/x; }' '[ -f /x ] && echo ready' '[ -f /x ] || exit 1' '[ -f /x ] || { echo no; exit 1; }'; do
    wrapper <<<$'/app/worker &\n'"$last"
    migrate
    [ "$(find "$tree" -name flag-main | wc -l)" -eq 0 ]
  done
}

@test "a server's program that works once is no server, but work at the end of what is ahead" {
  wrapper <<<'java -jar /app/x.jar; filebeat --once -e'
  migrate
  services x
  has x/flag-main
  grep -qx 'filebeat --once -e' "$tree/x/finish"
  wrapper <<<$'java -jar /app/x.jar &\nfilebeat -e'
  migrate
  has filebeat/flag-main
}

@test "env -S stays ahead of /init with its variables" {
  local words
  wrapper <<<$'#!/bin/sh\n./side &\nexec ./web'
  while IFS='|' read -r words new; do
    printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT [%s]\n' "$words" >Dockerfile
    patched
    [[ $result == *"ENTRYPOINT [$new\"/init\"]"* ]] && untold TODO || { echo "# $words"; return 1; }
  done <<'EOS'
"/usr/bin/env", "-S", "TZ=UTC", "/start.sh"|"/usr/bin/env", "TZ=UTC", 
"env", "-S", "TZ=UTC", "LANG=C", "/start.sh"|"env", "TZ=UTC", "LANG=C", 
"env", "-S", "-i", "PATH=/bin", "/start.sh"|"env", "-i", "PATH=/bin", 
"env", "-S", "TZ=UTC bash /start.sh"|"env", "TZ=UTC", 
"env", "-STZ=UTC /start.sh"|"env", "TZ=UTC", 
"env", "-S", "bash -x /start.sh"|
EOS
}

@test "a daemon that CMD starts ahead of && is named with that" {
  wrapper <<<$'#!/bin/sh\n./side &\nexec ./web'
  printf 'FROM debian\nCOPY start.sh /\nCMD sshd && exec /start.sh\n' >Dockerfile
  patched
  told 'went into services.d/sshd/run: sshd (the input came behind that only when it had succeeded, &&: here only dependencies.d lets a service wait)'
  printf 'FROM debian\nCOPY start.sh /\nCMD cd /srv && exec /start.sh\n' >Dockerfile
  patched
  untold 'the input came behind that only'
  printf 'FROM debian\nCOPY start.sh /\nCMD ./prepare && exec /start.sh\n' >Dockerfile
  patched
  told 'went into cont-init.d/10-start: ./prepare' && untold 'the input came behind that only'
}
