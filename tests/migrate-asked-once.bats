# Conditions whose answer the script's own work changes: the setup asks them, and hands the answer on.
# shellcheck shell=bash disable=SC2154,SC2016 # tree and init are migrate's; $ is the script's
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a condition that the branch's own work changes is asked once, ahead of that work" {
  local code
  for code in $'if [ ! -d "$PGDATA" ]; then\nmkdir "${PGDATA}"\npostgres &\nuntil pg_isready; do sleep 1; done\ncreatedb app\nelse\npostgres &\nfi' \
    $'if [ ! -d /var/lib/mysql/mysql ]; then # the first time\nmysql_install_db --user=mysql\nmysqld &\nsleep 5\nmysqladmin password x\nfi' \
    $'if [ ! -f /var/.installed ]; then redis-server --daemonize yes; touch /var/.installed; ./seed; fi' \
    $'if [ -z "$(ls -A /data)" ]; then cp -r /seed/. /data/; srv & ./add-admin; else srv & fi' \
    $'[ -f /data/x ] || { ./prepare; srv & }' \
    $'if [ -d /data/db ]; then srv & else initdb; srv & fi' \
    $'if [ "$MODE" = a ]; then\nmkdir /z\nif [ ! -f /x ]; then\n./prepare\nsrv &\nfi\nfi' \
    $'start() { if ! grep -q x /etc/y; then echo x >>/etc/y; srv & fi; }\nstart'; do
    wrapper <<<$'#!/bin/bash\n'"$code"$'\nexec web'
    migrate
    grep -q '^asked=; if .*; then asked=1; fi$' "$init/10-start" || { echo "# $code"; return 1; }
    [ -z "$(grep -rhE '(! -[fde] |-d /data/db|ls -A|grep -q)' "$tree" | grep -v reeve_place)" ] || { echo "# $code"; return 1; }
    grep -rq 'asked="$(cat "$reeve_place/asked")"' "$tree" || { echo "# $code"; return 1; }
    told 'asked in the setup, once, as the work behind it may change the answer, which $asked keeps'
    bash -n "$init/10-start"
    untold TODO
  done
}

@test "a condition whose answer nothing changes is asked at each start" {
  local code
  for code in $'if [ -f /etc/x.conf ]; then chmod 600 /etc/x.conf.bak; srv & fi' $'if [ -f /etc/x.conf ]; then srv & ./warm; fi' $'if [ ! -f /etc/off ]; then srv & fi' $'if [ -n "$X" ]; then mkdir -p "$X"; srv & fi' \
    $'if [ ! -e /dev/kvm ]; then echo no kvm; srv & fi'; do
    wrapper <<<$'#!/bin/bash\n'"$code"$'\nexec web'
    migrate
    untold 'asked in the setup' || { echo "# $code"; return 1; }
  done
}

@test "a condition that is asked behind a start, and that its branch changes, is marked" {
  wrapper <<<$'#!/bin/bash\nnginx\nif [ ! -f /x ]; then\n./prepare\nsrv &\n./seed\nfi\nexec web'
  migrate
  lacks cont-init.d/10-start
  grep -q 'TODO reeve-migrate: line 5: the script asked the condition once, and its own work behind that may have changed the answer' "$tree/srv/run"
  grep -q 'TODO reeve-migrate: line 6: the script asked the condition once' "$tree/seed/run"
  ! grep -q TODO "$tree/prepare/run"
}

@test "a condition whose answer only the program of its branch could change is asked where that starts" {
  local script
  while IFS= read -r script; do
    wrapper <<<$'#!/bin/bash\n'"${script//;;/$'\n'}"
    migrate
    untold 'asked the condition once'
    untold 'asked in the setup'
  done <<'EOS'
cron;;if [ -x /data/boot.sh ]; then;;su app -c /data/boot.sh;;else;;/bin/bash;;fi
Xvfb :1 &;;if [ -f /home/custom.sh ]; then;;bash /home/custom.sh;;else;;openbox-session;;fi
Xvfb :1 &;;if [ -d /usr/share/novnc ]; then;;websockify --web /usr/share/novnc 80 &;;else;;echo "/usr/share/novnc is missing";;fi;;exec web
cron;;if [ -w /data ]; then;;exec redis-server --dir /data;;fi;;exec web
cron;;start() {;;if [ ! -d "$APP" ]; then;;echo "no $APP";;return 0;;fi;;(cd "$APP" && uv run x) &;;};;start;;exec web
EOS
}

