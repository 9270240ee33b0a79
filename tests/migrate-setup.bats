# What comes before the services, and applies to them.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "what another subshell sets is none of a service's" {
  wrapper <<'EOS'
#!/bin/bash
( export PORT=4000; exec api ) &
( exec web -p "${PORT:-3000}" ) &
{ HOSTS=a; mail "$HOSTS"; } &
feed "$HOSTS" &
wait -n
EOS
  migrate
  untold 'is not known here'
  # What a subshell sets for its own service stays.
  wrapper <<'EOS'
#!/bin/bash
PORT=$(ask) || { sleep 1; PORT=$(ask); }
serve() { exec web -p "$PORT"; }
( PORT=$(ask); serve ) &
( mkdir /run/x; PORT=$(cat /etc/port); rm -r /run/x; exec api --port "$PORT" ) &
wait -n
EOS
  migrate
  grep -q 'PORT' "$tree/web/run"
  grep -q 'PORT=' "$tree/api/run"
}

@test "what comes before the first process is the setup, as it was" {
  wrapper <<'EOS'
#!/bin/sh
# Makes the place.
mkdir -p /data;  chown app /data
cat >/etc/app.conf <<CONF
port=$PORT
CONF

if [ -f /x ]; then
  rm /x
fi
# The program.
web &
wait
EOS
  migrate
  file cont-init.d/10-start <<'EOS'
#!/bin/sh
# Makes the place.
mkdir -p /data;  chown app /data
cat >/etc/app.conf <<CONF
port=$PORT
CONF

if [ -f /x ]; then
  rm /x
fi
exit 0 # the last command's code did not matter to the script
EOS
  [ -x "$init/10-start" ]
  grep -q '^# The program.$' "$tree/web/run"
  told 'lines 3-6: cont-init.d/10-start: setup'
}

@test "variables reach the services that were started behind them" {
  wrapper <<'EOS'
export BEFORE=1
PLAIN=2 UNUSED=3
: "${DEFAULT:=4}"
web "$PLAIN" "$DEFAULT" &
export BETWEEN=5
worker &
wait
EOS
  migrate
  lacks cont-init.d
  file web/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
export BEFORE=1
PLAIN=2 UNUSED=3
: "${DEFAULT:=4}"
exec web "$PLAIN" "$DEFAULT"
EOS
  file worker/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
export BEFORE=1
export BETWEEN=5
exec worker
EOS
  told 'line 5: services.d/worker/run: environment: BETWEEN'
}

@test "several variables on a line are all set, and nothing else is on it" {
  wrapper <<'EOS'
#!/bin/sh
A=1 B=2 # both
./prepare "$A"
C=3 \
  D=4
web --port "$B" &
E=5 F=6

exec worker "$D" "$F"
EOS
  migrate
  file web/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
# both
A=1 B=2
exec web --port "$B"
EOS
  becomes worker 'exec worker "$D" "$F"'
  grep -q '^E=5 F=6$' "$tree/worker/run"
  grep -q '^C=3' "$tree/worker/run"
  told 'line 3: cont-init.d/10-start: setup, as it was'
  told 'line 7: services.d/worker/run: environment: E F'
  untold TODO
  wrapper <<<$'A=1 B=2 web &\nC=3 \\\n  D=4 worker &\nwait'
  migrate
  grep -q '^export B=2$' "$tree/web/run"
  grep -q '^export D=4$' "$tree/worker/run"
}

@test "directory, umask, limits, options and redirections of everything" {
  wrapper <<'EOS'
#!/bin/bash
set -e
cd /app || exit 1
umask 027
ulimit -n 4096
exec >>/var/log/all.log 2>&1
web &
cd /other
worker &
wait
EOS
  migrate
  file web/run <<'EOS'
#!/bin/bash
set -e
cd /app || exit 1
umask 027
ulimit -n 4096
exec >>/var/log/all.log 2>&1
exec web
EOS
  grep -q '^cd /other$' "$tree/worker/run"
}

