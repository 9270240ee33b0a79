# The tarballs that `make overlay` has built: what is in them, that they can be
# extracted over any root, that they are the same whoever builds them, and that
# their programs run where there is nothing else.

load lib

# For tests/run: some of these tests compile all there is.
# shellcheck disable=SC2034
TEST_LIMIT=900

setup()
{
  reeve_setup
  root=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
  built=$root/build
  overlay=$built/reeve-overlay-amd64.tar.gz
  arm64=$built/reeve-overlay-arm64.tar.gz
  execline=$built/reeve-execline-amd64.tar.gz
  for tarball in "$overlay" "$arm64" "$execline"; do
    [ -e "$tarball" ] || { echo "# there is no $tarball: run make overlay"; return 1; }
  done
  new=$dir/root
  mkdir "$new"
}
teardown() { reeve_teardown; }

entries() { tar --numeric-owner -tvzf "$1" | awk '{ print $1, $2, $6, $7, $8 }'; }
extract() { tar -xzf "$1" -C "${2:-$new}"; }
unpacked() { tar -tvzf "$1" | awk '{ n += $3 } END { print n }'; }
packed() { wc -c <"$1"; }

@test "the overlay holds /init, /command and three links in /usr/bin, root's, and no other path" {
  for tarball in "$overlay" "$arm64"; do
    diff - <(entries "$tarball") <<'END'
drwxr-xr-x 0/0 command/  
lrwxrwxrwx 0/0 command/chpst -> ../init
lrwxrwxrwx 0/0 command/envdir -> ../init
lrwxrwxrwx 0/0 command/logutil-service -> ../init
lrwxrwxrwx 0/0 command/printcontenv -> ../init
lrwxrwxrwx 0/0 command/reeve -> ../init
lrwxrwxrwx 0/0 command/reeve-check -> ../init
lrwxrwxrwx 0/0 command/reeve-exec -> ../init
lrwxrwxrwx 0/0 command/reeve-log -> ../init
lrwxrwxrwx 0/0 command/reeve-scan -> ../init
lrwxrwxrwx 0/0 command/reeve-supervise -> ../init
lrwxrwxrwx 0/0 command/s6-applyuidgid -> ../init
lrwxrwxrwx 0/0 command/s6-envdir -> ../init
lrwxrwxrwx 0/0 command/s6-envuidgid -> ../init
lrwxrwxrwx 0/0 command/s6-fghack -> ../init
lrwxrwxrwx 0/0 command/s6-log -> ../init
lrwxrwxrwx 0/0 command/s6-notifyoncheck -> ../init
lrwxrwxrwx 0/0 command/s6-setlock -> ../init
lrwxrwxrwx 0/0 command/s6-setsid -> ../init
lrwxrwxrwx 0/0 command/s6-setuidgid -> ../init
lrwxrwxrwx 0/0 command/s6-softlimit -> ../init
lrwxrwxrwx 0/0 command/setuidgid -> ../init
lrwxrwxrwx 0/0 command/softlimit -> ../init
lrwxrwxrwx 0/0 command/with-contenv -> ../init
-rwxr-xr-x 0/0 init  
lrwxrwxrwx 0/0 usr/bin/reeve -> ../../command/reeve
lrwxrwxrwx 0/0 usr/bin/reeve-exec -> ../../command/reeve-exec
lrwxrwxrwx 0/0 usr/bin/with-contenv -> ../../command/with-contenv
END
  done
}

@test "execline's tarball holds nothing outside /command, all root's, nobody else's to write" {
  [ "$(entries "$execline" | grep -c -v -E '^(drwxr-xr-x|-rwxr-xr-x|lrwxrwxrwx) 0/0 command/')" -eq 0 ]
  entries "$execline" | grep -q -x -- 'lrwxrwxrwx 0/0 command/execlineb -> execline/execlineb'
}

@test "each tarball is there as .tar.gz and .tar.xz, with the same content, and a checksum of its own" {
  for tarball in "$overlay" "$arm64" "$execline"; do
    xz=${tarball%.gz}.xz
    cmp <(gzip -dc "$tarball") <(xz -dc "$xz")
    for each in "$tarball" "$xz"; do
      (cd "$built" && sha256sum --check --strict "${each##*/}.sha256")
    done
  done
}

