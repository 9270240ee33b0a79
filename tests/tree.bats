# reeve tree: services with their processes, users, CPU time and memory.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

has_line() { reeve tree "${@:2}" >"$dir/tree" && grep -q -E -- "$1" "$dir/tree" || { sed 's/^/# /' "$dir/tree"; return 1; }; }

@test "each service has its processes below it, those of CMD and strays too" {
  service web <<<'sleep 1000000 & exec sleep 2000000'
  in=$scan/web service log <<<'exec cat'
  service left <<<'sleep 3000000 & [ -e "$dir/again" ] && exec sleep 4000000; touch "$dir/again"; exit 0'
  touch "$scan/left/flag-keep-strays"
  idle off
  setting off down ''
  start reeve-scan -l "$live" "$scan" -- sh -c 'sleep 5000000 & wait'
  scanner=$started
  eventually 10 field left restarts 1
  up web
  eventually 10 has_line "^  sleep 2000000 +$(pid_of web) +$(id -un) +[0-9]+ ms +<?[0-9]+\.[0-9] MB\$"
  eventually 10 has_line '^    sleep 1000000 '
  eventually 10 has_line '^web  up '
  eventually 10 has_line '^web/log  up '
  eventually 10 has_line '^off  down '
  # Started before the main process of today, and the one that is its child now.
  eventually 10 has_line '^  \(stray\) sleep 3000000 '
  eventually 10 has_line '^  sleep 4000000 '
  eventually 10 has_line '^    sleep 3000000 '
  eventually 10 has_line '^CMD '
  eventually 10 has_line '^    sleep 5000000 '
  eventually 10 has_line "^reeve-scan, 4 supervisors +$scanner "
  awk 'length($0) > 80 { print "# too long: " $0; bad = 1 } END { exit bad }' "$dir/tree"
  eventually 10 has_line '^web ' web
  run -1 grep -E '^(left|CMD|reeve-scan)' "$dir/tree"
  stop_scanner 0
  run reeve tree
  [ "$status" -eq 1 ]
  [[ $output == *'no scanner runs'* ]]
}

@test "the collector is no stray: it is shown with the scanner" {
  idle web
  start reeve-scan -L lines -l "$live" "$scan"
  scanner=$started
  eventually 10 has_line '^the collector of all output +[0-9]+ '
  eventually 10 has_line '^reeve-scan, 1 supervisor '
  eventually 10 eval 'has_line "^web " && ! grep -E "stray|of no service" "$dir/tree"'
  eventually 10 is_json "services['web']['state'] == 'up' and tree['strays'] == [] and tree['reeve']['collector'] > 1"
  stop_scanner 0
  run -1 --separate-stderr reeve status
  [[ $output == *$'\nweb '* && $output != *.log* ]]
}

@test "a command that is long is cut, and cannot act on the terminal" {
  service web <<<'exec -a "$(printf "bad\033[31m%060d" 7)" sleep 1000000'
  sed -i '1s/.*/#!\/bin\/bash/' "$scan/web/run"
  scanner
  eventually 10 has_line '^  bad\?\[31m0+\.\. '
}

is_json() { reeve tree --json "${@:2}" >"$dir/json" && python3 -c 'import json, sys
tree = json.load(open(sys.argv[1]))
services = {s["name"]: s for s in tree["services"]}
assert eval(sys.argv[2]), tree' "$dir/json" "$1"; }

@test "for programs, and within the width of a terminal" {
  service web <<<'sleep 1000000 & exec sleep 2000000'
  service left <<<'sleep 3000000 & [ -e "$dir/again" ] && exec sleep 4000000; touch "$dir/again"; exit 0'
  touch "$scan/left/flag-keep-strays"
  idle off
  setting off down ''
  start reeve-scan -l "$live" "$scan" -- sh -c 'sleep 5000000 & wait'
  scanner=$started
  eventually 10 field left restarts 1
  eventually 10 is_json '[p["is_stray"] for p in services["left"]["processes"] if p["command"] == "sleep 3000000"][:1] == [True]'
  eventually 10 is_json 'len(services["web"]["processes"]) == 2 and services["web"]["state"] == "up"'
  eventually 10 is_json "[p['pid'] for p in services['web']['processes']][0] == $(pid_of web) and services['web']['processes'][0]['user'] == '$(id -un)'"
  eventually 10 is_json 'services["web"]["processes"][1]["parent"] == services["web"]["processes"][0]["pid"]'
  eventually 10 is_json 'services["web"]["memory"] == sum(p["memory"] for p in services["web"]["processes"]) > 0 and services["web"]["cpu_ms"] >= 0'
  eventually 10 is_json 'services["off"]["processes"] == [] and services["off"]["state"] == "down"'
  eventually 10 is_json "len(services['CMD']['processes']) == 2 and tree['reeve']['scanner'] == $scanner and tree['reeve']['supervisors'] == 3 and tree['strays'] == []"
  eventually 10 is_json 'list(services) == ["web"] and "reeve" not in tree' web
  cat >"$dir/on-terminal" <<'PYTHON'
import fcntl, os, pty, struct, sys, termios
pid, master = pty.fork()
if not pid:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
text = b""
try:
    while True: text += os.read(master, 4096)
except OSError: pass
lines = text.decode().split("\r\n")
assert max(map(len, lines)) <= int(sys.argv[1]), lines
assert any("sleep 4000000" in line for line in lines), lines
PYTHON
  eventually 10 has_line '^  sleep 4000000 '
  for columns in 40 80 120; do python3 "$dir/on-terminal" $columns reeve tree; done
}
