# How long a loop waits at most: a counter with a step, a deadline in a variable.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

limit_behind() # COMMANDS ahead of the loop, LOOP ; what comes of it: timeout-up, with what follows it
{
  wrapper <<<$'#!/bin/bash\npostgres &\n'"$1"$'\n'"$2"$'\n./app'
  migrate
  [ ! -e "$tree/postgres/timeout-up" ] || cat "$tree/postgres/timeout-up"
  if grep -q optional "$tree/app/dependencies.d/postgres"; then echo optional; fi
  if grep -q 'the script gave up after some time, which is not known here' <<<"$output"; then echo TODO; fi
}

limits() # lines of EXPECTED|COMMANDS|LOOP, where ASK is the question
{
  local before loop expected found
  while IFS='|' read -r expected before loop; do
    found=$(limit_behind "$before" "${loop//ASK/pg_isready}" | paste -sd ' ')
    [ "$found" = "$expected" ] || { echo "# $before; $loop: $found"; return 1; }
  done
}

@test "a counter that steps by more than 1 reaches its limit earlier" {
  limits <<'EOS'
300000|N=0|until ASK; do sleep 5; N=$((N + 5)); if [ $N -ge 300 ]; then exit 1; fi; done
300000|N=0 STEP=5|until ASK; do sleep $STEP; N=$(($N+STEP)); if [ "$N" -ge 300 ]; then exit 1; fi; done
300000|N=0|until ASK; do sleep "$PAUSE"; N=$((N + PAUSE)); if [ $N -ge 300 ]; then exit 1; fi; done
60000|N=0|until ASK; do sleep 2; N=$(expr $N + 2); [ $N -lt 60 ] || exit 1; done
60000|N=0|until ASK; do sleep 2; N=`expr $N + 2`; [ $N -lt 60 ] || exit 1; done
60000|N=0|until ASK; do sleep 2; let N+=2; [ "$N" = 60 ] && exit 1; done
60000|N=0|until ASK; do sleep 2; let "N = N + 2"; if ((N > 60)); then exit 1; fi; done
60000|N=0|until ASK; do sleep 2; [ $((N+=2)) -lt 60 ] || exit 1; done
60000|N=0|until ASK; do sleep 5; ((N+=5)); ((N < 60)) || exit 1; done
60000|N=60|until ASK; do sleep 2; ((N-=2)); if [ $N -le 0 ]; then exit 1; fi; done
60000|N=60|until ASK; do sleep 5; N=$((N - 5)); if [ $N -lt 1 ]; then exit 1; fi; done
20000|N=0; DELAY=0|until ASK; do sleep 2; N=$((N+1)); DELAY=$((DELAY+5)); if [ $N -ge 10 ]; then exit 1; fi; done
60000|N=0; T=60|until ASK; do sleep 2; N=$((N+1)); if [ $N -ge $((T / 2)) ]; then exit 1; fi; done
TODO|N=0|until ASK; do sleep 2; N=$((N + STEP)); if [ $N -ge 300 ]; then exit 1; fi; done
60000 optional||for ((i=0;i<60;i+=5)); do ASK && break; sleep 5; done
60000 optional||for ((i=60; i > 0; i -= 5)); do ASK && break; sleep 5; done
60000 optional||for i in $(seq 5 5 60); do ASK && break; sleep 5; done
60000 optional||for i in `seq 60 -5 5`; do ASK && break; sleep 5; done
60000 optional||for i in {5..60..5}; do ASK && break; sleep 5; done
TODO||for i in $(seq 1 $N); do ASK && break; sleep 1; done
TODO||for i in $(seq $(nproc)); do ASK && break; sleep 1; done
12000 optional||for i in $(seq -w 1 12); do ASK && break; sleep 1; done
EOS
}

@test "a step in a function that waits" {
  wrapper <<'EOS'
#!/bin/bash
wait_ready() {
  local limit=${1:-30} waited=0
  until pg_isready; do
    sleep 5
    waited=$((waited + 5))
    if [ "$waited" -ge "$limit" ]; then exit 1; fi
  done
}
postgres &
wait_ready 120
exec web
EOS
  migrate
  file postgres/timeout-up <<<120000
}

