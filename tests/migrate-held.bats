# Daemons that are called by variables.
# shellcheck shell=bash disable=SC2154 # tree is migrate's
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a daemon whose words are in a variable is a service, in the foreground" {
  local start
  for start in $'SERVER="haproxy -f /etc/haproxy.cfg -D"\n$SERVER' $'SERVER=\'haproxy -f /etc/haproxy.cfg\'\n${SERVER} -D' $'OPTS="-f /etc/haproxy.cfg -D"\nhaproxy $OPTS' \
    $'SERVER=(haproxy -f /etc/haproxy.cfg -D)\n"${SERVER[@]}"' $'SERVER="haproxy -f /etc/haproxy.cfg"\n$SERVER -D || exit 1' $'SERVER="haproxy -f /etc/haproxy.cfg -D"\n$SERVER\nif [ $? -ne 0 ]; then exit 1; fi'; do
    for ahead in '' $'db &\n'; do
      wrapper <<<$'#!/bin/bash\n'"$ahead$start"$'\nexec web'
      migrate
      services haproxy web ${ahead:+db}
      becomes haproxy 'exec haproxy -db -f /etc/haproxy.cfg'
      lacks haproxy/flag-oneshot
      untold TODO
    done
  done
}

@test "what else has the variable's words keeps its own text" {
  wrapper <<<$'db &\nJOB="migrate --all"\n$JOB\nSERVER="server --port 80"\nexec $SERVER'
  migrate
  services db migrate server
  becomes migrate 'exec $JOB'
  becomes server 'exec $SERVER'
}

@test "a server that a variable may hold is marked, in the setup and in a task" {
  local todo='TODO: by what a variable may hold, this starts a server: nginx -c'
  for start in $'SERVER="nginx -c $CONF"\n$SERVER' $'SERVER="nginx -c /a"\n[ -z "$X" ] || SERVER="nginx -c /b"\n$SERVER' $': "${SERVER:=nginx -c /a}"\n$SERVER' \
    $'start() { SERVER="nginx -c /a"; $SERVER; }\nstart'; do
    for ahead in '' $'db &\n'; do
      wrapper <<<"$ahead$start"$'\nwork\nexec web'
      migrate
      told "$todo"
    done
  done
  wrapper <<<$'db &\nJOB="migrate --all $MORE"\n$JOB\nCHECK="nginx -t -c $CONF"\n$CHECK\nexec web'
  migrate
  untold TODO
}

@test "a value that the script computes, or takes from its arguments, says no program" {
  local set
  for set in 'cmd=$(build-cmd)' 'read -r cmd </etc/cmd' 'cmd="$PREFIX$(cat /etc/cmd)"'; do
    wrapper <<<$'#!/bin/bash\n'"$set"$'\nredis-server &\nsudo -E $cmd'
    migrate
    told 'TODO: only the start tells which program $cmd holds'
  done
  for set in 'cmd="$1"' 'cmd="$@"' 'cmd=("$@")'; do
    wrapper <<<$'#!/bin/bash\n'"$set"$'\nredis-server &\nexec ${cmd[@]}'
    migrate
    told "is the image's CMD, which is not known: give --dockerfile"
  done
  for set in 'cmd=$(which gunicorn)' 'cmd=$HOME/bin/gunicorn' 'if [ "$DEV" = 1 ]; then cmd="flask run"; else cmd="gunicorn app:app"; fi' 'cmd="${SERVER:-gunicorn}"' ': "${cmd:=/app/gunicorn}"'; do
    wrapper <<<$'#!/bin/bash\n'"$set"$'\nredis-server &\n$cmd'
    migrate
    untold TODO
  done
}
