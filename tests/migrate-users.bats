# Programs that run as other users: gosu, su, sudo and the like.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "other users, by reeve-exec" {
  wrapper <<'EOS'
#!/bin/bash
gosu app:web a1 &
su-exec "$USER_ID" a2 &
setpriv --reuid=pg --regid=dba --clear-groups a3 &
setpriv --reuid pg --regid pg --init-groups -- a4 &
runuser -u app -g web -- a5 --x &
sudo -E -u app a6 &
chroot --userspec=app:web / a7 &
su app -s /bin/sh -c "a8 --y" &
s6-setuidgid app a9 &
wait
EOS
  migrate
  becomes a1 'exec reeve-exec --user app:web -- a1'
  grep -qx 'export HOME=~app' "$tree/a1/run"
  becomes a2 'exec reeve-exec --user "$USER_ID" -- a2'
  becomes a3 'exec reeve-exec --user pg:dba --keep-home -- a3'
  becomes a4 'exec reeve-exec --user pg --keep-home -- a4'
  becomes a5 'exec reeve-exec --user app:web -- a5 --x'
  becomes a6 'exec reeve-exec --user app -- a6'
  becomes a7 'exec reeve-exec --user app:web --keep-home -- a7'
  becomes a8 "exec reeve-exec --user app -- /bin/sh -c 'exec a8 --y'"
  becomes a9 'exec reeve-exec --user app --keep-home -- a9'
}

@test "sudo stays in an image whose USER is another one than root" {
  local user
  wrapper <<<$'nohup sudo -E dockerd --host=x &\nsudo crond &\nsudo -u mail -- mailer &\nexec agent'
  for user in 'USER ci' 'USER ci:ci' $'ARG WHO=ci\nUSER $WHO'; do
    printf 'FROM debian\n%s\nCOPY start.sh /\nCMD ["/start.sh"]\n' "$user" >Dockerfile
    migrate --dockerfile Dockerfile
    services dockerd crond mailer agent
    becomes dockerd 'exec sudo -E dockerd --host=x'
    becomes crond 'exec sudo crond -f'
    becomes mailer 'exec sudo -u mail -- mailer'
    told 'line 1: services.d/dockerd/run: service dockerd, started in the background (dropped: nohup: a service has no terminal that could hang up); TODO: sudo is kept, as the Dockerfile says USER ci,'
  done
  printf 'FROM debian\nARG WHO\nUSER $WHO\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'sudo is kept, as the Dockerfile says USER $WHO,'
  told 'and give the other services reeve-exec --user NAME (what $WHO was in the build)'
  for user in '' 'USER root' 'USER 0:0' $'USER ci\nUSER root'; do
    printf 'FROM debian\n%s\nCOPY start.sh /\nCMD ["/start.sh"]\n' "$user" >Dockerfile
    migrate --dockerfile Dockerfile
    becomes dockerd 'exec dockerd --host=x'
    becomes crond 'exec crond -f'
    becomes mailer 'exec reeve-exec --user mail -- mailer'
  done
}

@test "behind the sudo that stays, a daemon is in the foreground, by its init script, too" {
  wrapper <<<$'sudo -E A=1 /etc/init.d/cron start\nsudo service ssh start && tail -f /dev/null'
  printf 'FROM debian\nUSER ci\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  becomes cron 'exec sudo -E A=1 cron -f'
  becomes sshd 'exec sudo /usr/sbin/sshd -D'
  told 'sshd was started by its init script: it also makes /run/sshd'
}

@test "su stays, too, in an image whose USER is another one than root" {
  local su
  printf 'FROM debian\nUSER ci\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  for su in "su -c '/usr/sbin/sshd' <<EOF"$'\npassword\nEOF' 'su root -c /usr/sbin/sshd </run/secrets/rootpw' 'su -c /usr/sbin/sshd <<< "$ROOT_PASSWORD"'; do
    wrapper <<<$'#!/bin/bash\n'"$su"$'\njupyter lab'
    migrate --dockerfile Dockerfile
    services sshd jupyter
    grep -Eq "^exec su (root )?-c 'exec /usr/sbin/sshd -D' <" "$tree/sshd/run" || { echo "# $su"; return 1; }
    told 'TODO: su is kept, as the Dockerfile says USER ci, but then its supervisor may not signal the program: better take USER out of the Dockerfile, and su out of here,'
  done
  wrapper <<<$'#!/bin/bash\nsu mail -c mailer <<<"$PASSWORD" &\njupyter lab'
  migrate --dockerfile Dockerfile
  becomes mailer "exec su mail -c 'exec mailer' <<<\"\$PASSWORD\""
  told 'better take USER out of the Dockerfile, write reeve-exec --user mail here in place of su, and give'
  wrapper <<<$'#!/bin/bash\nsu mail -c mailer &\njupyter lab'
  migrate
  becomes mailer "exec reeve-exec --user mail -- /bin/sh -c 'exec mailer'"
}