@test "functions go where they are used" {
  wrapper <<'EOS'
inner() { hostname; }
name() { inner; }
never() { rm -rf /; }
web --name "$(name)" &
worker &
wait
EOS
  migrate
  grep -q '^inner() ' "$tree/web/run"
  grep -q '^name() ' "$tree/web/run"
  run ! grep -q 'never\|name' "$tree/worker/run"
  told 'line 3: dropped: function never'
}

@test "what by its name starts something is marked" {
  for line in /opt/hadoop/sbin/start-dfs.sh 'su hadoop -c "/opt/hadoop/sbin/start-dfs.sh"' "sudo -u hadoop sh -c 'start-dfs.sh'" 'bash -c "start-dfs.sh"' _start_daemons ./startup.sh '$SPARK_HOME/sbin/start-master.sh' '"$SPARK_HOME/sbin/start-master.sh"'; do
    wrapper <<<". /lib.sh"$'\n'"$line"$'\nweb &\nwait'
    migrate
    told 'TODO: by its name it starts something'
  done
  wrapper <<<$'start() { echo no; }\nstart\ncp /x/start.txt /y\nX=1 "$X_START" run\nweb &\nwait'
  migrate
  untold 'by its name'
}

@test "the interpreter is the script's, or the one that it needs" {
  wrapper <<<$'#!/usr/bin/env bash\nweb &\nwait'
  migrate
  head -n 1 "$tree/web/run" | grep -qx '#!/usr/bin/env bash'
  wrapper <<<$'web &\n[[ -n $x ]] && y\nwait -n'
  migrate
  head -n 1 "$tree/web/run" | grep -qx '#!/bin/bash'
  wrapper <<<$'#!/usr/bin/dumb-init /bin/sh\nweb &\nwait'
  migrate
  head -n 1 "$tree/web/run" | grep -qx '#!/bin/sh'
}

@test "nothing is overwritten, unless it is forced" {
  wrapper <<<$'mkdir /x\nweb &\nwait'
  migrate
  run reeve-migrate start.sh -o rootfs/etc/services.d
  [ "$status" -eq 100 ]
  [[ $output == *web*--force* ]]
  [[ $output == *cont-init.d/10-start*--force* ]]
  touch "$tree/web/down"
  run reeve-migrate start.sh -o rootfs/etc/services.d --force
  [ "$status" -eq 0 ]
  lacks web/down
}

@test "without a directory, what would be written is printed" {
  wrapper <<<$'web &\nwait'
  run reeve-migrate start.sh
  [ "$status" -eq 0 ]
  [[ $output == *'==> services.d/web/run (executable)'* ]]
  [ ! -e rootfs ]
}

@test "where the script was, no other file is" {
  wrapper <<'EOS'
#!/bin/bash
set -e
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
echo "usage: $0"
"$(dirname "$0")/setup.sh"
web --config "$here/web.conf" &
worker
EOS
  migrate
  grep -q '^# TODO reeve-migrate: line 3: it asks where the script is' "$tree/web/run"
  grep -q '^# TODO reeve-migrate: line 5: it asks where the script is' "$init/10-start"
  [ "$(grep -c 'where the script is' "$tree/worker/run")" -eq 0 ]
  [ "$(grep -c 'it asks where' <<<"$report")" -eq 2 ]
}

@test "a function goes to who runs it, not to who has its name in a path" {
  wrapper <<'EOS'
log() { echo "$(date): $1" | cat; }
a() { log x; mkdir -p /a; log y; }
trap : TERM
a
web >/var/log/web.log --log -- log.txt &
worker() { log begin; exec /bin/worker; }
worker
EOS
  migrate
  run ! grep -q 'date' "$tree/web/run"
  grep -q 'date' "$tree/worker/run"
  grep -q 'date' "$init/10-start"
}

