# The repository's Dockerfile: builds the overlay in one stage, and copies it into an image.
# Here the packages that it installs are there, and so is what the overlay downloads: a
# container has no network.

# What is built before the first test takes minutes beside much else.
TEST_LIMIT=900

load lib
load containers

setup_file()
{
  containers_setup_file debian
  [ -z "$containers_lacking" ] || return 0
  root=$BATS_TEST_DIRNAME/..
  mkdir "$store/src"
  (cd "$root" && { git ls-files -z --cached --others --exclude-standard 2>/dev/null || find . -path ./.git -prune -o -type f -print0; } |
    xargs -0 cp --parents -t "$store/src")
  podman untag debian:bookworm
  podman import -q "$(bash "$BATS_TEST_DIRNAME/container-root.bash" build)" debian:bookworm >/dev/null
  cp -R "${OVERLAY_CACHE:-$root/build/overlay/cache}" "$store/cache"
  build -v "$store/cache:/src/build/overlay/cache" --format docker -t reeve-quickstart "$store/src" || { echo "# the Dockerfile cannot be built"; return 1; }
}
setup() { reeve_setup; containers_setup; }
teardown() { containers_teardown; reeve_teardown; }
teardown_file() { containers_teardown_file; }

@test "the image has the overlay and the example, runs, and stops" {
  container=$(podman run -d reeve-quickstart)
  container_ready web worker
  podman healthcheck run "$container"
  container_stop
  container_ended 0
}
