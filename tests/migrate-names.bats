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
