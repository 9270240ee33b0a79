# What one service costs, of the programs that an image gets: in system calls and instructions no more than
# tools/bench/counts.tsv says, which `make bench-counts` writes anew; in memory little more than the floor's.
load lib

setup()
{
  reeve_setup
  root=$BATS_TEST_DIRNAME/..
  programs=$root/build/overlay/amd64/stage/command
}
teardown() { reeve_teardown; }

counts() { PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$root/tools/bench python3 -c "import counts; $1"; }

@test "one service needs no more system calls and instructions than the table says" {
  [ -x "$programs/reeve-scan" ] || { echo "# there is no $programs: run make overlay-amd64"; return 1; }
  [ "$(id -u)" -eq 0 ] || skip "it needs root"
  unshare --pid --fork --mount-proc true 2>/dev/null || skip "it needs namespaces of its own"
  strace -o /dev/null true 2>/dev/null || skip "strace cannot trace here"
  command -v valgrind >/dev/null || skip "there is no valgrind"
  make -s -C "$root" bench-programs
  cp "$root/tools/bench/counts.tsv" "$dir"
  start "$root/tools/bench/counts.py" "$programs" "$root/build/bench" --compare "$dir/counts.tsv"
  eventually 150 gone "$started"
  ended "$started" || { cat "$dir/stderr"; return 1; }
}

multiple() # FIGURE ; how often the floor's is Reeve's
{
  awk -v figure="$1 (kB)" '$0 == figure { inside = 1 } inside && /^\| Reeve / { gsub(/.*, \*\*|\*\*.*/, ""); print; exit }' "$dir/stdout"
}

@test "the memory of one supervisor is at most 1.2 times that of the least that could stand in its place" {
  [ -x "$programs/reeve-scan" ] || { echo "# there is no $programs: run make overlay-amd64"; return 1; }
  [ "$(id -u)" -eq 0 ] || skip "it needs root"
  unshare --pid --fork --mount --mount-proc true 2>/dev/null || skip "it needs namespaces of its own"
  make -s -C "$root" bench-programs
  start "$root/tools/bench/run" --only Memory --sizes 100 "$programs" "$root/build/bench"
  eventually 150 gone "$started"
  ended "$started" || { cat "$dir/stderr"; return 1; }
  awk -v dirty="$(multiple "One supervisor, private and dirty")" -v tables="$(multiple "One supervisor, page tables")" '
    BEGIN { print "# private and dirty " dirty ", page tables " tables; exit !(dirty > 0 && dirty <= 1.2 && tables > 0 && tables <= 1.2) }'
}

@test "the margin is 3 %, of sums only" {
  counts 'assert not counts.worse({("p", "x", "all"): 103}, {("p", "x", "all"): 100})'
  counts 'assert counts.worse({("p", "x", "all"): 104}, {("p", "x", "all"): 100})'
  counts 'assert counts.worse({("p", "x", "instructions"): 1031}, {("p", "x", "instructions"): 1000})'
  counts 'assert counts.worse({("p", "new", "all"): 1}, {})'
  counts 'assert not counts.worse({("p", "x", "open"): 9}, {("p", "x", "open"): 1})'
}

@test "a call counts for the program that made it, and once" {
  counts '
found = counts.Counter().count("""1 execve("/bin/reeve-scan", []) = 0
1 vfork( <unfinished ...>
2 execve("/no", []) = -1 ENOENT (No such file or directory)
2 execve("/bin/reeve-supervise", [] <unfinished ...>
1 <... vfork resumed>) = 2
2 <... execve resumed>) = 0
2 vfork() = 3
3 getpid() = 3
--- SIGCHLD {} ---
3 +++ exited with 0 +++
""")
assert found == {("unknown", "execve"): 1, ("reeve-scan", "vfork"): 1, ("reeve-scan", "execve"): 2,
  ("reeve-supervise", "vfork"): 1, ("reeve-supervise", "getpid"): 1}, found'
}
