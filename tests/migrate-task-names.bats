# What tasks are called, and services whose words say little.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "what clears up ahead of a failure is not what a task is for; a question names itself" {
  local line name
  while IFS='|' read -r line name; do
    wrapper <<<$'web &\n'"$line"$'\nexec server'
    migrate
    has "$name/flag-oneshot" || { echo "# $line"; return 1; }
  done <<'EOS'
if [ ! -e /dev/net/tun ]; then rm -f /run/vpn.pid; exit 1; fi|check-tun
if [ -f "/data/HELP" ]; then cat /help.txt; exit 99; fi|check-HELP
[ -z "$TOKEN" ] && { rm -f /run/x; echo no; exit 1; }|check-TOKEN
EOS
}

@test "a variable of one letter names no task; a loop over the files of a folder has the folder's name" {
  local line name
  while IFS=';' read -r line name; do
    wrapper <<<$'web &\n'"${line//,/;}"$'\nexec server'
    migrate
    has "$name/flag-oneshot" || { echo "# $line"; return 1; }
  done <<'EOS'
for p in /conf/*, do envsubst <$p >/etc/nginx/$p, done;envsubst
cat /etc/x >"$p";cat
for f in /docker-entrypoint.d/*.sh, do "$f", done;docker-entrypoint.d
for p in $(ls /x), do cp "$p" /etc, done;copy-etc
EOS
}

@test "a script called as in any image is named by its first word, or its folder; not by an option" {
  wrapper <<'EOS'
/usr/local/bin/start.sh jupyter lab &
/bin/bash /entrypoint.sh neo4j &
node index.js worker &
/opt/keycloak/bin/entrypoint.sh start &
/app/start.sh prod &
docker-entrypoint.sh -f /x.cfg &
service $LOGSTASH_NAME start
exec server
EOS
  migrate
  services jupyter neo4j worker keycloak start docker-entrypoint logstash server
  wrapper <<<$'prepare\nexec /docker-entrypoint.sh "$@"'
  printf 'FROM haproxy\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["-f", "/x.cfg"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  services docker-entrypoint
}

@test "a task that waits, and then works, has the name of its work; what is piped into a server's client is called after its word" {
  wrapper <<<$'web &\nwhile ! nc -z queue 9092; do sleep 1; done\nkafka-topics.sh --create --topic x\nexec server'
  migrate
  has kafka-topics/flag-oneshot
  wrapper <<<$'web &\nwhile ! nc -z queue 9092; do sleep 1; done\nnginx\nexec server'
  migrate
  has nc/flag-oneshot
  services web nc nginx server
  wrapper <<<$'weed server &\nsleep 2\necho "x" | weed shell\nexec server'
  migrate
  has weed-shell/flag-oneshot
}

@test "words that set makes the script's arguments name what they start" {
  wrapper <<<$'redis-server &\nset -- /app/web --x\nexec "$@"'
  migrate
  services redis-server web
  wrapper <<<$'redis-server &\nset -- gunicorn "$@"\nexec "$@"'
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["-b", ":80"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  services redis-server gunicorn
}
