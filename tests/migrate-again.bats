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
  again 'gosu app "$0" "$@"; exit'
  told 'TODO: the script starts itself again as another user, without exec'
}

@test "another script, or a program that only gets the script's name, is none" {
  again 'exec gosu app /other.sh "$@"'
  services other a web
  again 'exec gosu app usage "$0"'
  has usage/run
  again 'exec python3 "$0" "$@"'
  has python3/run
}
