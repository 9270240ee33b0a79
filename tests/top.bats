# reeve top: services live, on a terminal.

load lib

setup()
{
  reeve_setup
  export REEVE_LIVE=$live
  # Runs the program on a terminal of its own. What it shows: $dir/raw as it comes, $dir/screen as a person
  # sees it. Does what comes through $dir/keys, a line each: `type TEXT`, `size ROWS COLUMNS`. The terminal's
  # modes at the end, and whether they are those of the beginning: $dir/modes.
  cat >"$dir/on-terminal" <<'PYTHON'
import fcntl, os, pty, re, select, struct, sys, termios
d = os.environ["dir"]
rows, columns = 24, 80
lines, other, raw = {}, False, open(d + "/raw", "ab", 0)
def resize(fd): fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
master, slave = pty.openpty()
resize(slave)
before = termios.tcgetattr(slave)
pid = os.fork()
if not pid:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in 0, 1, 2: os.dup2(slave, fd)
    os.execvp(sys.argv[1], sys.argv[1:])
with open(d + "/pid", "w") as f: f.write("%d\n" % pid)
keys, rest, text, row = os.open(d + "/keys", os.O_RDWR), b"", "", 1
def show():
    with open(d + "/screen.new", "w") as f:
        f.write("\n".join(lines.get(i, "") for i in range(1, max(lines, default=0) + 1)) + "\n")
    os.rename(d + "/screen.new", d + "/screen")
def take(more):
    global text, row, other
    text += more
    while text:
        escape = re.match(r"\033\[([?0-9;]*)([A-Za-z])", text)
        if escape:
            text = text[escape.end():]
            what, kind = escape.groups()
            if kind == "H": row = int((what or "1").split(";")[0]); lines[row] = ""
            if kind == "J": lines.clear(); lines[row] = ""
            if what == "?1049": other = kind == "h"
        elif text[0] == "\033":
            if len(text) < 16: return
            text = text[1:]
        else:
            if text[0] not in "\r\n": lines[row] = lines.get(row, "") + text[0]
            text = text[1:]
done = False
while True:
    ready = select.select([master, keys], [], [], 0.05)[0]
    if master in ready:
        try: data = os.read(master, 65536)
        except OSError: data = b""
        raw.write(data)
        take(data.decode(errors="replace"))
        show()
    elif done: break
    if keys in ready:
        rest += os.read(keys, 4096)
        while b"\n" in rest:
            line, rest = rest.split(b"\n", 1)
            what, _, value = line.decode().partition(" ")
            if what == "type": os.write(master, value.encode().decode("unicode_escape").encode())
            if what == "size": rows, columns = map(int, value.split()); lines.clear(); resize(master)
    if not done:
        ended, status = os.waitpid(pid, os.WNOHANG | os.WUNTRACED)
        if ended and os.WIFSTOPPED(status):
            with open(d + "/stopped", "w") as f: f.write("%s %s\n" % (termios.tcgetattr(slave) == before, other))
        elif ended: done = True
with open(d + "/modes", "w") as f: f.write("%s %s\n" % (termios.tcgetattr(slave) == before, other))
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
PYTHON
}
teardown() { reeve_teardown; }

top() # [NAME...]
{
  rm -f "$dir/keys" "$dir/raw" "$dir/screen" "$dir/pid" "$dir/modes"
  mkfifo "$dir/keys"
  start python3 "$dir/on-terminal" reeve top "$@"
  shows '^NAME  *STATE  *CPU %  *MEMORY  *RST  *SINCE  *PID$'
  top=$(<"$dir/pid")
}
say() { printf '%s\n' "$*" 1<>"$dir/keys"; }
shows() { eventually 20 grep -q -E -- "$1" "$dir/screen"; }
ends() # CODE ; its terminal is as it was
{
  ended "$started" "$1"
  [ "$(<"$dir/modes")" = "True False" ] || { cat "$dir/modes"; return 1; }
}
order() { [ "$(sed -n '3,$p' "$dir/screen" | awk '$2 ~ /^[a-z]+$/ { printf "%s ", $1 }' | sed 's/c *$//')" = "$1" ]; }
quiet() # nothing is written while so many looks are taken
{
  local size
  size=$(stat -c %s "$dir/raw")
  short_pause 2500
  [ "$(stat -c %s "$dir/raw")" = "$size" ]
}

