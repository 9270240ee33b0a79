# reeve-exec's own options: what the program finds, in which order they take effect,
# and what is said about mistakes.

load lib

setup()
{
  TMPDIR=/var/tmp reeve_setup
  for_everyone
  mkdir "$dir/place"
  chmod 777 "$dir/place"
  cd "$dir/place" || return 1
}
teardown() { [ -z "${dir:-}" ] || reeve_teardown; }

need_root() { [ "$(id -u)" -eq 0 ] || skip "needs root, to become other users"; }

ids() { echo 'echo $(id -ru) $(id -u) $(id -rg) $(id -g) : $(id -G | tr " " "\n" | sort -n)'; }
found() { reeve-exec "$@" sh -c "$(ids)"; } # as which user

fails() # CODE TEXT ARGUMENT... ; says TEXT and executes nothing
{
  local code=$1 text=$2
  shift 2
  run reeve-exec "$@" touch ran
  echo "# $status: $output"
  [ "$status" -eq "$code" ]
  [[ $output == *"$text"* ]]
  [ ! -e ran ]
}

as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

# ---- identity ----

@test "--user takes an account with its groups, or with just those that are named" {
  need_root
  [ "$(found --user nobody)" = "65534 65534 65534 65534 : 65534" ]
  groups=$(id -G postgres | tr ' ' '\n' | sort -n | tr '\n' ' ')
  [ "$(found -u postgres)" = "$(echo "$(id -u postgres) $(id -u postgres) $(id -g postgres) $(id -g postgres) : $groups" | xargs)" ]
  [ "$(wc -w <<<"$groups")" -gt 1 ]
  [ "$(found -u postgres:daemon)" = "$(id -u postgres) $(id -u postgres) 1 1 : 1" ]
  [ "$(found -u nobody:daemon:bin:4711)" = "65534 65534 1 1 : 1 2 4711" ]
}

@test "--user takes numbers, which need no entry" {
  need_root
  [ "$(found --user 4711)" = "4711 4711 4711 4711 : 4711" ]
  [ "$(found --user 4711:4712:4713)" = "4711 4711 4712 4712 : 4712 4713" ]
  [ "$(found --user "$(id -u postgres)")" = "$(found --user postgres)" ]
}

@test "--user refuses what there is not" {
  need_root
  fails 100 "unknown user: nosuch" --user nosuch
  fails 100 "unknown group: nosuch" --user nobody:nosuch
  fails 100 "unknown group: " --user nobody:
  fails 100 "unknown user: " --user ""
  fails 100 "unknown user: -1" --user -1
  fails 100 "unknown user: 4294967295" --user 4294967295
}

@test "without the right to change, --user says so; but one is already who one is" {
  need_root
  run as_nobody reeve-exec --user daemon -- true
  [ "$status" -eq 111 ]
  [[ $output == *"daemon"*"Operation not permitted"* ]]
  [[ $output == *"run the container as root"*"drop --user"* ]]
  as_nobody reeve-exec --user nobody -- true
  as_nobody reeve-exec --user 65534 -- true
  as_nobody reeve-exec --user nobody:nogroup -- true
  run as_nobody reeve-exec --user nobody:daemon -- true
  [ "$status" -eq 111 ]
  run setpriv --reuid=65534 --regid=65534 --groups 1,65534 reeve-exec --user nobody:nogroup -- true
  [ "$status" -eq 111 ] # it would keep a group that was not asked for
  run setpriv --ruid=65534 --regid=65534 --clear-groups reeve-exec --user nobody -- id -u
  [ "$output" = 65534 ] # it is still root in effect, and changes
}

# HOME, USER and LOGNAME under --user USER, begun with these variables.
user_variables() # USER VARIABLE... -- OPTION...
{
  local user=$1 variables=()
  shift
  while [ "$1" != -- ]; do variables+=("$1"); shift; done
  shift
  env -i PATH="$PATH" "${variables[@]}" reeve-exec --user "$user" "$@" -- sh -c 'echo "${HOME-unset} ${USER-unset} ${LOGNAME-unset}"'
}

