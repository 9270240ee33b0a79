# Templates: NAME@ is none itself, NAME@x and the numbers of its `count` are services of its files.

load lib
load survival
load upgrading

setup() { reeve_setup; unset WORKERS; }
teardown() { survival_teardown; }

# Notes what it is told, and that it ends.
noting() # NAME
{
  service "$1" <<<'echo "$# $1 $2 $REEVE_INSTANCE" >>"$dir/$1.starts"
trap "echo \"$1 ends\" >>\"\$dir/order\"; kill \$!; exit 0" TERM
sleep 1000000 & wait'
}

# What the one was told last.
told() { [ "$(tail -n 1 "$dir/$1.starts")" = "$2" ]; }
is_told() { eventually 10 told "$@"; }
names() { reeve -l "$live" status | sed -n '2,$s/ .*//p' | tr '\n' ' '; }
there_are() { [ "$(names)" = "${*:+$* }" ] || { names; return 1; }; }
soon_there_are() { eventually 10 there_are "$@"; }
rescan() { s6-svscanctl -a "$live"; }
never_up() { [ ! -e "$live/$1" ] && [ ! -e "$dir/$1.starts" ]; }

@test "a count makes numbered instances, which are told which they are; the template is no service" {
  noting worker@
  finish worker@ <<<'echo "$3 $REEVE_INSTANCE" >>"$dir/finished"'
  script "$scan/worker@/health" <<<'echo "$REEVE_INSTANCE" >"$dir/health.$REEVE_INSTANCE"'
  setting worker@ health-interval 100
  setting worker@ count 2
  service task@ <<<'echo "$2" >>"$dir/task"'
  script "$scan/task@/undo" <<<'echo "undo $REEVE_INSTANCE" >>"$dir/task"'
  setting task@ flag-oneshot ''
  setting task@ count 1
  noting ordinary
  REEVE_INSTANCE=other scanner
  soon_there_are ordinary task@1 worker@1 worker@2
  is_told worker@1 '2 worker@1 1 1'
  is_told worker@2 '2 worker@2 2 2'
  is_told ordinary '1 ordinary  '
  [ ! -e "$live/worker@" ]
  eventually 10 test -s "$dir/health.2"
  eventually 10 field task@1 state 'done'
  up worker@1
  s6-svc -d "$live/worker@1" # s6's client
  eventually 10 grep -qx 'worker@1 1' "$dir/finished"
  eventually 10 field worker@1 state down
  s6-svc -u "$live/worker@1"
  up worker@1
  stop_scanner 0
  [ "$(<"$dir/task")" = $'1\nundo 1' ]
  grep -qx 'worker@2 2' "$dir/finished"
  ! said warning
}

@test "a link to it and a directory without run are instances, with files of their own in front; one with a run is none" {
  noting worker@
  finish worker@ <<<'echo "template $REEVE_INSTANCE" >>"$dir/finished"'
  setting worker@ data/text template
  ln -s worker@ "$scan/worker@link"
  mkdir "$scan/worker@own"
  finish worker@own <<<'echo "own $REEVE_INSTANCE" >>"$dir/finished"'
  setting worker@own data/text own
  noting worker@run
  noting lonely@x
  noting maker@ # as s6-instance-maker makes it
  mkdir "$scan/maker@/instances"
  mkdir "$scan/nothing@x"
  scanner
  soon_there_are lonely@x maker@ worker@link worker@own worker@run
  is_told worker@link '2 worker@link link link'
  is_told worker@own '2 worker@own own own'
  is_told worker@run '1 worker@run  '
  is_told lonely@x '1 lonely@x  '
  is_told maker@ '1 maker@  '
  says 'nothing@x is not started: it has no ./run, and there is no template nothing@'
  [ "$(<"$live/worker@own/data/text")" = own ]
  [ "$(<"$live/worker@link/data/text")" = template ]
  up worker@link
  up worker@own
  # A link is its template's directory.
  reeve -l "$live" disable worker@link 2>"$dir/said"
  grep -q 'no directory of its own' "$dir/said"
  [ ! -e "$scan/worker@/down" ]
  reeve -l "$live" disable worker@own
  [ -e "$scan/worker@own/down" ]
  [ "$(reeve -l "$live" completion words -- scale '')" = worker@ ]
  [[ $(reeve -l "$live" completion words -- stop '') == *worker@own* ]]
  # Without its own, it has the template's again; a link that is gone is an instance that is gone, with its finish.
  rm "$scan/worker@own/finish" "$scan/worker@link"
  eventually 10 grep -qx 'template link' "$dir/finished"
  soon_there_are lonely@x maker@ worker@own worker@run
  rescan
  eventually 10 eval '[ "$(readlink "$live/worker@own/finish")" = "$scan/worker@/finish" ]'
  stop_scanner 0
  grep -qx 'template own' "$dir/finished"
}