@test "sudo in a script that has started itself again as another user is root" {
  wrapper <<<$'#!/bin/sh\nif [ "$(id -u)" = 0 ]; then exec gosu app "$0" "$@"; fi\nweb &\nsudo -E agent\nwait'
  migrate
  becomes web 'exec reeve-exec --user app -- web'
  ! grep -q 'user app' "$tree/agent/run"
}

@test "variables that sudo was given" {
  wrapper <<<$'sudo -E -u app HOME=/tmp "OPTIONS=$X" /usr/bin/web --x &\nwait'
  migrate
  services web
  becomes web 'exec reeve-exec --user app -- /usr/bin/web --x'
  grep -qx 'export HOME=/tmp' "$tree/web/run"
  grep -qx 'export "OPTIONS=$X"' "$tree/web/run"
}

@test "a login shell is a fresh environment at home" {
  wrapper <<<$'su - app -c web &\nwait'
  migrate
  grep -qx 'cd "$HOME" || :' "$tree/web/run"
  last_line web | grep -q "env -i HOME=.* USER=app .* -l -c 'exec web'"
}

@test "what changes more than the user is kept, and marked" {
  wrapper <<<$'setpriv --reuid=app --no-new-privs web &\nwait'
  migrate
  becomes web 'exec setpriv --reuid=app --no-new-privs web' || becomes setpriv 'exec setpriv --reuid=app --no-new-privs web'
  told 'TODO: setpriv does more'
}

@test "setpriv --clear-groups leaves the main group alone" {
  wrapper <<'EOS'
setpriv --reuid 1000 --regid 1000 --clear-groups a1 &
setpriv --reuid=app --regid=app --clear-groups a2 &
setpriv --reuid=app --clear-groups a3 &
setpriv --reuid=app --regid=app --groups=audio,video a4 &
setpriv --reuid=app --regid=app --init-groups a5 &
wait
EOS
  migrate
  becomes a1 'exec reeve-exec --user 1000:1000 --keep-home -- a1'
  becomes a2 'exec reeve-exec --user app:app --keep-home -- a2'
  becomes a3 'exec reeve-exec --user app:0 --keep-home -- a3'
  becomes a4 'exec reeve-exec --user app:app:audio:video --keep-home -- a4'
  becomes a5 'exec reeve-exec --user app --keep-home -- a5'
}

@test "options with a value of what changes the user, and of what starts a daemon" {
  wrapper <<'EOS'
chroot --userspec app:app --groups x,y /jail a1 &
su -g www -c a2 app &
sudo -nEu app a3 &
sudo -D /srv -u app a4 &
start-stop-daemon --start --chuid=app -g www -N 5 -k 027 --exec /a5 -- -x &
dumb-init -r 15:2 a6 &
tini -e 143 -- a7 &
env --unset SECRET nginx
wait
EOS
  migrate
  becomes a1 'exec reeve-exec --chroot /jail --user app:app --keep-home -- a1'
  becomes a2 "exec reeve-exec --user app:www -- /bin/sh -c 'exec a2'"
  becomes a3 'exec reeve-exec --user app -- a3'
  becomes a4 'exec reeve-exec --user app -- a4'
  told 'line 4: services.d/a4/run: service a4, started in the background; TODO: an option of sudo'
  becomes a5 'exec reeve-exec --user app:www -- /a5 -x'
  grep -qx 'umask 027' "$tree/a5/run"
  told 'TODO: start-stop-daemon -N 5 is lost'
  told 'TODO: dumb-init passed on other signals'
  told 'TODO: tini made an exit code to 0'
  becomes nginx "exec env --unset SECRET nginx -g 'daemon off;'"
}

