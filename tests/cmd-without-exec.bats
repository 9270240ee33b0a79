# What CMD leaves in its process group (`sh -c 'server; true'`) counts as CMD.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

server()
{
  script "$dir/server" <<<'trap "echo told >>\"\$dir/told\"; until [ -e \"\$dir/go\" ]; do sleep 0.05; done; echo saved >>\"\$dir/saved\"; exit 0" TERM
echo $$ >"$dir/server.pid.new"; mv "$dir/server.pid.new" "$dir/server.pid"
while :; do sleep 0.05; done'
}

with_command() # [OPTION...] -- CMD...
{
  local options=()
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  start reeve-scan -l "$live" "${options[@]}" "$scan" "$@"
  scanner=$started
  eventually 10 scanner_ready
  eventually 20 test -s "$dir/server.pid"
  pid=$(cat "$dir/server.pid")
}

@test "a stop waits until it has ended by itself" {
  server
  with_command -- sh -c '"$dir/server"; true'
  kill -TERM "$scanner"
  eventually 20 test -s "$dir/told"
  alive "$scanner"
  touch "$dir/go"
  ended "$scanner" 0
  [ -s "$dir/saved" ]
  said "ending server (pid $pid), which the command sh has left behind in its process group: it counts as the command itself"
}

@test "only the stop's budget kills it: 137" {
  server
  with_command -T 2500 -- sh -c '"$dir/server"; true'
  kill -TERM "$scanner"
  ended "$scanner" 137
  over "$pid"
  [ -s "$dir/told" ]
  [ ! -e "$dir/saved" ]
}

@test "when CMD has ended by itself, what it leaves is ended before the scanner, whose code is CMD's" {
  server
  with_command -- sh -c '"$dir/server" & until [ -e "$dir/server.pid" ]; do sleep 0.05; done; exit 5'
  eventually 20 test -s "$dir/told"
  touch "$dir/go"
  ended "$scanner" 5
  [ -s "$dir/saved" ]
}