@test "only what is named; a pattern means what matches it at the start" {
  idle web
  idle aaa
  idle two-b
  idle two-a
  scanner
  eventually 20 reeve wait --timeout 10s up web aaa two-a two-b
  top web 'two-*'
  eventually 20 order "two-a two-b web "
  shows '^3 services, '
  idle two-c
  eventually 20 field two-c state up
  say type jjs # web, the last
  shows '^stop web: done'
  eventually 20 order "two-a two-b web "
  shows '^web  *down'
  say type q
  ends 0
  run -100 reeve top nobody
  [[ $(reeve completion words -- top '') == *two-a* ]]
}

@test "what there is, sorted as one likes; start, stop, restart, why and logs by keys" {
  idle aaa
  idle web
  service broken <<<'exit 3'
  setting broken restart no
  setting broken notification-fd 3
  service zzz <<<'while :; do :; done'
  scanner
  up aaa && up web && up zzz
  eventually 10 field broken state failed
  top
  eventually 20 order "broken aaa web zzz " # what is bad is first
  shows "^web  *up  *0\.0  *<?[0-9.]+ MB  *0  *..:..:..  *$(pid_of web)\$"
  say type n
  eventually 20 order "aaa broken web zzz "
  say type c
  shows '^4 services, .*sorted by CPU'
  eventually 20 order "zzz aaa broken web "
  say type m
  shows 'sorted by memory'
  say type S
  eventually 20 order "broken aaa web zzz "
  say type jj # aaa, then web: broken is selected at first
  pid=$(pid_of web)
  say type s
  shows '^stop web: done'
  eventually 20 field web state down
  shows '^web  *down'
  say type u
  eventually 20 field web state up
  shows "^web  *up .* $(pid_of web)\$"
  pid=$(pid_of web)
  shows '^start web: done'
  say type r
  shows '^restart web: done'
  [ "$(pid_of web)" != "$pid" ]
  say type '\033[A\033OA\033[B\033[5~' # to the first
  say type w
  shows '^why broken'
  shows 'exit 3: it ended by itself'
  say type q
  shows 'sorted by state'
  say type '\033[6~l' # of the last
  shows '^logs zzz'
  shows 'q back' # the log itself, not the message that it is being read
  say type '\033'
  shows 'sorted by state'
  say type q
  ends 0
}

@test "nothing is drawn when nothing has changed; an event is seen at once; small terminals and odd names do no harm" {
  idle 'na[0mé'
  idle web
  scanner
  up web
  top
  shows '^na\[0mé  *up'
  eventually 60 quiet
  reeve stop web
  shows '^web  *down'
  for size in '3 10' '1 1' '2 200' '24 40' '50 132'; do
    say "size $size"
    eventually 20 grep -q . "$dir/screen"
    say "type jjkkGg"
  done
  shows 'PID$'
  shows '^web  *down'
  idle new
  shows '^new  *up'
  run ! grep -a -q -P '[\x00-\x08\x0e-\x1a\x7f]' "$dir/raw"
  stop_scanner 0
  ended "$started" 1
  [ "$(<"$dir/modes")" = "True False" ]
  grep -a -q "no scanner runs on $live" "$dir/raw"
}

@test "at any end the terminal is as it was; it stops and goes on" {
  idle web
  scanner
  up web
  for signal in TERM HUP INT QUIT; do
    top
    kill -"$signal" "$top"
    ends $((128 + $(kill -l "$signal")))
  done
  top
  say type '\003' # a key's
  ends 130
  top
  kill -TSTP "$top"
  # Whose parent is in another session is not stopped by that: then it goes on.
  if within 3 test -s "$dir/stopped"; then [ "$(<"$dir/stopped")" = "True False" ]; fi
  : >"$dir/screen"
  kill -CONT "$top"
  shows '^web  *up'
  freeze "$top"
  : >"$dir/screen"
  kill -CONT "$top"
  shows '^web  *up'
  say type q
  ends 0
  run -1 reeve top </dev/null
  [[ $output == *"top needs a terminal: use reeve status or reeve tree"* ]]
}
