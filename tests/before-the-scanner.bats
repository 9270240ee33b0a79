# A client that comes before the scanner knows of its services waits for that; what does
# not wait says what is going on, and why it cannot answer.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

# What holds the scanner's lock, as a scanner does that has not looked at anything yet.
lock_holder()
{
  mkdir -p "$live/.s6-svscan"
  mkfifo "$live/.s6-svscan/reports"
  start python3 -c 'import fcntl, sys, time
lock = open(sys.argv[1], "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
open(sys.argv[1] + ".held", "w")
time.sleep(1000000)' "$live/.s6-svscan/lock"
  eventually 20 test -e "$live/.s6-svscan/lock.held"
}

# As that scanner would.
tell_services() { printf 'reeve-scan 001\0003\0004\0005\0000\0000\0%s\0/\0' "$scan" >"$live/.s6-svscan/state"; }

@test "who comes between the scanner's lock and its first look waits" {
  idle web
  lock_holder
  for args in "wait up web" "start web" "stop web" "restart web" "shutdown"; do
    # shellcheck disable=SC2086
    run reeve -l "$live" --timeout 50ms $args
    [ "$status" -eq 99 ] || { echo "reeve $args: $status: $output"; return 1; }
    [[ $output == *"timed out while waiting for the scanner to begin" ]]
  done
  start sh -c 'reeve -l "$live" status --json web; echo $? >"$dir/code"'
  tell_services
  eventually 20 test -s "$dir/code"
  jq -e '.[0].name == "web" and .[0].state == "unsupervised"' "$dir/stdout"
}

@test "a client and a scanner that begin at the same moment" {
  idle web
  for i in 1 2 3 4 5; do
    start reeve-scan -l "$live" "$scan"
    scanner=$started
    until [ -e "$live/.s6-svscan/reports" ]; do :; done # made when it has the lock
    reeve -l "$live" wait ready web --timeout 20
    stop_scanner
    rm -rf "$live"
  done
}

@test "a scanner that never begins is not waited for by who only asks" {
  idle web
  lock_holder
  run timeout 30 reeve -l "$live" status
  [ "$status" -eq 0 ] || [ "$status" -eq 1 ]
}

@test "without any scanner: status and all others exit 1, and say how to start one" {
  [ ! -e /run/service ] && [ ! -e "/dev/shm/reeve-$(id -u)" ] && [ ! -e "/tmp/reeve-$(id -u)" ] || skip "there is one on this machine"
  for args in status "wait up web" "stop web" shutdown rescan upgrade; do
    # shellcheck disable=SC2086
    run reeve $args
    [ "$status" -eq 1 ] || { echo "reeve $args: $status: $output"; return 1; }
    [[ $output == *"no scanner"*"reeve-scan"*"REEVE_LIVE"* ]] || { echo "reeve $args: $output"; return 1; }
  done
}

@test "another user's private tree is named as that" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to be several users"
  for_everyone
  other=/dev/shm/reeve-54399
  [ ! -e "$other" ] || skip "$other is in use"
  [ ! -e /run/service ] || skip "/run/service is in use"
  mkdir -m 700 "$other"
  chown 54399 "$other"
  run setpriv --reuid=54321 --clear-groups reeve status
  rmdir "$other"
  [ "$status" -eq 111 ]
  [[ $output == *"$other/service is another user's: only that user and root may look there"* ]]
}

# ---- while /init runs the scripts of cont-init.d ----

init_setup()
{
  export -n REEVE_BIN
  unshare -m true 2>/dev/null || skip "no mount namespaces here"
  mkdir -p "$dir"/etc/{services.d,cont-init.d}
  cp -a /etc/{passwd,group,nsswitch.conf,ld.so.cache,alternatives} "$dir/etc"
  scan=$dir/etc/services.d
  idle web
  script "$dir/etc/cont-init.d/10-a"
  # shellcheck disable=SC2016 # expanded in the namespace
  start unshare -m sh -c 'mount --bind "$dir/etc" /etc && mount -t tmpfs -o mode=755 tmpfs /run && cd "$dir" && exec reeve-init' </dev/null
}

from_outside() { nsenter -t "$started" -m env -u REEVE_LIVE "$(command -v reeve)" "$@"; }

@test "while the scripts of cont-init.d run: status exits 1 and says so, others wait" {
  init_setup <<<": >$dir/begun; until [ -e $dir/go ]; do sleep 0.05; done"
  init=$started
  eventually 20 test -e "$dir/begun"
  run from_outside status
  [ "$status" -eq 1 ]
  [[ $output == *"no service has been started yet: the container is being prepared by /etc/cont-init.d/10-a, the scripts in /etc/cont-init.d still run" ]]
  if [ "$(id -u)" -eq 0 ]; then # other users see that, too
    cp "$REEVE_BIN/reeve" "$dir/reeve"
    chmod 755 "$dir"
    run nsenter -t "$init" -m env -u REEVE_LIVE setpriv --reuid=54321 --clear-groups "$dir/reeve" status
    [ "$status" -eq 1 ]
    [[ $output == *"the container is being prepared by /etc/cont-init.d/10-a, the"* ]]
  fi
  run from_outside wait ready web --timeout 100ms
  [ "$status" -eq 99 ]
  nsenter -t "$init" -m "$(command -v reeve)" wait ready web --timeout 60 3>&- &
  client=$!
  : >"$dir/go"
  wait "$client"
  kill -TERM "$init"
  ended "$init" 0
}

@test "a script of cont-init.d that would wait for itself is told" {
  init_setup <<<"reeve wait ready web 2>$dir/said; echo \$? >$dir/code"
  init=$started
  eventually 20 test -s "$dir/code"
  [ "$(<"$dir/code")" -eq 1 ]
  grep -q "not waiting: no service is started before the scripts in /etc/cont-init.d have ended" "$dir/said"
  kill -TERM "$init"
  ended "$init" 0
}
