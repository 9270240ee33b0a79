# What services and tasks are called.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a file that is called as in any project has its folder's name" {
  wrapper <<'EOS'
node /app/server/index.js &
node /app/collector/index.js &
python /opt/mail/src/main.py &
node apps/billing/dist/main.js &
/opt/indexer/run --watch /documents &
java -jar /srv/shop/target/app.jar &
sh /app/main.sh &
python main.py &
wait
EOS
  migrate
  services server collector mail billing indexer shop main python
}

@test "what is around a command names it, if the command says nothing" {
  wrapper <<'EOS'
#!/bin/bash
(cd backend && npm start) &
cd /app/frontend
npm run dev &
{ cd /srv/queue && node dist/index.js; } &
JAR=/opt/lib/catalog.jar
java -jar "$JAR" &
java -jar "$OTHER_JAR" &
PY=python3
$PY -m uvicorn asgi:app &
wait
EOS
  migrate
  services backend frontend queue catalog java uvicorn
  wrapper <<'EOS'
keep_alive() { while true; do "$@"; sleep 1; done; }
start_admin() { cd /admin; python main.py; }
start_jobs() { while read -r job; do echo "$job"; done </run/jobs; }
keep_alive web --port 1 &
keep_alive /opt/bin/worker &
start_admin &
start_jobs &
wait
EOS
  migrate
  services web worker admin jobs
}

@test "start-mail is mail" {
  wrapper <<<$'./start-mail.sh &\n/opt/run_feed.py &\nlaunch-search &\nnpm run start:api &\nrun-parts /etc/jobs &\nstart-here &\nwait'
  migrate
  services mail feed search api run-parts start-here
}

@test "a task on files says what it does to what" {
  local line
  while IFS='|' read -r line name; do
    wrapper <<<$'web &\n'"$line"$'\nmigrate\nexec worker "$X"'
    migrate
    has "$name/flag-oneshot" || { echo "# $line"; return 1; }
  done <<'EOS'
echo "* * * * * root job" >>/etc/cron.d/jobs|crontab
sed -i "s/PORT/$PORT/" /etc/nginx/nginx.conf|edit-nginx.conf
cp -r /defaults/. /config/|copy-config
envsubst </etc/site.tpl >/etc/site.conf|write-site.conf
migrate --all|migrate
EOS
}

@test "a program that a variable, a search or eval names gives the directory its name, or a TODO" {
  wrapper <<'EOS'
#!/bin/bash
CMD="one -g \"daemon off;\""
WORDS=(two -x)
eval "$CMD" &
"${WORDS[@]}" &
${BIN:-/usr/bin/three} --a &
$(which four) --x &
"$(command -v five)" &
eval "six --port $PORT" &
eval exec seven $X &
command -p eight &
exec -a other nine -x &
builtin exec ten &
wait
EOS
  migrate
  services one two three four five six seven eight nine ten
  becomes eight 'exec eight'
  becomes nine 'exec reeve-exec --argv0 other -- nine -x'
  becomes six 'eval "six --port $PORT"'
  [ "$(grep -l 'eval reads its words a second time' "$tree"/*/run | xargs dirname | xargs -n 1 basename | xargs)" = 'one seven six' ]
  told '3 TODOs in the files'
}

@test "names of services" {
  wrapper <<'EOS'
python3 -u manage.py runserver 0:8000 &
python -m celery &
node dist/index.js &
java -Xmx1g -jar /opt/shop-1.0.jar &
bundle exec puma -C x &
/opt/my.app/bin/Start_It.sh &
/opt/run.sh &
sh -c 'cd /x && exec agent --y' &
docker-entrypoint.sh postgres -c x=y &
npm run serve &
wait
EOS
  migrate
  services run-service runserver celery node shop-1.0 puma Start_It agent postgres serve
}

