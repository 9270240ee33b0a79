#!/bin/sh
# Derives package lists with sources, for every architecture, from the system's own:
#   source-lists.sh LIST PARTS OUT
# LIST is a file in the one-line format, PARTS a folder of *.list and *.sources
# files (either may be missing), OUT the folder that gets the derived ones.
set -eu
list=$1 parts=$2 out=$3

# The one-line format: each deb line, without its architectures, and a deb-src line.
from_lines()
{
  awk '
    function emit(type, rest, options)
    {
      options = ""
      if (match(rest, /^\[[^]]*\]/)) {
        options = substr(rest, RSTART + 1, RLENGTH - 2)
        rest = substr(rest, RSTART + RLENGTH)
        gsub(/(^|[ \t])arch[+-]?=[^ \t]*/, "", options)
      }
      gsub(/^[ \t]+|[ \t]+$/, "", options)
      sub(/^[ \t]+/, "", rest)
      rest = type (options == "" ? "" : " [" options "]") " " rest
      if (!seen[rest]++) print rest
    }
    /^[ \t]*deb(-src)?[ \t]/ && !/[ \t]cdrom:/ {
      type = $1
      sub(/^[ \t]*deb(-src)?[ \t]+/, "")
      if (type == "deb") emit("deb", $0)
      emit("deb-src", $0)
    }' "$1"
}

# The deb822 format: the same, in the fields Types and Architectures.
from_stanzas()
{
  awk '
    /^[ \t]/ { if (!dropped) print; next }
    { field = tolower($1); dropped = field ~ /^architectures(-add|-remove)?:/ }
    dropped { next }
    field ~ /^types:/ && / deb( |$)/ { print "Types: deb deb-src"; next }
    { print }' "$1"
}

mkdir -p "$out"
if [ -f "$list" ]; then from_lines "$list" >"$out/sources.list"; fi
for file in "$parts"/*.list; do
  if [ -f "$file" ]; then from_lines "$file" >"$out/${file##*/}"; fi
done
for file in "$parts"/*.sources; do
  if [ -f "$file" ]; then from_stanzas "$file" >"$out/${file##*/}"; fi
done
