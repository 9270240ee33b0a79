# What a message, or a question that only prints, executes in $( ) is no message: it is done as before.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "work in the words of a message or of a question is a task" {
  local work
  for work in 'echo "loaded: $(load-data)"' 'echo "loaded: `load-data | head -1`"' '[ "$(load-data)" = ok ] && echo loaded' 'case $(load-data) in ok) echo loaded ;; esac' \
    'tell() { echo "loaded: $(load-data)"; }; tell' 'fill() { load-data; }; echo "loaded: $(fill)"'; do
    printf '#!/bin/bash\nworker a &\n%s\nexec web\n' "$work" | wrapper
    migrate
    echo "# $work"
    untold 'a message'
    grep -q load-data "$tree"/*/run
    has web/flag-main
    [ -n "$(find "$tree" -name flag-oneshot)" ]
  done
}

@test "work in the words of a last message is done at the end" {
  printf '#!/bin/bash\nworker a &\nW=$!\nweb &\nwait $W\necho "saved: $(save-state)"\n' | wrapper
  migrate
  grep -qF 'echo "saved: $(save-state)"' "$tree/worker/finish"
}

@test "what only answers in a message is dropped with it" {
  printf '#!/bin/bash\nworker a &\n%s\nexec web\n' \
    'echo "$(date) $(hostname -i) node $(node --version) php $(php -v | head -1) $(curl -s ifconfig.me) $(sort /etc/x | uniq -c) $((1 + 2)) `id -u`" '"'"'$(x)'"'"'' | wrapper
  migrate
  told 'line 3: dropped: a message about the start'
  services web worker
}

@test "work that is done where a start has failed is named, and is no task" {
  local work
  for work in $'if [ "${rc}" != "0" ]; then\n  ./notify failed\n  exit ${rc}\nfi' $'if [ $rc -ne 0 ]; then . ./log-error.sh failed; exit $rc; fi' '[ $rc -eq 0 ] || { ./notify failed; exit 1; }' '[ $rc -ne 0 ] && ./notify failed'; do
    wrapper <<<$'#!/bin/bash\nvarnishd -a :80\nrc=$?\n'"$work"$'\nexec python3 app.py'
    migrate
    services varnishd app
    told 'TODO: the script did this when the start of varnishd had failed, and nothing does now: '
    ! grep -q '\$rc' "$tree/app/run"
  done
}

@test "a message that shows what the script has computed is marked where it may be looked for" {
  local message
  for message in 'echo "$PASS"' 'echo "admin password: $PASS"' 'printf "token %s\n" "$PASS"'; do
    wrapper <<<$'#!/bin/bash\nworker &\nPASS=$(cat /run/made)\n'"$message"$'\nexec web'
    migrate
    told "line 4: dropped: a message about the start; TODO: the container's output showed what the script had computed as PASS, and does so no more"
  done
  wrapper <<<$'#!/bin/bash\nworker &\nIP=$(hostname -i)\nPASS=secret\necho "listening at $IP"\necho "password: $PASS"\nexec web'
  migrate
  untold TODO
}
