# A script that starts itself again as another user: its services run as that user.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

again() # COMMAND ; what starts it again
{
  printf '#!/bin/bash\nif [ "$(id -u)" = 0 ]; then\n  chown app /data\n  %s\nfi\na | b &\nexec web\n' "$1" >start.sh
  printf 'FROM debian\nCOPY start.sh /entry.sh\nENTRYPOINT ["/entry.sh"]\nCMD ["x"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
}

@test "whatever it does that by" {
  local command
  while read -r command; do
    again "$command"
    services a web
    tail -n 1 "$tree/web/run" | grep -qx 'exec reeve-exec --user app\( --keep-home\)\? -- web' || { echo "# $command"; return 1; }
    sed -n 2p "$tree/a/log/run" | grep -q '^\[ "$(id -u)" != 0 ] || exec reeve-exec --user app .*-- ./run' || { echo "# $command"; return 1; }
    grep -q 'chown app /data' "$init/10-start"
    told 'the script started itself again as app: so do the services'
    untold TODO
  done <<'EOS'
exec gosu app "$0" "$@"
exec tini -- su-exec app "$0" "$@"
exec setpriv --reuid=app --regid=app --init-groups "$0" "$@"
exec chroot --userspec=app / "$0" "$@"
exec s6-setuidgid app "$0" "$@"
exec runuser -u app /entry.sh "$@"
exec sudo -E -u app bash "$0" "$@"
exec gosu app bash -e "$BASH_SOURCE" "$@"
exec su app -c "$0 $*"
exec su app -c "/entry.sh $*"
exec su -s /bin/bash app -c '"$0" "$@"' -- "$0" "$@"
EOS
}

@test "what is not taken off is named" {
  again 'exec env HOME=/home/app gosu app "$0" "$@"'
  tail -n 1 "$tree/web/run" | grep -qx 'exec reeve-exec --user app -- web'
  told 'TODO: it did that by env HOME=/home/app, which goes: do the same in each run if a service needs it'
  again 'exec chpst -u app "$0" "$@"'
  services a web
  told 'TODO: it did that by chpst -u app, which goes'
  again 'exec setpriv --reuid=app --regid=app --init-groups --inh-caps=-all "$0" "$@"'
  services a web
  told 'TODO: it did that by setpriv --reuid=app --regid=app --init-groups --inh-caps=-all, which goes'
  again 'gosu app "$0" "$@"; exit'
  told 'TODO: the script starts itself again as another user, without exec'
}

@test "another script, or a program that only gets the script's name, is none" {
  again 'exec gosu app /other.sh "$@"'
  services other a web
  again 'exec gosu app usage "$0"'
  has usage/run
  again 'exec python3 "$0" "$@"'
  has python/run
}

entry() # TEXT ; an ENTRYPOINT with this between its set -e and its services
{
  printf '#!/bin/bash\nset -e\n%s\na | b &\nexec "$@"\n' "$1" >start.sh
  printf 'FROM debian\nCOPY start.sh /entry.sh\nENTRYPOINT ["/entry.sh"]\nCMD ["web"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  services a web
}

@test "on a condition, so do the services" {
  local condition
  for condition in '[ -n "$RUN_AS" ]' '[ "$KEEP_ROOT" != 1 ]' 'command -v gosu >/dev/null'; do
    for entry in "[ \"\$(id -u)\" = 0 ] && $condition" "$condition && [ \$EUID -eq 0 ]"; do
      entry "if $entry; then
  chown app /data
  exec gosu app \"\$0\" \"\$@\"
fi"
      for file in web/run a/log/run; do
        sed -n 2p "$tree/$file" | grep -q -F -- "if [ \"\$(id -u)\" = 0 ] && $condition; then exec reeve-exec --user app -- ./run \"\$@\"; fi" || { echo "# $entry"; cat "$tree/$file"; return 1; }
      done
      becomes web 'exec web'
      told "the script started itself again as app, if $condition: so do the services"
    done
  done
  entry $'LEVEL=$(id -u)\nif [ "$LEVEL" = 0 -a -n "$RUN_AS" ]; then exec gosu "$RUN_AS" "$0" "$@"; fi'
  grep -q -F -- 'if [ "$(id -u)" = 0 ] && [ -n "$RUN_AS" ]; then exec reeve-exec --user "$RUN_AS" -- ./run' "$tree/web/run"
}

