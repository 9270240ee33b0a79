# Other users look at a tree, and change nothing of it.

load lib

setup()
{
  reeve_setup
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  for_everyone
  # What they find is the tree's own, not what the environment names.
  unset REEVE_LIVE
}
teardown() { reeve_teardown; }

other() { setpriv --reuid=54321 --regid=54321 --clear-groups "$@"; }
others_reeve() { other reeve -l "$live" "$@"; }
shows() { others_reeve "${@:2}" >"$dir/shown" 2>"$dir/shown.err" || :; grep -q -E -- "$1" "$dir/shown" || { cat "$dir/shown" "$dir/shown.err"; return 1; }; }

tree()
{
  idle web
  in=$scan/web service log <<<'exec cat'
  service broken <<<'exit 3'
  setting broken restart no
  idle off
  setting off enable-if MODE=other
  idle checked
  script "$scan/checked/health" <<<'echo password; exit 0'
  setting checked health-interval 100
  idle later
  export MODE=confidential
  scanner
  export REEVE_LIVE=$live
  up web
  eventually 10 field broken state failed
  eventually 10 field checked healthy true
  eventually 10 test -s "$live/checked/supervise/health"
  unset REEVE_LIVE
}

@test "status, why, tree, graph and wait answer, and say what may not be read" {
  tree
  export REEVE_LIVE=$live
  web=$(pid_of web)
  unset REEVE_LIVE
  run -1 others_reeve status
  [[ $output == *"only the scanner's user and root may read the state of loggers"* ]]
  shows "^web +up +$web " status
  shows '^web/log +unknown ' status
  shows '^broken +failed ' status
  shows '^off +disabled +only the scanner.s user and root may read why' status
  others_reeve status web
  others_reeve status --json web | grep -q "\"pid\":$web,"
  run -111 others_reeve status web/log
  [[ $output == *"web/log"*"(only the scanner's user and root may): Permission denied"* ]]
  shows '^web is up for .*, pid '"$web" why web
  shows 'Its log .*only the scanner.s user and root may' why web
  shows 'exit 3: it ended by itself' why broken
  shows "^  sleep 1000000 +$web +root " tree
  shows "^reeve-scan, 5 supervisors +$scanner " tree
  # A child that has not executed its program yet is a reeve-supervise, too, but of a service.
  run ! grep -E 'stray|of no service' "$dir/shown"
  shows '^web +up' graph
  others_reeve wait --timeout 10s up web
  others_reeve wait --timeout 1ms down web || [ $? -eq 99 ]
  # A change is noticed, though no event may be listened to.
  others_reeve wait --timeout 60s down later &
  client=$!
  reeve -l "$live" stop later
  wait "$client"
  run ! grep -r -E 'confidential|password' "$dir/shown"
}

@test "no command, no lock, no way to write, and nothing that may be secret" {
  tree
  for args in "start web" "stop web" "restart web" "reload web" "kill TERM web" "kill KILL web/log" rescan shutdown upgrade; do
    # shellcheck disable=SC2086
    run -111 others_reeve $args
    [[ $output == *"only the scanner's user and root may"*"Permission denied"* ]] || { echo "reeve $args: $output"; return 1; }
  done
  cat >"$dir/look.py" <<'PYTHON'
import os, sys
paths = [os.path.join(top, name) for top, directories, files in os.walk(sys.argv[1]) for name in directories + files]
os.setgroups([])
os.setgid(54321)
os.setuid(54321)
bad = []
for path in paths:
    if os.path.islink(path): continue
    for what, flags in ("writes", os.O_WRONLY), ("reads", os.O_RDONLY):
        if what == "reads" and (os.path.isdir(path) or path.rsplit("/", 1)[1] in ("status", "state", "death_tally", "reeve", "life", "command", "dependents")): continue
        try: os.close(os.open(path, flags | os.O_NONBLOCK))
        except OSError: continue
        bad.append(what + " " + path)
print("\n".join(bad))
sys.exit(bool(bad))
PYTHON
  python3 "$dir/look.py" "$live"
  export REEVE_LIVE=$live
  field web state up
}

@test "a live directory that is closed says who may look" {
  mkdir -m 700 "$live"
  idle web
  scanner
  for args in status "why web" tree graph "wait up web"; do
    # shellcheck disable=SC2086
    run -111 others_reeve $args
    [[ $output == *"enter the live directory $live (only the scanner's user and root may): Permission denied"* ]] || { echo "reeve $args: $output"; return 1; }
  done
}

@test "a supervisor is found while many locks come and go: the kernel may leave out one of its list" {
  cat >"$dir/churn.py" <<'PYTHON'
import fcntl, os, sys
files = [os.open(f"{sys.argv[1]}.{n}", os.O_RDWR | os.O_CREAT) for n in range(150)]
while True:
    for each in files: fcntl.lockf(each, fcntl.LOCK_EX)
    print(end=".", flush=True)
    for each in files: fcntl.lockf(each, fcntl.LOCK_UN)
PYTHON
  idle web
  scanner
  up web
  for n in 1 2; do start python3 "$dir/churn.py" "$dir/churned.$n"; done
  eventually 10 test -s "$dir/stdout"
  local -r begun=$SECONDS
  for ((n = 0; n < 200 && SECONDS < begun + 60; n++)); do
    others_reeve status web >/dev/null || { echo "# look $n"; return 1; }
  done
}
