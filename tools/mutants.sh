#!/usr/bin/env bash
# For each bats file, takes out the behaviour that it tests (tests/mutants/NAME.patch)
# in a copy of the tree, and fails if the file still passes there.
set -u
cd "$(dirname "$0")/.." || exit 1
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
say() { echo "mutant of $1: $2"; [ "${3:-}" = good ] || bad=1; }

names=("$@")
if [ $# -eq 0 ]; then
  for file in tests/*.bats; do names+=("$(basename "$file" .bats)"); done
fi
for name in "${names[@]}"; do
  patch=$root/tests/mutants/$name.patch
  copy=$work/$name
  [ -f "$patch" ] || { say "$name" "there is no tests/mutants/$name.patch"; continue; }
  mkdir -p "$copy"
  git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy"
  cp config.mk "$copy"
  if ! patch -s -p1 -d "$copy" <"$patch" >"$work/log" 2>&1; then
    say "$name" "the patch does not apply"; cat "$work/log"; continue
  fi
  targets="all testbed"
  if grep -q reeve-overlay "tests/$name.bats"; then targets="all testbed overlay"; fi
  if grep -q "overlay/amd64" "tests/$name.bats"; then targets="all testbed overlay-amd64"; fi
  if grep -q "^load containers" "tests/$name.bats"; then targets="all testbed overlay-amd64"; fi
  case $name in migrate*) targets="all testbed migrate" ;; esac
  # shellcheck disable=SC2086
  if ! make -C "$copy" $targets OVERLAY_CACHE="$root/build/overlay/cache" GRAMMAR="$root/build/grammar" >"$work/log" 2>&1; then
    say "$name" "does not build"; tail -n 20 "$work/log"; continue
  fi
  if (cd "$copy" && PATH=$copy/build/bin:$PATH REEVE_BIN=$copy/build/bin tests/run "tests/$name.bats") >"$work/log" 2>&1; then
    say "$name" "tests/$name.bats still passes"
  else
    say "$name" "found ($(grep -c '^not ok' "$work/log") failing)" good
  fi
  rm -rf "$copy"
done
exit $bad
