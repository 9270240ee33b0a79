# reeve logs: what services have logged, from the directories of their loggers and from what
# the collector keeps.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

logged() { in=$scan/$1 service log <<<"$2"; }

# A stamp of so many seconds before now, as each logger writes it.
tai() { printf '@%016x%08x' $((0x4000000000000000 + $(date +%s) + 37 - $1)) 0; }
iso() { date -u -d "@$(($(date +%s) - $1))" +%Y-%m-%dT%H:%M:%S.000000Z; }

# Follows in the background; what it prints is in $dir/shown.
follow() # ARGUMENT...
{
  reeve logs -f "$@" >"$dir/shown" 2>"$dir/stderr" 3>&- &
  follower=$!
  pids+=("$follower")
}
shows() { grep -qx -- "$1" "$dir/shown"; }
# Its last words: each line once, in order.
shown_is() { diff "$dir/shown" -; }

@test "a rotated directory is stitched, also when nobody runs, and the last lines are those asked for" {
  service web <<<'seq 1 2000; exec sleep 1000000'
  logged web 'exec reeve-log -s 2000 -n 100 "$dir/log"'
  scanner
  eventually 10 grep -q ' 2000$' "$dir/log/current"
  [ "$(ls -d "$dir"/log/@*.s | wc -l)" -gt 3 ]
  diff <(reeve logs web) <(seq 1 2000)
  diff <(reeve logs -n 700 web) <(seq 1301 2000)
  diff <(reeve logs web -n 1) <(echo 2000)
  diff <(reeve logs --tail all --since 1h web) <(seq 1 2000)
  [ -z "$(reeve logs -n 0 web)" ]
  [[ $(reeve logs -t -n 1 web) =~ ^20[0-9][0-9]-[0-9-]*T[0-9:]*\.[0-9]{6}Z' 2000'$ ]]
  [ "$(reeve logs -n 1 web | head -n 1)" = 2000 ]
  stop_scanner 0
  diff <(reeve logs web) <(seq 1 2000) # by the logger's ./run
}

@test "stamps of every logger are understood: for --since, and to merge several services" {
  for each in reeve s6 local svlogd plain; do
    idle "$each"
    mkdir -p "$dir/$each"
    logged "$each" "exec /usr/bin/env -i PATH=\"\$PATH\" reeve-log -t none $dir/$each"
  done
  printf '%s one\n%s four\n%s last\n' "$(iso 8000)" "$(iso 5000)" "$(iso 50)" >"$dir/reeve/current"
  printf '%s two\n' "$(tai 7000)" >"$dir/s6/current"
  printf '%s  three\n' "$(date -d "@$(($(date +%s) - 6000))" '+%Y-%m-%d %H:%M:%S.000000000')" >"$dir/local/current"
  printf '%s five\nits second line\n' "$(date -u -d "@$(($(date +%s) - 4000))" +%Y-%m-%d_%H:%M:%S.00000)" >"$dir/svlogd/current"
  printf '{"time":"%s","service":"plain","text":"six"}\n' "$(iso 3000)" >"$dir/plain/current"
  scanner
  for each in reeve s6 local svlogd plain; do up "$each/log"; done
  diff <(reeve logs reeve s6 local svlogd plain | sed 's/.*"text":"six.*/six/') - <<'END2'
reeve | one
s6 | two
local | three
reeve | four
svlogd | five
svlogd | its second line
six
reeve | last
END2
  diff <(reeve logs --since 5500 reeve s6 svlogd) <(printf '%s\n' 'reeve | four' 'svlogd | five' 'svlogd | its second line' 'reeve | last')
  [ -z "$(reeve logs --since 6500s s6)" ]
  [ "$(reeve logs --since 75m reeve)" = last ]
}