@test "a word that merely has a variable's name does not use it" {
  wrapper <<'EOS'
for template in /etc/a/*; do conf=$(basename "$template"); envsubst <"$template" >"/etc/b/$conf"; done
php-fpm -F --fpm-config /usr/local/etc/php-fpm.conf &
exec nginx -c /etc/nginx/nginx.conf
EOS
  migrate
  lacks_text() { ! grep -rq "$1" "$dir/rootfs/etc"; }
  lacks_text container_environment
  wrapper <<'EOS'
conf=$(mktemp)
generate >"$conf"
php-fpm -F --fpm-config "$conf" &
exec nginx -c $conf
EOS
  migrate
  grep -q container_environment "$tree/nginx/run"
}

@test "what a subshell, or a later line, sets is not missing in the setup" {
  wrapper <<'EOS'
URL="${URL:-http://localhost:${PORT:-3000}}"
echo "$URL" >"/etc/url-$MODE"
( export PORT=4000; exec api "$URL" ) &
( exec web -p "${PORT:-3000}" ) &
MODE=late
wait -n
EOS
  migrate
  untold 'is not known here'
}

@test "what is prepared behind a start is done before all that came after it, not for the first of them" {
  local one
  # Several come later: a task, which each of them comes after.
  for one in 'aux & exec web' '[ -n "$AUX" ] && aux & exec web' 'both() { aux & web & }; both; wait' 'if [ "$A" = 1 ]; then aux & tail -f /dev/null; else web serve; fi' \
    'if [ -n "$A" ]; then exec aux; fi; exec web' 'case $A in 1) exec aux ;; *) exec web ;; esac'; do
    wrapper <<<$'db &\nrm -f /tmp/*.lock\nchown -R app /srv\n'"$one"
    migrate
    has rm/flag-oneshot aux/dependencies.d/rm web/dependencies.d/rm rm/dependencies.d/db
    [ "$(cat "$tree"/{aux,web}/run | grep -c -e rm -e chown)" -eq 0 ]
  done
  wrapper <<<$'db &\nif [ -n "$A" ]; then\n  mkdir -p /srv/x\n  aux &\n  web &\nfi\nwait'
  migrate
  has make-x/flag-oneshot make-x/enable-if aux/dependencies.d/make-x web/dependencies.d/make-x
  # The next one's own stays with it, and so does what comes before the last one.
  wrapper <<<$'db &\nmkdir -p /run/sshd\n/usr/sbin/sshd -D &\nmkdir -p /srv/x\nexec web'
  migrate
  lacks make-sshd make-x
  grep -qx 'mkdir -p /run/sshd' "$tree/sshd/run"
  grep -qx 'mkdir -p /srv/x' "$tree/web/run"
  # Not its own alone.
  wrapper <<<$'db &\nmkdir -p /run/app\napp web &\napp worker &\nwait'
  migrate
  has app/dependencies.d/make-app app-worker/dependencies.d/make-app
}

@test "what is prepared behind the last start is not done ahead of it" {
  wrapper <<<$'redis-server & p=$!\nchmod 777 /run/redis.sock\nwait $p'
  migrate
  services redis-server allow-redis.sock
  has allow-redis.sock/dependencies.d/redis-server
}

@test "a message is no reason for a setup, and a comment stays ahead of its command" {
  wrapper <<<$'#!/bin/sh\n# The shop\necho "Starting backend..."\n# Where it is\ncd /app/backend\nnode dist/main.js &\necho "Starting frontend..."\ncd /app/frontend\nnode web.js &\nwait -n'
  migrate
  [ ! -e "$init" ]
  told 'line 3: dropped: a message about the start'
  [ "$(grep -c '^# ' "$tree/backend/run")" -eq 2 ]
  # With work in it the setup has the message, too; an answer of a program is work.
  wrapper <<<$'echo "Preparing"\nmkdir /data\nweb & wait'
  migrate
  grep -qx 'echo "Preparing"' "$init/10-start"
  wrapper <<<$'echo "$(migrate)"\nweb & wait'
  migrate
  has cont-init.d/10-start
  wrapper <<<$'#!/bin/bash\n# Prepare the skills\nSRC=/skills\nif [ -d "$SRC" ]; then\n  name=x\n  cp -r "$SRC" "/data/$name"\nfi\nweb & worker & wait'
  migrate
  grep -A1 -x '# Prepare the skills' "$init/10-start" | grep -qx 'SRC=/skills'
  [ "$(cat "$tree"/*/run | grep -c skills)" -eq 0 ]
}

