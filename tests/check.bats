# `reeve check`: each thing that can be wrong is found, named with file and line,
# and told how to mend; what is right is not.

load lib

setup()
{
  reeve_setup
  cd "$scan" || return
}
teardown() { reeve_teardown; }

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
  [ "$status" -eq 0 ] && [ -z "$output" ] || { echo "$output"; return 1; }
}

@test "a good service has no findings; all settings are known" {
  good web
  in=$scan/web service log <<<'exec my-logger'
  finish web <<<'exit 0'
  for name in down flag-timeout-killpg flag-down-group flag-newpidns flag-main flag-keep-strays; do touch "web/$name"; done
  mkdir web/data web/env web/instances
  setting web notification-fd 3
  setting web lock-fd 4
  setting web timeout-kill 5000
  setting web timeout-finish 5000
  setting web max-death-tally 10
  setting web down-signal SIGINT
  setting web reload-signal USR1
  setting web restart-delay '100 2000'
  setting web timeout-up 10000
  setting web restart always
  setting web health tcp:8000
  setting web health-interval 10000
  setting web health-timeout 2000
  setting web health-retries 2
  setting web health-start-period 5000
  clean
  clean web
  clean web/
  (cd web && clean .)
}

@test "the examples have no findings" {
  if ! command -v execlineb; then skip "execline is not installed"; fi
  cd "$BATS_TEST_DIRNAME/../servicedirs-example"
  clean demo syslog */services.d
}

@test "it needs no scanner, looks at several directories, and executes nothing" {
  service web <<<'touch "$dir/executed"; exec my-server'
  finish web <<<'touch "$dir/executed"'
  mkdir "$dir/other"
  in=$dir/other good_one <<<''
  REEVE_LIVE=$dir/nowhere check "$scan" "$dir/other"
  [ "$status" -eq 1 ]
  found 'other/one/run:1' error 'no execute permission'
  [ ! -e "$dir/executed" ]
  run reeve check "$dir/nothing"
  [ "$status" -eq 111 ]
  [[ $output == "reeve-check: warning: unable to check $dir/nothing: there is no such directory; name a service directory, or the directory that they are in" ]]
  run reeve check --all .
  [ "$status" -eq 100 ]
}

good_one() { mkdir -p "$in/one"; printf '#!/bin/sh\nexec x\n' >"$in/one/run"; }

@test "a directory without any service" {
  mkdir -p "$scan"
  check "$scan"
  [ "$status" -eq 0 ]
  found 'scan:1' hint 'there is no service here'
}

@test "a directory that cannot be a service" {
  mkdir empty
  finds 'empty:1' warning 'without a run it is no service'
  rmdir empty
  good $'we\tb'
  finds $'we\\?b:1' error 'control character: rename it'
}

@test "a service named as the command is in reeve status" {
  good CMD
  finds 'CMD:1' warning 'reeve status lists the command by this name: rename it'
}

@test "run or finish that cannot be executed" {
  good web
  chmod -x web/run
  finds 'web/run:1' error 'no execute permission: chmod \+x it'
  chmod +x web/run
  finish web <<<'exit 0'
  chmod -x web/finish
  finds 'web/finish:1' error 'no execute permission: chmod \+x it'
  { printf '\177ELF\002\001\001'; head -c 11 /dev/zero; printf '\377\377'; } >web/finish
  chmod +x web/finish
  finds 'web/finish:1' error 'it is a program for another machine, and this is'
  rm web/finish
  ln -s nowhere web/finish
  finds 'web/finish:1' error 'a link to a file that does not exist'
}

@test "a bad first line" {
  good web
  printf 'exec my-server\n' >web/run
  finds 'web/run:1' error 'it has no #! line: begin it with #!/bin/sh'
  : >web/run
  finds 'web/run:1' error 'it is empty'
  printf '#!\nexec my-server\n' >web/run
  finds 'web/run:1' error 'names no interpreter'
  printf '\xef\xbb\xbf#!/bin/sh\nexec my-server\n' >web/run
  finds 'web/run:1' error 'byte order mark'
  printf '#!%0300d\nexec my-server\n' 0 >web/run
  finds 'web/run:1' error 'longer than 254 bytes'
  printf '#!/usr/bin/env sh -e\nexec my-server\n' >web/run
  finds 'web/run:1' error 'as one word: write env -S'
}