@test "--user: HOME, USER and LOGNAME are the user's, unless somebody has set them to something else" {
  need_root
  daemon="$(getent passwd daemon | cut -d : -f 6) daemon daemon"
  [ "$(user_variables daemon --)" = "$daemon" ]
  [ "$(user_variables daemon HOME=/root USER=root LOGNAME=root --)" = "$daemon" ]
  [ "$(user_variables "$(id -u daemon)" HOME=/root USER= --)" = "$daemon" ]
  [ "$(user_variables daemon:nogroup HOME=/ USER=root --)" = "$daemon" ]
  [ "$(user_variables daemon HOME=/data USER=app LOGNAME=else --)" = "/data app else" ]
  [ "$(user_variables 4711:4711 HOME=/root USER=root LOGNAME=app --)" = "/ unset app" ]
  [ "$(user_variables root HOME=/root --)" = "/root root root" ]
  [ "$(user_variables daemon HOME=/root USER=root -- --keep-home)" = "/root root unset" ]
  echo 'HOME=/from/file' >file
  mkdir e
  echo dir >e/USER
  [ "$(user_variables daemon HOME=/root -- --env-file file --env-dir e --unset LOGNAME)" = "/from/file dir unset" ]
}

@test "--user of who is that user already: its own HOME, another one stays" {
  need_root
  nobody="$(getent passwd nobody | cut -d : -f 6) nobody nobody"
  [ "$(as_nobody env -u USER -u LOGNAME HOME=/ reeve-exec --user nobody -- sh -c 'echo "$HOME $USER $LOGNAME"')" = "$nobody" ]
  [ "$(as_nobody env USER=nobody LOGNAME=nobody HOME=/root reeve-exec --user nobody -- sh -c 'echo "$HOME $USER $LOGNAME"')" = "/root nobody nobody" ]
}

@test "the names that other systems know leave HOME, USER and LOGNAME alone" {
  need_root
  for name in chpst setuidgid s6-setuidgid; do ln -s "$(type -P reeve-exec)" "$dir/$name"; done
  for command in 'chpst -u daemon' 'setuidgid daemon' 's6-setuidgid daemon'; do
    [ "$(env HOME=/root USER=root LOGNAME=root "$dir"/$command sh -c 'echo "$HOME $USER $LOGNAME $(id -un)"')" = "/root root root daemon" ]
  done
}

@test "--user-env changes the environment alone" {
  need_root
  run env -i PATH="$PATH" reeve-exec --user-env postgres -- env
  [ "$status" -eq 0 ]
  grep -q -x "UID=$(id -u postgres)" <<<"$output"
  grep -q -x "GID=$(id -g postgres)" <<<"$output"
  grep -q -x "HOME=$(getent passwd postgres | cut -d : -f 6)" <<<"$output"
  grep -q -x "USER=postgres" <<<"$output"
  [ "$(reeve-exec --user-env nobody -- id -u)" = 0 ]
  [ "$(reeve-exec --user-env 4711 -- sh -c 'echo $USER $UID $GID $HOME')" = "4711 4711 4711 /" ]
}

# ---- environment ----

