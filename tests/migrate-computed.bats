# What is computed, by eval, a substitution or a compound command, is computed once, where it was.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "what is computed is computed once" {
  wrapper <<'EOS'
export TOKEN=$(openssl rand -hex 8)
export HOST=$(hostname)
web &
worker &
wait
EOS
  migrate
  has cont-init.d/10-start
  grep -q '>"$reeve_place/TOKEN"' "$init/10-start"
  grep -q 'export TOKEN=.*reeve_place/TOKEN' "$tree/web/run"
  run ! grep -q openssl "$tree/web/run"
  grep -q 'HOST=$(hostname)' "$tree/web/run"
  run ! grep -q 'reeve_place/HOST' "$init/10-start"
}

@test "eval of a variable is done by all, and that is said" {
  wrapper <<<$'eval "$PRE"\nweb &\nother &\nwait'
  migrate
  told 'whatever the variable holds'
}

@test "what eval sets, nobody knows" {
  wrapper <<<$'eval "$(site-settings -s)"\nexec web'
  migrate
  grep -q '^# TODO reeve-migrate: line 1: which variables it sets' "$init/10-start"
  told 'TODO: which variables it sets'
}

@test "what an agent prints is handed on, and that it stays is said" {
  local line
  for line in 'eval "$(ssh-agent -s)"' 'eval $(dbus-launch --sh-syntax)' 'export $(dbus-launch)'; do
    wrapper <<<$'#!/bin/bash\n'"$line"$'\nworker &\nexec web'
    migrate
    told 'in the background, which nobody supervises'
    untold 'reach no service'
    grep -q -e 'export SSH_AUTH_SOCK=' -e 'export DBUS_SESSION_BUS_ADDRESS=' "$tree/worker/run"
    [ "$(grep -c "${line#* }" "$init/10-start")" -eq 1 ]
    run ! grep -rq -e ssh-agent -e dbus-launch "$tree"
  done
  wrapper <<<$'#!/bin/bash\nXvfb :0 &\neval $(dbus-launch --sh-syntax)\nfluxbox &\nexec app'
  migrate
  [ "$(grep -l dbus-launch "$tree"/*/run | wc -l)" -eq 1 ]
  told 'which variables it sets is not known'
}

@test "eval of a variable is done where it was, once" {
  local line
  for line in 'eval "$HOOK"' '[ -z "$HOOK" ] || eval "$HOOK"' 'if [ -n "$HOOK" ]; then eval $HOOK; fi' 'run_hook'; do
    wrapper <<<$'#!/bin/bash\nrun_hook() { eval "$HOOK"; }\nweb &\n'"$line"$'\nexec worker'
    migrate
    [ "$(grep -l 'eval' "$tree"/*/run | wc -l)" -eq 1 ]
    [ "$(grep -l '^# TODO.*whatever the variable holds' "$tree"/*/run)" = "$(grep -l eval "$tree"/*/run)" ]
    has "$(basename "$(dirname "$(grep -l eval "$tree"/*/run)")")/flag-oneshot"
    [ "$(grep -c eval "$tree/worker/run")" -eq 0 ]
  done
  wrapper <<<$'web &\nif [ -z "$HOOK" ]; then\n  cron\nelse\n  eval "$HOOK"\nfi\nsleep infinity'
  migrate
  services web cron hook
  file hook/enable-if <<<HOOK
  [ "$(grep -c TODO "$tree/cron/run")" -eq 0 ]
  wrapper <<<$'if [ -n "$HOOK" ]; then eval "$HOOK"; fi\nweb & worker & wait'
  migrate
  grep -qx 'if \[ -n "$HOOK" \]; then eval "$HOOK"; fi' "$init/10-start"
  [ "$(cat "$tree"/*/run | grep -c eval)" -eq 0 ]
  # What the script has put together may be for all.
  wrapper <<<$'#!/bin/bash\nSETTINGS="$(settings --shell)"\neval "$SETTINGS"\nweb & worker & wait'
  migrate
  [ "$(grep -l 'eval "$SETTINGS"' "$tree"/*/run | wc -l)" -eq 2 ]
}

@test "a substitution that writes a file is done once" {
  local line
  for line in 'eval $(printenv | sed "s/^/export /" >> /etc/profile)' 'NOW=$(date >/run/started; hostname)' 'export ID=$(hostname | cut -c1-8 > /run/id)'; do
    wrapper <<<$'#!/bin/sh\n'"$line"$'\na --id "$ID$NOW" &\nexec b --id "$ID$NOW"'
    migrate
    grep -qF -- "$line" "$init/10-start"
    ! grep -rF -e 'eval ' -e 'date >' -e 'cut ' "$tree"
    untold 'TODO'
  done
  # What it prints otherwise may set variables.
  for line in 'eval $(ssh-agent >/run/agent; echo A=1)' 'eval $(bus-launch)'; do
    wrapper <<<$'#!/bin/sh\n'"$line"$'\na &\nexec b'
    migrate
    told 'which variables it sets is not known'
  done
  # No file, no work.
  wrapper <<<$'#!/bin/sh\nNAME=$(hostname 2>/dev/null)\na --name $NAME &\nexec b --name $NAME'
  migrate
  grep -qF 'NAME=$(hostname 2>/dev/null)' "$tree/a/run"
  lacks cont-init.d/10-start
}

@test "a compound command ahead of && is done once, and ends the start when it fails" {
  local work
  for work in 'if [ -n "$KEY" ]; then echo "$KEY" >/root/key; fi' 'for f in /sql/*; do load "$f"; done' '{ cp -n /def/* /etc; chown -R app /etc; }' \
    'case $MODE in dev) cp dev.conf app.conf ;; *) cp prod.conf app.conf ;; esac' '(cd /app && ./prepare)' 'TOKEN=$(fetch-token)'; do
    wrapper <<<$'#!/bin/sh\n'"$work"$' && sshd && exec notebook --token "$TOKEN"'
    migrate
    grep -qF -- "$work || exit" "$init/10-start"
    [ "$(ls "$tree")" = notebook$'\n'sshd ]
    lacks sshd/condition
    untold 'on a condition'
  done
  # A question alone is a condition.
  wrapper <<<$'#!/bin/sh\n{ [ -n "$A" ] || [ -n "$B" ]; } && worker &\nexec web'
  migrate
  told 'worker (on a condition)'
}

@test "what another user reads itself is readable for that user, and that is said" {
  local again='if [ "$(id -u)" = 0 ]; then exec gosu app "$0"; fi'
  wrapper <<<"$again"$'\nPW=$(openssl rand -hex 8)\nweb "$PW" | tee "/var/log/$PW" &\nwait'
  migrate
  grep -q '^chmod 711 "$reeve_place" && chmod -f 644 "$reeve_place/PW"' "$init/10-start"
  told 'note: cont-init.d/10-start computes this for web: it is in files that every user in the container may read'
  wrapper <<<$'PW=$(openssl rand -hex 8)\ngosu app web "$PW" &\nuntil curl -sf "http://localhost/$PW"; do sleep 1; done\nother'
  migrate
  run ! grep chmod "$init/10-start" # the check asks as root, as the script did
  untold 'every user'
  # Root's run has it, and gives it on.
  wrapper <<<$'PW=$(openssl rand -hex 8)\ngosu app web "$PW" &\nother "$PW"'
  migrate
  run ! grep chmod "$init/10-start"
  untold 'every user'
}

@test "what the shell's pid, time or chance gives is computed once" {
  local line
  for line in 'X=/tmp/w.$$' 'X=$$' 'X="w-${RANDOM}"' 'X=$((RANDOM % 10 + 3))' '((X = RANDOM % 7))' "printf -v X '%(%Y%m%d)T' -1" 'X=$EPOCHSECONDS' 'X=$EPOCHREALTIME' \
    'X="$BASHPID-$PPID"' 'X=$SECONDS' ': "${X:=run-$$}"' "printf -v X '%s' \"\$SRANDOM\"" 'let X=RANDOM' 'export X=id.$$ Y=2' 'X=$(hostname)-$$'; do
    wrapper <<<"#!/bin/bash
$line
mkdir -p \"/data/\$X\"
web --spool \"\$X\" &
worker --spool \"\$X\" &
wait -n"
    migrate
    grep -q '>"$reeve_place/X"' "$init/10-start" || { echo "# $line"; return 1; }
    grep -q 'reeve_place/X' "$tree/web/run"
    ! grep -q -F -x -e "$line" "$tree/web/run" "$tree/worker/run" || { echo "# again: $line"; return 1; }
  done
  for line in 'X=$USER' 'SECONDS=0; X=RANDOM' "printf -v X '%s' \"\$HOSTNAME\""; do
    wrapper <<<"#!/bin/bash
$line
web --spool \"\$X\" &
worker --spool \"\$X\" &
wait -n"
    migrate
    ! grep -q 'reeve_place' "$tree/web/run" || { echo "# $line"; return 1; }
  done
}

@test "a name with the script's pid in several files is marked" {
  wrapper <<<$'mkdir -p /tmp/w.$$\nweb --spool /tmp/w.$$ &\nworker &\nwait'
  migrate
  told 'line 1: cont-init.d/10-start: setup, as it was; TODO: $$ was the script'"'"'s pid, one for all; here each of these has another: cont-init.d/10-start, services.d/web/run'
  grep -q 'TODO reeve-migrate: line 2: $$ was' "$tree/web/run"
  run ! grep -q TODO "$tree/worker/run"
  wrapper <<<$'web --spool /tmp/w.$$ &\nworker --pid $$ &\nwait'
  migrate
  untold 'one for all'
}

@test "when a wait began is nothing that a service needs" {
  wrapper <<<$'#!/bin/bash\ndockerd &\nstart=$SECONDS\nuntil docker info; do\n  if ((SECONDS - start > 45)); then exit 1; fi\n  sleep 1\ndone\nexec web'
  migrate
  told 'environment: start; nothing needs it'
  untold 'for itself'
}

@test "what the setup computes is handed on, and the shell's own variables are not" {
  wrapper <<'EOS'
#!/bin/bash
prep() { BASE=$(mktemp -d); old=$IFS; IFS=,; for x in $LIST; do echo "$x"; done; IFS=$old; }
prep
server -d "$BASE" $ARGS &
worker &
wait -n
EOS
  migrate
  grep -q BASE "$(path_of server/run)"
  run grep -e IFS "$(path_of server/run)" "$(path_of cont-init.d/10-start)"
  [[ $output != */IFS* ]]
}

@test "newlines at the end of a value stay" {
  local value
  for value in $'NL=\'\n\'\nexport MSG="$(date)$NL"' $'export MSG="$(date)\n"' $'export MSG="$(date)"$\'\\n\''; do
    wrapper <<<$'#!/bin/bash\n'"$value"$'\nexec web'
    migrate
    (eval "$value"; printf %s "$MSG") >said
    grep -q ' >"$reeve_place/MSG"' "$init/10-start"
    mkdir -p s6/container_environment
    cp said s6/container_environment/MSG
    (REEVE_LIVE=$dir/live; eval "$(grep -e reeve_place "$tree/web/run")"; printf %s "$MSG") | cmp - said
  done
}

@test "a short option of what only prints starts no daemon" {
  local line
  for line in 'TMP=$(mktemp -d)' 'KEY=$(echo "$KEY" | base64 -d)' 'KEY="$(unseal -d)"'; do
    wrapper <<<$'#!/bin/bash\n'"$line"$'\nworker $TMP$KEY &\nexec web $TMP$KEY'
    migrate
    untold daemon
    told 'done once, and handed on'
  done
  wrapper <<<$'exec 3</run/secret\nread -u 3 PASS\nexec web "$PASS"'
  migrate
  untold 'read an answer'
}

@test "what is in a file is not called dropped" {
  wrapper <<<$'#!/bin/bash\nlab() { jupyter lab; }\nF=$(declare -f lab)\nworker &\nsudo -u app bash -c "$F; lab"'
  migrate
  told 'line 2: services.d/lab/run: function lab'
  untold 'nothing calls it'
  wrapper <<<$'if [ -S /sock ]; then\n  GID=$(stat -c %g /sock)\n  groupmod -g "$GID" docker\n  exec ./server\nfi\nexec ./other'
  migrate
  told 'line 2: cont-init.d/10-start: environment: GID'
}

@test "a name that is set in quotes, or in arithmetic, reaches the service" {
  local line
  for line in 'let "i=5*60"' "let 'i = 5 * 60'" 'declare "i=5"' 'readonly "i=5"' 'read -r "i" </etc/i' ': $((i=5*60))' '[ -n "$i" ] || let "i=300"'; do
    wrapper <<<$'#!/bin/bash\n'"$line"$'\n./a --every $i &\n./b &\nwait -n'
    migrate
    told 'line 2: services.d/a/run: environment: i' || { echo "# $line"; return 1; }
  done
  wrapper <<<$'#!/bin/bash\nread -p "name: " i\n./a --every $i &\nwait -n'
  migrate
  untold 'environment: name'
}

@test "a task that exports names that are computed is marked; a file is not another each time by its name" {
  wrapper <<<$'#!/bin/bash\nredis-server --daemonize yes\nfor VAR in A B; do export $VAR=x; echo "$VAR" >>/tmp/log; done\nexec ./app'
  migrate
  told 'TODO: it exports variables whose names are computed, which reach no service'
  wrapper <<<$'#!/bin/bash\n. /tmp/secrets.sh\n. /opt/uuid.sh\n./a &\n./b &\nwait -n'
  migrate
  untold 'another value'
}

@test "what only a message needed is marked as not done any more; tmate leaves something behind, as tmux" {
  wrapper <<<$'web &\ntmate -S /tmp/t new-session -d\nURL=$(tmate -S /tmp/t display -p x)\necho "connect: $URL"\nsleep infinity'
  migrate
  told 'line 3: dropped: environment: URL; nothing needs it; TODO: nothing that is left needs it, so it is not done any more'
  told 'tmate -S /tmp/t new-session -d: it leaves something behind that nothing supervises'
}
