# reeve-migrate on the corpus: each tree has the properties that its `expect` lists, and
# the report accounts for every line. The checker itself is checked first.

load lib

setup()
{
  reeve_setup
  migrate=$BATS_TEST_DIRNAME/migrate
}
teardown() { reeve_teardown; }

# Each entry is translated once for all tests of this file.
setup_file()
{
  local entry options name
  export translated=$BATS_FILE_TMPDIR/translated
  PATH=${REEVE_BIN:-$BATS_TEST_DIRNAME/../build/bin}:$PATH
  for entry in "$BATS_TEST_DIRNAME"/migrate/corpus/*/; do
    name=$(basename "$entry")
    mkdir -p "$translated/$name/etc"
    options=()
    [ ! -f "$entry/Dockerfile" ] || options=(--dockerfile "$entry/Dockerfile")
    code=0
    reeve-migrate "$(input_of "$entry")" -o "$translated/$name/etc/services.d" "${options[@]}" \
      >"$translated/$name/report" 2>"$translated/$name/stderr" || code=$?
    # A refusal's reason may be on either.
    [ "$code" -eq 0 ] || cat "$translated/$name/stderr" >>"$translated/$name/report"
    echo "$code" >"$translated/$name/code"
  done
}

input_of() # ENTRY
{
  local name
  for name in input supervisord.conf Procfile; do
    [ ! -f "$1/$name" ] || echo "$1/$name"
  done
}

entries() { ls "$migrate/corpus"; }

# Calls a function for each entry; fails when one has failed, after all.
for_each() # FUNCTION
{
  local name failed=()
  for name in $(entries); do
    "$1" "$name" || failed+=("$name")
  done
  [ ${#failed[@]} -eq 0 ] || { echo "# ${#failed[@]} of $(entries | wc -l): ${failed[*]}"; return 1; }
}

checked() # ENTRY-FOLDER TRANSLATED-FOLDER
{
  "$migrate/check-expect" "$1" "$2/etc" "$2/report" "$(cat "$2/code")"
}

@test "the corpus is as large as it is meant to be" {
  [ "$(entries | wc -l)" -ge 300 ]
  [ "$(ls "$migrate"/corpus/*/supervisord.conf | wc -l)" -ge 15 ]
  [ "$(ls "$migrate"/corpus/*/Procfile | wc -l)" -ge 3 ]
  [ "$(grep -l '^refused' "$migrate"/corpus/*/expect | wc -l)" -ge 3 ]
  [ "$(ls "$migrate"/corpus/*/processes | wc -l)" -ge 40 ]
}

# A tree that a person has made, and the same with one thing wrong.
broken() # TEXT COMMAND
{
  local tree=$dir/tree services=$dir/tree/etc/services.d output code=0
  rm -rf "$tree"
  cp -r "$migrate/checker-selftest" "$tree"
  echo 0 >"$tree/code"
  (cd "$services" && eval "$2")
  output=$(checked "$tree" "$tree" 2>&1) || code=$?
  [ $code -eq 1 ] && [[ $output == *"$1"* ]] || { echo "# $2: exit code $code: $output"; return 1; }
}

@test "the checker accepts a tree that is right" {
  cp -r "$migrate/checker-selftest" "$dir/tree"
  echo 0 >"$dir/tree/code"
  checked "$dir/tree" "$dir/tree"
}