@test "each instance has a logger of its own, which knows whose it is" {
  service worker@ <<<'echo "line of $2"; exec sleep 1000000'
  script "$scan/worker@/log/run" <<<'exec cat >>"$dir/log.$REEVE_INSTANCE"'
  setting worker@ count 2
  script "$scan/worker@b/log/run" <<<'exec cat >>"$dir/own.$REEVE_INSTANCE"'
  scanner
  eventually 10 grep -qx 'line of 1' "$dir/log.1"
  eventually 10 grep -qx 'line of 2' "$dir/log.2"
  eventually 10 grep -qx 'line of b' "$dir/own.b"
  eventually 10 field worker@1/log state up
  stop_scanner 0
  [ ! -e "$dir/log.b" ]
}

@test "the count may be a variable's, with a default; what is wrong is told, and keeps nothing down nor takes it away" {
  for name in set@ unset@ empty@ wrong@ many@ bad@ bare@; do noting "$name"; done
  setting set@ count '$WORKERS'
  setting unset@ count '$NO_SUCH_THING:2'
  setting empty@ count '$EMPTY:1'
  setting wrong@ count '$WRONG:2'
  setting many@ count 10001
  setting bad@ count 'two'
  setting bare@ count '$NO_SUCH_THING'
  EMPTY='' WORKERS=3 WRONG=several scanner
  soon_there_are bad@1 bare@1 empty@1 many@1 set@1 set@2 set@3 unset@1 unset@2 wrong@1 wrong@2
  says 'invalid WRONG, which .*/wrong@/count names: "several": allowed: 0 to 10000 (going on with 2)'
  says 'invalid .*/many@/count: "10001": allowed: 0 to 10000, or $VARIABLE'
  says 'invalid .*/bad@/count: "two"'
  says 'invalid .*/bare@/count: NO_SUCH_THING is not set'
  ! said 'unset@/count' && ! said 'empty@/count'
  echo 2 >"$scan/bad@/count"
  : >"$scan/set@/count"
  rm "$scan/wrong@/count"
  rescan
  soon_there_are bad@1 bad@2 bare@1 empty@1 many@1 set@1 set@2 set@3 unset@1 unset@2
  says 'invalid .*/set@/count: "".*(going on with 3)'
  stop_scanner 0
}

@test "a template that nothing makes an instance of is named, in place as well, where it is an ordinary service" {
  noting unused@
  noting none@
  setting none@ count 0
  noting linked@
  ln -s linked@ "$scan/linked@x"
  scanner
  soon_there_are linked@x
  says 'the template unused@ has neither a count nor an instance'
  ! said 'none@' && ! said 'linked@ '
  stop_scanner 0
  never_up unused@
  rm -r "$scan/linked@x" "$scan/linked@" "$scan/none@"
  scanner_in_place
  eventually 10 field unused@ state up
  rescan
  says 'in place there are no templates: unused@ is an ordinary service'
  scanner_ready
  [ "$(grep -c 'in place there are no templates' "$dir/stderr")" -eq 1 ]
  stop_scanner 0
}

