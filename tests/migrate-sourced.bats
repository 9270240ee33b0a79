# Files that the script reads, and that do more than set variables.
load lib
load migrate

setup()
{
  migrate_setup
  printf 'FROM debian:12\nCOPY setup.sh /opt/setup.sh\nCOPY start.sh /start.sh\nCMD ["/start.sh"]\n' >Dockerfile
}
teardown() { reeve_teardown; }

ends=$'\nweb $DB &\nworker &\nwait -n'

@test "a file that only works is read by the setup alone" {
  local line
  printf 'set -e\nX=/x.sql\npsql -f $X\necho done >>/data/log\n' >setup.sh
  for line in '. /opt/setup.sh' 'if [ -f /opt/setup.sh ]; then . /opt/setup.sh; fi' '[ -x /opt/setup.sh ] && source /opt/setup.sh'; do
    wrapper <<<$'#!/bin/bash\n'"$line$ends"
    migrate --dockerfile Dockerfile
    grep -qF "$line" "$init/10-start"
    ! grep -q setup.sh "$tree"/*/run
    untold TODO
  done
  wrapper <<<$'#!/bin/bash\nweb &\n. /opt/setup.sh\nworker &\nwait -n'
  migrate --dockerfile Dockerfile
  has setup/flag-oneshot
  ! grep -q setup.sh "$tree/worker/run"
}

@test "a file that works and sets something that is needed is marked where several read it" {
  local set
  for set in 'DB=x' 'export OTHER=x' 'umask 077' 'set -a' 'cd /app' 'web() { command web; }' 'eval "$X"' '. /opt/other.sh' 'exec "$@"'; do
    printf '%s\npsql -f /x.sql\n' "$set" >setup.sh
    wrapper <<<$'#!/bin/bash\n. /opt/setup.sh'"$ends"
    migrate --dockerfile Dockerfile
    told 'TODO: /opt/setup.sh does more than set variables (psql -f /x.sql), and each of these files does that anew' || { echo "# $set"; return 1; }
    grep -qx '. /opt/setup.sh' "$tree/worker/run"
  done
  wrapper <<<$'#!/bin/bash\n. /opt/setup.sh\nexec web $DB'
  migrate --dockerfile Dockerfile
  untold 'does more than'
}

@test "a file whose values are others each time is marked where several read it" {
  local value
  for value in 'DB=$RANDOM' 'export DB=$(openssl rand -hex 8)' 'DB=$(cat /proc/sys/kernel/random/uuid)'; do
    printf '%s\nmkdir -p /data\n' "$value" >setup.sh
    wrapper <<<$'#!/bin/bash\n. /opt/setup.sh'"$ends"
    migrate --dockerfile Dockerfile
    told "TODO: /opt/setup.sh computes another value each time ($value), and each of these files reads it anew" || { echo "# $value"; return 1; }
  done
}

@test "a file that sets variables, and does what leaves the same each time, is no work" {
  printf 'log() { echo "$(date) $*"; }\nother() { psql; }\nlog begin\nexport DB=x N=$(nproc)\nmkdir -p /data && chown web /data\ncommand -v psql >/dev/null || echo "no psql" >&2\n' >setup.sh
  wrapper <<<$'#!/bin/bash\n. /opt/setup.sh'"$ends"
  migrate --dockerfile Dockerfile
  grep -qx '. /opt/setup.sh' "$tree/worker/run"
  untold TODO
}

@test "a file that is not known is marked if its name tells of work, and one that is known and sets variables is not" {
  local file
  for file in /hooks/pre.sh /opt/init-db.sh; do
    wrapper <<<$'#!/bin/bash\nif [ -f '"$file ]; then . $file; fi$ends"
    migrate --dockerfile Dockerfile
    told "TODO: by its name, $file may do more than set variables, and each of these files reads it anew" || { echo "# $file"; return 1; }
  done
  for file in /hooks/env.sh /opt/init-vars.sh /opt/ros/setup.sh '"$(dirname "$0")/opt/setup.sh"'; do
    printf 'DB=x\n' >setup.sh
    wrapper <<<$'#!/bin/bash\n. '"$file$ends"
    migrate --dockerfile Dockerfile
    untold 'more than set' && untold 'what else they do'  || { echo "# $file"; return 1; }
  done
}
