# What only kept the container alive, gave time, or ran nothing.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a sleep that nothing comes behind asks for no readiness check" {
  wrapper <<<$'#!/bin/bash\nweb &\nsleep 3\nwait $!'
  migrate
  told 'line 3: dropped: a bare sleep, to give web time: nothing that comes later depends on it'
  [[ $report != *TODO* ]]
}

@test "a loop around the log that kept the container alive is the service logs" {
  wrapper <<<$'#!/bin/bash\nweb &\nwhile true; do\n  tail -f /var/log/web.log\n  sleep 1\ndone'
  migrate
  file logs/run <<<$'#!/bin/bash\ncd "${REEVE_WORKDIR:-/}" || exit 111\nexec tail -F /var/log/web.log'
  lacks logs/flag-main web/flag-main
}

@test "where CMD has no words, \"\$@\" without exec ran nothing as well" {
  local line
  printf 'FROM debian:12\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\n' >Dockerfile
  for line in '"$@"' '"$@" &' 'gosu app "$@"'; do
    wrapper <<<$'#!/bin/bash\ncache &\ngunicorn web:app\n'"$line"
    migrate --dockerfile Dockerfile
    services cache gunicorn
    has gunicorn/flag-main
    lacks gunicorn/finish
    told 'line 4: dropped: there is no CMD: it ran nothing'
  done
}

@test "a sleep that the script ends with kept the container alive for so long" {
  wrapper <<<$'#!/bin/bash\na &\nb &\nsleep 3600\n# no more'
  migrate
  told 'line 4: dropped: kept the container alive for so long'
  told 'the container ended behind sleep 3600; now it goes on'
}

@test "a branch with what the script stayed in, and another start ahead of that: where it is not taken, the script ended, and the report says so" {
  wrapper <<<$'#!/bin/sh\nif [ "$ENV" = dev ]; then\n  worker &\n  nginx -g "daemon off;"\nfi'
  migrate
  told 'note: where nothing asks for nginx, the script ended'
  wrapper <<<$'#!/bin/sh\nif [ "$ENV" = dev ]; then worker & nginx -g "daemon off;"; fi\nif [ "$ENV" = prod ]; then cache & apache2ctl -DFOREGROUND; fi'
  migrate
  told 'note: where nothing asks for nginx, or apache2ctl, the script ended'
  wrapper <<<$'#!/bin/sh\ncase "$ROLE" in\nworker) celery -A a beat & celery -A a worker ;;\nesac'
  migrate
  told 'note: where nothing asks for celery, the script ended'
  wrapper <<<$'#!/bin/sh\nif [ "$ENV" = dev ]; then worker & nginx -g "daemon off;"; else cache & apache2ctl -DFOREGROUND; fi'
  migrate
  untold 'where nothing asks for'
}

@test "exec without words behind main gave 0, and the report says that it does not now" {
  wrapper <<<$'#!/bin/bash\nnginx\ngunicorn app:app\nexec "$@"'
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  has gunicorn/flag-main
  told 'it ran nothing, and gave 0 when what line 3 waits for had ended; now the container ends with the code of that'
  # set -e: a failure ended the script ahead of it.
  sed -i '2i set -e' start.sh
  migrate --dockerfile Dockerfile
  untold 'gave 0'
}
