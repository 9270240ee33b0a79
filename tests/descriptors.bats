# No child holds a descriptor of ours: a client that finds a reader at a control fifo
# finds a supervisor.

load lib
load upgrading

setup() { reeve_setup; }
teardown() { reeve_teardown; }

# What a supervisor or the scanner has open, and no service.
ours='/supervise/(control|orders|lock|state)$|/[.]s6-svscan/(control|lock|reports)$|^anon_inode:'

held() # PID: all but what the test itself has opened
{
  local fd
  for fd in "/proc/$1/fd"/*; do [ -e "/proc/$scanner/fd/${fd##*/}" ] && [ "/proc/$scanner/fd/${fd##*/}" -ef "$fd" ] || readlink "$fd"; done
}

# Says what it holds; the rest of it on stdin.
lister() { echo 'for fd in /proc/$$/fd/*; do readlink "$fd"; done >>"$dir/held"; echo "$0" >>"$dir/listed"'; cat; }

waits_for_lock()
{
  service web <<<'echo >>"$dir/starts"; setsid sh -c "while [ ! -e \"$dir/go\" ]; do sleep 0.05; done" & exit 0'
  setting web lock-fd 7
  setting web notification-fd 9
  setting web flag-keep-strays ''
  setting web restart-delay '10 10'
  scanner
  says "another instance of ./run holds lock-fd" # then the child is made
  eventually 10 is_not_executed
}
is_not_executed() { child=$(pid_of web) && [ "$(readlink "/proc/$child/exe")" = "$(readlink -f "$(command -v reeve-supervise)")" ]; }

only_its_own()
{
  held "$child" | sort >"$dir/of-child"
  diff "$dir/of-child" <(printf '%s\n' "$(readlink -f "$live/web")/supervise/"{notify,run-lock})
  ! for fd in "/proc/$child/fd"/*; do readlink "$fd"; done | grep -E "$ours"
}

@test "a child that waits for lock-fd holds nothing but what ./run gets" {
  waits_for_lock
  eventually 10 only_its_own
  [ "$(ps -o sid= -p "$child" | tr -d ' ')" = "$child" ]
}

@test "a supervisor whose child waits for lock-fd is gone when it was killed" {
  waits_for_lock
  freeze "$scanner"
  kill -KILL "$(pgrep -P "$scanner" -x reeve-supervise)"
  eventually 10 field web state unsupervised
  kill -CONT "$scanner"
  eventually 20 has_supervisor "$live/web"
  touch "$dir/go"
  eventually 10 eval '[ "$(lines "$dir/starts")" -ge 2 ]'
}

@test "run, finish, loggers, CMD and what signals execute hold none of ours, after an upgrade too" {
  lister <<<'exec sleep 1000000' | service web
  lister </dev/null | finish web
  lister <<<'exec cat' | in=$scan/web service log
  mkdir -p "$live/.s6-svscan"
  lister </dev/null | script "$live/.s6-svscan/SIGUSR1"
  lister </dev/null | script "$live/.s6-svscan/finish"
  lister <<<'exec sleep 1000000' | script "$dir/command"
  start reeve-scan -l "$live" "$scan" -- "$dir/command"
  scanner=$started
  has_listed() { [ "$(grep -c "$1" "$dir/listed")" -ge "$2" ]; }
  up web
  eventually 10 has_listed 'command$' 1
  reeve -l "$live" upgrade --timeout 20
  reeve -l "$live" restart --timeout 10 web
  eventually 10 has_listed '^./run' 3
  kill -USR1 "$scanner"
  eventually 10 has_listed 'SIGUSR1$' 1
  stop_scanner 0
  has_listed 'finish$' 3
  [ -s "$dir/held" ]
  ! grep -E "$ours" "$dir/held"
}