@test "without #! the shell is a guess: source is Bash's" {
  wrapper <<<$'source env/bin/activate\nworker &\nexec web'
  migrate
  [ "$(head -n 1 "$tree/web/run")" = '#!/bin/bash' ]
  wrapper <<<$'. env/bin/activate\nworker &\nexec web'
  migrate
  [ "$(head -n 1 "$tree/web/run")" = '#!/bin/sh' ]
}

@test "jupyter-lab and code-server are known to serve" {
  wrapper <<<$'#!/bin/sh\ncode-server &\njupyter-lab --no-browser'
  migrate
  has jupyter-lab/flag-main
  untold TODO
}

@test "a run that goes to an absolute folder first needs no other one" {
  wrapper <<<$'#!/bin/sh\ncd /srv/app && worker --all &\ncd /srv/web && exec web'
  migrate
  file worker/run <<<$'#!/bin/sh\ncd /srv/app || exit\nexec worker --all'
  wrapper <<<$'#!/bin/sh\n. ./env\n(cd /srv/app && exec worker --all) &\nexec web'
  migrate
  file worker/run <<<$'#!/bin/sh\ncd "${REEVE_WORKDIR:-/}" || exit 111\n. ./env\ncd /srv/app || exit\nexec worker --all'
}

@test "the setup ends with its last command where that decided, else with 0" {
  local one
  setup_of() { wrapper <<<$'#!/bin/sh\n'"$1"$'\nqueue &\nexec web'; migrate; }
  ended() { (cd "$dir" && "$init/10-start" >/dev/null 2>&1); }
  for one in $'set -e\nls /nowhere' $'set -eu\nif true; then ls /nowhere; fi' $'ls /nowhere || { echo no; exit 3; }' $'set -o errexit\ntrue && ls /nowhere || exit 3' \
    $'set -e\nfor f in a; do touch /nowhere/$f; done' $'set -e\nls /nowhere || ls /nowhere'; do
    setup_of "$one"
    run ! grep -q '^exit 0' "$init/10-start"
    run ! ended
  done
  # It went on: without set -e, behind &&, with a code that is no failure, when it was taken back.
  for one in 'ls /nowhere' $'set -e\nmkdir -p x\nls /nowhere && touch x/f' $'set -e\nmkdir -p x\nif true; then ls /nowhere && touch x/f; fi' \
    $'set -e\nmkdir -p x\nset +e\nls /nowhere' $'set -e\n. ./settings\nls /nowhere' $'set -- -e\nls /nowhere'; do
    echo 'set +e' >"$dir/settings"
    setup_of "$one"
    grep -q '^exit 0 # the last' "$init/10-start"
    ended
  done
}

@test "a file that is read as part of other work gives its variables to the services, or a TODO says that it does not" {
  for work in '. ./env.sh && prepare' 'cd /app && source ./env.sh && prepare' '[ -f ./env.sh ] && . ./env.sh && prepare' '. ./env.sh && prepare && exec web'; do
    wrapper <<<"$work"$'\nweb &\nwait'
    migrate
    grep -q '\./env\.sh' "$tree/web/run"
    grep -q '\./env\.sh' "$tree"/../cont-init.d/10-start
    untold 'it also reads'
  done
  grep -q 'prepare || exit' "$tree"/../cont-init.d/10-start
  # Behind work it is not known whether it is read.
  for work in 'prepare && . /env.sh' 'if prepare; then . /env.sh; fi' 'load() { . /env.sh; prepare; }; load'; do
    wrapper <<<"$work"$'\nweb &\nwait'
    migrate
    told 'it also reads /env.sh: the variables that are set there reach no other file'
  done
  # A shell of its own keeps them for itself.
  wrapper <<<$'( . /env.sh; prepare )\nweb &\nwait'
  migrate
  untold 'it also reads'
}

