# reeve scale NAME@ NUMBER, at run time.

load lib
load survival

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

noting() # NAME
{
  service "$1" <<<'trap "echo \"$1 ends\" >>\"\$dir/order\"; kill \$!; exit 0" TERM
sleep 1000000 & wait'
}

names() { reeve status | sed -n '2,$s/ .*//p' | tr '\n' ' '; }
there_are() { [ "$(names)" = "${*:+$* }" ] || { names; return 1; }; }
soon_there_are() { eventually 10 there_are "$@"; }
answers() # CODE TEXT COMMAND...
{
  local code=$1 text=$2
  shift 2
  run "$@"
  [ "$status" -eq "$code" ] && [[ $output == *"$text"* ]] || { echo "$status: $output"; return 1; }
}

@test "scale starts and ends instances, waits until that is so, and says it; neither a rescan nor a killed scanner nor an upgrade undoes it" {
  noting worker@
  finish worker@ <<<'echo "$3" >>"$dir/finished"'
  setting worker@ count 2
  ln -s worker@ "$scan/worker@x"
  ln -s worker@ "$scan/worker@4"
  scanner
  soon_there_are worker@1 worker@2 worker@4 worker@x
  answers 0 'worker@ has 3 instances: 1 more' reeve scale worker@ 3
  there_are worker@1 worker@2 worker@3 worker@4 worker@x
  up worker@3
  up worker@2
  pid=$(pid_of worker@1)
  answers 0 'worker@ has 1 instance: 2 fewer' reeve scale worker@/ 1
  there_are worker@1 worker@4 worker@x
  [ "$(sort "$dir/finished" | tr '\n' ' ')" = 'worker@2 worker@3 ' ]
  [ ! -e "$live/worker@2" ]
  reeve rescan
  s6-svscanctl -an "$live"
  reeve upgrade
  there_are worker@1 worker@4 worker@x
  kill -KILL "$scanner"
  eventually 10 gone "$scanner"
  scanner
  up worker@1
  reeve rescan
  reeve upgrade # which comes when the first scan is over
  there_are worker@1 worker@4 worker@x
  [ "$(pid_of worker@1)" = "$pid" ]
  answers 0 'worker@ has 1 instance: as before' reeve scale worker@ 1
  answers 0 'worker@ is to have 2 instances' reeve scale -n 'w*@' 2
  soon_there_are worker@1 worker@2 worker@4 worker@x
  # A container that has restarted counts as its image says.
  stop_scanner 0
  echo another >"$live/.s6-svscan/life"
  setting worker@ count 1
  scanner
  soon_there_are worker@1 worker@4 worker@x
  stop_scanner 0
}

@test "who needs an instance by its name is stopped before that goes, and held; who needs the template goes on" {
  noting worker@
  setting worker@ count 3
  noting one
  setting one dependencies.d/worker@3 ''
  noting all
  setting all dependencies.d/worker@ ''
  noting maybe
  setting maybe dependencies.d/worker@3 optional
  scanner
  up one
  up all
  up maybe
  up worker@3
  pid=$(pid_of all)
  maybe=$(pid_of maybe)
  answers 0 'worker@ has 1 instance: 2 fewer' reeve scale worker@ 1
  [ "$(grep -m 1 -n '^one' "$dir/order" | cut -d: -f1)" -lt "$(grep -m 1 -n '^worker@3' "$dir/order" | cut -d: -f1)" ]
  eventually 10 field one state held
  field one waits_for '["worker@3"'
  [ "$(pid_of all)" = "$pid" ]
  # shellcheck disable=SC2016
  [[ $(reeve why one || :) == *'There is no instance worker@3: `reeve scale worker@ 3` makes it'* ]]
  answers 1 'one cannot start: it needs worker@3' reeve start one
  [ "$(pid_of maybe)" = "$maybe" ] # order, not need
  reeve scale worker@ 3
  up one
  stop_scanner 0
}