@test "carriage returns" {
  good web
  printf '#!/bin/sh\r\nexec my-server\r\n' >web/run
  finds 'web/run:1' error '#! line ends in a carriage return'
  printf '#!/bin/sh\n\nexec my-server\r\n' >web/run
  finds 'web/run:3' error 'the line ends in a carriage return'
}

@test "an interpreter that is not in the image" {
  service web <<<'#!/bin/no-such-shell'
  finds 'web/run:1' error 'interpreter /bin/no-such-shell is missing: install it'
  service web <<<'#!/usr/bin/env no-such-python'
  finds 'web/run:1' error 'interpreter no-such-python is missing: install it'
  service web <<<'#!/usr/bin/env -S no-such-python -u'
  finds 'web/run:1' error 'interpreter no-such-python is missing: install it'
}

@test "unknown file names, with a suggestion" {
  good web
  setting web timeout-kil 5
  finds 'web/timeout-kil:1' warning 'did you mean timeout-kill\?'
  mv web/timeout-kil web/Finish
  finds 'web/Finish:1' warning 'did you mean finish\?'
  finish web <<<'exit 0'
  finds 'web/Finish:1' hint 'remove it: finish is there, too'
  rm web/finish
  mv web/Finish web/notes
  finds 'web/notes:1' hint 'belongs into data/'
  mv web/notes web/producer-for
  finds 'web/producer-for:1' hint "s6-rc's"
  mv web/producer-for web/nosetsid
  finds 'web/nosetsid:1' warning 'obsolete'
}

@test "a file where a directory belongs, and the other way" {
  good web
  touch web/env
  finds 'web/env:1' error 'it is no directory'
  rm web/env
  mkdir web/down
  finds 'web/down:1' warning 'it is a directory'
  rmdir web/down
  ln -s nowhere web/data
  finds 'web/data:1' error 'it leads nowhere'
  rm web/data
  mkdir web/timeout-kill
  finds 'web/timeout-kill:1' error 'it cannot be read \(Is a directory\)'
  rmdir web/timeout-kill
  mkdir web/log
  finds 'web/log:1' warning 'without a run in it there is no logger'
}

@test "values out of range" {
  good web
  setting web timeout-finish -1
  finds 'web/timeout-finish:1' error 'invalid value "-1": allowed: milliseconds from 0'
  rm web/timeout-finish
  setting web timeout-strays 5s
  finds 'web/timeout-strays:1' error 'invalid value "5s": allowed: milliseconds from 0'
  setting web timeout-strays 300
  touch web/flag-keep-strays
  finds 'web/timeout-strays:1' warning 'with flag-keep-strays, it has no effect'
  rm web/timeout-strays web/flag-keep-strays
  setting web down-signal SIGNOTHING
  finds 'web/down-signal:1' error 'invalid value "SIGNOTHING": allowed: the name'
  rm web/down-signal
  setting web restart-delay '200 100'
  finds 'web/restart-delay:1' error 'MIN not above MAX'
  rm web/restart-delay
  setting web notification-fd 3
  setting web lock-fd 3
  finds 'web/lock-fd:1' error 'the same descriptor 3'
}

@test "a pidfile that names no file" {
  good web
  touch web/flag-forks
  setting web pidfile /run/web.pid
  clean
  : >web/pidfile
  finds 'web/pidfile:1' error 'invalid value "": allowed: the path of the file into which the service writes its pid'
  printf '/run/a.pid\n/run/b.pid\n' >web/pidfile
  finds 'web/pidfile:1' error 'invalid value "/run/a.pid\?/run/b.pid": allowed'
  run reeve check --json .
  [ "$status" -eq 1 ]
  jq -e '.[0] | .file == "./web/pidfile" and .line == 1 and .level == "error" and (.mend | startswith("allowed: the path"))' <<<"$output"
  rm web/pidfile
  mkdir web/pidfile
  finds 'web/pidfile:1' error 'it cannot be read \(Is a directory\)'
}

