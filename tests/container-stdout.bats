# What nginx, cron and gunicorn configurations name, /dev/stdout and /dev/stderr, for a
# service that has dropped root.

load lib
load containers

setup_file() { containers_setup_file busybox; }
setup() { reeve_setup; containers_setup; }
teardown() { containers_teardown; reeve_teardown; }
teardown_file() { containers_teardown_file; }

# One that has dropped root, and opens both by name.
dropped() # NAME
{
  service "$1" <<RUN
exec /command/reeve-exec --user 4711:4711 -- sh -c 'echo $1 out >/dev/stdout; echo $1 err >>/dev/stderr; touch /share/$1; exec sleep 1000'
RUN
}

# The command waits for these, then for a stop.
written() # NAME...
{
  local name
  for name; do eventually 20 exists "$dir/share/$name" || return 1; done
}

@test "the output is a pipe" {
  dropped web
  container_run busybox
  written web
  logs_say '^web out$'
  logs_say '^web err$'
  container_stop -t 60
  container_ended 0
  run ! logged denied
}

@test "the output is the container's terminal" {
  dropped web
  container_run -t busybox
  written web
  logs_say '^web out'
  logs_say '^web err'
  container_stop -t 60
  container_ended 0
  run ! logged denied
}

@test "the service has a logger" {
  dropped web
  script "$scan/web/log/run" <<<'exec cat >/share/log'
  container_run busybox
  written web
  eventually 20 share_is log 'web out'
  logs_say '^web err$'
  container_stop -t 60
  container_ended 0
}

@test "the collector reads what all write" {
  dropped web
  container_run -e REEVE_LOG=json busybox
  written web
  logs_say '"service":"web","stream":"stdout","message":"web out"'
  logs_say '"service":"web","stream":"stderr","message":"web err"'
  container_stop -t 60
  container_ended 0
}

@test "after the logger's pipe was made by a version that kept it to itself" {
  dropped web
  script "$scan/web/log/run" <<<'exec cat >>/share/log'
  container_run busybox
  written web
  inside chmod 600 /run/service/web/log/supervise/pipe
  rm "$dir/share/web"
  podman restart -t 60 "$container" >/dev/null
  written web
  eventually 20 share_is log $'web out\nweb out'
}
