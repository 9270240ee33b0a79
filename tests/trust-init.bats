# The init program, and what is beside the live directory, where somebody else may have been before:
# a /run to which everybody may write, as a volume is.

load lib

user=65534

setup()
{
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  unshare -pm true 2>/dev/null || skip "no PID and mount namespaces here"
  reeve_setup
  chmod 755 "$dir"
  export -n REEVE_BIN
  export user
  mkdir -p "$dir"/etc/{services.d,cont-init.d,cont-finish.d} "$dir/run"
  chmod 777 "$dir/run"
  cp -a /etc/{passwd,group,nsswitch.conf,ld.so.cache,alternatives} "$dir/etc"
}
teardown() { [ -z "${dir:-}" ] || reeve_teardown; }

# shellcheck disable=SC2016 # expanded in the namespace
inside='mount --bind "$dir/etc" /etc && mount --bind "$dir/run" /run && mount -t tmpfs -o mode=1777 tmpfs /dev/shm && cd "$dir" && exec reeve-init "$@"'

run_init() { run timeout 60 unshare -pmf --kill-child --mount-proc sh -c "$inside" sh "$@"; }

by_user() { setpriv --reuid "$user" --regid "$user" --clear-groups "$@"; }

@test "a /run of root's to which everybody may write gets the sticky bit, and is used in silence" {
  run_init sh -c 'echo "$REEVE_LIVE"'
  [ "$status" -eq 0 ]
  [ "$output" = /run/service ]
  [ "$(stat -c %a "$dir/run")" = 1777 ]
}

@test "a live directory that somebody else has made there is named; the next place is taken" {
  by_user mkdir -p "$dir/run/service/.s6-svscan"
  by_user sh -c 'printf "#!/bin/sh\nid -u >/run/executed\n" >"$1" && chmod 755 "$1"' sh "$dir/run/service/.s6-svscan/finish"
  run_init sh -c 'echo "$REEVE_LIVE"'
  [ "$status" -eq 0 ]
  grep -q '^/dev/shm/reeve-0/service$' <<<"$output"
  grep -q "/run/service cannot be: somebody else owns it: /run/service belongs to the user $user" <<<"$output"
  [ ! -e "$dir/run/executed" ]
}

@test "one that was named is an error" {
  by_user mkdir -p "$dir/run/service"
  REEVE_LIVE=/run/service run_init true
  [ "$status" -eq 111 ]
  grep -q "/run/service belongs to the user $user" <<<"$output"
}

@test "variables that somebody else has saved beside it are not read" {
  by_user mkdir -p "$dir/run/s6/container_environment"
  by_user sh -c 'echo evil >"$1"' sh "$dir/run/s6/container_environment/EVIL"
  run_init sh -c '"$REEVE_LIVE/.s6-svscan/with-contenv" sh -c "echo EVIL=\$EVIL"'
  grep -q '^EVIL=$' <<<"$output"
  grep -q "not using /run/s6.*somebody else owns it: /run/s6 belongs to the user $user" <<<"$output"
  [ "$(cat "$dir/run/s6/container_environment/EVIL")" = evil ]
}

@test "an exit code that somebody else has written beside it is not believed" {
  by_user mkdir -p "$dir/run/s6-linux-init-container-results"
  run_init sh -c 'echo 7 >/run/s6-linux-init-container-results/exitcode; exit 3'
  [ "$status" -eq 3 ]
  grep -q "s6-linux-init-container-results belongs to the user $user" <<<"$output"
}

@test "the exit code that root has written there is" {
  run_init sh -c 'echo 7 >/run/s6-linux-init-container-results/exitcode; exit 3'
  [ "$status" -eq 7 ]
}