# The goal is 240 kB for all of it.
@test "the overlay is at most 340 kB packed and 760 kB unpacked" {
  for tarball in "$overlay" "$arm64"; do
    echo "# $tarball: $(packed "$tarball") packed, $(unpacked "$tarball") unpacked"
    [ "$(packed "$tarball")" -le 340000 ]
    [ "$(unpacked "$tarball")" -le 760000 ]
  done
}

is_static() # FILE MACHINE
{
  readelf -hlS "$1" >"$dir/elf"
  grep -q 'Type: *EXEC' "$dir/elf" || { echo "# $1 is position-independent"; return 1; }
  grep -q "Machine: *.*$2" "$dir/elf" || { echo "# $1 is not for $2"; return 1; }
  if grep -q -E 'INTERP|DYNAMIC' "$dir/elf"; then echo "# $1 is not static"; return 1; fi
  if grep -q -E 'SYMTAB|\.debug|build-id' "$dir/elf"; then echo "# $1 is not stripped"; return 1; fi
}

@test "the overlay's programs are static, without PIE, stripped, and for their machine" {
  mkdir "$dir/arm64"
  extract "$overlay"
  extract "$arm64" "$dir/arm64"
  is_static "$new/init" X86-64
  is_static "$dir/arm64/init" AArch64
}

# A copy of the sources somewhere else, built with what has been downloaded.
build_elsewhere() # ARCH OVERLAY
{
  local commit
  commit=$(tar -xzf "$2" -O init | grep -a -o '[0-9]\.[0-9]* ([0-9a-f]\{7\})' | tail -n 1) || : # it may be none
  commit=${commit#* (}
  commit=${commit%)}
  mkdir "$dir/elsewhere"
  cp -r "$root/Makefile" "$root/config.mk" "$root/src" "$root/tools" "$dir/elsewhere"
  (umask 077 && REEVE_COMMIT=$commit make -C "$dir/elsewhere" "overlay-$1" OVERLAY_CACHE="$built/overlay/cache")
}

@test "a build in another folder, at another time, under another umask gives the same bytes" {
  build_elsewhere amd64 "$overlay"
  cmp "$overlay" "$dir/elsewhere/build/${overlay##*/}"
  cmp "$overlay.sha256" "$dir/elsewhere/build/${overlay##*/}.sha256"
  cmp "${overlay%.gz}.xz" "$dir/elsewhere/build/$(basename "${overlay%.gz}.xz")"
}

@test "the same for arm64" {
  build_elsewhere arm64 "$arm64"
  cmp "$arm64" "$dir/elsewhere/build/${arm64##*/}"
}

@test "no path of the builder's machine is in a program" {
  extract "$overlay"
  run ! grep -q -F "$root/" "$new/init"
}

linked_root() # as Debian's: /bin and /usr/bin are one
{
  mkdir -p "$1/usr/bin"
  ln -s usr/bin "$1/bin"
  echo mine >"$1/usr/bin/mine"
}

kept() # ROOT
{
  [ "$(cat "$1/bin/mine")" = mine ]
  [[ $("$(type -P chroot)" "$1" /usr/bin/reeve --help) == "usage: reeve"* ]]
}

@test "extracting keeps an image's links and folders: /bin a link, their owners and modes" {
  [ "$(id -u)" -eq 0 ] || skip "needs root: folders of others"
  for extractor in "tar -xzf" "busybox tar -xzf"; do
    rm -rf "$new"
    linked_root "$new"
    chown 4711:4711 "$new/usr" "$new/usr/bin"
    chmod 711 "$new/usr/bin"
    before=$(stat -c '%n %u:%g %a' "$new" "$new/usr" "$new/usr/bin")
    $extractor "$overlay" -C "$new"
    $extractor "$execline" -C "$new"
    kept "$new"
    [ "$(readlink "$new/bin")" = usr/bin ]
    [ "$(stat -c '%n %u:%g %a' "$new" "$new/usr" "$new/usr/bin")" = "$before" ]
    # Again, as when an image gets a newer one.
    $extractor "$overlay" -C "$new"
    kept "$new"
  done
}

