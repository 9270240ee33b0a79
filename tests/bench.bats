# The benchmark itself: it prints every figure for every subject, and what hangs is named.
load lib

setup()
{
  reeve_setup
  root=$BATS_TEST_DIRNAME/..
  [ "$(id -u)" -eq 0 ] || skip "it needs root"
  unshare --pid --fork --mount --mount-proc true 2>/dev/null || skip "it needs namespaces of its own"
  make -s -C "$root" bench-programs
}
teardown() { reeve_teardown; }

bench() # PROGRAMS OPTION...
{
  local programs=$1
  shift
  start "$root/tools/bench/run" --runs 1 "$programs" "$root/build/bench" "$@"
  eventually 150 gone "$started"
  ended "$started" || { cat "$dir/stderr"; return 1; }
}

# Below the heading of a figure, up to the next empty line, the row of SUBJECT has a number for each of COUNT sizes.
row() { row_of "$dir/stdout" "$@"; } # FIGURE SUBJECT COUNT
row_of() # FILE FIGURE SUBJECT COUNT
{
  local file=$1
  shift
  awk -v figure="$1" -v subject="| $2 |" -v count="$3" '
    index($0, figure " (") == 1 { inside = 1; next }
    inside && /^\|/ { begun = 1 }
    inside && begun && /^$/ { inside = 0; begun = 0 }
    inside && index($0, subject) == 1 {
      n = split(substr($0, length(subject) + 1), cells, "|")
      for (i = 1; i <= count; i++) if (cells[i] !~ /^ [0-9]/) exit
      found = n > count
      exit
    }
    END { exit !found }' "$file" || { echo "# no $1 of $2 with $3 numbers"; cat "$file"; return 1; }
}

@test "every figure has a row for the floor, for Reeve, and for another build of a peer" {
  mkdir "$dir/other"
  ln -s "$(command -v s6-svscan)" "$dir/other/s6-svscan"
  IDLE_SECONDS=1 bench "$REEVE_BIN" --sizes 1,10 --order-sizes 3,20 --event-sizes 1,10 --loggers 3 --orphans 100 --idle 5 --peers-dir "$dir/other"
  run ! grep '^- ' "$dir/stdout" # nothing has hung, nothing was left behind
  for subject in floor Reeve "s6 (other)"; do
    for figure in Start Stop "Killed, until it runs again" "Moved in, until it runs" "Stop, wait, start, wait by own client"; do
      row "$figure" "$subject" 2
    done
    for figure in "The scanner, private and dirty" "The scanner, Pss" "The scanner, page tables" \
      "One supervisor, private and dirty" "One supervisor, Pss" "One supervisor, page tables" \
      "Until the new one runs" "Until all are reaped" "The scanner's processor time"; do
      row "$figure" "$subject" 1
    done
  done
  for subject in Reeve "s6 (other)"; do
    row "Context switches" "$subject" 1
    row "System calls" "$subject" 1
  done
  row Start "Reeve, its default loggers" 1
  row "Stop, wait, start, wait by s6-svc" Reeve 2
  for kind in "none needs another" "each needs the one before" "all need the first"; do
    sed '1,/^## Start and stop in order/d' "$dir/stdout" >"$dir/in-order"
    row_of "$dir/in-order" Start "$kind" 2
    row_of "$dir/in-order" Stop "$kind" 2
  done
  grep -q '^| each needs the one before | [0-9.]*, \*\*[0-9.]*\*\* |' "$dir/in-order"
  grep -q '^| Reeve | [0-9.]*, \*\*[0-9.]*\*\* | .* N; N^' "$dir/stdout"
  grep -q '^[0-9]* cores .* Linux .*; load at the start' "$dir/stdout"
  grep -q '^Between the runs others used [0-9]' "$dir/stdout"
}

@test "a subject that hangs is named, and the others are measured" {
  mkdir "$dir/programs"
  cp -L "$REEVE_BIN"/reeve* "$dir/programs"
  script "$dir/programs/reeve-scan" <<<'exec sleep 1000000'
  LIMIT=2 bench "$dir/programs" --sizes 1 --only 'Start and stop of N services' --loggers 0
  grep -q -x -- '- Reeve, N = 1: 0 of 1 services have started within 2 s' "$dir/stdout"
  row Start floor 1
}

@test "a service that starts twice is told of" {
  mkdir "$dir/programs"
  cp -L "$REEVE_BIN"/reeve* "$dir/programs"
  script "$dir/programs/reeve-scan" <<<'echo "5 5" >"$BENCH_FIFO"; echo "5 6" >"$BENCH_FIFO"; exec sleep 1000000'
  bench "$dir/programs" --sizes 1 --only 'Start and stop of N services' --loggers 0
  grep -q -x -- '- Reeve, N = 1: 1 services have started twice' "$dir/stdout"
}

@test "what tells a subject, and its clients, have its environment" {
  PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$root/tools/bench python3 - "$dir/told" <<'PY'
import sys
import measure
class Subject:
    environment = {"SOCKET": "here"}
    rescan = ["sh", "-c", 'echo "$SOCKET" >"$0"', sys.argv[1]]
assert measure.order(Subject).wait() == 0
assert open(sys.argv[1]).read() == "here\n"
assert measure.output(["sh", "-c", 'echo "$SOCKET"'], Subject.environment) == b"here\n"
PY
}

@test "a cell has median, least, most and the floor's multiple; the line through all sizes is the right one" {
  PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$root/tools/bench python3 - <<'PY'
from report import Table
table = Table("Title", "ms")
for n, floor in ((10, 1.0), (1000, 100.0)):
    for value in (0.5, 1, 9):
        table.add("floor", n, {"start": value * floor})
    table.add("Reeve", n, {"start": [3 + 0.5 * n] * 3})
print(table.text(lambda name: name != "Reeve"))
rows = table.text(len).splitlines()
assert "| floor | 1 (0.5 to 9) | 100 (50 to 900) | 0 + 0.1 N; N^1.00 |" in rows, rows
assert "| Reeve | 8 (8 to 8), **8.00** | 503 (503 to 503), **5.03** | 3 + 0.5 N; N^0.90 |" in rows, rows
PY
}