@test "a task: what has no effect, or another one than it seems" {
  good web
  script web/undo <<<'true'
  finds 'web/undo:1' warning 'without flag-oneshot, it is never run: create flag-oneshot'
  touch web/flag-oneshot
  clean
  chmod -x web/undo
  finds 'web/undo:1' error 'no execute permission'
  rm web/undo
  setting web restart always
  finds 'web/restart:1' warning 'does not run again what is done, and tries for ever what fails: write on-failure'
  setting web restart on-failure:5
  setting web notification-fd 3
  finds 'web/notification-fd:1' warning 'with flag-oneshot, nobody waits for it'
  rm web/notification-fd
  setting web health tcp:80
  check .
  found 'web/health:1' warning 'with flag-oneshot, it has no effect'
  rm web/health
  touch web/flag-main
  finds 'web/flag-main:1' hint 'everything stops when the task is done: if it only has to succeed'
}

@test "timeout-up out of range, or without effect" {
  good web
  setting web notification-fd 3
  setting web timeout-up 30s
  finds 'web/timeout-up:1' error 'invalid value "30s": allowed: milliseconds from 0'
  setting web timeout-up 2147483648
  finds 'web/timeout-up:1' error 'invalid value "2147483648"'
  run reeve check --json .
  [ "$status" -eq 1 ]
  jq -e '.[0] | .file == "./web/timeout-up" and .level == "error" and .what == "invalid value \"2147483648\""' <<<"$output"
  setting web timeout-up 2147483647
  clean
  rm web/notification-fd
  finds 'web/timeout-up:1' warning 'without notification-fd, it has no effect'
  touch web/flag-oneshot
  clean
  rm web/flag-oneshot
  setting web timeout-up 0
  clean
}

@test "success-codes that are none, or change nothing" {
  good web
  setting web restart on-failure
  for codes in 256 '3, 4' -1 SIGNOPE ' '; do
    setting web success-codes "$codes"
    finds 'web/success-codes:1' error "invalid value \"$codes\": allowed: exit codes from 0 to 255 and names of signals, separated by spaces"
  done
  setting web success-codes '3 143 TERM'
  clean
  rm web/restart
  finds 'web/success-codes:1' warning 'restart is always: it has no effect, .*: write on-failure to restart'
  touch web/flag-oneshot
  clean
  rm web/flag-oneshot
  touch web/flag-main
  clean
}

@test "enable-if: what is no condition, or can never hold" {
  good web
  setting web enable-if $'# roles\nROLE=web|all\n!ENABLE_CRON\nROLE=all|worker\n!ROLE=worker\nPLAIN\nPLAIN=1'
  clean
  setting web enable-if $'ROLE=web\n\n$ROLE'
  finds 'web/enable-if:3' error 'invalid value ".ROLE": allowed: NAME or NAME=VALUE.VALUE on each line, also with ! in front.*'
  setting web enable-if '# ROLE'
  finds 'web/enable-if:1' warning 'no condition in it, so that it has no effect: remove it, or write NAME or NAME=VALUE'
  for never in $'A\n!A' $'A=x\nA=y' $'!A\nB\nA=x|y' $'A=x|y\n!A=y\n!A=x' $'!A\n!B=1\nA' $'A=x|y\nA=y|z\nA=z|x'; do
    setting web enable-if "$never"
    finds "web/enable-if:$(wc -l <<<"$never")" error 'with the lines above about A, it can never hold: the service is disabled everywhere'
  done
  rm web/enable-if
  mkdir web/enable-if
  finds 'web/enable-if:1' error 'it cannot be read'
  rmdir web/enable-if
  in=$scan/web service log <<<'exec my-logger'
  setting web log/enable-if A
  finds 'web/log/enable-if:1' warning 'a logger has none: it runs when its service does'
}

@test "flag-console of two, or of a logger" {
  for name in a b c; do good $name; done
  touch a/flag-console
  clean
  touch c/flag-console
  finds 'c/flag-console:1' error 'a has flag-console, too, and one service at most has the container.s stdin: remove one of them'
  setting c enable-if 'ROLE=c'
  clean
  rm c/flag-console
  # A template's is that of its instances: one does.
  mv a a@
  echo 1 >a@/count
  clean
  echo 2 >a@/count
  finds 'a@/flag-console:1' error 'there are 2 of it, and one service at most has the container.s stdin: remove it, or write 1 to count'
  rm a@/count
  ln -s a@ a@x
  clean
  setting a@y timeout-kill 1000
  finds 'a@y/flag-console:1' error 'a@x has flag-console, too'
  setting a@y enable-if 'ROLE=y'
  clean
  in=$scan/c service log <<<'exec my-logger'
  touch c/log/flag-console
  finds 'c/log/flag-console:1' warning "a logger's stdin is what its service writes"
}