@test "0 to 50 and back, again and again, while instances start and end" {
  service worker@ <<<'case $2 in *3) exit 1 ;; *7) trap "" TERM; exec sleep 0.3 ;; *) exec sleep 1000000 ;; esac'
  setting worker@ restart-delay '1 5'
  setting worker@ count 0
  noting web
  setting web dependencies.d/worker@ optional
  scanner
  up web
  reeve scale worker@ 0
  there_are web
  for number in 50 20 50 0 7; do reeve scale -n worker@ $number; done
  soon_there_are web worker@1 worker@2 worker@3 worker@4 worker@5 worker@6 worker@7
  reeve scale --timeout 20s worker@ 50 >"$dir/first" 2>&1 3>&- &
  first=$!
  reeve scale --timeout 60s worker@ 0 || [ $? -eq 1 ]
  wait "$first" || [[ $? =~ ^(1|99)$ ]] || { cat "$dir/first"; false; } # 1: the other one was later; 99: those that end at once are hardly ever up
  reeve scale --timeout 60s worker@ 0
  soon_there_are web
  [ -z "$(processes of "$dir" reeve-supervise | while read -r pid; do tr '\0' '\n' <"/proc/$pid/cmdline" | grep worker@; done)" ]
  reeve scale -n worker@ 50
  stop_scanner 0
}

@test "what is wrong is said with what is right; nothing is changed by it" {
  noting worker@
  setting worker@ count 1
  noting plain
  noting a@b
  long=$(printf 'l%.0s' {1..249})@
  noting "$long"
  setting "$long" count 0
  scanner
  soon_there_are a@b plain worker@1
  answers 100 'reeve scale worker@ 4' reeve scale
  answers 100 'reeve scale worker@ 4' reeve scale worker@
  for number in x 10001 1.5 '' 4x +3; do answers 100 'invalid number of instances' reeve scale worker@ "$number"; done
  answers 100 'reeve scale plain@ 3' reeve scale plain 3
  answers 100 'reeve scale worker@ 3' reeve scale worker@1 3
  answers 0 'worker@ has 1 instance: as before' reeve scale worker@ 01
  answers 100 'invalid number' reeve scale 3 worker@
  answers 1 'there is no template a@' reeve scale a@ 2
  answers 1 'there is no template x*@' reeve scale 'x*@' 2
  answers 100 'scale does not take --all' reeve scale --all 3
  answers 100 'its name would be longer than 251 bytes' reeve scale "$long" 10
  there_are a@b plain worker@1
  stop_scanner 0
  answers 1 'no scanner runs' reeve scale worker@ 2
}

@test "with --timeout it waits no longer, nor when another number was said; a finish that scales its own template is not waited for" {
  service slow@ <<<'exec sleep 1000000'
  setting slow@ notification-fd 3
  setting slow@ count 0
  noting own@
  setting own@ count 2
  finish own@ <<<'[ "$3" = own@2 ] || exit 0; reeve scale own@ 1 >"$dir/said" 2>&1; echo "$?" >"$dir/code"'
  scanner
  up own@2
  answers 99 'timed out while waiting for slow@1' reeve scale --timeout 100ms slow@ 1
  soon_there_are own@1 own@2 slow@1
  s6-svc -r "$live/own@2"
  eventually 10 test -s "$dir/code"
  grep -q 'not waiting for own@2: its ./finish waits for this command' "$dir/said"
  soon_there_are own@1 slow@1
  freeze "$scanner"
  reeve scale --timeout 60s own@ 0 >"$dir/overruled" 2>&1 3>&- &
  first=$!
  eventually 10 grep -qx 0 "$live/.s6-svscan/scale/own@"
  reeve scale -n own@ 1
  kill -CONT "$scanner"
  code=0
  wait "$first" || code=$?
  [ "$code" -eq 1 ]
  grep -q 'own@ was scaled to 1 meanwhile' "$dir/overruled"
  there_are own@1 slow@1
  freeze "$scanner"
  reeve scale --timeout 60s own@ 50 >"$dir/overruled" 2>&1 3>&- &
  first=$!
  eventually 10 grep -qx 50 "$live/.s6-svscan/scale/own@"
  reeve scale -n own@ 1
  code=0
  wait "$first" || code=$?
  kill -CONT "$scanner"
  [ "$code" -eq 1 ]
  [ "$(<"$dir/overruled")" = 'reeve: warning: own@ was scaled to 1 meanwhile' ]
  there_are own@1 slow@1
  stop_scanner 0
}
