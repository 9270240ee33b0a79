# What the image does around the input, and /init does not: users, inits, login shells, redirections.
# shellcheck disable=SC2034,SC2154 # input is read by migrate
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

image() # LINES of the Dockerfile
{
  printf 'FROM debian\nCOPY start.sh supervisord.conf /\n%b\n' "$1" >Dockerfile
  wrapper start.sh <<<$'#!/bin/sh\nworker &\nexec web'
  printf '[supervisord]\nnodaemon=true\n[program:web]\ncommand=web\n' >supervisord.conf
  patched
}

@test "a program that changes the user, and stays the parent, is not ahead of /init" {
  local cmd
  for cmd in '["su", "app", "-c", "/start.sh"]' 'exec su -s /bin/sh -c "exec /start.sh" app' 'sudo -E -u app /start.sh' '["tini", "--", "runuser", "-u", "app", "--", "/start.sh"]'; do
    image "CMD $cmd"
    [[ $result == *'ENTRYPOINT ["/init"]' ]] && told 'stays the parent of what it starts, and /init has to be PID 1, so the patch takes that out.' || { echo "# $cmd"; return 1; }
  done
  printf '#!/bin/sh\nprepare\nexec "$@"\n' >entry.sh # stays
  image 'COPY entry.sh /\nENTRYPOINT ["sudo", "-E", "-u", "app", "A=1", "/entry.sh"]\nCMD ["/start.sh"]'
  [[ $result == *'ENTRYPOINT ["/entry.sh", "/init"]' ]]
  told 'TODO: the image executed sudo -E -u app A=1 /entry.sh /start.sh'
  told '/entry.sh ran ahead of the input, and stays ahead of /init, which it executes'
  image 'ENTRYPOINT ["gosu", "app", "/start.sh"]'
  [[ $result == *'ENTRYPOINT ["gosu", "app", "/init"]' ]]
  untold TODO
  printf '#!/bin/sh\nexec sudo -u app "$@"\n' >entry.sh
  image 'COPY entry.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["/start.sh"]'
  told 'it executes its arguments by way of sudo, so that /init would not be PID 1'
}

@test "what tini and dumb-init changed is told, in shell form, too" {
  local cmd
  for cmd in '["/tini", "-e", "143", "--", "/start.sh"]' '["tini", "-e143", "/start.sh"]' 'exec tini -g -e 143 -- /start.sh'; do
    image "CMD $cmd"
    [[ $result == *'ENTRYPOINT ["/init"]' ]] && told 'TODO: tini made the exit code 143 to 0: write it into success-codes of what is main' || { echo "# $cmd"; return 1; }
  done
  for cmd in '["dumb-init", "--rewrite", "15:3", "--", "/start.sh"]' '["dumb-init", "-r15:3", "/start.sh"]' 'exec dumb-init --rewrite=15:3 /start.sh'; do
    image "CMD $cmd"
    told 'TODO: dumb-init passed other signals on than it got (15:3)' || { echo "# $cmd"; return 1; }
  done
  image 'ENTRYPOINT ["tini", "-g", "-p", "SIGTERM", "-s", "--"]\nCMD ["/start.sh"]'
  untold TODO
}

@test "a login shell, and where the output went, is told" {
  local cmd
  for cmd in '["bash", "-lc", "/start.sh"]' '["bash", "--login", "/start.sh"]' '["bash", "-l", "-c", "supervisord -n"]'; do
    [[ $cmd == *supervisord* ]] && input=supervisord.conf || input=start.sh
    image "CMD $cmd"
    told 'TODO: the image'"'"'s shell was a login shell (-l)' || { echo "# $cmd"; return 1; }
  done
  input=start.sh
  image 'CMD /start.sh >/log 2>&1'
  told 'TODO: start.sh had >/log 2>&1, with all that it started; now that is as the container has it'
  input=supervisord.conf
  image 'CMD exec supervisord -n >>/log'
  told 'TODO: supervisord had >>/log, with all that it started'
  input=start.sh
  image 'CMD ["bash", "-euc", "exec /start.sh"]'
  untold TODO
}

@test "a script whose output the image's code hands on is the input all the same" {
  local cmd options
  wrapper <<<$'#!/bin/bash\nweb &\nexec app'
  for cmd in '["bash", "-c", "/start.sh 2>&1 | tee /log"]' '["bash", "-o", "pipefail", "-c", "start.sh 2>&1 | tee /log"]' 'exec bash /start.sh 2>&1 | tee /log'; do
    printf 'FROM debian\nCOPY start.sh /\nENV PATH=/:$PATH\nCMD %s\n' "$cmd" >Dockerfile
    for input in start.sh Dockerfile; do
      rm -rf rootfs
      options=(-o rootfs/etc/services.d)
      [ "$input" = Dockerfile ] || options+=(--dockerfile Dockerfile)
      report=$(reeve-migrate "$input" "${options[@]}")
      services web app
      told 'TODO: start.sh had 2>&1 | tee /log, with all that it started; now that is as the container has it: give the services that need it a log/run that executes tee /log, and write 2>&1 in their run'
      untold 'stays as CMD'
    done
  done
}

