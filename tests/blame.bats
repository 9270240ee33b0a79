# reeve blame, critical-chain and plot: when each service was ready, and whom it waited for.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

# Ready MS after it was seen to start, when let_go says so.
slow() # NAME
{
  mkfifo "$dir/$1"
  service "$1" <<<"read -r x <\"$dir/$1\"; echo >&3; exec sleep 1000000"
  setting "$1" notification-fd 3
}
let_go() # NAME MS
{
  eventually 10 field "$1" state starting
  short_pause "$2"
  echo >"$dir/$1"
}
needs() { setting "$1" "dependencies.d/$2" ''; } # NAME OTHER
line() { grep -qE -- "$1" <<<"$output" || { sed 's/^/# /' <<<"$output"; return 1; }; }

# Milliseconds of the first time in a text: 340 ms, 1.020 s.
ms_in() # TEXT
{
  [[ $1 =~ ([0-9]+)(\.([0-9]{3}))?\ (ms|s) ]] || return 1
  if [ "${BASH_REMATCH[4]}" = ms ]; then echo "${BASH_REMATCH[1]}"; else echo $((10#${BASH_REMATCH[1]}${BASH_REMATCH[3]:-000})); fi
}
# The first time in what matches is no less.
at_least() # REGEX MS
{
  local text
  text=$(grep -oE -- "$1" <<<"$output") && text=$(ms_in "$text") && [ "$text" -ge "$2" ] || { sed 's/^/# /' <<<"$output"; return 1; }
}

@test "CMD: by whom it is held, and was held; blame, critical-chain and plot agree" {
  slow db
  slow web
  needs web db
  idle other
  start env REEVE_CMD_AFTER='other web' reeve-scan -l "$live" "$scan" -- sh -c ': >"$dir/cmd-runs"; exec sleep 1000000'
  scanner=$started
  eventually 10 field web state held
  held_by_web() { run reeve blame && line '^ +-  CMD +held for [0-9.]+ m?s so far, by web \(held\)$'; }
  eventually 10 held_by_web
  let_go db 100
  let_go web 100
  eventually 10 test -e "$dir/cmd-runs"
  was_held_by_web() { reeve blame | tr -s ' \n' ' ' | grep -qE ' 0 ms CMD does not tell when it is ready; held for [0-9.]+ m?s before, by web( |$)'; }
  eventually 10 was_held_by_web || { reeve blame; return 1; } # it runs before the scanner writes that it does
  run reeve blame web
  [[ $output != *CMD* ]]
  run reeve critical-chain
  [ "$status" -eq 0 ]
  line '^CMD @[0-9.]+ m?s, does not tell when it is ready$'
  line '^`-web @[0-9.]+ m?s \+'
  line '^  `-db @'
  run reeve plot
  line '>3 services and CMD, from the start'
  line '^<g><title>CMD</title>$'
  line 'class="held"'
  line '>held [0-9.]+ m?s, executed</text>'
  reeve upgrade # the next scanner knows it, too
  run reeve critical-chain
  line '^CMD @'
  line '^`-web @'
}

@test "a chain of three: how long each took, and by whom it was held" {
  mkfifo "$dir/net"
  service net <<<"read -r x <'$dir/net'"
  setting net flag-oneshot ''
  slow db
  needs db net
  slow web
  needs web db
  idle 'a<b&"'
  idle never
  needs never nothing
  scanner
  up 'a<b&"'
  eventually 10 field never state held
  eventually 10 field web state held
  eventually 10 field db state held
  run reeve blame
  [ "$status" -eq 0 ]
  line '^ +-  never +held for [0-9.]+ m?s so far, by nothing \(missing\)$'
  let_go net 100
  let_go db 150
  let_go web 200
  up web
  run reeve blame
  [ "$status" -eq 0 ]
  line '^ UNTIL READY  SERVICE$'
  at_least '^ .*m?s  net$' 100
  at_least '^ .*m?s  db ' 150
  at_least '^ .*m?s  web ' 200
  line '^ +[0-9.]+ m?s  db +held for [0-9.]+ m?s before, by net$'
  at_least 'held for .* by net$' 100
  line '^ +[0-9.]+ m?s  web +held for [0-9.]+ m?s before, by db$'
  at_least 'held for .* by db$' 250
  line '^ +0 ms  a<b&" +does not tell when it is ready$'
  before=1000000
  while IFS= read -r one; do
    now=$(ms_in "$one")
    [ "$now" -le "$before" ]
    before=$now
  done < <(grep -E '  (net|db|web)( |$)' <<<"$output")
  awk 'length($0) > 80 { print "# too long: " $0; bad = 1 } END { exit bad }' <<<"$output"

  run reeve critical-chain
  [ "$status" -eq 0 ]
  line '^web @[0-9.]+ m?s \+[0-9.]+ m?s$'
  line '^`-db @[0-9.]+ m?s \+[0-9.]+ m?s$'
  line '^  `-net @[0-9.]+ m?s \+[0-9.]+ m?s$'
  at_least '^web @[^+]*' 250
  at_least '^`-db @[^+]*' 100
  run reeve critical-chain db
  [ "$status" -eq 0 ]
  line '^db @'
  line '^`-net @'
  run -1 reeve critical-chain never
  line 'does not run'

  reeve plot >"$dir/plot.svg"
  python3 - "$dir/plot.svg" <<'END'
import sys, xml.etree.ElementTree as tree
svg = "{http://www.w3.org/2000/svg}"
root = tree.parse(sys.argv[1]).getroot()
rows = [g for g in root.iter(svg + "g")]
names = [g.find(svg + "title").text for g in rows]
assert sorted(names) == sorted(['net', 'db', 'web', 'a<b&"', 'never']), names
bars = {g.find(svg + "title").text: {r.get("class"): r for r in g.iter(svg + "rect")} for g in rows}
assert sorted(bars["web"]) == ["held", "starting", "up"], bars["web"]
assert sorted(bars["net"]) == ["done", "starting"], bars["net"]
assert sorted(bars["never"]) == ["held"], bars["never"]
left = lambda name, bar: float(bars[name][bar].get("x"))
end = lambda name, bar: left(name, bar) + float(bars[name][bar].get("width"))
assert left("web", "held") < left("web", "starting") < left("web", "up")
assert left("db", "starting") >= end("net", "starting") - 0.2
assert left("web", "starting") >= end("db", "starting") - 0.2
assert names.index("net") < names.index("db") < names.index("web"), names
assert not any("script" in e.tag or "href" in k for e in root.iter() for k in (e.attrib or {"": ""}))
END

  # A later start is no part of the tree's.
  reeve restart -n db
  let_go db 0
  eventually 10 field db state up
  run reeve blame db
  line '^ +[0-9.]+ m?s  db +since its last start$'
  [ "${#lines[@]}" -eq 2 ]
  run reeve critical-chain
  line '^web @.*[0-9] m?s$'
  line '^\(something that web needs was started again since\)$'
  reeve plot | grep -q 'started again'
  stop_scanner
  for command in blame critical-chain plot; do
    run -1 reeve "$command"
    [[ $output == *'no scanner runs'* ]]
  done
}
