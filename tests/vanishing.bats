# Whatever vanishes from LIVE or SCAN under a service, in every phase of it, and whatever
# comes then: the tree ends when it is told to, nothing of it is left, supervisors are not
# started over and over, and nothing runs on unsupervised.
#
#   PHASES='up logger'  only these
#   TREES=N             as many at a time; most of the time of each is waiting

load lib
# All trees are made before the first test.
TEST_LIMIT=900

setup_file()
{
  reeve_setup
  counting_programs
  exec {tick}<> <(:) 3>&- # nothing ever comes from there
  all_trees 2>/dev/null
}

teardown_file()
{
  local file
  for file in "$dir"/*/scanner; do pids+=("$(<"$file")"); done
  [ -z "${KEEP-}" ] || cp -r "$dir" "$KEEP"
  reeve_teardown
}

# Each supervisor that is started leaves its pid.
counting_programs()
{
  mkdir "$dir/bin" "$dir/real"
  cp "$REEVE_BIN"/reeve "$REEVE_BIN"/reeve-scan "$REEVE_BIN"/reeve-log "$dir/bin"
  cp "$REEVE_BIN"/reeve-supervise "$dir/real"
  script "$dir/bin/reeve-supervise" <<<"echo \$\$ >>\"\$TREE/started\"; exec $dir/real/reeve-supervise \"\$@\""
  PATH=$dir/bin:$PATH
}

# As lib's, with fewer programs: there are hundreds of trees.
script() # FILE ; its content on stdin
{
  local text
  IFS= read -rd '' text || :
  mkdir -p "${1%/*}"
  printf '#!/bin/sh\n%s' "$text" >"$1"
  chmod 755 "$1"
}

# ---- the phases: $at is where the service directory is made ----

service_web() { in=$at service web; }

in_down() { service_web <<<'echo $$ >>"$TREE/pids"; exec sleep 1000000'; in=$at setting web down ''; }
reached_down() { s6-svok "$web"; }

in_waiting() { service_web <<<'exit 1'; in=$at setting web restart-delay '600000 600000'; }
reached_waiting() { s6-svok "$web" && [ -s "$web/supervise/death_tally" ]; }

in_up() { service_web <<<'echo $$ >>"$TREE/pids"; exec sleep 1000000'; }
reached_up() { [ -s "$TREE/pids" ] && told_up "$web"; }
# Its supervisor has told so. One that is killed before, with its live directory gone, takes with
# it what it alone knew.
told_up() { [ "$(s6-svstat -o up "$1")" = true ]; }

# Long enough to be met in it.
slowly='trap "sleep 2; exit 0" TERM; echo $$ >>"$TREE/pids"; while :; do sleep 0.2; done'

in_stopping() { service_web <<<"$slowly"; }
reached_stopping() { reached_up && s6-svc -d "$web"; }

in_finishing() { in_up; in=$at script "$at/web/finish" <<<'echo >"$TREE/finishing"; sleep 2'; }
reached_finishing() { reached_up && s6-svc -d "$web" && within 10 test -s "$TREE/finishing"; }

in_leaving() { service_web <<<"$slowly"; }
reached_leaving() { reached_up && s6-svc -dx "$web"; }

in_adopting() { in_up; }
reached_adopting() { reached_up && kill -KILL "$(supervisor_of web)" && within 10 adopted; }
adopted() { [ "$(s6-svstat -o pid "$web")" = "$(<"$TREE/pids")" ] && has_supervisor "$web" && supervisor_of web; }

# A logger whose supervisor has lost its directory reads on until its input ends.
in_logged() { in_up; in=$at/web service log <<<'echo $$ >"$TREE/logger"; exec cat >/dev/null'; }
reached_logged() { [ -s "$TREE/pids" ] && [ -s "$TREE/logger" ] && told_up "$web" && told_up "$web/log"; }

in_logger() { in_logged; whose=web/log; }
reached_logger() { reached_logged; }

in_collected() { in_up; options=(-L lines); }
reached_collected() { reached_up && s6-svok "$web"; }

# ---- what vanishes ----

live_name() { eventually 10 rm -rf "$live/web"; }
live_supervise() { eventually 10 rm -rf "$live/web/supervise"; }
live_log() { eventually 10 rm -rf "$live/web/log"; }
live_run() { rm -f "$live/web/run"; }
live_all() { eventually 10 rm -rf "$live"; }
scan_name() { rm -rf "$scan/web"; }
scan_run() { rm -f "$scan/web/run"; }
scan_all() { rm -rf "$scan"; }
both() { eventually 10 rm -rf "$scan" "$live"; }
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

# So many at a time look seldom, and start no program for the wait between.
pause() { read -rt "$1" -u "$tick" || :; } # SECONDS

# As lib's, with that.
within() # SECONDS COMMAND...
{
  local until=$((SECONDS + $1 + 1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$until" ] || return 1
    pause 0.3
  done
}

# What the tree has started, as far as it has told.
nothing_runs()
{
  local pid
  while read -r pid; do gone "$pid" || return 1; done < <(cat "$TREE"/{pids,started,logger} 2>/dev/null)
}

# Anything at all; names the trees.
left_behind()
{
  local environments=(/proc/[0-9]*/environ) # without those that search here
  env -u TREE grep -zhxF -f <(printf 'TREE=%s\n' "$dir/"*.*.*.*) "${environments[@]}" 2>/dev/null | tr '\0' '\n' | sort -u
}

