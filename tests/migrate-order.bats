# The order of a supervisord.conf's programs: what their priorities mean, and who uses whom.
load lib
load migrate

setup()
{
  migrate_setup
  input=supervisord.conf
}
teardown() { reeve_teardown; }

@test "equal priorities are no order" {
  wrapper <<<$'[program:a]\ncommand=a\npriority=5\n[program:b]\ncommand=b\npriority=5'
  migrate
  lacks a/dependencies.d b/dependencies.d
}

@test "who has no priority starts after those with a small one, alone or in a group" {
  wrapper <<'EOS'
[program:a]
command=a
[program:b]
command=b
[group:g]
programs=a,b
priority=5
[program:c]
command=c
[program:d]
command=d
priority=1
EOS
  migrate
  has a/dependencies.d/d b/dependencies.d/d c/dependencies.d/a c/dependencies.d/b
  lacks b/dependencies.d/a a/dependencies.d/b c/dependencies.d/d
  file c/dependencies.d/a <<<optional
  told 'the group g: there are no groups; its programs keep their names; its priority is in services.d/a/dependencies.d, services.d/b/dependencies.d, services.d/c/dependencies.d'
  told 'line 12: dropped: priority: it is the first: those with the next larger one have it'
  wrapper <<<$'[group:g]\npriority=5\nprograms=a,b\n[program:a]\ncommand=a\n[program:b]\ncommand=b'
  migrate
  told 'its priority is dropped: no other program has another'
  lacks a/dependencies.d b/dependencies.d
}

@test "a priority is a need only where one uses the other, and never on who is not started" {
  wrapper <<'EOS'
[program:redis]
command=redis-server
priority=1
[program:postgres]
command=postgres -D /data
autostart=false
priority=2
[program:api]
command=/srv/api
environment=BROKER="redis://localhost:6379/0",DB="postgres://localhost/shop"
priority=3
[program:ui]
command=/srv/ui --port 80
priority=4
EOS
  migrate
  file api/dependencies.d/redis </dev/null
  file api/dependencies.d/postgres <<<optional
  file ui/dependencies.d/api <<<optional
  told 'it uses redis, postgres, and needs it'
  told 'nothing says that it needs them (optional)'
}

@test "the report names the folders of an order as they are, also those of templates and of processes with names of their own" {
  wrapper <<'EOS'
[program:db]
command=db
priority=1
[program:worker]
command=worker
numprocs=3
process_name=%(program_name)s_%(process_num)s
priority=2
[program:api]
command=api
process_name=front
priority=3
EOS
  migrate
  has worker@/dependencies.d/db
  told 'line 8: services.d/worker@/dependencies.d: priority'
  has front/dependencies.d/worker@
  told 'line 12: services.d/front/dependencies.d: priority'
}

# Two clients of one server have its port in common, and need only the server.
@test "who only asks a server by its port or socket is no need of another client" {
  wrapper <<'EOS'
[program:redis]
command=redis-server --port 6379
priority=1
[program:web]
command=gunicorn app -b unix:/run/web.sock --statsd-host localhost:8125
environment=REDIS_URL="redis://localhost:6379/0",REDIS_PORT=6379
priority=2
[program:setup]
command=bash -c "/wait-for-it.sh localhost:6379 && redis-cli -p 6379 ping; psql -U postgres -c x"
priority=3
[program:worker]
command=celery worker --db-port 6379 --cache /run/cache.sock
environment=REDIS_URL="redis://localhost:6379/0",DB="postgres://localhost/x"
priority=4
[program:proxy]
command=/srv/proxy unix:///run/web.sock 127.0.0.1:6379 --statsd 127.0.0.1:8125 --cache /run/cache.sock
priority=5
EOS
  migrate
  file web/dependencies.d/redis </dev/null
  file setup/dependencies.d/redis </dev/null
  file worker/dependencies.d/redis </dev/null
  file setup/dependencies.d/web <<<optional
  lacks worker/dependencies.d/web
  file worker/dependencies.d/setup <<<optional
  file proxy/dependencies.d/redis </dev/null
  file proxy/dependencies.d/web </dev/null
  lacks proxy/dependencies.d/setup
  file proxy/dependencies.d/worker <<<optional
}

front_of() # COMMAND ; of web, and perhaps further lines: front, which uses port 8000, comes behind it
{
  wrapper <<<"[program:web]
command=$1
priority=1
[program:front]
command=front --to http://localhost:8000/
priority=2"
  migrate
}

@test "a server's port is that of its options, its listening address, or the PORT that it is given" {
  local serving
  for serving in 'web --port 8000' 'web --http.port=8000' 'web -p8000' 'web -l 127.0.0.1:8000' 'web 0.0.0.0:8000' 'web :8000' 'python -m http.server 8000' \
    'manage.py runserver 127.0.0.1:8000' 'socat TCP-LISTEN:8000,fork TCP:db:80' $'web\nenvironment=PORT=8000' $'web\nenvironment=LISTEN_ADDR="localhost:8000"'; do
    front_of "$serving"
    file front/dependencies.d/web </dev/null
  done
  for serving in 'web --api-host localhost:8000' 'web --timeout 8000' 'web --backend-port 8000' 'web db:8000' 'nc -z localhost 8000' $'web\nenvironment=API_PORT=8000'; do
    front_of "$serving"
    file front/dependencies.d/web <<<optional
  done
}

@test "what [supervisord] gives every program is no need of one of them" {
  wrapper <<'EOS'
[supervisord]
environment=DISPLAY=":1",REDIS_URL=redis://localhost:6379
[program:xvfb]
command=Xvfb :1
priority=1
[program:redis]
command=redis-server
priority=1
[program:nginx]
command=nginx -g "daemon off;"
priority=2
[program:browser]
command=chromium
environment=DISPLAY=":1.0"
priority=3
EOS
  migrate
  file nginx/dependencies.d/xvfb <<<optional
  file nginx/dependencies.d/redis <<<optional
  file browser/dependencies.d/xvfb </dev/null
  lacks browser/dependencies.d/redis
}

@test "a task comes behind what was started ahead of it, whatever else it waits for" {
  wrapper <<<$'#!/bin/bash\npostgres &\nuntil pg_isready; do sleep 1; done\n./seed.sh\nredis-server &\n./warm-cache\ngunicorn app:app'
  migrate
  file warm-cache/dependencies.d/redis-server <<<optional
  file warm-cache/dependencies.d/postgres </dev/null
  wrapper <<<$'#!/bin/bash\ndb-server &\n[ -n "$LOAD" ] && load-data\nqueue-server &\nmigrate\nexec web'
  migrate
  has migrate/dependencies.d/load-data migrate/dependencies.d/queue-server
  # Not what it is behind already, nor what another branch has started.
  wrapper <<<$'#!/bin/bash\npostgres &\nuntil pg_isready; do sleep 1; done\n./seed\nif [ "$ROLE" = a ]; then a-server & else b-server & ./b-load; fi\nexec web'
  migrate
  lacks b-load/dependencies.d/a-server
  has b-load/dependencies.d/b-server
}