@test "whether it is root, what its arguments are, and whether the user is root say nothing more" {
  local condition
  for condition in '[ "$(id -u)" = 0 ]' '[ "$1" = web -a "$(id -u)" = 0 ]' '[ "$(whoami)" = root ] && [ "$PUID" != 0 ]' 'is_root'; do
    entry "PUID=\${PUID:-1}
is_root() { [ \$EUID -eq 0 ]; }
if $condition; then exec gosu \"\$PUID\" \"\$0\" \"\$@\"; fi"
    becomes web 'exec reeve-exec --user "$PUID" -- web' || { echo "# $condition"; return 1; }
  done
}

@test "what stands behind it in the branch for root is for a root that stays" {
  entry $'if [ "$(id -u)" = 0 ]; then\n  usermod -u "$PUID" app\n  if [ "$PUID" != 0 ]; then exec gosu "$PUID" "$0" "$@"; fi\n  chown -R root /data\nfi'
  grep -q -F 'if [ "$(id -u)" = 0 ] && ! { [ "$PUID" != 0 ]; }; then' "$init/10-start"
  grep -q '^  *usermod\|^usermod' "$init/10-start"
  untold TODO
}

@test "arguments that it only hands on to itself are not asked for" {
  printf '#!/bin/sh\nif [ "$(id -u)" = 0 ]; then exec gosu app "$0" "$@"; fi\na &\nexec web\n' >start.sh
  printf 'FROM debian\nCOPY start.sh /entry.sh\nENTRYPOINT ["/entry.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold TODO
}

@test "a program that has the script's name is another one" {
  printf '#!/bin/sh\nhelper &\nexec /usr/bin/web --now\n' >start.sh
  printf 'FROM debian\nCOPY start.sh /srv/web\nENTRYPOINT ["/srv/web"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  services helper web
  becomes web 'exec /usr/bin/web --now'
}

@test "what stands in a branch ahead of another one in it is not done on the condition of that" {
  wrapper <<<$'#!/bin/bash\nif [ "$(id -u)" = 0 ]; then\n  chown app /data\n  if [ -n "$RUN_AS" ]; then\n    echo "as $RUN_AS"\n    usermod -l "$RUN_AS" app\n  fi\n  chmod 700 /data\nfi\nhelper &\nexec web'
  migrate
  [[ $(<"$init/10-start") != *'RUN_AS'*'chown'* ]]
  wrapper <<<$'#!/bin/bash\nif [ "$(id -u)" = 0 ]; then\n  chown app /data\n  if [ "${STAY:-no}" = no ]; then\n    exec gosu app "$0" "$@"\n  fi\n  echo "staying root"\nfi\nhelper &\nexec web'
  migrate
  file cont-init.d/10-start <<'EOS'
#!/bin/bash
if [ "$(id -u)" = 0 ]; then
chown app /data
fi
if [ "$(id -u)" = 0 ] && ! { [ "${STAY:-no}" = no ]; }; then
echo "staying root"
fi
exit 0 # the last command's code did not matter to the script
EOS
  wrapper <<<$'#!/bin/bash\nif [ -d /data ]; then\n  # about the inner one\n  if [ -e /data/x ]; then\n    ./use /data/x\n  fi\n  # about the end\nfi\nhelper &\nexec web'
  migrate
  bash -n "$init/10-start"
}