@test "the checker finds what is wrong with a tree" {
  broken 'service db' 'rm -r db'
  broken 'services that nothing expects: new' 'cp -r db new; sed -i s/postgres/other/ new/run'
  broken '2 services run it' 'cp -r db new'
  broken 'it is called site' 'mv web site'
  broken 'main web' 'rm web/flag-main'
  broken 'main web' 'touch db/flag-main'
  broken 'oneshot migrate' 'rm migrate/flag-oneshot'
  broken 'depends web db' 'rm migrate/dependencies.d/db'
  broken 'independent db web' 'mkdir db/dependencies.d; touch db/dependencies.d/web'
  broken 'which is not another service' 'touch web/dependencies.d/nobody'
  broken 'ends db' 'sed -i "s/-D .data/-D \/other/" db/run'
  broken 'it does not exec' 'sed -i "s/exec reeve-exec --user app -- //" web/run'
  broken 'it ends: wait' 'echo wait >>web/run'
  broken 'before it there is' 'sed -i "s/reeve-exec --user/gosu/" web/run'
  broken 'has web' 'sed -i "s/^cd/# cd/" web/run'
  broken 'lacks web' 'sed -i "2i gosu --version" web/run'
  broken 'matches web' 'sed -i "s/web.log/other.log/" web/run'
  broken 'order web' 'sed -i "/^cd/d; 2i exec true\ncd /app" web/run'
  broken 'file db down-signal' 'echo TERM >db/down-signal'
  broken 'no-file db down' 'touch db/down'
  broken 'env web' 'sed -i s/live/test/ web/run'
  broken 'no-env db' 'sed -i "2i export DJANGO=1" db/run'
  broken 'user web' 'sed -i "s/--user app/--user apache/" web/run'
  broken 'workdir web' 'sed -i "s/^cd .app/cd \/app2/" web/run'
  broken 'condition extra' 'sed -i "/EXTRA/d" extra/run'
  broken 'ready db' 'rm db/notification-fd'
  broken 'ready db' 'rm db/data/check'
  broken 'ready db' 'sed -i s/--ready// db/run'
  broken 'no-ready web' 'echo 3 >web/notification-fd'
  broken 'signal db' 'rm db/down-signal'
  broken 'finish db' 'echo "#!/bin/sh" >db/finish'
  broken 'log web' 'sed -i "s/web.log/other.log/" web/run'
  broken 'cont-init mkdir' 'rm ../cont-init.d/10-setup'
  broken 'cont-init-lacks' 'echo pg_isready >>../cont-init.d/10-setup'
  broken 'todo 9' 'sed -i "/TODO/d" extra/run'
  broken 'report has nothing' 'sed -i "2i # TODO reeve-migrate: line 4: nothing?" extra/run'
  broken 'report /var/log' 'sed -i s/web.log/other.log/ ../../report'
  broken 'anywhere db' 'rm db/data/check'
  broken 'sure: there is' 'echo sure >>../../expect'
  broken 'cont-init none' 'echo cont-init none >>../../expect'
  broken 'services none' 'echo services none >>../../expect'
  broken 'cannot be understood' 'echo nonsense >>../../expect'
  broken 'line 6 readiness' 'sed -i s/readiness// ../../report'
  broken 'dropped 12' 'sed -i "s/dropped: mistake/mistake/" ../../report'
  broken 'mistake 12' 'sed -i "s/mistake: //" ../../report'
  broken 'does not account for line 10' 'sed -i "/^line 10:/d" ../../report'
  broken 'lines that do not exist' 'sed -i "s/^line 10:/line 100:/" ../../report'
  broken 'it exited with 111' 'echo 111 >../../code'
  broken 'is not executable' 'chmod 644 web/run'
  broken 'carriage return' 'sed -i "2i true\r" web/run'
  broken 'has no #!' 'sed -i 1d web/run'
  broken 'not valid for bash' 'echo "if" >>extra/run'
  broken 'not a file that Reeve knows' 'touch web/type'
  broken 'has no run' 'mkdir empty'
  broken 'was written beside' 'touch ../passwd'
  broken 'patch adds' 'sed -i "s/^+ENTRYPOINT .*/+ENTRYPOINT [\"\/bin\/init\"]/" ../../report'
  broken 'patch removes' 'sed -i "s/^-CMD.*/ CMD [\"\/start.sh\"]/" ../../report'
  broken 'patch lacks' 'sed -i "s/^+STOPSIGNAL.*/+COPY start.sh \/x/" ../../report'
  broken 'another ENTRYPOINT than /init' 'sed -i "s/^+ENTRYPOINT .*/+ENTRYPOINT [\"\/start.sh\"]/" ../../report'
  broken 'RUN needs it' 'sed -i "1a RUN cat /start.sh" ../../Dockerfile; sed -i "s/^@@ .*/@@ -1,4 +1,6 @@/; s/^ FROM.*/&\n RUN cat \/start.sh/" ../../report'
  broken 'the patch does not apply' 'sed -i "s/^FROM.*/FROM other/" ../../Dockerfile'
}

@test "a refusal is one: nothing written, a reason, not 0" {
  local tree=$dir/tree
  mkdir -p "$tree/etc"
  printf '#!/bin/sh\n' >"$tree/input"
  echo 'refused function' >"$tree/expect"
  echo 'refused: 200 functions' >"$tree/report"
  echo 1 >"$tree/code"
  checked "$tree" "$tree"
  echo 0 >"$tree/code"
  run ! checked "$tree" "$tree"
  echo 1 >"$tree/code"
  echo no >"$tree/report"
  run ! checked "$tree" "$tree"
  echo 'refused: 200 functions' >"$tree/report"
  mkdir -p "$tree/etc/services.d/a"
  echo '#!/bin/sh' >"$tree/etc/services.d/a/run"
  run ! checked "$tree" "$tree"
}

