# Tables whose columns stay in line, whatever characters a service's name has.

load lib

hostile=$'x\x9b31m' # for a terminal with an 8-bit character set: ESC [ 3 1 m
names=(größe 日本 $'e\xcc\x81' "$hostile" plain)

setup()
{
  reeve_setup
  export REEVE_LIVE=$live
  # Reads a table. Each row whose first word is a service begins its second word in the same column of
  # the screen; no control character is in it, and nothing but UTF-8.
  cat >"$dir/in-line" <<'PYTHON'
import re, sys, unicodedata
text = sys.stdin.buffer.read().decode()
def width(s): return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in s)
begins = {}
for row in text.replace("\r", "").split("\n"):
    row = re.sub(r"\033\[[0-9;?]*[A-Za-z]", "", row)
    found = re.match(sys.argv[1] + r"(größe|日本|e\u0301|x\?31m|plain) +(?=\S)", row)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", row), row
    if found: begins[found.group(1)] = width(found.group(0))
print(begins)
sys.exit(set(begins) != {"größe", "日本", "e\u0301", "x?31m", "plain"} or len(set(begins.values())) != 1)
PYTHON
  for name in "${names[@]}"; do
    service "$name" <<<'echo "a line"; exec sleep 1000000'
  done
}
teardown() { reeve_teardown; }

# Each row of the table of `reeve tree` ends in the same column.
equally_wide()
{
  python3 - "$dir/output" <<'PYTHON'
import sys, unicodedata
rows = open(sys.argv[1], "rb").read().decode().splitlines()
def width(s): return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in s)
assert {width(row) for row in rows} == {width(rows[0])}, rows
PYTHON
}
all_up() { reeve wait --timeout 10s up "${names[@]}"; }
in_line() { python3 "$dir/in-line" "$1" <"$dir/output" || { cat -v "$dir/output"; return 1; }; } # WHAT COMES BEFORE THE NAME

@test "status, graph, blame and tree; events and critical-chain show harmless names" {
  scanner
  eventually 20 all_up
  reeve status >"$dir/output"
  in_line '^'
  reeve graph >"$dir/output"
  in_line '^'
  reeve blame >"$dir/output"
  in_line '^ +\S+ m?s  '
  reeve tree >"$dir/output"
  equally_wide
  grep -q '^x?31m  up' "$dir/output"
  reeve events >"$dir/output"
  grep -q '  x?31m  ' "$dir/output"
  reeve graph --dot | grep -q 'label="x?31m'
  reeve critical-chain "$hostile" | grep -q '^x?31m @'
  reeve plot | grep -q '>x?31m<'
}

@test "top" {
  scanner
  eventually 20 all_up
  python3 - "$dir/output" <<'PYTHON'
import fcntl, os, pty, select, struct, sys, termios
pid, master = pty.fork()
if not pid:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.execvp("reeve", ["reeve", "top"])
seen = b""
while select.select([master], [], [], 20)[0]:
    try: data = os.read(master, 65536)
    except OSError: break
    seen += data
    if seen.count(b"  up ") >= 5: os.write(master, b"q")
open(sys.argv[1], "wb").write(seen)
sys.exit(os.waitpid(pid, 0)[1] != 0)
PYTHON
  # The cursor is sent to the beginning of each line.
  sed -i 's/\x1b\[[0-9]*;*[0-9]*H/\n/g' "$dir/output"
  in_line '^'
}

@test "the prefix of lines: of the collector, and of reeve logs" {
  scanner -L prefix
  eventually 20 all_up
  reeve restart --all
  output_in_line() { cp "$dir/stdout" "$dir/output" && in_line '^'; }
  eventually 20 output_in_line
  # On a terminal names are padded.
  command script -qec 'reeve logs' /dev/null </dev/null >"$dir/output"
  in_line '^'
}
