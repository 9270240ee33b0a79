# The same scenario on s6-svscan and on reeve-scan, in place: an observer sees the
# same order of events, fields, exit codes and arguments of finish.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

# The meant differences, each with its reason.
meant_differences()
{
  sed -E \
    -e '/^finish /s/^(finish [^ ]+ [^ ]+ [^ ]+).*/\1/' \
    -e '/supervise\/(orders|state|notify|reeve|pipe|run-lock)$/d'
  # finish: the process group is a fourth argument, as in s6 2.15.
  # supervise/: the scanner's orders, the saved state, where readiness is written, the marker of
  # what the scanner made, the logger's input, and what lock-fd stands for.
}

who_starts() # s6|reeve
{
  live=$scan
  case $1 in
    s6) start s6-svscan "$scan" ;;
    reeve) start reeve-scan -l "$scan" "$scan" ;;
  esac
  scanner=$started
  eventually 10 scanner_ready
  eventually 10 has_supervisor "$scan/web"
}

# Records every event of a service from its start on, as any listener would get it. A
# listener that begins later may come while the start is still told, or after that.
listen() # NAME ; before who_starts
{
  mkdir -m 3730 "$scan/$1/event"
  mkfifo -m 622 "$scan/$1/event/.new"
  fifo="$scan/$1/event/ftrig1:@400000000000000000000000:abcdef"
  exec {listener}<>"$scan/$1/event/.new"
  cat <&"$listener" >"$dir/events" 3>&- &
  pids+=($!)
  exec {listener}>&-
  mv "$scan/$1/event/.new" "$fifo"
}

heard() { grep -q "\.$" "$dir/events"; }

note() { echo "$*" >>"$dir/seen"; }

do_svc() # OPTION...
{
  local code=0
  s6-svc "$@" "$scan/web" || code=$?
  note "s6-svc $* -> $code"
}

# What s6-svstat prints, and of the status itself whether there is a pid, the wait status and
# the flags.
fields()
{
  note "fields $(s6-svstat -o up,wantedup,normallyup,ready,paused,exitcode,signal,signum "$scan/web")"
  note "line $(s6-svstat "$scan/web" | sed -E 's/pid [0-9]+/pid/; s/[0-9]+ seconds/seconds/g')"
  note "bytes $(od -An -v -tx1 -w35 "$scan/web/supervise/status" | awk '{ pid = 0; for (i = 25; i <= 32; i++) pid += $i != "00"; print (pid ? "pid" : "-"), $33 $34, $35 }')"
}

end() # how it ends: signal or letter
{
  local code=0
  s6-svscanctl "-${1:-t}" "$scan"
  eventually 20 gone "$scanner"
  wait "$scanner" || code=$?
  note "scanner ended with $code"
  printf . >"$fifo"
  eventually 10 heard
  rm -f "$fifo"
  note "events $(cat "$dir/events")"
  note "modes $(cd "$scan/web" && stat -c '%a %F %n' supervise supervise/* event | sort -k 3)"
  note "status $(stat -c %s "$scan/web/supervise/status")"
  note "deaths $(od -An -v -tu1 -w14 "$scan/web/supervise/death_tally" | awk '{ print $13, $14 }' | tr '\n' ';')"
  [ ! -s "$dir/finish" ] || while read -r line; do note "finish $line"; done <"$dir/finish"
}

same() # SCENARIO
{
  local who
  for who in s6 reeve; do
    echo "# with $who"
    rm -rf "${scan:?}" "$dir"/{seen,finish,events}
    mkdir "$scan"
    "$1" "$who"
    meant_differences <"$dir/seen" >"$BATS_TEST_TMPDIR/$who"
    [ -s "$BATS_TEST_TMPDIR/$who" ]
  done
  diff -u "$BATS_TEST_TMPDIR/s6" "$BATS_TEST_TMPDIR/reeve"
}

recorded_finish() { finish web <<<"echo \"\$1 \$2 \$3 \$4\" >>$dir/finish"; }

orders()
{
  idle web
  setting web down ''
  recorded_finish
  listen web
  who_starts "$1"
  fields
  do_svc -wu -T 10000 -u
  fields
  do_svc -wD -T 10000 -d
  fields
  do_svc -wu -T 10000 -o
  fields
  do_svc -wD -T 10000 -t
  fields
  do_svc -wu -T 10000 -U
  fields
  do_svc -wr -T 10000 -r
  fields
  do_svc -wD -T 10000 -D
  fields
  end
}

@test "down, up, once, term, U, restart, D" { same orders; }

by_signal()
{
  idle web
  recorded_finish
  listen web
  who_starts "$1"
  s6-svwait -u -t 10000 "$scan/web"
  do_svc -O
  do_svc -wD -T 10000 -k
  fields
  end
}

@test "killed by a signal, after O" { same by_signal; }

by_code()
{
  service web <<<'exit 7'
  setting web down ''
  recorded_finish
  listen web
  who_starts "$1"
  do_svc -o
  died() { [ -s "$scan/web/supervise/death_tally" ]; }
  eventually 10 died
  s6-svwait -D -t 10000 "$scan/web"
  fields
  end
}

@test "an exit code, once" { same by_code; }

readiness()
{
  service web <<<'echo >&4; exec sleep 1000000'
  setting web notification-fd 4
  setting web down ''
  listen web
  who_starts "$1"
  do_svc -wU -T 10000 -u
  fields
  do_svc -wR -T 10000 -r
  fields
  do_svc -wD -T 10000 -d
  fields
  end
}

@test "readiness by notification-fd" { same readiness; }