@test "--env-dir: a variable a file; long ones are not cut" {
  mkdir e e/.hidden
  printf 'a b \t\r\nsecond\n' >e/LINES
  printf 'a\0b' >e/NUL
  : >e/GONE
  head -c 100000 /dev/zero | tr '\0' x >e/LONG
  mkdir e2
  echo later >e2/LINES
  export GONE=there
  [ "$(reeve-exec --env-dir e sh -c 'echo "[$LINES] [$NUL] [${GONE-unset}] ${#LONG}"')" = "[a b] [a
b] [unset] 100000" ]
  [ "$(reeve-exec -e e -e e2 sh -c 'echo "$LINES"')" = later ]
  fails 111 nosuch --env-dir nosuch
  mkdir e/folder
  fails 111 e/folder --env-dir e
  rmdir e/folder
  head -c 140000 /dev/zero | tr '\0' x >e/LONG
  fails 100 "e/LONG is longer" --env-dir e
}

@test "--env-file: docker's format" {
  printf '\xef\xbb\xbf# comment\nA=b c\r\n\n  B="q" # no comment\nKEPT\nC=\nD=x=y' >file
  export KEPT=kept C=c
  [ "$(reeve-exec --env-file file sh -c 'echo "[$A] [$B] [$KEPT] [$C] [$D]"')" = '[b c] ["q" # no comment] [kept] [] [x=y]' ]
  printf 'A=1\nA B=2\n' >file
  fails 100 "file:2: there is white space in the name" --env-file file
  printf '\n\n=2\n' >file
  fails 100 "file:3: there is no name" --env-file file
  printf 'A=1\0\nB=2\n' >file
  fails 100 "file:1: there is a NUL" --env-file file
  fails 111 nosuch --env-file nosuch
}

@test "--secret: from the file that is named, without its last newline" {
  printf 'word\n\n' >secret
  export DB_FILE=$PWD/secret FILE__OTHER=$PWD/secret
  [ "$(reeve-exec --secret DB --secret OTHER sh -c 'echo "[$DB]${DB_FILE-unset}[$OTHER]${FILE__OTHER-unset}"')" = "[word
]unset[word
]unset" ]
  [ "$(reeve-exec --secret NEITHER sh -c 'echo ${NEITHER-unset}')" = unset ]
  [ "$(KEPT=k reeve-exec --secret KEPT sh -c 'echo $KEPT')" = k ]
  DB=x fails 100 "both DB and DB_FILE are set" --secret DB
  FILE__DB=$PWD/secret fails 100 "both DB_FILE and FILE__DB are set" --secret DB
  [ "$(DB='' FILE__DB='' reeve-exec --secret DB sh -c 'echo "$DB"')" = word ] # compose files set what is not set to nothing
  [ "$(KEPT=k KEPT_FILE='' reeve-exec --secret KEPT sh -c 'echo $KEPT')" = k ]
  DB_FILE=$PWD/nosuch fails 111 nosuch --secret DB
  printf 'a\0b' >secret
  fails 100 "has a NUL" --secret DB
  head -c 140000 /dev/zero | tr '\0' x >secret
  fails 100 "longer than a variable" --secret DB
  fails 100 "invalid name" --secret A=B
}

@test "files, directories, the user's variables, secrets, unset: the later wins, whatever the order" {
  mkdir e
  echo dir >e/A
  echo dir >e/B
  echo dir >e/HOME
  printf 'A=file\nB=file\nC=file\nS_FILE=%s\n' "$PWD/secret" >file
  echo secret >secret
  [ "$(reeve-exec --unset B --secret S --user-env root --env-dir e --env-file file sh -c 'echo "$A ${B-unset} $C $S $HOME"')" = "dir unset file secret /root" ]
}

@test "the program is looked for in the new PATH" {
  mkdir bin e
  script bin/own <<<'echo found'
  echo "$PWD/bin:$PATH" >e/PATH
  [ "$(reeve-exec --env-dir e own)" = found ]
}

# ---- the process ----

@test "--chdir, --umask, --nice, --argv0" {
  mkdir -p a/b
  [ "$(reeve-exec --chdir a/b pwd -P)" = "$PWD/a/b" ]
  [ "$(reeve-exec --umask 027 sh -c umask)" = 0027 ]
  [ "$(reeve-exec --nice 3 nice)" = $(($(nice) + 3)) ]
  [ "$(reeve-exec --argv0 other sh -c 'echo $0')" = other ]
  [ "$(reeve-exec -C a -n 1 -0 other sh -c 'pwd -P; echo $0')" = "$PWD/a
other" ]
  fails 111 nosuch --chdir nosuch
  fails 100 "invalid mode" --umask 8
  fails 100 "invalid mode" --umask 1000
  fails 100 "invalid niceness" --nice x
}

@test "--chroot, and --chdir in it" {
  need_root
  mkdir -p root/bin root/deep
  cp "$(command -v busybox)" root/bin
  [ "$(reeve-exec --chroot root /bin/busybox pwd)" = / ]
  [ "$(reeve-exec --chdir deep --chroot root /bin/busybox pwd)" = /deep ]
  run as_nobody "$dir/bin/reeve-exec" --chroot / true
  [ "$status" -eq 111 ]
  [[ $output == *"only root can"* ]]
}

@test "--limit: soft, hard, and a hard one that has to rise" {
  need_root
  hard=$(ulimit -Hn)
  [ "$(reeve-exec --limit nofile=50 prlimit --noheadings --raw -o SOFT,HARD --nofile)" = "50 $hard" ]
  [ "$(reeve-exec -l nofile=50:60 -l fsize=5000000 prlimit --noheadings --raw -o SOFT,HARD --nofile)" = "50 60" ]
  [ "$(reeve-exec -l nofile=50:60 -l fsize=5000000 prlimit --noheadings --raw -o SOFT --fsize)" = "5000000" ]
  [ "$(reeve-exec -u nobody -l nofile=100:200 prlimit --noheadings --raw -o SOFT,HARD --nofile)" = "100 200" ]
  if (ulimit -Hn 60 && ulimit -Hn 70) 2>/dev/null; then # not root's right everywhere
    [ "$(reeve-exec -l nofile=50:60 reeve-exec -l nofile=70 prlimit --noheadings --raw -o SOFT,HARD --nofile)" = "70 70" ]
  fi
  fails 100 "invalid limit" --limit files=5
  run as_nobody reeve-exec -l nofile=50:60 reeve-exec -l nofile=70 true
  [ "$status" -eq 111 ]
  [[ $output == *"nofile"*"only root can"* ]]
}

@test "--session and --group" {
  stat() { reeve-exec "$@" sh -c 'read -r pid name state parent group session rest </proc/self/stat; [ $session = $$ ] && echo leads session; [ $group = $$ ] && echo leads group; true'; }
  [ -z "$(stat)" ]
  [ "$(stat --group)" = "leads group" ]
  [ "$(stat --session)" = "leads session
leads group" ]
  # Again is no error.
  reeve-exec --session reeve-exec --session --group true
}

@test "--lock: waits for it, and the program holds it as long as it lives" {
  start reeve-exec --lock lock sh -c 'touch held; until [ -e enough ]; do sleep 0.02; done'
  eventually 10 test -e held
  run ! flock -n lock true
  start reeve-exec -L lock touch had
  run ! flock -n lock true
  touch enough
  ended "$started" 0
  [ -e had ]
  flock -n lock true
  echo precious >victim
  ln -s victim link
  fails 111 link --lock link
  fails 111 nosuch/lock --lock nosuch/lock
}

@test "what is read and locked is so as the old user, in the old root and directory" {
  need_root
  mkdir -p root/bin root/e
  cp "$(command -v busybox)" root/bin
  mkdir -m 700 e
  (umask 077 && echo mine >e/A && echo B=mine >file && echo mine >secret)
  export C_FILE=secret
  run reeve-exec --user nobody --chroot root --umask 077 --env-dir e --env-file file --secret C --lock lock -- \
    /bin/busybox sh -c 'echo $A $B $C; id -u; pwd'
  [ "$output" = "mine mine mine
65534
/" ]
  [ "$(stat -c '%u %a' lock)" = "0 600" ]
}

# ---- the program ----

@test "a program that cannot be executed or found: 126, 127, and why" {
  echo text >text
  printf '#!/nosuch/interpreter\n' >script
  chmod 755 script
  run -127 reeve-exec nosuch
  [[ $output == *"it is in no directory of PATH"* ]]
  run -127 reeve-exec ./nosuch
  run reeve-exec ./text
  [ "$status" -eq 126 ]
  [[ $output == *"chmod +x"* ]]
  run -127 reeve-exec ./script
  [[ $output == *"interpreter /nosuch/interpreter is missing"* ]]
  chmod 755 text # a shell would run it; nobody else does
  run reeve-exec ./text
  [ "$status" -eq 126 ]
}

@test "the program has the pid, the descriptors and the signals that reeve-exec had" {
  [ "$(sh -c 'echo $$; exec reeve-exec -n 0 sh -c "echo \$\$"' | uniq | wc -l)" -eq 1 ]
  ls /proc/self/fd 9</dev/null >without
  reeve-exec -n 0 ls /proc/self/fd 9</dev/null >with
  diff without with
  [ "$(sh -c 'trap "" HUP; exec reeve-exec -n 0 grep SigIgn /proc/self/status')" = "$(sh -c 'trap "" HUP; exec grep SigIgn /proc/self/status')" ]
  [ "$(reeve-exec sh -c 'exit 7' || echo $?)" = 7 ]
}

@test "wrong usage: 100, with what is allowed" {
  fails 100 usage --nosuch
  run reeve-exec --user
  [ "$status" -eq 100 ]
  run reeve-exec
  [ "$status" -eq 100 ]
  [[ $output == *usage* ]]
  fails 100 "exclude each other" --ready ./check --sd-notify
  run reeve-exec --help
  [ "$status" -eq 0 ]
  [[ $output == *"--limit RESOURCE=SOFT[:HARD]"* ]]
  # A mistake in one option keeps the others from doing anything.
  fails 100 "invalid niceness" --lock lock --nice x
  [ ! -e lock ]
}

@test "the first word that is no option is the program, with or without --" {
  [ "$(reeve-exec -n 0 echo -u --help)" = "-u --help" ]
  [ "$(reeve-exec -n 0 -- echo -- a)" = "-- a" ]
}