@test "a service has the name of its program, whatever starts it: no value of an option" {
  wrapper <<'EOS'
#!/bin/bash
env -u SECRET ./metrics &
env -C /srv ./a1 &
env -S "node --inspect app.js" &
env --unset SECRET --chdir /x ./a2 &
env -i PATH=/bin ./a3 &
env - PATH=/bin ./a3b &
nice -n 10 ./a4 &
nice -10 ./a5 &
nice --adjustment 5 ./a5b &
timeout -s KILL 30 ./a6 &
timeout -k 5 1h ./a7 &
timeout --signal INT 1.5d ./a7b &
stdbuf -o L -e L ./a8 &
stdbuf -oL ./a9 &
ionice -c 2 -n 7 ./a10 &
ionice -c2 -n7 ./a11 &
taskset -c 0,1 ./a12 &
taskset 0x3 ./a13 &
chrt -f 50 ./a14 &
chrt --rr -p 3 ./a15 &
chpst -u app -e env ./a16 &
unshare -n --mount-proc ./a17 &
unshare --map-user 1000 ./a17b &
xvfb-run -s "-screen 0 640x480x24" -n 99 ./a18 &
xvfb-run -a --server-args="-x" ./a19 &
dbus-run-session -- ./a20 &
dbus-run-session --config-file /x.conf ./a21 &
nohup nice ./a22 &
setsid -w ./a23 &
setpriv --reuid 1000 --ambient-caps +net ./a24 &
prlimit --nofile=1024 ./a26 &
flock -n /lock ./a27 &
flock -w 10 /lock -c ./a27b &
numactl -N 0 -m 0 ./a28 &
catchsegv ./a29 &
time -p ./a30 &
strace -f -o log ./a32 &
faketime '2020-01-01' ./a33 &
ltrace -o x ./a33b &
valgrind --tool=memcheck ./a34 &
gdb --args ./a35 &
exec -a name ./a36 &
chroot --userspec=app /jail ./a37 &
chroot /jail ./a38 &
softlimit -m 1000 ./a40 &
cgexec -g cpu:x ./a41 &
ip netns exec blue ./a42 &
nsenter -t 1 -n ./a43 &
unbuffer -p ./a45 &
choom -n 100 ./a47 &
runcon -t x ./a48 &
fakeroot -- ./a50 &
setarch x86_64 -R ./a51 &
linux32 ./a52 &
aa-exec -p prof ./a53 &
sg grp ./a55 &
doas -u app ./a56 &
su-exec app:app ./a57 &
s6-envdir env ./a58 &
s6-setuidgid app ./a59 &
envdir env ./a60 &
uv run --with x ./a68 &
npx -p pkg ./a69 &
wait
EOS
  migrate
  services metrics a1 app a2 a3 a3b a4 a5 a5b a6 a7 a7b a8 a9 a10 a11 a12 a13 a14 a15 a16 a17 a17b a18 a19 a20 a21 a22 a23 a24 \
    a26 a27 a27b a28 a29 a30 a32 a33 a33b a34 a35 a36 a37 a38 a40 a41 a42 a43 a45 a47 a48 a50 a51 a52 a53 a55 a56 a57 a58 a59 a60 a68 a69
}

@test "names of what a path with a variable, dotnet, a subshell with a trap, or a file alone tells" {
  wrapper <<'EOS'
${CATALINA_HOME}/bin/catalina.sh run &
dotnet /app/Shop.Api.dll &
dotnet run --project src/Shop.Jobs &
( trap 'exit 0' TERM; while true; do backup; sleep 300 & wait $!; done ) &
dotnet --urls http://*:80 Shop.Web.dll &
> /etc/crontab
exec crond -f
EOS
  migrate
  services catalina Shop.Api Shop.Jobs backup Shop.Web crontab crond
}

@test "names of what npm, pnpm, php -S, deno run and node . start" {
  wrapper <<'EOS'
#!/bin/bash
npm --prefix web start &
npm run --prefix client dev &
npm run start:worker &
pnpm --filter api start &
pnpm -F mail run send &
yarn worker &
npm start &
php -S 0.0.0.0:80 &
deno run -A tick.ts &
node . &
wait -n
EOS
  migrate
  services web client worker api send worker-2 npm php tick node
}

@test "an option between -jar and the file names nothing, nor does a password" {
  wrapper <<<$'java -jar -Duser.timezone=Europe/Rome /srv/shop.jar &\njava -Xmx1g -jar --enable-preview /srv/mail.jar &\njava -jar &\nwait'
  migrate
  services shop mail java
  wrapper <<<$'vnc --display 1 -passwd first &\nvnc --display 2 -passwd other &\nvnc --token word public &\nwait'
  migrate
  services vnc vnc-2 vnc-public
}

@test "a task of a program that is a service, too, is called after its next word" {
  wrapper <<<$'broker serve &\nsleep 1\nbroker import-keys /k\nexec web'
  migrate
  has broker-import-keys/flag-oneshot
  wrapper <<<$'broker serve &\nsleep 1\ngosu app broker check\nexec web'
  migrate
  has broker-check/flag-oneshot
  wrapper <<<$'broker serve &\nsleep 1\nbroker "$WORD"\nexec web'
  migrate
  has broker-2/flag-oneshot
  wrapper <<<$'broker serve &\nsleep 1\nset -e\nX=$(broker list)\ncode=$?\nif [ $code -ne 0 ]; then broker pull m; fi\nexec web'
  migrate
  has broker-task/flag-oneshot
}