@test "extracting keeps a /usr/bin that is itself a link" {
  [ "$(id -u)" -eq 0 ] || skip "needs root: chroot"
  for extractor in "tar -xzf" "busybox tar -xzf"; do
    rm -rf "$new"
    mkdir -p "$new/usr" "$new/bin"
    ln -s ../bin "$new/usr/bin"
    echo mine >"$new/bin/mine"
    $extractor "$overlay" -C "$new"
    [ "$(readlink "$new/usr/bin")" = ../bin ]
    kept "$new"
  done
}

@test "extracting into nothing works, and any user may enter /command whatever the umask" {
  [ "$(id -u)" -eq 0 ] || skip "needs root: what another extracts has modes by its umask"
  for extractor in "tar -xzf" "busybox tar -xzf"; do
    rm -rf "$new"
    mkdir "$new"
    (umask 077 && $extractor "$overlay" -C "$new")
    [ "$new/usr/bin/reeve" -ef "$new/command/reeve" ]
    [ "$(stat -c %a "$new/command")" = 755 ]
    [ "$(stat -L -c %a "$new/command/reeve")" = 755 ]
  done
}

# A command in the root; words, so that $started is its pid.
alone() { in_root=(env -i PATH=/command "$(type -P chroot)" "$new"); }

@test "a tree runs and ends in a root that holds nothing but the overlay and a service" {
  [ "$(id -u)" -eq 0 ] || skip "needs root: chroot"
  alone
  extract "$overlay"
  mkdir -p "$new/etc/services.d/web" "$new/run"
  # Without a shell: a program of the overlay is the service.
  ln -s /command/reeve-supervise "$new/etc/services.d/web/run"
  mkdir -p "$new/etc/services.d/off"
  cp "$new/command/reeve" "$new/etc/services.d/off/run"
  touch "$new/etc/services.d/off/down"
  start "${in_root[@]}" /command/reeve-scan -l /run/service /etc/services.d
  eventually 10 "${in_root[@]}" /command/reeve -l /run/service wait --timeout 1 down off
  "${in_root[@]}" /usr/bin/reeve -l /run/service status --json off | jq -e '.[0].wanted == "down"'
  kill -TERM "$started"
  ended "$started" 0
}

nothing_runs()
{
  run "${in_root[@]}" /command/reeve status
  [ "$status" -eq 1 ] && [[ $output == *"nothing runs"* ]]
}

@test "/init and all its other names work in a root that holds nothing but the overlay" {
  [ "$(id -u)" -eq 0 ] || skip "needs root: chroot"
  alone
  extract "$overlay"
  mkdir -p "$new/etc/services.d" "$new/run"
  start env -i WORD=kept "${in_root[@]:2}" /init
  eventually 10 nothing_runs
  [ "$("${in_root[@]}" /command/printcontenv WORD)" = kept ]
  [ "$("${in_root[@]}" /command/with-contenv /command/with-contenv /command/printcontenv WORD)" = kept ]
  "${in_root[@]}" /usr/bin/reeve shutdown 3
  ended "$started" 3
}

ids_in_root() { "${in_root[@]}" "$@" /busybox id; }

@test "users and groups are those of a root's own /etc/passwd and /etc/group" {
  [ "$(id -u)" -eq 0 ] || skip "needs root: chroot"
  alone
  extract "$overlay"
  mkdir "$new/etc"
  cp "$(type -P busybox)" "$new/busybox"
  # Without /etc/passwd: numbers alone.
  [[ $(ids_in_root /command/reeve-exec --user 4711:4712:4713 --) == "uid=4711 gid=4712 groups=4712,4713" ]]
  run ! ids_in_root /command/reeve-exec --user app --
  printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' broken 'ap:x:1:1::/:' 'app:x:1000:1001:An app:/home/app:/bin/false' >"$new/etc/passwd"
  printf '%s\n' 'root:x:0:' 'apps:x:1001:' 'one:x:11:ap,app' 'two:x:12:apple,app2' 'three:x:13:app' 'last:x:14:x,app' >"$new/etc/group"
  [ "$(ids_in_root /command/reeve-exec --user app --)" = "uid=1000(app) gid=1001(apps) groups=11(one),13(three),14(last),1001(apps)" ]
  [ "$(ids_in_root /command/s6-setuidgid app)" = "uid=1000(app) gid=1001(apps) groups=11(one),13(three),14(last),1001(apps)" ]
  [ "$(ids_in_root /command/setuidgid app)" = "uid=1000(app) gid=1001(apps) groups=1001(apps)" ]
  [ "$(ids_in_root /command/chpst -u app:two:last)" = "uid=1000(app) gid=12(two) groups=12(two),14(last)" ]
  [ "$(ids_in_root /command/reeve-exec --user 1000 --)" = "$(ids_in_root /command/reeve-exec --user app --)" ]
  [ "$("${in_root[@]}" /command/reeve-exec --user-env app -- /command/reeve-exec -- /busybox sh -c 'echo $UID $GID $HOME $USER')" = "1000 1001 /home/app app" ]
}

