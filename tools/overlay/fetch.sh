#!/bin/sh
# Downloads what the overlay is built from, once, into CACHE/NAME:
#   fetch.sh CACHE NAME
#     skalibs    its source, which must have the hash pinned in skalibs.sha256
#     musl-arm64 the C library's headers, objects and specs for arm64
#     execline   its programs with the libraries and the loader that they need
# What is there already is used again if its hash is still the same.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
skalibs_version=2.13.1.1-1

fail() { echo "overlay: $*" >&2; exit 1; }

[ $# -eq 2 ] || fail "usage: fetch.sh CACHE NAME"
mkdir -p "$1"
cache=$(cd "$1" && pwd)
name=$2
folder=$cache/$name

apt() { "$here/apt.sh" "$cache/apt" "$@"; }

download()
{
  case $name in
    skalibs) apt source --download-only --tar-only "skalibs=$skalibs_version" ;;
    musl-arm64) apt download musl-dev:arm64 ;;
    execline)
      mkdir partial &&
        apt install --download-only --yes --no-install-recommends -o "Dir::Cache::Archives=$PWD" execline:amd64 &&
        rm -rf partial lock ;;
    *) fail "there is nothing named $name to fetch" ;;
  esac
}

pinned() # FOLDER
{
  [ "$name" = skalibs ] || return 0
  (cd "$1" && sha256sum --quiet --check "$here/skalibs.sha256" >&2) ||
    fail "$1: the source of skalibs is not the one whose hash is pinned in tools/overlay/skalibs.sha256; nothing is built from it"
}

exec 8>"$folder.mutex"
flock 8
if [ -d "$folder" ]; then
  pinned "$folder"
  if (cd "$folder" && sha256sum --status --check SHA256SUMS); then exit 0; fi
  echo "overlay: $folder has changed since it was downloaded; downloading it again" >&2
fi
rm -rf "$folder" "$folder.new"
mkdir "$folder.new"
cd "$folder.new"
download || fail "cannot download $name: is it in the lists of this system's package manager?"
sha256sum ./* >SHA256SUMS
pinned "$folder.new"
cd "$cache"
mv "$folder.new" "$folder"
