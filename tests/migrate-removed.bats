# What is read from a file that is removed, or changed, behind that.
# shellcheck shell=bash disable=SC2154 # tree and init are migrate's
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "what is read from a file that the setup removes is computed once, and handed on" {
  local reading
  for reading in $'export TOKEN=$(grep \'^TOKEN=\' /run/.env | cut -d= -f2-)\nrm -f /run/.env' $'export TOKEN="$(cat /run/token)"\nrm /run/token\nmigrate' \
    $'if [ -f /secrets/token ]; then\n  export TOKEN=$(cat /secrets/token)\nfi\nshred -u /secrets/token' $'read -r TOKEN </run/token\nexport TOKEN\nmv /run/token /run/token.used' \
    $'FILE=/run/token\nexport TOKEN=$(cat "$FILE")\nrm -f "$FILE"' $'export TOKEN=$(cat /secrets/token)\nrm -rf /secrets' $'export TOKEN=$(cat /data/token)\nnew-token >/data/token' $'export TOKEN=$(cat ./token)\nsed -i s/a/b/ token' \
    $'FILE=.env\nexport TOKEN=$(cat "$FILE")\nrm .env' $'FILE=.env\nexport TOKEN=$(cat .env)\nrm "${FILE}"' $'export TOKEN="$(< ${SECRETS}/api)"\nrm -rf $SECRETS' \
    $'clean() { rm -f /run/token; }\nexport TOKEN=$(cat /run/token)\nclean'; do
    wrapper <<<"$reading"$'\nexec web'
    migrate
    tail -n 3 "$tree/web/run" | diff - <(printf '%s\n' 'reeve_place=${REEVE_LIVE:-/run/service}; reeve_place=${reeve_place%/*}/s6/container_environment' \
      '[ ! -e "$reeve_place/TOKEN" ] || export TOKEN="$(cat "$reeve_place/TOKEN")"' 'exec web')
    [ "$(head -n "$(wc -l <<<"$reading")" <(grep -v -e '^#!' -e REEVE_WORKDIR "$init/10-start"))" = "$reading" ]
    told 'done once, and handed on to the services'
    untold TODO
  done
}

@test "what does more than set variables, or is read between starts, is marked" {
  wrapper <<<$'set -a\n. ./.env\nset +a\nrm -f .env\nexec web'
  migrate
  told 'environment; TODO: line 4 removes or changes .env, which each file that has this line reads again: keep the file, or hand on to the services what is read from it'
  wrapper <<<$'decrypt >/tmp/s.env\nexport $(cat /tmp/s.env | xargs)\nrm /tmp/s.env\nexec web'
  migrate
  told 'environment; TODO: line 3 removes or changes /tmp/s.env'
  wrapper <<<$'for f in /secrets/*; do\n  name=$(basename "$f")\n  export "$name=$(cat "$f")"\ndone\nrm -rf /secrets\nexec web'
  migrate
  told 'TODO: line 5 removes or changes /secrets'
  wrapper <<<$'#!/bin/bash\nload() { while IFS== read -r k v; do declare -gx "$k=$v"; done < <(vault-env); }\nload\nexec web'
  migrate
  told 'TODO: it exports variables whose names are computed'
  wrapper <<<$'db &\nTOKEN=$(cat /run/token)\nrm /run/token\nexec web "$TOKEN"'
  migrate
  told 'TODO: line 3 removes or changes /run/token'
  grep -q '^# TODO .*removes or changes' "$tree/web/run"
}

@test "what is only called like the file, or is changed ahead, is read again" {
  local other
  for other in $'X=$(cat /run/token 2> /dev/null)\nrm -f /run/token2\nwork >/dev/null' $'rm -f /run/old\nX=$(cat /run/old.new)' $'work >/run/x\nX=$(cat /run/x)' $'X=/run/x\nrm -f /run/x' $'clean() { rm -f /run/token; }\nclean\nX=$(cat /run/token)' $'clean() { rm -f /run/token; }\nX=$(cat /run/token)'; do
    wrapper <<<"$other"$'\nexec web "$X"'
    migrate
    grep -q '^X=' "$tree/web/run"
    untold TODO
  done
}

@test "what no service asks for is not handed on" {
  wrapper <<<$'f=/data/sum\nold=\nif [ -f "$f" ]; then old=$(cat "$f"); fi\nif [ "$old" != 1 ]; then build-it; echo 1 >"$f"; fi\nexec ./server'
  migrate
  untold 'handed on'
  run ! grep -q reeve_place "$init/10-start"
}

@test "what the setup has looked for, and then makes, is computed once, and handed on" {
  local making
  for making in $'[ -d /data/db ] || FIRST=1\nmkdir -p /data/db' $'FIRST=\nif [ ! -d "$PGDATA" ]; then FIRST=1; fi\nif [ "$FIRST" = 1 ]; then initdb; fi' $'[ -f /x ] || FIRST=1\ntouch /x'; do
    wrapper <<<"$making"$'\nredis-server &\n[ -z "$FIRST" ] || ./seed\nexec web'
    migrate
    grep -q 'FIRST="$(cat "$reeve_place/FIRST")"' "$tree/seed/run" && ! grep -q 'FIRST=1' "$tree/seed/run" || { echo "# $making"; return 1; }
    untold TODO
  done
}

@test "a setup of which only the value is needed that it hands on is written" {
  local behind
  for behind in $'touch /data/.init\nwait' $'echo done >/data/.init\nexec web' $'rm -f /data/.init\nexec web'; do
    wrapper <<<$'MODE=first\n[ -f /data/.init ] && MODE=again\napp-server --mode "$MODE" &\n'"$behind"
    migrate
    grep -qF '[ -f /data/.init ] && MODE=again' "$init/10-start" || { echo "# $behind"; return 1; }
    grep -qF '[ -z "${MODE+set}" ] || printf %s "$MODE" >"$reeve_place/MODE"' "$init/10-start"
    grep -qF 'MODE="$(cat "$reeve_place/MODE")"' "$tree/app-server/run"
  done
}
