# s6-notifyoncheck as reeve-exec has it, beside the original from Debian's s6: in a service,
# under s6's supervisor.

load lib

setup()
{
  reeve_setup
  mkdir "$dir/ours"
  ln -s "$(command -v reeve-exec)" "$dir/ours/s6-notifyoncheck"
  cd "$dir" || return 1
}
teardown() { reeve_teardown; }

# A service whose run is that command and then a program that only waits.
service_of() # FOLDER OPTION... ; its data/check on stdin
{
  local folder=$1
  shift
  rm -rf "$live" "$dir/checks"
  mkdir -p "$live/web"
  script "$live/web/data/check"
  echo 5 >"$live/web/notification-fd"
  printf '#!/bin/sh\nexec "%s" %s sleep 1000000\n' "$folder/s6-notifyoncheck" "$*" >"$live/web/run"
  chmod 755 "$live/web/run"
  start s6-supervise "$live/web"
  eventually 10 has_supervisor "$live/web"
  s6-svwait -u -t 20000 "$live/web"
  eventually 10 runs_program
}

program() { s6-svstat -o pid "$live/web"; }
runs_program() { grep -qx sleep "/proc/$(program)/comm"; } # and not what is to execute it
checks() { [ "$(lines "$dir/checks" 2>/dev/null || echo 0)" -ge "$1" ]; }

# Is the program alone in its session? A helper that is its child and has ended is
# the program's to reap.
alone() { [ "$(ps -o stat= -s "$(program)" | grep -c -v Z)" -eq 1 ]; }

outcome_of() # OPTION... ; what comes of it in the end
{
  local check folder
  check=$(cat)
  for folder in /usr/bin "$dir/ours"; do
    service_of "$folder" "$@" <<<"$check"
    eventually 30 alone
    eventually 10 polls "$started" # the supervisor has read the notification
    {
      echo "ready $(s6-svstat -o ready "$live/web")"
      echo "checks $(lines "$dir/checks" 2>/dev/null || echo none)"
      echo "children $(pgrep -c -P "$(program)")"
      echo "descriptors $(find "/proc/$(program)/fd" -mindepth 1 -printf '%f\n' | sort | tr '\n' ' ')"
    } >"$dir/outcome.$(basename "$folder")"
    s6-svc -wD -T 10000 -dx "$live/web"
    eventually 10 gone "$started"
  done
  sed 's/^/# /' "$dir/outcome.bin"
  diff -u "$dir/outcome.bin" "$dir/outcome.ours"
}

@test "ready at the third check" {
  outcome_of -w 20 <<<'echo >>"$dir/checks"; [ "$(wc -l <"$dir/checks")" -ge 3 ]'
  grep -q 'ready true' "$dir/outcome.ours"
  grep -q 'checks 3' "$dir/outcome.ours"
}

@test "-d: the checker is no child" {
  outcome_of -d -w 20 <<<'echo >>"$dir/checks"'
  grep -q 'children 0' "$dir/outcome.ours"
}

@test "-n: gives up after so many checks; 7 if not told" {
  outcome_of -d -w 20 -n 2 <<<'echo >>"$dir/checks"; exit 1'
  grep -q 'checks 2' "$dir/outcome.ours"
  outcome_of -d -w 20 <<<'echo >>"$dir/checks"; exit 1'
  grep -q 'checks 7' "$dir/outcome.ours"
}

@test "-T: gives up after that time, whatever the check does" {
  outcome_of -d -T 300 -w 0 <<<'echo >>"$dir/checks"; exit 1'
  grep -q 'ready false' "$dir/outcome.ours"
}

@test "-c: a command line of execline instead of data/check" {
  outcome_of -d -w 20 -c '"touch '"$dir"'/checks"' <<<'exit 1'
  grep -q 'ready true' "$dir/outcome.ours"
}

@test "-3: another descriptor than the file names" {
  outcome_of -d -3 5 -s 0 <<<'echo >>"$dir/checks"'
  grep -q 'ready true' "$dir/outcome.ours"
}

@test "nothing of it is left when the service has ended" {
  service_of "$dir/ours" -d -n 0 -w 20 <<<'echo >>"$dir/checks"; exec sleep 1000'
  eventually 10 checks 1
  s6-svc -wD -T 10000 -d "$live/web"
  only_supervisor() { [ "$(find /proc/[0-9]*/cwd -maxdepth 0 -lname "$live/web" 2>/dev/null)" = "/proc/$started/cwd" ]; }
  eventually 10 only_supervisor
}