@test "a condition that the work behind its branches changes is asked once, too" {
  local code
  for code in $'if [ "$(cat /data/ref)" = "$REF" ]; then\nphp-fpm -F &\nwait $!\nexit 0\nfi\necho "$REF" >/data/ref\nmigrate-all\nphp-fpm -F &\nwait $!' \
    $'if [ -e /data/.done ]; then exec mysqld; fi\ntouch /data/.done\nnginx -g "daemon off;" &\nexec mysqld --initialize-first' \
    $'if [ -d /data/site ]; then\nweb &\nwait $!\nexit 0\nfi\nmkdir -p /data/site\nbuild-site\nweb &\nwait $!' \
    $'if [ -d /data/site ]; then\nweb &\nwait $!\nexit 0\nfi\n./build-site\nweb &\nwait $!' \
    $'[ -e /data/.done ] && exec db\ntouch /data/.done\nexec db --first' \
    $'if [ ! -d /data/x ]; then\nsrv --first &\nfi\nmkdir -p /data/x\nweb &\nwait'; do
    wrapper <<<$'#!/bin/bash\n'"$code"
    migrate
    grep -q '^asked=; if .*; then asked=1; fi$' "$init/10-start" || { echo "# $code"; return 1; }
    [ -z "$(grep -rhE '(! -[fde] |cat /data|-[de] /data)' "$tree" | grep -v reeve_place)" ] || { echo "# $code"; return 1; }
    grep -rq 'asked="$(cat "$reeve_place/asked")"' "$tree" || { echo "# $code"; return 1; }
    untold TODO || { echo "# $code"; return 1; }
  done
  for code in $'if [ -d /data/site ]; then exec web; fi\nmkdir -p /data/other\nexec web --first' $'if [ -f /etc/x.conf ]; then srv & fi\nchown app /etc/x.conf\nexec web --conf /etc/x.conf' \
    $'if [ ! -f /etc/off ]; then srv & fi\n./prepare\nexec web' $'if [ ! -f /etc/x.conf ]; then echo no configuration; exit 1; fi\nrm -f /etc/x.conf.old\nsrv &\nexec web'; do
    wrapper <<<$'#!/bin/bash\n'"$code"
    migrate
    untold 'asked in the setup' || { echo "# $code"; return 1; }
  done
}

@test "behind a start, each service that asks such a condition is marked, and not the task that asks it first" {
  wrapper <<<$'#!/bin/bash\nnginx\nif [ ! -e /data/.done ]; then\ntouch /data/.done\nsrv --first &\nwait $!\nexit\nfi\nsrv &\nwait $!'
  migrate
  grep -q 'TODO reeve-migrate: line 5: the script asked the condition once' "$tree/srv/run"
  grep -q 'TODO reeve-migrate: line 9: the script asked the condition once' "$tree/srv-2/run"
  wrapper <<<$'#!/bin/bash\nnginx\nif [ -e /data/.done ]; then exec srv; fi\n./seed\ntouch /data/.done\nexec srv --first'
  migrate
  grep -q 'line 3: the script asked the condition once' "$tree/srv/run"
  grep -q 'line 6: the script asked the condition once' "$tree/srv-2/run"
  ! grep -q TODO "$tree/seed/run"
}

@test "a condition that asks for a user whom the script makes is asked once, too" {
  local ask
  for ask in '! id app >/dev/null 2>&1' '! id -u "app" &>/dev/null' '! getent passwd app >/dev/null'; do
    wrapper <<<$'#!/bin/bash\nif '"$ask"$'; then\nuseradd -m app\nsrv --first &\nelse\nsrv &\nfi\nwait'
    migrate
    grep -q '^asked=; if .*; then asked=1; fi$' "$init/10-start" || { echo "# $ask"; return 1; }
    run ! grep -rqE 'id |getent' "$tree"
    untold TODO
  done
  for ask in '[ "$(id -u)" = 0 ]' 'id other' 'grep -q valid /etc/x'; do
    wrapper <<<$'#!/bin/bash\nif '"$ask"$'; then\nuseradd -m app\nsrv --first &\nfi\nexec web'
    migrate
    untold 'asked in the setup' || { echo "# $ask"; return 1; }
  done
}

@test "the value of a case that the script changes later is marked at each service that asks for it" {
  local behind
  for behind in 'echo ready >/data/state' 'mv /data/new /data/state'; do
    wrapper <<<$'#!/bin/bash\ncase "$(cat /data/state)" in\nnew) importer & ;;\n*) app & ;;\nesac\n'"$behind"$'\nexec web'
    migrate
    grep -q 'TODO reeve-migrate: line 4: the script asked the condition once' "$tree/app/run" || { echo "# $behind"; return 1; }
    run ! grep -q 'asked the condition' "$tree/web/run"
  done
  wrapper <<<$'#!/bin/bash\ncase "$(cat /data/state)" in\nnew) importer & ;;\n*) app & ;;\nesac\necho ready >/data/state.old\nexec web'
  migrate
  untold 'asked the condition'
}

@test "what ends the script by a variable that was set behind a start is no check of the setup" {
  local set check
  for set in ': "${OK:=$(redis-cli ping)}"' ': ${OK=$(redis-cli ping)}' ': "${OK:=PONG}"' 'OK=${OK:-$(redis-cli ping)}' 'read -r OK < <(redis-cli ping)' 'mapfile -t OK < <(redis-cli ping)'; do
    for check in '[ "$OK" = PONG ] || exit 9' 'if [ "$OK" != PONG ]; then exit 9; fi'; do
      wrapper <<<$'#!/bin/bash\nredis-server --daemonize yes\n'"$set"$'\n'"$check"$'\nexec web'
      migrate
      lacks cont-init.d/10-start
      grep -rqF -A 1 -- "$set" "$tree"/*/run || { echo "# $set"; return 1; }
      [ "$(grep -rlF -- "$check" "$tree")" = "$(grep -rlF -- "$set" "$tree")" ] || { echo "# $set"; return 1; }
      [ -e "$(dirname "$(grep -rlF -- "$check" "$tree")")/flag-oneshot" ]
    done
  done
  wrapper <<<$'#!/bin/bash\nredis-server --daemonize yes\n: "${OTHER_OK:=1}" # OK\n[ "$OK" = 1 ] || exit 9\nexec web'
  migrate
  grep -q 'OK' "$init/10-start"
}
