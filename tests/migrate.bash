# What the tests of reeve-migrate share; loaded after lib.
#
#   wrapper                 writes start.sh from stdin (as it is)
#   migrate [OPTION...]     migrates it; $report: what was printed; $tree, $init: where to
#   file PATH               is services.d/PATH what stdin says? (PATH may begin with cont-init.d/)
#   has PATH..., lacks PATH...
#   told TEXT               does the report have it? untold TEXT
#   accounted               has each line of start.sh exactly one entry?
#   checked                 does reeve check find no error?
# shellcheck shell=bash

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

services() # NAME... ; these and no others
{
  local expected found
  expected=$(printf '%s\n' "$@" | sort | xargs)
  found=$(ls "$tree" 2>/dev/null | sort | xargs)
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
    /^line [0-9]+: mistake: / || /^note: / { next }
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

# ---- running it, before and after ----

# A program that stays, and whose process can be looked at: NAME's arguments,
# environment, directory and user.
program() # NAME...
{
  local name
  mkdir -p "$dir/bin" "$dir/seen"
  chmod 755 "$dir"
  chmod 1777 "$dir/seen"
  for name; do
    script "$dir/bin/$name" <<EOS
#!/bin/bash
trap 'exit 0' TERM INT QUIT
echo \$\$ >"$dir/seen/$name.\$\$.new" && mv "$dir/seen/$name.\$\$.new" "$dir/seen/$name.\$\$"
while :; do read -r -t 1 <> <(:) || :; done
EOS
  done
}

# What can be seen of all programs that run now, one a line, sorted.
seen()
{
  local file pid
  for file in "$dir"/seen/*.[0-9]*; do
    pid=${file##*.}
    [ -d "/proc/$pid" ] || continue
    echo "$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)| $(tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null |
      grep -v -E '^(_|PWD|OLDPWD|SHLVL|REEVE_LIVE|REEVE_WORKDIR|MAIL|BATS_.*)=' | sort | tr '\n' ' ')| $(readlink "/proc/$pid/cwd") | $(
      sed -n 's/^[UG]id:\t[0-9]*\t\([0-9]*\).*/\1/p' "/proc/$pid/status" | tr '\n' ' ')"
  done | sort
}

count_seen() { [ "$(seen | wc -l)" -eq "$1" ]; }

end_seen()
{
  local file pid
  for file in "$dir"/seen/*.[0-9]*; do
    pid=${file##*.}
    kill -KILL "$pid" 2>/dev/null || :
    rm -f "$file"
  done
}

# Runs start.sh as it is, then what became of it, and compares N processes.
same_processes() # N
{
  local before after script
  PATH=$dir/bin:$PATH
  (exec env -i PATH="$PATH" HOME=/root TERM=dumb "${extra[@]}" setsid bash "$dir/start.sh" "${arguments[@]}") >"$dir/before.out" 2>&1 3>&- &
  pids+=($!)
  eventually 20 count_seen "$1" || { cat "$dir/before.out"; return 1; }
  before=$(seen)
  kill -KILL "$!"
  end_seen
  migrate "${options[@]}" || return 1
  for script in "$init"/*; do
    [ ! -e "$script" ] || env -i PATH="$PATH" HOME=/root TERM=dumb REEVE_LIVE="$live" REEVE_WORKDIR="$dir" "${extra[@]}" "$script" || return 1
  done
  start env -i PATH="$PATH" HOME=/root TERM=dumb REEVE_WORKDIR="$dir" "${extra[@]}" reeve-scan -l "$live" "$tree"
  scanner=$started
  eventually 20 count_seen "$1" || { cat "$dir/stderr"; return 1; }
  after=$(seen)
  diff <(echo "$before") <(echo "$after") || { echo "# not the same processes"; return 1; }
  kill -TERM "$scanner"
  ended "$scanner"
  count_seen 0
}

for_everyone_here() { chmod -R a+rX "$dir"; }