@test "every other name of reeve-exec is there and works" {
  [ "$(id -u)" -eq 0 ] || skip "needs root: chroot"
  alone
  extract "$overlay"
  mkdir "$new/env"
  echo value >"$new/env/WORD"
  cp "$(type -P busybox)" "$new/busybox"
  for front in "envdir /env" "s6-envdir /env" "chpst -e /env"; do
    # shellcheck disable=SC2086
    [ "$("${in_root[@]}" /command/$front /busybox sh -c 'echo $WORD')" = value ]
  done
  for front in "softlimit -o 77" "s6-softlimit -o 77"; do
    # shellcheck disable=SC2086
    [ "$("${in_root[@]}" /command/$front /busybox sh -c 'ulimit -n')" = 77 ]
  done
  [ "$("${in_root[@]}" /command/s6-envuidgid -nB 5:6 /busybox sh -c 'echo $UID $GID')" = "5 6" ]
  [ "$("${in_root[@]}" /command/s6-applyuidgid -u 5 -g 6 -G 7 /busybox id)" = "uid=5 gid=6 groups=6,7" ]
  run "${in_root[@]}" /command/s6-fghack /busybox sh -c 'exit 3'
  [ "$status" -eq 3 ]
  "${in_root[@]}" /command/s6-setlock /lock /command/s6-setsid /busybox true
  [ -e "$new/lock" ]
  run "${in_root[@]}" /command/s6-notifyoncheck /busybox true
  [ "$status" -eq 100 ]
}

@test "what the programs print is what those that are files of their own print" {
  extract "$overlay"
  diff <("$new/command/reeve" --help) <(reeve --help)
  for name in web db queue cache api mail; do idle "$name"; done
  scanner
  reeve -l "$live" wait --timeout 10 ready web
  status_of() { "$1" -l "$live" status "${@:2}" web | sed 's/"uptime":[0-9.]*//'; } # which is never the same twice
  same_status() { diff <(status_of "$new/command/reeve" "$@") <(status_of reeve "$@"); }
  eventually 10 same_status
  eventually 10 same_status --json
  run ! "$new/command/reeve" -l "$live" wait --timeout 0.x up web
  diff <("$new/command/reeve" -l "$live" kill NOSUCH web 2>&1) <(reeve -l "$live" kill NOSUCH web 2>&1)
  [ "$("$new/command/reeve" -l "$live" status --json | jq -r '.[].name' | xargs)" = "api cache db mail queue web" ]
  stop_scanner 0
  for name in mail db api; do service "$name" <<<'nohup nginx'; done
  service web <<<'sleep 5 & wait'
  run reeve check "$scan"
  [[ $output == *nginx* ]]
  diff - <("$new/command/reeve" check "$scan" 2>&1) <<<"$output"
}

