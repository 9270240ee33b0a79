# Whatever vanishes from LIVE or SCAN under a service, in every phase of it, and whatever
# comes then: the tree ends when it is told to, nothing of it is left, supervisors are not
# started over and over, and nothing runs on unsupervised.

load lib

setup() { reeve_setup; counting_programs; }
teardown() { reeve_teardown; }

# Each supervisor that is started leaves a line.
counting_programs()
{
  mkdir "$dir/bin" "$dir/real"
  cp "$REEVE_BIN"/reeve "$REEVE_BIN"/reeve-scan "$REEVE_BIN"/reeve-log "$dir/bin"
  cp "$REEVE_BIN"/reeve-supervise "$dir/real"
  script "$dir/bin/reeve-supervise" <<<"echo >>\"\$TREE/started\"; exec $dir/real/reeve-supervise \"\$@\""
  PATH=$dir/bin:$PATH
}

# ---- the phases: $at is where the service directory is made ----

service_web() { in=$at service web; }

in_down() { service_web <<<'echo $$ >>"$TREE/pids"; exec sleep 1000000'; in=$at setting web down ''; }
reached_down() { s6-svok "$web"; }

in_waiting() { service_web <<<'exit 1'; in=$at setting web restart-delay '600000 600000'; }
reached_waiting() { s6-svok "$web" && [ -s "$web/supervise/death_tally" ]; }

in_up() { service_web <<<'echo $$ >>"$TREE/pids"; exec sleep 1000000'; }
reached_up() { [ -s "$TREE/pids" ]; }

# Long enough to be met in it.
slowly='trap "sleep 2; exit 0" TERM; echo $$ >>"$TREE/pids"; while :; do sleep 0.2; done'

in_stopping() { service_web <<<"$slowly"; }
reached_stopping() { [ -s "$TREE/pids" ] && s6-svc -d "$web"; }

in_finishing() { in_up; in=$at script "$at/web/finish" <<<'echo >"$TREE/finishing"; sleep 2'; }
reached_finishing() { [ -s "$TREE/pids" ] && s6-svc -d "$web" && within 10 test -s "$TREE/finishing"; }

in_leaving() { service_web <<<"$slowly"; }
reached_leaving() { [ -s "$TREE/pids" ] && s6-svc -dx "$web"; }

in_adopting() { in_up; }
reached_adopting() { [ -s "$TREE/pids" ] && kill -KILL "$(supervisor_of web)" && within 10 s6-svok "$web"; }

# A logger whose supervisor has lost its directory reads on until its input ends.
in_logged() { in_up; in=$at/web service log <<<'echo $$ >"$TREE/logger"; exec cat >/dev/null'; }
reached_logged() { [ -s "$TREE/pids" ] && [ -s "$TREE/logger" ]; }

in_logger() { in_logged; whose=web/log; }
reached_logger() { reached_logged; }

in_default() { in_up; options=(-L prefix); whose=web/log; }
reached_default() { reached_up && s6-svok "$web"; }

# ---- what vanishes ----

live_name() { rm -rf "$live/web"; }
live_supervise() { rm -rf "$live/web/supervise"; }
live_log() { rm -rf "$live/web/log"; }
live_run() { rm -f "$live/web/run"; }
live_all() { rm -rf "$live"; }
scan_name() { rm -rf "$scan/web"; }
scan_run() { rm -f "$scan/web/run"; }
scan_all() { rm -rf "$scan"; }
both() { rm -rf "$scan" "$live"; }
link() { rm -f "$live/web"; }
target() { rm -rf "$at/web"; }
renamed() { mv "$scan/web" "$scan/wob"; }

# ---- what comes then ----

killed() { kill -KILL "$supervisor" 2>/dev/null || :; }
left() { kill -TERM "$supervisor" 2>/dev/null || :; } # as s6-svc -dx, which needs the directory
rescan() { s6-svscanctl -an "$live" 2>/dev/null || :; }
rescan_killed() { rescan; killed; }
nothing() { :; }

# ---- one tree ----

