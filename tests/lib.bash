# What the bats files share. A test gets folders of its own below $dir:
#   $scan   the scan directory
#   $live   the live directory
# and at its end every process that it started is ended, by pid.
#
#   service NAME            makes $scan/NAME/run from stdin (sh, unless it has #!)
#   finish NAME             makes its ./finish alike
#   setting NAME FILE TEXT  writes a file of it
#   scanner [OPTION...]     starts reeve-scan on $live and $scan; $scanner: its pid
#   supervise NAME          starts reeve-supervise on $live/NAME (without a scanner)
#   eventually SECONDS CMD  waits until CMD succeeds; fails after SECONDS
#   field NAME KEY VALUE    is that what `reeve status --json` says?
#
# With TESTS_LATE=MS each line of a test begins so many milliseconds late, with
# TESTS_LATE_IN=N one in N, by chance: for tests that must hold on a busy machine.
# shellcheck shell=bash

bats_require_minimum_version 1.5.0 2>/dev/null || :

reeve_setup()
{
  dir=$(mktemp -d "${TMPDIR:-/tmp}/reeve-test.XXXXXX")
  scan=$dir/scan
  live=$dir/live
  pids=()
  scanner=
  mkdir "$scan"
  REEVE_BIN=${REEVE_BIN:-$BATS_TEST_DIRNAME/../build/bin}
  PATH=$REEVE_BIN:$PATH
  TESTBED=${TESTBED:-$BATS_TEST_DIRNAME/../build/tests}
  [ -x "$TESTBED/processes" ] || { echo "# no $TESTBED/processes: make testbed"; return 1; }
  unset REEVE_LIVE
  export scan live dir
  export -n TESTS_LATE TESTS_LATE_IN
  [ -z "${TESTS_LATE-}" ] || trap 'begin_late "$BASH_SOURCE"; bats_debug_trap "$BASH_SOURCE"' DEBUG
}

# As on a machine that has other work to do: some lines of the test begin late.
begin_late() # FILE
{
  [ "$1" = "$BATS_TEST_SOURCE" ] || return 0
  [ $((RANDOM % ${TESTS_LATE_IN:-1})) -ne 0 ] || short_pause "$TESTS_LATE"
}

# The programs and the scan directory where any user comes to them.
for_everyone()
{
  mkdir "$dir/bin"
  cp "$REEVE_BIN"/reeve* "$dir/bin"
  PATH=$dir/bin:$PATH
  chmod 755 "$dir" "$dir/bin" "$scan"
}

alive() { kill -0 "$1" 2>/dev/null; }

# Or a zombie of this shell, which may reap one child only when the next one ends.
gone() # PID
{
  local stat
  alive "$1" || return 0
  read -r stat 2>/dev/null <"/proc/$1/stat" && [[ $stat == *") Z $BASHPID "* ]]
}

# It has ended, though perhaps nobody has reaped it: what a service leaves behind counts as
# ended before its reaper, the scanner mostly, comes to it.
over() { gone "$1" || grep -qs '^State:.Z' "/proc/$1/status" || gone "$1"; }

# Stops them, and waits until they are stopped: until then one may still take what it was woken for.
freeze() # PID...
{
  local pid
  kill -STOP "$@" || return 1
  for pid; do eventually 10 is_frozen "$pid" || return 1; done
}
is_frozen() { grep -qs '^State:.[TtZX]' "/proc/$1/status" || gone "$1"; }

# It has done what it was woken for, and waits for what comes.
polls() { grep -q poll "/proc/$1/wchan"; } # PID

processes() { "$TESTBED/processes" "$@"; } # tests/processes.c

# Every process that works below $dir, or was executed with this $dir in its environment.
leftovers() { processes of "$dir" || :; }

# Only what is certainly this test's is signalled: on a busy machine a pid in $pids that has
# ended is another test's within a minute.
reeve_teardown()
{
  local pid ours told=()
  ours=$(leftovers)
  for pid in "${pids[@]}"; do
    case $'\n'$ours$'\n' in *$'\n'"$pid"$'\n'*) if kill -TERM "$pid" 2>/dev/null; then told+=("$pid"); fi ;; esac
  done
  for pid in "${told[@]}"; do within 10 gone "$pid" || :; done
  for pid in $(leftovers); do kill -KILL "$pid" 2>/dev/null || :; done
  rm -rf "$dir"
}