@test "the arm64 programs run: the client, and a tree with a service" {
  extract "$arm64"
  qemu-aarch64 "$new/command/reeve" --help | grep -q '^usage: reeve'
  # Its scanner executes its supervisor, which this machine's kernel cannot. Signals
  # that a program has blocked stay in qemu-user, a signalfd never hears of them: so
  # here the tree starts, but its end is not tried.
  mkdir "$dir/arm"
  cp "$new/command/reeve-scan" "$dir/arm"
  script "$dir/arm/reeve-supervise" <<<"exec qemu-aarch64 $new/command/reeve-supervise \"\$@\""
  service web <<<'touch "$dir/ran"; exec sleep 1000000'
  start qemu-aarch64 "$dir/arm/reeve-scan" -l "$live" "$scan"
  eventually 30 test -e "$dir/ran"
  shown_up() { [ "$(qemu-aarch64 "$new/command/reeve" -l "$live" status --json web | jq -r '.[0].state')" = up ]; }
  eventually 30 shown_up
  kill -KILL "$started"
}

@test "execlineb and its programs run in a root that holds nothing else" {
  [ "$(id -u)" -eq 0 ] || skip "needs root: chroot"
  alone
  extract "$execline"
  run -3 "${in_root[@]}" /command/execlineb -c 'exit 3'
  printf '%s\n' '#!/command/execlineb -S1' 'if { eltest ${1} = seven }' \
    'backtick -E home { homeof root }' 'if { eltest ${home} = /root }' \
    'forbacktickx -E word { homeof root }' 'eltest ${word} = /root' >"$new/script"
  chmod 755 "$new/script"
  mkdir "$new/etc"
  echo 'root:x:0:0::/root:' >"$new/etc/passwd"
  run -1 "${in_root[@]}" /script eight
  run "${in_root[@]}" /script seven
  echo "# $status: $output"
  [ "$status" -eq 0 ]
  [ -z "$output" ]
  # Nor does one look for another where Debian has it.
  run ! grep -r -q -F /usr/lib/execline "$new/command"
}

@test "execline takes none of the image's libraries, whatever LD_LIBRARY_PATH says" {
  [ "$(id -u)" -eq 0 ] || skip "needs root: chroot"
  alone
  extract "$execline"
  mkdir "$new/lib"
  echo "not a library" >"$new/lib/libc.so.6"
  run -3 env -i PATH=/command LD_LIBRARY_PATH=/lib "$(type -P chroot)" "$new" /command/execlineb -c 'exit 3'
  for program in "$new"/command/execline/*; do
    case $program in */lib*|*/ld-*) continue ;; esac
    [ "$(patchelf --print-interpreter "$program")" = /command/execline/ld-linux-x86-64.so.2 ]
    [ "$(patchelf --print-rpath "$program")" = /command/execline ]
  done
}

derived() # TEXT of a list NAME in $dir/system ; what is derived from it
{
  mkdir -p "$dir/system"
  cat >"$dir/system/$1"
  "$root/tools/overlay/source-lists.sh" "$dir/system/none" "$dir/system" "$dir/derived"
  cat "$dir/derived/$1"
}

@test "sources are looked for where the system's lists say, in either format" {
  diff - <(derived one.list <<'END'
# a comment
deb [arch=amd64 signed-by=/key] mirror:/a stable main
deb [ arch=amd64 ] mirror:/b stable main contrib
deb-src mirror:/b stable main contrib
deb cdrom:[disc]/ stable main
END
  ) <<'END'
deb [signed-by=/key] mirror:/a stable main
deb-src [signed-by=/key] mirror:/a stable main
deb mirror:/b stable main contrib
deb-src mirror:/b stable main contrib
END
  diff - <(derived two.sources <<'END'
Types: deb
URIs: mirror:/a
Architectures: amd64
 i386
Suites: stable
Signed-By:
 a key
END
  ) <<'END'
Types: deb deb-src
URIs: mirror:/a
Suites: stable
Signed-By:
 a key
END
}

@test "a source that is not the pinned one is refused, and nothing is built from it" {
  mkdir -p "$dir/cache"
  cp -r "$built/overlay/cache/skalibs" "$dir/cache"
  echo >>"$(echo "$dir/cache/skalibs"/*.orig.tar.gz)"
  run "$root/tools/overlay/build.sh" amd64 "$dir/out" "$dir/cache"
  [ "$status" -eq 1 ]
  [[ $output == *"pinned in tools/overlay/skalibs.sha256"* ]]
  [ ! -e "$dir/out/reeve-overlay-amd64.tar.gz" ] && [ ! -e "$dir/out/reeve-overlay-amd64.tar.xz" ]
}