@test "files that contradict each other" {
  good web
  touch web/flag-oneshot web/flag-forks
  finds 'web/flag-forks:1' error 'with flag-oneshot, it contradicts.*: remove one of these'
  rm web/flag-oneshot
  clean
}

@test "a logger of a logger" {
  good web
  logs_with 'exec my-logger'
  mkdir web/log/log
  check .
  [ "$status" -eq 0 ]
  found 'web/log/log:1' warning 'a logger has no logger of its own: remove it'
}

@test "files that need another" {
  good web
  touch web/flag-newpidns
  finds 'web/flag-newpidns:1' warning 'without timeout-kill'
  setting web timeout-kill 0
  finds 'web/flag-newpidns:1' warning 'without timeout-kill'
  setting web timeout-kill 100
  clean
}

@test "a shell run that does not exec its last command" {
  service web <<<$'cd /\nmy-server --port 80'
  finds 'web/run:3' warning 'not my-server: write exec my-server'
  service web <<<$'cd / &&\n  A=b /usr/bin/my-server'
  finds 'web/run:3' warning 'write exec my-server'
  for text in 'trap "exit 0" TERM; my-server & wait' 'exec my-server || exit 1' 'while :; do my-server; done' 'serve() { my-server; }; serve' \
    'if a; then exec my-server; fi' 'exec 2>&1; exec my-server' '. ./data/lib' '$SERVER' $'exec my-server <<E\nmy-server\nE' 'A=b exec my-server' 'echo "it'; do
    service web <<<"$text"
    clean
  done
  service web <<<'my-task'
  touch web/flag-oneshot
  clean
}

@test "a last command in the background" {
  service web <<<$'my-server &'
  finds 'web/run:2' error 'the last command runs in the background'
}

@test "a daemon that puts itself into the background, by the table" {
  service web <<<'exec cron -L 15'
  finds 'web/run:2' error 'cron puts itself into the background: add -f'
  service web <<<'exec cron -f -L 15'
  clean
  service web <<<$'exec s6-setuidgid www \\\n  /usr/sbin/nginx'
  finds 'web/run:2' warning "nginx puts itself into the background, unless its configuration says otherwise: add -g 'daemon off;'"
  service web <<<$'exec nginx -g "daemon off;"'
  clean
  service web <<<$'php-fpm -D\nexec nginx -g "daemon off;"'
  finds 'web/run:2' warning 'php-fpm puts itself into the background, where nothing supervises it: make it a service of its own'
  service web <<<$'pg_ctl start\nsetup\npg_ctl stop\nexec postgres'
  clean
  service web <<<'exec redis-server /etc/redis.conf'
  finds 'web/run:2' hint 'left to its configuration: add --daemonize no'
  service web <<<'exec nginx $NGINX_OPTIONS'
  clean
  service web <<<'exec cron'
  touch web/flag-forks
  check .
  [ "$(grep -c 'into the background' <<<"$output")" -eq 0 ]
  service web <<<'exec /etc/init.d/nginx start'
  clean
}

@test "an init script in run" {
  service web <<<$'service nginx start\nexec tail -f /var/log/nginx/access.log'
  finds 'web/run:2' warning "starts it in the background: make a service with exec nginx -g 'daemon off;'"
  service web <<<'exec /etc/init.d/my-server start'
  finds 'web/run:2' error 'init script of my-server'
  touch web/flag-oneshot
  finds 'web/run:2' warning 'init script of my-server'
  rm web/flag-oneshot
  service web <<<$'service postgresql start\nsetup\nservice postgresql stop\nexec postgres'
  clean
}

@test "a daemon in an execline script" {
  if ! execlineb=$(command -v execlineb); then skip "execline is not installed"; fi
  service web <<<"#!$execlineb -P"$'\nfdmove -c 2 1\nforeground { cron }\ns6-setuidgid www\nsshd -e'
  check .
  found 'web/run:4' error 'sshd puts itself into the background: add -D'
  [ "$status" -eq 1 ]
}

