# The image that the README shows, built from the Dockerfile that stands there.

load lib
load containers

setup_file() { containers_setup_file debian; }
setup() { reeve_setup; containers_setup; }
teardown() { containers_teardown; reeve_teardown; }
teardown_file() { containers_teardown_file; }

@test "the README's image is built, runs, is healthy, and stops with every finish run" {
  quickstart=$BATS_TEST_DIRNAME/../servicedirs-example/quickstart
  [[ $(<"$BATS_TEST_DIRNAME/../README.md") == *"$(sed 's/^/    /' "$quickstart/Dockerfile")"* ]]
  [ "$(lines "$quickstart/Dockerfile")" -eq 6 ]
  cp -R "$quickstart" "$dir/context"
  cp "$overlay" "$dir/context"
  build --format docker -t quickstart "$dir/context"
  container=$(podman run -d quickstart)
  container_ready web worker
  podman healthcheck run "$container"
  container_stop
  container_ended 0
  logged 'worker begins'
  logged 'web has ended'
}
