# Functions that get words: what is in which file has the words of the call that it is from.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

setup_lines() { diff -u - <(sed '1d;/^exit 0 #/d' "$(path_of cont-init.d/10-start)"); }
of() # SCRIPT
{
  input=start.sh
  wrapper <<<$'#!/bin/bash\n'"$1"
  migrate
}

@test "work ahead of the first start has the words of its call in the setup" {
  of $'start() { mkdir -p /var/log/$1; "${@:2}" >>/var/log/$1/out.log 2>&1 & }\nstart web gunicorn app:app\nstart worker celery -A app worker\nwait -n'
  setup_lines <<<$'set -- web gunicorn app:app\nmkdir -p /var/log/$1'
  of $'launch() {\n  chown -R "$1" "$2"\n  su-exec "$1" "$3" &\n}\nlaunch web /srv/web /opt/web\nlaunch job /srv/job /opt/job\nwait -n'
  setup_lines <<<$'set -- web /srv/web /opt/web\nchown -R "$1" "$2"'
  of $'run_as() {\n  sed "s/PORT/$2/" /etc/$1.in >/etc/$1.conf\n  $1 -c /etc/$1.conf &\n}\necho hello\nrun_as web 80\nwait -n'
  setup_lines <<<$'echo hello\nset -- web 80\nsed "s/PORT/$2/" /etc/$1.in >/etc/$1.conf'
  of $'launch() {\n  [ -z "$2" ] || rm -f /run/$1.pid\n  $1 &\n}\nlaunch web\nwait -n'
  setup_lines <<<$'set -- web\n[ -z "$2" ] || rm -f /run/$1.pid'
}

@test "in a function that another one calls, too" {
  of $'prepare() { mkdir -p /home/$1/run; }\nlaunch() {\n  prepare $1\n  gosu $1 /opt/$2 &\n}\nlaunch app web\nwait -n'
  setup_lines <<<$'prepare() { mkdir -p /home/$1/run; }\nset -- app web\nprepare $1'
  of $'inner() { mkdir /data/$1; $1 & }\nouter() { inner "$2"; }\nouter a b\nwait -n'
  setup_lines <<<$'set -- a b\nset -- "$2"\nmkdir /data/$1'
}

@test "with what the function made of its words, and the value of a loop" {
  of $'set -e\nstart() {\n  local name=$1; shift\n  mkdir -p "/var/log/$name"\n  "$@" &\n}\nstart web gunicorn app\nwait -n'
  setup_lines <<<$'set -e\nset -- web gunicorn app\nname=$1\nshift\nmkdir -p "/var/log/$name"'
  untold TODO
  of $'start() {\n  local cmd="$1" \n  local log="$2"\n  touch "$log"\n  chown app "$log"\n  $cmd >"$log" &\n}\nstart redis-server /var/log/redis.log\nwait'
  setup_lines <<<$'set -- redis-server /var/log/redis.log\nlog="$2"\ntouch "$log"\n  chown app "$log"'
  of $'for s in web api; do\n  chown $s /var/log/$s\n  /opt/$s &\ndone\nwait -n'
  setup_lines <<<$'s=web\nchown $s /var/log/$s'
  untold TODO
}

@test "behind a call, the script has its own words again" {
  printf 'FROM debian\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\nCMD ["x"]\n' >Dockerfile
  export input=start.sh
  wrapper <<<$'#!/bin/sh\nstart() {\n  mkdir "/data/$1"\n  cd "/data/$1"\n  $2 &\n}\nstart a /opt/a\nexec main "$1"'
  migrate --dockerfile Dockerfile
  file main/run <<<$'#!/bin/sh\nset -- x # CMD\nset -- a /opt/a\ncd "/data/$1"\nset -- x # CMD\nexec main "$1"'
  wrapper <<<$'#!/bin/sh\nstart() {\n  mkdir "/data/$1"\n  if [ -n "$2" ]; then $2 & fi\n}\nstart a\ncp /etc/$1 /data\nexec main'
  migrate --dockerfile Dockerfile
  setup_lines <<<$'set -- x # CMD\nset -- a\nmkdir "/data/$1"\nset -- x # CMD\ncp /etc/$1 /data'
}