@test "strays that are meant" {
  service ssh <<<'exec /usr/sbin/sshd -D -e'
  finds 'ssh/run:2' hint 'create flag-keep-strays'
  touch ssh/flag-keep-strays
  clean
}

@test "dependencies.d: unknown names" {
  good web
  good database
  setting web dependencies.d/databse ''
  finds 'web/dependencies.d/databse:1' error 'there is no service databse: did you mean database\?'
  check web
  found 'web/dependencies.d/databse:1' error 'did you mean database'
  mv web/dependencies.d/databse web/dependencies.d/mail
  finds 'web/dependencies.d/mail:1' error 'there is no service mail: create it, or remove this file'
  echo optional >web/dependencies.d/mail
  clean
  echo optional >web/dependencies.d/databse
  finds 'web/dependencies.d/databse:1' hint 'did you mean database\?'
  rm web/dependencies.d/databse
  mv web/dependencies.d/mail web/dependencies.d/database
  clean
  clean web
}

@test "dependencies.d: what can never be ready, and what a file in it may hold" {
  good web
  good database
  setting web dependencies.d/database ''
  touch database/down
  finds 'web/dependencies.d/database:1' warning 'web waits until somebody starts database.*down.: remove one of these two, or write optional'
  echo optional >web/dependencies.d/database
  clean
  echo 'if there' >web/dependencies.d/database
  rm database/down
  finds 'web/dependencies.d/database:1' error '"if there" is not allowed in it: make it empty, or write optional'
  : >web/dependencies.d/database
  [ "$(id -u)" -ne 0 ] || chmod 000 database/run
  chmod a-x database/run
  check .
  found 'web/dependencies.d/database:1' error 'web can never start, as it needs database, whose run cannot be executed'
  found 'database/run:1' error .
  check web
  found 'web/dependencies.d/database:1' error 'web can never start'
}

@test "dependencies.d instead of reeve wait in a run" {
  good db
  service web <<<$'set -e\nreeve wait ready db\nexec my-server'
  finds 'web/run:3' hint 'while it waits for db, this service counts as up: create an empty file dependencies.d/db, and remove this line'
  service web <<<$'reeve wait --timeout 5s up db cache || exit 1\nexec my-server'
  finds 'web/run:2' hint 'dependencies.d/db'
  service web <<<$'[ -e x ] && reeve wait ready db\nif [ -e y ]; then reeve wait ready db; fi\nreeve wait down db\nreeve wait ready "$OTHER"\nexec my-server'
  clean
}

@test "dependencies.d: a logger has none" {
  good web
  good database
  in=$scan/web service log <<<'exec my-logger'
  setting web log/dependencies.d/database ''
  finds 'web/log/dependencies.d:1' warning 'without effect: a logger belongs to its service: remove it'
}

@test "dependencies.d: circles" {
  for name in a b c d; do good "$name"; done
  setting a dependencies.d/b ''
  setting a dependencies.d/d ''
  setting b dependencies.d/d ''
  setting b dependencies.d/c ''
  setting c dependencies.d/d ''
  clean
  setting c dependencies.d/a ''
  finds 'c/dependencies.d/a:1' error 'a circle.*: a needs b, b needs c, c needs a: remove one'
  check b
  found 'a/dependencies.d/b:1' error 'b needs c, c needs a, a needs b'
  check d
  [ -z "$output" ]
  rm c/dependencies.d/a
  setting d dependencies.d/d ''
  finds 'd/dependencies.d/d:1' error 'a circle.*: d needs d: '
}

