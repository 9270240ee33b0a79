#!/usr/bin/env bash
# container-root.bash NAME: prints the path of a tarball of a root filesystem.
#
#   debian           Debian as debootstrap makes it, minbase
#   build            that, with the packages that the overlay is built with
#   django-postgres  that, with the packages that the example of this name installs
#   web              that, with nginx, php-fpm and apache2
#   redis-worker     that, with the packages that the example of this name installs
#   mariadb-php      the same
#
# They are kept in $REEVE_TEST_CACHE, and made anew when this file changes. The
# mirror and its proxy are the system's own, so that no host is named here.
set -eu -o pipefail
shopt -s inherit_errexit
umask 022
suite=bookworm
cache=${REEVE_TEST_CACHE:-/var/tmp/reeve-test-cache-$(id -u)}
configure=$(cd "$(dirname "$0")/.." && pwd)/configure
recipe=$({ cat "$0"; grep -E "^(build|amd64)_packages=" "$configure"; } | cksum | cut -d " " -f 1)
# In the order of the Dockerfile, which finds them installed: there is no network in a container.
packages=(postgresql python3-django python3-psycopg2 gunicorn nginx-light)

mkdir -p "$cache"
if [ -L "$cache" ] || [ ! -O "$cache" ]; then
  echo "$cache is somebody else's: name another with REEVE_TEST_CACHE" >&2
  exit 111
fi
chmod 700 "$cache"
exec 9>"$cache/lock"
flock 9

trap 'exit 1' HUP INT TERM

# Of other versions of this file, when nobody has used them for long.
find "$cache" -name '*.tar' -mtime +7 -delete

mirror()
{
  # shellcheck disable=SC2016 # for apt-get to expand
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' "Codename: $suite" |
    sort -u | head -n 1
}

# A namespace of its own: the mount goes with it, and so does what a package starts.
in_root() # COMMAND...
{
  # shellcheck disable=SC2016 # for that shell to expand
  unshare --mount --pid --fork --kill-child sh -c '
    mount -t proc proc "$0/proc" && exec chroot "$0" env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"' "$work" "$@"
}

make_debian() { debootstrap --variant=minbase "$suite" "$work" "$(mirror)"; }

# Debian with packages, none of which starts anything.
add_packages() # PACKAGE...
{
  local debian
  debian=$(tarball debian)
  tar -C "$work" -xf "$debian"
  printf '#!/bin/sh\nexit 101\n' >"$work/usr/sbin/policy-rc.d"
  chmod 755 "$work/usr/sbin/policy-rc.d"
  cp -L /etc/resolv.conf "$work/etc/resolv.conf"
  apt-config dump | grep -i '^Acquire::[a-z]*::Proxy' >"$work/etc/apt/apt.conf.d/proxy" || :
  in_root apt-get update
  in_root apt-get install -y --no-install-recommends "$@"
  rm "$work/usr/sbin/policy-rc.d" "$work/etc/apt/apt.conf.d/proxy"
}

make_build()
{
  local build_packages='' amd64_packages=''
  eval "$(grep -E '^(build|amd64)_packages="[a-z0-9 -]*"$' "$configure")"
  # shellcheck disable=SC2086 # words
  add_packages $build_packages $amd64_packages
}

make_django-postgres()
{
  mkdir -p "$work/etc/postgresql-common"
  echo 'create_main_cluster = false' >"$work/etc/postgresql-common/createcluster.conf"
  add_packages "${packages[@]}"
  # A third of it all, and PostgreSQL does without: its compiler of queries.
  rm -rf "$work"/usr/lib/postgresql/*/lib/{bitcode,llvmjit*} "$work"/usr/lib/*/{libLLVM,libz3}*
}

make_redis-worker() { add_packages redis-server gunicorn python3-redis; }

make_mariadb-php()
{
  add_packages mariadb-server php-fpm php-cli php-mysql nginx-light cron
  # A third of it all: a database, which the example does not use, and tools with the server in them.
  rm -rf "$work"/var/lib/mysql/* "$work"/usr/bin/{aria_*,myisam*,mariadb-{binlog,check,conv,dump,import,plugin,show,slap,tzinfo-to-sql,upgrade,waitpid},innochecksum,perror,replace,resolve_stack_dump}
}

make_web() { add_packages nginx-light php-fpm apache2; }

made() # NAME WORK: at its end, well or not
{
  local code=$?
  rm -rf "$2"
  [ "$code" -eq 0 ] || tail -n 20 "$cache/$1.log" >&2
}

tarball() # NAME
{
  local made=$cache/$1-$recipe.tar
  if [ ! -s "$made" ]; then
    (
      work=$(mktemp -d "$cache/making.XXXXXX")
      # shellcheck disable=SC2064 # their present values
      trap "made '$1' '$work'" EXIT
      chmod 755 "$work"
      "make_$1" >"$cache/$1.log" 2>&1
      # Smaller, as every container is a copy.
      rm -rf "$work"/var/cache/apt/* "$work"/var/lib/apt/lists/* "$work"/usr/share/{doc,man,locale}/*
      tar -C "$work" --one-file-system -cf "$made.new" .
      mv "$made.new" "$made"
    )
  fi
  touch "$made" # used today
  echo "$made"
}

case ${1-} in
  debian | build | django-postgres | web | redis-worker | mariadb-php) tarball "$1" ;;
  *) echo "usage: container-root.bash debian|build|django-postgres|web|redis-worker|mariadb-php" >&2; exit 100 ;;
esac
