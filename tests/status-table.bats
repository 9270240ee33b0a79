# The table of `reeve status`: what a person sees on a terminal, and how little it reads.

load lib

setup()
{
  reeve_setup
  export REEVE_LIVE=$live
  # Runs a program on a terminal of its own, COLUMNS wide; what it shows is in $dir/screen.
  cat >"$dir/on-terminal" <<'PYTHON'
import fcntl, os, pty, struct, sys, termios
pid, master = pty.fork()
if not pid:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
with open(os.environ["dir"] + "/screen", "wb") as screen:
    try:
        while True: screen.write(os.read(master, 4096).replace(b"\r", b""))
    except OSError: pass
status = os.waitpid(pid, 0)[1]
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
PYTHON
}
teardown() { reeve_teardown; }

on_terminal() { TERM=${TERM-xterm} python3 "$dir/on-terminal" "$@"; } # COLUMNS COMMAND...
names() { awk '!/^ / && $1 != "NAME" && $1 !~ /:$/ { printf "%s ", $1 }' "$dir/screen"; }

@test "on a terminal what is bad comes first, instances by number, loggers behind their service; piped nothing changes" {
  idle "many@"
  setting "many@" count 10
  idle aaa
  idle web
  in=$scan/web service log <<<'exec cat'
  service broken <<<'exit 3'
  setting broken restart no
  setting broken notification-fd 3 # never ready
  idle held
  setting held dependencies.d/broken ''
  idle zzz
  setting zzz down ''
  scanner
  eventually 20 field broken state failed
  eventually 20 field held state held
  eventually 20 field zzz state down
  eventually 20 reeve wait --timeout 20s up 'many@*' aaa web web/log
  on_terminal 80 reeve status || [ $? -eq 1 ]
  [ "$(names)" = "broken held aaa many@1 many@2 many@3 many@4 many@5 many@6 many@7 many@8 many@9 many@10 web web/log zzz " ] || { names; cat -v "$dir/screen"; return 1; }
  grep -q $'^aaa  *\033\\[32mup ' "$dir/screen"
  grep -q $'^broken  *\033\\[31mfailed ' "$dir/screen"
  grep -q $'^held  *\033\\[33mheld ' "$dir/screen"
  run ! grep -q '^15' "$dir/screen" # a short list needs no summary
  for plain in NO_COLOR=1 TERM=dumb; do
    on_terminal 80 env "$plain" reeve status || [ $? -eq 1 ]
    run ! grep $'\033' "$dir/screen"
    grep -q '^aaa  *up ' "$dir/screen"
  done
  reeve status >"$dir/screen" || [ $? -eq 1 ]
  [[ $(names) == "aaa broken held many@1 many@10 "* ]]
  setting "many@" count 20
  reeve rescan
  eventually 20 reeve wait --timeout 20s up many@20
  reeve wait --timeout 20s up 'many@*'
  on_terminal 80 env NO_COLOR=1 reeve status || [ $? -eq 1 ]
  tail -n 1 "$dir/screen" | grep -x '26: 1 failed, 1 down, 1 held, 23 up'
}

@test "each fact is read once, also while a service is held" {
  strace -o /dev/null -e trace=none true 2>/dev/null || skip "strace cannot trace here"
  for i in {1..9}; do idle "s$i"; done
  setting s1 notification-fd 3
  setting s2 dependencies.d/s1 ''
  scanner
  eventually 20 field s2 state held
  eventually 20 reeve wait --timeout 20s up s3 s4 s5 s6 s7 s8 s9
  for words in status "status --json" graph; do
    # shellcheck disable=SC2086
    strace -o "$dir/calls" reeve $words >"$dir/output" || [ $? -eq 1 ]
    [ "$(grep -c 'openat.*"control", O_WRONLY' "$dir/calls")" -eq 9 ] || { grep openat "$dir/calls"; return 1; }
  done
  strace -o "$dir/calls" reeve status >"$dir/output" || [ $? -eq 1 ]
  grep -q '^s2  *held .*s1 (starting)\|s1 (starting)' "$dir/output"
  # Between one supervise directory and the next: a fixed, small number.
  awk '/"s7\/supervise"|"s7"/ && !from { from = NR } /"s8\/supervise"|"s8"/ && !to && from { to = NR } END { exit !(from && to && to - from <= 16) }' <(sed -n '/"state"/,$p' "$dir/calls") ||
    { cat "$dir/calls"; return 1; }
}
