# reeve-log: what is written where, and that nothing is lost.

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

@test "each line goes to every place: stamped in directories, plain on stdout and stderr" {
  printf 'one\ntwo' | reeve-log "$to" "$dir/second" - /dev/stderr >"$dir/out" 2>"$dir/err"
  for file in "$dir/out" "$dir/err"; do [ "$(cat "$file")" = one$'\n'two ]; done
  for file in "$to/current" "$dir/second/current"; do
    [ "$(grep -cE '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}Z (one|two)$' "$file")" -eq 2 ]
  done
}

@test "each stamp is the time of the system's clock" {
  before=$(date -u +%FT%T.%6N)
  iso=$(echo line | reeve-log --stamp iso -)
  json=$(echo line | reeve-log --json - | jq -r .time)
  local=$(echo line | (TZ=UTC exec -a s6-log reeve-log T 1))
  after=$(date -u +%FT%T.%6N)
  local=${local/ /T}
  for stamp in "${iso%Z line}" "${json%Z}" "${local%???  line}"; do
    [[ ! $stamp < $before && ! $stamp > $after ]] || { echo "# $stamp is not from $before to $after"; return 1; }
  done
}

@test "stamps, a prefix, and none" {
  echo one | reeve-log -t tai -p web: - | grep -qxE '@[0-9a-f]{24} web: one'
  echo one | reeve-log --stamp iso - | grep -qxE '[-0-9]{10}T[0-9:.]{15}Z one'
  echo one | reeve-log -t none "$to"
  holds '^one$'
}

@test "a line is in the file at once, though more may come" {
  logger -t none "$to" -
  for i in 1 2 3; do
    echo "line $i" >&7
    eventually 10 holds "^line $i\$"
    eventually 10 grep -qx "line $i" "$dir/stdout"
  done
  close_input
  ended "$logger"
}

@test "files are rotated with the line that reaches the size, and so many are kept" {
  seq -f '%09.0f' 100 | reeve-log -t none -s 100 -n 3 "$to" # 10 bytes each
  [ "$(archives)" -eq 3 ]
  for file in "$to"/@*.s; do [ "$(wc -c <"$file")" -eq 100 ]; done
  [ ! -s "$to/current" ]
  diff <(seq -f '%09.0f' 71 100) <(all)
}

@test "what has ended well is continued" {
  seq 1 5 | reeve-log -t none "$to"
  [ -x "$to/current" ]
  logger -t none "$to"
  eventually 10 test ! -x "$to/current"
  seq 6 9 >&7
  close_input
  ended "$logger"
  [ -x "$to/current" ]
  diff <(seq 9) "$to/current"
}

@test "a file is rotated when it is old enough, also when nothing comes" {
  logger -t none -a 300ms "$to"
  echo one >&7
  rotated() { [ "$(archives)" -eq "$1" ]; }
  eventually 10 rotated 1
  echo two >&7
  eventually 10 rotated 2
  [ "$(all)" = one$'\n'two ]
  close_input
  ended "$logger"
}

@test "a line longer than the buffer stays whole in the file" {
  long=$(head -c 300000 /dev/zero | tr '\0' x)
  printf '%s\nshort\n%s' "$long" "$long" | reeve-log -s 1000 "$to"
  [ "$(all | grep -cE '^[-0-9]{10}T[0-9:.]{15}Z x{30000}')" -eq 2 ]
  [ "$(all | awk '{ print length($2) }' | paste -sd ' ')" = "300000 5 300000" ]
}

@test "json of a long line is one object, with no character torn" {
  awk 'BEGIN { printf "\""; for (i = 0; i < 50000; i++) printf "é€" }' >"$dir/long"
  reeve-log -j -p web "$to" <"$dir/long"
  [ "$(lines "$to/current")" -eq 1 ]
  jq -r .text "$to/current" | cmp - <(cat "$dir/long"; echo)
}