@test "-f goes on through rotations, restarts of service, logger and scanner, and ends well" {
  service web <<<'exec cat "$dir/in"'
  logged web 'exec reeve-log -t none -s 100 -n 1000 "$dir/log"'
  mkfifo "$dir/in"
  scanner
  exec 7<>"$dir/in"
  echo first >&7
  eventually 10 grep -qsx first "$dir/log/current"
  follow web
  eventually 10 shows first
  seq 1 500 >&7
  eventually 10 shows 500
  reeve restart web/log
  echo 501 >&7
  eventually 10 shows 501
  freeze "$follower"
  seq 502 900 >&7
  eventually 10 grep -rqx 900 "$dir/log"
  kill -CONT "$follower"
  eventually 10 shows 900
  reeve restart web
  stop_scanner 0
  rm -rf "$live"
  scanner
  echo 901 >&7
  eventually 20 shows 901
  kill -INT "$follower"
  ended "$follower" 0
  { echo first; seq 1 901; } | shown_is
}

@test "-f misses no file that came and was rotated while nothing was written" {
  service web <<<'exec sleep 1000000'
  logged web "exec reeve-log $dir/log"
  setting web/log down ''
  mkdir "$dir/log"
  echo one >"$dir/log/@4000000000000000000000a1.s"
  scanner
  up web
  follow web
  eventually 10 shows one
  freeze "$follower"
  echo two >"$dir/log/@4000000000000000000000a2.s"
  echo three >"$dir/log/current"
  kill -CONT "$follower"
  eventually 10 shows three
  kill -INT "$follower"
  ended "$follower" 0
  printf 'one\ntwo\nthree\n' | shown_is
}

@test "-f of all shows services that come later, with their names" {
  idle web
  logged web 'exec reeve-log "$dir/web-log"'
  scanner
  up web
  follow --all
  logged late 'exec reeve-log "$dir/late-log"' # a service is one when it has its run
  service late <<<'echo hello; exec sleep 1000000'
  eventually 20 shows 'late | hello'
  kill -TERM "$follower"
  ended "$follower" 0
}

@test "what the collector keeps: both files, without stamp and stream, before and behind a rename" {
  idle web
  scanner
  up web
  printf '%s o one\n%s e two words\n' "$(tai 1000)" "$(tai 900)" >"$live/web/supervise/kept.old"
  printf '%s o   three\n%s o \n' "$(tai 800)" "$(tai 700)" >"$live/web/supervise/kept"
  diff <(reeve logs web) <(printf '%s\n' one 'two words' '  three' '')
  diff <(reeve logs --since 850 web) <(printf '%s\n' '  three' '')
  follow -n 1 web
  eventually 10 shows ''
  mv "$live/web/supervise/kept" "$live/web/supervise/kept.old"
  printf '%s o four\n' "$(tai 10)" >"$live/web/supervise/kept"
  eventually 10 shows four
  printf '\nfour\n' | shown_is
  [[ $(reeve why web) == *'two words'* || $(reeve why web) == *four* ]]
}

@test "with a collector every service has something to show, and -f goes on with what comes" {
  service web <<<'echo out; echo err >&2; exec cat "$dir/in"'
  logged db 'exec reeve-log "$dir/log"'
  service db <<<'echo line; exec sleep 1000000'
  mkfifo "$dir/in"
  scanner -L lines
  eventually 10 test -s "$dir/log/current"
  all() { [ "$(reeve logs | sort)" = $'db | line\nweb | err\nweb | out' ]; }
  eventually 10 all
  [[ $(reeve logs -t web) =~ ^20[0-9-]*T[0-9:.]*'Z '(out|err) ]]
  follow -n 1 web
  eventually 10 test -s "$dir/shown"
  exec 7<>"$dir/in"
  for i in 1 2 3; do echo "word $i" >&7; done
  eventually 10 shows 'word 3'
  kill -TERM "$follower"
  ended "$follower" 0
}

