# `reeve check`: each thing that can be wrong is found, named with file and line,
# and told how to mend; what is right is not.
load lib
load checking

setup() { checking_setup; }
teardown() { reeve_teardown; }

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

@test "a file in place of a directory is told what is expected" {
  good web
  check web/run
  [ "$status" -eq 100 ]
  [ "$output" = "reeve-check: warning: web/run is no directory: name a service directory, or the directory that they are in" ]
}
