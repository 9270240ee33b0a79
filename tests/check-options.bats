# Options of reeve-exec that `reeve check` finds wrong.
load lib
load checking

setup() { checking_setup; }
teardown() { reeve_teardown; }

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