@test "functions that its condition or the user's name call stand ahead of that in run" {
  local condition
  entry $'is_true() { [ "$1" = true ]; }\nis_true "$NONROOT" && exec gosu app "$0" "$@"'
  file web/run <<'EOS'
#!/bin/bash
is_true() { [ "$1" = true ]; }
if [ "$(id -u)" = 0 ] && is_true "$NONROOT"; then exec reeve-exec --user app -- ./run "$@"; fi
cd "${REEVE_WORKDIR:-/}" || exit 111
set -e
exec web
EOS
  told 'web/run: function is_true'
  entry $'MODE=${MODE:-app}\nwants() { has "$MODE"; }\nhas() { [ "$1" != root ]; }\nif [ "$(id -u)" = 0 ] && wants; then\n  chown app /data\n  exec su-exec app "$0" "$@"\nfi'
  sed -n '2,5p' "$tree/web/run" | diff - <(printf '%s\n' 'MODE=${MODE:-app}' 'wants() { has "$MODE"; }' 'has() { [ "$1" != root ]; }' \
    'if [ "$(id -u)" = 0 ] && wants; then exec reeve-exec --user app -- ./run "$@"; fi')
  entry $'run_as() { echo "${PUID:-1000}"; }\nif [ "$(id -u)" = 0 ] && [ "$(run_as)" != 0 ]; then exec gosu "$(run_as)" "$0" "$@"; fi'
  [ "$(sed -n 2p "$tree/web/run")" = 'run_as() { echo "${PUID:-1000}"; }' ]
}

@test "what a function asks beside whether it is root is asked in run" {
  local question
  for question in 'is_root && [ -n "$RUN_AS" ]' '{ [ "$(id -u)" = 0 ] && [ -n "$RUN_AS" ]; }' '{ [ "$(id -u)" = 0 ]; }; [ -n "$RUN_AS" ]'; do
    entry $'is_root() { [ "$(id -u)" = 0 ]; }\nwant() { '"$question"$'; }\nwant && exec su-exec app "$0" "$@"'
    grep -q 'RUN_AS' "$tree/web/run"
    grep -q '^if \[ "$(id -u)" = 0 \] && .*; then exec reeve-exec --user app -- ./run "$@"; fi' "$tree/web/run"
  done
  entry $'drop() {\n  [ "$(id -u)" -eq 0 ] || return 1\n  [ "$NO_DROP" != 1 ] || return 1\n}\ndrop && exec gosu app "$0" "$@"'
  grep -qx 'if \[ "$(id -u)" = 0 \] && drop; then exec reeve-exec --user app -- ./run "$@"; fi' "$tree/web/run"
  entry $'if [ "$(id -u)" != 0 ]; then\n  echo no\nelif [ -n "$RUN_AS" ]; then\n  exec su-exec app "$0" "$@"\nfi'
  grep -qx 'if \[ "$(id -u)" = 0 \] && \[ -n "$RUN_AS" \]; then exec .*' "$tree/web/run"
  for question in 'if [ "$(id -u)" -eq 0 ]; then return 0; fi; return 1' '[ $EUID -eq 0 ]'; do
    entry $'is_root() { '"$question"$'; }\nis_root && exec gosu app "$0" "$@"'
    becomes web 'exec reeve-exec --user app -- web'
  done
}

@test "that it did so only as root is said, and asked in run where the image has another USER" {
  entry $'if [ "$(id -u)" = 0 ]; then\n  chown app /data\n  exec gosu app "$0" "$@"\nfi'
  becomes web 'exec reeve-exec --user app -- web'
  told 'note: the script became another user only as root; reeve-exec --user app does so in any case'
  told "the branch's own words: what is in it has its condition, but for the new start"
  untold 'the services in it have its condition'
  entry 'exec gosu app "$0" "$@"'
  untold 'only as root'
  printf 'FROM debian\nUSER nobody\nCOPY start.sh /entry.sh\nENTRYPOINT ["/entry.sh"]\nCMD ["x"]\n' >Dockerfile
  wrapper <<<$'#!/bin/bash\nif [ "$(id -u)" = 0 ]; then\n  exec gosu app "$0" "$@"\nfi\nhelper &\nexec web'
  migrate --dockerfile Dockerfile
  [ "$(sed -n 2p "$tree/web/run")" = '[ "$(id -u)" != 0 ] || exec reeve-exec --user app -- ./run "$@"' ]
  becomes web 'exec web'
  untold 'only as root'
}