@test "a deadline in a variable is a limit" {
  limits <<'EOS'
60000 optional|end=$((SECONDS+60))|while [ $SECONDS -lt $end ]; do ASK && break; sleep 2; done
60000 optional|deadline=$((SECONDS + 60))|until ASK; do if (( SECONDS > deadline )); then break; fi; sleep 1; done
60000|deadline=$((SECONDS + 60))|until ASK; do if (( SECONDS > deadline )); then exit 1; fi; sleep 1; done
60000 optional|end=$(( $(date +%s) + 60 ))|while [ $(date +%s) -lt $end ]; do ASK && break; sleep 2; done
60000 optional|end=$((`date +%s`+60))|while [ "$end" -gt "$(date +%s)" ]; do ASK && break; sleep 2; done
60000 optional|end=$(expr $(date +%s) + 60)|while [ $(date -u +%s) -lt $end ]; do ASK && break; sleep 2; done
60000 optional|T=${T:-60}; end=$((SECONDS + T))|while ((SECONDS < end)); do ASK && break; sleep 2; done
120000 optional|end=$((SECONDS + 2 * 60))|while ((SECONDS < end)); do ASK && break; sleep 2; done
60000 optional|start=$(date +%s); end=$((start + 60))|while [ $(date +%s) -lt $end ]; do ASK && break; sleep 2; done
60000 optional|start=$SECONDS|while [ $SECONDS -lt $((start + 60)) ]; do ASK && break; sleep 2; done
60000 optional|start=$SECONDS|while [ $((SECONDS - start)) -lt 60 ]; do ASK && break; sleep 2; done
60000 optional|end=$((EPOCHSECONDS + 60))|until ASK || ((EPOCHSECONDS >= end)); do sleep 2; done
60000 optional|next=5; end=$((SECONDS+60))|while [ $SECONDS -lt $end ]; do ASK && break; if ((SECONDS > next)); then echo wait; next=$((SECONDS + 90)); fi; sleep 2; done
TODO|end=$((SECONDS + LIMIT))|while [ $SECONDS -lt $end ]; do ASK && break; sleep 2; done
TODO|end=$(date -d '+1 minute' +%s)|while [ $(date +%s) -lt $end ]; do ASK && break; sleep 2; done
EOS
}

@test "each of two loops has the deadline that is set ahead of it" {
  wrapper <<'EOS'
#!/bin/bash
postgres &
end=$((SECONDS + 60))
until pg_isready; do ((SECONDS < end)) || exit 1; sleep 1; done
redis-server &
end=$((SECONDS + 20))
until redis-cli ping; do ((SECONDS < end)) || exit 1; sleep 1; done
exec web
EOS
  migrate
  file postgres/timeout-up <<<60000
  file redis-server/timeout-up <<<20000
}

@test "a number that is computed, set again, or set by a branch" {
  limits <<'EOS'
20000|N=$((10 + 5 * 2))|i=0; until ASK; do i=$((i+1)); [ $i -ge $N ] && exit 1; sleep 1; done
30000|N=$(((10 + 5) * 2))|i=0; until ASK; do i=$((i+1)); [ $i -ge $N ] && exit 1; sleep 1; done
10000|N=$((100 % 30))|i=0; until ASK; do i=$((i+1)); [ $i -ge $N ] && exit 1; sleep 1; done
TODO|N=$((1 << 5))|i=0; until ASK; do i=$((i+1)); [ $i -ge $N ] && exit 1; sleep 1; done
TODO|N=1m|i=0; until ASK; do i=$((i+1)); [ $i -ge $N ] && exit 1; sleep 1; done
10000|N=10 # N=40|i=0; until ASK; do i=$((i+1)); [ $i -ge $N ] && exit 1; sleep 1; done
30000|N=10; N=30|i=0; until ASK; do i=$((i+1)); [ $i -ge $N ] && exit 1; sleep 1; done
TODO|if [ "$FAST" = 1 ]; then N=5; else N=60; fi|i=0; until ASK; do i=$((i+1)); [ $i -ge $N ] && exit 1; sleep 1; done
TODO|N=60; [ -z "$FAST" ] && N=5|i=0; until ASK; do i=$((i+1)); [ $i -ge $N ] && exit 1; sleep 1; done
TODO|M=$(ask); N=${M:-30}|i=0; until ASK; do i=$((i+1)); [ $i -ge $N ] && exit 1; sleep 1; done
30000|if [ -z "$N" ]; then N=30; fi|i=0; until ASK; do i=$((i+1)); [ $i -ge $N ] && exit 1; sleep 1; done
30000|N=${N:-30}|i=0; until ASK; do i=$((i+1)); [ $i -ge $N ] && exit 1; sleep 1; done
EOS
}

