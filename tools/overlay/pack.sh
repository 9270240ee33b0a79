#!/bin/sh
# Packs a staged tree, the same bytes for the same files:
#   pack.sh STAGE OUT
# makes OUT.tar.gz and OUT.tar.xz, each with its checksum beside it.
# Links, files and /command are entries; no other folder is, so that extracting
# changes neither the mode of one nor puts one in the place of a link.
# /command itself is, with its mode, so that any user may enter it whatever the
# umask of whoever extracts it.
set -eu
export LC_ALL=C TZ=UTC
stage=$1 out=$2
epoch=${SOURCE_DATE_EPOCH:-946684800} # 2000-01-01; a time of their own the files have not

find "$stage" -mindepth 1 \( ! -type d -o -path "$stage/command" -o -path "$stage/command/*" \) -printf '%P\n' |
  sort >"$stage.entries"
tar --create --file "$stage.tar" --directory "$stage" --format=ustar --no-recursion --files-from "$stage.entries" \
  --owner=0 --group=0 --numeric-owner --mtime="@$epoch"
compress() # FORMAT COMMAND...
{
  format=$1
  shift
  "$@" <"$stage.tar" >"$out.tar.$format.new"
  mv "$out.tar.$format.new" "$out.tar.$format"
  (cd "$(dirname "$out")" && sha256sum "$(basename "$out.tar.$format")" >"$(basename "$out.tar.$format").sha256")
  echo "overlay: $out.tar.$format: $(wc -c <"$out.tar.$format") bytes"
}

compress gz gzip -9n
# Small readers of xz know no other checksum.
compress xz xz -9 --check=crc32 --threads=1
rm "$stage.tar" "$stage.entries"
