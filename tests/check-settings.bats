# Settings that `reeve check` finds wrong: values, what contradicts, and what has no effect.
load lib
load checking

setup() { checking_setup; }
teardown() { reeve_teardown; }

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

@test "files that need another" {
  good web
  touch web/flag-newpidns
  finds 'web/flag-newpidns:1' warning 'without timeout-kill'
  setting web timeout-kill 0
  finds 'web/flag-newpidns:1' warning 'without timeout-kill'
  setting web timeout-kill 100
  clean
}

@test "a setting whose link leads nowhere" {
  good web
  ln -s nowhere web/timeout-kill
  finds 'web/timeout-kill:1' error 'it leads nowhere'
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
