# The same processes before and after: arguments, environment, directory, user.
load lib
load migrate

setup()
{
  migrate_setup
  options=() extra=() arguments=()
}
teardown() { end_seen; reeve_teardown; }

@test "two programs in the background" {
  program web worker
  wrapper <<'EOS'
#!/bin/bash
export MODE=all LEVEL="two words"
web --port 8000 &
export LATER=1
worker -q "a b" '*' &
wait -n
EOS
  same_processes 2
}

@test "the script's directory, umask, and redirections" {
  program web worker
  wrapper <<'EOS'
mkdir -p data
cd data
umask 027
web one >>web.log 2>&1 &
cd ..
exec worker two >worker.log
EOS
  same_processes 2
  [ -e "$dir/data/web.log" ]
  [ -e "$dir/worker.log" ]
}

@test "another user, by setpriv" {
  program web
  for_everyone_here
  wrapper <<'EOS'
#!/bin/sh
setpriv --reuid=nobody --regid=nogroup --clear-groups web -x &
wait $!
EOS
  same_processes 1
}

@test "su with a command" {
  program web
  for_everyone_here
  wrapper <<'EOS'
#!/bin/sh
su -s /bin/sh nobody -c "web -x 'a b'" &
wait $!
EOS
  same_processes 1
}

@test "a wait for readiness, then a task, then the main program" {
  program db web
  wrapper <<'EOS'
#!/bin/bash
set -e
cd /tmp
db --data /x &
until [ -e SEEN/db ]; do sleep 0.1; done
echo ready >SEEN/ready
exec web --db localhost
EOS
  sed -i "s|SEEN/db|$dir/bin/db|; s|SEEN/|$dir/|" "$dir/start.sh"
  same_processes 2
  [ -e "$dir/ready" ]
}

@test "functions with arguments, a loop over a list, and variables of a command" {
  program web worker
  wrapper <<'EOS'
#!/bin/bash
launch() {
  local kind=$1
  shift
  KIND=$kind "$@" &
}
COMMON=yes
export COMMON
for n in 1 2; do
  worker --number $n &
done
serve() { web --port "$1"; }
serve 8000 &
wait
EOS
  same_processes 3
}

@test "conditions: what was not started is down" {
  program web worker extra
  extra=(WITH_WORKER=1)
  wrapper <<'EOS'
#!/bin/bash
if [ "$WITH_WORKER" = 1 ]; then
  export ROLE=worker
  worker &
fi
[ -n "$WITH_EXTRA" ] && extra &
case $MODE in
  debug) exec web --debug ;;
  *) exec web ;;
esac
EOS
  same_processes 2
}

@test "what is computed once is the same for all" {
  program web worker
  wrapper <<'EOS'
#!/bin/bash
export TOKEN=$(echo "secret $(wc -c </etc/passwd)" | md5sum | cut -d' ' -f1)
web &
worker &
wait -n
EOS
  same_processes 2
}

@test "a pipeline into a log, a group, and a subshell" {
  program web worker third
  wrapper <<'EOS'
#!/bin/bash
web 2>&1 | tee -a web.log &
( cd /tmp && exec worker -a ) &
{ export X=1; third; } >third.log &
wait
EOS
  same_processes 3
}

@test "the image's CMD, in the end" {
  program web
  arguments=(web --port "a b")
  cat >"$dir/Dockerfile" <<'EOS'
FROM debian
COPY start.sh /start.sh
ENTRYPOINT ["/start.sh"]
CMD ["web", "--port", "a b"]
EOS
  options=(--dockerfile Dockerfile)
  wrapper <<'EOS'
#!/bin/sh
export FROM_SCRIPT=1
exec "$@"
EOS
  same_processes 1
}
