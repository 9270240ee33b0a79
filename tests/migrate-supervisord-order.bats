# The order in which supervisord started programs, and what it waited for.
# shellcheck disable=SC2034 # input is read by migrate
load lib
load migrate

setup()
{
  migrate_setup
  input=supervisord.conf
}
teardown() { reeve_teardown; }

@test "several processes, names, groups, order" {
  wrapper <<'EOS'
[group:all]
programs=worker,db
[program:worker]
command=worker --n %(process_num)d
process_name=%(program_name)s_%(process_num)02d
numprocs=2
numprocs_start=1
priority=20
[program:db]
command=db
priority=10
EOS
  migrate
  services worker@ db
  file worker@/count <<<2
  file worker@/run <<'EOS'
#!/bin/sh
cd "${REEVE_WORKDIR:-/}" || exit 111
process_num=$REEVE_INSTANCE
exec worker --n "${process_num}"
EOS
  has worker@/dependencies.d/db
  told 'the group all'
}

@test "what supervisord-dependent-startup started is started, behind what it waited for" {
  cat >supervisord.conf <<'EOS'
[eventlistener:dependent-startup]
command=python3 -m supervisord_dependent_startup
events=PROCESS_STATE
[program:syslogger]
command=rsyslogd -n
autostart=false
dependent_startup=true
[program:prepare]
command=/usr/bin/start.sh
autostart=false
autorestart=false
startsecs=0
dependent_startup=true
dependent_startup_wait_for=syslogger:running
[program:web]
command=web
autostart=false
dependent_startup=true
dependent_startup_wait_for=syslogger:running prepare:exited gone:running
[program:other]
command=other
autostart=false
EOS
  migrate
  lacks syslogger/down prepare/down web/down web/flag-oneshot
  has other/down prepare/flag-oneshot prepare/dependencies.d/syslogger web/dependencies.d/syslogger
  file web/dependencies.d/prepare </dev/null
  told 'TODO: web waited for what is no program here: gone'
  # Of another listener it is not known.
  sed -i 's/supervisord_dependent_startup/listener/; /^dependent/d' supervisord.conf
  migrate
  told 'TODO: if the event listener dependent-startup started programs, nothing does that now: syslogger, prepare, web, other'
}

@test "the port of another program, by a variable or an option of its name, is a use of it where the host is this one" {
  local line
  needs() # LINE of the later program
  {
    wrapper <<<$'[program:db]\ncommand=postgres -D /data\npriority=1\n[program:app]\npriority=2\n'"$1"
    migrate
    [ -e "$tree/app/dependencies.d/db" ] && [ ! -s "$tree/app/dependencies.d/db" ]
  }
  for line in $'command=app\nenvironment=MB_DB_HOST=localhost,MB_DB_PORT=5432' $'command=app\nenvironment=APP_PG_PORT="5432"' 'command=app --db-port 5432' 'command=app --db-port=5432 --port 80' \
    $'command=app\nenvironment=X_HOST=far,DB_PORT=5432,DB_HOST=127.0.0.1'; do
    needs "$line" || { echo "# not used: $line"; return 1; }
  done
  for line in $'command=app\nenvironment=DB_HOST=db.local,DB_PORT=5432' $'command=app\nenvironment=PORT=5432' 'command=app --listen-port 5432' $'command=app\nenvironment=DB_PORT=54321' 'command=app --db-port 5433'; do
    ! needs "$line" || { echo "# used: $line"; return 1; }
  done
}

@test "supervisord did not wait for the end of a task: what the task uses does not wait for that" {
  wrapper <<'EOF'
[program:first]
command=chown -R postgres /data
startsecs=0
autorestart=false
priority=1
[program:setup]
command=/bin/sh -c "until mysqladmin ping; do sleep 1; done; mysql app < /s.sql"
startsecs=0
autorestart=false
priority=10
[program:mysqld]
command=mysqld --user=mysql
priority=20
[program:web]
command=web
priority=30
EOF
  migrate
  has setup/dependencies.d/mysqld mysqld/dependencies.d/first web/dependencies.d/mysqld
  lacks mysqld/dependencies.d/setup web/dependencies.d/setup
  told 'line 10: services.d/setup/dependencies.d: priority: supervisord did not wait for its end, and it uses mysqld: it comes behind that'
  untold TODO
  wrapper <<<$'[program:m]\ncommand=wait-for-it.sh localhost:5432 -- python manage.py migrate\nstartsecs=0\nautorestart=false\npriority=1\n[program:pg]\ncommand=postgres -D /d\npriority=5'
  migrate
  has m/dependencies.d/pg
  lacks pg/dependencies.d
  wrapper <<<$'[program:setup]\ncommand=/app/setup.sh\nstartsecs=0\nautorestart=false\npriority=1\n[program:web]\ncommand=web\npriority=5'
  migrate
  file web/dependencies.d/setup <<<optional
  told 'web (after setup if it runs)'
  told 'TODO: supervisord did not wait for its end, and these start here when it has ended: web: if it waits for one of them, or for what comes behind, remove the file setup from their dependencies.d'
  sed -i 's/setup.sh/manage.py migrate/' supervisord.conf
  migrate
  file web/dependencies.d/setup <<<optional
  untold TODO
}

@test "a user's name is no use of a program, and what is not done is not reported" {
  wrapper <<<$'[program:own]\ncommand=chown -R postgres /data\nstartsecs=0\nautorestart=false\npriority=1\n[program:pg]\ncommand=postgres -D /data\npriority=2\nkillasgroup=false\nstopasgroup=no\n[program:api]\ncommand=api --db postgres://localhost:5432/x\npriority=3'
  migrate
  file pg/dependencies.d/own <<<optional
  lacks api/dependencies.d/own pg/flag-timeout-killpg pg/flag-down-group
  [ ! -s "$tree/api/dependencies.d/pg" ]
  untold 'its group is killed'
  told 'dropped: it is killed alone, as here'
}
