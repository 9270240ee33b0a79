# What a supervisor was about to tell when it was killed is told by its successor.
# strace kills it at the call that comes first.

load lib
load survival

setup()
{
  reeve_setup
  strace -e trace=none true 2>/dev/null || skip "strace cannot be used here"
}
teardown() { survival_teardown; }

killed_at() # CALL [N] ; the supervisor of web, at its Nth
{
  supervisor=$(supervisor_of web)
  start strace -o /dev/null -e "trace=$1" -e "inject=$1:signal=KILL:when=${2:-1}" -p "$supervisor"
  says attached
}

# What it has had to tell so far is told.
idles() { polls "$(supervisor_of "$1")"; }
listen_to_idle() # NAME
{
  eventually 10 idles "$1"
  listen "$1"
}

@test "readiness" {
  guarded web <<<'until [ -e "$dir/go" ]; do sleep 0.02; done; echo >&3; exec 3>&-; exec sleep 1000000'
  setting web notification-fd 3
  scanner
  eventually 10 field web state starting
  listen_to_idle web
  killed_at rename
  touch "$dir/go"
  eventually 20 has_successor web "$supervisor"
  eventually 10 field web ready true
  eventually 10 heard sU
  started_times web 1
  stop_scanner 0
}

@test "a permanent failure, and that it is down" {
  guarded web <<<'until [ -e "$dir/go" ]; do sleep 0.02; done; exit 3'
  setting web restart no
  scanner
  up web
  listen_to_idle web
  killed_at getdents64
  touch "$dir/go"
  eventually 20 has_successor web "$supervisor"
  eventually 10 field web state failed
  eventually 10 heard sdOD
  started_times web 1
  stop_scanner 0
}

@test "that it is up" {
  guarded web <<<'exec sleep 1000000'
  setting web down ''
  scanner
  eventually 10 has_supervisor "$live/web"
  listen_to_idle web
  killed_at rename 2
  s6-svc -u "$live/web"
  eventually 20 has_successor web "$supervisor"
  up web
  eventually 10 heard su
  started_times web 1
  stop_scanner 0
}