# Without a process: nothing ever comes through this fifo.
short_pause() # MILLISECONDS
{
  local seconds
  printf -v seconds '%d.%03d' $(($1 / 1000)) $(($1 % 1000))
  [ -p "$BATS_FILE_TMPDIR/pause" ] || mkfifo "$BATS_FILE_TMPDIR/pause"
  read -r -t "$seconds" <>"$BATS_FILE_TMPDIR/pause" || :
}

# Waits for a condition; says nothing when it does not come. Bats need not trace it, which
# takes more time than most conditions do.
within() # SECONDS COMMAND...
{
  local -
  set +T
  look_until "$@"
}

# Looks less often the longer it has waited.
look_until() # SECONDS COMMAND...
{
  local until=$((SECONDS + $1 + 1)) ms=10
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$until" ] || return 1
    short_pause $ms
    ms=$((ms < 100 ? ms + ms / 8 : 100))
  done
}

eventually() # SECONDS COMMAND...
{
  within "$@" && return
  shift
  echo "# never came true: $*"
  "$@" || :
  [ ! -s "$dir/stderr" ] || sed 's/^/# stderr: /' "$dir/stderr" | tail -n 20
  return 1
}

script() # FILE ; its content on stdin
{
  local text
  IFS= read -r -d '' text || :
  text=${text%$'\n'}
  [ -d "${1%/*}" ] || mkdir -p "${1%/*}"
  case $text in '#!'*) ;; *) text="#!/bin/sh"$'\n'$text ;; esac
  printf '%s\n' "$text" >"$1.new"
  chmod 755 "$1.new"
  mv "$1.new" "$1"
}

service() { script "${in:-$scan}/$1/run"; }
finish() { script "${in:-$scan}/$1/finish"; }
setting()
{
  local file="${in:-$scan}/$1/$2"
  [ -d "${file%/*}" ] || mkdir -p "${file%/*}"
  printf '%s\n' "$3" >"$file"
}

# One that ends on SIGTERM and does nothing else.
idle() { service "$1" <<<'exec sleep 1000000'; }

# Not this shell's child any more that has yet to execute something. Until then it has the
# shell's handlers, and a SIGTERM that comes is lost.
executed() # PID
{
  local own its
  [ "/proc/$1/exe" -ef "/proc/$BASHPID/exe" ] || return 0
  mapfile -d '' own <"/proc/$BASHPID/cmdline"
  mapfile -d '' its <"/proc/$1/cmdline"
  [ "${own[*]}" != "${its[*]}" ]
} 2>/dev/null

start() # COMMAND... ; $started: its pid; its output in $dir/stdout, $dir/stderr
{
  "$@" >>"$dir/stdout" 2>>"$dir/stderr" 3>&- &
  started=$!
  pids+=("$started")
  [ "$(type -t "$1")" != file ] || until executed "$started"; do short_pause 1; done
}

scanner_ready() { s6-svscanctl -z "$live"; }

# One whose main service ends at once may have ended before anybody asked it.
scanner_ready_or_gone() { scanner_ready || gone "$scanner"; }

scanner() # [OPTION...]
{
  start reeve-scan -l "$live" "$@" "$scan"
  scanner=$started
  eventually 10 scanner_ready_or_gone
}

scanner_in_place() # [OPTION...]
{
  live=$scan
  scanner "$@"
}

# What each process of this test is doing, where one should have ended.
tell_processes()
{
  local pid
  for pid in $(leftovers); do
    echo "# process $pid: $(tr '\0' ' ' <"/proc/$pid/cmdline")$(grep -E '^(State|PPid|SigPnd|ShdPnd|SigBlk):' "/proc/$pid/status" | tr -s '\t\n' ' ') $(<"/proc/$pid/wchan")"
  done 2>/dev/null
}

ended() # PID [CODE]
{
  local code=0
  eventually 60 gone "$1" || { tell_processes; return 1; }
  wait "$1" 2>/dev/null || code=$?
  [ "$code" -eq "${2:-0}" ] || { echo "# exit code $code"; return 1; }
}

stop_scanner() # [CODE]
{
  kill -TERM "$scanner"
  ended "$scanner" "${1:-0}"
}

supervise() # NAME ; for a service made with in=$live
{
  start reeve-supervise "$live/$1"
  # shellcheck disable=SC2034 # for the tests
  supervisor=$started
  eventually 10 has_supervisor "$live/$1"
}

