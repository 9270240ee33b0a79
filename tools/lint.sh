#!/usr/bin/env bash
# Static analysis of the sources, the scripts and, for their calls, the object files.
set -eu
cd "$(dirname "$0")/.."
tools/circles.py .
flags=(-std=c11 -D_GNU_SOURCE -Isrc -Itools -Itests/unit -DREEVE_BINDIR='"/usr/bin"')
tidy() # FLAG... ; of the files on stdin, the largest first: no processor shall wait for the last
{
  # shellcheck disable=SC2016 # the inner shell's
  xargs -0 ls -S |
    xargs -d '\n' -P "$(nproc)" -n 1 sh -c 'flags=$0; clang-tidy --quiet --warnings-as-errors="*" "$@" -- $flags' "$*" 2>&1 |
    { grep -v -E '^[0-9]+ warnings? (generated|treated)|^Suppressed|^Use -header-filter' || :; }
  [ "${PIPESTATUS[1]}" -eq 0 ]
}
# How many states of a function are followed: NODES, for a look as deep as clang's own (225000) and deeper. Without it, src's
# are followed through half as many, and the tools', which have no rights that their caller lacks, through a seventh:
# that halves lint's time.
nodes() { tidy "${flags[@]}" -Xclang -analyzer-config -Xclang "max-nodes=${NODES:-$1}"; }
git ls-files -z 'src/*.c' | nodes 110000
git ls-files -z 'tools/*.c' | nodes 30000
cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --suppress=missingIncludeSystem \
  --suppress=readdirCalled --suppress=getpwnamCalled --suppress=getpwuidCalled --suppress=getgrnamCalled \
  --enable=warning,portability --library=posix -D_GNU_SOURCE -Isrc -Itools src tools &
cppcheck=$!
{
  # The corpus is what people write: bad on purpose.
  git ls-files | grep -E '(^configure$|^\.ci/run$|^tests/run$|^tools/coverage/(cc|run)$|\.sh$|\.bash$)' | grep -v -E '^tests/migrate/(corpus|srv)/'
  git ls-files servicedirs-example | while IFS= read -r file; do
    head -n 1 "$file" | grep -q -E '^#!.*\bsh\b' && echo "$file"
  done
} | sort -u | xargs shellcheck
git ls-files -z 'tests/*.bats' | xargs -0 -r -P "$(nproc)" -n 16 shellcheck --shell=bats --severity=warning --exclude=SC2030,SC2031,SC2154,SC2034,SC2120
# A function of a test that replaces one of lib.bash's replaces it for all of lib.bash.
# shellcheck disable=SC2016 # awk's
awk 'FNR == 1 { file++ }
  match($0, /^[a-z0-9_]+\(\)/) {
    name = substr($0, 1, RLENGTH)
    if (file == 1) shared[name]
    else if (name in shared && before !~ /^# As lib.s/) { print "lint: " FILENAME ":" FNR ": lib.bash has " name " as well"; found = 1 }
  }
  { before = $0 }
  END { exit found }' tests/lib.bash tests/*.bats >&2
wait $cppcheck
# Each bats file has a mutant, of the sources as they are now; whether it finds it, tools/mutants.sh shows.
for file in tests/*.bats; do
  name=$(basename "$file" .bats)
  patch -s -p1 --dry-run --force <"tests/mutants/$name.patch" >/dev/null || {
    echo "lint: tests/mutants/$name.patch does not apply" >&2
    exit 1
  }
done
echo "lint: nothing found"
