# tools/circles.py, on a small tree: calls go one way, and where they do not, it says so.

load lib

setup()
{
  reeve_setup
  mkdir -p "$dir/src/base" "$dir/src/wire" "$dir/src/one" "$dir/src/two"
  file base/text 'int text (void) { return 1 ; }'
  file wire/line 'int text (void) ; int line (void) { return text() ; }'
  file one/deed 'int line (void) ; int deed (void) { return line() ; }'
  file one/loop '#include "base/text.h"
    int deed (void) ; char const *PROG = "one" ; int main (void) { return deed() ; }'
  file two/loop 'char const *PROG = "two" ; int main (void) { return 0 ; }'
}
teardown() { reeve_teardown; }

# NAME.c with that text, and an empty NAME.h.
file() { touch "$dir/src/$1.h"; printf '%s\n' "$2" >"$dir/src/$1.c"; }

# Builds the tree and looks at it.
look()
{
  local source name
  shopt -s nullglob
  for source in "$dir"/src/*/*.c "$dir"/tools/migrate/*/*.c; do
    name=${source#"$dir"/*/}
    mkdir -p "$dir/build/obj/${name%/*}"
    "${CC:-cc}" -I"$dir/src" -I"$dir/tools" -c -o "$dir/build/obj/${name%.c}.o" "$source" || return
  done
  BUILD=build run "$BATS_TEST_DIRNAME/../tools/circles.py" "$dir"
  echo "$output"
}

finds() { grep -q -x -F -- "$1" <<<"$output"; }

@test "a tree whose calls go one way passes" {
  look
  [ "$status" -eq 0 ]
  finds "circles: none in 5 files"
}

@test "files of a program that call each other are named, with a symbol for each call" {
  file one/deed 'int more (void) ; int deed (void) { return more() ; }'
  file one/more 'extern char const *PROG ; int turn (void) ; int more (void) { return turn() + !PROG ; }'
  file one/turn 'int deed (void) ; int turn (void) { return deed() ; }'
  look
  [ "$status" -eq 1 ]
  finds "circles: src/one: 3 files call each other in a circle"
  finds "  src/one/deed.c calls src/one/more.c: more"
  finds "  src/one/more.c calls src/one/turn.c: turn"
  finds "  src/one/turn.c calls src/one/deed.c: deed"
  ! grep -q loop <<<"$output"
}

@test "files of a layer that call each other are named" {
  file base/text 'int word (void) ; int text (void) { return word() ; }'
  file base/word 'int text (void) ; int word (void) { return text() ; }'
  look
  [ "$status" -eq 1 ]
  finds "circles: the layers: 2 files call each other in a circle"
}

@test "a layer may not call what stands above it" {
  file base/word 'int line (void) ; int word (void) { return line() ; }'
  file wire/word 'int deed (void) ; int words (void) { return deed() ; }'
  look
  [ "$status" -eq 1 ]
  finds "circles: src/base/word.c calls src/wire/line.c: line; src/base may know nothing of src/wire"
  finds "circles: src/wire/word.c calls src/one/deed.c: deed; src/wire may know nothing of src/one"
}

@test "a layer may not include what stands above it, nor a program another one's header" {
  file base/word '#include "wire/line.h"'
  file two/word '#include "one/deed.h"'
  look
  [ "$status" -eq 1 ]
  finds 'circles: src/base/word.c includes src/wire/line.h: "wire/line.h"; src/base may know nothing of src/wire'
  finds 'circles: src/two/word.c includes src/one/deed.h: "one/deed.h"; src/two may know nothing of src/one'
}

@test "a folder of reeve-migrate may not use one that comes later" {
  mkdir -p "$dir"/tools/migrate/text "$dir"/tools/migrate/script
  echo 'int walk (void) ; int pool (void) { return walk() ; }' >"$dir/tools/migrate/text/pool.c"
  echo '#include "migrate/text/pool.h"
    int text (void) ; int walk (void) { return text() ; }' >"$dir/tools/migrate/script/walk.c"
  touch "$dir/tools/migrate/text/pool.h"
  look
  [ "$status" -eq 1 ]
  [ "$(grep -c '^circles: .* know' <<<"$output")" -eq 1 ]
  finds "circles: tools/migrate/text/pool.c calls tools/migrate/script/walk.c: walk; tools/migrate/text may know nothing of tools/migrate/script"
}

@test "headers that include each other are named" {
  file one/a ''
  file one/b ''
  echo '#include "one/b.h"' >"$dir/src/one/a.h"
  echo '#include "a.h"' >"$dir/src/one/b.h"
  look
  [ "$status" -eq 1 ]
  finds "circles: the headers: 2 files include each other in a circle"
  finds '  src/one/a.h includes src/one/b.h: "one/b.h"'
}

@test "an object file that is not there is an error" {
  look
  rm "$dir/build/obj/one/deed.o"
  BUILD=build run ! "$BATS_TEST_DIRNAME/../tools/circles.py" "$dir"
  finds "circles: there is no $dir/build/obj/one/deed.o: build it first"
}
