# A ./run that cannot be executed is reported with its cause, and tried again.

load lib

setup() { reeve_setup; in=$scan; }
teardown() { reeve_teardown; }

mended() # NAME: once it can be executed, it is up
{
  rm -rf "${scan:?}/$1/run"
  idle "$1"
  s6-svc -u "$live/$1"
  up "$1"
}

@test "no execute permission" {
  idle web
  chmod 644 "$scan/web/run"
  scanner
  says "unable to execute ./run (next try after the restart delay): no execute permission: chmod +x it"
  chmod 755 "$scan/web/run"
  up web # tried again by itself
}

@test "the interpreter is missing" {
  service web <<<'#!/no/such/interpreter -x'
  scanner
  says "its interpreter /no/such/interpreter is missing"
  mended web
}

@test "a carriage return in the first line" {
  service web <<<$'#!/bin/sh\r'
  scanner
  says "its #! line ends in a carriage return"
  mended web
}

@test "no first line with #!" {
  mkdir "$scan/web"
  echo 'exec sleep 1000' >"$scan/web/run"
  chmod 755 "$scan/web/run"
  scanner
  says "it has no #! line: begin it with #!/bin/sh"
  mended web
}

@test "an empty file" {
  mkdir "$scan/web"
  : >"$scan/web/run"
  chmod 755 "$scan/web/run"
  scanner
  says "it is empty"
  mended web
}

@test "a directory" {
  mkdir -p "$scan/web/run"
  scanner
  says "it is a directory"
  mended web
}

@test "a dangling link" {
  mkdir "$scan/web"
  ln -s /no/such/program "$scan/web/run"
  scanner
  says "a link to a file that does not exist"
  mended web
}

@test "a program for another machine" {
  mkdir "$scan/web"
  # An ELF header, little-endian, executable, machine 0x14: 32-bit PowerPC.
  printf '\177ELF\001\001\001\0\0\0\0\0\0\0\0\0\002\0\024\0' >"$scan/web/run"
  head -c 100 /dev/zero >>"$scan/web/run"
  chmod 755 "$scan/web/run"
  scanner
  says "it is a program for another machine"
  mended web
}

@test "a filesystem mounted noexec" {
  unshare -m true 2>/dev/null || skip "no mount namespaces here"
  idle web
  # shellcheck disable=SC2016
  start unshare -m sh -c 'mount -t tmpfs -o noexec tmpfs "$scan" && mkdir "$scan/web" &&
    printf "#!/bin/sh\nexec sleep 1000\n" >"$scan/web/run" && chmod 755 "$scan/web/run" && exec reeve-scan -l "$live" "$scan"'
  says "it is on a filesystem mounted noexec"
}

@test "a finish that cannot be executed does not keep the service down" {
  service web <<<'echo >>"$dir/starts"; exit 1'
  finish web <<<'#!/no/such/interpreter'
  scanner
  says "unable to execute ./finish (going on without it)"
  thrice() { [ "$(lines "$dir/starts")" -ge 3 ]; }
  eventually 20 thrice
}
