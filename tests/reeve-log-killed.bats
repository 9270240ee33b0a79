# reeve-log that is killed, again and again, or in the midst of a rotation: no line is lost or torn.

load lib

setup()
{
  reeve_setup
  to=$dir/log
}
teardown() { reeve_teardown; }

# A logger that reads what is written to descriptor 7; $logger: its pid.
logger() # OPTION...
{
  [ -p "$dir/in" ] || mkfifo "$dir/in"
  start sh -c 'exec reeve-log "$@" <"$dir/in"' sh "$@"
  logger=$started
  exec 7>"$dir/in"
}
close_input() { exec 7>&-; }

all() { cat "$to"/@*.[su] "$to/current" 2>/dev/null; }
holds() { grep -q -- "$1" "$to/current"; }
archives() { find "$to" -name '@*.s' | wc -l; }

# Writes whole lines, as fast as they are read.
logger_reads() { [ "$(readlink "/proc/$started/fd/0")" = "$dir/in" ] && [ -e "$to/current" ]; }

@test "killed again and again, it loses no line; what a killed one left is archived" {
  mkfifo "$dir/in"
  exec 7<>"$dir/in" # outlives the loggers, as the supervisor's fifo does
  start awk -v to="$dir/in" -v stop="$dir/stop" -v written="$dir/written" 'BEGIN {
    for (i = 1; i % 500 || (getline line <stop) < 0; i++) { print i " of the lines that must not be lost" >to; fflush(to) }
    print i - 1 >written }'
  writer=$started
  reader=(sh -c 'exec reeve-log -t none -s 20000 -n 100000 "$1" <"$dir/in" 7>&- 8>&-' sh "$to")
  for ((kills = 0; kills < 20; kills++)); do
    start "${reader[@]}"
    eventually 10 logger_reads
    [ $((kills % 2)) -eq 0 ] || eventually 10 test -s "$to/current"
    sleep "0.0$((RANDOM % 9 + 1))"
    kill -KILL "$started"
    wait "$started" 2>/dev/null || :
  done
  touch "$dir/stop"
  exec 8<>"$dir/in" 7>&-
  start "${reader[@]}"
  eventually 60 gone "$writer"
  exec 8>&-
  ended "$started"
  echo "# $kills kills, $(all | wc -l) lines in $(find "$to" -name '@*.u' | wc -l) files .u"
  [ "$(find "$to" -name '@*.u' | wc -l)" -gt 3 ]
  # Only whole lines count: one that was being written is there again. As numbers: the rest of a torn
  # line may begin with zeros.
  all | awk -v written="$(cat "$dir/written")" 'NF == 9 && $9 == "lost" { if (!seen[$1 + 0]++) n++; else again++ }
    END { print "# " again " lines twice"; if (n != written) { print "# " n " lines of " written; exit 1 } }'
  [ ! -e "$to/previous" ]
}

@test "killed again and again, it tears no line by a stamp" {
  mkfifo "$dir/in"
  exec 7<>"$dir/in"
  # In writes that end anywhere.
  start awk -v to="$dir/in" -v stop="$dir/stop" 'BEGIN {
    for (i = 1; i % 500 || (getline line <stop) < 0; i++) printf "%09d of the lines that must not be torn\n", i >to }'
  writer=$started
  reader=(sh -c 'exec reeve-log -n 100000 "$1" <"$dir/in" 7>&- 8>&-' sh "$to")
  for ((kills = 0; kills < 40; kills++)); do
    start "${reader[@]}"
    eventually 10 logger_reads
    sleep "0.0$((RANDOM % 4))$((RANDOM % 10))"
    kill -KILL "$started"
    wait "$started" 2>/dev/null || :
  done
  touch "$dir/stop"
  exec 8<>"$dir/in" 7>&-
  start "${reader[@]}"
  eventually 60 gone "$writer"
  exec 8>&-
  ended "$started"
  # Only the end of a .u file may be the beginning of a line, which is there again.
  for file in "$to"/@*.[su] "$to/current"; do
    awk -v end_is_one="${file##*.}" '!/^[-0-9]+T[0-9:.]+Z [0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9] of the lines that must not be torn$/ { torn = $0; at = NR }
      END { if (torn != "" && (at < NR || end_is_one != "u")) { print "# torn: " torn; exit 1 } }' "$file"
  done
}

@test "a line whose beginning was written before its logger was killed has one stamp" {
  mkfifo "$dir/in"
  exec 7<>"$dir/in"
  reader=(sh -c 'exec reeve-log "$@" <"$dir/in" 7>&-' sh)
  for pause in 0 1; do # left in the pipe; taken from it
    start "${reader[@]}" "$to" "$dir/second"
    printf 'one\nthe begin' >&7
    eventually 10 holds 'Z the begin$'
    sleep "$pause"
    kill -KILL "$started"
    wait "$started" 2>/dev/null || :
    start "${reader[@]}" "$to" "$dir/second"
    printf 'ning\nthree\n' >&7
    eventually 10 holds 'Z three$'
    kill -TERM "$started"
    ended "$started"
    for log in "$to" "$dir/second"; do
      [ "$(cat "$log"/@*.u "$log/current" 2>/dev/null | grep -cE '^[-0-9]+T[0-9:.]+Z (one|the beginning|three)$')" -eq 3 ]
      [ "$(cat "$log"/@*.u "$log/current" 2>/dev/null | wc -l)" -eq 3 ]
    done
    rm -r "$to" "$dir/second"
  done
}

