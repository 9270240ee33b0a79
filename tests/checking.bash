# What the tests of `reeve check` share; loaded after lib.
#
#   good NAME                         a service that is right
#   check [ARGUMENT...]               $output, $lines, $status: what it found
#   found FILE:LINE LEVEL TEXT        is that among what the last check found?
#   finds FILE:LINE LEVEL TEXT        does a check find that alone?
#   clean [ARGUMENT...]               does it find nothing?
# shellcheck shell=bash disable=SC2154 # scan is lib's; output, lines, status are bats'

checking_setup()
{
  reeve_setup
  cd "$scan" || return
}

# Each service here executes something harmless, unless it is what is tested.
good() { service "$1" <<<'exec my-server'; }

check() { run reeve check "$@"; }

found() # FILE:LINE LEVEL TEXT ; among what the last check said
{
  grep -qxE -- "(.*/)?$1: $2: .*$3.*" <<<"$output" || { echo "# not found: $1: $2: $3 in:"; echo "$output"; return 1; }
}

finds() # FILE:LINE LEVEL TEXT ; that alone
{
  check .
  [ "${#lines[@]}" -eq 1 ] || { echo "# not one finding:"; echo "$output"; return 1; }
  found "$@" || return 1
  [ "$status" -eq "$([ "$2" = error ] && echo 1 || echo 0)" ]
}

clean()
{
  check "${@:-.}"
  if [ "$status" -eq 0 ] && [ -z "$output" ]; then return; fi
  echo "$output"
  return 1
}
