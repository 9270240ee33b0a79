# Procfiles, by what the image starts their processes with: each does it in its own way.
load lib
load migrate

setup()
{
  migrate_setup
  input=Procfile
}
teardown() { reeve_teardown; }

started_by() # COMMAND-LINE [INSTRUCTION]...
{
  local command=$1
  shift
  { printf 'FROM debian\nWORKDIR /app\nCOPY . .\n'; [ $# -eq 0 ] || printf '%s\n' "$@"; echo "CMD $command"; } >Dockerfile
  migrate --dockerfile Dockerfile
}

two() { wrapper <<<$'web: ./web\nworker: ./worker'; }

ends() { tail -n 1 "$tree/$1/run" | grep -qxF -- "$2" || { cat "$tree/$1/run"; return 1; }; }

@test "whether the end of one process ends all depends on what started them" {
  local command
  two
  for command in 'foreman start' 'honcho start' 'forego start' hivemind 'overmind start' 'nf start'; do
    started_by "$command"
    has web/flag-main worker/flag-main
    lacks web/restart
  done
  for command in '["forego", "start", "-r"]' 'overmind start --auto-restart all' 'OVERMIND_AUTO_RESTART=web,worker exec overmind s'; do
    started_by "$command"
    lacks web/flag-main worker/flag-main
    file web/restart <<<always
    file worker/restart <<<always
    told 'started it again when it ended'
    untold 'main, as the whole'
  done
  for command in 'goreman start' 'overmind start --any-can-die'; do
    started_by "$command"
    lacks web/flag-main worker/flag-main
    file worker/restart <<<no
    told 'none of the services is main'
  done
  started_by 'goreman -exit-on-error start'
  has web/flag-main worker/flag-main
  told 'goreman went on when a process had ended with 0'
}

@test "overmind's variables count as its options do" {
  two
  started_by 'overmind start' 'ENV OVERMIND_CAN_DIE=worker OVERMIND_PROCFILE=/Procfile'
  has web/flag-main
  lacks worker/flag-main
  file worker/restart <<<no
  grep -qx 'cd / || exit 111' "$tree/web/run"
  started_by '["overmind", "start", "-c", "web", "-x", "worker"]' 'ENV OVERMIND_CAN_DIE=worker'
  services web
  lacks web/flag-main
}

@test "overmind and hivemind stop their processes with SIGINT" {
  two
  started_by 'overmind start -i web=SIGQUIT'
  file web/down-signal <<<QUIT
  file worker/down-signal <<<INT
  has worker/flag-down-group
  started_by hivemind
  file web/down-signal <<<INT
  told 'hivemind stopped it with SIGINT'
  started_by 'foreman start'
  lacks web/down-signal
}

@test "the processes run where they did: in the Procfile's folder, or where an option says" {
  local command
  two
  while IFS='|' read -r command folder; do
    started_by "$command"
    grep -qx "cd $folder || exit 111" "$tree/web/run" || { echo "# $command"; cat "$tree/web/run"; return 1; }
  done <<'EOC'
foreman start -f config/Procfile|/app/config
foreman start -d /srv -f config/Procfile|/srv
forego start -f /etc/app/Procfile|/etc/app
overmind start --procfile=/Procfile|/
hivemind -d /srv Procfile|/srv
hivemind sub/Procfile|/app/sub
goreman -f /etc/Procfile start|/app
goreman -basedir /srv start|/srv
honcho -f /etc/Procfile start|/app
honcho -d /srv start|/app
nf -j /etc/Procfile start|/app
EOC
  printf 'FROM debian\nCMD foreman start -f config/Procfile\n' >Dockerfile
  migrate --dockerfile Dockerfile
  grep -qx 'cd config || exit 111' "$tree/web/run"
  started_by 'foreman start -f Procfile.prod'
  told 'TODO: the image starts the processes of Procfile.prod, and not of Procfile'
  input=Procfile.prod
  two
  started_by 'foreman start'
  told 'TODO: the image starts the processes of Procfile, and not of Procfile.prod'
  started_by 'foreman start' 'COPY Procfile.prod /app/Procfile'
  untold 'TODO: the image starts the processes'
}

@test "only those processes that the image starts become services" {
  local command
  wrapper <<<$'release: ./tables\nweb: ./web -p $PORT\nworker: ./worker -p $PORT\nclock: ./clock'
  for command in 'honcho start web worker' 'goreman start web worker' 'overmind start -l web,worker' 'hivemind --processes web,worker' 'nf start web,worker' \
    'foreman start -m web=1,worker=1' 'foreman start -m all=1,clock=0,release=0'; do
    started_by "$command"
    services web worker
    told 'dropped: process clock: the image does not start it'
    told 'note: process clock is not translated'
    told 'note: process release is not translated'
    lacks cont-init.d/10-Procfile
  done
  started_by 'foreman start web'
  services web
  # honcho numbers those that it starts; foreman numbers the lines.
  started_by 'honcho start worker'
  grep -q '^export PORT=${PORT:-5000} ' "$tree/worker/run"
  started_by 'foreman start worker'
  grep -q '^export PORT=$((${PORT:-5000} + 200)) ' "$tree/worker/run"
  started_by 'honcho run ./other'
  services web worker clock
  told 'TODO: the image executes honcho run ./other'
}

@test "how many of a process: a template" {
  local command
  wrapper <<<$'web: ./web\nworker: ./worker -p $PORT'
  for command in 'foreman start --formation "web=1,worker=3"' 'foreman start -m web=1 -m=all=1,worker=3' 'honcho start -c worker=3' 'forego start -c worker=3' \
    'overmind start -m worker=3' 'nf start web,worker=3' 'foreman start -c web=1,worker=3'; do
    started_by "$command"
    services web worker@ || { echo "# $command"; return 1; }
    file worker@/count <<<3
    told '3 of it (count)'
  done
  started_by 'foreman start -c --formation all=2'
  file web@/count <<<2
  file worker@/count <<<2
  grep -q '^export PORT=$((${PORT:-5000} + REEVE_INSTANCE - 1)) ' "$tree/web@/run"
  grep -q '^export PORT=$((${PORT:-5000} + 100 + REEVE_INSTANCE - 1)) ' "$tree/worker@/run"
  started_by 'overmind start -m worker=3 -p 7000'
  grep -q '^export PORT=$((7100 + (REEVE_INSTANCE - 1) \* 10)) ' "$tree/worker@/run"
  started_by 'forego start -c worker=3' # all have the same
  grep -q '^export PORT=$((${PORT:-5000} + 100)) ' "$tree/worker@/run"
  started_by 'foreman start -m "$FORMATION"'
  services web worker
  told 'TODO: foreman start -m "$FORMATION": what "$FORMATION" is, is not known here'
  started_by 'foreman start -m "$FORMATION"' 'ENV FORMATION=web=1,worker=4'
  file worker@/count <<<4
  told '"$FORMATION" has the value of the Dockerfile'
  started_by 'foreman start -m web=1,worker=many'
  grep -q '^# TODO reeve-migrate: .*how many of it: many' "$tree/worker/run"
}

@test "files of variables are named" {
  two
  started_by 'honcho -e prod.env start'
  told 'TODO: honcho set the variables of prod.env'
  started_by 'foreman start --env ""'
  untold '.env file'
  started_by 'foreman start'
  told 'a .env file beside the Procfile is not read'
  told 'foreman may have read options from .foreman'
}

@test "files of variables that are here are read by each service, where the shell reads them alike" {
  two
  printf '# keys\nSECRET=abc\nTITLE="two words"\nexport X=1\n' >.env
  for runner in 'foreman start' 'honcho start' 'forego start' 'nf start' 'overmind start'; do
    started_by "$runner"
    [ "$(grep -c '^if \[ -e /app/.env \]; then set -a; . /app/.env; set +a; fi # as ' "$tree"/w*/run | grep -c :1)" -eq 2 ] || { echo "# $runner"; return 1; }
    told "note: ${runner% start} set the variables of /app/.env for all processes, and so does run"
    untold 'is not read'
  done
  wrapper <<<$'release: ./tables\nweb: ./web\nworker: ./worker'
  started_by 'foreman start'
  grep -q -A 1 'set -a; . /app/.env' "$init/10-Procfile"
  two
  printf 'A=1\n' >prod.env
  started_by 'honcho -e .env,prod.env start'
  grep -q '/app/.env' "$tree/web/run"
  grep -q '/app/prod.env' "$tree/web/run"
  started_by 'honcho -e .env,other.env start'
  run ! grep -q set "$tree/web/run"
  told 'TODO: honcho set the variables of .env,other.env'
  started_by 'goreman start'
  told 'TODO: goreman set the variables of /app/.env for all processes that were not set'
  local line
  for line in 'A=$HOME' 'A=two words' 'A="\n"' 'A: 1' 'A=`x`' "A='x' # note"; do
    echo "$line" >.env
    started_by 'foreman start'
    ! grep -q 'set -a' "$tree/web/run" || { echo "# $line"; return 1; }
    told 'TODO: foreman set the variables of /app/.env for all processes'
  done
  echo A=1 >.env
  echo '.env*' >.dockerignore
  started_by 'foreman start'
  told 'a .env file beside the Procfile is not read'
}

@test "PORT of a file of variables is the first process's" {
  two
  printf 'PORT=8000\n' >.env
  started_by 'honcho start'
  run ! grep -q 'export PORT' "$tree/web/run"
  grep -q '^export PORT=$((PORT + 100)) ' "$tree/worker/run"
  told 'web 8000, worker 8100'
  started_by 'foreman start -p 3000'
  grep -q '^export PORT=3100 ' "$tree/worker/run"
  printf 'PORT="8000"\nA=$B\n' >.env # which run does not read
  started_by 'honcho start'
  grep -q '^export PORT=8000 ' "$tree/web/run"
  grep -q '^export PORT=8100 ' "$tree/worker/run"
}

@test "bundle exec and its like go with what they started, and come ahead of each program" {
  wrapper <<<$'web: cd app && bundle exec puma\nworker: sidekiq\njobs: prepare && jobs'
  started_by 'bundle exec foreman start'
  told '+ENTRYPOINT ["/init"]'
  ends web 'exec bundle exec puma'
  ends worker 'exec bundle exec sidekiq'
  ends jobs 'exec bundle exec jobs'
  grep -q '^# TODO reeve-migrate: .*bundle exec was ahead of what started this' "$tree/jobs/run"
  run ! grep TODO "$tree/web/run" "$tree/worker/run"
  for prefix in 'poetry run' 'pipenv run' 'uv run --frozen'; do
    started_by "[\"sh\", \"-c\", \"sleep 1; exec $prefix python -m honcho start\"]"
    told '+ENTRYPOINT ["/init"]'
    ends worker "exec $prefix sidekiq"
  done
  started_by '["npx", "nf", "start"]' 'ENTRYPOINT ["tini", "--", "/entry.sh"]'
  told '+ENTRYPOINT ["/entry.sh", "/init"]'
  ends worker 'exec sidekiq'
  grep -qx 'export PATH="$PWD/node_modules/.bin:$PATH"' "$tree/worker/run"
  # A script of the image does it.
  printf '#!/bin/sh\nset -e\nexport OVERMIND_CAN_DIE=web\nexec bundle exec overmind start -l worker,web\n' >entry.sh
  started_by '["/app/entry.sh"]'
  told 'TODO: overmind start -l worker,web: what OVERMIND_... of the script ahead of it is, is not known here'
  ends worker 'exec bundle exec sidekiq'
  services web worker
  input=supervisord.conf
  wrapper <<<$'[program:web]\ncommand=gunicorn app'
  started_by 'poetry run supervisord -n'
  told '+ENTRYPOINT ["/init"]'
  ends web 'exec poetry run gunicorn app'
}

@test "without a Dockerfile it is not known what starts them" {
  two
  migrate
  has web/flag-main worker/flag-main
  told 'note: each process is main: with foreman, honcho and most others'
}

@test "a process that starts several programs keeps its shell, and is marked" {
  wrapper <<<'jobs: beat & worker & wait -n'
  migrate
  tail -n 1 "$tree/jobs/run" | grep -qxF 'beat & worker & wait -n'
  told 'TODO: it starts several programs, and a shell stays between'
}

@test "a Procfile is known by its lines, whatever its name" {
  local from
  input=processes.txt
  wrapper <<<$'# all of them\n\nweb: ./web --port 1\nmy-worker:  ./worker'
  migrate
  services web my-worker
  has web/flag-main
  started_by 'honcho -f processes.txt start'
  services web my-worker
  untold 'TODO'
  told '+ENTRYPOINT ["/init"]'
  wrapper <<<$'web: ./web\nexec ./worker'
  migrate
  services worker
}

@test "a Procfile that the build renames is the one that is started" {
  local command
  input=Procfile.docker
  wrapper <<<'web: ./web'
  for command in 'mv Procfile.docker Procfile' 'cp /app/Procfile.docker ./Procfile && rm x' 'ln -sf Procfile.docker Procfile'; do
    started_by 'honcho start' "RUN $command"
    untold 'is that the same file'
  done
  started_by 'honcho start' 'RUN mv Procfile.test Procfile'
  told 'is that the same file'
}

@test "a Procfile" {
  input=Procfile
  wrapper <<'EOS'
# comment
release: rake db:migrate
web: cd app && bundle exec puma -p $PORT
worker: QUEUE=high rake work 2>&1 | tee work.log
EOS
  migrate
  services web worker
  has web/flag-main worker/flag-main
  file web/run <<'EOS'
#!/bin/sh
# TODO reeve-migrate: line 3: PORT was set for each process, and by foreman and the like to 5100 for this one, unless they got PORT themselves: set it in the image, or in run
cd "${REEVE_WORKDIR:-/}" || exit 111
cd app || exit
exec bundle exec puma -p $PORT
EOS
  grep -q 'rake db:migrate || exit' "$init/10-Procfile"
  grep -qx 'export QUEUE=high' "$tree/worker/run"
  has worker/log/run
  wrapper <<<'nothing here'
  run reeve-migrate Procfile
  [ "$status" -eq 1 ]
}

@test "the PORT that a Procfile's runner gave each process is named, and what installed the runner" {
  local install
  input=Procfile
  wrapper <<<$'web: gunicorn app -b 0.0.0.0:$PORT\n# comment\nworker: celery -A app worker'
  migrate
  told 'note: no process gets PORT any more'
  told 'web 5000, worker 5100'
  for install in 'RUN pip install honcho' 'RUN gem install foreman -v 0.87 --no-document' 'RUN npm i -g foreman'; do
    printf 'FROM debian\n%s\nCMD ["honcho", "start", "-p", "8000"]\n' "$install" >Dockerfile
    migrate --dockerfile Dockerfile
    told 'note: Dockerfile, line 2: the patch takes out RUN, which installed nothing else'
    told 'web 8000, worker 8100'
  done
  printf 'FROM debian\nRUN pip install flask honcho\nRUN go install github.com/mattn/goreman@latest\nADD http://x/forego /usr/bin/\nCMD ["honcho", "start"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told '+RUN pip install flask'
  told 'note: Dockerfile, line 3: goreman is not needed any more'
  told 'note: Dockerfile, line 4: forego is not needed any more'
  printf 'FROM debian\nRUN pip install honcho && honcho export x /y\nCOPY Procfile /\nCMD ["honcho", "start"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold 'takes out RUN'
  untold 'not needed any more'
}

@test "a runner that counted from the image's PORT; ENV NAME VALUE is one variable" {
  input=Procfile
  printf 'web: web -p $PORT\napi: api -p $PORT\n' >Procfile
  local runner
  for runner in 'foreman start' 'honcho start' 'overmind start' 'hivemind'; do
    printf 'FROM debian\nWORKDIR /app\nENV PORT=8080\nCMD %s\n' "$runner" >Dockerfile
    migrate --dockerfile Dockerfile
    grep -q '^export PORT=$((PORT + 100)) ' "$tree/api/run"
    run ! grep -q '^export PORT' "$tree/web/run"
    told "counted from the image's PORT, and so do the services: web 8080, api 8180"
    untold TODO
  done
  for runner in 'foreman start -p 7000' 'overmind start --port=7000' '["honcho", "start", "-p", "7000"]'; do
    printf 'FROM debian\nENV PORT=8080\nCMD %s\n' "$runner" >Dockerfile
    migrate --dockerfile Dockerfile
    told 'counted PORT from 7000, which it was told, and so do the services: web 7000, api 7100'
    grep -q '^export PORT=7000 # as ' "$tree/web/run" && grep -q '^export PORT=7100 # as ' "$tree/api/run" || { echo "# $runner"; return 1; }
    untold TODO
  done
  printf 'FROM debian\nENV OVERMIND_PORT=7000\nCMD ["overmind", "start", "-P", "10"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'web 7000, api 7010'
  grep -q '^export PORT=7010 ' "$tree/api/run"
  for runner in 'overmind start -N' 'OVERMIND_NO_PORT=1 overmind start' 'goreman -set-ports=false start'; do
    printf 'FROM debian\n%s\nCMD %s\n' "$([ "${runner%%=*}" != OVERMIND_NO_PORT ] || echo ENV "${runner%% *}")" "${runner#*=1 }" >Dockerfile
    migrate --dockerfile Dockerfile
    untold 'gets PORT'
    untold TODO
    run ! grep -q '^export' "$tree/api/run" || { echo "# $runner"; return 1; }
  done
  printf 'FROM debian\nENV TINI_SUBREAPER yes \\\n  OVERMIND_AUTO_RESTART=all\nCMD ["overmind", "start"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  lacks web/restart
}

@test "PORT is the one that the entrypoint sets" {
  input=Procfile
  wrapper <<<$'web: gunicorn app --bind :$PORT\nworker: work'
  printf '#!/bin/sh\n[ -z "$X" ] || export PORT="9000"\nexec "$@"\n' >"$dir/entry.sh"
  printf 'FROM python\nCOPY entry.sh /entry.sh\nCOPY Procfile /app/\nWORKDIR /app\nENTRYPOINT ["/entry.sh"]\nCMD ["honcho","start"]\n' >"$dir/Dockerfile"
  migrate --dockerfile Dockerfile
  grep -q '^export PORT=${PORT:-5000} ' "$tree/web/run"
  grep -q '^export PORT=$((${PORT:-5000} + 100)) ' "$tree/worker/run"
  told 'note: honcho counted PORT from the one that the container is given, or from 5000, and so do the services: web 5000, worker 5100'
  untold TODO
}

@test "a runner that is told the container's PORT counts from it" {
  local runner
  two
  for runner in 'foreman start -p $PORT' 'goreman -b=$PORT start' 'goreman -b "$PORT" start' 'honcho start -p ${PORT}'; do
    started_by "$runner"
    grep -q '^export PORT=$((${PORT:-5000} + 100)) ' "$tree/worker/run" || { echo "# $runner"; return 1; }
    untold 'is not known here'
  done
  started_by 'goreman start'
  grep -q '^export PORT=5100 ' "$tree/worker/run"
}

@test "a runner's port that a variable holds is that variable's in each run, too" {
  two
  started_by 'foreman start -p ${PORT:-3000}'
  grep -q '^export PORT=${PORT:-3000} ' "$tree/web/run"
  grep -q '^export PORT=$((${PORT:-3000} + 100)) ' "$tree/worker/run"
  told 'foreman counted PORT from ${PORT:-3000}'
  untold 'has the value of the Dockerfile'
  started_by '["sh", "-c", "honcho start -p ${WEB_PORT:-8000}"]'
  grep -q '^export PORT=$((${WEB_PORT:-8000} + 100)) ' "$tree/worker/run"
  started_by 'overmind start -p$PORT'
  grep -q '^export PORT=${PORT:-5000} ' "$tree/web/run"
  untold 'not known here'
  started_by 'foreman start -p 3000'
  grep -q '^export PORT=3100 ' "$tree/worker/run"
}

@test "the time that a runner gave its processes to end is theirs" {
  local runner
  two
  for runner in 'foreman start -t 20' 'hivemind --timeout 20' 'overmind start -t 20' 'OVERMIND_TIMEOUT=20 overmind start'; do
    started_by "$runner"
    file web/timeout-kill <<<20000 || { echo "# $runner"; return 1; }
    told 'web, worker may take 20 s to stop'
  done
  started_by 'foreman start'
  lacks web/timeout-kill
}

@test "code ahead of the runner: the report names the files that have it, and no others" {
  two
  started_by '. /env/bin/activate; honcho start'
  lacks cont-init.d/10-Procfile
  told 'ahead of the input went into services.d/web/run, services.d/worker/run: . /env/bin/activate'
  untold cont-init.d
  started_by 'mkdir -p /run/x; export MODE=a; honcho start'
  has cont-init.d/10-Procfile
  told 'ahead of the input went into cont-init.d/10-Procfile, services.d/web/run, services.d/worker/run: '
  started_by 'say() { :; }; honcho start'
  lacks cont-init.d/10-Procfile
  told 'ahead of the input is dropped, as nothing here needs it: say() { :; }'
  started_by 'web --extra & honcho start'
  has web-2/run
  told 'ahead of the input went into services.d/web-2/run: '
}

@test "what installed the runner goes where the image has a PORT; what keeps it is said" {
  two
  started_by 'foreman start' 'ENV PORT=3000' 'RUN gem install foreman'
  told 'note: Dockerfile, line 5: the patch takes out RUN, which installed nothing else'
  started_by 'overmind start' 'ENV PORT=3000' 'RUN go install github.com/DarthSim/overmind/v2@latest'
  told 'note: Dockerfile, line 5: overmind is not needed any more'
  started_by 'foreman start -e /dev/null'
  untold 'foreman set the variables'
  untold .env
  started_by '["foreman", "start"]' 'RUN gem install foreman' 'ENTRYPOINT ["/elsewhere.sh"]'
  told 'note: Dockerfile, line 4: the package foreman stays: /elsewhere.sh, which stays ahead of /init, may execute it'
  printf '#!/bin/sh\nprepare # ahead of foreman\nexec "$@"\n' >entry.sh
  started_by '["foreman", "start"]' 'RUN gem install foreman' 'COPY entry.sh /' 'ENTRYPOINT ["/entry.sh"]'
  told 'note: Dockerfile, line 4: the patch takes out RUN, which installed nothing else'
}

@test "the code of a release needs no exit 0 behind it" {
  wrapper <<<$'release: ./manage.py migrate\nweb: ./web'
  migrate
  [ "$(tail -n 1 rootfs/etc/cont-init.d/10-Procfile)" = './manage.py migrate || exit' ]
}

@test "comments right above a process are in its run, those that were a process are not" {
  input=Procfile
  wrapper <<<$'# the whole\n\n# Serves port 80\n#  and 443\nweb: web\n# old: job --old\njob: job\n# the end'
  migrate
  [ "$(grep '^#' "$tree/web/run")" = $'#!/bin/sh\n# Serves port 80\n# and 443' ]
  run ! grep -q old "$tree/job/run"
  told 'lines 1-4: beside what they are about'
}

@test "a Procfile of another name is one by the name of its runner" {
  input=honcho.cnf
  two
  started_by 'honcho start -f /app/honcho.cnf'
  services web worker
  wrapper <<<$'[x]\na = 1'
  run ! reeve-migrate honcho.cnf
}

@test "a process that starts and watches others is named, in a supervisord.conf, too" {
  input=Procfile
  wrapper <<<$'web: web\ns: supervisord -n\nj: bundle exec foreman start -f P\nn: npx pm2-runtime x.js'
  migrate
  told 'TODO: services.d/s: supervisord starts and watches'
  told 'TODO: services.d/j: foreman starts and watches'
  told 'TODO: services.d/n: pm2-runtime starts and watches'
  untold 'services.d/web: web starts'
  input=supervisord.conf
  wrapper <<<$'[program:w]\ncommand=honcho start'
  migrate
  told 'TODO: services.d/w: honcho starts and watches'
}

@test "a process in which somebody works has the container's terminal, and a TODO" {
  local process
  input=Procfile
  printf 'FROM ruby\nCOPY . .\nCMD ["foreman", "start"]\n' >Dockerfile
  for process in /bin/bash 'bundle exec rails console' 'rails c' 'bash -i' 'psql -U app' 'cd x && irb' 'python manage.py shell'; do
    wrapper <<<"web: ./web"$'\n'"con: $process"
    migrate --dockerfile Dockerfile
    has con/flag-console && told 'TODO: somebody worked in this' && lacks web/flag-console || { echo "# $process"; return 1; }
  done
  for process in 'psql -c x' 'bash run.sh' 'bundle exec rake x' 'python manage.py runserver' 'flask run'; do
    wrapper <<<"web: ./web"$'\n'"con: $process"
    migrate --dockerfile Dockerfile
    lacks con/flag-console || { echo "# $process"; return 1; }
  done
}

@test "a folder that is called as the runner is not the runner" {
  local lines
  supervisord_conf Procfile
  echo 'web: ./web' >Procfile
  for lines in 'WORKDIR /srv/honcho\nCOPY . /srv/honcho' 'COPY honcho/ Procfile /srv/\nWORKDIR /srv\nRUN chown -R app /srv/honcho' 'COPY . /srv/honcho/\nWORKDIR /srv/honcho\nRUN cd /srv/honcho && make'; do
    printf "FROM python:3\n$lines\nRUN pip install honcho\nCMD [\"honcho\", \"start\"]\n" >Dockerfile
    patched
    untold TODO && untold 'honcho is not needed any more' && [[ $result != *'pip install'* ]] || { echo "# $lines"; return 1; }
  done
  for lines in 'COPY --from=x /go/bin/honcho /usr/local/bin/' 'RUN curl -Lo /usr/bin/honcho https://x.y/z/1.0' 'RUN go install github.com/x/honcho@latest'; do
    printf "FROM python:3\n$lines\nCOPY . .\nCMD [\"honcho\", \"start\"]\n" >Dockerfile
    migrate --dockerfile Dockerfile
    told honcho\ stays || told 'honcho is not needed any more' || { echo "# $lines"; return 1; }
  done
}

@test "a name that two processes have is a mistake, where the runner does not start both" {
  wrapper <<<$'web: ./web\nworker: ./a\nworker: ./b'
  migrate
  services web worker worker-2
  told 'line 3: mistake: line 2 has worker, too: with that honcho, overmind and hivemind end at once'
  started_by 'honcho start'
  told 'line 3: mistake: line 2 has worker, too: with that honcho ends at once, and starts nothing'
  started_by 'nf start'
  told 'line 3: mistake: line 2 has worker, too: nf started this one alone'
  started_by 'foreman start'
  untold 'has worker, too'
}
