# Patterns for names of services, in every command.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

answers() # CODE TEXT COMMAND...
{
  local code=$1 text=$2
  shift 2
  run "$@"
  [ "$status" -eq "$code" ] && [[ $output == *"$text"* ]] || { echo "$status: $output"; return 1; }
}
shows() # NAME... -- PATTERN...
{
  local names=
  until [ "$1" = -- ]; do names+="$1 "; shift; done
  shift
  [ "$(reeve status --json "$@" | jq -r '.[].name' | tr '\n' ' ')" = "$names" ] || { reeve status "$@"; return 1; }
}

@test "a pattern means the services that match, each once, and loggers only if it has a slash; a name that is there wins" {
  for name in web-a web-b 'w[e]b' worker; do idle "$name"; done
  for name in web-a worker; do script "$scan/$name/log/run" <<<'exec cat >/dev/null'; done
  service worker@ <<<'trap "echo \"$2\" >>\"\$dir/hups\"" HUP; echo >>"$dir/traps.$2"; while :; do sleep 1000000 & wait; done'
  setting worker@ count 2
  scanner
  eventually 10 field worker@2 state up
  reeve wait --timeout 60s ready 'w*' '*/log'
  shows web-a web-b -- 'web-*'
  shows 'w[e]b' -- 'w[e]b'
  shows web-a 'w[e]b' web-b worker worker@1 worker@2 -- web-a '*'
  shows web-a/log worker/log -- '*/log'
  shows web-b web-a -- 'web-[!a]' 'web-?'
  reeve restart 'worker@*'
  reeve stop 'web-*'
  field web-a state down
  field web-b state down
  field worker state up
  reeve wait down 'web-?'
  reeve start 'web-*'
  field web-b state up
  up worker@1
  up worker@2
  for n in 1 2; do eventually 10 eval '[ "$(lines "$dir/traps.$n")" -eq 2 ]'; done
  reeve kill HUP 'worker@?'
  reeve reload 'worker@[12]'
  eventually 10 eval '[ "$(sort -u "$dir/hups" | tr "\n" " ")" = "1 2 " ]'
  [[ $(reeve why 'web-*') == *web-a*web-b* ]]
  for command in status start stop restart reload 'kill HUP' 'wait up' why; do
    # shellcheck disable=SC2086
    answers 1 "no service matches x* in $live; there are: w[e]b, web-a, web-a/log, " reeve $command 'x*'
  done
  answers 1 'no service matches web-a/l?' reeve status 'web-a/l?'
  answers 100 "worker@ is a template, no service: name its instances, or all of them: 'worker@*'" reeve stop worker@
  answers 100 'there is no service x ' reeve stop 'web-*' x
  field web-a state up # nothing is done when one is wrong
  stop_scanner 0
}

@test "a pattern of many stars takes no time" {
  mkdir -p "$live/$(printf 'a%.0s' {1..240})/supervise"
  scanner
  run timeout 20 "$REEVE_BIN/reeve" status '*a*a*a*a*a*a*a*a*b'
  [ "$status" -eq 1 ]
}
