#!/bin/sh
# Makes WORK/musl-gcc, a cross compiler for arm64 with musl, of Debian's cross
# compiler and of the specs file in the package musl-dev for arm64:
#   musl-cross.sh PACKAGES WORK
set -eu
packages=$1 work=$2
triplet=aarch64-linux-musl

rm -rf "$work/musl"
dpkg-deb --extract "$packages"/musl-dev_*_arm64.deb "$work/musl"
specs=$work/musl/usr/lib/$triplet/musl-gcc.specs
# The package is not installed where its specs say that it is.
sed "s|/usr/[a-z]*/$triplet|$work/musl&|g" "$specs" >"$work/musl.specs"
cat >"$work/musl-gcc" <<SCRIPT
#!/bin/sh
exec aarch64-linux-gnu-gcc "\$@" -specs "$work/musl.specs"
SCRIPT
chmod 755 "$work/musl-gcc"
