#!/bin/sh
# Builds OUT/reeve-execline-amd64.tar.gz and .tar.xz: Debian's execline in a folder of its
# own, with its libraries and the loader, for images with any C library or none.
#   execline.sh OUT CACHE
set -eu
here=$(cd "$(dirname "$0")" && pwd)
home=/command/execline # where it will be
built_for=/usr/lib/execline/bin/ # where its programs look for each other

fail() { echo "overlay: $*" >&2; exit 1; }

[ $# -eq 2 ] || fail "usage: execline.sh OUT CACHE"
command -v patchelf >/dev/null || fail "no patchelf: run ./configure --install-deps=overlay"
mkdir -p "$1/overlay/execline" "$2"
out=$(cd "$1" && pwd)
cache=$(cd "$2" && pwd)
work=$out/overlay/execline
files=$work/files
target=$work/stage$home

library() # NAME ; where the packages have it
{
  for folder in "$files/lib" "$files/usr/lib"; do
    if [ -e "$folder/x86_64-linux-gnu/$1" ]; then echo "$folder/x86_64-linux-gnu/$1"; return; fi
  done
}

# The libraries that FILE needs, and those that they need. The loader is one.
add_libraries() # FILE
{
  for needed in $(patchelf --print-needed "$1"); do
    [ ! -e "$target/$needed" ] || continue
    found=$(library "$needed")
    [ -n "$found" ] || fail "$needed, which $(basename "$1") needs, is in none of the packages"
    install -m 755 "$found" "$target/$needed"
    add_libraries "$target/$needed"
  done
}

# DT_RPATH, not DT_RUNPATH: an image's LD_LIBRARY_PATH would have the loader load
# another C library than its own.
relocate() # FILE
{
  patchelf --force-rpath --set-rpath "$home" "$1"
  LC_ALL=C sed -i "s|$built_for|$instead|g" "$1"
}

# What replaces a path in a program has to be as long: slashes fill it up.
instead=$home/
while [ ${#instead} -lt ${#built_for} ]; do instead=$instead/; done
[ ${#instead} -eq ${#built_for} ] || fail "$home is longer than $built_for"

program() # FILE
{
  name=$(basename "$1")
  if [ -L "$1" ]; then
    ln -s "$(readlink "$1")" "$target/$name"
  else
    install -m 755 "$1" "$target/$name"
    loader=$(basename "$(patchelf --print-interpreter "$1")")
    add_libraries "$1"
    [ -e "$target/$loader" ] || fail "$loader, the loader of $name, is not among its libraries"
    patchelf --set-interpreter "$home/$loader" "$target/$name"
    relocate "$target/$name"
  fi
  ln -s "execline/$name" "$work/stage/command/$name"
}

"$here/fetch.sh" "$cache" execline
rm -rf "$files" "$work/stage"
for package in "$cache"/execline/*.deb; do dpkg-deb --extract "$package" "$files"; done
install -d -m 755 "$work/stage/command" "$target"
for file in "$files$built_for"*; do program "$file"; done
for file in "$target"/libexecline.so.* "$target"/libskarnet.so.*; do relocate "$file"; done
"$here/pack.sh" "$work/stage" "$out/reeve-execline-amd64"
rm -rf "$files"
