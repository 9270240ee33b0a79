#!/usr/bin/env bash
# For each bats file, takes out the behaviour that it tests (tests/mutants/NAME.patch)
# in a copy of the tree, and fails if the file still passes there.
set -u
cd "$(dirname "$0")/.." || exit 1
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { echo "mutant of $1: $2"; }

mutant() # NAME ; 0: it is found
{
  local name=$1 patch=$root/tests/mutants/$1.patch copy=$work/$1 log=$work/$1.log part targets="all testbed"
  [ -f "$patch" ] || { say "$name" "there is no tests/mutants/$name.patch"; return 1; }
  mkdir -p "$copy/build"
  # With their times, and with what is built of them: only what the patch changes is built anew.
  git ls-files -z --cached --others --exclude-standard | xargs -0 cp -p --parents -t "$copy"
  cp -p config.mk "$copy"
  for part in obj bin tests libreeve.a; do [ ! -e "build/$part" ] || cp -a "build/$part" "$copy/build"; done
  if ! patch -s -p1 -d "$copy" <"$patch" >"$log" 2>&1; then
    say "$name" "the patch does not apply"; cat "$log"; return 1
  fi
  if grep -q reeve-overlay "tests/$name.bats"; then targets="all testbed overlay"; fi
  if grep -q "overlay/amd64" "tests/$name.bats"; then targets="all testbed overlay-amd64"; fi
  if grep -q "^load containers" "tests/$name.bats"; then targets="all testbed overlay-amd64"; fi
  case $name in migrate-twice) targets="all testbed migrate overlay-amd64" ;; migrate*) targets="all testbed migrate" ;; esac
  # shellcheck disable=SC2086
  if ! make -C "$copy" $targets OVERLAY_CACHE="$root/build/overlay/cache" GRAMMAR="$root/build/grammar" >"$log" 2>&1; then
    say "$name" "does not build"; tail -n 20 "$log"; return 1
  fi
  if (cd "$copy" && PATH=$copy/build/bin:$PATH REEVE_BIN=$copy/build/bin tests/run "tests/$name.bats") >"$log" 2>&1; then
    say "$name" "tests/$name.bats still passes"; return 1
  fi
  say "$name" "found ($(grep -c '^not ok' "$log") lines say so)"
  rm -rf "$copy"
}

names=("$@")
if [ $# -eq 0 ]; then
  for file in tests/*.bats; do names+=("$(basename "$file" .bats)"); done
fi
# What fails waits long before it does: several at a time. Those that share a place come one
# after the other, as in tests/run.
jobs=${JOBS:-$((2 * $(nproc)))}
share_a_place='^(container-.*|init|init-stop|before-the-scanner|overlay|unprivileged)$'
{
  for name in "${names[@]}"; do if [[ $name =~ $share_a_place ]]; then mutant "$name" || touch "$work/bad"; fi; done &
  for name in "${names[@]}"; do
    [[ ! $name =~ $share_a_place ]] || continue
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
    { mutant "$name" || touch "$work/bad"; } &
  done
  wait
}
[ ! -e "$work/bad" ]