@test "who needs a template waits for all of its instances, and is stopped before them; with none it waits for nobody" {
  service worker@ <<<'trap "echo \"$1 ends\" >>\"\$dir/order\"; kill \$!; exit 0" TERM
[ -e "$dir/$1.ready" ] || { until [ -e "$dir/$1.ready" ]; do sleep 0.02; done; }
echo >&3
sleep 1000000 & wait'
  setting worker@ notification-fd 3
  setting worker@ count 2
  ln -s worker@ "$scan/worker@x"
  noting none@
  setting none@ count 0
  noting web
  setting web dependencies.d/worker@ ''
  setting web dependencies.d/none@ ''
  noting later
  setting later dependencies.d/worker@ optional
  setting later dependencies.d/nowhere@ optional
  noting off@
  setting off@ count 1
  setting off@ enable-if NO_SUCH_VARIABLE
  noting free
  setting free dependencies.d/none@ ''
  setting free dependencies.d/off@ ''
  noting lost
  setting lost dependencies.d/nowhere@ ''
  noting front@
  setting front@ count 1
  setting front@ dependencies.d/web ''
  scanner
  up free
  eventually 10 field off@1 state disabled
  eventually 10 field lost state held
  field lost waits_for '["nowhere@"'
  touch "$dir/worker@1.ready" "$dir/worker@x.ready"
  eventually 10 field worker@1 ready true
  eventually 10 field worker@x ready true
  eventually 10 field web state held
  field web waits_for '["worker@2"'
  field later state held
  [ ! -e "$dir/web.starts" ]
  [[ $(reeve -l "$live" graph web) == *'worker@ '*template* ]]
  touch "$dir/worker@2.ready"
  up web
  up later
  up front@1
  stop_scanner 0
  [ "$(grep -n 'front@1' "$dir/order" | cut -d: -f1)" -lt "$(grep -n '^web' "$dir/order" | cut -d: -f1)" ]
  [ "$(grep -n '^web' "$dir/order" | cut -d: -f1)" -lt "$(grep -n 'worker@' "$dir/order" | head -n 1 | cut -d: -f1)" ]
}

@test "a command for all services waits for instances that a scanner has yet to make" {
  strace -e trace=none true 2>/dev/null || skip "strace cannot be used here"
  idle web
  idle worker@
  setting worker@ count 3
  start strace -D -q -o /dev/null -e trace=mkdir,mkdirat -e inject=mkdir,mkdirat:delay_enter=200000 reeve-scan -l "$live" "$scan"
  eventually 20 test -e "$live/.s6-svscan/state"
  reeve -l "$live" wait up --all --timeout 60s
  for name in web worker@1 worker@2 worker@3; do field "$name" state up; done
}

@test "CMD may follow all instances of a template" {
  service worker@ <<<'until [ -e "$dir/$1.ready" ]; do sleep 0.02; done; echo >&3; exec sleep 1000000'
  setting worker@ notification-fd 3
  setting worker@ count 2
  start env REEVE_CMD_AFTER='worker@' reeve-scan -l "$live" "$scan" -- sh -c 'echo runs >>"$dir/cmd"; exec sleep 1000000'
  scanner=$started
  touch "$dir/worker@1.ready"
  eventually 10 field worker@1 ready true
  eventually 10 eval '[[ $(reeve -l "$live" status || :) == *"CMD  "*"worker@2 (starting)"* ]]'
  [ ! -e "$dir/cmd" ]
  reeve -l "$live" scale -n worker@ 3
  touch "$dir/worker@2.ready" "$dir/worker@3.ready"
  eventually 10 test -s "$dir/cmd"
  stop_scanner 0
}

@test "a template that appears starts its instances, those that were there before as well; when it goes, so do they" {
  mkdir "$scan/worker@own"
  ln -s worker@ "$scan/worker@link"
  scanner
  says 'nothing@x\|worker@own is not started'
  noting .worker@
  setting .worker@ count 2
  mv "$scan/.worker@" "$scan/worker@"
  soon_there_are worker@1 worker@2 worker@link worker@own
  is_told worker@own '2 worker@own own own'
  is_told worker@2 '2 worker@2 2 2'
  up worker@link
  mv "$scan/worker@" "$scan/.worker@"
  soon_there_are worker@own # it has lost its run, which counts at the next start
  mv "$scan/.worker@" "$scan/worker@"
  soon_there_are worker@1 worker@2 worker@link worker@own
  stop_scanner 0
}

