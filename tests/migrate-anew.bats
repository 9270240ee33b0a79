# A script that starts itself again with other words: exec "$0" serve.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

anew() # CMD SCRIPT
{
  printf '#!/bin/sh\n%s\n' "$2" >start.sh
  printf 'FROM debian\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\n' >Dockerfile
  [ -z "$1" ] || printf 'CMD %s\n' "$1" >>Dockerfile
  migrate --dockerfile Dockerfile
}
anew_setup() { diff -u - <(sed '1d;/^exit 0 #/d' "$(path_of cont-init.d/10-start)"); }

@test "where CMD leads to that, it is read once more with these words" {
  local script
  for script in $'if [ "$1" = all ]; then\n  ./migrate\n  exec "$0" serve\nfi\nif [ "$1" = serve ]; then exec uvicorn app:app; fi\nexec "$@"' \
    $'case "$1" in\n  all) ./migrate; exec /start.sh serve ;;\n  serve) exec uvicorn app:app ;;\nesac\nexec "$@"' \
    $'case "${1:-serve}" in serve) exec uvicorn app:app ;; all) ./migrate; exec "$0" serve ;; esac' \
    $'if [ "$1" = serve ]; then exec uvicorn app:app; fi\n./migrate\nexec "$0" serve' \
    $'if [ "$1" = all ]; then ./migrate; "$0" serve; exit; fi\nif [ "$1" = serve ]; then exec uvicorn app:app; fi'; do
    anew '["all"]' "$script"
    services uvicorn
    becomes uvicorn 'exec uvicorn app:app'
    anew_setup <<<./migrate
    told 'it is read once more, with these words: serve'
    told 'now that is what CMD (all) chose'
    untold TODO
  done
  anew '["--bind", ":80"]' $'if [ "${1#-}" != "$1" ]; then exec "$0" gunicorn "$@"; fi\nexec "$@"'
  becomes gunicorn 'exec gunicorn --bind :80'
  anew '["all"]' $'if [ "$1" = all ]; then shift; exec "$0" web "$@"; fi\ncase "$1" in web) exec gunicorn;; esac'
  becomes gunicorn 'exec gunicorn'
  anew '' $'[ $# -eq 0 ] && exec "$0" serve\n[ "$1" = serve ] && exec uvicorn app:app\nexec "$@"'
  becomes uvicorn 'exec uvicorn app:app'
}

@test "what CMD decides ahead of && and || is decided" {
  anew '["all"]' $'[ "$1" = all ] && ./migrate && exec "$0" serve\n[ "$1" = serve ] && exec uvicorn app:app\nexec "$@"'
  services uvicorn
  anew_setup <<<'./migrate || exit'
  anew '["web"]' $'[ "$1" = worker ] && exec celery worker\n[ "$1" != web ] || exec gunicorn app\nexec "$@"'
  services gunicorn
  becomes gunicorn 'exec gunicorn app'
  told 'line 2: no service: CMD (web) does not take this branch: [ "$1" = worker ] && exec celery worker'
}

@test "as root, and as another user, so do the services" {
  anew '["start"]' $'if [ "$1" = start ] && [ "$(id -u)" = 0 ]; then\n  chown -R app /data\n  exec su-exec app "$0" serve\nfi\n[ "$1" = serve ] && exec gunicorn\nexec "$@"'
  services gunicorn
  becomes gunicorn 'exec reeve-exec --user app -- gunicorn'
  grep -q '^chown -R app /data' "$(path_of cont-init.d/10-start)"
  told 'the script started itself again as app: so do the services; it is read once more'
}

@test "what both readings do is done twice, what they set once; what only the first set is marked" {
  anew '["all"]' $'set -e\nexport A=1\nmkdir -p /data\nif [ "$1" = all ]; then\n  export MODE=prod\n  ./migrate "$1"\n  exec "$0" serve\nfi\ncp /etc/"$1" /data\nexec gunicorn "$MODE"'
  anew_setup <<'EOS'
set -- all # CMD
set -e
export A=1
mkdir -p /data
export MODE=prod
  ./migrate "$1"
set -- serve # with these words the script started itself again
mkdir -p /data
cp /etc/"$1" /data
EOS
  told 'TODO: this was in force then, and is in no run: write it into those that need it: export MODE=prod'
}

@test "where CMD does not lead to that for certain, or services are there, it is executed by its path" {
  anew '["all"]' $'if [ -n "$RUN_ALL" ]; then exec "$0" serve; fi\ncase $1 in serve) exec uvicorn app:app ;; *) exec "$@" ;; esac'
  services serve all
  becomes serve 'exec /start.sh serve'
  told 'start.sh stays in the image'
  anew '["all"]' $'if [ "$1" = all ]; then\n  worker &\n  exec "$0" web\nfi\n[ "$1" = web ] && exec gunicorn\nexec "$@"'
  services worker web
  becomes web 'exec /start.sh web'
  anew '["serve"]' $'"$0" prepare\nif [ "$1" = prepare ]; then ./load; exit; fi\nexec gunicorn'
  grep -qx '/start.sh prepare' "$(path_of cont-init.d/10-start)"
  printf '#!/bin/sh\nexec "$0" y "$@"\n' >start.sh
  run reeve-migrate start.sh --dockerfile Dockerfile
  [ "$status" -eq 1 ]
  [[ $output == *'start.sh starts itself again and again: line 2' ]]
}

@test "a path that is not known is marked" {
  wrapper start.sh <<<$'#!/bin/sh\n"$0" prepare\nif [ -n "$RUN_ALL" ]; then exec "$0" serve; fi\nexec web'
  input=start.sh migrate
  told 'as it was; TODO: "$0" was the script, and is this file here: give --dockerfile, or write'
  told 'only when [ -n "$RUN_ALL" ] (enable-if); TODO: "$0" was the script'
  untold 'only the start tells'
}