@test "cat without a redirection reads, and rails s serves" {
  wrapper <<<$'#!/bin/sh\nserver --x &\ncat /etc/resolv.conf\nexec web'
  migrate
  has read-resolv.conf/flag-oneshot
  wrapper <<<$'#!/bin/sh\nserver --x &\ncat a.conf b.conf >/etc/app.conf\nexec web'
  migrate
  has write-app.conf/flag-oneshot
  wrapper <<<$'#!/bin/sh\nworker &\nbin/rails s -b 0.0.0.0'
  migrate
  has rails/flag-main
  untold TODO
}

@test "code in double quotes with escaped quotes names its program" {
  for code in 'psql -c \"CREATE USER app;\"' 'psql -c \"CREATE USER $DB_USER; ALTER USER $DB_USER;\"' "psql -c 'CREATE USER app;'"; do
    wrapper <<<$'#!/bin/bash\nservice postgresql start\nsu - postgres -c "'"$code"$'"\nexec web'
    migrate
    has psql/flag-oneshot
    lacks service
  done
}

@test "artisan's --daemon puts nothing into the background" {
  wrapper <<<$'#!/bin/sh\nphp artisan queue:work --daemon --tries=3 &\nphp-fpm'
  migrate
  lacks queue-work/flag-forks
  untold TODO
}

@test "celery's beat and flower have their own names, whichever comes first" {
  wrapper <<<$'#!/bin/sh\ncelery -A shop beat --loglevel=info &\nexec celery -A shop worker'
  migrate
  services celery-beat celery
  has celery/flag-main
  wrapper <<<$'#!/bin/sh\npython3 -m celery -A mail flower --port=5555 &\ncelery beat -A mail &\nexec gunicorn mail'
  migrate
  services celery-flower celery-beat gunicorn
  wrapper <<<$'#!/bin/sh\ncelery --app lab worker -n beat &\nexec gunicorn lab'
  migrate
  services celery gunicorn
}

@test "python -m manage is called as manage.py" {
  wrapper <<<$'#!/bin/sh\npython -m manage qcluster &\npython3 -m django process_tasks --settings shop &\nexec python3 -m manage runserver 0:80'
  migrate
  services qcluster process_tasks runserver
  wrapper <<<$'#!/bin/sh\npython -m manage --settings=lab &\nexec python manage.py runserver'
  migrate
  services manage runserver
}

@test "a service behind wait-for-it or dockerize is named after its program" {
  wrapper <<<$'#!/bin/sh\nwait-for-it db:5432 -t 60 -- celery -A x worker &\n/usr/local/bin/wait-for.sh q:1 -- ./server --all &\ndockerize -wait tcp://db:1 -timeout 20s ./web-ui &\nwait'
  migrate
  services celery server web-ui
  becomes celery 'exec wait-for-it db:5432 -t 60 -- celery -A x worker'
}

@test "a command in an array names its service, also if conditions add options to it" {
  wrapper <<'EOS'
#!/bin/bash
server=(python3 -m agents.indexer "$DIR")
run=(/opt/catalog --listen :80)
[[ -n $DEBUG ]] && run+=(--debug)
if [[ $TLS == 1 ]]; then run+=(--tls "$CERT"); fi
server+=("$MORE")
"${server[@]}" &
exec "${run[@]}"
EOS
  migrate
  services agents.indexer catalog
}

@test "an image's own entrypoint is not the program" {
  wrapper <<<$'#!/bin/bash\nworker &\ndocker-php-entrypoint php-fpm &\nexec docker-php-entrypoint apache2-foreground'
  migrate
  services worker php-fpm apache2-foreground
}

@test "a service is named after its program behind options with values, and behind the name of a profile or a namespace" {
  local start
  while IFS= read -r start; do
    wrapper <<<"$start &"$'\nexec other'
    migrate
    services web other || { echo "# $start"; return 1; }
  done <<'EOS'
dockerize --wait tcp://db:1 --timeout 3s web
ip vrf exec mgmt web
ip -n blue netns exec blue web
aws-vault exec -d 1h staging -- web
chamber exec service web
envconsul -config /etc/envconsul web
opentelemetry-instrument --traces_exporter console web
conda run -n env web
micromamba run -p /opt/env web
flock /run/lock -c "web --all"
sg adm -c "web --all"
proxychains4 -f /etc/p.conf web
wait4x tcp db:1 -- web
EOS
  wrapper <<<$'ip route add default via 10.0.0.1 &\nexec other'
  migrate
  services ip other
}