@test "HOME is that of the user, also where a group stands behind it, or only the start tells" {
  local user
  for user in '$OWNER:$GROUP' '"$OWNER:$GROUP"' '${OWNER:-app}:$GROUP' '${OWNER}' '"$BOTH"' '${NONE:-12345:12345}' '"app:$GROUP"' '12345:0'; do
    wrapper <<<"exec gosu $user web"
    migrate
    sed '/^export HOME=/!d' "$tree/web/run" >home
    case $user in *NONE*|12345*|'"$BOTH"') sed -i 's/getent/unknown/' home ;; *) sed -i 's/getent/known/' home ;; esac
    known() { if [ "$*" = 'passwd app' ]; then echo app:x:1000:1000::/srv/app:/bin/sh; else echo "# asked for $*" >&2; return 2; fi; }
    unknown() { [ "$*" = 'passwd 12345' ] || echo "# asked for $*" >&2; return 2; }
    export -f known unknown
    OWNER=app GROUP=staff BOTH=12345:12345 bash -c 'set -euo pipefail; . ./home; [ "$HOME" = /srv/app ] || [ "$HOME" = / ]' 2>said
    [ ! -s said ] || { cat said; return 1; }
  done
}

@test "a readiness check asks as the user that the script was, not as the service's" {
  wrapper <<'EOS'
#!/bin/sh
su postgres -c "postgres -D /data" &
until su postgres -c "pg_isready"; do sleep 1; done
exec web
EOS
  migrate
  becomes postgres "exec reeve-exec --ready ./data/check --chdir \"\$workdir\" -- reeve-exec --user postgres -- /bin/sh -c 'exec postgres -D /data'"
  tail -n 1 "$tree/postgres/data/check" | grep -qx 'su postgres -c "pg_isready"'
  wrapper <<'EOS'
#!/bin/sh
if [ "$(id -u)" = 0 ]; then exec gosu app "$0" "$@"; fi
postgres -D /data &
until pg_isready; do sleep 1; done
exec web
EOS
  migrate
  becomes postgres 'exec reeve-exec --ready ./data/check --chdir "$workdir" --user app -- postgres -D /data'
}

@test "what the setup computes stays root's where only the program runs as another user" {
  wrapper <<<$'#!/bin/sh\nexport TOKEN=$(head -c 9 /dev/urandom | base64)\nsu app -c "server --token $TOKEN" &\nuntil curl -sf -H "X: $TOKEN" http://localhost:80/up | grep -q ok; do sleep 1; done\nexec web'
  migrate
  grep -q -e ' -- reeve-exec --user app ' "$tree/server/run"
  ! grep -rq 'chmod -f 644' "$tree/../cont-init.d"
}

@test "su's command may stand behind =, in its own words" {
  local su
  for su in 'su app --command="/app/web --port 1"' 'exec su --command="/app/web --port 1" app' "runuser app --session-command='/app/web --port 1'" 'su app --session-command "/app/web --port 1"'; do
    wrapper <<<"$su"
    migrate
    becomes web "exec reeve-exec --user app -- /bin/sh -c 'exec /app/web --port 1'"
    untold TODO
  done
  wrapper <<<'su app "--command=/app/web --port 1"'
  migrate
  told 'TODO: an option of su that is not known here'
}

@test "code of su that the script's shell puts together gets no exec in front: it may be more than one command" {
  wrapper <<<$'as_www() { su -c "$*" -s /bin/sh www-data; }\nas_www "cd /app && php artisan queue:work" &\nexec web'
  migrate
  grep -qx 'exec reeve-exec --user www-data -- /bin/sh -c "$\*"' "$tree/as_www/run"
  wrapper <<<$'CMD="cd /app && node server.js"\nexec su app -c "$CMD"'
  migrate
  grep -rqx 'exec reeve-exec --user app -- /bin/sh -c "$CMD"' "$tree"
  wrapper <<<$'CMD="server; true"\nexec su app -c "cd /app && $CMD"'
  migrate
  grep -rqx 'exec reeve-exec --user app -- /bin/sh -c "cd /app && $CMD"' "$tree"
  wrapper <<<'exec su app -c "node server.js --port $PORT"' # the program is known
  migrate
  grep -rqx 'exec reeve-exec --user app -- /bin/sh -c "exec node server.js --port $PORT"' "$tree"
}

