# reeve graph: what needs what, with states; as text, in DOT and in Mermaid.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

needs() { setting "$1" "dependencies.d/$2" "${3:-}"; } # NAME OTHER [optional]
line() { grep -qE -- "$1" <<<"$output" || { sed 's/^/# /' <<<"$output"; return 1; }; }

@test "who needs whom, as text and for programs" {
  idle db
  idle web
  needs web db
  needs web cache optional
  needs web nothing
  idle alone
  idle 'a"b'
  idle one
  idle two
  needs one two
  needs two one
  service bad <<<'exit 3'
  setting bad restart no
  name=$(printf 'n%.0s' {1..60})
  idle "$name"
  needs "$name" bad
  start env REEVE_CMD_AFTER=web reeve-scan -l "$live" "$scan" -- true
  scanner=$started
  eventually 10 field web state held
  eventually 10 field bad state failed
  up db
  up 'a"b'
  up one
  up two
  up alone
  run reeve graph
  [ "$status" -eq 0 ]
  line '^NAME +STATE +NEEDS$'
  line '^db +up$'
  line '^alone +up$'
  line '^web +held +cache \(optional\), db, nothing$'
  line '^nothing +missing$'
  line '^bad +failed, exit 3$'
  line '^one +up +two \(in a circle: ignored\)$'
  line '^CMD +held +web$'
  awk 'length($0) > 80 { print "# too long: " $0; bad = 1 } END { exit bad }' <<<"$output"
  run reeve graph db
  line '^web '
  line '^db '
  [ "${#lines[@]}" -eq 3 ]
  run reeve graph --dot
  line '^digraph reeve \{$'
  line '^  n[0-9]+\[label="a\\"b\\nup" fillcolor=palegreen\]$'
  line '^  n[0-9]+\[label="nothing\\nmissing" fillcolor=salmon\]$'
  line '^  n[0-9]+ -> n[0-9]+ \[style=dashed\]$'
  line '^  n[0-9]+ -> n[0-9]+ \[color=red style=dotted\]$'
  [ "${lines[-1]}" = '}' ]
  run reeve graph --mermaid
  [ "${lines[0]}" = 'graph LR' ]
  line '^  n[0-9]+\["a#34;b<br/>up"\]$'
  line '^  n[0-9]+ -\.-> n[0-9]+$'
  line '^  n[0-9]+ --> n[0-9]+$'
  stop_scanner 0
  run reeve graph
  [ "$status" -eq 1 ]
  [[ $output == *'no scanner runs'* ]]
}