@test "what no name may have leaves one dash" {
  wrapper <<<$'java -jar ./pay-*-allinone.jar server &\nexec other'
  migrate
  services pay-allinone other
  wrapper <<<$'/opt/my--app &\nexec other'
  migrate
  services my--app other
}

@test "a program that ENV of the Dockerfile names gives its service its name" {
  wrapper <<<$'#!/bin/sh\n$SERVER "$@" &\njava -jar "$JAR" &\n$OTHER --fast &\nexec web'
  printf 'FROM debian\nENV SERVER=/srv/bin/search JAR=/opt/shop.jar\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["--fast"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  services search shop other web
  becomes search 'exec $SERVER --fast'
  untold 'which program $SERVER holds'
  told 'only the start tells which program $OTHER holds'
}

@test "a variable with a program's path is named by the last part of that" {
  local value
  for value in '$DIR/opencode2api' '${DIR:-/srv}/opencode2api' '"$DIR/bin/opencode2api"' '/opt/$VERSION/opencode2api'; do
    wrapper <<<$'DIR=${STATE:-/var/lib}\nbinary_path='"$value"$'\nmkdir -p "$DIR"\nredis-server &\nexec "$binary_path" -config c'
    migrate
    services opencode2api redis-server || { echo "# $value"; return 1; }
    untold TODO
  done
  wrapper <<<$'binary_path=$(find /opt -name server)\nredis-server &\nexec "$binary_path" -config c'
  migrate
  services binary redis-server
}

@test "a shell's code in CMD is named by what that starts" {
  wrapper <<<$'#!/bin/sh\nredis-server &\nexec "$@"'
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["sh", "-c", "gunicorn app:app --bind 0.0.0.0:$PORT"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  services gunicorn redis-server
}

@test "a variable that names a program or an interpreter names its service, without what says only that it does" {
  wrapper <<'EOS'
#!/bin/bash
"${PYTHON_BIN}" -u agent/z_image.py &
"${NODE:-node}" queue.js &
"$BACKEND_BIN" --port 1 &
$START_RELAY &
exec "$WEB_CMD"
EOS
  migrate
  services z_image queue backend relay web
  told 'only the start tells which program "$BACKEND_BIN" holds'
}

@test "what cargo, go, make, rake and yarn run names the service, and so does the module of a second application" {
  wrapper <<'EOS'
cargo run --release --bin ingest &
go run ./cmd/mailer &
make -C /srv run-indexer &
bundle exec rake jobs:work &
yarn workspace web start &
npm start --prefix ui &
gunicorn shop.wsgi &
gunicorn -k uvicorn.workers.UvicornWorker api.main:app &
python3.12 -m src.sync.main &
python3 -m app.poll &
python3 main.py &
cat /run/logpipe &
exec make
EOS
  migrate
  services ingest mailer indexer jobs-work web ui gunicorn gunicorn-api sync poll python logs make
}

@test "what only answers or cleans up names no loop, and what starts an unknown program names it" {
  wrapper <<'EOS'
#!/bin/bash
while :; do date; rm -f /tmp/x; refresh; sleep 9; done &
/startup/docker-entrypoint.sh $1 &
su app -c "php bin/console $*" &
while :; do if [ "$(service nginx status)" != up ]; then exit 1; fi; sleep 5; done &
while :; do n=$(ps aux | awk '/x/'); ps aux | grep -q y || echo gone | mail -s x ops; sleep 5; done &
"php-fpm$PHP_VER" -F &
ollama serve &
ollama run m &
exec bundle exec "$@"
EOS
  migrate
  services refresh docker-entrypoint console watch watch-2 php-fpm ollama ollama-run bundle
}

@test "a task that waits ahead of a project's command is called for that" {
  local wait
  for wait in 'until nc -z db 5432; do sleep 1; done' 'for i in 1 2 3; do mysql -h db -e "select 1" && break; sleep 2; done' 'while ! pg_isready -h db; do sleep 1; done'; do
    wrapper <<<$'#!/bin/bash\nweb &\n'"$wait"$'\nrake db:prepare\nwait'
    migrate
    services web db-prepare
  done
}