@test "of who has set O_DIRECT on the pipe, each line is written once" {
  python3 -c '
import fcntl, os
fcntl.fcntl(1, fcntl.F_SETFL, os.O_WRONLY | os.O_DIRECT)
for i in range(500): os.write(1, b"%d\n" % i)
' | reeve-log --stamp none "$to"
  diff <(seq 0 499) "$to/current"
}

@test "json is valid whatever the bytes are" {
  { head -c 400000 /dev/urandom; printf x; } >"$dir/bytes" # the last line has no newline
  expected=$(($(tr -cd '\n' <"$dir/bytes" | wc -c) + 1))
  reeve-log -j -p $'a "service"\n\377' - <"$dir/bytes" >"$dir/json"
  [ "$(jq -c 'select((.text | type) == "string" and (.service | startswith("a \"service\"\n")) and (.time | type) == "string")' "$dir/json" | wc -l)" -eq "$expected" ]
  reeve-log -j -p web "$to" <"$dir/bytes"
  all | jq -e .text >/dev/null
}

@test "globs choose lines" {
  printf '%s\n' 'GET /' 'GET /health' 'error: one' 'POST /' >"$dir/lines"
  [ "$(reeve-log -o 'GET*' -o '*error*' -d '*health' - <"$dir/lines" | paste -sd ,)" = "GET /,error: one" ]
  [ "$(reeve-log --drop 'GET*' - <"$dir/lines" | paste -sd ,)" = "error: one,POST /" ]
}

@test "SIGALRM rotates" {
  logger -t none "$to"
  echo one >&7
  eventually 10 holds one
  kill -ALRM "$logger"
  archived() { grep -qx one "$to"/@*.s; }
  eventually 10 archived
  echo two >&7
  eventually 10 holds two
  close_input
  ended "$logger"
}

@test "SIGTERM: what is there is written, to the end of the line, and what comes later is left" {
  logger -t none "$to"
  echo one >&7
  eventually 10 holds one
  freeze "$logger"
  printf 'two\nthr' >&7
  kill -TERM "$logger"
  kill -CONT "$logger"
  eventually 10 holds two
  alive "$logger"
  printf 'ee\nfour\n' >&7
  ended "$logger"
  [ -x "$to/current" ]
  exec 8<"$dir/in"
  close_input
  [ "$(paste -sd , "$to/current"; cat <&8)" = one,two,three$'\n'four ]
}

@test "SIGTERM twice does not wait for the end of a line" {
  logger -t none "$to"
  printf 'one\ntw' >&7
  eventually 10 holds one
  kill -TERM "$logger"
  eventually 10 grep -qE '^ShdPnd:\s*0+$' "/proc/$logger/status" # it has read that one: two at once would be one
  alive "$logger"
  kill -TERM "$logger"
  ended "$logger"
  [ "$(paste -sd , "$to/current")" = one,tw ]
  close_input
}

@test "what needs whole lines waits for the end of a line" {
  logger -t none --drop '*end' "$to"
  printf 'one\ntwo' >&7
  eventually 10 holds one
  printf ' end\nthree' >&7
  close_input
  ended "$logger"
  [ "$(paste -sd , "$to/current")" = one,three ]
}