@test "a script that changes itself for its next start is told that nothing executes it then" {
  local line
  for line in 'sed -i "s/^FIRST=1/FIRST=0/" "$0"' 'sed -i s/a/b/ /start.sh' 'echo "FIRST=0" >>"${BASH_SOURCE[0]}"'; do
    wrapper <<<$'#!/bin/bash\n'"$line"$'\nexec web'
    migrate
    told 'TODO: this changes the script itself for its next start, and nothing executes that any more' || { echo "# $line"; return 1; }
  done
  for line in 'sed -i s/a/b/ /etc/start.conf' 'echo "$0" >/x' 'sed s/a/b/ "$0" >/x'; do
    wrapper <<<$'#!/bin/bash\n'"$line"$'\nexec web'
    migrate
    untold 'changes the script itself' || { echo "# $line"; return 1; }
  done
}

@test "what only root exported ahead of it is exported before run becomes that user" {
  wrapper <<'EOF'
#!/bin/bash
if [ "$(id -u)" = 0 ]; then
  MARK=`cat /mark`
  if [ -n "$PUID" ]; then
    export DROPPED=$MARK
    exec gosu "$PUID" "$0" "$@"
  fi
fi
exec web
EOF
  migrate
  sed '/reeve-exec/q' "$tree/web/run" | diff -u - <(
    cat <<'EOF'
#!/bin/bash
if [ "$(id -u)" = 0 ]; then
MARK=`cat /mark`
fi
if [ "$(id -u)" = 0 ] && [ -n "$PUID" ]; then
export DROPPED=$MARK
fi
if [ "$(id -u)" = 0 ] && [ -n "$PUID" ]; then exec reeve-exec --user "$PUID" -- ./run "$@"; fi
EOF
  )
  untold TODO
}

@test "where a run asks who it is, it becomes that user first" {
  local asks
  while IFS= read -r asks; do
    wrapper <<<$'#!/bin/bash\nif [ "$(id -u)" = 0 ]; then\n  chown app /data\n  exec gosu app "$0" "$@"\nfi\n'"${asks//^/$'\n'}"
    migrate
    sed -n 2p "$tree/web/run" | grep -qx '\[ "$(id -u)" != 0 \] || exec reeve-exec --user app -- ./run "$@"' && ! grep -q 'reeve-exec.* web' "$tree/web/run" || { echo "# $asks"; cat "$tree/web/run"; return 1; }
    untold TODO
  done <<'EOS'
B=$(id -un)^exec web --user $B
exec web --user $(id -un)
export DATA="$HOME/data"^exec web
exec web --data ~/data
cd ~^exec web
if [ -w /data ]; then A=--rw; fi^exec web $A
EOS
}

@test "code that starts it again with other words is a program of its own" {
  local name
  printf '#!/bin/sh\nif [ "$1" = serve ]; then exec gunicorn app:app; fi\nchown -R app /data\nexec su app -c "$0 serve"\n' >start.sh
  printf 'FROM debian\nCOPY start.sh /entry.sh\nENTRYPOINT ["/entry.sh"]\nCMD ["x"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  name=$(grep -l '/entry.sh serve' "$tree"/*/run)
  tail -n 1 "$name" | grep -qx "exec reeve-exec --user app -- /bin/sh -c 'exec /entry.sh serve'"
  told 'entry.sh stays in the image'
  input=start.sh migrate
  told 'TODO: $0 was the script, and is this file here'
  untold 'only the start tells'
}

@test "a script that begins anew behind the end of what it waited for is no preparation" {
  local again
  for again in '[ $RC -eq 42 ] && exec "$0" "$@"' $'if [ $RC -eq 42 ]; then\n  exec "$0"\nfi'; do
    wrapper <<<$'#!/bin/bash\n./app &\nPID=$!\nwait $PID\nRC=$?\n'"$again"$'\nexit $RC'
    migrate
    told 'TODO: behind the end of this, the script could begin anew'
    grep -q 'TODO reeve-migrate: .*begin anew' "$tree/app/run"
  done
  wrapper <<<$'#!/bin/bash\nif [ -z "$X" ]; then export X=1; exec "$0" "$@"; fi\nexec ./web'
  migrate
  untold 'begin anew'
}