nothing_left() { [ -z "$(left_behind)" ]; }

supervisors()
{
  local pid name
  for pid in $(<"/proc/$scanner/task/$scanner/children"); do
    read -r name <"/proc/$pid/comm" && [ "$name" = reeve-supervise ] && echo "$pid"
  done 2>/dev/null
}

supervisor_of() # NAME
{
  local pid words
  for pid in $(supervisors); do
    mapfile -d '' words <"/proc/$pid/cmdline" && [ "${words[-1]}" = "$1" ] && echo "$pid" && return
  done 2>/dev/null
  return 1
}

# No supervisor is started for two seconds, in which a storm would start two for each.
settled()
{
  local before
  before=$(<"$TREE/started")
  pause 2.2
  [ "$(<"$TREE/started")" = "$before" ]
}

# Is what runs of the services a supervisor's child, or known to one that has adopted it? One
# that was cut off from its directory cannot be asked.
supervised()
{
  local pid known='' words
  for pid in $(supervisors); do
    [ -e "/proc/$pid/cwd/supervise/status" ] || return 0
    known+=" $(s6-svstat -o pid "/proc/$pid/cwd")"
  done 2>/dev/null
  while read -r pid; do
    alive "$pid" || continue
    case $known" " in *" $pid "*) continue ;; esac
    read -ra words <"/proc/$pid/stat"
    [ "$(<"/proc/${words[3]}/comm")" = reeve-supervise ] || ! alive "$pid" || return 1
  done 2>/dev/null <"$TREE/pids"
}

tree() # WHERE PHASE WHAT THEN
{
  export TREE="$dir/$1.$2.$3.$4"
  local options=() at web whose=web
  mkdir -p "$TREE/scan"
  scan=$TREE/scan live=$TREE/live
  : >"$TREE/pids"
  : >"$TREE/started"
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
  within 10 nothing_runs || echo "# ${TREE##*/}: leaves something behind"
}

one() # WHERE PHASE WHAT THEN
{
  [ "$running" -lt "${TREES:-100}" ] || { wait -n || :; running=$((running - 1)); }
  running=$((running + 1))
  { set +e; trap - DEBUG; tree "$@"; : >"$TREE/ended"; } >"$dir/said.$1.$2.$3.$4" 3>&- &
}

trees_of() # PHASE
{
  local what next
  for next in ${THEN-killed left rescan rescan_killed nothing}; do
    for what in ${WHAT_OWN-live_name live_supervise live_log live_run live_all scan_name scan_run scan_all both}; do one own "$1" "$what" "$next"; done
    [ "$1" != collected ] || continue
    for what in ${WHAT_FOREIGN-link target}; do one foreign "$1" "$what" "$next"; done
    for what in ${WHAT_PLACE-scan_name live_supervise live_log scan_run renamed}; do one place "$1" "$what" "$next"; done
  done
}

# From all phases, side by side.
all_trees()
{
  local phase running=0
  for phase in ${PHASES-down waiting up stopping finishing leaving adopting logged logger collected}; do
    trees_of "$phase"
    : >"$dir/tried.$phase"
  done
  wait
  within 10 nothing_left || :
  left_behind >"$dir/left"
}

check() # PHASE
{
  local found tree
  [ -e "$dir/tried.$1" ] || skip "not one of PHASES"
  found=$(cat "$dir/said."*".$1."*; sed -n "/[.]$1[.]/s/.*\//# left behind by /p" "$dir/left")
  for tree in "$dir"/*".$1."*.*/; do
    [ -e "$tree/ended" ] || found+=$'\n'"# not tried to its end: $tree"
  done
  [ -z "$found" ] || { echo "$found"; return 1; }
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
@test "whose output is collected" { check collected; }
