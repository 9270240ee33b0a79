# --version: the version, and the commit that it was built from.

load lib

setup() { reeve_setup; root=$BATS_TEST_DIRNAME/..; }
teardown() { reeve_teardown; }

@test "every program says its name and the same version; the names of others are no programs with it" {
  version=$(reeve --version)
  [[ $version =~ ^reeve\ [0-9]+(\.[0-9]+)+(\ \([0-9a-f]{7}\))?$ ]]
  for program in reeve-scan reeve-supervise reeve-check reeve-exec reeve-log; do [ "$($program --version)" = "$program${version#reeve}" ]; done
  [ ! -x "$REEVE_BIN/reeve-init" ] || [ "$(reeve-init --version)" = "reeve-init${version#reeve}" ]
  ln -s "$(type -P reeve-exec)" "$dir/setuidgid"
  [[ $("$dir/setuidgid" --version 2>&1) == *usage* ]]
}

built() { make -s -C "$1" build/version.c && grep -o '"[0-9.]*\( ([0-9a-f]*)\)\?"' "$1/build/version.c"; }
commit() { git -C "$1" -c user.name=a -c user.email=b commit -q --allow-empty -m "$2"; }

@test "the commit of a checkout; none of a tarball, of a folder in another checkout, without git" {
  unset REEVE_COMMIT GIT_DIR BUILD MAKEFLAGS
  mkdir "$dir/outer" "$dir/outer/copy"
  git -C "$dir/outer" init -q
  commit "$dir/outer" other
  cp -r "$root/Makefile" "$root/config.mk" "$root/tools" "$dir/outer/copy"
  copy=$dir/outer/copy
  plain=$(built "$copy")
  [[ $plain =~ ^\"[0-9.]+\"$ ]]
  git -C "$copy" init -q
  commit "$copy" first
  with=$(built "$copy")
  [ "$with" = "${plain%\"} ($(git -C "$copy" rev-parse HEAD | cut -c 1-7))\"" ]
  # Nothing is built again as long as the commit is the same.
  touch -d 2020-01-01 "$copy/build/version.c"
  [ "$(built "$copy")" = "$with" ]
  [ "$(stat -c %Y "$copy/build/version.c")" -lt 1600000000 ]
  commit "$copy" second
  [ "$(built "$copy")" != "$with" ]
  [ "$(REEVE_COMMIT=1234567 built "$copy")" = "${plain%\"} (1234567)\"" ]
  mkdir "$dir/bin"
  script "$dir/bin/git" <<<'exit 127'
  [ "$(PATH=$dir/bin:$PATH built "$copy")" = "$plain" ]
}