# $value: what `reeve status --json NAME` says of KEY, a text in its quotes.
read_field() # NAME KEY
{
  local json
  json=$(reeve -l "$live" status --json "$1") || :
  value=
  [[ $json =~ \"$2\":(\"([^\"\\]|\\.)*\"|[^],}]*) ]] && value=${BASH_REMATCH[1]}
}

json_field() # NAME KEY
{
  local value
  read_field "$1" "$2" && echo "$value"
}

field() # NAME KEY VALUE
{
  local value
  read_field "$1" "$2" && [ "$value" = "$3" ] || [ "$value" = "\"$3\"" ] || { echo "# $1: $2 is $value, not $3"; return 1; }
}

# One that reads commands, which s6-svc without any finds out. s6-svok looks at the lock, which a
# supervisor takes before it writes its first status, or has read what it is to go on with.
has_supervisor() { s6-svc "$1" && [ -s "$1/supervise/status" ]; } # DIRECTORY

# What `reeve` reads, its state, is written first, then s6's status, and then the events are sent.
has_told() # DIRECTORY
{
  [ ! -e "$1/supervise/state" ] || # s6's supervisor
    { cmp -s -n 35 -i 12:0 "$1/supervise/state" "$1/supervise/status" && cmp -s -n 1 -i 132:0 "$1/supervise/state" /dev/zero; }
}

# The real one may still read the status of before.
s6-svstat()
{
  [[ ${!#} != /* ]] || within 2 has_told "${!#}" || : # not where the supervisor is stopped, or killed
  command s6-svstat "$@"
}

# The real one fails when there is no supervisor yet.
s6-svwait()
{
  local argument
  for argument; do
    case $argument in
      /*) eventually 10 has_supervisor "$argument" || return 1 ;;
    esac
  done
  command s6-svwait "$@"
}

# For `reeve`, and a moment later for s6's clients, too; and a shell has set its traps, or has
# done all that comes before its last line's exec.
up()
{
  local run sets_trap=$'trap [^\n]*TERM' last_exec='(^|[ ;])exec [^;]*$'
  eventually 10 field "$1" state up && eventually 10 is_up_for_s6 "$1" || return 1
  IFS= read -r -d '' run 2>/dev/null <"$live/$1/run" || :
  run=${run%$'\n'}
  if [[ $run =~ $sets_trap ]]; then within 3 traps_term "$1" || : # not where a child of it does
  elif [[ ${run##*$'\n'} =~ $last_exec && ${run##*$'\n'} != *' do '* ]]; then within 3 has_executed "$1" || :
  fi
}
is_up_for_s6() { [ "$(s6-svstat -o up "$live/$1")" = true ]; }
traps_term() { process_traps_term "$(pid_of "$1")"; } # NAME
process_traps_term() # PID ; or ignores it
{
  local key value signals=0
  while read -r key value; do
    case $key in SigIgn: | SigCgt:) ((signals |= 16#$value)) ;; esac
  done <"/proc/$1/status"
  ((signals & 1 << 14))
}
has_executed() # NAME ; its ./run, a script, another program
{
  local comm
  read -r comm <"/proc/$(pid_of "$1")/comm" && [ "$comm" != run ]
}
# Nothing where none runs: s6-svstat says -1, which to `kill` is everybody.
pid_of()
{
  local pid
  pid=$(s6-svstat -o pid "$live/$1") && [ "$pid" -gt 1 ] && echo "$pid"
}
said() { grep -q -- "$1" "$dir/stderr"; }
# How often a message was said of which PATTERN is a part: what was the same again was counted.
times_said() # PATTERN
{
  grep -- "$1" "$dir/stderr" |
    awk '/ \(said once more\)$/ { n++; next } / \(said [0-9]+ times more\)$/ { n += $(NF - 2); next } { n++ } END { print n + 0 }'
}
says() { eventually "${2:-10}" said "$1"; }
lines() { wc -l <"$1"; }

# Ports of loopback that are free, and that the kernel gives to nobody meanwhile.
free_ports() # NUMBER
{
  /usr/bin/python3 -c '
import random, socket, sys
first = int(open("/proc/sys/net/ipv4/ip_local_port_range").read().split()[0])
sockets = []
while len(sockets) < int(sys.argv[1]):
    try: sockets.append(socket.create_server(("127.0.0.1", random.randrange(10000, max(first, 11000)))))
    except OSError: pass
print(*(s.getsockname()[1] for s in sockets))' "$1"
}
