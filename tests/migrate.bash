# What the tests of reeve-migrate share; loaded after lib.
#
#   wrapper                 writes start.sh from stdin (as it is)
#   supervisord_conf [PATH] writes that, or supervisord.conf: the program web; sets $input
#   migrate [OPTION...]     migrates it; $report: what was printed; $tree, $init: where to
#   file PATH               is services.d/PATH what stdin says? (PATH may begin with cont-init.d/)
#   has PATH..., lacks PATH...
#   becomes SERVICE TEXT    is that the last line of its run?
#   patched [OPTION...]     migrates with ./Dockerfile, and applies the patch in a copy: $result
#   told TEXT               does the report have it? untold TEXT
#   accounted               has each line of start.sh exactly one entry?
#   checked                 does reeve check find no error?
# shellcheck shell=bash disable=SC2154,SC2034 # dir is lib's; status, output, stderr are bats'

migrate_setup()
{
  reeve_setup
  cd "$dir" || return
  tree=$dir/rootfs/etc/services.d
  init=$dir/rootfs/etc/cont-init.d
  input=start.sh
  report=
}

wrapper() { cat >"$dir/${1:-$input}"; }

supervisord_conf() # [INPUT]
{
  input=${1:-supervisord.conf}
  mkdir -p "$(dirname "$dir/$input")"
  printf '[program:web]\ncommand=web\n' >"$dir/$input"
}

migrate()
{
  rm -rf "$dir/rootfs"
  run --separate-stderr reeve-migrate "$input" -o rootfs/etc/services.d "$@"
  report=$output
  [ "$status" -eq 0 ] || { echo "# exit code $status: $stderr"; return 1; }
  accounted && checked
}

path_of()
{
  case $1 in cont-init.d/*) echo "$dir/rootfs/etc/$1" ;; *) echo "$tree/$1" ;; esac
}

file() { diff -u - "$(path_of "$1")" || { echo "# $1 differs"; return 1; }; }

has()
{
  local one
  for one; do [ -e "$(path_of "$one")" ] || { echo "# no $one among:"; (cd "$dir/rootfs/etc" && find . -type f | sed 's/^/#   /'); return 1; }; done
}

lacks()
{
  local one
  for one; do [ ! -e "$(path_of "$one")" ] || { echo "# there is a $one"; return 1; }; done
}

last_line() { tail -n 1 "$tree/$1/run"; }
becomes() { [ "$(last_line "$1")" = "$2" ] || { echo "# $1: $(last_line "$1")"; return 1; }; }

patched()
{
  migrate --dockerfile Dockerfile "$@"
  rm -rf copy
  mkdir copy
  cp Dockerfile copy
  sed -n 's/^--- //p' <<<"$report" | xargs -r cp --parents -t copy
  sed -n '/^--- /,$p' <<<"$report" | patch -s -p0 -d copy
  result=$(cat copy/Dockerfile)
}

services() # NAME... ; these and no others
{
  local expected found
  expected=$(printf '%s\n' "$@" | sort | xargs)
  found=$(find "$tree" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | xargs)
  [ "$found" = "$expected" ] || { echo "# services: $found"; return 1; }
}

told() { grep -q -F -- "$1" <<<"$report" || { echo "# not told: $1"; echo "${report//$'\n'/$'\n'# }"; return 1; }; }
untold() { ! grep -q -F -- "$1" <<<"$report" || { echo "# told: $1"; return 1; }; }

# Adds up the lines of the input and those of the entries.
accounted()
{
  local lines
  lines=$(awk 'END { print NR }' "$dir/$input")
  awk -v total="$lines" '
    /^line [0-9]+: mistake: / || /^(note|summary|included): / { next }
    /^$/ || /^==> / || /^--- / { exit }
    /^line [0-9]+: [^:]+: ./ { sub(/:/, "", $2); first = last = $2 + 0 }
    /^lines [0-9]+-[0-9]+: [^:]+: ./ { split($2, range, /[-:]/); first = range[1] + 0; last = range[2] + 0 }
    first != next_line + 1 || last < first { print "# after line " next_line ": " $0; bad = 1; exit }
    { next_line = last }
    END { if (!bad && next_line != total) { print "# " next_line " of " total " lines"; bad = 1 } exit bad }
  ' <<<"$report"
}

checked()
{
  local found
  [ -d "$tree" ] || return 0
  found=$(reeve check "$tree" 2>&1 | grep -E ': error: ' | grep -v -e 'is not in' -e 'not found') || return 0
  echo "# reeve check: $found"
  return 1
}
