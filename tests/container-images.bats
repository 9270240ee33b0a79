# Real servers in Debian's image: nginx that has dropped root, and a graceful stop of
# apache2, in which the request that is under way is answered.

load lib
load containers
load images

setup_file() { containers_setup_file web; }
setup() { reeve_setup; containers_setup; images_setup; }
teardown() { containers_teardown; reeve_teardown; }
teardown_file() { containers_teardown_file; }

@test "nginx that has dropped root writes to /dev/stdout and /dev/stderr" {
  nginx --user www-data
  for output in '' -t; do
    # shellcheck disable=SC2086 # one option or none
    container_run $output --stop-signal QUIT web
    eventually 30 answers /hello.txt hello
    answers /missing '404 Not Found'
    logs_say 'GET /hello.txt HTTP/1.0" 200'
    logs_say '/share/www/missing" failed'
    [ "$(inside cat /proc/self/status | grep -c '^Uid:.*0')" -eq 1 ] # root's exec
    inside sh -c '[ "$(stat -c %U /proc/$(cat /tmp/nginx.pid))" = www-data ]'
    run ! logged 'Permission denied'
    container_stop -t 60
    container_ended 0
  done
}

@test "nginx that has dropped root, whose output is collected" {
  nginx --user www-data
  container_run -e REEVE_LOG=prefix web
  eventually 30 answers /hello.txt hello
  answers /missing '404 Not Found'
  logs_say '^nginx | .*GET /hello.txt HTTP/1.0" 200'
  logs_say '^nginx | .*/share/www/missing" failed'
  container_stop -t 60
  container_ended 0
}

@test "apache2, stopped by SIGWINCH: the request under way is answered" {
  apache
  container_run --stop-signal WINCH web
  eventually 30 answers /hello.txt hello
  slow_request /cgi/slow
  container_stop -t 60
  container_ended 0
  slow_was_answered
  logged 'GET /cgi/slow HTTP/1.0 200'
  run ! logged killing
}
