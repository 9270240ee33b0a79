#!/bin/sh
# Packs a staged tree, the same bytes for the same files:
#   pack.sh STAGE OUT.tar.xz ARCH
# Links, files and /command are entries; no other folder is, so that extracting
# changes neither the mode of one nor puts one in the place of a link.
# /command itself is, with its mode, so that any user may enter it whatever the
# umask of whoever extracts it.
set -eu
export LC_ALL=C TZ=UTC
stage=$1 out=$2 arch=$3
epoch=${SOURCE_DATE_EPOCH:-946684800} # 2000-01-01; a time of their own the files have not

find "$stage" -mindepth 1 \( ! -type d -o -path "$stage/command" -o -path "$stage/command/*" \) -printf '%P\n' |
  sort >"$stage.entries"
tar --create --file "$stage.tar" --directory "$stage" --format=ustar --no-recursion --files-from "$stage.entries" \
  --owner=0 --group=0 --numeric-owner --mtime="@$epoch"
# Filters other than LZMA2 are not known to every reader; so it is tuned instead.
case $arch in
  amd64) tuning=lc=4,pb=0 ;; # instructions begin at any byte
  arm64) tuning=lc=2,lp=2 ;; # at every fourth
  *) echo "pack: unknown architecture $arch" >&2; exit 1 ;;
esac
xz --lzma2=preset=9e,"$tuning" --check=crc32 --threads=1 <"$stage.tar" >"$out.new"
mv "$out.new" "$out"
(cd "$(dirname "$out")" && sha256sum "$(basename "$out")" >"$(basename "$out").sha256")
rm "$stage.tar" "$stage.entries"