@test "a line that has become several, in several files, goes on in the last when its logger is killed" {
  mkfifo "$dir/in"
  exec 7<>"$dir/in"
  reader=(sh -c 'exec "$dir/bin/s6-log" -l 1000 s4096 "pweb:" "$to" <"$dir/in" 7>&-' sh)
  mkdir "$dir/bin"
  ln -s "$(command -v reeve-log)" "$dir/bin/s6-log"
  export dir to
  start "${reader[@]}"
  printf '%06500d' 0 >&7
  eventually 10 holds '^web: 0\{500\}$'
  eventually 10 grep -q '^t' "$to/unfinished" # taken from the pipe
  kill -KILL "$started"
  wait "$started" 2>/dev/null || :
  start "${reader[@]}"
  printf 'end\nthree\n' >&7
  eventually 10 holds '^web: three$'
  [ "$(archives)" -eq 2 ]
  [ "$(all | sed 's/^web: //' | awk '{ print length }' | paste -sd ,)" = 1000,1000,1000,1000,1000,1000,503,5 ]
  [ "$(all | tr -d '\n' | sed 's/web: //g')" = "$(printf '%06500dendthree' 0)" ]
}

@test "the beginning of a line outlives its logger" {
  mkfifo "$dir/in"
  exec 7<>"$dir/in"
  reader=(sh -c 'exec reeve-log -t none "$@" <"$dir/in" 7>&-' sh)
  start "${reader[@]}" "$to" "$dir/second"
  printf 'one\nthe begin' >&7
  eventually 10 holds '^the begin$'
  eventually 10 grep -qsx 'the begin' "$dir/second/current"
  kill -KILL "$started"
  wait "$started" 2>/dev/null || :
  start "${reader[@]}" "$to" "$dir/second"
  printf 'ning\nthree\n' >&7
  eventually 10 holds three
  eventually 10 grep -qx three "$dir/second/current"
  for log in "$to" "$dir/second"; do [ "$(cat "$log"/@*.u "$log/current")" = one$'\n''the beginning'$'\n'three ]; done
}

@test "loggers that are killed before they have written anything leave the old files alone" {
  seq 30 | reeve-log -t none -s 10 -n 3 "$to"
  before=$(all)
  : >"$to/current"
  for ((i = 0; i < 5; i++)); do
    chmod -x "$to/current"
    echo line | reeve-log -t none -n 3 "$dir/other" "$to" --only nothing
  done
  [ "$(all)" = "$before" ]
  [ "$(find "$to" -name '@*.u' | wc -l)" -eq 0 ]
}

# What each interruption of a rotation leaves, as s6-log and multilog leave it too.
interrupted() # EXPECTED ; of what is in $to
{
  echo new | reeve-log -t none "$to"
  [ "$(cat "$to"/@*.[su] "$to/current" | paste -sd ,)" = "$1" ]
  for name in previous processed newstate; do [ ! -e "$to/$name" ]; done
  rm -r "$to"
}

@test "what a killed logger left is put in order" {
  mkdir "$to"; echo old >"$to/current"
  interrupted old,new
  mkdir "$to"; echo old >"$to/previous"
  interrupted old,new
  mkdir "$to"; echo old >"$to/previous"; chmod 744 "$to/previous"; echo later >"$to/current"
  interrupted old,later,new
  mkdir "$to"; echo old >"$to/previous"; echo half >"$to/processed"; echo x >"$to/newstate"; echo later >"$to/current"
  interrupted old,later,new
  mkdir "$to"; echo old >"$to/previous"; echo 'done' >"$to/processed"; chmod 744 "$to/processed"; echo later >"$to/current"
  interrupted 'done,later,new'
  mkdir "$to"; echo old >"$to/@400000006b0700f4226c9342.s"; ln "$to/@400000006b0700f4226c9342.s" "$to/previous"
  interrupted old,new
}

@test "a file that has a second name elsewhere, a backup's, loses no line" {
  mkdir "$dir/backup"
  logger -t none -s 100 -n 1000 "$to"
  for ((i = 1; i <= 300; i++)); do
    echo "line $i" >&7
    if ((i % 7 == 0)); then
      eventually 10 test -e "$to/current"
      rm -rf "$dir/backup/log"
      cp -al "$to" "$dir/backup/log" 2>/dev/null || : # what goes meanwhile
    fi
  done
  close_input
  ended "$logger"
  diff <(seq -f 'line %.0f' 300) <(all)
}

@test "so it is with a logger that was killed" {
  mkdir "$to"
  for file in previous current; do
    echo "$file" >"$to/$file"
    ln "$to/$file" "$dir/$file"
  done
  interrupted previous,current,new
}