@test "a line that comes in many pieces stays whole, also when they fill the pipe" {
  logger -t none "$to"
  for size in 1 400 4000 4096 5000; do
    piece=$(printf "%0${size}d" 0)
    for ((i = 0; i < 40; i++)); do printf %s "$piece" >&7; done
    echo " $size" >&7
    eventually 10 holds "^0* $size\$"
    [ "$(grep -c "^0* $size\$" "$to/current")" -eq 1 ]
    [ "$(grep " $size\$" "$to/current" | wc -c)" -eq $((40 * size + 2 + ${#size})) ]
  done
  close_input
}

@test "a file that is old in the midst of a line waits for its end, and costs nothing" {
  logger -t none --age 100ms "$to"
  printf 'one\nthe begin' >&7
  eventually 10 holds begin
  # While the test works for half a second of its own: who is never idle works about as long.
  logger_ticks=$(ticks "$logger")
  own=$BASHPID
  own_ticks=$(ticks "$own")
  until [ $(($(ticks "$own") - own_ticks)) -ge 50 ]; do for ((i = 0; i < 10000; i++)); do :; done; done
  [ $(($(ticks "$logger") - logger_ticks)) -lt 10 ]
  [ "$(archives)" -eq 0 ]
  echo ning >&7
  eventually 10 has_rotated
  grep -qx 'the beginning' "$to"/@*.s
  close_input
}
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; } # of CPU time, 10 ms
has_rotated() { [ "$(archives)" -eq 1 ]; }

@test "a full disk makes it wait and say so; when there is room again nothing is missing" {
  mkdir "$to"
  unshare -m mount -t tmpfs tmpfs "$to" 2>/dev/null || skip "a small filesystem cannot be mounted here"
  cat >"$dir/full" <<'END'
mount -t tmpfs -o size=256k tmpfs "$dir/log" || exit 1
head -c 100000 /dev/zero >"$dir/log/ballast"
seq 40000 | reeve-log -t none -s 1000000 "$dir/log" 2>"$dir/stderr" &
until grep -q 'current: No space left on device (trying again; lines wait)' "$dir/stderr"; do sleep 0.05; done
[ "$(wc -c <"$dir/log/current")" -lt 170000 ] || exit 2
mount -o remount,size=2m "$dir/log"
wait $!
seq 40000 | cmp - "$dir/log/current"
END
  unshare -m sh "$dir/full"
  [ "$(grep -c 'No space' "$dir/stderr")" -eq 1 ]
}

@test "a limit of the file's size is a full disk" {
  (ulimit -S -f 8; exec reeve-log -t none -s 1000000 "$to" 2>"$dir/stderr") < <(seq 20000) 3>&- &
  pids+=($!)
  says 'current: File too large'
  prlimit --pid $! --fsize=unlimited
  wait $!
  seq 20000 | cmp - "$to/current"
}

@test "a directory that cannot be used makes it wait and say so" {
  touch "$to"
  logger -t none "$to"
  echo one >&7
  says 'open the directory .*log: Not a directory (trying again; lines wait)'
  rm "$to"
  eventually 10 holds one
  close_input
  ended "$logger"
}

@test "a directory that is removed under it is made again" {
  logger -t none -s 10 "$to"
  echo 123456789 >&7
  archived() { [ "$(archives)" -eq 1 ]; }
  eventually 10 archived
  rm -r "$to"
  seq -f '%09.0f' 3 >&7
  eventually 10 test -e "$to/current"
  echo more >&7
  eventually 10 holds more
  close_input
  ended "$logger"
}

@test "one directory has one logger: another one waits for it" {
  logger -t none "$to"
  echo one >&7
  eventually 10 holds one
  start sh -c 'exec 7>&-; echo two | reeve-log -t none "$1"' sh "$to"
  second=$started
  says 'another logger has locked'
  alive "$second"
  close_input
  ended "$logger"
  ended "$second"
  [ "$(cat "$to/current")" = one$'\n'two ]
}

@test "when nobody reads its stdout, the directory still gets all" {
  seq 100000 | reeve-log -t none "$to" - 2>"$dir/stderr" | true
  said 'write to stdout (nothing is written there any more): Broken pipe'
  seq 100000 | cmp - <(all)
}

@test "what is no file is no old file, whatever its name, and one that cannot be removed stays" {
  mkdir -p "$to/@400000000000000000000000.s/full"
  ln -s nowhere "$to/@400000000000000000000001.s"
  seq -f '%09.0f' 100 | reeve-log -t none -s 100 -n 3 "$to" 2>"$dir/stderr"
  [ ! -s "$dir/stderr" ]
  [ "$(find "$to" -name '@*.s' -type f | wc -l)" -eq 3 ]
  rm -r "$to/@400000000000000000000000.s" "$to/@400000000000000000000001.s"
  unshare -m mount -t tmpfs tmpfs "$dir" 2>/dev/null || skip "nothing can be mounted here"
  echo old >"$to/@400000000000000000000002.s"
  unshare -m sh -c 'f=$dir/log/@400000000000000000000002.s; mount --bind "$f" "$f" && seq -f "%09.0f" 101 200 | reeve-log -t none -s 100 -n 3 "$dir/log"' 2>"$dir/stderr"
  [ "$(grep -c 'unable to remove the old file .*02.s (it stays): .*[Rr]esource busy' "$dir/stderr")" -eq 1 ]
  [ "$(lines "$dir/stderr")" -eq 1 ]
  rm "$to/@400000000000000000000002.s"
  diff <(seq -f '%09.0f' 171 200) <(all)
}

# reeve-log whose clock is what $dir/clock says.
logger_with_clock() # OPTION...
{
  library=$(find /usr/lib -name libfaketime.so.1 | head -n 1)
  [ -n "$library" ] || skip "there is no libfaketime"
  [ -p "$dir/in" ] || mkfifo "$dir/in"
  start sh -c 'exec env LD_PRELOAD="$0" FAKETIME_TIMESTAMP_FILE="$dir/clock" FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1 \
    reeve-log "$@" <"$dir/in"' "$library" "$@"
  logger=$started
  exec 7>"$dir/in"
}

@test "a clock that is set back stops no rotation, and the oldest lines still go first" {
  echo +0 >"$dir/clock"
  logger_with_clock -t none --age 300ms -n 3 "$to"
  file_of() { grep -qx "$1" "$to"/@*.s; }
  for i in 1 2 3; do echo "$i" >&7; eventually 10 file_of "$i"; done
  echo 4 >&7
  written() { all | grep -qx "$1"; }
  eventually 10 written 4
  echo -10d >"$dir/clock"
  for i in 4 5 6; do
    [ "$i" -eq 4 ] || echo "$i" >&7
    eventually 10 file_of "$i"
  done
  eventually 10 eval '[ "$(all | paste -sd " ")" = "4 5 6" ]' # the oldest go after that
  close_input
  ended "$logger"
  # The next one, too, which finds files of the time to come.
  logger_with_clock -t none --age 300ms -n 3 "$to"
  echo 7 >&7
  eventually 10 file_of 7
  close_input
  ended "$logger"
}

@test "memory does not grow, whatever it is fed and however slowly it can write" {
  logger -t none "$to" -
  peak() { awk '/^VmHWM/ { print $2 }' "/proc/$logger/status"; }
  eventually 10 test -e "$to/current"
  head -c 3000000 /dev/zero | tr '\0' x >&7
  echo >&7
  peak >"$dir/before"
  seq 500000 >&7
  head -c 10000000 /dev/zero | tr '\0' y >&7
  echo "# $(cat "$dir/before") kB, then $(peak) kB"
  [ "$(peak)" -le $(($(cat "$dir/before") + 200)) ]
  close_input
  ended "$logger"
}

@test "wrong usage is refused with words" {
  run -100 reeve-log
  [[ $output == "usage: reeve-log"* ]]
  run -100 reeve-log -t now "$to"
  [[ $output == *'invalid --stamp "now": allowed: iso, tai, none'* ]]
  run -100 reeve-log -s 1M "$to"
  run -100 reeve-log -o '[' "$to"
  [[ $output == *'invalid glob "[": [ without ]'* ]]
  run -100 reeve-log "$to" "$to"
  run -0 reeve-log --help
}

@test "a directive of s6-log's is not taken for a directory" {
  cd "$dir" || return
  run -100 reeve-log n20 ./log
  [[ $output == *'invalid place "n20": for a directory write ./n20; for'* ]]
  [ ! -e n20 ]
  [ ! -e log ]
}
