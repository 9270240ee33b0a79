# Which service is main, with whose end the container ends.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "after wait -n each is main" {
  wrapper <<'EOS'
#!/bin/bash
web --port 80 &
worker &
wait -n
exit $?
EOS
  migrate
  services web worker
  has web/flag-main worker/flag-main
  lacks cont-init.d
  file web/run <<'EOS'
#!/bin/bash
cd "${REEVE_WORKDIR:-/}" || exit 111
exec web --port 80
EOS
  told 'line 4: dropped: waited for the first to end: main are web, worker'
  told 'line 5: dropped: the container'
}

@test "what a script ends with, and nothing tells to go on, is main with a TODO" {
  local last
  for last in nightly-job ./manage.py\ migrate /opt/thing/bin/do.sh 'pytest tests' import-data; do
    wrapper <<<$'nginx &\n'"$last"
    migrate
    told 'TODO: the script ended with this, which may serve, or end: when it ends, the container does, as before'
    [ "$(find "$tree" -name flag-main | wc -l)" -eq 1 ]
  done
  for last in 'python3 app.py' 'node server.js' my-worker 'thing serve' 'apiserver' 'haproxy -f x' sshd 'exec run-job'; do
    wrapper <<<$'nginx &\n'"$last"
    migrate
    untold 'the script ended with this'
  done
}

@test "the one that it waits for by its pid is main" {
  wrapper <<'EOS'
web &
WEB=$!
worker & WORKER_PID=$!
wait "$WEB"
EOS
  migrate
  has web/flag-main
  lacks worker/flag-main
  told 'line 2: dropped: the pid of web'
}

@test "a single one that a bare wait waits for is main, of several none is" {
  wrapper <<<'web & wait'
  migrate
  has web/flag-main
  wrapper <<<'web & worker & wait'
  migrate
  lacks web/flag-main worker/flag-main
  told 'flag-main for the one with which the container should end'
}

@test "the last command is main, with exec or without" {
  wrapper <<'EOS'
worker &
exec web
EOS
  migrate
  has web/flag-main
  lacks worker/flag-main
  wrapper <<'EOS'
worker &
web
echo ended
EOS
  migrate
  has web/flag-main
  told 'line 3: dropped: a message about the end'
}

@test "fg brings the one to the front that it names" {
  for fg in 'fg:web' 'fg %1:db' 'fg %db:db' 'fg %2:web' 'fg %?data:db'; do
    wrapper <<<$'#!/bin/bash\nset -m\ndb --data /x &\nweb &\n'"${fg%%:*}"
    migrate
    [ "$(find "$tree" -name flag-main)" = "$tree/${fg#*:}/flag-main" ] || { echo "# ${fg%%:*}"; return 1; }
  done
}

@test "fg behind a server in the foreground makes nothing main" {
  wrapper <<<$'#!/bin/bash\nset -m\nrabbitmq-server -detached &\ngunicorn app:app\nfg %1'
  migrate
  has gunicorn/flag-main
  lacks rabbitmq-server/flag-main
  told "TODO: the script waited for it here when what line 4 waits for had ended"
  wrapper <<<$'#!/bin/bash\nset -m\none &\ntwo &\nfg %1\nfg %2'
  migrate
  has one/flag-main
  lacks two/flag-main
  grep -q '^# TODO reeve-migrate: line 6: the script waited for it' "$tree/two/run"
}