@test "templates: no run, no instance, a count that is none; an instance of nothing, and what has no effect in one" {
  good worker@
  setting worker@ count '$WORKERS:2'
  ln -s worker@ worker@mail
  setting worker@own timeout-kill 5000
  script worker@own/log/run <<<'exec my-logger'
  good worker@plain
  good maker@
  mkdir maker@/instances
  good web
  for name in worker@ worker@mail worker@own worker@7; do setting web "dependencies.d/$name" ''; done
  clean
  clean worker@ worker@own worker@plain
  echo several >worker@/count
  finds 'worker@/count:1' error 'invalid value "several": allowed: 0 to 10000, or .VARIABLE'
  check worker@
  found 'worker@/count:1' error 'invalid value "several"'
  echo 2 >worker@/count
  finds 'web/dependencies.d/worker@7:1' warning 'its template has a count of 2: there is no such instance unless it is scaled'
  rm web/dependencies.d/worker@7
  setting web dependencies.d/worker@nail ''
  finds 'web/dependencies.d/worker@nail:1' error 'there is no service worker@nail: did you mean worker@mail'
  rm web/dependencies.d/worker@nail
  setting worker@own count 3
  finds 'worker@own/count:1' warning 'without effect: its template.s counts: remove it'
  check worker@own
  found 'worker@own/count:1' warning 'without effect'
  rm worker@own/count
  setting worker@own timeout-kill soon
  finds 'worker@own/timeout-kill:1' error 'invalid value "soon"'
  setting worker@own timeout-kill 5000
  setting web count 2
  finds 'web/count:1' warning 'without effect: it is for a template, whose name ends with @'
  rm web/count
  setting worker@own dependencies.d/web ''
  finds 'worker@own/dependencies.d/web:1' error 'a circle.*worker@own needs web: remove one'
  rm -r worker@own/dependencies.d
  ln -s nowhere worker@lost
  finds 'worker@lost:1' error 'an instance of nothing: the link leads nowhere'
  rm worker@lost
  ln -s worker@ other@x
  check .
  found 'other@x:1' warning 'it leads to the template worker@, and is no instance of that'
  rm other@x
  mkdir nothing@x
  finds 'nothing@x:1' error 'an instance of nothing: it has no run, and there is no template nothing@ with one'
  rmdir nothing@x
  mkdir empty@
  setting empty@ count 1
  finds 'empty@:1' error 'without a run it is no template: write a run'
  check empty@
  found 'empty@:1' error 'without a run it is no template'
  rm -r empty@
  good unused@
  finds 'unused@:1' warning 'a template without instances: nothing of it runs: write a number to its file count'
  setting unused@ count 0
  clean
  # What one logger has no other can have.
  # shellcheck disable=SC2016
  for directory in '"/tmp/$REEVE_INSTANCE"' . ./none; do in=$scan/unused@ service log <<<"exec reeve-log -t iso $directory"; clean; done
  mkdir unused@/log/data
  for directory in /tmp ./data; do
    in=$scan/unused@ service log <<<"exec reeve-log -t iso $directory"
    finds 'unused@/log/run:2' error "the loggers of all instances log to $directory, and one at most can have that: write .REEVE_INSTANCE into its name"
  done
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

@test "JSON: an object for each finding, whatever the names" {
  good web
  clean_json=$(reeve check --json .)
  [ "$(jq length <<<"$clean_json")" = 0 ]
  setting web timeout-kil 5
  printf x >"web/a\"\\"$'\n\xff'
  run reeve check --json .
  [ "$status" -eq 0 ]
  [ "$(jq length <<<"$output")" = 2 ]
  jq -e '.[] | select(.file == "./web/timeout-kil" and .line == 1 and .level == "warning" and .mend == "did you mean timeout-kill?")' <<<"$output"
  setting web lock-fd x
  run reeve check --json .
  [ "$status" -eq 1 ]
  jq -e '.[] | select(.what == "invalid value \"x\"" and .level == "error")' <<<"$output"
}

@test "scripts of any bytes are no harm" {
  good web
  for seed in 1 2 3 4 5 6 7 8 9 10; do
    { echo '#!/bin/sh'; head -c 3000 "$REEVE_BIN/reeve" | tail -c +$((seed * 200)) | tr -d '\000\r'; } >web/run
    check .
    [ "$status" -le 1 ]
    { echo '#!/bin/sh'; head -c 100000 /dev/zero | tr '\0' "$(printf '%s' '({`"$;<&|[' | cut -c "$seed")"; } >web/run
    check .
    [ "$status" -le 1 ]
  done
}

@test "an init script as the last command gets one finding" {
  service web <<<'service apache2 start'
  finds 'web/run:2' error 'the init script of apache2 starts it in the background'
}

@test "a pipeline as the last command keeps a shell" {
  service web <<<'python app.py | tee /tmp/log'
  finds 'web/run:2' warning 'the last command is a pipeline, .* reeve-log'
  setting web flag-oneshot ''
  clean
}

@test "a setting whose link leads nowhere" {
  good web
  ln -s nowhere web/timeout-kill
  finds 'web/timeout-kill:1' error 'it leads nowhere'
}

@test "a file in place of a directory is told what is expected" {
  good web
  check web/run
  [ "$status" -eq 100 ]
  [ "$output" = "reeve-check: warning: web/run is no directory: name a service directory, or the directory that they are in" ]
}

@test "a health that is neither a program nor a check" {
  good web
  setting web timeout-kill 5000
  setting web health 'http://localhost:8000/health'
  clean
  setting web health 'curl -f localhost'
  finds 'web/health:1' error 'invalid value "curl -f localhost": allowed: a program .chmod .x., or one line with a check: tcp:PORT'
  setting web health '#!/bin/sh'
  finds 'web/health:1' error 'invalid value "#!/bin/sh": allowed: a program .chmod .x.'
  setting web health 'tcp:99999'
  finds 'web/health:1' error 'the port is a number from 1 to 65535'
  rm web/health
  mkdir web/health
  finds 'web/health:1' error 'it cannot be read .Is a directory.'
  rmdir web/health
  script web/health <<<'exec true'
  clean
  script web/health <<<'#!/no/such/shell'
  finds 'web/health:1' error 'no/such/shell'
}

@test "numbers of health, invalid or without it" {
  good web
  setting web timeout-kill 5000
  setting web health tcp:80
  setting web health-interval 30s
  finds 'web/health-interval:1' error 'invalid value "30s": allowed: milliseconds from 1'
  setting web health-interval 0
  finds 'web/health-interval:1' error 'invalid value "0"'
  setting web health-interval 1
  setting web health-timeout 2147483647
  setting web health-retries 1
  setting web health-start-period 0
  clean
  setting web health-retries 0
  finds 'web/health-retries:1' error 'invalid value "0"'
  rm web/health-interval web/health-timeout web/health-retries
  rm web/health
  finds 'web/health-start-period:1' warning 'without health, it has no effect'
  mv web/health-start-period web/health-period
  setting web health tcp:80
  finds 'web/health-period:1' .* 'unknown file name'
}

@test "health without timeout-kill, or where nothing follows" {
  good web
  setting web health tcp:80
  finds 'web/health:1' warning 'without timeout-kill, a service that hangs is waited for'
  setting web restart no
  finds 'web/health:1' hint 'restart is no: that it is unhealthy is only said'
  setting web restart on-failure:3
  setting web timeout-kill 0
  finds 'web/health:1' warning 'without timeout-kill'
  setting web timeout-kill 5000
  clean
  rm web/restart
  touch web/flag-main
  finds 'web/health:1' hint 'restart is no with flag-main'
  rm web/flag-main
  touch web/flag-oneshot
  finds 'web/health:1' warning 'with flag-oneshot, it has no effect'
}

runs() { service web <<<"$1"; } # its run, as one line

@test "a built-in check of reeve-exec that is wrongly written" {
  good web
  setting web notification-fd 3
  for right in 'tcp:80' 'tcp:[::1]:80' 'unix:/run/web.sock' 'http://localhost:8000/health' '"tcp:$PORT"' ; do
    for option in "--ready $right" "--ready=$right" "-r $right" "-r$right" "--keep-home --ready $right --user app" "--user app --session -l nofile=10 -r $right --"; do
      runs "exec reeve-exec $option my-server"
      clean
    done
  done
  for option in '--ready tcp:99999' '--ready=tcp:99999' '-r tcp:99999' '-rtcp:99999' '--keep-home --ready tcp:99999' '-l nofile=10 --session -r tcp:99999 --'; do
    runs "exec reeve-exec $option my-server"
    finds 'web/run:2' error 'invalid check tcp:99999: the port is a number from 1 to 65535'
    runs "exec s6-setuidgid app /command/reeve-exec $option my-server"
    finds 'web/run:2' error 'invalid check tcp:99999'
  done
  runs 'exec reeve-exec --ready https://localhost/ my-server'
  finds 'web/run:2' error 'invalid check https://localhost/:.*curl'
  runs 'exec reeve-exec --check localhost:80'
  finds 'web/run:2' error 'invalid check localhost:80: allowed: tcp:PORT'
  runs 'exec reeve-exec --chdir / -- my-server --ready tcp:99999'
  clean
  if command -v execlineb; then
    service web <<<'#!/usr/bin/execlineb -P
reeve-exec --ready tcp:x my-server'
    finds 'web/run:2' error 'invalid check tcp:x'
  fi
}

@test "a schedule of reeve-exec that is wrongly written, never comes, or does not suit the service" {
  good web
  for right in "--cron '30 2 * * *'" '--cron="*/5 * * * mon-fri"' '--cron @daily' '--cron "$SCHEDULE"' "--cron '0 0 29 2 *' --user app" '--every 90' '--every=500ms' '--every "$EVERY"'; do
    runs "exec reeve-exec $right my-server"
    clean
  done
  runs 'exec reeve-exec --cron * * * * * my-server'
  finds 'web/run:2' error "invalid schedule \*: write the five fields in quotes"
  runs "exec reeve-exec --user app --cron '0 25 * * *' my-server"
  finds 'web/run:2' error 'invalid schedule 0 25 \* \* \*: the second field, the hour'
  runs 'exec reeve-exec --cron="0 0 31 4,6 *" my-server'
  finds 'web/run:2' error 'it never comes'
  runs 'exec reeve-exec --every 0 my-server'
  finds 'web/run:2' error 'invalid interval 0: write a duration'
  runs "exec reeve-exec --every 1h --cron '0 2 * * *' my-server"
  finds 'web/run:2' error '.*every and .*cron exclude each other: remove one of them'
  runs 'exec s6-setuidgid app reeve-exec --every 1h my-server'
  finds 'web/run:2' hint 'cannot make up for what is missed .*: let reeve-exec --user become the user'
  runs 'exec reeve-exec --every 1h my-server'
  setting web restart on-failure:3
  finds 'web/run:2' warning 'ends with the first run that succeeds: write always to restart'
  rm web/restart
  touch web/flag-main
  finds 'web/run:2' warning 'restart is no, so that the schedule ends with the first run: write always to restart'
  setting web restart always
  setting web timeout-kill 1000
  setting web health tcp:80
  finds 'web/health:1' warning 'nothing that could be healthy'
  rm web/health
  setting web notification-fd 3
  setting web timeout-up 1000
  finds 'web/timeout-up:1' warning 'waits for its schedule counts'
}

@test "reeve-exec --ready with a command that is not there, and without anybody who waits" {
  good web
  setting web notification-fd 3
  runs 'exec reeve-exec --ready ./data/check my-server'
  finds 'web/run:2' error '--ready executes ./data/check, and there is no such file: .*tcp:PORT'
  script "$scan/web/data/check" <<<'exit 0'
  clean
  runs 'exec reeve-exec --ready localhost:80 my-server'
  finds 'web/run:2' error '--ready executes localhost:80, and there is no such file'
  runs 'exec reeve-exec --ready "$CHECK" my-server'
  clean
  runs 'exec reeve-exec --sd-notify --user app my-server'
  clean
  rm web/notification-fd
  finds 'web/run:2' error 'nobody waits for it: echo 3 >notification-fd'
  runs 'exec reeve-exec -r tcp:80 my-server'
  finds 'web/run:2' error 'nobody waits for it'
  runs 'exec reeve-exec --user app my-server'
  clean
}

@test "health-timeout without health is a watchdog's, if reeve-exec --sd-notify reads it" {
  service web <<<'exec reeve-exec --sd-notify -- my-server'
  setting web notification-fd 3
  setting web health-timeout 30000
  clean
  setting web health-timeout 30s
  finds 'web/health-timeout:1' error 'invalid value "30s"'
  setting web health-timeout 30000
  service web <<<'exec my-server'
  finds 'web/health-timeout:1' warning 'without health, it has no effect'
}

@test "a built-in check that is wrongly written in a health that is a script" {
  good web
  setting web timeout-kill 5000
  script "$scan/web/health" <<<'reeve-exec --check tcp:80 && reeve-exec --check unix:/run/web.sock'
  clean
  script "$scan/web/health" <<<'reeve-exec --check tcp:80 && exec reeve-exec --check=http://:80/'
  finds 'web/health:2' error 'invalid check http://:80/: there is no host'
}
