# Real servers in Debian's image, stopped as their images are: nginx with php-fpm by
# SIGQUIT, apache2 by SIGWINCH.

load lib
load containers
load images

setup_file() { containers_setup_file web; }
setup() { reeve_setup; containers_setup; images_setup; }
teardown() { containers_teardown; reeve_teardown; }
teardown_file() { containers_teardown_file; }

@test "nginx and php-fpm, stopped by SIGQUIT: the request under way is answered, and no logger loses a line" {
  nginx
  script "$scan/nginx/log/run" <<<'exec reeve-log /share/log'
  php_fpm
  service talks <<<'trap "seq 3000; exit 0" TERM; touch /share/talks; while :; do sleep 0.05; done'
  script "$scan/talks/log/run" <<<'exec reeve-log /share/talks-log'
  container_run --stop-signal QUIT web
  eventually 30 answers /hello.txt hello
  eventually 30 exists "$dir/share/talks"
  slow_request /slow.php
  container_stop -t 60
  container_ended 0
  slow_was_answered
  awk '{ print $NF }' "$dir/share/talks-log/current" | cmp - <(seq 3000) # behind its time
  grep -q 'GET /hello.txt' "$dir/share/log/current"
  grep -q 'GET /slow.php.* 200 ' "$dir/share/log/current"
  logged 'from php'
  run ! logged killing
}

@test "apache2 on a terminal: SIGWINCH stops the container, its new size does not" {
  apache
  container_run -t --stop-signal WINCH web
  eventually 30 answers /hello.txt hello
  inside sh -c 'stty rows 11 cols 111 </proc/1/fd/0'
  answers /hello.txt hello
  running
  container_stop -t 60
  container_ended 0
  run ! logged killing
}

@test "apache2 beside a command that ends at once: nothing is killed" {
  apache
  for i in 1 2 3 4 5; do
    container_whole --rm --stop-signal WINCH web true
    run ! said killing
  done
}
