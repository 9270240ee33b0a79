#!/bin/sh
# Builds OUT/reeve-overlay-ARCH.tar.gz and .tar.xz: the programs, static, with musl.
#   build.sh ARCH OUT CACHE
# ARCH is amd64 or arm64. CACHE keeps what is downloaded.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# Neither the flags of the make that called nor its way to share jobs are ours.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES

fail() { echo "overlay: $*" >&2; exit 1; }

[ $# -eq 3 ] || fail "usage: build.sh ARCH OUT CACHE"
arch=$1
mkdir -p "$2/overlay/$arch" "$3"
out=$(cd "$2" && pwd)
cache=$(cd "$3" && pwd)
work=$out/overlay/$arch
jobs=$(nproc)

compiler()
{
  [ "$(dpkg --print-architecture)" = amd64 ] || fail "the overlay is built on amd64 only"
  case $arch in
    amd64) host=x86_64-linux-gnu; needs=overlay-amd64; CC=musl-gcc; erratum=; unwinding= ;;
    arm64)
      host=aarch64-linux-gnu; needs=overlay; CC=$work/musl-gcc
      # As Debian's compiler does by default: for the Cortex-A53.
      erratum=-Wl,--fix-cortex-a53-843419
      # Debian's musl for amd64 has no tables to unwind by, the one for arm64 has.
      unwinding=-Wl,-T,$here/no-unwinding.ld
      "$here/fetch.sh" "$cache" musl-arm64
      "$here/musl-cross.sh" "$cache/musl-arm64" "$work" ;;
    *) fail "there is no overlay for $arch: amd64 or arm64" ;;
  esac
  for program in "$CC" "$host-gcc" "$host-ar"; do
    command -v "$program" >/dev/null || fail "no $program: run ./configure --install-deps=$needs"
  done
}

# -fno-pie and -no-pie also where skalibs' configure links its trials: what does
# not link there counts as missing. C needs no tables to unwind by.
CFLAGS="-Os -fno-pie -fno-asynchronous-unwind-tables -ffile-prefix-map=$root=. -ffile-prefix-map=$work=."
LDFLAGS="-static -no-pie -s -Wl,--build-id=none"

skalibs()
{
  "$here/fetch.sh" "$cache" skalibs
  wanted=$(cat "$here/skalibs.sha256"; echo "$CC $CFLAGS $LDFLAGS"; "$host-gcc" --version)
  if [ -f "$work/skalibs.built" ] && [ "$(cat "$work/skalibs.built")" = "$wanted" ]; then return; fi
  rm -rf "$work/skalibs" "$work/skalibs.built" "$work/prefix" "$work/obj" "$work/libreeve.a" "${work:?}/bin"
  mkdir "$work/skalibs"
  tar -xzf "$cache"/skalibs/*.orig.tar.gz -C "$work/skalibs" --strip-components=1
  # What skalibs can only try by running it is told.
  (
    export CC CFLAGS LDFLAGS CPPFLAGS=
    cd "$work/skalibs" &&
      ./configure --host="$host" --disable-shared --disable-all-pic --with-sysdep-devurandom=yes &&
      make -j"$jobs" AR="$host-ar" RANLIB="$host-ranlib" &&
      make install-lib install-include DESTDIR="$work/prefix"
  ) >"$work/skalibs.log" 2>&1 || { tail -n 20 "$work/skalibs.log" >&2; fail "cannot build skalibs for $arch"; }
  echo "$wanted" >"$work/skalibs.built"
}

programs()
{
  make -s -C "$root" -j"$jobs" "$work/bin/reeve-together" \
    BUILD="$work" BINDIR=/command SANITIZE= CC="$CC" AR="$host-ar" LD="$host-ld" OBJCOPY="$host-objcopy" \
    CFLAGS="$CFLAGS -isystem $work/prefix/usr/include" \
    LDFLAGS="$LDFLAGS $erratum $unwinding -Wl,-T,$here/seldom.ld -L$work/prefix/usr/lib/skalibs"
}

# The names that programs have besides their own: NAME("chpst", ...
names() { sed -n 's/^NAME("\([^"]*\)".*/\1/p' "$root"/src/*/names.def; }

stage()
{
  rm -rf "$work/stage"
  install -d -m 755 "$work/stage/command" "$work/stage/usr/bin"
  install -m 755 "$work/bin/reeve-together" "$work/stage/init"
  for name in reeve reeve-check reeve-scan reeve-supervise $(names); do ln -s ../init "$work/stage/command/$name"; done
  # Where #! lines name it, and where docker exec, which knows nothing of /command, looks.
  for name in reeve with-contenv reeve-exec; do ln -s "../../command/$name" "$work/stage/usr/bin/$name"; done
}

compiler
skalibs
programs
stage
"$here/pack.sh" "$work/stage" "$out/reeve-overlay-$arch"