@test "what sets up the shell by a function of a file is done by each service behind it" {
  local source
  for source in $'source /opt/conda/etc/profile.d/conda.sh\nconda activate app' $'eval "$(conda shell.bash hook)"\nconda activate app' \
   $'. ~/.nvm/nvm.sh\nnvm use 20' $'. /etc/profile.d/modules.sh\nmodule load cuda' $'eval "$(pyenv init -)"\npyenv shell 3.12' \
   $'source /usr/local/bin/virtualenvwrapper.sh\nworkon app' $'eval "$(/opt/bin/micromamba shell hook -s bash)"\nmicromamba activate app'; do
    wrapper <<<$'#!/bin/bash\ncache &\n'"$source"$'\nworker &\nexec web'
    migrate
    [ -z "$(find "$tree" -name flag-oneshot)" ]
    for one in worker web; do
      file "$one/run" <<<$'#!/bin/bash\ncd "${REEVE_WORKDIR:-/}" || exit 111\n'"$source"$'\nexec '"$one"
    done
    [ ! -e "$tree/../cont-init.d" ]
    [[ $report != *TODO* ]]
  done
  wrapper <<<$'#!/bin/bash\n. /opt/conda.sh\nconda activate app && exec web'
  migrate
  grep -qxF 'conda activate app || exit' "$tree/web/run"
  wrapper <<<$'#!/bin/bash\n. /opt/lib.sh\ncache &\nload_settings prod\nexec web'
  migrate
  told 'line 4: services.d/load_settings/run: task load_settings'
  told 'by its name, a function of a file that is sourced, which sets variables: they reach no other file'
}

@test "what only the setup needs is not told to be handed on" {
  wrapper <<<$'COUNT=$(psql -tc "select 1")\n[ "$COUNT" = 1 ] || ./seed\nweb &\nwait $!'
  migrate
  untold 'handed on'
  sed -i 's/^web/web $COUNT/' start.sh
  migrate
  told 'environment: COUNT; done once, and handed on to the services'
}

@test "a variable of the image that the script fills, or reads, reaches every later program" {
  printf '%s\n' 'FROM debian' 'ENV PORT= MODE=a KEY=b' 'CMD ["/start.sh"]' >Dockerfile
  wrapper <<'EOS'
fill() { : "${KEY:=none}"; }
: "${PORT:=80}"
read -r MODE </etc/mode
fill
web --port "$PORT" &
worker &
wait $!
EOS
  migrate --dockerfile Dockerfile
  file worker/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
fill() { : "${KEY:=none}"; }
: "${PORT:=80}"
read -r MODE </etc/mode
fill
exec worker
EOS
}

@test "what ends at once is setup, also in the background" {
  wrapper <<<$'rm -f /tmp/lock &\nsed -i s/a/b/ /etc/x.conf &\nmkfifo /run/x &\nweb &\nwait -n'
  migrate
  services web
  file cont-init.d/10-start <<<$'#!/bin/bash\nrm -f /tmp/lock\nsed -i s/a/b/ /etc/x.conf\nmkfifo /run/x\nexit 0 # the last command\'s code did not matter to the script'
}

@test "a pipeline that works ahead of && is setup; one that asks stays with what it is asked for" {
  local work
  for work in 'printenv | grep -v X >>/etc/environment' 'env | sed s/^/export\ / >/etc/env.sh' 'echo "root:$PW" | chpasswd' 'echo "$KEY" | base64 -d >/key'; do
    wrapper <<<"$work && cron && tail -f /var/log/cron.log"
    migrate
    services cron logs
    grep -q -x -F "$work || exit" "$init/10-start" && lacks cron/dependencies.d && [ "$(wc -l <"$tree/cron/run")" -eq 3 ] || { echo "# $work"; return 1; }
  done
  wrapper <<<'grep -v X a >b && cron && tail -f /var/log/cron.log'
  migrate
  grep -q -x 'grep -v X a >b || exit' "$init/10-start"
  wrapper <<<'lsmod | grep tun && nginx && tail -f /var/log/cron.log'
  migrate
  grep -q 'lsmod | grep tun' "$tree/nginx/run"
}
