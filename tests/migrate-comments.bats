# Comments stay with what they are about, or go with it.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a comment at the end of a line stays with what it is about" {
  wrapper <<<$'mkdir /a # first\ndb & # second\nweb & # third\nwait # fourth'
  migrate
  grep -qx 'mkdir /a # first' "$init/10-start"
  grep -qx '# second' "$tree/db/run"
  grep -qx '# third' "$tree/web/run"
  told 'line 3: services.d/web/run: service web, started in the background'
}

@test "comments stay with what they are about" {
  wrapper <<'EOS'
#!/bin/bash
# turn on job control
set -m
# the database
postgres &
# wait for it
until pg_isready; do sleep 1; done
# tables
migrate --all
# rows
load rows
other &
# room
mkdir -p /a
# for all
chmod 777 /a
# the web
web
EOS
  migrate
  run ! grep -r -e 'job control' -e 'wait for it' "$tree"
  [ "$(grep -A 1 '^# tables' "$tree/migrate/run" | tail -n 1)" = 'migrate --all' ]
  [ "$(grep -A 1 '^# rows' "$tree/migrate/run" | tail -n 1)" = 'exec load rows' ]
  [ "$(grep -A 3 '^# room' "$tree/web/run" | xargs)" = '# room mkdir -p /a # for all chmod 777 /a' ]
}

@test "a comment goes with what is dropped behind its message, and stays with what is not" {
  wrapper <<'EOS'
#!/bin/bash
api --port 8000 &
API_PID=$!

# Give it a moment.
echo "Waiting for the API"
echo "..."
sleep 5

# Does it run?
if ! kill -0 $API_PID; then
  exit 1
fi

# The site.
echo "Starting the site"
site --port 80
EOS
  migrate
  grep -q '^# The site.$' "$tree/site/run"
  ! grep -rE '# (Give|Does)' "$tree"
}

@test "a comment right above a statement for several services stays above it, in each of them" {
  wrapper <<<$'#!/bin/sh\n# The head\n\n# shared settings\n# of all\nexport APP_ENV=production\n# a helper\nsay() { echo "$1"; }\nweb &\nworker &\nsay started\nwait -n'
  migrate
  [ "$(grep -A2 --no-group-separator -hx '# shared settings' "$tree"/{web,worker}/run)" = $'# shared settings\n# of all\nexport APP_ENV=production\n# shared settings\n# of all\nexport APP_ENV=production' ]
  told 'lines 2-5: beside what they are about: comments and blank lines'
  run ! grep -q helper "$tree"/*/run
  # With work in it, the setup has them, too.
  wrapper <<<$'# where it is\nDATA=/data\nmkdir -p "$DATA"\nweb "$DATA" & wait'
  migrate
  [ "$(grep -A1 --no-group-separator -hx '# where it is' "$tree/web/run" "$init/10-start")" = $'# where it is\nDATA=/data\n# where it is\nDATA=/data' ]
}

@test "of the comments above CMD, the sentences that name what goes go, and others stay" {
  supervisord_conf
  ends() # COMMENTS LEFT
  {
    printf "FROM debian\nCOPY supervisord.conf /etc/\n\n$1\nCMD [\"supervisord\"]\n" >Dockerfile
    patched
    [ "$(grep '^#' <<<"$result")" = "$(printf '%b' "$2")" ] || { echo "# $1: $result"; return 1; }
  }
  ends '# web / database: started by supervisord' ''
  ends '# / /etc . supervisord' ''
  ends '# In the end\n# supervisord starts all.' ''
  ends '# The site is on port 80.\n# Start supervisord' '# The site is on port 80.'
  ends '# Licence: MIT\n#\n# Start supervisord\n#\n# --- end ---' '# Licence: MIT\n#\n# --- end ---'
  # Not each sentence has a full stop.
  ends '# The site is on port 80\n# Start supervisord' '# The site is on port 80'
  ends '# - port 80: the site\n# - supervisord starts it' '# - port 80: the site'
  ends '# Everything is started by\n# Supervisord' ''
  ends '# The ports: 80 and 443\n# Supervisord starts the site\n# and all of its workers\n# The data is in /data' '# The ports: 80 and 443\n# The data is in /data'
  # Above what the patch takes out, the last paragraph goes.
  printf 'FROM debian\n# Licence: MIT\n#\n# The services\n# and more.\nCOPY supervisord.conf /etc/\n\nCMD ["supervisord"]\n' >Dockerfile
  patched
  [ "$(sed '/^ADD/,$d' <<<"$result")" = $'FROM debian\n# Licence: MIT\n#' ]
}

@test "a comment behind a Procfile's command takes nothing from it" {
  input=Procfile
  wrapper <<<$'release: ./migrate.sh # once\nweb: server --port 80 # the site\nmulti: ./prepare; ./serve # both\nhash: "a # b"'
  migrate
  becomes web 'exec server --port 80'
  becomes multi 'exec ./serve'
  becomes hash 'exec "a # b"'
  file cont-init.d/10-Procfile <<<$'#!/bin/sh\n./migrate.sh # once\n[ $? -eq 0 ] || exit'
}

@test "a comment behind what each service repeats is in the files that have that" {
  local line
  while IFS= read -r line; do
    wrapper <<<$'#!/bin/bash\n'"$line"$'  # at once\nnode a.js $A &\nnode b.js &\nwait -n'
    migrate
    lacks cont-init.d/10-start
    untold 'cont-init.d' && grep -qx '# at once' "$tree/a/run" || { echo "# $line"; return 1; }
  done <<'EOS'
set -e
export A=1
cd /srv
umask 002
ulimit -n 100
A=1
EOS
  wrapper <<<$'#!/bin/bash\nf() { x; }  # for nobody\nnode a.js &\nnode b.js &\nwait -n'
  migrate
  untold 'cont-init.d'
}