@test "nothing to show: it says why, and what to do; a wrong option, too" {
  idle web
  idle api
  logged api 'exec cat >/dev/null'
  scanner
  up web
  up api/log
  run -1 reeve logs web
  [[ $output == *'web writes to the container'*'docker logs'*'REEVE_LOG='*'web/log/run'* ]]
  run -1 reeve logs
  [[ $output == *'docker logs'* ]]
  run -1 reeve logs -f api
  [[ $output == *'the logger of api writes to no directory that is known ('*': see api/log/run'* ]]
  # One that its logger is to make is waited for.
  logged later 'exec reeve-log -t none "$dir/parent/log"'
  idle later
  up later/log
  run -1 reeve logs later
  [[ $output == *'has not made its directory yet: '*'/parent/log'* ]]
  follow later
  mkdir "$dir/parent"
  echo line >"$live/later/log/supervise/pipe"
  eventually 20 shows line
  run -100 reeve logs -n many web
  run -100 reeve logs --since yesterday web
  run -100 reeve logs none
  run -100 reeve stop --since 5m web
}

@test "compressed files are named and passed over; a large file is read from its end" {
  idle web
  logged web 'exec reeve-log -t none "$dir/log"'
  mkdir "$dir/log"
  seq 1 10 | gzip >"$dir/log/@400000000000000000000001.s"
  truncate -s 3G "$dir/log/@400000000000000000000002.s"
  printf '\nlast of old\n' >>"$dir/log/@400000000000000000000002.s"
  printf 'now\n\033[31mred' >"$dir/log/current"
  chmod 744 "$dir/log/current"
  scanner
  up web/log
  diff <(reeve logs -n 3 web) <(printf 'last of old\nnow\n\033[31mred\n')
  rm "$dir/log/@400000000000000000000002.s"
  reeve logs web >"$dir/out" 2>"$dir/err"
  diff "$dir/out" <(printf 'now\n\033[31mred\n')
  grep -q 'skipped, as it is compressed: .*/log/@400000000000000000000001.s' "$dir/err"
  # On a terminal nothing but text.
  command script -qec 'reeve logs -n 1 web' /dev/null >"$dir/out"
  grep -q '?\[31mred' "$dir/out"
}

@test "a logger that is no root's: root follows no link of it, and shows no file that is another's" {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
  command -v setpriv >/dev/null || skip "needs setpriv"
  for_everyone
  idle web
  mkdir "$dir/log" "$dir/roots"
  chown 65534 "$dir/log"
  echo secret >"$dir/roots/current"
  ln "$dir/roots/current" "$dir/log/@400000000000000000000001.s"
  ln -s "$dir/roots/current" "$dir/log/@400000000000000000000002.s"
  logged web 'exec setpriv --reuid 65534 --regid 65534 --clear-groups reeve-log -t none "$dir/log"'
  chmod -R a+rX "$scan"
  scanner
  up web/log
  eventually 10 test -e "$dir/log/current"
  echo public >>"$dir/log/current"
  run reeve logs web
  [[ $output == *public* && $output != *secret* ]]
}

@test "a file with a huge hole keeps nobody waiting, and an output that cannot be written is spoken of" {
  idle web
  logged web 'exec sleep 1000000 # reeve-log
reeve-log "$dir/log"'
  mkdir "$dir/log"
  echo first >"$dir/log/current"
  truncate -s 1T "$dir/log/current" || skip "no file of this size can be made"
  printf '\nlast\n' >>"$dir/log/current"
  scanner
  up web
  [ "$(timeout 60 reeve logs -n 1 web)" = last ]
  timeout 60 reeve logs -n 2 web | tail -n 1 | grep -qx last
  [ "$(timeout 60 reeve logs web | tr -d '\0')" = $'first\n\nlast' ]
  timeout 60 reeve why web | grep -q last
  for command in 'logs -n 1' 'logs -n 1 -f' events 'events -f' 'events --json'; do
    run -111 bash -c 'exec timeout 60 reeve "$@" 2>&1 >/dev/full' bash $command web
    [[ $output == 'reeve: warning: unable to write to stdout: No space left on device' ]]
  done
}
