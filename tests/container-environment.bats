# The container's environment: who gets it, where it is saved, who may read it.

load lib
load containers

setup_file() { containers_setup_file busybox; }
setup() { reeve_setup; containers_setup; }
teardown() { containers_teardown; reeve_teardown; }
teardown_file() { containers_teardown_file; }

saved=/run/s6/container_environment

# The service writes what `env` says to /share/seen, once it is all there.
sees() { service web <<<"$1 env >/share/seen.new; mv /share/seen.new /share/seen; exec sleep 1000"; }

with() # [OPTION...]
{
  container_run "$@" busybox
  container_ready web
  eventually 10 exists "$dir/share/seen"
}

seen() { grep -q -x -- "$1" "$dir/share/seen"; }
mode_of() { inside stat -c %a "$1"; }

@test "services inherit it, with /command at the end of PATH" {
  sees ''
  with -e GREETING='good day' -e PATH=/usr/bin:/bin
  seen 'GREETING=good day'
  seen 'PATH=/usr/bin:/bin:/command'
}

@test "with-contenv gives it to what has lost it" {
  sees 'env -i /command/with-contenv'
  with -e GREETING='good day' -e EMPTY=
  seen 'GREETING=good day'
  seen 'EMPTY='
}

@test "with-contenv and printcontenv under podman exec, whatever that has set" {
  sees ''
  with -e GREETING='good day'
  [ "$(podman exec -e GREETING=other "$container" /command/with-contenv sh -c 'echo "$GREETING"')" = 'good day' ]
  [ "$(podman exec -e GREETING=other "$container" /command/printcontenv GREETING)" = 'good day' ]
  run -0 podman exec "$container" /command/printcontenv
  grep -q 'GREETING' <<<"$output"
}

@test "#!/usr/bin/with-contenv, and podman exec finds with-contenv and reeve-exec" {
  service web <<<$'#!/usr/bin/with-contenv sh\necho "$GREETING" >/share/greeting; env >/share/seen; exec sleep 1000'
  with -e S6_KEEP_ENV=0 -e GREETING='good day'
  share_is greeting 'good day'
  [ "$(podman exec --user 4711 "$container" with-contenv sh -c 'echo "$GREETING"')" = 'good day' ]
  [ "$(podman exec -e HOME=/root "$container" reeve-exec --user 4711 -- sh -c 'echo "$(id -u) $HOME"')" = '4711 /' ]
  [ "$(podman exec "$container" with-contenv s6-setuidgid 4711:4711 id -u)" = 4711 ]
}

@test "values of several lines, and of odd characters, come back as they were" {
  sees ''
  value=$'first\n\nthird = "\\ $HOME\t*\n'
  with -e VALUE="$value"
  inside /command/with-contenv sh -c 'printf %s "$VALUE" >/share/value'
  printf %s "$value" | cmp - "$dir/share/value"
}

@test "the folder is 0700, its files 0600" {
  sees ''
  with -e SECRET=s3cr3t
  [ "$(mode_of $saved)" = 700 ]
  [ "$(mode_of $saved/SECRET)" = 600 ]
  [ "$(inside cat $saved/SECRET)" = s3cr3t ]
}

@test "S6_KEEP_ENV=0: services get a minimal environment, and anybody may read the saved one" {
  sees ''
  with -e S6_KEEP_ENV=0 -e GREETING='good day'
  run ! seen 'GREETING=.*'
  seen 'PATH=.*:/command'
  [ "$(mode_of $saved)" = 755 ]
  [ "$(mode_of $saved/GREETING)" = 644 ]
}

@test "S6_KEEP_ENV=0: with-contenv has it all, also for one who has dropped root" {
  sees '/command/with-contenv'
  with -e S6_KEEP_ENV=0 -e GREETING='good day'
  seen 'GREETING=good day'
  [ "$(podman exec --user 4711:4711 "$container" /command/printcontenv GREETING)" = 'good day' ]
}

@test "one who has dropped root keeps what he has inherited, and is not told off" {
  sees ''
  with -e GREETING='good day'
  run -0 --separate-stderr podman exec --user 4711:4711 -e GREETING=inherited "$container" \
    /command/with-contenv sh -c 'echo "$GREETING"'
  [ "$output" = inherited ]
  [ -z "$stderr" ]
}

@test "a restarted container has its new environment only" {
  sees ''
  with
  inside sh -c "echo stale >$saved/STALE"
  podman restart -t 60 "$container"
  container_ready web
  inside test ! -e $saved/STALE
}

@test "it is beside the live directory when that is not in /run" {
  sees ''
  with --user 4711:0 --passwd=false -e GREETING='good day'
  [ "$(inside cat /dev/shm/reeve-4711/s6/container_environment/GREETING)" = 'good day' ]
  [ "$(mode_of /dev/shm/reeve-4711/s6/container_environment)" = 700 ]
  [ "$(inside /command/printcontenv GREETING)" = 'good day' ]
}

@test "no descriptor, blocked signal or lowered limit of ours reaches a service" {
  service web <<'RUN'
ls /proc/self/fd >/share/fds
grep -E '^Sig(Blk|Ign)' /proc/self/status >/share/signals
ulimit -n >/share/limit
touch /share/seen
exec sleep 1000
RUN
  with --ulimit nofile=1000:1000 --ulimit "nproc=$(limit -u 30000)"
  # 3 is the one that ls itself has open
  share_is fds "0
1
2
3"
  share_is signals "SigBlk:	0000000000000000
SigIgn:	0000000000000000"
  share_is limit 1000
}