@test "a daemon in the code of su whose words have variables has left if the script went on behind it" {
  wrapper <<<$'set-up\nsu app -c "sshd -p 2222 $OPTIONS"\nsh -c "nginx $OPTIONS"\nexec web'
  migrate
  services sshd nginx web
  becomes sshd 'exec reeve-exec --user app -- /bin/sh -c "exec sshd -D -p 2222 $OPTIONS"'
  last_line nginx | grep -qF "sh -c \"exec nginx -g 'daemon off;' \$OPTIONS\""
  wrapper <<<$'set-up\nsu app -c "uwsgi --ini /etc/u.ini &"\nexec web'
  migrate
  becomes uwsgi "exec reeve-exec --user app -- /bin/sh -c 'exec uwsgi --ini /etc/u.ini'"
  untold TODO
  wrapper <<<$'set-up\nsu app -c "mongod -f /etc/m.conf --dbpath $D"'
  migrate
  has mongod/flag-main
}

@test "in the branch that only root takes, su is root's" {
  wrapper <<<$'if [ "$(id -u)" = 0 ]; then\n  chown app /data\n  su app -c web &\nelse\n  web &\nfi\nexec agent'
  printf 'FROM debian\nUSER app\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  becomes web "exec reeve-exec --user app -- /bin/sh -c 'exec web'"
  untold 'is kept'
}

@test "code that a shell reads from a here-document is that of -c, where it starts something" {
  wrapper <<<$'#!/bin/bash\nsu app <<\'EOF\' &\ncd "$HOME"\nexec node server.js --name \'x\'\nEOF\nexec web'
  migrate
  services server web
  told 'lines 2-5: services.d/server/run'
  grep -q -F "exec node server.js --name '\\''x'\\''" "$tree/server/run"
  wrapper <<<$'#!/bin/bash\nsu - postgres <<EOF\nexport NAME="$NAME"\npg_ctl -D "$D" -w start\nEOF\nweb & wait'
  migrate
  services pg_ctl web
  grep -q -F 'pg_ctl -D \"$D\" -w start' "$tree/pg_ctl/run"
  told 'it puts itself into the background: run postgres -D DIR'
  wrapper <<<$'#!/bin/bash\nsu app <<EOF\necho "a\\"b"\nexec node server.js --name "x \\"y\\" \\$HOME"\nEOF'
  migrate
  services server
  bash -n "$tree/server/run"
  grep -q -F 'echo \"a\\\"b\"' "$tree/server/run"
  grep -q -F -- '--name \"x \\\"y\\\" \$HOME\"' "$tree/server/run"
  wrapper <<<$'#!/bin/bash\nsudo -u postgres bash -e <<-EOF\n\tpg_ctl -D /d -w start\n\tpsql -f /i.sql\n\tEOF\nexec web'
  migrate
  told 'its code leaves pg_ctl'
  wrapper <<<$'#!/bin/bash\nsu app <<< "redis-server --daemonize yes"\nexec web'
  migrate
  services redis-server web
  wrapper <<<$'#!/bin/bash\nexec su app -s /bin/bash <<\'EOF\'\nsource /venv/bin/activate\ngunicorn -b :80 app:app\nEOF'
  migrate
  services gunicorn
  untold TODO
  # What starts nothing, or ends what it starts, stays as it was.
  local code
  for code in $'psql -c \'create user x\'\ninitdb -D /d' $'pg_ctl -D /d -w start\npsql -f /i.sql\npg_ctl -D /d stop'; do
    wrapper <<<$'#!/bin/bash\nsu postgres <<\'EOF\'\n'"$code"$'\nEOF\nexec web'
    migrate
    services web
    untold TODO
    grep -q -x -F "su postgres <<'EOF'" "$init/10-start"
  done
  # Nor what no shell of this container reads.
  for code in 'ssh host bash' 'cat' 'bash -s x' 'su app -c cat' 'bash /x.sh'; do
    wrapper <<<$'#!/bin/bash\n'"$code"$' <<EOF\nnginx\nEOF\nexec web'
    migrate
    services web
  done
}