# Eighty at a time: they look seldom.
within() # SECONDS COMMAND...
{
  local until=$((SECONDS + $1 + 1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 0.3
  done
}

nothing_left()
{
  local environments=(/proc/[0-9]*/environ) # without those that search here
  ! env -u TREE grep -lzxqF "TREE=$TREE" "${environments[@]}" 2>/dev/null
}

supervisor_of() # NAME
{
  local pid
  for pid in $(pgrep -P "$scanner" -x reeve-supervise); do
    case " $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)" in *" $1 ") echo "$pid"; return ;; esac
  done
  return 1
}

count() { lines "$TREE/started" 2>/dev/null || echo 0; }

# No supervisor is started for two seconds, in which a storm would start two for each.
settled()
{
  local before
  before=$(count)
  sleep 2.2
  [ "$(count)" = "$before" ]
}

# Is what runs of the services known to a supervisor? One that has adopted it may be cut off.
supervised()
{
  ! alive "$supervisor" || return 0
  local pid known='' d
  for d in "$live"/*/ "$live"/*/log/; do
    known+=" $(s6-svstat -o pid "$d" 2>/dev/null)"
  done
  while read -r pid; do
    alive "$pid" || continue
    case $known" " in *" $pid "*) continue ;; esac
    [ "$(cat "/proc/$(awk '{ print $4 }' "/proc/$pid/stat" 2>/dev/null)/comm" 2>/dev/null)" = reeve-supervise ] || ! alive "$pid" || return 1
  done 2>/dev/null <"$TREE/pids"
}

tree() # WHERE PHASE WHAT THEN
{
  export TREE="$dir/$1.$2.$3.$4"
  local options=() at web whose=web
  mkdir -p "$TREE/scan"
  scan=$TREE/scan live=$TREE/live
  touch "$TREE/pids" "$TREE/started"
  case $1 in
    place) live=$scan at=$scan ;;
    foreign) at=$TREE/elsewhere; in=$scan idle other ;;
    own) at=$scan ;;
  esac
  web=$live/web
  "in_$2"
  reeve-scan -l "$live" "${options[@]}" "$scan" >>"$TREE/output" 2>&1 3>&- &
  scanner=$!
  echo "$scanner" >"$TREE/scanner"
  within 30 scanner_ready || { echo "# ${TREE##*/}: does not begin"; return; }
  if [ "$1" = foreign ]; then ln -s "$at/web" "$live/web"; s6-svscanctl -a "$live"; fi
  within 30 "reached_$2" || { echo "# ${TREE##*/}: never comes to the phase"; return; }
  within 10 supervisor_of "$whose" || { echo "# ${TREE##*/}: has no supervisor"; return; }
  supervisor=$(supervisor_of "$whose")
  "$3"
  "$4"
  within 30 settled || echo "# ${TREE##*/}: supervisors are started over and over"
  within 10 supervised || echo "# ${TREE##*/}: something runs unsupervised"
  kill -TERM "$scanner"
  within 60 gone "$scanner" || { echo "# ${TREE##*/}: does not end"; return; }
  within 10 nothing_left || echo "# ${TREE##*/}: leaves something behind"
}

# All at once: most of the time of each is waiting.
each() # PHASE
{
  local what next
  for what in ${WHAT_OWN-live_name live_supervise live_log live_run live_all scan_name scan_run scan_all both}; do
    for next in ${THEN-killed left rescan rescan_killed nothing}; do tree own "$1" "$what" "$next" & done
  done
  [ "$1" != default ] || { wait; return; }
  for what in ${WHAT_FOREIGN-link target}; do
    for next in ${THEN-killed left rescan rescan_killed nothing}; do tree foreign "$1" "$what" "$next" & done
  done
  for what in ${WHAT_PLACE-scan_name live_supervise live_log scan_run renamed}; do
    for next in ${THEN-killed left rescan rescan_killed nothing}; do tree place "$1" "$what" "$next" & done
  done
  wait
}

check()
{
  local found
  found=$(each "$1" 2>/dev/null)
  for pid in "$dir"/*/scanner; do pids+=("$(cat "$pid")"); done
  [ -z "$found" ] || { echo "$found"; [ -z "${KEEP-}" ] || cp -r "$dir" "$KEEP"; return 1; }
}

@test "in a service that is down" { check down; }
@test "in one that waits to be started again" { check waiting; }
@test "in one that is up" { check up; }
@test "in one that is being stopped" { check stopping; }
@test "in one whose finish runs" { check finishing; }
@test "in one that leaves" { check leaving; }
@test "in one that was adopted" { check adopting; }
@test "in one that has a logger" { check logged; }
@test "in a logger" { check logger; }
@test "in a default logger" { check default; }
