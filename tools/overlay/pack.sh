#!/bin/sh
# Packs a staged tree, the same bytes for the same files:
#   pack.sh STAGE OUT.tar.xz
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
xz -9e --check=crc32 --threads=1 <"$stage.tar" >"$out.new"
mv "$out.new" "$out"
(cd "$(dirname "$out")" && sha256sum "$(basename "$out")" >"$(basename "$out").sha256")
rm "$stage.tar" "$stage.entries"
