# Images before and after their migration, with stand-ins for their programs: tools/twice/run.
load lib
load migrate

setup()
{
  migrate_setup
  root=$BATS_TEST_DIRNAME/..
  [ -d "$root/build/overlay/amd64/stage" ] || { echo "# there is no overlay: run make overlay-amd64"; return 1; }
  [ "$(id -u)" -eq 0 ] || skip "it needs root"
  unshare --mount sh -c 'mount -t tmpfs x /mnt && cd /mnt && mkdir a b c && mount -t overlay x -o lowerdir=/,upperdir=a,workdir=b c' 2>/dev/null ||
    skip "overlayfs cannot be mounted here"
  make -s -C "$root" build/twice/standin
}
teardown() { reeve_teardown; }

twice() { run timeout 280 "$root/tools/twice/run" --migrate "$REEVE_BIN/reeve-migrate" "$@"; }

same() # ENTRY... ; of the corpus
{
  twice --corpus "$@"
  printf '# %s\n' "${lines[@]}"
  [ "$status" -eq 0 ]
  [ "$(grep -c ': the same$' <<<"$output")" -eq $# ]
}

@test "services of other users, their checks, and setup that is theirs" {
  same 315-postgres-initdb-in-branch 186-functions-for-each-step
}

@test "waits, tasks and what comes behind them" {
  same 160-tries-then-verdict 182-tries-in-condition
}

@test "environment and folders between two starts" {
  same 38-export-between-starts 590-arithmetic
}

# Breaks what it has translated: another user and folder, no environment, no order, a program more.
breaking()
{
  cat >"$dir/breaking" <<EOS
#!/bin/sh
"$REEVE_BIN/reeve-migrate" "\$@" || exit
cd rootfs/etc/services.d
rm -r web/dependencies.d
sed -i '/export MODE/d; s|^exec web|cd /usr; exec reeve-exec --user nobody --keep-home -- web|' web/run
mkdir more
printf '#!/bin/sh\nexec worker more\n' >more/run
chmod +x more/run
EOS
  chmod +x "$dir/breaking"
}

@test "what is another way after the migration is said" {
  mkdir "$dir/context"
  printf 'FROM debian\nCOPY start.sh /\nCMD ["/start.sh"]\n' >"$dir/context/Dockerfile"
  cat >"$dir/context/start.sh" <<'EOS'
#!/bin/sh
export MODE=fast
worker one &
fill-caches
exec web --port 80
EOS
  twice "$dir/context" start.sh
  [ "$output" = "context: the same" ]
  breaking
  twice --migrate "$dir/breaking" "$dir/context" start.sh
  echo "$output"
  [ "$status" -eq 1 ]
  [[ $output == *"folder / -> /usr: web --port 80"* ]]
  [[ $output == *"uid 0 -> 65534: web --port 80"* ]]
  [[ $output == *"env MODE 'fast' -> None: web --port 80"* ]]
  [[ $output == *"runs only after: worker more"* ]]
  [[ $output == *"order: fill-caches had ended when web began"* ]]
}

@test "what the container does when a server ends" {
  mkdir "$dir/context"
  printf '#!/bin/sh\nfill-caches\nexec web --port 80\n' >"$dir/context/start.sh"
  twice --ends "$dir/context" start.sh
  [ "$output" = "context: the same" ]
  printf '#!/bin/sh\n"%s" "$@" || exit\nrm rootfs/etc/services.d/web/flag-main\n' "$REEVE_BIN/reeve-migrate" >"$dir/breaking"
  chmod +x "$dir/breaking"
  twice --ends --migrate "$dir/breaking" "$dir/context" start.sh
  echo "$output"
  [[ $output == *"web --port 80 ends with 7: the container 7 -> goes on"* ]]
  [[ $output == *"web --port 80 ends with 0: the container 0 -> goes on"* ]]
  printf '#!/bin/sh\nfill-caches\nweb --port 80 || exit 5\n' >"$dir/context/start.sh"
  twice --ends "$dir/context" start.sh
  echo "$output"
  [[ $output == *"web --port 80 ends with 7: the container 5 -> 7"* ]]
  [[ $output == *"said: line 3: "*"the script ended with 5 then"* ]]
}

@test "a stand-in of a daemon leaves, or stays where its words say so, and what waits executes what comes behind it" {
  mkdir "$dir/context"
  printf 'FROM debian\nCOPY start.sh /\nCMD ["/start.sh"]\n' >"$dir/context/Dockerfile"
  printf '#!/bin/sh\ncrond -l 2\n/etc/init.d/ssh start\nwait-for-it.sh localhost:80 -- fill-caches\nredis-server &\ntail -f /var/log/web/all.log\n' >"$dir/context/start.sh"
  twice "$dir/context" start.sh
  [ "$output" = "context: the same" ]
}

@test "where nothing stays without them, the variables that the script compares are set" {
  mkdir "$dir/context"
  printf '#!/bin/sh\nif [ "${MODE:-none}" = queue ]; then\n  queue &\nfi\n[ -n "$WITH_WEB" ] || exit 0\nexec web\n' >"$dir/context/start.sh"
  twice "$dir/context" start.sh
  [ "$output" = "context: the same" ]
  printf '#!/bin/sh\nif [ -n "$OTHER" ]; then exec web --other; fi\nexec web\n' >"$dir/context/start.sh"
  printf '#!/bin/sh\n"%s" "$@" || exit\nsed -i s/--other/--wrong/ rootfs/etc/services.d/*/run\n' "$REEVE_BIN/reeve-migrate" >"$dir/breaking"
  chmod +x "$dir/breaking"
  twice --migrate "$dir/breaking" "$dir/context" start.sh
  [ "$output" = "context: the same" ]
  twice --other --migrate "$dir/breaking" "$dir/context" start.sh
  echo "$output"
  [[ $output == *"runs only after: web --wrong"* ]]
}

@test "a stand-in is where the script goes, writes its pid, and runs as a user that only a number names" {
  mkdir "$dir/context"
  cat >"$dir/context/start.sh" <<'EOS'
#!/bin/bash
set -e
cd shop
. ./shop.env
BIN=/usr/lib/shop/bin
redis-server --daemonize yes --pidfile /run/redis.pid
[ -f /run/redis.pid ] || exit 1
gosu "${UID_OF_SHOP:-1234}" $BIN/index --quiet &
exec numactl --interleave=all bin/web --port 80
EOS
  twice "$dir/context" start.sh
  [ "$output" = "context: the same" ]
}

@test "supervisord itself tells what a supervisord.conf did" {
  make -s -C "$root" build/twice/supervisor || skip "supervisor's package cannot be had from here"
  mkdir "$dir/context"
  printf '[supervisord]\nnodaemon=true\n[program:web]\ncommand=web --port 80\nuser=app\nenvironment=HOME="/srv/app",MODE="fast"\n' >"$dir/context/supervisord.conf"
  twice "$dir/context" supervisord.conf
  [ "$output" = "context: the same" ]
  printf '#!/bin/sh\n"%s" "$@" || exit\nsed -i /MODE/d rootfs/etc/services.d/web/run\n' "$REEVE_BIN/reeve-migrate" >"$dir/breaking"
  chmod +x "$dir/breaking"
  twice --migrate "$dir/breaking" "$dir/context" supervisord.conf
  echo "$output"
  [[ $output == *"env MODE 'fast' -> None: web --port 80"* ]]
}

@test "another folder of a program is told, though its last word is start; an init script chose its own" {
  cd "$root/tools/twice"
  run /usr/bin/python3 -c '
import compare
def told(words, is_init):
    before = dict(words=words, is_init=is_init, folder="/a", uid="0", stdout="/output", stderr="/output", env={})
    return len(list(compare.compare_two(before, before | {"folder": "/b"})))
print(told("npm start", False), told("cron start", True), told("service cron start", False))'
  [ "$output" = '1 0 0' ]
}

@test "a context that is not there leaves no folder behind" {
  mkdir temporary
  TMPDIR=$dir/temporary twice nowhere start.sh
  [ "$status" -ne 0 ]
  [ -z "$(ls temporary)" ]
}

@test "an unknown init script's restart starts no second service" {
  local start
  for start in $'service webmin start\n./configure\nservice webmin restart\ntail -f /dev/null' '/etc/init.d/webmin start && ./configure && /etc/init.d/webmin restart && exec bash'; do
    wrapper <<<"$start"
    migrate
    has webmin/flag-forks
    told 'dropped: webmin was started again: its service starts once; TODO: it was started again here'
    lacks webmin-restart/run webmin-2/run
  done
}

@test "a daemon with a file of its own, and its init script beside it, may be the same" {
  local start
  for start in $'nginx -c /x/nginx.conf\nservice nginx start' $'redis-server /etc/redis.conf --daemonize yes\nservice redis-server start' $'service nginx start\nnginx -c /x/nginx.conf'; do
    wrapper <<<"$start"$'\nexec web'
    migrate
    told 'is the same: remove one of the two'
    told 'two on one data directory, or one port, unless the configuration file that one of them names says otherwise'
  done
  wrapper <<<$'mysqld --port 3307 --datadir=/x &\nservice mysql start\nexec web'
  migrate
  untold 'is the same'
}

@test "a haproxy that takes over from the one before it is no second service" {
  local second
  for second in 'haproxy -f /e.cfg -D -p /run/h.pid -sf $(cat /run/h.pid)' 'haproxy -f /e.cfg -sf $(pidof haproxy)' 'service haproxy reload' '/etc/init.d/haproxy reload'; do
    wrapper <<<$'haproxy -f /e.cfg -D -p /run/h.pid\n./render\n'"$second"$'\nexec web'
    migrate
    [ "$(grep -l haproxy "$tree"/*/run)" = "$tree/haproxy/run" ] || { echo "# $second"; return 1; }
    told 'TODO: it was started again here: what was done in between has to be done before it starts'
  done
}

@test "a server whose init script has it read its configuration anew is marked, as it reads that when it starts" {
  local second
  for second in 'service nginx reload' '/etc/init.d/nginx force-reload'; do
    wrapper <<<$'service nginx start\nsed -i s/a/b/ /etc/nginx/nginx.conf\n'"$second"$'\nexec web'
    migrate
    services nginx edit-nginx.conf web || { echo "# $second"; return 1; }
    grep -q 'TODO reeve-migrate: line 3: it was told here to read its configuration anew' "$tree/nginx/run"
  done
  wrapper <<<$'service nginx reload\nexec web' # nothing runs there
  migrate
  untold TODO
}
