# Called as s6-log, reeve-log does what s6-log does: the same input and script give
# the same files and the same output, but for stamps.

load lib

setup()
{
  reeve_setup
  real=$(PATH=${PATH//"$REEVE_BIN:"/} type -P s6-log) || skip "no s6-log to compare with" # the overlay has one of its own
  mkdir "$dir/bin" "$dir/ours" "$dir/theirs"
  for name in s6-log logutil-service; do ln -s "$REEVE_BIN/reeve-log" "$dir/bin/$name"; done
  printf '%s\n' 'GET / 200' 'GET /x 404' 'error: no such file' '' 'POST /form 200 {"a": 1}' 'fatal: [end]' 'a very long line, longer than what an alert shows' >"$dir/input"
}
teardown() { reeve_teardown; }

stamps_out() { sed -E 's/@[0-9a-f]{24}/@TAI/g; s/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}\.[0-9]{9}/LOCAL/g'; }

# Every file that it left, with its mode; of a directory its lines in order.
left() # FOLDER
{
  local file
  cd "$1" || return
  find . -type f ! -name '@*' ! -name current -printf '%m %p %s\n' | sort
  find . -type f ! -name '@*' ! -name lock ! -name current ! -name state -print0 | sort -z | xargs -0 -r tail -n +1
  for file in $(find . -name current | sort); do
    stat -c '%a %n' "$file"
    cat "${file%current}"@*.[su] "$file" 2>/dev/null
  done
  cat "${1%/*}/stdout.${1##*/}" "${1%/*}/stderr.${1##*/}"
}

run_one() # FOLDER PROGRAM ARGUMENT...
{
  local folder=$1
  shift
  (cd "$dir/$folder" && "$@" <"$dir/input" >"$dir/stdout.$folder" 2>"$dir/stderr.$folder")
}

same() # ARGUMENT...
{
  local ours=0 theirs=0
  rm -rf "$dir/ours" "$dir/theirs"
  mkdir "$dir/ours" "$dir/theirs"
  run_one ours "$dir/bin/s6-log" "$@" || ours=$?
  run_one theirs "$real" "$@" || theirs=$?
  [ "$ours" -eq "$theirs" ] || { echo "# $*: exit code $ours, s6-log's $theirs"; return 1; }
  [ "$ours" -eq 0 ] || return 0
  diff <(left "$dir/theirs" | stamps_out) <(left "$dir/ours" | stamps_out) || { echo "# of: $*"; return 1; }
}

@test "actions: directories, stdout, alerts, status files" {
  same 1
  same ./one
  same 2
  same E10 2
  same E0 2
  same '=./status'
  same ^50 =./status
  same ^5 =./status
  same ^0 =./status
  same 1 ./one t ./two T 2 =status
}

@test "selection" {
  same - +GET 1
  same -GET 1
  same - +^error: 2 - +200 ./ok f ./rest
  same '-^$' '-\[end\]' 1
  same - '+GET|POST' '-[45][0-9]{2}$' 1
  same f 1
  same - 1 f ./rest
  same - + 1
  same +x 1
}

@test "stamps and prefixes; they hold as long as they do with s6-log" {
  same t 1 ./one
  same T t 1
  same t T 1 2
  same pweb: 1 ./one p 1
  same 'pa b' t 1 =./status
}

@test "sizes, retention, tolerance, limits of lines" {
  seq 20000 >"$dir/input"
  same n1000 s5000 ./one
  same n1000 s5000 l2500 t ./one
  same n1000 s100 ./one # that is, 4096
  run_one ours "$dir/bin/s6-log" n0 s4096 ./none
  [ "$(find "$dir/ours/none" -name '@*' | wc -l)" -eq 0 ]
  run_one ours "$dir/bin/s6-log" n1000 S9000 s4096 ./some
  [ "$(cat "$dir"/ours/some/@*.s | wc -c)" -le 9000 ]
  { printf 'x%.0s' $(seq 30000); echo; echo short; } >"$dir/input"
  same -q 1
  same -q -l 100 ./one
  same -q -l 1 ./one
  same -l 0 1
}

@test "options and what is refused" {
  same -b -p -v -- 1
  same -x 1
  same
  same n5
  same xyz
  same tt 1
  same 1x
  same '=' 1
  same n5x 1
  same s5000 l2501 1
  same '+[' 1
  same '-*' 1
}

@test "NUL ends a line, as a newline does" {
  printf 'a\0b\nc\n' >"$dir/input"
  same 1
}

@test "a processor gets each file, and the state that the last one left" {
  seq 3000 >"$dir/input"
  processor='?sed "s/^/processed /"; read -r n <&4 || n=0; echo $((n + 1)) >&5'
  # When a file is rotated depends on what has been read at once: not all is the same.
  for one in "ours $dir/bin/s6-log" "theirs $real"; do
    run_one $one n1000 s4096 "$processor" '!sed "s/^/line /"' ./execline "$processor" ./shell
    folder=$dir/${one%% *}
    grep -qx 'processed 1' "$folder"/shell/@*.s
    grep -qx 'line 1' "$folder"/execline/@*.s
    [ "$(cat "$folder/shell/state")" -eq "$(find "$folder/shell" -name '@*.s' | wc -l)" ]
    for logs in shell execline; do
      cat "$folder/$logs"/@*.s "$folder/$logs/current" | grep -o '[0-9]*$' | cmp - "$dir/input"
      for name in previous processed newstate; do [ ! -e "$folder/$logs/$name" ]; done
    done
  done
}

@test "a processor that fails is tried again, and lines are written meanwhile" {
  mkfifo "$dir/in"
  start sh -c 'cd "$dir/ours" && exec "$dir/bin/s6-log" r50 s4096 "$1" ./one <"$dir/in"' sh "?cat; test -e $dir/go"
  logger=$started
  exec 7>"$dir/in"
  seq 3000 >&7
  says 'the processor failed in ./one'
  written() { grep -qx 3000 "$dir/ours/one/current"; }
  eventually 10 written
  touch "$dir/go"
  processed() { grep -qx 1 "$dir"/ours/one/@*.s; }
  eventually 10 processed
  exec 7>&-
  ended "$logger"
  cat "$dir"/ours/one/@*.s "$dir/ours/one/current" | cmp - <(seq 3000)
}

@test "-d tells readiness; -p outlives SIGTERM but not SIGHUP" {
  mkfifo "$dir/in" "$dir/ready"
  start sh -c 'exec "$dir/bin/s6-log" -d 5 -p "$dir/one" <"$dir/in" 5>"$dir/ready"'
  logger=$started
  exec 7>"$dir/in"
  read -r line <"$dir/ready"
  [ -z "$line" ]
  kill -TERM "$logger"
  echo one >&7
  eventually 10 grep -qx one "$dir/one/current"
  alive "$logger"
  kill -HUP "$logger"
  ended "$logger"
  exec 7>&-
}

@test "a directory goes from one to the other and back" {
  echo one | "$real" "$dir/one"
  echo two | "$dir/bin/s6-log" "$dir/one"
  echo three | "$real" "$dir/one"
  [ "$(paste -sd , "$dir/one/current")" = one,two,three ]
  chmod 644 "$dir/one/current" # as if it had been killed
  echo four | "$dir/bin/s6-log" "$dir/one"
  [ "$(paste -sd , "$dir"/one/@*.u)" = one,two,three ]
  mkfifo "$dir/in"
  start sh -c 'exec "$dir/bin/s6-log" "$dir/one" <"$dir/in"'
  logger=$started
  exec 7>"$dir/in"
  unfinished() { [ ! -x "$dir/one/current" ]; }
  eventually 10 unfinished
  run ! sh -c 'echo five | "$1" "$2"' sh "$real" "$dir/one" # it is locked for s6-log as well
  exec 7>&-
  ended "$logger"
}

@test "logutil-service: the script of S6_LOGGING_SCRIPT, as nobody, with no environment" {
  install -d -m 1777 "$dir/logs"
  chmod 755 "$dir" "$dir/logs"
  [ "$(id -u)" -ne 0 ] || chown nobody "$dir/logs"
  printf 'one\ntwo\n' | "$dir/bin/logutil-service" "$dir/logs/default"
  grep -qE '^[0-9-]{10} [0-9:]{8}\.[0-9]{9}  one$' "$dir/logs/default/current"
  [ "$(id -u)" -ne 0 ] || [ "$(stat -c %U "$dir/logs/default/current")" = nobody ]
  printf 'one\ntwo\n' | S6_LOGGING_SCRIPT=$'n3  \t-one pweb:' "$dir/bin/logutil-service" "$dir/logs/own"
  [ "$(cat "$dir/logs/own/current")" = "web: two" ]
  seq 2000 | S6_LOGGING_SCRIPT='s4096 ?env' "$dir/bin/logutil-service" "$dir/logs/env"
  run ! grep -rq '^HOME=' "$dir/logs/env"
  mkfifo "$dir/fifo"
  start "$dir/bin/logutil-service" -f "$dir/fifo" "$dir/logs/fifo"
  echo three >"$dir/fifo"
  ended "$started"
  grep -q three "$dir/logs/fifo/current"
  run -100 "$dir/bin/logutil-service"
}
