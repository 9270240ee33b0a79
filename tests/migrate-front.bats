# A script that stays ahead of /init: whether it becomes its arguments.
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