@test "what is behind the code of su ahead of the input are the code's own words" {
  wrapper <<<$'#!/bin/sh\nexec web'
  printf 'FROM debian\nCOPY start.sh /start.sh\nENTRYPOINT ["su","-s","/bin/sh","app","-c","exec \\"$0\\" \\"$@\\"","--","/start.sh"]\n' >"$dir/Dockerfile"
  migrate --dockerfile Dockerfile
  grep -qx '+ENTRYPOINT \["/init"\]' <<<"$report"
}

@test "what Bash executes ahead of the input, and only Bash knows, is executed by Bash" {
  local cmd
  input=start.sh
  for cmd in '["/bin/bash", "-c", "for f in /p/*.sh; do source $f; done; /start.sh"]' '["/bin/bash", "-c", "[[ $A ]] && export A; /start.sh"]' '["/bin/bash", "-c", "source /p; supervisord -n -c /supervisord.conf"]'; do
    case $cmd in *supervisord*) input=supervisord.conf ;; esac
    image "CMD $cmd"
    [ "$(head -n 1 "$tree/web/run")" = '#!/bin/bash' ] || { echo "# $cmd"; return 1; }
  done
  for cmd in '["/bin/bash", "-c", "prepare; supervisord -n -c /supervisord.conf"]' '["sh", "-c", "source /p; supervisord -n -c /supervisord.conf"]'; do
    image "CMD $cmd"
    [ "$(head -n 1 "$tree/web/run")" = '#!/bin/sh' ] || { echo "# $cmd"; return 1; }
  done
}

@test "what the script does behind a server that the image's shell has started comes behind that" {
  local cmd
  for cmd in '["sh", "-c", "redis-server & exec sh /start.sh"]' 'redis-server & /start.sh'; do
    printf 'FROM debian\nCOPY start.sh /\nCMD %s\n' "$cmd" >Dockerfile
    wrapper <<<$'#!/bin/sh\nredis-cli set a b\nexec web'
    migrate --dockerfile Dockerfile
    has redis-cli/flag-oneshot redis-cli/dependencies.d/redis-server web/dependencies.d/redis-cli || { echo "# $cmd"; return 1; }
    lacks cont-init.d/10-start
    wrapper <<<$'#!/bin/sh\nuntil redis-cli ping; do sleep 1; done\nexec web'
    migrate --dockerfile Dockerfile
    has redis-server/notification-fd web/dependencies.d/redis-server || { echo "# $cmd"; return 1; }
    lacks cont-init.d/10-start
    wrapper <<<$'#!/bin/sh\nworker &\nwait' # not for another shell's child
    migrate --dockerfile Dockerfile
    has worker/flag-main
    lacks redis-server/flag-main
  done
}

@test "behind what changes the user and stays the parent, the script is not PID 1" {
  wrapper <<<$'#!/bin/bash\nweb &\napi &\nwait -n'
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["runuser", "-u", "app", "--", "/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'no trap for TERM: the signal of docker stop ends the script alone'
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["gosu", "app", "/start.sh"]\n' >Dockerfile # becomes it
  migrate --dockerfile Dockerfile
  told 'no trap for TERM: as PID 1 the script gets no signal'
}

@test "a pipeline whose left side ends by itself has no logger: what is behind its | works with what it gets" {
  local one
  for one in 'seq 1 3 | xargs -I{} -P0 web {} &' 'seq 4 | parallel -j4 worker {} &' 'jq -r .names[] /c.json | while read n; do worker $n; done &' 'envsubst </c.tmpl | caddy run --config - &'; do
    wrapper <<<$'#!/bin/bash\n'"$one"$'\napi &\nwait -n'
    migrate
    told 'which of its programs is the service?'
    [ -z "$(find "$tree" -name log)" ] || { echo "# $one"; return 1; }
    grep -r -q -x -F "${one% &}" "$tree"
  done
  wrapper <<<$'#!/bin/bash\nworker 2>&1 | tee /log &\nnode server.js | sed s/^/web:/ &\nwait -n'
  migrate
  untold TODO
  has worker/log/run server/log/run
}