@test "an exit code that the question of a loop asks for is a part of the check, and no count" {
  local loop check
  while IFS='|' read -r loop check; do
    loop=${loop//OR/||} check=${check//OR/||}
    wrapper <<<$'#!/bin/bash\nvault server --port 8200 &\n'"$loop"$'\nexec app'
    migrate
    [ "$(tail -n 1 "$tree/vault/data/check")" = "$check" ] || { echo "# $loop"; cat "$tree/vault/data/check"; return 1; }
    lacks vault/timeout-up || { echo "# $loop"; return 1; }
    untold TODO
  done <<'EOS'
until vault status OR [ $? -eq 2 ]; do sleep 1; done|{ vault status OR [ $? -eq 2 ]; }
until vault status >/dev/null 2>&1 OR [[ $? == 2 ]]; do sleep 1; done|{ vault status >/dev/null 2>&1 OR [[ $? == 2 ]]; }
until vault status OR (( $? == 2 )); do sleep 1; done|{ vault status OR (( $? == 2 )); }
while true; do if vault status OR [ "$?" -lt 3 ]; then break; fi; sleep 1; done|{ vault status OR [ "$?" -lt 3 ]; }
until curl -fs http://localhost:8200/ OR test $? -eq 22; do sleep 1; done|{ curl -fs http://localhost:8200/ OR test $? -eq 22; }
EOS
  wrapper <<<$'#!/bin/bash\nvault server --port 8200 &\nn=0\nuntil vault status || [ $? -eq 2 ]; do n=$((n + 1)); [ $n -lt 40 ] || exit 1; sleep 1; done\nexec app'
  migrate
  file vault/timeout-up <<<40000
  wrapper <<<$'#!/bin/bash\nsupervisord -c /etc/s.conf\nuntil supervisorctl status >/dev/null 2>&1 || [ $? -eq 3 ]; do sleep 1; done\nexec app'
  migrate
  [ "$(tail -n 1 "$tree/supervisord/data/check")" = '{ supervisorctl status >/dev/null 2>&1 || [ $? -eq 3 ]; }' ]
  lacks supervisord/timeout-up supervisord/flag-main
}

@test "a waiting whose status is asked behind it gives up as one that is asked itself" {
  local wait="timeout 60 sh -c 'until nc -z localhost 80; do sleep 1; done'"
  local one
  for one in "$wait"$'\nif [ $? -ne 0 ]; then tail -n 50 /var/log/api.log; exit 1; fi' "$wait"$'\nrc=$?\nif [ "$rc" -ne 0 ]; then echo no; exit $rc; fi' \
    "$wait"$'\n[ $? -eq 0 ] || { echo no; exit 1; }' "$wait"$'\n[ $? -ne 0 ] && exit 1' $'wait-for-it localhost:80 -t 60\nif [ $? != 0 ]; then exit 1; fi'; do
    wrapper <<<$'/app/api &\n'"$one"$'\nexec nginx'
    migrate
    services api nginx
    told 'timeout-up: the script gave up then (here api is started again)'
    file nginx/dependencies.d/api </dev/null
    untold TODO
  done
  wrapper <<<$'/app/api &\n'"$wait"$'\nif [ $? -eq 0 ]; then /app/migrate; else exit 1; fi\nexec nginx'
  migrate
  becomes migrate 'exec /app/migrate'
  wrapper <<<$'/app/api &\n'"$wait"$'\nif [ $? -ne 0 ]; then cp /var/log/api.log /backup; exit 1; fi\nexec nginx'
  migrate
  services api nginx
  told 'TODO: the script did this when api was not ready in time, and nothing does now: cp /var/log/api.log /backup'
  wrapper <<<$'/app/api &\n'"$wait"$'\nif [ $? -ne 0 ]; then echo slow; fi\nexec nginx'
  migrate
  told 'TODO: the script went on after that time'
}

@test "a case that asks for the status of a waiting is its end, too" {
  local asked
  local -r start=$'#!/bin/bash\nsolr -f &\nwait_up() { for i in $(seq 40); do curl -sf http://localhost:8983/ping && return 0; sleep 3; done; return 1; }\nwait_up\n'
  for asked in 'case $? in 0) echo up ;; *) echo timeout; exit 1 ;; esac' 'case $? in 0) ;; *) exit 1 ;; esac' $'rc=$?\ncase "$rc" in 1) exit 1 ;; esac' $'rc=$?\ncase ${rc} in [1-9]*) exit 1 ;; 0) echo up ;; esac'; do
    wrapper <<<"$start$asked"$'\nexec indexer'
    migrate
    told 'timeout-up: the script gave up then' || { echo "# $asked"; return 1; }
    untold TODO
    [ -f "$tree/indexer/dependencies.d/solr" ] && [ ! -s "$tree/indexer/dependencies.d/solr" ]
  done
  for asked in 'case $? in 2) exit 1 ;; esac' 'case $? in 0) echo up ;; *) echo late ;; esac'; do
    wrapper <<<"$start$asked"$'\nexec indexer'
    migrate
    untold 'timeout-up: the script gave up then' || { echo "# $asked"; return 1; }
  done
}