@test "a template whose run is not there, or cannot be executed, for a while; its instances start when that is mended" {
  noting worker@
  setting worker@ count 1
  chmod -x "$scan/worker@/run"
  scanner
  says 'worker@1: warning: unable to execute ./run'
  chmod +x "$scan/worker@/run"
  up worker@1
  mv "$scan/worker@/run" "$dir/run"
  rescan
  says 'scan/worker@ is not started: ./run: there is no such file'
  ln -s worker@ "$scan/worker@link"
  mkdir "$scan/worker@own"
  says 'worker@link is not started: it has no ./run, and there is no template worker@ with one'
  says 'worker@own is not started'
  mv "$dir/run" "$scan/worker@/run"
  is_told worker@link '2 worker@link link link'
  is_told worker@own '2 worker@own own own'
  [ "$(lines "$dir/worker@1.starts")" -eq 1 ]
  chmod -x "$scan/worker@/run"
  mkdir "$scan/worker@later"
  says 'worker@later is not started: ./run: no execute permission'
  chmod +x "$scan/worker@/run"
  is_told worker@later '2 worker@later later later'
  # Where nobody has looked at the template, a link to it comes first.
  mv "$scan/worker@/run" "$dir/run"
  ln -s worker@ "$scan/worker@first"
  says 'worker@first is not started'
  mkdir "$scan/worker@last"
  says 'worker@last is not started'
  short_pause 300 # so that nobody looks again but for what follows
  mv "$dir/run" "$scan/worker@/run"
  is_told worker@first '2 worker@first first first'
  is_told worker@last '2 worker@last last last'
  [ "$(grep -c inotify "$dir/stderr")" -eq 0 ]
  stop_scanner 0
}

@test "an instance that is a directory counts after a second without a change; until then a run makes it an ordinary service" {
  noting worker@
  setting worker@ count 1
  scanner
  soon_there_are worker@1
  mkdir "$scan/worker@run" "$scan/worker@own"
  noting worker@run
  setting worker@own data/text own
  is_told worker@own '2 worker@own own own'
  is_told worker@run '1 worker@run  '
  [ "$(lines "$dir/worker@run.starts")" -eq 1 ]
  # One that is counted may get a directory, and lose it.
  finish worker@1 <<<'echo own >>"$dir/finished"'
  rescan
  eventually 10 eval '[ "$(readlink "$live/worker@1/finish")" = "$scan/worker@1/finish" ]'
  rm -r "$scan/worker@1"
  eventually 10 eval '[ ! -L "$live/worker@1/finish" ]' || ls -l "$live/worker@1"
  up worker@1
  [ "$(lines "$dir/worker@1.starts")" -eq 1 ]
  stop_scanner 0
}

@test "instances outlive a supervisor and a scanner that are killed, and an upgrade; they stay what they are" {
  upgrading_setup
  service worker@ <<<'exec 9>>"$dir/$1.lock"; flock -n 9 || echo "$1" >>"$dir/clash"
echo "$# $2 $REEVE_INSTANCE" >>"$dir/$1.told"; exec sleep 1000000'
  setting worker@ count 2
  setting worker@ restart-delay '10 10'
  scanner
  up worker@1
  up worker@2
  pid=$(pid_of worker@1)
  kill_supervisor worker@1
  upgrade
  kill -KILL "$(supervisor_of worker@2)" "$scanner"
  eventually 10 gone "$scanner"
  noting later
  scanner
  up worker@1
  up later
  [ "$(pid_of worker@1)" = "$pid" ]
  kill -KILL "$pid"
  eventually 10 eval '[ "$(lines "$dir/worker@1.told")" -eq 2 ]'
  eventually 10 has_successor worker@2 0
  s6-svc -k "$live/worker@2"
  eventually 10 eval '[ "$(tail -n 1 "$dir/worker@2.told")" = "2 2 2" ]'
  [ "$(sort -u "$dir/worker@1.told")" = '2 1 1' ]
  stop_scanner 0
}