@test "every entry of the corpus is translated as its expect says" {
  "$migrate/check-expect" --all "$migrate/corpus" "$translated"
}

# Adds up the lines: blank ones (;; is) may be left out or called blank, no others, and none may be invented.
accounts() # REPORT INPUT
{
  awk '
    FILENAME == ARGV[1] && /^lines? [0-9]+(-[0-9]+)?: / {
      split($2, span, /[-:]/)
      for (n = span[1] + 0; n <= (span[2] == "" ? span[1] : span[2]) + 0; n++) if (!/: dropped: blank$/) accounted[n] = 1
    }
    FILENAME == ARGV[1] { next }
    { lines = FNR }
    /[^ \t\r;]/ && !(FNR in accounted) { wrong = wrong " no line " FNR }
    END {
      for (n in accounted) if (n + 0 < 1 || n + 0 > lines) wrong = wrong " a line " n
      if (wrong) { print "# in the report on " ARGV[2] ":" wrong; exit 1 }
    }' "$1" "$2"
}

adds_up() # NAME
{
  grep -q '^refused' "$migrate/corpus/$1/expect" ||
    accounts "$translated/$1/report" "$(input_of "$migrate/corpus/$1")"
}

@test "the report accounts for every line" {
  for_each adds_up
}

passes_check() # NAME
{
  local services=$translated/$1/etc/services.d output
  ! grep -q -x -e 'refused.*' -e 'services none' "$migrate/corpus/$1/expect" || return 0
  output=$(reeve check "$services" 2>&1) || { echo "# $1: $output"; return 1; }
}

@test "each tree passes reeve check" {
  for_each passes_check
}

# Cut off at places that have nothing to do with what is there.
survives_cuts() # NAME
{
  local input size at folder=$dir/cut/$1 cut code
  input=$(input_of "$migrate/corpus/$1")
  size=$(stat -c %s "$input")
  [ "$size" -lt 4096 ] || return 0
  mkdir -p "$folder"
  cut=$folder/${input##*/}
  for ((at = 3; at < size; at += size / 3 + 1)); do
    head -c "$at" "$input" >"$cut"
    code=0
    reeve-migrate "$cut" >"$folder/report" 2>"$folder/stderr" || code=$?
    [ "$code" -le 1 ] || { echo "# $1, $at bytes: exit code $code: $(cat "$folder/stderr")"; return 1; }
    [ "$code" -eq 1 ] || accounts "$folder/report" "$cut" || { echo "# $1, $at bytes"; return 1; }
  done
}

@test "what is cut off is translated as far as it goes, each line accounted for" {
  for_each survives_cuts
}

# What is translated twice is the same, and nothing but the tree is written.
same_again() # NAME
{
  local again=$dir/again/$1 folder=$dir/input/$1 options=() input
  [ "$(cat "$translated/$1/code")" -lt 126 ] || return 1
  mkdir -p "$again/etc" "$dir/input"
  cp -r "$migrate/corpus/$1" "$folder"
  input=$(input_of "$folder")
  [ ! -f "$folder/Dockerfile" ] || options=(--dockerfile "$folder/Dockerfile")
  (cd "$folder" && reeve-migrate "${input##*/}" -o "$again/etc/services.d" "${options[@]}" >/dev/null 2>&1) || :
  diff -r "$translated/$1/etc" "$again/etc" && diff -r "$migrate/corpus/$1" "$folder"
}

@test "the same again, from another folder, and the input is left as it was" {
  for_each same_again
}

@test "nothing of a script is executed" {
  cat >"$dir/evil" <<END
\$(touch "$dir/ran-1")
touch "$dir/ran-2" &
\`touch "$dir/ran-3"\`
cat <<EOF2
\$(touch "$dir/ran-4")
EOF2
export A=\$(touch "$dir/ran-5")
exec sh -c 'touch "$dir/ran-6"'
END
  mkdir "$dir/etc"
  reeve-migrate "$dir/evil" -o "$dir/etc/services.d"
  [ -d "$dir/etc/services.d" ]
  for file in "$dir"/ran-*; do [ ! -e "$file" ]; done
}

@test "the map of files in reeve-migrate.c names each, below its folder" {
  cd "$BATS_TEST_DIRNAME/../tools/migrate"
  diff <(printf '%s\n' */*.c | sort) \
    <(awk '/\*\/$/ { last = 1 } $1 ~ /^[a-z]+\/$/ { folder = $1 } $1 ~ /^[a-z_]+\.c$/ && folder { print folder $1 } last { exit }' reeve-migrate.c | sort)
}