pause()
{
  idle web
  listen web
  who_starts "$1"
  s6-svwait -u -t 10000 "$scan/web"
  do_svc -p
  paused() { [ "$(s6-svstat -o paused "$scan/web")" = "$1" ]; }
  eventually 10 paused true
  fields
  do_svc -c
  eventually 10 paused false
  do_svc -p
  eventually 10 paused true
  do_svc -wD -T 10000 -d
  fields
  end
}

@test "paused, continued, and stopped while paused" { same pause; }

kills()
{
  service web <<<'trap "" TERM; echo >&3; while :; do sleep 0.1; done'
  setting web notification-fd 3
  setting web timeout-kill 100
  setting web timeout-finish 2000 # in which it writes
  finish web <<<"echo \"\$1 \$2 \$3\" >>$dir/finish; exec sleep 1000000"
  listen web
  who_starts "$1"
  s6-svwait -U -t 10000 "$scan/web"
  do_svc -wD -T 10000 -d
  fields
  end
}

@test "timeout-kill and timeout-finish" { same kills; }

never_again()
{
  service web <<<'exit 1'
  setting web down ''
  finish web <<<'exit 125'
  listen web
  who_starts "$1"
  do_svc -u
  has_ended() { [ "$(s6-svstat -o wantedup,exitcode "$scan/web")" = "false 1" ]; } # it is down before, too
  eventually 10 has_ended
  fields
  end
}

@test "finish says: never again" { same never_again; }

tally()
{
  idle web
  setting web max-death-tally 2
  listen web
  who_starts "$1"
  s6-svwait -u -t 10000 "$scan/web"
  for i in 1 2 3; do
    s6-svwait -u -t 10000 "$scan/web"
    do_svc -wr -T 10000 -r
  done
  do_svc -wD -T 10000 -d
  end
}

@test "max-death-tally" { same tally; }

deaths() { note "deaths $(od -An -v -tu1 -w14 "$scan/web/supervise/death_tally" | awk '{ print $13, $14 }' | tr '\n' ';')"; }

# Ordered stops, each of a supervisor of its own, are no deaths of the next one.
begun_again()
{
  idle web
  finish web <<<'#!/bin/execlineb -S0
s6-permafailon 60 2 0-255,SIGTERM exit 0'
  listen web
  who_starts "$1"
  for i in 1 2 3; do
    s6-svwait -u -t 10000 "$scan/web"
    fields
    deaths
    do_svc -wD -T 10000 -t
    s6-svwait -u -t 10000 "$scan/web"
    deaths
    supervisor=$(pgrep -P "$scanner" -f supervise)
    s6-svc -dx "$scan/web"
    eventually 10 gone "$supervisor"
    replaced() { has_supervisor "$scan/web" && [ "$(s6-svstat -o up "$scan/web")" = true ]; }
    eventually 10 replaced
  done
  fields
  deaths
  end
}

@test "a supervisor that begins knows of no deaths" {
  skip_events() { begun_again "$1"; sed -i '/^events/d' "$dir/seen"; }
  same skip_events # the listener does not hear all of them
}

never_run()
{
  idle web
  setting web down ''
  listen web
  who_starts "$1"
  fields
  do_svc -p -c -r -k -O -d
  fields
  supervisor=$(pgrep -P "$scanner" -f supervise)
  s6-svc -x "$scan/web"
  eventually 10 gone "$supervisor"
  eventually 10 has_supervisor "$scan/web"
  fields
  note "deaths $(stat -c %s "$scan/web/supervise/death_tally")"
  end
}

@test "one that has never run" {
  skip_events() { never_run "$1"; sed -i '/^events/d' "$dir/seen"; }
  same skip_events
}

made()
{
  idle web
  who_starts "$1"
  s6-svwait -u -t 10000 "$scan/web"
  note "modes $(cd "$scan/web" && stat -c '%a %F %n' supervise supervise/* event | sort -k 3)"
  s6-svscanctl -t "$scan"
  eventually 20 gone "$scanner"
}

@test "what is made in a service directory, the fifodir too" { same made; }

leave()
{
  idle web
  recorded_finish
  listen web
  who_starts "$1"
  s6-svwait -u -t 10000 "$scan/web"
  mv "$scan/web" "$scan/.web" # so that the scanner does not replace the supervisor
  s6-svscanctl -a "$scan"
  fifo=$scan/.web/event/${fifo##*/}
  s6-svc -xd "$scan/.web"
  unsupervised() { ! s6-svok "$scan/.web"; }
  eventually 10 unsupervised
  mv "$scan/.web" "$scan/web"
  fifo=$scan/web/event/${fifo##*/}
  fields
  end
}

@test "x" { same leave; }

logger()
{
  service web <<<'trap "echo last; exit 0" TERM; echo first; echo >&3; while :; do sleep 0.05; done'
  setting web notification-fd 3
  in=$scan/web service log <<<"exec cat >>$dir/seen"
  listen web
  who_starts "$1"
  s6-svwait -U -t 10000 "$scan/web"
  eventually 10 has_supervisor "$scan/web/log"
  end "$2"
}

logger_t() { logger "$1" t; }
logger_q() { logger "$1" q; }

@test "a logger, and s6-svscanctl -t" { same logger_t; }

@test "a logger, and s6-svscanctl -q" {
  skip_order() { logger "$1" q; sort -o "$dir/seen" "$dir/seen"; sed -i -e '/^last$/d' -e '/^deaths/d' "$dir/seen"; }
  same skip_order # -q promises neither that the last line comes, nor that its writer outlives its reader
}
