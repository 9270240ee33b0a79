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
