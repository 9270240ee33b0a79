# Loggers: what `reeve check` finds wrong.
load lib
load checking

setup() { checking_setup; }
teardown() { reeve_teardown; }

@test "a logger of a logger" {
  good web
  logs_with 'exec my-logger'
  mkdir web/log/log
  check .
  [ "$status" -eq 0 ]
  found 'web/log/log:1' warning 'a logger has no logger of its own: remove it'
}

logs_with() { in=$scan/web service log <<<"$1"; }

@test "a logger that cannot write where it logs" {
  good web
  logs_with "exec s6-log -b n3 s100000 $dir/missing/log"
  finds 'web/log/run:2' error "there is no directory $dir/missing: create it"
  logs_with "exec multilog t $scan/web/run"
  finds 'web/log/run:2' error "$scan/web/run is no directory"
  logs_with "exec svlogd -tt $dir/log"
  finds 'web/log/run:2' error "there is no directory $dir/log"
  logs_with "exec reeve-log --stamp /x/y $dir/log"
  clean
  logs_with "exec reeve-exec -l nofile=100 --session reeve-log -j $dir/missing/log"
  finds 'web/log/run:2' error "there is no directory $dir/missing: create it"
  logs_with "exec reeve-log --json /dev/stderr /dev/stdout"
  clean
  logs_with "exec s6-log -q $dir/missing/log"
  finds 'web/log/run:2' error "there is no directory $dir/missing: create it"
  logs_with "exec logutil-service $dir/missing/log"
  finds 'web/log/run:2' error "there is no directory $dir/missing: create it"
  logs_with "mkdir -p $dir/missing/log"$'\n'"exec s6-log $dir/missing/log"
  clean
  logs_with "exec s6-log \"\$LOGS/web\""
  clean
}

@test "a logger that becomes a user who may not write there" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to own directories"
  for_everyone
  good web
  mkdir -m 755 "$dir/log"
  logs_with "exec s6-setuidgid nobody s6-log n3 $dir/log"
  finds 'web/log/run:2' error "user 65534 may not write to $dir/log: give it"
  logs_with "exec chpst -u nobody multilog $dir/log/web"
  finds 'web/log/run:2' error "user 65534 may not create $dir/log/web"
  logs_with "exec setpriv --reuid=4711 -- reeve-log $dir/log"
  finds 'web/log/run:2' error "user 4711 may not write to $dir/log"
  chown nobody "$dir/log"
  logs_with "exec s6-setuidgid nobody s6-log n3 $dir/log"
  clean
  chown root:daemon "$dir/log"
  chmod 770 "$dir/log"
  logs_with "exec reeve-exec --user nobody:daemon reeve-log $dir/log"
  clean
  logs_with "exec env -u VARIABLE reeve-log $dir/log"
  clean
  logs_with "exec reeve-exec --user nobody --umask 022 reeve-log $dir/log"
  finds 'web/log/run:2' error "user 65534 may not write to $dir/log: give it"
  logs_with "exec logutil-service $dir/log"
  finds 'web/log/run:2' error "user 65534 may not write to $dir/log: give it"
  logs_with "exec s6-setuidgid no-such-user s6-log n3 $dir/log"
  finds 'web/log/run:2' error 'there is no user no-such-user'
}

@test "a logger's directory that a script in /etc/cont-init.d creates" {
  unshare -m true 2>/dev/null || skip "no mount namespaces here"
  good web
  logs_with "exec s6-log $dir/missing/log"
  # shellcheck disable=SC2016
  run unshare -m sh -c 'mount -t tmpfs tmpfs /etc && mkdir /etc/cont-init.d && echo "mkdir -p $1" >/etc/cont-init.d/10-log && reeve check .' sh "$dir/missing/log"
  [ "$status" -eq 0 ]
  [ -z "$output" ]
  finds 'web/log/run:2' error 'there is no directory'
}
